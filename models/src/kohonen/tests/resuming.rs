//! Runs that are interrupted, saved, and gone on with from other centres in their place.

use super::*;
use unsup_autograd::Shape;
use unsup_nn::saving::{Description, LoadError, State, Value, json};

/// What the runs have in common.
trait Resumable {
    fn advances(&mut self) -> bool;
    fn now(&self) -> State;
    fn resume(&mut self, state: &State) -> Result<(), LoadError>;
}

macro_rules! resumable {
    ($([$($generics:tt)*] $run:ty),*) => {$(
        impl<$($generics)*> Resumable for $run {
            fn advances(&mut self) -> bool {
                self.advance().is_some()
            }

            fn now(&self) -> State {
                self.state()
            }

            fn resume(&mut self, state: &State) -> Result<(), LoadError> {
                self.go_on(state)
            }
        }
    )*};
}

resumable!(
    [T: Real, R: Rule<T>] Run<'_, T, R>,
    [T: Real] LvqRun<'_, T>,
    [T: Real] OnlineRun<'_, T>,
    [T: Real] BatchRun<'_, T>
);

/// A training from first centres of some seed. The second argument drives the run; what the training came to is
/// returned to the last digit.
type Training<'a> = Box<dyn Fn(u64, &mut dyn FnMut(&mut dyn Resumable)) -> String + 'a>;

/// Objects of three features, of two classes in turn; a third of the values are missing, and of one object all.
fn objects(rows: usize) -> (Matrix<f64>, Vec<usize>) {
    let noise = normal(rows, 3, 1);
    let labels: Vec<usize> = (0..rows).map(|i| i % 2).collect();
    let value = |i: usize, j: usize| match (i + 2 * j).is_multiple_of(3) || i == 7 {
        true => NAN,
        false => noise[(i, j)] + 1.5 * labels[i] as f64,
    };
    (Matrix::from_fn(rows, 3, value), labels)
}

/// All that a training leaves, in digits that tell each bit.
fn left<T: Real>(outcome: impl std::fmt::Debug, w: &Matrix<T>) -> String {
    format!("{outcome:?} {:?}", w.as_slice())
}

fn by_rule<'a, T: Real, R: Rule<T>>(settings: Settings, rule: impl Fn() -> R + 'a) -> Training<'a> {
    Box::new(move |seed, drive| {
        let x = objects(24).0.cast::<T>();
        let mut codebook = Codebook::new(normal(4, 3, seed).cast());
        let mut run = Run::new(&mut codebook, &x, rule(), &settings).unwrap();
        drive(&mut run);
        let outcome = run.finish().unwrap();
        left(outcome, codebook.centres())
    })
}

fn by_lvq<'a>(settings: Settings, variant: LvqVariant, classes: [usize; 4]) -> Training<'a> {
    Box::new(move |seed, drive| {
        let (x, labels) = objects(24);
        let mut lvq = Lvq::with_centres(normal(4, 3, seed), classes.to_vec());
        let mut run = LvqRun::new(&mut lvq, &x, &labels, variant, &settings).unwrap();
        drive(&mut run);
        let outcome = run.finish().unwrap();
        left(outcome, lvq.codebook().centres())
    })
}

fn by_map<'a>(settings: Settings, kernel: Kernel, grid: Grid) -> Training<'a> {
    Box::new(move |seed, drive| {
        let (x, _) = objects(24);
        let mut map = Map::with_centres(grid, normal(4, 3, seed));
        let radius = Width::linear(2.0, 0.5);
        let mut run = OnlineRun::new(&mut map, &x, kernel, radius, &settings).unwrap();
        drive(&mut run);
        let outcome = run.finish().unwrap();
        left(outcome, map.codebook().centres())
    })
}

fn at_once<'a>(batch: Batch, rows: usize, grid: Grid) -> Training<'a> {
    Box::new(move |seed, drive| {
        let (x, _) = objects(rows);
        let mut map = Map::with_centres(grid, normal(4, 3, seed));
        let mut run = BatchRun::new(&mut map, &x, &batch).unwrap();
        drive(&mut run);
        let outcome = run.finish();
        left(outcome, map.codebook().centres())
    })
}

fn settings(rate: Rate, order: Order) -> Settings {
    Settings {
        order,
        ..as_given(5, rate)
    }
}

fn batch(settling: usize) -> Batch {
    Batch {
        kernel: Kernel::Gaussian,
        radius: Width::linear(1.5, 0.1),
        epochs: 3,
        settling,
    }
}

fn grid() -> Grid {
    Grid::new(2, 2, Lattice::Rectangular, Surface::Planar)
}

const LVQ: [LvqVariant; 4] = {
    let window = Window::published(0.4);
    [
        LvqVariant::Lvq1,
        LvqVariant::OptimisedLvq1,
        LvqVariant::Lvq21 { window },
        LvqVariant::Lvq3 {
            window,
            epsilon: 0.2,
        },
    ]
};

/// Each rule, order and kind of rate; such as settle and such as do not; in either precision.
fn every_training<'a>() -> Vec<(String, Training<'a>)> {
    let mut trainings: Vec<(String, Training<'a>)> = Vec::new();
    let mut add = |name: String, training| trainings.push((name, training));
    let exponential = Rate::Scheduled {
        from: 0.3,
        schedule: Schedule::Exponential { last: 0.1 },
    };
    for order in [Order::Shuffled, Order::Drawn, Order::AsGiven] {
        for rate in [Rate::constant(0.1), exponential, Rate::PerCentre] {
            let settings = settings(rate, order);
            let name = format!("{order:?}, {rate:?}");
            let wta = || WinnerTakesAll;
            add(
                format!("wta, {name}"),
                by_rule::<f64, _>(settings.clone(), wta),
            );
            for variant in LVQ {
                let training = by_lvq(settings.clone(), variant, [0, 1, 0, 1]);
                add(format!("{variant:?}, {name}"), training);
            }
        }
        let settings = settings(Rate::linear(0.4), order);
        let width = Width::linear(2.0, 0.2);
        let gas = move || WinnerTakesMost::neural_gas(width);
        let soft = move || WinnerTakesMost::new(Kernel::Triangular, width);
        add(
            format!("gas, {order:?}"),
            by_rule::<f64, _>(settings.clone(), gas),
        );
        add(
            format!("wtm, {order:?}"),
            by_rule::<f32, _>(settings.clone(), soft),
        );
        let kernel = Kernel::Gaussian;
        add(
            format!("online, {order:?}"),
            by_map(settings, kernel, grid()),
        );
    }
    let settling = Settings {
        epochs: 30,
        lambda: Some(0.3),
        stopping: Stopping::Any(vec![Settled::Winners(0.0), Settled::Q(0.02)]),
        ..settings(Rate::linear(0.3), Order::AsGiven)
    };
    add(
        "wta that settles".to_owned(),
        by_rule::<f64, _>(settling, || WinnerTakesAll),
    );
    for settling in [0, 20] {
        let training = at_once(batch(settling), 24, grid());
        add(format!("batch, {settling}"), training);
    }
    trainings
}

fn to_the_end(run: &mut dyn Resumable) {
    while run.advances() {}
}

fn description() -> Description {
    Description {
        method: "test".to_owned(),
        settings: json!({}),
        seed: 0,
        data: String::new(),
    }
}

/// The state after so many epochs, as it comes back from a file; and whether the run had ended.
fn saved(training: &Training<'_>, epochs: usize) -> (State, bool) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoint.safetensors");
    let mut ended = false;
    training(1, &mut |run| {
        ended = (0..epochs).any(|_| !run.advances());
        run.now().save(&file, &description()).unwrap();
    });
    (State::open(&file).unwrap(), ended)
}

/// Interrupts a training after each number of epochs, and goes on with it. Returns how many epochs there are, one in
/// which a run ends included.
fn interrupted_everywhere(name: &str, training: &Training<'_>) -> usize {
    let whole = training(1, &mut to_the_end);
    assert_ne!(
        training(2, &mut to_the_end),
        whole,
        "{name}: no first centres count"
    );
    for epochs in 0.. {
        let (state, ended) = saved(training, epochs);
        let resumed = training(2, &mut |run| {
            run.resume(&state).unwrap();
            to_the_end(run);
        });
        assert_eq!(resumed, whole, "{name}: after {epochs} epochs");
        if ended {
            return epochs;
        }
    }
    unreachable!("no training is without end")
}

#[test]
fn every_training_goes_on_to_the_same_bits_after_each_epoch() {
    for (name, training) in every_training() {
        let epochs = interrupted_everywhere(&name, &training);
        assert!((3..=24).contains(&epochs), "{name}: {epochs}");
    }
}

#[test]
fn what_was_seen_of_centres_that_run_away_is_gone_on_with_too() {
    let (x, labels, start) = lvq::overlapping();
    let window = Window::published(0.3);
    let variant = LvqVariant::Lvq21 { window };
    let settings = as_given(100, Rate::constant(0.02));
    let training: Training<'_> = Box::new(|seed, drive| {
        // the other start lies far out, and nothing of it is taken for the one that was saved: not what is far
        let times = if seed == 1 { 1.0 } else { 100.0 };
        let w = start.codebook().centres().map(|w| w * times);
        let mut lvq = Lvq::with_centres(w, vec![0, 1]);
        let mut run = LvqRun::new(&mut lvq, &x, &labels, variant, &settings).unwrap();
        drive(&mut run);
        let outcome = run.finish().unwrap();
        left(outcome, lvq.codebook().centres())
    });
    let whole = training(1, &mut to_the_end);
    assert!(whole.contains("diverged: Some(Divergence"), "{whole}");
    let epochs = interrupted_everywhere("lvq2.1", &training);
    assert!(epochs > 3, "{epochs}");
}

/// Asserts that a state is refused for that, and that nothing comes of it.
#[track_caller]
fn refused(training: &Training<'_>, state: &State, expected: &str) {
    let mut problems = Vec::new();
    let after = training(3, &mut |run| {
        let error = run.resume(state).expect_err(expected);
        problems = error.problems().to_vec();
        to_the_end(run);
    });
    assert!(
        problems.iter().any(|problem| problem.contains(expected)),
        "{problems:?}, expected {expected}"
    );
    assert_eq!(after, training(3, &mut to_the_end), "{expected}");
}

#[test]
fn the_state_of_another_training_is_refused_and_changes_nothing() {
    let usual = || settings(Rate::constant(0.1), Order::Shuffled);
    let wta = |settings| by_rule::<f64, _>(settings, || WinnerTakesAll);
    let gas = |width| {
        by_rule::<f64, _>(usual(), move || {
            WinnerTakesMost::neural_gas(Width::linear(width, 0.1))
        })
    };
    let alternately = [0, 1, 0, 1];
    let state = saved(&wta(usual()), 2).0;
    let other = |change: fn(&mut Settings)| {
        let mut other = usual();
        change(&mut other);
        other
    };
    for settings in [
        other(|other| other.epochs = 6),
        other(|other| other.rate = Rate::constant(0.2)),
        other(|other| other.lambda = Some(0.5)),
        other(|other| other.order = Order::Drawn),
        other(|other| other.stopping = Stopping::default()),
        other(|other| other.seed = 1),
    ] {
        refused(&wta(settings), &state, "was saved for the run's settings");
    }
    refused(&gas(2.0), &state, "was saved for the rule");
    refused(&gas(2.0), &saved(&gas(1.5), 2).0, "was saved for the rule");
    let single = by_rule::<f32, _>(usual(), || WinnerTakesAll);
    refused(&single, &state, "is of type F64, the model has F32");
    refused(&wta(usual()), &State::new(json!({})), "centres is missing");

    let lvq = |variant, classes| by_lvq(usual(), variant, classes);
    for (i, saved_variant) in LVQ.into_iter().enumerate() {
        let state = saved(&lvq(saved_variant, alternately), 2).0;
        for (j, variant) in LVQ.into_iter().enumerate() {
            if i != j {
                let training = lvq(variant, alternately);
                refused(&training, &state, "was saved for the rule");
            }
        }
        refused(
            &lvq(saved_variant, [0, 0, 1, 1]),
            &state,
            "was saved for the rule",
        );
    }
    let wider = Window::published(0.5);
    let state = saved(&lvq(LVQ[2], alternately), 2).0;
    let training = lvq(LvqVariant::Lvq21 { window: wider }, alternately);
    refused(&training, &state, "was saved for the rule");

    let row = Grid::new(4, 1, Lattice::Rectangular, Surface::Planar);
    let state = saved(&by_map(usual(), Kernel::Gaussian, grid()), 2).0;
    let training = by_map(usual(), Kernel::Gaussian, row);
    refused(&training, &state, "was saved for the rule");
    let training = by_map(usual(), Kernel::Triangular, grid());
    refused(&training, &state, "was saved for the rule");
    let state = saved(&at_once(batch(3), 24, grid()), 2).0;
    refused(
        &at_once(batch(3), 24, row),
        &state,
        "was saved for the grid",
    );
    refused(
        &at_once(batch(2), 24, grid()),
        &state,
        "was saved for the run's settings",
    );
    refused(
        &at_once(batch(3), 25, grid()),
        &state,
        "last_winners is 1x24, the model has 1x25",
    );
}

/// The same state, but for what is changed in its values and in the matrices of these names and shapes, all that it
/// has.
fn changed(
    state: &State,
    matrices: &[(&str, usize, usize)],
    change_values: impl Fn(&mut Value),
    change: impl Fn(&str, &mut Matrix<f64>),
) -> State {
    let mut values = state.values().clone();
    change_values(&mut values);
    let mut other = State::new(values);
    let mut reader = state.reader();
    for &(name, rows, columns) in matrices {
        let mut matrix = reader.matrix(name, Shape::new(rows, columns)).unwrap();
        change(name, &mut matrix);
        other.insert(name, &matrix);
    }
    reader.finish().unwrap();
    other
}

#[test]
fn damaged_numbers_are_refused_and_change_nothing() {
    let usual = settings(Rate::constant(0.1), Order::Shuffled);
    let of_run = [
        ("centres", 4, 3),
        ("wins", 1, 4),
        ("last_winners", 1, 24),
        ("epochs", 2, 3),
    ];
    let of_lvq = [("accuracies", 1, 3), ("best", 4, 3), ("memory", 1, 2)];
    let of_lvq = [&of_run[..], &of_lvq[..]].concat();
    let olvq = [&of_lvq[..6], &[("memory", 1, 4)]].concat();
    let lvq = |variant| by_lvq(usual.clone(), variant, [0, 1, 0, 1]);
    let trainings = [
        (
            by_rule::<f64, _>(usual.clone(), || WinnerTakesAll),
            of_run.to_vec(),
        ),
        (lvq(LVQ[1]), olvq),
        (lvq(LVQ[2]), of_lvq),
        (at_once(batch(3), 24, grid()), vec![of_run[0], of_run[2]]),
    ];
    let mut tried = 0;
    for (training, matrices) in &trainings {
        let state = saved(training, 2).0;
        let whole = changed(&state, matrices, |_| (), |_, _| ());
        training(4, &mut |run| run.resume(&whole).unwrap());
        for (name, value) in [
            ("epoch", json!(3)),
            ("epoch", json!(99)),
            ("epoch", json!(-1)),
            ("steps", json!(47)),
            ("steps", json!(null)),
            ("initial_q", json!("much")),
            ("end", json!("Completed")),
            ("end", json!("Tired")),
            ("diverged", json!({})),
            ("farthest", json!(0)),
            ("farthest", json!("away")),
            ("diverged", json!({ "centre": 1, "distance": 2.0 })),
            ("run", json!(7)),
        ] {
            if state.values().get(name).is_none() {
                continue;
            }
            let damaged = changed(
                &state,
                matrices,
                |values| values[name] = value.clone(),
                |_, _| (),
            );
            let expected = match (name, value) {
                ("run", _) => "run's settings",
                // that comes to other objects
                ("epoch", value) if value == 3 => "steps is damaged",
                (name, _) => name,
            };
            refused(training, &damaged, expected);
            tried += 1;
        }
        for &(name, ..) in matrices {
            for number in [-2.0, 0.5, 1e300, NAN] {
                // a gap in what an epoch came to is no matter, nor is any number there
                let can_be = match name {
                    "epochs" => true,
                    "centres" | "best" => number.abs() < 1e9,
                    "accuracies" | "memory" => {
                        number == 0.5 && (name == "accuracies" || training_is_olvq(matrices))
                    }
                    _ => false,
                };
                if can_be {
                    continue;
                }
                let change = |of: &str, matrix: &mut Matrix<f64>| {
                    if of == name {
                        matrix[(0, 1)] = number;
                    }
                };
                refused(training, &changed(&state, matrices, |_| (), change), name);
                tried += 1;
            }
            let without: Vec<_> = matrices.iter().copied().filter(|of| of.0 != name).collect();
            let mut missing = State::new(state.values().clone());
            let mut reader = state.reader();
            for &(name, rows, columns) in &without {
                let matrix: Matrix<f64> = reader.matrix(name, Shape::new(rows, columns)).unwrap();
                missing.insert(name, &matrix);
            }
            refused(training, &missing, &format!("{name} is missing"));
            let mut more = changed(&state, matrices, |_| (), |_, _| ());
            more.insert("more", &Matrix::<f64>::identity(2));
            refused(training, &more, "more is not in the model");
        }
    }
    assert!(tried > 70, "{tried}");
}

/// Whether the rule remembers rates, and not counts.
fn training_is_olvq(matrices: &[(&str, usize, usize)]) -> bool {
    matrices.contains(&("memory", 1, 4))
}
