//! Maps, and binary functions under the four broadcasts.

use crate::share::in_parts;
use crate::{Matrix, Real, Shape, vectorised};

/// How an operand stretches to the shape of a result: the four cases of broadcasting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Broadcast {
    /// It has that shape.
    Same,
    /// 1xc: one row for all rows.
    Row,
    /// rx1: one column for all columns.
    Column,
    /// 1x1: one number for all entries.
    Scalar,
}

impl Broadcast {
    /// How `operand` stretches to `result`, or `None` where it can't.
    pub(crate) fn of(operand: Shape, result: Shape) -> Option<Self> {
        if operand == result {
            Some(Self::Same)
        } else if operand == Shape::SCALAR {
            Some(Self::Scalar)
        } else if operand.rows() == 1 && operand.columns() == result.columns() {
            Some(Self::Row)
        } else if operand.columns() == 1 && operand.rows() == result.rows() {
            Some(Self::Column)
        } else {
            None
        }
    }
}

vectorised! {
    /// out ← f(x)
    fn map[T: Real, F: Fn(T) -> T](x: &[T], out: &mut [T], f: F) {
        for (out, &x) in out.iter_mut().zip(x) {
            *out = f(x);
        }
    }

    /// out ← f(x, y)
    fn zip[T: Real, F: Fn(T, T) -> T](x: &[T], y: &[T], out: &mut [T], f: F) {
        for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
            *out = f(x, y);
        }
    }

    /// out ← f(x, y, z)
    fn zip3[T: Real, F: Fn(T, T, T) -> T](x: &[T], y: &[T], z: &[T], out: &mut [T], f: F) {
        for (((out, &x), &y), &z) in out.iter_mut().zip(x).zip(y).zip(z) {
            *out = f(x, y, z);
        }
    }

    /// out ← f(x, row), with the one row for every row of x.
    fn zip_row[T: Real, F: Fn(T, T) -> T](x: &[T], row: &[T], out: &mut [T], f: F) {
        for (out, x) in out.chunks_exact_mut(row.len()).zip(x.chunks_exact(row.len())) {
            for ((out, &x), &y) in out.iter_mut().zip(x).zip(row) {
                *out = f(x, y);
            }
        }
    }

    /// out ← f(x, column), with the one column for every column of x.
    fn zip_column[T: Real, F: Fn(T, T) -> T](x: &[T], column: &[T], columns: usize, out: &mut [T], f: F) {
        for ((out, x), &y) in out.chunks_exact_mut(columns).zip(x.chunks_exact(columns)).zip(column) {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = f(x, y);
            }
        }
    }

    /// sum ← sum + x
    pub(crate) fn add_assign[T: Real](sum: &mut [T], x: &[T]) {
        for (sum, &x) in sum.iter_mut().zip(x) {
            *sum += x;
        }
    }
}

/// out ← f(x), of the same shape.
#[inline]
pub(crate) fn unary<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>, f: impl Fn(T) -> T + Sync) {
    map_parts(x.as_slice(), out.as_mut_slice(), f);
}

#[inline]
fn map_parts<T: Real>(x: &[T], out: &mut [T], f: impl Fn(T) -> T + Sync) {
    in_parts(out, 1, |start, out| map(&x[start..], out, &f));
}

/// sum ← sum + x
pub(crate) fn accumulate<T: Real>(sum: &mut Matrix<T>, x: &Matrix<T>) {
    let x = x.as_slice();
    in_parts(sum.as_mut_slice(), 1, |start, sum| {
        add_assign(sum, &x[start..])
    });
}

/// out ← f(a, b) where one of the two has out's shape and the other stretches to it.
#[inline]
pub(crate) fn binary<T: Real>(
    a: &Matrix<T>,
    b: &Matrix<T>,
    out: &mut Matrix<T>,
    f: impl Fn(T, T) -> T + Copy + Sync,
) {
    if a.shape() == out.shape() {
        with_stretched(a, b, out, f);
    } else {
        with_stretched(b, a, out, |b, a| f(a, b));
    }
}

/// out ← f(full, stretched)
#[inline]
fn with_stretched<T: Real>(
    full: &Matrix<T>,
    stretched: &Matrix<T>,
    out: &mut Matrix<T>,
    f: impl Fn(T, T) -> T + Copy + Sync,
) {
    let columns = out.columns();
    let (x, y) = (full.as_slice(), stretched.as_slice());
    let form = form(stretched, out);
    let out = out.as_mut_slice();
    match form {
        Broadcast::Same => in_parts(out, 1, |start, out| zip(&x[start..], &y[start..], out, f)),
        Broadcast::Row => in_parts(out, columns, |start, out| zip_row(&x[start..], y, out, f)),
        Broadcast::Column => in_parts(out, columns, |start, out| {
            zip_column(&x[start..], &y[start / columns..], columns, out, f);
        }),
        Broadcast::Scalar => {
            let y = y[0];
            map_parts(x, out, |x| f(x, y));
        }
    }
}

/// out ← f(g, a, b), of a and b of out's shape and g that stretches to it.
pub(crate) fn ternary<T: Real>(
    g: &Matrix<T>,
    a: &Matrix<T>,
    b: &Matrix<T>,
    out: &mut Matrix<T>,
    f: impl Fn(T, T, T) -> T + Copy + Sync,
) {
    let columns = out.columns();
    let form = form(g, out);
    let (g, a, b) = (g.as_slice(), a.as_slice(), b.as_slice());
    in_parts(out.as_mut_slice(), columns, |start, out| {
        let (a, b) = (&a[start..], &b[start..]);
        match form {
            Broadcast::Scalar => zip(a, b, out, |a, b| f(g[0], a, b)),
            Broadcast::Same => zip3(&g[start..], a, b, out, f),
            Broadcast::Row | Broadcast::Column => {
                let rows = out
                    .chunks_exact_mut(columns)
                    .zip(a.chunks_exact(columns))
                    .zip(b.chunks_exact(columns));
                for (i, ((out, a), b)) in rows.enumerate() {
                    match form {
                        Broadcast::Row => zip3(g, a, b, out, f),
                        _ => zip(a, b, out, |a, b| f(g[start / columns + i], a, b)),
                    }
                }
            }
        }
    });
}

/// How `x` stretches to `out`.
fn form<T: Real>(x: &Matrix<T>, out: &Matrix<T>) -> Broadcast {
    let form = Broadcast::of(x.shape(), out.shape());
    form.expect("the shape rule lets only these four pass")
}

/// out ← x stretched to out's shape.
pub(crate) fn expand<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>) {
    let columns = out.columns();
    let form = form(x, out);
    let x = x.as_slice();
    in_parts(out.as_mut_slice(), columns, |start, out| {
        let rows = out.chunks_exact_mut(columns);
        match form {
            Broadcast::Same => out.copy_from_slice(&x[start..][..out.len()]),
            Broadcast::Row => rows.for_each(|row| row.copy_from_slice(x)),
            Broadcast::Column => rows
                .zip(&x[start / columns..])
                .for_each(|(row, &x)| row.fill(x)),
            Broadcast::Scalar => out.fill(x[0]),
        }
    });
}

/// max(x, 0), and NaN stays NaN.
#[inline(always)]
pub(crate) fn relu<T: Real>(x: T) -> T {
    if x <= T::ZERO { T::ZERO } else { x }
}

/// 1 / (1 + e⁻ˣ), without overflow on either side.
#[inline(always)]
pub(crate) fn sigmoid<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    let numerator = if x < T::ZERO { e } else { T::ONE };
    numerator / (T::ONE + e)
}

/// ln (1 + eˣ) = max(x, 0) + ln (1 + e^−|x|), without overflow.
#[inline(always)]
pub(crate) fn softplus<T: Real>(x: T) -> T {
    relu(x) + (-x.abs()).exp().ln_1p()
}

/// −1, 0 or 1; NaN stays NaN.
#[inline(always)]
pub(crate) fn sign<T: Real>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        // ±0 gives 0, NaN gives NaN
        x * T::ZERO
    }
}

/// [x > 0]; NaN stays NaN.
#[inline(always)]
pub(crate) fn step<T: Real>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x <= T::ZERO {
        T::ZERO
    } else {
        x
    }
}

/// The larger of the two; NaN if either is.
#[inline(always)]
pub(crate) fn max<T: Real>(a: T, b: T) -> T {
    if a > b || a.is_nan() { a } else { b }
}

/// The smaller of the two; NaN if either is.
#[inline(always)]
pub(crate) fn min<T: Real>(a: T, b: T) -> T {
    if a < b || a.is_nan() { a } else { b }
}

/// [a = b]
#[inline(always)]
pub(crate) fn equal<T: Real>(a: T, b: T) -> T {
    if a == b { T::ONE } else { T::ZERO }
}
