//! The losses of each epoch.

use super::Losses;
use std::io::{self, Write};

/// What an epoch came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Epoch {
    /// Which it was, from 1.
    pub number: usize,
    /// How many there are to be.
    pub of: usize,
    /// The training losses: means over the epoch's batches as they were met, each before its step and with dropout.
    pub losses: Losses,
    /// The losses on the validation objects after the epoch, where there are such.
    pub validation: Option<Losses>,
    /// The mean over the steps of √ Σ g².
    pub gradient_norm: f64,
    /// The factor of the learning rate at the last step.
    pub rate_factor: f64,
}

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// All epochs were done.
    Completed,
    /// The validation loss had not fallen for as many epochs as the patience allows.
    Patience,
    /// It was stopped from outside, by an observer say.
    Stopped,
}

/// The epochs of a run, and how it ended.
#[derive(Clone, PartialEq, Debug)]
pub struct History {
    /// The epochs, first to last; one that was broken off is not among them.
    pub epochs: Vec<Epoch>,
    /// The number of the epoch whose parameters the model has been given back, where early stopping chose one.
    pub best: Option<usize>,
    /// Why it ended.
    pub end: End,
}

impl History {
    /// The last epoch; `None` where none was completed.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// Writes a table of comma-separated values, a line an epoch: its number, the training loss and each of its terms,
    /// the same for the validation objects where there are such, the gradient's norm and the rate's factor. Numbers are
    /// written so that they read back to the same bits.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        let Some(first) = self.epochs.first() else {
            return writeln!(out, "epoch,loss");
        };
        let mut header = vec!["epoch".to_owned()];
        let mut name = |losses: &Losses, prefix: &str| {
            header.push(format!("{prefix}loss"));
            let names = losses
                .terms
                .iter()
                .map(|(name, _)| format!("{prefix}{name}"));
            header.extend(names);
        };
        name(&first.losses, "");
        if let Some(validation) = &first.validation {
            name(validation, "validation ");
        }
        header.extend(["gradient norm".to_owned(), "rate factor".to_owned()]);
        let header: Vec<String> = header.iter().map(|name| quoted(name)).collect();
        writeln!(out, "{}", header.join(","))?;
        for epoch in &self.epochs {
            write!(out, "{}", epoch.number)?;
            for losses in [Some(&epoch.losses), epoch.validation.as_ref()]
                .into_iter()
                .flatten()
            {
                write!(out, ",{}", losses.total)?;
                for (_, value) in &losses.terms {
                    write!(out, ",{value}")?;
                }
            }
            writeln!(out, ",{},{}", epoch.gradient_norm, epoch.rate_factor)?;
        }
        Ok(())
    }
}

/// A cell of comma-separated values, in quotes where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    #[test]
    fn the_table_has_a_line_an_epoch() {
        let losses = |total: f64| Losses {
            total,
            terms: smallvec![("kl".into(), total / 3.0), ("a, \"b\"".into(), 0.0)],
        };
        let epoch = |number, validation| Epoch {
            number,
            of: 2,
            losses: losses(0.1 + 0.2),
            validation,
            gradient_norm: 2.5,
            rate_factor: 1.0,
        };
        let table = |epochs| {
            let history = History {
                epochs,
                best: None,
                end: End::Completed,
            };
            let mut out = Vec::new();
            history.write_csv(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            table(vec![epoch(1, None)]),
            "epoch,loss,kl,\"a, \"\"b\"\"\",gradient norm,rate factor\n\
             1,0.30000000000000004,0.10000000000000002,0,2.5,1\n"
        );
        let validated = table(vec![
            epoch(1, Some(losses(3.0))),
            epoch(2, Some(losses(6.0))),
        ]);
        let lines: Vec<&str> = validated.lines().collect();
        assert!(
            lines[0].contains(",validation loss,validation kl,"),
            "{}",
            lines[0]
        );
        assert!(
            lines[2].starts_with("2,0.30000000000000004,") && lines[2].ends_with(",6,2,0,2.5,1")
        );
        assert_eq!(table(vec![]), "epoch,loss\n");
    }
}
