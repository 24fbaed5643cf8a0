//! The pair under all auto-encoders: an encoder f : X → Z, a decoder g : Z → X, and the loss L between x and g(f(x)).

use super::Architecture;
use super::EncoderDecoder;
use super::uses::squared_error;
use crate::apply;
use std::fmt;
use std::str::FromStr;
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::train::Batch;
use unsup_nn::{Activation, Layer, Mirror, Module, Param, Path, Sequence, loss, module};

/// L: what it costs to have x̂ in the place of x.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Loss {
    /// ‖x̂ − x‖²
    #[default]
    Squared,
    /// −Σⱼ (xⱼ ln x̂ⱼ + (1 − xⱼ) ln (1 − x̂ⱼ)), in nats, for features in \[0, 1\]: the cross-entropy, computed from the
    /// sums before the decoder's last σ, which is the sigmoid.
    Bernoulli,
}

impl Loss {
    /// The mean over objects, 1x1; `logits` are what the decoder's last σ makes x̂ of.
    fn mean<'t, T: Real>(self, reconstructed: Reconstructed<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        match self {
            Self::Squared => loss::squared(reconstructed.x(), x),
            Self::Bernoulli => loss::bernoulli(reconstructed.logits, x),
        }
    }

    /// The loss of each object, l x 1.
    fn of_each<'t, T: Real>(
        self,
        reconstructed: Reconstructed<'t, T>,
        x: Var<'t, T>,
    ) -> Var<'t, T> {
        match self {
            Self::Squared => loss::squared_of_each(reconstructed.x(), x),
            Self::Bernoulli => loss::bernoulli_of_each(reconstructed.logits, x),
        }
    }
}

const LOSSES: [(&str, Loss); 2] = [("squared", Loss::Squared), ("bernoulli", Loss::Bernoulli)];

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = LOSSES.iter().find(|(_, loss)| loss == self);
        f.pad(named.expect("all are named").0)
    }
}

impl FromStr for Loss {
    type Err = String;

    /// The loss of that name: "squared" or "bernoulli".
    fn from_str(text: &str) -> Result<Self, String> {
        let named = LOSSES.iter().find(|(name, _)| *name == text);
        let unknown = || format!("unknown loss \"{text}\", expected squared or bernoulli");
        named.map(|&(_, loss)| loss).ok_or_else(unknown)
    }
}

/// x̂ = g(z) on a tape, as its last sums s and the σ that makes x̂ of them: a loss from logits takes s alone.
#[derive(Clone, Copy, Debug)]
pub struct Reconstructed<'t, T: Real> {
    /// s, objects x features.
    pub logits: Var<'t, T>,
    activation: Activation,
}

impl<'t, T: Real> Reconstructed<'t, T> {
    /// x̂ = σ(s), objects x features.
    pub fn x(self) -> Var<'t, T> {
        self.activation.apply(self.logits)
    }
}

/// An encoder f(x, α) from features to a code and a decoder g(z, β) from a code to features.
#[derive(Clone, Debug)]
pub struct AutoEncoder<T: Real> {
    encoder: Sequence<T>,
    decoder: Decoder<T>,
    loss: Loss,
}
module!(AutoEncoder { encoder, decoder });

/// g: layers of its own, or the encoder's in reverse.
#[derive(Clone, Debug)]
pub enum Decoder<T: Real> {
    /// Its weights are its own.
    Free(Sequence<T>),
    /// Its weights are the encoder's, transposed (the lecture's B = Aᵀ); its biases are its own.
    Tied(Mirror<T>),
}

impl<T: Real> Module<T> for Decoder<T> {
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>)) {
        match self {
            Self::Free(layers) => layers.visit(path, visitor),
            Self::Tied(mirror) => mirror.visit(path, visitor),
        }
    }

    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>)) {
        match self {
            Self::Free(layers) => layers.visit_mut(path, visitor),
            Self::Tied(mirror) => mirror.visit_mut(path, visitor),
        }
    }
}

impl<T: Real> AutoEncoder<T> {
    /// An untrained auto-encoder of objects with `features` features.
    ///
    /// # Panics
    /// If `features`, the code or one of the widths is 0, or the loss is Bernoulli's and the output no sigmoid.
    #[track_caller]
    pub fn new(features: usize, architecture: &Architecture) -> Self {
        let encoder = architecture.encoder(features);
        let decoder = architecture.decoder(&encoder);
        Self::of(encoder, decoder, architecture.loss)
    }

    /// The pair of an encoder and a decoder.
    ///
    /// # Panics
    /// If the decoder does not take what the encoder gives, or gives what the encoder takes, a half does not end with a
    /// dense layer, or the loss is Bernoulli's and the decoder's last σ no sigmoid.
    #[track_caller]
    pub fn of(encoder: Sequence<T>, decoder: Decoder<T>, loss: Loss) -> Self {
        let (inputs, outputs) = decoder.ends(&encoder);
        assert!(
            encoder.outputs() == inputs && outputs == encoder.inputs(),
            "autoencoder: the encoder goes from {} to {}, the decoder from {inputs} to {outputs}",
            encoder.inputs(),
            encoder.outputs(),
        );
        let layers = match &decoder {
            Decoder::Free(layers) => [encoder.layers(), layers.layers()],
            Decoder::Tied(mirror) => {
                let (dense, tied) = (encoder.dense_layers().count(), mirror.layers().len());
                assert!(
                    dense == tied,
                    "autoencoder: the encoder has {dense} dense layers, its mirror {tied}"
                );
                [encoder.layers(), encoder.layers()]
            }
        };
        assert!(
            layers
                .iter()
                .all(|layers| matches!(layers.last(), Some(Layer::Dense(_)))),
            "autoencoder: a half ends with dropout, expected a dense layer: a code and a reconstruction are whole"
        );
        let last = decoder.activation();
        assert!(
            loss == Loss::Squared || last == Activation::Sigmoid,
            "autoencoder: the Bernoulli loss is from logits, expected a decoder that ends with the sigmoid, not with {last}"
        );
        Self {
            encoder,
            decoder,
            loss,
        }
    }

    /// f
    pub fn encoder(&self) -> &Sequence<T> {
        &self.encoder
    }

    /// f, to be changed.
    pub fn encoder_mut(&mut self) -> &mut Sequence<T> {
        &mut self.encoder
    }

    /// g
    pub fn decoder(&self) -> &Decoder<T> {
        &self.decoder
    }

    /// L
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// n, the number of features.
    pub fn features(&self) -> usize {
        self.encoder.inputs()
    }

    /// k, the size of a code.
    pub fn code(&self) -> usize {
        self.encoder.outputs()
    }

    /// f(x) on the tape of a batch.
    pub(super) fn f<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        self.encoder.forward(batch, x)
    }

    /// g(z) on the tape of a batch.
    pub(super) fn g<'t>(&self, batch: &Batch<'t, '_, T>, z: Var<'t, T>) -> Reconstructed<'t, T> {
        self.decoder.forward(batch, z, &self.encoder)
    }

    /// The mean over objects of L(x̂, x).
    pub(super) fn mean_loss<'t>(&self, of: Reconstructed<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
        self.loss.mean(of, x)
    }

    /// The codes z = f(x): objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("encode", self.features(), x, |batch, x| self.f(batch, x))
    }

    /// The objects x̂ = g(z): objects x code to objects x features.
    ///
    /// # Panics
    /// If `z` has another number of columns than the decoder takes.
    #[track_caller]
    pub fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        apply("decode", self.code(), z, |batch, z| self.g(batch, z).x())
    }

    /// The reconstructions x̂ = g(f(x)): objects x features to the same.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn reconstruct(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("reconstruct", self.features(), x, |batch, x| {
            self.g(batch, self.f(batch, x)).x()
        })
    }

    /// −L(g(f(xᵢ)), xᵢ) of each object: the greater, the more an object is like those that were trained on. (As
    /// scikit-learn's `score_samples`.)
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn score_samples(&self, x: &Matrix<T>) -> Vec<f64> {
        let losses = apply("score_samples", self.features(), x, |batch, x| {
            self.loss.of_each(self.g(batch, self.f(batch, x)), x)
        });
        losses
            .as_slice()
            .iter()
            .map(|loss| -loss.to_f64())
            .collect()
    }

    /// The mean of [`AutoEncoder::score_samples`]: minus the criterion; the greater, the better. NaN for no objects.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn score(&self, x: &Matrix<T>) -> f64 {
        self.score_samples(x).iter().sum::<f64>() / x.rows() as f64
    }

    /// (1/l) Σᵢ ‖g(f(xᵢ)) − xᵢ‖², whatever L is: what different methods, and PCA, can be compared by.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn squared_error(&self, x: &Matrix<T>) -> f64 {
        squared_error(&self.reconstruct(x), x)
    }

    /// Brings the weights by which each unit of the code enters the decoder to length 1, so that a method which makes
    /// codes small has an effect: with free weights a code could shrink while the decoder grows, and nothing would be
    /// gained.
    ///
    /// A unit whose weights are all 0 stays as it is.
    pub(super) fn normalise_decoder(&mut self) {
        let (weight, by_row) = match &mut self.decoder {
            // row j of the first layer's weights is what unit j adds to the sums
            Decoder::Free(layers) => (layers.dense_layers_mut().next(), true),
            // the same in the encoder's last layer, transposed
            Decoder::Tied(_) => (self.encoder.dense_layers_mut().next_back(), false),
        };
        let layer = weight.expect("a sequence has a dense layer");
        let weight = layer.weight().value();
        let units = if by_row {
            weight.rows()
        } else {
            weight.columns()
        };
        let mut lengths = vec![T::ZERO; units];
        for (i, row) in weight.row_iter().enumerate() {
            for (j, &w) in row.iter().enumerate() {
                let unit = if by_row { i } else { j };
                lengths[unit] += w * w;
            }
        }
        let factors: Vec<T> = lengths
            .into_iter()
            .map(|squared| {
                if squared > T::ZERO {
                    T::ONE / squared.sqrt()
                } else {
                    T::ONE
                }
            })
            .collect();
        // between two steps no tape shares the weights
        let Some(weight) = layer.weight_mut().value_mut() else {
            panic!("normalise_decoder: the weights are on a tape");
        };
        for i in 0..weight.rows() {
            for (j, w) in weight.row_mut(i).iter_mut().enumerate() {
                *w *= factors[if by_row { i } else { j }];
            }
        }
    }
}

impl<T: Real> Decoder<T> {
    /// How many columns it takes and gives.
    fn ends(&self, encoder: &Sequence<T>) -> (usize, usize) {
        match self {
            Self::Free(layers) => (layers.inputs(), layers.outputs()),
            Self::Tied(_) => (encoder.outputs(), encoder.inputs()),
        }
    }

    /// σ of its last layer.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Free(layers) => layers.activation(),
            Self::Tied(mirror) => mirror.activation(),
        }
    }

    pub(super) fn forward<'t>(
        &self,
        batch: &Batch<'t, '_, T>,
        z: Var<'t, T>,
        encoder: &Sequence<T>,
    ) -> Reconstructed<'t, T> {
        let logits = match self {
            Self::Free(layers) => layers.logits(batch, z),
            Self::Tied(mirror) => mirror.logits(z, encoder),
        };
        Reconstructed {
            logits,
            activation: self.activation(),
        }
    }
}

impl<T: Real> EncoderDecoder<T> for AutoEncoder<T> {
    fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        self.encode(x)
    }

    fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        self.decode(z)
    }
}
