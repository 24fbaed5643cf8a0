//! The criteria of the auto-encoders, by every parameter of encoder, decoder and predictor; what they draw is held by
//! the step.

use super::trial::nudged;
use super::{GradientCheck, Kind, Trial, Tried};
use unsup_autograd::Matrix;
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Contractive, Denoising, Elbo, Jacobian, Joint, Likelihood, Loss,
    Method, Noise, Pairs, Plain, Reconstruction, Relational, Sparse, Supervised, Target, Threshold,
    Variational,
};
use unsup_models::{Activation, Answers};
use unsup_nn::{Module, Path};

/// Objects with values in (0, 1), and an architecture of smooth layers for them.
fn autoencoder(trial: &mut Trial) -> (Matrix<f64>, Architecture) {
    let [x] = trial.alike(0.05..0.95);
    let (output, loss) = trial.one_of(&[
        (Activation::Sigmoid, Loss::Bernoulli),
        (Activation::Identity, Loss::Squared),
    ]);
    let architecture = Architecture {
        hidden: trial.widths(0..3),
        code: trial.whole(1..4),
        activation: Activation::Tanh,
        code_activation: Activation::Sigmoid,
        output,
        bias: trial.flag(),
        tied: trial.flag(),
        loss,
        seed: trial.whole(0..100) as u64,
    };
    (x, architecture)
}

/// The model of an architecture, for objects as these.
fn model(x: &Matrix<f64>, architecture: &Architecture) -> AutoEncoder<f64> {
    AutoEncoder::new(x.columns(), architecture)
}

/// A check of a method that draws its own settings, on objects and a model that are drawn for it.
fn reconstruction<M: Method<f64> + 'static>(
    name: &'static str,
    methods: &'static [&'static str],
    settings: fn(&mut Trial) -> M,
) -> GradientCheck {
    criterion(name, methods, move |t| {
        let ((x, architecture), method) = (autoencoder(t), settings(t));
        check(t, &x, &architecture, &method)
    })
}

fn criterion(
    name: &'static str,
    methods: &'static [&'static str],
    case: impl Fn(&mut Trial) -> Tried + Send + Sync + 'static,
) -> GradientCheck {
    GradientCheck::new(Kind::Criterion, name, case).of(methods)
}

fn check(
    trial: &mut Trial,
    x: &Matrix<f64>,
    architecture: &Architecture,
    method: &dyn Method<f64>,
) -> Tried {
    let criterion = Reconstruction { x, method };
    trial.check_criterion(&model(x, architecture), &criterion)
}

/// Whether no weight lies at the corner of |w|.
fn weights_keep_off_0(model: &AutoEncoder<f64>) -> bool {
    let mut off = true;
    nudged(model).visit(Path::ROOT, &mut |path, param| {
        off &= path.is_last("bias") || param.value().as_slice().iter().all(|w| w.abs() > 0.005);
    });
    off
}

/// Of every method, in the order of the lecture.
pub(super) fn checks() -> Vec<GradientCheck> {
    vec![
        reconstruction(
            "reconstruction",
            &["linear", "two-layer", "autoencoder", "stacked"],
            |_| Plain,
        ),
        reconstruction("sparse, squared weights", &["sparse"], |t| {
            Sparse::l2_of_weights(t.number(0.1..2.0))
        }),
        criterion("sparse, absolute weights", &["sparse"], |t| {
            let ((x, architecture), lambda) = (autoencoder(t), t.number(0.1..2.0));
            t.keep_off(weights_keep_off_0(&model(&x, &architecture)))?;
            check(t, &x, &architecture, &Sparse::l1_of_weights(lambda))
        }),
        // the sigmoid keeps off the corner of |z|
        reconstruction("sparse, codes", &["sparse"], |t| {
            Sparse::codes(t.number(0.1..2.0))
        }),
        reconstruction("sparse, mean activations", &["sparse"], |t| {
            Sparse::activations(t.number(0.05..0.5), t.number(0.1..2.0))
        }),
        criterion("denoising, Gaussian noise", &["denoising"], |t| {
            let sigma = t.number(0.0..1.0);
            denoising(t, Noise::Gaussian { sigma })
        }),
        criterion("denoising, masking", &["denoising"], |t| {
            let probability = t.number(0.0..1.0);
            denoising(t, Noise::Masking { probability })
        }),
        reconstruction("contractive, exact", &["contractive"], |t| Contractive {
            lambda: t.number(0.1..2.0),
            jacobian: Jacobian::Exact,
        }),
        reconstruction("contractive, estimated", &["contractive"], |t| {
            Contractive {
                lambda: t.number(0.1..2.0),
                jacobian: Jacobian::Estimate {
                    draws: t.whole(1..3),
                },
            }
        }),
        criterion("contractive, closed form", &["contractive"], |t| {
            let ((x, mut architecture), lambda) = (autoencoder(t), t.number(0.1..2.0));
            architecture.hidden.clear();
            let jacobian = Jacobian::ClosedForm;
            check(t, &x, &architecture, &Contractive { lambda, jacobian })
        }),
        criterion("relational", &["relational"], relational),
        reconstruction("noise and two penalties at once", &[], |t| {
            let (lambda, jacobian) = (t.number(0.1..2.0), Jacobian::Exact);
            let noise = Denoising::new(Noise::Gaussian { sigma: 0.2 });
            let sparse = Sparse::activations(0.2, lambda);
            (noise, (Contractive { lambda, jacobian }, sparse))
        }),
        criterion("variational, Bernoulli", &["variational"], |t| {
            variational(t, Likelihood::Bernoulli)
        }),
        criterion("variational, Gaussian", &["variational"], |t| {
            variational(t, Likelihood::Gaussian)
        }),
        criterion("semi-supervised", &["semi-supervised"], semi_supervised),
    ]
}

fn denoising(t: &mut Trial, noise: Noise) -> Tried {
    let (x, architecture) = autoencoder(t);
    for target in [Target::Clean, Target::Corrupted] {
        check(t, &x, &architecture, &Denoising { noise, target })?;
    }
    Ok(())
}

fn relational(t: &mut Trial) -> Tried {
    let ((x, architecture), a, s0) = (autoencoder(t), t.number(0.1..1.0), t.number(0.2..1.5));
    // off the corner of (s − s₀)₊, and the jump of s [s ≥ t]
    let y = nudged(&model(&x, &architecture)).reconstruct(&x);
    let products = y.matmul_nt(&y);
    t.keep_off(products.as_slice().iter().all(|s| (s - s0).abs() > 0.005))?;
    for threshold in [Threshold::None, Threshold::Soft(s0), Threshold::Hard(s0)] {
        for pairs in [Pairs::Unordered, Pairs::All] {
            let mixture = Relational::mixture(a, s0);
            check(
                t,
                &x,
                &architecture,
                &Relational {
                    threshold,
                    pairs,
                    ..mixture
                },
            )?;
        }
    }
    Ok(())
}

/// With classes and with numbers.
fn semi_supervised(t: &mut Trial) -> Tried {
    let ((x, architecture), lambda) = (autoencoder(t), t.number(0.1..2.0));
    let labelled: Vec<usize> = (0..x.rows()).step_by(2).collect();
    let classes = t.wholes(labelled.len(), 0..3);
    let numbers = t.matrix(labelled.len(), 3, -2.0..2.0);
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
        t.check_criterion(&Supervised::new(x.columns(), 3, &architecture), &joint)?;
    }
    Ok(())
}

fn variational(t: &mut Trial, likelihood: Likelihood) -> Tried {
    let (x, architecture) = autoencoder(t);
    let model = Variational::new(x.columns(), &architecture, likelihood);
    let model = model.with_prior(t.number(0.5..2.0));
    let elbo = Elbo {
        beta: t.number(0.0..3.0),
        draws: t.whole(1..4),
        binarised: t.flag(),
        ..Elbo::new(&x)
    };
    t.check_criterion(&model, &elbo)
}
