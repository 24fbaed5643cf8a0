//! What the methods of this folder share: sums over two rows, means, centring, units, checks of what is given.

use unsup_autograd::{Matrix, Real, vectorised};

vectorised! {
    /// Σ f(aᵢ, bᵢ), in lanes: the order of the sum depends on the length alone.
    fn sum_of[T: Real, F: Fn(T, T) -> T](a: &[T], b: &[T], f: F) -> T {
        const LANES: usize = 8;
        let mut lanes = [T::ZERO; LANES];
        let (mut a_chunks, mut b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        for (a, b) in (&mut a_chunks).zip(&mut b_chunks) {
            for i in 0..LANES {
                lanes[i] += f(a[i], b[i]);
            }
        }
        let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
        let rest = rest.fold(T::ZERO, |sum, (&a, &b)| sum + f(a, b));
        lanes.iter().fold(rest, |sum, &lane| sum + lane)
    }

    /// y ← y + c x
    pub(super) fn add_scaled[T: Real](c: T, x: &[T], y: &mut [T]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y += c * x;
        }
    }
}

/// a·b
pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of(a, b, |a, b| a * b)
}

/// ‖a − b‖²
pub(super) fn squared_distance<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of(a, b, |a, b| (a - b) * (a - b))
}

/// ‖a − b‖² over the features that `a` has: where it is NaN, 0 is added instead, which changes no bit of the sum of the
/// others.
pub(super) fn squared_distance_over_present<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of(a, b, |a, b| {
        let difference = if a.is_nan() { T::ZERO } else { a - b };
        difference * difference
    })
}

/// The mean of every column, summed as differences from the first row: exact where a column is constant, and without the
/// rounding that a large common offset brings.
pub(super) fn column_means<T: Real>(x: &Matrix<T>) -> Vec<T> {
    let objects = T::from_f64(x.rows() as f64);
    let first = x.row(0);
    let mut sums = vec![T::ZERO; x.columns()];
    for row in x.row_iter() {
        for ((sum, &x), &first) in sums.iter_mut().zip(row).zip(first) {
            *sum += (x - first) / objects;
        }
    }
    first
        .iter()
        .zip(sums)
        .map(|(&first, sum)| first + sum)
        .collect()
}

/// Every row less `mean`.
pub(super) fn centre<T: Real>(x: &Matrix<T>, mean: &[T]) -> Matrix<T> {
    let mut centred = x.clone();
    for x in centred.as_mut_slice().chunks_exact_mut(mean.len()) {
        add_scaled(-T::ONE, mean, x);
    }
    centred
}

/// Every row and `row`.
pub(super) fn add_to_rows(x: &mut Matrix<f64>, row: &[f64]) {
    for x in x.as_mut_slice().chunks_exact_mut(row.len()) {
        add_scaled(1.0, row, x);
    }
}

/// Divides by the largest absolute entry and returns it (1 where all are 0): in that unit a square neither overflows nor
/// vanishes.
pub(super) fn take_unit(x: &mut Matrix<f64>) -> f64 {
    let unit = x.as_slice().iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let unit = if unit > 0.0 { unit } else { 1.0 };
    x.as_mut_slice().iter_mut().for_each(|x| *x /= unit);
    unit
}

/// √ of the mean square of every column, of a centred matrix its standard deviations; no square overflows or vanishes.
pub(super) fn column_root_mean_squares(x: &Matrix<f64>) -> Vec<f64> {
    let objects = x.rows() as f64;
    let root_mean_square = |column: &[f64]| {
        let largest = column.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        if largest == 0.0 {
            return 0.0;
        }
        let sum: f64 = column.iter().map(|x| (x / largest).powi(2)).sum();
        largest * (sum / objects).sqrt()
    };
    x.transpose().row_iter().map(root_mean_square).collect()
}

/// The rows made orthonormal one after the other, each freed of those before it twice, since once leaves rounding behind
/// (Gram, Schmidt). A row that lies in the span of those before it, but for rounding, becomes 0.
pub(super) fn orthonormal(mut rows: Matrix<f64>) -> Matrix<f64> {
    const ROUNDING: f64 = 1e-12;
    for i in 0..rows.rows() {
        let whole = dot(rows.row(i), rows.row(i)).sqrt();
        for j in (0..i).chain(0..i) {
            let before = rows.row(j).to_vec();
            let row = rows.row_mut(i);
            add_scaled(-dot(row, &before), &before, row);
        }
        let length = dot(rows.row(i), rows.row(i)).sqrt();
        let scale = if length > ROUNDING * whole {
            1.0 / length
        } else {
            0.0
        };
        rows.row_mut(i).iter_mut().for_each(|x| *x *= scale);
    }
    rows
}

/// What is given beside the objects `x` has one entry for each of them.
#[track_caller]
pub(super) fn check_beside(operation: &str, x: &Matrix<f64>, what: &str, count: usize) {
    assert!(
        x.rows() == count,
        "{operation}: {} objects and {count} {what}",
        x.rows()
    );
}

/// A fitted method is given as many features as it was fitted on.
#[track_caller]
pub(super) fn check_features(operation: &str, fitted: usize, x: &Matrix<f64>) {
    assert!(
        x.columns() == fitted,
        "{operation}: fitted on {fitted} features, got a matrix of {}",
        x.shape()
    );
}

#[track_caller]
pub(super) fn check_finite<T: Real>(operation: &str, x: &Matrix<T>) {
    assert!(x.is_finite(), "{operation}: an entry is not finite");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_a_constant_column_is_exact_and_an_offset_costs_no_digits() {
        let x = Matrix::from_fn(
            1000,
            2,
            |i, j| if j == 0 { 0.1 } else { 1e9 + (i % 2) as f64 },
        );
        assert_eq!(column_means(&x)[0], 0.1);
        assert!((column_means(&x)[1] - 1e9 - 0.5).abs() < 1e-6);
    }

    #[test]
    fn root_mean_squares_of_any_size_are_found() {
        let x = Matrix::from_rows(&[[3.0, 3e-200, -3e300, 0.0], [-4.0, 4e-200, 4e300, 0.0]]);
        let expected = [1.0, 1e-200, 1e300, 0.0].map(|unit| 12.5f64.sqrt() * unit);
        for (found, expected) in column_root_mean_squares(&x).iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-15 * expected, "{found:e}");
        }
    }

    #[test]
    fn sums_over_two_rows_of_every_length_are_right() {
        for length in [0, 1, 7, 8, 9, 64, 100] {
            let a: Vec<f64> = (0..length).map(|i| i as f64).collect();
            let b: Vec<f64> = (0..length).map(|i| (3 * i) as f64 - 5.0).collect();
            let pairs = || a.iter().zip(&b);
            let product: f64 = pairs().map(|(a, b)| a * b).sum();
            let distance: f64 = pairs().map(|(a, b)| (a - b).powi(2)).sum();
            // whole numbers: exact in any order
            assert_eq!(dot(&a, &b), product, "{length}");
            assert_eq!(squared_distance(&a, &b), distance, "{length}");
        }
    }
}
