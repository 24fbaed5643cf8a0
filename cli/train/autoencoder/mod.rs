//! `unsup train` for auto-encoders: what all of them share. What a method adds, its settings, figures and pictures, has
//! a file of its own.
//!
//! | file | methods |
//! |---|---|
//! | `plain` | autoencoder, linear, two-layer |
//! | `sparse`, `denoising`, `contractive`, `relational` | the regularised ones |
//! | `stacked`, `variational`, `supervised` | those with a training or a model of their own |

mod contractive;
mod denoising;
mod plain;
mod relational;
mod sparse;
mod stacked;
mod supervised;
mod variational;

pub use contractive::contractive;
pub use denoising::denoising;
pub use plain::{autoencoder, linear, two_layer};
pub use relational::relational;
pub use sparse::sparse;
pub use stacked::stacked;
pub use supervised::semi_supervised;
pub use variational::variational;

use super::report::{self, Figure, Report, Section};
use super::{
    Job, Outcome, USUAL_RATE, WRITTEN, architecture, check_numbers, check_size, count, describe,
    folder, four_digits, listed, loss, of_training, set_threads, training,
};
use crate::arguments::AutoEncoderOptions;
use crate::data::{Missing, Split};
use crate::output::OutputFolder;
use crate::pictures::{self, Picture};
use crate::progress::TrainingBar;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, EncoderDecoder, Loss, Method, Plain, Reconstruction, Warning, uses,
};
use unsup_models::{Activation, Epoch, Matrix, Pca};
use unsup_nn::Module;
use unsup_nn::saving::{Value, json};
use unsup_nn::train::{Criterion, fit};

const RECONSTRUCTIONS: &str = "reconstructions.png";
/// Drawn for codes of two numbers only.
const CODES: &str = "codes.png";
const FILTERS: &str = "filters.png";
/// All pictures that one of the methods draws.
const PICTURES: [&str; 11] = [
    RECONSTRUCTIONS,
    CODES,
    FILTERS,
    "code-values.png",
    "denoised.png",
    "field.png",
    "spectrum.png",
    "samples.png",
    "similar.png",
    "interpolation.png",
    "manifold.png",
];
/// Of more objects than this as many are used to judge codes: a linear classifier in double precision takes long.
const MOST_JUDGED: usize = 2000;

/// A training: its data, and where its results go.
struct Session<'a> {
    method: &'static str,
    options: &'a AutoEncoderOptions,
    data: Split,
    train: Matrix<f32>,
    held_out: Matrix<f32>,
    code: usize,
    rate: f64,
    out: OutputFolder,
    /// The losses of the training, drawn.
    losses: Option<String>,
    start: Instant,
}

impl<'a> Session<'a> {
    /// Reads the data and makes sure of the folder, before anything is trained. `rate` is the method's learning rate if
    /// none is given.
    fn open(
        method: &'static str,
        options: &'a AutoEncoderOptions,
        rate: f64,
        hidden: &[usize],
        code: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let start = Instant::now();
        set_threads(options.run.threads);
        let (seed, quiet) = (options.run.seed, options.run.quiet);
        let data = Split::load(&options.data, Missing::Refused, seed, quiet)?;
        Ok(Self {
            start,
            ..Self::of(method, options, rate, data, hidden, code)?
        })
    }

    /// The same with data at hand.
    fn of(
        method: &'static str,
        options: &'a AutoEncoderOptions,
        rate: f64,
        data: Split,
        hidden: &[usize],
        code: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let start = Instant::now();
        let mut widths = vec![data.train.x.columns()];
        widths.extend(hidden);
        widths.push(code);
        check_size(
            &widths,
            2,
            &format!("--widths {} --code {code}", listed(hidden)),
        )?;
        let names = [&WRITTEN[..], &PICTURES].concat();
        let out = folder(method, &options.run, &names, options.checkpoint.resume)?;
        Ok(Self {
            method,
            options,
            train: data.train.x.cast(),
            held_out: data.held_out.x.cast(),
            data,
            code,
            rate,
            out,
            losses: None,
            start,
        })
    }

    /// The loss that is asked for, or `default` where the data take it, and the σ of an output that goes with it.
    fn loss(&self, default: Loss) -> Result<(Loss, Activation), String> {
        let output = self.data.about.output;
        match self.options.loss {
            Some(Loss::Bernoulli) if !self.data.within_unit() => Err(format!(
                "{}: not all features lie between 0 and 1, as --loss bernoulli expects",
                self.data.about.name
            )),
            Some(Loss::Bernoulli) => Ok((Loss::Bernoulli, Activation::Sigmoid)),
            Some(Loss::Squared) => Ok((Loss::Squared, output)),
            None if output == Activation::Sigmoid => Ok((default, output)),
            None => Ok((Loss::Squared, output)),
        }
    }

    fn training(&self) -> unsup_models::Training {
        training(
            &self.options.training,
            self.rate,
            self.train.rows(),
            self.options.run.seed,
        )
    }

    /// Trains the model and writes it; `settings` are what it is saved with.
    fn fit<M: Module<f32>>(
        &mut self,
        model: &mut M,
        criterion: &dyn Criterion<f32, M>,
        mut settings: Value,
    ) -> Result<(), Box<dyn Error>> {
        settings["split"] = self.data.sizes();
        let seed = self.options.run.seed;
        let description = describe(
            self.method,
            seed,
            &self.data.about,
            &[&self.train],
            settings,
        );
        let job = Job {
            model,
            criterion,
            validation: None,
            training: self.training(),
            early_stopping: None,
            description,
        };
        let (run, checkpoint) = (&self.options.run, &self.options.checkpoint);
        let history = job.run(run, checkpoint, &mut self.out, &self.data.about)?;
        self.losses = report::losses(&history);
        Ok(())
    }

    /// Trains the model without the method's idea; it is not kept.
    fn fit_ablated<M: Module<f32>>(
        &self,
        model: &mut M,
        criterion: &dyn Criterion<f32, M>,
    ) -> Result<(), Box<dyn Error>> {
        let (mut optimiser, settings) = self.training().optimiser_and_settings()?;
        let bar = TrainingBar::new(settings.epochs, self.options.run.quiet);
        let observer = |epoch: &Epoch| {
            bar.update(epoch.number, format!("ablated: {}", loss(epoch)));
            ControlFlow::Continue(())
        };
        let outcome = fit(model, criterion, &mut optimiser, &settings, observer);
        bar.finish();
        outcome.map_err(|error| format!("--ablate: {error}"))?;
        Ok(())
    }

    /// How many objects are in a step.
    fn batch(&self) -> usize {
        self.options.training.batch_size.min(self.train.rows())
    }

    /// The first held-out objects.
    fn head(&self, most: usize) -> Matrix<f32> {
        self.held_out.slice_rows(0..self.held_out.rows().min(most))
    }

    /// Errors, and what the code is worth.
    fn sections(
        &self,
        model: &dyn EncoderDecoder<f32>,
        pca: &PcaLoss,
    ) -> Result<Vec<Section>, String> {
        let name = &self.data.about.name;
        let error = |x: &Matrix<f32>| uses::squared_error(&model.decode(&model.encode(x)), x);
        let (train_loss, heldout_loss) = (error(&self.train), error(&self.held_out));
        for (part, loss) in [("training", train_loss), ("held-out", heldout_loss)] {
            if !loss.is_finite() {
                return Err(format!("{name}: the {part} error is not finite: {loss}"));
            }
        }
        let ratio = match pca.negligible {
            true => Figure::none(
                "ratio",
                "ratio to PCA",
                "PCA makes next to no error with such a code",
            ),
            false => Figure::new("ratio", "ratio to PCA", heldout_loss / pca.loss).digits(3),
        };
        let errors = Section {
            title: "Squared error per object (sum over features):",
            figures: vec![
                Figure::new("train_loss", "training", train_loss),
                Figure::new("heldout_loss", "held out", heldout_loss),
                Figure::new("pca_loss", "held out by PCA", pca.loss),
                ratio,
            ],
        };
        let worth = Section {
            title: "The code, on held-out objects:",
            figures: self.worth(model),
        };
        Ok(vec![errors, worth])
    }

    /// What the code is worth for the lecture's uses.
    fn worth(&self, model: &dyn EncoderDecoder<f32>) -> Vec<Figure> {
        let compressed = uses::compress(model, &self.train, &self.held_out, 8);
        let name = format!("error at {} bits an object", compressed.bits);
        let mut figures = vec![Figure::new(
            "heldout_loss_8_bits",
            &name,
            compressed.squared_error,
        )];
        let head = |x: &Matrix<f32>| x.slice_rows(0..x.rows().min(MOST_JUDGED));
        let (train, held_out) = (head(&self.train), head(&self.held_out));
        let names = [
            ("linear_accuracy", "linear classifier, accuracy"),
            ("neighbours_accuracy", "5 neighbours, accuracy"),
        ];
        match (&self.data.train.labels, &self.data.held_out.labels) {
            (Some(classes), Some(held_out_classes)) if train.rows() >= 5 => {
                let judged = uses::judge(
                    (&model.encode(&train), &classes[..train.rows()]),
                    (
                        &model.encode(&held_out),
                        &held_out_classes[..held_out.rows()],
                    ),
                );
                let values = [judged.linear, judged.neighbours];
                figures.extend(
                    names
                        .iter()
                        .zip(values)
                        .map(|((key, name), value)| Figure::new(key, name, value)),
                );
            }
            _ => figures.extend(names.map(|(key, _)| Figure::silent(key))),
        }
        figures.push(if self.code == 2 && held_out.rows() >= 22 {
            let kept = uses::plane(model, &held_out);
            Figure::new(
                "trustworthiness",
                "trustworthiness, 10 neighbours",
                kept.trustworthiness,
            )
        } else {
            Figure::silent("trustworthiness")
        });
        figures
    }

    /// Held-out objects over what is made of them, and the plane of codes.
    fn pictures(
        &self,
        model: &dyn EncoderDecoder<f32>,
        ablated: Option<&dyn EncoderDecoder<f32>>,
        heldout_loss: f64,
        pca_loss: f64,
    ) -> Vec<Picture> {
        let (x, about) = (&self.held_out, &self.data.about);
        let caption = format!(
            "Held-out {} from codes of {}: squared error {}, PCA {}",
            about.name,
            self.code,
            four_digits(heldout_loss),
            four_digits(pca_loss)
        );
        let reconstructed = model.decode(&model.encode(x));
        let picture = match ablated {
            None => pictures::reconstructions(x, &reconstructed, about.tile, &caption),
            Some(ablated) => {
                let without = ablated.decode(&ablated.encode(x));
                let rows = [
                    ("held out", x),
                    ("reconstructed", &reconstructed),
                    ("ablated", &without),
                ];
                pictures::tiles(&rows, about.tile, &caption, "")
            }
        };
        let mut drawn = vec![Picture::new(RECONSTRUCTIONS, picture)];
        if self.code == 2 {
            let title = format!("Codes of the held-out {}", about.name);
            let labels = self.data.held_out.labels.as_deref();
            drawn.push(Picture::new(
                CODES,
                pictures::codes(&model.encode(x), labels, &title),
            ));
        }
        drawn
    }

    /// Judges, draws and writes; `with` and `without` are the sections that the method adds for the model and
    /// the ablated one.
    fn finish(
        mut self,
        title: &str,
        learned: Learned<'_>,
        ablated: Option<(&str, Learned<'_>)>,
        pictures: Vec<Picture>,
    ) -> Result<Outcome, Box<dyn Error>> {
        let pca = PcaLoss::of(&self.data, self.code);
        let mut sections = self.sections(learned.model, &pca)?;
        sections.extend(learned.section);
        let without = match &ablated {
            None => None,
            Some((what, learned)) => {
                let mut sections = self.sections(learned.model, &pca)?;
                sections.extend(learned.section.clone());
                Some(((*what).to_owned(), sections))
            }
        };
        let value = |key| report::value(&sections, key).unwrap_or(f64::NAN);
        let other = ablated.as_ref().map(|(_, learned)| learned.model);
        let mut drawn = self.pictures(
            learned.model,
            other,
            value("heldout_loss"),
            value("pca_loss"),
        );
        drawn.extend(pictures);
        self.out.write_pictures(&drawn)?;
        let (features, training) = (self.train.columns(), self.training());
        let report = Report {
            head: format!(
                "{title}, {}, seed {}, {:.1} s\n\
                 Data: {}, {} to train and {} held out, {}{}\n",
                count(training.epochs, "epoch", "epochs"),
                self.options.run.seed,
                self.start.elapsed().as_secs_f64(),
                self.data.about.name,
                count(self.train.rows(), "object", "objects"),
                self.held_out.rows(),
                count(features, "feature", "features"),
                self.data.about.remark,
            ),
            sections,
            tables: Vec::new(),
            ablated: without,
            warnings: learned.warnings.iter().map(ToString::to_string).collect(),
            losses: self.losses,
            chosen: of_training(&training),
            seconds: self.start.elapsed().as_secs_f64(),
        };
        Ok(report.outcome(self.out, drawn))
    }

    /// Widths there and back, for a title: "64-128-2-128-64".
    fn widths(&self, hidden: &[usize]) -> String {
        let mut widths = vec![self.train.columns()];
        widths.extend(hidden);
        widths.push(self.code);
        let back: Vec<usize> = widths.iter().rev().skip(1).copied().collect();
        architecture(&[widths, back].concat())
    }
}

/// A trained model, and what its method adds to the report.
struct Learned<'m> {
    model: &'m dyn EncoderDecoder<f32>,
    section: Option<Section>,
    warnings: Vec<Warning>,
}

/// A method on the pair of an encoder and a decoder, and the same with its idea left out.
struct Plan<'p> {
    title: String,
    architecture: Architecture,
    method: &'p dyn Method<f32>,
    /// What is left out with `--ablate`, in words.
    ablation: &'static str,
    ablated: Architecture,
    ablated_method: &'p dyn Method<f32>,
    /// A part of the ablated model that is left as it began.
    frozen: Option<&'static str>,
    /// The method's settings, to be saved with the model.
    settings: Value,
}

impl<'p> Plan<'p> {
    /// A method that is left out with `--ablate`, in an architecture that stays.
    fn of(
        title: String,
        architecture: Architecture,
        method: &'p dyn Method<f32>,
        ablation: &'static str,
        settings: Value,
    ) -> Self {
        Self {
            title,
            ablated: architecture.clone(),
            architecture,
            method,
            ablation,
            ablated_method: &Plain,
            frozen: None,
            settings,
        }
    }

    /// Trains by the plan; `section` and `pictures` are what the method has to say and to show.
    fn run(
        self,
        mut session: Session<'_>,
        section: impl Fn(&Session<'_>, &AutoEncoder<f32>) -> Option<Section>,
        pictures: impl Fn(&Session<'_>, &AutoEncoder<f32>, Option<&AutoEncoder<f32>>) -> Vec<Picture>,
    ) -> Result<Outcome, Box<dyn Error>> {
        let (x, features) = (session.train.clone(), session.train.columns());
        let mut model = AutoEncoder::new(features, &self.architecture);
        let criterion = Reconstruction {
            x: &x,
            method: self.method,
        };
        let settings = with(saved_architecture(&self.architecture), self.settings);
        session.fit(&mut model, &criterion, settings)?;
        let ablated = if session.options.ablate {
            let mut ablated = AutoEncoder::new(features, &self.ablated);
            if let Some(part) = self.frozen {
                ablated.freeze(part);
            }
            let criterion = Reconstruction {
                x: &x,
                method: self.ablated_method,
            };
            session.fit_ablated(&mut ablated, &criterion)?;
            Some(ablated)
        } else {
            None
        };
        let learned = |model, warnings| Learned {
            model: model as &dyn EncoderDecoder<f32>,
            section: section(&session, model),
            warnings,
        };
        let with_it = learned(&model, self.method.warnings(&model, &x));
        let without = ablated
            .as_ref()
            .map(|model| (self.ablation, learned(model, Vec::new())));
        let drawn = pictures(&session, &model, ablated.as_ref());
        session.finish(&self.title, with_it, without, drawn)
    }
}

/// An architecture as it is saved with a model.
fn saved_architecture(architecture: &Architecture) -> Value {
    json!({
        "hidden": architecture.hidden,
        "code": architecture.code,
        "activation": architecture.activation.to_string(),
        "code_activation": architecture.code_activation.to_string(),
        "output": architecture.output.to_string(),
        "bias": architecture.bias,
        "tied": architecture.tied,
        "loss": architecture.loss.to_string(),
    })
}

/// Both objects' entries.
fn with(mut settings: Value, further: Value) -> Value {
    if let Value::Object(further) = further {
        for (key, value) in further {
            settings[key.as_str()] = value;
        }
    }
    settings
}

/// What each unit of the code looks for, a row a unit: the weights of the encoder's first layer.
fn encoder_weights(model: &AutoEncoder<f32>) -> Matrix<f32> {
    let first = model.encoder().dense_layers().next();
    first
        .expect("an encoder has a layer")
        .weight()
        .value()
        .transpose()
}

/// Figures of the model under its name, and those of the ablated one, whose λ is 0, beside them.
fn beside_ablated<'s>(
    name: &'s str,
    of_model: &'s [f64],
    ablated: &'s Option<Vec<f64>>,
) -> Vec<(&'s str, &'s [f64])> {
    let ablated = ablated.iter().map(|values| ("ablated: λ = 0", &values[..]));
    [(name, of_model)].into_iter().chain(ablated).collect()
}

/// The weights of the encoder's first layer as pictures.
fn filters(session: &Session<'_>, model: &AutoEncoder<f32>) -> Picture {
    let caption = format!(
        "What each unit of the first layer looks for: its weights, {}",
        session.data.about.name
    );
    Picture::new(
        FILTERS,
        pictures::filters(&encoder_weights(model), session.data.about.tile, &caption),
    )
}

/// What the best linear code of the same size comes to.
struct PcaLoss {
    /// The squared error per held-out object of PCA fitted to the training part.
    loss: f64,
    /// It is next to nothing, as where a code has as many numbers as the data have directions: what is left is
    /// rounding, and a ratio to it says nothing.
    negligible: bool,
}

impl PcaLoss {
    /// A smaller part of the squared distance from the mean is negligible; it is near what single precision, in which
    /// the auto-encoder computes, can tell from none.
    const NEGLIGIBLE: f64 = 1e-12;

    fn of(data: &Split, code: usize) -> Self {
        let pca = Pca::fit(&data.train.x, code);
        let loss = pca.squared_error(&data.held_out.x);
        // the mean over objects of ‖x − x̄‖²
        let spread = |x: &Matrix<f64>| {
            let differences = x.row_iter().flat_map(|row| row.iter().zip(pca.mean()));
            differences.map(|(x, mean)| (x - mean).powi(2)).sum::<f64>() / x.rows() as f64
        };
        // of both parts: held-out objects that all lie at the mean are no measure of what is small
        let spread = spread(&data.held_out.x).max(spread(&data.train.x));
        Self {
            loss,
            negligible: loss <= Self::NEGLIGIBLE * spread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::TrainAutoEncoder;

    fn digits(seed: u64) -> Split {
        let options = TrainAutoEncoder::default().common.data;
        Split::load(&options, Missing::Refused, seed, true).unwrap()
    }

    #[test]
    fn pca_is_fitted_to_the_training_part_and_measured_on_the_held_out_part() {
        let seed = 3;
        let split = digits(seed);
        let found = PcaLoss::of(&split, 5).loss;
        let (train, held_out) = (split.train.x, split.held_out.x);
        let pca = Pca::fit(&train, 5);
        // ‖x − x̄‖² less its part along the components, object by object
        let along = pca.encode(&held_out);
        let objects = held_out.row_iter().zip(along.row_iter());
        let errors = objects.map(|(x, code)| {
            let whole: f64 = x
                .iter()
                .zip(pca.mean())
                .map(|(x, mean)| (x - mean).powi(2))
                .sum();
            whole - code.iter().map(|z| z * z).sum::<f64>()
        });
        let expected = errors.sum::<f64>() / 597.0;
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        // and it is none of what it could be mistaken for
        let of = |fitted: &Matrix<f64>, measured: &Matrix<f64>| {
            Pca::fit(fitted, 5).squared_error(measured)
        };
        for other in [
            of(&train, &train),
            of(&held_out, &held_out),
            of(&held_out, &train),
        ] {
            assert!((found - other).abs() > 1e-3, "{found} {other}");
        }
    }

    #[test]
    fn an_error_of_pca_that_is_rounding_gives_no_ratio() {
        let of = |train: &[[f64; 2]], held_out: &[[f64; 2]], code| {
            let mut data = digits(0);
            (data.train.x, data.held_out.x) =
                (Matrix::from_rows(train), Matrix::from_rows(held_out));
            PcaLoss::of(&data, code).negligible
        };
        let train = [[0.1, 0.2], [0.3, -0.4], [-0.7, 0.6]];
        assert!(of(&train, &[[5.1, -7.3]], 2), "all directions");
        assert!(
            of(&[[0.1, 0.2], [0.3, 0.6]], &[[0.7, 1.4]], 1),
            "on the line"
        );
        assert!(
            of(&[[0.0, 0.0]; 2], &[[0.0, 0.0]], 1),
            "no error and no spread"
        );
        assert!(
            of(&[[-1.0, 0.0], [1.0, 0.0]], &[[1e-17, 1e-18]], 1),
            "at the mean"
        );
        assert!(!of(&train, &[[5.1, -7.3]], 1));
        assert!(!of(&[[0.1, 0.2], [0.3, 0.6]], &[[0.7, 1.401]], 1));
    }
}
