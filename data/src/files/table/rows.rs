//! The rows of a table of text: where its cells start and end, and at which line.
//!
//! The `csv` crate splits the cells; what is added is that an error names the line that an editor shows. For that the
//! file is read as lines that end in `\n` alone: at the end of a row the parser then stands at the start of the next
//! line, and the row's own line is counted back from there. (The position that the parser gives for a row is where the
//! last one ended, blank lines and half a `\r\n` before it.)
//!
//! The parser also joins to a cell what follows its closing quote: of `"1"2` it makes 12. The cells don't tell, so the
//! quotes are followed in the bytes that it is given, and such a row is refused; and so is one with a carriage return in
//! its midst, the end of a line of long ago.
//!
//! Cells that runs of blanks separate are not among the things that the parser knows: the runs are made one space before
//! it sees them.

use super::Delimiter;
use super::numbers::{finite, has_decimal_comma};
use crate::DataError;
use crate::error::{QUOTED, quoted};
use crate::files::source::BUFFER;
use crate::files::{CARRIAGE_RETURN, utf8};
use csv::{ByteRecord, Terminator};
use std::io::{self, Cursor, Read};

/// Bytes that are kept of what follows a closing quote: as many as an error may show of it.
const STRAY: usize = 4 * QUOTED + 1;
/// What is read after the end of a file, to end a last line that has no end: a row that asks for more even so is within
/// a quote that never closes.
const END: &[u8] = b"\n";
/// How many rows tell what separates the cells.
const FIRST_ROWS: usize = 20;

/// A row that isn't blank.
#[derive(Clone)]
pub(super) struct Row {
    /// At least one cell.
    cells: ByteRecord,
    /// The line at which the row starts, counted from 1.
    line: u64,
}

/// The rows of a file that aren't blank, one after the other.
pub(super) struct Rows<'a, R> {
    reader: csv::Reader<Watched<R>>,
    row: Row,
    file: &'a str,
}

/// The rows of `head` and then `rest`, a byte order mark already skipped.
pub(super) fn rows<'a, 'r>(
    head: &'r [u8],
    rest: impl Read + 'r,
    delimiter: Delimiter,
    file: &'a str,
) -> Rows<'a, impl Read + 'r> {
    let reader = parser(delimiter).from_reader(Watched {
        bytes: ended(head, rest, delimiter),
        started: false,
        over: false,
        quotes: Quotes::new(delimiter),
    });
    Rows {
        reader,
        row: Row {
            cells: ByteRecord::new(),
            line: 0,
        },
        file,
    }
}

/// What separates the cells of a table that starts with `head`, `whole` if that is all of it; `None` if nothing does.
/// `marks` are the cells that stand for a missing value.
///
/// It is what splits all of the first rows into the same number of cells, and more than one. Where several do, it is the
/// one with the largest share of numbers and missing values among the cells; then rather such as leaves no cell with
/// another separator at its end, as tabs would that stand beside commas for looks; then the first of [`Delimiter::ALL`].
/// White space also stands within cells, so that it is taken only where neither tabs split the rows nor a comma or
/// semicolon is left in its words. If nothing splits the rows alike, it is what leaves the first one alone a cell short, as
/// a header is that does not name the row names, or else what splits the first row, for the row that differs to be told.
pub(super) fn sniffed(head: &[u8], whole: bool, marks: &[String]) -> Option<Delimiter> {
    let splits = Delimiter::ALL.map(|delimiter| Split::of(head, whole, delimiter, marks));
    let even = || splits.iter().filter(|split| split.is_even());
    let tabs = even().any(|split| split.delimiter == Delimiter::Tab && split.is_filled());
    let within_cells =
        |split: &Split| split.delimiter == Delimiter::WhiteSpace && (tabs || split.is_broken);
    even()
        .filter(|split| !within_cells(split))
        .reduce(Split::better)
        .or_else(|| even().reduce(Split::better))
        .or_else(|| splits.iter().find(|split| split.is_short_of_one()))
        .or_else(|| splits.iter().find(|split| split.occurs()))
        .map(|split| split.delimiter)
}

/// The first rows, split by one separator.
struct Split {
    delimiter: Delimiter,
    /// How many cells each row has.
    counts: Vec<usize>,
    /// In how many columns a cell isn't empty: others, as a separator at the end of each line makes them, tell nothing.
    filled: usize,
    /// How many cells those columns have.
    cells: usize,
    /// How many of these are finite numbers, with a point or a comma before their decimals, or missing.
    numbers: usize,
    /// Whether no cell starts or ends with another separator.
    is_clean: bool,
    /// Whether a comma or semicolon stands in a cell that is no number.
    is_broken: bool,
    /// Whether the cells of the first row may be names: none is a number, and no other separator stands in them.
    names: bool,
}

impl Split {
    fn of(head: &[u8], whole: bool, delimiter: Delimiter, marks: &[String]) -> Self {
        let mut reader = parser(delimiter).from_reader(ended(head, io::empty(), delimiter));
        let mut row = ByteRecord::new();
        let mut rows = Vec::new();
        while rows.len() <= FIRST_ROWS && reader.read_byte_record(&mut row).is_ok_and(|more| more) {
            // else it is blank, whatever separates the cells
            if row.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                rows.push(row.clone());
            }
        }
        // the last row may have been cut
        if rows.len() > FIRST_ROWS || (!whole && rows.len() > 1) {
            rows.pop();
        }
        let counts: Vec<usize> = rows.iter().map(ByteRecord::len).collect();
        let mut split = Self {
            delimiter,
            filled: 0,
            cells: 0,
            numbers: 0,
            is_clean: true,
            is_broken: false,
            names: rows.first().is_some_and(|row| {
                let mut cells = row.iter();
                cells.all(|cell| {
                    let text = String::from_utf8_lossy(cell.trim_ascii());
                    finite(&text).is_none() && !text.contains([',', ';', '\t'])
                })
            }),
            counts,
        };
        for column in 0..split.counts.iter().copied().max().unwrap_or(0) {
            let cells = || {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(<[u8]>::trim_ascii)
            };
            if cells().all(<[u8]>::is_empty) {
                continue;
            }
            split.filled += 1;
            cells().for_each(|cell| split.count(cell, marks));
        }
        split
    }

    fn count(&mut self, cell: &[u8], marks: &[String]) {
        let separates = |byte: &u8| matches!(byte, b',' | b';');
        let is_clean = ![cell.first(), cell.last()]
            .into_iter()
            .flatten()
            .any(separates);
        let is_number = std::str::from_utf8(cell).is_ok_and(|text| {
            let commas = is_clean && self.delimiter != Delimiter::Comma;
            finite(text).is_some() || (commas && has_decimal_comma(text))
        });
        let is_missing = marks.iter().any(|mark| mark.as_bytes() == cell);
        self.cells += 1;
        self.numbers += usize::from(is_missing || is_number);
        self.is_clean &= is_clean;
        self.is_broken |= !is_number && cell.iter().any(separates);
    }

    /// The better of two, the first of equal ones.
    fn better<'a>(&'a self, other: &'a Self) -> &'a Self {
        let share = |split: &Self, of: &Self| split.numbers * of.cells;
        let clean = |split: &Self| split.is_clean && split.is_filled();
        match (share(other, self), clean(other)) > (share(self, other), clean(self)) {
            true => other,
            false => self,
        }
    }

    /// Whether more than one column holds something.
    fn is_filled(&self) -> bool {
        self.filled > 1
    }

    fn occurs(&self) -> bool {
        self.counts.first().is_some_and(|&count| count > 1)
    }

    fn is_even(&self) -> bool {
        self.occurs() && self.counts.iter().all(|&count| count == self.counts[0])
    }

    /// Whether the first row has a cell less than all others, and no number or separator is left in it.
    fn is_short_of_one(&self) -> bool {
        let Some((&first, others)) = self.counts.split_first() else {
            return false;
        };
        let is_short = !others.is_empty() && others.iter().all(|&count| count == first + 1);
        is_short && self.names
    }
}

fn parser(delimiter: Delimiter) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .delimiter(delimiter.byte())
        .buffer_capacity(BUFFER);
    builder
}

/// All the bytes that the parser is to see.
fn ended<'r>(head: &'r [u8], rest: impl Read + 'r, delimiter: Delimiter) -> impl Read + 'r {
    let bytes = head.chain(rest).chain(END);
    match delimiter {
        Delimiter::WhiteSpace => Box::new(Collapsed::new(bytes)) as Box<dyn Read + 'r>,
        _ => Box::new(bytes),
    }
}

impl Row {
    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The line at which the row starts, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether a cell holds nothing but spaces.
    pub(super) fn is_empty_at(&self, column: usize) -> bool {
        self.cells[column].trim_ascii().is_empty()
    }

    /// The cell as text, without the spaces around it.
    pub(super) fn text(&self, column: usize, file: &str) -> Result<&str, DataError> {
        // Of a `\r\n` the first half is left in the last cell; it counts as a space.
        let cell = self.cells[column].trim_ascii();
        utf8(cell).ok_or_else(|| self.refused(column, "UTF-8 text", file))
    }

    /// The error of a cell that is not what was expected.
    pub(super) fn refused(&self, column: usize, expected: &str, file: &str) -> DataError {
        let found = match self.cells[column].trim_ascii() {
            [] => "an empty cell".to_owned(),
            cell => quoted(cell),
        };
        self.error(column, format!("found {found}, expected {expected}"), file)
    }

    /// An error of a cell.
    pub(super) fn error(&self, column: usize, problem: String, file: &str) -> DataError {
        // A cell in quotes may hold line breaks, and the next one is then on a line further down.
        let before: u64 = (0..column).map(|column| self.line_breaks(column)).sum();
        DataError::new(file, problem)
            .at_line(self.line + before)
            .at_column(column + 1, None)
    }

    /// How many lines end within a cell.
    pub(super) fn line_breaks(&self, column: usize) -> u64 {
        line_breaks(&self.cells[column])
    }
}

impl<R: Read> Rows<'_, R> {
    /// The next row that isn't blank; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<&Row>, DataError> {
        let cells = &mut self.row.cells;
        loop {
            let start = self.reader.position().clone();
            let found = self
                .reader
                .read_byte_record(cells)
                .map_err(|error| DataError::new(self.file, error.to_string()))?;
            if !found {
                return Ok(None);
            }
            let end = self.reader.position();
            if let Some(fault) = &self.reader.get_ref().quotes.fault
                && fault.line < end.line()
            {
                // Bytes are read ahead of rows, but this one has ended after it.
                return Err(fault.refused(self.reader.get_ref().quotes.delimiter, self.file));
            }
            if self.reader.get_ref().over {
                // The quote takes all to the end of the file, so that it opens the last cell.
                let cell = cells.len().saturating_sub(1);
                let line = end.line() - line_breaks(cells.get(cell).unwrap_or(&[]));
                return Err(DataError::new(self.file, "found a quote that never closes")
                    .at_line(line)
                    .at_column(cell + 1, None));
            }
            // One cell of spaces is a blank line, but a pair of quotes is an empty cell: it shows in the bytes that
            // were read, which are then more than the line breaks and what the cell holds.
            let blank = cells.len() == 1 && cells[0].trim_ascii().is_empty() && {
                let line_breaks = end.line() - start.line();
                end.byte() - start.byte() == line_breaks + cells[0].len() as u64
            };
            if !blank {
                self.row.line = end.line() - 1 - line_breaks(cells.as_slice());
                return Ok(Some(&self.row));
            }
        }
    }

    /// How many bytes the rows have taken, at the end of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.reader.position().byte() - END.len() as u64
    }
}

fn line_breaks(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// A reader, whether more was asked of it than it had, and the quotes in what it gave.
struct Watched<R> {
    bytes: R,
    started: bool,
    over: bool,
    quotes: Quotes,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The parser skips a byte order mark, but only if its first read brings it whole. One was skipped already and a
        // second is content, so that read is to bring less.
        let most = if self.started { buffer.len() } else { 1 };
        let buffer = &mut buffer[..most];
        loop {
            match self.bytes.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => {
                    self.started = true;
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

/// Follows the cells of a file byte by byte, up to the first fault that the cells would not show.
struct Quotes {
    delimiter: Delimiter,
    place: Place,
    line: u64,
    column: usize,
    fault: Option<Fault>,
}

/// Where the next byte stands.
#[derive(Clone, Copy)]
enum Place {
    /// At the start of a cell.
    Start,
    /// In a cell without quotes; a quote in it is a character like others.
    Plain,
    /// After a carriage return in such a cell.
    Carriage,
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

/// What the cells would not show, and where it stands.
struct Fault {
    line: u64,
    column: usize,
    /// What follows a closing quote; `None` of a carriage return that no line feed follows.
    stray: Option<Vec<u8>>,
}

impl Quotes {
    /// At the start of a file.
    fn new(delimiter: Delimiter) -> Self {
        Self {
            delimiter,
            place: Place::Start,
            line: 1,
            column: 1,
            fault: None,
        }
    }

    fn follow(&mut self, byte: u8) {
        use Place::*;
        let delimiter = byte == self.delimiter.byte();
        self.place = match (self.place, byte) {
            (Found, _) | (Stray, b'\n') => Found,
            (Stray, _) if delimiter => Found,
            (Quoted, b'"') => Closed,
            (Quoted, _) | (Start | Closed, b'"') => Quoted,
            (_, b'\n') => {
                self.column = 1;
                Start
            }
            (Start | Plain | Carriage, b'\r') => Carriage,
            (Carriage, _) => {
                self.fault = Some(self.fault_of(None));
                Found
            }
            _ if delimiter => {
                self.column += 1;
                Start
            }
            (Start | Plain, _) => Plain,
            // the first half of a line's end among them
            (Closed | Padded, byte) if byte.is_ascii_whitespace() => Padded,
            (Closed | Padded | Stray, byte) => {
                let mut fault = (self.fault.take()).unwrap_or_else(|| self.fault_of(Some(vec![])));
                if let Some(text) = &mut fault.stray
                    && text.len() < STRAY
                {
                    text.push(byte);
                }
                self.fault = Some(fault);
                Stray
            }
        };
        self.line += u64::from(byte == b'\n');
    }

    /// A fault at this place.
    fn fault_of(&self, stray: Option<Vec<u8>>) -> Fault {
        Fault {
            line: self.line,
            column: self.column,
            stray,
        }
    }
}

impl Fault {
    fn refused(&self, delimiter: Delimiter, file: &str) -> DataError {
        let problem = match &self.stray {
            Some(text) => format!(
                "found {} after a closing quote, expected {} or the line's end",
                quoted(text.trim_ascii()),
                delimiter.one()
            ),
            None => CARRIAGE_RETURN.to_owned(),
        };
        DataError::new(file, problem)
            .at_line(self.line)
            .at_column(self.column, None)
    }
}

/// A text whose runs of spaces and tabs are one space each, but for those in quotes, and none at the ends of lines.
struct Collapsed<R> {
    bytes: R,
    place: Gap,
    quoted: bool,
    /// A carriage return, of which the next byte tells whether it ends the line.
    carriage: bool,
    ready: Cursor<Vec<u8>>,
    chunk: Vec<u8>,
}

/// What was before the next byte, outside of quotes.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    /// The end of a line and perhaps blanks.
    LineStart,
    /// A cell and blanks.
    Blank,
    /// A byte of a cell without quotes.
    Plain,
    /// A quote that closed a cell, or that is the first of two.
    Closed,
}

impl<R: Read> Collapsed<R> {
    fn new(bytes: R) -> Self {
        Self {
            bytes,
            place: Gap::LineStart,
            quoted: false,
            carriage: false,
            ready: Cursor::default(),
            chunk: vec![0; BUFFER],
        }
    }
}

impl<R> Collapsed<R> {
    fn pass(&mut self, byte: u8) {
        let out = self.ready.get_mut();
        if self.quoted {
            out.push(byte);
            if byte == b'"' {
                self.quoted = false;
                self.place = Gap::Closed;
            }
            return;
        }
        match byte {
            b' ' | b'\t' if self.place == Gap::LineStart => {}
            b' ' | b'\t' => self.place = Gap::Blank,
            b'\r' => self.carriage = true,
            b'\n' => {
                out.push(byte);
                self.place = Gap::LineStart;
                self.carriage = false;
            }
            _ => {
                if self.place == Gap::Blank {
                    out.push(b' ');
                }
                if std::mem::take(&mut self.carriage) {
                    out.push(b'\r');
                    self.place = Gap::Plain;
                }
                out.push(byte);
                self.quoted = byte == b'"' && self.place != Gap::Plain;
                self.place = Gap::Plain;
            }
        }
    }
}

impl<R: Read> Read for Collapsed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.ready.read(buffer)? {
                0 => {}
                count => return Ok(count),
            }
            self.ready.get_mut().clear();
            self.ready.set_position(0);
            // a line feed comes last, so that nothing is held back at the end
            let mut chunk = std::mem::take(&mut self.chunk);
            let length = chunk.len().min(buffer.len());
            let count = self.bytes.read(&mut chunk[..length]);
            if let Ok(count) = count {
                chunk[..count].iter().for_each(|&byte| self.pass(byte));
            }
            self.chunk = chunk;
            if count? == 0 {
                return Ok(0);
            }
        }
    }
}
