//! Every loss.

use super::{alike, check, config, matrix};
use proptest::prelude::*;
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

proptest! {
    #![proptest_config(config())]

    #[test]
    fn squared(inputs in alike(2, -2.0..2.0)) {
        check(&inputs, |v| loss::squared(v[0], v[1]))?;
        check(&inputs, |v| of_unequal(loss::squared_of_each(v[0], v[1])))?;
    }

    #[test]
    fn absolute(inputs in alike(2, -2.0..2.0)) {
        prop_assume!(differences_keep_off(&[0.0], &inputs[0], &inputs[1]));
        check(&inputs, |v| loss::absolute(v[0], v[1]))?;
    }

    #[test]
    fn huber(inputs in alike(2, -2.0..2.0), delta in 0.2..1.5) {
        // the second derivative jumps at ±δ
        prop_assume!(differences_keep_off(&[-f64::abs(delta), delta], &inputs[0], &inputs[1]));
        check(&inputs, |v| loss::huber(v[0], v[1], delta))?;
    }

    #[test]
    fn bernoulli((s, x) in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| {
        (matrix(r, c, -4.0..4.0), matrix(r, c, 0.0..1.0))
    })) {
        let inputs = [s, x];
        check(&inputs, |v| loss::bernoulli(v[0], v[1]))?;
        check(&inputs, |v| of_unequal(loss::bernoulli_of_each(v[0], v[1])))?;
    }

    #[test]
    fn cross_entropy(inputs in alike(2, 0.0..3.0)) {
        // by the targets too, which need not sum to 1
        check(&inputs, |v| loss::cross_entropy(v[0], v[1]))?;
    }

    #[test]
    fn cross_entropy_of((s, classes) in (1..5usize, 1..5usize).prop_flat_map(|(r, c)| {
        (matrix(r, c, -3.0..3.0), proptest::collection::vec(0..c, r))
    })) {
        check(&[s], |v| loss::cross_entropy_of(v[0], classes.iter().copied()))?;
    }

    #[test]
    fn distillation(inputs in alike(2, -3.0..3.0), temperature in 0.5..5.0) {
        // by the student alone: no gradient passes to the teacher
        let teacher = inputs[1].clone();
        check(&inputs[..1], |v| loss::distillation(v[0], v[0].tape().leaf(teacher.clone()), temperature))?;
    }

    #[test]
    fn soft_cross_entropy(inputs in alike(2, -3.0..3.0), temperature in 0.5..5.0) {
        check(&inputs, |v| loss::soft_cross_entropy(v[0], v[1], temperature))?;
    }

    #[test]
    fn gaussian(
        (mean, x, v) in (1..5usize, 1..5usize, 0..4usize).prop_flat_map(|(r, c, stretch)| {
            let (vr, vc) = [(r, c), (1, c), (r, 1), (1, 1)][stretch];
            (matrix(r, c, -2.0..2.0), matrix(r, c, -2.0..2.0), matrix(vr, vc, -1.0..1.0))
        })
    ) {
        let inputs = [mean, v, x];
        check(&inputs, |v| loss::gaussian(v[0], v[1], v[2]))?;
        check(&inputs, |v| of_unequal(loss::gaussian_of_each(v[0], v[1], v[2])))?;
    }

    #[test]
    fn bernoulli_kl(inputs in alike(1, 0.05..0.95), epsilon in 0.02..0.5) {
        check(&inputs, |v| loss::bernoulli_kl(v[0], epsilon))?;
    }

    #[test]
    fn gaussian_kl(inputs in alike(2, -1.5..1.5), s in 0.5..2.0) {
        check(&inputs, |v| loss::gaussian_kl(v[0], v[1], s))?;
    }

    #[test]
    fn relation(inputs in alike(2, -1.2..1.2), s0 in -0.5..1.0, kind in 0..3usize, all in any::<bool>()) {
        let threshold = [Threshold::None, Threshold::Soft(s0), Threshold::Hard(s0)][kind];
        prop_assume!(inputs.iter().all(|x| inner_products_keep_off(s0, x)));
        let pairs = if all { Pairs::All } else { Pairs::Unordered };
        check(&inputs, |v| loss::relation(v[0], v[1], threshold, pairs))?;
    }
}
