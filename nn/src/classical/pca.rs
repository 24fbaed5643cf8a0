//! Principal component analysis: the best linear auto-encoder, in closed form.

use super::eigen::{Eigen, fix_signs, symmetric_eigen};
use super::shared::{
    add_to_rows, centre, check_features, check_finite, column_means, orthonormal, take_unit,
};
use unsup_autograd::Matrix;

/// The k directions of largest variance of a data set.
///
/// The reconstruction x̄ + Σ ((x − x̄)·vᵢ) vᵢ from k numbers has the least squared error that any linear map to k numbers
/// and back can have: on the training data, the sum of the remaining eigenvalues of the covariance matrix (Eckart, Young
/// 1936; Baldi, Hornik 1989). It is what an auto-encoder is measured against.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_nn::classical::Pca;
///
/// // points near the line y = 2x
/// let x = Matrix::from_rows(&[[-1.0, -2.1], [0.0, 0.1], [1.0, 2.0], [2.0, 4.0]]);
/// let pca = Pca::fit(&x, 1);
/// assert!((pca.components()[(0, 1)] / pca.components()[(0, 0)] - 2.0).abs() < 0.1);
/// assert!(pca.squared_error(&x) < 0.01);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Pca {
    mean: Vec<f64>,
    components: Matrix<f64>,
    variances: Vec<f64>,
}

impl Pca {
    /// The first k principal components of the rows of `x`: at most as many as there are features, and where there are
    /// more features than objects, at most as many as the objects span directions about their mean (at least one).
    ///
    /// # Panics
    /// If k is 0, or an entry, or the distance between two, is not finite.
    #[track_caller]
    pub fn fit(x: &Matrix<f64>, k: usize) -> Self {
        assert!(k > 0, "pca: needs at least 1 component");
        let objects = x.rows() as f64;
        let mean = column_means(x);
        let mut centred = centre(x, &mean);
        check_finite("pca", &centred);
        let unit = take_unit(&mut centred);
        // XᵀX and XXᵀ have the same eigenvalues but for zeros: the smaller one is decomposed
        let wide = x.columns() > x.rows();
        let mut gram = if wide {
            centred.matmul_nt(&centred)
        } else {
            centred.matmul_tn(&centred)
        };
        gram.as_mut_slice().iter_mut().for_each(|x| *x /= objects);
        let Eigen { values, vectors } = symmetric_eigen(&gram);
        let components = if wide {
            // X v is an eigenvector of XᵀX where its eigenvalue is not 0
            let negligible = 1e-14 * values[0].abs() * values.len() as f64;
            let spanned = values.iter().filter(|&&value| value > negligible).count();
            let first = vectors.slice_rows(0..k.min(spanned.max(1)));
            let mut directions = orthonormal(first.matmul(&centred));
            fix_signs(&mut directions);
            directions
        } else {
            vectors.slice_rows(0..k.min(x.columns()))
        };
        Self {
            mean,
            components,
            // rounding can leave a variance of 0 slightly negative
            variances: values
                .iter()
                .map(|value| value.max(0.0) * unit * unit)
                .collect(),
        }
    }

    /// The mean x̄ of the training data, one number a feature.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The directions vᵢ as rows, k (or as many as there are, see [`Pca::fit`]) x features, orthonormal, largest
    /// variance first. Of vᵢ and −vᵢ, which are as good, it is the one whose entry of largest absolute value is
    /// positive, the first of them at a tie (the sign of scikit-learn's `PCA` follows the same rule).
    pub fn components(&self) -> &Matrix<f64> {
        &self.components
    }

    /// The variances of the training data, largest first: along all directions, or, where there are fewer objects than
    /// features, along as many as there are objects, beyond which they are 0. The mean of squares over all objects:
    /// scikit-learn divides by the number of objects less one, so that its `explained_variance_` is n/(n − 1) times as
    /// large.
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The codes (x − x̄)·vᵢ, objects x k.
    ///
    /// # Panics
    /// If `x` has another number of features than the training data, or an entry is not finite.
    #[track_caller]
    pub fn encode(&self, x: &Matrix<f64>) -> Matrix<f64> {
        check_features("pca", self.mean.len(), x);
        check_finite("pca", x);
        centre(x, &self.mean).matmul_nt(&self.components)
    }

    /// The objects of given codes, objects x features.
    ///
    /// # Panics
    /// If `codes` has not k columns, or an entry is not finite.
    #[track_caller]
    pub fn decode(&self, codes: &Matrix<f64>) -> Matrix<f64> {
        check_finite("pca", codes);
        let mut x = codes.matmul(&self.components);
        add_to_rows(&mut x, &self.mean);
        x
    }

    /// The squared error of the reconstruction: its sum over features, its mean over the objects of `x`.
    ///
    /// # Panics
    /// As [`Pca::encode`].
    #[track_caller]
    pub fn squared_error(&self, x: &Matrix<f64>) -> f64 {
        let reconstruction = self.decode(&self.encode(x));
        let pairs = x.as_slice().iter().zip(reconstruction.as_slice());
        pairs.map(|(x, y)| (x - y).powi(2)).sum::<f64>() / x.rows() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, standard_normal};

    fn sample() -> Matrix<f64> {
        let mut random = generator(5, "test", 0);
        Matrix::from_fn(200, 6, |_, j| {
            3.0 + (6 - j) as f64 * standard_normal(&mut random)
        })
    }

    #[test]
    fn the_error_on_the_training_data_is_the_sum_of_the_variances_left_out() {
        let x = sample();
        for k in 1..=6 {
            let pca = Pca::fit(&x, k);
            let left: f64 = pca.variances()[k..].iter().sum();
            assert!((pca.squared_error(&x) - left).abs() < 1e-9, "{k}");
        }
    }

    #[test]
    fn wide_data_give_the_same_as_tall() {
        let x = sample().slice_rows(0..5); // 5 objects, 6 features
        let wide = Pca::fit(&x, 3);
        // the same objects three times over: the same mean and covariance, more rows than columns
        let tall = Pca::fit(
            &x.select_rows(&[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]),
            3,
        );
        assert!((wide.squared_error(&x) - tall.squared_error(&x)).abs() < 1e-10);
        let gram = wide.components().matmul_nt(wide.components());
        assert!(gram.is_close(&Matrix::identity(3), 1e-12));
        // five objects span four directions about their mean
        let all = Pca::fit(&x, 6);
        assert_eq!(all.components().rows(), 4);
        assert!(all.squared_error(&x) < 1e-20);
    }

    #[test]
    fn wide_data_and_tall_have_one_sign() {
        let mut random = generator(8, "test", 0);
        for _ in 0..10 {
            let x = Matrix::from_fn(5, 6, |_, _| standard_normal(&mut random));
            let wide = Pca::fit(&x, 3);
            let tall = Pca::fit(&x.select_rows(&[0, 1, 2, 3, 4, 0, 1, 2, 3, 4]), 3);
            assert!(wide.components().is_close(tall.components(), 1e-10));
            for row in wide.components().row_iter() {
                let largest = row.iter().fold(0.0f64, |m, x| m.max(x.abs()));
                assert!(row.contains(&largest), "{row:?}");
            }
        }
    }

    /// Of two directions among nine features, and among twelve of eight objects, all but two variances are 0 but for
    /// rounding.
    #[test]
    fn no_variance_is_negative() {
        let mut random = generator(9, "test", 0);
        for (objects, features) in [(40, 9), (8, 12)] {
            let mut normal =
                |rows, columns| Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random));
            let x = normal(objects, 2).matmul(&normal(2, features));
            let variances = Pca::fit(&x, 2).variances().to_vec();
            assert!(variances[1] > 1e-3);
            assert!(variances.iter().all(|&v| v >= 0.0), "{variances:?}");
            assert!(variances[2..].iter().all(|&v| v < 1e-12 * variances[0]));
        }
    }

    #[test]
    #[should_panic(expected = "pca: an entry is not finite")]
    fn data_that_are_not_finite_are_refused() {
        Pca::fit(&Matrix::from_rows(&[[1.0, 2.0], [f64::NAN, 0.0]]), 1);
    }

    #[test]
    #[should_panic(expected = "pca: an entry is not finite")]
    fn objects_that_are_not_finite_are_not_encoded() {
        Pca::fit(&sample(), 2).encode(&Matrix::filled(1, 6, f64::INFINITY));
    }

    #[test]
    #[should_panic(expected = "pca: an entry is not finite")]
    fn codes_that_are_not_finite_are_not_decoded() {
        Pca::fit(&sample(), 2).decode(&Matrix::filled(1, 2, f64::NAN));
    }

    #[test]
    fn scales_of_any_size_and_ratio_are_kept() {
        // one feature 10⁸ times the other: both are directions, though the second variance is 10⁻¹⁶ of the first
        let x = Matrix::from_rows(&[[1.0, 2e-8], [-2.0, 1e-8], [3.0, -1e-8], [-2.0, -2e-8]]);
        let pca = Pca::fit(&x, 2);
        assert_eq!(pca.components().rows(), 2);
        assert!(pca.squared_error(&x) < 1e-30);
        // far from 1 the directions are the same
        let expected = Pca::fit(&sample(), 2);
        for unit in [1e-170, 1e160] {
            let pca = Pca::fit(&sample().map(|x| unit * x), 2);
            assert!(
                pca.components().is_close(expected.components(), 1e-9),
                "{unit:e}"
            );
        }
    }

    #[test]
    fn wide_data_of_many_scales_give_orthonormal_directions() {
        let mut random = generator(7, "test", 0);
        let x = Matrix::from_fn(8, 20, |i, _| {
            10f64.powi(-(i as i32)) * standard_normal(&mut random)
        });
        let pca = Pca::fit(&x, 6);
        let size = pca.components().rows();
        let gram = pca.components().matmul_nt(pca.components());
        assert!(gram.is_close(&Matrix::identity(size), 1e-12), "{gram}");
    }

    #[test]
    fn equal_objects_have_no_direction_and_no_error() {
        let x = Matrix::filled(4, 3, 0.1);
        assert!(Pca::fit(&x, 2).squared_error(&x) < 1e-30);
    }

    #[test]
    fn no_other_direction_does_better() {
        let x = sample();
        let best = Pca::fit(&x, 2);
        let mut random = generator(6, "test", 0);
        for _ in 0..50 {
            // another subspace: the first direction, tilted
            let mut other = best.clone();
            let tilt: Vec<f64> = (0..6).map(|_| 0.1 * standard_normal(&mut random)).collect();
            let row = other.components.row_mut(0);
            row.iter_mut().zip(&tilt).for_each(|(x, t)| *x += t);
            let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row.iter_mut().for_each(|x| *x /= norm);
            let along: f64 = (0..6)
                .map(|j| other.components[(0, j)] * other.components[(1, j)])
                .sum();
            let first = other.components.row(0).to_vec();
            let second = other.components.row_mut(1);
            second
                .iter_mut()
                .zip(&first)
                .for_each(|(x, f)| *x -= along * f);
            let norm = second.iter().map(|x| x * x).sum::<f64>().sqrt();
            second.iter_mut().for_each(|x| *x /= norm);
            assert!(other.squared_error(&x) >= best.squared_error(&x) - 1e-9);
        }
    }
}
