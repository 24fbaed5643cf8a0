//! The codebook: the centres of clusters, and what they say of objects.

use super::{Epoch, FitError, Outcome, Rule, Run, Settings};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::nearest;
use unsup_nn::{Param, module};

/// Centres w_y of clusters: the model of hard competition a(x) = arg min ρ(x, w_y), ρ(x, w) = ‖x − w‖.
///
/// A value that an object does not have (NaN) is passed over: its distance is taken over the features that it has, and
/// enlarged to n/(n − missing) times its square, as if the missing ones differed as much as the others do on average.
#[derive(Clone, Debug)]
pub struct Codebook<T: Real> {
    centres: Param<T>,
}
module!(Codebook { centres });

/// The centre that is nearest to an object.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Winner {
    /// a(x); of several equally near centres the first.
    pub centre: usize,
    /// ρ(x, w_a(x)), enlarged where values are missing.
    pub distance: f64,
}

impl<T: Real> Codebook<T> {
    /// The centres as rows (centres x features).
    ///
    /// # Panics
    /// If an entry is not finite.
    #[track_caller]
    pub fn new(centres: Matrix<T>) -> Self {
        check_finite(&centres);
        Self {
            centres: Param::new(centres),
        }
    }

    /// The centres as rows, centres x features.
    pub fn centres(&self) -> &Matrix<T> {
        self.centres.value()
    }

    /// Trains the centres on the rows of `x` (objects x features; NaN is missing), one after the other, by a rule. The
    /// observer hears of each epoch and may end the run.
    ///
    /// A rule that pushes centres away may push them for ever: [`Lvq::fit`](super::Lvq::fit) watches for that, this
    /// does not.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::Matrix;
    /// use unsup_models::kohonen::{Codebook, KMeansStart, Settings, WinnerTakesAll, starting_centres};
    ///
    /// let x = Matrix::from_rows(&[[0.0, 0.1], [0.2, 0.1], [5.0, 5.1], [5.2, 4.9]]);
    /// let mut codebook = Codebook::new(starting_centres(&x, 2, KMeansStart::PlusPlus, 0)?);
    /// codebook.compete(&x, &mut WinnerTakesAll, &Settings::default(), |epoch| {
    ///     println!("epoch {}: Q is about {:.3}", epoch.number, epoch.q);
    ///     ControlFlow::Continue(())
    /// })?;
    /// let winners = codebook.winners(&x);
    /// assert_eq!(winners[0].unwrap().centre, winners[1].unwrap().centre);
    /// assert!(codebook.squared_error(&x) < 0.1);
    /// # Ok::<(), unsup_models::kohonen::FitError>(())
    /// ```
    ///
    /// # Errors
    /// If a setting is out of range, the objects can't be trained on, or a centre runs away until it is no number any
    /// more, as a rule may have it that moves centres away from objects. The centres are then as they were.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres.
    #[track_caller]
    pub fn compete(
        &mut self,
        x: &Matrix<T>,
        rule: &mut impl Rule<T>,
        settings: &Settings,
        mut observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<Outcome, FitError> {
        let mut run = Run::new(self, x, rule, settings)?;
        while let Some(epoch) = run.advance() {
            if observer(&epoch).is_break() {
                run.stop();
            }
        }
        run.finish()
    }

    /// Puts other centres in their place.
    ///
    /// # Panics
    /// If the shape differs, or an entry is not finite.
    #[track_caller]
    pub fn set_centres(&mut self, centres: Matrix<T>) {
        check_finite(&centres);
        self.centres.set(centres);
    }

    /// The centres as a parameter that a tape differentiates by.
    pub(super) fn parameter(&self) -> &Param<T> {
        &self.centres
    }

    /// The winner of each row of `x`; `None` for an object without any value, which is as near to one centre as to
    /// another.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or an infinite entry.
    #[track_caller]
    pub fn winners(&self, x: &Matrix<T>) -> Vec<Option<Winner>> {
        self.check_features("winners", x);
        let found = nearest(x, self.centres());
        let rows = x.row_iter().zip(found);
        rows.map(|(x, found)| {
            enlargement(x).map(|factor| Winner {
                centre: found.index,
                distance: (factor * found.squared_distance.to_f64()).sqrt(),
            })
        })
        .collect()
    }

    /// Quantisation: each row of `x` replaced by its nearest centre, objects x features. The row of an object without
    /// any value is NaN.
    ///
    /// # Panics
    /// As [`Codebook::winners`].
    #[track_caller]
    pub fn quantize(&self, x: &Matrix<T>) -> Matrix<T> {
        let winners = self.winners(x);
        Matrix::from_fn(x.rows(), x.columns(), |i, j| match winners[i] {
            Some(winner) => self.centres()[(winner.centre, j)],
            None => T::NAN,
        })
    }

    /// Q as a mean over objects: of ρ²(xᵢ, w_a(xᵢ)). Times the number of objects it is k-means' inertia. NaN where no
    /// object has a value.
    ///
    /// # Panics
    /// As [`Codebook::winners`].
    #[track_caller]
    pub fn squared_error(&self, x: &Matrix<T>) -> f64 {
        mean(
            self.winners(x)
                .into_iter()
                .flatten()
                .map(|winner| winner.distance.powi(2)),
        )
    }

    /// The quantization error: the mean over objects of the distance ρ(xᵢ, w_a(xᵢ)), not squared. NaN where no object
    /// has a value.
    ///
    /// # Panics
    /// As [`Codebook::winners`].
    #[track_caller]
    pub fn quantization_error(&self, x: &Matrix<T>) -> f64 {
        mean(
            self.winners(x)
                .into_iter()
                .flatten()
                .map(|winner| winner.distance),
        )
    }

    /// How many rows of `x` each centre wins. Those with 0 are dead on these objects.
    ///
    /// # Panics
    /// As [`Codebook::winners`].
    #[track_caller]
    pub fn hits(&self, x: &Matrix<T>) -> Vec<usize> {
        let mut hits = vec![0; self.centres().rows()];
        for winner in self.winners(x).into_iter().flatten() {
            hits[winner.centre] += 1;
        }
        hits
    }

    #[track_caller]
    pub(super) fn check_features(&self, operation: &str, x: &Matrix<T>) {
        assert!(
            x.columns() == self.centres().columns(),
            "{operation}: features differ: objects of {} and centres of {}",
            x.shape(),
            self.centres().shape()
        );
    }
}

#[track_caller]
fn check_finite<T: Real>(centres: &Matrix<T>) {
    assert!(
        centres.is_finite(),
        "codebook: an entry of the centres, {}, is not finite",
        centres.shape()
    );
}

/// n/(n − missing), by which the squared distances of an object are enlarged; `None` where it has no value.
pub(super) fn enlargement<T: Real>(x: &[T]) -> Option<f64> {
    let present = x.iter().filter(|x| !x.is_nan()).count();
    (present > 0).then(|| x.len() as f64 / present as f64)
}

/// The mean; NaN of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
