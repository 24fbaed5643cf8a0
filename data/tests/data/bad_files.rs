//! Bad files of every format through the front door, each with its one fault and the words that tell it.

use crate::common::{assert_one_line, gzip, shared};
use crate::formats::{cifar_file, idx_file};
use std::fs;
use std::path::Path;
use unsup_data::{
    CifarKind, Delimiter, LabelColumn, ReadOptions, read, read_cifar, read_cod,
    read_idx_with_labels,
};

fn text(path: &Path, options: &ReadOptions) -> String {
    let error = read(path, options).expect_err(&path.display().to_string());
    assert_one_line(&error);
    error.to_string()
}

/// A file without the last bytes.
fn cut(mut file: Vec<u8>, bytes: usize) -> Vec<u8> {
    file.truncate(file.len() - bytes);
    file
}

/// A packed file of which a bit differs, so many bytes from its end.
fn damaged(file: &[u8], from_end: usize) -> Vec<u8> {
    let mut file = gzip(file);
    let at = file.len() - from_end;
    file[at] ^= 1;
    file
}

/// A text in 16 bits a character.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn each_is_refused_in_these_words() {
    let folder = tempfile::tempdir().unwrap();
    let none = ReadOptions::default();
    let label = |label: LabelColumn| ReadOptions {
        label: Some(label),
        ..Default::default()
    };
    let named = |name: &str| label(LabelColumn::Name(name.to_owned()));
    let labels = |name: &str| ReadOptions {
        labels: Some(folder.path().join(name)),
        ..Default::default()
    };
    let table = b"a,b\n1,2\n3,4\n5,6\n".to_vec();
    let images = idx_file(8, &[2, 2, 2], b"12345678");
    let all = u32::MAX;
    fs::write(folder.path().join("three"), idx_file(8, &[3], b"123")).unwrap();
    fs::write(folder.path().join("cubes"), idx_file(8, &[2, 1, 1], b"12")).unwrap();
    fs::write(
        folder.path().join("halves"),
        idx_file(0x0d, &[2], &[0.5f32; 2].map(f32::to_be_bytes).concat()),
    )
    .unwrap();
    fs::write(
        folder.path().join("vast"),
        idx_file(
            0x0e,
            &[2],
            &[-4294967295.0, 4294967296.0f64]
                .map(f64::to_be_bytes)
                .concat(),
        ),
    )
    .unwrap();
    fs::write(folder.path().join("words"), "one\ntwo\n").unwrap();
    let here = |name: &str| folder.path().join(name).display().to_string();

    let cases: Vec<(&str, Vec<u8>, ReadOptions, String)> = vec![
        // Tables of text.
        ("a.csv", b"".to_vec(), none.clone(), ": the file is empty, expected a table of numbers or words".into()),
        ("a.csv", b" \r\n\n".to_vec(), none.clone(), ": the file is empty, expected a table of numbers or words".into()),
        ("a.csv", b"a,b\n".to_vec(), none.clone(), ", line 1: a header and nothing after it, expected rows of values".into()),
        ("a.csv", b"1,2\n3\n".to_vec(), none.clone(), ", line 2: 1 value, line 1 has 2".into()),
        ("a.csv", b"1 2\n\n3 4 5\n".to_vec(), none.clone(), ", line 3: 3 values, line 1 has 2".into()),
        ("a.csv", b"a;b\n1;2\n3;x\n".to_vec(), none.clone(), r#", line 3, column 2 ("b"): found "x", expected a number as in the lines above"#.into()),
        ("a.csv", b"x\ty\ny\t1\nz\tw\n".to_vec(), none.clone(), r#", line 3, column 2 ("y"): found "w", expected a number as in the lines above"#.into()),
        ("a.csv", b"y\nn\ny\n7\n".to_vec(), none.clone(), r#", line 4, column 1: found "7", expected a word: the column holds words since line 2 ("n"; if that stands for a missing value, name it as such)"#.into()),
        ("a.csv", b"1\n1e999\n".to_vec(), none.clone(), r#", line 2, column 1: found "1e999", expected a finite number"#.into()),
        ("a.csv", b"1\nNaN\n".to_vec(), none.clone(), r#", line 2, column 1: found "NaN", expected a finite number; if it stands for a missing value, name it as such"#.into()),
        ("a.csv", b"x\ninfinity\n".to_vec(), none.clone(), r#", line 2, column 1 ("x"): found "infinity", expected a finite number"#.into()),
        ("a.csv", b"1;2\n1,5;3\n".to_vec(), none.clone(), r#", line 2, column 1: found "1,5", expected a number with a point before its decimals"#.into()),
        ("a.csv", b"\xef\xbb\xbf\xef\xbb\xbf1,2\n".to_vec(), none.clone(), r#", line 1, column 1: found "\u{feff}1", expected one byte order mark"#.into()),
        ("a.csv", wide("\u{feff}1,2\n3,4\n"), none.clone(), r#", line 1, column 1: found "\xff\xfe1\0", expected UTF-8 text"#.into()),
        ("a.csv", wide("1,2\n3,4\n"), none.clone(), r#", line 1, column 1: found "1\0", expected UTF-8 text"#.into()),
        ("a.csv", "café,1\n".bytes().chain(*b"caf\xe9,2\n").collect(), none.clone(), r#", line 2, column 1: found "caf\xe9", expected UTF-8 text"#.into()),
        ("a.csv", b"1,2\r3,4\r".to_vec(), none.clone(), ", line 1, column 2: found a carriage return within a line, expected lines that end in a line feed".into()),
        ("a.csv", b"1 2\r3 4\r".to_vec(), none.clone(), ", line 1, column 2: found a carriage return within a line, expected lines that end in a line feed".into()),
        ("a.csv", b"1,2\n3,\"4\n5,6\n".to_vec(), none.clone(), ", line 2, column 2: found a quote that never closes".into()),
        ("a.csv", b"1,2\n\"3\"4,5\n".to_vec(), none.clone(), r#", line 2, column 1: found "4" after a closing quote, expected a comma or the line's end"#.into()),
        ("a.csv", b"1;2\n\"3\"4;5\n".to_vec(), none.clone(), r#", line 2, column 1: found "4" after a closing quote, expected a semicolon or the line's end"#.into()),
        ("a.csv", b"1\t2\n\"3\"x\t5\n".to_vec(), none.clone(), r#", line 2, column 1: found "x" after a closing quote, expected a tab or the line's end"#.into()),
        ("a.csv", b"1 2\n\"3\"x 5\n".to_vec(), none.clone(), r#", line 2, column 1: found "x" after a closing quote, expected white space or the line's end"#.into()),
        ("a.csv", table.clone(), named("c"), r#", line 1: no column is called "c", expected one of "a", "b""#.into()),
        ("a.csv", table.clone(), label(LabelColumn::Index(2)), ", line 1: there is no column 3 to be the label, found 2 columns".into()),
        ("a.csv", b"a,b\n1,2\n3,?\n".to_vec(), named("b"), r#", line 3, column 2 ("b"): the label is missing ("?"), expected a class"#.into()),
        ("a.csv", b"7\n8\n".to_vec(), label(LabelColumn::First), ": the label is the only column, expected features beside it".into()),
        ("a.csv.gz", cut(gzip(&table), 9), none.clone(), ": the gzip data end early".into()),
        ("a.csv.gz", damaged(&table, 8), none.clone(), ": cannot be unpacked: corrupt gzip stream does not have a matching checksum".into()),
        ("a.csv.gz", gzip(b"1\n\nx\n"), none.clone(), r#", line 3, column 1: found "x", expected a number as in the lines above"#.into()),
        ("a.csv", gzip(b"").repeat(2), none.clone(), ": the file is empty, expected a table of numbers or words".into()),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), none.clone(), r#", line 1, column 1: found "\x89PNG", expected UTF-8 text"#.into()),
        // IDX.
        ("a.idx", b"\0\0\x08".to_vec(), none.clone(), ": 3 bytes in all, expected an IDX file".into()),
        ("a.idx", b"\0\0\x07\x01\0\0\0\x01a".to_vec(), none.clone(), ": values of type 07, expected 08, 09, 0b, 0c, 0d or 0e".into()),
        ("a.idx", b"\0\0\x08\x05".to_vec(), none.clone(), ": 5 dimensions, expected 1 to 4".into()),
        ("a.idx", b"\0\0\x08\x02\0\0\0\x01".to_vec(), none.clone(), ": ends within its header, after 8 of 12 bytes".into()),
        ("a.idx", idx_file(8, &[2, 0], b""), none.clone(), ": dimension 2 is 0, expected at least 1".into()),
        ("a.idx", idx_file(0x0e, &[all, all, 2], b""), none.clone(), ": the header promises 4294967295x4294967295x2 values, more than can be counted".into()),
        ("a.idx", idx_file(8, &[all], b"abc"), none.clone(), ": found 3 of the 4294967295 values that the header promises".into()),
        ("a.idx", idx_file(0x0d, &[2], b"abcdefg"), none.clone(), ": found 1 of the 2 values that the header promises".into()),
        ("a.idx", cut(images.clone(), 1), none.clone(), ": found 7 of the 2x2x2 values that the header promises".into()),
        ("a.idx", [&images[..], b"9"].concat(), none.clone(), ": more bytes than the 2x2x2 values that the header promises".into()),
        ("a.idx", idx_file(0x0d, &[1], &f32::NAN.to_be_bytes()), none.clone(), ": value 1 is NaN, expected a finite number".into()),
        ("a.idx.gz", cut(gzip(&images), 1), none.clone(), ": the gzip data end early".into()),
        ("a.idx.gz", damaged(&images, 1), none.clone(), ": cannot be unpacked: corrupt gzip stream does not have a matching checksum".into()),
        ("a.idx", images.clone(), labels("three"), format!(": holds 2 objects, but {} holds 3 labels", here("three"))),
        ("a.idx", images.clone(), named("b"), ": is an IDX file, which takes no label column".into()),
        ("a.idx", images.clone(), ReadOptions { header: Some(true), ..Default::default() }, ": is an IDX file, which takes no header".into()),
        // CIFAR.
        ("a.bin", vec![0; 3072], none.clone(), ": 3072 bytes, expected CIFAR records of 3073 bytes each, or of 3074".into()),
        ("a.bin", vec![1; 3072], none.clone(), ": 3072 bytes, expected CIFAR records of 3073 bytes each, or of 3074".into()),
        ("a.bin", vec![1; 3075], none.clone(), ": 3075 bytes, expected CIFAR records of 3073 bytes each, or of 3074".into()),
        ("a.bin", vec![], none.clone(), ": 0 bytes, expected CIFAR records of 3073 bytes each, or of 3074".into()),
        ("a.bin.gz", cut(gzip(&cifar_file(&[&[1]])), 9), none.clone(), ": the gzip data end early".into()),
        ("a.bin", cifar_file(&[&[1], &[10]]), none.clone(), ": the label of record 2 is 10, expected 0 to 9".into()),
        ("a.bin", cifar_file(&[&[20, 1]]), ReadOptions { cifar: Some(CifarKind::HundredCoarse), ..Default::default() }, ": the coarse label of record 1 is 20, expected 0 to 19".into()),
        ("a.bin", cifar_file(&[&[19, 100]]), ReadOptions { cifar: Some(CifarKind::HundredCoarse), ..Default::default() }, ": the fine label of record 1 is 100, expected 0 to 99".into()),
        ("a.bin", cifar_file(&[&[20, 99]]), ReadOptions { cifar: Some(CifarKind::HundredFine), ..Default::default() }, ": the coarse label of record 1 is 20, expected 0 to 19".into()),
        ("a.bin", b"1,2\n3,4\n".to_vec(), none.clone(), ": no records of CIFAR-10 (the label of record 1 is 49, expected 0 to 9) and none of CIFAR-100 (the coarse label of record 1 is 49, expected 0 to 19)".into()),
        ("a.bin", cut(images.clone(), 1), none.clone(), ": found 7 of the 2x2x2 values that the header promises".into()),
        ("a.bin", [&images[..], b"9"].concat(), none.clone(), ": more bytes than the 2x2x2 values that the header promises".into()),
        ("a.bin", cifar_file(&[&[1]]), ReadOptions { cifar: Some(CifarKind::HundredFine), ..Default::default() }, ": 3073 bytes, expected CIFAR records of 3074 bytes each".into()),
        ("a.bin", cifar_file(&[&[1]]), ReadOptions { missing: Some(vec![]), ..Default::default() }, ": is a CIFAR batch, which takes no marks of missing values".into()),
        // Options of another format.
        ("a.csv", table.clone(), labels("three"), ": is a table of text, which takes no file of labels".into()),
        ("a.idx", images.clone(), ReadOptions { delimiter: Some(Delimiter::Tab), ..Default::default() }, ": is an IDX file, which takes no delimiter".into()),
    ];
    assert!(cases.len() >= 40);
    for (name, content, options, expected) in cases {
        let path = folder.path().join(name);
        fs::write(&path, &content).unwrap();
        let shown = String::from_utf8_lossy(&content[..content.len().min(60)]);
        let found = text(&path, &options);
        assert_eq!(found, format!("{}{expected}", path.display()), "{shown:?}");
    }

    // Files of labels, which are named themselves.
    let images = folder.path().join("images");
    fs::write(&images, idx_file(8, &[2, 2], b"1234")).unwrap();
    for (labels, expected) in [
        ("cubes", ": 3 dimensions, expected labels in 1 or 2"),
        ("halves", ": label 1 is 0.5, expected a whole number"),
        (
            "vast",
            ": label 2 is 4294967296, expected a whole number of at most 32 bits",
        ),
        (
            "words",
            ": starts with the bytes 6f 6e 65 0a, expected an IDX file (00 00, the type and the number of dimensions)",
        ),
    ] {
        let error = read_idx_with_labels(&images, folder.path().join(labels)).unwrap_err();
        assert_eq!(error.to_string(), here(labels) + expected);
    }
    // Found by its name, and bad.
    let images = folder.path().join("x-images-idx3-ubyte");
    fs::write(&images, idx_file(8, &[2, 1, 1], b"12")).unwrap();
    fs::write(
        folder.path().join("x-labels-idx1-ubyte"),
        idx_file(8, &[1], b"1"),
    )
    .unwrap();
    let expected = format!(
        "{}: holds 2 objects, but {} holds 1 labels",
        images.display(),
        here("x-labels-idx1-ubyte")
    );
    assert_eq!(text(&images, &none), expected);

    // Names of classes that are not as many as classes, too long or no text.
    let batch = folder.path().join("a.bin");
    fs::write(&batch, cifar_file(&[&[1]])).unwrap();
    for (names, expected) in [
        (
            "a\nb\n".to_owned().into_bytes(),
            "2 names, expected 10, one for each class",
        ),
        (
            vec![b'x'; 1 << 17],
            "131072 bytes, expected the names of classes, a line each",
        ),
        (
            b"\xff".to_vec(),
            "cannot be read: stream did not contain valid UTF-8",
        ),
    ] {
        fs::write(folder.path().join("batches.meta.txt"), names).unwrap();
        assert_eq!(
            text(&batch, &none),
            format!("{}: {expected}", here("batches.meta.txt"))
        );
    }
    let no_paths: [&str; 0] = [];
    let error = read_cifar(&no_paths, None).unwrap_err().to_string();
    assert_eq!(error, r#""": no file, expected CIFAR batches"#);
    // As many bytes as whole records of either kind.
    let path = folder.path().join("either.bin");
    fs::write(&path, vec![1; 3073 * 3074]).unwrap();
    assert_eq!(
        read_cifar(&[&path], None).unwrap_err().to_string(),
        format!(
            "{}: 9446402 bytes are whole records of CIFAR-10 and of CIFAR-100, expected to be told which",
            path.display()
        )
    );

    // No file at all.
    assert_eq!(
        text(folder.path(), &none),
        format!(
            "{}: is a directory, expected a file",
            folder.path().display()
        )
    );
    let missing = folder.path().join("none.csv");
    assert!(
        text(&missing, &none).starts_with(&format!("{}: cannot be opened: ", missing.display()))
    );
    let error = read_idx_with_labels(&images, &missing)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with(&format!("{}: cannot be opened: ", missing.display())),
        "{error}"
    );
}

#[test]
fn each_codebook_is_refused_in_these_words() {
    let folder = tempfile::tempdir().unwrap();
    let map = "2 hexa 2 1 bubble\n1 2 a\n3 4\n";
    let long = "9".repeat(60);
    let shown = "9".repeat(40);
    let too_long = format!(
        ", line 2, column 1: found \"{shown}\"…, expected a number, or x where one is missing"
    );
    let cases: Vec<(Vec<u8>, &str)> = vec![
        // The header.
        (
            b"".into(),
            ": no header, expected a line with the dimension of the centres",
        ),
        (
            b"# 2 lvq\n\n \t\r\n#".into(),
            ": no header, expected a line with the dimension of the centres",
        ),
        (
            b"5.1 3.5\n".into(),
            r#", line 1, column 1: found "5.1", expected the dimension of the centres, a whole number from 1 on"#,
        ),
        (
            b"#\n\n0\n".into(),
            r#", line 3, column 1: found "0", expected the dimension of the centres, a whole number from 1 on"#,
        ),
        (
            b"-2 lvq\n".into(),
            r#", line 1, column 1: found "-2", expected the dimension of the centres, a whole number from 1 on"#,
        ),
        (
            b"18446744073709551616\n1\n".into(),
            r#", line 1, column 1: found "18446744073709551616", expected the dimension of the centres, a whole number from 1 on"#,
        ),
        (
            b"2 3\n1 2\n".into(),
            r#", line 1, column 2: found "3", expected hexa or rect, lvq, or the line's end"#,
        ),
        (
            b"2 lvq 3\n1 2\n".into(),
            r#", line 1, column 3: found "3", expected the line's end"#,
        ),
        (
            b"2 rect\n1 2\n".into(),
            ", line 1: found the line's end, expected the number of columns, a whole number from 1 on",
        ),
        (
            b"2 rect 0 1 bubble\n".into(),
            r#", line 1, column 3: found "0", expected the number of columns, a whole number from 1 on"#,
        ),
        (
            b"2 rect 2 one bubble\n".into(),
            r#", line 1, column 4: found "one", expected the number of rows, a whole number from 1 on"#,
        ),
        (
            b"2 rect 2 1\n".into(),
            ", line 1: found the line's end, expected bubble or gaussian",
        ),
        (
            b"2 hexa 2 1 cutgauss\n".into(),
            r#", line 1, column 5: found "cutgauss", expected bubble or gaussian"#,
        ),
        (
            b"2 hexa 2 1 bubble 1\n".into(),
            r#", line 1, column 6: found "1", expected the line's end"#,
        ),
        (
            b"1 hexa 9223372036854775808 2 bubble\n1\n".into(),
            ", line 1: the header promises 9223372036854775808x2 nodes, more than can be counted",
        ),
        // The nodes.
        (
            b"2 lvq\n# 1 2\n".into(),
            ", line 1: a header and nothing after it, expected a centre in each line",
        ),
        (
            b"2\n1 2\n\n3\n".into(),
            ", line 4: 1 value, expected the 2 that line 1 promises",
        ),
        (
            b"#\n1000000000000000000\n1 2\n".into(),
            ", line 3: 2 values, expected the 1000000000000000000 that line 2 promises",
        ),
        (
            b"2\n1 2\n3 setosa\n".into(),
            r#", line 3, column 2: found "setosa", expected a number, or x where one is missing"#,
        ),
        (
            b"2\n1 2\n #3 4\n".into(),
            r##", line 3, column 1: found "#3", expected a number, or x where one is missing"##,
        ),
        (
            b"1\n1,5\n".into(),
            r#", line 2, column 1: found "1,5", expected a number, or x where one is missing"#,
        ),
        (
            b"2\n1 -inf\n".into(),
            r#", line 2, column 2: found "-inf", expected a finite number"#,
        ),
        (
            b"2\n1 1e999\n".into(),
            r#", line 2, column 2: found "1e999", expected a finite number"#,
        ),
        (format!("1\n{long}x\n").into(), &too_long),
        (
            b"1 rect 2 2 gaussian\n1\n2\n3\n".into(),
            ": found 3 of the 2x2 nodes that the header promises",
        ),
        (
            b"1 rect 1000000000 1000000000 bubble\n".into(),
            ": found 0 of the 1000000000x1000000000 nodes that the header promises",
        ),
        (
            format!("{map}\n5 6\n7\n").into(),
            ", line 5: more than the 2x1 nodes that the header promises",
        ),
        // The labels.
        (
            b"1\n1 a weight=3\n".into(),
            r#", line 2, column 3: found "weight=3", expected a label: weights and fixed points are of objects to train on"#,
        ),
        (
            b"1\n1 fixed=2,2\n".into(),
            r#", line 2, column 2: found "fixed=2,2", expected a label: weights and fixed points are of objects to train on"#,
        ),
        (
            b"1\n1 caf\xe9\n".into(),
            r#", line 2, column 2: found "caf\xe9", expected UTF-8 text"#,
        ),
        // What is no text, and text of another kind.
        (
            wide("1\n1\n"),
            r#", line 1, column 1: found "1\0", expected UTF-8 text"#,
        ),
        (
            wide("\u{feff}1\n1\n"),
            r#", line 1, column 1: found "\xff\xfe1\0", expected UTF-8 text"#,
        ),
        (
            "\u{feff}\u{feff}1\n1\n".into(),
            r#", line 1, column 1: found "\u{feff}1", expected the dimension of the centres, a whole number from 1 on"#,
        ),
        (
            b"1\r2\r3\r".into(),
            ", line 1: found a carriage return within a line, expected lines that end in a line feed",
        ),
        (
            b"1\n2\r\r\n".into(),
            ", line 2: found a carriage return within a line, expected lines that end in a line feed",
        ),
        (cut(gzip(map.as_bytes()), 9), ": the gzip data end early"),
        (cut(gzip(map.as_bytes()), 1), ": the gzip data end early"),
        (
            damaged(map.as_bytes(), 8),
            ": cannot be unpacked: corrupt gzip stream does not have a matching checksum",
        ),
    ];
    let path = folder.path().join("a.cod");
    for (content, expected) in cases {
        fs::write(&path, &content).unwrap();
        let shown = String::from_utf8_lossy(&content);
        let error = read_cod(&path).expect_err(&shown);
        assert_one_line(&error);
        let expected = format!("{}{expected}", path.display());
        assert_eq!(error.to_string(), expected, "{shown:?}");
    }
    fs::write(&path, map).unwrap();
    assert!(read_cod(&path).is_ok());

    assert_eq!(
        read_cod(folder.path()).unwrap_err().to_string(),
        format!(
            "{}: is a directory, expected a file",
            folder.path().display()
        )
    );
    let missing = folder.path().join("none.cod");
    let error = read_cod(&missing).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{}: cannot be opened: ", missing.display())),
        "{error}"
    );
}

#[cfg(not(feature = "npy"))]
#[test]
fn an_array_needs_the_feature() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    fs::write(&path, b"\x93NUMPY\x01\x00").unwrap();
    let expected = format!(
        "{}: a .npy file, which is read only with the feature npy",
        path.display()
    );
    assert_eq!(text(&path, &ReadOptions::default()), expected);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    for name in ["secret.csv", "secret.bin", "secret.idx"] {
        let path = folder.path().join(name);
        fs::write(&path, "1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::File::open(&path).is_ok() {
            println!("skipped: the superuser may read everything: a_file_that_may_not_be_read");
            return;
        }
        let expected = format!(
            "{}: cannot be opened: Permission denied (os error 13)",
            path.display()
        );
        assert_eq!(text(&path, &ReadOptions::default()), expected);
    }
}

/// Documents are no tables, and say so at the line that shows it.
#[test]
fn a_text_that_is_no_table() {
    let Some(file) = shared("satimage/sat.trn") else {
        return;
    };
    let options = ReadOptions {
        delimiter: Some(Delimiter::Comma),
        ..Default::default()
    };
    let error = text(&file, &options);
    assert!(
        error.contains(", line 1002, column 1: found \"")
            && error.ends_with("1000 distinct words in a column"),
        "{error}"
    );
}
