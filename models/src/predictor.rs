//! A network that answers: the class of an object, or numbers.
//!
//! **Given** objects x₁ … x_l in Rⁿ and what they should be answered with, y₁ … y_l. **Find** a network a(x, w) of layers
//! z ← σ(z A + a):
//!
//! ```text
//! (1/l) Σᵢ L(a(xᵢ, w), yᵢ)  →  min over w
//! ```
//!
//! Of classes the last layer gives K numbers, the logits, such that softmax of them is the classes' distribution, and
//! L(a, y) = −ln softmax(a)_y; of numbers it gives them, and L(a, y) = ‖a − y‖².
//!
//! It is no method without a teacher. It is what these are measured by and combined with: trained from scratch it is
//! the control of a pre-trained one, on codes it says what they are worth, and it is teacher or student of a
//! distillation.
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_autograd::Matrix;
//! use unsup_models::{Task, Training};
//! use unsup_models::predictor::{Architecture, Predictor};
//!
//! // inside a circle, or outside
//! let x = Matrix::from_fn(200, 2, |i, j| ((i * (7 + 4 * j)) % 41) as f32 / 20.0 - 1.0);
//! let y: Vec<usize> = x.row_iter().map(|x| usize::from(x[0] * x[0] + x[1] * x[1] < 0.5)).collect();
//! let architecture = Architecture { hidden: vec![16], ..Architecture::default() };
//! let mut model = Predictor::new(2, 2, &architecture);
//! let training = Training { epochs: 100, batch_size: 20, rate: 0.02, ..Training::default() };
//! model.fit(&Task::classes(&x, &y), &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(model.accuracy(&x, &y) > 0.95);
//! ```

use crate::{Task, Training, apply};
use std::ops::ControlFlow;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::{accuracy, r_squared};
use unsup_nn::train::{
    Batch, Criterion, Epoch, History, Losses, Term, Terms, TrainError, Trainer, fit, smallvec,
};
use unsup_nn::{Activation, Dense, Sequence, module};

/// The shape of a predictor.
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// Widths of the layers between the features and the answers; with none it is a logistic regression, of numbers a linear one.
    pub hidden: Vec<usize>,
    /// Their σ.
    pub activation: Activation,
    /// The probability with which their values are set to 0 in training, in \[0, 1).
    pub dropout: f64,
    /// Where the initial weights come from.
    pub seed: u64,
}

impl Default for Architecture {
    /// One layer of 100 with ReLU, no dropout.
    fn default() -> Self {
        Self {
            hidden: vec![100],
            activation: Activation::Relu,
            dropout: 0.0,
            seed: 0,
        }
    }
}

/// A network a(x, w) from features to answers.
#[derive(Clone, Debug)]
pub struct Predictor<T: Real> {
    network: Sequence<T>,
}
module!(Predictor { network });

impl<T: Real> Predictor<T> {
    /// An untrained predictor of objects with `features` features: of that many numbers, or classes.
    ///
    /// # Panics
    /// If `features`, `outputs` or one of the widths is 0, or the dropout is not in \[0, 1).
    #[track_caller]
    pub fn new(features: usize, outputs: usize, architecture: &Architecture) -> Self {
        let mut widths = vec![features];
        widths.extend(&architecture.hidden);
        widths.push(outputs);
        let (hidden, last) = (architecture.activation, Activation::Identity);
        let network = Sequence::new(&widths, hidden, last, architecture.seed, "classifier");
        Self::of(network.with_dropout(architecture.dropout, "classifier dropout"))
    }

    /// A network of your own; of classes it gives logits.
    pub fn of(network: Sequence<T>) -> Self {
        Self { network }
    }

    /// The layers of a trained encoder, copied, and on them a new layer of `outputs` logits or numbers, drawn under
    /// `seed`: to be tuned as a whole, or, with the layers frozen, the last one alone.
    ///
    /// # Panics
    /// If `outputs` is 0.
    #[track_caller]
    pub fn on(encoder: &Sequence<T>, outputs: usize, seed: u64) -> Self {
        let mut random = generator(seed, "classifier", 0);
        let (inputs, linear) = (encoder.outputs(), Activation::Identity);
        let last = Dense::new(inputs, outputs, linear, &mut random);
        let layers = encoder.layers().iter().cloned().chain([last.into()]);
        Self::of(Sequence::of(layers))
    }

    /// Trains on a task by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the objects have another number of columns than the network takes, or the answers are not of what it gives.
    #[track_caller]
    pub fn fit(
        &mut self,
        task: &Task<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, task, &mut optimiser, &settings, observer)
    }

    /// The criterion on a task: of classes in nats per object.
    ///
    /// # Errors
    /// If it is not finite.
    ///
    /// # Panics
    /// As [`Predictor::fit`].
    #[track_caller]
    pub fn loss(&self, task: &Task<'_, T>) -> Result<f64, TrainError> {
        let losses: Losses = Trainer::new(0).evaluate(self, task)?;
        Ok(losses.total)
    }

    /// The answers a(x), of classes their logits: objects x features to objects x outputs.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes.
    #[track_caller]
    pub fn answers(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("answers", self.network.inputs(), x, |_, x| {
            self.network.evaluate(x)
        })
    }

    /// The classes' probabilities softmax(a(x)): objects x features to objects x classes, each row summing to 1.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes.
    #[track_caller]
    pub fn probabilities(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("probabilities", self.network.inputs(), x, |_, x| {
            self.network.evaluate(x).row_softmax()
        })
    }

    /// The most probable class of each object; of several the first.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes.
    #[track_caller]
    pub fn predict(&self, x: &Matrix<T>) -> Vec<usize> {
        most_probable(&self.answers(x))
    }

    /// The share of objects whose most probable class is their own.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes, or `classes` is not of one class a row.
    #[track_caller]
    pub fn accuracy(&self, x: &Matrix<T>, classes: &[usize]) -> f64 {
        Task::classes(x, classes).check();
        accuracy(&self.predict(x), classes)
    }

    /// R² = 1 − Σ (y − a(x))² / Σ (y − ȳ)², the mean of the columns': 1 where all numbers are found, 0 where no more than
    /// their mean is.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes, or `y` another shape than the answers, or a number is not finite.
    #[track_caller]
    pub fn r_squared(&self, x: &Matrix<T>, y: &Matrix<T>) -> f64 {
        r_squared(&self.answers(x).cast(), &y.cast())
    }

    /// The network.
    pub fn network(&self) -> &Sequence<T> {
        &self.network
    }
}

/// The class of the largest logit of each row; of several the first.
pub fn most_probable<T: Real>(logits: &Matrix<T>) -> Vec<usize> {
    let largest = |row: &[T]| {
        let places = 0..row.len();
        places.fold(
            0,
            |best, place| if row[place] > row[best] { place } else { best },
        )
    };
    logits.row_iter().map(largest).collect()
}

/// (1/l) Σᵢ L(a(xᵢ, w), yᵢ)
impl<T: Real> Criterion<T, Predictor<T>> for Task<'_, T> {
    fn objects(&self) -> usize {
        self.check();
        self.x.rows()
    }

    fn terms<'t>(&self, model: &Predictor<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let x = batch.tape.gather(self.x, batch.rows);
        let a = model.network.forward(batch, x);
        smallvec![Term {
            name: self.answers.name(),
            weight: 1.0,
            value: self.answers.loss(a, batch.rows),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_nn::Module;

    fn model(dropout: f64) -> Predictor<f64> {
        let architecture = Architecture {
            hidden: vec![4],
            dropout,
            ..Architecture::default()
        };
        Predictor::new(2, 3, &architecture)
    }

    #[test]
    fn probabilities_are_the_softmax_and_the_largest_is_predicted() {
        let model = model(0.5);
        let x = Matrix::from_fn(30, 2, |i, j| ((3 * i + 5 * j) % 11) as f64 - 5.0);
        let (logits, probabilities) = (model.answers(&x), model.probabilities(&x));
        let predicted = model.predict(&x);
        for (i, &class) in predicted.iter().enumerate() {
            let exponentials: Vec<f64> = logits.row(i).iter().map(|s| s.exp()).collect();
            let sum: f64 = exponentials.iter().sum();
            for (p, e) in probabilities.row(i).iter().zip(&exponentials) {
                assert!((p - e / sum).abs() < 1e-14);
            }
            let best = probabilities.row(i)[class];
            assert!(probabilities.row(i).iter().all(|&p| p <= best));
        }
        assert_eq!(model.accuracy(&x, &predicted), 1.0);
        let entropy = model.loss(&Task::classes(&x, &predicted)).unwrap();
        let expected: f64 = (0..30)
            .map(|i| -probabilities[(i, predicted[i])].ln())
            .sum();
        assert!((entropy - expected / 30.0).abs() < 1e-12);
        assert_eq!(
            model.parameter_names(),
            [
                "network.0.weight",
                "network.0.bias",
                "network.2.weight",
                "network.2.bias"
            ]
        );
    }

    #[test]
    #[should_panic(expected = "task: 2 classes for objects of 3x2")]
    fn a_class_for_each_object_is_asked_for() {
        model(0.0).accuracy(&Matrix::zeros(3, 2), &[0, 1]);
    }

    #[test]
    #[should_panic(expected = "answers: needs 2 columns, got a matrix of 3x4")]
    fn objects_of_another_width_are_refused() {
        model(0.0).answers(&Matrix::zeros(3, 4));
    }
}
