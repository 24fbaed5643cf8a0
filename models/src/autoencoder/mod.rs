//! Auto-encoders: an encoder f : X → Z and a decoder g : Z → X, trained together so that g(f(x)) is like x.
//!
//! All share the pair of this page; a method adds its noise or its penalty to it.
//!
//! | file | method |
//! |---|---|
//! | [`deep`] | layers of any widths both ways; the plain squared criterion |

pub mod deep;

pub use deep::Settings;

use unsup_autograd::{Matrix, Real, Tape, Var};
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
        apply(x, |x| self.encoder.forward(x))
    }

    /// The objects x̂ = g(z): objects x code to objects x features.
    ///
    /// # Panics
    /// If `z` has another number of columns than the decoder takes.
    #[track_caller]
    pub fn decode(&self, z: &Matrix<T>) -> Matrix<T> {
        apply(z, |z| self.decoder.forward(z))
    }

    /// The reconstructions x̂ = g(f(x)): objects x features to the same.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn reconstruct(&self, x: &Matrix<T>) -> Matrix<T> {
        apply(x, |x| self.forward(x))
    }

    /// g(f(x)) on the tape of x.
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        self.decoder.forward(self.encoder.forward(x))
    }
}

/// f(x) off the tape, a block of objects at a time.
#[track_caller]
fn apply<T: Real>(x: &Matrix<T>, f: impl for<'t> Fn(Var<'t, T>) -> Var<'t, T>) -> Matrix<T> {
    /// Objects at a time, so that a large data set does not need a tape of its size.
    const BLOCK: usize = 1024;
    let mut tape = Tape::new();
    let mut columns = 0;
    let mut values = Vec::new();
    let rows: Vec<usize> = (0..x.rows()).collect();
    for block in rows.chunks(BLOCK) {
        let y = f(tape.gather(x, block)).value();
        columns = y.columns();
        values.extend_from_slice(y.as_slice());
        drop(y);
        tape.clear();
    }
    Matrix::from_vec(x.rows(), columns, values)
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
    #[should_panic(expected = "the encoder goes from 3 to 2, the decoder from 4 to 3")]
    fn halves_that_do_not_fit_are_refused() {
        AutoEncoder::of(sequence(&[3, 2]), sequence(&[4, 3]));
    }
}
