//! Experiments of minutes: MNIST, and a part of CIFAR-10. `docs/experiments.md` tells what they came to, and why it differs
//! from what is published.

use super::contractive::saturated;
use super::{fitted, variational};
use crate::shared::{
    Images, ablation, mean, observed, over_seeds, paper, property, ratios, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, uniform_below};
use unsup_data::{ReadOptions, read};
use unsup_models::Activation;
use unsup_models::Task;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Contractive, Denoising, Elbo, Jacobian, Likelihood, Loss, Method,
    Noise, Plain, Relational,
};
use unsup_models::predictor::{self, Predictor};

const MNIST: &str = "mnist/train-images-idx3-ubyte.gz";
const MNIST_TEST: &str = "t10k-images-idx3-ubyte.gz";
const CIFAR: &str = "cifar10-subset/train_first4000.bin.gz";
const CIFAR_TEST: &str = "test_first1000.bin.gz";
const CLASSES: usize = 10;

/// All of them.
pub fn long_experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "denoising",
            name: "1000 sigmoids on MNIST, and a classifier on them",
            needs: Some(MNIST),
            findings: denoising,
        },
        Experiment {
            method: "contractive",
            name: "1000 sigmoids on MNIST, and a classifier on them",
            needs: Some(MNIST),
            findings: contractive,
        },
        Experiment {
            method: "relational",
            name: "MNIST in 30 numbers whose relations are kept",
            needs: Some(MNIST),
            findings: relational_on_mnist,
        },
        Experiment {
            method: "relational",
            name: "a part of CIFAR-10 in 100 numbers whose relations are kept",
            needs: Some(CIFAR),
            findings: relational_on_cifar,
        },
        Experiment {
            method: "variational",
            name: "bounds on the likelihood of binarised MNIST",
            needs: Some(MNIST),
            findings: bounds_on_mnist,
        },
    ]
}

impl Images<f32> {
    /// Those of a file to train on, and those of one beside it to judge by.
    fn read(train: &Path, test: &str) -> Self {
        let part = |file: &Path| {
            let data = read(file, &ReadOptions::default());
            let data = data.unwrap_or_else(|error| panic!("{error}"));
            let labels = data.labels.expect("the images as they are published");
            (data.features.cast(), labels)
        };
        let (test, test_labels) = part(&train.with_file_name(test));
        let (train, train_labels) = part(train);
        Self {
            train,
            train_labels,
            test,
            test_labels,
        }
    }

    /// The error of a classifier on the images to judge by, in percent, as it is after training on those to train on.
    fn error_of(&self, mut predictor: Predictor<f32>, epochs: usize, rate: f64, seed: u64) -> f64 {
        let settings = training(epochs, 100, rate, seed);
        let outcome = predictor.fit(
            &Task::classes(&self.train, &self.train_labels),
            &settings,
            observed,
        );
        outcome.expect("the training does not diverge");
        100.0 * (1.0 - predictor.accuracy(&self.test, &self.test_labels))
    }

    /// The error of a linear classifier on the codes of the images, in percent.
    fn linear_error(&self, model: &AutoEncoder<f32>, epochs: usize, seed: u64) -> f64 {
        let codes = Self {
            train: model.encode(&self.train),
            train_labels: self.train_labels.clone(),
            test: model.encode(&self.test),
            test_labels: self.test_labels.clone(),
        };
        let linear = predictor::Architecture {
            hidden: Vec::new(),
            seed,
            ..predictor::Architecture::default()
        };
        let linear = Predictor::new(model.code(), CLASSES, &linear);
        codes.error_of(linear, epochs, 3e-3, seed)
    }
}

/// Hidden units, as in the paper.
const UNITS: usize = 1000;
/// Epochs of the auto-encoder.
const LEARNING: usize = 10;
/// Epochs of the linear classifier on its codes.
const JUDGING: usize = 15;
/// Epochs of the network that begins with its encoder.
const TUNING: usize = 10;

/// What an auto-encoder of tied sigmoids comes to.
struct Figures {
    /// The Bernoulli loss of the images to judge by, in nats.
    loss: f64,
    /// The mean of ‖J‖ over 100 of them.
    jacobian: f64,
    /// The share of saturated values of the code.
    saturated: f64,
    /// The error of a linear classifier on codes, in percent.
    linear: f64,
    /// The error of a classifier that begins with the encoder, all of it tuned, in percent.
    tuned: f64,
}

fn tied_sigmoids(images: &Images<f32>, method: &dyn Method<f32>, seed: u64) -> Figures {
    let architecture = Architecture {
        tied: true,
        loss: Loss::Bernoulli,
        seed,
        ..Architecture::two_layer(UNITS, Activation::Sigmoid, Activation::Sigmoid)
    };
    let settings = training(LEARNING, 100, 1e-3, seed);
    let model = fitted(&images.train, &architecture, method, &settings);
    let begun = Predictor::on(model.encoder(), CLASSES, seed);
    Figures {
        loss: -model.score(&images.test),
        jacobian: model.jacobian_norm(&images.test.slice_rows(0..100)),
        saturated: saturated(&model.encode(&images.test)),
        linear: images.linear_error(&model, JUDGING, seed),
        tuned: images.error_of(begun, TUNING, 1e-3, seed),
    }
}

/// The error of the same network from random weights, in percent.
fn from_scratch(images: &Images<f32>, seed: u64) -> f64 {
    let network = predictor::Architecture {
        hidden: vec![UNITS],
        activation: Activation::Sigmoid,
        seed,
        ..predictor::Architecture::default()
    };
    let network = Predictor::new(images.train.columns(), CLASSES, &network);
    images.error_of(network, TUNING, 1e-3, seed)
}

fn denoising(file: &Path) -> Vec<Finding> {
    let noise = Noise::Gaussian { sigma: 0.3 };
    beside_plain(
        &Images::read(file, MNIST_TEST),
        "σ = 0.3",
        &Denoising::new(noise),
        0.95,
        (1.18, "Rifai 2011, DAE-g"),
    )
}

fn contractive(file: &Path) -> Vec<Finding> {
    let method = Contractive {
        lambda: 0.3,
        jacobian: Jacobian::ClosedForm,
    };
    beside_plain(
        &Images::read(file, MNIST_TEST),
        "λ = 0.3",
        &method,
        0.7,
        (1.14, "Rifai 2011, CAE"),
    )
}

/// A method beside the plain auto-encoder, and both beside a network that begins with neither; ‖J‖ is to be at most so much of
/// the plain one's.
fn beside_plain(
    images: &Images<f32>,
    name: &str,
    method: &dyn Method<f32>,
    contracted: f64,
    (published, source): (f64, &'static str),
) -> Vec<Finding> {
    let [
        tuned,
        plain_tuned,
        scratch,
        linear,
        plain_linear,
        jacobian,
        plain_jacobian,
        flat,
        plain_flat,
        loss,
        plain_loss,
    ] = over_seeds(1, |seed| {
        let (with, plain) = (
            tied_sigmoids(images, method, seed),
            tied_sigmoids(images, &Plain, seed),
        );
        [
            with.tuned,
            plain.tuned,
            from_scratch(images, seed),
            with.linear,
            plain.linear,
            with.jacobian,
            plain.jacobian,
            with.saturated,
            plain.saturated,
            with.loss,
            plain.loss,
        ]
    });
    let of = |what: &str| format!("{name}: {what}");
    let shown = |name: &str, values| property(name, values, Gate::Shown);
    vec![
        paper(&of("tuned network, error %"), tuned).beside(published, source),
        paper("plain: tuned network, error %", plain_tuned).beside(1.78, "Rifai 2011, AE"),
        shown("random weights: network, error %", scratch),
        shown(&of("linear classifier on codes, error %"), linear),
        shown("plain: linear classifier on codes, error %", plain_linear),
        ablation(
            &of("mean ‖J‖ over that of plain"),
            ratios(&jacobian, &plain_jacobian),
            Gate::AtMost(contracted),
        ),
        shown(&of("mean ‖J‖"), jacobian),
        shown("plain: mean ‖J‖", plain_jacobian),
        shown(&of("share of saturated units"), flat),
        shown("plain: share of saturated units", plain_flat),
        shown(&of("Bernoulli loss of held-out images"), loss),
        shown("plain: Bernoulli loss of held-out images", plain_loss),
    ]
}

fn relational_on_mnist(file: &Path) -> Vec<Finding> {
    related(&Images::read(file, MNIST_TEST), 30, 10, [8.9, 3.8])
}

fn relational_on_cifar(file: &Path) -> Vec<Finding> {
    related(&Images::read(file, CIFAR_TEST), 100, 30, [15.6, 12.7])
}

/// The weights of the relation that are compared.
const WEIGHTS: [f64; 3] = [0.0, 0.001, 0.1];

fn related(
    images: &Images<f32>,
    code: usize,
    epochs: usize,
    [basic, relational]: [f64; 2],
) -> Vec<Finding> {
    let s0 = Relational::quantile(&images.train, 0.75);
    let judged = images.test.slice_rows(0..1000);
    let mut findings = Vec::new();
    for a in WEIGHTS {
        let method = Relational::mixture(a, s0);
        let [linear, squared, kept] = over_seeds(2, |seed| {
            let architecture = Architecture {
                output: Activation::Sigmoid,
                seed,
                ..Architecture::deep(&[300], code)
            };
            let settings = training(epochs, 100, 1e-3, seed);
            let model = fitted(&images.train, &architecture, &method, &settings);
            let y = model.reconstruct(&judged);
            [
                images.linear_error(&model, epochs, seed),
                model.squared_error(&images.test),
                method.loss(&y.cast::<f64>(), &judged.cast()),
            ]
        });
        let of = |what: &str| format!("a = {a}: {what}");
        let (published, source) = if a == 0.0 {
            (basic, "Meng 2017, BAE")
        } else {
            (relational, "Meng 2017, RAE")
        };
        findings.extend([
            paper(&of("linear classifier on codes, error %"), linear).beside(published, source),
            property(
                &of("squared error of held-out images"),
                squared,
                Gate::Shown,
            ),
            property(
                &of("relation's error of held-out images"),
                kept,
                Gate::Shown,
            ),
        ]);
    }
    findings
}

/// 0 and 1 drawn by the brightness k/255 of each pixel, which is the probability of 1.
fn binarised(x: &Matrix<f32>, seed: u64) -> Matrix<f32> {
    let mut random = generator(seed, "binarisation", 0);
    x.map(|x| {
        let k = (255.0 * x).round() as usize;
        f32::from(u8::from(uniform_below(255, &mut random) < k))
    })
}

fn bounds_on_mnist(file: &Path) -> Vec<Finding> {
    let images = Images::read(file, MNIST_TEST);
    let (seed, epochs, batch_size, k, held_out) = (0, 12, 50, 5000, 200);
    let steps = epochs * images.train.rows().div_ceil(batch_size);
    let test = binarised(&images.test, seed);
    let judged = test.slice_rows(0..held_out);
    let architecture = Architecture {
        seed,
        ..Architecture::deep(&[200, 200], 50)
    };
    let mut findings = vec![property(
        "steps of training",
        vec![steps as f64],
        Gate::Shown,
    )];
    for (draws, published) in [(1, -86.76), (5, -85.54)] {
        let elbo = Elbo {
            x: &images.train,
            beta: 1.0,
            draws,
            binarised: true,
        };
        let settings = training(epochs, batch_size, 1e-3, seed);
        let model = variational::fitted(&elbo, &architecture, Likelihood::Bernoulli, settings);
        let bound = mean(model.importance_weighted_bound(&judged, k, seed));
        let of_judged = mean(model.elbo(&judged, 50, seed));
        let of = |what: &str| format!("trained with {draws} draws: {what}");
        findings.extend([
            paper(
                &of(&format!("bound with {k} draws, {held_out} images")),
                vec![bound],
            )
            .beside(published, "Burda 2015, 3280 epochs"),
            property(
                &of("the same less the ELBO"),
                vec![bound - of_judged],
                Gate::AtLeast(0.0),
            ),
            property(
                &of(&format!("ELBO, all {} held-out images", test.rows())),
                vec![mean(model.elbo(&test, 10, seed))],
                Gate::AtLeast(-112.0),
            ),
        ]);
    }
    findings
}
