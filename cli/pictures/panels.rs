//! Panels beside each other that show the same part of the plane of two features, in one scale for both features.

use super::axis::Axis;
use super::colors::FRAME;
use super::document::{Document, Style};
use super::plane::{OVERHANG, Plane};
use super::series::Form;
use super::sheet::Sheet;
use std::ops::Range;
use unsup_autograd::Matrix;
use unsup_nn::random::{generator, sample_without_replacement};

/// More panels than this are not drawn.
pub const MOST_PANELS: usize = 12;
/// What is called so many times as high as wide, or the other way round, gets more room across.
const MOST_ASPECT: f64 = 2.0;
/// From a panel to the next.
const GAP: (f64, f64) = (30.0, 14.0);

/// Where panels lie.
pub struct Panels {
    /// Those of all panels.
    pub axes: [Axis; 2],
    columns: usize,
    width: f64,
    height: f64,
    left: f64,
}

impl Panels {
    /// So many panels with these axes, at most `most_columns` (up to 4) beside each other.
    pub fn new(count: usize, most_columns: usize, axes: [Axis; 2]) -> Self {
        let columns = match count {
            0 | 1 => 1,
            2 => 2,
            4 if most_columns < 4 => 2,
            3 | 5 | 6 | 9 => most_columns.min(3),
            _ => most_columns,
        };
        let width = [480.0, 340.0, 260.0, 205.0][columns - 1];
        let extent = |axis: &Axis| (axis.range.end - axis.range.start) * 10f64.powi(axis.exponent);
        let height = (width * extent(&axes[1]) / extent(&axes[0])).round();
        let left = Plane::left_beside(&axes[1], height);
        Self {
            axes,
            columns,
            width,
            height,
            left,
        }
    }

    /// How far right they reach.
    pub fn right(&self) -> f64 {
        self.left + self.columns as f64 * (self.width + GAP.0) - GAP.0 + OVERHANG.0 / 2.0
    }

    /// Draws the panels under their names from the top of the sheet on, and what is `inside` each, given its number.
    /// Says where they end.
    pub fn draw(
        &self,
        sheet: &mut Sheet,
        names: &[&str],
        mut inside: impl FnMut(&mut Document, usize, &Plane),
    ) -> f64 {
        let style = Style::new(13.0).bold();
        let line = 1.35 * style.size;
        let mut top = sheet.top;
        let mut bottom = top;
        let document = &mut sheet.document;
        for (row, names) in names.chunks(self.columns).enumerate() {
            let names: Vec<Vec<String>> = names
                .iter()
                .map(|name| style.shortened(name, self.width, 3))
                .collect();
            let lines = names.iter().map(Vec::len).max().unwrap_or(0);
            let below_names = top + line * lines as f64 + OVERHANG.1;
            for (column, name) in names.iter().enumerate() {
                let plane = Plane {
                    left: self.left + column as f64 * (self.width + GAP.0),
                    top: below_names,
                    width: self.width,
                    height: self.height,
                };
                // The last line of each name is next to its panel.
                let first = top + line * (lines - name.len()) as f64;
                document.lines(plane.left, first, style, name);
                if column == 0 {
                    plane.draw(document, &self.axes, ["feature 1", "feature 2"]);
                } else {
                    plane.draw_beside_another(document, &self.axes, "feature 1");
                }
                inside(document, row * self.columns + column, &plane);
                bottom = plane.bottom();
            }
            top = bottom + GAP.1;
        }
        bottom
    }

    /// Data points, faint, in a panel.
    pub fn draw_faint(&self, document: &mut Document, points: &[(f64, f64)], plane: &Plane) {
        let places = points.iter().map(|&point| plane.place(&self.axes, point));
        let dots: String = places.map(|(x, y)| Form::Circle.shape(x, y, 1.8)).collect();
        document.push(format_args!(
            r#"<g fill="{FRAME}" fill-opacity="0.7">{dots}</g>"#
        ));
    }
}

/// The two features of an object.
pub fn pair(row: &[f32]) -> (f64, f64) {
    (f64::from(row[0]), f64::from(row[1]))
}

/// How many there are, how many of these are finite, and how many of these are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub all: usize,
    pub finite: usize,
    pub drawn: usize,
}

impl Counts {
    pub fn sum(counts: &[Self]) -> Self {
        counts.iter().fold(Self::default(), |sum, counts| Self {
            all: sum.all + counts.all,
            finite: sum.finite + counts.finite,
            drawn: sum.drawn + counts.drawn,
        })
    }
}

/// Of the finite ones at most `most`, at random but always the same.
pub fn chosen<I>(
    items: impl ExactSizeIterator<Item = I>,
    is_finite: impl Fn(&I) -> bool,
    most: usize,
) -> (Vec<I>, Counts) {
    let all = items.len();
    let mut items: Vec<Option<I>> = items.filter(is_finite).map(Some).collect();
    let finite = items.len();
    let drawn = finite.min(most);
    let mut numbers: Vec<usize> = (0..finite).collect();
    if drawn < finite {
        numbers = sample_without_replacement(finite, drawn, &mut generator(0, "panel", 0));
    }
    let items = numbers
        .into_iter()
        .filter_map(|i| items[i].take())
        .collect();
    let counts = Counts { all, finite, drawn };
    (items, counts)
}

/// The same of points (n x 2).
///
/// # Panics
/// If they have not two columns; `operation` says where, `what` which.
#[track_caller]
pub fn chosen_points(
    operation: &str,
    what: &str,
    points: &Matrix<f32>,
    most: usize,
) -> (Vec<(f64, f64)>, Counts) {
    assert!(
        points.columns() == 2,
        "{operation}: needs {what} of two columns, got {}",
        points.shape()
    );
    let is_finite = |point: &(f64, f64)| point.0.is_finite() && point.1.is_finite();
    chosen(points.row_iter().map(pair), is_finite, most)
}

/// From the least to the largest coordinate in both directions; 0 to 0 if there is none.
pub fn extents(places: impl Iterator<Item = (f64, f64)>) -> [Range<f64>; 2] {
    const NONE: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);
    let wider = |(least, most): (f64, f64), x: f64| (least.min(x), most.max(x));
    let (across, up) = places.fold((NONE, NONE), |(across, up), (x, y)| {
        (wider(across, x), wider(up, y))
    });
    [across, up].map(|(least, most)| match least <= most {
        true => least..most,
        false => 0.0..0.0,
    })
}

/// The longer side of what extends so far; if that is what an f32 rounds away, how large its numbers are; none if they
/// are all 0.
pub fn size(extents: &[Range<f64>; 2]) -> Option<f64> {
    let longer = extents
        .iter()
        .map(|extent| extent.end - extent.start)
        .fold(0.0, f64::max);
    let magnitude = extents
        .iter()
        .map(|extent| extent.start.abs().max(extent.end.abs()))
        .fold(0.0, f64::max);
    match (longer > 1e-6 * magnitude, magnitude > 0.0) {
        (true, _) => Some(longer),
        (false, true) => Some(magnitude),
        (false, false) => None,
    }
}

/// A part of the plane in which all that extends so far lies, with `room` around it, a share of its longer side, on
/// either side; neither direction is much shorter than the other one.
pub fn around(extents: &[Range<f64>; 2], room: f64) -> [Range<f64>; 2] {
    let longer = size(extents).unwrap_or(1.0);
    extents.clone().map(|extent| {
        let length = (extent.end - extent.start).max(longer / MOST_ASPECT) + 2.0 * room * longer;
        let middle = extent.start + (extent.end - extent.start) / 2.0;
        middle - length / 2.0..middle + length / 2.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_filled_and_panels_are_smaller_the_more_there_are() {
        let columns = |most: usize| {
            [0, 1, 2, 3, 4, 5, 6, 8, 9, 12].map(|count| {
                let axes = [(); 2].map(|()| Axis::exactly(0.0..1.0));
                let panels = Panels::new(count, most, axes);
                assert!(panels.right() < 1000.0);
                assert_eq!(panels.width, panels.height);
                panels.columns
            })
        };
        assert_eq!(columns(3), [1, 1, 2, 3, 2, 3, 3, 3, 3, 3]);
        assert_eq!(columns(4), [1, 1, 2, 3, 4, 3, 3, 4, 3, 4]);
    }

    #[test]
    fn a_part_of_the_plane_is_never_narrow_and_has_room() {
        let places = [(0.0, 1.0), (10.0, 1.0), (4.0, 2.0)];
        let part = around(&extents(places.into_iter()), 0.1);
        assert_eq!(part, [-1.0..11.0, -2.0..5.0]);
        // Nothing, zeros and what an f32 rounds away have a part of the plane too.
        assert_eq!(
            around(&extents(std::iter::empty()), 0.0),
            [-0.25..0.25, -0.25..0.25]
        );
        let alone = around(&extents([(1e6, 2e6), (1e6 + 0.01, 2e6)].into_iter()), 0.0);
        assert!(alone[0].end - alone[0].start > 1e5, "{alone:?}");
    }
}
