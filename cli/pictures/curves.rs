//! Lines over given places: accuracy over the number of labelled objects, or the value of a game over the steps.

use super::axis::{Axis, Scale, drawable};
use super::document::Document;
use super::estimate::Estimate;
use super::lines::{Line, MOST_REFERENCES, across, path, reference, sample, thinned};
use super::plane::Plane;
use super::series::{Chart, Look, MOST_SERIES, error_bar};
use super::sheet::{first_of, left_out, sentences};

/// Of so many points each has a bar of error; the spread of more is a band.
const MOST_ERROR_BARS: usize = 20;
/// So far beside each other are series with error bars drawn that have points at one place, but not farther in all.
const BESIDE: (f64, f64) = (3.0, 20.0);

/// Lines with their spread over given places, as SVG text: each of `series` is a name and its points, each a place and
/// what was found there; of each of `references` a name and a number, drawn as a thin horizontal line: a teacher,
/// chance, what is exact. The legend names them all. `axes` are the name and the scale of what runs from left to right
/// and of what is found. A logarithmic scale is linear where not all is positive, or where it extends over less than a
/// factor of ten, and the picture says which one is logarithmic.
///
/// Spreads are error bars, of more than 20 points bands. Several series with error bars are drawn a little beside each
/// other, so that none hides another one's, and the picture says so. What reaches below a logarithmic scale is cut off.
/// Points that are not finite interrupt their line, and the picture says how many. At most the first 12 series and 4
/// references are drawn. `caption` is the line above, `remark` is said below before what the picture has to say itself:
/// there belongs what the spread is.
pub fn curves(
    series: &[(&str, &[(f64, Estimate)])],
    references: &[(&str, f64)],
    axes: [(&str, Scale); 2],
    caption: &str,
    remark: &str,
) -> String {
    let shown = &series[..series.len().min(MOST_SERIES)];
    let curves: Vec<Curve> = shown.iter().map(|(_, points)| Curve::new(points)).collect();
    let finite = |(name, number): &(&str, f64)| Some((name.to_string(), drawable(*number)?));
    let lines: Vec<(String, f64)> = references.iter().filter_map(finite).collect();
    let levels = &lines[..lines.len().min(MOST_REFERENCES)];

    let points = || curves.iter().flat_map(|curve| &curve.points);
    let places = || points().map(|&(x, _)| x);
    let estimates = || points().filter_map(|&(_, estimate)| estimate);
    let numbers = || {
        let means = estimates().map(|estimate| estimate.mean);
        means.chain(levels.iter().map(|(_, level)| *level))
    };
    let [(x_name, x_scale), (y_name, y_scale)] = axes;
    let axes = [
        Axis::scaled(x_scale, places, places),
        Axis::scaled(y_scale, numbers, || {
            numbers().chain(estimates().flat_map(Estimate::ends))
        }),
    ];

    let names = shown.iter().map(|(name, _)| *name);
    let names = names.chain(levels.iter().map(|(name, _)| name.as_str()));
    let mut chart = Chart::new(caption, names, &axes, [x_name, y_name]);
    let plane = chart.plane;
    let document = &mut chart.sheet.document;
    for (i, (_, level)) in levels.iter().enumerate() {
        let (_, y) = plane.place(&axes, (1.0, *level));
        reference(document, i, &across((plane.left, y), plane.width));
    }
    let has_error_bars = estimates().any(|estimate| estimate.spread > 0.0)
        && curves
            .iter()
            .all(|curve| curve.points.len() <= MOST_ERROR_BARS);
    let apart = match curves.len() {
        2.. if has_error_bars => BESIDE.0.min(BESIDE.1 / (curves.len() - 1) as f64),
        _ => 0.0,
    };
    for (i, curve) in curves.iter().enumerate() {
        let beside = apart * (i as f64 - 0.5 * (curves.len() - 1) as f64);
        let beside = Plane {
            left: plane.left + beside,
            ..plane
        };
        if has_error_bars {
            curve.draw_error_bars(document, Look::new(i), &axes, &beside);
        } else {
            curve.draw_bands(document, Look::new(i), &axes, &beside);
        }
        let means = curve.points.iter();
        let means = means.map(|&(x, estimate)| (x, estimate.map(|estimate| estimate.mean)));
        Line::new(means).draw(document, i, |point| beside.place(&axes, point));
    }
    let legend_bottom =
        chart.legend(
            |document, i, place, length| match i.checked_sub(shown.len()) {
                Some(i) => reference(document, i, &across(place, length)),
                None => sample(document, Look::new(i), place, length),
            },
        );

    let all: usize = shown.iter().map(|(_, points)| points.len()).sum();
    let drawn = estimates().count();
    let said_apart = match apart > 0.0 {
        true => "Series are drawn a little beside each other.",
        false => "",
    };
    let none = if drawn == 0 {
        "There are no points."
    } else {
        ""
    };
    let remark = sentences(&[
        remark,
        none,
        said_apart,
        &axes[0].remark("horizontal", x_scale, places()),
        &axes[1].remark("vertical", y_scale, numbers()),
        &first_of(shown.len(), series.len(), "series"),
        &first_of(levels.len(), lines.len(), "horizontal lines"),
        &left_out(all - drawn, all, "points"),
        &left_out(
            references.len() - lines.len(),
            references.len(),
            "horizontal lines",
        ),
    ]);
    chart
        .sheet
        .finish(&remark, plane.bottom().max(legend_bottom) + 4.0)
}

/// The points of a series from left to right.
struct Curve {
    points: Vec<(f64, Option<Estimate>)>,
}

impl Curve {
    /// Points whose place is not finite are nowhere.
    fn new(points: &[(f64, Estimate)]) -> Self {
        let placed = |&(x, estimate): &(f64, Estimate)| Some((drawable(x)?, estimate.drawable()));
        let mut points: Vec<_> = points.iter().filter_map(placed).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { points }
    }

    fn draw_error_bars(
        &self,
        document: &mut Document,
        look: Look,
        axes: &[Axis; 2],
        plane: &Plane,
    ) {
        for &(place, estimate) in &self.points {
            let Some(estimate) = estimate.filter(|estimate| estimate.spread > 0.0) else {
                continue;
            };
            let [(_, bottom), (x, top)] =
                estimate.ends().map(|end| plane.within(axes, (place, end)));
            let cut_off = bottom >= plane.top + plane.height;
            error_bar(document, look.color, x, top, bottom, cut_off);
        }
    }

    fn draw_bands(&self, document: &mut Document, look: Look, axes: &[Axis; 2], plane: &Plane) {
        let end = |which: usize| {
            let points = self.points.iter();
            Line::new(points.map(move |&(x, estimate)| (x, estimate.map(|e| e.ends()[which]))))
        };
        for (lower, upper) in end(0).runs().iter().zip(end(1).runs()) {
            let (lower, upper) = (thinned(lower), thinned(&upper));
            let around = upper.into_iter().chain(lower.into_iter().rev());
            look.band(
                document,
                &path(around.map(|point| plane.within(axes, point))),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::colors::{CLASSES, FAINT_INK, INK, PAPER};
    use super::super::plane::OVERHANG;
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::super::series::PLANE;
    use super::super::sheet::Sheet;
    use super::*;

    const CAPTION: &str = "Accuracy against labels";
    const LINEAR: [(&str, Scale); 2] = [("labels", Scale::Linear), ("accuracy", Scale::Linear)];
    const LOGARITHMIC: [(&str, Scale); 2] = [
        ("labels", Scale::Logarithmic),
        ("error", Scale::Logarithmic),
    ];

    /// Points with one spread.
    fn points<const N: usize>(
        places: [f64; N],
        means: [f64; N],
        spread: f64,
    ) -> Vec<(f64, Estimate)> {
        let estimates = means.map(|mean| Estimate { mean, spread });
        places.into_iter().zip(estimates).collect()
    }

    fn drawn(
        series: &[(&str, &[(f64, Estimate)])],
        references: &[(&str, f64)],
        axes: [(&str, Scale); 2],
    ) -> String {
        let svg = curves(series, references, axes, CAPTION, "");
        assert_nothing_clipped(&svg);
        svg
    }

    fn plane(axes: &[Axis; 2]) -> Plane {
        Plane {
            left: Plane::left_beside(&axes[1], PLANE.1),
            top: Sheet::new(CAPTION, 0.0).top + OVERHANG.1,
            width: PLANE.0,
            height: PLANE.1,
        }
    }

    #[test]
    fn points_error_bars_and_references_are_where_they_belong() {
        let points = points([5.0, 50.0, 500.0], [0.6, 0.8, 0.9], 0.05);
        let scales = [("labels", Scale::Logarithmic), ("accuracy", Scale::Linear)];
        let svg = drawn(&[("frozen", &points)], &[("teacher", 0.97)], scales);
        let axes = [
            Axis::logarithmic([5.0, 500.0].into_iter()).unwrap(),
            Axis::fitting([0.55, 0.97].into_iter()),
        ];
        let (plane, pixmap) = (plane(&axes), pixels(&svg));
        let at = |x: f64, y: f64| plane.place(&axes, (x, y));
        for (x, mean) in [(5.0, 0.6), (50.0, 0.8), (500.0, 0.9)] {
            let (x, top) = at(x, mean + 0.05);
            let (_, bottom) = at(500.0, mean - 0.05);
            let color = |dx: f64, y: f64| color_at(&pixmap, x + dx - 0.25, y - 0.25);
            assert_eq!(color(0.0, at(5.0, mean).1), CLASSES[0]);
            // Its ends are wider than itself, and beyond them there is nothing.
            for (end, beyond) in [(top, -3.0), (bottom, 3.0)] {
                assert_eq!([-2.5, 0.0, 2.5].map(|dx| color(dx, end)), [CLASSES[0]; 3]);
                assert_ne!(color(2.5, end - beyond), CLASSES[0]);
                assert_ne!(color(0.0, end + beyond), CLASSES[0]);
            }
        }
        // Equal ratios are equal steps.
        let [a, b, c] = [5.0, 50.0, 500.0].map(|x| at(x, 0.6).0);
        assert!((b - a - (c - b)).abs() < 1e-9 && b > a + 100.0);
        let (x, y) = at(100.0, 0.97);
        let on = (0..24).filter(|i| color_at(&pixmap, x + f64::from(*i) / 2.0, y) == FAINT_INK);
        assert!((8..20).contains(&on.count()));
        for text in ["frozen", "teacher", "labels", "accuracy", "5", "500"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        assert!(
            words(&svg).contains("The horizontal scale is logarithmic."),
            "{}",
            words(&svg)
        );
    }

    #[test]
    fn several_series_stand_beside_each_other_only_for_error_bars() {
        for (spread, apart) in [(0.1, true), (0.0, false)] {
            let points = points([1.0, 2.0], [0.5, 0.5], spread);
            let svg = drawn(
                &[("a", &points), ("b", &points), ("c", &points)],
                &[],
                LINEAR,
            );
            assert_eq!(words(&svg).contains("a little beside each other."), apart);
            let axes = [
                Axis::fitting([1.0, 2.0].into_iter()),
                Axis::fitting([0.5 - spread, 0.5 + spread].into_iter()),
            ];
            let ((x, y), pixmap) = (plane(&axes).place(&axes, (1.0, 0.5)), pixels(&svg));
            // Left of the first place there is only the dot of the first series, if it stands apart.
            let first = color_at(&pixmap, x - 5.5, y - 1.5);
            assert_eq!(first == CLASSES[0], apart);
            assert_eq!(first == PAPER, !apart);
        }
    }

    #[test]
    fn many_points_have_a_band() {
        let many: Vec<(f64, Estimate)> = (0..100)
            .map(|i| {
                (
                    f64::from(i),
                    Estimate {
                        mean: 0.0,
                        spread: 1.0,
                    },
                )
            })
            .collect();
        let svg = drawn(&[("", &many)], &[], LINEAR);
        assert_eq!(svg.matches("fill-opacity").count(), 1);
        let axes = [
            Axis::exactly(0.0..1.05 * 99.0),
            Axis::fitting([-1.0, 1.0].into_iter()),
        ];
        let (plane, pixmap) = (plane(&axes), pixels(&svg));
        let color = |x: f64, y: f64| {
            let (x, y) = plane.place(&axes, (x, y));
            color_at(&pixmap, x, y)
        };
        let band = color(47.0, 0.8);
        assert!(band.0 < 230 && band.2 > band.0, "{band}");
        assert_eq!(color(53.0, -0.8), band);
        assert_eq!(color(47.0, 1.03), PAPER);
        assert_eq!(color(47.0, 0.0), CLASSES[0]);
    }

    #[test]
    fn what_reaches_below_a_logarithmic_scale_is_cut_off() {
        let points = vec![
            (
                1.0,
                Estimate {
                    mean: 100.0,
                    spread: 20.0,
                },
            ),
            (
                10.0,
                Estimate {
                    mean: 1.0,
                    spread: 5.0,
                },
            ),
        ];
        let svg = drawn(&[("", &points)], &[], LOGARITHMIC);
        let axes = [
            Axis::logarithmic([1.0, 10.0].into_iter()).unwrap(),
            Axis::logarithmic([1.0, 120.0].into_iter()).unwrap(),
        ];
        let (plane, pixmap) = (plane(&axes), pixels(&svg));
        let (x, y) = plane.place(&axes, (10.0, 1.0));
        let floor = plane.top + PLANE.1;
        let color = |dx: f64, y: f64| color_at(&pixmap, x + dx - 0.25, y);
        assert_eq!(color(0.0, 0.5 * (y + floor)), CLASSES[0]);
        // Where it is cut off there is the axis, not an end.
        assert_eq!(color(2.5, floor - 0.5), INK);
        let (_, top) = plane.place(&axes, (10.0, 6.0));
        assert_eq!(color(2.5, top), CLASSES[0]);
    }

    #[test]
    fn scales_are_linear_where_they_must_be_and_it_is_said() {
        let logarithm = |places: [f64; 2], means: [f64; 2]| {
            let svg = drawn(&[("", &points(places, means, 0.0))], &[], LOGARITHMIC);
            words(&svg)
        };
        let both = logarithm([1.0, 100.0], [1.0, 0.001]);
        assert!(
            both.contains(
                "The horizontal scale is logarithmic. The vertical scale is logarithmic."
            )
        );
        let zero = logarithm([0.0, 100.0], [1.0, -0.001]);
        assert!(zero.contains("The horizontal scale is linear, as not all values are positive."));
        assert!(zero.contains("The vertical scale is linear, as not all values are positive."));
        let short = logarithm([2.0, 4.0], [1.0, 2.0]);
        assert!(short.contains("The horizontal scale is linear. The vertical scale is linear."));
        // A reference that has no logarithm counts too.
        let points = points([1.0, 100.0], [1.0, 0.001], 0.0);
        let svg = drawn(&[("", &points)], &[("none", 0.0)], LOGARITHMIC);
        assert!(words(&svg).contains("The vertical scale is linear, as not all"));
    }

    #[test]
    fn what_is_not_finite_is_left_out_and_said() {
        let mut points = points([1.0, 2.0, 3.0, f64::NAN, 5.0], [0.5; 5], f64::INFINITY);
        points[1].1.mean = f64::NAN;
        let references = [("a", 0.5), ("b", f64::INFINITY)];
        let svg = drawn(&[("", &points)], &references, LINEAR);
        let words = words(&svg);
        assert!(
            words.contains("Left out, not finite: 2 of 5 points."),
            "{words}"
        );
        assert!(
            words.contains("Left out, not finite: 1 of 2 horizontal lines."),
            "{words}"
        );
        // Only two neighbours are left: one line, and three dots besides that of the legend.
        assert_eq!(svg.matches("<circle").count(), 4);
        let none = drawn(&[("", &points[1..2])], &[], LINEAR);
        assert!(none.contains("There are no points. Left out, not finite: 1 of 1 points."));
    }

    #[test]
    fn places_need_not_be_in_order() {
        let ordered = points([1.0, 2.0, 3.0], [0.1, 0.2, 0.5], 0.1);
        let mixed: Vec<_> = [2, 0, 1].map(|i| ordered[i]).to_vec();
        let svg = |points: &[(f64, Estimate)]| drawn(&[("", points)], &[], LINEAR);
        assert_eq!(svg(&ordered), svg(&mixed));
    }

    #[test]
    fn any_number_of_series_points_and_references_fits() {
        let long = "a very long name of <something> in a model ".repeat(9);
        for count in [0, 1, 3, 13] {
            for length in [0, 1, 21, 100_000] {
                if count > 1 && length > 1000 {
                    continue;
                }
                for scale in [0.0, 1e-200, 1e250] {
                    if count != 1 && scale < 1.0 {
                        continue;
                    }
                    let estimate = |i: usize| Estimate {
                        mean: scale * (-3e-4 * i as f64).exp() * (1.5 + (i as f64).sin()),
                        spread: 0.3 * scale,
                    };
                    let points: Vec<_> = (0..length)
                        .map(|i| (1e3 * scale * (i + 1) as f64, estimate(i)))
                        .collect();
                    let series: Vec<(&str, &[(f64, Estimate)])> = (0..count)
                        .map(|i| (["", "with", &long][i % 3], &points[..]))
                        .collect();
                    let references = vec![(&long[..], scale); count / 2];
                    for scales in [LINEAR, LOGARITHMIC] {
                        let axes = scales.map(|(_, scale)| (&long[..], scale));
                        let svg = curves(&series, &references, axes, &long, &long);
                        assert_nothing_clipped(&svg);
                        assert!(svg.len() < 300_000, "{} bytes", svg.len());
                        let words = words(&svg);
                        assert_eq!(words.contains("First 12 of 13 series."), count == 13);
                        let said = words.contains("First 4 of 6 horizontal lines.");
                        assert_eq!(said, count == 13);
                    }
                }
            }
        }
    }
}
