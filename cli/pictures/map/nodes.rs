//! Nodes on paper: squares or hexagons, the colours of their values, and the scale that says what a colour means.

use crate::pictures::colors::{Color, FAINT_INK, FRAME, NOT_A_NUMBER, sequential};
use crate::pictures::document::{Anchor, Document, Style, Units};
use std::collections::BTreeMap;
use std::fmt::Write;
use unsup_models::kohonen::{Grid, Lattice, Surface};

/// Free space around everything.
pub const MARGIN: f64 = 18.0;
/// A caption has at least so much room before it is broken.
const LEAST_WIDTH: f64 = 460.0;
/// So much room to the right of the nodes a scale needs.
pub const SCALE_ROOM: f64 = 90.0;
/// How many steps the colours of a scale have: more are not told apart and make a longer file.
const STEPS: f64 = 48.0;

/// A grid at a place on paper.
#[derive(Clone, Copy)]
pub struct Nodes {
    pub grid: Grid,
    /// The distance of neighbours.
    pub side: f64,
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
}

impl Nodes {
    /// A grid whose longer edge is about `length` long, but whose nodes are neither tiny nor huge.
    pub fn fitting(grid: Grid, length: f64, (least, most): (f64, f64)) -> Self {
        let unit = Self {
            grid,
            side: 1.0,
            left: 0.0,
            top: 0.0,
        };
        let longer = unit.width().max(unit.height());
        let side = (length / longer).clamp(least, most);
        Self { side, ..unit }
    }

    /// The same at another place.
    pub fn at(self, left: f64, top: f64) -> Self {
        Self { left, top, ..self }
    }

    /// How wide it is.
    pub fn width(&self) -> f64 {
        let shifted = self.grid.lattice() == Lattice::Hexagonal && self.grid.rows() > 1;
        (self.grid.columns() as f64 + if shifted { 0.5 } else { 0.0 }) * self.side
    }

    /// How high it is.
    pub fn height(&self) -> f64 {
        let rows = (self.grid.rows() - 1) as f64 * self.grid.row_distance();
        rows * self.side + 2.0 * self.outline(1.0)[0].1
    }

    /// The middle of a node.
    pub fn middle(&self, node: usize) -> (f64, f64) {
        let (x, y) = self.grid.position(node);
        let lowest = self.outline(1.0)[0].1;
        (
            self.left + (x + 0.5) * self.side,
            self.top + lowest + y * self.side,
        )
    }

    /// The corners of a node about its middle, `share` of its full size, the lowest first.
    pub fn outline(&self, share: f64) -> Vec<(f64, f64)> {
        let half = 0.5 * share * self.side;
        match self.grid.lattice() {
            Lattice::Rectangular => {
                vec![(half, half), (-half, half), (-half, -half), (half, -half)]
            }
            Lattice::Hexagonal => {
                // a point below, upright sides at the distance of half the width
                let point = 2.0 * half / 3f64.sqrt();
                let corner = 0.5 * point;
                vec![
                    (0.0, point),
                    (-half, corner),
                    (-half, -corner),
                    (0.0, -point),
                    (half, -corner),
                    (half, corner),
                ]
            }
        }
    }

    /// Fills each node with its colour; those of one colour are one path.
    pub fn fill(&self, document: &mut Document, colors: &[Color]) {
        let mut of_color: BTreeMap<Color, String> = BTreeMap::new();
        let outline = self.outline(1.0);
        let mut shape = String::new();
        for pair in outline.windows(2) {
            let (x, y) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            let _ = write!(shape, "l{} {}", Units(x), Units(y));
        }
        for (node, &color) in colors.iter().enumerate() {
            let (x, y) = self.middle(node);
            let (x, y) = (Units(x + outline[0].0), Units(y + outline[0].1));
            let _ = write!(of_color.entry(color).or_default(), "M{x} {y}{shape}z");
        }
        for (color, path) in of_color {
            // the stroke closes the hair between two neighbours
            document.push(format_args!(
                r#"<path d="{path}" fill="{color}" stroke="{color}" stroke-width="0.6"/>"#
            ));
        }
    }

    /// The empty grid: the outline of each node.
    pub fn frame(&self, document: &mut Document) {
        let outline = self.outline(1.0);
        let mut path = String::new();
        for node in 0..self.grid.nodes() {
            let (x, y) = self.middle(node);
            for (i, corner) in outline.iter().enumerate() {
                let letter = if i == 0 { 'M' } else { 'L' };
                let (x, y) = (Units(x + corner.0), Units(y + corner.1));
                let _ = write!(path, "{letter}{x} {y}");
            }
            path.push('z');
        }
        document.push(format_args!(
            r#"<path d="{path}" fill="none" stroke="{FRAME}" stroke-width="0.7"/>"#
        ));
    }
}

/// What the colours of a picture mean: from the least value to the largest.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub least: f64,
    pub most: f64,
    /// The colour at a share of the way.
    pub color: fn(f64) -> Color,
}

impl Scale {
    /// The scale of these values, those that are no numbers aside.
    pub fn of(values: &[f64]) -> Self {
        let numbers = || values.iter().copied().filter(|value| value.is_finite());
        let least = numbers().fold(f64::INFINITY, f64::min);
        let most = numbers().fold(f64::NEG_INFINITY, f64::max);
        let (least, most) = if least <= most {
            (least, most)
        } else {
            (0.0, 0.0)
        };
        Self {
            least,
            most,
            color: sequential,
        }
    }

    /// The colour of a value, in one of a few steps.
    pub fn color_of(&self, value: f64) -> Color {
        if !value.is_finite() {
            return NOT_A_NUMBER;
        }
        // halved, so that the range of the largest numbers is one too
        let range = 0.5 * self.most - 0.5 * self.least;
        let share = if range > 0.0 {
            (0.5 * value - 0.5 * self.least) / range
        } else {
            0.5
        };
        (self.color)((share.clamp(0.0, 1.0) * STEPS).round() / STEPS)
    }

    /// A value of the scale in a few digits: what is next to nothing beside its range is 0.
    pub fn number(&self, value: f64) -> String {
        let range = 0.5 * self.most - 0.5 * self.least;
        number(if value.abs() < 1e-3 * range {
            0.0
        } else {
            value
        })
    }

    /// A bar of its colours, upright, with the numbers at its ends and its middle.
    fn upright(&self, document: &mut Document, left: f64, top: f64, height: f64) {
        const WIDTH: f64 = 14.0;
        let steps = STEPS as usize;
        let step = height / (steps + 1) as f64;
        for i in 0..=steps {
            let color = (self.color)(1.0 - i as f64 / STEPS);
            let y = Units(top + i as f64 * step);
            document.push(format_args!(
                r#"<rect x="{}" y="{y}" width="{WIDTH}" height="{}" fill="{color}"/>"#,
                Units(left),
                Units(step + 0.4)
            ));
        }
        let style = Style::new(11.0).color(FAINT_INK);
        let middle = 0.5 * self.least + 0.5 * self.most;
        for (share, value) in [(0.0, self.most), (0.5, middle), (1.0, self.least)] {
            let text = self.number(value);
            // inside the bar's ends
            let y = top + style.drop() + 4.0 + share * (height - 8.0);
            document.text(left + WIDTH + 5.0, y, style, &text);
        }
    }
}

/// A number in three digits or so.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    let text = if value == 0.0 {
        "0".to_owned()
    } else if (1e-2..1e5).contains(&magnitude) {
        let decimals = (2.0 - magnitude.log10().floor()).clamp(0.0, 3.0) as usize;
        let text = format!("{value:.decimals$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    } else {
        format!("{value:.1e}")
    };
    text.replace('-', "−")
}

/// A picture under a caption, with a remark below.
pub struct Sheet {
    pub document: Document,
    /// Where the picture begins.
    pub top: f64,
    /// How far to the right something reaches.
    right: f64,
}

impl Sheet {
    /// A sheet for a picture that reaches `right`.
    pub fn new(caption: &str, right: f64) -> Self {
        let right = right.max(LEAST_WIDTH);
        let mut document = Document::new(caption);
        let style = Style::new(14.0).bold();
        let lines = style.wrapped(caption, right - MARGIN);
        let top = document.lines(MARGIN, MARGIN, style, &lines) + 10.0;
        Self {
            document,
            top,
            right,
        }
    }

    /// The picture with a remark, whose last drawing ends at `bottom`.
    pub fn finish(mut self, grid: Grid, remark: &str, bottom: f64) -> String {
        let joined = match grid.surface() {
            Surface::Planar => "",
            Surface::Torus => " The left edge is joined to the right one, the upper to the lower.",
        };
        let style = Style::new(12.0).color(FAINT_INK);
        let lines = style.wrapped(&format!("{remark}{joined}"), self.right - MARGIN);
        let bottom = self.document.lines(MARGIN, bottom + 10.0, style, &lines);
        self.document.finish(self.right + MARGIN, bottom + MARGIN)
    }
}

impl Sheet {
    /// The picture with the scale of its colours to the right of the nodes, and a remark below.
    pub fn finish_beside_scale(mut self, nodes: &Nodes, scale: &Scale, remark: &str) -> String {
        let height = nodes.height().max(60.0);
        let left = nodes.left + nodes.width() + 20.0;
        scale.upright(&mut self.document, left, nodes.top, height);
        self.finish(nodes.grid, remark, nodes.top + height)
    }
}

/// A style for text in the middle of something.
pub fn centred(size: f64) -> Style {
    Style::new(size).anchor(Anchor::Middle)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::pictures::render::tests::{assert_nothing_clipped, color_at, pixels};

    pub fn grids() -> Vec<Grid> {
        let mut grids = Vec::new();
        for (columns, rows) in [(1, 1), (8, 1), (1, 8), (10, 10), (7, 6), (40, 30)] {
            for lattice in [Lattice::Rectangular, Lattice::Hexagonal] {
                for surface in [Surface::Planar, Surface::Torus] {
                    if Grid::closes(rows, lattice, surface) {
                        grids.push(Grid::new(columns, rows, lattice, surface));
                    }
                }
            }
        }
        grids
    }

    #[test]
    fn every_node_has_its_color_and_neighbours_leave_no_gap() {
        for grid in grids() {
            let nodes = Nodes::fitting(grid, 300.0, (4.0, 60.0)).at(10.0, 20.0);
            let colors: Vec<Color> = (0..grid.nodes())
                .map(|node| Color(200, (node % 200) as u8, (node / 200) as u8))
                .collect();
            let mut document = Document::new("");
            nodes.fill(&mut document, &colors);
            let svg = document.finish(nodes.width() + 20.0, nodes.height() + 30.0);
            assert_nothing_clipped(&svg);
            let pixmap = pixels(&svg);
            for (node, &color) in colors.iter().enumerate() {
                let (x, y) = nodes.middle(node);
                assert_eq!(color_at(&pixmap, x, y), color, "{grid}, {node}");
                // halfway to the right neighbour lies one of the two, not paper
                if grid.place(node).0 + 1 < grid.columns() {
                    let between = color_at(&pixmap, x + 0.5 * nodes.side, y);
                    assert!(
                        (195..=205).contains(&between.0),
                        "{grid}, {node}: {between}"
                    );
                    assert!(between.2 < 100, "{grid}, {node}: {between}");
                }
            }
        }
    }

    #[test]
    fn hexagons_have_six_equal_sides() {
        let grid = Grid::new(3, 3, Lattice::Hexagonal, Surface::Planar);
        let nodes = Nodes::fitting(grid, 100.0, (4.0, 60.0));
        let corners = nodes.outline(1.0);
        assert_eq!(corners.len(), 6);
        for i in 0..6 {
            let (a, b) = (corners[i], corners[(i + 1) % 6]);
            let length = (a.0 - b.0).hypot(a.1 - b.1);
            assert!((length - nodes.side / 3f64.sqrt()).abs() < 1e-12);
        }
    }

    #[test]
    fn colors_run_over_the_scale_whatever_its_range() {
        for unit in [1e-300, 1.0, 1e308] {
            let scale = Scale::of(&[-unit, f64::NAN, unit]);
            assert_eq!(scale.color_of(-unit), sequential(0.0));
            assert_eq!(scale.color_of(unit), sequential(1.0));
            assert_eq!(scale.color_of(0.0), sequential(0.5));
            assert_eq!(scale.color_of(f64::NAN), NOT_A_NUMBER);
        }
        assert_eq!(Scale::of(&[1e-7, 2.0]).number(1e-7), "0");
        assert_eq!(Scale::of(&[1e-7, 2e-7]).number(1e-7), "1.0e−7");
        assert_eq!(Scale::of(&[3.0, 3.0]).color_of(3.0), sequential(0.5));
        assert_eq!(Scale::of(&[f64::NAN]).color_of(1.0), sequential(0.5));
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 1.0, 0.123456, -2.5, 1234.6, 1e-5, -3.2e7, 99.96].map(number);
        assert_eq!(
            shown,
            ["0", "1", "0.123", "−2.5", "1235", "1.0e−5", "−3.2e7", "100"]
        );
    }
}
