//! Where the time goes: what each kind of work took, on this thread, while a function ran.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// How much a piece of work reads, writes and multiplies, at the least.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Work {
    /// Bytes of the operands and the result.
    pub bytes: usize,
    /// Multiply-adds of a matrix product; 0 for all else.
    pub multiply_adds: usize,
}

impl Work {
    /// Work that is no product.
    pub fn of_bytes(bytes: usize) -> Self {
        Self {
            bytes,
            multiply_adds: 0,
        }
    }
}

/// All work of one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The operation's name, or what [`measured`] was given.
    pub name: &'static str,
    /// How often it was done.
    pub calls: usize,
    /// What that took in all.
    pub time: Duration,
    /// How much it was in all.
    pub work: Work,
}

/// Runs `f` and returns what it gave with an entry for each kind of work that this thread did in it, the longest first: the
/// operations of tapes, forward and backward, and what [`measured`] marks. Reading the clock takes about 50 ns for each
/// call, which is part of the figures; what other threads do for this one is its waiting. One within another is not
/// meant: the inner ends the outer's record.
///
/// ```
/// use unsup_autograd::{Matrix, Tape, profile};
///
/// let tape = Tape::new();
/// let x = tape.leaf(Matrix::<f32>::zeros(10, 5));
/// let (y, entries) = profile::profile(|| x.matmul_nt(x).tanh().tanh());
/// let tanh = entries.iter().find(|entry| entry.name == "tanh").unwrap();
/// assert_eq!((tanh.calls, tanh.work.bytes), (2, 2 * 2 * 10 * 10 * 4));
/// let product = entries.iter().find(|entry| entry.name == "matmul_nt").unwrap();
/// assert_eq!(product.work.multiply_adds, 10 * 5 * 10);
/// # let _ = y;
/// ```
pub fn profile<R>(f: impl FnOnce() -> R) -> (R, Vec<Entry>) {
    /// Ends the recording also where `f` panics.
    struct Recording;
    impl Drop for Recording {
        fn drop(&mut self) {
            ON.set(false);
        }
    }
    ENTRIES.take();
    ON.set(true);
    let recording = Recording;
    let result = f();
    drop(recording);
    let mut entries = ENTRIES.take();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
    (result, entries)
}

/// Runs `f`, and where [`profile`] runs notes what it took under the name that `what` gives; otherwise it costs next to
/// nothing. One within another counts twice.
#[inline(always)]
pub fn measured<R>(what: impl FnOnce() -> (&'static str, Work), f: impl FnOnce() -> R) -> R {
    if !ON.get() {
        return f();
    }
    let start = Instant::now();
    let result = f();
    let time = start.elapsed();
    let (name, work) = what();
    note(name, work, time);
    result
}

#[cold]
fn note(name: &'static str, work: Work, time: Duration) {
    ENTRIES.with_borrow_mut(|entries| {
        let place = entries.iter().position(|entry| entry.name == name);
        let place = place.unwrap_or_else(|| {
            entries.push(Entry {
                name,
                calls: 0,
                time: Duration::ZERO,
                work: Work::default(),
            });
            entries.len() - 1
        });
        let entry = &mut entries[place];
        entry.calls += 1;
        entry.time += time;
        entry.work.bytes += work.bytes;
        entry.work.multiply_adds += work.multiply_adds;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Matrix, Tape};

    #[test]
    fn all_that_a_gradient_takes_is_noted_and_nothing_outside() {
        let tape = Tape::new();
        let x = tape.leaf(Matrix::<f32>::filled(3, 4, 0.5));
        let w = tape.leaf(Matrix::filled(4, 2, 0.5));
        let _ = x.square();
        let (_, entries) = profile(|| x.matmul(w).tanh().sum().backward([w]));
        let _ = x.exp();
        let mut found: Vec<_> = entries.iter().map(|e| (e.name, e.calls)).collect();
        found.sort_unstable();
        let expected = [
            ("matmul", 1),
            ("matmul_tn", 1),
            ("sum_to", 1),
            ("tanh", 1),
            ("tanh_back", 1),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_panic_ends_the_recording() {
        let failed = std::panic::catch_unwind(|| profile(|| panic!("in the middle")));
        assert!(failed.is_err());
        assert!(!ON.get());
    }
}
