//! Tables of text, good ones and such with one fault.

use crate::common::{Dripping, assert_one_line, assert_same, cases, finite};
use proptest::prelude::*;
use proptest::sample::Index;
use std::fmt::Write as _;
use std::path::Path;
use unsup_data::{DataError, Dataset, Delimiter, TableOptions, read_table, read_table_from};

/// What is read with options, however the bytes come in.
fn read(bytes: impl AsRef<[u8]>, options: &TableOptions) -> Result<Dataset, DataError> {
    let bytes = bytes.as_ref();
    let read = read_table_from(bytes, "digits.csv", options);
    assert_same(
        &read_table_from(Dripping::new(bytes), "digits.csv", options),
        &read,
    );
    if let Err(error) = &read {
        assert_one_line(error);
    }
    read
}

/// Commas and no other separator.
fn commas() -> TableOptions {
    TableOptions {
        delimiter: Some(Delimiter::Comma),
        ..Default::default()
    }
}

fn csv(bytes: impl AsRef<[u8]>) -> Result<Dataset, DataError> {
    read(bytes, &TableOptions::default())
}

#[test]
fn csv_as_it_may_be_written() {
    let rows = |text: &str| csv(text).unwrap().features;
    let expected = rows("1,2\n3,4\n");
    assert_eq!(expected.shape().to_string(), "2x2");
    assert_eq!(expected.as_slice(), [1.0, 2.0, 3.0, 4.0]);
    for text in [
        "1,2\n3,4",
        "1,2\r\n3,4\r\n",
        "\u{feff}1,2\n3,4\n",
        "\u{feff}\"1\",2\r\n3,\"4\"\r\n",
        "\n\n1,2\n\r\n   \n\t\r\n3,4\n\n \n",
        " 1 ,\t2\n+3.0,.4e1\n",
        "\"1\",\" 2 \"\n\"3\n\",4",
        "\"1\" ,\"2\"\t\r\n\"3\",\"4\" ",
        "\"1\",\"2\"\r\n\"3\",\"4\"",
        "\"1\",\"2\"\r\n\"3\",\"4\"\r\n",
    ] {
        assert_eq!(rows(text), expected, "{text:?}");
    }
    assert_eq!(rows("7").as_slice(), [7.0]);
    assert_eq!(rows("-0\n1e-320").as_slice()[0].to_bits(), 1 << 63);
}

#[test]
fn csv_header() {
    let names = |text: &str| csv(text).unwrap().feature_names;
    assert!(names("1,2\n3,4").is_empty());
    assert_eq!(names("a,b\n3,4"), ["a", "b"]);
    assert_eq!(
        names("\u{feff}\r\n a ,\"b,\"\"c\"\"\nd\"\r\n3,4"),
        ["a", "b,\"c\"\nd"]
    );
    // As pandas names its index.
    assert_eq!(names(",b\n3,4"), ["", "b"]);
    assert_eq!(names("größe,λ\n3,4"), ["größe", "λ"]);
    let data = csv("a,b\n3,4").unwrap();
    assert_eq!(data.name, "digits.csv");
    assert_eq!(data.features.as_slice(), [3.0, 4.0]);
    assert_eq!((data.labels, data.image), (None, None));
}

#[test]
fn bad_csv_is_refused_in_these_words() {
    let long_word = format!("1\n{}", "x".repeat(1_000_000));
    let long_name = format!("{}\n1\nx", "n".repeat(100));
    let table: &[(&[u8], &str)] = &[
        // The file as a whole.
        (
            b"",
            ": the file is empty, expected a table of numbers or words",
        ),
        (
            b"\xef\xbb\xbf",
            ": the file is empty, expected a table of numbers or words",
        ),
        (
            b"\r\n \n\n",
            ": the file is empty, expected a table of numbers or words",
        ),
        (
            b"a,b\n",
            ", line 1: a header and nothing after it, expected rows of values",
        ),
        (
            b"\n\"a\nb\",c\n\n",
            ", line 2: a header and nothing after it, expected rows of values",
        ),
        // Rows of other lengths.
        (b"1,2\n3,4\n\n5\n", ", line 4: 1 value, line 1 has 2"),
        (b"\n1\n2,3", ", line 3: 2 values, line 2 has 1"),
        (b"a,b\n1,2,3,4\n", ", line 2: 4 values, line 1 has 2"),
        (b"a,1\n1,2,3\n", ", line 2: 3 values, line 1 has 2"),
        (b"a,\n1,2,3\n", ", line 2: 3 values, line 1 has 2"),
        (b"a,b\n1,2,\n", ", line 2: 3 values, line 1 has 2"),
        (b"a,b\nx,2,3\n4,5\n", ", line 3: 2 values, line 2 has 3"),
        (
            b"a,b\r\n\r\n1,2\r\n3,4,\r\n",
            ", line 4: 3 values, line 1 has 2",
        ),
        // Cells that are no numbers.
        (
            b"1,2\n3,abc\n",
            r#", line 2, column 2: found "abc", expected a number as in the lines above"#,
        ),
        (
            b"1,b\n3,4\n",
            r#", line 2, column 2: found "4", expected a word: the column holds words since line 1 ("b"; if that stands for a missing value, name it as such)"#,
        ),
        (
            b"a,b\n3,4\n5,abc\n",
            r#", line 3, column 2 ("b"): found "abc", expected a number as in the lines above"#,
        ),
        (
            b"a,\"b\n,\"\n3,4\n5,abc\n",
            r#", line 4, column 2 ("b\n,"): found "abc", expected a number as in the lines above"#,
        ),
        (
            b"1;2\n3;x\n",
            r#", line 2, column 2: found "x", expected a number as in the lines above"#,
        ),
        (
            b"1,5;2\n3;4\n",
            r#", line 1, column 1: found "1,5", expected a number with a point before its decimals"#,
        ),
        (
            b"1\n0x10\n",
            r#", line 2, column 1: found "0x10", expected a number as in the lines above"#,
        ),
        (
            b"1\n1_000\n",
            r#", line 2, column 1: found "1_000", expected a number without separators of thousands"#,
        ),
        (
            b"1,2\r3,4\r",
            ", line 1, column 2: found a carriage return within a line, expected lines that end in a line feed",
        ),
        (
            b"1\n\0\x1b[2J\n",
            r#", line 2, column 1: found "\0\u{1b}[2J", expected UTF-8 text"#,
        ),
        (
            b"1\n\"a\"\"b\"",
            r#", line 2, column 1: found "a\"b", expected a number as in the lines above"#,
        ),
        (
            b"1\n\"it's\"",
            r#", line 2, column 1: found "it's", expected a number as in the lines above"#,
        ),
        (
            long_word.as_bytes(),
            r#", line 2, column 1: found "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"…, expected a number as in the lines above"#,
        ),
        (
            long_name.as_bytes(),
            r#", line 3, column 1 ("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"…): found "x", expected a number as in the lines above"#,
        ),
        // Numbers that are not finite.
        (
            b"1\nNaN\n",
            r#", line 2, column 1: found "NaN", expected a finite number; if it stands for a missing value, name it as such"#,
        ),
        (
            b"a\n-inf",
            r#", line 2, column 1 ("a"): found "-inf", expected a finite number"#,
        ),
        (
            b"nan,1",
            r#", line 1, column 1: found "nan", expected a finite number; if it stands for a missing value, name it as such"#,
        ),
        (
            b"nan,inf\n1,2\n",
            r#", line 1, column 1: found "nan", expected a finite number; if it stands for a missing value, name it as such"#,
        ),
        (
            b"a\nb\n1e999\n",
            r#", line 3, column 1: found "1e999", expected a word: the column holds words since line 2 ("b"; if that stands for a missing value, name it as such)"#,
        ),
        (
            b"1\n1e999\n",
            r#", line 2, column 1: found "1e999", expected a finite number"#,
        ),
        // Bytes that are no text.
        (
            b"1\ncaf\xe9\n",
            r#", line 2, column 1: found "caf\xe9", expected UTF-8 text"#,
        ),
        (
            b"a,caf\xe9\n1,2",
            r#", line 1, column 2: found "caf\xe9", expected UTF-8 text"#,
        ),
        (
            b"\xff\xfe1\0,\x002\0\n\0",
            r#", line 1, column 1: found "\xff\xfe1\0", expected UTF-8 text"#,
        ),
        // Quotes.
        (
            b"1,2\n3,\"4\n5,6\n",
            ", line 2, column 2: found a quote that never closes",
        ),
        (
            b"\"\n\n",
            ", line 1, column 1: found a quote that never closes",
        ),
        (
            b"1,2\n\"3\n\",\"4",
            ", line 3, column 2: found a quote that never closes",
        ),
        (
            b"\"1\n\",inf",
            r#", line 2, column 2: found "inf", expected a finite number"#,
        ),
        (
            b"\"1\n\n\",2\n\"3\",x",
            r#", line 4, column 2: found "x", expected a number as in the lines above"#,
        ),
        (b"\"1\r\n\",2\r\n3", ", line 3: 1 value, line 1 has 2"),
        // Text after a closing quote, which is not joined to what is within.
        (
            b"1,2\n\"1\"2,3\n",
            r#", line 2, column 1: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1,2\n3,\"1\"2\n5,6\n",
            r#", line 2, column 2: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"\xef\xbb\xbf\"1\"2,3\r\n4,5\r\n",
            r#", line 1, column 1: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1,2\r\n\r\n3,\"1\" 2\r\n",
            r#", line 3, column 2: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1\n\"1\"2",
            r#", line 2, column 1: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1\n\"\"1\n",
            r#", line 2, column 1: found "1" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1,2\n\"3\n\"4,5\n",
            r#", line 3, column 1: found "4" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1,2\n\"3\"4\"\"5\",\"6\n",
            r#", line 2, column 1: found "4\"\"5\"" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1,2\n\"3\" \"4\",5\n",
            r#", line 2, column 1: found "\"4\"" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"1,2\n\"1\"\r3,4\n",
            r#", line 2, column 1: found "3" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"\"it's \"great\"\",b\n1,2\n",
            r#", line 1, column 1: found "great\"\"" after a closing quote, expected a comma or the line's end"#,
        ),
        (
            b"\"a\"\xc3\xa9\xff\n1\n",
            r#", line 1, column 1: found "é\xff" after a closing quote, expected a comma or the line's end"#,
        ),
        // The first fault is told, though more of the file has been read by then.
        (
            b"1,2\n3,x\n\"4\"5,6\n",
            r#", line 2, column 2: found "x", expected a number as in the lines above"#,
        ),
        (
            b"\"1\"2,\"3\n",
            r#", line 1, column 1: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        // One mark of the byte order is none of the content, a second is.
        (
            b"\xef\xbb\xbf\xef\xbb\xbf1,2\n",
            r#", line 1, column 1: found "\u{feff}1", expected one byte order mark"#,
        ),
    ];
    for (bytes, expected) in table {
        let found = csv(bytes).map(|data| data.features).unwrap_err();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
        assert_eq!(
            found.to_string(),
            format!("digits.csv{expected}"),
            "{shown:?}"
        );
    }

    // As long a row as the digits have, and parts of the place to be asked for.
    let row = |count: usize| vec!["1"; count].join(",") + "\n";
    let error = csv(row(64).repeat(6) + &row(63)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "digits.csv, line 7: 63 values, line 1 has 64"
    );
    let error = csv("a,b\n1,2\n1,x").unwrap_err();
    assert_eq!(
        (
            error.file(),
            error.line(),
            error.column(),
            error.column_name()
        ),
        ("digits.csv", Some(3), Some(2), Some("b"))
    );
    assert_eq!(
        error.problem(),
        r#"found "x", expected a number as in the lines above"#
    );
}

#[test]
fn rows_longer_than_every_buffer() {
    let columns = 50_000;
    let good = vec!["123.5"; columns].join(",") + "\r\n";
    let data = csv(good.repeat(3)).unwrap();
    assert_eq!(data.features.shape().to_string(), "3x50000");
    assert!(data.features.as_slice().iter().all(|&x| x == 123.5));
    let error = csv(good.repeat(3) + &good.replacen("123.5", "x", 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"digits.csv, line 4, column 1: found "x", expected a number as in the lines above"#
    );
}

#[test]
fn csv_from_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = |path: &Path| {
        read_table(path, &TableOptions::default())
            .unwrap_err()
            .to_string()
    };

    std::fs::write(at("two points.csv"), "x,y\n1,2\n3,4\n").unwrap();
    let data = read_table(at("two points.csv"), &TableOptions::default()).unwrap();
    assert_eq!(data.name, "two points");
    assert_eq!(data.feature_names, ["x", "y"]);
    assert_eq!(data.features.as_slice(), [1.0, 2.0, 3.0, 4.0]);

    let bad = at("bad.csv");
    std::fs::write(&bad, "1\n\n\nabc\n").unwrap();
    assert_eq!(
        text(&bad),
        format!(
            "{}, line 4, column 1: found \"abc\", expected a number as in the lines above",
            bad.display()
        )
    );

    // The system's own word follows, which differs between systems.
    let missing = at("missing.csv");
    let start = format!("{}: cannot be opened: ", missing.display());
    assert!(text(&missing).starts_with(&start), "{}", text(&missing));
    assert!(text(&missing).len() > start.len());
    assert!(text(Path::new("")).starts_with("\"\": cannot be opened: "));
    assert!(text(Path::new("a\0b")).starts_with("a\\0b: cannot be opened: "));

    assert_eq!(
        text(folder.path()),
        format!(
            "{}: is a directory, expected a file",
            folder.path().display()
        )
    );
}

#[cfg(unix)]
#[test]
fn csv_from_a_path_on_unix() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();

    let path = folder.path().join("new\nline.csv");
    std::fs::write(&path, "1\nx\n").unwrap();
    let text = read_table(&path, &TableOptions::default())
        .unwrap_err()
        .to_string();
    let expected =
        "new\\nline.csv, line 2, column 1: found \"x\", expected a number as in the lines above";
    assert!(text.ends_with(expected), "{text}");

    let path = folder.path().join("secret.csv");
    std::fs::write(&path, "1\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        println!("skipped: the superuser may read everything");
        return;
    }
    assert_eq!(
        read_table(&path, &TableOptions::default())
            .unwrap_err()
            .to_string(),
        format!(
            "{}: cannot be opened: Permission denied (os error 13)",
            path.display()
        )
    );
}

fn matrix() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (1usize..6, 1usize..6).prop_flat_map(|(rows, columns)| {
        let row = prop::collection::vec(finite(), columns);
        prop::collection::vec(row, rows)
    })
}

/// How a file is written: names or not, and the choices that must not change what is read.
#[derive(Clone, Debug)]
struct Style {
    names: Option<Vec<String>>,
    mark: bool,
    line_end: &'static str,
    /// Before each line, by turns.
    blank_lines: Vec<String>,
    /// How a cell is written, by turns.
    cells: Vec<u8>,
    ended: bool,
}

fn style() -> impl Strategy<Value = Style> {
    // Neither starts nor ends in a space, and isn't a number.
    let name = "[xλ][a-z, \"\r\n\u{e9}]{0,5}[yz\"]";
    (
        prop::option::of(prop::collection::vec(name, 6)),
        any::<bool>(),
        prop::sample::select(vec!["\n", "\r\n"]),
        prop::collection::vec("((|[ \t]{1,3})\r?\n){0,2}", 1..4),
        prop::collection::vec(0u8..5, 1..8),
        any::<bool>(),
    )
        .prop_map(|(names, mark, line_end, blank_lines, cells, ended)| Style {
            names,
            mark,
            line_end,
            blank_lines,
            cells,
            ended,
        })
}

/// The text, and the line and the style of each cell of the matrix, all counted here by hand.
fn written(matrix: &[Vec<f64>], style: &Style) -> (String, Vec<Vec<usize>>) {
    let mut text = String::new();
    let mut blank_lines = style.blank_lines.iter().cycle();
    let mut cells = style.cells.iter().cycle();
    if style.mark {
        text.push('\u{feff}');
    }
    if let Some(names) = &style.names {
        text += blank_lines.next().unwrap();
        let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        let names: Vec<String> = names[..matrix[0].len()].iter().map(quoted).collect();
        text += &names.join(",");
        text += style.line_end;
    }
    let mut lines = Vec::new();
    for row in matrix {
        text += blank_lines.next().unwrap();
        let mut row_lines = Vec::new();
        for (j, value) in row.iter().enumerate() {
            if j > 0 {
                text.push(',');
            }
            row_lines.push(text.matches('\n').count() + 1);
            match cells.next().unwrap() {
                0 => write!(text, "{value}").unwrap(),
                1 => write!(text, "{value:e}").unwrap(),
                2 => write!(text, "\"{value}\"").unwrap(),
                // a tab in every line of one column would be what separates it from an empty one
                3 if row.len() == 1 => write!(text, " {value:e} ").unwrap(),
                3 => write!(text, " {value:e}\t").unwrap(),
                _ => write!(text, "\"{value}\n\"").unwrap(),
            }
        }
        lines.push(row_lines);
        text += style.line_end;
    }
    if !style.ended {
        text.truncate(text.len() - style.line_end.len());
    }
    (text, lines)
}

/// The cells of a text, lines that are blank left out; panics where a quoted cell does not end with its quote.
fn strictly(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (mut row, mut blank) = (Vec::new(), true);
        loop {
            let mut cell = String::new();
            let end;
            if let Some(mut within) = rest.strip_prefix('"') {
                blank = false;
                loop {
                    let (part, after) = within.split_once('"').expect("a closing quote");
                    cell += part;
                    let Some(more) = after.strip_prefix('"') else {
                        end = after;
                        break;
                    };
                    cell.push('"');
                    within = more;
                }
            } else {
                end = rest;
            }
            let length = end.find([',', '\n']).unwrap_or(end.len());
            let plain = &end[..length];
            assert!(
                !rest.starts_with('"') || plain.trim().is_empty(),
                "{text:?}"
            );
            row.push((cell + plain).trim().to_owned());
            let comma = end[length..].starts_with(',');
            rest = end.get(length + 1..).unwrap_or("");
            if !comma {
                break;
            }
        }
        if !(blank && row.len() == 1 && row[0].is_empty()) {
            rows.push(row);
        }
    }
    rows
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_is_written_is_read(matrix in matrix(), style in style()) {
        let (text, _) = written(&matrix, &style);
        let data = csv(&text).unwrap();
        let bits = |x: &f64| x.to_bits();
        prop_assert_eq!(data.features.rows(), matrix.len());
        prop_assert_eq!(
            data.features.as_slice().iter().map(bits).collect::<Vec<_>>(),
            matrix.iter().flatten().map(bits).collect::<Vec<_>>()
        );
        let names = style.names.map_or(vec![], |names| names[..matrix[0].len()].to_vec());
        prop_assert_eq!(data.feature_names, names);
    }

    #[test]
    fn a_bad_cell_is_found_where_it_is(
        matrix in matrix(),
        style in style(),
        row in any::<Index>(),
        column in any::<Index>(),
    ) {
        let (i, j) = (row.index(matrix.len()), column.index(matrix[0].len()));
        // Without a header the first row may not turn into one, which takes a number in it.
        prop_assume!(style.names.is_some() || i > 0 || matrix[0].len() > 1);
        let mut bad = matrix.clone();
        bad[i][j] = f64::NAN;
        let (text, lines) = written(&bad, &style);
        for (word, expected) in [("NaN", "name it as such"), ("many", "a number as in the lines above")] {
            if word == "many" && i == 0 {
                continue; // the first word of a column may be one of many
            }
            let error = csv(text.replace("NaN", word)).unwrap_err();
            prop_assert_eq!(error.line(), Some(lines[i][j] as u64), "{:?}", text);
            prop_assert_eq!(error.column(), Some(j + 1));
            prop_assert_eq!(error.column_name(), style.names.as_ref().map(|names| names[j].as_str()));
            prop_assert!(error.problem().ends_with(expected), "{}", error);
        }
    }

    #[test]
    fn text_after_a_closing_quote_is_found_where_it_is(
        matrix in matrix(),
        style in style(),
        row in any::<Index>(),
        column in any::<Index>(),
        between in "[ \t]{0,2}",
        found in "[0-9a-zλ.]{1,60}",
    ) {
        let (i, j) = (row.index(matrix.len()), column.index(matrix[0].len()));
        let mut bad = matrix.clone();
        bad[i][j] = f64::NAN;
        // every cell in quotes
        let (text, lines) = written(&bad, &Style { cells: vec![2], ..style });
        let text = text.replace("\"NaN\"", &format!("\"1\"{between}{found}"));
        // a tab between would be taken for what separates a column alone
        let error = read(&text, &commas()).unwrap_err();
        prop_assert_eq!(error.line(), Some(lines[i][j] as u64), "{:?}", text);
        prop_assert_eq!(error.column(), Some(j + 1));
        let shown: String = found.chars().take(40).collect();
        let start = format!("found \"{shown}\"");
        prop_assert!(error.problem().starts_with(&start), "{}", error);
        prop_assert!(error.problem().contains(" after a closing quote"), "{}", error);
    }

    /// The names and numbers are those that a strict reading of the text gives: what it would have to repair is refused.
    #[test]
    fn nothing_is_read_that_a_strict_reading_refuses(text in "(1|2|a|,|,|\"|\"|\"\"| |\r?\n){0,12}") {
        if let Ok(data) = read(&text, &commas()) {
            let mut strict = strictly(&text);
            if data.notes.iter().any(|note| note.contains("which holds row names")) {
                strict[1..].iter_mut().for_each(|cells| drop(cells.remove(0)));
            }
            let names = usize::from(data.notes.contains(&"names from the first line".to_owned()));
            prop_assert_eq!(strict.len(), data.features.rows() + names, "{:?}", text);
            let width = strict[0].len();
            prop_assert!(strict.iter().all(|cells| cells.len() == width), "{:?}", text);
            if data.features.columns() > width {
                return Ok(()); // a feature for each of several words
            }
            for (row, cells) in data.features.row_iter().zip(&strict[names..]) {
                for (&value, cell) in row.iter().zip(cells) {
                    match cell.parse::<f64>() {
                        Ok(number) => prop_assert_eq!(value, number, "{:?}", text),
                        Err(_) if cell.is_empty() => prop_assert!(value.is_nan(), "{:?}", text),
                        Err(_) => prop_assert!([0.0, 1.0].contains(&value), "{:?}", text),
                    }
                }
            }
            if names == 1 {
                prop_assert_eq!(&data.feature_names, &strict[0], "{:?}", text);
            }
        }
    }

}
