//! `.npy`, the format of NumPy's arrays: a header in the form of a Python dictionary, then the values.
//!
//! The `npyz` crate reads and writes it. It trusts the header, so what it is given is looked at before: the header is to
//! be as short and as plain as NumPy's own, its dimensions so few digits that their product can be counted, and memory grows
//! with the values that arrive and never by the promise.

use super::source::{Source, name_of};
use crate::{DataError, Dataset, ImageShape};
use npyz::{DType, NpyFile, Order, TypeChar, WriteOptions, WriterBuilder};
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use unsup_autograd::Matrix;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header, in bytes, that NumPy itself reads of a file that it does not trust.
const LONGEST_HEADER: usize = 10_000;
/// Numbers of so many digits together have a product below 2^64.
const MOST_DIGITS: usize = 19;
/// How deep brackets lie in one another at most; structured types, which are refused in better words, need so much.
const DEEPEST: usize = 5;
/// Whole numbers up to this one in magnitude are exact in double precision.
const EXACT: u64 = 1 << 53;

/// Reads a `.npy` file, gzip'd or not, as objects to learn from.
///
/// The values are numbers of single or double precision, whole numbers or truth values (0 and 1), in either order of
/// bytes and of the array (C or Fortran). The first dimension counts the objects: with 1 dimension there is one feature,
/// with 2 the second counts the features, with 3 the objects are images (height, width), with 4 images with channels
/// (height, width, channels, the channels last). Nothing is scaled. NaN is a missing value.
///
/// # Errors
/// If the file can't be opened or read, is no `.npy` file, holds values of another type, an infinite one or a whole number
/// that double precision can't hold, has no dimension or more than 4, or one of size 0, or fewer or more values than the
/// header promises.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let mut data = dataset(Source::open(path)?, &path.display().to_string())?;
    data.name = name_of(path);
    Ok(data)
}

/// Reads a `.npy` file like [`read_npy`] from anything that can be read. `name` stands for the file in errors and
/// names the data set; `bytes` need not be buffered.
///
/// # Errors
/// As for [`read_npy`].
pub fn read_npy_from(bytes: impl Read, name: &str) -> Result<Dataset, DataError> {
    dataset(Source::new(bytes, name)?, name)
}

/// Writes a matrix as a `.npy` file of double precision with two dimensions, which [`read_npy`] and NumPy read back to the
/// same bits.
///
/// `out` should be buffered. To write a file, write aside and rename, so that nothing that was there is lost half way.
///
/// ```
/// use unsup_autograd::Matrix;
///
/// let x = Matrix::from_rows(&[[0.1, -0.0], [1e300, 7.0]]);
/// let mut file = Vec::new();
/// unsup_data::write_npy_to(&mut file, &x)?;
/// assert_eq!(unsup_data::read_npy_from(&file[..], "x.npy")?.features, x);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If writing fails.
pub fn write_npy_to(mut out: impl Write, x: &Matrix<f64>) -> io::Result<()> {
    let mut file = WriteOptions::<f64>::new()
        .dtype(DType::Plain("<f8".parse().expect("the name of a type")))
        .shape(&[x.rows() as u64, x.columns() as u64])
        .writer(&mut out)
        .begin_nd()?;
    file.extend(x.as_slice().iter().copied())?;
    file.finish()?;
    out.flush()
}

/// The data set in the `.npy` file `source`, which is called `file`.
pub(crate) fn dataset(mut source: Source<'_>, file: &str) -> Result<Dataset, DataError> {
    let refuse = |problem: String| Err(DataError::new(file, problem));
    let header = read_header(&mut source, file)?;
    let array = match NpyFile::new(Cursor::new(header).chain(&mut source)) {
        Ok(array) => array,
        // what follows is a drawing of several lines
        Err(error) => {
            let error = error.to_string();
            let first = error.split(" -->").next().unwrap_or_default();
            let first = first.trim_end_matches([':', ' ']);
            return refuse(format!("a header that is no array's: {first}"));
        }
    };
    let sizes = array.shape().to_owned();
    let printed: Vec<String> = sizes.iter().map(u64::to_string).collect();
    let printed = printed.join("x");
    if !(1..=4).contains(&sizes.len()) {
        return refuse(format!("{} dimensions, expected 1 to 4", sizes.len()));
    }
    if let Some(dimension) = sizes.iter().position(|&size| size == 0) {
        let dimension = dimension + 1;
        return refuse(format!("dimension {dimension} is 0, expected at least 1"));
    }
    let count = array.len();
    let strides = array.strides().to_owned();
    let order = array.order();
    let kind = match array.dtype() {
        DType::Plain(kind) => kind,
        DType::Record(_) | DType::Array(..) => {
            return refuse("values of a structured type, expected numbers".to_owned());
        }
    };

    /// The values as they arrive.
    macro_rules! values {
        ($kind:ty, $number:expr) => {{
            let values = array
                .data::<$kind>()
                .map_err(|error| DataError::new(file, error.to_string()))?;
            collect(values.map(|value| value.map($number)))
        }};
    }
    let found = match (kind.type_char(), kind.size_field()) {
        (TypeChar::Float, 4) => values!(f32, |x| Ok(f64::from(x))),
        (TypeChar::Float, 8) => values!(f64, Ok),
        (TypeChar::Bool, 1) => values!(bool, |x| Ok(f64::from(u8::from(x)))),
        (TypeChar::Int, 1) => values!(i8, |x| Ok(x.into())),
        (TypeChar::Int, 2) => values!(i16, |x| Ok(x.into())),
        (TypeChar::Int, 4) => values!(i32, |x| Ok(x.into())),
        (TypeChar::Int, 8) => values!(i64, |x| exact(x.unsigned_abs(), x as f64, x)),
        (TypeChar::Uint, 1) => values!(u8, |x| Ok(x.into())),
        (TypeChar::Uint, 2) => values!(u16, |x| Ok(x.into())),
        (TypeChar::Uint, 4) => values!(u32, |x| Ok(x.into())),
        (TypeChar::Uint, 8) => values!(u64, |x| exact(x, x as f64, x)),
        _ => {
            return refuse(format!(
                "values of type {kind}, expected numbers of 4 or 8 bytes, whole numbers or truth values"
            ));
        }
    };
    let (numbers, problem) = found;
    match problem {
        Some(Problem::Value(problem)) => {
            return refuse(format!("value {} is {problem}", numbers.len() + 1));
        }
        Some(Problem::Reading(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
            let found = numbers.len();
            return refuse(format!(
                "found {found} of the {printed} values that the header promises"
            ));
        }
        Some(Problem::Reading(error)) => return refuse(error.to_string()),
        None => {}
    }
    if !source.up_to(1, file)?.is_empty() {
        return refuse(format!(
            "more bytes than the {printed} values that the header promises"
        ));
    }
    debug_assert_eq!(numbers.len() as u64, count);

    // All of them have arrived, so that they can be counted.
    let sizes: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
    let numbers = match order {
        Order::C => numbers,
        Order::Fortran => in_rows(&numbers, &sizes, &strides),
    };
    let features = Matrix::from_vec(sizes[0], numbers.len() / sizes[0], numbers);
    let mut data = Dataset::new(file, features);
    let image = match sizes[1..] {
        [height, width] => Some((height, width, 1)),
        [height, width, channels] => Some((height, width, channels)),
        _ => None,
    };
    if let Some((height, width, channels)) = image {
        data.image = Some(ImageShape {
            height,
            width,
            channels,
        });
        data.notes
            .push(format!("images of {height}x{width} pixels"));
    }
    match data.missing() {
        0 => {}
        1 => data.notes.push("1 value is missing (NaN)".to_owned()),
        count => data.notes.push(format!("{count} values are missing (NaN)")),
    }
    Ok(data)
}

/// All up to and with the header, if it is one that can be trusted with a reader.
fn read_header(source: &mut Source<'_>, file: &str) -> Result<Vec<u8>, DataError> {
    let refuse = |problem: &str| Err(DataError::new(file, problem));
    let mut start = source.up_to(8, file)?;
    if start.len() < 8 {
        return refuse("too short, expected a .npy file");
    }
    let (magic, version) = start.split_at(MAGIC.len());
    if magic != MAGIC {
        return refuse("does not start as a .npy file does");
    }
    let width = if version[0] == 1 { 2 } else { 4 };
    let length = source.up_to(width, file)?;
    let mut padded = [0; 4];
    padded[..length.len()].copy_from_slice(&length);
    let header = u32::from_le_bytes(padded) as usize;
    if header > LONGEST_HEADER {
        return refuse(&format!(
            "a header of {header} bytes, expected at most {LONGEST_HEADER}"
        ));
    }
    let text = source.up_to(header as u64, file)?;
    if (length.len() as u64) < width || text.len() < header {
        return refuse("ends within its header");
    }
    if !is_plain(&text) {
        return refuse(
            "a header that is no array's: expected a plain dictionary with descr, fortran_order and shape",
        );
    }
    start.extend(length);
    start.extend(text);
    Ok(start)
}

/// Whether a header is written with nothing but brackets, short strings, True, False and whole numbers, and these so
/// small that their product can be counted.
fn is_plain(header: &[u8]) -> bool {
    let (mut rest, mut depth, mut digits) = (header, 0usize, 0usize);
    while let Some((&byte, after)) = rest.split_first() {
        let run =
            |of: fn(&u8) -> bool| rest.iter().position(|byte| !of(byte)).unwrap_or(rest.len());
        rest = match byte {
            b'\'' | b'"' => {
                let string = after.iter().position(|&c| c == byte || c == b'\\');
                match string {
                    Some(end) if after[end] == byte => &after[end + 1..],
                    _ => return false,
                }
            }
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > DEEPEST {
                    return false;
                }
                after
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                after
            }
            b',' | b':' | b' ' | b'\n' => after,
            b'0'..=b'9' => {
                digits += run(u8::is_ascii_digit);
                if digits > MOST_DIGITS {
                    return false;
                }
                let after = &rest[run(u8::is_ascii_digit)..];
                if after.first().is_some_and(u8::is_ascii_alphabetic) {
                    return false; // another base, or an imaginary number
                }
                after
            }
            b'a'..=b'z' | b'A'..=b'Z' => {
                let (word, after) = rest.split_at(run(u8::is_ascii_alphanumeric));
                if ![&b"True"[..], b"False"].contains(&word) {
                    return false;
                }
                after
            }
            _ => return false,
        };
    }
    true
}

/// Why not all values are there.
enum Problem {
    Reading(io::Error),
    Value(String),
}

/// The values up to the first that is not there or not fit.
fn collect(
    values: impl Iterator<Item = io::Result<Result<f64, String>>>,
) -> (Vec<f64>, Option<Problem>) {
    // Room is not made by the number that is promised, which the iterator would tell.
    let mut numbers = Vec::new();
    for value in values {
        match value {
            Ok(Ok(number)) if !number.is_infinite() => numbers.push(number),
            Ok(Ok(number)) => {
                let problem = format!("{number}, expected a finite number");
                return (numbers, Some(Problem::Value(problem)));
            }
            Ok(Err(problem)) => return (numbers, Some(Problem::Value(problem))),
            Err(error) => return (numbers, Some(Problem::Reading(error))),
        }
    }
    (numbers, None)
}

/// A whole number in double precision, if that can hold it.
fn exact(magnitude: u64, number: f64, shown: impl std::fmt::Display) -> Result<f64, String> {
    if magnitude <= EXACT {
        Ok(number)
    } else {
        Err(format!("{shown}, expected at most {EXACT} in magnitude"))
    }
}

/// The values of an array in the order in which the last dimension changes fastest.
fn in_rows(values: &[f64], sizes: &[usize], strides: &[u64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    let mut at = vec![0; sizes.len()];
    for _ in values {
        let place: u64 = at
            .iter()
            .zip(strides)
            .map(|(&i, stride)| i as u64 * stride)
            .sum();
        out.push(values[place as usize]);
        for (i, &size) in at.iter_mut().zip(sizes).rev() {
            *i += 1;
            if *i < size {
                break;
            }
            *i = 0;
        }
    }
    out
}
