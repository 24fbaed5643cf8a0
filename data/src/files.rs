//! The formats of files, one in each module, and what they share: where the bytes come from.

pub(crate) mod cifar;
pub mod idx;
#[cfg(feature = "npy")]
pub(crate) mod npy;
pub(crate) mod source;
pub(crate) mod table;

use crate::Dataset;
use std::collections::BTreeSet;

/// Turns the numbers of a file of labels into classes: the distinct ones, in order, become 0, 1, .. and give the names.
pub(crate) fn set_labels(data: &mut Dataset, values: &[i64]) {
    let distinct: BTreeSet<i64> = values.iter().copied().collect();
    let distinct: Vec<i64> = distinct.into_iter().collect();
    let class = |value: &i64| {
        distinct
            .binary_search(value)
            .expect("each value is one of the distinct ones")
    };
    data.labels = Some(values.iter().map(class).collect());
    data.label_names = distinct.iter().map(i64::to_string).collect();
}
