//! `unsup train distill`: a small classifier from a large one.

use super::{class_name, few_of_each, fewest, surrogate, usual_epochs};
use crate::arguments::{Asked, TrainDistill, TrainingOptions};
use crate::data::{About, Missing, Split};
use crate::pictures::{self, Estimate, Picture, Scale};
use crate::train::Outcome;
use crate::train::classifier::Classed;
use crate::train::report::{Cell, Table};
use crate::train::runs::{Findings, Runs, runs, seed_of, spread_of};
use crate::train::{architecture, check_size, count, describe, listed, training};
use std::error::Error;
use unsup_models::autoencoder::{Denoising, Method, Noise};
use unsup_models::in_sequence::distillation::Taught;
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::{Activation, Answers, History, Matrix, Soft, Task, Training};
use unsup_nn::Module;
use unsup_nn::saving::{fingerprint, json};
use unsup_nn::train::{Batch, Criterion, Term, Terms, smallvec};

const SIZES: &str = "sizes.png";
const CALIBRATION: &str = "calibration.png";
/// All pictures that one of the two ways draws.
pub(super) const PICTURES: [&str; 4] = [SIZES, CALIBRATION, surrogate::AGREEMENT, surrogate::PLANE];

/// How often objects are seen, at most, if nothing is said.
const EPOCHS: usize = 60;
/// The learning rate, if nothing is said.
pub(super) const RATE: f64 = 0.005;
const LABELS: usize = 5;
const WIDTHS: [usize; 1] = [16];
const TEACHER_WIDTHS: [usize; 2] = [256, 128];
const SIGMA: f64 = 0.2;
const TEMPERATURE: f64 = 4.0;
const UNITS: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// `unsup train distill`
pub fn distill(arguments: &TrainDistill, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    arguments
        .data
        .check(&[("--test", arguments.test.is_some())])?;
    if let Some(function) = arguments.function {
        return surrogate::surrogate(arguments, asked, function);
    }
    let lesson = Lesson::load(arguments)?;
    lesson.check()?;
    let data = lesson.fingerprint();
    let mut runs = Runs::open(asked, &arguments.checkpoint, &PICTURES, data)?;
    let students = Way::ALL.len() + usize::from(lesson.arguments.mu.is_some());
    let trainings = students + Way::ALL.len() * lesson.units.len();
    runs.expect(1 + arguments.repeats * trainings);

    let teacher = lesson.teacher(&mut runs)?;
    let answers = teacher.answers(&lesson.train.x);
    let judged = lesson.judge(&teacher)?;
    runs.say(&format!(
        "the teacher: accuracy {:.4} on held-out objects",
        judged.accuracy
    ));
    let mut found = Found {
        students: vec![Vec::new(); students],
        sizes: vec![vec![Vec::new(); Way::ALL.len()]; lesson.units.len()],
        teacher: judged,
    };
    for run in 0..arguments.repeats {
        let seed = seed_of(arguments.run.seed, run);
        let draw = Draw {
            rows: few_of_each(&lesson.train.classes, lesson.labels, seed),
            seed,
        };
        for (way, judged) in Way::ALL.into_iter().zip(&mut found.students) {
            let (student, history) =
                lesson.student(&lesson.widths, way, &draw, &answers, &mut runs)?;
            judged.push(lesson.judge(&student)?);
            if run == 0 && way == Way::SoftAll {
                lesson.save(&student, &mut runs)?;
                runs.save_history(&history)?;
            }
        }
        if let (Some(mu), Some(judged)) = (arguments.mu, found.students.get_mut(Way::ALL.len())) {
            let student = lesson.taught(mu, &draw, &answers, &mut runs)?;
            judged.push(lesson.judge(&student)?);
        }
        for (&units, of_size) in lesson.units.iter().zip(&mut found.sizes) {
            for (way, accuracies) in Way::ALL.into_iter().zip(of_size) {
                let (student, _) = lesson.student(&[units], way, &draw, &answers, &mut runs)?;
                accuracies.push(student.accuracy(&lesson.test.x, &lesson.test.classes));
            }
        }
    }
    runs.finish(lesson.findings(&teacher, &found))
}

/// From what a student learns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// The labels of the few objects.
    Labels,
    /// The teacher's answers to the same objects.
    SoftFew,
    /// The teacher's answers to all objects.
    SoftAll,
}

impl Way {
    const ALL: [Self; 3] = [Self::Labels, Self::SoftFew, Self::SoftAll];

    fn key(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::SoftFew => "soft_few",
            Self::SoftAll => "soft_all",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Labels => "on the labels",
            Self::SoftFew => "on the teacher's answers to the same objects",
            Self::SoftAll => "on the teacher's answers to all objects",
        }
    }
}

/// What is to be learned, and with which settings.
struct Lesson<'a> {
    arguments: &'a TrainDistill,
    about: About,
    train: Classed,
    test: Classed,
    classes: usize,
    /// How many objects of each class the student knows the labels of.
    labels: usize,
    widths: Vec<usize>,
    teacher_widths: Vec<usize>,
    teacher_epochs: usize,
    sigma: f64,
    soft: Soft,
    /// Of the students for the picture.
    units: Vec<usize>,
    options: TrainingOptions,
}

/// The objects whose labels a student knows, and where its weights begin.
struct Draw {
    rows: Vec<usize>,
    seed: u64,
}

/// How good a model is on the objects to judge by.
#[derive(Clone, Debug)]
struct Judged {
    accuracy: f64,
    /// In nats per object.
    cross_entropy: f64,
    /// The probability of the class that is predicted, for each object.
    confidences: Vec<f64>,
    /// Whether it is the object's class.
    right: Vec<bool>,
}

impl Judged {
    fn calibration_error(&self) -> f64 {
        pictures::expected_calibration_error(&self.confidences, &self.right)
    }
}

/// What all runs came to.
struct Found {
    /// Of each way, and of the one with μ.
    students: Vec<Vec<Judged>>,
    /// The accuracies, for each number of units and each way.
    sizes: Vec<Vec<Vec<f64>>>,
    teacher: Judged,
}

impl<'a> Lesson<'a> {
    fn load(arguments: &'a TrainDistill) -> Result<Self, Box<dyn Error>> {
        let (seed, quiet) = (arguments.run.seed, arguments.run.quiet);
        let Split {
            about,
            train,
            held_out,
        } = match &arguments.test {
            Some(test) => Split::load_two(&arguments.data, test, Missing::Refused, quiet)?,
            None => Split::load(&arguments.data, Missing::Refused, seed, quiet)?,
        };
        let source = train.source.clone();
        let (train, test) = (Classed::of(&train)?, Classed::of(&held_out)?);
        let known = train.classes.iter().chain(&test.classes).max();
        let classes = known
            .map_or(0, |most| most + 1)
            .max(about.label_names.len());
        if classes < 2 {
            return Err(format!("{source}: found 1 class, expected at least 2").into());
        }
        let labels = arguments.labels.unwrap_or(LABELS);
        let (objects, class) = fewest(&train.classes, classes);
        if labels > objects {
            return Err(format!(
                "--labels {labels}: {source} has {} of \"{}\" to train on, expected at least as many",
                count(objects, "object", "objects"),
                class_name(&about.label_names, class)
            )
            .into());
        }
        let widths = |given: &Option<_>, default: &[usize]| match given {
            Some(crate::arguments::Widths(widths)) => widths.clone(),
            None => default.to_vec(),
        };
        let options = &arguments.training;
        let usual = usual_epochs(options, train.x.rows(), EPOCHS);
        Ok(Self {
            labels,
            classes,
            widths: widths(&arguments.widths, &WIDTHS),
            teacher_widths: widths(&arguments.teacher_widths, &TEACHER_WIDTHS),
            units: widths(&arguments.sizes, &UNITS),
            sigma: arguments.sigma.unwrap_or(SIGMA),
            soft: Soft {
                temperature: arguments.temperature.unwrap_or(TEMPERATURE),
            },
            teacher_epochs: arguments.teacher_epochs.unwrap_or(usual),
            options: TrainingOptions {
                epochs: options.epochs.or(Some(usual)),
                ..options.clone()
            },
            arguments,
            about,
            train,
            test,
        })
    }

    /// Of all objects and their classes.
    fn fingerprint(&self) -> String {
        let parts = [&self.train, &self.test];
        let columns = parts.map(Classed::column);
        fingerprint(&[&self.train.x, &columns[0], &self.test.x, &columns[1]])
    }

    /// The widths of a network with these layers between the features and the answers.
    fn all_widths(&self, hidden: &[usize]) -> Vec<usize> {
        [&[self.train.x.columns()], hidden, &[self.classes]].concat()
    }

    /// Refuses networks that do not fit into the memory.
    fn check(&self) -> Result<(), String> {
        let named = [
            ("--widths", &self.widths),
            ("--teacher-widths", &self.teacher_widths),
        ];
        for (option, widths) in named {
            let option = format!("{option} {}", listed(widths));
            check_size(&self.all_widths(widths), 1, &option)?;
        }
        for &units in &self.units {
            check_size(&self.all_widths(&[units]), 1, &format!("--sizes {units}"))?;
        }
        Ok(())
    }

    fn network(&self, hidden: &[usize], seed: u64) -> Predictor<f32> {
        let architecture = Architecture {
            hidden: hidden.to_vec(),
            activation: Activation::Relu,
            seed,
            ..Architecture::default()
        };
        Predictor::new(self.train.x.columns(), self.classes, &architecture)
    }

    /// Trains the teacher on all labels.
    fn teacher(&self, runs: &mut Runs<'_>) -> Result<Predictor<f32>, Box<dyn Error>> {
        let (x, seed) = (&self.train.x, self.arguments.run.seed);
        let mut teacher = self.network(&self.teacher_widths, seed);
        let criterion = Noisy {
            task: Task::classes(x, &self.train.classes),
            noise: Denoising::new(Noise::Gaussian { sigma: self.sigma }),
        };
        let training = Training {
            epochs: self.teacher_epochs,
            ..training(&self.options, RATE, x.rows(), seed)
        };
        runs.fit("teacher", &mut teacher, &criterion, &training)
            .map_err(|stop| stop.of("the teacher"))?;
        runs.trained("teacher".to_owned());
        Ok(teacher)
    }

    /// The training of a student on so many objects: as many steps as on all.
    fn training(&self, objects: usize, seed: u64) -> Training {
        let training = training(&self.options, RATE, objects, seed);
        let steps = |objects: usize| objects.div_ceil(training.batch_size);
        let epochs = training
            .epochs
            .saturating_mul(steps(self.train.x.rows()))
            .div_ceil(steps(objects));
        Training { epochs, ..training }
    }

    /// Trains a student.
    fn student(
        &self,
        hidden: &[usize],
        way: Way,
        draw: &Draw,
        answers: &Matrix<f32>,
        runs: &mut Runs<'_>,
    ) -> Result<(Predictor<f32>, History), Box<dyn Error>> {
        let mut student = self.network(hidden, draw.seed);
        let few = self.train.select(&draw.rows);
        let few_answers = answers.select_rows(&draw.rows);
        let task = match way {
            Way::Labels => Task::classes(&few.x, &few.classes),
            Way::SoftFew => Task::of(&few.x, Answers::Rows(&few_answers, &self.soft)),
            Way::SoftAll => Task::of(&self.train.x, Answers::Rows(answers, &self.soft)),
        };
        let training = self.training(task.x.rows(), draw.seed);
        let what = format!("{} {}", architecture(&self.all_widths(hidden)), way.name());
        let history = runs
            .fit(&what, &mut student, &task, &training)
            .map_err(|stop| stop.of(&format!("the student {}", way.name())))?;
        runs.trained(what);
        Ok((student, history))
    }

    /// Trains a student on the labels of the few objects and the teacher's answers to all.
    fn taught(
        &self,
        mu: f64,
        draw: &Draw,
        answers: &Matrix<f32>,
        runs: &mut Runs<'_>,
    ) -> Result<Predictor<f32>, Box<dyn Error>> {
        let mut student = self.network(&self.widths, draw.seed);
        let few = self.train.select(&draw.rows);
        let taught = Taught {
            x: &self.train.x,
            labelled: Some(&draw.rows),
            answers: Answers::Classes(&few.classes),
            own: 1.0,
            teacher: answers,
            discrepancy: &self.soft,
            mu,
        };
        let training = self.training(self.train.x.rows(), draw.seed);
        let what = "on labels and answers";
        runs.fit(what, &mut student, &taught, &training)
            .map_err(|stop| stop.of(&format!("the student {what}")))?;
        runs.trained(what.to_owned());
        Ok(student)
    }

    fn judge(&self, model: &Predictor<f32>) -> Result<Judged, Box<dyn Error>> {
        let (x, classes) = (&self.test.x, &self.test.classes);
        let probabilities = model.probabilities(x);
        let largest = |row: &[f32]| row.iter().copied().fold(0.0, f32::max).into();
        let predicted = model.predict(x).into_iter().zip(classes);
        Ok(Judged {
            confidences: probabilities.row_iter().map(largest).collect(),
            right: predicted.map(|(class, own)| class == *own).collect(),
            accuracy: model.accuracy(x, classes),
            cross_entropy: model.loss(&Task::classes(x, classes))?,
        })
    }

    fn save(&self, student: &Predictor<f32>, runs: &mut Runs<'_>) -> Result<(), Box<dyn Error>> {
        let settings = json!({
            "classes": self.about.label_names,
            "outputs": self.classes,
            "hidden": self.widths,
            "activation": Activation::Relu.to_string(),
            "teacher_hidden": self.teacher_widths,
            "temperature": self.soft.temperature,
        });
        let seen = [&self.train.x, &self.train.column()];
        let seed = self.arguments.run.seed;
        let description = describe("distill", seed, &self.about, &seen, settings);
        runs.save(student, &description, Some(&self.about))
    }

    fn findings(&self, teacher: &Predictor<f32>, found: &Found) -> Findings {
        let student = self.network(&self.widths, 0);
        let named = Way::ALL.iter().map(|way| way.name().to_owned());
        let mu = self.arguments.mu;
        let named = named.chain(mu.map(|mu| format!("on labels and answers to all, μ = {mu}")));
        let line = |name: String, weights: usize, judged: &[Judged]| {
            let of = |figure: fn(&Judged) -> f64| {
                Cell::of(&judged.iter().map(figure).collect::<Vec<_>>())
            };
            let cells = vec![
                Cell::Whole(weights),
                of(|judged| judged.accuracy),
                of(|judged| judged.cross_entropy),
                of(Judged::calibration_error),
            ];
            (name, cells)
        };
        let mut rows: Vec<_> = named
            .zip(&found.students)
            .map(|(name, judged)| line(name, student.parameter_count(), judged))
            .collect();
        let all = std::slice::from_ref(&found.teacher);
        rows.push(line(
            "the teacher".to_owned(),
            teacher.parameter_count(),
            all,
        ));
        let sizes = self.units.iter().zip(&found.sizes).map(|(&units, ways)| {
            let weights = self.network(&[units], 0).parameter_count();
            let cells = ways.iter().map(|values| Cell::of(values));
            (
                units.to_string(),
                [Cell::Whole(weights)].into_iter().chain(cells).collect(),
            )
        });
        let mut columns = vec![("weights", "weights".to_owned())];
        columns.extend(Way::ALL.map(|way| (way.key(), short(way).to_owned())));
        let tables = vec![
            Table {
                key: "students",
                title: format!("The student, {} held-out objects:", self.test.x.rows()),
                columns: vec![
                    ("weights", "weights".to_owned()),
                    ("accuracy", "accuracy".to_owned()),
                    ("cross_entropy", "nats per object".to_owned()),
                    ("calibration_error", "calibration error".to_owned()),
                ],
                rows,
            },
            Table {
                key: "sizes",
                title: match self.units.is_empty() {
                    true => String::new(),
                    false => "Accuracy of students with one layer, by their units:".to_owned(),
                },
                columns,
                rows: sizes.collect(),
            },
        ];
        let widths = |hidden: &[usize]| architecture(&self.all_widths(hidden));
        Findings {
            head: format!(
                "Distillation {} to {}, T = {}, {}\n\
                 Data: {}, {} to train and {} to judge by, {}{}\n\
                 Labels: all for the teacher, {} for the student ({} a class)\n",
                widths(&self.teacher_widths),
                widths(&self.widths),
                self.soft.temperature,
                runs(self.arguments.repeats),
                self.about.name,
                count(self.train.x.rows(), "object", "objects"),
                self.test.x.rows(),
                count(self.train.x.columns(), "feature", "features"),
                self.about.remark,
                self.labels * self.classes,
                self.labels,
            ),
            sections: Vec::new(),
            tables,
            warnings: Vec::new(),
            pictures: self.pictures(teacher.parameter_count(), found),
        }
    }

    fn pictures(&self, teacher: usize, found: &Found) -> Vec<Picture> {
        let name = &self.about.name;
        let students = Way::ALL.iter().zip(&found.students);
        let first = students.map(|(way, judged)| (format!("student {}", way.name()), &judged[0]));
        let judged: Vec<_> = [("teacher".to_owned(), &found.teacher)]
            .into_iter()
            .chain(first)
            .collect();
        let classifiers: Vec<_> = judged
            .iter()
            .map(|(name, judged)| (&name[..], &judged.confidences[..], &judged.right[..]))
            .collect();
        let caption = format!("How sure a teacher and its students are of {name}, and how right");
        let mut drawn = vec![Picture::new(
            CALIBRATION,
            pictures::calibration(&classifiers, &caption),
        )];
        if self.units.is_empty() {
            return drawn;
        }
        let curves: Vec<Vec<_>> = (0..Way::ALL.len())
            .map(|way| {
                let points = self.units.iter().zip(&found.sizes);
                let point = |(&units, ways): (&usize, &Vec<Vec<f64>>)| {
                    let weights = self.network(&[units], 0).parameter_count();
                    (weights as f64, Estimate::of(&ways[way]))
                };
                points.map(point).collect()
            })
            .collect();
        let names = Way::ALL.map(Way::name).into_iter();
        let series: Vec<_> = names.zip(curves.iter().map(Vec::as_slice)).collect();
        let teacher = format!("teacher, {teacher} weights");
        let axes = [
            ("weights of the student", Scale::Logarithmic),
            ("accuracy on held-out objects", Scale::Linear),
        ];
        let caption = format!("{name}: students of one layer, by their size");
        let references = [(&teacher[..], found.teacher.accuracy)];
        let remark = spread_of(self.arguments.repeats);
        drawn.push(Picture::new(
            SIZES,
            pictures::curves(&series, &references, axes, &caption, &remark),
        ));
        drawn
    }
}

/// The heading of a way in a narrow column.
fn short(way: Way) -> &'static str {
    match way {
        Way::Labels => "on labels",
        Way::SoftFew => "on answers",
        Way::SoftAll => "on answers to all",
    }
}

/// (1/l) Σᵢ L(a(xᵢ + noise), yᵢ), the noise drawn anew at each step.
struct Noisy<'x> {
    task: Task<'x, f32>,
    noise: Denoising,
}

impl Criterion<f32, Predictor<f32>> for Noisy<'_> {
    fn objects(&self) -> usize {
        self.task.x.rows()
    }

    fn terms<'t>(&self, model: &Predictor<f32>, batch: &Batch<'t, '_, f32>) -> Terms<'t, f32> {
        let x = batch.tape.gather(self.task.x, batch.rows);
        let a = model.network().forward(batch, self.noise.input(batch, x));
        let answers = self.task.answers;
        smallvec![Term {
            name: answers.name(),
            weight: 1.0,
            value: answers.loss(a, batch.rows),
        }]
    }
}
