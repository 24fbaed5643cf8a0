//! Data that are linear in hidden codes: sparse ones, and Gaussian ones.

use super::{check_noise, check_spread, dot, normal_matrix, product};
use rand::RngExt;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, sample_without_replacement, standard_normal};

/// x = Dᵀ z + noise: sums of a few atoms of a dictionary, to see whether a sparse method finds the dictionary again.
///
/// The atoms are random directions of length 1; of each code z `nonzeros` entries at random places are uniform on
/// `magnitudes`, the others 0. The problem is that of B. Olshausen, D. Field (1996), "Emergence of simple-cell receptive
/// field properties by learning a sparse code for natural images".
#[derive(Clone, Debug, PartialEq)]
pub struct PlantedDictionary {
    /// The length of an atom; by default 20.
    pub features: usize,
    /// How many atoms; by default 40, more than features.
    pub atoms: usize,
    /// How many atoms each object is a sum of, at most `atoms`; by default 3.
    pub nonzeros: usize,
    /// From and to which size the non-zero entries of the codes are; by default 0.5 to 1.5.
    pub magnitudes: (f64, f64),
    /// Whether the non-zero entries have random signs; by default they are positive.
    pub signed: bool,
    /// The deviation of the Gaussian noise of each feature; by default 0.
    pub noise: f64,
}

impl Default for PlantedDictionary {
    fn default() -> Self {
        Self {
            features: 20,
            atoms: 40,
            nonzeros: 3,
            magnitudes: (0.5, 1.5),
            signed: false,
            noise: 0.0,
        }
    }
}

/// Data of a [`PlantedDictionary`].
#[derive(Clone, Debug, PartialEq)]
pub struct SparseSample {
    /// Objects x features: codes · dictionary + noise.
    pub features: Matrix<f64>,
    /// Atoms x features: an atom of length 1 in each row.
    pub dictionary: Matrix<f64>,
    /// Objects x atoms: z of each object.
    pub codes: Matrix<f64>,
}

impl PlantedDictionary {
    /// A dictionary and objects made of it.
    ///
    /// # Panics
    /// If `objects`, `features` or `atoms` is 0, `nonzeros` is not in 1..=`atoms`, the magnitudes are not finite with
    /// 0 < from < to, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> SparseSample {
        check_noise("planted dictionary", self.noise);
        assert!(
            (1..=self.atoms).contains(&self.nonzeros),
            "planted dictionary: {} non-zero entries of {} atoms, expected at least 1 and at most all",
            self.nonzeros,
            self.atoms
        );
        let (from, to) = self.magnitudes;
        assert!(
            0.0 < from && from < to && to.is_finite(),
            "planted dictionary: the magnitudes are {from} to {to}, expected two finite numbers above 0, the greater last"
        );
        let random = &mut generator(seed, "dictionary", 0);
        let mut dictionary = normal_matrix(self.atoms, self.features, random);
        for i in 0..self.atoms {
            let atom = dictionary.row_mut(i);
            let length = dot(atom, atom).sqrt();
            atom.iter_mut().for_each(|x| *x /= length);
        }

        let random = &mut generator(seed, "code", 0);
        let mut codes = Matrix::zeros(objects, self.atoms);
        for i in 0..objects {
            for j in sample_without_replacement(self.atoms, self.nonzeros, random) {
                let magnitude = random.random_range(from..to);
                let negative = self.signed && random.random_range(0.0..1.0) < 0.5;
                codes[(i, j)] = if negative { -magnitude } else { magnitude };
            }
        }

        let random = &mut generator(seed, "noise", 0);
        let features =
            product(&codes, &dictionary).map(|x: f64| x + self.noise * standard_normal(random));
        SparseSample {
            features,
            dictionary,
            codes,
        }
    }
}

impl SparseSample {
    /// How well a learned dictionary (an atom in each row, of any length and sign, in any order and number) has found the
    /// true one: the mean over the true atoms of the largest |cosine| with a learned atom, in \[0, 1\]; 1 is found
    /// exactly. An atom of length 0 has cosine 0 with all.
    ///
    /// # Panics
    /// If the learned atoms have another length.
    #[track_caller]
    pub fn mean_max_cosine(&self, learned: &Matrix<f64>) -> f64 {
        assert!(
            learned.columns() == self.dictionary.columns(),
            "mean_max_cosine: the true dictionary is {}, the learned one {}: atoms of different length",
            self.dictionary.shape(),
            learned.shape()
        );
        let best = |atom: &[f64]| {
            let cosines = learned.row_iter().map(|other| {
                let lengths = (dot(atom, atom) * dot(other, other)).sqrt();
                if lengths > 0.0 {
                    dot(atom, other).abs() / lengths
                } else {
                    0.0
                }
            });
            cosines.fold(0.0, f64::max).min(1.0)
        };
        let best_cosines = self.dictionary.row_iter().map(best);
        best_cosines.sum::<f64>() / self.dictionary.rows() as f64
    }
}

/// x = W z + m + √σ² ε with z from N(0, I_k) and ε from N(0, I): the model of probabilistic principal component analysis,
/// so that x is from N(m, W Wᵀ + σ² I). M. Tipping, C. Bishop (1999), "Probabilistic principal component analysis", eq. 2.
///
/// The entries of W and m are draws from N(0, 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbabilisticPca {
    /// The length of x; by default 10.
    pub features: usize,
    /// The length k of z; by default 2.
    pub dimension: usize,
    /// σ², the variance of the noise of each feature; by default 0.1.
    pub noise_variance: f64,
}

impl Default for ProbabilisticPca {
    fn default() -> Self {
        Self {
            features: 10,
            dimension: 2,
            noise_variance: 0.1,
        }
    }
}

/// Data of a [`ProbabilisticPca`] model.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbabilisticPcaSample {
    /// Objects x features.
    pub features: Matrix<f64>,
    /// W: features x k. It is determined by the data up to a rotation from the right.
    pub loadings: Matrix<f64>,
    /// m: 1 x features.
    pub mean: Matrix<f64>,
    /// σ²
    pub noise_variance: f64,
    /// Objects x k: z of each object.
    pub codes: Matrix<f64>,
}

impl ProbabilisticPca {
    /// A model and objects of it.
    ///
    /// # Panics
    /// If `objects`, `features` or `dimension` is 0, or the variance is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> ProbabilisticPcaSample {
        check_spread("probabilistic PCA", "variance", self.noise_variance);
        let loadings = normal_matrix(
            self.features,
            self.dimension,
            &mut generator(seed, "loadings", 0),
        );
        let mean = normal_matrix(1, self.features, &mut generator(seed, "mean", 0));
        let codes = normal_matrix(objects, self.dimension, &mut generator(seed, "code", 0));
        let random = &mut generator(seed, "noise", 0);
        let deviation = self.noise_variance.sqrt();
        let features = Matrix::from_fn(objects, self.features, |i, j| {
            dot(loadings.row(j), codes.row(i)) + mean[(0, j)] + deviation * standard_normal(random)
        });
        ProbabilisticPcaSample {
            features,
            loadings,
            mean,
            noise_variance: self.noise_variance,
            codes,
        }
    }
}

impl ProbabilisticPcaSample {
    /// W Wᵀ + σ² I, the true covariance: features x features.
    pub fn covariance(&self) -> Matrix<f64> {
        let w = &self.loadings;
        Matrix::from_fn(w.rows(), w.rows(), |i, j| {
            dot(w.row(i), w.row(j)) + if i == j { self.noise_variance } else { 0.0 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::assert_noise;

    fn difference(a: &Matrix<f64>, b: &Matrix<f64>) -> Vec<f64> {
        a.as_slice()
            .iter()
            .zip(b.as_slice())
            .map(|(a, b)| a - b)
            .collect()
    }

    #[test]
    fn objects_are_sums_of_as_many_atoms_of_length_1_as_asked_for() {
        for signed in [false, true] {
            let settings = PlantedDictionary {
                signed,
                noise: 0.2,
                ..Default::default()
            };
            let sample = settings.sample(2000, 3);
            assert_eq!(sample.dictionary.shape().to_string(), "40x20");
            for atom in sample.dictionary.row_iter() {
                assert!((dot(atom, atom) - 1.0).abs() < 1e-14);
            }
            let mut uses = [0; 40];
            let mut negative = 0;
            for code in sample.codes.row_iter() {
                let used = (0..40).filter(|&j| code[j] != 0.0);
                assert_eq!(used.clone().count(), 3);
                used.for_each(|j| uses[j] += 1);
                negative += code.iter().filter(|&&z| z < 0.0).count();
                assert!(
                    code.iter()
                        .all(|z| *z == 0.0 || (0.5..1.5).contains(&z.abs()))
                );
            }
            // 150 expected, deviation 11.8
            assert!(uses.iter().all(|n| (95..205).contains(n)), "{uses:?}");
            let expected = if signed { 2800..3200 } else { 0..1 };
            assert!(expected.contains(&negative), "{negative}");
            let clean = sample.codes.matmul(&sample.dictionary);
            assert_noise(difference(&sample.features, &clean), 0.2);
        }
    }

    #[test]
    fn the_cosine_is_1_for_the_dictionary_itself_and_less_for_another() {
        let sample = PlantedDictionary::default().sample(10, 0);
        let mut rows: Vec<Vec<f64>> = sample.dictionary.row_iter().map(<[f64]>::to_vec).collect();
        rows.reverse();
        rows[3].iter_mut().for_each(|x| *x *= -2.5);
        rows.push(vec![0.0; 20]);
        let same = sample.mean_max_cosine(&Matrix::from_rows(&rows));
        assert!((same - 1.0).abs() < 1e-12, "{same}");
        let other = PlantedDictionary::default().sample(10, 1).dictionary;
        let other = sample.mean_max_cosine(&other);
        assert!((0.4..0.7).contains(&other), "{other}");
        assert_eq!(sample.mean_max_cosine(&Matrix::zeros(1, 20)), 0.0);

        let axes = SparseSample {
            dictionary: Matrix::identity(2),
            ..sample
        };
        // (1, 1) is at 45° to both, (0, 1) is the second
        let learned = Matrix::from_rows(&[[1.0, 1.0], [0.0, -3.0]]);
        assert!((axes.mean_max_cosine(&learned) - (0.5f64.sqrt() + 1.0) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn the_moments_are_those_of_the_model() {
        let settings = ProbabilisticPca {
            features: 4,
            dimension: 2,
            noise_variance: 0.25,
        };
        let objects = 40_000;
        let sample = settings.sample(objects, 2);
        let clean = sample.codes.matmul(&sample.loadings.transpose());
        let clean = Matrix::from_fn(objects, 4, |i, j| clean[(i, j)] + sample.mean[(0, j)]);
        assert_noise(difference(&sample.features, &clean), 0.5);
        assert_noise(sample.codes.as_slice().to_vec(), 1.0);

        let covariance = sample.covariance();
        let x = &sample.features;
        for i in 0..4 {
            let mean = x.row_iter().map(|x| x[i]).sum::<f64>() / objects as f64;
            let error = (covariance[(i, i)] / objects as f64).sqrt();
            assert!((mean - sample.mean[(0, i)]).abs() < 5.0 * error);
            for j in 0..4 {
                let centred = |x: &[f64], j: usize| x[j] - sample.mean[(0, j)];
                let products = x.row_iter().map(|x| centred(x, i) * centred(x, j));
                let measured = products.sum::<f64>() / objects as f64;
                let (a, b) = (covariance[(i, i)], covariance[(j, j)]);
                let error = ((a * b + covariance[(i, j)].powi(2)) / objects as f64).sqrt();
                assert!((measured - covariance[(i, j)]).abs() < 5.0 * error);
            }
        }
    }

    #[test]
    #[should_panic = "planted dictionary: 5 non-zero entries of 4 atoms, expected at least 1 and at most all"]
    fn more_entries_than_atoms_are_refused() {
        let settings = PlantedDictionary {
            atoms: 4,
            nonzeros: 5,
            ..Default::default()
        };
        settings.sample(3, 0);
    }

    #[test]
    #[should_panic = "probabilistic PCA: the noise is -1, expected a finite variance of at least 0"]
    fn a_variance_below_0_is_refused() {
        let settings = ProbabilisticPca {
            noise_variance: -1.0,
            ..Default::default()
        };
        settings.sample(3, 0);
    }
}
