use std::error::Error;
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::together::privileged::{TeacherAndStudent, TeacherSees};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// What the student answers for objects, a row each: logits of classes, or scaled numbers.
pub fn answers(file: &str, x: &Matrix<f64>) -> Result<Matrix<f32>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let features = number(&saved, "features");
    let privileged = settings["privileged"]["shift"]
        .as_array()
        .map_or(0, Vec::len);
    let sees = match settings["teacher_sees"] == "x*" {
        true => TeacherSees::Privileged,
        false => TeacherSees::Both,
    };
    let architecture = Architecture {
        hidden: widths(&saved, "hidden"),
        activation: activation(&saved, "activation")?,
        ..Architecture::default()
    };
    let network = |features| Predictor::new(features, number(&saved, "outputs"), &architecture);
    let teacher = network(sees.columns(features, privileged));
    let mut pair = TeacherAndStudent::<f32>::of(teacher, network(features), sees);
    saved.load_into(&mut pair)?;
    Ok(pair.student().answers(&scaled(&saved, x)?.cast()))
}
