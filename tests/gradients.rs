//! Derivatives of every operation, layer, loss, penalty and criterion against finite differences, to second order, on
//! random shapes and values: the checks of `unsup check`, with more cases.

use std::collections::BTreeSet;
use unsup_evidence::gradients::{GradientCheck, Kind, gradient_checks};

const CASES: usize = 256;
const SEED: u64 = 20_260_101;

/// Runs the checks of a kind that are chosen.
fn hold(kind: Kind, chosen: impl Fn(&GradientCheck) -> bool) {
    let checks = gradient_checks();
    let checks = checks.iter().filter(|check| check.kind() == kind);
    let (mut count, mut first, mut second) = (0, 0.0f64, 0.0f64);
    for check in checks.filter(|check| chosen(check)) {
        let outcome = check.run(CASES, SEED);
        assert_eq!(outcome.failure, None, "{kind} {}", check.name());
        assert_eq!(outcome.cases, CASES);
        first = first.max(outcome.first.expect("the first derivative is looked at"));
        second = second.max(outcome.second.unwrap_or(0.0));
        count += 1;
    }
    assert!(count > 0, "no {kind} is checked");
    println!(
        "{kind}: {count} checks of {CASES} cases, largest errors: first {first:.1e}, second {second:.1e}"
    );
}

#[test]
fn operations() {
    hold(Kind::Operation, |_| true);
}

#[test]
fn layers() {
    hold(Kind::Layer, |_| true);
}

#[test]
fn losses() {
    hold(Kind::Loss, |_| true);
}

#[test]
fn penalties() {
    hold(Kind::Penalty, |_| true);
}

#[test]
fn criteria() {
    hold(Kind::Criterion, |check| !check.methods().contains(&"gan"));
}

#[test]
fn criteria_of_the_adversarial_network() {
    hold(Kind::Criterion, |check| check.methods().contains(&"gan"));
}

#[test]
fn steps() {
    hold(Kind::Step, |_| true);
}

/// The public functions of a source file.
fn public_functions(source: &str) -> impl Iterator<Item = &str> {
    let lines = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub fn "));
    lines.filter_map(|line| line.split(['<', '(']).next())
}

#[test]
fn no_loss_and_no_penalty_is_left_unchecked() {
    let sources = [
        (Kind::Loss, include_str!("../nn/src/loss.rs")),
        (Kind::Penalty, include_str!("../nn/src/penalty.rs")),
    ];
    let checks = gradient_checks();
    for (kind, source) in sources {
        let checks = checks.iter().filter(|check| check.kind() == kind);
        let checked: BTreeSet<&str> = checks.map(GradientCheck::name).collect();
        let functions: BTreeSet<&str> = public_functions(source).collect();
        assert!(functions.len() >= 7, "{functions:?}");
        assert_eq!(checked, functions, "{kind}");
    }
}
