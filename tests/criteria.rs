//! Every layer and criterion: both derivatives with respect to every parameter against finite differences, on random shapes.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use unsup_autograd::Matrix;
use unsup_autograd::check::Check;
use unsup_models::autoencoder::deep::Reconstruction;
use unsup_models::autoencoder::{Architecture, AutoEncoder};
use unsup_nn::train::{Batch, Criterion};
use unsup_nn::{Activation, Module, Path, loss};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A matrix of random entries in [low, high].
fn matrix(
    rows: usize,
    columns: usize,
    range: std::ops::Range<f64>,
) -> impl Strategy<Value = Matrix<f64>> {
    proptest::collection::vec(range, rows * columns)
        .prop_map(move |entries| Matrix::from_vec(rows, columns, entries))
}

/// Checks a criterion's weighted sum as a function of every parameter of the model.
fn check_by_parameters<M: Module<f64>>(
    model: &M,
    criterion: &impl Criterion<f64, M>,
) -> Result<(), TestCaseError> {
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    model.visit(Path::ROOT, &mut |_, param| {
        keys.push(param.key());
        // biases start at 0, which would hide what multiplies them
        let nudge = |x: f64| x + 0.05 + 0.01 * keys.len() as f64;
        values.push(param.value().map(nudge));
    });
    let rows: Vec<usize> = (0..criterion.objects()).collect();
    let outcome = Check::new().run(&values, |parameters| {
        let tape = parameters[0].tape();
        for (&key, &parameter) in keys.iter().zip(parameters) {
            tape.bind_parameter(key, parameter);
        }
        let terms = criterion.terms(model, &Batch::new(tape, &rows, 0, 0));
        let weighted = terms.iter().map(|term| term.value * term.weight);
        weighted.fold(tape.filled(1, 1, 0.0), |sum, term| sum + term)
    });
    outcome.map_err(|error| TestCaseError::fail(error.to_string()))?;
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn squared_loss((y, x) in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| {
        (matrix(r, c, -2.0..2.0), matrix(r, c, -2.0..2.0))
    })) {
        Check::new().run(&[y, x], |v| loss::squared(v[0], v[1])).unwrap();
    }

    #[test]
    fn bernoulli_loss((s, x) in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| {
        (matrix(r, c, -4.0..4.0), matrix(r, c, 0.0..1.0))
    })) {
        Check::new().run(&[s, x], |v| loss::bernoulli(v[0], v[1])).unwrap();
    }

    #[test]
    fn activations(x in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| matrix(r, c, 0.1..2.0)), sign in -1..1i32) {
        // on either side of the corner at 0
        let x = x.map(|x| if sign < 0 { -x } else { x });
        for activation in [
            Activation::Identity,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Relu,
            Activation::LeakyRelu { slope: 0.1 },
            Activation::Softplus,
        ] {
            Check::new().run(std::slice::from_ref(&x), |v| activation.apply(v[0])).unwrap();
        }
    }

    #[test]
    fn deep_autoencoder(
        (x, hidden, code, seed) in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| (
            matrix(r, c, 0.0..1.0),
            proptest::collection::vec(1..5usize, 0..3),
            1..4usize,
            0..100u64,
        )),
        sigmoid in any::<bool>(),
    ) {
        let output = if sigmoid { Activation::Sigmoid } else { Activation::Identity };
        let model = AutoEncoder::new(x.columns(), &Architecture { hidden, code, output, seed });
        check_by_parameters(&model, &Reconstruction { x: &x })?;
    }
}
