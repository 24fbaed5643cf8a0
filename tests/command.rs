//! The command as a user meets it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn unsup(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_unsup"))
        .args(arguments)
        .output()
        .expect("the command starts")
}

/// `unsup train autoencoder --quiet` and what follows.
fn train(arguments: &[&str]) -> Output {
    unsup(&[&["train", "autoencoder", "--quiet"], arguments].concat())
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is text")
}

fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object and nothing else")
}

fn png_size(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).expect("the picture is there");
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n", "{}", path.display());
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

#[test]
fn the_digits_are_learned_better_than_by_pca() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made/for/it");
    let result = json(&train(&["--json", "--out", out.to_str().unwrap()]));
    let number = |name: &str| result[name].as_f64().expect(name);
    // the gate of the deep auto-encoder, code of 2
    assert!(number("ratio") <= 0.70, "{result}");
    assert!((number("ratio") - number("heldout_loss") / number("pca_loss")).abs() < 1e-12);
    assert!(number("train_loss") < number("heldout_loss") && number("seconds") > 0.0);
    assert_eq!(result.as_object().unwrap().len(), 5);
    let mut files: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["codes.png", "reconstructions.png"]);
    for file in &files {
        let (width, height) = png_size(&out.join(file));
        assert!(width > 500 && height > 200, "{file}: {width}x{height}");
    }
}

/// Everything but the time is the same, to the bit, for the same seed and any number of threads.
#[test]
fn the_same_seed_gives_the_same_bits_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, seed: &str, threads: &str| {
        let out = folder.path().join(name);
        let widths = "512,256"; // products large enough to be split
        let options = [
            "--epochs",
            "2",
            "--batch-size",
            "400",
            "--widths",
            widths,
            "--json",
        ];
        let place = [
            "--out",
            out.to_str().unwrap(),
            "--seed",
            seed,
            "--threads",
            threads,
        ];
        let mut result = json(&train(&[&options[..], &place].concat()));
        result["seconds"].take();
        let picture = fs::read(out.join("codes.png")).unwrap();
        (result.to_string(), picture)
    };
    let one = run("a", "7", "1");
    assert!(one == run("b", "7", "2"), "2 threads");
    assert!(one == run("c", "7", "3"), "3 threads");
    assert_ne!(one.0, run("d", "8", "1").0);
}

#[test]
fn a_table_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    // three columns that depend on one number, on scales of their own, and a constant one
    let mut table = "angle,sine,cosine,same\n".to_owned();
    for i in 0..120 {
        let angle = f64::from(i) / 20.0;
        table += &format!(
            "{},{},{},5\n",
            1000.0 * angle,
            angle.sin(),
            1e-6 * angle.cos()
        );
    }
    fs::write(&file, table).unwrap();
    let out = folder.path().join("out");
    let options = [
        "--code",
        "1",
        "--epochs",
        "300",
        "--batch-size",
        "20",
        "--rate",
        "0.01",
        "--json",
    ];
    let place = [
        "--data",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    let result = json(&train(&[&options[..], &place].concat()));
    assert!(result["ratio"].as_f64().unwrap() < 0.3, "{result}");
    assert!(out.join("reconstructions.png").exists());
    assert!(
        !out.join("codes.png").exists(),
        "a code of one number is not a plane"
    );
    // a code as large as the data: PCA makes no error and there is no ratio
    let result = json(&train(
        &[&["--code", "4", "--epochs", "1", "--json"], &place[..]].concat(),
    ));
    assert!(result["pca_loss"].as_f64().unwrap() < 1e-20, "{result}");
}

/// Each bad call fails with one line that names what is wrong and where, and leaves the folder as it was.
#[test]
fn bad_input_is_one_line_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = |name: &str, content: &[u8]| {
        fs::write(folder.path().join(name), content).unwrap();
        path(name)
    };
    let out = path("out");
    fs::create_dir(&out).unwrap();
    fs::write(format!("{out}/reconstructions.png"), "mine").unwrap();
    let in_the_way = file("in_the_way", b"a file, not a folder");

    let data = |name: &str, content: &[u8]| vec!["--data".to_owned(), file(name, content)];
    let owned = |arguments: &[&str]| arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>();
    let cases: Vec<(Vec<String>, i32, &[&str])> = vec![
        (
            owned(&["--data", &path("none.csv")]),
            1,
            &["none.csv", "No such file"],
        ),
        (
            owned(&["--data", folder.path().to_str().unwrap()]),
            1,
            &["directory"],
        ),
        (data("empty.csv", b""), 1, &["empty.csv", "empty"]),
        (
            data("ragged.csv", b"1,2,3\n4,5\n"),
            1,
            &["ragged.csv", "line 2", "2 values", "3"],
        ),
        (
            data("word.csv", b"1,2\n3,four\n"),
            1,
            &["word.csv", "line 2", "column 2", "\"four\""],
        ),
        (
            data("nan.csv", b"1,2\n3,NaN\n"),
            1,
            &["nan.csv", "line 2", "column 2", "finite"],
        ),
        (
            data("huge.csv", b"1,2\n3,1e999\n"),
            1,
            &["huge.csv", "line 2", "column 2", "finite"],
        ),
        (
            data("one.csv", b"a,b\n1,2\n"),
            1,
            &["one.csv", "1 object", "at least 2"],
        ),
        (
            data("bytes.csv", b"1,2\n\xff\xfe,3\n"),
            1,
            &["bytes.csv", "line 2"],
        ),
        (
            data("far.csv", b"1.7e308\n-1.7e308\n1.7e308\n-1.7e308\n1\n-1\n"),
            1,
            &["far.csv", "too large"],
        ),
        (owned(&["--code", "0"]), 2, &["'0'", "--code", "at least 1"]),
        (owned(&["--code", "-3"]), 2, &["-3"]),
        (
            owned(&["--code", "two"]),
            2,
            &["'two'", "--code", "whole number"],
        ),
        (
            owned(&["--widths", "64,0"]),
            2,
            &["'0'", "--widths", "at least 1"],
        ),
        (
            owned(&["--epochs", "0"]),
            2,
            &["'0'", "--epochs", "at least 1"],
        ),
        (
            owned(&["--rate", "nan"]),
            2,
            &["'nan'", "--rate", "above 0"],
        ),
        (
            [
                data("fine.csv", b"1,2\n3,4\n5,7\n8,8\n"),
                owned(&["--rate", "1e30"]),
            ]
            .concat(),
            1,
            &["diverged", "reconstruction", "step"],
        ),
        (owned(&["--out", &in_the_way]), 1, &["in_the_way", "folder"]),
        (
            owned(&["--out", &format!("{in_the_way}/below")]),
            1,
            &["below", "folder"],
        ),
    ];
    for (arguments, code, parts) in cases {
        let mut call: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if !call.contains(&"--out") {
            call.extend(["--out", &out]);
        }
        let output = train(&call);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{call:?}: {error}");
        if !call.contains(&"-3") {
            // (clap takes -3 for an option and adds a hint)
            assert_eq!(error.lines().count(), 1, "{call:?}: {error}");
        }
        assert!(error.starts_with("error: "), "{call:?}: {error}");
        for part in parts {
            assert!(
                error.contains(part),
                "{call:?}: \"{part}\" is not in: {error}"
            );
        }
        assert!(output.stdout.is_empty(), "{call:?}");
        let files = fs::read_dir(&out).unwrap().count();
        let kept = fs::read_to_string(format!("{out}/reconstructions.png")).unwrap();
        assert_eq!((files, kept.as_str()), (1, "mine"), "{call:?}");
        assert_eq!(
            fs::read_to_string(&in_the_way).unwrap(),
            "a file, not a folder"
        );
    }
}

#[test]
fn help_says_what_there_is() {
    let output = unsup(&["--help"]);
    let help = text(&output.stdout);
    assert!(output.status.success() && help.contains("train") && help.contains("Examples"));
    let output = unsup(&["train", "autoencoder", "--help"]);
    let help = text(&output.stdout);
    for option in [
        "--data", "--code", "--widths", "--epochs", "--seed", "--out", "--json",
    ] {
        assert!(help.contains(option), "{option}");
    }
}
