//! `unsup train lvq`.

use super::checkpoint::{Checkpoint, column};
use super::{
    CODEBOOK, Defaults, HISTORY, WRITTEN, class_name, codebook_file, ended, history, left_out,
    live, of_file, q_over_epochs, quantized, refuse, save, settings,
};
use crate::arguments::{Asked, TrainLvq, Variant, WindowKind};
use crate::data::{Part, Split};
use crate::output::OutputFolder;
use crate::page::{Column, Table};
use crate::pictures::Picture;
use crate::progress::TrainingBar;
use crate::train::checkpoints::Ongoing;
use crate::train::report::{Account, losses};
use crate::train::{Outcome, count, folder, loss, set_threads};
use std::error::Error;
use std::time::Instant;
use unsup_data::CodebookKind;
use unsup_models::kohonen::{
    Generalised, GeneralisedOutcome, Lvq, LvqOutcome, LvqRun, LvqStart, LvqVariant, Settings,
    Window,
};
use unsup_models::{Schedule, TrainError, Training};
use unsup_nn::saving::{Value, json};

/// `unsup train lvq`
pub fn lvq(arguments: &TrainLvq, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let (out, finished) = run(arguments, asked)?;
    Ok(Outcome {
        json: finished.json(),
        summary: finished.summary(arguments),
        account: finished.account(arguments),
        pictures: finished.pictures,
        out,
    })
}

/// What a training came to.
struct Finished {
    data: Split,
    lvq: Lvq<f64>,
    run: Run,
    settings: Settings,
    train_accuracy: f64,
    test_accuracy: f64,
    start_accuracy: f64,
    objects_accuracy: f64,
    pictures: Vec<Picture>,
    seconds: f64,
}

/// How it was trained: by a rule, or by gradients for so many epochs.
enum Run {
    Rule(LvqOutcome),
    Gradients(GeneralisedOutcome),
}

fn classes(part: &Part) -> Result<&[usize], String> {
    part.labels.as_deref().ok_or_else(|| {
        format!(
            "{}: no classes are known, expected labels beside the features (--label names the column of a table that holds them)",
            part.source
        )
    })
}

fn run(arguments: &TrainLvq, asked: &Asked) -> Result<(OutputFolder, Finished), Box<dyn Error>> {
    let start = Instant::now();
    let options = &arguments.run;
    set_threads(options.threads);
    let missing = arguments.missing.fill;
    let data = match &arguments.test {
        Some(test) => Split::load_two(&arguments.data, test, missing, options.quiet)?,
        None => Split::load(&arguments.data, missing, options.seed, options.quiet)?,
    };
    let (x, y) = (&data.train.x, classes(&data.train)?);
    let (test_x, test_y) = (&data.held_out.x, classes(&data.held_out)?);
    let failed = |error| of_file(&error, &data.train, &data.about);
    let known = y
        .iter()
        .max()
        .map_or(0, |most| most + 1)
        .max(data.about.label_names.len());
    let mut lvq = match &arguments.from {
        Some(file) => codebook_file::lvq_of(file, &data.about, known)?,
        None => {
            let per_class = arguments.per_class.unwrap_or(5);
            if per_class > x.rows() {
                return Err(format!(
                    "--per-class {per_class}: {} has {} to train on, expected at most as many centres a class",
                    data.train.source,
                    count(x.rows(), "object", "objects")
                )
                .into());
            }
            let start = arguments.start.unwrap_or_default();
            Lvq::start(x, y, per_class, start, options.seed).map_err(failed)?
        }
    };
    let settings = settings(
        &arguments.competition,
        options.seed,
        defaults(arguments.variant),
    )?;
    let variant = variant(arguments)?;
    let mut out = folder("lvq", options, &WRITTEN, arguments.checkpoint.resume)?;
    let (known_y, known_test_y) = (column(Some(y)), column(Some(test_y)));
    let first = lvq.codebook().centres();
    let decisive = [x, &known_y, test_x, &known_test_y, first];
    let checkpoint = Checkpoint::of(&out, asked, &arguments.checkpoint, &decisive)?;
    let start_accuracy = lvq.accuracy(test_x, test_y);
    // what the centres are worth that are learned: objects in their place, chosen at random
    let per_class = lvq.classes().len().div_ceil(known);
    let objects = Lvq::start(x, y, per_class, LvqStart::Objects, options.seed).map_err(failed)?;
    let objects_accuracy = objects.accuracy(test_x, test_y);

    let bar = TrainingBar::new(settings.epochs, options.quiet);
    let run = match variant {
        Some(variant) => {
            let mut run = LvqRun::new(&mut lvq, x, y, variant, &settings).map_err(failed)?;
            if let Some(state) = &checkpoint.earlier {
                run.go_on(state)?;
            }
            let advance = |run: &mut LvqRun<'_, f64>| {
                let epoch = run
                    .advance()
                    .inspect(|epoch| bar.update(epoch.number, live(epoch)));
                Ok::<_, String>(epoch.map(|_| run.steps()))
            };
            checkpoint.drive(&mut out, &bar, &mut run, advance, |run| Ok(run.state()))?;
            Run::Rule(run.finish().map_err(failed)?)
        }
        None => {
            let training = Training {
                epochs: settings.epochs,
                batch_size: 32,
                rate: arguments.competition.rate.unwrap_or(GENERALISED_RATE),
                schedule: Schedule::Cosine,
                seed: options.seed,
            };
            let criterion = Generalised::new(&lvq, x, y).map_err(failed)?;
            let by_gradients = training.optimiser_and_settings();
            let (optimiser, settings) = by_gradients.map_err(|error| failed(error.into()))?;
            let earlier = checkpoint.earlier.as_ref();
            let mut ongoing = Ongoing::new(earlier, &settings, &mut lvq, optimiser)?;
            let advance = |ongoing: &mut Ongoing<'_, Lvq<f64>, f64>| {
                ongoing.advance(&criterion, None, |epoch| {
                    bar.update(epoch.number, loss(epoch));
                })
            };
            let driven = checkpoint.drive(&mut out, &bar, &mut ongoing, advance, Ongoing::state);
            driven.map_err(|stop| stop.map(|error: TrainError| failed(error.into())))?;
            Run::Gradients(GeneralisedOutcome {
                history: ongoing.run.finish(ongoing.model),
                left_out: criterion.left_out().to_vec(),
            })
        }
    };

    let described = json!({
        "split": data.sizes(),
        "variant": name(arguments.variant),
        "classes": data.about.label_names,
        "class_of_centre": lvq.classes(),
    });
    save(&mut out, &lvq, "lvq", options, &data.about, x, described)?;
    let labels: Vec<Option<usize>> = lvq.classes().iter().map(|&class| Some(class)).collect();
    let centres = lvq.codebook().centres();
    let cod = codebook_file::encoded(centres, CodebookKind::Lvq, &labels, &data.about);
    out.write(CODEBOOK, &cod)?;
    match &run {
        Run::Rule(run) => out.write(HISTORY, history(&run.outcome).as_bytes())?,
        Run::Gradients(run) => {
            let mut table = Vec::new();
            run.history.write_csv(&mut table)?;
            out.write(HISTORY, &table)?;
        }
    }
    let pictures = quantized(lvq.codebook(), test_x, &data.about, "Held-out");
    out.write_pictures(&pictures)?;
    let finished = Finished {
        train_accuracy: lvq.accuracy(x, y),
        test_accuracy: lvq.accuracy(test_x, test_y),
        start_accuracy,
        objects_accuracy,
        lvq,
        run,
        settings,
        pictures,
        data,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok((out, finished))
}

/// The first rate of Adam.
const GENERALISED_RATE: f64 = 0.005;

fn defaults(variant: Variant) -> Defaults {
    match variant {
        Variant::Lvq1 => Defaults::until_settled(20, 0.05),
        Variant::OptimisedLvq1 => Defaults::until_settled(20, 0.3),
        Variant::Lvq21 => Defaults::until_settled(20, 0.02),
        Variant::Lvq3 => Defaults::until_settled(20, 0.03),
        Variant::Generalised => Defaults::until_settled(30, GENERALISED_RATE),
    }
}

/// The rule of the variant; none for that which is trained by gradients. Options that it has no use for are refused.
fn variant(arguments: &TrainLvq) -> Result<Option<LvqVariant>, String> {
    let has_window = matches!(arguments.variant, Variant::Lvq21 | Variant::Lvq3);
    if !has_window {
        let given = [
            (arguments.window.is_some(), "--window"),
            (arguments.window_kind.is_some(), "--window-kind"),
        ];
        refuse(&given, "lvq2.1 and lvq3 alone have a window")?;
    }
    if arguments.variant != Variant::Lvq3 {
        refuse(
            &[(arguments.epsilon.is_some(), "--epsilon")],
            "lvq3 alone has it",
        )?;
    }
    if arguments.variant == Variant::Generalised {
        let given: Vec<_> = arguments
            .competition
            .given()
            .into_iter()
            .map(|name| (true, name))
            .collect();
        refuse(&given, "glvq is trained by gradients, in batches")?;
    }
    let width = arguments.window.unwrap_or(0.3);
    let window = match arguments.window_kind.unwrap_or(WindowKind::Published) {
        WindowKind::Published => Window::published(width),
        WindowKind::LvqPak => Window::lvq_pak(width),
    };
    Ok(Some(match arguments.variant {
        Variant::Lvq1 => LvqVariant::Lvq1,
        Variant::OptimisedLvq1 => LvqVariant::OptimisedLvq1,
        Variant::Lvq21 => LvqVariant::Lvq21 { window },
        Variant::Lvq3 => LvqVariant::Lvq3 {
            window,
            epsilon: arguments.epsilon.unwrap_or(0.1),
        },
        Variant::Generalised => return Ok(None),
    }))
}

fn name(variant: Variant) -> &'static str {
    match variant {
        Variant::Lvq1 => "LVQ1",
        Variant::OptimisedLvq1 => "OLVQ1",
        Variant::Lvq21 => "LVQ2.1",
        Variant::Lvq3 => "LVQ3",
        Variant::Generalised => "GLVQ",
    }
}

impl Finished {
    fn epochs(&self) -> usize {
        match &self.run {
            Run::Rule(run) => run.outcome.epochs.len(),
            Run::Gradients(run) => run.history.epochs.len(),
        }
    }

    fn rule(&self) -> Option<&LvqOutcome> {
        match &self.run {
            Run::Rule(run) => Some(run),
            Run::Gradients(_) => None,
        }
    }

    /// For another program.
    fn json(&self) -> Value {
        let rule = self.rule();
        json!({
            "train_accuracy": self.train_accuracy,
            "test_accuracy": self.test_accuracy,
            "start_accuracy": self.start_accuracy,
            "objects_accuracy": self.objects_accuracy,
            "in_window": rule.and_then(|run| run.in_window),
            "diverged": rule.and_then(|run| run.diverged).map(|seen| seen.epoch),
            "centres": self.lvq.classes().len(),
            "epochs": self.epochs(),
            "seconds": self.seconds,
        })
    }

    /// What was trained on what, in lines.
    fn head(&self, arguments: &TrainLvq) -> String {
        let (about, centres) = (&self.data.about, self.lvq.classes());
        let mut head = format!(
            "{} with {}, {}, seed {}, {:.1} s\n\
             Data: {}, {} to train and {} to judge by, {}{}\n",
            name(arguments.variant),
            count(centres.len(), "centre", "centres"),
            count(self.epochs(), "epoch", "epochs"),
            arguments.run.seed,
            self.seconds,
            about.name,
            count(self.data.train.x.rows(), "object", "objects"),
            self.data.held_out.x.rows(),
            count(self.data.train.x.columns(), "feature", "features"),
            about.remark,
        );
        let unseen = match &self.run {
            Run::Rule(run) => &run.outcome.left_out,
            Run::Gradients(run) => &run.left_out,
        };
        head += &left_out(unseen, &self.data.train);
        if let Some(run) = self.rule() {
            match run.diverged {
                Some(seen) => {
                    let centre = format!("a centre of {}", class_name(about, centres[seen.centre]));
                    let restored = match seen.restored {
                        0 => "of the start".to_owned(),
                        epoch => format!("after epoch {epoch}"),
                    };
                    head += &format!(
                        "Training diverged: after epoch {} {centre} lay {:.1} times as far out as any object or first centre. \
                         The centres are those {restored}.\n\
                         More centres a class (--per-class), lvq3 or --window-kind lvq-pak hold them together.\n",
                        seen.epoch, seen.distance
                    );
                }
                None => head += &format!("{}\n", ended(&self.settings, &run.outcome)),
            }
            if let Some(share) = run.in_window {
                head += &format!(
                    "{:.1} % of the showings were in the window\n",
                    100.0 * share
                );
            }
        }
        head
    }

    /// The shares of objects whose class is told, as they are shown.
    fn figures(&self) -> [(&'static str, String); 4] {
        let rows = [
            ("training", self.train_accuracy),
            ("test", self.test_accuracy),
            ("test, centres as they began", self.start_accuracy),
            ("test, random objects instead", self.objects_accuracy),
        ];
        rows.map(|(name, share)| (name, format!("{:.2} %", 100.0 * share)))
    }

    /// For a reader.
    fn summary(&self, arguments: &TrainLvq) -> String {
        let mut summary = self.head(arguments);
        summary += "Objects whose class is told:\n";
        for (name, share) in self.figures() {
            summary += &format!("  {name:<30}{share:>10}\n");
        }
        summary
    }

    /// For a page.
    fn account(&self, arguments: &TrainLvq) -> Account {
        let rows = self
            .figures()
            .map(|(name, share)| vec![name.to_owned(), share]);
        Account {
            head: self.head(arguments),
            tables: vec![Table {
                caption: "Objects whose class is told".to_owned(),
                columns: vec![Column::words(""), Column::numbers("share")],
                rows: rows.to_vec(),
            }],
            remarks: Vec::new(),
            warnings: Vec::new(),
            losses: match &self.run {
                Run::Rule(run) => q_over_epochs(&run.outcome),
                Run::Gradients(run) => losses(&run.history),
            },
            chosen: vec![
                ("--epochs", self.settings.epochs.to_string()),
                ("--until", self.settings.stopping.to_string()),
            ],
            pages: Vec::new(),
        }
    }
}
