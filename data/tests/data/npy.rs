//! NumPy's arrays.

use crate::common::{assert_one_line, bits, cases, finite, gzip};
use proptest::prelude::*;
use unsup_autograd::Matrix;
use unsup_data::{DataError, Dataset, ImageShape, read_npy_from, write_npy_to};

/// A file as NumPy writes it.
pub fn npy_file(descr: &str, fortran: bool, shape: &str, values: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    with_header(
        &format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"),
        values,
    )
}

/// A file with any header.
pub fn with_header(header: &str, values: &[u8]) -> Vec<u8> {
    let padded = header.to_owned() + &" ".repeat(63 - (10 + header.len()) % 64) + "\n";
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((padded.len() as u16).to_le_bytes());
    file.extend(padded.as_bytes());
    file.extend(values);
    file
}

fn read(bytes: &[u8]) -> Result<Dataset, DataError> {
    let read = read_npy_from(bytes, "some.npy");
    if let Err(error) = &read {
        assert_one_line(error);
    }
    read
}

#[test]
fn every_type_of_numbers() {
    macro_rules! bytes {
        ($to:ident, $($value:expr),*) => { [$(&$value.$to()[..]),*].concat() };
    }
    for (descr, values, expected) in [
        ("<f8", bytes!(to_le_bytes, 0.1f64, -0.0f64), [0.1, -0.0]),
        (">f8", bytes!(to_be_bytes, 0.1f64, 1e300f64), [0.1, 1e300]),
        (
            "<f4",
            bytes!(to_le_bytes, 0.5f32, 3e38f32),
            [0.5, f64::from(3e38f32)],
        ),
        (">f4", bytes!(to_be_bytes, 0.5f32, -1f32), [0.5, -1.0]),
        ("|b1", vec![0, 1], [0.0, 1.0]),
        ("|u1", vec![0, 255], [0.0, 255.0]),
        ("|i1", vec![1, 255], [1.0, -1.0]),
        ("<i2", bytes!(to_le_bytes, -2i16, 3i16), [-2.0, 3.0]),
        (">u2", bytes!(to_be_bytes, 2u16, 65535u16), [2.0, 65535.0]),
        (
            "<i4",
            bytes!(to_le_bytes, i32::MIN, 3i32),
            [-2147483648.0, 3.0],
        ),
        (
            "<u4",
            bytes!(to_le_bytes, u32::MAX, 3u32),
            [4294967295.0, 3.0],
        ),
        (
            "<i8",
            bytes!(to_le_bytes, -(1i64 << 53), 3i64),
            [-9007199254740992.0, 3.0],
        ),
        (
            ">u8",
            bytes!(to_be_bytes, 1u64 << 53, 3u64),
            [9007199254740992.0, 3.0],
        ),
    ] {
        for file in [
            npy_file(descr, false, "(2,)", &values),
            npy_file(descr, true, "(2, 1)", &values),
        ] {
            for file in [gzip(&file), file] {
                let data = read(&file).unwrap();
                assert_eq!(
                    data.features,
                    Matrix::from_vec(2, 1, expected.to_vec()),
                    "{descr}"
                );
                assert_eq!((data.name.as_str(), data.notes.len()), ("some.npy", 0));
            }
        }
    }
}

#[test]
fn every_shape_in_either_order() {
    // entry (i, j, k, l) is 1000 i + 100 j + 10 k + l
    let sizes = [2usize, 3, 2, 2];
    for rank in 1..=4 {
        let sizes = &sizes[..rank];
        let count: usize = sizes.iter().product();
        let expected: Vec<f64> = (0..count)
            .map(|mut at| {
                let mut digits = [0; 4];
                for (digit, &size) in digits.iter_mut().zip(sizes).rev() {
                    *digit = at % size;
                    at /= size;
                }
                digits.iter().fold(0, |value, digit| 10 * value + digit) as f64
            })
            .collect();
        let mut fortran = expected.clone();
        for (c, &value) in expected.iter().enumerate() {
            let (mut rest, mut place, mut stride) = (c, 0, count);
            for &size in sizes.iter().rev() {
                stride /= size;
                place += (rest % size) * stride;
                rest /= size;
            }
            fortran[place] = value;
        }
        let shape = format!(
            "({},)",
            sizes
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        );
        for (order, values) in [(false, &expected), (true, &fortran)] {
            let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
            let data = read(&npy_file("<f8", order, &shape, &bytes)).unwrap();
            assert_eq!(data.features.as_slice(), expected, "{shape} {order}");
            assert_eq!(data.features.rows(), 2);
            let image = (rank > 2).then_some(ImageShape {
                height: 3,
                width: 2,
                channels: if rank == 4 { 2 } else { 1 },
            });
            assert_eq!(data.image, image);
        }
    }
}

#[test]
fn nan_is_missing() {
    let values = [1.0f64, f64::NAN, 3.0].map(f64::to_le_bytes).concat();
    let data = read(&npy_file("<f8", false, "(1, 3)", &values)).unwrap();
    assert_eq!(
        (data.missing(), data.notes.join("")),
        (1, "1 value is missing (NaN)".to_owned())
    );
}

#[test]
fn labels_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (array, labels) = (folder.path().join("x.npy"), folder.path().join("y.idx"));
    std::fs::write(&array, npy_file("|u1", false, "(2, 1)", &[5, 6])).unwrap();
    std::fs::write(&labels, b"\0\0\x08\x01\0\0\0\x02\x03\x01").unwrap();
    let options = unsup_data::ReadOptions {
        labels: Some(labels),
        ..Default::default()
    };
    let data = unsup_data::read(&array, &options).unwrap();
    assert_eq!((data.name.as_str(), data.labels), ("x", Some(vec![1, 0])));
    assert_eq!(
        unsup_data::read_npy(&array).unwrap().features.as_slice(),
        [5.0, 6.0]
    );
}

#[test]
fn bad_npy_is_refused_in_these_words() {
    let good = npy_file("<f8", false, "(2, 2)", &[0; 32]);
    assert!(read(&good).is_ok());
    for length in 0..good.len() {
        let error = read(&good[..length]).unwrap_err().to_string();
        let expected = match length {
            0..8 => "too short, expected a .npy file".to_owned(),
            8..128 => "ends within its header".to_owned(),
            _ => format!(
                "found {} of the 2x2 values that the header promises",
                (length - 128) / 8
            ),
        };
        assert_eq!(error, format!("some.npy: {expected}"), "{length} bytes");
    }
    let plain = "a header that is no array's: expected a plain dictionary with descr, fortran_order and shape";
    let dict = |shape: &str| npy_file("<f8", false, shape, &[0; 8]);
    let f8 = |x: f64| npy_file("<f8", false, "(1,)", &x.to_le_bytes());
    for (file, expected) in [
        (
            b"\x93NUMPX\x01\x00aaaa".to_vec(),
            "does not start as a .npy file does",
        ),
        (
            [&good[..], b"x"].concat(),
            "more bytes than the 2x2 values that the header promises",
        ),
        // 2^40 values, 2^63 and a product beyond 2^64
        (
            dict("(1099511627776,)"),
            "found 1 of the 1099511627776 values that the header promises",
        ),
        (
            dict("(9223372036854775807,)"),
            "found 1 of the 9223372036854775807 values that the header promises",
        ),
        (dict("(4294967296, 4294967296)"), plain),
        (dict("(0, 9999999999, 9999999999)"), plain),
        (dict("(0x7fffffffffffffff, 16)"), plain),
        (dict("(1e9, 2)"), plain),
        (dict("(-1, 2)"), plain),
        (dict("(3L, 2L)"), plain),
        (dict(&"(".repeat(9000)), plain),
        (dict("()"), "0 dimensions, expected 1 to 4"),
        (dict("(1, 1, 1, 1, 1)"), "5 dimensions, expected 1 to 4"),
        (dict("(2, 0)"), "dimension 2 is 0, expected at least 1"),
        (
            dict("(2, True)"),
            "a header that is no array's: dimension must be an integer",
        ),
        (
            npy_file("|O", false, "(1,)", b"\x80\x04N."),
            "values of type |O, expected numbers of 4 or 8 bytes, whole numbers or truth values",
        ),
        (
            npy_file("<U3", false, "(1,)", &[0; 12]),
            "values of type <U3, expected numbers of 4 or 8 bytes, whole numbers or truth values",
        ),
        (
            npy_file("<c16", false, "(1,)", &[0; 16]),
            "values of type <c16, expected numbers of 4 or 8 bytes, whole numbers or truth values",
        ),
        (
            npy_file("<f2", false, "(1,)", &[0; 2]),
            "values of type <f2, expected numbers of 4 or 8 bytes, whole numbers or truth values",
        ),
        (
            npy_file("|b1", false, "(1,)", &[2]),
            "invalid value for bool: 2",
        ),
        (
            with_header(
                "{'descr': [('a', '<f8', (2,))], 'fortran_order': False, 'shape': (1,), }",
                &[0; 16],
            ),
            "values of a structured type, expected numbers",
        ),
        (with_header("garbage", &[]), plain),
        (
            with_header("{'descr': '<f8' 'shape'", &[]),
            "a header that is no array's: could not parse Python expression: syntax error",
        ),
        (
            with_header("{'descr': '<f8', 'shape': (1,), }", &[0; 8]),
            "a header that is no array's: dict is missing key 'fortran_order'",
        ),
        (
            f8(f64::INFINITY),
            "value 1 is inf, expected a finite number",
        ),
        (
            npy_file("<i8", false, "(1,)", &i64::MIN.to_le_bytes()),
            "value 1 is -9223372036854775808, expected at most 9007199254740992 in magnitude",
        ),
        (
            b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec(),
            "a header of 4294967295 bytes, expected at most 10000",
        ),
        (
            b"\x93NUMPY\x09\x00\x02\x00\x00\x00{}".to_vec(),
            "a header that is no array's: unsupported version: (9, 0)",
        ),
    ] {
        let shown = String::from_utf8_lossy(&file[..file.len().min(120)]);
        let error = read(&file).expect_err(&shown).to_string();
        assert_eq!(error, format!("some.npy: {expected}"), "{shown}");
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_written_array_is_read_back(rows in 1usize..9, values in prop::collection::vec(finite(), 1..9), missing in any::<bool>()) {
        let columns = values.len();
        let mut x = Matrix::from_fn(rows, columns, |i, j| values[(i + j) % columns]);
        if missing {
            x[(rows - 1, 0)] = f64::NAN;
        }
        let mut file = Vec::new();
        write_npy_to(&mut file, &x).unwrap();
        let data = read(&file).unwrap();
        prop_assert_eq!(data.features.shape(), x.shape());
        prop_assert_eq!(bits(&data), x.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>());
    }
}
