//! Tables of text: numbers, words and labels in cells that commas, semicolons, tabs or white space separate.

mod columns;
mod numbers;
mod rows;
mod write;

pub use columns::MOST_WORDS;
pub use write::{Cell, CsvWriter, write_csv_to};

use super::source::{BYTE_ORDER_MARK, Source, name_of};
use crate::error::quoted;
use crate::{DataError, Dataset};
use columns::Columns;
use numbers::finite;
use rows::{Row, rows, sniffed};
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

/// How much of a file may be looked at before it is known what separates its cells.
const HEAD: u64 = 1 << 18;
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
    /// Where `label` is `None`: a column that is no feature either, but may be missing.
    pub label_if_there: Option<LabelIfThere>,
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
            label_if_there: None,
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

/// The column that held the labels of a table, to be found again in others of the same kind: with it, or without it
/// where the labels are not known.
///
/// ```
/// use unsup_data::{LabelColumn, LabelIfThere, TableOptions, read_table_from};
///
/// let options = TableOptions {
///     label_if_there: Some(LabelIfThere { column: LabelColumn::Name("colour".to_owned()), of: 2 }),
///     ..Default::default()
/// };
/// let read = |text: &str| read_table_from(text.as_bytes(), "fish", &options);
/// assert_eq!(read("length,colour\n5,red\n6,blue\n")?.labels, Some(vec![1, 0]));
/// assert_eq!(read("length,weight\n5,70\n6,80\n")?.labels, None);
/// // one of them is missing
/// let fish = read("length,colour\n5,red\n6,?\n")?;
/// assert_eq!((fish.labels, fish.feature_names), (None, vec!["length".to_owned()]));
/// # Ok::<(), unsup_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelIfThere {
    /// It.
    pub column: LabelColumn,
    /// Of how many columns: in a table of more or fewer it is found by its name alone, and not by a number.
    pub of: usize,
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
/// *Comments.* Lines before the first row that start with `#` and a space, or are `#` alone or repeated, are skipped,
/// if they lie in the file's first 256 KiB. Other lines that start with `#` are rows: names and words may start so.
///
/// *Header.* The first line holds the names of the columns if none of its cells is a number, and one of them stands above
/// numbers or, where none does, the table is of words and none of the first line's is found again further down in its
/// column. Cells that stand for a missing value say nothing of it. A label column that is named makes it a header too,
/// and so does an empty cell before the numbers 0, 1, .. where the first column counts the rows 0, 1, .., as pandas writes
/// an array. A first line of names that is one cell shorter than the second names all columns but the first, as R's
/// `write.table` has it: that one holds row names and is left out.
///
/// *Columns* are of numbers (all finite) or of words, and a mixture is refused; `nan` and `inf` are words in a column of
/// words or of labels. Words that all would be numbers without a sign of per cent or currency, separators of thousands or
/// a minus sign that is no hyphen are refused too. A column of two distinct words becomes
/// 0 and 1, in the order of their code points; of more words each becomes a feature `column=word` that is 1 where the
/// cell holds it and 0 elsewhere, in the same order; a single word becomes 0. There may be [`MOST_WORDS`] distinct words
/// in a column, and features for words may take at most 256 bytes of memory for each byte of the file, or 16 MiB.
///
/// *Missing* values become NaN, of a column of words in each of its features. A column without any value is NaN throughout.
///
/// *Labels.* The distinct texts of the label column become the classes 0, 1, .. in the order of their code points, or if
/// all are numbers the distinct numbers in their order; the texts are the classes' names, of equal numbers the shortest.
/// Of a column that is a label only if it is there ([`LabelIfThere`]) a cell may be missing: then no labels are known.
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
    let (head, comments) = without_comments(head);
    match comments {
        0 => {}
        1 => notes.push("1 line of comment at the start".to_owned()),
        count => notes.push(format!("{count} lines of comment at the start")),
    }
    let delimiter = options.delimiter.unwrap_or_else(|| {
        let found = sniffed(&head, whole, &options.missing);
        notes.push(match found {
            Some(delimiter) => format!("separated by {}", delimiter.many()),
            None => "one column".to_owned(),
        });
        // separates nothing so far, and where it comes up later the rows differ
        found.unwrap_or(Delimiter::Comma)
    });

    let mut rows = rows(&head, source, delimiter, file);
    let Some(first) = rows.next()?.cloned() else {
        let problem = "the file is empty, expected a table of numbers or words";
        return Err(DataError::new(file, problem));
    };
    // looked at before the first is taken, but what is wrong with it is told after what is wrong with the first
    let second = rows.next().map(|row| row.cloned());
    let mut texts = (0..first.len())
        .map(|column| first.text(column, file))
        .collect::<Result<Vec<&str>, DataError>>()?;
    if texts[0].starts_with('\u{feff}') {
        return Err(first.refused(0, "one byte order mark", file));
    }
    let row_names = match &second {
        Ok(Some(second)) => are_short_of_row_names(&texts, second, options),
        _ => false,
    };
    let (line, length) = match &second {
        Ok(Some(second)) if row_names => (second.line(), second.len()),
        _ => (first.line(), first.len()),
    };
    if row_names {
        texts.insert(0, "");
        notes.push(
            "the first line names all columns but the first, which holds row names and is left out"
                .to_owned(),
        );
    }
    let place = |label| label_column(label, &first, &texts, row_names, options, file);
    let (label, place, may_be_missing) = match (&options.label, &options.label_if_there) {
        (Some(label), _) => (Some(label), Some(place(label)?), false),
        (None, Some(LabelIfThere { column, of })) => {
            let is_name = matches!(column, LabelColumn::Name(_));
            let found = (is_name || texts.len() == *of).then(|| place(column).ok());
            match found.flatten() {
                Some(place) => (Some(column), Some(place), true),
                None => (None, None, false),
            }
        }
        (None, None) => (None, None, false),
    };
    let mut columns = Columns::new(length, row_names, &options.missing, file);
    if let Some(place) = place {
        columns.label(place, may_be_missing);
    }
    let missing = |text: &&&str| options.missing.iter().any(|mark| mark == **text);
    let names_none = || {
        let values: Vec<&&str> = texts.iter().filter(|text| !missing(text)).collect();
        // "nan" may be a name, but not where nothing else is one
        values.iter().any(|text| finite(text).is_some())
            || values.iter().all(|text| text.parse::<f64>().is_ok())
    };
    let counted = counts_columns(&texts);
    // `None` until the whole table is known
    let mut header = match (label, options.header) {
        (Some(LabelColumn::Name(_)), _) => Some(true),
        (_, Some(said)) => Some(said),
        (_, None) if row_names => Some(true),
        (_, None) if !counted && names_none() => Some(false),
        (_, None) => None,
    };
    if header == Some(false) {
        columns.push(&first)?;
    }
    let mut take = |row: &Row| {
        let pushed = if row.len() == length {
            columns.push(row)
        } else {
            let found = match row.len() {
                1 => "1 value".to_owned(),
                count => format!("{count} values"),
            };
            let problem = format!("{found}, line {line} has {length}");
            Err(DataError::new(file, problem).at_line(row.line()))
        };
        pushed.map_err(|error| {
            let named = || match counted {
                true => columns.first_counts_rows(),
                false => columns.are_named_by(&texts),
            };
            match error.column() {
                Some(column) if header.unwrap_or_else(named) => {
                    error.at_column(column, Some(texts[column - 1]))
                }
                _ => error,
            }
        })
    };
    if let Some(second) = second? {
        take(&second)?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
    }

    if header.is_none() {
        let named = match counted {
            true => columns.first_counts_rows(),
            false => columns.are_named_by(&texts) || columns.are_without(&texts),
        };
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

/// The start of a file with an empty line for each line of comment before its first row, and how many these were.
///
/// A comment starts with `#` and a space, or is `#` alone or repeated: `#chrom` is a name, and `#ff0000` a word.
fn without_comments(head: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let (mut lines, mut comments, mut rest) = (0, 0, head);
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        match rest[..end].trim_ascii_end() {
            [] if !rest[..end].contains(&b'\t') => {}
            [b'#'] | [b'#', b'#' | b' ' | b'\t', ..] => comments += 1,
            _ => break,
        }
        lines += 1;
        rest = &rest[end + 1..];
    }
    match comments {
        0 => (Cow::Borrowed(head), 0),
        _ => (Cow::Owned([&b"\n".repeat(lines), rest].concat()), comments),
    }
}

/// Whether the first line names all columns but the first, as R's `write.table` writes it: it is a cell shorter than the
/// row after it, and names. Where that row ends in an empty cell, it is rather a separator too many.
fn are_short_of_row_names(texts: &[&str], second: &Row, options: &TableOptions) -> bool {
    let names = match options.header {
        Some(said) => said,
        None => (texts.iter()).all(|text| !text.is_empty() && finite(text).is_none()),
    };
    names && second.len() == texts.len() + 1 && !second.is_empty_at(texts.len())
}

/// Whether the first line counts the columns, as pandas writes those of an array after the empty name of its index.
fn counts_columns(texts: &[&str]) -> bool {
    let mut numbers = texts.iter().skip(1).enumerate();
    texts.len() > 1 && texts[0].is_empty() && numbers.all(|(i, text)| *text == i.to_string())
}

/// The index of the label column.
fn label_column(
    label: &LabelColumn,
    first: &Row,
    texts: &[&str],
    row_names: bool,
    options: &TableOptions,
    file: &str,
) -> Result<usize, DataError> {
    let refuse = |problem: String| Err(DataError::new(file, problem).at_line(first.line()));
    let count = texts.len();
    let start = usize::from(row_names);
    match label {
        LabelColumn::First => Ok(start),
        LabelColumn::Last => Ok(count - 1),
        LabelColumn::Index(0) if row_names => {
            refuse("column 1 holds row names, expected another to be the label".to_owned())
        }
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
            let mut found = (start..count).filter(|&column| texts[column] == name.trim());
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
                    listed(texts[start..].iter().map(|text| quoted(text.as_bytes())))
                )),
            }
        }
    }
}

/// The first of many texts.
pub(crate) fn listed(texts: impl ExactSizeIterator<Item = String>) -> String {
    let more = if texts.len() > SHOWN { ", …" } else { "" };
    let texts: Vec<String> = texts.take(SHOWN).collect();
    texts.join(", ") + more
}
