//! What the columns of a table hold, and how it becomes numbers.
//!
//! The cells are numbers from the start, a row after the other: a word is the number of words that its column held
//! before. Only when all words are known is their order, and a table of numbers is by then what it is to be.

use super::numbers::{finite, has_decimal_comma, without_marks, without_thousands};
use super::rows::Row;
use super::{SHOWN, listed};
use crate::error::{QUOTED, quoted};
use crate::{ColumnWords, DataError, Dataset, in_one_line};
use std::cmp::Ordering;
use std::collections::HashMap;
use unsup_autograd::Matrix;

/// How many distinct words there may be in a column of a table that is no label: each may become a feature.
pub const MOST_WORDS: usize = 1000;
/// How many bytes the features for words may take for each byte of the file: as many as a column of 200 distinct
/// words takes, if its lines are of some 6 characters.
const BYTES_FOR_A_BYTE: u64 = 256;
/// What small files need not keep to it.
const ALWAYS: u64 = 16 << 20;
/// More classes, or such as are no whole numbers, are hardly classes.
const MANY_CLASSES: usize = 1000;
/// 2^53: smaller whole numbers are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// How many notes there are at most on columns of words.
const NOTES: usize = 20;

/// The columns of a table while it is read.
pub(super) struct Columns<'a> {
    /// One for each column of the file.
    kinds: Vec<Kind>,
    label: Option<usize>,
    /// How many labels are missing, where they may be.
    unlabelled: Option<usize>,
    /// Objects x columns without the label: a number, the code of a word, or NaN.
    cells: Vec<f64>,
    /// The code of each object's class.
    labels: Vec<usize>,
    classes: Words,
    marks: &'a [String],
    /// Which of the marks were found.
    marks_found: Vec<bool>,
    missing: usize,
    file: &'a str,
}

/// What a column holds, as far as it is known.
enum Kind {
    /// Nothing but missing values.
    Unknown,
    Numbers,
    Words(Box<WordColumn>),
    Label,
    /// Is left out.
    RowNames,
}

/// A column of words.
struct WordColumn {
    words: Words,
    /// Where the first of them stands.
    line: u64,
    /// The first of them, no longer than an error shows it.
    first: String,
}

/// The distinct words of a column, with a code each in the order of appearance.
#[derive(Default)]
struct Words {
    codes: HashMap<Box<str>, usize>,
}

impl Words {
    fn code(&mut self, word: &str) -> usize {
        if let Some(&code) = self.codes.get(word) {
            return code;
        }
        let code = self.codes.len();
        self.codes.insert(word.into(), code);
        code
    }

    /// All words in the order of their code points.
    fn sorted(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.codes.keys().map(|word| &**word).collect();
        words.sort_unstable();
        words
    }

    /// The place of each code's word in `sorted`.
    fn places(&self, sorted: &[&str]) -> Vec<usize> {
        let mut places = vec![0; sorted.len()];
        for (place, word) in sorted.iter().enumerate() {
            places[self.codes[*word]] = place;
        }
        places
    }

    /// The names of the classes, and which class each code is: of numbers, and then in their order, if all words are.
    ///
    /// Then 1, 1.0 and 01 are one class under the shortest of its texts, of equally long ones the first.
    fn as_classes(&self) -> (Vec<&str>, Vec<usize>) {
        let mut words = self.sorted();
        if !self.are_numbers() {
            let places = self.places(&words);
            return (words, places);
        }
        let number = |word: &str| finite(word).unwrap_or(f64::NAN);
        let length = |word: &str| (word.len(), self.codes[word]);
        words.sort_by(|a, b| {
            // 0 and −0 are equal, and numbers are comparable
            let order = number(a).partial_cmp(&number(b));
            order
                .unwrap_or(Ordering::Equal)
                .then(length(a).cmp(&length(b)))
        });
        let mut names: Vec<&str> = Vec::new();
        let mut places = vec![0; words.len()];
        for word in words {
            // beyond that, different whole numbers may be one in double precision
            let same = |name: &&str| number(name) == number(word) && number(word).abs() < EXACT;
            if !names.last().is_some_and(same) {
                names.push(word);
            }
            places[self.codes[word]] = names.len() - 1;
        }
        (names, places)
    }

    fn are_numbers(&self) -> bool {
        self.codes.keys().all(|word| finite(word).is_some())
    }
}

impl WordColumn {
    /// What a number is not.
    fn expected(&self) -> String {
        let Self { line, first, .. } = self;
        format!(
            "a word: the column holds words since line {line} ({}; if that stands for a missing value, name it as such)",
            quoted(first.as_bytes())
        )
    }

    /// Whether all words would be numbers without marks that people set in numbers.
    fn are_marked(&self) -> bool {
        let mut words = self.words.codes.keys();
        without_marks(&self.first).is_some() && words.all(|word| without_marks(word).is_some())
    }

    /// The error of a column whose first word would be a number without its marks.
    fn marked(&self, column: usize, file: &str) -> DataError {
        let expected = without_marks(&self.first).unwrap_or_default();
        let first = quoted(self.first.as_bytes());
        DataError::new(file, format!("found {first}, expected a number {expected}"))
            .at_line(self.line)
            .at_column(column + 1, None)
    }
}

impl<'a> Columns<'a> {
    /// None of `count` columns, of which the first may hold `row_names`.
    pub(super) fn new(count: usize, row_names: bool, marks: &'a [String], file: &'a str) -> Self {
        let kind = |column| match column {
            0 if row_names => Kind::RowNames,
            _ => Kind::Unknown,
        };
        Self {
            kinds: (0..count).map(kind).collect(),
            label: None,
            unlabelled: None,
            cells: Vec::new(),
            labels: Vec::new(),
            classes: Words::default(),
            marks,
            marks_found: vec![false; marks.len()],
            missing: 0,
            file,
        }
    }

    /// Makes a column that of the labels, before any row is taken.
    pub(super) fn label(&mut self, column: usize, may_be_missing: bool) {
        self.kinds[column] = Kind::Label;
        self.label = Some(column);
        self.unlabelled = may_be_missing.then_some(0);
    }

    pub(super) fn objects(&self) -> usize {
        match self.features().count() {
            0 => self.labels.len(),
            features => self.cells.len() / features,
        }
    }

    /// The columns that hold features.
    fn features(&self) -> impl Iterator<Item = usize> {
        let kinds = self.kinds.iter().enumerate();
        kinds
            .filter(|(_, kind)| !matches!(kind, Kind::Label | Kind::RowNames))
            .map(|(column, _)| column)
    }

    /// Whether the first column counts the rows after the first line: 0, 1, ..
    pub(super) fn first_counts_rows(&self) -> bool {
        let width = self.features().count();
        matches!(self.kinds[0], Kind::Numbers)
            && (self.cells.chunks_exact(width).enumerate()).all(|(i, row)| row[0] == i as f64)
    }

    /// Takes a row with a cell for each column.
    pub(super) fn push(&mut self, row: &Row) -> Result<(), DataError> {
        let mut line = row.line();
        (0..self.kinds.len()).try_for_each(|column| {
            self.push_cell(row, column, line)?;
            line += row.line_breaks(column);
            Ok(())
        })
    }

    /// Takes a row that stands before all others.
    pub(super) fn push_first(&mut self, row: &Row) -> Result<(), DataError> {
        let (cells, labels) = (self.cells.len(), self.labels.len());
        self.push(row)?;
        let added = self.cells.len() - cells;
        self.cells.rotate_right(added);
        let added = self.labels.len() - labels;
        self.labels.rotate_right(added);
        Ok(())
    }

    /// Takes a cell, which starts at that line.
    fn push_cell(&mut self, row: &Row, column: usize, line: u64) -> Result<(), DataError> {
        let text = row.text(column, self.file)?;
        let refuse = |expected: &str| Err(row.refused(column, expected, self.file));
        let kind = &mut self.kinds[column];
        if matches!(kind, Kind::RowNames) {
            return Ok(());
        }
        let value = if let Some(mark) = self.marks.iter().position(|mark| mark == text) {
            if matches!(kind, Kind::Label) {
                if let Some(unlabelled) = &mut self.unlabelled {
                    *unlabelled += 1;
                    self.labels.push(0); // of no use, as all of them now
                    return Ok(());
                }
                let problem = match text {
                    "" => "the label is missing, expected a class".to_owned(),
                    _ => format!(
                        "the label is missing ({}), expected a class",
                        quoted(text.as_bytes())
                    ),
                };
                return Err(row.error(column, problem, self.file));
            }
            self.marks_found[mark] = true;
            self.missing += 1;
            f64::NAN
        } else {
            let number = text.parse::<f64>().ok();
            // such as "nan" and "infinity", but not 1e999
            let is_spelt = number.is_some() && !text.bytes().any(|byte| byte.is_ascii_digit());
            match (number, &mut *kind) {
                _ if text.is_empty() => return refuse("a value"),
                (_, Kind::Label) => {
                    self.labels.push(self.classes.code(text));
                    return Ok(());
                }
                (Some(_), Kind::Words(words)) if !is_spelt => {
                    return Err(match without_marks(&words.first) {
                        Some(_) => words.marked(column, self.file),
                        None => row.refused(column, &words.expected(), self.file),
                    });
                }
                (Some(value), Kind::Unknown | Kind::Numbers) => {
                    *kind = Kind::Numbers; // or what would have been, had it been finite
                    match value.is_nan() {
                        _ if value.is_finite() => value,
                        true => {
                            return refuse(
                                "a finite number; if it stands for a missing value, name it as such",
                            );
                        }
                        false => return refuse("a finite number"),
                    }
                }
                (None, _) if has_decimal_comma(text) => {
                    return refuse(match without_thousands(text) {
                        Some(_) => {
                            "a number with a point before its decimals and without separators of thousands"
                        }
                        None => "a number with a point before its decimals",
                    });
                }
                (None, Kind::Numbers) => match without_marks(text) {
                    Some(expected) => return refuse(&format!("a number {expected}")),
                    None => return refuse("a number as in the lines above"),
                },
                (None, Kind::Unknown) => {
                    let mut column_of_words = WordColumn {
                        words: Words::default(),
                        line,
                        first: text.chars().take(QUOTED + 1).collect(),
                    };
                    let code = column_of_words.words.code(text);
                    *kind = Kind::Words(Box::new(column_of_words));
                    code as f64
                }
                (_, Kind::Words(column)) => {
                    let words = &mut column.words;
                    let code = words.code(text);
                    if words.codes.len() > MOST_WORDS {
                        return refuse(&format!(
                            "no more than {MOST_WORDS} distinct words in a column"
                        ));
                    }
                    code as f64
                }
                (_, Kind::RowNames) => return Ok(()),
            }
        };
        self.cells.push(value);
        Ok(())
    }

    /// Whether one of the first line's cells, if it has a value, stands above numbers: as data it would not fit.
    pub(super) fn are_named_by(&self, first: &[&str]) -> bool {
        let mut columns = first.iter().zip(&self.kinds);
        columns.any(|(text, kind)| match kind {
            _ if self.is_missing(text) => false,
            Kind::Numbers => true,
            Kind::Label => !self.labels.is_empty() && self.classes.are_numbers(),
            Kind::Unknown | Kind::Words(_) | Kind::RowNames => false,
        })
    }

    /// Whether none of the first line's words is found again in its column.
    pub(super) fn are_without(&self, first: &[&str]) -> bool {
        let mut columns = first.iter().zip(&self.kinds);
        columns.all(|(text, kind)| match kind {
            _ if self.is_missing(text) => true,
            Kind::Words(column) => !column.words.codes.contains_key(*text),
            Kind::Label => !self.classes.codes.contains_key(*text),
            Kind::Unknown | Kind::Numbers | Kind::RowNames => true,
        })
    }

    fn is_missing(&self, text: &str) -> bool {
        self.marks.iter().any(|mark| mark == text)
    }

    /// The data set, whose columns are called `names`, from a file of so many bytes.
    pub(super) fn finish(
        mut self,
        names: Option<&Vec<&str>>,
        bytes: u64,
        notes: Vec<String>,
    ) -> Result<Dataset, DataError> {
        let objects = self.objects();
        let features: Vec<usize> = self.features().collect();
        if features.is_empty() {
            let problem = "the label is the only column, expected features beside it";
            return Err(DataError::new(self.file, problem));
        }
        let kinds = std::mem::take(&mut self.kinds);
        for (column, kind) in kinds.iter().enumerate() {
            if let Kind::Words(words) = kind
                && words.are_marked()
            {
                let name = names.map(|names| names[column]);
                return Err(words.marked(column, self.file).at_column(column + 1, name));
            }
        }
        let codings: Vec<Coding> = features
            .iter()
            .map(|&column| coding(&kinds[column]))
            .collect();
        let cells = spread(std::mem::take(&mut self.cells), objects, &codings, bytes)
            .map_err(|problem| DataError::new(self.file, problem))?;
        let width = codings.iter().map(Coding::width).sum();
        let mut data = Dataset::new(self.file, Matrix::from_vec(objects, width, cells));
        data.notes = notes;

        let column_name = |column: usize| match names {
            Some(names) => names[column].to_owned(),
            None => format!("column {}", column + 1),
        };
        if names.is_some() || width > codings.len() {
            for (&column, coding) in features.iter().zip(&codings) {
                match coding {
                    Coding::Spread(order) => {
                        let name = |word| format!("{}={word}", column_name(column));
                        data.feature_names.extend(order.words.iter().map(name));
                    }
                    _ => data.feature_names.push(column_name(column)),
                }
            }
        }
        let mut feature = 0;
        data.table_columns.reserve_exact(width);
        for (&column, coding) in features.iter().zip(&codings) {
            if let Coding::Word(order) | Coding::Spread(order) = coding {
                let words = order.words.iter().map(|&word| word.to_owned());
                data.words.push(ColumnWords {
                    column: column + 1,
                    feature,
                    words: words.collect(),
                });
            }
            feature += coding.width();
            let of_column = std::iter::repeat_n(column + 1, coding.width());
            data.table_columns.extend(of_column);
        }
        if let Some(label) = self.label {
            data.label_column = Some(column_name(label));
            let name = names.map(|names| format!(" ({})", quoted(names[label].as_bytes())));
            let column = format!("column {}{}", label + 1, name.unwrap_or_default());
            if let Some(unlabelled @ 1..) = self.unlabelled {
                data.notes.push(format!(
                    "{column} is the label and left out: of {unlabelled} of {objects} objects it is missing"
                ));
            } else {
                let (classes, places) = self.classes.as_classes();
                self.labels
                    .iter_mut()
                    .for_each(|code| *code = places[*code]);
                data.label_names = classes.iter().map(|&text| text.to_owned()).collect();
                data.notes.push(format!(
                    "{column} is the label: {} ({}){}",
                    match classes.len() {
                        1 => "1 class".to_owned(),
                        count => format!("{count} classes"),
                    },
                    shown(&classes),
                    doubt(&classes, objects)
                ));
                data.labels = Some(self.labels);
            }
        }
        if let Some(names) = names {
            note_nameless(&mut data.notes, names, &features, &codings);
        }
        note_words(&mut data.notes, &features, &codings);
        if self.missing > 0 {
            let found = self.marks.iter().zip(&self.marks_found).filter(|x| *x.1);
            let marks: Vec<String> = found.map(|(mark, _)| quoted(mark.as_bytes())).collect();
            let marks = listed(marks.into_iter());
            data.notes.push(match self.missing {
                1 => format!("1 value is missing ({marks})"),
                count => format!("{count} values are missing ({marks})"),
            });
        }
        Ok(data)
    }
}

/// How the cells of a column become features.
enum Coding<'k> {
    /// A column without any value.
    Nothing,
    Numbers,
    /// At most two words: each code becomes its word's place in the order.
    Word(Box<Order<'k>>),
    /// A feature for each word.
    Spread(Box<Order<'k>>),
}

/// The words of a column in order.
struct Order<'k> {
    words: Vec<&'k str>,
    /// Where the word of each code stands among them.
    places: Vec<usize>,
}

impl Coding<'_> {
    /// The number of features.
    fn width(&self) -> usize {
        match self {
            Coding::Nothing | Coding::Numbers | Coding::Word(_) => 1,
            Coding::Spread(order) => order.words.len(),
        }
    }

    /// How it is said, of one column and of several.
    fn said(&self) -> Option<(String, String)> {
        match self {
            Coding::Numbers => None,
            Coding::Nothing => Some(("holds no value".to_owned(), "hold no value".to_owned())),
            Coding::Word(order) => {
                let words = &order.words;
                let short = words.iter().enumerate();
                let codes: Vec<String> = short
                    .map(|(code, word)| format!("{} = {code}", short_word(word)))
                    .collect();
                let codes = codes.join(", ");
                Some(match words.len() {
                    1 => (
                        format!("holds one word: {codes}"),
                        format!("hold one word each: {codes}"),
                    ),
                    _ => (
                        format!("holds words: {codes}"),
                        format!("hold words: 2 values each, {codes}"),
                    ),
                })
            }
            Coding::Spread(order) => {
                let (count, words) = (order.words.len(), shown(&order.words));
                Some((
                    format!("holds words: {count} values, a feature for each ({words})"),
                    format!("hold words: {count} values each, a feature for each ({words})"),
                ))
            }
        }
    }
}

fn coding(kind: &Kind) -> Coding<'_> {
    match kind {
        Kind::Unknown => Coding::Nothing,
        Kind::Numbers | Kind::Label | Kind::RowNames => Coding::Numbers,
        Kind::Words(column) => {
            let words = column.words.sorted();
            let places = column.words.places(&words);
            let few = words.len() <= 2;
            let order = Box::new(Order { words, places });
            if few {
                Coding::Word(order)
            } else {
                Coding::Spread(order)
            }
        }
    }
}

/// The features: `cells`, with each word in its place.
fn spread(
    mut cells: Vec<f64>,
    objects: usize,
    codings: &[Coding<'_>],
    bytes: u64,
) -> Result<Vec<f64>, String> {
    let width: usize = codings.iter().map(Coding::width).sum();
    if width == codings.len() {
        for row in cells.chunks_exact_mut(width) {
            for (cell, coding) in row.iter_mut().zip(codings) {
                if let Coding::Word(order) = coding
                    && !cell.is_nan()
                {
                    *cell = order.places[*cell as usize] as f64;
                }
            }
        }
        return Ok(cells);
    }

    let size = 8 * objects as u128 * width as u128;
    if size > u128::from(bytes.saturating_mul(BYTES_FOR_A_BYTE).max(ALWAYS)) {
        return Err(format!(
            "a feature for each word makes {objects}x{width} features, {size} bytes: expected at most \
             {BYTES_FOR_A_BYTE} for each of the file's {bytes}"
        ));
    }
    let mut features = Vec::with_capacity(objects * width);
    for row in cells.chunks_exact(codings.len()) {
        for (&cell, coding) in row.iter().zip(codings) {
            match coding {
                Coding::Word(order) if !cell.is_nan() => {
                    features.push(order.places[cell as usize] as f64);
                }
                Coding::Nothing | Coding::Numbers | Coding::Word(_) => features.push(cell),
                Coding::Spread(order) => {
                    let indicator = |word| match cell.is_nan() {
                        true => f64::NAN,
                        false => f64::from(u8::from(word == order.places[cell as usize])),
                    };
                    features.extend((0..order.words.len()).map(indicator));
                }
            }
        }
    }
    Ok(features)
}

/// A note on columns that hold something under an empty name; numbers in the first one often count the rows.
fn note_nameless(notes: &mut Vec<String>, names: &[&str], columns: &[usize], codings: &[Coding]) {
    let nameless = columns.iter().zip(codings).filter(|(column, coding)| {
        names[**column].is_empty() && !matches!(coding, Coding::Nothing)
    });
    let (nameless, codings): (Vec<usize>, Vec<&Coding>) = nameless
        .map(|(column, coding)| (column + 1, coding))
        .unzip();
    match nameless[..] {
        [] => {}
        [1] if matches!(codings[0], Coding::Numbers) => {
            notes.push("column 1 has no name: is it a row number?".to_owned());
        }
        [column] => notes.push(format!("column {column} has no name")),
        _ => notes.push(format!("columns {} have no name", ranges(&nameless))),
    }
}

/// A note for all columns that are coded alike, however far apart.
fn note_words(notes: &mut Vec<String>, columns: &[usize], codings: &[Coding<'_>]) {
    let mut groups: Vec<(String, String, Vec<usize>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (&column, coding) in columns.iter().zip(codings) {
        let Some((one, several)) = coding.said() else {
            continue;
        };
        let place = *places.entry(several).or_insert_with_key(|several| {
            groups.push((one, several.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[place].2.push(column + 1);
    }
    for (one, several, columns) in groups.iter().take(NOTES) {
        notes.push(match columns[..] {
            [column] => format!("column {column} {one}"),
            _ => format!("columns {} {several}", ranges(columns)),
        });
    }
    if groups.len() > NOTES {
        let rest: usize = groups[NOTES..].iter().map(|group| group.2.len()).sum();
        notes.push(format!("{rest} more columns hold words"));
    }
}

/// Ascending numbers in words: "1, 3 to 5".
fn ranges(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let said = |run: &[usize]| match *run {
        [first, .., last] => format!("{first} to {last}"),
        [] | [_] => run[0].to_string(),
    };
    listed(runs.map(said).collect::<Vec<_>>().into_iter())
}

/// What a note on the label adds where the column looks like something else.
fn doubt(classes: &[&str], objects: usize) -> String {
    let numbers = || classes.iter().map(|class| finite(class));
    let are_numbers = numbers().all(|number| number.is_some());
    let many = classes.len() > MANY_CLASSES;
    if !(many || (are_numbers && numbers().flatten().any(|x| x.fract() != 0.0))) {
        return String::new();
    }
    let each = match 10 * classes.len() > 9 * objects {
        true => ", one for nearly each object",
        false => "",
    };
    match are_numbers {
        true => format!("{each}: is it a number to be predicted?"),
        false => format!("{each}: does it name the objects?"),
    }
}

/// The first of the words, as a note shows them.
fn shown(words: &[&str]) -> String {
    let few = &words[..words.len().min(SHOWN + 1)];
    listed(few.iter().map(|word| short_word(word)))
}

/// A word in a note: in one line and not too long.
fn short_word(word: &str) -> String {
    const MOST: usize = 24;
    let word: String = match word.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    };
    in_one_line(&word)
}
