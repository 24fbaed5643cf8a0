//! Many objects side by side: samples of a model, or what a code decodes to from one end to the other.

use super::cells::{MOST_CELLS, Place, TileShape, side};
use super::colors::GRID;
use super::document::{Anchor, Style, Units};
use super::sheet::{MARGIN, Sheet, first_of, sentences};
use std::fmt::Write;
use unsup_autograd::Matrix;

/// At most so many columns and rows of tiles are drawn.
const MOST_LINES: usize = 64;
/// About how wide a grid is.
const LENGTH: f64 = 600.0;

/// Objects as tiles in a grid with so many `columns`, row by row from above, as SVG text. `axes`, if there are such,
/// name what grows from left to right and what runs from the top to the bottom: the two codes that were decoded. Tiles
/// have one scale: images that of 0 (white) to 1 (black), strips one that is symmetric about zero and shown beside
/// them. Values outside are clamped. At most 64 rows and columns are drawn, fewer of large tiles, and the picture says
/// all of this.
///
/// # Panics
/// If there are no columns, or the features are not as many as the pixels of an image.
#[track_caller]
pub fn grid(
    objects: &Matrix<f32>,
    columns: usize,
    tile: TileShape,
    caption: &str,
    axes: Option<(&str, &str)>,
) -> String {
    assert!(columns > 0, "grid: needs at least one column");
    let (height, width) = tile.cells("grid", objects.columns());
    // A last row that is not full is still one.
    let columns = columns.min(objects.rows());
    let rows = objects.rows().div_ceil(columns);
    let most_tiles = (MOST_CELLS / objects.columns()).max(1);
    let shown_columns = columns.min(MOST_LINES).min(most_tiles);
    let shown_rows = rows
        .min(MOST_LINES)
        .min((most_tiles / shown_columns).max(1));
    let shown: Vec<usize> = (0..shown_rows)
        .flat_map(|row| (0..shown_columns).map(move |column| row * columns + column))
        .filter(|&object| object < objects.rows())
        .collect();
    let tables = [objects.select_rows(&shown)];
    let shading = tile.shading(&tables);
    let [objects] = &tables;

    let target = (LENGTH / shown_columns as f64).clamp(10.0, 64.0);
    // Images are as close together as can be, with a line between neighbours; strips of which one ran on into the next
    // would be one strip.
    let (cell_width, cell_height, gaps) = match tile {
        TileShape::Image { .. } => {
            let scale = side(target, height.max(width), 8.0);
            (scale, scale, (1.0, 1.0))
        }
        TileShape::Strip => {
            let cell_width = side(target - 4.0, 1, 18.0);
            (cell_width, side(96.0, height, 12.0), (4.0, 10.0))
        }
    };
    let across = cell_width * width as f64 + gaps.0;
    let down = cell_height * height as f64 + gaps.1;
    let full_width = across * shown_columns as f64 - gaps.0;
    let full_height = down * shown_rows as f64 - gaps.1;

    // A name longer than the grid is broken into lines; few tiles leave it some more room.
    let axis = Style::new(13.0).anchor(Anchor::Middle);
    let line = 1.35 * axis.size;
    let (horizontal, vertical) = axes.unwrap_or(("", ""));
    let horizontal = axis.shortened(horizontal, full_width.max(150.0), 3);
    let vertical = axis.shortened(vertical, full_height.max(150.0), 3);
    let longest = |lines: &[String]| {
        let widths = lines.iter().map(|line| axis.width(line));
        widths.fold(0.0, f64::max)
    };
    let (half_across, half_down) = (longest(&horizontal) / 2.0, longest(&vertical) / 2.0);
    let names = match vertical.len() {
        0 => 0.0,
        lines => lines as f64 * line + 6.0,
    };
    let left = (MARGIN + names.max(half_across - full_width / 2.0)).ceil();
    let right = left + full_width.max(full_width / 2.0 + half_across);
    let bar_left = right + 28.0;
    let bar_width = shading.bar_width("value");
    let reach = if bar_width > 0.0 {
        bar_left + bar_width
    } else {
        right
    };
    let mut sheet = Sheet::new(caption, reach);
    let above = if bar_width > 0.0 { 12.0 } else { 0.0 };
    let top = sheet.top + f64::max(above, half_down - full_height / 2.0);
    let top = top.ceil();

    let document = &mut sheet.document;
    for (i, object) in objects.row_iter().enumerate() {
        let (row, column) = (i / shown_columns, i % shown_columns);
        let place = Place {
            x: left + column as f64 * across,
            y: top + row as f64 * down,
            cell_width,
            cell_height,
        };
        place.draw(document, object, width, &shading);
        if tile == TileShape::Strip {
            place.frame(document, width, height);
        }
    }
    if tile != TileShape::Strip {
        let mut lines = String::new();
        for column in 1..shown_columns {
            let x = Units(left + column as f64 * across - 0.5);
            let _ = write!(lines, "M{x} {}v{}", Units(top), Units(full_height));
        }
        for row in 1..shown_rows {
            let y = Units(top + row as f64 * down - 0.5);
            let _ = write!(lines, "M{} {y}h{}", Units(left), Units(full_width));
        }
        document.push(format_args!(r#"<path stroke="{GRID}" d="{lines}"/>"#));
        let whole = Place {
            x: left,
            y: top,
            cell_width: full_width,
            cell_height: full_height,
        };
        whole.frame(document, 1, 1);
    }
    let bar_bottom = shading.bar(document, bar_left, top, "value");

    let middle = left + full_width / 2.0;
    let mut bottom = document.lines(middle, top + full_height + 6.0, axis, &horizontal);
    for (i, name) in vertical.iter().rev().enumerate() {
        let x = left - 10.0 - i as f64 * line;
        document.text(x, top + full_height / 2.0, axis.upwards(), name);
    }
    bottom = bottom
        .max(bar_bottom)
        .max(top + full_height / 2.0 + half_down);

    let remark = sentences(&[
        &first_of(shown_rows, rows, "rows"),
        &first_of(shown_columns, columns, "columns"),
        &shading.remark(),
    ]);
    sheet.finish(&remark, bottom + 6.0)
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places;
    use super::super::colors::{INK, NOT_A_NUMBER, PAPER, diverging, grey};
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels, words};
    use super::*;

    const IMAGE: TileShape = TileShape::Image {
        height: 2,
        width: 2,
    };
    const CAPTION: &str = "What the codes decode to";

    #[test]
    fn objects_follow_one_another_row_by_row_close_together() {
        let objects = Matrix::from_fn(5, 4, |i, j| [(i + 1) as f32 / 8.0, 1.0][j % 2]);
        let svg = grid(&objects, 3, IMAGE, CAPTION, None);
        assert_nothing_clipped(&svg);
        let places = places(&svg);
        let (x, y) = places[0];
        // 2x2 pixels of 8 units and a line.
        let expected = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)];
        assert_eq!(
            places,
            expected.map(|(i, j)| (x + 17.0 * f64::from(i), y + 17.0 * f64::from(j)))
        );
        let pixmap = pixels(&svg);
        for (i, (x, y)) in places.iter().enumerate() {
            let color = grey((i + 1) as f64 / 8.0);
            assert_eq!(color_at(&pixmap, x + 0.5, y + 0.5), color);
            assert_eq!(color_at(&pixmap, x + 15.5, y + 15.5), INK);
        }
        assert_eq!(color_at(&pixmap, x + 16.5, y + 4.0), GRID);
        assert_eq!(color_at(&pixmap, x + 4.0, y + 16.5), GRID);
        // The last place is empty.
        let (x, y) = (x + 2.0 * 17.0, y + 17.0);
        assert_eq!(inked(&pixmap, x, y, 16.0, 16.0), 0);
        assert!(words(&svg).contains("decode to White is 0, black is 1."));
    }

    #[test]
    fn axes_are_named_below_and_left_of_the_grid() {
        let objects = Matrix::filled(100, 4, 0.5f32);
        let axes = Some(("code 1, from −2 to 2", "code 2"));
        let svg = grid(&objects, 10, IMAGE, CAPTION, axes);
        assert_nothing_clipped(&svg);
        let (x, y) = places(&svg)[0];
        let pixmap = pixels(&svg);
        assert!(inked(&pixmap, x + 20.0, y + 172.0, 130.0, 24.0) > 300);
        assert!(inked(&pixmap, x - 24.0, y + 50.0, 20.0, 70.0) > 100);
        let without = grid(&objects, 10, IMAGE, CAPTION, None);
        let (x, y) = places(&without)[0];
        assert_eq!(x, MARGIN);
        assert_eq!(inked(&pixels(&without), x + 20.0, y + 172.0, 130.0, 4.0), 0);
    }

    #[test]
    fn strips_have_a_bar_for_their_scale() {
        let objects = Matrix::from_fn(6, 3, |i, j| [-1.0, 0.5, i as f32 / 5.0][j]);
        let svg = grid(&objects, 3, TileShape::Strip, CAPTION, None);
        assert_nothing_clipped(&svg);
        let places = places(&svg);
        assert_eq!(places.len(), 7);
        let pixmap = pixels(&svg);
        for (i, (x, y)) in places[..6].iter().enumerate() {
            let values = [-1.0, 0.5, i as f64 / 5.0];
            for (j, value) in values.into_iter().enumerate() {
                let y = y + 12.0 * j as f64;
                let step = (value * 32.0_f64).round() / 32.0;
                assert_eq!(color_at(&pixmap, x + 9.0, y + 6.0), diverging(step));
            }
        }
        assert!(svg.contains(">value</text>") && svg.contains(">−1</text>"));
    }

    #[test]
    fn any_grid_fits_and_what_is_not_drawn_is_said() {
        let long = "the first of all codes, whose name is long ".repeat(5);
        let shapes = [(1, 1), (8, 8), (1, 30), (64, 64)];
        for (objects, columns) in [(1, 9), (5, 3), (100, 1), (200, 200), (9000, 90)] {
            for (height, width) in shapes {
                if objects == 9000 && height == 64 {
                    continue;
                }
                let x = Matrix::from_fn(objects, height * width, |i, j| {
                    ((i / 7 + j / 5) % 7) as f32 / 6.0
                });
                for shape in [TileShape::Image { height, width }, TileShape::Strip] {
                    for axes in [None, Some(("code 1", &long[..]))] {
                        let svg = grid(&x, columns, shape, &long, axes);
                        assert_nothing_clipped(&svg);
                        let tiles = svg.matches("translate(").count();
                        assert!(tiles * height * width <= MOST_CELLS + height * width);
                        let all = tiles >= objects;
                        assert_eq!(!words(&svg).contains("First"), all, "{objects} {columns}");
                    }
                }
            }
        }
        // Of each of the rows that are drawn the same columns.
        let x = Matrix::from_fn(9000, 1, |i, _| if i % 90 == 63 { 1.0 } else { 0.0 });
        let shape = TileShape::Image {
            height: 1,
            width: 1,
        };
        let svg = grid(&x, 90, shape, CAPTION, None);
        let (places, pixmap) = (places(&svg), pixels(&svg));
        assert_eq!(places.len(), 64 * 64);
        for (i, (x, y)) in places.iter().enumerate() {
            let color = if i % 64 == 63 { INK } else { PAPER };
            assert_eq!(color_at(&pixmap, x + 1.0, y + 1.0), color, "{i}");
        }
        let words = words(&svg);
        assert!(
            words.contains("First 64 of 100 rows. First 64 of 90 columns."),
            "{words}"
        );
    }

    #[test]
    fn what_is_outside_or_no_number_is_said() {
        for value in [f32::NAN, f32::INFINITY, -2.0] {
            let mut objects = Matrix::filled(4, 4, 0.5f32);
            objects.as_mut_slice()[4..8].fill(value);
            let svg = grid(&objects, 2, IMAGE, CAPTION, None);
            let (x, y) = places(&svg)[1];
            let color = color_at(&pixels(&svg), x + 1.0, y + 1.0);
            assert_eq!(color == NOT_A_NUMBER, value.is_nan());
            assert_eq!(svg.contains("Pink is not a number."), value.is_nan());
            assert_eq!(svg.contains("Values outside are clamped."), !value.is_nan());
        }
    }

    #[test]
    #[should_panic(expected = "grid: needs at least one column")]
    fn no_columns_are_refused() {
        grid(&Matrix::zeros(1, 4), 0, IMAGE, "", None);
    }

    #[test]
    #[should_panic(expected = "grid: images of 2x2 pixels, but 5 features")]
    fn images_of_another_size_are_refused() {
        grid(&Matrix::zeros(1, 5), 1, IMAGE, "", None);
    }
}
