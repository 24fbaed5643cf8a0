//! Where centres begin.

use super::FitError;
use super::objects::Objects;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::KMeansStart;

/// `k` centres (k x features) to begin with, at objects of `x` (objects x features) chosen in one of k-means' ways; a
/// missing value is taken to be its feature's mean. Where there are fewer objects than centres some are taken more than
/// once.
///
/// ```
/// use unsup_models::Matrix;
/// use unsup_models::kohonen::{KMeansStart, starting_centres};
///
/// let x = Matrix::from_rows(&[[0.0, 0.0], [0.1, 0.0], [9.0, 9.0]]);
/// let w = starting_centres(&x, 2, KMeansStart::PlusPlus, 1)?;
/// assert_eq!(w.shape().to_string(), "2x2");
/// # Ok::<(), unsup_models::kohonen::FitError>(())
/// ```
///
/// # Errors
/// If there is no object with a value, or numbers can't be trained on.
///
/// # Panics
/// If k is 0.
#[track_caller]
pub fn starting_centres<T: Real>(
    x: &Matrix<T>,
    k: usize,
    start: KMeansStart,
    seed: u64,
) -> Result<Matrix<T>, FitError> {
    assert!(k > 0, "starting_centres: needs at least 1 centre");
    let x = Objects::of(x)?.complete();
    let objects = start.objects(&x, k, &mut generator(seed, "first centres", 0));
    Ok(x.select_rows(&objects).cast())
}

/// How far the rows of `x` (objects x features; NaN is missing) spread: √ of the sum over features of their mean
/// squared deviation from the mean. The unit of [`Settled::Centres`](super::Settled::Centres), and a good first width
/// of a kernel of distances. 1 where all objects are equal.
///
/// # Errors
/// If there is no object with a value, or numbers can't be trained on.
pub fn spread<T: Real>(x: &Matrix<T>) -> Result<f64, FitError> {
    Ok(Objects::of(x)?.spread)
}
