//! What every reader gives and every training takes.

use crate::DataError;
use unsup_autograd::Matrix;

/// Objects to learn from: a matrix of features, and what is known beside it.
///
/// Its fields are public, to be read and replaced, but it is made by [`Dataset::new`] alone, so that it can hold more
/// without breaking its users.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_data::Dataset;
///
/// let mut data = Dataset::new("exclusive or", Matrix::from_rows(&[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]));
/// data.labels = Some(vec![0, 1, 1, 0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Dataset {
    /// A short name to show, such as `"digits"`.
    pub name: String,
    /// Objects x features; every entry is finite, or NaN where the value is missing.
    pub features: Matrix<f64>,
    /// The class of each object, in 0..classes, as many as `features` has rows; `None` where they are not known.
    pub labels: Option<Vec<usize>>,
    /// The name of each class, as many as there are classes; empty where no labels are known or the classes have no
    /// names.
    pub label_names: Vec<String>,
    /// What the column of its table is called that holds the labels, or "column 3" where the table names none; `None`
    /// where there is no such column.
    pub label_column: Option<String>,
    /// The name of each feature, as many as `features` has columns; empty where the source names none.
    pub feature_names: Vec<String>,
    /// The columns of a table that held words, in their order: two data sets whose words differ do not say the same with
    /// the same numbers.
    pub words: Vec<ColumnWords>,
    /// Which column of its table each feature comes from, counted from 1; empty where the source is no table.
    pub table_columns: Vec<usize>,
    /// How a row of `features` is read as an image; `None` where it isn't one.
    pub image: Option<ImageShape>,
    /// What a reader found out by itself, to be shown to whoever gave the file: a line each, such as
    /// `"separated by commas"`.
    pub notes: Vec<String>,
}

impl Dataset {
    /// A data set of features (objects x features) alone: no labels, no names, no images, no notes.
    pub fn new(name: impl Into<String>, features: Matrix<f64>) -> Self {
        Self {
            name: name.into(),
            features,
            labels: None,
            label_names: Vec::new(),
            label_column: None,
            feature_names: Vec::new(),
            words: Vec::new(),
            table_columns: Vec::new(),
            image: None,
            notes: Vec::new(),
        }
    }

    /// How many entries of `features` are missing (NaN).
    ///
    /// A missing word of a column that is spread over several features is missing in each of them.
    pub fn missing(&self) -> usize {
        let entries = self.features.as_slice();
        entries.iter().filter(|value| value.is_nan()).count()
    }

    /// Refuses missing values, for methods that can't do without a value.
    ///
    /// ```
    /// use unsup_data::{TableOptions, read_table_from};
    ///
    /// let table = "height,weight\n181,70\n165,?\n".as_bytes();
    /// let people = read_table_from(table, "people", &TableOptions::default())?;
    /// assert_eq!(people.missing(), 1);
    /// assert_eq!(
    ///     people.require_complete().unwrap_err().to_string(),
    ///     r#"people, object 2, feature 2 ("weight"): the value is missing, expected a number (1 value in all is missing)"#
    /// );
    /// # Ok::<(), unsup_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If a value is missing: the error names the first one's object and feature, counted from 1, and says how many
    /// there are.
    pub fn require_complete(&self) -> Result<(), DataError> {
        let entries = self.features.as_slice();
        let Some(first) = entries.iter().position(|value| value.is_nan()) else {
            return Ok(());
        };
        let columns = self.features.columns();
        let (object, feature) = (first / columns, first % columns);
        let count = match self.missing() {
            1 => "1 value in all is missing".to_owned(),
            count => format!("{count} values in all are missing"),
        };
        let problem = format!("the value is missing, expected a number ({count})");
        let name = self.feature_names.get(feature).map(String::as_str);
        Err(DataError::new(&self.name, problem)
            .at_object(object + 1)
            .at_column(feature + 1, name))
    }
}

/// The words of a column of a table, which became numbers: of at most two words each its place, 0 or 1; of more a feature
/// for each word, 1 where it stands and else 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnWords {
    /// Which column of the table, counted from 1.
    pub column: usize,
    /// The first feature that it became, counted from 0.
    pub feature: usize,
    /// Its words, in the order of their numbers or features.
    pub words: Vec<String>,
}

impl ColumnWords {
    /// How many features the column became.
    pub fn width(&self) -> usize {
        match self.words.len() {
            0..=2 => 1,
            words => words,
        }
    }
}

/// The size of an image that lies in a row of a matrix, pixel by pixel.
///
/// The channel changes fastest, then the place from left to right, then from top to bottom: channel `c` of the pixel
/// (`i`, `j`) is column `(i * width + j) * channels + c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageShape {
    /// Pixels from top to bottom, at least 1.
    pub height: usize,
    /// Pixels from left to right, at least 1.
    pub width: usize,
    /// Numbers a pixel: 1 for grey, 3 for red, green and blue.
    pub channels: usize,
}

impl ImageShape {
    /// How many columns of a matrix such an image takes: height times width times channels.
    pub fn columns(self) -> usize {
        self.height * self.width * self.channels
    }
}
