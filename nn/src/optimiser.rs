//! Optimisers: how a gradient changes a parameter.

use crate::{Module, Path};
use std::collections::HashMap;
use std::fmt;
use unsup_autograd::{Gradients, Matrix, Real, vectorised};

/// Why a step was not taken. Nothing has been changed then.
#[derive(Clone, PartialEq, Eq, Debug)]
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
        }
    }
}

impl std::error::Error for StepError {}

/// Changes parameters by their gradients.
pub trait Optimiser<T: Real> {
    /// A new step begins.
    fn begin_step(&mut self);

    /// Changes one parameter by its gradient, which has its shape.
    fn update(&mut self, key: u64, parameter: &mut Matrix<T>, gradient: &Matrix<T>);

    /// Multiplies the learning rate that the optimiser was made with; schedules call it.
    fn set_rate_factor(&mut self, factor: f64);

    /// One step for all trainable parameters of a module.
    ///
    /// # Errors
    /// If one of them has no gradient or is still on a tape; nothing is changed then.
    fn step(
        &mut self,
        module: &mut dyn Module<T>,
        gradients: &Gradients<T>,
    ) -> Result<(), StepError> {
        let mut error = None;
        module.visit_mut(Path::ROOT, &mut |path, param| {
            if error.is_some() || !param.trainable() {
                return;
            }
            if gradients.parameter(param.key()).is_none() {
                let name = path.to_string();
                error = Some(StepError::NoGradient { name });
            } else if param.value_mut().is_none() {
                let name = path.to_string();
                error = Some(StepError::Shared { name });
            }
        });
        if let Some(error) = error {
            return Err(error);
        }
        self.begin_step();
        module.visit_mut(Path::ROOT, &mut |_, param| {
            let key = param.key();
            if let (true, Some(gradient)) = (param.trainable(), gradients.parameter(key)) {
                let parameter = param.value_mut().expect("seen above");
                self.update(key, parameter, gradient);
            }
        });
        Ok(())
    }
}

/// Stochastic gradient descent: θ ← θ − η g.
#[derive(Clone, Debug)]
pub struct Sgd {
    rate: f64,
    factor: f64,
}

impl Sgd {
    /// With the learning rate η.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        check_rate("sgd", rate);
        Self { rate, factor: 1.0 }
    }
}

impl<T: Real> Optimiser<T> for Sgd {
    fn begin_step(&mut self) {}

    fn update(&mut self, _key: u64, parameter: &mut Matrix<T>, gradient: &Matrix<T>) {
        let rate = T::from_f64(self.rate * self.factor);
        descend(rate, gradient.as_slice(), parameter.as_mut_slice());
    }

    fn set_rate_factor(&mut self, factor: f64) {
        self.factor = factor;
    }
}

/// Adam: Kingma, Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.
///
/// With the moments m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g², corrected for their start at 0,
/// θ ← θ − η m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
#[derive(Clone, Debug)]
pub struct Adam<T: Real> {
    rate: f64,
    factor: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    t: i32,
    moments: HashMap<u64, Moments<T>>,
}

#[derive(Clone, Debug)]
struct Moments<T: Real> {
    m: Matrix<T>,
    v: Matrix<T>,
}

impl<T: Real> Adam<T> {
    /// With the learning rate η and the paper's β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        check_rate("adam", rate);
        Self {
            rate,
            factor: 1.0,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            t: 0,
            moments: HashMap::new(),
        }
    }

    /// With other decay rates of the moments, each in \[0, 1).
    ///
    /// # Panics
    /// If one is not.
    #[track_caller]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        let decays = |beta: f64| (0.0..1.0).contains(&beta);
        assert!(
            decays(beta1) && decays(beta2),
            "adam: β₁ and β₂ lie in [0, 1), got {beta1} and {beta2}"
        );
        Self {
            beta1,
            beta2,
            ..self
        }
    }
}

impl<T: Real> Optimiser<T> for Adam<T> {
    fn begin_step(&mut self) {
        self.t = self.t.saturating_add(1);
    }

    fn update(&mut self, key: u64, parameter: &mut Matrix<T>, gradient: &Matrix<T>) {
        let moments = self.moments.entry(key).or_insert_with(|| {
            let zeros = || parameter.map(|_| T::ZERO);
            Moments {
                m: zeros(),
                v: zeros(),
            }
        });
        // η m̂ / (√v̂ + ε) with the corrections taken out of the loop
        let rate = self.rate * self.factor / (1.0 - self.beta1.powi(self.t));
        let correction = 1.0 / (1.0 - self.beta2.powi(self.t)).sqrt();
        let constants = AdamConstants {
            beta1: T::from_f64(self.beta1),
            beta2: T::from_f64(self.beta2),
            rate: T::from_f64(rate),
            correction: T::from_f64(correction),
            epsilon: T::from_f64(self.epsilon),
        };
        adam(
            constants,
            gradient.as_slice(),
            moments.m.as_mut_slice(),
            moments.v.as_mut_slice(),
            parameter.as_mut_slice(),
        );
    }

    fn set_rate_factor(&mut self, factor: f64) {
        self.factor = factor;
    }
}

#[track_caller]
fn check_rate(name: &str, rate: f64) {
    assert!(
        rate.is_finite() && rate >= 0.0,
        "{name}: the learning rate is {rate}, expected a finite number of at least 0"
    );
}

#[derive(Clone, Copy)]
struct AdamConstants<T> {
    beta1: T,
    beta2: T,
    rate: T,
    correction: T,
    epsilon: T,
}

vectorised! {
    /// θ ← θ − η g
    fn descend[T: Real](rate: T, g: &[T], theta: &mut [T]) {
        for (theta, &g) in theta.iter_mut().zip(g) {
            *theta -= rate * g;
        }
    }

    /// The four lines of the algorithm, in one pass over memory.
    fn adam[T: Real](constants: AdamConstants<T>, g: &[T], m: &mut [T], v: &mut [T], theta: &mut [T]) {
        let AdamConstants { beta1, beta2, rate, correction, epsilon } = constants;
        for (((theta, &g), m), v) in theta.iter_mut().zip(g).zip(m).zip(v) {
            *m = beta1 * *m + (T::ONE - beta1) * g;
            *v = beta2 * *v + (T::ONE - beta2) * (g * g);
            *theta -= rate * *m / (v.sqrt() * correction + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;
    use unsup_autograd::Tape;

    /// The gradients of the sequence 1, −2, 0.5, 0, 3 as those of g · θ.
    fn follow(optimiser: &mut impl Optimiser<f64>) -> Vec<f64> {
        let mut param = Param::new(Matrix::scalar(1.0));
        let mut tape = Tape::new();
        let step = |g: f64| {
            let theta = param.on(&tape);
            let gradients = (theta * g).backward([theta]);
            tape.clear();
            optimiser.step(&mut param, &gradients).unwrap();
            param.value().item()
        };
        [1.0, -2.0, 0.5, 0.0, 3.0].map(step).to_vec()
    }

    #[test]
    fn sgd_is_its_formula() {
        let path = follow(&mut Sgd::new(0.1));
        for (path, expected) in path.iter().zip([0.9, 1.1, 1.05, 1.05, 0.75]) {
            assert!((path - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn adam_is_the_paper_s_algorithm_written_out() {
        let path = follow(&mut Adam::new(0.1).betas(0.8, 0.9));
        let (mut theta, mut m, mut v) = (1.0f64, 0.0, 0.0);
        for (t, (g, path)) in [1.0, -2.0, 0.5, 0.0, 3.0].into_iter().zip(path).enumerate() {
            let t = t as i32 + 1;
            m = 0.8 * m + 0.2 * g;
            v = 0.9 * v + 0.1 * g * g;
            let m_hat = m / (1.0 - 0.8f64.powi(t));
            let v_hat: f64 = v / (1.0 - 0.9f64.powi(t));
            theta -= 0.1 * m_hat / (v_hat.sqrt() + 1e-8);
            assert!((theta - path).abs() < 1e-12, "step {t}: {path} for {theta}");
        }
    }

    #[test]
    fn the_rate_s_factor_scales_the_step() {
        let step_of = |optimiser: &mut dyn Optimiser<f64>, factor| {
            optimiser.set_rate_factor(factor);
            let mut theta = Matrix::scalar(1.0);
            optimiser.begin_step();
            optimiser.update(0, &mut theta, &Matrix::scalar(0.5));
            1.0 - theta.item()
        };
        let (sgd, adam) = (
            || Box::new(Sgd::new(0.1)),
            || Box::new(Adam::<f64>::new(0.1)),
        );
        assert!((step_of(&mut *sgd(), 1.0) - 0.05).abs() < 1e-12);
        assert!((step_of(&mut *sgd(), 0.5) - 0.025).abs() < 1e-12);
        // Adam's first step is the rate itself, whatever the gradient
        assert!((step_of(&mut *adam(), 1.0) - 0.1).abs() < 1e-6);
        assert!((step_of(&mut *adam(), 0.5) - 0.05).abs() < 1e-6);
    }

    #[test]
    #[should_panic(
        expected = "sgd: the learning rate is NaN, expected a finite number of at least 0"
    )]
    fn a_rate_that_is_no_rate_is_refused() {
        Sgd::new(f64::NAN);
    }

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

    #[test]
    fn a_parameter_without_gradient_is_named_and_nothing_is_changed() {
        let mut model = two();
        let mut tape = Tape::new();
        let gradients = model
            .used
            .on(&tape)
            .square()
            .backward([model.used.on(&tape)]);
        tape.clear();
        let error = Sgd::new(0.1).step(&mut model, &gradients).unwrap_err();
        let name = "unused".to_owned();
        assert_eq!(error, StepError::NoGradient { name });
        assert_eq!(model.used.value().item(), 1.0);
        model.unused.set_trainable(false);
        Sgd::new(0.1).step(&mut model, &gradients).unwrap();
        assert_eq!(model.used.value().item(), 0.8);
    }

    #[test]
    fn a_frozen_parameter_stays_though_it_has_a_gradient() {
        let mut model = two();
        model.used.set_trainable(false);
        let mut tape = Tape::new();
        let (a, b) = (model.used.on(&tape), model.unused.on(&tape));
        let gradients = (a * b).backward([a, b]);
        tape.clear();
        Sgd::new(0.1).step(&mut model, &gradients).unwrap();
        assert_eq!(
            (model.used.value().item(), model.unused.value().item()),
            (1.0, 0.9)
        );
    }

    #[test]
    fn a_parameter_that_is_still_on_a_tape_is_named() {
        let mut model = two();
        let tape = Tape::new();
        let (a, b) = (model.used.on(&tape), model.unused.on(&tape));
        let gradients = (a * b).backward([a, b]);
        let error = Sgd::new(0.1).step(&mut model, &gradients).unwrap_err();
        let name = "used".to_owned();
        assert_eq!(error, StepError::Shared { name });
    }
}
