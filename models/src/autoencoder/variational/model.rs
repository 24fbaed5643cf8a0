//! The model: an encoder that gives a distribution of codes, and a decoder that gives one of objects.

use super::super::{Architecture, EncoderDecoder};
use super::Elbo;
use crate::{Training, apply};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};
use unsup_nn::train::{Epoch, History, TrainError, fit};
use unsup_nn::{Activation, Param, Sequence, module};

/// An encoder that gives μ and ln s² of a code, and a decoder that gives a distribution of objects.
#[derive(Clone, Debug)]
pub struct Variational<T: Real> {
    /// From the features to 2k numbers: μ, then ln s².
    pub(super) encoder: Sequence<T>,
    /// From a code to the features: means, or the logits of Bernoulli variables.
    pub(super) decoder: Sequence<T>,
    /// v, the logarithm of the Gaussian decoder's variance, 1x1.
    pub(super) log_variance: Option<Param<T>>,
    pub(super) likelihood: Likelihood,
    /// σ of the prior.
    pub(super) prior: f64,
}

module!(Variational {
    encoder,
    decoder,
    log_variance
});

/// p(x|z)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likelihood {
    /// Features in \[0, 1\] as Bernoulli variables, each with a mean of its own.
    Bernoulli,
    /// Features as normal variables with a mean of their own and one learned variance.
    Gaussian,
}

impl<T: Real> Variational<T> {
    /// An untrained model of objects with `features` features, with the prior N(0, I). Of the architecture count the
    /// widths, σ of the layers between and the seed.
    ///
    /// # Panics
    /// If `features`, the code or one of the widths is 0.
    #[track_caller]
    pub fn new(features: usize, architecture: &Architecture, likelihood: Likelihood) -> Self {
        let (k, between, seed) = (
            architecture.code,
            architecture.activation,
            architecture.seed,
        );
        let last = Activation::Identity;
        let mut widths = vec![features];
        widths.extend(&architecture.hidden);
        widths.push(2 * k);
        let encoder = Sequence::new(&widths, between, last, seed, "encoder");
        widths.reverse();
        widths[0] = k;
        let decoder = Sequence::new(&widths, between, last, seed, "decoder");
        Self {
            encoder,
            decoder,
            log_variance: match likelihood {
                Likelihood::Bernoulli => None,
                Likelihood::Gaussian => Some(Param::new(Matrix::scalar(T::ZERO))),
            },
            likelihood,
            prior: 1.0,
        }
    }

    /// The same with the prior N(0, σ² I).
    ///
    /// # Panics
    /// If σ is not above 0.
    #[track_caller]
    pub fn with_prior(self, sigma: f64) -> Self {
        assert!(
            sigma > 0.0,
            "variational: σ of the prior is {sigma}, expected a number above 0"
        );
        Self {
            prior: sigma,
            ..self
        }
    }

    /// Trains by Adam; the observer hears of each epoch and may end the run.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::autoencoder::{Architecture, Elbo, Likelihood, Variational};
    /// use unsup_models::{Matrix, Training};
    ///
    /// // one of two halves is on
    /// let x = Matrix::from_fn(100, 6, |i, j| f32::from(u8::from(j / 3 == i % 2)));
    /// let mut model = Variational::new(6, &Architecture::deep(&[16], 1), Likelihood::Bernoulli);
    /// model.fit(&Elbo::new(&x), &Training::default(), |_| ControlFlow::Continue(())).unwrap();
    /// assert!(model.score(&x) > -2.0); // independent pixels: 6 ln 2 = 4.2 nats
    /// let new = model.sample(5, 0);
    /// let like_the_first = model.similar(&x.slice_rows(0..1), 5, 0);
    /// assert_eq!((new.rows(), like_the_first.rows()), (5, 5));
    /// ```
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the objects have another number of columns than the encoder takes.
    pub fn fit(
        &mut self,
        elbo: &Elbo<'_, T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, elbo, &mut optimiser, &settings, observer)
    }

    /// The means μ(x) of the codes: objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("encode", self.features(), x, |batch, x| {
            self.posterior(batch, x).mean
        })
    }

    /// The deviations s(x) of the codes: objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn deviations(&self, x: &Matrix<T>) -> Matrix<T> {
        let half = |v: T| T::from_f64((0.5 * v.to_f64()).exp());
        self.ln_variances(x).map(half)
    }

    /// ln s² of the codes, objects x code.
    #[track_caller]
    pub(super) fn ln_variances(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("deviations", self.features(), x, |batch, x| {
            self.posterior(batch, x).log_variance
        })
    }

    /// The means of p(x|z): objects x code to objects x features.
    ///
    /// # Panics
    /// If `z` has another number of columns than the code.
    #[track_caller]
    pub fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        apply("decode", self.code(), z, |batch, z| {
            let s = self.decoder.forward(batch, z);
            match self.likelihood {
                Likelihood::Bernoulli => s.sigmoid(),
                Likelihood::Gaussian => s,
            }
        })
    }

    /// The means of p(x|μ(x)): objects x features to the same.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn reconstruct(&self, x: &Matrix<T>) -> Matrix<T> {
        self.decode(&self.encode(x))
    }

    /// n, the number of features.
    pub fn features(&self) -> usize {
        self.encoder.inputs()
    }

    /// k, the size of a code.
    pub fn code(&self) -> usize {
        self.decoder.inputs()
    }

    /// σ of the prior N(0, σ² I).
    pub fn prior(&self) -> f64 {
        self.prior
    }

    /// The encoder's layers, to μ and ln s².
    pub fn encoder(&self) -> &Sequence<T> {
        &self.encoder
    }

    /// The decoder's layers, to means or logits.
    pub fn decoder(&self) -> &Sequence<T> {
        &self.decoder
    }

    /// e^v, the Gaussian decoder's variance.
    pub fn variance(&self) -> Option<f64> {
        let v = self.log_variance.as_ref()?;
        Some(v.value().item().to_f64().exp())
    }
}

impl<T: Real> EncoderDecoder<T> for Variational<T> {
    fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        self.encode(x)
    }

    fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        self.decode(z)
    }
}
