//! The formats of files, one in each module, and what they share: where the bytes come from, what is text, how a number
//! is written.

pub(crate) mod cifar;
pub(crate) mod cod;
pub mod idx;
#[cfg(feature = "npy")]
pub(crate) mod npy;
pub(crate) mod source;
pub(crate) mod table;

use crate::Dataset;
use std::collections::BTreeSet;
use std::fmt::{Display, LowerExp};
use std::io::{self, Write};

/// Turns the numbers of a file of labels into classes: the distinct ones, in order, become 0, 1, .. and give the names.
pub(crate) fn set_labels(data: &mut Dataset, values: &[i64]) {
    let distinct: BTreeSet<i64> = values.iter().copied().collect();
    let distinct: Vec<i64> = distinct.into_iter().collect();
    let class = |value: &i64| {
        distinct
            .binary_search(value)
            .expect("each value is one of the distinct ones")
    };
    data.labels = Some(values.iter().map(class).collect());
    data.label_names = distinct.iter().map(i64::to_string).collect();
}

/// Why a text file whose lines end as those of long ago is refused.
pub(crate) const CARRIAGE_RETURN: &str =
    "found a carriage return within a line, expected lines that end in a line feed";

/// Bytes as text, if they are; zero bytes are UTF-8 too, but found in what is no text, or text of 16 bits.
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!bytes.contains(&0)).then_some(text)
}

/// Writes a number, not NaN, with as many digits as it takes to read it back to the same bits of its type, in the
/// shorter of the usual and the exponential form. An infinite one, which no reader takes, is an error of the row and
/// column `place`.
pub(crate) fn write_number<T: Copy + Display + LowerExp + Into<f64>>(
    out: &mut impl Write,
    value: T,
    place: (usize, usize),
) -> io::Result<()> {
    match value.into().abs() {
        f64::INFINITY => {
            let (i, j) = (place.0 + 1, place.1 + 1);
            let problem = format!("row {i}, column {j} is {value}, expected a finite number");
            Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
        }
        0.0 | 1e-5..1e16 => write!(out, "{value}"),
        _ => write!(out, "{value:e}"),
    }
}
