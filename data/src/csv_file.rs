//! Files of comma-separated numbers.
//!
//! The `csv` crate splits the cells; what is added is that every cell is a finite number, and that an error names the
//! line that an editor shows. For the latter the file is read as lines that end in `\n` alone: at the end of a row the
//! parser then stands at the start of the next line, and the row's own line is counted back from there. (The
//! position that the parser gives for a row is where the last one ended, blank lines and half a `\r\n` before it.)
//!
//! The parser also joins to a cell what follows its closing quote: of `"1"2` it makes 12. The cells don't tell, so the
//! quotes are followed in the bytes that it is given, and such a row is refused.

use crate::error::{QUOTED, quoted};
use crate::{DataError, Dataset};
use csv::{ByteRecord, Terminator};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use unsup_autograd::Matrix;

/// How much of a file is read at once.
const BUFFER: usize = 1 << 16;
/// Bytes that are kept of what follows a closing quote: as many as an error may show of it.
const STRAY: usize = 4 * QUOTED + 1;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// What is read after the end of a file, to end a last line that has no end: a row that asks for more even so is within
/// a quote that never closes.
const END: &[u8] = b"\n";

/// Reads a file of comma-separated numbers: an object in each line, a feature in each column.
///
/// The first line is a header with the features' names if no cell of it is written as a number and not all are empty.
/// A cell may be in quotes that start right after the comma, and nothing but spaces may follow them; spaces around a
/// number or a name are left out. Lines may end in `\r\n`; blank ones are skipped, and so is a byte order mark. The
/// file is UTF-8 and is read once, as a stream.
///
/// The data set is named after the file, without its folder and extension; it has no labels and no image shape.
///
/// # Errors
/// If the file can't be opened or read, holds no row of numbers, rows of different lengths, a cell that is no finite
/// number or no UTF-8, a quote that never closes, or text after one that does. The error names the file as `path` does, and the line and column.
pub fn read_csv(path: impl AsRef<Path>) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let file = path.display().to_string();
    // Some systems open a folder and fail at the first read, others don't open it, and neither with a good word.
    if path.is_dir() {
        return Err(DataError::new(&file, "is a directory, expected a file"));
    }
    let bytes = File::open(path)
        .map_err(|error| DataError::new(&file, format!("cannot be opened: {error}")))?;
    let mut data = read_csv_from(bytes, &file)?;
    if let Some(stem) = path.file_stem() {
        data.name = stem.to_string_lossy().into_owned();
    }
    Ok(data)
}

/// Reads comma-separated numbers like [`read_csv`] from anything that can be read. `name` stands for the file in
/// errors and names the data set; `bytes` need not be buffered.
///
/// # Errors
/// As for [`read_csv`].
pub fn read_csv_from(bytes: impl Read, name: &str) -> Result<Dataset, DataError> {
    let mut rows = open(bytes, name)?;
    if !rows.advance()? {
        return Err(DataError::new(
            name,
            "the file is empty, expected rows of comma-separated numbers",
        ));
    }
    let first_line = rows.line();
    let columns = rows.record.len();
    let names = rows.header()?;
    let mut values = Vec::new();
    let mut there_is_one = names.is_none() || rows.advance()?;
    if !there_is_one {
        let problem = "a header and nothing after it, expected rows of numbers";
        return Err(DataError::new(name, problem).at_line(first_line));
    }
    while there_is_one {
        if rows.record.len() != columns {
            let found = match rows.record.len() {
                1 => "1 value".to_owned(),
                count => format!("{count} values"),
            };
            let problem = format!("{found}, line {first_line} has {columns}");
            return Err(DataError::new(name, problem).at_line(rows.line()));
        }
        for column in 0..columns {
            let value = rows.number(column).map_err(|error| {
                let name = names.as_ref().map(|names| names[column].as_str());
                error.at_column(column + 1, name)
            })?;
            values.push(value);
        }
        there_is_one = rows.advance()?;
    }

    let features = Matrix::from_vec(values.len() / columns, columns, values);
    let mut data = Dataset::new(name, features);
    data.feature_names = names.unwrap_or_default();
    Ok(data)
}

/// The rows of a file that aren't blank, one after the other.
struct Rows<'a, R> {
    reader: csv::Reader<Watched<R>>,
    /// The row at which we are; never without cells after [`Rows::advance`] returned true.
    record: ByteRecord,
    file: &'a str,
}

/// Where the rows of `bytes` are read from, a byte order mark skipped.
fn open<'a>(mut bytes: impl Read, file: &'a str) -> Result<Rows<'a, impl Read>, DataError> {
    let mut start = Vec::new();
    let mut take = |count: usize, start: &mut Vec<u8>| {
        let taken = bytes.by_ref().take(count as u64).read_to_end(start);
        taken.map_err(|error| unreadable(file, error))
    };
    take(BYTE_ORDER_MARK.len(), &mut start)?;
    if start == BYTE_ORDER_MARK {
        start.clear();
        // The parser skips a mark too, but only if its first read brings it whole. A second mark is content, so that
        // read is to bring less.
        take(1, &mut start)?;
    }
    let ended = Cursor::new(start).chain(bytes).chain(END);
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(BUFFER)
        .from_reader(Watched {
            bytes: ended,
            over: false,
            quotes: Quotes::default(),
        });
    Ok(Rows {
        reader,
        record: ByteRecord::new(),
        file,
    })
}

impl<R: Read> Rows<'_, R> {
    /// Goes to the next row that isn't blank; false at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        loop {
            let start = self.reader.position().clone();
            let found = self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|error| unreadable(self.file, error))?;
            if !found {
                return Ok(false);
            }
            if let Some(stray) = &self.reader.get_ref().quotes.stray
                && stray.line < self.reader.position().line()
            {
                // Bytes are read ahead of rows, but this one has ended after it.
                return Err(stray.refused(self.file));
            }
            if self.reader.get_ref().over {
                return Err(self.unclosed_quote());
            }
            // One cell of spaces is a blank line, but a pair of quotes is an empty cell: it shows in the bytes that
            // were read, which are then more than the line breaks and what the cell holds.
            let blank = self.record.len() == 1 && self.record[0].trim_ascii().is_empty() && {
                let end = self.reader.position();
                let line_breaks = end.line() - start.line();
                end.byte() - start.byte() == line_breaks + self.record[0].len() as u64
            };
            if !blank {
                return Ok(true);
            }
        }
    }

    /// The line at which the row starts, counted from 1.
    fn line(&self) -> u64 {
        self.reader.position().line() - 1 - line_breaks(self.record.as_slice())
    }

    fn unclosed_quote(&self) -> DataError {
        // The quote takes all to the end of the file, so that it opens the last cell.
        let cell = self.record.len().saturating_sub(1);
        let line =
            self.reader.position().line() - line_breaks(self.record.get(cell).unwrap_or(&[]));
        DataError::new(self.file, "found a quote that never closes")
            .at_line(line)
            .at_column(cell + 1, None)
    }

    /// The cell as text, without the spaces around it.
    fn text(&self, column: usize) -> Result<&str, DataError> {
        // Of a `\r\n` the first half is left in the last cell; it counts as a space.
        let cell = self.record[column].trim_ascii();
        std::str::from_utf8(cell).map_err(|_| self.refused(column, "UTF-8 text"))
    }

    /// The cell as a finite number.
    fn number(&self, column: usize) -> Result<f64, DataError> {
        let text = self.text(column)?;
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(self.refused(column, "a finite number")),
            Err(_) => Err(self.refused(column, "a number")),
        }
    }

    /// The names of the columns, if the row holds such.
    fn header(&self) -> Result<Option<Vec<String>>, DataError> {
        let mut names = Vec::with_capacity(self.record.len());
        for column in 0..self.record.len() {
            let text = self
                .text(column)
                .map_err(|error| error.at_column(column + 1, None))?;
            if text.parse::<f64>().is_ok() {
                return Ok(None);
            }
            names.push(text.to_owned());
        }
        let named = names.iter().any(|name| !name.is_empty());
        Ok(named.then_some(names))
    }

    /// The error of a cell that is not what was expected.
    fn refused(&self, column: usize, expected: &str) -> DataError {
        let cell = self.record[column].trim_ascii();
        let found = match cell {
            [] => "an empty cell".to_owned(),
            cell => quoted(cell),
        };
        // A cell in quotes may hold line breaks, and the next one is then on a line further down.
        let before: u64 = self.record.iter().take(column).map(line_breaks).sum();
        DataError::new(self.file, format!("found {found}, expected {expected}"))
            .at_line(self.line() + before)
    }
}

fn unreadable(file: &str, error: impl std::fmt::Display) -> DataError {
    DataError::new(file, format!("cannot be read: {error}"))
}

fn line_breaks(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// A reader, whether more was asked of it than it had, and the quotes in what it gave.
struct Watched<R> {
    bytes: R,
    over: bool,
    quotes: Quotes,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.bytes.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => {
                    self.over = matches!(result, Ok(0));
                    if let Ok(count) = result {
                        buffer[..count]
                            .iter()
                            .for_each(|&byte| self.quotes.follow(byte));
                    }
                    return result;
                }
            }
        }
    }
}

/// Follows the cells of a file byte by byte, up to the first closing quote that more text follows.
struct Quotes {
    place: Place,
    line: u64,
    column: usize,
    stray: Option<Stray>,
}

/// Where the next byte stands.
#[derive(Clone, Copy)]
enum Place {
    /// At the start of a cell.
    Start,
    /// In a cell without quotes; a quote in it is a character like others.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that closed them, or that is the first of two, which stand for one.
    Closed,
    /// After the closing quote and spaces.
    Padded,
    /// In what follows a closing quote and isn't space.
    Stray,
    /// After that: nothing more is looked for.
    Found,
}

/// What follows a closing quote.
struct Stray {
    line: u64,
    column: usize,
    text: Vec<u8>,
}

impl Default for Quotes {
    /// At the start of a file.
    fn default() -> Self {
        Self {
            place: Place::Start,
            line: 1,
            column: 1,
            stray: None,
        }
    }
}

impl Quotes {
    fn follow(&mut self, byte: u8) {
        use Place::*;
        self.place = match (self.place, byte) {
            (Found, _) | (Stray, b',' | b'\n') => Found,
            (Quoted, b'"') => Closed,
            (Quoted, _) | (Start | Closed, b'"') => Quoted,
            (_, b',') => {
                self.column += 1;
                Start
            }
            (_, b'\n') => {
                self.column = 1;
                Start
            }
            (Start | Plain, _) => Plain,
            // the first half of a line's end among them
            (Closed | Padded, byte) if byte.is_ascii_whitespace() => Padded,
            (Closed | Padded | Stray, byte) => {
                let stray = self.stray.get_or_insert_with(|| self::Stray {
                    line: self.line,
                    column: self.column,
                    text: Vec::new(),
                });
                if stray.text.len() < STRAY {
                    stray.text.push(byte);
                }
                Stray
            }
        };
        self.line += u64::from(byte == b'\n');
    }
}

impl Stray {
    fn refused(&self, file: &str) -> DataError {
        let found = quoted(self.text.trim_ascii());
        let problem =
            format!("found {found} after a closing quote, expected a comma or the line's end");
        DataError::new(file, problem)
            .at_line(self.line)
            .at_column(self.column, None)
    }
}
