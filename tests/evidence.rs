//! The claims: every experiment of `evidence/`, one test a method, and every gate must hold.
//!
//! Those that take minutes are run by
//! `cargo test --release --test tests long -- --ignored --nocapture --test-threads=1`.

use std::path::Path;
use unsup_evidence::{Conditions, Experiment, experiments, long_experiments, table};

/// Runs the experiments of a method, prints their figures, and fails where a gate does not hold.
#[track_caller]
fn holds(method: &str) {
    all_hold(method, experiments());
}

/// The same of those of the experiments that are of the method.
#[track_caller]
fn all_hold(method: &str, experiments: Vec<Experiment>) {
    let conditions = Conditions {
        data: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")),
        ..Conditions::default()
    };
    let of_method = experiments.into_iter().filter(|one| one.method == method);
    let mut failed = Vec::new();
    let mut run = 0;
    for experiment in of_method {
        match experiment.run(&conditions) {
            Ok(records) => {
                let seconds = records.first().map_or(0.0, |record| record.seconds);
                println!(
                    "{method}: {}, {seconds:.1} s\n{}",
                    experiment.name,
                    table(&records)
                );
                failed.extend(
                    records
                        .into_iter()
                        .filter(|record| record.holds == Some(false)),
                );
            }
            Err(skipped) => println!(
                "{method}: {}: skipped: no data: {}",
                experiment.name, skipped.file
            ),
        }
        run += 1;
    }
    assert!(run > 0, "no experiment is named {method}");
    assert!(
        failed.is_empty(),
        "gates that do not hold:\n{}",
        table(&failed)
    );
}

#[test]
fn wta() {
    holds("wta");
}

#[test]
fn wtm() {
    holds("wtm");
}

#[test]
fn lvq() {
    holds("lvq");
}

#[test]
fn som() {
    holds("som");
}

#[test]
fn linear() {
    holds("linear");
}

#[test]
fn two_layer() {
    holds("two-layer");
}

#[test]
fn autoencoder() {
    holds("autoencoder");
}

#[test]
fn sparse() {
    holds("sparse");
}

#[test]
fn denoising() {
    holds("denoising");
}

#[test]
fn contractive() {
    holds("contractive");
}

#[test]
fn relational() {
    holds("relational");
}

#[test]
fn stacked() {
    holds("stacked");
}

#[test]
fn variational() {
    holds("variational");
}

#[test]
fn semi_supervised() {
    holds("semi-supervised");
}

#[test]
fn transfer() {
    holds("transfer");
}

#[test]
fn self_supervised() {
    holds("self-supervised");
}

#[test]
fn distill() {
    holds("distill");
}

#[test]
fn multi_task() {
    holds("multi-task");
}

#[test]
fn lupi() {
    holds("lupi");
}

#[test]
fn gan() {
    holds("gan");
}

#[test]
fn every_method_with_experiments_has_a_test() {
    let mut methods: Vec<&str> = experiments().iter().map(|one| one.method).collect();
    methods.dedup();
    let kohonen = ["wta", "wtm", "lvq", "som"];
    let autoencoders = [
        "linear",
        "two-layer",
        "autoencoder",
        "sparse",
        "denoising",
        "contractive",
        "relational",
        "stacked",
        "variational",
        "semi-supervised",
    ];
    let in_sequence = ["transfer", "self-supervised", "distill"];
    let together = ["multi-task", "lupi", "gan"];
    let all = [&kohonen[..], &autoencoders, &in_sequence, &together];
    assert_eq!(methods, all.concat());
}

/// The experiments that take minutes.
mod long {
    use super::{Conditions, all_hold, long_experiments};

    #[track_caller]
    fn holds(method: &str) {
        // the figures have the same bits at any number
        #[cfg(feature = "threading")]
        unsup_autograd::set_threads(2);
        all_hold(method, long_experiments());
    }

    #[test]
    #[ignore = "takes minutes"]
    fn denoising() {
        holds("denoising");
    }

    #[test]
    #[ignore = "takes minutes"]
    fn contractive() {
        holds("contractive");
    }

    #[test]
    #[ignore = "takes minutes"]
    fn relational() {
        holds("relational");
    }

    #[test]
    #[ignore = "takes minutes"]
    fn variational() {
        holds("variational");
    }

    #[test]
    #[ignore = "takes minutes"]
    fn multi_task() {
        holds("multi-task");
    }

    #[test]
    #[ignore = "takes minutes"]
    fn lupi() {
        holds("lupi");
    }

    #[test]
    fn every_method_with_long_experiments_has_a_test_and_without_data_those_that_need_it_are_skipped()
     {
        let experiments = long_experiments();
        let mut methods: Vec<&str> = experiments.iter().map(|one| one.method).collect();
        methods.dedup();
        let tested = [
            "denoising",
            "contractive",
            "relational",
            "variational",
            "multi-task",
            "lupi",
        ];
        assert_eq!(methods, tested);
        for experiment in experiments.iter().filter(|one| one.needs.is_some()) {
            let skipped = experiment.run(&Conditions::default()).unwrap_err();
            assert_eq!(Some(skipped.file), experiment.needs);
        }
    }
}
