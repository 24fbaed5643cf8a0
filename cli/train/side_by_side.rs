//! Trainings that do not need one another, on several threads.

use super::checkpoints::{Ongoing, Stop, drive};
use super::runs::Runs;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use unsup_autograd::for_each_chunk;
use unsup_models::{Epoch, History, Training};
use unsup_nn::Module;
use unsup_nn::train::{Criterion, TrainError};

/// What the trainings of a job among others have in common with those: the line of progress, and the checkpoint.
pub struct Live<'m, 'r, 'a> {
    runs: &'m Mutex<&'r mut Runs<'a>>,
    /// Whether it is the first of all jobs: the losses of its trainings are kept.
    is_first: bool,
    job: String,
    /// How many trainings of the job have begun.
    begun: Cell<usize>,
}

impl<'m, 'r, 'a> Live<'m, 'r, 'a> {
    /// A job of which so many trainings have begun.
    pub fn of(
        runs: &'m Mutex<&'r mut Runs<'a>>,
        is_first: bool,
        job: String,
        begun: usize,
    ) -> Self {
        Self {
            runs,
            is_first,
            job,
            begun: Cell::new(begun),
        }
    }

    /// Trains a model by Adam, or lets it go on where an interrupted training of it stood; `what` is shown of it.
    ///
    /// # Errors
    /// If a setting is out of range, training diverges, or a signal asks to end.
    pub fn fit<M: Module<f32>>(
        &self,
        what: &str,
        model: &mut M,
        criterion: &dyn Criterion<f32, M>,
        training: &Training,
    ) -> Result<History, Stop> {
        let key = format!("{}-{}", self.job, self.begun.get());
        self.begun.set(self.begun.get() + 1);
        let (optimiser, settings) = training.optimiser_and_settings()?;
        let earlier = self.runs().state(&key);
        let mut ongoing = Ongoing::new(earlier.as_ref(), &settings, model, optimiser)?;
        for epoch in ongoing.run.epochs() {
            self.hear(what, epoch);
        }
        let mut pace = self.runs().pace(ongoing.run.steps());
        let outcome = drive(
            &mut ongoing,
            &mut pace,
            |text| self.runs().say(text),
            |ongoing| ongoing.advance(criterion, None, |epoch| self.hear(what, epoch)),
            |ongoing| {
                let state = ongoing.state()?;
                self.runs().save_state(&key, state)
            },
        );
        match outcome {
            Ok(()) => {
                let state = ongoing.state()?;
                self.runs().ended(&key, state);
                Ok(ongoing.run.finish(ongoing.model))
            }
            Err(Stop::Interrupted(stop)) => {
                Err(Stop::Interrupted(self.runs().interrupted(stop.signal)))
            }
            Err(Stop::Unsaved(error)) => Err(Stop::Unsaved(error)),
            Err(Stop::Failed(error)) => {
                let error: TrainError = error;
                self.runs().give_up();
                Err(error.into())
            }
        }
    }

    /// A training has ended; `what` is to be shown of it.
    pub fn trained(&self, what: String) {
        self.runs().trained(what);
    }

    /// An epoch of a training that goes on has ended; it is shown beside `what` it is of.
    fn hear(&self, what: &str, epoch: &Epoch) {
        let runs = self.runs();
        if self.is_first {
            runs.keep(what, epoch);
        }
        runs.show(what, epoch);
    }

    fn runs(&self) -> MutexGuard<'_, &'r mut Runs<'a>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the jobs 0, 1, … `jobs` − 1, as many at a time as threads are allowed. What they give is in their order and
/// does not depend on the number of threads, and neither does the error.
///
/// # Errors
/// That of the first job that fails, by its number.
pub fn side_by_side<T: Send>(
    runs: &mut Runs<'_>,
    jobs: usize,
    job: impl Fn(usize, &Live<'_, '_, '_>) -> Result<T, Stop> + Sync,
) -> Result<Vec<T>, Stop> {
    let (is_first, name) = (!runs.has_kept(), runs.divide());
    let runs = Mutex::new(runs);
    let mut outcomes: Vec<Option<Result<T, Stop>>> = (0..jobs).map(|_| None).collect();
    // those after it are not needed any more
    let first_failed = AtomicUsize::new(usize::MAX);
    for_each_chunk(&mut outcomes, 1, |number, outcome| {
        if number < first_failed.load(Ordering::Relaxed) {
            let job_name = format!("{name}-{number}");
            let live = Live::of(&runs, is_first && number == 0, job_name, 0);
            let result = job(number, &live);
            if result.is_err() {
                first_failed.fetch_min(number, Ordering::Relaxed);
            }
            outcome[0] = Some(result);
        }
    });
    // up to the first that failed all have been done
    outcomes.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Arguments, Command, Method};
    use clap::Parser;

    #[test]
    fn what_comes_of_it_is_in_order_and_the_first_error_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        for threads in ["1", "3"] {
            let words = ["unsup", "train", "multi-task", "-q", "--out", out];
            let words = words.into_iter().chain(["--threads", threads]);
            let asked = match Arguments::parse_from(words).command {
                Some(Command::Train { method }) => *method,
                other => panic!("{other:?}"),
            };
            let Method::MultiTask(arguments) = &asked.method else {
                panic!("{asked:?}");
            };
            let mut runs = Runs::open(&asked, &arguments.checkpoint, &[], String::new()).unwrap();
            let squares = side_by_side(&mut runs, 50, |i, live| {
                live.trained(i.to_string());
                Ok(i * i)
            });
            assert_eq!(squares.unwrap(), (0..50).map(|i| i * i).collect::<Vec<_>>());
            let failed = side_by_side(&mut runs, 50, |i, _| match i % 10 {
                7 => Err(Stop::Failed(format!("{i}"))),
                _ => Ok(()),
            });
            let Err(Stop::Failed(error)) = failed else {
                panic!("{failed:?}");
            };
            assert_eq!(error, "7");
        }
    }
}
