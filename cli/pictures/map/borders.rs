//! The U-matrix: how far neighbouring centres lie apart.

use super::nodes::{MARGIN, Nodes, SCALE_ROOM, Scale, Sheet};
use crate::pictures::colors::grey;
use crate::pictures::document::Units;
use unsup_models::kohonen::{Grid, Lattice, UMatrix};

/// The map with the borders between its nodes in greys, as SVG text: the wall between two neighbours is the darker the
/// farther their centres lie apart, and the inside of a node shows the mean of its walls.
///
/// # Panics
/// If the U-matrix is not of that grid.
#[track_caller]
pub fn borders(grid: Grid, u_matrix: &UMatrix, caption: &str, remark: &str) -> String {
    assert_eq!(
        grid.nodes(),
        u_matrix.nodes.len(),
        "borders: values for the nodes of {grid}"
    );
    let nodes = Nodes::fitting(grid, 420.0, (7.0, 60.0));
    let mut sheet = Sheet::new(caption, MARGIN + nodes.width() + SCALE_ROOM);
    let nodes = nodes.at(MARGIN, sheet.top);
    let distances: Vec<f64> = u_matrix
        .edges
        .iter()
        .map(|&(_, _, distance)| distance)
        .collect();
    let scale = Scale {
        color: |share| grey(0.06 + 0.94 * share),
        ..Scale::of(&distances)
    };
    let colors: Vec<_> = u_matrix
        .nodes
        .iter()
        .map(|&mean| scale.color_of(mean))
        .collect();
    nodes.fill(&mut sheet.document, &colors);
    const THICK: f64 = 0.2;
    // half of the side that two neighbours share, less the round end
    let half = match grid.lattice() {
        Lattice::Rectangular => 0.5,
        Lattice::Hexagonal => 0.5 / 3f64.sqrt(),
    };
    let half = (half - 0.5 * THICK) * nodes.side;
    // the darkest last, so that a border is not broken where walls meet
    let mut edges = u_matrix.edges.clone();
    edges.sort_by(|a, b| a.2.total_cmp(&b.2));
    for (a, b, distance) in edges {
        let (from, to) = (nodes.middle(a), nodes.middle(b));
        let (x, y) = ((to.0 - from.0) / nodes.side, (to.1 - from.1) / nodes.side);
        if x.hypot(y) > 1.01 {
            continue; // around the edge of a torus: the means tell of it
        }
        let (middle_x, middle_y) = (0.5 * (from.0 + to.0), 0.5 * (from.1 + to.1));
        sheet.document.push(format_args!(
            r#"<path d="M{} {}L{} {}" stroke="{}" stroke-width="{}" stroke-linecap="round"/>"#,
            Units(middle_x - y * half),
            Units(middle_y + x * half),
            Units(middle_x + y * half),
            Units(middle_y - x * half),
            scale.color_of(distance),
            Units(THICK * nodes.side)
        ));
    }
    sheet.finish_beside_scale(&nodes, &scale, remark)
}

#[cfg(test)]
mod tests {
    use super::super::nodes::tests::grids;
    use super::*;
    use crate::pictures::render::tests::{assert_nothing_clipped, color_at, pixels};
    use unsup_models::Matrix;
    use unsup_models::kohonen::{Map, Surface};

    #[test]
    fn a_wall_stands_between_two_halves() {
        for grid in grids() {
            let (half, rows) = (grid.columns() / 2, grid.rows());
            let centres = Matrix::from_fn(grid.nodes(), 1, |node, _| {
                if grid.place(node).0 < half { 0.0 } else { 5.0 }
            });
            let map = Map::with_centres(grid, centres);
            let svg = borders(grid, &map.u_matrix(), "U-matrix", "Dark is far.");
            assert_nothing_clipped(&svg);
            if grid.columns() != 10 || grid.surface() == Surface::Torus {
                continue;
            }
            let pixmap = pixels(&svg);
            let nodes =
                Nodes::fitting(grid, 420.0, (7.0, 60.0)).at(MARGIN, Sheet::new("U", 1.0).top);
            let right_of = |m: usize| {
                let (x, y) = nodes.middle(grid.node(m, rows / 2));
                color_at(&pixmap, x + 0.5 * nodes.side, y)
            };
            assert_eq!(right_of(half - 1), grey(1.0), "{grid}");
            assert_eq!(right_of(1), grey(0.06), "{grid}");
        }
    }
}
