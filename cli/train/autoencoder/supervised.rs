//! `unsup train semi-supervised`.

use super::{Learned, Session, USUAL_RATE, saved_architecture, with};
use crate::arguments::TrainSemiSupervised;
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_models::autoencoder::{Architecture, Denoising, Joint, Loss, Method, Noise, Supervised};
use unsup_models::{Activation, Answers};
use unsup_nn::Module;
use unsup_nn::saving::json;

/// `unsup train semi-supervised`
pub fn semi_supervised(arguments: &TrainSemiSupervised) -> Result<Outcome, Box<dyn Error>> {
    let (hidden, code, seed) = (
        &arguments.widths.0,
        arguments.code,
        arguments.common.run.seed,
    );
    let mut session = Session::open(
        "semi-supervised",
        &arguments.common,
        USUAL_RATE,
        hidden,
        code,
    )?;
    let (Some(classes), Some(judged)) = (&session.data.train.labels, &session.data.held_out.labels)
    else {
        let name = &session.data.about.name;
        return Err(format!(
            "{name}: no labels, expected the classes of the objects (--label COLUMN)"
        )
        .into());
    };
    let (classes, judged) = (classes.clone(), judged.clone());
    let count = classes
        .iter()
        .chain(&judged)
        .max()
        .map_or(0, |last| last + 1);
    let rows = labelled(&classes, arguments.labels);
    let answers: Vec<usize> = rows.iter().map(|&i| classes[i]).collect();
    let (loss, output) = session.loss(Loss::Squared)?;
    let architecture = Architecture {
        code_activation: Activation::Tanh,
        output,
        loss,
        seed,
        ..Architecture::deep(hidden, code)
    };
    let noise = Denoising::new(Noise::Gaussian {
        sigma: arguments.sigma,
    });
    let x = session.train.clone();
    let joint = |reconstruction| Joint {
        x: &x,
        method: &noise,
        labelled: &rows,
        answers: Answers::Classes(&answers),
        reconstruction,
        lambda: arguments.lambda,
    };
    let mut model = Supervised::new(x.columns(), count, &architecture);
    let settings = json!({
        "labels": rows.len(),
        "classes": session.data.about.label_names,
        "outputs": count,
        "lambda": arguments.lambda,
        "sigma": arguments.sigma,
    });
    session.fit(
        &mut model,
        &joint(1.0),
        with(saved_architecture(&architecture), settings),
    )?;
    let supervised = if arguments.common.ablate {
        let mut supervised = Supervised::new(x.columns(), count, &architecture);
        supervised.freeze("autoencoder.decoder");
        session.fit_ablated(&mut supervised, &joint(0.0))?;
        Some(supervised)
    } else {
        None
    };
    let section = |model: &Supervised<f32>| {
        let accuracy = model.accuracy(&session.held_out, &judged);
        Some(Section {
            title: "The predictor, on held-out objects:",
            figures: vec![Figure::new("test_accuracy", "accuracy", accuracy)],
        })
    };
    let title = format!(
        "Auto-encoder with a predictor {}, {} labels, σ = {}",
        session.widths(hidden),
        rows.len(),
        arguments.sigma
    );
    let learned = Learned {
        model: &model,
        section: section(&model),
        warnings: noise.warnings(model.autoencoder(), &x),
    };
    let ablated = supervised.as_ref().map(|supervised| {
        let learned = Learned {
            model: supervised,
            section: section(supervised),
            warnings: Vec::new(),
        };
        ("supervised only, with the same noise", learned)
    });
    session.finish(&title, learned, ablated, Vec::new())
}

/// The objects that keep their labels: the first of each class in turn, until there are so many. (The objects come in a
/// random order.)
fn labelled(classes: &[usize], most: usize) -> Vec<usize> {
    let count = classes.iter().max().map_or(0, |last| last + 1);
    let mut of_class = vec![Vec::new(); count];
    for (i, &class) in classes.iter().enumerate().rev() {
        of_class[class].push(i);
    }
    let mut rows = Vec::new();
    while rows.len() < most && of_class.iter().any(|left| !left.is_empty()) {
        let next: Vec<usize> = of_class.iter_mut().filter_map(Vec::pop).collect();
        rows.extend(next.into_iter().take(most - rows.len()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::labelled;

    #[test]
    fn classes_are_taken_in_turn() {
        let classes = [0, 0, 0, 2, 1, 0, 2];
        assert_eq!(labelled(&classes, 3), [0, 4, 3]);
        assert_eq!(labelled(&classes, 5), [0, 4, 3, 1, 6]);
        assert_eq!(labelled(&classes, 2), [0, 4]);
        assert_eq!(labelled(&classes, 100).len(), 7);
    }
}
