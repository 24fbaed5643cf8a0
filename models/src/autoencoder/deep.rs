//! The deep auto-encoder.
//!
//! **Given** objects x₁ … x_l in Rⁿ. **Find** an encoder f : Rⁿ → Rᵏ and a decoder g : Rᵏ → Rⁿ, each a sequence of layers
//! z ← σ(z A + a), that reconstruct the objects from codes of k numbers:
//!
//! ```text
//! (1/l) Σᵢ ‖g(f(xᵢ, α), β) − xᵢ‖²  →  min over α, β
//! ```
//!
//! (The lecture's sum over objects is a mean here, so that the value does not depend on l.)
//!
//! With one linear layer each way the optimum is the reconstruction by the first k principal components; layers between
//! and a σ that bends let the codes follow a curved surface, and do better with the same k. **Used** for compression, as
//! features for a supervised method, and, with k = 2, as a picture of the data.
//!
//! Source: Hinton, Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks". (Their layers were
//! pre-trained one by one; with Adam and today's initial weights they need not be.)
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::autoencoder::{Architecture, AutoEncoder};
//! use unsup_models::{Activation, Training};
//! use unsup_autograd::Matrix;
//!
//! // points on a circle: one number is enough to name one, but not by a straight line
//! let x = Matrix::from_fn(64, 2, |i, j| {
//!     let angle = i as f32 / 64.0 * 5.0;
//!     if j == 0 { angle.cos() } else { angle.sin() }
//! });
//! let architecture = Architecture { hidden: vec![32], code: 1, output: Activation::Identity, seed: 0 };
//! let mut model = AutoEncoder::new(x.columns(), &architecture);
//! let training = Training { epochs: 500, batch_size: 16, rate: 5e-3, ..Training::default() };
//! let history = model.fit(&x, &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(history.last().unwrap().losses.total < 0.05);
//! assert_eq!(model.encode(&x).shape().to_string(), "64x1");
//! ```

use super::AutoEncoder;
use crate::Training;
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::train::{
    Batch, Criterion, Epoch, History, Term, Terms, TrainError, Trainer, fit, smallvec,
};
use unsup_nn::{Activation, Sequence, loss};

/// The shape of a deep auto-encoder.
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// Widths of the layers between the features and the code; the decoder has them in reverse. Empty: no layers
    /// between. Their σ is tanh.
    pub hidden: Vec<usize>,
    /// k, the size of the code. Its layer is linear: a code may be any number.
    pub code: usize,
    /// σ of the decoder's last layer: the sigmoid for features in \[0, 1\], the identity for any.
    pub output: Activation,
    /// Where the initial weights come from.
    pub seed: u64,
}

impl<T: Real> AutoEncoder<T> {
    /// An untrained auto-encoder of objects with `features` features.
    ///
    /// # Panics
    /// If `features`, the code or one of the widths is 0.
    #[track_caller]
    pub fn new(features: usize, architecture: &Architecture) -> Self {
        let mut widths = vec![features];
        widths.extend(&architecture.hidden);
        widths.push(architecture.code);
        let encoder = Sequence::new(
            &widths,
            Activation::Tanh,
            Activation::Identity,
            architecture.seed,
            "encoder",
        );
        widths.reverse();
        let decoder = Sequence::new(
            &widths,
            Activation::Tanh,
            architecture.output,
            architecture.seed,
            "decoder",
        );
        Self::of(encoder, decoder)
    }

    /// Trains on the rows of `x` by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    pub fn fit(
        &mut self,
        x: &Matrix<T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(
            self,
            &Reconstruction { x },
            &mut optimiser,
            &settings,
            observer,
        )
    }

    /// The criterion on the rows of `x`: the squared error, its sum over features, its mean over objects.
    ///
    /// # Errors
    /// If it is not finite.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    pub fn squared_error(&self, x: &Matrix<T>) -> Result<f64, TrainError> {
        let losses = Trainer::new(0).evaluate(self, &Reconstruction { x })?;
        Ok(losses.total)
    }
}

/// (1/l) Σᵢ ‖g(f(xᵢ, α), β) − xᵢ‖²
#[derive(Clone, Copy, Debug)]
pub struct Reconstruction<'x, T: Real> {
    /// The objects, l x n.
    pub x: &'x Matrix<T>,
}

impl<T: Real> Criterion<T, AutoEncoder<T>> for Reconstruction<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, model: &AutoEncoder<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let x = batch.tape.gather(self.x, batch.rows);
        let (f, g) = (model.encoder(), model.decoder());
        let value = loss::squared(g.forward(batch, f.forward(batch, x)), x);
        smallvec![Term {
            name: "reconstruction",
            weight: 1.0,
            value,
        }]
    }
}
