//! `unsup methods`: what there is to train, as the lecture is arranged; and what is said to a name that there is not.

use crate::arguments::{Arguments, ListMethods};
use crate::output::print;
use clap::{Command, CommandFactory};
use serde_json::{Value, json};
use std::error::Error;

/// The parts of the lecture, each with its first method; the other methods follow in the order in which they are
/// defined.
const FAMILIES: [(&str, &str); 5] = [
    ("Kohonen's networks", "wta"),
    ("Auto-encoders", "linear"),
    ("Transfer of knowledge", "transfer"),
    ("Adversarial networks", "gan"),
    ("To measure the others by", "classifier"),
];

/// Names of what is found under another: in which words it is asked for, and how it is trained.
const ELSEWHERE: [(&[&str], &str); 7] = [
    (
        &["k-means", "kmeans"],
        "`unsup train wta` is k-means, object by object",
    ),
    (
        &["pca"],
        "`unsup train linear` learns its subspace and prints both errors",
    ),
    (
        &["lvq1", "olvq1", "lvq2.1", "lvq3", "glvq"],
        "it is a variant of LVQ, `unsup train lvq --variant NAME`",
    ),
    (
        &["surrogate"],
        "`unsup train distill --function NAME` makes one",
    ),
    (
        &["logistic-regression", "softmax"],
        "it is a classifier without layers between, `unsup train classifier --widths none`",
    ),
    (
        &["wgan", "wgan-gp"],
        "it is a game of the adversarial network, `unsup train gan --game wasserstein`",
    ),
    (
        &["dreams", "generate"],
        "`unsup train variational` and `unsup train gan` make new objects",
    ),
];

/// A method, as the command line defines it.
pub struct MethodEntry {
    /// The name under which it is trained.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The part of the lecture that it belongs to.
    pub family: &'static str,
    /// What it is, in a line.
    pub about: String,
    /// Whether it takes data of one's own.
    data: bool,
    /// Whether it takes the classes of the objects.
    label: bool,
    /// Whether a training that was interrupted goes on.
    resumes: bool,
}

/// Prints all methods.
///
/// # Errors
/// If standard output takes nothing.
pub fn methods(settings: &ListMethods) -> Result<(), Box<dyn Error>> {
    let entries = entries();
    let text = if settings.json {
        let entries: Vec<Value> = entries.iter().map(MethodEntry::json).collect();
        format!("{}\n", json!({ "methods": entries }))
    } else if settings.quiet {
        entries
            .iter()
            .map(|entry| entry.name.clone() + "\n")
            .collect()
    } else {
        list(&entries)
    };
    Ok(print(&text)?)
}

/// All methods, in the order of the lecture.
pub fn entries() -> Vec<MethodEntry> {
    let command = Arguments::command();
    let train = command
        .find_subcommand("train")
        .expect("there is a command to train");
    let mut family = "";
    let methods = train.get_subcommands().map(|method| {
        let begun = FAMILIES
            .iter()
            .find(|(_, first)| *first == method.get_name());
        family = begun.map_or(family, |&(name, _)| name);
        MethodEntry::of(method, family)
    });
    methods.collect()
}

/// The method of this name or alias.
pub fn find(name: &str) -> Option<MethodEntry> {
    let is_meant = |method: &MethodEntry| {
        method.name == name || method.aliases.iter().any(|alias| alias == name)
    };
    entries().into_iter().find(is_meant)
}

impl MethodEntry {
    fn of(method: &Command, family: &'static str) -> Self {
        let takes = |option: &str| {
            let mut options = method.get_arguments();
            options.any(|argument| argument.get_id() == option && !argument.is_hide_set())
        };
        Self {
            name: method.get_name().to_owned(),
            aliases: method.get_visible_aliases().map(str::to_owned).collect(),
            family,
            about: method
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default(),
            data: takes("data"),
            label: takes("label"),
            resumes: takes("resume"),
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "aliases": self.aliases,
            "family": self.family,
            "about": self.about,
            "data": self.data,
            "label": self.label,
            "resumes": self.resumes,
        })
    }

    /// Its name, and behind it the others.
    fn names(&self) -> String {
        if self.aliases.is_empty() {
            return self.name.clone();
        }
        format!("{} ({})", self.name, self.aliases.join(", "))
    }
}

/// A line for each method, under the part of the lecture.
fn list(entries: &[MethodEntry]) -> String {
    let width = entries
        .iter()
        .map(|entry| entry.names().len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    let mut family = "";
    for entry in entries {
        if entry.family != family {
            let gap = if text.is_empty() { "" } else { "\n" };
            family = entry.family;
            text += &format!("{gap}{family}\n");
        }
        text += &format!("  {:width$}  {}\n", entry.names(), entry.about);
    }
    text + "\n`unsup train METHOD --help` explains a method and its options.\n"
}

/// What is said where `name` is neither a command nor a method, to which `similar` names are the nearest.
pub fn unknown(name: &str, similar: &[String]) -> String {
    let found = format!("found '{name}'");
    let elsewhere = ELSEWHERE.iter().find(|(names, _)| names.contains(&name));
    if let Some((_, advice)) = elsewhere {
        return format!("{found}, expected a command or a method: {advice}");
    }
    if let Some(method) = find(name) {
        let method = method.name;
        return format!("{found}, expected a command: it is a method, `unsup train {method}`");
    }
    let nearest = match similar {
        [] => String::new(),
        names => format!(": did you mean {}?", names.join(" or ")),
    };
    format!(
        "{found}, expected a command (`unsup --help` lists them) or a method (`unsup methods`){nearest}"
    )
}

/// What is said where `found` is no option, and nothing else that is expected, of the command whose `usage` this is;
/// `near` is the option most like it.
pub fn unexpected(found: &str, usage: &str, near: Option<&str>) -> String {
    let words = usage.split_whitespace().skip_while(|word| *word != "unsup");
    let is_name = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_lowercase());
    let command: Vec<&str> = words.take_while(is_name).collect();
    let command = command.join(" ");
    if command == "unsup" && is_of_lecture(found) {
        return format!("found '{found}', expected a command before it: `unsup lecture {found}`");
    }
    let near = near.map_or(String::new(), |near| format!(": did you mean '{near}'?"));
    let expected = match found.starts_with('-') {
        true => "an option of",
        false => "nothing but options of",
    };
    format!("found '{found}', expected {expected} `{command}` (--help lists them){near}")
}

/// Whether the lecture has this option.
fn is_of_lecture(option: &str) -> bool {
    let command = Arguments::command();
    let lecture = command
        .find_subcommand("lecture")
        .expect("there is a lecture");
    let mut options = lecture.get_arguments();
    options.any(|one| match option.strip_prefix("--") {
        Some(long) => one.get_long() == Some(long),
        None => one
            .get_short()
            .is_some_and(|short| option == format!("-{short}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_its_part_of_the_lecture_and_a_line() {
        let entries = entries();
        for entry in &entries {
            assert!(!entry.family.is_empty(), "{}", entry.name);
            assert!(
                !entry.about.is_empty() && !entry.about.contains('\n'),
                "{}",
                entry.name
            );
        }
        let mut families: Vec<&str> = entries.iter().map(|entry| entry.family).collect();
        families.dedup();
        assert_eq!(families, FAMILIES.map(|(family, _)| family));
    }

    #[test]
    fn what_is_found_elsewhere_is_no_name_of_a_method() {
        let command = Arguments::command();
        let train = command.find_subcommand("train").unwrap();
        for name in ELSEWHERE.iter().flat_map(|(names, _)| *names) {
            assert!(train.find_subcommand(name).is_none(), "{name}");
        }
    }
}
