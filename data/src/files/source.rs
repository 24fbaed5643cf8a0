//! Where bytes come from: a file or anything that can be read, unpacked where it is gzip'd.

use crate::DataError;
use flate2::read::MultiGzDecoder;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How much of a file is read at once.
pub(crate) const BUFFER: usize = 1 << 16;
/// What some programs put before text in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The content of a file. Its errors are whole sentences for the user, such as "the gzip data end early".
pub(crate) struct Source<'a> {
    /// What was looked at and is still to be read.
    start: Cursor<Vec<u8>>,
    rest: BufReader<Box<dyn Read + 'a>>,
}

impl Source<'static> {
    /// The content of the file at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let file = path.display().to_string();
        // Some systems open a folder and fail at the first read, others don't open it, and neither with a good word.
        if path.is_dir() {
            return Err(DataError::new(&file, "is a directory, expected a file"));
        }
        let bytes = File::open(path)
            .map_err(|error| DataError::new(&file, format!("cannot be opened: {error}")))?;
        Self::new(bytes, &file)
    }
}

impl<'a> Source<'a> {
    /// The content of what `bytes` gives, which need not be buffered; `file` is for the error.
    pub(crate) fn new(mut bytes: impl Read + 'a, file: &str) -> Result<Self, DataError> {
        let mut start = Vec::new();
        let taken = bytes
            .by_ref()
            .take(GZIP.len() as u64)
            .read_to_end(&mut start);
        taken.map_err(|error| DataError::new(file, format!("cannot be read: {error}")))?;
        let packed = start == GZIP;
        let bytes = Cursor::new(start).chain(bytes);
        let rest: Box<dyn Read + 'a> = if packed {
            Box::new(Told {
                bytes: MultiGzDecoder::new(bytes),
                packed,
            })
        } else {
            Box::new(Told { bytes, packed })
        };
        Ok(Self {
            start: Cursor::default(),
            rest: BufReader::with_capacity(BUFFER, rest),
        })
    }

    /// The first `count` bytes of what is still to be read, and they stay to be; fewer only where the file ends.
    pub(crate) fn start(&mut self, count: usize, file: &str) -> Result<&[u8], DataError> {
        let start = self.up_to(count as u64, file)?;
        let mut held = std::mem::take(&mut self.start);
        let after = held.position() as usize;
        let rest = held.get_mut().split_off(after);
        self.start = Cursor::new([start, rest].concat());
        let start = self.start.get_ref();
        Ok(&start[..count.min(start.len())])
    }

    /// Up to `count` bytes; fewer only where the file ends. Memory grows with the bytes that arrive.
    pub(crate) fn up_to(&mut self, count: u64, file: &str) -> Result<Vec<u8>, DataError> {
        let mut taken = Vec::new();
        self.take(count)
            .read_to_end(&mut taken)
            .map_err(|error| DataError::new(file, error.to_string()))?;
        Ok(taken)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.start.read(buffer)? {
            0 => self.rest.read(buffer),
            count => Ok(count),
        }
    }
}

/// Says of an error what could not be done.
struct Told<R> {
    bytes: R,
    packed: bool,
}

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer).map_err(|error| {
            io::Error::other(match error.kind() {
                io::ErrorKind::Interrupted => return error, // to be tried again
                io::ErrorKind::UnexpectedEof if self.packed => "the gzip data end early".to_owned(),
                _ if self.packed => format!("cannot be unpacked: {error}"),
                _ => format!("cannot be read: {error}"),
            })
        })
    }
}

/// What a data set from this file is called: the file's name without folder, `.gz` and extension.
pub(crate) fn name_of(path: &Path) -> String {
    let packed = path.extension() == Some(OsStr::new("gz"));
    let unpacked = path.file_stem().filter(|_| packed).map(Path::new);
    let stem = unpacked.unwrap_or(path).file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
