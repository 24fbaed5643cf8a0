//! Distillation: a small network learns more from a large one's answers than from the few labels there are.

use std::ops::ControlFlow::Continue;
use unsup_data::digits;
use unsup_models::Activation::{Identity, Relu};
use unsup_models::predictor::Predictor;
use unsup_models::{Matrix, Soft, Task, TrainError, Training};
use unsup_nn::Sequence;

/// A teacher of 1200 labels, a student of 50, and one that hears the teacher's answers to all.
pub fn main() -> Result<(), TrainError> {
    let digits = digits();
    let (x, y) = (digits.features, digits.labels.expect("there are labels"));
    let x: Matrix<f32> = x.cast();
    let (train, few) = (x.slice_rows(0..1200), x.slice_rows(0..50));
    let network = |units| Sequence::new(&[64, units, 10], Relu, Identity, 0, "network");
    let training = Training::default();

    let mut teacher = Predictor::of(network(128));
    let labelled = Task::classes(&train, &y[..1200]);
    teacher.fit(&labelled, &training, |_| Continue(()))?;

    let mut alone = Predictor::of(network(16));
    let labelled = Task::classes(&few, &y[..50]);
    alone.fit(&labelled, &training, |_| Continue(()))?;

    let mut taught = Predictor::of(network(16));
    let answers = |x: &Matrix<f32>| teacher.answers(x);
    let soft = Soft { temperature: 2.0 };
    taught.distil(&answers, &train, &soft, &training, |_| Continue(()))?;

    let test = x.slice_rows(1200..1797);
    let networks = [&teacher, &alone, &taught];
    let [teacher, alone, taught] = networks.map(|network| network.accuracy(&test, &y[1200..]));
    println!("teacher {teacher:.3}, student of 50 labels {alone:.3}, of the teacher {taught:.3}");
    assert!(taught > alone + 0.05 && taught > teacher - 0.05);
    Ok(())
}
