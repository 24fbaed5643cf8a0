//! The command as a user meets it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub fn unsup(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_unsup"))
        .args(arguments)
        .output()
        .expect("the command starts")
}

/// `unsup train autoencoder --quiet` and what follows.
fn train(arguments: &[&str]) -> Output {
    unsup(&[&["train", "autoencoder", "--quiet"], arguments].concat())
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is text")
}

pub fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object and nothing else")
}

pub fn png_size(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).expect("the picture is there");
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n", "{}", path.display());
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

/// The files of a folder, sorted; none where there is no folder.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Those of a training, but for its page and the file that says which are its own.
pub fn results(folder: &Path) -> Vec<String> {
    let mut names = files(folder);
    names.retain(|name| name != "report.html" && name != ".unsup.json");
    names
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
    assert_eq!(result.as_object().unwrap().len(), 11);
    let files = files(&out);
    let expected = [
        ".unsup.json",
        "codes.png",
        "history.csv",
        "model.safetensors",
        "reconstructions.png",
        "report.html",
    ];
    assert_eq!(files, expected);
    for file in files.iter().filter(|file| file.ends_with("png")) {
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
    // a code as large as the data: PCA makes no error but rounding, and there is no ratio
    for code in ["3", "4"] {
        let options = ["--code", code, "--epochs", "1"];
        let result = json(&train(&[&options[..], &place, &["--json"]].concat()));
        assert!(result["pca_loss"].as_f64().unwrap() < 1e-20, "{result}");
        assert!(result["ratio"].is_null(), "{result}");
        let output = train(&[&options[..], &place].concat());
        let summary = text(&output.stdout);
        assert!(
            summary.contains("ratio to PCA     none: PCA makes next to no error"),
            "{summary}"
        );
    }
}

#[test]
fn the_summary_says_what_is_not_to_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("table.csv"), folder.path().join("out"));
    fs::write(&file, "a,b\n1,2\n3,5\n8,1\n").unwrap();
    let summary = |code: &str| {
        let output = train(&[
            "--data",
            file.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--epochs",
            "1",
            "--code",
            code,
        ]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let names = "names from the first line";
    // a first row without a number is no object
    let plane = summary("2");
    let written = |name: &str| format!("{}\n", out.join(name).display());
    assert!(plane.contains(names), "{plane}");
    assert!(plane.contains(&written("codes.png")), "{plane}");
    assert!(plane.ends_with(&written("report.html")), "{plane}");
    // a map of codes that is not of these codes is gone
    let line = summary("1");
    assert!(!line.contains("codes.png"), "{line}");
    assert!(!out.join("codes.png").exists());
    fs::write(&file, "1,2\n3,5\n8,1\n").unwrap();
    assert!(!summary("1").contains(names));
}

/// A value may be in the training part, where the scale is fitted to it, or held out.
#[test]
fn a_held_out_value_far_from_the_training_data_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("far.csv");
    let out = folder.path().join("out");
    let mut refused = 0;
    for object in 0..3 {
        let mut rows = ["1,5", "2,5", "3,5"];
        rows[object] = "2,1e30";
        fs::write(&file, rows.join("\n")).unwrap();
        let place = [
            "--data",
            file.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let output = train(&[&place[..], &["--epochs", "1"]].concat());
        if output.status.success() {
            continue;
        }
        refused += 1;
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), error.lines().count()), (Some(1), 1));
        let object = format!("object {}", object + 1);
        for part in [
            "far.csv",
            "held-out",
            "not be finite",
            "too far",
            &object,
            "column 2",
        ] {
            assert!(error.contains(part), "\"{part}\" is not in: {error}");
        }
        assert!(!error.contains("diverged"), "{error}");
    }
    assert_eq!(refused, 1, "a third is held out");
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_cannot_be_written_is_an_exit_code() {
    for (option, value, code) in [("--code", "0", 2), ("--data", "/none.csv", 1)] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let status = Command::new(env!("CARGO_BIN_EXE_unsup"))
            .args(["train", "autoencoder", option, value])
            .stderr(full)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{option}");
    }
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
    let odd_file = file("odd\n\x1b[31m", b"a file, not a folder");
    let taken = path("taken");
    fs::create_dir_all(format!("{taken}/codes.png")).unwrap();
    fs::write(format!("{taken}/reconstructions.png"), "mine").unwrap();

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
        (
            owned(&["--code", "-3"]),
            2,
            &["'-3'", "--code", "at least 1"],
        ),
        (
            owned(&["--code", "1\n2"]),
            2,
            &["'1\\n2'", "--code", "whole number"],
        ),
        (
            owned(&["--code", "18446744073709551616"]),
            2,
            &["'18446744073709551616'", "--code", "at most"],
        ),
        (owned(&["--code"]), 2, &["--code", "needs a value"]),
        (
            owned(&["--seed", "-1"]),
            2,
            &["'-1'", "--seed", "whole number from 0"],
        ),
        (
            owned(&["--widths", "-3,64"]),
            2,
            &["'-3'", "--widths", "at least 1"],
        ),
        (
            owned(&["--threads", "-2"]),
            2,
            &["'-2'", "--threads", "at least 1"],
        ),
        (
            owned(&["--rate", "-0.5"]),
            2,
            &["'-0.5'", "--rate", "above 0"],
        ),
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
        (owned(&["--out", &in_the_way]), 1, &["in_the_way", "folder"]),
        (
            owned(&["--out", &format!("{in_the_way}/below")]),
            1,
            &["below", "folder"],
        ),
        (
            owned(&["--out", &odd_file]),
            1,
            &["odd\\n\\u{1b}[31m", "folder"],
        ),
        (
            owned(&["--data", &path("no\nfile.csv")]),
            1,
            &["no\\nfile.csv"],
        ),
        (
            data("one\nobject.csv", b"1,2\n"),
            1,
            &["one\\nobject.csv", "1 object"],
        ),
        (
            data("joined.csv", b"1,2\n\"1\"2,3\n"),
            1,
            &[
                "joined.csv",
                "line 2",
                "column 1",
                "\"2\" after a closing quote",
            ],
        ),
        (
            owned(&["--force", "--out", &taken]),
            1,
            &["taken/codes.png: is a directory"],
        ),
        (
            owned(&["--epochs", "1", "--out", &out]),
            1,
            &[
                "out: holds files that this program has not left (reconstructions.png)",
                "expected an empty folder",
                "--force",
            ],
        ),
    ];
    for (arguments, code, parts) in cases {
        let mut call: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if !call.contains(&"--out") {
            // before the others, of which the last may lack its value
            call.splice(0..0, ["--out", &out]);
        }
        let output = train(&call);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{call:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{call:?}: {error}");
        assert!(!error.trim_end().contains(char::is_control), "{error:?}");
        assert!(error.starts_with("error: "), "{call:?}: {error}");
        for part in parts {
            assert!(
                error.contains(part),
                "{call:?}: \"{part}\" is not in: {error}"
            );
        }
        assert!(output.stdout.is_empty(), "{call:?}");
        for (folder, there) in [(&out, 1), (&taken, 2)] {
            let files = fs::read_dir(folder).unwrap().count();
            let kept = fs::read_to_string(format!("{folder}/reconstructions.png")).unwrap();
            assert_eq!((files, kept.as_str()), (there, "mine"), "{call:?}");
        }
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
