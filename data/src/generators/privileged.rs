//! Classes with privileged information: what is known of an object in training only.

use super::{dot, normal_matrix, product};
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, sample_without_replacement, standard_normal};

/// What the teacher is told of an object beside its features x: the four experiments of D. Lopez-Paz, L. Bottou,
/// B. Schölkopf, V. Vapnik (2016), "Unifying distillation and privileged information", section 6, as they are printed.
///
/// In all of them α is from N(0, I), and what is called noise here is from N(0, 1) or N(0, I).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrivilegedKind {
    /// Experiment 1: x from N(0, I), x* = ⟨α, x⟩, y = \[x* + noise > 0\]. The distance to the boundary, before the noise of
    /// the label.
    CleanLabels,
    /// Experiment 2: x* from N(0, I), x = x* + noise, y = \[⟨α, x*⟩ > 0\]. The features without their noise.
    CleanFeatures,
    /// Experiment 3: x from N(0, I), x* = x_J, y = \[⟨α_J, x*⟩ > 0\], with a random set J of features, the same for all
    /// objects. Which few features matter.
    RelevantFeatures,
    /// Experiment 4: x from N(0, I), x* = x_J, y = \[⟨α_J, x*⟩ > 0\], with a random set J for each object.
    ///
    /// The set itself is not told, so that as printed no teacher can learn much from x*: the published code draws one set
    /// for the training and one for the test part, which is another experiment.
    SampleDependentFeatures,
}

/// One of the four experiments; 200 training and 10,000 test objects are the published numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivilegedExperiment {
    /// Which.
    pub kind: PrivilegedKind,
    /// The length of x; published with 50.
    pub features: usize,
    /// How many features are in J, at most `features`; published with 3. The first two experiments do without.
    pub relevant: usize,
}

/// Data of a [`PrivilegedExperiment`].
#[derive(Clone, Debug, PartialEq)]
pub struct PrivilegedSample {
    /// The part to train on.
    pub train: PrivilegedPart,
    /// The part to judge by.
    pub test: PrivilegedPart,
    /// α: features x 1.
    pub direction: Matrix<f64>,
}

/// Objects of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivilegedPart {
    /// x: objects x features.
    pub features: Matrix<f64>,
    /// x*: objects x 1, x features, or x |J|, by the kind.
    pub privileged: Matrix<f64>,
    /// The class of each object, 0 or 1.
    pub labels: Vec<usize>,
    /// J of each object, in the order of the columns of x*; empty in the first two experiments.
    pub relevant: Vec<Vec<usize>>,
}

impl PrivilegedExperiment {
    /// The experiment in its published size: 50 features, 3 of them relevant.
    pub fn new(kind: PrivilegedKind) -> Self {
        Self {
            kind,
            features: 50,
            relevant: 3,
        }
    }

    /// A direction, and two parts with `train` and `test` objects.
    ///
    /// # Panics
    /// If `train`, `test` or `features` is 0, or `relevant` is not in 1..=`features`.
    #[track_caller]
    pub fn sample(&self, train: usize, test: usize, seed: u64) -> PrivilegedSample {
        assert!(
            (1..=self.features).contains(&self.relevant),
            "privileged information: {} relevant features of {}, expected at least 1 and at most all",
            self.relevant,
            self.features
        );
        let direction = normal_matrix(self.features, 1, &mut generator(seed, "direction", 0));
        let shared = sample_without_replacement(
            self.features,
            self.relevant,
            &mut generator(seed, "relevant features", 0),
        );
        PrivilegedSample {
            train: self.part(&direction, &shared, train, seed, 0),
            test: self.part(&direction, &shared, test, seed, 1),
            direction,
        }
    }

    /// Objects of the part `number`.
    #[track_caller]
    fn part(
        &self,
        direction: &Matrix<f64>,
        shared: &[usize],
        objects: usize,
        seed: u64,
        number: u64,
    ) -> PrivilegedPart {
        let alpha = direction.as_slice();
        let drawn = normal_matrix(
            objects,
            self.features,
            &mut generator(seed, "features", number),
        );
        let noise = &mut generator(seed, "noise", number);
        let class = |score: f64| usize::from(score > 0.0);
        match self.kind {
            PrivilegedKind::CleanLabels => {
                let privileged = product(&drawn, direction);
                let scores = privileged.as_slice().iter();
                PrivilegedPart {
                    labels: scores.map(|s| class(s + standard_normal(noise))).collect(),
                    features: drawn,
                    privileged,
                    relevant: Vec::new(),
                }
            }
            PrivilegedKind::CleanFeatures => PrivilegedPart {
                features: drawn.map(|x: f64| x + standard_normal(noise)),
                labels: drawn.row_iter().map(|x| class(dot(alpha, x))).collect(),
                privileged: drawn,
                relevant: Vec::new(),
            },
            PrivilegedKind::RelevantFeatures | PrivilegedKind::SampleDependentFeatures => {
                let random = &mut generator(seed, "relevant features of each", number);
                let relevant: Vec<Vec<usize>> = (0..objects)
                    .map(|_| match self.kind {
                        PrivilegedKind::RelevantFeatures => shared.to_vec(),
                        _ => sample_without_replacement(self.features, self.relevant, random),
                    })
                    .collect();
                let privileged =
                    Matrix::from_fn(objects, self.relevant, |i, j| drawn[(i, relevant[i][j])]);
                let score = |(x, set): (&[f64], &Vec<usize>)| {
                    set.iter().zip(x).map(|(&j, x)| alpha[j] * x).sum()
                };
                PrivilegedPart {
                    labels: privileged
                        .row_iter()
                        .zip(&relevant)
                        .map(|pair| class(score(pair)))
                        .collect(),
                    features: drawn,
                    privileged,
                    relevant,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::assert_noise;

    fn sample(kind: PrivilegedKind) -> PrivilegedSample {
        let sample = PrivilegedExperiment::new(kind).sample(200, 5000, 3);
        for (part, objects) in [(&sample.train, 200), (&sample.test, 5000)] {
            assert_eq!(
                (part.features.rows(), part.features.columns()),
                (objects, 50)
            );
            assert_eq!(
                (part.privileged.rows(), part.labels.len()),
                (objects, objects)
            );
            let ones: usize = part.labels.iter().sum();
            // half of them, within five standard errors
            assert!((ones as f64 - 0.5 * objects as f64).abs() < 2.5 * (objects as f64).sqrt());
        }
        assert_ne!(sample.train.features.row(0), sample.test.features.row(0));
        sample
    }

    #[test]
    fn clean_labels_are_the_distance_before_the_noise() {
        let sample = sample(PrivilegedKind::CleanLabels);
        let part = &sample.test;
        assert!(
            part.features
                .matmul(&sample.direction)
                .is_close(&part.privileged, 1e-12)
        );
        assert_noise(part.features.as_slice().to_vec(), 1.0);
        // P(y = [x* > 0]) = ½ + arctan(‖α‖)/π for x* from N(0, ‖α‖²) and noise from N(0, 1)
        let agree = part.privileged.as_slice().iter().zip(&part.labels);
        let agree = agree.filter(|&(&x, &y)| usize::from(x > 0.0) == y).count() as f64 / 5000.0;
        let length = dot(sample.direction.as_slice(), sample.direction.as_slice()).sqrt();
        let expected = 0.5 + length.atan() / std::f64::consts::PI;
        assert!((agree - expected).abs() < 0.015, "{agree} {expected}");
        assert!(agree < 1.0 && part.relevant.is_empty());
    }

    #[test]
    fn clean_features_decide_and_are_seen_with_noise() {
        let sample = sample(PrivilegedKind::CleanFeatures);
        let part = &sample.test;
        let noise = part
            .features
            .as_slice()
            .iter()
            .zip(part.privileged.as_slice());
        assert_noise(noise.map(|(x, clean)| x - clean), 1.0);
        assert_noise(part.privileged.as_slice().to_vec(), 1.0);
        for (x, &y) in part.privileged.row_iter().zip(&part.labels) {
            assert_eq!(usize::from(dot(sample.direction.as_slice(), x) > 0.0), y);
        }
    }

    #[test]
    fn relevant_features_are_those_of_the_set_and_decide() {
        for kind in [
            PrivilegedKind::RelevantFeatures,
            PrivilegedKind::SampleDependentFeatures,
        ] {
            let sample = sample(kind);
            let alpha = sample.direction.as_slice();
            let first = &sample.train.relevant[0];
            let mut others = 0;
            for part in [&sample.train, &sample.test] {
                for (i, set) in part.relevant.iter().enumerate() {
                    let mut distinct = set.clone();
                    distinct.sort_unstable();
                    distinct.dedup();
                    assert!(distinct.len() == 3 && distinct[2] < 50);
                    let score: f64 = set.iter().map(|&j| alpha[j] * part.features[(i, j)]).sum();
                    assert_eq!(part.labels[i], usize::from(score > 0.0));
                    for (k, &j) in set.iter().enumerate() {
                        assert_eq!(part.privileged[(i, k)], part.features[(i, j)]);
                    }
                    others += usize::from(set != first);
                }
            }
            // two of 50 · 49 · 48 ordered sets are rarely the same
            match kind {
                PrivilegedKind::RelevantFeatures => assert_eq!(others, 0),
                _ => assert!(others > 5190, "{others}"),
            }
        }
    }

    #[test]
    fn the_parts_share_direction_and_size_of_one_does_not_change_the_other() {
        for kind in [
            PrivilegedKind::CleanLabels,
            PrivilegedKind::SampleDependentFeatures,
        ] {
            let experiment = PrivilegedExperiment::new(kind);
            let (a, b) = (experiment.sample(10, 20, 0), experiment.sample(30, 20, 0));
            assert_eq!((a.direction, &a.test), (b.direction, &b.test));
            assert_eq!(a.train.labels[..], b.train.labels[..10]);
        }
    }

    #[test]
    #[should_panic = "privileged information: 3 relevant features of 2, expected at least 1 and at most all"]
    fn more_relevant_features_than_there_are_are_refused() {
        let mut experiment = PrivilegedExperiment::new(PrivilegedKind::RelevantFeatures);
        experiment.features = 2;
        experiment.sample(3, 3, 0);
    }
}
