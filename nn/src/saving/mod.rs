//! Models and checkpoints in files.
//!
//! | | holds | written by | read by |
//! |---|---|---|---|
//! | a model | the parameters, and a [`Description`] | [`save_model`] | [`SavedModel`] |
//! | a checkpoint | besides, all that a run needs to go on to the same bits | [`Run::save_checkpoint`](crate::train::Run::save_checkpoint) | [`Run::resume`](crate::train::Run::resume) |
//! | the [`State`] of a training of another kind, or of several | what they need to go on | [`State::save`] | [`State::open`] |
//!
//! [`Contents`] shows what lies in either, and in the files of other programs.
//!
//! Both are [safetensors](https://github.com/huggingface/safetensors) files: a header of names, types and shapes, then the numbers, which
//! Python opens as it opens any other (`safetensors.numpy.load_file`). A parameter lies under its dotted name as rows x columns.
//! What is no matrix lies in the header's metadata under the key "unsup", as JSON.
//!
//! Files are written aside and then put in place, so that a process that is killed leaves the old file or the new one, whole.
//! Reading trusts nothing: a file that is damaged, or is of another model, is an error that says all that differs.

mod checkpoint;
mod container;
mod contents;
mod model;
mod state;
mod trainer;

pub use container::Reader;
pub use contents::{Contents, Figures, TensorInfo};
pub use model::{SavedModel, save_model};
pub use serde_json::{Value, json};
pub use state::{State, losses_of_json, losses_to_json, number_of_json, number_to_json};
pub use trainer::Remembered;

use std::fmt::{self, Write};
use unsup_autograd::{Matrix, Real};

/// What a saved model is, beside its numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Description {
    /// The method, as the command names it: "autoencoder".
    pub method: String,
    /// What is needed to build the model anew, so that it can be filled from the file, and whatever else is worth keeping.
    pub settings: Value,
    /// The seed of the weights and of the run.
    pub seed: u64,
    /// The [`fingerprint`] of the training data.
    pub data: String,
}

impl Description {
    /// What the header of a file says; `None` where something is missing in it.
    fn of_header(header: &Value) -> Option<Self> {
        let text = |name: &str| header[name].as_str().map(str::to_owned);
        Some(Self {
            method: text("method")?,
            settings: header["settings"].clone(),
            seed: header["seed"].as_u64()?,
            data: text("data")?,
        })
    }
}

/// A short text that tells data apart: the shapes, and 64 bits that change with any entry. It guards against mistakes, not
/// against malice.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::saving::fingerprint;
///
/// let x = Matrix::from_rows(&[[1.0, 2.0]]);
/// assert!(fingerprint(&[&x]).starts_with("1x2 "));
/// assert_ne!(fingerprint(&[&x]), fingerprint(&[&Matrix::from_rows(&[[2.0, 1.0]])]));
/// ```
pub fn fingerprint<T: Real>(matrices: &[&Matrix<T>]) -> String {
    let mut hash = 0u64;
    let mut take = |word: u64| {
        // as in the hash tables of the Rust compiler: a rotation and a product a word
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    };
    let mut shapes = Vec::new();
    for matrix in matrices {
        shapes.push(matrix.shape().to_string());
        take(matrix.rows() as u64);
        for entry in matrix.as_slice() {
            take(entry.to_f64().to_bits());
        }
    }
    format!("{} {hash:016x}", shapes.join(" + "))
}

/// Why a file can't be read, or is not of this model. Printed it is one line: the file, and all that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadError {
    file: String,
    problems: Vec<String>,
}

impl LoadError {
    fn new(file: &str, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            problems: vec![problem.into()],
        }
    }

    /// Of several problems.
    fn of(file: String, problems: Vec<String>) -> Self {
        Self { file, problems }
    }

    /// The file as the caller named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What is wrong with it, one text for each thing.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a file's name and the names in it are from outside: none of them may break the line
        let text = format!("{}: {}", self.file, self.problems.join("; "));
        text.chars().try_for_each(|c| match c {
            '\'' | '"' | '\\' => f.write_char(c),
            c => write!(f, "{}", c.escape_debug()),
        })
    }
}

impl std::error::Error for LoadError {}
