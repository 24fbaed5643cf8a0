//! The one error of this crate, and the care that its text stays in one line.
//!
//! The text quotes what a file holds, and names the file: either may be long, hold line breaks, or hold bytes that
//! would drive a terminal. It is therefore cleaned here, where every error arises, and not by those who show it.

use std::fmt::{self, Write};

/// Characters of a file's content that an error quotes; more tells the reader nothing and drowns the rest.
pub(crate) const QUOTED: usize = 40;

/// Why a file can't be read as data.
///
/// Printed it is one line: where, what was found, what was expected.
///
/// ```
/// use unsup_data::{TableOptions, read_table_from};
///
/// let table = "1,2\n3,abc\n".as_bytes();
/// let error = read_table_from(table, "points.csv", &TableOptions::default()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"points.csv, line 2, column 2: found "abc", expected a number as in the lines above"#
/// );
/// assert_eq!((error.line(), error.column()), (Some(2), Some(2)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    file: String,
    line: Option<u64>,
    object: Option<usize>,
    column: Option<usize>,
    column_name: Option<String>,
    problem: String,
}

impl DataError {
    /// An error of the file as a whole.
    pub(crate) fn new(file: &str, problem: impl AsRef<str>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            object: None,
            column: None,
            column_name: None,
            problem: problem.as_ref().to_owned(),
        }
    }

    /// The same error of a line of the file, counted from 1.
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same error of an object of the data set, counted from 1; its column is then a feature.
    pub(crate) fn at_object(mut self, object: usize) -> Self {
        self.object = Some(object);
        self
    }

    /// The same error of a column, counted from 1, and its name if it has one.
    pub(crate) fn at_column(mut self, column: usize, name: Option<&str>) -> Self {
        self.column = Some(column);
        self.column_name = name.map(str::to_owned);
        self
    }

    /// The file as the caller named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line of the file, counted from 1 as an editor does; `None` where the error is not of a line.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// The object (row of the features), counted from 1; `None` where the error is not of an object.
    pub fn object(&self) -> Option<usize> {
        self.object
    }

    /// The column (cell of the line, or feature of the object), counted from 1; `None` where the error is not of one.
    pub fn column(&self) -> Option<usize> {
        self.column
    }

    /// The column's name; `None` where the error is not of a column or the file names none.
    pub fn column_name(&self) -> Option<&str> {
        self.column_name.as_deref()
    }

    /// What was found and what was expected, without the place.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            write!(f, "\"\"")?;
        }
        f.write_str(&in_one_line(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(object) = self.object {
            write!(f, ", object {object}")?;
        }
        if let Some(column) = self.column {
            let kind = if self.object.is_some() {
                "feature"
            } else {
                "column"
            };
            write!(f, ", {kind} {column}")?;
        }
        if let Some(name) = &self.column_name {
            write!(f, " ({})", quoted(name.as_bytes()))?;
        }
        write!(f, ": ")?;
        f.write_str(&in_one_line(&self.problem))
    }
}

impl std::error::Error for DataError {}

/// What a file holds, to be shown: in quotes, shortened, all that can't be seen escaped, bytes that are no UTF-8 too.
pub(crate) fn quoted(found: &[u8]) -> String {
    let mut out = String::from("\"");
    let mut left = QUOTED;
    for chunk in found.utf8_chunks() {
        for c in chunk.valid().chars() {
            if left == 0 {
                return out + "\"…";
            }
            left -= 1;
            if c == '\'' {
                out.push(c);
            } else {
                out.extend(c.escape_debug());
            }
        }
        for byte in chunk.invalid() {
            if left == 0 {
                return out + "\"…";
            }
            left -= 1;
            let _ = write!(out, "\\x{byte:02x}"); // a String takes all
        }
    }
    out + "\""
}

/// A text in one line: all that can't be seen is escaped, as `\n` or `\u{1b}`; quotes and backslashes, as paths have
/// them, stay. For messages that name a file or hold other words from outside.
///
/// ```
/// assert_eq!(unsup_data::in_one_line("a folder\\a\nfile"), "a folder\\a\\nfile");
/// ```
pub fn in_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\'' | '"' | '\\') {
            out.push(c);
        } else {
            out.extend(c.escape_debug());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_text_is_shortened_and_escaped() {
        for (found, expected) in [
            (&b"abc"[..], r#""abc""#),
            (b"", r#""""#),
            (b"it's \"so\" \\", r#""it's \"so\" \\""#),
            (b"a\nb\r\t\0\x1b[31m", r#""a\nb\r\t\0\u{1b}[31m""#),
            ("\u{202e}й\u{2028}".as_bytes(), r#""\u{202e}й\u{2028}""#),
            (b"caf\xe9!", r#""caf\xe9!""#),
        ] {
            assert_eq!(quoted(found), expected);
        }
        assert_eq!(quoted(&[b'a'; 40]), format!("\"{}\"", "a".repeat(40)));
        assert_eq!(quoted(&[b'a'; 41]), format!("\"{}\"…", "a".repeat(40)));
        let bytes = quoted(&[0xff; 41]);
        assert_eq!(bytes, format!("\"{}\"…", "\\xff".repeat(40)));
    }

    #[test]
    fn printed_in_one_line() {
        let error = DataError::new("C:\\new\nline's \x1b[31m.csv", "a\nb");
        assert_eq!(error.to_string(), r"C:\new\nline's \u{1b}[31m.csv: a\nb");
        let error = DataError::new("", "x")
            .at_line(3)
            .at_column(2, Some("a\nb"));
        assert_eq!(error.to_string(), r#""", line 3, column 2 ("a\nb"): x"#);
        let feature = DataError::new("votes", "x").at_object(7).at_column(2, None);
        assert_eq!(feature.to_string(), "votes, object 7, feature 2: x");
        assert_eq!((feature.object(), error.object()), (Some(7), None));
        assert_eq!(
            (
                error.file(),
                error.line(),
                error.column(),
                error.column_name(),
                error.problem()
            ),
            ("", Some(3), Some(2), Some("a\nb"), "x")
        );
    }
}
