//! Models that learn one after the other.
//!
//! The second list of the lecture's last slide: what the first model has learned is given to the second, as an encoder
//! that stays or goes on learning, or as answers.
//!
//! | | first | then | file |
//! |---|---|---|---|
//! | transfer | f, g on a large task | f stays, g′ on a small one | [`pretraining`] |
//! | pre-training | f as an auto-encoder, or layer by layer ([`stacked`](crate::autoencoder::stacked)) | g on it | [`pretraining`] |
//! | self-supervision | f on a task that needs no teacher | g on it | [`self_supervised`] |
//! | distillation, surrogates | a, large or slow | b, small, on a's answers | [`distillation`] |
//!
//! Those that learn at once are in [`together`](crate::together).

pub mod distillation;
pub mod pretraining;
pub mod self_supervised;
