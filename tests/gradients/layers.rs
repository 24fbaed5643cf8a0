//! Every layer, by its input and every parameter.

use super::{alike, check, check_module, config, matrix};
use proptest::prelude::*;
use unsup_autograd::{Matrix, Real, random::generator};
use unsup_nn::train::Batch;
use unsup_nn::{Activation, Dense, Mirror, Sequence, Tied, module};

/// The activations that have no kink; a layer's sums can't be kept off one.
const SMOOTH: [Activation; 5] = [
    Activation::Identity,
    Activation::Sigmoid,
    Activation::Tanh,
    Activation::Softplus,
    Activation::Softmax,
];

fn dense(inputs: usize, outputs: usize, activation: Activation, seed: u64) -> Dense<f64> {
    Dense::new(
        inputs,
        outputs,
        activation,
        &mut generator(seed, "weights", 0),
    )
}

/// A layer and one with its weights, transposed.
struct TiedPair<T: Real> {
    encoder: Dense<T>,
    decoder: Tied<T>,
}
module!(TiedPair { encoder, decoder });

/// An encoder and its mirror.
struct MirroredPair<T: Real> {
    encoder: Sequence<T>,
    decoder: Mirror<T>,
}
module!(MirroredPair { encoder, decoder });

/// Objects, the widths of layers after them, and a seed.
fn network() -> impl Strategy<Value = (Matrix<f64>, Vec<usize>, u64)> {
    let widths = proptest::collection::vec(1..5usize, 2..4);
    (1..5usize, widths, 0..100u64).prop_flat_map(|(rows, widths, seed)| {
        (matrix(rows, widths[0], -1.5..1.5), Just(widths), Just(seed))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn activations(mut x in alike(1, 0.1..2.0), negative in any::<bool>()) {
        // on either side of the corner at 0
        if negative {
            x[0] = x[0].map(|x| -x);
        }
        for activation in SMOOTH.into_iter().chain([
            Activation::Relu,
            Activation::LeakyRelu { slope: 0.1 },
        ]) {
            check(&x, |v| activation.apply(v[0]))?;
            if activation != Activation::Softmax {
                check(&x, |v| activation.slope_at(activation.apply(v[0])))?;
            }
        }
    }

    #[test]
    fn dense_layer((x, widths, seed) in network(), kind in 0..5usize, biased in any::<bool>()) {
        let mut layer = dense(widths[0], widths[1], SMOOTH[kind], seed);
        if !biased {
            layer = layer.without_bias();
        }
        check_module(&layer, &[x], |_, v| layer.forward(v[0]))?;
    }

    #[test]
    fn tied_layer((x, widths, seed) in network(), kind in 0..5usize, biased in any::<bool>()) {
        let encoder = dense(widths[0], widths[1], Activation::Tanh, seed);
        let mut decoder = Tied::to(&encoder, SMOOTH[kind]);
        if !biased {
            decoder = decoder.without_bias();
        }
        let pair = TiedPair { encoder, decoder };
        check_module(&pair, &[x], |_, v| {
            pair.decoder.forward(pair.encoder.forward(v[0]), &pair.encoder)
        })?;
    }

    #[test]
    fn sequence_and_its_mirror((x, widths, seed) in network(), kind in 0..5usize) {
        let encoder = Sequence::new(&widths, Activation::Softplus, Activation::Tanh, seed, "encoder");
        let decoder = Mirror::of(&encoder, Activation::Tanh, SMOOTH[kind]);
        let pair = MirroredPair { encoder, decoder };
        check_module(&pair, &[x], |_, v| {
            pair.decoder.forward(pair.encoder.evaluate(v[0]), &pair.encoder)
        })?;
    }

    #[test]
    fn dropout_with_its_mask_held((x, widths, seed) in network()) {
        let net = Sequence::new(&widths, Activation::Tanh, Activation::Sigmoid, seed, "net")
            .with_dropout(0.4, "dropout");
        check_module(&net, &[x], |tape, v| {
            // one step, so one mask, at every evaluation
            net.forward(&Batch::new(tape, &[0], seed, 3), v[0])
        })?;
    }
}
