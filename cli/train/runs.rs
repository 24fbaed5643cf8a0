//! Methods that are trained several times: from other draws, on tasks of other sizes, beside their controls. What they
//! share is here: the folder, one line of progress, the report.

use super::checkpoints::{
    BETWEEN_CHECKPOINTS, Pace, Stop, WORTH_SAVING, described, earlier, steps_of,
};
use super::report::{self, Points, Report, Section, Table};
use super::side_by_side::Live;
use super::{HISTORY, MODEL, Outcome, SCALING, count, folder, loss, scaling_rows, set_threads};
use crate::arguments::{Asked, CheckpointOptions, RunOptions};
use crate::data::About;
use crate::interruption::{self, Interrupted, Saving};
use crate::output::{CHECKPOINT, OutputFolder};
use crate::pictures::Picture;
use crate::progress::TrainingBar;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;
use unsup_data::in_one_line;
use unsup_models::{Epoch, History, Training};
use unsup_nn::Module;
use unsup_nn::saving::{Description, State, json};
use unsup_nn::train::Criterion;

/// Several trainings, and where their results go.
pub struct Runs<'a> {
    options: &'a RunOptions,
    checkpoints: &'a CheckpointOptions,
    out: OutputFolder,
    /// The losses of a training, drawn.
    losses: Option<String>,
    /// Those of the trainings of the first run, by what they are of.
    kept: RefCell<Vec<(String, Points)>>,
    start: Instant,
    bar: Option<TrainingBar>,
    done: usize,
    expected: usize,
    /// What a checkpoint says of them.
    description: Description,
    /// The trainings that have begun, those that an interrupted process has left among them.
    states: BTreeMap<String, State>,
    /// When the last checkpoint was written.
    saved: Instant,
    /// How many steps those took that have ended since.
    steps: u64,
    /// One of them has failed, and would fail again.
    is_given_up: bool,
    /// How many have begun one after the other.
    begun: usize,
    /// How often some were done side by side.
    divided: usize,
    /// While they go on a signal does not end the process, but waits for them to be saved.
    saving: Option<Saving>,
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
    /// model, `data` is the fingerprint of what it is trained on.
    ///
    /// # Errors
    /// If the folder can't be written to, or the checkpoint from which they are to go on is of other trainings.
    pub fn open(
        asked: &'a Asked,
        checkpoints: &'a CheckpointOptions,
        names: &[&'static str],
        data: String,
    ) -> Result<Self, Box<dyn Error>> {
        let options = asked.method.run_options();
        set_threads(options.threads);
        let names = [&[MODEL, HISTORY, CHECKPOINT], names].concat();
        let out = folder(&asked.name, options, &names, checkpoints.resume)?;
        let description = described(asked, data);
        let earlier = earlier(&out, checkpoints, options.quiet, &description)?;
        let states = earlier.iter().flat_map(|earlier| {
            let parts = earlier.parts().into_iter();
            parts.filter_map(|name| Some((name.clone(), earlier.part(&name)?)))
        });
        Ok(Self {
            states: states.collect(),
            options,
            checkpoints,
            out,
            losses: None,
            kept: RefCell::default(),
            start: Instant::now(),
            bar: None,
            done: 0,
            expected: 1,
            description,
            saved: Instant::now(),
            steps: 0,
            is_given_up: false,
            begun: 0,
            divided: 0,
            saving: Some(Saving::begin()),
        })
    }

    /// How many trainings there will be: from now on progress is shown.
    pub fn expect(&mut self, trainings: usize) {
        self.expected = trainings;
        self.bar = Some(TrainingBar::counting("run", trainings, self.options.quiet));
    }

    /// Trains a model by Adam, or lets it go on where an interrupted training of it stood; `what` is shown of it.
    ///
    /// # Errors
    /// If a setting is out of range, training diverges, or a signal asks to end.
    pub fn fit<M: Module<f32>>(
        &mut self,
        what: &str,
        model: &mut M,
        criterion: &dyn Criterion<f32, M>,
        training: &Training,
    ) -> Result<History, Stop> {
        let (is_first, number) = (self.done == 0, self.begun);
        self.begun += 1;
        let runs = Mutex::new(self);
        Live::of(&runs, is_first, "one".to_owned(), number).fit(what, model, criterion, training)
    }

    /// A name for those that are done side by side, which no others have.
    pub fn divide(&mut self) -> String {
        self.divided += 1;
        format!("side{}", self.divided)
    }

    /// The state of the training of that name, if it has begun.
    pub fn state(&self, key: &str) -> Option<State> {
        self.states.get(key).cloned()
    }

    /// When a training that has taken so many steps is to be saved.
    pub fn pace(&self, steps: u64) -> Pace {
        Pace::new(self.checkpoints, steps).among_others()
    }

    /// Saves all trainings that have begun, of which this one now stands there.
    ///
    /// # Errors
    /// If the checkpoint can't be written.
    pub fn save_state(&mut self, key: &str, state: State) -> Result<(), String> {
        self.states.insert(key.to_owned(), state);
        self.write_checkpoint()
    }

    /// Keeps the state of a training that has ended, for the next checkpoint, which may be due.
    pub fn ended(&mut self, key: &str, state: State) {
        let steps = steps_of(state.values());
        self.states.insert(key.to_owned(), state);
        self.steps += steps;
        let is_due = match self.checkpoints.checkpoint_every {
            Some(every) => self.steps >= every as u64,
            None => self.saved.elapsed() >= BETWEEN_CHECKPOINTS,
        };
        if is_due {
            self.write_or_say();
        }
    }

    fn write_or_say(&mut self) {
        if let Err(error) = self.write_checkpoint() {
            self.say(&in_one_line(&format!(
                "the runs go on, but could not be saved: {error}"
            )));
        }
    }

    fn write_checkpoint(&mut self) -> Result<(), String> {
        if self.is_given_up {
            return Ok(());
        }
        let mut whole = State::new(json!({ "trainings": self.expected, "ended": self.done }));
        for (key, state) in &self.states {
            whole.insert_part(key, state.clone());
        }
        let description = &self.description;
        self.out
            .save_checkpoint(|path| whole.save(path, description))?;
        (self.saved, self.steps) = (Instant::now(), 0);
        Ok(())
    }

    /// There is nothing to go on with: a training has failed, and would fail again.
    pub fn give_up(&mut self) {
        self.is_given_up = true;
        // one that can't be removed leads to the same failure
        let _ = self.out.remove_checkpoint();
    }

    /// That a signal has come while they go on.
    pub fn interrupted(&self, signal: i32) -> Interrupted {
        let what = match (self.is_given_up, self.expected) {
            (true, _) => String::new(),
            (_, 1) => ": --resume goes on with it".to_owned(),
            (_, expected) => {
                let done = self.done;
                format!(" after {done} of {expected} trainings: --resume goes on with it")
            }
        };
        Interrupted { signal, what }
    }

    /// One more training has ended; `what` is to be shown of it.
    pub fn trained(&mut self, what: String) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.update(self.done, what);
        }
    }

    /// An epoch of a training that goes on has ended; it is shown beside `what` it is of.
    pub fn show(&self, what: &str, epoch: &Epoch) {
        if let Some(bar) = &self.bar {
            bar.update(
                self.done,
                format!("{what}, epoch {}: {}", epoch.number, loss(epoch)),
            );
        }
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

    /// Whether nothing is to be shown.
    pub fn is_quiet(&self) -> bool {
        self.options.quiet
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
    /// If something can't be drawn or written, or a signal has come since the last training.
    pub fn finish(mut self, findings: Findings) -> Result<Outcome, Box<dyn Error>> {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
        // what is drawn is soon drawn again, what was trained isn't
        if self.saved.elapsed() >= WORTH_SAVING {
            self.write_or_say();
        }
        // from here on a signal ends the process, but for one that has come before
        self.saving = None;
        if let Some(signal) = interruption::signal() {
            self.write_checkpoint()?;
            return Err(self.interrupted(signal).into());
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
