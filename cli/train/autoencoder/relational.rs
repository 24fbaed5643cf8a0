//! `unsup train relational`.

use super::{Plan, Session, check_numbers};
use crate::arguments::TrainRelational;
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Loss, Relational};
use unsup_nn::saving::json;

/// Of so many held-out objects the pairs are looked at.
const MOST_PAIRED: usize = 1000;

/// `unsup train relational`
pub fn relational(arguments: &TrainRelational) -> Result<Outcome, Box<dyn Error>> {
    let (hidden, code) = (&arguments.widths.0, arguments.code);
    let session = Session::open("relational", &arguments.common, 0.005, hidden, code)?;
    if session.train.rows() < 2 {
        let name = &session.data.about.name;
        return Err(format!(
            "{name}: found 1 object to train on, expected at least 2: pairs are related"
        )
        .into());
    }
    let batch = session.batch();
    check_numbers(
        batch.saturating_mul(batch),
        "--batch-size",
        "pairs of a batch",
    )?;
    let (loss, output) = session.loss(Loss::Squared)?;
    let architecture = Architecture {
        output,
        loss,
        seed: arguments.common.run.seed,
        ..Architecture::deep(hidden, code)
    };
    let threshold = arguments
        .threshold
        .unwrap_or_else(|| Relational::quantile(&session.train, 0.75));
    let method = match arguments.paper {
        true => Relational::paper(arguments.weight, threshold),
        false => Relational::mixture(arguments.weight, threshold),
    };
    let plan = Plan::of(
        format!(
            "Relational auto-encoder {}, a = {}, threshold {threshold:.4}",
            session.widths(hidden),
            arguments.weight
        ),
        architecture,
        &method,
        "without the relation, a = 0",
        json!({ "weight": arguments.weight, "threshold": threshold, "paper": arguments.paper }),
    );
    let section = |session: &Session<'_>, model: &AutoEncoder<f32>| {
        let x = session.head(MOST_PAIRED);
        Some(Section {
            title: "Pairs of the first 1000 held-out objects:",
            figures: vec![
                Figure::new(
                    "relation_loss",
                    "mean squared difference of relations",
                    method.loss(&model.reconstruct(&x), &x),
                ),
                Figure::new("threshold", "threshold of the inner product", threshold),
            ],
        })
    };
    plan.run(session, section, |_, _, _| Vec::new())
}
