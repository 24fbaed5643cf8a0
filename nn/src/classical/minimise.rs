//! A minimum of a smooth function of many numbers: limited-memory BFGS.

use super::shared::{add_scaled, dot};
use std::collections::VecDeque;

/// The settings of [`minimise`].
#[derive(Clone, PartialEq, Debug)]
pub struct MinimiseSettings {
    /// It has converged where no entry of the gradient is larger than this; by default 10⁻⁶.
    pub tolerance: f64,
    /// Steps at most; by default 1000.
    pub max_iterations: usize,
    /// How many past steps the curvature is known from; at least 1, by default 10.
    pub memory: usize,
}

impl Default for MinimiseSettings {
    fn default() -> Self {
        Self {
            tolerance: 1e-6,
            max_iterations: 1000,
            memory: 10,
        }
    }
}

/// Where [`minimise`] came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Minimum {
    /// The point x.
    pub point: Vec<f64>,
    /// f(x).
    pub value: f64,
    /// The largest absolute entry of the gradient there.
    pub largest_gradient: f64,
    /// How many steps were taken.
    pub iterations: usize,
    /// The largest entry of the gradient is within the tolerance. Where it isn't, the iterations ran out, or no step
    /// along the last direction lowered f (rounding, or f is not smooth or not finite there).
    pub converged: bool,
}

/// Armijo's condition asks for this share of the decrease that the slope promises, and Wolfe's curvature condition that
/// the slope falls at least to this share of itself (Nocedal, Wright, 3.1).
const DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// Within this share of |f|, differences of f are taken for rounding.
const ROUNDING: f64 = 1e-13;
/// Evaluations in one line search.
const MAX_TRIALS: usize = 40;

/// A local minimum of f near `start` by L-BFGS: steps along −H g, where H approximates the inverse of the second
/// derivative from the last few steps (Nocedal, Wright 2006, "Numerical optimization", algorithms 7.4 and 7.5), with a
/// line search for the strong Wolfe conditions (eq. 3.7) by doubling and bisection.
///
/// `f(x, g)` returns f(x) and writes its gradient to `g`, which has x's length. Where f differs only by rounding, which
/// near a minimum it does long before the gradient is small, the slopes alone decide (Hager, Zhang 2005, "A new conjugate
/// gradient method with guaranteed descent and an efficient line search", eq. 4.1).
///
/// ```
/// use unsup_nn::classical::{MinimiseSettings, minimise};
///
/// // (x − 3)² + 10 (y + 1)²
/// let minimum = minimise(vec![0.0, 0.0], &MinimiseSettings::default(), |x, g| {
///     let (a, b) = (x[0] - 3.0, x[1] + 1.0);
///     g.copy_from_slice(&[2.0 * a, 20.0 * b]);
///     a * a + 10.0 * b * b
/// });
/// assert!(minimum.converged);
/// assert!((minimum.point[0] - 3.0).abs() < 1e-6 && (minimum.point[1] + 1.0).abs() < 1e-6);
/// ```
///
/// # Panics
/// If the memory is 0.
#[track_caller]
pub fn minimise(
    start: Vec<f64>,
    settings: &MinimiseSettings,
    mut f: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    assert!(
        settings.memory > 0,
        "minimise: the memory holds at least 1 step"
    );
    let mut evaluate = |point: Vec<f64>| {
        let mut gradient = vec![0.0; point.len()];
        let value = f(&point, &mut gradient);
        Evaluated {
            point,
            value,
            gradient,
        }
    };
    let mut now = evaluate(start);
    let mut history = VecDeque::new();
    let mut iterations = 0;
    loop {
        let largest_gradient = now.gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        let finite = now.value.is_finite() && now.gradient.iter().all(|g| g.is_finite());
        let converged = finite && largest_gradient <= settings.tolerance;
        let next = if converged || !finite || iterations >= settings.max_iterations {
            None
        } else {
            line_search(&now, &direction(&now.gradient, &history), &mut evaluate)
        };
        let Some(next) = next else {
            return Minimum {
                point: now.point,
                value: now.value,
                largest_gradient,
                iterations,
                converged,
            };
        };
        remember(&now, &next, settings.memory, &mut history);
        now = next;
        iterations += 1;
    }
}

/// A point with f and its gradient there.
struct Evaluated {
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// s = xₖ₊₁ − xₖ, y = gₖ₊₁ − gₖ and s·y of a past step.
struct Past {
    s: Vec<f64>,
    y: Vec<f64>,
    sy: f64,
}

/// −H g by the two loops of algorithm 7.4; without a history, −g with no entry above 1.
fn direction(gradient: &[f64], history: &VecDeque<Past>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let Some(last) = history.back() else {
        let largest = q.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        q.iter_mut().for_each(|q| *q /= largest.max(1.0));
        return q;
    };
    let mut alphas = Vec::with_capacity(history.len());
    for past in history.iter().rev() {
        let alpha = dot(&past.s, &q) / past.sy;
        add_scaled(-alpha, &past.y, &mut q);
        alphas.push(alpha);
    }
    // H₀ = γ I with γ = s·y / y·y, eq. 7.20
    let gamma = last.sy / dot(&last.y, &last.y);
    q.iter_mut().for_each(|q| *q *= gamma);
    for (past, alpha) in history.iter().zip(alphas.into_iter().rev()) {
        let beta = dot(&past.y, &q) / past.sy;
        add_scaled(alpha - beta, &past.s, &mut q);
    }
    q
}

/// Keeps a step if f curved upwards along it, which Wolfe's condition sees to but for rounding.
fn remember(before: &Evaluated, after: &Evaluated, memory: usize, history: &mut VecDeque<Past>) {
    let difference =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
    let s = difference(&after.point, &before.point);
    let y = difference(&after.gradient, &before.gradient);
    let sy = dot(&s, &y);
    if sy > f64::EPSILON * dot(&y, &y) {
        if history.len() == memory {
            history.pop_front();
        }
        history.push_back(Past { s, y, sy });
    }
}

/// A point x + α d that is low and flat enough. `low` < `high` hold it between them: at the low end f has fallen enough
/// but falls on steeply, at the high end it is too high or rises steeply.
fn line_search(
    now: &Evaluated,
    direction: &[f64],
    evaluate: &mut impl FnMut(Vec<f64>) -> Evaluated,
) -> Option<Evaluated> {
    let slope = dot(&now.gradient, direction);
    if !(slope < 0.0 && slope.is_finite()) {
        return None;
    }
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut lowest = None;
    let mut alpha = 1.0;
    for _ in 0..MAX_TRIALS {
        let mut point = now.point.clone();
        add_scaled(alpha, direction, &mut point);
        let trial = evaluate(point);
        let trial_slope = dot(&trial.gradient, direction);
        let allowed = now.value + DECREASE * alpha * slope + ROUNDING * now.value.abs();
        if !trial_slope.is_finite() || !trial.value.is_finite() || trial.value > allowed {
            high = alpha;
        } else if trial_slope < CURVATURE * slope {
            low = alpha;
            lowest = Some(trial);
        } else if trial_slope > -CURVATURE * slope {
            high = alpha;
        } else {
            return Some(trial);
        }
        alpha = if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * alpha
        };
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²: Rosenbrock 1960, of which 1, 1, ... is the minimum.
    fn rosenbrock(x: &[f64], g: &mut [f64]) -> f64 {
        g.fill(0.0);
        let mut value = 0.0;
        for i in 0..x.len() - 1 {
            let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            value += 100.0 * a * a + b * b;
            g[i] += -400.0 * a * x[i] - 2.0 * b;
            g[i + 1] += 200.0 * a;
        }
        value
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        for n in [2, 3, 10, 100] {
            let settings = MinimiseSettings {
                tolerance: 1e-9,
                ..MinimiseSettings::default()
            };
            let start = (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 });
            let minimum = minimise(start.collect(), &settings, rosenbrock);
            assert!(minimum.converged, "{n}: {minimum:?}");
            assert!(minimum.iterations < 600, "{n}: {}", minimum.iterations);
            // in more than three dimensions there is another minimum, near −1, 1, ..., 1
            let ones = minimum.point[1..].iter().all(|x| (x - 1.0).abs() < 1e-7);
            assert!(ones || n > 3, "{n}: {:?}", minimum.point);
        }
    }

    #[test]
    fn a_quadratic_of_many_scales_is_solved_to_rounding() {
        let n = 30;
        let curvature = |i: usize| 10f64.powf(4.0 * i as f64 / (n - 1) as f64);
        let settings = MinimiseSettings {
            tolerance: 1e-8,
            ..MinimiseSettings::default()
        };
        // far above 0, so that f's last digits are gone long before the gradient's
        let minimum = minimise(vec![0.0; n], &settings, |x, g| {
            let mut value = 1e3;
            for (i, (x, g)) in x.iter().zip(g).enumerate() {
                *g = curvature(i) * (x - 1.0);
                value += 0.5 * *g * (x - 1.0);
            }
            value
        });
        assert!(minimum.converged, "{minimum:?}");
        assert!(minimum.point.iter().all(|x| (x - 1.0).abs() < 1e-8));
    }

    /// A sum over many objects is known to 14 digits or so: here the rest is noise, a hash of x.
    #[test]
    fn noise_in_the_last_digits_of_the_function_neither_ends_nor_slows_the_search() {
        let n = 30;
        let settings = MinimiseSettings {
            tolerance: 1e-8,
            ..MinimiseSettings::default()
        };
        let search = |relative_noise: f64| {
            let mut evaluations = 0;
            let minimum = minimise(vec![0.0; n], &settings, |x, g| {
                evaluations += 1;
                let (mut value, mut hash) = (1e3, 0u64);
                for (i, (x, g)) in x.iter().zip(g).enumerate() {
                    let curvature = 10f64.powf(i as f64 / 10.0);
                    *g = curvature * (x - 1.0);
                    value += 0.5 * *g * (x - 1.0);
                    hash = (hash ^ x.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    hash ^= hash >> 32;
                }
                value * (1.0 + relative_noise * (hash as u32 as f64 / 2f64.powi(31) - 1.0))
            });
            assert!(minimum.converged, "{relative_noise}: {minimum:?}");
            evaluations
        };
        let without = search(0.0);
        for relative_noise in [1e-15, 1e-14, 4e-14] {
            let with = search(relative_noise);
            assert!(
                10 * with <= 11 * without,
                "{relative_noise}: {with} evaluations, without {without}"
            );
        }
    }

    /// (x − 100)² from 0: the slope is within 0.9 of what it was there from 10 to 190.
    #[test]
    fn a_step_is_neither_too_short_nor_too_long() {
        for first in [1.0, 195.0, 500.0] {
            let mut evaluate = |point: Vec<f64>| Evaluated {
                value: (point[0] - 100.0).powi(2),
                gradient: vec![2.0 * (point[0] - 100.0)],
                point,
            };
            let now = evaluate(vec![0.0]);
            let found = line_search(&now, &[first], &mut evaluate).unwrap();
            assert!((10.0..=190.0).contains(&found.point[0]), "{first}");
        }
    }

    #[test]
    fn what_cannot_be_minimised_ends_without_a_claim() {
        let settings = MinimiseSettings::default();
        // no minimum
        let minimum = minimise(vec![0.0], &settings, |x, g| {
            g[0] = -1.0;
            -x[0]
        });
        assert!(!minimum.converged);
        // not a number
        let minimum = minimise(vec![1.0], &settings, |_, g| {
            g[0] = f64::NAN;
            f64::NAN
        });
        assert!(!minimum.converged && minimum.iterations == 0);
        // a kink: the gradient never is small
        let minimum = minimise(vec![0.7], &settings, |x, g| {
            g[0] = x[0].signum();
            x[0].abs()
        });
        assert!(!minimum.converged && minimum.value <= 0.7);
        // a wall of infinity is stepped back from
        let minimum = minimise(vec![0.1], &settings, |x, g| {
            g[0] = 1.0 - 0.001 / x[0];
            if x[0] > 0.0 {
                x[0] - 0.001 * x[0].ln()
            } else {
                f64::INFINITY
            }
        });
        assert!(minimum.converged && (minimum.point[0] - 0.001).abs() < 1e-6);
        let settings = MinimiseSettings {
            max_iterations: 3,
            ..settings
        };
        let minimum = minimise(vec![-1.2, 1.0], &settings, rosenbrock);
        assert!(!minimum.converged && minimum.iterations == 3);
    }
}
