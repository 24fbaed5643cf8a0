//! Distillation: a small model learns the answers of a large one.
//!
//! **Given** a model a(x, w) that was trained "long and dearly" on (x₁, y₁) … (x_l, y_l), and objects x′₁ … x′_k, perhaps
//! others, whose answers nobody knows. **Find** a simple model b(x′, w′) that answers as a does:
//!
//! ```text
//! Σ_{i=1..k} L(b(x′ᵢ, w′), a(x′ᵢ, w))  →  min over w′
//! ```
//!
//! (A mean over the objects here.) a may be any function of a matrix of objects: a network, a simulation, another
//! program. Of classes a gives logits, and L is [`Soft`](crate::Soft): softmax of both is taken at a temperature T, since what a teacher
//! knows of an object lies also in how it ranks the wrong classes, and a large T brings that out. Of numbers L is
//! [`Squared`](crate::Squared), and b is called a [surrogate](Surrogate).
//!
//! Where some of the objects have answers of their own, these can be learned too ([`Taught`]):
//!
//! ```text
//! Σᵢ L(b(xᵢ), yᵢ) + μ Σᵢ L(b(xᵢ), a(xᵢ))  →  min over w′
//! ```
//!
//! **Use it** to have a model with the fewest units and links that is still good, and where objects are many and
//! answers few. **Do not** expect a student to be better than its teacher where the teacher is wrong.
//!
//! Sources: Buciluă, Caruana, Niculescu-Mizil (2006), "Model compression"; Hinton, Vinyals, Dean (2015), "Distilling
//! the knowledge in a neural network".

mod surrogate;

pub use surrogate::{Domain, Surrogate};

use crate::answers::drawn_with_answers;
use crate::predictor::Predictor;
use crate::{Answers, Discrepancy, Task, Training};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::train::{Batch, Criterion, Epoch, History, Term, Terms, TrainError, fit};

impl<T: Real> Predictor<T> {
    /// Learns the teacher's answers to the objects `x`, by Adam; the observer hears of each epoch and may end the run.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::predictor::{Architecture, Predictor};
    /// use unsup_models::{Matrix, Soft, Training};
    ///
    /// // a teacher that is no network: logits of two classes, which of two features is the larger
    /// let teacher = |x: &Matrix<f32>| Matrix::from_fn(x.rows(), 2, |i, j| 4.0 * x[(i, j)]);
    /// let x = Matrix::from_fn(200, 2, |i, j| ((i * (7 + 4 * j)) % 41) as f32 / 20.0 - 1.0);
    ///
    /// let architecture = Architecture { hidden: vec![4], ..Architecture::default() };
    /// let mut student = Predictor::new(2, 2, &architecture);
    /// let training = Training { epochs: 50, rate: 0.02, ..Training::default() };
    /// let soft = Soft { temperature: 2.0 };
    /// student.distil(&teacher, &x, &soft, &training, |_| ControlFlow::Continue(())).unwrap();
    /// let agree = student.predict(&x).into_iter().zip(x.row_iter());
    /// assert!(agree.filter(|(class, x)| *class == usize::from(x[1] > x[0])).count() > 180);
    /// ```
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the teacher does not give a row for each object, as wide as the student's answers, or `x` has another number
    /// of columns than the student takes.
    #[track_caller]
    pub fn distil(
        &mut self,
        teacher: &dyn Fn(&Matrix<T>) -> Matrix<T>,
        x: &Matrix<T>,
        discrepancy: &dyn Discrepancy<T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        // lecture: distill
        let a = teacher(x);
        check_teacher(&a, x, self);
        self.fit(
            &Task::of(x, Answers::Rows(&a, discrepancy)),
            training,
            observer,
        )
        // lecture: end
    }

    /// Learns from answers and from a teacher, by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the parts of `taught` do not fit one another or the student.
    #[track_caller]
    pub fn fit_taught(
        &mut self,
        taught: &Taught<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, taught, &mut optimiser, &settings, observer)
    }
}

#[track_caller]
fn check_teacher<T: Real>(a: &Matrix<T>, x: &Matrix<T>, student: &Predictor<T>) {
    let outputs = student.network().outputs();
    assert!(
        (a.rows(), a.columns()) == (x.rows(), outputs),
        "distillation: the teacher gives {} for objects of {}, the student answers with {outputs} columns",
        a.shape(),
        x.shape()
    );
}

/// Σᵢ L(b(xᵢ), yᵢ) over the objects that have answers, + μ Σᵢ L(b(xᵢ), aᵢ) over all: both sums as means.
///
/// With answers for all objects the second is of the same ones at each step; with answers for some, as many of those
/// are drawn at each step as the batch has objects.
#[derive(Clone, Copy, Debug)]
pub struct Taught<'x, T: Real> {
    /// All objects, k x n.
    pub x: &'x Matrix<T>,
    /// The rows of x that have answers; `None`: all of them.
    pub labelled: Option<&'x [usize]>,
    /// y, in the order of `labelled`.
    pub answers: Answers<'x, T>,
    /// The weight of the answers: the lecture's 1; with 0 the teacher's alone are learned, the limit of a large μ.
    pub own: f64,
    /// a, the teacher's answers to all of x.
    pub teacher: &'x Matrix<T>,
    /// L(b, a). (No gradient passes to the teacher: it is given.)
    pub discrepancy: &'x dyn Discrepancy<T>,
    /// μ
    pub mu: f64,
}

impl<T: Real> Criterion<T, Predictor<T>> for Taught<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, model: &Predictor<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        check_teacher(self.teacher, self.x, model);
        let x = batch.tape.gather(self.x, batch.rows);
        let b = model.network().forward(batch, x);
        let a = batch.tape.gather(self.teacher, batch.rows);
        let own = match self.labelled {
            None => {
                Task::of(self.x, self.answers); // refuses another number of answers
                self.answers.loss(b, batch.rows)
            }
            Some(labelled) => {
                check_labelled(labelled, &self.answers);
                let drawn = drawn_with_answers(batch, labelled.len());
                let rows: Vec<usize> = drawn.iter().map(|&i| labelled[i]).collect();
                let batch = batch.beside(&rows, "labelled");
                let x = batch.tape.gather(self.x, &rows);
                self.answers
                    .loss(model.network().forward(&batch, x), &drawn)
            }
        };
        Terms::from_iter([
            Term {
                name: self.answers.name(),
                weight: self.own,
                value: own,
            },
            Term {
                name: "teacher",
                weight: self.mu,
                value: self.discrepancy.mean(b, a),
            },
        ])
    }
}

/// Refuses another number of answers than of objects that have some.
#[track_caller]
pub(crate) fn check_labelled<T: Real>(labelled: &[usize], answers: &Answers<'_, T>) {
    assert!(
        !labelled.is_empty() && labelled.len() == answers.count(),
        "{} answers for {} objects with answers, expected as many and at least 1",
        answers.count(),
        labelled.len()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predictor::Architecture;
    use crate::{Soft, Squared};
    use unsup_autograd::Tape;
    use unsup_nn::Module;
    use unsup_nn::train::Trainer;

    fn objects(rows: usize) -> Matrix<f64> {
        Matrix::from_fn(rows, 3, |i, j| ((7 * i + 5 * j) % 11) as f64 / 5.0 - 1.0)
    }

    fn student(outputs: usize) -> Predictor<f64> {
        let architecture = Architecture {
            hidden: vec![6],
            ..Architecture::default()
        };
        Predictor::new(3, outputs, &architecture)
    }

    fn unobserved(_: &Epoch) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn parameters(model: &Predictor<f64>) -> Vec<f64> {
        let mut all = Vec::new();
        model.visit(unsup_nn::Path::ROOT, &mut |_, param| {
            all.extend_from_slice(param.value().as_slice())
        });
        all
    }

    #[test]
    fn a_student_with_as_many_units_becomes_its_teacher() {
        let x = objects(60);
        let teacher = student(1);
        let mut other = Predictor::of(teacher.network().redrawn(5, "student"));
        let training = Training {
            epochs: 400,
            rate: 0.02,
            ..Training::default()
        };
        let answers = |x: &Matrix<f64>| teacher.answers(x);
        other
            .distil(&answers, &x, &Squared, &training, unobserved)
            .unwrap();
        assert!(other.r_squared(&x, &teacher.answers(&x)) > 0.999);
    }

    /// μ = 0 is learning without a teacher, an own weight of 0 is distillation: to the bit.
    #[test]
    fn the_ends_of_the_weights_are_the_two_criteria_alone() {
        let (x, classes) = (objects(40), (0..40).map(|i| i * i % 3).collect::<Vec<_>>());
        let a = Matrix::from_fn(40, 3, |i, j| ((i + 2 * j) % 4) as f64);
        let (soft, training) = (
            Soft { temperature: 3.0 },
            Training {
                epochs: 3,
                ..Training::default()
            },
        );
        let taught = |own, mu| {
            let mut model = student(3);
            let taught = Taught {
                x: &x,
                labelled: None,
                answers: Answers::Classes(&classes),
                own,
                teacher: &a,
                discrepancy: &soft,
                mu,
            };
            model.fit_taught(&taught, &training, unobserved).unwrap();
            parameters(&model)
        };
        let mut alone = student(3);
        alone
            .fit(&Task::classes(&x, &classes), &training, unobserved)
            .unwrap();
        assert_eq!(taught(1.0, 0.0), parameters(&alone));
        let mut distilled = student(3);
        distilled
            .distil(&|_| a.clone(), &x, &soft, &training, unobserved)
            .unwrap();
        assert_eq!(taught(0.0, 1.0), parameters(&distilled));
        assert_ne!(taught(1.0, 0.5), parameters(&alone));
    }

    #[test]
    fn objects_without_answers_teach_through_the_teacher_alone() {
        let x = objects(9);
        let a = Matrix::from_fn(9, 1, |i, _| i as f64);
        let (y, labelled) = (Matrix::from_rows(&[[2.0], [-1.0]]), [7, 3]);
        let taught = Taught {
            x: &x,
            labelled: Some(&labelled),
            answers: Answers::Numbers(&y),
            own: 1.0,
            teacher: &a,
            discrepancy: &Squared,
            mu: 0.5,
        };
        let model = student(1);
        let losses = Trainer::new(0).evaluate(&model, &taught).unwrap();
        let b = model.answers(&x);
        let of_teacher: f64 = (0..9).map(|i| (b[(i, 0)] - i as f64).powi(2)).sum::<f64>() / 9.0;
        assert!((losses.term("teacher").unwrap() - of_teacher).abs() < 1e-12);
        // each of the nine that are drawn is one of the two
        let [first, second] = [(b[(7, 0)] - 2.0).powi(2), (b[(3, 0)] + 1.0).powi(2)];
        let own = losses.term("squared error").unwrap();
        let drawn = 9.0 * (own - second) / (first - second);
        assert!(
            (drawn - drawn.round()).abs() < 1e-9 && (0.0..=9.0).contains(&drawn),
            "{drawn}"
        );
        let tape = Tape::new();
        let batch = Batch::new(&tape, &[0, 1], 0, 1);
        assert_eq!(taught.terms(&model, &batch).len(), 2);
    }

    #[test]
    #[should_panic(
        expected = "distillation: the teacher gives 4x2 for objects of 4x3, the student answers with 1 columns"
    )]
    fn a_teacher_of_another_width_is_refused() {
        let teacher = |x: &Matrix<f64>| Matrix::zeros(x.rows(), 2);
        let _ = student(1).distil(
            &teacher,
            &objects(4),
            &Squared,
            &Training::default(),
            unobserved,
        );
    }

    #[test]
    #[should_panic(expected = "task: 2 rows of answers for objects of 3x3")]
    fn an_answer_for_each_object_is_asked_for_where_all_have_one() {
        let (x, y) = (objects(3), Matrix::zeros(2, 1));
        let taught = Taught {
            x: &x,
            labelled: None,
            answers: Answers::Numbers(&y),
            own: 1.0,
            teacher: &Matrix::zeros(3, 1),
            discrepancy: &Squared,
            mu: 1.0,
        };
        let _ = student(1).fit_taught(&taught, &Training::default(), unobserved);
    }

    #[test]
    #[should_panic(
        expected = "1 answers for 2 objects with answers, expected as many and at least 1"
    )]
    fn as_many_answers_as_objects_with_answers_are_asked_for() {
        let (x, y) = (objects(3), Matrix::zeros(1, 1));
        let taught = Taught {
            x: &x,
            labelled: Some(&[0, 1]),
            answers: Answers::Numbers(&y),
            own: 1.0,
            teacher: &Matrix::zeros(3, 1),
            discrepancy: &Squared,
            mu: 1.0,
        };
        let _ = student(1).fit_taught(&taught, &Training::default(), unobserved);
    }
}
