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
    let mut table = CsvWriter::new(&mut out);
    if !names.is_empty() {
        table.names(names)?;
    }
    for row in x.row_iter() {
        table.row(row.iter().copied().map(Cell::Number))?;
    }
    out.flush()
}

/// A table of comma-separated cells that is written row by row, words among them, for what does not lie in memory as a
/// whole. Its numbers and names are as [`write_csv_to`] has them.
///
/// ```
/// use unsup_data::{Cell, CsvWriter};
///
/// let mut file = Vec::new();
/// let mut table = CsvWriter::new(&mut file);
/// table.names(&["class", "probability"])?;
/// table.row([Cell::Word("fish, small"), Cell::Single(0.1)])?;
/// table.row([Cell::Missing, Cell::Number(0.5)])?;
/// assert_eq!(file, b"class,probability\n\"fish, small\",0.1\n,0.5\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct CsvWriter<W: Write> {
    out: W,
    rows: usize,
}

/// A cell of a table that is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Cell<'a> {
    /// A number, with as many digits as double precision takes; NaN is a missing one.
    Number(f64),
    /// A number of single precision, with as many digits as that takes: 0.1, and not 0.10000000149011612.
    Single(f32),
    /// A word.
    Word(&'a str),
    /// Nothing.
    Missing,
}

impl<W: Write> CsvWriter<W> {
    /// A table to `out`, which should be buffered.
    pub fn new(out: W) -> Self {
        Self { out, rows: 0 }
    }

    /// A line of names.
    ///
    /// # Errors
    /// If writing fails.
    pub fn names<N: AsRef<str>>(&mut self, names: &[N]) -> io::Result<()> {
        for (j, name) in names.iter().enumerate() {
            separate(&mut self.out, j)?;
            write_word(&mut self.out, name.as_ref())?;
        }
        self.out.write_all(b"\n")
    }

    /// A row.
    ///
    /// # Errors
    /// If writing fails, or a number is infinite, which no reader takes.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        let (out, i) = (&mut self.out, self.rows);
        let mut cells = cells.into_iter().enumerate().peekable();
        while let Some((j, cell)) = cells.next() {
            separate(out, j)?;
            match cell {
                Cell::Number(value) if !value.is_nan() => write_number(out, value, (i, j))?,
                Cell::Single(value) if !value.is_nan() => write_number(out, value, (i, j))?,
                Cell::Word(word) => write_word(out, word)?,
                // a line with nothing on it would be no row
                _ if j == 0 && cells.peek().is_none() => out.write_all(b"\"\"")?,
                _ => {}
            }
        }
        self.rows += 1;
        out.write_all(b"\n")
    }
}

fn write_word(out: &mut impl Write, word: &str) -> io::Result<()> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !word.is_empty() && word.chars().all(plain) {
        out.write_all(word.as_bytes())
    } else {
        write!(out, "\"{}\"", word.replace('"', "\"\""))
    }
}

fn separate(out: &mut impl Write, column: usize) -> io::Result<()> {
    if column > 0 {
        out.write_all(b",")?;
    }
    Ok(())
}
