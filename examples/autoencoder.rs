//! A deep auto-encoder: two numbers keep more of a digit than its two principal components do.

use std::error::Error;
use std::ops::ControlFlow;
use unsup_data::digits;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Plain};
use unsup_models::{Activation, Pca, Training};

/// Trains on 1200 digits, and compares with PCA on the others.
pub fn main() -> Result<(), Box<dyn Error>> {
    let x = digits().features;
    let (train, test) = (x.slice_rows(0..1200), x.slice_rows(1200..1797));

    // 64-64-2-64-64; the ink of a pixel is between 0 and 1, as the sigmoid is
    let architecture = Architecture {
        output: Activation::Sigmoid,
        ..Architecture::deep(&[64], 2)
    };
    let mut model = AutoEncoder::<f32>::new(train.columns(), &architecture);
    let training = Training {
        epochs: 60,
        rate: 5e-3,
        ..Training::default()
    };
    model.fit(&train.cast(), &Plain, &training, |_| {
        ControlFlow::Continue(())
    })?;

    let error = model.squared_error(&test.cast());
    let pca = Pca::fit(&train, 2).squared_error(&test);
    println!("squared error of a new digit: {error:.2}, by PCA {pca:.2}");
    assert!(error < 0.85 * pca);
    Ok(())
}
