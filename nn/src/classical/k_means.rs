//! k-means: the exact form of competitive learning, all objects at once.

use super::nearest::{Nearest, nearest};
use super::shared::{add_scaled, check_features, check_finite, squared_distance};
use crate::random::{generator, sample_without_replacement, uniform_below};
use rand::RngExt;
use unsup_autograd::Matrix;

/// How the first centres are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum KMeansStart {
    /// k-means++: the first object at random, each next one with probability D(x)² / Σ D(x)², where D(x) is the distance
    /// from the nearest centre so far (Arthur, Vassilvitskii 2007, "k-means++: the advantages of careful seeding",
    /// section 2.2). Q is then, on average, at most 8 (ln k + 2) times the least possible.
    PlusPlus,
    /// k-means++ with a choice, as scikit-learn starts: for each next centre 2 + ⌊ln k⌋ objects are drawn as before,
    /// and the one that leaves the least Q is taken. Mostly better (on the digits, k = 50, Q of a single start is 1.3 %
    /// lower on average, of 10 starts 0.8 %), though the bound for the worst case is a weaker one (Grunau, Özüdoğru,
    /// Rozhoň, Tětek 2023, "A nearly tight analysis of greedy k-means++").
    #[default]
    GreedyPlusPlus,
    /// k different objects at random.
    RandomObjects,
}

impl KMeansStart {
    /// The rows of `x` that become the first `k` centres. Where there are fewer distinct rows than centres, some are taken
    /// more than once.
    ///
    /// # Panics
    /// If there is no row.
    #[track_caller]
    pub fn objects(self, x: &Matrix<f64>, k: usize, random: &mut impl rand::Rng) -> Vec<usize> {
        match self {
            Self::PlusPlus => plus_plus(x, k, 1, random),
            Self::GreedyPlusPlus => plus_plus(x, k, 2 + (k as f64).ln() as usize, random),
            Self::RandomObjects => random_objects(x.rows(), k, random),
        }
    }
}

/// The settings of k-means. Those of [`Default`] differ from scikit-learn's in the number of restarts, 10 instead of 1;
/// and here a start is followed until no object changes its cluster, while scikit-learn also ends where the centres
/// move little (its `tol` of 10⁻⁴).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KMeansSettings {
    /// How the first centres are chosen.
    pub start: KMeansStart,
    /// How many starts are tried, of which the one of least Q is kept, the first of them at a tie; at least 1, by default
    /// 10.
    pub restarts: usize,
    /// How often the centres of one start are moved at most; by default 300.
    pub max_iterations: usize,
    /// Where all randomness comes from; by default 0.
    pub seed: u64,
}

impl Default for KMeansSettings {
    fn default() -> Self {
        Self {
            start: KMeansStart::default(),
            restarts: 10,
            max_iterations: 300,
            seed: 0,
        }
    }
}

/// Centres w₁, ..., wₖ for which Q = Σᵢ minⱼ ‖xᵢ − wⱼ‖² is small.
///
/// Q is a sum over objects of a sum over features, as scikit-learn's `inertia_` is; divided by the number of objects it
/// is the mean squared distance. Lloyd's iteration (1957, published 1982, "Least squares quantization in PCM") lowers it
/// in turn over the labels, each object's nearest centre, and over the centres, each the mean of its objects, until no
/// object changes its cluster.
///
/// - An object as near to two centres belongs to the one of lower index ([`nearest`]).
/// - A cluster without objects is given the object farthest from its own centre (the first of them at a tie, never the
///   last one of another cluster), as in scikit-learn: Q falls by that distance.
/// - Where there are fewer distinct objects than clusters, every object gets a centre of its own (Q is 0), and the
///   clusters that remain are empty: their centres are copies of objects.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::{KMeans, KMeansSettings};
///
/// let x = Matrix::from_rows(&[[0.0, 0.0], [5.0, 5.0], [0.0, 1.0], [6.0, 5.0]]);
/// let clusters = KMeans::fit(&x, 2, &KMeansSettings::default());
/// let labels = clusters.labels();
/// assert!(labels[0] == labels[2] && labels[1] == labels[3] && labels[0] != labels[1]);
/// assert_eq!(clusters.squared_error(), 1.0); // 4 times 0.5²
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct KMeans {
    centres: Matrix<f64>,
    labels: Vec<usize>,
    squared_error: f64,
    iterations: usize,
    converged: bool,
}

impl KMeans {
    /// `k` clusters of the rows of `x`, the best of several starts.
    ///
    /// # Panics
    /// If `k` or the number of restarts is 0, an entry is not finite, or the squares of the entries overflow.
    #[track_caller]
    pub fn fit(x: &Matrix<f64>, k: usize, settings: &KMeansSettings) -> Self {
        assert!(k > 0, "k_means: needs at least 1 cluster");
        assert!(settings.restarts > 0, "k_means: needs at least 1 start");
        check_squares(x);
        let run = |restart: usize| {
            let mut random = generator(settings.seed, "k-means", restart as u64);
            let objects = settings.start.objects(x, k, &mut random);
            lloyd(x, x.select_rows(&objects), settings.max_iterations)
        };
        let best = run(0);
        (1..settings.restarts).map(run).fold(best, |best, next| {
            if next.squared_error < best.squared_error {
                next
            } else {
                best
            }
        })
    }

    /// From given centres (clusters x features), moved at most `max_iterations` times.
    ///
    /// # Panics
    /// If `x` and `centres` differ in their number of features, an entry is not finite, or the squares of the entries
    /// overflow.
    #[track_caller]
    pub fn fit_from(x: &Matrix<f64>, centres: Matrix<f64>, max_iterations: usize) -> Self {
        assert!(
            x.columns() == centres.columns(),
            "k_means: features differ: {} and centres of {}",
            x.shape(),
            centres.shape()
        );
        check_squares(x);
        check_squares(&centres);
        lloyd(x, centres, max_iterations)
    }

    /// The centres wⱼ as rows, k x features.
    pub fn centres(&self) -> &Matrix<f64> {
        &self.centres
    }

    /// The cluster of each training object, in 0..k: its nearest centre.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Q = Σᵢ minⱼ ‖xᵢ − wⱼ‖² over the training objects: a sum over objects.
    pub fn squared_error(&self) -> f64 {
        self.squared_error
    }

    /// How often the centres were moved.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// In the end no object changed its cluster; false where the number of iterations ran out before.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The nearest centre of each row of `x`, and its squared distance.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn assign(&self, x: &Matrix<f64>) -> Vec<Nearest<f64>> {
        check_features("k_means", self.centres.columns(), x);
        check_finite("k_means", x);
        nearest(x, &self.centres)
    }
}

#[track_caller]
fn check_squares(x: &Matrix<f64>) {
    assert!(
        x.as_slice().iter().map(|x| x * x).sum::<f64>().is_finite(),
        "k_means: an entry is not finite, or the squares of the entries overflow"
    );
}

/// The iteration from given centres.
fn lloyd(x: &Matrix<f64>, mut centres: Matrix<f64>, max_iterations: usize) -> KMeans {
    let mut labels = Vec::new();
    let mut iterations = 0;
    loop {
        let mut found = nearest(x, &centres);
        let squared_error = found.iter().map(|near| near.squared_distance).sum();
        let settled = |found: &[Nearest<f64>], labels: &[usize]| {
            found
                .iter()
                .map(|near| near.index)
                .eq(labels.iter().copied())
        };
        let exhausted = iterations == max_iterations;
        if !exhausted {
            fill_empty_clusters(&mut found, centres.rows());
        }
        let converged = settled(&found, &labels);
        labels = found.iter().map(|near| near.index).collect();
        if converged || exhausted {
            return KMeans {
                centres,
                labels,
                squared_error,
                iterations,
                converged,
            };
        }
        move_to_means(x, &labels, &mut centres);
        iterations += 1;
    }
}

/// Every cluster without objects takes the object farthest from its centre out of a cluster that keeps another, as long
/// as one does not lie on its centre.
fn fill_empty_clusters(found: &mut [Nearest<f64>], k: usize) {
    let mut counts = vec![0usize; k];
    found.iter().for_each(|near| counts[near.index] += 1);
    for empty in 0..k {
        if counts[empty] > 0 {
            continue;
        }
        let mut farthest: Option<&mut Nearest<f64>> = None;
        for near in found.iter_mut() {
            let least = farthest.as_ref().map_or(0.0, |far| far.squared_distance);
            if near.squared_distance > least && counts[near.index] > 1 {
                farthest = Some(near);
            }
        }
        let Some(farthest) = farthest else { return };
        counts[farthest.index] -= 1;
        counts[empty] = 1;
        *farthest = Nearest {
            index: empty,
            squared_distance: 0.0,
        };
    }
}

/// wⱼ ← the mean of its objects; an empty cluster's centre stays.
fn move_to_means(x: &Matrix<f64>, labels: &[usize], centres: &mut Matrix<f64>) {
    let mut sums = Matrix::zeros(centres.rows(), centres.columns());
    let mut counts = vec![0usize; centres.rows()];
    for (x, &label) in x.row_iter().zip(labels) {
        add_scaled(1.0, x, sums.row_mut(label));
        counts[label] += 1;
    }
    for (j, &count) in counts.iter().enumerate() {
        if count > 0 {
            let means = sums.row(j).iter().map(|sum| sum / count as f64);
            for (centre, mean) in centres.row_mut(j).iter_mut().zip(means) {
                *centre = mean;
            }
        }
    }
}

/// The objects that k-means++ starts from: of as many candidates as `trials` for each, the one that leaves the least Q.
fn plus_plus(x: &Matrix<f64>, k: usize, trials: usize, random: &mut impl rand::Rng) -> Vec<usize> {
    // D(x)² with one centre more
    let with = |nearest: &[f64], centre: usize| -> Vec<f64> {
        let centre = x.row(centre);
        let pairs = nearest.iter().zip(x.row_iter());
        pairs
            .map(|(nearest, x)| nearest.min(squared_distance(x, centre)))
            .collect()
    };
    let first = uniform_below(x.rows(), random);
    let mut nearest = with(&vec![f64::INFINITY; x.rows()], first);
    let mut chosen = vec![first];
    while chosen.len() < k {
        let mut draw = || {
            let object = draw_weighted(&nearest, random);
            let object = object.unwrap_or_else(|| uniform_below(x.rows(), random));
            let left = with(&nearest, object);
            (left.iter().sum::<f64>(), object, left)
        };
        let mut best = draw();
        for _ in 1..trials {
            let next = draw();
            if next.0 < best.0 {
                best = next;
            }
        }
        chosen.push(best.1);
        nearest = best.2;
    }
    chosen
}

/// An index, drawn with probability in proportion to its weight; `None` where all weigh 0 or their sum overflows.
fn draw_weighted(weights: &[f64], random: &mut impl rand::Rng) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    let mut left = total * random.random_range(0.0..1.0);
    let mut last = None;
    for (i, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            if left < weight {
                return Some(i);
            }
            left -= weight;
            last = Some(i);
        }
    }
    last // where rounding left a rest
}

/// k different objects of n, in random order; the same again where k is more than n.
fn random_objects(n: usize, k: usize, random: &mut impl rand::Rng) -> Vec<usize> {
    let objects = sample_without_replacement(n, k.min(n), random);
    objects.into_iter().cycle().take(k).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::standard_normal;
    use std::collections::BTreeSet;

    const STARTS: [KMeansStart; 3] = [
        KMeansStart::PlusPlus,
        KMeansStart::GreedyPlusPlus,
        KMeansStart::RandomObjects,
    ];

    fn digits() -> Matrix<f64> {
        unsup_data::digits().features.map(|ink| 16.0 * ink)
    }

    fn blobs(rows: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        Matrix::from_fn(rows, 3, |i, j| {
            (5 * (i % 4) * (j + 1)) as f64 + 2.0 * standard_normal(&mut random)
        })
    }

    /// Each label is the nearest centre, each centre the mean of its objects, Q the sum that defines it.
    fn is_a_fixed_point(x: &Matrix<f64>, clusters: &KMeans) {
        assert!(clusters.converged());
        let mut q = 0.0;
        for (i, near) in clusters.assign(x).iter().enumerate() {
            assert_eq!(near.index, clusters.labels()[i]);
            q += squared_distance(x.row(i), clusters.centres().row(near.index));
        }
        assert!((q - clusters.squared_error()).abs() <= 1e-12 * q);
        for j in 0..clusters.centres().rows() {
            let objects: Vec<usize> = (0..x.rows())
                .filter(|&i| clusters.labels()[i] == j)
                .collect();
            if objects.is_empty() {
                continue;
            }
            for c in 0..x.columns() {
                let mean = objects.iter().map(|&i| x[(i, c)]).sum::<f64>() / objects.len() as f64;
                assert!((clusters.centres()[(j, c)] - mean).abs() < 1e-9);
            }
        }
    }

    /// scikit-learn 1.9.1, computed once: the best of 50 starts, KMeans(10, n_init=50), on the digits of 0 to 16 is
    /// 1,165,134 to 1,165,154, by the seed; a single start gives 1,182,368 on average.
    #[test]
    fn the_best_of_many_starts_on_the_digits_is_the_known_one() {
        let x = digits();
        let settings = KMeansSettings {
            restarts: 50,
            ..KMeansSettings::default()
        };
        let best = KMeans::fit(&x, 10, &settings);
        assert!(
            (best.squared_error() - 1_165_154.0).abs() < 100.0,
            "{}",
            best.squared_error()
        );
        is_a_fixed_point(&x, &best);
    }

    #[test]
    fn the_error_never_rises() {
        for (name, x, k) in [("digits", digits(), 30), ("blobs", blobs(200, 1), 9)] {
            for seed in 0..4 {
                let mut random = generator(seed, "test", 1);
                let mut centres = x.select_rows(&random_objects(x.rows(), k, &mut random));
                if seed == 3 {
                    // far away: all but one cluster are empty at first
                    centres = centres.map(|w| 1e3 + 1e3 * w);
                }
                let mut errors = vec![KMeans::fit_from(&x, centres.clone(), 0).squared_error()];
                for _ in 0..60 {
                    let moved = KMeans::fit_from(&x, centres, 1);
                    errors.push(moved.squared_error());
                    centres = moved.centres;
                }
                for pair in errors.windows(2) {
                    assert!(pair[1] <= pair[0] * (1.0 + 1e-14), "{name}: {errors:?}");
                }
                assert!(errors[60] < errors[0], "{name}");
            }
        }
    }

    #[test]
    fn blobs_are_found_from_every_start() {
        let x = blobs(200, 2);
        for start in STARTS {
            let settings = KMeansSettings {
                start,
                ..KMeansSettings::default()
            };
            let clusters = KMeans::fit(&x, 4, &settings);
            is_a_fixed_point(&x, &clusters);
            // three coordinates of variance 4, four means taken out
            assert!((clusters.squared_error() / (196.0 * 12.0) - 1.0).abs() < 0.15);
            assert_eq!(
                clusters,
                KMeans::fit(&x, 4, &settings),
                "same seed, same bits"
            );
        }
    }

    #[test]
    fn more_starts_are_never_worse_and_hold_the_fewer() {
        let x = digits().slice_rows(0..300);
        let of = |restarts| {
            let settings = KMeansSettings {
                restarts,
                seed: 3,
                ..KMeansSettings::default()
            };
            KMeans::fit(&x, 12, &settings).squared_error()
        };
        let errors = [1, 2, 5, 10].map(of);
        assert!(
            errors.windows(2).all(|pair| pair[1] <= pair[0]),
            "{errors:?}"
        );
        assert!(errors[3] < errors[0], "{errors:?}");
    }

    #[test]
    fn an_empty_cluster_gets_the_farthest_object() {
        let x = Matrix::from_rows(&[[0.0], [1.0], [2.0], [9.0]]);
        // the second centre wins nothing
        let centres = Matrix::from_rows(&[[0.0], [-100.0]]);
        let clusters = KMeans::fit_from(&x, centres, 300);
        assert_eq!(clusters.labels(), [0, 0, 0, 1]);
        assert_eq!(clusters.centres(), &Matrix::from_rows(&[[1.0], [9.0]]));
        assert_eq!(clusters.squared_error(), 2.0);
        // two empty clusters take the two farthest, in order
        let mut found = nearest(&x, &Matrix::from_rows(&[[-100.0], [0.0], [-200.0]]));
        fill_empty_clusters(&mut found, 3);
        let labels: Vec<usize> = found.iter().map(|near| near.index).collect();
        assert_eq!(labels, [1, 1, 2, 0]);
        // the last object of a cluster stays, however far
        let mut found = nearest(
            &Matrix::from_rows(&[[0.0], [1.0], [50.0]]),
            &Matrix::from_rows(&[[0.0], [90.0], [-99.0]]),
        );
        fill_empty_clusters(&mut found, 3);
        let labels: Vec<usize> = found.iter().map(|near| near.index).collect();
        assert_eq!(labels, [0, 2, 1]);
    }

    #[test]
    fn fewer_distinct_objects_than_clusters_have_an_error_of_0() {
        let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]);
        for start in STARTS {
            for k in [2, 3, 5, 8] {
                let settings = KMeansSettings {
                    start,
                    ..KMeansSettings::default()
                };
                let clusters = KMeans::fit(&x, k, &settings);
                assert_eq!(clusters.squared_error(), 0.0, "{start:?} {k}");
                assert!(clusters.converged());
                let used: BTreeSet<usize> = clusters.labels().iter().copied().collect();
                assert_eq!(used.len(), 2, "{start:?} {k}");
                for centre in clusters.centres().row_iter() {
                    assert!(centre == x.row(0) || centre == x.row(1), "{centre:?}");
                }
            }
        }
    }

    #[test]
    fn no_iterations_leave_the_centres_that_were_given() {
        let x = blobs(20, 4);
        let centres = x.slice_rows(0..3);
        let clusters = KMeans::fit_from(&x, centres.clone(), 0);
        assert_eq!(clusters.centres(), &centres);
        assert_eq!(clusters.iterations(), 0);
        assert!(!clusters.converged());
    }

    #[test]
    fn plus_plus_starts_in_every_far_group() {
        let mut random = generator(0, "test", 0);
        let x = Matrix::from_fn(30, 2, |i, _| {
            1e6 * (i % 6).pow(2) as f64 + standard_normal(&mut random)
        });
        for trials in [1, 3] {
            for _ in 0..20 {
                let objects = plus_plus(&x, 6, trials, &mut random);
                let groups: BTreeSet<usize> = objects.iter().map(|i| i % 6).collect();
                assert_eq!(groups.len(), 6);
            }
        }
    }

    /// Q of the start itself, on average: random objects, k-means++, and k-means++ with a choice.
    #[test]
    fn the_more_careful_the_start_the_lower_its_error() {
        let x = blobs(400, 3);
        let mean = |start: KMeansStart| {
            let of = |seed: u64| {
                let settings = KMeansSettings {
                    start,
                    restarts: 1,
                    max_iterations: 0,
                    seed,
                };
                KMeans::fit(&x, 8, &settings).squared_error()
            };
            (0..200).map(of).sum::<f64>() / 200.0
        };
        let [plain, greedy, random] = STARTS.map(mean);
        assert!(
            greedy < 0.9 * plain && plain < 0.9 * random,
            "{greedy} {plain} {random}"
        );
    }

    #[test]
    fn weighted_draws_have_their_probabilities() {
        let mut random = generator(0, "test", 0);
        let mut counts = [0i32; 4];
        for _ in 0..40_000 {
            counts[draw_weighted(&[1.0, 0.0, 5.0, 2.0], &mut random).unwrap()] += 1;
        }
        // standard errors are 70 to 100
        let expected = [5_000, 0, 25_000, 10_000];
        for (count, expected) in counts.iter().zip(expected) {
            assert!((count - expected).abs() < 400, "{counts:?}");
        }
        assert_eq!(draw_weighted(&[0.0, 0.0], &mut random), None);
        assert_eq!(draw_weighted(&[f64::MAX, f64::MAX], &mut random), None);
    }

    #[test]
    #[should_panic(expected = "k_means: features differ: 3x2 and centres of 4x5")]
    fn centres_of_other_features_are_refused() {
        KMeans::fit_from(&Matrix::zeros(3, 2), Matrix::zeros(4, 5), 10);
    }

    #[test]
    #[should_panic(expected = "k_means: an entry is not finite, or the squares of the entries")]
    fn data_that_are_not_finite_are_refused() {
        let x = Matrix::from_rows(&[[1.0], [f64::NAN]]);
        KMeans::fit(&x, 1, &KMeansSettings::default());
    }

    #[test]
    #[should_panic(expected = "k_means: an entry is not finite")]
    fn objects_that_are_not_finite_have_no_cluster() {
        let clusters = KMeans::fit_from(&blobs(9, 1), blobs(2, 2), 10);
        clusters.assign(&Matrix::filled(1, 3, f64::NAN));
    }
}
