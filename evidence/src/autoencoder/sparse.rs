//! Sparse auto-encoders.

use super::{decoder_weights, fitted};
use crate::shared::{
    Digits, ablation, centred, exact, length, mean, observed, over_seeds, property, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};
use unsup_data::generators::PlantedDictionary;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Decoder, Loss, Reconstruction, Sparse};
use unsup_models::{Activation, Schedule};
use unsup_nn::classical::{Ridge, symmetric_eigen};
use unsup_nn::optimiser::{Optimiser, Sgd};
use unsup_nn::train::{Settings, fit};
use unsup_nn::{Dense, Module, Sequence};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "sparse",
            name: "units that are on for one object in twenty",
            needs: None,
            findings: mean_activations,
        },
        Experiment {
            method: "sparse",
            name: "a planted dictionary is found again",
            needs: None,
            findings: planted_dictionary,
        },
        Experiment {
            method: "sparse",
            name: "penalties on weights have their closed form",
            needs: None,
            findings: closed_forms,
        },
    ]
}

fn mean_activations(_: &Path) -> Vec<Finding> {
    let run = |seed: u64, lambda: f64| {
        let digits = Digits::<f32>::split(seed);
        let architecture = Architecture {
            seed,
            ..Architecture::two_layer(100, Activation::Sigmoid, Activation::Identity)
        };
        let method = Sparse::activations(0.05, lambda);
        let model = fitted(
            &digits.train,
            &architecture,
            &method,
            &training(150, 100, 3e-3, seed),
        );
        let codes = model.encode(&digits.test);
        let units: Vec<f64> = (0..100)
            .map(|j| mean(codes.row_iter().map(|z| f64::from(z[j]))))
            .collect();
        let near = units
            .iter()
            .filter(|rho| (0.04..=0.07).contains(*rho))
            .count();
        [mean(units), near as f64 / 100.0]
    };
    let [rho, off, near, without] = over_seeds(3, |seed| {
        let [rho, near] = run(seed, 2.0);
        [rho, (rho - 0.05).abs(), near, run(seed, 0.0)[0]]
    });
    vec![
        property("mean activation, ε = 0.05", rho, Gate::Shown).beside(0.0533, "numpy"),
        exact("|mean activation − ε|", off, Gate::AtMost(0.01)),
        exact(
            "share of units within 0.04 to 0.07",
            near,
            Gate::AtLeast(0.9),
        ),
        ablation("λ = 0: mean activation", without, Gate::AtLeast(0.3)).beside(0.4945, "numpy"),
    ]
}

fn planted_dictionary(_: &Path) -> Vec<Finding> {
    let run = |seed: u64, lambda: f64| {
        let planted = PlantedDictionary::default().sample(5000, seed);
        let x = planted.features.cast::<f32>();
        let architecture = Architecture {
            seed,
            ..Architecture::two_layer(40, Activation::Relu, Activation::Identity)
        };
        let model = fitted(
            &x,
            &architecture,
            &Sparse::codes(lambda),
            &training(100, 250, 5e-3, seed),
        );
        planted.mean_max_cosine(&decoder_weights(&model).cast())
    };
    let [found, without] = over_seeds(3, |seed| [run(seed, 0.4), run(seed, 0.0)]);
    vec![
        exact(
            "mean of the largest |cosine| of each atom",
            found,
            Gate::AtLeast(0.9),
        )
        .beside(0.93, "numpy"),
        ablation("λ = 0: the same", without, Gate::AtMost(0.7)).beside(0.577, "numpy"),
    ]
}

/// With the decoder held fixed the encoder is a linear regression. (a) g the identity and the digits' covariance C: the
/// minimum of ‖XA − X‖²/l + λ‖A‖² is ridge regression. (b) white objects and g a rotation R: that of ‖XAR − X‖²/l +
/// λ‖A‖₁ is Rᵀ, each entry moved toward 0 by λ/2.
fn closed_forms(_: &Path) -> Vec<Finding> {
    let n = 5; // pixels in the middle of the fourth line
    let [ridge_off, soft_off, zeros] = over_seeds(3, |seed| {
        let digits = Digits::<f64>::split(seed);
        let middle = |i: usize, j: usize| digits.train[(i, 26 + j)];
        let x = centred(&Matrix::from_fn(100, n, middle));
        let ridge = encoder_beside(
            &x,
            &Matrix::identity(n),
            &Sparse::l2_of_weights(0.05),
            0.5,
            seed,
        );
        // the sum over 100 objects of theirs is the mean of ours
        let expected = Ridge::fit(&x, &x, 0.05 * 100.0);

        let (white, rotation) = (whitened(&x), rotation(n, seed));
        let soft = encoder_beside(&white, &rotation, &Sparse::l1_of_weights(0.4), 0.003, seed);
        let thresholded = rotation
            .transpose()
            .map(|a: f64| a.signum() * (a.abs() - 0.2).max(0.0));
        // the learned zeros are at the places of the exact ones
        let places = soft.as_slice().iter().zip(thresholded.as_slice());
        let zeros = places
            .filter(|(learned, exact)| learned.abs() < 1e-5 && **exact == 0.0)
            .count();
        [
            ridge.difference(expected.weights()),
            soft.difference(&thresholded),
            zeros as f64,
        ]
    });
    vec![
        exact(
            "L2: largest difference from ridge regression",
            ridge_off,
            Gate::AtMost(1e-6),
        ),
        exact(
            "L1: largest difference from soft thresholding",
            soft_off,
            Gate::AtMost(1e-6),
        ),
        property("L1: weights of 25 that become 0", zeros, Gate::AtLeast(1.0)),
    ]
}

/// The encoder's weights after training beside this decoder, which is held fixed.
fn encoder_beside(
    x: &Matrix<f64>,
    decoder: &Matrix<f64>,
    method: &Sparse,
    rate: f64,
    seed: u64,
) -> Matrix<f64> {
    let layer = |weight: Matrix<f64>| {
        Sequence::of([Dense::of(weight, Activation::Identity)
            .without_bias()
            .into()])
    };
    let mut random = generator(seed, "start", 0);
    let start = Matrix::from_fn(x.columns(), x.columns(), |_, _| {
        0.3 * standard_normal(&mut random)
    });
    let decoder = Decoder::Free(layer(decoder.clone()));
    let mut model = AutoEncoder::of(layer(start), decoder, Loss::Squared);
    model.freeze("decoder");
    // plain descent: at an entry that belongs at 0 the derivative jumps, and the last steps are as small as the rate
    let settings = Settings {
        epochs: length(20_000),
        batch_size: x.rows(),
        schedule: Schedule::Cosine,
        seed,
        ..Settings::default()
    };
    let mut optimiser = Optimiser::new(Sgd::new(rate));
    let criterion = Reconstruction { x, method };
    let outcome = fit(&mut model, &criterion, &mut optimiser, &settings, observed);
    outcome.expect("the training does not diverge");
    let layer = model.encoder().dense_layers().next().expect("a layer");
    layer.weight().value().clone()
}

/// Centred objects with the covariance I.
fn whitened(x: &Matrix<f64>) -> Matrix<f64> {
    let covariance = x.matmul_tn(x).map(|c: f64| c / x.rows() as f64);
    let eigen = symmetric_eigen(&covariance);
    let along = x.matmul_nt(&eigen.vectors);
    Matrix::from_fn(x.rows(), x.columns(), |i, j| {
        along[(i, j)] / eigen.values[j].sqrt()
    })
}

/// An orthogonal matrix: the eigenvectors of a random symmetric one.
fn rotation(n: usize, seed: u64) -> Matrix<f64> {
    let mut random = generator(seed, "rotation", 0);
    let a = Matrix::from_fn(n, n, |_, _| standard_normal(&mut random));
    let symmetric = Matrix::from_fn(n, n, |i, j| a[(i, j)] + a[(j, i)]);
    symmetric_eigen(&symmetric).vectors
}
