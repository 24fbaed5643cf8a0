//! One value a node: the density map.

use super::nodes::{MARGIN, Nodes, SCALE_ROOM, Scale, Sheet};
use unsup_models::kohonen::Grid;

/// A map whose nodes are coloured by `values`, one each, as SVG text; the scale beside it. NaN has a colour of its own.
/// `caption` stands above, `remark` below.
///
/// # Panics
/// If there is not one value a node.
#[track_caller]
pub fn field(grid: Grid, values: &[f64], caption: &str, remark: &str) -> String {
    assert_eq!(
        grid.nodes(),
        values.len(),
        "field: values for the nodes of {grid}"
    );
    let nodes = Nodes::fitting(grid, 420.0, (5.0, 60.0));
    let mut sheet = Sheet::new(caption, MARGIN + nodes.width() + SCALE_ROOM);
    let nodes = nodes.at(MARGIN, sheet.top);
    let scale = Scale::of(values);
    let colors: Vec<_> = values.iter().map(|&value| scale.color_of(value)).collect();
    nodes.fill(&mut sheet.document, &colors);
    sheet.finish_beside_scale(&nodes, &scale, remark)
}

#[cfg(test)]
mod tests {
    use super::super::nodes::tests::grids;
    use super::*;
    use crate::pictures::colors::{NOT_A_NUMBER, sequential};
    use crate::pictures::render::tests::{assert_nothing_clipped, color_at, pixels};

    #[test]
    fn nodes_have_the_colors_of_their_values_and_nothing_is_clipped() {
        for grid in grids() {
            let mut values: Vec<f64> = (0..grid.nodes()).map(|node| node as f64).collect();
            if grid.nodes() > 50 {
                values[7] = f64::NAN;
            }
            let svg = field(grid, &values, "Density: <b> & \"all\"", "Low is dense.");
            assert_nothing_clipped(&svg);
            if grid.nodes() != 100 {
                continue;
            }
            let pixmap = pixels(&svg);
            // the caption is one line
            let top = Sheet::new("Density", 10.0).top;
            let nodes = Nodes::fitting(grid, 420.0, (5.0, 60.0)).at(MARGIN, top);
            for (node, expected) in [
                (0, sequential(0.0)),
                (99, sequential(1.0)),
                (7, NOT_A_NUMBER),
            ] {
                let (x, y) = nodes.middle(node);
                assert_eq!(color_at(&pixmap, x, y), expected, "{grid}, {node}");
            }
        }
    }
}
