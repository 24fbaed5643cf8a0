//! The criteria of the adversarial game, each by every parameter of its player; what they draw is held by the step.

use super::trial::nudged;
use super::{GradientCheck, Kind, Trial, Tried};
use unsup_autograd::{Matrix, Tape};
use unsup_models::Activation;
use unsup_models::together::adversarial::{
    Architecture, DiscriminatorCriterion, Game, Gan, GeneratorCriterion, Penalty,
};
use unsup_nn::Sequence;
use unsup_nn::train::{Batch, Criterion};

const GAMES: [Game; 3] = [Game::Minimax, Game::NonSaturating, Game::Wasserstein];

/// Objects, and a pair of smooth networks for them.
fn pair(trial: &mut Trial) -> (Matrix<f64>, Gan<f64>) {
    let (rows, columns) = (trial.side(), trial.whole(1..4));
    let architecture = Architecture {
        latent: trial.whole(1..4),
        generator: trial.widths(0..3),
        generator_activation: Activation::Tanh,
        output: Activation::Sigmoid,
        discriminator: trial.widths(0..3),
        discriminator_activation: Activation::Tanh,
        seed: trial.whole(0..100) as u64,
    };
    let gan = Gan::new(columns, &architecture);
    (trial.matrix(rows, columns, -1.5..1.5), gan)
}

/// What the discriminator minimises in each of the games, with the penalty of a weight.
fn discriminator(trial: &mut Trial, penalty: fn(f64) -> Penalty) -> Tried {
    let (x, gan) = pair(trial);
    let (penalty, sigma) = (penalty(trial.number(0.1..2.0)), trial.number(0.0..0.5));
    for game in GAMES {
        let criterion = DiscriminatorCriterion {
            x: &x,
            generator: gan.generator(),
            game,
            penalty,
            sigma,
        };
        if let Penalty::WassersteinGp { .. } = penalty {
            trial.keep_off(is_steep(&nudged(gan.discriminator()), &criterion))?;
        }
        trial.check_criterion(gan.discriminator(), &criterion)?;
    }
    Ok(())
}

/// What the generator minimises in each of the games.
fn generator(trial: &mut Trial) -> Tried {
    let ((x, gan), sigma) = (pair(trial), trial.number(0.0..0.5));
    for game in GAMES {
        let criterion = GeneratorCriterion {
            samples: x.rows(),
            discriminator: gan.discriminator(),
            game,
            sigma,
        };
        trial.check_criterion(gan.generator(), &criterion)?;
    }
    Ok(())
}

/// Whether the discriminator keeps off the corner of the gradient's norm at 0, on the points between objects and
/// samples.
fn is_steep(discriminator: &Sequence<f64>, criterion: &DiscriminatorCriterion<'_, f64>) -> bool {
    let tape = Tape::new();
    let rows: Vec<usize> = (0..criterion.objects()).collect();
    let batch = Batch::new(&tape, &rows, 0, 0);
    let u = criterion.between(&batch, criterion.shown(&batch));
    let gradients = discriminator.evaluate(u).sum().grad(&[u])[0].value();
    gradients
        .row_iter()
        .all(|g| g.iter().map(|g| g * g).sum::<f64>() > 1e-3)
}

/// Of both players.
pub(super) fn checks() -> Vec<GradientCheck> {
    let criterion = |name: &'static str, case: fn(&mut Trial) -> Tried| {
        GradientCheck::new(Kind::Criterion, name, case).of(&["gan"])
    };
    vec![
        criterion("discriminator", |t| discriminator(t, |_| Penalty::None)),
        // these differentiate once by the objects and then by the parameters, twice
        criterion("discriminator with R1", |t| {
            discriminator(t, |gamma| Penalty::R1 { gamma })
        }),
        criterion("discriminator with WGAN-GP", |t| {
            discriminator(t, |lambda| Penalty::WassersteinGp { lambda })
        }),
        criterion("generator", generator),
    ]
}
