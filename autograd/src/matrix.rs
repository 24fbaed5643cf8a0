//! The one container: a matrix, stored row by row. Rows are objects, columns are features.

use crate::Real;
use crate::kernels;
use std::fmt;
use std::ops::{Index, IndexMut, Range};

/// The size of a matrix: how many rows and how many columns, each at least 1. Printed as `"3x4"`.
///
/// Its fields are private so that it can widen to more axes without breaking its users.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    rows: usize,
    columns: usize,
}

impl Shape {
    /// The shape of a single number, 1x1.
    pub const SCALAR: Shape = Shape {
        rows: 1,
        columns: 1,
    };

    /// `rows` x `columns`.
    ///
    /// # Panics
    /// If either is 0, or their product is more than `usize` can count: a matrix without entries has no mean and no
    /// maximum, so it is refused where it arises.
    #[track_caller]
    pub fn new(rows: usize, columns: usize) -> Self {
        assert!(
            rows > 0 && columns > 0,
            "shape: {rows}x{columns} has no entries; rows and columns must be at least 1"
        );
        assert!(
            rows.checked_mul(columns).is_some(),
            "shape: {rows}x{columns} has more entries than can be counted"
        );
        Self { rows, columns }
    }

    /// How many rows (objects).
    #[inline]
    pub fn rows(self) -> usize {
        self.rows
    }

    /// How many columns (features).
    #[inline]
    pub fn columns(self) -> usize {
        self.columns
    }

    /// How many entries: rows times columns.
    #[allow(clippy::len_without_is_empty)] // a shape is never empty
    #[inline]
    pub fn len(self) -> usize {
        self.rows * self.columns
    }

    /// Rows and columns exchanged.
    #[inline]
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.rows, self.columns)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A dense matrix, row-major, with at least one row and one column.
///
/// ```
/// use unsup_autograd::Matrix;
///
/// let x = Matrix::from_rows(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(x.shape().to_string(), "2x3");
/// assert_eq!(x[(1, 0)], 4.0);
/// assert_eq!(x.row(1), [4.0, 5.0, 6.0]);
/// assert_eq!(x.transpose().row(2), [3.0, 6.0]);
/// ```
#[derive(Clone, PartialEq)]
pub struct Matrix<T> {
    shape: Shape,
    data: Vec<T>,
}

impl<T: Real> Matrix<T> {
    /// A matrix of `rows` x `columns` from its entries, row by row.
    ///
    /// # Panics
    /// If `data` does not hold `rows * columns` entries, or there are none.
    #[track_caller]
    pub fn from_vec(rows: usize, columns: usize, data: Vec<T>) -> Self {
        let shape = Shape::new(rows, columns);
        assert!(
            data.len() == shape.len(),
            "matrix: {shape} needs {} entries, got {}",
            shape.len(),
            data.len()
        );
        Self { shape, data }
    }

    /// A matrix from its rows.
    ///
    /// # Panics
    /// If there are no rows, they are empty, or one differs in length from the first.
    #[track_caller]
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R]) -> Self {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        let shape = Shape::new(rows.len(), columns);
        let mut data = Vec::with_capacity(shape.len());
        for (i, row) in rows.iter().enumerate() {
            let row = row.as_ref();
            assert!(
                row.len() == columns,
                "matrix: row {i} has {} entries, row 0 has {columns}",
                row.len()
            );
            data.extend_from_slice(row);
        }
        Self { shape, data }
    }

    /// A matrix whose entry at (row, column) is `f(row, column)`; called row by row.
    ///
    /// # Panics
    /// If `rows` or `columns` is 0.
    #[track_caller]
    pub fn from_fn(rows: usize, columns: usize, mut f: impl FnMut(usize, usize) -> T) -> Self {
        let shape = Shape::new(rows, columns);
        let mut data = Vec::with_capacity(shape.len());
        for i in 0..rows {
            data.extend((0..columns).map(|j| f(i, j)));
        }
        Self { shape, data }
    }

    /// Every entry the same.
    ///
    /// # Panics
    /// If `rows` or `columns` is 0.
    #[track_caller]
    pub fn filled(rows: usize, columns: usize, value: T) -> Self {
        let shape = Shape::new(rows, columns);
        Self {
            shape,
            data: vec![value; shape.len()],
        }
    }

    /// Every entry 0.
    ///
    /// # Panics
    /// If `rows` or `columns` is 0.
    #[track_caller]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::filled(rows, columns, T::ZERO)
    }

    /// The 1x1 matrix that holds `value`.
    pub fn scalar(value: T) -> Self {
        Self::filled(1, 1, value)
    }

    /// The identity matrix of `size` x `size`.
    ///
    /// # Panics
    /// If `size` is 0.
    #[track_caller]
    pub fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| if i == j { T::ONE } else { T::ZERO })
    }

    /// The size.
    #[inline]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many rows (objects).
    #[inline]
    pub fn rows(&self) -> usize {
        self.shape.rows
    }

    /// How many columns (features).
    #[inline]
    pub fn columns(&self) -> usize {
        self.shape.columns
    }

    /// All entries, row by row.
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// All entries, row by row, to be changed in place.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The entries, row by row, without a copy.
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// Row `i`, one object.
    ///
    /// # Panics
    /// If there is no row `i`.
    #[track_caller]
    #[inline]
    pub fn row(&self, i: usize) -> &[T] {
        self.check_row(i);
        &self.data[i * self.shape.columns..(i + 1) * self.shape.columns]
    }

    /// Row `i`, to be changed in place.
    ///
    /// # Panics
    /// If there is no row `i`.
    #[track_caller]
    #[inline]
    pub fn row_mut(&mut self, i: usize) -> &mut [T] {
        self.check_row(i);
        &mut self.data[i * self.shape.columns..(i + 1) * self.shape.columns]
    }

    #[track_caller]
    #[inline]
    fn check_row(&self, i: usize) {
        assert!(
            i < self.shape.rows,
            "matrix: no row {i} in a matrix of {}",
            self.shape
        );
    }

    /// The rows one after the other.
    pub fn row_iter(&self) -> impl ExactSizeIterator<Item = &[T]> + Clone + '_ {
        self.data.chunks_exact(self.shape.columns)
    }

    /// The value of a 1x1 matrix.
    ///
    /// # Panics
    /// If the matrix is of any other size.
    #[track_caller]
    pub fn item(&self) -> T {
        assert!(
            self.shape == Shape::SCALAR,
            "item: needs a 1x1 matrix, got {}",
            self.shape
        );
        self.data[0]
    }

    /// A new matrix of `f` of every entry; `U` may be another number type.
    pub fn map<U: Real>(&self, f: impl FnMut(T) -> U) -> Matrix<U> {
        Matrix {
            shape: self.shape,
            data: self.data.iter().copied().map(f).collect(),
        }
    }

    /// The same matrix in another precision.
    pub fn cast<U: Real>(&self) -> Matrix<U> {
        self.map(|x| U::from_f64(x.to_f64()))
    }

    /// Rows and columns exchanged.
    pub fn transpose(&self) -> Self {
        let mut transposed = Self::zeros(self.columns(), self.rows());
        kernels::arrange::transpose(self, &mut transposed);
        transposed
    }

    /// The matrix product `self · other`.
    ///
    /// # Panics
    /// If `self` has not as many columns as `other` has rows.
    #[track_caller]
    pub fn matmul(&self, other: &Self) -> Self {
        self.product("matmul", false, other, false)
    }

    /// The matrix product `self · otherᵀ`, without forming the transpose: the dot product of every row of `self` with every
    /// row of `other`.
    ///
    /// # Panics
    /// If `self` has not as many columns as `other`.
    #[track_caller]
    pub fn matmul_nt(&self, other: &Self) -> Self {
        self.product("matmul_nt", false, other, true)
    }

    /// The matrix product `selfᵀ · other`, without forming the transpose: of a matrix with itself, the Gram matrix of its
    /// columns.
    ///
    /// # Panics
    /// If `self` has not as many rows as `other`.
    #[track_caller]
    pub fn matmul_tn(&self, other: &Self) -> Self {
        self.product("matmul_tn", true, other, false)
    }

    #[track_caller]
    fn product(
        &self,
        operation: &str,
        transposed: bool,
        other: &Self,
        other_transposed: bool,
    ) -> Self {
        let of = |shape: Shape, transposed: bool| {
            if transposed {
                shape.transposed()
            } else {
                shape
            }
        };
        let left = of(self.shape, transposed);
        let right = of(other.shape, other_transposed);
        assert!(
            left.columns == right.rows,
            "{operation}: inner dimensions differ: {} by {}",
            self.shape,
            other.shape
        );
        let mut product = Self::zeros(left.rows, right.columns);
        kernels::product::matmul(
            self,
            transposed,
            other,
            other_transposed,
            &mut product,
            false,
        );
        product
    }

    /// The rows named by `indices`, in their order; an index may come again.
    ///
    /// # Panics
    /// If `indices` is empty or names a row that is not there.
    #[track_caller]
    pub fn select_rows(&self, indices: &[usize]) -> Self {
        let shape = Shape::new(indices.len(), self.columns());
        let mut data = Vec::with_capacity(shape.len());
        for &i in indices {
            data.extend_from_slice(self.row(i));
        }
        Self { shape, data }
    }

    /// The rows of a range.
    ///
    /// # Panics
    /// If the range is empty or reaches past the last row.
    #[track_caller]
    pub fn slice_rows(&self, range: Range<usize>) -> Self {
        assert!(
            range.start < range.end && range.end <= self.rows(),
            "slice_rows: {range:?} of a matrix of {}",
            self.shape
        );
        let columns = self.columns();
        Self::from_vec(
            range.len(),
            columns,
            self.data[range.start * columns..range.end * columns].to_vec(),
        )
    }

    /// Every entry is finite: no NaN, no infinity.
    pub fn is_finite(&self) -> bool {
        self.data.iter().all(|x| x.is_finite())
    }

    /// √ Σ x², the Frobenius norm, as [`norm`](crate::norm).
    pub fn norm(&self) -> f64 {
        crate::norm(&self.data)
    }

    /// The largest absolute difference between entries at the same place, each divided by max(1, |a|, |b|), so
    /// that it is absolute for small numbers and relative for large ones; entries that are equal (infinities too), or
    /// both NaN, differ by 0, and NaN beside a number differs by infinity.
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn difference(&self, other: &Self) -> f64 {
        assert!(
            self.shape == other.shape,
            "difference: shapes differ: {} and {}",
            self.shape,
            other.shape
        );
        let entry = |(&a, &b): (&T, &T)| {
            let (a, b) = (a.to_f64(), b.to_f64());
            if a == b || (a.is_nan() && b.is_nan()) {
                return 0.0;
            }
            let difference = (a - b).abs() / a.abs().max(b.abs()).max(1.0);
            if difference.is_nan() {
                f64::INFINITY
            } else {
                difference
            }
        };
        self.data
            .iter()
            .zip(&other.data)
            .map(entry)
            .fold(0.0, f64::max)
    }

    /// Same shape, and no entry differs by more than `tolerance` in the sense of [`Matrix::difference`].
    pub fn is_close(&self, other: &Self, tolerance: f64) -> bool {
        self.shape == other.shape && self.difference(other) <= tolerance
    }

    /// Takes another shape and a buffer long enough for it; what the entries are then is not said.
    pub(crate) fn set_shape(&mut self, shape: Shape) {
        self.shape = shape;
        self.data.resize(shape.len(), T::ZERO);
    }

    /// An empty buffer with room for `capacity` entries, to be given a shape by [`Matrix::set_shape`].
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            shape: Shape {
                rows: 0,
                columns: 0,
            },
            data: Vec::with_capacity(capacity),
        }
    }

    /// How many entries the buffer has room for.
    pub(crate) fn capacity(&self) -> usize {
        self.data.capacity()
    }
}

impl<T: Real> Index<(usize, usize)> for Matrix<T> {
    type Output = T;

    #[track_caller]
    #[inline]
    fn index(&self, (i, j): (usize, usize)) -> &T {
        assert!(
            i < self.shape.rows && j < self.shape.columns,
            "matrix: no entry ({i}, {j}) in a matrix of {}",
            self.shape
        );
        &self.data[i * self.shape.columns + j]
    }
}

impl<T: Real> IndexMut<(usize, usize)> for Matrix<T> {
    #[track_caller]
    #[inline]
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut T {
        assert!(
            i < self.shape.rows && j < self.shape.columns,
            "matrix: no entry ({i}, {j}) in a matrix of {}",
            self.shape
        );
        &mut self.data[i * self.shape.columns + j]
    }
}

/// How many leading and trailing rows or columns of a large matrix are printed.
const PRINTED_EDGE: usize = 4;

/// The indices to print of `length`, `None` where the middle is left out.
fn printed(length: usize) -> Vec<Option<usize>> {
    if length <= 2 * PRINTED_EDGE {
        (0..length).map(Some).collect()
    } else {
        (0..PRINTED_EDGE)
            .map(Some)
            .chain([None])
            .chain((length - PRINTED_EDGE..length).map(Some))
            .collect()
    }
}

/// A number with four digits after the point, or with an exponent where that would say little.
fn short<T: Real>(x: T) -> String {
    let magnitude = x.to_f64().abs();
    if magnitude == 0.0 || !x.is_finite() || (1e-3..1e5).contains(&magnitude) {
        format!("{x:.4}")
    } else {
        format!("{x:.2e}")
    }
}

/// The shape and the number type, then the entries in columns; of a large matrix its corners alone.
///
/// ```
/// use unsup_autograd::Matrix;
///
/// let x = Matrix::from_rows(&[[1.0f32, -0.5], [1e-9, 20.0]]);
/// assert_eq!(x.to_string(), "2x2 f32\n[  1.0000 -0.5000 ]\n[ 1.00e-9 20.0000 ]");
/// ```
impl<T: Real> fmt::Display for Matrix<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.shape, T::NAME)?;
        let (rows, columns) = (printed(self.rows()), printed(self.columns()));
        let cell = |i: usize, j: usize| short(self[(i, j)]);
        let width = rows
            .iter()
            .flatten()
            .flat_map(|&i| columns.iter().flatten().map(move |&j| (i, j)))
            .map(|(i, j)| cell(i, j).len())
            .max()
            .unwrap_or(0);
        for i in &rows {
            write!(f, "\n[")?;
            for j in &columns {
                match (i, j) {
                    (Some(i), Some(j)) => write!(f, " {:>width$}", cell(*i, *j))?,
                    (None, Some(_)) => write!(f, " {:>width$}", "⋮")?,
                    (_, None) => write!(f, " …")?,
                }
            }
            write!(f, " ]")?;
        }
        Ok(())
    }
}

impl<T: Real> fmt::Debug for Matrix<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: usize, columns: usize) -> Matrix<f64> {
        Matrix::from_fn(rows, columns, |i, j| ((i * 31 + j * 17) % 23) as f64 - 11.0)
    }

    #[test]
    fn a_product_with_one_side_transposed_is_the_product_with_the_transpose() {
        // the entries are whole numbers, so the sums are exact in any order
        for (m, k, n) in [(1, 1, 1), (1, 7, 3), (3, 4, 5), (40, 33, 20)] {
            let (a, b) = (sample(m, k), sample(k, n));
            let product = a.matmul(&b);
            assert_eq!(a.matmul_nt(&b.transpose()), product, "{m} {k} {n}");
            assert_eq!(a.transpose().matmul_tn(&b), product, "{m} {k} {n}");
        }
    }

    #[test]
    #[should_panic(expected = "matmul: inner dimensions differ: 3x4 by 5x6")]
    fn matmul_names_both_shapes() {
        sample(3, 4).matmul(&sample(5, 6));
    }

    #[test]
    #[should_panic(expected = "matmul_nt: inner dimensions differ: 3x4 by 5x6")]
    fn matmul_nt_names_both_shapes() {
        sample(3, 4).matmul_nt(&sample(5, 6));
    }

    #[test]
    #[should_panic(expected = "matmul_tn: inner dimensions differ: 3x4 by 5x6")]
    fn matmul_tn_names_both_shapes() {
        sample(3, 4).matmul_tn(&sample(5, 6));
    }
}
