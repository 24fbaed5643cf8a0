//! The sparse auto-encoder: a penalty under which most weights, or most units of a code, are (about) 0.
//!
//! **Given** objects x₁ … x_l. **Find** f(x, α) and g(z, β) such that the reconstruction's criterion and one of these
//! is least:
//!
//! ```text
//! + λ ‖α‖₁ + λ ‖β‖₁                  few weights differ from 0
//! + λ ‖α‖² + λ ‖β‖²                  weights are small
//! + λ Σᵢ Σⱼ |fⱼ(xᵢ)|                 few units are on for an object
//! + λ Σⱼ KL(ε ‖ (1/l) Σᵢ fⱼ(xᵢ))     each unit is on for a share ε of the objects, fⱼ in [0, 1]
//!
//! KL(ε ‖ ρ) = ε ln (ε/ρ) + (1 − ε) ln ((1 − ε)/(1 − ρ))
//! ```
//!
//! (Sums over objects are means here; the last two are of a batch. The mean activation is over the batch and not each
//! object's own, or every object would have to be of every kind a little.) With |fⱼ| the weights by which a unit enters
//! the decoder are kept at length 1: else z shrinks while B grows, and nothing becomes sparse.
//!
//! **Use it** for over-complete codes (k > n), whose units then stand for parts: strokes, edges, atoms of a dictionary.
//! **Do not** expect the first two to make codes sparse: they keep weights small.
//!
//! Sources: for weights Tibshirani (1996), "Regression shrinkage and selection via the lasso", and ridge regression;
//! for codes Olshausen, Field (1996), "Emergence of simple-cell receptive field properties"; for KL Ng (2011), "Sparse
//! autoencoder".

use super::{AutoEncoder, Method, Pass};
use unsup_autograd::Real;
use unsup_nn::train::{Batch, Term, Terms};
use unsup_nn::{loss, penalty};

/// λ times one of the four penalties.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sparse {
    /// λ, at least 0.
    pub lambda: f64,
    /// What is penalised.
    pub penalty: Penalty,
}

/// What is to be sparse, or small.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Penalty {
    /// ‖α‖₁ + ‖β‖₁, biases left out.
    L1OfWeights,
    /// ‖α‖² + ‖β‖², biases left out.
    L2OfWeights,
    /// (1/l) Σᵢ Σⱼ |fⱼ(xᵢ)|
    L1OfCodes,
    /// Σⱼ KL(ε ‖ (1/l) Σᵢ fⱼ(xᵢ)), for a code with values in (0, 1).
    Activations {
        /// ε in (0, 1), the share of objects for which a unit is on.
        epsilon: f64,
    },
}

impl<T: Real> Method<T> for Sparse {
    fn add_terms<'t>(
        &self,
        model: &AutoEncoder<T>,
        batch: &Batch<'t, '_, T>,
        pass: &Pass<'t, T>,
        terms: &mut Terms<'t, T>,
    ) {
        // lecture: sparse
        let (name, value) = match self.penalty {
            Penalty::L1OfWeights => ("|weights|", penalty::l1_of_weights(batch.tape, model)),
            Penalty::L2OfWeights => ("weights²", penalty::l2_of_weights(batch.tape, model)),
            Penalty::L1OfCodes => ("|codes|", penalty::l1_of_codes(pass.z)),
            Penalty::Activations { epsilon } => ("kl", loss::bernoulli_kl(pass.z, epsilon)),
        };
        let weight = self.lambda;
        terms.push(Term {
            name,
            weight,
            value,
        });
        // lecture: end
    }

    fn project(&self, model: &mut AutoEncoder<T>) {
        if self.penalty == Penalty::L1OfCodes && self.lambda > 0.0 {
            model.normalise_decoder();
        }
    }
}

impl Sparse {
    /// λ (‖α‖₁ + ‖β‖₁)
    pub fn l1_of_weights(lambda: f64) -> Self {
        let penalty = Penalty::L1OfWeights;
        Self { lambda, penalty }
    }

    /// λ (‖α‖² + ‖β‖²)
    pub fn l2_of_weights(lambda: f64) -> Self {
        let penalty = Penalty::L2OfWeights;
        Self { lambda, penalty }
    }

    /// λ Σᵢ Σⱼ |fⱼ(xᵢ)|
    pub fn codes(lambda: f64) -> Self {
        let penalty = Penalty::L1OfCodes;
        Self { lambda, penalty }
    }

    /// λ Σⱼ KL(ε ‖ (1/l) Σᵢ fⱼ(xᵢ))
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::autoencoder::{Architecture, AutoEncoder, Sparse};
    /// use unsup_models::{Activation, Matrix, Training};
    ///
    /// let x = Matrix::from_fn(200, 6, |i, j| f32::from(u8::from(i % 6 == j)));
    /// let mut model = AutoEncoder::new(6, &Architecture::two_layer(12, Activation::Sigmoid, Activation::Identity));
    /// let method = Sparse::activations(0.1, 1.0);
    /// let training = Training { rate: 0.01, ..Training::default() };
    /// model.fit(&x, &method, &training, |_| ControlFlow::Continue(())).unwrap();
    /// let z = model.encode(&x);
    /// let mean = z.as_slice().iter().sum::<f32>() / (200.0 * 12.0);
    /// assert!((mean - 0.1).abs() < 0.03);
    /// ```
    pub fn activations(epsilon: f64, lambda: f64) -> Self {
        let penalty = Penalty::Activations { epsilon };
        Self { lambda, penalty }
    }
}
