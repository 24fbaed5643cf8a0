//! All that a training needs to go on: named matrices, and what is no matrix as JSON.

use super::container::{Container, Reader, Tensors};
use super::{Description, LoadError, Value};
use crate::train::Losses;
use crate::{Module, Path as ParameterPath};
use serde_json::json;
use std::borrow::Cow;
use std::io;
use std::path::Path;
use unsup_autograd::{Matrix, Real};

/// The kind of such a file.
const KIND: &str = "checkpoint";
/// Under this key lies what is no matrix of the parts of a state.
const PARTS: &str = "parts";

/// A training between two of its steps, or several trainings, each a part. It can be kept in memory, and in a file:
/// a checkpoint.
///
/// [`Run::state`](crate::train::Run::state) gives that of a run. A training of another kind gives the matrices that it
/// works on, under names, and its counters as values; since generators are derived from a seed, a purpose and a number,
/// they need no place in it.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::saving::{Description, State, json};
///
/// let folder = std::env::temp_dir().join(format!("state-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let file = folder.join("checkpoint.safetensors");
/// # let description = Description { method: "mine".into(), settings: json!({}), seed: 0, data: String::new() };
///
/// let mut state = State::new(json!({ "steps": 7 }));
/// let centres = Matrix::from_rows(&[[1.0, 2.0]]);
/// state.insert("centres", &centres);
/// state.save(&file, &description)?;
///
/// let again = State::open(&file)?;
/// again.check(&description)?;
/// assert_eq!(again.values()["steps"], 7);
/// let mut reader = again.reader();
/// assert_eq!(reader.matrix("centres", centres.shape()), Some(centres));
/// reader.finish()?;
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct State {
    /// The file that it was read from, or nothing.
    file: String,
    /// What that file says of the training.
    description: Option<Description>,
    values: Value,
    tensors: Tensors,
}

impl State {
    /// A state without a matrix; `values` is a JSON object.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn new(values: Value) -> Self {
        assert!(
            values.is_object(),
            "state: expected a JSON object, got {values}"
        );
        Self {
            file: String::new(),
            description: None,
            values,
            tensors: Tensors::default(),
        }
    }

    /// Adds a matrix.
    ///
    /// # Panics
    /// If another one has that name.
    #[track_caller]
    pub fn insert<T: Real>(&mut self, name: impl Into<String>, matrix: &Matrix<T>) {
        self.tensors.add(name.into(), matrix);
    }

    /// Adds the parameters of a model, each under its name behind `prefix`.
    ///
    /// # Panics
    /// If another matrix has such a name.
    #[track_caller]
    pub fn insert_parameters<T: Real>(&mut self, prefix: &str, model: &dyn Module<T>) {
        model.visit(ParameterPath::ROOT, &mut |path, param| {
            self.insert(format!("{prefix}{path}"), param.value());
        });
    }

    /// Sets a value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.values[name] = value;
    }

    /// Adds another state as a part of this one.
    ///
    /// # Panics
    /// If there is such a part, or its name has a dot.
    #[track_caller]
    pub fn insert_part(&mut self, name: &str, part: Self) {
        assert!(!name.contains('.'), "state: a part can't be named {name:?}");
        let taken = self.values[PARTS].get(name).is_some();
        assert!(!taken, "state: two parts have the name {name:?}");
        self.values[PARTS][name] = part.values;
        self.tensors.add_all(&format!("{name}."), part.tensors);
    }

    /// The part of that name; `None` if there is none.
    pub fn part(&self, name: &str) -> Option<Self> {
        Some(Self {
            file: self.file.clone(),
            description: self.description.clone(),
            values: self.values[PARTS].get(name)?.clone(),
            tensors: self.tensors.within(&format!("{name}.")),
        })
    }

    /// The names of the parts, in order.
    pub fn parts(&self) -> Vec<String> {
        let parts = self.values[PARTS].as_object();
        parts
            .into_iter()
            .flat_map(|parts| parts.keys().cloned())
            .collect()
    }

    /// What is no matrix.
    pub fn values(&self) -> &Value {
        &self.values
    }

    /// Reads its matrices, each of which is expected to be asked for.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.file, &self.tensors)
    }

    /// That something of it is not as it should be: `what` in the file is damaged.
    pub fn damaged(&self, what: &str) -> LoadError {
        LoadError::new(&self.file, format!("{what} in its metadata is damaged"))
    }

    /// That it can't be gone on with.
    pub fn refused(&self, problem: impl Into<String>) -> LoadError {
        LoadError::new(&self.file, problem)
    }

    /// The count of that name among the values. No training counts as far as half of 64 bits, and one beyond could not
    /// go on.
    ///
    /// # Errors
    /// If it is not there, or no such count.
    pub fn count(&self, name: &str) -> Result<u64, LoadError> {
        counted(&self.values[name]).ok_or_else(|| self.damaged(name))
    }

    /// Writes it to a file, as a checkpoint.
    ///
    /// # Errors
    /// If the file can't be written. What was at `path` is then untouched.
    pub fn save(&self, path: impl AsRef<Path>, description: &Description) -> io::Result<()> {
        self.tensors
            .write(path.as_ref(), KIND, description, &self.values)
    }

    /// Reads a file that [`State::save`] or
    /// [`Run::save_checkpoint`](crate::train::Run::save_checkpoint) has written.
    ///
    /// # Errors
    /// If it can't be read, is damaged or no checkpoint.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let container = Container::open(path.as_ref(), KIND)?;
        let description = container.description()?;
        let Container {
            file,
            header,
            tensors,
        } = container;
        let values = header[KIND].clone();
        match values.is_object() {
            true => Ok(Self {
                file,
                description: Some(description),
                values,
                tensors,
            }),
            false => Err(LoadError::new(
                &file,
                "its state in its metadata is damaged",
            )),
        }
    }

    /// Makes sure that it is of the training that is described so.
    ///
    /// # Errors
    /// If its file says otherwise: all that differs is said.
    pub fn check(&self, description: &Description) -> Result<(), LoadError> {
        let differences = self.differences(description);
        match differences.is_empty() {
            true => Ok(()),
            false => Err(LoadError::of(self.file.clone(), differences)),
        }
    }

    /// In what the training that is described is not the one that was saved.
    pub(super) fn differences(&self, asked: &Description) -> Vec<String> {
        let Some(saved) = &self.description else {
            return Vec::new();
        };
        if let Some(difference) = difference("method", &saved.method, &asked.method) {
            // the settings of another method say nothing
            return vec![difference];
        }
        let mut differences = Vec::new();
        differences.extend(of_settings(&saved.settings, &asked.settings));
        let seeds = [saved.seed, asked.seed].map(|seed| seed.to_string());
        differences.extend(difference("seed", &seeds[0], &seeds[1]));
        // another seed may draw other data
        if saved.seed == asked.seed {
            differences.extend(difference("data", &saved.data, &asked.data));
        }
        differences
    }
}

/// What is to be said where the one that was saved is not the one that is asked for.
pub(super) fn difference(what: &str, saved: &str, asked: &str) -> Option<String> {
    (saved != asked).then(|| format!("was saved for the {what} {saved}, resumed with {asked}"))
}

/// The settings that differ, one by one.
fn of_settings(saved: &Value, asked: &Value) -> Vec<String> {
    let (Some(of_saved), Some(of_asked)) = (saved.as_object(), asked.as_object()) else {
        let (saved, asked) = (saved.to_string(), asked.to_string());
        return difference("settings", &saved, &asked).into_iter().collect();
    };
    let mut names: Vec<&String> = of_saved.keys().chain(of_asked.keys()).collect();
    names.sort();
    names.dedup();
    let differences = names.into_iter().filter_map(|name| {
        let text = |settings: &serde_json::Map<String, Value>| match settings.get(name) {
            Some(Value::Null) | None => "none".to_owned(),
            Some(value) => value.to_string(),
        };
        difference(&format!("setting {name}"), &text(of_saved), &text(of_asked))
    });
    differences.collect()
}

/// A count, as [`State::count`] takes it.
pub(super) fn counted(json: &Value) -> Option<u64> {
    json.as_u64().filter(|&count| count < 1 << 63)
}

/// A number as JSON, which has none that is not finite: those are their names.
pub fn number_to_json(number: f64) -> Value {
    match number.is_finite() {
        true => json!(number),
        false => json!(number.to_string()),
    }
}

/// The number of [`number_to_json`]; `None` if it is none.
pub fn number_of_json(json: &Value) -> Option<f64> {
    let named = || match json.as_str()? {
        "NaN" => Some(f64::NAN),
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    };
    json.as_f64().or_else(named)
}

/// Losses as JSON.
pub fn losses_to_json(losses: &Losses) -> Value {
    let terms = losses.terms.iter();
    let terms = terms.map(|(name, value)| json!([name, number_to_json(*value)]));
    json!({ "total": number_to_json(losses.total), "terms": terms.collect::<Vec<_>>() })
}

/// The losses of [`losses_to_json`]; `None` if they are none.
pub fn losses_of_json(json: &Value) -> Option<Losses> {
    let name = |term: &Value| Some(Cow::from(term[0].as_str()?.to_owned()));
    let terms = json["terms"].as_array()?.iter();
    let terms = terms.map(|term| name(term).zip(number_of_json(&term[1])));
    Some(Losses {
        total: number_of_json(&json["total"])?,
        terms: terms.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::Shape;

    fn state() -> State {
        let mut state = State::new(json!({ "steps": 3 }));
        state.insert("w", &Matrix::from_rows(&[[1.0f32, -0.0]]));
        let mut whole = State::new(json!({ "done": 1 }));
        whole.insert("w", &Matrix::<f64>::identity(2));
        whole.insert_part("0-1", state.clone());
        whole.insert_part("0-10", State::new(json!({ "steps": 4 })));
        whole
    }

    fn description() -> Description {
        Description {
            method: "parts".to_owned(),
            settings: json!({ "--rate": "0.1", "--code": null }),
            seed: 1,
            data: "1x2".to_owned(),
        }
    }

    #[test]
    fn parts_are_found_again_each_with_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parts.safetensors");
        state().save(&path, &description()).unwrap();
        let whole = State::open(&path).unwrap();
        whole.check(&description()).unwrap();
        assert_eq!(whole.parts(), ["0-1", "0-10"]);
        assert!(whole.part("0").is_none() && whole.part("0-2").is_none());
        let part = whole.part("0-1").unwrap();
        assert_eq!(part.count("steps").unwrap(), 3);
        let mut reader = part.reader();
        let w: Matrix<f32> = reader.matrix("w", Shape::new(1, 2)).unwrap();
        assert_eq!(w.as_slice()[1].to_bits(), (-0.0f32).to_bits());
        reader.finish().unwrap();
        // of this one there is no matrix, though a name begins alike
        whole.part("0-10").unwrap().reader().finish().unwrap();
        let error = whole.part("0-10").unwrap().count("epochs").unwrap_err();
        assert_eq!(error.problems(), ["epochs in its metadata is damaged"]);
        assert_eq!(error.file(), path.display().to_string());
    }

    #[test]
    fn what_is_not_asked_for_and_what_is_missing_is_told() {
        let state = state();
        let mut reader = state.reader();
        assert_eq!(reader.matrix::<f64>("w", Shape::new(2, 3)), None);
        reader.refuse("is of another kind");
        let error = reader.finish().unwrap_err();
        let expected = [
            "w is 2x2, the model has 2x3",
            "is of another kind",
            "0-1.w is not in the model",
        ];
        assert_eq!(error.problems(), expected);
    }

    #[test]
    fn each_difference_is_told_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parts.safetensors");
        state().save(&path, &description()).unwrap();
        let asked = Description {
            settings: json!({ "--rate": "0.2", "--code": null, "--width": 3 }),
            seed: 2,
            ..description()
        };
        let error = State::open(&path).unwrap().check(&asked).unwrap_err();
        let expected = [
            r#"was saved for the setting --rate "0.1", resumed with "0.2""#,
            "was saved for the setting --width none, resumed with 3",
            "was saved for the seed 1, resumed with 2",
        ];
        assert_eq!(error.problems(), expected);
    }

    #[test]
    #[should_panic(expected = "two parts have the name \"0-1\"")]
    fn two_parts_of_one_name_are_refused() {
        let mut twice = state();
        twice.insert_part("0-1", State::new(json!({})));
    }
}
