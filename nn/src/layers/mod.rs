//! Layers: what a network is put together from.
//!
//! | file | layer |
//! |---|---|
//! | `activation` | the functions σ |
//! | `dense` | σ(x A + a), with or without biases |
//! | `tied` | σ(z Aᵀ + b) with the A of another layer, and the mirror of a whole encoder |
//! | `dropout` | entries set to 0 at random in training |
//! | `sequence` | layers one after the other |

mod activation;
mod dense;
mod dropout;
mod sequence;
mod tied;

pub use activation::Activation;
pub use dense::Dense;
pub use dropout::Dropout;
pub use sequence::{Layer, Sequence};
pub use tied::{Mirror, Tied};
