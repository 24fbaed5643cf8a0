//! `unsup train autoencoder`, `linear` and `two-layer`.

use super::{FILTERS, Plan, Session, USUAL_RATE, filters};
use crate::arguments::{TrainAutoEncoder, TrainLinear, TrainTwoLayer};
use crate::pictures::{self, Picture};
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Decoder, Loss, Plain};
use unsup_models::{Activation, Matrix, Pca};
use unsup_nn::classical::principal_angles;
use unsup_nn::saving::json;

/// `unsup train autoencoder`
pub fn autoencoder(arguments: &TrainAutoEncoder) -> Result<Outcome, Box<dyn Error>> {
    let (hidden, code) = (&arguments.widths.0, arguments.code);
    let session = Session::open("autoencoder", &arguments.common, USUAL_RATE, hidden, code)?;
    let (loss, output) = session.loss(Loss::Squared)?;
    let architecture = Architecture {
        output,
        loss,
        tied: arguments.tied,
        seed: arguments.common.run.seed,
        ..Architecture::deep(hidden, code)
    };
    let plan = Plan {
        title: format!("Deep auto-encoder {}", session.widths(hidden)),
        ablated: Architecture {
            activation: Activation::Identity,
            ..architecture.clone()
        },
        architecture,
        method: &Plain,
        ablation: "with the identity in the place of tanh",
        ablated_method: &Plain,
        frozen: None,
        settings: json!({}),
    };
    plan.run(session, |_, _| None, |_, _, _| Vec::new())
}

/// `unsup train linear`
pub fn linear(arguments: &TrainLinear) -> Result<Outcome, Box<dyn Error>> {
    let code = arguments.code;
    let session = Session::open("linear", &arguments.common, 0.02, &[], code)?;
    let (loss, output) = session.loss(Loss::Squared)?;
    let linear = Activation::Identity;
    let architecture = Architecture {
        // the biases learn the mean, which nobody has subtracted
        bias: true,
        output: if loss == Loss::Bernoulli {
            output
        } else {
            linear
        },
        loss,
        tied: arguments.tied,
        seed: arguments.common.run.seed,
        ..Architecture::linear(code)
    };
    let plan = Plan {
        title: format!("Linear auto-encoder {}", session.widths(&[])),
        ablated: Architecture {
            tied: false,
            ..architecture.clone()
        },
        architecture,
        method: &Plain,
        ablation: "with the encoder at its random start",
        ablated_method: &Plain,
        frozen: Some("encoder"),
        settings: json!({}),
    };
    let section = |session: &Session<'_>, model: &AutoEncoder<f32>| {
        Some(Section {
            title: "Beside PCA:",
            figures: vec![angle(&session.data.train.x, model)],
        })
    };
    plan.run(session, section, |session, model, _| {
        let about = &session.data.about;
        let caption = format!(
            "What each number of the code adds to an object, {}",
            about.name
        );
        vec![Picture::new(
            FILTERS,
            pictures::filters(&atoms(model), about.tile, &caption),
        )]
    })
}

/// The largest angle between what the decoder spans and the principal components.
fn angle(x: &Matrix<f64>, model: &AutoEncoder<f32>) -> Figure {
    let (key, name) = ("degrees_to_pca", "degrees from decoder to PCA");
    let weights = atoms(model).cast::<f64>();
    let pca = Pca::fit(x, model.code().min(x.columns()));
    let spans = |of: &Matrix<f64>| of.is_finite() && of.as_slice().iter().any(|w| *w != 0.0);
    if !spans(&weights) || !spans(pca.components()) {
        return Figure::none(key, name, "one of them spans nothing");
    }
    let angles = principal_angles(&weights, pca.components());
    Figure::new(key, name, angles.last().copied().unwrap_or(0.0))
}

/// What each number of the code adds to an object, a row each: the weights of the decoder's one layer.
fn atoms(model: &AutoEncoder<f32>) -> Matrix<f32> {
    match model.decoder() {
        Decoder::Free(layers) => {
            let layer = layers.dense_layers().next();
            layer
                .expect("a decoder has a layer")
                .weight()
                .value()
                .clone()
        }
        Decoder::Tied(_) => super::encoder_weights(model),
    }
}

/// `unsup train two-layer`
pub fn two_layer(arguments: &TrainTwoLayer) -> Result<Outcome, Box<dyn Error>> {
    let code = arguments.code;
    let session = Session::open("two-layer", &arguments.common, 0.01, &[], code)?;
    let (loss, output) = session.loss(Loss::Squared)?;
    let of = |activation| Architecture {
        loss,
        tied: arguments.tied,
        seed: arguments.common.run.seed,
        ..Architecture::two_layer(code, activation, output)
    };
    let plan = Plan {
        title: format!("Two-layer auto-encoder {}", session.widths(&[])),
        architecture: of(arguments.activation),
        ablated: of(Activation::Identity),
        method: &Plain,
        ablation: "with the identity in the place of the encoder's σ",
        ablated_method: &Plain,
        frozen: None,
        settings: json!({}),
    };
    plan.run(
        session,
        |_, _| None,
        |session, model, _| vec![filters(session, model)],
    )
}
