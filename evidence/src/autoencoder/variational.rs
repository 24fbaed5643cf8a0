//! The variational auto-encoder.

use crate::shared::{
    Digits, ablation, exact, mean, observed, over_seeds, paper, property, steady, training,
};
use crate::{Experiment, Finding, Gate};
use std::f64::consts::PI;
use std::path::Path;
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Tape};
use unsup_models::autoencoder::{Architecture, Elbo, Likelihood, Variational};
use unsup_models::{Pca, Training};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "variational",
            name: "the linear one beside probabilistic PCA",
            needs: None,
            findings: beside_probabilistic_pca,
        },
        Experiment {
            method: "variational",
            name: "bounds on the likelihood of binary digits beside quadrature",
            needs: None,
            findings: bounds_beside_quadrature,
        },
        Experiment {
            method: "variational",
            name: "eight numbers for a digit, and what the divergence is for",
            needs: None,
            findings: eight_numbers,
        },
    ]
}

pub(super) fn fitted<T: unsup_autograd::Real>(
    elbo: &Elbo<'_, T>,
    architecture: &Architecture,
    likelihood: Likelihood,
    training: Training,
) -> Variational<T> {
    let mut model = Variational::new(elbo.x.columns(), architecture, likelihood);
    let outcome = model.fit(elbo, &training, observed);
    outcome.expect("the training does not diverge");
    model
}

/// The greatest likelihood of probabilistic PCA is known (Tipping, Bishop 1999, eq. 8), and for its model the ELBO
/// reaches it.
fn beside_probabilistic_pca(_: &Path) -> Vec<Finding> {
    let k = 5;
    let [gap, likelihood] = over_seeds(3, |seed| {
        let x = crate::shared::centred(&Digits::<f64>::split(seed).train);
        let deviation = |j: usize| mean(x.row_iter().map(|x| x[j].powi(2))).sqrt();
        let kept: Vec<usize> = (0..64).filter(|&j| deviation(j) > 0.02).collect();
        let x = Matrix::from_fn(x.rows(), kept.len(), |i, j| x[(i, kept[j])]);
        let d = x.columns();
        let variances = Pca::fit(&x, d).variances().to_vec();
        let left = mean(variances[k..].iter().copied());
        let ln_determinant =
            variances[..k].iter().map(|v| v.ln()).sum::<f64>() + (d - k) as f64 * left.ln();
        let likelihood = -0.5 * (d as f64 * (2.0 * PI).ln() + ln_determinant + d as f64);
        let architecture = Architecture {
            seed,
            ..Architecture::linear(k)
        };
        let model = fitted(
            &Elbo::new(&x),
            &architecture,
            Likelihood::Gaussian,
            training(2000, x.rows(), 2e-2, seed),
        );
        [
            (likelihood - mean(model.elbo(&x, 20, seed))).abs(),
            likelihood,
        ]
    });
    vec![
        exact(
            "nats between the greatest likelihood and the ELBO",
            gap,
            Gate::AtMost(0.02),
        )
        .beside(0.0007, "numpy"),
        property(
            "the greatest likelihood, nats per object",
            likelihood,
            Gate::Shown,
        )
        .beside(1.3919, "numpy"),
    ]
}

/// Digits with a pixel on where it is above one half.
fn binary(x: &Matrix<f32>) -> Matrix<f32> {
    x.map(|x| f32::from(u8::from(x > 0.5)))
}

fn bounds_beside_quadrature(_: &Path) -> Vec<Finding> {
    let [
        elbo,
        apart,
        iw_5,
        iw_50,
        iw_2000,
        likelihood,
        off,
        steps_5,
        steps_50,
        steps_exact,
        kl_off,
    ] = over_seeds(3, |seed| {
        let digits = Digits::<f32>::split(seed);
        let (train, test) = (
            binary(&digits.train),
            binary(&digits.test).slice_rows(0..200),
        );
        let architecture = Architecture {
            seed,
            ..Architecture::deep(&[128], 2)
        };
        let model = fitted(
            &Elbo::new(&train),
            &architecture,
            Likelihood::Bernoulli,
            steady(150, 50, 2e-3, seed),
        );
        let exact = by_quadrature(&model, &test);
        // the mean over so many repetitions, object by object, and how surely one is above another
        let bound = |k: usize, times: u64| {
            let runs: Vec<Vec<f64>> = (0..times)
                .map(|t| model.importance_weighted_bound(&test, k, 100 * seed + t))
                .collect();
            (0..200)
                .map(|i| mean(runs.iter().map(|run| run[i])))
                .collect::<Vec<f64>>()
        };
        let (elbo, iw_5, iw_50) = (bound(1, 100), bound(5, 20), bound(50, 4));
        let iw_2000 = bound(2000, 1);
        let surely = |above: &[f64], below: &[f64]| {
            let differences: Vec<f64> = above.iter().zip(below).map(|(a, b)| a - b).collect();
            let centre = mean(differences.iter().copied());
            let variance = mean(differences.iter().map(|d| (d - centre).powi(2)));
            centre / (variance / 200.0).sqrt()
        };
        let all = |bound: &[f64]| mean(bound.iter().copied());
        [
            all(&elbo),
            (all(&model.elbo(&test, 100, 7 + seed)) - all(&elbo)).abs(),
            all(&iw_5),
            all(&iw_50),
            all(&iw_2000),
            all(&exact),
            (all(&iw_2000) - all(&exact)).abs(),
            surely(&iw_5, &elbo),
            surely(&iw_50, &iw_5),
            surely(&exact, &iw_50),
            kl_by_draws(&model, &test, seed),
        ]
    });
    vec![
        exact(
            "ELBO with the closed KL off that by draws, nats",
            apart,
            Gate::AtMost(0.05),
        ),
        exact(
            "IW5 above the ELBO, standard errors",
            steps_5,
            Gate::AtLeast(3.0),
        ),
        exact(
            "IW50 above IW5, standard errors",
            steps_50,
            Gate::AtLeast(3.0),
        ),
        exact(
            "ln p(x) above IW50, standard errors",
            steps_exact,
            Gate::AtLeast(0.0),
        ),
        exact("IW2000 off ln p(x), nats", off, Gate::AtMost(0.05)),
        exact(
            "KL in closed form off 5000 draws, nats",
            kl_off,
            Gate::AtMost(0.01),
        ),
        property("ELBO", elbo, Gate::Shown).beside(-19.82, "numpy"),
        property("IW5", iw_5, Gate::Shown).beside(-19.55, "numpy"),
        property("IW50", iw_50, Gate::Shown).beside(-19.45, "numpy"),
        property("IW2000", iw_2000, Gate::Shown),
        property("ln p(x) by quadrature", likelihood, Gate::Shown).beside(-19.416, "numpy"),
    ]
}

/// ln p(x) = ln ∫ p(x|z) p(z) dz over the plane of codes, on a grid of 241 x 241 from −6 to 6.
fn by_quadrature(model: &Variational<f32>, x: &Matrix<f32>) -> Vec<f64> {
    let (points, reach) = (241, 6.0);
    let step = 2.0 * reach / (points - 1) as f64;
    let coordinate = |i: usize| i as f64 * step - reach;
    let z = Matrix::from_fn(points * points, 2, |i, j| {
        coordinate(if j == 0 { i % points } else { i / points })
    });
    let prior = z.row_iter().map(|z| {
        let square: f64 = z.iter().map(|z| z * z).sum();
        -0.5 * square - (2.0 * PI).ln() + 2.0 * step.ln()
    });
    ln_sums(model, x, &z.cast(), &prior.collect::<Vec<f64>>())
}

/// ln Σₖ p(x|zₖ) e^(wₖ) of each row of x, over the rows z of codes with logarithms of weights w.
fn ln_sums(model: &Variational<f32>, x: &Matrix<f32>, z: &Matrix<f32>, w: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let logits = model
        .decoder()
        .evaluate(tape.leaf(z.clone()))
        .value()
        .cast::<f64>();
    // ln p(x|z) = Σⱼ xⱼ sⱼ − ln (1 + e^sⱼ) in the logits s, for all pairs by one product
    let ln_1p_exp = |s: &f64| s.max(0.0) + (-s.abs()).exp().ln_1p();
    let rest: Vec<f64> = logits
        .row_iter()
        .zip(w)
        .map(|(s, w)| w - s.iter().map(ln_1p_exp).sum::<f64>())
        .collect();
    let products = x.cast::<f64>().matmul_nt(&logits);
    let sums = products.row_iter().map(|row| {
        let logarithms = || row.iter().zip(&rest).map(|(a, b)| a + b);
        let largest = logarithms().fold(f64::NEG_INFINITY, f64::max);
        largest + logarithms().map(|l| (l - largest).exp()).sum::<f64>().ln()
    });
    sums.collect()
}

/// |KL in closed form − the mean of ln q(z|x) − ln p(z) over 5000 draws of z|, of the means over objects.
fn kl_by_draws(model: &Variational<f32>, x: &Matrix<f32>, seed: u64) -> f64 {
    let (means, deviations) = (model.encode(x), model.deviations(x));
    let mut random = generator(seed, "kl", 0);
    let pairs = || means.as_slice().iter().zip(deviations.as_slice());
    let closed = model
        .kl(x)
        .as_slice()
        .iter()
        .map(|kl| f64::from(*kl))
        .sum::<f64>();
    let mut drawn = 0.0;
    for (&m, &s) in pairs() {
        let (m, s) = (f64::from(m), f64::from(s));
        for _ in 0..5000 {
            let epsilon = standard_normal(&mut random);
            drawn += (0.5 * ((m + s * epsilon).powi(2) - epsilon * epsilon) - s.ln()) / 5000.0;
        }
    }
    (closed - drawn).abs() / x.rows() as f64
}

/// Eight numbers say much more than independent pixels. Without the divergence reconstructions are better still, but
/// the bound, and what is drawn from the prior, are not.
fn eight_numbers(_: &Path) -> Vec<Finding> {
    let [
        gain,
        elbo,
        reconstruction,
        prior,
        free_elbo,
        free_reconstruction,
        free_prior,
    ] = over_seeds(3, |seed| {
        let digits = Digits::<f32>::split(seed);
        let (train, test) = (binary(&digits.train), binary(&digits.test));
        let architecture = Architecture {
            seed,
            ..Architecture::deep(&[128], 8)
        };
        let run = |beta: f64| {
            let elbo = Elbo {
                beta,
                ..Elbo::new(&train)
            };
            let model = fitted(
                &elbo,
                &architecture,
                Likelihood::Bernoulli,
                steady(150, 50, 2e-3, seed),
            );
            let elbo = mean(model.elbo(&test, 20, seed));
            let kl = model.mean_kl(&test);
            (
                elbo,
                elbo + kl,
                by_prior_draws(&model, &test.slice_rows(0..200), seed),
            )
        };
        let (with, without) = (run(1.0), run(0.0));
        [
            with.0 - independent_pixels(&train, &test),
            with.0,
            with.1,
            with.2,
            without.0,
            without.1,
            without.2,
        ]
    });
    let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    vec![
        exact(
            "ELBO above independent pixels, nats",
            gain,
            Gate::AtLeast(4.0),
        )
        .beside(6.5, "numpy"),
        property("ELBO, nats per object", elbo.clone(), Gate::Shown).beside(-18.07, "numpy"),
        ablation(
            "β = 0: reconstruction better by",
            less(&free_reconstruction, &reconstruction),
            Gate::AtLeast(0.5),
        ),
        ablation(
            "β = 0: ELBO worse by",
            less(&elbo, &free_elbo),
            Gate::AtLeast(50.0),
        )
        .beside(540.0, "numpy"),
        ablation(
            "β = 0: ln p(x) by draws from the prior worse by",
            less(&prior, &free_prior),
            Gate::AtLeast(2.0),
        )
        .beside(6.0, "numpy"),
        paper("ELBO, 8x8 binary digits", elbo).beside(-86.76, "Burda 2015, 28x28, k = 1"),
    ]
}

/// The mean of ln (1/20000) Σ p(x|z) over z from the prior.
fn by_prior_draws(model: &Variational<f32>, x: &Matrix<f32>, seed: u64) -> f64 {
    let equal = vec![-20_000f64.ln(); 20_000];
    mean(ln_sums(model, x, &model.sample_codes(20_000, seed), &equal))
}

/// The mean log-likelihood of pixels that are on independently, each as often as in training (one object added either
/// way).
fn independent_pixels(train: &Matrix<f32>, test: &Matrix<f32>) -> f64 {
    let on: Vec<f64> = (0..train.columns())
        .map(|j| {
            let sum: f64 = train.row_iter().map(|x| f64::from(x[j])).sum();
            (sum + 1.0) / (train.rows() as f64 + 2.0)
        })
        .collect();
    mean(test.row_iter().map(|x| {
        let pixels = x.iter().zip(&on);
        pixels
            .map(|(&x, p)| if x > 0.5 { p.ln() } else { (1.0 - p).ln() })
            .sum()
    }))
}
