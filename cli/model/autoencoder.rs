//! Auto-encoders.

use super::answer::Answer;
use super::predictor::{answers, of_classes};
use super::{Asked, Offer, Source, offer};
use crate::arguments::What;
use crate::data::TrainedOn;
use std::rc::Rc;
use unsup_models::autoencoder::{Architecture, AutoEncoder, EncoderDecoder, Loss, Supervised};
use unsup_models::{Activation, Matrix};

/// Of the methods on the pair of an encoder and a decoder.
pub(super) fn pair(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let architecture = architecture(source, on.features())?;
    let model = AutoEncoder::<f32>::new(on.features(), &architecture);
    let model = Rc::new(source.filled(model)?);
    Ok(Asked::of(of_pair(&model, on).into()))
}

/// Of semi-supervised.
pub(super) fn supervised(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let architecture = architecture(source, on.features())?;
    let (outputs, classes) = answers(source)?;
    source
        .settings
        .check_layers(&[&[architecture.code, outputs]])?;
    let model = Supervised::<f32>::new(on.features(), outputs, &architecture);
    let model = Rc::new(source.filled(model)?);
    let mut offers = of_classes(&model, &classes, |model, x| model.answers(x));
    offers.extend(of_pair(&model, on));
    Ok(Asked {
        classes: Some(classes),
        ..Asked::of(offers)
    })
}

/// The shape of the pair, once it is sure that the file holds as many weights.
fn architecture(source: &Source<'_>, features: usize) -> Result<Architecture, String> {
    let settings = source.settings;
    let architecture = Architecture {
        hidden: settings.widths("hidden")?,
        code: settings.count("code")?,
        activation: settings.activation("activation")?,
        code_activation: settings.activation("code_activation")?,
        output: settings.activation("output")?,
        bias: settings.flag("bias")?,
        tied: settings.flag("tied")?,
        loss: settings.parsed("loss")?,
        seed: 0,
    };
    if architecture.loss == Loss::Bernoulli && architecture.output != Activation::Sigmoid {
        return Err(settings.refuse("output", "sigmoid, as the loss is bernoulli"));
    }
    let widths = [&[features], &architecture.hidden[..], &[architecture.code]].concat();
    let back: Vec<usize> = widths.iter().rev().copied().collect();
    match architecture.tied {
        true => settings.check_layers(&[&widths])?,
        false => settings.check_layers(&[&widths, &back])?,
    }
    Ok(architecture)
}

/// What all auto-encoders can be asked for.
pub(super) fn of_pair<M: EncoderDecoder<f32> + 'static>(
    model: &Rc<M>,
    on: &TrainedOn,
) -> [Offer; 3] {
    let (names, scaling) = (on.feature_names(), on.scaling().clone());
    let reconstructed = |model: &M, x: &Matrix<f32>| model.decode(&model.encode(x));
    [
        offer(What::Codes, model, |model, x| {
            Answer::numbered("code", &model.encode(&x.cast()))
        }),
        offer(What::Reconstructions, model, move |model, x| {
            Answer::unscaled(&names, &scaling, &reconstructed(model, &x.cast()))
        }),
        offer(What::Scores, model, move |model, x| {
            let x = x.cast();
            let pairs = reconstructed(model, &x);
            let pairs = pairs.row_iter().zip(x.row_iter());
            let squared = |(y, x): (&[f32], &[f32])| -> f64 {
                let entries = y.iter().zip(x);
                entries
                    .map(|(y, x)| (f64::from(*y) - f64::from(*x)).powi(2))
                    .sum()
            };
            let errors = pairs.map(squared).collect();
            Answer::numbered("squared_error", &Matrix::from_vec(x.rows(), 1, errors))
        }),
    ]
}
