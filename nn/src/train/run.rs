//! A run: epochs of shuffled batches, until they are done or enough has been seen.

use super::{Criterion, End, Epoch, History, Losses, Step, TrainError, Trainer};
use crate::module::{copy_parameters, set_parameters};
use crate::optimiser::{Optimiser, Schedule};
use crate::{Module, Path};
use std::ops::ControlFlow;
use unsup_autograd::random::{generator, shuffle};
use unsup_autograd::{Matrix, Real};

/// The settings of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// How often each object is seen; at least 1.
    pub epochs: usize,
    /// Objects in a step; at least 1. The last batch of an epoch holds what is left.
    pub batch_size: usize,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// The share of the run, in \[0, 1), during which the rate rises to its full height, before the schedule begins.
    pub warm_up: f64,
    /// When to end before all epochs are done; `None`: never. It needs validation objects.
    pub early_stopping: Option<EarlyStopping>,
    /// Where all randomness of the run comes from.
    pub seed: u64,
}

impl Default for Settings {
    /// 100 epochs in batches of 32 at a constant rate, no early stopping, seed 0.
    fn default() -> Self {
        Self {
            epochs: 100,
            batch_size: 32,
            schedule: Schedule::Constant,
            warm_up: 0.0,
            early_stopping: None,
            seed: 0,
        }
    }
}

/// The run ends when the validation loss has not fallen for some epochs, and the model is given the parameters of its
/// best one: Prechelt (1998), "Early stopping — but when?".
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EarlyStopping {
    /// How many epochs without a fall are waited for; at least 1.
    pub patience: usize,
    /// By how much the loss must lie below the best one to count as fallen; at least 0.
    pub least_fall: f64,
}

/// Hears of a run while it goes on, and may end it. A closure `FnMut(&Epoch) -> ControlFlow<()>` is one.
pub trait Observer {
    /// A step was taken.
    fn step(&mut self, _step: &Step) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// An epoch was completed.
    fn epoch(&mut self, epoch: &Epoch) -> ControlFlow<()>;
}

impl<F: FnMut(&Epoch) -> ControlFlow<()>> Observer for F {
    fn epoch(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        self(epoch)
    }
}

/// Trains `model` on mini-batches in an order shuffled anew each epoch. The observer hears of each step and epoch and
/// may end the run early.
///
/// # Errors
/// If a setting is out of range, early stopping is asked for (it needs [`fit_validated`]), there are no objects,
/// training diverges, or a trainable parameter gets no gradient. The parameters are then those from the start of the
/// epoch in which it happened.
pub fn fit<T: Real, M: Module<T>>(
    model: &mut M,
    criterion: &dyn Criterion<T, M>,
    optimiser: &mut Optimiser<T>,
    settings: &Settings,
    observer: impl Observer,
) -> Result<History, TrainError> {
    run_to_its_end(model, criterion, None, optimiser, settings, observer)
}

/// As [`fit`], and after each epoch the loss on the objects of `validation` is taken: to be seen, and for early
/// stopping.
///
/// # Errors
/// As [`fit`].
pub fn fit_validated<T: Real, M: Module<T>>(
    model: &mut M,
    criterion: &dyn Criterion<T, M>,
    validation: &dyn Criterion<T, M>,
    optimiser: &mut Optimiser<T>,
    settings: &Settings,
    observer: impl Observer,
) -> Result<History, TrainError> {
    let validation = Some(validation);
    run_to_its_end(model, criterion, validation, optimiser, settings, observer)
}

fn run_to_its_end<T: Real, M: Module<T>>(
    model: &mut M,
    criterion: &dyn Criterion<T, M>,
    validation: Option<&dyn Criterion<T, M>>,
    optimiser: &mut Optimiser<T>,
    settings: &Settings,
    mut observer: impl Observer,
) -> Result<History, TrainError> {
    let mut run = Run::new(settings)?;
    while let Some(progress) = run.advance(model, criterion, validation, optimiser)? {
        let mut flow = observer.step(&progress.step);
        if progress.epoch_ended
            && let Some(epoch) = run.epochs().last()
            && observer.epoch(epoch).is_break()
        {
            flow = ControlFlow::Break(());
        }
        if flow.is_break() {
            break;
        }
    }
    Ok(run.finish(model))
}

/// A training run that is driven from outside, step by step: it can be looked at, broken off, and, with the feature
/// `saving`, saved between any two steps and resumed to the same bits.
///
/// ```
/// # use unsup_autograd::Matrix;
/// # use unsup_nn::train::{Batch, Criterion, Term, Terms, smallvec};
/// # use unsup_nn::{Param, loss};
/// # struct Mean { x: Matrix<f64> }
/// # impl Criterion<f64, Param<f64>> for Mean {
/// #     fn objects(&self) -> usize { self.x.rows() }
/// #     fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
/// #         let x = batch.tape.gather(&self.x, batch.rows);
/// #         let w = w.on(batch.tape).expand_to(x.shape());
/// #         smallvec![Term { name: "squared", weight: 1.0, value: loss::squared(w, x) }]
/// #     }
/// # }
/// # let mut model = Param::new(Matrix::scalar(0.0));
/// # let criterion = Mean { x: Matrix::from_rows(&[[1.0], [2.0], [6.0]]) };
/// use unsup_nn::optimiser::{Adam, Optimiser};
/// use unsup_nn::train::{Run, Settings};
///
/// let mut optimiser = Optimiser::new(Adam::new(0.1));
/// let mut run = Run::new(&Settings { epochs: 3, batch_size: 2, ..Settings::default() })?;
/// while let Some(progress) = run.advance(&mut model, &criterion, None, &mut optimiser)? {
///     println!("step {}: {:.3}", progress.step.number, progress.step.losses.total);
///     // run.save_checkpoint(..), or break
/// }
/// let history = run.finish(&mut model);
/// assert_eq!(history.epochs.len(), 3);
/// # Ok::<(), unsup_nn::train::TrainError>(())
/// ```
pub struct Run<T: Real> {
    pub(crate) settings: Settings,
    pub(crate) trainer: Trainer<T>,
    /// This epoch's order of the objects; made when its first batch is asked for.
    order: Vec<usize>,
    /// Which epoch is under way, from 1.
    pub(crate) epoch: usize,
    /// How many of its batches have been taken.
    pub(crate) taken: usize,
    pub(crate) sums: EpochSums,
    /// The parameters at the start of this epoch; made when its first batch is asked for.
    pub(crate) last_good: Vec<Matrix<T>>,
    pub(crate) best: Option<Best<T>>,
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) end: Option<End>,
}

/// What an epoch's batches have come to so far: sums, weighted by the batches' shares.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct EpochSums {
    pub(crate) losses: Losses,
    pub(crate) gradient_norm: f64,
}

/// The best epoch so far by the validation loss.
pub(crate) struct Best<T: Real> {
    pub(crate) epoch: usize,
    pub(crate) loss: f64,
    pub(crate) parameters: Vec<Matrix<T>>,
}

/// What [`Run::advance`] did.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// It was the last of its epoch, which is now the last of [`Run::epochs`].
    pub epoch_ended: bool,
}

impl<T: Real> Run<T> {
    /// A run that has not begun.
    ///
    /// # Errors
    /// If a setting is out of range.
    pub fn new(settings: &Settings) -> Result<Self, TrainError> {
        check(settings)?;
        Ok(Self {
            settings: settings.clone(),
            trainer: Trainer::new(settings.seed),
            order: Vec::new(),
            epoch: 1,
            taken: 0,
            sums: EpochSums::default(),
            last_good: Vec::new(),
            best: None,
            epochs: Vec::new(),
            end: None,
        })
    }

    /// Takes the next step; `None` when the run has ended. It wants the same model, criteria and optimiser each time.
    ///
    /// # Errors
    /// If there are no objects, early stopping has no validation objects, training diverges, or a trainable parameter
    /// gets no gradient. The parameters are then those from the start of the epoch, and the run has ended.
    pub fn advance<M: Module<T>>(
        &mut self,
        model: &mut M,
        criterion: &dyn Criterion<T, M>,
        validation: Option<&dyn Criterion<T, M>>,
        optimiser: &mut Optimiser<T>,
    ) -> Result<Option<Progress>, TrainError> {
        if self.end.is_some() {
            return Ok(None);
        }
        let outcome = self.step(model, criterion, validation, optimiser);
        optimiser.set_rate_factor(1.0);
        if outcome.is_err() {
            self.end = Some(End::Stopped);
            if !self.last_good.is_empty() {
                set_parameters(model, &self.last_good);
            }
        }
        outcome.map(Some)
    }

    fn step<M: Module<T>>(
        &mut self,
        model: &mut M,
        criterion: &dyn Criterion<T, M>,
        validation: Option<&dyn Criterion<T, M>>,
        optimiser: &mut Optimiser<T>,
    ) -> Result<Progress, TrainError> {
        let objects = criterion.objects();
        if self.order.is_empty() {
            check_objects(objects, "objects")?;
            if let Some(validation) = validation {
                check_objects(validation.objects(), "validation objects")?;
            } else if self.settings.early_stopping.is_some() {
                let what = "early stopping needs validation objects".to_owned();
                return Err(TrainError::Setting(what));
            }
            self.shuffle(objects);
            if self.taken >= self.batches() {
                let what = format!("{objects} objects are fewer than the run that is resumed had");
                return Err(TrainError::Setting(what));
            }
            if self.taken == 0 {
                copy_parameters(model, &mut self.last_good);
            }
        }
        let (batch_size, batches) = (self.settings.batch_size, self.batches());
        let start = self.taken * batch_size;
        let rows = &self.order[start..self.order.len().min(start + batch_size)];
        let steps = batches as f64 * self.settings.epochs as f64;
        let done = (self.epoch - 1) as f64 * batches as f64 + self.taken as f64;
        let warm_up = (self.settings.warm_up * steps).round();
        let rate_factor = self.settings.schedule.factor_at(done, steps, warm_up);
        optimiser.set_rate_factor(rate_factor);

        let step = self.trainer.step(model, criterion, optimiser, rows)?;
        let share = rows.len() as f64 / self.order.len() as f64;
        self.sums.losses.add(&step.losses, share);
        self.sums.gradient_norm += step.gradient_norm / batches as f64;
        self.taken += 1;
        let epoch_ended = self.taken == batches;
        if epoch_ended {
            self.end_epoch(model, validation, rate_factor)?;
        }
        Ok(Progress { step, epoch_ended })
    }

    /// The objects in this epoch's order, which depends on the seed and the epoch alone.
    fn shuffle(&mut self, objects: usize) {
        self.order.extend(0..objects);
        let mut random = generator(self.settings.seed, "shuffle", self.epoch as u64);
        shuffle(&mut self.order, &mut random);
    }

    fn batches(&self) -> usize {
        self.order.len().div_ceil(self.settings.batch_size)
    }

    fn end_epoch<M: Module<T>>(
        &mut self,
        model: &mut M,
        validation: Option<&dyn Criterion<T, M>>,
        rate_factor: f64,
    ) -> Result<(), TrainError> {
        // a loss is seen before its step, so the last step of all could leave what no loss tells
        if let Some(name) = first_not_finite(model) {
            return Err(TrainError::ParameterNotFinite {
                name,
                epoch: self.epoch,
                largest: self.trainer.largest_gradient(model),
            });
        }
        let validation = validation.map(|validation| self.trainer.evaluate(model, validation));
        let validation = validation.transpose().map_err(|error| match error {
            TrainError::NotFinite { term, value, .. } => TrainError::ValidationNotFinite {
                term,
                value,
                epoch: self.epoch,
                largest: self.trainer.largest_gradient(model),
            },
            error => error,
        })?;
        let sums = std::mem::take(&mut self.sums);
        let epoch = Epoch {
            number: self.epoch,
            of: self.settings.epochs,
            losses: sums.losses,
            validation,
            gradient_norm: sums.gradient_norm,
            rate_factor,
        };
        if let (Some(stopping), Some(losses)) = (self.settings.early_stopping, &epoch.validation) {
            self.judge(model, stopping, losses.total);
        }
        if self.epoch >= self.settings.epochs {
            self.end = self.end.or(Some(End::Completed));
        }
        self.epochs.push(epoch);
        self.epoch += 1;
        self.taken = 0;
        self.order.clear();
        Ok(())
    }

    /// Is this epoch the best so far, and if not, has it been waited for long enough?
    fn judge(&mut self, model: &impl Module<T>, stopping: EarlyStopping, loss: f64) {
        match &mut self.best {
            Some(best) if loss >= best.loss - stopping.least_fall => {
                if self.epoch - best.epoch >= stopping.patience {
                    self.end = Some(End::Patience);
                }
            }
            best => {
                let mut parameters = best.take().map_or_else(Vec::new, |best| best.parameters);
                copy_parameters(model, &mut parameters);
                *best = Some(Best {
                    epoch: self.epoch,
                    loss,
                    parameters,
                });
            }
        }
    }

    /// The epochs that have been completed.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// How many steps have been taken, one that was refused included.
    pub fn steps(&self) -> u64 {
        self.trainer.steps()
    }

    /// Why it has ended; `None` while it goes on.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Ends the run. With early stopping the model is given the parameters of the best epoch.
    pub fn finish(self, model: &mut impl Module<T>) -> History {
        if let Some(best) = &self.best {
            set_parameters(model, &best.parameters);
        }
        History {
            epochs: self.epochs,
            best: self.best.map(|best| best.epoch),
            end: self.end.unwrap_or(End::Stopped),
        }
    }
}

fn check(settings: &Settings) -> Result<(), TrainError> {
    let refuse = |what: String| Err(TrainError::Setting(what));
    for (name, value) in [
        ("epochs", settings.epochs),
        ("batch_size", settings.batch_size),
    ] {
        if value == 0 {
            return refuse(format!("{name} is 0, expected at least 1"));
        }
    }
    if !(0.0..1.0).contains(&settings.warm_up) {
        let warm_up = settings.warm_up;
        return refuse(format!("warm_up is {warm_up}, expected a share in [0, 1)"));
    }
    if let Some(problem) = settings.schedule.problem() {
        return refuse(problem);
    }
    if let Some(EarlyStopping {
        patience,
        least_fall,
    }) = settings.early_stopping
    {
        if patience == 0 {
            return refuse("patience is 0, expected at least 1".to_owned());
        }
        if !(least_fall.is_finite() && least_fall >= 0.0) {
            return refuse(format!("least_fall is {least_fall}, expected at least 0"));
        }
    }
    Ok(())
}

fn check_objects(count: usize, what: &str) -> Result<(), TrainError> {
    if count > 0 {
        return Ok(());
    }
    let what = format!("the number of {what} is 0, expected at least 1");
    Err(TrainError::Setting(what))
}

/// The name of the first parameter that is not finite.
fn first_not_finite<T: Real>(model: &impl Module<T>) -> Option<String> {
    let mut bad = None;
    model.visit(Path::ROOT, &mut |path, param| {
        if bad.is_none() && !param.value().is_finite() {
            bad = Some(path.to_string());
        }
    });
    bad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimiser::{Adam, Sgd};
    use crate::train::{Batch, Term, Terms, smallvec};
    use crate::{Param, loss};

    fn sgd(rate: f64) -> Optimiser<f64> {
        Optimiser::new(Sgd::new(rate))
    }

    /// The mean of the data: the number w that minimises Σ (xᵢ − w)², beside a second term.
    struct Mean {
        data: Matrix<f64>,
        second_weight: f64,
    }

    impl Criterion<f64, Param<f64>> for Mean {
        fn objects(&self) -> usize {
            self.data.rows()
        }

        fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
            let x = batch.tape.gather(&self.data, batch.rows);
            let w = w.on(batch.tape);
            smallvec![
                Term {
                    name: "squared",
                    weight: 1.0,
                    value: loss::squared(w.expand_to(x.shape()), x),
                },
                Term {
                    name: "distance from 1",
                    weight: self.second_weight,
                    value: (w - 1.0).abs(),
                }
            ]
        }
    }

    fn mean(second_weight: f64) -> Mean {
        Mean {
            data: Matrix::from_fn(10, 1, |i, _| i as f64),
            second_weight,
        }
    }

    fn settings() -> Settings {
        Settings {
            epochs: 60,
            batch_size: 4,
            schedule: Schedule::Cosine,
            seed: 3,
            ..Settings::default()
        }
    }

    fn run(criterion: &Mean, rate: f64) -> (f64, Result<History, TrainError>) {
        let mut w = Param::new(Matrix::scalar(0.0));
        let mut optimiser = sgd(rate);
        let outcome = fit(
            &mut w,
            criterion,
            &mut optimiser,
            &settings(),
            |_: &Epoch| ControlFlow::Continue(()),
        );
        (w.value().item(), outcome)
    }

    #[test]
    fn the_mean_is_learned_and_the_epochs_are_reported() {
        let mut w = Param::new(Matrix::scalar(0.0));
        // batches of one size, or the objects of a smaller last one would weigh more
        let settings = Settings {
            batch_size: 5,
            ..settings()
        };
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let history = fit(&mut w, &mean(0.0), &mut sgd(0.1), &settings, go_on).unwrap();
        let w = w.value().item();
        let epochs = &history.epochs;
        assert_eq!((history.best, history.end), (None, End::Completed));
        assert!((w - 4.5).abs() < 0.05, "{w}");
        let last = epochs.last().unwrap();
        assert_eq!((last.number, last.of, epochs.len()), (60, 60, 60));
        assert!(
            (last.losses.total - 8.25).abs() < 0.1,
            "{}",
            last.losses.total
        );
        assert_eq!(last.losses.terms[0].0, "squared");
        assert!(epochs[0].losses.total > last.losses.total);
    }

    #[test]
    fn a_term_with_weight_0_changes_no_bit_and_one_with_weight_pulls() {
        struct Alone(Mean);
        impl Criterion<f64, Param<f64>> for Alone {
            fn objects(&self) -> usize {
                self.0.objects()
            }
            fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
                let mut terms = self.0.terms(w, batch);
                terms.truncate(1);
                terms
            }
        }
        let mut w = Param::new(Matrix::scalar(0.0));
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        fit(&mut w, &Alone(mean(0.0)), &mut sgd(0.1), &settings(), go_on).unwrap();
        assert_eq!(run(&mean(0.0), 0.1).0.to_bits(), w.value().item().to_bits());
        assert!(run(&mean(1.0), 0.1).0 < w.value().item() - 0.3);
    }

    #[test]
    fn divergence_is_named_and_leaves_the_last_good_parameters() {
        // w grows by ten digits a step
        let (w, outcome) = run(&mean(0.0), 1e10);
        let error = outcome.unwrap_err();
        assert!(
            matches!(
                error,
                TrainError::NotFinite {
                    term: "squared",
                    ..
                }
            ),
            "{error}"
        );
        assert!(w.is_finite());
        // so large a step that the parameter is infinite before a loss can tell
        let (w, outcome) = run(&mean(0.0), f64::MAX);
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, TrainError::NotFinite { step: 2, .. }),
            "{error}"
        );
        assert_eq!(w, 0.0, "as before the first epoch");
    }

    #[test]
    fn divergence_in_the_last_step_is_seen_too() {
        let mut w = Param::new(Matrix::scalar(0.0));
        let settings = Settings {
            epochs: 1,
            batch_size: 10,
            ..settings()
        };
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let criterion = mean(0.0);
        let outcome = fit(&mut w, &criterion, &mut sgd(f64::MAX), &settings, go_on);
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, TrainError::ParameterNotFinite { epoch: 1, .. }),
            "{error}"
        );
        assert_eq!(w.value().item(), 0.0);
    }

    #[test]
    fn a_weight_that_is_not_finite_is_seen() {
        let (w, outcome) = run(&mean(f64::NAN), 0.1);
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, TrainError::NotFinite { step: 1, .. }),
            "{error}"
        );
        assert_eq!(w, 0.0);
    }

    #[test]
    fn an_observer_can_end_the_run() {
        let mut w = Param::new(Matrix::scalar(0.0));
        let stop = |epoch: &Epoch| {
            if epoch.number == 2 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let history = fit(&mut w, &mean(0.0), &mut sgd(0.1), &settings(), stop).unwrap();
        assert_eq!((history.epochs.len(), history.end), (2, End::Stopped));
    }

    #[test]
    fn no_objects_are_an_error() {
        struct Nothing;
        impl Criterion<f64, Param<f64>> for Nothing {
            fn objects(&self) -> usize {
                0
            }
            fn terms<'t>(&self, _: &Param<f64>, _: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
                Terms::new()
            }
        }
        let mut w = Param::new(Matrix::scalar(0.0));
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let error = fit(&mut w, &Nothing, &mut sgd(0.1), &settings(), go_on).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the number of objects is 0, expected at least 1"
        );
    }

    /// A criterion that draws notes what it draws, of so many objects.
    struct Drawing(std::cell::RefCell<Vec<u64>>, usize);

    impl Criterion<f64, Param<f64>> for Drawing {
        fn objects(&self) -> usize {
            self.1
        }
        fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
            use rand::Rng;
            self.0
                .borrow_mut()
                .push(batch.generator("noise").next_u64());
            let value = w.on(batch.tape).square();
            smallvec![Term {
                name: "square",
                weight: 1.0,
                value
            }]
        }
    }

    #[test]
    fn each_step_draws_its_own_and_the_same_in_another_run() {
        let draws = |seed| {
            let criterion = Drawing(Default::default(), 2);
            let mut w = Param::new(Matrix::scalar(1.0));
            let settings = Settings {
                epochs: 3,
                batch_size: 1,
                seed,
                ..settings()
            };
            let go_on = |_: &Epoch| ControlFlow::Continue(());
            fit(&mut w, &criterion, &mut sgd(0.1), &settings, go_on).unwrap();
            criterion.0.into_inner()
        };
        let first = draws(1);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!((first.len(), distinct.len()), (6, 6));
        assert_eq!(first, draws(1));
        assert!(draws(2).iter().all(|draw| !first.contains(draw)));
    }

    #[test]
    fn evaluation_is_the_mean_over_all_objects() {
        let criterion = Mean {
            data: Matrix::from_fn(3000, 1, |i, _| (i % 3) as f64),
            second_weight: 2.0,
        };
        let w = Param::new(Matrix::scalar(0.0));
        let losses = Trainer::new(0).evaluate(&w, &criterion).unwrap();
        assert!((losses.terms[0].1 - 5.0 / 3.0).abs() < 1e-12);
        assert!((losses.total - (5.0 / 3.0 + 2.0)).abs() < 1e-12);
    }

    #[test]
    fn an_observer_of_steps_hears_of_each_and_can_end_the_run() {
        struct Steps(Vec<u64>, usize);
        impl Observer for Steps {
            fn step(&mut self, step: &Step) -> ControlFlow<()> {
                assert!(step.losses.term("squared").is_some() && step.gradient_norm >= 0.0);
                self.0.push(step.number);
                if step.number == 5 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            }
            fn epoch(&mut self, _: &Epoch) -> ControlFlow<()> {
                self.1 += 1;
                ControlFlow::Continue(())
            }
        }
        impl Observer for &mut Steps {
            fn step(&mut self, step: &Step) -> ControlFlow<()> {
                (**self).step(step)
            }
            fn epoch(&mut self, epoch: &Epoch) -> ControlFlow<()> {
                (**self).epoch(epoch)
            }
        }
        let (mut w, mut steps) = (Param::new(Matrix::scalar(0.0)), Steps(Vec::new(), 0));
        // three batches an epoch
        let history = fit(&mut w, &mean(0.0), &mut sgd(0.1), &settings(), &mut steps).unwrap();
        assert_eq!((steps.0, steps.1), (vec![1, 2, 3, 4, 5], 1));
        assert_eq!((history.epochs.len(), history.end), (1, End::Stopped));
    }

    #[test]
    fn divergence_names_the_largest_gradient_before_it() {
        let (_, outcome) = run(&mean(0.0), 1e10);
        let error = outcome.unwrap_err();
        let TrainError::NotFinite {
            step,
            largest: Some(largest),
            ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!((largest.step, largest.parameter.as_str()), (step - 1, ""));
        assert!(largest.norm > 1e100, "{error}");
        assert!(error.is_divergence());
        let text = error.to_string();
        let expected = format!("at step {step}; the largest gradient norm so far was ");
        assert!(text.contains(&expected), "{text}");
        assert!(text.ends_with("a smaller learning rate may help"), "{text}");
    }

    /// √|w|, whose derivative at 0 is not finite while it is.
    struct Root;

    impl Criterion<f64, Param<f64>> for Root {
        fn objects(&self) -> usize {
            1
        }
        fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
            let value = w.on(batch.tape).sqrt();
            smallvec![Term {
                name: "root",
                weight: 1.0,
                value
            }]
        }
    }

    #[test]
    fn a_gradient_that_is_not_finite_ends_the_run_before_its_step() {
        let mut w = Param::new(Matrix::scalar(0.0));
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let error = fit(&mut w, &Root, &mut sgd(0.1), &settings(), go_on).unwrap_err();
        let expected = TrainError::GradientNotFinite {
            name: String::new(),
            step: 1,
            largest: None,
        };
        assert_eq!(error, expected);
        assert_eq!(w.value().item(), 0.0);
    }

    /// A validation loss that falls for some epochs and then rises: the distance of w, which rises all the time, from a
    /// number.
    fn validated(patience: usize, least_fall: f64, target: f64) -> (f64, History) {
        struct Rising;
        impl Criterion<f64, Param<f64>> for Rising {
            fn objects(&self) -> usize {
                1
            }
            fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
                let value = -w.on(batch.tape);
                smallvec![Term {
                    name: "minus w",
                    weight: 1.0,
                    value
                }]
            }
        }
        struct Distance(f64);
        impl Criterion<f64, Param<f64>> for Distance {
            fn objects(&self) -> usize {
                1
            }
            fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
                let value = (w.on(batch.tape) - self.0).abs();
                smallvec![Term {
                    name: "distance",
                    weight: 1.0,
                    value
                }]
            }
        }
        let mut w = Param::new(Matrix::scalar(0.0));
        let settings = Settings {
            epochs: 20,
            early_stopping: Some(EarlyStopping {
                patience,
                least_fall,
            }),
            ..Settings::default()
        };
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        // w rises by 1 an epoch
        let mut optimiser = sgd(1.0);
        let distance = Distance(target);
        let history = fit_validated(&mut w, &Rising, &distance, &mut optimiser, &settings, go_on);
        (w.value().item(), history.unwrap())
    }

    #[test]
    fn early_stopping_waits_and_gives_the_best_parameters_back() {
        let (w, history) = validated(3, 0.0, 5.25);
        assert_eq!(
            (w, history.best, history.end),
            (5.0, Some(5), End::Patience)
        );
        assert_eq!(history.epochs.len(), 8);
        let distances: Vec<f64> = history
            .epochs
            .iter()
            .map(|epoch| epoch.validation.as_ref().unwrap().total)
            .collect();
        assert_eq!(distances[3..6], [1.25, 0.25, 0.75]);
        // all epochs done before the patience was at its end: the best one's parameters all the same
        let (w, history) = validated(50, 0.0, 5.25);
        assert_eq!(
            (w, history.best, history.end),
            (5.0, Some(5), End::Completed)
        );
        // a fall of 1 is not enough, so the first epoch stays the best, until 2 below it
        let (w, history) = validated(3, 1.5, 50.0);
        assert_eq!(
            (w, history.best, history.end),
            (19.0, Some(19), End::Completed)
        );
        let (w, history) = validated(1, 1.5, 50.0);
        assert_eq!(
            (w, history.best, history.end),
            (1.0, Some(1), End::Patience)
        );
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let refused = |settings: Settings| {
            let mut w = Param::new(Matrix::scalar(0.0));
            let go_on = |_: &Epoch| ControlFlow::Continue(());
            let outcome = fit(&mut w, &mean(0.0), &mut sgd(0.1), &settings, go_on);
            outcome.unwrap_err().to_string()
        };
        let stopping = |patience, least_fall| {
            Some(EarlyStopping {
                patience,
                least_fall,
            })
        };
        for (settings, expected) in [
            (
                Settings {
                    epochs: 0,
                    ..settings()
                },
                "epochs is 0, expected at least 1",
            ),
            (
                Settings {
                    batch_size: 0,
                    ..settings()
                },
                "batch_size is 0, expected at least 1",
            ),
            (
                Settings {
                    warm_up: 1.0,
                    ..settings()
                },
                "warm_up is 1, expected a share in [0, 1)",
            ),
            (
                Settings {
                    schedule: Schedule::Exponential { last: 0.0 },
                    ..settings()
                },
                "schedule exponential: last is 0, expected a number above 0",
            ),
            (
                Settings {
                    early_stopping: stopping(0, 0.0),
                    ..settings()
                },
                "patience is 0, expected at least 1",
            ),
            (
                Settings {
                    early_stopping: stopping(1, f64::NAN),
                    ..settings()
                },
                "least_fall is NaN, expected at least 0",
            ),
            (
                Settings {
                    early_stopping: stopping(1, 0.0),
                    ..settings()
                },
                "early stopping needs validation objects",
            ),
        ] {
            assert_eq!(refused(settings), expected);
        }
    }

    #[test]
    fn the_rate_follows_warm_up_and_schedule() {
        let mut w = Param::new(Matrix::scalar(0.0));
        let settings = Settings {
            epochs: 4,
            batch_size: 10,
            schedule: Schedule::Linear { last: 0.0 },
            warm_up: 0.5,
            ..settings()
        };
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let mut optimiser = Optimiser::new(Adam::new(0.1));
        let history = fit(&mut w, &mean(0.0), &mut optimiser, &settings, go_on).unwrap();
        let factors: Vec<f64> = history
            .epochs
            .iter()
            .map(|epoch| epoch.rate_factor)
            .collect();
        assert_eq!(factors, [0.5, 1.0, 1.0, 0.5]);
    }

    #[test]
    fn evaluation_draws_the_same_each_time_and_not_what_training_draws() {
        // two blocks of an evaluation are numbered 0 and 1, and two steps 1 and 2
        let criterion = Drawing(Default::default(), 1500);
        let mut w = Param::new(Matrix::scalar(1.0));
        let mut trainer = Trainer::new(4);
        for _ in 0..2 {
            trainer.evaluate(&w, &criterion).unwrap();
            let mut optimiser = sgd(0.1);
            trainer
                .step(&mut w, &criterion, &mut optimiser, &[0])
                .unwrap();
        }
        let draws = criterion.0.into_inner();
        assert_eq!(draws[..2], draws[3..5]);
        let distinct: std::collections::BTreeSet<_> = draws.iter().collect();
        assert_eq!((draws.len(), distinct.len()), (6, 4));
    }

    #[test]
    fn every_epoch_has_its_own_order_of_all_objects() {
        /// Notes the objects of each step.
        struct Noting(std::cell::RefCell<Vec<usize>>);
        impl Criterion<f64, Param<f64>> for Noting {
            fn objects(&self) -> usize {
                20
            }
            fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
                self.0.borrow_mut().extend(batch.rows);
                let value = w.on(batch.tape).square();
                smallvec![Term {
                    name: "square",
                    weight: 1.0,
                    value
                }]
            }
        }
        let criterion = Noting(Default::default());
        let mut w = Param::new(Matrix::scalar(1.0));
        let settings = Settings {
            epochs: 3,
            batch_size: 7,
            ..settings()
        };
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        fit(&mut w, &criterion, &mut sgd(0.1), &settings, go_on).unwrap();
        let seen = criterion.0.into_inner();
        let orders: Vec<&[usize]> = seen.chunks(20).collect();
        assert_eq!(orders.len(), 3);
        for order in &orders {
            let mut sorted = order.to_vec();
            sorted.sort();
            assert_eq!(sorted, (0..20).collect::<Vec<_>>());
        }
        assert!(orders[0] != orders[1] && orders[1] != orders[2]);
    }

    #[test]
    fn a_term_without_weight_is_logged_whatever_it_is() {
        struct Watched;
        impl Criterion<f64, Param<f64>> for Watched {
            fn objects(&self) -> usize {
                1
            }
            fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
                let w = w.on(batch.tape);
                let (value, watched) = (w.square(), batch.tape.filled(1, 1, 0.0).ln());
                smallvec![
                    Term {
                        name: "square",
                        weight: 1.0,
                        value
                    },
                    Term {
                        name: "watched",
                        weight: 0.0,
                        value: watched
                    },
                ]
            }
        }
        let mut w = Param::new(Matrix::scalar(1.0));
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let history = fit(&mut w, &Watched, &mut sgd(0.1), &settings(), go_on).unwrap();
        let losses = &history.last().unwrap().losses;
        assert!(losses.total < 1.0 && losses.term("watched") == Some(f64::NEG_INFINITY));
    }

    #[test]
    fn a_model_that_is_frozen_as_a_whole_is_refused() {
        let mut w = Param::new(Matrix::scalar(0.0));
        w.set_trainable(false);
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let error = fit(&mut w, &mean(0.0), &mut sgd(0.1), &settings(), go_on).unwrap_err();
        assert!(!error.is_divergence());
        assert_eq!(
            error.to_string(),
            "every parameter is frozen, expected one to train"
        );
    }

    #[test]
    fn a_validation_loss_that_is_not_finite_is_named_as_such() {
        let nowhere = Mean {
            data: Matrix::scalar(f64::NAN),
            second_weight: 0.0,
        };
        let mut w = Param::new(Matrix::scalar(0.0));
        let go_on = |_: &Epoch| ControlFlow::Continue(());
        let (criterion, mut optimiser) = (mean(0.0), sgd(0.1));
        let error = fit_validated(
            &mut w,
            &criterion,
            &nowhere,
            &mut optimiser,
            &settings(),
            go_on,
        );
        let text = error.unwrap_err().to_string();
        let expected = "training diverged: the term \"squared\" is NaN on the validation objects after epoch 1; the largest";
        assert!(text.starts_with(expected), "{text}");
        assert_eq!(w.value().item(), 0.0, "as before the epoch");
    }
}
