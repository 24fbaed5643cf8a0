//! IDX, the format of MNIST and its relatives: a header of big-endian numbers, then the values.
//!
//! The header is four bytes (0, 0, the type of the values, the number of dimensions) and each dimension as 32 bits. It
//! is a promise of up to 2^128 values by someone unknown: memory grows with the values that arrive and never by the
//! promise, and a file that holds fewer or more than promised is refused, as a damaged or a wrong one.

use super::set_labels;
use super::source::{Source, name_of};
use crate::{DataError, Dataset, ImageShape, in_one_line};
use std::io::Read;
use std::path::{Path, PathBuf};
use unsup_autograd::Matrix;

/// The ink of a pixel of unsigned bytes is brought from 0 to 255 to \[0, 1\].
const FULL: f64 = 255.0;

/// What an IDX file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdxArray {
    dimensions: Vec<usize>,
    kind: IdxType,
    bytes: Vec<u8>,
}

/// The type of the values of an IDX file, all big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdxType {
    /// 0 to 255, code 08: images and labels are kept so.
    UnsignedByte,
    /// −128 to 127, code 09.
    SignedByte,
    /// Whole numbers of 2 bytes, code 0b.
    Short,
    /// Whole numbers of 4 bytes, code 0c.
    Int,
    /// Single precision, code 0d.
    Float,
    /// Double precision, code 0e.
    Double,
}

impl IdxType {
    fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0x08 => Self::UnsignedByte,
            0x09 => Self::SignedByte,
            0x0b => Self::Short,
            0x0c => Self::Int,
            0x0d => Self::Float,
            0x0e => Self::Double,
            _ => return None,
        })
    }

    /// Bytes that a value takes.
    fn size(self) -> usize {
        match self {
            Self::UnsignedByte | Self::SignedByte => 1,
            Self::Short => 2,
            Self::Int | Self::Float => 4,
            Self::Double => 8,
        }
    }
}

impl IdxArray {
    /// The size along each of the 1 to 4 dimensions, each at least 1; of images: count, height, width.
    pub fn dimensions(&self) -> &[usize] {
        &self.dimensions
    }

    /// The type of the values.
    pub fn kind(&self) -> IdxType {
        self.kind
    }

    /// The values as they lie in the file, of unsigned bytes the values themselves; the last dimension changes fastest.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The values as numbers, as many as the product of the dimensions and all of them finite; the last dimension
    /// changes fastest.
    pub fn numbers(&self) -> Vec<f64> {
        fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
            let (values, _) = bytes.as_chunks::<N>();
            values.iter().map(|&value| number(value)).collect()
        }
        match self.kind {
            IdxType::UnsignedByte => each(&self.bytes, |[byte]| byte.into()),
            IdxType::SignedByte => each(&self.bytes, |byte| i8::from_be_bytes(byte).into()),
            IdxType::Short => each(&self.bytes, |bytes| i16::from_be_bytes(bytes).into()),
            IdxType::Int => each(&self.bytes, |bytes| i32::from_be_bytes(bytes).into()),
            IdxType::Float => each(&self.bytes, |bytes| f32::from_be_bytes(bytes).into()),
            IdxType::Double => each(&self.bytes, f64::from_be_bytes),
        }
    }
}

/// How many bytes a header is at most.
pub(crate) const LONGEST_HEADER: usize = 20;

/// How many bytes a file that starts so holds if it is IDX; `None` if it is not.
pub(crate) fn promised_bytes(start: &[u8]) -> Option<u64> {
    let &[0, 0, code, rank @ 1..=4, ref sizes @ ..] = start else {
        return None;
    };
    let rank = usize::from(rank);
    let (sizes, _) = sizes.get(..4 * rank)?.as_chunks::<4>();
    let sizes = sizes
        .iter()
        .map(|&size| u64::from(u32::from_be_bytes(size)));
    let size = IdxType::of_code(code)?.size() as u64;
    let values = sizes
        .into_iter()
        .try_fold(size, |count, size| count.checked_mul(size))?;
    values.checked_add(4 + 4 * rank as u64)
}

/// Reads an IDX file with 1 to 4 dimensions, as it is or packed by gzip (known by its first bytes). `name` is the
/// file's, for the error; `bytes` need not be buffered.
///
/// ```
/// let labels = unsup_data::idx::read(&b"\0\0\x08\x01\0\0\0\x03\x07\x02\x01"[..], "labels")?;
/// assert_eq!(labels.dimensions(), [3]);
/// assert_eq!(labels.numbers(), [7.0, 2.0, 1.0]);
/// # Ok::<(), unsup_data::DataError>(())
/// ```
///
/// # Errors
/// If reading fails, the gzip data are damaged or end early, the file is not IDX, holds values of an unknown type or
/// such as are not finite, has no dimension or more than 4, or one of size 0, or holds fewer or more values than its
/// header promises.
pub fn read(bytes: impl Read, name: &str) -> Result<IdxArray, DataError> {
    read_array(&mut Source::new(bytes, name)?, name)
}

pub(crate) fn read_array(source: &mut Source<'_>, name: &str) -> Result<IdxArray, DataError> {
    let refuse = |text: String| Err(DataError::new(name, text));
    let magic = source.up_to(4, name)?;
    let &[0, 0, code, rank] = &magic[..] else {
        return refuse(match &magic[..] {
            [] => "the file is empty, expected an IDX file".to_owned(),
            start if start.len() < 4 => {
                format!("{} bytes in all, expected an IDX file", start.len())
            }
            start => format!(
                "starts with the bytes{}, expected an IDX file (00 00, the type and the number of dimensions)",
                hexadecimal(start)
            ),
        });
    };
    let Some(kind) = IdxType::of_code(code) else {
        let code = hexadecimal(&[code]);
        return refuse(format!(
            "values of type{code}, expected 08, 09, 0b, 0c, 0d or 0e"
        ));
    };
    if !(1..=4).contains(&rank) {
        return refuse(format!("{rank} dimensions, expected 1 to 4"));
    }

    let header = source.up_to(4 * u64::from(rank), name)?;
    let (sizes, rest) = header.as_chunks::<4>();
    if sizes.len() < usize::from(rank) || !rest.is_empty() {
        return refuse(format!(
            "ends within its header, after {} of {} bytes",
            4 + header.len(),
            4 + 4 * usize::from(rank)
        ));
    }
    let sizes: Vec<u32> = sizes.iter().map(|&size| u32::from_be_bytes(size)).collect();
    if let Some(dimension) = sizes.iter().position(|&size| size == 0) {
        return refuse(format!(
            "dimension {} is 0, expected at least 1",
            dimension + 1
        ));
    }
    let printed: Vec<String> = sizes.iter().map(u32::to_string).collect();
    let printed = printed.join("x");
    let count = sizes.iter().try_fold(kind.size(), |count, &size| {
        count.checked_mul(size.try_into().ok()?)
    });
    let Some(count) = count else {
        return refuse(format!(
            "the header promises {printed} values, more than can be counted"
        ));
    };

    let bytes = source.up_to(count as u64, name)?;
    if bytes.len() < count {
        return refuse(format!(
            "found {} of the {printed} values that the header promises",
            bytes.len() / kind.size()
        ));
    }
    // Beside what is left over, this meets the checksum at the end of gzip data.
    if !source.up_to(1, name)?.is_empty() {
        return refuse(format!(
            "more bytes than the {printed} values that the header promises"
        ));
    }
    let array = IdxArray {
        dimensions: sizes.iter().map(|&size| size as usize).collect(),
        kind,
        bytes,
    };
    if matches!(kind, IdxType::Float | IdxType::Double)
        && let Some((i, value)) =
            (array.numbers().into_iter().enumerate()).find(|x| !x.1.is_finite())
    {
        let i = i + 1;
        return refuse(format!("value {i} is {value}, expected a finite number"));
    }
    Ok(array)
}

/// Reads an IDX file, gzip'd or not, as objects to learn from, and their labels if a file of them lies beside it.
///
/// The first dimension counts the objects. With 3 dimensions they are images (height, width), with 4 images with
/// channels (height, width, channels, the channels last); images of unsigned bytes are divided by 255, so that they lie in
/// \[0, 1\]. With 2 dimensions the second counts the features, with 1 there is one feature; they, and values of
/// every other type, stay as they are.
///
/// Labels are looked for by the usual names: beside `train-images-idx3-ubyte` (or `train-images.idx3-ubyte`) that is
/// `train-labels-idx1-ubyte`, or `idx2`, each with or without `.gz`; a note says so. See [`read_idx_with_labels`] for
/// what such a file may hold.
///
/// # Errors
/// As for [`idx::read`](read) and [`read_idx_with_labels`], of either file.
pub fn read_idx(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let source = Source::open(path)?;
    dataset(source, path, None)
}

/// Reads an IDX file like [`read_idx`], and the labels of its objects from the IDX file `labels`.
///
/// The labels are whole numbers, as many as there are objects; the distinct ones in order become the classes 0, 1, ..
/// and name them. Of a file with two dimensions the last column is taken, and a note says so.
///
/// # Errors
/// As for [`idx::read`](read) of either file, or if the labels are of other number than the objects, of more than 2
/// dimensions, or no whole numbers.
pub fn read_idx_with_labels(
    path: impl AsRef<Path>,
    labels: impl AsRef<Path>,
) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    dataset(Source::open(path)?, path, Some(labels.as_ref()))
}

/// The data set in the IDX file `path`, of which `source` is the content.
pub(crate) fn dataset(
    mut source: Source<'_>,
    path: &Path,
    labels: Option<&Path>,
) -> Result<Dataset, DataError> {
    let file = path.display().to_string();
    let array = read_array(&mut source, &file)?;
    drop(source);
    let mut numbers = array.numbers();
    let objects = array.dimensions[0];
    let image = match array.dimensions[1..] {
        [height, width] => Some((height, width, 1)),
        [height, width, channels] => Some((height, width, channels)),
        _ => None,
    };
    let image = image.map(|(height, width, channels)| ImageShape {
        height,
        width,
        channels,
    });
    let scaled = image.is_some() && array.kind == IdxType::UnsignedByte;
    if scaled {
        numbers.iter_mut().for_each(|value| *value /= FULL);
    }
    drop(array);
    let features = Matrix::from_vec(objects, numbers.len() / objects, numbers);
    let mut data = Dataset::new(name_of(path), features);
    data.image = image;
    if let Some(ImageShape { height, width, .. }) = image {
        let scaled = if scaled { ", divided by 255" } else { "" };
        data.notes
            .push(format!("images of {height}x{width} pixels{scaled}"));
    }
    if let Some(labels) = labels.map(Path::to_owned).or_else(|| labels_beside(path)) {
        read_labels(&mut data, &file, &labels)?;
    }
    Ok(data)
}

/// The file of labels beside a file of images, if it is there.
fn labels_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let unpacked = name.strip_suffix(".gz");
    let (start, end) = unpacked.unwrap_or(name).rsplit_once("images")?;
    // what is left is "-idx3-ubyte" or ".idx3-ubyte"
    let (before, after) = end.split_once("idx")?;
    let after = after.strip_prefix(|c: char| c.is_ascii_digit())?;
    let packings = if unpacked.is_some() {
        [".gz", ""]
    } else {
        ["", ".gz"]
    };
    let names = ["1", "2"].into_iter().flat_map(|rank| {
        packings.map(|gz| path.with_file_name(format!("{start}labels{before}idx{rank}{after}{gz}")))
    });
    names.into_iter().find(|path| path.is_file())
}

/// Reads the labels of `data`, whose objects are those of `file`.
pub(crate) fn read_labels(data: &mut Dataset, file: &str, labels: &Path) -> Result<(), DataError> {
    let name = labels.display().to_string();
    let array = read_array(&mut Source::open(labels)?, &name)?;
    let columns = match array.dimensions[..] {
        [_] => 1,
        [_, columns] => columns,
        _ => {
            let rank = array.dimensions.len();
            let problem = format!("{rank} dimensions, expected labels in 1 or 2");
            return Err(DataError::new(&name, problem));
        }
    };
    let objects = data.features.rows();
    if array.dimensions[0] != objects {
        let count = array.dimensions[0];
        let problem = format!("holds {objects} objects, but {name} holds {count} labels");
        return Err(DataError::new(file, problem));
    }
    let numbers = array.numbers();
    let mut values = Vec::with_capacity(objects);
    for (i, &number) in numbers
        .iter()
        .skip(columns - 1)
        .step_by(columns)
        .enumerate()
    {
        // beyond 32 bits a fraction of double precision may be lost, and nobody has as many classes
        if number.fract() != 0.0 || number.abs() > f64::from(u32::MAX) {
            let within = match number.fract() {
                0.0 => " of at most 32 bits",
                _ => "",
            };
            let problem = format!(
                "label {} is {number}, expected a whole number{within}",
                i + 1
            );
            return Err(DataError::new(&name, problem));
        }
        values.push(number as i64);
    }
    set_labels(data, &values);
    let file = labels.file_name().unwrap_or_default().to_string_lossy();
    let of_columns = if columns > 1 {
        format!(", the last of {columns} columns")
    } else {
        String::new()
    };
    data.notes.push(format!(
        "labels from {}{of_columns}: {} classes",
        in_one_line(&file),
        data.label_names.len()
    ));
    Ok(())
}

/// Each byte as two digits with a space before it.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!(" {byte:02x}")).collect()
}
