//! The two-layer auto-encoder.
//!
//! **Given** objects x₁ … x_l in Rⁿ. **Find** f(x) = σ_f(A x + a) in Rᵏ and g(z) = σ_g(B z + b) such that
//!
//! ```text
//! Σᵢ L(g(f(xᵢ; A, a); B, b), xᵢ)  →  min over A, a, B, b
//! ```
//!
//! With k < n it compresses, with k > n it needs a reason not to copy: sparsity, noise, or contraction. With B = Aᵀ
//! (**tied**) there are half as many weights, and no way to make codes small and the decoder large.
//!
//! **Use it** as the building block of the regularised and the stacked ones: its units can be drawn as filters. **Do
//! not** use it where a few numbers are to say much: for that the [deep](super::deep) one needs its layers.
//!
//! Source: Bourlard, Kamp (1988), "Auto-association by multilayer perceptrons and singular value decomposition" (who
//! show that with a linear σ_g and the squared loss a σ_f that bends gains nothing over PCA).
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::autoencoder::{Architecture, AutoEncoder, Loss, Plain};
//! use unsup_models::{Activation, Matrix, Training};
//!
//! // each object has one of six neighbouring pairs of features on
//! let x = Matrix::from_fn(60, 7, |i, j| f32::from(u8::from(j == i % 6 || j == i % 6 + 1)));
//! let architecture = Architecture {
//!     tied: true,
//!     loss: Loss::Bernoulli,
//!     ..Architecture::two_layer(4, Activation::Sigmoid, Activation::Sigmoid)
//! };
//! let mut model = AutoEncoder::new(7, &architecture);
//! let training = Training { epochs: 400, batch_size: 20, rate: 0.03, ..Training::default() };
//! model.fit(&x, &Plain, &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(model.squared_error(&x) < 0.2);
//! ```

use super::{Architecture, Loss};
use unsup_nn::Activation;

impl Architecture {
    // lecture: two-layer
    /// f(x) = σ_f(x A + a), g(z) = σ_g(z B + b), with the squared loss.
    pub fn two_layer(code: usize, f: Activation, g: Activation) -> Self {
        Self {
            hidden: Vec::new(),
            code,
            activation: f,
            code_activation: f,
            output: g,
            bias: true,
            tied: false,
            loss: Loss::Squared,
            seed: 0,
        }
    }
    // lecture: end
}
