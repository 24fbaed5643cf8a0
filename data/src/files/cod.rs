//! `.cod`, the text files in which SOM_PAK (T. Kohonen, J. Hynninen, J. Kangas, J. Laaksonen, SOM_PAK: The Self-Organizing
//! Map Program Package, version 3.1, 1995) keeps the nodes of a map, and LVQ_PAK 3.1 of the same group and year a codebook:
//! a header line, then a centre in each line and its labels after it.
//!
//! The header is a promise like any other: memory grows with the lines that arrive, and a map of fewer or more nodes than
//! promised is refused.

use super::source::{BYTE_ORDER_MARK, Source};
use super::{CARRIAGE_RETURN, utf8, write_number};
use crate::DataError;
use crate::error::quoted;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use unsup_autograd::Matrix;

/// Stands for a component that is missing.
const MISSING: &str = "x";
/// The words that follow an object of a data file and are no labels start so.
const OPTIONS: [&str; 2] = ["weight=", "fixed="];

/// What a `.cod` file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct CodebookFile {
    /// What the centres are of.
    pub kind: CodebookKind,
    /// Nodes x components; every entry is finite, or NaN where the component is missing. In a map of `columns` x `rows`
    /// nodes the one in column c of row r, both counted from 0, is row `r * columns + c`.
    pub centres: Matrix<f64>,
    /// The labels of each node, none or several, as many lists as `centres` has rows.
    pub labels: Vec<Vec<String>>,
}

/// What the centres of a `.cod` file are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodebookKind {
    /// Vectors of which nothing more is said, as in a data file.
    Plain,
    /// A codebook of learning vector quantisation; the labels are the classes.
    Lvq,
    /// A self-organising map.
    Map(Lattice),
}

/// How the nodes of a map lie, and how far a winner reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lattice {
    /// Whether a node inside has six neighbours at equal distances, the second, fourth, .. row lying half a step to the
    /// right (`hexa`), or four (`rect`).
    pub hexagonal: bool,
    /// Nodes from left to right, at least 1.
    pub columns: usize,
    /// Nodes from top to bottom, at least 1.
    pub rows: usize,
    /// The kernel with which it was trained.
    pub kernel: LatticeKernel,
}

/// How much a node learns by its distance from the winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LatticeKernel {
    /// Within the radius as much as the winner, beyond it nothing.
    Bubble,
    /// The less the further away, as a Gaussian of the radius has it.
    Gaussian,
}

impl Lattice {
    /// How many nodes there are; `None` if more than can be counted.
    fn nodes(self) -> Option<usize> {
        self.columns.checked_mul(self.rows)
    }
}

/// Reads a `.cod` file of SOM_PAK or LVQ_PAK, gzip'd or not.
///
/// *Header.* The first line holds the dimension of the centres, and after it nothing (or `data`), or `lvq`, or the lattice
/// of a map: `hexa` or `rect`, the numbers of columns and of rows, and `bubble` or `gaussian`. Capital letters are
/// taken for small ones.
///
/// *Nodes.* Each line after it holds as many numbers as the header says, separated by white space, and `x` or `nan` where
/// one is missing, which becomes NaN. All words after them are labels, numbers too. There are as many nodes as the lattice
/// has, and at least one where there is none.
///
/// Lines that start with `#` are comments; they and blank lines are skipped, and so is a byte order mark. Lines end in
/// `\n` or `\r\n`. The weights (`weight=3`) and fixed points (`fixed=2,2`) that data files may have among the labels are
/// refused, because they are none and would be lost.
///
/// # Errors
/// If the file can't be opened or read, has no header or another one, a line with fewer numbers or with a word or an
/// infinite number among them, a weight or fixed point, fewer or more nodes than the lattice or no node, or is no UTF-8.
/// The error names the file as `path` does, and the line and column.
pub fn read_cod(path: impl AsRef<Path>) -> Result<CodebookFile, DataError> {
    let path = path.as_ref();
    codebook(Source::open(path)?, &path.display().to_string())
}

/// Reads a `.cod` file like [`read_cod`] from anything that can be read. `name` stands for the file in errors; `bytes`
/// need not be buffered.
///
/// ```
/// use unsup_data::{CodebookKind, read_cod_from};
///
/// let map = "3 hexa 2 1 gaussian\n# two animals\n0.5 1 0 dove hen\n0.1 x 0.9\n".as_bytes();
/// let map = read_cod_from(map, "animals.cod")?;
/// let CodebookKind::Map(lattice) = map.kind else { panic!("no map") };
/// assert_eq!((lattice.hexagonal, lattice.columns, lattice.rows), (true, 2, 1));
/// assert_eq!(map.centres.row(0), [0.5, 1.0, 0.0]);
/// assert!(map.centres[(1, 1)].is_nan());
/// assert_eq!(map.labels, [vec!["dove", "hen"], vec![]]);
///
/// let short = "3 lvq\n0.5 1\n".as_bytes();
/// assert_eq!(
///     read_cod_from(short, "animals.cod").unwrap_err().to_string(),
///     "animals.cod, line 2: 2 values, expected the 3 that line 1 promises"
/// );
/// # Ok::<(), unsup_data::DataError>(())
/// ```
///
/// # Errors
/// As for [`read_cod`].
pub fn read_cod_from(bytes: impl Read, name: &str) -> Result<CodebookFile, DataError> {
    codebook(Source::new(bytes, name)?, name)
}

/// Writes a `.cod` file that [`read_cod`] reads back to the same bits, and SOM_PAK and LVQ_PAK in single precision: the
/// header, then a node in each line, `x` where a component is NaN.
///
/// SOM_PAK's programs leave out a node without any component. `out` should be buffered. To write a file, write aside and
/// rename, so that nothing that was there is lost half way.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_data::{CodebookFile, CodebookKind, write_cod_to};
///
/// let codebook = CodebookFile {
///     kind: CodebookKind::Lvq,
///     centres: Matrix::from_rows(&[[0.1, 2.0], [f64::NAN, -1e-7]]),
///     labels: vec![vec!["setosa".to_owned()], vec![]],
/// };
/// let mut file = Vec::new();
/// write_cod_to(&mut file, &codebook)?;
/// assert_eq!(file, b"2 lvq\n0.1 2 setosa\nx -1e-7\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If writing fails, a component is infinite, or a label is no word: it is empty, holds white space (of ASCII) or a zero
/// byte, or would be read as a weight or fixed point.
///
/// # Panics
/// If there are not as many lists of labels as centres, or other than the lattice has nodes.
#[track_caller]
pub fn write_cod_to(mut out: impl Write, codebook: &CodebookFile) -> io::Result<()> {
    let CodebookFile {
        kind,
        centres,
        labels,
    } = codebook;
    assert!(
        labels.len() == centres.rows(),
        "write_cod: labels of {} nodes for centres of {}",
        labels.len(),
        centres.shape()
    );
    write!(out, "{}", centres.columns())?;
    match *kind {
        CodebookKind::Plain => {}
        CodebookKind::Lvq => out.write_all(b" lvq")?,
        CodebookKind::Map(lattice) => {
            let (columns, rows) = (lattice.columns, lattice.rows);
            assert!(
                lattice.nodes() == Some(centres.rows()),
                "write_cod: a lattice of {columns}x{rows} nodes for centres of {}",
                centres.shape()
            );
            let topology = if lattice.hexagonal { "hexa" } else { "rect" };
            let kernel = match lattice.kernel {
                LatticeKernel::Bubble => "bubble",
                LatticeKernel::Gaussian => "gaussian",
            };
            write!(out, " {topology} {columns} {rows} {kernel}")?;
        }
    }
    out.write_all(b"\n")?;
    for (i, (centre, labels)) in centres.row_iter().zip(labels).enumerate() {
        for (j, &value) in centre.iter().enumerate() {
            if j > 0 {
                out.write_all(b" ")?;
            }
            match value.is_nan() {
                false => write_number(&mut out, value, (i, j))?,
                true => out.write_all(MISSING.as_bytes())?,
            }
        }
        for label in labels {
            if let Some(expected) = expected_for(label) {
                let (node, label) = (i + 1, quoted(label.as_bytes()));
                let problem = format!("a label of node {node} is {label}, expected {expected}");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
            }
            write!(out, " {label}")?;
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// What a label is to be instead, if it can't stand in a file.
fn expected_for(label: &str) -> Option<&'static str> {
    let parts = |c: char| c == '\0' || c.is_ascii_whitespace();
    if label.is_empty() || label.contains(parts) {
        Some("a word without white space")
    } else if OPTIONS.iter().any(|option| label.starts_with(option)) {
        Some("a label: weights and fixed points are of objects to train on")
    } else {
        None
    }
}

/// The content of `source`, which is called `file`.
fn codebook(mut source: Source<'_>, file: &str) -> Result<CodebookFile, DataError> {
    if source.start(BYTE_ORDER_MARK.len(), file)? == BYTE_ORDER_MARK {
        source.up_to(BYTE_ORDER_MARK.len() as u64, file)?;
    }
    let mut lines = Lines {
        bytes: BufReader::new(source),
        text: Vec::new(),
        number: 0,
        file,
    };
    let Some(mut first) = lines.next()? else {
        let problem = "no header, expected a line with the dimension of the centres";
        return Err(DataError::new(file, problem));
    };
    let (dimension, kind) = header(&mut first)?;
    let header_line = first.line;
    let promise = match kind {
        CodebookKind::Plain | CodebookKind::Lvq => None,
        CodebookKind::Map(lattice) => {
            let shown = format!("{}x{} nodes", lattice.columns, lattice.rows);
            let Some(nodes) = lattice.nodes() else {
                let problem = format!("the header promises {shown}, more than can be counted");
                return Err(first.error(problem));
            };
            Some((nodes, shown))
        }
    };

    let mut values = Vec::new();
    let mut labels = Vec::new();
    while let Some(mut words) = lines.next()? {
        if let Some((nodes, shown)) = &promise
            && labels.len() == *nodes
        {
            let problem = format!("more than the {shown} that the header promises");
            return Err(words.error(problem));
        }
        for found in 0..dimension {
            let Some(word) = words.next()? else {
                let found = match found {
                    1 => "1 value".to_owned(),
                    count => format!("{count} values"),
                };
                let problem =
                    format!("{found}, expected the {dimension} that line {header_line} promises");
                return Err(words.error(problem));
            };
            values.push(component(word).map_err(|expected| words.refused(word, expected))?);
        }
        let mut node = Vec::new();
        while let Some(label) = words.next()? {
            if let Some(expected) = expected_for(label) {
                return Err(words.refused(label, expected));
            }
            node.push(label.to_owned());
        }
        labels.push(node);
    }
    match promise {
        Some((nodes, shown)) if labels.len() < nodes => {
            let found = labels.len();
            let problem = format!("found {found} of the {shown} that the header promises");
            Err(DataError::new(file, problem))
        }
        None if labels.is_empty() => {
            let problem = "a header and nothing after it, expected a centre in each line";
            Err(DataError::new(file, problem).at_line(header_line))
        }
        _ => Ok(CodebookFile {
            kind,
            centres: Matrix::from_vec(labels.len(), dimension, values),
            labels,
        }),
    }
}

/// The dimension of the centres, and what they are of.
fn header(words: &mut Words<'_>) -> Result<(usize, CodebookKind), DataError> {
    let dimension = words.count("the dimension of the centres, a whole number from 1 on")?;
    let Some(word) = words.next()? else {
        return Ok((dimension, CodebookKind::Plain));
    };
    let kind = match &*word.to_ascii_lowercase() {
        "data" => CodebookKind::Plain,
        "lvq" => CodebookKind::Lvq,
        topology @ ("hexa" | "rect") => CodebookKind::Map(Lattice {
            hexagonal: topology == "hexa",
            columns: words.count("the number of columns, a whole number from 1 on")?,
            rows: words.count("the number of rows, a whole number from 1 on")?,
            kernel: words.kernel()?,
        }),
        _ => return Err(words.refused(word, "hexa or rect, lvq, or the line's end")),
    };
    match words.next()? {
        None => Ok((dimension, kind)),
        Some(word) => Err(words.refused(word, "the line's end")),
    }
}

/// A component of a centre, NaN if it is missing; or what was expected.
fn component(word: &str) -> Result<f64, &'static str> {
    match word.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(value) if value.is_nan() => Ok(f64::NAN), // C prints it with a sign too
        Ok(_) => Err("a finite number"),
        Err(_) if word.eq_ignore_ascii_case(MISSING) => Ok(f64::NAN),
        Err(_) => Err("a number, or x where one is missing"),
    }
}

/// The lines of a file that are neither blank nor comments, one after the other.
struct Lines<'a, R> {
    bytes: R,
    text: Vec<u8>,
    /// Of the last line, counted from 1.
    number: u64,
    file: &'a str,
}

impl<R: BufRead> Lines<'_, R> {
    /// The next line; `None` at the end of the file.
    fn next(&mut self) -> Result<Option<Words<'_>>, DataError> {
        loop {
            self.number += 1;
            self.read()
                .map_err(|error| DataError::new(self.file, error.to_string()))?;
            match &self.text[..] {
                [] => return Ok(None),
                [b'#'] => continue,
                text if text.trim_ascii().is_empty() => continue,
                _ => break,
            }
        }
        let text = self.text.strip_suffix(b"\n").unwrap_or(&self.text);
        let words = Words {
            rest: text.strip_suffix(b"\r").unwrap_or(text),
            taken: 0,
            line: self.number,
            file: self.file,
        };
        match words.rest.contains(&b'\r') {
            false => Ok(Some(words)),
            true => Err(words.error(CARRIAGE_RETURN.to_owned())),
        }
    }

    /// Makes the next line, with its end, the text; of a comment, which need not be held, its first byte.
    fn read(&mut self) -> io::Result<()> {
        let Self { bytes, text, .. } = self;
        text.clear();
        bytes.by_ref().take(1).read_until(b'\n', text)?;
        match &text[..] {
            [] | [b'\n'] => {}
            [b'#'] => drop(bytes.skip_until(b'\n')?),
            _ => drop(bytes.read_until(b'\n', text)?),
        }
        Ok(())
    }
}

/// The words of a line, one after the other.
struct Words<'a> {
    rest: &'a [u8],
    /// How many words have been taken.
    taken: usize,
    line: u64,
    file: &'a str,
}

impl<'a> Words<'a> {
    /// The next word; `None` at the line's end.
    fn next(&mut self) -> Result<Option<&'a str>, DataError> {
        let rest = self.rest.trim_ascii_start();
        if rest.is_empty() {
            return Ok(None);
        }
        let end = rest.iter().position(u8::is_ascii_whitespace);
        let word;
        (word, self.rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.taken += 1;
        match utf8(word) {
            Some(word) => Ok(Some(word)),
            None => Err(self.refused(word, "UTF-8 text")),
        }
    }

    /// The next word, which the header can't do without.
    fn required(&mut self, expected: &str) -> Result<&'a str, DataError> {
        match self.next()? {
            Some(word) => Ok(word),
            None => Err(self.error(format!("found the line's end, expected {expected}"))),
        }
    }

    /// The next word as a whole number from 1 on.
    fn count(&mut self, expected: &str) -> Result<usize, DataError> {
        let word = self.required(expected)?;
        match word.parse() {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(self.refused(word, expected)),
        }
    }

    /// The next word as a kernel.
    fn kernel(&mut self) -> Result<LatticeKernel, DataError> {
        let expected = "bubble or gaussian";
        let word = self.required(expected)?;
        match &*word.to_ascii_lowercase() {
            "bubble" => Ok(LatticeKernel::Bubble),
            "gaussian" => Ok(LatticeKernel::Gaussian),
            _ => Err(self.refused(word, expected)),
        }
    }

    /// The error of the word that was taken last.
    fn refused(&self, word: impl AsRef<[u8]>, expected: &str) -> DataError {
        let found = quoted(word.as_ref());
        self.error(format!("found {found}, expected {expected}"))
            .at_column(self.taken, None)
    }

    /// An error of the line.
    fn error(&self, problem: String) -> DataError {
        DataError::new(self.file, problem).at_line(self.line)
    }
}
