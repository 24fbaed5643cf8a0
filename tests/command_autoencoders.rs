//! Every auto-encoder by the command: its figures with and without its idea, its pictures, what it refuses.

use super::command::{json, png_size, results, text, unsup};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// `unsup train METHOD` into a folder, quietly, as JSON.
fn train(method: &str, options: &[&str], out: &Path) -> Output {
    let place = ["--quiet", "--json", "--out", out.to_str().unwrap()];
    unsup(&[&["train", method][..], &place, options].concat())
}

/// The figure `key` with and without the method's idea.
fn both(result: &Value, key: &str) -> [f64; 2] {
    [result, &result["ablated"]].map(|result| {
        result[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key}: {result}"))
    })
}

/// What a method adds to the figures and pictures of all, and what its ablation must show.
struct Case {
    method: &'static str,
    options: &'static [&'static str],
    keys: &'static [&'static str],
    pictures: &'static [&'static str],
    /// A figure that the idea makes smaller.
    smaller: &'static str,
}

const CASES: [Case; 12] = [
    Case {
        method: "autoencoder",
        options: &[],
        keys: &[],
        pictures: &["codes.png"],
        smaller: "heldout_loss",
    },
    Case {
        method: "linear",
        options: &[],
        keys: &["degrees_to_pca"],
        pictures: &["codes.png", "filters.png"],
        smaller: "degrees_to_pca",
    },
    Case {
        method: "two-layer",
        options: &["--code", "8", "--tied", "--loss", "bernoulli"],
        keys: &[],
        pictures: &["filters.png"],
        smaller: "",
    },
    Case {
        method: "sparse",
        options: &[],
        keys: &["mean_activation", "near_zero", "zero_weights"],
        pictures: &["code-values.png", "filters.png"],
        smaller: "mean_activation",
    },
    Case {
        method: "sparse",
        options: &["--penalty", "codes"],
        keys: &["mean_activation"],
        pictures: &["code-values.png", "filters.png"],
        smaller: "mean_activation",
    },
    Case {
        method: "denoising",
        options: &[],
        keys: &["noisy_loss", "denoised_loss"],
        pictures: &["denoised.png", "filters.png"],
        smaller: "denoised_loss",
    },
    Case {
        method: "denoising",
        options: &["--ring"],
        keys: &["noisy_loss", "denoised_loss", "bayes_loss"],
        pictures: &["denoised.png", "field.png"],
        smaller: "denoised_loss",
    },
    Case {
        method: "contractive",
        options: &[],
        keys: &["jacobian_norm", "saturated"],
        pictures: &["filters.png", "spectrum.png"],
        smaller: "jacobian_norm",
    },
    Case {
        method: "relational",
        options: &["--epochs", "60"],
        keys: &["relation_loss", "threshold"],
        pictures: &[],
        smaller: "relation_loss",
    },
    Case {
        method: "stacked",
        options: &["--widths", "40", "--code", "20"],
        keys: &["pretrained_loss"],
        pictures: &["filters.png"],
        smaller: "heldout_loss",
    },
    Case {
        method: "variational",
        options: &[],
        keys: &["elbo", "kl", "importance_weighted_bound", "active_units"],
        pictures: &[
            "codes.png",
            "interpolation.png",
            "manifold.png",
            "samples.png",
            "similar.png",
        ],
        smaller: "kl",
    },
    Case {
        method: "semi-supervised",
        options: &[],
        keys: &["test_accuracy"],
        pictures: &[],
        smaller: "heldout_loss",
    },
];

#[test]
fn each_has_its_figures_and_pictures_and_its_ablation_shows_its_idea() {
    for case in CASES {
        let folder = tempfile::tempdir().unwrap();
        let given = |option: &str| case.options.contains(&option);
        // a few seconds in all: what the idea is good for shows early
        let short: &[&str] = if given("--epochs") {
            &[]
        } else {
            &["--epochs", "25"]
        };
        let options = [case.options, &["--ablate"], short].concat();
        let result = json(&train(case.method, &options, folder.path()));
        let name = format!("{} {:?}", case.method, case.options);
        for key in ["train_loss", "heldout_loss", "heldout_loss_8_bits"]
            .iter()
            .chain(case.keys)
        {
            both(&result, key);
        }
        assert!(
            result["linear_accuracy"].as_f64().unwrap() > 0.2,
            "{name}: {result}"
        );
        if !case.smaller.is_empty() {
            let [with, without] = both(&result, case.smaller);
            assert!(
                with < without,
                "{name}: {}: {with} and {without}",
                case.smaller
            );
        }
        let mut files = results(folder.path());
        files.retain(|file| file.ends_with(".png"));
        let mut expected = [case.pictures, &["reconstructions.png"]].concat();
        expected.sort_unstable();
        assert_eq!(files, expected, "{name}");
        for file in files {
            let (width, height) = png_size(&folder.path().join(&file));
            assert!(width > 500 && height > 100, "{file}: {width}x{height}");
        }
    }
}

#[test]
fn the_summary_puts_both_runs_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = unsup(&[
        "train",
        "contractive",
        "--quiet",
        "--epochs",
        "2",
        "--ablate",
        "--out",
        out,
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let summary = text(&output.stdout);
    for part in [
        "Contractive auto-encoder 64-100-64, tied, λ = 0.1, 2 epochs, seed 0",
        "Ablated, in the right column: with λ = 0\n",
        "  ratio to PCA     none: PCA makes next to no error with such a code       none\n",
        "How the code moves, on held-out objects:\n  mean ‖J‖ ",
    ] {
        assert!(summary.contains(part), "\"{part}\" is not in: {summary}");
    }
}

#[test]
fn a_penalty_of_0_is_the_plain_auto_encoder_and_is_its_own_ablation() {
    let folder = tempfile::tempdir().unwrap();
    for (method, options) in [
        ("sparse", ["--lambda", "0"]),
        ("contractive", ["--lambda", "0"]),
        ("relational", ["--weight", "0"]),
    ] {
        let options = [&options[..], &["--ablate", "--epochs", "2"]].concat();
        let result = json(&train(method, &options, folder.path()));
        let [with, without] = both(&result, "heldout_loss");
        assert_eq!(with, without, "{method}");
    }
}

#[test]
fn the_same_seed_gives_the_same_figures_at_any_number_of_threads() {
    for method in ["denoising", "variational", "semi-supervised"] {
        let folder = tempfile::tempdir().unwrap();
        let run = |seed: &str, threads: &str| {
            let options = [
                "--epochs",
                "2",
                "--seed",
                seed,
                "--threads",
                threads,
                "--batch-size",
                "400",
            ];
            let mut result = json(&train(method, &options, folder.path()));
            result["seconds"].take();
            let model = fs::read(folder.path().join("model.safetensors")).unwrap();
            (result.to_string(), model)
        };
        let one = run("7", "1");
        assert!(one == run("7", "2"), "{method}: 2 threads");
        assert_ne!(one.0, run("8", "1").0, "{method}");
    }
}

#[test]
fn tables_without_labels_and_of_few_objects_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    let rows: Vec<String> = (0..12)
        .map(|i| format!("{i},{},{}", i * i, (i % 3) * 10))
        .collect();
    fs::write(&file, rows.join("\n")).unwrap();
    let data = ["--data", file.to_str().unwrap(), "--header", "no"];
    let out = folder.path().join("out");
    let short = ["--epochs", "2", "--ablate"];
    for method in [
        "autoencoder",
        "linear",
        "two-layer",
        "sparse",
        "denoising",
        "contractive",
        "relational",
        "stacked",
        "variational",
    ] {
        let result = json(&train(method, &[&data[..], &short].concat(), &out));
        assert!(
            result["linear_accuracy"].is_null() && result["trustworthiness"].is_null(),
            "{result}"
        );
        assert!(result["heldout_loss"].is_number(), "{result}");
    }
}

#[test]
fn what_has_no_effect_or_cannot_be_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    fs::write(&file, "1,2\n3,-4\n5,6\n").unwrap();
    let file = file.to_str().unwrap();
    let out = folder.path().join("out");
    let cases: [(&str, &[&str], &str); 12] = [
        (
            "sparse",
            &["--penalty", "codes", "--epsilon", "0.1"],
            "--epsilon has no use here",
        ),
        (
            "sparse",
            &["--penalty", "some"],
            "expected activations, codes, l1-weights or l2-weights",
        ),
        (
            "sparse",
            &["--epsilon", "1"],
            "expected a number between 0 and 1",
        ),
        (
            "denoising",
            &["--probability", "0.1"],
            "--probability has no use here",
        ),
        (
            "denoising",
            &["--noise", "masking", "--sigma", "1"],
            "--sigma has no use here",
        ),
        (
            "contractive",
            &["--widths", "20", "--jacobian", "closed-form"],
            "is for one layer",
        ),
        (
            "relational",
            &["--weight", "1.5"],
            "expected a number from 0 to 1",
        ),
        (
            "semi-supervised",
            &["--data", file],
            "no labels, expected the classes",
        ),
        (
            "variational",
            &["--data", file, "--binarised"],
            "not all features lie between 0 and 1",
        ),
        (
            "two-layer",
            &["--data", file, "--loss", "bernoulli"],
            "not all features lie between 0 and 1",
        ),
        (
            "variational",
            &["--draws", "5", "--beta", "2"],
            "--beta has no use here",
        ),
        (
            "variational",
            &["--draws", "100000"],
            "values of a batch's draws, expected at most 100000000",
        ),
    ];
    for (method, options, expected) in cases {
        let output = train(method, options, &out);
        let error = text(&output.stderr);
        assert!(
            !output.status.success() && error.contains(expected),
            "{method} {options:?}: {error}"
        );
        assert!(
            !error.contains("panicked") && error.lines().count() == 1,
            "{error}"
        );
    }
}
