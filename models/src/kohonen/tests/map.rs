//! The map: its start, its batch training, its measures, each where a known program is wrong or a figure is known by
//! hand.

use super::*;

fn grid(columns: usize, rows: usize, lattice: Lattice, surface: Surface) -> Grid {
    Grid::new(columns, rows, lattice, surface)
}

const PLANAR: Surface = Surface::Planar;
const RECTANGULAR: Lattice = Lattice::Rectangular;

/// The topographic errors of a map on one object whose nearest nodes are these two, each a column and a row.
fn errors(grid: Grid, nearest: (usize, usize), second: (usize, usize)) -> Vec<f64> {
    let centres = Matrix::from_fn(grid.nodes(), 1, |y, _| {
        if y == grid.node(nearest.0, nearest.1) {
            0.0
        } else if y == grid.node(second.0, second.1) {
            1.0
        } else {
            100.0 + y as f64
        }
    });
    let quality = Map::with_centres(grid, centres).quality(&Matrix::scalar(0.25));
    let errors = quality.topographic_errors;
    errors.into_iter().map(|(_, error)| error).collect()
}

#[test]
fn the_topographic_error_of_a_chain_of_three() {
    // the centres 0, 10, 4: what lies near 0 has node 2 next, across node 1
    let chain = grid(3, 1, RECTANGULAR, PLANAR);
    let centres = Matrix::from_rows(&[[0.0], [10.0], [4.0]]);
    let map = Map::with_centres(chain, centres.clone());
    let x = Matrix::from_rows(&[[1.0], [9.0], [6.0], [0.5]]);
    let quality = map.quality(&x);
    let both = [(Neighbours::Eight, 0.5), (Neighbours::Four, 0.5)];
    assert_eq!(quality.topographic_errors, both);
    assert_eq!(quality.topographic_error(), 0.5);
    assert!(quality.is_folded());
    // joined to a ring all three are neighbours
    let ring = Map::with_centres(chain.on(Surface::Torus), centres);
    assert_eq!(ring.quality(&x).topographic_error(), 0.0);
    assert!(!ring.quality(&x).is_folded());
}

#[test]
fn the_topographic_error_wraps_around_a_torus_and_not_around_a_sheet() {
    let sheet = grid(4, 3, RECTANGULAR, PLANAR);
    let torus = sheet.on(Surface::Torus);
    // of 8 neighbours and of 4, on the sheet and on the torus
    for (a, b, on_sheet, on_torus) in [
        ((0, 1), (3, 1), [1.0, 1.0], [0.0, 0.0]), // across the left and right edges
        ((2, 0), (2, 2), [1.0, 1.0], [0.0, 0.0]), // across the upper and lower ones
        ((0, 0), (3, 2), [1.0, 1.0], [0.0, 1.0]), // across a corner
        ((1, 1), (2, 2), [0.0, 1.0], [0.0, 1.0]),
        ((1, 1), (1, 2), [0.0, 0.0], [0.0, 0.0]),
        ((0, 1), (2, 1), [1.0, 1.0], [1.0, 1.0]),
        // the numbers of the nodes, 3 and 4, follow one another
        ((3, 0), (0, 1), [1.0, 1.0], [0.0, 1.0]),
    ] {
        assert_eq!(errors(sheet, a, b), on_sheet, "{a:?} {b:?}");
        assert_eq!(errors(sheet, b, a), on_sheet, "{a:?} {b:?}");
        assert_eq!(errors(torus, a, b), on_torus, "{a:?} {b:?}");
    }
}

#[test]
fn the_topographic_error_of_a_honeycomb_that_is_not_square() {
    let sheet = grid(5, 4, Lattice::Hexagonal, PLANAR);
    let torus = sheet.on(Surface::Torus);
    for (a, b, on_sheet, on_torus) in [
        // from the shifted row 1 the neighbours above and below are to the right
        ((1, 1), (2, 0), 0.0, 0.0),
        ((1, 1), (2, 2), 0.0, 0.0),
        ((1, 1), (0, 0), 1.0, 1.0),
        ((1, 1), (0, 2), 1.0, 1.0),
        // from the row 2 to the left
        ((2, 2), (1, 1), 0.0, 0.0),
        ((2, 2), (3, 1), 1.0, 1.0),
        ((2, 2), (2, 3), 0.0, 0.0),
        ((4, 1), (4, 0), 0.0, 0.0),
        ((4, 1), (0, 0), 1.0, 0.0),
        ((0, 0), (4, 3), 1.0, 0.0),
        ((0, 0), (0, 3), 1.0, 0.0),
        ((0, 0), (1, 3), 1.0, 1.0),
    ] {
        assert_eq!(errors(sheet, a, b), [on_sheet], "{a:?} {b:?}");
        assert_eq!(errors(torus, a, b), [on_torus], "{a:?} {b:?}");
    }
}

#[test]
fn the_measures_by_hand() {
    let chain = grid(3, 1, RECTANGULAR, PLANAR);
    let centres = Matrix::from_rows(&[[0.0, 0.0], [0.0, 20.0], [40.0, 0.0]]);
    let map = Map::with_centres(chain, centres);
    let x = Matrix::from_rows(&[[3.0, 4.0], [0.0, 20.0], [40.0, 1.0]]);
    let quality = map.quality(&x);
    // the distances 5, 0, 1
    assert_eq!(quality.quantization_error, 2.0);
    assert_eq!(map.codebook().quantization_error(&x), 2.0);
    assert_eq!(quality.squared_error, 26.0 / 3.0);
    assert_eq!(map.codebook().squared_error(&x), 26.0 / 3.0);
    assert_eq!(quality.hits, [1, 1, 1]);
    assert_eq!(quality.dead_nodes(), 0);
    assert_eq!(map.quality(&x.slice_rows(0..1)).dead_nodes(), 2);

    // the squared distances of the objects from the nodes
    let squared = [
        [25.0, 9.0 + 256.0, 37.0 * 37.0 + 16.0],
        [400.0, 0.0, 2000.0],
        [1601.0, 1600.0 + 361.0, 1.0],
    ];
    let weights = [1.0, 0.5, 0.0]; // triangular, radius 2, at the distances 0, 1, 2
    let mut sum = 0.0;
    for (winner, squared) in squared.iter().enumerate() {
        for (node, squared) in squared.iter().enumerate() {
            sum += weights[winner.abs_diff(node)] * squared;
        }
    }
    let distortion = map.distortion(&x, Kernel::Triangular, 2.0);
    assert!((distortion - sum / 3.0).abs() < 1e-11, "{distortion}");
    // of no radius it is the squared error
    let distortion = map.distortion(&x, Kernel::Gaussian, 1e-300);
    assert!((distortion - 26.0 / 3.0).abs() < 1e-14);
}

#[test]
fn what_is_read_off_by_hand() {
    let map = Map::with_centres(
        grid(3, 1, RECTANGULAR, PLANAR),
        Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [3.0, 10.0]]),
    );
    // mean distances of the two nearest objects, not of their squares
    let x = Matrix::from_rows(&[[0.0, 1.0], [0.0, -3.0], [3.0, 10.0], [60.0, 0.0]]);
    let density = map.density(&x, 2);
    let to_second = (f64::sqrt(18.0) + 6.0) / 2.0;
    assert_eq!(density[..2], [2.0, to_second]);
    assert_eq!(map.density(&x.slice_rows(0..1), 5)[0], 1.0, "all, if fewer");

    let u_matrix = map.u_matrix();
    assert_eq!(u_matrix.edges, [(0, 1, 5.0), (1, 2, 6.0)]);
    assert_eq!(u_matrix.nodes, [5.0, 5.5, 6.0]);
    let square = grid(2, 2, RECTANGULAR, PLANAR);
    let map = Map::with_centres(square, Matrix::from_rows(&[[0.0], [1.0], [3.0], [7.0]]));
    // no edge across a corner
    let edges = [(0, 1, 1.0), (0, 2, 3.0), (1, 3, 6.0), (2, 3, 4.0)];
    assert_eq!(map.u_matrix().edges, edges);
    let comb = Map::with_centres(
        grid(2, 2, Lattice::Hexagonal, PLANAR),
        map.codebook().centres().clone(),
    );
    // row 1 is shifted: node 2 lies below 0 and 1, node 3 below 1
    let edges = [
        (0, 1, 1.0),
        (0, 2, 3.0),
        (1, 2, 2.0),
        (1, 3, 6.0),
        (2, 3, 4.0),
    ];
    assert_eq!(comb.u_matrix().edges, edges);

    let x = Matrix::from_rows(&[[0.1], [0.2], [6.0], [8.0], [7.0], [3.0]]);
    let counts = map.class_counts(&x, &[0, 1, 2, 2, 0, 1], 3);
    assert_eq!(counts, [[1, 1, 0], [0, 0, 0], [0, 1, 0], [1, 0, 2]]);
    let majorities: Vec<Option<usize>> = counts.iter().map(|c| majority(c)).collect();
    assert_eq!(majorities, [Some(0), None, Some(1), Some(2)]);
    assert_eq!(node_majority_accuracy(&counts), 4.0 / 6.0);
}

#[test]
fn a_component_plane_is_correlated_with_a_class_by_the_objects_of_its_nodes() {
    let map = Map::with_centres(
        grid(3, 1, RECTANGULAR, PLANAR),
        Matrix::from_rows(&[[0.0, 1.0, 5.0], [1.0, 0.0, 5.0], [9.0, 4.0, 5.0]]),
    );
    // shares of class 1: 0 and 1; the third node has no object, so its centre says nothing
    let counts = vec![vec![3, 0], vec![0, 1], vec![0, 0]];
    let correlations = map.correlation_with_class(&counts, 1);
    assert!((correlations[0] - 1.0).abs() < 1e-15 && (correlations[1] + 1.0).abs() < 1e-15);
    assert!(correlations[2].is_nan(), "a constant plane");
    // shares 0, 1/2, 1 with the weights 2, 2, 1; by hand: means 2.2 and 0.4
    let counts = vec![vec![2, 0], vec![1, 1], vec![0, 1]];
    let correlation = map.correlation_with_class(&counts, 1)[0];
    let (ab, aa, bb): (f64, f64, f64) = (5.6, 58.8, 0.7);
    let expected = ab / (aa * bb).sqrt();
    assert!(
        (correlation - expected).abs() < 1e-14,
        "{correlation} {expected}"
    );
}

/// Four objects at mean ± 10 √2 v₁ and mean ± 3 √2 v₂: standard deviations 10 and 3.
fn along_two_axes(mean: [f64; 3], axes: [[f64; 3]; 2]) -> Matrix<f64> {
    Matrix::from_fn(4, 3, |i, j| {
        let length = [10.0, 3.0][i / 2] * 2f64.sqrt() * [1.0, -1.0][i % 2];
        mean[j] + length * axes[i / 2][j]
    })
}

#[test]
fn the_principal_plane_spans_two_deviations_each_way_around_the_mean() {
    let mean = [100.0, -50.0, 7.0];
    let axes = [[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]];
    let x = along_two_axes(mean, axes);
    for (columns, rows, lattice, first_along_rows) in [
        (5, 3, RECTANGULAR, true),
        (3, 5, RECTANGULAR, false),
        (4, 4, RECTANGULAR, true),
        // rows of a honeycomb are closer: 9 of them are less high than 8 columns are wide
        (8, 9, Lattice::Hexagonal, true),
        (8, 10, Lattice::Hexagonal, false),
    ] {
        let grid = grid(columns, rows, lattice, PLANAR);
        let map = Map::start(&x, grid, MapStart::PrincipalPlane, 0).unwrap();
        let expected = Matrix::from_fn(grid.nodes(), 3, |node, j| {
            let (m, h) = grid.place(node);
            let along = 2.0 * m as f64 / (columns - 1) as f64 - 1.0;
            let across = 2.0 * h as f64 / (rows - 1) as f64 - 1.0;
            let (u, v) = if first_along_rows {
                (along, across)
            } else {
                (across, along)
            };
            mean[j] + 20.0 * u * axes[0][j] + 6.0 * v * axes[1][j]
        });
        let difference = map.codebook().centres().difference(&expected);
        assert!(difference < 1e-12, "{grid}: {difference:e}");
    }
}

#[test]
fn other_starts_are_as_the_slide_says_and_objects() {
    let (x, grid) = (
        normal(40, 3, 1).map(|x| 9.0 + x),
        grid(5, 4, RECTANGULAR, PLANAR),
    );
    let small = Map::start(&x, grid, MapStart::Small, 1).unwrap();
    let (least, most) = small
        .codebook()
        .centres()
        .as_slice()
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &w| {
            (least.min(w), most.max(w))
        });
    // from −1/40 to 1/40
    assert!(
        (-0.025..-0.02).contains(&least) && (0.02..0.025).contains(&most),
        "{least} {most}"
    );
    let objects = Map::start(&x, grid, MapStart::Objects, 1).unwrap();
    let hits = Codebook::new(x.clone()).hits(objects.codebook().centres());
    assert_eq!(hits.iter().filter(|&&hits| hits == 1).count(), 20);
    assert_eq!(
        Codebook::new(x).squared_error(objects.codebook().centres()),
        0.0
    );
}

/// Objects some of whose values are missing.
fn with_missing() -> Matrix<f64> {
    let x = normal(80, 3, 1);
    Matrix::from_fn(
        80,
        3,
        |i, j| if (i + 2 * j) % 9 == 0 { NAN } else { x[(i, j)] },
    )
}

#[test]
fn a_batch_map_that_has_settled_stays() {
    for (x, lattice, surface) in [
        (normal(80, 3, 1), RECTANGULAR, PLANAR),
        (with_missing(), Lattice::Hexagonal, Surface::Torus),
    ] {
        let start = Map::start(&x, grid(5, 4, lattice, surface), MapStart::Objects, 0).unwrap();
        for kernel in Kernel::ALL {
            for epochs in [1, 5] {
                let batch = Batch {
                    kernel,
                    radius: Width::linear(2.5, 0.8),
                    epochs,
                    settling: usize::MAX,
                };
                let mut map = start.clone();
                let outcome = map.fit(&x, &batch, map_goes_on).unwrap();
                assert_eq!((outcome.end, outcome.last_radius), (End::Settled, 0.8));
                let settled = map.codebook().centres().clone();
                let further = Batch {
                    kernel,
                    radius: Width::linear(0.8, 0.8),
                    epochs: 3,
                    settling: 0,
                };
                map.fit(&x, &further, map_goes_on).unwrap();
                assert_eq!(map.codebook().centres(), &settled, "{kernel} {epochs}");
            }
        }
    }
}

/// Winners that stay while the radius shrinks are no sign that the centres do.
#[test]
fn a_batch_map_has_not_settled_before_it_was_at_its_last_radius() {
    // far apart: each object keeps its node at either radius
    let x = Matrix::from_rows(&[[0.0], [100.0]]);
    let mut map = Map::with_centres(grid(2, 1, RECTANGULAR, PLANAR), x.clone());
    let batch = Batch {
        kernel: Kernel::Gaussian,
        radius: Width::linear(0.5, 0.1),
        epochs: 1,
        settling: 9,
    };
    let outcome = map.fit(&x, &batch, map_goes_on).unwrap();
    assert_eq!((outcome.end, outcome.epochs), (End::Settled, 3));
    let weight = Kernel::Gaussian.at(1.0, 0.1);
    let expected = [100.0 * weight, 100.0].map(|sum| sum / (1.0 + weight));
    let difference = map
        .codebook()
        .centres()
        .difference(&Matrix::from_vec(2, 1, expected.into()));
    assert!(difference < 1e-14, "{difference:e}");
}

#[test]
fn what_a_batch_training_says_of_its_epochs() {
    let x = normal(80, 3, 1);
    let start = Map::start(&x, grid(5, 4, RECTANGULAR, PLANAR), MapStart::default(), 0).unwrap();
    let batch = Batch {
        kernel: Kernel::Gaussian,
        radius: Width::linear(3.0, 1.0),
        epochs: 5,
        settling: 2,
    };
    let (mut map, mut before) = (start.clone(), start.clone());
    let mut radii = Vec::new();
    let outcome = map.fit(&x, &batch, |epoch| {
        radii.push(epoch.radius);
        assert_eq!((epoch.number, epoch.of), (radii.len(), 7));
        // Q of the centres with which the epoch began
        let q = before.codebook().squared_error(&x);
        assert!((epoch.q - q).abs() < 1e-12, "{} and {q}", epoch.q);
        let winners = |map: &Map<f64>| -> Vec<usize> {
            let winners = map.codebook().winners(&x).into_iter();
            winners.map(|winner| winner.unwrap().centre).collect()
        };
        if epoch.number == 1 {
            assert_eq!(epoch.changed, 1.0);
        }
        let (old, new) = (winners(&before), winners(&epoch.map()));
        let changes = old.iter().zip(&new).filter(|(a, b)| a != b).count();
        before = epoch.map();
        assert_eq!(epoch.quality(), before.quality(&x));
        if changes == 0 && epoch.number == 4 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let outcome = outcome.unwrap();
    assert_eq!(radii[..5], [3.0, 2.5, 2.0, 1.5, 1.0]);
    assert!(radii[5..].iter().all(|&radius| radius == 1.0));
    assert_eq!(outcome.last_radius, 1.0);
    assert_eq!(map.codebook().centres(), before.codebook().centres());

    let mut stopped = start.clone();
    let outcome = stopped.fit(&x, &batch, |epoch| {
        if epoch.number == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let outcome = outcome.unwrap();
    assert_eq!(
        (outcome.end, outcome.epochs, outcome.last_radius),
        (End::Stopped, 2, 2.5)
    );
    assert_ne!(stopped.codebook().centres(), start.codebook().centres());
    let none = Batch { epochs: 0, ..batch };
    assert_eq!(
        stopped.fit(&x, &none, map_goes_on).unwrap_err().to_string(),
        "epochs is 0, expected at least 1"
    );
}

#[test]
fn what_an_online_training_says_of_its_epochs() {
    let x = normal(40, 3, 1);
    let mut map = Map::start(&x, grid(4, 3, RECTANGULAR, PLANAR), MapStart::default(), 0).unwrap();
    let settings = Settings {
        epochs: 4,
        stopping: Stopping::never(),
        ..Settings::default()
    };
    let (mut radii, mut qs, mut last) = (Vec::new(), Vec::new(), None);
    let outcome = map.fit_online(
        &x,
        Kernel::Gaussian,
        Width::linear(3.0, 1.0),
        &settings,
        |epoch| {
            radii.push(epoch.radius);
            qs.push(epoch.q);
            last = Some(epoch.map());
            ControlFlow::Continue(())
        },
    );
    let outcome = outcome.unwrap();
    assert_eq!(radii, [2.5, 2.0, 1.5, 1.0]);
    assert_eq!(
        qs,
        outcome
            .epochs
            .iter()
            .map(|epoch| epoch.q)
            .collect::<Vec<_>>()
    );
    assert_eq!(last.unwrap().codebook().centres(), map.codebook().centres());
}

#[test]
fn a_sheet_unfolds_over_a_square() {
    let mut random = generator(4, "test", 0);
    let x = Matrix::from_fn(400, 2, |_, _| {
        rand::RngExt::random_range(&mut random, 0.0..1.0)
    });
    for start in [MapStart::Small, MapStart::Objects, MapStart::PrincipalPlane] {
        let mut map = Map::start(&x, grid(8, 8, RECTANGULAR, PLANAR), start, 0).unwrap();
        let radius = choose_radius(map.grid(), Kernel::Gaussian).value;
        let batch = Batch {
            kernel: Kernel::Gaussian,
            radius,
            epochs: 20,
            settling: 20,
        };
        map.fit(&x, &batch, map_goes_on).unwrap();
        let quality = map.quality(&x);
        assert!(quality.topographic_error() < 0.05, "{start:?}: {quality:?}");
        // a node of 64 stands for a square of side 1/8: mean distance 0.38/8, and the rim is drawn in
        assert!(quality.quantization_error < 0.07, "{start:?}: {quality:?}");
        // nodes at random places are no map
        let centres = map.codebook().centres();
        let mut order: Vec<usize> = (0..64).collect();
        unsup_autograd::random::shuffle(&mut order, &mut generator(0, "test", 0));
        let shuffled = Map::with_centres(map.grid(), centres.select_rows(&order));
        assert!(shuffled.quality(&x).topographic_error() > 0.7);
        assert!(shuffled.quality(&x).is_folded());
    }
}

#[test]
fn the_size_that_is_chosen_follows_the_data() {
    let choose = |x: &Matrix<f64>, lattice, surface| choose_grid(x, lattice, surface).unwrap();
    let x = along_two_axes([0.0; 3], [[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]);
    let x = x.select_rows(&[0, 1, 2, 3].repeat(25));
    // 50 nodes, sides as 10 to 3: √(50 · 0.3) = 3.9
    let chosen = choose(&x, RECTANGULAR, PLANAR);
    assert_eq!(chosen.value, grid(13, 4, RECTANGULAR, PLANAR));
    assert_eq!(
        chosen.why,
        "about 5 √100 = 50 nodes; the data spread 3.3 times as far along their first principal axis as along the second"
    );
    // rows of a honeycomb are closer: √(50 · 0.3/0.87) = 4.2
    let chosen = choose(&x, Lattice::Hexagonal, PLANAR);
    assert_eq!(chosen.value, grid(13, 4, Lattice::Hexagonal, PLANAR));
    // an odd number of rows does not close to a torus
    let flat = x.map(|x| x).select_rows(&[0, 1, 0, 1, 0, 1]);
    let chosen = choose(&flat, Lattice::Hexagonal, Surface::Torus);
    assert_eq!(chosen.value.rows(), 2);
    let chosen = choose(&flat, RECTANGULAR, PLANAR);
    assert_eq!((chosen.value.columns(), chosen.value.rows()), (13, 1));
    assert!(
        chosen
            .why
            .ends_with("the data spread along one axis alone, so the map is a chain")
    );
    // never more than can be read
    let many = Matrix::from_fn(300_000, 2, |i, j| [i % 600, i / 600][j] as f64);
    assert!(choose(&many, RECTANGULAR, PLANAR).value.nodes() <= 2600);

    let radius =
        |columns, kernel| choose_radius(grid(columns, 4, RECTANGULAR, PLANAR), kernel).value;
    assert_eq!(radius(20, Kernel::Gaussian), Width::linear(10.0, 1.0));
    assert_eq!(radius(20, Kernel::Triangular), Width::linear(10.0, 2.0));
    assert_eq!(radius(2, Kernel::Epanechnikov), Width::linear(2.0, 2.0));
}

#[test]
#[should_panic(expected = "map: 5 centres for the 6 nodes of 3x2 rectangular")]
fn the_rule_of_another_grid_is_refused() {
    let rule = MapRule {
        grid: grid(3, 2, RECTANGULAR, PLANAR),
        kernel: Kernel::Gaussian,
        radius: Width::linear(1.0, 1.0),
    };
    let _ = trained(
        &normal(5, 2, 1),
        &normal(9, 2, 2),
        rule,
        &as_given(1, Rate::PerCentre),
    );
}

#[test]
#[should_panic(expected = "map: centres of 5x2 for the 6 nodes of 3x2 rectangular")]
fn centres_for_another_grid_are_refused() {
    Map::with_centres(grid(3, 2, RECTANGULAR, PLANAR), normal(5, 2, 1));
}

#[test]
#[should_panic(expected = "codebook: an entry of the centres, 2x2, is not finite")]
fn centres_that_are_not_finite_are_refused() {
    Codebook::new(normal(2, 2, 1)).set_centres(Matrix::from_rows(&[[0.0, 1.0], [NAN, 0.0]]));
}

#[test]
#[should_panic(expected = "compete: features differ: objects of 9x3 and centres of 2x2")]
fn objects_of_other_features_are_refused() {
    let _ = trained(
        &normal(2, 2, 1),
        &normal(9, 3, 1),
        WinnerTakesAll,
        &Settings::default(),
    );
}
