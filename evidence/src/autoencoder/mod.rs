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

use crate::{Evidence, Experiment, Finding, Gate};
use std::ops::ControlFlow;
use unsup_autograd::random::{generator, shuffle};
use unsup_autograd::{Matrix, Real};
use unsup_data::splits::{HeldOut, holdout};
use unsup_models::autoencoder::{Architecture, AutoEncoder, Decoder, Method, uses};
use unsup_models::{Epoch, Schedule, Training};

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

/// Labelled images to train on, and such to judge by.
struct Images<T: Real> {
    train: Matrix<T>,
    train_labels: Vec<usize>,
    test: Matrix<T>,
    test_labels: Vec<usize>,
}

/// The 8x8 digits.
type Digits<T> = Images<T>;

impl<T: Real> Digits<T> {
    /// Those of the project, split under a seed into 1200 to train on and 597 to judge by.
    fn split(seed: u64) -> Self {
        let digits = unsup_data::digits();
        let labels = digits.labels.expect("the digits are labelled");
        let split = holdout(1797, HeldOut::Count(597), seed).expect("there are as many");
        let x = digits.features.cast();
        let of = |rows: &[usize]| {
            (
                x.select_rows(rows),
                rows.iter().map(|&i| labels[i]).collect(),
            )
        };
        let (train, train_labels) = of(&split.train);
        let (test, test_labels) = of(&split.test);
        Self {
            train,
            train_labels,
            test,
            test_labels,
        }
    }
}

/// Figures of one experiment, each over all seeds: those of `run` under 0, 1, ….
fn over_seeds<const N: usize>(seeds: u64, run: impl Fn(u64) -> [f64; N]) -> [Vec<f64>; N] {
    let runs: Vec<[f64; N]> = (0..seeds).map(run).collect();
    std::array::from_fn(|i| runs.iter().map(|figures| figures[i]).collect())
}

fn exact(name: &str, values: Vec<f64>, gate: Gate) -> Finding {
    Finding::new(Evidence::Exact, name, values, gate)
}

fn ablation(name: &str, values: Vec<f64>, gate: Gate) -> Finding {
    Finding::new(Evidence::Ablation, name, values, gate)
}

fn paper(name: &str, values: Vec<f64>) -> Finding {
    Finding::new(Evidence::Paper, name, values, Gate::Shown)
}

fn property(name: &str, values: Vec<f64>, gate: Gate) -> Finding {
    Finding::new(Evidence::Property, name, values, gate)
}

/// Each figure over its fellow.
fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(a, b)| a / b).collect()
}

fn training(epochs: usize, batch_size: usize, rate: f64, seed: u64) -> Training {
    Training {
        epochs,
        batch_size,
        rate,
        seed,
        ..Training::default()
    }
}

/// The same at a constant rate.
fn steady(epochs: usize, batch_size: usize, rate: f64, seed: u64) -> Training {
    Training {
        schedule: Schedule::Constant,
        ..training(epochs, batch_size, rate, seed)
    }
}

/// An observer that lets the run go on.
fn unobserved(_: &Epoch) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn fitted<T: Real>(
    x: &Matrix<T>,
    architecture: &Architecture,
    method: &dyn Method<T>,
    training: &Training,
) -> AutoEncoder<T> {
    let mut model = AutoEncoder::new(x.columns(), architecture);
    let outcome = model.fit(x, method, training, unobserved);
    outcome.expect("the training does not diverge");
    model
}

/// `count` objects of each class of ten.
fn labelled(labels: &[usize], count: usize, seed: u64) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..labels.len()).collect();
    shuffle(&mut rows, &mut generator(seed, "labels", 0));
    let of_class = |class| {
        let of_it = rows.iter().copied().filter(move |&i| labels[i] == class);
        of_it.take(count)
    };
    (0..10).flat_map(of_class).collect()
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

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / count
}

/// The columns less their means.
fn centred(x: &Matrix<f64>) -> Matrix<f64> {
    let means: Vec<f64> = (0..x.columns())
        .map(|j| mean(x.row_iter().map(|row| row[j])))
        .collect();
    Matrix::from_fn(x.rows(), x.columns(), |i, j| x[(i, j)] - means[j])
}
