//! `unsup train transfer`.

use super::{class_name, differences, few_of_each, fewest, usual_epochs};
use crate::arguments::{Asked, DigitTask, SourceLabel, TrainTransfer, Widths};
use crate::data::{About, Further, Missing, Part, Split};
use crate::pictures::{self, Estimate, Picture, Scale};
use crate::train::Outcome;
use crate::train::checkpoints::Stop;
use crate::train::classifier::Classed;
use crate::train::report::{Cell, Figure, Section, Table};
use crate::train::runs::{Findings, Runs, mean, runs, seed_of, spread_of};
use crate::train::{USUAL_RATE, architecture, check_size, count, describe, listed, training};
use std::error::Error;
use unsup_models::autoencoder::{self, AutoEncoder, Denoising, Noise, Reconstruction};
use unsup_models::in_sequence::pretraining::{Compared, Start, Target, compare_by};
use unsup_models::together::multi_task::{Architecture, MultiTask, Tasks};
use unsup_models::{Activation, Matrix, Schedule, Task, Training};
use unsup_nn::Sequence;
use unsup_nn::saving::{fingerprint, json};

const CURVE: &str = "curve.png";
/// How often the objects of the first task are seen, and those of the auto-encoder, if nothing is said.
const SOURCE_EPOCHS: usize = 30;
const UNLABELLED_EPOCHS: usize = 60;

/// `unsup train transfer`
pub fn transfer(arguments: &TrainTransfer, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let of_files = [
        ("--source", arguments.source.is_some()),
        ("--source-label", arguments.source_label.is_some()),
    ];
    arguments.data.check(&of_files)?;
    let problem = Problem::load(arguments)?;
    let (widths, code) = (&arguments.widths.0, arguments.code);
    let widths = [&[problem.unlabelled.columns()], &widths[..], &[code]].concat();
    let options = format!("--widths {} --code {code}", listed(&arguments.widths.0));
    check_size(&widths, 2, &options)?;
    let labels = problem.labels(arguments)?;
    let sizes = problem.sizes(arguments.curve.as_ref(), labels)?;
    let data = problem.fingerprint();
    let mut runs = Runs::open(asked, &arguments.checkpoint, &[CURVE], data)?;

    let rows = problem.rows();
    let encoders = rows.len() / 2 - 1;
    runs.expect(arguments.repeats * (encoders + rows.len() * sizes.len()));
    let mut found = Found {
        first_task: Vec::new(),
        accuracy: vec![vec![Vec::new(); rows.len()]; sizes.len()],
    };
    for run in 0..arguments.repeats {
        let seed = seed_of(arguments.run.seed, run);
        let encoders = problem.encoders(arguments, seed, &mut runs, &mut found)?;
        for (&size, accuracy) in sizes.iter().zip(&mut found.accuracy) {
            let few = problem
                .pool
                .select(&few_of_each(&problem.kinds, size, seed));
            let compared = problem.compare(arguments, &encoders, &few, seed, &mut runs)?;
            for (of_row, line) in accuracy.iter_mut().zip(&compared) {
                let judged = &problem.judged;
                of_row.push(line.model.accuracy(0, &judged.x, &judged.classes));
            }
            if run == 0 && size == labels {
                problem.save(arguments, &few, &compared[0], &mut runs)?;
            }
        }
    }
    runs.finish(problem.findings(arguments, &widths, (labels, &sizes), &found))
}

/// Two tasks on the same features, of which the second has few labels.
struct Problem {
    /// Where the data come from, as it was given.
    origin: String,
    about: About,
    /// The first task, where there is one with a teacher.
    first: Option<FirstTask>,
    /// All objects to learn from, of both tasks.
    unlabelled: Matrix<f32>,
    /// What is asked in the second task, in words.
    target: String,
    /// Its classes' names, or their numbers.
    classes: Vec<String>,
    /// Its objects, from which the few with labels are drawn, as many of each kind.
    pool: Classed,
    /// The kind of each: its class, or its digit.
    kinds: Vec<usize>,
    kind_names: Vec<String>,
    /// Its objects to judge by.
    judged: Classed,
}

/// A task with many labels.
struct FirstTask {
    name: String,
    objects: Classed,
    classes: usize,
    judged: Option<Classed>,
}

/// What all runs came to.
struct Found {
    /// The accuracy in the first task.
    first_task: Vec<f64>,
    /// The accuracy in the second, for each number of labels a class and each line of the table.
    accuracy: Vec<Vec<Vec<f64>>>,
}

impl Found {
    fn runs(&self) -> usize {
        self.accuracy[0][0].len()
    }
}

/// An encoder that was learned, and from what.
type Encoder = (&'static str, Sequence<f32>);

const FIRST_TASK: &str = "from the first task";
const UNLABELLED: &str = "from an auto-encoder";

impl Problem {
    fn load(arguments: &TrainTransfer) -> Result<Self, Box<dyn Error>> {
        let (seed, quiet) = (arguments.run.seed, arguments.run.quiet);
        match &arguments.source {
            None => {
                let split = Split::load(&arguments.data, Missing::Refused, seed, quiet)?;
                match arguments.data.data {
                    None => Self::of_digits(split, arguments.target.unwrap_or(DigitTask::Parity)),
                    Some(_) => Self::of_files(split, None),
                }
            }
            Some(source) => {
                let label = match &arguments.source_label {
                    None => arguments.data.reading.label.as_ref(),
                    Some(SourceLabel::Column(column)) => Some(column),
                    Some(SourceLabel::None) => None,
                };
                let beside = (source.as_path(), label);
                let (split, mut further) =
                    Split::load_beside(&arguments.data, beside, seed, quiet)?;
                if arguments.source_label == Some(SourceLabel::None) {
                    further.objects.labels = None;
                }
                Self::of_files(split, Some(further))
            }
        }
    }

    /// The digits: all ten, or 0 to 4, and then the second task.
    fn of_digits(split: Split, task: DigitTask) -> Result<Self, Box<dyn Error>> {
        let (all, judged) = (Classed::of(&split.train)?, Classed::of(&split.held_out)?);
        let others = task == DigitTask::Others;
        let below = |part: &Classed, limit: usize| {
            let rows = 0..part.classes.len();
            let of_first = rows.filter(|&i| part.classes[i] < limit);
            part.select(&of_first.collect::<Vec<_>>())
        };
        let limit = if others { 5 } else { 10 };
        let first = FirstTask {
            name: format!("which of the digits 0 to {}", limit - 1),
            objects: below(&all, limit),
            classes: limit,
            judged: Some(below(&judged, limit)),
        };
        let (target, names): (_, &[&str]) = match task {
            DigitTask::Parity => ("even or odd", &["even", "odd"]),
            DigitTask::Loops => ("with a loop or without", &["without a loop", "with a loop"]),
            DigitTask::FiveOrMore => ("below 5 or not", &["below 5", "5 or more"]),
            DigitTask::Others => ("which of the digits 5 to 9", &["5", "6", "7", "8", "9"]),
        };
        let class = |digit: usize| match task {
            DigitTask::Parity => digit % 2,
            DigitTask::Loops => usize::from([0, 4, 6, 8, 9].contains(&digit)),
            DigitTask::FiveOrMore => usize::from(digit >= 5),
            DigitTask::Others => digit - 5,
        };
        let second = |part: &Classed| {
            let rows = 0..part.classes.len();
            let rows: Vec<usize> = rows.filter(|&i| !others || part.classes[i] >= 5).collect();
            let mut part = part.select(&rows);
            let digits = part.classes.clone();
            part.classes
                .iter_mut()
                .for_each(|digit| *digit = class(*digit));
            (part, digits)
        };
        let (pool, digits) = second(&all);
        let least = if others { 5 } else { 0 };
        Ok(Self {
            origin: split.train.source,
            first: Some(first),
            unlabelled: all.x,
            target: target.to_owned(),
            classes: names.iter().map(ToString::to_string).collect(),
            pool,
            kinds: digits.iter().map(|digit| digit - least).collect(),
            kind_names: (least..10).map(|digit| digit.to_string()).collect(),
            judged: second(&judged).0,
            about: split.about,
        })
    }

    /// A file, and perhaps another one for the first task.
    fn of_files(split: Split, further: Option<Further>) -> Result<Self, Box<dyn Error>> {
        let Split {
            about,
            train,
            held_out,
        } = split;
        let (pool, judged) = (Classed::of(&train)?, Classed::of(&held_out)?);
        let known = pool.classes.iter().chain(&judged.classes).max();
        let count = known
            .map_or(0, |most| most + 1)
            .max(about.label_names.len());
        if count < 2 {
            let source = &train.source;
            return Err(format!("{source}: found 1 class, expected at least 2").into());
        }
        let classes: Vec<String> = (0..count)
            .map(|class| class_name(&about.label_names, class))
            .collect();
        let mut unlabelled = pool.x.clone();
        let mut first = None;
        if let Some(Further {
            objects,
            label_names,
        }) = further
        {
            unlabelled = both(&unlabelled, &objects);
            if objects.labels.is_some() {
                let task = FirstTask::of(&objects, &label_names)?;
                first = Some(task);
            }
        }
        Ok(Self {
            origin: train.source,
            first,
            unlabelled,
            target: format!("the {count} classes of {}", about.name),
            kinds: pool.classes.clone(),
            kind_names: classes.clone(),
            classes,
            pool,
            judged,
            about,
        })
    }

    /// Of all objects, and of their classes in both tasks.
    fn fingerprint(&self) -> String {
        let first = self.first.iter().map(|first| &first.objects);
        let parts = [&self.pool, &self.judged].into_iter().chain(first);
        let columns: Vec<_> = parts.map(|part| (&part.x, part.column())).collect();
        let seen = columns.iter().flat_map(|(x, column)| [*x, column]);
        let seen: Vec<_> = [&self.unlabelled].into_iter().chain(seen).collect();
        fingerprint(&seen)
    }

    /// How many objects of each kind have labels in the second task.
    fn labels(&self, arguments: &TrainTransfer) -> Result<usize, String> {
        let digits = arguments.data.data.is_none();
        let default = match arguments.target {
            None | Some(DigitTask::Parity | DigitTask::Loops | DigitTask::FiveOrMore) if digits => {
                2
            }
            _ => 5,
        };
        let labels = arguments.labels.unwrap_or(default);
        self.check_enough(labels, "--labels")?;
        Ok(labels)
    }

    /// With how many labels a kind all is done: with as many as are asked for, and for the curve.
    fn sizes(&self, curve: Option<&Widths>, labels: usize) -> Result<Vec<usize>, String> {
        let mut sizes = vec![labels];
        match curve {
            Some(Widths(given)) => {
                for &size in given {
                    self.check_enough(size, "--curve")?;
                }
                sizes.extend(given);
            }
            None => {
                let (most, _) = fewest(&self.kinds, self.kind_names.len());
                sizes.extend([1, 2, 5, 10].into_iter().filter(|&size| size <= most));
            }
        }
        sizes.sort_unstable();
        sizes.dedup();
        Ok(sizes)
    }

    fn check_enough(&self, labels: usize, option: &str) -> Result<(), String> {
        let (objects, kind) = fewest(&self.kinds, self.kind_names.len());
        match labels <= objects {
            true => Ok(()),
            false => Err(format!(
                "{option} {labels}: {} has {} of \"{}\" to train on, expected at least as many",
                self.origin,
                count(objects, "object", "objects"),
                self.kind_names[kind]
            )),
        }
    }

    /// The lines of the table: each encoder, frozen and fine-tuned, and the two controls.
    fn rows(&self) -> Vec<String> {
        let first = self.first.iter().map(|_| FIRST_TASK);
        let encoders = first.chain([UNLABELLED]);
        let pretrained = encoders.flat_map(|name| {
            [Start::Frozen, Start::FineTuned].map(|start| format!("{name}, {start}"))
        });
        let controls = [Start::RandomFrozen, Start::Scratch].map(|start| start.to_string());
        pretrained.chain(controls).collect()
    }

    /// Their keys for another program.
    fn keys(&self) -> impl Iterator<Item = &'static str> {
        let first = self
            .first
            .iter()
            .flat_map(|_| ["first_frozen", "first_tuned"]);
        let others = [
            "unlabelled_frozen",
            "unlabelled_tuned",
            "random_frozen",
            "scratch",
        ];
        first.chain(others)
    }

    /// Learns the encoders of a run.
    fn encoders(
        &self,
        arguments: &TrainTransfer,
        seed: u64,
        runs: &mut Runs<'_>,
        found: &mut Found,
    ) -> Result<Vec<Encoder>, Box<dyn Error>> {
        let (features, hidden, code) = (
            self.unlabelled.columns(),
            &arguments.widths.0,
            arguments.code,
        );
        let steady = |epochs| Training {
            epochs,
            batch_size: arguments.training.batch_size,
            rate: arguments.training.rate.unwrap_or(USUAL_RATE),
            schedule: Schedule::Constant,
            seed,
        };
        let mut encoders = Vec::new();
        if let Some(first) = &self.first {
            let architecture = Architecture {
                hidden: hidden.clone(),
                code,
                seed,
                ..Architecture::default()
            };
            let mut model = MultiTask::new(features, &[first.classes], &architecture);
            let task = Task::classes(&first.objects.x, &first.objects.classes);
            let training = steady(first.epochs(arguments));
            runs.fit("first task", &mut model, &Tasks::of(&[task]), &training)
                .map_err(|stop| stop.of("the first task"))?;
            if let Some(judged) = &first.judged {
                let accuracy = model.accuracy(0, &judged.x, &judged.classes);
                found.first_task.push(accuracy);
            }
            runs.trained("first task".to_owned());
            encoders.push((FIRST_TASK, model.encoder().clone()));
        }
        let relu = Activation::Relu;
        let architecture = autoencoder::Architecture {
            activation: relu,
            code_activation: relu,
            output: self.about.output,
            seed,
            ..autoencoder::Architecture::deep(hidden, code)
        };
        let mut model = AutoEncoder::new(features, &architecture);
        let method = Denoising::new(Noise::Gaussian {
            sigma: arguments.sigma,
        });
        let objects = self.unlabelled.rows();
        let training = steady(
            arguments
                .unlabelled_epochs
                .unwrap_or_else(|| usual_epochs(&arguments.training, objects, UNLABELLED_EPOCHS)),
        );
        let criterion = Reconstruction {
            x: &self.unlabelled,
            method: &method,
        };
        runs.fit("auto-encoder", &mut model, &criterion, &training)
            .map_err(|stop| stop.of("the auto-encoder"))?;
        runs.trained("auto-encoder".to_owned());
        encoders.push((UNLABELLED, model.encoder().clone()));
        Ok(encoders)
    }

    /// Trains all lines of the table on the few objects.
    fn compare(
        &self,
        arguments: &TrainTransfer,
        encoders: &[Encoder],
        few: &Classed,
        seed: u64,
        runs: &mut Runs<'_>,
    ) -> Result<Vec<Compared<f32>>, Box<dyn Error>> {
        let target = Target {
            task: Task::classes(&few.x, &few.classes),
            outputs: self.classes.len(),
            head: &[],
            seed,
        };
        let training = Training {
            schedule: Schedule::Constant,
            ..training(&arguments.training, USUAL_RATE, few.x.rows(), seed)
        };
        let named: Vec<_> = encoders.iter().map(|(name, f)| (*name, f)).collect();
        let labelled = count(few.x.rows(), "label", "labels");
        let compared = compare_by(&named, &target, |line, model, task| {
            let what = format!("line {} with {labelled}", line + 1);
            let history = runs.fit(&what, model, task, &training)?;
            runs.trained(labelled.clone());
            Ok(history)
        });
        compared.map_err(|stop: Stop| stop.of("the second task").into())
    }

    /// Writes the model of the first line and its losses.
    fn save(
        &self,
        arguments: &TrainTransfer,
        few: &Classed,
        line: &Compared<f32>,
        runs: &mut Runs<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let settings = json!({
            "target": self.target,
            "classes": self.classes,
            "hidden": arguments.widths.0,
            "code": arguments.code,
            "activation": Activation::Relu.to_string(),
            "encoder": line.encoder,
            "start": line.start.to_string(),
            "labels": few.x.rows(),
        });
        let seen = [&self.unlabelled, &few.x, &few.column()];
        let description = describe("transfer", arguments.run.seed, &self.about, &seen, settings);
        runs.save(&line.model, &description, Some(&self.about))?;
        runs.save_history(&line.history)
    }

    /// The tables, and what they say.
    fn findings(
        &self,
        arguments: &TrainTransfer,
        widths: &[usize],
        (labels, sizes): (usize, &[usize]),
        found: &Found,
    ) -> Findings {
        let rows = self.rows();
        let place = sizes.iter().position(|&size| size == labels);
        let accuracy = &found.accuracy[place.expect("it is one of the sizes")];
        let scratch = accuracy.last().expect("the last line");
        let lines = rows.iter().zip(accuracy).map(|(name, values)| {
            let gain = match values == scratch {
                true => Cell::Empty,
                false => Cell::of(&differences(values, scratch)),
            };
            (name.clone(), vec![Cell::of(values), gain])
        });
        let kinds = self.kind_names.len();
        let each = if arguments.data.data.is_none() {
            "digit"
        } else {
            "class"
        };
        let mut columns = vec![("labels", String::new())];
        columns.extend(self.keys().map(|key| (key, String::new())));
        let curve = sizes.iter().zip(&found.accuracy).map(|(&size, accuracy)| {
            let cells = accuracy.iter().map(|values| Cell::of(values));
            let labelled = Cell::Whole(size * kinds);
            (
                size.to_string(),
                [labelled].into_iter().chain(cells).collect(),
            )
        });
        let tables = vec![
            Table {
                key: "accuracy",
                title: format!(
                    "Accuracy in the second task, {} held-out objects:",
                    self.judged.x.rows()
                ),
                columns: vec![
                    ("accuracy", "accuracy".to_owned()),
                    ("gain", "more than from scratch".to_owned()),
                ],
                rows: lines.collect(),
            },
            // a reader sees it as a picture
            Table {
                key: "curve",
                title: String::new(),
                columns,
                rows: curve.collect(),
            },
        ];
        let warnings = self.useless(accuracy);
        let first = match &self.first {
            None => "First task: none, from objects without labels alone".to_owned(),
            Some(first) => format!(
                "First task: {}, {}, {}",
                first.name,
                count(first.objects.x.rows(), "object", "objects"),
                count(first.epochs(arguments), "epoch", "epochs"),
            ),
        };
        let first_task = match found.first_task.is_empty() {
            true => Figure::silent("first_task_accuracy"),
            false => Figure::new(
                "first_task_accuracy",
                "in the first task",
                mean(&found.first_task),
            ),
        };
        Findings {
            head: format!(
                "Transfer of knowledge, encoder {}, {}\n\
                 Data: {}, {} without labels, {}{}\n\
                 {first}\n\
                 Second task: {}, {} ({labels} a {each})\n",
                architecture(widths),
                runs(arguments.repeats),
                self.about.name,
                count(self.unlabelled.rows(), "object", "objects"),
                count(widths[0], "feature", "features"),
                self.about.remark,
                self.target,
                count(labels * kinds, "label", "labels"),
            ),
            sections: vec![Section {
                title: "Accuracy on held-out objects:",
                figures: vec![first_task],
            }],
            tables,
            warnings,
            pictures: self.picture(sizes, found).into_iter().collect(),
        }
    }

    /// Accuracy against the number of labels, where there are several numbers.
    fn picture(&self, sizes: &[usize], found: &Found) -> Option<Picture> {
        if sizes.len() < 2 {
            return None;
        }
        let rows = self.rows();
        let curves: Vec<Vec<(f64, Estimate)>> = (0..rows.len())
            .map(|row| {
                let points = sizes.iter().zip(&found.accuracy);
                let point = |(&size, accuracy): (&usize, &Vec<Vec<f64>>)| {
                    let labels = size * self.kind_names.len();
                    (labels as f64, Estimate::of(&accuracy[row]))
                };
                points.map(point).collect()
            })
            .collect();
        let names = rows.iter().map(String::as_str);
        let series: Vec<_> = names.zip(curves.iter().map(Vec::as_slice)).collect();
        let axes = [
            ("labels in the second task", Scale::Logarithmic),
            ("accuracy on held-out objects", Scale::Linear),
        ];
        let caption = format!("Accuracy from few labels: {}", self.target);
        let remark = spread_of(found.runs());
        Some(Picture::new(
            CURVE,
            pictures::curves(&series, &[], axes, &caption, &remark),
        ))
    }

    /// The encoders that are of no use, frozen or not.
    fn useless(&self, accuracy: &[Vec<f64>]) -> Vec<String> {
        let scratch = mean(&accuracy[accuracy.len() - 1]);
        let names = self.first.iter().map(|_| FIRST_TASK).chain([UNLABELLED]);
        let worse = names
            .zip(accuracy.chunks(2))
            .filter(|(_, pair)| pair.iter().all(|values| mean(values) < scratch));
        let worse = worse.map(|(name, _)| {
            format!("the encoder {name} is of no use here: what is learned from scratch is better")
        });
        worse.collect()
    }
}

impl FirstTask {
    /// How often each of its objects is seen.
    fn epochs(&self, arguments: &TrainTransfer) -> usize {
        let objects = self.objects.x.rows();
        let usual = || usual_epochs(&arguments.training, objects, SOURCE_EPOCHS);
        arguments.source_epochs.unwrap_or_else(usual)
    }

    fn of(objects: &Part, names: &[String]) -> Result<Self, String> {
        let name = objects.source.clone();
        let objects = Classed::of(objects)?;
        let known = objects.classes.iter().max().map_or(0, |most| most + 1);
        let classes = known.max(names.len());
        if classes < 2 {
            return Err(format!("{name}: found 1 class, expected at least 2"));
        }
        Ok(Self {
            name: format!("the {classes} classes of {name}"),
            objects,
            classes,
            judged: None,
        })
    }
}

/// The rows of both.
fn both(x: &Matrix<f32>, further: &Part) -> Matrix<f32> {
    let mut values = x.as_slice().to_vec();
    values.extend(further.x.cast::<f32>().as_slice());
    Matrix::from_vec(x.rows() + further.x.rows(), x.columns(), values)
}
