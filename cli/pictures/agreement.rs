//! Predicted numbers against true ones.

use super::axis::{Axis, drawable};
use super::lines::{across, path, reference};
use super::series::{Chart, Look, MOST_SERIES};
use super::sheet::{first_of, left_out, sentences, some_of};

/// At most so many points of a series are drawn.
const MOST_POINTS: usize = 400;
/// The radius of a point.
const RADIUS: f64 = 2.2;

/// What several predictors say of the same objects against what is true, a point an object, as SVG text: each of
/// `predictors` is a name and its numbers, in the order of `truth`. Both axes have one scale, and on the diagonal a
/// prediction is what is true.
///
/// Of many objects every so many-th is drawn, and of many predictors the first 12, and the picture says so; what is not
/// finite is left out, and it says how many. `what` is what the numbers are, and `caption` the line above.
///
/// # Panics
/// If a predictor has not as many numbers as `truth`.
#[track_caller]
pub fn agreement(
    truth: &[f64],
    predictors: &[(&str, &[f64])],
    what: &str,
    caption: &str,
) -> String {
    for (_, numbers) in predictors {
        assert!(
            numbers.len() == truth.len(),
            "agreement: {} predictions of {} numbers",
            numbers.len(),
            truth.len()
        );
    }
    let shown = &predictors[..predictors.len().min(MOST_SERIES)];
    let every = truth.len().div_ceil(MOST_POINTS).max(1);
    let points = |numbers: &[f64]| -> Vec<(f64, f64)> {
        let pairs = truth.iter().zip(numbers).step_by(every);
        let drawable = pairs.filter_map(|(&x, &y)| Some((drawable(x)?, drawable(y)?)));
        drawable.collect()
    };
    let series: Vec<_> = shown.iter().map(|(_, numbers)| points(numbers)).collect();
    let all = || series.iter().flatten().flat_map(|&(x, y)| [x, y]);
    let axis = Axis::fitting(all());
    let axes = [axis.clone(), axis];
    let names = shown.iter().map(|(name, _)| *name);
    let names = names.chain(["what is true"]);
    let predicted = format!("{what}, predicted");
    let mut chart = Chart::new(caption, names, &axes, [what, &predicted]);
    let plane = chart.plane;
    let document = &mut chart.sheet.document;
    let (least, most) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| {
        (least.min(x), most.max(x))
    });
    if least < most {
        let ends = [least, most].map(|x| plane.place(&axes, (x, x)));
        reference(document, 0, &path(ends.into_iter()));
    }
    for (i, points) in series.iter().enumerate() {
        let look = Look::new(i);
        let shapes: String = points
            .iter()
            .map(|&point| {
                let (x, y) = plane.place(&axes, point);
                look.form.shape(x, y, RADIUS)
            })
            .collect();
        document.push(format_args!(
            r#"<g fill="{}" fill-opacity="0.7">{shapes}</g>"#,
            look.color
        ));
    }
    let legend_bottom = chart.legend(|document, i, (x, y), length| {
        if i == shown.len() {
            reference(document, 0, &across((x, y), length));
        } else {
            Look::new(i).dot(document, x + 0.5 * length, y);
        }
    });
    let chosen = truth.len().div_ceil(every);
    let drawn: usize = series.iter().map(Vec::len).sum();
    let remark = sentences(&[
        &some_of(chosen, truth.len(), "objects"),
        &first_of(shown.len(), predictors.len(), "predictors"),
        &left_out(chosen * shown.len() - drawn, chosen * shown.len(), "points"),
    ]);
    chart
        .sheet
        .finish(&remark, plane.bottom().max(legend_bottom) + 4.0)
}

#[cfg(test)]
mod tests {
    use super::super::colors::{FAINT_INK, GRID, PAPER};
    use super::super::plane::{OVERHANG, Plane};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::super::series::PLANE;
    use super::super::sheet::Sheet;
    use super::*;

    const CAPTION: &str = "Surrogate";

    #[test]
    fn points_are_where_they_belong_and_the_diagonal_is_where_both_are_equal() {
        let (truth, found) = ([0.0, 10.0, 4.0], [1.0, 9.0, 8.0]);
        let svg = agreement(&truth, &[("surrogate", &found)], "y", CAPTION);
        assert_nothing_clipped(&svg);
        let axis = Axis::fitting([0.0, 10.0].into_iter());
        let plane = Plane {
            left: Plane::left_beside(&axis, PLANE.1),
            top: Sheet::new(CAPTION, 0.0).top + OVERHANG.1,
            width: PLANE.0,
            height: PLANE.1,
        };
        let (axes, pixmap) = ([axis.clone(), axis], pixels(&svg));
        let at = |point, dx: f64| {
            let (x, y) = plane.place(&axes, point);
            color_at(&pixmap, x + dx, y)
        };
        let empty = [PAPER, GRID];
        for point in truth.into_iter().zip(found) {
            assert!(!empty.contains(&at(point, 0.0)));
            assert!(empty.contains(&at(point, 8.0)));
        }
        let on = (0..60).filter(|i| {
            at(
                (5.0 + f64::from(*i) / 100.0, 5.0 + f64::from(*i) / 100.0),
                0.0,
            ) == FAINT_INK
        });
        assert!(on.count() > 8);
    }

    #[test]
    fn what_is_not_drawn_is_said() {
        let truth: Vec<f64> = (0..1000).map(f64::from).collect();
        let mut found = truth.clone();
        (found[0], found[3]) = (f64::NAN, f64::INFINITY);
        let svg = agreement(&truth, &[("a", &found), ("b", &truth)], "y", CAPTION);
        assert_nothing_clipped(&svg);
        let words = words(&svg);
        assert!(
            words.contains("334 of 1,000 objects") || words.contains("334 of 1000 objects"),
            "{words}"
        );
        assert!(words.contains("2 of 668 points"), "{words}");
    }

    #[test]
    fn nothing_one_point_and_hostile_names_are_drawn() {
        for (truth, found) in [
            (vec![], vec![]),
            (vec![3.0], vec![3.0]),
            (vec![f64::NAN], vec![1.0]),
            (vec![-1e300, 1e300], vec![1e300, 1e-300]),
        ] {
            let name = "<b>&\"'".repeat(40);
            assert_nothing_clipped(&agreement(&truth, &[(&name, &found)], &name, &name));
        }
        assert_nothing_clipped(&agreement(&[], &[], "", ""));
    }

    #[test]
    #[should_panic = "agreement: 1 predictions of 2 numbers"]
    fn a_prediction_for_each_is_asked_for() {
        agreement(&[1.0, 2.0], &[("a", &[1.0])], "y", "");
    }
}
