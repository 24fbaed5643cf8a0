//! Codes of two units as points of the plane.

use super::colors::{CLASSES, Color, FAINT_INK, GRID, INK, PAPER};
use super::document::{Anchor, Count, Document, Style, Units};
use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::Range;
use unsup_autograd::Matrix;
use unsup_nn::random::{generator, shuffle};

/// More dots than this are not drawn: they hide each other, and the file grows.
const MOST_DOTS: usize = 5_000;
/// More labels than this are not named: the names would hide the dots.
const MOST_NAMES: usize = 20;
/// The size of the plane.
const PLANE: (u32, u32) = (560, 480);
/// Free space around everything.
const MARGIN: f64 = 18.0;

/// The codes (objects x 2) as a scatter, as SVG text. With `labels`, one an object, each label has its colour (from
/// the eleventh on its shape too), a line in the legend, and its number in bold at the median of its objects. Above
/// 5,000 objects as many of them are drawn, chosen at random, and the picture says so; medians are those of all.
/// Codes that are not finite are left out, and the picture says how many. `title` is broken where too long.
///
/// # Panics
/// If there are not two columns, or not as many labels as objects.
#[track_caller]
pub fn codes(codes: &Matrix<f32>, labels: Option<&[usize]>, title: &str) -> String {
    assert!(
        codes.columns() == 2,
        "codes: needs two columns, got {}",
        codes.shape()
    );
    if let Some(labels) = labels {
        assert!(
            labels.len() == codes.rows(),
            "codes: {} objects, but {} labels",
            codes.rows(),
            labels.len()
        );
    }
    let points: Vec<Point> = codes
        .row_iter()
        .enumerate()
        .filter(|(_, code)| code.iter().all(|x| x.is_finite()))
        .map(|(object, code)| Point {
            x: f64::from(code[0]),
            y: f64::from(code[1]),
            label: labels.map_or(0, |labels| labels[object]),
        })
        .collect();
    let drawn = thinned(&points);
    let classes = if labels.is_some() {
        classes(&points)
    } else {
        Vec::new()
    };

    // The plane has room for what is drawn, not for points left out.
    let medians = || classes.iter().map(|class| class.median);
    let axes = [
        Axis::fitting(drawn.iter().map(|p| p.x).chain(medians().map(|m| m.0))),
        Axis::fitting(drawn.iter().map(|p| p.y).chain(medians().map(|m| m.1))),
    ];
    let (grid, plane) = grid(&axes);

    let legend_left = plane.left + plane.width + 24.0;
    let legend_style = Style::new(13.0);
    let named = classes.iter().filter(|class| class.named);
    let name_width = named
        .map(|class| legend_style.width(&class.label.to_string()))
        .fold(legend_style.bold().width("label"), f64::max);
    let full_width = if classes.is_empty() {
        plane.left + plane.width + MARGIN
    } else {
        legend_left + 18.0 + name_width + MARGIN
    };

    let mut document = Document::new(title);
    let title_style = Style::new(15.0).bold();
    let lines = title_style.wrapped(title, full_width - 2.0 * MARGIN);
    let top = (document.lines(MARGIN, MARGIN, title_style, &lines) + 8.0).ceil();
    document.push(format_args!(r#"<g transform="translate(0 {top})">"#));
    document.push(&grid);
    axis_names(&mut document, &axes, &plane);
    dots(&mut document, &drawn, &classes, &axes, &plane);
    names(&mut document, &classes, &drawn, &axes, &plane);
    legend(&mut document, &classes, legend_left, plane.top);
    document.push("</g>");

    let mut remark = String::new();
    if drawn.len() < points.len() {
        let _ = write!(
            remark,
            "{} of {} objects are drawn. ",
            Count(drawn.len()),
            Count(points.len())
        );
    }
    if !classes.is_empty() {
        remark.push_str("A number stands at the median of all objects of its label. ");
    }
    let unnamed = classes.iter().filter(|class| !class.named).count();
    if unnamed > 0 {
        let _ = write!(
            remark,
            "Only the {MOST_NAMES} most frequent labels are named, and {unnamed} more are drawn. "
        );
    }
    if points.len() < codes.rows() {
        let count = Count(codes.rows() - points.len());
        let _ = write!(
            remark,
            "Left out, not finite: {count} of {} objects. ",
            Count(codes.rows())
        );
    }
    let remark_style = Style::new(12.0).color(FAINT_INK);
    let lines = remark_style.wrapped(&remark, full_width - 2.0 * MARGIN);
    let bottom = document.lines(MARGIN, top + plane.bottom + 4.0, remark_style, &lines);
    document.finish(full_width, bottom + MARGIN - 6.0)
}

/// A code.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: f64,
    y: f64,
    /// 0 where there are no labels.
    label: usize,
}

/// What is drawn for one label.
#[derive(Debug)]
struct Class {
    label: usize,
    mark: Mark,
    /// The median of its first codes, and of its second codes.
    median: (f64, f64),
    /// It stands in the legend and in the plane.
    named: bool,
}

/// At most [`MOST_DOTS`] of the points, chosen at random but always the same, in random order: in a table sorted by label
/// the last label shall not cover the others.
fn thinned(points: &[Point]) -> Vec<Point> {
    let mut drawn = points.to_vec();
    shuffle(&mut drawn, &mut generator(0, "dots", 0));
    drawn.truncate(MOST_DOTS);
    drawn
}

/// The middle one of the values, or the mean of the middle two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values[values.len() / 2];
    let lower = values[(values.len() - 1) / 2];
    lower + (upper - lower) / 2.0
}

/// The labels there are, in order. Of too many, the most frequent are named.
fn classes(points: &[Point]) -> Vec<Class> {
    let mut members: BTreeMap<usize, Vec<&Point>> = BTreeMap::new();
    for point in points {
        members.entry(point.label).or_default().push(point);
    }
    let mut by_size: Vec<(usize, usize)> = members
        .iter()
        .map(|(&label, members)| (members.len(), label))
        .collect();
    by_size.sort_by_key(|&(size, label)| (std::cmp::Reverse(size), label));
    let named: BTreeSet<usize> = by_size
        .iter()
        .take(MOST_NAMES)
        .map(|&(_, label)| label)
        .collect();
    // Labels below ten keep their colour from picture to picture, even where some of them are missing.
    let few = members.keys().all(|&label| label < CLASSES.len());
    let class = |(rank, (&label, members)): (usize, (&usize, &Vec<&Point>))| Class {
        label,
        mark: Mark::new(if few { label } else { rank }),
        median: (
            median(members.iter().map(|p| p.x).collect()),
            median(members.iter().map(|p| p.y).collect()),
        ),
        named: named.contains(&label),
    };
    members.iter().enumerate().map(class).collect()
}

/// How the dots of a label look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    color: Color,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Circle,
    Square,
    Triangle,
}

impl Mark {
    /// The look number `rank`: ten colours, then the same with another form; after thirty from the beginning.
    fn new(rank: usize) -> Self {
        let forms = [Form::Circle, Form::Square, Form::Triangle];
        Self {
            color: CLASSES[rank % CLASSES.len()],
            form: forms[rank / CLASSES.len() % forms.len()],
        }
    }

    /// The mark at (x, y), of about the area of a circle of `radius`.
    fn shape(self, x: f64, y: f64, radius: f64) -> String {
        let tenth = |units: f64| Units((units * 10.0).round() / 10.0);
        match self.form {
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

/// One axis: the range of values shown, in units of a power of ten.
///
/// Values near 1 are shown as they are; others in units such that the numbers at the ticks stay short, since what is
/// 0.000000001 wide would otherwise have ticks without difference.
#[derive(Clone, Debug, PartialEq)]
struct Axis {
    range: Range<f64>,
    exponent: i32,
}

impl Axis {
    /// The axis that shows all `values` with some room around them. Values that are all equal, or but for the rounding
    /// of an f32, are in the middle of a range as wide as they are large.
    fn fitting(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low > high {
            return Self {
                range: -1.0..1.0,
                exponent: 0,
            };
        }
        let magnitude = low.abs().max(high.abs());
        let room = if high - low > 1e-6 * magnitude {
            0.05 * (high - low)
        } else if magnitude > 0.0 {
            0.5 * magnitude
        } else {
            1.0
        };
        let exponent = if magnitude == 0.0 || (0.1..10_000.0).contains(&magnitude) {
            0
        } else {
            magnitude.log10().floor() as i32
        };
        let unit = 10f64.powi(exponent);
        Self {
            range: (low - room) / unit..(high + room) / unit,
            exponent,
        }
    }

    /// Where on the axis a value lies, 0 at the lower end, 1 at the upper.
    fn share(&self, value: f64) -> f64 {
        let value = value / 10f64.powi(self.exponent);
        (value - self.range.start) / (self.range.end - self.range.start)
    }

    /// The name with the unit, if that is not 1.
    fn name(&self, name: &str) -> String {
        if self.exponent == 0 {
            return name.to_string();
        }
        let raised = |digit: char| match digit.to_digit(10) {
            Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
            None => '⁻',
        };
        let power: String = self.exponent.to_string().chars().map(raised).collect();
        format!("{name}, in units of 10{power}")
    }

    /// How many digits after the point tell its ticks apart.
    fn decimals(&self, ticks: usize) -> usize {
        let axis: RangedCoordf64 = self.range.clone().into();
        let points = axis.key_points(BoldPoints(ticks));
        let step = points
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .fold(f64::INFINITY, f64::min);
        if step.is_finite() && step > 0.0 {
            // Steps are 1, 2 or 5 times a power of ten, but for rounding.
            (-(step * 1.001).log10().floor()).clamp(0.0, 9.0) as usize
        } else {
            3
        }
    }
}

/// The number at a tick, with a true minus sign, and none before zero.
fn tick(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let digits = text.trim_start_matches('-');
    if text.len() > digits.len() && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        format!("−{digits}")
    } else {
        digits.to_string()
    }
}

/// Where the plane lies.
struct Plane {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    /// Where the axes' names end, below.
    bottom: f64,
}

impl Plane {
    /// Where a point lies in the picture.
    fn place(&self, axes: &[Axis; 2], (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.left + axes[0].share(x) * self.width,
            self.top + (1.0 - axes[1].share(y)) * self.height,
        )
    }
}

/// The grid with its ticks, an SVG of its own, and where the plane lies in it.
fn grid(axes: &[Axis; 2]) -> (String, Plane) {
    // Half of the topmost tick's number stands above the plane, and of the rightmost one right of it.
    const TOP: u32 = 8;
    const RIGHT: u32 = 30;
    const BELOW: u32 = 46;
    const TICKS: usize = 8;
    let decimals = [axes[0].decimals(TICKS), axes[1].decimals(TICKS)];
    let tick_style = Style::new(12.0);
    let keys: RangedCoordf64 = axes[1].range.clone().into();
    let widest = keys
        .key_points(BoldPoints(TICKS))
        .iter()
        .map(|&y| tick_style.width(&tick(y, decimals[1])))
        .fold(0.0, f64::max);
    let left = (MARGIN + 18.0 + 6.0 + widest + 8.0).ceil() as u32;
    let size = (left + PLANE.0 + RIGHT, TOP + PLANE.1 + BELOW);

    let rgb = |color: Color| RGBColor(color.0, color.1, color.2);
    let mut svg = String::new();
    let draw = |svg: &mut String| -> Result<Plane, Box<dyn std::error::Error>> {
        let root = SVGBackend::with_string(svg, size).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_top(TOP)
            .margin_right(RIGHT)
            .x_label_area_size(BELOW)
            .y_label_area_size(left)
            .build_cartesian_2d(axes[0].range.clone(), axes[1].range.clone())?;
        // The SVG's font size is the given one over this.
        let text = |size: f64| ("sans-serif", size * 1.24).into_font().color(&rgb(INK));
        chart
            .configure_mesh()
            .x_labels(TICKS)
            .y_labels(TICKS)
            .max_light_lines(0)
            .bold_line_style(rgb(GRID))
            .axis_style(rgb(INK))
            .label_style(text(tick_style.size))
            .x_label_formatter(&|x| tick(*x, decimals[0]))
            .y_label_formatter(&|y| tick(*y, decimals[1]))
            .draw()?;
        root.present()?;
        let (x, y) = (&axes[0].range, &axes[1].range);
        let (left, top) = chart.backend_coord(&(x.start, y.end));
        let (right, bottom) = chart.backend_coord(&(x.end, y.start));
        Ok(Plane {
            left: f64::from(left),
            top: f64::from(top),
            width: f64::from(right - left),
            height: f64::from(bottom - top),
            bottom: f64::from(size.1),
        })
    };
    let plane = draw(&mut svg).expect("drawing into a string cannot fail");
    (svg, plane)
}

/// The names of the axes, below and left of the plane.
fn axis_names(document: &mut Document, axes: &[Axis; 2], plane: &Plane) {
    let style = Style::new(13.0).anchor(Anchor::Middle);
    // The two axes as drawn do not quite meet.
    document.push(format_args!(
        r#"<path fill="none" stroke="{INK}" d="M{left} {}V{}H{}"/>"#,
        plane.top,
        plane.top + plane.height + 1.0,
        plane.left,
        left = plane.left - 1.0
    ));
    let middle = plane.left + plane.width / 2.0;
    document.text(middle, plane.bottom - 8.0, style, &axes[0].name("code 1"));
    let middle = plane.top + plane.height / 2.0;
    document.text(
        MARGIN + 12.0,
        middle,
        style.upwards(),
        &axes[1].name("code 2"),
    );
}

/// The points, smaller and lighter the more there are. They are drawn in layers, in each one label after the other, so
/// that no label covers the rest, and yet most of the marks share what they have in common.
fn dots(
    document: &mut Document,
    drawn: &[Point],
    classes: &[Class],
    axes: &[Axis; 2],
    plane: &Plane,
) {
    const LAYER: usize = 250;
    let (radius, opacity) = match drawn.len() {
        0..=200 => (4.0, 0.75),
        201..=2_000 => (3.0, 0.65),
        _ => (2.2, 0.55),
    };
    let marks: BTreeMap<usize, Mark> = classes
        .iter()
        .map(|class| (class.label, class.mark))
        .collect();
    for layer in drawn.chunks(LAYER) {
        let mut shapes: BTreeMap<usize, String> = BTreeMap::new();
        for point in layer {
            let mark = marks.get(&point.label).copied().unwrap_or(Mark::new(0));
            let (x, y) = plane.place(axes, (point.x, point.y));
            let shapes = shapes.entry(point.label).or_default();
            shapes.push_str(&mark.shape(x, y, radius));
        }
        for (label, shapes) in shapes {
            let color = marks.get(&label).copied().unwrap_or(Mark::new(0)).color;
            document.push(format_args!(
                r#"<g fill="{color}" fill-opacity="{opacity}">{shapes}</g>"#
            ));
        }
    }
}

/// A name that is to stand somewhere in the plane, by its middle.
#[derive(Clone, Debug)]
struct Name {
    x: f64,
    y: f64,
    half_width: f64,
    half_height: f64,
}

/// Moves names apart until none covers another, and into the plane, each as little as may be.
fn spread(names: &mut [Name], plane: &Plane) {
    // Names at the very same place would part along one line, and read as one number. They begin on a spiral instead,
    // turned by the golden angle from one to the next as the seeds of a sunflower are.
    let places: Vec<(f64, f64)> = names.iter().map(|name| (name.x, name.y)).collect();
    for (i, name) in names.iter_mut().enumerate() {
        let same = |&(x, y): &(f64, f64)| (x - places[i].0).hypot(y - places[i].1) < 1.0;
        let before = places[..i].iter().filter(|place| same(place)).count() as f64;
        let (radius, angle) = (14.0 * before.sqrt(), 2.399963 * before);
        name.x += radius * angle.cos();
        name.y += radius * angle.sin();
    }
    // Far more rounds than twenty names need; where there is no room at all, they stay as they are then.
    for _ in 0..500 {
        let mut moved = false;
        for i in 0..names.len() {
            for j in 0..i {
                let (a, b) = (&names[j], &names[i]);
                let (dx, dy) = (b.x - a.x, b.y - a.y);
                let overlap_x = a.half_width + b.half_width - dx.abs();
                let overlap_y = a.half_height + b.half_height - dy.abs();
                if overlap_x <= 0.01 || overlap_y <= 0.01 {
                    continue;
                }
                moved = true;
                let toward = |distance: f64| if distance < 0.0 { -1.0 } else { 1.0 };
                if overlap_x < overlap_y {
                    let by = toward(dx) * overlap_x / 2.0;
                    names[j].x -= by;
                    names[i].x += by;
                } else {
                    let by = toward(dy) * overlap_y / 2.0;
                    names[j].y -= by;
                    names[i].y += by;
                }
            }
        }
        for name in names.iter_mut() {
            // Not `clamp`, which refuses a name wider than the plane.
            let right = plane.left + plane.width - name.half_width;
            let bottom = plane.top + plane.height - name.half_height;
            name.x = name.x.min(right).max(plane.left + name.half_width);
            name.y = name.y.min(bottom).max(plane.top + name.half_height);
        }
        if !moved {
            break;
        }
    }
}

/// The labels at their medians, on top of the dots. One that would cover all its dots stands above them; one that had
/// to make room for others is tied to its median by a line.
fn names(
    document: &mut Document,
    classes: &[Class],
    drawn: &[Point],
    axes: &[Axis; 2],
    plane: &Plane,
) {
    let style = Style::new(17.0).bold().anchor(Anchor::Middle).halo();
    let named: Vec<&Class> = classes.iter().filter(|class| class.named).collect();
    let mut names: Vec<Name> = named
        .iter()
        .map(|class| {
            let (x, y) = plane.place(axes, class.median);
            let covered = |point: &&Point| {
                let place = plane.place(axes, (point.x, point.y));
                (place.0 - x).hypot(place.1 - y) < style.size
            };
            let own = drawn.iter().filter(|point| point.label == class.label);
            let y = if own.clone().all(|point| covered(&point)) {
                y - style.size
            } else {
                y
            };
            Name {
                x,
                y,
                half_width: style.width(&class.label.to_string()) / 2.0 + 2.0,
                half_height: style.size / 2.0,
            }
        })
        .collect();
    spread(&mut names, plane);
    for (class, name) in named.iter().zip(&names) {
        let (x, y) = plane.place(axes, class.median);
        if (name.x - x).hypot(name.y - y) > 1.5 * style.size {
            for (color, width) in [(PAPER, 3.0), (INK, 1.0)] {
                document.push(format_args!(
                    r#"<path stroke="{color}" stroke-width="{width}" d="M{} {}L{} {}"/>"#,
                    Units(x),
                    Units(y),
                    Units(name.x),
                    Units(name.y)
                ));
            }
        }
    }
    for (class, name) in named.iter().zip(&names) {
        let label = class.label.to_string();
        document.text(name.x, name.y + style.drop(), style, &label);
    }
}

/// What each mark means, right of the plane.
fn legend(document: &mut Document, classes: &[Class], left: f64, top: f64) {
    const LINE: f64 = 21.0;
    if classes.is_empty() {
        return;
    }
    let style = Style::new(13.0);
    let mut middle = top + 8.0;
    document.text(left, middle + style.drop(), style.bold(), "label");
    for class in classes.iter().filter(|class| class.named) {
        middle += LINE;
        let shape = class.mark.shape(left + 6.0, middle, 5.0);
        document.push(format_args!(
            r#"<g fill="{}">{shape}</g>"#,
            class.mark.color
        ));
        let label = class.label.to_string();
        document.text(left + 18.0, middle + style.drop(), style, &label);
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels, words};
    use super::*;

    /// A number in [0, 1) for each i, in no visible order.
    fn uneven(i: usize) -> f32 {
        (i as f32 * 0.618_034).fract()
    }

    /// Two separate heaps, `n` objects, labels 0 and 1 in turn.
    fn heaps(n: usize) -> (Matrix<f32>, Vec<usize>) {
        let codes = Matrix::from_fn(n, 2, |i, j| {
            let noise = uneven(2 * i + j);
            noise + if i % 2 == 0 { 0.0 } else { 5.0 }
        });
        (codes, (0..n).map(|i| i % 2).collect())
    }

    /// How many dots are drawn; a legend's mark is a dot too.
    fn marks(svg: &str) -> usize {
        svg.matches("<circle ").count()
    }

    #[test]
    fn each_object_is_a_dot_and_each_label_a_line_of_the_legend() {
        let (x, labels) = heaps(100);
        let svg = codes(&x, Some(&labels), "heaps");
        assert_eq!(marks(&svg), 100 + 2);
        assert_eq!(svg.matches(">0</text>").count(), 2);
        assert_eq!(svg.matches(">1</text>").count(), 2);
        for text in ["heaps", "code 1", "code 2", "label"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        assert_nothing_clipped(&svg);
        let svg = codes(&x, None, "heaps");
        assert_eq!(marks(&svg), 100);
        assert!(!svg.contains(">label</text>") && !svg.contains("median"));
        assert_nothing_clipped(&svg);
    }

    #[test]
    fn a_dot_is_where_its_code_is_and_has_its_labels_color() {
        // The outer four fix both axes to -0.99..0.99; no dot lies on a line of the grid.
        let x = Matrix::from_rows(&[
            [-0.9, -0.9],
            [0.9, 0.9],
            [-0.9, 0.9],
            [0.9, -0.9],
            [0.3, 0.2f32],
        ]);
        let axes = [0, 1].map(|j| Axis::fitting(x.row_iter().map(|row| f64::from(row[j]))));
        assert_eq!(axes[0], axes[1]);
        assert!(
            (axes[0].range.start + 0.99).abs() < 1e-6 && (axes[0].range.end - 0.99).abs() < 1e-6
        );
        let svg = codes(&x, Some(&[0, 0, 0, 0, 3]), "one line");
        let (_, plane) = grid(&axes);
        // What is below the title is moved down as a whole.
        let moved = svg.split("translate(0 ").nth(1).unwrap();
        let top: f64 = moved.split(')').next().unwrap().parse().unwrap();
        let pixmap = pixels(&svg);
        let at = |x: f64, y: f64| {
            let x = plane.left + (x + 0.99) / 1.98 * plane.width;
            let y = top + plane.top + (0.99 - y) / 1.98 * plane.height;
            (x, y)
        };
        let color = |(x, y)| color_at(&pixmap, x, y);
        let is = |seen: Color, color: Color| {
            // A few dots have an opacity of 0.75.
            let on_paper = |c: u8| 255.0 + 0.75 * (f64::from(c) - 255.0);
            [(seen.0, color.0), (seen.1, color.1), (seen.2, color.2)]
                .iter()
                .all(|&(seen, c)| (f64::from(seen) - on_paper(c)).abs() < 2.0)
        };
        for (x, y) in [(-0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (0.9, -0.9)] {
            assert!(
                is(color(at(x, y)), CLASSES[0]),
                "{x} {y}: {}",
                color(at(x, y))
            );
        }
        assert!(
            is(color(at(0.3, 0.2)), CLASSES[3]),
            "{}",
            color(at(0.3, 0.2))
        );
        assert_eq!(color(at(0.7, 0.7)), PAPER);
        // The grid has the same coordinates: a line at 0.5, which is drawn at the nearest whole unit.
        let (x, y) = at(0.5, 0.7);
        let line = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|dx| color((x + dx, y)));
        assert!(line.contains(&GRID), "{line:?}");
        // The label does not hide its only object; it stands above it in ink.
        let (x, y) = at(0.3, 0.2);
        let steps = || (0..40).map(|i| f64::from(i) / 2.0 - 10.0);
        let ink = steps()
            .flat_map(|dx| steps().map(move |dy| (x + dx, y - 17.0 + dy)))
            .filter(|&place| color(place) == INK)
            .count();
        assert!(ink > 60, "{ink} pixels of ink");
    }

    #[test]
    fn ticks_and_names_of_axes_are_drawn() {
        let (x, _) = heaps(10);
        let pixmap = pixels(&codes(&x, None, "title"));
        let (width, height) = (
            f64::from(pixmap.width()) / 2.0,
            f64::from(pixmap.height()) / 2.0,
        );
        // Below the plane: numbers and a name; left of it: the same.
        assert!(inked(&pixmap, 100.0, height - 50.0, width - 120.0, 49.0) > 800);
        assert!(inked(&pixmap, MARGIN, 60.0, 16.0, height - 120.0) > 200);
    }

    #[test]
    fn any_range_is_shown_with_ticks_that_differ() {
        for scale in [1e-30f32, 1e-9, 1e-3, 0.02, 1.0, 300.0, 1e6, 1e30] {
            for shift in [0.0f32, 1.0, -100.0] {
                let x = Matrix::from_fn(50, 2, |i, j| {
                    scale * (shift + 2.0 * uneven(2 * i + j) - 1.0)
                });
                let svg = codes(&x, None, "title");
                assert_nothing_clipped(&svg);
                let axis = Axis::fitting(x.row_iter().map(|row| f64::from(row[0])));
                for row in x.row_iter() {
                    assert!((0.0..=1.0).contains(&axis.share(f64::from(row[0]))));
                }
                let ticks = RangedCoordf64::from(axis.range.clone()).key_points(BoldPoints(8));
                let decimals = axis.decimals(8);
                let texts: BTreeSet<String> = ticks.iter().map(|&x| tick(x, decimals)).collect();
                assert!(ticks.len() >= 3, "{scale} {shift}: {texts:?}");
                assert_eq!(texts.len(), ticks.len(), "{scale} {shift}: {texts:?}");
                assert!(
                    texts.iter().all(|text| text.chars().count() <= 8),
                    "{texts:?}"
                );
            }
        }
    }

    #[test]
    fn equal_codes_are_in_the_middle() {
        for value in [0.0f32, 1.0, -3.5, 1e6, 1e-9, f32::MAX] {
            for n in [1, 2, 300] {
                let x = Matrix::filled(n, 2, value);
                let labels: Vec<usize> = (0..n).map(|i| i % 10).collect();
                let svg = codes(&x, Some(&labels), "title");
                assert_nothing_clipped(&svg);
                let axis = Axis::fitting([f64::from(value)].into_iter());
                assert!((axis.share(f64::from(value)) - 0.5).abs() < 1e-9);
                assert!(axis.range.end > axis.range.start);
            }
        }
        // What an f32 rounds away is no structure.
        let axis = Axis::fitting([1e6, 1e6 + 0.06].into_iter());
        assert!(axis.range.end - axis.range.start > 0.5);
    }

    #[test]
    fn names_at_one_place_make_room_for_each_other_within_the_plane() {
        let plane = Plane {
            left: 50.0,
            top: 8.0,
            width: 560.0,
            height: 480.0,
            bottom: 600.0,
        };
        for place in [(50.0, 8.0), (300.0, 200.0), (610.0, 488.0)] {
            let mut names = vec![
                Name {
                    x: place.0,
                    y: place.1,
                    half_width: 9.0,
                    half_height: 8.0,
                };
                MOST_NAMES
            ];
            spread(&mut names, &plane);
            for (i, a) in names.iter().enumerate() {
                assert!(
                    a.x >= 59.0 && a.x <= 601.0 && a.y >= 16.0 && a.y <= 480.0,
                    "{a:?}"
                );
                for b in &names[..i] {
                    let apart = (a.x - b.x).abs() > 17.0 || (a.y - b.y).abs() > 15.0;
                    assert!(apart, "{a:?} {b:?}");
                }
            }
        }
        let alone = vec![
            Name {
                x: 100.0,
                y: 100.0,
                half_width: 9.0,
                half_height: 8.0,
            };
            1
        ];
        let mut kept = alone.clone();
        spread(&mut kept, &plane);
        assert_eq!((kept[0].x, kept[0].y), (alone[0].x, alone[0].y));
    }

    #[test]
    fn many_objects_are_thinned_and_it_is_said() {
        let (x, labels) = heaps(60_000);
        let svg = codes(&x, Some(&labels), "heaps");
        assert_eq!(marks(&svg), MOST_DOTS + 2);
        assert!(
            svg.contains("5,000 of 60,000 objects are drawn."),
            "not said"
        );
        assert_eq!(svg, codes(&x, Some(&labels), "heaps"));
        assert!(svg.len() < 300_000, "{} bytes", svg.len());
        let (x, labels) = heaps(MOST_DOTS);
        let svg = codes(&x, Some(&labels), "heaps");
        assert_eq!(marks(&svg), MOST_DOTS + 2);
        assert!(!svg.contains("are drawn"));
    }

    #[test]
    fn thinning_takes_of_everything_whatever_the_order() {
        let point = |object: usize, label: usize| Point {
            x: object as f64,
            y: 0.0,
            label,
        };
        // Labels in turn, which every twelfth object would meet in half, and labels one after the other.
        let orders: [fn(usize) -> usize; 2] = [|i| i % 10, |i| i / 6_000];
        for order in orders {
            let points: Vec<Point> = (0..60_000).map(|i| point(i, order(i))).collect();
            let drawn = thinned(&points);
            let objects: BTreeSet<usize> = drawn.iter().map(|p| p.x as usize).collect();
            assert_eq!(objects.len(), MOST_DOTS, "one twice");
            for label in 0..10 {
                let count = drawn.iter().filter(|p| p.label == label).count();
                assert!((400..=600).contains(&count), "{label}: {count}");
                // Shuffled: of each label some are among the first to be drawn.
                let early = drawn[..500].iter().filter(|p| p.label == label).count();
                assert!(early > 20, "{label}: {early} of 500");
            }
        }
        let few: Vec<Point> = (0..7).map(|i| point(i, 0)).collect();
        let mut objects: Vec<usize> = thinned(&few).iter().map(|p| p.x as usize).collect();
        objects.sort();
        assert_eq!(objects, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn medians_are_those_of_all_objects() {
        assert_eq!(median(vec![5.0]), 5.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), 3.0);
        let points: Vec<Point> = [(0.0, 7.0, 4), (1.0, 5.0, 4), (50.0, 6.0, 4), (2.0, 2.0, 1)]
            .map(|(x, y, label)| Point { x, y, label })
            .to_vec();
        let classes = classes(&points);
        assert_eq!(classes.iter().map(|c| c.label).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(classes[1].median, (1.0, 6.0));
        assert_eq!(classes[1].mark, Mark::new(4));
    }

    #[test]
    fn many_labels_cycle_and_only_some_are_named() {
        let x = heaps(2_000).0;
        // Label 99 is the most frequent; the others are alike.
        let labels: Vec<usize> = (0..2_000)
            .map(|i| if i % 5 == 0 { 99 } else { i % 45 })
            .collect();
        let svg = codes(&x, Some(&labels), "many");
        assert_nothing_clipped(&svg);
        assert_eq!(svg.matches(r#"paint-order="stroke""#).count(), MOST_NAMES);
        assert!(svg.contains(r#"paint-order="stroke">99</text>"#));
        let said = "Only the 20 most frequent labels are named, and 17 more are drawn.";
        assert!(words(&svg).contains(said));
        assert_ne!(Mark::new(0), Mark::new(10));
        assert_eq!(Mark::new(0).color, Mark::new(10).color);
        assert_eq!(Mark::new(0), Mark::new(30));
    }

    #[test]
    fn few_labels_keep_their_colors_others_are_ranked() {
        let point = |label| Point {
            x: 0.0,
            y: 0.0,
            label,
        };
        let of = |labels: &[usize]| -> Vec<Mark> {
            let points: Vec<Point> = labels.iter().map(|&label| point(label)).collect();
            classes(&points).iter().map(|class| class.mark).collect()
        };
        assert_eq!(of(&[7, 3]), [Mark::new(3), Mark::new(7)]);
        assert_eq!(
            of(&[100, 50, 60]),
            [Mark::new(0), Mark::new(1), Mark::new(2)]
        );
    }

    #[test]
    fn codes_that_are_not_finite_are_left_out_and_it_is_said() {
        let x = Matrix::from_rows(&[
            [0.0, 1.0],
            [f32::NAN, 1.0],
            [f32::INFINITY, 0.0],
            [1.0, 1.0],
        ]);
        let svg = codes(&x, Some(&[0, 1, 1, 0]), "title");
        assert_eq!(marks(&svg), 2 + 1);
        assert!(svg.contains("Left out, not finite: 2 of 4 objects."));
        assert_nothing_clipped(&svg);
        let svg = codes(&Matrix::filled(3, 2, f32::NAN), None, "title");
        assert_eq!(marks(&svg), 0);
        assert_nothing_clipped(&svg);
    }

    #[test]
    fn numbers_at_ticks_have_true_minus_signs() {
        assert_eq!(tick(-1.5, 1), "−1.5");
        assert_eq!(tick(-0.001, 1), "0.0");
        assert_eq!(tick(20.0, 0), "20");
        let axis = |exponent| Axis {
            range: 0.0..1.0,
            exponent,
        };
        assert_eq!(axis(0).name("code 1"), "code 1");
        assert_eq!(axis(-9).name("code 1"), "code 1, in units of 10⁻⁹");
        assert_eq!(axis(16).name("code 2"), "code 2, in units of 10¹⁶");
    }

    #[test]
    #[should_panic(expected = "codes: needs two columns, got 4x3")]
    fn other_columns_are_refused() {
        codes(&Matrix::zeros(4, 3), None, "");
    }

    #[test]
    #[should_panic(expected = "codes: 4 objects, but 3 labels")]
    fn other_labels_are_refused() {
        codes(&Matrix::zeros(4, 2), Some(&[0, 1, 2]), "");
    }
}
