//! Surrogates.

use crate::shared::{observed, over_seeds, property, training};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::generators::TestFunction;
use unsup_models::Activation;
use unsup_models::in_sequence::distillation::{Domain, Surrogate};
use unsup_models::predictor::Architecture;
use unsup_nn::classical::Ridge;

pub fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        method: "distill",
        name: "surrogates of Branin's and Friedman's functions from two hundred calls",
        needs: None,
        findings: functions,
    }]
}

fn functions(_: &Path) -> Vec<Finding> {
    let all = [
        ("Branin", TestFunction::Branin, [0.9995, 0.13]),
        (
            "Friedman 1",
            TestFunction::Friedman1 { inputs: 5 },
            [0.998, 0.75],
        ),
    ];
    let mut findings = Vec::new();
    for (name, function, [numpy, numpy_linear]) in all {
        let [surrogate, linear] = over_seeds(3, |seed| {
            let a = |x: &Matrix<f64>| Matrix::from_fn(x.rows(), 1, |i, _| function.value(x.row(i)));
            let domain = Domain(function.domain());
            let (x, new) = (domain.draw(200, seed), domain.draw(5000, seed + 100));
            let architecture = Architecture {
                hidden: vec![64, 64],
                activation: Activation::Tanh,
                seed,
                ..Architecture::default()
            };
            let training = training(1500, 200, 5e-3, seed);
            let surrogate = Surrogate::of(&a, &domain, &x, &architecture, &training, observed);
            let surrogate = surrogate.expect("the training does not diverge");
            let linear = Ridge::fit(&x, &a(&x), 1e-6);
            [
                surrogate.r_squared(&new, &a(&new)),
                linear.r_squared(&new, &a(&new)),
            ]
        });
        findings.push(
            property(&format!("{name}: R²"), surrogate, Gate::AtLeast(0.99)).beside(numpy, "numpy"),
        );
        let name = format!("{name}: R² of a linear function");
        findings.push(property(&name, linear, Gate::Shown).beside(numpy_linear, "numpy"));
    }
    findings
}
