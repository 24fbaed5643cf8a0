//! Tables of text: numbers, words and labels in cells that commas, semicolons, tabs or white space separate.

mod columns;
mod rows;
mod write;

pub use columns::MOST_WORDS;
pub use write::write_csv_to;

use super::source::{Source, name_of};
use crate::error::quoted;
use crate::{DataError, Dataset};
use columns::Columns;
use rows::{Row, rows, sniffed};
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

/// How much of a file may be looked at before it is known what separates its cells.
const HEAD: u64 = 1 << 18;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How many names of columns or classes a message shows.
const SHOWN: usize = 10;

/// How a table of text is to be read; by default all is found out and nothing is a label.
///
/// ```
/// use unsup_data::{LabelColumn, TableOptions, read_table_from};
///
/// let table = "democrat n y\nrepublican y ?\nrepublican y n\ndemocrat n n\n".as_bytes();
/// let options = TableOptions { label: Some(LabelColumn::First), ..Default::default() };
/// let votes = read_table_from(table, "votes", &options)?;
/// assert_eq!(votes.labels, Some(vec![0, 1, 1, 0]));
/// assert_eq!(votes.label_names, ["democrat", "republican"]);
/// assert_eq!(votes.features.row(0), [0.0, 1.0]);
/// assert!(votes.features.row(1)[1].is_nan());
/// assert_eq!(
///     votes.notes,
///     [
///         "separated by white space",
///         "no header",
///         "column 1 is the label: 2 classes (democrat, republican)",
///         "columns 2 to 3 hold words: 2 values each, n = 0, y = 1",
///         r#"1 value is missing ("?")"#,
///     ]
/// );
/// # Ok::<(), unsup_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableOptions {
    /// What separates the cells; `None` to find it out.
    pub delimiter: Option<Delimiter>,
    /// Whether the first line holds the names of the columns; `None` to find it out.
    pub header: Option<bool>,
    /// The column that holds the class of each object and is no feature; `None` if there is none.
    pub label: Option<LabelColumn>,
    /// The cells that stand for a missing value, as they are without the spaces around them.
    pub missing: Vec<String>,
}

impl Default for TableOptions {
    /// All is found out, there is no label, and `?`, `NA` and an empty cell stand for a missing value.
    fn default() -> Self {
        Self {
            delimiter: None,
            header: None,
            label: None,
            missing: ["?", "", "NA"].map(str::to_owned).to_vec(),
        }
    }
}

/// What separates the cells of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delimiter {
    /// A tab each.
    Tab,
    /// A semicolon each.
    Semicolon,
    /// A comma each.
    Comma,
    /// Spaces and tabs, as many as there are; those at the ends of a line separate nothing.
    WhiteSpace,
}

impl Delimiter {
    /// In the order in which they are tried.
    const ALL: [Self; 4] = [Self::Tab, Self::Semicolon, Self::Comma, Self::WhiteSpace];

    fn byte(self) -> u8 {
        match self {
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::WhiteSpace => b' ',
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Tab => "a tab",
            Self::Semicolon => "a semicolon",
            Self::Comma => "a comma",
            Self::WhiteSpace => "white space",
        }
    }

    fn many(self) -> &'static str {
        match self {
            Self::Tab => "tabs",
            Self::Semicolon => "semicolons",
            Self::Comma => "commas",
            Self::WhiteSpace => "white space",
        }
    }
}

/// Which column of a table holds the labels.
///
/// From text, as of a command line: `first`, `last`, a number counted from 1, or else the column's name. A column that
/// is called "first" or "3" is said by its number.
///
/// ```
/// use unsup_data::LabelColumn;
///
/// assert_eq!("last".parse(), Ok(LabelColumn::Last));
/// assert_eq!("3".parse(), Ok(LabelColumn::Index(2)));
/// assert_eq!("class".parse(), Ok(LabelColumn::Name("class".to_owned())));
/// assert!("0".parse::<LabelColumn>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelColumn {
    /// The column with this name in the first line, which then is a header.
    Name(String),
    /// The column with this index, counted from 0.
    Index(usize),
    /// The first column.
    First,
    /// The last column.
    Last,
}

impl FromStr for LabelColumn {
    type Err = String;

    /// # Errors
    /// If the text is empty or the number is 0 or too large to be one of a column.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            "" => Err("expected first, last, a column's number or its name".to_owned()),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => match text.parse::<usize>() {
                Ok(0) => Err("columns are counted from 1".to_owned()),
                Ok(number) => Ok(Self::Index(number - 1)),
                Err(_) => Err("too large to be the number of a column".to_owned()),
            },
            name => Ok(Self::Name(name.to_owned())),
        }
    }
}

/// Reads a table of text, gzip'd or not: an object in each line, a feature in each column.
///
/// *Cells.* What separates them is found out from the first lines: tabs, semicolons, commas or white space, what splits all
/// of them into the same number of cells, and more than one. Where several do, it is the one that leaves the largest share
/// of numbers and missing values, then the first of them in this order; but white space may stand within cells that tabs
/// separate, or a comma within its words, and is then not taken. A cell may be in quotes that start it, and nothing
/// but spaces may follow them; spaces around a cell are left out. Lines end in `\n` or `\r\n`; blank ones are
/// skipped, and so is one byte order mark. The file is UTF-8 and is read once, as a stream.
///
/// *Header.* The first line holds the names of the columns if none of its cells is a number, and one of them stands above
/// numbers or, where none does, the table is of words and none of the first line's is found again further down in its
/// column. Cells that stand for a missing value say nothing of it. A label column that is named makes it a header too.
///
/// *Columns* are of numbers (all finite) or of words, and a mixture is refused. A column of two distinct words becomes
/// 0 and 1, in the order of their code points; of more words each becomes a feature `column=word` that is 1 where the
/// cell holds it and 0 elsewhere, in the same order; a single word becomes 0. There may be [`MOST_WORDS`] distinct words
/// in a column, and features for words may take at most 256 bytes of memory for each byte of the file, or 16 MiB.
///
/// *Missing* values become NaN, of a column of words in each of its features. A column without any value is NaN throughout.
///
/// *Labels.* The distinct texts of the label column become the classes 0, 1, .., in the order of the numbers if all are
/// numbers, else of their code points; the texts are the classes' names.
///
/// The data set is named after the file, without its folder and extension; what was found out is said in its notes.
/// Memory: 8 bytes a cell, and each distinct word once.
///
/// # Errors
/// If the file can't be opened or read, holds no row, rows of different lengths, a cell that fits none of the above, a
/// quote that never closes, text after one that does, or the label column is not there, or one of its cells is missing,
/// or it is the only column. The error names the file as `path` does, and the line and column.
pub fn read_table(path: impl AsRef<Path>, options: &TableOptions) -> Result<Dataset, DataError> {
    let path = path.as_ref();
    let source = Source::open(path)?;
    let mut data = dataset(source, &path.display().to_string(), options)?;
    data.name = name_of(path);
    Ok(data)
}

/// Reads a table like [`read_table`] from anything that can be read. `name` stands for the file in errors and names
/// the data set; `bytes` need not be buffered.
///
/// # Errors
/// As for [`read_table`].
pub fn read_table_from(
    bytes: impl Read,
    name: &str,
    options: &TableOptions,
) -> Result<Dataset, DataError> {
    dataset(Source::new(bytes, name)?, name, options)
}

/// The data set in the table of text `source`, which is called `file`.
pub(crate) fn dataset(
    mut source: Source<'_>,
    file: &str,
    options: &TableOptions,
) -> Result<Dataset, DataError> {
    let head = source.up_to(HEAD, file)?;
    let whole = (head.len() as u64) < HEAD;
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head);
    let mut notes = Vec::new();
    let delimiter = options.delimiter.unwrap_or_else(|| {
        let found = sniffed(head, whole, &options.missing);
        notes.push(match found {
            Some(delimiter) => format!("separated by {}", delimiter.many()),
            None => "one column".to_owned(),
        });
        // separates nothing so far, and where it comes up later the rows differ
        found.unwrap_or(Delimiter::Comma)
    });

    let mut rows = rows(head, source, delimiter, file);
    let Some(first) = rows.next()?.cloned() else {
        let problem = "the file is empty, expected a table of numbers or words";
        return Err(DataError::new(file, problem));
    };
    let texts = (0..first.len())
        .map(|column| first.text(column, file))
        .collect::<Result<Vec<&str>, DataError>>()?;
    if texts[0].starts_with('\u{feff}') {
        return Err(first.refused(0, "one byte order mark", file));
    }
    let label = match &options.label {
        Some(label) => Some(label_column(label, &first, &texts, options, file)?),
        None => None,
    };
    let mut columns = Columns::new(first.len(), label, &options.missing, file);
    let missing = |text: &&&str| options.missing.iter().any(|mark| mark == **text);
    let names_none = || {
        let mut values = texts.iter().filter(|text| !missing(text)).peekable();
        values.peek().is_none() || values.any(|text| text.parse::<f64>().is_ok())
    };
    // `None` until the whole table is known
    let mut header = match (&options.label, options.header) {
        (Some(LabelColumn::Name(_)), _) => Some(true),
        (_, Some(said)) => Some(said),
        (_, None) if names_none() => Some(false),
        (_, None) => None,
    };
    if header == Some(false) {
        columns.push(&first)?;
    }
    while let Some(row) = rows.next()? {
        let pushed = if row.len() == first.len() {
            columns.push(row)
        } else {
            let found = match row.len() {
                1 => "1 value".to_owned(),
                count => format!("{count} values"),
            };
            let (line, length) = (first.line(), first.len());
            let problem = format!("{found}, line {line} has {length}");
            Err(DataError::new(file, problem).at_line(row.line()))
        };
        pushed.map_err(|error| match error.column() {
            Some(column) if header.unwrap_or_else(|| columns.are_named_by(&texts)) => {
                error.at_column(column, Some(texts[column - 1]))
            }
            _ => error,
        })?;
    }

    if header.is_none() {
        let named = columns.are_named_by(&texts) || columns.are_without(&texts);
        if !named {
            columns.push_first(&first)?;
        }
        header = Some(named);
    }
    let named = header == Some(true);
    if columns.objects() == 0 {
        let problem = "a header and nothing after it, expected rows of values";
        return Err(DataError::new(file, problem).at_line(first.line()));
    }
    if options.header.is_none() {
        notes.push(match named {
            true => "names from the first line".to_owned(),
            false => "no header".to_owned(),
        });
    }
    columns.finish(named.then_some(&texts), rows.bytes(), notes)
}

/// The index of the label column.
fn label_column(
    label: &LabelColumn,
    first: &Row,
    texts: &[&str],
    options: &TableOptions,
    file: &str,
) -> Result<usize, DataError> {
    let refuse = |problem: String| Err(DataError::new(file, problem).at_line(first.line()));
    let count = texts.len();
    match label {
        LabelColumn::First => Ok(0),
        LabelColumn::Last => Ok(count - 1),
        &LabelColumn::Index(index) if index < count => Ok(index),
        LabelColumn::Index(index) => {
            let columns = match count {
                1 => "1 column".to_owned(),
                count => format!("{count} columns"),
            };
            let number = index.saturating_add(1);
            refuse(format!(
                "there is no column {number} to be the label, found {columns}"
            ))
        }
        LabelColumn::Name(name) => {
            let shown = quoted(name.as_bytes());
            if options.header == Some(false) {
                return refuse(format!(
                    "no column is called {shown}: there is no header, expected first, last or a number from 1 to {count}"
                ));
            }
            let mut found = (0..count).filter(|&column| texts[column] == name.trim());
            match (found.next(), found.next()) {
                (Some(column), None) => Ok(column),
                (Some(one), Some(other)) => {
                    let (one, other) = (one + 1, other + 1);
                    refuse(format!(
                        "columns {one} and {other} are called {shown}, expected one of them by its number"
                    ))
                }
                (None, _) => refuse(format!(
                    "no column is called {shown}, expected one of {}",
                    listed(texts.iter().map(|text| quoted(text.as_bytes())))
                )),
            }
        }
    }
}

/// The first of many texts.
fn listed(texts: impl ExactSizeIterator<Item = String>) -> String {
    let more = if texts.len() > SHOWN { ", …" } else { "" };
    let texts: Vec<String> = texts.take(SHOWN).collect();
    texts.join(", ") + more
}
