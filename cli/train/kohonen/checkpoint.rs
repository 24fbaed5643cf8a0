//! The checkpoint of a network in training: one run, saved between two of its epochs.

use crate::arguments::{Asked, CheckpointOptions};
use crate::output::OutputFolder;
use crate::progress::TrainingBar;
use crate::train::checkpoints::{Pace, Stop, described, drive, earlier};
use crate::train::{class_column, steps_of};
use unsup_models::Matrix;
use unsup_nn::saving::{Description, LoadError, State, fingerprint};

/// Where a run is saved, and from where it goes on.
pub struct Checkpoint<'a> {
    options: &'a CheckpointOptions,
    description: Description,
    /// What an interrupted process has left, if the run is to go on from there.
    pub earlier: Option<State>,
}

impl<'a> Checkpoint<'a> {
    /// That of a training in its folder; `data` is all that decides what comes of it beside the options.
    ///
    /// # Errors
    /// If the run is to go on with one of another training, or one that can't be read.
    pub fn of(
        out: &OutputFolder,
        asked: &Asked,
        options: &'a CheckpointOptions,
        data: &[&Matrix<f64>],
    ) -> Result<Self, LoadError> {
        let description = described(asked, fingerprint(data));
        let quiet = asked.method.run_options().quiet;
        Ok(Self {
            earlier: earlier(out, options, quiet, &description)?,
            options,
            description,
        })
    }

    /// Lets the run go on to its end, as [`drive`]; `state` is what is saved of it. The bar is taken away then. There
    /// is no checkpoint any more of a run that fails: it would fail again.
    ///
    /// # Errors
    /// That of a step; or that it was interrupted, or could not be saved then.
    pub fn drive<R, E>(
        &self,
        out: &mut OutputFolder,
        bar: &TrainingBar,
        run: &mut R,
        advance: impl FnMut(&mut R) -> Result<Option<u64>, E>,
        state: impl Fn(&R) -> Result<State, String>,
    ) -> Result<(), Stop<E>> {
        let earlier = self.earlier.as_ref();
        let steps = earlier.map_or(0, |state| steps_of(state.values()));
        let mut pace = Pace::new(self.options, steps);
        let outcome = drive(
            run,
            &mut pace,
            |text| bar.say(text),
            advance,
            |run| {
                let state = state(run)?;
                out.save_checkpoint(|path| state.save(path, &self.description))
            },
        );
        bar.finish();
        if let Err(Stop::Failed(_)) = outcome {
            // one that can't be removed leads to the same failure
            let _ = out.remove_checkpoint();
        }
        outcome
    }
}

/// Classes as a column beside the objects, those that are not known as none.
pub fn column(classes: Option<&[usize]>) -> Matrix<f64> {
    match classes {
        None | Some([]) => Matrix::scalar(f64::NAN),
        Some(classes) => class_column(classes),
    }
}
