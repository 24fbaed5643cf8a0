//! What all generators promise: the same seed gives the same data, another seed others, and more objects only add to fewer.

use unsup_autograd::Matrix;
use unsup_data::generators::{
    AutoregressiveSeries, GaussianMixture, LinearTasks, PlantedDictionary, PrivilegedExperiment,
    PrivilegedKind, ProbabilisticPca, Regression, SCurve, Scenes, SwissRoll, TestFunction,
    TwoMoons,
};

/// The data of a generator, of so many objects and with that seed: an object in each row.
type Generator = Box<dyn Fn(usize, u64) -> Matrix<f64>>;

fn generators() -> Vec<(&'static str, Generator)> {
    let mixture = GaussianMixture::blobs(3, &[0.5, 1.0], 5.0, 0).with_weights(&[1.0, 3.0]);
    let privileged = |kind| -> Generator {
        Box::new(move |n, seed| {
            let part = PrivilegedExperiment::new(kind).sample(n, 1, seed).train;
            beside(&part.features, &part.privileged)
        })
    };
    vec![
        (
            "mixture",
            Box::new(move |n, seed| mixture.sample(n, seed).features),
        ),
        (
            "moons",
            Box::new(|n, seed| TwoMoons::default().sample(n, seed).features),
        ),
        (
            "swiss roll",
            Box::new(|n, seed| SwissRoll { noise: 0.1 }.sample(n, seed).features),
        ),
        (
            "S-curve",
            Box::new(|n, seed| SCurve { noise: 0.1 }.sample(n, seed).features),
        ),
        (
            "dictionary",
            Box::new(|n, seed| {
                let settings = PlantedDictionary {
                    noise: 0.1,
                    ..Default::default()
                };
                settings.sample(n, seed).features
            }),
        ),
        (
            "probabilistic PCA",
            Box::new(|n, seed| ProbabilisticPca::default().sample(n, seed).features),
        ),
        (
            "linear tasks",
            Box::new(|n, seed| {
                let task = LinearTasks::default().sample(n, seed).tasks.remove(3);
                beside(&task.features, &task.targets)
            }),
        ),
        (
            "regression",
            Box::new(|n, seed| {
                let function = TestFunction::Friedman2;
                let sample = Regression {
                    function,
                    noise: 1.0,
                }
                .sample(n, seed);
                beside(&sample.features, &sample.targets)
            }),
        ),
        (
            "scenes",
            Box::new(|n, seed| Scenes::default().sample(n, seed).features),
        ),
        ("clean labels", privileged(PrivilegedKind::CleanLabels)),
        ("clean features", privileged(PrivilegedKind::CleanFeatures)),
        (
            "relevant features",
            privileged(PrivilegedKind::RelevantFeatures),
        ),
        (
            "sample-dependent features",
            privileged(PrivilegedKind::SampleDependentFeatures),
        ),
        (
            "series",
            Box::new(|n, seed| {
                let sample = AutoregressiveSeries::default().sample(n, seed);
                beside(&sample.features, &sample.privileged)
            }),
        ),
    ]
}

fn beside(a: &Matrix<f64>, b: &Matrix<f64>) -> Matrix<f64> {
    let rows: Vec<Vec<f64>> = a
        .row_iter()
        .zip(b.row_iter())
        .map(|(a, b)| [a, b].concat())
        .collect();
    Matrix::from_rows(&rows)
}

#[test]
fn a_seed_gives_its_data_and_another_seed_others() {
    for (name, sample) in generators() {
        assert_eq!(sample(20, 7), sample(20, 7), "{name}");
        let (a, b) = (sample(20, 7), sample(20, 8));
        assert!(
            a.row_iter()
                .all(|row| b.row_iter().all(|other| row != other)),
            "{name}"
        );
        assert!(a.is_finite(), "{name}");
    }
}

#[test]
fn a_sample_begins_with_the_smaller_one() {
    for (name, sample) in generators() {
        let (many, few) = (sample(30, 1), sample(11, 1));
        assert_eq!(many.slice_rows(0..11), few, "{name}");
    }
}

#[test]
fn no_two_objects_are_the_same() {
    for (name, sample) in generators() {
        let data = sample(200, 3);
        let mut rows: Vec<Vec<u64>> = data
            .row_iter()
            .map(|row| row.iter().map(|x| x.to_bits()).collect())
            .collect();
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), 200, "{name}");
    }
}
