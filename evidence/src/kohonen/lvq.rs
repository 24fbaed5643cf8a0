//! LVQ.

use super::digits;
use super::observed_competition;
use crate::shared::{enough_seeds, observed, seeds};
use crate::{Evidence, Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::splits::{Split, stratified_k_fold};
use unsup_data::{LabelColumn, ReadOptions, read};
use unsup_models::Training;
use unsup_models::kohonen::{
    Lvq, LvqOutcome, LvqStart, LvqVariant, Rate, Settings, Stopping, Window,
};
use unsup_nn::classical::{
    GaussianMixtureSettings, KNearestClassifier, MixtureClassifier, accuracy,
};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "lvq",
            name: "digits in five folds, each variant from two starts",
            needs: None,
            findings: digits_in_five_folds,
        },
        Experiment {
            method: "lvq",
            name: "satimage, its own training and test part",
            needs: Some("satimage/sat.trn"),
            findings: satimage,
        },
        Experiment {
            method: "lvq",
            name: "one prototype a class",
            needs: Some("house-votes-84/house-votes-84.data"),
            findings: one_prototype_a_class,
        },
    ]
}

/// The variants with the rates at which they begin.
fn variants() -> [(&'static str, LvqVariant, f64); 4] {
    let window = Window::published(0.3);
    [
        ("LVQ1", LvqVariant::Lvq1, 0.05),
        ("OLVQ1", LvqVariant::OptimisedLvq1, 0.3),
        ("LVQ2.1", LvqVariant::Lvq21 { window }, 0.02),
        (
            "LVQ3",
            LvqVariant::Lvq3 {
                window,
                epsilon: 0.1,
            },
            0.03,
        ),
    ]
}

fn fit(
    lvq: &mut Lvq<f64>,
    x: &Matrix<f64>,
    labels: &[usize],
    (variant, rate): (LvqVariant, f64),
    seed: u64,
) -> LvqOutcome {
    let settings = Settings {
        epochs: 20,
        rate: Rate::linear(rate),
        stopping: Stopping::never(),
        seed,
        ..Settings::default()
    };
    let outcome = lvq.fit(x, labels, variant, &settings, observed_competition);
    outcome.expect("these objects can be trained on")
}

/// A part to train on and one to judge by.
struct Parts {
    x: Matrix<f64>,
    y: Vec<usize>,
    test_x: Matrix<f64>,
    test_y: Vec<usize>,
}

impl Parts {
    fn of(x: &Matrix<f64>, y: &[usize], split: &Split) -> Self {
        let labels = |rows: &[usize]| rows.iter().map(|&i| y[i]).collect();
        Self {
            x: x.select_rows(&split.train),
            y: labels(&split.train),
            test_x: x.select_rows(&split.test),
            test_y: labels(&split.test),
        }
    }

    fn start(&self, per_class: usize, start: LvqStart, seed: u64) -> Lvq<f64> {
        let lvq = Lvq::start(&self.x, &self.y, per_class, start, seed);
        lvq.expect("these objects can be trained on")
    }

    fn percent(&self, lvq: &Lvq<f64>) -> f64 {
        100.0 * lvq.accuracy(&self.test_x, &self.test_y)
    }
}

/// Five prototypes a class. Most of the accuracy is that of the start by k-means inside the classes; what training
/// itself is worth is seen from a start at random objects.
fn digits_in_five_folds(_: &Path) -> Vec<Finding> {
    let (x, y) = digits();
    let folds = |seed| {
        let folds = stratified_k_fold(&y, 5, seed).expect("ten digits in five folds");
        let parts: Vec<Parts> = folds
            .iter()
            .map(|split| Parts::of(&x, &y, &split))
            .collect();
        parts
    };
    // the mean over the folds, one a seed
    let mean = |of: &dyn Fn(&Parts, u64) -> f64| -> Vec<f64> {
        enough_seeds(3)
            .into_iter()
            .map(|seed| {
                let folds = folds(seed);
                folds.iter().map(|parts| of(parts, seed)).sum::<f64>() / folds.len() as f64
            })
            .collect()
    };
    let start_alone = |start| mean(&|parts, seed| parts.percent(&parts.start(5, start, seed)));
    let trained = |start, variant, rate| {
        mean(&|parts, seed| {
            let mut lvq = parts.start(5, start, seed);
            fit(&mut lvq, &parts.x, &parts.y, (variant, rate), seed);
            parts.percent(&lvq)
        })
    };
    let (k_means, objects) = (
        start_alone(LvqStart::KMeans),
        start_alone(LvqStart::Objects),
    );
    let mut findings = vec![
        Finding::new(
            Evidence::Ablation,
            "start by k-means alone, accuracy %",
            k_means,
            Gate::Shown,
        )
        .beside(97.11, "numpy"),
        Finding::new(
            Evidence::Ablation,
            "start at random objects alone",
            objects.clone(),
            Gate::Shown,
        ),
    ];
    for (name, variant, rate) in variants() {
        let from_k_means = trained(LvqStart::KMeans, variant, rate);
        let from_objects = trained(LvqStart::Objects, variant, rate);
        let gains = from_objects
            .iter()
            .zip(&objects)
            .map(|(after, before)| after - before);
        let (gate, reference) = match name {
            "LVQ1" => (Gate::AtLeast(97.0), 97.38),
            "OLVQ1" => (Gate::Shown, 97.11),
            "LVQ2.1" => (Gate::AtLeast(97.3), 97.55),
            _ => (Gate::AtLeast(97.4), 97.77),
        };
        findings.extend([
            Finding::new(
                Evidence::Exact,
                format!("{name} from k-means, accuracy %"),
                from_k_means,
                gate,
            )
            .beside(reference, "numpy"),
            Finding::new(
                Evidence::Ablation,
                format!("{name} from random objects, points gained"),
                gains.collect(),
                Gate::AtLeast(1.5),
            ),
        ]);
    }
    let generalised = |start| {
        mean(&|parts, seed| {
            let mut lvq = parts.start(5, start, seed);
            let training = Training {
                epochs: 30,
                batch_size: 32,
                rate: 0.005,
                seed,
                ..Training::default()
            };
            let run = lvq.fit_generalised(&parts.x, &parts.y, &training, observed);
            run.expect("the criterion is bounded");
            parts.percent(&lvq)
        })
    };
    let from_objects = generalised(LvqStart::Objects);
    let gains = from_objects
        .iter()
        .zip(&objects)
        .map(|(after, before)| after - before);
    findings.extend([
        Finding::new(
            Evidence::Exact,
            "GLVQ from k-means, accuracy %",
            generalised(LvqStart::KMeans),
            // above every package that was measured
            Gate::AtLeast(96.5),
        )
        .beside(96.27, "prosemble"),
        Finding::new(
            Evidence::Ablation,
            "GLVQ from random objects, points gained",
            gains.collect(),
            Gate::AtLeast(1.5),
        ),
    ]);
    // prototype selection: as many objects, at random, and the nearest decides
    let selected =
        mean(&|parts, seed| parts.percent(&parts.start(5, LvqStart::Objects, seed + 100)));
    let nearest = mean(&|parts, _| {
        let all = KNearestClassifier::new(parts.x.clone(), parts.y.clone(), 1);
        100.0 * all.accuracy(&parts.test_x, &parts.test_y)
    });
    let mixtures = mean(&|parts, seed| {
        let settings = GaussianMixtureSettings {
            seed,
            ..GaussianMixtureSettings::default()
        };
        let bayes = MixtureClassifier::fit(&parts.x, &parts.y, 10, 5, &settings);
        100.0 * accuracy(&bayes.predict(&parts.test_x), &parts.test_y)
    });
    findings.extend([
        Finding::new(
            Evidence::Property,
            "1-NN on 50 random objects, accuracy %",
            selected,
            Gate::AtMost(95.0),
        ),
        Finding::new(
            Evidence::Property,
            "1-NN on all objects, accuracy %",
            nearest,
            Gate::Shown,
        ),
        Finding::new(
            Evidence::Property,
            "Bayes, 5 Gaussians a class, accuracy %",
            mixtures,
            Gate::Shown,
        ),
    ]);
    findings
}

/// Statlog's satellite image: 4435 objects to train on, 2000 to judge by.
fn satimage(train: &Path) -> Vec<Finding> {
    let load = |path: &Path| {
        let options = ReadOptions {
            label: Some(LabelColumn::Last),
            ..ReadOptions::default()
        };
        let data = read(path, &options).expect("satimage as it is published");
        (
            data.features,
            data.labels.expect("its last column is the class"),
        )
    };
    let ((x, y), (test_x, test_y)) = (load(train), load(&train.with_extension("tst")));
    let parts = Parts {
        x,
        y,
        test_x,
        test_y,
    };
    let mut findings = Vec::new();
    for (name, variant, rate) in variants() {
        let errors = seeds(3).into_iter().map(|seed| {
            let mut lvq = parts.start(40, LvqStart::KMeans, seed);
            fit(&mut lvq, &parts.x, &parts.y, (variant, rate), seed);
            100.0 - parts.percent(&lvq)
        });
        findings.push(
            Finding::new(
                Evidence::Paper,
                format!("{name}, 40 a class, error %"),
                errors.collect(),
                Gate::AtMost(12.0),
            )
            .beside(10.5, "StatLog 1994"),
        );
    }
    findings
}

/// With one prototype a class nothing holds the pair together that LVQ2.1 pushes apart: it is seen, and the best
/// centres are restored. LVQ1, which moves the nearest one alone, stays.
fn one_prototype_a_class(file: &Path) -> Vec<Finding> {
    let (x, y) = super::votes::votes(file);
    let x = x.map(|vote| if vote.is_nan() { 0.5 } else { vote });
    let run = |variant, rate, seed| {
        let lvq = Lvq::start(&x, &y, 1, LvqStart::KMeans, seed);
        let mut lvq = lvq.expect("the votes can be trained on");
        let outcome = fit(&mut lvq, &x, &y, (variant, rate), seed);
        (100.0 * lvq.accuracy(&x, &y), outcome)
    };
    let window = Window::published(0.3);
    let [with_window, one_class_moves] = [
        (LvqVariant::Lvq21 { window }, 0.02),
        (LvqVariant::Lvq1, 0.05),
    ]
    .map(|(variant, rate)| {
        let runs = seeds(3).into_iter().map(|seed| run(variant, rate, seed));
        runs.collect::<Vec<_>>()
    });
    let diverged = |runs: &[(f64, LvqOutcome)]| -> Vec<f64> {
        runs.iter()
            .map(|(_, run)| f64::from(u8::from(run.diverged.is_some())))
            .collect()
    };
    let restored = with_window.iter().map(|(percent, _)| *percent).collect();
    vec![
        Finding::new(
            Evidence::Property,
            "LVQ2.1 seen to diverge, share of runs",
            diverged(&with_window),
            Gate::AtLeast(1.0),
        ),
        Finding::new(
            Evidence::Property,
            "LVQ1 seen to diverge",
            diverged(&one_class_moves),
            Gate::AtMost(0.0),
        ),
        Finding::new(
            Evidence::Property,
            "LVQ2.1 restored, accuracy %",
            restored,
            // no worse than the nearest of the two class means, 88.74 % (scikit-learn)
            Gate::AtLeast(88.7),
        )
        .beside(61.4, "left alone, numpy"),
    ]
}
