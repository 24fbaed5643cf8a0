//! One random case of a check: what it draws, and how it is judged.

use super::Outcome;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use std::ops::Range;
use unsup_autograd::check::{Check, Failure};
use unsup_autograd::random::{generator, uniform_below};
use unsup_autograd::{Matrix, Tape, Var};
use unsup_nn::train::{Batch, Criterion};
use unsup_nn::{Module, Path};

/// Why a case ends before its end.
#[derive(Clone, PartialEq, Debug)]
pub enum Stop {
    /// What was drawn lies at a kink, where a difference quotient is not the derivative: another case is drawn.
    AtAKink,
    /// Something is wrong.
    Failed(String),
}

/// How a case went.
pub type Tried = Result<(), Stop>;

/// One random case: a source of random inputs, and a judge of derivatives at them.
pub struct Trial {
    random: Xoshiro256PlusPlus,
    /// Of the directions of the differences.
    seed: u64,
    first: Option<f64>,
    second: Option<f64>,
    power: Option<f64>,
}

/// What is drawn.
impl Trial {
    /// The case number `draw` of the check of a name, under a seed; [`GradientCheck::run`](super::GradientCheck::run)
    /// makes as many as it tries.
    pub fn new(seed: u64, name: &str, draw: u64) -> Self {
        let mut random = generator(seed, name, draw);
        Self {
            seed: random.random(),
            random,
            first: None,
            second: None,
            power: None,
        }
    }

    /// A whole number.
    pub fn whole(&mut self, range: Range<usize>) -> usize {
        range.start + uniform_below(range.len(), &mut self.random)
    }

    /// So many whole numbers.
    pub fn wholes(&mut self, count: usize, range: Range<usize>) -> Vec<usize> {
        (0..count).map(|_| self.whole(range.clone())).collect()
    }

    /// A number.
    pub fn number(&mut self, range: Range<f64>) -> f64 {
        self.random.random_range(range)
    }

    /// Yes or no.
    pub fn flag(&mut self) -> bool {
        self.random.random()
    }

    /// One of several.
    pub fn one_of<C: Copy>(&mut self, choices: &[C]) -> C {
        choices[self.whole(0..choices.len())]
    }

    /// The side of a matrix, 1 to 4.
    pub fn side(&mut self) -> usize {
        self.whole(1..5)
    }

    /// The widths of layers, each 1 to 3; how many lies in the range.
    pub fn widths(&mut self, count: Range<usize>) -> Vec<usize> {
        let count = self.whole(count);
        self.wholes(count, 1..4)
    }

    /// A matrix with entries in the range.
    pub fn matrix(&mut self, rows: usize, columns: usize, range: Range<f64>) -> Matrix<f64> {
        Matrix::from_fn(rows, columns, |_, _| self.number(range.clone()))
    }

    /// `N` matrices of one random shape, with entries in the range.
    pub fn alike<const N: usize>(&mut self, range: Range<f64>) -> [Matrix<f64>; N] {
        let (rows, columns) = (self.side(), self.side());
        std::array::from_fn(|_| self.matrix(rows, columns, range.clone()))
    }

    /// A matrix with entries in the range, all of one sign: on either side of a corner at 0.
    pub fn of_one_sign(&mut self, range: Range<f64>) -> Matrix<f64> {
        let sign = if self.flag() { -1.0 } else { 1.0 };
        let [x] = self.alike(range);
        x.map(|x| sign * x)
    }
}

/// How it is judged.
impl Trial {
    /// Goes on only where what was drawn keeps off the kinks.
    ///
    /// # Errors
    /// If it does not.
    pub fn keep_off(&self, clear: bool) -> Tried {
        if clear { Ok(()) } else { Err(Stop::AtAKink) }
    }

    /// Checks both derivatives of `f` by all inputs, as [`Check::run`] does.
    ///
    /// # Errors
    /// If one differs from the finite differences.
    pub fn check<F>(&mut self, inputs: &[Matrix<f64>], f: F) -> Tried
    where
        F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    {
        let report = Check::new().seed(self.seed).run(inputs, f);
        let report = report.map_err(|failure| self.failed(&failure))?;
        self.first = largest(self.first, Some(report.first));
        self.second = largest(self.second, report.second);
        Ok(())
    }

    /// Sees whether the remainder of the expansion of `f` falls as h², along one direction, as [`Check::taylor`] does.
    ///
    /// # Errors
    /// If it does not.
    pub fn check_remainder<F>(&mut self, inputs: &[Matrix<f64>], f: F) -> Tried
    where
        F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    {
        let power = Check::new().seed(self.seed).directions(1).taylor(inputs, f);
        let power = power.map_err(|failure| self.failed(&failure))?;
        self.power = least(self.power, power);
        Ok(())
    }

    /// Checks both derivatives of `f`, which reads the parameters of `module`, by every one of them and by the further
    /// inputs. They are moved a little first: biases start at 0, which would hide what multiplies them.
    ///
    /// # Errors
    /// If one differs from the finite differences.
    pub fn check_module<F>(
        &mut self,
        module: &dyn Module<f64>,
        inputs: &[Matrix<f64>],
        f: F,
    ) -> Tried
    where
        F: for<'t> Fn(&'t Tape<f64>, &[Var<'t, f64>]) -> Var<'t, f64>,
    {
        let (mut keys, mut values) = (Vec::new(), inputs.to_vec());
        module.visit(Path::ROOT, &mut |_, param| {
            keys.push(param.key());
            values.push(shifted(param.value(), keys.len()));
        });
        self.check(&values, |values| {
            let (inputs, parameters) = values.split_at(inputs.len());
            let tape = values[0].tape();
            for (&key, &parameter) in keys.iter().zip(parameters) {
                tape.bind_parameter(key, parameter);
            }
            f(tape, inputs)
        })
    }

    /// Checks both derivatives of a criterion's weighted sum by every parameter of the model; what it draws is held by
    /// the step.
    ///
    /// # Errors
    /// If one differs from the finite differences.
    pub fn check_criterion<M: Module<f64>>(
        &mut self,
        model: &M,
        criterion: &impl Criterion<f64, M>,
    ) -> Tried {
        let rows: Vec<usize> = (0..criterion.objects()).collect();
        self.check_module(model, &[], |tape, _| {
            let terms = criterion.terms(model, &Batch::new(tape, &rows, 0, 0));
            let weighted = terms.iter().map(|term| term.value * term.weight);
            weighted.fold(tape.filled(1, 1, 0.0), |sum, term| sum + term)
        })
    }

    /// Sees whether a difference that should be rounding is at most `bound`.
    ///
    /// # Errors
    /// If it is not.
    pub fn small(&mut self, difference: f64, bound: f64) -> Tried {
        self.first = largest(self.first, Some(difference));
        if difference <= bound {
            return Ok(());
        }
        Err(Stop::Failed(format!(
            "the difference is {difference:.1e}, allowed {bound:.0e}"
        )))
    }

    /// What a failure says, its error kept.
    fn failed(&mut self, failure: &Failure) -> Stop {
        match *failure {
            Failure::Derivative {
                order: 1, error, ..
            } => self.first = largest(self.first, Some(error)),
            Failure::Derivative { error, .. } => self.second = largest(self.second, Some(error)),
            Failure::Taylor { power } => self.power = least(self.power, Some(power)),
            Failure::NotFinite { .. } => {}
        }
        Stop::Failed(failure.to_string())
    }

    /// Adds what the case came to.
    pub(super) fn add_to(&self, outcome: &mut Outcome) {
        outcome.first = largest(outcome.first, self.first);
        outcome.second = largest(outcome.second, self.second);
        outcome.power = least(outcome.power, self.power);
    }
}

/// The module with the values of its parameters at which [`Trial::check_module`] checks it, to see where these are.
pub(super) fn nudged<M: Module<f64> + Clone>(module: &M) -> M {
    let (mut nudged, mut place) = (module.clone(), 0);
    nudged.visit_mut(Path::ROOT, &mut |_, param| {
        place += 1;
        let value = shifted(param.value(), place);
        param.set(value);
    });
    nudged
}

/// What the parameter number `place` (from 1) of a module is checked at: biases start at 0, which would hide what
/// multiplies them.
fn shifted(value: &Matrix<f64>, place: usize) -> Matrix<f64> {
    value.map(|x: f64| x + 0.05 + 0.01 * place as f64)
}

fn largest(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::max)
}

fn least(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::min)
}
