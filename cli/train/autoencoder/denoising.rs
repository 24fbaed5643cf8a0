//! `unsup train denoising`.

use super::{Plan, Session, filters};
use crate::arguments::{NoiseKind, TrainDenoising};
use crate::data::Split;
use crate::pictures::{self, Picture};
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_data::Dataset;
use unsup_data::generators::GaussianMixture;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Denoising, Loss, Noise, uses};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::json;

/// How many points of the ring there are, a third of them held out.
const RING: usize = 3000;
/// How many arrows a field has each way.
const ARROWS: usize = 21;

fn ring() -> GaussianMixture {
    GaussianMixture::ring(8, 2.0, 0.1)
}

/// `unsup train denoising`
pub fn denoising(arguments: &TrainDenoising) -> Result<Outcome, Box<dyn Error>> {
    let noise = noise(arguments)?;
    let on_ring = arguments.ring;
    let code = arguments.code.unwrap_or(if on_ring { 64 } else { 128 });
    let hidden = match &arguments.widths {
        Some(widths) => widths.0.clone(),
        None if on_ring => vec![64],
        None => Vec::new(),
    };
    let (common, seed) = (&arguments.common, arguments.common.run.seed);
    let session = if on_ring {
        super::set_threads(common.run.threads);
        let points = ring().sample(RING, seed);
        let mut data = Dataset::new("ring of 8 Gaussians", points.features);
        data.labels = Some(points.labels);
        let split = Split::generated(&data, &common.data, seed)?;
        Session::of("denoising", common, 0.01, split, &hidden, code)?
    } else {
        Session::open("denoising", common, 0.01, &hidden, code)?
    };
    let (loss, output) = session.loss(Loss::Squared)?;
    // one layer each way bends in its code, as in the paper; of several the code's may be linear
    let shape = if hidden.is_empty() {
        Architecture::two_layer(code, Activation::Sigmoid, output)
    } else {
        Architecture::deep(&hidden, code)
    };
    let architecture = Architecture {
        output,
        loss,
        seed,
        ..shape
    };
    let method = Denoising::new(noise);
    let plan = Plan::of(
        format!(
            "Denoising auto-encoder {}, {}",
            session.widths(&hidden),
            in_words(noise)
        ),
        architecture,
        &method,
        "without noise in training",
        json!({ "noise": in_words(noise) }),
    );
    let section = |session: &Session<'_>, model: &AutoEncoder<f32>| {
        let clean = &session.held_out;
        let noisy = noise.corrupt(clean, seed);
        let bayes = match noise {
            Noise::Gaussian { sigma } if on_ring && session.options.data.scaling.is_none() => {
                let best = ring().denoise(&noisy.cast(), sigma).cast();
                let error = uses::squared_error(&best, clean);
                Figure::new("bayes_loss", "found again by the best denoiser", error)
            }
            _ => Figure::silent("bayes_loss"),
        };
        Some(Section {
            title: "Held-out objects with noise, squared error:",
            figures: vec![
                Figure::new("noisy_loss", "damaged", uses::squared_error(&noisy, clean)),
                Figure::new(
                    "denoised_loss",
                    "found again",
                    uses::squared_error(&model.reconstruct(&noisy), clean),
                ),
                bayes,
            ],
        })
    };
    plan.run(session, section, |session, model, ablated| {
        let clean = &session.held_out;
        let noisy = noise.corrupt(clean, seed);
        let (denoised, without) = (
            model.reconstruct(&noisy),
            ablated.map(|model| model.reconstruct(&noisy)),
        );
        let mut rows = vec![
            ("clean", clean),
            ("damaged", &noisy),
            ("denoised", &denoised),
        ];
        if let Some(without) = &without {
            rows.push(("ablated", without));
        }
        let about = &session.data.about;
        let caption = format!(
            "Held-out {} with noise ({}), and what is found again",
            about.name,
            in_words(noise)
        );
        let mut drawn = vec![Picture::new(
            "denoised.png",
            pictures::tiles(&rows, about.tile, &caption, ""),
        )];
        if hidden.is_empty() {
            drawn.push(filters(session, model));
        }
        if let (Noise::Gaussian { sigma }, 2) = (noise, clean.columns()) {
            drawn.push(field(session, model, sigma, on_ring));
        }
        drawn
    })
}

/// The noise that is asked for.
fn noise(arguments: &TrainDenoising) -> Result<Noise, String> {
    let refused = |option, kind| Err(format!("{option} has no use here: it is of --noise {kind}"));
    match arguments.noise {
        NoiseKind::Gaussian if arguments.probability.is_some() => {
            refused("--probability", "masking")
        }
        NoiseKind::Masking if arguments.sigma.is_some() => refused("--sigma", "gaussian"),
        NoiseKind::Gaussian => Ok(Noise::Gaussian {
            sigma: arguments
                .sigma
                .unwrap_or(if arguments.ring { 0.5 } else { 0.3 }),
        }),
        NoiseKind::Masking => Ok(Noise::Masking {
            probability: arguments.probability.unwrap_or(0.5),
        }),
    }
}

fn in_words(noise: Noise) -> String {
    match noise {
        Noise::Gaussian { sigma } => format!("σ = {sigma}"),
        Noise::Masking { probability } => format!("p₀ = {probability}"),
    }
}

/// The arrows (g(f(x)) − x)/σ² over the plane of two features, on the ring beside the exact score.
fn field(session: &Session<'_>, model: &AutoEncoder<f32>, sigma: f64, on_ring: bool) -> Picture {
    let points = &session.held_out;
    let ends = [0, 1].map(|j| {
        let values = || points.row_iter().map(|x| x[j]);
        let (least, most) = (
            values().fold(f32::INFINITY, f32::min),
            values().fold(f32::NEG_INFINITY, f32::max),
        );
        let margin = sigma as f32;
        (least - margin, most + margin)
    });
    let positions = Matrix::from_fn(ARROWS * ARROWS, 2, |i, j| {
        let (from, to) = ends[j];
        let place = if j == 0 { i % ARROWS } else { i / ARROWS };
        from + (to - from) * place as f32 / (ARROWS - 1) as f32
    });
    let learned = model.score_field(&positions, sigma);
    let mut panels = vec![("learned: (g(f(x)) − x)/σ²", &positions, &learned)];
    let score;
    if on_ring && session.options.data.scaling.is_none() {
        score = ring().score(&positions.cast(), sigma).cast();
        panels.push(("exact: ∇ ln p(x) with the noise", &positions, &score));
    }
    let caption = "The denoiser's arrows lead to where objects are".to_owned();
    Picture::new(
        "field.png",
        pictures::vector_field(&panels, points, &caption),
    )
}
