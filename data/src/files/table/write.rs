//! Tables of numbers, written.

use crate::files::write_number;
use std::io::{self, Write};
use unsup_autograd::Matrix;

/// Writes a matrix as comma-separated numbers that [`read_table`](crate::read_table) reads back to the same bits: an
/// object in each line, after a line of `names` unless there are none, an empty cell where a value is NaN.
///
/// A number is in the shorter of the usual and the exponential form, with as many digits as it takes. A name is in quotes
/// unless it consists of letters, digits, `_`, `-` and `.`; the reader takes spaces from its ends, and takes the first line
/// for names by itself if no name is a number and not all are marks of a missing value.
///
/// `out` should be buffered. To write a file, write aside and rename, so that nothing that was there is lost half way.
///
/// ```
/// use unsup_autograd::Matrix;
///
/// let mut table = Vec::new();
/// let x = Matrix::from_rows(&[[0.1, f64::NAN], [1e300, -0.0]]);
/// unsup_data::write_csv_to(&mut table, &["length", "width, in mm"], &x)?;
/// assert_eq!(table, b"length,\"width, in mm\"\n0.1,\n1e300,-0\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If writing fails, or a value is infinite, which no reader takes.
///
/// # Panics
/// If there are names, but not as many as columns.
#[track_caller]
pub fn write_csv_to<N: AsRef<str>>(
    mut out: impl Write,
    names: &[N],
    x: &Matrix<f64>,
) -> io::Result<()> {
    assert!(
        [0, x.columns()].contains(&names.len()),
        "write_csv: {} names for a matrix of {}",
        names.len(),
        x.shape()
    );
    for (j, name) in names.iter().enumerate() {
        separate(&mut out, j)?;
        let name = name.as_ref();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if !name.is_empty() && name.chars().all(plain) {
            out.write_all(name.as_bytes())?;
        } else {
            write!(out, "\"{}\"", name.replace('"', "\"\""))?;
        }
    }
    if !names.is_empty() {
        out.write_all(b"\n")?;
    }
    for (i, row) in x.row_iter().enumerate() {
        for (j, &value) in row.iter().enumerate() {
            separate(&mut out, j)?;
            match value.is_nan() {
                false => write_number(&mut out, value, (i, j))?,
                // a line with nothing on it would be no row
                true if row.len() == 1 => out.write_all(b"\"\"")?,
                true => {}
            }
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn separate(out: &mut impl Write, column: usize) -> io::Result<()> {
    if column > 0 {
        out.write_all(b",")?;
    }
    Ok(())
}
