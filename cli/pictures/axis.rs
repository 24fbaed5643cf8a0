//! Axes: which range of values they show, and the numbers at their ticks.

use super::cells::counted;
use std::ops::Range;

/// One axis: the range of values shown, in units of a power of ten.
///
/// Values near 1 are shown as they are; others in units such that the numbers at the ticks stay short, since what is
/// 0.000000001 wide would otherwise have ticks without difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// In units of 10^exponent; of a logarithmic axis the decimal logarithms.
    pub range: Range<f64>,
    pub exponent: i32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Equal steps are equal differences.
    Even,
    /// Equal steps are equal ratios.
    Logarithmic,
    /// It counts so many things, from 1.
    Counting(usize),
}

/// How an axis is asked to be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps are equal differences.
    Linear,
    /// Equal steps are equal ratios.
    Logarithmic,
}

/// A tick: where on the axis it is, 0 at the lower end and 1 at the upper, and its number.
type Tick = (f64, String);

impl Axis {
    /// The axis that shows all `values` with some room around them. Values that are all equal, or but for the rounding
    /// of an f32, are in the middle of a range as wide as they are large.
    pub fn fitting(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = extent(values);
        if low > high {
            return Self::even(-1.0..1.0, 0);
        }
        let magnitude = low.abs().max(high.abs());
        let room = if high - low > 1e-6 * magnitude {
            0.05 * (high - low)
        } else if magnitude > 0.0 {
            0.5 * magnitude
        } else {
            1.0
        };
        Self::showing(low - room..high + room, magnitude)
    }

    /// The axis of a range that is not empty, shown to its very ends.
    pub fn exactly(range: Range<f64>) -> Self {
        let magnitude = range.start.abs().max(range.end.abs());
        Self::showing(range, magnitude)
    }

    /// The axis of a range whose largest value is about `magnitude`.
    fn showing(range: Range<f64>, magnitude: f64) -> Self {
        let exponent = if magnitude == 0.0 || (0.1..1e6).contains(&magnitude) {
            0
        } else {
            magnitude.log10().floor() as i32
        };
        let unit = 10f64.powi(exponent);
        Self::even(range.start / unit..range.end / unit, exponent)
    }

    fn even(range: Range<f64>, exponent: i32) -> Self {
        Self {
            range,
            exponent,
            kind: Kind::Even,
        }
    }

    /// A logarithmic axis that shows all `values`, if they are positive and extend over a factor of ten or more; over
    /// less, a logarithm hardly bends anything and its ticks would be uneven for nothing.
    pub fn logarithmic(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = extent(values);
        if !(low > 0.0 && high.is_finite() && high / low >= 10.0) {
            return None;
        }
        let (low, high) = (low.log10(), high.log10());
        let room = 0.05 * (high - low);
        Some(Self {
            range: low - room..high + room,
            exponent: 0,
            kind: Kind::Logarithmic,
        })
    }

    /// The axis of this scale for `values`, with room for all that `reaches` somewhere; a logarithmic one is cut off
    /// below half of the least value. It is linear where [`logarithmic`](Self::logarithmic) gives none. A linear one
    /// begins at zero where that costs little room.
    pub fn scaled<V, R>(scale: Scale, values: impl Fn() -> V, reaches: impl Fn() -> R) -> Self
    where
        V: Iterator<Item = f64>,
        R: Iterator<Item = f64>,
    {
        let (least, _) = extent(values());
        if scale == Scale::Logarithmic
            && least > 0.0
            && let Some(axis) = Self::logarithmic(reaches().filter(|&value| value >= 0.5 * least))
        {
            return axis;
        }
        let (least, largest) = extent(reaches());
        if 0.0 <= least && least < 0.3 * largest {
            return Self::exactly(0.0..1.05 * largest);
        }
        Self::fitting(reaches())
    }

    /// The axis on which `count` things are counted, from 1.
    pub fn counting(count: usize) -> Self {
        let room = (0.03 * count.saturating_sub(1) as f64).max(0.3);
        Self {
            range: 1.0 - room..count.max(1) as f64 + room,
            exponent: 0,
            kind: Kind::Counting(count),
        }
    }

    /// Equal steps are equal ratios.
    pub fn is_logarithmic(&self) -> bool {
        self.kind == Kind::Logarithmic
    }

    /// What is to be said of an axis in this direction that was asked to have this scale for these values: that it is
    /// logarithmic, or why it is not.
    pub fn remark(
        &self,
        direction: &str,
        scale: Scale,
        mut values: impl Iterator<Item = f64>,
    ) -> String {
        match scale {
            _ if self.is_logarithmic() => format!("The {direction} scale is logarithmic."),
            Scale::Logarithmic if values.any(|value| value <= 0.0) => {
                format!("The {direction} scale is linear, as not all values are positive.")
            }
            Scale::Logarithmic => format!("The {direction} scale is linear."),
            Scale::Linear => String::new(),
        }
    }

    /// Where on the axis a value lies, 0 at the lower end, 1 at the upper.
    pub fn share(&self, value: f64) -> f64 {
        let place = match self.kind {
            Kind::Logarithmic => value.log10(),
            Kind::Even | Kind::Counting(_) => value / 10f64.powi(self.exponent),
        };
        self.share_of_place(place)
    }

    fn share_of_place(&self, place: f64) -> f64 {
        (place - self.range.start) / (self.range.end - self.range.start)
    }

    /// The unit, as it is said after the axis' name; empty if it is 1.
    pub fn unit(&self) -> String {
        if self.exponent == 0 {
            return String::new();
        }
        format!(", in units of {}", power_of_ten(self.exponent))
    }

    /// The ticks of an axis of this `length`, if each needs so much `room`.
    pub fn ticks(&self, length: f64, room: f64) -> Vec<Tick> {
        let most = (length / room).max(2.0);
        let of_place = |(place, text)| (self.share_of_place(place), text);
        let ticks: Vec<(f64, String)> = match self.kind {
            Kind::Even => even_ticks(&self.range, most),
            Kind::Logarithmic => logarithmic_ticks(&self.range, most),
            Kind::Counting(count) => {
                let distance = length / (self.range.end - self.range.start);
                let numbers = counted(count, distance, 0.7 * room);
                let tick = |number: usize| (number as f64, number.to_string());
                numbers.into_iter().map(tick).collect()
            }
        };
        ticks.into_iter().map(of_place).collect()
    }
}

/// The least and the largest of the values; the first is larger if there are none.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// The value if it can be drawn: finite, and neither so large nor so small that what is computed from it is not.
pub fn drawable(value: f64) -> Option<f64> {
    match value.abs() {
        magnitude if magnitude < 1e-300 => Some(0.0),
        magnitude if magnitude <= 1e300 => Some(value),
        _ => None,
    }
}

/// The least round number that is not below `value`, which is positive: (1, -2) for 0.01, also (2, e) and (5, e).
pub fn round_up(value: f64) -> (u32, i32) {
    let exponent = value.log10().floor() as i32;
    let mantissa = value / 10f64.powi(exponent);
    // Quotients of powers of ten are not exact.
    let digit = [1, 2, 5]
        .into_iter()
        .find(|&d| f64::from(d) >= mantissa * (1.0 - 1e-9));
    digit.map_or((1, exponent + 1), |digit| (digit, exponent))
}

/// Ticks at multiples of a round step, about `most` or fewer.
fn even_ticks(range: &Range<f64>, most: f64) -> Vec<(f64, String)> {
    let (digit, exponent) = round_up((range.end - range.start) / most);
    // Multiples of a tenth are rounded once if they are divided, twice if they are multiplied.
    let multiple = |i: i64| match exponent < 0 {
        true => (i * i64::from(digit)) as f64 / 10f64.powi(-exponent),
        false => (i * i64::from(digit)) as f64 * 10f64.powi(exponent),
    };
    let step = multiple(1);
    let decimals = (-exponent).max(0) as usize;
    let first = (range.start / step).ceil() as i64;
    let last = (range.end / step).floor() as i64;
    (first..=last)
        .map(|i| (multiple(i), tick(multiple(i), decimals)))
        .collect()
}

/// Ticks at powers of ten, or at 1, 2 and 5 times those where there are few; places are decimal logarithms.
fn logarithmic_ticks(range: &Range<f64>, most: f64) -> Vec<(f64, String)> {
    let (first, last) = (range.start.ceil() as i32, range.end.floor() as i32);
    let decades = (last - first + 1) as f64;
    let (digits, stride): (&[u32], i32) = if decades < 3.0 {
        (&[1, 2, 5], 1)
    } else {
        let strides = [1, 2, 5, 10, 20, 50, 100, 200];
        let fits = |stride: &i32| decades / f64::from(*stride) <= most;
        (&[1], strides.into_iter().find(fits).unwrap_or(500))
    };
    let exponents = (range.start.floor() as i32..=last).filter(|e| e % stride == 0);
    let ticks: Vec<(f64, u32, i32)> = exponents
        .flat_map(|exponent| digits.iter().map(move |&digit| (digit, exponent)))
        .map(|(digit, exponent)| {
            (
                f64::from(digit).log10() + f64::from(exponent),
                digit,
                exponent,
            )
        })
        .filter(|(place, ..)| range.contains(place))
        .collect();
    // All are written in one way.
    let short = ticks.iter().all(|&(.., exponent)| is_short(exponent));
    let text = |digit: u32, exponent: i32| match (short, digit) {
        (true, _) => round_number(digit, exponent),
        (false, 1) => power_of_ten(exponent),
        (false, _) => format!("{digit}·{}", power_of_ten(exponent)),
    };
    ticks
        .into_iter()
        .map(|(place, digit, exponent)| (place, text(digit, exponent)))
        .collect()
}

/// The number at a tick, with a true minus sign, and none before zero.
pub fn tick(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let digits = text.trim_start_matches('-');
    if text.len() > digits.len() && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        format!("−{digits}")
    } else {
        digits.to_string()
    }
}

/// A round number: "0.05", or "5·10⁻⁷".
pub fn round_number(digit: u32, exponent: i32) -> String {
    if is_short(exponent) {
        let decimals = (-exponent).max(0) as usize;
        tick(f64::from(digit) * 10f64.powi(exponent), decimals)
    } else {
        format!("{digit}·{}", power_of_ten(exponent))
    }
}

/// A number by its `digits`, 10 to 99, times a power of ten: "0.35", "2", or "1.5·10⁻⁷".
pub fn significant(digits: u32, exponent: i32) -> String {
    let trimmed = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    };
    let decimals = (-exponent).max(0) as usize;
    if is_short(exponent) {
        trimmed(tick(f64::from(digits) * 10f64.powi(exponent), decimals))
    } else {
        let mantissa = trimmed(tick(f64::from(digits) / 10.0, 1));
        format!("{mantissa}·{}", power_of_ten(exponent + 1))
    }
}

/// A number of this power of ten can be written without it.
fn is_short(exponent: i32) -> bool {
    (-4..=5).contains(&exponent)
}

/// "10⁻⁹"
fn power_of_ten(exponent: i32) -> String {
    let raised = |digit: char| match digit.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    let power: String = exponent.to_string().chars().map(raised).collect();
    format!("10{power}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The numbers at the ticks of an axis with room for eight.
    fn numbers(axis: &Axis) -> Vec<String> {
        let ticks = axis.ticks(560.0, 70.0);
        ticks.into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn any_range_has_ticks_that_differ() {
        for scale in [
            1e-300, 1e-30, 1e-9, 1e-3, 0.02, 1.0, 300.0, 1e6, 1e30, 1e300,
        ] {
            for shift in [0.0, 1.0, -100.0] {
                let values = [-1.0, 0.3, 0.9].map(|value| scale / 101.0 * (shift + value));
                let axis = Axis::fitting(values.into_iter());
                for value in values {
                    assert!((0.0..=1.0).contains(&axis.share(value)));
                }
                for (length, most) in [(560.0, 9), (140.0, 3)] {
                    let ticks = axis.ticks(length, 70.0);
                    let texts: BTreeSet<&String> = ticks.iter().map(|(_, text)| text).collect();
                    assert!(ticks.len() <= most, "{scale} {shift}: {texts:?}");
                    assert!(ticks.len() >= most / 3, "{scale} {shift}: {texts:?}");
                    assert_eq!(texts.len(), ticks.len(), "{scale} {shift}: {texts:?}");
                    assert!(
                        texts.iter().all(|text| text.chars().count() <= 8),
                        "{texts:?}"
                    );
                    assert!(ticks.iter().all(|(share, _)| (0.0..=1.0).contains(share)));
                }
            }
        }
    }

    #[test]
    fn numbers_are_round_and_at_their_places() {
        let axis = Axis::exactly(-0.31..1.0);
        let expected = ["−0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"];
        assert_eq!(numbers(&axis), expected);
        for (share, text) in axis.ticks(560.0, 70.0) {
            let value: f64 = text.replace('−', "-").parse().unwrap();
            assert!((axis.share(value) - share).abs() < 1e-12, "{text}");
        }
        assert_eq!((axis.share(-0.31), axis.share(1.0)), (0.0, 1.0));
        assert_eq!(
            numbers(&Axis::exactly(0.0..16.0)),
            ["0", "2", "4", "6", "8", "10", "12", "14", "16"]
        );
        let small = Axis::exactly(0.0..3e-7);
        assert_eq!(small.unit(), ", in units of 10⁻⁷");
        assert_eq!(numbers(&small)[..3], ["0.0", "0.5", "1.0"]);
        assert!((small.share(1.5e-7) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn equal_values_are_in_the_middle() {
        for value in [0.0, 1.0, -3.5, 1e6, 1e-9, 1e300, -1e-300] {
            let axis = Axis::fitting([value, value].into_iter());
            assert!((axis.share(value) - 0.5).abs() < 1e-9);
            assert!(axis.range.end > axis.range.start);
            assert!(numbers(&axis).len() >= 3);
        }
        // What an f32 rounds away is no structure.
        let axis = Axis::fitting([1e6, 1e6 + 0.06].into_iter());
        assert!(axis.range.end - axis.range.start > 0.5);
        assert_eq!(Axis::fitting([].into_iter()).range, -1.0..1.0);
    }

    #[test]
    fn logarithmic_axes_have_powers_of_ten_or_what_lies_between() {
        let numbers = |values: &[f64]| numbers(&Axis::logarithmic(values.iter().copied()).unwrap());
        assert_eq!(numbers(&[0.003, 40.0]), ["0.01", "0.1", "1", "10"]);
        assert_eq!(numbers(&[0.3, 4.0]), ["0.5", "1", "2"]);
        assert_eq!(numbers(&[1.0, 10.0]), ["1", "2", "5", "10"]);
        assert_eq!(numbers(&[1e-9, 1e-6]), ["10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶"]);
        assert_eq!(numbers(&[3e-9, 4e-8]), ["5·10⁻⁹", "10⁻⁸", "2·10⁻⁸"]);
        assert_eq!(numbers(&[1e-17, 1.0]).first().unwrap(), "10⁻¹⁵");
        let wide = numbers(&[1e-300, 1e300]);
        assert!((3..=9).contains(&wide.len()), "{wide:?}");

        let axis = Axis::logarithmic([0.01, 100.0].into_iter()).unwrap();
        assert!((axis.share(1.0) - 0.5).abs() < 1e-12);
        for (share, text) in axis.ticks(480.0, 60.0) {
            assert!((axis.share(text.parse().unwrap()) - share).abs() < 1e-12);
        }
        // Zeros and minuses have no logarithm; without a factor of ten it is good for nothing.
        for values in [[0.0, 1.0], [-1.0, 100.0], [1.0, 9.9], [2.0, 2.0]] {
            assert_eq!(Axis::logarithmic(values.into_iter()), None, "{values:?}");
        }
        assert_eq!(Axis::logarithmic([].into_iter()), None);
    }

    #[test]
    fn an_axis_has_the_scale_that_is_asked_for_where_it_can() {
        let scaled = |scale: Scale, values: &[f64], reaches: &[f64]| {
            Axis::scaled(scale, || values.iter().copied(), || reaches.iter().copied())
        };
        let axis = scaled(Scale::Logarithmic, &[1.0, 100.0], &[1e-9, 0.6, 1.0, 200.0]);
        assert!(axis.is_logarithmic());
        // It shows what reaches a little below the values, and all above, but nothing far below.
        assert!(axis.share(0.6) > 0.0 && axis.share(200.0) < 1.0 && axis.share(0.4) < 0.0);
        for values in [[0.0, 100.0], [-1.0, 100.0], [50.0, 100.0]] {
            let axis = scaled(Scale::Logarithmic, &values, &values);
            assert!(!axis.is_logarithmic(), "{values:?}");
        }
        // Zero is shown where it is near.
        let near = scaled(Scale::Linear, &[1.0, 100.0], &[1.0, 100.0]);
        assert_eq!((near.share(0.0), near.share(105.0)), (0.0, 1.0));
        let far = scaled(Scale::Linear, &[90.0, 100.0], &[90.0, 100.0]);
        assert!(far.share(0.0) < 0.0 && far.share(90.0) > 0.0);
        let remark = |axis: &Axis, least: f64| {
            axis.remark("vertical", Scale::Logarithmic, [least, 100.0].into_iter())
        };
        assert_eq!(remark(&axis, 1.0), "The vertical scale is logarithmic.");
        assert_eq!(remark(&far, 1.0), "The vertical scale is linear.");
        assert!(remark(&near, 0.0).ends_with("as not all values are positive."));
    }

    #[test]
    fn counting_begins_at_one() {
        assert_eq!(numbers(&Axis::counting(1)), ["1"]);
        assert_eq!(numbers(&Axis::counting(3)), ["1", "2", "3"]);
        let many = numbers(&Axis::counting(784));
        assert!(many.first().unwrap() == "1" && many.len() <= 12, "{many:?}");
        let axis = Axis::counting(64);
        assert!(axis.share(1.0) > 0.0 && axis.share(64.0) < 1.0);
    }

    #[test]
    fn numbers_at_ticks_have_true_minus_signs() {
        assert_eq!(tick(-1.5, 1), "−1.5");
        assert_eq!(tick(-0.001, 1), "0.0");
        assert_eq!(tick(20.0, 0), "20");
        assert_eq!(Axis::even(0.0..1.0, 0).unit(), "");
        assert_eq!(Axis::even(0.0..1.0, -9).unit(), ", in units of 10⁻⁹");
        assert_eq!(Axis::even(0.0..1.0, 16).unit(), ", in units of 10¹⁶");
    }

    #[test]
    fn only_what_can_be_drawn_is() {
        assert_eq!(drawable(-2.5), Some(-2.5));
        assert_eq!(drawable(1e-310), Some(0.0));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            assert_eq!(drawable(value), None);
        }
    }

    #[test]
    fn round_numbers_are_written_without_powers_where_that_is_short() {
        let rounds = [(5, -2), (2, 0), (1, 5), (5, -7), (2, 6)];
        let expected = ["0.05", "2", "100000", "5·10⁻⁷", "2·10⁶"];
        assert_eq!(
            rounds.map(|(digit, exponent)| round_number(digit, exponent)),
            expected
        );
    }

    #[test]
    fn two_digits_are_written_without_what_is_not_needed() {
        let numbers = [
            (35, -2),
            (20, -1),
            (60, -2),
            (12, 0),
            (99, 2),
            (15, -8),
            (10, 7),
        ];
        let expected = ["0.35", "2", "0.6", "12", "9900", "1.5·10⁻⁷", "1·10⁸"];
        assert_eq!(
            numbers.map(|(digits, exponent)| significant(digits, exponent)),
            expected
        );
    }

    #[test]
    fn round_numbers_are_not_below() {
        let rounds = [1.0, 1.1, 2.0, 3.0, 5.0, 5.1, 0.01, 0.0099, 2e-7, 1e22].map(round_up);
        let expected = [
            (1, 0),
            (2, 0),
            (2, 0),
            (5, 0),
            (5, 0),
            (1, 1),
            (1, -2),
            (1, -2),
            (2, -7),
            (1, 22),
        ];
        assert_eq!(rounds, expected);
    }
}
