//! The stacked auto-encoder.

use crate::shared::{
    Digits, ablation, exact, labelled, length, observed, over_seeds, paper, steady,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_models::Activation;
use unsup_models::Task;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Denoising, Loss, Method, Noise, Plain};
use unsup_models::predictor::Predictor;
use unsup_nn::optimiser::{Adam, Optimiser, Rule, Sgd};
use unsup_nn::train::{Settings, fit};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "stacked",
            name: "five layers of sigmoids by plain gradient descent",
            needs: None,
            findings: five_layers,
        },
        Experiment {
            method: "stacked",
            name: "three layers, a hundred labels",
            needs: None,
            findings: a_hundred_labels,
        },
    ]
}

fn architecture(layers: usize, seed: u64) -> Architecture {
    Architecture {
        activation: Activation::Sigmoid,
        code_activation: Activation::Sigmoid,
        output: Activation::Sigmoid,
        tied: true,
        loss: Loss::Bernoulli,
        seed,
        ..Architecture::deep(&vec![100; layers - 1], 100)
    }
}

/// The layers as they begin, or trained one after the other.
fn encoder(
    digits: &Digits<f32>,
    layers: usize,
    method: Option<&dyn Method<f32>>,
    seed: u64,
) -> AutoEncoder<f32> {
    let architecture = architecture(layers, seed);
    let Some(method) = method else {
        return AutoEncoder::new(64, &architecture);
    };
    let training = steady(40, 50, 1e-3, seed);
    let stack = AutoEncoder::stack(
        &digits.train,
        &architecture,
        method,
        &training,
        |_, epoch| observed(epoch),
    );
    stack.expect("the training does not diverge").autoencoder
}

/// The accuracy on held-out digits of a classifier on these layers, tuned as a whole on the objects `rows`.
fn tuned(
    digits: &Digits<f32>,
    rows: &[usize],
    layers: &AutoEncoder<f32>,
    rule: impl Rule<f32> + 'static,
    epochs: usize,
    seed: u64,
) -> f64 {
    let mut classifier = Predictor::on(layers.encoder(), 10, seed);
    let x = digits.train.select_rows(rows);
    let labels: Vec<usize> = rows.iter().map(|&i| digits.train_labels[i]).collect();
    let settings = Settings {
        epochs: length(epochs),
        batch_size: 20,
        seed,
        ..Settings::default()
    };
    let criterion = Task::classes(&x, &labels);
    let outcome = fit(
        &mut classifier,
        &criterion,
        &mut Optimiser::new(rule),
        &settings,
        observed,
    );
    outcome.expect("the training does not diverge");
    classifier.accuracy(&digits.test, &digits.test_labels)
}

fn descent() -> Sgd {
    Sgd::new(0.3).momentum(0.5)
}

fn masked() -> Denoising {
    Denoising::new(Noise::Masking { probability: 0.25 })
}

fn five_layers(_: &Path) -> Vec<Finding> {
    let [stacked, noisy, random, adam] = over_seeds(3, |seed| {
        let digits = Digits::split(seed);
        let all: Vec<usize> = (0..digits.train.rows()).collect();
        let run = |method: Option<&dyn Method<f32>>| {
            let layers = encoder(&digits, 5, method, seed);
            tuned(&digits, &all, &layers, descent(), 40, seed)
        };
        let untrained = encoder(&digits, 5, None, seed);
        [
            run(Some(&Plain)),
            run(Some(&masked())),
            run(None),
            tuned(&digits, &all, &untrained, Adam::new(1e-3), 40, seed),
        ]
    });
    let error = |accuracy: &[f64]| accuracy.iter().map(|a| 100.0 * (1.0 - a)).collect();
    vec![
        exact(
            "pre-trained: accuracy",
            stacked.clone(),
            Gate::AtLeast(0.95),
        )
        .beside(0.981, "numpy"),
        exact(
            "pre-trained with masking 0.25: accuracy",
            noisy.clone(),
            Gate::AtLeast(0.95),
        )
        .beside(0.973, "numpy"),
        ablation("from random weights: accuracy", random, Gate::AtMost(0.3)).beside(0.075, "numpy"),
        exact("from random weights by Adam: accuracy", adam, Gate::Shown).beside(0.945, "numpy"),
        paper("pre-trained: error %", error(&stacked)).beside(1.4, "Bengio 2007, MNIST"),
        paper("pre-trained with masking: error %", error(&noisy))
            .beside(1.28, "Vincent 2010, MNIST"),
    ]
}

fn a_hundred_labels(_: &Path) -> Vec<Finding> {
    let [stacked, random, gain] = over_seeds(3, |seed| {
        let digits = Digits::split(seed);
        let rows = labelled(&digits.train_labels, 10, seed);
        let run = |method: Option<&dyn Method<f32>>| {
            let layers = encoder(&digits, 3, method, seed);
            tuned(&digits, &rows, &layers, descent(), 300, seed)
        };
        let (stacked, random) = (run(Some(&Plain)), run(None));
        [stacked, random, 100.0 * (stacked - random)]
    });
    vec![
        ablation(
            "pre-trained on all: points gained",
            gain,
            Gate::AtLeast(5.0),
        )
        .beside(10.0, "numpy"),
        exact("pre-trained on all: accuracy", stacked, Gate::Shown).beside(0.91, "numpy"),
        ablation("from random weights: accuracy", random, Gate::Shown).beside(0.81, "numpy"),
    ]
}
