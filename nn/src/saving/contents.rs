//! What lies in a file of tensors, whoever wrote it: to be looked at, not to be loaded.

use super::container::{KEY, ReadFile};
use super::{Description, LoadError, Value};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;
use std::path::Path;

/// What a safetensors file holds. Of a model or a checkpoint of this library that is also what it says of itself; of
/// another program's file the tensors alone.
///
/// ```
/// use unsup_autograd::random::generator;
/// use unsup_nn::saving::{Contents, Description, json, save_model};
/// use unsup_nn::{Activation, Dense};
///
/// let folder = std::env::temp_dir().join(format!("contents-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let file = folder.join("model.safetensors");
/// let model = Dense::<f32>::new(3, 2, Activation::Tanh, &mut generator(0, "weights", 0));
/// let description = Description { method: "a layer".to_owned(), settings: json!({}), seed: 7, data: String::new() };
/// save_model(&file, &model, &description, &[])?;
///
/// let contents = Contents::open(&file)?;
/// assert_eq!(contents.kind(), Some("model"));
/// assert_eq!(contents.description(), Some(description));
/// let tensors = contents.tensors();
/// assert_eq!((tensors[1].name.as_str(), &tensors[1].shape[..]), ("weight", &[3, 2][..]));
/// assert_eq!(tensors[1].figures.unwrap().not_finite, 0);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Contents {
    bytes: Vec<u8>,
    metadata: BTreeMap<String, String>,
    header: Option<Value>,
}

/// A tensor of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// The type of its numbers, as the format names it: "F32".
    pub number_type: String,
    /// Its dimensions, outermost first; none for a single number.
    pub shape: Vec<usize>,
    /// Its numbers in brief; `None` where there are none, or of a type that is not read here (of less than 16 bits, or
    /// complex).
    pub figures: Option<Figures>,
}

/// Numbers in brief.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Figures {
    /// The least of those that are finite; NaN where none is, as are the three below.
    pub least: f64,
    /// Their mean.
    pub mean: f64,
    /// The greatest of them.
    pub greatest: f64,
    /// Their standard deviation (divided by their number).
    pub deviation: f64,
    /// How many are not finite.
    pub not_finite: usize,
}

impl Contents {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If it can't be read or is no whole safetensors file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let ReadFile {
            bytes, metadata, ..
        } = ReadFile::open(path.as_ref())?;
        // one that can't be read is another program's
        let header = metadata.get(KEY);
        let header = header.and_then(|text| serde_json::from_str(text).ok());
        Ok(Self {
            bytes,
            metadata,
            header,
        })
    }

    /// "model" or "checkpoint"; `None` of another program's file.
    pub fn kind(&self) -> Option<&str> {
        self.header.as_ref()?["kind"].as_str()
    }

    /// What it says of the model.
    pub fn description(&self) -> Option<Description> {
        Description::of_header(self.header.as_ref()?)
    }

    /// The version of this library that wrote it.
    pub fn library_version(&self) -> Option<&str> {
        self.header.as_ref()?["library"].as_str()
    }

    /// What there is beside the tensors that only a file of this kind has: of a checkpoint how far the run had come.
    pub fn state(&self) -> Option<&Value> {
        self.header.as_ref()?.get(self.kind()?)
    }

    /// The texts in the file's header, whoever wrote them.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// The tensors, in the order of their names, with numbers among digits: "2.weight" before "10.weight".
    pub fn tensors(&self) -> Vec<TensorInfo> {
        let tensors = SafeTensors::deserialize(&self.bytes).expect("checked when it was opened");
        let mut found: Vec<TensorInfo> = tensors
            .iter()
            .map(|(name, view)| TensorInfo {
                name: name.to_owned(),
                number_type: view.dtype().to_string(),
                shape: view.shape().to_owned(),
                figures: figures(&view),
            })
            .collect();
        found.sort_by_cached_key(|tensor| in_parts(&tensor.name));
        found
    }
}

impl TensorInfo {
    /// How many numbers it has.
    pub fn count(&self) -> usize {
        self.shape.iter().product() // they are in the file, so that they can be counted
    }
}

/// A name as its parts between dots, numbers as such.
fn in_parts(name: &str) -> Vec<(Option<u64>, String)> {
    let part = |part: &str| (part.parse().ok(), part.to_owned());
    name.split('.').map(part).collect()
}

fn figures(view: &TensorView<'_>) -> Option<Figures> {
    let read = reader(view.dtype())?;
    let width = view.dtype().bitsize() / 8;
    let numbers = || view.data().chunks_exact(width).map(read);
    if view.data().is_empty() {
        return None;
    }
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut sum, mut count, mut not_finite) = (0.0, 0usize, 0);
    for number in numbers() {
        if number.is_finite() {
            least = least.min(number);
            greatest = greatest.max(number);
            sum += number;
            count += 1;
        } else {
            not_finite += 1;
        }
    }
    if count == 0 {
        (least, greatest) = (f64::NAN, f64::NAN);
    }
    let mean = sum / count as f64;
    let finite = numbers().filter(|number| number.is_finite());
    let squares: f64 = finite.map(|number| (number - mean).powi(2)).sum();
    Some(Figures {
        least,
        mean,
        greatest,
        deviation: (squares / count as f64).sqrt(),
        not_finite,
    })
}

/// How a number of that type is read from its bytes.
fn reader(kind: Dtype) -> Option<fn(&[u8]) -> f64> {
    macro_rules! of {
        ($kind:ty, $number:expr) => {
            |bytes| {
                let number: fn($kind) -> f64 = $number;
                number(<$kind>::from_le_bytes(
                    bytes.try_into().expect("a chunk of its width"),
                ))
            }
        };
    }
    Some(match kind {
        Dtype::F64 => of!(f64, |x| x),
        Dtype::F32 => of!(f32, f64::from),
        Dtype::F16 => of!(u16, half),
        // the upper half of single precision
        Dtype::BF16 => of!(u16, |bits| f32::from_bits(u32::from(bits) << 16).into()),
        Dtype::BOOL | Dtype::U8 => of!(u8, f64::from),
        Dtype::I8 => of!(i8, f64::from),
        Dtype::U16 => of!(u16, f64::from),
        Dtype::I16 => of!(i16, f64::from),
        Dtype::U32 => of!(u32, f64::from),
        Dtype::I32 => of!(i32, f64::from),
        Dtype::U64 => of!(u64, |x| x as f64),
        Dtype::I64 => of!(i64, |x| x as f64),
        _ => return None,
    })
}

/// The number of half precision with these bits.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (bits >> 10 & 0x1f, f64::from(bits & 0x3ff) / 1024.0);
    sign * match exponent {
        0 => fraction * 2f64.powi(-14),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(i32::from(exponent) - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::serialize;
    use std::collections::HashMap;

    /// A file of these tensors.
    fn contents(tensors: &[(&str, Dtype, &[usize], Vec<u8>)]) -> Contents {
        let views = tensors.iter().map(|(name, kind, shape, bytes)| {
            (
                *name,
                TensorView::new(*kind, shape.to_vec(), bytes).unwrap(),
            )
        });
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("foreign");
        std::fs::write(&path, serialize(views, Some(metadata)).unwrap()).unwrap();
        Contents::open(path).unwrap()
    }

    #[test]
    fn another_program_s_tensors_of_any_type_and_rank_are_shown() {
        let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let contents = contents(&[
            (
                "layer.10.weight",
                Dtype::F32,
                &[1, 2, 2],
                bytes(&[1.0, 5.0, f32::NAN, 3.0]),
            ),
            (
                "layer.2.scalar",
                Dtype::I64,
                &[],
                (-7i64).to_le_bytes().to_vec(),
            ),
            ("layer.2.empty", Dtype::F32, &[0, 3], Vec::new()),
            ("layer.2.small", Dtype::F8_E4M3, &[2], vec![1, 2]),
            ("layer.2.lost", Dtype::F32, &[1], bytes(&[f32::INFINITY])),
        ]);
        assert_eq!((contents.kind(), contents.description()), (None, None));
        assert_eq!(contents.metadata()["format"], "pt");
        let tensors = contents.tensors();
        let names: Vec<_> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "layer.2.empty",
                "layer.2.lost",
                "layer.2.scalar",
                "layer.2.small",
                "layer.10.weight"
            ]
        );
        assert_eq!(tensors[0].figures, None);
        assert!(tensors[1].figures.unwrap().mean.is_nan());
        assert_eq!((tensors[2].count(), tensors[2].shape.len()), (1, 0));
        assert_eq!(tensors[2].figures.unwrap().least, -7.0);
        assert_eq!(
            (tensors[3].number_type.as_str(), tensors[3].figures),
            ("F8_E4M3", None)
        );
        let expected = Figures {
            least: 1.0,
            mean: 3.0,
            greatest: 5.0,
            deviation: (8.0f64 / 3.0).sqrt(),
            not_finite: 1,
        };
        assert_eq!(tensors[4].figures, Some(expected));
    }

    #[test]
    fn numbers_of_sixteen_bits_are_what_they_should_be() {
        for (bits, expected) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f64.powi(-24)),
            (0x0400, 2f64.powi(-14)),
            (0x3555, 0.333251953125),
            (0x7c00, f64::INFINITY),
        ] {
            assert_eq!(half(bits), expected, "{bits:x}");
        }
        assert!(half(0x7e00).is_nan());
        let pi = reader(Dtype::BF16).unwrap()(&[0x49, 0x40]);
        assert_eq!(pi, 3.140625);
    }
}
