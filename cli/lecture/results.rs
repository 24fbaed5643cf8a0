//! `results.json`: what the lecture found, for another program.

use super::chapter::Chapter;
use unsup_evidence::{Gate, Record};
use unsup_nn::saving::{Value, json};

/// What a lecture was run with, and how far it came.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The first seed.
    pub seed: u64,
    /// How many runs each figure is the mean of; `None`: one, or as many as a gate on a mean needs.
    pub seeds: Option<usize>,
    /// Whether everything was cut to a tenth.
    pub quick: bool,
    /// How many methods were worked on at once.
    pub threads: usize,
    /// Since it began.
    pub seconds: f64,
    /// Whether nothing is missing of what was asked for.
    pub complete: bool,
}

/// How many gates hold, of how many that were evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// So many hold.
    pub hold: usize,
    /// So many don't.
    pub fail: usize,
    /// So many were not evaluated.
    pub open: usize,
}

impl Count {
    /// Of these records.
    pub fn of<'r>(records: impl IntoIterator<Item = &'r Record>) -> Self {
        let mut count = Self::default();
        for record in records
            .into_iter()
            .filter(|record| record.gate != Gate::Shown)
        {
            match record.holds {
                Some(true) => count.hold += 1,
                Some(false) => count.fail += 1,
                None => count.open += 1,
            }
        }
        count
    }

    /// In words: "12 of 12 gates hold".
    pub fn said(self) -> String {
        let Self { hold, fail, open } = self;
        match (hold + fail, open) {
            (0, 0) => "no gates".to_owned(),
            (0, open) => format!("{open} gates, not evaluated"),
            (all, 0) => format!("{hold} of {all} gates hold"),
            (all, open) => format!("{hold} of {all} gates hold, {open} not evaluated"),
        }
    }
}

/// All records, the figures without a gate, and what they were found under. Numbers that are not finite are `null`.
pub fn results(chapters: &[Chapter<'_>], circumstances: &Circumstances) -> Value {
    let finished = || chapters.iter().filter(|chapter| chapter.is_finished());
    let records = || finished().flat_map(|chapter| chapter.findings());
    let of = |gated: bool| -> Value {
        let chosen = records().filter(|(_, record)| (record.gate != Gate::Shown) == gated);
        chosen
            .map(|(experiment, record)| entry(experiment, record))
            .collect()
    };
    let skipped: Value = finished()
        .flat_map(|chapter| {
            let method = chapter.slide.method;
            let skipped = chapter.skipped().into_iter();
            skipped.map(move |(experiment, file)| json!({ "method": method, "experiment": experiment, "needs": file }))
        })
        .collect();
    let failures: Value = finished()
        .flat_map(|chapter| {
            let method = chapter.slide.method;
            let failures = chapter.failures().into_iter();
            failures
                .map(move |(work, error)| json!({ "method": method, "work": work, "error": error }))
        })
        .collect();
    let count = Count::of(records().map(|(_, record)| record));
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "seed": circumstances.seed,
        "seeds": circumstances.seeds,
        "quick": circumstances.quick,
        "threads": circumstances.threads,
        "cpu": cpu(),
        "seconds": circumstances.seconds,
        "complete": circumstances.complete,
        "methods": finished().map(|chapter| chapter.slide.method).collect::<Vec<_>>(),
        "gates": { "hold": count.hold, "fail": count.fail, "not_evaluated": count.open },
        "records": of(true),
        "figures": of(false),
        "skipped": skipped,
        "failures": failures,
    })
}

/// A finding.
fn entry(experiment: &str, record: &Record) -> Value {
    json!({
        "method": record.method,
        "experiment": experiment,
        "evidence": record.evidence.to_string(),
        "name": record.name,
        "value": record.value,
        "deviation": record.spread,
        "reference": record.reference,
        "source": record.source,
        "gate": match record.gate {
            Gate::Shown => Value::Null,
            gate => json!(gate.to_string()),
        },
        "holds": record.holds,
        "seeds": record.seeds,
        "seconds": record.seconds,
    })
}

/// What the processor calls itself, where the system tells; else its architecture.
pub fn cpu() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = told
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == "model name")
        .map(|(_, name)| name.trim().to_owned());
    name.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_are_counted_in_words() {
        let count = |hold, fail, open| Count { hold, fail, open }.said();
        assert_eq!(count(12, 0, 0), "12 of 12 gates hold");
        assert_eq!(count(11, 1, 0), "11 of 12 gates hold");
        assert_eq!(count(0, 0, 7), "7 gates, not evaluated");
        assert_eq!(count(2, 0, 7), "2 of 2 gates hold, 7 not evaluated");
        assert_eq!(count(0, 0, 0), "no gates");
    }
}
