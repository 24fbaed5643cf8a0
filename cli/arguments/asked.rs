//! A method as it was asked for: beside its settings as values, all options as they were typed.

use super::Method;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, Error, FromArgMatches, Subcommand};
use unsup_nn::saving::{Value, json};

/// A method to train, and how it was asked for.
#[derive(Debug)]
pub struct Asked {
    /// The method with its settings.
    pub method: Method,
    /// The name under which it is trained.
    pub name: String,
    /// All of its options, in the order of its help.
    pub options: Vec<Chosen>,
}

/// An option, and what was chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chosen {
    /// As it is typed: "--epochs".
    pub option: String,
    /// The value that was typed, or that stands for it; "yes" or "no" where it takes none. `None` where the method
    /// chooses.
    pub value: Option<String>,
    /// Whether it was typed.
    pub is_given: bool,
    /// What its help says of the value where it is not given.
    pub default: Option<String>,
    /// What it is.
    pub help: String,
    /// Whether it takes a value.
    takes_value: bool,
}

impl Asked {
    /// What was chosen for all options that decide what comes of it, for one who is to do the same: those that say where
    /// objects are read, where it is written, how it is shown and at which pace it is saved are not among them. `null`
    /// where the method chooses.
    pub fn decisive(&self) -> Value {
        const OTHERS: [&str; 12] = [
            // known by itself
            "--seed",
            // another name for the same objects does not matter, and other objects are known by their fingerprint
            "--data",
            "--test",
            "--source",
            "--from",
            "--out",
            "--force",
            "--json",
            "--quiet",
            "--threads",
            "--resume",
            "--checkpoint-every",
        ];
        let chosen = self.options.iter();
        let chosen = chosen.filter(|chosen| !OTHERS.contains(&chosen.option.as_str()));
        chosen
            .map(|chosen| (chosen.option.clone(), json!(chosen.value)))
            .collect()
    }

    /// The command line that does the same again; one that goes on with a run is not repeated as such.
    pub fn command_line(&self) -> String {
        let mut words = vec!["unsup".to_owned(), "train".to_owned(), self.name.clone()];
        let given = self.options.iter().filter(|chosen| chosen.is_given);
        for chosen in given.filter(|chosen| chosen.option != "--resume") {
            match &chosen.value {
                Some(value) if chosen.takes_value && value.starts_with('-') => {
                    words.push(quoted(&format!("{}={value}", chosen.option)));
                }
                Some(value) if chosen.takes_value => {
                    words.extend([chosen.option.clone(), quoted(value)]);
                }
                _ => words.push(chosen.option.clone()),
            }
        }
        words.join(" ")
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./,:=+@%".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// The options of a method in the order of its help, and what was chosen.
fn options(command: &Command, matches: &ArgMatches) -> Vec<Chosen> {
    let arguments = command.get_arguments().filter_map(|argument| {
        let id = argument.get_id().as_str();
        let option = format!("--{}", argument.get_long()?);
        let is_given = matches.value_source(id) == Some(ValueSource::CommandLine);
        let takes_value = argument.get_action().takes_values();
        let value = match takes_value {
            false => Some(if is_given { "yes" } else { "no" }.to_owned()),
            true => matches.get_raw(id).map(|values| {
                let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
                let between = argument.get_value_delimiter().unwrap_or(' ');
                values.join(&between.to_string())
            }),
        };
        let long = argument.get_long_help().or(argument.get_help());
        let long = long.map(ToString::to_string).unwrap_or_default();
        let default = long.split_once("[default: ").and_then(|(_, rest)| {
            let end = rest.rfind(']')?;
            Some(rest[..end].to_owned())
        });
        let help = long.split(" [default: ").next().unwrap_or_default();
        Some(Chosen {
            option,
            value,
            is_given,
            default,
            help: help.to_owned(),
            takes_value,
        })
    });
    arguments.collect()
}

impl FromArgMatches for Asked {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Self::from_arg_matches_mut(&mut matches.clone())
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        let methods = Method::augment_subcommands(Command::new("train"));
        let asked = matches.subcommand().and_then(|(name, matches)| {
            let command = methods.find_subcommand(name)?;
            Some((command.get_name().to_owned(), options(command, matches)))
        });
        let (name, options) = asked.unwrap_or_default();
        Ok(Self {
            method: Method::from_arg_matches_mut(matches)?,
            name,
            options,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for Asked {
    fn augment_subcommands(command: Command) -> Command {
        Method::augment_subcommands(command)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Method::augment_subcommands_for_update(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Method::has_subcommand(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;
    use clap::Parser;

    fn asked(words: &[&str]) -> Asked {
        let words = [&["unsup", "train"], words].concat();
        match Arguments::try_parse_from(words).unwrap().command {
            Some(Command::Train { method }) => *method,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_typed_and_what_stands_for_the_rest_is_known() {
        let asked = asked(&[
            "deep",
            "--widths",
            "8,4",
            "--ablate",
            "--data",
            "my table.csv",
        ]);
        assert_eq!(asked.name, "autoencoder");
        let find = |option: &str| {
            let mut options = asked.options.iter();
            options.find(|chosen| chosen.option == option).unwrap()
        };
        let seen = |option| {
            let chosen = find(option);
            (chosen.value.as_deref(), chosen.is_given)
        };
        assert_eq!(seen("--widths"), (Some("8,4"), true));
        assert_eq!(seen("--batch-size"), (Some("50"), false));
        assert_eq!(seen("--ablate"), (Some("yes"), true));
        assert_eq!(seen("--tied"), (Some("no"), false));
        assert_eq!(seen("--epochs"), (None, false));
        let default = find("--epochs").default.as_deref().unwrap();
        assert!(default.starts_with("200; of more than"), "{default}");
        assert!(!find("--epochs").help.contains("default"));
        assert_eq!(
            asked.command_line(),
            "unsup train autoencoder --widths 8,4 --data 'my table.csv' --ablate"
        );
    }

    /// What is repeated is understood as it was.
    #[test]
    fn the_command_line_says_the_same_again() {
        for words in [
            &[
                "som",
                "--size",
                "4x3",
                "--missing",
                "?,-1,it's",
                "--data",
                "a",
            ][..],
            &["gan", "--digits", "--noise", "0.5"],
            &["lupi", "--curve", "20,40", "--seed", "3", "--quiet"],
            &["classifier", "--missing=-1", "--data=--x", "--resume"],
        ] {
            let first = asked(words);
            let line = first.command_line();
            // as a shell would
            let mut split = vec![String::new()];
            let mut is_within = false;
            let mut letters = line.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\'' => is_within = !is_within,
                    ' ' if !is_within => split.push(String::new()),
                    '\\' if !is_within => split.last_mut().unwrap().extend(letters.next()),
                    letter => split.last_mut().unwrap().push(letter),
                }
            }
            let again: Vec<&str> = split[2..].iter().map(String::as_str).collect();
            let again = asked(&again);
            let without_resume = |asked: &Asked| {
                let mut options = asked.options.clone();
                options.retain(|chosen| chosen.option != "--resume");
                options
            };
            assert_eq!(without_resume(&again), without_resume(&first), "{line}");
        }
    }
}
