//! The map, all objects at once.
//!
//! Where the steps of the slide's algorithm come to rest, each centre is the mean of all objects, weighted by the
//! kernel of how far from it on the grid they lie. The batch map puts it there:
//!
//! ```text
//! w_y := Σᵢ K(r(a(xᵢ), y)/radius) xᵢ / Σᵢ K(r(a(xᵢ), y)/radius)        for every node y
//! ```
//!
//! Objects with the same winner have the same weight, so it is enough to know, of each node, the sum of its objects and
//! their number, and to smooth both over the grid:
//!
//! ```text
//! s_y := Σ xᵢ over a(xᵢ) = y,     n_y := their number
//! w_y := Σ_b K(r(b, y)) s_b / Σ_b K(r(b, y)) n_b
//! ```
//!
//! That is the same to the last digits and much cheaper: the winners are one matrix product, the smoothing is small.
//! There is no learning rate, the order of the objects does not matter, and with a width near 0 it is k-means.
//!
//! Source: Kohonen (1995), "Self-Organizing Maps", section 3.6; Kohonen (2013), "Essentials of the self-organizing
//! map", eq. 6 and 8.

use super::neighbourhood::Neighbourhood;
use super::{Centres, Grid, Map, MapEpoch};
use crate::kohonen::objects::Objects;
use crate::kohonen::{Codebook, End, FitError, Kernel, Width};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::nearest;

/// The settings of a training by all objects at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Batch {
    /// K
    pub kernel: Kernel,
    /// The radius of the neighbourhood, in nodes: at its start in the first epoch, at its end in the last. A single
    /// epoch has the first.
    pub radius: Width,
    /// In how many epochs the radius shrinks; at least 1.
    pub epochs: usize,
    /// How many epochs more there are at most at the last radius, until no object changes its node.
    pub settling: usize,
}

/// How a training by all objects at once went.
#[derive(Clone, PartialEq, Debug)]
pub struct BatchOutcome {
    /// How many epochs were done, the closing one included in which nothing changed any more, and of which no observer
    /// hears.
    pub epochs: usize,
    /// The radius of the last one.
    pub last_radius: f64,
    /// Why it ended: [`End::Settled`] if in its last epoch, at the last radius, no object changed its node.
    pub end: End,
    /// The objects without a value, which had no say.
    pub left_out: Vec<usize>,
}

impl Batch {
    fn check(&self) -> Result<(), FitError> {
        let epochs = (self.epochs == 0).then(|| "epochs is 0, expected at least 1".to_owned());
        match epochs.or_else(|| self.radius.problem("radius")) {
            Some(problem) => Err(FitError::Setting(problem)),
            None => Ok(()),
        }
    }

    /// How many epochs there are at most.
    pub(in crate::kohonen) fn most_epochs(&self) -> usize {
        self.epochs.saturating_add(self.settling)
    }

    /// The radius in an epoch, counted from 1.
    fn radius_in(&self, epoch: usize) -> f64 {
        let steps = self.epochs.saturating_sub(1).max(1);
        self.radius.at(((epoch - 1) as f64 / steps as f64).min(1.0))
    }
}

impl<T: Real> Map<T> {
    /// Trains the map on the rows of `x` (objects x features; NaN is missing), all at once in each epoch. The observer
    /// hears of each epoch and may end the run. The bits of the result do not depend on the number of threads.
    ///
    /// A centre all of whose neighbourhood is empty stays where it is, and so does a component of it that no object
    /// there has.
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on. The map is then as it was.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres.
    #[track_caller]
    pub fn fit(
        &mut self,
        x: &Matrix<T>,
        batch: &Batch,
        mut observer: impl FnMut(&MapEpoch<'_, T>) -> ControlFlow<()>,
    ) -> Result<BatchOutcome, FitError> {
        let mut run = BatchRun::new(self, x, batch)?;
        while let Some(epoch) = run.advance() {
            if observer(&epoch).is_break() {
                run.stop();
            }
        }
        Ok(run.finish())
    }
}

/// The training of a map by all objects at once, driven from outside, epoch by epoch, as a
/// [`Run`](crate::kohonen::Run) is. The map is given its centres at the end.
pub struct BatchRun<'a, T: Real> {
    codebook: &'a mut Codebook<T>,
    pub(in crate::kohonen) grid: Grid,
    pub(in crate::kohonen) objects: Objects<'a, T>,
    pub(in crate::kohonen) batch: Batch,
    pub(in crate::kohonen) centres: Matrix<T>,
    /// Of each row of x its node in the last epoch; `usize::MAX` before.
    pub(in crate::kohonen) winners: Vec<usize>,
    /// How many epochs have been done.
    pub(in crate::kohonen) epochs: usize,
    pub(in crate::kohonen) end: Option<End>,
}

impl<'a, T: Real> BatchRun<'a, T> {
    /// A run that has not begun, of `map` on the rows of `x` (objects x features; NaN is missing).
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres.
    #[track_caller]
    pub fn new(map: &'a mut Map<T>, x: &'a Matrix<T>, batch: &Batch) -> Result<Self, FitError> {
        map.codebook.check_features("fit", x);
        batch.check()?;
        let objects = Objects::of(x)?;
        objects.check_centres(map.codebook.centres())?;
        Ok(Self {
            grid: map.grid,
            batch: batch.clone(),
            centres: map.codebook.centres().clone(),
            winners: vec![usize::MAX; x.rows()],
            epochs: 0,
            end: None,
            codebook: &mut map.codebook,
            objects,
        })
    }

    /// Does the next epoch; `None` when the run has ended, or ends with an epoch in which no object changes its node.
    pub fn advance(&mut self) -> Option<MapEpoch<'_, T>> {
        if self.end.is_some() {
            return None;
        }
        let (number, of) = (self.epochs + 1, self.batch.most_epochs());
        let radius = self.batch.radius_in(number);
        let same_radius = radius == self.last_radius();
        let found = nearest(self.objects.x, &self.centres);
        let (mut q, mut changed) = (0.0, 0);
        for &object in &self.objects.shown {
            let winner = found[object].index;
            changed += usize::from(std::mem::replace(&mut self.winners[object], winner) != winner);
            q += found[object].squared_distance.to_f64();
        }
        self.epochs = number;
        if changed == 0 && same_radius && number > self.batch.epochs {
            // another step would leave every centre where it is
            self.end = Some(End::Settled);
            return None;
        }
        let neighbourhood = Neighbourhood {
            grid: self.grid,
            kernel: self.batch.kernel,
            width: radius,
        };
        move_to_means(
            &self.objects,
            &self.winners,
            &neighbourhood,
            &mut self.centres,
        );
        if number == of {
            self.end = Some(End::Completed);
        }
        let l = self.objects.shown.len() as f64;
        Some(MapEpoch {
            number,
            of,
            radius,
            q: q / l,
            changed: changed as f64 / l,
            grid: self.grid,
            x: self.objects.x,
            centres: Centres::Rows(&self.centres),
        })
    }

    /// The radius of the last epoch; before the first that of the start.
    fn last_radius(&self) -> f64 {
        match self.epochs {
            0 => self.batch.radius.from,
            epochs => self.batch.radius_in(epochs),
        }
    }

    /// Lets the run end with the epoch that it has come to.
    pub fn stop(&mut self) {
        self.end = Some(End::Stopped);
    }

    /// How many times an object has been looked at.
    pub fn steps(&self) -> u64 {
        self.epochs as u64 * self.objects.shown.len() as u64
    }

    /// Ends the run, and puts its centres into the map.
    pub fn finish(self) -> BatchOutcome {
        let last_radius = self.last_radius();
        self.codebook.set_centres(self.centres);
        BatchOutcome {
            epochs: self.epochs,
            last_radius,
            end: self.end.unwrap_or(End::Stopped),
            left_out: self.objects.left_out,
        }
    }
}

/// w_y ← Σ_b K(r(b, y)) s_b / Σ_b K(r(b, y)) n_b, where s_b is the sum of the objects of node b and n_b their number;
/// where values are missing, n_b is the number of those that have the feature, for each feature.
fn move_to_means<T: Real>(
    objects: &Objects<'_, T>,
    winners: &[usize],
    neighbourhood: &Neighbourhood,
    centres: &mut Matrix<T>,
) {
    let features = centres.columns();
    let complete = objects.is_complete();
    // sums and numbers beside each other, so that one smoothing does both
    let numbers = if complete { 1 } else { features };
    let mut sums = Matrix::zeros(centres.rows(), features + numbers);
    for &object in &objects.shown {
        let (x, sums) = (objects.x.row(object), sums.row_mut(winners[object]));
        let (sums, numbers) = sums.split_at_mut(features);
        if complete {
            numbers[0] += 1.0;
            for (sum, &x) in sums.iter_mut().zip(x) {
                *sum += x.to_f64();
            }
        } else {
            for ((sum, number), &x) in sums.iter_mut().zip(numbers).zip(x) {
                if !x.is_nan() {
                    *sum += x.to_f64();
                    *number += 1.0;
                }
            }
        }
    }
    let smoothed = neighbourhood.smooth(&sums);
    for (y, smoothed) in smoothed.row_iter().enumerate() {
        let (sums, numbers) = smoothed.split_at(features);
        for (j, (centre, &sum)) in centres.row_mut(y).iter_mut().zip(sums).enumerate() {
            let number = numbers[if complete { 0 } else { j }];
            // below that a quotient has lost its digits
            if number >= f64::MIN_POSITIVE {
                *centre = T::from_f64(sum / number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::neighbourhood::tests::every_neighbourhood;
    use super::*;
    use unsup_autograd::random::{generator, standard_normal};

    /// Objects of three features, some values of which are missing, one object without any.
    fn objects(rows: usize, missing: bool) -> Matrix<f64> {
        let mut random = generator(2, "test", u64::from(missing));
        Matrix::from_fn(rows, 3, |i, j| {
            let value = 3.0 + standard_normal(&mut random);
            if missing && ((i + 2 * j) % 5 == 0 || i == 7) {
                f64::NAN
            } else {
                value
            }
        })
    }

    /// The formula by a double loop over objects and nodes: nothing summed by node, nothing separated, no product.
    fn plainly(x: &Matrix<f64>, neighbourhood: &Neighbourhood, w: &Matrix<f64>) -> Matrix<f64> {
        let squared_distance = |x: &[f64], w: &[f64]| -> f64 {
            let present = x.iter().zip(w).filter(|(x, _)| !x.is_nan());
            present.map(|(x, w)| (x - w).powi(2)).sum()
        };
        let winner = |x: &[f64]| {
            let nodes = 0..w.rows();
            nodes.reduce(|best, y| {
                let nearer = squared_distance(x, w.row(y)) < squared_distance(x, w.row(best));
                if nearer { y } else { best }
            })
        };
        Matrix::from_fn(w.rows(), w.columns(), |y, j| {
            let (mut sum, mut weights) = (0.0, 0.0);
            for x in x.row_iter().filter(|x| !x[j].is_nan()) {
                let weight = neighbourhood.weight(winner(x).unwrap(), y);
                sum += weight * x[j];
                weights += weight;
            }
            if weights > 0.0 {
                sum / weights
            } else {
                w[(y, j)]
            }
        })
    }

    #[test]
    fn an_epoch_is_the_textbook_formula_for_every_grid_and_kernel_with_values_missing_too() {
        let mut moved = 0;
        for neighbourhood in every_neighbourhood() {
            for missing in [false, true] {
                let x = objects(50, missing);
                let mut random = generator(3, "test", 0);
                let start = Matrix::from_fn(neighbourhood.grid.nodes(), 3, |_, _| {
                    3.0 + standard_normal(&mut random)
                });
                let codebook = Codebook::new(start.clone());
                let mut map = Map {
                    grid: neighbourhood.grid,
                    codebook,
                };
                let batch = Batch {
                    kernel: neighbourhood.kernel,
                    radius: Width::linear(neighbourhood.width, neighbourhood.width),
                    epochs: 3,
                    settling: 0,
                };
                map.fit(&x, &batch, |_| ControlFlow::Continue(())).unwrap();
                let expected = (0..3).fold(start, |w, _| plainly(&x, &neighbourhood, &w));
                let difference = map.codebook().centres().difference(&expected);
                assert!(
                    difference < 1e-10,
                    "{neighbourhood:?}, {missing}: {difference:e}"
                );
                moved += 1;
            }
        }
        assert!(moved > 700, "{moved}");
    }
}
