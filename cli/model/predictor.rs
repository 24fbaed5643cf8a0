//! Networks that answer with classes or numbers.

use super::answer::{Answer, Classes};
use super::settings::Settings;
use super::{Asked, Offer, Source, offer, trained_on};
use crate::arguments::What;
use crate::data::TrainedOn;
use std::rc::Rc;
use unsup_autograd::Tape;
use unsup_models::Matrix;
use unsup_models::in_sequence::distillation::{Domain, Surrogate};
use unsup_models::predictor::{Architecture, Predictor, most_probable};
use unsup_models::together::multi_task::{self, MultiTask};
use unsup_models::together::privileged::{TeacherAndStudent, TeacherSees};

/// Of classifier, and of distill.
pub(super) fn classifier(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let (outputs, names) = answers(source)?;
    let hidden = source.settings.widths("hidden")?;
    let layers = [&[on.features()], &hidden[..], &[outputs]].concat();
    source.settings.check_layers(&[&layers])?;
    let architecture = Architecture {
        hidden,
        activation: source.settings.activation("activation")?,
        ..Architecture::default()
    };
    let model = Predictor::<f32>::new(on.features(), outputs, &architecture);
    let model = Rc::new(source.filled(model)?);
    let offers = of_classes(&model, &names, |model, x| model.answers(x));
    Ok(Asked {
        classes: Some(names),
        ..Asked::of(offers)
    })
}

/// Of distill --function.
pub(super) fn surrogate(source: &Source<'_>) -> Result<Asked, String> {
    let settings = source.settings;
    let (domain, values) = (settings.pairs("domain")?, settings.pairs("values")?);
    if !domain
        .iter()
        .all(|(least, most)| least < most && (most - least).is_finite())
    {
        return Err(settings.refuse("domain", "a range for each argument"));
    }
    let hidden = settings.widths("hidden")?;
    let layers = [&[domain.len()], &hidden[..], &[values.len()]].concat();
    settings.check_layers(&[&layers])?;
    let architecture = Architecture {
        hidden,
        activation: settings.activation("activation")?,
        ..Architecture::default()
    };
    let values = values
        .iter()
        .map(|&(mean, deviation)| (mean as f32, deviation as f32));
    let model = Surrogate::untrained(&Domain(domain), values.collect(), &architecture);
    let model = Rc::new(source.filled(model)?);
    let value = offer(What::Predictions, &model, |model, x| {
        Answer::numbered("value", &model.answers(&x.cast()))
    });
    Ok(Asked::of(vec![value]))
}

/// The student of lupi, and its teacher where it can be shown what it saw.
pub(super) fn student(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let (settings, features) = (source.settings, on.features());
    let outputs = settings.count("outputs")?;
    let hidden = settings.widths("hidden")?;
    let sees = settings.one_of(
        "teacher_sees",
        &[
            ("x*", TeacherSees::Privileged),
            ("x and x*", TeacherSees::Both),
        ],
    )?;
    let of_teacher = settings.of_part(settings.value("privileged"));
    let shown = match of_teacher.value("shift").as_array() {
        Some(shift) if !shift.is_empty() => shift.len(),
        _ => return Err(of_teacher.refuse("shift", "a number for each privileged feature")),
    };
    let tells_numbers = !settings.value("target").is_null();
    let privileged = trained_on::privileged(source, shown, tells_numbers)?;
    let seen = sees.columns(features, shown);
    let layers = |features| [&[features], &hidden[..], &[outputs]].concat();
    settings.check_layers(&[&layers(seen), &layers(features)])?;
    let architecture = Architecture {
        hidden: hidden.clone(),
        activation: settings.activation("activation")?,
        ..Architecture::default()
    };
    let network = |features| Predictor::<f32>::new(features, outputs, &architecture);
    let pair = TeacherAndStudent::of(network(seen), network(features), sees);
    let pair = Rc::new(source.filled(pair)?);
    // of the features, and what it was shown after them
    let teacher = move |pair: &TeacherAndStudent<f32>, seen: &Matrix<f64>| {
        let columns = |from: usize, count: usize| {
            Matrix::from_fn(seen.rows(), count, |i, j| seen[(i, from + j)] as f32)
        };
        pair.teacher_answers(&columns(0, features), &columns(features, shown))
    };
    if !tells_numbers {
        let names = match settings.value("classes").is_null() {
            true => Vec::new(),
            false => settings.texts("classes")?,
        };
        let mut offers = of_classes(&pair, &names, |pair, x| pair.student().answers(x));
        if privileged.is_some() {
            let classes = Classes::named(&names);
            offers.push(offer(What::Teacher, &pair, move |pair, seen| {
                Answer::classes("class", told(&teacher(pair, seen)), &classes)
            }));
        }
        return Ok(Asked {
            privileged,
            classes: Some(names),
            ..Asked::of(offers)
        });
    }
    let target = settings.of_part(settings.value("target"));
    let names = target.texts("names")?;
    let of = |name: &str| match target.value(name)[0].as_f64() {
        Some(number) => Ok(number),
        None => Err(target.refuse(name, "a number for the target")),
    };
    let (shift, scale) = (of("shift")?, of("scale")?);
    let name = names.first().cloned().unwrap_or("prediction".to_owned());
    let of_target =
        move |answers: &Matrix<f32>| Answer::numbered(&name, &unscaled(answers, shift, scale));
    let of_teacher = of_target.clone();
    let mut offers = vec![offer(What::Predictions, &pair, move |pair, x| {
        of_target(&pair.student().answers(&x.cast()))
    })];
    if privileged.is_some() {
        offers.push(offer(What::Teacher, &pair, move |pair, seen| {
            of_teacher(&teacher(pair, seen))
        }));
    }
    Ok(Asked {
        privileged,
        ..Asked::of(offers)
    })
}

/// Of transfer: an encoder and one head.
pub(super) fn transferred(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let names = source.settings.texts("classes")?;
    if names.is_empty() {
        return Err(source.settings.refuse("classes", "names of classes"));
    }
    let activation = source.settings.activation("activation")?;
    let architecture = multi_task::Architecture {
        hidden: source.settings.widths("hidden")?,
        code: source.settings.count("code")?,
        head: Vec::new(),
        activation,
        code_activation: activation,
        seed: 0,
    };
    let model = Rc::new(encoder_and_heads(
        source,
        on,
        &[names.len()],
        &architecture,
    )?);
    let mut offers = of_classes(&model, &names, |model, x| model.answers(0, x));
    offers.push(codes(&model));
    Ok(Asked {
        classes: Some(names),
        ..Asked::of(offers)
    })
}

/// Of multi-task: an encoder and a head for each task.
pub(super) fn tasks(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let settings = source.settings;
    if settings.value("tasks").is_array() {
        let architecture = multi_task::Architecture {
            hidden: settings.widths("hidden")?,
            code: settings.count("code")?,
            head: settings.widths("head")?,
            activation: settings.activation("activation")?,
            code_activation: settings.activation("code_activation")?,
            seed: 0,
        };
        let parts = source.parts("tasks")?;
        let tasks = parts.iter().map(Task::of).collect::<Result<Vec<_>, _>>()?;
        return of_tasks(source, on, tasks, &architecture);
    }
    // linear tasks of generated data, on numbers that are not scaled
    let (code, count) = (settings.count("code")?, settings.count("tasks")?);
    settings.check_layers(&[&[code, count]])?;
    let tasks = (1..=count).map(|number| Task {
        name: format!("task_{number}"),
        kind: TaskKind::Numbers {
            shift: 0.0,
            scale: 1.0,
        },
    });
    let architecture = multi_task::Architecture::linear(code);
    of_tasks(source, on, tasks.collect(), &architecture)
}

/// A task as a model's settings have it.
struct Task {
    name: String,
    kind: TaskKind,
}

enum TaskKind {
    Classes(Classes),
    /// In the unit of the file.
    Numbers {
        shift: f64,
        scale: f64,
    },
}

impl Task {
    fn of(part: &Settings<'_>) -> Result<Self, String> {
        Ok(Self {
            name: part.text("name")?.to_owned(),
            kind: match part.value("classes").is_null() {
                true => TaskKind::Numbers {
                    shift: part.number("shift")?,
                    scale: part.number("scale")?,
                },
                false => {
                    let names = part.texts("classes")?;
                    if names.is_empty() {
                        return Err(part.refuse("classes", "names of classes"));
                    }
                    TaskKind::Classes(Classes::named(&names))
                }
            },
        })
    }

    fn outputs(&self) -> usize {
        match &self.kind {
            TaskKind::Classes(Classes(names)) => names.len(),
            TaskKind::Numbers { .. } => 1,
        }
    }

    /// What the head's answers say: the class, or the number.
    fn prediction(&self, answers: &Matrix<f32>) -> Answer {
        match &self.kind {
            TaskKind::Classes(names) => Answer::classes(&self.name, told(answers), names),
            TaskKind::Numbers { shift, scale } => {
                Answer::numbered(&self.name, &unscaled(answers, *shift, *scale))
            }
        }
    }

    /// The probabilities of its classes, if it has such.
    fn probabilities(&self, answers: &Matrix<f32>) -> Option<Answer> {
        let TaskKind::Classes(names) = &self.kind else {
            return None;
        };
        let names = (0..self.outputs()).map(|class| format!("{}={}", self.name, names.name(class)));
        Some(Answer::named(&names.collect::<Vec<_>>(), &softmax(answers)))
    }
}

/// An encoder with these heads.
fn of_tasks(
    source: &Source<'_>,
    on: &TrainedOn,
    tasks: Vec<Task>,
    architecture: &multi_task::Architecture,
) -> Result<Asked, String> {
    let outputs: Vec<usize> = tasks.iter().map(Task::outputs).collect();
    let model = Rc::new(encoder_and_heads(source, on, &outputs, architecture)?);
    let (tasks, of_each) = (Rc::new(tasks), |tasks: &Rc<Vec<Task>>| Rc::clone(tasks));
    let has_classes = tasks
        .iter()
        .any(|task| matches!(task.kind, TaskKind::Classes(_)));
    let all = |answers: Vec<Answer>| Answer {
        columns: answers
            .into_iter()
            .flat_map(|answer| answer.columns)
            .collect(),
    };
    let of = of_each(&tasks);
    let mut offers = vec![offer(What::Predictions, &model, move |model, x| {
        let (x, tasks) = (x.cast(), of.iter().enumerate());
        all(tasks
            .map(|(t, task)| task.prediction(&model.answers(t, &x)))
            .collect())
    })];
    if has_classes {
        let of = of_each(&tasks);
        offers.push(offer(What::Probabilities, &model, move |model, x| {
            let (x, tasks) = (x.cast(), of.iter().enumerate());
            all(tasks
                .filter_map(|(t, task)| task.probabilities(&model.answers(t, &x)))
                .collect())
        }));
    }
    offers.push(codes(&model));
    Ok(Asked::of(offers))
}

fn codes(model: &Rc<MultiTask<f32>>) -> Offer {
    offer(What::Codes, model, |model, x| {
        Answer::numbered("code", &model.encode(&x.cast()))
    })
}

/// An encoder and heads, once it is sure that the file holds as many weights.
fn encoder_and_heads(
    source: &Source<'_>,
    on: &TrainedOn,
    outputs: &[usize],
    architecture: &multi_task::Architecture,
) -> Result<MultiTask<f32>, String> {
    let multi_task::Architecture {
        hidden, code, head, ..
    } = architecture;
    let mut networks = vec![[&[on.features()], &hidden[..], &[*code]].concat()];
    networks.extend(
        outputs
            .iter()
            .map(|&outputs| [&[*code], &head[..], &[outputs]].concat()),
    );
    let networks: Vec<&[usize]> = networks.iter().map(Vec::as_slice).collect();
    source.settings.check_layers(&networks)?;
    source.filled(MultiTask::new(on.features(), outputs, architecture))
}

/// How many classes are told, and their names, perhaps none.
pub(super) fn answers(source: &Source<'_>) -> Result<(usize, Vec<String>), String> {
    let settings = source.settings;
    let names = settings.texts("classes")?;
    // classes without names are counted
    let outputs = match names.len() {
        0 => settings.count("outputs")?,
        _ if settings.value("outputs").is_null() => names.len(),
        _ => settings.count("outputs")?,
    };
    Ok((outputs, names))
}

/// What a model can be asked for that gives logits of classes.
pub(super) fn of_classes<M: 'static>(
    model: &Rc<M>,
    names: &[String],
    logits: fn(&M, &Matrix<f32>) -> Matrix<f32>,
) -> Vec<Offer> {
    let classes = Classes::named(names);
    let of = classes.clone();
    vec![
        offer(What::Classes, model, move |model, x| {
            Answer::classes("class", told(&logits(model, &x.cast())), &classes)
        }),
        offer(What::Probabilities, model, move |model, x| {
            let probabilities = softmax(&logits(model, &x.cast()));
            let names = (0..probabilities.columns()).map(|class| of.name(class));
            Answer::named(&names.collect::<Vec<_>>(), &probabilities)
        }),
    ]
}

/// The most probable class of each row of logits.
fn told(logits: &Matrix<f32>) -> Vec<Option<usize>> {
    most_probable(logits).into_iter().map(Some).collect()
}

/// The distribution that each row of logits stands for.
fn softmax(logits: &Matrix<f32>) -> Matrix<f32> {
    let tape = Tape::new();
    let probabilities = tape.leaf(logits.clone()).row_softmax().value();
    (*probabilities).clone()
}

/// Numbers in the unit of the file.
fn unscaled(answers: &Matrix<f32>, shift: f64, scale: f64) -> Matrix<f64> {
    answers.map(|x| f64::from(x) * scale + shift)
}
