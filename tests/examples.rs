//! The examples run, and find what they say: each holds its figures against what it expects.

#[path = "../examples/autoencoder.rs"]
mod autoencoder;
#[path = "../examples/denoising.rs"]
mod denoising;
#[path = "../examples/distillation.rs"]
mod distillation;
#[path = "../examples/gan.rs"]
mod gan;
#[path = "../examples/kohonen_map.rs"]
mod kohonen_map;
#[path = "../examples/lvq_classifier.rs"]
mod lvq_classifier;
#[path = "../examples/multi_task.rs"]
mod multi_task;
#[path = "../examples/own_layer.rs"]
mod own_layer;
#[path = "../examples/own_operation.rs"]
mod own_operation;
#[path = "../examples/privileged.rs"]
mod privileged;
#[path = "../examples/transfer.rs"]
mod transfer;
#[path = "../examples/variational.rs"]
mod variational;

/// A test of each example.
macro_rules! run {
    ($($example:ident),+ $(,)?) => {
        /// Those that are run here.
        const RUN: &[&str] = &[$(stringify!($example)),+];

        mod run {
            $(
                #[test]
                fn $example() {
                    super::$example::main().unwrap();
                }
            )+
        }
    };
}
run!(
    autoencoder,
    denoising,
    distillation,
    gan,
    kohonen_map,
    lvq_classifier,
    multi_task,
    own_layer,
    own_operation,
    privileged,
    transfer,
    variational,
);

#[test]
fn every_example_is_run_and_is_short() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines < 40, "{}: {lines} lines", path.display());
        found.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
    }
    found.sort();
    assert_eq!(found, RUN);
}
