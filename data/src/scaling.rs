//! Bringing features to one scale.

use crate::SettingError;
use crate::error::quoted;
use std::fmt;
use std::str::FromStr;
use unsup_autograd::Matrix;

/// To which scale features are brought.
///
/// As text it is `standard`, `min-max`, `unit` or `none`:
///
/// ```
/// use unsup_data::ScalingKind;
///
/// assert_eq!("min-max".parse(), Ok(ScalingKind::MinMax));
/// assert_eq!(ScalingKind::Standard.to_string(), "standard");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalingKind {
    /// Each feature to mean 0 and standard deviation 1.
    Standard,
    /// Each feature to the range \[0, 1\].
    MinMax,
    /// Each object to Euclidean length 1.
    Unit,
    /// Nothing is changed.
    None,
}

impl ScalingKind {
    /// Every kind.
    pub const ALL: [ScalingKind; 4] = [
        ScalingKind::Standard,
        ScalingKind::MinMax,
        ScalingKind::Unit,
        ScalingKind::None,
    ];

    /// Whether it has parameters of each feature, found by fitting.
    fn is_fitted(self) -> bool {
        matches!(self, ScalingKind::Standard | ScalingKind::MinMax)
    }
}

impl fmt::Display for ScalingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ScalingKind::Standard => "standard",
            ScalingKind::MinMax => "min-max",
            ScalingKind::Unit => "unit",
            ScalingKind::None => "none",
        })
    }
}

impl FromStr for ScalingKind {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let named = Self::ALL.into_iter().find(|kind| kind.to_string() == text);
        named.ok_or_else(|| {
            SettingError::new(format!(
                "scaling: found {}, expected \"standard\", \"min-max\", \"unit\" or \"none\"",
                quoted(text.as_bytes())
            ))
        })
    }
}

/// Brings features to one scale: z = (x − shift) / scale, with a shift and a scale of each feature, as they were on the
/// data that it was fitted to. Fit it on the training part and apply it to every other.
///
/// | kind | shift | scale |
/// |---|---|---|
/// | [`Standard`](ScalingKind::Standard) | mean | standard deviation (divided by the number of objects) |
/// | [`MinMax`](ScalingKind::MinMax) | least value | greatest − least value |
/// | [`Unit`](ScalingKind::Unit) | 0 | 1, but then each object is divided by its length; one of length 0 stays |
/// | [`None`](ScalingKind::None) | 0 | 1 |
///
/// Corners:
/// - A feature that is constant is only shifted, to 0: there is no scale to bring it to.
/// - NaN is a missing value: fitting and lengths skip it, and it stays NaN. A feature without any value keeps shift 0 and
///   scale 1.
/// - Values that lie farther apart than the largest number can say (1.8e308) get that number as their scale; where even
///   x − shift is too large for a number, it becomes infinite, and never NaN, which would pass for missing.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_data::{Scaling, ScalingKind};
///
/// let train = Matrix::from_rows(&[[1.0, 5.0], [3.0, 5.0]]);
/// let scaling = Scaling::fit(ScalingKind::Standard, &train);
/// assert_eq!(scaling.apply(&train), Matrix::from_rows(&[[-1.0, 0.0], [1.0, 0.0]]));
/// assert_eq!(scaling.undo(&Matrix::from_rows(&[[2.0, 0.0]])), Matrix::from_rows(&[[4.0, 5.0]]));
///
/// // kept as numbers and made anew
/// let again = Scaling::from_parts(scaling.kind(), scaling.shift().to_vec(), scaling.scale().to_vec());
/// assert_eq!(again, Ok(scaling));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    kind: ScalingKind,
    shift: Vec<f64>,
    scale: Vec<f64>,
}

impl Scaling {
    /// The scaling of that kind with the parameters of the columns of `x` (objects x features).
    ///
    /// # Panics
    /// If an entry of `x` is infinite.
    #[track_caller]
    pub fn fit(kind: ScalingKind, x: &Matrix<f64>) -> Self {
        assert!(
            !x.as_slice().iter().any(|value| value.is_infinite()),
            "scaling: an entry of the matrix is infinite"
        );
        let parameters = |j: usize| {
            let known: Vec<f64> = x
                .row_iter()
                .map(|row| row[j])
                .filter(|x| !x.is_nan())
                .collect();
            let first = known.first().copied();
            let (shift, scale) = match (kind, first) {
                (ScalingKind::Unit | ScalingKind::None, _) | (_, None) => return (0.0, 1.0),
                // shifted exactly: a computed mean could miss it by a rounding
                (_, Some(first)) if known.iter().all(|&x| x == first) => return (first, 1.0),
                (ScalingKind::Standard, _) => mean_and_deviation(&known),
                (ScalingKind::MinMax, _) => least_and_range(&known),
            };
            // too little to be divided by, or too much to be a number
            let scale = if scale == 0.0 { 1.0 } else { scale };
            (shift, scale.min(f64::MAX))
        };
        let (shift, scale) = (0..x.columns()).map(parameters).unzip();
        Self { kind, shift, scale }
    }

    /// The scaling with given parameters, as [`Scaling::shift`] and [`Scaling::scale`] told them: the same to the bit.
    ///
    /// # Errors
    /// If there are no features, the two differ in length, a shift is not finite, a scale is not finite and positive, or
    /// the kind has no parameters and they are not 0 and 1.
    pub fn from_parts(
        kind: ScalingKind,
        shift: Vec<f64>,
        scale: Vec<f64>,
    ) -> Result<Self, SettingError> {
        if shift.len() != scale.len() || shift.is_empty() {
            return Err(SettingError::new(format!(
                "scaling: the number of shifts is {}, of scales {}, expected as many of both and at least one",
                shift.len(),
                scale.len()
            )));
        }
        for (j, (&shift, &scale)) in shift.iter().zip(&scale).enumerate() {
            let (expected, good) = if kind.is_fitted() {
                (
                    "a finite shift and a finite scale above 0",
                    shift.is_finite() && scale.is_finite() && scale > 0.0,
                )
            } else {
                ("shift 0 and scale 1", shift == 0.0 && scale == 1.0)
            };
            if !good {
                return Err(SettingError::new(format!(
                    "scaling \"{kind}\": found shift {shift:?} and scale {scale:?} of feature {}, expected {expected}",
                    j + 1
                )));
            }
        }
        Ok(Self { kind, shift, scale })
    }

    /// Which kind it is.
    pub fn kind(&self) -> ScalingKind {
        self.kind
    }

    /// What is subtracted from each feature.
    pub fn shift(&self) -> &[f64] {
        &self.shift
    }

    /// What each feature is divided by, after the subtraction: finite and above 0.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// (x − shift) / scale; of [`ScalingKind::Unit`], x / ‖x‖.
    ///
    /// # Panics
    /// If `x` has another number of columns than the data it was fitted to; so does [`Scaling::undo`].
    #[track_caller]
    pub fn apply(&self, x: &Matrix<f64>) -> Matrix<f64> {
        let mut scaled = self.each(x, |x, shift, scale| (x - shift) / scale);
        if self.kind == ScalingKind::Unit {
            for i in 0..scaled.rows() {
                to_unit_length(scaled.row_mut(i));
            }
        }
        scaled
    }

    /// x · scale + shift, the inverse of [`Scaling::apply`].
    ///
    /// The lengths that [`ScalingKind::Unit`] divides by are kept nowhere, so that there is nothing to go back to: of that
    /// kind it returns `x` as it is, the directions.
    #[track_caller]
    pub fn undo(&self, x: &Matrix<f64>) -> Matrix<f64> {
        self.each(x, |x, shift, scale| x * scale + shift)
    }

    #[track_caller]
    fn each(&self, x: &Matrix<f64>, f: impl Fn(f64, f64, f64) -> f64) -> Matrix<f64> {
        assert!(
            x.columns() == self.shift.len(),
            "scaling: fitted to {} features, got a matrix of {}",
            self.shift.len(),
            x.shape()
        );
        if !self.kind.is_fitted() {
            return x.clone(); // x · 1 + 0 would be another zero where x is −0
        }
        Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            f(x[(i, j)], self.shift[j], self.scale[j])
        })
    }
}

/// Mean and standard deviation of values that are not all equal.
fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean: f64 = values.iter().map(|x| x / count).sum();
    // measured in its largest part, a square neither overflows nor vanishes
    let largest = values.iter().map(|x| (x - mean).abs()).fold(0.0, f64::max);
    if largest.is_infinite() {
        return (mean, largest);
    }
    let parts = values
        .iter()
        .map(|x| ((x - mean) / largest).powi(2) / count);
    (mean, largest * parts.sum::<f64>().sqrt())
}

/// Least value, and how far the greatest lies above it.
fn least_and_range(values: &[f64]) -> (f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (least, greatest - least)
}

/// Divides a row by the length of its known part; one of length 0 stays.
fn to_unit_length(row: &mut [f64]) {
    let largest = row.iter().map(|x| x.abs()).fold(0.0, f64::max); // f64::max passes over NaN
    if largest == 0.0 {
        return;
    }
    // in units of the largest entry no square overflows or vanishes
    row.iter_mut().for_each(|x| *x /= largest);
    let squares = row.iter().filter(|x| !x.is_nan()).map(|x| x * x);
    let length = squares.sum::<f64>().sqrt();
    row.iter_mut().for_each(|x| *x /= length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const SCALES: [f64; 5] = [1e-200, 1e-9, 1.0, 1e9, 1e200];

    fn wavy(scale: f64) -> Matrix<f64> {
        Matrix::from_fn(50, 1, |i, _| scale * ((i as f64 * 0.7).sin() + 2.0))
    }

    #[test]
    fn columns_of_any_scale_come_to_mean_0_and_deviation_1() {
        for scale in SCALES {
            let x = wavy(scale);
            let y = Scaling::fit(ScalingKind::Standard, &x).apply(&x);
            let mean: f64 = y.as_slice().iter().sum::<f64>() / 50.0;
            let square: f64 = y.as_slice().iter().map(|y| y * y).sum::<f64>() / 50.0;
            assert!(
                mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-12,
                "{scale}: {mean} {square}"
            );
        }
    }

    #[test]
    fn columns_of_any_scale_come_to_the_range_0_to_1() {
        for scale in SCALES {
            let x = wavy(scale);
            let y = Scaling::fit(ScalingKind::MinMax, &x).apply(&x);
            let (least, range) = least_and_range(y.as_slice());
            assert_eq!((least, range), (0.0, 1.0), "{scale}");
            // the order and the proportions stay
            let (a, b) = (x[(1, 0)] - x[(0, 0)], x[(2, 0)] - x[(0, 0)]);
            let (c, d) = (y[(1, 0)] - y[(0, 0)], y[(2, 0)] - y[(0, 0)]);
            assert!((a / b - c / d).abs() < 1e-12);
        }
    }

    #[test]
    fn objects_of_any_scale_come_to_length_1() {
        for scale in [1e-300, 1e-9, 1.0, 1e9, 1e300] {
            let x = Matrix::from_rows(&[[3.0 * scale, -4.0 * scale], [0.0, 2.0 * scale]]);
            let y = Scaling::fit(ScalingKind::Unit, &x).apply(&x);
            let expected = Matrix::from_rows(&[[0.6, -0.8], [0.0, 1.0]]);
            assert!(y.is_close(&expected, 1e-15), "{scale}: {y}");
        }
        let zero = Matrix::zeros(1, 3);
        let scaling = Scaling::fit(ScalingKind::Unit, &zero);
        assert_eq!(scaling.apply(&zero), zero);
        let directions = Matrix::from_rows(&[[0.6, -0.8, -0.0]]);
        let undone = scaling.undo(&directions);
        assert_eq!(undone, directions);
        assert!(undone[(0, 2)].is_sign_negative());
    }

    #[test]
    fn a_constant_column_becomes_0() {
        for kind in [ScalingKind::Standard, ScalingKind::MinMax] {
            for constant in [0.0, 0.1, 1e300, -1e-300] {
                let x = Matrix::filled(7, 1, constant);
                let scaling = Scaling::fit(kind, &x);
                assert_eq!(scaling.apply(&x), Matrix::zeros(7, 1));
                assert_eq!(scaling.undo(&Matrix::zeros(7, 1)), x);
            }
        }
    }

    #[test]
    fn missing_values_are_skipped_and_stay() {
        let nan = f64::NAN;
        let x = Matrix::from_rows(&[[1.0, nan, nan], [nan, nan, 5.0], [3.0, nan, nan]]);
        for (kind, expected) in [
            (
                ScalingKind::Standard,
                [[-1.0, nan, nan], [nan, nan, 0.0], [1.0, nan, nan]],
            ),
            (
                ScalingKind::MinMax,
                [[0.0, nan, nan], [nan, nan, 0.0], [1.0, nan, nan]],
            ),
            (
                ScalingKind::Unit,
                [[1.0, nan, nan], [nan, nan, 1.0], [1.0, nan, nan]],
            ),
            (
                ScalingKind::None,
                [[1.0, nan, nan], [nan, nan, 5.0], [3.0, nan, nan]],
            ),
        ] {
            let scaling = Scaling::fit(kind, &x);
            assert_eq!((scaling.shift()[1], scaling.scale()[1]), (0.0, 1.0));
            assert_eq!(
                scaling.apply(&x).difference(&Matrix::from_rows(&expected)),
                0.0,
                "{kind}"
            );
        }
        let row = Matrix::from_rows(&[[3.0, nan, 4.0]]);
        let unit = Scaling::fit(ScalingKind::Unit, &row).apply(&row);
        assert!(unit.is_close(&Matrix::from_rows(&[[0.6, nan, 0.8]]), 1e-15));
    }

    #[test]
    fn the_ends_of_the_number_range_give_no_missing_value() {
        let tiny = f64::from_bits(1);
        for column in [
            vec![-1.7e308, 1.7e308, 1.7e308],
            vec![f64::MIN, f64::MAX],
            [vec![0.0; 200], vec![tiny]].concat(),
            vec![tiny, -tiny],
        ] {
            let x = Matrix::from_vec(column.len(), 1, column);
            for kind in [ScalingKind::Standard, ScalingKind::MinMax] {
                let scaling = Scaling::fit(kind, &x);
                let (shift, scale) = (scaling.shift().to_vec(), scaling.scale().to_vec());
                assert_eq!(
                    Scaling::from_parts(kind, shift, scale).as_ref(),
                    Ok(&scaling)
                );
                assert!(scaling.apply(&x).as_slice().iter().all(|x| !x.is_nan()));
            }
        }
    }

    #[test]
    #[should_panic = "scaling: an entry of the matrix is infinite"]
    fn infinite_entries_are_refused() {
        Scaling::fit(ScalingKind::None, &Matrix::scalar(f64::INFINITY));
    }

    #[test]
    #[should_panic = "scaling: fitted to 2 features, got a matrix of 1x3"]
    fn another_number_of_features_is_refused() {
        Scaling::fit(ScalingKind::Unit, &Matrix::zeros(1, 2)).apply(&Matrix::zeros(1, 3));
    }

    #[test]
    fn names_are_read_back_and_others_refused() {
        for kind in ScalingKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!(
            "Standard\n".parse::<ScalingKind>().unwrap_err().to_string(),
            r#"scaling: found "Standard\n", expected "standard", "min-max", "unit" or "none""#
        );
    }

    #[test]
    fn parts_that_are_no_scaling_are_refused() {
        let refused = |kind, shift: &[f64], scale: &[f64]| {
            Scaling::from_parts(kind, shift.to_vec(), scale.to_vec())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(ScalingKind::Standard, &[0.0], &[1.0, 1.0]),
            "scaling: the number of shifts is 1, of scales 2, expected as many of both and at least one"
        );
        assert_eq!(
            refused(ScalingKind::MinMax, &[0.0, 2.0], &[1.0, 0.0]),
            "scaling \"min-max\": found shift 2.0 and scale 0.0 of feature 2, expected a finite shift and a finite scale above 0"
        );
        assert_eq!(
            refused(ScalingKind::Unit, &[0.5], &[1.0]),
            "scaling \"unit\": found shift 0.5 and scale 1.0 of feature 1, expected shift 0 and scale 1"
        );
        refused(ScalingKind::None, &[], &[]);
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            refused(ScalingKind::Standard, &[0.0], &[bad]);
        }
        refused(ScalingKind::Standard, &[f64::NAN], &[1.0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn undo_undoes_and_parts_rebuild(
            values in prop::collection::vec(prop::option::weighted(0.8, -1e3..1e3), 12),
            exponent in -100i32..100,
        ) {
            let unit = 10f64.powi(exponent);
            let entries = values.iter().map(|value| value.map_or(f64::NAN, |x| x * unit));
            let x = Matrix::from_vec(4, 3, entries.collect());
            for kind in [ScalingKind::Standard, ScalingKind::MinMax, ScalingKind::None] {
                let scaling = Scaling::fit(kind, &x);
                let parts = Scaling::from_parts(kind, scaling.shift().to_vec(), scaling.scale().to_vec());
                prop_assert_eq!(parts.as_ref(), Ok(&scaling));
                let back = scaling.undo(&scaling.apply(&x));
                // relative to the largest entry there may be
                let relative = |x: &Matrix<f64>| x.map(|x: f64| x / (1e3 * unit));
                prop_assert!(relative(&back).is_close(&relative(&x), 1e-14));
            }
        }
    }
}
