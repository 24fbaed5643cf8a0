//! `unsup train gan`.

use crate::arguments::{Asked, GAMES, PENALTIES, PenaltyKind, TrainGan, name_of};
use crate::data::{Missing, Split};
use crate::pictures::{self, Estimate, Lattice, Picture, Scale};
use crate::progress::TrainingBar;
use crate::train::Outcome;
use crate::train::checkpoints::{Stop, drive};
use crate::train::kohonen::refuse;
use crate::train::report::{Cell, Figure, Section, Table};
use crate::train::runs::{Findings, Runs};
use crate::train::{
    DIVERGED, HISTORY, architecture, check_numbers, check_size, count, describe, listed,
};
use std::error::Error;
use std::mem::discriminant;
use std::ops::ControlFlow;
use unsup_autograd::Shape;
use unsup_data::generators::GaussianMixture;
use unsup_data::{Dataset, in_one_line, write_csv_to};
use unsup_models::predictor::{self, Predictor};
use unsup_models::together::adversarial::{
    Architecture, Block, Game, Gan, History, InstanceNoise, Penalty, Reference, Run, Settings,
    Warning,
};
use unsup_models::{Matrix, Task, TrainError, Training};
use unsup_nn::saving::{LoadError, State, Value, fingerprint, json};

const SAMPLES: &str = "samples.csv";
const VALUE: &str = "value.png";
const OVER_TRAINING: &str = "samples-over-training.png";
/// Drawn for two features only.
const SURFACE: &str = "surface.png";

/// What is written beside the model.
const WRITTEN: [&str; 7] = [
    HISTORY,
    SAMPLES,
    VALUE,
    OVER_TRAINING,
    SURFACE,
    DIVERGED[0],
    DIVERGED[1],
];

/// How many points of the ring there are, a third of them held out.
const RING: usize = 30_000;
/// A run has so many blocks.
const BLOCKS: usize = 40;
/// After each so many blocks samples are kept for a picture: of the plane so many, of tiles so many.
const BLOCKS_BETWEEN: usize = 5;
const KEPT_POINTS: usize = 500;
const KEPT_TILES: usize = 16;
/// With at most so many held-out objects samples are compared.
const COMPARED: usize = 1000;
/// How many samples are looked for on the ring.
const ON_RING: usize = 10_000;
/// A mode is hit that has at least its even share of the samples over so much.
const LEAST_OF_MODE: usize = 50;
/// A class is made that has at least this part of its share of the objects.
const LEAST_OF_CLASS: f64 = 0.1;
/// Of more classes no table of shares is made.
const MOST_CLASSES: usize = 30;
/// So many samples stand for the density of the generator.
const OF_DENSITY: usize = 5000;

/// `unsup train gan`
pub fn gan(arguments: &TrainGan, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let options = &arguments.run;
    let penalty = penalty(arguments)?;
    let objects = Objects::load(arguments)?;
    let (shape, settings) = plan(arguments, penalty, &objects)?;
    let data = fingerprint(&[&objects.train, &objects.held_out]);
    let mut runs = Runs::open(asked, &arguments.checkpoint, &WRITTEN, data)?;

    let mut gan = Gan::new(objects.train.columns(), &shape);
    let played = play(&mut gan, &objects, &settings, &mut runs)?;
    let description = describe(
        "gan",
        options.seed,
        &objects.data.about,
        &[&objects.train],
        described(arguments, &objects, &shape, &settings),
    );
    let Played {
        history, diverged, ..
    } = &played;
    let about = Some(&objects.data.about);
    let mut table = Vec::new();
    history.write_csv(&mut table)?;
    if let Some(error) = diverged {
        let Some(last) = history.last() else {
            runs.give_up(); // nothing was good yet
            return Err(error.to_string().into());
        };
        let [model, history] = DIVERGED;
        runs.save_as(model, &gan, &description, about)?;
        runs.write(history, &table)?;
        let (written, step) = (runs.leave()?, last.step);
        let path = written[0].display();
        return Err(format!("{error}; {path} holds both networks after step {step}").into());
    }
    runs.save(&gan, &description, about)?;
    runs.write(HISTORY, &table)?;
    runs.write(SAMPLES, &in_units(&gan, &objects, arguments)?)?;

    let mut warnings = played.said.report(settings.steps);
    let mut sections = vec![
        of_game(&settings, history.last()),
        objects.compared(&gan, options.seed)?,
    ];
    let mut tables = Vec::new();
    sections.push(objects.on_ring(&gan, options.seed));
    match Judged::of(&objects, &gan, options.seed) {
        Ok(judged) => {
            tables.extend(judged.as_ref().and_then(Judged::table));
            sections.push(Judged::section(judged.as_ref()));
        }
        Err(error) => {
            warnings.push(format!(
                "no classifier could be trained to judge the samples: {error}"
            ));
            sections.push(Judged::section(None));
        }
    }
    runs.finish(Findings {
        head: head(&objects, &shape, &settings),
        sections,
        tables,
        warnings,
        pictures: drawn(&objects, &gan, &settings, &played),
    })
}

/// What is trained on, and what samples are compared with.
struct Objects {
    data: Split,
    train: Matrix<f32>,
    held_out: Matrix<f32>,
    /// Where the objects come from, if that is known.
    ring: Option<GaussianMixture>,
}

impl Objects {
    fn load(arguments: &TrainGan) -> Result<Self, Box<dyn Error>> {
        let (options, run) = (&arguments.data, &arguments.run);
        if arguments.digits || options.data.is_some() {
            let data = Split::load(options, Missing::Refused, run.seed, run.quiet)?;
            let (train, held_out) = (data.train.x.rows(), data.held_out.x.rows());
            if held_out < 2 {
                let source = &data.train.source;
                return Err(format!(
                    "{source}: found {}, expected at least 6: samples are compared with a third",
                    count(train + held_out, "object", "objects")
                )
                .into());
            }
            return Ok(Self::of(data, None));
        }
        refuse(
            &[(options.scaling.is_some(), "--scaling")],
            "the ring is taken as it is (--data or --digits are scaled)",
        )?;
        let (modes, deviation) = (
            arguments.modes.unwrap_or(8),
            arguments.deviation.unwrap_or(0.05),
        );
        let ring = GaussianMixture::ring(modes, radius(arguments), deviation);
        let name = format!("ring of {}", count(modes, "Gaussian", "Gaussians"));
        let data = Dataset::new(&name, ring.sample(RING, run.seed).features);
        let data = Split::generated(&data, options, run.seed)?;
        Ok(Self::of(data, Some(ring)))
    }

    fn of(data: Split, ring: Option<GaussianMixture>) -> Self {
        Self {
            train: data.train.x.cast(),
            held_out: data.held_out.x.cast(),
            data,
            ring,
        }
    }

    fn in_plane(&self) -> bool {
        self.train.columns() == 2
    }

    /// How samples compare with held-out objects.
    fn compared(&self, gan: &Gan<f32>, seed: u64) -> Result<Section, String> {
        let head = |x: &Matrix<f32>| x.slice_rows(0..x.rows().min(COMPARED));
        let reference = Reference::new(&head(&self.held_out));
        let samples = reference.compare(&finite(gan.sample(reference.objects(), seed))?);
        let others = reference.objects().min(self.train.rows());
        let others = reference.compare(&self.train.slice_rows(0..others));
        let share = |key, name, value| Figure::new(key, name, value).digits(3);
        Ok(Section {
            title: "Samples beside held-out objects:",
            figures: vec![
                share("spread", "spread, 1 as the objects", samples.spread),
                share(
                    "coverage",
                    "coverage, objects with a sample near",
                    samples.coverage,
                ),
                share(
                    "true_coverage",
                    "  by training objects instead",
                    others.coverage,
                ),
                share(
                    "precision",
                    "precision, samples near an object",
                    samples.precision,
                ),
                share(
                    "true_precision",
                    "  of training objects instead",
                    others.precision,
                ),
            ],
        })
    }

    /// How samples lie on the ring.
    fn on_ring(&self, gan: &Gan<f32>, seed: u64) -> Section {
        let figures = match &self.ring {
            None => ["modes_hit", "modes", "near", "reverse_kl"]
                .map(Figure::silent)
                .to_vec(),
            Some(ring) => {
                let found = ring.modes_found(&gan.sample(ON_RING, seed).cast());
                let modes = ring.components();
                let least = (ON_RING / modes / LEAST_OF_MODE).max(1);
                let reverse_kl = match found.reverse_kl() {
                    kl if kl.is_nan() => {
                        Figure::none("reverse_kl", "reverse KL, nats", "no sample is at a mode")
                    }
                    kl => Figure::new("reverse_kl", "reverse KL, nats", kl),
                };
                vec![
                    Figure::new("modes_hit", "modes hit", found.hit(least) as f64).digits(0),
                    Figure::new("modes", "  of", modes as f64).digits(0),
                    Figure::new("near", "share within 3 deviations", found.near()),
                    reverse_kl,
                ]
            }
        };
        Section {
            title: "10,000 samples on the ring:",
            figures,
        }
    }
}

fn radius(arguments: &TrainGan) -> f64 {
    arguments.radius.unwrap_or(1.0)
}

/// The samples, unless one is no number.
fn finite(samples: Matrix<f32>) -> Result<Matrix<f32>, String> {
    match samples.is_finite() {
        true => Ok(samples),
        false => Err(
            "a sample of the trained generator is not finite; a smaller learning rate may help"
                .to_owned(),
        ),
    }
}

/// What is asked for to keep the discriminator from being steep.
fn penalty(arguments: &TrainGan) -> Result<Penalty, String> {
    let given = [
        (arguments.penalty.is_some(), "--penalty"),
        (arguments.penalty_weight.is_some(), "--penalty-weight"),
    ];
    if arguments.discriminator_steps == Some(0) {
        refuse(
            &given,
            "with --discriminator-steps 0 the discriminator does not learn",
        )?;
        return Ok(Penalty::None);
    }
    let kind = arguments.penalty.unwrap_or(match arguments.game {
        Game::Wasserstein => PenaltyKind::WassersteinGp,
        Game::Minimax | Game::NonSaturating => PenaltyKind::None,
    });
    let weight = arguments.penalty_weight;
    match kind {
        PenaltyKind::None => {
            refuse(&given[1..], "there is no penalty (--penalty r1 or wgan-gp)")?;
            Ok(Penalty::None)
        }
        PenaltyKind::R1 => Ok(Penalty::R1 {
            gamma: weight.unwrap_or(0.1),
        }),
        PenaltyKind::WassersteinGp => Ok(Penalty::WassersteinGp {
            lambda: weight.unwrap_or(1.0),
        }),
    }
}

/// A penalty by its name, and its weight.
fn named(penalty: Penalty) -> (&'static str, Option<f64>) {
    let (kind, weight) = match penalty {
        Penalty::None => (PenaltyKind::None, None),
        Penalty::R1 { gamma } => (PenaltyKind::R1, Some(gamma)),
        Penalty::WassersteinGp { lambda } => (PenaltyKind::WassersteinGp, Some(lambda)),
    };
    (name_of(kind, &PENALTIES), weight)
}

/// The networks and the run, once it is sure that they fit into memory.
fn plan(
    arguments: &TrainGan,
    penalty: Penalty,
    objects: &Objects,
) -> Result<(Architecture, Settings), String> {
    let about = &objects.data.about;
    let (on_ring, is_image) = (objects.ring.is_some(), about.image.is_some());
    let usual = if is_image { 128 } else { 64 };
    let widths = match &arguments.widths {
        Some(widths) => widths.0.clone(),
        None => vec![usual; 2],
    };
    let of_discriminator = arguments.discriminator_widths.as_ref();
    let shape = Architecture {
        latent: arguments.code.unwrap_or(if is_image { 16 } else { 8 }),
        output: about.output,
        discriminator: of_discriminator.map_or_else(|| widths.clone(), |widths| widths.0.clone()),
        generator: widths,
        seed: arguments.run.seed,
        ..Architecture::default()
    };
    let features = objects.train.columns();
    let [mut of_g, of_d] = layers(&shape, features);
    of_g.reverse(); // as many weights, and the message begins at the features
    let option = format!(
        "--widths {} --code {}",
        listed(&shape.generator),
        shape.latent
    );
    check_size(&of_g, 1, &option)?;
    let option = match of_discriminator {
        Some(_) => "--discriminator-widths",
        None => "--widths",
    };
    check_size(
        &of_d,
        1,
        &format!("{option} {}", listed(&shape.discriminator)),
    )?;
    let batch_size = arguments
        .batch_size
        .unwrap_or(if arguments.digits { 64 } else { 128 });
    let widest = of_g.iter().chain(&of_d).max().expect("there are layers");
    check_numbers(
        batch_size.saturating_mul(*widest),
        &format!("--batch-size {batch_size}"),
        "numbers in the widest layer",
    )?;
    check_numbers(
        arguments.samples.saturating_mul(features),
        &format!("--samples {}", arguments.samples),
        "numbers in all samples",
    )?;

    let noise = match penalty {
        Penalty::None if on_ring => radius(arguments) / 5.0,
        Penalty::None => 0.3,
        Penalty::R1 { .. } | Penalty::WassersteinGp { .. } => 0.0,
    };
    let rate = arguments
        .rate
        .unwrap_or(if on_ring { 0.003 } else { 0.001 });
    let steps = arguments
        .steps
        .unwrap_or(match (on_ring, arguments.digits) {
            (true, _) => 8000,
            (_, true) => 3000,
            _ => 5000,
        });
    let settings = Settings {
        steps,
        batch_size,
        discriminator_steps: arguments
            .discriminator_steps
            .unwrap_or(match arguments.game {
                Game::Wasserstein => 2,
                Game::Minimax | Game::NonSaturating => 1,
            }),
        game: arguments.game,
        penalty,
        instance_noise: InstanceNoise::falling_from(arguments.noise.unwrap_or(noise)),
        discriminator_rate: rate,
        generator_rate: rate,
        record_every: steps.div_ceil(BLOCKS),
        seed: arguments.run.seed,
        ..Settings::default()
    };
    Ok((shape, settings))
}

/// The widths of all layers of G and D.
fn layers(shape: &Architecture, features: usize) -> [Vec<usize>; 2] {
    [
        [&[shape.latent], &shape.generator[..], &[features]].concat(),
        [&[features], &shape.discriminator[..], &[1]].concat(),
    ]
}

/// What a saved pair says of how it was made.
fn described(
    arguments: &TrainGan,
    objects: &Objects,
    shape: &Architecture,
    settings: &Settings,
) -> Value {
    let (penalty, weight) = named(settings.penalty);
    let ring = objects.ring.as_ref().map(|ring| {
        json!({
            "modes": ring.components(),
            "radius": radius(arguments),
            "deviation": ring.deviations()[0],
        })
    });
    json!({
        "split": objects.data.sizes(),
        "ring": ring,
        "code": shape.latent,
        "generator": shape.generator,
        "generator_activation": shape.generator_activation.to_string(),
        "output": shape.output.to_string(),
        "discriminator": shape.discriminator,
        "discriminator_activation": shape.discriminator_activation.to_string(),
        "game": name_of(settings.game, &GAMES),
        "penalty": penalty,
        "penalty_weight": weight,
        "noise": settings.instance_noise.sigma,
        "discriminator_steps": settings.discriminator_steps,
        "steps": settings.steps,
        "batch_size": settings.batch_size,
        "rate": settings.generator_rate,
    })
}

/// What a run left beside both networks.
struct Played {
    history: History,
    diverged: Option<TrainError>,
    /// Samples at several steps, always of the same z.
    kept: Vec<(usize, Matrix<f32>)>,
    /// Samples of the generator that D played against last: it is not yet averaged.
    against: Matrix<f32>,
    said: Said,
}

/// Under this name lies the state of the run in a checkpoint, with the samples that are kept.
const RUN: &str = "run";
const KEPT: &str = "kept";

/// Plays to the end, and says what seems wrong as it arises.
fn play(
    gan: &mut Gan<f32>,
    objects: &Objects,
    settings: &Settings,
    runs: &mut Runs<'_>,
) -> Result<Played, Box<dyn Error>> {
    let kept_samples = match objects.in_plane() {
        true => KEPT_POINTS,
        false => KEPT_TILES,
    };
    let mut run = Run::new(gan, &objects.train, settings)?;
    let mut kept = Vec::new();
    let mut said = Said::default();
    if let Some(state) = runs.state(RUN) {
        run.go_on(&state)?;
        kept = kept_of(&state, kept_samples, objects.train.columns())?;
        for block in run.blocks() {
            said.hear(block);
        }
    }
    let quiet = runs.is_quiet();
    let bar = TrainingBar::counting("step", settings.steps, quiet);
    let mut live = String::new();
    let mut pace = runs.pace(run.steps() as u64);
    let mut playing = (run, kept);
    let outcome = drive(
        &mut playing,
        &mut pace,
        |text| bar.say(text),
        |(run, kept)| {
            let Some(progress) = run.advance()? else {
                return Ok(None);
            };
            if let (true, Some(block)) = (progress.block_ended, run.blocks().last()) {
                for warning in said.hear(block) {
                    if !quiet {
                        bar.say(&format!("step {}: {warning}", block.step));
                    }
                }
                live = live_line(settings.game, block);
                let is_due = run.blocks().len().is_multiple_of(BLOCKS_BETWEEN);
                if is_due || progress.step == settings.steps {
                    kept.push((progress.step, run.sample(kept_samples, settings.seed)));
                }
            }
            if progress.block_ended || progress.step.is_multiple_of(20) {
                bar.update(progress.step, live.clone());
            }
            Ok(Some(progress.step as u64))
        },
        |(run, kept)| {
            let mut state = run.state();
            state.insert_part(KEPT, of_kept(kept));
            runs.save_state(RUN, state)
        },
    );
    bar.finish();
    let diverged = match outcome {
        Ok(()) => None,
        Err(Stop::Failed(error)) => {
            let error: TrainError = error;
            if !error.is_divergence() {
                return Err(error.into());
            }
            Some(error)
        }
        Err(stop) => return Err(stop.into()),
    };
    let (run, kept) = playing;
    let mut state = run.state();
    state.insert_part(KEPT, of_kept(&kept));
    runs.ended(RUN, state);
    let against = run.gan().sample(OF_DENSITY, settings.seed);
    Ok(Played {
        history: run.finish(),
        diverged,
        kept,
        against,
        said,
    })
}

/// Samples that are kept, as a part of a checkpoint.
fn of_kept(kept: &[(usize, Matrix<f32>)]) -> State {
    let steps: Vec<usize> = kept.iter().map(|(step, _)| *step).collect();
    let mut state = State::new(json!({ "at": steps }));
    for (number, (_, samples)) in kept.iter().enumerate() {
        state.insert(number.to_string(), samples);
    }
    state
}

/// The samples of [`of_kept`] in the state of a run, so many of so many features.
fn kept_of(
    state: &State,
    samples: usize,
    features: usize,
) -> Result<Vec<(usize, Matrix<f32>)>, LoadError> {
    let damaged = || state.damaged(KEPT);
    let part = state.part(KEPT).ok_or_else(damaged)?;
    let steps = part.values()["at"].as_array().ok_or_else(damaged)?;
    let mut reader = part.reader();
    let shape = Shape::new(samples, features);
    let kept = steps.iter().enumerate().map(|(number, step)| {
        let samples = reader.matrix(&number.to_string(), shape)?;
        Some((step.as_u64()? as usize, samples))
    });
    let kept: Option<Vec<_>> = kept.collect();
    reader.finish()?;
    kept.ok_or_else(damaged)
}

/// What is shown of a block while training goes on.
fn live_line(game: Game, block: &Block) -> String {
    match (&block.discriminator, game) {
        (None, _) => format!("spread {:.2}", block.likeness.spread),
        (Some(d), Game::Wasserstein) => format!("d(x) less d(G(z)) {:.4}", d.value()),
        (Some(d), Game::Minimax | Game::NonSaturating) => format!(
            "V {:.4} (−ln 4 = −1.3863), D(x) {:.2}, D(G(z)) {:.2}",
            d.value(),
            d.on_objects,
            d.on_samples
        ),
    }
}

/// The warnings of a run, each kind once.
#[derive(Default)]
struct Said {
    kinds: Vec<Kind>,
}

/// A kind of warning: the first and the last step of which it was said, and what was said last.
struct Kind {
    first: usize,
    last: usize,
    warning: Warning,
}

impl Said {
    /// Notes what is said of a block, and returns what had not been said before.
    fn hear<'b>(&mut self, block: &'b Block) -> Vec<&'b Warning> {
        let mut new = Vec::new();
        for warning in &block.warnings {
            let same = |kind: &&mut Kind| discriminant(&kind.warning) == discriminant(warning);
            match self.kinds.iter_mut().find(same) {
                Some(kind) => {
                    kind.last = block.step;
                    kind.warning = warning.clone();
                }
                None => {
                    new.push(warning);
                    self.kinds.push(Kind {
                        first: block.step,
                        last: block.step,
                        warning: warning.clone(),
                    });
                }
            }
        }
        new
    }

    /// What was said in a run of so many steps, and when.
    fn report(&self, steps: usize) -> Vec<String> {
        let said = self.kinds.iter().map(|kind| {
            let Kind {
                first,
                last,
                warning,
            } = kind;
            let when = match (first == last, *last == steps) {
                (true, true) => "at the end".to_owned(),
                (true, false) => format!("at step {first}, not later"),
                (false, true) => format!("from step {first} to the end"),
                (false, false) => format!("between steps {first} and {last}, not later"),
            };
            format!("{when}: {warning}")
        });
        said.collect()
    }
}

/// Samples as comma-separated values, in the unit of the data.
fn in_units(
    gan: &Gan<f32>,
    objects: &Objects,
    arguments: &TrainGan,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let about = &objects.data.about;
    let samples = finite(gan.sample(arguments.samples, arguments.run.seed))?;
    let mut table = Vec::new();
    write_csv_to(
        &mut table,
        &about.feature_names,
        &about.scaling.undo(&samples.cast()),
    )
    .map_err(|error| format!("{SAMPLES}: {error}"))?;
    Ok(table)
}

/// What was trained on what.
fn head(objects: &Objects, shape: &Architecture, settings: &Settings) -> String {
    let data = &objects.data;
    let features = objects.train.columns();
    let [of_g, of_d] = layers(shape, features).map(|widths| architecture(&widths));
    let penalty = match named(settings.penalty) {
        (_, None) => String::new(),
        (name, Some(weight)) => format!(", {name} {weight}"),
    };
    let noise = match settings.instance_noise.sigma {
        0.0 => String::new(),
        sigma => format!(", noise from {sigma}"),
    };
    format!(
        "Adversarial network, {} game, G {of_g}, D {of_d}{penalty}{noise}, {}\nData: {}, {} to train and {} to compare \
         with, {}{}\n",
        name_of(settings.game, &GAMES),
        count(settings.steps, "step", "steps"),
        data.about.name,
        count(objects.train.rows(), "object", "objects"),
        objects.held_out.rows(),
        count(features, "feature", "features"),
        data.about.remark,
    )
}

/// What the value of guessing is: −ln 4.
fn chance_value() -> f64 {
    -(4f64.ln())
}

/// How the game stood at the end.
fn of_game(settings: &Settings, last: Option<&Block>) -> Section {
    let names = match settings.game {
        Game::Minimax | Game::NonSaturating => ["V", "D(x)", "D(G(z))"],
        Game::Wasserstein => ["d(x) less d(G(z))", "d(x)", "d(G(z))"],
    };
    let of_d = last.and_then(|block| block.discriminator);
    let values = of_d.map(|d| [d.value(), d.on_objects, d.on_samples]);
    let figure = |i: usize, key| match values {
        Some(values) => Figure::new(key, names[i], values[i]),
        None => Figure::none(key, names[i], "D took no steps"),
    };
    Section {
        title: "The game, means over the last steps:",
        figures: vec![
            figure(0, "value"),
            match settings.game {
                Game::Minimax | Game::NonSaturating => {
                    Figure::new("chance_value", "  by guessing, −ln 4", chance_value())
                }
                Game::Wasserstein => Figure::silent("chance_value"),
            },
            figure(1, "d_objects"),
            figure(2, "d_samples"),
        ],
    }
}

/// What a classifier of the objects says of samples.
struct Judged {
    accuracy: f64,
    names: Vec<String>,
    /// The share of each class in the training objects, and in samples.
    shares: [Vec<f64>; 2],
}

impl Judged {
    /// `None` where no classes are known, or all objects are of one.
    fn of(objects: &Objects, gan: &Gan<f32>, seed: u64) -> Result<Option<Self>, Box<dyn Error>> {
        let (train, held_out) = (&objects.data.train, &objects.data.held_out);
        let (Some(labels), Some(held_out_labels)) = (&train.labels, &held_out.labels) else {
            return Ok(None);
        };
        let names = &objects.data.about.label_names;
        let known = labels.iter().chain(held_out_labels);
        let known = known.max().map_or(0, |most| most + 1);
        let classes = names.len().max(known);
        let shares = |labels: &[usize]| -> Vec<f64> {
            let mut counts = vec![0; classes];
            labels.iter().for_each(|&class| counts[class] += 1);
            let all = labels.len() as f64;
            counts.iter().map(|&count| f64::from(count) / all).collect()
        };
        let of_objects = shares(labels);
        if of_objects.iter().filter(|&&share| share > 0.0).count() < 2 {
            return Ok(None);
        }
        let shape = predictor::Architecture {
            seed,
            ..predictor::Architecture::default()
        };
        let mut judge = Predictor::new(objects.train.columns(), classes, &shape);
        let training = Training {
            epochs: (400_000 / labels.len()).clamp(2, 40),
            seed,
            ..Training::default()
        };
        judge.fit(&Task::classes(&objects.train, labels), &training, |_| {
            ControlFlow::Continue(())
        })?;
        let samples = finite(gan.sample(COMPARED, seed))?;
        Ok(Some(Self {
            accuracy: judge.accuracy(&objects.held_out, held_out_labels),
            names: (0..classes)
                .map(|class| {
                    let name = names.get(class).map(|name| in_one_line(name));
                    name.unwrap_or_else(|| class.to_string())
                })
                .collect(),
            shares: [of_objects, shares(&judge.predict(&samples))],
        }))
    }

    fn section(judged: Option<&Self>) -> Section {
        let figures = match judged {
            None => ["judge_accuracy", "classes_made", "classes"]
                .map(Figure::silent)
                .to_vec(),
            Some(judged) => {
                let [of_objects, of_samples] = &judged.shares;
                let pairs = || of_objects.iter().zip(of_samples);
                let there = pairs().filter(|(objects, _)| **objects > 0.0);
                let made = pairs().filter(|(objects, samples)| {
                    **objects > 0.0 && **samples >= LEAST_OF_CLASS * **objects
                });
                vec![
                    Figure::new(
                        "judge_accuracy",
                        "its accuracy on held-out objects",
                        judged.accuracy,
                    ),
                    Figure::new("classes_made", "classes made", made.count() as f64).digits(0),
                    Figure::new("classes", "  of", there.count() as f64).digits(0),
                ]
            }
        };
        Section {
            title: "Classes of 1000 samples, told by a classifier of the objects:",
            figures,
        }
    }

    fn table(&self) -> Option<Table> {
        if self.names.len() > MOST_CLASSES {
            return None;
        }
        let [of_objects, of_samples] = &self.shares;
        let shares = of_objects.iter().zip(of_samples);
        let rows = self.names.iter().zip(shares);
        let rows = rows.map(|(name, (objects, samples))| {
            let cells = [*objects, *samples].map(Cell::Number);
            (name.clone(), cells.to_vec())
        });
        Some(Table {
            key: "class_shares",
            title: "Shares of the classes:".to_owned(),
            columns: ["objects", "samples"]
                .map(|name| (name, name.to_owned()))
                .to_vec(),
            rows: rows.collect(),
        })
    }
}

/// The value over the steps, samples over training, and the surface of D.
fn drawn(objects: &Objects, gan: &Gan<f32>, settings: &Settings, played: &Played) -> Vec<Picture> {
    let about = &objects.data.about;
    let mut pictures = Vec::new();
    let value = |block: &Block| {
        let value = block.discriminator.as_ref()?.value();
        Some((block.step as f64, Estimate::exactly(value)))
    };
    let values: Vec<_> = played.history.blocks.iter().filter_map(value).collect();
    if !values.is_empty() {
        pictures.push(Picture::new(
            VALUE,
            value_picture(&values, settings, &about.name),
        ));
    }

    let kept: Vec<_> = played.kept.iter().map(|(step, x)| (*step, x)).collect();
    let caption = format!("What the generator makes, over training: {}", about.name);
    pictures.push(Picture::new(
        OVER_TRAINING,
        if objects.in_plane() {
            pictures::samples_over_training(&kept, &objects.held_out, &caption)
        } else {
            let first = objects.held_out.rows().min(KEPT_TILES);
            let first = objects.held_out.slice_rows(0..first);
            pictures::sample_tiles_over_training(&kept, &first, about.tile, &caption)
        },
    ));
    if objects.in_plane() && settings.game != Game::Wasserstein {
        pictures.push(Picture::new(SURFACE, surface(objects, gan, played)));
    }
    pictures
}

fn value_picture(values: &[(f64, Estimate)], settings: &Settings, name: &str) -> String {
    let (name_of_value, axis, caption, references) = match settings.game {
        Game::Minimax | Game::NonSaturating => (
            "V",
            "V, nats",
            format!(
                "The value of the game over training ({name}): −ln 4 where D can only guess, 0 where it tells all"
            ),
            vec![("−ln 4", chance_value())],
        ),
        Game::Wasserstein => (
            "critic",
            "d(x) less d(G(z))",
            format!(
                "How far the critic's mean on objects exceeds that on samples, over training ({name})"
            ),
            Vec::new(),
        ),
    };
    let remark = match settings.instance_noise {
        InstanceNoise { sigma: 0.0, .. } => String::new(),
        InstanceNoise { sigma, until } => format!(
            "D is shown objects and samples with noise, whose deviation falls from {sigma} to 0 at step {:.0}.",
            until * settings.steps as f64
        ),
    };
    let axes = [("step", Scale::Linear), (axis, Scale::Linear)];
    pictures::curves(
        &[(name_of_value, values)],
        &references,
        axes,
        &caption,
        &remark,
    )
}

/// D over the plane; on the ring beside the best there is.
fn surface(objects: &Objects, gan: &Gan<f32>, played: &Played) -> String {
    let against = &played.against;
    let lattice = Lattice::around(&[&objects.held_out]);
    let positions = lattice.positions();
    let learned = gan.probabilities(&positions).into_vec();
    let mut panels = vec![("D, learned", &learned[..])];
    let mut caption = format!(
        "The probability that D gives to a point of being an object ({})",
        objects.data.about.name
    );
    let best;
    if let Some(ring) = &objects.ring {
        let sigma = ring.deviations()[0];
        best = best_discriminator(ring, against, sigma, &positions);
        panels.push(("D* = p/(p + p_G)", &best));
        caption += &format!(
            ", beside the best, D*: exact for the ring and {} samples, both with noise of σ = {sigma} and a background \
             of {BACKGROUND} of the highest density, which makes it ½ where there are neither",
            against.rows()
        );
        caption += &match played.history.last().map_or(0.0, |block| block.sigma) {
            0.0 => ". D was trained without noise at last".to_owned(),
            last => format!(". D was trained with noise of {last:.3} at last"),
        };
    }
    let points = [("objects", &objects.held_out), ("samples", against)];
    pictures::probability_planes(&panels, &lattice, &points, &caption)
}

/// The density, as a share of the largest p, that is added to both: where there are neither objects nor samples D* is
/// ½, and not what the tails of the two say.
const BACKGROUND: f64 = 1e-3;

/// p / (p + p_G) at `positions`, both densities with noise N(0, σ² I), which gives samples the density of a Gaussian
/// around each, and with a background; in hundredths, so that it is ½ where only tails differ.
fn best_discriminator(
    ring: &GaussianMixture,
    samples: &Matrix<f32>,
    sigma: f64,
    positions: &Matrix<f32>,
) -> Vec<f32> {
    let of_generator = GaussianMixture::new(samples.cast(), vec![sigma; samples.rows()]);
    let positions = positions.cast();
    let density = |ln_density: Vec<f64>| ln_density.into_iter().map(f64::exp);
    let largest = density(ring.ln_density(ring.centres(), sigma)).fold(0.0, f64::max);
    let background = BACKGROUND * largest;
    let p = density(ring.ln_density(&positions, sigma));
    let p_g = density(of_generator.ln_density(&positions, 0.0));
    p.zip(p_g)
        .map(|(p, p_g)| (p + background) / (p + p_g + 2.0 * background))
        .map(|best| ((100.0 * best).round() / 100.0) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_discriminator_is_the_quotient_of_two_gaussians_and_one_half_far_away() {
        // one Gaussian of deviation 1 at (1, 0), and samples at (−1, 0): both have the variance 2 with noise of 1
        let ring = GaussianMixture::ring(1, 1.0, 1.0);
        let samples = Matrix::from_fn(4000, 2, |i, j| {
            let turn = std::f64::consts::TAU * (i % 63) as f64 / 63.0;
            // the radii of a Gaussian by their quantiles
            let radius = (-2.0 * (1.0 - (i as f64 + 0.5) / 4000.0).ln()).sqrt();
            (radius * if j == 0 { turn.cos() } else { turn.sin() } - if j == 0 { 1.0 } else { 0.0 })
                as f32
        });
        let positions = Matrix::from_rows(&[[0.0, 0.0], [0.5, 1.0], [-1.0, 0.3], [30.0, 0.0f32]]);
        let found = best_discriminator(&ring, &samples, 1.0, &positions);
        let density = |x: &[f32], centre: f32| {
            let squared = f64::from((x[0] - centre).powi(2) + x[1].powi(2));
            (-squared / 4.0).exp() + BACKGROUND // in units of the peak
        };
        for (found, x) in found.iter().zip(positions.row_iter()) {
            let (p, p_g) = (density(x, 1.0), density(x, -1.0));
            let expected = (p / (p + p_g)) as f32;
            assert!((found - expected).abs() < 0.01, "{found} {expected}");
        }
        assert_eq!(found[3], 0.5);
    }

    #[test]
    fn each_kind_of_warning_is_new_once_and_reported_with_its_steps() {
        let block = |step: usize, warnings: &[Warning]| {
            let mut gan = Gan::<f32>::new(1, &Architecture::default());
            let x = Matrix::from_fn(9, 1, |i, _| i as f32);
            let settings = Settings {
                steps: 1,
                batch_size: 2,
                ..Settings::default()
            };
            let history = gan.fit(&x, &settings, |_| ControlFlow::Continue(()));
            let block = history.unwrap().blocks.remove(0);
            Block {
                step,
                warnings: warnings.to_vec(),
                ..block
            }
        };
        let collapse = |spread| Warning::Collapse { spread };
        let wins = Warning::DiscriminatorWins {
            on_samples: 0.01,
            game: Game::NonSaturating,
        };
        let mut said = Said::default();
        let new = [
            said.hear(&block(10, &[collapse(0.1)])).len(),
            said.hear(&block(20, &[collapse(0.2), wins.clone()])).len(),
            said.hear(&block(30, &[])).len(),
            said.hear(&block(40, &[wins])).len(),
        ];
        assert_eq!(new, [1, 1, 0, 0]);
        let report = said.report(40);
        let [first, second] = &report[..] else {
            panic!("{report:?}");
        };
        let beginning =
            "between steps 10 and 20, not later: the samples hardly differ: their spread is 20 %";
        assert!(first.starts_with(beginning), "{first}");
        assert!(second.starts_with("from step 20 to the end: the discriminator tells"));
    }
}
