//! What reading a file allocates: never more than the file can justify, whatever it promises. A program of its own, because
//! it counts what passes through the allocator.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use unsup_data::{
    CifarKind, CodebookFile, DataError, Dataset, TableOptions, idx, read_cifar, read_cod_from,
    read_table_from,
};

/// Counts, for each thread by itself, so that tests that run side by side do not count each other's.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    HELD.set(HELD.get() + bytes);
    PEAK.set(PEAK.get().max(HELD.get()));
}

// SAFETY: everything is handed on to the system's allocator as it came; the counters are plain cells, which
// allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Buffers that are there whatever the file.
const ALWAYS: usize = 1 << 20;

/// The most that was held at once beyond what was held before.
fn peak<T>(act: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = act();
    (result, (PEAK.get() - before) as usize)
}

/// Fails if `act` held more than `times` as much as the file is long, and the buffers.
fn within<T>(name: &str, file: &[u8], times: usize, act: impl FnOnce(&[u8]) -> T) -> T {
    let (result, held) = peak(|| act(file));
    println!("{name}: {} bytes, {held} held", file.len());
    assert!(
        held <= times * file.len() + ALWAYS,
        "{name}: {held} of {}",
        file.len()
    );
    result
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn table(bytes: &[u8]) -> Result<Dataset, DataError> {
    read_table_from(bytes, "table", &TableOptions::default())
}

#[test]
fn idx_by_what_arrives() {
    let promising = |sizes: [u32; 2], values: &[u8]| {
        let sizes = sizes.map(u32::to_be_bytes).concat();
        [&[0, 0, 8, 2][..], &sizes, values].concat()
    };
    let vast = [1 << 16, 1 << 16];
    let some = vec![7; 3 << 20];
    for values in [&[][..], &some] {
        let file = promising(vast, values);
        within("IDX that promises 2^32 values", &file, 3, |file| {
            idx::read(file, "vast")
        })
        .unwrap_err();
        // as long as what is in it
        let (result, held) = peak(|| idx::read(&gzip(&file)[..], "vast"));
        result.unwrap_err();
        assert!(held <= 3 * file.len() + ALWAYS + (1 << 20), "{held}");
    }
    // What is more than promised is not read: 32 MB that are 32 KB as a file.
    let bomb = gzip(&promising([2, 2], &vec![0; 32 << 20]));
    assert!(bomb.len() < 1 << 16);
    within(
        "a packed IDX that holds more than it promises",
        &bomb,
        1,
        |file| idx::read(file, "bomb"),
    )
    .unwrap_err();
}

#[test]
fn tables_by_their_cells() {
    let long = vec![b'x'; 4 << 20];
    // a header, and nothing after it
    within("one cell", &long, 8, table).unwrap_err();
    let numbers = b"1,".repeat(1 << 20);
    within("one line of numbers", &numbers, 96, table).unwrap();
    let words = b"w,".repeat(1 << 20);
    within("one line of words", &words, 96, table).unwrap_err();
    let words = [&b"1,"[..], &b"w,".repeat(1 << 20)].concat();
    // a million columns, each with its word, its name and its place in the table
    within("one line of columns of words", &words, 296, table).unwrap();
    let open = [&b"1\n\""[..], &long].concat();
    within("a quote that never closes", &open, 8, table).unwrap_err();
    let column = b"1\n".repeat(1 << 20);
    within("a column of numbers", &column, 16, table).unwrap();
    let blank = b"\n".repeat(8 << 20);
    within("blank lines", &blank, 0, table).unwrap_err();
    let spaces = b" ".repeat(8 << 20);
    within("spaces", &spaces, 8, table).unwrap_err();
    // blank lines that unpack to a thousand times the file take no more
    within("packed blank lines", &gzip(&blank), 1, table).unwrap_err();
    // 1000 words over and over: refused before their features are made
    let words: String = (0..300_000)
        .map(|i| format!("{}\n", i % 1000 + 1).replace('1', "a"))
        .collect();
    let words = words.replace(|c: char| c.is_ascii_digit(), "b");
    within("few words, many lines", words.as_bytes(), 300, table).unwrap();
    let words: String = (0..300_000).map(|i| format!("w{}\n", i % 1000)).collect();
    within("1000 words, many lines", words.as_bytes(), 16, table).unwrap_err();
}

#[test]
fn codebooks_by_the_lines_that_arrive() {
    fn read(file: &[u8]) -> Result<CodebookFile, DataError> {
        read_cod_from(file, "codebook")
    }
    let vast = b"1 rect 1000000000 1000000000 bubble\n";
    let lines = [&vast[..], &b"1\n".repeat(1 << 20)].concat();
    for file in [&vast[..], &lines] {
        within("a map that promises 10^18 nodes", file, 40, read).unwrap_err();
    }
    let vast = b"1000000000000000000 lvq\n";
    let line = [&vast[..], &b"1 ".repeat(1 << 20)].concat();
    for file in [&vast[..], &line] {
        within("10^18 numbers a line", file, 16, read).unwrap_err();
    }
    let labels = [&b"1\n1"[..], &b" a".repeat(1 << 20)].concat();
    within("one line of labels", &labels, 40, read).unwrap();
    let columns = [&b"1048576\n"[..], &b"1 ".repeat(1 << 20)].concat();
    within("one line of numbers", &columns, 16, read).unwrap();
    let word = [&b"1\n"[..], &vec![b'x'; 4 << 20]].concat();
    within("one word", &word, 4, read).unwrap_err();
    // 32 MB that are 32 KB as a file: comments, in a line or in many, and nodes after the last
    let comment = [&b"#"[..], &vec![b' '; 32 << 20]].concat();
    let comments = b"#\n".repeat(16 << 20);
    let more = [&b"1 rect 1 1 bubble\n"[..], &b"1\n".repeat(16 << 20)].concat();
    for file in [comment, comments, more] {
        let bomb = gzip(&file);
        assert!(bomb.len() < 1 << 16);
        within("packed lines that are none of a node", &bomb, 1, read).unwrap_err();
    }
}

#[test]
fn cifar_by_its_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("batch.bin.gz");
    let read = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        read_cifar(&[&path], None)
    };
    // 32 MB that are 32 KB as a file, and no records after the first
    let bomb = gzip(&[&[0; 3074], &[20; 32 << 20][..]].concat());
    assert!(bomb.len() < 1 << 16);
    within("packed bytes that are no labels", &bomb, 1, read).unwrap_err();
    let told = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        read_cifar(&[&path], Some(CifarKind::Ten))
    };
    within("the same where the kind is told", &bomb, 1, told).unwrap_err();
    let good = vec![1; 3073 * 500];
    within("a batch as it should be", &good, 16, read).unwrap();
}

#[cfg(feature = "npy")]
#[test]
fn arrays_by_what_arrives() {
    use unsup_data::read_npy_from;
    let promising = |shape: &str, values: &[u8]| {
        let header = format!("{{'descr': '|u1', 'fortran_order': True, 'shape': {shape}, }}");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.bytes());
        file.extend(values);
        file
    };
    let some = vec![7; 1 << 20];
    for shape in [
        "(1099511627776,)",
        "(1048576, 1048576)",
        "(999999999999999999,)",
    ] {
        for values in [&[][..], &some] {
            let file = promising(shape, values);
            within("an array that promises 2^40 values", &file, 32, |file| {
                read_npy_from(file, "vast")
            })
            .unwrap_err();
        }
    }
    within(
        "an array as it should be",
        &promising("(1024, 1024)", &some),
        32,
        |file| read_npy_from(file, "good"),
    )
    .unwrap();
    let header = b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'";
    within("a header of 4 GB", header, 1, |file| {
        read_npy_from(file, "vast")
    })
    .unwrap_err();
    let bomb = gzip(&promising("(2, 2)", &vec![0; 32 << 20]));
    within(
        "a packed array that holds more than it promises",
        &bomb,
        1,
        |file| read_npy_from(file, "bomb"),
    )
    .unwrap_err();
}
