//! A plane with two axes, a grid behind it, and the numbers and names of the axes beside it.

use super::axis::Axis;
use super::colors::{GRID, INK};
use super::document::{Anchor, Document, Style, Units};
use super::sheet::MARGIN;
use std::fmt::Write;

/// How wide a number below the plane is with some room around it, and how high one left of it.
const ROOM: (f64, f64) = (62.0, 60.0);
/// So much of the topmost number and of the rightmost one may stand out of the plane.
pub const OVERHANG: (f64, f64) = (30.0, 8.0);

/// Where a plane lies.
#[derive(Clone, Copy, Debug)]
pub struct Plane {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Plane {
    /// How far right of the picture's edge a plane of this height begins, to leave room for the numbers and the name of
    /// its upright axis.
    pub fn left_beside(upright: &Axis, height: f64) -> f64 {
        let style = tick_style();
        let ticks = upright.ticks(height, ROOM.1);
        let widths = ticks.iter().map(|(_, text)| style.width(text));
        (MARGIN + 18.0 + 6.0 + widths.fold(0.0, f64::max) + 8.0).ceil()
    }

    /// Where the name of the axis below it ends.
    pub fn bottom(&self) -> f64 {
        self.top + self.height + 46.0
    }

    /// Where a point lies in the picture.
    pub fn place(&self, axes: &[Axis; 2], (x, y): (f64, f64)) -> (f64, f64) {
        (self.across(axes[0].share(x)), self.up(axes[1].share(y)))
    }

    /// The same, moved up or down into the plane if it lies above or below: also what a logarithmic axis cannot show.
    pub fn within(&self, axes: &[Axis; 2], (x, y): (f64, f64)) -> (f64, f64) {
        // Below zero there is no logarithm.
        let share = axes[1].share(y);
        let share = if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        };
        (self.across(axes[0].share(x)), self.up(share))
    }

    /// Where a share of the plane's width lies, from the left.
    pub fn across(&self, share: f64) -> f64 {
        self.left + share * self.width
    }

    /// Where a share of its height lies, from below.
    pub fn up(&self, share: f64) -> f64 {
        self.top + (1.0 - share) * self.height
    }

    /// Draws the grid, the axes with their ticks, and what they are called: from left to right, and upwards. Long names
    /// are cut.
    pub fn draw(&self, document: &mut Document, axes: &[Axis; 2], names: [&str; 2]) {
        self.draw_beside_another(document, axes, names[0]);
        self.number_upright(document, &axes[1], names[1]);
    }

    /// The same without the numbers and the name of the upright axis, which stand left of another plane beside it.
    pub fn draw_beside_another(&self, document: &mut Document, axes: &[Axis; 2], name: &str) {
        let across = &axes[0];
        self.draw_lines(document, Some(across), &axes[1]);
        let style = tick_style().anchor(Anchor::Middle);
        let y = self.top + self.height + 19.0;
        for (share, text) in across.ticks(self.width, ROOM.0) {
            document.text(self.across(share), y, style, &text);
        }
        let name = named(across, name, self.width);
        document.text(self.across(0.5), self.bottom() - 8.0, name_style(), &name);
    }

    /// The same without the numbers and the name of the axis from left to right: they stand below another plane, or
    /// there is no such axis.
    pub fn draw_upright(
        &self,
        document: &mut Document,
        across: Option<&Axis>,
        upright: &Axis,
        name: &str,
    ) {
        self.draw_lines(document, across, upright);
        self.number_upright(document, upright, name);
    }

    /// The numbers left of the plane, and the name of their axis.
    fn number_upright(&self, document: &mut Document, upright: &Axis, name: &str) {
        let style = tick_style().anchor(Anchor::End);
        for (share, text) in upright.ticks(self.height, ROOM.1) {
            let y = self.up(share) + style.drop();
            document.text(self.left - 8.0, y, style, &text);
        }
        let name = named(upright, name, self.height);
        let style = name_style().upwards();
        document.text(MARGIN + 12.0, self.up(0.5), style, &name);
    }

    /// The grid, the axes and their ticks.
    fn draw_lines(&self, document: &mut Document, across: Option<&Axis>, upright: &Axis) {
        // To the half unit, a whole pixel, so that lines are sharp.
        let sharp = |units: f64| Units((units * 2.0).round() / 2.0);
        let below = across.map_or(Vec::new(), |axis| axis.ticks(self.width, ROOM.0));
        let beside = upright.ticks(self.height, ROOM.1);
        let (left, right) = (Units(self.left), Units(self.left + self.width));
        let (top, floor) = (Units(self.top), Units(self.top + self.height));
        let (mut lines, mut ticks) = (String::new(), String::new());
        for (share, _) in below {
            let x = sharp(self.across(share));
            let _ = write!(lines, "M{x} {top}V{floor}");
            let _ = write!(ticks, "M{x} {floor}v5");
        }
        for (share, _) in beside {
            let y = sharp(self.up(share));
            let _ = write!(lines, "M{left} {y}H{right}");
            let _ = write!(ticks, "M{left} {y}h-5");
        }
        document.push(format_args!(r#"<path stroke="{GRID}" d="{lines}"/>"#));
        document.push(format_args!(
            r#"<path fill="none" stroke="{INK}" d="M{left} {top}V{floor}H{right}{ticks}"/>"#
        ));
    }
}

fn tick_style() -> Style {
    Style::new(12.0)
}

fn name_style() -> Style {
    Style::new(13.0).anchor(Anchor::Middle)
}

/// An axis' name with its unit, the name cut where there is no room.
fn named(axis: &Axis, name: &str, room: f64) -> String {
    let (style, unit) = (name_style(), axis.unit());
    let name = style.shortened(name, room - style.width(&unit), 1);
    name.concat() + &unit
}

#[cfg(test)]
mod tests {
    use super::super::colors::PAPER;
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels};
    use super::*;

    /// A plane from (-1, 0) to (3, 11) and its picture.
    fn drawn(beside_another: bool, names: [&str; 2]) -> (Plane, [Axis; 2], String) {
        let axes = [Axis::exactly(-1.0..3.0), Axis::exactly(0.0..11.0)];
        let plane = Plane {
            left: Plane::left_beside(&axes[1], 300.0),
            top: 20.0,
            width: 400.0,
            height: 300.0,
        };
        let mut document = Document::new("");
        if beside_another {
            plane.draw_beside_another(&mut document, &axes, names[0]);
        } else {
            plane.draw(&mut document, &axes, names);
        }
        let width = plane.left + plane.width + OVERHANG.0;
        let svg = document.finish(width, plane.bottom());
        assert_nothing_clipped(&svg);
        (plane, axes, svg)
    }

    #[test]
    fn lines_and_numbers_are_where_their_values_are() {
        let (plane, axes, svg) = drawn(false, ["across", "up"]);
        let pixmap = pixels(&svg);
        let at = |x: f64, y: f64| {
            let (x, y) = plane.place(&axes, (x, y));
            color_at(&pixmap, x - 0.25, y - 0.25)
        };
        for y in [5.0, 10.0] {
            assert_eq!(at(0.77, y), GRID, "{y}");
            let (_, middle) = plane.place(&axes, (0.0, y));
            let number = inked(&pixmap, plane.left - 20.0, middle - 5.0, 14.0, 10.0);
            assert!(number > 30, "{y}: {number}");
            let between = inked(&pixmap, plane.left - 20.0, middle + 15.0, 14.0, 10.0);
            assert_eq!(between, 0, "{y}");
        }
        for x in [0.0, 1.0, 2.0] {
            assert_eq!(at(x, 4.7), GRID, "{x}");
        }
        assert_eq!(at(0.77, 4.7), PAPER);
        // The lower left corner is that of both axes.
        assert_eq!(plane.place(&axes, (-1.0, 0.0)), (plane.left, 320.0));
        assert_eq!(plane.place(&axes, (3.0, 11.0)), (plane.left + 400.0, 20.0));
        let axis = color_at(&pixmap, plane.left - 0.25, 100.0);
        assert_eq!(axis, INK);
    }

    #[test]
    fn a_plane_beside_another_has_no_numbers_left_of_it() {
        for (beside_another, said) in [(false, 1), (true, 0)] {
            let (plane, _, svg) = drawn(beside_another, ["across", "up"]);
            assert_eq!(svg.matches(">across</text>").count(), 1);
            assert_eq!(svg.matches(">up</text>").count(), said);
            let numbers = inked(&pixels(&svg), 0.0, 0.0, plane.left - 6.0, 300.0);
            assert_eq!(numbers > 0, !beside_another);
        }
    }

    #[test]
    fn long_names_are_cut_and_their_unit_is_kept() {
        let long = "a name that is far too long for any axis ".repeat(5);
        let (.., svg) = drawn(false, [&long, &long]);
        assert_eq!(svg.matches("…</text>").count(), 2);
        let small = Axis::exactly(0.0..3e-7);
        let name = named(&small, &long, 300.0);
        assert!(name.ends_with("…, in units of 10⁻⁷"), "{name}");
        assert!(name_style().width(&name) <= 300.0);
        assert_eq!(named(&small, "code", 300.0), "code, in units of 10⁻⁷");
    }
}
