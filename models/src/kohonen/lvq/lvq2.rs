//! LVQ2.1 and LVQ3: the two nearest centres move together.
//!
//! Let i and j be the two nearest centres, at the distances dᵢ and dⱼ from the object x. If one of them, say i, is of
//! the class of x and the other is not, and x lies between them, in a window of relative width w around their middle,
//!
//! ```text
//! min(dᵢ/dⱼ, dⱼ/dᵢ) > (1 − w)/(1 + w)
//! ```
//!
//! then the right one moves toward x and the wrong one away:
//!
//! ```text
//! wᵢ := wᵢ + η (x − wᵢ),    wⱼ := wⱼ − η (x − wⱼ)
//! ```
//!
//! so that the border between them moves toward that of Bayes. LVQ3 adds, where both are of the class of x,
//!
//! ```text
//! w := w + ε η (x − w)    for both
//! ```
//!
//! which keeps the centres of a class where its objects are. It needs two centres a class.
//!
//! The window is published on distances (Kohonen 1990). LVQ_PAK and R's package class test the squares of the distances
//! by the same bound, which is a narrower window: their 0.3 is a published 0.153. Both are here by name,
//! [`Window::published`] and [`Window::lvq_pak`].

use super::Teacher;
use super::lvq1::signed_charge;
use crate::kohonen::competition::is_count;
use crate::kohonen::{Moves, Rule, Shown};
use unsup_autograd::Real;

/// What counts as between two centres.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    width: f64,
    on_squares: bool,
}

impl Window {
    /// min(dᵢ/dⱼ, dⱼ/dᵢ) > (1 − w)/(1 + w), as published; w of 0.2 to 0.3 is usual.
    pub const fn published(width: f64) -> Self {
        Self {
            width,
            on_squares: false,
        }
    }

    /// The same bound on dᵢ²/dⱼ², as LVQ_PAK 3.1 tests it.
    pub fn lvq_pak(width: f64) -> Self {
        Self {
            width,
            on_squares: true,
        }
    }

    /// Whether an object lies in it whose squared distances from the two nearest centres are these.
    ///
    /// ```
    /// use unsup_models::kohonen::Window;
    ///
    /// // centres at 0 and 10, an object at 4: 4/6 = 0.67 and 16/36 = 0.44, the bound for 0.3 is 0.54
    /// assert!(Window::published(0.3).holds(16.0, 36.0));
    /// assert!(!Window::lvq_pak(0.3).holds(16.0, 36.0));
    /// ```
    pub fn holds(&self, squared_i: f64, squared_j: f64) -> bool {
        let bound = (1.0 - self.width) / (1.0 + self.width);
        let (least, most) = (squared_i.min(squared_j), squared_i.max(squared_j));
        let ratio = if most > 0.0 { least / most } else { 1.0 };
        if self.on_squares {
            ratio > bound
        } else {
            ratio.sqrt() > bound
        }
    }

    fn problem(&self) -> Option<String> {
        let holds = self.width > 0.0 && self.width < 1.0;
        (!holds).then(|| {
            format!(
                "window is {}, expected a number above 0 and below 1",
                self.width
            )
        })
    }
}

/// The rule of LVQ2.1.
#[derive(Clone, Debug)]
pub struct Lvq21<'a> {
    pair: Pair<'a>,
}

impl<'a> Lvq21<'a> {
    /// The rule for these classes of centres and objects.
    pub fn new(teacher: Teacher<'a>, window: Window) -> Self {
        Self {
            pair: Pair::new(teacher, window),
        }
    }

    /// The share of showings that were in the window.
    pub fn in_window(&self) -> f64 {
        self.pair.in_window()
    }
}

impl<T: Real> Rule<T> for Lvq21<'_> {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        self.pair.moves(shown, moves);
    }

    fn charge(&self, shown: &Shown<'_, T>) -> T {
        signed_charge(&self.pair.teacher, shown)
    }

    fn problem(&self) -> Option<String> {
        self.pair.window.problem()
    }

    fn identity(&self) -> String {
        format!("LVQ2.1, {:?}", self.pair.window)
    }

    fn memory(&self) -> Vec<f64> {
        self.pair.memory()
    }

    fn recall(&mut self, memory: &[f64]) -> bool {
        self.pair.recall(memory)
    }
}

/// The rule of LVQ3.
#[derive(Clone, Debug)]
pub struct Lvq3<'a> {
    pair: Pair<'a>,
    epsilon: f64,
}

impl<'a> Lvq3<'a> {
    /// The rule for these classes of centres and objects.
    pub fn new(teacher: Teacher<'a>, window: Window, epsilon: f64) -> Self {
        Self {
            pair: Pair::new(teacher, window),
            epsilon,
        }
    }

    /// The share of showings that were in the window.
    pub fn in_window(&self) -> f64 {
        self.pair.in_window()
    }
}

impl<T: Real> Rule<T> for Lvq3<'_> {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        let teacher = self.pair.teacher;
        let Some((i, j)) = self.pair.moves(shown, moves) else {
            return;
        };
        if teacher.is_right(i, shown.object) && teacher.is_right(j, shown.object) {
            // w := w + ε η (x − w) for both
            for c in [i, j] {
                moves.toward(c, T::from_f64(self.epsilon) * shown.rate(c));
            }
        }
    }

    fn charge(&self, shown: &Shown<'_, T>) -> T {
        signed_charge(&self.pair.teacher, shown)
    }

    fn problem(&self) -> Option<String> {
        let holds = self.epsilon > 0.0 && self.epsilon <= 1.0;
        let epsilon = (!holds).then(|| {
            format!(
                "epsilon is {}, expected a number above 0 and at most 1",
                self.epsilon
            )
        });
        epsilon.or_else(|| self.pair.window.problem())
    }

    fn identity(&self) -> String {
        format!("LVQ3, epsilon {}, {:?}", self.epsilon, self.pair.window)
    }

    fn memory(&self) -> Vec<f64> {
        self.pair.memory()
    }

    fn recall(&mut self, memory: &[f64]) -> bool {
        self.pair.recall(memory)
    }
}

/// What both rules do: the right one of the two nearest centres toward the object, the wrong one away.
#[derive(Clone, Debug)]
struct Pair<'a> {
    teacher: Teacher<'a>,
    window: Window,
    showings: u64,
    showings_in_window: u64,
}

impl<'a> Pair<'a> {
    fn new(teacher: Teacher<'a>, window: Window) -> Self {
        Self {
            teacher,
            window,
            showings: 0,
            showings_in_window: 0,
        }
    }

    fn in_window(&self) -> f64 {
        self.showings_in_window as f64 / self.showings.max(1) as f64
    }

    /// How many showings there have been, and how many of them in the window.
    fn memory(&self) -> Vec<f64> {
        vec![self.showings as f64, self.showings_in_window as f64]
    }

    fn recall(&mut self, memory: &[f64]) -> bool {
        let &[showings, in_window] = memory else {
            return false;
        };
        let fits = in_window <= showings && [showings, in_window].into_iter().all(is_count);
        if fits {
            (self.showings, self.showings_in_window) = (showings as u64, in_window as u64);
        }
        fits
    }

    /// Returns the two nearest centres; `None` where there is only one.
    fn moves<T: Real>(
        &mut self,
        shown: &Shown<'_, T>,
        moves: &mut Moves<T>,
    ) -> Option<(usize, usize)> {
        self.showings += 1;
        let (i, Some(j)) = shown.two_nearest() else {
            return None;
        };
        let one_is_right =
            self.teacher.is_right(i, shown.object) != self.teacher.is_right(j, shown.object);
        let squared = |c: usize| shown.squared_distance(c).to_f64();
        if one_is_right && self.window.holds(squared(i), squared(j)) {
            self.showings_in_window += 1;
            // wᵢ := wᵢ + η (x − wᵢ), wⱼ := wⱼ − η (x − wⱼ)
            for c in [i, j] {
                let sign: T = self.teacher.sign(c, shown.object);
                moves.toward(c, sign * shown.rate(c));
            }
        }
        Some((i, j))
    }
}
