//! Objects and what a model makes of them: images above each other, other tables as strips beside each other.

use super::colors::{Color, FAINT_INK, FRAME, GRID, NOT_A_NUMBER, diverging, grey};
use super::document::{Anchor, Count, Document, Style, Units};
use std::collections::BTreeMap;
use std::fmt::Write;
use unsup_autograd::Matrix;

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

/// At most so many objects are drawn.
const MOST_OBJECTS: usize = 16;
/// Free space around everything.
const MARGIN: f64 = 18.0;
/// A caption has at least so much room before it is broken.
const LEAST_WIDTH: f64 = 600.0;
/// How many shades an image has besides white. More are not told apart and make a longer file.
const SHADES: f64 = 64.0;
/// How many steps the diverging colours have on either side of zero.
const SIGNED_STEPS: f64 = 32.0;

/// The first objects (at most 16) of `originals` (objects x features) with their `reconstructions` (of the same
/// shape), as SVG text. Images stand in two rows, originals above; strips in pairs, the original on the left. All
/// tiles have one scale: images that of 0 (white) to 1 (black), strips one that is symmetric about zero and shown
/// beside them. Values outside are clamped, and a remark says so. `caption` is the line above, broken where too long.
///
/// # Panics
/// If the matrices differ in shape, or the features are not as many as the pixels of an image.
#[track_caller]
pub fn reconstructions(
    originals: &Matrix<f32>,
    reconstructions: &Matrix<f32>,
    tile: TileShape,
    caption: &str,
) -> String {
    assert!(
        originals.shape() == reconstructions.shape(),
        "reconstructions: shapes differ: {} and {}",
        originals.shape(),
        reconstructions.shape()
    );
    let shown = originals.rows().min(MOST_OBJECTS);
    let head = |matrix: &Matrix<f32>| matrix.slice_rows(0..shown);
    let (first, second) = (head(originals), head(reconstructions));
    let objects = if shown < originals.rows() {
        format!("First {shown} of {} objects. ", Count(originals.rows()))
    } else {
        String::new()
    };
    match tile {
        TileShape::Image { height, width } => {
            assert!(
                height.checked_mul(width) == Some(originals.columns()),
                "reconstructions: images of {height}x{width} pixels, but {} features",
                originals.columns()
            );
            images(&first, &second, height, width, caption, &objects)
        }
        TileShape::Strip => strips(&first, &second, caption, &objects),
    }
}

/// Two rows of images.
fn images(
    originals: &Matrix<f32>,
    reconstructions: &Matrix<f32>,
    height: usize,
    width: usize,
    caption: &str,
    objects: &str,
) -> String {
    const GAP: f64 = 8.0;
    let rows = [("original", originals), ("reconstruction", reconstructions)];
    let scale = side(64.0, height.max(width), 8.0);
    let (tile_width, tile_height) = (scale * width as f64, scale * height as f64);
    let style = Style::new(13.0).anchor(Anchor::End);
    let names = rows.map(|(name, _)| style.width(name));
    let left = (MARGIN + names[0].max(names[1]) + 10.0).ceil();
    let right = left + originals.rows() as f64 * (tile_width + GAP) - GAP;
    let full_width = (right + MARGIN).max(LEAST_WIDTH);

    let mut document = Document::new(caption);
    let mut top = heading(&mut document, caption, full_width);
    // A row is high enough for its name, even where the images are flat.
    let row_height = tile_height.max(16.0);
    for (name, matrix) in rows {
        let middle = top + row_height / 2.0;
        document.text(left - 10.0, middle + style.drop(), style, name);
        for (i, object) in matrix.row_iter().enumerate() {
            let place = Place {
                x: left + i as f64 * (tile_width + GAP),
                // To the half unit, a whole pixel.
                y: (middle * 2.0 - tile_height).round() / 2.0,
                cell_width: scale,
                cell_height: scale,
            };
            place.draw(&mut document, object, width, |value| {
                grey((value * SHADES).round() / SHADES)
            });
            place.frame(&mut document, width, height);
        }
        top += row_height + GAP;
    }

    let mut remark = format!("{objects}White is 0, black is 1.");
    let outside = |x: &&f32| !(-1e-3..=1.001).contains(*x) && !x.is_nan();
    if any(originals, reconstructions, outside) {
        remark.push_str(" Values outside are clamped.");
    }
    remark.push_str(not_a_number(originals, reconstructions));
    finish(document, &remark, top + 2.0, full_width)
}

/// Pairs of columns, a cell a feature.
fn strips(
    originals: &Matrix<f32>,
    reconstructions: &Matrix<f32>,
    caption: &str,
    objects: &str,
) -> String {
    const COLUMN: f64 = 18.0;
    const GAP: f64 = 14.0;
    const BAR: f64 = 14.0;
    let features = originals.columns();
    let cell_height = side(480.0, features, 28.0);
    let height = cell_height * features as f64;
    let (limit, clamped) = limit(originals, reconstructions);

    let style = Style::new(12.0);
    let left = (MARGIN + 22.0 + style.width(&features.to_string()) + 8.0).ceil();
    let pair = |i: usize| left + i as f64 * (2.0 * COLUMN + GAP);
    let right = pair(originals.rows()) - GAP;
    let bar_left = right + 28.0;
    let sign = |text: &str, bound: &str| {
        if clamped {
            format!("{bound} {text}")
        } else {
            text.to_string()
        }
    };
    let bar_labels = [
        sign(&number(limit), "≥"),
        "0".to_string(),
        sign(&number(-limit), "≤"),
    ];
    let label_width = bar_labels
        .iter()
        .map(|label| style.width(label))
        .fold(0.0, f64::max);
    let full_width = (bar_left + BAR + 8.0 + label_width + MARGIN).max(LEAST_WIDTH);

    let mut document = Document::new(caption);
    let names = ["original", "reconstruction"];
    let name_style = Style::new(11.0).color(FAINT_INK).upwards();
    let name_height = name_style.width(names[1]);
    let top = (heading(&mut document, caption, full_width) + name_height + 6.0).ceil();

    let axis_style = Style::new(13.0).anchor(Anchor::Middle).upwards();
    // The axis' name is longer than few features are high; it then reaches down past them.
    let axis_middle = top + (height / 2.0).max(axis_style.width("feature") / 2.0);
    document.text(MARGIN + 12.0, axis_middle, axis_style, "feature");
    for feature in ticks(features, cell_height) {
        let y = top + (feature as f64 - 0.5) * cell_height;
        // Behind the strips, to lead the eye from the number to the last of them.
        document.push(format_args!(
            r#"<path stroke="{GRID}" d="M{} {}H{}"/>"#,
            Units(left - 5.0),
            Units(y),
            Units(right)
        ));
        let style = style.anchor(Anchor::End);
        document.text(left - 8.0, y + style.drop(), style, &feature.to_string());
    }

    let color = |value: f64| diverging((value / limit * SIGNED_STEPS).round() / SIGNED_STEPS);
    for (i, both) in originals
        .row_iter()
        .zip(reconstructions.row_iter())
        .enumerate()
    {
        for (j, object) in [both.0, both.1].into_iter().enumerate() {
            let place = Place {
                x: pair(i) + j as f64 * COLUMN,
                y: top,
                cell_width: COLUMN,
                cell_height,
            };
            place.draw(&mut document, object, 1, color);
            let middle = place.x + COLUMN / 2.0 + name_style.drop();
            document.text(middle, top - 6.0, name_style, names[j]);
        }
        let place = Place {
            x: pair(i),
            y: top,
            cell_width: 2.0 * COLUMN,
            cell_height,
        };
        place.frame(&mut document, 1, features);
    }

    let bar_steps = 2 * SIGNED_STEPS as usize + 1;
    let bar: Vec<f32> = (0..bar_steps)
        .map(|i| (limit * (1.0 - i as f64 / SIGNED_STEPS)) as f32)
        .collect();
    let place = Place {
        x: bar_left,
        y: top,
        cell_width: BAR,
        cell_height: 2.0,
    };
    place.draw(&mut document, &bar, 1, color);
    place.frame(&mut document, 1, bar_steps);
    let bar_height = 2.0 * bar_steps as f64;
    for (label, share) in bar_labels.iter().zip([0.0, 0.5, 1.0]) {
        let y = top + 4.0 + share * (bar_height - 8.0) + style.drop();
        document.text(bar_left + BAR + 8.0, y, style, label);
    }
    let value_style = style.color(FAINT_INK);
    document.text(bar_left, top - 8.0, value_style, "value");

    let bottom =
        (top + height.max(bar_height)).max(axis_middle + axis_style.width("feature") / 2.0);
    let mut remark = objects.to_string();
    if clamped {
        let limit = number(limit);
        let _ = write!(
            remark,
            "Values below −{limit} and above {limit} are clamped."
        );
    }
    remark.push_str(not_a_number(originals, reconstructions));
    finish(document, &remark, bottom + 10.0, full_width)
}

/// The caption on top; says where it ends.
fn heading(document: &mut Document, caption: &str, full_width: f64) -> f64 {
    let style = Style::new(15.0).bold();
    let lines = style.wrapped(caption, full_width - 2.0 * MARGIN);
    (document.lines(MARGIN, MARGIN, style, &lines) + 10.0).ceil()
}

/// The remark below, and the finished picture.
fn finish(mut document: Document, remark: &str, top: f64, full_width: f64) -> String {
    let style = Style::new(12.0).color(FAINT_INK);
    let lines = style.wrapped(remark, full_width - 2.0 * MARGIN);
    let bottom = document.lines(MARGIN, top, style, &lines);
    document.finish(full_width, bottom + MARGIN - 6.0)
}

/// Whether an entry of either table is such.
fn any(
    originals: &Matrix<f32>,
    reconstructions: &Matrix<f32>,
    mut such: impl FnMut(&&f32) -> bool,
) -> bool {
    let entries = originals
        .as_slice()
        .iter()
        .chain(reconstructions.as_slice());
    entries.into_iter().any(|x| such(&x))
}

/// What to remark on entries that are not numbers, if there are any.
fn not_a_number(originals: &Matrix<f32>, reconstructions: &Matrix<f32>) -> &'static str {
    if any(originals, reconstructions, |x| x.is_nan()) {
        " Pink is not a number."
    } else {
        ""
    }
}

/// The side of a cell such that `count` of them are about `target` long, and none more than `most`. Halves of a unit
/// are whole pixels, so cells are as sharp in a PNG as on a screen; only where even a half is too long they blur.
fn side(target: f64, count: usize, most: f64) -> f64 {
    let side = target / count as f64;
    if side < 0.5 {
        side
    } else {
        ((side * 2.0).round() / 2.0).min(most)
    }
}

/// Where cells lie: those of a tile, row by row, from (x, y) to the right and down.
#[derive(Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    cell_width: f64,
    cell_height: f64,
}

impl Place {
    /// Draws `values`, `width` to the row. Cells of one colour are one path, neighbours in a row one stroke of it, and
    /// white ones are left to the paper, which makes the text some ten times shorter than a rectangle for each.
    fn draw(
        self,
        document: &mut Document,
        values: &[f32],
        width: usize,
        color: impl Fn(f64) -> Color,
    ) {
        let mut paths: BTreeMap<Color, String> = BTreeMap::new();
        for (y, row) in values.chunks(width).enumerate() {
            let colors: Vec<Color> = row
                .iter()
                .map(|&value| {
                    if value.is_nan() {
                        NOT_A_NUMBER
                    } else {
                        color(f64::from(value))
                    }
                })
                .collect();
            let mut x = 0;
            for run in colors.chunk_by(|a, b| a == b) {
                let _ = write!(paths.entry(run[0]).or_default(), "M{x} {y}h{}", run.len());
                x += run.len();
            }
        }
        paths.remove(&super::colors::PAPER);
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
    fn frame(self, document: &mut Document, columns: usize, rows: usize) {
        document.push(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{FRAME}"/>"#,
            Units(self.x - 0.5),
            Units(self.y - 0.5),
            Units(columns as f64 * self.cell_width + 1.0),
            Units(rows as f64 * self.cell_height + 1.0)
        ));
    }
}

/// The largest value on the scale of strips, and whether some lie beyond it. One entry in a hundred may, so that a
/// few outliers do not wash out all others.
fn limit(originals: &Matrix<f32>, reconstructions: &Matrix<f32>) -> (f64, bool) {
    let entries = originals
        .as_slice()
        .iter()
        .chain(reconstructions.as_slice());
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
    let infinite = any(originals, reconstructions, |x| x.is_infinite());
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

/// The features to be named, counted from 1: every one, second, fifth, tenth, .., such that the numbers do not touch,
/// and the first and last where there is room.
fn ticks(features: usize, cell_height: f64) -> Vec<usize> {
    const ROOM: f64 = 20.0;
    let apart = |a: usize, b: usize| (b - a) as f64 * cell_height >= ROOM;
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10usize.pow(power)));
    let step = steps
        .into_iter()
        .find(|&step| apart(0, step) || step >= features)
        .unwrap_or(features);
    let mut ticks: Vec<usize> = (1..=features / step).map(|i| i * step).collect();
    if ticks
        .first()
        .is_none_or(|&first| first > 1 && apart(1, first))
    {
        ticks.insert(0, 1);
    }
    if ticks
        .last()
        .is_some_and(|&last| last < features && apart(last, features))
    {
        ticks.push(features);
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::super::colors::{INK, PAPER};
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels};
    use super::*;

    const IMAGE: TileShape = TileShape::Image {
        height: 2,
        width: 2,
    };
    const CAPTION: &str = "784-256-2: squared error per object 1.62, PCA 2.79 (ratio 0.58)";

    /// Where the tiles of a picture begin, in the order drawn.
    fn tiles(svg: &str) -> Vec<(f64, f64)> {
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
    fn pixels_are_where_they_belong() {
        let originals = Matrix::from_rows(&[[0.0, 1.0, 0.5, 0.0], [1.0, 1.0, 0.0, 0.0]]);
        let reconstructed = Matrix::from_rows(&[[1.0, 0.0, 0.0, 0.25], [-2.0, 3.0, 0.0, 0.0]]);
        let svg = reconstructions(&originals, &reconstructed, IMAGE, CAPTION);
        let tiles = tiles(&svg);
        assert_eq!(tiles.len(), 4);
        // Originals above, from left to right, then reconstructions below.
        assert!(tiles[0].0 < tiles[1].0 && tiles[0].1 == tiles[1].1);
        assert!(tiles[2].0 == tiles[0].0 && tiles[2].1 > tiles[0].1);
        let pixmap = pixels(&svg);
        // A pixel of a 2x2 image is 8 units wide.
        let pixel = |tile: usize, i: usize, j: usize| {
            let (x, y) = (
                tiles[tile].0 + 8.0 * j as f64,
                tiles[tile].1 + 8.0 * i as f64,
            );
            let corners = [(0.0, 0.0), (7.5, 0.0), (0.0, 7.5), (7.5, 7.5)];
            let colors = corners.map(|(dx, dy)| color_at(&pixmap, x + dx, y + dy));
            assert!(
                colors.iter().all(|&c| c == colors[0]),
                "{tile} {i} {j}: {colors:?}"
            );
            colors[0]
        };
        assert_eq!(pixel(0, 0, 0), PAPER);
        assert_eq!(pixel(0, 0, 1), INK);
        assert_eq!(pixel(0, 1, 0), grey(0.5));
        assert_eq!(pixel(0, 1, 1), PAPER);
        assert_eq!(pixel(1, 0, 0), INK);
        assert_eq!(pixel(1, 0, 1), INK);
        assert_eq!(pixel(2, 0, 0), INK);
        assert_eq!(pixel(2, 1, 1), grey(0.25));
        // Clamped, not wrapped.
        assert_eq!(pixel(3, 0, 0), PAPER);
        assert_eq!(pixel(3, 0, 1), INK);
        assert!(svg.contains("Values outside are clamped."));
    }

    #[test]
    fn both_rows_have_one_scale() {
        // Were each row or tile scaled to its own range, 0.5 would become ink below.
        let originals = Matrix::from_rows(&[[0.0, 1.0, 0.5, 0.0f32]]);
        let dim = Matrix::from_rows(&[[0.0, 0.5, 0.5, 0.0f32]]);
        let svg = reconstructions(&originals, &dim, IMAGE, CAPTION);
        let (tiles, pixmap) = (tiles(&svg), pixels(&svg));
        let lower_left = |tile: (f64, f64)| color_at(&pixmap, tile.0 + 2.0, tile.1 + 10.0);
        assert_eq!(lower_left(tiles[0]), grey(0.5));
        assert_eq!(lower_left(tiles[1]), grey(0.5));
        assert!(!svg.contains("clamped"));
    }

    #[test]
    fn at_most_sixteen_objects_are_drawn_and_the_rest_is_owned_up_to() {
        let objects = |n| Matrix::from_fn(n, 4, |i, j| ((i + j) % 3) as f32 / 2.0);
        for (n, shown) in [(1, 1), (3, 3), (16, 16), (17, 16), (2000, 16)] {
            let svg = reconstructions(&objects(n), &objects(n), IMAGE, CAPTION);
            assert_eq!(tiles(&svg).len(), 2 * shown, "{n}");
            assert_eq!(svg.contains("First 16 of"), n > 16, "{n}");
            assert_nothing_clipped(&svg);
            // One more: the colour bar.
            let svg = reconstructions(&objects(n), &objects(n), TileShape::Strip, CAPTION);
            assert_eq!(tiles(&svg).len(), 2 * shown + 1, "{n}");
            assert_eq!(svg.contains("First 16 of"), n > 16, "{n}");
            assert_nothing_clipped(&svg);
        }
        let svg = reconstructions(&objects(2000), &objects(2000), IMAGE, CAPTION);
        assert!(svg.contains("First 16 of 2,000 objects."));
    }

    #[test]
    fn rows_and_caption_are_written() {
        let x = Matrix::zeros(1, 4);
        let svg = reconstructions(&x, &x, IMAGE, CAPTION);
        for text in ["original", "reconstruction", CAPTION] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        let pixmap = pixels(&svg);
        let title = inked(&pixmap, MARGIN, MARGIN, 400.0, 20.0);
        assert!(title > 2000, "{title}");
        let y = tiles(&svg)[1].1;
        let name = inked(&pixmap, MARGIN, y, 100.0, 16.0);
        assert!(name > 400, "{name}");
    }

    #[test]
    fn long_captions_are_broken_and_kept_whole() {
        let x = Matrix::zeros(2, 4);
        let caption = [CAPTION; 4].join(" and ");
        let svg = reconstructions(&x, &x, IMAGE, &caption);
        assert_nothing_clipped(&svg);
        for word in caption.split(' ') {
            assert!(svg.contains(word));
        }
    }

    #[test]
    fn pictures_of_mnist_are_of_reasonable_size() {
        // The worst case: no two neighbours alike.
        let noise = Matrix::from_fn(16, 784, |i, j| {
            ((i * 784 + j) * 7919 % 1009) as f32 / 1008.0
        });
        let shape = TileShape::Image {
            height: 28,
            width: 28,
        };
        let svg = reconstructions(&noise, &noise, shape, CAPTION);
        assert_nothing_clipped(&svg);
        assert!(svg.len() < 400_000, "{} bytes", svg.len());
    }

    #[test]
    fn strips_show_signs_beside_each_other() {
        let originals = Matrix::from_rows(&[[3.0, -3.0, 0.0f32]]);
        let reconstructed = Matrix::from_rows(&[[1.5, 0.0, -3.0f32]]);
        let svg = reconstructions(&originals, &reconstructed, TileShape::Strip, CAPTION);
        let (tiles, pixmap) = (tiles(&svg), pixels(&svg));
        assert_eq!(tiles.len(), 3);
        assert_eq!((tiles[1].0, tiles[1].1), (tiles[0].0 + 18.0, tiles[0].1));
        let cell = |tile: usize, feature: usize| {
            let y = tiles[tile].1 + (feature as f64 + 0.25) * 28.0;
            color_at(&pixmap, tiles[tile].0 + 9.0, y)
        };
        assert_eq!(
            [0, 1, 2].map(|j| cell(0, j)),
            [1.0, -1.0, 0.0].map(diverging)
        );
        assert_eq!(
            [0, 1, 2].map(|j| cell(1, j)),
            [0.5, 0.0, -1.0].map(diverging)
        );
        // The bar: its ends and its middle.
        let bar = |y: f64| color_at(&pixmap, tiles[2].0 + 5.0, tiles[2].1 + y);
        assert_eq!([0.0, 64.5, 129.5].map(bar), [1.0, 0.0, -1.0].map(diverging));
        assert!(svg.contains(">3</text>") && svg.contains(">−3</text>"));
        assert_nothing_clipped(&svg);
    }

    #[test]
    fn strips_of_any_number_of_features_fit() {
        for features in [1, 2, 13, 36, 150, 200, 3072] {
            let x = Matrix::from_fn(16, features, |i, j| ((i * j) % 7) as f32 - 3.0);
            let svg = reconstructions(&x, &x, TileShape::Strip, CAPTION);
            assert_nothing_clipped(&svg);
            let pixmap = pixels(&svg);
            assert!(
                pixmap.height() < 4000 && pixmap.width() < 2200,
                "{features}"
            );
        }
    }

    #[test]
    fn the_limit_is_round_and_bears_outliers() {
        let of = |values: Vec<f32>| {
            let x = Matrix::from_vec(1, values.len(), values);
            limit(&x, &x)
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
    fn ticks_do_not_touch() {
        assert_eq!(ticks(3, 28.0), [1, 2, 3]);
        assert_eq!(ticks(1, 28.0), [1]);
        assert_eq!(
            ticks(150, 3.0),
            [
                1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150
            ]
        );
        assert_eq!(ticks(36, 13.5).first(), Some(&2));
        for features in 1..300 {
            let cell_height = side(480.0, features, 28.0);
            let ticks = ticks(features, cell_height);
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

    #[test]
    fn what_is_not_a_number_is_seen() {
        let x = Matrix::from_rows(&[[f32::NAN, 1.0, 0.0, 0.0]]);
        let svg = reconstructions(&x, &x, IMAGE, CAPTION);
        let (x0, y0) = tiles(&svg)[0];
        assert_eq!(color_at(&pixels(&svg), x0, y0), NOT_A_NUMBER);
        assert!(svg.contains("Pink is not a number."));
        let svg = reconstructions(&x, &x, TileShape::Strip, CAPTION);
        assert!(svg.contains("Pink is not a number."));
    }

    #[test]
    #[should_panic(expected = "reconstructions: shapes differ: 2x4 and 1x4")]
    fn shapes_that_differ_are_refused() {
        reconstructions(&Matrix::zeros(2, 4), &Matrix::zeros(1, 4), IMAGE, "");
    }

    #[test]
    #[should_panic(expected = "reconstructions: images of 2x2 pixels, but 5 features")]
    fn images_of_another_size_are_refused() {
        reconstructions(&Matrix::zeros(1, 5), &Matrix::zeros(1, 5), IMAGE, "");
    }
}
