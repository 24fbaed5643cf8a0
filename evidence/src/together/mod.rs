//! Models that learn together.

mod adversarial;
mod multi_task;
mod omniglot;
mod privileged;

use crate::Experiment;

/// All of them.
pub fn experiments() -> Vec<Experiment> {
    [
        multi_task::experiments(),
        privileged::experiments(),
        adversarial::experiments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Those that take minutes.
pub fn long_experiments() -> Vec<Experiment> {
    [omniglot::long_experiments(), privileged::long_experiments()]
        .into_iter()
        .flatten()
        .collect()
}
