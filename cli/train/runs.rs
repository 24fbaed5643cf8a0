//! Methods that are trained several times: from other draws, on tasks of other sizes, beside their controls. What they
//! share is here: the folder, one line of progress, the report.

use super::report::{self, Report, Section, Table};
use super::{HISTORY, MODEL, Outcome, SCALING, count, folder, loss, scaling_rows, set_threads};
use crate::arguments::RunOptions;
use crate::data::About;
use crate::output::OutputFolder;
use crate::pictures::Picture;
use crate::progress::TrainingBar;
use std::cell::RefCell;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;
use unsup_models::{Epoch, History};
use unsup_nn::Module;
use unsup_nn::saving::Description;

/// Several trainings, and where their results go.
pub struct Runs<'a> {
    options: &'a RunOptions,
    out: OutputFolder,
    /// The losses of a training, drawn.
    losses: Option<String>,
    /// Those of the trainings of the first run, by what they are of.
    kept: RefCell<Vec<(String, Vec<(f64, f64)>)>>,
    start: Instant,
    bar: Option<TrainingBar>,
    done: usize,
}

/// What they came to.
pub struct Findings {
    /// What was trained on what: lines, the first without its end, to which seed and time are added.
    pub head: String,
    /// Figures one by one.
    pub sections: Vec<Section>,
    /// Figures in rows and columns.
    pub tables: Vec<Table>,
    /// What is wrong, in words.
    pub warnings: Vec<String>,
    /// What is drawn, in the order in which it is to be looked at.
    pub pictures: Vec<Picture>,
}

impl<'a> Runs<'a> {
    /// Makes sure of the folder, before anything is trained; `names` are the files that the method may write beside the
    /// model.
    ///
    /// # Errors
    /// If the folder can't be written to.
    pub fn open(
        method: &str,
        options: &'a RunOptions,
        names: &[&'static str],
    ) -> Result<Self, Box<dyn Error>> {
        set_threads(options.threads);
        let names = [&[MODEL, HISTORY], names].concat();
        Ok(Self {
            options,
            out: folder(method, options, &names, false)?,
            losses: None,
            kept: RefCell::default(),
            start: Instant::now(),
            bar: None,
            done: 0,
        })
    }

    /// How many trainings there will be: from now on progress is shown.
    pub fn expect(&mut self, trainings: usize) {
        self.bar = Some(TrainingBar::counting("run", trainings, self.options.quiet));
    }

    /// One more training has ended; `what` is to be shown of it.
    pub fn trained(&mut self, what: String) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.update(self.done, what);
        }
    }

    /// An epoch of a training that goes on has ended; it is shown beside `what` it is of.
    pub fn during(&self, what: &str, epoch: &Epoch) -> ControlFlow<()> {
        if self.done == 0 {
            self.keep(what, epoch);
        }
        self.show(what, epoch)
    }

    /// The same without keeping its losses.
    pub fn show(&self, what: &str, epoch: &Epoch) -> ControlFlow<()> {
        if let Some(bar) = &self.bar {
            bar.update(
                self.done,
                format!("{what}, epoch {}: {}", epoch.number, loss(epoch)),
            );
        }
        ControlFlow::Continue(())
    }

    /// Keeps the losses of an epoch, to be drawn where nothing else is.
    pub fn keep(&self, what: &str, epoch: &Epoch) {
        let mut kept = self.kept.borrow_mut();
        let place = kept.iter().position(|(name, _)| name == what);
        let place = place.unwrap_or_else(|| {
            kept.push((what.to_owned(), Vec::new()));
            kept.len() - 1
        });
        // of a training in parts the epochs go on
        let points = &mut kept[place].1;
        points.push(((points.len() + 1) as f64, epoch.losses.total));
    }

    /// Whether losses have been kept.
    pub fn has_kept(&self) -> bool {
        !self.kept.borrow().is_empty()
    }

    /// Says something above the line of progress.
    pub fn say(&self, text: &str) {
        if let (Some(bar), false) = (&self.bar, self.options.quiet) {
            bar.say(text);
        }
    }

    /// Writes a model, with the scaling of the features that it was trained with, where there are such.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save(
        &mut self,
        model: &dyn Module<f32>,
        description: &Description,
        data: Option<&About>,
    ) -> Result<(), Box<dyn Error>> {
        self.save_as(MODEL, model, description, data)
    }

    /// The same under another name.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save_as(
        &mut self,
        name: &'static str,
        model: &dyn Module<f32>,
        description: &Description,
        data: Option<&About>,
    ) -> Result<(), Box<dyn Error>> {
        let rows = data.map(scaling_rows);
        let scaling: Vec<_> = rows
            .iter()
            .flat_map(|rows| SCALING.into_iter().zip(rows))
            .collect();
        self.out.save_model(name, model, description, &scaling)?;
        Ok(())
    }

    /// Writes the losses of each epoch.
    ///
    /// # Errors
    /// If they can't be written.
    pub fn save_history(&mut self, history: &History) -> Result<(), Box<dyn Error>> {
        let mut table = Vec::new();
        history.write_csv(&mut table)?;
        self.write(HISTORY, &table)?;
        self.losses = report::losses(history);
        Ok(())
    }

    /// Writes another file.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.out.write(name, bytes)
    }

    /// Leaves what has been written beside what was there before, where nothing better came of it. Returns its paths.
    ///
    /// # Errors
    /// If it can't be put in its place.
    pub fn leave(mut self) -> Result<Vec<PathBuf>, String> {
        self.out.commit_beside()
    }

    /// Draws and writes.
    ///
    /// # Errors
    /// If something can't be drawn or written.
    pub fn finish(mut self, findings: Findings) -> Result<Outcome, Box<dyn Error>> {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
        let Findings {
            head,
            sections,
            tables,
            warnings,
            pictures,
        } = findings;
        self.out.write_pictures(&pictures)?;
        let seconds = self.start.elapsed().as_secs_f64();
        let (title, rest) = head.split_once('\n').unwrap_or((&head, ""));
        let report = Report {
            head: format!(
                "{title}, seed {}, {seconds:.1} s\n{rest}",
                self.options.seed
            ),
            sections,
            tables,
            ablated: None,
            warnings,
            losses: self.losses.or_else(|| {
                let caption = "The losses of the first run, epoch by epoch; of a training in parts one part after the other";
                report::over_epochs(&self.kept.into_inner(), "loss", caption)
            }),
            chosen: Vec::new(),
            seconds,
        };
        Ok(report.outcome(self.out, pictures))
    }
}

/// Runs in words, for a title: "5 runs".
pub fn runs(number: usize) -> String {
    count(number, "run", "runs")
}

/// The seed of the run `run`.
pub fn seed_of(seed: u64, run: usize) -> u64 {
    seed.wrapping_add(run as u64)
}

/// The mean of some numbers.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// What a picture of means and their spread says of both.
pub fn spread_of(runs: usize) -> String {
    match runs {
        1 => "One run.".to_owned(),
        several => format!("Means of {several} runs and their standard deviations."),
    }
}
