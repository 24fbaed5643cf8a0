//! A plane with two axes, a grid behind it, and the numbers and names of the axes beside it.

use super::axis::{Axis, Tick};
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

    fn across(&self, share: f64) -> f64 {
        self.left + share * self.width
    }

    fn up(&self, share: f64) -> f64 {
        self.top + (1.0 - share) * self.height
    }

    /// Draws the grid, the axes with their ticks, and what they are called: from left to right, and upwards. Long names
    /// are cut.
    pub fn draw(&self, document: &mut Document, axes: &[Axis; 2], names: [&str; 2]) {
        self.draw_beside_another(document, axes, names[0]);
        let style = tick_style().anchor(Anchor::End);
        for (share, text) in axes[1].ticks(self.height, ROOM.1) {
            let y = self.up(share) + style.drop();
            document.text(self.left - 8.0, y, style, &text);
        }
        let name = named(&axes[1], names[1], self.height);
        let style = name_style().upwards();
        document.text(MARGIN + 12.0, self.up(0.5), style, &name);
    }

    /// The same without the numbers and the name of the upright axis, which stand left of another plane beside it.
    pub fn draw_beside_another(&self, document: &mut Document, axes: &[Axis; 2], name: &str) {
        // To the half unit, a whole pixel, so that lines are sharp.
        let sharp = |units: f64| Units((units * 2.0).round() / 2.0);
        let below: Vec<Tick> = axes[0].ticks(self.width, ROOM.0);
        let beside: Vec<Tick> = axes[1].ticks(self.height, ROOM.1);
        let (right, floor) = (self.left + self.width, self.top + self.height);
        let mut lines = String::new();
        for &(share, _) in &below {
            let x = sharp(self.across(share));
            let _ = write!(lines, "M{x} {}V{}", Units(self.top), Units(floor));
        }
        for &(share, _) in &beside {
            let y = sharp(self.up(share));
            let _ = write!(lines, "M{} {y}H{}", Units(self.left), Units(right));
        }
        document.push(format_args!(r#"<path stroke="{GRID}" d="{lines}"/>"#));

        let mut ticks = String::new();
        for &(share, _) in &below {
            let x = sharp(self.across(share));
            let _ = write!(ticks, "M{x} {}v5", Units(floor));
        }
        for &(share, _) in &beside {
            let y = sharp(self.up(share));
            let _ = write!(ticks, "M{} {y}h-5", Units(self.left));
        }
        let (left, top) = (Units(self.left), Units(self.top));
        let (right, floor_units) = (Units(right), Units(floor));
        document.push(format_args!(
            r#"<path fill="none" stroke="{INK}" d="M{left} {top}V{floor_units}H{right}{ticks}"/>"#
        ));

        let style = tick_style();
        for (share, text) in &below {
            let style = style.anchor(Anchor::Middle);
            document.text(self.across(*share), floor + 19.0, style, text);
        }
        let name = named(&axes[0], name, self.width);
        document.text(self.across(0.5), self.bottom() - 8.0, name_style(), &name);
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
