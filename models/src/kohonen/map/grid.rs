//! The grid of a map: where its nodes lie, how far apart, which are neighbours.

use std::fmt;

/// How the nodes of a grid lie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Lattice {
    /// In rows and columns, at distance 1 along both.
    #[default]
    Rectangular,
    /// Like the cells of a honeycomb: rows at distance √3/2, each second one shifted by a half to the right, so that
    /// all six neighbours of a node lie at distance 1.
    Hexagonal,
}

/// Whether a grid has an edge.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Surface {
    /// A sheet with four edges.
    #[default]
    Planar,
    /// Each edge is joined to the opposite one.
    Torus,
}

/// Which nodes count as neighbours of a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Neighbours {
    /// Of a rectangular grid those beside it in its row and its column.
    Four,
    /// Of a rectangular grid those and the four across the corners.
    Eight,
    /// Of a hexagonal grid those around it, at distance 1.
    Six,
}

impl fmt::Display for Neighbours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Four => "4",
            Self::Eight => "8",
            Self::Six => "6",
        })
    }
}

/// A grid of M columns and H rows of nodes.
///
/// The node (m, h) has the number h M + m, with m and h counted from 0: along a row first, as SOM_PAK's files have them.
///
/// ```
/// use unsup_models::kohonen::{Grid, Lattice, Surface};
///
/// let grid = Grid::new(5, 4, Lattice::Rectangular, Surface::Planar);
/// assert_eq!(grid.squared_distance(grid.node(0, 0), grid.node(3, 2)), 13.0); // 3² + 2²
/// assert_eq!(grid.on(Surface::Torus).squared_distance(0, grid.node(4, 3)), 2.0); // around both edges
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Grid {
    columns: usize,
    rows: usize,
    lattice: Lattice,
    surface: Surface,
}

impl Grid {
    /// A grid of that many columns (M) and rows (H).
    ///
    /// # Panics
    /// If there is no column or no row, their product overflows, or a hexagonal torus has an odd number of rows: above
    /// its last row, which is not shifted, would come its first, which is not either.
    #[track_caller]
    pub fn new(columns: usize, rows: usize, lattice: Lattice, surface: Surface) -> Self {
        assert!(
            columns > 0 && rows > 0 && columns.checked_mul(rows).is_some(),
            "grid: {columns} columns and {rows} rows"
        );
        assert!(
            Self::closes(rows, lattice, surface),
            "grid: a hexagonal torus needs an even number of rows, got {rows}"
        );
        Self {
            columns,
            rows,
            lattice,
            surface,
        }
    }

    /// Whether so many rows can be joined to such a surface: on a hexagonal torus only an even number can.
    pub fn closes(rows: usize, lattice: Lattice, surface: Surface) -> bool {
        lattice == Lattice::Rectangular || surface == Surface::Planar || rows.is_multiple_of(2)
    }

    /// The same nodes on another surface.
    ///
    /// # Panics
    /// As [`Grid::new`].
    #[track_caller]
    pub fn on(self, surface: Surface) -> Self {
        Self::new(self.columns, self.rows, self.lattice, surface)
    }

    /// M
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// H
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How the nodes lie.
    pub fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// Whether it has an edge.
    pub fn surface(&self) -> Surface {
        self.surface
    }

    /// M H
    pub fn nodes(&self) -> usize {
        self.columns * self.rows
    }

    /// The number of the node in column m and row h, both counted from 0.
    ///
    /// # Panics
    /// If there is no such node.
    #[track_caller]
    pub fn node(&self, m: usize, h: usize) -> usize {
        assert!(
            m < self.columns && h < self.rows,
            "grid: no node ({m}, {h}) in {self}"
        );
        h * self.columns + m
    }

    /// Column m and row h of a node, both counted from 0.
    pub fn place(&self, node: usize) -> (usize, usize) {
        (node % self.columns, node / self.columns)
    }

    /// Where a node is drawn: to the right and downward from node 0, whose neighbours are at distance 1.
    pub fn position(&self, node: usize) -> (f64, f64) {
        let (m, h) = self.place(node);
        let x = m as f64 + 0.5 * f64::from(u8::from(self.is_shifted(h)));
        (x, h as f64 * self.row_distance())
    }

    /// From a row to the next one.
    pub fn row_distance(&self) -> f64 {
        match self.lattice {
            Lattice::Rectangular => 1.0,
            Lattice::Hexagonal => 0.75f64.sqrt(),
        }
    }

    /// Whether a row is shifted by a half.
    pub(super) fn is_shifted(&self, h: usize) -> bool {
        self.lattice == Lattice::Hexagonal && h % 2 == 1
    }

    // lecture: som grid
    /// r²((mᵢ, hᵢ), (m, h)): the squared distance of two nodes, on a torus by the shorter way around, free of rounding.
    pub fn squared_distance(&self, a: usize, b: usize) -> f64 {
        let ((m_a, h_a), (m_b, h_b)) = (self.place(a), self.place(b));
        let shift = |h: usize| usize::from(self.is_shifted(h));
        let halves = self.halves_apart(2 * m_a + shift(h_a), 2 * m_b + shift(h_b));
        self.squared_length(halves, self.rows_apart(h_a, h_b))
    }
    // lecture: end

    /// Half-columns from one half-column to another.
    pub(super) fn halves_apart(&self, a: usize, b: usize) -> usize {
        self.apart(a, b, 2 * self.columns)
    }

    /// Rows from one row to another.
    pub(super) fn rows_apart(&self, a: usize, b: usize) -> usize {
        self.apart(a, b, self.rows)
    }

    fn apart(&self, a: usize, b: usize, around: usize) -> usize {
        let straight = a.abs_diff(b);
        match self.surface {
            Surface::Planar => straight,
            Surface::Torus => straight.min(around - straight),
        }
    }

    /// The squared length of a way of so many half-columns and so many rows.
    pub(super) fn squared_length(&self, halves: usize, rows: usize) -> f64 {
        let (halves, rows) = (halves as f64, rows as f64);
        let squared_row_distance = match self.lattice {
            Lattice::Rectangular => 1.0,
            Lattice::Hexagonal => 0.75,
        };
        0.25 * halves * halves + squared_row_distance * rows * rows
    }

    /// The neighbours that a map of this lattice is judged by in the first place: 8 or 6.
    pub fn usual_neighbours(&self) -> Neighbours {
        match self.lattice {
            Lattice::Rectangular => Neighbours::Eight,
            Lattice::Hexagonal => Neighbours::Six,
        }
    }

    /// Whether two nodes are neighbours; a node is none of its own.
    ///
    /// # Panics
    /// If neighbours of that kind are of the other lattice.
    #[track_caller]
    pub fn are_neighbours(&self, a: usize, b: usize, neighbours: Neighbours) -> bool {
        assert!(
            (neighbours == Neighbours::Six) == (self.lattice == Lattice::Hexagonal),
            "grid: {neighbours} neighbours of a node in {self}"
        );
        // free of rounding, so that equality is meant
        let farthest = if neighbours == Neighbours::Eight {
            2.0
        } else {
            1.0
        };
        a != b && self.squared_distance(a, b) <= farthest
    }

    /// The neighbours of a node, in the order of their numbers.
    ///
    /// # Panics
    /// If neighbours of that kind are of the other lattice.
    #[track_caller]
    pub fn neighbours_of(&self, node: usize, neighbours: Neighbours) -> Vec<usize> {
        let (m, h) = self.place(node);
        let near = |at: usize, count: usize| -> Vec<usize> {
            let steps = [at + count - 1, at, at + 1];
            match self.surface {
                Surface::Planar => (at.saturating_sub(1)..count.min(at + 2)).collect(),
                Surface::Torus => steps.map(|at| at % count).to_vec(),
            }
        };
        let mut found: Vec<usize> = near(h, self.rows)
            .into_iter()
            .flat_map(|h| {
                let columns = near(m, self.columns);
                columns.into_iter().map(move |m| (m, h))
            })
            .map(|(m, h)| self.node(m, h))
            .filter(|&other| self.are_neighbours(node, other, neighbours))
            .collect();
        found.sort_unstable();
        found.dedup(); // on a narrow torus a node is reached from both sides
        found
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lattice = match self.lattice {
            Lattice::Rectangular => "rectangular",
            Lattice::Hexagonal => "hexagonal",
        };
        let surface = match self.surface {
            Surface::Planar => "",
            Surface::Torus => " torus",
        };
        write!(f, "{}x{} {lattice}{surface}", self.columns, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(columns: usize, rows: usize, lattice: Lattice, surface: Surface) -> Grid {
        Grid::new(columns, rows, lattice, surface)
    }

    /// All grids of a few sizes, square and not, one row or column wide too.
    fn grids() -> Vec<Grid> {
        let mut grids = Vec::new();
        for (columns, rows) in [
            (1, 1),
            (1, 4),
            (5, 1),
            (2, 2),
            (3, 4),
            (5, 4),
            (4, 7),
            (6, 8),
        ] {
            for lattice in [Lattice::Rectangular, Lattice::Hexagonal] {
                for surface in [Surface::Planar, Surface::Torus] {
                    if Grid::closes(rows, lattice, surface) {
                        grids.push(grid(columns, rows, lattice, surface));
                    }
                }
            }
        }
        grids
    }

    #[test]
    fn distances_are_those_of_the_positions_by_the_shortest_way_around() {
        for grid in grids() {
            let (width, height) = (
                grid.columns() as f64,
                grid.rows() as f64 * grid.row_distance(),
            );
            for a in 0..grid.nodes() {
                for b in 0..grid.nodes() {
                    let ((x_a, y_a), (x_b, y_b)) = (grid.position(a), grid.position(b));
                    let around: &[f64] = match grid.surface() {
                        Surface::Planar => &[0.0],
                        Surface::Torus => &[-1.0, 0.0, 1.0],
                    };
                    let least = around
                        .iter()
                        .flat_map(|u| around.iter().map(move |v| (u, v)))
                        .map(|(u, v)| {
                            (x_a - x_b + u * width).powi(2) + (y_a - y_b + v * height).powi(2)
                        })
                        .fold(f64::INFINITY, f64::min);
                    let found = grid.squared_distance(a, b);
                    assert!(
                        (found - least).abs() < 1e-12,
                        "{grid}, {a} and {b}: {found}"
                    );
                    assert_eq!(found, grid.squared_distance(b, a), "{grid}");
                }
            }
        }
    }

    #[test]
    fn neighbours_are_the_nodes_at_their_distance() {
        for grid in grids() {
            let kinds: &[(Neighbours, f64)] = match grid.lattice() {
                Lattice::Rectangular => &[(Neighbours::Four, 1.0), (Neighbours::Eight, 2.0)],
                Lattice::Hexagonal => &[(Neighbours::Six, 1.0)],
            };
            for &(neighbours, farthest) in kinds {
                for node in 0..grid.nodes() {
                    let near: Vec<usize> = (0..grid.nodes())
                        .filter(|&other| {
                            let apart = grid.squared_distance(node, other);
                            apart > 0.0 && apart <= farthest + 1e-9
                        })
                        .collect();
                    assert_eq!(grid.neighbours_of(node, neighbours), near, "{grid}, {node}");
                }
            }
        }
    }

    #[test]
    fn inside_a_honeycomb_every_node_has_six_neighbours_whatever_its_sides() {
        let grid = grid(5, 4, Lattice::Hexagonal, Surface::Planar);
        // of an even row and of a shifted one
        let of = |m, h| grid.neighbours_of(grid.node(m, h), Neighbours::Six);
        assert_eq!(of(2, 2), [6, 7, 11, 13, 16, 17]);
        assert_eq!(of(2, 1), [2, 3, 6, 8, 12, 13]);
        assert_eq!(of(0, 0), [1, 5]);
        let torus = grid.on(Surface::Torus);
        for node in 0..torus.nodes() {
            assert_eq!(torus.neighbours_of(node, Neighbours::Six).len(), 6);
        }
    }

    #[test]
    fn on_a_torus_no_node_is_at_an_edge() {
        let torus = grid(4, 3, Lattice::Rectangular, Surface::Torus);
        for node in 0..torus.nodes() {
            assert_eq!(torus.neighbours_of(node, Neighbours::Four).len(), 4);
            assert_eq!(torus.neighbours_of(node, Neighbours::Eight).len(), 8);
        }
        // left and right of two columns are the same node
        let narrow = grid(2, 5, Lattice::Rectangular, Surface::Torus);
        assert_eq!(narrow.neighbours_of(0, Neighbours::Four), [1, 2, 8]);
    }

    #[test]
    #[should_panic(expected = "grid: a hexagonal torus needs an even number of rows, got 3")]
    fn a_honeycomb_that_does_not_close_is_refused() {
        grid(4, 3, Lattice::Hexagonal, Surface::Torus);
    }

    #[test]
    #[should_panic(expected = "grid: 6 neighbours of a node in 4x3 rectangular")]
    fn neighbours_of_the_other_lattice_are_refused() {
        grid(4, 3, Lattice::Rectangular, Surface::Planar).are_neighbours(0, 1, Neighbours::Six);
    }
}
