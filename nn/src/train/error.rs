//! Why training stopped before its end.

use crate::optimiser::StepError;
use std::fmt;

/// The largest gradient that a parameter has had in a run.
#[derive(Clone, PartialEq, Debug)]
pub struct LargestGradient {
    /// The parameter's name.
    pub parameter: String,
    /// √ Σ g²
    pub norm: f64,
    /// The step at which it was, from 1.
    pub step: u64,
}

impl fmt::Display for LargestGradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            parameter,
            norm,
            step,
        } = self;
        write!(
            f,
            "the largest gradient norm so far was {norm:.3e}, of {parameter} at step {step}"
        )
    }
}

/// Why training stopped before its end.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum TrainError {
    /// A term became infinite or NaN. A [`Run`](super::Run) leaves the parameters as they were at the start of that
    /// epoch.
    NotFinite {
        /// The term.
        term: &'static str,
        /// Its value.
        value: f64,
        /// The step, from 1; 0 in an evaluation.
        step: u64,
        /// The largest gradient before; none before the first step.
        largest: Option<LargestGradient>,
    },
    /// A term became infinite or NaN on the validation objects. A [`Run`](super::Run) leaves the parameters as they
    /// were at the start of that epoch.
    ValidationNotFinite {
        /// The term.
        term: &'static str,
        /// Its value.
        value: f64,
        /// The epoch after which it was seen, from 1.
        epoch: usize,
        /// The largest gradient before.
        largest: Option<LargestGradient>,
    },
    /// A gradient became infinite or NaN while the terms were not. A [`Run`](super::Run) leaves the parameters as they
    /// were at the start of that epoch.
    GradientNotFinite {
        /// The parameter's name.
        name: String,
        /// The step, from 1.
        step: u64,
        /// The largest gradient before; none before the first step.
        largest: Option<LargestGradient>,
    },
    /// A parameter became infinite or NaN. A [`Run`](super::Run) leaves the parameters as they were at the start of
    /// that epoch.
    ParameterNotFinite {
        /// Its name.
        name: String,
        /// The epoch after which it was seen, from 1.
        epoch: usize,
        /// The largest gradient before.
        largest: Option<LargestGradient>,
    },
    /// A term has a weight and depends on no trainable parameter: it would silently be without effect.
    TermWithoutGradient {
        /// The term.
        term: &'static str,
    },
    /// The optimiser refused the step.
    Step(StepError),
    /// A setting is out of range; says which and what was expected.
    Setting(String),
}

impl TrainError {
    /// Whether numbers left their range: a run that is begun anew as it was comes to the same.
    pub fn is_divergence(&self) -> bool {
        match self {
            TrainError::NotFinite { .. }
            | TrainError::ValidationNotFinite { .. }
            | TrainError::GradientNotFinite { .. }
            | TrainError::ParameterNotFinite { .. } => true,
            TrainError::TermWithoutGradient { .. }
            | TrainError::Step(_)
            | TrainError::Setting(_) => false,
        }
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, largest) = match self {
            TrainError::Step(error) => return error.fmt(f),
            TrainError::Setting(what) => return f.write_str(what),
            TrainError::TermWithoutGradient { term } => {
                return write!(
                    f,
                    "the term \"{term}\" has a weight but depends on no trainable parameter, so it would have no effect \
                     (give it the weight 0 to see it only)"
                );
            }
            TrainError::NotFinite {
                term,
                value,
                step: 0,
                ..
            } => return write!(f, "the term \"{term}\" is {value} on these objects"),
            TrainError::NotFinite {
                term,
                value,
                step,
                largest,
            } => (
                format!("the term \"{term}\" is {value} at step {step}"),
                largest,
            ),
            TrainError::ValidationNotFinite {
                term,
                value,
                epoch,
                largest,
            } => (
                format!(
                    "the term \"{term}\" is {value} on the validation objects after epoch {epoch}"
                ),
                largest,
            ),
            TrainError::GradientNotFinite {
                name,
                step,
                largest,
            } => (
                format!("the gradient of the parameter {name} is not finite at step {step}"),
                largest,
            ),
            TrainError::ParameterNotFinite {
                name,
                epoch,
                largest,
            } => (
                format!("the parameter {name} is not finite after epoch {epoch}"),
                largest,
            ),
        };
        write!(f, "training diverged: {what}; ")?;
        if let Some(largest) = largest {
            write!(f, "{largest}; ")?;
        }
        f.write_str("a smaller learning rate may help")
    }
}

impl std::error::Error for TrainError {}

impl From<StepError> for TrainError {
    fn from(error: StepError) -> Self {
        TrainError::Step(error)
    }
}
