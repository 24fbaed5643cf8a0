//! Losses. One scale everywhere: the sum over features, the mean over objects; in squared units or in nats.

use unsup_autograd::{Real, Var};

/// (1/l) Σᵢ ‖yᵢ − xᵢ‖², of two l x n matrices.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn squared<'t, T: Real>(y: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    check("squared", y, x);
    (y - x).square().sum() * (1.0 / y.shape().rows() as f64)
}

/// −(1/l) Σᵢⱼ (xᵢⱼ ln pᵢⱼ + (1 − xᵢⱼ) ln (1 − pᵢⱼ)) with p = σ(logits): the cross-entropy of Bernoulli variables, in nats, for x
/// in \[0, 1\].
///
/// Written in the logits s it is ln (1 + eˢ) − x s, which neither overflows nor takes the logarithm of 0.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn bernoulli<'t, T: Real>(logits: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    check("bernoulli", logits, x);
    (logits.softplus() - x * logits).sum() * (1.0 / x.shape().rows() as f64)
}

#[track_caller]
fn check<T: Real>(name: &str, y: Var<'_, T>, x: Var<'_, T>) {
    let (y, x) = (y.shape(), x.shape());
    assert!(y == x, "{name}: shapes differ: {y} and {x}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::{Matrix, Tape};

    #[test]
    fn squared_is_a_sum_over_features_and_a_mean_over_objects() {
        let tape = Tape::new();
        let y = tape.leaf(Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]));
        let x = tape.leaf(Matrix::from_rows(&[[0.0, 0.0], [3.0, 2.0]]));
        assert_eq!(squared(y, x).item(), (1.0 + 4.0 + 0.0 + 4.0) / 2.0);
    }

    #[test]
    fn bernoulli_is_the_cross_entropy_and_stays_finite() {
        let tape = Tape::new();
        let p: f64 = 0.8;
        let logits = tape.leaf(Matrix::filled(1, 2, (p / (1.0 - p)).ln()));
        let x = tape.leaf(Matrix::from_rows(&[[1.0, 0.25]]));
        let expected = -p.ln() - 0.25 * p.ln() - 0.75 * (1.0 - p).ln();
        assert!((bernoulli(logits, x).item() - expected).abs() < 1e-12);
        let logits = tape.leaf(Matrix::from_rows(&[[1000.0, -1000.0]]));
        assert_eq!(bernoulli(logits, x).item(), 0.0 + 250.0);
    }

    #[test]
    #[should_panic(expected = "squared: shapes differ: 2x3 and 1x3")]
    fn a_row_does_not_stretch_in_a_loss() {
        let tape = Tape::<f64>::new();
        let _ = squared(tape.filled(2, 3, 0.0), tape.filled(1, 3, 0.0));
    }
}
