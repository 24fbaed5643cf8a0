//! Penalties: what is added to a loss so that of several solutions a simpler one is found.
//!
//! | penalty | of |
//! |---|---|
//! | [`l1`], [`l2`], and over a whole network [`l1_of_weights`], [`l2_of_weights`] | weights: a plain sum |
//! | [`l1_of_codes`], [`l2_of_codes`] | codes: the sum over units, the mean over objects |
//! | [`jacobian_of_layer`], [`jacobian`], [`jacobian_estimate`] | an encoder: how much a code moves when its object does |
//! | [`gradient_squared`], [`gradient_to_one`] | a function with one value: how steep it is at its objects |

use crate::{Dense, Module, Path};
use rand::Rng;
use unsup_autograd::{Real, Tape, Var};

/// Σ |w|, with derivative 0 at 0.
pub fn l1<T: Real>(weights: Var<'_, T>) -> Var<'_, T> {
    weights.abs().sum()
}

/// Σ w², the squared norm.
pub fn l2<T: Real>(weights: Var<'_, T>) -> Var<'_, T> {
    weights.square().sum()
}

/// Σ |w| over all parameters of a network but its biases, which are the fields of that name.
pub fn l1_of_weights<'t, T: Real>(tape: &'t Tape<T>, network: &dyn Module<T>) -> Var<'t, T> {
    over_weights(tape, network, l1)
}

/// Σ w² over all parameters of a network but its biases, which are the fields of that name.
pub fn l2_of_weights<'t, T: Real>(tape: &'t Tape<T>, network: &dyn Module<T>) -> Var<'t, T> {
    over_weights(tape, network, l2)
}

fn over_weights<'t, T: Real>(
    tape: &'t Tape<T>,
    network: &dyn Module<T>,
    penalty: impl Fn(Var<'t, T>) -> Var<'t, T>,
) -> Var<'t, T> {
    let mut sum = None;
    network.visit(Path::ROOT, &mut |path, param| {
        if !path.is_last("bias") {
            let of_this = penalty(param.on(tape));
            sum = Some(sum.map_or(of_this, |sum| sum + of_this));
        }
    });
    sum.unwrap_or_else(|| tape.filled(1, 1, 0.0))
}

/// (1/l) Σᵢⱼ |zᵢⱼ| for codes of l x m: most units are 0.
pub fn l1_of_codes<T: Real>(z: Var<'_, T>) -> Var<'_, T> {
    l1(z) * (1.0 / z.shape().rows() as f64)
}

/// (1/l) Σᵢⱼ zᵢⱼ² for codes of l x m.
pub fn l2_of_codes<T: Real>(z: Var<'_, T>) -> Var<'_, T> {
    l2(z) * (1.0 / z.shape().rows() as f64)
}

/// (1/l) Σᵢ ‖J_f(xᵢ)‖² of a layer f(x) = σ(x A + a), from its values z = f(x) (l x m) in closed form:
/// Σ_d Σⱼ (α_dj σ′ⱼ)² = Σⱼ σ′ⱼ² Σ_d α_dj², where for the sigmoid σ′ⱼ = fⱼ (1 − fⱼ).
///
/// Source: Rifai, Vincent, Muller, Glorot, Bengio (2011), "Contractive auto-encoders", there for the sigmoid.
///
/// # Panics
/// If z has not as many columns as the layer has outputs, or the layer's activation has no [slope](crate::Activation::slope_at).
#[track_caller]
// lecture: contractive closed form
pub fn jacobian_of_layer<'t, T: Real>(layer: &Dense<T>, z: Var<'t, T>) -> Var<'t, T> {
    assert!(
        z.shape().columns() == layer.outputs(),
        "jacobian_of_layer: values of {} from a layer of {} outputs",
        z.shape(),
        layer.outputs()
    );
    let weights = layer.weight().on(z.tape()).square().column_sums(); // Σ_d α_dj², 1 x m
    let slopes = layer.activation().slope_at(z).square().column_sums(); // Σᵢ σ′ᵢⱼ², 1 x m
    (slopes * weights).sum() * (1.0 / z.shape().rows() as f64)
}
// lecture: end

/// (1/l) Σᵢ ‖J_f(xᵢ)‖² of any encoder, exact: z = f(x) was computed on a tape from x, and ∂zᵢⱼ/∂xᵢ is recorded for one j after the
/// other, so it costs as many backward passes as the code has units.
///
/// Row i of z must depend on row i of x alone: a layer that mixes objects (batch normalisation) is not seen and gives a
/// wrong answer.
///
/// # Panics
/// If z and x have not the same number of rows.
#[track_caller]
pub fn jacobian<'t, T: Real>(x: Var<'t, T>, z: Var<'t, T>) -> Var<'t, T> {
    check_rows("jacobian", x, z);
    let columns = (0..z.shape().columns()).map(|j| gradient_of_each(x, z.slice_columns(j..j + 1)));
    let norms = columns.map(l2);
    let sum = norms.reduce(|sum, norm| sum + norm);
    sum.expect("a code has at least one unit") * (1.0 / x.shape().rows() as f64)
}

/// ∇ₓ dᵢ at xᵢ as row i, recorded: l x n for values d = f(x), l x 1, of which row i depends on row i of x alone.
fn gradient_of_each<'t, T: Real>(x: Var<'t, T>, d: Var<'t, T>) -> Var<'t, T> {
    d.sum().grad(&[x])[0]
}

/// An unbiased estimate of [`jacobian`] for the cost of `draws` backward passes, however wide the code:
/// E ‖Jᵀv‖² = ‖J‖² for any v of independent entries with mean 0 and variance 1; here they are ±1.
///
/// Source: Hutchinson (1990), "A stochastic estimator of the trace of the influence matrix", of the trace of JJᵀ.
///
/// # Panics
/// If z and x have not the same number of rows, or `draws` is 0.
#[track_caller]
pub fn jacobian_estimate<'t, T: Real>(
    x: Var<'t, T>,
    z: Var<'t, T>,
    draws: usize,
    random: &mut impl Rng,
) -> Var<'t, T> {
    check_rows("jacobian_estimate", x, z);
    assert!(draws > 0, "jacobian_estimate: needs at least 1 draw");
    let (l, m) = (z.shape().rows(), z.shape().columns());
    let mut sum = None;
    for _ in 0..draws {
        let v = z.tape().leaf_with(l, m, |v| {
            for entry in v.as_mut_slice() {
                *entry = if random.next_u64() >> 63 == 0 {
                    T::ONE
                } else {
                    -T::ONE
                };
            }
        });
        let norm = (z * v).sum().grad(&[x])[0].square().sum();
        sum = Some(sum.map_or(norm, |sum| sum + norm));
    }
    sum.expect("at least one draw") * (1.0 / (draws * l) as f64)
}

/// (1/l) Σᵢ ‖∇ₓ dᵢ‖² for the values d = f(x), l x 1, of a function with one: the [`jacobian`] of a code of one unit. At
/// the objects, on a discriminator's logits, it is R1, whose γ/2 is the weight of the term.
///
/// As there, x is on the tape before d, and row i of d must depend on row i of x alone.
///
/// Source: Mescheder, Geiger, Nowozin (2018), "Which training methods for GANs do actually converge?", eq. 9.
///
/// # Panics
/// If d is not l x 1, for x of l rows.
#[track_caller]
pub fn gradient_squared<'t, T: Real>(x: Var<'t, T>, d: Var<'t, T>) -> Var<'t, T> {
    check_values("gradient_squared", x, d);
    l2_of_codes(gradient_of_each(x, d))
}

/// (1/l) Σᵢ (‖∇ₓ dᵢ‖ − 1)² for the values d = f(x), l x 1, of a function with one. At points between objects and
/// samples, on a critic's values, it is the gradient penalty of WGAN-GP, whose λ is the weight of the term.
///
/// The norm is √(s + 10⁻¹²) with s = ‖∇ₓ dᵢ‖²: at s = 0, where √s has no derivative, the penalty is then 1 (to
/// 2·10⁻⁶) and its gradient 0, and elsewhere the norm is larger by less than 10⁻⁶.
///
/// As for [`gradient_squared`], x is on the tape before d, and row i of d must depend on row i of x alone.
///
/// Source: Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville (2017), "Improved training of Wasserstein GANs", eq. 3.
///
/// # Panics
/// If d is not l x 1, for x of l rows.
#[track_caller]
pub fn gradient_to_one<'t, T: Real>(x: Var<'t, T>, d: Var<'t, T>) -> Var<'t, T> {
    check_values("gradient_to_one", x, d);
    let squared = gradient_of_each(x, d).square().row_sums();
    l2_of_codes((squared + 1e-12).sqrt() - 1.0)
}

#[track_caller]
fn check_values<T: Real>(name: &str, x: Var<'_, T>, d: Var<'_, T>) {
    let (x, d) = (x.shape(), d.shape());
    assert!(
        d.rows() == x.rows() && d.columns() == 1,
        "{name}: values of {d}, expected {}x1 of objects of {x}",
        x.rows()
    );
}

#[track_caller]
fn check_rows<T: Real>(name: &str, x: Var<'_, T>, z: Var<'_, T>) {
    let (x, z) = (x.shape(), z.shape());
    assert!(
        x.rows() == z.rows(),
        "{name}: objects of {x} and codes of {z} are not of one number"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Sequence};
    use unsup_autograd::Matrix;
    use unsup_autograd::random::{generator, standard_normal};

    #[test]
    fn weights_are_penalised_and_biases_are_not() {
        let mut layer = Dense::of(Matrix::from_rows(&[[1.0, -2.0]]), Activation::Identity);
        layer.bias_mut().unwrap().set(Matrix::filled(1, 2, 100.0));
        let other = Dense::of(Matrix::from_rows(&[[3.0], [0.0]]), Activation::Identity);
        let network = Sequence::of([layer.into(), other.into()]);
        let tape = Tape::<f64>::new();
        assert_eq!(l1_of_weights(&tape, &network).item(), 6.0);
        assert_eq!(l2_of_weights(&tape, &network).item(), 14.0);
        let z = tape.leaf(Matrix::from_rows(&[[1.0, -2.0], [0.0, 3.0]]));
        assert_eq!(l1_of_codes(z).item(), 3.0);
        assert_eq!(l2_of_codes(z).item(), 7.0);
    }

    fn objects(l: usize, n: usize) -> Matrix<f64> {
        let mut random = generator(5, "objects", 0);
        Matrix::from_fn(l, n, |_, _| standard_normal(&mut random))
    }

    /// (1/l) Σᵢ ‖J‖² by central differences of an encoder's values.
    fn by_differences(x: &Matrix<f64>, encode: impl Fn(&Matrix<f64>) -> Matrix<f64>) -> f64 {
        let h = 1e-5;
        let mut sum = 0.0;
        for d in 0..x.columns() {
            let shifted = |by: f64| {
                let mut x = x.clone();
                (0..x.rows()).for_each(|i| x[(i, d)] += by);
                encode(&x)
            };
            let (up, down) = (shifted(h), shifted(-h));
            let pairs = up.as_slice().iter().zip(down.as_slice());
            sum += pairs
                .map(|(a, b)| ((a - b) / (2.0 * h)).powi(2))
                .sum::<f64>();
        }
        sum / x.rows() as f64
    }

    fn encode(encoder: &Sequence<f64>, x: &Matrix<f64>) -> Matrix<f64> {
        let tape = Tape::new();
        (*encoder.evaluate(tape.leaf(x.clone())).value()).clone()
    }

    #[test]
    fn the_closed_form_the_recorded_gradient_and_differences_agree_on_a_layer() {
        let x = objects(7, 5);
        for activation in [
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Softplus,
            Activation::Identity,
            Activation::LeakyRelu { slope: 0.3 },
        ] {
            let encoder = Sequence::new(&[5, 4], activation, activation, 2, "encoder");
            let tape = Tape::new();
            let leaf = tape.leaf(x.clone());
            let z = encoder.evaluate(leaf);
            let layer = encoder.dense_layers().next().unwrap();
            let closed = jacobian_of_layer(layer, z).item();
            let exact = jacobian(leaf, z).item();
            assert!((closed / exact - 1.0).abs() < 1e-10, "{closed} {exact}");
            let numeric = by_differences(&x, |x| encode(&encoder, x));
            assert!((exact / numeric - 1.0).abs() < 1e-6, "{exact} {numeric}");
            if activation == Activation::Identity {
                let weights = l2_of_weights(&tape, &encoder).item();
                assert!((closed / weights - 1.0).abs() < 1e-14, "‖J‖² = ‖A‖²");
            }
        }
    }

    #[test]
    fn the_exact_one_holds_for_a_deep_encoder_and_the_estimate_is_unbiased() {
        let x = objects(6, 4);
        let encoder = Sequence::new(&[4, 8, 6, 3], Activation::Tanh, Activation::Sigmoid, 3, "e");
        let tape = Tape::new();
        let leaf = tape.leaf(x.clone());
        let z = encoder.evaluate(leaf);
        let exact = jacobian(leaf, z).item();
        let numeric = by_differences(&x, |x| encode(&encoder, x));
        assert!((exact / numeric - 1.0).abs() < 1e-6, "{exact} {numeric}");

        let mut random = generator(0, "hutchinson", 0);
        let estimates: Vec<f64> = (0..400)
            .map(|_| jacobian_estimate(leaf, z, 1, &mut random).item())
            .collect();
        let mean = estimates.iter().sum::<f64>() / 400.0;
        let variance = estimates.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 399.0;
        let error = (variance / 400.0).sqrt();
        assert!(
            variance > 0.0 && (mean - exact).abs() < 3.0 * error,
            "{mean} ± {error}, {exact}"
        );

        // the mean over 16 draws of one call is the mean of 16 calls
        let several = jacobian_estimate(leaf, z, 16, &mut generator(1, "h", 0)).item();
        let mut same = generator(1, "h", 0);
        let one_by_one = (0..16).map(|_| jacobian_estimate(leaf, z, 1, &mut same).item());
        assert!((several - one_by_one.sum::<f64>() / 16.0).abs() < 1e-12);
    }

    #[test]
    fn the_penalties_on_a_gradient_are_what_differences_say() {
        let x = objects(6, 4);
        let network = Sequence::new(&[4, 7, 1], Activation::Tanh, Activation::Identity, 3, "d");
        let tape = Tape::new();
        let leaf = tape.leaf(x.clone());
        let d = network.evaluate(leaf);
        let squared = gradient_squared(leaf, d).item();
        let numeric = by_differences(&x, |x| encode(&network, x));
        assert!(
            (squared / numeric - 1.0).abs() < 1e-6,
            "{squared} {numeric}"
        );
        let exact = jacobian(leaf, d).item();
        assert!((squared / exact - 1.0).abs() < 1e-14, "{squared} {exact}");

        let norms = x.row_iter().map(|x| {
            let x = Matrix::from_rows(&[x]);
            by_differences(&x, |x| encode(&network, x)).sqrt()
        });
        let numeric = norms.map(|norm| (norm - 1.0).powi(2)).sum::<f64>() / 6.0;
        let to_one = gradient_to_one(leaf, d).item();
        assert!((to_one / numeric - 1.0).abs() < 1e-5, "{to_one} {numeric}");
    }

    #[test]
    fn of_a_linear_function_the_gradient_is_its_weights() {
        let w = Matrix::from_rows(&[[3.0], [0.0], [4.0]]);
        let layer = Dense::<f64>::of(w.clone(), Activation::Identity);
        let tape = Tape::new();
        let x = tape.leaf(objects(5, 3));
        let d = layer.forward(x);
        let (squared, to_one) = (gradient_squared(x, d), gradient_to_one(x, d));
        assert!((squared.item() - 25.0).abs() < 1e-12, "‖w‖²");
        assert!((to_one.item() - 16.0).abs() < 1e-11, "(‖w‖ − 1)²");
        let by_weights = |penalty: Var<'_, f64>| {
            let gradients = penalty.backward([layer.weight().on(&tape)]);
            gradients.parameter(layer.weight().key()).unwrap().clone()
        };
        let expected = w.map(|w| 2.0 * w);
        assert!(by_weights(squared).difference(&expected) < 1e-12, "2 w");
        let expected = w.map(|w| 2.0 * (1.0 - 1.0 / 5.0) * w);
        let found = by_weights(to_one);
        assert!(found.difference(&expected) < 1e-11, "2 (1 − 1/‖w‖) w");
    }

    #[test]
    fn where_a_function_is_flat_the_penalty_is_1_and_has_a_finite_gradient() {
        fn of<T: Real>() -> (f64, bool) {
            let layer = Dense::<T>::of(Matrix::zeros(3, 1), Activation::Identity);
            let tape = Tape::new();
            let x = tape.filled(5, 3, 2.0);
            let penalty = gradient_to_one(x, layer.forward(x));
            let gradients = penalty.backward([layer.weight().on(&tape)]);
            let gradient = gradients.parameter(layer.weight().key()).unwrap();
            (penalty.item().to_f64(), *gradient == Matrix::zeros(3, 1))
        }
        for (value, zero) in [of::<f32>(), of::<f64>()] {
            assert!((value - 1.0).abs() < 3e-6 && zero, "{value}");
        }
    }

    #[test]
    #[should_panic(expected = "gradient_squared: values of 4x2, expected 4x1 of objects of 4x3")]
    fn a_gradient_is_of_one_value_an_object() {
        let tape = Tape::<f64>::new();
        gradient_squared(tape.filled(4, 3, 0.0), tape.filled(4, 2, 0.0));
    }

    #[test]
    #[should_panic(expected = "activation: the softmax has no derivative entry by entry")]
    fn the_closed_form_refuses_the_softmax() {
        let layer = Dense::<f64>::of(Matrix::zeros(2, 2), Activation::Softmax);
        let tape = Tape::new();
        jacobian_of_layer(&layer, tape.filled(1, 2, 0.5));
    }

    #[test]
    #[should_panic(expected = "jacobian: objects of 2x3 and codes of 4x1 are not of one number")]
    fn codes_of_other_objects_are_refused() {
        let tape = Tape::<f64>::new();
        jacobian(tape.filled(2, 3, 0.0), tape.filled(4, 1, 0.0));
    }
}
