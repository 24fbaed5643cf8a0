//! What shows that the methods of the lecture work: experiments whose figures have gates, each defined once.
//!
//! A method proves itself in four ways, and has all that apply:
//!
//! | evidence | what it is |
//! |---|---|
//! | exact | an instance whose answer is known, learned beside exact |
//! | ablation | the same run with the idea switched off, which must come out worse |
//! | paper | a published figure, with its source, also where it is not reached |
//! | property | what must hold of any run: a drawback that the lecture names, an advantage, a limit |
//!
//! An experiment is for a whole method. That its derivatives are right, and those of every layer, loss and operation
//! under it, is shown by [`gradients`].
//!
//! [`experiments`] lists them all. The tests run each and fail where a gate does not hold. [`long_experiments`] are those
//! that take minutes and are run when asked for; `docs/experiments.md` shows what they came to.
//!
//! ```
//! use unsup_evidence::{Conditions, experiments};
//!
//! let experiments = experiments();
//! let quickest = experiments.iter().find(|one| one.name == "soft competition from a bad start").unwrap();
//! let records = quickest.run(&Conditions::default()).unwrap();
//! assert!(records.iter().all(|record| record.holds != Some(false)));
//! println!("{}", unsup_evidence::table(&records));
//! ```
//!
//! # Place in the house
//!
//! On top of the libraries: it trains the methods of [`unsup_models`] on data of [`unsup_data`], and judges them by the
//! classical methods in [`unsup_nn`]. The command and the tests of the workspace run what is here; a program that
//! embeds a method needs none of it.

mod autoencoder;
mod conditions;
pub mod gradients;
mod in_sequence;
mod kohonen;
mod record;
mod shared;
mod together;

pub use conditions::{Conditions, Watcher};
pub use record::{Evidence, Finding, Gate, Record, number, table};

use std::path::{Path, PathBuf};
use std::time::Instant;

/// An experiment: a few runs and what is measured of them.
pub struct Experiment {
    /// The method, by the name under which it is trained.
    pub method: &'static str,
    /// What is tried, as a title.
    pub name: &'static str,
    /// The file that it needs, in the folder of the data sets; `None` if what the project brings along is enough.
    pub needs: Option<&'static str>,
    findings: fn(&Path) -> Vec<Finding>,
}

/// Why an experiment was not run: the file that it needs is not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// The file.
    pub file: &'static str,
}

impl Experiment {
    /// Runs it.
    ///
    /// # Errors
    /// If the file that it needs is not there.
    pub fn run(&self, conditions: &Conditions) -> Result<Vec<Record>, Skipped> {
        let file = match (self.needs, &conditions.data) {
            (None, _) => PathBuf::new(),
            (Some(needed), Some(folder)) if folder.join(needed).exists() => folder.join(needed),
            (Some(file), _) => return Err(Skipped { file }),
        };
        let start = Instant::now();
        let findings = conditions::under(conditions, || (self.findings)(&file));
        let seconds = start.elapsed().as_secs_f64();
        Ok(findings
            .into_iter()
            .map(|finding| Record::of(self.method, finding, seconds, !conditions.reduced))
            .collect())
    }
}

/// The experiments that take seconds, in the order of the lecture.
pub fn experiments() -> Vec<Experiment> {
    [
        kohonen::experiments(),
        autoencoder::experiments(),
        in_sequence::experiments(),
        together::experiments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The experiments that take minutes, at most ten each on two cores, in the order of the lecture: auto-encoders on MNIST and
/// on a part of CIFAR-10, few-shot learning on Omniglot, privileged information with more objects. Most need files that are
/// not part of the project.
///
/// ```
/// let names: Vec<&str> = unsup_evidence::long_experiments().iter().map(|one| one.method).collect();
/// assert_eq!(names[5..], ["multi-task", "lupi"]);
/// ```
pub fn long_experiments() -> Vec<Experiment> {
    [
        autoencoder::long_experiments(),
        together::long_experiments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
