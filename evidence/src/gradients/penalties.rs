//! Every penalty: on weights and codes by these, on Jacobians by the input and every parameter of the encoder.

use super::trial::nudged;
use super::{GradientCheck, Kind, Trial, Tried};
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Tape, Var};
use unsup_nn::{Activation, Sequence, penalty};

/// An encoder of smooth layers and objects for it.
fn encoder(trial: &mut Trial) -> (Matrix<f64>, Sequence<f64>) {
    let (rows, widths, seed) = (trial.whole(1..4), trial.widths(2..4), trial.whole(0..100));
    let last = trial.one_of(&[
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Identity,
    ]);
    let encoder = Sequence::new(&widths, Activation::Tanh, last, seed as u64, "encoder");
    (trial.matrix(rows, widths[0], -1.5..1.5), encoder)
}

/// A bent function of the sum of an encoder's units, objects x 1.
fn one_value<'t>(encoder: &Sequence<f64>, x: Var<'t, f64>) -> Var<'t, f64> {
    (encoder.evaluate(x).row_sums() * 2.0).tanh()
}

/// A check under the name of the penalty.
fn penalty(name: &'static str, case: fn(&mut Trial) -> Tried) -> GradientCheck {
    GradientCheck::new(Kind::Penalty, name, case)
}

/// One of each public function of `unsup_nn::penalty`, under its name.
pub(super) fn checks() -> Vec<GradientCheck> {
    vec![
        penalty("l1", |t| {
            let x = t.of_one_sign(0.1..2.0);
            t.check(&[x], |v| penalty::l1(v[0]))
        }),
        penalty("l2", |t| {
            let x = t.of_one_sign(0.1..2.0);
            t.check(&[x], |v| penalty::l2(v[0]))
        }),
        penalty("l1_of_codes", |t| {
            let x = t.of_one_sign(0.1..2.0);
            t.check(&[x], |v| penalty::l1_of_codes(v[0]))
        }),
        penalty("l2_of_codes", |t| {
            let x = t.of_one_sign(0.1..2.0);
            t.check(&[x], |v| penalty::l2_of_codes(v[0]))
        }),
        penalty("l2_of_weights", |t| {
            let (_, encoder) = encoder(t);
            t.check_module(&encoder, &[], |tape, _| {
                penalty::l2_of_weights(tape, &encoder)
            })
        }),
        penalty("l1_of_weights", |t| {
            let (_, encoder) = encoder(t);
            t.check_module(&encoder, &[], |tape, _| {
                penalty::l1_of_weights(tape, &encoder).square() // of |w| alone the second derivative would be 0
            })
        }),
        penalty("jacobian_of_layer", |t| {
            let (x, encoder) = encoder(t);
            t.check_module(&encoder, &[x], |_, v| {
                let mut z = v[0];
                let mut sum = z.tape().filled(1, 1, 0.0);
                for layer in encoder.dense_layers() {
                    z = layer.forward(z);
                    sum = sum + penalty::jacobian_of_layer(layer, z);
                }
                sum
            })
        }),
        penalty("jacobian", |t| {
            let (x, encoder) = encoder(t);
            t.check_module(&encoder, &[x], |_, v| {
                penalty::jacobian(v[0], encoder.evaluate(v[0]))
            })
        }),
        penalty("jacobian_estimate", |t| {
            let ((x, encoder), draws) = (encoder(t), t.whole(1..4));
            t.check_module(&encoder, &[x], |_, v| {
                // its draws are held
                let mut random = generator(7, "hutchinson", 0);
                penalty::jacobian_estimate(v[0], encoder.evaluate(v[0]), draws, &mut random)
            })
        }),
        penalty("gradient_squared", |t| {
            let (x, encoder) = encoder(t);
            t.check_module(&encoder, &[x], |_, v| {
                penalty::gradient_squared(v[0], one_value(&encoder, v[0]))
            })
        }),
        penalty("gradient_to_one", |t| {
            let (x, encoder) = encoder(t);
            let tape = Tape::new();
            let leaf = tape.leaf(x.clone());
            let gradient = one_value(&nudged(&encoder), leaf).sum().grad(&[leaf])[0].value();
            let norm = |row: &[f64]| row.iter().map(|g| g * g).sum::<f64>().sqrt();
            // off the corner of the norm at 0
            t.keep_off(gradient.row_iter().all(|row| norm(row) > 0.03))?;
            t.check_module(&encoder, &[x], |_, v| {
                penalty::gradient_to_one(v[0], one_value(&encoder, v[0]))
            })
        }),
    ]
}
