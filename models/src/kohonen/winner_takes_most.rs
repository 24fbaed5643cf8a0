//! WTM, soft competition: the winner takes most.
//!
//! Every centre moves toward the object, the less the farther it is:
//!
//! ```text
//! w_y := w_y + η (xᵢ − w_y) K(ρ(xᵢ, w_y)/width)        for every y in Y
//! ```
//!
//! with a kernel K, non-negative and non-increasing, whose width shrinks over time. No centre stays behind for ever,
//! and in the beginning all move, so that it converges faster than WTA.
//!
//! Neural gas puts the rank of the centre in place of its distance, k_y = 0 for the nearest, 1 for the next, ...:
//!
//! ```text
//! w_y := w_y + η (xᵢ − w_y) exp(−k_y/width)
//! ```
//!
//! which needs no unit of distance: its width is a number of centres.
//!
//! The step is half the step against the gradient of Σ_y K_y ρ²(xᵢ, w_y) where K_y is held constant. As the width goes
//! to 0 only the winner moves, as in WTA: where `winner_kept`, by η in full, since a kernel of distances would leave
//! even the nearest centre where it is.
//!
//! Sources: the slide "Hard and soft competition"; neural gas: Martinetz, Berkovich, Schulten (1993), "'Neural-gas'
//! network for vector quantization and its application to time-series prediction".

use super::{Kernel, Moves, Rule, Shown, Width};
use unsup_autograd::Real;

/// What the distance of a centre is measured by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Closeness {
    /// K(ρ(xᵢ, w_y)/width) with the width in the unit of the features.
    Distance(Kernel),
    /// exp(−k_y/width) with k_y the number of centres that are nearer: neural gas.
    Rank,
}

/// The rule of soft competition.
///
/// ```
/// use std::ops::ControlFlow;
/// use unsup_models::Matrix;
/// use unsup_models::kohonen::{Codebook, Settings, WinnerTakesMost, Width};
///
/// // three pairs; of the three centres two lie where no object is near
/// let x = Matrix::from_rows(&[[0.0], [0.2], [5.0], [5.2], [9.0], [9.2]]);
/// let mut codebook = Codebook::new(Matrix::from_rows(&[[0.0], [-50.0], [-51.0]]));
/// let mut rule = WinnerTakesMost::neural_gas(Width::linear(2.0, 0.01));
/// let settings = Settings { epochs: 200, ..Settings::default() };
/// codebook.compete(&x, &mut rule, &settings, |_| ControlFlow::Continue(()))?;
/// assert_eq!(codebook.hits(&x), [2, 2, 2]);
/// # Ok::<(), unsup_models::kohonen::FitError>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct WinnerTakesMost {
    closeness: Closeness,
    width: Width,
    winner_kept: bool,
    nearest_first: Vec<usize>,
}

impl WinnerTakesMost {
    /// K of the distance, with its width in the unit of the features; the winner moves by η in full.
    pub fn new(kernel: Kernel, width: Width) -> Self {
        Self {
            closeness: Closeness::Distance(kernel),
            width,
            winner_kept: true,
            nearest_first: Vec::new(),
        }
    }

    /// K of the rank, with its width in centres.
    pub fn neural_gas(width: Width) -> Self {
        Self {
            closeness: Closeness::Rank,
            ..Self::new(Kernel::Exponential, width)
        }
    }

    /// The winner too moves only by K of its distance, to the letter of the slide.
    pub fn without_kept_winner(self) -> Self {
        Self {
            winner_kept: false,
            ..self
        }
    }
}

impl<T: Real> Rule<T> for WinnerTakesMost {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        let width = self.width.at(shown.done);
        let centres = 0..shown.squared_distances.len();
        // w_y := w_y + η (xᵢ − w_y) K_y
        let mut toward = |y: usize, k: f64| moves.toward(y, shown.rate(y) * T::from_f64(k));
        match self.closeness {
            Closeness::Distance(kernel) => {
                // lecture: wtm step
                for y in centres {
                    // K(ρ(xᵢ, w_y)/width)
                    let kept = self.winner_kept && y == shown.winner;
                    let distance = || shown.squared_distance(y).to_f64();
                    toward(
                        y,
                        if kept {
                            1.0
                        } else {
                            kernel.at(distance(), width)
                        },
                    );
                }
                // lecture: end
            }
            Closeness::Rank => {
                self.nearest_first.clear();
                self.nearest_first.extend(centres);
                // stable: of equally near centres the first
                self.nearest_first.sort_by(|&a, &b| {
                    let order = shown
                        .squared_distance(a)
                        .partial_cmp(&shown.squared_distance(b));
                    order.expect("distances are numbers")
                });
                for (rank, &y) in self.nearest_first.iter().enumerate() {
                    // exp(−k_y/width)
                    toward(y, Kernel::Exponential.at((rank as f64).powi(2), width));
                }
            }
        }
    }

    fn problem(&self) -> Option<String> {
        self.width.problem("width")
    }

    fn identity(&self) -> String {
        let kept = if self.winner_kept {
            ""
        } else {
            ", the winner too"
        };
        format!(
            "winner takes most, {:?}{kept}, {:?}",
            self.closeness, self.width
        )
    }
}
