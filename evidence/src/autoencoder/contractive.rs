//! The contractive auto-encoder.

use super::{fitted, judge};
use crate::shared::{
    Digits, ablation, exact, mean, over_enough_seeds, over_seeds, paper, property, ratios, steady,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Tape};
use unsup_models::Activation;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Contractive, Jacobian, Loss, Method, Plain, Reconstruction, Sparse,
};
use unsup_nn::train::{Batch, Criterion};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "contractive",
            name: "three ways to the norm of the Jacobian",
            needs: None,
            findings: three_ways,
        },
        Experiment {
            method: "contractive",
            name: "codes of the digits that move little",
            needs: None,
            findings: digits_contracted,
        },
    ]
}

/// The "jacobian" term of a model on objects.
fn penalty(model: &AutoEncoder<f64>, x: &Matrix<f64>, jacobian: Jacobian, step: u64) -> f64 {
    let method = Contractive {
        lambda: 1.0,
        jacobian,
    };
    let tape = Tape::new();
    let rows: Vec<usize> = (0..x.rows()).collect();
    let terms =
        Reconstruction { x, method: &method }.terms(model, &Batch::new(&tape, &rows, 0, step));
    let term = terms.iter().find(|term| term.name == "jacobian");
    term.expect("the method adds it").value.item()
}

/// (1/l) Σᵢ ‖J‖² by central differences.
fn by_differences(model: &AutoEncoder<f64>, x: &Matrix<f64>) -> f64 {
    let h = 1e-5;
    let mut sum = 0.0;
    for d in 0..x.columns() {
        let shifted = |by: f64| {
            model.encode(&Matrix::from_fn(x.rows(), x.columns(), |i, j| {
                x[(i, j)] + if j == d { by } else { 0.0 }
            }))
        };
        let (up, down) = (shifted(h), shifted(-h));
        let pairs = up.as_slice().iter().zip(down.as_slice());
        sum += pairs
            .map(|(a, b)| ((a - b) / (2.0 * h)).powi(2))
            .sum::<f64>();
    }
    sum / x.rows() as f64
}

fn three_ways(_: &Path) -> Vec<Finding> {
    let [closed_off, exact_off, apart, deep_off, errors, linear_off] = over_seeds(3, |seed| {
        let mut random = generator(seed, "objects", 0);
        let x = Matrix::from_fn(20, 9, |_, _| standard_normal(&mut random));
        let one = AutoEncoder::new(
            9,
            &Architecture {
                seed,
                ..Architecture::two_layer(7, Activation::Sigmoid, Activation::Identity)
            },
        );
        let deep = AutoEncoder::new(
            9,
            &Architecture {
                seed,
                ..Architecture::deep(&[8, 6], 5)
            },
        );
        let linear = AutoEncoder::new(
            9,
            &Architecture {
                seed,
                ..Architecture::linear(4)
            },
        );
        let relative = |a: f64, b: f64| (a / b - 1.0).abs();
        let closed = penalty(&one, &x, Jacobian::ClosedForm, 0);
        let recorded = penalty(&one, &x, Jacobian::Exact, 0);
        let differences = by_differences(&one, &x);
        let of_deep = penalty(&deep, &x, Jacobian::Exact, 0);
        let estimates: Vec<f64> = (0..500)
            .map(|step| penalty(&deep, &x, Jacobian::Estimate { draws: 1 }, step))
            .collect();
        let centre = mean(estimates.iter().copied());
        let variance = mean(estimates.iter().map(|e| (e - centre).powi(2)));
        let a = linear
            .encoder()
            .dense_layers()
            .next()
            .expect("a layer")
            .weight()
            .value();
        [
            relative(closed, differences),
            relative(recorded, differences),
            relative(closed, recorded),
            relative(of_deep, by_differences(&deep, &x)),
            (centre - of_deep).abs() / (variance / 500.0).sqrt(),
            relative(penalty(&linear, &x, Jacobian::Exact, 0), a.norm().powi(2)),
        ]
    });
    vec![
        exact(
            "closed form off finite differences",
            closed_off,
            Gate::AtMost(1e-6),
        ),
        exact(
            "recorded gradient off finite differences",
            exact_off,
            Gate::AtMost(1e-6),
        ),
        exact(
            "closed form off recorded gradient",
            apart,
            Gate::AtMost(1e-10),
        ),
        exact(
            "recorded, three layers, off differences",
            deep_off,
            Gate::AtMost(1e-6),
        ),
        exact(
            "estimate off the exact one, standard errors",
            errors,
            Gate::AtMost(3.0),
        ),
        exact("linear encoder: off ‖A‖²", linear_off, Gate::AtMost(1e-10)),
    ]
}

/// The share of values of the codes below 0.05 or above 0.95.
pub(super) fn saturated(codes: &Matrix<f32>) -> f64 {
    let values = codes.as_slice();
    let flat = values.iter().filter(|z| !(0.05..=0.95).contains(*z));
    flat.count() as f64 / values.len() as f64
}

/// A model of the digits, and these.
struct Run {
    model: AutoEncoder<f32>,
    digits: Digits<f32>,
}

impl Run {
    fn of(method: &dyn Method<f32>, seed: u64) -> Self {
        let digits = Digits::<f32>::split(seed);
        let architecture = Architecture {
            tied: true,
            loss: Loss::Bernoulli,
            seed,
            ..Architecture::two_layer(100, Activation::Sigmoid, Activation::Sigmoid)
        };
        let training = steady(150, 50, 3e-3, seed);
        let model = fitted(&digits.train, &architecture, method, &training);
        Self { model, digits }
    }

    /// The Bernoulli loss of held-out objects.
    fn loss(&self) -> f64 {
        -self.model.score(&self.digits.test)
    }

    /// The mean of ‖J‖.
    fn jacobian(&self) -> f64 {
        self.model.jacobian_norm(&self.digits.test)
    }

    /// The share of values of the code below 0.05 or above 0.95.
    fn saturated(&self) -> f64 {
        saturated(&self.model.encode(&self.digits.test))
    }

    /// The error of a linear classifier on codes, in %.
    fn linear_error(&self) -> f64 {
        100.0 * (1.0 - judge(&self.model, &self.digits).linear)
    }
}

fn digits_contracted(_: &Path) -> Vec<Finding> {
    let contractive = |lambda| Contractive {
        lambda,
        jacobian: Jacobian::ClosedForm,
    };
    let [
        jacobian,
        plain_jacobian,
        saturated,
        plain_saturated,
        error,
        plain_error,
        mild,
        decayed,
        loss,
        decayed_loss,
        gain,
    ] = over_enough_seeds(3, |seed| {
        let strong = Run::of(&contractive(0.1), seed);
        let plain = Run::of(&Plain, seed);
        let mild = Run::of(&contractive(0.025), seed);
        let decayed = Run::of(&Sparse::l2_of_weights(1e-3), seed);
        let (error, plain_error) = (strong.linear_error(), plain.linear_error());
        [
            strong.jacobian(),
            plain.jacobian(),
            strong.saturated(),
            plain.saturated(),
            error,
            plain_error,
            mild.jacobian(),
            decayed.jacobian(),
            mild.loss(),
            decayed.loss(),
            plain_error - error,
        ]
    });
    vec![
        ablation(
            "λ = 0.1: mean ‖J‖ over that of λ = 0",
            ratios(&jacobian, &plain_jacobian),
            Gate::AtMost(0.6),
        )
        .beside(3.72 / 7.48, "numpy"),
        ablation(
            "λ = 0.1: saturated units over those of λ = 0",
            ratios(&saturated, &plain_saturated),
            Gate::AtLeast(5.0),
        )
        .beside(0.504 / 0.054, "numpy"),
        property(
            "λ = 0.1: linear classifier, points gained",
            gain,
            Gate::AtLeast(-0.5),
        )
        .beside(0.3, "numpy"),
        ablation(
            "λ = 0.025: ‖J‖ over weight decay's",
            ratios(&mild, &decayed),
            Gate::AtMost(0.95),
        )
        .beside(5.33 / 6.15, "numpy"),
        ablation(
            "λ = 0.025: held-out loss over weight decay's",
            ratios(&loss, &decayed_loss),
            Gate::AtMost(1.003),
        )
        .beside(14.72 / 14.66, "numpy"),
        paper("λ = 0.1: linear classifier on codes, error %", error)
            .beside(1.14, "Rifai 2011, CAE, MNIST"),
        paper("λ = 0: linear classifier on codes, error %", plain_error)
            .beside(1.78, "Rifai 2011, AE, MNIST"),
    ]
}
