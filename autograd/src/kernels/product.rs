//! The matrix product. Large ones go to matrixmultiply, which is near the machine's peak from about 32 rows on; it packs
//! its operands first, which is lost on a single row and on very small matrices, so those have loops of their own here.
//!
//! Which loop runs is decided by the shape of the whole product, and threads split only the rows of the result: an
//! entry is always the same sum in the same order.

#[cfg(feature = "threading")]
use crate::threads;
use crate::{Matrix, Real, vectorised};

/// Products of at most this many multiplications go to the plain loops.
const TINY: usize = 8 * 8 * 8;

/// One operand as the product sees it: a transpose is an exchange of strides.
#[derive(Clone, Copy)]
struct Operand<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T: Real> Operand<'a, T> {
    fn new(matrix: &'a Matrix<T>, transposed: bool) -> Self {
        let shape = matrix.shape();
        let (rows, columns) = (shape.rows(), shape.columns());
        let data = matrix.as_slice();
        if transposed {
            Self {
                data,
                rows: columns,
                columns: rows,
                row_stride: 1,
                column_stride: columns,
            }
        } else {
            Self {
                data,
                rows,
                columns,
                row_stride: columns,
                column_stride: 1,
            }
        }
    }

    /// The same operand from row `start` on.
    #[cfg_attr(not(feature = "threading"), allow(dead_code))]
    fn rows_from(self, start: usize, rows: usize) -> Self {
        Self {
            data: &self.data[start * self.row_stride..],
            rows,
            ..self
        }
    }
}

/// out ← op(a) op(b), or out ← out + op(a) op(b) where it `accumulate`s; op transposes where it is told to.
///
/// The inner dimensions agree and out has the product's shape: the operation's shape rule has seen to it.
pub(crate) fn matmul<T: Real>(
    a: &Matrix<T>,
    a_transposed: bool,
    b: &Matrix<T>,
    b_transposed: bool,
    out: &mut Matrix<T>,
    accumulate: bool,
) {
    let a = Operand::new(a, a_transposed);
    let b = Operand::new(b, b_transposed);
    assert!(
        a.columns == b.rows && (out.rows(), out.columns()) == (a.rows, b.columns),
        "the shape rule has been passed by"
    );
    let out = out.as_mut_slice();
    let multiplications = a.rows.saturating_mul(a.columns).saturating_mul(b.columns);
    if a.rows == 1 || multiplications <= TINY {
        if !accumulate {
            out.fill(T::ZERO);
        }
        add_small(a, b, out);
    } else {
        large(a, b, out, accumulate);
    }
}

/// out ← out + a b by plain loops: along the rows of b where they lie one after the other in memory, else by dot products.
fn add_small<T: Real>(a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [T]) {
    if b.column_stride == 1 {
        add_by_rows(
            a.data,
            (a.rows, a.row_stride, a.column_stride),
            b.data,
            b.columns,
            out,
        );
    } else if a.column_stride == 1 {
        for (out, a_row) in out
            .chunks_exact_mut(b.columns)
            .zip(a.data.chunks_exact(a.columns))
        {
            for (out, b_column) in out.iter_mut().zip(b.data.chunks_exact(b.rows)) {
                *out += dot(a_row, b_column);
            }
        }
    } else {
        for (i, out) in out.chunks_exact_mut(b.columns).enumerate() {
            for (b_column, out) in b.data.chunks_exact(b.rows).zip(out) {
                for (k, &b) in b_column.iter().enumerate() {
                    *out += a.data[i + k * a.column_stride] * b;
                }
            }
        }
    }
}

vectorised! {
    fn add_by_rows[T: Real](
        a: &[T],
        a_layout: (usize, usize, usize),
        b: &[T],
        columns: usize,
        out: &mut [T],
    ) {
        let (rows, row_stride, column_stride) = a_layout;
        for (i, out) in (0..rows).zip(out.chunks_exact_mut(columns)) {
            for (k, b) in b.chunks_exact(columns).enumerate() {
                let a = a[i * row_stride + k * column_stride];
                for (out, &b) in out.iter_mut().zip(b) {
                    *out += a * b;
                }
            }
        }
    }

    fn dot[T: Real](a: &[T], b: &[T]) -> T {
        const LANES: usize = 8;
        let mut lanes = [T::ZERO; LANES];
        let (mut a_chunks, mut b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        for (a, b) in (&mut a_chunks).zip(&mut b_chunks) {
            for i in 0..LANES {
                lanes[i] += a[i] * b[i];
            }
        }
        let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
        let rest = rest.fold(T::ZERO, |sum, (&a, &b)| sum + a * b);
        lanes.iter().fold(rest, |sum, &lane| sum + lane)
    }
}

/// out ← β out + a b by matrixmultiply, the rows split over threads where that is worth it.
fn large<T: Real>(a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [T], accumulate: bool) {
    #[cfg(feature = "threading")]
    {
        let threads = threads::threads_here();
        if let Some(rows) = threads::rows_for_each(threads, a.rows, a.columns, b.columns) {
            threads::share_chunks(threads, out, rows * b.columns, |block, out| {
                let a = a.rows_from(block * rows, out.len() / b.columns);
                gemm(a, b, out, accumulate);
            });
            return;
        }
    }
    gemm(a, b, out, accumulate);
}

fn gemm<T: Real>(a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [T], accumulate: bool) {
    debug_assert_eq!(out.len(), a.rows * b.columns);
    let beta = if accumulate { T::ONE } else { T::ZERO };
    let strides =
        |operand: Operand<'_, T>| (operand.row_stride as isize, operand.column_stride as isize);
    // SAFETY: a and b hold rows x columns entries at their strides (`Operand::new` takes both from one matrix, and
    // `rows_from` keeps what is behind its first row); out holds a.rows x b.columns entries row by row and, being
    // borrowed mutably, aliases neither.
    unsafe {
        T::gemm(
            a.rows,
            a.columns,
            b.columns,
            T::ONE,
            a.data.as_ptr(),
            strides(a),
            b.data.as_ptr(),
            strides(b),
            beta,
            out.as_mut_ptr(),
            (b.columns as isize, 1),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: usize, columns: usize, seed: usize) -> Matrix<f64> {
        Matrix::from_fn(rows, columns, |i, j| {
            ((i * 31 + j * 17 + seed * 7) % 23) as f64 - 11.0
        })
    }

    /// Every loop and every transposition against the definition, Σₖ aᵢₖ bₖⱼ; the entries are whole numbers, so the
    /// sums are exact in any order.
    #[test]
    fn every_form_is_the_sum_that_defines_it() {
        for (m, k, n) in [
            (1, 1, 1),
            (1, 40, 30),
            (3, 5, 4),
            (8, 8, 8),
            (9, 20, 11),
            (33, 70, 40),
        ] {
            for (a_transposed, b_transposed) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let a = sample(m, k, 1);
                let b = sample(k, n, 2);
                let expected = Matrix::from_fn(m, n, |i, j| {
                    (0..k).map(|l| a[(i, l)] * b[(l, j)]).sum::<f64>()
                });
                let given = |x: &Matrix<f64>, t: bool| if t { x.transpose() } else { x.clone() };
                let (a, b) = (given(&a, a_transposed), given(&b, b_transposed));
                let mut out = Matrix::filled(m, n, f64::NAN);
                matmul(&a, a_transposed, &b, b_transposed, &mut out, false);
                assert_eq!(out, expected, "{m} {k} {n} {a_transposed} {b_transposed}");
                matmul(&a, a_transposed, &b, b_transposed, &mut out, true);
                assert_eq!(out, expected.map(|x| 2.0 * x), "accumulated: {m} {k} {n}");
            }
        }
    }
}
