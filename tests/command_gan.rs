//! The adversarial network by the command: its figures, files and pictures, what it says on the way, what it refuses.

use super::command::{json, png_size, results, text, unsup};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// `unsup train gan` into a folder, as JSON.
fn train(options: &[&str], out: &Path) -> Output {
    let place = ["--json", "--out", out.to_str().unwrap()];
    unsup(&[&["train", "gan"][..], &place, options].concat())
}

fn number(result: &Value, key: &str) -> f64 {
    let number = result[key].as_f64();
    number.unwrap_or_else(|| panic!("{key}: {result}"))
}

#[test]
fn the_ring_is_found_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let options = [
        "--quiet",
        "--steps",
        "600",
        "--batch-size",
        "64",
        "--samples",
        "300",
    ];
    let result = json(&train(&options, out));
    assert!(number(&result, "modes_hit") >= 4.0, "{result}");
    assert_eq!(number(&result, "modes"), 8.0);
    assert!(number(&result, "near") > 0.02, "{result}");
    assert!(number(&result, "reverse_kl") < 1.0, "{result}");
    assert!((number(&result, "spread") - 1.0).abs() < 0.4, "{result}");
    assert!(
        (-1.45..-0.7).contains(&number(&result, "value")),
        "{result}"
    );
    assert_eq!(number(&result, "chance_value"), -(4f64.ln()));
    for key in ["d_objects", "d_samples"] {
        assert!((number(&result, key) - 0.5).abs() < 0.25, "{result}");
    }
    for key in ["coverage", "precision", "true_coverage", "true_precision"] {
        assert!((0.0..=1.0).contains(&number(&result, key)), "{result}");
    }
    assert!(number(&result, "true_coverage") > 0.9, "{result}");
    assert!(result["classes_made"].is_null() && result["warnings"].is_array());

    let written = [
        "history.csv",
        "model.safetensors",
        "samples-over-training.png",
        "samples.csv",
        "surface.png",
        "value.png",
    ];
    assert_eq!(results(out), written);
    for name in written.iter().filter(|name| name.ends_with(".png")) {
        assert!(png_size(&out.join(name)).0 > 800);
    }
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(read("history.csv").lines().count(), 41);
    let samples = read("samples.csv");
    assert_eq!(samples.lines().count(), 300);
    let radius = |line: &str| {
        let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        numbers[0].hypot(numbers[1])
    };
    let radii = samples.lines().map(radius).sum::<f64>() / 300.0;
    assert!((radii - 1.0).abs() < 0.3, "{radii}");
}

#[test]
fn the_same_seed_gives_the_same_figures_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let run = |seed: &str, threads: &str| {
        let options = [
            "--quiet",
            "--steps",
            "4",
            "--batch-size",
            "400",
            "--widths",
            "200",
            "--seed",
            seed,
            "--threads",
            threads,
        ];
        let mut result = json(&train(&options, folder.path()));
        result["seconds"].take();
        let file = |name: &str| fs::read(folder.path().join(name)).unwrap();
        (
            result.to_string(),
            file("model.safetensors"),
            file("samples.csv"),
        )
    };
    let one = run("7", "1");
    assert!(one == run("7", "2"), "2 threads");
    assert_ne!(one.0, run("8", "1").0);
}

#[test]
fn classes_of_digits_are_told_by_a_judge() {
    let folder = tempfile::tempdir().unwrap();
    let result = json(&train(
        &["--quiet", "--digits", "--steps", "150"],
        folder.path(),
    ));
    assert!(number(&result, "judge_accuracy") > 0.9, "{result}");
    assert_eq!(number(&result, "classes"), 10.0);
    assert!(number(&result, "classes_made") >= 2.0, "{result}");
    let shares = result["class_shares"].as_array().unwrap();
    assert_eq!(shares.len(), 10);
    for part in ["objects", "samples"] {
        let sum: f64 = shares.iter().map(|row| number(row, part)).sum();
        assert!((sum - 1.0).abs() < 1e-9);
    }
    assert!(result["modes_hit"].is_null());
    assert!(!results(folder.path()).contains(&"surface.png".to_owned()));
    let samples = fs::read_to_string(folder.path().join("samples.csv")).unwrap();
    let pixels = samples.lines().next().unwrap().split(',');
    let pixels: Vec<f64> = pixels.map(|cell| cell.parse().unwrap()).collect();
    assert!(pixels.len() == 64 && pixels.iter().all(|x| (0.0..=1.0).contains(x)));
}

#[test]
fn own_data_of_any_number_of_features_are_taken_in_their_unit() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    let data = ["--data", file.to_str().unwrap(), "--quiet"];
    for features in [1, 2, 70] {
        // far from 0, and of another deviation
        let names: Vec<String> = (0..features).map(|j| format!("length-{j}")).collect();
        let rows = (0..60).map(|i| {
            let cells = (0..features).map(|j| (1000 + (i * (7 + j)) % 60).to_string());
            cells.collect::<Vec<_>>().join(",")
        });
        let rows: Vec<String> = [names.join(",")].into_iter().chain(rows).collect();
        fs::write(&file, rows.join("\n") + "\n").unwrap();
        let out = folder.path().join(features.to_string());
        for (game, value) in [
            ("minimax", "chance_value"),
            ("non-saturating", "chance_value"),
            ("wasserstein", "value"),
        ] {
            let options = ["--steps", "8", "--game", game, "--batch-size", "16"];
            let result = json(&train(&[&data[..], &options].concat(), &out));
            assert!(result[value].is_number(), "{result}");
            let of_game = result["chance_value"].is_null();
            assert_eq!(of_game, game == "wasserstein", "{result}");
            assert!(result["modes_hit"].is_null() && result["judge_accuracy"].is_null());
        }
        let drawn = results(&out).contains(&"surface.png".to_owned());
        assert_eq!(drawn, features == 2);
        let samples = fs::read_to_string(out.join("samples.csv")).unwrap();
        let mut lines = samples.lines();
        assert!(lines.next().unwrap().contains("length-0"));
        let first = |line: &str| line.split(',').next().unwrap().parse::<f64>().unwrap();
        let mean = lines.map(first).sum::<f64>() / 1000.0;
        assert!((900.0..1160.0).contains(&mean), "{mean}");
    }
    // as few objects as can be, all of them equal, and of one class
    fs::write(&file, "1,2,a\n".repeat(6)).unwrap();
    let out = folder.path().join("equal");
    let options = ["--steps", "3", "--label", "last", "--header", "no"];
    let result = json(&train(&[&data[..], &options].concat(), &out));
    assert!(result["judge_accuracy"].is_null(), "{result}");
    assert!(results(&out).contains(&"surface.png".to_owned()));
}

#[test]
fn a_collapse_is_said_as_it_arises_and_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    // a rate so large that the generator is soon where it gets no gradient
    let options = ["--steps", "40", "--rate", "1"];
    let output = train(&options, folder.path());
    let result = json(&output);
    let said = text(&output.stderr);
    let hardly = "the samples hardly differ";
    assert_eq!(said.matches(hardly).count(), 1, "{said}");
    assert!(said.starts_with("step "), "{said}");
    let warnings = result["warnings"].as_array().unwrap();
    let warning = warnings.iter().map(|warning| warning.as_str().unwrap());
    let warning = warning.filter(|warning| warning.contains(hardly));
    let warning = warning.collect::<Vec<_>>().join(", ");
    assert!(
        warning.starts_with("from step ") && warning.contains(" to the end: "),
        "{result}"
    );
    let quiet = train(&[&options[..], &["--quiet"]].concat(), folder.path());
    assert_eq!(text(&quiet.stderr), "");
    assert_eq!(json(&quiet)["warnings"], result["warnings"]);

    let place = ["--out", folder.path().to_str().unwrap()];
    let summary = unsup(&[&["train", "gan"][..], &options, &place].concat());
    let summary = text(&summary.stdout).to_owned();
    for part in [
        "Adversarial network, non-saturating game, G 8-64-64-2, D 2-64-64-1, noise from 0.2, 40 steps, seed 0, ",
        "Data: ring of 8 Gaussians, 20000 objects to train and 10000 to compare with, 2 features\n",
        "  by guessing, −ln 4     -1.3863\n",
        &format!("Warning: {warning}\n"),
    ] {
        assert!(summary.contains(part), "\"{part}\" is not in: {summary}");
    }
}

#[test]
fn a_discriminator_that_takes_no_steps_has_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let value = folder.path().join("value.png");
    fs::write(&value, "of an earlier run").unwrap();
    let options = ["--quiet", "--discriminator-steps", "0", "--steps", "100"];
    let result = json(&train(&options, folder.path()));
    for key in ["value", "d_objects", "d_samples"] {
        assert!(result[key].is_null(), "{result}");
    }
    assert!(number(&result, "near") < 0.2, "{result}");
    assert!(fs::read_to_string(&value).is_ok(), "it was not drawn anew");
}

#[test]
fn a_run_that_diverges_names_what_did_and_keeps_what_was_good() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    fs::write(&model, "better").unwrap();
    // a critic whose slopes nothing bounds
    let unbounded = [
        "--force",
        "--quiet",
        "--game",
        "wasserstein",
        "--penalty",
        "none",
        "--steps",
        "40",
        "--rate",
    ];
    let output = train(&[&unbounded[..], &["1e6"]].concat(), folder.path());
    let error = text(&output.stderr);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{error}"
    );
    assert!(
        error.starts_with("error: training diverged: the "),
        "{error}"
    );
    assert!(
        error.contains("diverged.safetensors holds both networks after step "),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
    assert_eq!(fs::read_to_string(&model).unwrap(), "better");
    let kept = ["diverged.csv", "diverged.safetensors", "model.safetensors"];
    assert_eq!(results(folder.path()), kept);

    // from its first steps on: nothing was good, and nothing is written
    let out = folder.path().join("early");
    let output = train(&[&unbounded[..], &["1e30"]].concat(), &out);
    let error = text(&output.stderr);
    assert!(error.starts_with("error: training diverged: "), "{error}");
    assert!(
        !output.status.success() && error.lines().count() == 1,
        "{error}"
    );
    assert_eq!(results(&out), Vec::<String>::new());
}

#[test]
fn what_has_no_effect_or_cannot_be_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let few = write("few.csv", "1,2\n3,4\n5,6\n7,8\n9,10\n");
    let one = write("one.csv", "1,2\n");
    let missing = write("missing.csv", "1,2\n3,?\n5,6\n7,8\n9,10\n11,12\n");
    let nan = write("nan.csv", "1,2\n3,NaN\n5,6\n7,8\n9,10\n11,12\n");
    let huge = write("huge.csv", "1,1e300\n3,4\n5,1e308\n7,8\n9,-1e308\n11,12\n");
    let empty = write("empty.csv", "");
    let good = write("good.csv", "1,2\n3,1\n5,6\n7,8\n9,10\n11,12\n");
    let out = folder.path().join("out");
    let cases: [(&[&str], &str); 32] = [
        (&["--data", &few], "found 5 objects, expected at least 6"),
        (&["--data", &one], "expected at least 2"),
        (&["--data", &missing], "missing"),
        (&["--data", &nan], "expected a finite number"),
        (
            &["--data", &huge, "--scaling", "none"],
            "too large to be scaled",
        ),
        (&["--data", &empty], "empty.csv"),
        (&["--data", "nowhere.csv"], "nowhere.csv"),
        (&["--data", &good, "--digits"], "cannot be used with"),
        (&["--data", &good, "--modes", "5"], "cannot be used with"),
        (&["--digits", "--radius", "2"], "cannot be used with"),
        (&["--digits", "--deviation", "2"], "cannot be used with"),
        (&["--data", &good, "--label", "9"], "9"),
        (&["--scaling", "standard"], "--scaling has no use here"),
        (
            &["--penalty-weight", "1"],
            "--penalty-weight has no use here",
        ),
        (
            &[
                "--game",
                "wasserstein",
                "--penalty",
                "none",
                "--penalty-weight",
                "1",
            ],
            "--penalty-weight has no use here",
        ),
        (
            &[
                "--discriminator-steps",
                "0",
                "--penalty",
                "r1",
                "--penalty-weight",
                "1",
            ],
            "--penalty, --penalty-weight have no use here",
        ),
        (
            &["--game", "chess"],
            "expected non-saturating, minimax or wasserstein",
        ),
        (&["--penalty", "r2"], "expected none, r1 or wgan-gp"),
        (
            &["--penalty", "r1", "--penalty-weight", "-1"],
            "expected a number of at least 0",
        ),
        (&["--noise", "NaN"], "expected a number of at least 0"),
        (&["--modes", "0"], "expected a whole number from 1 to 1000"),
        (
            &["--modes", "1001"],
            "expected a whole number from 1 to 1000",
        ),
        (&["--radius", "inf"], "expected a number from 0.001 to 1000"),
        (
            &["--deviation", "0"],
            "expected a number from 0.001 to 1000",
        ),
        (&["--steps", "0"], "expected a whole number of at least 1"),
        (
            &["--discriminator-steps", "-1"],
            "expected a whole number from 0",
        ),
        (&["--rate", "0"], "expected a number above 0"),
        (&["--widths", "64,0"], "found '0'"),
        (
            &["--widths", "100000,100000"],
            "weights, expected at most 200000000",
        ),
        (
            &["--discriminator-widths", "9999999999"],
            "--discriminator-widths",
        ),
        (&["--batch-size", "99999999"], "numbers in the widest layer"),
        (&["--samples", "99999999999"], "numbers in all samples"),
    ];
    for (options, expected) in cases {
        let output = train(&[&["--quiet"], options].concat(), &out);
        let error = text(&output.stderr);
        assert!(
            !output.status.success() && error.contains(expected),
            "{options:?}: {error}"
        );
        assert!(
            !error.contains("panicked") && error.lines().count() == 1,
            "{options:?}: {error}"
        );
    }
    assert!(!out.exists(), "what is refused leaves no folder");
}
