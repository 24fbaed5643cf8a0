//! The run of a rule of LVQ, which watches for centres that run away.

use super::lvq1::{Lvq1, OptimisedLvq1};
use super::lvq2::{Lvq3, Lvq21};
use super::{Lvq, LvqVariant, Teacher, check_labels};
use crate::kohonen::map::squared_distance;
use crate::kohonen::{Epoch, FitError, Moves, Outcome, Rule, Run, Settings, Shown};
use unsup_autograd::{Matrix, Real};

/// How a training of LVQ went.
#[derive(Clone, PartialEq, Debug)]
pub struct LvqOutcome {
    /// The run; Q is signed, as in the criterion. Its end is
    /// [`End::Stopped`](crate::kohonen::End::Stopped) where the centres
    /// ran away.
    pub outcome: Outcome,
    /// The share of the training objects that were classified rightly at the start, and after each epoch, but for one
    /// after which the centres had run away.
    pub accuracies: Vec<f64>,
    /// The share of showings in which the object was in the window; `None` for variants that have none.
    pub in_window: Option<f64>,
    /// What was seen if the centres began to run away. They are then those of the best accuracy so far.
    pub diverged: Option<Divergence>,
}

/// Centres that run away.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Divergence {
    /// The epoch after which it was seen, from 1.
    pub epoch: usize,
    /// The centre that lies farthest out.
    pub centre: usize,
    /// How far it lies from the mean of the objects, in multiples of the farthest object's distance (of the farthest
    /// first centre's, if that lies farther out); infinite if it is no number any more.
    pub distance: f64,
    /// The epoch whose centres were restored; 0 for those of the start.
    pub restored: usize,
}

/// A centre has run away that lies so many times farther from the mean of the objects than the farthest of them and of
/// the first centres does.
const RUN_AWAY: f64 = 1.5;

/// The training of LVQ by a rule, driven from outside, epoch by epoch, as a [`Run`] is.
pub struct LvqRun<'a, T: Real> {
    pub(in crate::kohonen) run: Run<'a, T, VariantRule<'a>>,
    teacher: Teacher<'a>,
    /// The mean of the objects.
    mean: Vec<T>,
    /// How far the farthest of them and of the first centres lies from it.
    pub(in crate::kohonen) farthest: f64,
    pub(in crate::kohonen) accuracies: Vec<f64>,
    /// The centres of the first of the best accuracies.
    pub(in crate::kohonen) best: Matrix<T>,
    pub(in crate::kohonen) diverged: Option<Divergence>,
}

impl<'a, T: Real> LvqRun<'a, T> {
    /// A run that has not begun, of the centres of `lvq` on the rows of `x` (objects x features; NaN is missing) and
    /// their classes.
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or there is not one label an object.
    #[track_caller]
    pub fn new(
        lvq: &'a mut Lvq<T>,
        x: &'a Matrix<T>,
        labels: &'a [usize],
        variant: LvqVariant,
        settings: &Settings,
    ) -> Result<Self, FitError> {
        check_labels("fit", x, labels);
        lvq.codebook.check_features("fit", x);
        let Lvq { codebook, classes } = lvq;
        let teacher = Teacher { classes, labels };
        let best = codebook.centres().clone();
        let run = Run::new(codebook, x, VariantRule::of(variant, teacher), settings)?;
        let means = run.objects.means.iter();
        let mean: Vec<T> = means.map(|&mean| T::from_f64(mean)).collect();
        let shown = run.objects.shown.iter();
        let of_objects = shown.map(|&i| squared_distance(x.row(i), &mean).sqrt());
        let of_centres = best.row_iter().map(|centre| out_by(centre, &mean));
        let farthest = of_objects
            .chain(of_centres)
            .fold(f64::MIN_POSITIVE, f64::max);
        let mut run = Self {
            run,
            teacher,
            mean,
            farthest,
            accuracies: Vec::new(),
            best,
            diverged: None,
        };
        run.accuracies.push(run.accuracy(&run.best));
        Ok(run)
    }

    /// Shows the objects of the next epoch; `None` when the run has ended, or ends since a centre runs away.
    pub fn advance(&mut self) -> Option<Epoch> {
        let epoch = self.run.advance()?;
        let centres = self.run.centres();
        let distances = centres.row_iter().map(|centre| out_by(centre, &self.mean));
        let (centre, distance) = distances
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .expect("there are centres");
        if distance > RUN_AWAY * self.farthest {
            self.diverged = Some(Divergence {
                epoch: epoch.number,
                centre,
                distance: distance / self.farthest,
                restored: self.best_epoch(),
            });
            self.run.competition.set_centres(&self.best);
            self.run.stop();
            return None;
        }
        let now = self.accuracy(&centres);
        if now > self.best_accuracy() {
            self.best = centres;
        }
        self.accuracies.push(now);
        Some(epoch)
    }

    fn accuracy(&self, centres: &Matrix<T>) -> f64 {
        let lvq = Lvq::with_centres(centres.clone(), self.teacher.classes.to_vec());
        lvq.accuracy(self.run.objects.x, self.teacher.labels)
    }

    fn best_accuracy(&self) -> f64 {
        self.accuracies.iter().copied().fold(0.0, f64::max)
    }

    /// The first epoch of the best accuracy; 0 for the start.
    pub(in crate::kohonen) fn best_epoch(&self) -> usize {
        let best = self.best_accuracy();
        let first = self.accuracies.iter().position(|&now| now == best);
        first.expect("one of them is the best")
    }

    /// Lets the run end with the epoch that it has come to.
    pub fn stop(&mut self) {
        self.run.stop();
    }

    /// The centres as they are now, centres x features.
    pub fn centres(&self) -> Matrix<T> {
        self.run.centres()
    }

    /// The epochs that have been done.
    pub fn epochs(&self) -> &[Epoch] {
        self.run.epochs()
    }

    /// The accuracies so far, as [`LvqOutcome::accuracies`].
    pub fn accuracies(&self) -> &[f64] {
        &self.accuracies
    }

    /// How many showings of an object there have been.
    pub fn steps(&self) -> u64 {
        self.run.steps()
    }

    /// Ends the run, and puts its centres in their place, or where some ran away the best ones.
    ///
    /// # Errors
    /// As [`Run::finish`].
    pub fn finish(self) -> Result<LvqOutcome, FitError> {
        Ok(LvqOutcome {
            in_window: self.run.rule().in_window(),
            outcome: self.run.finish()?,
            accuracies: self.accuracies,
            diverged: self.diverged,
        })
    }
}

/// How far a centre lies from the mean of the objects.
fn out_by<T: Real>(centre: &[T], mean: &[T]) -> f64 {
    let distance = squared_distance(mean, centre).sqrt();
    // in a centre NaN is no missing value: it is a number no more, and lies farthest of all
    if distance.is_nan() {
        f64::INFINITY
    } else {
        distance
    }
}

/// The rule of a variant.
pub(in crate::kohonen) struct VariantRule<'a> {
    teacher: Teacher<'a>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Lvq1(Lvq1<'a>),
    OptimisedLvq1(OptimisedLvq1<'a>),
    Lvq21(Lvq21<'a>),
    Lvq3(Lvq3<'a>),
}

impl<'a> VariantRule<'a> {
    fn of(variant: LvqVariant, teacher: Teacher<'a>) -> Self {
        let kind = match variant {
            LvqVariant::Lvq1 => Kind::Lvq1(Lvq1::new(teacher)),
            LvqVariant::OptimisedLvq1 => Kind::OptimisedLvq1(OptimisedLvq1::new(teacher)),
            LvqVariant::Lvq21 { window } => Kind::Lvq21(Lvq21::new(teacher, window)),
            LvqVariant::Lvq3 { window, epsilon } => Kind::Lvq3(Lvq3::new(teacher, window, epsilon)),
        };
        Self { teacher, kind }
    }

    /// The share of showings that were in the window, of those that have one.
    fn in_window(&self) -> Option<f64> {
        match &self.kind {
            Kind::Lvq1(_) | Kind::OptimisedLvq1(_) => None,
            Kind::Lvq21(rule) => Some(rule.in_window()),
            Kind::Lvq3(rule) => Some(rule.in_window()),
        }
    }

    fn rule<T: Real>(&self) -> &dyn Rule<T> {
        match &self.kind {
            Kind::Lvq1(rule) => rule,
            Kind::OptimisedLvq1(rule) => rule,
            Kind::Lvq21(rule) => rule,
            Kind::Lvq3(rule) => rule,
        }
    }

    fn rule_mut<T: Real>(&mut self) -> &mut dyn Rule<T> {
        match &mut self.kind {
            Kind::Lvq1(rule) => rule,
            Kind::OptimisedLvq1(rule) => rule,
            Kind::Lvq21(rule) => rule,
            Kind::Lvq3(rule) => rule,
        }
    }
}

impl<T: Real> Rule<T> for VariantRule<'_> {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        self.rule_mut().moves(shown, moves);
    }

    fn charge(&self, shown: &Shown<'_, T>) -> T {
        self.rule().charge(shown)
    }

    fn problem(&self) -> Option<String> {
        self.rule::<T>().problem()
    }

    /// With the classes of the centres, which no matrix of a state tells.
    fn identity(&self) -> String {
        let (rule, classes) = (self.rule::<T>().identity(), self.teacher.classes);
        format!("{rule}, centres of the classes {classes:?}")
    }

    fn memory(&self) -> Vec<f64> {
        self.rule::<T>().memory()
    }

    fn recall(&mut self, memory: &[f64]) -> bool {
        self.rule_mut::<T>().recall(memory)
    }
}
