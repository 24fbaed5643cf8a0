//! A trained model of any method, opened from the file that its training left, and what can be asked of it.
//!
//! | file | what it holds |
//! |---|---|
//! | `settings` | what a saved model says of itself, read as something that may be damaged |
//! | `trained_on` | what it says of the data |
//! | `answer` | columns of numbers and classes |
//! | `kohonen`, `autoencoder`, `predictor`, `generative`, `fragments` | the models: built from their settings, filled, and asked |

mod answer;
mod autoencoder;
mod fragments;
mod generative;
mod kohonen;
mod predictor;
mod settings;
#[cfg(test)]
mod tests;
mod trained_on;

pub use answer::{Answer, Column, Values};

use crate::arguments::{WHATS, What, name_of};
use crate::data::{Privileged, TrainedOn};
use crate::inspect::other_than_tensors;
use settings::Settings;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use unsup_models::{Matrix, Real};
use unsup_nn::saving::{SavedModel, Value};
use unsup_nn::{Module, Path as ParameterPath};

/// The name of a model's file in the folder of its training.
pub const MODEL: &str = "model.safetensors";

/// A trained model.
pub struct Model {
    /// The file, as it was given or found.
    pub file: String,
    /// The method, by the name under which it is trained.
    pub method: String,
    /// What the objects were.
    pub on: TrainedOn,
    /// What can be asked of it, the usual first.
    pub offers: Vec<Offer>,
    /// Where new objects come from, if it is a generative model.
    pub generator: Option<Generator>,
    /// Whether missing values are passed over; else they are refused.
    pub takes_missing: bool,
    /// What [`What::Teacher`] is to be asked about, after the features.
    pub privileged: Option<Privileged>,
}

/// Something that can be asked of a model.
pub struct Offer {
    /// What.
    pub what: What,
    answer: Ask,
}

/// What answers scaled objects.
type Ask = Box<dyn Fn(&Matrix<f64>) -> Answer>;

/// Where new objects come from, on the scale of the training.
pub struct Generator {
    /// So many, drawn under a seed.
    pub new: Draw,
    /// So many like each row of scaled objects, if that can be had.
    pub like: Option<DrawLike>,
    /// The same, each with noise of its own, if what they are drawn from has a distribution.
    pub noisy: Option<(Draw, DrawLike)>,
}

/// So many new objects, under a seed.
pub type Draw = Box<dyn Fn(usize, u64) -> Matrix<f32>>;

/// New objects like given ones: so many of each, under a seed.
pub type DrawLike = Box<dyn Fn(&Matrix<f32>, usize, u64) -> Matrix<f32>>;

/// What is made of a method's file.
struct Asked {
    offers: Vec<Offer>,
    generator: Option<Generator>,
    takes_missing: bool,
    privileged: Option<Privileged>,
    /// The names of the classes that [`What::Classes`] tells.
    classes: Option<Vec<String>>,
}

impl Asked {
    fn of(offers: Vec<Offer>) -> Self {
        Self {
            offers,
            generator: None,
            takes_missing: false,
            privileged: None,
            classes: None,
        }
    }
}

/// An offer of what `answer` makes of a model and scaled objects.
fn offer<M: 'static>(
    what: What,
    model: &Rc<M>,
    answer: impl Fn(&M, &Matrix<f64>) -> Answer + 'static,
) -> Offer {
    let model = Rc::clone(model);
    Offer {
        what,
        answer: Box::new(move |x| answer(&model, x)),
    }
}

impl Offer {
    /// The answer to scaled objects.
    pub fn answer(&self, x: &Matrix<f64>) -> Answer {
        (self.answer)(x)
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        name_of(self.what, &WHATS)
    }
}

impl Model {
    /// Opens a model's file, or the one in a training's folder.
    ///
    /// # Errors
    /// If there is none, it can't be read, is damaged, or is of a method that is not known.
    pub fn open(path: &Path) -> Result<Self, String> {
        let path = find(path)?;
        let saved = SavedModel::open(&path).map_err(|error| match other_than_tensors(&path) {
            Some(what) => format!(
                "{}: is {what}, expected a model ({MODEL} or the folder of a training)",
                path.display()
            ),
            None => error.to_string(),
        })?;
        let file = path.display().to_string();
        let description = saved.description();
        let settings = Settings::of(&saved, &file);
        let source = Source {
            saved: &saved,
            settings: &settings,
            file: &file,
        };
        let is_function = !settings.value("function").is_null();
        let on = match description.method == "distill" && is_function {
            true => trained_on::arguments_of_function(&source)?,
            false => trained_on::read(&source)?,
        };
        let asked = match description.method.as_str() {
            "wta" | "wtm" => kohonen::clusters(&source, &on),
            "lvq" => kohonen::lvq(&source, &on),
            "som" => kohonen::map(&source, &on),
            "autoencoder" | "linear" | "two-layer" | "sparse" | "denoising" | "contractive"
            | "relational" | "stacked" => autoencoder::pair(&source, &on),
            "semi-supervised" => autoencoder::supervised(&source, &on),
            "variational" => generative::variational(&source, &on),
            "gan" => generative::gan(&source, &on),
            "classifier" => predictor::classifier(&source, &on),
            "distill" if is_function => predictor::surrogate(&source),
            "distill" => predictor::classifier(&source, &on),
            "lupi" => predictor::student(&source, &on),
            "transfer" => predictor::transferred(&source, &on),
            "multi-task" => predictor::tasks(&source, &on),
            "self-supervised" => fragments::encoder(&source, &on),
            method => Err(format!(
                "{file}: holds a model of the method \"{method}\", which is none of those that this version trains"
            )),
        }?;
        Ok(Self {
            method: description.method.clone(),
            on: match &asked.classes {
                Some(names) => on.with_classes(names),
                None => on,
            },
            offers: asked.offers,
            generator: asked.generator,
            takes_missing: asked.takes_missing,
            privileged: asked.privileged,
            file,
        })
    }

    /// What is asked for, or the first that there is.
    ///
    /// # Errors
    /// If the model does not have it; the error says what it has.
    pub fn offer(&self, what: Option<What>) -> Result<&Offer, String> {
        let Some(what) = what else {
            return Ok(&self.offers[0]);
        };
        let found = self.find_offer(what);
        found.ok_or_else(|| {
            format!(
                "--what {}: {} holds a model of {}, expected {}",
                name_of(what, &WHATS),
                self.file,
                self.method,
                self.offered()
            )
        })
    }

    /// What is asked for, if the model has it.
    pub fn find_offer(&self, what: What) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.what == what)
    }

    /// All that the model has: "codes, reconstructions or scores".
    fn offered(&self) -> String {
        let names: Vec<&str> = self.offers.iter().map(Offer::name).collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

/// The file of a model: as given, or in the folder of its training.
pub fn find(path: &Path) -> Result<PathBuf, String> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let file = path.join(MODEL);
    if file.exists() {
        return Ok(file);
    }
    let names = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut others: Vec<String> = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".safetensors"))
        .collect();
    others.sort();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!("; found {}", others.join(", ")),
    };
    Err(format!(
        "{}: expected a folder with {MODEL} in it, as a training leaves it{others}",
        path.display()
    ))
}

/// A model's file that has been read.
struct Source<'s> {
    saved: &'s SavedModel,
    settings: &'s Settings<'s>,
    file: &'s str,
}

impl<'s> Source<'s> {
    /// Fills a model from the file, which is to hold finite numbers alone.
    fn filled<T: Real, M: Module<T>>(&self, mut model: M) -> Result<M, String> {
        let loaded = self.saved.load_into(&mut model);
        loaded.map_err(|error| error.to_string())?;
        let mut bad = None;
        model.visit(ParameterPath::ROOT, &mut |path, param| {
            if !param.value().is_finite() {
                bad.get_or_insert(path.to_string());
            }
        });
        match bad {
            None => Ok(model),
            Some(name) => Err(format!(
                "{}: {name} holds a number that is not finite, expected a model that can be used",
                self.file
            )),
        }
    }

    /// The settings in a list, such as those of tasks.
    fn parts(&self, name: &str) -> Result<Vec<Settings<'_>>, String> {
        let parts = self.settings.value(name).as_array();
        let parts = parts.filter(|parts| !parts.is_empty());
        let parts = parts.ok_or_else(|| self.settings.refuse(name, "a list of settings"))?;
        let parts = parts.iter().map(|part: &Value| self.settings.of_part(part));
        Ok(parts.collect())
    }
}
