//! What the experiments share: the digits, runs over seeds, findings of each kind.

use crate::conditions::{current, under};
pub(crate) use crate::conditions::{enough_seeds, length, observed, seeds, watch};
use crate::{Evidence, Finding, Gate};
use unsup_autograd::random::{generator, shuffle};
use unsup_autograd::{Matrix, Real};
use unsup_data::splits::{HeldOut, holdout};
use unsup_models::{Schedule, Training};

/// Labelled images to train on, and such to judge by.
pub(crate) struct Images<T: Real> {
    pub(crate) train: Matrix<T>,
    pub(crate) train_labels: Vec<usize>,
    pub(crate) test: Matrix<T>,
    pub(crate) test_labels: Vec<usize>,
}

/// The 8x8 digits.
pub(crate) type Digits<T> = Images<T>;

impl<T: Real> Digits<T> {
    /// Those of the project, split under a seed into 1200 to train on and 597 to judge by.
    pub(crate) fn split(seed: u64) -> Self {
        let digits = unsup_data::digits();
        let labels = digits.labels.expect("the digits are labelled");
        let split = holdout(1797, HeldOut::Count(597), seed).expect("there are as many");
        let x = digits.features.cast();
        let of = |rows: &[usize]| {
            (
                x.select_rows(rows),
                rows.iter().map(|&i| labels[i]).collect(),
            )
        };
        let (train, train_labels) = of(&split.train);
        let (test, test_labels) = of(&split.test);
        Self {
            train,
            train_labels,
            test,
            test_labels,
        }
    }
}

/// Figures of one experiment, each over all seeds: those of `run` under 0, 1, …, so many if the conditions don't say
/// otherwise.
pub(crate) fn over_seeds<const N: usize>(
    usual: usize,
    run: impl Fn(u64) -> [f64; N],
) -> [Vec<f64>; N] {
    by_figure(seeds(usual).into_iter().map(run).collect())
}

/// The same for gates on means that single runs often miss: over as many seeds as they are made for, or more.
pub(crate) fn over_enough_seeds<const N: usize>(
    enough: usize,
    run: impl Fn(u64) -> [f64; N],
) -> [Vec<f64>; N] {
    by_figure(enough_seeds(enough).into_iter().map(run).collect())
}

/// Figures over seeds, each on a thread of its own: for runs that take seconds.
pub(crate) fn over_seeds_at_once<const N: usize>(
    usual: usize,
    run: impl Fn(u64) -> [f64; N] + Sync,
) -> [Vec<f64>; N] {
    let (run, conditions) = (&run, &current());
    by_figure(std::thread::scope(|scope| {
        let threads: Vec<_> = seeds(usual)
            .into_iter()
            .map(|seed| scope.spawn(move || under(conditions, || run(seed))))
            .collect();
        let runs = threads.into_iter().map(|thread| thread.join());
        runs.map(|figures| figures.expect("a run ends")).collect()
    }))
}

/// Of runs with N figures each, the N figures over the runs.
fn by_figure<const N: usize>(runs: Vec<[f64; N]>) -> [Vec<f64>; N] {
    std::array::from_fn(|i| runs.iter().map(|figures| figures[i]).collect())
}

pub(crate) fn exact(name: &str, values: Vec<f64>, gate: Gate) -> Finding {
    Finding::new(Evidence::Exact, name, values, gate)
}

pub(crate) fn ablation(name: &str, values: Vec<f64>, gate: Gate) -> Finding {
    Finding::new(Evidence::Ablation, name, values, gate)
}

pub(crate) fn paper(name: &str, values: Vec<f64>) -> Finding {
    Finding::new(Evidence::Paper, name, values, Gate::Shown)
}

pub(crate) fn property(name: &str, values: Vec<f64>, gate: Gate) -> Finding {
    Finding::new(Evidence::Property, name, values, gate)
}

/// By how many points each share lies above its fellow.
pub(crate) fn points(above: &[f64], below: &[f64]) -> Vec<f64> {
    let pairs = above.iter().zip(below);
    pairs.map(|(a, b)| 100.0 * (a - b)).collect()
}

/// Each figure over its fellow.
pub(crate) fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(a, b)| a / b).collect()
}

pub(crate) fn training(epochs: usize, batch_size: usize, rate: f64, seed: u64) -> Training {
    Training {
        epochs: length(epochs),
        batch_size,
        rate,
        seed,
        ..Training::default()
    }
}

/// The same at a constant rate.
pub(crate) fn steady(epochs: usize, batch_size: usize, rate: f64, seed: u64) -> Training {
    Training {
        schedule: Schedule::Constant,
        ..training(epochs, batch_size, rate, seed)
    }
}

/// `count` objects of each class of ten.
pub(crate) fn labelled(labels: &[usize], count: usize, seed: u64) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..labels.len()).collect();
    shuffle(&mut rows, &mut generator(seed, "labels", 0));
    let of_class = |class| {
        let of_it = rows.iter().copied().filter(move |&i| labels[i] == class);
        of_it.take(count)
    };
    (0..10).flat_map(of_class).collect()
}

pub(crate) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / count
}

/// The columns less their means.
pub(crate) fn centred(x: &Matrix<f64>) -> Matrix<f64> {
    let means: Vec<f64> = (0..x.columns())
        .map(|j| mean(x.row_iter().map(|row| row[j])))
        .collect();
    Matrix::from_fn(x.rows(), x.columns(), |i, j| x[(i, j)] - means[j])
}
