//! A number found in several runs: its mean, and how far the runs differ.

use super::axis::drawable;

/// A mean with its spread: what is drawn as a dot or a bar, with a bar of error or a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean over the runs, or the number itself.
    pub mean: f64,
    /// How far up and down the error bar reaches, for example a standard deviation. None is drawn where it is 0 or not
    /// finite.
    pub spread: f64,
}

impl Estimate {
    /// A number without a spread.
    pub fn exactly(mean: f64) -> Self {
        Self { mean, spread: 0.0 }
    }

    /// The mean of these numbers and their standard deviation (divided by their count less 1; 0 of a single one). NaN
    /// if there are none.
    pub fn of(numbers: &[f64]) -> Self {
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
        let spread = (squares / (count - 1.0).max(1.0)).sqrt();
        Self { mean, spread }
    }

    /// The mean, if it can be drawn.
    pub fn drawable(self) -> Option<Self> {
        let mean = drawable(self.mean)?;
        let spread = self.spread;
        let ends = [mean - spread, mean + spread].map(drawable);
        let has_spread = spread > 0.0 && ends.iter().all(Option::is_some);
        let spread = if has_spread { spread } else { 0.0 };
        Some(Self { mean, spread })
    }

    /// The lower and the upper end of its spread.
    pub fn ends(self) -> [f64; 2] {
        [self.mean - self.spread, self.mean + self.spread]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_numbers_it_is_their_mean_and_standard_deviation() {
        let estimate = Estimate::of(&[2.0, 4.0, 9.0]);
        // The squares are 9, 1 and 16.
        assert_eq!((estimate.mean, estimate.spread), (5.0, 13f64.sqrt()));
        assert_eq!(Estimate::of(&[3.0]), Estimate::exactly(3.0));
        assert!(Estimate::of(&[]).mean.is_nan());
        assert_eq!(Estimate::exactly(2.0).ends(), [2.0, 2.0]);
    }

    #[test]
    fn a_spread_that_cannot_be_drawn_is_none() {
        for spread in [f64::NAN, f64::INFINITY, f64::MAX, -1.0, 0.0] {
            let estimate = Estimate { mean: 1.0, spread };
            assert_eq!(estimate.drawable(), Some(Estimate::exactly(1.0)));
        }
        for mean in [f64::NAN, f64::NEG_INFINITY, f64::MAX] {
            assert_eq!(Estimate { mean, spread: 1.0 }.drawable(), None);
        }
    }
}
