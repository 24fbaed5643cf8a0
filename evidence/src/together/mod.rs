//! Models that learn together.

mod multi_task;
mod privileged;

use crate::Experiment;

/// All of them.
pub fn experiments() -> Vec<Experiment> {
    [multi_task::experiments(), privileged::experiments()]
        .into_iter()
        .flatten()
        .collect()
}
