//! Pre-training and transfer of knowledge: an encoder that has learned elsewhere, on a task with few objects.
//!
//! **Given** a sample x₁ … x_l on which an encoder z = f(x, α) is learned, with a criterion of its own,
//!
//! ```text
//! Σ_{i=1..l} L_i(g(f(xᵢ, α), β))  →  min over α, β,
//! ```
//!
//! and a small sample x′₁ … x′_m, m ≪ l, of another task. **Find** the target model on the same encoder,
//!
//! ```text
//! Σ_{i=1..m} L′_i(g′(f(x′ᵢ, α), β′))  →  min over β′
//! ```
//!
//! with α as it is, or over β′ and α, from where it is. The first criterion may be another task's, with a teacher
//! ([`MultiTask`] of one task: transfer), or reconstruction, without ([`AutoEncoder`](crate::autoencoder::AutoEncoder),
//! [`self_supervised`](super::self_supervised): pre-training); all that is handed over is the encoder, a [`Sequence`].
//!
//! Whether that was worth it two controls tell, which have the same layers and the same task ([`Start`]): an encoder
//! with random weights that stay, and one that begins with them and learns all from the small sample. [`compare`] trains
//! all of them.
//!
//! **Use it** where the target's objects are few and what the first task looks at is what the second needs. **Do not**
//! where it is not: what was learned to tell 0 to 4 apart may be worse for 5 to 9 than random weights are.
//!
//! Sources: Pan, Yang (2009), "A survey on transfer learning"; Yosinski, Clune, Bengio, Lipson (2014), "How
//! transferable are features in deep neural networks?" (frozen, fine-tuned, and the controls).
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::in_sequence::pretraining::{Compared, Start, Target, compare};
//! use unsup_models::together::multi_task::{Architecture, MultiTask};
//! use unsup_models::{Matrix, Task, Training};
//!
//! // a large task: which of four quarters of the plane; a small one: left or right, from eight objects
//! let point = |i: usize, j: usize| ((i * (7 + 4 * j)) % 41) as f32 / 20.5 - 1.0;
//! let x = Matrix::from_fn(400, 2, point);
//! let quarter: Vec<usize> = x.row_iter().map(|x| usize::from(x[0] > 0.0) + 2 * usize::from(x[1] > 0.0)).collect();
//! let right: Vec<usize> = quarter.iter().map(|quarter| quarter % 2).collect();
//!
//! let mut first = MultiTask::new(2, &[4], &Architecture { hidden: vec![16], code: 8, ..Architecture::default() });
//! first.fit(&[Task::classes(&x, &quarter)], &Training::default(), |_| ControlFlow::Continue(())).unwrap();
//!
//! let (few, answers) = (x.slice_rows(0..8), &right[..8]);
//! let target = Target { task: Task::classes(&few, answers), outputs: 2, head: &[], seed: 0 };
//! let encoders = [("quarters", first.encoder())];
//! let table = compare(&encoders, &target, &Training::default(), |_, _| ControlFlow::Continue(())).unwrap();
//! for Compared { encoder, start, model, .. } in &table {
//!     println!("{encoder} {start}: {:.2}", model.accuracy(0, &x, &right));
//! }
//! assert_eq!(table.len(), 4);
//! assert!(table[0].start == Start::Frozen && table[0].model.accuracy(0, &x, &right) > 0.8);
//! ```

use crate::together::multi_task::{MultiTask, Tasks, head};
use crate::{Task, Training};
use std::fmt;
use std::ops::ControlFlow;
use unsup_autograd::Real;
use unsup_nn::train::{Epoch, History, TrainError};
use unsup_nn::{Activation, Module, Sequence};

/// How the encoder of a target model begins, and whether it goes on learning.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Start {
    /// α from pre-training, and stays: min over β′.
    Frozen,
    /// α from pre-training, and goes on learning: min over α, β′.
    FineTuned,
    /// Random weights that stay: what the layers alone are worth. min over β′.
    RandomFrozen,
    /// Random weights that learn from the target's objects alone: min over α, β′.
    Scratch,
}

impl Start {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Frozen,
        Self::FineTuned,
        Self::RandomFrozen,
        Self::Scratch,
    ];

    /// Whether it takes α from pre-training; else it is a control.
    pub fn is_pretrained(self) -> bool {
        matches!(self, Self::Frozen | Self::FineTuned)
    }

    /// Whether α stays as it begins.
    pub fn is_frozen(self) -> bool {
        matches!(self, Self::Frozen | Self::RandomFrozen)
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Frozen => "frozen",
            Self::FineTuned => "fine-tuned",
            Self::RandomFrozen => "random, frozen",
            Self::Scratch => "from scratch",
        })
    }
}

/// The target: a small task, and the head that is trained on it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'x, T: Real> {
    /// x′ and their answers.
    pub task: Task<'x, T>,
    /// How many numbers, or classes' logits, g′ gives.
    pub outputs: usize,
    /// Widths of the layers of g′ between the code and the answers; with none it is linear.
    pub head: &'x [usize],
    /// Where g′ and random encoders begin.
    pub seed: u64,
}

impl<T: Real> Target<'_, T> {
    /// g′(f(x, α), β′), not yet trained: the encoder's layers and weights as `start` says, and a new head.
    ///
    /// # Panics
    /// If `outputs` or a width is 0.
    #[track_caller]
    pub fn model(&self, encoder: &Sequence<T>, start: Start) -> MultiTask<T> {
        let head = head(
            encoder.outputs(),
            self.head,
            self.outputs,
            Activation::Relu,
            self.seed,
            0,
        );
        // lecture: transfer
        let mut f = match start {
            Start::Frozen | Start::FineTuned => encoder.clone(),
            Start::RandomFrozen | Start::Scratch => encoder.redrawn(self.seed, "random encoder"),
        };
        if start.is_frozen() {
            f.freeze("");
        } else {
            f.unfreeze("");
        }
        MultiTask::of(f, vec![head])
        // lecture: end
    }
}

/// A line of the table: a target model that was trained.
#[derive(Clone, Debug)]
pub struct Compared<T: Real> {
    /// The name of the encoder, or "" of a control.
    pub encoder: String,
    /// How it began.
    pub start: Start,
    /// The trained model; its task is the first.
    pub model: MultiTask<T>,
    /// Its losses.
    pub history: History,
}

/// Trains the target on each of the encoders, frozen and fine-tuned, and then the two controls with the layers of the
/// first one: with one encoder the four-way table. The observer hears which line (from 0) and which of its epochs, and
/// may end the training of the line.
///
/// # Errors
/// If a setting is out of range or training diverges.
///
/// # Panics
/// If there is no encoder, or the task fits one or the head not.
#[track_caller]
pub fn compare<T: Real>(
    encoders: &[(&str, &Sequence<T>)],
    target: &Target<'_, T>,
    training: &Training,
    mut observer: impl FnMut(usize, &Epoch) -> ControlFlow<()>,
) -> Result<Vec<Compared<T>>, TrainError> {
    compare_by(encoders, target, |line, model, task| {
        model.fit_tasks(task, training, |epoch| observer(line, epoch))
    })
}

/// As [`compare`], where each model is trained by a `fit` of your own, which is told the line.
///
/// # Errors
/// That of `fit`.
///
/// # Panics
/// As [`compare`].
#[track_caller]
pub fn compare_by<T: Real, E>(
    encoders: &[(&str, &Sequence<T>)],
    target: &Target<'_, T>,
    mut fit: impl FnMut(usize, &mut MultiTask<T>, &Tasks<'_, T>) -> Result<History, E>,
) -> Result<Vec<Compared<T>>, E> {
    assert!(!encoders.is_empty(), "compare: no encoder");
    let pretrained = encoders
        .iter()
        .flat_map(|&(name, f)| [(name, f, Start::Frozen), (name, f, Start::FineTuned)]);
    let layers = encoders[0].1;
    let controls = [
        ("", layers, Start::RandomFrozen),
        ("", layers, Start::Scratch),
    ];
    let lines = pretrained.chain(controls).enumerate();
    lines
        .map(|(line, (name, encoder, start))| {
            let mut model = target.model(encoder, start);
            let history = fit(line, &mut model, &Tasks::of(&[target.task]))?;
            Ok(Compared {
                encoder: name.to_owned(),
                start,
                model,
                history,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::Matrix;

    fn weights(encoder: &Sequence<f64>) -> Vec<Matrix<f64>> {
        let layers = encoder.dense_layers();
        layers.map(|layer| layer.weight().value().clone()).collect()
    }

    fn encoder() -> Sequence<f64> {
        Sequence::new(&[3, 5, 2], Activation::Tanh, Activation::Tanh, 9, "encoder")
    }

    fn table() -> Vec<Compared<f64>> {
        let x = Matrix::from_fn(6, 3, |i, j| ((5 * i + 3 * j) % 7) as f64 - 3.0);
        let target = Target {
            task: Task::classes(&x, &[0, 1, 1, 0, 1, 0]),
            outputs: 2,
            head: &[4],
            seed: 1,
        };
        let training = Training {
            epochs: 5,
            batch_size: 3,
            ..Training::default()
        };
        let other = encoder().redrawn(3, "another");
        let encoders = [("one", &encoder()), ("other", &other)];
        compare(&encoders, &target, &training, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap()
    }

    #[test]
    fn frozen_encoders_stay_and_the_others_move_from_where_they_begin() {
        let table = table();
        let lines: Vec<_> = table
            .iter()
            .map(|line| (line.encoder.as_str(), line.start))
            .collect();
        let expected = [
            ("one", Start::Frozen),
            ("one", Start::FineTuned),
            ("other", Start::Frozen),
            ("other", Start::FineTuned),
            ("", Start::RandomFrozen),
            ("", Start::Scratch),
        ];
        assert_eq!(lines, expected);
        let of = |line: usize| weights(table[line].model.encoder());
        assert_eq!(of(0), weights(&encoder()));
        assert_ne!(of(1), of(0));
        assert_eq!(of(2), weights(&encoder().redrawn(3, "another")));
        assert_eq!(of(4), weights(&encoder().redrawn(1, "random encoder")));
        assert_ne!(of(5), of(4));
        // fine-tuning takes small steps from α: it does not begin anew
        let far = |a: &[Matrix<f64>], b: &[Matrix<f64>]| {
            let pairs = a
                .iter()
                .zip(b)
                .flat_map(|(a, b)| a.as_slice().iter().zip(b.as_slice()));
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        assert!(far(&of(1), &of(0)) < 0.05 && far(&of(5), &of(0)) > 0.3);
    }

    #[test]
    fn an_encoder_that_comes_frozen_can_be_fine_tuned() {
        let mut frozen = encoder();
        frozen.freeze("");
        let x = Matrix::zeros(2, 3);
        let target = Target {
            task: Task::classes(&x, &[0, 1]),
            outputs: 2,
            head: &[],
            seed: 0,
        };
        let model = target.model(&frozen, Start::FineTuned);
        assert_eq!(model.trainable_count(), model.parameter_count());
        let model = target.model(&encoder(), Start::Frozen);
        assert_eq!(model.trainable_count(), 2 * 2 + 2);
    }
}
