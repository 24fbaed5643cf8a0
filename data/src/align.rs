//! A second file, brought to the coding of the first.

use crate::error::quoted;
use crate::files::table::listed;
use crate::{ColumnWords, DataError, Dataset};
use std::collections::{HashMap, HashSet};
use unsup_autograd::Matrix;

impl Dataset {
    /// This data set in the coding of `train`: a file to judge by beside one to train on, each of which was read by itself.
    ///
    /// A column of words gets the numbers or features that its words have in `train`, where it may hold more words than
    /// here, and a label the number of its class there; classes are the same where their names are, or where all names
    /// are numbers of the same value. Names of features are compared where both name them, and taken over; columns that
    /// stand in another order are brought to that of `train` where both name all of theirs, each once, and the same.
    ///
    /// ```
    /// use unsup_data::{TableOptions, read_table_from};
    ///
    /// let read = |text: &str| read_table_from(text.as_bytes(), "colours", &TableOptions::default());
    /// let train = read("colour,size\nred,1\ngreen,2\nblue,3\n")?;
    /// let test = read("colour,size\nred,4\nblue,5\n")?;
    /// assert_eq!(test.features.row(0), [1.0, 4.0]);
    /// // blue, green, red and the size
    /// assert_eq!(test.aligned_with(&train)?.features.row(0), [0.0, 0.0, 1.0, 4.0]);
    /// # Ok::<(), unsup_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If the columns are not as many, have other names or are of words in one data set only, a word or the class of an
    /// object is not found in `train`, or an image has another shape. The error names the data set, and the column of
    /// its table where it is one of words.
    ///
    /// # Panics
    /// If the features of a column of words are no longer what a reader made of them, as after scaling.
    #[track_caller]
    pub fn aligned_with(mut self, train: &Dataset) -> Result<Dataset, DataError> {
        let refuse = |problem: String| Err(DataError::new(&self.name, problem));
        let (mut columns, mut expected) = (self.columns(), train.columns());
        forget_numbers(&mut columns, &mut expected);
        if columns.len() != expected.len() {
            let kind = match (
                self.words.is_empty() && train.words.is_empty(),
                columns.len(),
            ) {
                (true, 1) => "feature",
                (true, _) => "features",
                (false, 1) => "column of features",
                (false, _) => "columns of features",
            };
            return refuse(format!(
                "found {} {kind}, expected {} as in the training data{}",
                columns.len(),
                expected.len(),
                which_differ(&columns, &expected)
            ));
        }
        if let (Some(found), Some(expected)) = (self.image, train.image)
            && found != expected
        {
            return refuse(format!(
                "found images of {}x{}x{}, expected {}x{}x{} as in the training data",
                found.height,
                found.width,
                found.channels,
                expected.height,
                expected.width,
                expected.channels
            ));
        }
        let columns = in_order_of(&expected, columns);
        for (found, expected) in columns.iter().zip(&expected) {
            if let (Some(found), Some(expected)) = (found.name, expected.name)
                && found != expected
            {
                let (found, expected) = (quoted(found.as_bytes()), quoted(expected.as_bytes()));
                return refuse(format!(
                    "found the feature {found}, expected {expected} as in the training data"
                ));
            }
        }

        let codings = columns.iter().zip(&expected);
        let codings = codings
            .map(|(found, expected)| self.recoding(found, expected))
            .collect::<Result<Vec<Recoding>, DataError>>()?;
        let (rows, width) = (self.features.rows(), train.features.columns());
        let mut values = Vec::with_capacity(rows * width);
        for row in self.features.row_iter() {
            for ((found, expected), coding) in columns.iter().zip(&expected).zip(&codings) {
                let cell = &row[found.feature..found.feature + found.width()];
                match coding {
                    Recoding::Same => values.push(cell[0]),
                    Recoding::Missing => values.extend(vec![f64::NAN; expected.width()]),
                    Recoding::Words(places) => {
                        let place = found.word(cell).map(|word| places[word]);
                        expected.put(place, &mut values);
                    }
                }
            }
        }
        let labels = self.labels_as_in(train)?;
        self.features = Matrix::from_vec(rows, width, values);
        if let Some(labels) = labels {
            self.labels = Some(labels);
            self.label_names = train.label_names.clone();
        }
        // without names, no column of the training data has become several features
        if !train.feature_names.is_empty() {
            self.feature_names = train.feature_names.clone();
        }
        self.words = train.words.clone();
        self.table_columns = train.table_columns.clone();
        Ok(self)
    }

    /// The columns that became the features.
    pub(crate) fn columns(&self) -> Vec<Column<'_>> {
        let mut columns = Vec::new();
        let mut words = self.words.iter().peekable();
        let mut feature = 0;
        while feature < self.features.columns() {
            let words = words.next_if(|words| words.feature == feature);
            let name = self.feature_names.get(feature).map(String::as_str);
            let mut column = Column {
                feature,
                words,
                name,
            };
            if column.width() > 1
                && let (Some(words), Some(name)) = (words, name)
            {
                column.name = name
                    .strip_suffix(&*words.words[0])
                    .and_then(|name| name.strip_suffix('='));
            }
            feature += column.width();
            columns.push(column);
        }
        columns
    }

    /// How the cells of the column `found` become those of `expected`.
    fn recoding(&self, found: &Column, expected: &Column) -> Result<Recoding, DataError> {
        let refuse = |column: usize, problem: String| {
            Err(DataError::new(&self.name, problem).at_column(column, found.name))
        };
        match (found.words, expected.words) {
            (None, None) => Ok(Recoding::Same),
            (None, Some(words)) => {
                let mut rows = self.features.row_iter();
                match rows.all(|row| row[found.feature].is_nan()) {
                    true => Ok(Recoding::Missing),
                    false => refuse(
                        words.column,
                        "holds numbers, expected words as in the training data".to_owned(),
                    ),
                }
            }
            (Some(words), None) => refuse(
                words.column,
                "holds words, expected numbers as in the training data".to_owned(),
            ),
            (Some(words), Some(known)) => {
                let known_words = known.words.iter().enumerate();
                let places: HashMap<&String, usize> = known_words.map(|(i, w)| (w, i)).collect();
                let mut recoded = Vec::with_capacity(words.words.len());
                for word in &words.words {
                    let Some(&place) = places.get(word) else {
                        let shown = quoted(word.as_bytes());
                        return refuse(
                            words.column,
                            format!("found the word {shown}, which is not in the training data"),
                        );
                    };
                    recoded.push(place);
                }
                Ok(Recoding::Words(recoded))
            }
        }
    }

    /// The labels by the classes of `train`, as [`Dataset::aligned_with`] takes them; `None` where one of the two has
    /// none, or they have no names.
    ///
    /// # Errors
    /// If the class of an object is not found in `train`.
    pub fn labels_as_in(&self, train: &Dataset) -> Result<Option<Vec<usize>>, DataError> {
        let (Some(labels), Some(_)) = (&self.labels, &train.labels) else {
            return Ok(None);
        };
        if self.label_names.is_empty() || train.label_names.is_empty() {
            return Ok(None);
        }
        let classes = classes_among(&self.label_names, &train.label_names);
        let renumbered = labels.iter().map(|&label| {
            let class = classes.get(label).copied().flatten();
            class.ok_or_else(|| {
                let problem = match self.label_names.get(label) {
                    Some(name) => unknown_class(name),
                    None => format!(
                        "found the label {label}, expected 0 to {}",
                        self.label_names.len() - 1
                    ),
                };
                DataError::new(&self.name, problem)
            })
        });
        renumbered.collect::<Result<_, _>>().map(Some)
    }
}

/// Which of the known classes each of these is: by its name, or where the names of all are numbers by its value.
pub(crate) fn classes_among(found: &[String], known: &[String]) -> Vec<Option<usize>> {
    let number = |name: &String| name.parse::<f64>().ok().filter(|x| x.is_finite());
    let mut names = found.iter().chain(known);
    let are_numbers = names.all(|name| number(name).is_some());
    let known = || known.iter().enumerate();
    let by_name: HashMap<&String, usize> = known().map(|(class, name)| (name, class)).collect();
    // 0 for −0
    let bits = |name: &String| number(name).map(|value| (value + 0.0).to_bits());
    let by_value: HashMap<Option<u64>, usize> =
        known().map(|(class, name)| (bits(name), class)).collect();
    let class = |name: &String| {
        let exactly = by_name.get(name).copied();
        exactly.or_else(|| by_value.get(&bits(name)).copied().filter(|_| are_numbers))
    };
    found.iter().map(class).collect()
}

/// What is wrong with a class that is not known.
pub(crate) fn unknown_class(name: &str) -> String {
    format!(
        "found the class {}, which is not in the training data",
        quoted(name.as_bytes())
    )
}

/// The columns in the order of those expected, where both are told by their names; else as they are.
fn in_order_of<'a>(expected: &[Column<'_>], mut columns: Vec<Column<'a>>) -> Vec<Column<'a>> {
    let places: HashMap<&str, usize> = expected
        .iter()
        .enumerate()
        .filter_map(|(place, column)| Some((column.name?, place)))
        .collect();
    let of = |column: &Column<'a>| places.get(column.name?).copied();
    let found: HashSet<usize> = columns.iter().filter_map(of).collect();
    // each of them once
    if found.len() == expected.len() && columns.len() == expected.len() {
        columns.sort_by_key(of);
    }
    columns
}

/// Which columns are missing and which are too many, where all have names; else nothing.
fn which_differ(columns: &[Column<'_>], expected: &[Column<'_>]) -> String {
    fn names<'a>(of: &[Column<'a>]) -> Option<Vec<&'a str>> {
        of.iter().map(|column| column.name).collect()
    }
    let (Some(found), Some(expected)) = (names(columns), names(expected)) else {
        return String::new();
    };
    let without = |of: &[&str], others: &[&str]| {
        let left = of.iter().filter(|name| !others.contains(name));
        let left: Vec<String> = left.map(|name| quoted(name.as_bytes())).collect();
        (!left.is_empty()).then(|| listed(left.into_iter()))
    };
    let missing = without(&expected, &found).map(|names| format!("missing {names}"));
    let further = without(&found, &expected).map(|names| format!("not among them {names}"));
    let parts: Vec<String> = missing.into_iter().chain(further).collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!(": {}", parts.join(", ")),
    }
}

/// A column, of numbers or words, that became a feature or several.
pub(crate) struct Column<'a> {
    pub(crate) feature: usize,
    pub(crate) words: Option<&'a ColumnWords>,
    /// `None` where the source names none.
    pub(crate) name: Option<&'a str>,
}

/// How the cells of a column are brought to those of another.
enum Recoding {
    Same,
    /// Nothing but missing values.
    Missing,
    /// The place of each word among those of the other.
    Words(Vec<usize>),
}

impl Column<'_> {
    pub(crate) fn width(&self) -> usize {
        self.words.map_or(1, ColumnWords::width)
    }

    /// The word that a cell holds, by its place; `None` if it is missing.
    #[track_caller]
    pub(crate) fn word(&self, cell: &[f64]) -> Option<usize> {
        let words = self.words.map_or(0, |words| words.words.len());
        let place = match *cell {
            [code] if code.is_nan() => return None,
            [code] => (0..words).find(|&word| word as f64 == code),
            _ if cell.iter().all(|value| value.is_nan()) => return None,
            _ => cell.iter().position(|&value| value == 1.0),
        };
        let feature = self.feature + 1;
        assert!(
            place.is_some(),
            "aligned_with: feature {feature} holds {cell:?}, expected the code of one of {words} words"
        );
        place
    }

    /// n, if it is called "column n", as a reader calls a column that the source does not name.
    fn number(&self) -> Option<usize> {
        self.name?.strip_prefix("column ")?.parse().ok()
    }

    /// Adds the features of the word at that place.
    fn put(&self, place: Option<usize>, values: &mut Vec<f64>) {
        let Some(place) = place else {
            values.extend(vec![f64::NAN; self.width()]);
            return;
        };
        match self.width() {
            1 => values.push(place as f64),
            width => values.extend((0..width).map(|word| f64::from(u8::from(word == place)))),
        }
    }
}

/// Takes away the names that a reader gives the columns of a table without names, "column 1" and so on, unless the
/// columns of the other table are called the same: then they are to be told by them.
fn forget_numbers<'c>(columns: &mut [Column<'c>], others: &mut [Column<'c>]) {
    let names = |columns: &[Column<'c>]| -> HashSet<&'c str> {
        columns.iter().filter_map(|column| column.name).collect()
    };
    let are_numbers = |columns: &[Column<'_>]| {
        let numbers = columns.iter().map(Column::number);
        columns.iter().all(|column| column.number().is_some()) && numbers.is_sorted()
    };
    let both = [are_numbers(columns), are_numbers(others)];
    if names(columns) == names(others) && both != [true, true] {
        return;
    }
    for (columns, are_numbers) in [columns, others].into_iter().zip(both) {
        if are_numbers {
            columns.iter_mut().for_each(|column| column.name = None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageShape, TableOptions, read_table_from};

    fn read(text: &str, label: bool) -> Dataset {
        let options = TableOptions {
            label: label.then_some(crate::LabelColumn::Last),
            ..Default::default()
        };
        read_table_from(text.as_bytes(), "table", &options).unwrap()
    }

    /// The rows of the features, a missing value as −1.
    fn rows(data: &Dataset) -> Vec<Vec<f64>> {
        let known = |&x: &f64| if x.is_nan() { -1.0 } else { x };
        let rows = data.features.row_iter();
        rows.map(|row| row.iter().map(known).collect()).collect()
    }

    const TRAIN: &str = "w,x,v,y\nred,1,a,one\ngreen,2,b,two\nblue,3,a,one\nred,4,b,three\n";

    #[test]
    fn a_column_that_is_named_like_a_number_is_told_by_its_name() {
        let train = read("column 1,column 2,z\n1,2,3\n4,5,6\n", false);
        let other = read("column 2,column 1,z\n2,1,3\n", false);
        let aligned = other.aligned_with(&train).unwrap();
        assert_eq!(rows(&aligned), [[1.0, 2.0, 3.0]]);
        // with no other names too
        let train = read("column 1,column 2\n1,2\n4,5\n", false);
        let other = read("column 2,column 1\n2,1\n", false);
        assert_eq!(rows(&other.aligned_with(&train).unwrap()), [[1.0, 2.0]]);
        // a table without names is taken as it is, beside one with names or another without
        let nameless = || read("7,8\n9,1\n", false);
        let named = read("a,b\n1,2\n4,5\n", false);
        for train in [named, nameless()] {
            let aligned = nameless().aligned_with(&train).unwrap();
            assert_eq!(rows(&aligned), [[7.0, 8.0], [9.0, 1.0]]);
        }
    }

    #[test]
    fn words_get_the_numbers_that_they_have_in_the_training_data() {
        let train = read(TRAIN, true);
        for (test, expected) in [
            // two words of three, and one of two
            (
                "w,x,v,y\nred,7,b,two\nblue,8,b,one\n",
                vec![vec![0., 0., 1., 7., 1.], vec![1., 0., 0., 8., 1.]],
            ),
            // a word missing, and all of a column
            (
                "w,x,v,y\n?,7,a,two\nred,?,b,one\n",
                vec![vec![-1., -1., -1., 7., 0.], vec![0., 0., 1., -1., 1.]],
            ),
            (
                "w,x,v,y\n?,7,?,two\n?,8,?,one\n",
                vec![vec![-1., -1., -1., 7., -1.], vec![-1., -1., -1., 8., -1.]],
            ),
            // without names
            (
                "red,7,a,two\nblue,8,b,one\n",
                vec![vec![0., 0., 1., 7., 0.], vec![1., 0., 0., 8., 1.]],
            ),
            (
                "red,7,a,two\nblue,8,b,one\ngreen,9,b,one\n",
                vec![
                    vec![0., 0., 1., 7., 0.],
                    vec![1., 0., 0., 8., 1.],
                    vec![0., 1., 0., 9., 1.],
                ],
            ),
        ] {
            let test = read(test, true).aligned_with(&train).unwrap();
            assert_eq!(rows(&test), expected);
            assert_eq!(
                (&test.words, &test.feature_names),
                (&train.words, &train.feature_names)
            );
            // one, three, two
            assert_eq!(test.labels.as_ref().unwrap()[..2], [2, 0]);
            assert_eq!(test.label_names, train.label_names);
        }
        // a data set is aligned with itself, and one without labels too
        let same = train.clone().aligned_with(&train).unwrap();
        assert_eq!(same, train);
        let test = read("w,x,v\nblue,7,b\n", false)
            .aligned_with(&train)
            .unwrap();
        assert_eq!(
            (rows(&test), test.labels),
            (vec![vec![1., 0., 0., 7., 1.]], None)
        );
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let train = read(TRAIN, true);
        let expected = read("w,x,v,y\n?,7,b,one\nblue,8,?,two\n", true)
            .aligned_with(&train)
            .unwrap();
        for other in [
            "v,w,x,y\nb,?,7,one\n?,blue,8,two\n",
            "x,v,w,y\n7,b,?,one\n8,?,blue,two\n",
        ] {
            let test = read(other, true).aligned_with(&train).unwrap();
            assert_eq!(rows(&test), rows(&expected));
            assert_eq!(test.feature_names, train.feature_names);
            assert_eq!(
                (test.words, test.labels),
                (train.words.clone(), expected.labels.clone())
            );
        }
        // of two that are called alike none is known
        let train = read("a,b,b\n1,2,3\n", false);
        let same = read("a,b,b\n4,5,6\n", false).aligned_with(&train).unwrap();
        assert_eq!(rows(&same), [[4.0, 5.0, 6.0]]);
        let other = read("b,a,b\n5,4,6\n", false)
            .aligned_with(&train)
            .unwrap_err();
        assert_eq!(
            other.problem(),
            "found the feature \"b\", expected \"a\" as in the training data"
        );
        let once = read("a,b,c\n1,2,3\n", false);
        let twice = read("b,b,a\n1,2,3\n", false)
            .aligned_with(&once)
            .unwrap_err();
        assert_eq!(
            twice.problem(),
            "found the feature \"b\", expected \"a\" as in the training data"
        );
        // without names the order is all there is
        let other = read("4,5,6\n", false).aligned_with(&once).unwrap();
        assert_eq!(rows(&other), [[4.0, 5.0, 6.0]]);
    }

    #[test]
    fn classes_are_the_same_by_value_where_all_are_numbers() {
        let train = read("1,0\n2,1.0\n3,20\n", true);
        let test = read("1,20.0\n2,-0\n3,1\n", true)
            .aligned_with(&train)
            .unwrap();
        assert_eq!(test.labels, Some(vec![2, 0, 1]));
        let train = read("1,0\n2,1.0\n3,x\n", true);
        let test = read("1,1\n2,x\n", true).aligned_with(&train);
        let problem = "found the class \"1\", which is not in the training data";
        assert_eq!(test.unwrap_err().problem(), problem);
    }

    #[test]
    fn what_the_training_data_do_not_hold_is_refused() {
        let train = read(TRAIN, true);
        for (test, problem) in [
            (
                "w,x,y\nred,1,one\n",
                ": found 2 columns of features, expected 3 as in the training data: missing \"v\"",
            ),
            (
                "w,u,x,v,z,y\nred,1,2,a,3,one\n",
                ": found 5 columns of features, expected 3 as in the training data: not among them \"u\", \"z\"",
            ),
            (
                "w,z,v,y\nred,1,a,one\n",
                ": found the feature \"z\", expected \"x\" as in the training data",
            ),
            (
                "u,x,v,y\nred,1,a,one\n",
                ": found the feature \"u\", expected \"w\" as in the training data",
            ),
            (
                "w,x,v,y\npink,1,a,one\n",
                ", column 1 (\"w\"): found the word \"pink\", which is not in the training data",
            ),
            (
                "w,x,v,y\nred,1,c,one\n",
                ", column 3 (\"v\"): found the word \"c\", which is not in the training data",
            ),
            (
                "w,x,v,y\nred,1,5,one\n",
                ", column 3 (\"v\"): holds numbers, expected words as in the training data",
            ),
            (
                "w,x,v,y\nred,q,a,one\nred,r,a,one\n",
                ", column 2 (\"x\"): holds words, expected numbers as in the training data",
            ),
            (
                "w,x,v,y\nred,1,a,four\n",
                ": found the class \"four\", which is not in the training data",
            ),
        ] {
            let mut test = read_table_from(
                test.as_bytes(),
                "table",
                &TableOptions {
                    label: Some(crate::LabelColumn::Last),
                    header: Some(true),
                    ..Default::default()
                },
            )
            .unwrap();
            test.name = "test".to_owned();
            let error = test.aligned_with(&train).unwrap_err().to_string();
            assert_eq!(error, format!("test{problem}"));
        }
        let image = |height| {
            let mut data = Dataset::new("images", Matrix::from_vec(1, 36, vec![0.0; 36]));
            data.image = Some(ImageShape {
                height,
                width: 36 / height,
                channels: 1,
            });
            data
        };
        assert!(image(6).aligned_with(&image(6)).is_ok());
        assert_eq!(
            image(4).aligned_with(&image(6)).unwrap_err().to_string(),
            "images: found images of 4x9x1, expected 6x6x1 as in the training data"
        );
        let few = Dataset::new("few", Matrix::from_vec(1, 2, vec![0.0; 2]));
        assert_eq!(
            few.aligned_with(&image(6)).unwrap_err().to_string(),
            "few: found 2 features, expected 36 as in the training data"
        );
    }

    #[test]
    #[should_panic = "aligned_with: feature 5 holds [0.5], expected the code of one of 2 words"]
    fn what_is_no_code_panics() {
        let train = read(TRAIN, true);
        let mut test = train.clone();
        test.features[(1, 4)] = 0.5;
        let _ = test.aligned_with(&train);
    }
}
