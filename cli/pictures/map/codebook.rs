//! The centres themselves, where objects are images.

use super::nodes::{MARGIN, Nodes, Sheet};
use crate::pictures::colors::grey;
use crate::pictures::document::Units;
use std::collections::BTreeMap;
use std::fmt::Write;
use unsup_models::Matrix;
use unsup_models::kohonen::{Grid, Lattice};

/// How many greys an image has besides white: enough for a small one, and the file stays short.
const SHADES: f64 = 16.0;

/// The most pixels that are drawn in all.
pub const MOST_PIXELS: usize = 60_000;

/// The centre of each node as a grey image of `height` x `width` pixels, 0 white and 1 black, as SVG text; `None` where
/// that would be too many pixels.
///
/// # Panics
/// If the centres (nodes x pixels) are not of that size.
#[track_caller]
pub fn codebook(
    grid: Grid,
    centres: &Matrix<f64>,
    (height, width): (usize, usize),
    caption: &str,
    remark: &str,
) -> Option<String> {
    assert!(
        centres.rows() == grid.nodes() && centres.columns() == height * width,
        "codebook: images of {height}x{width} pixels for the nodes of {grid}, but centres of {}",
        centres.shape()
    );
    if centres.shape().len() > MOST_PIXELS {
        return None;
    }
    let nodes = Nodes::fitting(grid, 560.0, (18.0, 60.0));
    let mut sheet = Sheet::new(caption, MARGIN + nodes.width());
    let nodes = nodes.at(MARGIN, sheet.top);
    nodes.frame(&mut sheet.document);
    // the square that fits into a hexagon with a point below is smaller
    let room = match grid.lattice() {
        Lattice::Rectangular => 0.92,
        Lattice::Hexagonal => 0.74,
    };
    let pixel = room * nodes.side / height.max(width) as f64;
    let mut of_shade: BTreeMap<u8, String> = BTreeMap::new();
    for (node, image) in centres.row_iter().enumerate() {
        let (x, y) = nodes.middle(node);
        let (x, y) = (
            x - 0.5 * pixel * width as f64,
            y - 0.5 * pixel * height as f64,
        );
        for (i, row) in image.chunks_exact(width).enumerate() {
            let shades: Vec<u8> = row
                .iter()
                .map(|ink| (ink.clamp(0.0, 1.0) * SHADES).round() as u8)
                .collect();
            let mut j = 0;
            for run in shades.chunk_by(|a, b| a == b) {
                if run[0] > 0 {
                    let at = (Units(x + j as f64 * pixel), Units(y + i as f64 * pixel));
                    let path = of_shade.entry(run[0]).or_default();
                    let length = Units(run.len() as f64 * pixel);
                    let pixel = Units(pixel);
                    let _ = write!(path, "M{} {}h{length}v{pixel}h-{length}z", at.0, at.1);
                }
                j += run.len();
            }
        }
    }
    for (shade, path) in of_shade {
        let color = grey(f64::from(shade) / SHADES);
        sheet
            .document
            .push(format_args!(r#"<path d="{path}" fill="{color}"/>"#));
    }
    Some(sheet.finish(grid, remark, nodes.top + nodes.height()))
}

#[cfg(test)]
mod tests {
    use super::super::nodes::tests::grids;
    use super::*;
    use crate::pictures::colors::{INK, PAPER};
    use crate::pictures::render::tests::{assert_nothing_clipped, color_at, pixels};

    #[test]
    fn pixels_lie_about_the_middle_of_their_node() {
        for grid in grids().into_iter().filter(|grid| grid.nodes() <= 100) {
            // the left half black
            let centres = Matrix::from_fn(grid.nodes(), 16, |_, j| f64::from(u8::from(j % 4 < 2)));
            let svg = codebook(grid, &centres, (4, 4), "Centres", "").unwrap();
            assert_nothing_clipped(&svg);
            let nodes =
                Nodes::fitting(grid, 560.0, (18.0, 60.0)).at(MARGIN, Sheet::new("C", 1.0).top);
            let pixmap = pixels(&svg);
            for node in 0..grid.nodes() {
                let (x, y) = nodes.middle(node);
                assert_eq!(color_at(&pixmap, x - 0.2 * nodes.side, y), INK, "{grid}");
                assert_eq!(color_at(&pixmap, x + 0.2 * nodes.side, y), PAPER, "{grid}");
            }
        }
    }

    #[test]
    fn too_many_pixels_are_no_picture() {
        let grid = grids()
            .into_iter()
            .find(|grid| grid.nodes() == 1200)
            .unwrap();
        assert!(codebook(grid, &Matrix::zeros(1200, 64), (8, 8), "", "").is_none());
    }
}
