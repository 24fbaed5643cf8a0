//! A probability over the plane of two features, several panels beside each other: a discriminator's and the exact one.

use super::axis::Axis;
use super::cells::{Place, Shading};
use super::colors::{INK, PAPER};
use super::document::{Document, Units};
use super::panels::{Counts, MOST_PANELS, Panels, around, chosen_points, extents};
use super::plane::Plane;
use super::series::Form;
use super::sheet::{Sheet, first_of, left_out, outside, sentences, some_of};
use std::fmt::Write;
use std::ops::Range;
use unsup_autograd::Matrix;

/// The longer side of a lattice has so many positions.
const POSITIONS: usize = 72;
/// More points than this of one kind are not drawn: they would hide the shades.
const MOST_POINTS: usize = 200;
/// How the first points and the second ones look, and how that is said.
const LOOKS: [(Form, &str); 2] = [(Form::Circle, "●"), (Form::Triangle, "△")];

/// Positions in rows and columns over a part of the plane: the middles of cells of one size, which are about square.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    part: [Range<f64>; 2],
    columns: usize,
    rows: usize,
}

impl Lattice {
    /// A lattice over the part of the plane in which these points (n x 2) lie, with a tenth of it around them. Points
    /// that are not finite do not count.
    ///
    /// # Panics
    /// If points have not two columns.
    #[track_caller]
    pub fn around(points: &[&Matrix<f32>]) -> Self {
        let finite: Vec<(f64, f64)> = points
            .iter()
            .flat_map(|points| chosen_points("Lattice::around", "points", points, usize::MAX).0)
            .collect();
        let part = around(&extents(finite.into_iter()), 0.1);
        let [across, up] = [0, 1].map(|i| part[i].end - part[i].start);
        let cell = across.max(up) / POSITIONS as f64;
        Self {
            columns: (across / cell).round() as usize,
            rows: (up / cell).round() as usize,
            part,
        }
    }

    /// The positions ((rows · columns) x 2), row by row from the least of feature 2 on.
    pub fn positions(&self) -> Matrix<f32> {
        Matrix::from_fn(self.rows * self.columns, 2, |i, j| {
            let place = self.place((i % self.columns) as f64, (i / self.columns) as f64);
            (if j == 0 { place.0 } else { place.1 }) as f32
        })
    }

    /// The middle of the cell so many columns from the left and rows from below, or what lies between.
    fn place(&self, column: f64, row: f64) -> (f64, f64) {
        let along = |part: &Range<f64>, share: f64| part.start + (part.end - part.start) * share;
        (
            along(&self.part[0], (column + 0.5) / self.columns as f64),
            along(&self.part[1], (row + 0.5) / self.rows as f64),
        )
    }

    fn contains(&self, (x, y): (f64, f64)) -> bool {
        self.part[0].contains(&x) && self.part[1].contains(&y)
    }
}

/// Probabilities over the plane beside each other, as SVG text. Each of `panels` is a name and the probability at each
/// of the [positions](Lattice::positions) of the `lattice`: red where it is near 1, blue where it is near 0, white and
/// a line where it is ½. On all of them lie the same `points`: for each kind, of which there are two at most, a name
/// and its points (n x 2), the first kind as full circles, the second as triangles.
///
/// All panels have one scale, shown beside them; probabilities outside 0 to 1 are clamped. Of more than 200 points of a
/// kind as many are drawn, chosen at random; of more than 12 panels the first. Points that are not finite are left out,
/// and points outside the lattice are not drawn. The picture says all of this. `caption` and names are broken where too
/// long.
///
/// # Panics
/// If a panel has not one probability for each position, or points have not two columns, or there are three kinds.
#[track_caller]
pub fn probability_planes(
    panels: &[(&str, &[f32])],
    lattice: &Lattice,
    points: &[(&str, &Matrix<f32>)],
    caption: &str,
) -> String {
    for (_, probabilities) in panels {
        assert!(
            probabilities.len() == lattice.rows * lattice.columns,
            "probability_planes: {}x{} positions, but {} probabilities",
            lattice.rows,
            lattice.columns,
            probabilities.len()
        );
    }
    assert!(
        points.len() <= LOOKS.len(),
        "probability_planes: at most 2 kinds of points, got {}",
        points.len()
    );
    let (kinds, counts): (Vec<Vec<(f64, f64)>>, Vec<Counts>) = points
        .iter()
        .map(|(_, points)| chosen_points("probability_planes", "points", points, MOST_POINTS))
        .unzip();
    let shown = &panels[..panels.len().min(MOST_PANELS)];
    let tables: Vec<Matrix<f32>> = shown
        .iter()
        .map(|(_, values)| Matrix::from_vec(lattice.rows, lattice.columns, values.to_vec()))
        .collect();
    let shading = Shading::probability(&tables);

    let places = Panels::new(shown.len(), 3, lattice.part.clone().map(Axis::exactly));
    let bar_left = places.right() + 12.0;
    let mut sheet = Sheet::new(caption, bar_left + shading.bar_width(BAR_NAME));
    let names: Vec<&str> = shown.iter().map(|(name, _)| *name).collect();
    let mut bar_top = sheet.top;
    let bottom = places.draw(&mut sheet, &names, |document, i, plane| {
        if i == 0 {
            bar_top = plane.top + 12.0;
        }
        shades(document, &tables[i], &shading, plane);
        contour(document, &tables[i], lattice, &places.axes, plane);
        for (points, (form, _)) in kinds.iter().zip(LOOKS) {
            let inside = points.iter().filter(|point| lattice.contains(**point));
            let inside = inside.map(|point| plane.place(&places.axes, *point));
            dots(document, form, inside);
        }
    });
    let bar_bottom = match shown.is_empty() {
        true => bar_top,
        false => shading.bar(&mut sheet.document, bar_left, bar_top, BAR_NAME),
    };

    let kinds_said: Vec<String> = points
        .iter()
        .zip(LOOKS)
        .map(|((name, _), (_, sign))| format!("{sign} {name}."))
        .collect();
    let all = Counts::sum(&counts);
    let far = kinds
        .iter()
        .flatten()
        .filter(|point| !lattice.contains(**point));
    let remark = sentences(&[
        &first_of(shown.len(), panels.len(), "panels"),
        "The line is where the probability is 0.5.",
        &sentences(&kinds_said.iter().map(String::as_str).collect::<Vec<_>>()),
        &shading.remark(),
        &some_of(all.drawn, all.finite, "points"),
        &outside(far.count(), all.drawn, "points"),
        &left_out(all.all - all.finite, all.all, "points"),
    ]);
    sheet.finish(&remark, bottom.max(bar_bottom) + 6.0)
}

/// What the bar of colours is called.
const BAR_NAME: &str = "p(1|x)";

/// The cells, the first row lowest.
fn shades(document: &mut Document, table: &Matrix<f32>, shading: &Shading, plane: &Plane) {
    let from_above: Vec<usize> = (0..table.rows()).rev().collect();
    let place = Place {
        x: plane.left,
        y: plane.top,
        cell_width: plane.width / table.columns() as f64,
        cell_height: plane.height / table.rows() as f64,
    };
    let table = table.select_rows(&from_above);
    place.draw(document, table.as_slice(), table.columns(), shading);
}

/// Points with a rim, to be seen on every shade: circles are full, triangles are not.
fn dots(document: &mut Document, form: Form, places: impl Iterator<Item = (f64, f64)>) {
    let (fill, rim, radius) = match form {
        Form::Circle => (INK, PAPER, 2.2),
        _ => (PAPER, INK, 2.0),
    };
    let shapes: String = places.map(|(x, y)| form.shape(x, y, radius)).collect();
    document.push(format_args!(
        r#"<g fill="{fill}" stroke="{rim}" stroke-width="0.8">{shapes}</g>"#
    ));
}

/// The line on which the table is ½.
fn contour(
    document: &mut Document,
    table: &Matrix<f32>,
    lattice: &Lattice,
    axes: &[Axis; 2],
    plane: &Plane,
) {
    let mut path = String::new();
    for [from, to] in level_line(table, 0.5) {
        let [from, to] =
            [from, to].map(|(column, row)| plane.place(axes, lattice.place(column, row)));
        let _ = write!(
            path,
            "M{} {}L{} {}",
            Units(from.0),
            Units(from.1),
            Units(to.0),
            Units(to.1)
        );
    }
    if path.is_empty() {
        return;
    }
    for (color, width) in [(PAPER, 3.6), (INK, 1.6)] {
        document.push(format_args!(
            r#"<path fill="none" stroke="{color}" stroke-width="{width}" stroke-linecap="round" d="{path}"/>"#
        ));
    }
}

/// The line on which a table, linear between its entries, has a value, in pieces from (column, row) to (column, row):
/// marching squares. Where an entry is not finite there is no line.
fn level_line(table: &Matrix<f32>, level: f64) -> Vec<[(f64, f64); 2]> {
    let mut pieces = Vec::new();
    for i in 1..table.rows() {
        for j in 1..table.columns() {
            // The corners of a square, round it.
            let corners = [(i - 1, j - 1), (i - 1, j), (i, j), (i, j - 1)];
            let values = corners.map(|(i, j)| f64::from(table.row(i)[j]) - level);
            if values.iter().any(|value| !value.is_finite()) {
                continue;
            }
            // Where the line meets the side from each corner to the next.
            let crossing = |k: usize| {
                let next = (k + 1) % 4;
                let (a, b) = (values[k], values[next]);
                if (a < 0.0) == (b < 0.0) {
                    return None;
                }
                let share = a / (a - b);
                let between =
                    |from: usize, to: usize| from as f64 + share * (to as f64 - from as f64);
                let ((i, j), (next_i, next_j)) = (corners[k], corners[next]);
                Some((between(j, next_j), between(i, next_i)))
            };
            let crossings = [0, 1, 2, 3].map(crossing);
            match crossings {
                [Some(a), Some(b), Some(c), Some(d)] => {
                    // A saddle: the line leaves out the corners that are not on the side of the middle.
                    let middle = values.iter().sum::<f64>() / 4.0;
                    if (middle < 0.0) == (values[0] < 0.0) {
                        pieces.extend([[a, b], [c, d]]);
                    } else {
                        pieces.extend([[d, a], [b, c]]);
                    }
                }
                _ => {
                    let mut two = crossings.into_iter().flatten();
                    pieces.extend(two.next().zip(two.next()).map(|(a, b)| [a, b]));
                }
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places;
    use super::super::colors::{NOT_A_NUMBER, diverging};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::*;

    const CAPTION: &str = "The discriminator";

    fn square() -> Matrix<f32> {
        Matrix::from_rows(&[[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0f32]])
    }

    fn values(lattice: &Lattice, of: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let positions = lattice.positions();
        positions.row_iter().map(|at| of(at[0], at[1])).collect()
    }

    fn drawn(
        panels: &[(&str, &[f32])],
        lattice: &Lattice,
        points: &[(&str, &Matrix<f32>)],
    ) -> String {
        let svg = probability_planes(panels, lattice, points, CAPTION);
        assert_nothing_clipped(&svg);
        svg
    }

    /// Where the first panel lies.
    fn first(svg: &str, lattice: &Lattice) -> (Plane, [Axis; 2]) {
        let axes = lattice.part.clone().map(Axis::exactly);
        let (left, top) = places(svg)[0];
        let plane = Plane {
            left,
            top,
            width: 480.0,
            height: 480.0,
        };
        (plane, axes)
    }

    #[test]
    fn shades_points_and_the_line_are_where_they_belong() {
        let points = square();
        let lattice = Lattice::around(&[&points]);
        // Grows to the right and, half as fast, upwards; ½ on y = −2x.
        let grown = values(&lattice, |x, y| 0.5 + 0.25 * x + 0.125 * y);
        let svg = drawn(&[("learned", &grown)], &lattice, &[("data", &points)]);
        let ((plane, axes), pixmap) = (first(&svg, &lattice), pixels(&svg));
        let color = |x: f64, y: f64| {
            let (x, y) = plane.place(&axes, (x, y));
            color_at(&pixmap, x, y)
        };
        for (x, y) in [
            (0.8, 0.1),
            (0.8, -0.8),
            (-0.7, 0.8),
            (-0.9, -0.5),
            (0.1, 1.1),
        ] {
            let close = |value: f64| {
                let step = 1.0 / 32.0;
                [-step, 0.0, step].map(|off| diverging(((value * 32.0).round()) / 32.0 + off))
            };
            let expected = close(2.0 * (0.25 * x + 0.125 * y));
            assert!(expected.contains(&color(x, y)), "{x} {y}: {}", color(x, y));
        }
        for y in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            assert_eq!(color(-0.5 * y, y), INK, "{y}");
        }
        for (x, y) in [(1.0, 1.0), (-1.0, 1.0)] {
            assert_eq!(color(x, y), INK);
            let (x, y) = plane.place(&axes, (x, y));
            assert_eq!(color_at(&pixmap, x + 2.0, y - 0.25), PAPER);
        }
        let said = words(&svg);
        assert!(
            said.contains("The line is where the probability is 0.5. ● data."),
            "{said}"
        );
        for text in [
            "p(1|x)",
            "1",
            "0.5",
            "0",
            "feature 1",
            "feature 2",
            "learned",
        ] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
    }

    #[test]
    fn positions_are_the_middles_of_cells_row_by_row_from_below() {
        let points = Matrix::from_rows(&[[0.0, 0.0], [10.0, 5.0f32]]);
        let lattice = Lattice::around(&[&points]);
        // 12 wide and 7 high.
        assert_eq!((lattice.columns, lattice.rows), (72, 42));
        let positions = lattice.positions();
        assert_eq!(positions.shape().rows(), 72 * 42);
        let at = |i: usize| (positions.row(i)[0], positions.row(i)[1]);
        let close = |a: (f32, f32), b: (f32, f32)| (a.0 - b.0).abs() + (a.1 - b.1).abs() < 1e-5;
        assert!(
            close(at(0), (-1.0 + 1.0 / 12.0, -1.0 + 1.0 / 12.0)),
            "{:?}",
            at(0)
        );
        assert!(close(at(1), (-1.0 + 3.0 / 12.0, -1.0 + 1.0 / 12.0)));
        assert!(close(at(72), (-1.0 + 1.0 / 12.0, -1.0 + 3.0 / 12.0)));
        assert!(close(
            at(72 * 42 - 1),
            (11.0 - 1.0 / 12.0, 6.0 - 1.0 / 12.0)
        ));
    }

    #[test]
    fn lines_are_straight_where_the_table_is_and_keep_corners_apart() {
        let table = Matrix::from_rows(&[[0.0, 1.0], [0.0, 1.0f32]]);
        assert_eq!(level_line(&table, 0.25), [[(0.25, 0.0), (0.25, 1.0)]]);
        // A saddle whose middle is high: each low corner is cut off.
        let saddle = |high: f32| Matrix::from_rows(&[[high, 0.0], [0.0, high]]);
        let nearest_corner = |[a, b]: [(f64, f64); 2]| ((a.0 + b.0 > 1.0), (a.1 + b.1 > 1.0));
        let cut = |high: f32| {
            level_line(&saddle(high), 0.5)
                .into_iter()
                .map(nearest_corner)
                .collect::<Vec<_>>()
        };
        assert_eq!(cut(4.0), [(true, false), (false, true)]);
        assert_eq!(cut(0.75), [(false, false), (true, true)]);
        let table = Matrix::from_rows(&[[0.0, 1.0], [f32::NAN, 1.0]]);
        assert!(level_line(&table, 0.5).is_empty());
        assert!(level_line(&Matrix::filled(5, 5, 0.5f32), 0.5).is_empty());
    }

    #[test]
    fn a_closed_line_is_closed() {
        let table = Matrix::from_fn(40, 40, |i, j| {
            let (x, y) = (j as f32 - 19.3, i as f32 - 20.4);
            (-(x * x + y * y) / 200.0).exp()
        });
        let pieces = level_line(&table, 0.5);
        // As long as the circle of radius √(200 ln 2), and each end is that of two pieces.
        let length: f64 = pieces
            .iter()
            .map(|[a, b]| (a.0 - b.0).hypot(a.1 - b.1))
            .sum();
        let expected = std::f64::consts::TAU * (200.0 * 2f64.ln()).sqrt();
        assert!((length / expected - 1.0).abs() < 0.01, "{length}");
        let key = |(x, y): (f64, f64)| ((x * 1e6).round() as i64, (y * 1e6).round() as i64);
        let mut ends = std::collections::BTreeMap::new();
        for end in pieces.iter().flatten() {
            *ends.entry(key(*end)).or_insert(0) += 1;
        }
        assert!(ends.values().all(|&count| count == 2));
    }

    #[test]
    fn what_is_outside_or_not_finite_is_said() {
        let mut points = square();
        let lattice = Lattice::around(&[&points]);
        let mut probabilities = values(&lattice, |_, _| 0.25);
        probabilities[0] = f32::NAN;
        probabilities[1] = 3.0;
        points.row_mut(0)[0] = f32::INFINITY;
        points.row_mut(1)[0] = 5.0;
        let kinds = [("data", &points), ("samples", &points)];
        let svg = drawn(&[("", &probabilities)], &lattice, &kinds);
        let said = words(&svg);
        for sentence in [
            "● data. △ samples.",
            "Values below 0 and above 1 are clamped.",
            "Pink is not a number.",
            "Outside of what is shown: 2 of 6 points.",
            "Left out, not finite: 2 of 8 points.",
        ] {
            assert!(said.contains(sentence), "{sentence}: {said}");
        }
        // The first position is the lowest on the left.
        let ((plane, _), pixmap) = (first(&svg, &lattice), pixels(&svg));
        let color = |column: f64| {
            let x = plane.left + (column + 0.5) * 480.0 / 72.0;
            color_at(&pixmap, x, plane.top + 480.0 - 3.0)
        };
        assert_eq!(
            [0.0, 1.0, 5.0].map(color),
            [NOT_A_NUMBER, diverging(1.0), diverging(-0.5)]
        );
    }

    #[test]
    fn any_number_of_panels_and_points_fits() {
        let long = "a name that does not <fit> above any panel ".repeat(5);
        for panels in [0, 1, 2, 5, 13] {
            for scale in [0.0, 1e-30, 1e30] {
                for points in [1, 500] {
                    if panels != 2 && (points != 500 || scale != 0.0) {
                        continue;
                    }
                    let x = Matrix::from_fn(points, 2, |i, j| scale * [i as f32, 9.0][j]);
                    let lattice = Lattice::around(&[&x, &Matrix::filled(1, 2, f32::NAN)]);
                    let values = values(&lattice, |x, _| if x > 0.0 { 0.9 } else { 0.1 });
                    let named: Vec<_> = (0..panels)
                        .map(|i| (["", "a", &long][i % 3], &values[..]))
                        .collect();
                    let kinds = [(&long[..], &x), ("", &x)];
                    let svg = probability_planes(&named, &lattice, &kinds, &long);
                    assert_nothing_clipped(&svg);
                    let words = words(&svg);
                    assert_eq!(words.contains("First 12 of 13 panels."), panels == 13);
                    let some = words.contains("400 of 1,000 points are drawn.");
                    assert_eq!(some, points == 500, "{words}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "probability_planes: 72x72 positions, but 3 probabilities")]
    fn other_probabilities_are_refused() {
        let lattice = Lattice::around(&[&square()]);
        probability_planes(&[("", &[0.0; 3])], &lattice, &[], "");
    }

    #[test]
    #[should_panic(expected = "Lattice::around: needs points of two columns, got 2x3")]
    fn other_points_are_refused() {
        Lattice::around(&[&Matrix::zeros(2, 3)]);
    }
}
