//! The shape of an auto-encoder.

use super::{Decoder, Loss};
use unsup_autograd::Real;
use unsup_nn::{Activation, Mirror, Sequence};

/// Widths, functions σ and what is tied: all that an untrained auto-encoder is made of. [`Architecture::linear`],
/// [`Architecture::two_layer`] and [`Architecture::deep`] are the lecture's three; what differs from them is set by
/// name:
///
/// ```
/// use unsup_models::Activation;
/// use unsup_models::autoencoder::{Architecture, Loss};
///
/// let tied = Architecture {
///     tied: true,
///     loss: Loss::Bernoulli,
///     ..Architecture::two_layer(100, Activation::Sigmoid, Activation::Sigmoid)
/// };
/// # assert_eq!(tied.code, 100);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// Widths of the layers between the features and the code; the decoder has them in reverse. Empty: no layers
    /// between.
    pub hidden: Vec<usize>,
    /// k, the size of the code; at least 1.
    pub code: usize,
    /// σ of the layers between, both ways.
    pub activation: Activation,
    /// σ_f, of the code's layer: the identity where a code may be any number.
    pub code_activation: Activation,
    /// σ_g, of the decoder's last layer: the sigmoid for features in \[0, 1\], the identity for any.
    pub output: Activation,
    /// Whether layers have biases.
    pub bias: bool,
    /// Whether the decoder's weights are the encoder's, transposed.
    pub tied: bool,
    /// L
    pub loss: Loss,
    /// Where the initial weights come from.
    pub seed: u64,
}

impl Architecture {
    /// f
    #[track_caller]
    pub(super) fn encoder<T: Real>(&self, features: usize) -> Sequence<T> {
        let mut widths = vec![features];
        widths.extend(&self.hidden);
        widths.push(self.code);
        let (between, last) = (self.activation, self.code_activation);
        self.biased(Sequence::new(&widths, between, last, self.seed, "encoder"))
    }

    /// g
    #[track_caller]
    pub(super) fn decoder<T: Real>(&self, encoder: &Sequence<T>) -> Decoder<T> {
        if self.tied {
            let mirror = Mirror::of(encoder, self.activation, self.output);
            return Decoder::Tied(if self.bias {
                mirror
            } else {
                mirror.without_bias()
            });
        }
        let mut widths = vec![self.code];
        widths.extend(self.hidden.iter().rev());
        widths.push(encoder.inputs());
        let layers = Sequence::new(&widths, self.activation, self.output, self.seed, "decoder");
        Decoder::Free(self.biased(layers))
    }

    fn biased<T: Real>(&self, layers: Sequence<T>) -> Sequence<T> {
        if self.bias {
            layers
        } else {
            layers.without_biases()
        }
    }
}
