//! Kernels: how much less a centre moves, the farther it is.

use std::fmt;
use std::str::FromStr;
use unsup_nn::optimiser::Schedule;

/// A non-negative, non-increasing function K(ρ/width) of a distance, with K(0) = 1.
///
/// In soft competition ρ is the distance ‖x − w_y‖ of a centre from the object, on a map the distance r of a node from
/// the winner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Kernel {
    /// exp(−ρ² / 2 width²)
    #[default]
    Gaussian,
    /// exp(−ρ / width)
    Exponential,
    /// 1 − ρ / width, and 0 from width on.
    Triangular,
    /// 1 up to width, included, and then 0: "bubble" in SOM_PAK.
    Rectangular,
    /// 1 − (ρ / width)², and 0 from width on: Epanechnikov (1969).
    Epanechnikov,
}

impl Kernel {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Gaussian,
        Self::Exponential,
        Self::Triangular,
        Self::Rectangular,
        Self::Epanechnikov,
    ];

    /// K(ρ/width), from ρ². At width 0, the limit: 1 at ρ = 0 and 0 elsewhere.
    pub fn at(self, squared_distance: f64, width: f64) -> f64 {
        if squared_distance == 0.0 {
            return 1.0;
        }
        let squared = squared_distance / (width * width);
        match self {
            Self::Gaussian => (-0.5 * squared).exp(),
            Self::Exponential => (-squared.sqrt()).exp(),
            Self::Triangular => (1.0 - squared.sqrt()).max(0.0),
            Self::Rectangular => f64::from(u8::from(squared <= 1.0)),
            Self::Epanechnikov => (1.0 - squared).max(0.0),
        }
    }

    /// The distance in widths beyond which K is below `least` (or 0): the neighbourhood is a finite one.
    pub(super) fn reach(self, least: f64) -> f64 {
        match self {
            Self::Gaussian => (-2.0 * least.ln()).sqrt(),
            Self::Exponential => -least.ln(),
            Self::Triangular | Self::Rectangular | Self::Epanechnikov => 1.0,
        }
    }
}

/// The kernels' names, as they are given and printed.
const NAMES: [(&str, Kernel); 6] = [
    ("gaussian", Kernel::Gaussian),
    ("exponential", Kernel::Exponential),
    ("triangular", Kernel::Triangular),
    ("rectangular", Kernel::Rectangular),
    ("epanechnikov", Kernel::Epanechnikov),
    ("bubble", Kernel::Rectangular),
];

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(_, kernel)| kernel == self);
        f.write_str(named.expect("every kernel has a name").0)
    }
}

impl FromStr for Kernel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = NAMES.iter().find(|(name, _)| *name == text);
        named.map(|&(_, kernel)| kernel).ok_or_else(|| {
            "expected gaussian, exponential, triangular, rectangular (bubble) or epanechnikov"
                .to_owned()
        })
    }
}

/// The form of a way from one number down to another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Decay {
    /// The same difference at every step.
    #[default]
    Linear,
    /// The same ratio at every step.
    Exponential,
    /// Proportional to 1 / (c + step).
    Inverse,
}

impl fmt::Display for Decay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linear => "linear",
            Self::Exponential => "exponential",
            Self::Inverse => "inverse",
        })
    }
}

impl FromStr for Decay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Linear, Self::Exponential, Self::Inverse]
            .into_iter()
            .find(|decay| decay.to_string() == text)
            .ok_or_else(|| "expected linear, exponential or inverse".to_owned())
    }
}

/// A width (of a kernel, of a neighbourhood) that shrinks while a codebook is trained.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Width {
    /// At the start, above 0.
    pub from: f64,
    /// At the end, above 0 and at most `from`.
    pub to: f64,
    /// How it goes from the one to the other.
    pub decay: Decay,
}

impl Width {
    /// Along a straight line.
    pub fn linear(from: f64, to: f64) -> Self {
        Self {
            from,
            to,
            decay: Decay::Linear,
        }
    }

    /// The width after a share `done` of the way, in \[0, 1\].
    pub fn at(&self, done: f64) -> f64 {
        if done == 1.0 {
            // to the bit: a hair below 1 a rectangular kernel of radius 1 would lose all neighbours
            return self.to;
        }
        let last = self.to / self.from;
        let schedule = match self.decay {
            Decay::Linear => Schedule::Linear { last },
            Decay::Exponential => Schedule::Exponential { last },
            Decay::Inverse => Schedule::Inverse { last },
        };
        self.from * schedule.factor(done)
    }

    /// What is wrong with its numbers, if something is.
    pub(super) fn problem(&self, name: &str) -> Option<String> {
        let Self { from, to, .. } = *self;
        // the last: an inverse decay divides by the share that is left
        let holds = to > 0.0 && to <= from && (from / to).is_finite();
        (!holds).then(|| {
            format!("{name} goes from {from} to {to}, expected numbers above 0 that do not grow")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_their_formulas() {
        let e = std::f64::consts::E;
        for (kernel, expected) in [
            (
                Kernel::Gaussian,
                [1.0, e.powf(-0.125), e.powf(-0.5), e.powf(-2.0)],
            ),
            (
                Kernel::Exponential,
                [1.0, e.powf(-0.5), 1.0 / e, e.powf(-2.0)],
            ),
            (Kernel::Triangular, [1.0, 0.5, 0.0, 0.0]),
            (Kernel::Rectangular, [1.0, 1.0, 1.0, 0.0]),
            (Kernel::Epanechnikov, [1.0, 0.75, 0.0, 0.0]),
        ] {
            for (distance, expected) in [0.0, 0.5, 1.0, 2.0f64].into_iter().zip(expected) {
                let value = kernel.at((3.0 * distance).powi(2), 3.0);
                assert!((value - expected).abs() < 1e-15, "{kernel} {distance}");
            }
        }
    }

    #[test]
    fn kernels_never_rise_and_end_at_their_reach() {
        for kernel in Kernel::ALL {
            let values: Vec<f64> = (0..200)
                .map(|i| kernel.at((0.1 * f64::from(i)).powi(2), 2.0))
                .collect();
            assert!(values.windows(2).all(|pair| pair[0] >= pair[1]), "{kernel}");
            assert!(values.iter().all(|&value| (0.0..=1.0).contains(&value)));
            let reach = 2.0 * kernel.reach(1e-4);
            assert!(kernel.at((reach * 1.001).powi(2), 2.0) < 1e-4, "{kernel}");
            assert_eq!(
                (kernel.at(0.0, 0.0), kernel.at(1.0, 0.0)),
                (1.0, 0.0),
                "{kernel}"
            );
        }
    }

    #[test]
    fn names_are_read_as_they_are_printed() {
        for kernel in Kernel::ALL {
            assert_eq!(kernel.to_string().parse(), Ok(kernel));
        }
        assert_eq!("bubble".parse(), Ok(Kernel::Rectangular));
        assert!("gauss".parse::<Kernel>().is_err());
        for decay in [Decay::Linear, Decay::Exponential, Decay::Inverse] {
            assert_eq!(decay.to_string().parse(), Ok(decay));
        }
    }

    #[test]
    fn widths_go_from_one_number_to_the_other() {
        for (decay, half_way) in [
            (Decay::Linear, 5.5),
            (Decay::Exponential, 10f64.sqrt()),
            (Decay::Inverse, 10.0 / 5.5),
        ] {
            let width = Width {
                from: 10.0,
                to: 1.0,
                decay,
            };
            for (done, expected) in [(0.0, 10.0), (0.5, half_way), (1.0, 1.0)] {
                assert!((width.at(done) - expected).abs() < 1e-14, "{decay} {done}");
            }
        }
        for decay in [Decay::Linear, Decay::Exponential, Decay::Inverse] {
            for from in 2..40 {
                let from = 0.5 * f64::from(from);
                let width = Width {
                    from,
                    to: 1.0,
                    decay,
                };
                assert_eq!((width.at(0.0), width.at(1.0)), (from, 1.0), "{decay}");
            }
        }
    }
}
