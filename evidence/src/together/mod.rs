//! Models that learn together.

mod adversarial;
mod multi_task;
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
