//! Surrogates: a function that is dear to call, replaced by a network that is cheap.

use crate::predictor::{Architecture, Predictor};
use crate::{Answers, Matrix, Squared, Task, Training};
use rand::RngExt;
use std::ops::ControlFlow;
use unsup_autograd::Real;
use unsup_autograd::random::generator;
use unsup_nn::module;
use unsup_nn::train::{Epoch, History, TrainError};

/// A box from which a function's arguments are taken: the least and the largest value of each.
#[derive(Clone, PartialEq, Debug)]
pub struct Domain(pub Vec<(f64, f64)>);

impl Domain {
    /// `calls` points, each argument uniform in its range.
    ///
    /// # Panics
    /// If there is no argument, or a range is not from a finite number to a larger one.
    #[track_caller]
    pub fn draw<T: Real>(&self, calls: usize, seed: u64) -> Matrix<T> {
        self.check();
        let mut random = generator(seed, "arguments", 0);
        Matrix::from_fn(calls, self.0.len(), |_, j| {
            let (least, most) = self.0[j];
            T::from_f64(random.random_range(least..most))
        })
    }

    #[track_caller]
    fn check(&self) {
        let good =
            |&(least, most): &(f64, f64)| least.is_finite() && most.is_finite() && least < most;
        assert!(
            !self.0.is_empty() && self.0.iter().all(good),
            "domain: expected at least one range, each from a number to a larger one, got {:?}",
            self.0
        );
    }
}

/// A network b(x) in the place of a function a(x): arguments are brought to [−1, 1], values to mean 0 and deviation 1,
/// before it sees them.
#[derive(Clone, Debug)]
pub struct Surrogate<T: Real> {
    predictor: Predictor<T>,
    domain: Domain,
    /// The mean and the deviation of each value over the calls.
    values: Vec<(T, T)>,
}
module!(Surrogate { predictor });

impl<T: Real> Surrogate<T> {
    /// Learns a(x) from its values at the points `x` of the domain, calls x arguments: [`Domain::draw`] gives some.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::in_sequence::distillation::{Domain, Surrogate};
    /// use unsup_models::predictor::Architecture;
    /// use unsup_models::{Activation, Matrix, Training};
    ///
    /// // a wave that is dear to compute
    /// let simulation = |x: &Matrix<f64>| Matrix::from_fn(x.rows(), 1, |i, _| 100.0 + 5.0 * (x[(i, 0)] * 0.3).sin());
    /// let domain = Domain(vec![(0.0, 20.0)]);
    /// let x = domain.draw(60, 0);
    /// let architecture = Architecture { hidden: vec![16, 16], activation: Activation::Tanh, ..Architecture::default() };
    /// let training = Training { epochs: 400, rate: 0.01, ..Training::default() };
    /// let surrogate =
    ///     Surrogate::of(&simulation, &domain, &x, &architecture, &training, |_| ControlFlow::Continue(())).unwrap();
    /// let new = domain.draw(200, 1);
    /// assert!(surrogate.r_squared(&new, &simulation(&new)) > 0.99);
    /// ```
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the domain is not one, `x` has not its number of columns, or the function does not give a row for each of x.
    #[track_caller]
    pub fn of(
        a: &dyn Fn(&Matrix<T>) -> Matrix<T>,
        domain: &Domain,
        x: &Matrix<T>,
        architecture: &Architecture,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<Self, TrainError> {
        Self::by(a, domain, x, architecture, |network, task| {
            network.fit(task, training, observer)
        })
    }

    /// As [`Surrogate::of`], where the network is trained by a `fit` of your own.
    ///
    /// # Errors
    /// That of `fit`.
    ///
    /// # Panics
    /// As [`Surrogate::of`].
    #[track_caller]
    pub fn by<E>(
        a: &dyn Fn(&Matrix<T>) -> Matrix<T>,
        domain: &Domain,
        x: &Matrix<T>,
        architecture: &Architecture,
        fit: impl FnOnce(&mut Predictor<T>, &Task<'_, T>) -> Result<History, E>,
    ) -> Result<Self, E> {
        domain.check();
        let y = a(x);
        assert!(
            y.rows() == x.rows() && x.rows() > 0 && x.columns() == domain.0.len(),
            "surrogate: {} arguments and values of {} for calls of {}",
            domain.0.len(),
            y.shape(),
            x.shape()
        );
        let values: Vec<(T, T)> = (0..y.columns())
            .map(|j| mean_and_deviation(&y, j))
            .collect();
        let mut surrogate = Self::untrained(domain, values, architecture);
        let scaled = Matrix::from_fn(y.rows(), y.columns(), |i, j| {
            let (mean, deviation) = surrogate.values[j];
            (y[(i, j)] - mean) / deviation
        });
        let x = surrogate.scaled(x);
        let task = Task::of(&x, Answers::Rows(&scaled, &Squared));
        fit(&mut surrogate.predictor, &task)?;
        Ok(surrogate)
    }

    /// An untrained network between these scales, to be filled from a file: the domain of the arguments, and the mean
    /// and the deviation of each value.
    ///
    /// # Panics
    /// If the domain is not one, or there are no values.
    #[track_caller]
    pub fn untrained(domain: &Domain, values: Vec<(T, T)>, architecture: &Architecture) -> Self {
        domain.check();
        Self {
            predictor: Predictor::new(domain.0.len(), values.len(), architecture),
            domain: domain.clone(),
            values,
        }
    }

    /// b(x), calls x values, in the function's units.
    ///
    /// # Panics
    /// If `x` has another number of columns than the domain has arguments.
    #[track_caller]
    pub fn answers(&self, x: &Matrix<T>) -> Matrix<T> {
        let b = self.predictor.answers(&self.scaled(x));
        Matrix::from_fn(b.rows(), b.columns(), |i, j| {
            let (mean, deviation) = self.values[j];
            mean + deviation * b[(i, j)]
        })
    }

    /// R² of b(x) against the function's values `y`.
    ///
    /// # Panics
    /// As [`Surrogate::answers`], and if `y` has another shape than b(x) or a number is not finite.
    #[track_caller]
    pub fn r_squared(&self, x: &Matrix<T>, y: &Matrix<T>) -> f64 {
        unsup_nn::classical::r_squared(&self.answers(x).cast(), &y.cast())
    }

    /// The mean and the deviation of each value over the calls: what it takes, beside the domain, to use the network by
    /// itself.
    pub fn values(&self) -> &[(T, T)] {
        &self.values
    }

    /// The network, of scaled arguments to scaled values.
    pub fn predictor(&self) -> &Predictor<T> {
        &self.predictor
    }

    #[track_caller]
    fn scaled(&self, x: &Matrix<T>) -> Matrix<T> {
        let arguments = self.domain.0.len();
        assert!(
            x.columns() == arguments,
            "surrogate: needs {arguments} columns, got a matrix of {}",
            x.shape()
        );
        Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            let (least, most) = self.domain.0[j];
            let (middle, half) = (
                T::from_f64(0.5 * (least + most)),
                T::from_f64(0.5 * (most - least)),
            );
            (x[(i, j)] - middle) / half
        })
    }
}

/// Of a column; a constant one has deviation 1.
fn mean_and_deviation<T: Real>(y: &Matrix<T>, j: usize) -> (T, T) {
    let values = || y.row_iter().map(|row| row[j].to_f64());
    let count = y.rows() as f64;
    let mean = values().sum::<f64>() / count;
    let deviation = (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let deviation = if deviation > 0.0 { deviation } else { 1.0 };
    (T::from_f64(mean), T::from_f64(deviation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unobserved(_: &Epoch) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn arguments_lie_in_their_ranges_and_fill_them() {
        let domain = Domain(vec![(-5.0, 10.0), (0.0, 0.001)]);
        let x: Matrix<f64> = domain.draw(2000, 3);
        for (j, &(least, most)) in domain.0.iter().enumerate() {
            let column: Vec<f64> = x.row_iter().map(|row| row[j]).collect();
            assert!(column.iter().all(|x| (least..most).contains(x)));
            let mean = column.iter().sum::<f64>() / 2000.0;
            assert!(((mean - least) / (most - least) - 0.5).abs() < 0.03);
        }
    }

    /// A line in units far from 1 and two values at once: a linear network finds it, and in the function's own units.
    #[test]
    fn a_linear_function_is_found_in_its_own_units() {
        let line =
            |x: &Matrix<f64>| Matrix::from_fn(x.rows(), 2, |i, j| [1e6 + 3e5 * x[(i, 0)], 7.0][j]);
        let domain = Domain(vec![(100.0, 200.0)]);
        let architecture = Architecture {
            hidden: Vec::new(),
            ..Architecture::default()
        };
        let training = Training {
            epochs: 1000,
            rate: 0.02,
            ..Training::default()
        };
        let x = domain.draw(50, 0);
        let surrogate =
            Surrogate::of(&line, &domain, &x, &architecture, &training, unobserved).unwrap();
        let new = domain.draw(20, 1);
        let (found, truth) = (surrogate.answers(&new), line(&new));
        for i in 0..20 {
            assert!((found[(i, 0)] / truth[(i, 0)] - 1.0).abs() < 1e-3);
            assert!((found[(i, 1)] - 7.0).abs() < 0.05);
        }
    }

    #[test]
    #[should_panic(
        expected = "domain: expected at least one range, each from a number to a larger one, got [(1.0, 1.0)]"
    )]
    fn an_empty_range_is_refused() {
        Domain(vec![(1.0, 1.0)]).draw::<f64>(3, 0);
    }
}
