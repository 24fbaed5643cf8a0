//! Models that are trained together.

mod adversarial;

use crate::Experiment;

/// All of them.
pub fn experiments() -> Vec<Experiment> {
    adversarial::experiments()
}
