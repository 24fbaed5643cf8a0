//! The variational auto-encoder: a code with a distribution, from which new objects are drawn.
//!
//! **Given** objects x₁ … x_l. **Find** an encoder that gives a distribution q(z|x) = N(μ(x, α), diag s(x, α)²) of
//! codes, and a decoder p(x|z, β), such that with the prior p(z) = N(0, σ² I) the bound below on Σᵢ ln p(xᵢ) is
//! greatest:
//!
//! ```text
//! ln p(x) ≥ ELBO = E_{z ~ q(z|x)} ln p(x|z, β) − KL(q(z|x) ‖ p(z))  →  max over α, β
//!
//! z = f(x, α, ε) = μ(x) + s(x) ε,  ε ~ N(0, I)                          a draw that can be differentiated
//! KL(q ‖ p) = Σⱼ ½ ((sⱼ² + μⱼ²)/σ² − 1 − ln sⱼ² + ln σ²)                  in closed form
//! ln p(x|z) = Σⱼ xⱼ ln x̂ⱼ + (1 − xⱼ) ln (1 − x̂ⱼ)                        Bernoulli, x̂ = g(z)
//!           = −Σⱼ ½ ((xⱼ − x̂ⱼ)²/e^v + v + ln 2π)                        Gaussian, its variance e^v learned
//!
//! ln p(x) ≥ E ln (1/K) Σₖ p(x|zₖ) p(zₖ)/q(zₖ|x) ≥ ELBO                  the importance-weighted bound
//! ```
//!
//! (A mean over objects, in nats; minus the bound is minimised.) **Objects are drawn** from the prior, x ~ p(x|z) with
//! z ~ p(z), or **like a given one**, x ~ p(x | f(xᵢ, α, ε)).
//!
//! β weighs the KL: 1 is the bound; with 0 nothing holds the codes together, reconstructions become better, and draws
//! from the prior are no objects any more.
//!
//! **Use it** to draw objects, to go from one to another, and for a bound on the likelihood. **Do not** expect sharp
//! pictures from small codes. A decoder that can do without z will: the KL is then about 0, and a warning says so.
//!
//! Sources: Kingma, Welling (2013), "Auto-encoding variational Bayes", eq. 8, 10 and appendix B; β: Higgins et al.
//! (2017), "β-VAE"; the importance-weighted bound: Burda, Grosse, Salakhutdinov (2015), "Importance weighted
//! autoencoders", eq. 8.
//!
//! | file | holds |
//! |---|---|
//! | this one | the distributions and the criterion |
//! | `model` | the model: encode, decode, fit |
//! | `bounds` | the bounds of given objects, and what is wrong with a model |
//! | `generation` | new objects, like ones, the way between two |

mod bounds;
mod generation;
mod model;

pub use model::{Likelihood, Variational};

use crate::draw::standard_normals;
use rand::RngExt;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::loss;
use unsup_nn::train::{Batch, Criterion, Term, Terms, smallvec};

/// Minus the ELBO: what is minimised.
#[derive(Clone, Copy, Debug)]
pub struct Elbo<'x, T: Real> {
    /// The objects, l x n.
    pub x: &'x Matrix<T>,
    /// β, the weight of the KL; 1 is the bound.
    pub beta: f64,
    /// K: with more than one draw minus the importance-weighted bound is minimised in the place of the ELBO (and β has
    /// no effect).
    pub draws: usize,
    /// Whether features in \[0, 1\] are taken as probabilities, from which 0 or 1 is drawn anew at each step: "dynamic
    /// binarisation".
    pub binarised: bool,
}

impl<T: Real> Criterion<T, Variational<T>> for Elbo<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, model: &Variational<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let x = self.objects(batch);
        let q = model.posterior(batch, x);
        if self.draws > 1 {
            let weights: Vec<_> = (0..self.draws)
                .map(|k| model.log_weight(batch, q, q.draw(batch, &format!("epsilon {k}")), x))
                .collect();
            let ln_k = (self.draws as f64).ln();
            let bound = Var::concat_columns(&weights).row_log_sum_exp() - ln_k;
            return smallvec![Term {
                name: "importance-weighted bound",
                weight: -1.0,
                value: bound.mean(),
            }];
        }
        // lecture: variational
        let z = q.draw(batch, "epsilon");
        smallvec![
            Term {
                name: "reconstruction", // −E ln p(x|z)
                weight: 1.0,
                value: model.surprise(batch, z, x).mean(),
            },
            Term {
                name: "kl",
                weight: self.beta,
                value: loss::gaussian_kl(q.mean, q.log_variance, model.prior),
            },
        ]
        // lecture: end
    }
}

impl<T: Real> Variational<T> {
    /// q(z|x)
    fn posterior<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Posterior<'t, T> {
        let (both, k) = (self.encoder.forward(batch, x), self.code());
        Posterior {
            mean: both.slice_columns(0..k),
            log_variance: both.slice_columns(k..2 * k),
        }
    }

    /// −ln p(x|z) of each object, l x 1.
    fn surprise<'t>(&self, batch: &Batch<'t, '_, T>, z: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        let s = self.decoder.forward(batch, z);
        match &self.log_variance {
            None => loss::bernoulli_of_each(s, x),
            Some(v) => loss::gaussian_of_each(s, v.on(batch.tape), x),
        }
    }

    /// ln (p(x|z) p(z) / q(z|x)) of each object, l x 1.
    fn log_weight<'t>(
        &self,
        batch: &Batch<'t, '_, T>,
        q: Posterior<'t, T>,
        z: Var<'t, T>,
        x: Var<'t, T>,
    ) -> Var<'t, T> {
        let (zero, ln_variance) = (
            batch
                .tape
                .filled(z.shape().rows(), z.shape().columns(), 0.0),
            batch.tape.filled(1, 1, 2.0 * self.prior.ln()),
        );
        let prior = loss::gaussian_of_each(zero, ln_variance, z);
        let posterior = loss::gaussian_of_each(q.mean, q.log_variance, z);
        posterior - prior - self.surprise(batch, z, x)
    }
}

/// q(z|x) on a tape.
#[derive(Clone, Copy, Debug)]
struct Posterior<'t, T: Real> {
    /// μ, objects x code.
    mean: Var<'t, T>,
    /// ln s², objects x code.
    log_variance: Var<'t, T>,
}

impl<'t, T: Real> Posterior<'t, T> {
    // lecture: variational draw
    /// z = μ + s ε
    fn at(self, epsilon: Var<'t, T>) -> Var<'t, T> {
        self.mean + (self.log_variance * 0.5).exp() * epsilon
    }

    /// z = μ + s ε with a draw of ε for a purpose.
    fn draw(self, batch: &Batch<'t, '_, T>, purpose: &str) -> Var<'t, T> {
        let shape = self.mean.shape();
        let epsilon = standard_normals(batch, purpose, shape.rows(), shape.columns());
        self.at(epsilon)
    }
    // lecture: end
}

impl<'x, T: Real> Elbo<'x, T> {
    /// The bound itself on the objects as they are: β = 1, one draw.
    pub fn new(x: &'x Matrix<T>) -> Self {
        Self {
            x,
            beta: 1.0,
            draws: 1,
            binarised: false,
        }
    }

    /// The objects of a batch.
    fn objects<'t>(&self, batch: &Batch<'t, '_, T>) -> Var<'t, T> {
        if !self.binarised {
            return batch.tape.gather(self.x, batch.rows);
        }
        let mut random = batch.generator("binarisation");
        let (rows, columns) = (batch.rows.len(), self.x.columns());
        batch.tape.leaf_with(rows, columns, |drawn| {
            for (i, &row) in batch.rows.iter().enumerate() {
                for (x, &p) in drawn.row_mut(i).iter_mut().zip(self.x.row(row)) {
                    *x = bernoulli(p, &mut random);
                }
            }
        })
    }
}

/// Objects of 0 and 1, each drawn with the probability that `x` has in its place: what a bound on the likelihood of
/// binary objects is taken of.
pub fn binarised<T: Real>(x: &Matrix<T>, seed: u64) -> Matrix<T> {
    let mut random = generator(seed, "binarisation", 0);
    x.map(|p| bernoulli(p, &mut random))
}

/// 1 with probability p, else 0.
fn bernoulli<T: Real>(p: T, random: &mut impl rand::Rng) -> T {
    if random.random_range(0.0..1.0) < p.to_f64() {
        T::ONE
    } else {
        T::ZERO
    }
}
