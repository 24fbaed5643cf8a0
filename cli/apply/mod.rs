//! `unsup apply`: new objects through a trained model.
//!
//! | file | what it does |
//! |---|---|
//! | `destination` | where rows are written, and how |
//!
//! A file is read as a whole; it is answered, and the answers are written, a block of objects at a time.

mod destination;

pub use destination::{Destination, check_new};

use crate::arguments::{Apply, What};
use crate::data::{Missing, Part};
use crate::model::{Answer, Model, Offer, find};
use crate::output::print;
use crate::train::{count, set_threads};
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

    let judged = RefCell::new(Judged::of(&trained, &objects));
    let mut names = Vec::new();
    let answers = blocks(objects.x.rows()).map(|rows| {
        let x = objects.x.select_rows(&rows);
        let answer = offer.answer(&x);
        if let Some(row) = answer.first_not_finite(!trained.takes_missing) {
            return Err(format!(
                "{}: the answer to object {} is not finite: it lies too far from the training data",
                objects.source,
                objects.numbers[rows[row]] + 1
            ));
        }
        if let Some(judged) = judged.borrow_mut().as_mut() {
            match offer.what == What::Classes {
                true => judged.hear(&rows, &answer),
                false => judged.hear(&rows, &judged.by.answer(&x)),
            }
        }
        if names.is_empty() {
            names = answer.names().into_iter().map(str::to_owned).collect();
        }
        Ok(answer)
    });
    destination.write(objects.x.rows(), answers)?;

    let judged = judged.into_inner();
    let accuracy = judged.as_ref().map(Judged::accuracy);
    if let (Some(accuracy), false) = (accuracy, arguments.quiet) {
        let objects = count(objects.x.rows(), "object", "objects");
        // where standard error takes nothing, the answers are written all the same
        let _ = writeln!(io::stderr(), "accuracy {accuracy:.4} on {objects}");
    }
    let Some(out) = destination.path() else {
        return Ok(());
    };
    let out = out.display().to_string();
    let (method, rows) = (&trained.method, objects.x.rows());
    if arguments.table.json {
        let said = json!({
            "method": method,
            "what": offer.name(),
            "objects": rows,
            "columns": names,
            "accuracy": accuracy,
            "file": out,
        });
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

/// How many objects have the class that the model tells.
struct Judged<'a> {
    by: &'a Offer,
    classes: &'a [usize],
    right: usize,
}

impl<'a> Judged<'a> {
    /// If the model tells classes, and those of the objects are known.
    fn of(trained: &'a Model, objects: &'a Part) -> Option<Self> {
        Some(Self {
            by: trained.find_offer(What::Classes)?,
            classes: objects.labels.as_deref()?,
            right: 0,
        })
    }

    /// Compares the classes of some rows. An object of which nothing can be told counts as wrong.
    fn hear(&mut self, rows: &[usize], told: &Answer) {
        let told = &told.columns[0];
        let right = rows.iter().enumerate();
        let right = right.filter(|&(i, &row)| told.number(i) == self.classes[row] as f64);
        self.right += right.count();
    }

    fn accuracy(&self) -> f64 {
        self.right as f64 / self.classes.len() as f64
    }
}
