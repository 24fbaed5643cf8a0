//! Multi-task learning: one encoder for all tasks, a head for each.
//!
//! **Given** tasks t ∈ T, each with objects X_t of its own, answers and a loss L_t. **Find** an encoder z = f(x, α) that
//! serves them all, and a head g_t(z, β_t) for each:
//!
//! ```text
//! Σ_{t∈T} Σ_{i∈X_t} L_ti(g_t(f(x_ti, α), β_t))  →  min over α, {β_t}
//! ```
//!
//! (The sum over all objects of all tasks is a mean here, so a task counts by its objects, unless weights are given.)
//!
//! What the lecture says of it: a task is solved the better the more objects it has (learnability), and the more tasks
//! are learned with it (learning to learn); and a new task needs few objects, or one, since its head has only to read
//! codes ([`few_shot`]).
//!
//! **Use it** where tasks are many, small and alike in what they need to see. **Do not** where they need different
//! things of an object and the code is narrow: they then take it from one another.
//!
//! With one task it is a network in two parts, of which the first can be kept: that is how
//! [`pretraining`](crate::in_sequence::pretraining) begins.
//!
//! Sources: Caruana (1997), "Multitask learning"; Zhang, Yang (2021), "A survey on multi-task learning".
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::together::multi_task::{Architecture, MultiTask};
//! use unsup_models::{Matrix, Task, Training};
//!
//! // two questions about one number that hides in four features: its size, and its sign
//! let hidden = |i: usize| (i as f32 * 0.7).sin();
//! let x = Matrix::from_fn(60, 4, |i, j| hidden(i) * (j as f32 - 1.2));
//! let size = Matrix::from_fn(60, 1, |i, _| hidden(i).powi(2));
//! let sign: Vec<usize> = (0..60).map(|i| usize::from(hidden(i) > 0.0)).collect();
//! let tasks = [Task::numbers(&x, &size), Task::classes(&x, &sign)];
//!
//! let architecture = Architecture { hidden: vec![16], code: 4, ..Architecture::default() };
//! let mut model = MultiTask::new(4, &[1, 2], &architecture);
//! let training = Training { epochs: 100, rate: 0.01, ..Training::default() };
//! model.fit(&tasks, &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(model.r_squared(0, &x, &size) > 0.9 && model.accuracy(1, &x, &sign) > 0.9);
//! ```

pub mod few_shot;

use crate::predictor::most_probable;
use crate::{Task, Training, apply};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::classical::{accuracy, r_squared};
use unsup_nn::penalty::l2_of_weights;
use unsup_nn::train::{
    Batch, Criterion, Epoch, History, Losses, Term, Terms, TrainError, Trainer, fit, smallvec,
};
use unsup_nn::{Activation, Sequence, module};

/// An encoder f(x, α) and the heads g_t(z, β_t) on its code.
#[derive(Clone, Debug)]
pub struct MultiTask<T: Real> {
    encoder: Sequence<T>,
    heads: Vec<Sequence<T>>,
}
module!(MultiTask { encoder, heads });

/// The shape of an encoder and of the heads on it.
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// Widths of the encoder's layers between the features and the code.
    pub hidden: Vec<usize>,
    /// How many numbers the code has.
    pub code: usize,
    /// Widths of each head's layers between the code and its answers; with none a head is linear.
    pub head: Vec<usize>,
    /// What layers apply.
    pub activation: Activation,
    /// What the code's own layer applies.
    pub code_activation: Activation,
    /// Where the initial weights come from.
    pub seed: u64,
}

impl Default for Architecture {
    /// One layer of 128, a code of 64, both with ReLU, and linear heads.
    fn default() -> Self {
        Self {
            hidden: vec![128],
            code: 64,
            head: Vec::new(),
            activation: Activation::Relu,
            code_activation: Activation::Relu,
            seed: 0,
        }
    }
}

impl Architecture {
    /// Linear encoder, linear heads: x ↦ xAβ_t with a code of `code` numbers.
    pub fn linear(code: usize) -> Self {
        Self {
            hidden: Vec::new(),
            code,
            code_activation: Activation::Identity,
            ..Self::default()
        }
    }

    /// The encoder of objects with `features` features.
    #[track_caller]
    fn encoder<T: Real>(&self, features: usize) -> Sequence<T> {
        let widths = [&[features], &self.hidden[..], &[self.code]].concat();
        Sequence::new(
            &widths,
            self.activation,
            self.code_activation,
            self.seed,
            "encoder",
        )
    }
}

/// A head from codes of `code` numbers to `outputs` answers, drawn for the task `task`.
#[track_caller]
pub(crate) fn head<T: Real>(
    code: usize,
    hidden: &[usize],
    outputs: usize,
    activation: Activation,
    seed: u64,
    task: usize,
) -> Sequence<T> {
    let widths = [&[code], hidden, &[outputs]].concat();
    let purpose = format!("head {task}");
    Sequence::new(&widths, activation, Activation::Identity, seed, &purpose)
}

/// Σ_t Σ_i L_ti(g_t(f(x_ti, α), β_t)) over the number of all objects: the objects of the tasks follow one another, and a
/// batch takes some of each.
#[derive(Clone, Copy, Debug)]
pub struct Tasks<'x, T: Real> {
    /// The tasks, in the order of the heads.
    pub tasks: &'x [Task<'x, T>],
    /// What each task's losses are multiplied by; empty: all by 1.
    pub weights: &'x [f64],
    /// λ, the weight of the squared norm of all weights; with 0 it is left out. Of a linear encoder with linear heads the
    /// norm is, at its least, twice the nuclear norm of αβ: few directions are found, also from fewer objects than there are
    /// weights (Srebro, Rennie, Jaakkola 2004, "Maximum-margin matrix factorization", lemma 1).
    pub lambda: f64,
}

impl<'x, T: Real> Tasks<'x, T> {
    /// The lecture's criterion: all weights 1, λ = 0.
    pub fn of(tasks: &'x [Task<'x, T>]) -> Self {
        Self {
            tasks,
            weights: &[],
            lambda: 0.0,
        }
    }
}

impl<T: Real> Criterion<T, MultiTask<T>> for Tasks<'_, T> {
    fn objects(&self) -> usize {
        self.tasks.iter().map(|task| task.x.rows()).sum()
    }

    fn terms<'t>(&self, model: &MultiTask<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        self.check(model);
        let rows_of = self.rows_of_tasks(batch.rows);
        // f once for all objects of the batch, one task after the other
        let x: Vec<_> = self
            .tasks
            .iter()
            .zip(&rows_of)
            .filter(|(_, rows)| !rows.is_empty())
            .collect();
        let x: Vec<_> = x
            .iter()
            .map(|(task, rows)| batch.tape.gather(task.x, rows))
            .collect();
        let z = model.encoder.forward(batch, Var::concat_rows(&x));

        let (mut sum, mut first) = (None, 0);
        // lecture: multi-task
        for (t, (task, rows)) in self.tasks.iter().zip(&rows_of).enumerate() {
            let weight = self.weights.get(t).copied().unwrap_or(1.0);
            let of_this = if rows.is_empty() {
                // its share of the sum is 0, and so is the gradient of its head
                model.heads[t].forward(batch, z.slice_rows(0..1)).sum() * 0.0
            } else {
                let z_t = z.slice_rows(first..first + rows.len());
                first += rows.len();
                let a = model.heads[t].forward(batch, z_t); // g_t(f(x_t))
                let share = rows.len() as f64 / batch.rows.len() as f64;
                task.answers.loss(a, rows) * (weight * share)
            };
            sum = Some(sum.map_or(of_this, |sum| sum + of_this));
        }
        // lecture: end
        let mut terms: Terms<'t, T> = smallvec![Term {
            name: "tasks",
            weight: 1.0,
            value: sum.expect("there is a task"),
        }];
        if self.lambda > 0.0 {
            terms.push(Term {
                name: "weights",
                weight: self.lambda,
                value: l2_of_weights(batch.tape, model),
            });
        }
        terms
    }
}

impl<T: Real> Tasks<'_, T> {
    #[track_caller]
    fn check(&self, model: &MultiTask<T>) {
        let (tasks, heads) = (self.tasks.len(), model.heads.len());
        assert!(
            tasks == heads,
            "multi-task: {tasks} tasks for {heads} heads"
        );
        let weights = self.weights.len();
        assert!(
            weights == 0 || weights == tasks,
            "multi-task: {weights} weights for {tasks} tasks"
        );
        self.tasks.iter().for_each(Task::check);
    }

    /// The rows of a batch, task by task, as rows of its objects.
    fn rows_of_tasks(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        let mut rows_of = vec![Vec::new(); self.tasks.len()];
        for &row in rows {
            let (mut task, mut row) = (0, row);
            while row >= self.tasks[task].x.rows() {
                row -= self.tasks[task].x.rows();
                task += 1;
            }
            rows_of[task].push(row);
        }
        rows_of
    }
}

impl<T: Real> MultiTask<T> {
    /// An untrained encoder of objects with `features` features and a head for each task, `outputs` the numbers (or
    /// classes' logits) that each gives.
    ///
    /// # Panics
    /// If there is no task, or a width is 0.
    #[track_caller]
    pub fn new(features: usize, outputs: &[usize], architecture: &Architecture) -> Self {
        let Architecture {
            code,
            activation,
            seed,
            ..
        } = *architecture;
        let heads = outputs.iter().enumerate();
        let heads =
            heads.map(|(t, &outputs)| head(code, &architecture.head, outputs, activation, seed, t));
        Self::of(architecture.encoder(features), heads.collect())
    }

    /// An encoder and heads of your own; one that is frozen stays as it is.
    ///
    /// # Panics
    /// If there is no head, or one does not take codes.
    #[track_caller]
    pub fn of(encoder: Sequence<T>, heads: Vec<Sequence<T>>) -> Self {
        assert!(
            !heads.is_empty(),
            "multi-task: no head, expected one for each task"
        );
        for (t, head) in heads.iter().enumerate() {
            assert!(
                head.inputs() == encoder.outputs(),
                "multi-task: the encoder gives codes of {}, head {t} takes {}",
                encoder.outputs(),
                head.inputs()
            );
        }
        Self { encoder, heads }
    }

    /// Trains on the tasks by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If there is not one task a head, objects have another number of columns than the encoder takes, or answers do
    /// not fit their head.
    #[track_caller]
    pub fn fit(
        &mut self,
        tasks: &[Task<'_, T>],
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        self.fit_tasks(&Tasks::of(tasks), training, observer)
    }

    /// The same with weights of the tasks, or a penalty on those of the networks.
    ///
    /// # Errors
    /// As [`MultiTask::fit`].
    ///
    /// # Panics
    /// As [`MultiTask::fit`], and if there are weights, but not one a task.
    #[track_caller]
    pub fn fit_tasks(
        &mut self,
        criterion: &Tasks<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, criterion, &mut optimiser, &settings, observer)
    }

    /// The criterion over all objects of the tasks.
    ///
    /// # Errors
    /// If it is not finite.
    ///
    /// # Panics
    /// As [`MultiTask::fit`].
    #[track_caller]
    pub fn loss(&self, tasks: &[Task<'_, T>]) -> Result<f64, TrainError> {
        let losses: Losses = Trainer::new(0).evaluate(self, &Tasks::of(tasks))?;
        Ok(losses.total)
    }

    /// The codes f(x): objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("encode", self.encoder.inputs(), x, |_, x| {
            self.encoder.evaluate(x)
        })
    }

    /// The answers g_t(f(x)) to task `task`, of classes their logits: objects x features to objects x outputs.
    ///
    /// # Panics
    /// If there is no such task, or `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn answers(&self, task: usize, x: &Matrix<T>) -> Matrix<T> {
        let heads = self.heads.len();
        assert!(task < heads, "answers: task {task} of {heads}");
        apply("answers", self.encoder.inputs(), x, |_, x| {
            self.heads[task].evaluate(self.encoder.evaluate(x))
        })
    }

    /// The most probable class of each object in task `task`; of several the first.
    ///
    /// # Panics
    /// As [`MultiTask::answers`].
    #[track_caller]
    pub fn predict(&self, task: usize, x: &Matrix<T>) -> Vec<usize> {
        most_probable(&self.answers(task, x))
    }

    /// The share of objects whose most probable class in task `task` is their own.
    ///
    /// # Panics
    /// As [`MultiTask::answers`], and if `classes` is not of one class a row.
    #[track_caller]
    pub fn accuracy(&self, task: usize, x: &Matrix<T>, classes: &[usize]) -> f64 {
        accuracy(&self.predict(task, x), classes)
    }

    /// R² of the answers to task `task`; see [`r_squared`].
    ///
    /// # Panics
    /// As [`MultiTask::answers`], and if `y` has another shape than the answers or a number is not finite.
    #[track_caller]
    pub fn r_squared(&self, task: usize, x: &Matrix<T>, y: &Matrix<T>) -> f64 {
        r_squared(&self.answers(task, x).cast(), &y.cast())
    }

    /// f
    pub fn encoder(&self) -> &Sequence<T> {
        &self.encoder
    }

    /// g_t, one a task.
    pub fn heads(&self) -> &[Sequence<T>] {
        &self.heads
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Answers;
    use unsup_autograd::Tape;
    use unsup_nn::loss;

    fn objects(rows: usize, shift: usize) -> Matrix<f64> {
        Matrix::from_fn(rows, 3, |i, j| {
            ((7 * i + 5 * j + shift) % 11) as f64 / 5.0 - 1.0
        })
    }

    fn model() -> MultiTask<f64> {
        let architecture = Architecture {
            hidden: vec![5],
            code: 2,
            activation: Activation::Tanh,
            ..Architecture::default()
        };
        MultiTask::new(3, &[2, 1, 3], &architecture)
    }

    /// The lecture's double sum, object by object.
    fn by_hand(model: &MultiTask<f64>, tasks: &[Task<'_, f64>], weights: &[f64]) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for (t, task) in tasks.iter().enumerate() {
            for i in 0..task.x.rows() {
                let tape = Tape::new();
                let x = tape.gather(task.x, &[i]);
                let a = model.heads[t].evaluate(model.encoder.evaluate(x));
                let loss = match task.answers {
                    Answers::Classes(classes) => loss::cross_entropy_of(a, [classes[i]]),
                    Answers::Numbers(y) => loss::squared(a, tape.gather(y, &[i])),
                    Answers::Rows(..) => unreachable!("none here"),
                };
                sum += weights[t] * loss.item();
                count += 1;
            }
        }
        sum / count as f64
    }

    #[test]
    fn the_criterion_is_the_sum_over_tasks_and_their_objects_however_many_each_has() {
        let x = [objects(4, 0), objects(1, 3), objects(7, 5)];
        let numbers = Matrix::from_fn(1, 1, |_, _| 0.7);
        let (a, c) = ([0, 1, 1, 0], [2, 0, 1, 1, 2, 0, 0]);
        let tasks = [
            Task::classes(&x[0], &a),
            Task::numbers(&x[1], &numbers),
            Task::classes(&x[2], &c),
        ];
        let model = model();
        let expected = by_hand(&model, &tasks, &[1.0; 3]);
        assert!((model.loss(&tasks).unwrap() - expected).abs() < 1e-12);

        let weights = [0.5, 2.0, 3.0];
        let criterion = Tasks {
            weights: &weights,
            ..Tasks::of(&tasks)
        };
        let weighted = Trainer::new(0).evaluate(&model, &criterion).unwrap().total;
        assert!((weighted - by_hand(&model, &tasks, &weights)).abs() < 1e-12);

        // λ times the squares of all weights, biases left out
        let penalised = Tasks {
            lambda: 0.25,
            ..criterion
        };
        let with = Trainer::new(0).evaluate(&model, &penalised).unwrap().total;
        let networks = [&model.encoder].into_iter().chain(&model.heads);
        let layers = networks.flat_map(|network| network.dense_layers());
        let weights = layers.flat_map(|layer| layer.weight().value().as_slice());
        let squares: f64 = weights.map(|w| w * w).sum();
        assert!((with - weighted - 0.25 * squares).abs() < 1e-12);

        // a batch without objects of two tasks, in any order
        let tape = Tape::new();
        let batch = Batch::evaluation(&tape, &[3, 0], 0, 0);
        let of_batch = criterion.terms(&model, &batch)[0].value.item();
        let some = x[0].select_rows(&[3, 0]);
        let expected = by_hand(&model, &[Task::classes(&some, &[0, 0])], &[0.5]);
        assert!((of_batch - expected).abs() < 1e-12);
    }

    #[test]
    fn a_small_batch_leaves_no_head_without_a_gradient() {
        let x = [objects(4, 0), objects(3, 3), objects(2, 5)];
        let numbers = Matrix::from_fn(3, 1, |i, _| i as f64);
        let tasks = [
            Task::classes(&x[0], &[0, 1, 1, 0]),
            Task::numbers(&x[1], &numbers),
            Task::classes(&x[2], &[1, 2]),
        ];
        let mut model = model();
        let before = model.loss(&tasks).unwrap();
        let training = Training {
            epochs: 60,
            batch_size: 2,
            rate: 0.02,
            ..Training::default()
        };
        model
            .fit(&tasks, &training, |_| ControlFlow::Continue(()))
            .unwrap();
        assert!(model.loss(&tasks).unwrap() < 0.5 * before);
    }

    #[test]
    #[should_panic(expected = "multi-task: 1 tasks for 3 heads")]
    fn a_task_for_each_head_is_asked_for() {
        let x = objects(2, 0);
        let _ = model().loss(&[Task::classes(&x, &[0, 1])]);
    }

    #[test]
    #[should_panic(expected = "multi-task: the encoder gives codes of 2, head 0 takes 4")]
    fn a_head_that_does_not_take_codes_is_refused() {
        let encoder = model().encoder.clone();
        MultiTask::of(encoder, vec![head(4, &[], 1, Activation::Tanh, 0, 0)]);
    }
}
