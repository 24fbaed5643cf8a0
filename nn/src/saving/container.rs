//! The file under models and checkpoints: named matrices, and a JSON object beside them.

use super::state::difference;
use super::{Description, LoadError, Value};
use crate::files::write_atomically;
use crate::{Module, Path as ParameterPath};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use unsup_autograd::{Matrix, Real, Shape};

/// The key of the metadata under which our JSON lies. (There is one, since a safetensors header keeps no order of several.)
pub(super) const KEY: &str = "unsup";
/// The version of what we write; a file of another one is refused.
const FORMAT: u64 = 1;

/// Named matrices as they lie in a file.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Tensors(BTreeMap<String, Tensor>);

/// A matrix as it lies in a file: its numbers little-endian, row by row.
#[derive(Clone, PartialEq, Debug)]
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    /// Shared by copies: a state is copied to be saved.
    bytes: Arc<[u8]>,
}

impl Tensor {
    fn of<T: Real>(matrix: &Matrix<T>) -> Self {
        let entries = matrix.as_slice().iter().map(|x| x.to_f64());
        let bytes = match dtype::<T>() {
            Dtype::F32 => entries.flat_map(|x| (x as f32).to_le_bytes()).collect(),
            _ => entries.flat_map(f64::to_le_bytes).collect(),
        };
        Self {
            dtype: dtype::<T>(),
            shape: vec![matrix.rows(), matrix.columns()],
            bytes,
        }
    }

    fn count(&self) -> usize {
        self.shape.iter().product() // they are in memory, so that they can be counted
    }
}

impl Tensors {
    /// Adds a matrix.
    ///
    /// # Panics
    /// If another one has that name.
    #[track_caller]
    pub(super) fn add<T: Real>(&mut self, name: String, matrix: &Matrix<T>) {
        self.put(name, Tensor::of(matrix));
    }

    #[track_caller]
    fn put(&mut self, name: String, tensor: Tensor) {
        let taken = self.0.contains_key(&name);
        assert!(!taken, "saving: two matrices have the name {name:?}");
        self.0.insert(name, tensor);
    }

    /// Adds those of another set, each name behind `prefix`.
    ///
    /// # Panics
    /// If one of them has such a name.
    #[track_caller]
    pub(super) fn add_all(&mut self, prefix: &str, others: Self) {
        for (name, tensor) in others.0 {
            self.put(format!("{prefix}{name}"), tensor);
        }
    }

    /// Those whose names begin with `prefix`, without it.
    pub(super) fn within(&self, prefix: &str) -> Self {
        let from = self.0.range(prefix.to_owned()..);
        let those = from.map_while(|(name, tensor)| {
            let name = name.strip_prefix(prefix)?.to_owned();
            Some((name, tensor.clone()))
        });
        Self(those.collect())
    }

    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many numbers there are in all.
    pub(super) fn numbers(&self) -> usize {
        self.0.values().map(Tensor::count).sum()
    }

    /// The matrix of that name, or what is wrong with it. `shape` is what it should have, where that is known.
    pub(super) fn matrix<T: Real>(
        &self,
        name: &str,
        shape: Option<Shape>,
    ) -> Result<Matrix<T>, String> {
        let Some(tensor) = self.0.get(name) else {
            return Err(format!("{name} is missing"));
        };
        let found = tensor.shape.iter().map(usize::to_string);
        let found = found.collect::<Vec<_>>().join("x");
        let &[rows, columns] = &tensor.shape[..] else {
            let rank = tensor.shape.len();
            return Err(format!(
                "{name} has {rank} dimensions ({found}), expected 2"
            ));
        };
        let mut problems = Vec::new();
        match shape {
            Some(expected) if (rows, columns) != (expected.rows(), expected.columns()) => {
                problems.push(format!("is {found}, the model has {expected}"));
            }
            _ if rows == 0 || columns == 0 => {
                problems.push(format!("is {found}, expected at least 1x1"));
            }
            _ => {}
        }
        if tensor.dtype != dtype::<T>() {
            let (found, expected) = (tensor.dtype, dtype::<T>());
            problems.push(format!("is of type {found}, the model has {expected}"));
        }
        if !problems.is_empty() {
            return Err(format!("{name} {}", problems.join(" and ")));
        }
        let entries = match dtype::<T>() {
            Dtype::F32 => {
                let (entries, _) = tensor.bytes.as_chunks();
                let number = |&bytes| T::from_f64(f32::from_le_bytes(bytes).into());
                entries.iter().map(number).collect()
            }
            _ => {
                let (entries, _) = tensor.bytes.as_chunks();
                let number = |&bytes| T::from_f64(f64::from_le_bytes(bytes));
                entries.iter().map(number).collect()
            }
        };
        Ok(Matrix::from_vec(rows, columns, entries))
    }

    /// Writes all to `path`, at once.
    pub(super) fn write(
        &self,
        path: &Path,
        kind: &str,
        description: &Description,
        more: &Value,
    ) -> io::Result<()> {
        let header = json!({
            "format": FORMAT,
            "kind": kind,
            "library": env!("CARGO_PKG_VERSION"),
            "method": description.method,
            "settings": description.settings,
            "seed": description.seed,
            "data": description.data,
            kind: more,
        });
        let refused = |error| io::Error::other(format!("{}: {error}", path.display()));
        let mut views = Vec::new();
        for (name, tensor) in &self.0 {
            let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes);
            views.push((name, view.map_err(refused)?));
        }
        let metadata = HashMap::from([(KEY.to_owned(), header.to_string())]);
        let bytes = safetensors::serialize(views, Some(metadata)).map_err(refused)?;
        write_atomically(path, &bytes)
    }
}

/// The type of numbers that T is in a file.
fn dtype<T: Real>() -> Dtype {
    if T::NAME == "f32" {
        Dtype::F32
    } else {
        Dtype::F64
    }
}

/// A whole safetensors file, whoever wrote it.
pub(super) struct ReadFile {
    pub(super) file: String,
    pub(super) bytes: Vec<u8>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl ReadFile {
    /// Reads the file, and makes sure that all its tensors are there.
    pub(super) fn open(path: &Path) -> Result<Self, LoadError> {
        let file = path.display().to_string();
        if path.is_dir() {
            return Err(LoadError::new(&file, "is a directory, expected a file"));
        }
        let refuse = |problem: String| Err(LoadError::new(&file, problem));
        // others, a device say, may never end
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return refuse("is no regular file".to_owned());
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return refuse(format!("cannot be read: {error}")),
        };
        let metadata = match SafeTensors::read_metadata(&bytes).and_then(|(_, metadata)| {
            SafeTensors::deserialize(&bytes)?;
            Ok(metadata)
        }) {
            Ok(metadata) => metadata,
            Err(error) => return refuse(format!("is no whole safetensors file: {error}")),
        };
        let metadata = metadata.metadata().iter().flatten();
        let metadata = metadata.map(|(key, text)| (key.clone(), text.clone()));
        Ok(Self {
            metadata: metadata.collect(),
            file,
            bytes,
        })
    }
}

/// A file of ours that has been read, its header checked.
pub(super) struct Container {
    pub(super) file: String,
    pub(super) header: Value,
    pub(super) tensors: Tensors,
}

impl Container {
    /// Reads a file of that kind.
    pub(super) fn open(path: &Path, kind: &str) -> Result<Self, LoadError> {
        let ReadFile {
            file,
            bytes,
            metadata,
        } = ReadFile::open(path)?;
        let refuse = |problem: String| Err(LoadError::new(&file, problem));
        let Some(text) = metadata.get(KEY) else {
            return refuse(format!(
                "has no \"{KEY}\" in its metadata: another program wrote it"
            ));
        };
        let header: Value = match serde_json::from_str(text) {
            Ok(header) => header,
            Err(error) => return refuse(format!("its metadata cannot be read: {error}")),
        };
        if header["format"].as_u64() != Some(FORMAT) {
            let found = &header["format"];
            return refuse(format!("is of format {found}, expected {FORMAT}"));
        }
        if header["kind"] != kind {
            let found = &header["kind"];
            return refuse(format!("holds a {found}, expected a \"{kind}\""));
        }
        let tensors = SafeTensors::deserialize(&bytes).expect("checked when it was read");
        let owned = |(name, view): (&str, TensorView<'_>)| {
            let tensor = Tensor {
                dtype: view.dtype(),
                shape: view.shape().to_owned(),
                bytes: view.data().into(),
            };
            (name.to_owned(), tensor)
        };
        Ok(Self {
            tensors: Tensors(tensors.iter().map(owned).collect()),
            file,
            header,
        })
    }

    /// What the file says of the model.
    pub(super) fn description(&self) -> Result<Description, LoadError> {
        Description::of_header(&self.header).ok_or_else(|| {
            let problem = "its metadata do not name the method, the data and the seed";
            LoadError::new(&self.file, problem)
        })
    }
}

/// Reads matrix after matrix, and keeps all that is wrong, to say it at once.
pub struct Reader<'s> {
    file: &'s str,
    tensors: &'s Tensors,
    /// The names that have not been asked for.
    unexpected: BTreeSet<&'s str>,
    problems: Vec<String>,
}

impl<'s> Reader<'s> {
    /// A reader that expects every matrix to be asked for; the file is named in its error.
    pub(super) fn new(file: &'s str, tensors: &'s Tensors) -> Self {
        Self {
            file,
            tensors,
            unexpected: tensors.names().collect(),
            problems: Vec::new(),
        }
    }

    /// Does not expect the matrices of this part to be asked for: they are read by themselves.
    pub fn pass_over_part(&mut self, name: &str) {
        let prefix = format!("{name}.");
        self.unexpected.retain(|name| !name.starts_with(&prefix));
    }

    /// Does not expect this one to be asked for.
    pub(super) fn pass_over(&mut self, name: &str) {
        self.unexpected.remove(name);
    }

    /// The matrix of that name and shape, if all is well with it.
    pub fn matrix<T: Real>(&mut self, name: &str, shape: Shape) -> Option<Matrix<T>> {
        self.pass_over(name);
        let matrix = self.tensors.matrix(name, Some(shape));
        matrix.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// The values of a model's parameters, which lie under their names behind `prefix`; fewer if something is wrong.
    pub fn parameters<T: Real>(&mut self, prefix: &str, model: &dyn Module<T>) -> Vec<Matrix<T>> {
        let mut values = Vec::new();
        model.visit(ParameterPath::ROOT, &mut |path, param| {
            let shape = param.value().shape();
            values.extend(self.matrix(&format!("{prefix}{path}"), shape));
        });
        values
    }

    /// Something else is wrong.
    pub fn refuse(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// Whether nothing has been found wrong so far.
    pub fn is_content(&self) -> bool {
        self.problems.is_empty()
    }

    /// Compares what the saved training says of itself with what is said of the one that is to go on.
    pub fn compare(&mut self, what: &str, saved: &Value, asked: &str) {
        let saved = saved.as_str().unwrap_or_default();
        self.problems.extend(difference(what, saved, asked));
    }

    /// What has been found wrong so far: where that makes it idle to read on.
    pub fn into_error(self) -> LoadError {
        LoadError::of(self.file.to_owned(), self.problems)
    }

    /// Ends reading.
    ///
    /// # Errors
    /// All that is wrong, if anything is; what has not been asked for belongs to nothing.
    pub fn finish(mut self) -> Result<(), LoadError> {
        let unexpected = self.unexpected.iter();
        let unexpected = unexpected.map(|name| format!("{name} is not in the model"));
        self.problems.extend(unexpected);
        match self.problems.is_empty() {
            true => Ok(()),
            false => Err(self.into_error()),
        }
    }
}
