//! Models that learn one after the other.

mod distillation;
mod pretraining;
mod self_supervised;
mod surrogate;

use crate::Experiment;

/// All of them.
pub fn experiments() -> Vec<Experiment> {
    [
        pretraining::experiments(),
        self_supervised::experiments(),
        distillation::experiments(),
        surrogate::experiments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
