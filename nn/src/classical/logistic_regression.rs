//! Multinomial logistic regression: the usual judge of a representation.

use super::classes::{class_counts, log_sum_exp, most_probable};
use super::minimise::{MinimiseSettings, minimise};
use super::scores::accuracy;
use super::shared::{
    add_scaled, add_to_rows, centre, check_beside, check_features, check_finite, column_means,
    column_root_mean_squares, dot,
};
use unsup_autograd::Matrix;

/// The settings of a logistic regression.
#[derive(Clone, PartialEq, Debug)]
pub struct LogisticRegressionSettings {
    /// λ, the weight of the penalty, at least 0; by default 1. It is 1/C of scikit-learn's `LogisticRegression`.
    pub lambda: f64,
    /// It has converged where no entry of the gradient, a mean over objects, is larger than this; by default 10⁻⁷. The
    /// gradient is taken with every feature centred and in a unit of its own, uⱼ = √(sⱼ²/100 + λ/objects), where sⱼ is
    /// its standard deviation: the same data in other units of measurement, with λ = 0, converge in the same way. See
    /// [`LogisticRegression::converged`] for what it says of the solution.
    pub tolerance: f64,
    /// Steps at most; by default 5000.
    pub max_iterations: usize,
}

/// A feature's variance takes this part in the square of its unit. An object adds P(1 − P) x² to the second derivative
/// along a weight, and among classes that are told apart well P(1 − P) is small: with this part the second derivative
/// of loss and penalty together is about 1, within a power of ten or two, along every weight.
const CURVATURE: f64 = 0.01;
/// Steps that the minimisation remembers: features that go together leave long valleys, for which its usual 10 are few.
const MEMORY: usize = 30;

impl Default for LogisticRegressionSettings {
    fn default() -> Self {
        Self {
            lambda: 1.0,
            tolerance: 1e-7,
            max_iterations: 5000,
        }
    }
}

/// P(class c | x) = softmax(xW + b)_c with W, b of least Σᵢ −ln softmax(xᵢW + b)_{yᵢ} + (λ/2) ‖W‖² (Bishop 2006, "Pattern
/// recognition and machine learning", 4.3.4), a sum over objects; the intercept b is not penalised.
///
/// That is scikit-learn's `LogisticRegression` with C = 1/λ, for three classes and more. Of two classes scikit-learn
/// penalises the one difference w = w₁ − w₀, of which the two columns here hold half each: the penalties (λ/2)(‖w/2‖² +
/// ‖w/2‖²) = (λ/4)‖w‖² and ‖w‖²/(2C) agree for C = 2/λ.
///
/// Found by L-BFGS ([`minimise`]) from W = 0 and b at the classes' shares. Of the solutions that differ by a number
/// added to all of b, the one of sum 0 at the mean of the data is taken. A class without training objects has
/// probability 0: its weights are 0 and its intercept is −∞.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::{LogisticRegression, LogisticRegressionSettings};
///
/// let x = Matrix::from_rows(&[[-2.0], [-1.0], [1.0], [3.0]]);
/// let judge = LogisticRegression::fit(&x, &[0, 0, 1, 1], 2, &LogisticRegressionSettings::default());
/// assert!(judge.converged());
/// assert_eq!(judge.predict(&Matrix::from_rows(&[[-3.0], [2.0]])), [0, 1]);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct LogisticRegression {
    weights: Matrix<f64>,
    intercept: Vec<f64>,
    iterations: usize,
    converged: bool,
}

impl LogisticRegression {
    /// Fits to `x` (objects x features) and the class of each object, in 0..`classes`; not every class needs to occur.
    ///
    /// # Panics
    /// If there are not as many labels as objects, a label is not below `classes`, λ is negative or not finite, or an
    /// entry of `x`, or the distance between two, is not finite.
    #[track_caller]
    pub fn fit(
        x: &Matrix<f64>,
        labels: &[usize],
        classes: usize,
        settings: &LogisticRegressionSettings,
    ) -> Self {
        check_beside("logistic_regression", x, "labels", labels.len());
        let counts = class_counts("logistic_regression", labels, classes);
        let lambda = settings.lambda;
        assert!(
            lambda >= 0.0 && lambda.is_finite(),
            "logistic_regression: λ is at least 0, got {lambda}"
        );

        let mean = column_means(x);
        let mut centred = centre(x, &mean);
        check_finite("logistic_regression", &centred);
        // in these units the criterion curves about equally along all weights, whatever the scales of the features and λ
        let objects = x.rows() as f64;
        let units = units(&centred, lambda);
        for i in 0..centred.rows() {
            for (x, unit) in centred.row_mut(i).iter_mut().zip(&units) {
                *x /= unit;
            }
        }

        let present: Vec<usize> = (0..classes).filter(|&class| counts[class] > 0).collect();
        let place: Vec<usize> = (0..classes)
            .map(|class| present.partition_point(|&p| p < class))
            .collect();
        let problem = Problem {
            x: centred,
            labels: labels.iter().map(|&label| place[label]).collect(),
            classes: present.len(),
            penalties: units
                .iter()
                .map(|unit| lambda / unit / unit / objects)
                .collect(),
        };
        let shares: Vec<f64> = present
            .iter()
            .map(|&class| (counts[class] as f64 / objects).ln())
            .collect();
        let middle = shares.iter().sum::<f64>() / shares.len() as f64;
        let mut start = vec![0.0; x.columns() * present.len()];
        start.extend(shares.iter().map(|share| share - middle));
        let settings = MinimiseSettings {
            tolerance: settings.tolerance,
            max_iterations: settings.max_iterations,
            memory: MEMORY,
        };
        let minimum = minimise(start, &settings, |point, gradient| {
            problem.evaluate(point, gradient)
        });

        let (fitted, offsets) = minimum.point.split_at(x.columns() * present.len());
        let mut weights = Matrix::zeros(x.columns(), classes);
        let mut intercept = vec![f64::NEG_INFINITY; classes];
        for (j, &class) in present.iter().enumerate() {
            let mut shift = 0.0;
            for (i, (mean, unit)) in mean.iter().zip(&units).enumerate() {
                let weight = fitted[i * present.len() + j] / unit;
                weights[(i, class)] = weight;
                shift += mean * weight;
            }
            intercept[class] = offsets[j] - shift;
        }
        Self {
            weights,
            intercept,
            iterations: minimum.iterations,
            converged: minimum.converged,
        }
    }

    /// W, features x classes.
    pub fn weights(&self) -> &Matrix<f64> {
        &self.weights
    }

    /// b, one number a class; −∞ of a class that had no training objects.
    pub fn intercept(&self) -> &[f64] {
        &self.intercept
    }

    /// How many steps were taken.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// The gradient came within the tolerance τ of [`LogisticRegressionSettings`].
    ///
    /// So, for every class and every feature j, the mean over objects of (P − Y) (xⱼ − x̄ⱼ), with the penalty's part
    /// (λ/objects) W, is at most τ uⱼ. Since the penalty alone makes the criterion curve by λ, what the fit reaches, a
    /// sum over objects, is then above the optimum by at most (τ objects)² classes Σⱼ uⱼ² / (2 λ), but for the little
    /// that b is off; in practice by far less. Without a penalty no such bound holds: where classes can be separated
    /// there is no optimum, and the gradient comes within any tolerance on the way to infinity.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// ln P(class | x) of each row of `x`, objects x classes, in nats.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn log_probabilities(&self, x: &Matrix<f64>) -> Matrix<f64> {
        let mut logits = self.logits(x);
        for i in 0..logits.rows() {
            let row = logits.row_mut(i);
            let normaliser = log_sum_exp(row);
            row.iter_mut().for_each(|logit| *logit -= normaliser);
        }
        logits
    }

    /// P(class | x) of each row of `x`, objects x classes.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn probabilities(&self, x: &Matrix<f64>) -> Matrix<f64> {
        self.log_probabilities(x).map(f64::exp)
    }

    /// The most probable class of each row of `x`, the lowest at a tie.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn predict(&self, x: &Matrix<f64>) -> Vec<usize> {
        most_probable(&self.logits(x))
    }

    /// The share of rows of `x` whose class is predicted.
    ///
    /// # Panics
    /// As [`LogisticRegression::predict`], and if there are not as many labels as objects.
    #[track_caller]
    pub fn accuracy(&self, x: &Matrix<f64>, labels: &[usize]) -> f64 {
        accuracy(&self.predict(x), labels)
    }

    /// xW + b
    #[track_caller]
    fn logits(&self, x: &Matrix<f64>) -> Matrix<f64> {
        check_features("logistic_regression", self.weights.rows(), x);
        check_finite("logistic_regression", x);
        let mut logits = x.matmul(&self.weights);
        add_to_rows(&mut logits, &self.intercept);
        logits
    }
}

/// The unit uⱼ of each feature, of centred objects; 1 where a constant feature without a penalty leaves it open.
fn units(centred: &Matrix<f64>, lambda: f64) -> Vec<f64> {
    let smallest = (lambda / centred.rows() as f64).sqrt();
    let of = |deviation: f64| (CURVATURE.sqrt() * deviation).hypot(smallest);
    let units = column_root_mean_squares(centred).into_iter().map(of);
    units
        .map(|unit| if unit > 0.0 { unit } else { 1.0 })
        .collect()
}

/// (1/objects) Σᵢ −ln softmax(xᵢW + b)_{yᵢ} + ½ Σⱼ penaltyⱼ ‖row j of W‖² as a function of W, row by row, and then b.
struct Problem {
    x: Matrix<f64>,
    labels: Vec<usize>,
    classes: usize,
    /// λ/(uⱼ² objects) for each feature.
    penalties: Vec<f64>,
}

impl Problem {
    /// Its value. The gradient by W is Xᵀ(P − Y)/objects + diag(penalty) W, that by b the column sums of
    /// (P − Y)/objects.
    fn evaluate(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let objects = self.x.rows() as f64;
        let split = self.x.columns() * self.classes;
        let (w, b) = point.split_at(split);
        let w = Matrix::from_vec(self.x.columns(), self.classes, w.to_vec());
        let mut residual = self.x.matmul(&w);
        add_to_rows(&mut residual, b);
        let (by_w, by_b) = gradient.split_at_mut(split);
        by_b.fill(0.0);
        let mut loss = 0.0;
        for (i, &label) in self.labels.iter().enumerate() {
            let row = residual.row_mut(i);
            let normaliser = log_sum_exp(row);
            loss += normaliser - row[label];
            for logit in row.iter_mut() {
                *logit = (*logit - normaliser).exp() / objects;
            }
            row[label] -= 1.0 / objects;
            add_scaled(1.0, row, by_b);
        }
        by_w.copy_from_slice(self.x.matmul_tn(&residual).as_slice());
        let rows = w.row_iter().zip(by_w.chunks_exact_mut(self.classes));
        let mut penalty = 0.0;
        for ((w, by_w), &weight) in rows.zip(&self.penalties) {
            add_scaled(weight, w, by_w);
            penalty += weight * dot(w, w);
        }
        loss / objects + 0.5 * penalty
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, shuffle, standard_normal};
    use unsup_autograd::{Tape, Var};

    fn settings(lambda: f64) -> LogisticRegressionSettings {
        LogisticRegressionSettings {
            lambda,
            tolerance: 1e-9,
            ..LogisticRegressionSettings::default()
        }
    }

    /// Three classes that overlap.
    fn sample(objects: usize) -> (Matrix<f64>, Vec<usize>) {
        let mut random = generator(1, "test", 0);
        let labels: Vec<usize> = (0..objects).map(|i| (i * i + i / 7) % 3).collect();
        let x = Matrix::from_fn(objects, 4, |i, j| {
            let towards = if labels[i] == j { 1.5 } else { 0.0 };
            2.0 + towards + standard_normal(&mut random)
        });
        (x, labels)
    }

    fn digits() -> (Matrix<f64>, Vec<usize>) {
        let digits = unsup_data::digits();
        (digits.features, digits.labels.unwrap())
    }

    /// The criterion of the documentation on a tape: its value and its gradient by W and b.
    fn criterion(
        x: &Matrix<f64>,
        labels: &[usize],
        w: &Matrix<f64>,
        b: &[f64],
        lambda: f64,
    ) -> (f64, Matrix<f64>, Matrix<f64>) {
        let tape = Tape::new();
        let chosen = Matrix::from_fn(x.rows(), b.len(), |i, class| {
            f64::from(u8::from(labels[i] == class))
        });
        let (x, chosen) = (tape.leaf(x.clone()), tape.leaf(chosen));
        let w = tape.leaf(w.clone());
        let b = tape.leaf(Matrix::from_rows(&[b]));
        let logits: Var<'_, f64> = x.matmul(w) + b;
        let loss = logits.row_log_sum_exp().sum() - (logits * chosen).sum();
        let value = loss + w.square().sum() * (0.5 * lambda);
        let gradients = value.backward([w, b]);
        (
            value.value().item(),
            gradients[w].clone(),
            gradients[b].clone(),
        )
    }

    /// The largest entry of the criterion's gradient at the fit, divided by the number of objects.
    fn largest_gradient(
        judge: &LogisticRegression,
        x: &Matrix<f64>,
        labels: &[usize],
        lambda: f64,
    ) -> f64 {
        let (_, by_w, by_b) = criterion(x, labels, judge.weights(), judge.intercept(), lambda);
        let entries = by_w.as_slice().iter().chain(by_b.as_slice());
        entries.fold(0.0f64, |m, g| m.max(g.abs())) / x.rows() as f64
    }

    #[test]
    fn the_gradient_is_that_of_the_tape() {
        let (x, labels) = sample(50);
        let mut random = generator(2, "test", 0);
        let point: Vec<f64> = (0..15).map(|_| standard_normal(&mut random)).collect();
        let problem = Problem {
            x: x.clone(),
            labels: labels.clone(),
            classes: 3,
            penalties: vec![2.5 / 50.0; 4],
        };
        let mut gradient = vec![f64::NAN; 15];
        let value = problem.evaluate(&point, &mut gradient);
        let w = Matrix::from_vec(4, 3, point[..12].to_vec());
        let (expected, by_w, by_b) = criterion(&x, &labels, &w, &point[12..], 2.5);
        assert!((50.0 * value - expected).abs() < 1e-12 * expected.abs());
        let expected = by_w.as_slice().iter().chain(by_b.as_slice());
        for (g, expected) in gradient.iter().zip(expected) {
            assert!((50.0 * g - expected).abs() < 1e-11, "{g} {expected}");
        }
    }

    #[test]
    fn at_the_optimum_the_gradient_vanishes() {
        let (x, labels) = sample(150);
        for lambda in [0.0, 1e-3, 1.0, 100.0, 1e6] {
            let judge = LogisticRegression::fit(&x, &labels, 3, &settings(lambda));
            assert!(judge.converged(), "{lambda}");
            let largest = largest_gradient(&judge, &x, &labels, lambda);
            assert!(largest < 1e-7, "{lambda}: {largest:e}");
            assert!(judge.intercept().iter().all(|b| b.is_finite()));
            for row in judge.probabilities(&x).row_iter() {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            }
            let again = LogisticRegression::fit(&x, &labels, 3, &settings(lambda));
            assert_eq!(judge, again, "the same bits");
        }
    }

    /// Two classes mirrored at 0: w₁ = −w₀ = v and b = 0, and v solves 2 λ v = Σ 2 sᵢxᵢ σ(−2 v sᵢxᵢ) with sᵢ = ±1.
    #[test]
    fn one_feature_and_two_mirrored_classes_are_as_by_bisection() {
        let x = Matrix::from_rows(&[[1.0], [-1.0], [2.0], [-2.0], [-0.5], [0.5]]);
        let labels = [1, 0, 1, 0, 1, 0];
        for lambda in [0.01, 1.0, 30.0] {
            let slope = |v: f64| {
                let towards = |x: f64| 2.0 * x / (1.0 + (2.0 * v * x).exp());
                2.0 * (towards(1.0) + towards(2.0) + towards(-0.5)) - 2.0 * lambda * v
            };
            let (mut low, mut high) = (0.0, 100.0);
            for _ in 0..100 {
                let middle = 0.5 * (low + high);
                if slope(middle) > 0.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            let judge = LogisticRegression::fit(&x, &labels, 2, &settings(lambda));
            assert!((judge.weights()[(0, 1)] - low).abs() < 1e-7, "{lambda}");
            assert!((judge.weights()[(0, 0)] + low).abs() < 1e-7, "{lambda}");
            assert!(judge.intercept().iter().all(|b| b.abs() < 1e-7));
            let odds = judge.log_probabilities(&Matrix::scalar(3.0));
            assert!((odds[(0, 1)] - odds[(0, 0)] - 6.0 * low).abs() < 1e-6);
        }
    }

    /// scikit-learn 1.9.1, computed once: LogisticRegression(C=1/λ, tol=1e-10) on the first 1200 digits in \[0, 1\].
    #[test]
    fn the_digits_give_the_optimum_of_scikit_learn() {
        let (x, labels) = digits();
        let (held_out, held_out_labels) = (x.slice_rows(1200..1797), &labels[1200..]);
        let (x, labels) = (x.slice_rows(0..1200), &labels[..1200]);
        for (lambda, optimum, hits) in [
            (0.1, 70.72435168873122, 551.0),
            (1.0, 251.97372199016922, 550.0),
            (10.0, 784.0152917388648, 539.0),
        ] {
            let judge = LogisticRegression::fit(&x, labels, 10, &settings(lambda));
            assert!(judge.converged());
            let (value, ..) = criterion(&x, labels, judge.weights(), judge.intercept(), lambda);
            assert!((value - optimum).abs() < 1e-7, "{lambda}: {value}");
            let accuracy = judge.accuracy(&held_out, held_out_labels);
            assert_eq!(accuracy, hits / 597.0, "{lambda}");
            assert!(largest_gradient(&judge, &x, labels, lambda) < 1e-6);
        }
        // two classes, even and odd: LogisticRegression(C=1, solver="newton-cholesky"), which is λ = 2 here
        let odd: Vec<usize> = labels.iter().map(|label| label % 2).collect();
        let judge = LogisticRegression::fit(&x, &odd, 2, &settings(2.0));
        for (feature, weight) in [(10, -0.394976759), (20, 0.349502130), (30, -1.173654732)] {
            let difference = judge.weights()[(feature, 1)] - judge.weights()[(feature, 0)];
            assert!(
                (difference - weight).abs() < 1e-6,
                "{feature}: {difference}"
            );
        }
        let difference = judge.intercept()[1] - judge.intercept()[0];
        assert!((difference + 0.525777209).abs() < 1e-6, "{difference}");
        let probabilities = judge.probabilities(&held_out.slice_rows(0..3));
        for (i, expected) in [0.97140131, 0.997252, 0.99970763].into_iter().enumerate() {
            assert!((probabilities[(i, 1)] - expected).abs() < 1e-7);
        }
    }

    /// Features of scales 10⁴, 1, 10⁻³ and 10⁴, of which the first and the last go together.
    fn mixed_scales() -> (Matrix<f64>, Vec<usize>) {
        let labels: Vec<usize> = (0..150).map(|i| (i * i + i / 7) % 3).collect();
        let uniform = |i: usize, j: usize| {
            ((37 * i + 101 * j * j * i + 7 * i * i + 13 * j) % 199) as f64 / 199.0
        };
        let x = Matrix::from_fn(150, 4, |i, j| {
            let towards = if labels[i] == j { 0.4 } else { 0.0 };
            let shared = if j == 3 { 2.0 * uniform(i, 0) } else { 0.0 };
            [1e4, 1.0, 1e-3, 1e4][j] * (2.0 + uniform(i, j) + towards + shared)
        });
        (x, labels)
    }

    /// scikit-learn 1.9.1, computed once: LogisticRegression(C=1/λ, solver="newton-cg", tol=1e-14). (Its
    /// "newton-cholesky" gives the same to 13 digits for the two larger λ; for the least it stops at 53.91.)
    #[test]
    fn features_of_mixed_scales_reach_the_optimum_of_scikit_learn_with_the_default_settings() {
        let (x, labels) = mixed_scales();
        for (lambda, optimum, weights) in [
            (
                1e-6,
                46.118715619451365,
                [-782.87525227, -1043.13148294, 1826.00673521],
            ),
            (
                1e-4,
                53.64060444799015,
                [-14.76481603, -42.62369975, 57.38851578],
            ),
            (
                1e-2,
                54.01762015934031,
                [-0.14948803, -0.44133406, 0.59082209],
            ),
        ] {
            let settings = LogisticRegressionSettings {
                lambda,
                ..LogisticRegressionSettings::default()
            };
            let judge = LogisticRegression::fit(&x, &labels, 3, &settings);
            assert!(judge.converged(), "{lambda}");
            assert!(judge.iterations() < 200, "{lambda}: {}", judge.iterations());
            let (value, ..) = criterion(&x, &labels, judge.weights(), judge.intercept(), lambda);
            assert!((value - optimum).abs() < 1e-8, "{lambda}: {value}");
            for (class, expected) in weights.into_iter().enumerate() {
                let weight = judge.weights()[(2, class)];
                assert!(
                    (weight - expected).abs() < 1e-3 * expected.abs(),
                    "{lambda}: {weight}"
                );
            }
        }
    }

    #[test]
    fn a_converged_fit_is_as_near_to_the_optimum_as_it_says() {
        let (x, labels) = mixed_scales();
        let (lambda, optimum) = (1e-4, 53.64060444799015);
        let means = column_means(&x);
        let units = units(&centre(&x, &means), lambda);
        let squared_units: f64 = units.iter().map(|unit| unit * unit).sum();
        for tolerance in [1e-3, 1e-4, 1e-5, 1e-6] {
            let settings = LogisticRegressionSettings {
                tolerance,
                ..settings(lambda)
            };
            let judge = LogisticRegression::fit(&x, &labels, 3, &settings);
            assert!(judge.converged());
            let (w, b) = (judge.weights(), judge.intercept());
            let (value, by_w, by_b) = criterion(&x, &labels, w, b, lambda);
            let bound = (tolerance * 150.0).powi(2) * 3.0 * squared_units / (2.0 * lambda);
            assert!(value - optimum <= bound, "{tolerance}: {value}");
            // of centred features, each in its unit
            let of = |j: usize, class: usize| by_w[(j, class)] - means[j] * by_b[(0, class)];
            for (j, unit) in units.iter().enumerate() {
                for class in 0..3 {
                    let entry = of(j, class).abs() / 150.0 / unit;
                    assert!(entry <= 1.001 * tolerance, "{tolerance}: {j} {entry:e}");
                }
            }
        }
    }

    #[test]
    fn units_of_measurement_change_nothing_without_a_penalty() {
        let (x, labels) = sample(150);
        let judge = LogisticRegression::fit(&x, &labels, 3, &settings(0.0));
        let units = [1e4, 1.0, 1e-5, 1e-9];
        let other = Matrix::from_fn(150, 4, |i, j| units[j] * x[(i, j)]);
        let same = LogisticRegression::fit(&other, &labels, 3, &settings(0.0));
        assert!(judge.converged() && same.converged());
        let probabilities = judge.probabilities(&x);
        assert!(same.probabilities(&other).is_close(&probabilities, 1e-6));
        assert!(same.iterations().abs_diff(judge.iterations()) <= 3);
    }

    #[test]
    fn digits_held_out_at_random_are_known_with_the_default_settings() {
        let (x, labels) = digits();
        let mut order: Vec<usize> = (0..x.rows()).collect();
        shuffle(&mut order, &mut generator(0, "split", 0));
        let part = |objects: &[usize]| {
            let labels: Vec<usize> = objects.iter().map(|&i| labels[i]).collect();
            (x.select_rows(objects), labels)
        };
        let (train, train_labels) = part(&order[..1200]);
        let (held_out, held_out_labels) = part(&order[1200..]);
        let settings = LogisticRegressionSettings::default();
        let judge = LogisticRegression::fit(&train, &train_labels, 10, &settings);
        assert!(judge.converged());
        assert!(largest_gradient(&judge, &train, &train_labels, 1.0) < 1e-6);
        let accuracy = judge.accuracy(&held_out, &held_out_labels);
        assert!(accuracy >= 0.95, "{accuracy}");
    }

    #[test]
    fn separable_classes_have_an_optimum_with_a_penalty_and_an_end_without() {
        let x = Matrix::from_rows(&[[-3.0], [-1.0], [1.0], [2.0]]);
        let labels = [0, 0, 1, 1];
        let weight = |lambda: f64| {
            let judge = LogisticRegression::fit(&x, &labels, 2, &settings(lambda));
            assert!(judge.converged(), "{lambda}");
            assert_eq!(judge.accuracy(&x, &labels), 1.0);
            judge.weights()[(0, 1)]
        };
        let weights = [10.0, 1.0, 0.1, 1e-3, 0.0].map(weight);
        assert!(
            weights.windows(2).all(|pair| pair[1] > pair[0]),
            "{weights:?}"
        );
        assert!(weights[4].is_finite());
    }

    #[test]
    fn constant_columns_and_offsets_change_nothing() {
        let (x, labels) = sample(60);
        let judge = LogisticRegression::fit(&x, &labels, 3, &settings(0.5));
        let wider = |x: &Matrix<f64>| {
            Matrix::from_fn(x.rows(), 6, |i, j| match j {
                0 => 1000.0,
                5 => 0.1,
                _ => x[(i, j - 1)],
            })
        };
        let wide = LogisticRegression::fit(&wider(&x), &labels, 3, &settings(0.5));
        let probabilities = judge.probabilities(&x);
        assert!(
            wide.probabilities(&wider(&x))
                .is_close(&probabilities, 1e-7)
        );
        assert!(
            wide.weights()
                .slice_rows(0..1)
                .is_close(&Matrix::zeros(1, 3), 1e-9)
        );
        let shifted = x.map(|x| 1e5 + x);
        let far = LogisticRegression::fit(&shifted, &labels, 3, &settings(0.5));
        assert!(far.probabilities(&shifted).is_close(&probabilities, 1e-7));
    }

    #[test]
    fn every_scale_gives_the_same_fit() {
        let (x, labels) = sample(60);
        let expected = LogisticRegression::fit(&x, &labels, 3, &settings(0.5));
        for unit in [1e-150, 1e-6, 1e6, 1e150] {
            // λ scales with the square of x's unit
            let scaled = x.map(|x| unit * x);
            let judge = LogisticRegression::fit(&scaled, &labels, 3, &settings(0.5 * unit * unit));
            assert!(judge.converged(), "{unit:e}");
            assert!(
                judge
                    .weights()
                    .map(|w| unit * w)
                    .is_close(expected.weights(), 1e-6),
                "{unit:e}"
            );
        }
        // a penalty that leaves nothing but the classes' shares
        let judge = LogisticRegression::fit(&x.map(|x| 1e-160 * x), &labels, 3, &settings(1.0));
        assert!(judge.converged());
        let share = labels.iter().filter(|&&label| label == 1).count() as f64 / 60.0;
        assert!((judge.probabilities(&x)[(0, 1)] - share).abs() < 1e-9);
    }

    #[test]
    fn classes_without_objects_have_probability_0() {
        let (x, labels) = sample(60);
        let judge = LogisticRegression::fit(&x, &labels, 3, &settings(0.5));
        // 0, 1, 2 become 1, 3, 4
        let spread: Vec<usize> = labels.iter().map(|&label| [1, 3, 4][label]).collect();
        let sparse = LogisticRegression::fit(&x, &spread, 6, &settings(0.5));
        let (expected, probabilities) = (judge.probabilities(&x), sparse.probabilities(&x));
        for i in 0..60 {
            let row = expected.row(i);
            assert_eq!(
                probabilities.row(i),
                [0.0, row[0], 0.0, row[1], row[2], 0.0]
            );
        }
        assert_eq!(sparse.predict(&x)[0], [1, 3, 4][judge.predict(&x)[0]]);
        let only = LogisticRegression::fit(&x, &[2; 60], 3, &settings(0.5));
        assert!(only.converged());
        assert_eq!(only.probabilities(&x).row(7), [0.0, 0.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "logistic_regression: 3 objects and 2 labels")]
    fn labels_of_another_number_are_refused() {
        LogisticRegression::fit(&Matrix::zeros(3, 2), &[0, 1], 2, &settings(1.0));
    }

    #[test]
    #[should_panic(expected = "logistic_regression: object 1 is of class 2, expected one below 2")]
    fn a_class_that_is_not_there_is_refused() {
        LogisticRegression::fit(&Matrix::zeros(2, 2), &[0, 2], 2, &settings(1.0));
    }

    #[test]
    #[should_panic(expected = "logistic_regression: an entry is not finite")]
    fn data_that_are_not_finite_are_refused() {
        let x = Matrix::from_rows(&[[1.0], [f64::INFINITY]]);
        LogisticRegression::fit(&x, &[0, 1], 2, &settings(1.0));
    }

    #[test]
    #[should_panic(expected = "logistic_regression: an entry is not finite")]
    fn objects_that_are_not_finite_have_no_class() {
        let x = Matrix::from_rows(&[[1.0], [2.0]]);
        let judge = LogisticRegression::fit(&x, &[0, 1], 2, &settings(1.0));
        judge.predict(&Matrix::scalar(f64::NAN));
    }
}
