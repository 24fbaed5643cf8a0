//! IDX files, good ones and bad.

use crate::common::{Dripping, assert_one_line, gzip};
use unsup_data::DataError;
use unsup_data::idx::{self, IdxArray, IdxType};

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
            array.numbers().len()
        ),
        Err(error) => assert_one_line(error),
    }
    read
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
            assert_eq!(array.kind(), IdxType::UnsignedByte);
            assert_eq!(array.bytes(), values);
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
            "starts with the bytes 89 50 4e 47, expected an IDX file (00 00, the type and the number of dimensions)",
        ),
        (
            b"\0\0\x0a\x01\0\0\0\x01aaaa",
            "values of type 0a, expected 08, 09, 0b, 0c, 0d or 0e",
        ),
        (
            b"\0\0\x0d\x01\0\0\0\x02\0\0\0\0\xff\x80\0\0",
            "value 2 is -inf, expected a finite number",
        ),
        (
            b"\0\0\x0e\x01\0\0\0\x01\x7f\xf8\0\0\0\0\0\0",
            "value 1 is NaN, expected a finite number",
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
