//! Kohonen's networks. Generalised LVQ has a criterion like other networks; of the others a step that is written by
//! hand is half a step against the tape's gradient of what it is said to lower.

use super::{GradientCheck, Kind, Trial, Tried};
use std::ops::ControlFlow;
use unsup_autograd::{Matrix, Tape, Var};
use unsup_models::kohonen::{
    Codebook, Generalised, Grid, Kernel, Lattice, Lvq, Lvq1, MapRule, Moves, Order, Rate, Rule,
    Settings, Shown, Stopping, Surface, Teacher, Width, WinnerTakesAll, WinnerTakesMost,
};
use unsup_nn::train::{Batch, Criterion};

/// Of the method that is trained by the tape.
pub(super) fn criteria() -> Vec<GradientCheck> {
    vec![GradientCheck::new(Kind::Criterion, "generalised LVQ", generalised).of(&["lvq"])]
}

/// Which centres are the nearest is found before the tape, so there is no kink. The criterion's value is the mean over
/// objects of (d⁺ − d⁻)/(d⁺ + d⁻), computed beside it in a few lines.
fn generalised(t: &mut Trial) -> Tried {
    let (rows, columns, further) = (t.whole(1..6), t.side(), t.whole(0..5));
    let present = t.matrix(rows, columns, -2.0..2.0);
    // a value in every row and in every column stays
    let x = Matrix::from_fn(rows, columns, |i, j| {
        let missing = t.flag() && i > 0 && j > 0;
        if missing { f64::NAN } else { present[(i, j)] }
    });
    let labels = t.wholes(rows, 0..3);
    let classes = [vec![0, 1, 2], t.wholes(further, 0..3)].concat();
    let lvq = Lvq::with_centres(t.matrix(3 + further, columns, -2.0..2.0), classes);
    let criterion = Generalised::new(&lvq, &x, &labels).expect("every object has a value");
    t.check_criterion(&lvq, &criterion)?;

    let tape = Tape::new();
    let rows: Vec<usize> = (0..x.rows()).collect();
    let value = criterion.terms(&lvq, &Batch::new(&tape, &rows, 0, 0))[0]
        .value
        .item();
    t.small(
        (value - mean_relative_distance(&lvq, &x, &labels)).abs(),
        1e-12,
    )
}

/// The mean over objects of (d⁺ − d⁻)/(d⁺ + d⁻).
fn mean_relative_distance(lvq: &Lvq<f64>, x: &Matrix<f64>, labels: &[usize]) -> f64 {
    let centres = lvq.codebook().centres();
    let relative = |i: usize| {
        let [mut right, mut wrong] = [f64::INFINITY; 2];
        let object = Matrix::from_vec(1, x.columns(), x.row(i).to_vec());
        for (squared, &class) in squared_distances(&object, centres)
            .into_iter()
            .zip(lvq.classes())
        {
            let nearest = if class == labels[i] {
                &mut right
            } else {
                &mut wrong
            };
            *nearest = nearest.min(squared);
        }
        (right - wrong) / (right + wrong)
    };
    (0..x.rows()).map(relative).sum::<f64>() / x.rows() as f64
}

/// Of the methods whose steps are written by hand.
pub(super) fn steps() -> Vec<GradientCheck> {
    let step = |name: &'static str, methods, case: fn(&mut Trial) -> Tried| {
        GradientCheck::new(Kind::Step, name, case).of(methods)
    };
    vec![
        step("the winner takes all", &["wta"], winner_takes_all),
        step("the winner takes most", &["wtm"], winner_takes_most),
        step("neural gas", &["wtm"], neural_gas),
        step("LVQ1", &["lvq"], lvq1),
        step("the map", &["som"], map),
    ]
}

fn winner_takes_all(t: &mut Trial) -> Tried {
    let centres = t.whole(1..8);
    let ((x, w), rate) = (object_and_centres(t, centres), t.number(0.01..1.0));
    let half_step = half_step(&x, &w, rate, |d| d.transpose().row_min());
    agree(t, &step(&x, &w, WinnerTakesAll, rate), &half_step)
}

fn lvq1(t: &mut Trial) -> Tried {
    let centres = t.whole(1..8);
    let ((x, w), rate) = (object_and_centres(t, centres), t.number(0.01..1.0));
    let classes = t.wholes(centres, 0..2);
    let winner = ranking(&squared_distances(&x, &w))[0];
    let sign = if classes[winner] == 1 { 1.0 } else { -1.0 };
    let half_step = half_step(&x, &w, rate, |d| d.transpose().row_min() * sign);
    let teacher = Teacher {
        classes: &classes,
        labels: &[1, 1],
    };
    agree(t, &step(&x, &w, Lvq1::new(teacher), rate), &half_step)
}

fn winner_takes_most(t: &mut Trial) -> Tried {
    let centres = t.whole(1..8);
    let ((x, w), rate) = (object_and_centres(t, centres), t.number(0.01..1.0));
    let (kernel, width) = (t.one_of(&Kernel::ALL), t.number(0.2..5.0));
    let distances = squared_distances(&x, &w);
    let mut weights: Vec<f64> = distances.iter().map(|&d| kernel.at(d, width)).collect();
    let mut rule = WinnerTakesMost::new(kernel, Width::linear(width, width));
    if t.flag() {
        weights[ranking(&distances)[0]] = 1.0;
    } else {
        rule = rule.without_kept_winner();
    }
    let half_step = half_step(&x, &w, rate, |d| weighted(d, &weights));
    agree(t, &step(&x, &w, rule, rate), &half_step)
}

fn neural_gas(t: &mut Trial) -> Tried {
    let centres = t.whole(1..30);
    let ((x, w), rate) = (object_and_centres(t, centres), t.number(0.01..1.0));
    let width = t.number(0.2..5.0);
    let mut weights = vec![0.0; w.rows()];
    for (rank, y) in ranking(&squared_distances(&x, &w)).into_iter().enumerate() {
        weights[y] = f64::exp(-(rank as f64) / width);
    }
    let half_step = half_step(&x, &w, rate, |d| weighted(d, &weights));
    let rule = WinnerTakesMost::neural_gas(Width::linear(width, width));
    agree(t, &step(&x, &w, rule, rate), &half_step)
}

fn map(t: &mut Trial) -> Tried {
    let grid = grid(t);
    let ((x, w), rate) = (object_and_centres(t, grid.nodes()), t.number(0.01..1.0));
    let (kernel, radius) = (t.one_of(&Kernel::ALL), t.number(0.2..5.0));
    let winner = ranking(&squared_distances(&x, &w))[0];
    let weight = |y| kernel.at(grid.squared_distance(winner, y), radius);
    let weights: Vec<f64> = (0..grid.nodes()).map(weight).collect();
    let half_step = half_step(&x, &w, rate, |d| weighted(d, &weights));
    let radius = Width::linear(radius, radius);
    agree(
        t,
        &step(
            &x,
            &w,
            MapRule {
                grid,
                kernel,
                radius,
            },
            rate,
        ),
        &half_step,
    )
}

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
fn object_and_centres(t: &mut Trial, centres: usize) -> (Matrix<f64>, Matrix<f64>) {
    let features = t.whole(1..6);
    let (x, w) = (
        t.matrix(1, features, -2.0..2.0),
        t.matrix(centres, features, -2.0..2.0),
    );
    let chances = t.wholes(features, 0..4);
    let missing = |j: usize| chances[j] == 0 && chances.iter().any(|&chance| chance > 0);
    let value = |i, j| if missing(j) { f64::NAN } else { x[(i, j)] };
    (Matrix::from_fn(1, features, value), w)
}

/// Rectangular and hexagonal, planar and torus, square and not.
fn grid(t: &mut Trial) -> Grid {
    let (columns, rows) = (t.whole(1..6), t.whole(1..6));
    let lattice = t.one_of(&[Lattice::Rectangular, Lattice::Hexagonal]);
    let surface = t.one_of(&[Surface::Planar, Surface::Torus]);
    let odd = usize::from(!Grid::closes(rows, lattice, surface));
    Grid::new(columns, rows + odd, lattice, surface)
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
    let outcome = codebook.compete(&objects, &mut First(rule), &settings, |_| {
        ControlFlow::Continue(())
    });
    outcome.expect("the objects can be trained on");
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

/// ρ²(x, w_y) over the values that x has, for each centre.
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
fn agree(t: &mut Trial, step: &Matrix<f64>, half_step: &Matrix<f64>) -> Tried {
    t.small(step.difference(half_step), 1e-13)
}
