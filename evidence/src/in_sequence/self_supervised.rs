//! Self-supervision by the relative position of fragments.

use crate::shared::{
    Digits, ablation, exact, mean, observed, over_seeds, property, steady, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, shuffle, standard_normal};
use unsup_data::generators::Scenes;
use unsup_models::in_sequence::self_supervised::{
    Architecture, Fragments, POSITIONS, Pairs, RelativePosition,
};
use unsup_nn::classical::{LogisticRegression, LogisticRegressionSettings};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "self-supervised",
            name: "ramps with noise beside the best answer",
            needs: None,
            findings: ramps,
        },
        Experiment {
            method: "self-supervised",
            name: "digits in nine fragments",
            needs: None,
            findings: digits,
        },
        Experiment {
            method: "self-supervised",
            name: "scenes of 24x24",
            needs: None,
            findings: scenes,
        },
    ]
}

/// Nine fragments of 2x2 that fill a digit, a pixel apart.
const OF_DIGITS: Fragments = Fragments {
    height: 8,
    width: 8,
    channels: 1,
    side: 2,
    gap: 1,
    jitter: 0,
};

fn fitted(
    fragments: &Fragments,
    pairs: &Pairs<f32>,
    epochs: usize,
    seed: u64,
) -> RelativePosition<f32> {
    let architecture = Architecture {
        seed,
        ..Architecture::default()
    };
    let mut model = RelativePosition::new(fragments, &architecture);
    let outcome = model.fit(pairs, &steady(epochs, 100, 2e-3, seed), observed);
    outcome.expect("the training does not diverge");
    model
}

/// The same pairs with each other's positions: nothing is left to be learned.
fn shuffled(pairs: &Pairs<f32>, seed: u64) -> Pairs<f32> {
    let mut positions = pairs.positions.clone();
    shuffle(
        &mut positions,
        &mut generator(seed, "shuffled positions", 0),
    );
    Pairs {
        positions,
        ..pairs.clone()
    }
}

fn digits(_: &Path) -> Vec<Finding> {
    let [accuracy, without, touching, codes, random, raw] = over_seeds(3, |seed| {
        let digits = Digits::<f32>::split(seed);
        let run = |fragments: &Fragments, spoiled: bool| {
            let mut pairs = fragments.draw(&digits.train, 8000, seed);
            if spoiled {
                pairs = shuffled(&pairs, seed);
            }
            let model = fitted(fragments, &pairs, 30, seed);
            let judged = fragments.draw(&digits.test, 3000, seed + 100);
            (model.accuracy(&judged), model)
        };
        let (accuracy, model) = run(&OF_DIGITS, false);
        let (without, _) = run(&OF_DIGITS, true);
        let (touching, _) = run(
            &Fragments {
                gap: 0,
                ..OF_DIGITS
            },
            false,
        );
        // on 288 numbers the last digits of the weights take long and change nothing
        let settings = LogisticRegressionSettings {
            max_iterations: 200,
            ..LogisticRegressionSettings::default()
        };
        let linear = |codes: &dyn Fn(&Matrix<f32>) -> Matrix<f32>| {
            let [train, test] = [&digits.train, &digits.test].map(|x| codes(x).cast());
            let judge = LogisticRegression::fit(&train, &digits.train_labels, 10, &settings);
            judge.accuracy(&test, &digits.test_labels)
        };
        let fresh = model.encoder().redrawn(seed, "random encoder");
        [
            accuracy,
            without,
            touching,
            linear(&|x| OF_DIGITS.codes_of_images(model.encoder(), x)),
            linear(&|x| OF_DIGITS.codes_of_images(&fresh, x)),
            linear(&Matrix::clone),
        ]
    });
    vec![
        property("accuracy of eight positions", accuracy, Gate::AtLeast(0.45))
            .beside(0.498, "numpy"),
        ablation("positions shuffled: accuracy", without, Gate::AtMost(0.20))
            .beside(0.172, "numpy"),
        property(
            "without a gap, no shortcut here: accuracy",
            touching,
            Gate::Shown,
        ),
        property(
            "codes of nine fragments, linear classifier",
            codes,
            Gate::Shown,
        ),
        property("random weights, linear classifier", random, Gate::Shown),
        property("raw pixels, linear classifier", raw, Gate::Shown),
    ]
}

fn scenes(_: &Path) -> Vec<Finding> {
    let [accuracy, without] = over_seeds(3, |seed| {
        let fragments = Fragments {
            height: 24,
            width: 24,
            channels: 1,
            side: 6,
            gap: 2,
            jitter: 1,
        };
        let images = |objects: usize, seed: u64| {
            Scenes::default()
                .sample(objects, seed)
                .features
                .cast::<f32>()
        };
        let pairs = fragments.draw(&images(600, seed), 10_000, seed);
        let judged = fragments.draw(&images(200, seed + 100), 3000, seed + 100);
        let of = |pairs: &Pairs<f32>| fitted(&fragments, pairs, 20, seed).accuracy(&judged);
        [of(&pairs), of(&shuffled(&pairs, seed))]
    });
    vec![
        property("accuracy of eight positions", accuracy, Gate::AtLeast(0.70))
            .beside(0.782, "numpy"),
        ablation("positions shuffled: accuracy", without, Gate::AtMost(0.20))
            .beside(0.121, "numpy"),
    ]
}

/// Images whose light grows by RIGHT a pixel to the right and by DOWN a pixel downwards, from a level of their own, with
/// noise: what two fragments tell of their position is a Gaussian of known mean and covariance for each of the eight.
const RIGHT: f64 = 0.3;
const DOWN: f64 = 0.1;
const LEVEL: f64 = 1.0;
const NOISE: f64 = 0.4;

fn ramps(_: &Path) -> Vec<Finding> {
    let [short] = over_seeds(3, |seed| {
        let images = |count: usize, seed: u64| {
            let level = &mut generator(seed, "level", 0);
            let levels: Vec<f64> = (0..count).map(|_| LEVEL * standard_normal(level)).collect();
            let noise = &mut generator(seed, "noise", 0);
            Matrix::from_fn(count, 64, |i, p| {
                levels[i]
                    + RIGHT * (p % 8) as f64
                    + DOWN * (p / 8) as f64
                    + NOISE * standard_normal(noise)
            })
            .cast::<f32>()
        };
        // an image a pair
        let pairs = OF_DIGITS.draw(&images(40_000, seed), 20_000, seed);
        let judged = OF_DIGITS.draw(&images(40_000, seed + 100), 10_000, seed + 100);
        let architecture = Architecture {
            seed,
            ..Architecture::default()
        };
        let mut model = RelativePosition::new(&OF_DIGITS, &architecture);
        let outcome = model.fit(&pairs, &training(15, 100, 2e-3, seed), observed);
        outcome.expect("the training does not diverge");
        let right = (0..judged.positions.len())
            .map(|i| f64::from(u8::from(best_position(&judged, i) == judged.positions[i])));
        [100.0 * (mean(right) - model.accuracy(&judged))]
    });
    vec![exact(
        "points below the best answer",
        short,
        Gate::AtMost(1.5),
    )]
}

/// The position under which a pair is the most probable. Of position k the eight pixels have the mean of a ramp and the
/// covariance NOISE² I + LEVEL² 11ᵀ, whose inverse is (I − c 11ᵀ)/NOISE² with c = LEVEL²/(NOISE² + 8 LEVEL²).
fn best_position(pairs: &Pairs<f32>, i: usize) -> usize {
    let pixels = |place: (f64, f64)| {
        let of =
            move |p: usize| RIGHT * (place.1 + (p % 2) as f64) + DOWN * (place.0 + (p / 2) as f64);
        (0..4).map(of)
    };
    let seen: Vec<f64> = [&pairs.first, &pairs.second]
        .into_iter()
        .flat_map(|x| x.row(i).iter().map(|&x| f64::from(x)))
        .collect();
    let c = LEVEL.powi(2) / (NOISE.powi(2) + 8.0 * LEVEL.powi(2));
    let distance = |k: usize| {
        let (down, right) = POSITIONS[k];
        let expected =
            pixels((3.0, 3.0)).chain(pixels((3.0 + 3.0 * down as f64, 3.0 + 3.0 * right as f64)));
        let (mut sum, mut squares) = (0.0, 0.0);
        for (x, m) in seen.iter().zip(expected) {
            sum += x - m;
            squares += (x - m).powi(2);
        }
        squares - c * sum * sum
    };
    let positions = 0..POSITIONS.len();
    positions
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        .expect("there are eight")
}
