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
