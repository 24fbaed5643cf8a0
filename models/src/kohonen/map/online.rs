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
use super::{Centres, Map, MapEpoch};
use crate::kohonen::{FitError, Kernel, Moves, Outcome, Rule, Run, Settings, Shown, Width};
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

    fn identity(&self) -> String {
        format!("{self:?}")
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
        let mut run = OnlineRun::new(self, x, kernel, radius, settings)?;
        while let Some(epoch) = run.advance() {
            if observer(&epoch).is_break() {
                run.stop();
            }
        }
        run.finish()
    }
}

/// The training of a map object by object, driven from outside as a [`Run`] is.
pub struct OnlineRun<'a, T: Real> {
    pub(in crate::kohonen) run: Run<'a, T, MapRule>,
}

impl<'a, T: Real> OnlineRun<'a, T> {
    /// A run that has not begun, of `map` on the rows of `x` (objects x features; NaN is missing).
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres.
    #[track_caller]
    pub fn new(
        map: &'a mut Map<T>,
        x: &'a Matrix<T>,
        kernel: Kernel,
        radius: Width,
        settings: &Settings,
    ) -> Result<Self, FitError> {
        let rule = MapRule {
            grid: map.grid,
            kernel,
            radius,
        };
        let run = Run::new(&mut map.codebook, x, rule, settings)?;
        Ok(Self { run })
    }

    /// Shows the objects of the next epoch; `None` when the run has ended.
    pub fn advance(&mut self) -> Option<MapEpoch<'_, T>> {
        let epoch = self.run.advance()?;
        let MapRule { grid, radius, .. } = self.run.rule;
        Some(MapEpoch {
            number: epoch.number,
            of: epoch.of,
            radius: radius.at(epoch.number as f64 / epoch.of as f64),
            q: epoch.q,
            changed: epoch.changed,
            grid,
            x: self.run.objects.x,
            centres: Centres::Competing(&self.run.competition),
        })
    }

    /// Lets the run end with the epoch that it has come to.
    pub fn stop(&mut self) {
        self.run.stop();
    }

    /// How many showings of an object there have been.
    pub fn steps(&self) -> u64 {
        self.run.steps()
    }

    /// Ends the run, and puts its centres into the map.
    ///
    /// # Errors
    /// As [`Run::finish`].
    pub fn finish(self) -> Result<Outcome, FitError> {
        self.run.finish()
    }
}
