//! What is minimised: a weighted sum of named terms.

use rand::Rng;
use rand::rngs::Xoshiro256PlusPlus;
use smallvec::SmallVec;
use std::borrow::Cow;
use unsup_autograd::random::generator;
use unsup_autograd::{Real, Tape, Var};

/// One named summand of a criterion.
#[derive(Clone, Copy, Debug)]
pub struct Term<'t, T: Real> {
    /// What it measures: "reconstruction", "kl", "jacobian".
    pub name: &'static str,
    /// Its coefficient in the criterion; with 0 it is computed and logged, and the criterion is to the bit what it is
    /// without it.
    pub weight: f64,
    /// Its value, 1x1: a mean over objects of a sum over features, in squared units or nats.
    pub value: Var<'t, T>,
}

/// The terms of a criterion, made by [`smallvec!`](super::smallvec); up to four lie on the stack.
pub type Terms<'t, T> = SmallVec<[Term<'t, T>; 4]>;

/// The objects of one step of training, or of one block of an evaluation.
pub struct Batch<'t, 'b, T> {
    /// Where the step is recorded.
    pub tape: &'t Tape<T>,
    /// The objects, by their row in the data.
    pub rows: &'b [usize],
    seed: u64,
    step: u64,
    training: bool,
}

impl<'t, 'b, T> Batch<'t, 'b, T> {
    /// The objects `rows` on a tape, at a step of a training run with that seed.
    pub fn new(tape: &'t Tape<T>, rows: &'b [usize], seed: u64, step: u64) -> Self {
        Self {
            tape,
            rows,
            seed,
            step,
            training: true,
        }
    }

    /// The objects `rows` on a tape, as a block of an evaluation. What is drawn then depends on the block alone, so
    /// that every evaluation of a run draws the same.
    pub fn evaluation(tape: &'t Tape<T>, rows: &'b [usize], seed: u64, block: u64) -> Self {
        Self {
            training: false,
            ..Self::new(tape, rows, seed, block)
        }
    }

    /// Further objects at the same step; what is drawn for them comes from streams of their own.
    pub fn beside<'r>(&self, rows: &'r [usize], purpose: &str) -> Batch<'t, 'r, T> {
        Batch {
            tape: self.tape,
            rows,
            seed: generator(self.seed, purpose, 0).next_u64(),
            step: self.step,
            training: self.training,
        }
    }

    /// Whether this is a step of training: dropout drops then. The formula of a criterion should not depend on it, or
    /// its training and validation losses can't be compared.
    pub fn is_training(&self) -> bool {
        self.training
    }

    /// The generator of a purpose ("noise", "dropout") at this step: the same whatever else is drawn.
    pub fn generator(&self, purpose: &str) -> Xoshiro256PlusPlus {
        if self.training {
            generator(self.seed, purpose, self.step)
        } else {
            generator(self.seed, &format!("evaluation {purpose}"), self.step)
        }
    }
}

/// What is minimised: a weighted sum of named terms. It holds the data and knows which rows a batch names.
pub trait Criterion<T: Real, M> {
    /// How many objects there are to draw batches from.
    fn objects(&self) -> usize;

    /// The terms for the objects of a batch: at each call the same ones in the same order.
    fn terms<'t>(&self, model: &M, batch: &Batch<'t, '_, T>) -> Terms<'t, T>;

    /// Brings the model back into the set over which the criterion is minimised, after each step: the projected
    /// gradient (Goldstein 1964, "Convex programming in Hilbert space"). Most criteria are minimised over all
    /// parameters, and it then does nothing.
    fn project(&self, _model: &mut M) {}
}

/// The values of a criterion: over a step, an epoch, or a data set.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Losses {
    /// The weighted sum of the terms.
    pub total: f64,
    /// Each term's name and value, not weighted.
    pub terms: SmallVec<[(Cow<'static, str>, f64); 4]>,
}

impl Losses {
    /// The value of the term `name`, not weighted.
    pub fn term(&self, name: &str) -> Option<f64> {
        let mut found = self.terms.iter().filter(|(term, _)| term == name);
        found.next().map(|&(_, value)| value)
    }

    /// Adds `share` times the losses of a part.
    ///
    /// # Panics
    /// If these are of other terms.
    pub fn add(&mut self, part: &Losses, share: f64) {
        self.total += share * part.total;
        if self.terms.is_empty() {
            let names = part.terms.iter().map(|(name, _)| (name.clone(), 0.0));
            self.terms = names.collect();
        }
        let names = |losses: &Losses| {
            let names = losses.terms.iter().map(|(name, _)| name.to_string());
            names.collect::<Vec<_>>().join(", ")
        };
        let same = self.terms.iter().map(|(name, _)| name);
        assert!(
            same.eq(part.terms.iter().map(|(name, _)| name)),
            "criterion: the terms were {}, and are now {}",
            names(self),
            names(part)
        );
        for (sum, (_, value)) in self.terms.iter_mut().zip(&part.terms) {
            sum.1 += share * value;
        }
    }
}

/// Σ weight · term over the terms that have a weight.
pub(super) fn total<'t, T: Real>(tape: &'t Tape<T>, terms: &Terms<'t, T>) -> Var<'t, T> {
    let weighted = terms.iter().filter(|term| term.weight != 0.0).map(|term| {
        if term.weight == 1.0 {
            term.value
        } else {
            term.value * term.weight
        }
    });
    weighted
        .reduce(|sum, term| sum + term)
        .unwrap_or_else(|| tape.filled(1, 1, 0.0))
}
