//! Every operation, in every form of broadcasting, on random inputs.

use super::{GradientCheck, Kind, Stop, Trial};
use std::sync::Arc;
use unsup_autograd::{CustomOp, Matrix, Real, Shape, Var};

/// A side of an input's shape: 1, or one of three random sizes.
#[derive(Clone, Copy, Debug)]
enum Side {
    One,
    Rows,
    Columns,
    Inner,
}
use Side::{Columns as C, Inner as K, One, Rows as R};

/// Where the entries of an input lie.
#[derive(Clone, Copy, Debug)]
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

/// A function of matrices on the tape.
pub type Function<T> = for<'t> fn(&[Var<'t, T>]) -> Var<'t, T>;

/// A function that ends with one operation, in both precisions, and the inputs that it takes.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The operation and its form: "mul, row on the right".
    pub name: String,
    /// In `f64`.
    pub double: Function<f64>,
    /// In `f32`.
    pub single: Function<f32>,
    inputs: Vec<Input>,
    /// The inputs keep clear of the function's kinks.
    clear: fn(&[Matrix<f64>]) -> bool,
}

impl Operation {
    /// Random sizes and entries of the inputs.
    ///
    /// # Errors
    /// If they lie at a kink.
    pub fn inputs(&self, trial: &mut Trial) -> Result<Vec<Matrix<f64>>, Stop> {
        let (rows, columns, inner) = (trial.side(), trial.side(), trial.side());
        let size = |side| match side {
            Side::One => 1,
            Side::Rows => rows,
            Side::Columns => columns,
            Side::Inner => inner,
        };
        let inputs = self.inputs.iter().map(|&(r, c, domain)| {
            let units = trial.matrix(size(r), size(c), -1.0..1.0);
            units.map(|u| domain.entry(u))
        });
        let inputs: Vec<_> = inputs.collect();
        trial.keep_off((self.clear)(&inputs))?;
        Ok(inputs)
    }
}

impl From<Operation> for GradientCheck {
    fn from(operation: Operation) -> Self {
        GradientCheck::new(Kind::Operation, operation.name.clone(), move |trial| {
            let inputs = operation.inputs(trial)?;
            trial.check(&inputs, operation.double)?;
            trial.check_remainder(&inputs, operation.double)
        })
    }
}

/// Every operation of the engine but `stop_gradient`, whose derivative is by intent not that of its value; those in two
/// operands in the seven forms that broadcasting has; and the derivatives that are operations themselves.
pub fn operations() -> Vec<Operation> {
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

fn always(_: &[Matrix<f64>]) -> bool {
    true
}

/// A case from one expression, taken for both precisions.
macro_rules! case {
    ($name:expr, [$($input:expr),* $(,)?], |$x:ident| $body:expr) => {
        case!($name, [$($input),*], |$x| $body, always)
    };
    ($name:expr, [$($input:expr),* $(,)?], |$x:ident| $body:expr, $clear:expr) => {
        Operation {
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

fn elementwise() -> Vec<Operation> {
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
        case!("bernoulli", [(R, C, Any), (R, C, Any)], |x| x[0]
            .bernoulli(x[1])),
        unary!("relu", NotZero, |x| x.relu()),
        unary!("leaky_relu", NotZero, |x| x.leaky_relu(0.2)),
        unary!("step", NotZero, |x| x.step()),
        unary!("clamp", Any, |x| x.clamp(-0.5, 1.5), not_on_a_bound),
    ]
}

fn broadcasts() -> Vec<Operation> {
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

fn products_and_shapes() -> Vec<Operation> {
    vec![
        case!("matmul", [(R, K, Any), (K, C, Any)], |x| x[0].matmul(x[1])),
        case!("matmul_nt", [(R, K, Any), (C, K, Any)], |x| x[0]
            .matmul_nt(x[1])),
        case!("matmul_tn", [(K, R, Any), (K, C, Any)], |x| x[0]
            .matmul_tn(x[1])),
        case!("affine", [(R, K, Any), (K, C, Any), (One, C, Any)], |x| x
            [0]
        .affine(x[1], x[2])),
        case!(
            "affine, plus a matrix",
            [(R, K, Any), (K, C, Any), (R, C, Any)],
            |x| x[0].affine(x[1], x[2])
        ),
        case!(
            "affine_nt",
            [(R, K, Any), (C, K, Any), (One, C, Any)],
            |x| x[0].affine_nt(x[1], x[2])
        ),
        case!(
            "affine of a matrix by itself",
            [(R, C, Any), (R, One, Any)],
            |x| x[0].affine_nt(x[0], x[1])
        ),
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

fn reductions() -> Vec<Operation> {
    vec![
        unary!("sum", Any, |x| x.sum()),
        case!("squared_distance", [(R, C, Any), (R, C, Any)], |x| x[0]
            .squared_distance(x[1])),
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

fn joining_and_cutting() -> Vec<Operation> {
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
fn adjoints() -> Vec<Operation> {
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
        case!("mul_scaled", [(R, C, Any), (R, C, Any)], |x| adjoint(
            x,
            |x| x.square()
        )),
        case!("difference_scaled", [(R, C, Any), (R, C, Any)], |x| x[0]
            .squared_distance(x[1])
            .grad(&[x[0]])[0]),
        case!(
            "difference_scaled by a number",
            [(R, C, Any), (R, C, Any)],
            |x| x[0].squared_distance(x[1]).square().grad(&[x[1]])[0]
        ),
        case!("mul_scaled by a number", [(R, C, Any)], |x| x[0]
            .square()
            .sum()
            .grad(&[x[0]])[0]),
        case!(
            "bernoulli_back",
            [(R, C, Any), (R, C, Any), (R, C, Any)],
            |x| { (x[0].bernoulli(x[2]) * x[1]).sum().grad(&[x[0]])[0] }
        ),
        case!(
            "bernoulli_back of a number",
            [(R, C, Any), (R, C, Any)],
            |x| { x[0].bernoulli(x[1]).sum().square().grad(&[x[0]])[0] }
        ),
        case!(
            "bernoulli_back of a column",
            [(R, C, Any), (R, C, Any)],
            |x| {
                let of_each = x[0].bernoulli(x[1]).row_sums();
                of_each.square().sum().grad(&[x[0]])[0]
            }
        ),
        case!("bernoulli_back of a row", [(R, C, Any), (R, C, Any)], |x| {
            let of_each = x[0].bernoulli(x[1]).column_sums();
            of_each.square().sum().grad(&[x[0]])[0]
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
