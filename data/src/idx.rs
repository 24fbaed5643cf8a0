//! IDX, the format of MNIST and its relatives: a header of big-endian numbers, then the values.
//!
//! The header is four bytes (0, 0, the type of the values, the number of dimensions) and each dimension as 32 bits. It
//! is a promise of up to 2^128 values by someone unknown: memory grows with the values that arrive and never by the
//! promise, and a file that holds fewer or more than promised is refused, as a damaged or a wrong one.

use crate::DataError;
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const UNSIGNED_BYTES: u8 = 0x08;

/// What an IDX file of unsigned bytes holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdxArray {
    dimensions: Vec<usize>,
    values: Vec<u8>,
}

impl IdxArray {
    /// The size along each of the 1 to 4 dimensions, each at least 1; of images: count, height, width.
    pub fn dimensions(&self) -> &[usize] {
        &self.dimensions
    }

    /// The values, as many as the product of the dimensions; the last dimension changes fastest.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The values without a copy.
    pub fn into_values(self) -> Vec<u8> {
        self.values
    }
}

/// Reads an IDX file of unsigned bytes with 1 to 4 dimensions, as it is or packed by gzip (known by its first bytes).
/// `name` is the file's, for the error; `bytes` need not be buffered.
///
/// ```
/// let labels = unsup_data::idx::read(&b"\0\0\x08\x01\0\0\0\x03\x07\x02\x01"[..], "labels")?;
/// assert_eq!(labels.dimensions(), [3]);
/// assert_eq!(labels.values(), [7, 2, 1]);
/// # Ok::<(), unsup_data::DataError>(())
/// ```
///
/// # Errors
/// If reading fails, the gzip data are damaged or end early, the file is not IDX, holds another type than unsigned
/// bytes, has no dimension or more than 4, or one of size 0, or holds fewer or more values than its header promises.
pub fn read(mut bytes: impl Read, name: &str) -> Result<IdxArray, DataError> {
    let start = take(&mut bytes, GZIP.len() as u64)
        .map_err(|error| DataError::new(name, format!("cannot be read: {error}")))?;
    let packed = start == GZIP;
    let mut bytes = Cursor::new(start).chain(bytes);
    let array = if packed {
        read_array(&mut MultiGzDecoder::new(bytes))
    } else {
        read_array(&mut bytes)
    };
    array.map_err(|problem| {
        let problem = match problem {
            Problem::Content(text) => text,
            Problem::Reading(error) if !packed => format!("cannot be read: {error}"),
            Problem::Reading(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                "the gzip data end early".to_owned()
            }
            Problem::Reading(error) => format!("cannot be unpacked: {error}"),
        };
        DataError::new(name, problem)
    })
}

enum Problem {
    Reading(io::Error),
    Content(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Problem::Reading(error)
    }
}

/// Up to `count` bytes; fewer only where the file ends.
fn take(bytes: &mut dyn Read, count: u64) -> io::Result<Vec<u8>> {
    let mut taken = Vec::new();
    bytes.take(count).read_to_end(&mut taken)?;
    Ok(taken)
}

fn read_array(bytes: &mut dyn Read) -> Result<IdxArray, Problem> {
    let refuse = |text: String| Err(Problem::Content(text));
    let magic = take(bytes, 4)?;
    let &[0, 0, kind, rank] = &magic[..] else {
        return refuse(match &magic[..] {
            [] => "the file is empty, expected an IDX file".to_owned(),
            start if start.len() < 4 => {
                format!("{} bytes in all, expected an IDX file", start.len())
            }
            start => format!(
                "starts with the bytes{}, expected an IDX file (00 00 08 and the number of dimensions)",
                hexadecimal(start)
            ),
        });
    };
    if kind != UNSIGNED_BYTES {
        let kind = hexadecimal(&[kind]);
        return refuse(format!(
            "values of type{kind}, expected unsigned bytes (type 08)"
        ));
    }
    if !(1..=4).contains(&rank) {
        return refuse(format!("{rank} dimensions, expected 1 to 4"));
    }

    let header = take(bytes, 4 * u64::from(rank))?;
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
    let count = sizes.iter().try_fold(1usize, |count, &size| {
        count.checked_mul(size.try_into().ok()?)
    });
    let Some(count) = count else {
        return refuse(format!(
            "the header promises {printed} values, more than can be counted"
        ));
    };

    let values = take(bytes, count as u64)?;
    if values.len() < count {
        return refuse(format!(
            "found {} of the {printed} values that the header promises",
            values.len()
        ));
    }
    // Beside what is left over, this meets the checksum at the end of gzip data.
    if !take(bytes, 1)?.is_empty() {
        return refuse(format!(
            "more bytes than the {printed} values that the header promises"
        ));
    }
    Ok(IdxArray {
        dimensions: sizes.iter().map(|&size| size as usize).collect(),
        values,
    })
}

/// Each byte as two digits with a space before it.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!(" {byte:02x}")).collect()
}
