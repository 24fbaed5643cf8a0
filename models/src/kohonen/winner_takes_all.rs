//! WTA, hard competition: the winner takes all.
//!
//! **Given** objects x₁ … x_l in Rⁿ. **Find** centres w_y of clusters y in Y such that the mean squared distance within
//! the clusters is least, for the clustering by the nearest centre:
//!
//! ```text
//! a(x) = arg min_y ρ(x, w_y)
//! Q(w) = Σᵢ ρ²(xᵢ, w_a(xᵢ))  →  min over w
//! ```
//!
//! Half the step against the gradient of one object's term moves its nearest centre toward it, and no other:
//!
//! ```text
//! w_y := w_y + η (xᵢ − w_y) [a(xᵢ) = y]
//! ```
//!
//! This is k-means object by object, with its faults: it converges slowly, and a centre that is never the nearest never
//! moves; [`WinnerTakesMost`](super::WinnerTakesMost) mends both.
//!
//! Sources: the slides "Kohonen network" and "SG for a Kohonen network"; Kohonen (1989), "Self-Organization and
//! Associative Memory".

use super::{Moves, Rule, Shown};
use unsup_autograd::Real;

/// The rule of hard competition. See [the file](self) for what it minimises,
/// [`Codebook::compete`](super::Codebook::compete) for an example.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WinnerTakesAll;

// lecture: wta step
impl<T: Real> Rule<T> for WinnerTakesAll {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        let y = shown.winner;
        // w_y := w_y + η (xᵢ − w_y) [a(xᵢ) = y]
        moves.toward(y, shown.rate(y));
    }
}
// lecture: end
