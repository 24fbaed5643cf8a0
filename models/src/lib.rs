//! The methods of the lecture "Neural networks with unsupervised learning" (K. Vorontsov), a file a method.
//!
//! Each file reads as the slide does: what is given and what is sought, the criterion as a formula and, a few lines below, as
//! code with the same letters, how it is trained, what it is used for, the source.
//!
//! | module | methods |
//! |---|---|
//! | [`autoencoder`] | the deep auto-encoder, and [`Pca`] to measure it by |
//!
//! # In ten lines
//!
//! ```
//! use unsup_models::{Activation, Matrix, Training, autoencoder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // 200 objects with 8 features that depend on two hidden numbers
//! let x = Matrix::from_fn(200, 8, |i, j| (0.03 * i as f32 + j as f32).sin() * (0.2 * i as f32).cos());
//! let settings = autoencoder::Settings { hidden: vec![32], code: 2, output: Activation::Identity, seed: 1 };
//! let mut model = autoencoder::AutoEncoder::new(x.columns(), &settings);
//! model.fit(&x, &Training::default(), |epoch| {
//!     println!("epoch {}: {:.3}", epoch.number, epoch.losses.total);
//!     std::ops::ControlFlow::Continue(())
//! })?;
//! let codes = model.encode(&x); // 200 x 2
//! # assert!(model.squared_error(&x)? < 0.1 && codes.columns() == 2);
//! # Ok(())
//! # }
//! ```

pub mod autoencoder;
mod training;

pub use training::Training;
pub use unsup_autograd::{Matrix, Real};
pub use unsup_nn::Activation;
pub use unsup_nn::linear_algebra::Pca;
pub use unsup_nn::train::{Epoch, Schedule, TrainError};
