//! Why a codebook can't be trained on some objects.

use std::fmt;
use unsup_nn::train::TrainError;

/// Why training did not begin.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum FitError {
    /// There is no object with a value.
    NoObjects,
    /// An entry is infinite.
    Infinite {
        /// Its row, from 0.
        object: usize,
        /// Its column, from 0.
        feature: usize,
    },
    /// A feature has no value in any object, so nothing is known of it.
    NoValue {
        /// Its column, from 0.
        feature: usize,
    },
    /// The largest entry, of an object or of a first centre, is so large that squared distances are no numbers of this
    /// type.
    TooLarge {
        /// Its magnitude.
        largest: f64,
    },
    /// No feature differs by more than this, whose square is lost in rounding to 0: all objects would seem equal.
    TooSmall {
        /// The largest difference within a feature.
        largest: f64,
    },
    /// A class has no object with a value.
    NoObjectOfClass {
        /// Which.
        class: usize,
    },
    /// A class of an object has no centre, which a criterion needs.
    NoCentreOfClass {
        /// Which.
        class: usize,
    },
    /// All centres are of one class, where a criterion needs another as well.
    NoOtherCentre {
        /// Which.
        class: usize,
    },
    /// A centre ran away until it was no number any more. The centres are as they were before the training.
    Diverged,
    /// Training by gradients failed.
    Training(TrainError),
    /// A setting is out of range; says which and what was expected.
    Setting(String),
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoObjects => f.write_str("found no object with a value, expected at least 1"),
            Self::Infinite { object, feature } => write!(
                f,
                "object {}, feature {}: found an infinite number, expected a finite one, or NaN for a missing value",
                object + 1,
                feature + 1
            ),
            Self::NoValue { feature } => write!(
                f,
                "feature {}: found no value in any object, expected at least 1",
                feature + 1
            ),
            Self::TooLarge { largest } => write!(
                f,
                "found numbers as large as {largest:.3e}, whose squares overflow: scale the features"
            ),
            Self::TooSmall { largest } => write!(
                f,
                "found no larger differences than {largest:.3e}, whose squares vanish: scale the features"
            ),
            Self::NoObjectOfClass { class } => write!(
                f,
                "class {class}: found no object with a value, expected at least 1"
            ),
            Self::NoCentreOfClass { class } => {
                write!(
                    f,
                    "class {class}: found no centre of it, expected at least 1"
                )
            }
            Self::NoOtherCentre { class } => write!(
                f,
                "found centres of class {class} alone, expected some of another class as well"
            ),
            Self::Diverged => f.write_str("a centre ran away until it was no number any more"),
            Self::Training(error) => error.fmt(f),
            Self::Setting(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for FitError {}

impl From<TrainError> for FitError {
    fn from(error: TrainError) -> Self {
        Self::Training(error)
    }
}
