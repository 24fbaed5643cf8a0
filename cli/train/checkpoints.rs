//! Trainings that are saved on the way, and gone on with where they were interrupted.

use crate::arguments::{Asked, CheckpointOptions};
use crate::interruption::{self, Interrupted, Saving};
use crate::output::{CHECKPOINT, OutputFolder};
use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use unsup_data::in_one_line;
use unsup_models::Real;
use unsup_nn::Module;
use unsup_nn::optimiser::Optimiser;
use unsup_nn::saving::{Description, LoadError, State, Value};
use unsup_nn::train::{Criterion, Epoch, Run, Settings, TrainError};

/// How often a run is saved where no number of steps is given.
pub const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(30);

/// What took longer is saved when it has come to its end: what follows may be interrupted too.
pub const WORTH_SAVING: Duration = Duration::from_secs(1);

/// Why a training has not come to its end.
#[derive(Debug)]
pub enum Stop<E = String> {
    /// A signal has come, and the training is saved.
    Interrupted(Interrupted),
    /// A signal has come, and it could not be saved.
    Unsaved(String),
    /// It can't go on.
    Failed(E),
}

impl<E> Stop<E> {
    /// The same, with what failed said otherwise.
    pub fn map<F>(self, say: impl FnOnce(E) -> F) -> Stop<F> {
        match self {
            Self::Interrupted(interrupted) => Stop::Interrupted(interrupted),
            Self::Unsaved(error) => Stop::Unsaved(error),
            Self::Failed(error) => Stop::Failed(say(error)),
        }
    }
}

impl<E: Display> Stop<E> {
    /// The same, of one training among others.
    pub fn of(self, what: &str) -> Stop {
        self.map(|error| format!("{what}: {error}"))
    }
}

impl From<String> for Stop {
    fn from(error: String) -> Self {
        Self::Failed(error)
    }
}

impl From<TrainError> for Stop {
    fn from(error: TrainError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<LoadError> for Stop {
    fn from(error: LoadError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl<E: Into<Self>> From<Stop<E>> for Box<dyn Error> {
    fn from(stop: Stop<E>) -> Self {
        match stop {
            Stop::Interrupted(interrupted) => interrupted.into(),
            Stop::Unsaved(error) => error.into(),
            Stop::Failed(error) => error.into(),
        }
    }
}

/// What a checkpoint says of the training of which it is, where that is not one model's: what was asked for, and on
/// which data.
pub fn described(asked: &Asked, data: String) -> Description {
    Description {
        method: asked.name.clone(),
        settings: asked.decisive(),
        seed: asked.method.run_options().seed,
        data,
    }
}

/// The state from which a training is to go on: that of the checkpoint in the folder, if that is asked for and there is
/// one. What becomes of the checkpoint is said.
///
/// # Errors
/// If it can't be read, or is of another training than the one that is described.
pub fn earlier(
    out: &OutputFolder,
    options: &CheckpointOptions,
    quiet: bool,
    description: &Description,
) -> Result<Option<State>, LoadError> {
    let checkpoint = out.path(CHECKPOINT);
    let shown = checkpoint.display();
    let say = |what: &str| {
        if !quiet {
            let _ = writeln!(io::stderr(), "{}", in_one_line(&format!("{shown}: {what}")));
        }
    };
    match (options.resume, checkpoint.exists()) {
        (true, true) => {
            let state = State::open(&checkpoint)?;
            state.check(description)?;
            say(&format!("going on after step {}", steps_of(state.values())));
            Ok(Some(state))
        }
        (true, false) => {
            say("not there, so the run begins anew");
            Ok(None)
        }
        (false, true) => {
            say("the interrupted run there is given up (--resume would have gone on with it)");
            Ok(None)
        }
        (false, false) => Ok(None),
    }
}

/// How many steps had been taken, by the values of a state; where they do not say, those of its parts together.
pub fn steps_of(values: &Value) -> u64 {
    values["steps"].as_u64().unwrap_or_else(|| {
        let parts = values["parts"].as_object();
        let parts = parts.into_iter().flat_map(|parts| parts.values());
        parts.map(steps_of).fold(0, u64::saturating_add)
    })
}

/// When a training is to be saved.
pub struct Pace {
    every: Option<usize>,
    saved: Instant,
    steps: u64,
    /// Whether the end of the training is worth saving by itself.
    saves_end: bool,
}

impl Pace {
    /// From now on, after so many steps.
    pub fn new(options: &CheckpointOptions, steps: u64) -> Self {
        Self {
            every: options.checkpoint_every,
            saved: Instant::now(),
            steps,
            saves_end: true,
        }
    }

    /// The same of a training after which others follow, with which its end is saved.
    pub fn among_others(self) -> Self {
        Self {
            saves_end: false,
            ..self
        }
    }

    /// Whether it is to be saved after so many steps in all; then it is taken to be.
    pub fn is_due(&mut self, steps: u64) -> bool {
        let due = match self.every {
            Some(every) => steps / every as u64 > self.steps / every as u64,
            None => self.saved.elapsed() >= BETWEEN_CHECKPOINTS,
        };
        if due {
            (self.saved, self.steps) = (Instant::now(), steps);
        }
        due
    }
}

/// Lets `run` take step after step until there is none left. `advance` takes the next ones and says how many there have
/// been, `None` at the end; `save` saves it, now and then and when a signal asks to end. What goes wrong with that is
/// said, and the training goes on.
///
/// # Errors
/// That of a step; or that it was interrupted, or could not be saved then.
pub fn drive<R, E>(
    run: &mut R,
    pace: &mut Pace,
    say: impl Fn(&str),
    mut advance: impl FnMut(&mut R) -> Result<Option<u64>, E>,
    mut save: impl FnMut(&R) -> Result<(), String>,
) -> Result<(), Stop<E>> {
    let _saving = Saving::begin();
    let mut done = pace.steps;
    // what has been learned is worth more than that it could be saved on the way
    let unsaved = |error: String| {
        say(&in_one_line(&format!(
            "the run goes on, but could not be saved: {error}"
        )));
    };
    loop {
        if let Some(signal) = interruption::signal() {
            save(run).map_err(|error| {
                Stop::Unsaved(format!("interrupted, and could not be saved: {error}"))
            })?;
            let what = format!(" after step {done}: --resume goes on with it");
            return Err(Stop::Interrupted(Interrupted { signal, what }));
        }
        match advance(run).map_err(Stop::Failed)? {
            Some(steps) => done = steps,
            None => break,
        }
        if pace.is_due(done) {
            save(run).unwrap_or_else(unsaved);
        }
    }
    if pace.saves_end && pace.saved.elapsed() >= WORTH_SAVING {
        save(run).unwrap_or_else(unsaved);
    }
    Ok(())
}

/// A run with the model and the optimiser that it trains.
pub struct Ongoing<'m, M, T: Real = f32> {
    pub run: Run<T>,
    pub model: &'m mut M,
    pub optimiser: Optimiser<T>,
}

impl<'m, T: Real, M: Module<T>> Ongoing<'m, M, T> {
    /// A run that begins, or the one whose state this is.
    ///
    /// # Errors
    /// If a setting is out of range, or the state is not of this run.
    pub fn new(
        earlier: Option<&State>,
        settings: &Settings,
        model: &'m mut M,
        mut optimiser: Optimiser<T>,
    ) -> Result<Self, Stop> {
        let run = match earlier {
            Some(state) => Run::of_state(state, settings, model, &mut optimiser)?,
            None => Run::new(settings)?,
        };
        Ok(Self {
            run,
            model,
            optimiser,
        })
    }

    /// Takes the next step, and lets `hear` hear of the epoch that it ends. Returns how many there have been, `None` if
    /// there is no other.
    ///
    /// # Errors
    /// As [`Run::advance`].
    pub fn advance(
        &mut self,
        criterion: &dyn Criterion<T, M>,
        validation: Option<&dyn Criterion<T, M>>,
        hear: impl FnOnce(&Epoch),
    ) -> Result<Option<u64>, TrainError> {
        let Self {
            run,
            model,
            optimiser,
        } = self;
        let Some(progress) = run.advance(*model, criterion, validation, optimiser)? else {
            return Ok(None);
        };
        if let (true, Some(epoch)) = (progress.epoch_ended, run.epochs().last()) {
            hear(epoch);
        }
        Ok(Some(progress.step.number))
    }

    /// All that it needs to go on.
    ///
    /// # Errors
    /// As [`Run::state`].
    pub fn state(&self) -> Result<State, String> {
        self.run.state(self.model, &self.optimiser)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_nn::saving::json;

    /// A run of ten steps, begun so long ago: after which of them it is saved.
    fn saved(every: Option<usize>, seconds: u64, among_others: bool) -> Vec<u64> {
        let options = CheckpointOptions {
            checkpoint_every: every,
            resume: false,
        };
        let mut pace = Pace::new(&options, 0);
        pace.saved = Instant::now()
            .checked_sub(Duration::from_secs(seconds))
            .expect("the machine has run for longer");
        if among_others {
            pace = pace.among_others();
        }
        let mut saved = Vec::new();
        let advance = |step: &mut u64| {
            *step += 1;
            Ok::<_, String>((*step <= 10).then_some(*step))
        };
        let outcome = drive(
            &mut 0,
            &mut pace,
            |_| (),
            advance,
            |&step| {
                saved.push(step);
                Ok(())
            },
        );
        outcome.unwrap();
        saved
    }

    #[test]
    fn a_run_is_saved_as_often_as_it_is_asked_for_and_at_its_end_if_it_took_long() {
        assert_eq!(saved(Some(4), 0, false), [4, 8]);
        assert!(saved(None, 0, false).is_empty());
        // the call that finds no further step counts here as well
        assert_eq!(saved(None, 5, false), [11]);
        assert!(saved(None, 5, true).is_empty());
        assert_eq!(saved(None, 31, false), [1]);
    }

    #[test]
    fn steps_are_those_of_the_whole_or_of_the_parts() {
        let state = |values: Value| State::new(values);
        let mut whole = state(json!({ "steps": 3 }));
        whole.insert_part("a", state(json!({ "steps": 5 })));
        let mut parts = state(json!({ "trainings": 2 }));
        parts.insert_part("whole", whole);
        parts.insert_part("other", state(json!({ "steps": 4 })));
        assert_eq!(steps_of(parts.values()), 7);
    }
}
