//! Eigenvalues and eigenvectors of a symmetric matrix.

use super::shared::dot;
use unsup_autograd::Matrix;

/// A = Σ λᵢ vᵢ vᵢᵀ
#[derive(Clone, PartialEq, Debug)]
pub struct Eigen {
    /// λᵢ, largest first.
    pub values: Vec<f64>,
    /// vᵢ as row i: orthonormal; the entry of largest absolute value is positive, the first of them at a tie.
    pub vectors: Matrix<f64>,
}

/// The eigenvalues and eigenvectors of a symmetric matrix, by Householder's reduction to three diagonals and then the
/// QR iteration with Wilkinson's shift (Golub, Van Loan, "Matrix computations", 8.3). Of the matrix the lower triangle
/// is read.
///
/// Cost: about 9 n³ operations.
///
/// # Panics
/// If the matrix is not square, or has an entry that is not finite. (The iteration converges for every other matrix;
/// should it ever not within 50 n sweeps, it panics rather than run on.)
#[track_caller]
pub fn symmetric_eigen(a: &Matrix<f64>) -> Eigen {
    let n = a.rows();
    assert!(
        a.columns() == n,
        "symmetric_eigen: needs a square matrix, got {}",
        a.shape()
    );
    assert!(
        a.is_finite(),
        "symmetric_eigen: an entry of the matrix is not finite"
    );
    // in units of the largest entry nothing overflows
    let unit = a.as_slice().iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let unit = if unit > 0.0 { unit } else { 1.0 };
    let mut a = Matrix::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))] / unit);
    let mut basis = Matrix::identity(n);
    reduce_to_three_diagonals(&mut a, &mut basis);
    let mut diagonal: Vec<f64> = (0..n).map(|i| a[(i, i)]).collect();
    let mut beside: Vec<f64> = (1..n).map(|i| a[(i, i - 1)]).collect();
    diagonalise(&mut diagonal, &mut beside, &mut basis);

    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| diagonal[j].total_cmp(&diagonal[i]));
    let mut vectors = basis.select_rows(&order);
    fix_signs(&mut vectors);
    Eigen {
        values: order.iter().map(|&i| unit * diagonal[i]).collect(),
        vectors,
    }
}

/// Turns every row so that its entry of largest absolute value is positive, the first of them at a tie: of v and −v,
/// which are as good, always the same one.
pub(super) fn fix_signs(vectors: &mut Matrix<f64>) {
    for i in 0..vectors.rows() {
        let row = vectors.row_mut(i);
        let largest = row.iter().fold(
            0.0f64,
            |best, &x| if x.abs() > best.abs() { x } else { best },
        );
        if largest < 0.0 {
            row.iter_mut().for_each(|x| *x = -*x);
        }
    }
}

/// A ← H A H for a reflection H for each column, until only three diagonals are left; basis ← H basis.
///
/// H = I − β v vᵀ; with p = β A v and w = p − (β/2)(pᵀv) v, H A H = A − v wᵀ − w vᵀ.
fn reduce_to_three_diagonals(a: &mut Matrix<f64>, basis: &mut Matrix<f64>) {
    let n = a.rows();
    for k in 0..n.saturating_sub(2) {
        // the reflection that sends column k below the diagonal to a multiple of its first entry
        let mut v: Vec<f64> = (k + 1..n).map(|i| a[(i, k)]).collect();
        let scale = v.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        if scale == 0.0 {
            continue;
        }
        v.iter_mut().for_each(|x| *x /= scale);
        let norm = dot(&v, &v).sqrt();
        v[0] += norm.copysign(v[0]);
        let beta = 2.0 / dot(&v, &v);

        // rows and columns k.. of A, of which row and column k have v's coordinate 0
        let from = k + 1;
        let mut w: Vec<f64> = (k..n).map(|i| beta * dot(&a.row(i)[from..], &v)).collect();
        let half = 0.5 * beta * dot(&w[1..], &v);
        for (w, v) in w[1..].iter_mut().zip(&v) {
            *w -= half * v;
        }
        for i in k..n {
            let vi = if i == k { 0.0 } else { v[i - from] };
            let wi = w[i - k];
            let row = &mut a.row_mut(i)[k..];
            for (x, w) in row.iter_mut().zip(&w) {
                *x -= vi * w;
            }
            for (x, v) in row[1..].iter_mut().zip(&v) {
                *x -= wi * v;
            }
        }

        // basis ← basis − β v (vᵀ basis)
        let mut t = vec![0.0; n];
        for (i, &v) in v.iter().enumerate() {
            for (t, x) in t.iter_mut().zip(basis.row(from + i)) {
                *t += v * x;
            }
        }
        for (i, &v) in v.iter().enumerate() {
            for (x, t) in basis.row_mut(from + i).iter_mut().zip(&t) {
                *x -= beta * v * t;
            }
        }
    }
}

/// The implicit QR iteration on three diagonals, each rotation applied to two rows of the basis.
fn diagonalise(diagonal: &mut [f64], beside: &mut [f64], basis: &mut Matrix<f64>) {
    let n = diagonal.len();
    let negligible = |diagonal: &[f64], beside: &[f64], i: usize| {
        beside[i].abs() <= f64::EPSILON * (diagonal[i].abs() + diagonal[i + 1].abs())
            || beside[i].abs() < f64::MIN_POSITIVE
    };
    let mut high = n.saturating_sub(1);
    let mut sweeps = 0;
    while high > 0 {
        if negligible(diagonal, beside, high - 1) {
            beside[high - 1] = 0.0;
            high -= 1;
            continue;
        }
        sweeps += 1;
        assert!(sweeps <= 50 * n, "symmetric_eigen: no convergence");
        // the block low..=high that does not fall apart
        let mut low = high - 1;
        while low > 0 && !negligible(diagonal, beside, low - 1) {
            low -= 1;
        }
        // Wilkinson's shift: the eigenvalue of the last 2x2 that is nearer to the last entry
        let e = beside[high - 1];
        let half = (diagonal[high - 1] - diagonal[high]) / 2.0;
        let shift = diagonal[high] - e / (half / e + (half / e).hypot(1.0).copysign(half / e));
        let mut x = diagonal[low] - shift;
        let mut z = beside[low];
        for k in low..high {
            // the rotation that sends (x, z) to (r, 0)
            let r = x.hypot(z);
            let (c, s) = if r == 0.0 {
                (1.0, 0.0)
            } else {
                (x / r, -z / r)
            };
            if k > low {
                beside[k - 1] = r;
            }
            let (d, e) = (diagonal[k] - diagonal[k + 1], beside[k]);
            let moved = (2.0 * c * e + d * s) * s;
            diagonal[k] -= moved;
            diagonal[k + 1] += moved;
            beside[k] = d * c * s + (c * c - s * s) * e;
            if k + 1 < high {
                x = beside[k];
                z = -s * beside[k + 1];
                beside[k + 1] *= c;
            }
            rotate_rows(basis, k, c, s);
        }
    }
}

/// Row k ← c row k − s row k+1 and row k+1 ← s row k + c row k+1.
fn rotate_rows(basis: &mut Matrix<f64>, k: usize, c: f64, s: f64) {
    let columns = basis.columns();
    let rows = &mut basis.as_mut_slice()[k * columns..(k + 2) * columns];
    let (upper, lower) = rows.split_at_mut(columns);
    for (a, b) in upper.iter_mut().zip(lower) {
        (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, standard_normal};

    fn symmetric(n: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        let a = Matrix::from_fn(n, n, |_, _| standard_normal(&mut random));
        Matrix::from_fn(n, n, |i, j| a[(i, j)] + a[(j, i)])
    }

    /// A = Σ λ v vᵀ, the vectors are orthonormal, the values fall.
    fn holds(a: &Matrix<f64>) {
        let n = a.rows();
        let Eigen { values, vectors } = symmetric_eigen(a);
        let scaled = Matrix::from_fn(n, n, |i, j| values[i] * vectors[(i, j)]);
        let largest = a.as_slice().iter().fold(1.0f64, |m, x| m.max(x.abs()));
        let difference = vectors.matmul_tn(&scaled).difference(a);
        assert!(difference < 1e-12 * largest * n as f64, "{n}: {difference}");
        let gram = vectors.matmul_nt(&vectors);
        assert!(gram.is_close(&Matrix::identity(n), 1e-12 * n as f64), "{n}");
        assert!(
            values.windows(2).all(|pair| pair[0] >= pair[1]),
            "{values:?}"
        );
    }

    #[test]
    fn the_largest_entry_of_every_vector_is_positive_and_the_first_of_them_at_a_tie() {
        for n in [2, 5, 33] {
            // of −A the vectors come from other rotations
            for sign in [1.0, -1.0] {
                let vectors = symmetric_eigen(&symmetric(n, n as u64).map(|x| sign * x)).vectors;
                for row in vectors.row_iter() {
                    let largest = row.iter().fold(0.0f64, |m, x| m.max(x.abs()));
                    assert!(row.contains(&largest), "{row:?}");
                }
            }
        }
        // exact ties: 1 and −1
        let mut tied = Matrix::from_rows(&[[-1.0, 1.0, 0.5], [0.5, 1.0, -1.0], [0.0, 0.0, 0.0]]);
        fix_signs(&mut tied);
        let expected = Matrix::from_rows(&[[1.0, -1.0, -0.5], [0.5, 1.0, -1.0], [0.0, 0.0, 0.0]]);
        assert_eq!(tied, expected);
    }

    #[test]
    fn random_matrices_of_many_sizes_are_put_together_again() {
        for n in [1, 2, 3, 4, 5, 10, 33, 64, 120] {
            holds(&symmetric(n, n as u64));
        }
    }

    #[test]
    fn special_matrices_are_put_together_again() {
        holds(&Matrix::zeros(5, 5));
        holds(&Matrix::identity(6));
        holds(&Matrix::filled(7, 7, 1.0)); // rank 1
        holds(&Matrix::from_fn(
            6,
            6,
            |i, j| if i == j { i as f64 } else { 0.0 },
        ));
        holds(&Matrix::from_fn(4, 4, |i, j| {
            10f64.powi(3 * (i + j) as i32)
        }));
        // near the ends of the range: in units of the largest entry they are like any other
        for unit in [1e-300, 1e300, 1e308] {
            let tilted = Matrix::from_rows(&[[1.0, 0.5, 0.1], [0.5, -0.3, 0.2], [0.1, 0.2, 0.0]]);
            let values = symmetric_eigen(&tilted.map(|x| unit * x)).values;
            let expected = symmetric_eigen(&tilted).values;
            for (value, expected) in values.iter().zip(expected) {
                assert!((value / unit - expected).abs() < 1e-14, "{unit:e}");
            }
        }
        let b = symmetric(12, 9).slice_rows(0..3);
        holds(&b.matmul_tn(&b)); // nine eigenvalues 0
    }

    /// As large as the images of 28x28 pixels make it: a Gram matrix of 900 objects, whose eigenvalues lie close
    /// together.
    #[test]
    fn a_gram_matrix_of_784_features_is_put_together_again() {
        let mut random = generator(784, "test", 0);
        let x = Matrix::from_fn(900, 784, |_, _| standard_normal(&mut random));
        holds(&x.matmul_tn(&x));
    }

    #[test]
    fn a_two_by_two_has_its_known_values() {
        let Eigen { values, vectors } =
            symmetric_eigen(&Matrix::from_rows(&[[2.0, 1.0], [1.0, 2.0]]));
        assert!((values[0] - 3.0).abs() < 1e-15 && (values[1] - 1.0).abs() < 1e-15);
        let h = 0.5f64.sqrt();
        assert!(
            vectors
                .slice_rows(0..1)
                .is_close(&Matrix::from_rows(&[[h, h]]), 1e-15)
        );
    }
}
