//! What classifiers share: counts of classes, the step from joint to posterior probabilities, the most probable class.

use unsup_autograd::Matrix;

/// How many objects each of `classes` classes has.
#[track_caller]
pub(super) fn class_counts(operation: &str, labels: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for (i, &label) in labels.iter().enumerate() {
        assert!(
            label < classes,
            "{operation}: object {i} is of class {label}, expected one below {classes}"
        );
        counts[label] += 1;
    }
    counts
}

/// ln Σ exp, without overflow; −∞ where all are −∞.
pub(super) fn log_sum_exp(row: &[f64]) -> f64 {
    let largest = row.iter().fold(f64::NEG_INFINITY, |m, &x| m.max(x));
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let sum: f64 = row.iter().map(|x| (x - largest).exp()).sum();
    largest + sum.ln()
}

/// Turns ln p(x, y) (objects x alternatives) into ln P(y | x) = ln p(x, y) − ln p(x) and returns ln p(x) = ln Σ_y p(x, y)
/// of each object. An object at which all densities vanish says nothing: it keeps P(y), given as `log_priors`.
pub(super) fn to_log_posteriors(log_joint: &mut Matrix<f64>, log_priors: &[f64]) -> Vec<f64> {
    let mut log_densities = Vec::with_capacity(log_joint.rows());
    for i in 0..log_joint.rows() {
        let row = log_joint.row_mut(i);
        let log_density = log_sum_exp(row);
        if log_density == f64::NEG_INFINITY {
            row.copy_from_slice(log_priors);
        } else {
            row.iter_mut().for_each(|joint| *joint -= log_density);
        }
        log_densities.push(log_density);
    }
    log_densities
}

/// The column of the largest entry of each row, the lowest at a tie.
pub(super) fn most_probable(scores: &Matrix<f64>) -> Vec<usize> {
    let largest = |row: &[f64]| {
        let later = |best: usize, class: usize| if row[class] > row[best] { class } else { best };
        (1..row.len()).fold(0, later)
    };
    scores.row_iter().map(largest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_exponentials_neither_overflow_nor_vanish() {
        assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2f64.ln());
        assert_eq!(log_sum_exp(&[-1000.0, f64::NEG_INFINITY]), -1000.0);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
    }

    #[test]
    fn posteriors_are_those_of_bayes_and_the_priors_where_nothing_is_said() {
        let nothing = f64::NEG_INFINITY;
        let mut joint = Matrix::from_rows(&[[0.1f64.ln(), 0.3f64.ln()], [nothing, nothing]]);
        let log_densities = to_log_posteriors(&mut joint, &[0.5f64.ln(), 0.5f64.ln()]);
        assert!((log_densities[0] - 0.4f64.ln()).abs() < 1e-15);
        assert_eq!(log_densities[1], nothing);
        let expected = Matrix::from_rows(&[[0.25, 0.75], [0.5, 0.5]]);
        assert!(joint.map(f64::exp).is_close(&expected, 1e-15));
    }

    #[test]
    fn of_equally_probable_classes_the_first_is_taken() {
        let scores = Matrix::from_rows(&[[1.0, 2.0, 2.0], [0.0, 0.0, -1.0]]);
        assert_eq!(most_probable(&scores), [1, 0]);
    }
}
