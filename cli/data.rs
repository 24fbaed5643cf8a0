//! The data of a training: read, split, scaled.

use crate::arguments::DataOptions;
use crate::pictures::TileShape;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use unsup_data::splits::{self, HeldOut, holdout};
use unsup_data::{
    Dataset, ImageShape, ReadOptions, Scaling, ScalingKind, digits, in_one_line, read,
};
use unsup_models::{Activation, Matrix};

/// How many of the digits are held out; of other data it is a third.
const DIGITS_HELD_OUT: usize = 597;

/// Farther from 0 than this no scaled value may lie: the squares of as many as there may be still add up to a number of
/// single precision.
const FARTHEST: f64 = 1e15;

/// Objects, and their classes where they are known.
#[derive(Clone, Debug)]
pub struct Part {
    /// Objects x features, scaled.
    pub x: Matrix<f64>,
    /// The class of each object.
    pub labels: Option<Vec<usize>>,
}

/// A data set in two parts, and how a model should take it.
pub struct Split {
    /// What the objects are called, such as "digits".
    pub name: String,
    /// A remark on the features, to stand behind their number; may be empty.
    pub remark: String,
    /// What is trained on.
    pub train: Part,
    /// What is judged by.
    pub held_out: Part,
    /// The names of the classes, where there are such.
    pub label_names: Vec<String>,
    /// What was done to the features.
    pub scaling: Scaling,
    /// What reaches the range of the features.
    pub output: Activation,
    /// How an object is drawn.
    pub tile: TileShape,
}

impl Split {
    /// The objects of the file of `--data`, or the digits where none is given, split by a permutation of the seed.
    ///
    /// # Errors
    /// If the file cannot be read, has fewer than two objects, missing values, or numbers too large to be scaled, or if a
    /// held-out value lies too far from the training part for an error to be computed; one line says where and why.
    pub fn load(options: &DataOptions, seed: u64, quiet: bool) -> Result<Self, Box<dyn Error>> {
        let data = dataset(options, options.data.as_deref(), quiet)?;
        let objects = data.features.rows();
        let count = match &options.data {
            None => DIGITS_HELD_OUT,
            Some(file) if objects < 2 => {
                let file = file.display();
                let problem = "found 1 object, expected at least 2: a part is held out";
                return Err(format!("{file}: {problem}").into());
            }
            Some(_) => (objects / 3).max(1),
        };
        let parts = holdout(objects, HeldOut::Count(count), seed)?;
        Self::of(&data, &parts, None, options)
    }

    /// The objects of the file of `--data` to train on, and those of `test` to judge by.
    ///
    /// # Errors
    /// As [`Split::load`], and if the files do not hold the same features and classes.
    pub fn load_two(
        options: &DataOptions,
        test: &Path,
        quiet: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let train = dataset(options, options.data.as_deref(), quiet)?;
        let mut judged = dataset(options, Some(test), quiet)?;
        same_features(&train, &mut judged, test)?;
        let parts = splits::Split {
            train: (0..train.features.rows()).collect(),
            test: (0..judged.features.rows()).collect(),
        };
        Self::of(&train, &parts, Some(&judged), options)
    }

    /// The parts of `data`, the second taken from `judged` where it is given.
    fn of(
        data: &Dataset,
        parts: &splits::Split,
        judged: Option<&Dataset>,
        options: &DataOptions,
    ) -> Result<Self, Box<dyn Error>> {
        let part = |data: &Dataset, rows: &[usize]| Part {
            x: data.features.select_rows(rows),
            labels: data
                .labels
                .as_ref()
                .map(|labels| rows.iter().map(|&i| labels[i]).collect()),
        };
        let mut train = part(data, &parts.train);
        let mut held_out = part(judged.unwrap_or(data), &parts.test);
        let kind = options.scaling.unwrap_or(match data.image {
            Some(_) => ScalingKind::None,
            None => ScalingKind::Standard,
        });
        let scaling = Scaling::fit(kind, &train.x);
        train.x = scaling.apply(&train.x);
        held_out.x = scaling.apply(&held_out.x);
        if let Some(file) = &options.data {
            check_range(&train.x, &held_out.x, &parts.test)
                .map_err(|problem| format!("{}: {problem}", file.display()))?;
        }
        let mut remark = String::new();
        if !data.feature_names.is_empty() {
            remark += ", names from the first line";
        }
        remark += match kind {
            ScalingKind::Standard => ", standardised on the training part",
            ScalingKind::MinMax => ", brought to 0 to 1 on the training part",
            ScalingKind::Unit => ", each object brought to length 1",
            ScalingKind::None => "",
        };
        Ok(Self {
            // in one line of the summary, however the file is called
            name: in_one_line(&data.name),
            remark,
            train,
            held_out,
            label_names: data.label_names.clone(),
            output: match (kind, data.image) {
                // pixels lie between 0 and 1
                (ScalingKind::None, Some(_)) => Activation::Sigmoid,
                _ => Activation::Identity,
            },
            scaling,
            tile: match data.image {
                Some(ImageShape {
                    height,
                    width,
                    channels: 1,
                }) => TileShape::Image { height, width },
                _ => TileShape::Strip,
            },
        })
    }
}

/// The data set of a file, or the digits. What was found out about it is said on standard error.
fn dataset(
    options: &DataOptions,
    file: Option<&Path>,
    quiet: bool,
) -> Result<Dataset, Box<dyn Error>> {
    let Some(file) = file else {
        return Ok(digits());
    };
    let read_options = ReadOptions {
        label: options.label.clone(),
        missing: options.missing.clone(),
        ..ReadOptions::default()
    };
    let data = read(file, &read_options)?;
    if !quiet {
        for note in &data.notes {
            let line = in_one_line(&format!("{}: {note}", file.display()));
            // where standard error takes nothing, the training goes on
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
    data.require_complete()?;
    Ok(data)
}

/// Sees that a file to judge by holds what the training file holds, and numbers its classes as that one does.
fn same_features(train: &Dataset, judged: &mut Dataset, file: &Path) -> Result<(), String> {
    let refuse = |problem: String| Err(format!("{}: {problem}", file.display()));
    let (expected, found) = (train.features.columns(), judged.features.columns());
    if found != expected {
        return refuse(format!(
            "found {found} features, expected {expected} as in the training data"
        ));
    }
    if judged.words != train.words {
        return refuse(
            "its columns of words hold other words than the training data, expected the same"
                .to_owned(),
        );
    }
    let named = |data: &Dataset| !data.feature_names.is_empty();
    if named(train) && named(judged) {
        let mut pairs = train.feature_names.iter().zip(&judged.feature_names);
        if let Some((expected, found)) = pairs.find(|(expected, found)| expected != found) {
            return refuse(format!(
                "found the feature {found:?}, expected {expected:?} as in the training data"
            ));
        }
    }
    if let Some(labels) = &mut judged.labels {
        let mut numbers = Vec::new();
        for name in &judged.label_names {
            let Some(number) = train.label_names.iter().position(|other| other == name) else {
                return refuse(format!(
                    "found the class {name:?}, which is not in the training data"
                ));
            };
            numbers.push(number);
        }
        for label in labels {
            *label = numbers.get(*label).copied().unwrap_or(*label);
        }
    }
    Ok(())
}

/// Refuses what can't be trained on or evaluated in single precision. `objects` are the numbers of the held-out ones.
fn check_range(
    train: &Matrix<f64>,
    held_out: &Matrix<f64>,
    objects: &[usize],
) -> Result<(), String> {
    let (_, column, value) = farthest(train);
    // The standard deviation bounds the values that it was computed from, if they are numbers.
    if !fits(value) {
        let column = column + 1;
        return Err(format!(
            "column {column}: the numbers are too large to be scaled"
        ));
    }
    let (row, column, value) = farthest(held_out);
    if !fits(value) {
        let (object, column) = (objects[row] + 1, column + 1);
        return Err(format!(
            "the held-out error would not be finite: the held-out value of object {object}, column {column} lies too far \
             from the training data: scaled it is {value:.3e}, expected at most {FARTHEST:e} in magnitude"
        ));
    }
    Ok(())
}

/// Whether a value, scaled, is near enough.
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
