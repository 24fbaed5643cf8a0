//! Work over several threads (feature `threading`): large matrix products, loops over many entries, and what
//! [`share`](crate::share) is given.
//!
//! Threads split a result, and a sum only at places that its length alone fixes, and the loop that runs is chosen on the
//! whole shape, so a result has the same bits at any number of threads.

mod crew;

use crate::kernels::product::Part;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

static THREADS: AtomicUsize = AtomicUsize::new(1);

/// Multiplications below which handing work to another thread costs more than it saves.
const WORTH_SPLITTING: usize = 1 << 20;
/// Parts of a product have a multiple of so many rows and columns, so that registers are filled.
const ROWS_TOGETHER: usize = 12;
const COLUMNS_TOGETHER: usize = 32;
/// How many parts of a product there are at least for each thread.
const PARTS_FOR_EACH: usize = 4;

thread_local! {
    /// This thread is at an item beside others. What it meets there is not split again: the other threads have items of
    /// their own.
    static AT_AN_ITEM: Cell<bool> = const { Cell::new(false) };
}

/// More are taken for so many.
const MOST_THREADS: usize = 256;

/// Sets how many threads large products and loops and [`share`](crate::share) may use, for the whole process; 1 at the
/// start, and at most 256.
///
/// # Panics
/// If `threads` is 0.
#[track_caller]
pub fn set_threads(threads: usize) {
    assert!(threads > 0, "set_threads: at least 1 thread is needed");
    THREADS.store(threads.min(MOST_THREADS), Ordering::Relaxed);
}

/// How many threads large products and loops and [`share`](crate::share) may use.
pub fn threads() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// How many threads work may be split over at this place.
pub(crate) fn threads_here() -> usize {
    if AT_AN_ITEM.get() { 1 } else { threads() }
}

/// A product's result cut into parts, row by row of parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Parts {
    rows: usize,
    columns: usize,
    rows_each: usize,
    columns_each: usize,
}

/// The parts of an `m` x `k` by `k` x `n` product for so many threads; `None` where one does it all.
///
/// They are whole stripes of columns, several for each thread, so that one that is held up does not hold up all; where
/// there are few stripes the rows are cut too.
pub(crate) fn parts_of(threads: usize, m: usize, k: usize, n: usize) -> Option<Parts> {
    if threads == 1 || m.saturating_mul(k).saturating_mul(n) < WORTH_SPLITTING {
        return None;
    }
    let wanted = PARTS_FOR_EACH * threads;
    let stripes = n.div_ceil(COLUMNS_TOGETHER);
    let columns_each = (stripes / (2 * wanted)).max(1) * COLUMNS_TOGETHER;
    let across = n.div_ceil(columns_each);
    let rows_each = m
        .div_ceil(wanted.div_ceil(across))
        .next_multiple_of(ROWS_TOGETHER);
    let parts = Parts {
        rows: m,
        columns: n,
        rows_each,
        columns_each,
    };
    (parts.count() > 1).then_some(parts)
}

impl Parts {
    fn across(self) -> usize {
        self.columns.div_ceil(self.columns_each)
    }

    pub(crate) fn count(self) -> usize {
        self.rows.div_ceil(self.rows_each) * self.across()
    }

    /// The rows and the columns of a part.
    pub(crate) fn part(self, number: usize) -> Part {
        let (i, j) = (number / self.across(), number % self.across());
        let range = |i: usize, each: usize, all: usize| i * each..all.min((i + 1) * each);
        Part {
            rows: range(i, self.rows_each, self.rows),
            columns: range(j, self.columns_each, self.columns),
        }
    }
}

/// Calls `f` with each of `items`, on so many threads, each of which takes the next as soon as it is done with one.
pub(crate) fn share<I: Iterator<Item: Send> + Send>(
    threads: usize,
    items: I,
    f: impl Fn(I::Item) + Sync,
) {
    let queue = Mutex::new(items);
    // a panic of the iterator itself ends the work of all
    let next = || queue.lock().ok()?.next();
    crew::together(threads, &|| {
        let _here = AtAnItem::enter();
        while let Some(item) = next() {
            f(item);
        }
    });
}

/// Marks the thread as long as it lives, also where an item's work panics: the helpers live on.
struct AtAnItem {
    before: bool,
}

impl AtAnItem {
    fn enter() -> Self {
        let before = AT_AN_ITEM.replace(true);
        Self { before }
    }
}

impl Drop for AtAnItem {
    fn drop(&mut self) {
        AT_AN_ITEM.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::product::matmul;
    use crate::{Matrix, Tape, Var};

    /// Held by a test that sets the number of threads, which is the process's.
    static SETTING: Mutex<()> = Mutex::new(());

    fn sample(rows: usize, columns: usize) -> Matrix<f32> {
        Matrix::from_fn(rows, columns, |i, j| {
            ((i * 31 + j * 17) as f32 * 0.37).sin()
        })
    }

    #[test]
    fn a_product_is_split_where_it_is_worth_it() {
        assert_eq!(parts_of(1, 128, 784, 256), None);
        assert_eq!(parts_of(2, 128, 8, 8), None, "too little work");
        let count = |threads, m, k, n| parts_of(threads, m, k, n).unwrap().count();
        assert_eq!(count(2, 128, 784, 256), 8, "a stripe each");
        assert_eq!(count(2, 128, 784, 64), 8, "rows as well");
        assert_eq!(count(2, 128, 784, 4096), 16, "not too many");
    }

    #[test]
    fn parts_cover_a_product_once() {
        for (m, n) in [(128, 256), (1000, 33), (97, 650), (13, 5000)] {
            for threads in 2..6 {
                let parts = parts_of(threads, m, 1000, n).unwrap();
                let mut covered = vec![0; m * n];
                for Part { rows, columns } in (0..parts.count()).map(|i| parts.part(i)) {
                    for row in rows {
                        columns
                            .clone()
                            .for_each(|column| covered[row * n + column] += 1);
                    }
                }
                assert!(covered.iter().all(|&times| times == 1), "{m} {n}");
            }
        }
    }

    #[test]
    fn a_product_has_the_same_bits_at_any_number_of_threads() {
        let _alone = SETTING.lock();
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

    /// Every loop that threads share, forward and backward, of as many entries as are shared and not a multiple of anything.
    #[test]
    fn loops_over_many_entries_have_the_same_bits_at_any_number_of_threads() {
        let _alone = SETTING.lock();
        let sample = |rows, columns| sample(rows, columns).cast::<f64>();
        let (x, y) = (sample(211, 401), sample(211, 401).map(|x| x * x));
        let results = |threads| {
            set_threads(threads);
            let tape = Tape::new();
            let rows: Vec<usize> = (0..211).rev().collect();
            let (x, y) = (tape.gather(&x, &rows), tape.leaf(y.clone()));
            let row = tape.leaf(sample(1, 401));
            let column = tape.leaf(sample(211, 1));
            let z = (x * row + column).tanh() - y.relu();
            let losses = [
                z.squared_distance(y),
                z.bernoulli(y).sum(),
                (z.bernoulli(y).row_sums() * column).sum(),
                (z.bernoulli(y).column_sums() * row).sum(),
            ];
            let loss = losses.into_iter().reduce(|sum, loss| sum + loss).unwrap();
            let gradients = loss.backward([x, y, row, column]);
            let norms: Vec<f64> = gradients.iter().map(|g| g.unwrap().norm()).collect();
            let gradients: Vec<_> = gradients.iter().map(|g| g.unwrap().clone()).collect();
            // several, since a sum in another order is often the same number
            let sums = (1..20).map(|i| (z * f64::from(i).sqrt()).sum().item());
            (
                losses.map(Var::item),
                sums.collect::<Vec<_>>(),
                norms,
                gradients,
            )
        };
        let one = results(1);
        for threads in 2..=5 {
            assert!(results(threads) == one, "{threads} threads");
        }
        set_threads(1);
    }

    #[test]
    fn any_number_of_threads_is_bounded() {
        let _alone = SETTING.lock();
        set_threads(usize::MAX);
        assert_eq!(threads(), MOST_THREADS);
        set_threads(1);
    }

    #[test]
    fn work_inside_an_item_is_not_split_again() {
        let _alone = SETTING.lock();
        set_threads(3);
        let mut here = [0; 9];
        share(3, here.iter_mut(), |here| {
            *here = if AT_AN_ITEM.get() { threads_here() } else { 0 };
        });
        assert_eq!(here, [1; 9]);
        assert!(!AT_AN_ITEM.get());
        set_threads(1);
    }

    #[test]
    fn a_panic_at_an_item_reaches_the_caller_and_leaves_no_mark() {
        // the marks of all threads that came
        let marks = || {
            let marks = Mutex::new(Vec::new());
            crew::together(3, &|| marks.lock().unwrap().push(AT_AN_ITEM.get()));
            marks.into_inner().unwrap()
        };
        for _ in 0..20 {
            let failed = std::panic::catch_unwind(|| {
                share(3, 0..8, |number| assert!(number < 4, "chunk"));
            });
            assert!(failed.is_err());
            assert!(marks().iter().all(|mark| !mark));
        }
    }
}
