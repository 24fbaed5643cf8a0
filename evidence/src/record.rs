//! What an experiment finds, and what must hold of it.

use std::fmt;

/// The kind of evidence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Evidence {
    /// Learned beside an answer that is known.
    Exact,
    /// The idea switched off.
    Ablation,
    /// A published figure.
    Paper,
    /// What must hold of any run.
    Property,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exact => "exact",
            Self::Ablation => "ablation",
            Self::Paper => "paper",
            Self::Property => "property",
        })
    }
}

/// What must hold of a figure: of its mean over the runs, or of each run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Gate {
    /// The mean is at most this.
    AtMost(f64),
    /// The mean is at least this.
    AtLeast(f64),
    /// Each is at most this.
    EachAtMost(f64),
    /// Each is at least this.
    EachAtLeast(f64),
    /// Nothing: it is shown to be compared with others.
    Shown,
}

impl Gate {
    /// Whether it holds of the values of all runs and their mean; of one that is no number only nothing does.
    pub fn holds(self, values: &[f64], mean: f64) -> bool {
        match self {
            Self::AtMost(bound) => mean <= bound,
            Self::AtLeast(bound) => mean >= bound,
            Self::EachAtMost(bound) => mean <= bound && values.iter().all(|&value| value <= bound),
            Self::EachAtLeast(bound) => mean >= bound && values.iter().all(|&value| value >= bound),
            Self::Shown => true,
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::AtMost(bound) if 0.0 < *bound && *bound < 1e-3 => format!("<= {bound:e}"),
            Self::AtMost(bound) => format!("<= {bound}"),
            Self::AtLeast(bound) => format!(">= {bound}"),
            Self::EachAtMost(bound) => format!("each <= {bound}"),
            Self::EachAtLeast(bound) => format!("each >= {bound}"),
            Self::Shown => "shown".to_owned(),
        })
    }
}

/// A figure of an experiment.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What kind of evidence it is.
    pub evidence: Evidence,
    /// What was measured.
    pub name: String,
    /// Its value in each run, one a seed.
    pub values: Vec<f64>,
    /// What must hold.
    pub gate: Gate,
    /// What it is to be compared with, if there is such a figure.
    pub reference: Option<f64>,
    /// Where the reference comes from.
    pub source: &'static str,
}

impl Finding {
    /// A figure and its gate, without a reference.
    pub fn new(evidence: Evidence, name: impl Into<String>, values: Vec<f64>, gate: Gate) -> Self {
        Self {
            evidence,
            name: name.into(),
            values,
            gate,
            reference: None,
            source: "",
        }
    }

    /// The same beside a figure that it is to be compared with.
    pub fn beside(self, reference: f64, source: &'static str) -> Self {
        Self {
            reference: Some(reference),
            source,
            ..self
        }
    }
}

/// A finding, judged.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// The method, by the name under which it is trained.
    pub method: &'static str,
    /// What kind of evidence it is.
    pub evidence: Evidence,
    /// What was measured.
    pub name: String,
    /// The mean over the seeds.
    pub value: f64,
    /// The standard deviation over the seeds (of n, not n − 1).
    pub spread: f64,
    /// What it is to be compared with.
    pub reference: Option<f64>,
    /// Where the reference comes from.
    pub source: &'static str,
    /// What must hold.
    pub gate: Gate,
    /// Whether it does; `None` where there is no gate, or where it was not evaluated because the trainings were cut
    /// short.
    pub holds: Option<bool>,
    /// How many runs there were.
    pub seeds: usize,
    /// How long the whole experiment took.
    pub seconds: f64,
}

impl Record {
    /// `complete`: the trainings were not cut short, so that the finding can be judged.
    pub(crate) fn of(method: &'static str, finding: Finding, seconds: f64, complete: bool) -> Self {
        let count = finding.values.len() as f64;
        let value = finding.values.iter().sum::<f64>() / count;
        let squares = finding.values.iter().map(|one| (one - value).powi(2));
        Self {
            method,
            evidence: finding.evidence,
            name: finding.name,
            value,
            spread: (squares.sum::<f64>() / count).sqrt(),
            reference: finding.reference,
            source: finding.source,
            gate: finding.gate,
            holds: match finding.gate {
                Gate::Shown => None,
                gate => complete.then(|| gate.holds(&finding.values, value)),
            },
            seeds: finding.values.len(),
            seconds,
        }
    }
}

/// A figure in as many digits as tell something: four after the point, none of a large one, two in all of a tiny one.
pub fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 5e-4 {
        return format!("{value:.1e}");
    }
    let digits = if value.abs() >= 1000.0 { 0 } else { 4 };
    format!("{value:.digits$}")
}

/// Records as a table, a line each.
pub fn table(records: &[Record]) -> String {
    let width = records
        .iter()
        .map(|record| record.name.chars().count())
        .max()
        .unwrap_or(0);
    let line = |record: &Record| {
        let reference = record.reference.map_or(String::new(), |reference| {
            format!("  {} ({})", number(reference), record.source)
        });
        format!(
            "{:11} {:9} {:width$} {:>10} ± {:<8} {:12} {:4} {:>2} seeds{reference}\n",
            record.method,
            record.evidence,
            record.name,
            number(record.value),
            number(record.spread),
            record.gate,
            match record.holds {
                Some(true) => "ok",
                Some(false) => "FAIL",
                None => "",
            },
            record.seeds,
        )
    };
    records.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(values: &[f64], gate: Gate) -> Record {
        let finding = Finding::new(Evidence::Exact, "error", values.to_vec(), gate);
        Record::of("som", finding.beside(2.0, "theory"), 0.5, true)
    }

    #[test]
    fn a_gate_is_on_the_mean_and_never_holds_of_what_is_no_number() {
        assert_eq!(record(&[1.0, 3.0], Gate::AtMost(2.0)).holds, Some(true));
        assert_eq!(record(&[1.0, 3.1], Gate::AtMost(2.0)).holds, Some(false));
        assert_eq!(record(&[1.0, 3.0], Gate::AtLeast(2.0)).holds, Some(true));
        assert_eq!(record(&[0.9, 3.0], Gate::AtLeast(2.0)).holds, Some(false));
        for gate in [Gate::AtMost(2.0), Gate::AtLeast(2.0)] {
            assert_eq!(record(&[1.0, f64::NAN], gate).holds, Some(false));
            assert_eq!(record(&[], gate).holds, Some(false));
        }
        assert_eq!(record(&[1.0, 3.0], Gate::Shown).spread, 1.0);
    }

    #[test]
    fn the_table_has_a_line_a_record() {
        let records = [
            record(&[1.0], Gate::AtMost(2.0)),
            record(&[3e6], Gate::AtMost(2.0)),
        ];
        let table = table(&records);
        let lines: Vec<&str> = table.lines().collect();
        assert!(
            lines[0].contains("1.0000") && lines[0].contains(" ok "),
            "{table}"
        );
        assert!(
            lines[1].contains("3000000 ±") && lines[1].contains(" FAIL "),
            "{table}"
        );
        assert!(lines[0].ends_with("2.0000 (theory)"));
    }

    #[test]
    fn a_gate_may_be_on_each_run() {
        let [least, most] = [Gate::EachAtLeast(2.0), Gate::EachAtMost(4.0)];
        let holds = |values: &[f64], gate| record(values, gate).holds;
        assert_eq!(holds(&[2.0, 9.0], least), Some(true));
        assert_eq!(holds(&[1.0, 4.0], most), Some(true));
        // the means hold, one run does not
        assert_eq!(holds(&[1.0, 9.0], least), Some(false));
        assert_eq!(holds(&[1.0, 5.0], most), Some(false));
        for gate in [least, most] {
            assert_eq!(holds(&[3.0, f64::NAN], gate), Some(false));
            assert_eq!(holds(&[], gate), Some(false));
        }
    }

    #[test]
    fn what_has_no_gate_or_was_cut_short_is_not_judged() {
        assert_eq!(record(&[1.0], Gate::Shown).holds, None);
        let finding = Finding::new(Evidence::Exact, "error", vec![9.0], Gate::AtMost(2.0));
        assert_eq!(Record::of("som", finding, 0.5, false).holds, None);
    }
}
