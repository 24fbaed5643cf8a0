//! LVQ, learning vector quantization: competition with a teacher.
//!
//! **Given** objects xᵢ in Rⁿ with their classes yᵢ in Y. **Find** centres w_c of clusters c in C, each with a class
//! y(c), any number of them a class, such that objects are near to centres of their own class and far from those of
//! others:
//!
//! ```text
//! c(x) = arg min_c ρ(x, w_c)                                                the clustering
//! a(x) = y(c(x))                                                            the classifier
//! Q(w) = Σᵢ ρ²(xᵢ, w_c(xᵢ)) ([y(c(xᵢ)) = yᵢ] − [y(c(xᵢ)) ≠ yᵢ])  →  min over w
//! ```
//!
//! The clustering is that of a Kohonen network, and so is the training, but for a sign: the winner moves toward an
//! object of its class and away from one of another.
//!
//! | file | variants |
//! |---|---|
//! | [`lvq1`] | LVQ1, the slide's algorithm; OLVQ1, where each centre has a rate of its own |
//! | [`lvq2`] | LVQ2.1 and LVQ3, which move the two nearest centres where an object lies between them |
//! | `run` | the run of either, which watches for centres that run away |
//! | [`generalised`] | GLVQ, a criterion that is bounded from below, trained by the tape |
//!
//! Classes may have any shape that a few centres can cover. It is like prototype selection, but the prototypes are
//! learned, and like a Bayes classifier whose classes are Gaussian mixtures, but without their widths and weights.
//!
//! Q is not bounded from below: a centre that is pushed away may go on for ever. LVQ1 moves the nearest centre alone,
//! which a step away makes less near; but in LVQ2.1 with one centre a class, nothing holds the pair together.
//! [`Lvq::fit`] watches for it, restores the best centres, and says so.
//!
//! Sources: the slides "LVQ" and "SG for LVQ"; Kohonen (1990), "Improved versions of learning vector quantization";
//! Kohonen (1995), "Self-Organizing Maps", chapter 6; Sato, Yamada (1996), "Generalized learning vector quantization".

pub mod generalised;
pub mod lvq1;
pub mod lvq2;
mod run;

pub use generalised::{Generalised, GeneralisedOutcome};
pub use lvq1::{Lvq1, OptimisedLvq1};
pub use lvq2::{Lvq3, Lvq21, Window};
pub use run::{Divergence, LvqOutcome, LvqRun};

use super::objects::Objects;
use super::{Codebook, Epoch, FitError, KMeansStart, Settings};
use std::ops::ControlFlow;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::KMeans;
use unsup_nn::module;

/// Centres w_c, each with its class y(c): the classifier a(x) = y(c(x)).
#[derive(Clone, Debug)]
pub struct Lvq<T: Real> {
    codebook: Codebook<T>,
    classes: Vec<usize>,
}
module!(Lvq { codebook });

/// Where the centres of each class begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LvqStart {
    /// At the centres of k-means inside the class: most of what LVQ is worth.
    #[default]
    KMeans,
    /// At random objects of the class, no two of them equal as long as it has so many.
    Objects,
}

/// How the centres are trained.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum LvqVariant {
    /// The winner moves toward an object of its class, away from another's.
    Lvq1,
    /// LVQ1 with a rate for each centre, from that of the settings on.
    OptimisedLvq1,
    /// The two nearest centres move where one is of the object's class, the other not, and the object lies in the
    /// window between.
    Lvq21 {
        /// What counts as between.
        window: Window,
    },
    /// LVQ2.1, and where both are of the object's class both move a little toward it.
    Lvq3 {
        /// What counts as between.
        window: Window,
        /// By how much less the two move then, 0.1 to 0.5 as a rule.
        epsilon: f64,
    },
}

impl<T: Real> Lvq<T> {
    /// Centres to be trained on the rows of `x` (objects x features; NaN is missing) with the classes `labels`,
    /// `per_class` of them for each class; a class with fewer distinct objects gets some twice. `seed` is where their
    /// choice comes from.
    ///
    /// # Errors
    /// If the objects can't be trained on, or a class in 0..=the largest has no object with a value.
    ///
    /// # Panics
    /// If there is not one label an object, or `per_class` is 0.
    #[track_caller]
    pub fn start(
        x: &Matrix<T>,
        labels: &[usize],
        per_class: usize,
        start: LvqStart,
        seed: u64,
    ) -> Result<Self, FitError> {
        check_labels("start", x, labels);
        assert!(per_class > 0, "start: needs at least 1 centre a class");
        let objects = Objects::of(x)?;
        let complete = objects.complete();
        let last = *labels.iter().max().expect("there are objects");
        let mut centres = Vec::new();
        let mut classes = Vec::new();
        for class in 0..=last {
            let rows: Vec<usize> = (0..objects.shown.len())
                .filter(|&row| labels[objects.shown[row]] == class)
                .collect();
            if rows.is_empty() {
                return Err(FitError::NoObjectOfClass { class });
            }
            let own = complete.select_rows(&rows);
            let mut random = generator(seed, "first centres", class as u64);
            let chosen = match start {
                LvqStart::KMeans => {
                    let first = KMeansStart::GreedyPlusPlus.objects(&own, per_class, &mut random);
                    KMeans::fit_from(&own, own.select_rows(&first), 300)
                        .centres()
                        .clone()
                }
                LvqStart::Objects => {
                    let distinct = own.select_rows(&distinct_rows(&own));
                    let start = KMeansStart::RandomObjects;
                    distinct.select_rows(&start.objects(&distinct, per_class, &mut random))
                }
            };
            centres.extend(chosen.cast::<T>().into_vec());
            classes.extend(vec![class; per_class]);
        }
        let centres = Matrix::from_vec(classes.len(), x.columns(), centres);
        Ok(Self::with_centres(centres, classes))
    }

    /// The classifier of given centres (centres x features) and their classes.
    ///
    /// # Panics
    /// If there is not one class a centre, or an entry is not finite.
    #[track_caller]
    pub fn with_centres(centres: Matrix<T>, classes: Vec<usize>) -> Self {
        assert!(
            centres.rows() == classes.len(),
            "lvq: {} classes for centres of {}",
            classes.len(),
            centres.shape()
        );
        Self {
            codebook: Codebook::new(centres),
            classes,
        }
    }

    /// The centres, and what they say of objects.
    pub fn codebook(&self) -> &Codebook<T> {
        &self.codebook
    }

    /// y(c), the class of each centre.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// a(x) = y(c(x)), the class of each row of `x`; `None` for an object without any value.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or an infinite entry.
    #[track_caller]
    pub fn predict(&self, x: &Matrix<T>) -> Vec<Option<usize>> {
        let winners = self.codebook.winners(x).into_iter();
        winners
            .map(|winner| Some(self.classes[winner?.centre]))
            .collect()
    }

    /// The share of the rows of `x` whose class is predicted; one without any value counts as not.
    ///
    /// # Panics
    /// As [`Lvq::predict`], or if there is not one label an object.
    #[track_caller]
    pub fn accuracy(&self, x: &Matrix<T>, labels: &[usize]) -> f64 {
        check_labels("accuracy", x, labels);
        let predicted = self.predict(x);
        let right = predicted
            .iter()
            .zip(labels)
            .filter(|(a, y)| **a == Some(**y));
        right.count() as f64 / labels.len() as f64
    }

    /// Trains the centres on the rows of `x` (objects x features; NaN is missing) and their classes, one after the
    /// other. The observer hears of each epoch and may end the run.
    ///
    /// If a centre runs away (it lies half as far again from the mean of the objects as the farthest of them and of the
    /// first centres, or is no number any more), the run ends, and the centres are those of the first epoch that
    /// classified most objects rightly.
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on. The centres are then as they were.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or there is not one label an object.
    #[track_caller]
    pub fn fit(
        &mut self,
        x: &Matrix<T>,
        labels: &[usize],
        variant: LvqVariant,
        settings: &Settings,
        mut observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<LvqOutcome, FitError> {
        let mut run = LvqRun::new(self, x, labels, variant, settings)?;
        while let Some(epoch) = run.advance() {
            if observer(&epoch).is_break() {
                run.stop();
            }
        }
        run.finish()
    }
}

/// The first of each set of equal rows, in their order.
fn distinct_rows(x: &Matrix<f64>) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..x.rows()).collect();
    rows.sort_by(|&a, &b| {
        let order = x.row(a).partial_cmp(x.row(b));
        order.expect("complete objects").then(a.cmp(&b))
    });
    rows.dedup_by(|a, b| x.row(*a) == x.row(*b));
    rows.sort_unstable();
    rows
}

/// What the rules of LVQ know: the class of each centre and of each object.
#[derive(Clone, Copy, Debug)]
pub struct Teacher<'a> {
    /// y(c)
    pub classes: &'a [usize],
    /// yᵢ
    pub labels: &'a [usize],
}

impl Teacher<'_> {
    /// \[y(c) = yᵢ\]
    fn is_right(&self, centre: usize, object: usize) -> bool {
        self.classes[centre] == self.labels[object]
    }

    /// \[y(c) = yᵢ\] − \[y(c) ≠ yᵢ\]
    fn sign<T: Real>(&self, centre: usize, object: usize) -> T {
        if self.is_right(centre, object) {
            T::ONE
        } else {
            -T::ONE
        }
    }
}

#[track_caller]
fn check_labels<T: Real>(operation: &str, x: &Matrix<T>, labels: &[usize]) {
    assert!(
        x.rows() == labels.len(),
        "{operation}: {} labels for objects of {}",
        labels.len(),
        x.shape()
    );
}
