//! How weights begin.

use unsup_autograd::random::standard_normal;
use unsup_autograd::{Matrix, Real};

/// How the weights of a layer from `inputs` to `outputs` units begin. Biases begin at 0.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Initialisation {
    /// Uniform on ±√(6 / (inputs + outputs)): Glorot, Bengio (2010), "Understanding the difficulty of training deep
    /// feedforward neural networks", eq. 16. For activations that are about linear near 0.
    Xavier,
    /// N(0, 2 / inputs): He, Zhang, Ren, Sun (2015), "Delving deep into rectifiers", eq. 10. For activations that pass only
    /// the positive side.
    He,
    /// Uniform on ±`limit`; with 1/√inputs what was usual before Xavier's (Glorot, Bengio 2010, eq. 1).
    Uniform {
        /// The largest absolute value, finite and at least 0.
        limit: f64,
    },
    /// N(0, `deviation`²): with 0.01 what Kingma, Welling (2013), "Auto-encoding variational Bayes", section 5, begin with.
    Normal {
        /// The standard deviation, finite and at least 0.
        deviation: f64,
    },
}

impl Initialisation {
    /// A matrix of `inputs` x `outputs`.
    ///
    /// # Panics
    /// If `inputs` or `outputs` is 0, or a limit or deviation is negative, infinite or NaN.
    #[track_caller]
    pub fn sample<T: Real>(
        self,
        inputs: usize,
        outputs: usize,
        random: &mut impl rand::Rng,
    ) -> Matrix<T> {
        let (uniform, scale) = match self {
            Initialisation::Xavier => (true, (6.0 / (inputs + outputs) as f64).sqrt()),
            Initialisation::He => (false, (2.0 / inputs as f64).sqrt()),
            Initialisation::Uniform { limit } => (true, limit),
            Initialisation::Normal { deviation } => (false, deviation),
        };
        assert!(
            scale.is_finite() && scale >= 0.0,
            "initialisation: the scale is {scale}, expected a finite number of at least 0"
        );
        Matrix::from_fn(inputs, outputs, |_, _| {
            let unit = if uniform {
                rand::RngExt::random_range(random, -1.0..1.0)
            } else {
                standard_normal(random)
            };
            T::from_f64(scale * unit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::random::generator;

    #[test]
    fn initial_weights_have_their_published_distribution() {
        let mut random = generator(0, "test", 0);
        let mut sample = |initialisation: Initialisation| {
            let weights: Matrix<f64> = initialisation.sample(200, 100, &mut random);
            let weights = weights.into_vec();
            let moment = |p| weights.iter().map(|x: &f64| x.powi(p)).sum::<f64>() / 20_000.0;
            let largest = weights.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            (moment(1), moment(2), moment(4), largest)
        };
        // a uniform variable on ±c has the variance c²/3 and the fourth moment c⁴/5; a normal one 3 times its variance squared
        let mut uniform = |initialisation, c: f64| {
            let (mean, variance, fourth, largest) = sample(initialisation);
            assert!(mean.abs() < 0.02 * c, "{mean}");
            assert!((variance / (c * c / 3.0) - 1.0).abs() < 0.03, "{variance}");
            assert!((fourth / (c.powi(4) / 5.0) - 1.0).abs() < 0.05, "{fourth}");
            assert!(largest <= c && largest > 0.99 * c, "{largest}");
        };
        uniform(Initialisation::Xavier, (6.0f64 / 300.0).sqrt());
        uniform(Initialisation::Uniform { limit: 0.3 }, 0.3);
        let mut normal = |initialisation, expected: f64| {
            let (mean, variance, fourth, _) = sample(initialisation);
            assert!(mean.abs() < 0.03 * expected.sqrt(), "{mean}");
            assert!((variance / expected - 1.0).abs() < 0.04, "{variance}");
            assert!((fourth / variance.powi(2) - 3.0).abs() < 0.2, "{fourth}");
        };
        normal(Initialisation::He, 2.0 / 200.0);
        normal(Initialisation::Normal { deviation: 0.05 }, 0.0025);
    }

    #[test]
    #[should_panic(
        expected = "initialisation: the scale is NaN, expected a finite number of at least 0"
    )]
    fn a_scale_that_is_none_is_refused() {
        let normal = Initialisation::Normal {
            deviation: f64::NAN,
        };
        let _: Matrix<f64> = normal.sample(1, 1, &mut generator(0, "test", 0));
    }
}
