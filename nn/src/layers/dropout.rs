//! Dropout.

use crate::train::Batch;
use rand::Rng;
use unsup_autograd::{Real, Var};

/// In training each entry is set to 0 with probability p, one by one, and the others are divided by 1 − p, so that the
/// mean is that of x; otherwise x is left as it is.
///
/// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), "Dropout: a simple way to prevent neural
/// networks from overfitting", section 4 (there the weights are multiplied by 1 − p afterwards instead).
///
/// A layer draws its mask from the stream of its purpose at the step: two layers need two purposes, or they drop the
/// same entries; one layer that is used twice in a step drops the same entries twice.
#[derive(Clone, PartialEq, Debug)]
pub struct Dropout {
    probability: f64,
    purpose: String,
}

impl Dropout {
    /// Dropout with probability p in \[0, 1), drawn for `purpose`.
    ///
    /// # Panics
    /// If the probability is out of range.
    #[track_caller]
    pub fn new(probability: f64, purpose: impl Into<String>) -> Self {
        assert!(
            (0.0..1.0).contains(&probability),
            "dropout: the probability is {probability}, expected one in [0, 1)"
        );
        Self {
            probability,
            purpose: purpose.into(),
        }
    }

    /// x with entries dropped where the batch is one of training.
    pub fn forward<'t, T: Real>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        if !batch.is_training() || self.probability == 0.0 {
            return x;
        }
        let mut random = batch.generator(&self.purpose);
        // [u < p] for a u of 64 random bits
        let threshold = (self.probability * 2f64.powi(64)) as u64;
        let kept = T::from_f64(1.0 / (1.0 - self.probability));
        let shape = x.shape();
        let mask = batch.tape.leaf_with(shape.rows(), shape.columns(), |mask| {
            for entry in mask.as_mut_slice() {
                *entry = if random.next_u64() < threshold {
                    T::ZERO
                } else {
                    kept
                };
            }
        });
        x * mask
    }

    /// p
    pub fn probability(&self) -> f64 {
        self.probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::{Matrix, Tape};

    #[test]
    fn entries_are_dropped_in_training_and_the_mean_stays() {
        let tape = Tape::<f64>::new();
        let x = tape.leaf(Matrix::filled(200, 100, 3.0));
        let dropout = Dropout::new(0.2, "dropout");
        let batch = Batch::new(&tape, &[0], 1, 7);
        let y = dropout.forward(&batch, x).value();
        let zeros = y.as_slice().iter().filter(|&&y| y == 0.0).count();
        // a standard error is 57
        assert!((zeros as i64 - 4000).abs() < 250, "{zeros}");
        assert!(y.as_slice().iter().all(|&y| y == 0.0 || y == 3.0 * 1.25));

        let again = dropout.forward(&batch, x).value();
        assert_eq!(y, again, "one step has one mask");
        let other = |purpose: &str, step| {
            let batch = Batch::new(&tape, &[0], 1, step);
            Dropout::new(0.2, purpose).forward(&batch, x).value()
        };
        assert_ne!(y, other("dropout", 8));
        assert_ne!(y, other("another", 7));

        let evaluation = Batch::evaluation(&tape, &[0], 1, 7);
        assert_eq!(*dropout.forward(&evaluation, x).value(), *x.value());
        let none = Dropout::new(0.0, "dropout").forward(&batch, x);
        assert_eq!(*none.value(), *x.value());
    }

    #[test]
    #[should_panic(expected = "dropout: the probability is 1, expected one in [0, 1)")]
    fn dropping_all_is_refused() {
        Dropout::new(1.0, "dropout");
    }
}
