//! What is learned: parameters, layers, losses, optimisers, the training loop and saving, on [`unsup_autograd`].
//!
//! | module | holds |
//! |---|---|
//! | [`Module`], [`Param`] | matrices that are learned, and the one visit that reaches them |
//! | [`Dense`], [`Tied`], [`Dropout`], [`Sequence`], [`Mirror`] | layers, and layers one after the other |
//! | [`Activation`], [`Initialisation`] | what a layer applies, and how its weights begin |
//! | [`loss`] | what is minimised, in one scale: the sum over features, the mean over objects |
//! | [`penalty`] | what is added to it: on weights, on codes, on the Jacobian of an encoder |
//! | [`optimiser`] | how a gradient changes a parameter, and the rate over a run |
//! | [`train`] | the loop |
//! | `saving` | models and checkpoints in files (feature `saving`) |
//! | [`files`] | writing a file so that at no moment half of one is there |
//! | [`random`] | generators derived from (seed, purpose, step) |
//! | [`classical`] | PCA, ridge and logistic regression, k-means, nearest neighbours, in `f64`: what networks are judged by; and the eigen-solver and L-BFGS under them |
//!
//! # Place in the house
//!
//! On [`unsup_autograd`], the engine, and under [`unsup_models`](../unsup_models/index.html), the methods: what two of
//! them need is here. Every layer, loss and penalty is checked by finite differences in
//! [`unsup_evidence`](../unsup_evidence/index.html), which also shows how a layer of your own is.
//!
//! # Features
//!
//! - `saving` (off by default): models and checkpoints as safetensors files.
//! - `threading` (off by default): large products and loops use several threads; see [`unsup_autograd`].

pub mod classical;
pub mod files;
mod initialisation;
mod layers;
pub mod loss;
mod module;
pub mod optimiser;
pub mod penalty;
#[cfg(feature = "saving")]
pub mod saving;
pub mod train;

pub use initialisation::Initialisation;
pub use layers::{Activation, Dense, Dropout, Layer, Mirror, Sequence, Tied};
pub use module::{Module, Param, Path, set_parameters};
pub use unsup_autograd::random;
