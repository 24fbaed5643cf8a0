//! `unsup train wta|wtm|lvq|som` as a user meets it.

use crate::command::{json, results, text, unsup};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder and a table in it.
fn with_table(content: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// Three heaps of three features with their classes, a few values missing and one object without any.
fn heaps() -> String {
    let mut table = "width,height,depth,kind\n".to_owned();
    for i in 0..60u32 {
        let (heap, off) = ((i % 3) as usize, 0.01 * f64::from((i * 7) % 11));
        let middle = [0.0, 5.0, 9.0][heap];
        let height = if i == 10 {
            "?".to_owned()
        } else {
            (2.0 * middle - off).to_string()
        };
        table += &format!(
            "{},{height},{},{}\n",
            middle + off,
            1.0 + off,
            ["a", "b c", "d"][heap]
        );
    }
    table + "?,?,?,a\n"
}

/// `unsup train` with these arguments into a new folder: the JSON and the folder.
fn trained(arguments: &[&str]) -> (Value, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let all = [&["train"], arguments, &["--json", "--quiet", "--out", out]].concat();
    (json(&unsup(&all)), folder)
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn clusters_are_found_on_a_table_with_missing_values() {
    let (_folder, table) = with_table(&heaps());
    for (method, rate) in [("wta", "linear"), ("wtm", "linear"), ("wta", "per-centre")] {
        let start = ["--start", "greedy", "--rate-schedule", rate];
        let arguments = [
            &[
                method, "--data", &table, "--label", "kind", "--epochs", "60",
            ],
            &start[..],
        ];
        let (result, out) = trained(&arguments.concat());
        assert_eq!(
            keys(&result),
            [
                "clusters",
                "dead",
                "epochs",
                "left_out",
                "q",
                "q_estimate",
                "quantization_error",
                "seconds",
                "settled"
            ]
        );
        // as many as there are classes; the heaps are tight beside the distances between them
        assert_eq!(
            (result["clusters"].as_u64(), result["dead"].as_u64()),
            (Some(3), Some(0))
        );
        assert_eq!(result["left_out"].as_u64(), Some(1));
        assert!(result["q"].as_f64().unwrap() < 1.1, "{method}: {result}");
        assert_eq!(
            results(out.path()),
            [
                "codebook.cod",
                "history.csv",
                "model.safetensors",
                "quantized.png"
            ]
        );
        let history = fs::read_to_string(out.path().join("history.csv")).unwrap();
        assert_eq!(
            history.lines().count() as u64,
            1 + result["epochs"].as_u64().unwrap()
        );
    }
}

#[test]
fn what_was_chosen_and_left_out_and_when_it_ends_is_said() {
    let (folder, table) = with_table(&heaps());
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let said = |arguments: &[&str]| {
        let output = unsup(
            &[
                &["train"],
                arguments,
                &["--data", &table, "--label", "kind", "--out", out],
            ]
            .concat(),
        );
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let wta = said(&["wta"]);
    assert!(
        wta.contains("3 clusters, as many as there are classes"),
        "{wta}"
    );
    assert!(
        wta.contains("object 61 has no value and was left out"),
        "{wta}"
    );
    assert!(
        wta.contains("training ends when in an epoch no object changes its winner"),
        "{wta}"
    );
    let som = said(&["som"]);
    assert!(
        som.contains("then training ends when no object changes its node"),
        "{som}"
    );
    assert!(said(&["som", "--mode", "online"]).contains("training ends when all epochs are done"));
    let rule = ["--until", "winners:0.5", "--radius", "1,1"];
    let online = said(&[&["som", "--mode", "online"], &rule[..]].concat());
    assert!(
        online.contains("at most 50 % of the objects change their winner, and so it did"),
        "{online}"
    );
    assert!(som.contains("about 5 √60 = 39 nodes"), "{som}");
    assert!(
        som.contains("radius") && som.contains("from half of the longer side"),
        "{som}"
    );
    let lvq = said(&["lvq", "--per-class", "2"]);
    assert!(
        lvq.contains("centres as they began") && lvq.contains("were in the window"),
        "{lvq}"
    );
}

#[test]
fn lvq_tells_the_digits_in_every_variant_and_beside_it_stands_its_start() {
    for variant in ["lvq1", "olvq1", "lvq2.1", "lvq3", "glvq"] {
        let (result, _) = trained(&["lvq", "--variant", variant]);
        let number = |name: &str| result[name].as_f64().expect(name);
        assert!(number("test_accuracy") >= 0.96, "{variant}: {result}");
        assert!(
            number("objects_accuracy") < number("test_accuracy") - 0.03,
            "{variant}: {result}"
        );
        assert_eq!(result["centres"].as_u64(), Some(50));
        assert_eq!(
            result["in_window"].is_number(),
            variant == "lvq2.1" || variant == "lvq3"
        );
        assert!(result["diverged"].is_null(), "{variant}");
    }
}

#[test]
fn a_codebook_goes_out_and_comes_in() {
    let (_folder, table) = with_table(&heaps());
    let data = ["--data", &table, "--label", "kind"];
    let (first, out) = trained(&[&["som", "--size", "6x4"], &data[..]].concat());
    let cod = out.path().join("codebook.cod");
    let content = fs::read_to_string(&cod).unwrap();
    assert!(content.starts_with("3 hexa 6 4 gaussian\n"), "{content}");
    // settled: trained on at its last radius it stays where it is
    let from = [
        "--from",
        cod.to_str().unwrap(),
        "--radius",
        "1,1",
        "--epochs",
        "1",
    ];
    let (second, _) = trained(&[&["som"], &data[..], &from].concat());
    for name in [
        "quantization_error",
        "topographic_error",
        "dead",
        "columns",
        "rows",
    ] {
        let (a, b) = (
            first[name].as_f64().unwrap(),
            second[name].as_f64().unwrap(),
        );
        assert!((a - b).abs() < 1e-9, "{name}: {a} and {b}");
    }
    let (first, out) = trained(&[&["lvq"], &data[..]].concat());
    let cod = out.path().join("codebook.cod");
    assert!(fs::read_to_string(&cod).unwrap().contains(" b_c\n"));
    let (result, _) = trained(&[&["lvq"], &data[..], &["--from", cod.to_str().unwrap()]].concat());
    assert_eq!(result["start_accuracy"], first["test_accuracy"]);
}

/// Two classes whose names become the same word stay two.
#[test]
fn classes_whose_words_are_alike_are_told_apart_in_a_codebook() {
    let table: String = (0..40)
        .map(|i| format!("{},{},{}\n", i % 2 * 9, i % 7, ["p q", "p_q"][i % 2]))
        .collect();
    let (_folder, table) = with_table(&("a,b,c\n".to_owned() + &table));
    let data = ["lvq", "--data", &table, "--label", "c"];
    let (_, out) = trained(&data);
    let cod = out.path().join("codebook.cod");
    let (again, _) = trained(&[&data[..], &["--from", cod.to_str().unwrap()]].concat());
    assert_eq!(again["start_accuracy"].as_f64(), Some(1.0), "{again}");
}

/// An object without any value is named by its place in the file, not in the part that it was drawn into.
#[test]
fn an_object_is_named_by_its_number_in_the_file() {
    let (folder, table) = with_table(&heaps());
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let mut named = 0;
    for seed in ["0", "1", "2", "3"] {
        for variant in ["lvq1", "glvq"] {
            let data = [
                "--data", &table, "--label", "kind", "--seed", seed, "--out", out,
            ];
            let output = unsup(&[&["train", "lvq", "--variant", variant], &data[..]].concat());
            let said = text(&output.stdout);
            // unless it is held out
            if let Some(line) = said.lines().find(|line| line.contains("has no value")) {
                assert!(
                    line.ends_with("object 61 has no value and was left out"),
                    "{line}"
                );
                named += 1;
            }
        }
    }
    assert!(named > 0);
}

#[test]
fn a_map_is_the_same_to_the_bit_at_any_number_of_threads() {
    let codebook = |threads: &str| {
        let (_, out) = trained(&[
            "som",
            "--threads",
            threads,
            "--epochs",
            "4",
            "--settling",
            "0",
        ]);
        fs::read(out.path().join("codebook.cod")).unwrap()
    };
    assert!(codebook("1") == codebook("2"));
}

#[test]
fn the_page_of_a_map_holds_every_picture_and_loads_nothing() {
    let hostile = heaps().replace("width", "<script>alert(1)</script> & \"w\"");
    let (_folder, table) = with_table(&hostile);
    for lattice in [["--lattice", "hexagonal"], ["--surface", "torus"]] {
        let (_, out) = trained(
            &[
                &["som", "--data", &table, "--label", "kind", "--size", "6x4"],
                &lattice[..],
            ]
            .concat(),
        );
        let page = fs::read_to_string(out.path().join("map.html")).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>"));
        assert_eq!(
            page.matches("<svg ").count(),
            5,
            "hits, classes, borders, density, planes"
        );
        assert_eq!(
            page.matches("<h2 ").count(),
            page.matches("<li><a href=\"#").count()
        );
        assert!(!page.contains("<script"));
        let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("://") && !elsewhere.contains("url("));
        assert!(page.contains("object 61 has no value and was left out"));
        for picture in ["classes", "density", "hits", "planes", "u-matrix"] {
            assert!(
                out.path().join(format!("{picture}.png")).exists(),
                "{picture}"
            );
        }
    }
    // objects that are images have one more, and without labels there is one less
    let (_, out) = trained(&["som", "--size", "4x4", "--epochs", "3", "--settling", "0"]);
    assert!(out.path().join("codebook.png").exists());
}

#[test]
fn what_cannot_be_is_refused_in_one_line() {
    let (folder, table) = with_table(&heaps());
    let path = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (narrow, plain) = (
        path("narrow.cod", "2 rect 2 1 gaussian\n1 2\n3 4\n"),
        path("plain.cod", "3\n1 2 3\n"),
    );
    let holes = path("holes.cod", "3 rect 1 1 gaussian\n1 x 3\n");
    let odd = path("odd.cod", "3 hexa 1 3 gaussian\n1 2 3\n1 2 3\n1 2 3\n");
    let strange = path("strange.cod", "3 lvq\n1 2 3 zebra\n");
    let empty = path("empty.csv", "a,b\n1,?\n2,?\n");
    let huge = path("huge.csv", "a,b\n1e200,1\n2,1\n");
    // values that are numbers, and are none any more in the tiny unit of the data
    let small = path(
        "small.csv",
        "a,b,c\n1e-9,1,k\n2e-9,2,l\n3e-9,3,k\n4e-9,4,l\n5e-9,5,k\n6e-9,6,l\n",
    );
    let far = path("far.csv", "a,b,c\n1e305,1,k\n2e-9,2,l\n");
    let (far_cod, far_lvq) = (
        path("far.cod", "2 rect 1 1 gaussian\n1e305 1\n"),
        path("far_lvq.cod", "2 lvq\n1e305 1 k\n1 1 l\n"),
    );
    let one_sided = path("one_sided.cod", "2 lvq\n1e-9 1 k\n");
    let one_class = path(
        "one_class.csv",
        "a,b,c\n1,2,k\n2,3,k\n3,1,k\n4,4,k\n5,1,k\n6,2,k\n7,3,k\n8,8,k\n9,1,k\n",
    );
    for (arguments, problem) in [
        (
            &[
                "lvq",
                "--data",
                &small,
                "--label",
                "c",
                "--test",
                &far,
                "--per-class",
                "1",
            ][..],
            "far.csv: object 1, feature 1: the number is too large to be scaled",
        ),
        (
            &["som", "--data", &small, "--label", "c", "--from", &far_cod],
            "far.cod: centre 1, feature 1: the number is too large to be scaled",
        ),
        (
            &["wta", "--data", &small, "--label", "c", "--from", &far_cod],
            "far.cod: centre 1, feature 1: the number is too large to be scaled",
        ),
        (
            &["lvq", "--data", &small, "--label", "c", "--from", &far_lvq],
            "far_lvq.cod: centre 1, feature 1: the number is too large to be scaled",
        ),
        (
            &[
                "lvq", "--data", &small, "--label", "c", "--from", &one_sided,
            ],
            "one_sided.cod: found no centre of the class \"l\"",
        ),
        (
            &[
                "lvq",
                "--data",
                &one_class,
                "--label",
                "c",
                "--variant",
                "glvq",
            ],
            "one_class.csv: all centres are of class \"k\"",
        ),
        (
            &["som", "--rate", "0.1", "--order", "drawn"],
            "--order, --rate have no use here",
        ),
        (
            &["som", "--mode", "online", "--settling", "3"],
            "--settling has no use here",
        ),
        (
            &["lvq", "--variant", "glvq", "--until", "never"],
            "--until has no use here",
        ),
        (
            &["lvq", "--variant", "lvq1", "--window", "0.2"],
            "--window has no use here",
        ),
        (
            &["lvq", "--variant", "lvq2.1", "--epsilon", "0.2"],
            "--epsilon has no use here",
        ),
        (
            &["wta", "--rate-schedule", "per-centre", "--rate", "0.2"],
            "--rate has no use here",
        ),
        (
            &["som", "--radius", "1e308,1e-308"],
            "expected two numbers above 0",
        ),
        (
            &["som", "--size", "0x4"][..],
            "expected columns and rows as in 12x8",
        ),
        (
            &["som", "--size", "12"],
            "expected columns and rows as in 12x8",
        ),
        (
            &["som", "--size", "4x3", "--surface", "torus"],
            "expected an even number for a hexagonal torus",
        ),
        (
            &["som", "--size", "1000000x1000000"],
            "expected at most 10000 nodes",
        ),
        (
            &["lvq", "--per-class", "100000000"],
            "expected at most as many centres a class",
        ),
        (&["som", "--radius", "1,2"], "expected two numbers above 0"),
        (&["som", "--radius", "-3,1"], "expected two numbers above 0"),
        (
            &["som", "--kernel", "gauss"],
            "expected gaussian, exponential",
        ),
        (
            &["som", "--rate", "1.5"],
            "expected a number above 0 and at most 1",
        ),
        (
            &["som", "--epochs", "0"],
            "expected a whole number of at least 1",
        ),
        (
            &["som", "--lattice", "round"],
            "expected hexagonal or rectangular",
        ),
        (&["som", "--mode", "slow"], "expected batch or online"),
        (
            &[
                "som", "--data", &table, "--label", "kind", "--from", &narrow,
            ],
            "found centres of 2 features, expected 3",
        ),
        (
            &["som", "--data", &table, "--label", "kind", "--from", &plain],
            "found a codebook without a grid",
        ),
        (
            &["som", "--data", &table, "--label", "kind", "--from", &holes],
            "centre 1, feature 2: the value is missing",
        ),
        (
            &[
                "som",
                "--data",
                &table,
                "--label",
                "kind",
                "--from",
                &odd,
                "--surface",
                "torus",
            ],
            "found 3 rows, expected an even number",
        ),
        (
            &[
                "lvq", "--data", &table, "--label", "kind", "--from", &strange,
            ],
            "found the class \"zebra\"",
        ),
        (&["lvq", "--data", &table], "no classes are known"),
        (
            &["lvq", "--variant", "lvq4"],
            "expected lvq1, olvq1, lvq2.1, lvq3 or glvq",
        ),
        (
            &["lvq", "--window", "1"],
            "expected a number above 0 and below 1",
        ),
        (
            &["wta", "--clusters", "0"],
            "expected a whole number of at least 1",
        ),
        (
            &["wta", "--data", &table, "--clusters", "1000"],
            "expected at most as many clusters",
        ),
        (&["wta", "--until", "q"], "expected q, centres or winners"),
        (
            &["wta", "--data", &table, "--fill", "zero"],
            "expected skip, mean, or a number",
        ),
        (&["wtm", "--kernel", "soft"], "expected rank, gaussian"),
        (
            &["wta", "--data", &empty],
            "feature 2: found no value in any object",
        ),
        (
            &["wta", "--data", &huge, "--scaling", "none"],
            "whose squares overflow: scale the features",
        ),
    ] {
        let out = folder.path().join("refused");
        let output = unsup(
            &[
                &["train"],
                arguments,
                &["--quiet", "--out", out.to_str().unwrap()],
            ]
            .concat(),
        );
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains(problem), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(!out.join("model.safetensors").exists(), "{arguments:?}");
    }
}

/// The walk-through of the docs, from the file to the reading.
#[test]
fn the_walk_through_of_the_house_votes_comes_out_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let votes: PathBuf = root.join("../shared/data/house-votes-84/house-votes-84.data");
    if !votes.exists() {
        return println!("skipped: no data: house-votes-84");
    }
    let words = fs::read_to_string(root.join("docs/house-votes.md")).unwrap();
    let line = |start: &str| {
        words
            .lines()
            .find(|line| line.starts_with(start))
            .expect(start)
    };
    let header = line("party,").to_owned() + "\n";
    let (folder, table) = with_table(&(header + &fs::read_to_string(votes).unwrap()));
    let command = line("unsup train som ").replace("votes.csv", &table);
    let out = folder.path().join("out");
    let mut arguments: Vec<&str> = command.split(' ').skip(1).collect();
    arguments.extend(["--quiet", "--json", "--out", out.to_str().unwrap()]);
    let result = json(&unsup(&arguments));
    let number = |name: &str| result[name].as_f64().expect(name);

    // the figures that are printed, but for what another machine's last digits may change
    let printed = |name: &str| -> f64 {
        let words = line(&format!("  {name}")).trim_end_matches(" %");
        words.rsplit(' ').next().unwrap().parse().expect(name)
    };
    assert!((printed("quantization error") - number("quantization_error")).abs() < 0.02);
    assert!((printed("topographic error, 8") - 100.0 * number("topographic_error")).abs() < 1.5);
    assert!((printed("trustworthiness") - number("trustworthiness")).abs() < 0.01);
    assert!((printed("distortion") - number("distortion")).abs() < 0.2);
    assert!(
        (printed("class of the node's majority") - 100.0 * number("majority_accuracy")).abs() < 1.0
    );
    assert_eq!(number("left_out"), 1.0);

    // and what is read off
    let correlations = result["class_correlations"].as_object().unwrap();
    assert_eq!(correlations.len(), 16);
    for (vote, r) in correlations {
        let row = line(&format!("| {vote} | "));
        let said: f64 = row
            .split(" | ")
            .nth(1)
            .unwrap()
            .trim_end_matches(" |")
            .replace('−', "-")
            .parse()
            .unwrap();
        assert!(
            (said - r.as_f64().unwrap()).abs() < 0.1,
            "{vote}: {said} and {r}"
        );
    }
    let r = |vote: &str| correlations[vote].as_f64().unwrap();
    assert!(r("physician-fee-freeze") > 0.9 && r("adoption-of-the-budget-resolution") < -0.85);
    assert!(r("immigration").abs() < 0.25 && r("water-project-cost-sharing").abs() < 0.15);
}
