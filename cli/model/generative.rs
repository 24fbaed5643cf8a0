//! Models from which new objects are drawn.

use super::answer::Answer;
use super::autoencoder::of_pair;
use super::{Asked, Generator, Source, offer};
use crate::arguments::{GAMES, What};
use crate::data::TrainedOn;
use std::rc::Rc;
use unsup_models::autoencoder::{self, Likelihood, Variational};
use unsup_models::together::adversarial::{self, Game, Gan};

/// What p(x|z) may be.
const LIKELIHOODS: [(&str, Likelihood); 2] = [
    ("bernoulli", Likelihood::Bernoulli),
    ("gaussian", Likelihood::Gaussian),
];

/// Of variational.
pub(super) fn variational(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let (settings, features) = (source.settings, on.features());
    let (hidden, code) = (settings.widths("hidden")?, settings.count("code")?);
    let encoder = [&[features], &hidden[..], &[code.saturating_mul(2)]].concat();
    let mut decoder: Vec<usize> = encoder.iter().rev().copied().collect();
    decoder[0] = code;
    settings.check_layers(&[&encoder, &decoder])?;
    let architecture = autoencoder::Architecture {
        activation: settings.activation("activation")?,
        ..autoencoder::Architecture::deep(&hidden, code)
    };
    let likelihood = settings.one_of("likelihood", &LIKELIHOODS)?;
    let model = Variational::<f32>::new(features, &architecture, likelihood)
        .with_prior(settings.positive("prior")?);
    let model = Rc::new(source.filled(model)?);
    let [new, like, noisy, noisy_like] = [(); 4].map(|()| Rc::clone(&model));
    Ok(Asked {
        generator: Some(Generator {
            new: Box::new(move |count, seed| new.decode(&new.sample_codes(count, seed))),
            like: Some(Box::new(move |x, count, seed| {
                like.decode(&like.similar_codes(x, count, seed))
            })),
            noisy: Some((
                Box::new(move |count, seed| noisy.sample(count, seed)),
                Box::new(move |x, count, seed| noisy_like.similar(x, count, seed)),
            )),
        }),
        ..Asked::of(of_pair(&model, on).into())
    })
}

/// Of gan.
pub(super) fn gan(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let (settings, features) = (source.settings, on.features());
    let architecture = adversarial::Architecture {
        latent: settings.count("code")?,
        generator: settings.widths("generator")?,
        generator_activation: settings.activation("generator_activation")?,
        output: settings.activation("output")?,
        discriminator: settings.widths("discriminator")?,
        discriminator_activation: settings.activation("discriminator_activation")?,
        seed: 0,
    };
    let of_g = [
        &[architecture.latent],
        &architecture.generator[..],
        &[features],
    ]
    .concat();
    let of_d = [&[features], &architecture.discriminator[..], &[1]].concat();
    settings.check_layers(&[&of_g, &of_d])?;
    let game = settings.one_of("game", &GAMES)?;
    let gan = Rc::new(source.filled(Gan::<f32>::new(features, &architecture))?);
    let scores = offer(What::Scores, &gan, move |gan, x| match game {
        Game::Wasserstein => Answer::numbered("critic", &gan.logits(&x.cast())),
        Game::Minimax | Game::NonSaturating => {
            Answer::numbered("probability", &gan.probabilities(&x.cast()))
        }
    });
    Ok(Asked {
        generator: Some(Generator {
            new: Box::new(move |count, seed| gan.sample(count, seed)),
            like: None,
            noisy: None,
        }),
        ..Asked::of(vec![scores])
    })
}
