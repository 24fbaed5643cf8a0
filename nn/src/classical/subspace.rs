//! How far two subspaces lie apart.

use super::shared::{check_finite, orthonormal, take_unit};
use super::symmetric_eigen;
use unsup_autograd::Matrix;

/// The principal angles between the spans of the rows of `a` and of `b` (directions x features), in degrees, smallest
/// first: as many as the smaller of the two subspaces has dimensions.
///
/// The first is the smallest angle between a vector of one and a vector of the other; each next one the same among the
/// vectors orthogonal to those before. All are 0 where one subspace holds the other; the largest is the distance of two
/// subspaces of one dimension. With orthonormal bases P and Q as rows, their cosines are the singular values of P Qᵀ
/// and their sines those of Q − (Q Pᵀ) P; each angle is taken from whichever tells it better. They come as squares from
/// an eigenproblem, so that an angle is right to about 10⁻⁶ degrees.
///
/// Rows that lie in the span of others, but for rounding, add nothing.
///
/// Source: Björck, Golub (1973), "Numerical methods for computing angles between linear subspaces".
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::principal_angles;
///
/// let plane = Matrix::from_rows(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
/// let tilted = Matrix::from_rows(&[[5.0, 0.0, 0.0], [1.0, 1.0, 1.0]]);
/// let angles = principal_angles(&plane, &tilted);
/// assert!(angles[0].abs() < 1e-6 && (angles[1] - 45.0).abs() < 1e-6);
/// ```
///
/// # Panics
/// If the two differ in their number of features, an entry is not finite, or all entries of one are 0.
#[track_caller]
pub fn principal_angles(a: &Matrix<f64>, b: &Matrix<f64>) -> Vec<f64> {
    assert!(
        a.columns() == b.columns(),
        "principal_angles: features differ: {} and {}",
        a.shape(),
        b.shape()
    );
    check_finite("principal_angles", a);
    check_finite("principal_angles", b);
    let (mut p, mut q) = (basis(a), basis(b));
    if p.rows() < q.rows() {
        std::mem::swap(&mut p, &mut q);
    }
    let along = q.matmul_nt(&p);
    let mut across = q.clone();
    let projected = along.matmul(&p);
    for (x, y) in across.as_mut_slice().iter_mut().zip(projected.as_slice()) {
        *x -= y;
    }
    // squares of the singular values, largest first
    let squares = |x: &Matrix<f64>| symmetric_eigen(&x.matmul_nt(x)).values;
    let (cosines, sines) = (squares(&along), squares(&across));
    let pairs = cosines.into_iter().zip(sines.into_iter().rev());
    let angle = |(cosine, sine): (f64, f64)| {
        let root = |square: f64| square.clamp(0.0, 1.0).sqrt();
        if cosine > 0.5 {
            root(sine).asin()
        } else {
            root(cosine).acos()
        }
    };
    pairs.map(|pair| angle(pair).to_degrees()).collect()
}

/// An orthonormal basis of the span of the rows, as rows.
#[track_caller]
fn basis(x: &Matrix<f64>) -> Matrix<f64> {
    let mut x = x.clone();
    take_unit(&mut x);
    let rows = orthonormal(x);
    let spanning: Vec<usize> = (0..rows.rows())
        .filter(|&i| rows.row(i).iter().any(|&x| x != 0.0))
        .collect();
    assert!(!spanning.is_empty(), "principal_angles: all entries are 0");
    rows.select_rows(&spanning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, standard_normal};

    /// Two planes of R⁶ with the given angles, each by rows that are no basis of unit length, in a random position.
    fn at_angles(angles: [f64; 2]) -> (Matrix<f64>, Matrix<f64>) {
        let mut random = generator(3, "test", 0);
        let mut normal =
            |rows, columns| Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random));
        let axes = orthonormal(normal(6, 6));
        let first = axes.slice_rows(0..2);
        let second = Matrix::from_fn(2, 6, |i, j| {
            let angle = angles[i].to_radians();
            angle.cos() * axes[(i, j)] + angle.sin() * axes[(i + 2, j)]
        });
        (normal(2, 2).matmul(&first), normal(3, 2).matmul(&second))
    }

    #[test]
    fn planted_angles_are_found_from_tiny_to_right() {
        for angles in [
            [0.0, 0.0],
            [1e-5, 30.0],
            [20.0, 45.0],
            [60.0, 89.9999],
            [0.0, 90.0],
        ] {
            let (a, b) = at_angles(angles);
            for found in [principal_angles(&a, &b), principal_angles(&b, &a)] {
                assert_eq!(found.len(), 2, "the third row adds nothing");
                for (found, expected) in found.iter().zip(angles) {
                    assert!((found - expected).abs() < 2e-6, "{found} for {expected}");
                }
            }
        }
    }

    #[test]
    fn a_line_in_a_plane_has_angle_0_at_any_scale() {
        let plane = Matrix::from_rows(&[[1e200, 0.0, 0.0], [0.0, 1e200, 1e200]]);
        let line = Matrix::from_rows(&[[3e-200, 1e-200, 1e-200]]);
        let angles = principal_angles(&plane, &line);
        assert!(angles.len() == 1 && angles[0] < 1e-12, "{angles:?}");
    }

    #[test]
    #[should_panic(expected = "principal_angles: features differ: 1x2 and 1x3")]
    fn other_features_are_refused() {
        principal_angles(&Matrix::filled(1, 2, 1.0), &Matrix::filled(1, 3, 1.0));
    }
}
