//! Objects and what a model makes of them: images above each other, other tables as strips beside each other.

use super::cells::TileShape;
use super::tiles::tiles;
use unsup_autograd::Matrix;

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
    tile.cells("reconstructions", originals.columns());
    let rows = [("original", originals), ("reconstruction", reconstructions)];
    tiles(&rows, tile, caption, "")
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places as tiles;
    use super::super::colors::{INK, NOT_A_NUMBER, PAPER, diverging, grey};
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels};
    use super::super::sheet::MARGIN;
    use super::*;

    const IMAGE: TileShape = TileShape::Image {
        height: 2,
        width: 2,
    };
    const CAPTION: &str = "784-256-2: squared error per object 1.62, PCA 2.79 (ratio 0.58)";

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
