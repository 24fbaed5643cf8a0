//! Privileged information: a teacher that sees the answers without their noise helps a student that does not.

use std::ops::ControlFlow::Continue;
use unsup_data::generators::{PrivilegedExperiment, PrivilegedKind, PrivilegedSample};
use unsup_models::Activation::Identity;
use unsup_models::predictor::Predictor;
use unsup_models::together::privileged::{Privileged, Separate, TeacherAndStudent, TeacherSees};
use unsup_models::{Answers, Soft, Task, TrainError, Training};
use unsup_nn::Sequence;

/// The first experiment of Lopez-Paz, Bottou, Schölkopf, Vapnik (2016): logistic regressions, 200 objects.
pub fn main() -> Result<(), TrainError> {
    let experiment = PrivilegedExperiment::new(PrivilegedKind::CleanLabels);
    let PrivilegedSample { train, test, .. } = experiment.sample(200, 2000, 0);
    let (x, y) = (&train.features, &train.labels[..]);
    let layer = |features| Sequence::new(&[features, 2], Identity, Identity, 0, "layer");
    let [mut alone, teacher, student] = [50, 1, 50].map(|features| Predictor::of(layer(features)));
    let training = Training {
        rate: 5e-2,
        ..Training::default()
    };
    alone.fit(&Task::classes(x, y), &training, |_| Continue(()))?;
    let mut pair = TeacherAndStudent::of(teacher, student, TeacherSees::Privileged);
    let data = Privileged {
        x,
        privileged: &train.privileged,
        labelled: None,
        answers: Answers::Classes(y),
    };
    #[rustfmt::skip]
    let separate = Separate { own: 0.0, mu: 1.0, discrepancy: &Soft { temperature: 1.0 } };
    pair.fit_separately(&data, &separate, &training, |_, _| Continue(()))?;

    let accuracy = |model: &Predictor<f64>| model.accuracy(&test.features, &test.labels);
    let (alone, taught) = (accuracy(&alone), accuracy(pair.student()));
    println!("accuracy alone {alone:.3}, taught {taught:.3}");
    assert!(taught > alone + 0.03);
    Ok(())
}
