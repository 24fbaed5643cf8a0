//! The classifier on data: the gates of its accuracy.

use crate::command::{json, unsup};
use std::path::Path;

/// `unsup train classifier --quiet --json` and what follows: the accuracy on the test part.
fn test_accuracy(arguments: &[&str]) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let always = ["train", "classifier", "--quiet", "--json", "--out", out];
    let result = json(&unsup(&[&always[..], arguments].concat()));
    result["test_accuracy"].as_f64().expect("an accuracy")
}

#[test]
fn digits_are_told_with_97_percent() {
    for seed in ["0", "1", "2"] {
        let accuracy = test_accuracy(&["--seed", seed]);
        assert!(accuracy >= 0.97, "seed {seed}: {accuracy}");
    }
}

#[test]
fn mnist_is_told_with_97_percent_after_5_epochs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mnist");
    let train = folder.join("train-images-idx3-ubyte.gz");
    let test = folder.join("t10k-images-idx3-ubyte.gz");
    if !train.exists() {
        return println!("skipped: no data: mnist");
    }
    let (train, test) = (train.to_str().unwrap(), test.to_str().unwrap());
    let accuracy = test_accuracy(&["--data", train, "--test", test, "--epochs", "5"]);
    assert!(accuracy >= 0.97, "{accuracy}");
}
