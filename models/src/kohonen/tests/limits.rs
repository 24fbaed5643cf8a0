//! Where one network becomes another: exactly so.

use super::*;
use unsup_nn::classical::KMeans;

/// So narrow that every kernel is 0 but at a distance of 0.
const NARROW: f64 = 1e-300;

fn by_winner_takes_all(w: &Matrix<f64>, x: &Matrix<f64>, settings: &Settings) -> Matrix<f64> {
    trained(w, x, WinnerTakesAll, settings).unwrap().0
}

#[test]
fn soft_competition_of_no_width_is_hard_competition() {
    let (x, w) = (normal(60, 3, 1), normal(7, 3, 2));
    for settings in [
        as_given(3, Rate::linear(0.5)),
        as_given(2, Rate::PerCentre),
        Settings::default(),
    ] {
        let hard = by_winner_takes_all(&w, &x, &settings);
        assert_ne!(hard, w);
        let narrow = Width::linear(NARROW, NARROW);
        for kernel in Kernel::ALL {
            let soft = trained(&w, &x, WinnerTakesMost::new(kernel, narrow), &settings);
            assert_eq!(soft.unwrap().0, hard, "{kernel}");
        }
        let gas = trained(&w, &x, WinnerTakesMost::neural_gas(narrow), &settings);
        assert_eq!(gas.unwrap().0, hard);
    }
}

#[test]
fn without_the_winner_kept_nothing_moves_at_no_width() {
    let (x, w) = (normal(60, 3, 1), normal(7, 3, 2));
    let rule = WinnerTakesMost::new(Kernel::Gaussian, Width::linear(NARROW, NARROW));
    let settings = as_given(3, Rate::linear(0.5));
    let soft = trained(&w, &x, rule.without_kept_winner(), &settings);
    assert_eq!(soft.unwrap().0, w);
}

#[test]
fn a_map_of_no_radius_is_hard_competition() {
    let (x, w) = (normal(60, 3, 1), normal(12, 3, 2));
    for settings in [as_given(3, Rate::linear(0.5)), Settings::default()] {
        let hard = by_winner_takes_all(&w, &x, &settings);
        for (lattice, surface) in [
            (Lattice::Rectangular, Surface::Planar),
            (Lattice::Hexagonal, Surface::Torus),
        ] {
            let grid = Grid::new(3, 4, lattice, surface);
            for kernel in Kernel::ALL {
                let mut map = Map::with_centres(grid, w.clone());
                let radius = Width::linear(NARROW, NARROW);
                map.fit_online(&x, kernel, radius, &settings, map_goes_on)
                    .unwrap();
                assert_eq!(map.codebook().centres(), &hard, "{grid}, {kernel}");
            }
        }
    }
}

#[test]
fn a_batch_epoch_of_no_radius_is_a_step_of_k_means() {
    // every centre is near some objects
    let w = Matrix::from_fn(6, 2, |y, j| [3.0 * (y % 3) as f64, 4.0 * (y / 3) as f64][j]);
    let noise = normal(90, 2, 3);
    let x = Matrix::from_fn(90, 2, |i, j| w[(i % 6, j)] + noise[(i, j)]);
    let expected = KMeans::fit_from(&x, w.clone(), 1);
    assert!(
        Codebook::new(w.clone())
            .hits(&x)
            .iter()
            .all(|&hits| hits > 0)
    );
    for kernel in Kernel::ALL {
        let grid = Grid::new(3, 2, Lattice::Rectangular, Surface::Planar);
        let mut map = Map::with_centres(grid, w.clone());
        let batch = Batch {
            kernel,
            radius: Width::linear(NARROW, NARROW),
            epochs: 1,
            settling: 0,
        };
        map.fit(&x, &batch, map_goes_on).unwrap();
        let difference = map.codebook().centres().difference(expected.centres());
        assert!(difference < 1e-14, "{kernel}: {difference:e}");
    }
}

#[test]
fn with_a_rate_for_each_centre_it_is_the_mean_of_its_start_and_all_that_it_won() {
    let (x, w) = (normal(200, 3, 4), normal(5, 3, 5));
    let mut sums = w.clone();
    let mut counts = [1.0; 5];
    for x in x.row_iter() {
        // the centres so far are means
        let mean = |y: usize, j: usize| sums[(y, j)] / counts[y];
        let squared = |y: usize| (0..3).map(|j| (x[j] - mean(y, j)).powi(2)).sum::<f64>();
        let winner = (0..5).min_by(|&a, &b| squared(a).total_cmp(&squared(b)));
        let winner = winner.unwrap();
        counts[winner] += 1.0;
        (0..3).for_each(|j| sums[(winner, j)] += x[j]);
    }
    let (centres, outcome) =
        trained(&w, &x, WinnerTakesAll, &as_given(1, Rate::PerCentre)).unwrap();
    let expected = Matrix::from_fn(5, 3, |y, j| sums[(y, j)] / counts[y]);
    let difference = centres.difference(&expected);
    assert!(difference < 1e-13, "{difference:e}");
    let wins: Vec<f64> = outcome.wins.iter().map(|&wins| wins as f64 + 1.0).collect();
    assert_eq!(wins, counts);
    assert!(counts.iter().all(|&count| count > 10.0), "{counts:?}");
}
