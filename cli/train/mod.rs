//! `unsup train METHOD`: what the methods share. Each has a file of its own.

mod autoencoder;
mod checkpoints;
mod classifier;
mod in_sequence;
mod kohonen;
mod report;
mod report_page;
mod runs;
mod side_by_side;
mod together;
mod usage;

use crate::arguments::{Asked, CheckpointOptions, Method, RunOptions, TrainingOptions};
use crate::data::About;
use crate::model::MODEL;
use crate::output::{CHECKPOINT, OutputFolder};
use crate::pictures::Picture;
use crate::progress::TrainingBar;
pub use checkpoints::steps_of;
use checkpoints::{Ongoing, Pace, Stop, drive};
use report::Account;
use std::error::Error;
use std::path::{Path, PathBuf};
use unsup_data::ColumnWords;
use unsup_models::{Epoch, History, Matrix, Real, Training};
use unsup_nn::Module;
use unsup_nn::saving::{Description, Value, fingerprint, json};
use unsup_nn::train::{Criterion, EarlyStopping, Settings, TrainError};

const HISTORY: &str = "history.csv";
const REPORT: &str = "report.html";
/// What was good of a training that diverged: in files of their own, for what an earlier one left may be better.
const DIVERGED: [&str; 2] = ["diverged.safetensors", "diverged.csv"];

/// What a training with checkpoints may write.
const WRITTEN: [&str; 5] = [MODEL, HISTORY, CHECKPOINT, DIVERGED[0], DIVERGED[1]];

/// The folder for the results of a method: that of `--out`, or its own; for a page and files of these names.
///
/// # Errors
/// As [`OutputFolder::open`].
fn folder(
    method: &str,
    options: &RunOptions,
    names: &[&str],
    resume: bool,
) -> Result<OutputFolder, String> {
    let default = Path::new("runs").join(method);
    let names = [names, &[REPORT]].concat();
    OutputFolder::open(method, &default, options, &names, resume)
}

/// More weights than this, with their gradients and Adam's two moments, don't fit into the memory of most machines.
const MOST_WEIGHTS: usize = 200_000_000;

/// What a training came to.
pub struct Trained {
    /// For another program.
    pub json: Value,
    /// For a reader.
    pub summary: String,
    /// What was drawn, in the order in which it is to be looked at.
    pub pictures: Vec<Picture>,
}

/// What a method's training came to. Its files have been put aside.
struct Outcome {
    out: OutputFolder,
    json: Value,
    /// Without the names of files.
    summary: String,
    pictures: Vec<Picture>,
    account: Account,
}

/// Trains a method, and writes what it came to into its folder, with a page that tells it. Nothing is printed to
/// standard output.
///
/// # Errors
/// If the data can't be read or are not what the method takes, the settings are of no use, the training diverges, or
/// its results can't be written.
pub fn train(asked: &Asked) -> Result<Trained, Box<dyn Error>> {
    let mut outcome = outcome(asked)?;
    let page = report_page::page(asked, &outcome)?;
    outcome.out.write(REPORT, page.as_bytes())?;
    let written = outcome.out.commit()?;
    Ok(Trained {
        json: outcome.json,
        summary: outcome.summary + &lines(&written),
        pictures: outcome.pictures,
    })
}

fn outcome(asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    match &asked.method {
        Method::Autoencoder(settings) => autoencoder::autoencoder(settings),
        Method::Linear(settings) => autoencoder::linear(settings),
        Method::TwoLayer(settings) => autoencoder::two_layer(settings),
        Method::Sparse(settings) => autoencoder::sparse(settings),
        Method::Denoising(settings) => autoencoder::denoising(settings),
        Method::Contractive(settings) => autoencoder::contractive(settings),
        Method::Relational(settings) => autoencoder::relational(settings),
        Method::Stacked(settings) => autoencoder::stacked(settings),
        Method::Variational(settings) => autoencoder::variational(settings),
        Method::SemiSupervised(settings) => autoencoder::semi_supervised(settings),
        Method::Classifier(settings) => classifier::classifier(settings),
        Method::Wta(settings) => kohonen::clusters::wta(settings, asked),
        Method::Wtm(settings) => kohonen::clusters::wtm(settings, asked),
        Method::Lvq(settings) => kohonen::lvq::lvq(settings, asked),
        Method::Som(settings) => kohonen::som::som(settings, asked),
        Method::Transfer(settings) => in_sequence::transfer(settings, asked),
        Method::SelfSupervised(settings) => in_sequence::self_supervised(settings, asked),
        Method::Distill(settings) => in_sequence::distill(settings, asked),
        Method::MultiTask(settings) => together::multi_task(settings, asked),
        Method::Lupi(settings) => together::lupi(settings, asked),
        Method::Gan(settings) => together::adversarial::gan(settings, asked),
    }
}

/// A method's training, as far as all methods have it alike.
struct Job<'a, M> {
    model: &'a mut M,
    criterion: &'a dyn Criterion<f32, M>,
    validation: Option<&'a dyn Criterion<f32, M>>,
    training: Training,
    early_stopping: Option<EarlyStopping>,
    description: Description,
}

impl<M: Module<f32>> Job<'_, M> {
    /// Trains to the end, from the checkpoint in the folder on if that is asked for, and writes the model and the
    /// history, which it returns. Of a run that diverges what was good is written all the same.
    fn run(
        self,
        options: &RunOptions,
        checkpoints: &CheckpointOptions,
        out: &mut OutputFolder,
        data: &About,
    ) -> Result<History, Box<dyn Error>> {
        let Self {
            model,
            criterion,
            validation,
            training,
            early_stopping,
            description,
        } = self;
        let (optimiser, settings) = training.optimiser_and_settings()?;
        let settings = Settings {
            early_stopping,
            ..settings
        };
        let earlier = checkpoints::earlier(out, checkpoints, options.quiet, &description)?;
        let mut ongoing = Ongoing::new(earlier.as_ref(), &settings, model, optimiser)?;
        let bar = TrainingBar::new(settings.epochs, options.quiet);
        let outcome: Result<(), Stop<TrainError>> = drive(
            &mut ongoing,
            &mut Pace::new(
                checkpoints,
                earlier.as_ref().map_or(0, |state| steps_of(state.values())),
            ),
            |text| bar.say(text),
            |ongoing| {
                ongoing.advance(criterion, validation, |epoch| {
                    bar.update(epoch.number, loss(epoch));
                })
            },
            |ongoing| {
                let state = ongoing.state()?;
                out.save_checkpoint(|path| state.save(path, &description))
            },
        );
        bar.finish();
        let diverged = match outcome {
            Ok(()) => None,
            Err(Stop::Failed(error)) if error.is_divergence() => Some(error),
            // a checkpoint that is there is still good
            Err(stop) => return Err(stop.into()),
        };
        let Ongoing { run, model, .. } = ongoing;
        let history = run.finish(model);
        if history.epochs.is_empty()
            && let Some(error) = diverged
        {
            // from its first steps on: nothing was good, and it would diverge again
            out.remove_checkpoint()?;
            return Err(error.into());
        }

        let [shift, scale] = scaling_rows(data);
        let scaling = [(SCALING[0], &shift), (SCALING[1], &scale)];
        let mut table = Vec::new();
        history.write_csv(&mut table)?;
        let [model_name, history_name] = match diverged {
            None => [MODEL, HISTORY],
            Some(_) => DIVERGED,
        };
        out.save_model(model_name, model, &description, &scaling)?;
        out.write(history_name, &table)?;
        if let Some(error) = diverged {
            let epoch = history.best.unwrap_or(history.epochs.len());
            // it would diverge again, so there is nothing to go on with
            let written = out.commit_beside()?;
            let model = written[0].display();
            return Err(format!("{error}; {model} holds the model after epoch {epoch}").into());
        }
        Ok(history)
    }
}

/// The loss of an epoch, to be shown while training goes on.
fn loss(epoch: &Epoch) -> String {
    let loss = format!("loss {:.4}", epoch.losses.total);
    match &epoch.validation {
        Some(validation) => format!("{loss} (set aside: {:.4})", validation.total),
        None => loss,
    }
}

/// The settings of a training by Adam of so many objects; `rate` is the learning rate if none is given.
fn training(options: &TrainingOptions, rate: f64, objects: usize, seed: u64) -> Training {
    Training {
        epochs: options.epochs(objects),
        batch_size: options.batch_size,
        rate: options.rate.unwrap_or(rate),
        seed,
        ..Training::default()
    }
}

/// What was chosen for the options of a training, for its page.
fn of_training(training: &Training) -> Vec<(&'static str, String)> {
    vec![
        ("--epochs", training.epochs.to_string()),
        ("--rate", training.rate.to_string()),
    ]
}

/// The learning rate where a method has none of its own.
const USUAL_RATE: f64 = 0.002;

/// The names under which a saved model holds the scaling of its inputs.
pub const SCALING: [&str; 2] = ["scaling.shift", "scaling.scale"];

/// What is subtracted from each feature, and what it is divided by, as rows.
fn scaling_rows(data: &About) -> [Matrix<f64>; 2] {
    [data.scaling.shift(), data.scaling.scale()].map(|values| Matrix::from_rows(&[values]))
}

/// What a saved model says of itself.
fn describe<T: Real>(
    method: &str,
    seed: u64,
    data: &About,
    trained_on: &[&Matrix<T>],
    settings: Value,
) -> Description {
    let mut settings = settings;
    settings["features"] = json!(data.scaling.shift().len());
    settings["scaling"] = json!(data.scaling.kind().to_string());
    // with these a file of new objects is brought to the same features
    settings["feature_names"] = json!(data.feature_names);
    if let Some(label) = &data.label_column {
        settings["label_column"] = json!(label);
    }
    settings["words"] = described_words(&data.words);
    settings["image"] = json!(
        data.image
            .map(|image| [image.height, image.width, image.channels])
    );
    Description {
        method: method.to_owned(),
        settings,
        seed,
        data: fingerprint(trained_on),
    }
}

/// What a saved model says of columns of words.
fn described_words(words: &[ColumnWords]) -> Value {
    let words = words.iter().map(
        |ColumnWords {
             column,
             feature,
             words,
         }| json!({ "column": column, "feature": feature, "words": words }),
    );
    words.collect()
}

/// Classes as a column, for the fingerprint.
fn class_column<T: Real>(classes: &[usize]) -> Matrix<T> {
    Matrix::from_fn(classes.len(), 1, |i, _| T::from_f64(classes[i] as f64))
}

/// Refuses a network that is too large, before any of it is allocated. `widths` are those of its layers, features first; `copies` is
/// how often it is there (2: a decoder as well).
fn check_size(widths: &[usize], copies: usize, options: &str) -> Result<(), String> {
    let layers = widths
        .windows(2)
        .map(|pair| pair[0].saturating_mul(pair[1]));
    let weights = layers
        .fold(0usize, usize::saturating_add)
        .saturating_mul(copies);
    if weights <= MOST_WEIGHTS {
        return Ok(());
    }
    let (features, weights) = (
        widths[0],
        if weights == usize::MAX {
            "countless".to_owned()
        } else {
            weights.to_string()
        },
    );
    Err(format!(
        "{options}: a network from {features} features would have {weights} weights, expected at most {MOST_WEIGHTS}"
    ))
}

/// More numbers than this on the way through one step don't fit into the memory of most machines: there are several
/// such matrices.
const MOST_NUMBERS: usize = 100_000_000;

/// Refuses a step that would need too much memory, before it is taken.
pub fn check_numbers(numbers: usize, options: &str, what: &str) -> Result<(), String> {
    match numbers <= MOST_NUMBERS {
        true => Ok(()),
        false => Err(format!(
            "{options}: {numbers} {what}, expected at most {MOST_NUMBERS}"
        )),
    }
}

/// Numbers as an option takes them: `"128,64"`, or `"none"`.
fn listed(numbers: &[usize]) -> String {
    if numbers.is_empty() {
        return "none".to_owned();
    }
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    numbers.join(",")
}

/// Widths of layers: `"64-128-2"`.
fn architecture(widths: &[usize]) -> String {
    let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
    widths.join("-")
}

/// The paths that were written, a line each.
fn lines(paths: &[PathBuf]) -> String {
    let lines = paths.iter().map(|path| format!("{}\n", path.display()));
    lines.collect()
}

/// A number of things: `"1 epoch"`, `"2 epochs"`.
pub fn count(number: usize, one: &str, several: &str) -> String {
    let what = if number == 1 { one } else { several };
    format!("{number} {what}")
}

/// A loss in four digits, however small or large.
pub fn four_digits(x: f64) -> String {
    if x == 0.0 || (1e-3..1e6).contains(&x.abs()) {
        format!("{x:.4}")
    } else {
        format!("{x:.3e}")
    }
}

/// All processors, unless a number is given. What is computed does not depend on it.
pub fn set_threads(threads: Option<usize>) {
    #[cfg(feature = "threading")]
    unsup_autograd::set_threads(match threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism().map_or(1, |threads| threads.get()),
    });
    #[cfg(not(feature = "threading"))]
    let _ = threads;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_short() {
        let shown = [0.0, 12.34567, 0.00123, 1.5e-32, 7e6].map(four_digits);
        assert_eq!(
            shown,
            ["0.0000", "12.3457", "0.0012", "1.500e-32", "7.000e6"]
        );
    }
}
