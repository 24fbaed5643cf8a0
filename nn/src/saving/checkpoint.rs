//! A run in a file, between two of its steps.
//!
//! Generators are derived from (seed, purpose, step) and the order of an epoch from (seed, epoch), so their state is the counters.
//! Besides these a checkpoint holds the parameters; what the optimiser remembers of each; the parameters at the start of the
//! epoch, to which a run that diverges goes back; those of the best epoch; and the losses so far.

use super::state::{State, counted, difference};
use super::trainer::{of_trainer, trainer_state};
use super::{
    Description, LoadError, Reader, Remembered, Value, losses_of_json, losses_to_json,
    number_of_json, number_to_json,
};
use crate::optimiser::Optimiser;
use crate::train::{Best, End, Epoch, EpochSums, Losses, Run, Settings};
use crate::{Module, Path as ParameterPath};
use serde_json::json;
use std::borrow::Cow;
use std::io;
use std::path::Path;
use unsup_autograd::{Matrix, Real, Shape};

const LAST_GOOD: &str = "start_of_epoch.";
const BEST: &str = "best.";
/// A row an epoch: the numbers of [`Columns`].
const EPOCHS: &str = "epochs";

impl<T: Real> Run<T> {
    /// The run as it is now, with the model and the optimiser that it trains, to be gone on with by [`Run::of_state`] to
    /// the same bits as if it had not been interrupted. Of a run that has ended the model and its history alone are in
    /// it.
    ///
    /// # Errors
    /// If an epoch's terms are other ones than those of the first: that can't be saved.
    pub fn state(&self, model: &dyn Module<T>, optimiser: &Optimiser<T>) -> Result<State, String> {
        let columns = Columns::of(self.epochs.first());
        let rows: Result<Vec<_>, _> = self.epochs.iter().map(|epoch| columns.row(epoch)).collect();
        let rows = rows?;
        let goes_on = self.end.is_none();
        let mut state = trainer_state(&self.trainer, model, optimiser, goes_on);
        let best = self.best.as_ref();
        for (name, value) in [
            ("run", json!(settings_text(&self.settings))),
            ("epoch", json!(self.epoch)),
            ("taken", json!(self.taken)),
            ("losses", losses_to_json(&self.sums.losses)),
            ("gradient_norm", number_to_json(self.sums.gradient_norm)),
            (
                "best",
                json!(best.map(|best| json!({ "epoch": best.epoch, "loss": best.loss }))),
            ),
            ("columns", columns.to_json()),
            ("end", json!(self.end.map(|end| format!("{end:?}")))),
        ] {
            state.set(name, value);
        }
        if !rows.is_empty() {
            state.insert(EPOCHS, &Matrix::from_rows(&rows));
        }
        let mut last_good = self.last_good.iter();
        let mut best = self.best.iter().flat_map(|best| &best.parameters);
        model.visit(ParameterPath::ROOT, &mut |path, _| {
            // between two epochs it is of the one that has ended
            if let (Some(value), 1.., true) = (last_good.next(), self.taken, goes_on) {
                state.insert(format!("{LAST_GOOD}{path}"), value);
            }
            if let Some(value) = best.next() {
                state.insert(format!("{BEST}{path}"), value);
            }
        });
        Ok(state)
    }

    /// Saves the [state](Run::state) of the run in a file, to be resumed by [`Run::resume`].
    ///
    /// # Errors
    /// If the file can't be written, or an epoch's terms are other ones than those of the first. What was at `path` is then
    /// untouched.
    pub fn save_checkpoint(
        &self,
        path: impl AsRef<Path>,
        model: &dyn Module<T>,
        optimiser: &Optimiser<T>,
        description: &Description,
    ) -> io::Result<()> {
        let refused = |problem| io::Error::other(format!("{}: {problem}", path.as_ref().display()));
        let state = self.state(model, optimiser).map_err(refused)?;
        state.save(path.as_ref(), description)
    }

    /// Goes on with the run that [`Run::save_checkpoint`] saved at `path`: fills the model and the optimiser, which are made as they were
    /// for the run that was saved. The next [`Run::advance`] takes the step that came next then.
    ///
    /// # Errors
    /// If the file can't be read, is damaged, or was saved for other settings, another optimiser, other data (as their
    /// [`fingerprint`](super::fingerprint) in the description tells), another model, or other frozen parameters: all that differs is
    /// said. Model and optimiser are then left as they are. The version of this library is not compared: the bits are the same under
    /// the same one.
    ///
    /// ```
    /// # use unsup_nn::train::{Batch, Criterion, Term, Terms, smallvec};
    /// # struct Distance;
    /// # impl Criterion<f64, Param<f64>> for Distance {
    /// #     fn objects(&self) -> usize { 4 }
    /// #     fn terms<'t>(&self, w: &Param<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
    /// #         let value = (w.on(batch.tape) - batch.rows[0] as f64).square();
    /// #         smallvec![Term { name: "distance", weight: 1.0, value }]
    /// #     }
    /// # }
    /// # let folder = std::env::temp_dir().join(format!("resuming-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let file = folder.join("run.safetensors");
    /// # let (criterion, description) = (Distance, Description {
    /// #     method: "distance".into(), settings: json!({}), seed: 0, data: "".into(),
    /// # });
    /// use unsup_autograd::Matrix;
    /// use unsup_nn::Param;
    /// use unsup_nn::optimiser::{Adam, Optimiser};
    /// use unsup_nn::saving::{Description, json};
    /// use unsup_nn::train::{Run, Settings};
    ///
    /// let settings = Settings { epochs: 2, batch_size: 1, ..Settings::default() };
    /// let new = || (Param::new(Matrix::scalar(0.0)), Optimiser::new(Adam::new(0.1)));
    ///
    /// let (mut model, mut optimiser) = new();
    /// let mut run = Run::new(&settings)?;
    /// for _ in 0..3 {
    ///     run.advance(&mut model, &criterion, None, &mut optimiser)?;
    /// }
    /// run.save_checkpoint(&file, &model, &optimiser, &description)?;
    ///
    /// // another day, in another process
    /// let (mut model, mut optimiser) = new();
    /// let mut run = Run::resume(&file, &settings, &mut model, &mut optimiser, &description)?;
    /// assert_eq!(run.steps(), 3);
    /// while run.advance(&mut model, &criterion, None, &mut optimiser)?.is_some() {}
    /// assert_eq!(run.finish(&mut model).epochs.len(), 2);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resume(
        path: impl AsRef<Path>,
        settings: &Settings,
        model: &mut dyn Module<T>,
        optimiser: &mut Optimiser<T>,
        description: &Description,
    ) -> Result<Self, LoadError> {
        let state = State::open(path)?;
        let differences = state.differences(description);
        Self::go_on(&state, differences, settings, model, optimiser)
    }

    /// Goes on with the run whose [`Run::state`] this is, as [`Run::resume`] does with that in a file.
    ///
    /// # Errors
    /// If it is damaged, or of other settings, another optimiser, another model, or other frozen parameters: all that
    /// differs is said. Model and optimiser are then left as they are.
    pub fn of_state(
        state: &State,
        settings: &Settings,
        model: &mut dyn Module<T>,
        optimiser: &mut Optimiser<T>,
    ) -> Result<Self, LoadError> {
        Self::go_on(state, Vec::new(), settings, model, optimiser)
    }

    /// The same where so much is known to differ.
    fn go_on(
        state: &State,
        mut differences: Vec<String>,
        settings: &Settings,
        model: &mut dyn Module<T>,
        optimiser: &mut Optimiser<T>,
    ) -> Result<Self, LoadError> {
        let saved = state.values()["run"].as_str().unwrap_or_default();
        differences.extend(difference(
            "run's settings",
            saved,
            &settings_text(settings),
        ));
        differences.extend(of_trainer(state, model, optimiser));
        let differ = !differences.is_empty();
        let mut reader = state.reader();
        for difference in differences {
            reader.refuse(difference);
        }
        let mut run = match read_progress(state, &mut reader, settings) {
            // how far another run had come need not make sense for this one
            Err(_) if differ => return Err(reader.into_error()),
            progress => progress?,
        };
        // all matrices are read and checked before one is put in its place
        let remembered = match Remembered::read(state, &mut reader, model, optimiser) {
            Err(_) if differ => return Err(reader.into_error()),
            remembered => remembered?,
        };
        if run.taken > 0 && run.end.is_none() {
            run.last_good = reader.parameters(LAST_GOOD, model);
        }
        if let Some(best) = &mut run.best {
            best.parameters = reader.parameters(BEST, model);
        }
        reader.finish()?;
        remembered.put_back(&mut run.trainer, model, optimiser);
        Ok(run)
    }
}

/// How far the run had come, as far as numbers say it: all but the parameters.
fn read_progress<T: Real>(
    state: &State,
    reader: &mut Reader<'_>,
    settings: &Settings,
) -> Result<Run<T>, LoadError> {
    let damaged = |what: &str| state.damaged(what);
    let values = state.values();
    let mut run = Run::new(settings).map_err(|error| state.refused(error.to_string()))?;
    run.epoch = state.count("epoch")? as usize;
    run.taken = state.count("taken")? as usize;
    run.end = read_end(&values["end"]).ok_or_else(|| damaged("end"))?;
    let completed = run.epoch.wrapping_sub(1);
    if completed > settings.epochs {
        return Err(damaged("epoch"));
    }
    if completed == settings.epochs && run.end.is_none() {
        return Err(damaged("end"));
    }
    let columns = Columns::read(&values["columns"]).ok_or_else(|| damaged("columns"))?;
    if completed > 0 {
        let shape = Shape::new(completed, columns.count());
        if let Some(rows) = reader.matrix::<f64>(EPOCHS, shape) {
            let epochs = rows.row_iter().zip(1..);
            let epochs = epochs.map(|(row, number)| columns.epoch(number, settings.epochs, row));
            run.epochs = epochs.collect();
        }
    }
    run.sums = EpochSums {
        losses: losses_of_json(&values["losses"]).ok_or_else(|| damaged("losses"))?,
        gradient_norm: number_of_json(&values["gradient_norm"])
            .ok_or_else(|| damaged("gradient_norm"))?,
    };
    let best = &values["best"];
    if !best.is_null() {
        let epoch = counted(&best["epoch"]).filter(|&epoch| epoch < run.epoch as u64);
        let best = epoch.zip(best["loss"].as_f64());
        let (epoch, loss) = best.ok_or_else(|| damaged("best"))?;
        run.best = Some(Best {
            epoch: epoch as usize,
            loss,
            parameters: Vec::new(),
        });
    }
    Ok(run)
}

/// The settings as text: two runs of one text are the same.
fn settings_text(settings: &Settings) -> String {
    format!("{settings:?}")
}

/// What the numbers of an epoch are, in their order: the loss and its terms, the same on the validation objects where there are
/// such, the gradient's norm and the rate's factor.
struct Columns {
    terms: Vec<String>,
    validation: Option<Vec<String>>,
}

impl Columns {
    /// Those of a run whose first epoch this is.
    fn of(first: Option<&Epoch>) -> Self {
        let names = |losses: &Losses| {
            losses
                .terms
                .iter()
                .map(|(name, _)| name.to_string())
                .collect()
        };
        Self {
            terms: first.map(|epoch| names(&epoch.losses)).unwrap_or_default(),
            validation: first.and_then(|epoch| epoch.validation.as_ref()).map(names),
        }
    }

    fn to_json(&self) -> Value {
        json!({ "terms": self.terms, "validation": self.validation })
    }

    fn read(json: &Value) -> Option<Self> {
        let names = |json: &Value| {
            let names = json.as_array()?.iter();
            names
                .map(|name| name.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        };
        let validation = &json["validation"];
        Some(Self {
            terms: names(&json["terms"])?,
            validation: if validation.is_null() {
                None
            } else {
                Some(names(validation)?)
            },
        })
    }

    fn count(&self) -> usize {
        let validation = self.validation.as_ref().map_or(0, |terms| 1 + terms.len());
        1 + self.terms.len() + validation + 2
    }

    /// An epoch's numbers, if they are these.
    fn row(&self, epoch: &Epoch) -> Result<Vec<f64>, String> {
        let mut row = Vec::with_capacity(self.count());
        let mut add = |losses: &Losses, terms: &[String]| {
            row.push(losses.total);
            row.extend(losses.terms.iter().map(|&(_, value)| value));
            losses.terms.iter().map(|(name, _)| name).eq(terms)
        };
        let mut same = add(&epoch.losses, &self.terms);
        same &= match (&epoch.validation, &self.validation) {
            (Some(losses), Some(terms)) => add(losses, terms),
            (None, None) => true,
            _ => false,
        };
        row.extend([epoch.gradient_norm, epoch.rate_factor]);
        if same {
            Ok(row)
        } else {
            let number = epoch.number;
            Err(format!(
                "the terms of epoch {number} are other ones than those of the first, and can't be saved"
            ))
        }
    }

    /// The epoch of these numbers.
    fn epoch(&self, number: usize, of: usize, row: &[f64]) -> Epoch {
        let mut numbers = row.iter().copied();
        let mut next = || numbers.next().expect("as many as there are columns");
        let mut losses = |terms: &[String]| Losses {
            total: next(),
            terms: terms
                .iter()
                .map(|name| (Cow::from(name.clone()), next()))
                .collect(),
        };
        Epoch {
            number,
            of,
            losses: losses(&self.terms),
            validation: self.validation.as_deref().map(losses),
            gradient_norm: next(),
            rate_factor: next(),
        }
    }
}

/// Why the run ended, or that it did not; `None` if the text is neither.
fn read_end(json: &Value) -> Option<Option<End>> {
    if json.is_null() {
        return Some(None);
    }
    let ends = [End::Completed, End::Patience, End::Stopped];
    let found = ends.into_iter().find(|end| *json == format!("{end:?}"));
    found.map(Some)
}
