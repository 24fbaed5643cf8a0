//! What can be seen to be wrong with a trained auto-encoder, in words.

use std::fmt;
use unsup_autograd::{Matrix, Real};

/// Something that a person who trained a model should hear of.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Warning {
    /// Units of the code have the same value for every object: they say nothing.
    DeadUnits {
        /// How many.
        dead: usize,
        /// Of how many.
        units: usize,
    },
    /// None of the pairs that were looked at has an inner product above s₀: the relation's targets are all 0.
    NoRelatedPairs {
        /// s₀
        threshold: f64,
        /// The largest inner product of two objects.
        largest: f64,
    },
    /// The codes' distribution is the prior's whatever the object: the decoder has learned to do without the code.
    Collapsed {
        /// KL(q(z|x) ‖ p(z)) in nats per object.
        kl: f64,
    },
    /// Some units of a code follow the prior whatever the object.
    InactiveUnits {
        /// How many.
        inactive: usize,
        /// Of how many.
        units: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeadUnits { dead, units } => write!(
                f,
                "{dead} of {units} units of the code have one value for all objects and say nothing: \
                 a smaller learning rate or weight of the penalty may help"
            ),
            Self::NoRelatedPairs { threshold, largest } => write!(
                f,
                "none of the pairs of objects that were looked at counts: the threshold is {}, the largest inner product {}, \
                 so there is no gradient unless reconstructions exceed it",
                short(*threshold),
                short(*largest)
            ),
            Self::Collapsed { kl } => write!(
                f,
                "the code says nothing of its object (KL {kl:.4} nats): the posterior has collapsed onto the prior; \
                 a smaller β, more so at the start, may help"
            ),
            Self::InactiveUnits { inactive, units } => write!(
                f,
                "{inactive} of {units} units of the code follow the prior whatever the object and are not used"
            ),
        }
    }
}

/// A number in a few digits, however large.
fn short(x: f64) -> String {
    if x == 0.0 || (1e-3..1e6).contains(&x.abs()) {
        format!("{x:.4}")
    } else {
        format!("{x:.3e}")
    }
}

impl Warning {
    /// Units of the codes (objects x code) that have one value for all of several objects.
    pub(super) fn of_units<T: Real>(codes: &Matrix<T>) -> Vec<Self> {
        let (objects, units) = (codes.rows(), codes.columns());
        if objects < 2 {
            return Vec::new();
        }
        let dead = (0..units).filter(|&j| (1..objects).all(|i| codes[(i, j)] == codes[(0, j)]));
        match dead.count() {
            0 => Vec::new(),
            dead => vec![Self::DeadUnits { dead, units }],
        }
    }
}
