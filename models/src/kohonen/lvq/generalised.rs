//! GLVQ: a criterion whose minimum is where the border is, trained by the tape.
//!
//! Let d⁺ be the squared distance of an object from the nearest centre of its class, d⁻ from the nearest of any other
//! class. Then
//!
//! ```text
//! μ(x) = (d⁺ − d⁻)/(d⁺ + d⁻)        from −1 to 1, below 0 where x is classified rightly
//! (1/l) Σᵢ μ(xᵢ)  →  min over w
//! ```
//!
//! Unlike LVQ's Q it is bounded from below, so no centre runs away. Its derivative by w⁺ is 4 d⁻/(d⁺ + d⁻)² (w⁺ − x),
//! by w⁻ the opposite with d⁺ in d⁻'s place: LVQ2.1 with steps that depend on where in the window the object lies.
//!
//! Source: Sato, Yamada (1996), "Generalized learning vector quantization", eq. 3 to 8, here with f(μ) = μ.

use super::{Lvq, check_labels};
use crate::Training;
use crate::kohonen::FitError;
use crate::kohonen::map::squared_distance;
use crate::kohonen::objects::Objects;
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::train::{Batch, Criterion, Epoch, History, Term, Terms, fit, smallvec};

/// How a training of GLVQ went.
#[derive(Clone, PartialEq, Debug)]
pub struct GeneralisedOutcome {
    /// The losses of each epoch.
    pub history: History,
    /// The objects without a value, which were never shown.
    pub left_out: Vec<usize>,
}

impl<T: Real> Lvq<T> {
    /// Trains the centres on the rows of `x` (objects x features; NaN is missing) and their classes by GLVQ's criterion
    /// and Adam. The observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If the objects can't be trained on, the class of an object has no centre, or no other class has one; a setting
    /// is out of range, or training diverges.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or there is not one label an object.
    #[track_caller]
    pub fn fit_generalised(
        &mut self,
        x: &Matrix<T>,
        labels: &[usize],
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<GeneralisedOutcome, FitError> {
        let criterion = Generalised::new(self, x, labels)?;
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        let history = fit(self, &criterion, &mut optimiser, &settings, observer)?;
        Ok(GeneralisedOutcome {
            history,
            left_out: criterion.left_out,
        })
    }
}

/// GLVQ's criterion on objects and their classes.
pub struct Generalised<T: Real> {
    /// The objects with a value; missing values are 0 here, and 0 in `present`.
    x: Matrix<T>,
    present: Matrix<T>,
    labels: Vec<usize>,
    left_out: Vec<usize>,
}

impl<T: Real> Generalised<T> {
    /// The criterion for the centres of `lvq` on the rows of `x`; those without any value have no part in it.
    ///
    /// # Errors
    /// If the objects can't be trained on, the class of an object has no centre, or no other class has one.
    ///
    /// # Panics
    /// As [`Lvq::fit_generalised`].
    #[track_caller]
    pub fn new(lvq: &Lvq<T>, x: &Matrix<T>, labels: &[usize]) -> Result<Self, FitError> {
        check_labels("generalised lvq", x, labels);
        lvq.codebook.check_features("generalised lvq", x);
        let objects = Objects::of(x)?;
        objects.check_centres(lvq.codebook.centres())?;
        let labels: Vec<usize> = objects.shown.iter().map(|&i| labels[i]).collect();
        for &class in &labels {
            let own = lvq.classes.iter().filter(|&&own| own == class).count();
            if own == 0 {
                return Err(FitError::NoCentreOfClass { class });
            }
            if own == lvq.classes.len() {
                return Err(FitError::NoOtherCentre { class });
            }
        }
        let x = x.select_rows(&objects.shown);
        Ok(Self {
            x: x.map(|x| if x.is_nan() { T::ZERO } else { x }),
            present: x.map(|x| if x.is_nan() { T::ZERO } else { T::ONE }),
            labels,
            left_out: objects.left_out,
        })
    }

    /// The objects without a value, which are never shown.
    pub fn left_out(&self) -> &[usize] {
        &self.left_out
    }

    /// The nearest centre of those that `counts`.
    fn nearest(&self, lvq: &Lvq<T>, object: usize, counts: impl Fn(usize) -> bool) -> usize {
        let x: Vec<T> = self
            .x
            .row(object)
            .iter()
            .zip(self.present.row(object))
            .map(|(&x, &present)| if present == T::ZERO { T::NAN } else { x })
            .collect();
        let distance = |c: usize| squared_distance(&x, lvq.codebook.centres().row(c));
        let centres = (0..lvq.classes.len()).filter(|&c| counts(lvq.classes[c]));
        let nearest = centres
            .map(|c| (c, distance(c)))
            .reduce(|best, next| if next.1 < best.1 { next } else { best });
        nearest.expect("each class has some but not all").0
    }
}

impl<T: Real> Criterion<T, Lvq<T>> for Generalised<T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, lvq: &Lvq<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let (right, wrong): (Vec<usize>, Vec<usize>) = batch
            .rows
            .iter()
            .map(|&i| {
                let right = self.nearest(lvq, i, |class| class == self.labels[i]);
                let wrong = self.nearest(lvq, i, |class| class != self.labels[i]);
                (right, wrong)
            })
            .unzip();
        let x = batch.tape.gather(&self.x, batch.rows);
        let present = batch.tape.gather(&self.present, batch.rows);
        let w = lvq.codebook.parameter().on(batch.tape);
        let squared_distance = |c: &[usize]| ((x - w.pick_rows(c)) * present).square().row_sums();
        let (d_right, d_wrong) = (squared_distance(&right), squared_distance(&wrong));
        // so small that it counts only where both are next to 0, and then μ is 0 too
        let tiny = T::MIN_POSITIVE.to_f64().sqrt();
        let mu = (d_right - d_wrong) / (d_right + d_wrong + tiny);
        smallvec![Term {
            name: "relative distance",
            weight: 1.0,
            value: mu.mean()
        }]
    }
}
