//! The matrix product. On x86-64 with fused multiply-adds a loop of our own does it ([`blocked`]), which is at the machine's
//! peak already for few rows; elsewhere matrixmultiply. A single row or column and very small matrices have plain loops.
//!
//! Which loop runs is decided by the shape of the whole product, and threads split the result and never a sum: an entry
//! is always the same sum in the same order.

#[cfg(target_arch = "x86_64")]
pub(crate) mod blocked;
#[cfg(target_arch = "x86_64")]
pub(crate) mod lanes;

#[cfg(feature = "threading")]
use crate::threads;
use crate::{Matrix, Real, vectorised};
use std::ops::Range;

/// Products of at most this many multiplications go to the plain loops.
const TINY: usize = 8 * 8 * 8;

/// One operand as the product sees it: a transpose is an exchange of strides.
#[derive(Clone, Copy)]
pub struct Operand<'a, T> {
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

    /// The transpose of this operand.
    fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// Where entry (row, column) lies.
    ///
    /// # Safety
    /// There is such an entry.
    #[inline(always)]
    unsafe fn at(&self, row: usize, column: usize) -> *const T {
        let offset = row * self.row_stride + column * self.column_stride;
        // SAFETY: the caller's promise.
        unsafe { self.data.as_ptr().add(offset) }
    }
}

/// The result, of which several threads may write parts that do not meet.
#[derive(Clone, Copy)]
pub struct Target<T> {
    data: *mut T,
    columns: usize,
}

// SAFETY: whoever writes through it promises that no other thread touches that part.
unsafe impl<T: Send> Sync for Target<T> {}

impl<T> Target<T> {
    /// Where entry (row, column) lies.
    ///
    /// # Safety
    /// There is such an entry.
    #[inline(always)]
    unsafe fn at(&self, row: usize, column: usize) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { self.data.add(row * self.columns + column) }
    }
}

/// Which part of a result is asked for.
#[derive(Clone, Debug)]
pub struct Part {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
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
    // a column is a row to the loops: (a b)ᵀ = bᵀ aᵀ lies in memory as a b does
    let (a, b) = match b.columns {
        1 => (b.transposed(), a.transposed()),
        _ => (a, b),
    };
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

/// out ← β out + a b, in parts that threads share where that is worth it.
fn large<T: Real>(a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [T], accumulate: bool) {
    assert_eq!(out.len(), a.rows * b.columns);
    let out = Target {
        data: out.as_mut_ptr(),
        columns: b.columns,
    };
    #[cfg(feature = "threading")]
    {
        let threads = threads::threads_here();
        if let Some(parts) = threads::parts_of(threads, a.rows, a.columns, b.columns) {
            crate::share(0..parts.count(), |number| {
                // SAFETY: as below; parts of different numbers do not meet.
                unsafe { multiply(a, b, out, parts.part(number), accumulate) };
            });
            return;
        }
    }
    let whole = Part {
        rows: 0..a.rows,
        columns: 0..b.columns,
    };
    // SAFETY: a and b hold rows x columns entries at their strides (`Operand::new` takes both from one matrix); out holds
    // a.rows x b.columns entries row by row and, being borrowed mutably, aliases neither.
    unsafe { multiply(a, b, out, whole, accumulate) };
}

/// One part of [`large`].
///
/// # Safety
/// The operands hold what their sizes and strides say, the part lies within the result, which aliases no operand, and
/// nobody else reads or writes this part.
unsafe fn multiply<T: Real>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: Target<T>,
    part: Part,
    accumulate: bool,
) {
    // SAFETY: the caller's promise.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if let Some(instructions) = blocked::Instructions::detected() {
            T::multiply_blocked(instructions, a, b, out, &part, accumulate);
            return;
        }
        by_library(a, b, out, &part, accumulate);
    }
}

/// One part of [`large`] by matrixmultiply.
///
/// # Safety
/// That of [`multiply`].
unsafe fn by_library<T: Real>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: Target<T>,
    part: &Part,
    accumulate: bool,
) {
    let beta = if accumulate { T::ONE } else { T::ZERO };
    let strides =
        |operand: Operand<'_, T>| (operand.row_stride as isize, operand.column_stride as isize);
    // SAFETY: the caller's promise.
    unsafe {
        T::gemm(
            part.rows.len(),
            a.columns,
            part.columns.len(),
            T::ONE,
            a.at(part.rows.start, 0),
            strides(a),
            b.at(0, part.columns.start),
            strides(b),
            beta,
            out.at(part.rows.start, part.columns.start),
            (out.columns as isize, 1),
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

    /// A way to compute a part.
    type Way<T> = dyn Fn(Operand<'_, T>, Operand<'_, T>, Target<T>, &Part, bool);

    /// Every way that this machine knows, whichever it prefers.
    fn ways<T: Real>() -> Vec<(String, Box<Way<T>>)> {
        let library: Box<Way<T>> = Box::new(|a, b, out, part, accumulate| {
            // SAFETY: the test gives whole operands and results.
            unsafe { by_library(a, b, out, part, accumulate) };
        });
        let mut ways = vec![("library".to_owned(), library)];
        #[cfg(target_arch = "x86_64")]
        if let Some(best) = blocked::Instructions::detected() {
            for instructions in [best, blocked::Instructions::Avx2] {
                let way: Box<Way<T>> = Box::new(move |a, b, out, part, accumulate| {
                    // SAFETY: as above; whoever has AVX-512 has AVX2.
                    unsafe { T::multiply_blocked(instructions, a, b, out, part, accumulate) };
                });
                ways.push((format!("{instructions:?}"), way));
            }
        }
        ways
    }

    fn every_way_is_the_sum_that_defines_it_in<T: Real + Default>() {
        // tiles of every height, stripes of every width, sums of two depths
        for (m, k, n) in [
            (1, 3, 1),
            (23, 5, 7),
            (12, 16, 32),
            (60, 33, 49),
            (29, 40, 70),
            (14, 1030, 35),
        ] {
            for form in 0..4 {
                let (a_transposed, b_transposed) = (form & 1 == 1, form & 2 == 2);
                let (a, b) = (sample(m, k, 1).cast::<T>(), sample(k, n, 2).cast::<T>());
                let expected = a.cast::<f64>();
                let expected = Matrix::from_fn(m, n, |i, j| {
                    let terms = (0..k).map(|l| expected[(i, l)] * b[(l, j)].to_f64());
                    T::from_f64(terms.sum())
                });
                let given = |x: &Matrix<T>, t: bool| if t { x.transpose() } else { x.clone() };
                let (a, b) = (given(&a, a_transposed), given(&b, b_transposed));
                for (name, way) in ways() {
                    let mut out = Matrix::filled(m, n, T::NAN);
                    for (accumulate, times) in [(false, T::ONE), (true, T::ONE + T::ONE)] {
                        // the lower right part by itself, then the rest
                        let (row, column) = (m / 3, n / 2);
                        for (rows, columns) in
                            [(row..m, column..n), (0..row, column..n), (0..m, 0..column)]
                        {
                            let target = Target {
                                data: out.as_mut_slice().as_mut_ptr(),
                                columns: n,
                            };
                            let (a, b) = (
                                Operand::new(&a, a_transposed),
                                Operand::new(&b, b_transposed),
                            );
                            way(a, b, target, &Part { rows, columns }, accumulate);
                        }
                        let expected = expected.map(|x| times * x);
                        assert_eq!(out, expected, "{name}: {m} {k} {n}, form {form}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_way_is_the_sum_that_defines_it() {
        every_way_is_the_sum_that_defines_it_in::<f32>();
        every_way_is_the_sum_that_defines_it_in::<f64>();
    }

    /// What lies around an entry does not change its bits: neither more rows nor more columns.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn an_entry_is_the_same_sum_in_a_product_of_any_size() {
        let numbers = |rows, columns, by: f64| {
            Matrix::<f32>::from_fn(rows, columns, |i, j| ((i * 7 + j) as f64 * by).sin() as f32)
        };
        let (a, b) = (numbers(40, 300, 0.37), numbers(300, 90, 0.11));
        let mut whole = Matrix::zeros(40, 90);
        matmul(&a, false, &b, false, &mut whole, false);
        for (m, n) in [(2, 2), (13, 17), (39, 33), (7, 90)] {
            let a = Matrix::from_fn(m, 300, |i, j| a[(i, j)]);
            let b = Matrix::from_fn(300, n, |i, j| b[(i, j)]);
            let mut part = Matrix::zeros(m, n);
            matmul(&a, false, &b, false, &mut part, false);
            let expected = Matrix::from_fn(m, n, |i, j| whole[(i, j)]);
            if blocked::Instructions::detected().is_some() {
                assert_eq!(part, expected, "{m} {n}");
            }
        }
    }
}
