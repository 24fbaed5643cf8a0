//! The criteria of the methods, by every parameter.

use super::{check_module, config, matrix};
use proptest::prelude::*;
use unsup_models::autoencoder::deep::Reconstruction;
use unsup_models::autoencoder::{Architecture, AutoEncoder};
use unsup_models::classifier::{self, Classification, Classifier};
use unsup_nn::train::{Batch, Criterion};
use unsup_nn::{Activation, Module};

/// Checks a criterion's weighted sum as a function of every parameter of the model.
fn check_criterion<M: Module<f64>>(
    model: &M,
    criterion: &impl Criterion<f64, M>,
) -> Result<(), TestCaseError> {
    let rows: Vec<usize> = (0..criterion.objects()).collect();
    check_module(model, &[], |tape, _| {
        let terms = criterion.terms(model, &Batch::new(tape, &rows, 0, 0));
        let weighted = terms.iter().map(|term| term.value * term.weight);
        weighted.fold(tape.filled(1, 1, 0.0), |sum, term| sum + term)
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn classifier(
        (x, classes, hidden, seed) in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| (
            matrix(r, c, -1.0..1.0),
            proptest::collection::vec(0..3usize, r),
            proptest::collection::vec(1..5usize, 0..3),
            0..100u64,
        )),
        dropout in 0.0..0.6,
    ) {
        let activation = Activation::Tanh;
        let architecture = classifier::Architecture { hidden, activation, dropout, seed };
        let model = Classifier::new(x.columns(), 3, &architecture);
        check_criterion(&model, &Classification::new(&x, &classes))?;
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
        check_criterion(&model, &Reconstruction { x: &x })?;
    }
}
