//! How well predictions hit.

use super::shared::{centre, check_finite, column_means, dot, squared_distance};
use unsup_autograd::Matrix;

/// The share of predicted classes that are the true ones, in \[0, 1\].
///
/// # Panics
/// If there are none, or not as many of one as of the other.
#[track_caller]
pub fn accuracy(predicted: &[usize], labels: &[usize]) -> f64 {
    assert!(
        predicted.len() == labels.len(),
        "accuracy: {} predictions and {} labels",
        predicted.len(),
        labels.len()
    );
    assert!(!labels.is_empty(), "accuracy: needs at least 1 label");
    let right = predicted.iter().zip(labels).filter(|(p, y)| p == y).count();
    right as f64 / labels.len() as f64
}

/// The coefficient of determination R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)² of each output (column), and the mean of these
/// over the outputs: 1 for a perfect prediction, 0 for that of the mean, negative for a worse one.
///
/// An output that does not vary scores 1 where it is hit exactly and 0 where it is not, as in scikit-learn.
///
/// # Panics
/// If the shapes differ, or an entry is not finite.
#[track_caller]
pub fn r_squared(predicted: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
    assert!(
        predicted.shape() == y.shape(),
        "r_squared: shapes differ: {} and {}",
        predicted.shape(),
        y.shape()
    );
    check_finite("r_squared", predicted);
    check_finite("r_squared", y);
    let variation = centre(y, &column_means(y)).transpose();
    let (predicted, y) = (predicted.transpose(), y.transpose());
    let score = |output: usize| {
        let error = squared_distance(predicted.row(output), y.row(output));
        let total = dot(variation.row(output), variation.row(output));
        if total > 0.0 {
            1.0 - error / total
        } else if error == 0.0 {
            1.0
        } else {
            0.0
        }
    };
    let outputs = y.rows();
    (0..outputs).map(score).sum::<f64>() / outputs as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_is_the_share_of_hits() {
        assert_eq!(accuracy(&[0, 1, 2, 2], &[0, 1, 2, 1]), 0.75);
    }

    #[test]
    #[should_panic(expected = "accuracy: 2 predictions and 3 labels")]
    fn accuracy_of_other_lengths_is_refused() {
        accuracy(&[0, 1], &[0, 1, 2]);
    }

    #[test]
    fn r_squared_is_a_mean_over_outputs_and_decided_where_an_output_is_constant() {
        let y = Matrix::from_rows(&[[1.0, 0.1, 5.0], [2.0, 0.1, 5.0], [3.0, 0.1, 5.0]]);
        let predicted = Matrix::from_rows(&[[1.0, 0.1, 5.0], [2.0, 0.1, 5.0], [4.0, 0.1, 6.0]]);
        // 1 − 1/2, 1 and 0
        assert_eq!(r_squared(&predicted, &y), 0.5);
    }

    #[test]
    #[should_panic(expected = "r_squared: an entry is not finite")]
    fn r_squared_of_a_truth_that_is_not_finite_is_refused() {
        r_squared(
            &Matrix::zeros(2, 1),
            &Matrix::from_rows(&[[1.0], [f64::NAN]]),
        );
    }

    #[test]
    #[should_panic(expected = "r_squared: an entry is not finite")]
    fn r_squared_of_a_prediction_that_is_not_finite_is_refused() {
        r_squared(
            &Matrix::filled(2, 1, f64::NAN),
            &Matrix::from_rows(&[[1.0], [2.0]]),
        );
    }
}
