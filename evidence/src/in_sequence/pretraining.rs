//! Pre-training and transfer of knowledge.

use crate::shared::{
    Digits, ablation, exact, labelled, mean, observed, over_enough_seeds, over_seeds, points,
    property, steady, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_models::autoencoder::{self, AutoEncoder, Denoising, Noise};
use unsup_models::in_sequence::pretraining::{Start, Target, compare};
use unsup_models::together::multi_task::{Architecture, MultiTask};
use unsup_models::{Activation, Task, Training};
use unsup_nn::Sequence;
use unsup_nn::classical::Ridge;

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "transfer",
            name: "a linear head on a frozen encoder",
            needs: None,
            findings: head_of_least_squares,
        },
        Experiment {
            method: "transfer",
            name: "digits: which digit, then odd or even from twenty labels",
            needs: None,
            findings: to_parity,
        },
        Experiment {
            method: "transfer",
            name: "digits: 0 to 4, then 5 to 9 from twenty-five labels",
            needs: None,
            findings: to_other_digits,
        },
    ]
}

/// An encoder 64-128-64 that has learned the classes of these objects.
fn pretrained(
    x: &Matrix<f32>,
    classes: &[usize],
    count: usize,
    epochs: usize,
    seed: u64,
) -> Sequence<f32> {
    let architecture = Architecture {
        seed,
        ..Architecture::default()
    };
    let mut model = MultiTask::new(64, &[count], &architecture);
    let outcome = model.fit(
        &[Task::classes(x, classes)],
        &steady(epochs, 50, 2e-3, seed),
        observed,
    );
    outcome.expect("the training does not diverge");
    model.encoder().clone()
}

/// The same layers as the encoder of a denoising auto-encoder, learned without labels.
fn unlabelled(x: &Matrix<f32>, seed: u64) -> Sequence<f32> {
    let architecture = autoencoder::Architecture {
        activation: Activation::Relu,
        code_activation: Activation::Relu,
        output: Activation::Sigmoid,
        seed,
        ..autoencoder::Architecture::deep(&[128], 64)
    };
    let mut model = AutoEncoder::new(64, &architecture);
    let noise = Denoising::new(Noise::Gaussian { sigma: 0.3 });
    let outcome = model.fit(x, &noise, &steady(60, 50, 2e-3, seed), observed);
    outcome.expect("the training does not diverge");
    model.encoder().clone()
}

/// The accuracies of the table's lines: frozen and fine-tuned of each encoder, random frozen, from scratch.
fn table<const N: usize>(
    encoders: &[(&str, &Sequence<f32>)],
    target: &Target<'_, f32>,
    training: &Training,
    (x, classes): (&Matrix<f32>, &[usize]),
) -> [f64; N] {
    let lines = compare(encoders, target, training, |_, epoch| observed(epoch));
    let lines = lines.expect("the training does not diverge");
    let accuracies: Vec<f64> = lines
        .iter()
        .map(|line| line.model.accuracy(0, x, classes))
        .collect();
    accuracies
        .try_into()
        .expect("as many lines as are asked for")
}

/// The accuracies of the table's lines, the first task called `first`, beside what numpy came to.
fn accuracies<'f>(
    first: &'f str,
    lines: [Vec<f64>; 6],
    numpy: [Option<f64>; 6],
) -> impl Iterator<Item = Finding> + 'f {
    let names = [
        format!("{first}, frozen"),
        format!("{first}, fine-tuned"),
        "without labels, frozen".to_owned(),
        "without labels, fine-tuned".to_owned(),
        "random, frozen".to_owned(),
        "from scratch".to_owned(),
    ];
    let lines = names.into_iter().zip(lines).zip(numpy);
    lines.map(|((name, accuracy), numpy)| {
        let finding = property(&format!("{name}: accuracy"), accuracy, Gate::Shown);
        match numpy {
            Some(numpy) => finding.beside(numpy, "numpy"),
            None => finding,
        }
    })
}

fn to_parity(_: &Path) -> Vec<Finding> {
    let [
        frozen,
        tuned,
        unlabelled_frozen,
        unlabelled_tuned,
        random,
        scratch,
    ] = over_enough_seeds(5, |seed| {
        let digits = Digits::<f32>::split(seed);
        let of_identity = pretrained(&digits.train, &digits.train_labels, 10, 30, seed);
        let of_images = unlabelled(&digits.train, seed);
        let parity = |labels: &[usize]| labels.iter().map(|label| label % 2).collect::<Vec<_>>();
        let rows = labelled(&digits.train_labels, 2, seed);
        let x = digits.train.select_rows(&rows);
        let y: Vec<usize> = rows.iter().map(|&i| digits.train_labels[i] % 2).collect();
        let target = Target {
            task: Task::classes(&x, &y),
            outputs: 2,
            head: &[],
            seed,
        };
        let encoders = [("identity", &of_identity), ("denoising", &of_images)];
        let judged = (&digits.test, &parity(&digits.test_labels)[..]);
        table(&encoders, &target, &steady(200, 20, 2e-3, seed), judged)
    });
    let mut findings = vec![
        property(
            "frozen: points above scratch",
            points(&frozen, &scratch),
            Gate::AtLeast(3.0),
        )
        .beside(4.9, "numpy"),
        ablation(
            "frozen: points above random, frozen",
            points(&frozen, &random),
            Gate::AtLeast(5.0),
        )
        .beside(10.3, "numpy"),
    ];
    let lines = [
        frozen,
        tuned,
        unlabelled_frozen,
        unlabelled_tuned,
        random,
        scratch,
    ];
    let numpy = [
        Some(0.903),
        Some(0.879),
        None,
        None,
        Some(0.800),
        Some(0.854),
    ];
    findings.extend(accuracies("identity", lines, numpy));
    findings
}

/// What is learned to tell 0 to 4 apart is worse for 5 to 9 than no knowledge, and than random weights.
fn to_other_digits(_: &Path) -> Vec<Finding> {
    let [
        frozen,
        tuned,
        unlabelled_frozen,
        unlabelled_tuned,
        random,
        scratch,
    ] = over_enough_seeds(5, |seed| {
        let digits = Digits::<f32>::split(seed);
        let of = |x: &Matrix<f32>, labels: &[usize], from: usize| {
            let rows: Vec<usize> = (0..labels.len())
                .filter(|&i| (from..from + 5).contains(&labels[i]))
                .collect();
            let classes: Vec<usize> = rows.iter().map(|&i| labels[i] - from).collect();
            (x.select_rows(&rows), classes)
        };
        let (x, y) = of(&digits.train, &digits.train_labels, 0);
        let of_first = pretrained(&x, &y, 5, 40, seed);
        let of_images = unlabelled(&digits.train, seed);
        let rows = labelled(&digits.train_labels, 5, seed);
        let rows: Vec<usize> = rows
            .into_iter()
            .filter(|&i| digits.train_labels[i] >= 5)
            .collect();
        let x = digits.train.select_rows(&rows);
        let y: Vec<usize> = rows.iter().map(|&i| digits.train_labels[i] - 5).collect();
        let target = Target {
            task: Task::classes(&x, &y),
            outputs: 5,
            head: &[],
            seed,
        };
        let encoders = [("0 to 4", &of_first), ("denoising", &of_images)];
        let (test, test_classes) = of(&digits.test, &digits.test_labels, 5);
        table(
            &encoders,
            &target,
            &steady(300, 25, 2e-3, seed),
            (&test, &test_classes),
        )
    });
    let mut findings = vec![
        property(
            "0 to 4, frozen: points above scratch",
            points(&frozen, &scratch),
            Gate::AtMost(-6.0),
        )
        .beside(-10.3, "numpy"),
        property(
            "without labels, frozen: points above 0 to 4, frozen",
            points(&unlabelled_frozen, &frozen),
            Gate::AtLeast(6.0),
        )
        .beside(9.7, "numpy"),
        property(
            "0 to 4, frozen: points above random, frozen",
            points(&frozen, &random),
            Gate::AtMost(-2.0),
        )
        .beside(-2.7, "numpy"),
    ];
    let lines = [
        frozen,
        tuned,
        unlabelled_frozen,
        unlabelled_tuned,
        random,
        scratch,
    ];
    let numpy = [
        Some(0.817),
        Some(0.889),
        Some(0.914),
        None,
        Some(0.844),
        Some(0.920),
    ];
    findings.extend(accuracies("0 to 4", lines, numpy));
    findings
}

/// With α frozen, a linear head and the squared error, min over β′ is least squares on codes, which is known.
fn head_of_least_squares(_: &Path) -> Vec<Finding> {
    let [excess, distance] = over_seeds(3, |seed| {
        let digits = Digits::<f64>::split(seed);
        let widths = [64, 16, 4];
        let encoder = Sequence::new(&widths, Activation::Tanh, Activation::Tanh, seed, "encoder");
        let x = digits.train.slice_rows(0..200);
        let y = Matrix::from_fn(200, 1, |i, _| digits.train_labels[i] as f64);
        let target = Target {
            task: Task::numbers(&x, &y),
            outputs: 1,
            head: &[],
            seed,
        };
        let mut model = target.model(&encoder, Start::Frozen);
        let outcome = model.fit(&[target.task], &training(5000, 200, 0.05, seed), observed);
        outcome.expect("the training does not diverge");
        let (codes, learned) = (model.encode(&x), model.answers(0, &x));
        let best = Ridge::fit(&codes, &y, 0.0).predict(&codes);
        let error = |a: &Matrix<f64>| mean((0..200).map(|i| (a[(i, 0)] - y[(i, 0)]).powi(2)));
        let apart = (0..200).map(|i| (learned[(i, 0)] - best[(i, 0)]).abs());
        [
            error(&learned) / error(&best) - 1.0,
            apart.fold(0.0, f64::max),
        ]
    });
    vec![
        exact(
            "loss over that of least squares − 1",
            excess,
            Gate::AtMost(1e-4),
        ),
        exact(
            "largest difference of an answer",
            distance,
            Gate::AtMost(0.1),
        ),
    ]
}
