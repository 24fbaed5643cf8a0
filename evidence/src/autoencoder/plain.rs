//! The auto-encoders that add nothing: linear, two-layer, deep.

use super::{decoder_weights, fitted};
use crate::shared::{Digits, ablation, centred, exact, over_seeds, property, ratios, training};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Loss, Plain, uses};
use unsup_models::{Activation, Pca};
use unsup_nn::Module;
use unsup_nn::classical::principal_angles;

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "linear",
            name: "the linear auto-encoder of the digits beside PCA",
            needs: None,
            findings: linear_beside_pca,
        },
        Experiment {
            method: "two-layer",
            name: "one layer that bends gains nothing where the output does not",
            needs: None,
            findings: two_layer_beside_pca,
        },
        Experiment {
            method: "autoencoder",
            name: "digits by a code of a few numbers beside PCA",
            needs: None,
            findings: deep_beside_pca,
        },
    ]
}

/// The loss is that of PCA and the decoder spans its subspace; tied weights become orthonormal; with the encoder left
/// as it began (random directions) nothing of it holds.
fn linear_beside_pca(_: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (k, steps) in [(2, 1000), (8, 1000), (16, 2000)] {
        let [excess, angle, encoder_angle, ablated, off] = over_seeds(3, |seed| {
            let x = centred(&Digits::<f64>::split(seed).train);
            let pca = Pca::fit(&x, k);
            let least = pca.squared_error(&x);
            let training = training(steps, x.rows(), 2e-2, seed);
            let architecture = Architecture {
                seed,
                ..Architecture::linear(k)
            };
            let model = fitted(&x, &architecture, &Plain, &training);
            let largest = |of: &Matrix<f64>| {
                *principal_angles(of, pca.components())
                    .last()
                    .expect("k of them")
            };
            let encoder = model.encoder().dense_layers().next().expect("a layer");
            let [mut ablated, mut off] = [f64::NAN; 2];
            if k == 8 {
                // the ablation: A stays at random, B alone learns
                let mut random = AutoEncoder::new(x.columns(), &architecture);
                random.freeze("encoder");
                let outcome = random.fit(&x, &Plain, &training, super::observed);
                outcome.expect("the training does not diverge");
                ablated = random.squared_error(&x) / least - 1.0;
                let tied = Architecture {
                    tied: true,
                    ..architecture
                };
                let model = fitted(&x, &tied, &Plain, &training);
                let a = model
                    .encoder()
                    .dense_layers()
                    .next()
                    .expect("a layer")
                    .weight()
                    .value();
                off = a.matmul_tn(a).difference(&Matrix::identity(k));
            }
            [
                (model.squared_error(&x) / least - 1.0).abs(),
                largest(decoder_weights(&model)),
                largest(&encoder.weight().value().transpose()),
                ablated,
                off,
            ]
        });
        findings.push(exact(
            &format!("k = {k}: loss over PCA's, off 1"),
            excess,
            Gate::AtMost(1e-3),
        ));
        findings.push(exact(
            &format!("k = {k}: degrees from decoder to PCA"),
            angle,
            Gate::AtMost(1.0),
        ));
        if k == 8 {
            findings.push(property(
                "k = 8: degrees from encoder to PCA",
                encoder_angle,
                Gate::Shown,
            ));
            findings.push(exact(
                "k = 8, tied: AᵀA off I, largest entry",
                off,
                Gate::AtMost(1e-2),
            ));
            findings.push(ablation(
                "k = 8, A at random: loss over PCA's, less 1",
                ablated,
                Gate::AtLeast(0.1),
            ));
        }
    }
    findings
}

/// Bourlard and Kamp (1988): with a linear output and the squared loss a bending σ_f is no better than PCA, and near
/// it. Where the output bends as well it is another matter.
fn two_layer_beside_pca(_: &Path) -> Vec<Finding> {
    let [ratio, weights, tied_weights, bent] = over_seeds(3, |seed| {
        let digits = Digits::<f64>::split(seed);
        let x = centred(&digits.train);
        let training = training(400, 200, 5e-3, seed);
        let architecture = Architecture {
            seed,
            ..Architecture::two_layer(8, Activation::Tanh, Activation::Identity)
        };
        let model = fitted(&x, &architecture, &Plain, &training);
        let pca = Pca::fit(&x, 8).squared_error(&x);
        let sigmoid = Architecture {
            seed,
            tied: true,
            loss: Loss::Bernoulli,
            ..Architecture::two_layer(8, Activation::Sigmoid, Activation::Sigmoid)
        };
        let tied = fitted(&digits.train, &sigmoid, &Plain, &training);
        [
            model.squared_error(&x) / pca,
            model.parameter_count() as f64,
            tied.parameter_count() as f64,
            tied.squared_error(&digits.train) / pca,
        ]
    });
    vec![
        exact(
            "tanh and linear: loss over PCA's is not below 1",
            ratio.clone(),
            Gate::AtLeast(1.0),
        ),
        exact(
            "tanh and linear: loss over PCA's is near 1",
            ratio,
            Gate::AtMost(1.05),
        ),
        property(
            "sigmoids, tied, Bernoulli loss: squared error over PCA's",
            bent,
            Gate::Shown,
        ),
        exact(
            "tied: weights over free ones",
            ratios(&tied_weights, &weights),
            Gate::AtMost(0.56),
        ),
    ]
}

/// Layers that bend keep more in a few numbers than directions do, and neighbours of one kind together. Without bending
/// they are PCA again; with as many numbers as features the linear one copies.
fn deep_beside_pca(_: &Path) -> Vec<Finding> {
    let [
        plane_ratio,
        eight_ratio,
        neighbours,
        pca_neighbours,
        straight,
        copied,
    ] = over_seeds(3, |seed| {
        let Digits {
            train,
            train_labels,
            test,
            test_labels,
        } = Digits::<f32>::split(seed);
        let (train_64, test_64) = (train.cast::<f64>(), test.cast::<f64>());
        let epochs = |epochs| training(epochs, 50, 2e-3, seed);
        let deep = |k, activation, training| {
            let architecture = Architecture {
                activation,
                output: Activation::Sigmoid,
                seed,
                ..Architecture::deep(&[128, 64], k)
            };
            fitted(&train, &architecture, &Plain, &training)
        };
        let pca = |k| Pca::fit(&train_64, k);
        let ratio = |model: &AutoEncoder<f32>| {
            model.squared_error(&test) / pca(model.code()).squared_error(&test_64)
        };
        let plane = deep(2, Activation::Tanh, epochs(200));
        let judge = |train: &Matrix<f64>, test: &Matrix<f64>| {
            uses::judge((train, &train_labels), (test, &test_labels)).neighbours
        };
        // as many numbers as features, and nothing that asks more than to copy
        let copy = Architecture {
            seed,
            bias: true,
            ..Architecture::linear(64)
        };
        let copy = fitted(&train, &copy, &Plain, &epochs(200));
        let spread = pca(1);
        let spread = spread.squared_error(&test_64) + spread.variances()[0];
        [
            ratio(&plane),
            ratio(&deep(8, Activation::Tanh, epochs(100))),
            judge(&plane.encode(&train).cast(), &plane.encode(&test).cast()),
            judge(&pca(2).encode(&train_64), &pca(2).encode(&test_64)),
            ratio(&deep(2, Activation::Identity, epochs(60))),
            copy.squared_error(&test) / spread,
        ]
    });
    vec![
        exact(
            "k = 2: held-out error over PCA's",
            plane_ratio,
            Gate::AtMost(0.7),
        )
        .beside(0.559, "numpy"),
        exact(
            "k = 8: held-out error over PCA's",
            eight_ratio,
            Gate::AtMost(0.7),
        )
        .beside(0.568, "numpy"),
        exact(
            "k = 2: accuracy of 5 neighbours on the code",
            neighbours,
            Gate::AtLeast(0.8),
        )
        .beside(0.886, "numpy"),
        property(
            "k = 2: the same on PCA's",
            pca_neighbours,
            Gate::AtMost(0.7),
        )
        .beside(0.64, "numpy"),
        ablation(
            "k = 2, σ the identity: error over PCA's",
            straight,
            Gate::AtLeast(0.95),
        ),
        property(
            "linear, k = 64: error over the spread, it copies",
            copied,
            Gate::AtMost(1e-3),
        ),
    ]
}
