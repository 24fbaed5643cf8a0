//! Methods that are interrupted and gone on with: all that is left, but for the seconds, is what an uninterrupted training
//! leaves.

use crate::command::{files, text, unsup};
use crate::command_folder::Running;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Networks with options such that a training takes about a second, on objects of three features and three classes.
const NETWORKS: [(&str, &[&str]); 9] = [
    ("wta", &["--epochs", "400", "--until", "never"]),
    (
        "wta",
        &[
            "--epochs",
            "400",
            "--until",
            "never",
            "--rate-schedule",
            "per-centre",
            "--order",
            "drawn",
        ],
    ),
    ("wtm", &["--epochs", "400", "--until", "never"]),
    (
        "lvq",
        &["--epochs", "400", "--until", "never", "--per-class", "2"],
    ),
    (
        "lvq",
        &[
            "--epochs",
            "400",
            "--until",
            "never",
            "--per-class",
            "2",
            "--variant",
            "olvq1",
        ],
    ),
    (
        "lvq",
        &["--epochs", "1500", "--per-class", "2", "--variant", "glvq"],
    ),
    ("som", &["--epochs", "400", "--size", "4x3"]),
    (
        "som",
        &["--epochs", "400", "--size", "4x3", "--mode", "online"],
    ),
    (
        "som",
        &[
            "--epochs",
            "400",
            "--settling",
            "5",
            "--size",
            "3x2",
            "--lattice",
            "rectangular",
            "--kernel",
            "bubble",
        ],
    ),
];

/// Methods of several trainings, one after the other or side by side, and of two players, on data that come with the
/// program.
const SEVERAL: [(&str, &[&str]); 8] = [
    (
        "transfer",
        &[
            "--repeats",
            "2",
            "--epochs",
            "4",
            "--curve",
            "2",
            "--code",
            "8",
            "--widths",
            "16",
        ],
    ),
    (
        "self-supervised",
        &[
            "--repeats",
            "1",
            "--epochs",
            "8",
            "--pairs",
            "500",
            "--ablate",
            "--code",
            "4",
            "--widths",
            "8",
            "--head",
            "16",
        ],
    ),
    (
        "distill",
        &[
            "--repeats",
            "2",
            "--epochs",
            "3",
            "--sizes",
            "2,4",
            "--mu",
            "1",
            "--teacher-widths",
            "16",
        ],
    ),
    (
        "distill",
        &["--function", "branin", "--repeats", "3", "--epochs", "100"],
    ),
    ("multi-task", &["--repeats", "3", "--epochs", "40"]),
    (
        "multi-task",
        &["--digits", "--repeats", "3", "--epochs", "100"],
    ),
    ("lupi", &["--repeats", "2", "--epochs", "100"]),
    (
        "gan",
        &["--steps", "400", "--samples", "50", "--widths", "16"],
    ),
];

/// Some values are missing.
fn objects() -> String {
    let mut table = "a,b,c,class\n".to_owned();
    for i in 0..90u32 {
        let class = i % 3;
        let value = |feature: u32| {
            let noise =
                f64::from(i.wrapping_mul(2_654_435_761).rotate_left(7 * feature + 3) % 1000);
            noise / 400.0 + f64::from((class + feature) % 3)
        };
        let last = match i % 10 {
            3 => String::new(),
            _ => value(2).to_string(),
        };
        writeln!(
            table,
            "{},{},{last},{}",
            value(0),
            value(1),
            ["x", "y", "z"][class as usize]
        )
        .unwrap();
    }
    table
}

/// Text without the folder's name, without seconds, which are the numbers before an "s" of its own, and without the row
/// that says whether --resume was given.
fn timeless(written: &str, folder: &Path) -> String {
    let lines = written
        .lines()
        .filter(|line| !line.contains("--resume</th>"));
    let written = lines.collect::<Vec<_>>().join("\n");
    let written = written.replace(folder.to_str().unwrap(), "FOLDER");
    let mut words: Vec<&str> = written.split(' ').collect();
    for at in 1..words.len() {
        let mut unit = words[at].chars();
        let is_unit = unit.next() == Some('s') && !unit.next().is_some_and(char::is_alphanumeric);
        if is_unit && words[at - 1].parse::<f64>().is_ok() {
            words[at - 1] = "?";
        }
    }
    words.join(" ")
}

/// What a training has left: each file, pages without what they say of the time.
fn left(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(folder.join(&name)).unwrap();
        let bytes = match name.ends_with(".html") {
            true => timeless(text(&bytes), folder).into_bytes(),
            false => bytes,
        };
        (name, bytes)
    };
    files(folder).into_iter().map(read).collect()
}

/// Sees that a training that is interrupted, and gone on with, leaves in the end what one leaves that is not.
fn goes_on(method: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let what = format!("{method} {}", options.join(" "));
    let [broken, whole] = ["broken", "whole"].map(|name| folder.path().join(name));
    let start =
        |more: &[&str], out: &Path| Running::start(&[&[method][..], options, more].concat(), out);
    let mut running = start(&[], &broken);
    running.until(|| broken.join("checkpoint.safetensors").exists());
    running.send("TERM");
    let output = running.end();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{what}: {said}");
    assert!(said.starts_with("interrupted after "), "{what}: {said}");
    assert!(
        said.ends_with(": --resume goes on with it\n"),
        "{what}: {said}"
    );
    assert_eq!(
        files(&broken),
        [".unsup.json", "checkpoint.safetensors"],
        "{what}"
    );

    let finish = |more: &[&str], out: &Path| {
        let output = start(more, out).end();
        assert!(output.status.success(), "{what}: {}", text(&output.stderr));
        (timeless(text(&output.stdout), out), left(out))
    };
    let (resumed, uninterrupted) = (finish(&["--resume"], &broken), finish(&[], &whole));
    assert_eq!(resumed.0, uninterrupted.0, "{what}");
    for ((name, resumed), (same, uninterrupted)) in resumed.1.iter().zip(&uninterrupted.1) {
        assert_eq!(name, same, "{what}");
        assert!(resumed == uninterrupted, "{what}: {name} is another one");
    }
    assert_eq!(resumed.1.len(), uninterrupted.1.len(), "{what}");
}

#[test]
fn a_network_that_is_interrupted_leaves_in_the_end_what_one_leaves_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("objects.csv");
    fs::write(&table, objects()).unwrap();
    let data = ["--data", table.to_str().unwrap(), "--label", "class"];
    for (method, options) in NETWORKS {
        goes_on(
            method,
            &[options, &data, &["--checkpoint-every", "450"]].concat(),
        );
    }
}

#[test]
fn several_trainings_that_are_interrupted_leave_in_the_end_what_others_leave() {
    for (method, options) in SEVERAL {
        goes_on(method, &[options, &["--checkpoint-every", "20"]].concat());
    }
}

/// What follows the last step may be interrupted too, and is not lost.
#[test]
fn players_that_have_played_to_the_end_are_not_to_play_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let start = |more: &[&str]| {
        let options = ["gan", "--steps", "60", "--samples", "50000"];
        Running::start(&[&options[..], more].concat(), &out)
    };
    let mut running = start(&[]);
    let checkpoint = out.join("checkpoint.safetensors");
    // put aside once all rounds have been played
    let model = out.join(".unsup-aside/model.safetensors");
    running.until(|| model.exists());
    running.send("TERM");
    let output = running.end();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(said.ends_with(": --resume goes on with it\n"), "{said}");
    let found = unsup(&["inspect", "-q", checkpoint.to_str().unwrap()]);
    let found = text(&found.stdout);
    assert!(found.contains("gan after step 60"), "{found}");
    assert!(start(&["--resume"]).end().status.success());
}

#[test]
fn a_network_does_not_go_on_with_what_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (table, out) = (folder.path().join("objects.csv"), folder.path().join("out"));
    fs::write(&table, objects()).unwrap();
    let start = |method: &str, more: &[&str]| {
        let data = ["--data", table.to_str().unwrap(), "--label", "class"];
        Running::start(&[&[method][..], &data, more].concat(), &out)
    };
    let long = [
        "--epochs",
        "1000000",
        "--until",
        "never",
        "--checkpoint-every",
        "1",
    ];
    let checkpoint = out.join("checkpoint.safetensors");
    let mut running = start("wta", &long);
    running.until(|| checkpoint.exists());
    running.send("INT");
    assert_eq!(running.end().status.code(), Some(130));
    let before = fs::read(&checkpoint).unwrap();
    let refused = |method: &str, more: &[&str], expected: &str| {
        let output = start(method, &[more, &["--resume"]].concat()).end();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(fs::read(&checkpoint).unwrap() == before);
    };
    refused(
        "wtm",
        &long,
        "was saved for the method wta, resumed with wtm",
    );
    refused(
        "wta",
        &[&long[..], &["--order", "drawn"]].concat(),
        "was saved for the setting --order",
    );
    refused(
        "wta",
        &[&long[..], &["--seed", "7"]].concat(),
        "was saved for the seed 0, resumed with 7",
    );
    // a class of another object
    let changed = objects().replacen(",x\n", ",y\n", 1);
    fs::write(&table, changed).unwrap();
    refused("wta", &long, "was saved for the data 90x3");
}
