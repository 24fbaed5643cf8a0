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
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::autoencoder::{Architecture, Elbo, Likelihood, Variational};
//! use unsup_models::{Matrix, Training};
//!
//! // one of two halves is on
//! let x = Matrix::from_fn(100, 6, |i, j| f32::from(u8::from(j / 3 == i % 2)));
//! let mut model = Variational::new(6, &Architecture::deep(&[16], 1), Likelihood::Bernoulli);
//! model.fit(&Elbo::new(&x), &Training::default(), |_| ControlFlow::Continue(())).unwrap();
//! assert!(model.score(&x) > -2.0); // independent pixels: 6 ln 2 = 4.2 nats
//! let new = model.sample(5, 0);
//! let like_the_first = model.similar(&x.slice_rows(0..1), 5, 0);
//! assert_eq!((new.rows(), like_the_first.rows()), (5, 5));
//! ```

use super::uses::interpolate;
use super::{Architecture, EncoderDecoder, Warning};
use crate::{Training, apply};
use rand::RngExt;
use std::ops::ControlFlow;
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Real, Tape, Var};
use unsup_nn::train::{
    Batch, Criterion, Epoch, History, Term, Terms, TrainError, blocks, fit, smallvec,
};
use unsup_nn::{Activation, Param, Sequence, loss, module};

/// An encoder that gives μ and ln s² of a code, and a decoder that gives a distribution of objects.
#[derive(Clone, Debug)]
pub struct Variational<T: Real> {
    /// From the features to 2k numbers: μ, then ln s².
    encoder: Sequence<T>,
    /// From a code to the features: means, or the logits of Bernoulli variables.
    decoder: Sequence<T>,
    /// v, the logarithm of the Gaussian decoder's variance, 1x1.
    log_variance: Option<Param<T>>,
    likelihood: Likelihood,
    /// σ of the prior.
    prior: f64,
}
module!(Variational {
    encoder,
    decoder,
    log_variance
});

/// p(x|z)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likelihood {
    /// Features in \[0, 1\] as Bernoulli variables, each with a mean of its own.
    Bernoulli,
    /// Features as normal variables with a mean of their own and one learned variance.
    Gaussian,
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
    /// z = μ + s ε
    fn at(self, epsilon: Var<'t, T>) -> Var<'t, T> {
        self.mean + (self.log_variance * 0.5).exp() * epsilon
    }

    /// z = μ + s ε with a draw of ε for a purpose.
    fn draw(self, batch: &Batch<'t, '_, T>, purpose: &str) -> Var<'t, T> {
        let shape = self.mean.shape();
        let mut random = batch.generator(purpose);
        self.at(batch
            .tape
            .leaf_with(shape.rows(), shape.columns(), |epsilon| {
                for entry in epsilon.as_mut_slice() {
                    *entry = T::from_f64(standard_normal(&mut random));
                }
            }))
    }
}

impl<T: Real> Variational<T> {
    /// An untrained model of objects with `features` features, with the prior N(0, I). Of the architecture count the
    /// widths, σ of the layers between and the seed.
    ///
    /// # Panics
    /// If `features`, the code or one of the widths is 0.
    #[track_caller]
    pub fn new(features: usize, architecture: &Architecture, likelihood: Likelihood) -> Self {
        let (k, between, seed) = (
            architecture.code,
            architecture.activation,
            architecture.seed,
        );
        let last = Activation::Identity;
        let mut widths = vec![features];
        widths.extend(&architecture.hidden);
        widths.push(2 * k);
        let encoder = Sequence::new(&widths, between, last, seed, "encoder");
        widths.reverse();
        widths[0] = k;
        let decoder = Sequence::new(&widths, between, last, seed, "decoder");
        Self {
            encoder,
            decoder,
            log_variance: match likelihood {
                Likelihood::Bernoulli => None,
                Likelihood::Gaussian => Some(Param::new(Matrix::scalar(T::ZERO))),
            },
            likelihood,
            prior: 1.0,
        }
    }

    /// The same with the prior N(0, σ² I).
    ///
    /// # Panics
    /// If σ is not above 0.
    #[track_caller]
    pub fn with_prior(self, sigma: f64) -> Self {
        assert!(
            sigma > 0.0,
            "variational: σ of the prior is {sigma}, expected a number above 0"
        );
        Self {
            prior: sigma,
            ..self
        }
    }

    /// n, the number of features.
    pub fn features(&self) -> usize {
        self.encoder.inputs()
    }

    /// k, the size of a code.
    pub fn code(&self) -> usize {
        self.decoder.inputs()
    }

    /// σ of the prior N(0, σ² I).
    pub fn prior(&self) -> f64 {
        self.prior
    }

    /// The encoder's layers, to μ and ln s².
    pub fn encoder(&self) -> &Sequence<T> {
        &self.encoder
    }

    /// The decoder's layers, to means or logits.
    pub fn decoder(&self) -> &Sequence<T> {
        &self.decoder
    }

    /// e^v, the Gaussian decoder's variance.
    pub fn variance(&self) -> Option<f64> {
        let v = self.log_variance.as_ref()?;
        Some(v.value().item().to_f64().exp())
    }

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

/// 1 with probability p, else 0.
fn bernoulli<T: Real>(p: T, random: &mut impl rand::Rng) -> T {
    if random.random_range(0.0..1.0) < p.to_f64() {
        T::ONE
    } else {
        T::ZERO
    }
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
    }
}

impl<T: Real> Variational<T> {
    /// Trains by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the objects have another number of columns than the encoder takes.
    pub fn fit(
        &mut self,
        elbo: &Elbo<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, elbo, &mut optimiser, &settings, observer)
    }

    /// The means μ(x) of the codes: objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("encode", self.features(), x, |batch, x| {
            self.posterior(batch, x).mean
        })
    }

    /// The deviations s(x) of the codes: objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn deviations(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("deviations", self.features(), x, |batch, x| {
            (self.posterior(batch, x).log_variance * 0.5).exp()
        })
    }

    /// The means of p(x|z): objects x code to objects x features.
    ///
    /// # Panics
    /// If `z` has another number of columns than the code.
    #[track_caller]
    pub fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        apply("decode", self.code(), z, |batch, z| {
            let s = self.decoder.forward(batch, z);
            match self.likelihood {
                Likelihood::Bernoulli => s.sigmoid(),
                Likelihood::Gaussian => s,
            }
        })
    }

    /// The means of p(x|μ(x)): objects x features to the same.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn reconstruct(&self, x: &Matrix<T>) -> Matrix<T> {
        self.decode(&self.encode(x))
    }

    /// KL(q(z|xᵢ) ‖ p(z)) of each object and each unit of the code in nats, objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn kl(&self, x: &Matrix<T>) -> Matrix<T> {
        let (mean, deviation) = (self.encode(x), self.deviations(x));
        let prior = self.prior;
        Matrix::from_fn(x.rows(), self.code(), |i, j| {
            let (m, s) = (
                mean[(i, j)].to_f64() / prior,
                deviation[(i, j)].to_f64() / prior,
            );
            T::from_f64(0.5 * (s * s + m * m - 1.0 - 2.0 * s.ln()))
        })
    }

    /// The ELBO of each object in nats: the closed-form KL, and ln p(x|z) as the mean over so many draws of z.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes, or there are no draws.
    #[track_caller]
    pub fn elbo(&self, x: &Matrix<T>, draws: usize, seed: u64) -> Vec<f64> {
        assert!(draws > 0, "elbo: needs at least 1 draw");
        let mut elbo: Vec<f64> = self
            .kl(x)
            .row_iter()
            .map(|kl| -kl.iter().map(|kl| kl.to_f64()).sum::<f64>())
            .collect();
        self.for_each_draw(x, draws, seed, |batch, q, z, x, rows| {
            let _ = q;
            let surprise = self.surprise(batch, z, x).value();
            for (&i, surprise) in rows.iter().zip(surprise.as_slice()) {
                elbo[i] -= surprise.to_f64() / draws as f64;
            }
        });
        elbo
    }

    /// The importance-weighted bound of each object in nats, ln (1/K) Σₖ p(x|zₖ) p(zₖ)/q(zₖ|x), from K draws of z: with
    /// K = 1 one of the ELBO, with many of them near ln p(x).
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes, or K is 0.
    #[track_caller]
    pub fn importance_weighted_bound(&self, x: &Matrix<T>, k: usize, seed: u64) -> Vec<f64> {
        assert!(k > 0, "importance_weighted_bound: needs at least 1 draw");
        // of the draws so far: the largest logarithm of a weight, and Σ exp(ln w − largest)
        let mut sums = vec![(f64::NEG_INFINITY, 0.0); x.rows()];
        self.for_each_draw(x, k, seed, |batch, q, z, x, rows| {
            let weights = self.log_weight(batch, q, z, x).value();
            for (&i, weight) in rows.iter().zip(weights.as_slice()) {
                let (largest, sum) = sums[i];
                let weight = weight.to_f64();
                sums[i] = if weight > largest {
                    (weight, sum * (largest - weight).exp() + 1.0)
                } else {
                    (largest, sum + (weight - largest).exp())
                };
            }
        });
        let bound = |(largest, sum): (f64, f64)| largest + (sum / k as f64).ln();
        sums.into_iter().map(bound).collect()
    }

    /// Hands `seen` so many draws of z ~ q(z|x) for each block of the objects.
    #[track_caller]
    fn for_each_draw(
        &self,
        x: &Matrix<T>,
        draws: usize,
        seed: u64,
        mut seen: impl for<'t> FnMut(
            &Batch<'t, '_, T>,
            Posterior<'t, T>,
            Var<'t, T>,
            Var<'t, T>,
            &[usize],
        ),
    ) {
        assert!(
            x.columns() == self.features(),
            "variational: needs {} columns, got a matrix of {}",
            self.features(),
            x.shape()
        );
        let mut tape = Tape::new();
        for (block, rows) in blocks(x.rows()).enumerate() {
            for draw in 0..draws {
                {
                    let number = (block * draws + draw) as u64;
                    let batch = Batch::evaluation(&tape, &rows, seed, number);
                    let x = tape.gather(x, &rows);
                    let q = self.posterior(&batch, x);
                    seen(&batch, q, q.draw(&batch, "epsilon"), x, &rows);
                }
                tape.clear();
            }
        }
    }

    /// The ELBO of each object, from one draw: the greater, the more an object is like those that were trained on. (As
    /// scikit-learn's `score_samples`.)
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn score_samples(&self, x: &Matrix<T>) -> Vec<f64> {
        self.elbo(x, 1, 0)
    }

    /// The mean of [`Variational::score_samples`] over objects. NaN for no objects.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn score(&self, x: &Matrix<T>) -> f64 {
        self.score_samples(x).iter().sum::<f64>() / x.rows() as f64
    }

    /// Codes z ~ p(z), `count` x code. [`Variational::decode`] gives the means of the objects that they stand for.
    pub fn sample_codes(&self, count: usize, seed: u64) -> Matrix<T> {
        let mut random = generator(seed, "prior", 0);
        Matrix::from_fn(count, self.code(), |_, _| {
            T::from_f64(self.prior * standard_normal(&mut random))
        })
    }

    /// New objects x ~ p(x|z) with z ~ p(z), `count` x features.
    pub fn sample(&self, count: usize, seed: u64) -> Matrix<T> {
        self.draw(&self.decode(&self.sample_codes(count, seed)), seed)
    }

    /// Codes f(xᵢ, α, ε) of objects like those in the rows of `x`: `count` of each, one object after the other.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn similar_codes(&self, x: &Matrix<T>, count: usize, seed: u64) -> Matrix<T> {
        let (mean, deviation) = (self.encode(x), self.deviations(x));
        let mut random = generator(seed, "similar", 0);
        Matrix::from_fn(x.rows() * count, self.code(), |i, j| {
            let epsilon = T::from_f64(standard_normal(&mut random));
            mean[(i / count, j)] + deviation[(i / count, j)] * epsilon
        })
    }

    /// Objects like those in the rows of `x`, x ~ p(x | f(xᵢ, α, ε)): `count` of each, one object after the other.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn similar(&self, x: &Matrix<T>, count: usize, seed: u64) -> Matrix<T> {
        self.draw(&self.decode(&self.similar_codes(x, count, seed)), seed)
    }

    /// x ~ p(x|z), whose means are the rows of `means`.
    fn draw(&self, means: &Matrix<T>, seed: u64) -> Matrix<T> {
        let mut random = generator(seed, "object", 0);
        let deviation = self.variance().map(f64::sqrt);
        means.map(|mean| match deviation {
            None => bernoulli(mean, &mut random),
            Some(deviation) => mean + T::from_f64(deviation * standard_normal(&mut random)),
        })
    }

    /// The way from one object to another (1 x features each) through the space of codes: the means of p(x|z) for z on
    /// the line between their codes, `steps` x features, both ends included.
    ///
    /// # Panics
    /// If an object is not one row of as many columns as the encoder takes, or there are fewer than 2 steps.
    #[track_caller]
    pub fn interpolate(&self, from: &Matrix<T>, to: &Matrix<T>, steps: usize) -> Matrix<T> {
        interpolate(self, from, to, steps)
    }

    /// How many units of the code are used: the variance of their mean over the objects is above 0.01 (Burda, Grosse,
    /// Salakhutdinov 2015, section 5.2).
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn active_units(&self, x: &Matrix<T>) -> usize {
        let (mean, l) = (self.encode(x), x.rows() as f64);
        let variance = |j: usize| {
            let values = || mean.row_iter().map(|row| row[j].to_f64());
            let centre = values().sum::<f64>() / l;
            values().map(|value| (value - centre).powi(2)).sum::<f64>() / l
        };
        (0..self.code()).filter(|&j| variance(j) > 0.01).count()
    }

    /// What is wrong with the trained model on the objects `x`: a code that says nothing of its object, or units of it
    /// that don't.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn warnings(&self, x: &Matrix<T>) -> Vec<Warning> {
        let kl = self.kl(x);
        let kl = kl.as_slice().iter().map(|kl| kl.to_f64()).sum::<f64>() / x.rows() as f64;
        if kl < 0.01 {
            return vec![Warning::Collapsed { kl }];
        }
        let units = self.code();
        match units - self.active_units(x) {
            0 => Vec::new(),
            inactive => vec![Warning::InactiveUnits { inactive, units }],
        }
    }
}

impl<T: Real> EncoderDecoder<T> for Variational<T> {
    fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        self.encode(x)
    }

    fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        self.decode(z)
    }
}
