//! `unsup train sparse`.

use super::{Plan, Session, USUAL_RATE, beside_ablated, filters};
use crate::arguments::{SparseKind, TrainSparse, sparse_name};
use crate::pictures::{self, Picture};
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_models::Activation;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Loss, Sparse};
use unsup_nn::saving::json;
use unsup_nn::{Module, Path};

/// `unsup train sparse`
pub fn sparse(arguments: &TrainSparse) -> Result<Outcome, Box<dyn Error>> {
    let (code, kind) = (arguments.code, arguments.penalty);
    if arguments.epsilon.is_some() && kind != SparseKind::Activations {
        return Err("--epsilon has no use here: it is of --penalty activations".into());
    }
    // many units of a ReLU code would die of large steps
    let rate = if kind == SparseKind::Codes {
        USUAL_RATE
    } else {
        0.01
    };
    let session = Session::open("sparse", &arguments.common, rate, &[], code)?;
    let (loss, output) = session.loss(Loss::Squared)?;
    let epsilon = arguments.epsilon.unwrap_or(0.05);
    let lambda = |default| arguments.lambda.unwrap_or(default);
    let (method, activation) = match kind {
        SparseKind::Activations => (
            Sparse::activations(epsilon, lambda(2.0)),
            Activation::Sigmoid,
        ),
        SparseKind::Codes => (Sparse::codes(lambda(0.03)), Activation::Relu),
        SparseKind::L1Weights => (Sparse::l1_of_weights(lambda(1e-3)), Activation::Sigmoid),
        SparseKind::L2Weights => (Sparse::l2_of_weights(lambda(1e-3)), Activation::Sigmoid),
    };
    let architecture = Architecture {
        loss,
        tied: arguments.tied,
        seed: arguments.common.run.seed,
        ..Architecture::two_layer(code, activation, output)
    };
    let plan = Plan::of(
        format!(
            "Sparse auto-encoder {}, λ = {}",
            session.widths(&[]),
            method.lambda
        ),
        architecture,
        &method,
        "with λ = 0",
        json!({
            "penalty": sparse_name(kind),
            "lambda": method.lambda,
            "epsilon": (kind == SparseKind::Activations).then_some(epsilon),
        }),
    );
    let section = |session: &Session<'_>, model: &AutoEncoder<f32>| {
        let z = model.encode(&session.held_out);
        let count = z.as_slice().len() as f64;
        let mean = z.as_slice().iter().map(|z| f64::from(*z)).sum::<f64>() / count;
        let near_zero = z.as_slice().iter().filter(|z| z.abs() < 0.05).count() as f64 / count;
        let (mut zero, mut weights) = (0, 0);
        model.visit(Path::ROOT, &mut |path, param| {
            if !path.is_last("bias") {
                let entries = param.value().as_slice();
                zero += entries.iter().filter(|w| w.abs() < 1e-3).count();
                weights += entries.len();
            }
        });
        Some(Section {
            title: "How sparse it is, on held-out objects:",
            figures: vec![
                Figure::new("mean_activation", "mean value of a unit", mean),
                Figure::new("near_zero", "share of values below 0.05 in size", near_zero),
                Figure::new(
                    "zero_weights",
                    "share of weights below 0.001",
                    zero as f64 / weights as f64,
                ),
            ],
        })
    };
    plan.run(session, section, |session, model, ablated| {
        let values = |model: &AutoEncoder<f32>| -> Vec<f64> {
            let z = model.encode(&session.held_out);
            z.as_slice().iter().map(|z| f64::from(*z)).collect()
        };
        let of_model = values(model);
        let without = ablated.map(values);
        let series = beside_ablated("sparse", &of_model, &without);
        let caption = format!(
            "Values of the code's units, held-out {}",
            session.data.about.name
        );
        vec![
            filters(session, model),
            Picture::new(
                "code-values.png",
                pictures::histogram(&series, &caption, "value of a unit"),
            ),
        ]
    })
}
