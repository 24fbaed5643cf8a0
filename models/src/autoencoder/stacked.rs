//! The stacked auto-encoder: layers that are trained one after the other, each as an auto-encoder of what the last one
//! gives.
//!
//! **Given** objects x₁ … x_l =: x⁽⁰⁾. **For** h = 1 … H **find** a pair fʰ, gʰ of one layer each on the objects
//! x⁽ʰ⁻¹⁾,
//!
//! ```text
//! Σᵢ L(gʰ(fʰ(xᵢ⁽ʰ⁻¹⁾)), xᵢ⁽ʰ⁻¹⁾)  →  min,
//! ```
//!
//! drop the decoder, and go on with xᵢ⁽ʰ⁾ = fʰ(xᵢ⁽ʰ⁻¹⁾). Then **join** them: f = f¹ then f² … then f^H. What was joined
//! is tuned by back-propagation: with the decoders, as a deep auto-encoder g¹(… g^H(f(x))), or without them and with a
//! classifier on top.
//!
//! The pairs may be regularised: with noise on x⁽ʰ⁻¹⁾ it is the stacked denoising auto-encoder.
//!
//! **Use it** for deep networks of sigmoids under plain gradient descent, which from random weights do not learn, and
//! where few objects have labels. **Do not** expect as much where Adam and ReLU are at hand: they train deep networks
//! from random weights nearly as well, and pre-training matters less today.
//!
//! Sources: Bengio, Lamblin, Popovici, Larochelle (2007), "Greedy layer-wise training of deep networks"; Vincent,
//! Larochelle, Lajoie, Bengio, Manzagol (2010), "Stacked denoising autoencoders".
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::autoencoder::{Architecture, AutoEncoder, Plain};
//! use unsup_models::predictor::Predictor;
//! use unsup_models::{Activation, Matrix, Training};
//!
//! let x = Matrix::from_fn(100, 6, |i, j| f32::from(u8::from((i + j) % 5 < 2)));
//! let architecture = Architecture {
//!     activation: Activation::Sigmoid,
//!     code_activation: Activation::Sigmoid,
//!     ..Architecture::deep(&[8], 4)
//! };
//! let training = Training { epochs: 50, ..Training::default() };
//! let stack = AutoEncoder::stack(&x, &architecture, &Plain, &training, |_, _| ControlFlow::Continue(())).unwrap();
//! assert_eq!(stack.histories.len(), 2);
//! let mut classifier = Predictor::on(stack.autoencoder.encoder(), 5, 0); // to be fitted with labels
//! # let _ = classifier.predict(&x);
//! ```

use super::{Architecture, AutoEncoder, Decoder, Loss, Method};
use crate::Training;
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::train::{Epoch, History, TrainError};
use unsup_nn::{Activation, Mirror, Sequence};

/// What was trained layer by layer.
#[derive(Clone, Debug)]
pub struct Stacked<T: Real> {
    /// All layers joined, with their decoders: to be tuned as a whole by [`AutoEncoder::fit`], or its encoder with a
    /// [`Predictor`](crate::predictor::Predictor::on) on top.
    pub autoencoder: AutoEncoder<T>,
    /// The losses of each pair.
    pub histories: Vec<History>,
}

impl Architecture {
    /// The architecture of the pair fʰ, gʰ, of which this is the whole; h from 0.
    fn pair(&self, h: usize) -> Self {
        let last = h == self.hidden.len();
        let code_activation = if last {
            self.code_activation
        } else {
            self.activation
        };
        // what comes out of a layer of sigmoids is in [0, 1], as what the Bernoulli loss takes
        let (output, loss) = match (h, self.loss, self.activation) {
            (0, loss, _) => (self.output, loss),
            (_, Loss::Bernoulli, Activation::Sigmoid) => (Activation::Sigmoid, Loss::Bernoulli),
            (_, _, activation) => (activation, Loss::Squared),
        };
        Self {
            hidden: Vec::new(),
            code: if last { self.code } else { self.hidden[h] },
            code_activation,
            output,
            loss,
            seed: self.seed.wrapping_add(h as u64),
            ..self.clone()
        }
    }
}

impl<T: Real> AutoEncoder<T> {
    /// Trains the layers of `architecture` one after the other on the rows of `x`, each as a pair of one layer each
    /// way, with the terms and the noise of `method`; the observer hears which pair (from 0) and which of its epochs,
    /// and may end the training of the pair.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If `x` has no columns, a width is 0, or the loss is Bernoulli's and the output no sigmoid.
    #[track_caller]
    pub fn stack(
        x: &Matrix<T>,
        architecture: &Architecture,
        method: &dyn Method<T>,
        training: &Training,
        mut observer: impl FnMut(usize, &Epoch) -> ControlFlow<()>,
    ) -> Result<Stacked<T>, TrainError> {
        let mut x_h = x.clone();
        let (mut pairs, mut histories) = (Vec::new(), Vec::new());
        // lecture: stacked
        for h in 0..=architecture.hidden.len() {
            let mut pair = AutoEncoder::new(x_h.columns(), &architecture.pair(h));
            let seed = training.seed.wrapping_add(h as u64);
            let training = Training {
                seed,
                ..training.clone()
            };
            histories.push(pair.fit(&x_h, method, &training, |epoch| observer(h, epoch))?);
            x_h = pair.encode(&x_h);
            pairs.push(pair);
        }
        // lecture: end
        let autoencoder = Self::joined(&pairs, architecture.loss);
        Ok(Stacked {
            autoencoder,
            histories,
        })
    }

    /// f = f¹ then … then f^H, g = g^H then … then g¹.
    fn joined(pairs: &[Self], loss: Loss) -> Self {
        let encoder = pairs
            .iter()
            .flat_map(|pair| pair.encoder().layers().to_vec());
        let (mut free, mut tied) = (Vec::new(), Vec::new());
        for pair in pairs.iter().rev() {
            match pair.decoder() {
                Decoder::Free(layers) => free.extend(layers.layers().to_vec()),
                Decoder::Tied(mirror) => tied.extend(mirror.layers().to_vec()),
            }
        }
        let decoder = if tied.is_empty() {
            Decoder::Free(Sequence::of(free))
        } else {
            Decoder::Tied(Mirror::of_layers(tied))
        };
        Self::of(Sequence::of(encoder), decoder, loss)
    }
}
