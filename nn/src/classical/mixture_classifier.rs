//! The classifier of Bayes with a mixture of Gaussians for each class.

use super::classes::{class_counts, most_probable, to_log_posteriors};
use super::mixture::{GaussianMixture, GaussianMixtureSettings};
use super::scores::accuracy;
use super::shared::{check_beside, check_features, check_finite};
use unsup_autograd::Matrix;

/// P(y | x) = P(y) p(x | y) / p(x), where P(y) is the share of class y among the training objects and p(x | y) a
/// [`GaussianMixture`] fitted to its objects alone.
///
/// With one component a class and diagonal covariances this is Gaussian naive Bayes (scikit-learn's `GaussianNB`, which
/// adds another regularisation); with several a class may lie in several places.
///
/// - A class of fewer distinct objects than components has only as many components as those.
/// - A class without training objects has probability 0.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::{GaussianMixtureSettings, MixtureClassifier};
///
/// // class 1 lies on both sides of class 0
/// let x = Matrix::from_rows(&[[-5.0], [-4.0], [-1.0], [0.0], [1.0], [4.0], [5.0]]);
/// let labels = [1, 1, 0, 0, 0, 1, 1];
/// let classifier = MixtureClassifier::fit(&x, &labels, 2, 2, &GaussianMixtureSettings::default());
/// assert_eq!(classifier.predict(&Matrix::from_rows(&[[-4.4], [0.2], [4.6]])), [1, 0, 1]);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct MixtureClassifier {
    features: usize,
    priors: Vec<f64>,
    /// `None` of a class without training objects.
    mixtures: Vec<Option<GaussianMixture>>,
}

impl MixtureClassifier {
    /// Fits to `x` (objects x features) and the class of each object, in 0..`classes`; not every class needs to occur.
    ///
    /// # Panics
    /// As [`GaussianMixture::fit`], and if there are not as many labels as objects, or a label is not below `classes`.
    #[track_caller]
    pub fn fit(
        x: &Matrix<f64>,
        labels: &[usize],
        classes: usize,
        components_per_class: usize,
        settings: &GaussianMixtureSettings,
    ) -> Self {
        check_beside("mixture_classifier", x, "labels", labels.len());
        let counts = class_counts("mixture_classifier", labels, classes);
        let mut mixtures = Vec::with_capacity(classes);
        for class in 0..classes {
            let objects: Vec<usize> = (0..x.rows()).filter(|&i| labels[i] == class).collect();
            mixtures.push((!objects.is_empty()).then(|| {
                GaussianMixture::fit(&x.select_rows(&objects), components_per_class, settings)
            }));
        }
        let share = |&count: &usize| count as f64 / x.rows() as f64;
        Self {
            features: x.columns(),
            priors: counts.iter().map(share).collect(),
            mixtures,
        }
    }

    /// P(y) of each class, its share of the training objects.
    pub fn priors(&self) -> &[f64] {
        &self.priors
    }

    /// p(x | y) of a class; `None` where it had no training objects.
    ///
    /// # Panics
    /// If there is no such class.
    #[track_caller]
    pub fn mixture(&self, class: usize) -> Option<&GaussianMixture> {
        self.mixtures[class].as_ref()
    }

    /// ln P(y | x) of each row of `x`, objects x classes, in nats. Where all densities vanish, far from all objects, the
    /// priors remain.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn log_posteriors(&self, x: &Matrix<f64>) -> Matrix<f64> {
        check_features("mixture_classifier", self.features, x);
        check_finite("mixture_classifier", x);
        let log_priors: Vec<f64> = self.priors.iter().map(|prior| prior.ln()).collect();
        let mut joint = Matrix::filled(x.rows(), log_priors.len(), f64::NEG_INFINITY);
        for (class, mixture) in self.mixtures.iter().enumerate() {
            let Some(mixture) = mixture else { continue };
            for (i, log_density) in mixture.log_density(x).into_iter().enumerate() {
                joint[(i, class)] = log_priors[class] + log_density;
            }
        }
        to_log_posteriors(&mut joint, &log_priors);
        joint
    }

    /// The most probable class of each row of `x`, the lowest at a tie.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn predict(&self, x: &Matrix<f64>) -> Vec<usize> {
        most_probable(&self.log_posteriors(x))
    }

    /// The share of rows of `x` whose class is predicted.
    ///
    /// # Panics
    /// As [`MixtureClassifier::predict`], and if there are not as many labels as objects.
    #[track_caller]
    pub fn accuracy(&self, x: &Matrix<f64>, labels: &[usize]) -> f64 {
        accuracy(&self.predict(x), labels)
    }
}

#[cfg(test)]
mod tests {
    use super::super::mixture::Covariance;
    use super::super::testing::clouds;
    use super::*;
    use crate::random::{generator, shuffle, standard_normal};

    fn settings() -> GaussianMixtureSettings {
        GaussianMixtureSettings::default()
    }

    /// scikit-learn 1.9.1, computed once: GaussianNB(var_smoothing=0).predict_log_proba of the first objects, and the mean
    /// over all objects of that of their own class.
    #[test]
    fn one_component_a_class_is_gaussian_naive_bayes_as_in_scikit_learn() {
        let (x, labels) = clouds(120);
        let settings = GaussianMixtureSettings {
            regularisation: 0.0,
            ..settings()
        };
        let classifier = MixtureClassifier::fit(&x, &labels, 3, 1, &settings);
        let log_posteriors = classifier.log_posteriors(&x);
        let expected = Matrix::from_rows(&[
            [
                -3.7625825616727226e-05,
                -19.132469036607514,
                -10.187969148875851,
            ],
            [-39.87001623149931, -0.008300716627561933, -4.7955609146397],
            [
                -34.056506330557106,
                -4.611932067672789,
                -0.00998226673990743,
            ],
            [
                -1.868969780494112e-05,
                -22.403565058775907,
                -10.887557419449353,
            ],
        ]);
        assert!(log_posteriors.slice_rows(0..4).is_close(&expected, 1e-11));
        let own = labels
            .iter()
            .enumerate()
            .map(|(i, &label)| log_posteriors[(i, label)]);
        let own = own.sum::<f64>() / 120.0;
        assert!((own + 0.07500348108919895).abs() < 1e-13, "{own}");
        assert_eq!(classifier.accuracy(&x, &labels), 116.0 / 120.0);
    }

    /// Class 0 in the middle, half as likely as class 1 on both sides of it.
    fn between(objects: usize, seed: u64) -> (Matrix<f64>, Vec<usize>) {
        let mut random = generator(seed, "test", 0);
        let labels: Vec<usize> = (0..objects).map(|i| usize::from(i % 3 > 0)).collect();
        let x = Matrix::from_fn(objects, 1, |i, _| {
            [0.0, -3.0, 3.0][i % 3] + standard_normal(&mut random)
        });
        (x, labels)
    }

    #[test]
    fn the_posteriors_are_those_of_the_true_densities() {
        let (x, labels) = between(6000, 1);
        let settings = GaussianMixtureSettings {
            tolerance: 1e-9,
            ..settings()
        };
        let classifier = MixtureClassifier::fit(&x, &labels, 2, 2, &settings);
        assert_eq!(classifier.priors(), [1.0 / 3.0, 2.0 / 3.0]);
        let points = Matrix::from_fn(41, 1, |i, _| 0.2 * (i as f64 - 20.0));
        let posteriors = classifier.log_posteriors(&points).map(f64::exp);
        for (i, point) in points.as_slice().iter().enumerate() {
            let density = |mean: f64| (-0.5 * (point - mean).powi(2)).exp();
            let middle = density(0.0) / (density(-3.0) + density(0.0) + density(3.0));
            assert!((posteriors[(i, 0)] - middle).abs() < 0.05, "{point}");
            assert!(
                (posteriors[(i, 1)] - (1.0 - middle)).abs() < 0.05,
                "{point}"
            );
        }
    }

    #[test]
    fn digits_held_out_at_random_are_known_better_with_several_components() {
        let digits = unsup_data::digits();
        let (x, labels) = (digits.features, digits.labels.unwrap());
        let mut order: Vec<usize> = (0..x.rows()).collect();
        shuffle(&mut order, &mut generator(0, "split", 0));
        let part = |objects: &[usize]| {
            let labels: Vec<usize> = objects.iter().map(|&i| labels[i]).collect();
            (x.select_rows(objects), labels)
        };
        let (train, train_labels) = part(&order[..1200]);
        let (held_out, held_out_labels) = part(&order[1200..]);
        let accuracy = |components| {
            let settings = GaussianMixtureSettings {
                covariance: Covariance::Spherical,
                ..settings()
            };
            MixtureClassifier::fit(&train, &train_labels, 10, components, &settings)
                .accuracy(&held_out, &held_out_labels)
        };
        let (one, five) = (accuracy(1), accuracy(5));
        assert!(five > 0.95 && five > one + 0.03, "{one} {five}");
    }

    #[test]
    fn a_class_has_no_more_components_than_distinct_objects_and_an_absent_one_none() {
        let x = Matrix::from_rows(&[[0.0], [1.0], [5.0], [5.0], [9.0], [10.0], [12.0]]);
        let labels = [0, 0, 3, 3, 1, 1, 1];
        let classifier = MixtureClassifier::fit(&x, &labels, 5, 3, &settings());
        let components = |class| {
            let mixture = classifier.mixture(class);
            mixture.map_or(0, |mixture| mixture.weights().len())
        };
        assert_eq!([0, 1, 2, 3, 4].map(components), [2, 3, 0, 1, 0]);
        assert_eq!(classifier.predict(&x), labels);
        let log_posteriors = classifier.log_posteriors(&x);
        for row in log_posteriors.row_iter() {
            assert_eq!([row[2], row[4]], [f64::NEG_INFINITY; 2]);
        }
        // the one class that there is has all the probability
        let only = MixtureClassifier::fit(&x, &[1; 7], 2, 2, &settings());
        assert_eq!(only.log_posteriors(&x).row(3), [f64::NEG_INFINITY, 0.0]);
    }

    #[test]
    fn far_from_all_objects_the_priors_remain() {
        let (x, labels) = between(30, 2);
        let classifier = MixtureClassifier::fit(&x, &labels, 2, 2, &settings());
        let far = Matrix::from_rows(&[[1e200]]);
        let posteriors = classifier.log_posteriors(&far).map(f64::exp);
        assert!(posteriors.is_close(&Matrix::from_rows(&[[1.0 / 3.0, 2.0 / 3.0]]), 1e-15));
        assert_eq!(classifier.predict(&far), [1]);
    }

    #[test]
    #[should_panic(expected = "mixture_classifier: 3 objects and 2 labels")]
    fn labels_of_another_number_are_refused() {
        MixtureClassifier::fit(&Matrix::zeros(3, 2), &[0, 1], 2, 1, &settings());
    }

    #[test]
    #[should_panic(expected = "mixture_classifier: object 1 is of class 2, expected one below 2")]
    fn a_class_that_is_not_there_is_refused() {
        MixtureClassifier::fit(&Matrix::zeros(2, 2), &[0, 2], 2, 1, &settings());
    }
}
