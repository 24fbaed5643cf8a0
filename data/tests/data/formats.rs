//! IDX, CIFAR and `.npy` files as objects to learn from, the front door, and what is written read back.

use crate::common::{Failing, bits, cases, finite, gzip};
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use unsup_autograd::Matrix;
use unsup_data::{
    CifarKind, ImageShape, LabelColumn, ReadOptions, TableOptions, idx, read, read_cifar,
    read_cod_from, read_idx, read_idx_with_labels, read_table, read_table_from, write_csv_to,
};

/// An IDX file: its type and dimensions, and the values.
pub fn idx_file(code: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, code, sizes.len() as u8];
    file.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    file.extend(values);
    file
}

/// Records of CIFAR: the labels, and planes that tell one channel and one pixel from another.
pub fn cifar_file(labels: &[&[u8]]) -> Vec<u8> {
    let planes: Vec<u8> = (0..3u32)
        .flat_map(|channel| (0..1024).map(move |pixel| (80 * channel + pixel % 80) as u8))
        .collect();
    labels
        .iter()
        .flat_map(|&label| [label, &planes].concat())
        .collect()
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

#[test]
fn a_reader_that_fails() {
    let table = |bytes| read_table_from(bytes, "some", &TableOptions::default());
    let expected = r"some: cannot be read: the disk\nis gone";
    for bytes in [&b""[..], b"1", b"1,2\n3,4\n"] {
        assert_eq!(table(Failing(bytes)).unwrap_err().to_string(), expected);
    }
    // beyond what is looked at first
    let long = b"1,2\n".repeat(1 << 17);
    assert_eq!(table(Failing(&long)).unwrap_err().to_string(), expected);
    for bytes in [
        &b""[..],
        b"\0\0",
        b"\0\0\x08\x01\0\0\0\x01",
        b"\0\0\x08\x01\0\0\0\x01\x01",
    ] {
        let error = idx::read(Failing(bytes), "some").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    for bytes in [
        &b""[..],
        b"# a",
        b"2",
        b"2\n1 0\n",
        b"1 rect 1 1 bubble\n7\n",
    ] {
        let error = read_cod_from(Failing(bytes), "some").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let packed = gzip(b"\0\0\x08\x01\0\0\0\x01\x01");
    let packed = Failing(&packed[..packed.len() - 9]);
    let expected = r"some: cannot be unpacked: the disk\nis gone";
    assert_eq!(idx::read(packed, "some").unwrap_err().to_string(), expected);
}

#[test]
fn idx_as_objects() {
    let folder = Folder::new();
    let all: Vec<u8> = (0..24).collect();
    for (sizes, shape, image) in [
        (&[24u32][..], "24x1", None),
        (&[4, 6], "4x6", None),
        (&[4, 2, 3], "4x6", Some((2, 3, 1))),
        (&[2, 2, 3, 2], "2x12", Some((2, 3, 2))),
    ] {
        let data = read_idx(folder.file("some.idx", idx_file(8, sizes, &all))).unwrap();
        assert_eq!(
            (
                data.name.as_str(),
                data.features.shape().to_string().as_str()
            ),
            ("some", shape)
        );
        let image = image.map(|(height, width, channels)| ImageShape {
            height,
            width,
            channels,
        });
        assert_eq!(data.image, image);
        // images of bytes alone are scaled
        let full = if image.is_some() { 255.0 } else { 1.0 };
        let expected: Vec<f64> = all.iter().map(|&value| f64::from(value) / full).collect();
        assert_eq!(data.features.as_slice(), expected);
        assert_eq!((data.labels, data.label_names.len()), (None, 0));
    }
    for (code, bytes, expected) in [
        (9u8, vec![0xffu8, 0x7f], [-1.0, 127.0]),
        (0x0b, vec![0xff, 0xfe, 1, 0], [-2.0, 256.0]),
        (
            0x0c,
            vec![0xff, 0xff, 0xff, 0xfd, 0, 1, 0, 0],
            [-3.0, 65536.0],
        ),
        (
            0x0d,
            [1.5f32.to_be_bytes(), (-0.1f32).to_be_bytes()].concat(),
            [1.5, f64::from(-0.1f32)],
        ),
        (
            0x0e,
            [0.1f64.to_be_bytes(), 1e300f64.to_be_bytes()].concat(),
            [0.1, 1e300],
        ),
    ] {
        for sizes in [&[2u32][..], &[1, 1, 2]] {
            let data = read_idx(folder.file("typed.idx", idx_file(code, sizes, &bytes))).unwrap();
            assert_eq!(data.features.as_slice(), expected, "type {code}");
        }
    }
}

#[test]
fn labels_of_idx_are_found_by_their_names() {
    for (images, labels) in [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz"),
        ("images-idx2-float.gz", "labels-idx2-float"),
    ] {
        let folder = Folder::new();
        let packed = |name: &str, file: Vec<u8>| {
            if name.ends_with(".gz") {
                gzip(&file)
            } else {
                file
            }
        };
        let file = folder.file(
            images,
            packed(images, idx_file(8, &[3, 1, 1], &[0, 51, 255])),
        );
        assert_eq!(read_idx(&file).unwrap().labels, None);
        folder.file(labels, packed(labels, idx_file(8, &[3], &[7, 2, 7])));
        let data = read_idx(&file).unwrap();
        assert_eq!(data.labels, Some(vec![1, 0, 1]), "{images}");
        assert_eq!(data.label_names, ["2", "7"]);
        assert_eq!(data.notes[1], format!("labels from {labels}: 2 classes"));
        assert_eq!(data.features.as_slice(), [0.0, 0.2, 1.0]);
    }
    // in a file of any name, and of whole numbers of any type
    let folder = Folder::new();
    let images = folder.file("a.idx", idx_file(8, &[3, 1], &[1, 2, 3]));
    let values = [4i32, -1, 4].map(i32::to_be_bytes).concat();
    let labels = folder.file("b.idx", idx_file(0x0c, &[3, 1], &values));
    let data = read_idx_with_labels(&images, &labels).unwrap();
    assert_eq!(
        (data.labels, data.label_names),
        (Some(vec![1, 0, 1]), vec!["-1".to_owned(), "4".to_owned()])
    );
    let options = ReadOptions {
        labels: Some(labels),
        ..Default::default()
    };
    assert_eq!(read(&images, &options).unwrap().label_names, ["-1", "4"]);
}

#[test]
fn cifar_as_objects() {
    let folder = Folder::new();
    let ten = folder.file("ten.bin", cifar_file(&[&[3], &[9]]));
    let more = folder.file("more.bin.gz", gzip(&cifar_file(&[&[0]])));
    let data = read_cifar(&[&ten, &more], None).unwrap();
    assert_eq!(
        (data.name.as_str(), data.labels.as_deref()),
        ("ten", Some(&[3, 9, 0][..]))
    );
    assert_eq!(data.label_names.join(""), "0123456789");
    for row in data.features.row_iter() {
        for (i, channel) in [(0, 0.0), (1, 80.0), (2, 160.0)] {
            assert_eq!(row[i] * 255.0, channel);
            assert_eq!(row[3 * 1023 + i] * 255.0, channel + f64::from(1023 % 80));
        }
    }
    let names: String = (0..10).map(|class| format!("name {class}\r\n")).collect();
    folder.file("batches.meta.txt", names + "\n");
    let data = read(&ten, &ReadOptions::default()).unwrap();
    assert_eq!(
        (data.label_names[9].as_str(), data.label_names.len()),
        ("name 9", 10)
    );
    assert_eq!(
        data.notes,
        [
            "CIFAR-10 with its labels: images of 32x32 pixels in 3 colours, divided by 255",
            "names of the classes from batches.meta.txt"
        ]
    );
    // with two labels, known by the size or said
    let hundred = folder.file("hundred.bin", cifar_file(&[&[19, 99], &[0, 7]]));
    assert_eq!(
        read_cifar(&[&hundred], None).unwrap().labels,
        Some(vec![99, 7])
    );
    let options = ReadOptions {
        cifar: Some(CifarKind::HundredCoarse),
        ..Default::default()
    };
    let data = read(&hundred, &options).unwrap();
    assert_eq!(
        (data.labels, data.label_names.len()),
        (Some(vec![19, 0]), 20)
    );
}

#[test]
fn the_front_door_knows_a_file_by_its_content() {
    let folder = Folder::new();
    let shape = |name: &str, content: Vec<u8>| {
        let data = read(folder.file(name, content), &ReadOptions::default()).unwrap();
        assert_eq!(data.name, "some", "{name}");
        data.features.shape().to_string()
    };
    let table = b"a\tb\n1\t2\n3\t?\n5\t6\n".to_vec();
    assert_eq!(shape("some.csv", table.clone()), "3x2");
    assert_eq!(shape("some.tsv.gz", gzip(&table)), "3x2");
    assert_eq!(shape("some.gz", table), "3x2");
    let images = idx_file(8, &[2, 2, 2], b"12345678");
    for name in ["some.csv", "some.idx3-ubyte", "some.bin", "some"] {
        assert_eq!(shape(name, images.clone()), "2x4");
        assert_eq!(shape(name, gzip(&images)), "2x4");
    }
    // a batch of black images of the first class starts as IDX does
    assert_eq!(shape("some.bin", vec![0; 3073]), "1x3072");
    assert_eq!(
        shape("some.bin.gz", gzip(&cifar_file(&[&[1], &[2]]))),
        "2x3072"
    );

    // IDX as long as a record of CIFAR is IDX; and where its promise does not hold, it is the record that starts so
    let values = vec![1; 3073 - 8];
    let array = idx_file(8, &[3065], &values);
    assert_eq!(shape("some.bin", array.clone()), "3065x1");
    assert_eq!(shape("some.bin.gz", gzip(&array)), "3065x1");
    assert_eq!(shape("some.bin", idx_file(8, &[3064], &values)), "1x3072");
    assert_eq!(shape("some.bin", idx_file(8, &[3066], &values)), "1x3072");
    #[cfg(feature = "npy")]
    assert_eq!(
        shape(
            "some.bin",
            crate::npy::npy_file("|u1", false, "(2, 1)", b"12")
        ),
        "2x1"
    );
    let array = folder.file("some.bin", array);
    let options = ReadOptions {
        cifar: Some(CifarKind::Ten),
        ..Default::default()
    };
    assert_eq!(
        read(&array, &options).unwrap().features.shape().to_string(),
        "1x3072"
    );
    // as many bytes as whole records of either kind, of which the labels of one are out of range
    let mut either = cifar_file(&vec![&[19u8, 99][..]; 3073]);
    let fine = read(folder.file("some.bin", &either), &ReadOptions::default()).unwrap();
    assert_eq!(fine.features.rows(), 3073);
    either[0] = 20;
    let error = read(folder.file("some.bin", &either), &ReadOptions::default()).unwrap_err();
    assert!(
        error.problem().starts_with("no records of CIFAR-10 ("),
        "{error}"
    );

    let table = folder.file("some.txt.gz", gzip(b"x -9 1\ny 5 2\nx 6 3\n"));
    let options = ReadOptions {
        label: Some(LabelColumn::First),
        missing: Some(vec!["-9".to_owned()]),
        ..Default::default()
    };
    let data = read(&table, &options).unwrap();
    assert_eq!(
        (data.missing(), data.labels.clone()),
        (1, Some(vec![0, 1, 0]))
    );
    let direct = TableOptions {
        label: options.label,
        missing: options.missing.unwrap(),
        ..Default::default()
    };
    assert_eq!(read_table(&table, &direct).unwrap().notes, data.notes);
}

#[test]
fn a_written_table_is_short_and_refuses_infinity() {
    let mut text = Vec::new();
    let x = Matrix::from_rows(&[[1.0, 1e-5, f64::MAX], [-0.0, 5e-324, 123456789.25]]);
    write_csv_to(&mut text, &["a", "b c", "\"x\""], &x).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "a,\"b c\",\"\"\"x\"\"\"\n1,0.00001,1.7976931348623157e308\n-0,5e-324,123456789.25\n"
    );
    let none: [&str; 0] = [];
    let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, f64::NEG_INFINITY]]);
    let error = write_csv_to(std::io::sink(), &none, &x).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row 2, column 2 is -inf, expected a finite number"
    );
}

#[test]
#[should_panic(expected = "write_csv: 2 names for a matrix of 1x1")]
fn names_that_are_not_as_many_as_columns_panic() {
    let _ = write_csv_to(std::io::sink(), &["a", "b"], &Matrix::scalar(1.0));
}

/// Values as a table may hold them: finite, or missing.
fn values() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let value = prop_oneof![9 => finite(), 1 => Just(f64::NAN)];
    (1usize..6, 1usize..6).prop_flat_map(move |(rows, columns)| {
        (
            Just(columns),
            prop::collection::vec(value.clone(), rows * columns),
        )
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_written_table_is_read_back(
        (columns, values) in values(),
        names in prop::option::of(prop::collection::vec("[^\0 \t\r\n\u{b}\u{c}](.|[\r\n,;\t\"])*?[^\0 \t\r\n\u{b}\u{c}]|[a-z\u{4e2d}\u{feff}]", 6)),
    ) {
        let x = Matrix::from_vec(values.len() / columns, columns, values);
        let names = names.map_or(vec![], |names| names[..columns].to_vec());
        // neither is what a table of text can hold in a name
        prop_assume!(names.iter().all(|name| !name.contains('\0') && name.trim_ascii() == name));
        prop_assume!(names.first().is_none_or(|name| !name.starts_with('\u{feff}')));
        let mut text = Vec::new();
        write_csv_to(&mut text, &names, &x).unwrap();
        let options = TableOptions { header: Some(!names.is_empty()), ..Default::default() };
        let data = read_table_from(&text[..], "table", &options).unwrap();
        prop_assert_eq!(data.features.shape(), x.shape(), "{}", String::from_utf8_lossy(&text));
        prop_assert_eq!(bits(&data), x.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>());
        prop_assert_eq!(&data.feature_names, &names);
        prop_assert_eq!(data.missing(), x.as_slice().iter().filter(|x| x.is_nan()).count());
    }

    #[test]
    fn a_written_idx_is_read_back(
        sizes in prop::collection::vec(1u32..5, 1..5),
        code in prop::sample::select(vec![0x08u8, 0x09, 0x0b, 0x0c, 0x0d, 0x0e]),
        seed in any::<u64>(),
        packed in any::<bool>(),
    ) {
        let count: u32 = sizes.iter().product();
        let mut state = seed;
        let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
        for _ in 0..count {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let value = (state >> 33) as i32;
            macro_rules! put {
                ($kind:ty) => {{
                    let value = value as $kind;
                    bytes.extend(value.to_be_bytes());
                    numbers.push(f64::from(value));
                }};
            }
            match code {
                0x08 => put!(u8),
                0x09 => put!(i8),
                0x0b => put!(i16),
                0x0c => put!(i32),
                0x0d => put!(f32),
                _ => put!(f64),
            }
        }
        let file = idx_file(code, &sizes, &bytes);
        let file = if packed { gzip(&file) } else { file };
        let array = idx::read(&file[..], "some").unwrap();
        prop_assert_eq!(array.numbers(), numbers);
        prop_assert_eq!(array.bytes(), bytes);
        let sizes: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
        prop_assert_eq!(array.dimensions(), sizes);
    }
}
