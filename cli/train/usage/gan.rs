use std::error::Error;
use unsup_models::together::adversarial::{Architecture, Gan};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// New objects, with scaled features.
pub fn samples(file: &str, count: usize, seed: u64) -> Result<Matrix<f32>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let architecture = Architecture {
        latent: number(&saved, "code"),
        generator: widths(&saved, "generator"),
        generator_activation: activation(&saved, "generator_activation")?,
        output: activation(&saved, "output")?,
        discriminator: widths(&saved, "discriminator"),
        discriminator_activation: activation(&saved, "discriminator_activation")?,
        seed: 0,
    };
    let mut gan = Gan::<f32>::new(number(&saved, "features"), &architecture);
    saved.load_into(&mut gan)?;
    Ok(gan.sample(count, seed))
}
