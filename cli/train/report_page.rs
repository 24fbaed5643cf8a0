//! The page of a training: what was trained on what, what came of it, all settings, and how the model is used.

use super::report::Account;
use super::usage::{Usage, usage};
use super::{HISTORY, MODEL, Outcome, REPORT};
use crate::arguments::{Asked, Chosen};
use crate::page::{Column, Page, Table};
use crate::pictures::{Picture, title_of};
use std::error::Error;
use unsup_nn::saving::{Description, Value};

/// What the files of trainings are, pictures left out: these say it themselves.
const FILES: [(&str, &str); 8] = [
    (
        MODEL,
        "The trained model: parameters by name, the scaling of its features, what it is. Python's safetensors reads it too",
    ),
    (
        HISTORY,
        "The figures of each epoch, as comma-separated values",
    ),
    (
        "codebook.cod",
        "The centres, in the unit of the data, as SOM_PAK and LVQ_PAK have them",
    ),
    (
        "samples.csv",
        "New objects, in the unit of the data, as comma-separated values",
    ),
    ("map.html", "The map in pictures, explained"),
    ("teacher.safetensors", "The teacher, as the model"),
    ("student.safetensors", "The student, as the model"),
    (REPORT, "This page"),
];

/// The page of a training that was asked for so.
///
/// # Errors
/// If a picture can't be drawn.
pub fn page(asked: &Asked, outcome: &Outcome) -> Result<String, Box<dyn Error>> {
    let Account {
        head,
        tables,
        remarks,
        warnings,
        losses,
        pages,
        ..
    } = &outcome.account;
    let first = head.lines().next().unwrap_or_default();
    let title = first.split(", ").next().unwrap_or(first);
    let mut page = Page::new(title, "");
    page.section("What was trained");
    for line in head.lines() {
        page.words(line);
    }
    for warning in warnings {
        page.note(&format!("Warning: {warning}"));
    }
    page.words("The same again:");
    page.code("Command line", &asked.command_line());
    for (file, what) in pages {
        page.link(file, what);
    }

    page.section("What came of it");
    for remark in remarks {
        page.words(remark);
    }
    for table in tables {
        page.table(table);
    }
    if let Some(losses) = losses {
        page.picture(losses)?;
    }
    if !outcome.pictures.is_empty() {
        page.section("What it looks like");
        for Picture { name, svg } in &outcome.pictures {
            page.picture(svg)?;
            page.link(name, name);
        }
    }

    page.section("Settings");
    page.table(&settings(&asked.options, outcome));
    if let Some(description) = outcome.out.description() {
        page.part("What the model says of itself");
        page.table(&described(description));
    }

    page.section("Files");
    let written = outcome.out.written().iter().map(String::as_str);
    let files: Vec<(&str, String)> = written
        .chain([REPORT])
        .map(|name| (name, what_is(name, &outcome.pictures)))
        .collect();
    page.files(&files);

    if let Some(description) = outcome.out.description() {
        page.section("How to use it");
        let model = outcome.out.path(MODEL).display().to_string();
        let folder = outcome.out.folder().display().to_string();
        let Usage {
            commands,
            rust,
            python,
        } = usage(description, &folder, &model);
        page.part("On the command line");
        page.code("Command line", &commands.join("\n"));
        page.part("In Python");
        page.code("Python", &python);
        page.part("In Rust");
        page.words(&format!(
            "With the crates unsup-models and unsup-nn, the latter with its feature “saving”. The file is here {model}."
        ));
        page.code("Rust", &rust);
    }
    Ok(page.finish())
}

/// All options with what was chosen.
fn settings(options: &[Chosen], outcome: &Outcome) -> Table {
    let rows = options.iter().map(|chosen| {
        let (value, from) = match (&chosen.value, by_method(&chosen.option, outcome)) {
            (Some(value), _) if chosen.is_given => (value.clone(), "given"),
            (Some(value), _) => (value.clone(), "default"),
            (None, Some(value)) => (value, "chosen"),
            (None, None) => match &chosen.default {
                Some(default) => (format!("not given: {default}"), "default"),
                None => ("not given".to_owned(), "default"),
            },
        };
        vec![
            chosen.option.clone(),
            value,
            from.to_owned(),
            first_sentence(&chosen.help).to_owned(),
        ]
    });
    Table {
        caption: String::new(),
        columns: ["Option", "Value", "From", "What it is"]
            .map(Column::words)
            .to_vec(),
        rows: rows.collect(),
    }
}

/// What the method has chosen for an option that was not given, where that is known: it says so, or the saved model
/// does.
fn by_method(option: &str, outcome: &Outcome) -> Option<String> {
    if option == "--out" {
        return Some(outcome.out.folder().display().to_string());
    }
    let mut chosen = outcome.account.chosen.iter();
    if let Some((_, value)) = chosen.find(|(name, _)| *name == option) {
        return Some(value.clone());
    }
    let name = option.strip_prefix("--")?.replace('-', "_");
    match &outcome.out.description()?.settings[name] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn first_sentence(text: &str) -> &str {
    let first = text.split(". ").next().unwrap_or_default();
    first.strip_suffix('.').unwrap_or(first)
}

/// Longer values of a model's description, lists of names say, are left to the file.
const LONGEST: usize = 120;

/// What a model says of itself, as far as it is short.
fn described(description: &Description) -> Table {
    let Description {
        method,
        settings,
        seed,
        data,
    } = description;
    let mut rows = vec![
        vec!["method".to_owned(), method.clone()],
        vec!["seed".to_owned(), seed.to_string()],
        vec!["data".to_owned(), data.clone()],
    ];
    let settings = settings.as_object().into_iter().flatten();
    rows.extend(settings.map(|(name, value)| {
        let shown = match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let shown = match shown.chars().count() {
            0..=LONGEST => shown,
            _ => "in the file".to_owned(),
        };
        vec![name.replace('_', " "), shown]
    }));
    Table {
        caption: String::new(),
        columns: ["Name", "Value"].map(Column::words).to_vec(),
        rows,
    }
}

/// What a file is, in a line.
fn what_is(name: &str, pictures: &[Picture]) -> String {
    if let Some(picture) = pictures.iter().find(|picture| picture.name == name) {
        return title_of(&picture.svg);
    }
    let known = FILES.iter().find(|(file, _)| *file == name);
    known.map_or(String::new(), |(_, what)| (*what).to_owned())
}
