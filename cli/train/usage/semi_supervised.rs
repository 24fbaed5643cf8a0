use std::error::Error;
use unsup_models::autoencoder::{Architecture, Supervised};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// The classes of objects, by their numbers in the model's setting "classes".
pub fn classes(file: &str, x: &Matrix<f64>) -> Result<Vec<usize>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let classes = saved.description().settings["classes"].as_array();
    let architecture = Architecture {
        activation: activation(&saved, "activation")?,
        code_activation: activation(&saved, "code_activation")?,
        output: activation(&saved, "output")?,
        ..Architecture::deep(&widths(&saved, "hidden"), number(&saved, "code"))
    };
    let classes = classes.map_or(0, Vec::len);
    let mut model = Supervised::<f32>::new(number(&saved, "features"), classes, &architecture);
    saved.load_into(&mut model)?;
    // model.autoencoder().encode(&x) gives the codes
    Ok(model.predict(&scaled(&saved, x)?.cast()))
}
