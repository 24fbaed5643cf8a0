//! `unsup train multi-task --digits` and `--data`.

use super::{Known, Scaled, column};
use crate::arguments::{Asked, TrainMultiTask};
use crate::data::{About, Beside, Missing, Split};
use crate::pictures::{Bar, Estimate, Picture, bars};
use crate::train::Outcome;
use crate::train::checkpoints::Stop;
use crate::train::report::{Cell, Table};
use crate::train::runs::{Findings, Runs, runs, seed_of, spread_of};
use crate::train::side_by_side::{Live, side_by_side};
use crate::train::{architecture, check_numbers, check_size, count, describe, listed};
use std::error::Error;
use std::path::Path;
use unsup_autograd::random::{generator, sample_without_replacement};
use unsup_data::{LabelColumn, ScalingKind, TakenColumn};
use unsup_models::together::multi_task::{Architecture, MultiTask, Tasks};
use unsup_models::{Matrix, Task};
use unsup_nn::saving::{Value, fingerprint, json};

const TASKS: &str = "tasks.png";
/// More different numbers are no classes.
const MOST_CLASSES: usize = 1000;
/// How many objects a task on the digits has.
const DIGITS_OBJECTS: usize = 50;

/// A question about a digit: its name, its answers, and which of them a digit has.
type Question = (&'static str, &'static [&'static str], fn(usize) -> usize);

const QUESTIONS: [Question; 4] = [
    (
        "identity",
        &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        |digit| digit,
    ),
    ("parity", &["even", "odd"], |digit| digit % 2),
    ("loops", &["without", "with"], |digit| {
        usize::from([0, 4, 6, 8, 9].contains(&digit))
    }),
    ("five-or-more", &["below 5", "5 or more"], |digit| {
        usize::from(digit >= 5)
    }),
];

/// `unsup train multi-task --digits`
pub fn digits(arguments: &TrainMultiTask, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let objects = arguments.objects.unwrap_or(DIGITS_OBJECTS);
    run(arguments, asked, &|seed| {
        let split = Split::load(&arguments.data, Missing::Refused, seed, true)?;
        let all = split.train.x.rows();
        if objects > all {
            return Err(format!(
                "--objects {objects}: there are {all} digits to train on, expected at most as many"
            )
            .into());
        }
        let [train, judged] = [&split.train, &split.held_out]
            .map(|part| (part.x.cast(), part.labels.as_deref().unwrap_or_default()));
        let tasks = QUESTIONS.map(|(name, answers, answer)| {
            let random = &mut generator(seed, &format!("objects of {name}"), 0);
            let few = sample_without_replacement(all, objects, random);
            let examples = |(x, digits): &(Matrix<f32>, &[usize]), rows: Option<&[usize]>| {
                let classes = Known::Classes(digits.iter().map(|&digit| answer(digit)).collect());
                match rows {
                    Some(rows) => Examples {
                        x: x.select_rows(rows),
                        y: classes.select(rows),
                    },
                    None => Examples {
                        x: x.clone(),
                        y: classes,
                    },
                }
            };
            JudgedTask {
                name: name.to_owned(),
                outputs: answers.len(),
                described: json!({ "name": name, "classes": answers }),
                train: examples(&train, Some(&few)),
                judged: examples(&judged, None),
            }
        });
        Ok(Draw {
            tasks: tasks.into(),
            about: split.about,
        })
    })
}

/// `unsup train multi-task --data`
pub fn table(
    arguments: &TrainMultiTask,
    asked: &Asked,
    file: &Path,
) -> Result<Outcome, Box<dyn Error>> {
    let (targets, shown) = (&arguments.targets, file.display().to_string());
    if targets.is_empty() {
        return Err(format!("--targets: expected the columns of {shown} that are tasks").into());
    }
    if arguments.data.reading.label.is_some() {
        return Err("--label has no use here: --targets names the columns that are tasks".into());
    }
    if let Some(column) = arguments.classes.iter().find(|one| !targets.contains(one)) {
        return Err(format!(
            "--classes: found {}, expected one of --targets, as it is named there",
            said(column)
        )
        .into());
    }
    let beside = Beside::load(&arguments.data, file, targets, arguments.run.quiet)?;
    let columns = beside.columns.iter().zip(targets);
    let columns = columns
        .map(|(column, name)| Target::of(column, arguments.classes.contains(name), &shown))
        .collect::<Result<Vec<Target>, String>>()?;
    run(arguments, asked, &|seed| {
        let split = beside.split(seed)?;
        let tasks = columns.iter().map(|target| target.asked(&split, &shown));
        Ok(Draw {
            tasks: tasks.collect::<Result<_, _>>()?,
            about: split.about,
        })
    })
}

/// A column as it was named.
fn said(column: &LabelColumn) -> String {
    match column {
        LabelColumn::Name(name) => format!("\"{name}\""),
        LabelColumn::Index(index) => format!("column {}", index.saturating_add(1)),
        LabelColumn::First => "first".to_owned(),
        LabelColumn::Last => "last".to_owned(),
    }
}

/// A column of a table that is a task.
struct Target {
    name: String,
    values: Values,
}

enum Values {
    /// NaN where it is missing.
    Numbers(Vec<f64>),
    Classes {
        names: Vec<String>,
        of: Vec<Option<usize>>,
    },
}

impl Target {
    fn of(column: &TakenColumn, are_classes: bool, file: &str) -> Result<Self, String> {
        let name = column.name.clone();
        let values = match (column.classes(), &column.words) {
            (Some(_), _) if are_classes => {
                return Err(format!(
                    "--classes: {file}: column \"{name}\" holds words, which are classes anyway, expected one of numbers"
                ));
            }
            (Some(of), Some(words)) => Values::Classes {
                names: words.words.clone(),
                of,
            },
            _ if are_classes => {
                let numbers = column.values.as_slice();
                let mut known: Vec<f64> = numbers.iter().copied().filter(|x| !x.is_nan()).collect();
                known.sort_by(f64::total_cmp);
                // 0 and −0 are one
                known.dedup();
                if known.len() > MOST_CLASSES {
                    return Err(format!(
                        "--classes: {file}: column \"{name}\" holds {} different numbers, expected at most {MOST_CLASSES} \
                         classes",
                        known.len()
                    ));
                }
                let class = |x: &f64| known.iter().position(|one| one == x);
                Values::Classes {
                    names: known.iter().map(f64::to_string).collect(),
                    of: numbers.iter().map(class).collect(),
                }
            }
            _ => Values::Numbers(column.values.as_slice().to_vec()),
        };
        Ok(Self { name, values })
    }

    /// The task, of those objects of both parts that have a value.
    fn asked(&self, split: &Split, file: &str) -> Result<JudgedTask, String> {
        let name = &self.name;
        let known = |i: usize| match &self.values {
            Values::Numbers(numbers) => !numbers[i].is_nan(),
            Values::Classes { of, .. } => of[i].is_some(),
        };
        let rows = [&split.train, &split.held_out].map(|part| {
            let rows = 0..part.numbers.len();
            rows.filter(|&i| known(part.numbers[i]))
                .collect::<Vec<usize>>()
        });
        for (rows, what) in rows.iter().zip(["to train on", "held out"]) {
            if rows.len() < 2 {
                return Err(format!(
                    "{file}: column \"{name}\": found {} {what} with a value, expected at least 2",
                    count(rows.len(), "object", "objects")
                ));
            }
        }
        let [train, judged] = [0, 1].map(|part| {
            let numbers = [&split.train.numbers, &split.held_out.numbers][part];
            rows[part]
                .iter()
                .map(|&i| numbers[i])
                .collect::<Vec<usize>>()
        });
        let same = |what: String| {
            Err(format!(
                "{file}: column \"{name}\": all objects to train on have the same {what}, expected different ones"
            ))
        };
        let (outputs, described, y) = match &self.values {
            Values::Numbers(numbers) => {
                let [train, judged] = [&train, &judged]
                    .map(|rows| Matrix::from_fn(rows.len(), 1, |i, _| numbers[rows[i]]));
                let first = train[(0, 0)];
                if train.as_slice().iter().all(|&x| x == first) {
                    return same(format!("number {first}"));
                }
                let what = format!("{file}: column \"{name}\"");
                let scaled = Scaled::of(ScalingKind::Standard, &train, &judged, &what)?;
                let described = json!({
                    "name": name,
                    "shift": scaled.scaling.shift()[0],
                    "scale": scaled.scaling.scale()[0],
                });
                let y = [scaled.train, scaled.held_out].map(Known::Numbers);
                (1, described, y)
            }
            Values::Classes { names, of } => {
                let classes =
                    |rows: &[usize]| -> Vec<usize> { rows.iter().filter_map(|&i| of[i]).collect() };
                let y = [&train, &judged].map(|rows| classes(rows));
                if y[0].iter().all(|&class| class == y[0][0]) {
                    return same(format!("class \"{}\"", names[y[0][0]]));
                }
                let described = json!({ "name": name, "classes": names });
                (names.len(), described, y.map(Known::Classes))
            }
        };
        let x = [&split.train.x, &split.held_out.x];
        let [train, judged] = [0, 1].map(|part| x[part].select_rows(&rows[part]).cast());
        let [train_y, judged_y] = y;
        Ok(JudgedTask {
            name: name.clone(),
            outputs,
            described,
            train: Examples {
                x: train,
                y: train_y,
            },
            judged: Examples {
                x: judged,
                y: judged_y,
            },
        })
    }
}

/// Objects and their answers.
struct Examples {
    x: Matrix<f32>,
    y: Known,
}

impl Examples {
    fn task(&self) -> Task<'_, f32> {
        Task::of(&self.x, self.y.answers())
    }
}

/// A task, with objects to learn it from and to judge by.
struct JudgedTask {
    name: String,
    /// How many numbers its head gives.
    outputs: usize,
    /// What a saved model says of it.
    described: Value,
    train: Examples,
    judged: Examples,
}

/// The tasks of a run.
struct Draw {
    tasks: Vec<JudgedTask>,
    about: About,
}

impl Draw {
    /// Of all objects and their answers.
    fn fingerprint(&self) -> String {
        let examples = self
            .tasks
            .iter()
            .flat_map(|task| [&task.train, &task.judged]);
        let answers: Vec<_> = examples.map(|one| (&one.x, one.y.column())).collect();
        let seen = answers.iter().flat_map(|(x, y)| [*x, y]);
        fingerprint(&seen.collect::<Vec<_>>())
    }
}

/// What a run came to, task by task.
struct Found {
    objects: Vec<f64>,
    shared: Vec<f64>,
    alone: Vec<f64>,
    model: MultiTask<f32>,
}

/// Learns the tasks of each seed together and each alone.
fn run(
    arguments: &TrainMultiTask,
    asked: &Asked,
    draw: &(dyn Fn(u64) -> Result<Draw, Box<dyn Error>> + Sync),
) -> Result<Outcome, Box<dyn Error>> {
    let shape = Shape::of(arguments);
    let first = draw(arguments.run.seed)?;
    shape.check(&first)?;
    let mut runs = Runs::open(asked, &arguments.checkpoint, &[TASKS], first.fingerprint())?;
    runs.expect(arguments.repeats * (1 + first.tasks.len()));
    let found = side_by_side(&mut runs, arguments.repeats, |run, live| {
        let seed = seed_of(arguments.run.seed, run);
        let draw = draw(seed).map_err(|error| error.to_string())?;
        shape.learn(&draw, arguments, seed, live)
    })?;
    shape.save(&first, &found[0].model, arguments, &mut runs)?;
    let findings = shape.findings(&first, &found, arguments);
    runs.finish(findings)
}

/// Widths of the network.
struct Shape {
    hidden: Vec<usize>,
    code: usize,
    head: Vec<usize>,
}

impl Shape {
    fn of(arguments: &TrainMultiTask) -> Self {
        let given = |widths: &Option<_>, usual: &[usize]| match widths {
            Some(crate::arguments::Widths(widths)) => widths.clone(),
            None => usual.to_vec(),
        };
        Self {
            hidden: given(&arguments.widths, &[128]),
            code: arguments.code.unwrap_or(64),
            head: given(&arguments.head, &[]),
        }
    }

    /// Refuses a network that is too large, and steps that are.
    fn check(&self, draw: &Draw) -> Result<(), String> {
        let options = format!(
            "--widths {} --code {} --head {}",
            listed(&self.hidden),
            self.code,
            listed(&self.head)
        );
        let features = draw.about.scaling.shift().len();
        let most = draw
            .tasks
            .iter()
            .map(|task| task.outputs)
            .max()
            .unwrap_or(1);
        let encoder = [&[features], &self.hidden[..], &[self.code]].concat();
        let head = [&[self.code], &self.head[..], &[most]].concat();
        check_size(&encoder, 1, &options)?;
        check_size(&head, draw.tasks.len(), &options)?;
        let widest = encoder.iter().chain(&head).max().copied().unwrap_or(1);
        let rows = draw.tasks.iter();
        let rows: usize = rows
            .map(|task| task.train.x.rows().max(task.judged.x.rows()))
            .sum();
        check_numbers(
            rows.saturating_mul(widest),
            &options,
            "numbers in a layer for all objects",
        )
    }

    fn learn(
        &self,
        draw: &Draw,
        arguments: &TrainMultiTask,
        seed: u64,
        live: &Live<'_, '_, '_>,
    ) -> Result<Found, Stop> {
        let architecture = Architecture {
            hidden: self.hidden.clone(),
            code: self.code,
            head: self.head.clone(),
            seed,
            ..Architecture::default()
        };
        let features = draw.about.scaling.shift().len();
        let fitted = |tasks: &[JudgedTask], what: &str| {
            let outputs: Vec<usize> = tasks.iter().map(|task| task.outputs).collect();
            let mut model = MultiTask::new(features, &outputs, &architecture);
            let examples: Vec<_> = tasks.iter().map(|task| task.train.task()).collect();
            let objects = examples.iter().map(|task| task.x.rows()).sum();
            let training = arguments.pace.stepwise(objects, seed);
            let criterion = Tasks {
                lambda: arguments.lambda.unwrap_or(0.0),
                ..Tasks::of(&examples)
            };
            live.fit(what, &mut model, &criterion, &training)
                .map_err(|stop| stop.of(what))?;
            live.trained(what.to_owned());
            Ok::<_, Stop>(model)
        };
        let score = |model: &MultiTask<f32>, head: usize, task: &JudgedTask| {
            let judged = &task.judged;
            let score = judged.y.score(&model.answers(head, &judged.x));
            score.map_err(|error| format!("{}: {error}", task.name))
        };
        let model = fitted(&draw.tasks, "all tasks")?;
        let tasks = draw.tasks.iter().enumerate();
        let shared = tasks.map(|(t, task)| score(&model, t, task));
        let alone = draw.tasks.iter().map(|task| {
            let model = fitted(std::slice::from_ref(task), &task.name)?;
            Ok(score(&model, 0, task)?)
        });
        Ok(Found {
            objects: column(&draw.tasks, |task| task.train.x.rows() as f64),
            shared: shared.collect::<Result<_, String>>()?,
            alone: alone.collect::<Result<_, Stop>>()?,
            model,
        })
    }

    fn save(
        &self,
        draw: &Draw,
        model: &MultiTask<f32>,
        arguments: &TrainMultiTask,
        runs: &mut Runs<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let columns: Vec<_> = draw
            .tasks
            .iter()
            .map(|task| task.train.y.column())
            .collect();
        let tasks = draw.tasks.iter().zip(&columns);
        let seen: Vec<&Matrix<f32>> = tasks.flat_map(|(task, y)| [&task.train.x, y]).collect();
        let usual = Architecture::default();
        let settings = json!({
            "hidden": self.hidden,
            "code": self.code,
            "head": self.head,
            "activation": usual.activation.to_string(),
            "code_activation": usual.code_activation.to_string(),
            "tasks": draw.tasks.iter().map(|task| task.described.clone()).collect::<Value>(),
            // of the digits no column of theirs is called so
            "beside": draw.tasks.iter().map(|task| task.name.as_str()).collect::<Vec<_>>(),
        });
        let description = describe(
            "multi-task",
            arguments.run.seed,
            &draw.about,
            &seen,
            settings,
        );
        runs.save(model, &description, Some(&draw.about))
    }

    fn findings(&self, draw: &Draw, found: &[Found], arguments: &TrainMultiTask) -> Findings {
        let of = |t: usize, of: fn(&Found) -> &[f64]| column(found, |run| of(run)[t]);
        let names: Vec<String> = draw
            .tasks
            .iter()
            .map(|task| {
                let measure = task.judged.y.measure();
                format!("{}, {measure}", task.name)
            })
            .collect();
        let rows = names.iter().enumerate().map(|(t, name)| {
            let (shared, alone) = (of(t, |run| &run.shared), of(t, |run| &run.alone));
            let gain: Vec<f64> = shared.iter().zip(&alone).map(|(a, b)| a - b).collect();
            let objects = of(t, |run| &run.objects);
            let cells = [&objects, &shared, &alone, &gain].map(|values| Cell::of(values));
            (name.clone(), cells.to_vec())
        });
        let table = Table {
            key: "tasks",
            title:
                "Held-out objects, with a shared encoder and with a network for each task alone:"
                    .to_owned(),
            columns: vec![
                ("objects", "objects".to_owned()),
                ("shared", "shared".to_owned()),
                ("alone", "alone".to_owned()),
                ("gain", "gain".to_owned()),
            ],
            rows: rows.collect(),
        };
        let bar = |values: &[f64]| Bar {
            estimate: Estimate::of(values),
            published: None,
        };
        let groups: Vec<(&str, [Bar; 2])> = names
            .iter()
            .enumerate()
            .map(|(t, name)| {
                let shown = [of(t, |run| &run.shared), of(t, |run| &run.alone)];
                (name.as_str(), shown.map(|values| bar(&values)))
            })
            .collect();
        let groups: Vec<(&str, &[Bar])> = groups
            .iter()
            .map(|(name, bars)| (*name, &bars[..]))
            .collect();
        let picture = bars(
            &["shared encoder", "alone"],
            &groups,
            "on held-out objects",
            &format!(
                "Tasks on {}, learned together and each alone",
                draw.about.name
            ),
            &spread_of(arguments.repeats),
        );
        let features = draw.about.scaling.shift().len();
        let widths = [&[features], &self.hidden[..], &[self.code], &self.head[..]].concat();
        let held_out = draw
            .tasks
            .iter()
            .map(|task| task.judged.x.rows())
            .max()
            .unwrap_or(0);
        Findings {
            head: format!(
                "Multi-task learning {} and a head for each of {}, {}\nData: {}, {} held out, {}{}\n",
                architecture(&widths),
                count(draw.tasks.len(), "task", "tasks"),
                runs(found.len()),
                draw.about.name,
                held_out,
                count(features, "feature", "features"),
                draw.about.remark,
            ),
            sections: Vec::new(),
            tables: vec![table],
            warnings: Vec::new(),
            pictures: vec![Picture::new(TASKS, picture)],
        }
    }
}
