//! `unsup train contractive`.

use super::{Plan, Session, beside_ablated, check_numbers, filters};
use crate::arguments::{TrainContractive, jacobian_name};
use crate::pictures::{self, Picture};
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Contractive, Jacobian, Loss};
use unsup_models::{Activation, Matrix};
use unsup_nn::classical::symmetric_eigen;
use unsup_nn::saving::json;

/// Of so many held-out objects the Jacobian is looked at.
const MOST_JACOBIANS: usize = 200;
/// And of so many its singular values.
const MOST_SPECTRA: usize = 50;

/// `unsup train contractive`
pub fn contractive(arguments: &TrainContractive) -> Result<Outcome, Box<dyn Error>> {
    let (hidden, code) = (&arguments.widths.0, arguments.code);
    let jacobian = match arguments.jacobian {
        Some(Jacobian::ClosedForm) if !hidden.is_empty() => {
            return Err(
                "--jacobian closed-form is for one layer, expected exact or estimate with --widths"
                    .into(),
            );
        }
        Some(jacobian) => jacobian,
        None if hidden.is_empty() => Jacobian::ClosedForm,
        None => Jacobian::Exact,
    };
    let session = Session::open("contractive", &arguments.common, 0.01, hidden, code)?;
    if jacobian == Jacobian::Exact {
        let batch = session.batch();
        let values = batch
            .saturating_mul(session.train.columns())
            .saturating_mul(code);
        check_numbers(
            values,
            "--batch-size and --code",
            "entries of the Jacobians of a batch",
        )?;
    }
    let (loss, output) = session.loss(Loss::Bernoulli)?;
    let architecture = Architecture {
        hidden: hidden.clone(),
        tied: true,
        loss,
        seed: arguments.common.run.seed,
        ..Architecture::two_layer(code, Activation::Sigmoid, output)
    };
    let method = Contractive {
        lambda: arguments.lambda,
        jacobian,
    };
    let plan = Plan::of(
        format!(
            "Contractive auto-encoder {}, tied, λ = {}",
            session.widths(hidden),
            method.lambda
        ),
        architecture,
        &method,
        "with λ = 0",
        json!({ "lambda": method.lambda, "jacobian": jacobian_name(jacobian) }),
    );
    let section = |session: &Session<'_>, model: &AutoEncoder<f32>| {
        let z = model.encode(&session.held_out);
        let flat = z
            .as_slice()
            .iter()
            .filter(|z| !(0.05..=0.95).contains(*z))
            .count();
        Some(Section {
            title: "How the code moves, on held-out objects:",
            figures: vec![
                Figure::new(
                    "jacobian_norm",
                    "mean ‖J‖ (of the first 200)",
                    model.jacobian_norm(&session.head(MOST_JACOBIANS)),
                ),
                Figure::new(
                    "saturated",
                    "share of values below .05 or above .95",
                    flat as f64 / z.as_slice().len() as f64,
                ),
            ],
        })
    };
    plan.run(session, section, |session, model, ablated| {
        let x = session.head(MOST_SPECTRA);
        let of_model = spectrum(model, &x);
        let without = ablated.map(|model| spectrum(model, &x));
        let series = beside_ablated("contractive", &of_model, &without);
        let caption = format!(
            "In how many directions the code moves: mean singular values of the Jacobian, held-out {}",
            session.data.about.name
        );
        let picture = pictures::spectrum(&series, &caption, "number", "singular value");
        vec![filters(session, model), Picture::new("spectrum.png", picture)]
    })
}

/// The singular values of the Jacobian, largest first: their means over objects.
fn spectrum(model: &AutoEncoder<f32>, x: &Matrix<f32>) -> Vec<f64> {
    let rank = model.code().min(model.features());
    let mut means = vec![0.0; rank];
    for jacobian in model.jacobians(x) {
        let jacobian = jacobian.cast::<f64>();
        let squares = if model.code() <= model.features() {
            jacobian.matmul_nt(&jacobian)
        } else {
            jacobian.matmul_tn(&jacobian)
        };
        for (mean, value) in means.iter_mut().zip(symmetric_eigen(&squares).values) {
            *mean += value.max(0.0).sqrt() / x.rows() as f64;
        }
    }
    means
}
