//! `unsup train` for models that learn together.
//!
//! | file | method |
//! |---|---|
//! | `adversarial` | a generator and a discriminator |
//! | `linear_tasks` | multi-task learning of linear tasks, whose subspace is known |
//! | `multi_task` | multi-task learning of the digits and of tables |
//! | `privileged` | a teacher that sees more than is known later |

pub mod adversarial;
mod linear_tasks;
mod multi_task;
mod privileged;

pub use privileged::lupi;

use crate::arguments::{Asked, TrainMultiTask};
use crate::data::FARTHEST;
use crate::train::{Outcome, class_column};
use std::error::Error;
use unsup_data::{Scaling, ScalingKind, TakenColumn};
use unsup_models::predictor::most_probable;
use unsup_models::{Answers, Matrix};
use unsup_nn::classical::{accuracy, r_squared};

/// `unsup train multi-task`
pub fn multi_task(arguments: &TrainMultiTask, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let of_tables = [
        ("--targets", !arguments.targets.is_empty()),
        ("--classes", !arguments.classes.is_empty()),
    ];
    arguments.data.check(&of_tables)?;
    match (&arguments.data.data, arguments.digits) {
        (Some(file), _) => multi_task::table(arguments, asked, file),
        (None, true) => multi_task::digits(arguments, asked),
        (None, false) => linear_tasks::linear_tasks(arguments, asked),
    }
}

/// What objects are answered with.
#[derive(Clone, Debug)]
enum Known {
    Classes(Vec<usize>),
    /// Objects x 1.
    Numbers(Matrix<f32>),
}

impl Known {
    fn answers(&self) -> Answers<'_, f32> {
        match self {
            Self::Classes(classes) => Answers::Classes(classes),
            Self::Numbers(numbers) => Answers::Numbers(numbers),
        }
    }

    /// How good answers are: the accuracy of logits, of numbers R².
    ///
    /// # Errors
    /// If one is not finite, as where the training has gone astray or an object lies far from all others.
    fn score(&self, answers: &Matrix<f32>) -> Result<f64, String> {
        if let Some(row) = answers
            .row_iter()
            .position(|row| !row.iter().all(|a| a.is_finite()))
        {
            return Err(format!(
                "the answer to object {} of {} to judge by is not finite; a smaller learning rate may help",
                row + 1,
                answers.rows()
            ));
        }
        Ok(match self {
            Self::Classes(classes) => accuracy(&most_probable(answers), classes),
            Self::Numbers(numbers) => r_squared(&answers.cast(), &numbers.cast()),
        })
    }

    /// What [`Known::score`] is called.
    fn measure(&self) -> &'static str {
        match self {
            Self::Classes(_) => "accuracy",
            Self::Numbers(_) => "R²",
        }
    }

    fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Classes(classes) => Self::Classes(rows.iter().map(|&i| classes[i]).collect()),
            Self::Numbers(numbers) => Self::Numbers(numbers.select_rows(rows)),
        }
    }

    /// As a column, for the fingerprint.
    fn column(&self) -> Matrix<f32> {
        match self {
            Self::Classes(classes) => class_column(classes),
            Self::Numbers(numbers) => numbers.clone(),
        }
    }
}

/// The values of columns, scaled as they are on the objects to train on, for these and for those to judge by.
struct Scaled {
    scaling: Scaling,
    train: Matrix<f32>,
    held_out: Matrix<f32>,
}

impl Scaled {
    /// `what` they are, with the file, for an error.
    fn of(
        kind: ScalingKind,
        train: &Matrix<f64>,
        held_out: &Matrix<f64>,
        what: &str,
    ) -> Result<Self, String> {
        let scaling = Scaling::fit(kind, train);
        let [train, held_out] = [train, held_out].map(|x| scaling.apply(x));
        let values = train.as_slice().iter().chain(held_out.as_slice());
        // not at most: of a NaN neither is true
        match values.into_iter().all(|value| value.abs() <= FARTHEST) {
            true => Ok(Self {
                scaling,
                train: train.cast(),
                held_out: held_out.cast(),
            }),
            false => Err(format!(
                "{what}: the numbers are too large, or lie too far from the training part: scaled they are expected to be \
                 at most {FARTHEST:e} in magnitude"
            )),
        }
    }
}

/// Refuses a column in which a value is missing.
fn complete(column: &TakenColumn, file: &str) -> Result<(), String> {
    let missing = |row: &[f64]| row.iter().any(|value| value.is_nan());
    match column.values.row_iter().position(missing) {
        None => Ok(()),
        Some(object) => Err(format!(
            "{file}, object {}, column \"{}\": the value is missing, expected one",
            object + 1,
            column.name
        )),
    }
}

/// The values of one figure over all runs.
fn column<R>(runs: &[R], figure: impl Fn(&R) -> f64) -> Vec<f64> {
    runs.iter().map(figure).collect()
}
