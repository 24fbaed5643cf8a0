//! The competition of centres for objects: the one loop under all of Kohonen's networks.
//!
//! ```text
//! repeat
//!     choose an object xᵢ
//!     find the distances ρ²(xᵢ, w_y) of all centres, and the nearest one, the winner
//!     w_y := w_y + h_y (xᵢ − w_y)              for each centre y, as far as the rule says
//!     Q := (1 − λ) Q + λ (what xᵢ adds to Q)   the running estimate
//! until Q and/or the centres settle
//! ```
//!
//! A method is a [`Rule`], which says who moves how far, h_y; all else is here. The slides of the lecture then differ by
//! one line:
//!
//! | rule | h_y |
//! |---|---|
//! | [`WinnerTakesAll`](super::WinnerTakesAll) | η \[y = a(xᵢ)\] |
//! | [`WinnerTakesMost`](super::WinnerTakesMost) | η K(ρ(xᵢ, w_y)), or η K(rank of y) |
//! | [`Lvq1`](super::Lvq1) | ± η \[y = c(xᵢ)\], − where the class is another |
//! | [`MapRule`](super::MapRule) | η K(r(a(xᵢ), y)), r the distance on the grid |
//!
//! A missing value (NaN) is passed over: its feature adds nothing to a distance, and no centre moves along it. An object
//! without any value is never shown.

use super::objects::Objects;
use super::{Codebook, FitError, Stopping};
use std::ops::Range;
use unsup_autograd::random::{generator, shuffle, uniform_below};
use unsup_autograd::{Matrix, Real, vectorised};
use unsup_nn::optimiser::Schedule;

/// Who moves how far when an object is shown, and what the object adds to Q.
pub trait Rule<T: Real> {
    /// Says of each centre that moves by which share h_y of the way to the object: w_y := w_y + h_y (xᵢ − w_y).
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>);

    /// What the object adds to Q: its squared distance from the winner.
    fn charge(&self, shown: &Shown<'_, T>) -> T {
        shown.squared_distance(shown.winner)
    }

    /// What is wrong with the rule's numbers, if something is: training does not begin then.
    fn problem(&self) -> Option<String> {
        None
    }

    /// What tells the rule from others, its settings with it: a run that was saved is gone on with by the same alone.
    fn identity(&self) -> String {
        std::any::type_name::<Self>().to_owned()
    }

    /// What the rule has learned from the showings so far, in numbers: with them a rule of the same settings goes on as
    /// this one would. Most rules keep nothing.
    fn memory(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Goes on from the [memory](Rule::memory) of a rule of the same settings. Returns false, and changes nothing, where
    /// it can be none.
    fn recall(&mut self, memory: &[f64]) -> bool {
        memory.is_empty()
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for &mut R {
    fn moves(&mut self, shown: &Shown<'_, T>, moves: &mut Moves<T>) {
        (**self).moves(shown, moves);
    }

    fn charge(&self, shown: &Shown<'_, T>) -> T {
        (**self).charge(shown)
    }

    fn problem(&self) -> Option<String> {
        (**self).problem()
    }

    fn identity(&self) -> String {
        (**self).identity()
    }

    fn memory(&self) -> Vec<f64> {
        (**self).memory()
    }

    fn recall(&mut self, memory: &[f64]) -> bool {
        (**self).recall(memory)
    }
}

/// What a rule sees of an object xᵢ that is shown.
#[derive(Debug)]
pub struct Shown<'a, T: Real> {
    /// i, the row of the object.
    pub object: usize,
    /// ρ²(xᵢ, w_y) of each centre y, summed over the features that the object has.
    pub squared_distances: &'a [T],
    /// a(xᵢ), the nearest centre; of several equally near the first.
    pub winner: usize,
    /// The share of the run that is done, in \[0, 1).
    pub done: f64,
    rate: Rate,
    wins: &'a [u64],
}

impl<T: Real> Shown<'_, T> {
    /// ρ²(xᵢ, w_y)
    pub fn squared_distance(&self, y: usize) -> T {
        self.squared_distances[y]
    }

    /// η for centre y.
    pub fn rate(&self, y: usize) -> T {
        T::from_f64(match self.rate {
            Rate::Scheduled { from, schedule } => from * schedule.factor(self.done),
            // the object that the centre started as, those that it has won, and this one
            Rate::PerCentre => 1.0 / (self.wins[y] + 2) as f64,
        })
    }

    /// η at the start of the run; 1/2 for rates of each centre's own.
    pub fn first_rate(&self) -> f64 {
        match self.rate {
            Rate::Scheduled { from, .. } => from,
            Rate::PerCentre => 0.5,
        }
    }

    /// The two nearest centres, the nearest first; of equally near ones the first. The second is `None` where there is
    /// only one centre.
    pub fn two_nearest(&self) -> (usize, Option<usize>) {
        let others = (0..self.squared_distances.len()).filter(|&y| y != self.winner);
        let second = others.reduce(|best, y| {
            if self.squared_distances[y] < self.squared_distances[best] {
                y
            } else {
                best
            }
        });
        (self.winner, second)
    }
}

/// The shares h_y by which the centres move; 0 where nothing is said.
#[derive(Debug)]
pub struct Moves<T: Real> {
    shares: Vec<T>,
    touched: Range<usize>,
}

impl<T: Real> Moves<T> {
    fn none(centres: usize) -> Self {
        Self {
            shares: vec![T::ZERO; centres],
            touched: 0..0,
        }
    }

    /// w_y := w_y + share (xᵢ − w_y): toward the object, or away from it where the share is negative.
    #[inline]
    pub fn toward(&mut self, y: usize, share: T) {
        self.shares_of(y..y + 1)[0] = share;
    }

    /// The shares of some centres in a row, to be set.
    #[inline]
    pub fn shares_of(&mut self, centres: Range<usize>) -> &mut [T] {
        self.touched = if self.touched.is_empty() {
            centres.clone()
        } else {
            self.touched.start.min(centres.start)..self.touched.end.max(centres.end)
        };
        &mut self.shares[centres]
    }

    fn clear(&mut self) {
        self.shares[self.touched.clone()].fill(T::ZERO);
        self.touched = 0..0;
    }
}

/// The learning rate η.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rate {
    /// From `from`, in (0, 1], by a schedule over the whole run, which does not take it above 1.
    Scheduled {
        /// η at the start.
        from: f64,
        /// How it changes.
        schedule: Schedule,
    },
    /// 1 / (n_y + 1) with n_y the objects that centre y is the mean of: the one that it started as and those that it
    /// won (MacQueen 1967, "Some methods for classification and analysis of multivariate observations"). Each centre is
    /// then the mean of them all.
    PerCentre,
}

impl Rate {
    /// η throughout.
    pub fn constant(rate: f64) -> Self {
        Self::Scheduled {
            from: rate,
            schedule: Schedule::Constant,
        }
    }

    /// From `from` to 0 along a straight line.
    pub fn linear(from: f64) -> Self {
        Self::Scheduled {
            from,
            schedule: Schedule::Linear { last: 0.0 },
        }
    }

    fn problem(&self) -> Option<String> {
        let Self::Scheduled { from, schedule } = *self else {
            return None;
        };
        if !(from > 0.0 && from <= 1.0) {
            return Some(format!(
                "rate is {from}, expected a number above 0 and at most 1"
            ));
        }
        // a schedule rises or falls all the way, so that its ends bound it; a factor may be no number
        let ends = [0.0, 1.0].map(|done| from * schedule.factor(done));
        let outside = ends.into_iter().find(|rate| !(0.0..=1.0).contains(rate));
        let outside =
            outside.map(|rate| format!("rate goes from {from} to {rate}, expected at most 1"));
        schedule.problem().or(outside)
    }
}

/// In which order objects are shown. An epoch is as many showings as there are objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Each once an epoch, in an order drawn anew for each.
    #[default]
    Shuffled,
    /// Drawn one by one, each as likely at every step.
    Drawn,
    /// As they come, the same in each epoch.
    AsGiven,
}

/// The settings of a training object by object.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// How often each object is shown, at most; at least 1.
    pub epochs: usize,
    /// η
    pub rate: Rate,
    /// λ of the running estimate Q := (1 − λ) Q + λ ρ², in (0, 1\]. `None`: 1/l for l objects, so that Q is a mean over
    /// about an epoch.
    pub lambda: Option<f64>,
    /// In which order objects are shown.
    pub order: Order,
    /// When training ends before all epochs are done.
    pub stopping: Stopping,
    /// Where the order comes from.
    pub seed: u64,
}

impl Default for Settings {
    /// 20 epochs in shuffled order, η from 0.1 to 0 along a straight line, until nothing changes any more.
    fn default() -> Self {
        Self {
            epochs: 20,
            rate: Rate::linear(0.1),
            lambda: None,
            order: Order::default(),
            stopping: Stopping::default(),
            seed: 0,
        }
    }
}

impl Settings {
    fn check<T: Real>(&self, rule: &impl Rule<T>) -> Result<(), FitError> {
        let epochs = (self.epochs == 0).then(|| "epochs is 0, expected at least 1".to_owned());
        let lambda = self
            .lambda
            .filter(|&lambda| !(lambda > 0.0 && lambda <= 1.0));
        let lambda = lambda
            .map(|lambda| format!("lambda is {lambda}, expected a number above 0 and at most 1"));
        let problem = epochs.or(lambda).or_else(|| self.rate.problem());
        let problem = problem.or_else(|| self.stopping.problem());
        match problem.or_else(|| rule.problem()) {
            Some(problem) => Err(FitError::Setting(problem)),
            None => Ok(()),
        }
    }
}

/// What an epoch came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Epoch {
    /// Which it was, from 1.
    pub number: usize,
    /// How many there are at most.
    pub of: usize,
    /// The running estimate of Q at its end, a mean over objects. Distances are those that the steps lower, over the
    /// features that an object has, while [`Codebook::squared_error`](super::Codebook::squared_error) enlarges them for
    /// those that it has not.
    pub q: f64,
    /// How far the centre that moved farthest lies from where the epoch began, in units of the data's spread (√ of the
    /// mean squared distance of the objects from their mean).
    pub farthest_move: f64,
    /// The share of showings in which the object had another winner than when it was last shown, or was shown for the
    /// first time; 1 in the first epoch unless objects are drawn.
    pub changed: f64,
}

/// Why training ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// All epochs were done.
    Completed,
    /// The stopping rule held.
    Settled,
    /// The observer wanted it.
    Stopped,
}

/// How a training went.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// Q before the first step: the mean over objects of what each adds.
    pub initial_q: f64,
    /// The epochs that were done.
    pub epochs: Vec<Epoch>,
    /// Why it ended.
    pub end: End,
    /// How often each centre has won.
    pub wins: Vec<u64>,
    /// The objects without a value, which were never shown.
    pub left_out: Vec<usize>,
}

impl Outcome {
    /// The centres that never won.
    pub fn never_won(&self) -> Vec<usize> {
        (0..self.wins.len())
            .filter(|&y| self.wins[y] == 0)
            .collect()
    }
}

/// Centres under training, in the form in which a step is fast: a feature a row, so that every loop runs along the
/// centres.
pub(super) struct Competition<T: Real> {
    /// w_yj in row j, column y; columns are added up to a full block, their content means nothing.
    w: Matrix<T>,
    squared_distances: Vec<T>,
    moves: Moves<T>,
    rate: Rate,
    pub(super) wins: Vec<u64>,
}

/// Centres whose distances are summed side by side, in registers.
const BLOCK: usize = 32;

impl<T: Real> Competition<T> {
    /// Of centres x features.
    pub fn of(w: &Matrix<T>, rate: Rate) -> Self {
        let (centres, features) = (w.rows(), w.columns());
        let stride = centres.next_multiple_of(BLOCK);
        Self {
            w: Matrix::from_fn(features, stride, |j, y| {
                if y < centres { w[(y, j)] } else { T::ZERO }
            }),
            squared_distances: vec![T::ZERO; stride],
            moves: Moves::none(centres),
            rate,
            wins: vec![0; centres],
        }
    }

    /// Puts other centres (centres x features) in their place.
    pub fn set_centres(&mut self, w: &Matrix<T>) {
        for (y, centre) in w.row_iter().enumerate() {
            for (j, &w) in centre.iter().enumerate() {
                self.w[(j, y)] = w;
            }
        }
    }

    /// Centres x features.
    pub fn centres(&self) -> Matrix<T> {
        Matrix::from_fn(self.wins.len(), self.w.rows(), |y, j| self.w[(j, y)])
    }

    /// Finds the distances of all centres from x = xᵢ, and the nearest. What it gives is a rule's view of them, beside
    /// the moves that the rule is to fill in.
    fn show(&mut self, object: usize, x: &[T], done: f64) -> (Shown<'_, T>, &mut Moves<T>) {
        squared_distances(x, self.w.as_slice(), &mut self.squared_distances);
        let squared_distances = &self.squared_distances[..self.wins.len()];
        let shown = Shown {
            object,
            squared_distances,
            winner: position_of_least(squared_distances),
            done,
            rate: self.rate,
            wins: &self.wins,
        };
        (shown, &mut self.moves)
    }

    /// Shows xᵢ and moves the centres as the rule says. Returns the winner and what xᵢ adds to Q, its distance as it was
    /// found, before the winner moved toward it: what a new object would meet.
    fn step(&mut self, object: usize, x: &[T], done: f64, rule: &mut impl Rule<T>) -> (usize, T) {
        let (shown, moves) = self.show(object, x, done);
        rule.moves(&shown, moves);
        let (winner, charge) = (shown.winner, rule.charge(&shown));
        let Range { start, end } = self.moves.touched;
        let stride = self.w.columns();
        move_toward(
            x,
            &self.moves.shares[start..end],
            start,
            stride,
            self.w.as_mut_slice(),
        );
        self.moves.clear();
        self.wins[winner] += 1;
        (winner, charge)
    }
}

vectorised! {
    /// ρ²(x, w_y) ← Σⱼ (xⱼ − w_yj)² over the features that x has, for each centre y in the order of the features.
    fn squared_distances[T: Real](x: &[T], w: &[T], out: &mut [T]) {
        let stride = out.len();
        for (block, out) in out.chunks_exact_mut(BLOCK).enumerate() {
            let mut sums = [T::ZERO; BLOCK];
            for (&x, w) in x.iter().zip(w.chunks_exact(stride)) {
                if x.is_nan() {
                    continue;
                }
                let w = &w[block * BLOCK..][..BLOCK];
                for (sum, &w) in sums.iter_mut().zip(w) {
                    let difference = x - w;
                    *sum += difference * difference;
                }
            }
            out.copy_from_slice(&sums);
        }
    }

    // lecture: wtm move
    /// w_yj ← w_yj + h_y (xⱼ − w_yj) over the features that x has, for the centres y from `first` on.
    fn move_toward[T: Real](x: &[T], shares: &[T], first: usize, stride: usize, w: &mut [T]) {
        for (&x, w) in x.iter().zip(w.chunks_exact_mut(stride)) {
            if x.is_nan() {
                continue;
            }
            let w = &mut w[first..][..shares.len()];
            for (w, &share) in w.iter_mut().zip(shares) {
                *w += share * (x - *w);
            }
        }
    }
    // lecture: end

    /// Where the least value is; of several the first.
    fn position_of_least[T: Real](values: &[T]) -> usize {
        const LANES: usize = 16;
        let smaller = |a: T, b: T| if b < a { b } else { a };
        let mut least = [T::INFINITY; LANES];
        let mut chunks = values.chunks_exact(LANES);
        for chunk in &mut chunks {
            for (least, &value) in least.iter_mut().zip(chunk) {
                *least = smaller(*least, value);
            }
        }
        let rest = chunks.remainder().iter().copied();
        let least = least.into_iter().chain(rest).fold(T::INFINITY, smaller);
        values.iter().position(|&value| value == least).unwrap_or(0)
    }
}

/// A training object by object that is driven from outside, epoch by epoch: it can be looked at, broken off, and, with
/// the feature `saving`, saved between two epochs and gone on with to the same bits. The codebook is given its centres at
/// the end.
///
/// ```
/// use unsup_models::Matrix;
/// use unsup_models::kohonen::{Codebook, KMeansStart, Run, Settings, WinnerTakesAll, starting_centres};
///
/// let x = Matrix::from_rows(&[[0.0, 0.1], [0.2, 0.1], [5.0, 5.1], [5.2, 4.9]]);
/// let mut codebook = Codebook::new(starting_centres(&x, 2, KMeansStart::PlusPlus, 0)?);
/// let mut run = Run::new(&mut codebook, &x, WinnerTakesAll, &Settings::default())?;
/// while let Some(epoch) = run.advance() {
///     println!("epoch {}: Q is about {:.3}", epoch.number, epoch.q);
///     // run.state(), or break
/// }
/// let outcome = run.finish()?;
/// assert_eq!(outcome.wins.iter().sum::<u64>(), 4 * outcome.epochs.len() as u64);
/// # Ok::<(), unsup_models::kohonen::FitError>(())
/// ```
pub struct Run<'a, T: Real, R: Rule<T>> {
    codebook: &'a mut Codebook<T>,
    pub(super) objects: Objects<'a, T>,
    pub(super) rule: R,
    pub(super) settings: Settings,
    pub(super) competition: Competition<T>,
    /// Of each row of x its winner when it was last shown; `usize::MAX` before.
    pub(super) last_winners: Vec<usize>,
    /// Q before the first step.
    pub(super) initial_q: f64,
    pub(super) epochs: Vec<Epoch>,
    pub(super) end: Option<End>,
}

impl<'a, T: Real, R: Rule<T>> Run<'a, T, R> {
    /// A run that has not begun, of the centres of `codebook` on the rows of `x` (objects x features; NaN is missing).
    ///
    /// # Errors
    /// If a setting is out of range, or the objects can't be trained on.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres.
    #[track_caller]
    pub fn new(
        codebook: &'a mut Codebook<T>,
        x: &'a Matrix<T>,
        rule: R,
        settings: &Settings,
    ) -> Result<Self, FitError> {
        codebook.check_features("compete", x);
        settings.check(&rule)?;
        let objects = Objects::of(x)?;
        objects.check_centres(codebook.centres())?;
        let mut competition = Competition::of(codebook.centres(), settings.rate);

        // Q := Σᵢ ρ²(xᵢ, w_a(xᵢ)), here as a mean
        let mut initial_q = 0.0;
        for &object in &objects.shown {
            let (shown, _) = competition.show(object, x.row(object), 0.0);
            initial_q += rule.charge(&shown).to_f64() / objects.shown.len() as f64;
        }
        Ok(Self {
            last_winners: vec![usize::MAX; x.rows()],
            settings: settings.clone(),
            epochs: Vec::new(),
            end: None,
            codebook,
            objects,
            rule,
            competition,
            initial_q,
        })
    }

    /// Shows the objects of the next epoch; `None` when the run has ended.
    pub fn advance(&mut self) -> Option<Epoch> {
        if self.end.is_some() {
            return None;
        }
        let (number, q_before) = (self.epochs.len() + 1, self.q());
        let Self {
            objects,
            rule,
            settings,
            competition,
            last_winners,
            ..
        } = self;
        let (x, l) = (objects.x, objects.shown.len());
        let lambda = settings.lambda.unwrap_or(1.0 / l as f64);
        let steps = settings.epochs as f64 * l as f64;
        let before = competition.w.clone();
        let (mut q, mut changed) = (q_before, 0);
        // lecture: wta epoch
        let order = order_of(&objects.shown, settings, number);
        for (step, &object) in order.iter().enumerate() {
            let done = ((number - 1) * l + step) as f64 / steps;
            let (winner, charge) = competition.step(object, x.row(object), done, rule);
            q = (1.0 - lambda) * q + lambda * charge.to_f64();
            changed += usize::from(std::mem::replace(&mut last_winners[object], winner) != winner);
        }
        // lecture: end
        let epoch = Epoch {
            number,
            of: settings.epochs,
            q,
            farthest_move: farthest_move(&before, competition) / objects.spread,
            changed: changed as f64 / l as f64,
        };
        if settings.stopping.holds(&epoch, q_before) {
            self.end = Some(End::Settled);
        } else if number == settings.epochs {
            self.end = Some(End::Completed);
        }
        self.epochs.push(epoch);
        Some(epoch)
    }

    /// The running estimate of Q.
    fn q(&self) -> f64 {
        self.epochs.last().map_or(self.initial_q, |epoch| epoch.q)
    }

    /// Lets the run end with the epoch that it has come to.
    pub fn stop(&mut self) {
        self.end = Some(End::Stopped);
    }

    /// The centres as they are now, centres x features.
    pub fn centres(&self) -> Matrix<T> {
        self.competition.centres()
    }

    /// The rule, with what it has learned from the showings so far.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    /// The epochs that have been done.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// How many showings of an object there have been.
    pub fn steps(&self) -> u64 {
        self.epochs.len() as u64 * self.objects.shown.len() as u64
    }

    /// Why the run has ended; `None` while it goes on.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Ends the run, and puts its centres into the codebook.
    ///
    /// # Errors
    /// If a centre ran away until it is no number any more, as a rule may have it that moves centres away from objects.
    /// The codebook is then as it was.
    pub fn finish(self) -> Result<Outcome, FitError> {
        let centres = self.competition.centres();
        if !centres.is_finite() {
            return Err(FitError::Diverged);
        }
        self.codebook.set_centres(centres);
        Ok(Outcome {
            initial_q: self.initial_q,
            epochs: self.epochs,
            end: self.end.unwrap_or(End::Stopped),
            wins: self.competition.wins,
            left_out: self.objects.left_out,
        })
    }
}

/// Whether a number is a count, and small enough that one more is another number.
pub(super) fn is_count(number: f64) -> bool {
    number.fract() == 0.0 && (0.0..=9e15).contains(&number)
}

/// The objects of an epoch in the order in which they are shown.
fn order_of(shown: &[usize], settings: &Settings, epoch: usize) -> Vec<usize> {
    let mut random = generator(settings.seed, "order of objects", epoch as u64);
    match settings.order {
        Order::AsGiven => shown.to_vec(),
        Order::Shuffled => {
            let mut order = shown.to_vec();
            shuffle(&mut order, &mut random);
            order
        }
        Order::Drawn => shown
            .iter()
            .map(|_| shown[uniform_below(shown.len(), &mut random)])
            .collect(),
    }
}

/// The distance of the centre that lies farthest from where it was.
fn farthest_move<T: Real>(before: &Matrix<T>, competition: &Competition<T>) -> f64 {
    let mut squares = vec![0.0; competition.wins.len()];
    for (before, after) in before.row_iter().zip(competition.w.row_iter()) {
        for ((square, &before), &after) in squares.iter_mut().zip(before).zip(after) {
            *square += (after - before).to_f64().powi(2);
        }
    }
    squares.into_iter().fold(0.0, f64::max).sqrt()
}
