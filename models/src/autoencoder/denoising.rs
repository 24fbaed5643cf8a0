//! The denoising auto-encoder: the object is to be found again from a damaged copy.
//!
//! **Given** objects x₁ … x_l and a noise q(x̃|x). **Find** f and g such that
//!
//! ```text
//! Σᵢ E_{x̃ ~ q(x̃|xᵢ)} L(g(f(x̃, α), β), xᵢ)  →  min over α, β
//!
//! x̃ ~ N(x, σ² I)                       Gaussian noise
//! x̃ⱼ = 0 with probability p₀, else xⱼ  masking
//! ```
//!
//! The expectation is a draw, a new one at each step. To copy its input is no solution any more, however wide the code:
//! the model has to know what objects look like. The best denoiser of Gaussian noise is E[x|x̃], and (E[x|x̃] − x̃)/σ²
//! = ∇ ln p(x̃), the score of the noisy distribution: the arrows from x̃ to its reconstruction point to where objects
//! are.
//!
//! **Use it** for codes that do not mind noise, for cleaning data, and with the joint model of few labels. **Do not**
//! choose σ far above the scale of the data's detail: what remains is the mean.
//!
//! Sources: Vincent, Larochelle, Bengio, Manzagol (2008), "Extracting and composing robust features with denoising
//! autoencoders"; for the score Alain, Bengio (2014), "What regularized auto-encoders learn from the data-generating
//! distribution", theorem 1.

use super::{AutoEncoder, Method};
use rand::Rng;
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::train::Batch;

/// x̃ ~ q(x̃|x) in the place of x.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Denoising {
    /// q(x̃|x)
    pub noise: Noise,
    /// What is to be reconstructed.
    pub target: Target,
}

/// q(x̃|x)
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Noise {
    /// N(x, σ² I)
    Gaussian {
        /// σ, at least 0.
        sigma: f64,
    },
    /// Each feature, by itself, becomes 0.
    Masking {
        /// p₀ in \[0, 1\].
        probability: f64,
    },
}

impl<T: Real> Method<T> for Denoising {
    // lecture: denoising
    fn input<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        let (shape, clean) = (x.shape(), x.value());
        batch
            .tape
            .leaf_with(shape.rows(), shape.columns(), |noisy| {
                noisy.as_mut_slice().copy_from_slice(clean.as_slice());
                self.noise
                    .draw(noisy.as_mut_slice(), &mut batch.generator("noise"));
            })
    }
    // lecture: end

    fn target<'t>(&self, x: Var<'t, T>, input: Var<'t, T>) -> Var<'t, T> {
        match self.target {
            Target::Clean => x,
            Target::Corrupted => input,
        }
    }
}

/// What the reconstruction is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Target {
    /// x: the method.
    #[default]
    Clean,
    /// x̃: its control. A model that is to find the damaged copy again learns to keep the damage.
    Corrupted,
}

impl Denoising {
    /// The clean object is to be found again from a copy with this noise.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::autoencoder::{Architecture, AutoEncoder, Denoising, Noise};
    /// use unsup_models::{Matrix, Training};
    ///
    /// // points on a line in the plane, and the same with noise across it
    /// let x = Matrix::from_fn(200, 2, |i, _| i as f64 / 100.0 - 1.0);
    /// let noise = Noise::Gaussian { sigma: 0.3 };
    /// let mut model = AutoEncoder::new(2, &Architecture::deep(&[16], 2));
    /// model.fit(&x, &Denoising::new(noise), &Training::default(), |_| ControlFlow::Continue(())).unwrap();
    /// let noisy = noise.corrupt(&x, 1);
    /// let error = |y: &Matrix<f64>| y.difference(&x);
    /// assert!(error(&model.reconstruct(&noisy)) < 0.8 * error(&noisy));
    /// ```
    pub fn new(noise: Noise) -> Self {
        let target = Target::Clean;
        Self { noise, target }
    }
}

impl Noise {
    /// x̃ of the rows of `x`, drawn under `seed`.
    ///
    /// # Panics
    /// If σ is negative or p₀ not in \[0, 1\].
    #[track_caller]
    pub fn corrupt<T: Real>(self, x: &Matrix<T>, seed: u64) -> Matrix<T> {
        let mut noisy = x.clone();
        self.draw(noisy.as_mut_slice(), &mut generator(seed, "noise", 0));
        noisy
    }

    /// x becomes x̃.
    #[track_caller]
    fn draw<T: Real>(self, x: &mut [T], random: &mut impl Rng) {
        match self {
            Self::Gaussian { sigma } => {
                assert!(
                    sigma >= 0.0,
                    "noise: σ is {sigma}, expected a number of at least 0"
                );
                for x in x {
                    *x += T::from_f64(sigma * standard_normal(random));
                }
            }
            Self::Masking { probability } => {
                assert!(
                    (0.0..=1.0).contains(&probability),
                    "noise: the probability is {probability}, expected one in [0, 1]"
                );
                for x in x {
                    if rand::RngExt::random_range(random, 0.0..1.0) < probability {
                        *x = T::ZERO;
                    }
                }
            }
        }
    }
}

impl<T: Real> AutoEncoder<T> {
    /// The denoiser's field (g(f(x)) − x)/σ² at the rows of x, objects x features: after training with Gaussian noise
    /// of deviation σ an estimate of the score ∇ ln p of the objects with that noise.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes, or σ is not above 0.
    #[track_caller]
    pub fn score_field(&self, x: &Matrix<T>, sigma: f64) -> Matrix<T> {
        assert!(
            sigma > 0.0,
            "score_field: σ is {sigma}, expected a number above 0"
        );
        let (reconstructed, scale) = (self.reconstruct(x), T::from_f64(sigma.powi(-2)));
        Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            (reconstructed[(i, j)] - x[(i, j)]) * scale
        })
    }
}
