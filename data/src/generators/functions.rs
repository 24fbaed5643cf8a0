//! Known functions to be approximated.

use super::check_noise;
use rand::RngExt;
use std::f64::consts::PI;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};

/// Branin's function, (x₂ − 5.1/(4π²) x₁² + 5/π x₁ − 6)² + 10 (1 − 1/(8π)) cos x₁ + 10.
///
/// On \[−5, 10\] x \[0, 15\] it has three minima of the same value 10/(8π) = 0.397887: (−π, 12.275), (π, 2.275),
/// (3π, 2.475). F. Branin (1972), "Widely convergent method for finding multiple solutions of simultaneous nonlinear
/// equations"; L. Dixon, G. Szegő (1978), "Towards global optimisation 2".
pub fn branin([x1, x2]: [f64; 2]) -> f64 {
    let parabola = x2 - 5.1 / (4.0 * PI * PI) * x1 * x1 + 5.0 / PI * x1 - 6.0;
    parabola * parabola + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x1.cos() + 10.0
}

/// 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅, on \[0, 1\]⁵.
///
/// J. Friedman (1991), "Multivariate adaptive regression splines", eq. 61.
pub fn friedman1([x1, x2, x3, x4, x5]: [f64; 5]) -> f64 {
    10.0 * (PI * x1 * x2).sin() + 20.0 * (x3 - 0.5).powi(2) + 10.0 * x4 + 5.0 * x5
}

/// √(x₁² + (x₂ x₃ − 1/(x₂ x₄))²): the impedance of a circuit of resistance x₁, frequency x₂, inductance x₃ and capacity x₄,
/// on \[0, 100\] x \[40π, 560π\] x \[0, 1\] x \[1, 11\].
///
/// J. Friedman (1991), "Multivariate adaptive regression splines", section 4.4, in the units of scikit-learn's
/// `make_friedman2`.
pub fn friedman2([x1, x2, x3, x4]: [f64; 4]) -> f64 {
    x1.hypot(x2 * x3 - 1.0 / (x2 * x4))
}

/// arctan((x₂ x₃ − 1/(x₂ x₄)) / x₁): the phase of the circuit of [`friedman2`], on the same box; ±π/2 at x₁ = 0.
pub fn friedman3([x1, x2, x3, x4]: [f64; 4]) -> f64 {
    (x2 * x3 - 1.0 / (x2 * x4)).atan2(x1)
}

/// A function of a row of numbers on a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFunction {
    /// [`branin`], of 2 inputs.
    Branin,
    /// [`friedman1`], of 5 inputs and others that it does not depend on.
    Friedman1 {
        /// How many inputs in all, at least 5; Friedman takes 10.
        inputs: usize,
    },
    /// [`friedman2`], of 4 inputs.
    Friedman2,
    /// [`friedman3`], of 4 inputs.
    Friedman3,
}

impl TestFunction {
    /// From and to where each input goes.
    ///
    /// # Panics
    /// If [`TestFunction::Friedman1`] has fewer than 5 inputs; so does [`TestFunction::value`].
    #[track_caller]
    pub fn domain(self) -> Vec<(f64, f64)> {
        let circuit = || {
            vec![
                (0.0, 100.0),
                (40.0 * PI, 560.0 * PI),
                (0.0, 1.0),
                (1.0, 11.0),
            ]
        };
        match self {
            TestFunction::Branin => vec![(-5.0, 10.0), (0.0, 15.0)],
            TestFunction::Friedman1 { inputs } => {
                assert!(
                    inputs >= 5,
                    "Friedman's first function: {inputs} inputs, expected at least 5"
                );
                vec![(0.0, 1.0); inputs]
            }
            TestFunction::Friedman2 | TestFunction::Friedman3 => circuit(),
        }
    }

    /// The value at a row of inputs.
    ///
    /// # Panics
    /// If there are not as many inputs as the function has.
    #[track_caller]
    pub fn value(self, x: &[f64]) -> f64 {
        let inputs = self.domain().len();
        assert!(
            x.len() == inputs,
            "{self:?}: a row of {} inputs, expected {inputs}",
            x.len()
        );
        match self {
            TestFunction::Branin => branin([x[0], x[1]]),
            TestFunction::Friedman1 { .. } => friedman1([x[0], x[1], x[2], x[3], x[4]]),
            TestFunction::Friedman2 => friedman2([x[0], x[1], x[2], x[3]]),
            TestFunction::Friedman3 => friedman3([x[0], x[1], x[2], x[3]]),
        }
    }
}

/// Points uniform on the box of a function, and its values there with noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regression {
    /// The function.
    pub function: TestFunction,
    /// The deviation of the Gaussian noise of the targets, in units of the function.
    pub noise: f64,
}

/// Data of a [`Regression`].
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionSample {
    /// Objects x inputs.
    pub features: Matrix<f64>,
    /// Objects x 1: the values with noise.
    pub targets: Matrix<f64>,
    /// Objects x 1: the values of the function themselves.
    pub values: Matrix<f64>,
}

impl Regression {
    /// Points and values.
    ///
    /// # Panics
    /// If `objects` is 0, the function has too few inputs, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> RegressionSample {
        check_noise("regression", self.noise);
        let domain = self.function.domain();
        let random = &mut generator(seed, "inputs", 0);
        let features = Matrix::from_fn(objects, domain.len(), |_, j| {
            random.random_range(domain[j].0..domain[j].1)
        });
        let values = features
            .row_iter()
            .map(|x| self.function.value(x))
            .collect();
        let values = Matrix::from_vec(objects, 1, values);
        let random = &mut generator(seed, "noise", 0);
        RegressionSample {
            targets: values.map(|y: f64| y + self.noise * standard_normal(random)),
            features,
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::{assert_noise, moments};

    const ALL: [TestFunction; 4] = [
        TestFunction::Branin,
        TestFunction::Friedman1 { inputs: 7 },
        TestFunction::Friedman2,
        TestFunction::Friedman3,
    ];

    #[test]
    fn branin_has_its_three_minima() {
        for minimum in [[-PI, 12.275], [PI, 2.275], [3.0 * PI, 2.475]] {
            assert!((branin(minimum) - 0.397887).abs() < 1e-6);
            let beside = |h: [f64; 2]| branin([minimum[0] + h[0], minimum[1] + h[1]]);
            for h in [[0.01, 0.0], [-0.01, 0.0], [0.0, 0.01], [0.0, -0.01]] {
                assert!(beside(h) > branin(minimum));
            }
        }
        assert!((branin([0.0, 0.0]) - 55.602113).abs() < 1e-6);
        // nothing in the box is lower
        let lowest = Regression {
            function: TestFunction::Branin,
            noise: 0.0,
        }
        .sample(20_000, 0);
        assert!(lowest.values.as_slice().iter().all(|&y| y > 0.397887));
    }

    #[test]
    fn friedmans_functions_have_the_values_of_their_formulas() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        // 10 sin(π/8) + 20 · 1/4 + 10 · ½ + 5 · 1
        close(friedman1([0.25, 0.5, 1.0, 0.5, 1.0]), 18.826834323650);
        close(friedman1([0.5, 1.0, 0.5, 0.0, 0.0]), 10.0);
        // 300² + (1000 · 0.4 − 1/5000)², and its angle
        close(friedman2([300.0, 1000.0, 0.4, 5.0]), 499.9998400000144);
        close(friedman3([300.0, 1000.0, 0.4, 5.0]), 0.9272949780);
        close(friedman3([0.0, 1000.0, 0.4, 5.0]), PI / 2.0);
        close(friedman3([1.0, 1.0, 0.0, 1.0]), -PI / 4.0);
    }

    #[test]
    fn friedmans_functions_have_the_known_moments() {
        let of = |function, seed| {
            moments(
                Regression {
                    function,
                    noise: 0.0,
                }
                .sample(50_000, seed)
                .values
                .into_vec(),
            )
        };
        // E = 10 E sin(π u v) + 20/12 + 10/2 + 5/2; E sin(π u v) = (γ + ln π − Ci π)/π = 0.52465
        let (mean, deviation) = of(TestFunction::Friedman1 { inputs: 5 }, 1);
        assert!((mean - 14.413).abs() < 0.1, "{mean}");
        assert!((deviation - 4.9).abs() < 0.1, "{deviation}");
        // Friedman's noises of a third of the signal: deviations 125 and 0.1
        let (_, deviation) = of(TestFunction::Friedman2, 1);
        assert!((deviation / 125.0 - 3.0).abs() < 0.1, "{deviation}");
        let (_, deviation) = of(TestFunction::Friedman3, 1);
        assert!((deviation / 0.1 - 3.0).abs() < 0.3, "{deviation}");
    }

    #[test]
    fn samples_fill_the_box_and_have_the_noise() {
        for function in ALL {
            let sample = Regression {
                function,
                noise: 0.3,
            }
            .sample(5000, 1);
            for (j, (from, to)) in function.domain().into_iter().enumerate() {
                let column = sample.features.row_iter().map(|x| x[j]);
                assert!(column.clone().all(|x| (from..to).contains(&x)));
                // uniform: mean in the middle, deviation 1/√12 of the width
                let (mean, deviation) = moments(column.map(|x| (x - from) / (to - from)));
                assert!(
                    (mean - 0.5).abs() < 0.025 && (deviation - 12f64.sqrt().recip()).abs() < 0.01
                );
            }
            let pairs = sample
                .targets
                .as_slice()
                .iter()
                .zip(sample.values.as_slice());
            assert_noise(pairs.map(|(y, z)| y - z), 0.3);
            for (x, &y) in sample.features.row_iter().zip(sample.values.as_slice()) {
                assert_eq!(function.value(x), y);
            }
        }
    }

    #[test]
    fn inputs_beyond_the_fifth_do_not_matter() {
        let function = TestFunction::Friedman1 { inputs: 7 };
        let x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
        let y = [0.1, 0.2, 0.3, 0.4, 0.5, 0.0, 1.0];
        assert_eq!(function.value(&x), function.value(&y));
    }

    #[test]
    #[should_panic = "Branin: a row of 3 inputs, expected 2"]
    fn a_row_of_another_length_is_refused() {
        TestFunction::Branin.value(&[0.0; 3]);
    }
}
