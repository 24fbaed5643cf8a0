//! The auto-encoder with a predictor: all objects teach the code, those with answers also what is asked.
//!
//! **Given** objects x₁ … x_l, of which the first k have answers y₁ … y_k. **Find** f(x, α), g(z, β) and a predictor
//! ŷ(z, γ) of the same code, together:
//!
//! ```text
//! Σ_{i=1..l} L(g(f(xᵢ)), xᵢ) + λ Σ_{i=1..k} L̃(ŷ(f(xᵢ)), yᵢ)  →  min over α, β, γ
//! ```
//!
//! L̃ is the cross-entropy of classes, or the squared error of numbers. (Both sums are means here, of all objects and
//! of those with answers; of the second as many objects are drawn at each step as the batch has.) Noise on x, or any
//! other term of a method, is given to both.
//!
//! **Use it** where few objects have answers and many have none. **Do not** where nearly all have: the reconstruction
//! then asks the code to hold what the answer does not need.
//!
//! Sources: Ranzato, Szummer (2008), "Semi-supervised learning of compact document representations with deep networks";
//! Rasmus, Valpola, Honkala, Berglund, Raiko (2015), "Semi-supervised learning with ladder networks", section 2.

use super::{Architecture, AutoEncoder, EncoderDecoder, Method, Pass};
use crate::answers::drawn_with_answers;
use crate::predictor::most_probable;
use crate::{Answers, Training, apply};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::accuracy;
use unsup_nn::train::{Batch, Criterion, Epoch, History, Term, Terms, TrainError, fit};
use unsup_nn::{Activation, Sequence, module};

/// An auto-encoder and a predictor ŷ(z, γ) of its code.
#[derive(Clone, Debug)]
pub struct Supervised<T: Real> {
    autoencoder: AutoEncoder<T>,
    predictor: Sequence<T>,
}
module!(Supervised {
    autoencoder,
    predictor
});

/// The joint criterion: the data, and how its two parts are weighed.
#[derive(Clone, Copy)]
pub struct Joint<'x, T: Real> {
    /// All objects, l x n.
    pub x: &'x Matrix<T>,
    /// Noise and further terms of the auto-encoder.
    pub method: &'x dyn Method<T>,
    /// The rows of x that have answers; at least one.
    pub labelled: &'x [usize],
    /// Their answers, in the same order.
    pub answers: Answers<'x, T>,
    /// The weight of the reconstruction: the lecture's 1; with 0 (and the decoder frozen) learning is supervised only.
    pub reconstruction: f64,
    /// λ
    pub lambda: f64,
}

impl<T: Real> Criterion<T, Supervised<T>> for Joint<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, model: &Supervised<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        assert!(
            !self.labelled.is_empty() && self.labelled.len() == self.answers.count(),
            "joint: {} answers for {} objects with answers, expected as many and at least 1",
            self.answers.count(),
            self.labelled.len()
        );
        let (autoencoder, method) = (&model.autoencoder, self.method);
        // lecture: semi-supervised
        let x = batch.tape.gather(self.x, batch.rows);
        let mut terms =
            Pass::through(autoencoder, method, batch, x).terms(autoencoder, method, batch);
        terms[0].weight *= self.reconstruction;

        let drawn = drawn_with_answers(batch, self.labelled.len());
        let rows: Vec<usize> = drawn.iter().map(|&i| self.labelled[i]).collect();
        let batch = batch.beside(&rows, "labelled");
        let x = method.input(&batch, batch.tape.gather(self.x, &rows));
        let y = model.predictor.forward(&batch, autoencoder.f(&batch, x));
        terms.push(Term {
            name: "prediction",
            weight: self.lambda,
            value: self.answers.loss(y, &drawn),
        });
        // lecture: end
        terms
    }

    fn project(&self, model: &mut Supervised<T>) {
        self.method.project(&mut model.autoencoder);
    }
}

impl<T: Real> Supervised<T> {
    /// An untrained auto-encoder with a linear predictor of `outputs` numbers (or classes' logits) on its code.
    ///
    /// # Panics
    /// As [`AutoEncoder::new`], and if `outputs` is 0.
    #[track_caller]
    pub fn new(features: usize, outputs: usize, architecture: &Architecture) -> Self {
        let (widths, linear) = ([architecture.code, outputs], Activation::Identity);
        let predictor = Sequence::new(&widths, linear, linear, architecture.seed, "predictor");
        Self::of(AutoEncoder::new(features, architecture), predictor)
    }

    /// An auto-encoder and a predictor of its code.
    ///
    /// # Panics
    /// If the predictor does not take codes.
    #[track_caller]
    pub fn of(autoencoder: AutoEncoder<T>, predictor: Sequence<T>) -> Self {
        assert!(
            autoencoder.code() == predictor.inputs(),
            "supervised: the encoder gives codes of {}, the predictor takes {}",
            autoencoder.code(),
            predictor.inputs()
        );
        Self {
            autoencoder,
            predictor,
        }
    }

    /// Trains by Adam; the observer hears of each epoch and may end the run.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::autoencoder::{Architecture, Joint, Plain, Supervised};
    /// use unsup_models::{Answers, Matrix, Training};
    ///
    /// // two bands; one object of each is labelled
    /// let x = Matrix::from_fn(80, 4, |i, j| (i % 2 * 2) as f32 - 1.0 + 0.3 * ((i * (j + 1)) as f32).sin());
    /// let joint = Joint {
    ///     x: &x,
    ///     method: &Plain,
    ///     labelled: &[0, 1],
    ///     answers: Answers::Classes(&[0, 1]),
    ///     reconstruction: 1.0,
    ///     lambda: 1.0,
    /// };
    /// let mut model = Supervised::new(4, 2, &Architecture::deep(&[8], 2));
    /// model.fit(&joint, &Training::default(), |_| ControlFlow::Continue(())).unwrap();
    /// let classes: Vec<usize> = (0..80).map(|i| i % 2).collect();
    /// assert!(model.accuracy(&x, &classes) > 0.95);
    /// ```
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the objects have another number of columns than the encoder takes, or the answers do not fit the predictor.
    pub fn fit(
        &mut self,
        joint: &Joint<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, joint, &mut optimiser, &settings, observer)
    }

    /// ŷ(f(x)): numbers, or logits of classes; objects x outputs.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn answers(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("answers", self.autoencoder.features(), x, |batch, x| {
            self.predictor.forward(batch, self.autoencoder.f(batch, x))
        })
    }

    /// The most probable class of each object; of several the first.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn predict(&self, x: &Matrix<T>) -> Vec<usize> {
        most_probable(&self.answers(x))
    }

    /// The share of objects whose most probable class is their own.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes, or `classes` is not of one class a row.
    #[track_caller]
    pub fn accuracy(&self, x: &Matrix<T>, classes: &[usize]) -> f64 {
        accuracy(&self.predict(x), classes)
    }

    /// f and g.
    pub fn autoencoder(&self) -> &AutoEncoder<T> {
        &self.autoencoder
    }

    /// ŷ
    pub fn predictor(&self) -> &Sequence<T> {
        &self.predictor
    }
}

impl<T: Real> EncoderDecoder<T> for Supervised<T> {
    fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        self.autoencoder.encode(x)
    }

    fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        self.autoencoder.decode(z)
    }
}
