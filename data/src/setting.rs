//! The error of a setting that came from outside.

use std::fmt;

/// A setting that can't be used: printed it is one line that says which, what was found, and what was expected.
///
/// ```
/// let error = unsup_data::splits::k_fold(3, 5, 0).unwrap_err();
/// assert_eq!(error.to_string(), "k-fold split: the number of folds is 5, of objects 3, expected 2 to 3 folds");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError(String);

impl SettingError {
    /// An error of that text, which quotes nothing from outside but numbers and what is escaped already.
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingError {}
