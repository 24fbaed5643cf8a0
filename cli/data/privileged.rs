//! What was known of objects in training only, found in a file that has it.

use super::{Missing, Part, TrainedOn, settle};
use std::error::Error;
use std::path::Path;
use unsup_data::Dataset;
use unsup_models::Matrix;

/// What a teacher sees beside the features.
pub struct Privileged {
    /// The columns of the table, in their order.
    columns: Vec<String>,
    /// What became of them.
    on: TrainedOn,
}

impl Privileged {
    /// Columns of these names, and what became of them.
    pub fn new(columns: Vec<String>, on: TrainedOn) -> Self {
        Self { columns, on }
    }

    /// How many features they became.
    #[cfg(test)]
    pub fn features(&self) -> usize {
        self.on.features()
    }

    /// The features of objects, and after them what the file holds of these.
    ///
    /// # Errors
    /// If a column is not there, a value of it is missing, or it does not fit what was trained on.
    pub fn beside(&self, objects: &Part) -> Result<Matrix<f64>, Box<dyn Error>> {
        let source = &objects.source;
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for name in &self.columns {
            match objects.beside.iter().find(|one| one.name == *name) {
                Some(column) => found.push(column.clone()),
                None => missing.push(format!("\"{name}\"")),
            }
        }
        if !missing.is_empty() {
            return Err(format!(
                "{source}: --what teacher: expected the columns that were known in training, missing {}",
                missing.join(", ")
            )
            .into());
        }
        let mut data = Dataset::of_columns(source.as_str(), &found);
        settle(&mut data, Path::new(source), Missing::Refused)?;
        let known = self.on.brought(data, Missing::Refused)?;
        let features = objects.x.columns();
        Ok(Matrix::from_fn(
            objects.x.rows(),
            features + known.x.columns(),
            |i, j| match j.checked_sub(features) {
                None => objects.x[(i, j)],
                Some(j) => known.x[(i, j)],
            },
        ))
    }
}
