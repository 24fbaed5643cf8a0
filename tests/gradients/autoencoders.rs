//! The criteria of the auto-encoders, by every parameter of encoder, decoder and predictor; what they draw is held by
//! the step.

use super::criteria::check_criterion;
use super::{config, matrix, nudge};
use proptest::prelude::*;
use unsup_autograd::Matrix;
use unsup_models::Answers;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Contractive, Denoising, Elbo, Jacobian, Joint, Likelihood, Loss,
    Method, Noise, Pairs, Plain, Reconstruction, Relational, Sparse, Supervised, Target, Threshold,
    Variational,
};
use unsup_nn::{Activation, Module, Path};

/// Objects with values in (0, 1), and an architecture of smooth layers for them.
fn autoencoder() -> impl Strategy<Value = (Matrix<f64>, Architecture)> {
    let hidden = proptest::collection::vec(1..4usize, 0..3);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (1..5usize, 1..5usize, hidden, 1..4usize, flags, 0..100u64).prop_flat_map(
        |(rows, columns, hidden, code, (tied, bias, bernoulli), seed)| {
            let architecture = Architecture {
                hidden,
                code,
                activation: Activation::Tanh,
                code_activation: Activation::Sigmoid,
                output: if bernoulli {
                    Activation::Sigmoid
                } else {
                    Activation::Identity
                },
                bias,
                tied,
                loss: if bernoulli {
                    Loss::Bernoulli
                } else {
                    Loss::Squared
                },
                seed,
            };
            (matrix(rows, columns, 0.05..0.95), Just(architecture))
        },
    )
}

/// The model of an architecture, for objects as these.
fn model(x: &Matrix<f64>, architecture: &Architecture) -> AutoEncoder<f64> {
    AutoEncoder::new(x.columns(), architecture)
}

fn check(
    x: &Matrix<f64>,
    architecture: &Architecture,
    method: &dyn Method<f64>,
) -> Result<(), TestCaseError> {
    check_criterion(&model(x, architecture), &Reconstruction { x, method })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn plain((x, architecture) in autoencoder()) {
        check(&x, &architecture, &Plain)?;
    }

    #[test]
    fn sparse((x, architecture) in autoencoder(), lambda in 0.1..2.0, epsilon in 0.05..0.5) {
        check(&x, &architecture, &Sparse::l2_of_weights(lambda))?;
        check(&x, &architecture, &Sparse::codes(lambda))?; // the sigmoid keeps off the corner of |z|
        check(&x, &architecture, &Sparse::activations(epsilon, lambda))?;
    }

    #[test]
    fn sparse_weights((x, architecture) in autoencoder(), lambda in 0.1..2.0) {
        let mut nudged = model(&x, &architecture);
        nudge(&mut nudged);
        let mut off = true;
        nudged.visit(Path::ROOT, &mut |path, param| {
            off &= path.is_last("bias") || param.value().as_slice().iter().all(|w| w.abs() > 0.005);
        });
        prop_assume!(off);
        check(&x, &architecture, &Sparse::l1_of_weights(lambda))?;
    }

    #[test]
    fn denoising((x, architecture) in autoencoder(), sigma in 0.0..1.0, probability in 0.0..1.0) {
        for noise in [Noise::Gaussian { sigma }, Noise::Masking { probability }] {
            for target in [Target::Clean, Target::Corrupted] {
                check(&x, &architecture, &Denoising { noise, target })?;
            }
        }
    }

    #[test]
    fn contractive((x, architecture) in autoencoder(), lambda in 0.1..2.0, draws in 1..3usize) {
        let mut ways = vec![Jacobian::Exact, Jacobian::Estimate { draws }];
        if architecture.hidden.is_empty() {
            ways.push(Jacobian::ClosedForm);
        }
        for jacobian in ways {
            check(&x, &architecture, &Contractive { lambda, jacobian })?;
        }
    }

    #[test]
    fn relational((x, architecture) in autoencoder(), a in 0.1..1.0, s0 in 0.2..1.5) {
        let mut nudged = model(&x, &architecture);
        nudge(&mut nudged);
        let y = nudged.reconstruct(&x);
        for threshold in [Threshold::None, Threshold::Soft(s0), Threshold::Hard(s0)] {
            // off the corner of (s − s₀)₊, and the jump of s [s ≥ t]
            let off = |x: &Matrix<f64>| x.matmul_nt(x).as_slice().iter().all(|s| (s - s0).abs() > 0.005);
            if threshold != Threshold::None {
                prop_assume!(off(&y));
            }
            for pairs in [Pairs::Unordered, Pairs::All] {
                let method = Relational { threshold, pairs, ..Relational::mixture(a, s0) };
                check(&x, &architecture, &method)?;
            }
        }
    }

    #[test]
    fn two_methods_at_once((x, architecture) in autoencoder(), lambda in 0.1..2.0) {
        let noise = Denoising::new(Noise::Gaussian { sigma: 0.2 });
        let contractive = Contractive { lambda, jacobian: Jacobian::Exact };
        check(&x, &architecture, &(noise, (contractive, Sparse::activations(0.2, lambda))))?;
    }

    #[test]
    fn variational(
        (x, architecture) in autoencoder(),
        beta in 0.0..3.0,
        draws in 1..4usize,
        prior in 0.5..2.0,
        binarised in any::<bool>(),
    ) {
        for likelihood in [Likelihood::Bernoulli, Likelihood::Gaussian] {
            let model = Variational::new(x.columns(), &architecture, likelihood).with_prior(prior);
            check_criterion(&model, &Elbo { beta, draws, binarised, ..Elbo::new(&x) })?;
        }
    }

    #[test]
    fn supervised(
        (x, architecture) in autoencoder(),
        lambda in 0.1..2.0,
        y in proptest::collection::vec((0..3usize, -1.0..1.0), 4),
    ) {
        let labelled: Vec<usize> = (0..x.rows()).step_by(2).collect();
        let classes: Vec<usize> = labelled.iter().map(|&i| y[i].0).collect();
        let numbers = Matrix::from_fn(labelled.len(), 3, |i, j| y[labelled[i]].1 * (1.0 + j as f64));
        let noise = Denoising::new(Noise::Gaussian { sigma: 0.2 });
        for answers in [Answers::Classes(&classes), Answers::Numbers(&numbers)] {
            let joint = Joint {
                x: &x,
                method: &noise,
                labelled: &labelled,
                answers,
                reconstruction: 1.0,
                lambda,
            };
            check_criterion(&Supervised::new(x.columns(), 3, &architecture), &joint)?;
        }
    }
}
