//! Operations beside their gradient checks: `f32` against `f64`, the one whose derivative is not that of its value, and
//! a test that none is left without a check.

use std::collections::BTreeSet;
use unsup_autograd::{Matrix, Real, Tape};
use unsup_evidence::gradients::{Function, Operation, Trial, operations};

/// Random inputs of an operation, off its kinks, the same each time.
fn random_inputs(operation: &Operation) -> impl Iterator<Item = Vec<Matrix<f64>>> {
    let draw = |draw| operation.inputs(&mut Trial::new(20_260_101, &operation.name, draw));
    (0..).filter_map(move |number| draw(number).ok())
}

/// f32 keeps about 7 digits; values here are at most a few hundred, sums of at most a few dozen terms.
const SINGLE_TOLERANCE: f64 = 2e-5;

/// The value of ⟨w, f(x)⟩ with fixed weights, and its gradients.
fn value_and_gradients<T: Real>(f: Function<T>, inputs: &[Matrix<f64>]) -> Vec<Matrix<f64>> {
    let tape = Tape::<T>::new();
    let x: Vec<_> = inputs.iter().map(|x| tape.leaf(x.cast::<T>())).collect();
    let y = f(&x);
    let weights = Matrix::from_fn(y.shape().rows(), y.shape().columns(), |i, j| {
        T::from_f64(0.5 + ((3 * i + j) % 7) as f64 / 7.0)
    });
    let gradients = (y * tape.leaf(weights)).sum().backward(x.iter().copied());
    let mut results = vec![y.value().cast::<f64>()];
    results.extend(
        gradients
            .iter()
            .flatten()
            .map(|gradient| gradient.cast::<f64>()),
    );
    results
}

#[test]
fn single_precision_agrees_with_double() {
    let mut worst = (0.0, String::new());
    for operation in operations() {
        for inputs in random_inputs(&operation).take(256) {
            // the inputs rounded to f32, so that both start from the same numbers
            let inputs: Vec<_> = inputs
                .iter()
                .map(|x| x.cast::<f32>().cast::<f64>())
                .collect();
            let double = value_and_gradients(operation.double, &inputs);
            let single = value_and_gradients(operation.single, &inputs);
            for (double, single) in double.iter().zip(&single) {
                let (difference, name) = (double.difference(single), &operation.name);
                assert!(
                    difference <= SINGLE_TOLERANCE,
                    "{name}: {difference:e} at {inputs:?}"
                );
                if difference > worst.0 {
                    worst = (difference, name.clone());
                }
            }
        }
    }
    println!(
        "largest difference of f32 from f64: {:.1e} in {}",
        worst.0, worst.1
    );
}

/// Operations whose derivative is by intent not that of their value, so that differences can't check them; each has a test of
/// its own below.
const CHECKED_EXACTLY: [&str; 1] = ["stop_gradient"];

#[test]
fn stop_gradient_is_a_constant() {
    let tape = Tape::new();
    let x = tape.leaf(Matrix::from_rows(&[[2.0, -3.0]]));
    let y = (x * x.stop_gradient()).sum();
    assert_eq!(y.item(), 13.0);
    assert_eq!(y.backward([x])[x], Matrix::from_rows(&[[2.0, -3.0]]));
    assert!(x.stop_gradient().sum().backward([x]).of(x).is_none());
    assert_eq!(
        *x.stop_gradient().sum().grad(&[x])[0].value(),
        Matrix::zeros(1, 2)
    );
}

/// The names of all operations, from the one `match` that the compiler keeps complete.
fn names_in_the_source() -> BTreeSet<&'static str> {
    let source = include_str!("../autograd/src/op.rs");
    let body = source
        .split("pub fn name(self)")
        .nth(1)
        .expect("Op has a method name");
    let body = body.split("\n    }\n").next().expect("it ends");
    let arms = body.lines().filter(|line| line.contains("=>"));
    arms.map(|arm| arm.split('"').nth(1).expect("an arm gives a name"))
        .collect()
}

#[test]
fn no_operation_is_left_unchecked() {
    let mut checked: BTreeSet<&str> = CHECKED_EXACTLY.into_iter().collect();
    for operation in operations() {
        let tape = Tape::new();
        let inputs = random_inputs(&operation)
            .next()
            .expect("there is no end of them");
        let inputs: Vec<_> = inputs.into_iter().map(|x| tape.leaf(x)).collect();
        // the operation that a check is about is the one that gives its result
        checked.insert((operation.double)(&inputs).op().name());
    }
    let names = names_in_the_source();
    assert!(
        names.len() > 40,
        "the source was not read rightly: {names:?}"
    );
    let missing: Vec<_> = names.difference(&checked).collect();
    assert!(
        missing.is_empty(),
        "operations without a check: {missing:?}"
    );
}
