//! The weights of units: a small image a unit where objects are images, a heat map of them all for other tables.

use super::cells::{MOST_CELLS, Place, Shading, TileShape, counted, side};
use super::document::{Anchor, Style};
use super::sheet::{MARGIN, Sheet, first_of, sentences};
use unsup_autograd::Matrix;

/// At most so many units are drawn.
const MOST_UNITS: usize = 100;
/// About how wide and high all of them together are.
const LENGTH: f64 = 600.0;
/// What the bar of colours is called.
const WEIGHT: &str = "weight";

/// The weights of a layer's units (at most the first 100), as SVG text: `weights` has a row a unit and a column a
/// feature. For images each unit is a tile of a grid that is about square, row by row; otherwise all units are a heat
/// map, a row a unit. All have one scale, symmetric about zero and shown beside them: blue is negative, red positive.
/// One weight in a hundred may lie beyond it, and the picture says so. `caption` is broken where too long.
///
/// # Panics
/// If the features are not as many as the pixels of an image.
#[track_caller]
pub fn filters(weights: &Matrix<f32>, tile: TileShape, caption: &str) -> String {
    let features = weights.columns();
    let (height, width) = tile.cells("filters", features);
    let most = (MOST_CELLS / features).clamp(1, MOST_UNITS);
    let shown = weights.rows().min(most);
    let tables = [weights.slice_rows(0..shown)];
    let shading = Shading::signed(&tables);
    let units = first_of(shown, weights.rows(), "units");
    let [weights] = &tables;
    let (sheet, order, bottom) = match tile {
        TileShape::Image { .. } => images(weights, (height, width), &shading, caption),
        TileShape::Strip => heat_map(weights, &shading, caption),
    };
    let remark = sentences(&[&units, order, &shading.remark()]);
    sheet.finish(&remark, bottom + 10.0)
}

/// A grid of images; also what is to be said of their order, and where it ends.
fn images(
    weights: &Matrix<f32>,
    (height, width): (usize, usize),
    shading: &Shading,
    caption: &str,
) -> (Sheet, &'static str, f64) {
    const GAP: f64 = 5.0;
    let units = weights.rows();
    // About as many pixels from left to right as from above to below.
    let square = (units as f64 * height as f64 / width as f64).sqrt();
    let columns = (square.ceil() as usize).clamp(1, units);
    let rows = units.div_ceil(columns);
    let room = |count: usize| (LENGTH + GAP) / count as f64 - GAP;
    let target = (room(columns) / width as f64).min(room(rows) / height as f64);
    // A lone unit is not drawn as large as all of them.
    let longer = height.max(width);
    let scale = side(target.min(200.0 / longer as f64).max(0.5), 1, 16.0);
    let (tile_width, tile_height) = (scale * width as f64, scale * height as f64);

    let right = MARGIN + columns as f64 * (tile_width + GAP) - GAP;
    let bar_left = right + 28.0;
    let mut sheet = Sheet::new(caption, bar_left + shading.bar_width(WEIGHT));
    let top = sheet.top + 12.0;
    for (unit, weights) in weights.row_iter().enumerate() {
        let place = Place {
            x: MARGIN + (unit % columns) as f64 * (tile_width + GAP),
            y: top + (unit / columns) as f64 * (tile_height + GAP),
            cell_width: scale,
            cell_height: scale,
        };
        place.draw(&mut sheet.document, weights, width, shading);
        place.frame(&mut sheet.document, width, height);
    }
    let bottom = top + rows as f64 * (tile_height + GAP) - GAP;
    let bar_bottom = shading.bar(&mut sheet.document, bar_left, top, WEIGHT);
    let order = match units {
        1 => "",
        _ => "A tile is a unit; they follow one another row by row.",
    };
    (sheet, order, bottom.max(bar_bottom))
}

/// All units in one table of cells; also what is to be said of it, and where it ends.
fn heat_map(weights: &Matrix<f32>, shading: &Shading, caption: &str) -> (Sheet, &'static str, f64) {
    let (units, features) = (weights.rows(), weights.columns());
    let (cell_width, cell_height) = (side(LENGTH, features, 28.0), side(480.0, units, 28.0));
    let (width, height) = (cell_width * features as f64, cell_height * units as f64);
    let style = Style::new(12.0);
    let axis = Style::new(13.0).anchor(Anchor::Middle);
    let left = (MARGIN + 22.0 + style.width(&units.to_string()) + 8.0).ceil();
    // The axes' names are longer than few cells; they then reach beyond them.
    let across = width.max(width / 2.0 + axis.width("feature") / 2.0);
    let bar_left = left + across + 28.0;
    let mut sheet = Sheet::new(caption, bar_left + shading.bar_width(WEIGHT));
    let top = (sheet.top + 12.0).max(sheet.top + axis.width("unit") / 2.0 - height / 2.0);
    let top = top.ceil();
    let document = &mut sheet.document;

    document.text(MARGIN + 12.0, top + height / 2.0, axis.upwards(), "unit");
    for unit in counted(units, cell_height, 20.0) {
        let y = top + (unit as f64 - 0.5) * cell_height;
        document.tick(left - 5.0, y, 4.0, 0.0);
        let style = style.anchor(Anchor::End);
        document.text(left - 8.0, y + style.drop(), style, &unit.to_string());
    }
    let bottom = top + height;
    let room = style.width(&features.to_string()) + 12.0;
    for feature in counted(features, cell_width, room) {
        let x = left + (feature as f64 - 0.5) * cell_width;
        document.tick(x, bottom + 1.0, 0.0, 4.0);
        let style = style.anchor(Anchor::Middle);
        document.text(x, bottom + 17.0, style, &feature.to_string());
    }
    document.text(left + width / 2.0, bottom + 37.0, axis, "feature");
    let place = Place {
        x: left,
        y: top,
        cell_width,
        cell_height,
    };
    place.draw(document, weights.as_slice(), features, shading);
    place.frame(document, features, units);
    let bar_bottom = shading.bar(document, bar_left, top, WEIGHT);
    (sheet, "", (bottom + 40.0).max(bar_bottom))
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places;
    use super::super::colors::{NOT_A_NUMBER, diverging};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::*;

    const IMAGE: TileShape = TileShape::Image {
        height: 2,
        width: 3,
    };
    const CAPTION: &str = "Weights of the first layer";

    #[test]
    fn each_unit_is_an_image_and_all_have_one_scale() {
        let weights = Matrix::from_rows(&[
            [0.5, -0.5, 0.25, 0.0, 0.0, 0.0],
            [1.0, -1.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, -0.75f32],
        ]);
        let svg = filters(&weights, IMAGE, CAPTION);
        assert_nothing_clipped(&svg);
        let places = places(&svg);
        // One more: the bar. Two tiles above, one below.
        assert_eq!(places.len(), 4);
        assert!(places[0].1 == places[1].1 && places[0].0 < places[1].0);
        assert!(places[2].1 > places[0].1 && places[0].0 == places[2].0);
        let pixmap = pixels(&svg);
        for (unit, weights) in weights.row_iter().enumerate() {
            for (i, &weight) in weights.iter().enumerate() {
                let x = places[unit].0 + 16.0 * (i % 3) as f64;
                let y = places[unit].1 + 16.0 * (i / 3) as f64;
                let expected = diverging(f64::from(weight));
                for corner in [1.0, 15.0] {
                    let color = color_at(&pixmap, x + corner, y + corner);
                    assert_eq!(color, expected, "{unit} {i}");
                }
            }
        }
        for text in ["weight", "1", "0", "−1", CAPTION] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        assert!(words(&svg).contains("row by row"));
    }

    #[test]
    fn strips_are_a_heat_map_of_units_and_features() {
        let weights = Matrix::from_rows(&[[0.5, -2.0, 0.0], [1.0, -1.0, 2.0f32]]);
        let svg = filters(&weights, TileShape::Strip, CAPTION);
        assert_nothing_clipped(&svg);
        let places = places(&svg);
        assert_eq!(places.len(), 2);
        let pixmap = pixels(&svg);
        for (unit, weights) in weights.row_iter().enumerate() {
            for (feature, &weight) in weights.iter().enumerate() {
                let x = places[0].0 + 28.0 * feature as f64;
                let y = places[0].1 + 28.0 * unit as f64;
                let expected = diverging(f64::from(weight) / 2.0);
                assert_eq!(color_at(&pixmap, x + 1.0, y + 1.0), expected);
                assert_eq!(color_at(&pixmap, x + 27.0, y + 27.0), expected);
            }
        }
        // Units are counted along the left edge and features below.
        for (text, times) in [("unit", 1), ("feature", 1), ("2", 3), ("3", 1)] {
            let text = format!(">{text}</text>");
            assert_eq!(svg.matches(&text).count(), times, "{text}");
        }
    }

    #[test]
    fn any_number_of_units_and_features_fits() {
        let long = "weights of a layer whose name is long ".repeat(8);
        let shapes = [(1, 1), (2, 3), (28, 28), (1, 784), (784, 1), (60, 60)];
        for units in [1, 2, 17, 100, 101, 3000] {
            for (height, width) in shapes {
                let features = height * width;
                let weights = Matrix::from_fn(units, features, |i, j| ((i * j) % 7) as f32 - 3.0);
                let shown = units.min(MOST_UNITS).min(MOST_CELLS / features);
                for (shape, tiles) in [
                    (TileShape::Image { height, width }, shown),
                    (TileShape::Strip, 1),
                ] {
                    let svg = filters(&weights, shape, &long);
                    assert_nothing_clipped(&svg);
                    assert_eq!(places(&svg).len(), tiles + 1, "{units} {height}x{width}");
                    let said = sentences(&[&first_of(shown, units, "units")]);
                    assert!(words(&svg).contains(&said), "{said}");
                    let size = svg.split("viewBox=\"0 0 ").nth(1).unwrap();
                    let (width, height) = size.split('"').next().unwrap().split_once(' ').unwrap();
                    let size = [width, height].map(|side| side.parse::<f64>().unwrap());
                    assert!(size.iter().all(|&side| side < 1200.0), "{size:?}");
                }
            }
        }
    }

    #[test]
    fn equal_missing_and_huge_weights_are_drawn() {
        for value in [0.0, 1.0, -1e-30, f32::MAX, f32::NAN, f32::NEG_INFINITY] {
            let mut weights = Matrix::filled(2, 6, value);
            for shape in [IMAGE, TileShape::Strip] {
                assert_nothing_clipped(&filters(&weights, shape, CAPTION));
            }
            weights.as_mut_slice()[6..].fill(0.5);
            let svg = filters(&weights, IMAGE, CAPTION);
            let (x, y) = places(&svg)[0];
            let color = color_at(&pixels(&svg), x + 1.0, y + 1.0);
            assert_eq!(color == NOT_A_NUMBER, value.is_nan(), "{value}");
            assert_eq!(color == diverging(-1.0), value == f32::NEG_INFINITY);
            assert_eq!(svg.contains("Pink is not a number."), value.is_nan());
            assert_eq!(words(&svg).contains("are clamped."), value.is_infinite());
        }
    }

    #[test]
    #[should_panic(expected = "filters: images of 2x3 pixels, but 5 features")]
    fn images_of_another_size_are_refused() {
        filters(&Matrix::zeros(1, 5), IMAGE, "");
    }
}
