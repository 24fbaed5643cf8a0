//! Every operation, in every form of broadcasting: first and second derivative against finite differences on random
//! inputs, `f32` against `f64`, and a test that no operation is left out.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use std::collections::BTreeSet;
use std::sync::Arc;
use unsup_autograd::check::Check;
use unsup_autograd::{CustomOp, Matrix, Real, Shape, Tape, Var};

/// A side of an input's shape: 1, or one of three random sizes.
#[derive(Clone, Copy)]
enum Side {
    One,
    Rows,
    Columns,
    Inner,
}
use Side::{Columns as C, Inner as K, One, Rows as R};

/// Where the entries of an input lie.
#[derive(Clone, Copy)]
enum Domain {
    /// [−3, 3]
    Any,
    /// [−3, 3] without the neighbourhood of 0
    NotZero,
    /// [0.2, 3]
    Positive,
}
use Domain::{Any, NotZero, Positive};

impl Domain {
    /// The entry for u in [−1, 1].
    fn entry(self, u: f64) -> f64 {
        match self {
            Any => 3.0 * u,
            NotZero => (0.2 + 2.8 * u.abs()).copysign(u),
            Positive => 0.2 + 2.8 * u.abs(),
        }
    }
}

type Input = (Side, Side, Domain);
type Function<T> = for<'t> fn(&[Var<'t, T>]) -> Var<'t, T>;

/// A function to check, in both precisions.
struct Case {
    name: String,
    inputs: Vec<Input>,
    double: Function<f64>,
    single: Function<f32>,
    /// The inputs keep clear of the function's kinks.
    clear: fn(&[Matrix<f64>]) -> bool,
}

fn always(_: &[Matrix<f64>]) -> bool {
    true
}

/// A case from one expression, taken for both precisions.
macro_rules! case {
    ($name:expr, [$($input:expr),* $(,)?], |$x:ident| $body:expr) => {
        case!($name, [$($input),*], |$x| $body, always)
    };
    ($name:expr, [$($input:expr),* $(,)?], |$x:ident| $body:expr, $clear:expr) => {
        Case {
            name: $name.to_string(),
            inputs: vec![$($input),*],
            double: |$x| $body,
            single: |$x| $body,
            clear: $clear,
        }
    };
}

/// An operation in one operand of any shape.
macro_rules! unary {
    ($name:expr, $domain:expr, |$x:ident| $body:expr) => {
        unary!($name, $domain, |$x| $body, always)
    };
    ($name:expr, $domain:expr, |$x:ident| $body:expr, $clear:expr) => {
        case!(
            $name,
            [(R, C, $domain)],
            |x| {
                let $x = x[0];
                $body
            },
            $clear
        )
    };
}

/// An operation in two operands, in the seven forms that broadcasting has.
macro_rules! binary {
    ($name:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $body:expr, $clear:expr) => {
        [
            ("same", (R, C), (R, C)),
            ("row on the right", (R, C), (One, C)),
            ("column on the right", (R, C), (R, One)),
            ("number on the right", (R, C), (One, One)),
            ("row on the left", (One, C), (R, C)),
            ("column on the left", (R, One), (R, C)),
            ("number on the left", (One, One), (R, C)),
        ]
        .map(|(form, a, b)| {
            case!(
                format!("{}, {form}", $name),
                [(a.0, a.1, $a), (b.0, b.1, $b)],
                |x| {
                    let ($x, $y) = (x[0], x[1]);
                    $body
                },
                $clear
            )
        })
    };
}

/// The entries of the larger of two inputs beside those of the other, stretched.
fn pairs(x: &[Matrix<f64>]) -> Vec<(f64, f64)> {
    let (rows, columns) = (
        x[0].rows().max(x[1].rows()),
        x[0].columns().max(x[1].columns()),
    );
    let at = |x: &Matrix<f64>, i: usize, j: usize| x[(i % x.rows(), j % x.columns())];
    (0..rows)
        .flat_map(|i| (0..columns).map(move |j| (i, j)))
        .map(|(i, j)| (at(&x[0], i, j), at(&x[1], i, j)))
        .collect()
}

fn no_ties(x: &[Matrix<f64>]) -> bool {
    pairs(x).iter().all(|(a, b)| (a - b).abs() > 0.01)
}

fn no_ties_in_a_row(x: &[Matrix<f64>]) -> bool {
    x[0].row_iter().all(|row| {
        let mut row = row.to_vec();
        row.sort_by(f64::total_cmp);
        row.windows(2).all(|pair| pair[1] - pair[0] > 0.01)
    })
}

fn not_on_a_bound(x: &[Matrix<f64>]) -> bool {
    let clear = |x: &f64| (x - 1.5).abs() > 0.01 && (x + 0.5).abs() > 0.01;
    x[0].as_slice().iter().all(clear)
}

fn elementwise() -> Vec<Case> {
    vec![
        unary!("leaf", Any, |x| x),
        unary!("neg", Any, |x| -x),
        unary!("number times x", Any, |x| -1.7 * x),
        unary!("x times number", Any, |x| x * 0.3),
        unary!("x over number", Any, |x| x / 0.7),
        unary!("number over x", NotZero, |x| 1.3 / x),
        unary!("x plus number", Any, |x| x + 0.4),
        unary!("number plus x", Any, |x| 0.4 + x),
        unary!("x less number", Any, |x| x - 0.4),
        unary!("number less x", Any, |x| 0.4 - x),
        unary!("powf 2.5", Positive, |x| x.powf(2.5)),
        unary!("powf 3", Any, |x| x.powf(3.0)),
        unary!("powf 1", Any, |x| x.powf(1.0)),
        unary!("powf 0", Any, |x| x.powf(0.0)),
        unary!("powf -1.5", Positive, |x| x.powf(-1.5)),
        unary!("square", Any, |x| x.square()),
        unary!("sqrt", Positive, |x| x.sqrt()),
        unary!("abs", NotZero, |x| x.abs()),
        unary!("sign", NotZero, |x| x.sign()),
        unary!("exp", Any, |x| x.exp()),
        unary!("ln", Positive, |x| x.ln()),
        unary!("tanh", Any, |x| x.tanh()),
        unary!("sigmoid", Any, |x| x.sigmoid()),
        unary!("softplus", Any, |x| x.softplus()),
        unary!("relu", NotZero, |x| x.relu()),
        unary!("leaky_relu", NotZero, |x| x.leaky_relu(0.2)),
        unary!("step", NotZero, |x| x.step()),
        unary!("clamp", Any, |x| x.clamp(-0.5, 1.5), not_on_a_bound),
    ]
}

fn broadcasts() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(binary!("add", Any, Any, |a, b| a + b, always));
    cases.extend(binary!("sub", Any, Any, |a, b| a - b, always));
    cases.extend(binary!("mul", Any, Any, |a, b| a * b, always));
    cases.extend(binary!("div", Any, NotZero, |a, b| a / b, always));
    cases.extend(binary!("max", Any, Any, |a, b| a.max(b), no_ties));
    cases.extend(binary!("min", Any, Any, |a, b| a.min(b), no_ties));
    cases.extend(binary!("equal", Any, Any, |a, b| a.equal(b), no_ties));
    cases.extend([
        case!("expand a row", [(One, C, Any), (R, C, Any)], |x| x[0]
            .expand_to(x[1].shape())),
        case!("expand a column", [(R, One, Any), (R, C, Any)], |x| x[0]
            .expand_to(x[1].shape())),
        case!("expand a number", [(One, One, Any), (R, C, Any)], |x| x[0]
            .expand_to(x[1].shape())),
        case!("sum to a row", [(R, C, Any), (One, C, Any)], |x| x[0]
            .sum_to(x[1].shape())),
        case!("sum to a column", [(R, C, Any), (R, One, Any)], |x| x[0]
            .sum_to(x[1].shape())),
        case!("sum to a number", [(R, C, Any), (One, One, Any)], |x| x[0]
            .sum_to(x[1].shape())),
    ]);
    cases
}

fn products_and_shapes() -> Vec<Case> {
    vec![
        case!("matmul", [(R, K, Any), (K, C, Any)], |x| x[0].matmul(x[1])),
        case!("matmul_nt", [(R, K, Any), (C, K, Any)], |x| x[0]
            .matmul_nt(x[1])),
        case!("matmul_tn", [(K, R, Any), (K, C, Any)], |x| x[0]
            .matmul_tn(x[1])),
        case!("matmul_tt", [(K, R, Any), (C, K, Any)], |x| x[0]
            .matmul_tt(x[1])),
        case!("a matrix by itself", [(R, C, Any)], |x| x[0]
            .matmul_nt(x[0])),
        unary!("transpose", Any, |x| x.transpose()),
        unary!("reshape", Any, |x| x.reshape(1, x.shape().len())),
        case!("reshape to rows", [(One, C, Any)], |x| x[0]
            .reshape(x[0].shape().columns(), 1)),
    ]
}

fn reductions() -> Vec<Case> {
    vec![
        unary!("sum", Any, |x| x.sum()),
        unary!("row_sums", Any, |x| x.row_sums()),
        unary!("column_sums", Any, |x| x.column_sums()),
        unary!("mean", Any, |x| x.mean()),
        unary!("row_means", Any, |x| x.row_means()),
        unary!("column_means", Any, |x| x.column_means()),
        unary!("row_max", Any, |x| x.row_max(), no_ties_in_a_row),
        unary!("row_min", Any, |x| x.row_min(), no_ties_in_a_row),
        unary!("row_log_sum_exp", Any, |x| x.row_log_sum_exp()),
        unary!("row_log_softmax", Any, |x| x.row_log_softmax()),
        unary!("row_softmax", Any, |x| x.row_softmax()),
    ]
}

fn joining_and_cutting() -> Vec<Case> {
    vec![
        case!(
            "concat_rows",
            [(R, C, Any), (K, C, Any), (One, C, Any)],
            |x| Var::concat_rows(x)
        ),
        case!(
            "concat_columns",
            [(R, C, Any), (R, K, Any), (R, One, Any)],
            |x| { Var::concat_columns(x) }
        ),
        case!("the same part twice", [(R, C, Any)], |x| Var::concat_rows(
            &[x[0], x[0]]
        )),
        unary!("slice_rows", Any, |x| x
            .slice_rows(x.shape().rows() / 2..x.shape().rows())),
        unary!("slice_columns", Any, |x| {
            x.slice_columns(0..x.shape().columns().div_ceil(2))
        }),
        unary!("pick_rows, some twice", Any, |x| {
            let last = x.shape().rows() - 1;
            x.pick_rows(&[last, 0, last, last / 2])
        }),
    ]
}

/// The derivatives of operations, which are operations themselves: ∂⟨w, f(x)⟩/∂x as a function of x and w.
fn adjoints() -> Vec<Case> {
    fn adjoint<'t, T: Real>(x: &[Var<'t, T>], f: impl Fn(Var<'t, T>) -> Var<'t, T>) -> Var<'t, T> {
        (f(x[0]) * x[1]).sum().grad(&[x[0]])[0]
    }
    vec![
        case!("tanh_back", [(R, C, Any), (R, C, Any)], |x| adjoint(
            x,
            |x| x.tanh()
        )),
        case!("sigmoid_back", [(R, C, Any), (R, C, Any)], |x| adjoint(
            x,
            |x| x.sigmoid()
        )),
        case!("relu_back", [(R, C, NotZero), (R, C, Any)], |x| adjoint(
            x,
            |x| x.relu()
        )),
        case!("leaky relu_back", [(R, C, NotZero), (R, C, Any)], |x| {
            adjoint(x, |x| x.leaky_relu(0.1))
        }),
        case!("pad_rows", [(R, C, Any), (One, C, Any)], |x| adjoint(
            x,
            |x| { x.slice_rows(x.shape().rows() - 1..x.shape().rows()) }
        )),
        case!("pad_columns", [(R, C, Any), (R, One, Any)], |x| {
            adjoint(x, |x| x.slice_columns(0..1))
        }),
        case!("scatter_rows", [(R, C, Any), (R, C, Any)], |x| adjoint(
            x,
            |x| {
                let rows = x.shape().rows();
                let indices: Vec<usize> = (0..rows).map(|i| i / 2).collect();
                x.pick_rows(&indices)
            }
        )),
        case!("custom", [(R, C, Any)], |x| x[0]
            .tape()
            .custom(Arc::new(Sine), &[x[0]])),
    ]
}

/// A user's operation: y = sin x, whose derivative needs the cosine, sin(x + π/2).
struct Sine;

impl<T: Real> CustomOp<T> for Sine {
    fn name(&self) -> &str {
        "sine"
    }

    fn shape(&self, parents: &[Shape]) -> Result<Shape, String> {
        match parents {
            [x] => Ok(*x),
            _ => Err(format!("takes one operand, got {}", parents.len())),
        }
    }

    fn value(&self, parents: &[&Matrix<T>], out: &mut Matrix<T>) {
        for (y, x) in out.as_mut_slice().iter_mut().zip(parents[0].as_slice()) {
            *y = T::from_f64(x.to_f64().sin());
        }
    }

    fn derivative<'t>(
        &self,
        parents: &[Var<'t, T>],
        _y: Var<'t, T>,
        g: Var<'t, T>,
        _parent: usize,
    ) -> Var<'t, T> {
        let shifted = parents[0] + std::f64::consts::FRAC_PI_2;
        g * g.tape().custom(Arc::new(Sine), &[shifted])
    }
}

/// Random sizes and entries for a case.
fn inputs_of(case: &Case) -> impl Strategy<Value = Vec<Matrix<f64>>> + use<> {
    let inputs = case.inputs.clone();
    (1..5usize, 1..5usize, 1..5usize).prop_flat_map(move |(rows, columns, inner)| {
        let side = move |side| match side {
            Side::One => 1,
            Side::Rows => rows,
            Side::Columns => columns,
            Side::Inner => inner,
        };
        let matrix = |&(r, c, domain): &Input| {
            let (r, c) = (side(r), side(c));
            proptest::collection::vec(-1.0..1.0f64, r * c).prop_map(move |entries| {
                let entries = entries.into_iter().map(|u| domain.entry(u)).collect();
                Matrix::from_vec(r, c, entries)
            })
        };
        inputs.iter().map(matrix).collect::<Vec<_>>()
    })
}

/// Runs `test` on 256 random inputs of every case, the same each time.
fn on_random_inputs(
    cases: Vec<Case>,
    mut test: impl FnMut(&Case, &[Matrix<f64>]) -> Result<(), TestCaseError>,
) {
    for case in &cases {
        let config = Config {
            cases: 256,
            rng_seed: RngSeed::Fixed(20_260_101),
            failure_persistence: None,
            ..Config::default()
        };
        let inputs = inputs_of(case);
        let clear = |inputs: &[Matrix<f64>]| {
            if (case.clear)(inputs) {
                Ok(())
            } else {
                Err(TestCaseError::reject("at a kink"))
            }
        };
        let test = std::cell::RefCell::new(&mut test);
        let outcome = TestRunner::new(config).run(&inputs, |inputs| {
            clear(&inputs).and_then(|()| (test.borrow_mut())(case, &inputs))
        });
        if let Err(error) = outcome {
            panic!("{}: {error}", case.name);
        }
    }
}

/// Both derivatives by differences along random directions, and by the fall of the Taylor remainder.
fn check(cases: Vec<Case>) {
    let count = cases.len();
    let (mut first, mut second) = (0.0f64, 0.0f64);
    on_random_inputs(cases, |case, inputs| {
        let fail = |error: unsup_autograd::check::Failure| TestCaseError::fail(error.to_string());
        let report = Check::new().run(inputs, case.double).map_err(fail)?;
        first = first.max(report.first);
        second = second.max(report.second.unwrap_or(f64::INFINITY));
        Check::new()
            .directions(1)
            .taylor(inputs, case.double)
            .map_err(fail)?;
        Ok(())
    });
    println!("{count} cases of 256 inputs, largest errors: first {first:.1e}, second {second:.1e}");
}

#[test]
fn elementwise_operations() {
    check(elementwise());
}

#[test]
fn the_four_broadcasts_on_either_side() {
    check(broadcasts());
}

#[test]
fn products_and_changes_of_shape() {
    check(products_and_shapes());
}

#[test]
fn sums_means_maxima_and_log_sum_exp() {
    check(reductions());
}

#[test]
fn concatenation_slices_and_picked_rows() {
    check(joining_and_cutting());
}

#[test]
fn derivatives_that_are_operations_and_a_custom_one() {
    check(adjoints());
}

fn all() -> Vec<Case> {
    let groups = [
        elementwise(),
        broadcasts(),
        products_and_shapes(),
        reductions(),
        joining_and_cutting(),
        adjoints(),
    ];
    groups.into_iter().flatten().collect()
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
    on_random_inputs(all(), |case, inputs| {
        // the inputs rounded to f32, so that both start from the same numbers
        let inputs: Vec<_> = inputs
            .iter()
            .map(|x| x.cast::<f32>().cast::<f64>())
            .collect();
        let double = value_and_gradients(case.double, &inputs);
        let single = value_and_gradients(case.single, &inputs);
        for (double, single) in double.iter().zip(&single) {
            let difference = double.difference(single);
            if difference > worst.0 {
                worst = (difference, case.name.clone());
            }
            prop_assert!(difference <= SINGLE_TOLERANCE, "{difference:e}");
        }
        Ok(())
    });
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
    for case in all() {
        let sizes = |side| match side {
            Side::One => 1,
            Side::Rows => 3,
            Side::Columns => 2,
            Side::Inner => 4,
        };
        let tape = Tape::new();
        let inputs = case.inputs.iter().map(|&(r, c, domain)| {
            let entry =
                |i: usize, j: usize| domain.entry(((5 * i + 3 * j) % 8) as f64 / 8.0 + 0.05);
            tape.leaf(Matrix::from_fn(sizes(r), sizes(c), entry))
        });
        let inputs: Vec<_> = inputs.collect();
        // the operation that a case is about is the one that gives its result
        checked.insert((case.double)(&inputs).op().name());
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
