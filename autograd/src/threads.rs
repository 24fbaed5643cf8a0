//! Large matrix products over several threads (feature `threading`).
//!
//! Threads split the rows of a result and never a sum, and the loop that runs is chosen on the whole shape, so a result
//! has the same bits at any number of threads.

use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

static THREADS: AtomicUsize = AtomicUsize::new(1);

/// Multiplications below which handing work to another thread costs more than it saves.
const WORTH_SPLITTING: usize = 1 << 20;
/// A block has a multiple of this many rows, so that no thread is left with half-filled registers.
const ROWS_TOGETHER: usize = 32;

/// Sets how many threads a large matrix product may use, for the whole process; 1 at the start.
///
/// # Panics
/// If `threads` is 0.
#[track_caller]
pub fn set_threads(threads: usize) {
    assert!(threads > 0, "set_threads: at least 1 thread is needed");
    THREADS.store(threads, Ordering::Relaxed);
}

/// How many threads a large matrix product may use.
pub fn threads() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// How many rows of an `m` x `k` by `k` x `n` product each thread takes; `None` where one thread does it all.
pub(crate) fn rows_for_each(m: usize, k: usize, n: usize) -> Option<usize> {
    let threads = threads();
    if threads == 1 || m * k * n < WORTH_SPLITTING {
        return None;
    }
    let rows = m.div_ceil(threads).next_multiple_of(ROWS_TOGETHER);
    (rows < m).then_some(rows)
}

/// Calls `f` with the number and the entries of each block of `length` entries of `out`, side by side.
pub(crate) fn for_each_block<T: Send>(
    out: &mut [T],
    length: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    out.par_chunks_mut(length)
        .enumerate()
        .for_each(|(block, out)| f(block, out));
}
