//! The settings of a map that nobody gave: chosen from the data, with a reason.

use super::grid::{Grid, Lattice, Surface};
use crate::kohonen::objects::Objects;
use crate::kohonen::{FitError, Kernel, Width};
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::Pca;

/// A setting, and why it is what it is, as the rest of a sentence.
#[derive(Clone, PartialEq, Debug)]
pub struct Chosen<V> {
    /// What was chosen.
    pub value: V,
    /// Why.
    pub why: String,
}

/// Nodes a map has at most by itself: a picture of more can't be read, and training takes its time.
const MOST_NODES: f64 = 2500.0;

/// The size of a map for the rows of `x` (objects x features; NaN is missing): about 5 √l nodes for l objects, the
/// ratio of its sides that of the standard deviations along the first two principal axes, so that the map can lie along
/// the data without being crumpled.
///
/// On a hexagonal torus the number of rows is even.
///
/// Source of the rule: Vesanto, Himberg, Alhoniemi, Parhankangas (2000), "SOM Toolbox for Matlab 5".
///
/// # Errors
/// If the objects can't be trained on.
pub fn choose_grid<T: Real>(
    x: &Matrix<T>,
    lattice: Lattice,
    surface: Surface,
) -> Result<Chosen<Grid>, FitError> {
    let x = Objects::of(x)?.complete();
    let nodes = (5.0 * (x.rows() as f64).sqrt()).ceil().min(MOST_NODES);
    let pca = Pca::fit(&x, 2);
    let deviation = |i: usize| pca.variances().get(i).copied().unwrap_or(0.0).sqrt();
    let (first, second) = (deviation(0), deviation(1));
    // nothing varies, or along one axis alone but for rounding
    let second = if second > 1e-9 * first { second } else { 0.0 };
    let ratio = if first > 0.0 { first / second } else { 1.0 };
    let row_distance = match lattice {
        Lattice::Rectangular => 1.0,
        Lattice::Hexagonal => 0.75f64.sqrt(),
    };
    // columns / (rows · distance of rows) = ratio, columns · rows = nodes
    let rows = (nodes / (ratio * row_distance)).sqrt().round().max(1.0);
    let rows = if Grid::closes(rows as usize, lattice, surface) {
        rows
    } else {
        rows + 1.0
    };
    let columns = (nodes / rows).round().max(1.0);
    let grid = Grid::new(columns as usize, rows as usize, lattice, surface);
    let why = if ratio.is_finite() {
        format!(
            "about 5 √{} = {nodes} nodes; the data spread {ratio:.1} times as far along their first principal axis as along the second",
            x.rows()
        )
    } else {
        format!(
            "about 5 √{} = {nodes} nodes; the data spread along one axis alone, so the map is a chain",
            x.rows()
        )
    };
    Ok(Chosen { value: grid, why })
}

/// The radius for a grid: from half of its longer side down to where the nearest neighbours still move along.
pub fn choose_radius(grid: Grid, kernel: Kernel) -> Chosen<Width> {
    let side = grid.columns().max(grid.rows());
    let last = match kernel {
        Kernel::Gaussian | Kernel::Exponential | Kernel::Rectangular => 1.0,
        // these are 0 at the radius itself
        Kernel::Triangular | Kernel::Epanechnikov => 2.0,
    };
    let first = (0.5 * side as f64).max(last);
    Chosen {
        value: Width::linear(first, last),
        why: format!(
            "from half of the longer side, {side} nodes, so that the whole map is ordered first, down to {last}, where neighbours just hold together"
        ),
    }
}
