//! The methods of the lecture "Neural networks with unsupervised learning" (K. Vorontsov), a file a method.
//!
//! Each file reads as the slide does: what is given and what is sought, the criterion as a formula and, a few lines below, as
//! code with the same letters, how it is trained, what it is used for, the source.
//!
//! | module | methods |
//! |---|---|
//! | [`kohonen`] | Kohonen's networks: hard and soft competition, LVQ, maps |
//! | [`autoencoder`] | auto-encoders: linear, two-layer, deep, sparse, denoising, contractive, relational, stacked, variational, with a predictor; [`Pca`] to measure them by |
//! | [`together`] | models that learn together: tasks with a shared encoder, teacher and student, generator and discriminator |
//! | [`in_sequence`] | models that learn one after the other: transfer, self-supervision, distillation |
//! | [`predictor`] | a network that answers: classes or numbers, to measure and to combine the others with |
//!
//! The README's example shows a model from data to codes; the file of each method has one of its own.

mod answers;
mod apply;
pub mod autoencoder;
mod draw;
pub mod in_sequence;
pub mod kohonen;
pub mod predictor;
pub mod together;
mod training;

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

pub use answers::{Answers, Discrepancy, Soft, Squared, Task};
use apply::apply;
pub use training::Training;
pub use unsup_autograd::{Matrix, Real};
pub use unsup_nn::Activation;
pub use unsup_nn::classical::Pca;
pub use unsup_nn::optimiser::Schedule;
pub use unsup_nn::train::{Epoch, History, TrainError};
