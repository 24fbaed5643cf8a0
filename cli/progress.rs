//! What is shown while something runs: one line, on a terminal only.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unsup_models::Epoch;

/// A bar that counts epochs and shows the live loss. It writes to standard error, so that standard output stays clean.
pub struct TrainingBar {
    bar: ProgressBar,
}

impl TrainingBar {
    /// A bar for so many epochs; none is drawn when `quiet`, or where standard error is no terminal.
    pub fn new(epochs: usize, quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(epochs as u64), target);
        let style = ProgressStyle::with_template(
            "training {wide_bar:.cyan/blue} epoch {pos}/{len}  loss {msg}  {elapsed} (eta {eta})",
        );
        bar.set_style(style.expect("the template above is well formed"));
        Self { bar }
    }

    /// An epoch has ended.
    pub fn update(&self, epoch: &Epoch) {
        self.bar.set_position(epoch.number as u64);
        let mut loss = format!("{:.4}", epoch.losses.total);
        if let Some(validation) = &epoch.validation {
            loss += &format!(" (set aside: {:.4})", validation.total);
        }
        self.bar.set_message(loss);
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
