//! Every layer, by its input and every parameter.

use super::{GradientCheck, Kind, Trial, Tried};
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

/// Those that have one at 0.
const BROKEN: [Activation; 2] = [Activation::Relu, Activation::LeakyRelu { slope: 0.1 }];

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

/// Objects, the widths of two or three layers after them, and a seed.
fn network(trial: &mut Trial) -> (Matrix<f64>, Vec<usize>, u64) {
    let count = trial.whole(2..4);
    let (rows, widths) = (trial.side(), trial.wholes(count, 1..5));
    let x = trial.matrix(rows, widths[0], -1.5..1.5);
    (x, widths, trial.whole(0..100) as u64)
}

fn dense(widths: &[usize], activation: Activation, seed: u64) -> Dense<f64> {
    let mut random = generator(seed, "weights", 0);
    Dense::new(widths[0], widths[1], activation, &mut random)
}

/// What an activation is called, apart from its settings.
fn name(activation: Activation) -> String {
    let name = activation.to_string();
    name.split(':').next().unwrap_or_default().to_owned()
}

/// A check of an activation, and of its slope where it has one of its own for each entry.
fn activation(activation: Activation) -> GradientCheck {
    GradientCheck::new(
        Kind::Layer,
        format!("activation {}", name(activation)),
        move |t| {
            // on either side of the corner at 0
            let x = [t.of_one_sign(0.1..2.0)];
            t.check(&x, |v| activation.apply(v[0]))?;
            if activation == Activation::Softmax {
                return Ok(());
            }
            t.check(&x, |v| activation.slope_at(activation.apply(v[0])))
        },
    )
}

fn layer(name: &'static str, case: fn(&mut Trial) -> Tried) -> GradientCheck {
    GradientCheck::new(Kind::Layer, name, case)
}

/// Of every activation and every layer.
pub(super) fn checks() -> Vec<GradientCheck> {
    let activations = SMOOTH.into_iter().chain(BROKEN).map(activation);
    let layers = [
        layer("dense", |t| {
            let ((x, widths, seed), activation) = (network(t), t.one_of(&SMOOTH));
            let mut layer = dense(&widths, activation, seed);
            if t.flag() {
                layer = layer.without_bias();
            }
            t.check_module(&layer, &[x], |_, v| layer.forward(v[0]))
        }),
        layer("tied", |t| {
            let ((x, widths, seed), activation) = (network(t), t.one_of(&SMOOTH));
            let encoder = dense(&widths, Activation::Tanh, seed);
            let mut decoder = Tied::to(&encoder, activation);
            if t.flag() {
                decoder = decoder.without_bias();
            }
            let pair = TiedPair { encoder, decoder };
            t.check_module(&pair, &[x], |_, v| {
                pair.decoder
                    .forward(pair.encoder.forward(v[0]), &pair.encoder)
            })
        }),
        layer("sequence and its mirror", |t| {
            let ((x, widths, seed), last) = (network(t), t.one_of(&SMOOTH));
            let (between, code) = (Activation::Softplus, Activation::Tanh);
            let encoder = Sequence::new(&widths, between, code, seed, "encoder");
            let decoder = Mirror::of(&encoder, code, last);
            let pair = MirroredPair { encoder, decoder };
            t.check_module(&pair, &[x], |_, v| {
                pair.decoder
                    .forward(pair.encoder.evaluate(v[0]), &pair.encoder)
            })
        }),
        layer("dropout", |t| {
            let (x, widths, seed) = network(t);
            let (between, last) = (Activation::Tanh, Activation::Sigmoid);
            let net =
                Sequence::new(&widths, between, last, seed, "net").with_dropout(0.4, "dropout");
            t.check_module(&net, &[x], |tape, v| {
                // one step, so one mask, at every evaluation
                net.forward(&Batch::new(tape, &[0], seed, 3), v[0])
            })
        }),
    ];
    activations.chain(layers).collect()
}
