//! A time series whose future is known in training only.

use super::check_noise;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};

/// How many steps the series runs at least, and at most, before it is looked at.
const WARM_UP: [usize; 2] = [1000, 1_000_000];
/// What share of the stationary variance may be missing then, for the start at 0.
const FORGOTTEN: f64 = 1e-4;

/// x_t = Σ_j a_j x_{t−j} + noise · ε_t, ε from N(0, 1), seen through windows: the features are some past values, the target
/// is the next value, and the privileged information is the future after the target, which a teacher knows in training
/// (V. Vapnik, A. Vashist 2009, "A new learning paradigm: learning using privileged information", section 3.2).
///
/// From as many past values as there are coefficients, the best forecast is Σ_j a_j x_{t−j}, and its mean squared error
/// noise².
///
/// The series starts at 0 and runs until that is forgotten: until 1e-4 of the stationary variance at most is missing, but
/// no more than a million steps, so that a root nearer to the unit circle than some 5e-6 leaves a trace of the start.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoregressiveSeries {
    /// a: the weight of the last value, of the last but one, ...; by default 1.5 and −0.75, waves of about 12 steps.
    pub coefficients: Vec<f64>,
    /// The deviation of the innovations; by default 1.
    pub noise: f64,
    /// How many past values are the features, at least 1; by default 20.
    pub past: usize,
    /// How many values after the target are the privileged information, at least 1; by default 10.
    pub future: usize,
    /// How many steps the window moves from object to object, at least 1; by default 1. Windows share no value from
    /// past + 1 + future on.
    pub stride: usize,
}

impl Default for AutoregressiveSeries {
    fn default() -> Self {
        Self {
            coefficients: vec![1.5, -0.75],
            noise: 1.0,
            past: 20,
            future: 10,
            stride: 1,
        }
    }
}

/// Data of an [`AutoregressiveSeries`].
///
/// With overlapping windows a random part held out would be known from the others: split in time, and leave out as many
/// objects as overlap ([`Split::given`](crate::splits::Split::given)).
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesSample {
    /// Objects x past: in the order of time, the last column is the value just before the target.
    pub features: Matrix<f64>,
    /// Objects x future: in the order of time, the first column is the value just after the target.
    pub privileged: Matrix<f64>,
    /// Objects x 1.
    pub targets: Matrix<f64>,
    /// The series itself. Object i's target is its value at i · stride + past.
    pub series: Vec<f64>,
    /// noise · ε_t of each value of the series.
    pub innovations: Vec<f64>,
    /// a, as in the settings.
    pub coefficients: Vec<f64>,
}

impl AutoregressiveSeries {
    /// One series and `objects` windows of it.
    ///
    /// # Panics
    /// If `objects`, `past`, `future` or `stride` is 0, the process is not stationary, or the noise is not a finite number
    /// of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> SeriesSample {
        check_noise("series", self.noise);
        for (name, number) in [
            ("objects", objects),
            ("past values", self.past),
            ("future values", self.future),
            ("steps from window to window", self.stride),
        ] {
            assert!(
                number > 0,
                "series: the number of {name} is 0, expected at least 1"
            );
        }
        let Some(variance) = variance(&self.coefficients) else {
            panic!(
                "series: the coefficients {:?} are of no stationary process",
                self.coefficients
            );
        };
        let warm_up = warm_up(&self.coefficients, variance);
        let length = (objects - 1) * self.stride + self.past + 1 + self.future;
        let random = &mut generator(seed, "innovation", 0);
        let mut innovations: Vec<f64> = (0..warm_up + length)
            .map(|_| self.noise * standard_normal(random))
            .collect();
        let mut series = Vec::with_capacity(innovations.len());
        for innovation in &innovations {
            let before = series.iter().rev().zip(&self.coefficients);
            let expected: f64 = before.map(|(x, a)| a * x).sum();
            series.push(expected + innovation);
        }
        series.drain(..warm_up);
        innovations.drain(..warm_up);

        let window = |from: usize, columns: usize| {
            Matrix::from_fn(objects, columns, |i, j| series[i * self.stride + from + j])
        };
        SeriesSample {
            features: window(0, self.past),
            targets: window(self.past, 1),
            privileged: window(self.past + 1, self.future),
            innovations,
            coefficients: self.coefficients.clone(),
            series,
        }
    }
}

/// The variance of the stationary process for innovations of variance 1, or `None` if a root of 1 − Σ_j a_j z^j lies within
/// the unit circle or on it: the recursion of Levinson and Durbin backwards gives the partial correlations p_j, all of
/// them must be less than 1 in magnitude, and the variance is Π_j 1/(1 − p_j²) (O. Barndorff-Nielsen, G. Schou 1973).
fn variance(coefficients: &[f64]) -> Option<f64> {
    let mut a = coefficients.to_vec();
    let mut variance = 1.0;
    while let Some(partial) = a.pop() {
        let rest = 1.0 - partial * partial;
        if rest <= 0.0 || rest.is_nan() {
            return None;
        }
        variance /= rest;
        a = (0..a.len())
            .map(|j| (a[j] + partial * a[a.len() - 1 - j]) / rest)
            .collect();
    }
    Some(variance)
}

/// After how many steps from 0 the stationary variance is reached: after t it is Σ_{s<t} ψ_s², ψ the response to a single
/// innovation of 1.
fn warm_up(coefficients: &[f64], variance: f64) -> usize {
    let [least, most] = WARM_UP;
    let mut response: Vec<f64> = vec![1.0];
    let mut reached = 1.0;
    while response.len() < most && reached < (1.0 - FORGOTTEN) * variance {
        let before = response.iter().rev().zip(coefficients);
        let next: f64 = before.map(|(x, a)| a * x).sum();
        reached += next * next;
        response.push(next);
    }
    response.len().max(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::{assert_noise, moments};

    #[test]
    fn the_residuals_of_the_recursion_are_the_innovations() {
        let settings = AutoregressiveSeries {
            noise: 0.5,
            ..Default::default()
        };
        let sample = settings.sample(5000, 1);
        let (x, a) = (&sample.series, &sample.coefficients);
        assert_eq!((x.len(), sample.innovations.len()), (5030, 5030));
        for t in 2..x.len() {
            let residual = x[t] - a[0] * x[t - 1] - a[1] * x[t - 2];
            assert!((residual - sample.innovations[t]).abs() < 1e-12);
        }
        assert_noise(sample.innovations, 0.5);
    }

    #[test]
    fn the_variance_is_that_of_the_stationary_process() {
        // (1 − a₂) / ((1 + a₂) ((1 − a₂)² − a₁²)), from the equations of Yule and Walker
        let series = AutoregressiveSeries::default().sample(200_000, 2).series;
        let expected: f64 = 1.75 / (0.25 * (1.75f64.powi(2) - 1.5f64.powi(2)));
        let (mean, deviation) = moments(series.clone());
        assert!(mean.abs() < 0.05, "{mean}");
        assert!(
            (deviation / expected.sqrt() - 1.0).abs() < 0.02,
            "{deviation}"
        );
        // and from the first value on
        let first = |seed| AutoregressiveSeries::default().sample(1, seed).series[0];
        let (_, deviation) = moments((0..2000).map(first));
        assert!(
            (deviation / expected.sqrt() - 1.0).abs() < 0.08,
            "{deviation}"
        );
    }

    #[test]
    fn near_the_unit_root_the_start_is_forgotten_too() {
        // a^{2t} of the variance is missing after t steps
        let steps = |a: f64| warm_up(&[a], variance(&[a]).unwrap());
        assert_eq!(
            steps(0.9999),
            (1e-4f64.ln() / (2.0 * 0.9999f64.ln())).ceil() as usize
        );
        assert_eq!((steps(0.5), steps(1.0 - 1e-9)), (WARM_UP[0], WARM_UP[1]));
        let first = |seed| {
            let coefficients = vec![0.9995];
            let settings = AutoregressiveSeries {
                coefficients,
                ..Default::default()
            };
            settings.sample(1, seed).series[0]
        };
        let (_, deviation) = moments((0..1000).map(first));
        let expected = (1.0 - 0.9995f64 * 0.9995).sqrt().recip();
        assert!(
            (deviation / expected - 1.0).abs() < 0.08,
            "{deviation} of {expected}"
        );
    }

    #[test]
    fn windows_are_past_target_and_future_in_the_order_of_time() {
        let settings = AutoregressiveSeries {
            past: 3,
            future: 2,
            stride: 4,
            ..Default::default()
        };
        let sample = settings.sample(5, 0);
        assert_eq!(sample.series.len(), 4 * 4 + 6);
        for i in 0..5 {
            let window = &sample.series[4 * i..4 * i + 6];
            assert_eq!(sample.features.row(i), &window[..3]);
            assert_eq!(sample.targets.row(i), &window[3..4]);
            assert_eq!(sample.privileged.row(i), &window[4..]);
        }
    }

    #[test]
    fn stationary_is_what_has_its_roots_outside_the_circle() {
        for (coefficients, stationary) in [
            (&[][..], true),
            (&[0.99], true),
            (&[1.0], false),
            (&[-1.01], false),
            (&[1.5, -0.75], true),
            (&[0.5, 0.5], false), // a root at 1
            (&[1.9, -0.89], false),
            (&[0.4, 0.5], true),
            (&[0.0, 0.0, 0.9], true),
            (&[0.0, 0.0, 1.1], false),
            // (1 − 0.9 z)(1 − 0.5 z)(1 + 0.8 z)
            (&[0.6, 0.67, -0.36], true),
            // (1 − 1.1 z)(1 − 0.5 z)(1 + 0.8 z)
            (&[0.8, 0.73, -0.44], false),
            (&[f64::NAN], false),
        ] {
            assert_eq!(
                variance(coefficients).is_some(),
                stationary,
                "{coefficients:?}"
            );
        }
    }

    #[test]
    #[should_panic = "series: the coefficients [1.1] are of no stationary process"]
    fn a_series_that_explodes_is_refused() {
        let settings = AutoregressiveSeries {
            coefficients: vec![1.1],
            ..Default::default()
        };
        settings.sample(3, 0);
    }
}
