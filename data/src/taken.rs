//! Columns of a table that are no features: the answers of tasks, or what is known of an object in training only.

use crate::align::{Column, classes_among, unknown_class};
use crate::error::quoted;
use crate::files::table::listed;
use crate::{ColumnWords, DataError, Dataset, LabelColumn};
use unsup_autograd::Matrix;

/// A column that was taken out of the features.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenColumn {
    /// Its name, or "column 3" where the table names none.
    pub name: String,
    /// What it had become: objects x 1 for numbers, more for a column of more than two words. NaN where it is missing.
    pub values: Matrix<f64>,
    /// The names of these features, as many as `values` has columns.
    pub feature_names: Vec<String>,
    /// Its words, if it holds such.
    pub words: Option<ColumnWords>,
}

impl TakenColumn {
    /// The word of each object, by its place among the words; of an object without one `None`. Nothing for a column of
    /// numbers.
    pub fn classes(&self) -> Option<Vec<Option<usize>>> {
        let column = Column {
            feature: 0,
            words: Some(self.words.as_ref()?),
            name: None,
        };
        let rows = self.values.row_iter();
        Some(rows.map(|cell| column.word(cell)).collect())
    }

    /// The class of each object among those of these names, as [`Dataset::aligned_with`] finds that of a label; of an
    /// object without a value `None`.
    ///
    /// ```
    /// use unsup_data::{TableOptions, read_table_from};
    ///
    /// let table = "length,kind\n5,trout\n6,?\n7,pike\n".as_bytes();
    /// let taken = read_table_from(table, "fish", &TableOptions::default())?.take_columns(&["kind".parse().unwrap()])?;
    /// let classes = |names: [&str; 2]| taken[0].classes_among(&names.map(str::to_owned));
    /// assert_eq!(classes(["trout", "pike"]), Ok(vec![Some(0), None, Some(1)]));
    /// assert!(classes(["trout", "eel"]).unwrap_err().contains("\"pike\""));
    /// # Ok::<(), unsup_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If an object's is none of them, with its name.
    pub fn classes_among(&self, names: &[String]) -> Result<Vec<Option<usize>>, String> {
        let (texts, of): (Vec<String>, Vec<Option<usize>>) = match (&self.words, self.classes()) {
            (Some(words), Some(of)) => (words.words.clone(), of),
            _ => {
                let values = self.values.as_slice();
                let mut known: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
                known.sort_by(f64::total_cmp);
                // 0 and −0 are one
                known.dedup();
                let place = |x: &f64| known.iter().position(|one| one == x);
                (
                    known.iter().map(f64::to_string).collect(),
                    values.iter().map(place).collect(),
                )
            }
        };
        let classes = classes_among(&texts, names);
        let class = |place: usize| classes[place].ok_or_else(|| unknown_class(&texts[place]));
        of.into_iter()
            .map(|place| place.map(class).transpose())
            .collect()
    }
}

impl Dataset {
    /// A data set of such columns, in this order.
    ///
    /// # Panics
    /// If there is none, or they are not of as many objects.
    #[track_caller]
    pub fn of_columns(name: impl Into<String>, columns: &[TakenColumn]) -> Self {
        let rows = columns.first().map_or(0, |column| column.values.rows());
        assert!(
            rows > 0 && columns.iter().all(|column| column.values.rows() == rows),
            "of_columns: expected columns of one number of objects"
        );
        let (mut words, mut feature_names) = (Vec::new(), Vec::new());
        for column in columns {
            words.extend(column.words.as_ref().map(|words| ColumnWords {
                feature: feature_names.len(),
                ..words.clone()
            }));
            feature_names.extend(column.feature_names.iter().cloned());
        }
        let row = |i: usize| {
            columns
                .iter()
                .flat_map(move |column| column.values.row(i))
                .copied()
        };
        let values = (0..rows).flat_map(row).collect();
        let mut data = Self::new(name, Matrix::from_vec(rows, feature_names.len(), values));
        (data.words, data.feature_names) = (words, feature_names);
        data
    }

    /// Takes columns of the table out of the features, in the order in which they are named. A number is that of a
    /// column of the table, counted from 1, whether it is a feature or not; `first` and `last` are those of the
    /// features.
    ///
    /// ```
    /// use unsup_data::{TableOptions, read_table_from};
    ///
    /// let table = "length,colour,price\n5,red,20\n6,blue,?\n7,green,25\n".as_bytes();
    /// let mut fish = read_table_from(table, "fish", &TableOptions::default())?;
    /// let taken = fish.take_columns(&["price".parse().unwrap(), "colour".parse().unwrap()])?;
    /// assert_eq!(fish.feature_names, ["length"]);
    /// assert!(taken[0].values.row(1)[0].is_nan());
    /// // blue, green, red
    /// assert_eq!(taken[1].classes(), Some(vec![Some(2), Some(0), Some(1)]));
    /// # Ok::<(), unsup_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If the source is no table, a column is not among the features or is named twice, or none is left.
    ///
    /// # Panics
    /// If the features are no longer what a reader made of them.
    #[track_caller]
    pub fn take_columns(&mut self, which: &[LabelColumn]) -> Result<Vec<TakenColumn>, DataError> {
        let refuse = |problem: String| Err(DataError::new(&self.name, problem));
        if self.table_columns.is_empty() {
            return refuse("is no table of text, so it has no columns to be named".to_owned());
        }
        let columns = self.columns();
        let mut places: Vec<usize> = Vec::new();
        for one in which {
            let place = self.place_of(one, &columns)?;
            if places.contains(&place) {
                return refuse(format!("{} is named twice", self.called(&columns[place])));
            }
            places.push(place);
        }
        if places.len() == columns.len() {
            return refuse("all columns are taken, expected features beside them".to_owned());
        }

        let features_of = |place: usize| {
            let column: &Column<'_> = &columns[place];
            column.feature..column.feature + column.width()
        };
        let some = |features: &[usize]| {
            let x = &self.features;
            Matrix::from_fn(x.rows(), features.len(), |i, j| x[(i, features[j])])
        };
        let names = |features: &[usize]| -> Vec<String> {
            let names = features.iter().map(|&j| match self.feature_names.get(j) {
                Some(name) => name.clone(),
                None => format!("column {}", self.table_columns[j]),
            });
            names.collect()
        };
        let taken = places.iter().map(|&place| {
            let features: Vec<usize> = features_of(place).collect();
            let column = &columns[place];
            TakenColumn {
                name: match column.name {
                    Some(name) => name.to_owned(),
                    None => format!("column {}", self.table_columns[column.feature]),
                },
                values: some(&features),
                feature_names: names(&features),
                words: column.words.cloned(),
            }
        });
        let taken: Vec<TakenColumn> = taken.collect();

        let kept = (0..columns.len()).filter(|place| !places.contains(place));
        let (mut features, mut words) = (Vec::new(), Vec::new());
        for place in kept {
            words.extend(columns[place].words.map(|words| ColumnWords {
                feature: features.len(),
                ..words.clone()
            }));
            features.extend(features_of(place));
        }
        let feature_names = match self.feature_names.is_empty() {
            true => Vec::new(),
            false => names(&features),
        };
        let x = some(&features);
        self.table_columns = features.iter().map(|&j| self.table_columns[j]).collect();
        (self.features, self.feature_names, self.words) = (x, feature_names, words);
        Ok(taken)
    }

    /// Whether [`Dataset::take_columns`] would find this column.
    pub fn has_column(&self, which: &LabelColumn) -> bool {
        !self.table_columns.is_empty() && self.place_of(which, &self.columns()).is_ok()
    }

    /// The place of a column among those that became features.
    fn place_of(&self, which: &LabelColumn, columns: &[Column<'_>]) -> Result<usize, DataError> {
        let refuse = |problem: String| Err(DataError::new(&self.name, problem));
        let number = |column: &Column<'_>| self.table_columns[column.feature];
        match which {
            LabelColumn::First => Ok(0),
            LabelColumn::Last => Ok(columns.len() - 1),
            LabelColumn::Index(index) => {
                let wanted = index.saturating_add(1);
                let found = columns.iter().position(|column| number(column) == wanted);
                found.map_or_else(
                    || refuse(format!("column {wanted} is none of the features")),
                    Ok,
                )
            }
            LabelColumn::Name(name) => {
                let shown = quoted(name.as_bytes());
                let named = |place: &usize| columns[*place].name == Some(name.trim());
                let mut found = (0..columns.len()).filter(named);
                match (found.next(), found.next()) {
                    (Some(place), None) => Ok(place),
                    (Some(one), Some(other)) => {
                        let [one, other] = [one, other].map(|place| number(&columns[place]));
                        refuse(format!(
                            "columns {one} and {other} are called {shown}, expected one of them by its number"
                        ))
                    }
                    (None, _) => {
                        let names: Vec<_> =
                            columns.iter().filter_map(|column| column.name).collect();
                        let names = names.iter().map(|name| quoted(name.as_bytes()));
                        refuse(match names.len() {
                            0 => format!(
                                "no column is called {shown}: there is no header, expected first, last or a number"
                            ),
                            _ => format!(
                                "no feature is called {shown}, expected one of {}",
                                listed(names)
                            ),
                        })
                    }
                }
            }
        }
    }

    /// What a column is called in a message.
    fn called(&self, column: &Column<'_>) -> String {
        let number = self.table_columns[column.feature];
        match column.name {
            Some(name) => format!("column {number} ({})", quoted(name.as_bytes())),
            None => format!("column {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TableOptions, read_table_from};

    const TABLE: &str = "w,x,y,v\nred,1,one,a\ngreen,?,two,b\nblue,3,one,a\n?,4,three,b\n";

    fn read(text: &str, label: Option<&str>) -> Dataset {
        let options = TableOptions {
            label: label.map(|column| column.parse().unwrap()),
            ..Default::default()
        };
        read_table_from(text.as_bytes(), "table", &options).unwrap()
    }

    fn take(data: &mut Dataset, which: &[&str]) -> Result<Vec<TakenColumn>, String> {
        let which: Vec<LabelColumn> = which.iter().map(|one| one.parse().unwrap()).collect();
        data.take_columns(&which).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_is_what_a_table_without_these_columns_gives() {
        let mut data = read(TABLE, Some("y"));
        assert_eq!(data.table_columns, [1, 1, 1, 2, 4]);
        let taken = take(&mut data, &["x"]).unwrap();
        let without = "w,y,v\nred,one,a\ngreen,two,b\nblue,one,a\n?,three,b\n";
        let expected = read(without, Some("y"));
        assert_eq!(data.feature_names, expected.feature_names);
        let features = |data: &Dataset| {
            let words = data.words.iter();
            words
                .map(|one| (one.feature, one.words.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(features(&data), features(&expected));
        assert_eq!(data.table_columns, [1, 1, 1, 4]);
        assert_eq!(data.labels, expected.labels);
        let known = |x: &Matrix<f64>| x.map(|x: f64| if x.is_nan() { -1.0 } else { x });
        assert_eq!(known(&data.features), known(&expected.features));
        assert_eq!(known(&taken[0].values).as_slice(), [1.0, -1.0, 3.0, 4.0]);
        assert_eq!((taken[0].name.as_str(), taken[0].classes()), ("x", None));
    }

    #[test]
    fn words_are_classes_however_many_there_are() {
        let mut data = read(TABLE, None);
        let taken = take(&mut data, &["last", "1", "y"]).unwrap();
        let classes: Vec<_> = taken.iter().map(|one| one.classes().unwrap()).collect();
        assert_eq!(classes[0], [0, 1, 0, 1].map(Some));
        assert_eq!(classes[1], [Some(2), Some(1), Some(0), None]);
        assert_eq!(classes[2], [0, 2, 0, 1].map(Some));
        assert_eq!(taken[1].feature_names, ["w=blue", "w=green", "w=red"]);
        assert_eq!(data.feature_names, ["x"]);
    }

    #[test]
    fn classes_are_found_among_others_by_name_or_value() {
        let mut data = read("w,x,v\nred,1,3\ngreen,?,4\nblue,-0,5\n?,1,6\n", None);
        let taken = take(&mut data, &["w", "x"]).unwrap();
        let among = |one: usize, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            taken[one].classes_among(&names)
        };
        let found = [Some(1), Some(3), Some(0), None];
        assert_eq!(
            among(0, &["blue", "red", "pink", "green"]),
            Ok(found.to_vec())
        );
        assert_eq!(
            among(0, &["blue", "red"]).unwrap_err(),
            "found the class \"green\", which is not in the training data"
        );
        let found = [Some(2), None, Some(0), Some(2)];
        assert_eq!(among(1, &["0.0", "0.5", "1.00"]), Ok(found.to_vec()));
        assert!(among(1, &["0.0", "red"]).is_err());
    }

    #[test]
    fn columns_of_several_words_lie_side_by_side() {
        let mut data = read(TABLE, None);
        let whole = data.clone();
        let taken = take(&mut data, &["v", "w"]).unwrap();
        let both = Dataset::of_columns("both", &taken);
        assert_eq!(both.feature_names, ["v", "w=blue", "w=green", "w=red"]);
        let places: Vec<usize> = both.words.iter().map(|words| words.feature).collect();
        assert_eq!(places, [0, 1]);
        // the columns of the whole in another order
        let known = |x: f64| if x.is_nan() { -1.0 } else { x };
        for (j, name) in both.feature_names.iter().enumerate() {
            let place = whole
                .feature_names
                .iter()
                .position(|one| one == name)
                .unwrap();
            for i in 0..both.features.rows() {
                assert_eq!(
                    known(both.features[(i, j)]),
                    known(whole.features[(i, place)])
                );
            }
        }
    }

    #[test]
    fn columns_without_names_are_told_by_their_numbers() {
        // the label stands before it
        let mut data = read("a,1,2\nb,3,4\n", Some("first"));
        let taken = take(&mut data, &["3"]).unwrap();
        assert_eq!(taken[0].values.as_slice(), [2.0, 4.0]);
        assert_eq!(taken[0].name, "column 3");
        assert_eq!(data.features.as_slice(), [1.0, 3.0]);
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        let mut images = Dataset::new("images", Matrix::zeros(2, 3));
        assert_eq!(
            take(&mut images, &["1"]).unwrap_err(),
            "images: is no table of text, so it has no columns to be named"
        );
        for (which, problem) in [
            (&["3"][..], "column 3 is none of the features"),
            (&["9"], "column 9 is none of the features"),
            (
                &["y"],
                r#"no feature is called "y", expected one of "w", "x", "v""#,
            ),
            (&["x", "2"], r#"column 2 ("x") is named twice"#),
            (
                &["x", "w", "v"],
                "all columns are taken, expected features beside them",
            ),
        ] {
            let mut data = read(TABLE, Some("y"));
            let before = data.feature_names.clone();
            let found = data.has_column(&which[0].parse().unwrap());
            assert_eq!(found, ["x", "1"].contains(&which[0]), "{}", which[0]);
            let error = take(&mut data, which).unwrap_err();
            assert_eq!(error, format!("table: {problem}"));
            assert_eq!(data.feature_names, before, "nothing is taken");
        }
        let mut data = read("1,2\n3,4\n", None);
        assert_eq!(
            take(&mut data, &["x"]).unwrap_err(),
            r#"table: no column is called "x": there is no header, expected first, last or a number"#
        );
        let mut data = read("x,x\n3,4\n", None);
        assert_eq!(
            take(&mut data, &["x"]).unwrap_err(),
            r#"table: columns 1 and 2 are called "x", expected one of them by its number"#
        );
    }
}
