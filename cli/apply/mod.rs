//! `unsup apply`: new objects through a trained model.
//!
//! | file | what it does |
//! |---|---|
//! | `destination` | where rows are written, and how |
//! | `judge` | how right the model is, where that is known |
//!
//! A file is read as a whole; it is answered, and the answers are written, a block of objects at a time.

mod destination;
mod judge;

pub use destination::{Destination, check_new};

use crate::arguments::{Apply, What};
use crate::data::Missing;
use crate::model::{Model, find};
use crate::output::print;
use crate::train::{count, set_threads};
use judge::Judge;
use std::cell::RefCell;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use unsup_nn::saving::json;
use unsup_nn::train::blocks;

/// `unsup apply`
pub fn apply(arguments: &Apply) -> Result<(), Box<dyn Error>> {
    set_threads(arguments.threads);
    let destination = Destination::of(&arguments.table)?;
    let trained = Model::open(&arguments.model)?;
    let offer = trained.offer(arguments.what)?;
    let read = [Some(find(&arguments.model)?), arguments.data.clone()];
    destination.check_none_of(
        &read
            .iter()
            .flatten()
            .map(AsRef::as_ref)
            .collect::<Vec<&Path>>(),
    )?;
    let missing = match trained.takes_missing {
        true => Missing::Kept,
        false => Missing::Refused,
    };
    let file = arguments.data.as_deref();
    let objects = trained
        .on
        .objects(&arguments.reading, file, missing, arguments.quiet)?;

    let x = match (offer.what, &trained.privileged) {
        (What::Teacher, Some(privileged)) => &privileged.beside(&objects)?,
        _ => &objects.x,
    };
    let judge = RefCell::new(Judge::of(&trained, offer, &objects, x)?);
    let mut names = Vec::new();
    let answers = blocks(x.rows()).map(|rows| {
        let x = x.select_rows(&rows);
        let answer = offer.answer(&x);
        if let Some(row) = answer.first_not_finite(!trained.takes_missing) {
            return Err(format!(
                "{}: the answer to object {} is not finite: it lies too far from the training data",
                objects.source,
                objects.numbers[rows[row]] + 1
            ));
        }
        if let Some(judge) = judge.borrow_mut().as_mut() {
            judge.hear(&rows, &x, offer, &answer);
        }
        if names.is_empty() {
            names = answer.names().into_iter().map(str::to_owned).collect();
        }
        Ok(answer)
    });
    destination.write(x.rows(), answers)?;

    let judge = judge.into_inner();
    if let (Some(judge), false) = (&judge, arguments.quiet) {
        for line in judge.lines() {
            // where standard error takes nothing, the answers are written all the same
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
    let Some(out) = destination.path() else {
        return Ok(());
    };
    let out = out.display().to_string();
    let (method, rows) = (&trained.method, objects.x.rows());
    if arguments.table.json {
        let mut said = json!({
            "method": method,
            "what": offer.name(),
            "objects": rows,
            "columns": names,
            "accuracy": judge.as_ref().and_then(Judge::accuracy),
            "file": out,
        });
        if let Some(tasks) = judge.as_ref().and_then(Judge::tasks) {
            said["tasks"] = tasks;
        }
        return Ok(print(&format!("{said}\n"))?);
    }
    let said = format!(
        "{}: {} of {}, {}\n{out}\n",
        method,
        offer.name(),
        count(rows, "object", "objects"),
        count(names.len(), "column", "columns"),
    );
    Ok(print(&said)?)
}
