//! A network that tells classes.
//!
//! **Given** objects x₁ … x_l in Rⁿ and their classes y₁ … y_l of K. **Find** a network of layers z ← σ(z A + a) whose
//! last layer gives K numbers, the logits, such that softmax of them is the classes' distribution:
//!
//! ```text
//! −(1/l) Σᵢ ln softmax(a(xᵢ, w))_yᵢ  →  min over w
//! ```
//!
//! It is no method without a teacher. It is what these are measured by and combined with: trained from scratch it is
//! the control of a pre-trained one, on codes it says what they are worth, and it is teacher or student of a
//! distillation.
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_autograd::Matrix;
//! use unsup_models::Training;
//! use unsup_models::classifier::{Architecture, Classifier};
//!
//! // inside a circle, or outside
//! let x = Matrix::from_fn(200, 2, |i, j| ((i * (7 + 4 * j)) % 41) as f32 / 20.0 - 1.0);
//! let y: Vec<usize> = x.row_iter().map(|x| usize::from(x[0] * x[0] + x[1] * x[1] < 0.5)).collect();
//! let architecture = Architecture { hidden: vec![16], ..Architecture::default() };
//! let mut model = Classifier::new(2, 2, &architecture);
//! let training = Training { epochs: 100, batch_size: 20, rate: 0.02, ..Training::default() };
//! model.fit(&x, &y, &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(model.accuracy(&x, &y) > 0.95);
//! ```

use crate::{Training, apply};
use std::ops::ControlFlow;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::accuracy;
use unsup_nn::train::{
    Batch, Criterion, Epoch, History, Losses, Term, Terms, TrainError, Trainer, fit, smallvec,
};
use unsup_nn::{Activation, Dense, Sequence, loss, module};

/// The shape of a classifier.
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// Widths of the layers between the features and the logits; with none it is a logistic regression.
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

/// A network from features to the logits of classes.
#[derive(Clone, Debug)]
pub struct Classifier<T: Real> {
    network: Sequence<T>,
}
module!(Classifier { network });

impl<T: Real> Classifier<T> {
    /// An untrained classifier of objects with `features` features into `classes` classes.
    ///
    /// # Panics
    /// If `features`, `classes` or one of the widths is 0, or the dropout is not in \[0, 1).
    #[track_caller]
    pub fn new(features: usize, classes: usize, architecture: &Architecture) -> Self {
        let mut widths = vec![features];
        widths.extend(&architecture.hidden);
        widths.push(classes);
        let (hidden, last) = (architecture.activation, Activation::Identity);
        let network = Sequence::new(&widths, hidden, last, architecture.seed, "classifier");
        Self {
            network: network.with_dropout(architecture.dropout, "classifier dropout"),
        }
    }

    /// The layers of a trained encoder, copied, and on them a new layer of logits, drawn under `seed`: to be tuned as a
    /// whole, or, with the layers frozen, the last one alone.
    ///
    /// # Panics
    /// If `classes` is 0.
    #[track_caller]
    pub fn on(encoder: &Sequence<T>, classes: usize, seed: u64) -> Self {
        let mut random = generator(seed, "classifier", 0);
        let logits = Dense::new(
            encoder.outputs(),
            classes,
            Activation::Identity,
            &mut random,
        );
        let layers = encoder.layers().iter().cloned().chain([logits.into()]);
        Self {
            network: Sequence::of(layers),
        }
    }

    /// Trains on the rows of `x` and their classes by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes, or `classes` is not of one class a row, each in
    /// 0..K.
    #[track_caller]
    pub fn fit(
        &mut self,
        x: &Matrix<T>,
        classes: &[usize],
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        let criterion = Classification::new(x, classes);
        fit(self, &criterion, &mut optimiser, &settings, observer)
    }

    /// The criterion on the rows of `x` and their classes, in nats per object.
    ///
    /// # Errors
    /// If it is not finite.
    ///
    /// # Panics
    /// As [`Classifier::fit`].
    #[track_caller]
    pub fn cross_entropy(&self, x: &Matrix<T>, classes: &[usize]) -> Result<f64, TrainError> {
        let criterion = Classification::new(x, classes);
        let losses: Losses = Trainer::new(0).evaluate(self, &criterion)?;
        Ok(losses.total)
    }

    /// The logits a(x): objects x features to objects x classes.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes.
    #[track_caller]
    pub fn logits(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("logits", self.network.inputs(), x, |_, x| {
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
        most_probable(&self.logits(x))
    }

    /// The share of objects whose most probable class is their own.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes, or `classes` is not of one class a row.
    #[track_caller]
    pub fn accuracy(&self, x: &Matrix<T>, classes: &[usize]) -> f64 {
        check_classes(x, classes);
        accuracy(&self.predict(x), classes)
    }

    /// The network.
    pub fn network(&self) -> &Sequence<T> {
        &self.network
    }
}

/// The class of the largest logit of each row; of several the first.
pub(crate) fn most_probable<T: Real>(logits: &Matrix<T>) -> Vec<usize> {
    let largest = |row: &[T]| {
        let places = 0..row.len();
        places.fold(
            0,
            |best, place| if row[place] > row[best] { place } else { best },
        )
    };
    logits.row_iter().map(largest).collect()
}

/// −(1/l) Σᵢ ln softmax(a(xᵢ, w))_yᵢ
#[derive(Clone, Copy, Debug)]
pub struct Classification<'x, T: Real> {
    x: &'x Matrix<T>,
    y: &'x [usize],
}

impl<'x, T: Real> Classification<'x, T> {
    /// On the objects x, l x n, and their classes.
    ///
    /// # Panics
    /// If there is not one class a row.
    #[track_caller]
    pub fn new(x: &'x Matrix<T>, classes: &'x [usize]) -> Self {
        check_classes(x, classes);
        Self { x, y: classes }
    }
}

impl<T: Real> Criterion<T, Classifier<T>> for Classification<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, model: &Classifier<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let x = batch.tape.gather(self.x, batch.rows);
        let a = model.network.forward(batch, x);
        let value = loss::cross_entropy_of(a, batch.rows.iter().map(|&i| self.y[i]));
        smallvec![Term {
            name: "cross-entropy",
            weight: 1.0,
            value,
        }]
    }
}

#[track_caller]
fn check_classes<T: Real>(x: &Matrix<T>, classes: &[usize]) {
    assert!(
        x.rows() == classes.len(),
        "classifier: {} classes for objects of {}",
        classes.len(),
        x.shape()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_nn::Module;

    fn model(dropout: f64) -> Classifier<f64> {
        let architecture = Architecture {
            hidden: vec![4],
            dropout,
            ..Architecture::default()
        };
        Classifier::new(2, 3, &architecture)
    }

    #[test]
    fn probabilities_are_the_softmax_and_the_largest_is_predicted() {
        let model = model(0.5);
        let x = Matrix::from_fn(30, 2, |i, j| ((3 * i + 5 * j) % 11) as f64 - 5.0);
        let (logits, probabilities) = (model.logits(&x), model.probabilities(&x));
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
        let entropy = model.cross_entropy(&x, &predicted).unwrap();
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
    #[should_panic(expected = "classifier: 2 classes for objects of 3x2")]
    fn a_class_for_each_object_is_asked_for() {
        model(0.0).accuracy(&Matrix::zeros(3, 2), &[0, 1]);
    }

    #[test]
    #[should_panic(expected = "logits: needs 2 columns, got a matrix of 3x4")]
    fn objects_of_another_width_are_refused() {
        model(0.0).logits(&Matrix::zeros(3, 4));
    }
}
