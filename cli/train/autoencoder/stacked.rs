//! `unsup train stacked`.

use super::{Learned, Session, filters, saved_architecture, with};
use crate::arguments::TrainStacked;
use crate::progress::TrainingBar;
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use std::ops::ControlFlow;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Denoising, Loss, Method, Noise, Plain, Reconstruction,
};
use unsup_models::{Activation, Training};
use unsup_nn::saving::json;

/// `unsup train stacked`
pub fn stacked(arguments: &TrainStacked) -> Result<Outcome, Box<dyn Error>> {
    let (hidden, code, seed) = (
        &arguments.widths.0,
        arguments.code,
        arguments.common.run.seed,
    );
    let mut session = Session::open("stacked", &arguments.common, 0.01, hidden, code)?;
    let (loss, output) = session.loss(Loss::Bernoulli)?;
    let architecture = Architecture {
        activation: Activation::Sigmoid,
        code_activation: Activation::Sigmoid,
        output,
        tied: true,
        loss,
        seed,
        ..Architecture::deep(hidden, code)
    };
    let masked = Denoising::new(Noise::Masking {
        probability: arguments.masking,
    });
    let method: &dyn Method<f32> = if arguments.masking > 0.0 {
        &masked
    } else {
        &Plain
    };

    let x = session.train.clone();
    let layer_epochs = arguments
        .layer_epochs
        .unwrap_or_else(|| (session.training().epochs / 5).max(1));
    let layers = hidden.len() + 1;
    let bar = TrainingBar::new(layers * layer_epochs, arguments.common.run.quiet);
    let training = Training {
        epochs: layer_epochs,
        ..session.training()
    };
    let stack = AutoEncoder::stack(&x, &architecture, method, &training, |layer, epoch| {
        let text = format!("layer {} of {layers}: {}", layer + 1, super::loss(epoch));
        bar.update(layer * layer_epochs + epoch.number, text);
        ControlFlow::Continue(())
    })?;
    bar.finish();
    let mut model = stack.autoencoder;
    let pretrained = model.squared_error(&session.held_out);

    let criterion = Reconstruction {
        x: &x,
        method: &Plain,
    };
    let settings = json!({ "layer_epochs": layer_epochs, "masking": arguments.masking });
    session.fit(
        &mut model,
        &criterion,
        with(saved_architecture(&architecture), settings),
    )?;
    let random = if arguments.common.ablate {
        let mut random = AutoEncoder::new(x.columns(), &architecture);
        let untrained = random.squared_error(&session.held_out);
        session.fit_ablated(&mut random, &criterion)?;
        Some((random, untrained))
    } else {
        None
    };
    let section = |before| {
        let name = "held-out error before the whole was tuned";
        Some(Section {
            title: "Layer by layer:",
            figures: vec![Figure::new("pretrained_loss", name, before)],
        })
    };
    let title = format!(
        "Stacked auto-encoder {}, tied, {} epochs a layer and then as a whole",
        session.widths(hidden),
        layer_epochs
    );
    let learned = Learned {
        model: &model,
        section: section(pretrained),
        warnings: Method::warnings(&Plain, &model, &x),
    };
    let ablated = random.as_ref().map(|(random, untrained)| {
        let learned = Learned {
            model: random,
            section: section(*untrained),
            warnings: Vec::new(),
        };
        ("tuned as a whole from random weights", learned)
    });
    let drawn = vec![filters(&session, &model)];
    session.finish(&title, learned, ablated, drawn)
}
