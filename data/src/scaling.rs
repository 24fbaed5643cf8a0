//! Bringing features to one scale.

use unsup_autograd::Matrix;

/// Brings each feature to mean 0 and standard deviation 1, as they were on the data that it was fitted to.
///
/// A feature that is constant there is only centred: there is no scale to bring it to. Fit it on the training part and
/// apply it to every other.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_data::Standardisation;
///
/// let train = Matrix::from_rows(&[[1.0, 5.0], [3.0, 5.0]]);
/// let scaling = Standardisation::fit(&train);
/// assert_eq!(scaling.apply(&train), Matrix::from_rows(&[[-1.0, 0.0], [1.0, 0.0]]));
/// assert_eq!(scaling.undo(&Matrix::from_rows(&[[2.0, 0.0]])), Matrix::from_rows(&[[4.0, 5.0]]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardisation {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Standardisation {
    /// The means and standard deviations (divided by the number of objects) of the columns of `x`.
    pub fn fit(x: &Matrix<f64>) -> Self {
        let objects = x.rows() as f64;
        let column = |j: usize| x.row_iter().map(move |row| row[j]);
        let moments = |j: usize| {
            let first = x[(0, j)];
            if column(j).all(|x| x == first) {
                // centred exactly: a computed mean could miss it by a rounding
                return (first, 1.0);
            }
            let mean: f64 = column(j).map(|x| x / objects).sum();
            // measured in its largest part, a square neither overflows nor vanishes
            let largest = column(j).map(|x| (x - mean).abs()).fold(0.0, f64::max);
            let variance: f64 = column(j)
                .map(|x| ((x - mean) / largest).powi(2) / objects)
                .sum();
            (mean, largest * variance.sqrt())
        };
        let (means, deviations) = (0..x.columns()).map(moments).unzip();
        Self { means, deviations }
    }

    /// (x − mean) / deviation
    ///
    /// # Panics
    /// If `x` has another number of columns than the data it was fitted to; so does [`Standardisation::undo`].
    #[track_caller]
    pub fn apply(&self, x: &Matrix<f64>) -> Matrix<f64> {
        self.each(x, |x, mean, deviation| (x - mean) / deviation)
    }

    /// x · deviation + mean
    #[track_caller]
    pub fn undo(&self, x: &Matrix<f64>) -> Matrix<f64> {
        self.each(x, |x, mean, deviation| x * deviation + mean)
    }

    #[track_caller]
    fn each(&self, x: &Matrix<f64>, f: impl Fn(f64, f64, f64) -> f64) -> Matrix<f64> {
        assert!(
            x.columns() == self.means.len(),
            "standardisation: fitted to {} features, got a matrix of {}",
            self.means.len(),
            x.shape()
        );
        Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            f(x[(i, j)], self.means[j], self.deviations[j])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_any_scale_come_to_mean_0_and_deviation_1() {
        let shape = |i: usize| (i as f64 * 0.7).sin();
        for scale in [1e-200, 1e-9, 1.0, 1e9, 1e200] {
            let x = Matrix::from_fn(50, 1, |i, _| scale * (shape(i) + 2.0));
            let y = Standardisation::fit(&x).apply(&x);
            let mean: f64 = y.as_slice().iter().sum::<f64>() / 50.0;
            let square: f64 = y.as_slice().iter().map(|y| y * y).sum::<f64>() / 50.0;
            assert!(
                mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-12,
                "{scale}: {mean} {square}"
            );
        }
    }

    #[test]
    fn a_constant_column_becomes_0() {
        for constant in [0.0, 0.1, 1e300, -1e-300] {
            let x = Matrix::filled(7, 1, constant);
            let scaling = Standardisation::fit(&x);
            assert_eq!(scaling.apply(&x), Matrix::zeros(7, 1));
            assert_eq!(scaling.undo(&Matrix::zeros(7, 1)), x);
        }
    }

    #[test]
    fn undo_undoes() {
        let x = Matrix::from_fn(9, 3, |i, j| (i * i + j) as f64 / 3.0);
        let scaling = Standardisation::fit(&x);
        assert!(scaling.undo(&scaling.apply(&x)).is_close(&x, 1e-14));
    }
}
