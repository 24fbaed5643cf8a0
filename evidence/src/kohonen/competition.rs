//! WTA and WTM.

use super::{observed_competition, raw_digits};
use crate::shared::{enough_seeds, seeds};
use crate::{Evidence, Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};
use unsup_models::kohonen::{
    Codebook, KMeansStart, Kernel, Outcome, Rate, Rule, Settings, Stopping, Width, WinnerTakesAll,
    WinnerTakesMost, spread, starting_centres,
};
use unsup_nn::classical::{KMeans, KMeansSettings};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "wta",
            name: "ten clusters of the digits beside k-means",
            needs: None,
            findings: wta_beside_k_means,
        },
        Experiment {
            method: "wtm",
            name: "soft competition from a bad start",
            needs: None,
            findings: soft_competition_from_a_bad_start,
        },
    ]
}

fn settings(epochs: usize, seed: u64) -> Settings {
    Settings {
        epochs,
        rate: Rate::linear(0.1),
        lambda: Some(0.001),
        stopping: Stopping::never(),
        seed,
        ..Settings::default()
    }
}

fn trained(
    w: Matrix<f64>,
    x: &Matrix<f64>,
    rule: &mut impl Rule<f64>,
    settings: &Settings,
) -> (Codebook<f64>, Outcome) {
    let mut codebook = Codebook::new(w);
    let outcome = codebook.compete(x, rule, settings, observed_competition);
    (codebook, outcome.expect("the digits can be trained on"))
}

/// Competitive learning minimises the Q of k-means: after ten epochs it is near the best of fifty starts of the exact
/// iteration, and the running estimate is near the true Q.
fn wta_beside_k_means(_: &Path) -> Vec<Finding> {
    let (x, _) = raw_digits();
    let l = x.rows() as f64;
    let restarts = KMeansSettings {
        restarts: 50,
        ..KMeansSettings::default()
    };
    let least = KMeans::fit(&x, 10, &restarts).squared_error();
    let (mut q, mut estimate_off) = (Vec::new(), Vec::new());
    for seed in enough_seeds(5) {
        let w = starting_centres(&x, 10, KMeansStart::RandomObjects, seed);
        let w = w.expect("the digits can be trained on");
        let (codebook, outcome) = trained(w, &x, &mut WinnerTakesAll, &settings(10, seed));
        let true_q = codebook.squared_error(&x);
        let estimate = outcome.epochs.last().expect("ten epochs").q;
        q.push(l * true_q);
        estimate_off.push((estimate / true_q - 1.0).abs());
    }
    let best = q.iter().copied().fold(f64::INFINITY, f64::min);
    vec![
        Finding::new(
            Evidence::Exact,
            "Q after 10 epochs",
            q,
            Gate::AtMost(1.185e6),
        )
        .beside(least, "best of 50 k-means runs"),
        Finding::new(
            Evidence::Exact,
            "best Q over that of k-means",
            vec![best / least],
            Gate::AtMost(1.01),
        ),
        Finding::new(
            Evidence::Property,
            "the estimate of Q is off by",
            estimate_off,
            Gate::AtMost(0.03),
        ),
    ]
}

/// All centres begin in one corner: "some w_y may never be chosen". Hard competition leaves most of them there, soft
/// competition none, and its Q is lower after the first epoch and at the end.
fn soft_competition_from_a_bad_start(_: &Path) -> Vec<Finding> {
    let (x, _) = raw_digits();
    let mut names = vec!["WTA"];
    let mut dead = vec![Vec::new()];
    let mut first = vec![Vec::new()];
    let mut last = vec![Vec::new()];
    let spread = spread(&x).expect("the digits can be trained on");
    for seed in seeds(3) {
        let mut random = generator(seed, "corner", 0);
        let corner = Matrix::from_fn(10, x.columns(), |_, _| 0.01 * standard_normal(&mut random));
        let gas = WinnerTakesMost::neural_gas(Width::linear(5.0, 0.01));
        let gaussian = WinnerTakesMost::new(Kernel::Gaussian, Width::linear(spread, 0.05 * spread));
        let runs = [
            ("WTA", None),
            ("neural gas", Some(gas)),
            ("WTM, Gaussian", Some(gaussian)),
        ];
        for (i, (name, rule)) in runs.into_iter().enumerate() {
            let settings = settings(10, seed);
            let (codebook, outcome) = match rule {
                None => trained(corner.clone(), &x, &mut WinnerTakesAll, &settings),
                Some(mut rule) => trained(corner.clone(), &x, &mut rule, &settings),
            };
            if names.len() <= i {
                names.push(name);
                dead.push(Vec::new());
                first.push(Vec::new());
                last.push(Vec::new());
            }
            let empty = codebook.hits(&x).iter().filter(|&&hits| hits == 0).count();
            dead[i].push(empty as f64);
            first[i].push(outcome.epochs[0].q);
            last[i].push(codebook.squared_error(&x));
        }
    }
    let ratios = |values: &[f64], to: &[f64]| -> Vec<f64> {
        values.iter().zip(to).map(|(a, b)| a / b).collect()
    };
    let mut findings = vec![Finding::new(
        Evidence::Ablation,
        "WTA: dead centres of 10",
        dead[0].clone(),
        Gate::AtLeast(3.0),
    )];
    for i in 1..names.len() {
        let name = names[i];
        findings.extend([
            Finding::new(
                Evidence::Ablation,
                format!("{name}: dead centres of 10"),
                dead[i].clone(),
                Gate::AtMost(0.0),
            ),
            Finding::new(
                Evidence::Ablation,
                format!("{name}: Q at the end over WTA's"),
                ratios(&last[i], &last[0]),
                Gate::AtMost(0.9),
            ),
            Finding::new(
                Evidence::Ablation,
                format!("{name}: estimate of Q after 1 epoch over WTA's"),
                ratios(&first[i], &first[0]),
                Gate::AtMost(1.0),
            ),
        ]);
    }
    findings
}
