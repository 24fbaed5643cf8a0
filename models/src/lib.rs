//! The methods of the lecture "Neural networks with unsupervised learning" (K. Vorontsov), a file a method.
//!
//! Each file reads as the slide does: what is given and what is sought, the criterion as a formula and, a few lines below, as
//! code with the same letters, how it is trained, what it is used for, the source.
//!
//! | module | methods |
//! |---|---|
//! | [`kohonen`] | Kohonen's networks: hard and soft competition, LVQ, maps |
//! | [`autoencoder`] | auto-encoders: linear, two-layer, deep, sparse, denoising, contractive, relational, stacked, variational, with a predictor; [`Pca`] to measure them by |
//! | [`together`] | models trained together: the generative adversarial network |
//! | [`classifier`] | a network that tells classes, to measure and to combine the others with |
//!
//! The README's example shows a model from data to codes; the file of each method has one of its own.

mod apply;
pub mod autoencoder;
pub mod classifier;
mod draw;
pub mod kohonen;
pub mod together;
mod training;

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

use apply::apply;
pub use training::Training;
pub use unsup_autograd::{Matrix, Real};
pub use unsup_nn::Activation;
pub use unsup_nn::classical::Pca;
pub use unsup_nn::optimiser::Schedule;
pub use unsup_nn::train::{Epoch, History, TrainError};
