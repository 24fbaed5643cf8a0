//! What is asked of objects, and the loss L of an answer.

use std::fmt::Debug;
use unsup_autograd::random::uniform_below;
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::loss;
use unsup_nn::train::Batch;

/// y: what objects should be answered with. It decides what L is.
#[derive(Clone, Copy, Debug)]
pub enum Answers<'y, T: Real> {
    /// A class each, whose logits are answered: L is the cross-entropy.
    Classes(&'y [usize]),
    /// A row of numbers each: L is the squared error.
    Numbers(&'y Matrix<T>),
    /// A row each, and an L of choice: a teacher's logits and [`Soft`], or a loss of your own.
    Rows(&'y Matrix<T>, &'y dyn Discrepancy<T>),
}

/// L(a, y): how far answers lie from what was wanted, where both are rows of numbers.
///
/// ```
/// use unsup_autograd::{Real, Var};
/// use unsup_models::Discrepancy;
/// use unsup_nn::loss;
///
/// /// (1/l) Σᵢ ‖aᵢ − yᵢ‖₁
/// #[derive(Debug)]
/// struct Absolute;
///
/// impl<T: Real> Discrepancy<T> for Absolute {
///     fn mean<'t>(&self, a: Var<'t, T>, y: Var<'t, T>) -> Var<'t, T> {
///         loss::absolute(a, y)
///     }
/// }
/// # let _: &dyn Discrepancy<f32> = &Absolute;
/// ```
pub trait Discrepancy<T: Real>: Debug {
    /// Its mean over objects, 1x1, of answers and what was wanted, both objects x outputs.
    fn mean<'t>(&self, a: Var<'t, T>, y: Var<'t, T>) -> Var<'t, T>;
}

/// ‖a − y‖²
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Squared;

impl<T: Real> Discrepancy<T> for Squared {
    fn mean<'t>(&self, a: Var<'t, T>, y: Var<'t, T>) -> Var<'t, T> {
        loss::squared(a, y)
    }
}

/// T² times the cross-entropy of softmax(y/T) by softmax(a/T), of logits a and y: Hinton, Vinyals, Dean (2015).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Soft {
    /// T, above 0; with 1 the teacher's probabilities as they are.
    pub temperature: f64,
}

impl<T: Real> Discrepancy<T> for Soft {
    fn mean<'t>(&self, a: Var<'t, T>, y: Var<'t, T>) -> Var<'t, T> {
        loss::soft_cross_entropy(a, y, self.temperature)
    }
}

impl<T: Real> Answers<'_, T> {
    /// How many objects have one.
    pub fn count(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Numbers(numbers) | Self::Rows(numbers, _) => numbers.rows(),
        }
    }

    /// What L is called in a history.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classes(_) => "cross-entropy",
            Self::Numbers(_) => "squared error",
            Self::Rows(..) => "loss",
        }
    }

    /// (1/k) Σᵢ L(aᵢ, yᵢ) over the k objects whose places among the answers are `places`, for a of k x outputs.
    ///
    /// # Panics
    /// If a is not of what is answered, or a place is none.
    #[track_caller]
    pub fn loss<'t>(&self, a: Var<'t, T>, places: &[usize]) -> Var<'t, T> {
        let rows = |y: &Matrix<T>| a.tape().gather(y, places);
        match self {
            Self::Classes(classes) => loss::cross_entropy_of(a, places.iter().map(|&i| classes[i])),
            Self::Numbers(numbers) => Squared.mean(a, rows(numbers)),
            Self::Rows(y, discrepancy) => discrepancy.mean(a, rows(y)),
        }
    }
}

/// A task: objects and their answers.
#[derive(Clone, Copy, Debug)]
pub struct Task<'x, T: Real> {
    /// x, l x n.
    pub x: &'x Matrix<T>,
    /// y, one a row of x.
    pub answers: Answers<'x, T>,
}

impl<'x, T: Real> Task<'x, T> {
    /// Objects and their classes.
    ///
    /// # Panics
    /// If there is not one class a row.
    #[track_caller]
    pub fn classes(x: &'x Matrix<T>, classes: &'x [usize]) -> Self {
        Self::of(x, Answers::Classes(classes))
    }

    /// Objects and their numbers.
    ///
    /// # Panics
    /// If there is not one row of numbers a row.
    #[track_caller]
    pub fn numbers(x: &'x Matrix<T>, numbers: &'x Matrix<T>) -> Self {
        Self::of(x, Answers::Numbers(numbers))
    }

    /// Objects and their answers.
    ///
    /// # Panics
    /// If there is not one a row.
    #[track_caller]
    pub fn of(x: &'x Matrix<T>, answers: Answers<'x, T>) -> Self {
        let task = Self { x, answers };
        task.check();
        task
    }

    #[track_caller]
    pub(crate) fn check(&self) {
        let (answers, what) = match self.answers {
            Answers::Classes(classes) => (classes.len(), "classes"),
            Answers::Numbers(y) | Answers::Rows(y, _) => (y.rows(), "rows of answers"),
        };
        assert!(
            answers == self.x.rows(),
            "task: {answers} {what} for objects of {}",
            self.x.shape()
        );
    }
}

/// As many of the `count` objects with answers as the batch has objects, drawn for this step, by their places among
/// the answers: where few objects have answers and all teach something else, each step sees both.
pub(crate) fn drawn_with_answers<T: Real>(batch: &Batch<'_, '_, T>, count: usize) -> Vec<usize> {
    let mut random = batch.generator("labelled");
    let draws = batch.rows.iter();
    draws.map(|_| uniform_below(count, &mut random)).collect()
}
