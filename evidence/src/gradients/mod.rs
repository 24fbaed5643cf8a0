//! Is every derivative right? Each operation, layer, loss, penalty and criterion on random inputs, beside finite
//! differences.
//!
//! | file | holds |
//! |---|---|
//! | `trial` | [`Trial`]: one random case, what it draws and how it is judged |
//! | `operations` | [`Operation`]: every operation of the engine, in every form of broadcasting |
//! | `layers`, `losses`, `penalties` | all of `unsup_nn` |
//! | `autoencoders`, `transfer`, `adversarial`, `kohonen` | the criteria of the methods; the steps of Kohonen's networks |
//!
//! Where a function has a kink (ReLU at 0, |x| at 0, a threshold) values are kept off it by far more than the step of
//! the differences; what holds on the kink itself is decided in the function's documentation and tested there.
//!
//! ```
//! use unsup_evidence::gradients::{Kind, gradient_checks};
//!
//! let checks = gradient_checks();
//! let tanh = checks.iter().find(|check| check.kind() == Kind::Operation && check.name() == "tanh").unwrap();
//! let outcome = tanh.run(10, 0);
//! assert!(outcome.holds() && outcome.first.unwrap() < 1e-8);
//! ```
//!
//! A function of yours is checked like ours, by a [`Trial`]:
//!
//! ```
//! use unsup_evidence::gradients::{GradientCheck, Kind};
//!
//! let check = GradientCheck::new(Kind::Loss, "the fourth power", |trial| {
//!     let x = trial.alike::<2>(-1.0..1.0);
//!     trial.check(&x, |v| (v[0] - v[1]).powf(4.0).mean())
//! });
//! assert!(check.run(20, 0).holds());
//! ```

mod adversarial;
mod autoencoders;
mod kohonen;
mod layers;
mod losses;
mod operations;
mod penalties;
mod transfer;
mod trial;

pub use operations::{Function, Operation, operations};
pub use trial::{Stop, Trial, Tried};

use std::borrow::Cow;
use std::fmt;

/// What is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// An operation of the engine.
    Operation,
    /// A layer, or what one applies.
    Layer,
    /// A loss.
    Loss,
    /// A penalty.
    Penalty,
    /// The criterion of a method, by every parameter.
    Criterion,
    /// A step that is written by hand, which is to be half a step against the tape's gradient.
    Step,
}

impl Kind {
    /// All of them, in the order in which they build on one another.
    pub const ALL: [Self; 6] = [
        Self::Operation,
        Self::Layer,
        Self::Loss,
        Self::Penalty,
        Self::Criterion,
        Self::Step,
    ];

    /// Its name: "operation".
    pub fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Layer => "layer",
            Self::Loss => "loss",
            Self::Penalty => "penalty",
            Self::Criterion => "criterion",
            Self::Step => "step",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a case is tried.
type Try = Box<dyn Fn(&mut Trial) -> Tried + Send + Sync>;

/// A function whose derivatives are checked on random inputs.
pub struct GradientCheck {
    kind: Kind,
    name: Cow<'static, str>,
    methods: &'static [&'static str],
    case: Try,
}

/// What a check came to. The errors are those of [`unsup_autograd::check`], |tape − numeric| / max(1, |tape|,
/// |numeric|).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// How many cases were tried; after one that fails there are no more.
    pub cases: usize,
    /// The largest error of the first derivative; of a step, its largest difference from half a step of the gradient.
    pub first: Option<f64>,
    /// The largest error of the second derivative.
    pub second: Option<f64>,
    /// The least power of h with which the remainder of the first-order expansion falls, where that was looked at and
    /// there was one: 2, or more.
    pub power: Option<f64>,
    /// What is wrong, and with which case.
    pub failure: Option<String>,
}

impl Outcome {
    /// Whether nothing is wrong.
    pub fn holds(&self) -> bool {
        self.failure.is_none()
    }
}

impl GradientCheck {
    /// A check that tries cases by `case`.
    pub fn new(
        kind: Kind,
        name: impl Into<Cow<'static, str>>,
        case: impl Fn(&mut Trial) -> Tried + Send + Sync + 'static,
    ) -> Self {
        Self {
            kind,
            name: name.into(),
            methods: &[],
            case: Box::new(case),
        }
    }

    /// The same, of what these methods, by the names under which they are trained, do at each step.
    fn of(self, methods: &'static [&'static str]) -> Self {
        Self { methods, ..self }
    }

    /// What is checked.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The methods whose criterion or step this is, by the names under which they are trained.
    pub fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    /// Tries so many random cases; the same seed gives the same.
    ///
    /// # Panics
    /// If the function itself panics.
    pub fn run(&self, cases: usize, seed: u64) -> Outcome {
        let mut outcome = Outcome::default();
        // of cases that lie at a kink, others are drawn in their place, but not for ever
        let most = 20 * cases as u64 + 100;
        for draw in 0..most {
            if outcome.cases == cases {
                return outcome;
            }
            let mut trial = Trial::new(seed, &self.name, draw);
            let tried = (self.case)(&mut trial);
            if matches!(tried, Err(Stop::AtAKink)) {
                continue;
            }
            outcome.cases += 1;
            trial.add_to(&mut outcome);
            if let Err(Stop::Failed(what)) = tried {
                outcome.failure = Some(format!("case {} of seed {seed}: {what}", outcome.cases));
                return outcome;
            }
        }
        if outcome.cases < cases {
            let found = outcome.cases;
            outcome.failure = Some(format!(
                "of {most} random inputs only {found} keep off the kinks, expected {cases}"
            ));
        }
        outcome
    }
}

impl fmt::Debug for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GradientCheck({}: {})", self.kind, self.name)
    }
}

/// All checks: of a kind together, the kinds in the order of [`Kind::ALL`], the criteria and steps in that of the
/// lecture.
pub fn gradient_checks() -> Vec<GradientCheck> {
    let mut checks: Vec<GradientCheck> =
        operations().into_iter().map(GradientCheck::from).collect();
    for further in [
        layers::checks(),
        losses::checks(),
        penalties::checks(),
        kohonen::criteria(),
        autoencoders::checks(),
        transfer::checks(),
        adversarial::checks(),
        kohonen::steps(),
    ] {
        checks.extend(further);
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// x², as a rule that is wrong by the factor says.
    fn square(factor: f64) -> GradientCheck {
        GradientCheck::new(Kind::Loss, "square", move |trial| {
            let [x] = trial.alike(0.5..2.0);
            trial.check(&[x], |v| {
                // the second summand has the value 0, and a derivative
                v[0].square() + (v[0] - v[0].stop_gradient()) * factor
            })
        })
    }

    #[test]
    fn a_wrong_derivative_fails_at_its_first_case_and_says_by_how_much() {
        assert!(square(0.0).run(5, 0).holds());
        let outcome = square(0.01).run(5, 0);
        let failure = outcome.failure.as_deref().unwrap();
        assert!(
            failure.starts_with("case 1 of seed 0: first derivative by entry"),
            "{failure}"
        );
        assert_eq!((outcome.cases, outcome.second), (1, None));
        let error = outcome.first.unwrap();
        assert!((1e-3..1e-2).contains(&error), "{error}");
    }

    #[test]
    fn what_is_always_at_a_kink_is_not_taken_for_right() {
        let check = GradientCheck::new(Kind::Loss, "kink", |trial| trial.keep_off(false));
        let outcome = check.run(5, 0);
        assert!(
            outcome
                .failure
                .unwrap()
                .contains("only 0 keep off the kinks")
        );
    }

    #[test]
    fn a_step_that_differs_fails() {
        let check = GradientCheck::new(Kind::Step, "step", |trial| trial.small(1e-3, 1e-13));
        let outcome = check.run(5, 0);
        assert_eq!((outcome.first, outcome.holds()), (Some(1e-3), false));
    }

    #[test]
    fn the_same_seed_gives_the_same_errors_and_another_gives_others() {
        let errors = |seed| square(0.0).run(5, seed).first;
        assert_eq!(errors(1), errors(1));
        assert_ne!(errors(1), errors(2));
    }

    #[test]
    fn all_checks_hold() {
        for check in gradient_checks() {
            assert_eq!(check.run(3, 1).failure, None, "{check:?}");
        }
    }

    #[test]
    fn kinds_come_in_their_order_and_names_are_not_given_twice() {
        let checks = gradient_checks();
        assert!(checks.is_sorted_by_key(GradientCheck::kind));
        let kinds: BTreeSet<Kind> = checks.iter().map(GradientCheck::kind).collect();
        assert_eq!(kinds, Kind::ALL.into());
        let names: BTreeSet<(Kind, &str)> = checks
            .iter()
            .map(|check| (check.kind(), check.name()))
            .collect();
        assert_eq!(names.len(), checks.len());
        let methods = checks.iter().filter(|check| !check.methods().is_empty());
        assert!(methods.clone().all(|check| check.kind() >= Kind::Criterion));
    }
}
