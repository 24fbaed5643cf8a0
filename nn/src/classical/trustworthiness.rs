//! How well a map or a code keeps the neighbourhoods of the data: trustworthiness and continuity.

use super::shared::{dot, squared_distance};
use std::cmp::Ordering;
use std::ops::Range;
use unsup_autograd::Matrix;

/// Objects whose distances from all are held at a time: their rows are read from the cache while all others pass by.
const BLOCK: usize = 32;

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
/// - Distances are Euclidean, each summed directly over the features: equal ones are equal to the bit. Data of any
///   unit can be measured: that of the sums is near the largest entry.
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
        let (in_x, in_embedding) = (x.distances(rows.clone()), embedding.distances(rows.clone()));
        let pairs = in_x.row_iter().zip(in_embedding.row_iter());
        for (i, (in_x, in_embedding)) in rows.zip(pairs) {
            intruders += excess_ranks(i, &nearest_others(i, in_embedding, k), in_x);
            lost += excess_ranks(i, &nearest_others(i, in_x, k), in_embedding);
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

/// Objects between which distances are measured.
struct Space {
    /// In a unit near the largest absolute entry; 0 where an entry is missing.
    x: Matrix<f64>,
    /// 1 where an entry is there and 0 where it is missing; `None` where none is missing.
    present: Option<Matrix<f64>>,
}

impl Space {
    fn new(x: &Matrix<f64>) -> Self {
        let missing = x.as_slice().iter().any(|x| x.is_nan());
        let present = missing.then(|| x.map(|x| if x.is_nan() { 0.0 } else { 1.0 }));
        // a NaN is passed over by max
        let largest = x.as_slice().iter().fold(0.0f64, |m, x| m.max(x.abs()));
        // a power of 2 rounds nothing, so that what was equal stays equal
        let exponent = largest.log2().clamp(-1022.0, 1023.0) as i32;
        let scale = 2f64.powi(-exponent);
        let x = x.map(|x| if x.is_nan() { 0.0 } else { x * scale });
        Self { x, present }
    }

    /// The squared distances of some objects (rows) from all (columns).
    fn distances(&self, rows: Range<usize>) -> Matrix<f64> {
        let mut distances = Matrix::zeros(rows.len(), self.x.rows());
        let mut shared = Shared::new(self.x.columns());
        for j in 0..self.x.rows() {
            for (place, i) in rows.clone().enumerate() {
                let (a, b) = (self.x.row(i), self.x.row(j));
                distances[(place, j)] = match &self.present {
                    None => squared_distance(a, b),
                    Some(present) => {
                        shared.squared_distance((a, present.row(i)), (b, present.row(j)))
                    }
                };
            }
        }
        distances
    }
}

/// Two objects, each without the features that the other lacks.
struct Shared {
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Shared {
    fn new(features: usize) -> Self {
        let zeros = vec![0.0; features];
        Self {
            a: zeros.clone(),
            b: zeros,
        }
    }

    /// Over the features that both have, brought to all; of each object its entries, and which are present.
    fn squared_distance(&mut self, a: (&[f64], &[f64]), b: (&[f64], &[f64])) -> f64 {
        let common = dot(a.1, b.1);
        if common == 0.0 {
            return f64::INFINITY;
        }
        multiply(a.0, b.1, &mut self.a);
        multiply(b.0, a.1, &mut self.b);
        squared_distance(&self.a, &self.b) * (a.0.len() as f64 / common)
    }
}

fn multiply(x: &[f64], y: &[f64], product: &mut [f64]) {
    for ((product, x), y) in product.iter_mut().zip(x).zip(y) {
        *product = x * y;
    }
}

/// An object seen from another: its squared distance, and which it is.
type Neighbour = (f64, usize);

/// Nearer first; of two equally near the lower index.
fn nearer(a: &Neighbour, b: &Neighbour) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// The `k` objects nearest to object `i`, of which the distances from all are given, in any order.
fn nearest_others(i: usize, distances: &[f64], k: usize) -> Vec<usize> {
    let mut others: Vec<Neighbour> = distances.iter().copied().zip(0..).collect();
    others.swap_remove(i);
    others.select_nth_unstable_by(k - 1, nearer);
    others[..k].iter().map(|&(_, j)| j).collect()
}

/// Σ max(0, r(i, j) − k) over the k objects j in `chosen`, where r(i, j) is the rank of j by `distances` from object `i`.
fn excess_ranks(i: usize, chosen: &[usize], distances: &[f64]) -> u64 {
    let k = chosen.len() as u64;
    let mut chosen: Vec<Neighbour> = chosen.iter().map(|&j| (distances[j], j)).collect();
    chosen.sort_unstable_by(nearer);
    let (farthest, _) = chosen[chosen.len() - 1];
    // of the objects nearer than a chosen one, how many are not nearer than the chosen one before
    let mut between = vec![0; chosen.len() + 1];
    for (j, &distance) in distances.iter().enumerate() {
        if distance <= farthest && j != i {
            let place = chosen.partition_point(|c| nearer(c, &(distance, j)).is_le());
            between[place] += 1;
        }
    }
    let ranks = between.iter().take(chosen.len()).scan(1, |rank, count| {
        *rank += count;
        Some(*rank)
    });
    ranks.map(|rank: u64| rank.saturating_sub(k)).sum()
}
