//! Kohonen's networks: a step written by hand is half a step against the tape's gradient of what it is said to lower.

use super::{config, matrix};
use proptest::prelude::*;
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Tape, Var};
use unsup_models::kohonen::{
    Codebook, Grid, Kernel, Lattice, Lvq1, MapRule, Moves, Order, Rate, Rule, Settings, Shown,
    Stopping, Surface, Teacher, Width, WinnerTakesAll, WinnerTakesMost,
};

/// A rule that passes over all objects but the first.
struct First<R>(R);

impl<R: Rule<f64>> Rule<f64> for First<R> {
    fn moves(&mut self, shown: &Shown<'_, f64>, moves: &mut Moves<f64>) {
        if shown.object == 0 {
            self.0.moves(shown, moves);
        }
    }
}

/// An object (1 x features), each value missing with one chance in four but never all, and so many centres.
fn object_and_centres(
    centres: impl Strategy<Value = usize>,
) -> impl Strategy<Value = (Matrix<f64>, Matrix<f64>)> {
    (centres, 1..6usize)
        .prop_flat_map(|(centres, features)| {
            (
                matrix(1, features, -2.0..2.0),
                proptest::collection::vec(0..4usize, features),
                matrix(centres, features, -2.0..2.0),
            )
        })
        .prop_map(|(x, chances, w)| {
            let missing = |j: usize| chances[j] == 0 && chances.iter().any(|&chance| chance > 0);
            let value = |i, j| if missing(j) { f64::NAN } else { x[(i, j)] };
            (Matrix::from_fn(1, x.columns(), value), w)
        })
}

/// w' − w after the one step in which x is shown at the rate η.
fn step(x: &Matrix<f64>, w: &Matrix<f64>, rule: impl Rule<f64>, rate: f64) -> Matrix<f64> {
    // a second object, so that no feature is without a value
    let objects = Matrix::from_fn(2, x.columns(), |i, j| if i == 0 { x[(0, j)] } else { 0.5 });
    let settings = Settings {
        epochs: 1,
        rate: Rate::constant(rate),
        order: Order::AsGiven,
        stopping: Stopping::never(),
        ..Settings::default()
    };
    let mut codebook = Codebook::new(w.clone());
    let go_on = |_: &_| ControlFlow::Continue(());
    codebook
        .compete(&objects, &mut First(rule), &settings, go_on)
        .unwrap();
    Matrix::from_fn(w.rows(), w.columns(), |y, j| {
        codebook.centres()[(y, j)] - w[(y, j)]
    })
}

/// −η/2 times the gradient by w of a criterion of the squared distances ρ²(x, w_y), centres x 1.
fn half_step<F>(x: &Matrix<f64>, w: &Matrix<f64>, rate: f64, criterion: F) -> Matrix<f64>
where
    F: for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>,
{
    let tape = Tape::new();
    let present = tape.leaf(x.map(|x| f64::from(u8::from(!x.is_nan()))));
    let x = tape.leaf(x.map(|x| if x.is_nan() { 0.0 } else { x }));
    let w = tape.leaf(w.clone());
    let squared_distances = ((x - w) * present).square().row_sums();
    let gradients = criterion(squared_distances).backward([w]);
    let gradient = gradients.of(w).expect("the criterion depends on w");
    gradient.map(|g| -0.5 * rate * g)
}

/// Σ_y K_y ρ²(x, w_y), the K_y held constant.
fn weighted<'t>(squared_distances: Var<'t, f64>, weights: &[f64]) -> Var<'t, f64> {
    let weights = Matrix::from_vec(weights.len(), 1, weights.to_vec());
    let weights = squared_distances.tape().leaf(weights).stop_gradient();
    (squared_distances * weights).sum()
}

fn squared_distances(x: &Matrix<f64>, w: &Matrix<f64>) -> Vec<f64> {
    let squared_distance = |w: &[f64]| -> f64 {
        let pairs = x.row(0).iter().zip(w).filter(|(x, _)| !x.is_nan());
        pairs.map(|(x, w)| (x - w).powi(2)).sum()
    };
    w.row_iter().map(squared_distance).collect()
}

/// The centres in the order of their distances.
fn ranking(distances: &[f64]) -> Vec<usize> {
    let mut ranking: Vec<usize> = (0..distances.len()).collect();
    ranking.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    ranking
}

/// Fails if they differ by more than rounding; both are of the order of 1.
fn agree(step: &Matrix<f64>, half_step: &Matrix<f64>) -> Result<(), TestCaseError> {
    let difference = step.difference(half_step);
    prop_assert!(
        difference < 1e-13,
        "{difference:e}: {step:?} and {half_step:?}"
    );
    Ok(())
}

fn kernel() -> impl Strategy<Value = Kernel> {
    proptest::sample::select(Kernel::ALL.to_vec())
}

/// Rectangular and hexagonal, planar and torus, square and not.
fn grid() -> impl Strategy<Value = Grid> {
    (1..6usize, 1..6usize, any::<bool>(), any::<bool>()).prop_map(
        |(columns, rows, hexagonal, torus)| {
            let lattice = [Lattice::Rectangular, Lattice::Hexagonal][usize::from(hexagonal)];
            let surface = [Surface::Planar, Surface::Torus][usize::from(torus)];
            let odd = usize::from(!Grid::closes(rows, lattice, surface));
            Grid::new(columns, rows + odd, lattice, surface)
        },
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn winner_takes_all((x, w) in object_and_centres(1..8usize), rate in 0.01..1.0) {
        let half_step = half_step(&x, &w, rate, |d| d.transpose().row_min());
        agree(&step(&x, &w, WinnerTakesAll, rate), &half_step)?;
    }

    #[test]
    fn lvq1(
        (x, w) in object_and_centres(1..8usize),
        classes in proptest::collection::vec(0..2usize, 8),
        rate in 0.01..1.0,
    ) {
        let winner = ranking(&squared_distances(&x, &w))[0];
        let sign = if classes[winner] == 1 { 1.0 } else { -1.0 };
        let half_step = half_step(&x, &w, rate, |d| d.transpose().row_min() * sign);
        let teacher = Teacher { classes: &classes[..w.rows()], labels: &[1, 1] };
        agree(&step(&x, &w, Lvq1::new(teacher), rate), &half_step)?;
    }

    #[test]
    fn winner_takes_most(
        (x, w) in object_and_centres(1..8usize),
        kernel in kernel(),
        width in 0.2..5.0,
        rate in 0.01..1.0,
        winner_kept in any::<bool>(),
    ) {
        let distances = squared_distances(&x, &w);
        let mut weights: Vec<f64> = distances.iter().map(|&d| kernel.at(d, width)).collect();
        let mut rule = WinnerTakesMost::new(kernel, Width::linear(width, width));
        if winner_kept {
            weights[ranking(&distances)[0]] = 1.0;
        } else {
            rule = rule.without_kept_winner();
        }
        let half_step = half_step(&x, &w, rate, |d| weighted(d, &weights));
        agree(&step(&x, &w, rule, rate), &half_step)?;
    }

    #[test]
    fn neural_gas((x, w) in object_and_centres(1..30usize), width in 0.2..5.0, rate in 0.01..1.0) {
        let mut weights = vec![0.0; w.rows()];
        for (rank, y) in ranking(&squared_distances(&x, &w)).into_iter().enumerate() {
            weights[y] = f64::exp(-(rank as f64) / width);
        }
        let half_step = half_step(&x, &w, rate, |d| weighted(d, &weights));
        let rule = WinnerTakesMost::neural_gas(Width::linear(width, width));
        agree(&step(&x, &w, rule, rate), &half_step)?;
    }

    #[test]
    fn map(
        (grid, (x, w)) in grid().prop_flat_map(|grid| (Just(grid), object_and_centres(Just(grid.nodes())))),
        kernel in kernel(),
        radius in 0.2..5.0,
        rate in 0.01..1.0,
    ) {
        let winner = ranking(&squared_distances(&x, &w))[0];
        let weights: Vec<f64> = (0..grid.nodes())
            .map(|y| kernel.at(grid.squared_distance(winner, y), radius))
            .collect();
        let half_step = half_step(&x, &w, rate, |d| weighted(d, &weights));
        let rule = MapRule { grid, kernel, radius: Width::linear(radius, radius) };
        agree(&step(&x, &w, rule, rate), &half_step)?;
    }
}
