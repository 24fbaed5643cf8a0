//! Kohonen's networks.

mod competition;
mod lvq;
mod map;
mod votes;

use crate::Experiment;
use crate::shared::watch;
use std::ops::ControlFlow;
use unsup_autograd::Matrix;
use unsup_models::kohonen::{Epoch, MapEpoch};

/// All of them.
pub fn experiments() -> Vec<Experiment> {
    [
        competition::experiments(),
        lvq::experiments(),
        map::experiments(),
        votes::experiments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The digits with their values of 0 to 16, and their classes.
fn raw_digits() -> (Matrix<f64>, Vec<usize>) {
    let digits = unsup_data::digits();
    let labels = digits.labels.expect("the digits are labelled");
    (digits.features.map(|ink| 16.0 * ink), labels)
}

/// The digits with values of 0 to 1, and their classes.
fn digits() -> (Matrix<f64>, Vec<usize>) {
    let digits = unsup_data::digits();
    let labels = digits.labels.expect("the digits are labelled");
    (digits.features, labels)
}

/// An observer of centres that compete, which lets them go on.
fn observed_competition(epoch: &Epoch) -> ControlFlow<()> {
    watch(|| format!("epoch {}: Q {:.4}", epoch.number, epoch.q));
    ControlFlow::Continue(())
}

/// The same of a map.
fn observed_map(epoch: &MapEpoch<'_, f64>) -> ControlFlow<()> {
    watch(|| format!("epoch {}: Q {:.4}", epoch.number, epoch.q));
    ControlFlow::Continue(())
}
