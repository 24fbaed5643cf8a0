//! Models that learn together.
//!
//! The first list of the lecture's last slide: one criterion, or one game, and several models that are trained in it at
//! once.
//!
//! | | models | file |
//! |---|---|---|
//! | auto-encoders | encoder f, decoder g | [`autoencoder`](crate::autoencoder) |
//! | auto-encoders with a predictor | f, g, predictor ŷ | [`autoencoder::supervised`](crate::autoencoder::supervised) |
//! | multi-task learning | encoder f, a head g_t for each task t | [`multi_task`] |
//! | privileged information | student a, teacher a* | [`privileged`] |
//! | adversarial networks | generator G, discriminator D | [`adversarial`] |
//!
//! Those that learn one after the other are in [`in_sequence`](crate::in_sequence).

pub mod adversarial;
pub mod multi_task;
pub mod privileged;
