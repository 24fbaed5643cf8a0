//! The deep auto-encoder.
//!
//! **Given** objects x₁ … x_l in Rⁿ. **Find** an encoder f : Rⁿ → Rᵏ and a decoder g : Rᵏ → Rⁿ, each a sequence of
//! layers z ← σ(z A + a), that reconstruct the objects from codes of k numbers:
//!
//! ```text
//! (1/l) Σᵢ L(g(f(xᵢ, α), β), xᵢ)  →  min over α, β
//! ```
//!
//! With one linear layer each way the optimum is the reconstruction by the first k principal components; layers between
//! and a σ that bends let the codes follow a curved surface, and do better with the same k.
//!
//! **Use it** for compression, as features for a supervised method, and, with k = 2, as a picture of the data. **Do
//! not** use it to draw new objects: nothing says where in the space of codes objects are; the
//! [variational](super::variational) one does.
//!
//! Source: Hinton, Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks". (Their layers were
//! pre-trained one by one, as the [stacked](super::stacked) one's; with Adam and today's initial weights they need not
//! be.)
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::autoencoder::{Architecture, AutoEncoder, Plain};
//! use unsup_models::{Matrix, Training};
//!
//! // points on a circle: one number is enough to name one, but not by a straight line
//! let x = Matrix::from_fn(64, 2, |i, j| {
//!     let angle = i as f32 / 64.0 * 5.0;
//!     if j == 0 { angle.cos() } else { angle.sin() }
//! });
//! let mut model = AutoEncoder::new(x.columns(), &Architecture::deep(&[32], 1));
//! let training = Training { epochs: 500, batch_size: 16, rate: 5e-3, ..Training::default() };
//! let history = model.fit(&x, &Plain, &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(history.last().unwrap().losses.total < 0.05);
//! assert_eq!(model.encode(&x).shape().to_string(), "64x1");
//! ```

use super::{Architecture, Loss};
use unsup_nn::Activation;

impl Architecture {
    /// Layers of the widths `hidden` with tanh, a linear code of size `code`, the same widths in reverse and a linear
    /// output, with the squared loss.
    pub fn deep(hidden: &[usize], code: usize) -> Self {
        Self {
            hidden: hidden.to_vec(),
            code,
            activation: Activation::Tanh,
            code_activation: Activation::Identity,
            output: Activation::Identity,
            bias: true,
            tied: false,
            loss: Loss::Squared,
            seed: 0,
        }
    }
}
