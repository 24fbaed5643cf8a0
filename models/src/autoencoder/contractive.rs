//! The contractive auto-encoder: a code that moves little when its object does.
//!
//! **Given** objects x₁ … x_l. **Find** f and g such that
//!
//! ```text
//! Σᵢ L(g(f(xᵢ)), xᵢ) + λ Σᵢ ‖J_f(xᵢ)‖²  →  min,    ‖J_f(x)‖² = Σ_d Σⱼ (∂fⱼ(x)/∂x_d)²
//! ```
//!
//! and for one layer f(x) = σ(A x + a) with the sigmoid, where σ′ = σ (1 − σ),
//!
//! ```text
//! ‖J_f(x)‖² = Σ_d Σⱼ (α_jd fⱼ(x) (1 − fⱼ(x)))²
//! ```
//!
//! (Sums over objects are means here.) The reconstruction keeps the directions in which objects differ, the penalty
//! flattens all others: the singular values of J fall off fast. A linear encoder's penalty is ‖A‖², weight decay. Units
//! go to where σ is flat, near 0 or 1.
//!
//! Three ways to the same number: the closed form of one layer; the exact one of any encoder, a recorded backward pass
//! for each unit of the code; and an unbiased estimate by random directions, for wide codes.
//!
//! Without tied weights f could shrink and g grow; the weights by which units enter the decoder are kept at length 1
//! then. (In a deep decoder the layers behind can still grow: tie them.)
//!
//! **Use it** for features that do not mind small changes. **Do not** where the penalty's cost matters: the denoising
//! one does about the same for small σ (‖J‖² is what its noise comes to, to first order, of the reconstruction).
//!
//! Source: Rifai, Vincent, Muller, Glorot, Bengio (2011), "Contractive auto-encoders: explicit invariance during
//! feature extraction", eq. 3 and 5.

use super::{AutoEncoder, Decoder, Method, Pass};
use unsup_autograd::{Matrix, Real, Tape};
use unsup_nn::penalty;
use unsup_nn::train::{Batch, Term, Terms, blocks};

/// λ (1/l) Σᵢ ‖J_f(xᵢ)‖²
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Contractive {
    /// λ, at least 0.
    pub lambda: f64,
    /// How ‖J‖² is computed.
    pub jacobian: Jacobian,
}

/// The ways to ‖J_f(x)‖².
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jacobian {
    /// Σ_d Σⱼ (α_jd σ′ⱼ)²: for an encoder of one layer, at the cost of no backward pass.
    ClosedForm,
    /// For any encoder, at the cost of as many recorded backward passes as the code has units.
    Exact,
    /// ‖Jᵀv‖² for random v of ±1, unbiased: at the cost of `draws` recorded backward passes.
    Estimate {
        /// How many v; at least 1.
        draws: usize,
    },
}

impl<T: Real> Method<T> for Contractive {
    fn add_terms<'t>(
        &self,
        model: &AutoEncoder<T>,
        batch: &Batch<'t, '_, T>,
        pass: &Pass<'t, T>,
        terms: &mut Terms<'t, T>,
    ) {
        let (x, z) = (pass.input, pass.z);
        // lecture: contractive
        let value = match self.jacobian {
            Jacobian::ClosedForm => {
                let layers = model.encoder().dense_layers();
                let [layer] = layers.collect::<Vec<_>>()[..] else {
                    panic!("contractive: the closed form is for an encoder of one layer");
                };
                penalty::jacobian_of_layer(layer, z)
            }
            Jacobian::Exact => penalty::jacobian(x, z),
            Jacobian::Estimate { draws } => {
                penalty::jacobian_estimate(x, z, draws, &mut batch.generator("jacobian"))
            }
        };
        // lecture: end
        terms.push(Term {
            name: "jacobian",
            weight: self.lambda,
            value,
        });
    }

    fn project(&self, model: &mut AutoEncoder<T>) {
        if self.lambda > 0.0 && matches!(model.decoder(), Decoder::Free(_)) {
            model.normalise_decoder();
        }
    }
}

impl<T: Real> AutoEncoder<T> {
    /// J_f(x) of each object: matrices of code x features.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn jacobians(&self, x: &Matrix<T>) -> Vec<Matrix<T>> {
        assert!(
            x.columns() == self.features(),
            "jacobians: needs {} columns, got a matrix of {}",
            self.features(),
            x.shape()
        );
        let zeros = Matrix::zeros(self.code(), self.features());
        let mut jacobians = vec![zeros; x.rows()];
        let mut tape = Tape::new();
        for (block, rows) in blocks(x.rows()).enumerate() {
            let batch = Batch::evaluation(&tape, &rows, 0, block as u64);
            let x = tape.gather(x, &rows);
            let z = self.f(&batch, x);
            for j in 0..self.code() {
                // object i's unit j depends on object i alone
                let gradients = z.slice_columns(j..j + 1).sum().backward([x]);
                for (&i, row) in rows.iter().zip(gradients[x].row_iter()) {
                    jacobians[i].row_mut(j).copy_from_slice(row);
                }
            }
            tape.clear();
        }
        jacobians
    }

    /// (1/l) Σᵢ ‖J_f(xᵢ)‖, the mean of the norms (not of their squares).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::autoencoder::{Architecture, AutoEncoder, Contractive, Jacobian};
    /// use unsup_models::{Activation, Matrix, Training};
    ///
    /// let x = Matrix::from_fn(100, 5, |i, j| 0.5 + 0.5 * (0.3 * (i * (j + 1)) as f64).sin());
    /// let architecture = Architecture {
    ///     tied: true,
    ///     ..Architecture::two_layer(8, Activation::Sigmoid, Activation::Sigmoid)
    /// };
    /// let norm = |lambda| {
    ///     let method = Contractive { lambda, jacobian: Jacobian::ClosedForm };
    ///     let mut model = AutoEncoder::new(5, &architecture);
    ///     let training = Training { rate: 0.01, ..Training::default() };
    ///     model.fit(&x, &method, &training, |_| ControlFlow::Continue(())).unwrap();
    ///     model.jacobian_norm(&x)
    /// };
    /// assert!(norm(0.1) < 0.9 * norm(0.0));
    /// ```
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn jacobian_norm(&self, x: &Matrix<T>) -> f64 {
        let norms = self
            .jacobians(x)
            .into_iter()
            .map(|jacobian| jacobian.norm());
        norms.sum::<f64>() / x.rows() as f64
    }
}
