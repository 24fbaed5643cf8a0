//! How values are distributed: the share of each series in common bins.

use super::axis::{Axis, drawable, round_number, round_up};
use super::document::{Document, Units};
use super::series::{Chart, Look, MOST_SERIES};
use super::sheet::{first_of, left_out, sentences};
use std::fmt::Write;

/// Bins are neither fewer nor more, but for the rounding of their width.
const BINS: (f64, f64) = (20.0, 80.0);
/// Where half of the values are equal, the rule for bins says nothing, and there are about so many.
const USUAL_BINS: f64 = 40.0;

/// The distributions of several series as step outlines over each other, the first one filled lightly, as SVG text:
/// each of `series` is a name and its values, and of each the share of its own values, in per cent, in bins that are
/// common to all.
///
/// Bins begin at multiples of their width, a round number (1, 2 or 5 times a power of ten): the rule of Freedman and
/// Diaconis on the values of all series, 2 · (interquartile range) / ∛(number of values), rounded up, but such that
/// there are about 20 to 80 bins; about 40 where half of the values are equal. A value between two bins belongs to the
/// upper one. The picture says how wide they are, and how many values are left out because they are not finite. At most
/// the first 12 series are drawn. `caption` is broken, `x_label` is cut where too long.
///
/// Source of the rule: D. Freedman, P. Diaconis. On the histogram as a density estimator: L₂ theory (1981).
pub fn histogram(series: &[(&str, &[f64])], caption: &str, x_label: &str) -> String {
    let shown = &series[..series.len().min(MOST_SERIES)];
    let values: Vec<Vec<f64>> = shown
        .iter()
        .map(|(_, values)| values.iter().copied().filter_map(drawable).collect())
        .collect();
    let bins = Bins::of(&values);
    let shares: Vec<Vec<f64>> = match &bins {
        Some(bins) => values.iter().map(|values| bins.shares(values)).collect(),
        None => Vec::new(),
    };
    let largest = shares.iter().flatten().copied().fold(0.0, f64::max);
    let across = match &bins {
        Some(bins) => {
            let (start, end) = (bins.edge(0), bins.edge(bins.count));
            let room = 0.02 * (end - start);
            Axis::exactly(start - room..end + room)
        }
        None => Axis::fitting([].into_iter()),
    };
    let upright = match largest > 0.0 {
        true => Axis::exactly(0.0..1.05 * largest),
        false => Axis::exactly(0.0..100.0),
    };
    let axes = [across, upright];

    let names = shown.iter().map(|(name, _)| *name);
    let mut chart = Chart::new(caption, names, &axes, [x_label, "share of values, %"]);
    let plane = chart.plane;
    let document = &mut chart.sheet.document;
    for (i, shares) in shares.iter().enumerate() {
        let Some(bins) = &bins else { continue };
        let place = |edge: usize, share: f64| plane.place(&axes, (bins.edge(edge), share));
        let mut path = String::new();
        let mut bin = 0;
        // Where there are no values there is no outline: along the axis it would hide those of other series.
        for run in shares.chunk_by(|&a, &b| (a > 0.0) == (b > 0.0)) {
            if run[0] > 0.0 {
                let (start, floor) = place(bin, 0.0);
                let _ = write!(path, "M{} {}", Units(start), Units(floor));
                for (edge, &share) in (bin + 1..).zip(run) {
                    let (right, height) = place(edge, share);
                    let _ = write!(path, "V{}H{}", Units(height), Units(right));
                }
                let _ = write!(path, "V{}", Units(floor));
            }
            bin += run.len();
        }
        if path.is_empty() {
            continue;
        }
        if i == 0 {
            filled(document, &path);
        }
        Look::new(i).line(document, &path);
    }
    let sample = |document: &mut Document, i: usize, (x, y): (f64, f64), length: f64| {
        // A step, as in the plane.
        let path = format!("M{} {}v-10h{}v10", Units(x), Units(y + 5.0), Units(length));
        if i == 0 {
            filled(document, &path);
        }
        Look::new(i).line(document, &path);
    };
    let legend_bottom = chart.legend(sample);

    let all = shown.iter().map(|(_, values)| values.len()).sum();
    let drawn: usize = values.iter().map(Vec::len).sum();
    let width = match bins {
        Some(bins) => bins.remark(),
        None => "There are no values.".to_string(),
    };
    let remark = sentences(&[
        &first_of(shown.len(), series.len(), "series"),
        &width,
        &left_out(all - drawn, all, "values"),
    ]);
    chart
        .sheet
        .finish(&remark, plane.bottom().max(legend_bottom) + 4.0)
}

/// Fills what is below the first outline.
fn filled(document: &mut Document, path: &str) {
    let color = Look::new(0).color;
    document.push(format_args!(
        r#"<path fill="{color}" fill-opacity="0.18" d="{path}z"/>"#
    ));
}

/// Bins of one width, a round number, between multiples of it.
#[derive(Clone, Debug, PartialEq)]
struct Bins {
    /// The width is a digit times a power of ten.
    width: (u32, i32),
    /// The first bin begins at this multiple of the width.
    first: i64,
    count: usize,
    /// How the width was found.
    rule: Rule,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    FreedmanDiaconis,
    /// About so many bins as are wanted.
    Count,
}

impl Bins {
    /// The bins for all these values; none if there are none.
    fn of(series: &[Vec<f64>]) -> Option<Self> {
        let mut values: Vec<f64> = series.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        let (&least, &largest) = (values.first()?, values.last()?);
        let range = largest - least;
        let magnitude = least.abs().max(largest.abs());
        if range <= 1e-6 * magnitude || range == 0.0 {
            // All in one bin, with room around it.
            let around = if magnitude > 0.0 {
                0.1 * magnitude
            } else {
                0.1
            };
            let mut bins = Self {
                width: round_up(around),
                first: 0,
                count: 11,
                rule: Rule::Count,
            };
            bins.first = bins.multiple(least) - 5;
            return Some(bins);
        }
        let quartile = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
        let spread = quartile(0.75) - quartile(0.25);
        let ideal = 2.0 * spread / (values.len() as f64).cbrt();
        let (width, rule) = match range / ideal {
            bins if bins < BINS.0 => (range / BINS.0, Rule::Count),
            bins if bins <= BINS.1 => (ideal, Rule::FreedmanDiaconis),
            bins if bins.is_finite() => (range / BINS.1, Rule::Count),
            _ => (range / USUAL_BINS, Rule::Count),
        };
        let mut bins = Self {
            width: round_up(width),
            first: 0,
            count: 0,
            rule,
        };
        bins.first = bins.multiple(least);
        let last = bins.multiple(largest);
        bins.count = (last - bins.first) as usize + 1;
        // What lies at the very end needs no bin of its own.
        if bins.edge(bins.count - 1) >= largest - 1e-9 * range {
            bins.count -= 1;
        }
        Some(bins)
    }

    fn width(&self) -> f64 {
        f64::from(self.width.0) * 10f64.powi(self.width.1)
    }

    /// The last multiple of the width that is not above a value, but for rounding.
    fn multiple(&self, value: f64) -> i64 {
        let quotient = value / self.width();
        (quotient + 1e-9 * quotient.abs().max(1.0)).floor() as i64
    }

    /// Where bin number `bin` begins.
    fn edge(&self, bin: usize) -> f64 {
        (self.first + bin as i64) as f64 * self.width()
    }

    /// How many per cent of the values are in each bin.
    fn shares(&self, values: &[f64]) -> Vec<f64> {
        let mut counts = vec![0_usize; self.count];
        for &value in values {
            let bin = (self.multiple(value) - self.first).clamp(0, self.count as i64 - 1);
            counts[bin as usize] += 1;
        }
        let share = |count: usize| 100.0 * count as f64 / values.len().max(1) as f64;
        counts.into_iter().map(share).collect()
    }

    fn remark(&self) -> String {
        let width = round_number(self.width.0, self.width.1);
        match self.rule {
            Rule::FreedmanDiaconis => {
                format!("Bins are {width} wide (rule of Freedman and Diaconis, rounded).")
            }
            Rule::Count => format!("Bins are {width} wide."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::colors::{CLASSES, PAPER};
    use super::super::plane::{OVERHANG, Plane};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::super::series::PLANE;
    use super::super::sheet::Sheet;
    use super::*;

    const CAPTION: &str = "Codes with and without the penalty";

    fn drawn(series: &[(&str, &[f64])]) -> String {
        let svg = histogram(series, CAPTION, "code");
        assert_nothing_clipped(&svg);
        svg
    }

    /// Values that lie evenly between two numbers.
    fn even(count: usize, from: f64, to: f64) -> Vec<f64> {
        let share = |i: usize| (i as f64 + 0.5) / count as f64;
        (0..count).map(|i| from + share(i) * (to - from)).collect()
    }

    /// Where a value and a share are drawn, given the range shown and the largest share.
    fn place(range: std::ops::Range<f64>, largest: f64, point: (f64, f64)) -> (f64, f64) {
        let axes = [Axis::exactly(range), Axis::exactly(0.0..1.05 * largest)];
        let plane = Plane {
            left: Plane::left_beside(&axes[1], PLANE.1),
            top: Sheet::new(CAPTION, 0.0).top + OVERHANG.1,
            width: PLANE.0,
            height: PLANE.1,
        };
        plane.place(&axes, point)
    }

    #[test]
    fn there_is_no_outline_where_there_are_no_values() {
        let mut values = even(500, 0.0, 1.0);
        values.extend(even(500, 9.0, 10.0));
        let svg = drawn(&[("", &values)]);
        assert!(
            words(&svg).contains("Bins are 0.5 wide."),
            "{}",
            words(&svg)
        );
        let pixmap = pixels(&svg);
        // Above the axis and within the width of an outline.
        let color = |value: f64| {
            let (x, y) = place(-0.2..10.2, 25.0, (value, 0.0));
            color_at(&pixmap, x, y - 0.9)
        };
        assert_eq!([1.5, 4.9, 8.3].map(color), [PAPER; 3]);
        assert_eq!([0.0, 1.0, 9.0, 10.0].map(color), [CLASSES[0]; 4]);
    }

    #[test]
    fn shares_are_drawn_as_steps_in_common_bins() {
        // 75 % in the first half, 25 % in the second, and the other way round.
        let half = |first: usize, second: usize| {
            let mut values = even(first, 0.0, 1.0);
            values.extend(even(second, 1.0, 2.0));
            values
        };
        let (a, b) = (half(300, 100), half(1000, 3000));
        let svg = drawn(&[("without", &a), ("with", &b)]);
        assert!(words(&svg).contains("Bins are 0.1 wide"), "{}", words(&svg));
        let bins = Bins::of(&[a.clone(), b.clone()]).unwrap();
        assert_eq!((bins.first, bins.count), (0, 20));
        let close = |shares: Vec<f64>, low: f64, high: f64| {
            let expected = |bin: usize| if bin < 10 { low } else { high };
            let off = |(bin, share): (usize, &f64)| (share - expected(bin)).abs();
            shares.iter().enumerate().map(off).fold(0.0, f64::max)
        };
        assert!(close(bins.shares(&a), 7.5, 2.5) < 1e-9);
        assert!(close(bins.shares(&b), 2.5, 7.5) < 1e-9);
        let pixmap = pixels(&svg);
        let color = |x: f64, y: f64| {
            let (x, y) = place(-0.04..2.04, 7.5, (x, y));
            color_at(&pixmap, x, y)
        };
        assert_eq!(color(0.53, 7.5), CLASSES[0]);
        assert_eq!(color(1.53, 2.5), CLASSES[0]);
        // The second is broken.
        let of_second =
            |x: f64, y: f64| (0..20).any(|i| color(x + 0.01 * f64::from(i), y) == CLASSES[1]);
        assert!(of_second(0.33, 2.5) && of_second(1.33, 7.5));
        // The first is filled lightly, the second not.
        let fill = color(0.53, 4.9);
        assert!(fill.0 < 240 && fill.2 > fill.0, "{fill}");
        assert_eq!(color(1.53, 4.9), PAPER);
        for text in ["without", "with", "code", "share of values, %"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
    }

    #[test]
    fn widths_follow_freedman_and_diaconis_within_limits() {
        // Interquartile range 0.5, 1000 values: 0.1, ten bins. There shall be more.
        let bins = Bins::of(&[even(1000, 0.0, 1.0)]).unwrap();
        assert_eq!((bins.width, bins.rule), ((5, -2), Rule::Count));
        // Interquartile range 5, 64,000 values: 10 / 40 = 0.25, rounded up.
        let bins = Bins::of(&[even(64_000, 0.0, 10.0)]).unwrap();
        assert_eq!((bins.width, bins.count), ((5, -1), 20));
        assert_eq!(bins.rule, Rule::FreedmanDiaconis);
        // Most are zero: there is no spread, and about forty bins.
        let mut sparse = vec![0.0; 900];
        sparse.extend(even(100, 0.0, 4.0));
        let bins = Bins::of(&[sparse.clone()]).unwrap();
        assert_eq!((bins.width, bins.first, bins.count), ((1, -1), 0, 40));
        let shares = bins.shares(&sparse);
        assert!(
            (shares[0] - 90.3).abs() < 0.2 && (shares.iter().sum::<f64>() - 100.0).abs() < 1e-9
        );
        // One far away does not make thousands of bins.
        let mut far = even(1000, 0.0, 1.0);
        far.push(1e6);
        assert!((30..=81).contains(&Bins::of(&[far]).unwrap().count));
    }

    #[test]
    fn edges_are_multiples_and_a_value_there_belongs_above() {
        let values: Vec<f64> = (0..=30).map(|i| f64::from(i) / 10.0).collect();
        let bins = Bins::of(std::slice::from_ref(&values)).unwrap();
        assert_eq!((bins.width, bins.first, bins.count), ((2, -1), 0, 15));
        let counts: Vec<f64> = bins
            .shares(&values)
            .iter()
            .map(|share| share * 0.31)
            .collect();
        // Two in each, and the largest in the last one too.
        assert!(
            counts[..14].iter().all(|count| (count - 2.0).abs() < 1e-9),
            "{counts:?}"
        );
        assert!((counts[14] - 3.0).abs() < 1e-9);
        let below: Vec<f64> = values.iter().map(|value| -value).collect();
        let bins = Bins::of(&[below]).unwrap();
        assert_eq!((bins.edge(0), bins.edge(bins.count)), (-3.0, 0.0));
    }

    #[test]
    fn equal_values_are_in_the_middle_bin() {
        for value in [0.0, 1.0, -3.5, 1e6, 1e-9, 1e300, -1e-300] {
            let values = vec![value; 7];
            let bins = Bins::of(std::slice::from_ref(&values)).unwrap();
            assert_eq!(bins.count, 11);
            let shares = bins.shares(&values);
            assert_eq!(shares[5], 100.0, "{value}: {shares:?}");
            drawn(&[("", &values)]);
        }
    }

    #[test]
    fn what_is_not_finite_is_left_out_and_said() {
        let mut values = even(50, -1.0, 1.0);
        values.extend([f64::NAN, f64::INFINITY, f64::MIN]);
        let svg = drawn(&[("with", &values)]);
        assert!(words(&svg).contains("Left out, not finite: 3 of 53 values."));
        let svg = drawn(&[("with", &values), ("nothing", &[f64::NAN])]);
        assert!(words(&svg).contains("Left out, not finite: 4 of 54 values."));
        let svg = drawn(&[("nothing", &[f64::NAN])]);
        assert!(words(&svg).contains("There are no values."));
    }

    #[test]
    fn any_number_of_series_and_values_fits() {
        let long = "a very long name of <something> in a model ".repeat(9);
        for count in [0, 1, 3, 13] {
            for length in [0, 2, 100_000] {
                if count > 1 && length > 1000 {
                    continue;
                }
                for (scale, shift) in [
                    (1.0, 0.0),
                    (1e-200, 0.0),
                    (1e250, 0.0),
                    (1.0, 1e5),
                    (1.0, 1e9),
                ] {
                    let values: Vec<f64> = (0..length)
                        .map(|i| scale * (i as f64).sin().powi(3) + shift)
                        .collect();
                    let series: Vec<(&str, &[f64])> = (0..count)
                        .map(|i| (["", "with", &long][i % 3], &values[i.min(length)..]))
                        .collect();
                    let svg = histogram(&series, &long, &long);
                    assert_nothing_clipped(&svg);
                    assert!(svg.len() < 100_000, "{} bytes", svg.len());
                    assert_eq!(words(&svg).contains("First 12 of"), count > MOST_SERIES);
                    let none = words(&svg).contains("There are no values.");
                    assert_eq!(none, count == 0 || length == 0);
                }
            }
        }
    }
}
