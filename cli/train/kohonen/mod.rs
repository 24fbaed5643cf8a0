//! `unsup train wta|wtm|lvq|som`: what Kohonen's networks share.
//!
//! They are trained in double precision: a run takes seconds, and a codebook is to be exact.

mod checkpoint;
pub mod clusters;
mod codebook_file;
pub mod lvq;
mod map_page;
pub mod som;

use super::report::over_epochs;
use super::{SCALING, describe, scaling_rows};
use crate::arguments::{CompetitionOptions, RateSchedule, RunOptions};
use crate::data::{About, Part};
use crate::model::MODEL;
use crate::output::{CHECKPOINT, OutputFolder};
use crate::pictures::{self, Picture};
use unsup_data::in_one_line;
use unsup_models::Matrix;
use unsup_models::kohonen::{
    Codebook, Decay, End, Epoch, FitError, Outcome, Rate, Schedule, Settings, Stopping,
};
use unsup_nn::Module;
use unsup_nn::saving::Value;

const CODEBOOK: &str = "codebook.cod";
const HISTORY: &str = "history.csv";
const QUANTIZED: &str = "quantized.png";

/// What a training of centres without a map may write.
const WRITTEN: [&str; 5] = [MODEL, CODEBOOK, HISTORY, QUANTIZED, CHECKPOINT];

/// Where decays end that never reach 0, as a share of where they begin.
const LAST_RATE: f64 = 0.01;

/// What a method takes where an option is not given.
struct Defaults {
    epochs: usize,
    rate: f64,
    stopping: Stopping,
}

impl Defaults {
    /// Training that ends when nothing changes any more.
    fn until_settled(epochs: usize, rate: f64) -> Self {
        Self {
            epochs,
            rate,
            stopping: Stopping::default(),
        }
    }
}

/// How centres are trained.
fn settings(
    options: &CompetitionOptions,
    seed: u64,
    defaults: Defaults,
) -> Result<Settings, String> {
    let from = options.rate.unwrap_or(defaults.rate);
    let scheduled = |schedule| Rate::Scheduled { from, schedule };
    let schedule = options.rate_schedule;
    if schedule == Some(RateSchedule::PerCentre) && options.rate.is_some() {
        return Err(refused(
            &["--rate"],
            "with --rate-schedule per-centre each centre has its own",
        ));
    }
    Ok(Settings {
        epochs: options.epochs.unwrap_or(defaults.epochs),
        rate: match schedule.unwrap_or(RateSchedule::Decay(Decay::Linear)) {
            RateSchedule::Constant => scheduled(Schedule::Constant),
            RateSchedule::Decay(Decay::Linear) => Rate::linear(from),
            RateSchedule::Decay(Decay::Exponential) => {
                scheduled(Schedule::Exponential { last: LAST_RATE })
            }
            RateSchedule::Decay(Decay::Inverse) => scheduled(Schedule::Inverse { last: LAST_RATE }),
            RateSchedule::PerCentre => Rate::PerCentre,
        },
        lambda: options.lambda,
        order: options.order.unwrap_or_default(),
        stopping: options.until.clone().unwrap_or(defaults.stopping),
        seed,
    })
}

/// Options that would have no effect, and why.
fn refused(options: &[&str], why: &str) -> String {
    let has = if options.len() == 1 { "has" } else { "have" };
    format!("{} {has} no use here: {why}", options.join(", "))
}

/// Refuses what would have no effect.
pub(super) fn refuse(options: &[(bool, &'static str)], why: &str) -> Result<(), String> {
    let given: Vec<&str> = options
        .iter()
        .filter(|(given, _)| *given)
        .map(|&(_, name)| name)
        .collect();
    match given.is_empty() {
        true => Ok(()),
        false => Err(refused(&given, why)),
    }
}

/// An error of a training, with the file and the names that it is about.
fn of_file(error: &FitError, objects: &Part, about: &About) -> String {
    let source = &objects.source;
    let class = |class| class_name(about, class);
    match error {
        FitError::Setting(problem) => problem.clone(),
        FitError::NoObjectOfClass { class: index } => format!(
            "{source}: no object of class \"{}\" with a value is among those that are trained on, expected at least 1",
            class(*index)
        ),
        FitError::NoCentreOfClass { class: index } => {
            format!(
                "{source}: class \"{}\" has no centre, expected at least 1",
                class(*index)
            )
        }
        FitError::NoOtherCentre { class: index } => format!(
            "{source}: all centres are of class \"{}\", expected some of another class as well",
            class(*index)
        ),
        error => format!("{source}: {error}"),
    }
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

/// Q against the epochs, as SVG.
fn q_over_epochs(outcome: &Outcome) -> Option<String> {
    let epochs = outcome.epochs.iter();
    let points = epochs.map(|epoch| (epoch.number as f64, epoch.q)).collect();
    let caption =
        "Q, the mean squared distance from the nearest centre as it is estimated, epoch by epoch";
    over_epochs(&[("Q", points)], "Q", caption)
}

/// What is to be shown of an epoch while training goes on.
fn live(epoch: &Epoch) -> String {
    format!("Q {:.4}, {:.1} % changed", epoch.q, 100.0 * epoch.changed)
}

/// Saves the model with the scaling of its features.
fn save(
    out: &mut OutputFolder,
    model: &dyn Module<f64>,
    method: &str,
    options: &RunOptions,
    about: &About,
    objects: &Matrix<f64>,
    settings: Value,
) -> Result<(), String> {
    let description = describe(method, options.seed, about, &[objects], settings);
    let [shift, scale] = scaling_rows(about);
    let further = [(SCALING[0], &shift), (SCALING[1], &scale)];
    out.save_model(MODEL, model, &description, &further)
}

/// The first complete objects over the centres that stand for them; nothing where there is no complete one.
fn quantized(
    codebook: &Codebook<f64>,
    x: &Matrix<f64>,
    about: &About,
    which: &str,
) -> Vec<Picture> {
    let caption = format!(
        "{which} {} over the nearest of {} centres",
        about.name,
        codebook.centres().rows()
    );
    let complete: Vec<usize> = (0..x.rows())
        .filter(|&i| x.row(i).iter().all(|x| !x.is_nan()))
        .take(16)
        .collect();
    if complete.is_empty() {
        return Vec::new();
    }
    let x = x.select_rows(&complete);
    let quantized = codebook.quantize(&x);
    let svg = pictures::reconstructions(&x.cast(), &quantized.cast(), about.tile, &caption);
    vec![Picture::new(QUANTIZED, svg)]
}

/// A remark on the objects of a part without any value; empty where there are none.
fn left_out(objects: &[usize], part: &Part) -> String {
    let source = &part.source;
    let numbers: Vec<String> = objects
        .iter()
        .take(10)
        .map(|&i| (part.numbers[i] + 1).to_string())
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
