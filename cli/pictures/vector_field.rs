//! Vector fields in the plane beside each other: a denoiser's and the exact one.

use super::axis::{Axis, significant};
use super::colors::CLASSES;
use super::document::{Document, Units};
use super::panels::{
    Counts, MOST_PANELS, Panels, around, chosen, chosen_points, extents, pair, size,
};
use super::plane::Plane;
use super::sheet::{Sheet, first_of, left_out, sentences, some_of};
use std::fmt::Write;
use unsup_autograd::Matrix;

/// More arrows than this are not drawn in a panel: they would be too short to see where they lead.
const MOST_ARROWS: usize = 1_600;
/// More data points than this are not drawn.
const MOST_POINTS: usize = 2_000;
/// Arrows keep apart by this share of the usual distance between a position and the next.
const CLEARANCE: f64 = 0.2;
/// Positions are crowded whose nearest one is closer than this share of the usual distance. None of a grid is.
const CROWDED: f64 = 0.5;
/// An arrow is at most this share of the picture long.
const LONGEST: f64 = 0.3;

/// Vector fields beside each other, as SVG text. Each of `panels` is a name, the positions (m x 2) of its arrows, and
/// their vectors (m x 2); behind all of them lie the same data `points` (n x 2) in grey.
///
/// All panels show the same part of the plane in one scale, the same for both features, so that directions are true. An
/// arrow stands with its middle at its position. Its length is its vector's times a factor, one for all panels, as
/// large as may be without arrows of a panel overlapping; the picture says it. Where some positions are crowded, which
/// would leave all arrows too short, as many arrows may overlap others, and the picture says that. Vectors too short to
/// see are dots.
///
/// Of more than 1,600 arrows in a panel, or 2,000 points, as many are drawn, chosen at random; of more than 12 panels
/// the first. What is not finite is left out. The picture says all of this. `caption` and names are broken where too
/// long.
///
/// # Panics
/// If points or positions have not two columns, or vectors have not the shape of their positions.
#[track_caller]
pub fn vector_field(
    panels: &[(&str, &Matrix<f32>, &Matrix<f32>)],
    points: &Matrix<f32>,
    caption: &str,
) -> String {
    let (points, point_counts) = chosen_points("vector_field", "points", points, MOST_POINTS);
    for (_, positions, vectors) in panels {
        assert!(
            positions.columns() == 2,
            "vector_field: needs positions of two columns, got {}",
            positions.shape()
        );
        assert!(
            positions.shape() == vectors.shape(),
            "vector_field: positions of {}, but vectors of {}",
            positions.shape(),
            vectors.shape()
        );
    }
    let shown = &panels[..panels.len().min(MOST_PANELS)];
    let (arrows, counts): (Vec<Vec<Arrow>>, Vec<Counts>) = shown
        .iter()
        .map(|(_, positions, vectors)| {
            let rows = positions.row_iter().zip(vectors.row_iter());
            let arrow = |(at, vector): (&[f32], &[f32])| Arrow {
                at: pair(at),
                vector: pair(vector),
            };
            chosen(rows.map(arrow), Arrow::is_finite, MOST_ARROWS)
        })
        .unzip();
    let factor = Factor::fitting(&arrows, &points);
    let places = Panels::new(shown.len(), 3, axes(&arrows, &points, factor.value()));
    let mut sheet = Sheet::new(caption, places.right());
    let names: Vec<&str> = shown.iter().map(|(name, ..)| *name).collect();
    let bottom = places.draw(&mut sheet, &names, |document, i, plane| {
        places.draw_faint(document, &points, plane);
        draw_arrows(document, &arrows[i], factor.value(), &places.axes, plane);
    });

    let longest = arrows
        .iter()
        .flatten()
        .map(Arrow::length)
        .fold(0.0, f64::max);
    let said = if longest > 0.0 {
        let times = factor.times();
        format!(
            "Arrows are {times} times as long as their vectors in all panels, their middles at their places."
        )
    } else {
        "There are no vectors longer than 0.".to_string()
    };
    let overlapping = match factor.some_overlap {
        true => "Some overlap.",
        false => "",
    };
    let all = Counts::sum(&counts);
    let remark = sentences(&[
        &first_of(shown.len(), panels.len(), "panels"),
        &said,
        overlapping,
        "Data points are grey.",
        &some_of(all.drawn, all.finite, "arrows"),
        &left_out(all.all - all.finite, all.all, "arrows"),
        &some_of(point_counts.drawn, point_counts.finite, "data points"),
        &left_out(
            point_counts.all - point_counts.finite,
            point_counts.all,
            "data points",
        ),
    ]);
    sheet.finish(&remark, bottom + 6.0)
}

/// A vector at its position.
#[derive(Clone, Copy, Debug)]
struct Arrow {
    at: (f64, f64),
    vector: (f64, f64),
}

impl Arrow {
    fn is_finite(&self) -> bool {
        let numbers = [self.at.0, self.at.1, self.vector.0, self.vector.1];
        numbers.iter().all(|x| x.is_finite())
    }

    fn length(&self) -> f64 {
        self.vector.0.hypot(self.vector.1)
    }

    /// Where it begins and where it ends if it is drawn `factor` times as long.
    fn ends(&self, factor: f64) -> [(f64, f64); 2] {
        [-0.5 * factor, 0.5 * factor].map(|half| {
            (
                self.at.0 + half * self.vector.0,
                self.at.1 + half * self.vector.1,
            )
        })
    }
}

/// How many times as long as their vectors the arrows are drawn: a number of two digits, so that it is the one that is
/// said.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Factor {
    /// 10 to 99.
    digits: u32,
    /// The factor is the digits times ten to this.
    exponent: i32,
    /// Some arrows overlap.
    some_overlap: bool,
}

impl Factor {
    /// The largest factor at which no arrow comes too close to another one of its panel, except as many as there are
    /// crowded positions.
    fn fitting(panels: &[Vec<Arrow>], points: &[(f64, f64)]) -> Self {
        let arrows = || panels.iter().flatten();
        let longest = arrows().map(Arrow::length).fold(0.0, f64::max);
        if longest == 0.0 {
            return Self::at_most(1.0, false);
        }
        let places = arrows().map(|arrow| arrow.at).chain(points.iter().copied());
        let size = size(&extents(places)).unwrap_or(longest);
        let most = LONGEST * size / longest;
        let (mut all, mut all_crowded) = (Vec::new(), 0);
        for arrows in panels {
            let (borne, crowded) = borne(arrows, most);
            all.extend(borne);
            all_crowded += crowded;
        }
        all.sort_by(f64::total_cmp);
        // Not all positions are crowded: half are at least as far apart as usual.
        let factor = all[all_crowded.min(all.len() - 1)];
        Self::at_most(factor, all[0] < factor)
    }

    /// Not above `factor`, which is positive.
    fn at_most(factor: f64, some_overlap: bool) -> Self {
        let exponent = factor.log10().floor() as i32 - 1;
        // Powers of ten are not exact.
        let digits = (factor / 10f64.powi(exponent) * (1.0 + 1e-9)).floor();
        Self {
            digits: digits.clamp(10.0, 99.0) as u32,
            exponent,
            some_overlap,
        }
    }

    fn value(self) -> f64 {
        f64::from(self.digits) * 10f64.powi(self.exponent)
    }

    /// "0.35", "2", "1.5·10⁻⁷"
    fn times(self) -> String {
        significant(self.digits, self.exponent)
    }
}

/// For each arrow the largest factor, up to `most`, at which it does not come too close to another one; and how many
/// positions are crowded.
fn borne(arrows: &[Arrow], most: f64) -> (Vec<f64>, usize) {
    let apart = |i: usize, j: usize| distance(arrows[i].at, arrows[j].at);
    let mut nearest = vec![f64::INFINITY; arrows.len()];
    for i in 0..arrows.len() {
        for j in 0..i {
            let apart = apart(i, j);
            nearest[i] = nearest[i].min(apart);
            nearest[j] = nearest[j].min(apart);
        }
    }
    nearest.sort_by(f64::total_cmp);
    let usual = nearest.get(nearest.len() / 2).copied().unwrap_or(0.0);
    let crowded = nearest.iter().filter(|&&apart| apart < CROWDED * usual);
    let clearance = CLEARANCE * usual;
    let mut borne = vec![most; arrows.len()];
    for (i, a) in arrows.iter().enumerate() {
        for (j, b) in arrows[..i].iter().enumerate() {
            let apart = apart(i, j);
            // Two that are closer than that from the first keep half of their distance.
            let clearance = clearance.min(0.5 * apart);
            let factor = borne[i].max(borne[j]);
            // Each lies within a circle about its middle; most circles do not meet.
            if apart - 0.5 * factor * (a.length() + b.length()) >= clearance {
                continue;
            }
            let bears = |factor: f64| gap(a.ends(factor), b.ends(factor)) > clearance;
            if bears(factor) {
                continue;
            }
            // The gap only shrinks as the factor grows.
            let (mut low, mut high) = (0.0, factor);
            for _ in 0..24 {
                let middle = 0.5 * (low + high);
                if bears(middle) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            // Two at one place bear nothing; a number that is positive has a logarithm.
            let factor = low.max(1e-9 * most);
            borne[i] = borne[i].min(factor);
            borne[j] = borne[j].min(factor);
        }
    }
    (borne, crowded.count())
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The distance of two line segments: none if they cross, otherwise one of the ends is nearest to the other segment.
fn gap(a: [(f64, f64); 2], b: [(f64, f64); 2]) -> f64 {
    // On which side of the line through a segment a point lies.
    let side = |[start, end]: [(f64, f64); 2], point: (f64, f64)| {
        (end.0 - start.0) * (point.1 - start.1) - (end.1 - start.1) * (point.0 - start.0)
    };
    let parted = |a, [start, end]: [(f64, f64); 2]| {
        let (start, end) = (side(a, start), side(a, end));
        start < 0.0 && end > 0.0 || start > 0.0 && end < 0.0
    };
    if parted(a, b) && parted(b, a) {
        return 0.0;
    }
    let to_segment = |point: (f64, f64), [start, end]: [(f64, f64); 2]| {
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        let squared = dx * dx + dy * dy;
        let along = (point.0 - start.0) * dx + (point.1 - start.1) * dy;
        let share = if squared > 0.0 {
            (along / squared).clamp(0.0, 1.0)
        } else {
            0.0
        };
        distance(point, (start.0 + share * dx, start.1 + share * dy))
    };
    let ends = [(a[0], b), (a[1], b), (b[0], a), (b[1], a)];
    let gaps = ends.map(|(end, segment)| to_segment(end, segment));
    gaps.into_iter().fold(f64::INFINITY, f64::min)
}

/// The axes of the part of the plane in which all of this lies, with some room around it.
fn axes(panels: &[Vec<Arrow>], points: &[(f64, f64)], factor: f64) -> [Axis; 2] {
    let ends = panels.iter().flatten().flat_map(|arrow| arrow.ends(factor));
    around(&extents(ends.chain(points.iter().copied())), 0.04).map(Axis::exactly)
}

/// The arrows, with heads that are never longer than half of them.
fn draw_arrows(
    document: &mut Document,
    arrows: &[Arrow],
    factor: f64,
    axes: &[Axis; 2],
    plane: &Plane,
) {
    let (mut shafts, mut heads, mut dots) = (String::new(), String::new(), String::new());
    for arrow in arrows {
        let [start, end] = arrow.ends(factor).map(|place| plane.place(axes, place));
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        let length = dx.hypot(dy);
        if length < 1.5 {
            let (x, y) = plane.place(axes, arrow.at);
            let _ = write!(
                dots,
                r#"<circle cx="{}" cy="{}" r="0.9"/>"#,
                Units(x),
                Units(y)
            );
            continue;
        }
        let (dx, dy) = (dx / length, dy / length);
        let head = (0.5 * length).min(6.0);
        let half = 0.42 * head;
        let base = (end.0 - head * dx, end.1 - head * dy);
        let _ = write!(
            shafts,
            "M{} {}L{} {}",
            Units(start.0),
            Units(start.1),
            Units(base.0),
            Units(base.1)
        );
        let _ = write!(
            heads,
            "M{} {}L{} {}L{} {}z",
            Units(end.0),
            Units(end.1),
            Units(base.0 - half * dy),
            Units(base.1 + half * dx),
            Units(base.0 + half * dy),
            Units(base.1 - half * dx)
        );
    }
    let color = CLASSES[0];
    document.push(format_args!(
        r#"<g fill="{color}"><path fill="none" stroke="{color}" stroke-width="1.2" d="{shafts}"/><path d="{heads}"/>{dots}</g>"#
    ));
}

#[cfg(test)]
mod tests {
    use super::super::colors::PAPER;
    use super::super::plane::OVERHANG;
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels, words};
    use super::*;

    const CAPTION: &str = "A denoiser and the score";

    /// A grid of `side` x `side` positions, 1 apart, from (0, 0) on.
    fn square(side: usize) -> Matrix<f32> {
        Matrix::from_fn(side * side, 2, |i, j| [i % side, i / side][j] as f32)
    }

    fn arrows(positions: &Matrix<f32>, vectors: &Matrix<f32>) -> Vec<Arrow> {
        let rows = positions.row_iter().zip(vectors.row_iter());
        rows.map(|(at, vector)| Arrow {
            at: pair(at),
            vector: pair(vector),
        })
        .collect()
    }

    fn drawn(panels: &[(&str, &Matrix<f32>, &Matrix<f32>)], points: &Matrix<f32>) -> String {
        let svg = vector_field(panels, points, CAPTION);
        assert_nothing_clipped(&svg);
        svg
    }

    #[test]
    fn arrows_lead_along_their_vectors_with_their_middle_at_their_place() {
        let positions = Matrix::from_rows(&[[0.0, 0.0], [4.0, 0.0], [0.0, 3.0f32]]);
        let vectors = Matrix::from_rows(&[[2.0, 0.0], [0.0, 1.0], [0.0, 0.0f32]]);
        let points = Matrix::from_rows(&[[2.0, 1.5f32]]);
        let svg = drawn(&[("field", &positions, &vectors)], &points);
        let all = vec![arrows(&positions, &vectors)];
        let factor = Factor::fitting(&all, &[(2.0, 1.5)]);
        // Not longer than 0.3 of the four units that it is wide.
        assert_eq!((factor.digits, factor.exponent), (60, -2));
        assert!(
            words(&svg).contains("Arrows are 0.6 times as long"),
            "{}",
            words(&svg)
        );
        let axes = axes(&all, &[(2.0, 1.5)], factor.value());
        let height = 480.0 * (axes[1].range.end - axes[1].range.start)
            / (axes[0].range.end - axes[0].range.start);
        let plane = Plane {
            left: Plane::left_beside(&axes[1], height.round()),
            top: Sheet::new(CAPTION, 0.0).top + 1.35 * 13.0 + OVERHANG.1,
            width: 480.0,
            height: height.round(),
        };
        let pixmap = pixels(&svg);
        let color = |x: f64, y: f64| {
            let (x, y) = plane.place(&axes, (x, y));
            color_at(&pixmap, x, y)
        };
        // Two long and 0.6 times: from -0.6 to 0.6.
        for x in [-0.58, -0.3, 0.0, 0.3, 0.57] {
            assert_eq!(color(x, 0.0), CLASSES[0], "{x}");
        }
        assert_ne!(color(-0.64, 0.02), CLASSES[0]);
        assert_ne!(color(0.63, 0.02), CLASSES[0]);
        // The head is at the end: wider than the shaft.
        assert_eq!(color(0.56, 0.012), CLASSES[0]);
        assert_ne!(color(-0.56, 0.012), CLASSES[0]);
        // Upwards, from -0.3 to 0.3.
        for y in [-0.28, 0.0, 0.27] {
            assert_eq!(color(4.0, y), CLASSES[0], "{y}");
        }
        assert_ne!(color(4.02, 0.34), CLASSES[0]);
        // A vector of no length is a dot.
        let (x, y) = plane.place(&axes, (0.0, 3.0));
        let dot = (0..6).flat_map(|i| (0..6).map(move |j| (f64::from(i), f64::from(j))));
        let dot = dot
            .filter(|(i, j)| color_at(&pixmap, x - 1.5 + i / 2.0, y - 1.5 + j / 2.0) == CLASSES[0]);
        assert!((4..=14).contains(&dot.count()));
        // The data point is faint.
        let point = color(2.0, 1.5);
        assert!(
            point != PAPER && point != CLASSES[0] && point.0 > 176,
            "{point}"
        );
    }

    #[test]
    fn no_two_arrows_overlap_in_any_panel_and_one_factor_serves_all() {
        let positions = square(9);
        let swirl = |scale: f32| {
            Matrix::from_fn(81, 2, |i, j| {
                let (x, y) = ((i % 9) as f32 - 4.0, (i / 9) as f32 - 4.0);
                scale * [-y + 0.3 * x, x + 0.3 * y][j]
            })
        };
        let (small, large) = (swirl(1.0), swirl(7.0));
        let panels = [arrows(&positions, &small), arrows(&positions, &large)];
        let factor = Factor::fitting(&panels, &[]);
        assert!(!factor.some_overlap);
        let alone = Factor::fitting(&panels[1..], &[]);
        assert_eq!(factor, alone);
        let mut least = f64::INFINITY;
        for arrows in &panels {
            for (i, a) in arrows.iter().enumerate() {
                for b in &arrows[..i] {
                    let [a, b] = [a, b].map(|arrow| arrow.ends(factor.value()));
                    least = least.min(gap(a, b));
                }
            }
        }
        // They keep a fifth of the distance of their places, and could hardly be longer.
        assert!((0.2..0.25).contains(&least), "{least}");
        let svg = drawn(
            &[("a", &positions, &small), ("b", &positions, &large)],
            &positions,
        );
        let said = format!("Arrows are {} times as long", factor.times());
        assert!(words(&svg).contains(&said), "{said}");
    }

    #[test]
    fn arrows_at_one_place_do_not_take_the_length_of_all_others() {
        let mut positions = square(7);
        let vectors = Matrix::from_fn(49, 2, |i, j| [1.0, i as f32 / 100.0][j]);
        let usual = Factor::fitting(&[arrows(&positions, &vectors)], &[]);
        assert!(!usual.some_overlap);
        let first = positions.row(0).to_vec();
        positions.row_mut(1).copy_from_slice(&first);
        let factor = Factor::fitting(&[arrows(&positions, &vectors)], &[]);
        assert!((0.9..1.1).contains(&(factor.value() / usual.value())));
        assert!(factor.some_overlap);
        let svg = drawn(&[("", &positions, &vectors)], &positions);
        assert!(words(&svg).contains("Some overlap."));
        // All at one place have some length too.
        let positions = Matrix::filled(49, 2, 3.0f32);
        let factor = Factor::fitting(&[arrows(&positions, &vectors)], &[]);
        assert!(factor.value() > 0.0);
        drawn(&[("", &positions, &vectors)], &positions);
    }

    #[test]
    fn gaps_of_segments_are_those_of_their_nearest_points() {
        let across = [(0.0, 0.0), (4.0, 0.0)];
        for (other, expected) in [
            ([(2.0, -1.0), (2.0, 1.0)], 0.0),
            ([(2.0, 1.0), (2.0, 3.0)], 1.0),
            ([(1.0, 0.5), (3.0, 0.5)], 0.5),
            ([(7.0, 4.0), (9.0, 9.0)], 5.0),
            ([(5.0, 0.0), (8.0, 0.0)], 1.0),
            ([(3.0, 0.0), (8.0, 0.0)], 0.0),
            ([(2.0, 3.0), (2.0, 3.0)], 3.0),
        ] {
            assert!((gap(across, other) - expected).abs() < 1e-12, "{other:?}");
            assert!((gap(other, across) - expected).abs() < 1e-12, "{other:?}");
        }
    }

    #[test]
    fn one_scale_for_both_features_and_all_panels() {
        for (wide, high) in [
            (1.0, 1.0),
            (10.0, 1.0),
            (1.0, 10.0),
            (1e-20, 1e20),
            (3.0, 0.0),
        ] {
            let points = Matrix::from_rows(&[[0.0, 0.0], [wide, high]]);
            let axes = axes(&[], &[(0.0, 0.0), (f64::from(wide), f64::from(high))], 1.0);
            let extents = axes.map(|axis| {
                assert!((axis.share(0.0)) > 0.0);
                (axis.range.end - axis.range.start) * 10f64.powi(axis.exponent)
            });
            let aspect = extents[1] / extents[0];
            assert!((0.4..=2.2).contains(&aspect), "{aspect}");
            let vectors = Matrix::from_rows(&[[wide, high], [high, wide]]);
            let svg = drawn(&[("a", &points, &vectors); 5], &points);
            // Five panels in two rows, numbers of the upright axis at the left ones only.
            assert_eq!(svg.matches(">a</text>").count(), 5);
            assert_eq!(
                svg.matches(">feature 1</text>").count(),
                if words(&svg).contains("feature 1, in units") {
                    0
                } else {
                    5
                }
            );
            let upright = svg.matches(">feature 2").count();
            assert_eq!(upright, 2);
        }
    }

    #[test]
    fn what_is_not_finite_is_left_out_and_said() {
        let positions = square(3);
        let mut vectors = Matrix::filled(9, 2, 0.5f32);
        vectors.row_mut(4)[1] = f32::NAN;
        let mut infinite = positions.clone();
        infinite.row_mut(0)[0] = f32::INFINITY;
        let svg = drawn(
            &[("", &positions, &vectors), ("", &infinite, &vectors)],
            &infinite,
        );
        let words = words(&svg);
        assert!(
            words.contains("Left out, not finite: 3 of 18 arrows."),
            "{words}"
        );
        assert!(
            words.contains("Left out, not finite: 1 of 9 data points."),
            "{words}"
        );
        // As many heads as arrows.
        let heads = svg.split("<path d=\"").skip(1);
        let heads = heads.filter_map(|path| path.split('"').next());
        assert_eq!(
            heads.map(|path| path.matches('z').count()).sum::<usize>(),
            15
        );
        let none = Matrix::filled(9, 2, f32::NAN);
        drawn(&[("", &none, &none)], &none);
    }

    #[test]
    fn any_number_of_panels_arrows_and_points_fits() {
        let long = "a field of which the <name> does not fit above any panel ".repeat(5);
        for panels in [0, 1, 2, 3, 4, 7, 13] {
            for side in [1, 2, 9, 45] {
                if panels > 1 && side > 9 {
                    continue;
                }
                for scale in [0.0, 1e-30, 1e30] {
                    let positions = square(side).map(|x: f32| x * scale);
                    let vectors = positions.map(|x: f32| 3.0 - x);
                    let named = |i: usize| (["", "a", &long[..]][i % 3], &positions, &vectors);
                    let named: Vec<_> = (0..panels).map(named).collect();
                    let svg = drawn(&named, &positions);
                    let words = words(&svg);
                    assert_eq!(
                        words.contains("First 12 of 13 panels."),
                        panels > MOST_PANELS
                    );
                    let arrows = format!("{} of {} arrows are drawn.", "1,600", "2,025");
                    assert_eq!(words.contains(&arrows), side == 45 && panels > 0, "{words}");
                    let points = "2,000 of 2,025 data points are drawn.";
                    assert_eq!(words.contains(points), side == 45);
                }
            }
        }
        // Those of one number of positions are the same in all panels.
        let positions = square(45);
        let chosen = || chosen(positions.row_iter().map(pair), |_| true, MOST_ARROWS).0;
        assert_eq!(chosen(), chosen());
        assert_eq!(chosen().len(), MOST_ARROWS);
    }

    #[test]
    fn vectors_of_no_length_are_dots_and_it_is_said() {
        let positions = square(3);
        let svg = drawn(
            &[("", &positions, &Matrix::zeros(9, 2))],
            &Matrix::zeros(1, 2),
        );
        assert_eq!(svg.matches(r#"r="0.9""#).count(), 9);
        assert!(words(&svg).contains("There are no vectors longer than 0."));
        assert!(inked(&pixels(&svg), 0.0, 0.0, 500.0, 400.0) > 1000);
    }

    #[test]
    #[should_panic(expected = "vector_field: needs points of two columns, got 4x3")]
    fn other_points_are_refused() {
        vector_field(&[], &Matrix::zeros(4, 3), "");
    }

    #[test]
    #[should_panic(expected = "vector_field: needs positions of two columns, got 4x1")]
    fn other_positions_are_refused() {
        let positions = Matrix::zeros(4, 1);
        vector_field(&[("", &positions, &positions)], &Matrix::zeros(4, 2), "");
    }

    #[test]
    #[should_panic(expected = "vector_field: positions of 4x2, but vectors of 3x2")]
    fn other_vectors_are_refused() {
        let (positions, vectors) = (Matrix::zeros(4, 2), Matrix::zeros(3, 2));
        vector_field(&[("", &positions, &vectors)], &positions, "");
    }
}
