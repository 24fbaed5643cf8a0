//! Component planes: a small map for each feature.

use super::nodes::{MARGIN, Nodes, Scale, Sheet};
use crate::pictures::colors::FAINT_INK;
use crate::pictures::document::{Document, Style, Units};
use unsup_models::kohonen::Grid;

/// A feature over the map.
pub struct Plane {
    /// The feature's name.
    pub name: String,
    /// Its component of each node's centre, in its own unit.
    pub values: Vec<f64>,
    /// A remark under the name; may be empty.
    pub remark: String,
}

/// About how long the longer side of a small map is.
const LENGTH: f64 = 130.0;
/// From one small map to the next.
const GAP: f64 = 20.0;
/// How many columns of small maps there are at most.
const MOST_COLUMNS: usize = 6;

/// The planes one beside the other, each with its name and a scale of its own, as SVG text.
///
/// # Panics
/// If there is no plane, or one has not one value a node.
#[track_caller]
pub fn planes(grid: Grid, planes: &[Plane], caption: &str, remark: &str) -> String {
    assert!(!planes.is_empty(), "planes: there are none");
    let nodes = Nodes::fitting(grid, LENGTH, (1.5, 40.0));
    let columns = columns(planes.len());
    let width = nodes.width().max(LENGTH);
    let name_style = Style::new(11.5).bold();
    let small = Style::new(10.0).color(FAINT_INK);
    let names: Vec<Vec<String>> = planes
        .iter()
        .map(|plane| name_style.shortened(&plane.name, width, 2))
        .collect();
    let mut sheet = Sheet::new(caption, MARGIN + columns as f64 * (width + GAP) - GAP);
    let mut top = sheet.top;
    for (row, names) in planes.chunks(columns).zip(names.chunks(columns)) {
        let lines = names.iter().map(Vec::len).max().unwrap_or(0);
        let remarked = row.iter().any(|plane| !plane.remark.is_empty());
        let maps = top + 1.35 * 11.5 * lines as f64 + if remarked { 15.0 } else { 3.0 };
        for (i, (plane, name)) in row.iter().zip(names).enumerate() {
            assert_eq!(
                grid.nodes(),
                plane.values.len(),
                "planes: values for the nodes of {grid}"
            );
            let left = MARGIN + i as f64 * (width + GAP);
            let document = &mut sheet.document;
            let end = document.lines(left, top, name_style, name);
            document.text(left, end + 10.0, small, &plane.remark);
            let nodes = nodes.at(left, maps);
            let scale = Scale::of(&plane.values);
            let colors: Vec<_> = plane
                .values
                .iter()
                .map(|&value| scale.color_of(value))
                .collect();
            nodes.fill(document, &colors);
            lying_scale(&scale, document, left, maps + nodes.height() + 6.0, width);
        }
        top = maps + nodes.height() + 6.0 + 8.0 + 14.0 + GAP;
    }
    sheet.finish(grid, remark, top - GAP)
}

/// So many columns that the last row is not much emptier than the others.
fn columns(planes: usize) -> usize {
    let rows = planes.div_ceil(MOST_COLUMNS);
    planes.div_ceil(rows)
}

/// A bar of the scale's colours, lying, with the numbers at its ends.
fn lying_scale(scale: &Scale, document: &mut Document, left: f64, top: f64, width: f64) {
    const STEPS: usize = 24;
    let step = width / STEPS as f64;
    for i in 0..STEPS {
        let color = (scale.color)((i as f64 + 0.5) / STEPS as f64);
        document.push(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="6" fill="{color}"/>"#,
            Units(left + i as f64 * step),
            Units(top),
            Units(step + if i + 1 < STEPS { 0.3 } else { 0.0 })
        ));
    }
    let style = Style::new(10.0).color(FAINT_INK);
    document.text(left, top + 17.0, style, &scale.number(scale.least));
    let most = scale.number(scale.most);
    document.text(left + width - style.width(&most), top + 17.0, style, &most);
}

#[cfg(test)]
mod tests {
    use super::super::nodes::tests::grids;
    use super::*;
    use crate::pictures::render::tests::assert_nothing_clipped;

    fn plane(grid: Grid, name: &str, factor: f64) -> Plane {
        Plane {
            name: name.to_owned(),
            values: (0..grid.nodes()).map(|node| factor * node as f64).collect(),
            remark: "r = +0.97".to_owned(),
        }
    }

    #[test]
    fn any_number_of_planes_with_any_names_fits() {
        for grid in grids() {
            for count in [1, 7] {
                let name = "a <feature> & its \"name\" ".repeat(count);
                let all: Vec<_> = (0..count)
                    .map(|i| plane(grid, &name, 10f64.powi(i as i32)))
                    .collect();
                assert_nothing_clipped(&planes(grid, &all, "Planes", "Each has its own scale."));
            }
        }
    }

    #[test]
    fn each_plane_has_its_name_and_the_numbers_of_its_own_scale() {
        let grid = grids()[8];
        let all = [plane(grid, "salt", 1.0), plane(grid, "iron", 100.0)];
        let svg = planes(grid, &all, "Planes", "");
        let most = grid.nodes() - 1;
        for text in ["salt", "iron", &most.to_string(), &(100 * most).to_string()] {
            assert!(svg.contains(&format!(">{text}<")), "{text}");
        }
    }

    #[test]
    fn rows_are_filled_evenly() {
        let filled = [1, 2, 6, 7, 8, 13, 16, 64].map(columns);
        assert_eq!(filled, [1, 2, 6, 4, 4, 5, 6, 6]);
    }
}
