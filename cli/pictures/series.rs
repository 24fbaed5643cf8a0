//! Several series in one plane: how each looks, and the legend that says so.

use super::axis::Axis;
use super::colors::{CLASSES, Color, lighter};
use super::document::{Document, Style, Units};
use super::plane::{OVERHANG, Plane};
use super::sheet::Sheet;

/// More series than this are not drawn: they could not be told apart.
pub const MOST_SERIES: usize = 12;
/// How long the sample of a line in the legend is.
const SAMPLE: f64 = 34.0;
/// A name in the legend has so much room before it is broken.
const NAME_WIDTH: f64 = 170.0;
/// A name in the legend has at most so many lines.
const NAME_LINES: usize = 3;

/// How the lines and dots of a series look. Series differ in colour, and in form for whoever sees no colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub color: Color,
    pub form: Form,
    /// Lengths of dashes and the gaps between them; empty for a line that is not broken.
    dashes: &'static str,
}

/// The form of a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Circle,
    Square,
    Triangle,
}

/// All forms, in the order in which they are used.
pub const FORMS: [Form; 3] = [Form::Circle, Form::Square, Form::Triangle];

impl Form {
    /// The form at (x, y), of about the area of a circle of `radius`.
    pub fn shape(self, x: f64, y: f64, radius: f64) -> String {
        let tenth = |units: f64| Units((units * 10.0).round() / 10.0);
        match self {
            Form::Circle => format!(
                r#"<circle cx="{}" cy="{}" r="{}"/>"#,
                tenth(x),
                tenth(y),
                Units(radius)
            ),
            Form::Square => format!(
                r#"<path d="M{} {}h{side}v{side}h-{side}z"/>"#,
                tenth(x - 0.9 * radius),
                tenth(y - 0.9 * radius),
                side = Units(1.8 * radius)
            ),
            Form::Triangle => format!(
                r#"<path d="M{} {}h{}l-{half} -{}z"/>"#,
                tenth(x - 1.3 * radius),
                tenth(y + 0.9 * radius),
                Units(2.6 * radius),
                Units(2.3 * radius),
                half = Units(1.3 * radius)
            ),
        }
    }
}

impl Look {
    /// The look of series number `i`, from 0.
    pub fn new(i: usize) -> Self {
        const DASHES: [&str; 4] = ["", "7 3", "2 2.5", "9 3 2 3"];
        Self {
            color: CLASSES[i % CLASSES.len()],
            form: FORMS[i % FORMS.len()],
            // From the eleventh on, colours come again with other dashes.
            dashes: DASHES[(i + i / CLASSES.len()) % DASHES.len()],
        }
    }

    /// Draws a line along an SVG path.
    pub fn line(self, document: &mut Document, path: &str) {
        let dashes = match self.dashes {
            "" => String::new(),
            dashes => format!(r#" stroke-dasharray="{dashes}""#),
        };
        document.push(format_args!(
            r#"<path fill="none" stroke="{}" stroke-width="2" stroke-linejoin="round"{dashes} d="{path}"/>"#,
            self.color
        ));
    }

    /// Fills a closed path lightly, as the spread around a line.
    pub fn band(self, document: &mut Document, path: &str) {
        document.push(format_args!(
            r#"<path fill="{}" fill-opacity="0.16" d="{path}z"/>"#,
            self.color
        ));
    }

    /// Draws a bar: from a corner so far to the right, and so far down, or up if that is negative.
    pub fn bar(self, document: &mut Document, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let (x, y, width, height) = (Units(x), Units(y), Units(width), Units(height));
        document.push(format_args!(
            r#"<path fill="{}" d="M{x} {y}h{width}v{height}H{x}z"/>"#,
            lighter(self.color)
        ));
    }

    /// Draws a dot.
    pub fn dot(self, document: &mut Document, x: f64, y: f64) {
        let shape = self.form.shape(x, y, 3.6);
        document.push(format_args!(r#"<g fill="{}">{shape}</g>"#, self.color));
    }
}

/// Draws an upright bar of error at `x` from `top` down to `bottom`, with a short line at either end that is one.
pub fn error_bar(
    document: &mut Document,
    color: Color,
    x: f64,
    top: f64,
    bottom: f64,
    cut_off: bool,
) {
    const HALF: f64 = 3.5;
    let cap = |y: f64| format!("M{} {}h{}", Units(x - HALF), Units(y), Units(2.0 * HALF));
    let caps = cap(top) + &if cut_off { String::new() } else { cap(bottom) };
    document.push(format_args!(
        r#"<path fill="none" stroke="{color}" stroke-width="1.3" d="{caps}M{} {}V{}"/>"#,
        Units(x),
        Units(top),
        Units(bottom)
    ));
}

/// What each look means: a sample of it and the name of the series, one below the other.
pub struct Legend {
    names: Vec<Vec<String>>,
}

impl Legend {
    /// The legend of these series, in their order. Long names are broken, very long ones cut.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let style = Self::style();
        let lines = |name| style.shortened(name, NAME_WIDTH, NAME_LINES);
        Self {
            names: names.map(lines).collect(),
        }
    }

    /// With a remark below each name, in the order of the names.
    pub fn with_remarks(mut self, remarks: impl Iterator<Item = String>) -> Self {
        for (name, remark) in self.names.iter_mut().zip(remarks) {
            name.extend(Self::style().wrapped(&remark, NAME_WIDTH));
        }
        self
    }

    fn style() -> Style {
        Style::new(13.0)
    }

    /// How wide it is.
    pub fn width(&self) -> f64 {
        let lines = self.names.iter().flatten();
        let widths = lines.map(|line| Self::style().width(line));
        SAMPLE + 8.0 + widths.fold(0.0, f64::max)
    }

    /// Draws it from `left` and `top` on; `sample` draws that of a series, given its number, from a point to the right,
    /// so long. Says where it ends.
    pub fn draw(
        &self,
        document: &mut Document,
        (left, top): (f64, f64),
        sample: impl Fn(&mut Document, usize, (f64, f64), f64),
    ) -> f64 {
        let style = Self::style();
        let line = 1.35 * style.size;
        let mut top = top;
        for (i, name) in self.names.iter().enumerate() {
            sample(document, i, (left, top + 0.5 * line), SAMPLE);
            let bottom = document.lines(left + SAMPLE + 8.0, top, style, name);
            top = bottom.max(top + line) + 4.0;
        }
        top
    }
}

/// A plane with its axes, and the legend of the series in it to the right.
pub struct Chart {
    /// What it is drawn on.
    pub sheet: Sheet,
    /// Where series are drawn.
    pub plane: Plane,
    legend: Legend,
}

/// The size of a chart's plane.
pub const PLANE: (f64, f64) = (520.0, 360.0);
/// From the plane to the legend.
const BESIDE: f64 = 24.0;

impl Chart {
    /// The chart of series of these names, which are not drawn yet, with the names of its axes.
    pub fn new<'n>(
        caption: &str,
        series: impl Iterator<Item = &'n str>,
        axes: &[Axis; 2],
        names: [&str; 2],
    ) -> Self {
        let left = Plane::left_beside(&axes[1], PLANE.1);
        let mut chart = Self::empty(caption, Legend::new(series), left, PLANE);
        let plane = chart.plane;
        plane.draw(&mut chart.sheet.document, axes, names);
        chart
    }

    /// A chart of another size whose plane begins at `left` and is not drawn yet.
    pub fn empty(caption: &str, legend: Legend, left: f64, (width, height): (f64, f64)) -> Self {
        let sheet = Sheet::new(caption, left + width + BESIDE + legend.width());
        let plane = Plane {
            left,
            top: sheet.top + OVERHANG.1,
            width,
            height,
        };
        Self {
            sheet,
            plane,
            legend,
        }
    }

    /// Draws the legend, each sample as [`Legend::draw`] says. Says where it ends.
    pub fn legend(&mut self, sample: impl Fn(&mut Document, usize, (f64, f64), f64)) -> f64 {
        let left = self.plane.left + self.plane.width + BESIDE;
        let document = &mut self.sheet.document;
        self.legend.draw(document, (left, self.plane.top), sample)
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels};
    use super::*;

    #[test]
    fn all_series_look_different_and_neighbours_without_colors_too() {
        let looks: Vec<Look> = (0..MOST_SERIES).map(Look::new).collect();
        for (i, a) in looks.iter().enumerate() {
            for b in &looks[..i] {
                assert_ne!(a, b);
            }
            if i > 0 {
                assert_ne!(a.form, looks[i - 1].form, "{i}");
                assert_ne!(a.dashes, looks[i - 1].dashes, "{i}");
            }
        }
    }

    #[test]
    fn lines_are_whole_or_broken_and_dots_have_about_one_area() {
        let drawn = |i: usize, dot: bool| {
            let mut document = Document::new("");
            match dot {
                true => Look::new(i).dot(&mut document, 10.0, 10.0),
                false => Look::new(i).line(&mut document, "M0 10H100"),
            }
            pixels(&document.finish(100.0, 20.0))
        };
        let lines = [0, 1, 2, 3].map(|i| inked(&drawn(i, false), 0.0, 0.0, 100.0, 20.0));
        // Two units thick; broken lines have gaps.
        assert_eq!(lines[0], 200 * 4);
        assert!(
            lines[1..].iter().all(|&n| (300..750).contains(&n)),
            "{lines:?}"
        );
        for (i, color) in CLASSES.into_iter().enumerate().take(3) {
            let dot = drawn(i, true);
            assert_eq!(color_at(&dot, 10.0, 10.0), color);
            let area = inked(&dot, 0.0, 0.0, 20.0, 20.0);
            assert!((130..230).contains(&area), "{i}: {area}");
        }
    }

    #[test]
    fn the_legend_has_a_sample_beside_each_name_and_its_width_is_enough() {
        let long = "a series whose <name> is far too long for any legend ".repeat(9);
        let legend = Legend::new(["without", &long, "", "with"].into_iter());
        let mut document = Document::new("");
        let sample = |document: &mut Document, i: usize, (x, y): (f64, f64), length: f64| {
            let path = format!("M{} {}h{}", Units(x), Units(y), Units(length));
            Look::new(i).line(document, &path);
        };
        let bottom = legend.draw(&mut document, (5.0, 7.0), sample);
        let svg = document.finish(5.0 + legend.width(), bottom);
        assert_nothing_clipped(&svg);
        assert!(svg.contains(">without</text>") && svg.contains(">with</text>"));
        assert_eq!(svg.matches("<path").count(), 4);
        assert_eq!(svg.matches("…").count(), 1);
        assert!(legend.width() <= SAMPLE + 8.0 + NAME_WIDTH);
        // The sample lies in the middle of the name's line.
        let pixmap = pixels(&svg);
        assert_eq!(color_at(&pixmap, 10.0, 7.0 + 0.5 * 1.35 * 13.0), CLASSES[0]);
    }
}
