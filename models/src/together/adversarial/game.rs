//! What the two players minimise, as terms.
//!
//! In the logits d = ln (D / (1 − D)): −ln D = ln(1 + e⁻ᵈ) and −ln(1 − D) = ln(1 + eᵈ), which neither overflow nor take
//! the logarithm of 0.
//!
//! In the step of one player the other is a constant: the trainer differentiates by the parameters of the one network
//! that it is given.

use crate::draw::standard_normals;
use rand::RngExt;
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::train::{Batch, Criterion, Term, Terms, smallvec};
use unsup_nn::{Sequence, penalty};

/// What each player minimises: D on objects and on samples, and G.
///
/// | | D on objects | D on samples | G |
/// |---|---|---|---|
/// | minimax | −(1/l) Σ ln D(xᵢ) | −(1/l) Σ ln(1 − D(G(zᵢ))) | (1/l) Σ ln(1 − D(G(zᵢ))) |
/// | non-saturating | the same | the same | −(1/l) Σ ln D(G(zᵢ)) |
/// | Wasserstein | −(1/l) Σ d(xᵢ) | (1/l) Σ d(G(zᵢ)) | −(1/l) Σ d(G(zᵢ)) |
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Game {
    /// The slide's: G minimises what D maximises. Where D tells samples well, D(G(z)) near 0, the gradient of
    /// ln(1 − D(G(z))) by the logit is −D(G(z)), near 0 as well: G learns least when it is worst.
    Minimax,
    /// G maximises ln D(G(z)), whose gradient by the logit, 1 − D(G(z)), is largest there. It is not the same descent
    /// by another name: the gradient is another one, and what they share is the fixed point p_G = p.
    #[default]
    NonSaturating,
    /// D is a critic d whose mean on objects exceeds that on samples as far as it can: with slopes of at most 1 the
    /// largest excess is the Wasserstein distance of the two distributions. Nothing in the game itself keeps the
    /// slopes there: [`Penalty::WassersteinGp`] does. Arjovsky, Chintala, Bottou (2017), "Wasserstein GAN", eq. 2.
    Wasserstein,
}

impl Game {
    // lecture: gan discriminator
    /// What D minimises on the logits of objects.
    fn on_objects<T: Real>(self, d: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Minimax | Self::NonSaturating => (-d).softplus().mean(), // −ln D
            Self::Wasserstein => -d.mean(),
        }
    }

    /// What D minimises on the logits of samples.
    fn on_samples<T: Real>(self, d: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Minimax | Self::NonSaturating => d.softplus().mean(), // −ln(1 − D)
            Self::Wasserstein => d.mean(),
        }
    }
    // lecture: end

    // lecture: gan generator
    /// What G minimises on the logits of its samples.
    fn of_generator<T: Real>(self, d: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Minimax => -d.softplus().mean(),         // ln(1 − D)
            Self::NonSaturating => (-d).softplus().mean(), // −ln D
            Self::Wasserstein => -d.mean(),
        }
    }
    // lecture: end

    /// The mean of D, and of a critic its mean value.
    fn opinion<T: Real>(self, d: Var<'_, T>) -> Var<'_, T> {
        match self {
            Self::Minimax | Self::NonSaturating => d.sigmoid().mean(),
            Self::Wasserstein => d.mean(),
        }
    }
}

/// What is added to the criterion of D so that it is not steep.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Penalty {
    /// Nothing.
    #[default]
    None,
    /// (γ/2) (1/l) Σ ‖∇ₓ d(xᵢ)‖² at the objects: Mescheder, Geiger, Nowozin (2018), eq. 9.
    R1 {
        /// γ, at least 0.
        gamma: f64,
    },
    /// λ (1/l) Σ (‖∇ d(uᵢ)‖ − 1)² at uᵢ = εᵢ xᵢ + (1 − εᵢ) G(zᵢ), εᵢ uniform in \[0, 1\]: Gulrajani et al. (2017),
    /// eq. 3.
    WassersteinGp {
        /// λ, at least 0.
        lambda: f64,
    },
}

/// Noise N(0, σ² I) on all that D is shown, objects and samples alike, in the steps of both players; σ falls to 0
/// along a line.
///
/// While the two distributions hardly overlap a good D is steep between them and flat elsewhere, and G learns nothing
/// from it; with noise they overlap, and p_G = p is the fixed point as before.
///
/// Source: Sønderby et al. (2017), "Amortised MAP inference for image super-resolution", section 3.3; Arjovsky, Bottou
/// (2017), "Towards principled methods for training generative adversarial networks".
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct InstanceNoise {
    /// σ at the start, in units of the features, at least 0.
    pub sigma: f64,
    /// The share of the run, in (0, 1\], after which it is 0.
    pub until: f64,
}

impl Default for InstanceNoise {
    /// None.
    fn default() -> Self {
        Self::falling_from(0.0)
    }
}

impl InstanceNoise {
    /// From σ to 0 over the first 0.7 of the run.
    pub fn falling_from(sigma: f64) -> Self {
        Self { sigma, until: 0.7 }
    }

    /// σ after a share `done` of the run, in \[0, 1\].
    pub fn at(self, done: f64) -> f64 {
        self.sigma * (1.0 - done / self.until).max(0.0)
    }
}

/// x + σ ε, ε ~ N(0, I).
fn noisy<'t, T: Real>(
    batch: &Batch<'t, '_, T>,
    purpose: &str,
    x: Var<'t, T>,
    sigma: f64,
) -> Var<'t, T> {
    if sigma == 0.0 {
        return x;
    }
    let shape = x.shape();
    x + standard_normals(batch, purpose, shape.rows(), shape.columns()) * sigma
}

/// G(zᵢ), as many as the batch has objects, with instance noise.
fn samples<'t, T: Real>(
    generator: &Sequence<T>,
    batch: &Batch<'t, '_, T>,
    sigma: f64,
) -> Var<'t, T> {
    let z = standard_normals(batch, "latent", batch.rows.len(), generator.inputs());
    let generated = generator.forward(batch, z);
    noisy(batch, "noise of samples", generated, sigma)
}

/// The criterion of D: on objects, on samples, and the penalty.
///
/// ```text
/// −(1/l) Σᵢ ln D(xᵢ) − (1/l) Σᵢ ln(1 − D(G(zᵢ))) + penalty  →  min over β
/// ```
///
/// With the weight 0 it also states the means of D(xᵢ) and D(G(zᵢ)).
#[derive(Clone, Copy, Debug)]
pub struct DiscriminatorCriterion<'x, T: Real> {
    /// The objects, l x n.
    pub x: &'x Matrix<T>,
    /// G: its samples are constants here.
    pub generator: &'x Sequence<T>,
    /// Which game it is.
    pub game: Game,
    /// What is added.
    pub penalty: Penalty,
    /// σ of the instance noise.
    pub sigma: f64,
}

impl<T: Real> DiscriminatorCriterion<'_, T> {
    /// What D is shown at a step: objects xᵢ and samples G(zᵢ), both with instance noise.
    pub fn shown<'t>(&self, batch: &Batch<'t, '_, T>) -> [Var<'t, T>; 2] {
        let x = batch.tape.gather(self.x, batch.rows);
        let x = noisy(batch, "noise of objects", x, self.sigma);
        let generated = samples(self.generator, batch, self.sigma);
        [x, generated.stop_gradient()]
    }

    /// Points uᵢ = εᵢ xᵢ + (1 − εᵢ) G(zᵢ) between these, εᵢ uniform in \[0, 1\].
    pub fn between<'t>(
        &self,
        batch: &Batch<'t, '_, T>,
        [x, generated]: [Var<'t, T>; 2],
    ) -> Var<'t, T> {
        let mut random = batch.generator("between");
        let epsilon = batch.tape.leaf_with(batch.rows.len(), 1, |epsilon| {
            for entry in epsilon.as_mut_slice() {
                *entry = T::from_f64(random.random_range(0.0..1.0));
            }
        });
        let epsilon = epsilon.expand_to(x.shape());
        epsilon * x + (1.0 - epsilon) * generated
    }
}

impl<T: Real> Criterion<T, Sequence<T>> for DiscriminatorCriterion<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, discriminator: &Sequence<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let beside = |purpose| batch.beside(batch.rows, purpose); // dropout has a mask for each
        let [x, generated] = self.shown(batch);
        let d_x = discriminator.logits(batch, x);
        let d_generated = discriminator.logits(&beside("on samples"), generated);
        let mut terms = smallvec![
            term(OBJECTS, 1.0, self.game.on_objects(d_x)),
            term(SAMPLES, 1.0, self.game.on_samples(d_generated)),
            term(D_OF_OBJECTS, 0.0, self.game.opinion(d_x)),
            term(D_OF_SAMPLES, 0.0, self.game.opinion(d_generated)),
        ];
        match self.penalty {
            Penalty::None => {}
            Penalty::R1 { gamma } => {
                let value = penalty::gradient_squared(x, d_x);
                terms.push(term(PENALTY, gamma / 2.0, value));
            }
            Penalty::WassersteinGp { lambda } => {
                let u = self.between(batch, [x, generated]);
                let d_u = discriminator.logits(&beside("on points between"), u);
                terms.push(term(PENALTY, lambda, penalty::gradient_to_one(u, d_u)));
            }
        }
        terms
    }
}

/// The criterion of G on samples G(zᵢ), as many as a batch has objects; D is a constant here.
///
/// ```text
/// minimax:         (1/l) Σᵢ ln(1 − D(G(zᵢ)))  →  min over α
/// non-saturating: −(1/l) Σᵢ ln D(G(zᵢ))       →  min over α
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GeneratorCriterion<'x, T: Real> {
    /// How many samples an evaluation takes.
    pub samples: usize,
    /// D, as the network of its logit.
    pub discriminator: &'x Sequence<T>,
    /// Which game it is.
    pub game: Game,
    /// σ of the instance noise.
    pub sigma: f64,
}

impl<T: Real> Criterion<T, Sequence<T>> for GeneratorCriterion<'_, T> {
    fn objects(&self) -> usize {
        self.samples
    }

    fn terms<'t>(&self, generator: &Sequence<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let generated = samples(generator, batch, self.sigma);
        let d = self.discriminator.logits(batch, generated);
        smallvec![term("generator", 1.0, self.game.of_generator(d))]
    }
}

pub(super) const OBJECTS: &str = "objects";
pub(super) const SAMPLES: &str = "samples";
pub(super) const PENALTY: &str = "penalty";
pub(super) const D_OF_OBJECTS: &str = "D of objects";
pub(super) const D_OF_SAMPLES: &str = "D of samples";

fn term<'t, T: Real>(name: &'static str, weight: f64, value: Var<'t, T>) -> Term<'t, T> {
    Term {
        name,
        weight,
        value,
    }
}
