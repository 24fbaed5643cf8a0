//! Few-shot learning: a new task from few objects of each class, or from one.
//!
//! **Given** codes that were learned on other tasks, and of each of K new classes s objects. **Find** the classes of
//! further objects: an object has the class whose mean code c_k = (1/s) Σ f(xᵢ) is the nearest,
//!
//! ```text
//! ŷ(x) = arg min_k ‖f(x) − c_k‖²
//! ```
//!
//! What codes are worth for it is measured over many episodes, each with classes and objects drawn anew: "K-way s-shot".
//!
//! Sources: Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra (2016), "Matching networks for one shot learning"
//! (episodes); Snell, Swersky, Zemel (2017), "Prototypical networks for few-shot learning" (class means).

use unsup_autograd::random::{generator, sample_without_replacement};
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::nearest;

/// How codes are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Episodes {
    /// K, how many classes an episode has.
    pub ways: usize,
    /// s, how many objects of each are known.
    pub shots: usize,
    /// How many further objects of each are asked for.
    pub queries: usize,
    /// How many episodes.
    pub count: usize,
    /// Where the draws come from.
    pub seed: u64,
}

impl Default for Episodes {
    /// 1000 episodes of 5-way 1-shot with 5 queries a class.
    fn default() -> Self {
        Self {
            ways: 5,
            shots: 1,
            queries: 5,
            count: 1000,
            seed: 0,
        }
    }
}

/// The share of right answers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Accuracy {
    /// Its mean over episodes.
    pub mean: f64,
    /// The standard error of that mean.
    pub standard_error: f64,
}

impl Episodes {
    /// How often the nearest class mean is right on `codes` (objects x code), whose classes are known.
    ///
    /// ```
    /// use unsup_models::Matrix;
    /// use unsup_models::together::multi_task::few_shot::Episodes;
    ///
    /// // six classes of ten objects, each around a corner of its own
    /// let codes = Matrix::from_fn(60, 6, |i, j| if i / 10 == j { 3.0 } else { 0.0 } + ((i * j) as f32).sin());
    /// let classes: Vec<usize> = (0..60).map(|i| i / 10).collect();
    /// let one_shot = Episodes::default().accuracy(&codes, &classes);
    /// assert!(one_shot.mean > 0.9);
    /// ```
    ///
    /// # Panics
    /// If there is not one class a row, fewer than K classes have s + queries objects, or a number of the episodes is 0.
    #[track_caller]
    pub fn accuracy<T: Real>(&self, codes: &Matrix<T>, classes: &[usize]) -> Accuracy {
        let of_class = self.objects_of_classes(codes, classes);
        let mut random = generator(self.seed, "episodes", 0);
        let shares: Vec<f64> = (0..self.count)
            .map(|_| {
                let ways = sample_without_replacement(of_class.len(), self.ways, &mut random);
                let (mut means, mut queries) = (Vec::new(), Vec::new());
                for class in ways {
                    let objects = &of_class[class];
                    let drawn = sample_without_replacement(
                        objects.len(),
                        self.shots + self.queries,
                        &mut random,
                    );
                    let rows: Vec<usize> = drawn.iter().map(|&i| objects[i]).collect();
                    means.push(mean(codes, &rows[..self.shots])); // c_k
                    queries.extend_from_slice(&rows[self.shots..]);
                }
                let asked = nearest(&codes.select_rows(&queries), &Matrix::from_rows(&means));
                let right = asked
                    .iter()
                    .enumerate()
                    .filter(|(i, found)| found.index == i / self.queries);
                right.count() as f64 / queries.len() as f64
            })
            .collect();
        let count = shares.len() as f64;
        let mean = shares.iter().sum::<f64>() / count;
        let variance = shares
            .iter()
            .map(|share| (share - mean).powi(2))
            .sum::<f64>()
            / (count - 1.0).max(1.0);
        Accuracy {
            mean,
            standard_error: (variance / count).sqrt(),
        }
    }

    /// The objects of each class that has enough of them.
    #[track_caller]
    fn objects_of_classes<T: Real>(&self, codes: &Matrix<T>, classes: &[usize]) -> Vec<Vec<usize>> {
        assert!(
            codes.rows() == classes.len(),
            "few-shot: {} classes for codes of {}",
            classes.len(),
            codes.shape()
        );
        let Self {
            ways,
            shots,
            queries,
            count,
            ..
        } = *self;
        assert!(
            ways > 0 && shots > 0 && queries > 0 && count > 0,
            "few-shot: {count} episodes of {ways}-way {shots}-shot with {queries} queries, expected at least 1 of each"
        );
        let known = classes.iter().max().map_or(0, |most| most + 1);
        let mut of_class = vec![Vec::new(); known];
        for (i, &class) in classes.iter().enumerate() {
            of_class[class].push(i);
        }
        let needed = shots + queries;
        of_class.retain(|objects| objects.len() >= needed);
        assert!(
            of_class.len() >= ways,
            "few-shot: {} classes have {needed} objects, expected at least {ways}",
            of_class.len()
        );
        of_class
    }
}

fn mean<T: Real>(codes: &Matrix<T>, rows: &[usize]) -> Vec<T> {
    let share = T::from_f64(1.0 / rows.len() as f64);
    let sum_of = |j: usize| rows.iter().fold(T::ZERO, |sum, &i| sum + codes[(i, j)]);
    (0..codes.columns()).map(|j| sum_of(j) * share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::random::standard_normal;

    /// Classes around the corners of a cube of `side`, with noise of deviation 1.
    fn corners(side: f64) -> (Matrix<f64>, Vec<usize>) {
        let mut random = generator(0, "noise", 0);
        let classes: Vec<usize> = (0..160).map(|i| i % 8).collect();
        let codes = Matrix::from_fn(160, 3, |i, j| {
            side * f64::from(u8::from((i % 8) >> j & 1 == 1)) + standard_normal(&mut random)
        });
        (codes, classes)
    }

    #[test]
    fn far_classes_are_told_apart_equal_ones_are_not_and_more_shots_help() {
        let (codes, classes) = corners(20.0);
        assert_eq!(Episodes::default().accuracy(&codes, &classes).mean, 1.0);
        let (codes, classes) = corners(0.0);
        let chance = Episodes::default().accuracy(&codes, &classes);
        assert!((chance.mean - 0.2).abs() < 4.0 * chance.standard_error);
        assert!((0.001..0.01).contains(&chance.standard_error));
        let (codes, classes) = corners(2.0);
        let of = |shots| {
            Episodes {
                shots,
                ..Episodes::default()
            }
            .accuracy(&codes, &classes)
            .mean
        };
        assert!(of(5) > of(1) + 0.05, "{} {}", of(5), of(1));
    }

    /// The second object of a class lies beside the first of another: whoever knew the objects that are asked for would
    /// always be right, whoever does not is mostly wrong.
    #[test]
    fn what_is_known_is_not_asked_for() {
        let codes = Matrix::from_fn(10, 1, |i, _| {
            if i < 5 {
                100.0 * i as f64
            } else {
                100.0 * ((i + 2) % 5) as f64 + 1.0
            }
        });
        let classes: Vec<usize> = (0..10).map(|i| i % 5).collect();
        let episodes = Episodes {
            queries: 1,
            ..Episodes::default()
        };
        let found = episodes.accuracy(&codes, &classes).mean;
        assert!(found < 0.5, "{found}");
    }

    #[test]
    #[should_panic(expected = "few-shot: 8 classes have 6 objects, expected at least 9")]
    fn more_ways_than_classes_are_refused() {
        let (codes, classes) = corners(1.0);
        Episodes {
            ways: 9,
            ..Episodes::default()
        }
        .accuracy(&codes, &classes);
    }
}
