//! Where a fragment of an image lies from another one: what is asked of a self-supervised model, and what it answers.

use super::axis::tick;
use super::cells::{Place, TileShape, side};
use super::colors::{CLASSES, Color, FAINT_INK, FRAME, INK, PAPER, grey};
use super::document::{Anchor, Count, Document, Style, Units};
use super::series::Legend;
use super::sheet::{MARGIN, Sheet, first_of, sentences};
use unsup_autograd::Matrix;

/// At most so many images are drawn.
const MOST_IMAGES: usize = 12;
/// How many images stand in a row.
const COLUMNS: usize = 4;
/// About how long the longer side of an image is, and how far apart images are.
const IMAGE: (f64, f64) = (112.0, 14.0);
/// The side of a cell of the table.
const CELL: f64 = 58.0;
/// From the images to what stands beside them.
const BESIDE: f64 = 32.0;

/// Two fragments of an image, each by the row and the column of its first pixel, and where a model takes the second one
/// to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragments {
    /// The fragment from which the other one is looked for.
    pub first: (usize, usize),
    /// Where the other one is.
    pub second: (usize, usize),
    /// Where the model takes it to be; right where it is the same as `second`.
    pub predicted: (usize, usize),
}

/// Fragments of images and how often their relative position is predicted, as SVG text. The first rows (at most 12) of
/// `images`, of the shape `tile`, have on them what is in `fragments`, one an image: the outline of the first fragment,
/// a square of `side` pixels, that of the second one in dashes, and in the predicted place a tick where it is right,
/// else a cross. Beside them is a table of the eight positions around the first fragment: of `positions`, row by row
/// from the upper left one, how many predictions are right and how many there are. The darker a cell, the more are
/// right.
///
/// Values outside 0 to 1 are clamped, and the picture says so. `caption` is broken where too long.
///
/// # Panics
/// If objects are no images or have not as many features as pixels, if there are not as many fragments as images, or if
/// one does not lie within its image, or if more predictions are right than there are.
#[track_caller]
pub fn fragments(
    images: &Matrix<f32>,
    tile: TileShape,
    side: usize,
    fragments: &[Fragments],
    positions: &[(usize, usize); 8],
    caption: &str,
) -> String {
    assert!(
        tile != TileShape::Strip,
        "fragments: needs images, got strips"
    );
    let (height, width) = tile.cells("fragments", images.columns());
    assert!(
        images.rows() == fragments.len(),
        "fragments: {} images, but {} pairs of fragments",
        images.rows(),
        fragments.len()
    );
    for (row, column) in fragments
        .iter()
        .flat_map(|f| [f.first, f.second, f.predicted])
    {
        assert!(
            row + side <= height && column + side <= width,
            "fragments: a fragment of {side}x{side} pixels at row {row}, column {column} does not lie within an image \
             of {height}x{width}"
        );
    }
    for (right, all) in positions {
        assert!(
            right <= all,
            "fragments: {right} predictions of {all} are right"
        );
    }
    let shown = images.rows().min(MOST_IMAGES);
    let tables = [images.slice_rows(0..shown)];
    let shading = tile.shading(&tables);
    let scale = cell(height.max(width));
    let (across, down) = (
        scale * width as f64 + IMAGE.1,
        scale * height as f64 + IMAGE.1,
    );
    let columns = shown.min(COLUMNS);
    let beside = MARGIN + columns as f64 * across - IMAGE.1 + BESIDE;
    let legend = Legend::new(SIGNS.iter().map(|(_, name)| *name));

    let mut sheet = Sheet::new(caption, beside + legend.width().max(3.0 * CELL));
    let document = &mut sheet.document;
    let top = sheet.top + 2.0;
    for (i, (image, fragments)) in tables[0].row_iter().zip(fragments).enumerate() {
        let place = Place {
            x: MARGIN + (i % COLUMNS) as f64 * across,
            y: top + (i / COLUMNS) as f64 * down,
            cell_width: scale,
            cell_height: scale,
        };
        place.draw(document, image, width, &shading);
        place.frame(document, width, height);
        let corner = |(row, column): (usize, usize)| {
            (
                place.x + scale * column as f64,
                place.y + scale * row as f64,
            )
        };
        let length = scale * side as f64;
        Sign::Second.draw(document, corner(fragments.second), length);
        Sign::First.draw(document, corner(fragments.first), length);
        let answer = match fragments.predicted == fragments.second {
            true => Sign::Right,
            false => Sign::Wrong,
        };
        answer.draw(document, corner(fragments.predicted), length);
    }
    let images_bottom = top + shown.div_ceil(COLUMNS) as f64 * down;

    let legend_bottom = legend.draw(document, (beside, top), |document, i, (x, y), length| {
        SIGNS[i]
            .0
            .draw(document, (x + length / 2.0 - 8.0, y - 8.0), 16.0);
    });
    let style = Style::new(13.0);
    let heading = style.wrapped(
        "Share predicted right, by where the second is",
        legend.width().max(3.0 * CELL),
    );
    let table_top = document.lines(beside, legend_bottom + 14.0, style, &heading) + 6.0;
    table(document, (beside, table_top), positions);

    let sum = |of: fn(&(usize, usize)) -> usize| positions.iter().map(of).sum::<usize>();
    let (right, all) = (sum(|counts| counts.0), sum(|counts| counts.1));
    let said = match all {
        0 => "There are no predictions.".to_string(),
        _ => format!(
            "Right: {} of {} predictions, a share of {}; by chance it is 0.125.",
            Count(right),
            Count(all),
            tick(right as f64 / all as f64, 3)
        ),
    };
    let remark = sentences(&[
        &said,
        &first_of(shown, images.rows(), "images"),
        &shading.remark(),
    ]);
    let bottom = images_bottom.max(table_top + 3.0 * CELL + 10.0);
    sheet.finish(&remark, bottom)
}

/// The side of a pixel of an image whose longer side has so many.
fn cell(longer: usize) -> f64 {
    side(IMAGE.0, longer, 28.0)
}

/// What is marked on an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    First,
    Second,
    Right,
    Wrong,
}

/// All of them, and what they mean.
const SIGNS: [(Sign, &str); 4] = [
    (Sign::First, "first fragment"),
    (Sign::Second, "second fragment"),
    (Sign::Right, "predicted there, right"),
    (Sign::Wrong, "predicted there, wrong"),
];

impl Sign {
    /// Draws it on the square that begins at a corner, in its colour on a rim of paper, to be seen on every grey.
    fn draw(self, document: &mut Document, (x, y): (f64, f64), length: f64) {
        let square = |inside: f64| {
            let (x, y) = (Units(x + inside), Units(y + inside));
            let length = Units((length - 2.0 * inside).max(0.5));
            format!("M{x} {y}h{length}v{length}h-{length}z")
        };
        // About the middle, not larger than a square of twenty units.
        let half = 0.3 * length.min(20.0);
        let at = |dx: f64, dy: f64| {
            let middle = length / 2.0;
            format!(
                "{} {}",
                Units(x + middle + dx * half),
                Units(y + middle + dy * half)
            )
        };
        let tick = || format!("M{}L{}L{}", at(-1.0, 0.1), at(-0.3, 0.9), at(1.0, -0.9));
        let cross = || {
            let (a, b, c, d) = (at(-0.9, -0.9), at(0.9, 0.9), at(-0.9, 0.9), at(0.9, -0.9));
            format!("M{a}L{b}M{c}L{d}")
        };
        let (color, dashes, path): (Color, &str, String) = match self {
            Self::First => (INK, "", square(1.0)),
            Self::Second => (CLASSES[0], r#" stroke-dasharray="4 3""#, square(1.0)),
            Self::Right => (CLASSES[2], "", tick()),
            Self::Wrong => (CLASSES[3], "", cross()),
        };
        for (color, width, dashes) in [(PAPER, 5.0, ""), (color, 2.4, dashes)] {
            document.push(format_args!(
                r#"<path fill="none" stroke="{color}" stroke-width="{width}"{dashes} d="{path}"/>"#
            ));
        }
    }
}

/// The eight positions around the first fragment, each with the share of right predictions and how many there are.
fn table(document: &mut Document, (left, top): (f64, f64), positions: &[(usize, usize); 8]) {
    let (number, small) = (
        Style::new(15.0).bold().anchor(Anchor::Middle),
        Style::new(10.5).anchor(Anchor::Middle),
    );
    for cell in 0..9 {
        let (x, y) = (
            left + CELL * (cell % 3) as f64,
            top + CELL * (cell / 3) as f64,
        );
        let middle = x + CELL / 2.0;
        let rect = |document: &mut Document, fill: Color| {
            document.push(format_args!(
                r#"<rect x="{}" y="{}" width="{CELL}" height="{CELL}" fill="{fill}" stroke="{FRAME}"/>"#,
                Units(x),
                Units(y)
            ));
        };
        // The fifth cell is the first fragment's own.
        let position = match cell {
            4 => {
                rect(document, PAPER);
                Sign::First.draw(document, (middle - 12.0, y + CELL / 2.0 - 12.0), 24.0);
                continue;
            }
            0..4 => positions[cell],
            _ => positions[cell - 1],
        };
        let (right, all) = position;
        let share = right as f64 / all.max(1) as f64;
        let (text, color) = match all {
            0 => ("–".to_string(), FAINT_INK),
            _ if share > 0.5 => (tick(share, 2), PAPER),
            _ => (tick(share, 2), INK),
        };
        rect(document, grey(share));
        document.text(middle, y + CELL / 2.0 + 1.0, number.color(color), &text);
        let count = small.shortened(&format!("of {}", Count(all)), CELL - 6.0, 1);
        document.text(middle, y + CELL - 12.0, small.color(color), &count.concat());
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places;
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels, words};
    use super::*;

    const CAPTION: &str = "Where is the second fragment?";
    const TILE: TileShape = TileShape::Image {
        height: 8,
        width: 8,
    };
    const NONE: [(usize, usize); 8] = [(0, 0); 8];

    fn pair(second: (usize, usize), predicted: (usize, usize)) -> Fragments {
        Fragments {
            first: (3, 3),
            second,
            predicted,
        }
    }

    fn drawn(images: &Matrix<f32>, pairs: &[Fragments], positions: &[(usize, usize); 8]) -> String {
        let svg = fragments(images, TILE, 2, pairs, positions, CAPTION);
        assert_nothing_clipped(&svg);
        svg
    }

    #[test]
    fn outlines_and_signs_are_where_the_fragments_are() {
        let pairs = [pair((0, 3), (0, 3)), pair((0, 3), (6, 6))];
        for value in [0.0, 1.0] {
            let svg = drawn(&Matrix::filled(2, 64, value), &pairs, &NONE);
            let (pixmap, paper) = (pixels(&svg), grey(f64::from(value)));
            for (i, (left, top)) in places(&svg).into_iter().enumerate() {
                // A pixel of the image is 14 units wide.
                let color = |row: f64, column: f64| {
                    color_at(&pixmap, left + 14.0 * column, top + 14.0 * row)
                };
                // The left edge and the upper edge of the first fragment, inside of it.
                assert_eq!(color(4.0, 3.0 + 1.0 / 14.0), INK);
                assert_eq!(color(3.0 + 1.0 / 14.0, 4.0), INK);
                assert_eq!(color(4.0, 4.0), paper);
                // The second one has gaps.
                let upper = (0..28).map(|x| color(1.0 / 14.0, 3.0 + f64::from(x) / 14.0));
                let dashes = upper.filter(|&color| color == CLASSES[0]).count();
                assert!((10..24).contains(&dashes), "{dashes}");
                // The tick is in the second fragment, the cross, whose middle has its colour, in another place.
                let is_cross = color(7.0, 7.0) == CLASSES[3];
                assert_eq!(is_cross, i == 1);
                let in_second = (0..20).flat_map(|x| (0..20).map(move |y| (x, y)));
                let ticked = in_second.filter(|&(x, y)| {
                    let share = |step: i32| 0.3 + 1.4 * f64::from(step) / 20.0;
                    color(share(y), 3.0 + share(x)) == CLASSES[2]
                });
                assert_eq!(ticked.count() > 10, i == 0);
            }
        }
    }

    #[test]
    fn the_table_has_the_shares_of_the_positions_in_their_order() {
        let mut positions = [(0, 10); 8];
        positions[1] = (10, 10);
        positions[7] = (3, 4);
        let svg = drawn(&Matrix::zeros(1, 64), &[pair((0, 0), (0, 0))], &positions);
        let corners: Vec<(f64, f64)> = svg
            .split("<rect x=\"")
            .skip(1)
            .filter(|rest| rest.contains("width=\"58\" height=\"58\""))
            .map(|rest| {
                let (x, rest) = rest.split_once("\" y=\"").unwrap();
                (
                    x.parse().unwrap(),
                    rest.split('"').next().unwrap().parse().unwrap(),
                )
            })
            .collect();
        let cells = &corners[corners.len() - 9..];
        let pixmap = pixels(&svg);
        for (cell, (x, y)) in cells.iter().enumerate() {
            let share = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.75][cell];
            assert_eq!(color_at(&pixmap, x + 3.0, y + 3.0), grey(share), "{cell}");
            assert!(inked(&pixmap, x + 10.0, y + 10.0, 38.0, 38.0) > 50);
        }
        let words = words(&svg);
        assert_eq!(words.matches("0.00 of 10").count(), 6);
        for text in [
            "1.00 of 10",
            "0.75 of 4",
            "Right: 13 of 74 predictions, a share of 0.176",
        ] {
            assert!(words.contains(text), "{text}: {words}");
        }
    }

    #[test]
    fn any_number_and_shape_of_images_fits() {
        let long = "a caption of <fragments> that is very long ".repeat(9);
        for count in [1, 4, 5, 13] {
            for (height, width, side) in
                [(1, 1, 1), (8, 8, 2), (64, 64, 20), (3, 60, 3), (60, 3, 1)]
            {
                let images =
                    Matrix::from_fn(count, height * width, |i, j| ((i * j) % 7) as f32 / 6.0);
                let tile = TileShape::Image { height, width };
                let corner = (height - side, width - side);
                let pair = Fragments {
                    first: (0, 0),
                    second: corner,
                    predicted: corner,
                };
                let many = [(usize::MAX / 9, usize::MAX / 8); 8];
                for positions in [NONE, many] {
                    let svg = fragments(&images, tile, side, &vec![pair; count], &positions, &long);
                    assert_nothing_clipped(&svg);
                    assert_eq!(places(&svg).len(), count.min(12));
                    assert_eq!(words(&svg).contains("First 12 of 13 images."), count == 13);
                    assert_eq!(
                        words(&svg).contains("There are no predictions."),
                        positions == NONE
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_outside_or_no_number_is_said() {
        for value in [f32::NAN, f32::INFINITY] {
            let svg = drawn(
                &Matrix::filled(1, 64, value),
                &[pair((0, 0), (0, 0))],
                &NONE,
            );
            assert_eq!(svg.contains("Pink is not a number."), value.is_nan());
            assert_eq!(svg.contains("Values outside are clamped."), !value.is_nan());
        }
    }

    #[test]
    #[should_panic(
        expected = "a fragment of 2x2 pixels at row 7, column 0 does not lie within an image of 8x8"
    )]
    fn fragments_outside_are_refused() {
        drawn(&Matrix::zeros(1, 64), &[pair((0, 0), (7, 0))], &NONE);
    }

    #[test]
    #[should_panic(expected = "fragments: 2 images, but 1 pairs of fragments")]
    fn other_numbers_of_fragments_are_refused() {
        drawn(&Matrix::zeros(2, 64), &[pair((0, 0), (0, 0))], &NONE);
    }

    #[test]
    #[should_panic(expected = "fragments: needs images, got strips")]
    fn strips_are_refused() {
        fragments(&Matrix::zeros(1, 4), TileShape::Strip, 1, &[], &NONE, "");
    }

    #[test]
    #[should_panic(expected = "fragments: 3 predictions of 2 are right")]
    fn more_right_than_there_are_is_refused() {
        drawn(&Matrix::zeros(1, 64), &[pair((0, 0), (0, 0))], &[(3, 2); 8]);
    }
}
