//! Tables of coloured cells: images, strips, heat maps, and what their colours mean.

use super::colors::{Color, FAINT_INK, FRAME, NOT_A_NUMBER, PAPER, diverging, grey};
use super::document::{Document, Style, Units};
use super::sheet::sentences;
use std::collections::BTreeMap;
use std::fmt::Write;
use unsup_autograd::Matrix;

/// How many shades an image has besides white. More are not told apart and make a longer file.
const SHADES: f64 = 64.0;
/// How many steps the diverging colours have on either side of zero.
const SIGNED_STEPS: f64 = 32.0;
/// At most so many cells are drawn: some twenty by twenty images of 28x28 pixels. More make a file that is slow to
/// open.
pub const MOST_CELLS: usize = 320_000;

/// How the features of one object are laid out in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileShape {
    /// A grey image, row by row: `height` x `width` features, 0 white and 1 black.
    Image {
        /// How many pixels high, at least 1.
        height: usize,
        /// How many pixels wide, at least 1.
        width: usize,
    },
    /// No image: a column of coloured cells, one a feature, for values about zero such as standardised ones.
    Strip,
}

impl TileShape {
    /// How many cells high and wide the tile of an object of so many features is.
    ///
    /// # Panics
    /// If the features are not as many as the pixels of an image; `operation` says of what.
    #[track_caller]
    pub fn cells(self, operation: &str, features: usize) -> (usize, usize) {
        match self {
            Self::Image { height, width } => {
                assert!(
                    height.checked_mul(width) == Some(features),
                    "{operation}: images of {height}x{width} pixels, but {features} features"
                );
                (height, width)
            }
            Self::Strip => (features, 1),
        }
    }

    /// What the colours of tiles with these entries mean: images are grey, strips about zero.
    pub fn shading(self, tables: &[Matrix<f32>]) -> Shading {
        match self {
            Self::Image { .. } => Shading::grey(tables),
            Self::Strip => Shading::signed(tables),
        }
    }
}

/// What the colours of cells mean. All tables of a picture have one.
#[derive(Clone, Debug)]
pub struct Shading {
    meaning: Meaning,
    /// Some entries lie beyond the scale and are clamped.
    clamped: bool,
    /// Some entries are not numbers.
    not_a_number: bool,
}

#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// White is 0, black is 1.
    Grey,
    /// Blue below the middle, white there, red above, darkest at so much less and more.
    Diverging { middle: f64, half: f64 },
}

impl Shading {
    /// Grey from 0 (white) to 1 (black).
    pub fn grey(tables: &[Matrix<f32>]) -> Self {
        Self {
            meaning: Meaning::Grey,
            clamped: any(tables, |x| !(-1e-3..=1.001).contains(&x) && !x.is_nan()),
            not_a_number: any(tables, f32::is_nan),
        }
    }

    /// Diverging colours, symmetric about zero, over the range of the entries but for a few outliers.
    pub fn signed(tables: &[Matrix<f32>]) -> Self {
        let (limit, clamped) = limit(tables);
        Self {
            meaning: Meaning::Diverging {
                middle: 0.0,
                half: limit,
            },
            clamped,
            not_a_number: any(tables, f32::is_nan),
        }
    }

    /// Diverging colours about ½, from 0 to 1.
    pub fn probability(tables: &[Matrix<f32>]) -> Self {
        Self {
            meaning: Meaning::Diverging {
                middle: 0.5,
                half: 0.5,
            },
            ..Self::grey(tables)
        }
    }

    /// The colour of a value, in one of a few steps.
    pub fn color(&self, value: f64) -> Color {
        match self.meaning {
            _ if value.is_nan() => NOT_A_NUMBER,
            Meaning::Grey => grey((value * SHADES).round() / SHADES),
            Meaning::Diverging { middle, half } => {
                diverging(((value - middle) / half * SIGNED_STEPS).round() / SIGNED_STEPS)
            }
        }
    }

    /// What is to be said below the picture.
    pub fn remark(&self) -> String {
        let scale = match (self.meaning, self.clamped) {
            (Meaning::Grey, false) => "White is 0, black is 1.".to_string(),
            (Meaning::Grey, true) => {
                "White is 0, black is 1. Values outside are clamped.".to_string()
            }
            (Meaning::Diverging { .. }, false) => String::new(),
            (Meaning::Diverging { middle, half }, true) => {
                let (least, most) = (number(middle - half), number(middle + half));
                format!("Values below {least} and above {most} are clamped.")
            }
        };
        let not_a_number = match self.not_a_number {
            true => "Pink is not a number.",
            false => "",
        };
        sentences(&[&scale, not_a_number])
    }

    /// The numbers beside the bar of diverging colours, from above; greys have none, their remark says it all.
    fn bar_labels(&self) -> Option<[String; 3]> {
        let Meaning::Diverging { middle, half } = self.meaning else {
            return None;
        };
        let beyond = |bound: &str, value: f64| match self.clamped {
            true => format!("{bound} {}", number(value)),
            false => number(value),
        };
        Some([
            beyond("≥", middle + half),
            number(middle),
            beyond("≤", middle - half),
        ])
    }

    /// How wide the bar with its numbers and its name is; 0 for greys, which have none.
    pub fn bar_width(&self, name: &str) -> f64 {
        let Some(labels) = self.bar_labels() else {
            return 0.0;
        };
        let widths = labels.iter().map(|label| bar_style().width(label));
        let widest = BAR + 8.0 + widths.fold(0.0, f64::max);
        widest.max(bar_style().width(name))
    }

    /// Draws a bar of the colours, their name above `top` and numbers beside it; says where it ends.
    pub fn bar(&self, document: &mut Document, left: f64, top: f64, name: &str) -> f64 {
        let (Some(labels), Meaning::Diverging { middle, half }) = (self.bar_labels(), self.meaning)
        else {
            return top;
        };
        let steps = 2 * SIGNED_STEPS as usize + 1;
        let values: Vec<f32> = (0..steps)
            .map(|i| (middle + half * (1.0 - i as f64 / SIGNED_STEPS)) as f32)
            .collect();
        let place = Place {
            x: left,
            y: top,
            cell_width: BAR,
            cell_height: 2.0,
        };
        place.draw(document, &values, 1, self);
        place.frame(document, 1, steps);
        let height = 2.0 * steps as f64;
        let style = bar_style();
        for (label, share) in labels.iter().zip([0.0, 0.5, 1.0]) {
            let y = top + 4.0 + share * (height - 8.0) + style.drop();
            document.text(left + BAR + 8.0, y, style, label);
        }
        document.text(left, top - 8.0, style.color(FAINT_INK), name);
        top + height
    }
}

/// How wide a bar of colours is.
const BAR: f64 = 14.0;

fn bar_style() -> Style {
    Style::new(12.0)
}

/// The side of a cell such that `count` of them are about `target` long, and none more than `most`. Halves of a unit
/// are whole pixels, so cells are as sharp in a PNG as on a screen; only where even a half is too long they blur.
pub fn side(target: f64, count: usize, most: f64) -> f64 {
    let side = target / count as f64;
    if side < 0.5 {
        side
    } else {
        ((side * 2.0).round() / 2.0).min(most)
    }
}

/// Where cells lie: those of a tile, row by row, from (x, y) to the right and down.
#[derive(Clone, Copy)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub cell_width: f64,
    pub cell_height: f64,
}

impl Place {
    /// Draws `values`, `width` to the row. Cells of one colour are one path, neighbours in a row one stroke of it, and
    /// white ones are left to the paper, which makes the text some ten times shorter than a rectangle for each.
    pub fn draw(self, document: &mut Document, values: &[f32], width: usize, shading: &Shading) {
        let mut paths: BTreeMap<Color, String> = BTreeMap::new();
        for (y, row) in values.chunks(width).enumerate() {
            let colors: Vec<Color> = row
                .iter()
                .map(|&value| shading.color(f64::from(value)))
                .collect();
            let mut x = 0;
            for run in colors.chunk_by(|a, b| a == b) {
                let _ = write!(paths.entry(run[0]).or_default(), "M{x} {y}h{}", run.len());
                x += run.len();
            }
        }
        paths.remove(&PAPER);
        // A stroke is one cell high and runs through the middle of its row.
        document.push(format_args!(
            r#"<g transform="translate({} {}) scale({} {})" fill="none" shape-rendering="crispEdges">"#,
            self.x,
            self.y + self.cell_height / 2.0,
            self.cell_width,
            self.cell_height
        ));
        for (color, path) in paths {
            document.push(format_args!(r#"<path stroke="{color}" d="{path}"/>"#));
        }
        document.push("</g>");
    }

    /// Draws a thin line around `columns` x `rows` cells, outside them.
    pub fn frame(self, document: &mut Document, columns: usize, rows: usize) {
        document.push(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{FRAME}"/>"#,
            Units(self.x - 0.5),
            Units(self.y - 0.5),
            Units(columns as f64 * self.cell_width + 1.0),
            Units(rows as f64 * self.cell_height + 1.0)
        ));
    }
}

/// Whether an entry of one of the tables is such.
fn any(tables: &[Matrix<f32>], such: impl Fn(f32) -> bool) -> bool {
    let mut entries = tables.iter().flat_map(|table| table.as_slice());
    entries.any(|&x| such(x))
}

/// The largest value on a scale of signed values, and whether some lie beyond it. One entry in a hundred may, so that a
/// few outliers do not wash out all others.
fn limit(tables: &[Matrix<f32>]) -> (f64, bool) {
    let entries = tables.iter().flat_map(|table| table.as_slice());
    let mut magnitudes: Vec<f64> = entries
        .map(|x| f64::from(x.abs()))
        .filter(|x| x.is_finite())
        .collect();
    magnitudes.sort_by(f64::total_cmp);
    let largest = magnitudes.last().copied().unwrap_or(0.0);
    let usual = magnitudes.get((magnitudes.len() * 99) / 100).copied();
    // Where nearly all are zero, the few others are what there is to see.
    let usual = usual.filter(|&x| x > 0.0).unwrap_or(largest);
    if usual == 0.0 {
        return (1.0, false);
    }
    let power = 10f64.powf(usual.log10().floor());
    let round = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    // The last is larger than any mantissa but for rounding.
    let mantissa = round
        .into_iter()
        .find(|m| m * power >= usual * (1.0 - 1e-6));
    let limit = mantissa.unwrap_or(10.0) * power;
    let infinite = any(tables, f32::is_infinite);
    (limit, infinite || largest > limit * (1.0 + 1e-6))
}

/// A number of few digits, with a true minus sign.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    let text = if magnitude == 0.0 || (1e-3..1e6).contains(&magnitude) {
        // Powers of ten are not exact; no scale has more digits than these. Adding zero turns -0 into 0.
        format!("{}", (value * 1e6).round() / 1e6 + 0.0)
    } else {
        format!("{value:.1e}")
    };
    text.replace('-', "−")
}

/// Of `count` things that lie `distance` apart, counted from 1, those whose numbers are written: every one, second,
/// fifth, tenth, .., such that each has so much `room`, and the first and last where there is room for them.
pub fn counted(count: usize, distance: f64, room: f64) -> Vec<usize> {
    let apart = |a: usize, b: usize| (b - a) as f64 * distance >= room;
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10usize.pow(power)));
    let step = steps
        .into_iter()
        .find(|&step| apart(0, step) || step >= count)
        .unwrap_or(count);
    let mut ticks: Vec<usize> = (1..=count / step).map(|i| i * step).collect();
    if ticks
        .first()
        .is_none_or(|&first| first > 1 && apart(1, first))
    {
        ticks.insert(0, 1);
    }
    if ticks
        .last()
        .is_some_and(|&last| last < count && apart(last, count))
    {
        ticks.push(count);
    }
    ticks
}

#[cfg(test)]
pub mod tests {
    use super::super::colors::INK;
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels};
    use super::*;

    /// Where the tables of cells of a picture begin, in the order drawn.
    pub fn places(svg: &str) -> Vec<(f64, f64)> {
        svg.split("translate(")
            .skip(1)
            .map(|rest| {
                let (x, rest) = rest.split_once(' ').unwrap();
                let (y, rest) = rest.split_once(") scale(").unwrap();
                let (_, rest) = rest.split_once(' ').unwrap();
                let (cell_height, _) = rest.split_once(')').unwrap();
                let half = cell_height.parse::<f64>().unwrap() / 2.0;
                (x.parse().unwrap(), y.parse::<f64>().unwrap() - half)
            })
            .collect()
    }

    #[test]
    fn cells_are_where_they_belong_and_have_their_colors() {
        let values = [0.0, 1.0, 0.5, f32::NAN, -9.0, f32::INFINITY];
        let table = Matrix::from_vec(2, 3, values.to_vec());
        let tables = [table];
        let shadings = [
            (Shading::grey(&tables), [0.0, 1.0, 0.5, 0.0, 1.0].map(grey)),
            (
                Shading::signed(&tables),
                // The scale reaches from -10 to 10.
                [0.0, 3.0 / 32.0, 2.0 / 32.0, -29.0 / 32.0, 1.0].map(diverging),
            ),
        ];
        for (shading, [zero, one, half, minus, infinite]) in shadings {
            let mut document = Document::new("");
            let place = Place {
                x: 3.0,
                y: 5.0,
                cell_width: 4.0,
                cell_height: 2.0,
            };
            place.draw(&mut document, &values, 3, &shading);
            place.frame(&mut document, 3, 2);
            let svg = document.finish(20.0, 12.0);
            assert_eq!(places(&svg), [(3.0, 5.0)]);
            assert_nothing_clipped(&svg);
            let pixmap = pixels(&svg);
            let colors = [zero, one, half, NOT_A_NUMBER, minus, infinite];
            for (i, color) in colors.into_iter().enumerate() {
                let (x, y) = (3.0 + 4.0 * (i % 3) as f64, 5.0 + 2.0 * (i / 3) as f64);
                for (dx, dy) in [(0.0, 0.0), (3.5, 0.0), (0.0, 1.5), (3.5, 1.5)] {
                    assert_eq!(color_at(&pixmap, x + dx, y + dy), color, "{i}: {shading:?}");
                }
            }
            let across = [1.5, 2.5, 15.5, 16.0].map(|x| color_at(&pixmap, x, 6.0));
            assert_eq!(across, [PAPER, FRAME, FRAME, PAPER]);
        }
        assert_eq!(grey(1.0), INK);
    }

    #[test]
    fn what_is_clamped_or_no_number_is_said() {
        let grey = |values: &[f32]| Shading::grey(&[Matrix::from_rows(&[values])]).remark();
        assert_eq!(grey(&[0.0, 1.0]), "White is 0, black is 1.");
        // What a sum in f32 rounds is no value outside.
        assert_eq!(grey(&[-1e-6, 1.000_01]), "White is 0, black is 1.");
        let clamped = "White is 0, black is 1. Values outside are clamped.";
        for outside in [-0.1, 1.1, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(grey(&[0.5, outside]), clamped, "{outside}");
        }
        let pink = "White is 0, black is 1. Pink is not a number.";
        assert_eq!(grey(&[0.5, f32::NAN]), pink);
        let signed = |values: &[f32]| Shading::signed(&[Matrix::from_rows(&[values])]).remark();
        assert_eq!(signed(&[-2.0, 1.0]), "");
        let both = "Values below −2 and above 2 are clamped. Pink is not a number.";
        assert_eq!(signed(&[-2.0, f32::INFINITY, f32::NAN]), both);
    }

    #[test]
    fn the_bar_shows_both_ends_and_the_middle_of_the_scale() {
        let shading = Shading::signed(&[Matrix::from_rows(&[[-0.5, 0.25f32]])]);
        let mut document = Document::new("");
        let bottom = shading.bar(&mut document, 10.0, 20.0, "weight");
        assert_eq!(bottom, 20.0 + 130.0);
        let svg = document.finish(12.0 + shading.bar_width("weight"), 160.0);
        assert_nothing_clipped(&svg);
        for text in ["weight", "0.5", "0", "−0.5"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        let pixmap = pixels(&svg);
        let colors = [0.0, 64.5, 129.5].map(|y| color_at(&pixmap, 12.0, 20.0 + y));
        assert_eq!(colors, [1.0, 0.0, -1.0].map(diverging));

        let clamped = Shading::signed(&[Matrix::from_rows(&[[-0.5, f32::INFINITY]])]);
        let mut document = Document::new("");
        clamped.bar(&mut document, 10.0, 20.0, "a longer name");
        let svg = document.finish(12.0 + clamped.bar_width("a longer name"), 160.0);
        assert_nothing_clipped(&svg);
        assert!(svg.contains(">≥ 0.5</text>") && svg.contains(">≤ −0.5</text>"));

        // What white and black are is said in words.
        let grey = Shading::grey(&[Matrix::zeros(1, 1)]);
        let mut document = Document::new("");
        assert_eq!(grey.bar(&mut document, 10.0, 20.0, "weight"), 20.0);
        assert_eq!(grey.bar_width("weight"), 0.0);
        assert!(!document.finish(1.0, 1.0).contains("weight"));
    }

    #[test]
    #[should_panic(expected = "tiles: images of 0x5 pixels, but 5 features")]
    fn images_without_pixels_are_refused() {
        let shape = TileShape::Image {
            height: 0,
            width: 5,
        };
        shape.cells("tiles", 5);
    }

    #[test]
    fn the_limit_is_round_and_bears_outliers() {
        let of = |values: Vec<f32>| {
            let x = Matrix::from_vec(1, values.len(), values);
            limit(&[x])
        };
        assert_eq!(of(vec![0.0, 0.0]), (1.0, false));
        assert_eq!(of(vec![0.3, -2.7]), (3.0, false));
        assert_eq!(of(vec![-1.0, 0.5]), (1.0, false));
        let mut many = vec![2.0; 999];
        many.push(1e6);
        assert_eq!(of(many), (2.0, true));
        let mut sparse = vec![0.0; 999];
        sparse.push(5.0);
        assert_eq!(of(sparse), (5.0, false));
        assert_eq!(of(vec![f32::NAN, f32::INFINITY, 1.0]), (1.0, true));
        let (tiny, clamped) = of(vec![1e-9, 9.3e-9]);
        assert!((tiny - 1e-8).abs() < 1e-12 && !clamped, "{tiny}");
        let (huge, clamped) = of(vec![f32::MAX]);
        assert!(huge.is_finite() && !clamped);
    }

    #[test]
    fn counted_numbers_do_not_touch() {
        assert_eq!(counted(3, 28.0, 20.0), [1, 2, 3]);
        assert_eq!(counted(1, 28.0, 20.0), [1]);
        assert_eq!(
            counted(150, 3.0, 20.0),
            [
                1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150
            ]
        );
        assert_eq!(counted(36, 13.5, 20.0).first(), Some(&2));
        for features in 1..300 {
            let cell_height = side(480.0, features, 28.0);
            let ticks = counted(features, cell_height, 20.0);
            assert!(!ticks.is_empty());
            assert!(ticks.iter().all(|&tick| 1 <= tick && tick <= features));
            let apart = |pair: &[usize]| (pair[1] - pair[0]) as f64 * cell_height >= 12.0;
            assert!(ticks.windows(2).all(apart), "{features}: {ticks:?}");
        }
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [3.0, -1.5, 0.1 + 0.2, -0.0, 150_000.0].map(number);
        assert_eq!(numbers, ["3", "−1.5", "0.3", "0", "150000"]);
        assert_eq!(number(1.0000000001e-8), "1.0e−8");
    }
}
