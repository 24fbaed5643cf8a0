//! The linear auto-encoder.
//!
//! **Given** objects x₁ … x_l in Rⁿ, centred. **Find** f(x) = A x in Rᵏ and g(z) = B z such that
//!
//! ```text
//! Σᵢ ‖B A xᵢ − xᵢ‖²  →  min over A, B
//! ```
//!
//! At every minimum B spans the space of the first k principal components, and the loss is that of PCA, Σ_{i>k} σᵢ² of
//! the singular values of F; every other stationary point is a saddle. A need not span it: where a feature is constant
//! its weights have no gradient and stay where they began. With B = Aᵀ (**tied**) the rows of A are orthonormal: AAᵀ =
//! I.
//!
//! (The lecture writes an object as a column; here objects are rows, x A and z B.)
//!
//! **Use it** to see that an auto-encoder is a non-linear PCA, and as a control. **Do not** use it for its own sake:
//! PCA gives the same in closed form, ordered by variance. With k ≥ n the loss goes to 0 and the code is the object in
//! other words: what the sections on regularisation are for.
//!
//! Source: Baldi, Hornik (1989), "Neural networks and principal component analysis: learning from examples without
//! local minima", facts 1 to 4.
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::autoencoder::{Architecture, AutoEncoder, Plain};
//! use unsup_models::{Matrix, Pca, Training};
//!
//! // 60 objects near a plane in R⁴; each has its opposite, so their mean is 0
//! let x = Matrix::from_fn(60, 4, |i, j| {
//!     let (n, sign) = (i as f64 / 2.0, if i % 2 == 0 { 1.0 } else { -1.0 });
//!     sign * ((n.floor() * 0.7 + 1.3 * j as f64).sin() + 0.1 * (n.floor() * (3 + j) as f64).cos())
//! });
//!
//! let mut model = AutoEncoder::new(4, &Architecture::linear(2));
//! let training = Training { epochs: 1000, batch_size: 60, rate: 0.05, ..Training::default() };
//! model.fit(&x, &Plain, &training, |_| ControlFlow::Continue(())).unwrap();
//! let pca = Pca::fit(&x, 2).squared_error(&x);
//! assert!((model.squared_error(&x) / pca - 1.0).abs() < 1e-2);
//! ```

use super::{Architecture, Loss};
use unsup_nn::Activation;

impl Architecture {
    // lecture: linear
    /// f(x) = x A, g(z) = z B, without biases: for centred objects.
    pub fn linear(code: usize) -> Self {
        Self {
            hidden: Vec::new(),
            code,
            activation: Activation::Identity,
            code_activation: Activation::Identity,
            output: Activation::Identity,
            bias: false,
            tied: false,
            loss: Loss::Squared,
            seed: 0,
        }
    }
    // lecture: end
}
