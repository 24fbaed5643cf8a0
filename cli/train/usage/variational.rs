use std::error::Error;
use unsup_models::autoencoder::{Architecture, Likelihood, Variational};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// The trained model.
pub fn open(saved: &SavedModel) -> Result<Variational<f32>, Box<dyn Error>> {
    let settings = &saved.description().settings;
    let architecture = Architecture {
        activation: activation(saved, "activation")?,
        ..Architecture::deep(&widths(saved, "hidden"), number(saved, "code"))
    };
    let likelihood = match settings["likelihood"] == "gaussian" {
        true => Likelihood::Gaussian,
        false => Likelihood::Bernoulli,
    };
    let model = Variational::new(number(saved, "features"), &architecture, likelihood);
    let mut model = model.with_prior(settings["prior"].as_f64().unwrap_or(1.0));
    saved.load_into(&mut model)?;
    Ok(model)
}

/// The means of the codes of objects, and new objects, with scaled features.
pub fn codes_and_samples(file: &str, x: &Matrix<f64>) -> Result<[Matrix<f32>; 2], Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let model = open(&saved)?;
    let codes = model.encode(&scaled(&saved, x)?.cast());
    let samples = model.decode(&model.sample_codes(10, 0));
    Ok([codes, samples])
}
