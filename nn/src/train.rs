//! The training loop that all gradient-trained models share.

use crate::optimiser::{Optimiser, StepError};
use crate::random::{generator, shuffle};
use crate::{Module, Path};
use rand::rngs::Xoshiro256PlusPlus;
use smallvec::SmallVec;
pub use smallvec::smallvec;
use std::fmt;
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real, Stats, Tape, Var};

/// One named summand of a criterion.
#[derive(Clone, Copy, Debug)]
pub struct Term<'t, T: Real> {
    /// What it measures: "reconstruction", "kl", "jacobian".
    pub name: &'static str,
    /// Its coefficient in the criterion; with 0 it is computed and logged, and the criterion is to the bit what it is
    /// without it.
    pub weight: f64,
    /// Its value, 1x1: a mean over objects of a sum over features, in squared units or nats.
    pub value: Var<'t, T>,
}

/// The terms of a criterion, made by [`smallvec!`]; up to four lie on the stack.
pub type Terms<'t, T> = SmallVec<[Term<'t, T>; 4]>;

/// The objects of one step.
pub struct Batch<'t, 'b, T> {
    /// Where the step is recorded.
    pub tape: &'t Tape<T>,
    /// The objects, by their row in the training data.
    pub rows: &'b [usize],
    seed: u64,
    step: u64,
}

impl<'t, 'b, T> Batch<'t, 'b, T> {
    /// The objects `rows` on a tape, at a step of a run with that seed.
    pub fn new(tape: &'t Tape<T>, rows: &'b [usize], seed: u64, step: u64) -> Self {
        Self {
            tape,
            rows,
            seed,
            step,
        }
    }

    /// The generator of a purpose ("noise", "dropout") at this step: the same whatever else is drawn.
    pub fn generator(&self, purpose: &str) -> Xoshiro256PlusPlus {
        generator(self.seed, purpose, self.step)
    }
}

/// What is minimised: a weighted sum of named terms. It holds the training data and knows which rows a batch names.
pub trait Criterion<T: Real, M> {
    /// How many objects there are to draw batches from.
    fn objects(&self) -> usize;

    /// The terms for the objects of a batch.
    fn terms<'t>(&self, model: &M, batch: &Batch<'t, '_, T>) -> Terms<'t, T>;
}

/// How the learning rate changes over a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Schedule {
    /// It stays.
    #[default]
    Constant,
    /// Half a cosine from the full rate to 0: Loshchilov, Hutter (2017), "SGDR", eq. 5, one period.
    Cosine,
}

impl Schedule {
    /// The factor of the rate after a share `progress` of the run, in \[0, 1).
    pub fn factor(self, progress: f64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
        }
    }
}

/// The settings of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// How often each object is seen; at least 1.
    pub epochs: usize,
    /// Objects in a step; at least 1. The last batch of an epoch holds what is left.
    pub batch_size: usize,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Where all randomness of the run comes from.
    pub seed: u64,
}

/// The values of a criterion: over a step, an epoch, or a data set.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Losses {
    /// The weighted sum of the terms.
    pub total: f64,
    /// Each term's name and value, not weighted.
    pub terms: SmallVec<[(&'static str, f64); 4]>,
}

impl Losses {
    /// Adds `share` times the losses of a part.
    fn add(&mut self, part: &Losses, share: f64) {
        self.total += share * part.total;
        if self.terms.is_empty() {
            self.terms = part.terms.iter().map(|&(name, _)| (name, 0.0)).collect();
        }
        for (sum, &(_, value)) in self.terms.iter_mut().zip(&part.terms) {
            sum.1 += share * value;
        }
    }
}

/// What an observer is told after each epoch.
#[derive(Clone, PartialEq, Debug)]
pub struct Epoch {
    /// Which it was, from 1.
    pub number: usize,
    /// How many there are to be.
    pub of: usize,
    /// The training losses: means over the epoch's batches as they were met, each before its step.
    pub losses: Losses,
}

/// Why training stopped before its end.
#[derive(Clone, PartialEq, Debug)]
pub enum TrainError {
    /// A term became infinite or NaN. [`fit`] leaves the parameters as they were at the start of that epoch.
    NotFinite {
        /// The term.
        term: &'static str,
        /// Its value.
        value: f64,
        /// The step, from 1; 0 in an evaluation before any.
        step: u64,
    },
    /// A parameter became infinite or NaN. [`fit`] leaves the parameters as they were at the start of that epoch.
    ParameterNotFinite {
        /// Its name.
        name: String,
        /// The epoch after which it was seen, from 1.
        epoch: usize,
    },
    /// The optimiser refused the step.
    Step(StepError),
    /// A setting is out of range; says which and what was expected.
    Setting(String),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrainError::NotFinite {
                term,
                value,
                step: 0,
            } => write!(f, "the term \"{term}\" is {value} on these objects"),
            TrainError::NotFinite { term, value, step } => write!(
                f,
                "training diverged: the term \"{term}\" is {value} at step {step}; a smaller learning rate may help"
            ),
            TrainError::ParameterNotFinite { name, epoch } => write!(
                f,
                "training diverged: the parameter {name} is not finite after epoch {epoch}; a smaller learning rate may help"
            ),
            TrainError::Step(error) => error.fmt(f),
            TrainError::Setting(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for TrainError {}

impl From<StepError> for TrainError {
    fn from(error: StepError) -> Self {
        TrainError::Step(error)
    }
}

/// Takes steps: a tape that is reused, and the numbers from which each step's randomness comes.
pub struct Trainer<T> {
    tape: Tape<T>,
    keys: Vec<u64>,
    seed: u64,
    step: u64,
}

impl<T: Real> Trainer<T> {
    /// A trainer whose randomness comes from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            tape: Tape::new(),
            keys: Vec::new(),
            seed,
            step: 0,
        }
    }

    /// One step: the terms, the gradient, the update. Returns the losses before it.
    ///
    /// # Errors
    /// If a term is not finite, or a trainable parameter has no gradient; the step is then not taken.
    ///
    /// # Panics
    /// If `rows` is empty or names an object that is not there.
    pub fn step<M: Module<T>>(
        &mut self,
        model: &mut M,
        criterion: &impl Criterion<T, M>,
        optimiser: &mut dyn Optimiser<T>,
        rows: &[usize],
    ) -> Result<Losses, TrainError> {
        let Self {
            tape,
            keys,
            seed,
            step,
        } = self;
        *step += 1;
        keys.clear();
        model.visit(Path::ROOT, &mut |_, param| {
            if param.trainable() {
                keys.push(param.key());
            }
        });
        let recorded = {
            let batch = Batch::new(tape, rows, *seed, *step);
            let terms = criterion.terms(model, &batch);
            losses_of(&terms, *step).map(|losses| {
                let targets = keys.iter().filter_map(|&key| tape.find_parameter(key));
                let gradients = total(tape, &terms).backward(targets);
                (losses, gradients)
            })
        };
        self.tape.clear();
        let (losses, gradients) = recorded?;
        let outcome = optimiser.step(model, &gradients);
        self.tape.recycle(gradients);
        outcome?;
        Ok(losses)
    }

    /// The criterion over all of its objects, without a step.
    ///
    /// # Errors
    /// If a term is not finite.
    pub fn evaluate<M: Module<T>>(
        &mut self,
        model: &M,
        criterion: &impl Criterion<T, M>,
    ) -> Result<Losses, TrainError> {
        let objects = criterion.objects();
        let mut losses = Losses::default();
        for rows in blocks(objects) {
            let part = {
                let batch = Batch::new(&self.tape, &rows, self.seed, self.step);
                losses_of(&criterion.terms(model, &batch), self.step)
            };
            self.tape.clear();
            losses.add(&part?, rows.len() as f64 / objects as f64);
        }
        Ok(losses)
    }

    /// What the trainer's tape holds.
    pub fn stats(&self) -> Stats {
        self.tape.stats()
    }
}

/// The rows 0..objects in blocks of 1024, so that a large data set does not need a tape of its size.
pub fn blocks(objects: usize) -> impl Iterator<Item = Vec<usize>> {
    const BLOCK: usize = 1024;
    let starts = (0..objects).step_by(BLOCK);
    starts.map(move |start| (start..objects.min(start + BLOCK)).collect())
}

/// The terms' values, if all are finite.
fn losses_of<T: Real>(terms: &Terms<'_, T>, step: u64) -> Result<Losses, TrainError> {
    let mut losses = Losses::default();
    for term in terms {
        let value = term.value.item().to_f64();
        if !value.is_finite() {
            let term = term.name;
            return Err(TrainError::NotFinite { term, value, step });
        }
        losses.total += term.weight * value;
        losses.terms.push((term.name, value));
    }
    if !losses.total.is_finite() {
        // a weight is not, or the sum is too large
        let (term, value) = ("weighted sum of the terms", losses.total);
        return Err(TrainError::NotFinite { term, value, step });
    }
    Ok(losses)
}

/// Σ weight · term over the terms that have a weight.
fn total<'t, T: Real>(tape: &'t Tape<T>, terms: &Terms<'t, T>) -> Var<'t, T> {
    let weighted = terms.iter().filter(|term| term.weight != 0.0).map(|term| {
        if term.weight == 1.0 {
            term.value
        } else {
            term.value * term.weight
        }
    });
    weighted
        .reduce(|sum, term| sum + term)
        .unwrap_or_else(|| tape.filled(1, 1, 0.0))
}

/// The parameters as they were when all was well.
struct LastGood<T>(Vec<Matrix<T>>);

impl<T: Real> LastGood<T> {
    fn of(model: &impl Module<T>) -> Self {
        let mut values = Vec::new();
        model.visit(Path::ROOT, &mut |_, param| {
            values.push(param.value().clone())
        });
        Self(values)
    }

    /// Takes the parameters after an epoch in their place, if they are finite. A loss is seen before its step, so the last
    /// step of all could leave what no loss tells.
    fn advance(&mut self, model: &impl Module<T>, epoch: usize) -> Result<(), TrainError> {
        let mut bad = None;
        model.visit(Path::ROOT, &mut |path, param| {
            if bad.is_none() && !param.value().is_finite() {
                bad = Some(path.to_string());
            }
        });
        if let Some(name) = bad {
            return Err(TrainError::ParameterNotFinite { name, epoch });
        }
        let mut values = self.0.iter_mut();
        model.visit(Path::ROOT, &mut |_, param| {
            if let Some(value) = values.next() {
                value
                    .as_mut_slice()
                    .copy_from_slice(param.value().as_slice());
            }
        });
        Ok(())
    }

    fn restore(self, model: &mut impl Module<T>) {
        let mut values = self.0.into_iter();
        model.visit_mut(Path::ROOT, &mut |_, param| {
            if let Some(value) = values.next() {
                param.set(value);
            }
        });
    }
}

/// Trains `model` on mini-batches in an order shuffled anew each epoch. The observer hears of each epoch and may end the run
/// early. Returns the epochs.
///
/// # Errors
/// If a setting is out of range, training diverges, or a trainable parameter gets no gradient. The parameters are then those
/// from the start of the epoch in which it happened.
pub fn fit<T: Real, M: Module<T>>(
    model: &mut M,
    criterion: &impl Criterion<T, M>,
    optimiser: &mut dyn Optimiser<T>,
    settings: &Settings,
    mut observer: impl FnMut(&Epoch) -> ControlFlow<()>,
) -> Result<Vec<Epoch>, TrainError> {
    for (name, value) in [
        ("epochs", settings.epochs),
        ("batch_size", settings.batch_size),
        ("the number of objects", criterion.objects()),
    ] {
        if value == 0 {
            let what = format!("{name} is 0, expected at least 1");
            return Err(TrainError::Setting(what));
        }
    }
    let mut last_good = LastGood::of(model);
    let outcome = epochs(
        model,
        criterion,
        optimiser,
        settings,
        &mut observer,
        &mut last_good,
    );
    optimiser.set_rate_factor(1.0);
    if outcome.is_err() {
        last_good.restore(model);
    }
    outcome
}

/// The loop itself.
fn epochs<T: Real, M: Module<T>>(
    model: &mut M,
    criterion: &impl Criterion<T, M>,
    optimiser: &mut dyn Optimiser<T>,
    settings: &Settings,
    observer: &mut impl FnMut(&Epoch) -> ControlFlow<()>,
    last_good: &mut LastGood<T>,
) -> Result<Vec<Epoch>, TrainError> {
    let mut trainer = Trainer::new(settings.seed);
    let mut order: Vec<usize> = (0..criterion.objects()).collect();
    let mut history = Vec::new();
    let batches = order.len().div_ceil(settings.batch_size);
    let steps = batches as f64 * settings.epochs as f64;
    for number in 1..=settings.epochs {
        shuffle(
            &mut order,
            &mut generator(settings.seed, "shuffle", number as u64),
        );
        let mut losses = Losses::default();
        for (i, rows) in order.chunks(settings.batch_size).enumerate() {
            let progress = ((number - 1) as f64 * batches as f64 + i as f64) / steps;
            optimiser.set_rate_factor(settings.schedule.factor(progress));
            let part = trainer.step(model, criterion, optimiser, rows)?;
            losses.add(&part, rows.len() as f64 / order.len() as f64);
        }
        last_good.advance(model, number)?;
        let epoch = Epoch {
            number,
            of: settings.epochs,
            losses,
        };
        let go_on = observer(&epoch);
        history.push(epoch);
        if go_on.is_break() {
            break;
        }
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimiser::Sgd;
    use crate::{Param, loss};

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
        }
    }

    fn run(criterion: &Mean, rate: f64) -> (f64, Result<Vec<Epoch>, TrainError>) {
        let mut w = Param::new(Matrix::scalar(0.0));
        let mut optimiser = Sgd::new(rate);
        let outcome = fit(&mut w, criterion, &mut optimiser, &settings(), |_| {
            ControlFlow::Continue(())
        });
        (w.value().item(), outcome)
    }

    #[test]
    fn the_mean_is_learned_and_the_epochs_are_reported() {
        let (w, epochs) = run(&mean(0.0), 0.1);
        let epochs = epochs.unwrap();
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
        fit(
            &mut w,
            &Alone(mean(0.0)),
            &mut Sgd::new(0.1),
            &settings(),
            go_on,
        )
        .unwrap();
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
        let outcome = fit(
            &mut w,
            &criterion,
            &mut Sgd::new(f64::MAX),
            &settings,
            go_on,
        );
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
        let epochs = fit(&mut w, &mean(0.0), &mut Sgd::new(0.1), &settings(), stop).unwrap();
        assert_eq!(epochs.len(), 2);
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
        let error = fit(&mut w, &Nothing, &mut Sgd::new(0.1), &settings(), go_on).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the number of objects is 0, expected at least 1"
        );
    }

    struct Pair<T: Real> {
        learned: Param<T>,
        frozen: Param<T>,
    }
    crate::module!(Pair { learned, frozen });

    /// learned · x² of the frozen one, where the squaring counts how often its derivative is asked for.
    struct Counting(std::sync::Arc<Squaring>);

    struct Squaring(std::sync::atomic::AtomicUsize);

    impl unsup_autograd::CustomOp<f64> for Squaring {
        fn name(&self) -> &str {
            "squaring"
        }
        fn shape(
            &self,
            parents: &[unsup_autograd::Shape],
        ) -> Result<unsup_autograd::Shape, String> {
            Ok(parents[0])
        }
        fn value(&self, parents: &[&Matrix<f64>], out: &mut Matrix<f64>) {
            out.as_mut_slice()[0] = parents[0].item().powi(2);
        }
        fn derivative<'t>(
            &self,
            parents: &[Var<'t, f64>],
            _y: Var<'t, f64>,
            g: Var<'t, f64>,
            _parent: usize,
        ) -> Var<'t, f64> {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            g * parents[0] * 2.0
        }
    }

    impl Criterion<f64, Pair<f64>> for Counting {
        fn objects(&self) -> usize {
            1
        }
        fn terms<'t>(&self, model: &Pair<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
            let squared = batch
                .tape
                .custom(self.0.clone(), &[model.frozen.on(batch.tape)]);
            let value = model.learned.on(batch.tape) * squared;
            smallvec![Term {
                name: "product",
                weight: 1.0,
                value
            }]
        }
    }

    #[test]
    fn nothing_is_computed_for_a_frozen_parameter() {
        let one = || Param::new(Matrix::scalar(3.0));
        let mut model = Pair {
            learned: one(),
            frozen: one(),
        };
        let criterion = Counting(std::sync::Arc::new(Squaring(0.into())));
        let asked = || criterion.0.0.load(std::sync::atomic::Ordering::Relaxed);
        model.frozen.set_trainable(false);
        let mut trainer = Trainer::new(0);
        trainer
            .step(&mut model, &criterion, &mut Sgd::new(0.1), &[0])
            .unwrap();
        assert!((model.learned.value().item() - 2.1).abs() < 1e-12);
        assert_eq!((model.frozen.value().item(), asked()), (3.0, 0));
        model.frozen.set_trainable(true);
        trainer
            .step(&mut model, &criterion, &mut Sgd::new(0.1), &[0])
            .unwrap();
        assert!(model.frozen.value().item() < 3.0 && asked() == 1);
    }

    /// A criterion that draws notes what it draws.
    struct Drawing(std::cell::RefCell<Vec<u64>>);

    impl Criterion<f64, Param<f64>> for Drawing {
        fn objects(&self) -> usize {
            2
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
            let criterion = Drawing(Default::default());
            let mut w = Param::new(Matrix::scalar(1.0));
            let settings = Settings {
                epochs: 3,
                batch_size: 1,
                seed,
                ..settings()
            };
            let go_on = |_: &Epoch| ControlFlow::Continue(());
            fit(&mut w, &criterion, &mut Sgd::new(0.1), &settings, go_on).unwrap();
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
}
