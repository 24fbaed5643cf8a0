//! A variational auto-encoder: digits that nobody wrote, drawn from the prior, and digits like a given one.

use std::error::Error;
use std::ops::ControlFlow;
use unsup_data::digits;
use unsup_models::autoencoder::uses::squared_error;
use unsup_models::autoencoder::{Architecture, Elbo, Likelihood, Variational};
use unsup_models::{Matrix, Training};

/// Trains on 1200 digits; measures the bound on the likelihood of the others, and draws.
pub fn main() -> Result<(), Box<dyn Error>> {
    let x: Matrix<f32> = digits().features.cast();
    let (train, test) = (x.slice_rows(0..1200), x.slice_rows(1200..1797));

    let mut model = Variational::new(64, &Architecture::deep(&[64], 8), Likelihood::Bernoulli);
    let before = model.score(&test);
    let training = Training {
        epochs: 40,
        rate: 5e-3,
        ..Training::default()
    };
    model.fit(&Elbo::new(&train), &training, |_| ControlFlow::Continue(()))?;
    let after = model.score(&test);
    println!("nats of a new digit at least {after:.1}, untrained {before:.1}");

    let one = test.slice_rows(0..1);
    let to_it =
        |drawn: &Matrix<f32>| squared_error(drawn, &Matrix::from_fn(100, 64, |_, j| one[(0, j)]));
    let (alike, any) = (
        to_it(&model.similar(&one, 100, 0)),
        to_it(&model.sample(100, 0)),
    );
    println!(
        "squared distance from a digit: of those drawn like it {alike:.1}, of any drawn {any:.1}"
    );
    assert!(after > before + 15.0 && alike < 0.85 * any);
    Ok(())
}
