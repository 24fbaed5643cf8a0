//! `unsup train` for models that learn one after the other.
//!
//! | file | method |
//! |---|---|
//! | `transfer` | an encoder from one task, or from objects without labels, for another task |
//! | `self_supervised` | an encoder from the positions of fragments of images |
//! | `distillation` | a small model from a large one |
//! | `surrogate` | a network from a function |

mod distillation;
mod self_supervised;
mod surrogate;
mod transfer;

pub use distillation::distill;
pub use self_supervised::self_supervised;
pub use transfer::transfer;

use crate::arguments::TrainingOptions;
use unsup_autograd::random::{generator, shuffle};

/// How often each of so many objects is seen where nobody said: `most` times, of many objects less often, as other
/// methods do.
fn usual_epochs(options: &TrainingOptions, objects: usize, most: usize) -> usize {
    let unsaid = TrainingOptions {
        epochs: None,
        ..options.clone()
    };
    unsaid.epochs(objects).min(most)
}

/// `each` objects of each kind, drawn under a seed, kind by kind: what is drawn for a smaller number is drawn for a
/// larger one too.
fn few_of_each(kinds: &[usize], each: usize, seed: u64) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..kinds.len()).collect();
    shuffle(&mut rows, &mut generator(seed, "labelled objects", 0));
    let count = kinds.iter().max().map_or(0, |last| last + 1);
    let of_kind = |kind| {
        let of_it = rows.iter().copied().filter(move |&i| kinds[i] == kind);
        of_it.take(each)
    };
    (0..count).flat_map(of_kind).collect()
}

/// How many objects the kind with the fewest has, and which it is.
fn fewest(kinds: &[usize], count: usize) -> (usize, usize) {
    let mut objects = vec![0; count];
    for &kind in kinds {
        objects[kind] += 1;
    }
    let kinds = objects.into_iter().enumerate();
    let fewest = kinds.min_by_key(|&(_, objects)| objects);
    fewest.map_or((0, 0), |(kind, objects)| (objects, kind))
}

/// The name of a class; one without is its number.
fn class_name(names: &[String], class: usize) -> String {
    names.get(class).cloned().unwrap_or(class.to_string())
}

/// Each number less its fellow.
fn differences(values: &[f64], from: &[f64]) -> Vec<f64> {
    values.iter().zip(from).map(|(a, b)| a - b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_as_many_of_each_kind_and_more_hold_them() {
        let kinds: Vec<usize> = (0..60).map(|i| i % 7 % 3).collect();
        let rows = few_of_each(&kinds, 4, 9);
        let of = |rows: &[usize]| rows.iter().map(|&i| kinds[i]).collect::<Vec<_>>();
        assert_eq!(of(&rows), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
        let more = few_of_each(&kinds, 6, 9);
        assert!(rows.iter().all(|row| more.contains(row)) && more.len() == 18);
        assert_ne!(rows, few_of_each(&kinds, 4, 10));
        assert_eq!(fewest(&kinds, 3), (17, 1));
        assert_eq!(fewest(&[0, 2], 3), (0, 1));
    }
}
