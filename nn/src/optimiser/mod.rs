//! Optimisers: how a gradient changes a parameter.
//!
//! A [`Rule`] is a formula for one parameter ([`Sgd`], [`Adagrad`], [`RmsProp`], [`Adam`], [`AdamW`], or yours); the [`Optimiser`] applies
//! it to all trainable parameters of a module and keeps what the rule remembers of each. It also measures the gradient, clips it,
//! and gives groups of parameters rates of their own. A [`Schedule`] changes the rate over a run.

mod rules;
mod schedule;

pub use rules::{Adagrad, Adam, AdamW, RmsProp, Sgd};
pub use schedule::Schedule;

use crate::{Module, Path};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::fmt;
use unsup_autograd::profile::{self, Work};
use unsup_autograd::{Gradients, Matrix, Real};

/// A formula by which a gradient changes a parameter.
///
/// Its `Debug` text, which shows its settings, stands in checkpoints: a run is resumed under the rule that it began with.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::optimiser::{Optimiser, Rule, Turn};
///
/// /// θ ← θ − η sign g
/// #[derive(Debug)]
/// struct SignDescent { rate: f64 }
///
/// impl Rule<f64> for SignDescent {
///     fn slots(&self) -> usize { 0 }
///     fn update(&self, turn: Turn, g: &[f64], _: &mut [Matrix<f64>], theta: &mut [f64]) {
///         for (theta, g) in theta.iter_mut().zip(g) {
///             *theta -= self.rate * turn.factor * g.signum();
///         }
///     }
/// }
///
/// let optimiser = Optimiser::new(SignDescent { rate: 0.01 });
/// # let _: Optimiser<f64> = optimiser;
/// ```
pub trait Rule<T: Real>: fmt::Debug + Send {
    /// How many matrices of a parameter's shape it remembers of each parameter; they begin at 0.
    fn slots(&self) -> usize;

    /// Changes a parameter by its gradient; `slots` are what it remembers of this parameter. The entries lie in the same order
    /// everywhere.
    fn update(&self, turn: Turn, gradient: &[T], slots: &mut [Matrix<T>], parameter: &mut [T]);
}

/// Which update of a parameter this is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Turn {
    /// How often the parameter has been updated, this time included: from 1.
    pub t: u64,
    /// By what the rule multiplies its learning rate: the schedule's factor times the group's.
    pub factor: f64,
}

/// Why a step was not taken. Nothing has been changed then.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StepError {
    /// A trainable parameter got no gradient: it would silently stay untrained.
    NoGradient {
        /// Its name.
        name: String,
    },
    /// A tape still shares the parameter: it has to be cleared before the step.
    Shared {
        /// Its name.
        name: String,
    },
    /// The gradient of a parameter holds an infinity or NaN.
    NotFinite {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StepError::NoGradient { name } => write!(
                f,
                "parameter {name} got no gradient: the loss does not depend on it (freeze it if that is meant)"
            ),
            StepError::Shared { name } => write!(
                f,
                "parameter {name} is still on a tape: clear the tape before the step"
            ),
            StepError::NotFinite { name } => {
                write!(f, "the gradient of parameter {name} is not finite")
            }
        }
    }
}

impl std::error::Error for StepError {}

/// The size of a step's gradient, as it came and before it was clipped.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GradientNorm {
    /// √ Σ g² over all trainable parameters.
    pub total: f64,
    /// The largest √ Σ g² of one of them.
    pub largest: f64,
    /// The key of that parameter.
    pub key: u64,
}

/// Applies a [`Rule`] to the trainable parameters of a module.
///
/// ```
/// use unsup_nn::optimiser::{Adam, Optimiser};
///
/// let optimiser: Optimiser<f32> = Optimiser::new(Adam::new(1e-3))
///     .clip_norm(5.0)
///     .group("encoder", 0.1); // the encoder learns at a tenth of the rate
/// ```
#[derive(Debug)]
pub struct Optimiser<T: Real> {
    rule: Box<dyn Rule<T>>,
    clip_norm: Option<f64>,
    clip_value: Option<f64>,
    groups: Vec<(String, f64)>,
    rate_factor: f64,
    states: HashMap<u64, State<T>>,
}

/// What is remembered of a parameter.
#[derive(Debug)]
pub(crate) struct State<T: Real> {
    /// How often it has been updated.
    pub(crate) t: u64,
    /// The rule's.
    pub(crate) slots: SmallVec<[Matrix<T>; 2]>,
    /// Its group's factor, once it has been looked for.
    group: Option<f64>,
}

impl<T: Real> Optimiser<T> {
    /// With this rule for every parameter, no clipping.
    pub fn new(rule: impl Rule<T> + 'static) -> Self {
        Self {
            rule: Box::new(rule),
            clip_norm: None,
            clip_value: None,
            groups: Vec::new(),
            rate_factor: 1.0,
            states: HashMap::new(),
        }
    }

    /// Where √ Σ g² over all trainable parameters is above `largest`, the gradient is scaled down to that: Pascanu, Mikolov, Bengio (2013),
    /// "On the difficulty of training recurrent neural networks", algorithm 1.
    ///
    /// # Panics
    /// If `largest` is not a number above 0.
    #[track_caller]
    pub fn clip_norm(self, largest: f64) -> Self {
        check_limit("clip_norm", largest);
        Self {
            clip_norm: Some(largest),
            ..self
        }
    }

    /// Every entry of a gradient is held within ±`largest`, before its norm is clipped.
    ///
    /// # Panics
    /// If `largest` is not a number above 0.
    #[track_caller]
    pub fn clip_value(self, largest: f64) -> Self {
        check_limit("clip_value", largest);
        Self {
            clip_value: Some(largest),
            ..self
        }
    }

    /// The parameters below `prefix` (see [`Module::freeze`]) learn at `factor` times the rate; of several groups that a parameter
    /// lies in the last one counts.
    ///
    /// # Panics
    /// If the factor is negative, infinite or NaN.
    #[track_caller]
    pub fn group(mut self, prefix: &str, factor: f64) -> Self {
        check_rate("group", factor);
        self.groups.push((prefix.to_owned(), factor));
        // of parameters that have been updated already, too
        self.states
            .values_mut()
            .for_each(|state| state.group = None);
        self
    }

    /// Multiplies the learning rate that the rule was made with; schedules call it.
    pub fn set_rate_factor(&mut self, factor: f64) {
        self.rate_factor = factor;
    }

    /// One step for all trainable parameters of a module. Clipping changes `gradients`.
    ///
    /// # Errors
    /// If one of them has no gradient, or one that is not finite, or is still on a tape; nothing is changed then.
    pub fn step(
        &mut self,
        module: &mut dyn Module<T>,
        gradients: &mut Gradients<T>,
    ) -> Result<GradientNorm, StepError> {
        let norm = self.measure(module, gradients)?;
        self.clip(module, gradients, norm.total);
        module.visit_mut(Path::ROOT, &mut |path, param| {
            let key = param.key();
            if let (true, Some(gradient)) = (param.trainable(), gradients.parameter(key)) {
                let parameter = param.value_mut().expect("seen when it was measured");
                self.update(path, key, gradient, parameter);
            }
        });
        Ok(norm)
    }

    /// The gradient's size, if all is there for a step.
    fn measure(
        &self,
        module: &mut dyn Module<T>,
        gradients: &Gradients<T>,
    ) -> Result<GradientNorm, StepError> {
        let (mut total, mut largest, mut largest_key) = (0.0f64, 0.0f64, 0);
        let mut error = None;
        module.visit_mut(Path::ROOT, &mut |path, param| {
            if error.is_some() || !param.trainable() {
                return;
            }
            let name = || path.to_string();
            let Some(gradient) = gradients.parameter(param.key()) else {
                error = Some(StepError::NoGradient { name: name() });
                return;
            };
            let bytes = size_of_val(gradient.as_slice());
            let norm = profile::measured(|| ("norm", Work::of_bytes(bytes)), || gradient.norm());
            if !norm.is_finite() {
                error = Some(StepError::NotFinite { name: name() });
            } else if param.value_mut().is_none() {
                error = Some(StepError::Shared { name: name() });
            }
            total = total.hypot(norm);
            if norm >= largest {
                (largest, largest_key) = (norm, param.key());
            }
        });
        match error {
            Some(error) => Err(error),
            None => Ok(GradientNorm {
                total,
                largest,
                key: largest_key,
            }),
        }
    }

    fn clip(&self, module: &dyn Module<T>, gradients: &mut Gradients<T>, norm: f64) {
        let mut norm = norm;
        if let Some(limit) = self.clip_value {
            norm = 0.0;
            let limit = T::from_f64(limit);
            for_each_gradient(module, gradients, |gradient| {
                for g in gradient.as_mut_slice() {
                    *g = if *g > limit {
                        limit
                    } else if *g < -limit {
                        -limit
                    } else {
                        *g
                    };
                }
                norm = norm.hypot(gradient.norm());
            });
        }
        if let Some(limit) = self.clip_norm
            && norm > limit
        {
            let factor = T::from_f64(limit / norm);
            for_each_gradient(module, gradients, |gradient| {
                gradient
                    .as_mut_slice()
                    .iter_mut()
                    .for_each(|g| *g *= factor);
            });
        }
    }

    fn update(
        &mut self,
        path: Path<'_>,
        key: u64,
        gradient: &Matrix<T>,
        parameter: &mut Matrix<T>,
    ) {
        let (rule, groups) = (&self.rule, &self.groups);
        let state = self.states.entry(key).or_insert_with(|| State {
            t: 0,
            slots: (0..rule.slots())
                .map(|_| parameter.map(|_| T::ZERO))
                .collect(),
            group: None,
        });
        state.t += 1;
        let group = *state
            .group
            .get_or_insert_with(|| group_factor(groups, path));
        let turn = Turn {
            t: state.t,
            factor: self.rate_factor * group,
        };
        let (gradient, parameter) = (gradient.as_slice(), parameter.as_mut_slice());
        // the gradient is read, the rest read and written
        let bytes = (3 + 2 * state.slots.len()) * size_of_val(gradient);
        profile::measured(
            || ("update", Work::of_bytes(bytes)),
            || {
                rule.update(turn, gradient, &mut state.slots, parameter);
            },
        );
    }
}

/// What checkpoints hold of an optimiser.
#[cfg(feature = "saving")]
impl<T: Real> Optimiser<T> {
    /// Its settings as text: two optimisers of one text do the same.
    pub(crate) fn settings(&self) -> String {
        format!(
            "{:?}, clip_norm {:?}, clip_value {:?}, groups {:?}",
            self.rule, self.clip_norm, self.clip_value, self.groups
        )
    }

    /// How many matrices the rule remembers of each parameter.
    pub(crate) fn slots(&self) -> usize {
        self.rule.slots()
    }

    /// What it remembers of the parameter `key`; `None` before its first update.
    pub(crate) fn state(&self, key: u64) -> Option<&State<T>> {
        self.states.get(&key)
    }

    /// Puts back what was remembered of the parameter `key`.
    pub(crate) fn restore(&mut self, key: u64, t: u64, slots: SmallVec<[Matrix<T>; 2]>) {
        let group = None;
        self.states.insert(key, State { t, slots, group });
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        self.states.clear();
    }
}

/// The factor of the last group in which a parameter lies; 1 if it is in none.
fn group_factor(groups: &[(String, f64)], path: Path<'_>) -> f64 {
    let mut of_this = groups
        .iter()
        .rev()
        .filter(|(prefix, _)| path.is_below(prefix));
    of_this.next().map_or(1.0, |&(_, factor)| factor)
}

/// Shows the gradient of each trainable parameter to `change`.
fn for_each_gradient<T: Real>(
    module: &dyn Module<T>,
    gradients: &mut Gradients<T>,
    mut change: impl FnMut(&mut Matrix<T>),
) {
    module.visit(Path::ROOT, &mut |_, param| {
        if param.trainable()
            && let Some(gradient) = gradients.parameter_mut(param.key())
        {
            change(gradient);
        }
    });
}

#[track_caller]
fn check_rate(name: &str, rate: f64) {
    assert!(
        rate.is_finite() && rate >= 0.0,
        "{name}: the learning rate is {rate}, expected a finite number of at least 0"
    );
}

#[track_caller]
fn check_limit(name: &str, limit: f64) {
    assert!(
        limit > 0.0,
        "{name}: the limit is {limit}, expected a number above 0"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;
    use unsup_autograd::Tape;

    struct Two<T: Real> {
        used: Param<T>,
        unused: Param<T>,
    }
    crate::module!(Two { used, unused });

    fn two() -> Two<f64> {
        Two {
            used: Param::new(Matrix::scalar(1.0)),
            unused: Param::new(Matrix::scalar(1.0)),
        }
    }

    impl Two<f64> {
        fn values(&self) -> (f64, f64) {
            (self.used.value().item(), self.unused.value().item())
        }

        /// The gradients of a · used + b · unused.
        fn gradients(&self, a: f64, b: f64) -> Gradients<f64> {
            let tape = Tape::new();
            let (x, y) = (self.used.on(&tape), self.unused.on(&tape));
            (x * a + y * b).backward([x, y])
        }
    }

    #[test]
    fn the_rate_s_factor_scales_the_step() {
        let step_of = |mut optimiser: Optimiser<f64>, factor| {
            let mut model = two();
            optimiser.set_rate_factor(factor);
            let mut gradients = model.gradients(0.5, 0.5);
            optimiser.step(&mut model, &mut gradients).unwrap();
            1.0 - model.values().0
        };
        let sgd = || Optimiser::new(Sgd::new(0.1));
        let adam = || Optimiser::new(Adam::new(0.1));
        assert!((step_of(sgd(), 1.0) - 0.05).abs() < 1e-12);
        assert!((step_of(sgd(), 0.5) - 0.025).abs() < 1e-12);
        // Adam's first step is the rate itself, whatever the gradient
        assert!((step_of(adam(), 1.0) - 0.1).abs() < 1e-6);
        assert!((step_of(adam(), 0.5) - 0.05).abs() < 1e-6);
    }

    #[test]
    fn groups_have_rates_of_their_own_and_the_last_one_counts() {
        let step = |optimiser: Optimiser<f64>| {
            let (mut model, mut optimiser) = (two(), optimiser);
            let mut gradients = model.gradients(1.0, 1.0);
            optimiser.step(&mut model, &mut gradients).unwrap();
            let (a, b) = model.values();
            (1.0 - a, 1.0 - b)
        };
        let sgd = || Optimiser::new(Sgd::new(0.5));
        assert_eq!(step(sgd().group("unused", 0.25)), (0.5, 0.125));
        assert_eq!(
            step(sgd().group("", 0.5).group("used", 0.25)),
            (0.125, 0.25)
        );
        // and a group that is named between two steps counts from then on
        let (mut model, mut optimiser) = (two(), sgd());
        for expected in [(0.5, 0.5), (0.0, 0.5)] {
            let mut gradients = model.gradients(1.0, 1.0);
            optimiser.step(&mut model, &mut gradients).unwrap();
            assert_eq!(model.values(), expected);
            optimiser = optimiser.group("unused", 0.0);
        }
    }

    #[test]
    fn gradients_are_measured_and_clipped() {
        let step = |optimiser: Optimiser<f64>| {
            let (mut model, mut optimiser) = (two(), optimiser);
            let mut gradients = model.gradients(3.0, -4.0);
            let norm = optimiser.step(&mut model, &mut gradients).unwrap();
            assert_eq!(
                (norm.total, norm.largest, norm.key),
                (5.0, 4.0, model.unused.key())
            );
            let (a, b) = model.values();
            (1.0 - a, 1.0 - b)
        };
        let near = |(a, b): (f64, f64), (x, y): (f64, f64)| {
            assert!((a - x).abs() < 1e-12 && (b - y).abs() < 1e-12, "{a} {b}");
        };
        let sgd = || Optimiser::new(Sgd::new(1.0));
        near(step(sgd()), (3.0, -4.0));
        near(step(sgd().clip_norm(1.0)), (0.6, -0.8));
        near(step(sgd().clip_norm(10.0)), (3.0, -4.0));
        near(step(sgd().clip_value(3.5)), (3.0, -3.5));
        // by value first: (3, −3), whose norm is then 1
        let half = 0.5f64.sqrt();
        near(step(sgd().clip_value(3.0).clip_norm(1.0)), (half, -half));
    }

    #[test]
    fn one_buffer_that_is_two_parameters_gradient_is_scaled_once_for_each() {
        // the sum hands one and the same gradient to both
        let mut model = two();
        let tape = Tape::new();
        let (x, y) = (model.used.on(&tape), model.unused.on(&tape));
        let mut gradients = ((x + y) * 8.0).backward([x, y]);
        drop(tape);
        let mut optimiser = Optimiser::new(Sgd::new(1.0)).clip_norm(2f64.sqrt());
        optimiser.step(&mut model, &mut gradients).unwrap();
        let (a, b) = model.values();
        assert!(a.abs() < 1e-12 && b.abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn a_parameter_without_gradient_is_named_and_nothing_is_changed() {
        let mut model = two();
        let mut tape = Tape::new();
        let mut gradients = model
            .used
            .on(&tape)
            .square()
            .backward([model.used.on(&tape)]);
        tape.clear();
        let mut optimiser = Optimiser::new(Sgd::new(0.1));
        let error = optimiser.step(&mut model, &mut gradients).unwrap_err();
        let name = "unused".to_owned();
        assert_eq!(error, StepError::NoGradient { name });
        assert_eq!(model.values(), (1.0, 1.0));
        model.unused.set_trainable(false);
        optimiser.step(&mut model, &mut gradients).unwrap();
        assert_eq!(model.values(), (0.8, 1.0));
    }

    #[test]
    fn a_gradient_that_is_not_finite_is_named_and_nothing_is_changed() {
        let mut model = two();
        for bad in [f64::NAN, f64::INFINITY] {
            let mut gradients = model.gradients(1.0, bad);
            let error = Optimiser::new(Adam::new(0.1)).step(&mut model, &mut gradients);
            let name = "unused".to_owned();
            assert_eq!(error, Err(StepError::NotFinite { name }));
            assert_eq!(model.values(), (1.0, 1.0));
        }
    }

    #[test]
    fn a_frozen_parameter_stays_though_it_has_a_gradient() {
        let mut model = two();
        model.used.set_trainable(false);
        let mut gradients = model.gradients(1.0, 1.0);
        let mut optimiser = Optimiser::new(Sgd::new(0.1));
        optimiser.step(&mut model, &mut gradients).unwrap();
        assert_eq!(model.values(), (1.0, 0.9));
    }

    #[test]
    fn a_parameter_that_is_unfrozen_later_begins_its_own_count() {
        // Adam's first step is the rate itself: for a parameter whose first it is, whatever the others' count
        let mut model = two();
        model.unused.set_trainable(false);
        let mut optimiser = Optimiser::new(Adam::new(0.1));
        for _ in 0..10 {
            let mut gradients = model.gradients(1.0, 1.0);
            optimiser.step(&mut model, &mut gradients).unwrap();
        }
        model.unused.set_trainable(true);
        let mut gradients = model.gradients(1.0, 0.001);
        optimiser.step(&mut model, &mut gradients).unwrap();
        assert!(
            (model.values().1 - 0.9).abs() < 1e-5,
            "{}",
            model.values().1
        );
    }

    #[test]
    fn a_parameter_that_is_still_on_a_tape_is_named() {
        let mut model = two();
        let tape = Tape::new();
        let (a, b) = (model.used.on(&tape), model.unused.on(&tape));
        let mut gradients = (a * b).backward([a, b]);
        let mut optimiser = Optimiser::new(Sgd::new(0.1));
        let error = optimiser.step(&mut model, &mut gradients).unwrap_err();
        let name = "used".to_owned();
        assert_eq!(error, StepError::Shared { name });
    }
}
