//! A model in a file.

use super::container::{Container, Reader, Tensors};
use super::{Description, LoadError, Value};
use crate::module::set_parameters;
use crate::{Module, Path as ParameterPath};
use serde_json::json;
use std::io;
use std::path::Path;
use unsup_autograd::{Matrix, Real};

/// The kind of such a file.
const KIND: &str = "model";

/// Saves the parameters of a model, each under its name, and beside them matrices that are no parameters but belong to the model,
/// such as the scaling of its inputs.
///
/// ```
/// use unsup_autograd::{Matrix, Tape, random::generator};
/// use unsup_nn::saving::{Description, SavedModel, json, save_model};
/// use unsup_nn::{Activation, Dense};
///
/// let folder = std::env::temp_dir().join(format!("saving-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let file = folder.join("model.safetensors");
///
/// let mut random = generator(0, "weights", 0);
/// let model = Dense::<f32>::new(3, 2, Activation::Tanh, &mut random);
/// let description = Description {
///     method: "a layer".to_owned(),
///     settings: json!({ "inputs": 3, "outputs": 2 }),
///     seed: 0,
///     data: String::new(),
/// };
/// save_model(&file, &model, &description, &[])?;
///
/// let saved = SavedModel::open(&file)?;
/// let size = |name: &str| saved.description().settings[name].as_u64().unwrap() as usize;
/// let mut again = Dense::<f32>::new(size("inputs"), size("outputs"), Activation::Tanh, &mut random);
/// saved.load_into(&mut again)?;
/// assert_eq!(again.weight().value(), model.weight().value());
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file can't be written. What was at `path` is then untouched.
///
/// # Panics
/// If two matrices have one name.
#[track_caller]
pub fn save_model<T: Real>(
    path: impl AsRef<Path>,
    model: &dyn Module<T>,
    description: &Description,
    further: &[(&str, &Matrix<f64>)],
) -> io::Result<()> {
    let mut tensors = Tensors::default();
    model.visit(ParameterPath::ROOT, &mut |path, param| {
        tensors.add(path.to_string(), param.value());
    });
    for &(name, matrix) in further {
        tensors.add(name.to_owned(), matrix);
    }
    let further: Vec<&str> = further.iter().map(|&(name, _)| name).collect();
    let more = json!({ "further": further });
    tensors.write(path.as_ref(), KIND, description, &more)
}

/// A model's file that has been read, to fill a model that is built from its description.
pub struct SavedModel {
    container: Container,
    description: Description,
}

impl SavedModel {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If it can't be read, is damaged, or is not what [`save_model`] writes.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let container = Container::open(path.as_ref(), KIND)?;
        let description = container.description()?;
        Ok(Self {
            container,
            description,
        })
    }

    /// What it says of the model.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The version of this library that wrote it.
    pub fn library_version(&self) -> &str {
        self.container.header["library"]
            .as_str()
            .unwrap_or("unknown")
    }

    /// How many numbers the file holds. A model that its settings promise to be larger is not to be built: they may be
    /// damaged, and ask for more memory than there is.
    pub fn numbers(&self) -> usize {
        self.container.tensors.numbers()
    }

    /// Gives a model the parameters in the file.
    ///
    /// # Errors
    /// If names, shapes or types differ: all that differs is said, and the model is left as it is.
    pub fn load_into<T: Real>(&self, model: &mut dyn Module<T>) -> Result<(), LoadError> {
        let mut reader = Reader::new(&self.container.file, &self.container.tensors);
        self.names_of_further()
            .for_each(|name| reader.pass_over(name));
        let values = reader.parameters("", model);
        reader.finish()?;
        set_parameters(model, &values);
        Ok(())
    }

    /// The matrix of that name that was saved beside the parameters; `None` if there is none.
    ///
    /// # Errors
    /// If it is there and is no matrix of 64-bit numbers.
    pub fn further(&self, name: &str) -> Result<Option<Matrix<f64>>, LoadError> {
        if !self.names_of_further().any(|further| further == name) {
            return Ok(None);
        }
        match self.container.tensors.matrix(name, None) {
            Ok(matrix) => Ok(Some(matrix)),
            Err(problem) => Err(LoadError::new(&self.container.file, problem)),
        }
    }

    fn names_of_further(&self) -> impl Iterator<Item = &str> {
        let names = self.container.header[KIND]["further"].as_array();
        names.into_iter().flatten().filter_map(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saving::fingerprint;
    use crate::{Activation, Sequence};

    fn network(widths: &[usize]) -> Sequence<f32> {
        Sequence::new(widths, Activation::Tanh, Activation::Identity, 3, "net")
    }

    fn description() -> Description {
        Description {
            method: "network".to_owned(),
            settings: json!({ "widths": [3, 4, 2], "rate": 0.1 }),
            seed: u64::MAX,
            data: fingerprint(&[&Matrix::<f32>::identity(3)]),
        }
    }

    /// A network's file in a folder of its own.
    fn saved() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        let scaling = Matrix::from_rows(&[[0.1, 1e300, -0.0]]);
        let further = [("scaling.shift", &scaling)];
        save_model(&path, &network(&[3, 4, 2]), &description(), &further).unwrap();
        (folder, path)
    }

    fn values(model: &dyn Module<f32>) -> Vec<Matrix<f32>> {
        let mut values = Vec::new();
        model.visit(ParameterPath::ROOT, &mut |_, param| {
            values.push(param.value().clone())
        });
        values
    }

    #[test]
    fn a_model_is_read_back_to_the_same_bits_with_all_that_was_said_of_it() {
        let (_folder, path) = saved();
        let saved = SavedModel::open(&path).unwrap();
        assert_eq!(saved.description(), &description());
        assert_eq!(saved.library_version(), env!("CARGO_PKG_VERSION"));
        let mut other = Sequence::new(&[3, 4, 2], Activation::Tanh, Activation::Identity, 9, "net");
        assert_ne!(values(&other), values(&network(&[3, 4, 2])));
        saved.load_into(&mut other).unwrap();
        assert_eq!(values(&other), values(&network(&[3, 4, 2])));
        let scaling = saved.further("scaling.shift").unwrap().unwrap();
        let bits = |x: &f64| x.to_bits();
        let expected = [0.1, 1e300, -0.0].map(|x: f64| x.to_bits());
        assert_eq!(
            scaling.as_slice().iter().map(bits).collect::<Vec<_>>(),
            expected
        );
        assert_eq!(saved.further("scaling.scale"), Ok(None));
        assert_eq!(
            saved.further("0.bias"),
            Ok(None),
            "a parameter is no further one"
        );
    }

    #[test]
    fn a_further_matrix_of_another_type_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        let mut tensors = Tensors::default();
        tensors.add("scale".to_owned(), &Matrix::<f32>::identity(2));
        let more = json!({ "further": ["scale"] });
        tensors.write(&path, KIND, &description(), &more).unwrap();
        let error = SavedModel::open(&path)
            .unwrap()
            .further("scale")
            .unwrap_err();
        assert_eq!(
            error.problems(),
            ["scale is of type F32, the model has F64"]
        );
    }

    #[test]
    fn an_error_is_one_line_whatever_the_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        let mut tensors = Tensors::default();
        tensors.add("a\nb".to_owned(), &Matrix::<f32>::identity(2));
        tensors
            .write(&path, KIND, &description(), &json!({}))
            .unwrap();
        let error = SavedModel::open(&path)
            .unwrap()
            .load_into(&mut network(&[1, 1]));
        let text = error.unwrap_err().to_string();
        assert!(text.ends_with(r"a\nb is not in the model"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_not_read() {
        let error = SavedModel::open("/dev/zero").map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "/dev/zero: is no regular file");
    }

    #[test]
    fn all_that_differs_is_said_and_nothing_is_changed() {
        let (_folder, path) = saved();
        let saved = SavedModel::open(&path).unwrap();
        let mut other = network(&[3, 5, 2, 2]);
        let before = values(&other);
        let error = saved.load_into(&mut other).unwrap_err();
        let expected = [
            "0.weight is 3x4, the model has 3x5",
            "0.bias is 1x4, the model has 1x5",
            "1.weight is 4x2, the model has 5x2",
            "2.weight is missing",
            "2.bias is missing",
        ];
        assert_eq!(error.problems(), expected);
        assert_eq!(values(&other), before);
        let error = saved.load_into(&mut network(&[3, 4])).unwrap_err();
        let expected = ["1.bias is not in the model", "1.weight is not in the model"];
        assert_eq!(error.problems(), expected);
        let mut double =
            Sequence::<f64>::new(&[3, 4, 2], Activation::Tanh, Activation::Identity, 0, "net");
        let error = saved.load_into(&mut double).unwrap_err().to_string();
        let expected = "0.weight is of type F32, the model has F64; 0.bias is";
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn files_that_are_none_of_ours_are_refused_in_words() {
        let (folder, path) = saved();
        let whole = std::fs::read(&path).unwrap();
        let refused = |bytes: &[u8]| {
            let path = folder.path().join("bad");
            std::fs::write(&path, bytes).unwrap();
            SavedModel::open(&path).map(|_| ()).unwrap_err().problems()[0].clone()
        };
        for bytes in [
            &b""[..],
            b"0123456",
            &[0xff; 100],
            &whole[..100],
            &whole[..whole.len() - 1],
        ] {
            let problem = refused(bytes);
            assert!(
                problem.starts_with("is no whole safetensors file: "),
                "{problem}"
            );
        }
        let header =
            |json: &str| [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat();
        for (json, expected) in [
            (
                "{}",
                "has no \"unsup\" in its metadata: another program wrote it",
            ),
            (
                r#"{"__metadata__":{"unsup":"{"}}"#,
                "its metadata cannot be read: EOF while parsing an object at line 1 column 1",
            ),
            (
                r#"{"__metadata__":{"unsup":"{\"format\":2}"}}"#,
                "is of format 2, expected 1",
            ),
            (
                r#"{"__metadata__":{"unsup":"{\"format\":1,\"kind\":\"checkpoint\"}"}}"#,
                "holds a \"checkpoint\", expected a \"model\"",
            ),
            (
                r#"{"__metadata__":{"unsup":"{\"format\":1,\"kind\":\"model\"}"}}"#,
                "its metadata do not name the method, the data and the seed",
            ),
        ] {
            assert_eq!(refused(&header(json)), expected);
        }
        let error = SavedModel::open(folder.path())
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with(": is a directory, expected a file"),
            "{error}"
        );
        let error = SavedModel::open(folder.path().join("none"))
            .map(|_| ())
            .unwrap_err();
        assert!(
            error.to_string().contains("none: cannot be read: "),
            "{error}"
        );
    }

    #[test]
    #[should_panic(expected = "saving: two matrices have the name \"0.bias\"")]
    fn a_name_that_is_taken_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let further = [("0.bias", &Matrix::scalar(1.0))];
        let path = folder.path().join("model");
        let _ = save_model(&path, &network(&[1, 1]), &description(), &further);
    }
}
