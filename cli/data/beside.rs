//! Tables of which some columns are no features: the answers of tasks, or what is known in training only.

use super::{Missing, Split, noted, settle};
use crate::arguments::DataOptions;
use std::error::Error;
use std::path::Path;
use unsup_data::{Dataset, LabelColumn, TakenColumn};

/// The features of a table, and beside them columns that are none.
pub struct Beside<'a> {
    features: Dataset,
    /// In the order in which they were named; a value of theirs may be missing.
    pub columns: Vec<TakenColumn>,
    options: &'a DataOptions,
}

impl<'a> Beside<'a> {
    /// Reads `file`, that of `options`, and takes the columns out.
    ///
    /// # Errors
    /// If the file can't be read or is no table, a column is not there, or a feature's value is missing.
    pub fn load(
        options: &'a DataOptions,
        file: &Path,
        columns: &[LabelColumn],
        quiet: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let mut features = noted(&options.reading, None, file, quiet)?;
        // an error is to name the file as it was given
        let name = std::mem::replace(&mut features.name, file.display().to_string());
        let columns = features.take_columns(columns)?;
        features.name = name;
        settle(&mut features, file, Missing::Refused)?;
        Ok(Self {
            features,
            columns,
            options,
        })
    }

    /// The features in two parts, by a permutation of the seed; of the columns those rows that a part's numbers say.
    ///
    /// # Errors
    /// As [`Split::load`].
    pub fn split(&self, seed: u64) -> Result<Split, Box<dyn Error>> {
        Split::holding_out(&self.features, self.options, Missing::Refused, seed)
    }
}
