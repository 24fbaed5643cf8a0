//! The relational auto-encoder.

use super::{fitted, judge};
use crate::shared::{
    Digits, ablation, centred, exact, over_enough_seeds, over_seeds, paper, property, ratios,
    training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_models::Activation;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Pairs, Relational, Threshold};
use unsup_nn::classical::symmetric_eigen;

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "relational",
            name: "relations alone, linear: the best Gram matrix of rank k",
            needs: None,
            findings: beside_eckart_young,
        },
        Experiment {
            method: "relational",
            name: "digits whose relations are kept",
            needs: None,
            findings: digits_related,
        },
    ]
}

/// min ‖XXᵀ − X̂X̂ᵀ‖² over X̂ of rank k is Σ_{i>k} λᵢ² (Eckart, Young 1936), and the linear auto-encoder can reach it.
fn beside_eckart_young(_: &Path) -> Vec<Finding> {
    let (l, k) = (300, 5);
    let [excess, random] = over_seeds(3, |seed| {
        let x = centred(&Digits::<f64>::split(seed).train.slice_rows(0..l));
        let eigen = symmetric_eigen(&x.matmul_tn(&x));
        let least: f64 = eigen.values[k..].iter().map(|value| value.powi(2)).sum();
        let method = Relational {
            reconstruction: 0.0,
            relation: 1.0,
            threshold: Threshold::None,
            pairs: Pairs::All,
        };
        let architecture = Architecture {
            seed,
            ..Architecture::linear(k)
        };
        let off = |model: &AutoEncoder<f32>| {
            method.loss(&model.reconstruct(&x.cast()).cast(), &x) * (l * l) as f64 / least - 1.0
        };
        let model = fitted(
            &x.cast::<f32>(),
            &architecture,
            &method,
            &training(1500, l, 2e-2, seed),
        );
        [off(&model).abs(), off(&AutoEncoder::new(64, &architecture))]
    });
    vec![
        exact(
            "‖XXᵀ − X̂X̂ᵀ‖² over the least, off 1",
            excess,
            Gate::AtMost(0.01),
        )
        .beside(0.0046, "numpy"),
        ablation("untrained: the same", random, Gate::AtLeast(1.0)),
    ]
}

fn digits_related(_: &Path) -> Vec<Finding> {
    let [
        kept,
        plain_kept,
        error,
        plain_error,
        neighbours,
        plain_neighbours,
    ] = over_enough_seeds(3, |seed| {
        let digits = Digits::<f32>::split(seed);
        let s0 = Relational::quantile(&digits.train, 0.75);
        let architecture = Architecture {
            output: Activation::Sigmoid,
            seed,
            ..Architecture::deep(&[64], 6)
        };
        let run = |a: f64| {
            let method = Relational::mixture(a, s0);
            let model = fitted(
                &digits.train,
                &architecture,
                &method,
                &training(200, 100, 5e-3, seed),
            );
            let (x, y) = (
                digits.test.cast::<f64>(),
                model.reconstruct(&digits.test).cast(),
            );
            (
                method.loss(&y, &x),
                model.squared_error(&digits.test),
                judge(&model, &digits).neighbours,
            )
        };
        let (with, without) = (run(0.1), run(0.0));
        [
            with.0,
            without.0,
            with.1,
            without.1,
            100.0 * (1.0 - with.2),
            100.0 * (1.0 - without.2),
        ]
    });
    vec![
        ablation(
            "a = 0.1: relation's error over that of a = 0",
            ratios(&kept, &plain_kept),
            Gate::AtMost(0.9),
        )
        .beside(0.476 / 0.548, "numpy"),
        property(
            "a = 0.1: squared error over that of a = 0",
            ratios(&error, &plain_error),
            Gate::AtMost(1.05),
        )
        .beside(0.0221 / 0.0216, "numpy"),
        paper("a = 0.1: 5 neighbours on codes, error %", neighbours)
            .beside(3.8, "Meng 2017, RAE, MNIST"),
        paper("a = 0: 5 neighbours on codes, error %", plain_neighbours)
            .beside(8.9, "Meng 2017, BAE, MNIST"),
    ]
}
