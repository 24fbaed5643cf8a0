//! Every loss.

use super::{GradientCheck, Kind, Trial, Tried};
use unsup_autograd::{Matrix, Var};
use unsup_nn::loss::{self, Pairs, Threshold};

/// Whether every entry of y − x is farther than 0.01 from each of `kinks`.
fn differences_keep_off(kinks: &[f64], y: &Matrix<f64>, x: &Matrix<f64>) -> bool {
    let mut differences = y.as_slice().iter().zip(x.as_slice()).map(|(y, x)| y - x);
    differences.all(|r| kinks.iter().all(|kink| (r - kink).abs() > 0.01))
}

/// Whether every inner product of two rows is farther than 0.01 from `s0`.
fn inner_products_keep_off(s0: f64, x: &Matrix<f64>) -> bool {
    let products = x.matmul(&x.transpose());
    products.as_slice().iter().all(|s| (s - s0).abs() > 0.01)
}

/// A number made of a loss for each object, in which no two count alike.
fn of_unequal(each: Var<'_, f64>) -> Var<'_, f64> {
    let shape = each.shape();
    let weights = Matrix::from_fn(shape.rows(), 1, |i, _| 1.0 + i as f64);
    (each * each.tape().leaf(weights)).sum()
}

/// Logits, and targets in [0, 1].
fn logits_and_targets(trial: &mut Trial) -> [Matrix<f64>; 2] {
    let (rows, columns) = (trial.side(), trial.side());
    [
        trial.matrix(rows, columns, -4.0..4.0),
        trial.matrix(rows, columns, 0.0..1.0),
    ]
}

/// Means, logarithms of variances in each form that these may have, and objects.
fn gaussian(trial: &mut Trial) -> [Matrix<f64>; 3] {
    let (rows, columns) = (trial.side(), trial.side());
    let (vr, vc) = trial.one_of(&[(rows, columns), (1, columns), (rows, 1), (1, 1)]);
    [
        trial.matrix(rows, columns, -2.0..2.0),
        trial.matrix(vr, vc, -1.0..1.0),
        trial.matrix(rows, columns, -2.0..2.0),
    ]
}

/// A check under the name of the loss.
fn loss(name: &'static str, case: fn(&mut Trial) -> Tried) -> GradientCheck {
    GradientCheck::new(Kind::Loss, name, case)
}

/// One of each public function of `unsup_nn::loss`, under its name.
pub(super) fn checks() -> Vec<GradientCheck> {
    vec![
        loss("squared", |t| {
            let inputs = t.alike::<2>(-2.0..2.0);
            t.check(&inputs, |v| loss::squared(v[0], v[1]))
        }),
        loss("squared_of_each", |t| {
            let inputs = t.alike::<2>(-2.0..2.0);
            t.check(&inputs, |v| of_unequal(loss::squared_of_each(v[0], v[1])))
        }),
        loss("absolute", |t| {
            let [y, x] = t.alike(-2.0..2.0);
            t.keep_off(differences_keep_off(&[0.0], &y, &x))?;
            t.check(&[y, x], |v| loss::absolute(v[0], v[1]))
        }),
        loss("huber", |t| {
            let ([y, x], delta) = (t.alike(-2.0..2.0), t.number(0.2..1.5));
            // the second derivative jumps at ±δ
            t.keep_off(differences_keep_off(&[-delta, delta], &y, &x))?;
            t.check(&[y, x], |v| loss::huber(v[0], v[1], delta))
        }),
        loss("bernoulli", |t| {
            let inputs = logits_and_targets(t);
            t.check(&inputs, |v| loss::bernoulli(v[0], v[1]))
        }),
        loss("bernoulli_of_each", |t| {
            let inputs = logits_and_targets(t);
            t.check(&inputs, |v| of_unequal(loss::bernoulli_of_each(v[0], v[1])))
        }),
        loss("cross_entropy", |t| {
            // by the targets too, which need not sum to 1
            let inputs = t.alike::<2>(0.0..3.0);
            t.check(&inputs, |v| loss::cross_entropy(v[0], v[1]))
        }),
        loss("cross_entropy_of", |t| {
            let [s] = t.alike(-3.0..3.0);
            let classes = t.wholes(s.rows(), 0..s.columns());
            t.check(&[s], |v| {
                loss::cross_entropy_of(v[0], classes.iter().copied())
            })
        }),
        loss("distillation", |t| {
            // by the student alone: no gradient passes to the teacher
            let ([student, teacher], temperature) = (t.alike(-3.0..3.0), t.number(0.5..5.0));
            t.check(&[student], |v| {
                loss::distillation(v[0], v[0].tape().leaf(teacher.clone()), temperature)
            })
        }),
        loss("soft_cross_entropy", |t| {
            let (inputs, temperature) = (t.alike::<2>(-3.0..3.0), t.number(0.5..5.0));
            t.check(&inputs, |v| {
                loss::soft_cross_entropy(v[0], v[1], temperature)
            })
        }),
        loss("gaussian", |t| {
            let inputs = gaussian(t);
            t.check(&inputs, |v| loss::gaussian(v[0], v[1], v[2]))
        }),
        loss("gaussian_of_each", |t| {
            let inputs = gaussian(t);
            t.check(&inputs, |v| {
                of_unequal(loss::gaussian_of_each(v[0], v[1], v[2]))
            })
        }),
        loss("bernoulli_kl", |t| {
            let (inputs, epsilon) = (t.alike::<1>(0.05..0.95), t.number(0.02..0.5));
            t.check(&inputs, |v| loss::bernoulli_kl(v[0], epsilon))
        }),
        loss("gaussian_kl", |t| {
            let (inputs, s) = (t.alike::<2>(-1.5..1.5), t.number(0.5..2.0));
            t.check(&inputs, |v| loss::gaussian_kl(v[0], v[1], s))
        }),
        loss("relation", |t| {
            let (inputs, s0) = (t.alike::<2>(-1.2..1.2), t.number(-0.5..1.0));
            let threshold = t.one_of(&[Threshold::None, Threshold::Soft(s0), Threshold::Hard(s0)]);
            let pairs = t.one_of(&[Pairs::All, Pairs::Unordered]);
            t.keep_off(inputs.iter().all(|x| inner_products_keep_off(s0, x)))?;
            t.check(&inputs, |v| loss::relation(v[0], v[1], threshold, pairs))
        }),
    ]
}
