//! The generative adversarial network.

use crate::shared::{
    Digits, ablation, exact, length, observed, over_seeds_at_once, paper, property, training, watch,
};
use crate::{Experiment, Finding, Gate};
use std::ops::ControlFlow;
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};
use unsup_data::generators::GaussianMixture;
use unsup_models::predictor::{self, Predictor};
use unsup_models::together::adversarial::{
    Architecture, DiscriminatorCriterion, Game, Gan, History, InstanceNoise, Likeness, Penalty,
    Reference, Settings, Warning,
};
use unsup_models::{Activation, Task};
use unsup_nn::train::Trainer;
use unsup_nn::{Dense, Sequence};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "gan",
            name: "the discriminator of two Gaussians beside the best one",
            needs: None,
            findings: best_discriminator,
        },
        Experiment {
            method: "gan",
            name: "a ring of 8 Gaussians",
            needs: None,
            findings: ring_of_8,
        },
        Experiment {
            method: "gan",
            name: "the ring with one player switched off",
            needs: None,
            findings: switched_off,
        },
        Experiment {
            method: "gan",
            name: "the ring by other games and penalties",
            needs: None,
            findings: other_games,
        },
        Experiment {
            method: "gan",
            name: "digits, their classes told by a judge",
            needs: None,
            findings: digits,
        },
    ]
}

/// Objects from N(0, 1); a generator that stays makes N(1.5, 1).
fn best_discriminator(_: &Path) -> Vec<Finding> {
    const SHIFT: f64 = 1.5;
    let exact_value = value_at_best(SHIFT);
    let [value, off] = over_seeds_at_once(3, |seed| {
        let normals = |count, purpose| {
            let mut random = generator(seed, purpose, 0);
            Matrix::from_fn(count, 1, |_, _| standard_normal(&mut random) as f32)
        };
        let mut shift = Dense::of(Matrix::identity(1), Activation::Identity);
        let bias = shift.bias_mut().expect("a dense layer has a bias");
        bias.set(Matrix::scalar(SHIFT as f32));
        let shift = Sequence::of([shift.into()]);
        let (hidden, last) = (Activation::Tanh, Activation::Identity);
        let discriminator = Sequence::new(&[1, 32, 32, 1], hidden, last, seed, "discriminator");
        let mut gan = Gan::of(shift, discriminator);
        let settings = Settings {
            steps: 1500,
            batch_size: 512,
            generator_steps: 0,
            discriminator_rate: 3e-3,
            record_every: 1500,
            seed,
            ..Settings::default()
        };
        fit(&mut gan, &normals(200_000, "objects"), &settings);

        let fresh = normals(200_000, "fresh objects");
        let criterion = DiscriminatorCriterion {
            x: &fresh,
            generator: gan.generator(),
            game: Game::Minimax,
            penalty: Penalty::None,
            sigma: 0.0,
        };
        let losses = Trainer::new(seed).evaluate(gan.discriminator(), &criterion);
        let value = -losses.expect("the losses are finite").total;

        let x = Matrix::from_fn(200, 1, |i, _| -2.0 + 5.5 * i as f64 / 199.0);
        let found = gan.probabilities(&x.cast()).cast::<f64>();
        let best = x.map(|x: f64| 1.0 / (1.0 + (SHIFT * x - SHIFT * SHIFT / 2.0).exp()));
        [value, found.difference(&best)]
    });
    let source = "−ln 4 + 2 JSD by quadrature";
    vec![
        exact(
            "V off −ln 4 + 2 JSD",
            value.iter().map(|v| (v - exact_value).abs()).collect(),
            Gate::AtMost(0.01),
        ),
        property("V itself", value, Gate::Shown).beside(exact_value, source),
        exact("largest |D − D*| on [−2, 3.5]", off, Gate::AtMost(0.03)).beside(0.008, "numpy"),
    ]
}

/// V(D*) = ∫ p ln (p / (p + q)) + q ln (q / (p + q)) dx = −ln 4 + 2 JSD(p ‖ q) for p = N(0, 1) and q = N(shift, 1),
/// by the trapezium rule, which for such functions is exact to rounding.
fn value_at_best(shift: f64) -> f64 {
    let step = 1e-3;
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let points = (-10_000..=12_000).map(|i| f64::from(i) * step);
    let integrand = points.map(|x| {
        let (p, q) = (density(x), density(x - shift));
        p * (p / (p + q)).ln() + q * (q / (p + q)).ln()
    });
    integrand.sum::<f64>() * step
}

/// How samples lie on a ring of 8.
struct OnRing {
    /// How many modes have at least 20 of 10 000 samples within 3 deviations: a perfect sampler has 1236 at each.
    modes: f64,
    /// The share of the samples within 3 deviations of a mode, in percent; a perfect sampler has 98.9.
    near: f64,
    /// KL(q ‖ uniform) of the modes q of these samples, in nats.
    reverse_kl: f64,
}

impl OnRing {
    fn of(gan: &Gan<f32>, ring: &GaussianMixture, seed: u64) -> Self {
        let found = ring.modes_found(&gan.sample(10_000, seed + 100).cast());
        Self {
            modes: found.hit(20) as f64,
            near: 100.0 * found.near(),
            reverse_kl: found.reverse_kl(),
        }
    }
}

/// A run on the ring of radius 1 by networks of 2 x 64.
fn on_ring(deviation: f64, settings: &Settings) -> (OnRing, History) {
    let ring = GaussianMixture::ring(8, 1.0, deviation);
    let seed = settings.seed;
    let x = ring.sample(20_000, seed).features.cast();
    let mut gan = Gan::new(2, &networks(seed));
    let history = fit(&mut gan, &x, settings);
    (OnRing::of(&gan, &ring, seed), history)
}

fn networks(seed: u64) -> Architecture {
    Architecture {
        seed,
        ..Architecture::default()
    }
}

/// The settings that find the ring.
fn for_ring(seed: u64) -> Settings {
    Settings {
        steps: 8000,
        discriminator_rate: 3e-3,
        generator_rate: 3e-3,
        instance_noise: InstanceNoise::falling_from(0.2),
        record_every: 1000,
        seed,
        ..Settings::default()
    }
}

fn fit(gan: &mut Gan<f32>, x: &Matrix<f32>, settings: &Settings) -> History {
    let steps = length(settings.steps);
    let settings = Settings {
        steps,
        record_every: settings.record_every.min(steps),
        ..settings.clone()
    };
    let outcome = gan.fit(x, &settings, |block| {
        watch(|| format!("step {}: spread {:.3}", block.step, block.likeness.spread));
        ControlFlow::Continue(())
    });
    outcome.expect("the training does not diverge")
}

fn ring_of_8(_: &Path) -> Vec<Finding> {
    let [modes, near, reverse_kl, value] = over_seeds_at_once(3, |seed| {
        let (found, history) = on_ring(0.05, &for_ring(seed));
        let last = history.last().and_then(|block| block.discriminator);
        let value = last.map_or(f64::NAN, |figures| figures.value());
        [found.modes, found.near, found.reverse_kl, value]
    });
    let [narrow_modes, narrow_near, narrow_kl] = over_seeds_at_once(2, |seed| {
        let (found, _) = on_ring(0.01, &for_ring(seed));
        [found.modes, found.near, found.reverse_kl]
    });
    let source = "PacGAN, Lin 2018, table 1: GAN";
    vec![
        property("modes found", modes, Gate::EachAtLeast(8.0)),
        property(
            "% of samples within 3 deviations",
            near.clone(),
            Gate::EachAtLeast(87.0),
        ),
        property(
            "% of samples within 3 deviations",
            near,
            Gate::AtLeast(90.0),
        )
        .beside(91.9, "numpy"),
        property("reverse KL in nats", reverse_kl, Gate::EachAtMost(0.05)).beside(0.011, "numpy"),
        property("V at the end", value, Gate::Shown).beside(-(4f64.ln()), "equilibrium"),
        paper("deviation 0.01: modes found", narrow_modes).beside(6.3, source),
        paper(
            "deviation 0.01: % of samples within 3 deviations",
            narrow_near,
        )
        .beside(98.2, source),
        paper("deviation 0.01: reverse KL in nats", narrow_kl).beside(0.45, source),
    ]
}

fn switched_off(_: &Path) -> Vec<Finding> {
    let [frozen_near, one_modes, one_spread, said] = over_seeds_at_once(3, |seed| {
        let settings = Settings {
            steps: 1500,
            record_every: 250,
            ..for_ring(seed)
        };
        let (frozen, _) = on_ring(
            0.05,
            &Settings {
                discriminator_steps: 0,
                ..settings.clone()
            },
        );

        let ring = GaussianMixture::ring(8, 1.0, 0.05);
        let x = ring.sample(20_000, seed).features.cast();
        let pair = Gan::new(2, &networks(seed));
        let mut ignoring = pair.generator().clone();
        let first = ignoring.dense_layers_mut().next();
        let weight = first.expect("a network has a layer").weight_mut();
        let shape = weight.value().shape();
        weight.set(Matrix::zeros(shape.rows(), shape.columns()));
        weight.set_trainable(false);
        let mut one = Gan::of(ignoring, pair.discriminator().clone());
        let history = fit(&mut one, &x, &settings);
        let collapsed = history.blocks.iter().filter(|block| {
            let mut warnings = block.warnings.iter();
            warnings.any(|warning| matches!(warning, Warning::Collapse { .. }))
        });
        [
            frozen.near,
            OnRing::of(&one, &ring, seed).modes,
            history
                .last()
                .map_or(f64::NAN, |block| block.likeness.spread),
            collapsed.count() as f64 / history.blocks.len() as f64,
        ]
    });
    vec![
        ablation(
            "D frozen: % of samples within 3 deviations",
            frozen_near,
            Gate::EachAtMost(20.0),
        ),
        ablation("G ignores z: modes found", one_modes, Gate::EachAtMost(1.0)),
        ablation(
            "G ignores z: spread over that of the objects",
            one_spread,
            Gate::AtMost(1e-3),
        ),
        property(
            "G ignores z: share of blocks that say so",
            said,
            Gate::AtLeast(1.0),
        ),
    ]
}

/// Shorter runs, to compare.
fn other_games(_: &Path) -> Vec<Finding> {
    fn without_noise(noisy: Settings) -> Settings {
        Settings {
            instance_noise: InstanceNoise::default(),
            ..noisy
        }
    }
    type Change = fn(Settings) -> Settings;
    let even = Gate::AtMost(0.05); // the modes are about equally frequent
    let changes: [(&str, Gate, Change); 5] = [
        ("non-saturating", Gate::Shown, |noisy| noisy),
        ("minimax", Gate::Shown, |noisy| Settings {
            game: Game::Minimax,
            ..noisy
        }),
        ("no noise", Gate::Shown, without_noise),
        ("no noise, R1", even, |noisy| Settings {
            penalty: Penalty::R1 { gamma: 0.1 },
            ..without_noise(noisy)
        }),
        ("no noise, Wasserstein with its penalty", even, |noisy| {
            Settings {
                game: Game::Wasserstein,
                penalty: Penalty::WassersteinGp { lambda: 1.0 },
                discriminator_steps: 2,
                ..without_noise(noisy)
            }
        }),
    ];
    let mut findings = Vec::new();
    for (name, even, change) in changes {
        let [modes, near, reverse_kl] = over_seeds_at_once(2, |seed| {
            let noisy = Settings {
                steps: 2000,
                ..for_ring(seed)
            };
            let (found, _) = on_ring(0.05, &change(noisy));
            [found.modes, found.near, found.reverse_kl]
        });
        findings.extend([
            property(
                &format!("{name}: modes found"),
                modes,
                Gate::EachAtLeast(8.0),
            ),
            property(
                &format!("{name}: % of samples within 3 deviations"),
                near,
                Gate::Shown,
            ),
            property(&format!("{name}: reverse KL in nats"), reverse_kl, even),
        ]);
    }
    findings
}

fn digits(_: &Path) -> Vec<Finding> {
    let [
        classes,
        rarest,
        sure,
        coverage,
        precision,
        spread,
        held_out,
        frozen_classes,
    ] = over_seeds_at_once(3, |seed| {
        let digits = Digits::<f32>::split(seed);
        let architecture = predictor::Architecture {
            seed,
            ..predictor::Architecture::default()
        };
        let mut judge = Predictor::new(64, 10, &architecture);
        let fitted = judge.fit(
            &Task::classes(&digits.train, &digits.train_labels),
            &training(40, 50, 2e-3, seed),
            observed,
        );
        fitted.expect("the training does not diverge");
        let architecture = Architecture {
            latent: 16,
            generator: vec![128, 128],
            output: Activation::Sigmoid,
            discriminator: vec![128, 128],
            seed,
            ..Architecture::default()
        };
        let settings = Settings {
            steps: 3000,
            batch_size: 64,
            instance_noise: InstanceNoise::falling_from(0.3),
            record_every: 500,
            seed,
            ..Settings::default()
        };
        let run = |settings: &Settings| {
            let mut gan = Gan::new(64, &architecture);
            fit(&mut gan, &digits.train, settings);
            gan.sample(1000, seed)
        };
        let samples = run(&settings);
        let shares = class_shares(&judge.predict(&samples));
        let likeness: Likeness =
            Reference::new(&digits.test.slice_rows(0..500)).compare(&samples.slice_rows(0..500));
        let true_objects = Reference::new(&digits.test.slice_rows(0..500))
            .compare(&digits.train.slice_rows(0..500));
        let frozen = run(&Settings {
            steps: 500,
            discriminator_steps: 0,
            ..settings.clone()
        });
        let frozen = class_shares(&judge.predict(&frozen));
        [
            made(&shares),
            100.0 * shares.iter().copied().fold(f64::INFINITY, f64::min),
            mean_largest(&judge.probabilities(&samples)),
            likeness.coverage,
            likeness.precision,
            likeness.spread,
            true_objects.coverage,
            made(&frozen),
        ]
    });
    vec![
        property("classes made", classes, Gate::EachAtLeast(10.0)),
        property("% of samples of the rarest class", rarest, Gate::Shown).beside(10.0, "objects"),
        property("the judge's mean confidence", sure, Gate::Shown),
        property("coverage of digits not seen", coverage, Gate::Shown),
        property("the same of as many true digits", held_out, Gate::Shown),
        property("precision", precision, Gate::Shown),
        property("spread", spread, Gate::AtLeast(0.7)),
        ablation("D frozen: classes made", frozen_classes, Gate::AtMost(5.0)),
    ]
}

/// The share of each of ten classes.
fn class_shares(classes: &[usize]) -> [f64; 10] {
    let mut shares = [0.0; 10];
    for &class in classes {
        shares[class] += 1.0 / classes.len() as f64;
    }
    shares
}

/// How many classes have at least 1 % of the samples.
fn made(shares: &[f64; 10]) -> f64 {
    shares.iter().filter(|&&share| share >= 0.01).count() as f64
}

/// The mean of each row's largest entry.
fn mean_largest(probabilities: &Matrix<f32>) -> f64 {
    let largest = probabilities
        .row_iter()
        .map(|row| f64::from(row.iter().copied().fold(0.0, f32::max)));
    crate::shared::mean(largest)
}
