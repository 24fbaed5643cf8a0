//! The criteria of the adversarial game, each by every parameter of its player; what they draw is held by the step.

use super::criteria::check_criterion;
use super::{config, matrix, nudge};
use proptest::prelude::*;
use unsup_autograd::{Matrix, Tape};
use unsup_models::together::adversarial::{
    Architecture, DiscriminatorCriterion, Game, Gan, GeneratorCriterion, Penalty,
};
use unsup_nn::train::{Batch, Criterion};
use unsup_nn::{Activation, Sequence};

const GAMES: [Game; 3] = [Game::Minimax, Game::NonSaturating, Game::Wasserstein];

/// Objects, and a pair of smooth networks for them.
fn pair() -> impl Strategy<Value = (Matrix<f64>, Gan<f64>)> {
    let widths = || proptest::collection::vec(1..4usize, 0..3);
    (
        1..5usize,
        1..4usize,
        1..4usize,
        widths(),
        widths(),
        0..100u64,
    )
        .prop_flat_map(|(rows, columns, latent, generator, discriminator, seed)| {
            let architecture = Architecture {
                latent,
                generator,
                generator_activation: Activation::Tanh,
                output: Activation::Sigmoid,
                discriminator,
                discriminator_activation: Activation::Tanh,
                seed,
            };
            let gan = Gan::new(columns, &architecture);
            (matrix(rows, columns, -1.5..1.5), Just(gan))
        })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn of_the_discriminator((x, gan) in pair(), sigma in 0.0..0.5, weight in 0.1..2.0) {
        let mut nudged = gan.discriminator().clone();
        nudge(&mut nudged);
        for game in GAMES {
            let criterion = |penalty| DiscriminatorCriterion {
                x: &x,
                generator: gan.generator(),
                game,
                penalty,
                sigma,
            };
            check_criterion(gan.discriminator(), &criterion(Penalty::None))?;
            // these differentiate once by the objects and then by the parameters, twice
            check_criterion(gan.discriminator(), &criterion(Penalty::R1 { gamma: weight }))?;
            let to_one = criterion(Penalty::WassersteinGp { lambda: weight });
            if is_steep(&nudged, &to_one) {
                check_criterion(gan.discriminator(), &to_one)?;
            }
        }
    }

    #[test]
    fn of_the_generator((x, gan) in pair(), sigma in 0.0..0.5) {
        for game in GAMES {
            let criterion = GeneratorCriterion {
                samples: x.rows(),
                discriminator: gan.discriminator(),
                game,
                sigma,
            };
            check_criterion(gan.generator(), &criterion)?;
        }
    }
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
