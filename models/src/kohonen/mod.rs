//! Kohonen's networks: centres that compete for objects.
//!
//! k-means, soft competition, the map and LVQ are one idea. An object is shown, the centres are ordered by their
//! distance from it, and some of them move:
//!
//! ```text
//! w_y := w_y + h_y (x − w_y)
//! ```
//!
//! What differs is who moves how far, h_y. It is one line of each method's file; the loop around it is a [`Run`].
//!
//! | file | method | h_y |
//! |---|---|---|
//! | [`winner_takes_all`] | [`WinnerTakesAll`], WTA: the nearest centre alone, k-means object by object | η \[y = a(x)\] |
//! | [`winner_takes_most`] | [`WinnerTakesMost`], WTM and neural gas: the near ones more than the far ones | η K(ρ(x, w_y)), η K(rank) |
//! | [`lvq`] | [`Lvq`]: toward objects of its class, away from others | ± η \[y = c(x)\] |
//! | [`map`] | [`Map`]: those near the winner on a grid, which so becomes a picture of the data | η K(r(a(x), y)) |
//!
//! | file | what they share |
//! |---|---|
//! | [`competition`] | the loop: order, winners, steps, the running Q |
//! | `codebook` | the centres and what they say of objects |
//! | `kernel` | K, and widths that shrink |
//! | `start` | where centres begin |
//! | `saving` | runs that are gone on with in another process |
//! | `stopping` | "until Q and/or the weights settle" |
//! | `objects` | missing values, objects without any, numbers that can't be trained on |
//!
//! NaN is a missing value everywhere: it is passed over, and an object without any value is left out and named. What
//! can't be trained on is a [`FitError`], and so are centres that run away until they are no numbers: no NaN gets into
//! a codebook.

mod codebook;
pub mod competition;
mod error;
mod kernel;
pub mod lvq;
pub mod map;
mod objects;
#[cfg(feature = "saving")]
mod saving;
mod start;
mod stopping;
#[cfg(test)]
mod tests;
pub mod winner_takes_all;
pub mod winner_takes_most;

pub use codebook::{Codebook, Winner};
pub use competition::{End, Epoch, Moves, Order, Outcome, Rate, Rule, Run, Settings, Shown};
pub use error::FitError;
pub use kernel::{Decay, Kernel, Width};
pub use lvq::{
    Divergence, Generalised, GeneralisedOutcome, Lvq, Lvq1, Lvq3, Lvq21, LvqOutcome, LvqRun,
    LvqStart, LvqVariant, OptimisedLvq1, Teacher, Window,
};
pub use map::{
    Batch, BatchOutcome, BatchRun, Chosen, Grid, Lattice, Map, MapEpoch, MapRule, MapStart,
    Neighbours, OnlineRun, Quality, Surface, UMatrix, choose_grid, choose_radius, majority,
    node_majority_accuracy,
};
pub use start::{spread, starting_centres};
pub use stopping::{Settled, Stopping};
pub use unsup_nn::classical::KMeansStart;
pub use unsup_nn::optimiser::Schedule;
pub use winner_takes_all::WinnerTakesAll;
pub use winner_takes_most::{Closeness, WinnerTakesMost};
