//! What is run for a method, and what came of it.

use super::slides::{Demonstration, Shown, Slide};
use unsup_evidence::{Experiment, Record, Skipped};

/// A method on the page.
pub struct Chapter<'a> {
    /// What is said of it.
    pub slide: Slide,
    /// What is run for it, and what came of it: `None` as long as it has not ended.
    pub works: Vec<(Work<'a>, Option<Outcome>)>,
}

/// Something that is run.
#[derive(Clone, Copy)]
pub enum Work<'a> {
    /// Its figures have gates.
    Experiment(&'a Experiment),
    /// A training whose pictures are shown.
    Demonstration(&'static Demonstration),
}

/// What came of it.
pub enum Outcome {
    /// The figures of an experiment.
    Found(Vec<Record>),
    /// A file that it needs is not there.
    Skipped(Skipped),
    /// The pictures of a training, in the order in which they are to be shown.
    Drawn(Vec<Drawn>),
    /// It came to no end.
    Failed(String),
}

/// A picture, ready to be put on the page.
pub struct Drawn {
    /// What is said of it.
    pub shown: &'static Shown,
    /// SVG text, or an element that holds it as an image.
    pub html: String,
}

impl Work<'_> {
    /// The method that it is of.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Experiment(experiment) => experiment.method,
            Self::Demonstration(demonstration) => demonstration.method(),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Experiment(experiment) => experiment.name,
            Self::Demonstration(demonstration) => demonstration.command,
        }
    }
}

impl<'a> Chapter<'a> {
    /// Nothing of it has been run yet.
    pub fn new(slide: Slide, experiments: &'a [Experiment]) -> Self {
        let experiments = experiments.iter().filter(|one| one.method == slide.method);
        let demonstrations = slide.demonstrations.iter().map(Work::Demonstration);
        let works = demonstrations.chain(experiments.map(Work::Experiment));
        Self {
            slide,
            works: works.map(|work| (work, None)).collect(),
        }
    }

    /// Whether all of it has been run.
    pub fn is_finished(&self) -> bool {
        self.works.iter().all(|(_, outcome)| outcome.is_some())
    }

    /// The records, each with the name of its experiment.
    pub fn findings(&self) -> Vec<(&'static str, &Record)> {
        let mut findings = Vec::new();
        for (work, outcome) in &self.works {
            if let Some(Outcome::Found(records)) = outcome {
                findings.extend(records.iter().map(|record| (work.name(), record)));
            }
        }
        findings
    }

    /// The experiments that were passed over, and the file that each needs.
    pub fn skipped(&self) -> Vec<(&'static str, &'static str)> {
        let skipped = self
            .works
            .iter()
            .filter_map(|(work, outcome)| match outcome {
                Some(Outcome::Skipped(skipped)) => Some((work.name(), skipped.file)),
                _ => None,
            });
        skipped.collect()
    }

    /// What came to no end, and why.
    pub fn failures(&self) -> Vec<(&'static str, &str)> {
        let failures = self
            .works
            .iter()
            .filter_map(|(work, outcome)| match outcome {
                Some(Outcome::Failed(error)) => Some((work.name(), error.as_str())),
                _ => None,
            });
        failures.collect()
    }
}
