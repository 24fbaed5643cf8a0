//! An adversarial network makes a ring of eight Gaussians of noise, and finds all eight.

use std::ops::ControlFlow::Continue;
use unsup_data::generators::GaussianMixture;
use unsup_models::TrainError;
use unsup_models::together::adversarial::{Architecture, Gan, Settings};

/// Trains both networks in turn, and looks where the samples are.
pub fn main() -> Result<(), TrainError> {
    let ring = GaussianMixture::ring(8, 1.0, 0.1);
    let x = ring.sample(10_000, 0).features.cast::<f32>();
    let mut gan = Gan::new(2, &Architecture::default());
    let settings = Settings {
        steps: 2500,
        batch_size: 64,
        discriminator_rate: 3e-3,
        generator_rate: 3e-3,
        record_every: 500,
        ..Settings::default()
    };
    gan.fit(&x, &settings, |block| {
        let coverage = block.likeness.coverage;
        println!(
            "step {}: {coverage:.2} of the objects have samples near by",
            block.step
        );
        Continue(())
    })?;

    let found = ring.modes_found(&gan.sample(5000, 1).cast());
    let (modes, near) = (found.hit(100), found.near());
    println!("samples at {modes} of 8 Gaussians, {near:.2} of them within 3 deviations");
    assert!(modes == 8 && near > 0.7);
    Ok(())
}
