//! How good a map is.

use super::Map;
use super::grid::Neighbours;
use super::neighbourhood::Neighbourhood;
use crate::kohonen::Kernel;
use crate::kohonen::codebook::{enlargement, mean};
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::k_nearest;

/// What is measured of a map on some objects, in one pass over them.
#[derive(Clone, PartialEq, Debug)]
pub struct Quality {
    /// The mean distance of an object from its winner. It falls with the last radius of the training, so it says
    /// something only beside that.
    pub quantization_error: f64,
    /// The mean squared distance.
    pub squared_error: f64,
    /// The share of objects whose nearest and second nearest node are no neighbours, for each kind of neighbours that
    /// the lattice has.
    pub topographic_errors: Vec<(Neighbours, f64)>,
    /// How many objects each node wins.
    pub hits: Vec<usize>,
}

impl Quality {
    /// The topographic error by the neighbours that are usual for the lattice: 8 or 6.
    pub fn topographic_error(&self) -> f64 {
        self.topographic_errors[0].1
    }

    /// How many nodes win no object.
    pub fn dead_nodes(&self) -> usize {
        self.hits.iter().filter(|&&hits| hits == 0).count()
    }

    /// Whether the map looks folded: so often lie the two nodes nearest to an object apart that neighbours on the map
    /// are no sign of likeness. The limit is one object in five; well-ordered maps have less than one in ten, a map
    /// whose nodes have been shuffled nearly all.
    pub fn is_folded(&self) -> bool {
        self.topographic_error() > 0.2
    }
}

impl<T: Real> Map<T> {
    /// Measures the map on the rows of `x` (objects x features; NaN is missing). Objects without any value are left out.
    ///
    /// Topographic error: Kiviluoto (1996), "Topology preservation in self-organizing maps". A grid of one node has none.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or an infinite entry.
    #[track_caller]
    pub fn quality(&self, x: &Matrix<T>) -> Quality {
        self.codebook.check_features("quality", x);
        let grid = self.grid;
        let found = k_nearest(x, self.codebook.centres(), grid.nodes().min(2));
        let measured: Vec<_> = x
            .row_iter()
            .zip(&found)
            .filter_map(|(x, found)| {
                let squared = found[0].squared_distance.to_f64();
                enlargement(x).map(|factor| (factor * squared, found))
            })
            .collect();
        let kinds: &[Neighbours] = match grid.usual_neighbours() {
            Neighbours::Six => &[Neighbours::Six],
            _ => &[Neighbours::Eight, Neighbours::Four],
        };
        let apart = |neighbours| {
            mean(measured.iter().map(|(_, found)| match found.get(1) {
                Some(second) => {
                    let near = grid.are_neighbours(found[0].index, second.index, neighbours);
                    f64::from(u8::from(!near))
                }
                None => 0.0,
            }))
        };
        let mut hits = vec![0; grid.nodes()];
        measured
            .iter()
            .for_each(|(_, found)| hits[found[0].index] += 1);
        Quality {
            quantization_error: mean(measured.iter().map(|(squared, _)| squared.sqrt())),
            squared_error: mean(measured.iter().map(|&(squared, _)| squared)),
            topographic_errors: kinds.iter().map(|&kind| (kind, apart(kind))).collect(),
            hits,
        }
    }

    /// The distortion: the mean over objects of Σ_y K(r(a(xᵢ), y)/radius) ρ²(xᵢ, w_y), which the steps of the training
    /// lower as far as winners stay the same.
    ///
    /// # Panics
    /// As [`Map::quality`].
    #[track_caller]
    pub fn distortion(&self, x: &Matrix<T>, kernel: Kernel, radius: f64) -> f64 {
        let neighbourhood = Neighbourhood {
            grid: self.grid,
            kernel,
            width: radius,
        };
        let winners = self.codebook.winners(x);
        let rows = x.row_iter().zip(winners);
        mean(rows.filter_map(|(x, winner)| {
            let winner = winner?.centre;
            let nodes = self.codebook.centres().row_iter().enumerate();
            let sum = nodes.map(|(y, w)| neighbourhood.weight(winner, y) * squared_distance(x, w));
            Some(sum.sum::<f64>())
        }))
    }
}

/// ρ²(x, w) over the features that x has, enlarged for those that it has not.
pub(in crate::kohonen) fn squared_distance<T: Real>(x: &[T], w: &[T]) -> f64 {
    let present = x.iter().zip(w).filter(|(x, _)| !x.is_nan());
    let squared = present
        .map(|(&x, &w)| (x.to_f64() - w.to_f64()).powi(2))
        .sum::<f64>();
    enlargement(x).map_or(f64::NAN, |factor| factor * squared)
}
