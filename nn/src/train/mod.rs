//! Training: what all gradient-trained models share.
//!
//! | file | holds |
//! |---|---|
//! | `criterion` | [`Criterion`]: named [`Term`]s of a [`Batch`] of objects |
//! | `trainer` | [`Trainer`]: one step, one evaluation |
//! | `run` | [`Run`]: epochs of shuffled batches, early stopping, what is kept when training diverges |
//! | `history` | [`History`]: the losses of each epoch |
//! | `error` | [`TrainError`] |
//!
//! [`fit`] is the short way: a model, a criterion, an optimiser, settings, and an observer that hears of each epoch.
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_autograd::Matrix;
//! use unsup_nn::optimiser::{Optimiser, Sgd};
//! use unsup_nn::train::{Batch, Criterion, Epoch, Settings, Term, Terms, fit, smallvec};
//! use unsup_nn::{Param, loss};
//!
//! /// The number w that minimises the mean of (xᵢ − w)².
//! struct Mean { x: Matrix<f64> }
//!
//! impl Criterion<f64, Param<f64>> for Mean {
//!     fn objects(&self) -> usize { self.x.rows() }
//!
//!     fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
//!         let x = batch.tape.gather(&self.x, batch.rows);
//!         let w = w.on(batch.tape).expand_to(x.shape());
//!         smallvec![Term { name: "squared", weight: 1.0, value: loss::squared(w, x) }]
//!     }
//! }
//!
//! let mut w = Param::new(Matrix::scalar(0.0));
//! let mean = Mean { x: Matrix::from_rows(&[[1.0], [2.0], [6.0]]) };
//! let settings = Settings { epochs: 50, batch_size: 3, ..Settings::default() };
//! let observer = |epoch: &Epoch| {
//!     println!("epoch {}: {:.3}", epoch.number, epoch.losses.total);
//!     ControlFlow::Continue(())
//! };
//! fit(&mut w, &mean, &mut Optimiser::new(Sgd::new(0.2)), &settings, observer)?;
//! assert!((w.value().item() - 3.0).abs() < 1e-6);
//! # Ok::<(), unsup_nn::train::TrainError>(())
//! ```
//!
//! To drive the steps yourself, to interrupt them or to save a checkpoint between two, see [`Run`].

mod criterion;
mod error;
mod history;
mod run;
mod trainer;

pub use crate::optimiser::Schedule;
pub use criterion::{Batch, Criterion, Losses, Term, Terms};
pub use error::{LargestGradient, TrainError};
pub use history::{End, Epoch, History};
pub use run::{EarlyStopping, Observer, Progress, Run, Settings, fit, fit_validated};
pub use smallvec::smallvec;
pub use trainer::{Step, Trainer, blocks};

#[cfg(feature = "saving")]
pub(crate) use {
    run::{Best, EpochSums},
    trainer::Largest,
};
