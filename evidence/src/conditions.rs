//! What experiments are run under: which seeds, at which size, and who watches.
//!
//! An experiment is a function that knows how many seeds and epochs its gates are made for. [`Conditions`] change that
//! from outside: they hold for the thread on which [`Experiment::run`](crate::Experiment::run) runs it, and for those
//! that it starts, so that each experiment reads as what is tried and no more.

use std::cell::RefCell;
use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use unsup_models::Epoch;

/// What an experiment is run with. By default: as the tests run it, without the data that are not part of the project.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The folder of the data sets that are not part of the project, if there is one.
    pub data: Option<PathBuf>,
    /// The first seed; the others follow it.
    pub seed: u64,
    /// How many seeds there are; `None`: as many as the experiment's gates are made for. Where the gates are on a mean
    /// that single runs often miss, there are never fewer than they are made for, unless `reduced`.
    pub seeds: Option<usize>,
    /// Whether trainings are cut to a tenth of their epochs: all is run, but nothing of it can be judged, and
    /// [`Record::holds`](crate::Record::holds) is `None`.
    pub reduced: bool,
    /// Who watches.
    pub watcher: Option<Watcher>,
}

/// A function that is told the loss of each epoch of each training.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(&str) + Send + Sync>);

impl Watcher {
    /// `watch` gets a line such as `epoch 12: loss 0.3456`. It may be called from several threads at once.
    pub fn new(watch: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(watch))
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

thread_local! {
    static CONDITIONS: RefCell<Conditions> = RefCell::default();
}

/// Does something under these conditions.
pub(crate) fn under<R>(conditions: &Conditions, work: impl FnOnce() -> R) -> R {
    /// Puts back what held before, also where the work panics.
    struct Before(Conditions);
    impl Drop for Before {
        fn drop(&mut self) {
            CONDITIONS.replace(std::mem::take(&mut self.0));
        }
    }
    let _before = Before(CONDITIONS.replace(conditions.clone()));
    work()
}

/// The conditions of this thread.
pub(crate) fn current() -> Conditions {
    CONDITIONS.with_borrow(Conditions::clone)
}

/// The seeds of an experiment whose gates are made for so many.
pub(crate) fn seeds(usual: usize) -> Vec<u64> {
    CONDITIONS.with_borrow(|conditions| from(conditions.seed, conditions.seeds.unwrap_or(usual)))
}

/// The same of an experiment whose gates are on means that single runs often miss: never fewer than `enough`, as long
/// as there is something to judge.
pub(crate) fn enough_seeds(enough: usize) -> Vec<u64> {
    CONDITIONS.with_borrow(|conditions| {
        let asked = conditions.seeds.unwrap_or(enough);
        let least = if conditions.reduced { 0 } else { enough };
        from(conditions.seed, asked.max(least))
    })
}

/// `count` seeds, the first of them `first`.
fn from(first: u64, count: usize) -> Vec<u64> {
    (0..count as u64).map(|i| first.wrapping_add(i)).collect()
}

/// How many epochs or steps are taken in the place of so many.
pub(crate) fn length(usual: usize) -> usize {
    match CONDITIONS.with_borrow(|conditions| conditions.reduced) {
        true => usual.div_ceil(10),
        false => usual,
    }
}

/// An observer of a training, which lets it go on.
pub(crate) fn observed(epoch: &Epoch) -> ControlFlow<()> {
    watch(|| format!("epoch {}: loss {:.4}", epoch.number, epoch.losses.total));
    ControlFlow::Continue(())
}

/// Tells the watcher, if there is one.
pub(crate) fn watch(line: impl FnOnce() -> String) {
    CONDITIONS.with_borrow(|conditions| {
        if let Some(Watcher(watch)) = &conditions.watcher {
            watch(&line());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn conditions_hold_while_the_work_is_done() {
        assert_eq!((seeds(3), length(200)), (vec![0, 1, 2], 200));
        let conditions = Conditions {
            seed: u64::MAX,
            seeds: Some(2),
            reduced: true,
            ..Conditions::default()
        };
        under(&conditions, || {
            assert_eq!([seeds(3), enough_seeds(3)], [[u64::MAX, 0], [u64::MAX, 0]]);
            assert_eq!([1, 15, 200].map(length), [1, 2, 20]);
        });
        let judged = Conditions {
            reduced: false,
            ..conditions.clone()
        };
        under(&judged, || {
            assert_eq!((seeds(3).len(), enough_seeds(3).len()), (2, 3));
            assert_eq!((seeds(1).len(), enough_seeds(1).len()), (2, 2));
        });
        let broken = || under(&conditions, || -> () { panic!("in the work") });
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(broken)).is_err());
        assert_eq!((seeds(3), length(200)), (vec![0, 1, 2], 200));
    }

    #[test]
    fn a_watcher_hears_of_what_is_done_on_other_threads_too() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hear = Arc::clone(&heard);
        let conditions = Conditions {
            watcher: Some(Watcher::new(move |line| {
                hear.lock().unwrap().push(line.to_owned());
            })),
            ..Conditions::default()
        };
        let run = || {
            crate::shared::over_seeds_at_once(2, |seed| {
                watch(|| format!("seed {seed}"));
                [seed as f64]
            })
        };
        let [figures] = under(&conditions, run);
        assert_eq!(figures, [0.0, 1.0]);
        let mut heard = heard.lock().unwrap();
        heard.sort();
        assert_eq!(*heard, ["seed 0", "seed 1"]);
    }
}
