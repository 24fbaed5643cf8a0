//! The rules by which a gradient changes a parameter: each its formula and one loop over the entries.
//!
//! In all of them g is the gradient, η the learning rate (with the schedule's and the group's factors), t counts the parameter's
//! updates from 1, and what a rule remembers begins at 0.

use super::{Rule, Turn, check_rate};
use unsup_autograd::{Matrix, Real, part_length, share, vectorised};

/// Stochastic gradient descent: θ ← θ − η g. With momentum μ: v ← μ v + g and θ ← θ − η v; with Nesterov's, θ ← θ − η (g + μ v).
///
/// Sources: Polyak (1964), "Some methods of speeding up the convergence of iteration methods"; Nesterov's in the form of
/// Sutskever, Martens, Dahl, Hinton (2013), "On the importance of initialization and momentum in deep learning", with the rate
/// outside v as PyTorch has it.
#[derive(Clone, PartialEq, Debug)]
pub struct Sgd {
    rate: f64,
    momentum: f64,
    nesterov: bool,
}

impl Sgd {
    /// Without momentum, with the learning rate η.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        check_rate("sgd", rate);
        Self {
            rate,
            momentum: 0.0,
            nesterov: false,
        }
    }

    /// With momentum μ in \[0, 1).
    ///
    /// # Panics
    /// If μ is out of range.
    #[track_caller]
    pub fn momentum(self, momentum: f64) -> Self {
        check_decay("sgd: the momentum", momentum);
        Self {
            momentum,
            nesterov: false,
            ..self
        }
    }

    /// With Nesterov's momentum μ in \[0, 1).
    ///
    /// # Panics
    /// If μ is out of range.
    #[track_caller]
    pub fn nesterov(self, momentum: f64) -> Self {
        Self {
            nesterov: true,
            ..self.momentum(momentum)
        }
    }
}

impl<T: Real> Rule<T> for Sgd {
    fn slots(&self) -> usize {
        usize::from(self.momentum != 0.0)
    }

    fn update(&self, turn: Turn, g: &[T], slots: &mut [Matrix<T>], theta: &mut [T]) {
        let rate = T::from_f64(self.rate * turn.factor);
        let mu = T::from_f64(self.momentum);
        match slots {
            [] => share_parts(g, [], theta, |g, [], theta| descend(rate, g, theta)),
            [v, ..] => share_parts(g, [v], theta, |g, [v], theta| match self.nesterov {
                true => nesterov(rate, mu, g, v, theta),
                false => momentum(rate, mu, g, v, theta),
            }),
        }
    }
}

/// Adagrad: s ← s + g², θ ← θ − η g / (√s + ε), with ε = 10⁻¹⁰.
///
/// Source: Duchi, Hazan, Singer (2011), "Adaptive subgradient methods for online learning and stochastic optimization".
#[derive(Clone, PartialEq, Debug)]
pub struct Adagrad {
    rate: f64,
    epsilon: f64,
}

impl Adagrad {
    /// With the learning rate η.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        check_rate("adagrad", rate);
        let epsilon = 1e-10;
        Self { rate, epsilon }
    }

    /// With another ε than 10⁻¹⁰, which keeps the quotient finite; above 0.
    ///
    /// # Panics
    /// If it is not a number above 0.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        check_epsilon("adagrad", epsilon);
        Self { epsilon, ..self }
    }
}

impl<T: Real> Rule<T> for Adagrad {
    fn slots(&self) -> usize {
        1
    }

    fn update(&self, turn: Turn, g: &[T], slots: &mut [Matrix<T>], theta: &mut [T]) {
        let [s] = slots else { unreachable!("one slot") };
        let (rate, epsilon) = (self.rate * turn.factor, self.epsilon);
        let [rate, epsilon] = [rate, epsilon].map(T::from_f64);
        // s ← 1 s + 1 g²
        let weights = [T::ONE, T::ONE];
        share_parts(g, [s], theta, |g, [s], theta| {
            scaled_by_squares(rate, weights, epsilon, g, s, theta);
        });
    }
}

/// RMSProp: v ← α v + (1 − α) g², θ ← θ − η g / (√v + ε), with α = 0.99 and ε = 10⁻⁸.
///
/// Source: Tieleman, Hinton (2012), "Neural networks for machine learning", lecture 6.5.
#[derive(Clone, PartialEq, Debug)]
pub struct RmsProp {
    rate: f64,
    alpha: f64,
    epsilon: f64,
}

impl RmsProp {
    /// With the learning rate η.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        check_rate("rmsprop", rate);
        Self {
            rate,
            alpha: 0.99,
            epsilon: 1e-8,
        }
    }

    /// With another decay rate α of the mean square, in \[0, 1).
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn alpha(self, alpha: f64) -> Self {
        check_decay("rmsprop: α", alpha);
        Self { alpha, ..self }
    }

    /// With another ε than 10⁻⁸, which keeps the quotient finite; above 0.
    ///
    /// # Panics
    /// If it is not a number above 0.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        check_epsilon("rmsprop", epsilon);
        Self { epsilon, ..self }
    }
}

impl<T: Real> Rule<T> for RmsProp {
    fn slots(&self) -> usize {
        1
    }

    fn update(&self, turn: Turn, g: &[T], slots: &mut [Matrix<T>], theta: &mut [T]) {
        let [v] = slots else { unreachable!("one slot") };
        let (rate, epsilon) = (self.rate * turn.factor, self.epsilon);
        let [rate, epsilon] = [rate, epsilon].map(T::from_f64);
        let weights = [self.alpha, 1.0 - self.alpha].map(T::from_f64);
        share_parts(g, [v], theta, |g, [v], theta| {
            scaled_by_squares(rate, weights, epsilon, g, v, theta);
        });
    }
}

/// Adam: Kingma, Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.
///
/// With the moments m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g², corrected for their start at 0,
/// θ ← θ − η m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
#[derive(Clone, PartialEq, Debug)]
pub struct Adam {
    rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl Adam {
    /// With the learning rate η and the paper's β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        check_rate("adam", rate);
        Self {
            rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }

    /// With other decay rates of the moments, each in \[0, 1).
    ///
    /// # Panics
    /// If one is not.
    #[track_caller]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        check_decay("adam: β₁", beta1);
        check_decay("adam: β₂", beta2);
        Self {
            beta1,
            beta2,
            ..self
        }
    }

    /// With another ε than 10⁻⁸, which keeps the quotient finite; above 0.
    ///
    /// # Panics
    /// If it is not a number above 0.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        check_epsilon("adam", epsilon);
        Self { epsilon, ..self }
    }
}

impl<T: Real> Rule<T> for Adam {
    fn slots(&self) -> usize {
        2
    }

    fn update(&self, turn: Turn, g: &[T], slots: &mut [Matrix<T>], theta: &mut [T]) {
        let [m, v] = slots else {
            unreachable!("two slots")
        };
        // η m̂ / (√v̂ + ε) with the corrections taken out of the loop
        let t = i32::try_from(turn.t).unwrap_or(i32::MAX);
        let rate = self.rate * turn.factor / (1.0 - self.beta1.powi(t));
        let correction = 1.0 / (1.0 - self.beta2.powi(t)).sqrt();
        let constants = AdamConstants {
            beta1: T::from_f64(self.beta1),
            beta2: T::from_f64(self.beta2),
            rate: T::from_f64(rate),
            correction: T::from_f64(correction),
            epsilon: T::from_f64(self.epsilon),
        };
        share_parts(g, [m, v], theta, |g, [m, v], theta| {
            adam(constants, g, m, v, theta);
        });
    }
}

/// Adam with decoupled weight decay λ: θ ← (1 − η λ) θ, and then [`Adam`]'s step.
///
/// It is not Adam with λ‖θ‖²/2 in the loss, whose gradient Adam would divide by its size: Loshchilov, Hutter (2019), "Decoupled weight
/// decay regularization", algorithm 2. Biases decay as well.
#[derive(Clone, PartialEq, Debug)]
pub struct AdamW {
    adam: Adam,
    decay: f64,
}

impl AdamW {
    /// With the learning rate η and the decay λ, 0.01 as a rule.
    ///
    /// # Panics
    /// If one of them is negative, infinite or NaN.
    #[track_caller]
    pub fn new(rate: f64, decay: f64) -> Self {
        assert!(
            decay.is_finite() && decay >= 0.0,
            "adamw: the weight decay is {decay}, expected a finite number of at least 0"
        );
        Self {
            adam: Adam::new(rate),
            decay,
        }
    }

    /// With other decay rates of the moments, each in \[0, 1).
    ///
    /// # Panics
    /// If one is not.
    #[track_caller]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Self {
            adam: self.adam.betas(beta1, beta2),
            ..self
        }
    }

    /// With another ε than 10⁻⁸, which keeps the quotient finite; above 0.
    ///
    /// # Panics
    /// If it is not a number above 0.
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        check_epsilon("adamw", epsilon);
        Self {
            adam: self.adam.epsilon(epsilon),
            ..self
        }
    }
}

impl<T: Real> Rule<T> for AdamW {
    fn slots(&self) -> usize {
        Rule::<T>::slots(&self.adam)
    }

    fn update(&self, turn: Turn, g: &[T], slots: &mut [Matrix<T>], theta: &mut [T]) {
        let kept = T::from_f64(1.0 - self.adam.rate * turn.factor * self.decay);
        share_parts(g, [], theta, |_, [], theta| shrink(kept, theta));
        self.adam.update(turn, g, slots, theta);
    }
}

#[track_caller]
fn check_decay(name: &str, decay: f64) {
    assert!(
        (0.0..1.0).contains(&decay),
        "{name} is {decay}, expected one in [0, 1)"
    );
}

#[track_caller]
fn check_epsilon(name: &str, epsilon: f64) {
    assert!(
        epsilon.is_finite() && epsilon > 0.0,
        "{name}: ε is {epsilon}, expected a finite number above 0"
    );
}

/// Calls `f` with parts of a gradient, of what is remembered of the parameter and of the parameter, which threads share.
fn share_parts<T: Real, const N: usize>(
    mut g: &[T],
    slots: [&mut Matrix<T>; N],
    mut theta: &mut [T],
    f: impl Fn(&[T], [&mut [T]; N], &mut [T]) + Sync,
) {
    assert!(
        theta.len() == g.len() && slots.iter().all(|slot| slot.shape().len() == g.len()),
        "a parameter, its gradient and what is remembered of it have as many entries each"
    );
    let length = part_length(g.len());
    let mut slots = slots.map(Matrix::as_mut_slice);
    if length >= g.len() {
        f(g, slots, theta);
        return;
    }
    let parts = std::iter::from_fn(|| {
        let length = length.min(g.len());
        (length > 0).then(|| {
            (
                g.split_off(..length).unwrap_or_default(),
                slots
                    .each_mut()
                    .map(|slot| slot.split_off_mut(..length).unwrap_or_default()),
                theta.split_off_mut(..length).unwrap_or_default(),
            )
        })
    });
    share(parts, |(g, slots, theta)| f(g, slots, theta));
}

#[derive(Clone, Copy)]
struct AdamConstants<T> {
    beta1: T,
    beta2: T,
    rate: T,
    correction: T,
    epsilon: T,
}

vectorised! {
    /// θ ← θ − η g
    fn descend[T: Real](rate: T, g: &[T], theta: &mut [T]) {
        for (theta, &g) in theta.iter_mut().zip(g) {
            *theta -= rate * g;
        }
    }

    /// v ← μ v + g, θ ← θ − η v
    fn momentum[T: Real](rate: T, mu: T, g: &[T], v: &mut [T], theta: &mut [T]) {
        for ((theta, &g), v) in theta.iter_mut().zip(g).zip(v) {
            *v = mu * *v + g;
            *theta -= rate * *v;
        }
    }

    /// v ← μ v + g, θ ← θ − η (g + μ v)
    fn nesterov[T: Real](rate: T, mu: T, g: &[T], v: &mut [T], theta: &mut [T]) {
        for ((theta, &g), v) in theta.iter_mut().zip(g).zip(v) {
            *v = mu * *v + g;
            *theta -= rate * (g + mu * *v);
        }
    }

    /// v ← a v + b g², θ ← θ − η g / (√v + ε)
    fn scaled_by_squares[T: Real](rate: T, weights: [T; 2], epsilon: T, g: &[T], v: &mut [T], theta: &mut [T]) {
        let [a, b] = weights;
        for ((theta, &g), v) in theta.iter_mut().zip(g).zip(v) {
            *v = a * *v + b * (g * g);
            *theta -= rate * g / (v.sqrt() + epsilon);
        }
    }

    /// θ ← c θ
    fn shrink[T: Real](c: T, theta: &mut [T]) {
        for theta in theta {
            *theta *= c;
        }
    }

    /// The four lines of the algorithm, in one pass over memory.
    fn adam[T: Real](constants: AdamConstants<T>, g: &[T], m: &mut [T], v: &mut [T], theta: &mut [T]) {
        let AdamConstants { beta1, beta2, rate, correction, epsilon } = constants;
        for (((theta, &g), m), v) in theta.iter_mut().zip(g).zip(m).zip(v) {
            *m = beta1 * *m + (T::ONE - beta1) * g;
            *v = beta2 * *v + (T::ONE - beta2) * (g * g);
            *theta -= rate * *m / (v.sqrt() * correction + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimiser::Optimiser;
    use crate::{Module, Param};
    use unsup_autograd::Tape;

    /// The gradients of six steps.
    const G: [[f64; 2]; 6] = [
        [0.4, -1.2],
        [1.5, 0.3],
        [-0.7, 0.9],
        [0.0, -2.0],
        [2.5, 0.1],
        [-0.3, 0.6],
    ];

    /// Where (1, −0.5) is after them.
    fn follow(rule: impl Rule<f64> + 'static) -> [f64; 2] {
        follow_at(1.0, rule)
    }

    /// The same with the rate times `factor`.
    fn follow_at(factor: f64, rule: impl Rule<f64> + 'static) -> [f64; 2] {
        let mut param = Param::new(Matrix::from_rows(&[[1.0, -0.5]]));
        let mut optimiser = Optimiser::new(rule);
        optimiser.set_rate_factor(factor);
        let mut tape = Tape::new();
        for g in G {
            let theta = param.on(&tape);
            let mut gradients = (theta * tape.leaf(Matrix::from_rows(&[g])))
                .sum()
                .backward([theta]);
            tape.clear();
            optimiser.step(&mut param, &mut gradients).unwrap();
        }
        assert_eq!(param.parameter_count(), 2);
        [param.value()[(0, 0)], param.value()[(0, 1)]]
    }

    #[track_caller]
    fn arrives(rule: impl Rule<f64> + 'static, expected: [f64; 2]) {
        let found = follow(rule);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} for {expected}");
        }
    }

    /// Computed once by PyTorch 2.15 in double precision: `torch.optim`, the same start and gradients, defaults but for what the
    /// constructor is given.
    #[test]
    fn every_rule_arrives_where_pytorch_does() {
        arrives(Sgd::new(0.1), [0.6599999999999999, -0.37]);
        arrives(
            Sgd::new(0.1).momentum(0.9),
            [-0.005958600000000273, 0.09290780000000005],
        );
        arrives(
            Sgd::new(0.1).nesterov(0.9),
            [-0.2453627400000001, 0.16361702000000003],
        );
        arrives(
            Adagrad::new(0.1),
            [0.7717037462481082, -0.43078937801589223],
        );
        arrives(
            RmsProp::new(0.01),
            [0.7715720622404931, -0.4312973650436839],
        );
        arrives(
            RmsProp::new(0.01).alpha(0.9),
            [0.9274736690299712, -0.4799033059374274],
        );
        arrives(Adam::new(0.1), [0.6392731240145456, -0.2700471312168393]);
        arrives(
            Adam::new(0.1).betas(0.5, 0.99),
            [0.6477398847322162, -0.33617759954217796],
        );
        arrives(
            AdamW::new(0.1, 0.01),
            [0.6343719541460724, -0.26783377596928093],
        );
        arrives(
            AdamW::new(0.1, 0.3),
            [0.5033408613933391, -0.20880908364399298],
        );
    }

    #[test]
    #[cfg(feature = "threading")]
    fn every_rule_has_the_same_bits_at_any_number_of_threads() {
        fn after(rule: &impl Rule<f64>) -> (Vec<Matrix<f64>>, Vec<f64>) {
            let matrix = |by: f64| Matrix::from_fn(1, 50_001, |_, j| (by * j as f64).sin());
            let g = matrix(0.37);
            let mut slots: Vec<_> = (0..rule.slots())
                .map(|_| matrix(0.1).map(f64::abs))
                .collect();
            let mut theta = matrix(0.71).as_slice().to_vec();
            let turn = Turn { t: 3, factor: 1.0 };
            rule.update(turn, g.as_slice(), &mut slots, &mut theta);
            (slots, theta)
        }
        fn same(rule: impl Rule<f64>) {
            let one = after(&rule);
            for threads in 2..=5 {
                unsup_autograd::set_threads(threads);
                assert!(after(&rule) == one, "{rule:?}, {threads} threads");
            }
            unsup_autograd::set_threads(1);
        }
        same(Sgd::new(0.1));
        same(Sgd::new(0.1).momentum(0.9));
        same(Sgd::new(0.1).nesterov(0.9));
        same(Adagrad::new(0.1));
        same(RmsProp::new(0.1));
        same(Adam::new(0.1));
        same(AdamW::new(0.1, 0.01));
    }

    #[test]
    fn half_the_factor_is_half_the_rate() {
        fn half<R: Rule<f64> + 'static>(rule: impl Fn(f64) -> R) {
            let (found, expected) = (follow_at(0.5, rule(0.1)), follow(rule(0.05)));
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-14, "{:?}", rule(0.1));
            }
        }
        half(Sgd::new);
        let changed = Sgd::new(0.1).nesterov(0.5).momentum(0.9);
        assert_eq!(changed, Sgd::new(0.1).momentum(0.9));
        half(|rate| Sgd::new(rate).momentum(0.9));
        half(|rate| Sgd::new(rate).nesterov(0.9));
        half(Adagrad::new);
        half(RmsProp::new);
        half(Adam::new);
        half(|rate| AdamW::new(rate, 0.3));
    }

    #[test]
    fn a_large_epsilon_makes_the_first_step_small() {
        // the first step of each is η g / (√v̂ + ε) with √v̂ = |g| (of RMSProp √0.01 |g|)
        fn first<R: Rule<f64> + 'static>(rule: R, expected: f64) {
            let mut slots = vec![Matrix::scalar(0.0); rule.slots()];
            let (mut theta, turn) = ([0.0], Turn { t: 1, factor: 1.0 });
            rule.update(turn, &[2.0], &mut slots, &mut theta);
            assert!(
                (theta[0] + expected).abs() < 1e-12,
                "{rule:?}: {}",
                theta[0]
            );
        }
        first(Adagrad::new(1.0).epsilon(3.0), 2.0 / 5.0);
        first(RmsProp::new(1.0).epsilon(3.0), 2.0 / 3.2);
        first(Adam::new(1.0).epsilon(3.0), 2.0 / 5.0);
        first(AdamW::new(1.0, 0.5).epsilon(3.0), 2.0 / 5.0);
    }

    #[test]
    fn adam_is_the_paper_s_algorithm_written_out() {
        let found = follow(Adam::new(0.1).betas(0.8, 0.9))[0];
        let (mut theta, mut m, mut v) = (1.0f64, 0.0, 0.0);
        for (t, [g, _]) in G.into_iter().enumerate() {
            let t = t as i32 + 1;
            m = 0.8 * m + 0.2 * g;
            v = 0.9 * v + 0.1 * g * g;
            let m_hat = m / (1.0 - 0.8f64.powi(t));
            let v_hat: f64 = v / (1.0 - 0.9f64.powi(t));
            theta -= 0.1 * m_hat / (v_hat.sqrt() + 1e-8);
        }
        assert!((theta - found).abs() < 1e-12, "{found} for {theta}");
    }

    #[test]
    #[should_panic(
        expected = "sgd: the learning rate is NaN, expected a finite number of at least 0"
    )]
    fn a_rate_that_is_no_rate_is_refused() {
        Sgd::new(f64::NAN);
    }

    #[test]
    #[should_panic(expected = "adam: β₂ is 1, expected one in [0, 1)")]
    fn a_decay_that_is_none_is_refused() {
        Adam::new(0.1).betas(0.9, 1.0);
    }
}
