//! Helpers: threads that live as long as the process and wait for work.
//!
//! A training step has a product every fraction of a millisecond, too often to wake a thread for each. So a helper looks
//! out for work for a while before it goes to sleep, and whoever gave it work that it has not begun takes it back: a helper
//! that is late costs nothing.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long a helper looks out for work, or a caller for a helper's end, before it sleeps: longer than the gaps within a
/// training step.
const LOOKOUT: Duration = Duration::from_micros(200);
/// Looks at a seat before the thread lets others run.
const LOOKS: usize = 200;

/// The helpers there are, for one caller at a time.
static CREW: Mutex<Vec<Helper>> = Mutex::new(Vec::new());

/// Runs `work` on this thread and on up to `threads − 1` helpers at once, and returns when all have ended.
///
/// Any of them may come late or not at all, where others are at work for another caller: `work` is to take its tasks from a
/// common store.
///
/// # Panics
/// If one of the calls does.
pub(super) fn together(threads: usize, work: &(dyn Fn() + Sync)) {
    let mut crew = match CREW.try_lock() {
        Ok(crew) => crew,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(), // a panic of `work`, which left no helper at it
        Err(TryLockError::WouldBlock) => return work(),
    };
    while crew.len() + 1 < threads {
        match Helper::start() {
            Some(helper) => crew.push(helper),
            None => break, // the system gives no more threads
        }
    }
    let helpers = crew.iter().take(threads - 1);
    for helper in helpers.clone() {
        // SAFETY: `work` lives until the call below has ended for every helper, whatever happens here.
        unsafe { helper.give(work) };
    }
    let mut outcome = catch_unwind(AssertUnwindSafe(work));
    for helper in helpers {
        match helper.end() {
            Err(panic) if outcome.is_ok() => outcome = Err(panic),
            // not dropped: that may panic too, while other helpers are still at work
            Err(another) => std::mem::forget(another),
            Ok(()) => {}
        }
    }
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

type Outcome = Result<(), Box<dyn Any + Send>>;
type Work = *const (dyn Fn() + Sync);

/// Nothing to do.
const IDLE: u32 = 0;
/// There is work that nobody has begun.
const GIVEN: u32 = 1;
/// The helper is at it.
const AT_WORK: u32 = 2;

/// Where a helper is given its work, on a line of the cache of its own.
#[repr(align(128))]
struct Seat {
    state: AtomicU32,
    asleep: AtomicBool,
    /// Written by the giver while idle, read by the helper while at work.
    work: UnsafeCell<Option<Work>>,
    /// Written by the helper while at work, read by the giver while idle.
    outcome: UnsafeCell<Outcome>,
}

// SAFETY: `state` says at every moment which of the two threads may touch the cells, and is stored with Release and read
// with Acquire where it changes hands.
unsafe impl Sync for Seat {}
// SAFETY: `Work` is a shared reference to what is Sync, for as long as it is there.
unsafe impl Send for Seat {}

struct Helper {
    seat: Arc<Seat>,
    thread: Thread,
}

impl Helper {
    fn start() -> Option<Self> {
        let seat = Arc::new(Seat {
            state: AtomicU32::new(IDLE),
            asleep: AtomicBool::new(false),
            work: UnsafeCell::new(None),
            outcome: UnsafeCell::new(Ok(())),
        });
        let its = Arc::clone(&seat);
        let builder = thread::Builder::new().name("unsup helper".to_owned());
        let handle = builder.spawn(move || its.serve()).ok()?;
        Some(Self {
            seat,
            thread: handle.thread().clone(),
        })
    }

    /// Gives the helper work.
    ///
    /// # Safety
    /// `work` lives until [`Helper::end`] has returned.
    unsafe fn give(&self, work: &(dyn Fn() + Sync)) {
        // SAFETY: only the lifetime is forgotten, and the caller looks after it.
        let work: Work = unsafe { std::mem::transmute::<&(dyn Fn() + Sync), Work>(work) };
        // SAFETY: the helper is idle: all that it was given has ended.
        unsafe { *self.seat.work.get() = Some(work) };
        // this store and the next load are in one order with those of a helper that goes to sleep
        self.seat.state.store(GIVEN, Ordering::SeqCst);
        if self.seat.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
    }

    /// Takes the work back if it has not been begun, else waits for its end.
    fn end(&self) -> Outcome {
        let state = &self.seat.state;
        let back = state.compare_exchange(GIVEN, IDLE, Ordering::Acquire, Ordering::Acquire);
        if back.is_ok() {
            return Ok(());
        }
        let (mut looks, since) = (0, Instant::now());
        while state.load(Ordering::Acquire) != IDLE {
            if since.elapsed() < LOOKOUT {
                look_again(&mut looks);
            } else {
                thread::sleep(LOOKOUT); // long work, for which a while does not matter
            }
        }
        // SAFETY: the helper is idle.
        unsafe { std::mem::replace(&mut *self.seat.outcome.get(), Ok(())) }
    }
}

impl Seat {
    /// A helper's life.
    fn serve(&self) {
        loop {
            self.wait();
            // SAFETY: the state is AT_WORK, so the giver keeps away, and has promised that the work still lives.
            unsafe {
                if let Some(work) = *self.work.get() {
                    *self.outcome.get() = catch_unwind(AssertUnwindSafe(|| (*work)()));
                }
            }
            self.state.store(IDLE, Ordering::Release);
        }
    }

    /// Returns when there is work, and has begun it.
    fn wait(&self) {
        let (mut looks, mut since) = (0, Instant::now());
        loop {
            let begun = self.state.compare_exchange_weak(
                GIVEN,
                AT_WORK,
                Ordering::Acquire,
                Ordering::Relaxed,
            );
            if begun.is_ok() {
                return;
            }
            if since.elapsed() < LOOKOUT {
                look_again(&mut looks);
                continue;
            }
            self.asleep.store(true, Ordering::SeqCst);
            if self.state.load(Ordering::SeqCst) != GIVEN {
                thread::park();
            }
            self.asleep.store(false, Ordering::SeqCst);
            since = Instant::now();
        }
    }
}

/// A short pause; now and then a longer one, in which other threads may have the processor.
fn look_again(looks: &mut usize) {
    *looks += 1;
    if (*looks).is_multiple_of(LOOKS) {
        thread::yield_now();
    } else {
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    /// Takes the numbers below `count` from a common store, by up to so many threads, and returns how often each was taken.
    fn taken(threads: usize, count: usize) -> Vec<usize> {
        let next = AtomicUsize::new(0);
        let taken: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
        together(threads, &|| {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                match taken.get(number) {
                    Some(taken) => taken.fetch_add(1, Ordering::Relaxed),
                    None => break,
                };
            }
        });
        taken.into_iter().map(AtomicUsize::into_inner).collect()
    }

    #[test]
    fn all_is_done_once_by_helpers_that_are_awake_or_asleep() {
        for round in 0..2000 {
            let (threads, count) = (1 + round % 5, 1 + round % 37);
            assert_eq!(taken(threads, count), vec![1; count], "{threads} threads");
            if round % 200 == 0 {
                thread::sleep(2 * LOOKOUT); // they go to sleep
            }
        }
    }

    #[test]
    fn callers_on_several_threads_do_not_wait_for_each_other() {
        // each waits inside its work until all are there, which is no end where one waited for another's
        let there = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let counted = AtomicBool::new(false);
                    together(2, &|| {
                        if !counted.swap(true, Ordering::Relaxed) {
                            there.fetch_add(1, Ordering::Relaxed);
                        }
                        while there.load(Ordering::Relaxed) < 3 {
                            thread::yield_now();
                        }
                    });
                });
            }
        });
        assert_eq!(there.into_inner(), 3);
    }

    #[test]
    fn a_helper_outlives_a_panic_of_its_work() {
        for _ in 0..50 {
            let failed = catch_unwind(|| together(2, &|| panic!("in the middle")));
            assert!(failed.is_err());
            assert_eq!(taken(2, 10), [1; 10]);
        }
    }

    /// What a panic carries may panic itself when it is dropped; no helper is left behind at work that has gone.
    #[test]
    fn panics_of_several_threads_that_panic_again_end_all_work_first() {
        struct PanicsWhenDropped;
        impl Drop for PanicsWhenDropped {
            fn drop(&mut self) {
                assert!(thread::panicking(), "dropped");
            }
        }
        for _ in 0..20 {
            let running = AtomicUsize::new(0);
            let failed = catch_unwind(AssertUnwindSafe(|| {
                together(4, &|| {
                    running.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(Duration::from_micros(300));
                    running.fetch_sub(1, Ordering::SeqCst);
                    std::panic::panic_any(PanicsWhenDropped);
                });
            }));
            assert_eq!(running.load(Ordering::SeqCst), 0);
            std::mem::forget(failed.expect_err("all have panicked"));
        }
    }
}
