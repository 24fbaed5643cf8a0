//! Is a gradient right? Compares what the tape says with finite differences, for any function of matrices.
//!
//! ```
//! use unsup_autograd::{Matrix, check::Check};
//!
//! let x = Matrix::from_rows(&[[0.3, -0.7], [1.1, 0.2]]);
//! let w = Matrix::from_rows(&[[0.5], [-0.4]]);
//! let report = Check::new().run(&[x, w], |inputs| inputs[0].matmul(inputs[1]).tanh()).unwrap();
//! assert!(report.first < 1e-8 && report.second.unwrap() < 1e-6);
//! ```
//!
//! The function may return any shape. It is made one number, φ, by a weighted sum with random weights, so that no entry
//! can hide behind another. Three questions are then asked along random directions v, u over all inputs together:
//!
//! | question | tape | finite differences |
//! |---|---|---|
//! | first order | ⟨∇φ(x), v⟩ by [`Var::backward`] | (φ(x + hv) − φ(x − hv)) / 2h |
//! | second order | ⟨∇ψ(x), v⟩, where ψ(x) = ⟨∇φ(x), u⟩ is recorded by [`Var::grad`] | (ψ(x + hv) − ψ(x − hv)) / 2h |
//! | Taylor | the remainder φ(x + hv) − φ(x) − h ⟨∇φ(x), v⟩ | must fall as h² when h is halved |
//!
//! An error is |tape − numeric| / max(1, |tape|, |numeric|). In `f64` and with h = 10⁻⁵, errors of right rules lie at about
//! 10⁻⁹ (first order) and 10⁻⁸ (second); the bounds are 10⁻⁶ and 10⁻⁵. A failure names the input and the entry that are
//! worst, and both numbers.
//!
//! An error below the bound is not seen: of a function whose derivatives are about 10⁻⁶ nothing is seen at all. Scale it, or ask
//! [`Check::taylor`], which has no bound.
//!
//! Inputs must keep away from kinks (ReLU at 0, ties of a maximum), by more than a few h: there a difference quotient is
//! not the derivative. A custom operation ([`CustomOp`](crate::CustomOp)) is checked like any other.

use crate::{Matrix, Tape, Var};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use std::fmt;

/// The settings of a check; see the [module](self).
#[derive(Clone, Debug)]
pub struct Check {
    order: u32,
    step: f64,
    tolerances: [f64; 2],
    directions: usize,
    seed: u64,
}

/// What a passed check found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Report {
    /// The largest error of the first derivative.
    pub first: f64,
    /// The largest error of the second derivative, where it was asked for.
    pub second: Option<f64>,
}

/// Why a check failed.
#[derive(Clone, PartialEq, Debug)]
pub enum Failure {
    /// The function's value or its derivative at the inputs is infinite or NaN.
    NotFinite {
        /// What is not finite.
        what: &'static str,
    },
    /// A derivative differs from the finite difference.
    Derivative {
        /// 1 or 2.
        order: u32,
        /// Which input.
        input: usize,
        /// Which entry of it, (row, column).
        entry: (usize, usize),
        /// The derivative by that entry as the tape has it.
        tape: f64,
        /// The same by central differences.
        numeric: f64,
        /// Their relative difference.
        error: f64,
        /// How much was allowed.
        tolerance: f64,
    },
    /// The remainder of the first-order Taylor expansion does not fall as h².
    Taylor {
        /// The median power of h with which it falls.
        power: f64,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotFinite { what } => write!(f, "{what} is not finite at these inputs"),
            Failure::Derivative {
                order,
                input,
                entry: (row, column),
                tape,
                numeric,
                error,
                tolerance,
            } => {
                let order = if *order == 1 { "first" } else { "second" };
                write!(
                    f,
                    "{order} derivative by entry ({row}, {column}) of input {input}: the tape says {tape:e}, finite \
                     differences say {numeric:e}; relative error {error:.1e}, allowed {tolerance:.0e}"
                )
            }
            Failure::Taylor { power } => write!(
                f,
                "the remainder of the first-order expansion falls as h^{power:.2}, not as h^2"
            ),
        }
    }
}

impl std::error::Error for Failure {}

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// Both orders, along 3 directions each, h = 10⁻⁵, errors of at most 10⁻⁶ and 10⁻⁵.
    pub fn new() -> Self {
        Self {
            order: 2,
            step: 1e-5,
            tolerances: [1e-6, 1e-5],
            directions: 3,
            seed: 0,
        }
    }

    /// Checks derivatives up to this order.
    ///
    /// # Panics
    /// If `order` is neither 1 nor 2.
    #[track_caller]
    pub fn order(self, order: u32) -> Self {
        assert!(
            (1..=2).contains(&order),
            "check: the order is 1 or 2, got {order}"
        );
        Self { order, ..self }
    }

    /// The step h of the differences, relative to inputs of about 1.
    pub fn step(self, step: f64) -> Self {
        Self { step, ..self }
    }

    /// The largest errors allowed, of the first and of the second derivative.
    pub fn tolerances(self, first: f64, second: f64) -> Self {
        Self {
            tolerances: [first, second],
            ..self
        }
    }

    /// Along how many random directions.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn directions(self, directions: usize) -> Self {
        assert!(directions > 0, "check: needs at least 1 direction");
        Self { directions, ..self }
    }

    /// Where the random weights and directions come from; the same seed gives the same.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Compares the derivatives of `f` at `inputs` with central differences.
    ///
    /// # Errors
    /// The first derivative that differs by more than is allowed, or a value that is not finite.
    ///
    /// # Panics
    /// If there are no inputs, or `f` panics.
    pub fn run<F>(&self, inputs: &[Matrix<f64>], f: F) -> Result<Report, Failure>
    where
        F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    {
        let mut random = self.random(inputs);
        let phi = function(|x| weighted_sum(f(x), self.seed));
        let first = self.compare(1, inputs, &phi, &mut random)?;
        let mut second = None;
        if self.order == 2 {
            let u = direction(inputs, &mut random);
            let psi = function(|x| {
                let mut sum = x[0].tape().filled(1, 1, 0.0);
                for (gradient, u) in phi(x).grad(x).into_iter().zip(&u) {
                    sum = sum + (gradient * x[0].tape().leaf(u.clone())).sum();
                }
                sum
            });
            second = Some(self.compare(2, inputs, &psi, &mut random)?);
        }
        Ok(Report { first, second })
    }

    /// Sees whether the remainder of the first-order expansion falls as h², or faster, for h from 10⁻² down; returns the
    /// median power, or `None` where the function is so nearly linear that all remainders are rounding.
    ///
    /// Needs no tolerance: a wrong gradient leaves a remainder that falls as h.
    ///
    /// # Errors
    /// If the power is below 1.8, or a value is not finite.
    ///
    /// # Panics
    /// If there are no inputs, or `f` panics.
    pub fn taylor<F>(&self, inputs: &[Matrix<f64>], f: F) -> Result<Option<f64>, Failure>
    where
        F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    {
        let mut random = self.random(inputs);
        let phi = function(|x| weighted_sum(f(x), self.seed));
        let mut powers = Vec::new();
        for _ in 0..self.directions {
            let v = direction(inputs, &mut random);
            let (value, gradients) = value_and_gradients(inputs, &phi);
            let slope = inner(&gradients, &v);
            let remainder = |h: f64| (value_at(inputs, &v, h, &phi) - value - h * slope).abs();
            // below a few hundred roundings the remainder is noise, and its power means nothing
            let floor = 500.0 * f64::EPSILON * (1.0 + value.abs() + slope.abs());
            let mut h = 1e-2;
            let mut last = remainder(h);
            for _ in 0..6 {
                h /= 2.0;
                let next = remainder(h);
                if !next.is_finite() || !last.is_finite() {
                    return Err(Failure::NotFinite {
                        what: "the value of the function near by",
                    });
                }
                if next > floor {
                    powers.push((last / next).log2());
                }
                last = next;
            }
        }
        if powers.is_empty() {
            return Ok(None);
        }
        powers.sort_by(f64::total_cmp);
        let power = powers[powers.len() / 2];
        if power >= 1.8 {
            Ok(Some(power))
        } else {
            Err(Failure::Taylor { power })
        }
    }

    #[track_caller]
    fn random(&self, inputs: &[Matrix<f64>]) -> Xoshiro256PlusPlus {
        assert!(!inputs.is_empty(), "check: there are no inputs");
        Xoshiro256PlusPlus::seed_from_u64(self.seed)
    }

    /// The largest error along the directions, or the worst entry where one is too large.
    fn compare(
        &self,
        order: u32,
        inputs: &[Matrix<f64>],
        f: &impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
        random: &mut Xoshiro256PlusPlus,
    ) -> Result<f64, Failure> {
        let tolerance = self.tolerances[order as usize - 1];
        let (value, gradients) = value_and_gradients(inputs, f);
        if !value.is_finite() || !gradients.iter().all(Matrix::is_finite) {
            let what = if order == 1 {
                "the function's value or gradient"
            } else {
                "the second derivative"
            };
            return Err(Failure::NotFinite { what });
        }
        let difference = |v: &[Matrix<f64>]| {
            let h = self.step;
            (value_at(inputs, v, h, f) - value_at(inputs, v, -h, f)) / (2.0 * h)
        };
        let mut worst = 0.0f64;
        for _ in 0..self.directions {
            let v = direction(inputs, random);
            worst = worst.max(relative_error(inner(&gradients, &v), difference(&v)));
        }
        if worst <= tolerance {
            return Ok(worst);
        }
        // which entry is it?
        let mut failure = (f64::NEG_INFINITY, None);
        for input in 0..inputs.len() {
            for row in 0..inputs[input].rows() {
                for column in 0..inputs[input].columns() {
                    let mut v: Vec<_> = inputs.iter().map(|x| x.map(|_| 0.0)).collect();
                    v[input][(row, column)] = 1.0;
                    let (tape, numeric) = (gradients[input][(row, column)], difference(&v));
                    let error = relative_error(tape, numeric);
                    if error > failure.0 {
                        let entry = (row, column);
                        let failed = Failure::Derivative {
                            order,
                            input,
                            entry,
                            tape,
                            numeric,
                            error,
                            tolerance,
                        };
                        failure = (error, Some(failed));
                    }
                }
            }
        }
        Err(failure.1.expect("inputs are never empty"))
    }
}

/// Sets the weights' generator apart from the directions'.
const WEIGHTS: u64 = 0x9e37_79b9_7f4a_7c15;

/// Fixes the type of a closure that serves every tape.
fn function<F>(f: F) -> F
where
    F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
{
    f
}

/// Σ wᵢⱼ yᵢⱼ with random weights of size ½ to 1½ and either sign; the same weights for the same shape.
fn weighted_sum(y: Var<'_, f64>, seed: u64) -> Var<'_, f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed ^ WEIGHTS);
    let weights = Matrix::from_fn(y.shape().rows(), y.shape().columns(), |_, _| {
        let weight: f64 = random.random_range(0.5..1.5);
        if random.random() { weight } else { -weight }
    });
    (y * y.tape().leaf(weights)).sum()
}

/// A direction over all inputs, entries in [−1, 1].
fn direction(inputs: &[Matrix<f64>], random: &mut Xoshiro256PlusPlus) -> Vec<Matrix<f64>> {
    let entry = |_| random.random_range(-1.0..1.0);
    let mut entry = entry;
    inputs.iter().map(|x| x.map(&mut entry)).collect()
}

/// f(x) and its gradients with respect to each input.
fn value_and_gradients(
    inputs: &[Matrix<f64>],
    f: &impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
) -> (f64, Vec<Matrix<f64>>) {
    let tape = Tape::new();
    let x: Vec<_> = inputs.iter().map(|x| tape.leaf(x.clone())).collect();
    let y = f(&x);
    let gradients = y.backward(x.iter().copied());
    let gradients = gradients
        .iter()
        .zip(inputs)
        .map(|(gradient, input)| gradient.cloned().unwrap_or_else(|| input.map(|_| 0.0)))
        .collect();
    (y.item(), gradients)
}

/// f(x + h v)
fn value_at(
    inputs: &[Matrix<f64>],
    v: &[Matrix<f64>],
    h: f64,
    f: &impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
) -> f64 {
    let tape = Tape::new();
    let shifted = |(x, v): (&Matrix<f64>, &Matrix<f64>)| {
        let mut x = x.clone();
        for (x, &v) in x.as_mut_slice().iter_mut().zip(v.as_slice()) {
            *x += h * v;
        }
        tape.leaf(x)
    };
    let x: Vec<_> = inputs.iter().zip(v).map(shifted).collect();
    f(&x).item()
}

/// Σ ⟨aᵢ, bᵢ⟩
fn inner(a: &[Matrix<f64>], b: &[Matrix<f64>]) -> f64 {
    a.iter()
        .zip(b)
        .flat_map(|(a, b)| a.as_slice().iter().zip(b.as_slice()))
        .map(|(a, b)| a * b)
        .sum()
}

/// |a − b| / max(1, |a|, |b|); infinite where one is NaN.
fn relative_error(a: f64, b: f64) -> f64 {
    let error = (a - b).abs() / a.abs().max(b.abs()).max(1.0);
    if error.is_nan() { f64::INFINITY } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CustomOp, Shape};
    use std::sync::Arc;

    /// y = x², with a rule that is wrong in a way of one's choice.
    #[derive(Clone, Copy)]
    enum Square {
        Right,
        /// The entries of row 1 get 1 % too much.
        FirstOrderWrong,
        /// The right number, as a constant: what is differentiated again gives 0.
        SecondOrderWrong,
    }

    impl CustomOp<f64> for Square {
        fn name(&self) -> &str {
            "square"
        }
        fn shape(&self, parents: &[Shape]) -> Result<Shape, String> {
            Ok(parents[0])
        }
        fn value(&self, parents: &[&Matrix<f64>], out: &mut Matrix<f64>) {
            for (y, &x) in out.as_mut_slice().iter_mut().zip(parents[0].as_slice()) {
                *y = x * x;
            }
        }
        fn derivative<'t>(
            &self,
            parents: &[Var<'t, f64>],
            _y: Var<'t, f64>,
            g: Var<'t, f64>,
            _parent: usize,
        ) -> Var<'t, f64> {
            let x = parents[0];
            match self {
                Square::Right => g * x * 2.0,
                Square::FirstOrderWrong => {
                    let factors =
                        Matrix::from_fn(
                            x.shape().rows(),
                            1,
                            |i, _| {
                                if i == 1 { 2.02 } else { 2.0 }
                            },
                        );
                    g * x * g.tape().leaf(factors)
                }
                Square::SecondOrderWrong => g * x.stop_gradient() * 2.0,
            }
        }
    }

    fn inputs() -> [Matrix<f64>; 2] {
        let x = Matrix::from_rows(&[[0.5, 1.0], [2.0, -1.5], [0.3, 0.7]]);
        [x.map(|x| -x), x]
    }

    fn check(rule: Square) -> Result<Report, Failure> {
        Check::new().run(&inputs(), |x| {
            x[0] * x[0].tape().custom(Arc::new(rule), &[x[1]])
        })
    }

    #[test]
    fn a_right_rule_passes_with_small_errors() {
        let report = check(Square::Right).unwrap();
        assert!(
            report.first < 1e-8 && report.second.unwrap() < 1e-7,
            "{report:?}"
        );
    }

    #[test]
    fn a_wrong_first_derivative_is_found_with_its_input_and_entry() {
        match check(Square::FirstOrderWrong).unwrap_err() {
            Failure::Derivative {
                order: 1,
                input: 1,
                entry: (1, _),
                tape,
                numeric,
                ..
            } => assert!((tape / numeric - 1.01).abs() < 1e-6, "{tape} {numeric}"),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_wrong_second_derivative_is_found_where_the_first_is_right() {
        let failure = check(Square::SecondOrderWrong).unwrap_err();
        let of_input_1 = |failure: &Failure| {
            matches!(
                failure,
                Failure::Derivative {
                    order: 2,
                    input: 1,
                    ..
                }
            )
        };
        assert!(of_input_1(&failure), "{failure}");
        let text = failure.to_string();
        assert!(text.starts_with("second derivative by entry ("), "{text}");
        assert!(text.contains("of input 1: the tape says"), "{text}");
        let first_only = Check::new().order(1).run(&inputs(), |x| {
            x[0] * x[0]
                .tape()
                .custom(Arc::new(Square::SecondOrderWrong), &[x[1]])
        });
        assert_eq!(first_only.unwrap().second, None);
    }

    #[test]
    fn the_remainder_tells_a_wrong_gradient_without_a_tolerance() {
        let taylor = |rule: Square| {
            Check::new().taylor(&inputs()[1..], |x| {
                x[0].tape().custom(Arc::new(rule), &[x[0]])
            })
        };
        assert!((taylor(Square::Right).unwrap().unwrap() - 2.0).abs() < 0.05);
        match taylor(Square::FirstOrderWrong).unwrap_err() {
            Failure::Taylor { power } => assert!((0.9..1.8).contains(&power), "{power}"),
            other => panic!("{other}"),
        }
        // of a linear function nothing remains
        assert_eq!(Check::new().taylor(&inputs(), |x| x[0] + x[1]), Ok(None));
    }

    #[test]
    fn a_value_that_is_not_finite_is_said_so() {
        let outcome = Check::new().run(&inputs(), |x| x[1].ln());
        let what = "the function's value or gradient";
        assert_eq!(outcome, Err(Failure::NotFinite { what }));
    }
}
