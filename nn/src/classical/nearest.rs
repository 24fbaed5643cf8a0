//! The nearest of many rows: the search under k-means, k nearest neighbours and the winner of a map.

use super::shared::{centre, check_finite, column_means, dot, squared_distance_over_present};
use unsup_autograd::{Matrix, Real, for_each_chunk, vectorised};

/// One of the rows that lie nearest to an object.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nearest<T> {
    /// Which row it is.
    pub index: usize,
    /// ‖x − w‖² over the features that x has, summed directly, not taken from a matrix product: 0 for equal rows. Infinite
    /// where the squares overflow.
    pub squared_distance: T,
}

impl<T: Real> Nearest<T> {
    /// Behind every row: any row that is found takes its place.
    const NONE: Self = Self {
        index: usize::MAX,
        squared_distance: T::INFINITY,
    };

    /// Nearer, or as near and of lower index.
    fn precedes(&self, other: &Self) -> bool {
        self.squared_distance < other.squared_distance
            || (self.squared_distance == other.squared_distance && self.index < other.index)
    }
}

/// Rows of `x` and of `w` whose products are held at a time: 256 x 1024 numbers.
const X_BLOCK: usize = 256;
const W_BLOCK: usize = 1024;

/// For every row of `x` (objects x features) the nearest row of `w` (any number x features) by squared Euclidean
/// distance; of several that are equally near, the one of lowest index.
///
/// An entry of `x` that is NaN is missing: the distance is the sum over the features that the object has. (It is not
/// enlarged for those that it has not: that would change no winner.) An object without any value is at distance 0 from every
/// row, so row 0 is found: leave such objects out.
///
/// Exactly what the plain double loop over all pairs finds, index and distance to the bit, at the cost of one matrix
/// product (of two for objects with missing values): ‖x − w‖² − ‖x‖² = ‖w‖² − 2 x·w for all pairs, block by block, and then,
/// since these sums break exact ties by rounding (votes of 0 and 1 are full of them), every row that could be the nearest
/// within the rounding error is measured again directly. With the feature `threading` blocks of objects are shared among
/// threads; the result has the same bits at any number of them.
///
/// # How near is near
///
/// Let n be the number of features, u half the distance from 1 to the next number, S = ‖x‖² + maxⱼ ‖wⱼ‖², all measured from
/// the mean of `w` (a shift changes no distance, and keeps S small where the data lie far from 0). A sum of n products is off
/// by at most γₙ Σ |aᵢ bᵢ| with γₙ = n u / (1 − n u), in any order and with or without fused multiply-add; such bounds add up by
/// their indices, γᵢ + γⱼ + γᵢ γⱼ ≤ γᵢ₊ⱼ and c γᵢ ≤ γ꜀ᵢ (Higham 2002, "Accuracy and stability of numerical algorithms", 3.1
/// and lemma 3.3). So the indices, in multiples of S, are at most
///
/// - 2 n, for the two norms and twice the product (Σ 2 |xᵢ wᵢ| ≤ ‖x‖² + ‖w‖² ≤ S, and so much again for the norms). Where values
///   are missing, ‖w‖² is Σ mᵢ wᵢ² with m of 0 and 1, a sum of n products too, and no larger,
/// - 4, for the shift, which rounds each coordinate once,
/// - 2, for adding the product to ‖w‖²,
/// - 2 (n + 2), for the distance that is summed directly, which is at most 2 S,
/// - 5, for the comparison: the limit is the sum of three numbers of at most 2 S,
/// - n + 3, since S is itself computed,
///
/// 5 n + 18 in all. The two ways to measure differ by less than e = γ S of index 5 n + 32. Where products underflow, each
/// loses less than the smallest normal number, which e includes. A row whose sum by products exceeds the least by more than 2 e
/// is therefore farther when measured directly too, and only such rows are passed over. Where a distance may overflow (2 S
/// does), or the index reaches 1/u, all rows are measured directly.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::nearest;
///
/// let w = Matrix::from_rows(&[[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]);
/// let x = Matrix::from_rows(&[[0.9, 0.8], [0.5, 0.5], [f64::NAN, 0.7]]);
/// let found = nearest(&x, &w);
/// assert_eq!(found[0].index, 1); // as near as row 2, which comes later
/// assert_eq!(found[1].index, 0); // as near as both
/// assert_eq!(found[1].squared_distance, 0.5);
/// assert_eq!(found[2].index, 1); // by the second feature alone
/// ```
///
/// # Panics
/// If `x` and `w` differ in their number of features, an entry of `w` is not finite, or one of `x` is infinite.
#[track_caller]
pub fn nearest<T: Real>(x: &Matrix<T>, w: &Matrix<T>) -> Vec<Nearest<T>> {
    search("nearest", x, w, 1)
}

/// For every row of `x` the `k` nearest rows of `w`, nearest first, of equally near ones the lower index first; found
/// as by [`nearest`], missing values likewise.
///
/// # Panics
/// If `k` is 0 or more than `w` has rows, `x` and `w` differ in their number of features, an entry of `w` is not finite, or
/// one of `x` is infinite.
#[track_caller]
pub fn k_nearest<T: Real>(x: &Matrix<T>, w: &Matrix<T>, k: usize) -> Vec<Vec<Nearest<T>>> {
    assert!(
        (1..=w.rows()).contains(&k),
        "k_nearest: the {k} nearest of {} rows",
        w.rows()
    );
    let found = search("k_nearest", x, w, k);
    found.chunks_exact(k).map(<[Nearest<T>]>::to_vec).collect()
}

/// The k nearest of each row of x, one row's after the other's.
#[track_caller]
fn search<T: Real>(operation: &str, x: &Matrix<T>, w: &Matrix<T>, k: usize) -> Vec<Nearest<T>> {
    assert!(
        x.columns() == w.columns(),
        "{operation}: features differ: {} and {}",
        x.shape(),
        w.shape()
    );
    assert!(
        x.as_slice().iter().all(|x| x.is_finite() || x.is_nan()),
        "{operation}: an entry is infinite"
    );
    check_finite(operation, w);
    let has_all = |&i: &usize| !x.row(i).iter().any(|x| x.is_nan());
    let (mut objects, lacking): (Vec<usize>, Vec<usize>) = (0..x.rows()).partition(has_all);
    let complete = objects.len();
    objects.extend(lacking);

    let rows = Rows::new(w, complete < x.rows());
    let mut found = vec![Nearest::NONE; x.rows() * k];
    let (first, second) = found.split_at_mut(complete * k);
    for (objects, found, lacking) in [
        (&objects[..complete], first, false),
        (&objects[complete..], second, true),
    ] {
        for_each_chunk(found, X_BLOCK * k, |block, found| {
            let objects = &objects[block * X_BLOCK..][..found.len() / k];
            rows.search(&x.select_rows(objects), lacking, k, found);
        });
    }
    if complete == x.rows() {
        return found;
    }
    let mut in_order = found.clone();
    for (&i, list) in objects.iter().zip(found.chunks_exact(k)) {
        in_order[i * k..(i + 1) * k].copy_from_slice(list);
    }
    in_order
}

/// The rows that are searched, as the products need them.
struct Rows<'a, T> {
    w: &'a Matrix<T>,
    /// What all coordinates are measured from.
    origin: Vec<T>,
    blocks: Vec<Block<T>>,
    /// maxⱼ ‖wⱼ‖²
    largest: T,
}

/// Some rows, one after the other, measured from the origin.
struct Block<T> {
    /// Which of all rows is the first.
    start: usize,
    /// −2 w
    doubled: Matrix<T>,
    /// w∘w, for objects with missing values.
    squares: Option<Matrix<T>>,
    /// ‖w‖²
    norms: Vec<T>,
}

impl<'a, T: Real> Rows<'a, T> {
    fn new(w: &'a Matrix<T>, squares: bool) -> Self {
        let origin = column_means(w);
        let block = |start: usize| {
            let rows = w.slice_rows(start..(start + W_BLOCK).min(w.rows()));
            let centred = centre(&rows, &origin);
            Block {
                start,
                doubled: centred.map(|w| -(w + w)),
                squares: squares.then(|| centred.map(|w| w * w)),
                norms: squared_norms(&centred),
            }
        };
        let blocks: Vec<_> = (0..w.rows()).step_by(W_BLOCK).map(block).collect();
        let norms = blocks.iter().flat_map(|block| &block.norms);
        let largest = norms.fold(
            T::ZERO,
            |largest, &norm| if norm > largest { norm } else { largest },
        );
        Self {
            w,
            origin,
            blocks,
            largest,
        }
    }

    /// The k nearest of each row of x, one row's after the other's; where the objects are `lacking`, NaN is a missing value.
    fn search(&self, x: &Matrix<T>, lacking: bool, k: usize, found: &mut [Nearest<T>]) {
        let mut centred = centre(x, &self.origin);
        let present = lacking.then(|| {
            let present = centred.map(|x| if x.is_nan() { T::ZERO } else { T::ONE });
            centred = centred.map(|x| if x.is_nan() { T::ZERO } else { x });
            present
        });
        let x_norms = squared_norms(&centred);
        for block in &self.blocks {
            let products = centred.matmul_nt(&block.doubled);
            let norms = present.as_ref().zip(block.squares.as_ref());
            let norms = norms.map(|(present, squares)| present.matmul_nt(squares));
            for (i, list) in found.chunks_exact_mut(k).enumerate() {
                let norms = norms
                    .as_ref()
                    .map_or(&block.norms[..], |norms| norms.row(i));
                let products = products.row(i);
                let error = error_bound(x.columns(), x_norms[i] + self.largest);
                let limit = if error.is_finite() {
                    let within = kth_least(norms, products, k) + T::from_f64(2.0) * error;
                    smaller(within, list[k - 1].squared_distance - x_norms[i] + error)
                } else {
                    T::INFINITY
                };
                for_each_within(norms, products, limit, |j| {
                    let index = block.start + j;
                    let squared_distance =
                        squared_distance_over_present(x.row(i), self.w.row(index));
                    insert(
                        Nearest {
                            index,
                            squared_distance,
                        },
                        list,
                    );
                });
            }
        }
    }
}

/// How far a squared distance by products may be from the one that is summed directly: e of [`nearest`], for S = `norms`.
/// Infinite where 4 S overflows, well before a distance does.
fn error_bound<T: Real>(features: usize, norms: T) -> T {
    let roundings = (5 * features + 32) as f64;
    let gamma = 0.5 * T::EPSILON.to_f64() * roundings;
    let gamma = if gamma < 1.0 {
        gamma / (1.0 - gamma)
    } else {
        f64::INFINITY
    };
    T::from_f64(0.25 * gamma) * (T::from_f64(4.0) * norms)
        + T::from_f64(roundings) * T::MIN_POSITIVE
}

fn squared_norms<T: Real>(x: &Matrix<T>) -> Vec<T> {
    x.row_iter().map(|row| dot(row, row)).collect()
}

fn smaller<T: Real>(a: T, b: T) -> T {
    if a < b { a } else { b }
}

/// Puts one more into a sorted list, from which the last falls out.
fn insert<T: Real>(new: Nearest<T>, list: &mut [Nearest<T>]) {
    let last = list.len() - 1;
    if !new.precedes(&list[last]) {
        return;
    }
    let at = list.partition_point(|other| other.precedes(&new));
    list.copy_within(at..last, at + 1);
    list[at] = new;
}

/// The kth least of the sums ‖w‖² − 2 x·w, or a little more: the kth least of those that are the least in their lane, which
/// costs hardly more than the least of all. There are at least twice as many lanes as `k`, so that few of the k least share
/// one. Infinite where there are fewer sums than `k`.
fn kth_least<T: Real>(norms: &[T], products: &[T], k: usize) -> T {
    if 2 * k <= LANES {
        return kth_of_lanes(least_by_lanes(norms, products), k);
    }
    if k > products.len() {
        return T::INFINITY;
    }
    // the row in parts, each with lanes of its own
    let length = products.len().div_ceil((2 * k).div_ceil(LANES));
    let parts = norms.chunks(length).zip(products.chunks(length));
    let mut least: Vec<T> = parts
        .flat_map(|(norms, products)| least_by_lanes(norms, products))
        .collect();
    let order = |a: &T, b: &T| a.to_f64().total_cmp(&b.to_f64());
    *least.select_nth_unstable_by(k - 1, order).1
}

/// Places whose sums are compared side by side.
const LANES: usize = 32;
/// Places that are passed over at once where all of them are beyond the limit.
const TOGETHER: usize = 16;

vectorised! {
    /// The least of ‖w‖² − 2 x·w in every lane, infinite where the lane is empty; NaN counts for nothing.
    fn least_by_lanes[T: Real](norms: &[T], products: &[T]) -> [T; LANES] {
        let mut least = [T::INFINITY; LANES];
        let (mut norm_chunks, mut chunks) = (norms.chunks_exact(LANES), products.chunks_exact(LANES));
        for (norms, products) in (&mut norm_chunks).zip(&mut chunks) {
            for i in 0..LANES {
                least[i] = smaller(norms[i] + products[i], least[i]);
            }
        }
        let rest = norm_chunks.remainder().iter().zip(chunks.remainder());
        for (least, (&norm, &product)) in least.iter_mut().zip(rest) {
            *least = smaller(norm + product, *least);
        }
        least
    }

    /// The kth least of the lanes: as often as it takes, the least, and all that equal it, are taken out.
    fn kth_of_lanes[T: Real](lanes: [T; LANES], k: usize) -> T {
        let (mut lanes, mut left) = (lanes, k);
        loop {
            let mut least = lanes;
            let mut width = LANES / 2;
            while width > 0 {
                for i in 0..width {
                    least[i] = smaller(least[i + width], least[i]);
                }
                width /= 2;
            }
            let mut equal = 0u32;
            for lane in &mut lanes {
                equal += u32::from(*lane == least[0]);
                *lane = if *lane == least[0] { T::INFINITY } else { *lane };
            }
            if equal as usize >= left {
                return least[0];
            }
            left -= equal as usize;
        }
    }

    /// Calls `f` with the places, in their order, whose ‖w‖² − 2 x·w is not beyond the limit; NaN is not.
    fn for_each_within[T: Real, F: FnMut(usize)](norms: &[T], products: &[T], limit: T, f: F) {
        let mut f = f;
        let beyond = |norm: T, product: T| norm + product > limit;
        let (norm_chunks, chunks) = (norms.chunks_exact(TOGETHER), products.chunks_exact(TOGETHER));
        let whole = products.len() - chunks.remainder().len();
        for (chunk, (norms, products)) in norm_chunks.zip(chunks).enumerate() {
            let mut all_beyond = true;
            for i in 0..TOGETHER {
                all_beyond &= beyond(norms[i], products[i]);
            }
            if !all_beyond {
                for i in 0..TOGETHER {
                    if !beyond(norms[i], products[i]) {
                        f(chunk * TOGETHER + i);
                    }
                }
            }
        }
        for i in whole..products.len() {
            if !beyond(norms[i], products[i]) {
                f(i);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, standard_normal};
    use rand::RngExt;

    /// The plain double loop.
    fn plainly<T: Real>(x: &Matrix<T>, w: &Matrix<T>, k: usize) -> Vec<Vec<Nearest<T>>> {
        let of = |x: &[T]| {
            let mut all: Vec<Nearest<T>> = w
                .row_iter()
                .enumerate()
                .map(|(index, w)| Nearest {
                    index,
                    squared_distance: squared_distance_over_present(x, w),
                })
                .collect();
            // a stable sort: of equal distances the lower index stays first
            all.sort_by(|a, b| {
                let order = a.squared_distance.partial_cmp(&b.squared_distance);
                order.expect("distances are numbers")
            });
            all.truncate(k);
            all
        };
        x.row_iter().map(of).collect()
    }

    /// As they are and with values missing, some from none to all of an object's, in both types.
    fn agrees(name: &str, x: &Matrix<f64>, w: &Matrix<f64>) {
        let mut random = generator(9, "test", 0);
        let holes = Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            let missing = i % 2 == 1 && random.random_range(0..8) < i % 9;
            if missing { f64::NAN } else { x[(i, j)] }
        });
        for (name, x) in [
            (name.to_owned(), x),
            (format!("{name}, values missing"), &holes),
        ] {
            agrees_in(&format!("{name}, f64"), x, w);
            let in_range = |x: &Matrix<f32>| x.as_slice().iter().all(|x| !x.is_infinite());
            let (x, w) = (x.cast::<f32>(), w.cast::<f32>());
            if in_range(&x) && in_range(&w) {
                agrees_in(&format!("{name}, f32"), &x, &w);
            }
        }
    }

    fn agrees_in<T: Real>(name: &str, x: &Matrix<T>, w: &Matrix<T>) {
        let firsts = plainly(x, w, 1);
        for (i, (found, expected)) in nearest(x, w).iter().zip(&firsts).enumerate() {
            assert_eq!(found, &expected[0], "{name}, object {i}");
        }
        for k in [1, 2, 7, 40, w.rows()] {
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
            .filter(|pair: &&Vec<Nearest<f64>>| {
                pair[0].squared_distance == pair[1].squared_distance
            })
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
        // f32 has scales of its own, which the casts of the others pass by
        for unit in [
            1e-44, 1e-38, 1e-23, 1e-22, 1e-19, 1e-15, 1e15, 2e18, 5e18, 1e19, 2e19, 1e30, 5e37,
        ] {
            let scaled = |x: Matrix<f64>| x.map(|x| unit * x);
            let (x, w) = (scaled(normal(30, 4, 1)), scaled(normal(40, 4, 2)));
            assert!(w.cast::<f32>().is_finite(), "the scale shall be one of f32");
            agrees("scaled for f32", &x, &w);
        }
        agrees("one row", &normal(5, 4, 1), &normal(1, 4, 2));
        agrees("one feature", &normal(300, 1, 1), &normal(300, 1, 2));
    }

    /// Two rows so far that their distances overflow and tie, while S does not, and the later one is nearer by products.
    #[test]
    fn distances_that_overflow_tie() {
        fn check<T: Real>(largest: f64) {
            let b = (largest / 3.0).sqrt();
            let w = Matrix::from_rows(&[[-b], [-0.9 * b], [0.95 * b], [0.95 * b]]).cast::<T>();
            let x = Matrix::scalar(b).cast::<T>();
            assert_eq!(k_nearest(&x, &w, 3), plainly(&x, &w, 3), "{}", T::NAME);
            assert_eq!(k_nearest(&x, &w, 3)[0][2].index, 0, "{}", T::NAME);
        }
        check::<f64>(f64::MAX);
        check::<f32>(f32::MAX.into());
    }

    /// Against a sort, over rows of every length around the lanes; ties included.
    #[test]
    fn the_limit_lets_the_k_nearest_through_and_few_others() {
        for length in [1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 900] {
            for distinct in [2, 50, usize::MAX] {
                let mut random = generator(length as u64, "test", 0);
                let sums: Vec<f32> = (0..length)
                    .map(|_| (random.random_range(0..1_000_000u32) as usize % distinct) as f32)
                    .collect();
                let norms = vec![0.0; length];
                let mut sorted = sums.clone();
                sorted.sort_by(f32::total_cmp);
                for k in [1, 2, 3, 16, 17, 40, length] {
                    let limit = kth_least(&norms, &sums, k);
                    if k > length {
                        assert_eq!(limit, f32::INFINITY, "{k} of {length}");
                        continue;
                    }
                    assert!(limit >= sorted[k - 1], "{k} of {length}");
                    // at the chance that two of the nearest share a lane, a few more
                    let more = sorted[(4 * k + 8).min(length) - 1];
                    assert!(limit <= more, "{k} of {length}");
                    let mut places = Vec::new();
                    for_each_within(&norms, &sums, limit, |j| places.push(j));
                    let expected: Vec<usize> = (0..length).filter(|&j| sums[j] <= limit).collect();
                    assert_eq!(places, expected, "{k} of {length}");
                }
            }
        }
    }

    /// The bound itself, against the two ways to measure, with all values and with some missing.
    #[test]
    fn the_error_bound_holds() {
        fn largest<T: Real>() -> f64 {
            let mut largest: f64 = 0.0;
            for features in [1, 3, 16, 64, 300] {
                for seed in 0..4 {
                    let offset = 10f64.powi(2 * seed as i32);
                    let x: Matrix<T> = normal(20, features, seed).map(|x| offset + x).cast();
                    let w: Matrix<T> = normal(30, features, seed + 10).map(|x| offset + x).cast();
                    for share in [0, 3] {
                        let x = Matrix::from_fn(x.rows(), x.columns(), |i, j| {
                            if (i + 2 * j) % 7 < share {
                                T::NAN
                            } else {
                                x[(i, j)]
                            }
                        });
                        largest = largest.max(largest_share(&x, &w));
                    }
                }
            }
            largest
        }

        /// Of the error that the bound allows, at most so much was met.
        fn largest_share<T: Real>(x: &Matrix<T>, w: &Matrix<T>) -> f64 {
            let origin = column_means(w);
            let centred = centre(x, &origin);
            let present = centred.map(|x| if x.is_nan() { T::ZERO } else { T::ONE });
            let centred = centred.map(|x| if x.is_nan() { T::ZERO } else { x });
            let w_centred = centre(w, &origin);
            let products = centred.matmul_nt(&w_centred.map(|w| -(w + w)));
            let norms = present.matmul_nt(&w_centred.map(|w| w * w));
            let largest = squared_norms(&w_centred)
                .into_iter()
                .fold(T::ZERO, |a, b| if b > a { b } else { a });
            let x_norms = squared_norms(&centred);
            let mut share: f64 = 0.0;
            for i in 0..x.rows() {
                let bound = error_bound(x.columns(), x_norms[i] + largest).to_f64();
                for j in 0..w.rows() {
                    let by_products = norms[(i, j)] + products[(i, j)] + x_norms[i];
                    let directly = squared_distance_over_present(x.row(i), w.row(j));
                    share = share.max((by_products - directly).abs().to_f64() / bound);
                }
            }
            share
        }

        for largest in [largest::<f64>(), largest::<f32>()] {
            assert!(largest < 1.0 && largest > 1e-3, "{largest}");
        }
    }

    #[test]
    fn an_object_without_any_value_is_as_near_to_every_row() {
        let x = Matrix::from_rows(&[[f64::NAN, f64::NAN], [f64::NAN, 1.0]]);
        let w = Matrix::from_rows(&[[9.0, 9.0], [5.0, 1.0]]);
        let found = nearest(&x, &w);
        assert_eq!((found[0].index, found[0].squared_distance), (0, 0.0));
        assert_eq!((found[1].index, found[1].squared_distance), (1, 0.0));
    }

    #[cfg(feature = "threading")]
    #[test]
    fn the_bits_do_not_depend_on_the_number_of_threads() {
        let (x, w) = (normal(1500, 20, 1), normal(90, 20, 2));
        let holes = Matrix::from_fn(1500, 20, |i, j| {
            if (i + j) % 11 == 0 {
                f64::NAN
            } else {
                x[(i, j)]
            }
        });
        let found = |threads| {
            unsup_autograd::set_threads(threads);
            (k_nearest(&x, &w, 2), nearest(&holes, &w))
        };
        let one = found(1);
        for threads in [2, 3] {
            assert_eq!(found(threads), one, "{threads} threads");
        }
        unsup_autograd::set_threads(1);
    }

    #[test]
    #[should_panic(expected = "nearest: features differ: 3x4 and 5x6")]
    fn other_features_are_refused() {
        nearest(&Matrix::<f64>::zeros(3, 4), &Matrix::zeros(5, 6));
    }

    #[test]
    #[should_panic(expected = "k_nearest: the 6 nearest of 5 rows")]
    fn more_neighbours_than_rows_are_refused() {
        k_nearest(&Matrix::<f64>::zeros(3, 4), &Matrix::zeros(5, 4), 6);
    }

    #[test]
    #[should_panic(expected = "nearest: an entry is infinite")]
    fn infinite_entries_are_refused() {
        nearest(&Matrix::filled(1, 2, f64::INFINITY), &Matrix::zeros(5, 2));
    }

    #[test]
    #[should_panic(expected = "nearest: an entry is not finite")]
    fn rows_with_missing_values_are_refused() {
        nearest(&Matrix::zeros(1, 2), &Matrix::filled(5, 2, f64::NAN));
    }
}
