//! Learning with privileged information (LUPI): a teacher sees more of the training objects than anyone will see later.
//!
//! **Given** objects x₁ … x_l with answers yᵢ, and of each, in training only, x*ᵢ: the future of a series whose next point
//! is to be forecast, the shape of a protein of which the sequence is known, the words that an expert underlined.
//! **Find** a student a(x, w) that answers from x alone, with the help of a teacher a*(x, x*, w*). Apart, one after the
//! other, they learn
//!
//! ```text
//! Σᵢ L(a*(xᵢ, x*ᵢ, w*), yᵢ)  →  min over w*,   then
//! Σᵢ L(a(xᵢ, w), yᵢ) + μ L(a(xᵢ, w), a*(xᵢ, x*ᵢ, w*))  →  min over w,
//! ```
//!
//! and together
//!
//! ```text
//! Σᵢ L(a(xᵢ, w), yᵢ) + λ L(a*(xᵢ, x*ᵢ, w*), yᵢ) + μ L(a(xᵢ, w), a*(xᵢ, x*ᵢ, w*))  →  min over w, w*.
//! ```
//!
//! (Means over objects here.) Lopez-Paz and others teach the student by the teacher's answers alone, the limit of a large
//! μ ([`Joint::own`], [`Separate::own`] = 0), and show the teacher x* alone ([`TeacherSees`]). Objects without answers take
//! part through the teacher: partial LUPI ([`Privileged::labelled`]).
//!
//! ```text
//!                 with a teacher      without              privileged
//!   training      x ── y              x                    x, x* ── y
//!   later         x ── ?              x ── ? structure     x     ── ?
//!
//!                 partial             transductive         partial LUPI
//!   training      x ── y, x           x ── y, later's x    x, x* ── y, x, x*
//!   later         x ── ?              those x ── ?         x     ── ?
//! ```
//!
//! **Use it** where x* makes the answer plain and what a of it can be said in x: it clears the answers of noise, or shows
//! which features matter. **Do not** where x* tells what x can't (features without their noise: the student gains
//! nothing; nor does a linear student of a linear teacher of x and x*, which finds beyond x what is orthogonal to it), or is
//! not related to the answer: a student that believes such a teacher learns its noise.
//!
//! Sources: Vapnik, Vashist (2009), "A new learning paradigm: learning using privileged information"; Lopez-Paz, Bottou,
//! Schölkopf, Vapnik (2016), "Unifying distillation and privileged information".
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::predictor::{self, Predictor};
//! use unsup_models::together::privileged::{Privileged, Separate, TeacherAndStudent, TeacherSees};
//! use unsup_models::{Answers, Matrix, Soft, Training};
//!
//! // y is the sign of the first feature; x* is that feature alone
//! let x = Matrix::from_fn(60, 6, |i, j| ((i * (j + 3) * 7) as f64).sin());
//! let privileged = Matrix::from_fn(60, 1, |i, _| x[(i, 0)]);
//! let y: Vec<usize> = (0..60).map(|i| usize::from(x[(i, 0)] > 0.0)).collect();
//! let data = Privileged { x: &x, privileged: &privileged, labelled: None, answers: Answers::Classes(&y) };
//!
//! let linear = predictor::Architecture { hidden: vec![], ..predictor::Architecture::default() };
//! let (teacher, student) = (Predictor::new(1, 2, &linear), Predictor::new(6, 2, &linear));
//! let mut model = TeacherAndStudent::of(teacher, student, TeacherSees::Privileged);
//! let separate = Separate { own: 1.0, mu: 1.0, discrepancy: &Soft { temperature: 1.0 } };
//! let training = Training { rate: 0.05, ..Training::default() };
//! model.fit_separately(&data, &separate, &training, |_, _| ControlFlow::Continue(())).unwrap();
//! assert!(model.student().accuracy(&x, &y) > 0.95); // from x alone
//! ```

use crate::answers::drawn_with_answers;
use crate::in_sequence::distillation::{Taught, check_labelled};
use crate::predictor::Predictor;
use crate::{Answers, Discrepancy, Matrix, Task, Training};
use std::ops::ControlFlow;
use unsup_autograd::{Real, Var};
use unsup_nn::module;
use unsup_nn::train::{Batch, Criterion, Epoch, History, Term, Terms, TrainError, fit};

/// x, x* and y.
#[derive(Clone, Copy, Debug)]
pub struct Privileged<'x, T: Real> {
    /// x, l x n: what is known of an object also later.
    pub x: &'x Matrix<T>,
    /// x*, l x n*: what is known of it in training only.
    pub privileged: &'x Matrix<T>,
    /// The rows that have answers; `None`: all of them.
    pub labelled: Option<&'x [usize]>,
    /// y, in the order of `labelled`.
    pub answers: Answers<'x, T>,
}

/// What a teacher is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TeacherSees {
    /// x* alone, as Lopez-Paz and others.
    Privileged,
    /// x and x* side by side, as the lecture.
    Both,
}

impl TeacherSees {
    fn of<'t, T: Real>(self, x: Var<'t, T>, privileged: Var<'t, T>) -> Var<'t, T> {
        match self {
            Self::Privileged => privileged,
            Self::Both => Var::concat_columns(&[x, privileged]),
        }
    }

    /// How many columns that has, of x with `features` and x* with `privileged`.
    pub fn columns(self, features: usize, privileged: usize) -> usize {
        match self {
            Self::Privileged => privileged,
            Self::Both => features + privileged,
        }
    }

    /// What the teacher sees of all objects.
    fn objects<T: Real>(self, x: &Matrix<T>, privileged: &Matrix<T>) -> Matrix<T> {
        let features = x.columns();
        match self {
            Self::Privileged => privileged.clone(),
            Self::Both => Matrix::from_fn(x.rows(), features + privileged.columns(), |i, j| {
                if j < features {
                    x[(i, j)]
                } else {
                    privileged[(i, j - features)]
                }
            }),
        }
    }
}

/// A teacher a*(x, x*, w*) and a student a(x, w).
#[derive(Clone, Debug)]
pub struct TeacherAndStudent<T: Real> {
    teacher: Predictor<T>,
    student: Predictor<T>,
    sees: TeacherSees,
}
module!(TeacherAndStudent { teacher, student });

/// How a student learns from a teacher that has learned before.
#[derive(Clone, Copy, Debug)]
pub struct Separate<'d, T: Real> {
    /// The weight of the student's own L(a, y): the lecture's 1; with 0 it learns from the teacher alone.
    pub own: f64,
    /// μ
    pub mu: f64,
    /// L(a, a*)
    pub discrepancy: &'d dyn Discrepancy<T>,
}

/// The criterion under which both learn together.
#[derive(Clone, Copy, Debug)]
pub struct Joint<'x, T: Real> {
    /// x, x* and y.
    pub data: Privileged<'x, T>,
    /// The weight of the student's own L(a, y): the lecture's 1; with 0 it learns from the teacher alone.
    pub own: f64,
    /// λ, the weight of the teacher's L(a*, y).
    pub lambda: f64,
    /// μ, the weight of L(a, a*).
    pub mu: f64,
    /// L(a, a*)
    pub discrepancy: &'x dyn Discrepancy<T>,
    /// Whether L(a, a*) also moves the teacher, toward what the student can say; else a* is given there.
    pub gradient_into_teacher: bool,
}

impl<T: Real> Criterion<T, TeacherAndStudent<T>> for Joint<'_, T> {
    fn objects(&self) -> usize {
        self.data.x.rows()
    }

    fn terms<'t>(&self, model: &TeacherAndStudent<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let Privileged {
            labelled, answers, ..
        } = self.data;
        let (a, a_star) = model.both(&self.data, batch);
        let (own, teachers) = match labelled {
            None => (
                answers.loss(a, batch.rows),
                answers.loss(a_star, batch.rows),
            ),
            Some(labelled) => {
                check_labelled(labelled, &answers);
                let drawn = drawn_with_answers(batch, labelled.len());
                let rows: Vec<usize> = drawn.iter().map(|&i| labelled[i]).collect();
                let (a, a_star) = model.both(&self.data, &batch.beside(&rows, "labelled"));
                (answers.loss(a, &drawn), answers.loss(a_star, &drawn))
            }
        };
        // lecture: lupi together
        let a_star = if self.gradient_into_teacher {
            a_star
        } else {
            a_star.stop_gradient()
        };
        let term = |name, weight, value| Term {
            name,
            weight,
            value,
        };
        Terms::from_iter([
            term("student", self.own, own),
            term("teacher", self.lambda, teachers),
            term("imitation", self.mu, self.discrepancy.mean(a, a_star)),
        ])
        // lecture: end
    }
}

impl<T: Real> TeacherAndStudent<T> {
    /// A teacher and a student of your own.
    ///
    /// # Panics
    /// If the two give different numbers of answers.
    #[track_caller]
    pub fn of(teacher: Predictor<T>, student: Predictor<T>, sees: TeacherSees) -> Self {
        let [teachers, students] = [&teacher, &student].map(|one| one.network().outputs());
        assert!(
            teachers == students,
            "privileged: the teacher answers with {teachers} columns, the student with {students}"
        );
        Self {
            teacher,
            student,
            sees,
        }
    }

    /// a(x) and a*(x, x*) of the objects of a batch.
    fn both<'t>(
        &self,
        data: &Privileged<'_, T>,
        batch: &Batch<'t, '_, T>,
    ) -> (Var<'t, T>, Var<'t, T>) {
        self.check(data);
        let [x, privileged] = [data.x, data.privileged].map(|x| batch.tape.gather(x, batch.rows));
        let a = self.student.network().forward(batch, x);
        let teacher = batch.beside(batch.rows, "teacher");
        let a_star = self
            .teacher
            .network()
            .forward(&teacher, self.sees.of(x, privileged));
        (a, a_star)
    }

    /// Trains the teacher, then the student, both by Adam. The observer hears which (0: the teacher, 1: the student) and
    /// which of its epochs, and may end its training.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the parts of the data do not fit one another or the models.
    #[track_caller]
    pub fn fit_separately(
        &mut self,
        data: &Privileged<'_, T>,
        separate: &Separate<'_, T>,
        training: &Training,
        mut observer: impl FnMut(usize, &Epoch) -> ControlFlow<()>,
    ) -> Result<[History; 2], TrainError> {
        self.fit_separately_by(data, separate, |which, model, criterion| {
            let (mut optimiser, settings) = training.optimiser_and_settings()?;
            let observer = |epoch: &Epoch| observer(which, epoch);
            fit(model, criterion, &mut optimiser, &settings, observer)
        })
    }

    /// As [`TeacherAndStudent::fit_separately`], where each of the two is trained by a `fit` of your own, which is told
    /// which (0: the teacher, 1: the student).
    ///
    /// # Errors
    /// That of `fit`.
    ///
    /// # Panics
    /// As [`TeacherAndStudent::fit_separately`].
    #[track_caller]
    pub fn fit_separately_by<E>(
        &mut self,
        data: &Privileged<'_, T>,
        separate: &Separate<'_, T>,
        mut fit: impl FnMut(
            usize,
            &mut Predictor<T>,
            &dyn Criterion<T, Predictor<T>>,
        ) -> Result<History, E>,
    ) -> Result<[History; 2], E> {
        self.check(data);
        let seen = self.sees.objects(data.x, data.privileged);
        let known = data.labelled.map(|rows| seen.select_rows(rows));
        let task = Task::of(known.as_ref().unwrap_or(&seen), data.answers);
        let teachers = fit(0, &mut self.teacher, &task)?;

        // lecture: lupi in sequence
        let taught = Taught {
            x: data.x,
            labelled: data.labelled,
            answers: data.answers,
            own: separate.own,
            teacher: &self.teacher.answers(&seen), // a*(x, x*)
            discrepancy: separate.discrepancy,
            mu: separate.mu,
        };
        let students = fit(1, &mut self.student, &taught)?;
        // lecture: end
        Ok([teachers, students])
    }

    /// Trains both together by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the parts of the data do not fit one another or the models.
    #[track_caller]
    pub fn fit_jointly(
        &mut self,
        joint: &Joint<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        self.check(&joint.data);
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, joint, &mut optimiser, &settings, observer)
    }

    /// a*(x, x*), of classes logits: objects x outputs.
    ///
    /// # Panics
    /// If x and x* have other numbers of columns than the teacher takes, or not one number of rows.
    #[track_caller]
    pub fn teacher_answers(&self, x: &Matrix<T>, privileged: &Matrix<T>) -> Matrix<T> {
        self.check_objects(x, privileged);
        self.teacher.answers(&self.sees.objects(x, privileged))
    }

    /// a*, of what it sees.
    pub fn teacher(&self) -> &Predictor<T> {
        &self.teacher
    }

    /// a
    pub fn student(&self) -> &Predictor<T> {
        &self.student
    }

    #[track_caller]
    fn check(&self, data: &Privileged<'_, T>) {
        self.check_objects(data.x, data.privileged);
        match data.labelled {
            None => Task {
                x: data.x,
                answers: data.answers,
            }
            .check(),
            Some(labelled) => check_labelled(labelled, &data.answers),
        }
    }

    #[track_caller]
    fn check_objects(&self, x: &Matrix<T>, privileged: &Matrix<T>) {
        let [teacher, student] = [&self.teacher, &self.student].map(|one| one.network().inputs());
        let seen = self.sees.columns(x.columns(), privileged.columns());
        assert!(
            x.rows() == privileged.rows() && x.columns() == student && seen == teacher,
            "privileged: x of {} and x* of {} for a student of {student} columns and a teacher of {teacher}",
            x.shape(),
            privileged.shape()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predictor::Architecture;
    use crate::{Soft, Squared};
    use unsup_autograd::Tape;
    use unsup_nn::train::Trainer;
    use unsup_nn::{Activation, Module};

    fn objects(rows: usize, columns: usize) -> Matrix<f64> {
        Matrix::from_fn(rows, columns, |i, j| {
            ((7 * i + 5 * j * j) % 11) as f64 / 5.0 - 1.0
        })
    }

    fn model(sees: TeacherSees, outputs: usize) -> TeacherAndStudent<f64> {
        let architecture = |seed| Architecture {
            hidden: vec![5],
            activation: Activation::Tanh,
            seed,
            ..Architecture::default()
        };
        let teacher = Predictor::new(sees.columns(3, 2), outputs, &architecture(1));
        TeacherAndStudent::of(teacher, Predictor::new(3, outputs, &architecture(2)), sees)
    }

    #[test]
    fn the_criterion_is_the_lecture_s_sum_and_both_views_are_what_they_say() {
        let (x, privileged, y) = (objects(7, 3), objects(7, 2), [0, 1, 2, 0, 1, 2, 0]);
        for sees in [TeacherSees::Privileged, TeacherSees::Both] {
            let model = model(sees, 3);
            let soft = Soft { temperature: 2.0 };
            let joint = Joint {
                data: Privileged {
                    x: &x,
                    privileged: &privileged,
                    labelled: None,
                    answers: Answers::Classes(&y),
                },
                own: 1.0,
                lambda: 0.3,
                mu: 0.7,
                discrepancy: &soft,
                gradient_into_teacher: false,
            };
            let found = Trainer::new(0).evaluate(&model, &joint).unwrap();
            let a = model.student.answers(&x);
            let seen = match sees {
                TeacherSees::Privileged => privileged.clone(),
                TeacherSees::Both => Matrix::from_fn(7, 5, |i, j| match j {
                    0..3 => x[(i, j)],
                    _ => privileged[(i, j - 3)],
                }),
            };
            let a_star = model.teacher.answers(&seen);
            assert_eq!(a_star, model.teacher_answers(&x, &privileged));
            let tape = Tape::new();
            let [a, a_star] = [a, a_star].map(|a| tape.leaf(a));
            let answers = Answers::Classes(&y);
            let rows: Vec<usize> = (0..7).collect();
            let [l, l_star] = [a, a_star].map(|a| answers.loss(a, &rows).item());
            let imitation = Discrepancy::<f64>::mean(&soft, a, a_star).item();
            assert!((found.total - (l + 0.3 * l_star + 0.7 * imitation)).abs() < 1e-12);
        }
    }

    /// Whether L(a, a*) moves the teacher is a choice, and it is the one that was made.
    #[test]
    fn imitation_moves_the_teacher_only_if_it_may() {
        let (x, privileged, y) = (objects(5, 3), objects(5, 2), Matrix::zeros(5, 1));
        let model = model(TeacherSees::Privileged, 1);
        for into in [false, true] {
            let joint = Joint {
                data: Privileged {
                    x: &x,
                    privileged: &privileged,
                    labelled: None,
                    answers: Answers::Numbers(&y),
                },
                own: 0.0,
                lambda: 0.0,
                mu: 1.0,
                discrepancy: &Squared,
                gradient_into_teacher: into,
            };
            let tape = Tape::new();
            let batch = Batch::new(&tape, &[0, 1, 2, 3, 4], 0, 1);
            let value = joint.terms(&model, &batch)[2].value;
            let weight = model
                .teacher
                .network()
                .dense_layers()
                .next()
                .unwrap()
                .weight();
            let weight = tape.find_parameter(weight.key()).unwrap();
            assert_eq!(value.backward([weight]).of(weight).is_some(), into);
        }
    }

    #[test]
    fn a_student_without_answers_of_its_own_repeats_the_teacher() {
        let x = objects(30, 3);
        let privileged = Matrix::from_fn(30, 2, |i, j| x[(i, j)]); // the student can see it
        let y = Matrix::from_fn(30, 1, |i, _| x[(i, 0)] - 0.5 * x[(i, 1)]);
        let labelled: Vec<usize> = (0..12).collect();
        let known = y.slice_rows(0..12);
        let data = Privileged {
            x: &x,
            privileged: &privileged,
            labelled: Some(&labelled),
            answers: Answers::Numbers(&known),
        };
        let separate = Separate {
            own: 0.0,
            mu: 1.0,
            discrepancy: &Squared,
        };
        let training = Training {
            epochs: 1500,
            rate: 0.02,
            ..Training::default()
        };
        let mut model = model(TeacherSees::Privileged, 1);
        let mut heard = [0; 2];
        let observer = |which: usize, _: &Epoch| {
            heard[which] += 1;
            ControlFlow::Continue(())
        };
        model
            .fit_separately(&data, &separate, &training, observer)
            .unwrap();
        assert_eq!(heard, [1500, 1500]);
        let (a, a_star) = (
            model.student.answers(&x),
            model.teacher_answers(&x, &privileged),
        );
        assert!(a.is_close(&a_star, 0.05));
        assert!(model.student.r_squared(&x, &y) > 0.9);
    }

    #[test]
    #[should_panic(
        expected = "privileged: x of 4x3 and x* of 4x3 for a student of 3 columns and a teacher of 2"
    )]
    fn privileged_information_of_another_width_is_refused() {
        model(TeacherSees::Privileged, 1).teacher_answers(&objects(4, 3), &objects(4, 3));
    }

    #[test]
    fn names_tell_teacher_and_student() {
        let names = model(TeacherSees::Both, 1).parameter_names();
        assert_eq!(names[0], "teacher.network.0.weight");
        assert_eq!(names[4], "student.network.0.weight");
    }
}
