//! In which order objects are shown, at which rate, and what the run says of itself.

use super::*;

/// A rule that moves nothing and notes what it is shown.
#[derive(Default)]
struct Witness {
    shown: Vec<usize>,
}

impl Rule<f64> for Witness {
    fn moves(&mut self, shown: &Shown<'_, f64>, _: &mut Moves<f64>) {
        self.shown.push(shown.object);
    }
}

/// The objects in the order in which they were shown, an epoch after the other.
fn shown(x: &Matrix<f64>, order: Order, epochs: usize, seed: u64) -> Vec<Vec<usize>> {
    let settings = Settings {
        order,
        seed,
        ..as_given(epochs, Rate::constant(0.1))
    };
    let mut witness = Witness::default();
    let outcome = Codebook::new(Matrix::zeros(2, x.columns()))
        .compete(x, &mut witness, &settings, go_on)
        .unwrap();
    let l = x.rows() - outcome.left_out.len();
    assert_eq!(witness.shown.len(), epochs * l);
    witness.shown.chunks(l).map(<[usize]>::to_vec).collect()
}

#[test]
fn objects_as_given_come_each_once_in_their_order_the_last_one_too() {
    let x = normal(10, 2, 0);
    let rows: Vec<usize> = (0..10).collect();
    assert_eq!(shown(&x, Order::AsGiven, 3, 0), vec![rows; 3]);
}

#[test]
fn shuffled_objects_come_each_once_in_another_order_in_each_epoch() {
    let x = normal(10, 2, 0);
    let epochs = shown(&x, Order::Shuffled, 5, 1);
    for (i, epoch) in epochs.iter().enumerate() {
        let mut sorted = epoch.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..10).collect::<Vec<_>>(), "epoch {i}");
        assert!(epochs[..i].iter().all(|earlier| earlier != epoch), "{i}");
    }
    assert_eq!(epochs, shown(&x, Order::Shuffled, 5, 1), "same seed");
    assert_ne!(epochs, shown(&x, Order::Shuffled, 5, 2), "another seed");
}

#[test]
fn drawn_objects_come_equally_often_and_with_replacement() {
    let x = normal(10, 2, 0);
    let epochs = shown(&x, Order::Drawn, 2000, 1);
    assert_ne!(epochs[0], epochs[1]);
    let mut counts = [0i32; 10];
    let mut repeated = 0;
    for epoch in &epochs {
        epoch.iter().for_each(|&i| counts[i] += 1);
        let distinct: std::collections::BTreeSet<_> = epoch.iter().collect();
        repeated += usize::from(distinct.len() < 10);
    }
    // standard error: 42
    assert!(counts.iter().all(|n| (n - 2000).abs() < 200), "{counts:?}");
    // all ten differ in 10!/10¹⁰ of the epochs, 0.04 %
    assert!(repeated > 1990, "{repeated}");
}

#[test]
fn an_object_without_a_value_is_not_shown_in_any_order() {
    let x = Matrix::from_rows(&[[1.0, 2.0], [NAN, NAN], [NAN, 3.0], [4.0, 5.0]]);
    for order in [Order::AsGiven, Order::Shuffled, Order::Drawn] {
        let epochs = shown(&x, order, 50, 0);
        let all: std::collections::BTreeSet<usize> = epochs.into_iter().flatten().collect();
        assert_eq!(all.into_iter().collect::<Vec<_>>(), [0, 2, 3], "{order:?}");
    }
}

#[test]
fn the_linear_rate_falls_by_the_same_amount_at_every_step() {
    // one centre, one feature, two epochs of four objects: T = 8
    let x = Matrix::from_rows(&[[1.0], [-2.0], [0.5], [4.0]]);
    let mut w = 10.0;
    for t in 0..8 {
        let rate = 0.4 * (1.0 - f64::from(t) / 8.0);
        w += rate * (x[(t as usize % 4, 0)] - w);
    }
    let start = Matrix::scalar(10.0);
    let settings = as_given(2, Rate::linear(0.4));
    let (centres, outcome) = trained(&start, &x, WinnerTakesAll, &settings).unwrap();
    assert!((centres.item() - w).abs() < 1e-14, "{centres:?} and {w}");
    assert_eq!(outcome.wins, [8]);
}

#[test]
fn every_object_of_an_epoch_counts() {
    let w = Matrix::from_rows(&[[0.0]]);
    let x = Matrix::from_rows(&[[1.0], [2.0], [4.0]]);
    let settings = as_given(1, Rate::constant(0.5));
    // 0 → 0.5 → 1.25 → 2.625
    let (centres, _) = trained(&w, &x, WinnerTakesAll, &settings).unwrap();
    assert_eq!(centres.item(), 2.625);
}

#[test]
fn the_running_estimate_of_q_by_hand() {
    // centres 0 and 10, the objects 2, 9, 4 at η = 1/2 and λ = 1/4
    let w = Matrix::from_rows(&[[0.0], [10.0]]);
    let x = Matrix::from_rows(&[[2.0], [9.0], [4.0]]);
    let settings = Settings {
        lambda: Some(0.25),
        ..as_given(1, Rate::constant(0.5))
    };
    let (centres, outcome) = trained(&w, &x, WinnerTakesAll, &settings).unwrap();
    assert_eq!(centres.as_slice(), [2.5, 9.5]); // 0 → 1 → 2.5, 10 → 9.5
    assert_eq!(outcome.initial_q, (4.0 + 1.0 + 16.0) / 3.0);
    let mut q = outcome.initial_q;
    // each distance before its step: 2, 1, and 3 from the centre that has come to 1
    for squared in [4.0, 1.0, 9.0] {
        q = 0.75 * q + 0.25 * squared;
    }
    assert_eq!(outcome.epochs[0].q, q);
    // without a λ it is 1/l
    let settings = as_given(1, Rate::constant(0.5));
    let (_, outcome) = trained(&w, &x, WinnerTakesAll, &settings).unwrap();
    let mut q: f64 = 7.0;
    for squared in [4.0, 1.0, 9.0] {
        q = q * 2.0 / 3.0 + squared / 3.0;
    }
    assert!((outcome.epochs[0].q - q).abs() < 1e-14);
}

#[test]
fn what_an_epoch_says_of_moves_and_winners() {
    // spread: mean 5, variance 25
    let x = Matrix::from_rows(&[[0.0], [10.0]]);
    let w = Matrix::from_rows(&[[1.0], [30.0]]);
    let settings = as_given(2, Rate::constant(0.5));
    let (centres, outcome) = trained(&w, &x, WinnerTakesAll, &settings).unwrap();
    // first epoch: 1 → 0.5 → 5.25; second: → 2.625 → 6.3125
    assert_eq!(centres.as_slice(), [6.3125, 30.0]);
    let [first, second] = outcome.epochs[..] else {
        panic!("two epochs: {outcome:?}");
    };
    assert_eq!((first.number, first.of, second.number), (1, 2, 2));
    assert_eq!(first.farthest_move, 4.25 / 5.0);
    assert_eq!(second.farthest_move, 1.0625 / 5.0);
    assert_eq!((first.changed, second.changed), (1.0, 0.0));
    assert_eq!(outcome.wins, [4, 0]);
    assert_eq!(outcome.never_won(), [1]);
    assert_eq!(outcome.end, End::Completed);
}

#[test]
fn an_object_has_changed_its_winner_when_it_meets_another_than_last_time() {
    // the first object meets centre 0 at first, which leaves for the second object
    let x = Matrix::from_rows(&[[0.0], [-8.0]]);
    let w = Matrix::from_rows(&[[-1.0], [2.0]]);
    let settings = as_given(2, Rate::constant(1.0));
    let (_, outcome) = trained(&w, &x, WinnerTakesAll, &settings).unwrap();
    // 0 wins both and comes to −8; then 1 wins the first, 0 the second
    let changed: Vec<f64> = outcome.epochs.iter().map(|epoch| epoch.changed).collect();
    assert_eq!(changed, [1.0, 0.5]);
    assert_eq!(outcome.wins, [3, 1]);
}

#[test]
fn a_run_ends_when_the_observer_or_the_stopping_rule_says_so() {
    let x = normal(40, 2, 1);
    let run = |stopping: Stopping, until: usize| {
        let settings = Settings {
            stopping,
            ..as_given(30, Rate::constant(1e-3))
        };
        let mut heard = 0;
        let outcome = Codebook::new(normal(3, 2, 2))
            .compete(&x, &mut WinnerTakesAll, &settings, |epoch| {
                heard += 1;
                assert_eq!(epoch.number, heard);
                if heard == until {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
            .unwrap();
        assert_eq!(outcome.epochs.len(), heard);
        (outcome.end, heard)
    };
    assert_eq!(run(Stopping::never(), 99), (End::Completed, 30));
    assert_eq!(run(Stopping::never(), 4), (End::Stopped, 4));
    // at so small a rate nearly every object keeps its winner from the first epoch to the second
    let few = Stopping::Any(vec![Settled::Winners(0.1)]);
    assert_eq!(run(few.clone(), 99), (End::Settled, 2));
    assert_eq!(run(few, 1), (End::Stopped, 1));
    let both = vec![Settled::Winners(0.1), Settled::Centres(0.0)];
    assert_eq!(run(Stopping::All(both), 99), (End::Completed, 30));
}

#[test]
fn q_has_settled_when_an_epoch_changes_it_little() {
    let (x, w) = (normal(40, 2, 1), normal(3, 2, 2).map(|w| 3.0 * w));
    let run = |stopping| {
        let settings = Settings {
            stopping,
            ..as_given(30, Rate::constant(0.02))
        };
        trained(&w, &x, WinnerTakesAll, &settings).unwrap().1
    };
    let whole = run(Stopping::never());
    let qs: Vec<f64> = whole.epochs.iter().map(|epoch| epoch.q).collect();
    let before = std::iter::once(whole.initial_q).chain(qs.iter().copied());
    let mut changes = before
        .zip(&qs)
        .map(|(before, q)| (q - before).abs() / before);
    let settled = changes.position(|change| change <= 0.05).unwrap() + 1;
    assert!((3..28).contains(&settled), "{qs:?}");
    let outcome = run(Stopping::Any(vec![Settled::Q(0.05)]));
    assert_eq!((outcome.end, outcome.epochs.len()), (End::Settled, settled));
}

#[test]
fn settings_out_of_range_are_said_and_change_nothing() {
    let x = normal(5, 2, 1);
    let problem = |settings: Settings| {
        let error = trained(&normal(2, 2, 2), &x, WinnerTakesAll, &settings).unwrap_err();
        assert!(matches!(error, FitError::Setting(_)));
        error.to_string()
    };
    let rate = |from, schedule| problem(as_given(1, Rate::Scheduled { from, schedule }));
    assert_eq!(
        problem(as_given(0, Rate::PerCentre)),
        "epochs is 0, expected at least 1"
    );
    for from in [0.0, -0.1, 1.1, NAN] {
        assert_eq!(
            rate(from, Schedule::Constant),
            format!("rate is {from}, expected a number above 0 and at most 1")
        );
    }
    // beyond 1 a centre overshoots the object; from an inverse of a number so small the rate is none
    assert_eq!(
        rate(0.5, Schedule::Linear { last: 4.0 }),
        "rate goes from 0.5 to 2, expected at most 1"
    );
    assert_eq!(
        rate(0.5, Schedule::Inverse { last: 1e-310 }),
        "rate goes from 0.5 to NaN, expected at most 1"
    );
    assert!(rate(0.5, Schedule::Linear { last: NAN }).starts_with("schedule linear: last is NaN"));
    for lambda in [0.0, 1.5, NAN] {
        let settings = Settings {
            lambda: Some(lambda),
            ..Settings::default()
        };
        assert_eq!(
            problem(settings),
            format!("lambda is {lambda}, expected a number above 0 and at most 1")
        );
    }
    let risen = Rate::Scheduled {
        from: 0.5,
        schedule: Schedule::Linear { last: 2.0 },
    };
    assert!(trained(&normal(2, 2, 2), &x, WinnerTakesAll, &as_given(1, risen)).is_ok());
}

#[test]
fn widths_out_of_range_are_said() {
    let (x, w) = (normal(5, 2, 1), normal(2, 2, 2));
    for (from, to) in [
        (1.0, 0.0),
        (1.0, 2.0),
        (1.0, NAN),
        (NAN, 1.0),
        (f64::INFINITY, 1.0),
        // their ratio is no number
        (1e300, 1e-300),
    ] {
        let width = Width::linear(from, to);
        let said = |name| {
            let expected = "expected numbers above 0 that do not grow";
            FitError::Setting(format!("{name} goes from {from} to {to}, {expected}"))
        };
        let rule = WinnerTakesMost::new(Kernel::Gaussian, width);
        let settings = as_given(1, Rate::PerCentre);
        assert_eq!(trained(&w, &x, rule, &settings).unwrap_err(), said("width"));
        let grid = Grid::new(2, 1, Lattice::Rectangular, Surface::Planar);
        let mut map = Map::with_centres(grid, w.clone());
        let online = map.fit_online(&x, Kernel::Gaussian, width, &settings, map_goes_on);
        assert_eq!(online.unwrap_err(), said("radius"));
        let batch = Batch {
            kernel: Kernel::Gaussian,
            radius: width,
            epochs: 1,
            settling: 0,
        };
        assert_eq!(
            map.fit(&x, &batch, map_goes_on).unwrap_err(),
            said("radius")
        );
        assert_eq!(map.codebook().centres(), &w);
    }
}
