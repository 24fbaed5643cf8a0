//! The neighbourhood of a node: how much less the others move, the farther they lie on the grid.

use super::grid::Grid;
use crate::kohonen::{Kernel, Moves};
use unsup_autograd::{Matrix, Real};

/// K(r(a, b)/width) for every pair of nodes of a grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neighbourhood {
    pub grid: Grid,
    pub kernel: Kernel,
    pub width: f64,
}

impl Neighbourhood {
    /// K(r(a, b)/width)
    pub fn weight(&self, a: usize, b: usize) -> f64 {
        self.kernel.at(self.grid.squared_distance(a, b), self.width)
    }

    /// η K(r(winner, y)/width) for every node y, but for rows of the grid in which all would be less than the last
    /// digit of η.
    pub fn moves_around<T: Real>(&self, winner: usize, rate: T, moves: &mut Moves<T>) {
        let (grid, columns) = (self.grid, self.grid.columns());
        let (m, h) = grid.place(winner);
        let reach = self.width * self.kernel.reach(0.5 * T::EPSILON.to_f64());
        let rows = (0..grid.rows()).map(|row| (row, grid.rows_apart(row, h)));
        let rows = rows.filter(|&(_, apart)| apart as f64 * grid.row_distance() <= reach);
        let here = 2 * m + usize::from(grid.is_shifted(h));
        let halves = |column: usize, shifted: bool| {
            grid.halves_apart(2 * column + usize::from(shifted), here)
        };
        if self.kernel == Kernel::Gaussian {
            // exp(−(u² + v²)/2) = exp(−u²/2) exp(−v²/2): as many exponentials as there are columns and rows
            let along_row = |shifted: bool| -> Vec<T> {
                let weight = |column| self.of_way(halves(column, shifted), 0);
                (0..columns)
                    .map(|column| rate * T::from_f64(weight(column)))
                    .collect()
            };
            let along = self.shifts().map(|shifted| shifted.map(along_row));
            for (row, apart) in rows {
                let across = T::from_f64(self.of_way(0, apart));
                let along = along[usize::from(grid.is_shifted(row))].as_ref();
                let along = along.expect("for each way in which a row lies");
                let shares = moves.shares_of(row * columns..(row + 1) * columns);
                for (share, &along) in shares.iter_mut().zip(along) {
                    *share = along * across;
                }
            }
        } else {
            for (row, apart) in rows {
                let shifted = grid.is_shifted(row);
                let shares = moves.shares_of(row * columns..(row + 1) * columns);
                for (column, share) in shares.iter_mut().enumerate() {
                    *share = rate * T::from_f64(self.of_way(halves(column, shifted), apart));
                }
            }
        }
    }

    /// Σ_b K(r(a, b)/width) s_b for every node a, where row b of `sums` is s_b.
    pub fn smooth(&self, sums: &Matrix<f64>) -> Matrix<f64> {
        if self.kernel == Kernel::Gaussian {
            self.smooth_along_and_across(sums)
        } else {
            self.smooth_row_by_row(sums)
        }
    }

    /// The Gaussian is a product of one along the rows of the grid and one across them, so that one pass after the other
    /// does it: M² H + M H² terms instead of M² H². On a honeycomb what a row gives to another depends on how both are
    /// shifted, so the first pass is done for each kind of row that receives.
    fn smooth_along_and_across(&self, sums: &Matrix<f64>) -> Matrix<f64> {
        let grid = self.grid;
        let (columns, rows, width) = (grid.columns(), grid.rows(), sums.columns());
        let mut smoothed = Matrix::zeros(sums.rows(), width);
        for to_shifted in self.shifts().into_iter().flatten() {
            let along = self.shifts().map(|shifted| {
                shifted.map(|from_shifted| self.along_rows(to_shifted, from_shifted))
            });
            let mut passed = Vec::with_capacity(sums.shape().len());
            for h in 0..rows {
                let along = along[usize::from(grid.is_shifted(h))].as_ref();
                let along = along.expect("for each way in which a row lies");
                let row = sums.slice_rows(h * columns..(h + 1) * columns);
                passed.extend(along.matmul(&row).into_vec());
            }
            let passed = Matrix::from_vec(rows, columns * width, passed);
            let receiving: Vec<usize> = (0..rows)
                .filter(|&h| grid.is_shifted(h) == to_shifted)
                .collect();
            let across = Matrix::from_fn(receiving.len(), rows, |i, h| {
                self.of_way(0, grid.rows_apart(receiving[i], h))
            });
            let received = across.matmul(&passed);
            for (&h, row) in receiving.iter().zip(received.row_iter()) {
                let at = h * columns * width;
                smoothed.as_mut_slice()[at..at + row.len()].copy_from_slice(row);
            }
        }
        smoothed
    }

    /// K between the places of a row that receives and those of one that gives, as if both had the same height.
    fn along_rows(&self, to_shifted: bool, from_shifted: bool) -> Matrix<f64> {
        let columns = self.grid.columns();
        let place = |column: usize, shifted: bool| 2 * column + usize::from(shifted);
        Matrix::from_fn(columns, columns, |to, from| {
            let halves = self
                .grid
                .halves_apart(place(to, to_shifted), place(from, from_shifted));
            self.of_way(halves, 0)
        })
    }

    /// Any other kernel: row by row of the grid, what each row within reach gives to it.
    fn smooth_row_by_row(&self, sums: &Matrix<f64>) -> Matrix<f64> {
        let grid = self.grid;
        let columns = grid.columns();
        let reach = self.width * self.kernel.reach(f64::MIN_POSITIVE);
        let nodes_of = |h: usize| h * columns..(h + 1) * columns;
        let giving: Vec<Matrix<f64>> = (0..grid.rows())
            .map(|h| sums.slice_rows(nodes_of(h)))
            .collect();
        let mut smoothed = Matrix::zeros(sums.rows(), sums.columns());
        for to in 0..grid.rows() {
            let at = to * columns * sums.columns();
            let receiving = &mut smoothed.as_mut_slice()[at..at + columns * sums.columns()];
            for (from, giving) in giving.iter().enumerate() {
                if grid.rows_apart(from, to) as f64 * grid.row_distance() > reach {
                    continue;
                }
                let weights = Matrix::from_fn(columns, columns, |a, b| {
                    self.weight(to * columns + a, from * columns + b)
                });
                let given = weights.matmul(giving);
                for (sum, &given) in receiving.iter_mut().zip(given.as_slice()) {
                    *sum += given;
                }
            }
        }
        smoothed
    }

    /// K of a way of so many half-columns and so many rows.
    fn of_way(&self, halves: usize, rows: usize) -> f64 {
        self.kernel
            .at(self.grid.squared_length(halves, rows), self.width)
    }

    /// The ways in which a row can lie: not shifted and, in a honeycomb, shifted.
    fn shifts(&self) -> [Option<bool>; 2] {
        let honeycomb = (0..self.grid.rows()).any(|h| self.grid.is_shifted(h));
        [Some(false), honeycomb.then_some(true)]
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::kohonen::{Lattice, Surface};
    use unsup_autograd::random::{generator, standard_normal};

    /// Every kind of grid, square and not, with every kernel at a narrow and a wide width.
    pub fn every_neighbourhood() -> Vec<Neighbourhood> {
        let mut all = Vec::new();
        for (columns, rows) in [(1, 1), (7, 1), (1, 6), (5, 4), (3, 8), (6, 6)] {
            for lattice in [Lattice::Rectangular, Lattice::Hexagonal] {
                for surface in [Surface::Planar, Surface::Torus] {
                    if !Grid::closes(rows, lattice, surface) {
                        continue;
                    }
                    let grid = Grid::new(columns, rows, lattice, surface);
                    for kernel in Kernel::ALL {
                        for width in [0.3, 1.0, 1.7, 12.0] {
                            all.push(Neighbourhood {
                                grid,
                                kernel,
                                width,
                            });
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn smoothing_is_the_sum_over_all_nodes() {
        for neighbourhood in every_neighbourhood() {
            let nodes = neighbourhood.grid.nodes();
            let mut random = generator(1, "test", 0);
            let sums = Matrix::from_fn(nodes, 3, |_, _| standard_normal(&mut random));
            let plain = Matrix::from_fn(nodes, 3, |a, j| {
                (0..nodes)
                    .map(|b| neighbourhood.weight(a, b) * sums[(b, j)])
                    .sum::<f64>()
            });
            let smoothed = neighbourhood.smooth(&sums);
            let difference = smoothed.difference(&plain);
            assert!(difference < 1e-12, "{neighbourhood:?}: {difference:e}");
        }
    }
}
