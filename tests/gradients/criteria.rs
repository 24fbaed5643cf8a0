//! The criteria of the methods, by every parameter.

use super::{check_module, config, matrix};
use proptest::prelude::*;
use unsup_autograd::{Matrix, Tape};
use unsup_models::Task;
use unsup_models::kohonen::{Generalised, Lvq};
use unsup_models::predictor::{self, Predictor};
use unsup_nn::train::{Batch, Criterion};
use unsup_nn::{Activation, Module};

/// Checks a criterion's weighted sum as a function of every parameter of the model.
pub fn check_criterion<M: Module<f64>>(
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
        let architecture = predictor::Architecture { hidden, activation, dropout, seed };
        let model = Predictor::new(x.columns(), 3, &architecture);
        check_criterion(&model, &Task::classes(&x, &classes))?;
    }

    /// Which centres are the nearest is found before the tape, so there is no kink.
    #[test]
    fn generalised_lvq(
        (x, missing, labels, w, further) in (1..6usize, 1..5usize, 0..5usize).prop_flat_map(|(r, c, further)| (
            matrix(r, c, -2.0..2.0),
            proptest::collection::vec(any::<bool>(), r * c),
            proptest::collection::vec(0..3usize, r),
            matrix(3 + further, c, -2.0..2.0),
            proptest::collection::vec(0..3usize, further),
        )),
    ) {
        // a value in every row and in every column stays
        let x = Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            if j > 0 && i > 0 && missing[i * x.columns() + j] { f64::NAN } else { x[(i, j)] }
        });
        let classes = [vec![0, 1, 2], further].concat();
        let lvq = Lvq::with_centres(w, classes);
        let criterion = Generalised::new(&lvq, &x, &labels).unwrap();
        check_criterion(&lvq, &criterion)?;

        let tape = Tape::new();
        let rows: Vec<usize> = (0..x.rows()).collect();
        let value = criterion.terms(&lvq, &Batch::new(&tape, &rows, 0, 0))[0].value.item();
        let expected = mean_relative_distance(&lvq, &x, &labels);
        prop_assert!((value - expected).abs() < 1e-12, "{value} and {expected}");
    }
}

/// The mean over objects of (d⁺ − d⁻)/(d⁺ + d⁻).
fn mean_relative_distance(lvq: &Lvq<f64>, x: &Matrix<f64>, labels: &[usize]) -> f64 {
    let mut sum = 0.0;
    for (x, &label) in x.row_iter().zip(labels) {
        let [mut right, mut wrong] = [f64::INFINITY; 2];
        for (w, &class) in lvq.codebook().centres().row_iter().zip(lvq.classes()) {
            let pairs = x.iter().zip(w).filter(|(x, _)| !x.is_nan());
            let squared: f64 = pairs.map(|(x, w)| (x - w).powi(2)).sum();
            let nearest = if class == label {
                &mut right
            } else {
                &mut wrong
            };
            *nearest = nearest.min(squared);
        }
        sum += (right - wrong) / (right + wrong);
    }
    sum / labels.len() as f64
}
