//! The data of a training: read, split, scaled.

mod beside;
mod privileged;
mod trained_on;

pub use beside::Beside;
pub use privileged::Privileged;
pub use trained_on::TrainedOn;

use crate::arguments::{DataOptions, ReadingOptions};
use crate::pictures::TileShape;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use unsup_data::splits::{self, HeldOut, holdout};
use unsup_data::{
    ColumnWords, Dataset, ImageShape, LabelColumn, LabelIfThere, ReadOptions, Scaling, ScalingKind,
    TakenColumn, digits, in_one_line, read,
};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::{Value, json};

/// How many of the digits are held out; of other data it is a third.
const DIGITS_HELD_OUT: usize = 597;

/// Farther from 0 than this no scaled value may lie: the squares of as many as there may be still add up to a number of
/// single precision.
pub const FARTHEST: f64 = 1e15;

/// Objects, and their classes where they are known.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where they come from, as it was given: a path, or "digits".
    pub source: String,
    /// Objects x features, scaled.
    pub x: Matrix<f64>,
    /// The class of each object.
    pub labels: Option<Vec<usize>>,
    /// What its table holds beside the features, under the names that these columns had in training.
    pub beside: Vec<TakenColumn>,
    /// Which object of its source each one is, counted from 0.
    pub numbers: Vec<usize>,
}

/// What is known of a data set beside its objects, and how a model should take it.
pub struct About {
    /// What the objects are called, such as "digits".
    pub name: String,
    /// A remark on the features, to stand behind their number; may be empty.
    pub remark: String,
    /// The names of the classes, where there are such.
    pub label_names: Vec<String>,
    /// What the column of the table is called that holds them, where there is such.
    pub label_column: Option<String>,
    /// The names of the features, where there are such.
    pub feature_names: Vec<String>,
    /// The columns of words among them.
    pub words: Vec<ColumnWords>,
    /// How an object is read as an image, where it is one.
    pub image: Option<ImageShape>,
    /// What was done to the features.
    pub scaling: Scaling,
    /// What reaches the range of the features.
    pub output: Activation,
    /// How an object is drawn.
    pub tile: TileShape,
}

/// A data set in two parts.
pub struct Split {
    /// What is known of both.
    pub about: About,
    /// What is trained on.
    pub train: Part,
    /// What is judged by.
    pub held_out: Part,
}

/// Objects of a further file, in the features and on the scale of a data set.
pub struct Further {
    /// The objects.
    pub objects: Part,
    /// The names of their classes, where there are such.
    pub label_names: Vec<String>,
}

/// A data set as one, for a method that needs no part held out.
pub struct Whole {
    /// What is known of it.
    pub about: About,
    /// Its objects.
    pub objects: Part,
}

/// What becomes of missing values.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Missing {
    /// The data set is refused.
    Refused,
    /// They stay missing: the method passes them over.
    Kept,
    /// They become the mean of their feature.
    Mean,
    /// They become this, in the unit of the file.
    Value(f64),
}

impl Missing {
    /// Deals with them, as far as that is done before features are scaled.
    fn settle(self, data: &mut Dataset) {
        let fill = |x: &Matrix<f64>, with: &dyn Fn(usize) -> f64| {
            Matrix::from_fn(x.rows(), x.columns(), |i, j| match x[(i, j)] {
                value if value.is_nan() => with(j),
                value => value,
            })
        };
        match self {
            Self::Refused | Self::Kept => {}
            Self::Value(value) => data.features = fill(&data.features, &|_| value),
            Self::Mean => {
                // a feature without any value stays without, to be refused by name
                let standard = Scaling::fit(ScalingKind::Standard, &data.features);
                let known = |j: usize| data.features.row_iter().any(|row| !row[j].is_nan());
                let mean = |j: usize| {
                    if known(j) {
                        standard.shift()[j]
                    } else {
                        f64::NAN
                    }
                };
                data.features = fill(&data.features, &mean);
            }
        }
    }
}

impl Split {
    /// The objects of the file of `--data`, or the digits where none is given, split by a permutation of the seed.
    ///
    /// # Errors
    /// If the file cannot be read, has fewer than two objects, missing values, or numbers too large to be scaled, or if
    /// a held-out value lies too far from the training part for an error to be computed; one line says where and why.
    pub fn load(
        options: &DataOptions,
        missing: Missing,
        seed: u64,
        quiet: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let data = dataset(&options.reading, options.data.as_deref(), missing, quiet)?;
        Self::holding_out(&data, options, missing, seed)
    }

    /// The parts of a data set, by a permutation of the seed.
    fn holding_out(
        data: &Dataset,
        options: &DataOptions,
        missing: Missing,
        seed: u64,
    ) -> Result<Self, Box<dyn Error>> {
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
        Self::of(data, &parts, None, missing, options)
    }

    /// As [`Split::load`], and beside it the objects of a further file with the same features, brought to the same
    /// scale, and with classes of their own: those of the column `label`, if it has such.
    ///
    /// # Errors
    /// As [`Split::load`], and if the further file does not hold the same features, or a value in it lies too far from
    /// the training part.
    pub fn load_beside(
        options: &DataOptions,
        (further, label): (&Path, Option<&LabelColumn>),
        seed: u64,
        quiet: bool,
    ) -> Result<(Self, Further), Box<dyn Error>> {
        let missing = Missing::Refused;
        let data = dataset(&options.reading, options.data.as_deref(), missing, quiet)?;
        let split = Self::holding_out(&data, options, missing, seed)?;
        let reading = ReadingOptions {
            label: label.cloned(),
            ..options.reading.clone()
        };
        let mut beside = dataset(&reading, Some(further), missing, quiet)?;
        beside.name = further.display().to_string();
        // its classes are others, and not to be found among those of the data
        let labels = beside.labels.take();
        let label_names = std::mem::take(&mut beside.label_names);
        let mut beside = beside.aligned_with(&data)?;
        beside.labels = labels;
        let all: Vec<usize> = (0..beside.features.rows()).collect();
        let mut objects = Part::of(&beside, Some(further), &all);
        objects.x = split.about.scaling.apply(&objects.x);
        let training = format!("the training part of {}", split.train.source);
        objects.check_near(&training, &data.feature_names)?;
        let further = Further {
            objects,
            label_names,
        };
        Ok((split, further))
    }

    /// Objects that were generated, not scaled, split by a permutation of the seed as those of a file are.
    ///
    /// # Errors
    /// If there are fewer than two.
    pub fn generated(
        data: &Dataset,
        options: &DataOptions,
        seed: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let objects = data.features.rows();
        let parts = holdout(objects, HeldOut::Count((objects / 3).max(1)), seed)?;
        let options = DataOptions {
            scaling: Some(options.scaling.unwrap_or(ScalingKind::None)),
            ..options.clone()
        };
        Self::of(data, &parts, None, Missing::Refused, &options)
    }

    /// Whether all values lie in [0, 1].
    pub fn within_unit(&self) -> bool {
        let parts = [&self.train.x, &self.held_out.x];
        let mut values = parts.into_iter().flat_map(|x| x.as_slice());
        values.all(|value| (0.0..=1.0).contains(value))
    }

    /// The objects of the file of `--data` to train on, and those of `test` to judge by.
    ///
    /// # Errors
    /// As [`Split::load`], and if the files do not hold the same features and classes.
    pub fn load_two(
        options: &DataOptions,
        test: &Path,
        missing: Missing,
        quiet: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let train = dataset(&options.reading, options.data.as_deref(), missing, quiet)?;
        let mut judged = dataset(&options.reading, Some(test), missing, quiet)?;
        // an error is to name the file as it was given
        judged.name = test.display().to_string();
        let judged = judged.aligned_with(&train)?;
        let parts = splits::Split {
            train: (0..train.features.rows()).collect(),
            test: (0..judged.features.rows()).collect(),
        };
        Self::of(&train, &parts, Some((&judged, test)), missing, options)
    }

    /// How many objects each part has, for the description of a model.
    pub fn sizes(&self) -> Value {
        json!({ "train": self.train.x.rows(), "held_out": self.held_out.x.rows() })
    }

    /// The parts of `data`, the second taken from `judged`, which that file holds, where it is given.
    fn of(
        data: &Dataset,
        parts: &splits::Split,
        judged: Option<(&Dataset, &Path)>,
        missing: Missing,
        options: &DataOptions,
    ) -> Result<Self, Box<dyn Error>> {
        let file = options.data.as_deref();
        let mut train = Part::of(data, file, &parts.train);
        let mut held_out = match judged {
            Some((judged, file)) => Part::of(judged, Some(file), &parts.test),
            None => Part::of(data, file, &parts.test),
        };
        let about = About::of(data, &train.x, " on the training part", options);
        if missing == Missing::Refused {
            train.x = about.scaling.apply(&train.x);
            held_out.x = about.scaling.apply(&held_out.x);
            check_range(&train, &held_out)?;
        } else {
            train.scale(&about.scaling)?;
            held_out.scale(&about.scaling)?;
        }
        Ok(Self {
            about,
            train,
            held_out,
        })
    }
}

impl Whole {
    /// All objects of the file of `--data`, or the digits where none is given.
    ///
    /// # Errors
    /// If the file cannot be read, or has missing values that are refused or numbers too large to be scaled.
    pub fn load(
        options: &DataOptions,
        missing: Missing,
        quiet: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let file = options.data.as_deref();
        let data = dataset(&options.reading, file, missing, quiet)?;
        let all: Vec<usize> = (0..data.features.rows()).collect();
        let mut objects = Part::of(&data, file, &all);
        let about = About::of(&data, &objects.x, "", options);
        objects.scale(&about.scaling)?;
        Ok(Self { about, objects })
    }
}

impl Part {
    /// Some rows of a data set, which that file holds if one is given; not yet scaled.
    fn of(data: &Dataset, file: Option<&Path>, rows: &[usize]) -> Self {
        Self {
            source: file.map_or_else(|| data.name.clone(), |file| file.display().to_string()),
            x: data.features.select_rows(rows),
            labels: data
                .labels
                .as_ref()
                .map(|labels| rows.iter().map(|&i| labels[i]).collect()),
            beside: Vec::new(),
            numbers: rows.to_vec(),
        }
    }

    /// Scales the features.
    ///
    /// # Errors
    /// If a value is no number then.
    fn scale(&mut self, scaling: &Scaling) -> Result<(), String> {
        self.x = scaling.apply(&self.x);
        let columns = self.x.columns();
        match self
            .x
            .as_slice()
            .iter()
            .position(|value| value.is_infinite())
        {
            None => Ok(()),
            Some(at) => Err(format!(
                "{}: object {}, feature {}: the number is too large to be scaled as the data it is trained with are",
                self.source,
                self.numbers[at / columns] + 1,
                at % columns + 1
            )),
        }
    }

    /// Refuses a scaled value that lies too far from the training data, which are called `training`. Features of these
    /// names, if there are any, may have stood in another order.
    fn check_near(&self, training: &str, names: &[String]) -> Result<(), String> {
        let (row, column, value) = farthest(&self.x);
        if fits(value) {
            return Ok(());
        }
        let (source, object) = (&self.source, self.numbers[row] + 1);
        let column = match names.get(column) {
            Some(name) => format!("\"{name}\""),
            None => (column + 1).to_string(),
        };
        Err(format!(
            "{source}: the value of object {object}, column {column} lies too far from {training}: scaled it is \
             {value:.3e}, expected at most {FARTHEST:e} in magnitude"
        ))
    }
}

impl About {
    /// What is known of `data`, with the scaling of the objects `fitted`, of which a remark says `on`.
    pub fn of(data: &Dataset, fitted: &Matrix<f64>, on: &str, options: &DataOptions) -> Self {
        let kind = options.scaling.unwrap_or(match data.image {
            Some(_) => ScalingKind::None,
            None => ScalingKind::Standard,
        });
        let mut remark = String::new();
        // a row of words is taken for names too, so it is said
        let from_first_line = |note: &&String| note.starts_with("names from the first line");
        if let Some(note) = data.notes.iter().find(from_first_line) {
            remark = format!(", {note}");
        }
        remark += &match kind {
            ScalingKind::Standard => format!(", standardised{on}"),
            ScalingKind::MinMax => format!(", brought to 0 to 1{on}"),
            ScalingKind::Unit => ", each object brought to length 1".to_owned(),
            ScalingKind::None => String::new(),
        };
        Self {
            // in one line of the summary, however the file is called
            name: in_one_line(&data.name),
            remark,
            label_names: data.label_names.clone(),
            label_column: data.label_column.clone(),
            feature_names: data.feature_names.clone(),
            words: data.words.clone(),
            image: data.image,
            output: match (kind, data.image) {
                // pixels lie between 0 and 1
                (ScalingKind::None, Some(_)) => Activation::Sigmoid,
                _ => Activation::Identity,
            },
            scaling: Scaling::fit(kind, fitted),
            tile: tile(data.image),
        }
    }
}

/// How an object is drawn that is such an image, or none.
fn tile(image: Option<ImageShape>) -> TileShape {
    match image {
        Some(ImageShape {
            height,
            width,
            channels: 1,
        }) => TileShape::Image { height, width },
        _ => TileShape::Strip,
    }
}

/// The data set of a file, or the digits.
fn dataset(
    reading: &ReadingOptions,
    file: Option<&Path>,
    missing: Missing,
    quiet: bool,
) -> Result<Dataset, Box<dyn Error>> {
    let Some(file) = file else {
        return Ok(digits());
    };
    let mut data = noted(reading, None, file, quiet)?;
    settle(&mut data, file, missing)?;
    Ok(data)
}

/// What a file holds, as it is. What was found out about it is said on standard error.
fn noted(
    reading: &ReadingOptions,
    label_if_there: Option<LabelIfThere>,
    file: &Path,
    quiet: bool,
) -> Result<Dataset, Box<dyn Error>> {
    let read_options = ReadOptions {
        label: reading.label.clone(),
        label_if_there,
        missing: reading.missing.clone(),
        delimiter: reading.delimiter,
        header: reading.header,
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
    Ok(data)
}

/// Deals with the missing values of what that file holds.
fn settle(data: &mut Dataset, file: &Path, missing: Missing) -> Result<(), Box<dyn Error>> {
    // an error is to name the file as it was given
    let name = std::mem::replace(&mut data.name, file.display().to_string());
    if missing == Missing::Refused {
        data.require_complete().map_err(|error| {
            format!("{error}; --missing names the cells that stand for a missing value, and others are values")
        })?;
    }
    missing.settle(data);
    data.name = name;
    Ok(())
}

/// Refuses what can't be trained on or evaluated in single precision.
fn check_range(train: &Part, held_out: &Part) -> Result<(), String> {
    let (_, column, value) = farthest(&train.x);
    // The standard deviation bounds the values that it was computed from, if they are numbers.
    if !fits(value) {
        let (source, column) = (&train.source, column + 1);
        return Err(format!(
            "{source}: column {column}: the numbers are too large to be scaled"
        ));
    }
    let (row, column, value) = farthest(&held_out.x);
    if !fits(value) {
        let (source, object, column) = (&held_out.source, held_out.numbers[row] + 1, column + 1);
        return Err(format!(
            "{source}: the held-out error would not be finite: the held-out value of object {object}, column {column} lies too far \
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;
    use unsup_data::Delimiter;

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

    /// No options, or the file alone.
    fn options(data: Option<PathBuf>) -> DataOptions {
        DataOptions {
            data,
            reading: ReadingOptions {
                label: None,
                missing: None,
                delimiter: None,
                header: None,
            },
            scaling: None,
        }
    }

    fn table(content: &str, seed: u64) -> Result<Split, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.csv");
        fs::write(&file, content).unwrap();
        Split::load(&options(Some(file)), Missing::Refused, seed, true)
            .map_err(|error| error.to_string())
    }

    /// A part held out of a data set, nothing scaled.
    fn split(data: &Dataset, held_out: usize, seed: u64) -> Split {
        let parts = holdout(data.features.rows(), HeldOut::Count(held_out), seed).unwrap();
        let mut options = options(None);
        options.scaling = Some(ScalingKind::None);
        Split::of(data, &parts, None, Missing::Refused, &options).unwrap()
    }

    #[test]
    fn the_parts_are_disjoint_and_together_all_objects() {
        for (objects, held_out) in [(2, 1), (9, 3), (100, 33)] {
            let data = distinct(objects);
            let split = split(&data, held_out, 5);
            assert_eq!(split.held_out.x.rows(), held_out);
            assert_eq!(split.train.x.rows(), objects - held_out);
            // the rows are distinct, so equal lists mean that none is in both parts and none is missing
            let mut both = [rows(&split.train.x), rows(&split.held_out.x)].concat();
            both.sort();
            let mut all = rows(&data.features);
            all.sort();
            assert_eq!(both, all);
        }
    }

    #[test]
    fn labels_and_numbers_go_with_their_objects() {
        let split = split(&distinct(50), 20, 5);
        let labels = split.held_out.labels.unwrap();
        assert_eq!(labels.len(), 20);
        for (row, label) in split.held_out.x.row_iter().zip(labels) {
            assert_eq!(row, [1.0, 2.0, 3.0].map(|factor| factor * label as f64));
        }
    }

    #[test]
    fn of_the_digits_1200_train_and_597_are_held_out() {
        let split = Split::load(&options(None), Missing::Refused, 3, true).unwrap();
        assert_eq!(split.train.x.shape().to_string(), "1200x64");
        assert_eq!(split.held_out.x.shape().to_string(), "597x64");
        // no two digits are equal, so the picture tells the label
        let all = digits();
        let of_row: BTreeMap<_, _> = rows(&all.features)
            .into_iter()
            .zip(all.labels.unwrap())
            .collect();
        assert_eq!(of_row.len(), 1797);
        let labels = split.held_out.labels.unwrap();
        assert_eq!(labels.len(), 597);
        for (row, label) in rows(&split.held_out.x).iter().zip(labels) {
            assert_eq!(of_row[row], label);
        }
        let train = rows(&split.train.x);
        assert!(
            rows(&split.held_out.x)
                .iter()
                .all(|row| !train.contains(row))
        );
    }

    #[test]
    fn a_third_of_a_table_is_held_out_and_the_scale_is_that_of_the_training_part() {
        let content: String = (0..31)
            .map(|i| format!("{},{}\n", i * i, 5 - 3 * i))
            .collect();
        let split = table(&content, 1).unwrap();
        assert_eq!((split.train.x.rows(), split.held_out.x.rows()), (21, 10));
        let moments = |x: &Matrix<f64>, j: usize| {
            let column = || x.row_iter().map(|row| row[j]);
            let mean = column().sum::<f64>() / x.rows() as f64;
            let variance = column().map(|x| (x - mean).powi(2)).sum::<f64>() / x.rows() as f64;
            (mean, variance.sqrt())
        };
        for j in 0..2 {
            let (mean, deviation) = moments(&split.train.x, j);
            assert!(mean.abs() < 1e-12 && (deviation - 1.0).abs() < 1e-12);
            let (mean, deviation) = moments(&split.held_out.x, j);
            assert!(mean.abs() > 1e-3 && (deviation - 1.0).abs() > 1e-3);
        }
    }

    #[test]
    fn a_seed_gives_its_split_and_another_seed_another() {
        let held_out = |seed| split(&distinct(100), 33, seed).held_out.labels;
        assert_eq!(held_out(1), held_out(1));
        assert_ne!(held_out(1), held_out(2));
    }

    #[test]
    fn names_are_remarked_on() {
        let remark = |content: &str| table(content, 0).unwrap().about.remark;
        assert_eq!(remark("1,2\n3,4\n"), ", standardised on the training part");
        assert_eq!(
            remark("a,b\n1,2\n3,4\n"),
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

    #[test]
    fn features_are_scaled_as_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.csv");
        fs::write(&file, "0,5\n2,7\n4,5\n8,6\n1,9\n").unwrap();
        let load = |kind: &str| {
            let mut options = options(Some(file.clone()));
            options.scaling = Some(kind.parse().unwrap());
            Split::load(&options, Missing::Refused, 0, true).unwrap()
        };
        let range = |split: &Split| {
            let entries = split.train.x.as_slice().iter();
            entries.fold((f64::MAX, f64::MIN), |(a, b), &x| (a.min(x), b.max(x)))
        };
        assert_eq!(range(&load("min-max")), (0.0, 1.0));
        let none = load("none");
        assert!(range(&none).1 > 5.0 && none.about.remark.is_empty());
        let unit = load("unit");
        let norms = unit.train.x.row_iter();
        norms.for_each(|row| assert!((row[0].hypot(row[1]) - 1.0).abs() < 1e-15));
        assert_eq!(unit.about.output, Activation::Identity);
    }

    #[test]
    fn a_file_to_judge_by_is_scaled_and_numbered_as_the_training_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let train = file("train.csv", "x,w,y\n0,a,no\n2,b,yes\n4,a,maybe\n");
        let load = |test: &str| {
            let mut options = options(Some(train.clone()));
            options.reading.label = Some("y".parse().unwrap());
            let test = file("test.csv", test);
            Split::load_two(&options, &test, Missing::Refused, true)
                .map_err(|error| error.to_string())
        };
        let split = load("x,w,y\n2,b,yes\n8,a,no\n").unwrap();
        assert_eq!(split.about.label_names, ["maybe", "no", "yes"]);
        assert_eq!(split.train.labels, Some(vec![1, 2, 0]));
        assert_eq!(split.held_out.labels, Some(vec![2, 1]));
        // one of the two words alone has the number that it has beside the other
        let words = |split: &Split| {
            split
                .held_out
                .x
                .row_iter()
                .map(|row| row[1])
                .collect::<Vec<_>>()
        };
        let both = words(&split);
        assert_eq!(
            words(&load("x,w,y\n2,b,yes\n8,b,no\n").unwrap()),
            [both[0]; 2]
        );
        // 2 is the training part's mean, and 8 lies 6 above it, in deviations of √(8/3)
        assert!(split.held_out.x[(0, 0)].abs() < 1e-15);
        assert!((split.held_out.x[(1, 0)] - 6.0 / (8.0f64 / 3.0).sqrt()).abs() < 1e-12);
        for (test, problem) in [
            (
                "x,y\n2,yes\n",
                ": found 1 column of features, expected 2 as in the training data: missing \"w\"",
            ),
            (
                "x,w,y\n2,c,yes\n3,a,no\n",
                ", column 2 (\"w\"): found the word \"c\", which is not in the training data",
            ),
            (
                "z,w,y\n2,b,yes\n3,a,no\n",
                ": found the feature \"z\", expected \"x\" as in the training data",
            ),
            (
                "x,w,y\n2,b,never\n3,a,no\n",
                ": found the class \"never\", which is not in the training data",
            ),
        ] {
            let error = load(test).map(|_| ()).unwrap_err();
            assert!(error.ends_with(&format!("test.csv{problem}")), "{error}");
        }
    }

    #[test]
    fn what_is_found_out_about_a_table_can_be_said_instead() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.csv");
        fs::write(&file, "a;1,b\nc;2,d\ne;3,f\n").unwrap();
        let mut options = options(Some(file));
        options.scaling = Some(ScalingKind::None);
        options.reading.delimiter = Some(Delimiter::Comma);
        let features = |options: &DataOptions| {
            let split = Split::load(options, Missing::Refused, 0, true).unwrap();
            (
                split.train.x.rows() + split.held_out.x.rows(),
                split.train.x.columns(),
            )
        };
        // words alone, of which none comes twice: the first line is taken for names
        assert_eq!(features(&options), (2, 2));
        options.reading.header = Some(false);
        assert_eq!(features(&options), (3, 6));
    }

    #[test]
    fn missing_values_are_refused_with_their_place() {
        let error = table("1,2\n3,?\n", 0).map(|_| ()).unwrap_err();
        assert!(
            error.contains("table.csv, object 2, feature 2: the value is missing"),
            "{error}"
        );
    }
}
