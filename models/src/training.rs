//! How long and how fast the gradient-trained methods are trained.

use unsup_autograd::Real;
use unsup_nn::optimiser::{Adam, Optimiser, Schedule};
use unsup_nn::train::{Settings, TrainError};

/// The settings of a training run by Adam.
#[derive(Clone, PartialEq, Debug)]
pub struct Training {
    /// How often each object is seen; at least 1.
    pub epochs: usize,
    /// Objects in a step; at least 1.
    pub batch_size: usize,
    /// The learning rate at the start, above 0.
    pub rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// Where the order of the objects and all noise come from.
    pub seed: u64,
}

impl Default for Training {
    /// 200 epochs in batches of 50, the rate falling from 0.002 to 0 along a cosine.
    fn default() -> Self {
        Self {
            epochs: 200,
            batch_size: 50,
            rate: 2e-3,
            schedule: Schedule::Cosine,
            seed: 0,
        }
    }
}

impl Training {
    /// Adam with the learning rate, and what the training loop needs: for a run of your own, with checkpoints or other
    /// groups of parameters say.
    ///
    /// # Errors
    /// If the rate is not a finite number above 0.
    pub fn optimiser_and_settings<T: Real>(&self) -> Result<(Optimiser<T>, Settings), TrainError> {
        if !(self.rate.is_finite() && self.rate > 0.0) {
            let what = format!("rate is {}, expected a number above 0", self.rate);
            return Err(TrainError::Setting(what));
        }
        let settings = Settings {
            epochs: self.epochs,
            batch_size: self.batch_size,
            schedule: self.schedule,
            seed: self.seed,
            ..Settings::default()
        };
        Ok((Optimiser::new(Adam::new(self.rate)), settings))
    }
}
