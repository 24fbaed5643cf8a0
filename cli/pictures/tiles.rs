//! The same objects several times: images in labelled rows, other tables as strips beside each other.

use super::cells::{Place, Shading, TileShape, counted, side};
use super::colors::{FAINT_INK, GRID};
use super::document::{Anchor, Style, Units};
use super::sheet::{MARGIN, Sheet, first_of, sentences};
use unsup_autograd::Matrix;

/// At most so many objects are drawn.
const MOST_OBJECTS: usize = 16;
/// At most so many strips are drawn, of all rows together.
const MOST_STRIPS: usize = 64;
/// A label has so much room before it is broken or cut.
const LABEL_WIDTH: f64 = 160.0;

/// The first objects (at most 16) as they are in each of `rows`: a label and a matrix (objects x features), all of one
/// shape, as "clean", "corrupted" and "denoised". SVG text.
///
/// Images stand in rows one below the other, a column an object; strips beside each other in groups, a group an object,
/// in the order of the rows. All tiles have one scale: images that of 0 (white) to 1 (black), strips one that is
/// symmetric about zero and shown beside them. Values outside are clamped, and the picture says so. `caption` is the
/// line above, `remark` is said below before what the picture has to say itself; both are broken where too long.
///
/// # Panics
/// If the matrices differ in shape, or the features are not as many as the pixels of an image.
#[track_caller]
pub fn tiles(
    rows: &[(&str, &Matrix<f32>)],
    tile: TileShape,
    caption: &str,
    remark: &str,
) -> String {
    let Some((_, first)) = rows.first() else {
        let sheet = Sheet::new(caption, 0.0);
        let top = sheet.top;
        return sheet.finish(&sentences(&[remark, "There are no objects."]), top);
    };
    for (_, row) in rows {
        assert!(
            first.shape() == row.shape(),
            "tiles: shapes differ: {} and {}",
            first.shape(),
            row.shape()
        );
    }
    let (height, width) = tile.cells("tiles", first.columns());
    let most = match tile {
        TileShape::Image { .. } => MOST_OBJECTS,
        TileShape::Strip => (MOST_STRIPS / rows.len()).clamp(1, MOST_OBJECTS),
    };
    let shown = first.rows().min(most);
    let labels: Vec<&str> = rows.iter().map(|(label, _)| *label).collect();
    let tables: Vec<Matrix<f32>> = rows
        .iter()
        .map(|(_, row)| row.slice_rows(0..shown))
        .collect();
    let shading = tile.shading(&tables);
    let objects = first_of(shown, first.rows(), "objects");
    let remark = sentences(&[remark, &objects, &shading.remark()]);
    match tile {
        TileShape::Image { .. } => images(
            &labels,
            &tables,
            (height, width),
            &shading,
            caption,
            &remark,
        ),
        TileShape::Strip => strips(&labels, &tables, &shading, caption, &remark),
    }
}

/// Rows of images of `height` x `width` pixels.
fn images(
    labels: &[&str],
    tables: &[Matrix<f32>],
    (height, width): (usize, usize),
    shading: &Shading,
    caption: &str,
    remark: &str,
) -> String {
    const GAP: f64 = 8.0;
    let scale = side(64.0, height.max(width), 8.0);
    let (tile_width, tile_height) = (scale * width as f64, scale * height as f64);
    let style = Style::new(13.0).anchor(Anchor::End);
    let labels: Vec<Vec<String>> = labels
        .iter()
        .map(|label| style.shortened(label, LABEL_WIDTH, 3))
        .collect();
    let widths = labels.iter().flatten().map(|line| style.width(line));
    let left = (MARGIN + widths.fold(0.0, f64::max) + 10.0).ceil();
    let shown = tables[0].rows();
    let right = left + shown as f64 * (tile_width + GAP) - GAP;

    let mut sheet = Sheet::new(caption, right);
    let mut top = sheet.top;
    for (label, table) in labels.iter().zip(tables) {
        // A row is high enough for its label, even where the images are flat.
        let label_height = 1.35 * style.size * label.len() as f64;
        let row_height = tile_height.max(16.0).max(label_height.ceil());
        let middle = top + row_height / 2.0;
        for (i, line) in label.iter().enumerate() {
            let below = (i as f64 - 0.5 * (label.len() - 1) as f64) * 1.35 * style.size;
            let y = middle + below + style.drop();
            sheet.document.text(left - 10.0, y, style, line);
        }
        for (i, object) in table.row_iter().enumerate() {
            let place = Place {
                x: left + i as f64 * (tile_width + GAP),
                // To the half unit, a whole pixel.
                y: (middle * 2.0 - tile_height).round() / 2.0,
                cell_width: scale,
                cell_height: scale,
            };
            place.draw(&mut sheet.document, object, width, shading);
            place.frame(&mut sheet.document, width, height);
        }
        top += row_height + GAP;
    }
    sheet.finish(remark, top + 2.0)
}

/// Groups of columns, a group an object, a cell a feature.
fn strips(
    labels: &[&str],
    tables: &[Matrix<f32>],
    shading: &Shading,
    caption: &str,
    remark: &str,
) -> String {
    const COLUMN: f64 = 18.0;
    const GAP: f64 = 14.0;
    let (shown, features) = (tables[0].rows(), tables[0].columns());
    let cell_height = side(480.0, features, 28.0);
    let height = cell_height * features as f64;

    let style = Style::new(12.0);
    let left = (MARGIN + 22.0 + style.width(&features.to_string()) + 8.0).ceil();
    let group_width = tables.len() as f64 * COLUMN;
    let group = |i: usize| left + i as f64 * (group_width + GAP);
    let right = group(shown) - GAP;
    let bar_left = right + 28.0;

    let label_style = Style::new(11.0).color(FAINT_INK).upwards();
    let labels: Vec<String> = labels
        .iter()
        .map(|label| label_style.shortened(label, LABEL_WIDTH, 1).concat())
        .collect();
    let label_height = labels
        .iter()
        .map(|label| label_style.width(label))
        .fold(0.0, f64::max);
    let mut sheet = Sheet::new(caption, bar_left + shading.bar_width("value"));
    let top = (sheet.top + label_height.max(16.0) + 6.0).ceil();
    let document = &mut sheet.document;

    let axis_style = Style::new(13.0).anchor(Anchor::Middle).upwards();
    // The axis' name is longer than few features are high; it then reaches down past them.
    let axis_middle = top + (height / 2.0).max(axis_style.width("feature") / 2.0);
    document.text(MARGIN + 12.0, axis_middle, axis_style, "feature");
    for feature in counted(features, cell_height, 20.0) {
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

    for i in 0..shown {
        for (j, (label, table)) in labels.iter().zip(tables).enumerate() {
            let place = Place {
                x: group(i) + j as f64 * COLUMN,
                y: top,
                cell_width: COLUMN,
                cell_height,
            };
            place.draw(document, table.row(i), 1, shading);
            let middle = place.x + COLUMN / 2.0 + label_style.drop();
            document.text(middle, top - 6.0, label_style, label);
        }
        let place = Place {
            x: group(i),
            y: top,
            cell_width: group_width,
            cell_height,
        };
        place.frame(document, 1, features);
    }
    let bar_bottom = shading.bar(document, bar_left, top, "value");

    let axis_bottom = axis_middle + axis_style.width("feature") / 2.0;
    let bottom = (top + height).max(bar_bottom).max(axis_bottom);
    sheet.finish(remark, bottom + 10.0)
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places;
    use super::super::colors::{INK, NOT_A_NUMBER, diverging, grey};
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels, words};
    use super::*;

    const IMAGE: TileShape = TileShape::Image {
        height: 2,
        width: 2,
    };
    const CAPTION: &str = "Denoising auto-encoder 64-128-2";
    const LABELS: [&str; 3] = ["clean", "corrupted", "denoised"];

    /// `n` objects of 4 features, `value` everywhere.
    fn filled(n: usize, value: f32) -> Matrix<f32> {
        Matrix::filled(n, 4, value)
    }

    /// Those tables under their labels.
    fn labelled(tables: &[Matrix<f32>]) -> Vec<(&str, &Matrix<f32>)> {
        LABELS.into_iter().zip(tables).collect()
    }

    #[test]
    fn rows_of_images_follow_one_another_under_one_scale() {
        let tables = [0.5, 1.0, 0.25].map(|value| filled(2, value));
        let svg = tiles(&labelled(&tables), IMAGE, CAPTION, "Noise of 0.3.");
        let places = places(&svg);
        assert_eq!(places.len(), 6);
        let pixmap = pixels(&svg);
        for (i, value) in [0.5, 1.0, 0.25].into_iter().enumerate() {
            let row = &places[2 * i..2 * i + 2];
            assert!(row[0].0 < row[1].0 && row[0].1 == row[1].1);
            assert!(row[0].0 == places[0].0);
            assert!(i == 0 || row[0].1 > places[2 * i - 2].1);
            for (x, y) in row {
                assert_eq!(color_at(&pixmap, x + 1.0, y + 1.0), grey(value));
            }
            // Its label is left of it.
            let label = inked(&pixmap, MARGIN, row[0].1, row[0].0 - MARGIN - 2.0, 16.0);
            assert!(label > 200, "{label}");
            assert!(svg.contains(&format!(">{}</text>", LABELS[i])));
        }
        assert!(svg.contains(">Noise of 0.3. White is 0, black is 1.</text>"));
        assert_eq!(grey(1.0), INK);
    }

    #[test]
    fn strips_of_an_object_are_side_by_side_in_the_order_of_the_rows() {
        let tables = [4.0, -2.0, 1.0].map(|value| filled(2, value));
        let svg = tiles(&labelled(&tables), TileShape::Strip, CAPTION, "");
        let places = places(&svg);
        // One more: the colour bar.
        assert_eq!(places.len(), 7);
        let pixmap = pixels(&svg);
        for (i, (x, y)) in places[..6].iter().enumerate() {
            assert_eq!(*x, places[i / 3 * 3].0 + 18.0 * (i % 3) as f64);
            let color = diverging([1.0, -0.5, 0.25][i % 3]);
            assert_eq!(color_at(&pixmap, x + 9.0, y + 1.0), color, "{i}");
        }
        assert!(places[3].0 > places[2].0 + 18.0);
        for label in LABELS {
            let label = format!(">{label}</text>");
            assert_eq!(svg.matches(&label).count(), 2, "{label}");
        }
    }

    #[test]
    fn any_number_of_rows_objects_and_features_fits() {
        let long = "a very long label, <longer> than any room that there is for it ".repeat(4);
        for rows in [1, 3, 7, 70] {
            for (objects, features) in [(1, 1), (3, 64), (40, 2), (17, 300)] {
                let table =
                    Matrix::from_fn(objects, features, |i, j| ((3 * i + j) % 5) as f32 / 4.0);
                let named: Vec<_> = (0..rows)
                    .map(|i| (["", "a", &long][i % 3], &table))
                    .collect();
                let (height, width) = match features {
                    64 => (8, 8),
                    300 => (1, 300),
                    n => (n, 1),
                };
                let shapes = [TileShape::Image { height, width }, TileShape::Strip];
                for (shape, bars) in shapes.into_iter().zip([0, 1]) {
                    let svg = tiles(&named, shape, CAPTION, &long);
                    assert_nothing_clipped(&svg);
                    let shown = match shape {
                        TileShape::Strip if rows == 7 => objects.min(9),
                        TileShape::Strip if rows == 70 => 1,
                        _ => objects.min(MOST_OBJECTS),
                    };
                    assert_eq!(places(&svg).len(), rows * shown + bars);
                    let said = format!("First {shown} of {objects} objects.");
                    assert_eq!(words(&svg).contains(&said), shown < objects);
                }
            }
        }
    }

    #[test]
    fn labels_of_flat_images_do_not_touch() {
        let table = Matrix::filled(3, 40, 0.5f32);
        let long = "a label that is broken into several lines";
        let flat = TileShape::Image {
            height: 1,
            width: 40,
        };
        for (label, lines) in [("a", 1), (long, 2)] {
            let svg = tiles(&[(label, &table), (label, &table)], flat, CAPTION, "");
            assert_nothing_clipped(&svg);
            let places = places(&svg);
            let apart = places[3].1 - places[0].1;
            assert!(apart >= 16.0 * f64::from(lines), "{label}: {apart}");
        }
    }

    #[test]
    fn no_rows_make_a_picture_that_says_so() {
        let svg = tiles(&[], IMAGE, CAPTION, "Noise of 0.3.");
        assert_nothing_clipped(&svg);
        assert!(svg.contains(CAPTION));
        assert!(svg.contains(">Noise of 0.3. There are no objects.</text>"));
    }

    #[test]
    fn what_is_no_number_or_outside_in_any_row_is_said() {
        for value in [f32::NAN, f32::INFINITY, -3.0] {
            for i in 0..3 {
                let mut tables = [0.5, 1.0, 0.25].map(|value| filled(2, value));
                tables[i].as_mut_slice()[5] = value;
                let svg = tiles(&labelled(&tables), IMAGE, CAPTION, "");
                assert_eq!(svg.contains("Pink is not a number."), value.is_nan());
                assert_eq!(svg.contains("Values outside are clamped."), !value.is_nan());
                let color = match value {
                    f32::INFINITY => INK,
                    -3.0 => grey(0.0),
                    _ => NOT_A_NUMBER,
                };
                let (x, y) = places(&svg)[2 * i + 1];
                assert_eq!(color_at(&pixels(&svg), x + 12.0, y + 1.0), color);
            }
        }
    }

    #[test]
    #[should_panic(expected = "tiles: shapes differ: 2x4 and 3x4")]
    fn shapes_that_differ_are_refused() {
        tiles(&labelled(&[filled(2, 0.0), filled(3, 0.0)]), IMAGE, "", "");
    }

    #[test]
    #[should_panic(expected = "tiles: images of 2x2 pixels, but 5 features")]
    fn images_of_another_size_are_refused() {
        tiles(&[("", &Matrix::zeros(1, 5))], IMAGE, "", "");
    }
}
