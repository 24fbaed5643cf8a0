//! What a method adds to the plain criterion, and the one training under all.
//!
//! ```text
//! (1/l) Σᵢ L(g(f(x̃ᵢ, α), β), xᵢ) + Σ λ · term  →  min over α, β
//! ```
//!
//! (The lecture's sum over objects is a mean here, so that a coefficient does not depend on l.) The plain auto-encoder
//! has x̃ = x and no further term. A [`Method`] says what x̃ is, which terms there are, or both, and its file shows no
//! more than that.

use super::{AutoEncoder, Reconstructed, Warning};
use crate::Training;
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::train::{Batch, Criterion, Epoch, History, Term, Terms, TrainError, fit};

/// How a method differs from the plain auto-encoder.
///
/// ```
/// use unsup_autograd::Real;
/// use unsup_models::autoencoder::{AutoEncoder, Method, Pass};
/// use unsup_nn::{penalty, train::{Batch, Term, Terms}};
///
/// /// + λ (1/l) Σᵢ ‖f(xᵢ)‖²: codes of small length
/// struct ShortCodes { lambda: f64 }
///
/// impl<T: Real> Method<T> for ShortCodes {
///     fn add_terms<'t>(&self, _: &AutoEncoder<T>, _: &Batch<'t, '_, T>, pass: &Pass<'t, T>, terms: &mut Terms<'t, T>) {
///         terms.push(Term { name: "short codes", weight: self.lambda, value: penalty::l2_of_codes(pass.z) });
///     }
/// }
/// # let _: &dyn Method<f32> = &ShortCodes { lambda: 0.1 };
/// ```
pub trait Method<T: Real> {
    /// x̃, what the encoder is given in the place of the objects x of a batch; x itself if nothing else is said.
    fn input<'t>(&self, _batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        x
    }

    /// What is to be reconstructed: x, if nothing else is said.
    fn target<'t>(&self, x: Var<'t, T>, _input: Var<'t, T>) -> Var<'t, T> {
        x
    }

    /// The weight of the reconstruction's own term.
    fn reconstruction_weight(&self) -> f64 {
        1.0
    }

    /// Adds the method's terms to `terms`, which begin with the reconstruction's.
    fn add_terms<'t>(
        &self,
        _model: &AutoEncoder<T>,
        _batch: &Batch<'t, '_, T>,
        _pass: &Pass<'t, T>,
        _terms: &mut Terms<'t, T>,
    ) {
    }

    /// Brings the model back, after each step, into the set over which is minimised; all of it if nothing else is said.
    fn project(&self, _model: &mut AutoEncoder<T>) {}

    /// What is wrong with a trained model on the objects `x`, as far as this method can tell.
    fn warnings(&self, model: &AutoEncoder<T>, x: &Matrix<T>) -> Vec<Warning> {
        Warning::of_units(&model.encode(x))
    }
}

/// A batch on its way through the auto-encoder.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'t, T: Real> {
    /// x, objects x features.
    pub x: Var<'t, T>,
    /// x̃, what the encoder was given.
    pub input: Var<'t, T>,
    /// z = f(x̃), objects x code.
    pub z: Var<'t, T>,
    /// x̂ = g(z).
    pub reconstructed: Reconstructed<'t, T>,
}

impl<'t, T: Real> Pass<'t, T> {
    /// x̃, f(x̃) and g(f(x̃)) of the objects x.
    pub(super) fn through(
        model: &AutoEncoder<T>,
        method: &dyn Method<T>,
        batch: &Batch<'t, '_, T>,
        x: Var<'t, T>,
    ) -> Self {
        // lecture: autoencoder pass
        let input = method.input(batch, x);
        let z = model.f(batch, input);
        let reconstructed = model.g(batch, z);
        Self {
            x,
            input,
            z,
            reconstructed,
        }
        // lecture: end
    }

    /// The reconstruction's term and those of the method.
    pub(super) fn terms(
        &self,
        model: &AutoEncoder<T>,
        method: &dyn Method<T>,
        batch: &Batch<'t, '_, T>,
    ) -> Terms<'t, T> {
        // lecture: autoencoder criterion
        let mut terms = Terms::new();
        terms.push(Term {
            name: "reconstruction",
            weight: method.reconstruction_weight(),
            value: model.mean_loss(self.reconstructed, method.target(self.x, self.input)),
        });
        method.add_terms(model, batch, self, &mut terms);
        terms
        // lecture: end
    }
}

/// (1/l) Σᵢ L(g(f(xᵢ)), xᵢ) and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Plain;

impl<T: Real> Method<T> for Plain {}

/// Two methods at once: the second's x̃ is made of the first's, and the terms of both are added. (Of targets the
/// second's is taken.)
impl<T: Real, A: Method<T>, B: Method<T>> Method<T> for (A, B) {
    fn input<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        self.1.input(&second(batch), self.0.input(batch, x))
    }

    fn target<'t>(&self, x: Var<'t, T>, input: Var<'t, T>) -> Var<'t, T> {
        self.1.target(self.0.target(x, input), input)
    }

    fn reconstruction_weight(&self) -> f64 {
        self.0.reconstruction_weight() * self.1.reconstruction_weight()
    }

    fn add_terms<'t>(
        &self,
        model: &AutoEncoder<T>,
        batch: &Batch<'t, '_, T>,
        pass: &Pass<'t, T>,
        terms: &mut Terms<'t, T>,
    ) {
        self.0.add_terms(model, batch, pass, terms);
        self.1.add_terms(model, &second(batch), pass, terms);
    }

    fn project(&self, model: &mut AutoEncoder<T>) {
        self.0.project(model);
        self.1.project(model);
    }

    fn warnings(&self, model: &AutoEncoder<T>, x: &Matrix<T>) -> Vec<Warning> {
        let mut warnings = self.0.warnings(model, x);
        for warning in self.1.warnings(model, x) {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        warnings
    }
}

/// The batch for the second of two methods, whose noise is not to be the first's.
fn second<'t, 'b, T: Real>(batch: &Batch<'t, 'b, T>) -> Batch<'t, 'b, T> {
    batch.beside(batch.rows, "second method")
}

/// The criterion of a method on the rows of x.
#[derive(Clone, Copy)]
pub struct Reconstruction<'x, T: Real> {
    /// The objects, l x n.
    pub x: &'x Matrix<T>,
    /// What is added to the reconstruction.
    pub method: &'x dyn Method<T>,
}

impl<T: Real> Criterion<T, AutoEncoder<T>> for Reconstruction<'_, T> {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, model: &AutoEncoder<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        let x = batch.tape.gather(self.x, batch.rows);
        Pass::through(model, self.method, batch, x).terms(model, self.method, batch)
    }

    fn project(&self, model: &mut AutoEncoder<T>) {
        self.method.project(model);
    }
}

impl<T: Real> AutoEncoder<T> {
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
        method: &dyn Method<T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        let criterion = Reconstruction { x, method };
        fit(self, &criterion, &mut optimiser, &settings, observer)
    }
}
