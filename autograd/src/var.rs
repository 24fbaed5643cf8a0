//! A value on a tape, and all that can be done with it.

use crate::op::Op;
use crate::tape::NodeId;
use crate::{Matrix, Real, Shape, Tape};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Range, Sub};
use std::sync::Arc;

/// A matrix on a [`Tape`]: a reference to the tape and a number, so it is `Copy` and is used like a number.
///
/// Operators take a `Var` or an `f64` on either side. Two operands must have one shape, or one of them must be a row
/// (1xc), a column (rx1) or a number (1x1) that stretches to the other.
///
/// ```
/// use unsup_autograd::{Matrix, Tape};
///
/// let tape = Tape::new();
/// let x = tape.leaf(Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]));
/// let row = tape.leaf(Matrix::from_rows(&[[10.0, 20.0]]));
/// let y = 1.0 - x * row / 2.0;
/// assert_eq!(*y.value(), Matrix::from_rows(&[[-4.0, -19.0], [-14.0, -39.0]]));
/// ```
///
/// Every operation panics where the shapes don't fit, with its name and the shapes.
pub struct Var<'t, T> {
    pub(crate) tape: &'t Tape<T>,
    pub(crate) id: NodeId,
}

impl<T> Clone for Var<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Var<'_, T> {}

/// # The value
impl<'t, T: Real> Var<'t, T> {
    /// The tape on which this value lies.
    pub fn tape(self) -> &'t Tape<T> {
        self.tape
    }

    /// The value. It is shared, not copied, and stays what it is for as long as it is held, whatever becomes of the tape.
    pub fn value(self) -> Arc<Matrix<T>> {
        Arc::clone(&self.tape.inner.borrow().node(self.id).value)
    }

    /// The size of the value.
    pub fn shape(self) -> Shape {
        self.tape.inner.borrow().node(self.id).value.shape()
    }

    /// The number that a 1x1 value holds.
    ///
    /// # Panics
    /// If the value has any other shape.
    #[track_caller]
    pub fn item(self) -> T {
        self.value().item()
    }

    /// The operation that made this value.
    pub fn op(self) -> Op {
        self.tape.inner.borrow().node(self.id).op
    }

    #[track_caller]
    fn unary(self, op: Op) -> Self {
        self.tape.push(op, &[self])
    }

    #[track_caller]
    fn binary(self, op: Op, other: Self) -> Self {
        self.tape.push(op, &[self, other])
    }
}

/// # Entry by entry
impl<T: Real> Var<'_, T> {
    /// xᵖ. For a p that is not whole the entries must not be negative.
    pub fn powf(self, p: f64) -> Self {
        self.unary(Op::Powf(p))
    }

    /// x²
    pub fn square(self) -> Self {
        self.unary(Op::Square)
    }

    /// √x; its derivative at 0 is infinite.
    pub fn sqrt(self) -> Self {
        self.unary(Op::Sqrt)
    }

    /// |x|, with |x|′(0) = 0.
    pub fn abs(self) -> Self {
        self.unary(Op::Abs)
    }

    /// −1, 0 or 1 by the sign of x, with derivative 0.
    pub fn sign(self) -> Self {
        self.unary(Op::Sign)
    }

    /// eˣ
    pub fn exp(self) -> Self {
        self.unary(Op::Exp)
    }

    /// ln x
    pub fn ln(self) -> Self {
        self.unary(Op::Ln)
    }

    /// tanh x
    pub fn tanh(self) -> Self {
        self.unary(Op::Tanh)
    }

    /// σ(x) = 1 / (1 + e⁻ˣ), without overflow.
    pub fn sigmoid(self) -> Self {
        self.unary(Op::Sigmoid)
    }

    /// ln (1 + eˣ), without overflow; also −ln σ(−x), so that −ln σ(x) is `(-x).softplus()`.
    pub fn softplus(self) -> Self {
        self.unary(Op::Softplus)
    }

    /// Σ (a − b)² over all entries, 1x1: the squared distance of two matrices.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn squared_distance(self, other: Self) -> Self {
        self.binary(Op::SquaredDistance, other)
    }

    /// −x ln σ(s) − (1 − x) ln (1 − σ(s)) entry by entry, in nats, where self are the logits s: the negative logarithm of a
    /// Bernoulli variable's probability, for x in \[0, 1\]. Computed as ln (1 + eˢ) − x s, which neither overflows nor takes
    /// the logarithm of 0.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn bernoulli(self, x: Self) -> Self {
        self.binary(Op::Bernoulli, x)
    }

    /// max(x, 0), with relu′(0) = 0.
    pub fn relu(self) -> Self {
        self.unary(Op::Relu)
    }

    /// x where it is positive, else slope · x; the derivative at 0 is the slope.
    pub fn leaky_relu(self, slope: f64) -> Self {
        self.unary(Op::LeakyRelu(slope))
    }

    /// \[x > 0\]: 1 where x is positive, else 0, with derivative 0.
    pub fn step(self) -> Self {
        self.unary(Op::Step)
    }

    /// x held between `low` and `high`; the derivative is 0 outside and on the bounds.
    ///
    /// # Panics
    /// If `low` is above `high`, or one is NaN.
    #[track_caller]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        self.unary(Op::Clamp(low, high))
    }

    /// The larger of the two; a tie gives half of the gradient to each.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn max(self, other: Self) -> Self {
        self.binary(Op::Max, other)
    }

    /// The smaller of the two; a tie gives half of the gradient to each.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn min(self, other: Self) -> Self {
        self.binary(Op::Min, other)
    }

    /// \[x = y\]: 1 where the two are equal, else 0, with derivative 0.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[track_caller]
    pub fn equal(self, other: Self) -> Self {
        self.binary(Op::Equal, other)
    }

    /// x as a constant: no gradient passes through it.
    pub fn stop_gradient(self) -> Self {
        self.unary(Op::StopGradient)
    }
}

/// # Products and shapes
impl<T: Real> Var<'_, T> {
    /// The matrix product A B.
    ///
    /// # Panics
    /// If the inner dimensions differ, as in the three forms below.
    #[track_caller]
    pub fn matmul(self, other: Self) -> Self {
        self.product(false, other, false)
    }

    /// A Bᵀ, without forming the transpose.
    #[track_caller]
    pub fn matmul_nt(self, other: Self) -> Self {
        self.product(false, other, true)
    }

    /// A B + C, for C of the product's shape, a row, a column or a number: a layer before its activation.
    ///
    /// # Panics
    /// If the inner dimensions differ, or C does not stretch to the product.
    #[track_caller]
    pub fn affine(self, b: Self, c: Self) -> Self {
        self.tape.push(
            Op::Affine {
                b_transposed: false,
            },
            &[self, b, c],
        )
    }

    /// A Bᵀ + C, without forming the transpose.
    ///
    /// # Panics
    /// As [`Var::affine`].
    #[track_caller]
    pub fn affine_nt(self, b: Self, c: Self) -> Self {
        self.tape
            .push(Op::Affine { b_transposed: true }, &[self, b, c])
    }

    /// Aᵀ B, without forming the transpose.
    #[track_caller]
    pub fn matmul_tn(self, other: Self) -> Self {
        self.product(true, other, false)
    }

    /// Aᵀ Bᵀ, without forming the transposes.
    #[track_caller]
    pub fn matmul_tt(self, other: Self) -> Self {
        self.product(true, other, true)
    }

    #[track_caller]
    fn product(self, a_transposed: bool, other: Self, b_transposed: bool) -> Self {
        let op = Op::MatMul {
            a_transposed,
            b_transposed,
        };
        self.binary(op, other)
    }

    /// Rows and columns exchanged. For a product, [`Var::matmul_nt`] and its like are cheaper.
    pub fn transpose(self) -> Self {
        self.unary(Op::Transpose)
    }

    /// The same entries, row by row, as `rows` x `columns`.
    ///
    /// # Panics
    /// If that is another number of entries.
    #[track_caller]
    pub fn reshape(self, rows: usize, columns: usize) -> Self {
        self.unary(Op::Reshape(Shape::new(rows, columns)))
    }

    /// A row, a column or a number stretched to `shape`. Operators do this by themselves.
    ///
    /// # Panics
    /// If the value is none of these, or does not fit.
    #[track_caller]
    pub fn expand_to(self, shape: Shape) -> Self {
        if self.shape() == shape {
            return self;
        }
        self.unary(Op::ExpandTo(shape))
    }

    /// The sum down to `shape`: a row, a column or a number. The adjoint of [`Var::expand_to`].
    ///
    /// # Panics
    /// If the shape is none of these, or does not fit.
    #[track_caller]
    pub fn sum_to(self, shape: Shape) -> Self {
        if self.shape() == shape {
            return self;
        }
        self.unary(Op::SumTo(shape))
    }
}

/// # Sums, means and maxima
///
/// Named as in R: `row_sums` are the sums of the rows, a column of them.
impl<T: Real> Var<'_, T> {
    /// The sum of all entries, 1x1.
    pub fn sum(self) -> Self {
        self.sum_to(Shape::SCALAR)
    }

    /// The sum of each row: rxc to rx1.
    pub fn row_sums(self) -> Self {
        self.sum_to(Shape::new(self.shape().rows(), 1))
    }

    /// The sum of each column: rxc to 1xc.
    pub fn column_sums(self) -> Self {
        self.sum_to(Shape::new(1, self.shape().columns()))
    }

    /// The mean of all entries, 1x1.
    pub fn mean(self) -> Self {
        self.sum() * (1.0 / self.shape().len() as f64)
    }

    /// The mean of each row: rxc to rx1.
    pub fn row_means(self) -> Self {
        self.row_sums() * (1.0 / self.shape().columns() as f64)
    }

    /// The mean of each column: rxc to 1xc.
    pub fn column_means(self) -> Self {
        self.column_sums() * (1.0 / self.shape().rows() as f64)
    }

    /// The largest entry of each row: rxc to rx1. Ties share the gradient equally.
    pub fn row_max(self) -> Self {
        self.unary(Op::RowMax)
    }

    /// The smallest entry of each row: rxc to rx1. Ties share the gradient equally.
    pub fn row_min(self) -> Self {
        -(-self).row_max()
    }

    /// ln Σⱼ exp xᵢⱼ for each row i: rxc to rx1, without overflow.
    pub fn row_log_sum_exp(self) -> Self {
        self.unary(Op::RowLogSumExp)
    }

    /// The logarithm of each row's softmax: xᵢⱼ − ln Σₖ exp xᵢₖ, without overflow.
    pub fn row_log_softmax(self) -> Self {
        self - self.row_log_sum_exp()
    }

    /// Each row's softmax: exp xᵢⱼ / Σₖ exp xᵢₖ, without overflow.
    pub fn row_softmax(self) -> Self {
        self.row_log_softmax().exp()
    }
}

/// # Joining and cutting
impl<'t, T: Real> Var<'t, T> {
    /// The parts one below the other.
    ///
    /// # Panics
    /// If there are no parts, or their numbers of columns differ.
    #[track_caller]
    pub fn concat_rows(parts: &[Self]) -> Self {
        Self::concat(Op::ConcatRows, parts)
    }

    /// The parts side by side.
    ///
    /// # Panics
    /// If there are no parts, or their numbers of rows differ.
    #[track_caller]
    pub fn concat_columns(parts: &[Self]) -> Self {
        Self::concat(Op::ConcatColumns, parts)
    }

    #[track_caller]
    fn concat(op: Op, parts: &[Self]) -> Self {
        assert!(!parts.is_empty(), "{}: no parts", op.name());
        parts[0].tape.push(op, parts)
    }

    /// The rows of a range.
    ///
    /// # Panics
    /// If the range is empty or reaches past the last row.
    #[track_caller]
    pub fn slice_rows(self, range: Range<usize>) -> Self {
        self.unary(Op::SliceRows {
            start: range.start,
            rows: range.len(),
        })
    }

    /// The columns of a range.
    ///
    /// # Panics
    /// If the range is empty or reaches past the last column.
    #[track_caller]
    pub fn slice_columns(self, range: Range<usize>) -> Self {
        self.unary(Op::SliceColumns {
            start: range.start,
            columns: range.len(),
        })
    }

    /// The rows named by `indices`, in their order; an index may come again, and its gradients then add up.
    ///
    /// # Panics
    /// If `indices` is empty or names a row that is not there.
    #[track_caller]
    pub fn pick_rows(self, indices: &[usize]) -> Self {
        let indices = self.tape.store_indices(indices);
        self.unary(Op::PickRows(indices))
    }
}

impl<T: Real> fmt::Display for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<T: Real> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{} = {}", self.id.index, self.value())
    }
}

impl<T: Real> Neg for Var<'_, T> {
    type Output = Self;

    fn neg(self) -> Self {
        self.unary(Op::Neg)
    }
}

/// An operator between two `Var`s.
macro_rules! operator {
    ($trait:ident, $method:ident, $op:expr) => {
        impl<T: Real> $trait for Var<'_, T> {
            type Output = Self;

            #[track_caller]
            fn $method(self, other: Self) -> Self {
                self.binary($op, other)
            }
        }
    };
}

operator!(Add, add, Op::Add);
operator!(Sub, sub, Op::Sub);
operator!(Mul, mul, Op::Mul);
operator!(Div, div, Op::Div);

/// An operator between a `Var` and a number, on either side.
macro_rules! operator_with_number {
    ($trait:ident, $method:ident, |$x:ident, $c:ident| $right:expr, $left:expr) => {
        impl<T: Real> $trait<f64> for Var<'_, T> {
            type Output = Self;

            fn $method(self, $c: f64) -> Self {
                let $x = self;
                $right
            }
        }

        impl<'t, T: Real> $trait<Var<'t, T>> for f64 {
            type Output = Var<'t, T>;

            fn $method(self, $x: Var<'t, T>) -> Var<'t, T> {
                let $c = self;
                $left
            }
        }
    };
}

operator_with_number!(
    Add,
    add,
    |x, c| x.unary(Op::Offset(c)),
    x.unary(Op::Offset(c))
);
operator_with_number!(
    Sub,
    sub,
    |x, c| x.unary(Op::Offset(-c)),
    (-x).unary(Op::Offset(c))
);
operator_with_number!(
    Mul,
    mul,
    |x, c| x.unary(Op::Scale(c)),
    x.unary(Op::Scale(c))
);
// a product with 1/c would differ from a quotient in its last bit
operator_with_number!(
    Div,
    div,
    |x, c| x / x.tape.filled(1, 1, c),
    x.tape.filled(1, 1, c) / x
);
