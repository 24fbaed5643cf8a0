//! Distillation.

use crate::shared::{
    Digits, ablation, exact, labelled, observed, over_seeds, points, property, steady, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::{Soft, Squared, Task, Training};
use unsup_nn::Module;

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "distill",
            name: "a linear student of a linear teacher",
            needs: None,
            findings: linear,
        },
        Experiment {
            method: "distill",
            name: "digits: a student of sixteen units from fifty labels",
            needs: None,
            findings: fifty_labels,
        },
        Experiment {
            method: "distill",
            name: "digits: how few units and links are enough",
            needs: None,
            findings: sizes,
        },
    ]
}

fn shape(hidden: &[usize], dropout: f64, seed: u64) -> Architecture {
    Architecture {
        hidden: hidden.to_vec(),
        dropout,
        seed,
        ..Architecture::default()
    }
}

/// A teacher 64-256-128-10 on all labels.
fn teacher(digits: &Digits<f32>, seed: u64) -> Predictor<f32> {
    let mut teacher = Predictor::new(64, 10, &shape(&[256, 128], 0.2, seed));
    let task = Task::classes(&digits.train, &digits.train_labels);
    let outcome = teacher.fit(&task, &steady(60, 50, 2e-3, seed), observed);
    outcome.expect("the training does not diverge");
    teacher
}

/// The accuracy of a student of the teacher's answers to `x`, softened.
fn taught(
    digits: &Digits<f32>,
    teacher: &Predictor<f32>,
    hidden: &[usize],
    x: &Matrix<f32>,
    training: &Training,
) -> f64 {
    let mut student = Predictor::new(64, 10, &shape(hidden, 0.0, training.seed));
    let answers = |x: &Matrix<f32>| teacher.answers(x);
    let outcome = student.distil(&answers, x, &Soft { temperature: 4.0 }, training, observed);
    outcome.expect("the training does not diverge");
    student.accuracy(&digits.test, &digits.test_labels)
}

/// The accuracy of a student of labels.
fn alone(digits: &Digits<f32>, hidden: &[usize], task: &Task<'_, f32>, training: &Training) -> f64 {
    let mut student = Predictor::new(64, 10, &shape(hidden, 0.0, training.seed));
    let outcome = student.fit(task, training, observed);
    outcome.expect("the training does not diverge");
    student.accuracy(&digits.test, &digits.test_labels)
}

fn fifty_labels(_: &Path) -> Vec<Finding> {
    let [teachers, hard, soft, all, untrained] = over_seeds(5, |seed| {
        let digits = Digits::<f32>::split(seed);
        let teacher = teacher(&digits, seed);
        let rows = labelled(&digits.train_labels, 5, seed);
        let x = digits.train.select_rows(&rows);
        let y: Vec<usize> = rows.iter().map(|&i| digits.train_labels[i]).collect();
        let few = steady(600, 50, 2e-3, seed);
        let fresh = Predictor::of(teacher.network().redrawn(seed, "untrained teacher"));
        [
            teacher.accuracy(&digits.test, &digits.test_labels),
            alone(&digits, &[16], &Task::classes(&x, &y), &few),
            taught(&digits, &teacher, &[16], &x, &few),
            taught(
                &digits,
                &teacher,
                &[16],
                &digits.train,
                &steady(60, 50, 2e-3, seed),
            ),
            taught(
                &digits,
                &fresh,
                &[16],
                &digits.train,
                &steady(60, 50, 2e-3, seed),
            ),
        ]
    });
    vec![
        property(
            "soft answers to the fifty: points gained",
            points(&soft, &hard),
            Gate::AtLeast(2.0),
        )
        .beside(3.9, "numpy"),
        property(
            "and to the 1150 without labels: points gained",
            points(&all, &hard),
            Gate::AtLeast(8.0),
        )
        .beside(11.1, "numpy"),
        ablation(
            "a teacher that has learned nothing: accuracy",
            untrained,
            Gate::AtMost(0.3),
        ),
        property("teacher: accuracy", teachers, Gate::Shown).beside(0.995, "numpy"),
        property("fifty labels: accuracy", hard, Gate::Shown).beside(0.854, "numpy"),
        property("soft answers to the fifty: accuracy", soft, Gate::Shown).beside(0.893, "numpy"),
        property("soft answers to all: accuracy", all, Gate::Shown).beside(0.965, "numpy"),
    ]
}

/// The slide's "fewest units and links": the accuracy of students of growing size, on a hundred labels alone and on the
/// teacher's answers to all objects.
fn sizes(_: &Path) -> Vec<Finding> {
    const UNITS: [usize; 4] = [2, 4, 8, 32];
    let figures: [Vec<f64>; 2 * UNITS.len()] = over_seeds(2, |seed| {
        let digits = Digits::<f32>::split(seed);
        let teacher = teacher(&digits, seed);
        let rows = labelled(&digits.train_labels, 10, seed);
        let x = digits.train.select_rows(&rows);
        let y: Vec<usize> = rows.iter().map(|&i| digits.train_labels[i]).collect();
        let mut accuracies = [0.0; 2 * UNITS.len()];
        for (i, units) in UNITS.into_iter().enumerate() {
            accuracies[2 * i] = alone(
                &digits,
                &[units],
                &Task::classes(&x, &y),
                &steady(600, 50, 2e-3, seed),
            );
            let all = steady(60, 50, 2e-3, seed);
            accuracies[2 * i + 1] = taught(&digits, &teacher, &[units], &digits.train, &all);
        }
        accuracies
    });
    let mut findings = Vec::new();
    for (i, units) in UNITS.into_iter().enumerate() {
        let weights = Predictor::<f32>::new(64, 10, &shape(&[units], 0.0, 0)).parameter_count();
        for (j, how) in ["a hundred labels", "distilled"].into_iter().enumerate() {
            let name = format!("{weights} weights, {how}: accuracy");
            findings.push(property(&name, figures[2 * i + j].clone(), Gate::Shown));
        }
    }
    let [labelled_32, distilled_8] = [&figures[6], &figures[5]];
    let gained = points(distilled_8, labelled_32);
    let name = "8 units distilled: points above 32 on a hundred labels";
    findings.push(property(name, gained, Gate::AtLeast(1.0)));
    findings
}

/// A student that can be what its teacher is becomes it, from the teacher's answers to objects without a label: all
/// logits, also where no object was.
fn linear(_: &Path) -> Vec<Finding> {
    let [squared, soft] = over_seeds(3, |seed| {
        let x = Digits::<f64>::split(seed).train;
        let teacher = Predictor::<f64>::new(64, 10, &shape(&[], 0.0, seed + 50));
        let answers = |x: &Matrix<f64>| teacher.answers(x).map(|a: f64| 3.0 * a);
        let elsewhere = Digits::<f64>::split(seed).test;
        let wanted = answers(&elsewhere);
        let student = |soft: bool| {
            let mut student = Predictor::new(64, 10, &shape(&[], 0.0, seed));
            let training = training(250, 100, 0.02, seed);
            let outcome = match soft {
                true => student.distil(
                    &answers,
                    &x,
                    &Soft { temperature: 4.0 },
                    &training,
                    observed,
                ),
                false => student.distil(&answers, &x, &Squared, &training, observed),
            };
            outcome.expect("the training does not diverge");
            student
        };
        let agreement = |student: &Predictor<f64>| {
            let pairs = student
                .predict(&elsewhere)
                .into_iter()
                .zip(wanted.row_iter());
            let largest = |row: &[f64]| {
                (0..10)
                    .max_by(|&a, &b| row[a].total_cmp(&row[b]))
                    .expect("ten")
            };
            pairs.filter(|(found, row)| *found == largest(row)).count() as f64
                / elsewhere.rows() as f64
        };
        [
            1.0 - student(false).r_squared(&elsewhere, &wanted),
            agreement(&student(true)),
        ]
    });
    vec![
        exact(
            "squared: 1 − R² of the teacher's logits",
            squared,
            Gate::AtMost(1e-3),
        ),
        exact(
            "softened: share of classes told alike",
            soft,
            Gate::AtLeast(0.98),
        ),
    ]
}
