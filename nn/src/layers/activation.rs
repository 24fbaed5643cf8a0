//! The functions that layers apply to their sums.

use crate::Initialisation;
use std::fmt;
use std::str::FromStr;
use unsup_autograd::{Real, Var};

/// The function σ that a layer applies: to each entry, but for the softmax, which takes a row as a whole.
///
/// As text an activation is its name ("tanh", "leaky-relu:0.01"), so that settings can be saved and given on a command
/// line:
///
/// ```
/// use unsup_nn::Activation;
///
/// let activation: Activation = "leaky-relu:0.2".parse()?;
/// assert_eq!(activation, Activation::LeakyRelu { slope: 0.2 });
/// assert_eq!(activation.to_string(), "leaky-relu:0.2");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Activation {
    /// x
    Identity,
    /// 1 / (1 + e⁻ˣ), in (0, 1)
    Sigmoid,
    /// tanh x, in (−1, 1)
    Tanh,
    /// max(x, 0)
    Relu,
    /// x where it is positive, else slope · x
    LeakyRelu {
        /// The slope on the negative side, usually 0.01 to 0.2.
        slope: f64,
    },
    /// ln (1 + eˣ), a smooth ReLU
    Softplus,
    /// exp xⱼ / Σₖ exp xₖ: each row becomes a distribution over classes. A loss takes the logits instead
    /// ([`loss::cross_entropy`](crate::loss::cross_entropy)), which is exact where this one rounds to 0.
    Softmax,
}

impl Activation {
    /// σ(x)
    pub fn apply<T: Real>(self, x: Var<'_, T>) -> Var<'_, T> {
        match self {
            Activation::Identity => x,
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Relu => x.relu(),
            Activation::LeakyRelu { slope } => x.leaky_relu(slope),
            Activation::Softplus => x.softplus(),
            Activation::Softmax => x.row_softmax(),
        }
    }

    /// σ′(x) entry by entry, as a function of y = σ(x): f (1 − f) for the sigmoid. It is what the Jacobian of a layer
    /// is made of.
    ///
    /// # Panics
    /// For the softmax, where an entry depends on its whole row, and for a leaky ReLU whose slope is negative, where y
    /// does not tell the side.
    #[track_caller]
    pub fn slope_at<T: Real>(self, y: Var<'_, T>) -> Var<'_, T> {
        match self {
            Activation::Identity => y.tape().filled(y.shape().rows(), y.shape().columns(), 1.0),
            Activation::Sigmoid => y * (1.0 - y),
            Activation::Tanh => 1.0 - y.square(),
            Activation::Relu => y.step(),
            Activation::LeakyRelu { slope } => {
                assert!(
                    slope >= 0.0,
                    "activation: the slope {slope} of a leaky ReLU is negative, so its value does not tell the side"
                );
                y.step() * (1.0 - slope) + slope
            }
            // y = ln (1 + eˣ), so σ(x) = 1 − e⁻ʸ = tanh (y/2) (1 + e⁻ʸ), which is exact for small y too
            Activation::Softplus => (y * 0.5).tanh() * ((-y).exp() + 1.0),
            Activation::Softmax => {
                panic!("activation: the softmax has no derivative entry by entry")
            }
        }
    }

    /// The initialisation that keeps the variance of a layer with this activation: He's for the one-sided ones,
    /// Xavier's for the others.
    pub fn initialisation(self) -> Initialisation {
        match self {
            Activation::Relu | Activation::LeakyRelu { .. } | Activation::Softplus => {
                Initialisation::He
            }
            Activation::Identity | Activation::Sigmoid | Activation::Tanh | Activation::Softmax => {
                Initialisation::Xavier
            }
        }
    }
}

/// Those without a parameter, and their names.
const NAMED: [(&str, Activation); 6] = [
    ("identity", Activation::Identity),
    ("sigmoid", Activation::Sigmoid),
    ("tanh", Activation::Tanh),
    ("relu", Activation::Relu),
    ("softplus", Activation::Softplus),
    ("softmax", Activation::Softmax),
];
const LEAKY_RELU: &str = "leaky-relu";
/// The slope where none is given.
const USUAL_SLOPE: f64 = 0.01;

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Activation::LeakyRelu { slope } = self {
            return write!(f, "{LEAKY_RELU}:{slope}");
        }
        let named = NAMED.iter().find(|(_, activation)| activation == self);
        f.write_str(named.expect("all others are named").0)
    }
}

impl FromStr for Activation {
    type Err = String;

    /// The activation of that name; a leaky ReLU without a slope has 0.01.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(&(_, activation)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(activation);
        }
        let slope = match text.strip_prefix(LEAKY_RELU) {
            Some("") => Some(USUAL_SLOPE),
            Some(rest) => rest.strip_prefix(':').and_then(|slope| slope.parse().ok()),
            None => None,
        };
        match slope {
            Some(slope) if f64::is_finite(slope) => Ok(Activation::LeakyRelu { slope }),
            _ => {
                let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                Err(format!(
                    "unknown activation \"{text}\", expected {names} or {LEAKY_RELU}:SLOPE"
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::{Matrix, Tape};

    const ALL: [Activation; 7] = [
        Activation::Identity,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.1 },
        Activation::Softplus,
        Activation::Softmax,
    ];

    #[test]
    fn the_slope_at_a_value_is_the_tape_s_derivative() {
        for activation in ALL {
            if activation == Activation::Softmax {
                continue;
            }
            let tape = Tape::<f64>::new();
            let x = tape.leaf(Matrix::from_rows(&[[-2.0, -0.3, 0.4, 3.0]]));
            let y = activation.apply(x);
            let derivative = y.sum().grad(&[x])[0];
            let slope = activation.slope_at(y);
            assert!(
                slope.value().is_close(&derivative.value(), 1e-14),
                "{activation}"
            );
        }
    }

    #[test]
    fn the_slope_of_softplus_keeps_its_digits_far_on_the_left() {
        let tape = Tape::<f32>::new();
        let y = Activation::Softplus.apply(tape.leaf(Matrix::scalar(-18.0)));
        let slope = Activation::Softplus.slope_at(y).item();
        assert!((slope / (-18f32).exp() - 1.0).abs() < 1e-5, "{slope}");
    }

    #[test]
    fn the_softmax_gives_distributions() {
        let tape = Tape::<f64>::new();
        let x = tape.leaf(Matrix::from_rows(&[[0.0, 3.0f64.ln()], [1e4, -1e4]]));
        let y = Activation::Softmax.apply(x).value();
        assert!(y.is_close(&Matrix::from_rows(&[[0.25, 0.75], [1.0, 0.0]]), 1e-15));
    }

    /// Fails to compile when a variant comes that [`ALL`] does not have yet.
    #[test]
    fn all_are_all() {
        let place = |activation: &Activation| match activation {
            Activation::Identity => 0,
            Activation::Sigmoid => 1,
            Activation::Tanh => 2,
            Activation::Relu => 3,
            Activation::LeakyRelu { .. } => 4,
            Activation::Softplus => 5,
            Activation::Softmax => 6,
        };
        assert!(ALL.iter().map(place).eq(0..7));
    }

    #[test]
    fn every_activation_is_read_from_its_name() {
        for activation in ALL {
            assert_eq!(activation.to_string().parse(), Ok(activation));
        }
        assert_eq!(
            "leaky-relu".parse(),
            Ok(Activation::LeakyRelu { slope: 0.01 })
        );
        for bad in [
            "",
            "Tanh",
            "leaky-relu:",
            "leaky-relu:x",
            "leaky-relu0.1",
            "leaky-relu:nan",
        ] {
            let error = bad.parse::<Activation>().unwrap_err();
            let expected =
                "expected identity, sigmoid, tanh, relu, softplus, softmax or leaky-relu:SLOPE";
            assert_eq!(error, format!("unknown activation \"{bad}\", {expected}"));
        }
    }
}
