//! How right a model is, where a file holds what it tells.

use crate::arguments::What;
use crate::data::Part;
use crate::model::{Answer, Column, Model, Offer, Values};
use crate::train::count;
use unsup_data::{TakenColumn, in_one_line};
use unsup_models::Matrix;
use unsup_nn::classical::r_squared;
use unsup_nn::saving::{Value, json};

/// What is known of objects, held against what a model tells of them.
pub struct Judge<'a> {
    /// What tells it.
    by: &'a Offer,
    compared: Vec<Compared>,
}

/// A column of an answer, and what is true.
struct Compared {
    column: usize,
    /// What a task is called; the classes of the objects have no name.
    task: Option<String>,
    truth: Truth,
}

enum Truth {
    Classes {
        /// `None` where an object's is not known.
        known: Vec<Option<usize>>,
        /// How many of those were told.
        right: usize,
    },
    Numbers {
        /// NaN where it is not known.
        known: Vec<f64>,
        told: Vec<f64>,
    },
}

impl<'a> Judge<'a> {
    /// If the model tells classes, and the file holds them, or it predicts columns of the table that it was trained on.
    /// Where the teacher is asked, it is the teacher that is judged. `x` is what it is asked about.
    ///
    /// # Errors
    /// If an object has a class that the model does not know, or words stand where it tells numbers.
    pub fn of(
        trained: &'a Model,
        asked: &'a Offer,
        objects: &Part,
        x: &Matrix<f64>,
    ) -> Result<Option<Self>, String> {
        let by = |what| match trained.find_offer(what) {
            Some(_) if asked.what == What::Teacher => Some(asked),
            found => found,
        };
        if let (Some(by), Some(classes)) = (by(What::Classes), &objects.labels) {
            let truth = Truth::Classes {
                known: classes.iter().copied().map(Some).collect(),
                right: 0,
            };
            return Ok(Some(Self {
                by,
                compared: vec![Compared {
                    column: 0,
                    task: None,
                    truth,
                }],
            }));
        }
        let Some(by) = by(What::Predictions).filter(|_| trained.on.has_beside()) else {
            return Ok(None);
        };
        let mut compared = Vec::new();
        let one = by.answer(&x.select_rows(&[0]));
        for (column, told) in one.columns.iter().enumerate() {
            let found = objects.beside.iter().find(|found| found.name == told.name);
            if let Some(found) =
                found.filter(|found| found.values.as_slice().iter().any(|x| !x.is_nan()))
            {
                compared.push(Compared {
                    column,
                    task: Some(told.name.clone()),
                    truth: Truth::of(found, told, &objects.source)?,
                });
            }
        }
        Ok(Some(Self { by, compared }))
    }

    /// Compares some rows, of which `asked` said this, with those before them.
    pub fn hear(&mut self, rows: &[usize], x: &Matrix<f64>, asked: &Offer, answer: &Answer) {
        if self.compared.is_empty() {
            return;
        }
        match asked.what == self.by.what {
            true => self.compare(rows, answer),
            false => self.compare(rows, &self.by.answer(x)),
        }
    }

    fn compare(&mut self, rows: &[usize], answer: &Answer) {
        for Compared { column, truth, .. } in &mut self.compared {
            let column = &answer.columns[*column];
            for (i, &row) in rows.iter().enumerate() {
                let said = column.number(i);
                match truth {
                    // an object of which nothing can be told counts as wrong
                    Truth::Classes { known, right } => {
                        let is_right = known[row].is_some_and(|class| said == class as f64);
                        *right += usize::from(is_right);
                    }
                    Truth::Numbers { told, .. } => told.push(said),
                }
            }
        }
    }

    /// The accuracy of the classes of the objects.
    pub fn accuracy(&self) -> Option<f64> {
        let classes = self.compared.iter().find(|one| one.task.is_none())?;
        classes.truth.figure()
    }

    /// What was measured, a line each.
    pub fn lines(&self) -> Vec<String> {
        let line = |one: &Compared| {
            let objects = count(one.truth.objects(), "object", "objects");
            let measured = format!(
                "{} {:.4} on {objects}",
                one.truth.measure().0,
                one.truth.figure()?
            );
            Some(match &one.task {
                None => measured,
                Some(task) => in_one_line(&format!("{task}: {measured}")),
            })
        };
        self.compared.iter().filter_map(line).collect()
    }

    /// What was measured of tasks, if it is those that the model tells.
    pub fn tasks(&self) -> Option<Value> {
        let of_tasks = self.compared.iter().all(|one| one.task.is_some());
        let tasks = self.compared.iter().map(|one| {
            let mut said = json!({ "name": one.task, "objects": one.truth.objects() });
            said[one.truth.measure().1] = json!(one.truth.figure());
            said
        });
        of_tasks.then(|| tasks.collect())
    }
}

impl Truth {
    /// What a column holds of which the model tells such values.
    fn of(found: &TakenColumn, told: &Column, file: &str) -> Result<Self, String> {
        let shown = in_one_line(&found.name);
        match &told.values {
            Values::Classes(_, names) => {
                let known = found.classes_among(&names.0);
                let known =
                    known.map_err(|error| format!("{file}, column \"{shown}\": {error}"))?;
                Ok(Self::Classes { known, right: 0 })
            }
            _ if found.words.is_some() => Err(format!(
                "{file}, column \"{shown}\": holds words, expected numbers as in the training data"
            )),
            _ => Ok(Self::Numbers {
                known: found.values.as_slice().to_vec(),
                told: Vec::new(),
            }),
        }
    }

    /// How many objects could be compared.
    fn objects(&self) -> usize {
        match self {
            Self::Classes { known, .. } => known.iter().flatten().count(),
            Self::Numbers { known, .. } => known.iter().filter(|x| !x.is_nan()).count(),
        }
    }

    /// What is measured, and its key for another program.
    fn measure(&self) -> (&'static str, &'static str) {
        match self {
            Self::Classes { .. } => ("accuracy", "accuracy"),
            Self::Numbers { .. } => ("R²", "r_squared"),
        }
    }

    /// The share of the classes that were told, or R²; nothing where that is no number.
    fn figure(&self) -> Option<f64> {
        match self {
            Self::Classes { right, .. } => Some(*right as f64 / self.objects() as f64),
            Self::Numbers { known, told } => {
                let pairs = known.iter().zip(told).filter(|(known, _)| !known.is_nan());
                let (known, told): (Vec<f64>, Vec<f64>) = pairs.unzip();
                let column = |values: Vec<f64>| Matrix::from_vec(values.len(), 1, values);
                if !told.iter().all(|x| x.is_finite()) {
                    return None;
                }
                Some(r_squared(&column(told), &column(known))).filter(|fit| fit.is_finite())
            }
        }
    }
}
