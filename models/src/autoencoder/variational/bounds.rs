//! Bounds on the likelihood of given objects, and what can be seen to be wrong with a model by them.

use super::super::Warning;
use super::{Posterior, Variational};
use unsup_autograd::{Matrix, Real, Tape, Var};
use unsup_nn::train::{Batch, blocks};

impl<T: Real> Variational<T> {
    /// KL(q(z|xᵢ) ‖ p(z)) of each object and each unit of the code in nats, objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn kl(&self, x: &Matrix<T>) -> Matrix<T> {
        let (mean, ln_variance) = (self.encode(x), self.ln_variances(x));
        let prior = self.prior;
        Matrix::from_fn(x.rows(), self.code(), |i, j| {
            // from ln s², which is finite where s is rounded to 0
            let (m, v) = (mean[(i, j)].to_f64(), ln_variance[(i, j)].to_f64());
            let spread = (v.exp() + m * m) / (prior * prior);
            T::from_f64(0.5 * (spread - 1.0 - v + 2.0 * prior.ln()))
        })
    }

    /// (1/l) Σᵢ KL(q(z|xᵢ) ‖ p(z)) in nats.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn mean_kl(&self, x: &Matrix<T>) -> f64 {
        let kl = self.kl(x);
        kl.as_slice().iter().map(|kl| kl.to_f64()).sum::<f64>() / x.rows() as f64
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

    /// How many units of the code are used: the variance of their mean over the objects is above 0.01 σ², σ that of the
    /// prior (Burda, Grosse, Salakhutdinov 2015, section 5.2).
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
        (0..self.code())
            .filter(|&j| variance(j) > 0.01 * self.prior * self.prior)
            .count()
    }

    /// What is wrong with the trained model on the objects `x`: a code that says nothing of its object, or units of it
    /// that don't.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn warnings(&self, x: &Matrix<T>) -> Vec<Warning> {
        let kl = self.mean_kl(x);
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
