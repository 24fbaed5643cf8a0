//! The denoising auto-encoder.

use super::{fitted, judge, mean_squared};
use crate::shared::{
    Digits, ablation, exact, over_seeds, paper, property, ratios, steady, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::generators::GaussianMixture;
use unsup_models::Activation;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Denoising, Method, Noise, Plain, Target,
};
use unsup_nn::classical::Ridge;

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "denoising",
            name: "a ring of 8 Gaussians beside the Bayes denoiser",
            needs: None,
            findings: ring_beside_bayes,
        },
        Experiment {
            method: "denoising",
            name: "digits with noise beside the best linear denoiser",
            needs: None,
            findings: digits_with_noise,
        },
    ]
}

/// The ring: radius 2, deviation 0.1; the noise 0.5.
fn ring_beside_bayes(_: &Path) -> Vec<Finding> {
    let (ring, sigma) = (GaussianMixture::ring(8, 2.0, 0.1), 0.5);
    let noise = Noise::Gaussian { sigma };
    let [error, best, field, identity] = over_seeds(3, |seed| {
        let x = ring.sample(20_000, seed).features.cast::<f32>();
        let architecture = Architecture {
            seed,
            ..Architecture::deep(&[64], 64)
        };
        let model = fitted(
            &x,
            &architecture,
            &Denoising::new(noise),
            &training(50, 250, 3e-3, seed),
        );
        let clean = ring.sample(50_000, seed + 100).features;
        let noisy = noise.corrupt(&clean, seed);
        let bayes = ring.denoise(&noisy, sigma);
        let found = model.reconstruct(&noisy.cast()).cast::<f64>();
        let arrows = model.score_field(&noisy.cast(), sigma).cast::<f64>();
        let score = ring.score(&noisy, sigma);
        let none = Matrix::zeros(score.rows(), 2);
        [
            mean_squared(&found, &clean),
            mean_squared(&bayes, &clean),
            mean_squared(&arrows, &score) / mean_squared(&score, &none),
            mean_squared(&noisy, &clean),
        ]
    });
    vec![
        exact(
            "squared error over that of Bayes, off 1",
            ratios(&error, &best)
                .iter()
                .map(|ratio| (ratio - 1.0).abs())
                .collect(),
            Gate::AtMost(0.01),
        ),
        property("the squared error itself", error, Gate::Shown).beside(0.1198, "numpy"),
        property("that of Bayes", best, Gate::Shown).beside(0.1196, "numpy"),
        exact(
            "field (r(x) − x)/σ² off the score, relative",
            field,
            Gate::AtMost(0.005),
        )
        .beside(0.001, "numpy"),
        property("no denoiser: squared error", identity, Gate::Shown).beside(0.252, "numpy"),
    ]
}

fn digits_with_noise(_: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let noises = [
        (
            "σ = 0.3",
            Noise::Gaussian { sigma: 0.3 },
            [0.0177, 0.0235, 0.0365],
        ),
        (
            "p₀ = 0.5",
            Noise::Masking { probability: 0.5 },
            [0.0316, 0.0396, 0.1002],
        ),
    ];
    for (name, noise, [numpy_error, numpy_linear, numpy_plain]) in noises {
        let gaussian = matches!(noise, Noise::Gaussian { .. });
        let [error, linear, plain, kept, accuracy, plain_accuracy] = over_seeds(3, |seed| {
            let digits = Digits::<f32>::split(seed);
            let (train, test) = (&digits.train, &digits.test);
            let architecture = Architecture {
                seed,
                ..Architecture::two_layer(128, Activation::Sigmoid, Activation::Sigmoid)
            };
            let run = |method: &dyn Method<f32>| {
                fitted(train, &architecture, method, &steady(150, 50, 3e-3, seed))
            };
            let noisy = noise.corrupt(test, seed);
            let error = |model: &AutoEncoder<f32>| mean_squared(&model.reconstruct(&noisy), test);
            let (denoising, without) = (run(&Denoising::new(noise)), run(&Plain));
            let kept = if gaussian {
                let target = Target::Corrupted;
                error(&run(&Denoising { noise, target }))
            } else {
                f64::NAN
            };
            let linear = linear_denoiser(train, noise, seed);
            let linear = mean_squared(&linear.predict(&noisy.cast()), &test.cast());
            let linear_error = |model: &AutoEncoder<f32>| match gaussian {
                true => 100.0 * (1.0 - judge(model, &digits).linear),
                false => f64::NAN,
            };
            [
                error(&denoising),
                linear,
                error(&without),
                kept,
                linear_error(&denoising),
                linear_error(&without),
            ]
        });
        findings.extend([
            exact(
                &format!("{name}: error over the linear denoiser's"),
                ratios(&error, &linear),
                Gate::AtMost(0.85),
            ),
            ablation(
                &format!("{name}: error over the plain auto-encoder's"),
                ratios(&error, &plain),
                Gate::AtMost(0.6),
            ),
            property(
                &format!("{name}: squared error per feature"),
                error,
                Gate::Shown,
            )
            .beside(numpy_error, "numpy"),
            property(
                &format!("{name}: the linear denoiser's"),
                linear.clone(),
                Gate::Shown,
            )
            .beside(numpy_linear, "numpy"),
            property(
                &format!("{name}: the plain auto-encoder's"),
                plain,
                Gate::Shown,
            )
            .beside(numpy_plain, "numpy"),
        ]);
        if gaussian {
            findings.push(
                ablation(
                    &format!("{name}, damaged target: error over the linear one's"),
                    ratios(&kept, &linear),
                    Gate::AtLeast(1.2),
                )
                .beside(0.0509 / 0.0235, "numpy"),
            );
            findings.push(
                paper("linear classifier on codes, error %", accuracy)
                    .beside(1.18, "Rifai 2011, DAE-g, MNIST"),
            );
            findings.push(
                paper("plain: linear classifier on codes, error %", plain_accuracy)
                    .beside(1.78, "Rifai 2011, AE, MNIST"),
            );
        }
    }
    findings
}

/// The best linear map from damaged to clean, of five damaged copies of each object.
fn linear_denoiser(train: &Matrix<f32>, noise: Noise, seed: u64) -> Ridge {
    let (l, n) = (train.rows(), train.columns());
    let clean = train.cast::<f64>();
    let clean = Matrix::from_fn(5 * l, n, |i, j| clean[(i % l, j)]);
    Ridge::fit(&noise.corrupt(&clean, seed + 1), &clean, 1e-6)
}
