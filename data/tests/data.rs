//! The readers against files good and bad: every message word by word, what was written read back, and no content at
//! all that makes them panic.

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::path::Path;
use unsup_data::idx::{self, IdxArray};
use unsup_data::{DataError, Dataset, read_csv, read_csv_from};

fn fixed() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        cases: 256,
        failure_persistence: None,
        ..Default::default()
    }
}

/// Gives one byte at a time, and is interrupted before each.
struct Dripping<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl<'a> Dripping<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            interrupted: false,
        }
    }
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = buffer.len().min(1);
        self.bytes.read(&mut buffer[..count])
    }
}

/// Gives some bytes and then fails.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk\nis gone")),
            count => Ok(count),
        }
    }
}

fn csv(bytes: impl AsRef<[u8]>) -> Result<Dataset, DataError> {
    let read = read_csv_from(bytes.as_ref(), "digits.csv");
    // However the bytes come in, the answer is the same.
    assert_eq!(
        read_csv_from(Dripping::new(bytes.as_ref()), "digits.csv"),
        read
    );
    if let Err(error) = &read {
        assert_one_line(error);
    }
    read
}

fn array(bytes: &[u8]) -> Result<IdxArray, DataError> {
    let read = idx::read(bytes, "digits.idx");
    let dripped = idx::read(Dripping::new(bytes), "digits.idx");
    // Of gzip data with two faults, either may be met first.
    if bytes.starts_with(b"\x1f\x8b") {
        assert_eq!(dripped.ok(), read.clone().ok());
    } else {
        assert_eq!(dripped, read);
    }
    match &read {
        Ok(array) => assert_eq!(
            array.dimensions().iter().product::<usize>(),
            array.values().len()
        ),
        Err(error) => assert_one_line(error),
    }
    read
}

fn assert_one_line(error: &DataError) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.chars().count() < 600, "{text:?}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
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
    let long_name = format!("{}\nx", "n".repeat(100));
    let table: &[(&[u8], &str)] = &[
        // The file as a whole.
        (
            b"",
            ": the file is empty, expected rows of comma-separated numbers",
        ),
        (
            b"\xef\xbb\xbf",
            ": the file is empty, expected rows of comma-separated numbers",
        ),
        (
            b"\r\n \n\n",
            ": the file is empty, expected rows of comma-separated numbers",
        ),
        (
            b"a,b\n",
            ", line 1: a header and nothing after it, expected rows of numbers",
        ),
        (
            b"\n\"a\nb\",c\n\n",
            ", line 2: a header and nothing after it, expected rows of numbers",
        ),
        // Rows of other lengths.
        (b"1,2\n3,4\n\n5\n", ", line 4: 1 value, line 1 has 2"),
        (b"\n1\n2,3", ", line 3: 2 values, line 2 has 1"),
        (b"a,b\n1,2,3\n", ", line 2: 3 values, line 1 has 2"),
        (
            b"a,b\r\n\r\n1,2\r\n3,4,\r\n",
            ", line 4: 3 values, line 1 has 2",
        ),
        // Cells that are no numbers.
        (
            b"1,2\n3,abc\n",
            r#", line 2, column 2: found "abc", expected a number"#,
        ),
        (
            b"1,b\n3,4\n",
            r#", line 1, column 2: found "b", expected a number"#,
        ),
        (
            b"a,b\n3,abc\n",
            r#", line 2, column 2 ("b"): found "abc", expected a number"#,
        ),
        (
            b"a,\"b\n,\"\n3,abc\n",
            r#", line 3, column 2 ("b\n,"): found "abc", expected a number"#,
        ),
        (
            b"1;2\n3;4\n",
            r#", line 2, column 1 ("1;2"): found "3;4", expected a number"#,
        ),
        (
            b"1\n0x10\n",
            r#", line 2, column 1: found "0x10", expected a number"#,
        ),
        (
            b"1\n1_000\n",
            r#", line 2, column 1: found "1_000", expected a number"#,
        ),
        (
            b"1,2\r3,4\r",
            r#", line 1, column 2: found "2\r3", expected a number"#,
        ),
        (
            b"1\n\0\x1b[2J\n",
            r#", line 2, column 1: found "\0\u{1b}[2J", expected a number"#,
        ),
        (
            b"1\n\"a\"\"b\"",
            r#", line 2, column 1: found "a\"b", expected a number"#,
        ),
        (
            b"1\n\"it's\"",
            r#", line 2, column 1: found "it's", expected a number"#,
        ),
        (
            long_word.as_bytes(),
            r#", line 2, column 1: found "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"…, expected a number"#,
        ),
        (
            long_name.as_bytes(),
            r#", line 2, column 1 ("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"…): found "x", expected a number"#,
        ),
        // Cells that are empty.
        (
            b"1,2\n,4\n",
            ", line 2, column 1: found an empty cell, expected a number",
        ),
        (
            b"1,2\n3,\r\n",
            ", line 2, column 2: found an empty cell, expected a number",
        ),
        (
            b"1,2\n3, \n",
            ", line 2, column 2: found an empty cell, expected a number",
        ),
        (
            b"1,2,\n3,4,\n",
            ", line 1, column 3: found an empty cell, expected a number",
        ),
        (
            b",\n1,2\n",
            ", line 1, column 1: found an empty cell, expected a number",
        ),
        (
            b"1\n\n\"\"\n",
            ", line 3, column 1: found an empty cell, expected a number",
        ),
        (
            b"1\r\n\r\n\" \"\r\n",
            ", line 3, column 1: found an empty cell, expected a number",
        ),
        (
            b"\"\"",
            ", line 1, column 1: found an empty cell, expected a number",
        ),
        // Numbers that are not finite.
        (
            b"1\nNaN\n",
            r#", line 2, column 1: found "NaN", expected a finite number"#,
        ),
        (
            b"a\n-inf",
            r#", line 2, column 1 ("a"): found "-inf", expected a finite number"#,
        ),
        (
            b"nan,a",
            r#", line 1, column 1: found "nan", expected a finite number"#,
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
            b"\"1\n\",x",
            r#", line 2, column 2: found "x", expected a number"#,
        ),
        (
            b"\"1\n\n\",2\n\"3\",x",
            r#", line 4, column 2: found "x", expected a number"#,
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
            r#", line 2, column 2: found "x", expected a number"#,
        ),
        (
            b"\"1\"2,\"3\n",
            r#", line 1, column 1: found "2" after a closing quote, expected a comma or the line's end"#,
        ),
        // One mark of the byte order is none of the content, a second is.
        (
            b"\xef\xbb\xbf\xef\xbb\xbf1,2\n",
            r#", line 1, column 1: found "\u{feff}1", expected a number"#,
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
    let error = csv("a,b\n1,x").unwrap_err();
    assert_eq!(
        (
            error.file(),
            error.line(),
            error.column(),
            error.column_name()
        ),
        ("digits.csv", Some(2), Some(2), Some("b"))
    );
    assert_eq!(error.problem(), r#"found "x", expected a number"#);
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
        r#"digits.csv, line 4, column 1: found "x", expected a number"#
    );
}

#[test]
fn a_reader_that_fails() {
    let expected = r"digits.csv: cannot be read: the disk\nis gone";
    for bytes in [&b""[..], b"1", b"1,2\n3,4\n"] {
        let error = read_csv_from(Failing(bytes), "digits.csv").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    for bytes in [
        &b""[..],
        b"\0\0",
        b"\0\0\x08\x01\0\0\0\x01",
        b"\0\0\x08\x01\0\0\0\x01\x01",
    ] {
        let error = idx::read(Failing(bytes), "digits.idx").unwrap_err();
        assert_eq!(error.to_string(), expected.replace("csv", "idx"));
    }
    let packed = gzip(b"\0\0\x08\x01\0\0\0\x01\x01");
    let error = idx::read(Failing(&packed[..packed.len() - 9]), "digits.idx").unwrap_err();
    assert_eq!(
        error.to_string(),
        r"digits.idx: cannot be unpacked: the disk\nis gone"
    );
}

#[test]
fn csv_from_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = |path: &Path| read_csv(path).unwrap_err().to_string();

    std::fs::write(at("two points.csv"), "x,y\n1,2\n3,4\n").unwrap();
    let data = read_csv(at("two points.csv")).unwrap();
    assert_eq!(data.name, "two points");
    assert_eq!(data.feature_names, ["x", "y"]);
    assert_eq!(data.features.as_slice(), [1.0, 2.0, 3.0, 4.0]);

    let bad = at("bad.csv");
    std::fs::write(&bad, "1\n\n\nabc\n").unwrap();
    assert_eq!(
        text(&bad),
        format!(
            "{}, line 4, column 1: found \"abc\", expected a number",
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
    let text = read_csv(&path).unwrap_err().to_string();
    let expected = "new\\nline.csv, line 2, column 1: found \"x\", expected a number";
    assert!(text.ends_with(expected), "{text}");

    let path = folder.path().join("secret.csv");
    std::fs::write(&path, "1\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        println!("skipped: the superuser may read everything");
        return;
    }
    assert_eq!(
        read_csv(&path).unwrap_err().to_string(),
        format!(
            "{}: cannot be opened: Permission denied (os error 13)",
            path.display()
        )
    );
}

#[test]
fn idx_of_every_rank() {
    let mut bytes = vec![0, 0, 8, 0];
    for (rank, size) in [2u8, 1, 3, 2].into_iter().enumerate() {
        bytes[3] += 1;
        bytes.extend([0, 0, 0, size]);
        let sizes = [2usize, 1, 3, 2];
        let expected = &sizes[..=rank];
        let values: Vec<u8> = (0..expected.iter().product::<usize>() as u8).collect();
        let whole = [&bytes[..], &values].concat();
        let (first, second) = whole.split_at(9);
        for file in [&whole, &gzip(&whole), &[gzip(first), gzip(second)].concat()] {
            let array = array(file).unwrap();
            assert_eq!(array.dimensions(), expected);
            assert_eq!(array.values(), values);
            assert_eq!(array.into_values(), values);
        }
    }
}

#[test]
fn bad_idx_is_refused_in_these_words() {
    let four = |sizes: [u32; 4]| {
        let sizes = sizes.map(u32::to_be_bytes).concat();
        [&[0, 0, 8, 4][..], &sizes, b"xyz"].concat()
    };
    const ALL: u32 = u32::MAX;
    let overflowing = four([ALL; 4]);
    let vast = four([ALL, 1 << 20, 1, 1]);
    let table: &[(&[u8], &str)] = &[
        (b"", "the file is empty, expected an IDX file"),
        (b"\0\0\x08", "3 bytes in all, expected an IDX file"),
        (
            b"\x89PNG\r\n",
            "starts with the bytes 89 50 4e 47, expected an IDX file (00 00 08 and the number of dimensions)",
        ),
        (
            b"\0\0\x0d\x01\0\0\0\x01aaaa",
            "values of type 0d, expected unsigned bytes (type 08)",
        ),
        (b"\0\0\x08\0a", "0 dimensions, expected 1 to 4"),
        (b"\0\0\x08\x05", "5 dimensions, expected 1 to 4"),
        (
            b"\0\0\x08\x01",
            "ends within its header, after 4 of 8 bytes",
        ),
        (
            b"\0\0\x08\x03\0\0\x07\x05\0\0\0",
            "ends within its header, after 11 of 16 bytes",
        ),
        (
            b"\0\0\x08\x02\0\0\0\x02\0\0\0\0",
            "dimension 2 is 0, expected at least 1",
        ),
        (
            &overflowing,
            "the header promises 4294967295x4294967295x4294967295x4294967295 values, more than can be counted",
        ),
        // 2^52 values: to reserve memory by the promise would end the process.
        (
            &vast,
            "found 3 of the 4294967295x1048576x1x1 values that the header promises",
        ),
        (
            b"\0\0\x08\x01\0\0\0\x03ab",
            "found 2 of the 3 values that the header promises",
        ),
        (
            b"\0\0\x08\x01\0\0\0\x03",
            "found 0 of the 3 values that the header promises",
        ),
        (
            b"\0\0\x08\x02\0\0\0\x01\0\0\0\x02abc",
            "more bytes than the 1x2 values that the header promises",
        ),
    ];
    for (bytes, expected) in table {
        let expected = format!("digits.idx: {expected}");
        assert_eq!(array(bytes).unwrap_err().to_string(), expected);
        assert_eq!(array(&gzip(bytes)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn bad_gzip_is_refused() {
    let good = [&b"\0\0\x08\x01\0\0\x01\0"[..], &[7; 256]].concat();
    let packed = gzip(&good);
    assert!(array(&packed).is_ok());
    for length in 2..packed.len() {
        let error = array(&packed[..length]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "digits.idx: the gzip data end early",
            "{length} bytes"
        );
    }
    // The checksum, which lies behind the last value.
    let mut damaged = packed.clone();
    damaged[packed.len() - 8] ^= 1;
    let error = array(&damaged).unwrap_err().to_string();
    assert!(
        error.starts_with("digits.idx: cannot be unpacked: "),
        "{error}"
    );
    let error = array(&[&packed[..], b"something else"].concat())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("digits.idx: cannot be unpacked: "),
        "{error}"
    );
}

#[test]
fn every_cut_of_a_plain_idx_is_refused() {
    let good = b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03abcdef";
    assert!(array(good).is_ok());
    for length in 0..good.len() {
        assert!(array(&good[..length]).is_err(), "{length} bytes");
    }
}

/// A finite number of any size, as bits would have it.
fn finite() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
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

/// One change of a file, at places told as parts of its length.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    // Bytes that mean something to a reader, and any.
    let byte = prop_oneof![
        prop::sample::select(b"\",\r\n \0-.eEx1\xef\xbb\xbf\xff\x1f\x8b\x08".to_vec()),
        any::<u8>()
    ];
    prop_oneof![
        (any::<Index>(), 1u8..).prop_map(|(at, mask)| Change::Flip(at, mask)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Cut(a, b)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Repeat(a, b)),
        (any::<Index>(), prop::collection::vec(byte, 1..9))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let place = |at: &Index| at.index(bytes.len() + 1);
        let range = |a: &Index, b: &Index| place(a).min(place(b))..place(a).max(place(b));
        match change {
            Change::Flip(at, mask) => {
                let at = place(at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= mask;
                }
            }
            Change::Cut(a, b) => drop(bytes.drain(range(a, b))),
            Change::Repeat(a, b) => {
                let range = range(a, b);
                let again = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, again);
            }
            Change::Insert(at, more) => {
                let at = place(at);
                bytes.splice(at..at, more.iter().copied());
            }
        }
    }
    bytes
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
    #![proptest_config(fixed())]

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
        for (word, expected) in [("NaN", "a finite number"), ("many", "a number")] {
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
        let error = csv(&text).unwrap_err();
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
        if let Ok(data) = csv(&text) {
            let strict = strictly(&text);
            let names = usize::from(!data.feature_names.is_empty());
            prop_assert_eq!(strict.len(), data.features.rows() + names, "{:?}", text);
            for (row, cells) in data.features.row_iter().zip(&strict[names..]) {
                let numbers: Vec<f64> = cells.iter().map(|cell| cell.parse().unwrap()).collect();
                prop_assert_eq!(row, &numbers[..], "{:?}", text);
            }
            if names == 1 {
                prop_assert_eq!(&data.feature_names, &strict[0], "{:?}", text);
            }
        }
    }

    #[test]
    fn a_changed_csv_never_panics(
        matrix in matrix(),
        style in style(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let bytes = changed(written(&matrix, &style).0.as_bytes(), &changes);
        if let Ok(data) = csv(&bytes) {
            prop_assert!(data.features.is_finite());
            prop_assert!([0, data.features.columns()].contains(&data.feature_names.len()));
        }
    }

    #[test]
    fn a_changed_idx_never_panics(
        sizes in prop::collection::vec(1u8..5, 1..5),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let count = sizes.iter().map(|&size| usize::from(size)).product();
        let header = sizes.iter().flat_map(|&size| [0, 0, 0, size]);
        let mut good = vec![0, 0, 8, sizes.len() as u8];
        good.extend(header);
        good.extend(vec![7; count]);
        prop_assert!(array(&good).is_ok());
        let _ = array(&changed(&good, &changes));
        let _ = array(&changed(&gzip(&good), &changes));
        let _ = array(&gzip(&changed(&good, &changes)));
    }

    #[test]
    fn no_bytes_at_all_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = csv(&bytes);
        let _ = array(&bytes);
        let _ = array(&[b"\x1f\x8b\x08", &bytes[..]].concat());
    }
}
