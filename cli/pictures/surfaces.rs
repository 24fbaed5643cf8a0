//! Functions of two features over the plane, beside each other: a function and what was learned of it.

use super::axis::{Axis, drawable};
use super::cells::Shading;
use super::document::Count;
use super::panels::{MOST_PANELS, Panels, chosen_points};
use super::probability_planes::{dots, shades};
use super::series::Form;
use super::sheet::{Sheet, first_of, left_out, sentences, some_of};
use std::ops::Range;
use unsup_autograd::Matrix;

/// More points than this are not drawn: they would hide the shades.
const MOST_POINTS: usize = 200;

/// Numbers over a part of the plane, as SVG text: each of `panels` is a name and a table of numbers at the middles of
/// cells of one size, the first row at the least of feature 2, all of one shape. White is the least number of all
/// tables and black the largest, and the picture says which these are. On all of them lie the same `points` (n x 2),
/// which lie in that part: where the function was called.
///
/// Of more than 200 points as many are drawn, chosen at random; of more than 12 panels the first; and the picture says
/// so, and how many points are left out that are not finite. `caption` and names are broken where too long.
///
/// # Panics
/// If tables differ in shape, points have not two columns, or a range of `part` is empty.
#[track_caller]
pub fn surfaces(
    part: &[Range<f64>; 2],
    panels: &[(&str, &Matrix<f32>)],
    points: &Matrix<f32>,
    caption: &str,
) -> String {
    for (_, table) in panels {
        assert!(
            table.shape() == panels[0].1.shape(),
            "surfaces: shapes differ: {} and {}",
            panels[0].1.shape(),
            table.shape()
        );
    }
    for range in part {
        assert!(
            range.start < range.end,
            "surfaces: a part from {} to {}, expected a larger end",
            range.start,
            range.end
        );
    }
    let shown = &panels[..panels.len().min(MOST_PANELS)];
    let numbers = || {
        let entries = shown.iter().flat_map(|(_, table)| table.as_slice());
        entries.filter_map(|&number| drawable(number.into()))
    };
    let (least, most) = (
        numbers().fold(f64::INFINITY, f64::min),
        numbers().fold(f64::NEG_INFINITY, f64::max),
    );
    // all equal: white
    let range = if most > least { most - least } else { 1.0 };
    let share = |number: f32| ((f64::from(number) - least) / range) as f32;
    let tables: Vec<Matrix<f32>> = shown.iter().map(|(_, table)| table.map(share)).collect();
    let shading = Shading::grey(&tables);
    let (places, counts) = chosen_points("surfaces", "points", points, MOST_POINTS);

    let at = Panels::new(shown.len(), 3, part.clone().map(Axis::exactly));
    let mut sheet = Sheet::new(caption, at.right());
    let names: Vec<&str> = shown.iter().map(|(name, _)| *name).collect();
    let bottom = at.draw(&mut sheet, &names, |document, i, plane| {
        shades(document, &tables[i], &shading, plane);
        let places = places.iter().map(|&point| plane.place(&at.axes, point));
        dots(document, Form::Circle, places);
    });
    let scale = match least <= most {
        true => format!("White is {}, black is {}.", short(least), short(most)),
        false => "There are no numbers.".to_owned(),
    };
    let called = match counts.drawn {
        0 => String::new(),
        _ => format!("● where it was called, {} times.", Count(counts.all)),
    };
    let remark = sentences(&[
        &scale,
        &called,
        &first_of(shown.len(), panels.len(), "panels"),
        &some_of(counts.drawn, counts.finite, "points"),
        &left_out(counts.all - counts.finite, counts.all, "points"),
    ]);
    sheet.finish(&remark, bottom + 6.0)
}

/// A number in four digits or so.
fn short(number: f64) -> String {
    let text = match number.abs() {
        magnitude if magnitude == 0.0 || (0.01..1e5).contains(&magnitude) => format!("{number:.2}"),
        _ => format!("{number:.2e}"),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::super::colors::{PAPER, grey};
    use super::super::plane::{OVERHANG, Plane};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::*;

    const CAPTION: &str = "A function";
    const PART: [Range<f64>; 2] = [-5.0..10.0, 0.0..15.0];

    #[test]
    fn shades_lie_where_their_numbers_are_and_points_on_them() {
        // grows upwards; two cells each way
        let table = Matrix::from_rows(&[[10.0, 10.0], [10.0, 30.0]]);
        let point = Matrix::from_rows(&[[-2.0, 3.0]]);
        let svg = surfaces(&PART, &[("f", &table), ("b", &table)], &point, CAPTION);
        assert_nothing_clipped(&svg);
        let panels = Panels::new(2, 3, PART.map(Axis::exactly));
        let mut sheet = Sheet::new(CAPTION, panels.right());
        let mut planes: Vec<Plane> = Vec::new();
        panels.draw(&mut sheet, &["f", "b"], |_, _, plane| planes.push(*plane));
        let pixmap = pixels(&svg);
        for plane in &planes {
            let at = |x, y| {
                let (x, y) = plane.place(&panels.axes, (x, y));
                color_at(&pixmap, x, y)
            };
            assert_eq!(at(7.3, 12.1), grey(1.0));
            for white in [(-2.0, 12.1), (7.3, 2.1)] {
                assert_eq!(at(white.0, white.1), PAPER);
            }
            assert_ne!(at(-2.0, 3.0), PAPER);
        }
        assert_eq!(planes.len(), 2);
        assert!(planes[1].left > planes[0].left + planes[0].width + OVERHANG.0 / 2.0);
        assert!(
            words(&svg).contains("White is 10.00, black is 30.00."),
            "{}",
            words(&svg)
        );
        assert!(words(&svg).contains("where it was called, 1 times"));
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let table = Matrix::filled(3, 3, f32::NAN);
        let points = Matrix::from_fn(
            300,
            2,
            |i, _| if i < 3 { f32::NAN } else { (i % 10) as f32 },
        );
        let svg = surfaces(&PART, &[("<f>", &table)], &points, CAPTION);
        assert_nothing_clipped(&svg);
        let said = words(&svg);
        for part in [
            "There are no numbers.",
            "200 of 297 points",
            "3 of 300 points",
        ] {
            assert!(said.contains(part), "{part} is not in: {said}");
        }
        for value in [0.0, 1e30, -7.5] {
            let table = Matrix::filled(2, 2, value);
            let none = Matrix::filled(1, 2, f32::NAN);
            assert_nothing_clipped(&surfaces(&PART, &[("f", &table)], &none, CAPTION));
        }
        assert_nothing_clipped(&surfaces(&PART, &[], &Matrix::zeros(1, 2), ""));
    }

    #[test]
    #[should_panic = "surfaces: shapes differ: 2x2 and 2x3"]
    fn tables_of_one_shape_are_asked_for() {
        let (a, b) = (Matrix::zeros(2, 2), Matrix::zeros(2, 3));
        surfaces(&PART, &[("a", &a), ("b", &b)], &Matrix::zeros(1, 2), "");
    }
}
