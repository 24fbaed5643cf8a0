//! Every penalty: on weights and codes by these, on Jacobians by the input and every parameter of the encoder.

use super::{alike, check, check_module, config, matrix, nudge};
use proptest::prelude::*;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Tape, Var};
use unsup_nn::{Activation, Sequence, penalty};

/// An encoder of smooth layers and objects for it.
fn encoder() -> impl Strategy<Value = (Matrix<f64>, Sequence<f64>)> {
    let widths = proptest::collection::vec(1..4usize, 2..4);
    (1..4usize, widths, 0..100u64, 0..3usize).prop_flat_map(|(rows, widths, seed, kind)| {
        let last = [
            Activation::Sigmoid,
            Activation::Softplus,
            Activation::Identity,
        ][kind];
        let encoder = Sequence::new(&widths, Activation::Tanh, last, seed, "encoder");
        (matrix(rows, widths[0], -1.5..1.5), Just(encoder))
    })
}

/// A bent function of the sum of an encoder's units, objects x 1.
fn one_value<'t>(encoder: &Sequence<f64>, x: Var<'t, f64>) -> Var<'t, f64> {
    (encoder.evaluate(x).row_sums() * 2.0).tanh()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn on_weights_and_codes(mut x in alike(1, 0.1..2.0), negative in any::<bool>()) {
        // on either side of the corner of |x| at 0
        if negative {
            x[0] = x[0].map(|x| -x);
        }
        check(&x, |v| penalty::l1(v[0]))?;
        check(&x, |v| penalty::l2(v[0]))?;
        check(&x, |v| penalty::l1_of_codes(v[0]))?;
        check(&x, |v| penalty::l2_of_codes(v[0]))?;
    }

    #[test]
    fn over_all_weights_of_a_network((_, encoder) in encoder()) {
        check_module(&encoder, &[], |tape, _| penalty::l2_of_weights(tape, &encoder))?;
        check_module(&encoder, &[], |tape, _| {
            penalty::l1_of_weights(tape, &encoder).square() // of |w| alone the second derivative would be 0
        })?;
    }

    #[test]
    fn jacobian_of_a_layer((x, encoder) in encoder()) {
        check_module(&encoder, &[x], |_, v| {
            let mut z = v[0];
            let mut sum = z.tape().filled(1, 1, 0.0);
            for layer in encoder.dense_layers() {
                z = layer.forward(z);
                sum = sum + penalty::jacobian_of_layer(layer, z);
            }
            sum
        })?;
    }

    #[test]
    fn jacobian_of_a_deep_encoder((x, encoder) in encoder()) {
        check_module(&encoder, &[x], |_, v| penalty::jacobian(v[0], encoder.evaluate(v[0])))?;
    }

    #[test]
    fn gradient_of_one_value((x, encoder) in encoder()) {
        check_module(&encoder, std::slice::from_ref(&x), |_, v| {
            penalty::gradient_squared(v[0], one_value(&encoder, v[0]))
        })?;
        let mut nudged = encoder.clone();
        nudge(&mut nudged);
        let tape = Tape::new();
        let leaf = tape.leaf(x.clone());
        let gradient = one_value(&nudged, leaf).sum().grad(&[leaf])[0].value();
        let norm = |row: &[f64]| row.iter().map(|g| g * g).sum::<f64>().sqrt();
        prop_assume!(gradient.row_iter().all(|row| norm(row) > 0.03)); // off the corner of the norm at 0
        check_module(&encoder, &[x], |_, v| {
            penalty::gradient_to_one(v[0], one_value(&encoder, v[0]))
        })?;
    }

    #[test]
    fn estimate_of_the_jacobian_with_its_draws_held((x, encoder) in encoder(), draws in 1..4usize) {
        check_module(&encoder, &[x], |_, v| {
            let mut random = generator(7, "hutchinson", 0);
            penalty::jacobian_estimate(v[0], encoder.evaluate(v[0]), draws, &mut random)
        })?;
    }
}
