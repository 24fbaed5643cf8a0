//! Values in their order as lines: the singular values of a matrix, from the first to the last.

use super::axis::{Axis, Scale, drawable};
use super::lines::{Line, sample};
use super::series::{Chart, Look, MOST_SERIES};
use super::sheet::{first_of, left_out, sentences};

/// Lines over the number 1, 2, .. of a value in its series, as SVG text: each of `series` is a name and its values,
/// drawn in a colour, with dashes and with dots of its own, named in the legend. Where all values are positive and
/// extend over a factor of ten or more, the vertical scale is logarithmic, otherwise it is linear and shows zero where
/// none are negative; the picture says which. Values that are not finite interrupt their line, and the picture says how
/// many. At most the first 12 series are drawn. `caption` is broken and the names of the axes are cut where too long.
pub fn spectrum(series: &[(&str, &[f64])], caption: &str, x_label: &str, y_label: &str) -> String {
    let shown = &series[..series.len().min(MOST_SERIES)];
    let lines: Vec<Line> = shown
        .iter()
        .map(|(_, values)| {
            let numbered = (1..).map(f64::from).zip(values.iter().copied());
            Line::new(numbered.map(|(number, value)| (number, drawable(value))))
        })
        .collect();
    let longest = lines.iter().map(Line::len).max().unwrap_or(0);
    let values = || lines.iter().flat_map(Line::points).map(|(_, value)| value);
    let axes = [Axis::counting(longest), upright_axis(values)];

    let names = shown.iter().map(|(name, _)| *name);
    let mut chart = Chart::new(caption, names, &axes, [x_label, y_label]);
    let plane = chart.plane;
    let document = &mut chart.sheet.document;
    for (i, line) in lines.iter().enumerate() {
        line.draw(document, i, |point| plane.place(&axes, point));
    }
    let legend_bottom = chart.legend(|document, i, place, length| {
        sample(document, Look::new(i), place, length);
    });

    let all = lines.iter().map(Line::len).sum();
    let drawn = values().count();
    let scale = match drawn {
        0 => "There are no values.".to_string(),
        _ => axes[1].remark("vertical", Scale::Logarithmic, values()),
    };
    let remark = sentences(&[
        &first_of(shown.len(), series.len(), "series"),
        &scale,
        &left_out(all - drawn, all, "values"),
    ]);
    chart
        .sheet
        .finish(&remark, plane.bottom().max(legend_bottom) + 4.0)
}

/// Logarithmic where that shows more, else from zero on where that is possible.
fn upright_axis<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> Axis {
    if let Some(axis) = Axis::logarithmic(values()) {
        return axis;
    }
    let largest = values().fold(0.0, f64::max);
    if largest > 0.0 && values().all(|value| value >= 0.0) {
        return Axis::exactly(0.0..1.05 * largest);
    }
    Axis::fitting(values())
}

#[cfg(test)]
mod tests {
    use super::super::colors::{CLASSES, PAPER};
    use super::super::plane::{OVERHANG, Plane};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::super::series::PLANE;
    use super::super::sheet::Sheet;
    use super::*;

    const CAPTION: &str = "Singular values of the encoder's Jacobian";

    fn drawn(series: &[(&str, &[f64])]) -> String {
        let svg = spectrum(series, CAPTION, "number", "singular value");
        assert_nothing_clipped(&svg);
        svg
    }

    /// Where a value is drawn, given all of them.
    fn place(series: &[&[f64]], number: usize, value: f64) -> (f64, f64) {
        let values = || series.iter().flat_map(|values| values.iter().copied());
        let longest = series.iter().map(|values| values.len()).max().unwrap();
        let axes = [Axis::counting(longest), upright_axis(values)];
        let plane = Plane {
            left: Plane::left_beside(&axes[1], PLANE.1),
            top: Sheet::new(CAPTION, 0.0).top + OVERHANG.1,
            width: PLANE.0,
            height: PLANE.1,
        };
        plane.place(&axes, (number as f64, value))
    }

    #[test]
    fn each_value_has_its_place_on_a_logarithmic_scale() {
        let (a, b) = ([100.0, 10.0, 1.0, 0.1], [50.0, 5.0]);
        let svg = drawn(&[("without", &a), ("with", &b)]);
        assert!(words(&svg).contains("The vertical scale is logarithmic."));
        let pixmap = pixels(&svg);
        let mut heights = Vec::new();
        for (i, series) in [&a[..], &b[..]].into_iter().enumerate() {
            for (number, &value) in (1..).zip(series) {
                let (x, y) = place(&[&a, &b], number, value);
                assert_eq!(color_at(&pixmap, x, y), CLASSES[i], "{i} {number}");
                heights.push(y);
            }
        }
        // Equal ratios are equal steps.
        let steps: Vec<f64> = heights[..4]
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect();
        assert!(
            steps
                .iter()
                .all(|step| (step - steps[0]).abs() < 1e-9 && *step > 50.0)
        );
        // The first line runs straight on between its dots, the second is broken.
        let between = |from: f64, to: f64, share: f64| {
            let (x, y) = place(&[&a, &b], 1, from);
            let (to_x, to_y) = place(&[&a, &b], 2, to);
            color_at(&pixmap, x + share * (to_x - x), y + share * (to_y - y))
        };
        let shares = || (3..18).map(|i| f64::from(i) / 20.0);
        assert!(shares().all(|share| between(100.0, 10.0, share) == CLASSES[0]));
        let gaps = shares().filter(|&share| between(50.0, 5.0, share) != CLASSES[1]);
        assert!((3..12).contains(&gaps.count()));
        for text in ["without", "with", "number", "singular value", "10"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
    }

    #[test]
    fn a_linear_scale_is_said_with_its_reason_and_begins_at_zero() {
        let svg = drawn(&[("", &[3.0, 2.0, 1.0])]);
        assert!(words(&svg).contains("The vertical scale is linear. "));
        let svg = drawn(&[("", &[300.0, 2.0, 0.0])]);
        assert!(words(&svg).contains("is linear, as not all values are positive."));
        for values in [&[3.0, 2.0, 1.0][..], &[300.0, 2.0, 0.0]] {
            let floor = place(&[values], 1, 0.0).1;
            assert_eq!(floor, Sheet::new(CAPTION, 0.0).top + OVERHANG.1 + PLANE.1);
        }
        // Below zero there is room too.
        let floor = place(&[&[1.0, -1.0]], 1, -1.0).1;
        assert!(floor < Sheet::new(CAPTION, 0.0).top + OVERHANG.1 + PLANE.1);
        drawn(&[("", &[1.0, -1.0])]);
    }

    #[test]
    fn what_is_not_finite_interrupts_the_line_and_is_said() {
        for missing in [f64::NAN, f64::INFINITY, f64::MAX] {
            let values = [4.0, 4.0, missing, 4.0, missing];
            let svg = drawn(&[("", &values)]);
            assert!(words(&svg).contains("Left out, not finite: 2 of 5 values."));
            let pixmap = pixels(&svg);
            let clean = [4.0, 4.0, 4.0, 4.0, 4.0];
            let at = |number: usize| place(&[&clean], number, 4.0);
            let (x, y) = at(3);
            assert_eq!(color_at(&pixmap, x - 1.0, y - 1.5), PAPER);
            assert_eq!(color_at(&pixmap, at(1).0 + 20.0, y), CLASSES[0]);
            // A point alone is a dot.
            assert_eq!(color_at(&pixmap, at(4).0, y), CLASSES[0]);
        }
        let svg = drawn(&[("", &[f64::NAN])]);
        assert!(words(&svg).contains("There are no values. Left out, not finite: 1 of 1 values."));
    }

    #[test]
    fn any_number_of_series_and_values_fits() {
        let long = "a very long name of <something> in a model ".repeat(9);
        for count in [0, 1, 3, 13] {
            for length in [0, 1, 41, 100_000] {
                if count > 1 && length > 1000 {
                    continue;
                }
                for scale in [0.0, 1e-200, 1e250] {
                    let values: Vec<f64> = (0..length)
                        .map(|i| scale * (-3e-4 * i as f64).exp() * (1.5 + (i as f64).sin()))
                        .collect();
                    let series: Vec<(&str, &[f64])> = (0..count)
                        .map(|i| (["", "with", &long][i % 3], &values[i.min(length)..]))
                        .collect();
                    let svg = spectrum(&series, &long, &long, &long);
                    assert_nothing_clipped(&svg);
                    assert!(svg.len() < 300_000, "{} bytes", svg.len());
                    let said = words(&svg).contains("First 12 of");
                    assert_eq!(said, count > MOST_SERIES);
                    let none = words(&svg).contains("There are no values.");
                    assert_eq!(none, count == 0 || length == 0);
                }
            }
        }
    }
}
