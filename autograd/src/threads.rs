//! Work over several threads (feature `threading`): large matrix products, and what [`for_each_chunk`](crate::for_each_chunk)
//! is given.
//!
//! Threads split the rows of a result and never a sum, and the loop that runs is chosen on the whole shape, so a result
//! has the same bits at any number of threads.

use rayon::prelude::*;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

static THREADS: AtomicUsize = AtomicUsize::new(1);

/// Multiplications below which handing work to another thread costs more than it saves.
const WORTH_SPLITTING: usize = 1 << 20;
/// A block has a multiple of this many rows, so that no thread is left with half-filled registers.
const ROWS_TOGETHER: usize = 32;

thread_local! {
    /// This thread is at a chunk beside others. What it meets there is not split again: the other threads have their own
    /// chunks, and every part of a product would pack the right operand anew.
    static AT_A_CHUNK: Cell<bool> = const { Cell::new(false) };
}

/// Sets how many threads a large matrix product and [`for_each_chunk`](crate::for_each_chunk) may use, for the whole
/// process; 1 at the start.
///
/// # Panics
/// If `threads` is 0.
#[track_caller]
pub fn set_threads(threads: usize) {
    assert!(threads > 0, "set_threads: at least 1 thread is needed");
    THREADS.store(threads, Ordering::Relaxed);
}

/// How many threads a large matrix product and [`for_each_chunk`](crate::for_each_chunk) may use.
pub fn threads() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// How many threads work may be split over at this place.
pub(crate) fn threads_here() -> usize {
    if AT_A_CHUNK.get() { 1 } else { threads() }
}

/// How many rows of an `m` x `k` by `k` x `n` product each of so many threads takes; `None` where one does it all.
pub(crate) fn rows_for_each(threads: usize, m: usize, k: usize, n: usize) -> Option<usize> {
    if threads == 1 || m.saturating_mul(k).saturating_mul(n) < WORTH_SPLITTING {
        return None;
    }
    let rows = m.div_ceil(threads).next_multiple_of(ROWS_TOGETHER);
    (rows < m).then_some(rows)
}

/// Calls `f` with the number and the entries of each chunk of `length` entries of `slice`, on so many threads, each of
/// which takes the next chunk as soon as it is done with one.
pub(crate) fn share_chunks<T: Send>(
    threads: usize,
    slice: &mut [T],
    length: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    let queue = Mutex::new(slice.chunks_mut(length).enumerate());
    // no panic can poison the lock: it is held for a step of the iterator alone
    let next = || queue.lock().ok()?.next();
    (0..threads).into_par_iter().for_each(|_| {
        let _here = AtAChunk::enter();
        while let Some((number, chunk)) = next() {
            f(number, chunk);
        }
    });
}

/// Marks the thread as long as it lives, also where a chunk's work panics: the pool keeps its threads.
struct AtAChunk {
    before: bool,
}

impl AtAChunk {
    fn enter() -> Self {
        let before = AT_A_CHUNK.replace(true);
        Self { before }
    }
}

impl Drop for AtAChunk {
    fn drop(&mut self) {
        AT_A_CHUNK.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;
    use crate::kernels::product::matmul;

    fn sample(rows: usize, columns: usize) -> Matrix<f32> {
        Matrix::from_fn(rows, columns, |i, j| {
            ((i * 31 + j * 17) as f32 * 0.37).sin()
        })
    }

    #[test]
    fn the_rows_are_split_where_it_is_worth_it() {
        assert_eq!(rows_for_each(2, 128, 784, 256), Some(64));
        assert_eq!(rows_for_each(3, 100, 784, 256), Some(64));
        assert_eq!(
            rows_for_each(2, 32, 784, 256),
            None,
            "one block is all there is"
        );
        assert_eq!(rows_for_each(2, 128, 8, 8), None, "too little work");
        assert_eq!(rows_for_each(1, 128, 784, 256), None);
    }

    #[test]
    fn a_product_has_the_same_bits_at_any_number_of_threads() {
        for (m, k, n) in [
            (128, 784, 256),
            (97, 333, 65),
            (1000, 64, 33),
            (256, 2000, 3),
        ] {
            for (a_transposed, b_transposed) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let a = if a_transposed {
                    sample(k, m)
                } else {
                    sample(m, k)
                };
                let b = if b_transposed {
                    sample(n, k)
                } else {
                    sample(k, n)
                };
                let product = |threads| {
                    set_threads(threads);
                    let mut out = sample(m, n);
                    matmul(&a, a_transposed, &b, b_transposed, &mut out, true);
                    out
                };
                let one = product(1);
                for threads in 2..=5 {
                    assert!(product(threads) == one, "{m}x{k}x{n} at {threads} threads");
                }
            }
        }
        set_threads(1);
    }

    #[test]
    fn work_inside_a_chunk_is_not_split_again() {
        set_threads(3);
        let mut here = [0; 9];
        share_chunks(3, &mut here, 2, |_, chunk| {
            chunk.iter_mut().for_each(|here| {
                *here = if AT_A_CHUNK.get() { threads_here() } else { 0 };
            });
        });
        assert_eq!(here, [1; 9]);
        assert!(!AT_A_CHUNK.get());
        set_threads(1);
    }

    #[test]
    fn a_panic_in_a_chunk_reaches_the_caller_and_leaves_no_mark() {
        let failed = std::panic::catch_unwind(|| {
            share_chunks(2, &mut [0; 8], 1, |number, _| assert!(number < 4, "chunk"));
        });
        assert!(failed.is_err());
        let marks = rayon::broadcast(|_| AT_A_CHUNK.get());
        assert!(marks.iter().all(|mark| !mark));
    }
}
