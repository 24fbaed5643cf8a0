//! How well a map or a code keeps the neighbourhoods of the data: trustworthiness and continuity.

use super::shared::{column_means, dot, squared_distance};
use std::cmp::Ordering;
use std::ops::Range;
use unsup_autograd::Matrix;

/// Objects whose distances from all are held at a time.
const BLOCK: usize = 256;

/// What [`neighbourhood_preservation`] finds: both in \[0, 1\], 1 where no neighbourhood changes, about 0.5 where objects
/// are placed at random.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NeighbourhoodPreservation {
    /// Low where objects that lie far apart in the data have become neighbours in the embedding.
    pub trustworthiness: f64,
    /// Low where neighbours in the data have been torn apart in the embedding.
    pub continuity: f64,
}

/// Trustworthiness and continuity of an embedding (objects x any number of features) of `x` (objects x features), both over
/// the `k` nearest neighbours: with l objects
///
/// ```text
/// trustworthiness = 1 − 2 / (l k (2l − 3k − 1)) Σᵢ Σ_{j ∈ Uₖ(i)} (r(i, j) − k)
/// ```
///
/// where Uₖ(i) are those of the k nearest of object i in the embedding that are not among its k nearest in x, and r(i, j) is
/// the rank of j by its distance from i in x, 1 for the nearest. The continuity is the same with x and embedding exchanged.
/// (Venna, Kaski 2001, "Neighborhood preservation in nonlinear projection methods: an experimental study". scikit-learn's
/// `trustworthiness` is the first.) The factor makes the worst case 0 as long as k < l/2.
///
/// - Distances are Euclidean. Where a comparison is close they are summed directly over the features, not taken from a
///   matrix product, as by [`nearest`](super::nearest): ties between whole numbers, as of votes or nodes of a map, are ties.
///   Data of any unit can be measured.
/// - Of objects equally near, the one of lower index is nearer, in both spaces. (scikit-learn leaves it to its sort and its
///   search.) On a map, where many objects lie on one node, the figure then depends a little on the order of the objects:
///   where they are sorted by something that matters, shuffle them first.
/// - An entry of `x` that is NaN is missing. A distance skips the features that one of the two objects lacks, and its square
///   is multiplied by features/(features that both have), as in R's package kohonen; objects that share no feature are
///   infinitely far apart.
///
/// It measures all l² distances in both spaces: a second or two for 5000 objects of some hundred features.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::neighbourhood_preservation;
///
/// // a line that is folded in the middle: the ends, far apart, become neighbours
/// let x = Matrix::from_fn(20, 1, |i, _| i as f64);
/// let folded = x.map(|x| (x - 9.6).abs());
/// let found = neighbourhood_preservation(&x, &folded, 3);
/// assert!(found.trustworthiness < 0.8 && found.continuity > 0.9);
/// ```
///
/// # Panics
/// If `x` and `embedding` differ in their number of objects, `k` is 0 or not below half of that, an entry of `x` is infinite,
/// or an entry of `embedding` is not finite.
#[track_caller]
pub fn neighbourhood_preservation(
    x: &Matrix<f64>,
    embedding: &Matrix<f64>,
    k: usize,
) -> NeighbourhoodPreservation {
    let objects = x.rows();
    assert!(
        objects == embedding.rows(),
        "neighbourhood_preservation: objects differ: {} and an embedding of {}",
        x.shape(),
        embedding.shape()
    );
    assert!(
        k > 0 && k < objects.div_ceil(2),
        "neighbourhood_preservation: the {k} nearest of {objects} objects, expected at least 1 and fewer than half"
    );
    assert!(
        x.as_slice().iter().all(|x| !x.is_infinite()),
        "neighbourhood_preservation: an entry of the data is infinite"
    );
    assert!(
        embedding.is_finite(),
        "neighbourhood_preservation: an entry of the embedding is not finite"
    );
    let (x, embedding) = (Space::new(x), Space::new(embedding));
    let (mut intruders, mut lost) = (0, 0);
    for start in (0..objects).step_by(BLOCK) {
        let rows = start..(start + BLOCK).min(objects);
        let in_x = x.approximate_distances(rows.clone());
        let in_embedding = embedding.approximate_distances(rows.clone());
        let pairs = in_x.row_iter().zip(in_embedding.row_iter());
        for (i, (in_x, in_embedding)) in rows.zip(pairs) {
            let (in_x, in_embedding) = (x.view(i, in_x), embedding.view(i, in_embedding));
            intruders += in_x.excess_ranks(&in_embedding.nearest(k));
            lost += in_embedding.excess_ranks(&in_x.nearest(k));
        }
    }
    let (l, k) = (objects as f64, k as f64);
    let score = |excess: u64| 1.0 - excess as f64 * (2.0 / (l * k * (2.0 * l - 3.0 * k - 1.0)));
    NeighbourhoodPreservation {
        trustworthiness: score(intruders),
        continuity: score(lost),
    }
}

/// The trustworthiness alone, see [`neighbourhood_preservation`], which finds both at the same cost.
///
/// # Panics
/// As [`neighbourhood_preservation`].
#[track_caller]
pub fn trustworthiness(x: &Matrix<f64>, embedding: &Matrix<f64>, k: usize) -> f64 {
    neighbourhood_preservation(x, embedding, k).trustworthiness
}

/// The continuity alone, see [`neighbourhood_preservation`], which finds both at the same cost.
///
/// # Panics
/// As [`neighbourhood_preservation`].
#[track_caller]
pub fn continuity(x: &Matrix<f64>, embedding: &Matrix<f64>, k: usize) -> f64 {
    neighbourhood_preservation(x, embedding, k).continuity
}

/// Objects between which distances are measured: all of them approximately, by matrix products, and those again directly
/// that the approximation does not decide.
struct Space {
    /// In a unit near the largest absolute entry; 0 where an entry is missing.
    x: Matrix<f64>,
    /// Less the mean of each feature, which changes no distance and keeps the products small where the data lie far from
    /// 0; 0 where an entry is missing.
    centred: Matrix<f64>,
    /// The squared norm of each row of `centred`, and the largest.
    norms: Vec<f64>,
    largest_norm: f64,
    missing: Option<Missing>,
}

/// What is kept where entries are missing.
struct Missing {
    /// 1 where an entry is there, 0 where it is missing.
    present: Matrix<f64>,
    /// The squares of the entries of `centred`.
    squares: Matrix<f64>,
}

impl Space {
    fn new(x: &Matrix<f64>) -> Self {
        let present = x.map(|x| if x.is_nan() { 0.0 } else { 1.0 });
        // a NaN is passed over by max
        let largest = x.as_slice().iter().fold(0.0f64, |m, x| m.max(x.abs()));
        // a power of 2 rounds nothing, so that what was equal stays equal
        let exponent = largest.log2().clamp(-1022.0, 1023.0) as i32;
        let scale = 2f64.powi(-exponent);
        let x = x.map(|x| if x.is_nan() { 0.0 } else { x * scale });
        let shares = column_means(&present);
        let means = column_means(&x).into_iter().zip(shares);
        let origin: Vec<f64> = means
            .map(|(mean, share)| if share > 0.0 { mean / share } else { 0.0 })
            .collect();
        let centred = Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            present[(i, j)] * (x[(i, j)] - origin[j])
        });
        let norms: Vec<f64> = centred.row_iter().map(|row| dot(row, row)).collect();
        let missing = present.as_slice().contains(&0.0).then(|| Missing {
            present,
            squares: centred.map(|x| x * x),
        });
        Self {
            x,
            centred,
            largest_norm: norms.iter().fold(0.0, |m, &norm| norm.max(m)),
            norms,
            missing,
        }
    }

    /// The squared distances of some objects (rows) from all (columns), each off by less than [`Space::error`].
    fn approximate_distances(&self, rows: Range<usize>) -> Matrix<f64> {
        let products = |a: &Matrix<f64>, b: &Matrix<f64>| a.slice_rows(rows.clone()).matmul_nt(b);
        let mut distances = products(&self.centred, &self.centred);
        match &self.missing {
            // ‖x‖² − 2 x·y + ‖y‖²
            None => {
                for (i, norm) in rows.clone().zip(&self.norms[rows.clone()]) {
                    let entries = distances.row_mut(i - rows.start).iter_mut();
                    for (distance, other) in entries.zip(&self.norms) {
                        *distance = norm + other - 2.0 * *distance;
                    }
                }
            }
            // the same with norms over the features that both have, brought to all features
            Some(Missing { present, squares }) => {
                let norms = products(squares, present);
                let others = products(present, squares);
                let common = products(present, present);
                let norms = norms.as_slice().iter().zip(others.as_slice());
                let terms = norms.zip(common.as_slice());
                for (distance, ((norm, other), &common)) in
                    distances.as_mut_slice().iter_mut().zip(terms)
                {
                    *distance = match common {
                        0.0 => f64::INFINITY,
                        _ => (norm + other - 2.0 * *distance) * (self.features() / common),
                    };
                }
            }
        }
        distances
    }

    /// The squared distance of two objects, summed directly.
    fn distance(&self, i: usize, j: usize) -> f64 {
        let (a, b) = (self.x.row(i), self.x.row(j));
        let Some(Missing { present, .. }) = &self.missing else {
            return squared_distance(a, b);
        };
        let (a_present, b_present) = (present.row(i), present.row(j));
        let common = dot(a_present, b_present);
        if common == 0.0 {
            return f64::INFINITY;
        }
        let pairs = a.iter().zip(b).zip(a_present.iter().zip(b_present));
        let squares = pairs.map(|((a, b), (p, q))| p * q * (a - b) * (a - b));
        squares.sum::<f64>() * (self.features() / common)
    }

    /// How far an approximate distance from object `i` may be from the one that is summed directly.
    ///
    /// With n features, u = 2⁻⁵³ and S the sum of the largest two squared norms that can meet, in multiples of u S and to
    /// first order: the norms and twice the product are off by at most 2 n (Higham 2002, "Accuracy and stability of
    /// numerical algorithms", 3.1), their sum by 3, the shift to the means by 4, bringing it to all features by 4; the direct
    /// sum, at most 2 S, by 2 (n + 4). These make 4 n + 19; the other 13 cover the second order and the comparisons. Where
    /// entries are missing all of it is multiplied by a factor of n at most.
    fn error(&self, i: usize) -> f64 {
        let norms = self.norms[i] + self.largest_norm;
        let bound =
            (4.0 * self.features() + 32.0) * (0.5 * f64::EPSILON * norms + f64::MIN_POSITIVE);
        match self.missing {
            None => bound,
            Some(_) => bound * self.features(),
        }
    }

    fn features(&self) -> f64 {
        self.x.columns() as f64
    }

    fn view<'a>(&'a self, i: usize, approximate: &'a [f64]) -> View<'a> {
        View {
            space: self,
            i,
            approximate,
            error: self.error(i),
        }
    }
}

/// All objects as one of them sees them.
struct View<'a> {
    space: &'a Space,
    i: usize,
    /// Its squared distances from all, each off by less than `error`.
    approximate: &'a [f64],
    error: f64,
}

/// Another object: its squared distance, and which it is.
type Other = (f64, usize);

/// Nearer first; of two equally near the lower index.
fn nearer(a: &Other, b: &Other) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

impl View<'_> {
    /// Every other object, at its approximate distance.
    fn others(&self) -> impl Iterator<Item = Other> {
        let all = self.approximate.iter().copied().zip(0..);
        all.filter(|&(_, j)| j != self.i)
    }

    fn measured(&self, j: usize) -> Other {
        (self.space.distance(self.i, j), j)
    }

    /// The `k` nearest others, in any order.
    fn nearest(&self, k: usize) -> Vec<usize> {
        let mut distances: Vec<f64> = self.others().map(|(distance, _)| distance).collect();
        let (_, &mut kth, _) = distances.select_nth_unstable_by(k - 1, f64::total_cmp);
        // what lies farther by products than this, lies farther than k others when measured too
        let limit = kth + 2.0 * self.error;
        let candidates = self.others().filter(|&(distance, _)| distance <= limit);
        let mut candidates: Vec<Other> = candidates.map(|(_, j)| self.measured(j)).collect();
        candidates.select_nth_unstable_by(k - 1, nearer);
        candidates[..k].iter().map(|&(_, j)| j).collect()
    }

    /// Σ max(0, r(i, j) − k) over the k objects j in `chosen`, where r(i, j) is the rank of j by distance.
    fn excess_ranks(&self, chosen: &[usize]) -> u64 {
        let k = chosen.len();
        let mut chosen: Vec<Other> = chosen.iter().map(|&j| self.measured(j)).collect();
        chosen.sort_unstable_by(nearer);
        let farthest = chosen[k - 1].0;
        // how many lie behind each number of the chosen ones, and before the next
        let mut behind = vec![0; k + 1];
        for (distance, j) in self.others() {
            let (least, most) = (distance - self.error, distance + self.error);
            if least > farthest {
                continue;
            }
            let mut place = chosen.partition_point(|c| c.0 < least);
            if chosen.get(place).is_some_and(|next| next.0 <= most) {
                let other = self.measured(j);
                place = chosen.partition_point(|c| nearer(c, &other).is_le());
            }
            behind[place] += 1;
        }
        let mut rank = 1;
        let excess = behind[..k].iter().map(|count: &u64| {
            rank += count;
            rank.saturating_sub(k as u64)
        });
        excess.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::uniforms;
    use super::*;
    use crate::random::{generator, shuffle, standard_normal, uniform_below};

    fn normal(rows: usize, columns: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random))
    }

    /// Whole numbers below `below`.
    fn whole(rows: usize, columns: usize, below: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        Matrix::from_fn(rows, columns, |_, _| {
            uniform_below(below, &mut random) as f64
        })
    }

    /// Points of a cube, the same in Python.
    fn cube(objects: usize) -> Matrix<f64> {
        let mut uniform = uniforms();
        Matrix::from_fn(objects, 4, |_, _| uniform())
    }

    /// The first two features.
    fn plane(x: &Matrix<f64>) -> Matrix<f64> {
        Matrix::from_fn(x.rows(), 2, |i, j| x[(i, j)])
    }

    /// Without about one entry in seven.
    fn thinned(x: &Matrix<f64>) -> Matrix<f64> {
        Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            if (3 * i + 5 * j) % 7 == 0 {
                f64::NAN
            } else {
                x[(i, j)]
            }
        })
    }

    /// The definition: all others of every object sorted by distance.
    fn plainly(x: &Matrix<f64>, embedding: &Matrix<f64>, k: usize) -> f64 {
        let objects = x.rows();
        let sorted = |x: &Matrix<f64>, i: usize| {
            let distance = |j: usize| {
                let (a, b) = (x.row(i), x.row(j));
                let common = a.iter().zip(b).filter(|(a, b)| !(*a - *b).is_nan());
                let (a, b): (Vec<f64>, Vec<f64>) = common.unzip();
                match a.len() {
                    0 => f64::INFINITY,
                    n => squared_distance(&a, &b) * (x.columns() as f64 / n as f64),
                }
            };
            let distances: Vec<f64> = (0..objects).map(distance).collect();
            let mut others: Vec<usize> = (0..objects).filter(|&j| j != i).collect();
            // a stable sort: of equal distances the lower index stays first
            others.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
            others
        };
        let mut excess = 0;
        for i in 0..objects {
            let in_x = sorted(x, i);
            for j in &sorted(embedding, i)[..k] {
                let rank = 1 + in_x.iter().position(|other| other == j).unwrap();
                excess += rank.saturating_sub(k);
            }
        }
        let (l, k) = (objects as f64, k as f64);
        1.0 - 2.0 * excess as f64 / (l * k * (2.0 * l - 3.0 * k - 1.0))
    }

    #[test]
    fn four_objects_give_what_is_computed_by_hand() {
        let x = Matrix::from_rows(&[[0.0], [1.0], [3.0], [7.0]]);
        let embedding = Matrix::from_rows(&[[0.0], [10.0], [1.0], [7.0]]);
        // nearest in the embedding: c, d, a, b, of ranks 2, 3, 2, 2 in x: 5 above 1; in x: b, a, b, c, of ranks 3, 3, 3, 2
        // in the embedding: 7 above 1; the factor is 2 / (4 (8 − 3 − 1))
        let found = neighbourhood_preservation(&x, &embedding, 1);
        assert_eq!(found.trustworthiness, 1.0 - 5.0 / 8.0);
        assert_eq!(found.continuity, 1.0 - 7.0 / 8.0);
        assert_eq!(trustworthiness(&x, &embedding, 1), found.trustworthiness);
        assert_eq!(continuity(&x, &embedding, 1), found.continuity);
    }

    /// scikit-learn 1.9.1, computed once: `trustworthiness(x, embedding, n_neighbors=k)`, and with the two exchanged.
    #[test]
    fn figures_without_ties_are_those_of_scikit_learn() {
        let x = cube(80);
        for (k, trustworthiness, continuity) in [
            (1, 0.844551282051282, 0.9419871794871795),
            (5, 0.7957638888888889, 0.9142361111111111),
            (12, 0.8136348238482385, 0.9008468834688347),
            (39, 0.828083028083028, 0.8607448107448108),
        ] {
            let found = neighbourhood_preservation(&x, &plane(&x), k);
            assert!(
                (found.trustworthiness - trustworthiness).abs() < 1e-12,
                "{k}"
            );
            assert!((found.continuity - continuity).abs() < 1e-12, "{k}");
        }
    }

    /// The same with missing entries, by `nan_euclidean_distances` given as metric="precomputed".
    #[test]
    fn figures_with_missing_entries_are_those_of_scikit_learn() {
        let x = cube(80);
        for (k, expected) in [(5, 0.7582986111111111), (12, 0.7749661246612466)] {
            let found = trustworthiness(&thinned(&x), &plane(&x), k);
            assert!((found - expected).abs() < 1e-12, "{k}: {found}");
        }
    }

    /// 16 nodes with 25 objects each: scikit-learn takes others of equally near ones.
    #[test]
    fn figures_of_a_map_are_near_those_of_scikit_learn() {
        let x = cube(400);
        let map = plane(&x).map(|x| (4.0 * x).floor());
        for (k, expected) in [(5, 0.7575956632653061), (10, 0.764960988296489)] {
            let found = trustworthiness(&x, &map, k);
            assert!((found - expected).abs() < 0.01, "{k}: {found}");
        }
    }

    #[test]
    fn data_with_and_without_ties_give_what_the_definition_gives() {
        let x = normal(300, 5, 1);
        let votes = whole(300, 16, 2, 2);
        let map = whole(300, 2, 4, 3);
        // of two features, of which many objects lack one, some both: they share none with others
        let sparse = whole(300, 2, 3, 4);
        let mut random = generator(5, "test", 0);
        let sparse = sparse.map(|x| match uniform_below(3, &mut random) {
            0 => f64::NAN,
            _ => x,
        });
        for (name, x, embedding) in [
            ("normal", x.clone(), plane(&x)),
            ("map", x.clone(), map.clone()),
            ("votes", votes.clone(), map.clone()),
            ("votes in thirds", votes.map(|x| x / 3.0), plane(&x)),
            ("missing", thinned(&x), map.clone()),
            ("missing votes", thinned(&votes), map.clone()),
            ("few in common", sparse, map.clone()),
            ("far", x.map(|x| 1e9 + 1e-3 * x), plane(&x)),
            ("one place", Matrix::filled(300, 3, 0.1), map.clone()),
        ] {
            for k in [1, 6, 149] {
                let found = neighbourhood_preservation(&x, &embedding, k);
                let expected = [plainly(&x, &embedding, k), plainly(&embedding, &x, k)];
                let found = [found.trustworthiness, found.continuity];
                for (found, expected) in found.iter().zip(expected) {
                    assert!(
                        (found - expected).abs() < 1e-13,
                        "{name}, {k}: {found} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_space_that_keeps_the_neighbours_scores_1_and_a_shuffled_one_a_half() {
        let x = normal(400, 3, 1);
        let turned = Matrix::from_fn(400, 3, |i, j| 2.0 * x[(i, 2 - j)]);
        let mut order: Vec<usize> = (0..400).collect();
        shuffle(&mut order, &mut generator(0, "test", 0));
        let shuffled = x.select_rows(&order);
        for k in [1, 7, 50] {
            for same in [&x, &turned] {
                let found = neighbourhood_preservation(&x, same, k);
                assert_eq!([found.trustworthiness, found.continuity], [1.0; 2]);
            }
            let found = neighbourhood_preservation(&x, &shuffled, k);
            assert!((found.trustworthiness - 0.5).abs() < 0.04, "{found:?}");
            assert!((found.continuity - 0.5).abs() < 0.04, "{found:?}");
        }
    }

    #[test]
    fn no_scale_changes_the_figure() {
        let x = normal(60, 4, 1);
        let embedding = plane(&x);
        let expected = neighbourhood_preservation(&x, &embedding, 5);
        for exponent in [-1000, -600, 600, 1020] {
            let scaled = |x: &Matrix<f64>| x.map(|x| x * 2f64.powi(exponent));
            let found = neighbourhood_preservation(&scaled(&x), &scaled(&embedding), 5);
            assert_eq!(found, expected, "{exponent}");
        }
        let largest =
            Matrix::from_rows(&[[f64::MAX], [f64::MIN], [0.0], [0.3 * f64::MAX], [1e307]]);
        let same = Matrix::from_rows(&[[1000.0], [-1000.0], [0.0], [300.0], [55.0]]);
        assert_eq!(trustworthiness(&largest, &same, 2), 1.0);
    }

    /// The bound on approximate distances, of which all else depends, against those that are summed directly.
    #[test]
    fn the_error_bound_holds() {
        for (name, x) in [
            ("normal", normal(100, 7, 1)),
            ("far", normal(100, 7, 2).map(|x| 1e5 + x)),
            ("missing", thinned(&normal(100, 7, 3))),
            (
                "far and missing",
                thinned(&normal(100, 7, 4).map(|x| 1e5 + x)),
            ),
        ] {
            let space = Space::new(&x);
            let distances = space.approximate_distances(0..100);
            let mut largest: f64 = 0.0;
            for i in 0..100 {
                for j in 0..100 {
                    let error = (distances[(i, j)] - space.distance(i, j)).abs();
                    largest = largest.max(error / space.error(i));
                }
            }
            assert!(largest < 1.0 && largest > 1e-3, "{name}: {largest}");
            // in units of the largest entry: what is common to all objects does not count
            let variation = 1e5f64.powi(if name.starts_with("far") { -2 } else { 0 });
            assert!(
                space.error(0) < 1e-11 * variation,
                "{name}: {}",
                space.error(0)
            );
        }
    }

    #[test]
    #[should_panic(expected = "objects differ: 5x2 and an embedding of 6x1")]
    fn other_objects_are_refused() {
        trustworthiness(&Matrix::zeros(5, 2), &Matrix::zeros(6, 1), 1);
    }

    #[test]
    #[should_panic(
        expected = "the 3 nearest of 6 objects, expected at least 1 and fewer than half"
    )]
    fn half_of_the_objects_as_neighbours_are_refused() {
        trustworthiness(&Matrix::zeros(6, 2), &Matrix::zeros(6, 1), 3);
    }

    #[test]
    #[should_panic(expected = "an entry of the embedding is not finite")]
    fn missing_entries_of_an_embedding_are_refused() {
        trustworthiness(&Matrix::zeros(6, 2), &Matrix::filled(6, 1, f64::NAN), 1);
    }

    #[test]
    #[should_panic(expected = "an entry of the data is infinite")]
    fn infinite_data_are_refused() {
        trustworthiness(
            &Matrix::filled(6, 2, f64::INFINITY),
            &Matrix::zeros(6, 1),
            1,
        );
    }
}
