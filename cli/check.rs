//! `unsup check`: is every derivative right?

use crate::arguments::CheckOptions;
use crate::lecture::Verdict;
use crate::methods;
use crate::output::print;
use serde_json::{Value, json};
use std::error::Error;
use std::time::Instant;
use unsup_evidence::gradients::{GradientCheck, Kind, Outcome, gradient_checks};

/// Runs the checks that are asked for, and prints what they came to.
///
/// # Errors
/// If there is none of the name, or standard output takes nothing.
pub fn check(options: &CheckOptions) -> Result<Verdict, Box<dyn Error>> {
    let checks = gradient_checks();
    let chosen = match &options.name {
        None => checks.iter().collect(),
        Some(name) => chosen(&checks, name)?,
    };
    let start = Instant::now();
    let run = |check: &&GradientCheck| check.run(options.cases, options.seed);
    let outcomes: Vec<Outcome> = chosen.iter().map(run).collect();
    let seconds = start.elapsed().as_secs_f64();
    let checked: Vec<_> = chosen.into_iter().zip(outcomes).collect();
    if options.json {
        print(&format!("{}\n", in_json(&checked, options, seconds)))?;
    } else {
        print(&table(&checked, options.quiet))?;
        print(&summary(&checked, options, seconds))?;
    }
    Ok(verdict(&checked))
}

/// A check, and what it came to.
type Checked<'c> = (&'c GradientCheck, Outcome);

/// Those of this kind, or of this method, or else with this in their name.
fn chosen<'c>(checks: &'c [GradientCheck], name: &str) -> Result<Vec<&'c GradientCheck>, String> {
    let those = |meant: &dyn Fn(&GradientCheck) -> bool| -> Vec<&'c GradientCheck> {
        checks.iter().filter(|check| meant(check)).collect()
    };
    let method = methods::find(name).map(|method| method.name);
    let of_method = |check: &GradientCheck| {
        let mut methods = check.methods().iter();
        methods.any(|of| method.as_deref() == Some(of))
    };
    let ways = [
        those(&|check| check.kind().name() == name),
        those(&of_method),
        those(&|check| check.name().contains(name)),
    ];
    if let Some(chosen) = ways.into_iter().find(|chosen| !chosen.is_empty()) {
        return Ok(chosen);
    }
    let kinds = Kind::ALL.map(Kind::name).join(", ");
    let near = match near(checks, name) {
        near if near.is_empty() => String::new(),
        near => format!("; near are {}", near.join(", ")),
    };
    Err(format!(
        "found '{name}', expected a kind of checks ({kinds}), a method, or a part of a check's name{near}"
    ))
}

/// How alike a name must be to be shown, by Jaro's measure, as the parser of the command line has it.
const ALIKE: f64 = 0.7;

/// The names of checks, kinds and methods that are most like a name, the nearest first, at most five.
fn near<'c>(checks: &'c [GradientCheck], name: &str) -> Vec<&'c str> {
    // "add, row on the right" is near to "ad" as "add" is
    let names = checks.iter().flat_map(|check| {
        let short = check.name().split(',').next();
        short.into_iter().chain(check.methods().iter().copied())
    });
    let names = names.chain(Kind::ALL.map(Kind::name));
    let mut near: Vec<(f64, &str)> = names
        .map(|other| (strsim::jaro(name, other), other))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .collect();
    near.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    near.dedup();
    near.into_iter().take(5).map(|(_, name)| name).collect()
}

fn verdict(checked: &[Checked<'_>]) -> Verdict {
    match checked.iter().all(|(_, outcome)| outcome.holds()) {
        true => Verdict::Holds,
        false => Verdict::Fails,
    }
}

/// A line for each check, under its kind; `quiet`, for each that fails. What is wrong stands below it.
fn table(checked: &[Checked<'_>], quiet: bool) -> String {
    let shown = checked
        .iter()
        .filter(|(_, outcome)| !(quiet && outcome.holds()));
    let width = checked
        .iter()
        .map(|(check, _)| check.name().chars().count());
    let width = width.max().unwrap_or(0);
    let error = |error: Option<f64>| error.map_or("-".to_owned(), |error| format!("{error:.1e}"));
    let mut text = String::new();
    let mut kind = None;
    for (check, outcome) in shown {
        if kind != Some(check.kind()) {
            let gap = if text.is_empty() { "" } else { "\n" };
            kind = Some(check.kind());
            let title = check.kind().name();
            text += &format!(
                "{gap}{title:w$}  cases    first   second  power\n",
                w = width + 2
            );
        }
        let power = outcome
            .power
            .map_or("-".to_owned(), |power| format!("{power:.2}"));
        text += &format!(
            "  {:width$}  {:>5}  {:>7}  {:>7}  {power:>5}  {}\n",
            check.name(),
            outcome.cases,
            error(outcome.first),
            error(outcome.second),
            if outcome.holds() { "ok" } else { "FAIL" },
        );
        if let Some(failure) = &outcome.failure {
            text += &format!("    {failure}\n");
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// How many hold, and which are the worst.
fn summary(checked: &[Checked<'_>], options: &CheckOptions, seconds: f64) -> String {
    let failed = checked
        .iter()
        .filter(|(_, outcome)| !outcome.holds())
        .count();
    let worst = |error: fn(&Outcome) -> Option<f64>| {
        let errors = checked
            .iter()
            .filter_map(|(check, outcome)| Some((error(outcome)?, check)));
        let worst = errors.max_by(|(a, _), (b, _)| a.total_cmp(b));
        worst.map_or("none".to_owned(), |(error, check)| {
            format!("{error:.1e} ({} {})", check.kind(), check.name())
        })
    };
    format!(
        "{} of {}, seed {}, {seconds:.1} s: {} hold, {failed} fail\n\
         largest errors: first derivative {}, second {}\n",
        counted(checked.len(), "check"),
        counted(options.cases, "case"),
        options.seed,
        checked.len() - failed,
        worst(|outcome| outcome.first),
        worst(|outcome| outcome.second),
    )
}

/// "1 check", "2 checks".
fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn in_json(checked: &[Checked<'_>], options: &CheckOptions, seconds: f64) -> Value {
    let checks = checked.iter().map(|(check, outcome)| {
        json!({
            "kind": check.kind().name(),
            "name": check.name(),
            "methods": check.methods(),
            "cases": outcome.cases,
            "first": outcome.first,
            "second": outcome.second,
            "power": outcome.power,
            "holds": outcome.holds(),
            "failure": outcome.failure,
        })
    });
    let failed = checked
        .iter()
        .filter(|(_, outcome)| !outcome.holds())
        .count();
    json!({
        "checks": checks.collect::<Vec<_>>(),
        "hold": checked.len() - failed,
        "fail": failed,
        "seed": options.seed,
        "seconds": seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_method_has_its_criterion_or_its_step_checked() {
        let checks = gradient_checks();
        let checked: BTreeSet<&str> = checks
            .iter()
            .flat_map(|check| check.methods())
            .copied()
            .collect();
        let methods = methods::entries();
        let methods: BTreeSet<&str> = methods.iter().map(|method| method.name.as_str()).collect();
        assert_eq!(checked, methods);
    }

    #[test]
    fn what_is_wrong_is_told_and_counted() {
        let wrong = GradientCheck::new(Kind::Loss, "wrong", |trial| {
            let [x] = trial.alike(0.5..2.0);
            // the value of x² + 1, and the derivative of x²
            trial.check(&[x], |v| v[0].square() + v[0] / v[0].stop_gradient())
        });
        let right = GradientCheck::new(Kind::Loss, "right", |trial| {
            let [x] = trial.alike(0.5..2.0);
            trial.check(&[x], |v| v[0].square())
        });
        let options = CheckOptions {
            name: None,
            cases: 4,
            seed: 0,
            json: false,
            quiet: true,
        };
        let outcome = |check: &GradientCheck| check.run(options.cases, options.seed);
        let good = [(&right, outcome(&right))];
        assert_eq!(
            (verdict(&good), table(&good, true).as_str()),
            (Verdict::Holds, "")
        );
        let both = [(&right, outcome(&right)), (&wrong, outcome(&wrong))];
        assert_eq!(verdict(&both), Verdict::Fails);
        let quiet = table(&both, true);
        assert!(
            quiet.contains("FAIL") && !quiet.contains("right"),
            "{quiet}"
        );
        assert!(
            quiet.contains("case 1 of seed 0: first derivative by entry"),
            "{quiet}"
        );
        assert!(summary(&both, &options, 0.0).contains("1 hold, 1 fail"));
        let json = in_json(&both, &options, 0.0);
        assert_eq!((&json["hold"], &json["fail"]), (&json!(1), &json!(1)));
        assert_eq!(json["checks"][1]["holds"], json!(false));
    }
}
