//! Data with known truth: what a method learns can be compared with what is so.
//!
//! Each generator is a struct of settings, most with defaults, and draws by `sample(objects, seed)`; what it returns
//! holds the data (rows are objects) and beside them the truth that they were drawn from.
//!
//! | data | truth | for |
//! |---|---|---|
//! | [`GaussianMixture`]: blobs, a ring, a grid | log density, score and Bayes denoiser in closed form | denoising, adversarial networks, clustering |
//! | [`TwoMoons`] | class and angle | classification with few labels |
//! | [`SwissRoll`], [`SCurve`] | the two coordinates of the surface | maps, auto-encoders |
//! | [`PlantedDictionary`] | dictionary and sparse codes | sparse auto-encoders |
//! | [`ProbabilisticPca`] | loadings, mean, variance of the noise | linear and variational auto-encoders |
//! | [`LinearTasks`] | the subspace that the tasks share | multi-task learning |
//! | [`Regression`] on a [`TestFunction`] | the function | surrogates |
//! | [`Scenes`] | what is in each image | relative position of patches |
//! | [`PrivilegedExperiment`] | the direction that decides the classes | learning with privileged information |
//! | [`AutoregressiveSeries`] | coefficients and innovations | a series' future as privileged information |
//!
//! ```
//! use unsup_data::generators::GaussianMixture;
//!
//! let ring = GaussianMixture::ring(8, 2.0, 0.1);
//! let points = ring.sample(1000, 0);
//! assert_eq!(points.features.shape().to_string(), "1000x2");
//! let modes = ring.nearest_modes(&points.features);
//! assert!(modes.iter().zip(&points.labels).all(|(mode, &label)| mode.index == label && mode.deviations < 6.0));
//! ```
//!
//! The same settings and seed give the same data, and more objects only add to fewer: a sample of 100 begins with the
//! sample of 10. Training and test data with one truth are therefore parts of one sample ([`splits`](crate::splits)).
//!
//! A setting out of its range is a bug of the caller: `sample` panics and says what it found and what it expected.

mod functions;
mod latent;
mod linear_tasks;
mod mixture;
mod privileged;
mod scenes;
mod series;
mod surfaces;

pub use functions::{
    Regression, RegressionSample, TestFunction, branin, friedman1, friedman2, friedman3,
};
pub use latent::{PlantedDictionary, ProbabilisticPca, ProbabilisticPcaSample, SparseSample};
pub use linear_tasks::{LinearTasks, LinearTasksSample, Task};
pub use mixture::{GaussianMixture, LabelledPoints, ModesFound, NearestMode};
pub use privileged::{PrivilegedExperiment, PrivilegedKind, PrivilegedPart, PrivilegedSample};
pub use scenes::{Scene, Scenes, ScenesSample};
pub use series::{AutoregressiveSeries, SeriesSample};
pub use surfaces::{MoonsSample, SCurve, SurfaceSample, SwissRoll, TwoMoons};

use unsup_autograd::Matrix;
use unsup_autograd::random::standard_normal;

/// A matrix of draws from N(0, 1), row by row.
#[track_caller]
fn normal_matrix(rows: usize, columns: usize, random: &mut impl rand::Rng) -> Matrix<f64> {
    Matrix::from_fn(rows, columns, |_, _| standard_normal(random))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// a · b, summed in one order: unlike [`Matrix::matmul`]'s, a row's bits depend neither on the machine nor on the other
/// rows.
fn product(a: &Matrix<f64>, b: &Matrix<f64>) -> Matrix<f64> {
    let columns = b.transpose();
    Matrix::from_fn(a.rows(), b.columns(), |i, j| dot(a.row(i), columns.row(j)))
}

/// Refuses a number that can't be the deviation of a noise.
#[track_caller]
fn check_noise(generator: &str, noise: f64) {
    check_spread(generator, "deviation", noise);
}

/// Refuses a number that can't be that measure of a noise.
#[track_caller]
fn check_spread(generator: &str, measure: &str, noise: f64) {
    assert!(
        noise >= 0.0 && noise.is_finite(),
        "{generator}: the noise is {noise}, expected a finite {measure} of at least 0"
    );
}

/// What the tests of several generators need.
#[cfg(test)]
mod testing {
    /// Mean and standard deviation.
    pub fn moments(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
        let values: Vec<f64> = values.into_iter().collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        (mean, (variance / values.len() as f64).sqrt())
    }

    /// Values are draws of noise with that deviation: mean and deviation within five standard errors.
    #[track_caller]
    pub fn assert_noise(values: impl IntoIterator<Item = f64>, deviation: f64) {
        let values: Vec<f64> = values.into_iter().collect();
        let error = deviation / (values.len() as f64).sqrt();
        let (mean, measured) = moments(values);
        assert!(
            mean.abs() < 5.0 * error && (measured - deviation).abs() < 5.0 * error / 2f64.sqrt(),
            "mean {mean}, deviation {measured}, expected 0 and {deviation}"
        );
    }
}
