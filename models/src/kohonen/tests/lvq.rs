//! LVQ by hand, and where it goes wrong.

use super::*;
use std::collections::BTreeSet;

const WINDOW: Window = Window::published(0.3);

fn column(entries: &[f64]) -> Matrix<f64> {
    Matrix::from_vec(entries.len(), 1, entries.to_vec())
}

/// Centres and objects of one feature with their classes, trained for one epoch at η = 1/2.
fn after_an_epoch(
    centres: &[(f64, usize)],
    objects: &[(f64, usize)],
    variant: LvqVariant,
) -> (Vec<f64>, LvqOutcome) {
    let (w, classes): (Vec<f64>, Vec<usize>) = centres.iter().copied().unzip();
    let (x, labels): (Vec<f64>, Vec<usize>) = objects.iter().copied().unzip();
    let mut lvq = Lvq::with_centres(column(&w), classes);
    let settings = Settings {
        lambda: Some(0.25),
        ..as_given(1, Rate::constant(0.5))
    };
    let outcome = lvq.fit(&column(&x), &labels, variant, &settings, go_on);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.diverged, None);
    (lvq.codebook().centres().as_slice().to_vec(), outcome)
}

#[test]
fn lvq1_with_its_signed_q() {
    let (centres, outcome) = after_an_epoch(
        &[(0.0, 0), (10.0, 1)],
        &[(2.0, 0), (4.0, 1), (9.0, 1)],
        LvqVariant::Lvq1,
    );
    // 0 → 1 toward 2, → −1/2 away from 4; 10 → 9.5
    assert_eq!(centres, [-0.5, 9.5]);
    assert_eq!(outcome.outcome.initial_q, (4.0 - 16.0 + 1.0) / 3.0);
    let mut q = outcome.outcome.initial_q;
    for signed in [4.0, -9.0, 1.0] {
        q = 0.75 * q + 0.25 * signed;
    }
    assert_eq!(outcome.outcome.epochs[0].q, q);
    // 4 is nearer to 0 than to 10, but nearer to 9.5 than to −1/2 it is not either: 4.5 and 5.5
    assert_eq!(outcome.accuracies, [2.0 / 3.0, 2.0 / 3.0]);
    assert_eq!(outcome.in_window, None);
}

#[test]
fn olvq1_takes_a_rate_of_its_own_for_each_centre_which_no_error_freezes() {
    // the second centre, far away, has its own rate; the third is there so that nothing runs away
    let (centres, _) = after_an_epoch(
        &[(0.0, 0), (20.0, 1), (100.0, 1)],
        &[(1.0, 0), (2.0, 1), (1.0, 1), (0.5, 0), (19.0, 1), (2.0, 0)],
        LvqVariant::OptimisedLvq1,
    );
    let mut w = 0.0;
    // right: 1/2 → 1/3; wrong: 1/3 → 1/2; wrong: 1/2 → 1, held at 1/2; right: 1/2 → 1/3; right
    for (signed_rate, x) in [
        (0.5, 1.0),
        (-1.0 / 3.0, 2.0),
        (-0.5, 1.0),
        (0.5, 0.5),
        (1.0 / 3.0, 2.0),
    ] {
        w += signed_rate * (x - w);
    }
    assert!((centres[0] - w).abs() < 1e-14, "{centres:?} and {w}");
    assert_eq!(centres[1..], [19.5, 100.0]);
}

#[test]
fn lvq21_tests_its_window_on_distances_as_published_and_on_squares_as_lvq_pak() {
    // 4/6 lies above 0.7/1.3 = 0.54, 16/36 below it
    let (centres, objects) = ([(0.0, 0), (10.0, 1)], [(4.0, 1)]);
    let in_window = |window| {
        let (centres, outcome) = after_an_epoch(&centres, &objects, LvqVariant::Lvq21 { window });
        (centres, outcome.in_window)
    };
    // the right one by half its way, the wrong one away by half of its own difference
    let moved = (vec![-2.0, 7.0], Some(1.0));
    assert_eq!(in_window(Window::published(0.3)), moved);
    let stayed = (vec![0.0, 10.0], Some(0.0));
    assert_eq!(in_window(Window::lvq_pak(0.3)), stayed);
    // a wider one of squares: 16/36 lies above 0.6/1.4 = 0.43
    assert_eq!(in_window(Window::lvq_pak(0.4)), moved);
    assert_eq!(in_window(Window::published(0.19)), stayed);
}

#[test]
fn lvq21_moves_two_centres_only_where_just_one_of_the_nearest_is_right() {
    let variant = LvqVariant::Lvq21 { window: WINDOW };
    let still = |centres: &[(f64, usize)], objects: &[(f64, usize)]| {
        let (after, outcome) = after_an_epoch(centres, objects, variant);
        let before: Vec<f64> = centres.iter().map(|centre| centre.0).collect();
        after == before && outcome.in_window == Some(0.0)
    };
    // both right, both wrong, one centre alone
    assert!(still(&[(0.0, 0), (10.0, 0)], &[(5.0, 0)]));
    assert!(still(&[(0.0, 0), (10.0, 0)], &[(5.0, 1)]));
    assert!(still(&[(0.0, 0)], &[(5.0, 1)]));
    // the right one is the nearest or the second, the third stays
    let three = [(0.0, 0), (10.0, 1), (11.0, 0)];
    let (after, outcome) = after_an_epoch(&three, &[(4.0, 0), (5.5, 1)], variant);
    // toward 4 and away from 4: 2, 13; then 5.5 has 3.5 and 5.5 from 2 and 11: both wrong
    assert_eq!(after, [2.0, 13.0, 11.0]);
    assert_eq!(outcome.in_window, Some(0.5));
}

#[test]
fn lvq3_is_lvq21_and_moves_two_right_ones_a_little_wherever_the_object_lies() {
    let variant = LvqVariant::Lvq3 {
        window: WINDOW,
        epsilon: 0.25,
    };
    // far outside of the window: 2/8; ε η = 1/8
    let three = [(0.0, 0), (10.0, 0), (100.0, 1)];
    let (after, outcome) = after_an_epoch(&three, &[(2.0, 0)], variant);
    assert_eq!(after, [0.25, 9.0, 100.0]);
    assert_eq!(outcome.in_window, Some(0.0));
    // both wrong
    let (after, _) = after_an_epoch(&three, &[(2.0, 1)], variant);
    assert_eq!(after, [0.0, 10.0, 100.0]);
    // one right
    let (after, _) = after_an_epoch(&[(0.0, 0), (10.0, 1)], &[(4.0, 1)], variant);
    assert_eq!(after, [-2.0, 7.0]);
}

#[test]
fn windows_and_epsilons_out_of_range_are_said() {
    let mut lvq = Lvq::with_centres(column(&[0.0, 1.0]), vec![0, 1]);
    let mut problem = |variant| {
        let fitted = lvq.fit(
            &column(&[0.0, 1.0]),
            &[0, 1],
            variant,
            &Settings::default(),
            go_on,
        );
        fitted.unwrap_err().to_string()
    };
    for width in [0.0, 1.0, NAN] {
        let window = Window::lvq_pak(width);
        let said = format!("window is {width}, expected a number above 0 and below 1");
        assert_eq!(problem(LvqVariant::Lvq21 { window }), said);
        let epsilon = 0.1;
        assert_eq!(problem(LvqVariant::Lvq3 { window, epsilon }), said);
    }
    for epsilon in [0.0, 1.1, NAN] {
        let window = WINDOW;
        assert_eq!(
            problem(LvqVariant::Lvq3 { window, epsilon }),
            format!("epsilon is {epsilon}, expected a number above 0 and at most 1")
        );
    }
}

/// Two classes that overlap, one of them rare, and a centre each, on the wrong side of each other.
pub(super) fn overlapping() -> (Matrix<f64>, Vec<usize>, Lvq<f64>) {
    let noise = normal(200, 2, 3);
    let labels: Vec<usize> = (0..200).map(|i| usize::from(i % 5 == 0)).collect();
    let x = Matrix::from_fn(200, 2, |i, j| {
        noise[(i, j)] + [0.0, 1.5][labels[i]] * [1.0, 0.0][j]
    });
    let w = Matrix::from_rows(&[[0.6, 0.3], [0.5, -0.3]]);
    let lvq = Lvq::with_centres(w, vec![0, 1]);
    (x, labels, lvq)
}

#[test]
fn one_centre_a_class_runs_away_and_the_best_ones_are_restored() {
    let (x, labels, start) = overlapping();
    let variants = [
        LvqVariant::Lvq21 { window: WINDOW },
        LvqVariant::Lvq3 {
            window: WINDOW,
            epsilon: 0.2,
        },
    ];
    for variant in variants {
        let mut lvq = start.clone();
        let settings = |epochs| as_given(epochs, Rate::constant(0.02));
        let mut heard = 0;
        let outcome = lvq.fit(&x, &labels, variant, &settings(100), |_| {
            heard += 1;
            ControlFlow::Continue(())
        });
        let outcome = outcome.unwrap();
        let diverged = outcome.diverged.expect("it runs away");
        assert!(
            diverged.distance > 1.5 && diverged.epoch > 1,
            "{diverged:?}"
        );
        assert_eq!(outcome.outcome.end, End::Stopped);
        assert_eq!(heard, diverged.epoch - 1);
        // the first of the best, which is not the start
        assert_eq!(outcome.accuracies.len(), diverged.epoch);
        let best = outcome.accuracies.iter().copied().fold(0.0, f64::max);
        let first = outcome.accuracies.iter().position(|&a| a == best);
        assert_eq!(Some(diverged.restored), first);
        assert!(diverged.restored > 0, "{outcome:?}");
        assert_eq!(lvq.accuracy(&x, &labels), best);
        let mut until = start.clone();
        let run = until.fit(&x, &labels, variant, &settings(diverged.restored), go_on);
        assert_eq!(run.unwrap().diverged, None);
        assert_eq!(lvq.codebook().centres(), until.codebook().centres());
    }
    // the others stay where objects are
    for variant in [LvqVariant::Lvq1, LvqVariant::OptimisedLvq1] {
        let mut lvq = start.clone();
        let settings = as_given(100, Rate::constant(0.05));
        let outcome = lvq.fit(&x, &labels, variant, &settings, go_on).unwrap();
        assert_eq!(outcome.diverged, None, "{variant:?}");
        assert_eq!(outcome.accuracies.len(), 101);
    }
}

#[test]
fn centres_that_come_from_afar_are_not_running_away() {
    let noise = normal(50, 2, 1);
    let labels: Vec<usize> = (0..50).map(|i| i % 2).collect();
    let x = Matrix::from_fn(50, 2, |i, j| noise[(i, j)] + [-5.0, 5.0][labels[i]]);
    let w = Matrix::from_rows(&[[-50.0, 0.0], [50.0, 0.0]]);
    let mut lvq = Lvq::with_centres(w, vec![0, 1]);
    let settings = as_given(30, Rate::constant(0.05));
    let outcome = lvq
        .fit(&x, &labels, LvqVariant::Lvq1, &settings, go_on)
        .unwrap();
    assert_eq!(outcome.diverged, None);
    assert!(lvq.codebook().centres().norm() < 12.0);
    // and where there is but one object, every other place is infinitely farther out than it
    let mut lvq = Lvq::with_centres(column(&[0.0, 5.0]), vec![0, 1]);
    let outcome = lvq.fit(&column(&[1.0]), &[0], LvqVariant::Lvq1, &settings, go_on);
    assert_eq!(outcome.unwrap().diverged, None);
}

#[test]
fn a_centre_that_is_no_number_any_more_has_run_away() {
    // pushed away to infinity along one feature, then called back from there: no number
    let rows = 200;
    let x = Matrix::from_fn(rows, 2, |_, j| [1.0f32, 0.0][j]);
    let mut labels = vec![1; rows];
    for recalled in [false, true] {
        labels[rows - 1] = usize::from(!recalled);
        let w = Matrix::from_rows(&[[0.5, 0.0]]);
        let mut lvq = Lvq::with_centres(w.clone(), vec![0]);
        let settings = as_given(3, Rate::constant(1.0));
        let outcome = lvq.fit(&x, &labels, LvqVariant::Lvq1, &settings, go_on);
        let diverged = outcome.unwrap().diverged;
        let expected = Divergence {
            epoch: 1,
            centre: 0,
            distance: f64::INFINITY,
            restored: 0,
        };
        assert_eq!(diverged, Some(expected), "{recalled}");
        assert_eq!(lvq.codebook().centres(), &w);
    }
}

/// As bits, which can be counted.
fn distinct(w: &Matrix<f64>, rows: std::ops::Range<usize>) -> usize {
    let bits = |row: usize| w.row(row).iter().map(|w| w.to_bits()).collect::<Vec<_>>();
    rows.map(bits).collect::<BTreeSet<_>>().len()
}

#[test]
fn the_centres_of_a_class_begin_apart() {
    // of the 40 objects of each class most are equal, 4 differ
    let x = Matrix::from_fn(80, 2, |i, j| {
        let one = [0, 17, 41][..].iter().position(|&at| at == i % 42);
        (one.map_or(0, |one| one + 1) + 10 * (i / 42 * j)) as f64
    });
    let labels: Vec<usize> = (0..80).map(|i| i / 42).collect();
    let classes = [0..42, 42..80];
    let different = classes.map(|rows| distinct(&x, rows));
    assert_eq!(different, [4, 3]);
    for start in [LvqStart::KMeans, LvqStart::Objects] {
        for seed in 0..20 {
            let lvq = Lvq::start(&x, &labels, 3, start, seed).unwrap();
            assert_eq!(lvq.classes(), [0, 0, 0, 1, 1, 1]);
            let w = lvq.codebook().centres();
            assert_eq!((distinct(w, 0..3), distinct(w, 3..6)), (3, 3), "{start:?}");
            if start == LvqStart::Objects {
                for (w, &class) in w.row_iter().zip(lvq.classes()) {
                    let mut own = x.row_iter().zip(&labels).filter(|(_, y)| **y == class);
                    assert!(own.any(|(x, _)| x == w), "an object of the class");
                }
            }
        }
        // more centres than there are different objects: some twice
        let lvq = Lvq::start(&x, &labels, 6, start, 0).unwrap();
        assert_eq!(distinct(lvq.codebook().centres(), 0..6), 4, "{start:?}");
    }
}

#[test]
fn a_class_without_objects_is_named() {
    let x = Matrix::from_rows(&[[0.0], [1.0], [NAN]]);
    for start in [LvqStart::KMeans, LvqStart::Objects] {
        let class = |labels: [usize; 3]| match Lvq::start(&x, &labels, 1, start, 0) {
            Err(FitError::NoObjectOfClass { class }) => Some(class),
            other => other.map(|_| None).unwrap(),
        };
        assert_eq!(class([0, 2, 0]), Some(1));
        assert_eq!(class([0, 0, 1]), Some(1), "its one object has no value");
        assert_eq!(class([0, 0, usize::MAX]), Some(1));
        assert_eq!(class([0, 1, 1]), None);
    }
}

#[test]
fn on_separate_classes_every_variant_is_right_in_the_end() {
    let noise = normal(90, 2, 5);
    let labels: Vec<usize> = (0..90).map(|i| i % 3).collect();
    let x = Matrix::from_fn(90, 2, |i, j| {
        noise[(i, j)] + [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]][labels[i]][j]
    });
    for variant in [
        LvqVariant::Lvq1,
        LvqVariant::OptimisedLvq1,
        LvqVariant::Lvq21 { window: WINDOW },
        LvqVariant::Lvq3 {
            window: WINDOW,
            epsilon: 0.2,
        },
    ] {
        for start in [LvqStart::KMeans, LvqStart::Objects] {
            let mut lvq = Lvq::start(&x, &labels, 2, start, 0).unwrap();
            let settings = Settings::default();
            let outcome = lvq.fit(&x, &labels, variant, &settings, go_on).unwrap();
            assert_eq!(lvq.accuracy(&x, &labels), 1.0, "{variant:?}, {start:?}");
            assert_eq!(outcome.accuracies.last(), Some(&1.0));
            assert_eq!(outcome.diverged, None);
        }
    }
}

#[test]
#[should_panic(expected = "fit: 2 labels for objects of 3x1")]
fn as_many_labels_as_objects_are_needed() {
    let mut lvq = Lvq::with_centres(column(&[0.0, 1.0]), vec![0, 1]);
    let x = column(&[0.0, 1.0, 2.0]);
    let _ = lvq.fit(&x, &[0, 1], LvqVariant::Lvq1, &Settings::default(), go_on);
}

#[test]
#[should_panic(expected = "fit: features differ: objects of 3x1 and centres of 2x2")]
fn objects_of_other_features_are_refused() {
    let mut lvq = Lvq::with_centres(normal(2, 2, 1), vec![0, 1]);
    let (x, settings) = (column(&[0.0, 1.0, 2.0]), Settings::default());
    let _ = lvq.fit(&x, &[0, 1, 0], LvqVariant::Lvq1, &settings, go_on);
}

#[test]
fn generalised_lvq_needs_a_centre_of_each_class_and_of_another() {
    let problem = |classes: Vec<usize>, labels: &[usize]| {
        let lvq = Lvq::with_centres(column(&[0.0, 1.0]), classes);
        let criterion = Generalised::new(&lvq, &column(&[0.0, 1.0]), labels);
        criterion.err().map(|error| error.to_string())
    };
    assert_eq!(problem(vec![0, 1], &[0, 1]), None);
    assert_eq!(
        problem(vec![0, 1], &[0, 2]).unwrap(),
        "class 2: found no centre of it, expected at least 1"
    );
    assert_eq!(
        problem(vec![0, 0], &[0, 0]).unwrap(),
        "found centres of class 0 alone, expected some of another class as well"
    );
}

/// Where nobody watches, as `Lvq::fit` does, centres that run away for ever are an error, not NaN in the codebook.
#[test]
fn no_rule_leaves_a_centre_that_is_no_number() {
    /// Pushes the first centre away from whatever is shown.
    struct Pushed;

    impl Rule<f64> for Pushed {
        fn moves(&mut self, _: &Shown<'_, f64>, moves: &mut Moves<f64>) {
            moves.toward(0, -1.0);
        }
    }

    let x = column(&[0.0, 0.1]);
    let start = column(&[0.5, 9.0]);
    // twice as far away at every step
    for (epochs, runs_away) in [(10, false), (2000, true)] {
        let settings = as_given(epochs, Rate::constant(0.5));
        let mut codebook = Codebook::new(start.clone());
        let outcome = codebook.compete(&x, &mut Pushed, &settings, go_on);
        assert_eq!(outcome.err(), runs_away.then_some(FitError::Diverged));
        assert_eq!(codebook.centres() == &start, runs_away, "as they were");
    }
}
