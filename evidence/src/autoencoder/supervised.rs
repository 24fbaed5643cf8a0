//! The auto-encoder with a predictor.

use crate::shared::{
    Digits, ablation, centred, exact, labelled, observed, over_enough_seeds, over_seeds, paper,
    property, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::generators::ProbabilisticPca;
use unsup_models::autoencoder::{Architecture, Denoising, Joint, Method, Noise, Plain, Supervised};
use unsup_models::{Activation, Answers};
use unsup_nn::Module;
use unsup_nn::classical::r_squared;

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "semi-supervised",
            name: "digits, fifty labels",
            needs: None,
            findings: fifty_labels,
        },
        Experiment {
            method: "semi-supervised",
            name: "a number from forty features, twenty answers",
            needs: None,
            findings: from_hidden_numbers,
        },
    ]
}

fn fifty_labels(_: &Path) -> Vec<Finding> {
    let [joint, supervised, noisy, gain, gain_over_noise] = over_enough_seeds(5, |seed| {
        let digits = Digits::<f32>::split(seed);
        let rows = labelled(&digits.train_labels, 5, seed);
        let classes: Vec<usize> = rows.iter().map(|&i| digits.train_labels[i]).collect();
        let architecture = Architecture {
            code_activation: Activation::Tanh,
            output: Activation::Sigmoid,
            seed,
            ..Architecture::deep(&[128], 32)
        };
        let run = |method: &dyn Method<f32>, reconstruction: f64| {
            let joint = Joint {
                x: &digits.train,
                method,
                labelled: &rows,
                answers: Answers::Classes(&classes),
                reconstruction,
                lambda: 1.0,
            };
            let mut model = Supervised::new(64, 10, &architecture);
            if reconstruction == 0.0 {
                model.freeze("autoencoder.decoder");
            }
            let outcome = model.fit(&joint, &training(60, 50, 2e-3, seed), observed);
            outcome.expect("the training does not diverge");
            model.accuracy(&digits.test, &digits.test_labels)
        };
        let noise = Denoising::new(Noise::Gaussian { sigma: 0.3 });
        let (joint, supervised, noisy) = (run(&noise, 1.0), run(&Plain, 0.0), run(&noise, 0.0));
        [
            joint,
            supervised,
            noisy,
            100.0 * (joint - supervised),
            100.0 * (joint - noisy),
        ]
    });
    vec![
        ablation("points gained over supervised", gain, Gate::AtLeast(1.5)).beside(3.2, "numpy"),
        ablation(
            "points gained over supervised with noise",
            gain_over_noise,
            Gate::AtLeast(0.5),
        )
        .beside(1.6, "numpy"),
        property("joint: accuracy", joint.clone(), Gate::Shown).beside(0.887, "numpy"),
        property("supervised: accuracy", supervised, Gate::Shown).beside(0.855, "numpy"),
        property("supervised with noise: accuracy", noisy, Gate::Shown).beside(0.871, "numpy"),
        paper(
            "joint: error %, 50 labels of digits",
            joint.iter().map(|a| 100.0 * (1.0 - a)).collect(),
        )
        .beside(1.06, "Rasmus 2015, ladder, 100 labels of MNIST"),
    ]
}

/// Regression: the answer depends on three hidden numbers of forty features. All objects say where these are, twenty
/// with answers alone do not.
fn from_hidden_numbers(_: &Path) -> Vec<Finding> {
    let [joint, supervised] = over_seeds(3, |seed| {
        let pca = ProbabilisticPca {
            features: 40,
            dimension: 3,
            noise_variance: 1.0,
        };
        let sample = pca.sample(1000, seed);
        let x = centred(&sample.features);
        let sum = |z: &[f64]| z.iter().sum::<f64>();
        let y = Matrix::from_fn(1000, 1, |i, _| sum(sample.codes.row(i)));
        let rows: Vec<usize> = (0..20).collect();
        let known = y.slice_rows(0..20);
        let architecture = Architecture {
            seed,
            ..Architecture::linear(3)
        };
        let run = |reconstruction: f64| {
            let joint = Joint {
                x: &x,
                method: &Plain,
                labelled: &rows,
                answers: Answers::Numbers(&known),
                reconstruction,
                lambda: 1.0,
            };
            let mut model = Supervised::new(40, 1, &architecture);
            if reconstruction == 0.0 {
                model.freeze("autoencoder.decoder");
            }
            let outcome = model.fit(&joint, &training(100, 50, 5e-3, seed), observed);
            outcome.expect("the training does not diverge");
            let others = 20..1000;
            r_squared(
                &model.answers(&x.slice_rows(others.clone())),
                &y.slice_rows(others),
            )
        };
        [run(1.0), run(0.0)]
    });
    vec![
        exact("joint: R² of what is predicted", joint, Gate::AtLeast(0.85)),
        ablation("supervised: R²", supervised, Gate::AtMost(0.8)),
    ]
}
