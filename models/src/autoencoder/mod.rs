//! Auto-encoders: an encoder f : X → Z and a decoder g : Z → X, trained together so that g(f(x)) is like x.
//!
//! All share one pair ([`AutoEncoder`]) and one training ([`AutoEncoder::fit`]); what a method adds to them is a term
//! or a noise, and its file shows that.
//!
//! | file | method | what it adds |
//! |---|---|---|
//! | [`linear`] | f = Ax, g = Bz | nothing: PCA |
//! | [`two_layer`] | f = σ(Ax + a), g = σ(Bz + b) | nothing |
//! | [`deep`] | layers of any widths both ways | nothing |
//! | [`sparse`] | [`Sparse`] | a penalty on weights, codes, or mean activations |
//! | [`denoising`] | [`Denoising`] | noise on what the encoder sees |
//! | [`contractive`] | [`Contractive`] | a penalty on the encoder's Jacobian |
//! | [`relational`] | [`Relational`] | a loss on inner products of objects |
//! | [`stacked`] | [`AutoEncoder::stack`] | layers one after the other |
//! | [`variational`] | [`Variational`] | a distribution of codes, and its divergence from a prior |
//! | [`supervised`] | [`Supervised`] | a predictor of the code |
//!
//! | file | what they share |
//! |---|---|
//! | `pair` | [`AutoEncoder`]: encode, decode, reconstruct, score |
//! | `architecture` | [`Architecture`]: widths, functions, what is tied |
//! | `method` | [`Method`]: how one differs from the plain auto-encoder; [`Reconstruction`]: its criterion |
//! | [`uses`] | compression, features, dimension reduction, synthesis |
//! | `warning` | [`Warning`]: what is wrong with a trained one, in words |

mod architecture;
pub mod contractive;
pub mod deep;
pub mod denoising;
pub mod linear;
mod method;
mod pair;
pub mod relational;
pub mod sparse;
pub mod stacked;
pub mod supervised;
#[cfg(test)]
mod tests;
pub mod two_layer;
pub mod uses;
pub mod variational;
mod warning;

pub use architecture::Architecture;
pub use contractive::{Contractive, Jacobian};
pub use denoising::{Denoising, Noise, Target};
pub use method::{Method, Pass, Plain, Reconstruction};
pub use pair::{AutoEncoder, Decoder, Loss, Reconstructed};
pub use relational::{Pairs, Relational, Threshold};
pub use sparse::{Penalty, Sparse};
pub use stacked::Stacked;
pub use supervised::{Joint, Supervised};
pub use uses::EncoderDecoder;
pub use variational::{Elbo, Likelihood, Variational};
pub use warning::Warning;
