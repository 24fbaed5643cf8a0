//! Models that are trained together: the first of the two lists on the lecture's last slide.
//!
//! | the slide's line | the models | here |
//! |---|---|---|
//! | auto-encoders | encoder and decoder | [`autoencoder`](crate::autoencoder) |
//! | auto-encoders for predictive modelling | encoder, decoder and predictor | [`Supervised`](crate::autoencoder::Supervised) |
//! | adversarial networks | generator and discriminator | [`adversarial`] |

pub mod adversarial;
