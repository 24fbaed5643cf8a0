//! What is shown while something runs: one line, on a terminal only. Whoever runs a training as a part of something
//! larger may watch that line: [`watched`].

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Arc;

/// What is told each line of progress.
pub type Watcher = Arc<dyn Fn(&str) + Send + Sync>;

thread_local! {
    /// Of the bars that are made on this thread.
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// Does `work`, and tells `watcher` the line of progress of all that is trained in it, as in `epoch 12/200  loss
/// 1.2345`. The watcher is of this thread alone, but hears of a training also from the threads among which it is
/// divided.
pub fn watched<R>(watcher: Watcher, work: impl FnOnce() -> R) -> R {
    /// Puts back what was there, also if the work panics.
    struct Before(Option<Watcher>);
    impl Drop for Before {
        fn drop(&mut self) {
            WATCHER.set(self.0.take());
        }
    }
    let _before = Before(WATCHER.replace(Some(watcher)));
    work()
}

/// A bar that counts epochs and shows a live figure. It writes to standard error, so that standard output stays clean.
pub struct TrainingBar {
    bar: ProgressBar,
    what: &'static str,
    number: usize,
    watcher: Option<Watcher>,
}

impl TrainingBar {
    /// A bar for so many epochs; none is drawn when `quiet`, or where standard error is no terminal.
    pub fn new(epochs: usize, quiet: bool) -> Self {
        Self::counting("epoch", epochs, quiet)
    }

    /// The same that counts something else: "run", "step".
    pub fn counting(what: &'static str, number: usize, quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(number as u64), target);
        let style = ProgressStyle::with_template(&format!(
            "training {{wide_bar:.cyan/blue}} {what} {{pos}}/{{len}}  {{msg}}  {{elapsed}} (eta {{eta}})",
        ));
        bar.set_style(style.expect("the template above is well formed"));
        Self {
            bar,
            what,
            number,
            watcher: WATCHER.with_borrow(Clone::clone),
        }
    }

    /// An epoch has ended; `what` is to be shown of it.
    pub fn update(&self, epoch: usize, what: String) {
        if let Some(watcher) = &self.watcher {
            watcher(&format!("{} {epoch}/{}  {what}", self.what, self.number));
        }
        self.bar.set_position(epoch as u64);
        self.bar.set_message(what);
    }

    /// Says something on standard error, above the bar where there is one.
    pub fn say(&self, text: &str) {
        self.bar.suspend(|| {
            // where standard error takes nothing, the training goes on
            let _ = writeln!(io::stderr(), "{text}");
        });
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn a_watcher_hears_of_its_own_thread_and_of_those_that_it_is_divided_among() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let watcher = {
            let heard = heard.clone();
            Arc::new(move |line: &str| heard.lock().unwrap().push(line.to_owned()))
        };
        let update = |text: &str| TrainingBar::new(9, true).update(2, text.to_owned());
        update("before");
        watched(watcher, || {
            update("within");
            let bar = TrainingBar::counting("run", 3, true);
            std::thread::scope(|threads| {
                threads.spawn(|| bar.update(1, "divided".to_owned()));
                threads.spawn(|| update("another"));
            });
        });
        update("after");
        let heard = heard.lock().unwrap();
        assert_eq!(*heard, ["epoch 2/9  within", "run 1/3  divided"]);
    }
}
