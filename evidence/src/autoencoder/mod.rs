//! Auto-encoders.

mod contractive;
mod denoising;
mod mnist;
mod plain;
mod relational;
mod sparse;
mod stacked;
mod supervised;
mod variational;

pub use mnist::long_experiments;

use crate::Experiment;
use crate::shared::{Digits, observed};
use unsup_autograd::{Matrix, Real};
use unsup_models::Training;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Decoder, Method, uses};

/// All of them.
pub fn experiments() -> Vec<Experiment> {
    [
        plain::experiments(),
        sparse::experiments(),
        denoising::experiments(),
        contractive::experiments(),
        relational::experiments(),
        stacked::experiments(),
        variational::experiments(),
        supervised::experiments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn fitted<T: Real>(
    x: &Matrix<T>,
    architecture: &Architecture,
    method: &dyn Method<T>,
    training: &Training,
) -> AutoEncoder<T> {
    let mut model = AutoEncoder::new(x.columns(), architecture);
    let outcome = model.fit(x, method, training, observed);
    outcome.expect("the training does not diverge");
    model
}

/// What the codes of the digits are worth to a supervised method.
fn judge(model: &AutoEncoder<f32>, digits: &Digits<f32>) -> uses::Judgement {
    uses::judge(
        (&model.encode(&digits.train), &digits.train_labels),
        (&model.encode(&digits.test), &digits.test_labels),
    )
}

/// The weights of a free decoder's first layer, code x features where it is the only one: row j is what unit j of the
/// code adds to an object.
fn decoder_weights<T: Real>(model: &AutoEncoder<T>) -> &Matrix<T> {
    let Decoder::Free(layers) = model.decoder() else {
        panic!("a tied decoder has no weights of its own");
    };
    let first = layers.dense_layers().next().expect("a decoder has a layer");
    first.weight().value()
}

/// The mean over objects and features of the squared differences.
fn mean_squared<T: Real>(y: &Matrix<T>, x: &Matrix<T>) -> f64 {
    uses::squared_error(y, x) / x.columns() as f64
}
