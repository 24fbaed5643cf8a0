//! Derivatives of every layer, loss, penalty and criterion against finite differences, to second order, on random
//! shapes and values.
//!
//! Where a function has a kink (ReLU at 0, |x| at 0, a threshold) values are kept off it by far more than the step of
//! the differences; what holds on the kink itself is decided in the function's documentation and tested there.

mod adversarial;
mod autoencoders;
mod competition;
mod criteria;
mod layers;
mod losses;
mod penalties;
mod transfer;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use unsup_autograd::check::Check;
use unsup_autograd::{Matrix, Tape, Var};
use unsup_nn::{Module, Path};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A matrix of random entries in a range.
fn matrix(
    rows: usize,
    columns: usize,
    range: std::ops::Range<f64>,
) -> impl Strategy<Value = Matrix<f64>> {
    proptest::collection::vec(range, rows * columns)
        .prop_map(move |entries| Matrix::from_vec(rows, columns, entries))
}

/// `count` matrices of one random shape, entries in a range.
fn alike(count: usize, range: std::ops::Range<f64>) -> impl Strategy<Value = Vec<Matrix<f64>>> {
    (1..5usize, 1..5usize).prop_flat_map(move |(rows, columns)| {
        proptest::collection::vec(matrix(rows, columns, range.clone()), count)
    })
}

/// Checks both derivatives of `f` by all inputs.
fn check<F>(inputs: &[Matrix<f64>], f: F) -> Result<(), TestCaseError>
where
    F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
{
    let outcome = Check::new().run(inputs, f);
    outcome.map_err(|error| TestCaseError::fail(error.to_string()))?;
    Ok(())
}

/// Checks both derivatives of `f`, which reads the parameters of `module`, by every one of them and by the further
/// inputs.
fn check_module<F>(
    module: &dyn Module<f64>,
    inputs: &[Matrix<f64>],
    f: F,
) -> Result<(), TestCaseError>
where
    F: for<'t> Fn(&'t Tape<f64>, &[Var<'t, f64>]) -> Var<'t, f64>,
{
    let (mut keys, mut values) = (Vec::new(), inputs.to_vec());
    module.visit(Path::ROOT, &mut |_, param| {
        keys.push(param.key());
        values.push(nudged(param.value(), keys.len()));
    });
    check(&values, |values| {
        let (inputs, parameters) = values.split_at(inputs.len());
        let tape = values[0].tape();
        for (&key, &parameter) in keys.iter().zip(parameters) {
            tape.bind_parameter(key, parameter);
        }
        f(tape, inputs)
    })
}

/// What the parameter number `place` (from 1) of a module is checked at: biases start at 0, which would hide what
/// multiplies them.
fn nudged(value: &Matrix<f64>, place: usize) -> Matrix<f64> {
    value.map(|x: f64| x + 0.05 + 0.01 * place as f64)
}

/// Gives the parameters of a module the values at which [`check_module`] checks it, to see where these are.
fn nudge(module: &mut dyn Module<f64>) {
    let mut place = 0;
    module.visit_mut(Path::ROOT, &mut |_, param| {
        place += 1;
        let value = nudged(param.value(), place);
        param.set(value);
    });
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
    let checks = [
        (
            "loss",
            include_str!("../../nn/src/loss.rs"),
            include_str!("losses.rs"),
        ),
        (
            "penalty",
            include_str!("../../nn/src/penalty.rs"),
            include_str!("penalties.rs"),
        ),
    ];
    for (module, source, tests) in checks {
        let functions: Vec<&str> = public_functions(source).collect();
        assert!(functions.len() >= 7, "{functions:?}");
        for function in functions {
            let call = format!("{module}::{function}(");
            assert!(tests.contains(&call), "{module}::{function} has no check");
        }
    }
}
