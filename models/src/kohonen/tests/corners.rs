//! Data at the edge of what can be trained on, for every network alike.

use super::*;
use crate::Training;

/// What a training came to.
#[derive(PartialEq, Debug)]
struct Trained<T: Real> {
    centres: Matrix<T>,
    /// Q, before and after epochs: as the squares of the features.
    q: Vec<f64>,
    /// Movements and changes, which have no unit.
    shares: Vec<f64>,
    left_out: Vec<usize>,
}

type Outcomes<T> = Vec<(String, Result<Trained<T>, FitError>)>;

fn rectangle(columns: usize, rows: usize) -> Grid {
    Grid::new(columns, rows, Lattice::Rectangular, Surface::Planar)
}

/// Every network trained on the rows of `x` from the centres `w`, one for each node of the grid. Objects and centres
/// are of two classes in turn; `unit` is that of the features.
fn every_training<T: Real>(x: &Matrix<T>, w: &Matrix<T>, grid: Grid, unit: f64) -> Outcomes<T> {
    let settings = Settings {
        epochs: 4,
        rate: Rate::linear(0.4),
        stopping: Stopping::never(),
        ..Settings::default()
    };
    let seen = |centres: &Matrix<T>, outcome: Outcome| {
        let epochs = &outcome.epochs;
        let q = epochs.iter().map(|epoch| epoch.q);
        let shares = epochs.iter().map(|e| [e.farthest_move, e.changed]);
        Trained {
            centres: centres.clone(),
            q: std::iter::once(outcome.initial_q).chain(q).collect(),
            shares: shares.flatten().collect(),
            left_out: outcome.left_out,
        }
    };
    let width = Width::linear(2.0 * unit, 0.5 * unit);
    let soft = trained(
        w,
        x,
        WinnerTakesMost::new(Kernel::Gaussian, width),
        &settings,
    );
    let gas = WinnerTakesMost::neural_gas(Width::linear(2.0, 0.1));
    let mut outcomes = vec![
        ("wta".to_owned(), trained(w, x, WinnerTakesAll, &settings)),
        ("wtm".to_owned(), soft),
        ("neural gas".to_owned(), trained(w, x, gas, &settings)),
    ];

    let labels: Vec<usize> = (0..x.rows()).map(|i| i % 2).collect();
    let window = Window::published(0.3);
    for variant in [
        LvqVariant::Lvq1,
        LvqVariant::OptimisedLvq1,
        LvqVariant::Lvq21 { window },
        LvqVariant::Lvq3 {
            window,
            epsilon: 0.2,
        },
    ] {
        let classes = (0..w.rows()).map(|y| y % 2).collect();
        let mut lvq = Lvq::with_centres(w.clone(), classes);
        let outcome = lvq.fit(x, &labels, variant, &settings, go_on);
        let outcome = outcome.map(|said| (lvq.codebook().centres().clone(), said.outcome));
        outcomes.push((format!("{variant:?}"), outcome));
    }

    let radius = Width::linear(2.0, 0.5);
    for kernel in Kernel::ALL {
        let mut map = Map::with_centres(grid, w.clone());
        let outcome = map.fit_online(x, kernel, radius, &settings, map_goes_on);
        let outcome = outcome.map(|outcome| (map.codebook().centres().clone(), outcome));
        outcomes.push((format!("online, {kernel}"), outcome));
    }
    let seen = |outcome: Result<(Matrix<T>, Outcome), FitError>| {
        outcome.map(|(centres, outcome)| seen(&centres, outcome))
    };
    let mut outcomes: Outcomes<T> = outcomes
        .into_iter()
        .map(|(method, outcome)| (method, seen(outcome)))
        .collect();

    for kernel in Kernel::ALL {
        let mut map = Map::with_centres(grid, w.clone());
        let batch = Batch {
            kernel,
            radius,
            epochs: 4,
            settling: 3,
        };
        let (mut q, mut shares) = (Vec::new(), Vec::new());
        let outcome = map.fit(x, &batch, |epoch| {
            q.push(epoch.q);
            shares.push(epoch.changed);
            ControlFlow::Continue(())
        });
        let outcome = outcome.map(|outcome| Trained {
            centres: map.codebook().centres().clone(),
            q,
            shares,
            left_out: outcome.left_out,
        });
        outcomes.push((format!("batch, {kernel}"), outcome));
    }
    outcomes
}

/// Every network trained, and all that it says is a number.
#[track_caller]
fn all_train<T: Real>(x: &Matrix<T>, w: &Matrix<T>, grid: Grid) -> Vec<(String, Trained<T>)> {
    let outcomes = every_training(x, w, grid, 1.0).into_iter();
    let outcomes: Vec<_> = outcomes
        .map(|(method, outcome)| (method, outcome.unwrap()))
        .collect();
    for (method, trained) in &outcomes {
        assert!(trained.centres.is_finite(), "{method}: {trained:?}");
        let mut numbers = trained.q.iter().chain(&trained.shares);
        assert!(numbers.all(|x| x.is_finite()), "{method}: {trained:?}");
        assert!(!trained.q.is_empty(), "{method}");
    }
    outcomes
}

/// Objects some of whose values are missing, in rows and columns of no pattern, every third one twice.
fn with_missing(rows: usize, columns: usize) -> Matrix<f64> {
    let x = normal(rows, columns, 7);
    Matrix::from_fn(rows, columns, |i, j| {
        let i = if i % 3 == 2 { i - 1 } else { i };
        if (3 * i + 5 * j) % 7 == 0 {
            NAN
        } else {
            x[(i, j)]
        }
    })
}

#[test]
fn one_missing_value_spreads_nowhere() {
    let mut x = normal(30, 3, 1);
    x[(11, 1)] = NAN;
    let grid = rectangle(3, 2);
    for (method, trained) in all_train(&x, &normal(6, 3, 2), grid) {
        assert!(trained.left_out.is_empty(), "{method}");
        let quality = Map::with_centres(grid, trained.centres).quality(&x);
        assert!(quality.quantization_error.is_finite() && quality.squared_error.is_finite());
        assert_eq!(quality.hits.iter().sum::<usize>(), 30, "{method}");
    }
}

#[test]
fn along_a_feature_that_only_one_object_has_centres_go_to_that_object_alone() {
    // the only value of the feature is where all centres are: nothing may move them along it
    let mut x = normal(20, 3, 1);
    (0..20).for_each(|i| x[(i, 2)] = if i == 5 { 0.5 } else { NAN });
    let mut w = normal(6, 3, 2);
    (0..6).for_each(|y| w[(y, 2)] = 0.5);
    for (method, trained) in all_train(&x, &w, rectangle(3, 2)) {
        for y in 0..6 {
            assert_eq!(trained.centres[(y, 2)], 0.5, "{method}");
        }
        assert_ne!(trained.centres, w, "{method}");
    }
}

#[test]
fn an_object_without_a_value_changes_no_bit_and_is_named() {
    let x = with_missing(30, 3);
    // an even number of them between, so that the others keep their classes
    let rows: Vec<&[f64]> = x.row_iter().collect();
    let without = [NAN; 3];
    let padded = [&rows[..10], &[&without, &without], &rows[10..]].concat();
    let padded = Matrix::from_rows(&padded);
    let (grid, w) = (rectangle(3, 2), normal(6, 3, 2));
    let plain = all_train(&x, &w, grid);
    for ((method, plain), (_, padded)) in plain.iter().zip(all_train(&padded, &w, grid)) {
        assert!(plain.left_out.is_empty());
        assert_eq!(padded.left_out, [10, 11], "{method}");
        assert_eq!(plain.centres, padded.centres, "{method}");
        assert_eq!(plain.q, padded.q, "{method}");
        assert_eq!(plain.shares, padded.shares, "{method}");
    }
    for start in [MapStart::Small, MapStart::Objects, MapStart::PrincipalPlane] {
        let centres = |x| {
            Map::start(x, grid, start, 3)
                .unwrap()
                .codebook()
                .centres()
                .clone()
        };
        assert_eq!(centres(&x), centres(&padded), "{start:?}");
    }
    let labels: Vec<usize> = (0..32).map(|i| i % 2).collect();
    for start in [LvqStart::KMeans, LvqStart::Objects] {
        let of = |x: &Matrix<f64>| Lvq::start(x, &labels[..x.rows()], 2, start, 3).unwrap();
        let (plain, padded) = (of(&x), of(&padded));
        assert_eq!(plain.codebook().centres(), padded.codebook().centres());
        assert!(padded.codebook().centres().is_finite());
    }
    let chosen = |x| choose_grid(x, Lattice::Rectangular, Surface::Planar).unwrap();
    assert_eq!(chosen(&x), chosen(&padded));
}

#[test]
fn an_object_without_a_value_is_passed_over_in_all_that_is_read_off() {
    let rows = [[0.0, 0.0], [NAN, NAN], [3.0, 4.0], [5.0, NAN]];
    let (x, grid) = (Matrix::from_rows(&rows), rectangle(2, 1));
    let others = Matrix::from_rows(&[rows[0], rows[2], rows[3]]);
    let w = Matrix::from_rows(&[[0.0, 0.0], [5.0, 4.0]]);
    let codebook = Codebook::new(w.clone());
    let winner = |centre, distance| Some(Winner { centre, distance });
    assert_eq!(
        codebook.winners(&x),
        [winner(0, 0.0), None, winner(1, 2.0), winner(1, 0.0)]
    );
    let quantized = codebook.quantize(&x);
    assert!(quantized.row(1).iter().all(|x| x.is_nan()));
    assert_eq!(quantized.row(3), [5.0, 4.0]);
    assert_eq!(codebook.hits(&x), [1, 2]);
    assert_eq!(codebook.squared_error(&x), 4.0 / 3.0);
    assert_eq!(codebook.quantization_error(&x), 2.0 / 3.0);
    let map = Map::with_centres(grid, w.clone());
    assert_eq!(map.quality(&x), map.quality(&others));
    assert_eq!(map.quality(&x).hits, [1, 2]);
    assert_eq!(map.density(&x, 2), map.density(&others, 2));
    let distortion = |x| map.distortion(x, Kernel::Gaussian, 1.0);
    assert_eq!(distortion(&x), distortion(&others));
    assert_eq!(map.objects_of_nodes(&x), [vec![0], vec![2, 3]]);
    assert_eq!(
        map.class_counts(&x, &[1, 1, 0, 1], 2),
        [vec![0, 1], vec![1, 1]]
    );
    let lvq = Lvq::with_centres(w, vec![0, 1]);
    assert_eq!(lvq.predict(&x), [Some(0), None, Some(1), Some(1)]);
    assert_eq!(lvq.accuracy(&x, &[0, 1, 1, 0]), 0.5);
}

/// A distance over a part of the features is enlarged as if the rest differed as much.
#[test]
fn distances_are_enlarged_for_what_is_missing() {
    let codebook = Codebook::new(Matrix::from_rows(&[[0.0; 4]]));
    let x = Matrix::from_rows(&[[3.0, NAN, NAN, NAN], [1.0, 2.0, 2.0, NAN]]);
    let distances: Vec<f64> = codebook
        .winners(&x)
        .into_iter()
        .map(|winner| winner.unwrap().distance.powi(2))
        .collect();
    for (distance, expected) in distances.into_iter().zip([36.0, 12.0]) {
        assert!((distance - expected).abs() < 1e-13, "{distance}");
    }
    // the nearest objects by the enlarged distance: 6 = 2 · 3 and √12
    let map = Map::with_centres(rectangle(1, 1), codebook.centres().clone());
    assert!((map.density(&x, 1)[0] - 12f64.sqrt()).abs() < 1e-13);
}

#[test]
fn objects_in_fewer_dimensions_than_features_are_no_trouble() {
    let grid = rectangle(3, 2);
    // a constant column
    let mut x = normal(30, 3, 1);
    (0..30).for_each(|i| x[(i, 1)] = 2.0);
    let mut w = normal(6, 3, 2);
    (0..6).for_each(|y| w[(y, 1)] = 2.0);
    for (method, trained) in all_train(&x, &w, grid) {
        for y in 0..6 {
            let w = trained.centres[(y, 1)];
            assert!((w - 2.0).abs() < 1e-14, "{method}: {w}");
        }
    }
    // one feature
    for (method, trained) in all_train(&normal(30, 1, 1), &normal(6, 1, 2), grid) {
        assert_eq!(trained.centres.shape().to_string(), "6x1", "{method}");
    }
}

#[test]
fn equal_objects_are_learned_as_the_one_that_they_are() {
    let (x, grid) = (Matrix::filled(10, 3, 0.7), rectangle(3, 2));
    // from themselves nothing moves
    let there = Matrix::filled(6, 3, 0.7);
    for (method, trained) in all_train(&x, &there, grid) {
        let difference = trained.centres.difference(&there);
        assert!(difference < 1e-15, "{method}: {difference:e}");
    }
    let w = normal(6, 3, 2);
    for (method, trained) in all_train(&x, &w, grid) {
        if method.starts_with("batch, gaussian") {
            let difference = trained.centres.difference(&there);
            assert!(difference < 1e-15, "{method}: {difference:e}");
        }
    }
    for start in [MapStart::Objects, MapStart::PrincipalPlane] {
        let map = Map::start(&x, grid, start, 0).unwrap();
        assert!(map.codebook().centres().difference(&there) < 1e-15);
    }
    let chosen = choose_grid(&x, Lattice::Rectangular, Surface::Planar).unwrap();
    assert_eq!(chosen.value.nodes(), 16); // 5 √10
}

#[test]
fn fewer_objects_than_centres_leave_the_others_dead_or_drawn_along() {
    let (grid, w) = (rectangle(3, 2), normal(6, 3, 2));
    for rows in [1, 2, 5] {
        let x = normal(rows, 3, 1);
        for (method, trained) in all_train(&x, &w, grid) {
            let hits = Codebook::new(trained.centres).hits(&x);
            assert_eq!(hits.iter().sum::<usize>(), rows, "{method}");
        }
        for start in [
            KMeansStart::PlusPlus,
            KMeansStart::GreedyPlusPlus,
            KMeansStart::RandomObjects,
        ] {
            let centres = starting_centres(&x, 6, start, 0).unwrap();
            assert_eq!(Codebook::new(centres).squared_error(&x), 0.0, "{start:?}");
        }
        let map = Map::start(&x, grid, MapStart::PrincipalPlane, 0).unwrap();
        assert!(map.codebook().centres().is_finite());
        assert!(choose_grid(&x, Lattice::Hexagonal, Surface::Torus).is_ok());
    }
}

#[test]
fn one_node_is_a_mean() {
    let x = with_missing(30, 3);
    let (grid, w) = (rectangle(1, 1), normal(1, 3, 2));
    let mean = |j: usize| {
        let column = x.row_iter().map(|x| x[j]).filter(|x| !x.is_nan());
        let (sum, count) = column.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
        sum / count
    };
    let mean = Matrix::from_fn(1, 3, |_, j| mean(j));
    for (method, trained) in all_train(&x, &w, grid) {
        if method.starts_with("batch") {
            let difference = trained.centres.difference(&mean);
            assert!(difference < 1e-14, "{method}: {difference:e}");
        }
    }
    let map = Map::start(&x, grid, MapStart::PrincipalPlane, 0).unwrap();
    assert!(map.codebook().centres().difference(&mean) < 1e-14);
    let quality = map.quality(&x);
    assert_eq!(quality.topographic_error(), 0.0);
    assert_eq!(quality.hits, [30]);
    assert!(map.u_matrix().edges.is_empty() && map.u_matrix().nodes[0].is_nan());
}

/// With all lengths multiplied by a power of two nothing is rounded otherwise.
#[test]
fn scaling_by_a_power_of_two_scales_every_result_to_the_bit() {
    fn scale<T: Real>(exponents: [i32; 3]) {
        let (x, w) = (with_missing(30, 3).cast::<T>(), normal(6, 3, 2).cast::<T>());
        let grid = rectangle(3, 2);
        for exponent in exponents {
            let unit = 2f64.powi(exponent);
            let scaled = |x: &Matrix<T>| x.map(|x| x * T::from_f64(unit));
            let plain = every_training(&x, &w, grid, 1.0);
            let large = every_training(&scaled(&x), &scaled(&w), grid, unit);
            for ((method, plain), (_, large)) in plain.into_iter().zip(large) {
                let (plain, large) = (plain.unwrap(), large.unwrap());
                assert_eq!(scaled(&plain.centres), large.centres, "{method} {exponent}");
                let q: Vec<f64> = plain.q.iter().map(|q| q * unit * unit).collect();
                assert_eq!(q, large.q, "{method} {exponent}");
                assert_eq!(plain.shares, large.shares, "{method} {exponent}");
            }
        }
    }
    scale::<f64>([-300, 1, 300]);
    scale::<f32>([-30, 1, 40]);
}

#[test]
fn what_cannot_be_trained_on_is_refused_by_all_and_changes_nothing() {
    let (grid, w) = (rectangle(3, 2), normal(6, 2, 2));
    let refused = |x: &Matrix<f64>, w: &Matrix<f64>, expected: FitError| {
        for (method, outcome) in every_training(x, w, grid, 1.0) {
            assert_eq!(outcome.unwrap_err(), expected, "{method}");
        }
    };
    let mut x = normal(9, 2, 1);
    x[(4, 1)] = f64::NEG_INFINITY;
    let infinite = FitError::Infinite {
        object: 4,
        feature: 1,
    };
    refused(&x, &w, infinite.clone());
    refused(&Matrix::filled(9, 2, NAN), &w, FitError::NoObjects);
    let x = Matrix::from_fn(9, 2, |i, j| if j == 1 { NAN } else { i as f64 });
    refused(&x, &w, FitError::NoValue { feature: 1 });
    let x = Matrix::from_fn(9, 2, |i, j| 1e160 * (i + j) as f64);
    refused(&x, &w, FitError::TooLarge { largest: 9e160 });
    let x = Matrix::from_fn(9, 2, |i, _| 1e-160 * i as f64);
    let largest = 8.0 * 1e-160;
    refused(&x, &w, FitError::TooSmall { largest });
    // the first centres so far out that all would seem equally near
    let mut far = w.clone();
    far[(3, 0)] = -1e200;
    refused(
        &normal(9, 2, 1),
        &far,
        FitError::TooLarge { largest: 1e200 },
    );

    // nor is anything begun from such objects
    let mut x = normal(9, 2, 1);
    x[(4, 1)] = f64::INFINITY;
    let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0];
    for start in [MapStart::Small, MapStart::Objects, MapStart::PrincipalPlane] {
        assert_eq!(Map::start(&x, grid, start, 0).unwrap_err(), infinite);
    }
    let centres = starting_centres(&x, 2, KMeansStart::PlusPlus, 0);
    assert_eq!(centres.unwrap_err(), infinite);
    let lvq = Lvq::start(&x, &labels, 1, LvqStart::KMeans, 0);
    assert_eq!(lvq.unwrap_err(), infinite);
    let chosen = choose_grid(&x, Lattice::Rectangular, Surface::Planar);
    assert_eq!(chosen.unwrap_err(), infinite);

    let mut codebook = Codebook::new(w.clone());
    let settings = Settings::default();
    assert!(
        codebook
            .compete(&x, &mut WinnerTakesAll, &settings, go_on)
            .is_err()
    );
    assert_eq!(codebook.centres(), &w);
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let (x, w) = (with_missing(30, 3), normal(6, 3, 2));
    let run = |seed| {
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let start = Map::start(&x, rectangle(3, 2), MapStart::Small, seed).unwrap();
        let (centres, outcome) = trained(&w, &x, WinnerTakesAll, &settings).unwrap();
        (centres, outcome, start.codebook().centres().clone())
    };
    let (first, again, other) = (run(0), run(0), run(1));
    assert_eq!(first, again);
    assert!(first.0 != other.0 && first.2 != other.2);
}

/// GLVQ, which the tape trains, leaves out what is missing as the others do.
#[test]
fn generalised_lvq_learns_from_the_values_that_are_there() {
    let noise = with_missing(60, 3);
    let labels: Vec<usize> = (0..60).map(|i| i % 2).collect();
    let x = Matrix::from_fn(60, 3, |i, j| {
        let value = noise[(i, j)] + 4.0 * labels[i] as f64;
        if i == 17 { NAN } else { value } // an object without any value
    });
    let start = Matrix::from_rows(&[[2.0, 2.5, 2.0], [2.5, 2.0, 2.5]]);
    let mut lvq = Lvq::with_centres(start, vec![1, 0]);
    let before = lvq.accuracy(&x, &labels);
    let training = Training {
        epochs: 60,
        rate: 0.1,
        ..Training::default()
    };
    let outcome = lvq.fit_generalised(&x, &labels, &training, go_on).unwrap();
    assert_eq!(outcome.left_out, [17]);
    assert!(lvq.codebook().centres().is_finite());
    let after = lvq.accuracy(&x, &labels);
    assert!(before < 0.6 && after > 0.95, "{before} {after}");
}
