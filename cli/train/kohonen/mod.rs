//! `unsup train wta|wtm|lvq|som`: what Kohonen's networks share.
//!
//! They are trained in double precision: a run takes seconds, and a codebook is to be exact.

pub mod clusters;
mod codebook_file;
pub mod lvq;
mod map_page;
pub mod som;

use super::{SCALING, describe, scaling_rows};
use crate::arguments::{CompetitionOptions, RateSchedule, RunOptions};
use crate::data::{About, Part};
use crate::output::OutputFolder;
use crate::pictures;
use std::error::Error;
use std::path::{Path, PathBuf};
use unsup_data::in_one_line;
use unsup_models::Matrix;
use unsup_models::kohonen::{
    Codebook, Decay, End, Epoch, FitError, Outcome, Rate, Schedule, Settings,
};
use unsup_nn::Module;
use unsup_nn::saving::{Value, save_model};

const MODEL: &str = "model.safetensors";
const CODEBOOK: &str = "codebook.cod";
const HISTORY: &str = "history.csv";
const QUANTIZED: &str = "quantized.png";

/// What a training of centres without a map may write.
const WRITTEN: [&str; 4] = [MODEL, CODEBOOK, HISTORY, QUANTIZED];

/// Where decays end that never reach 0, as a share of where they begin.
const LAST_RATE: f64 = 0.01;

/// How centres are trained, with what a method takes where an option is not given.
fn settings(options: &CompetitionOptions, seed: u64, epochs: usize, rate: f64) -> Settings {
    let from = options.rate.unwrap_or(rate);
    let scheduled = |schedule| Rate::Scheduled { from, schedule };
    Settings {
        epochs: options.epochs.unwrap_or(epochs),
        rate: match options.rate_schedule {
            RateSchedule::Constant => scheduled(Schedule::Constant),
            RateSchedule::Decay(Decay::Linear) => Rate::linear(from),
            RateSchedule::Decay(Decay::Exponential) => {
                scheduled(Schedule::Exponential { last: LAST_RATE })
            }
            RateSchedule::Decay(Decay::Inverse) => scheduled(Schedule::Inverse { last: LAST_RATE }),
            RateSchedule::PerCentre => Rate::PerCentre,
        },
        lambda: options.lambda,
        order: options.order,
        stopping: options.until.clone(),
        seed,
    }
}

/// An error of a training, with the file whose objects it is about.
fn of_file(error: &FitError, objects: &Part) -> String {
    format!("{}: {error}", objects.source)
}

/// The rule by which the training was to end, and whether it was what ended it.
fn ended(settings: &Settings, outcome: &Outcome) -> String {
    let done = outcome.epochs.len();
    let rule = &settings.stopping;
    match outcome.end {
        End::Settled => format!(
            "{done} of at most {} epochs: training {rule}, and so it did",
            settings.epochs
        ),
        _ => format!("{done} epochs: training {rule}, which did not come to pass before"),
    }
}

/// The epochs as comma-separated values.
fn history(outcome: &Outcome) -> String {
    let mut table = "epoch,q,farthest move,changed winners\n".to_owned();
    for epoch in &outcome.epochs {
        let Epoch {
            number,
            q,
            farthest_move,
            changed,
            ..
        } = epoch;
        table += &format!("{number},{q},{farthest_move},{changed}\n");
    }
    table
}

/// What is to be shown of an epoch while training goes on.
fn live(epoch: &Epoch) -> String {
    format!("Q {:.4}, {:.1} % changed", epoch.q, 100.0 * epoch.changed)
}

/// Saves the model with the scaling of its features.
fn save(
    out: &OutputFolder,
    model: &dyn Module<f64>,
    method: &str,
    options: &RunOptions,
    about: &About,
    objects: &Matrix<f64>,
    settings: Value,
) -> Result<PathBuf, Box<dyn Error>> {
    let description = describe(method, options.seed, about, &[objects], settings);
    let [shift, scale] = scaling_rows(about);
    let further = [(SCALING[0], &shift), (SCALING[1], &scale)];
    let path = out.path(MODEL);
    save_model(&path, model, &description, &further)?;
    Ok(path)
}

/// The first objects over the centres that stand for them.
fn quantized(codebook: &Codebook<f64>, x: &Matrix<f64>, about: &About, which: &str) -> String {
    let caption = format!(
        "{which} {} over the nearest of {} centres",
        about.name,
        codebook.centres().rows()
    );
    let complete: Vec<usize> = (0..x.rows())
        .filter(|&i| x.row(i).iter().all(|x| !x.is_nan()))
        .take(16)
        .collect();
    let chosen = if complete.is_empty() {
        vec![0]
    } else {
        complete
    };
    let x = x.select_rows(&chosen);
    pictures::reconstructions(
        &x.cast(),
        &codebook.quantize(&x).cast(),
        about.tile,
        &caption,
    )
}

/// A remark on objects without any value; empty where there are none.
fn left_out(objects: &[usize], source: &str) -> String {
    let numbers: Vec<String> = objects
        .iter()
        .take(10)
        .map(|i| (i + 1).to_string())
        .collect();
    let more = match objects.len() {
        count if count > 10 => format!(" and {} more", count - 10),
        _ => String::new(),
    };
    match objects.len() {
        0 => String::new(),
        1 => format!(
            "{source}: object {} has no value and was left out\n",
            numbers[0]
        ),
        _ => format!(
            "{source}: objects {}{more} have no value and were left out\n",
            numbers.join(", ")
        ),
    }
}

/// The name of a class, in one line.
fn class_name(about: &About, class: usize) -> String {
    match about.label_names.get(class) {
        Some(name) => in_one_line(name),
        None => class.to_string(),
    }
}

/// The name of a feature, in one line.
fn feature_name(about: &About, feature: usize) -> String {
    match about.feature_names.get(feature) {
        Some(name) => in_one_line(name),
        None => format!("feature {}", feature + 1),
    }
}

/// The folder for results: that of `--out`, or that of the method.
fn folder(options: &RunOptions, method: &str, names: &[&str]) -> Result<OutputFolder, String> {
    let default = Path::new("runs").join(method);
    OutputFolder::open(options.out.as_ref().unwrap_or(&default), names)
}
