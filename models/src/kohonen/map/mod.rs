//! SOM, Kohonen's map: centres on a grid.
//!
//! **Given** objects x₁ … x_l in Rⁿ. **Find** centres w_mh at the nodes (m, h) of a grid, m in 1..M and h in 1..H, such
//! that each object is near to one of them, and nodes that are neighbours on the grid are alike. Beside the metric ρ of
//! the objects there is one of the grid:
//!
//! ```text
//! r((mᵢ, hᵢ), (m, h)) = √((m − mᵢ)² + (h − hᵢ)²)
//! ```
//!
//! The winner is found by the first, who moves with it by the second. So the map lays itself along the data like a net,
//! and is a picture of them: a sheet on which objects that are alike lie near each other.
//!
//! | file | what it holds |
//! |---|---|
//! | `grid` | r, and who is a neighbour: rectangular or hexagonal, planar or torus |
//! | `neighbourhood` | K(r/radius): around a winner, and smoothed over the whole grid |
//! | [`online`] | the slide's algorithm, object by object |
//! | [`batch`] | all objects at once: the same map, faster, without a learning rate |
//! | `quality` | quantization and topographic error, distortion |
//! | `reading` | what is read off: density, U-matrix, classes, features that go with them |
//! | `choice` | size and radius chosen from the data, with a reason |
//!
//! **Use it** to look at data of many dimensions, and to quantise them into clusters whose number (that of the nodes
//! that are not empty) need not be known. **Mind** that a map depends also on the kernel, the start and the order of
//! the objects, and that it distorts: near objects may come to lie on distant nodes. It is for exploring, not for
//! proving.
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::Matrix;
//! use unsup_models::kohonen::{Batch, Lattice, Map, MapStart, Kernel, Surface, choose_grid, choose_radius};
//!
//! // a ring in the plane
//! let x = Matrix::from_fn(200, 2, |i, j| {
//!     let angle = 0.7 * i as f64;
//!     if j == 0 { angle.cos() } else { angle.sin() }
//! });
//! let grid = choose_grid(&x, Lattice::Hexagonal, Surface::Planar)?;
//! println!("{}, since {}", grid.value, grid.why);
//! let batch = Batch {
//!     kernel: Kernel::Gaussian,
//!     radius: choose_radius(grid.value, Kernel::Gaussian).value,
//!     epochs: 20,
//!     settling: 20,
//! };
//! let mut map = Map::start(&x, grid.value, MapStart::PrincipalPlane, 0)?;
//! map.fit(&x, &batch, |epoch| {
//!     println!("epoch {}: radius {:.1}, {:.0} % changed", epoch.number, epoch.radius, 100.0 * epoch.changed);
//!     ControlFlow::Continue(())
//! })?;
//! let quality = map.quality(&x);
//! assert!(quality.quantization_error < 0.2 && !quality.is_folded());
//! assert!(quality.dead_nodes() > 0, "the middle of the ring is empty");
//! # Ok::<(), unsup_models::kohonen::FitError>(())
//! ```
//!
//! Sources: the slides "SOM", "training", "interpretation"; Kohonen (1982), "Self-organized formation of topologically
//! correct feature maps"; Kohonen (1995), "Self-Organizing Maps".

pub mod batch;
mod choice;
mod grid;
mod neighbourhood;
pub mod online;
mod quality;
mod reading;

pub use batch::{Batch, BatchOutcome, BatchRun};
pub use choice::{Chosen, choose_grid, choose_radius};
pub use grid::{Grid, Lattice, Neighbours, Surface};
pub use online::{MapRule, OnlineRun};
pub use quality::Quality;
pub(in crate::kohonen) use quality::squared_distance;
pub use reading::{UMatrix, majority, node_majority_accuracy};

use super::competition::Competition;
use super::objects::Objects;
use super::{Codebook, FitError, KMeansStart, starting_centres};
use rand::RngExt;
use unsup_autograd::random::generator;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::Pca;
use unsup_nn::module;

/// Centres w_mh at the nodes of a grid.
#[derive(Clone, Debug)]
pub struct Map<T: Real> {
    grid: Grid,
    codebook: Codebook<T>,
}
module!(Map { codebook });

/// Where the centres of a map begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MapStart {
    /// Each component from −1/(2MH) to 1/(2MH), as on the slide.
    Small,
    /// At random objects.
    Objects,
    /// In the plane of the two largest variances, where the map begins as a flat sheet: from the mean two standard
    /// deviations each way along the first principal axis and along the second.
    #[default]
    PrincipalPlane,
}

impl<T: Real> Map<T> {
    /// A map that is to be trained on the rows of `x` (objects x features; NaN is missing).
    ///
    /// # Errors
    /// If the objects can't be trained on.
    pub fn start(x: &Matrix<T>, grid: Grid, start: MapStart, seed: u64) -> Result<Self, FitError> {
        let centres = match start {
            MapStart::Small => {
                Objects::of(x)?;
                let bound = 0.5 / grid.nodes() as f64;
                let mut random = generator(seed, "first centres", 0);
                Matrix::from_fn(grid.nodes(), x.columns(), |_, _| {
                    T::from_f64(random.random_range(-bound..bound))
                })
            }
            MapStart::Objects => {
                starting_centres(x, grid.nodes(), KMeansStart::RandomObjects, seed)?
            }
            MapStart::PrincipalPlane => principal_plane(&Objects::of(x)?.complete(), grid).cast(),
        };
        Ok(Self::with_centres(grid, centres))
    }

    /// A map of given centres, nodes x features, the nodes in the order of their numbers.
    ///
    /// # Panics
    /// If there is not one row a node, or an entry is not finite.
    #[track_caller]
    pub fn with_centres(grid: Grid, centres: Matrix<T>) -> Self {
        assert!(
            centres.rows() == grid.nodes(),
            "map: centres of {} for the {} nodes of {grid}",
            centres.shape(),
            grid.nodes()
        );
        Self {
            grid,
            codebook: Codebook::new(centres),
        }
    }

    /// Where the nodes lie.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The centres, and what they say of objects.
    pub fn codebook(&self) -> &Codebook<T> {
        &self.codebook
    }
}

/// x̄ + u √(2²λ₁) v₁ + v √(2²λ₂) v₂ with u and v from −1 to 1 over the grid; the longer side of the grid lies along the
/// first axis.
fn principal_plane(x: &Matrix<f64>, grid: Grid) -> Matrix<f64> {
    let pca = Pca::fit(x, 2);
    let share = |place: usize, count: usize| match count {
        1 => 0.0,
        _ => 2.0 * place as f64 / (count - 1) as f64 - 1.0,
    };
    // two standard deviations along axis i; nothing where the objects span fewer directions
    let axis = |i: usize, j: usize| match pca.variances().get(i) {
        Some(variance) if i < pca.components().rows() => {
            2.0 * variance.sqrt() * pca.components()[(i, j)]
        }
        _ => 0.0,
    };
    Matrix::from_fn(grid.nodes(), x.columns(), |node, j| {
        let (m, h) = grid.place(node);
        let (along_row, along_column) = (share(m, grid.columns()), share(h, grid.rows()));
        let (u, v) = if grid.columns() as f64 >= grid.rows() as f64 * grid.row_distance() {
            (along_row, along_column)
        } else {
            (along_column, along_row)
        };
        pca.mean()[j] + u * axis(0, j) + v * axis(1, j)
    })
}

/// What an observer hears of a map's training after an epoch.
pub struct MapEpoch<'a, T: Real> {
    /// Which it was, from 1.
    pub number: usize,
    /// How many there are at most.
    pub of: usize,
    /// The radius of the neighbourhood, in nodes.
    pub radius: f64,
    /// Q as a mean over objects: object by object the running estimate, all at once Q of the centres with which the
    /// epoch began. Like [`Epoch::q`](crate::kohonen::Epoch::q) it is not enlarged for missing values.
    pub q: f64,
    /// The share of objects whose node was another one than an epoch before; 1 in the first.
    pub changed: f64,
    grid: Grid,
    x: &'a Matrix<T>,
    centres: Centres<'a, T>,
}

/// Centres as the run has them that moves them.
enum Centres<'a, T: Real> {
    Rows(&'a Matrix<T>),
    Competing(&'a Competition<T>),
}

impl<T: Real> MapEpoch<'_, T> {
    /// The map as it is after the epoch, a copy.
    pub fn map(&self) -> Map<T> {
        let centres = match self.centres {
            Centres::Rows(centres) => centres.clone(),
            Centres::Competing(competition) => competition.centres(),
        };
        Map::with_centres(self.grid, centres)
    }

    /// Its quality on the objects that it is trained on: as costly as a batch epoch, so it is measured only when asked
    /// for.
    pub fn quality(&self) -> Quality {
        self.map().quality(self.x)
    }
}
