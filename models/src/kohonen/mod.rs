//! Kohonen's networks.

mod codebook;
mod competition;
mod error;
mod kernel;
mod lvq;
mod map;
mod objects;
mod start;
mod stopping;
#[cfg(test)]
mod tests;
mod winner_takes_all;
mod winner_takes_most;

pub use codebook::{Codebook, Winner};
pub use competition::{End, Epoch, Moves, Order, Outcome, Rate, Rule, Settings, Shown};
pub use error::FitError;
pub use kernel::{Decay, Kernel, Width};
pub use lvq::{
    Divergence, Generalised, Lvq, Lvq1, Lvq3, Lvq21, LvqOutcome, LvqStart, LvqVariant,
    OptimisedLvq1, Teacher, Window,
};
pub use map::{
    Batch, BatchOutcome, Chosen, Grid, Lattice, Map, MapEpoch, MapRule, MapStart, Neighbours,
    Quality, Surface, UMatrix, choose_grid, choose_radius, majority, node_majority_accuracy,
};
pub use start::{spread, starting_centres};
pub use stopping::{Settled, Stopping};
pub use unsup_nn::classical::KMeansStart;
pub use unsup_nn::optimiser::Schedule;
pub use winner_takes_all::WinnerTakesAll;
pub use winner_takes_most::{Closeness, WinnerTakesMost};
