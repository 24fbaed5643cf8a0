//! "Until Q and/or the weights settle."

use super::Epoch;
use std::fmt;
use std::str::FromStr;

/// Something that settles.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Settled {
    /// Over an epoch the running estimate Q changes by no more than this share of itself.
    Q(f64),
    /// In an epoch no centre moves farther than this, in units of the data's spread (√ of the mean squared distance of
    /// the objects from their mean).
    Centres(f64),
    /// In an epoch no larger share of the objects than this changes its winner: the clustering settles.
    Winners(f64),
}

impl Settled {
    fn holds(&self, epoch: &Epoch, q_before: f64) -> bool {
        match *self {
            Self::Q(share) => (epoch.q - q_before).abs() <= share * q_before.abs(),
            Self::Centres(distance) => epoch.farthest_move <= distance,
            Self::Winners(share) => epoch.changed <= share,
        }
    }

    fn limit(&self) -> f64 {
        match *self {
            Self::Q(limit) | Self::Centres(limit) | Self::Winners(limit) => limit,
        }
    }
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Q(share) => write!(f, "Q changes by at most {} %", percent(*share)),
            Self::Centres(distance) => {
                write!(
                    f,
                    "no centre moves farther than {distance} of the data's spread"
                )
            }
            Self::Winners(0.0) => f.write_str("no object changes its winner"),
            Self::Winners(share) => {
                write!(
                    f,
                    "at most {} % of the objects change their winner",
                    percent(*share)
                )
            }
        }
    }
}

/// A share in percent, to 12 digits: 7 for 0.07, though 100 times the number nearest to 0.07 is a little more.
fn percent(share: f64) -> f64 {
    let digits = format!("{:.11e}", 100.0 * share);
    digits.parse().expect("a number that was just written")
}

/// When training ends before all its epochs are done. It is printed as a sentence.
///
/// ```
/// use unsup_models::kohonen::{Settled, Stopping};
///
/// let rule = Stopping::All(vec![Settled::Q(0.001), Settled::Winners(0.0)]);
/// assert_eq!(
///     rule.to_string(),
///     "ends when in an epoch Q changes by at most 0.1 % and no object changes its winner"
/// );
/// ```
#[derive(Clone, PartialEq, Debug)]
pub enum Stopping {
    /// When one of these has settled; with none of them, never.
    Any(Vec<Settled>),
    /// When all of these have settled; at least one.
    All(Vec<Settled>),
}

impl Default for Stopping {
    /// When no object changes its winner and no centre moves by more than a ten-thousandth of the spread.
    fn default() -> Self {
        Self::All(vec![Settled::Winners(0.0), Settled::Centres(1e-4)])
    }
}

impl Stopping {
    /// Only when all epochs are done.
    pub fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// Whether training ends with this epoch, before which Q was `q_before`.
    pub(super) fn holds(&self, epoch: &Epoch, q_before: f64) -> bool {
        match self {
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(epoch, q_before)),
            Self::All(rules) => rules.iter().all(|rule| rule.holds(epoch, q_before)),
        }
    }

    pub(super) fn problem(&self) -> Option<String> {
        let (Self::Any(rules) | Self::All(rules)) = self;
        if matches!(self, Self::All(rules) if rules.is_empty()) {
            return Some("stopping: expected at least one rule of all that must hold".to_owned());
        }
        let bad = rules
            .iter()
            .find(|rule| rule.limit().is_nan() || rule.limit() < 0.0);
        bad.map(|rule| {
            format!(
                "stopping: a limit is {}, expected a number of at least 0",
                rule.limit()
            )
        })
    }
}

impl fmt::Display for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rules, word) = match self {
            Self::Any(rules) if rules.is_empty() => {
                return f.write_str("ends when all epochs are done");
            }
            Self::Any(rules) => (rules, " or "),
            Self::All(rules) => (rules, " and "),
        };
        let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
        write!(f, "ends when in an epoch {}", rules.join(word))
    }
}

/// `"q:0.001"`, `"centres:0.0001"` or `"winners:0"`.
impl FromStr for Settled {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "found '{text}', expected q, centres or winners, a colon, and a number of at least 0"
            )
        };
        let (name, limit) = text.split_once(':').ok_or_else(expected)?;
        let limit: f64 = limit.parse().map_err(|_| expected())?;
        if !(limit.is_finite() && limit >= 0.0) {
            return Err(expected());
        }
        match name {
            "q" => Ok(Self::Q(limit)),
            "centres" => Ok(Self::Centres(limit)),
            "winners" => Ok(Self::Winners(limit)),
            _ => Err(expected()),
        }
    }
}

/// `"never"`, one rule, several of which one must hold with commas between, or several that must all hold with plus signs
/// between: `"q:0.001,winners:0"`, `"q:0.001+winners:0"`.
impl FromStr for Stopping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self::never());
        }
        let rules = |between| {
            text.split(between)
                .map(str::parse)
                .collect::<Result<_, _>>()
        };
        match text.contains('+') {
            true => Ok(Self::All(rules('+')?)),
            false => Ok(Self::Any(rules(',')?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read() {
        let (q, winners) = (Settled::Q(0.001), Settled::Winners(0.0));
        for (text, rule) in [
            ("never", Stopping::never()),
            ("q:0.001", Stopping::Any(vec![q])),
            ("q:0.001,winners:0", Stopping::Any(vec![q, winners])),
            ("q:1e-3+winners:0", Stopping::All(vec![q, winners])),
        ] {
            assert_eq!(text.parse(), Ok(rule));
        }
        for text in [
            "",
            "q",
            "q:",
            "q:-1",
            "q:nan",
            "Q:1",
            "q:1,",
            "q:1+winners:0,q:2",
            "winners=0",
        ] {
            let error = text.parse::<Stopping>().unwrap_err();
            assert!(error.starts_with("found '"), "{text}: {error}");
        }
    }

    fn epoch(q: f64, farthest_move: f64, changed: f64) -> Epoch {
        Epoch {
            number: 3,
            of: 9,
            q,
            farthest_move,
            changed,
        }
    }

    #[test]
    fn each_rule_holds_up_to_its_limit_and_no_farther() {
        let within = epoch(99.0, 0.25, 0.5);
        for (rule, closer) in [
            (Settled::Q(0.01), Settled::Q(0.009)),
            (Settled::Centres(0.25), Settled::Centres(0.24)),
            (Settled::Winners(0.5), Settled::Winners(0.49)),
        ] {
            assert!(rule.holds(&within, 100.0), "{rule}");
            assert!(!closer.holds(&within, 100.0), "{closer}");
        }
        // a signed Q too, and one that rises
        assert!(Settled::Q(0.01).holds(&epoch(-99.0, 0.0, 0.0), -100.0));
        assert!(Settled::Q(0.01).holds(&epoch(-101.0, 0.0, 0.0), -100.0));
        assert!(!Settled::Q(0.01).holds(&epoch(-102.0, 0.0, 0.0), -100.0));
    }

    #[test]
    fn any_needs_one_all_needs_each_never_needs_more_than_there_is() {
        let rules = vec![Settled::Centres(0.1), Settled::Winners(0.0)];
        let (any, all) = (Stopping::Any(rules.clone()), Stopping::All(rules));
        for (farthest_move, changed, any_holds, all_holds) in [
            (0.2, 0.5, false, false),
            (0.1, 0.5, true, false),
            (0.2, 0.0, true, false),
            (0.1, 0.0, true, true),
        ] {
            let epoch = epoch(1.0, farthest_move, changed);
            assert_eq!(any.holds(&epoch, 2.0), any_holds, "{epoch:?}");
            assert_eq!(all.holds(&epoch, 2.0), all_holds, "{epoch:?}");
        }
        assert!(!Stopping::never().holds(&epoch(1.0, 0.0, 0.0), 1.0));
    }

    #[test]
    fn limits_that_nothing_could_meet_are_refused() {
        let problem = |stopping: Stopping| stopping.problem();
        assert_eq!(problem(Stopping::default()), None);
        assert_eq!(problem(Stopping::never()), None);
        assert_eq!(
            problem(Stopping::All(vec![])).unwrap(),
            "stopping: expected at least one rule of all that must hold"
        );
        for limit in [-0.1, f64::NAN] {
            let rules = vec![Settled::Q(0.1), Settled::Centres(limit)];
            assert_eq!(
                problem(Stopping::Any(rules)).unwrap(),
                format!("stopping: a limit is {limit}, expected a number of at least 0")
            );
        }
    }

    #[test]
    fn it_is_printed_as_a_sentence_with_the_numbers_that_were_given() {
        for (stopping, sentence) in [
            (Stopping::never(), "ends when all epochs are done"),
            (
                Stopping::default(),
                "ends when in an epoch no object changes its winner and no centre moves farther than 0.0001 of the data's spread",
            ),
            (
                Stopping::Any(vec![Settled::Q(0.07), Settled::Winners(0.29)]),
                "ends when in an epoch Q changes by at most 7 % or at most 29 % of the objects change their winner",
            ),
            (
                Stopping::Any(vec![Settled::Q(1e-20)]),
                "ends when in an epoch Q changes by at most 0.000000000000000001 %",
            ),
        ] {
            assert_eq!(stopping.to_string(), sentence);
        }
    }
}
