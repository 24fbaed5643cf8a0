//! What is trained on: objects that have been looked through once.

use super::FitError;
use unsup_autograd::{Matrix, Real};

/// The rows of a matrix that can be shown: those with at least one value. NaN is a missing value.
#[derive(Clone, Debug)]
pub(super) struct Objects<'x, T: Real> {
    /// Objects x features.
    pub x: &'x Matrix<T>,
    /// The rows with a value.
    pub shown: Vec<usize>,
    /// The rows without any.
    pub left_out: Vec<usize>,
    /// The mean of each feature over the objects that have it.
    pub means: Vec<f64>,
    /// √ of the sum over features of their mean squared deviation from the mean: the unit in which a movement is large
    /// or small. 1 where all objects are equal.
    pub spread: f64,
    complete: bool,
}

impl<'x, T: Real> Objects<'x, T> {
    /// # Errors
    /// If there is nothing to train on, or numbers can't be trained on.
    pub fn of(x: &'x Matrix<T>) -> Result<Self, FitError> {
        let mut shown = Vec::new();
        let mut left_out = Vec::new();
        let mut columns = vec![Column::default(); x.columns()];
        for (object, row) in x.row_iter().enumerate() {
            let mut values = 0;
            for (feature, (&value, column)) in row.iter().zip(&mut columns).enumerate() {
                if value.is_nan() {
                    continue;
                }
                if !value.is_finite() {
                    return Err(FitError::Infinite { object, feature });
                }
                column.add(value.to_f64());
                values += 1;
            }
            let rows = if values > 0 {
                &mut shown
            } else {
                &mut left_out
            };
            rows.push(object);
        }
        if shown.is_empty() {
            return Err(FitError::NoObjects);
        }
        if let Some(feature) = columns.iter().position(|column| column.count == 0) {
            return Err(FitError::NoValue { feature });
        }
        let largest = columns.iter().fold(0.0f64, |largest, column| {
            largest.max(column.least.abs()).max(column.most.abs())
        });
        let range = columns.iter().fold(0.0f64, |range, column| {
            range.max(column.most - column.least)
        });
        check_squares::<T>(largest, x.columns())?;
        // a hundredth of the largest difference is still to be told from none
        if range > 0.0 && (0.01 * range).powi(2) < T::MIN_POSITIVE.to_f64() {
            return Err(FitError::TooSmall { largest: range });
        }
        let spread = columns.iter().map(Column::variance).sum::<f64>().sqrt();
        Ok(Self {
            x,
            complete: columns.iter().all(|column| column.count == shown.len()),
            shown,
            left_out,
            means: columns.iter().map(|column| column.mean).collect(),
            spread: if spread > 0.0 { spread } else { 1.0 },
        })
    }

    /// # Errors
    /// If the first centres (centres x features) are so large that their squared distances are no numbers.
    pub fn check_centres(&self, w: &Matrix<T>) -> Result<(), FitError> {
        let sizes = w.as_slice().iter().map(|w| w.to_f64().abs());
        check_squares::<T>(sizes.fold(0.0, f64::max), w.columns())
    }

    /// Whether the objects that are shown have all their values.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The objects that are shown, each missing value taken to be its feature's mean.
    pub fn complete(&self) -> Matrix<f64> {
        Matrix::from_fn(self.shown.len(), self.x.columns(), |i, j| {
            let value = self.x[(self.shown[i], j)];
            if value.is_nan() {
                self.means[j]
            } else {
                value.to_f64()
            }
        })
    }
}

/// # Errors
/// If the squared distance of two rows of so many entries as large as that, of opposite signs, is no number of the type.
fn check_squares<T: Real>(largest: f64, features: usize) -> Result<(), FitError> {
    let squares = T::from_f64(4.0 * largest * largest * features as f64);
    if squares.is_finite() {
        Ok(())
    } else {
        Err(FitError::TooLarge { largest })
    }
}

/// What is known of a feature after some of its values: Welford (1962), so that a large common offset costs no digits.
#[derive(Clone, Copy, Debug)]
struct Column {
    count: usize,
    mean: f64,
    squares: f64,
    least: f64,
    most: f64,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            count: 0,
            mean: 0.0,
            squares: 0.0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
        }
    }
}

impl Column {
    fn add(&mut self, value: f64) {
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
        self.least = self.least.min(value);
        self.most = self.most.max(value);
    }

    fn variance(&self) -> f64 {
        self.squares / self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn rows_without_a_value_are_left_out_and_moments_are_those_of_what_is_there() {
        let x = Matrix::from_rows(&[[1.0, NAN], [NAN, NAN], [3.0, 5.0], [NAN, 9.0]]);
        let objects = Objects::of(&x).unwrap();
        assert_eq!(objects.shown, [0, 2, 3]);
        assert_eq!(objects.left_out, [1]);
        assert_eq!(objects.means, [2.0, 7.0]);
        assert!((objects.spread - 5f64.sqrt()).abs() < 1e-15, "√(1 + 4)");
        let equal = Matrix::filled(5, 3, 7.0);
        assert_eq!(Objects::of(&equal).unwrap().spread, 1.0);
    }

    #[test]
    fn a_large_offset_leaves_the_spread() {
        let x = Matrix::from_fn(100, 1, |i, _| 1e9 + f64::from(i as u32 % 2));
        assert!((Objects::of(&x).unwrap().spread - 0.5).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_trained_on_is_said() {
        let problem = |x: Matrix<f64>| Objects::of(&x).unwrap_err().to_string();
        assert_eq!(
            problem(Matrix::filled(2, 3, NAN)),
            "found no object with a value, expected at least 1"
        );
        assert_eq!(
            problem(Matrix::from_rows(&[[1.0, 2.0], [NAN, f64::INFINITY]])),
            "object 2, feature 2: found an infinite number, expected a finite one, or NaN for a missing value"
        );
        assert_eq!(
            problem(Matrix::from_rows(&[[1.0, NAN], [2.0, NAN]])),
            "feature 2: found no value in any object, expected at least 1"
        );
        let of_size = |size: f64| Matrix::from_rows(&[[size, -size], [0.0, size]]);
        assert!(problem(of_size(1e160)).starts_with("found numbers as large as 1.000e160"));
        assert!(
            problem(of_size(1e-155)).starts_with("found no larger differences than 2.000e-155")
        );
        for size in [1e-150, 1.0, 1e150] {
            assert!(Objects::of(&of_size(size)).is_ok(), "{size}");
        }
        for (size, fits) in [
            (1e-20f32, false),
            (1e-16, true),
            (1e18, true),
            (1e20, false),
        ] {
            let x = Matrix::from_rows(&[[size, 0.0], [0.0, size]]);
            assert_eq!(Objects::of(&x).is_ok(), fits, "{size}");
        }
    }
}
