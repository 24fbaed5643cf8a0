//! Groups of bars: several methods on several experiments, beside what was published.

use super::axis::{Axis, drawable, tick};
use super::colors::{CLASSES, INK, PAPER};
use super::document::{Anchor, Document, Style};
use super::estimate::Estimate;
use super::lines::across;
use super::plane::Plane;
use super::series::{Chart, Legend, Look, PLANE, error_bar};
use super::sheet::{first_of, left_out, sentences};

/// More series than this are not drawn: bars have nothing but their colour to be told apart by.
const MOST_SERIES: usize = CLASSES.len();
/// More groups than this are not drawn.
const MOST_GROUPS: usize = 12;
/// How wide the plane is at most.
const MOST_WIDTH: f64 = 900.0;
/// How wide a bar with the room around it is if there is room for it, and how wide it is at most.
const BAR: (f64, f64) = (27.0, 48.0);
/// A bar so wide has its number written in it.
const NUMBERED: f64 = 15.0;

/// What is drawn of a method on an experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// How long the bar is, with a bar of error.
    pub estimate: Estimate,
    /// The published number, a tick on the bar.
    pub published: Option<f64>,
}

/// Groups of bars from zero on, as SVG text: each of `groups` is a name and a bar for each of `series`, in their order
/// and in the colours of the legend, with bars of error in ink, and with the published number, where there is one, as a
/// thick tick. In each bar that is wide enough its number is written. At most the first 12 groups and 10 series are
/// drawn. Bars that are not finite are left out, and the picture says how many. `y_label` is cut, `caption` and
/// `remark`, which is said below, are broken where too long.
///
/// # Panics
/// If a group has not one bar for each of the series.
#[track_caller]
pub fn bars(
    series: &[&str],
    groups: &[(&str, &[Bar])],
    y_label: &str,
    caption: &str,
    remark: &str,
) -> String {
    for (i, (_, bars)) in groups.iter().enumerate() {
        assert!(
            bars.len() == series.len(),
            "bars: {} series, but {} bars in group {i}",
            series.len(),
            bars.len()
        );
    }
    let shown_series = &series[..series.len().min(MOST_SERIES)];
    let shown = &groups[..groups.len().min(MOST_GROUPS)];
    let drawn: Vec<Vec<Option<Bar>>> = shown
        .iter()
        .map(|(_, bars)| {
            let bars = bars[..shown_series.len()].iter();
            bars.map(|bar| {
                Some(Bar {
                    estimate: bar.estimate.drawable()?,
                    published: bar.published.and_then(drawable),
                })
            })
            .collect()
        })
        .collect();
    let bars = || drawn.iter().flatten().flatten();
    let reaches = || bars().flat_map(|bar| bar.estimate.ends().into_iter().chain(bar.published));
    let axis = axis(reaches);
    let means = bars().map(|bar| bar.estimate.mean.abs());
    let largest = means.fold(0.0, f64::max);

    let has_published = bars().any(|bar| bar.published.is_some());
    let names = shown_series.iter().copied();
    let legend = Legend::new(names.chain(has_published.then_some("published")));
    let room = BAR.0 * (shown_series.len() + 1) as f64 * shown.len() as f64;
    let size = (room.clamp(PLANE.0, MOST_WIDTH), PLANE.1);
    let left = Plane::left_beside(&axis, size.1);
    let mut chart = Chart::empty(caption, legend, left, size);
    let plane = chart.plane;
    let document = &mut chart.sheet.document;
    plane.draw_upright(document, None, &axis, y_label);

    let slot = size.0 / shown.len().max(1) as f64;
    let style = Style::new(12.0).anchor(Anchor::Middle);
    let mut bottom = plane.top + plane.height;
    let floor = plane.up(axis.share(0.0));
    for (group, ((name, _), bars)) in shown.iter().zip(&drawn).enumerate() {
        let group_left = plane.left + group as f64 * slot;
        let name = style.shortened(name, slot - 8.0, 3);
        let below = plane.top + plane.height + 6.0;
        bottom = bottom.max(document.lines(group_left + slot / 2.0, below, style, &name));
        for (i, bar) in bars.iter().enumerate() {
            let Some(bar) = bar else { continue };
            let (left, width) = beside((group_left, slot), bars.len(), i);
            let place = Place { left, width, floor };
            place.draw(document, Look::new(i), bar, |value| {
                plane.up(axis.share(value))
            });
            if width >= NUMBERED {
                place.number(document, bar.estimate.mean, largest);
            }
        }
    }
    if floor < plane.top + plane.height - 0.5 {
        document.tick(plane.left, floor, plane.width, 0.0);
    }
    let legend_bottom = chart.legend(|document, i, (x, y), length| {
        if i == shown_series.len() {
            published(document, x + length / 2.0 - 10.0, y, 20.0);
        } else {
            Look::new(i).bar(document, (x + length / 2.0 - 8.0, y + 6.5), (16.0, -13.0));
        }
    });

    let all = drawn.iter().map(Vec::len).sum();
    let finite = bars().count();
    let none = if finite == 0 {
        "There are no bars."
    } else {
        ""
    };
    let remark = sentences(&[
        remark,
        none,
        &first_of(shown.len(), groups.len(), "groups"),
        &first_of(shown_series.len(), series.len(), "series"),
        &left_out(all - finite, all, "bars"),
    ]);
    chart
        .sheet
        .finish(&remark, bottom.max(legend_bottom) + 10.0)
}

/// The axis of bars that reach so far, with zero.
fn axis<I: Iterator<Item = f64>>(reaches: impl Fn() -> I) -> Axis {
    let (low, high) = (reaches().fold(0.0, f64::min), reaches().fold(0.0, f64::max));
    if low == high {
        return Axis::exactly(0.0..1.0);
    }
    Axis::exactly(1.05 * low..1.05 * high)
}

/// Where bar number `i` of so many begins in a slot (its left edge and width), and how wide it is.
pub fn beside((left, slot): (f64, f64), count: usize, i: usize) -> (f64, f64) {
    let step = (slot / (count + 1) as f64).min(BAR.1);
    let first = left + (slot - step * count as f64) / 2.0;
    (first + (i as f64 + 0.06) * step, 0.88 * step)
}

/// Where a bar stands.
struct Place {
    left: f64,
    width: f64,
    /// Where zero is.
    floor: f64,
}

impl Place {
    fn draw(&self, document: &mut Document, look: Look, bar: &Bar, up: impl Fn(f64) -> f64) {
        let height = up(bar.estimate.mean) - self.floor;
        look.bar(document, (self.left, self.floor), (self.width, height));
        if let Some(number) = bar.published {
            published(document, self.left, up(number), self.width);
        }
        if bar.estimate.spread > 0.0 {
            let [bottom, top] = bar.estimate.ends().map(&up);
            error_bar(
                document,
                INK,
                self.left + self.width / 2.0,
                top,
                bottom,
                false,
            );
        }
    }

    /// Writes a number into the bar, upwards from zero.
    fn number(&self, document: &mut Document, number: f64, largest: f64) {
        let style = Style::new(10.5).halo().upwards();
        // Three digits of the largest one.
        let exponent = if largest > 0.0 {
            largest.log10().floor()
        } else {
            0.0
        };
        if !(-2.0..5.0).contains(&exponent) {
            return;
        }
        let text = tick(number, (2.0 - exponent).max(0.0) as usize);
        let y = match number < 0.0 {
            true => self.floor + 5.0 + style.width(&text),
            false => self.floor - 5.0,
        };
        document.text(self.left + self.width / 2.0 + style.drop(), y, style, &text);
    }
}

/// The tick of a published number: ink with a rim of paper, to be seen on every bar, and wider than a bar of error.
fn published(document: &mut Document, left: f64, y: f64, width: f64) {
    let path = across((left, y), width);
    document.push(format_args!(
        r#"<path stroke="{PAPER}" stroke-width="4.5" d="{path}"/>"#
    ));
    document.push(format_args!(
        r#"<path stroke="{INK}" stroke-width="2.5" d="{path}"/>"#
    ));
}

#[cfg(test)]
mod tests {
    use super::super::plane::OVERHANG;
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::super::sheet::Sheet;
    use super::*;

    const CAPTION: &str = "Accuracy, per cent";

    fn bar(mean: f64, published: f64) -> Bar {
        Bar {
            estimate: Estimate { mean, spread: 0.0 },
            published: (published > 0.0).then_some(published),
        }
    }

    /// The plane of a picture whose bars reach so far.
    fn plane(reaches: &[f64]) -> (Plane, Axis) {
        let axis = axis(|| reaches.iter().copied());
        let plane = Plane {
            left: Plane::left_beside(&axis, PLANE.1),
            top: Sheet::new(CAPTION, 0.0).top + OVERHANG.1,
            width: PLANE.0,
            height: PLANE.1,
        };
        (plane, axis)
    }

    #[test]
    fn bars_are_as_long_as_their_means_and_published_numbers_are_ticks() {
        let groups = [
            [bar(80.0, 90.0), bar(40.0, 0.0)],
            [bar(60.0, 30.0), bar(100.0, 0.0)],
        ];
        let groups = [("first", &groups[0][..]), ("second", &groups[1][..])];
        let svg = bars(&["privileged", "regular"], &groups, "accuracy", CAPTION, "");
        assert_nothing_clipped(&svg);
        let (plane, axis) = plane(&[100.0]);
        let pixmap = pixels(&svg);
        for (group, (_, bars)) in groups.iter().enumerate() {
            for (i, bar) in bars.iter().enumerate() {
                let slot = PLANE.0 / 2.0;
                let (left, width) = beside((plane.left + slot * group as f64, slot), 2, i);
                let color = |share: f64, value: f64, down: f64| {
                    let y = plane.up(axis.share(value)) + down;
                    color_at(&pixmap, left + share * width, y)
                };
                let mean = bar.estimate.mean;
                let fill = color(0.1, mean, 3.0);
                assert_ne!(fill, PAPER);
                assert_eq!(color(0.9, mean, 3.0), fill);
                assert_ne!(color(0.1, mean, -3.0), fill);
                assert_ne!(color(-0.1, mean, 3.0), fill);
                assert_ne!(color(1.1, mean, 3.0), fill);
                if let Some(published) = bar.published {
                    assert_eq!([0.1, 0.9].map(|x| color(x, published, 0.0)), [INK; 2]);
                    assert_eq!(color(0.1, published, 1.75), PAPER);
                }
            }
        }
        for text in [
            "privileged",
            "regular",
            "published",
            "first",
            "second",
            "accuracy",
            "80",
        ] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        let without = bars(&["a"], &[("first", &[bar(1.0, 0.0)])], "", CAPTION, "");
        assert!(!without.contains("published"));
    }

    #[test]
    fn bars_of_error_reach_as_far_as_the_spread() {
        let bar = Bar {
            estimate: Estimate {
                mean: 0.5,
                spread: 0.25,
            },
            published: None,
        };
        let svg = bars(&["a"], &[("", &[bar])], "", CAPTION, "");
        let (plane, axis) = plane(&[0.75]);
        let (left, width) = beside((plane.left, PLANE.0), 1, 0);
        let pixmap = pixels(&svg);
        let color = |value: f64, down: f64| {
            let y = plane.up(axis.share(value)) + down - 0.25;
            color_at(&pixmap, left + width / 2.0 - 0.25, y)
        };
        assert_eq!(
            [color(0.75, 1.0), color(0.6, 0.0), color(0.25, -1.0)],
            [INK; 3]
        );
        assert_ne!(color(0.75, -2.0), INK);
        assert_ne!(color(0.25, 2.0), INK);
    }

    #[test]
    fn negative_bars_hang_from_zero() {
        let svg = bars(
            &["a", "b"],
            &[("", &[bar(-2.0, 0.0), bar(1.0, 0.0)])],
            "",
            CAPTION,
            "",
        );
        assert_nothing_clipped(&svg);
        let (plane, axis) = plane(&[-2.0, 1.0]);
        let (left, width) = beside((plane.left, PLANE.0), 2, 0);
        let pixmap = pixels(&svg);
        let color = |value: f64| {
            let y = plane.up(axis.share(value));
            color_at(&pixmap, left + 0.1 * width, y)
        };
        assert_eq!(color(-1.9), color(-0.1));
        assert_ne!(color(-1.9), PAPER);
        assert_eq!(color(0.1), PAPER);
        assert!(svg.contains(">−2.00</text>"));
    }

    #[test]
    fn what_is_not_finite_is_left_out_and_said() {
        let mut all = [bar(1.0, 0.5); 4];
        all[1].estimate.mean = f64::NAN;
        all[2].estimate.spread = f64::INFINITY;
        all[3].published = Some(f64::NAN);
        let svg = bars(&["a", "b", "c", "d"], &[("", &all)], "", CAPTION, "");
        assert_nothing_clipped(&svg);
        assert!(words(&svg).contains("Left out, not finite: 1 of 4 bars."));
        // Two ticks and that of the legend.
        assert_eq!(svg.matches("stroke-width=\"4.5\"").count(), 3);
        let svg = bars(&["a"], &[("", &[bar(f64::NAN, 0.0)])], "", CAPTION, "");
        assert!(words(&svg).contains("There are no bars. Left out, not finite: 1 of 1 bars."));
    }

    #[test]
    fn any_number_of_groups_and_series_fits() {
        let long = "a very long name of <something> in a model ".repeat(5);
        for series in [0, 1, 4, 13] {
            for groups in [0, 1, 4, 13] {
                let scales: &[f64] = if series == 4 {
                    &[0.0, 1e-200, -1.0, 1e250]
                } else {
                    &[1.0]
                };
                for &scale in scales {
                    let bar = Bar {
                        estimate: Estimate {
                            mean: scale,
                            spread: 0.2 * scale.abs(),
                        },
                        published: Some(0.7 * scale),
                    };
                    let bars_of_all = vec![bar; series];
                    let names: Vec<&str> =
                        (0..series).map(|i| ["", "with", &long][i % 3]).collect();
                    let named: Vec<_> = (0..groups)
                        .map(|i| ([&long, "", "one"][i % 3], &bars_of_all[..]))
                        .collect();
                    let svg = bars(&names, &named, &long, &long, &long);
                    assert_nothing_clipped(&svg);
                    let words = words(&svg);
                    assert_eq!(words.contains("First 12 of 13 groups."), groups == 13);
                    assert_eq!(words.contains("First 10 of 13 series."), series == 13);
                    assert_eq!(words.contains("There are no bars."), series * groups == 0);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "bars: 2 series, but 1 bars in group 1")]
    fn groups_with_other_bars_are_refused() {
        let bar = bar(1.0, 0.0);
        bars(&["a", "b"], &[("", &[bar, bar]), ("", &[bar])], "", "", "");
    }
}
