//! Losses. One scale everywhere: the sum over features, the mean over objects; in squared units or in nats.
//!
//! | | loss | for |
//! |---|---|---|
//! | what is predicted | [`squared`], [`absolute`], [`huber`] | numbers |
//! | | [`gaussian`] | numbers, their variance learned too |
//! | | [`bernoulli`] | numbers in \[0, 1\], from logits |
//! | | [`cross_entropy_of`], [`cross_entropy`], [`distillation`], [`soft_cross_entropy`] | classes, from logits: known, as probabilities, of a teacher, of one that learns too |
//! | what a code is like | [`bernoulli_kl`] | mean activations near ε |
//! | | [`gaussian_kl`] | a distribution of codes near N(0, s² I) |
//! | pairs of objects | [`relation`] | inner products |
//!
//! All take values of l x n (objects x features) and give 1x1; [`squared_of_each`], [`bernoulli_of_each`] and
//! [`gaussian_of_each`] give l x 1, the loss of each object. Losses from logits never take the logarithm of what was
//! rounded to 0.

use unsup_autograd::{Real, Tape, Var};

/// (1/l) Σᵢ ‖yᵢ − xᵢ‖²
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn squared<'t, T: Real>(y: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    check("squared", y, x);
    y.squared_distance(x) * (1.0 / y.shape().rows() as f64)
}

/// ‖yᵢ − xᵢ‖² of each object, l x 1.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn squared_of_each<'t, T: Real>(y: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    check("squared", y, x);
    (y - x).square().row_sums()
}

/// (1/l) Σᵢⱼ |yᵢⱼ − xᵢⱼ|, with derivative 0 where the two are equal.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn absolute<'t, T: Real>(y: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    check("absolute", y, x);
    mean_over_objects((y - x).abs())
}

/// (1/l) Σᵢⱼ h(yᵢⱼ − xᵢⱼ) with h(r) = r²/2 where |r| ≤ δ, and δ (|r| − δ/2) beyond: Huber (1964), "Robust estimation of
/// a location parameter". (Mind the half: near 0 it is half of [`squared`].)
///
/// # Panics
/// If the shapes differ, or δ is not above 0.
#[track_caller]
pub fn huber<'t, T: Real>(y: Var<'t, T>, x: Var<'t, T>, delta: f64) -> Var<'t, T> {
    check("huber", y, x);
    assert!(
        delta > 0.0,
        "huber: δ is {delta}, expected a number above 0"
    );
    // with c = r held within ±δ both cases are c (r − c/2)
    let r = y - x;
    let c = r.clamp(-delta, delta);
    mean_over_objects(c * (r - c * 0.5))
}

/// −(1/l) Σᵢⱼ (xᵢⱼ ln pᵢⱼ + (1 − xᵢⱼ) ln (1 − pᵢⱼ)) with p = σ(logits): the cross-entropy of Bernoulli variables, in
/// nats, for x in \[0, 1\].
///
/// Written in the logits s it is ln (1 + eˢ) − x s, which neither overflows nor takes the logarithm of 0.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn bernoulli<'t, T: Real>(logits: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    mean_over_objects(bernoulli_entries(logits, x))
}

/// [`bernoulli`] of each object, l x 1.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn bernoulli_of_each<'t, T: Real>(logits: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    bernoulli_entries(logits, x).row_sums()
}

#[track_caller]
fn bernoulli_entries<'t, T: Real>(logits: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    check("bernoulli", logits, x);
    logits.bernoulli(x)
}

/// −(1/l) Σᵢⱼ tᵢⱼ ln pᵢⱼ with p = softmax(logits): the cross-entropy of the classes' probabilities t (each row sums to
/// 1), in nats.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn cross_entropy<'t, T: Real>(logits: Var<'t, T>, targets: Var<'t, T>) -> Var<'t, T> {
    check("cross_entropy", logits, targets);
    -mean_over_objects(targets * logits.row_log_softmax())
}

/// −(1/l) Σᵢ ln pᵢ,ₖ₍ᵢ₎ with p = softmax(logits) and k(i) the class of object i: [`cross_entropy`] where the classes
/// are known.
///
/// # Panics
/// If there is not one class for each object, or one is not among the logits' columns.
#[track_caller]
pub fn cross_entropy_of<'t, T: Real>(
    logits: Var<'t, T>,
    classes: impl IntoIterator<Item = usize>,
) -> Var<'t, T> {
    let (objects, columns) = (logits.shape().rows(), logits.shape().columns());
    let (mut count, mut unknown) = (0, None);
    let targets = logits.tape().leaf_with(objects, columns, |targets| {
        targets.as_mut_slice().fill(T::ZERO);
        for class in classes {
            if class >= columns {
                unknown = Some(class);
            } else if count < objects {
                targets[(count, class)] = T::ONE;
            }
            count += 1;
        }
    });
    assert!(
        count == objects,
        "cross_entropy_of: {count} classes for logits of {}",
        logits.shape()
    );
    if let Some(class) = unknown {
        panic!("cross_entropy_of: class {class} for logits of {columns} classes");
    }
    cross_entropy(logits, targets)
}

/// T² times the [`cross_entropy`] of softmax(teacher/T) by softmax(logits/T): a student learns a teacher's
/// distribution, softened by the temperature T. The factor keeps the gradient's size when T changes. No gradient passes
/// to the teacher.
///
/// Source: Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network", section 2.
///
/// # Panics
/// If the shapes differ, or T is not above 0.
#[track_caller]
pub fn distillation<'t, T: Real>(
    logits: Var<'t, T>,
    teacher: Var<'t, T>,
    temperature: f64,
) -> Var<'t, T> {
    soft_cross_entropy(logits, teacher.stop_gradient(), temperature)
}

/// [`distillation`] with a gradient to both: where student and teacher learn together, the teacher may learn to be one
/// that can be imitated.
///
/// # Panics
/// If the shapes differ, or T is not above 0.
#[track_caller]
// lecture: distill soft
pub fn soft_cross_entropy<'t, T: Real>(
    logits: Var<'t, T>,
    teacher: Var<'t, T>,
    temperature: f64,
) -> Var<'t, T> {
    check("soft_cross_entropy", logits, teacher);
    assert!(
        temperature > 0.0,
        "soft_cross_entropy: the temperature is {temperature}, expected a number above 0"
    );
    let targets = (teacher * (1.0 / temperature)).row_softmax();
    cross_entropy(logits * (1.0 / temperature), targets) * temperature.powi(2)
}
// lecture: end

/// −(1/l) Σᵢⱼ ln N(xᵢⱼ; μᵢⱼ, exp vᵢⱼ) = (1/l) Σᵢⱼ ½ (ln 2π + v + (x − μ)² e⁻ᵛ), in nats: how unlikely x is under normal
/// variables whose logarithms of variances v are learned. v is of x's shape, a row (one for each feature), a column or
/// a number.
///
/// # Panics
/// If the shapes of μ and x differ, or v does not stretch to it.
#[track_caller]
pub fn gaussian<'t, T: Real>(
    mean: Var<'t, T>,
    log_variance: Var<'t, T>,
    x: Var<'t, T>,
) -> Var<'t, T> {
    mean_over_objects(gaussian_entries(mean, log_variance, x))
}

/// [`gaussian`] of each object, l x 1.
///
/// # Panics
/// As [`gaussian`].
#[track_caller]
pub fn gaussian_of_each<'t, T: Real>(
    mean: Var<'t, T>,
    log_variance: Var<'t, T>,
    x: Var<'t, T>,
) -> Var<'t, T> {
    gaussian_entries(mean, log_variance, x).row_sums()
}

#[track_caller]
fn gaussian_entries<'t, T: Real>(
    mean: Var<'t, T>,
    log_variance: Var<'t, T>,
    x: Var<'t, T>,
) -> Var<'t, T> {
    check("gaussian", mean, x);
    let ln_2_pi = (2.0 * std::f64::consts::PI).ln();
    let v = log_variance.expand_to(x.shape());
    (v + (x - mean).square() * (-v).exp() + ln_2_pi) * 0.5
}

/// Σⱼ KL(ε‖ρⱼ), where ρⱼ = (1/l) Σᵢ fⱼ(xᵢ) is the mean activation of code unit j **over the batch** and
/// KL(ε‖ρ) = ε ln (ε/ρ) + (1 − ε) ln ((1 − ε)/(1 − ρ)), in nats: codes in (0, 1) that are mostly near 0.
///
/// It is infinite where a unit is 0, or 1, for every object.
///
/// Source: Ng (2011), "Sparse autoencoder", CS294A lecture notes, section 3.
///
/// # Panics
/// If ε is not in (0, 1).
#[track_caller]
pub fn bernoulli_kl<T: Real>(activations: Var<'_, T>, epsilon: f64) -> Var<'_, T> {
    assert!(
        epsilon > 0.0 && epsilon < 1.0,
        "bernoulli_kl: ε is {epsilon}, expected one in (0, 1)"
    );
    let rho = activations.column_means();
    // −(entropy of ε), of which there is one for each unit
    let constant = epsilon * epsilon.ln() + (1.0 - epsilon) * (1.0 - epsilon).ln();
    let kl = constant - rho.ln() * epsilon - (1.0 - rho).ln() * (1.0 - epsilon);
    kl.sum()
}

/// (1/l) Σᵢ KL(N(μᵢ, diag exp vᵢ) ‖ N(0, s² I)) = (1/l) Σᵢⱼ ½ ((e^v + μ²)/s² − 1 − v + ln s²), in nats.
///
/// Source: Kingma, Welling (2013), "Auto-encoding variational Bayes", appendix B, there with s = 1.
///
/// # Panics
/// If the shapes differ, or s is not above 0.
#[track_caller]
pub fn gaussian_kl<'t, T: Real>(mean: Var<'t, T>, log_variance: Var<'t, T>, s: f64) -> Var<'t, T> {
    check("gaussian_kl", mean, log_variance);
    assert!(s > 0.0, "gaussian_kl: s is {s}, expected a number above 0");
    let spread = (log_variance.exp() + mean.square()) * s.powi(-2);
    mean_over_objects((spread - log_variance + (2.0 * s.ln() - 1.0)) * 0.5)
}

/// The function through which [`relation`] sees an inner product s.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Threshold {
    /// s
    None,
    /// (s − s₀)₊, as the lecture.
    Soft(f64),
    /// s where s ≥ t, else 0, as the paper; the jump has no derivative.
    Hard(f64),
}

impl Threshold {
    // lecture: relational threshold
    fn apply<T: Real>(self, s: Var<'_, T>) -> Var<'_, T> {
        match self {
            Threshold::None => s,
            Threshold::Soft(s0) => (s - s0).relu(),
            Threshold::Hard(t) => s * (1.0 - (t - s).step()),
        }
    }
    // lecture: end
}

/// Over which pairs of a batch's objects [`relation`] goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairs {
    /// i < j, as the lecture.
    Unordered,
    /// All i and j, the diagonal too, as the paper.
    All,
}

/// The mean over pairs of (σ(yᵢ·yⱼ) − σ(xᵢ·xⱼ))²: are objects related to one another as their reconstructions are?
///
/// (A mean over pairs where the lecture has a sum, so that it does not grow with the batch. A batch of one object has
/// no pair i < j, and the loss is then 0.)
///
/// Source: Meng, Catchpoole, Skillicorn, Kennedy (2017), "Relational autoencoder for feature extraction".
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn relation<'t, T: Real>(
    y: Var<'t, T>,
    x: Var<'t, T>,
    threshold: Threshold,
    pairs: Pairs,
) -> Var<'t, T> {
    check("relation", y, x);
    // lecture: relational pairs
    let relations = |x: Var<'t, T>| threshold.apply(x.matmul_nt(x));
    let differences = (relations(y) - relations(x)).square();
    match pairs {
        Pairs::All => differences.mean(),
        Pairs::Unordered => {
            let l = x.shape().rows();
            let count = (l * (l - 1) / 2).max(1);
            (differences * above_diagonal(x.tape(), l)).sum() * (1.0 / count as f64)
        }
    }
    // lecture: end
}

/// \[i < j\], l x l.
fn above_diagonal<T: Real>(tape: &Tape<T>, l: usize) -> Var<'_, T> {
    tape.leaf_with(l, l, |above| {
        for i in 0..l {
            for j in 0..l {
                above[(i, j)] = if i < j { T::ONE } else { T::ZERO };
            }
        }
    })
}

/// The sum of all entries over the number of rows.
fn mean_over_objects<T: Real>(x: Var<'_, T>) -> Var<'_, T> {
    x.sum() * (1.0 / x.shape().rows() as f64)
}

#[track_caller]
fn check<T: Real>(name: &str, y: Var<'_, T>, x: Var<'_, T>) {
    let (y, x) = (y.shape(), x.shape());
    assert!(y == x, "{name}: shapes differ: {y} and {x}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::random::{generator, standard_normal};
    use unsup_autograd::{Matrix, Tape};

    fn near(found: f64, expected: f64) {
        let error = (found - expected).abs() / expected.abs().max(1.0);
        assert!(error < 1e-12, "{found} for {expected}");
    }

    /// Two matrices of l x n on a tape.
    fn two(tape: &Tape<f64>) -> (Var<'_, f64>, Var<'_, f64>) {
        let y = tape.leaf(Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]));
        let x = tape.leaf(Matrix::from_rows(&[[0.5, 4.0], [3.0, 2.0]]));
        (y, x) // differences 0.5, −2, 0, 2
    }

    #[test]
    fn losses_of_numbers_are_sums_over_features_and_means_over_objects() {
        let tape = Tape::new();
        let (y, x) = two(&tape);
        assert_eq!(squared(y, x).item(), (0.25 + 4.0 + 0.0 + 4.0) / 2.0);
        assert_eq!(absolute(y, x).item(), (0.5 + 2.0 + 0.0 + 2.0) / 2.0);
        // δ = 1: 0.125 inside, 1 · (2 − 0.5) beyond
        assert_eq!(huber(y, x, 1.0).item(), (0.125 + 1.5 + 0.0 + 1.5) / 2.0);
        assert_eq!(huber(y, x, 100.0).item(), 0.5 * squared(y, x).item());
    }

    #[test]
    fn bernoulli_is_the_cross_entropy_and_stays_finite() {
        let tape = Tape::new();
        let p: f64 = 0.8;
        let logits = tape.leaf(Matrix::filled(1, 2, (p / (1.0 - p)).ln()));
        let x = tape.leaf(Matrix::from_rows(&[[1.0, 0.25]]));
        let expected = -p.ln() - 0.25 * p.ln() - 0.75 * (1.0 - p).ln();
        near(bernoulli(logits, x).item(), expected);
        let logits = tape.leaf(Matrix::from_rows(&[[1000.0, -1000.0]]));
        assert_eq!(bernoulli(logits, x).item(), 0.0 + 250.0);
    }

    #[test]
    fn cross_entropy_of_classes_and_of_probabilities_agree_and_stay_finite() {
        let tape = Tape::new();
        let logits = tape.leaf(Matrix::from_rows(&[
            [0.0, 2f64.ln(), 5f64.ln()],
            [1e4, -1e4, 0.0],
        ]));
        // the first row's probabilities are 1/8, 2/8, 5/8
        near(cross_entropy_of(logits, [1, 0]).item(), 4f64.ln() / 2.0);
        near(
            cross_entropy_of(logits, [1, 1]).item(),
            (4f64.ln() + 2e4) / 2.0,
        );
        let targets = tape.leaf(Matrix::from_rows(&[[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]));
        let expected = 0.5 * (8f64.ln() + 4f64.ln()) / 2.0;
        near(cross_entropy(logits, targets).item(), expected);
    }

    #[test]
    #[should_panic(expected = "cross_entropy_of: class 2 for logits of 2 classes")]
    fn a_class_that_is_not_there_is_refused() {
        let tape = Tape::<f64>::new();
        cross_entropy_of(tape.filled(1, 2, 0.0), [2]);
    }

    #[test]
    fn distillation_is_the_cross_entropy_at_a_temperature_and_its_gradient_keeps_its_size() {
        let tape = Tape::new();
        let student = tape.leaf(Matrix::from_rows(&[[0.3, -0.2, 0.5]]));
        let teacher = tape.leaf(Matrix::from_rows(&[[1.0, 0.0, -1.0]]));
        let t = 2.0;
        let soft = |logits: [f64; 3]| {
            let exponentials = logits.map(|s| (s / t).exp());
            let sum: f64 = exponentials.iter().sum();
            exponentials.map(|e| e / sum)
        };
        let (p, q) = (soft([1.0, 0.0, -1.0]), soft([0.3, -0.2, 0.5]));
        let expected: f64 = p.iter().zip(q).map(|(p, q)| -p * q.ln()).sum();
        near(distillation(student, teacher, t).item(), t * t * expected);
        // for a large T the gradient is (z − v)/N, both logits centred (the paper's eq. 4)
        let hot = distillation(student, teacher, 1e4).backward([student]);
        let centred = [0.3 - 0.2, -0.2 - 0.2, 0.5 - 0.2];
        for (j, (z, v)) in centred.into_iter().zip([1.0, 0.0, -1.0]).enumerate() {
            assert!((hot[student][(0, j)] - (z - v) / 3.0).abs() < 1e-3);
        }
        let gradients = distillation(student, teacher, t).backward([teacher]);
        assert!(gradients.of(teacher).is_none());
    }

    #[test]
    fn gaussian_is_the_negative_logarithm_of_the_density() {
        let tape = Tape::new();
        let (mean, x) = two(&tape);
        let density = |x: f64, mean: f64, variance: f64| {
            (-(x - mean).powi(2) / (2.0 * variance)).exp()
                / (2.0 * std::f64::consts::PI * variance).sqrt()
        };
        let entries = |variances: [f64; 4]| {
            let (mean, x) = (mean.value(), x.value());
            let pairs = mean.as_slice().iter().zip(x.as_slice());
            let logarithms = pairs.zip(variances);
            logarithms
                .map(|((&m, &x), v)| -density(x, m, v).ln())
                .sum::<f64>()
                / 2.0
        };
        let number = tape.leaf(Matrix::scalar(0.7f64.ln()));
        near(gaussian(mean, number, x).item(), entries([0.7; 4]));
        let row = tape.leaf(Matrix::from_rows(&[[0.7f64.ln(), 3f64.ln()]]));
        near(gaussian(mean, row, x).item(), entries([0.7, 3.0, 0.7, 3.0]));
        let column = tape.leaf(Matrix::from_rows(&[[0.7f64.ln()], [3f64.ln()]]));
        near(
            gaussian(mean, column, x).item(),
            entries([0.7, 0.7, 3.0, 3.0]),
        );
    }

    #[test]
    fn bernoulli_kl_is_of_the_mean_over_the_batch_and_0_at_epsilon() {
        let tape = Tape::new();
        let activations = tape.leaf(Matrix::from_rows(&[[0.0, 0.9], [0.1, 0.3]]));
        let kl = |eps: f64, rho: f64| {
            eps * (eps / rho).ln() + (1.0 - eps) * ((1.0 - eps) / (1.0 - rho)).ln()
        };
        near(
            bernoulli_kl(activations, 0.2).item(),
            kl(0.2, 0.05) + kl(0.2, 0.6),
        );
        let at = tape.leaf(Matrix::from_rows(&[[0.1], [0.3]]));
        assert!(bernoulli_kl(at, 0.2).item().abs() < 1e-15);
        let dead = tape.leaf(Matrix::zeros(2, 1));
        assert_eq!(bernoulli_kl(dead, 0.2).item(), f64::INFINITY);
    }

    #[test]
    fn gaussian_kl_is_the_mean_of_the_densities_log_ratio() {
        let tape = Tape::new();
        let (mean, log_variance, s) = (0.7, -0.5, 1.3);
        let kl = gaussian_kl(
            tape.leaf(Matrix::scalar(mean)),
            tape.leaf(Matrix::scalar(log_variance)),
            s,
        );
        let mut random = generator(0, "test", 0);
        let draws = 200_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..draws {
            let eps = standard_normal(&mut random);
            let z = mean + f64::exp(0.5 * log_variance) * eps;
            let ratio = -0.5 * (eps * eps + log_variance) + 0.5 * (z * z / (s * s)) + f64::ln(s);
            sum += ratio;
            squares += ratio * ratio;
        }
        let estimate = sum / f64::from(draws);
        let error = ((squares / f64::from(draws) - estimate.powi(2)) / f64::from(draws)).sqrt();
        assert!(
            (kl.item() - estimate).abs() < 4.0 * error,
            "{} {estimate} ± {error}",
            kl.item()
        );
        let prior = gaussian_kl(
            tape.filled(3, 2, 0.0),
            tape.filled(3, 2, 2.0 * 1.3f64.ln()),
            1.3,
        );
        assert!(prior.item().abs() < 1e-15);
    }

    #[test]
    fn relation_is_the_double_loop() {
        let (l, n) = (5, 3);
        let mut random = generator(1, "test", 0);
        let mut sample = || Matrix::from_fn(l, n, |_, _| standard_normal(&mut random));
        let (y, x) = (sample(), sample());
        let inner = |x: &Matrix<f64>, i: usize, j: usize| -> f64 {
            x.row(i).iter().zip(x.row(j)).map(|(a, b)| a * b).sum()
        };
        let tape = Tape::new();
        let found = |threshold, pairs| {
            relation(tape.leaf(y.clone()), tape.leaf(x.clone()), threshold, pairs).item()
        };
        for threshold in [Threshold::None, Threshold::Soft(0.4), Threshold::Hard(0.4)] {
            let sigma = |s: f64| match threshold {
                Threshold::None => s,
                Threshold::Soft(s0) => (s - s0).max(0.0),
                Threshold::Hard(t) => {
                    if s >= t {
                        s
                    } else {
                        0.0
                    }
                }
            };
            let (mut all, mut above) = (0.0, 0.0);
            for i in 0..l {
                for j in 0..l {
                    let difference = sigma(inner(&y, i, j)) - sigma(inner(&x, i, j));
                    all += difference.powi(2);
                    above += if i < j { difference.powi(2) } else { 0.0 };
                }
            }
            near(found(threshold, Pairs::All), all / 25.0);
            near(found(threshold, Pairs::Unordered), above / 10.0);
        }
        let one = tape.leaf(Matrix::filled(1, 2, 3.0));
        let none = relation(one, one * 2.0, Threshold::None, Pairs::Unordered);
        assert_eq!(none.item(), 0.0);
        // the hard threshold keeps what lies on it
        let on = tape.leaf(Matrix::scalar(2.0));
        let kept = relation(on, tape.filled(1, 1, 0.0), Threshold::Hard(4.0), Pairs::All);
        assert_eq!(kept.item(), 16.0);
    }

    #[test]
    #[should_panic(expected = "squared: shapes differ: 2x3 and 1x3")]
    fn a_row_does_not_stretch_in_a_loss() {
        let tape = Tape::<f64>::new();
        let _ = squared(tape.filled(2, 3, 0.0), tape.filled(1, 3, 0.0));
    }
}
