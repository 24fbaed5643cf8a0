//! Auto-encoders: an encoder f : X → Z and a decoder g : Z → X, trained together so that g(f(x)) is like x.
//!
//! All share the pair of this page; a method adds its noise or its penalty to it.
//!
//! | file | method |
//! |---|---|
//! | [`deep`] | layers of any widths both ways; the plain squared criterion |

pub mod deep;

pub use deep::Architecture;

use crate::apply;
use unsup_autograd::{Matrix, Real};
use unsup_nn::{Sequence, module};

/// An encoder f(x, α) from features to a code and a decoder g(z, β) from a code to features.
#[derive(Clone, Debug)]
pub struct AutoEncoder<T: Real> {
    encoder: Sequence<T>,
    decoder: Sequence<T>,
}
module!(AutoEncoder { encoder, decoder });

impl<T: Real> AutoEncoder<T> {
    /// The pair of an encoder and a decoder.
    ///
    /// # Panics
    /// If the decoder does not take what the encoder gives, or gives what the encoder takes.
    #[track_caller]
    pub fn of(encoder: Sequence<T>, decoder: Sequence<T>) -> Self {
        assert!(
            encoder.outputs() == decoder.inputs() && decoder.outputs() == encoder.inputs(),
            "autoencoder: the encoder goes from {} to {}, the decoder from {} to {}",
            encoder.inputs(),
            encoder.outputs(),
            decoder.inputs(),
            decoder.outputs()
        );
        Self { encoder, decoder }
    }

    /// f
    pub fn encoder(&self) -> &Sequence<T> {
        &self.encoder
    }

    /// g
    pub fn decoder(&self) -> &Sequence<T> {
        &self.decoder
    }

    /// The codes z = f(x): objects x features to objects x code.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn encode(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("encode", self.encoder.inputs(), x, |x| {
            self.encoder.evaluate(x)
        })
    }

    /// The objects x̂ = g(z): objects x code to objects x features.
    ///
    /// # Panics
    /// If `z` has another number of columns than the decoder takes.
    #[track_caller]
    pub fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        apply("decode", self.decoder.inputs(), z, |z| {
            self.decoder.evaluate(z)
        })
    }

    /// The reconstructions x̂ = g(f(x)): objects x features to the same.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn reconstruct(&self, x: &Matrix<T>) -> Matrix<T> {
        apply("reconstruct", self.encoder.inputs(), x, |x| {
            self.decoder.evaluate(self.encoder.evaluate(x))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_nn::{Activation, Module};

    fn sequence(widths: &[usize]) -> Sequence<f64> {
        Sequence::new(widths, Activation::Tanh, Activation::Identity, 1, "test")
    }

    #[test]
    fn reconstruct_is_decode_of_encode_and_blocks_do_not_matter() {
        let model = AutoEncoder::of(sequence(&[3, 5, 2]), sequence(&[2, 3]));
        let x = Matrix::from_fn(2500, 3, |i, j| ((i * 3 + j) % 17) as f64 / 17.0);
        let y = model.reconstruct(&x);
        assert_eq!(y, model.decode(&model.encode(&x)));
        let last = model.reconstruct(&x.slice_rows(2499..2500));
        assert!(last.is_close(&y.slice_rows(2499..2500), 1e-14));
    }

    #[test]
    fn parameters_are_named_by_their_place() {
        let model = AutoEncoder::of(sequence(&[3, 2]), sequence(&[2, 3]));
        let names = [
            "encoder.0.weight",
            "encoder.0.bias",
            "decoder.0.weight",
            "decoder.0.bias",
        ];
        assert_eq!(model.parameter_names(), names);
    }

    #[test]
    #[should_panic(expected = "encode: needs 3 columns, got a matrix of 2x4")]
    fn objects_of_another_width_are_refused() {
        let model = AutoEncoder::of(sequence(&[3, 2]), sequence(&[2, 3]));
        model.encode(&Matrix::zeros(2, 4));
    }

    #[test]
    #[should_panic(expected = "the encoder goes from 3 to 2, the decoder from 4 to 3")]
    fn halves_that_do_not_fit_are_refused() {
        AutoEncoder::of(sequence(&[3, 2]), sequence(&[4, 3]));
    }
}
