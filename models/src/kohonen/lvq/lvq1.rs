//! LVQ1, the slide's algorithm, and OLVQ1.
//!
//! ```text
//! c := arg min_c ρ(xᵢ, w_c);   a := y(c)
//! w_c := w_c + η (xᵢ − w_c)    if a = yᵢ
//! w_c := w_c − η (xᵢ − w_c)    if a ≠ yᵢ
//! Q := (1 − λ) Q + λ ρ²(xᵢ, w_c) ([a = yᵢ] − [a ≠ yᵢ])
//! ```
//!
//! OLVQ1 gives each centre the rate at which all objects that it has won so far have the same say in it, which falls
//! with each that is right and rises with each that is wrong, s = ±1:
//!
//! ```text
//! w_c := w_c + s η_c (xᵢ − w_c)
//! η_c := min(η_c / (1 + s η_c), η)
//! ```
//!
//! Kohonen (1990), eq. 7 to 9 of the report; the cap at the first rate is LVQ_PAK's.

use super::Teacher;
use crate::kohonen::{Moves, Rule, Shown};
use unsup_autograd::Real;

/// The rule of LVQ1.
#[derive(Clone, Debug)]
pub struct Lvq1<'a> {
    teacher: Teacher<'a>,
}

impl<'a> Lvq1<'a> {
    /// The rule for these classes of centres and objects.
    pub fn new(teacher: Teacher<'a>) -> Self {
        Self { teacher }
    }
}

// lecture: lvq step
impl<T: Real> Rule<T> for Lvq1<'_> {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        let c = shown.winner;
        // w_c := w_c ± η (xᵢ − w_c)
        let sign: T = self.teacher.sign(c, shown.object);
        moves.toward(c, sign * shown.rate(c));
    }

    fn charge(&self, shown: &Shown<'_, T>) -> T {
        signed_charge(&self.teacher, shown)
    }
}
// lecture: end

// lecture: lvq criterion
/// ρ²(xᵢ, w_c) ([y(c) = yᵢ] − [y(c) ≠ yᵢ]) for the winner c.
pub(super) fn signed_charge<T: Real>(teacher: &Teacher<'_>, shown: &Shown<'_, T>) -> T {
    let c = shown.winner;
    let sign: T = teacher.sign(c, shown.object);
    sign * shown.squared_distance(c)
}
// lecture: end

/// The rule of OLVQ1.
#[derive(Clone, Debug)]
pub struct OptimisedLvq1<'a> {
    teacher: Teacher<'a>,
    rates: Vec<Option<f64>>,
}

impl<'a> OptimisedLvq1<'a> {
    /// The rule for these classes of centres and objects; each centre's rate begins at that of the settings.
    pub fn new(teacher: Teacher<'a>) -> Self {
        Self {
            rates: vec![None; teacher.classes.len()],
            teacher,
        }
    }
}

impl<T: Real> Rule<T> for OptimisedLvq1<'_> {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        let c = shown.winner;
        let first: f64 = shown.first_rate();
        let rate = self.rates[c].unwrap_or(first);
        let sign: f64 = self.teacher.sign(c, shown.object);
        // w_c := w_c + s η_c (xᵢ − w_c)
        moves.toward(c, T::from_f64(sign * rate));
        // η_c := min(η_c / (1 + s η_c), η)
        self.rates[c] = Some((rate / (1.0 + sign * rate)).min(first));
    }

    fn charge(&self, shown: &Shown<'_, T>) -> T {
        signed_charge(&self.teacher, shown)
    }

    /// The rate of each centre, 0 for that of the settings, which those have that have not won yet.
    fn memory(&self) -> Vec<f64> {
        let rates = self.rates.iter();
        rates.map(|rate| rate.unwrap_or(0.0)).collect()
    }

    fn recall(&mut self, memory: &[f64]) -> bool {
        let fits = memory.len() == self.rates.len()
            && memory.iter().all(|rate| (0.0..=1.0).contains(rate));
        if fits {
            let rates = memory.iter().map(|&rate| (rate > 0.0).then_some(rate));
            self.rates = rates.collect();
        }
        fits
    }
}
