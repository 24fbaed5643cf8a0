//! The generative adversarial network: one network makes objects of noise, another is to tell them from true ones,
//! and each learns from the other.
//!
//! **Given** objects x₁ … x_l in Rⁿ. **Find** a generator G(z, α): x ~ p(x|z, α), and a discriminator D(x, β) =
//! p(1|x, β), the probability that x is one of the objects, such that
//!
//! ```text
//! Σᵢ ln D(xᵢ, β) + ln(1 − D(G(zᵢ, α), β))  →  max over β
//! Σᵢ ln(1 − D(G(zᵢ, α), β))                →  min over α        z₁ … z_l ~ N(0, I)
//! ```
//!
//! (Sums are means here, (1/l) Σᵢ, so that nothing depends on l.) For a fixed G, whose samples have the density p_G,
//! the best discriminator is D* = p / (p + p_G), and the value at it is −ln 4 + 2 JSD(p ‖ p_G): −ln 4 = −1.3863 where
//! the samples are distributed as the objects, and 0 where they can be told from them without fail. So the value,
//! unlike the loss of one network, does not fall or rise when all goes well: [`Block`] shows beside it what the
//! samples look like, and a [`Warning`] says in words what seems wrong.
//!
//! | file | holds |
//! |---|---|
//! | `game` | [`Game`]: what each player minimises; [`Penalty`], instance noise; both criteria |
//! | `training` | [`Settings`], [`Run`]: k steps of D, one of G, in turn |
//! | `history` | [`Block`], [`History`]: what a stretch of the run came to |
//! | `likeness` | [`Reference`]: how samples compare with objects |
//! | `warning` | [`Warning`] |
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::Matrix;
//! use unsup_models::together::adversarial::{Architecture, Block, Gan, Settings};
//!
//! // objects on a circle
//! let x = Matrix::from_fn(500, 2, |i, j| {
//!     let angle = i as f32 * 0.1;
//!     if j == 0 { angle.cos() } else { angle.sin() }
//! });
//! let mut gan = Gan::new(2, &Architecture { latent: 2, ..Architecture::default() });
//! let settings = Settings { steps: 600, batch_size: 64, record_every: 200, ..Settings::default() };
//! let history = gan.fit(&x, &settings, |block: &Block| {
//!     println!("{} of {}: spread {:.2}", block.step, block.of, block.likeness.spread);
//!     block.warnings.iter().for_each(|warning| println!("{warning}"));
//!     ControlFlow::Continue(())
//! }).unwrap();
//! assert_eq!(history.blocks.len(), 3);
//! let samples = gan.sample(100, 0);
//! let radii = samples.row_iter().map(|x| x[0].hypot(x[1]));
//! assert!((radii.sum::<f32>() / 100.0 - 1.0).abs() < 0.3);
//! ```
//!
//! **Use it** where samples are wanted and no density: what it makes is sharp. **Do not** where all kinds of objects
//! must be made, or a likelihood is asked for: nothing in the criterion says that G must make what D does not miss,
//! and a run has to be looked at.
//!
//! Source: Goodfellow et al. (2014), "Generative adversarial nets": the criterion, its proposition 1 and theorem 1
//! for D* and the value.

mod game;
mod history;
mod likeness;
#[cfg(feature = "saving")]
mod saving;
#[cfg(test)]
mod tests;
mod training;
mod warning;

pub use game::{DiscriminatorCriterion, Game, GeneratorCriterion, InstanceNoise, Penalty};
pub use history::{Block, DiscriminatorFigures, GeneratorFigures, History};
pub use likeness::{Likeness, Reference};
pub use training::{Progress, Run, Settings};
pub use warning::Warning;

use crate::apply;
use unsup_autograd::random::{fill_standard_normal, generator};
use unsup_autograd::{Matrix, Real};
use unsup_nn::{Activation, Sequence, module};

/// A generator and a discriminator.
#[derive(Clone, Debug)]
pub struct Gan<T: Real> {
    generator: Sequence<T>,
    discriminator: Sequence<T>,
}
module!(Gan {
    generator,
    discriminator
});

/// The shapes of both networks.
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// How many numbers z has; at least 1.
    pub latent: usize,
    /// Widths of the generator's layers between z and the features.
    pub generator: Vec<usize>,
    /// Their σ.
    pub generator_activation: Activation,
    /// σ of the generator's last layer: the sigmoid for features in \[0, 1\], the identity for any.
    pub output: Activation,
    /// Widths of the discriminator's layers between the features and the logit.
    pub discriminator: Vec<usize>,
    /// Their σ.
    pub discriminator_activation: Activation,
    /// Where the initial weights come from.
    pub seed: u64,
}

impl Default for Architecture {
    /// z of 8, two layers of 64 in each network, ReLU in the generator, and in the discriminator leaky ReLU of slope
    /// 0.2, which hands G a gradient on either side of its corner.
    fn default() -> Self {
        Self {
            latent: 8,
            generator: vec![64, 64],
            generator_activation: Activation::Relu,
            output: Activation::Identity,
            discriminator: vec![64, 64],
            discriminator_activation: Activation::LeakyRelu { slope: 0.2 },
            seed: 0,
        }
    }
}

impl<T: Real> Gan<T> {
    /// An untrained pair for objects with `features` features.
    ///
    /// # Panics
    /// If `features` or one of the widths is 0.
    #[track_caller]
    pub fn new(features: usize, architecture: &Architecture) -> Self {
        let Architecture { latent, seed, .. } = *architecture;
        let between =
            |first: usize, hidden: &[usize], last: usize| [&[first], hidden, &[last]].concat();
        let widths = between(latent, &architecture.generator, features);
        let (hidden, last) = (architecture.generator_activation, architecture.output);
        let generator = Sequence::new(&widths, hidden, last, seed, "generator");
        let widths = between(features, &architecture.discriminator, 1);
        let (hidden, last) = (architecture.discriminator_activation, Activation::Identity);
        let discriminator = Sequence::new(&widths, hidden, last, seed, "discriminator");
        Self::of(generator, discriminator)
    }

    /// A pair of networks of your own. Of the discriminator the logit is taken: what its last dense layer gives
    /// before its activation.
    ///
    /// # Panics
    /// If the discriminator does not take what the generator gives, or does not give one number.
    #[track_caller]
    pub fn of(generator: Sequence<T>, discriminator: Sequence<T>) -> Self {
        let shape =
            |network: &Sequence<T>| format!("{} to {}", network.inputs(), network.outputs());
        assert!(
            generator.outputs() == discriminator.inputs() && discriminator.outputs() == 1,
            "gan: a generator of {} and a discriminator of {}, expected one of {} to 1",
            shape(&generator),
            shape(&discriminator),
            generator.outputs()
        );
        Self {
            generator,
            discriminator,
        }
    }

    /// G
    pub fn generator(&self) -> &Sequence<T> {
        &self.generator
    }

    /// D, as the network of its logit.
    pub fn discriminator(&self) -> &Sequence<T> {
        &self.discriminator
    }

    /// How many numbers z has.
    pub fn latent(&self) -> usize {
        self.generator.inputs()
    }

    /// How many features an object has.
    pub fn features(&self) -> usize {
        self.generator.outputs()
    }

    /// New objects G(z) with z ~ N(0, I): `count` x features.
    ///
    /// # Panics
    /// If `count` is 0.
    #[track_caller]
    pub fn sample(&self, count: usize, seed: u64) -> Matrix<T> {
        sample(&self.generator, count, seed)
    }

    /// G(z) of each row of `z`: rows x latent to rows x features.
    ///
    /// # Panics
    /// If `z` has another number of columns than the generator takes.
    #[track_caller]
    pub fn generate(&self, z: &Matrix<T>) -> Matrix<T> {
        generate(&self.generator, z)
    }

    /// The logits ln (D(x) / (1 − D(x))) of the rows of `x`: rows x features to rows x 1. Of the Wasserstein game
    /// they are the critic's values.
    ///
    /// # Panics
    /// If `x` has another number of columns than the discriminator takes.
    #[track_caller]
    pub fn logits(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("logits", self.features(), x, |batch, x| {
            self.discriminator.logits(batch, x)
        })
    }

    /// D(x) = p(1|x), the probability that the discriminator gives to each row of `x` of being an object and no
    /// sample: rows x features to rows x 1.
    ///
    /// # Panics
    /// If `x` has another number of columns than the discriminator takes.
    #[track_caller]
    pub fn probabilities(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("probabilities", self.features(), x, |batch, x| {
            self.discriminator.logits(batch, x).sigmoid()
        })
    }
}

#[track_caller]
fn sample<T: Real>(generator: &Sequence<T>, count: usize, seed: u64) -> Matrix<T> {
    generate(generator, &latent(count, generator.inputs(), seed))
}

#[track_caller]
fn generate<T: Real>(generator: &Sequence<T>, z: &Matrix<T>) -> Matrix<T> {
    apply("generate", generator.inputs(), z, |_, z| {
        generator.evaluate(z)
    })
}

/// z ~ N(0, I), `count` x `latent`.
#[track_caller]
fn latent<T: Real>(count: usize, latent: usize, seed: u64) -> Matrix<T> {
    let mut random = generator(seed, "latent", 0);
    let mut z = Matrix::zeros(count, latent);
    fill_standard_normal(z.as_mut_slice(), &mut random);
    z
}
