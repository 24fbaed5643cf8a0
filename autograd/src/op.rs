//! The operations: a closed list, and for each its shape, its value and its derivative, in three tables side by side.
//!
//! Each table is a `match` without `_`, so an operation without its rule does not compile. To add one: a variant of
//! [`Op`], a line in [`shape`], a line in [`compute`], a line in [`derivative`], a method of [`Var`] that pushes it. Where its rule
//! does with a gradient that is still to be stretched, it may join [`Op::takes_stretched`].

use crate::custom::Customs;
use crate::kernels::{arrange, elementwise, product, reduce};
use crate::profile::{self, Work};
use crate::{Matrix, Real, Shape, Var};

/// What a node of the tape computes from its parents.
///
/// The list is closed and kept short: whatever can be written in these is a method of [`Var`] composed of them
/// (subtraction of a number, means, softmax), and a user's own operation is [`Op::Custom`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Op {
    /// No parents: an input, a parameter, a constant.
    Leaf,

    // Elementwise in two operands; one of them may be a row, a column or a number that stretches to the other.
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a · b, entry by entry
    Mul,
    /// a / b
    Div,
    /// The larger of a and b; where they tie, half of the gradient goes to each.
    Max,
    /// The smaller of a and b; where they tie, half of the gradient goes to each.
    Min,
    /// 1 where a = b, else 0; its derivative is 0 everywhere.
    Equal,

    // Elementwise in one.
    /// −x
    Neg,
    /// c x
    Scale(f64),
    /// x + c
    Offset(f64),
    /// xᵖ
    Powf(f64),
    /// x²
    Square,
    /// √x
    Sqrt,
    /// |x|, with |x|′(0) = 0
    Abs,
    /// −1, 0 or 1; its derivative is 0 everywhere.
    Sign,
    /// eˣ
    Exp,
    /// ln x
    Ln,
    /// tanh x
    Tanh,
    /// σ(x) = 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// ln (1 + eˣ)
    Softplus,
    /// max(x, 0), with relu′(0) = 0
    Relu,
    /// x where x > 0, else slope · x; the derivative at 0 is the slope.
    LeakyRelu(f64),
    /// 1 where x > 0, else 0; its derivative is 0 everywhere.
    Step,
    /// x held between two bounds; the derivative on a bound is 0.
    Clamp(f64, f64),

    // Derivatives fused into one pass, of (g, y) or (g, x).
    /// g (1 − y²), the derivative of y = tanh x
    TanhBack,
    /// g y (1 − y), the derivative of y = σ(x)
    SigmoidBack,
    /// g where x > 0, else slope · g: the derivative of the ReLUs
    ReluBack(f64),
    /// c a b, of which derivatives are made: 2 g x for x². One pass where two products take two.
    MulScaled(f64),

    // Losses in one pass, and their derivatives.
    /// Σ (a − b)², a number: 2 % of a step of 784-256-64-256-784 less than the three operations take.
    SquaredDistance,
    /// c g (a − b) of (g, a, b) with a number g, its derivative.
    DifferenceScaled(f64),
    /// ln (1 + eˢ) − x s of logits s and x: with its derivative half of the time of the operations that it stands for (3 % of a
    /// step of the variational 784-400-20-400-784).
    Bernoulli,
    /// g (σ(s) − x), its derivative, of (g, s, x)
    BernoulliBack,

    // Matrices.
    /// op(a) op(b), either side transposed first
    MatMul {
        /// aᵀ instead of a
        a_transposed: bool,
        /// bᵀ instead of b
        b_transposed: bool,
    },
    /// a op(b) + c, where the product is added to what stretched c left: one pass and one node less than the two operations.
    /// For 32 objects that is 6 % (64 to 32 units) to 18 % (16 to 16) of the time, for 128 by 784 and 256 at most 2 %.
    Affine {
        /// bᵀ instead of b
        b_transposed: bool,
    },
    /// xᵀ
    Transpose,
    /// The same entries, row by row, in another shape.
    Reshape(Shape),

    // Broadcasting and its adjoint.
    /// A row, a column or a number stretched to a shape.
    ExpandTo(Shape),
    /// The sum down to a row, a column or a number.
    SumTo(Shape),

    // By row: rxc to rx1.
    /// The largest of each row; a tie shares the gradient equally.
    RowMax,
    /// ln Σⱼ exp xᵢⱼ
    RowLogSumExp,

    // Joining and cutting; a cut and the padding with zeros are each other's adjoint.
    /// The parents one below the other.
    ConcatRows,
    /// The parents side by side.
    ConcatColumns,
    /// Rows from `start` on, `rows` of them.
    SliceRows {
        /// The first row taken.
        start: usize,
        /// How many are taken.
        rows: usize,
    },
    /// Columns from `start` on, `columns` of them.
    SliceColumns {
        /// The first column taken.
        start: usize,
        /// How many are taken.
        columns: usize,
    },
    /// `rows` rows of zeros, with x from row `start` on.
    PadRows {
        /// Where x begins.
        start: usize,
        /// How many rows the result has.
        rows: usize,
    },
    /// `columns` columns of zeros, with x from column `start` on.
    PadColumns {
        /// Where x begins.
        start: usize,
        /// How many columns the result has.
        columns: usize,
    },
    /// Row i is row indicesᵢ of x; an index may come again.
    PickRows(Indices),
    /// `rows` rows of zeros, to which row i of x is added at row indicesᵢ.
    ScatterRows {
        /// Where each row of x goes.
        indices: Indices,
        /// How many rows the result has.
        rows: usize,
    },

    /// x, through which no gradient passes.
    StopGradient,

    /// A user's operation, by its place in the tape's table of them; see [`CustomOp`](crate::CustomOp).
    Custom(usize),
}

/// A list of row indices, as a range of the tape's store of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Indices {
    pub(crate) start: usize,
    pub(crate) count: usize,
}

impl Indices {
    /// The indices in the tape's `store`.
    pub(crate) fn of(self, store: &[usize]) -> &[usize] {
        &store[self.start..self.start + self.count]
    }
}

impl Op {
    /// Whether its derivative is 0 everywhere: no gradient passes through it, so nothing need be computed for what lies behind.
    pub(crate) fn is_flat(self) -> bool {
        matches!(
            self,
            Op::Sign | Op::Step | Op::Equal | Op::StopGradient | Op::Powf(0.0)
        )
    }

    /// Whether its rule does with a gradient that is still to be stretched to the result's shape: where a sum lies behind, every
    /// entry has the same gradient, and a pass over a matrix of equal entries is saved.
    pub(crate) fn takes_stretched(self) -> bool {
        matches!(
            self,
            Op::Add
                | Op::Sub
                | Op::Mul
                | Op::MulScaled(_)
                | Op::Neg
                | Op::Scale(_)
                | Op::Offset(_)
                | Op::Powf(_)
                | Op::Square
                | Op::Abs
                | Op::Exp
                | Op::Ln
                | Op::Softplus
                | Op::Tanh
                | Op::Sigmoid
                | Op::Relu
                | Op::LeakyRelu(_)
                | Op::Bernoulli
                | Op::SumTo(_)
        )
    }

    /// The operation's name as its method and its error messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Op::Leaf => "leaf",
            Op::Add => "add",
            Op::Sub => "sub",
            Op::Mul => "mul",
            Op::Div => "div",
            Op::Max => "max",
            Op::Min => "min",
            Op::Equal => "equal",
            Op::Neg => "neg",
            Op::Scale(_) => "scale",
            Op::Offset(_) => "offset",
            Op::Powf(_) => "powf",
            Op::Square => "square",
            Op::Sqrt => "sqrt",
            Op::Abs => "abs",
            Op::Sign => "sign",
            Op::Exp => "exp",
            Op::Ln => "ln",
            Op::Tanh => "tanh",
            Op::Sigmoid => "sigmoid",
            Op::Softplus => "softplus",
            Op::Relu => "relu",
            Op::LeakyRelu(_) => "leaky_relu",
            Op::Step => "step",
            Op::Clamp(..) => "clamp",
            Op::TanhBack => "tanh_back",
            Op::SigmoidBack => "sigmoid_back",
            Op::ReluBack(_) => "relu_back",
            Op::MulScaled(_) => "mul_scaled",
            Op::SquaredDistance => "squared_distance",
            Op::DifferenceScaled(_) => "difference_scaled",
            Op::Bernoulli => "bernoulli",
            Op::BernoulliBack => "bernoulli_back",
            Op::MatMul { .. } => "matmul",
            Op::Affine { .. } => "affine",
            Op::Transpose => "transpose",
            Op::Reshape(_) => "reshape",
            Op::ExpandTo(_) => "expand_to",
            Op::SumTo(_) => "sum_to",
            Op::RowMax => "row_max",
            Op::RowLogSumExp => "row_log_sum_exp",
            Op::ConcatRows => "concat_rows",
            Op::ConcatColumns => "concat_columns",
            Op::SliceRows { .. } => "slice_rows",
            Op::SliceColumns { .. } => "slice_columns",
            Op::PadRows { .. } => "pad_rows",
            Op::PadColumns { .. } => "pad_columns",
            Op::PickRows(_) => "pick_rows",
            Op::ScatterRows { .. } => "scatter_rows",
            Op::StopGradient => "stop_gradient",
            Op::Custom(_) => "custom",
        }
    }
}

/// What a profile calls an operation: its name, and for a product which operand lies transposed.
fn kind(op: Op) -> &'static str {
    match op {
        Op::MatMul {
            a_transposed,
            b_transposed,
        } => match (a_transposed, b_transposed) {
            (false, false) => "matmul",
            (false, true) => "matmul_nt",
            (true, false) => "matmul_tn",
            (true, true) => "matmul_tt",
        },
        Op::Affine { b_transposed: true } => "affine_nt",
        op => op.name(),
    }
}

/// How much an operation reads, writes and multiplies.
fn work<T: Real>(op: Op, parents: &[&Matrix<T>], out: Shape) -> Work {
    let all = out.len() + parents.iter().map(|x| x.shape().len()).sum::<usize>();
    let inner = match op {
        Op::MatMul { a_transposed, .. } if a_transposed => parents[0].rows(),
        Op::MatMul { .. } | Op::Affine { .. } => parents[0].columns(),
        _ => 0,
    };
    Work {
        bytes: all * size_of::<T>(),
        multiply_adds: out.len() * inner,
    }
}

// ---------------------------------------------------------------------------------------------------------- shape

/// The first table: the shape of the result, or why there is none. The caller puts the operation's name before it.
pub(crate) fn shape<T: Real>(
    op: Op,
    parents: &[Shape],
    indices: &[usize],
    customs: &Customs<T>,
) -> Result<Shape, String> {
    match op {
        Op::Leaf => unreachable!("a leaf is given with its value"),

        Op::Add
        | Op::Sub
        | Op::Mul
        | Op::MulScaled(_)
        | Op::Div
        | Op::Max
        | Op::Min
        | Op::Equal => broadcast(parents[0], parents[1]),

        Op::Neg
        | Op::Scale(_)
        | Op::Offset(_)
        | Op::Powf(_)
        | Op::Square
        | Op::Sqrt
        | Op::Abs
        | Op::Sign
        | Op::Exp
        | Op::Ln
        | Op::Tanh
        | Op::Sigmoid
        | Op::Softplus
        | Op::Relu
        | Op::LeakyRelu(_)
        | Op::Step
        | Op::StopGradient => Ok(parents[0]),

        Op::Clamp(low, high) if low <= high => Ok(parents[0]),
        Op::Clamp(low, high) => Err(format!("the lower bound {low} is above the upper {high}")),

        Op::TanhBack | Op::SigmoidBack | Op::ReluBack(_) => stretched(parents[0], parents[1]),
        Op::SquaredDistance => same(parents[0], parents[1]).map(|_| Shape::SCALAR),
        Op::DifferenceScaled(_) => same(parents[1], parents[2]),
        Op::Bernoulli => same(parents[0], parents[1]),
        Op::BernoulliBack => stretched(parents[0], parents[1]),

        Op::MatMul {
            a_transposed,
            b_transposed,
        } => of_product(parents, a_transposed, b_transposed),
        Op::Affine { b_transposed } => {
            let product = of_product(parents, false, b_transposed)?;
            stretched(parents[2], product)
        }
        Op::Transpose => Ok(parents[0].transposed()),
        Op::Reshape(to) if to.len() == parents[0].len() => Ok(to),
        Op::Reshape(to) => Err(format!(
            "{} has {} entries, {to} needs {}",
            parents[0],
            parents[0].len(),
            to.len()
        )),

        Op::ExpandTo(to) => stretched(parents[0], to),
        Op::SumTo(to) => match elementwise::Broadcast::of(to, parents[0]) {
            Some(_) => Ok(to),
            None => Err(format!("{} does not add up to {to}", parents[0])),
        },

        Op::RowMax | Op::RowLogSumExp => Ok(Shape::new(parents[0].rows(), 1)),

        Op::ConcatRows => {
            let columns = parents[0].columns();
            match parents.iter().position(|part| part.columns() != columns) {
                None => Ok(Shape::new(
                    parents.iter().map(|part| part.rows()).sum(),
                    columns,
                )),
                Some(i) => Err(format!(
                    "columns differ: part 0 is {}, part {i} is {}",
                    parents[0], parents[i]
                )),
            }
        }
        Op::ConcatColumns => {
            let rows = parents[0].rows();
            match parents.iter().position(|part| part.rows() != rows) {
                None => Ok(Shape::new(
                    rows,
                    parents.iter().map(|part| part.columns()).sum(),
                )),
                Some(i) => Err(format!(
                    "rows differ: part 0 is {}, part {i} is {}",
                    parents[0], parents[i]
                )),
            }
        }
        Op::SliceRows { start, rows } => {
            part_of("rows", start, rows, parents[0].rows(), parents[0])
                .map(|()| Shape::new(rows, parents[0].columns()))
        }
        Op::SliceColumns { start, columns } => {
            part_of("columns", start, columns, parents[0].columns(), parents[0])
                .map(|()| Shape::new(parents[0].rows(), columns))
        }
        Op::PadRows { start, rows } => part_of("rows", start, parents[0].rows(), rows, parents[0])
            .map(|()| Shape::new(rows, parents[0].columns())),
        Op::PadColumns { start, columns } => {
            part_of("columns", start, parents[0].columns(), columns, parents[0])
                .map(|()| Shape::new(parents[0].rows(), columns))
        }
        Op::PickRows(list) => {
            let list = list.of(indices);
            match list.iter().find(|&&i| i >= parents[0].rows()) {
                Some(i) => Err(format!("no row {i} in a matrix of {}", parents[0])),
                None if list.is_empty() => {
                    Err(format!("no indices, of a matrix of {}", parents[0]))
                }
                None => Ok(Shape::new(list.len(), parents[0].columns())),
            }
        }
        Op::ScatterRows {
            indices: list,
            rows,
        } => {
            let list = list.of(indices);
            if list.len() != parents[0].rows() {
                Err(format!(
                    "{} indices for a matrix of {}",
                    list.len(),
                    parents[0]
                ))
            } else if let Some(i) = list.iter().find(|&&i| i >= rows) {
                Err(format!("no row {i} among {rows}"))
            } else {
                Ok(Shape::new(rows, parents[0].columns()))
            }
        }

        Op::Custom(place) => customs[place].shape(parents),
    }
}

/// The shape to which both operands stretch: that of one of them. A column and a row do not make a table, which is more
/// often a slip than a wish; [`Var::expand_to`] says it where it is wished.
fn broadcast(a: Shape, b: Shape) -> Result<Shape, String> {
    if elementwise::Broadcast::of(b, a).is_some() {
        Ok(a)
    } else if elementwise::Broadcast::of(a, b).is_some() {
        Ok(b)
    } else {
        Err(format!("shapes do not fit: {a} and {b}"))
    }
}

/// The shape of both operands.
fn same(a: Shape, b: Shape) -> Result<Shape, String> {
    if a == b {
        Ok(a)
    } else {
        Err(format!("shapes differ: {a} and {b}"))
    }
}

/// The shape `to`, if a matrix of shape `from` stretches to it.
fn stretched(from: Shape, to: Shape) -> Result<Shape, String> {
    match elementwise::Broadcast::of(from, to) {
        Some(_) => Ok(to),
        None => Err(format!("{from} does not stretch to {to}")),
    }
}

/// The shape of a product of the first two parents.
fn of_product(parents: &[Shape], a_transposed: bool, b_transposed: bool) -> Result<Shape, String> {
    let of = |shape: Shape, transposed| match transposed {
        true => shape.transposed(),
        false => shape,
    };
    let (a, b) = (of(parents[0], a_transposed), of(parents[1], b_transposed));
    if a.columns() == b.rows() {
        return Ok(Shape::new(a.rows(), b.columns()));
    }
    let mark = |transposed| if transposed { " transposed" } else { "" };
    Err(format!(
        "inner dimensions differ: {}{} by {}{}",
        parents[0],
        mark(a_transposed),
        parents[1],
        mark(b_transposed)
    ))
}

/// `count` rows or columns from `start` on are some, and lie within `whole`.
fn part_of(what: &str, start: usize, count: usize, whole: usize, of: Shape) -> Result<(), String> {
    match start.checked_add(count) {
        Some(end) if count > 0 && end <= whole => Ok(()),
        _ => Err(format!(
            "{what} {start}..{} of {whole}, of a matrix of {of}",
            start.saturating_add(count)
        )),
    }
}

// ---------------------------------------------------------------------------------------------------------- value

/// The value, written into `out`, which has the result's shape and may hold anything.
pub(crate) fn value<T: Real>(
    op: Op,
    parents: &[&Matrix<T>],
    indices: &[usize],
    customs: &Customs<T>,
    out: &mut Matrix<T>,
) {
    let shape = out.shape();
    let what = || (kind(op), work(op, parents, shape));
    profile::measured(what, || compute(op, parents, indices, customs, out));
}

/// out ← op(a) op(b), or out ← out + op(a) op(b) where it `accumulate`s: the value of a [`Op::MatMul`] onto a sum of gradients.
pub(crate) fn product<T: Real>(
    (a, a_transposed): (&Matrix<T>, bool),
    (b, b_transposed): (&Matrix<T>, bool),
    out: &mut Matrix<T>,
    accumulate: bool,
) {
    let op = Op::MatMul {
        a_transposed,
        b_transposed,
    };
    let shape = out.shape();
    let what = || (kind(op), work(op, &[a, b], shape));
    profile::measured(what, || {
        product::matmul(a, a_transposed, b, b_transposed, out, accumulate);
    });
}

/// The second table: the value by itself.
fn compute<T: Real>(
    op: Op,
    parents: &[&Matrix<T>],
    indices: &[usize],
    customs: &Customs<T>,
    out: &mut Matrix<T>,
) {
    match op {
        Op::Leaf => unreachable!("a leaf is given with its value"),

        Op::Add => elementwise::binary(parents[0], parents[1], out, |a, b| a + b),
        Op::Sub => elementwise::binary(parents[0], parents[1], out, |a, b| a - b),
        Op::Mul => elementwise::binary(parents[0], parents[1], out, |a, b| a * b),
        Op::Div => elementwise::binary(parents[0], parents[1], out, |a, b| a / b),
        Op::Max => elementwise::binary(parents[0], parents[1], out, elementwise::max),
        Op::Min => elementwise::binary(parents[0], parents[1], out, elementwise::min),
        Op::Equal => elementwise::binary(parents[0], parents[1], out, elementwise::equal),

        Op::Neg => elementwise::unary(parents[0], out, |x| -x),
        Op::Scale(c) => {
            let c = T::from_f64(c);
            elementwise::unary(parents[0], out, |x| c * x);
        }
        Op::Offset(c) => {
            let c = T::from_f64(c);
            elementwise::unary(parents[0], out, |x| x + c);
        }
        Op::Powf(p) => {
            let p = T::from_f64(p);
            elementwise::unary(parents[0], out, |x| x.powf(p));
        }
        Op::Square => elementwise::unary(parents[0], out, |x| x * x),
        Op::Sqrt => elementwise::unary(parents[0], out, T::sqrt),
        Op::Abs => elementwise::unary(parents[0], out, T::abs),
        Op::Sign => elementwise::unary(parents[0], out, elementwise::sign),
        Op::Exp => elementwise::unary(parents[0], out, T::exp),
        Op::Ln => elementwise::unary(parents[0], out, T::ln),
        Op::Tanh => elementwise::unary(parents[0], out, T::tanh),
        Op::Sigmoid => elementwise::unary(parents[0], out, elementwise::sigmoid),
        Op::Softplus => elementwise::unary(parents[0], out, elementwise::softplus),
        Op::Relu => elementwise::unary(parents[0], out, elementwise::relu),
        Op::LeakyRelu(slope) => {
            let slope = T::from_f64(slope);
            elementwise::unary(
                parents[0],
                out,
                |x| {
                    if x <= T::ZERO { slope * x } else { x }
                },
            );
        }
        Op::Step => elementwise::unary(parents[0], out, elementwise::step),
        Op::Clamp(low, high) => {
            let (low, high) = (T::from_f64(low), T::from_f64(high));
            elementwise::unary(parents[0], out, |x| {
                elementwise::min(elementwise::max(x, low), high)
            });
        }

        Op::TanhBack => {
            elementwise::binary(parents[0], parents[1], out, |g, y| g * (T::ONE - y * y));
        }
        Op::SigmoidBack => {
            elementwise::binary(parents[0], parents[1], out, |g, y| g * (y * (T::ONE - y)));
        }
        Op::ReluBack(slope) => {
            let slope = T::from_f64(slope);
            elementwise::binary(parents[0], parents[1], out, |g, x| {
                if x <= T::ZERO { slope * g } else { g }
            });
        }

        Op::MulScaled(c) => {
            let c = T::from_f64(c);
            elementwise::binary(parents[0], parents[1], out, |a, b| c * a * b);
        }
        Op::SquaredDistance => {
            let [a, b] = [parents[0], parents[1]].map(Matrix::as_slice);
            out.as_mut_slice()[0] = reduce::squared_distance(a, b);
        }
        Op::DifferenceScaled(c) => {
            let c = T::from_f64(c) * parents[0].as_slice()[0];
            elementwise::binary(parents[1], parents[2], out, |a, b| c * (a - b));
        }
        Op::Bernoulli => elementwise::binary(parents[0], parents[1], out, |s, x| {
            elementwise::softplus(s) - x * s
        }),
        Op::BernoulliBack => {
            elementwise::ternary(parents[0], parents[1], parents[2], out, |g, s, x| {
                g * (elementwise::sigmoid(s) - x)
            });
        }

        Op::Affine { b_transposed } => {
            elementwise::expand(parents[2], out);
            product::matmul(parents[0], false, parents[1], b_transposed, out, true);
        }
        Op::MatMul {
            a_transposed,
            b_transposed,
        } => product::matmul(
            parents[0],
            a_transposed,
            parents[1],
            b_transposed,
            out,
            false,
        ),
        Op::Transpose => arrange::transpose(parents[0], out),
        Op::Reshape(_) | Op::StopGradient => {
            out.as_mut_slice().copy_from_slice(parents[0].as_slice());
        }

        Op::ExpandTo(_) => elementwise::expand(parents[0], out),
        Op::SumTo(_) => reduce::sum_to(parents[0], out),

        Op::RowMax => reduce::row_max(parents[0], out),
        Op::RowLogSumExp => reduce::row_log_sum_exp(parents[0], out),

        Op::ConcatRows => {
            let mut start = 0;
            for part in parents {
                arrange::write_rows(part, start, out);
                start += part.rows();
            }
        }
        Op::ConcatColumns => {
            let mut start = 0;
            for part in parents {
                arrange::write_columns(part, start, out);
                start += part.columns();
            }
        }
        Op::SliceRows { start, .. } => arrange::slice_rows(parents[0], start, out),
        Op::SliceColumns { start, .. } => arrange::slice_columns(parents[0], start, out),
        Op::PadRows { start, .. } => arrange::pad_rows(parents[0], start, out),
        Op::PadColumns { start, .. } => arrange::pad_columns(parents[0], start, out),
        Op::PickRows(list) => arrange::pick_rows(parents[0], list.of(indices), out),
        Op::ScatterRows { indices: list, .. } => {
            arrange::scatter_rows(parents[0], list.of(indices), out);
        }

        Op::Custom(place) => customs[place].value(parents, out),
    }
}

// ----------------------------------------------------------------------------------------------------- derivative

/// What one parent receives from a node.
pub(crate) enum Contribution<'t, T: Real> {
    /// Nothing: the derivative is 0 everywhere.
    Nothing,
    /// A gradient of the parent's shape, or one that stretches to it.
    Is(Var<'t, T>),
    /// A matrix product that is still to be carried out, so that the walk may add it straight onto what the parent has
    /// already received (gemm's β = 1).
    Product {
        a: Var<'t, T>,
        a_transposed: bool,
        b: Var<'t, T>,
        b_transposed: bool,
    },
}

/// The third table: what parent `i` receives, where y = op(parents) and `g` is the gradient of the final result with
/// respect to y. Where the operation [takes it](Op::takes_stretched) g may be of a shape that stretches to y's, and a contribution
/// may be of one that stretches to the parent's.
///
/// The rules are written in `Var`s with the same public operations, so that a gradient can be differentiated like
/// anything else. Each is the adjoint of the operation's linearisation: ⟨g, dy⟩ = Σᵢ ⟨contribution to i, d parentᵢ⟩.
pub(crate) fn derivative<'t, T: Real>(
    op: Op,
    parents: &[Var<'t, T>],
    y: Var<'t, T>,
    g: Var<'t, T>,
    i: usize,
) -> Contribution<'t, T> {
    use Contribution::{Is, Nothing};
    let tape = g.tape();
    let x = parents.first().copied().unwrap_or(y);
    let whole = |g: Var<'t, T>| g.expand_to(y.shape());
    // a broadcast operand receives the sum over the places to which it was stretched
    let summed = |g: Var<'t, T>| match parents[i].shape() {
        parent if parent == y.shape() => Is(g),
        parent => Is(whole(g).sum_to(parent)),
    };
    // g times the other operand; where that is a row, say, g may be a column, and is stretched first
    let times_other = |product: &dyn Fn(Var<'t, T>, Var<'t, T>) -> Var<'t, T>| {
        let other = parents[1 - i];
        let full = other.shape() == y.shape();
        summed(product(if full { g } else { whole(g) }, other))
    };
    match op {
        Op::Leaf => Nothing,

        Op::Add => summed(g),
        Op::Sub => summed(if i == 0 { g } else { -g }),
        Op::Mul => times_other(&|g, other| g * other),
        Op::MulScaled(c) => times_other(&|g, other| tape.push(Op::MulScaled(c), &[g, other])),
        Op::Div => summed(if i == 0 {
            g / parents[1]
        } else {
            -(g * y / parents[1])
        }),
        // whoever equals the result has the gradient; where both do, they share it
        Op::Max | Op::Min => {
            let winners = parents[0].equal(y) + parents[1].equal(y);
            summed(g * (parents[i].equal(y) / winners))
        }

        Op::Neg => Is(-g),
        Op::Scale(c) => Is(g * c),
        Op::Offset(_) => Is(g),
        Op::Powf(0.0) => Nothing,
        Op::Powf(p) => Is(g * x.powf(p - 1.0) * p),
        Op::Square => Is(tape.push(Op::MulScaled(2.0), &[g, x])),
        Op::Sqrt => Is(g / (y * 2.0)),
        Op::Abs => Is(g * x.sign()),
        Op::Sign | Op::Step | Op::Equal | Op::StopGradient => Nothing,
        Op::Exp => Is(g * y),
        Op::Ln => Is(g / x),
        Op::Tanh => Is(tape.push(Op::TanhBack, &[g, y])),
        Op::Sigmoid => Is(tape.push(Op::SigmoidBack, &[g, y])),
        Op::Softplus => Is(g * x.sigmoid()),
        Op::Relu => Is(tape.push(Op::ReluBack(0.0), &[g, x])),
        Op::LeakyRelu(slope) => Is(tape.push(Op::ReluBack(slope), &[g, x])),
        Op::Clamp(low, high) => Is(g * ((x - low).step() * (high - x).step())),

        // Each of these is linear in its first operand: its adjoint there is the operation itself.
        Op::TanhBack | Op::SigmoidBack | Op::ReluBack(_) if i == 0 => {
            summed(tape.push(op, &[g, parents[1]]))
        }
        Op::BernoulliBack if i == 0 => summed(tape.push(op, &[g, parents[1], parents[2]])),
        Op::TanhBack => Is(g * parents[0] * parents[1] * -2.0),
        Op::SigmoidBack => Is(g * parents[0] * (1.0 - parents[1] * 2.0)),
        Op::ReluBack(_) => Nothing,

        Op::SquaredDistance => {
            let c = [2.0, -2.0][i];
            Is(tape.push(Op::DifferenceScaled(c), &[g, x, parents[1]]))
        }
        Op::DifferenceScaled(c) if i == 0 => summed(g * (parents[1] - parents[2]) * c),
        Op::DifferenceScaled(c) => {
            let c = [c, -c][i - 1];
            Is(tape.push(Op::MulScaled(c), &[g, x]))
        }

        Op::Bernoulli if i == 0 => Is(tape.push(Op::BernoulliBack, &[g, x, parents[1]])),
        Op::Bernoulli => Is(tape.push(Op::MulScaled(-1.0), &[g, x])),
        Op::BernoulliBack if i == 1 => {
            let g = g * parents[0];
            Is(tape.push(Op::SigmoidBack, &[g, parents[1].sigmoid()]))
        }
        Op::BernoulliBack => Is(tape.push(Op::MulScaled(-1.0), &[g, parents[0]])),

        // For C = A B: dA = G Bᵀ and dB = Aᵀ G; a transposed operand receives the transpose of that.
        Op::MatMul {
            a_transposed,
            b_transposed,
        } => of_factor(parents, (a_transposed, b_transposed), g, i),
        Op::Affine { b_transposed } if i < 2 => of_factor(parents, (false, b_transposed), g, i),
        Op::Affine { .. } => summed(g),
        Op::Transpose => Is(g.transpose()),
        Op::Reshape(_) => Is(g.reshape(x.shape().rows(), x.shape().columns())),

        Op::ExpandTo(_) => Is(g.sum_to(x.shape())),
        Op::SumTo(_) => Is(g), // stretched to x when it must be

        Op::RowMax => {
            let winners = x.equal(y);
            Is(g * (winners / winners.row_sums()))
        }
        Op::RowLogSumExp => Is(g * (x - y).exp()),

        Op::ConcatRows => {
            let start: usize = parents[..i].iter().map(|part| part.shape().rows()).sum();
            Is(g.slice_rows(start..start + parents[i].shape().rows()))
        }
        Op::ConcatColumns => {
            let start: usize = parents[..i].iter().map(|part| part.shape().columns()).sum();
            Is(g.slice_columns(start..start + parents[i].shape().columns()))
        }
        Op::SliceRows { start, .. } => {
            let rows = x.shape().rows();
            Is(tape.push(Op::PadRows { start, rows }, &[g]))
        }
        Op::SliceColumns { start, .. } => {
            let columns = x.shape().columns();
            Is(tape.push(Op::PadColumns { start, columns }, &[g]))
        }
        Op::PadRows { start, .. } => Is(g.slice_rows(start..start + x.shape().rows())),
        Op::PadColumns { start, .. } => Is(g.slice_columns(start..start + x.shape().columns())),
        Op::PickRows(indices) => {
            let rows = x.shape().rows();
            Is(tape.push(Op::ScatterRows { indices, rows }, &[g]))
        }
        Op::ScatterRows { indices, .. } => Is(tape.push(Op::PickRows(indices), &[g])),

        Op::Custom(place) => {
            let contribution = tape.custom_at(place).derivative(parents, y, g, i);
            let (found, parent) = (contribution.shape(), parents[i].shape());
            assert!(
                found == parent,
                "derivative: a rule gave {found} to a parent of {parent}"
            );
            Is(contribution)
        }
    }
}

/// What factor `i` of a matrix product receives.
fn of_factor<'t, T: Real>(
    parents: &[Var<'t, T>],
    (a_transposed, b_transposed): (bool, bool),
    g: Var<'t, T>,
    i: usize,
) -> Contribution<'t, T> {
    let (a, b) = (parents[0], parents[1]);
    let product = |a, a_transposed, b, b_transposed| Contribution::Product {
        a,
        a_transposed,
        b,
        b_transposed,
    };
    match (i, a_transposed, b_transposed) {
        (0, false, _) => product(g, false, b, !b_transposed),
        (0, true, _) => product(b, b_transposed, g, true),
        (_, _, false) => product(a, !a_transposed, g, false),
        (_, _, true) => product(g, true, a, a_transposed),
    }
}
