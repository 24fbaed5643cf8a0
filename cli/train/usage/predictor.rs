use std::error::Error;
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// The classes of objects, by their numbers in the model's setting "classes".
pub fn classes(file: &str, x: &Matrix<f64>) -> Result<Vec<usize>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let classes = settings["classes"].as_array().map_or(0, Vec::len);
    let architecture = Architecture {
        hidden: widths(&saved, "hidden"),
        activation: activation(&saved, "activation")?,
        // the layers of a network with dropout have other numbers
        dropout: settings["dropout"].as_f64().unwrap_or(0.0),
        seed: 0,
    };
    let mut model = Predictor::<f32>::new(number(&saved, "features"), classes, &architecture);
    saved.load_into(&mut model)?;
    // model.probabilities(&x) gives the probabilities of all classes
    Ok(model.predict(&scaled(&saved, x)?.cast()))
}
