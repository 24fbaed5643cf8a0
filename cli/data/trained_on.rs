//! What a trained model knows of objects, and objects of a file brought to it.

use super::{Missing, Part, noted, settle, tile};
use crate::arguments::ReadingOptions;
use crate::pictures::TileShape;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use unsup_data::{
    Dataset, ImageShape, LabelColumn, LabelIfThere, Scaling, TakenColumn, digits, in_one_line,
};
use unsup_models::Matrix;

/// What the objects were that a model was trained on: all that it takes to bring others to the same features.
pub struct TrainedOn {
    /// Names of features and classes, words, the column of labels and the shape of images; of the objects themselves
    /// nothing.
    known: Dataset,
    /// What was done to the features.
    scaling: Scaling,
    /// Columns of the table that were no features.
    beside: Vec<String>,
}

impl TrainedOn {
    /// Objects of this scaling, of which nothing more is known.
    pub fn new(scaling: Scaling) -> Self {
        let features = scaling.shift().len();
        Self {
            known: Dataset::new("training data", Matrix::zeros(1, features)),
            scaling,
            beside: Vec::new(),
        }
    }

    /// The same with what is known beside it: `known` has as many features, and words that it can be read by.
    pub fn with(self, known: Dataset, beside: Vec<String>) -> Self {
        Self {
            known,
            beside,
            ..self
        }
    }

    /// The same with classes of these names.
    pub fn with_classes(mut self, names: &[String]) -> Self {
        self.known.labels = Some(vec![0]);
        self.known.label_names = names.to_vec();
        self
    }

    /// How many features an object has.
    pub fn features(&self) -> usize {
        self.scaling.shift().len()
    }

    /// A name for each feature.
    pub fn feature_names(&self) -> Vec<String> {
        match self.known.feature_names.is_empty() {
            true => (1..=self.features())
                .map(|number| format!("feature_{number}"))
                .collect(),
            false => self.known.feature_names.clone(),
        }
    }

    /// How an object is read as an image, where it is one.
    pub fn image(&self) -> Option<ImageShape> {
        self.known.image
    }

    /// How an object is drawn.
    pub fn tile(&self) -> TileShape {
        tile(self.known.image)
    }

    /// What was done to the features.
    pub fn scaling(&self) -> &Scaling {
        &self.scaling
    }

    /// Whether columns of the table are known that were no features.
    pub fn has_beside(&self) -> bool {
        !self.beside.is_empty()
    }

    /// The objects of a file in these features, scaled; without a file the digits, if the model knows such images.
    /// Labels are there if both the file and the model have classes; their column is that of `reading`, or else the one
    /// that held them in training, if the file has it. So it is with other columns that were no features.
    ///
    /// # Errors
    /// If the file can't be read, does not hold the same features, has missing values that are refused, a value lies too
    /// far from the training data, or a class that was not known in training is in a column that `reading` names. (In
    /// one that is found again it is noted, and there are no labels.)
    pub fn objects(
        &self,
        reading: &ReadingOptions,
        file: Option<&Path>,
        missing: Missing,
        quiet: bool,
    ) -> Result<Part, Box<dyn Error>> {
        let (mut data, beside) = match file {
            Some(file) => self.read(reading, file, missing, quiet)?,
            None => (self.digits()?, Vec::new()),
        };
        if self.known.labels.is_none() {
            data.labels = None;
        }
        // who names no column of classes may want answers alone
        if reading.label.is_none()
            && let Err(error) = data.labels_as_in(&self.known)
        {
            data.labels = None;
            if !quiet {
                let note = format!("{error}: nothing is measured by the column of classes");
                // where standard error takes nothing, the answers are written all the same
                let _ = writeln!(io::stderr(), "{}", in_one_line(&note));
            }
        }
        let unnamed = data.label_column.is_none() && self.has_further_columns(&data);
        let data = data
            .aligned_with(&self.known)
            .map_err(|error| match unnamed {
                true => format!("{error}; --label names a column of classes, which is left out"),
                false => error.to_string(),
            })?;
        let objects = self.scaled(&data, file, missing)?;
        Ok(Part { beside, ..objects })
    }

    /// Objects in these features, scaled.
    ///
    /// # Errors
    /// If they are not of the same features, or a value lies too far from the training data.
    pub fn brought(&self, data: Dataset, missing: Missing) -> Result<Part, Box<dyn Error>> {
        Ok(self.scaled(&data.aligned_with(&self.known)?, None, missing)?)
    }

    fn scaled(
        &self,
        data: &Dataset,
        file: Option<&Path>,
        missing: Missing,
    ) -> Result<Part, String> {
        let all: Vec<usize> = (0..data.features.rows()).collect();
        let mut objects = Part::of(data, file, &all);
        objects.scale(&self.scaling)?;
        if missing == Missing::Refused {
            objects.check_near("the training data", &self.known.feature_names)?;
        }
        Ok(objects)
    }

    fn read(
        &self,
        reading: &ReadingOptions,
        file: &Path,
        missing: Missing,
        quiet: bool,
    ) -> Result<(Dataset, Vec<TakenColumn>), Box<dyn Error>> {
        let mut data = noted(reading, self.label(), file, quiet)?;
        let (names, columns): (Vec<&String>, Vec<_>) = self.beside_in(&data).into_iter().unzip();
        let mut beside = match columns.is_empty() {
            true => Vec::new(),
            false => data.take_columns(&columns)?,
        };
        for (column, name) in beside.iter_mut().zip(names) {
            column.name.clone_from(name);
        }
        settle(&mut data, file, missing)?;
        // an error is to name the file as it was given
        data.name = file.display().to_string();
        Ok((data, beside))
    }

    /// The column that held the labels.
    fn label(&self) -> Option<LabelIfThere> {
        Some(LabelIfThere {
            column: column_called(self.known.label_column.as_ref()?),
            of: self.all_columns(),
        })
    }

    /// Those columns of a table that are known to be no features, with what they are remembered as. Without names they
    /// are told by their numbers, and only if the table has as many columns as the one that was trained on.
    fn beside_in(&self, data: &Dataset) -> Vec<(&String, LabelColumn)> {
        // of a model that does not know where its labels were, they are not among the columns that are counted
        let label = data.label_column.is_some() && self.known.label_column.is_some();
        let is_whole = columns_of(data) + usize::from(label) == self.all_columns();
        let is_name = |column: &LabelColumn| matches!(column, LabelColumn::Name(_));
        let called = |name| (name, column_called(String::as_str(name)));
        let beside = self.beside.iter().map(called);
        let beside = beside.filter(|(_, column)| is_whole || is_name(column));
        // where the labels are said to stand elsewhere, the column that held them is still no feature
        let label = self.known.label_column.iter().map(called);
        let label = label.filter(|(_, column)| is_name(column));
        beside
            .chain(label)
            .filter(|(_, column)| data.has_column(column))
            .collect()
    }

    /// How many columns the table had, with those that were no features.
    fn all_columns(&self) -> usize {
        let label = usize::from(self.known.label_column.is_some());
        self.columns() + self.beside.len() + label
    }

    /// Whether it is a table of more columns than the one that was trained on.
    fn has_further_columns(&self, data: &Dataset) -> bool {
        columns_of(data) > self.columns()
    }

    /// How many columns of a table became the features.
    fn columns(&self) -> usize {
        let words = self.known.words.iter();
        let spread: usize = words.map(|words| words.width() - 1).sum();
        self.features() - spread
    }

    fn digits(&self) -> Result<Dataset, String> {
        let mut digits = digits();
        if self.known.image.is_none() || self.known.image != digits.image {
            return Err(
                "--data: expected a file with the objects (the digits stand for one only where a model is of 8x8 pixels)"
                    .to_owned(),
            );
        }
        // other questions about digits have other answers
        if self.known.label_names != digits.label_names {
            digits.labels = None;
        }
        Ok(digits)
    }
}

/// A column as it is remembered: by its name, or as "column 3".
fn column_called(name: &str) -> LabelColumn {
    match name.strip_prefix("column ").map(str::parse::<usize>) {
        Some(Ok(number)) => LabelColumn::Index(number.saturating_sub(1)),
        _ => LabelColumn::Name(name.to_owned()),
    }
}

/// How many columns of a table became features; 0 where there is no table.
fn columns_of(data: &Dataset) -> usize {
    let mut columns = data.table_columns.clone();
    columns.dedup();
    columns.len()
}
