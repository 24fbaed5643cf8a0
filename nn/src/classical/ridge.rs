//! Ridge regression: the best linear map under a penalty, in closed form.

use super::scores::r_squared;
use super::shared::{
    add_to_rows, centre, check_beside, check_features, check_finite, column_means, take_unit,
};
use super::{Eigen, symmetric_eigen};
use unsup_autograd::Matrix;

/// The linear map x ↦ xW + b of least Σᵢ ‖yᵢ − xᵢW − b‖² + λ ‖W‖² (Hoerl, Kennard 1970, "Ridge regression").
///
/// The scale is scikit-learn's `Ridge` with its alpha = λ: a sum over objects, and the intercept b is not penalised. With
/// λ = 0 it is least squares, and where many W are equally good, the one of least norm.
///
/// The centred X and Y give (XᵀX + λI) W = XᵀY and b = ȳ − x̄W. With XᵀX = V S Vᵀ that is W = V (S + λ)⁻¹ Vᵀ XᵀY; where
/// there are more features than objects, with XXᵀ = U S Uᵀ, W = Xᵀ U (S + λ)⁻¹ Uᵀ Y (the dual form). One decomposition
/// serves every λ.
///
/// Since the Gram matrix holds the squares of X's singular values, those below about 10⁻⁷ of the largest are lost in its
/// rounding. In such directions nothing is fitted unless λ is above the rounding: features whose scales differ by more
/// should be standardised before, which a penalty that treats all features alike asks for anyway.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::Ridge;
///
/// let x = Matrix::from_rows(&[[0.0], [1.0], [2.0]]);
/// let y = Matrix::from_rows(&[[1.0], [3.0], [5.0]]);
/// let exact = Ridge::fit(&x, &y, 0.0); // y = 2x + 1
/// assert!((exact.predict(&Matrix::scalar(10.0)).item() - 21.0).abs() < 1e-12);
/// let half = Ridge::fit(&x, &y, 2.0); // W = xᵀy / (xᵀx + λ) = 4 / (2 + 2), of what is centred
/// assert!((half.weights().item() - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Ridge {
    weights: Matrix<f64>,
    intercept: Vec<f64>,
}

impl Ridge {
    /// Fits `x` (objects x features) to `y` (objects x outputs) with the penalty `lambda`, at least 0.
    ///
    /// # Panics
    /// If `x` and `y` differ in their number of objects, λ is negative or NaN, or an entry, or the distance between two
    /// of one matrix, is not finite.
    #[track_caller]
    pub fn fit(x: &Matrix<f64>, y: &Matrix<f64>, lambda: f64) -> Self {
        let mut path = Self::path(x, y, &[lambda]);
        path.pop().expect("one for each λ")
    }

    /// A fit for each λ of `lambdas`, in their order, from one decomposition.
    ///
    /// # Panics
    /// As [`Ridge::fit`].
    #[track_caller]
    pub fn path(x: &Matrix<f64>, y: &Matrix<f64>, lambdas: &[f64]) -> Vec<Self> {
        check_beside("ridge", x, "rows of outputs", y.rows());
        for &lambda in lambdas {
            assert!(lambda >= 0.0, "ridge: λ is at least 0, got {lambda}");
        }
        let (x_mean, y_mean) = (column_means(x), column_means(y));
        let (mut x, mut y) = (centre(x, &x_mean), centre(y, &y_mean));
        check_finite("ridge", &x);
        check_finite("ridge", &y);
        let (x_unit, y_unit) = (take_unit(&mut x), take_unit(&mut y));
        let wide = x.columns() > x.rows();
        let gram = if wide {
            x.matmul_nt(&x)
        } else {
            x.matmul_tn(&x)
        };
        let Eigen { values, vectors } = symmetric_eigen(&gram);
        let negligible = f64::EPSILON * values.len() as f64 * values[0].abs();
        // Uᵀ Y, or Vᵀ Xᵀ Y: what each direction says of each output
        let along = if wide {
            vectors.matmul(&y)
        } else {
            vectors.matmul(&x.matmul_tn(&y))
        };
        let fit = |&lambda: &f64| {
            let lambda = lambda / x_unit / x_unit;
            let mut scaled = along.clone();
            for (i, value) in values.iter().enumerate() {
                // rounding can leave an eigenvalue of 0 slightly negative
                let denominator = value.max(0.0) + lambda;
                let factor = if denominator > negligible {
                    1.0 / denominator
                } else {
                    0.0
                };
                scaled.row_mut(i).iter_mut().for_each(|x| *x *= factor);
            }
            let back = vectors.matmul_tn(&scaled);
            let weights = if wide { x.matmul_tn(&back) } else { back };
            let weights = weights.map(|w| w / x_unit * y_unit);
            let shift = Matrix::from_vec(1, x_mean.len(), x_mean.clone()).matmul(&weights);
            let intercept = y_mean.iter().zip(shift.as_slice());
            Self {
                intercept: intercept.map(|(y, shift)| y - shift).collect(),
                weights,
            }
        };
        lambdas.iter().map(fit).collect()
    }

    /// W, features x outputs.
    pub fn weights(&self) -> &Matrix<f64> {
        &self.weights
    }

    /// b, one number an output.
    pub fn intercept(&self) -> &[f64] {
        &self.intercept
    }

    /// xW + b for each row of `x`, objects x outputs.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn predict(&self, x: &Matrix<f64>) -> Matrix<f64> {
        check_features("ridge", self.weights.rows(), x);
        check_finite("ridge", x);
        let mut prediction = x.matmul(&self.weights);
        add_to_rows(&mut prediction, &self.intercept);
        prediction
    }

    /// The coefficient of determination of the prediction, see [`r_squared`].
    ///
    /// # Panics
    /// As [`Ridge::predict`], and if `y` is not of the prediction's shape, or an entry of it is not finite.
    #[track_caller]
    pub fn r_squared(&self, x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
        r_squared(&self.predict(x), y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classical::shared::orthonormal;
    use crate::random::{generator, standard_normal};

    fn normal(rows: usize, columns: usize, seed: u64) -> Matrix<f64> {
        let mut random = generator(seed, "test", 0);
        Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random))
    }

    /// y = xM + 1 + noise, with 3 outputs.
    fn sample(objects: usize, features: usize) -> (Matrix<f64>, Matrix<f64>) {
        let x = normal(objects, features, 1).map(|x| 0.5 + x);
        let mut y = x.matmul(&normal(features, 3, 2));
        let noise = normal(objects, 3, 3);
        for (y, noise) in y.as_mut_slice().iter_mut().zip(noise.as_slice()) {
            *y += 1.0 + 0.3 * noise;
        }
        (x, y)
    }

    /// The gradient of the criterion, halved: Xᵀ(XW + b − Y) + λW and Σᵢ of the residuals, here of what is given, not
    /// centred.
    fn gradient(ridge: &Ridge, x: &Matrix<f64>, y: &Matrix<f64>, lambda: f64) -> f64 {
        let mut residual = ridge.predict(x);
        for (r, y) in residual.as_mut_slice().iter_mut().zip(y.as_slice()) {
            *r -= y;
        }
        let by_weights = x.matmul_tn(&residual);
        let by_weights = by_weights.as_slice().iter().zip(ridge.weights().as_slice());
        let largest = by_weights
            .map(|(g, w)| (g + lambda * w).abs())
            .fold(0.0, f64::max);
        column_means(&residual)
            .iter()
            .fold(largest, |m, mean| m.max((mean * x.rows() as f64).abs()))
    }

    #[test]
    fn the_normal_equations_hold() {
        for (objects, features) in [(40, 6), (6, 40), (20, 20), (1, 3), (5, 1)] {
            let (x, y) = sample(objects, features);
            let lambdas = [0.0, 1e-6, 0.1, 3.0, 1e4];
            let path = Ridge::path(&x, &y, &lambdas);
            for (ridge, &lambda) in path.iter().zip(&lambdas) {
                let largest = gradient(ridge, &x, &y, lambda);
                assert!(
                    largest < 1e-10,
                    "{objects}x{features}, {lambda}: {largest:e}"
                );
                assert_eq!(ridge, &Ridge::fit(&x, &y, lambda), "the path is each fit");
            }
        }
    }

    #[test]
    fn the_dual_form_is_the_primal() {
        let (x, y) = sample(12, 12);
        // a feature that is 0 does not change W elsewhere, and makes the data wide
        let wider = Matrix::from_fn(12, 15, |i, j| if j < 12 { x[(i, j)] } else { 0.0 });
        for lambda in [1e-3, 1.0, 50.0] {
            let primal = Ridge::fit(&x, &y, lambda);
            let dual = Ridge::fit(&wider, &y, lambda);
            assert!(
                dual.weights()
                    .slice_rows(0..12)
                    .is_close(primal.weights(), 1e-10)
            );
            assert!(
                dual.weights()
                    .slice_rows(12..15)
                    .is_close(&Matrix::zeros(3, 3), 0.0)
            );
            for (a, b) in dual.intercept().iter().zip(primal.intercept()) {
                assert!((a - b).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn a_small_example_is_as_by_hand() {
        // centred: x = (−1, 0, 1) and (1, −2, 1), orthogonal of squared norms 2 and 6; y = (−3, −1, 4), so xᵀy = 7 and 3
        let x = Matrix::from_rows(&[[0.0, 4.0], [1.0, 1.0], [2.0, 4.0]]);
        let y = Matrix::from_rows(&[[2.0], [4.0], [9.0]]);
        for lambda in [0.0, 1.0, 8.0] {
            let ridge = Ridge::fit(&x, &y, lambda);
            let w = [7.0 / (2.0 + lambda), 3.0 / (6.0 + lambda)];
            assert!((ridge.weights()[(0, 0)] - w[0]).abs() < 1e-14, "{lambda}");
            assert!((ridge.weights()[(1, 0)] - w[1]).abs() < 1e-14, "{lambda}");
            let intercept = 5.0 - w[0] - 3.0 * w[1];
            assert!((ridge.intercept()[0] - intercept).abs() < 1e-13, "{lambda}");
        }
        // three points, two features and an intercept: λ = 0 hits all
        assert!((Ridge::fit(&x, &y, 0.0).r_squared(&x, &y) - 1.0).abs() < 1e-14);
    }

    /// scikit-learn 1.9.1, computed once: Ridge(alpha=2, solver="svd") on the first 1200 digits in \[0, 1\], of the digit
    /// as a number.
    #[test]
    fn the_digits_give_the_weights_of_scikit_learn() {
        let digits = unsup_data::digits();
        let labels = digits.labels.unwrap();
        let y = Matrix::from_fn(1797, 1, |i, _| labels[i] as f64);
        let (x, held_out) = (
            digits.features.slice_rows(0..1200),
            digits.features.slice_rows(1200..1797),
        );
        let ridge = Ridge::fit(&x, &y.slice_rows(0..1200), 2.0);
        let expected = [(10, 1.68609206), (20, -1.48875126), (30, -1.19309996)];
        for (feature, weight) in expected {
            assert!(
                (ridge.weights()[(feature, 0)] - weight).abs() < 1e-8,
                "{feature}"
            );
        }
        assert!((ridge.intercept()[0] - 3.4702694470536324).abs() < 1e-9);
        let score = ridge.r_squared(&held_out, &y.slice_rows(1200..1797));
        assert!((score - 0.4422830289303008).abs() < 1e-10, "{score}");
    }

    #[test]
    fn of_equally_good_weights_the_least_are_taken() {
        // two equal features share the weight, in both forms
        let x = Matrix::from_rows(&[[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]);
        let y = Matrix::from_rows(&[[1.0], [2.0], [4.0]]);
        let ridge = Ridge::fit(&x, &y, 0.0);
        assert!(ridge.weights().is_close(&Matrix::filled(2, 1, 0.5), 1e-14));
        let wide = Matrix::from_fn(3, 4, |i, _| x[(i, 0)]);
        let ridge = Ridge::fit(&wide, &y, 0.0);
        assert!(ridge.weights().is_close(&Matrix::filled(4, 1, 0.25), 1e-14));
    }

    /// Nine features that are six in random mixtures: of their Gram matrix three eigenvalues are 0 but for rounding,
    /// which without a penalty must not be divided by.
    #[test]
    fn collinear_features_without_a_penalty_give_the_least_weights_of_the_best_fit() {
        let (six, y) = sample(50, 6);
        let mixture = normal(6, 9, 4);
        let x = six.matmul(&mixture);
        let ridge = Ridge::fit(&x, &y, 0.0);
        let best = Ridge::fit(&six, &y, 0.0).predict(&six);
        assert!(ridge.predict(&x).is_close(&best, 1e-9));
        // the least of all that fit so well lie in the span of the mixture's rows
        let basis = orthonormal(mixture);
        let spanned = basis.matmul_tn(&basis.matmul(ridge.weights()));
        assert!(spanned.is_close(ridge.weights(), 1e-10));
    }

    #[test]
    fn every_scale_gives_the_same_fit() {
        let (x, y) = sample(30, 4);
        let expected = Ridge::fit(&x, &y, 2.0);
        for (unit, y_unit) in [
            (1e-150, 1.0),
            (1e150, 1e-100),
            (1e300, 1e300),
            (1.0, 1e-300),
        ] {
            // λ scales with the square of x's unit: 0 and infinity where that ends
            let lambda = 2.0 * unit * unit;
            let ridge = Ridge::fit(&x.map(|x| unit * x), &y.map(|y| y_unit * y), lambda);
            if lambda.is_finite() {
                let weights = ridge.weights().map(|w| w * unit / y_unit);
                assert!(weights.is_close(expected.weights(), 1e-10), "{unit:e}");
            } else {
                assert_eq!(ridge.weights(), &Matrix::zeros(4, 3));
            }
        }
        // far from 0: the intercept takes the offset
        let far = Ridge::fit(&x.map(|x| 1e6 + x), &y, 2.0);
        assert!(far.weights().is_close(expected.weights(), 1e-8));
    }

    #[test]
    fn constant_columns_get_no_weight_and_a_constant_output_no_slope() {
        let (x, y) = sample(30, 4);
        let with_constant = Matrix::from_fn(30, 5, |i, j| if j < 4 { x[(i, j)] } else { 0.1 });
        for lambda in [0.0, 1.0] {
            let expected = Ridge::fit(&x, &y, lambda);
            let ridge = Ridge::fit(&with_constant, &y, lambda);
            assert!(
                ridge
                    .weights()
                    .slice_rows(0..4)
                    .is_close(expected.weights(), 1e-10)
            );
            assert!(
                ridge
                    .weights()
                    .slice_rows(4..5)
                    .is_close(&Matrix::zeros(1, 3), 1e-12)
            );
            let constant = Ridge::fit(&x, &Matrix::filled(30, 1, 7.0), lambda);
            assert!(
                constant
                    .predict(&x)
                    .is_close(&Matrix::filled(30, 1, 7.0), 1e-12)
            );
        }
        let all_equal = Ridge::fit(&Matrix::filled(30, 2, 0.3), &y, 0.0);
        assert!(all_equal.weights().is_close(&Matrix::zeros(2, 3), 1e-9));
    }

    #[test]
    fn more_penalty_means_smaller_weights_and_a_larger_error() {
        let (x, y) = sample(25, 10);
        let path = Ridge::path(&x, &y, &[0.0, 0.1, 1.0, 10.0, 100.0]);
        let norm = |ridge: &Ridge| {
            ridge
                .weights()
                .as_slice()
                .iter()
                .map(|w| w * w)
                .sum::<f64>()
        };
        for pair in path.windows(2) {
            assert!(norm(&pair[1]) < norm(&pair[0]));
            assert!(pair[1].r_squared(&x, &y) < pair[0].r_squared(&x, &y));
        }
    }

    #[test]
    #[should_panic(expected = "ridge: 3 objects and 2 rows of outputs")]
    fn outputs_of_another_number_are_refused() {
        Ridge::fit(&Matrix::zeros(3, 2), &Matrix::zeros(2, 1), 1.0);
    }

    #[test]
    #[should_panic(expected = "ridge: λ is at least 0, got -1")]
    fn a_negative_penalty_is_refused() {
        Ridge::fit(&Matrix::zeros(3, 2), &Matrix::zeros(3, 1), -1.0);
    }

    #[test]
    #[should_panic(expected = "ridge: an entry is not finite")]
    fn outputs_that_are_not_finite_are_refused() {
        Ridge::fit(&Matrix::zeros(3, 2), &Matrix::filled(3, 1, f64::NAN), 1.0);
    }

    #[test]
    #[should_panic(expected = "ridge: an entry is not finite")]
    fn objects_that_are_not_finite_have_no_prediction() {
        let (x, y) = sample(10, 2);
        Ridge::fit(&x, &y, 1.0).predict(&Matrix::filled(1, 2, f64::NAN));
    }
}
