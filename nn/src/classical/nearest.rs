//! The nearest of many rows: the search under k-means, k nearest neighbours and the winner of a map.

use super::shared::{centre, check_finite, column_means, dot, squared_distance};
use unsup_autograd::{Matrix, vectorised};

/// One of the rows that lie nearest to an object.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nearest {
    /// Which row it is.
    pub index: usize,
    /// ‖x − w‖², summed directly over the features, not taken from a matrix product: 0 for equal rows. Infinite where the
    /// squares overflow.
    pub squared_distance: f64,
}

impl Nearest {
    /// Behind every row: any row that is found takes its place.
    const NONE: Self = Self {
        index: usize::MAX,
        squared_distance: f64::INFINITY,
    };

    /// Nearer, or as near and of lower index.
    fn precedes(&self, other: &Self) -> bool {
        self.squared_distance < other.squared_distance
            || (self.squared_distance == other.squared_distance && self.index < other.index)
    }
}

/// Rows of `x` and of `w` whose products are held at a time: 256 x 1024 numbers, 2 MB.
const X_BLOCK: usize = 256;
const W_BLOCK: usize = 1024;

/// For every row of `x` (objects x features) the nearest row of `w` (any number x features) by squared Euclidean
/// distance; of several that are equally near, the one of lowest index.
///
/// Exactly what the plain double loop over all pairs finds, index and distance to the bit, at the cost of one matrix
/// product: ‖x − w‖² = ‖x‖² − 2 x·w + ‖w‖² for all pairs, block by block, and then, since these sums break exact ties by
/// rounding (votes of 0 and 1 are full of them), every row that could be the nearest within the rounding error is
/// measured again directly.
///
/// # How near is near
///
/// Let n be the number of features, u = 2⁻⁵³, S = ‖x‖² + maxⱼ ‖wⱼ‖², all measured from the mean of `w` (a shift changes
/// no distance, and keeps S small where the data lie far from 0). A sum of n products is off by at most n u Σ |aᵢ bᵢ|, in
/// any order and with or without fused multiply-add (Higham 2002, "Accuracy and stability of numerical algorithms", 3.1).
/// So, in multiples of u S and to first order, a distance by products is off from the true one by at most
///
/// - 2 n, from the two norms and twice the product (2 |x·w| ≤ S),
/// - 3, from adding the three,
/// - 4, from the shift, which rounds each coordinate once,
///
/// and one that is summed directly by at most 2 (n + 2), since it is at most 2 S. The two differ by less than e = (4 n +
/// 32) u S; these terms make 4 n + 11, and the other 21 cover those of second order (for n below 10⁷) and the rounding of
/// the comparison itself. Where products underflow, each loses less than the smallest normal number, which e includes. A
/// row whose distance by products exceeds the least by more than 2 e is therefore farther when measured directly too, and
/// only such rows are passed over. Where S overflows, all rows are measured directly.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::nearest;
///
/// let w = Matrix::from_rows(&[[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]);
/// let x = Matrix::from_rows(&[[0.9, 0.8], [0.5, 0.5]]);
/// let found = nearest(&x, &w);
/// assert_eq!(found[0].index, 1); // as near as row 2, which comes later
/// assert_eq!(found[1].index, 0); // as near as both
/// assert_eq!(found[1].squared_distance, 0.5);
/// ```
///
/// # Panics
/// If `x` and `w` differ in their number of features, or an entry is not finite.
#[track_caller]
pub fn nearest(x: &Matrix<f64>, w: &Matrix<f64>) -> Vec<Nearest> {
    search("nearest", x, w, 1)
}

/// For every row of `x` the `k` nearest rows of `w`, nearest first, of equally near ones the lower index first; found
/// as by [`nearest`].
///
/// # Panics
/// If `k` is 0 or more than `w` has rows, `x` and `w` differ in their number of features, or an entry is not finite.
#[track_caller]
pub fn k_nearest(x: &Matrix<f64>, w: &Matrix<f64>, k: usize) -> Vec<Vec<Nearest>> {
    assert!(
        (1..=w.rows()).contains(&k),
        "k_nearest: the {k} nearest of {} rows",
        w.rows()
    );
    let found = search("k_nearest", x, w, k);
    found.chunks_exact(k).map(<[Nearest]>::to_vec).collect()
}

/// The k nearest of each row of x, one row's after the other's.
#[track_caller]
fn search(operation: &str, x: &Matrix<f64>, w: &Matrix<f64>, k: usize) -> Vec<Nearest> {
    assert!(
        x.columns() == w.columns(),
        "{operation}: features differ: {} and {}",
        x.shape(),
        w.shape()
    );
    check_finite(operation, x);
    check_finite(operation, w);
    let origin = column_means(w);
    let blocks = |rows: usize, length: usize| {
        (0..rows)
            .step_by(length)
            .map(move |start| start..(start + length).min(rows))
    };
    let w_blocks: Vec<_> = blocks(w.rows(), W_BLOCK)
        .map(|rows| {
            let centred = centre(&w.slice_rows(rows.clone()), &origin);
            let norms = squared_norms(&centred);
            (rows.start, centred, norms)
        })
        .collect();
    let largest = w_blocks
        .iter()
        .flat_map(|(_, _, norms)| norms)
        .fold(0.0, |largest: f64, &norm| largest.max(norm));

    let mut found = vec![Nearest::NONE; x.rows() * k];
    let mut order = Vec::new();
    for rows in blocks(x.rows(), X_BLOCK) {
        let centred = centre(&x.slice_rows(rows.clone()), &origin);
        let norms = squared_norms(&centred);
        for (start, w_centred, w_norms) in &w_blocks {
            let mut products = centred.matmul_nt(w_centred);
            for (i, &norm) in rows.clone().zip(&norms) {
                let distances = products.row_mut(i - rows.start);
                let least = squared_distances(norm, w_norms, distances);
                let kth = match k {
                    1 => least,
                    _ if k > distances.len() => f64::INFINITY,
                    _ => {
                        order.clear();
                        order.extend_from_slice(distances);
                        *order.select_nth_unstable_by(k - 1, f64::total_cmp).1
                    }
                };
                let error = error_bound(x.columns(), norm + largest);
                let list = &mut found[i * k..(i + 1) * k];
                let limit = (kth + 2.0 * error).min(list[k - 1].squared_distance + error);
                for (j, &distance) in distances.iter().enumerate() {
                    if distance <= limit || !error.is_finite() {
                        let index = start + j;
                        let squared_distance = squared_distance(x.row(i), w.row(index));
                        insert(
                            Nearest {
                                index,
                                squared_distance,
                            },
                            list,
                        );
                    }
                }
            }
        }
    }
    found
}

/// How far a squared distance by products may be from the one that is summed directly: e of [`nearest`], for S = `norms`.
fn error_bound(features: usize, norms: f64) -> f64 {
    let terms = (4 * features + 32) as f64;
    terms * (0.5 * f64::EPSILON * norms + f64::MIN_POSITIVE)
}

fn squared_norms(x: &Matrix<f64>) -> Vec<f64> {
    x.row_iter().map(|row| dot(row, row)).collect()
}

/// Puts one more into a sorted list, from which the last falls out.
fn insert(new: Nearest, list: &mut [Nearest]) {
    let at = list.partition_point(|other| other.precedes(&new));
    if at < list.len() {
        list[at..].rotate_right(1);
        list[at] = new;
    }
}

vectorised! {
    /// ‖x‖² − 2 x·w + ‖w‖², not below 0, in the place of each x·w; returns the least.
    fn squared_distances[](norm: f64, norms: &[f64], products: &mut [f64]) -> f64 {
        const LANES: usize = 8;
        let of = |product: f64, w_norm: f64| {
            let distance = (norm + w_norm) - 2.0 * product;
            if distance < 0.0 { 0.0 } else { distance }
        };
        let smaller = |a: f64, b: f64| if a < b { a } else { b };
        let mut least = [f64::INFINITY; LANES];
        let (mut chunks, mut norm_chunks) = (products.chunks_exact_mut(LANES), norms.chunks_exact(LANES));
        for (products, norms) in (&mut chunks).zip(&mut norm_chunks) {
            for i in 0..LANES {
                products[i] = of(products[i], norms[i]);
                least[i] = smaller(products[i], least[i]);
            }
        }
        let mut least = least.into_iter().fold(f64::INFINITY, smaller);
        for (product, &norm) in chunks.into_remainder().iter_mut().zip(norm_chunks.remainder()) {
            *product = of(*product, norm);
            least = smaller(*product, least);
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, standard_normal};
    use rand::RngExt;

    /// The plain double loop.
    fn plainly(x: &Matrix<f64>, w: &Matrix<f64>, k: usize) -> Vec<Vec<Nearest>> {
        let of = |x: &[f64]| {
            let mut all: Vec<Nearest> = w
                .row_iter()
                .enumerate()
                .map(|(index, w)| Nearest {
                    index,
                    squared_distance: squared_distance(x, w),
                })
                .collect();
            // a stable sort: of equal distances the lower index stays first
            all.sort_by(|a, b| a.squared_distance.total_cmp(&b.squared_distance));
            all.truncate(k);
            all
        };
        x.row_iter().map(of).collect()
    }

    fn agrees(name: &str, x: &Matrix<f64>, w: &Matrix<f64>) {
        let firsts = plainly(x, w, 1);
        for (i, (found, expected)) in nearest(x, w).iter().zip(&firsts).enumerate() {
            assert_eq!(found, &expected[0], "{name}, object {i}");
        }
        for k in [1, 2, 7, w.rows()] {
            let k = k.min(w.rows());
            assert_eq!(k_nearest(x, w, k), plainly(x, w, k), "{name}, {k} nearest");
        }
    }

    fn normal(rows: usize, columns: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random))
    }

    fn votes(rows: usize, columns: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        Matrix::from_fn(rows, columns, |_, _| f64::from(random.random_range(0..2u8)))
    }

    #[test]
    fn votes_with_many_exact_ties_are_found_as_by_the_plain_loop() {
        let (x, w) = (votes(300, 16, 1), votes(200, 16, 2));
        let tied = plainly(&x, &w, 2)
            .iter()
            .filter(|pair| pair[0].squared_distance == pair[1].squared_distance)
            .count();
        assert!(tied > 100, "the data shall have ties, got {tied}");
        agrees("votes", &x, &w);
        // means of votes: ties that rounding alone would decide
        let means = Matrix::from_fn(60, 16, |i, j| {
            (w[(i, j)] + w[(i + 60, j)] + w[(i + 120, j)]) / 3.0
        });
        agrees("means of votes", &x, &means);
        agrees(
            "means of votes, one coordinate in 3",
            &x.map(|x| x / 3.0),
            &w.map(|w| w / 3.0),
        );
    }

    #[test]
    fn a_large_common_offset_hides_nothing() {
        for offset in [1e6, -1e9] {
            let shifted = |x: Matrix<f64>| x.map(|x| offset + 1e-3 * x);
            agrees(
                "offset",
                &shifted(normal(60, 5, 3)),
                &shifted(normal(80, 5, 4)),
            );
        }
        // of the objects alone, and of the rows alone
        agrees(
            "far objects",
            &normal(40, 5, 3).map(|x| 1e6 + x),
            &normal(50, 5, 4),
        );
        agrees(
            "far rows",
            &normal(40, 5, 3),
            &normal(50, 5, 4).map(|x| 1e6 + x),
        );
    }

    #[test]
    fn of_duplicates_the_first_is_found_at_distance_0() {
        let once = normal(40, 9, 5);
        let twice: Vec<usize> = (0..40).chain(0..40).collect();
        let w = once.select_rows(&twice);
        agrees("duplicates", &once, &w);
        for (i, found) in nearest(&once, &w).iter().enumerate() {
            assert_eq!((found.index, found.squared_distance), (i, 0.0));
        }
    }

    #[test]
    fn several_blocks_of_every_scale_are_searched() {
        agrees("blocks", &normal(600, 3, 6), &normal(2100, 3, 7));
        agrees("votes in blocks", &votes(300, 6, 8), &votes(1500, 6, 9));
        for unit in [
            1e-320, 1e-200, 1e-161, 1e-160, 1e-155, 1e150, 7e153, 1e200, 1e307,
        ] {
            let scaled = |x: Matrix<f64>| x.map(|x| unit * x);
            agrees(
                "scaled",
                &scaled(normal(30, 4, 1)),
                &scaled(normal(40, 4, 2)),
            );
        }
        agrees("one row", &normal(5, 4, 1), &normal(1, 4, 2));
        agrees("one feature", &normal(300, 1, 1), &normal(300, 1, 2));
    }

    /// The bound itself, against the two ways to measure.
    #[test]
    fn the_error_bound_holds() {
        let mut largest: f64 = 0.0;
        for features in [1, 3, 16, 64, 300] {
            for seed in 0..4 {
                let offset = 10f64.powi(2 * seed as i32);
                let x = normal(20, features, seed).map(|x| offset + x);
                let w = normal(30, features, seed + 10).map(|x| offset + x);
                let (x_norms, w_norms) = (squared_norms(&x), squared_norms(&w));
                let mut products = x.matmul_nt(&w);
                for i in 0..x.rows() {
                    squared_distances(x_norms[i], &w_norms, products.row_mut(i));
                    for j in 0..w.rows() {
                        let error = (products[(i, j)] - squared_distance(x.row(i), w.row(j))).abs();
                        let bound = error_bound(features, x_norms[i] + w_norms[j]);
                        largest = largest.max(error / bound);
                    }
                }
            }
        }
        assert!(largest < 1.0 && largest > 1e-3, "{largest}");
    }

    #[test]
    #[should_panic(expected = "nearest: features differ: 3x4 and 5x6")]
    fn other_features_are_refused() {
        nearest(&Matrix::zeros(3, 4), &Matrix::zeros(5, 6));
    }

    #[test]
    #[should_panic(expected = "k_nearest: the 6 nearest of 5 rows")]
    fn more_neighbours_than_rows_are_refused() {
        k_nearest(&Matrix::zeros(3, 4), &Matrix::zeros(5, 4), 6);
    }
}
