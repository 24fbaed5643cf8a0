//! What holds of all networks, or needs more of them than one file has.

mod corners;
mod limits;
mod lvq;
mod map;
#[cfg(feature = "saving")]
mod resuming;
mod showing;

use super::*;
use std::ops::ControlFlow;
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Real};
use unsup_nn::optimiser::Schedule;

const NAN: f64 = f64::NAN;

/// The observer that only listens.
fn go_on<E>(_: &E) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The same for a map.
fn map_goes_on<T: Real>(_: &MapEpoch<'_, T>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Draws from N(0, 1).
fn normal(rows: usize, columns: usize, seed: u64) -> Matrix<f64> {
    let mut random = generator(seed, "test", 0);
    Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random))
}

/// Objects as they come, so many times, however they settle.
fn as_given(epochs: usize, rate: Rate) -> Settings {
    Settings {
        epochs,
        rate,
        order: Order::AsGiven,
        stopping: Stopping::never(),
        ..Settings::default()
    }
}

/// Trains these centres (centres x features) by a rule.
fn trained<T: Real>(
    w: &Matrix<T>,
    x: &Matrix<T>,
    mut rule: impl Rule<T>,
    settings: &Settings,
) -> Result<(Matrix<T>, Outcome), FitError> {
    let mut codebook = Codebook::new(w.clone());
    let outcome = codebook.compete(x, &mut rule, settings, go_on)?;
    Ok((codebook.centres().clone(), outcome))
}
