//! `unsup train variational`.

use super::{Learned, Session, check_numbers};
use crate::arguments::TrainVariational;
use crate::pictures::{self, Picture};
use crate::train::Outcome;
use crate::train::report::{Figure, Section};
use std::error::Error;
use unsup_models::Matrix;
use unsup_models::autoencoder::variational::binarised;
use unsup_models::autoencoder::{Architecture, Elbo, Likelihood, Loss, Variational};
use unsup_nn::saving::json;

/// The importance-weighted bound is of so many draws.
const DRAWS: usize = 50;
/// Of so many held-out objects the bounds are taken.
const MOST_BOUNDED: usize = 1000;
/// New objects are shown in a square of so many each way.
const SIDE: usize = 10;
/// So many objects are shown with others like them, and so many pairs with the way between.
const SHOWN: usize = 6;

/// `unsup train variational`
pub fn variational(arguments: &TrainVariational) -> Result<Outcome, Box<dyn Error>> {
    let (hidden, code, seed) = (
        &arguments.widths.0,
        arguments.code,
        arguments.common.run.seed,
    );
    if arguments.beta.is_some() && arguments.draws > 1 {
        let problem = "--beta has no use here: with --draws the importance-weighted bound has no divergence to weigh";
        return Err(problem.into());
    }
    let beta = arguments.beta.unwrap_or(1.0);
    let mut session = Session::open("variational", &arguments.common, 0.005, hidden, code)?;
    let batch = session.batch();
    let values = batch
        .saturating_mul(session.train.columns())
        .saturating_mul(arguments.draws);
    check_numbers(
        values,
        "--batch-size and --draws",
        "values of a batch's draws",
    )?;
    let (loss, _) = session.loss(Loss::Bernoulli)?;
    let likelihood = match loss {
        Loss::Bernoulli => Likelihood::Bernoulli,
        Loss::Squared => Likelihood::Gaussian,
    };
    if arguments.binarised && !session.data.within_unit() {
        let name = &session.data.about.name;
        return Err(format!(
            "{name}: not all features lie between 0 and 1, as --binarised expects"
        )
        .into());
    }
    let architecture = Architecture {
        seed,
        ..Architecture::deep(hidden, code)
    };
    let x = session.train.clone();
    let elbo = |beta| Elbo {
        beta,
        draws: arguments.draws,
        binarised: arguments.binarised,
        ..Elbo::new(&x)
    };
    let new =
        || Variational::new(x.columns(), &architecture, likelihood).with_prior(arguments.prior);
    let mut model = new();
    let likelihood_name = match likelihood {
        Likelihood::Bernoulli => "bernoulli",
        Likelihood::Gaussian => "gaussian",
    };
    let settings = json!({
        "hidden": hidden,
        "code": code,
        "activation": architecture.activation.to_string(),
        "likelihood": likelihood_name,
        "beta": beta,
        "draws": arguments.draws,
        "prior": arguments.prior,
        "binarised": arguments.binarised,
    });
    session.fit(&mut model, &elbo(beta), settings)?;
    let free = if arguments.common.ablate {
        let mut free = new();
        let without = Elbo {
            draws: 1,
            ..elbo(0.0)
        };
        session.fit_ablated(&mut free, &without)?;
        Some(free)
    } else {
        None
    };
    let (objective, ablation) = match arguments.draws {
        1 => (
            format!("β = {beta}"),
            "with β = 0, without the divergence from the prior",
        ),
        k => (
            format!("the bound of {k} draws"),
            "with β = 0 and one draw, without the divergence from the prior",
        ),
    };
    let title = format!(
        "Variational auto-encoder {}, {objective}",
        session.widths(hidden)
    );
    let learned = Learned {
        model: &model,
        section: Some(bounds(&session, &model, arguments.binarised)),
        warnings: model.warnings(&x),
    };
    let ablated = free.as_ref().map(|free| {
        let learned = Learned {
            model: free,
            section: Some(bounds(&session, free, arguments.binarised)),
            warnings: Vec::new(),
        };
        (ablation, learned)
    });
    let drawn = drawn(&session, &model);
    session.finish(&title, learned, ablated, drawn)
}

/// Bounds on the likelihood, of binary objects drawn from the held-out ones if the model was trained on such.
fn bounds(session: &Session<'_>, model: &Variational<f32>, binary: bool) -> Section {
    let mut x = session.head(MOST_BOUNDED);
    if binary {
        x = binarised(&x, session.options.run.seed);
    }
    let is_binary = x.as_slice().iter().all(|x| *x == 0.0 || *x == 1.0);
    let l = x.rows() as f64;
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / l;
    let weighted = model.importance_weighted_bound(&x, DRAWS, 0);
    Section {
        title: match is_binary || model.variance().is_some() {
            true => "Bounds on ln p(x) of the first 1000 held-out objects, nats per object:",
            // between 0 and 1 the cross-entropy is no logarithm of a probability
            false => {
                "Bounds with cross-entropies of grey values in the place of ln p(x|z), first 1000 held out, nats:"
            }
        },
        figures: vec![
            Figure::new("elbo", "ELBO", mean(model.elbo(&x, 10, 0))),
            Figure::new(
                "kl",
                "of it, the divergence from the prior",
                model.mean_kl(&x),
            ),
            Figure::new(
                "importance_weighted_bound",
                "importance-weighted bound, 50 draws",
                mean(weighted),
            ),
            Figure::new(
                "active_units",
                "units of the code that are used",
                model.active_units(&session.train) as f64,
            )
            .digits(0),
        ],
    }
}

/// New objects, objects like given ones, the way between two, and the plane of codes.
fn drawn(session: &Session<'_>, model: &Variational<f32>) -> Vec<Picture> {
    let (tile, seed, name) = (
        session.data.about.tile,
        session.options.run.seed,
        &session.data.about.name,
    );
    let samples = model.decode(&model.sample_codes(SIDE * SIDE, seed));
    let caption = format!("New objects: codes drawn from the prior, decoded ({name})");
    let mut pictures = vec![Picture::new(
        "samples.png",
        pictures::grid(&samples, SIDE, tile, &caption, None),
    )];

    let given = session.head(SHOWN);
    let like = model.decode(&model.similar_codes(&given, SIDE - 1, seed));
    let rows: Vec<usize> = (0..given.rows() * SIDE).collect();
    let beside = Matrix::from_fn(rows.len(), given.columns(), |i, j| match i % SIDE {
        0 => given[(i / SIDE, j)],
        n => like[(i / SIDE * (SIDE - 1) + n - 1, j)],
    });
    let caption = format!(
        "Left held-out {name}, beside each what is like it: codes drawn around its own, decoded"
    );
    pictures.push(Picture::new(
        "similar.png",
        pictures::grid(&beside, SIDE, tile, &caption, None),
    ));

    let ends = session.head(2 * SHOWN);
    if ends.rows() >= 2 {
        let ways: Vec<f32> = (0..ends.rows() / 2)
            .flat_map(|pair| {
                let one = |i: usize| ends.slice_rows(i..i + 1);
                model
                    .interpolate(&one(2 * pair), &one(2 * pair + 1), SIDE)
                    .into_vec()
            })
            .collect();
        let ways = Matrix::from_vec(ways.len() / ends.columns(), ends.columns(), ways);
        let caption = format!(
            "From one of the held-out {name} to another, in a straight line between their codes"
        );
        pictures.push(Picture::new(
            "interpolation.png",
            pictures::grid(&ways, SIDE, tile, &caption, None),
        ));
    }
    if model.code() == 2 {
        let side = 2 * SIDE;
        // nine tenths of the prior lie within
        let reach = 2.0 * model.prior() as f32;
        let codes = Matrix::from_fn(side * side, 2, |i, j| {
            let place = if j == 0 {
                i % side
            } else {
                side - 1 - i / side
            };
            reach * (2.0 * place as f32 / (side - 1) as f32 - 1.0)
        });
        let caption = format!(
            "What the plane of codes stands for: z from −{reach} to {reach} both ways ({name})"
        );
        let picture = pictures::grid(
            &model.decode(&codes),
            side,
            tile,
            &caption,
            Some(("z₁", "z₂")),
        );
        pictures.push(Picture::new("manifold.png", picture));
    }
    pictures
}
