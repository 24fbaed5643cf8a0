//! What is shown while something runs: one line, on a terminal only.

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
        self.bar.set_message(format!("{:.4}", epoch.losses.total));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
