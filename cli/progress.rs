//! What is shown while something runs: one line, on a terminal only.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts epochs and shows a live figure. It writes to standard error, so that standard output stays clean.
pub struct TrainingBar {
    bar: ProgressBar,
}

impl TrainingBar {
    /// A bar for so many epochs; none is drawn when `quiet`, or where standard error is no terminal.
    pub fn new(epochs: usize, quiet: bool) -> Self {
        Self::counting("epoch", epochs, quiet)
    }

    /// The same that counts something else: "run", "step".
    pub fn counting(what: &str, number: usize, quiet: bool) -> Self {
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
        Self { bar }
    }

    /// An epoch has ended; `what` is to be shown of it.
    pub fn update(&self, epoch: usize, what: String) {
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
