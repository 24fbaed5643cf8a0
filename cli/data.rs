//! The data of a training: read, split, scaled.

use crate::pictures::TileShape;
use std::error::Error;
use std::path::Path;
use unsup_data::splits::{HeldOut, holdout};
use unsup_data::{Dataset, Scaling, ScalingKind, TableOptions, digits, in_one_line, read_table};
use unsup_models::{Activation, Matrix};

/// How many of the digits are held out; of other data it is a third.
const DIGITS_HELD_OUT: usize = 597;

/// Farther from 0 than this no standardised value may lie: the squares of as many as there may be still add up to a number of
/// single precision.
const FARTHEST: f64 = 1e15;

/// A data set in two parts, and how a model should take it.
pub struct Split {
    /// What the objects are called, such as "digits".
    pub name: String,
    /// A remark on the features, to stand behind their number; may be empty.
    pub remark: String,
    /// Objects x features.
    pub train: Matrix<f64>,
    /// Objects x features.
    pub held_out: Matrix<f64>,
    /// Which objects of the data set the held-out ones are, counted from 0.
    pub held_out_objects: Vec<usize>,
    /// The classes of the held-out objects, where they are known.
    pub held_out_labels: Option<Vec<usize>>,
    /// What reaches the range of the features.
    pub output: Activation,
    /// How an object is drawn.
    pub tile: TileShape,
}

impl Split {
    /// The table in a file, or the digits where none is given, split by a permutation of the seed.
    ///
    /// # Errors
    /// If the file cannot be read, has fewer than two objects, or numbers too large to be scaled, or if a
    /// held-out value lies too far from the training part for an error to be computed; one line says where and why.
    pub fn load(file: Option<&Path>, seed: u64) -> Result<Self, Box<dyn Error>> {
        match file {
            None => Ok(Self::new(digits(), DIGITS_HELD_OUT, seed)),
            Some(file) => {
                let data = read_table(file, &TableOptions::default())?;
                data.require_complete()?;
                let objects = data.features.rows();
                if objects < 2 {
                    let file = file.display();
                    return Err(format!(
                        "{file}: found 1 object, expected at least 2: a part is held out"
                    )
                    .into());
                }
                let split = Self::new(data, (objects / 3).max(1), seed).standardised();
                split
                    .check_range()
                    .map_err(|problem| format!("{}: {problem}", file.display()))?;
                Ok(split)
            }
        }
    }

    fn new(data: Dataset, held_out: usize, seed: u64) -> Self {
        let parts = holdout(data.features.rows(), HeldOut::Count(held_out), seed)
            .expect("a part of at least two objects");
        Self {
            // a row of words such as "NA" is taken for names too, so it is said
            remark: if data.feature_names.is_empty() {
                String::new()
            } else {
                ", names from the first line".to_owned()
            },
            train: data.features.select_rows(&parts.train),
            held_out: data.features.select_rows(&parts.test),
            held_out_labels: data
                .labels
                .map(|labels| parts.test.iter().map(|&i| labels[i]).collect()),
            held_out_objects: parts.test,
            output: Activation::Sigmoid,
            tile: match data.image {
                Some(image) => TileShape::Image {
                    height: image.height,
                    width: image.width,
                },
                None => TileShape::Strip,
            },
            // in one line of the summary, however the file is called
            name: in_one_line(&data.name),
        }
    }

    /// The same with columns of mean 0 and deviation 1 on the training part.
    fn standardised(self) -> Self {
        let scaling = Scaling::fit(ScalingKind::Standard, &self.train);
        Self {
            remark: self.remark + ", standardised on the training part",
            train: scaling.apply(&self.train),
            held_out: scaling.apply(&self.held_out),
            output: Activation::Identity,
            ..self
        }
    }

    /// Refuses what can't be trained on or evaluated in single precision.
    fn check_range(&self) -> Result<(), String> {
        let (_, column, value) = farthest(&self.train);
        // The standard deviation bounds the values that it was computed from, if they are numbers.
        if !fits(value) {
            let column = column + 1;
            return Err(format!(
                "column {column}: the numbers are too large to be scaled"
            ));
        }
        let (row, column, value) = farthest(&self.held_out);
        if !fits(value) {
            let (object, column) = (self.held_out_objects[row] + 1, column + 1);
            return Err(format!(
                "the held-out error would not be finite: the held-out value of object {object}, column {column} lies too far \
                 from the training data: standardised it is {value:.3e}, expected at most {FARTHEST:e} in magnitude"
            ));
        }
        Ok(())
    }
}

/// Whether a value, standardised, is near enough.
fn fits(value: f64) -> bool {
    value.abs() <= FARTHEST
}

/// Row, column and value of the entry that lies farthest from 0; one that is no number counts as the farthest.
fn farthest(x: &Matrix<f64>) -> (usize, usize, f64) {
    let rows = x.row_iter().enumerate();
    rows.flat_map(|(i, row)| row.iter().enumerate().map(move |(j, &value)| (i, j, value)))
        .max_by(|a, b| a.2.abs().total_cmp(&b.2.abs()))
        .expect("a data set has objects and features")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::fs;

    /// The rows of a matrix as bits, to be compared and sorted.
    fn rows(x: &Matrix<f64>) -> Vec<Vec<u64>> {
        x.row_iter()
            .map(|row| row.iter().map(|value| value.to_bits()).collect())
            .collect()
    }

    /// Distinct objects (i, 2i, ..) with the labels 0, 1, ..
    fn distinct(objects: usize) -> Dataset {
        let features = Matrix::from_fn(objects, 3, |i, j| (i * (j + 1)) as f64);
        let mut data = Dataset::new("distinct", features);
        data.labels = Some((0..objects).collect());
        data
    }

    fn table(content: &str, seed: u64) -> Result<Split, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.csv");
        fs::write(&file, content).unwrap();
        Split::load(Some(&file), seed).map_err(|error| error.to_string())
    }

    #[test]
    fn the_parts_are_disjoint_and_together_all_objects() {
        for (objects, held_out) in [(2, 1), (9, 3), (100, 33)] {
            let data = distinct(objects);
            let split = Split::new(data.clone(), held_out, 5);
            assert_eq!(split.held_out.rows(), held_out);
            assert_eq!(split.train.rows(), objects - held_out);
            // the rows are distinct, so equal lists mean that none is in both parts and none is missing
            let mut both = [rows(&split.train), rows(&split.held_out)].concat();
            both.sort();
            let mut all = rows(&data.features);
            all.sort();
            assert_eq!(both, all);
        }
    }

    #[test]
    fn labels_and_numbers_go_with_their_objects() {
        let split = Split::new(distinct(50), 20, 5);
        let labels = split.held_out_labels.unwrap();
        assert_eq!(labels, split.held_out_objects);
        for (row, label) in split.held_out.row_iter().zip(labels) {
            assert_eq!(row, [1.0, 2.0, 3.0].map(|factor| factor * label as f64));
        }
    }

    #[test]
    fn of_the_digits_1200_train_and_597_are_held_out() {
        let split = Split::load(None, 3).unwrap();
        assert_eq!(split.train.shape().to_string(), "1200x64");
        assert_eq!(split.held_out.shape().to_string(), "597x64");
        // no two digits are equal, so the picture tells the label
        let all = digits();
        let of_row: BTreeMap<_, _> = rows(&all.features)
            .into_iter()
            .zip(all.labels.unwrap())
            .collect();
        assert_eq!(of_row.len(), 1797);
        let labels = split.held_out_labels.unwrap();
        assert_eq!(labels.len(), 597);
        for (row, label) in rows(&split.held_out).iter().zip(labels) {
            assert_eq!(of_row[row], label);
        }
        let train = rows(&split.train);
        assert!(rows(&split.held_out).iter().all(|row| !train.contains(row)));
    }

    #[test]
    fn a_third_of_a_table_is_held_out_and_the_scale_is_that_of_the_training_part() {
        let content: String = (0..31)
            .map(|i| format!("{},{}\n", i * i, 5 - 3 * i))
            .collect();
        let split = table(&content, 1).unwrap();
        assert_eq!((split.train.rows(), split.held_out.rows()), (21, 10));
        let moments = |x: &Matrix<f64>, j: usize| {
            let column = || x.row_iter().map(|row| row[j]);
            let mean = column().sum::<f64>() / x.rows() as f64;
            let variance = column().map(|x| (x - mean).powi(2)).sum::<f64>() / x.rows() as f64;
            (mean, variance.sqrt())
        };
        for j in 0..2 {
            let (mean, deviation) = moments(&split.train, j);
            assert!(mean.abs() < 1e-12 && (deviation - 1.0).abs() < 1e-12);
            let (mean, deviation) = moments(&split.held_out, j);
            assert!(mean.abs() > 1e-3 && (deviation - 1.0).abs() > 1e-3);
        }
    }

    #[test]
    fn a_seed_gives_its_split_and_another_seed_another() {
        let held_out = |seed| Split::new(distinct(100), 33, seed).held_out_objects;
        assert_eq!(held_out(1), held_out(1));
        assert_ne!(held_out(1), held_out(2));
    }

    #[test]
    fn names_are_remarked_on() {
        let remark = |content: &str| table(content, 0).unwrap().remark;
        assert_eq!(remark("1,2\n3,4\n"), ", standardised on the training part");
        assert_eq!(
            remark("NA,NA\n1,2\n3,4\n"),
            ", names from the first line, standardised on the training part"
        );
    }

    #[test]
    fn a_held_out_value_too_far_from_the_training_data_is_named() {
        for far in ["1e30", "-1e16", "1e308"] {
            let mut refused = 0;
            for object in 0..6 {
                let mut rows = vec!["1,5".to_owned(); 6];
                rows[object] = format!("1,{far}");
                let Err(error) = table(&rows.join("\n"), 0) else {
                    continue; // it is in the training part, and scaled with it
                };
                let place = format!(
                    "table.csv: the held-out error would not be finite: the held-out value of object {}, column 2 lies too far",
                    object + 1
                );
                assert!(error.contains(&place), "{error}");
                refused += 1;
            }
            assert_eq!(refused, 2, "{far}");
        }
        // far, but still a number to compute with
        for object in 0..6 {
            let mut rows = ["1,5"; 6];
            rows[object] = "1,1e14";
            assert!(table(&rows.join("\n"), 0).is_ok());
        }
    }
}
