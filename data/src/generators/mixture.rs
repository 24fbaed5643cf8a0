//! Mixtures of round Gaussians, for which denoising and generation have exact answers.

use super::check_noise;
use rand::RngExt;
use std::f64::consts::TAU;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};

/// Points, and the class of each.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledPoints {
    /// Objects x features.
    pub features: Matrix<f64>,
    /// The class of each object: the component that it was drawn from.
    pub labels: Vec<usize>,
}

/// The component that a point is nearest to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearestMode {
    /// Which component.
    pub index: usize,
    /// How far its centre is, in standard deviations of the component.
    pub deviations: f64,
}

/// Which components samples lie at: what a generator has found of a mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct ModesFound {
    /// How many samples lie within 3 deviations of each component, each sample counted at the nearest.
    pub counts: Vec<usize>,
    /// How many samples there are.
    pub samples: usize,
}

impl ModesFound {
    /// The components that at least so many samples lie at.
    pub fn hit(&self, least: usize) -> usize {
        self.counts.iter().filter(|&&count| count >= least).count()
    }

    /// The share of the samples that lie at any component; in the plane 0.989 of those of the mixture itself do.
    pub fn near(&self) -> f64 {
        self.all_near() / self.samples as f64
    }

    /// KL(q ‖ uniform) in nats, q the shares of the components in the samples that lie at one: 0 where all are equally
    /// frequent, ln of their number where all samples lie at one. NaN where none lies at any.
    ///
    /// Source: Lin, Khetan, Fanti, Oh (2018), "PacGAN", the reverse KL divergence of section 4.
    pub fn reverse_kl(&self) -> f64 {
        let (near, modes) = (self.all_near(), self.counts.len() as f64);
        if near == 0.0 {
            return f64::NAN;
        }
        let shares = self.counts.iter().map(|&count| count as f64 / near);
        let terms = shares.filter(|&q| q > 0.0).map(|q| q * (modes * q).ln());
        terms.sum()
    }

    fn all_near(&self) -> f64 {
        self.counts.iter().sum::<usize>() as f64
    }
}

/// p(x) = Σ_y w_y N(x; c_y, s_y² I): a mixture of Gaussians that are round, each with a deviation of its own.
///
/// Noise x̃ = x + σε, ε from N(0, I), makes of it the mixture with the variances v_y = s_y² + σ²; hence with the
/// responsibilities r_y = p(y | x̃) the score of the noisy density and the best denoiser are
///
/// ```text
/// ∇ ln p_σ(x̃) = Σ_y r_y (c_y − x̃) / v_y
/// E[x | x̃]    = Σ_y r_y (s_y² x̃ + σ² c_y) / v_y  =  x̃ + σ² ∇ ln p_σ(x̃)
/// ```
///
/// the last by Tweedie's formula (H. Robbins 1956; B. Efron 2011, "Tweedie's formula and selection bias"). E[x | x̃] has
/// the least mean squared error of all functions of x̃, so that it is what a denoising auto-encoder tends to.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianMixture {
    /// c_y as row y.
    centres: Matrix<f64>,
    deviations: Vec<f64>,
    /// They add up to 1.
    weights: Vec<f64>,
}

impl GaussianMixture {
    /// Blobs with given centres (components x features) and deviations, equally likely.
    ///
    /// # Panics
    /// If there is not one deviation for each centre, one is not finite and positive, or a centre is not finite.
    #[track_caller]
    pub fn new(centres: Matrix<f64>, deviations: Vec<f64>) -> Self {
        assert!(
            deviations.len() == centres.rows(),
            "Gaussian mixture: {} deviations of {} centres",
            deviations.len(),
            centres.rows()
        );
        assert!(
            centres.is_finite(),
            "Gaussian mixture: a centre is not finite"
        );
        for &deviation in &deviations {
            assert!(
                deviation > 0.0 && deviation.is_finite(),
                "Gaussian mixture: a deviation is {deviation}, expected a finite number above 0"
            );
        }
        let weights = vec![1.0 / deviations.len() as f64; deviations.len()];
        Self {
            centres,
            deviations,
            weights,
        }
    }

    /// Blobs with centres drawn uniformly from the cube \[−extent, extent\]ⁿ of `features` dimensions, one for each of
    /// `deviations`; equally likely.
    ///
    /// # Panics
    /// If there are no deviations or features, or a deviation or `extent` is not finite and positive.
    #[track_caller]
    pub fn blobs(features: usize, deviations: &[f64], extent: f64, seed: u64) -> Self {
        assert!(
            extent > 0.0 && extent.is_finite(),
            "Gaussian mixture: the extent is {extent}, expected a finite number above 0"
        );
        let random = &mut generator(seed, "centres", 0);
        let centres = Matrix::from_fn(deviations.len(), features, |_, _| {
            extent * random.random_range(-1.0..1.0)
        });
        Self::new(centres, deviations.to_vec())
    }

    /// `modes` Gaussians in the plane, equally spaced on the circle of radius `radius` about 0, the first on the first
    /// axis and then counter-clockwise.
    ///
    /// # Panics
    /// If there are no modes, the radius is not finite, or the deviation is not finite and positive.
    #[track_caller]
    pub fn ring(modes: usize, radius: f64, deviation: f64) -> Self {
        let centres = Matrix::from_fn(modes, 2, |y, j| {
            let angle = TAU * y as f64 / modes as f64;
            radius * if j == 0 { angle.cos() } else { angle.sin() }
        });
        Self::new(centres, vec![deviation; modes])
    }

    /// `side` x `side` Gaussians in the plane, `spacing` apart, the middle of the grid at 0; along the first axis first.
    ///
    /// # Panics
    /// If there are no modes, the spacing is not finite, or the deviation is not finite and positive.
    #[track_caller]
    pub fn grid(side: usize, spacing: f64, deviation: f64) -> Self {
        let modes = side * side;
        let centres = Matrix::from_fn(modes, 2, |y, j| {
            let step = if j == 0 { y % side } else { y / side };
            spacing * (step as f64 - (side - 1) as f64 / 2.0)
        });
        Self::new(centres, vec![deviation; modes])
    }

    /// The same components, as likely as the weights say: they are divided by their sum.
    ///
    /// # Panics
    /// If there is not one weight for each component, or one is not finite and positive.
    #[track_caller]
    pub fn with_weights(mut self, weights: &[f64]) -> Self {
        assert!(
            weights.len() == self.components(),
            "Gaussian mixture: {} weights of {} components",
            weights.len(),
            self.components()
        );
        let sum: f64 = weights.iter().sum();
        assert!(
            weights.iter().all(|&w| w > 0.0) && sum.is_finite(),
            "Gaussian mixture: the weights are {weights:?}, expected finite numbers above 0"
        );
        self.weights = weights.iter().map(|w| w / sum).collect();
        self
    }

    /// How many Gaussians.
    pub fn components(&self) -> usize {
        self.deviations.len()
    }

    /// The centres c_y: components x features.
    pub fn centres(&self) -> &Matrix<f64> {
        &self.centres
    }

    /// The deviation s_y of each component.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// How likely each component is; they add up to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Points of the mixture, labelled by their component.
    ///
    /// # Panics
    /// If `objects` is 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> LabelledPoints {
        let random = &mut generator(seed, "component", 0);
        let labels: Vec<usize> = (0..objects)
            .map(|_| {
                let mut left: f64 = random.random_range(0.0..1.0);
                let drawn = self.weights.iter().position(|weight| {
                    left -= weight;
                    left < 0.0
                });
                drawn.unwrap_or(self.components() - 1) // the sum may miss 1 by a rounding
            })
            .collect();
        let random = &mut generator(seed, "point", 0);
        let features = Matrix::from_fn(objects, self.centres.columns(), |i, j| {
            let y = labels[i];
            self.centres[(y, j)] + self.deviations[y] * standard_normal(random)
        });
        LabelledPoints { features, labels }
    }

    /// ln p_σ(x) of each row of `x`, in nats; `noise` is σ, and with 0 it is the density of the mixture itself.
    ///
    /// # Panics
    /// If `x` has another number of columns than the mixture has features, or the noise is not a finite number of at least
    /// 0; so do [`GaussianMixture::score`] and [`GaussianMixture::denoise`].
    #[track_caller]
    pub fn ln_density(&self, x: &Matrix<f64>, noise: f64) -> Vec<f64> {
        self.check(x, noise);
        x.row_iter()
            .map(|x| log_sum_exp(&self.ln_joint(x, noise)))
            .collect()
    }

    /// ∇ ln p_σ(x) at each row of `x`, as a row; `noise` is σ, and with 0 it is the score of the mixture itself.
    #[track_caller]
    pub fn score(&self, x: &Matrix<f64>, noise: f64) -> Matrix<f64> {
        self.expectation(x, noise, |x, c, _, v| (c - x) / v)
    }

    /// E\[x | x̃\] for each row x̃ of `x`, as a row: the best denoiser of the noise σ = `noise`.
    #[track_caller]
    pub fn denoise(&self, x: &Matrix<f64>, noise: f64) -> Matrix<f64> {
        self.expectation(x, noise, |x, c, s, v| (s * s * x + noise * noise * c) / v)
    }

    /// The component whose centre is nearest to each row of `x`, measured in the component's deviations; the lowest index
    /// at a tie. Counting those within 3 deviations tells which modes a generator has found.
    ///
    /// # Panics
    /// If `x` has another number of columns than the mixture has features.
    #[track_caller]
    pub fn nearest_modes(&self, x: &Matrix<f64>) -> Vec<NearestMode> {
        self.check(x, 0.0);
        let nearest = |x: &[f64]| {
            let modes = self.centres.row_iter().zip(&self.deviations).enumerate();
            modes
                .map(|(index, (c, s))| NearestMode {
                    index,
                    deviations: squared_distance(x, c).sqrt() / s,
                })
                .min_by(|a, b| a.deviations.total_cmp(&b.deviations))
                .expect("a mixture has components")
        };
        x.row_iter().map(nearest).collect()
    }

    /// At which components the rows of `x` lie: within 3 deviations of the nearest.
    ///
    /// # Panics
    /// If `x` has another number of columns than the mixture has features.
    #[track_caller]
    pub fn modes_found(&self, x: &Matrix<f64>) -> ModesFound {
        let mut counts = vec![0; self.components()];
        for nearest in self.nearest_modes(x) {
            if nearest.deviations < 3.0 {
                counts[nearest.index] += 1;
            }
        }
        ModesFound {
            counts,
            samples: x.rows(),
        }
    }

    #[track_caller]
    fn check(&self, x: &Matrix<f64>, noise: f64) {
        assert!(
            x.columns() == self.centres.columns(),
            "Gaussian mixture: points of {} features, got a matrix of {}",
            self.centres.columns(),
            x.shape()
        );
        check_noise("Gaussian mixture", noise);
    }

    /// v_y = s_y² + σ²
    fn variance(&self, y: usize, noise: f64) -> f64 {
        self.deviations[y].powi(2) + noise * noise
    }

    /// ln (w_y N(x; c_y, v_y I)) for each y.
    fn ln_joint(&self, x: &[f64], noise: f64) -> Vec<f64> {
        let half = 0.5 * x.len() as f64;
        let component = |(y, c): (usize, &[f64])| {
            let v = self.variance(y, noise);
            self.weights[y].ln() - half * (TAU * v).ln() - squared_distance(x, c) / (2.0 * v)
        };
        self.centres.row_iter().enumerate().map(component).collect()
    }

    /// Σ_y r_y f(x_j, c_yj, s_y, v_y) for each entry of `x`.
    #[track_caller]
    fn expectation(
        &self,
        x: &Matrix<f64>,
        noise: f64,
        f: impl Fn(f64, f64, f64, f64) -> f64,
    ) -> Matrix<f64> {
        self.check(x, noise);
        let mut rows = Vec::with_capacity(x.as_slice().len());
        for x in x.row_iter() {
            let joint = self.ln_joint(x, noise);
            let ln_density = log_sum_exp(&joint);
            let r: Vec<f64> = joint
                .iter()
                .map(|&joint| (joint - ln_density).exp())
                .collect();
            rows.extend((0..x.len()).map(|j| {
                let terms = r.iter().enumerate().map(|(y, r)| {
                    let (c, s) = (self.centres[(y, j)], self.deviations[y]);
                    r * f(x[j], c, s, self.variance(y, noise))
                });
                terms.sum::<f64>()
            }));
        }
        Matrix::from_vec(x.rows(), x.columns(), rows)
    }
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// ln Σ eˣ, without overflow.
fn log_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::assert_noise;

    fn lopsided() -> GaussianMixture {
        let centres = Matrix::from_rows(&[[0.0, 1.0], [-1.0, 0.5], [2.0, -0.3]]);
        GaussianMixture::new(centres, vec![0.3, 0.7, 0.5]).with_weights(&[1.0, 2.0, 5.0])
    }

    #[test]
    fn modes_are_found_by_samples_within_3_deviations() {
        let ring = GaussianMixture::ring(8, 1.0, 0.05);
        let perfect = ring.modes_found(&ring.sample(10_000, 3).features);
        assert_eq!(perfect.hit(1000), 8);
        // 1 − e^(−9/2)
        assert!((perfect.near() - 0.989).abs() < 0.005);
        assert!(perfect.reverse_kl() < 0.005);

        // the centre is at no mode; at the first there are three, one of them just within, at the second one
        let x = Matrix::from_rows(&[
            [0.0, 0.0],
            [1.0, 0.0],
            [1.149, 0.0],
            [1.151, 0.0],
            [1.0, 0.1],
            [0.707, 0.707],
        ]);
        let found = ring.modes_found(&x);
        assert_eq!(found.counts, [3, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!((found.hit(1), found.hit(2)), (2, 1));
        assert_eq!(found.near(), 4.0 / 6.0);
        let expected = 0.75 * 6f64.ln() + 0.25 * 2f64.ln();
        assert!((found.reverse_kl() - expected).abs() < 1e-12);
        let nowhere = ring.modes_found(&Matrix::zeros(2, 2));
        assert!(nowhere.near() == 0.0 && nowhere.reverse_kl().is_nan());
    }

    #[test]
    fn the_density_is_a_sum_of_gaussians_and_integrates_to_1() {
        let mixture = lopsided();
        for noise in [0.0, 0.6] {
            let step = 0.05;
            let axis: Vec<f64> = (-160..=160).map(|i| step * f64::from(i)).collect();
            let plane = Matrix::from_fn(axis.len() * axis.len(), 2, |i, j| {
                axis[if j == 0 {
                    i / axis.len()
                } else {
                    i % axis.len()
                }]
            });
            let densities = mixture.ln_density(&plane, noise).into_iter().map(f64::exp);
            let integral = densities.sum::<f64>() * step * step;
            assert!((integral - 1.0).abs() < 1e-9, "{integral}");
        }
        let one = GaussianMixture::new(Matrix::from_rows(&[[1.0, 2.0, 3.0]]), vec![2.0]);
        let x = Matrix::from_rows(&[[1.0, 4.0, 3.0]]);
        // variance 4 + 5, squared distance 4
        let expected = -1.5 * (TAU * 9.0).ln() - 4.0 / 18.0;
        assert!((one.ln_density(&x, 5f64.sqrt())[0] - expected).abs() < 1e-14);
    }

    #[test]
    fn the_score_is_the_gradient_of_the_log_density() {
        let mixture = lopsided();
        for noise in [0.0, 0.4] {
            let x = mixture.sample(40, 3).features.map(|x: f64| 1.5 * x);
            let score = mixture.score(&x, noise);
            let h = 1e-5;
            for j in 0..2 {
                let moved = |h: f64| {
                    let x = Matrix::from_fn(40, 2, |i, k| x[(i, k)] + if k == j { h } else { 0.0 });
                    mixture.ln_density(&x, noise)
                };
                for (i, (right, left)) in moved(h).into_iter().zip(moved(-h)).enumerate() {
                    let difference = (right - left) / (2.0 * h);
                    assert!((score[(i, j)] - difference).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn the_denoiser_is_the_posterior_mean_by_integration() {
        // one dimension: ∫ x p(x) N(x̃; x, σ²) dx / ∫ p(x) N(x̃; x, σ²) dx
        let centres = Matrix::from_vec(3, 1, vec![-1.0, 0.2, 1.5]);
        let mixture =
            GaussianMixture::new(centres, vec![0.2, 0.4, 0.3]).with_weights(&[3.0, 1.0, 2.0]);
        let noise = 0.5;
        let x = Matrix::from_fn(80_001, 1, |i, _| -4.0 + 1e-4 * i as f64);
        let p: Vec<f64> = mixture
            .ln_density(&x, 0.0)
            .into_iter()
            .map(f64::exp)
            .collect();
        for noisy in [-2.0, -0.4, 0.0, 0.9, 3.0] {
            let (mut mean, mut mass) = (0.0, 0.0);
            for (x, p) in x.as_slice().iter().zip(&p) {
                let joint = p * (-(noisy - x) * (noisy - x) / (2.0 * noise * noise)).exp();
                mean += x * joint;
                mass += joint;
            }
            let denoised = mixture.denoise(&Matrix::scalar(noisy), noise).item();
            assert!((denoised - mean / mass).abs() < 1e-9, "{noisy}");
        }
    }

    #[test]
    fn the_denoiser_follows_tweedie_and_without_noise_changes_nothing() {
        let mixture = GaussianMixture::ring(8, 2.0, 0.1);
        let x = mixture.sample(50, 1).features.map(|x: f64| 1.1 * x + 0.05);
        for noise in [0.01f64, 0.5, 3.0] {
            let score = mixture.score(&x, noise);
            let tweedie = Matrix::from_fn(50, 2, |i, j| x[(i, j)] + noise * noise * score[(i, j)]);
            assert!(mixture.denoise(&x, noise).is_close(&tweedie, 1e-12));
        }
        assert!(mixture.denoise(&x, 0.0).is_close(&x, 1e-14));
    }

    #[test]
    fn the_denoiser_of_the_ring_has_the_measured_error() {
        // a mean over the components, radius 2, deviation 0.1, noise 0.5: 0.1196, measured apart from this code
        let mixture = GaussianMixture::ring(8, 2.0, 0.1);
        let clean = mixture.sample(40_000, 0).features;
        let random = &mut generator(1, "noise", 0);
        let noisy = clean.map(|x: f64| x + 0.5 * standard_normal(random));
        let denoised = mixture.denoise(&noisy, 0.5);
        let errors = denoised
            .as_slice()
            .iter()
            .zip(clean.as_slice())
            .map(|(a, b)| (a - b).powi(2));
        let error = errors.sum::<f64>() / 80_000.0;
        assert!((error - 0.1196).abs() < 0.002, "{error}");
    }

    #[test]
    fn far_away_nothing_overflows() {
        let mixture = lopsided();
        let far = Matrix::from_rows(&[[1e6, -1e6], [-1e150, 1e3]]);
        assert!(mixture.score(&far, 0.1).is_finite() && mixture.denoise(&far, 0.1).is_finite());
    }

    #[test]
    fn samples_have_the_moments_and_shares_of_their_components() {
        let mixture = lopsided();
        let points = mixture.sample(40_000, 5);
        for y in 0..3 {
            let of_y: Vec<usize> = (0..40_000).filter(|&i| points.labels[i] == y).collect();
            let share = of_y.len() as f64 / 40_000.0;
            assert!((share - mixture.weights()[y]).abs() < 0.0125, "{share}");
            for j in 0..2 {
                let from_centre = of_y
                    .iter()
                    .map(|&i| points.features[(i, j)] - mixture.centres()[(y, j)]);
                assert_noise(from_centre, mixture.deviations()[y]);
            }
        }
    }

    #[test]
    fn rings_grids_and_blobs_lie_where_they_are_said_to() {
        let ring = GaussianMixture::ring(4, 3.0, 0.1);
        let expected = Matrix::from_rows(&[[3.0, 0.0], [0.0, 3.0], [-3.0, 0.0], [0.0, -3.0]]);
        assert!(ring.centres().is_close(&expected, 1e-15));
        let grid = GaussianMixture::grid(3, 2.0, 0.1);
        assert_eq!(grid.components(), 9);
        assert_eq!(grid.centres().row(0), [-2.0, -2.0]);
        assert_eq!(grid.centres().row(1), [0.0, -2.0]);
        assert_eq!(grid.centres().row(8), [2.0, 2.0]);
        let blobs = GaussianMixture::blobs(4, &[1.0; 50], 10.0, 0);
        let entries = blobs.centres().as_slice();
        assert!(entries.iter().all(|x| x.abs() <= 10.0) && entries.iter().any(|x| x.abs() > 9.0));
    }

    #[test]
    fn the_nearest_mode_is_measured_in_deviations() {
        let mixture = GaussianMixture::new(Matrix::from_vec(2, 1, vec![0.0, 4.0]), vec![0.5, 2.0]);
        let modes = mixture.nearest_modes(&Matrix::from_vec(3, 1, vec![-0.5, 1.5, 0.8]));
        let expected = [(0, 1.0), (1, 1.25), (0, 1.6)];
        for (mode, (index, deviations)) in modes.iter().zip(expected) {
            assert_eq!((mode.index, mode.deviations), (index, deviations));
        }
        // at a tie the lowest
        assert_eq!(mixture.nearest_modes(&Matrix::scalar(0.8))[0].index, 0);
    }

    #[test]
    fn the_stream_does_not_change() {
        let points = GaussianMixture::ring(8, 2.0, 0.1).sample(3, 0);
        assert_eq!(points.labels, [4, 7, 6]);
        let expected = Matrix::from_rows(&[
            [-2.080540187338754, -0.111283193787462],
            [1.399388312181954, -1.482546212982743],
            [0.196235308647985, -2.015885644822256],
        ]);
        assert!(points.features.is_close(&expected, 1e-12));
    }

    #[test]
    #[should_panic = "Gaussian mixture: a deviation is 0, expected a finite number above 0"]
    fn a_mixture_without_width_is_refused() {
        GaussianMixture::ring(8, 1.0, 0.0);
    }
}
