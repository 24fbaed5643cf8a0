//! The methods of the lecture "Neural networks with unsupervised learning" (K. Vorontsov), a file a method.
//!
//! Each file reads as the slide does: what is given and what is sought, the criterion as a formula and, a few lines below, as
//! code with the same letters, how it is trained, what it is used for, the source.
//!
//! # The methods, in the order of the lecture
//!
//! The modules are [`kohonen`], [`autoencoder`], and, by what learns when, [`in_sequence`] and [`together`].
//!
//! | Kohonen's networks | | what it is for |
//! |---|---|---|
//! | competitive learning, WTA | [`kohonen::winner_takes_all`] | clusters, and the replacement of an object by a typical one |
//! | soft competition, WTM; neural gas | [`kohonen::winner_takes_most`] | the same, however the centres begin |
//! | LVQ1, OLVQ1, LVQ2.1, LVQ3, GLVQ | [`kohonen::lvq`] | a classifier that can show whom it compares with |
//! | the self-organizing map, SOM | [`kohonen::map`] | a picture of data of many dimensions |
//!
//! | auto-encoders | | what it is for |
//! |---|---|---|
//! | linear | [`autoencoder::linear`] | what PCA is for, learned |
//! | two-layer | [`autoencoder::two_layer`] | the least that bends |
//! | deep | [`autoencoder::deep`] | codes of few numbers: compression, features, a plane to look at |
//! | sparse | [`autoencoder::sparse`] | codes of which few units are on, and so mean something |
//! | denoising | [`autoencoder::denoising`] | objects without their noise; the way to where objects are |
//! | contractive | [`autoencoder::contractive`] | codes that mind no small change |
//! | relational | [`autoencoder::relational`] | codes that keep how objects lie to each other |
//! | stacked | [`autoencoder::stacked`] | many layers, where all at once would not learn |
//! | variational | [`autoencoder::variational`] | new objects, and ones like a given one |
//! | with a predictor, semi-supervised | [`autoencoder::supervised`] | classes or numbers, where few objects have them |
//!
//! | transfer of knowledge | | what it is for |
//! |---|---|---|
//! | pre-training, transfer | [`in_sequence::pretraining`] | a task with few objects, after one with many |
//! | self-supervision | [`in_sequence::self_supervised`] | codes of images that nobody has labelled |
//! | multi-task learning | [`together::multi_task`] | many small tasks that are alike |
//! | distillation, surrogates | [`in_sequence::distillation`] | the answers of a large model, or of a slow program, from a small one |
//! | privileged information, LUPI | [`together::privileged`] | what is known of the training objects alone |
//!
//! | adversarial networks | | what it is for |
//! |---|---|---|
//! | GAN, with its games and penalties | [`together::adversarial`] | new objects, sharp, from no density |
//!
//! Beside them stands [`predictor`], a network that answers with classes or numbers, to measure and to combine the
//! others with, and [`Pca`]. All that is trained by gradients shares [`Training`], and hands its [`Epoch`]s to an
//! observer that may end it.
//!
//! The README's example shows a model from data to codes; the file of each method has one of its own.
//!
//! # Place in the house
//!
//! The methods stand on [`unsup_nn`] (layers, losses, the training loop) and that on [`unsup_autograd`] (the engine).
//! [`unsup_data`](../unsup_data/index.html) reads files and makes data whose truth is known;
//! [`unsup_evidence`](../unsup_evidence/index.html) shows that the methods work. A program that embeds a method needs
//! this crate alone; matrices, activations, schedules and what a training returns are exported here too.
//!
//! # Features
//!
//! - `saving` (off by default): models and checkpoints as safetensors files; see [`unsup_nn`].
//! - `threading` (off by default): large products and loops use several threads; see [`unsup_autograd`].

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
