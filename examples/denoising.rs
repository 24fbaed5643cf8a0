//! A denoising auto-encoder finds points of a ring again, nearly as well as whoever knows their distribution.

use std::ops::ControlFlow::Continue;
use unsup_data::generators::GaussianMixture;
use unsup_models::autoencoder::uses::squared_error;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Denoising, Noise};
use unsup_models::{TrainError, Training};

/// Trains on clean points with noise drawn anew at each step; judges by new points.
pub fn main() -> Result<(), TrainError> {
    let sigma = 0.5;
    let noise = Noise::Gaussian { sigma };
    let ring = GaussianMixture::ring(8, 2.0, 0.1);
    let points = ring.sample(3000, 0).features;
    let (train, test) = (points.slice_rows(0..2000), points.slice_rows(2000..3000));

    let mut model = AutoEncoder::<f32>::new(2, &Architecture::deep(&[64], 32));
    let training = Training {
        epochs: 60,
        rate: 5e-3,
        ..Training::default()
    };
    let method = Denoising::new(noise);
    model.fit(&train.cast(), &method, &training, |_| Continue(()))?;

    let noisy = noise.corrupt(&test, 1);
    let found = model.reconstruct(&noisy.cast()).cast();
    let [before, after] = [&noisy, &found].map(|y| squared_error(y, &test));
    let best = squared_error(&ring.denoise(&noisy, sigma), &test);
    println!("squared error: {before:.3} with noise, {after:.3} without, {best:.3} at best");
    assert!(after < 1.1 * best && after < 0.8 * before);
    Ok(())
}
