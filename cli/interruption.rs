//! What happens on Ctrl-C (SIGINT), and where the process is asked to end (SIGTERM).
//!
//! A training that saves itself on the way ([`Saving`]) looks for [`signal`], saves a checkpoint and ends by an error,
//! [`Interrupted`]. Of any other nothing is worth keeping: what is not to be left behind ([`Cleanup`]) is taken away,
//! and the process ends. So it does at once where a second signal comes. What must not be torn apart is done
//! [`undisturbed`].

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use unsup_data::in_one_line;

/// The first signal that came; 0 before.
static RECEIVED: AtomicI32 = AtomicI32::new(0);

/// The signal that asks to end, if one has come.
pub fn signal() -> Option<i32> {
    match RECEIVED.load(Ordering::SeqCst) {
        0 => None,
        signal => Some(signal),
    }
}

/// A training was broken off by a signal.
#[derive(Debug)]
pub struct Interrupted {
    /// Which.
    pub signal: i32,
    /// When, and what is left of the training.
    pub what: String,
}

impl Interrupted {
    /// Says so on standard error, in one line.
    pub fn say(&self) {
        // where standard error takes nothing, the exit code still tells
        let _ = writeln!(io::stderr(), "{}", in_one_line(&self.to_string()));
    }

    /// With what the process ends, as shells have it.
    pub fn exit_code(&self) -> u8 {
        u8::try_from(128 + self.signal).unwrap_or(1)
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interrupted{}", self.what)
    }
}

impl Error for Interrupted {}

/// What is known of all trainings that are going on.
struct Ongoing {
    /// How many look for a signal themselves.
    saving: usize,
    cleanups: Vec<(u64, Work)>,
}

#[cfg(unix)]
impl Ongoing {
    /// Whether there is a training that looks for a signal itself, and is no part of something larger, which would go
    /// on.
    fn saves_itself(&self) -> bool {
        self.saving > 0 && self.cleanups.len() == 1
    }
}

/// Takes something away; returns what is to be said of it.
type Work = Arc<dyn Fn() -> String + Send + Sync>;

static ONGOING: Mutex<Ongoing> = Mutex::new(Ongoing {
    saving: 0,
    cleanups: Vec::new(),
});

/// Held to read by whoever must not be disturbed, to write by the end.
static UNDISTURBED: RwLock<()> = RwLock::new(());

fn ongoing() -> MutexGuard<'static, Ongoing> {
    ONGOING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it is there a training looks for [`signal`] by itself, and the first one does not end the process.
pub struct Saving(());

impl Saving {
    /// From now on.
    pub fn begin() -> Self {
        ongoing().saving += 1;
        Self(())
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        ongoing().saving -= 1;
    }
}

/// Something that must not be left behind. It is taken away when this is dropped, or when a signal ends the process.
pub struct Cleanup {
    number: u64,
    work: Work,
}

impl Cleanup {
    /// `work` takes it away, and returns what is to be said of it where a signal ends the process.
    pub fn new(work: impl Fn() -> String + Send + Sync + 'static) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let work: Work = Arc::new(work);
        ongoing().cleanups.push((number, work.clone()));
        Self { number, work }
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        (self.work)();
        ongoing()
            .cleanups
            .retain(|(number, _)| *number != self.number);
    }
}

/// Does `work` as a whole: a signal that comes meanwhile ends the process after it.
pub fn undisturbed<R>(work: impl FnOnce() -> R) -> R {
    let _held = UNDISTURBED.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Begins to listen; where the system has no such signals, or lets nobody listen, they end the process as ever.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            hear(signal);
        }
    });
}

/// Begins to listen; there are no such signals here.
#[cfg(not(unix))]
pub fn listen() {}

/// Leaves the end to a training that saves itself, once; else takes away what must not be left, and ends the process.
#[cfg(unix)]
fn hear(signal: i32) {
    use std::io::IsTerminal;

    let is_first = RECEIVED
        .compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok();
    if is_first && ongoing().saves_itself() {
        return;
    }
    // held to the end
    let _held = UNDISTURBED.write().unwrap_or_else(PoisonError::into_inner);
    let cleanups = std::mem::take(&mut ongoing().cleanups);
    let said: Vec<String> = cleanups.iter().map(|(_, work)| work()).collect();
    let interrupted = Interrupted {
        signal,
        // the others are parts of the first
        what: said.into_iter().next().unwrap_or_default(),
    };
    if io::stderr().is_terminal() {
        // a line of progress may stand there
        let _ = writeln!(io::stderr());
    }
    interrupted.say();
    std::process::exit(interrupted.exit_code().into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_taken_away_once_and_forgotten() {
        let times = Arc::new(AtomicU64::new(0));
        let counted = times.clone();
        let cleanup = Cleanup::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            String::new()
        });
        let number = cleanup.number;
        let is_known = || ongoing().cleanups.iter().any(|(known, _)| *known == number);
        assert!(is_known());
        drop(cleanup);
        assert!(!is_known());
        assert_eq!(times.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_exit_code_is_that_of_shells() {
        let code = |signal| {
            let what = String::new();
            Interrupted { signal, what }.exit_code()
        };
        assert_eq!([2, 15].map(code), [130, 143]);
    }
}
