use std::error::Error;
use unsup_models::autoencoder::{Architecture, AutoEncoder};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// The codes of objects, a row each.
pub fn codes(file: &str, x: &Matrix<f64>) -> Result<Matrix<f32>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let architecture = Architecture {
        activation: activation(&saved, "activation")?,
        code_activation: activation(&saved, "code_activation")?,
        output: activation(&saved, "output")?,
        bias: settings["bias"] == true,
        tied: settings["tied"] == true,
        ..Architecture::deep(&widths(&saved, "hidden"), number(&saved, "code"))
    };
    let mut model = AutoEncoder::<f32>::new(number(&saved, "features"), &architecture);
    saved.load_into(&mut model)?;
    // model.decode(&codes) brings them back to scaled features
    Ok(model.encode(&scaled(&saved, x)?.cast()))
}
