//! Kohonen's networks.

mod competition;
mod lvq;
mod map;
mod votes;

use crate::Experiment;
use unsup_autograd::Matrix;

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
