//! What the tests share: bytes that come in oddly, files that are changed, comparisons to the bit.

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use unsup_data::{DataError, Dataset};

/// So many cases, the same ones each time.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}

/// Gives one byte at a time, and is interrupted before each.
pub struct Dripping<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl<'a> Dripping<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
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
pub struct Failing<'a>(pub &'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk\nis gone")),
            count => Ok(count),
        }
    }
}

/// The same data or the same error, to the bit: a missing value is not equal to itself.
pub fn assert_same(a: &Result<Dataset, DataError>, b: &Result<Dataset, DataError>) {
    match (a, b) {
        (Ok(a), Ok(b)) => {
            assert_eq!(bits(a), bits(b));
            let beside = |data: &Dataset| {
                let mut data = data.clone();
                data.features.as_mut_slice().fill(0.0);
                data
            };
            assert_eq!(beside(a), beside(b));
        }
        (a, b) => assert_eq!(a, b),
    }
}

/// The bits of the features.
pub fn bits(data: &Dataset) -> Vec<u64> {
    data.features
        .as_slice()
        .iter()
        .map(|x| x.to_bits())
        .collect()
}

pub fn assert_one_line(error: &DataError) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(
        !text.contains('\u{2028}') && text.chars().count() < 1000,
        "{text:?}"
    );
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A file of the real data beside the project; `None`, said by name, where they are not.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no data: {name}");
    None
}

/// A finite number of any size, as bits would have it.
pub fn finite() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

/// One change of a file, at places told as parts of its length.
#[derive(Clone, Debug)]
pub enum Change {
    Flip(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
}

pub fn change() -> impl Strategy<Value = Change> {
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

pub fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
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
