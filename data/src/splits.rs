//! Parts of a data set: what is trained on, and what is held out to judge by.
//!
//! A split names objects by their row, counted from 0; [`Matrix::select_rows`](unsup_autograd::Matrix::select_rows) takes
//! them out. Its settings may come from outside, so that one that can't be met is a [`SettingError`].
//!
//! ```
//! use unsup_data::splits::{HeldOut, holdout, stratified_k_fold};
//!
//! let digits = unsup_data::digits();
//! let split = holdout(digits.features.rows(), HeldOut::Count(597), 0)?;
//! let train = digits.features.select_rows(&split.train);
//! assert_eq!((train.rows(), split.test.len()), (1200, 597));
//!
//! for split in stratified_k_fold(&digits.labels.unwrap(), 5, 0)?.iter() {
//!     assert!(split.test.len() == 359 || split.test.len() == 360);
//! }
//! # Ok::<(), unsup_data::SettingError>(())
//! ```

use crate::SettingError;
use std::collections::BTreeMap;
use unsup_autograd::random::{generator, shuffle};

/// Two parts of a data set that share no object; neither is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The objects to train on.
    pub train: Vec<usize>,
    /// The objects to judge by.
    pub test: Vec<usize>,
}

impl Split {
    /// The split with these very parts, of a data set of `objects`; objects may be left out of both.
    ///
    /// # Errors
    /// If a part is empty, or names an object that is not there, or an object is named twice.
    pub fn given(objects: usize, train: &[usize], test: &[usize]) -> Result<Self, SettingError> {
        for (part, indices) in [("training", train), ("test", test)] {
            if indices.is_empty() {
                return Err(SettingError::new(format!(
                    "split: the {part} part is empty, expected at least one object"
                )));
            }
            if let Some(&index) = indices.iter().find(|&&index| index >= objects) {
                return Err(SettingError::new(format!(
                    "split: the {part} part names the object {index}, expected one of 0 to {} (there are {objects})",
                    objects.saturating_sub(1)
                )));
            }
        }
        let mut named = [train, test].concat();
        named.sort_unstable();
        if let Some(twice) = named.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(SettingError::new(format!(
                "split: the object {} is named twice, expected each in one part and once",
                twice[0]
            )));
        }
        Ok(Self {
            train: train.to_vec(),
            test: test.to_vec(),
        })
    }
}

/// How much is held out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeldOut {
    /// That many objects: at least 1, and fewer than there are.
    Count(usize),
    /// That share of the objects, in (0, 1): rounded to the nearest number, but at least one object in either part.
    Share(f64),
}

impl HeldOut {
    /// How many of `objects` these are.
    ///
    /// # Errors
    /// If a part would be empty, or the share is not in (0, 1).
    pub fn count(self, objects: usize) -> Result<usize, SettingError> {
        if objects < 2 {
            return Err(SettingError::new(format!(
                "holdout: the number of objects is {objects}, expected at least 2, for a part is held out"
            )));
        }
        match self {
            HeldOut::Count(count) if (1..objects).contains(&count) => Ok(count),
            HeldOut::Count(count) => Err(SettingError::new(format!(
                "holdout: found {count} of {objects} objects to hold out, expected 1 to {}",
                objects - 1
            ))),
            HeldOut::Share(share) if share > 0.0 && share < 1.0 => {
                Ok(((share * objects as f64).round() as usize).clamp(1, objects - 1))
            }
            HeldOut::Share(share) => Err(SettingError::new(format!(
                "holdout: found {share} as the share to hold out, expected more than 0 and less than 1"
            ))),
        }
    }
}

/// All objects in an order of the seed.
fn permutation(objects: usize, seed: u64, purpose: &str) -> Vec<usize> {
    let mut order: Vec<usize> = (0..objects).collect();
    shuffle(&mut order, &mut generator(seed, purpose, 0));
    order
}

/// A random part held out: the last objects of a permutation, the others to train on, both in its order.
///
/// # Errors
/// If there are fewer than two objects, or `held_out` leaves a part empty or is not in its range.
pub fn holdout(objects: usize, held_out: HeldOut, seed: u64) -> Result<Split, SettingError> {
    let count = held_out.count(objects)?;
    let mut train = permutation(objects, seed, "split");
    let test = train.split_off(objects - count);
    Ok(Split { train, test })
}

/// A random part held out that has as many objects as [`holdout`]'s, and of each class its share of them, to within one
/// object; of which class there is one more is decided by the largest remainder, the lowest class at a tie.
///
/// `labels` holds the class of each object. Both parts are in the order of the permutation of [`holdout`].
///
/// # Errors
/// If there are fewer than two objects, or `held_out` leaves a part empty or is not in its range.
pub fn stratified_holdout(
    labels: &[usize],
    held_out: HeldOut,
    seed: u64,
) -> Result<Split, SettingError> {
    let objects = labels.len();
    let count = held_out.count(objects)?;
    let mut left = BTreeMap::new();
    labels
        .iter()
        .for_each(|&label| *left.entry(label).or_insert(0usize) += 1);
    // A class of n objects is due n · count / objects: whole ones first, in numbers that can't overflow, ...
    let mut remainders = Vec::new();
    for (&label, due) in &mut left {
        let exact = *due as u128 * count as u128;
        *due = (exact / objects as u128) as usize;
        remainders.push((exact % objects as u128, label));
    }
    // ... and those that are left, fewer than there are classes, by the largest remainder.
    let whole: usize = left.values().sum();
    remainders.sort_by_key(|&(remainder, label)| (std::cmp::Reverse(remainder), label));
    for (_, label) in &remainders[..count - whole] {
        *left.get_mut(label).expect("a class that was counted") += 1;
    }

    let mut order = permutation(objects, seed, "split");
    order.reverse();
    let (mut test, mut train): (Vec<usize>, Vec<usize>) = order.into_iter().partition(|&i| {
        let due = left.get_mut(&labels[i]).expect("a class that was counted");
        let taken = *due > 0;
        *due -= usize::from(taken);
        taken
    });
    test.reverse();
    train.reverse();
    Ok(Split { train, test })
}

/// A data set in k parts of about equal size, each of which is the test part once: made by [`k_fold`] and
/// [`stratified_k_fold`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    /// The objects, and the fold that each is in.
    order: Vec<(usize, usize)>,
    folds: usize,
}

impl Folds {
    /// How many folds: at least 2.
    #[allow(clippy::len_without_is_empty)] // there are always some
    pub fn len(&self) -> usize {
        self.folds
    }

    /// The split whose test part is fold `fold`, from 0.
    ///
    /// # Panics
    /// If there is no such fold.
    #[track_caller]
    pub fn split(&self, fold: usize) -> Split {
        assert!(
            fold < self.folds,
            "folds: no fold {fold}, there are {}",
            self.folds
        );
        let part = |test: bool| {
            let objects = self
                .order
                .iter()
                .filter(|&&(_, in_fold)| (in_fold == fold) == test);
            objects.map(|&(object, _)| object).collect()
        };
        Split {
            train: part(false),
            test: part(true),
        }
    }

    /// The splits one after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Split> + '_ {
        (0..self.folds).map(|fold| self.split(fold))
    }
}

/// A random division into `folds` parts whose sizes differ by at most one object.
///
/// # Errors
/// If `folds` is less than 2 or more than there are objects.
pub fn k_fold(objects: usize, folds: usize, seed: u64) -> Result<Folds, SettingError> {
    deal(objects, folds, seed, |_| 0)
}

/// A random division into `folds` parts: sizes differ by at most one object, and so do the numbers of each class.
///
/// `labels` holds the class of each object. A class with fewer objects than there are folds is missing in some.
///
/// # Errors
/// If `folds` is less than 2 or more than there are objects.
pub fn stratified_k_fold(labels: &[usize], folds: usize, seed: u64) -> Result<Folds, SettingError> {
    deal(labels.len(), folds, seed, |i| labels[i])
}

/// Sorts the objects by class and deals them out like cards, which evens out classes and sizes at once.
fn deal(
    objects: usize,
    folds: usize,
    seed: u64,
    class: impl Fn(usize) -> usize,
) -> Result<Folds, SettingError> {
    if folds < 2 || folds > objects {
        let expected = if objects < 2 {
            "at least 2 objects".to_owned()
        } else {
            format!("2 to {objects} folds")
        };
        return Err(SettingError::new(format!(
            "k-fold split: the number of folds is {folds}, of objects {objects}, expected {expected}"
        )));
    }
    let order = permutation(objects, seed, "folds");
    let mut by_class = order.clone();
    by_class.sort_by_key(|&i| class(i)); // stable: random within a class
    let mut fold_of = vec![0; objects];
    for (card, object) in by_class.into_iter().enumerate() {
        fold_of[object] = card % folds;
    }
    Ok(Folds {
        order: order.into_iter().map(|i| (i, fold_of[i])).collect(),
        folds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn fixed() -> ProptestConfig {
        ProptestConfig {
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..Default::default()
        }
    }

    /// Both parts together are all objects, each once, and neither is empty.
    fn assert_whole(split: &Split, objects: usize) {
        let mut all = [&split.train[..], &split.test[..]].concat();
        all.sort_unstable();
        assert_eq!(all, (0..objects).collect::<Vec<_>>());
        assert!(!split.train.is_empty() && !split.test.is_empty());
    }

    fn of_class(part: &[usize], labels: &[usize], class: usize) -> usize {
        part.iter().filter(|&&i| labels[i] == class).count()
    }

    /// Labels of at most six classes, some far apart.
    fn labels() -> impl Strategy<Value = Vec<usize>> {
        let class = prop::sample::select(vec![0, 0, 0, 0, 0, 1, 1, 2, 3, 7, usize::MAX]);
        prop::collection::vec(class, 2..80)
    }

    proptest! {
        #![proptest_config(fixed())]

        #[test]
        fn a_holdout_is_whole_and_of_the_size_asked_for(objects in 2usize..100, share in 0.001..0.999, seed: u64) {
            let split = holdout(objects, HeldOut::Share(share), seed).unwrap();
            assert_whole(&split, objects);
            let off = (split.test.len() as f64 - share * objects as f64).abs();
            prop_assert!(off <= 0.5 || split.test.len() == 1 || split.train.len() == 1);
            let count = split.test.len();
            prop_assert_eq!(holdout(objects, HeldOut::Count(count), seed).unwrap(), split);
        }

        #[test]
        fn a_stratified_holdout_has_each_class_to_within_one_object(labels in labels(), share in 0.01..0.99, seed: u64) {
            let held_out = HeldOut::Share(share);
            let split = stratified_holdout(&labels, held_out, seed).unwrap();
            assert_whole(&split, labels.len());
            let count = held_out.count(labels.len()).unwrap();
            prop_assert_eq!(split.test.len(), count);
            for &class in &labels {
                let all = of_class(&split.train, &labels, class) + of_class(&split.test, &labels, class);
                let due = all as f64 * count as f64 / labels.len() as f64;
                prop_assert!((of_class(&split.test, &labels, class) as f64 - due).abs() < 1.0);
            }
        }

        #[test]
        fn folds_are_disjoint_whole_even_and_stratified(labels in labels(), folds in 2usize..10, seed: u64) {
            prop_assume!(folds <= labels.len());
            let objects = labels.len();
            let stratified = stratified_k_fold(&labels, folds, seed).unwrap();
            for k_fold in [&stratified, &k_fold(objects, folds, seed).unwrap()] {
                prop_assert_eq!(k_fold.len(), folds);
                let mut tested = Vec::new();
                for split in k_fold.iter() {
                    assert_whole(&split, objects);
                    prop_assert!([objects / folds, objects.div_ceil(folds)].contains(&split.test.len()));
                    tested.extend(split.test);
                }
                tested.sort_unstable();
                prop_assert_eq!(tested, (0..objects).collect::<Vec<_>>());
            }
            for &class in &labels {
                let counts: Vec<_> = stratified.iter().map(|split| of_class(&split.test, &labels, class)).collect();
                prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
            }
        }

        #[test]
        fn given_parts_are_kept_or_refused(objects in 0usize..6, train in prop::collection::vec(0usize..7, 0..4),
                                           test in prop::collection::vec(0usize..7, 0..4)) {
            let mut named = [&train[..], &test[..]].concat();
            let there = named.iter().all(|&i| i < objects);
            named.sort_unstable();
            let length = named.len();
            named.dedup();
            let good = there && named.len() == length && !train.is_empty() && !test.is_empty();
            match Split::given(objects, &train, &test) {
                Ok(split) => prop_assert!(good && (split.train, split.test) == (train, test)),
                Err(_) => prop_assert!(!good),
            }
        }
    }

    #[test]
    fn the_streams_do_not_change() {
        let split = holdout(10, HeldOut::Count(3), 0).unwrap();
        assert_eq!(split.train, [5, 2, 8, 4, 0, 1, 9]);
        assert_eq!(split.test, [3, 7, 6]);
        let folds = k_fold(10, 3, 0).unwrap();
        assert_eq!(folds.split(2).test, [0, 1, 8]);
    }

    #[test]
    fn the_held_out_are_the_last_of_the_permutation() {
        let mut order: Vec<usize> = (0..31).collect();
        shuffle(&mut order, &mut generator(4, "split", 0));
        let split = holdout(31, HeldOut::Count(10), 4).unwrap();
        assert_eq!([split.train, split.test].concat(), order);
        assert_ne!(
            holdout(31, HeldOut::Count(10), 5).unwrap().train,
            order[..21]
        );
    }

    #[test]
    fn of_one_class_a_stratified_holdout_is_the_holdout() {
        let held_out = HeldOut::Share(0.3);
        assert_eq!(
            stratified_holdout(&[5; 40], held_out, 1).unwrap(),
            holdout(40, held_out, 1).unwrap()
        );
    }

    #[test]
    fn settings_that_cannot_be_met_are_refused_in_words() {
        let refused = |result: Result<Split, SettingError>| result.unwrap_err().to_string();
        for (objects, held_out, words) in [
            (
                1,
                HeldOut::Count(1),
                "holdout: the number of objects is 1, expected at least 2, for a part is held out",
            ),
            (
                5,
                HeldOut::Count(0),
                "holdout: found 0 of 5 objects to hold out, expected 1 to 4",
            ),
            (
                5,
                HeldOut::Count(5),
                "holdout: found 5 of 5 objects to hold out, expected 1 to 4",
            ),
            (
                5,
                HeldOut::Share(1.0),
                "holdout: found 1 as the share to hold out, expected more than 0 and less than 1",
            ),
            (
                5,
                HeldOut::Share(f64::NAN),
                "holdout: found NaN as the share to hold out, expected more than 0 and less than 1",
            ),
        ] {
            assert_eq!(refused(holdout(objects, held_out, 0)), words);
            assert_eq!(
                refused(stratified_holdout(&vec![0; objects], held_out, 0)),
                words
            );
        }
        for (objects, folds, words) in [
            (
                3,
                1,
                "k-fold split: the number of folds is 1, of objects 3, expected 2 to 3 folds",
            ),
            (
                3,
                4,
                "k-fold split: the number of folds is 4, of objects 3, expected 2 to 3 folds",
            ),
            (
                0,
                2,
                "k-fold split: the number of folds is 2, of objects 0, expected at least 2 objects",
            ),
        ] {
            assert_eq!(k_fold(objects, folds, 0).unwrap_err().to_string(), words);
        }
        assert_eq!(
            refused(Split::given(3, &[0, 3], &[1])),
            "split: the training part names the object 3, expected one of 0 to 2 (there are 3)"
        );
        assert_eq!(
            refused(Split::given(3, &[0, 1], &[1])),
            "split: the object 1 is named twice, expected each in one part and once"
        );
        assert_eq!(
            refused(Split::given(3, &[0], &[])),
            "split: the test part is empty, expected at least one object"
        );
    }
}
