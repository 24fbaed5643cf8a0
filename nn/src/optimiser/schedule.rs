//! How the learning rate changes over a run.

use std::f64::consts::PI;

/// The shape of the learning rate's way, as a factor of the rate that the optimiser was made with, over the share of the run that
/// is done. So a run of twice the epochs has the same shape, drawn out.
///
/// ```
/// use unsup_nn::optimiser::Schedule;
///
/// let schedule = Schedule::Step { every: 0.5, factor: 0.1 };
/// assert_eq!([0.0, 0.4, 0.5, 0.9].map(|share| schedule.factor(share)), [1.0, 1.0, 0.1, 0.1]);
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub enum Schedule {
    /// It stays.
    #[default]
    Constant,
    /// A straight line from the full rate to `last` times it.
    Linear {
        /// The factor at the end, at least 0.
        last: f64,
    },
    /// After each share `every` of the run it is multiplied by `factor`.
    Step {
        /// A share of the run, above 0: with 0.25 the rate has four levels.
        every: f64,
        /// What it is multiplied by, at least 0.
        factor: f64,
    },
    /// A constant ratio from one step to the next, down to `last` times the full rate.
    Exponential {
        /// The factor at the end, above 0.
        last: f64,
    },
    /// Proportional to 1 / (c + share), from the full rate to `last` times it.
    Inverse {
        /// The factor at the end, above 0.
        last: f64,
    },
    /// Half a cosine from the full rate to 0: Loshchilov, Hutter (2017), "SGDR", eq. 5, one period.
    Cosine,
}

impl Schedule {
    /// The factor of the rate after a share `done` of the run, in \[0, 1).
    pub fn factor(self, done: f64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear { last } => 1.0 + (last - 1.0) * done,
            Schedule::Step { every, factor } => {
                // a share such as 3/10 over 1/10 comes to a hair below 3
                let times = (done / every * (1.0 + 1e-12)).floor();
                factor.powf(times)
            }
            Schedule::Exponential { last } => last.powf(done),
            Schedule::Inverse { last } => 1.0 / (1.0 + (1.0 / last - 1.0) * done),
            Schedule::Cosine => 0.5 * (1.0 + (PI * done).cos()),
        }
    }

    /// The factor at step `step` (from 0) of `steps`, where the first `warm_up` steps lead up to the full rate along a straight
    /// line, 1/w, 2/w, ... 1, and the schedule has what is left.
    ///
    /// Source of the warm-up: Goyal et al. (2017), "Accurate, large minibatch SGD", section 2.2.
    pub(crate) fn factor_at(self, step: f64, steps: f64, warm_up: f64) -> f64 {
        if step < warm_up {
            return ((step + 1.0) / warm_up).min(1.0);
        }
        self.factor((step - warm_up) / (steps - warm_up).max(1.0))
    }

    /// What is wrong with its numbers, in words, if something is.
    pub fn problem(self) -> Option<String> {
        let factor = |x: f64| x.is_finite() && x >= 0.0;
        let (name, value, holds, expected) = match self {
            Schedule::Constant | Schedule::Cosine => return None,
            Schedule::Linear { last } => ("linear: last", last, factor(last), "at least 0"),
            Schedule::Step { every, .. } if !(every.is_finite() && every > 0.0) => {
                ("step: every", every, false, "above 0")
            }
            Schedule::Step { factor: x, .. } => ("step: factor", x, factor(x), "at least 0"),
            Schedule::Exponential { last } => (
                "exponential: last",
                last,
                factor(last) && last > 0.0,
                "above 0",
            ),
            Schedule::Inverse { last } => {
                ("inverse: last", last, factor(last) && last > 0.0, "above 0")
            }
        };
        (!holds).then(|| format!("schedule {name} is {value}, expected a number {expected}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_their_formulas() {
        let near = |schedule: Schedule, shares: [f64; 4], expected: [f64; 4]| {
            for (share, expected) in shares.into_iter().zip(expected) {
                let factor = schedule.factor(share);
                assert!(
                    (factor - expected).abs() < 1e-12,
                    "{schedule:?} {share}: {factor}"
                );
            }
        };
        let shares = [0.0, 0.25, 0.5, 0.75];
        near(Schedule::Constant, shares, [1.0; 4]);
        near(Schedule::Linear { last: 0.2 }, shares, [1.0, 0.8, 0.6, 0.4]);
        let tenth = 0.1f64;
        let powers = [1.0, tenth.powf(0.25), tenth.powf(0.5), tenth.powf(0.75)];
        near(Schedule::Exponential { last: 0.1 }, shares, powers);
        let inverse = [1.0, 4.0 / 7.0, 0.4, 4.0 / 13.0];
        near(Schedule::Inverse { last: 0.25 }, shares, inverse);
        let half = 0.5f64.sqrt() / 2.0;
        near(Schedule::Cosine, shares, [1.0, 0.5 + half, 0.5, 0.5 - half]);
        let step = Schedule::Step {
            every: 0.1,
            factor: 0.5,
        };
        near(
            step,
            [0.0, 0.09, 0.3, 0.95],
            [1.0, 1.0, 0.125, 0.5f64.powi(9)],
        );
    }

    #[test]
    fn a_warm_up_leads_to_the_full_rate_and_the_schedule_has_the_rest() {
        let linear = Schedule::Linear { last: 0.0 };
        let factors: Vec<f64> = (0..8)
            .map(|step| linear.factor_at(f64::from(step), 8.0, 4.0))
            .collect();
        assert_eq!(factors, [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25]);
        let factors = [0.0, 1.0].map(|step| Schedule::Cosine.factor_at(step, 2.0, 0.0));
        assert!((factors[0] - 1.0).abs() < 1e-15 && (factors[1] - 0.5).abs() < 1e-15);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        for (schedule, expected) in [
            (
                Schedule::Linear { last: -1.0 },
                "schedule linear: last is -1, expected a number at least 0",
            ),
            (
                Schedule::Step {
                    every: 0.0,
                    factor: 0.5,
                },
                "schedule step: every is 0, expected a number above 0",
            ),
            (
                Schedule::Step {
                    every: 0.5,
                    factor: f64::NAN,
                },
                "schedule step: factor is NaN, expected a number at least 0",
            ),
            (
                Schedule::Exponential { last: 0.0 },
                "schedule exponential: last is 0, expected a number above 0",
            ),
        ] {
            assert_eq!(schedule.problem().as_deref(), Some(expected));
        }
        assert_eq!(
            Schedule::Step {
                every: 0.5,
                factor: 0.0
            }
            .problem(),
            None
        );
    }
}
