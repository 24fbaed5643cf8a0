//! The map, object by object: the slide's algorithm.
//!
//! ```text
//! (mᵢ, hᵢ) := arg min ρ(xᵢ, w_mh)                                 WTA: the winner
//! w_mh := w_mh + η (xᵢ − w_mh) K(r((mᵢ, hᵢ), (m, h))/radius)      WTM, for all (m, h) of its neighbourhood
//! ```
//!
//! Unlike in soft competition it is the distance on the grid that counts, not that from the object: so neighbours on
//! the grid become alike.

use super::grid::Grid;
use super::neighbourhood::Neighbourhood;
use super::{Map, MapEpoch};
use crate::kohonen::{FitError, Kernel, Moves, Outcome, Rule, Settings, Shown, Width};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Real};

/// The rule of the map.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MapRule {
    /// Where the nodes lie.
    pub grid: Grid,
    /// K
    pub kernel: Kernel,
    /// The radius of the neighbourhood, in nodes.
    pub radius: Width,
}

impl<T: Real> Rule<T> for MapRule {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        let centres = shown.squared_distances.len();
        assert!(
            centres == self.grid.nodes(),
            "map: {centres} centres for the {} nodes of {}",
            self.grid.nodes(),
            self.grid
        );
        // lecture: som step
        let neighbourhood = Neighbourhood {
            grid: self.grid,
            kernel: self.kernel,
            width: self.radius.at(shown.done),
        };
        // w_mh := w_mh + η (xᵢ − w_mh) K(r((mᵢ, hᵢ), (m, h)))
        neighbourhood.moves_around(shown.winner, shown.rate(shown.winner), moves);
        // lecture: end
    }

    fn problem(&self) -> Option<String> {
        self.radius.problem("radius")
    }
}

impl<T: Real> Map<T> {
    /// Trains the map on the rows of `x` (objects x features; NaN is missing), one after the other. The observer hears
    /// of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on. The map is then as it was.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres.
    #[track_caller]
    pub fn fit_online(
        &mut self,
        x: &Matrix<T>,
        kernel: Kernel,
        radius: Width,
        settings: &Settings,
        mut observer: impl FnMut(&MapEpoch<'_, T>) -> ControlFlow<()>,
    ) -> Result<Outcome, FitError> {
        let grid = self.grid;
        let mut rule = MapRule {
            grid,
            kernel,
            radius,
        };
        self.codebook
            .compete_watched(x, &mut rule, settings, |epoch, competition| {
                observer(&MapEpoch {
                    number: epoch.number,
                    of: epoch.of,
                    radius: radius.at(epoch.number as f64 / epoch.of as f64),
                    q: epoch.q,
                    changed: epoch.changed,
                    grid,
                    x,
                    centres: &|| competition.centres(),
                })
            })
    }
}
