//! Mixtures of Gaussians, fitted by EM: a density of the data, and clusters to which an object belongs in part.

use super::classes::to_log_posteriors;
use super::k_means::{KMeans, KMeansSettings};
use super::nearest::nearest;
use super::shared::{check_features, check_finite, dot};
use crate::random::generator;
use rand::Rng;
use std::f64::consts::TAU;
use unsup_autograd::Matrix;

/// What shape a component may have. The features of a component are independent in both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Covariance {
    /// One variance a component, the same for all its features: round clouds, each of its own size.
    Spherical,
    /// A variance for each component and each feature: clouds drawn out along the axes.
    #[default]
    Diagonal,
}

/// The settings of a mixture. Those of [`Default`] are scikit-learn's but for the covariance, which is full there.
#[derive(Clone, PartialEq, Debug)]
pub struct GaussianMixtureSettings {
    /// What shape the components may have; by default diagonal.
    pub covariance: Covariance,
    /// What is added to every variance, in squared units of the data, at least 0; by default 10⁻⁶. It keeps a component
    /// from shrinking to a point, where the likelihood grows without end.
    pub regularisation: f64,
    /// It has converged where an iteration gains no more than this, at least 0, of the mean log-likelihood, in nats an
    /// object; by default 10⁻³.
    pub tolerance: f64,
    /// How often the parameters of one start are improved at most; by default 100.
    pub max_iterations: usize,
    /// How many starts are tried, of which the one of the largest likelihood is kept, the first of them at a tie; at least
    /// 1, by default 1.
    pub restarts: usize,
    /// Where all randomness comes from; by default 0.
    pub seed: u64,
}

impl Default for GaussianMixtureSettings {
    fn default() -> Self {
        Self {
            covariance: Covariance::default(),
            regularisation: 1e-6,
            tolerance: 1e-3,
            max_iterations: 100,
            restarts: 1,
            seed: 0,
        }
    }
}

impl GaussianMixtureSettings {
    #[track_caller]
    fn check(&self) {
        assert!(
            self.regularisation >= 0.0 && self.regularisation.is_finite(),
            "gaussian_mixture: the regularisation is at least 0, got {}",
            self.regularisation
        );
        assert!(
            self.tolerance >= 0.0,
            "gaussian_mixture: the tolerance is at least 0, got {}",
            self.tolerance
        );
        assert!(
            self.restarts > 0,
            "gaussian_mixture: needs at least 1 start"
        );
    }
}

/// A deviation below this part of the largest value of its feature cannot be told from the rounding of the values.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// A component that all objects together belong to by less than this is gone: sums of such responsibilities, some of
/// which are below the normal numbers, have no digits left.
const NEGLIGIBLE: f64 = 1e-290;

/// p(x) = Σₖ πₖ N(x; μₖ, diag σₖ²), a mixture of Gaussians whose features are independent.
///
/// The parameters of large mean log-likelihood L = (1/l) Σᵢ ln p(xᵢ) are found by EM (Dempster, Laird, Rubin 1977, "Maximum
/// likelihood from incomplete data via the EM algorithm"; Bishop 2006, "Pattern recognition and machine learning", 9.2.2).
/// In turn it takes
///
/// ```text
/// E: rᵢₖ = πₖ N(xᵢ; μₖ, diag σₖ²) / p(xᵢ)            how far component k is responsible for object i
///
/// M: Nₖ = Σᵢ rᵢₖ,   πₖ = Nₖ / l,   μₖ = Σᵢ rᵢₖ xᵢ / Nₖ
///    σₖⱼ² = Σᵢ rᵢₖ (xᵢⱼ − μₖⱼ)² / Nₖ + regularisation     (spherical: its mean over the features j)
/// ```
///
/// until L gains no more than the tolerance. Without regularisation no iteration lowers L, but for rounding. With it the M
/// step does not quite maximise what the E step has prepared, and L can fall a little near the end, or much where the
/// regularisation is large beside the variances of the data; a fall ends the iteration too.
///
/// - The first responsibilities are those of clusters, each object wholly in its own: see [`GaussianMixture::fit`] and
///   [`GaussianMixture::fit_from_means`].
/// - A component to which no object belongs is left out, so that there may be fewer than were asked for: never more than
///   there are distinct objects.
/// - No variance is below the square of 16 roundings of its feature's largest value (nor below the least normal number):
///   where nothing is added to the variances, duplicates and constant features still have a density that is finite.
/// - Far from all components ln p(x) is −∞ where the squares overflow. The responsibilities are then the weights.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::{GaussianMixture, GaussianMixtureSettings};
///
/// let x = Matrix::from_rows(&[[0.0], [1.0], [2.0], [10.0], [12.0]]);
/// let mixture = GaussianMixture::fit(&x, 2, &GaussianMixtureSettings::default());
/// let heavier = if mixture.weights()[0] > 0.5 { 0 } else { 1 };
/// assert!((mixture.weights()[heavier] - 0.6).abs() < 1e-3);
/// assert!((mixture.means()[(heavier, 0)] - 1.0).abs() < 1e-3);
/// assert!((mixture.variances()[(heavier, 0)] - 2.0 / 3.0).abs() < 1e-3);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct GaussianMixture {
    weights: Vec<f64>,
    means: Matrix<f64>,
    variances: Matrix<f64>,
    history: Vec<f64>,
    converged: bool,
}

impl GaussianMixture {
    /// The mixture of given weights πₖ, means μₖ (components x features) and variances σₖ² (of the same shape), not fitted
    /// to anything.
    ///
    /// # Panics
    /// If there is not one weight for each mean, a weight is negative, the weights do not add up to 1 (to 10⁻⁹), the shapes
    /// of means and variances differ, a mean is not finite, or a variance is not finite and positive.
    #[track_caller]
    pub fn new(weights: Vec<f64>, means: Matrix<f64>, variances: Matrix<f64>) -> Self {
        assert!(
            weights.len() == means.rows(),
            "gaussian_mixture: {} weights and means of {}",
            weights.len(),
            means.shape()
        );
        let sum: f64 = weights.iter().sum();
        assert!(
            weights.iter().all(|&weight| weight >= 0.0) && (sum - 1.0).abs() < 1e-9,
            "gaussian_mixture: weights are at least 0 and add up to 1, got {weights:?}"
        );
        assert!(
            means.shape() == variances.shape(),
            "gaussian_mixture: shapes differ: means of {} and variances of {}",
            means.shape(),
            variances.shape()
        );
        check_finite("gaussian_mixture", &means);
        let mut entries = variances.as_slice().iter();
        if let Some(variance) = entries.find(|&&v| !(v > 0.0 && v.is_finite())) {
            panic!("gaussian_mixture: a variance is finite and above 0, got {variance}");
        }
        Self {
            weights,
            means,
            variances,
            history: Vec::new(),
            converged: false,
        }
    }

    /// Fits `components` Gaussians to the rows of `x`, each start from the clusters of one start of [`KMeans`].
    ///
    /// # Panics
    /// If `components` or the number of restarts is 0, the regularisation or the tolerance is negative (the former also if
    /// it is not finite), an entry is not finite, or the squares of twice the entries overflow.
    #[track_caller]
    pub fn fit(x: &Matrix<f64>, components: usize, settings: &GaussianMixtureSettings) -> Self {
        assert!(
            components > 0,
            "gaussian_mixture: needs at least 1 component"
        );
        settings.check();
        check_squares(x);
        let run = |restart: usize| {
            let mut random = generator(settings.seed, "mixture", restart as u64);
            let start = KMeansSettings {
                restarts: 1,
                seed: random.next_u64(),
                ..KMeansSettings::default()
            };
            // more clusters than objects would be empty ones
            let clusters = KMeans::fit(x, components.min(x.rows()), &start);
            climb_from_clusters(x, clusters.labels(), clusters.centres(), settings)
        };
        let best = run(0);
        (1..settings.restarts).map(run).fold(best, |best, next| {
            if next.history.last() > best.history.last() {
                next
            } else {
                best
            }
        })
    }

    /// Fits one Gaussian for each of the given means (components x features), from the clusters of the objects that are
    /// nearest to each. There is one start, and nothing random.
    ///
    /// # Panics
    /// As [`GaussianMixture::fit`], and if `x` and `means` differ in their number of features.
    #[track_caller]
    pub fn fit_from_means(
        x: &Matrix<f64>,
        means: &Matrix<f64>,
        settings: &GaussianMixtureSettings,
    ) -> Self {
        settings.check();
        check_features("gaussian_mixture", means.columns(), x);
        check_squares(x);
        check_finite("gaussian_mixture", means);
        let found = nearest(x, means);
        let labels: Vec<usize> = found.iter().map(|near| near.index).collect();
        climb_from_clusters(x, &labels, means, settings)
    }

    /// Goes on from a mixture of the same features, given or fitted: the first step is an E step.
    ///
    /// # Panics
    /// As [`GaussianMixture::fit`], and if `x` has another number of features.
    #[track_caller]
    pub fn fit_from(
        x: &Matrix<f64>,
        start: GaussianMixture,
        settings: &GaussianMixtureSettings,
    ) -> Self {
        settings.check();
        check_features("gaussian_mixture", start.means.columns(), x);
        check_squares(x);
        climb(x, start, settings)
    }

    /// πₖ, how likely each component is; they add up to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// μₖ as rows, components x features.
    pub fn means(&self) -> &Matrix<f64> {
        &self.means
    }

    /// σₖ² as rows, components x features; all entries of a row are equal where the covariance is spherical.
    pub fn variances(&self) -> &Matrix<f64> {
        &self.variances
    }

    /// L of the training objects, in nats an object, at the start and after each iteration: the last is that of the fitted
    /// mixture. Empty where nothing was fitted.
    pub fn history(&self) -> &[f64] {
        &self.history
    }

    /// How often the parameters were improved.
    pub fn iterations(&self) -> usize {
        self.history.len().saturating_sub(1)
    }

    /// In the end L gained no more than the tolerance; false where the number of iterations ran out before.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// ln p(x) of each row of `x`, in nats.
    ///
    /// # Panics
    /// If `x` has another number of features than the mixture, or an entry is not finite.
    #[track_caller]
    pub fn log_density(&self, x: &Matrix<f64>) -> Vec<f64> {
        self.expectation(x).1
    }

    /// The probability of each component given each row of `x`, objects x components.
    ///
    /// # Panics
    /// If `x` has another number of features than the mixture, or an entry is not finite.
    #[track_caller]
    pub fn responsibilities(&self, x: &Matrix<f64>) -> Matrix<f64> {
        self.expectation(x).0
    }

    /// L = (1/l) Σᵢ ln p(xᵢ) over the l rows of `x`, in nats an object.
    ///
    /// # Panics
    /// If `x` has another number of features than the mixture, or an entry is not finite.
    #[track_caller]
    pub fn mean_log_likelihood(&self, x: &Matrix<f64>) -> f64 {
        mean(&self.log_density(x))
    }

    /// The E step: rᵢₖ, and ln p(xᵢ).
    #[track_caller]
    fn expectation(&self, x: &Matrix<f64>) -> (Matrix<f64>, Vec<f64>) {
        check_features("gaussian_mixture", self.means.columns(), x);
        check_finite("gaussian_mixture", x);
        let mut joint = self.log_joint(x);
        let log_weights: Vec<f64> = self.weights.iter().map(|weight| weight.ln()).collect();
        let log_density = to_log_posteriors(&mut joint, &log_weights);
        joint.as_mut_slice().iter_mut().for_each(|r| *r = r.exp());
        (joint, log_density)
    }

    /// ln (πₖ N(xᵢ; μₖ, diag σₖ²)) of each object and each component, where
    /// ln N(x; μ, diag σ²) = −½ Σⱼ (ln 2π + ln σⱼ² + ((xⱼ − μⱼ)/σⱼ)²).
    fn log_joint(&self, x: &Matrix<f64>) -> Matrix<f64> {
        let inverse_deviations = self.variances.map(|variance| 1.0 / variance.sqrt());
        let at_mean = |(weight, variances): (&f64, &[f64])| {
            let log_variances = variances.iter().map(|variance| TAU.ln() + variance.ln());
            weight.ln() - 0.5 * log_variances.sum::<f64>()
        };
        let components = self.weights.iter().zip(self.variances.row_iter());
        let at_means: Vec<f64> = components.map(at_mean).collect();
        let mut joint = Matrix::zeros(x.rows(), at_means.len());
        let mut deviations = vec![0.0; x.columns()];
        for (i, x) in x.row_iter().enumerate() {
            for (k, at_mean) in at_means.iter().enumerate() {
                let parameters = self.means.row(k).iter().zip(inverse_deviations.row(k));
                for ((deviation, x), (mean, inverse)) in
                    deviations.iter_mut().zip(x).zip(parameters)
                {
                    *deviation = (x - mean) * inverse;
                }
                joint[(i, k)] = at_mean - 0.5 * dot(&deviations, &deviations);
            }
        }
        joint
    }
}

/// EM from clusters: the label of each object, and a point near each cluster.
fn climb_from_clusters(
    x: &Matrix<f64>,
    labels: &[usize],
    centres: &Matrix<f64>,
    settings: &GaussianMixtureSettings,
) -> GaussianMixture {
    let mut responsibilities = Matrix::zeros(x.rows(), centres.rows());
    for (i, &label) in labels.iter().enumerate() {
        responsibilities[(i, label)] = 1.0;
    }
    let least = least_variances(x, settings.covariance);
    let start = maximisation(x, &responsibilities, centres, &least, settings);
    climb(x, start, settings)
}

/// EM from a mixture.
fn climb(
    x: &Matrix<f64>,
    start: GaussianMixture,
    settings: &GaussianMixtureSettings,
) -> GaussianMixture {
    let least = least_variances(x, settings.covariance);
    let mut mixture = start;
    let mut history: Vec<f64> = Vec::new();
    loop {
        let (responsibilities, log_density) = mixture.expectation(x);
        let likelihood = mean(&log_density);
        let before = history.last();
        let converged = before.is_some_and(|before| likelihood - before <= settings.tolerance);
        history.push(likelihood);
        if converged || history.len() > settings.max_iterations {
            return GaussianMixture {
                history,
                converged,
                ..mixture
            };
        }
        mixture = maximisation(x, &responsibilities, &mixture.means, &least, settings);
    }
}

/// The M step. Means are summed as differences from `near`, a point near each (components x features): a large common
/// offset then costs no digits.
fn maximisation(
    x: &Matrix<f64>,
    responsibilities: &Matrix<f64>,
    near: &Matrix<f64>,
    least: &[f64],
    settings: &GaussianMixtureSettings,
) -> GaussianMixture {
    let belonging = |k: usize| (0..x.rows()).map(move |i| responsibilities[(i, k)]);
    let counts: Vec<f64> = (0..near.rows()).map(|k| belonging(k).sum()).collect();
    let kept: Vec<usize> = (0..near.rows())
        .filter(|&k| counts[k] >= NEGLIGIBLE)
        .collect();
    let mut means = near.select_rows(&kept);
    let mut variances = Matrix::zeros(kept.len(), x.columns());
    let mut sums = vec![0.0; x.columns()];
    for (component, &k) in kept.iter().enumerate() {
        let mean = means.row_mut(component);
        sums.fill(0.0);
        for (x, r) in x.row_iter().zip(belonging(k)) {
            for ((sum, x), near) in sums.iter_mut().zip(x).zip(near.row(k)) {
                *sum += r * (x - near);
            }
        }
        for (mean, sum) in mean.iter_mut().zip(&sums) {
            *mean += sum / counts[k];
        }

        let variance = variances.row_mut(component);
        for (x, r) in x.row_iter().zip(belonging(k)) {
            let share = r / counts[k];
            for ((variance, x), mean) in variance.iter_mut().zip(x).zip(&*mean) {
                *variance += share * ((x - mean) * (x - mean));
            }
        }
        if settings.covariance == Covariance::Spherical {
            fill_with_mean(variance);
        }
        for (variance, &least) in variance.iter_mut().zip(least) {
            *variance = (*variance + settings.regularisation).max(least);
        }
    }
    let objects = x.rows() as f64;
    let weights = kept.iter().map(|&k| counts[k] / objects).collect();
    GaussianMixture {
        weights,
        means,
        variances,
        history: Vec::new(),
        converged: false,
    }
}

/// The least variance of each feature: of a spherical covariance, the mean over them.
fn least_variances(x: &Matrix<f64>, covariance: Covariance) -> Vec<f64> {
    let mut largest = vec![0.0f64; x.columns()];
    for x in x.row_iter() {
        for (largest, x) in largest.iter_mut().zip(x) {
            *largest = largest.max(x.abs());
        }
    }
    let least = |largest: &f64| (ROUNDING * largest).powi(2).max(f64::MIN_POSITIVE);
    let mut least: Vec<f64> = largest.iter().map(least).collect();
    if covariance == Covariance::Spherical {
        fill_with_mean(&mut least);
    }
    least
}

fn fill_with_mean(numbers: &mut [f64]) {
    let mean = mean(numbers);
    numbers.fill(mean);
}

/// The mean, which does not overflow where the numbers do not.
fn mean(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    numbers.iter().map(|x| x / count).sum()
}

/// No distance from a mean of objects overflows when squared.
#[track_caller]
fn check_squares(x: &Matrix<f64>) {
    let squares = x.as_slice().iter().map(|x| 4.0 * x * x);
    assert!(
        squares.sum::<f64>().is_finite(),
        "gaussian_mixture: an entry is not finite, or the squares of the entries overflow"
    );
}
