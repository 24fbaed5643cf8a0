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

#[cfg(test)]
mod tests {
    use super::super::testing::clouds;
    use super::*;
    use crate::random::standard_normal;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use unsup_data::generators;

    const COVARIANCES: [Covariance; 2] = [Covariance::Spherical, Covariance::Diagonal];

    /// Until nothing is gained any more, and nothing added to the variances.
    fn exact(covariance: Covariance) -> GaussianMixtureSettings {
        GaussianMixtureSettings {
            covariance,
            regularisation: 0.0,
            tolerance: 0.0,
            max_iterations: 2000,
            ..GaussianMixtureSettings::default()
        }
    }

    fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
        let pairs = found.iter().zip(expected);
        assert!(
            found.len() == expected.len() && pairs.clone().all(|(a, b)| (a - b).abs() <= tolerance),
            "{found:?}, expected {expected:?}"
        );
    }

    /// Three features: a known mixture of two.
    fn known() -> GaussianMixture {
        GaussianMixture::new(
            vec![0.25, 0.75],
            Matrix::from_rows(&[[0.0, 1.0, 2.0], [-1.0, 0.5, 3.0]]),
            Matrix::from_rows(&[[0.25, 0.25, 0.25], [4.0, 4.0, 4.0]]),
        )
    }

    #[test]
    fn the_density_is_that_of_the_generator_with_the_same_parameters() {
        let mixture = known();
        let same = generators::GaussianMixture::new(mixture.means().clone(), vec![0.5, 2.0])
            .with_weights(mixture.weights());
        let (x, _) = clouds(60);
        let expected = same.ln_density(&x, 0.0);
        assert_near(&mixture.log_density(&x), &expected, 1e-12);
        let likelihood = expected.iter().sum::<f64>() / 60.0;
        assert!((mixture.mean_log_likelihood(&x) - likelihood).abs() < 1e-12);
    }

    #[test]
    fn one_step_is_the_one_computed_by_hand() {
        let start = GaussianMixture::new(
            vec![0.75, 0.25],
            Matrix::from_rows(&[[0.0], [2.0]]),
            Matrix::from_rows(&[[1.0], [1.0]]),
        );
        let x = Matrix::from_rows(&[[0.0], [2.0]]);
        let far = (-2f64).exp(); // φ(2) / φ(0)
        let p = [0.75 + 0.25 * far, 0.75 * far + 0.25];
        let r = [0.75 / p[0], 0.75 * far / p[1]];
        let expected = Matrix::from_rows(&[[r[0], 1.0 - r[0]], [r[1], 1.0 - r[1]]]);
        assert!(start.responsibilities(&x).is_close(&expected, 1e-15));

        let settings = GaussianMixtureSettings {
            regularisation: 0.125,
            max_iterations: 1,
            ..exact(Covariance::Diagonal)
        };
        let moved = GaussianMixture::fit_from(&x, start, &settings);
        let n = r[0] + r[1];
        let (m, other) = (2.0 * r[1] / n, 2.0 * (1.0 - r[1]) / (2.0 - n));
        let v = (r[0] * m * m + r[1] * (2.0 - m).powi(2)) / n + 0.125;
        let other_v = ((1.0 - r[0]) * other * other + (1.0 - r[1]) * (2.0 - other).powi(2))
            / (2.0 - n)
            + 0.125;
        assert_near(moved.weights(), &[n / 2.0, 1.0 - n / 2.0], 1e-15);
        assert_near(moved.means().as_slice(), &[m, other], 1e-15);
        assert_near(moved.variances().as_slice(), &[v, other_v], 1e-15);
        assert_eq!(moved.iterations(), 1);
        let first = 0.5 * (p[0].ln() + p[1].ln()) - 0.5 * TAU.ln();
        assert!((moved.history()[0] - first).abs() < 1e-15);
        assert_eq!(moved.history()[1], moved.mean_log_likelihood(&x));
    }

    #[test]
    fn one_component_has_the_mean_and_the_variances_of_the_data() {
        let (x, _) = clouds(50);
        let column = |j: usize| x.row_iter().map(move |row| row[j]);
        let means = [0, 1, 2].map(|j| column(j).sum::<f64>() / 50.0);
        let variances = [0, 1, 2].map(|j| {
            let squares = column(j).map(|x| (x - means[j]).powi(2));
            squares.sum::<f64>() / 50.0 + 0.5
        });
        let round = variances.iter().sum::<f64>() / 3.0;
        for (covariance, variances) in COVARIANCES.into_iter().zip([[round; 3], variances]) {
            let settings = GaussianMixtureSettings {
                covariance,
                regularisation: 0.5,
                ..GaussianMixtureSettings::default()
            };
            let mixture = GaussianMixture::fit(&x, 1, &settings);
            assert_eq!(mixture.weights(), [1.0]);
            assert_near(mixture.means().as_slice(), &means, 1e-14);
            assert_near(mixture.variances().as_slice(), &variances, 1e-14);
            assert!(mixture.converged());
            assert_eq!(
                mixture.iterations(),
                1,
                "a step that gains nothing is enough"
            );
        }
    }

    struct Reference {
        covariance: Covariance,
        iterations: usize,
        likelihood: f64,
        weights: [f64; 3],
        means: [f64; 9],
        /// Of the first component.
        variances: [f64; 3],
    }

    /// scikit-learn 1.9.1, computed once: GaussianMixture(3, means_init=.., weights_init=.., precisions_init=1, tol=0,
    /// max_iter=iterations), for the last with tol=1e-14, and its `score`.
    const REFERENCES: [Reference; 4] = [
        Reference {
            covariance: Covariance::Diagonal,
            iterations: 5,
            likelihood: -3.4366749055984718,
            weights: [0.33387411397962036, 0.31832833867560334, 0.3477975473447763],
            means: [
                2.023201885468079,
                0.09422414205906388,
                -0.01684312975003063,
                -0.09487968876757329,
                1.9792221850548586,
                0.1358387796836209,
                -0.09791327189114817,
                0.27935894751570267,
                2.0949964991320886,
            ],
            variances: [0.07485292811581154, 0.11274093397605751, 0.2732627963492591],
        },
        Reference {
            covariance: Covariance::Diagonal,
            iterations: 2000,
            likelihood: -3.436444619920617,
            weights: [0.33328397384747205, 0.3136946248731637, 0.3530214012793642],
            means: [
                2.024047950784236,
                0.0937224626631663,
                -0.01953078325542026,
                -0.09782315861338746,
                1.9887259987182055,
                0.1203901466636865,
                -0.0925108158736112,
                0.293390195168708,
                2.08201555099062,
            ],
            variances: [0.07455152210088731, 0.1127534470900491, 0.2689694462543675],
        },
        Reference {
            covariance: Covariance::Spherical,
            iterations: 5,
            likelihood: -3.568650138503429,
            weights: [0.3324740040294855, 0.31676127266947357, 0.3507647233010409],
            means: [
                2.0243142136477577,
                0.09347414387823229,
                -0.023152596319797616,
                -0.11068171478178714,
                1.9764742880227064,
                0.11263085533361386,
                -0.07621725338080149,
                0.2894066257356732,
                2.1047528055655813,
            ],
            variances: [0.1505562767793611; 3],
        },
        Reference {
            covariance: Covariance::Spherical,
            iterations: 2000,
            likelihood: -3.5685005557160574,
            weights: [0.33234373627885244, 0.3130057005210823, 0.3546505632000653],
            means: [
                2.0243599419243163,
                0.09347632633626102,
                -0.02346440971316039,
                -0.11132553030604991,
                1.9834676029372513,
                0.10108777453887326,
                -0.07528529895809316,
                0.3010256905526601,
                2.0933554576866436,
            ],
            variances: [0.15049785077753314; 3],
        },
    ];

    #[test]
    fn iterations_and_optimum_are_those_of_scikit_learn() {
        let (x, _) = clouds(120);
        for reference in REFERENCES {
            let start = GaussianMixture::new(
                vec![0.5, 0.25, 0.25],
                Matrix::identity(3),
                Matrix::filled(3, 3, 1.0),
            );
            let settings = GaussianMixtureSettings {
                regularisation: 1e-6,
                max_iterations: reference.iterations,
                ..exact(reference.covariance)
            };
            let mixture = GaussianMixture::fit_from(&x, start, &settings);
            // as far as scikit-learn itself had converged
            let tolerance = if reference.iterations == 5 {
                1e-12
            } else {
                1e-6
            };
            let likelihood = mixture.mean_log_likelihood(&x);
            assert!(
                (likelihood - reference.likelihood).abs() < 1e-12,
                "{likelihood}"
            );
            assert_near(mixture.weights(), &reference.weights, tolerance);
            assert_near(mixture.means().as_slice(), &reference.means, tolerance);
            assert_near(mixture.variances().row(0), &reference.variances, tolerance);
        }
    }

    fn sample() -> impl Strategy<Value = Matrix<f64>> {
        let entry = prop_oneof![-10.0..10.0, (-2i32..3).prop_map(f64::from)];
        (1usize..4, 2usize..40).prop_flat_map(move |(features, objects)| {
            let entries = prop::collection::vec(entry.clone(), features * objects);
            entries.prop_map(move |entries| Matrix::from_vec(objects, features, entries))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn without_regularisation_the_likelihood_never_falls(
            x in sample(), components in 1usize..6, round: bool, seed: u64,
        ) {
            let settings = GaussianMixtureSettings { seed, ..exact(COVARIANCES[usize::from(!round)]) };
            let mixture = GaussianMixture::fit(&x, components, &settings);
            // near the least deviation the rounding of the entries itself is seen
            let deviation = mixture.variances().as_slice().iter().fold(f64::MAX, |m, &v| v.min(m)).sqrt();
            let rounding = 1e-12 + 1e-14 / deviation;
            for pair in mixture.history().windows(2) {
                prop_assert!(pair[1] >= pair[0] - rounding, "{pair:?}, deviation {deviation:e}");
            }
            let likelihood = mixture.mean_log_likelihood(&x);
            prop_assert!(likelihood.is_finite() && Some(&likelihood) == mixture.history().last());
            prop_assert!(mixture.weights().len() <= components.min(x.rows()));
            prop_assert!((mixture.weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_planted_mixture_is_recovered() {
        let truth = generators::GaussianMixture::new(
            Matrix::from_rows(&[[0.0, 0.0], [3.0, 1.0], [-1.0, 4.0]]),
            vec![0.5, 1.0, 0.75],
        )
        .with_weights(&[0.5, 0.3, 0.2]);
        let x = truth.sample(4000, 1).features;
        let true_likelihood = mean(&truth.ln_density(&x, 0.0));
        for covariance in COVARIANCES {
            let settings = GaussianMixtureSettings {
                covariance,
                tolerance: 1e-9,
                ..GaussianMixtureSettings::default()
            };
            let mixture = GaussianMixture::fit(&x, 3, &settings);
            assert!(mixture.converged());
            let found = nearest(truth.centres(), mixture.means());
            for (truly, near) in found.iter().enumerate() {
                let deviation = truth.deviations()[truly];
                // standard errors are at most 0.035, 0.025 and 0.008
                assert!(near.squared_distance.sqrt() < 0.1, "{near:?}");
                for variance in mixture.variances().row(near.index) {
                    assert!((variance.sqrt() - deviation).abs() < 0.08, "{variance}");
                }
                let weight = mixture.weights()[near.index];
                assert!((weight - truth.weights()[truly]).abs() < 0.03, "{weight}");
            }
            // the maximum lies above the truth, by about half a nat a parameter
            let gain = 4000.0 * (mixture.mean_log_likelihood(&x) - true_likelihood);
            assert!(gain > 0.0 && gain < 20.0, "{gain}");
        }
    }

    #[test]
    fn it_stops_at_the_first_gain_within_the_tolerance() {
        let (x, _) = clouds(90);
        let settings = GaussianMixtureSettings {
            tolerance: 1e-6,
            ..GaussianMixtureSettings::default()
        };
        let mixture = GaussianMixture::fit(&x, 3, &settings);
        let gains: Vec<f64> = mixture
            .history()
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect();
        let (last, before) = gains.split_last().unwrap();

        assert!(mixture.converged() && *last <= 1e-6 && before.len() > 2);
        assert!(before.iter().all(|&gain| gain > 1e-6), "{gains:?}");
        assert_eq!(mixture.iterations(), gains.len());

        let settings = GaussianMixtureSettings {
            max_iterations: 2,
            ..settings
        };
        let stopped = GaussianMixture::fit(&x, 3, &settings);
        assert!(!stopped.converged());
        assert_eq!(stopped.history(), &mixture.history()[..3]);
        // the rest of the way gives the same bits
        let settings = GaussianMixtureSettings {
            max_iterations: 100,
            ..settings
        };
        let on = GaussianMixture::fit_from(&x, stopped, &settings);
        assert_eq!(on.means(), mixture.means());
        assert_eq!(on.history(), &mixture.history()[2..]);
    }

    #[test]
    fn more_starts_are_never_worse_and_the_same_seed_gives_the_same_bits() {
        let (x, _) = clouds(120);
        let of = |restarts| {
            let settings = GaussianMixtureSettings {
                restarts,
                seed: 2,
                ..GaussianMixtureSettings::default()
            };
            let mixture = GaussianMixture::fit(&x, 8, &settings);
            assert_eq!(mixture, GaussianMixture::fit(&x, 8, &settings));
            *mixture.history().last().unwrap()
        };
        let likelihoods = [1, 3, 10, 30].map(of);
        assert!(
            likelihoods.windows(2).all(|pair| pair[1] >= pair[0]),
            "{likelihoods:?}"
        );
        assert!(likelihoods[3] > likelihoods[0]);
    }

    #[test]
    fn the_start_from_means_is_that_of_the_nearest_objects() {
        let x = Matrix::from_rows(&[[0.0], [2.0], [9.0], [11.0], [13.0]]);
        // nothing is nearest to the third
        let means = Matrix::from_rows(&[[3.0], [8.0], [-50.0]]);
        let settings = GaussianMixtureSettings {
            max_iterations: 0,
            ..exact(Covariance::Diagonal)
        };
        let start = GaussianMixture::fit_from_means(&x, &means, &settings);
        assert_near(start.weights(), &[0.4, 0.6], 1e-15);
        assert_near(start.means().as_slice(), &[1.0, 11.0], 1e-14);
        assert_near(start.variances().as_slice(), &[1.0, 8.0 / 3.0], 1e-14);
        assert!(start.iterations() == 0 && !start.converged());
    }

    #[test]
    fn every_scale_and_offset_gives_the_same_fit() {
        let (x, _) = clouds(90);
        for covariance in COVARIANCES {
            let settings = GaussianMixtureSettings {
                tolerance: 1e-6,
                ..exact(covariance)
            };
            let expected = GaussianMixture::fit(&x, 3, &settings);
            for (unit, offset) in [
                (1e-150, 0.0),
                (1e-70, 0.0),
                (1e70, 0.0),
                (1e150, 0.0),
                (1.0, 1e6),
                (1.0, -1e9),
            ] {
                let scaled = x.map(|x| offset + unit * x);
                let mixture = GaussianMixture::fit(&scaled, 3, &settings);
                let rounding = 1e-9 + 1e-15 * f64::abs(offset);
                assert_near(mixture.weights(), expected.weights(), rounding);
                let means = mixture.means().map(|mean| (mean - offset) / unit);
                assert!(
                    means.is_close(expected.means(), rounding),
                    "{unit:e} {offset:e}"
                );
                let variances = mixture.variances().map(|variance| variance / unit / unit);
                assert!(
                    variances.is_close(expected.variances(), rounding),
                    "{unit:e} {offset:e}"
                );
                let likelihood = mixture.mean_log_likelihood(&scaled) + 3.0 * unit.ln();
                let of_unit_1 = expected.mean_log_likelihood(&x);
                assert!(
                    (likelihood - of_unit_1).abs() < rounding,
                    "{unit:e} {offset:e}"
                );
            }
        }
        // so small that no variance is left
        let mixture = GaussianMixture::fit(&x.map(|x| 1e-200 * x), 3, &exact(Covariance::Diagonal));
        assert!(
            mixture
                .history()
                .iter()
                .all(|likelihood| likelihood.is_finite())
        );
    }

    #[test]
    fn duplicates_constants_and_single_objects_have_a_finite_density() {
        let few = Matrix::from_rows(&[[1.0, 0.0], [3.0, 0.0], [1.0, 0.0], [3.0, 0.0], [1.0, 0.0]]);
        let one = few.slice_rows(0..1);
        for covariance in COVARIANCES {
            for regularisation in [0.0, 1e-6] {
                let settings = GaussianMixtureSettings {
                    regularisation,
                    ..exact(covariance)
                };
                let mixture = GaussianMixture::fit(&few, 4, &settings);
                let mut weights = mixture.weights().to_vec();
                weights.sort_unstable_by(f64::total_cmp);
                assert_near(&weights, &[0.4, 0.6], 1e-15);
                assert!(mixture.mean_log_likelihood(&few).is_finite());
                assert!(mixture.converged());
                let near = if mixture.means()[(0, 0)] == 1.0 { 0 } else { 1 };
                let r = mixture.responsibilities(&few);
                for (i, expected) in [1.0, 0.0, 1.0, 0.0, 1.0].into_iter().enumerate() {
                    assert_eq!(r[(i, near)], expected);
                }

                let mixture = GaussianMixture::fit(&one, usize::MAX, &settings);
                assert_eq!(mixture.weights(), [1.0]);
                assert_eq!(mixture.means(), &one);
                assert!(mixture.log_density(&one)[0] > 5.0);
            }
        }
    }

    #[test]
    fn a_component_that_loses_all_objects_is_left_out() {
        let (x, _) = clouds(30);
        let far = GaussianMixture::new(
            vec![0.5, 0.5],
            Matrix::from_rows(&[[0.5; 3], [1e4; 3]]),
            Matrix::filled(2, 3, 1.0),
        );
        let mixture = GaussianMixture::fit_from(&x, far, &exact(Covariance::Diagonal));
        let alone = GaussianMixture::fit(&x, 1, &exact(Covariance::Diagonal));
        assert_eq!(mixture.weights(), [1.0]);
        assert!(mixture.means().is_close(alone.means(), 1e-14));
    }

    #[test]
    fn where_all_densities_vanish_the_weights_remain() {
        let mixture = known();
        let x = Matrix::from_rows(&[[1e200, 0.0, 0.0], [0.0, 1.0, 2.0]]);
        assert_eq!(mixture.log_density(&x)[0], f64::NEG_INFINITY);
        let r = mixture.responsibilities(&x);
        assert_near(r.row(0), &[0.25, 0.75], 1e-15);
        assert!(r[(1, 0)] > 0.9);
        // and the first step from there is still one
        let far = x.slice_rows(0..1).map(|x| 1e-50 * x);
        let settings = exact(Covariance::Diagonal);
        let fitted = GaussianMixture::fit_from(&far, mixture, &settings);
        assert!(fitted.mean_log_likelihood(&far).is_finite());
    }

    #[test]
    fn a_mixture_tells_what_one_gaussian_cannot() {
        let mut random = generator(0, "test", 0);
        let x = Matrix::from_fn(400, 2, |i, j| {
            let side = if i % 2 == 0 { 4.0 } else { -4.0 };
            (if j == 0 { side } else { 0.0 }) + standard_normal(&mut random)
        });
        let likelihood = |components| {
            let settings = GaussianMixtureSettings::default();
            GaussianMixture::fit(&x, components, &settings).mean_log_likelihood(&x)
        };
        // ln 2 for the side, and twice the entropy of N(0, 1)
        let expected = -(2f64.ln() + (TAU * 1f64.exp()).ln());
        assert!((likelihood(2) - expected).abs() < 0.1, "{}", likelihood(2));
        assert!(likelihood(2) > likelihood(1) + 0.5);
    }

    #[test]
    #[should_panic(expected = "gaussian_mixture: an entry is not finite, or the squares")]
    fn data_that_are_not_finite_are_refused() {
        let x = Matrix::from_rows(&[[1.0], [f64::NAN]]);
        GaussianMixture::fit(&x, 1, &GaussianMixtureSettings::default());
    }

    #[test]
    #[should_panic(expected = "gaussian_mixture: an entry is not finite")]
    fn objects_that_are_not_finite_have_no_density() {
        known().log_density(&Matrix::filled(1, 3, f64::INFINITY));
    }

    #[test]
    #[should_panic(expected = "gaussian_mixture: fitted on 3 features, got a matrix of 4x2")]
    fn other_features_are_refused() {
        known().responsibilities(&Matrix::zeros(4, 2));
    }

    #[test]
    #[should_panic(
        expected = "gaussian_mixture: weights are at least 0 and add up to 1, got [0.5]"
    )]
    fn weights_that_do_not_add_up_are_refused() {
        GaussianMixture::new(vec![0.5], Matrix::zeros(1, 2), Matrix::filled(1, 2, 1.0));
    }

    #[test]
    #[should_panic(expected = "gaussian_mixture: a variance is finite and above 0, got 0")]
    fn variances_of_0_are_refused() {
        GaussianMixture::new(vec![1.0], Matrix::zeros(1, 2), Matrix::zeros(1, 2));
    }

    #[test]
    #[should_panic(expected = "gaussian_mixture: the regularisation is at least 0, got -1")]
    fn a_negative_regularisation_is_refused() {
        let settings = GaussianMixtureSettings {
            regularisation: -1.0,
            ..GaussianMixtureSettings::default()
        };
        GaussianMixture::fit(&Matrix::zeros(2, 2), 1, &settings);
    }
}
