//! What is learned: parameters, layers, losses, optimisers and the training loop, on [`unsup_autograd`].
//!
//! | module | holds |
//! |---|---|
//! | [`Module`], [`Param`] | matrices that are learned, and the one visit that reaches them |
//! | [`Dense`], [`Sequence`] | layers |
//! | [`loss`] | what is minimised, in one scale: the sum over features, the mean over objects |
//! | [`optimiser`] | how a gradient changes a parameter |
//! | [`train`] | the loop |
//! | [`random`] | generators derived from (seed, purpose, step) |
//! | [`classical`] | PCA, ridge and logistic regression, k-means, nearest neighbours, in `f64`: what networks are judged by |

pub mod classical;
mod dense;
pub mod loss;
mod module;
pub mod optimiser;
pub mod train;

pub use dense::{Activation, Dense, Initialisation, Sequence};
pub use module::{Module, Param, Path};
pub use unsup_autograd::random;
