//! Runs between two of their epochs, as states that can be saved and gone on with.
//!
//! The order of an epoch is derived from (seed, epoch), so that besides the centres a state holds what has been counted:
//! wins, last winners, the epochs so far, and what the rule remembers.

use super::competition::is_count;
use super::lvq::{Divergence, LvqRun};
use super::map::{BatchRun, OnlineRun};
use super::objects::Objects;
use super::{End, Epoch, Rule, Run};
use unsup_autograd::{Matrix, Real, Shape};
use unsup_nn::saving::{LoadError, Reader, State, json, number_of_json, number_to_json};

const CENTRES: &str = "centres";
const WINS: &str = "wins";
const LAST_WINNERS: &str = "last_winners";
/// A row an epoch: Q, the farthest move, the share that changed.
const EPOCHS: &str = "epochs";
const MEMORY: &str = "memory";
const BEST: &str = "best";
const ACCURACIES: &str = "accuracies";

impl<T: Real, R: Rule<T>> Run<'_, T, R> {
    /// The run as it is now, to be gone on with by [`Run::go_on`] to the same bits as if it had not been interrupted.
    pub fn state(&self) -> State {
        let mut state = State::new(json!({
            "run": format!("{:?}", self.settings),
            "rule": self.rule.identity(),
            "steps": self.steps(),
            "epoch": self.epochs.len(),
            "initial_q": number_to_json(self.initial_q),
            "end": self.end.map(|end| format!("{end:?}")),
        }));
        state.insert(CENTRES, &self.centres());
        let wins = self.competition.wins.iter();
        state.insert(WINS, &row(wins.map(|&wins| wins as f64)));
        state.insert(LAST_WINNERS, &winners_to_row(&self.last_winners));
        let epochs = self.epochs.iter();
        let epochs: Vec<_> = epochs
            .map(|epoch| [epoch.q, epoch.farthest_move, epoch.changed])
            .collect();
        if !epochs.is_empty() {
            state.insert(EPOCHS, &Matrix::from_rows(&epochs));
        }
        let memory = self.rule.memory();
        if !memory.is_empty() {
            state.insert(MEMORY, &row(memory.into_iter()));
        }
        state
    }

    /// Goes on with the run whose [`Run::state`] this is; this one is made as that was, and has not begun. The next
    /// [`Run::advance`] does the epoch that came next then.
    ///
    /// # Errors
    /// If the state is damaged, or of other settings, another rule, or objects or centres of another shape: all that
    /// differs is said. The run is then as it was.
    pub fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        let progress = read_whole(state, |reader| self.read(state, reader))?;
        self.put_back(state, progress)
    }

    /// Reads how far it had come; `None` where something is wrong, which the reader then knows.
    fn read(&self, state: &State, reader: &mut Reader<'_>) -> Option<Progress<T>> {
        let values = state.values();
        let settings = format!("{:?}", self.settings);
        reader.compare("run's settings", &values["run"], &settings);
        reader.compare("rule", &values["rule"], &self.rule.identity());
        let count = self.competition.wins.len();
        let features = self.objects.x.columns();
        let centres = read_centres(reader, CENTRES, Shape::new(count, features), &self.objects);
        let last_winners = read_winners(reader, self.objects.x.rows(), count);
        let wins = reader.matrix(WINS, Shape::new(1, count));
        if !reader.is_content() {
            return None;
        }
        let done = read_epoch(state, reader, self.settings.epochs, &self.objects)?;
        let epochs = match done {
            0 => Vec::new(),
            _ => self.epochs_of(&reader.matrix(EPOCHS, Shape::new(done, 3))?),
        };
        let memory = match self.rule.memory().len() {
            0 => Vec::new(),
            length => reader.matrix(MEMORY, Shape::new(1, length))?.into_vec(),
        };
        let wins: Matrix<f64> = wins?;
        let are_counts = wins.as_slice().iter().all(|&wins| is_count(wins));
        let won: f64 = wins.as_slice().iter().sum();
        if !(are_counts && won == (done * self.objects.shown.len()) as f64) {
            return damaged(reader, WINS);
        }
        let initial_q = number_of_json(&values["initial_q"]);
        let initial_q = initial_q.or_else(|| damaged(reader, "initial_q"))?;
        let end = read_end(state, reader, done, self.settings.epochs)?;
        Some(Progress {
            centres: centres?,
            last_winners: last_winners?,
            wins: wins.as_slice().iter().map(|&wins| wins as u64).collect(),
            epochs,
            memory,
            initial_q,
            end,
        })
    }

    /// The epochs of these numbers.
    fn epochs_of(&self, rows: &Matrix<f64>) -> Vec<Epoch> {
        let epoch = |(row, number): (&[f64], usize)| Epoch {
            number,
            of: self.settings.epochs,
            q: row[0],
            farthest_move: row[1],
            changed: row[2],
        };
        rows.row_iter().zip(1..).map(epoch).collect()
    }

    /// Goes on from where it had come to. Only the rule may have something against that, and then all is as it was.
    fn put_back(&mut self, state: &State, progress: Progress<T>) -> Result<(), LoadError> {
        if !self.rule.recall(&progress.memory) {
            return Err(state.refused(format!("{MEMORY} is damaged")));
        }
        self.competition.set_centres(&progress.centres);
        self.competition.wins = progress.wins;
        self.last_winners = progress.last_winners;
        self.epochs = progress.epochs;
        self.initial_q = progress.initial_q;
        self.end = progress.end;
        Ok(())
    }
}

/// How far a run had come.
struct Progress<T: Real> {
    centres: Matrix<T>,
    last_winners: Vec<usize>,
    wins: Vec<u64>,
    epochs: Vec<Epoch>,
    memory: Vec<f64>,
    initial_q: f64,
    end: Option<End>,
}

impl<T: Real> LvqRun<'_, T> {
    /// The run as it is now, as [`Run::state`].
    pub fn state(&self) -> State {
        let mut state = self.run.state();
        let diverged = self.diverged.map(
            |seen| json!({ "centre": seen.centre, "distance": number_to_json(seen.distance) }),
        );
        state.set("diverged", json!(diverged));
        state.set("farthest", json!(self.farthest));
        state.insert(ACCURACIES, &row(self.accuracies.iter().copied()));
        state.insert(BEST, &self.best);
        state
    }

    /// Goes on with the run whose [`LvqRun::state`] this is, as [`Run::go_on`].
    ///
    /// # Errors
    /// As [`Run::go_on`]; the classes of the centres are a part of the rule. The run is then as it was.
    pub fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        let (progress, watched) = read_whole(state, |reader| self.read(state, reader))?;
        self.run.put_back(state, progress)?;
        self.accuracies = watched.accuracies;
        self.best = watched.best;
        self.farthest = watched.farthest;
        self.diverged = watched.diverged.map(|(centre, distance)| Divergence {
            epoch: self.run.epochs.len(),
            centre,
            distance,
            restored: self.best_epoch(),
        });
        Ok(())
    }

    fn read(&self, state: &State, reader: &mut Reader<'_>) -> Option<(Progress<T>, Watched<T>)> {
        let progress = self.run.read(state, reader)?;
        let best = read_centres(reader, BEST, self.best.shape(), &self.run.objects);
        let json = &state.values()["diverged"];
        let seen = || {
            let centre = json["centre"].as_u64().map(|centre| centre as usize);
            let centre = centre.filter(|&centre| centre < self.best.rows())?;
            let distance = number_of_json(&json["distance"]).filter(|&distance| distance > 1.0)?;
            let can_be = progress.end == Some(End::Stopped) && !progress.epochs.is_empty();
            can_be.then_some((centre, distance))
        };
        let diverged = match json.is_null() {
            true => None,
            false => Some(seen().or_else(|| damaged(reader, "diverged"))?),
        };
        // what is far is known by the first centres of all
        let farthest = state.values()["farthest"].as_f64();
        let farthest = farthest.filter(|farthest| farthest.is_finite() && *farthest > 0.0);
        let farthest = farthest.or_else(|| damaged(reader, "farthest"))?;
        // there is none of the epoch in which centres have run away
        let judged = progress.epochs.len() + 1 - usize::from(diverged.is_some());
        let accuracies: Matrix<f64> = reader.matrix(ACCURACIES, Shape::new(1, judged))?;
        let are_shares = |share: &f64| (0.0..=1.0).contains(share);
        if !accuracies.as_slice().iter().all(are_shares) {
            return damaged(reader, ACCURACIES);
        }
        let watched = Watched {
            accuracies: accuracies.into_vec(),
            best: best?,
            farthest,
            diverged,
        };
        Some((progress, watched))
    }
}

/// What watching for centres that run away has seen.
struct Watched<T: Real> {
    accuracies: Vec<f64>,
    best: Matrix<T>,
    farthest: f64,
    /// The centre that ran away, and how far.
    diverged: Option<(usize, f64)>,
}

impl<T: Real> OnlineRun<'_, T> {
    /// The run as it is now, as [`Run::state`].
    pub fn state(&self) -> State {
        self.run.state()
    }

    /// Goes on with the run whose [`OnlineRun::state`] this is, as [`Run::go_on`].
    ///
    /// # Errors
    /// As [`Run::go_on`]; the grid is a part of the rule. The run is then as it was.
    pub fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        self.run.go_on(state)
    }
}

impl<T: Real> BatchRun<'_, T> {
    /// The run as it is now, as [`Run::state`].
    pub fn state(&self) -> State {
        let mut state = State::new(json!({
            "run": format!("{:?}", self.batch),
            "grid": format!("{:?}", self.grid),
            "steps": self.steps(),
            "epoch": self.epochs,
            "end": self.end.map(|end| format!("{end:?}")),
        }));
        state.insert(CENTRES, &self.centres);
        state.insert(LAST_WINNERS, &winners_to_row(&self.winners));
        state
    }

    /// Goes on with the run whose [`BatchRun::state`] this is, as [`Run::go_on`].
    ///
    /// # Errors
    /// If the state is damaged, or of other settings, another grid, or objects of another shape: all that differs is
    /// said. The run is then as it was.
    pub fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        let progress = read_whole(state, |reader| self.read(state, reader))?;
        self.centres = progress.centres;
        self.winners = progress.winners;
        self.epochs = progress.epochs;
        self.end = progress.end;
        Ok(())
    }

    fn read(&self, state: &State, reader: &mut Reader<'_>) -> Option<BatchProgress<T>> {
        let values = state.values();
        let settings = format!("{:?}", self.batch);
        reader.compare("run's settings", &values["run"], &settings);
        reader.compare("grid", &values["grid"], &format!("{:?}", self.grid));
        let centres = read_centres(reader, CENTRES, self.centres.shape(), &self.objects);
        let winners = read_winners(reader, self.objects.x.rows(), self.grid.nodes());
        if !reader.is_content() {
            return None;
        }
        let most = self.batch.most_epochs();
        let epochs = read_epoch(state, reader, most, &self.objects)?;
        let end = read_end(state, reader, epochs, most)?;
        Some(BatchProgress {
            centres: centres?,
            winners: winners?,
            epochs,
            end,
        })
    }
}

/// How far a run of all objects at once had come.
struct BatchProgress<T: Real> {
    centres: Matrix<T>,
    winners: Vec<usize>,
    epochs: usize,
    end: Option<End>,
}

/// What `read` finds in a state, if all is well with it and there is nothing else.
fn read_whole<P>(
    state: &State,
    read: impl FnOnce(&mut Reader<'_>) -> Option<P>,
) -> Result<P, LoadError> {
    let mut reader = state.reader();
    let Some(progress) = read(&mut reader) else {
        return Err(reader.into_error());
    };
    reader.finish()?;
    Ok(progress)
}

fn row(numbers: impl Iterator<Item = f64>) -> Matrix<f64> {
    let numbers: Vec<f64> = numbers.collect();
    Matrix::from_vec(1, numbers.len(), numbers)
}

/// The winner of each object, −1 where it has had none.
fn winners_to_row(winners: &[usize]) -> Matrix<f64> {
    let number = |&winner: &usize| match winner {
        usize::MAX => -1.0,
        winner => winner as f64,
    };
    row(winners.iter().map(number))
}

/// The winners of [`winners_to_row`], among so many centres.
fn read_winners(reader: &mut Reader<'_>, objects: usize, centres: usize) -> Option<Vec<usize>> {
    let numbers: Matrix<f64> = reader.matrix(LAST_WINNERS, Shape::new(1, objects))?;
    let winner = |&number: &f64| match number {
        -1.0 => Some(usize::MAX),
        number => (is_count(number) && number < centres as f64).then_some(number as usize),
    };
    let winners: Option<_> = numbers.as_slice().iter().map(winner).collect();
    winners.or_else(|| damaged(reader, LAST_WINNERS))
}

/// Centres from which these objects can be trained on.
fn read_centres<T: Real>(
    reader: &mut Reader<'_>,
    name: &str,
    shape: Shape,
    objects: &Objects<'_, T>,
) -> Option<Matrix<T>> {
    let centres = reader.matrix(name, shape)?;
    match centres.is_finite() && objects.check_centres(&centres).is_ok() {
        true => Some(centres),
        false => damaged(reader, name),
    }
}

/// How many epochs had been done, of so many at most.
fn read_epoch<T: Real>(
    state: &State,
    reader: &mut Reader<'_>,
    of: usize,
    objects: &Objects<'_, T>,
) -> Option<usize> {
    let epoch = state
        .count("epoch")
        .ok()
        .filter(|&epoch| epoch <= of as u64);
    let Some(epoch) = epoch else {
        return damaged(reader, "epoch");
    };
    let steps = epoch.checked_mul(objects.shown.len() as u64);
    match steps.is_some() && state.count("steps").ok() == steps {
        true => Some(epoch as usize),
        // as many objects, but not as many with a value
        false => damaged(reader, "steps"),
    }
}

/// Why the run had ended, or that it had not.
fn read_end(state: &State, reader: &mut Reader<'_>, done: usize, of: usize) -> Option<Option<End>> {
    let json = &state.values()["end"];
    if json.is_null() && done < of {
        return Some(None);
    }
    let ends = [End::Completed, End::Settled, End::Stopped];
    let end = ends.into_iter().find(|end| *json == format!("{end:?}"));
    match end {
        Some(End::Completed) if done < of => damaged(reader, "end"),
        Some(end) => Some(Some(end)),
        None => damaged(reader, "end"),
    }
}

/// That something is not as it should be.
fn damaged<V>(reader: &mut Reader<'_>, what: &str) -> Option<V> {
    reader.refuse(format!("{what} is damaged"));
    None
}
