//! `unsup apply`, `sample` and `inspect` as a user meets them: every method trained once, and what is made of its file
//! held against what the training said, or against a computation by hand.

use crate::command::{json, png_size, text, unsup};
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use unsup_data::generators::TestFunction;
use unsup_data::splits::{HeldOut, holdout};
use unsup_data::{Dataset, LabelColumn, ReadOptions, digits, read, read_cod};
use unsup_models::autoencoder::{self, Likelihood, Variational};
use unsup_models::in_sequence::distillation::Domain;
use unsup_models::in_sequence::self_supervised::{self, Fragments, RelativePosition};
use unsup_models::together::adversarial::{self, Gan};
use unsup_models::{Activation, Matrix};
use unsup_nn::Module;
use unsup_nn::classical::r_squared;
use unsup_nn::saving::SavedModel;

/// How many objects the tables have: a third of the first is held out.
const OBJECTS: usize = 90;
const TEST: usize = 40;

/// Heaps of objects with words among their features, on scales of their own.
fn heaps(objects: usize, shift: usize, missing: bool) -> String {
    let mut table = "width,height,colour,side,kind\n".to_owned();
    for i in shift..shift + objects {
        let (heap, off) = (i % 3, (i * 37 % 101) as f64 / 101.0);
        let middle = [0.0, 5.0, 9.0][heap];
        let height = match missing && i.is_multiple_of(7) {
            true => "?".to_owned(),
            false => (2000.0 * middle - 900.0 * off).to_string(),
        };
        table += &format!(
            "{},{height},{},{},{}\n",
            middle + 3.0 * off,
            ["red", "green", "blue"][(heap + i / 40) % 3],
            ["l", "r"][i % 2],
            ["a", "b c", "d"][heap]
        );
    }
    if missing {
        table += "?,?,?,?,a\n";
    }
    table
}

/// The folder with all tables and trained models, a folder each; beside each what its training said.
fn trained() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("applied");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, content) in [
            ("train.csv", heaps(OBJECTS, 0, false)),
            ("test.csv", heaps(TEST, OBJECTS, false)),
            ("missing.csv", heaps(OBJECTS, 0, true)),
        ] {
            fs::write(folder.join(name), content).unwrap();
        }
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let [table, test, missing] = ["train.csv", "test.csv", "missing.csv"].map(path);
        let labelled = "--data TABLE --label kind";
        let judged = "--data TABLE --label kind --test TEST";
        let of_missing = "--data MISSING --label kind";
        let trainings = [
            ("wta", format!("wta {of_missing} --epochs 2")),
            ("wtm", format!("wtm {of_missing} --epochs 2 --scaling min-max")),
            ("lvq", format!("lvq {judged} --epochs 2 --per-class 2")),
            ("som", format!("som {of_missing} --epochs 3 --settling 2 --size 4x6 --surface torus")),
            ("autoencoder", "autoencoder --epochs 1 --widths 8".to_owned()),
            ("linear", format!("linear {labelled} --epochs 1 --code 2")),
            ("two-layer", format!("two-layer {labelled} --epochs 1 --code 2 --scaling min-max")),
            ("sparse", format!("sparse {labelled} --epochs 1 --code 3 --scaling none --tied")),
            ("denoising", format!("denoising {labelled} --epochs 1 --code 2")),
            ("contractive", format!("contractive {labelled} --epochs 1 --code 2")),
            ("relational", format!("relational {labelled} --epochs 1 --widths 4")),
            ("stacked", format!("stacked {labelled} --epochs 1 --widths 4 --scaling unit")),
            ("variational", "variational --epochs 1 --widths 8".to_owned()),
            ("gaussian", format!("variational {labelled} --epochs 2 --widths 8 --prior 0.5")),
            ("semi-supervised", format!("semi-supervised {labelled} --epochs 9 --widths 4")),
            ("classifier", format!("classifier {judged} --epochs 4 --widths 4 --dropout 0.1")),
            (
                "transfer",
                "transfer --epochs 20 --source-epochs 2 --unlabelled-epochs 1 --curve 2 --repeats 1 --widths 8"
                    .to_owned(),
            ),
            (
                "self-supervised",
                "self-supervised --scenes --epochs 1 --pairs 100 --repeats 1 --widths 8 --code 3".to_owned(),
            ),
            (
                "distill",
                format!("distill {judged} --epochs 2 --sizes none --repeats 1 --teacher-widths 8"),
            ),
            (
                "function",
                "distill --function branin --epochs 20 --repeats 1 --calls 50".to_owned(),
            ),
            ("questions", "multi-task --digits --repeats 1 --objects 30 --widths 8 --epochs 9".to_owned()),
            (
                "tasks",
                "multi-task --data TABLE --targets kind,height --repeats 1 --widths 8 --epochs 9".to_owned(),
            ),
            ("linear-tasks", "multi-task --repeats 1 --tasks 2 --inputs 4 --dimension 2 --epochs 2".to_owned()),
            ("lupi", format!("lupi {labelled} --privileged height,colour --repeats 1 --widths 4 --epochs 40")),
            (
                "lupi-number",
                "lupi --data TABLE --target height --privileged colour,kind --repeats 1".to_owned(),
            ),
            ("gan", "gan --digits --steps 20 --widths 8 --samples 50 --seed 3".to_owned()),
            ("critic", format!("gan {labelled} --steps 20 --widths 8 --game wasserstein")),
        ];
        for (name, arguments) in trainings {
            let out = path(name);
            let arguments = arguments
                .replace("TABLE", &table)
                .replace("TEST", &test)
                .replace("MISSING", &missing);
            let mut all: Vec<&str> = vec!["train"];
            all.extend(arguments.split(' '));
            all.extend(["--quiet", "--json", "--out", &out]);
            let output = unsup(&all);
            assert!(output.status.success(), "{name}: {}", text(&output.stderr));
            fs::write(path(&format!("{name}.json")), &output.stdout).unwrap();
        }
        folder
    })
}

fn path(name: &str) -> String {
    trained().join(name).to_str().unwrap().to_owned()
}

/// What the training of a model said.
fn said(name: &str) -> Value {
    serde_json::from_slice(&fs::read(path(&format!("{name}.json"))).unwrap()).unwrap()
}

/// `unsup apply` of a model with further arguments: the rows of the table, names first.
fn applied(name: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let model = path(name);
    let all = [&["apply", &model, "--quiet"], arguments].concat();
    let output = unsup(&all);
    assert!(output.status.success(), "{name}: {}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{name}: {}", text(&output.stderr));
    rows(text(&output.stdout))
}

/// The cells of a table, of which none holds a comma or a quote.
fn rows(table: &str) -> Vec<Vec<String>> {
    let cell = |cell: &str| cell.trim_matches('"').to_owned();
    let lines = table.lines();
    lines
        .map(|line| line.split(',').map(cell).collect())
        .collect()
}

/// The numbers below the names; NaN for an empty cell.
fn numbers(rows: &[Vec<String>]) -> Matrix<f64> {
    let number = |cell: &String| match cell.is_empty() {
        true => f64::NAN,
        false => cell.parse().unwrap(),
    };
    let rows: Vec<Vec<f64>> = rows[1..]
        .iter()
        .map(|row| row.iter().map(number).collect())
        .collect();
    Matrix::from_rows(&rows)
}

fn column(rows: &[Vec<String>], name: &str) -> Vec<String> {
    let place = rows[0].iter().position(|one| one == name);
    let place = place.unwrap_or_else(|| panic!("{name} is not among {:?}", rows[0]));
    rows[1..].iter().map(|row| row[place].clone()).collect()
}

/// A table as it is read, with its classes.
fn table(name: &str) -> Dataset {
    let options = ReadOptions {
        label: Some(LabelColumn::Name("kind".to_owned())),
        ..ReadOptions::default()
    };
    read(path(name), &options).unwrap()
}

/// The names of the classes of its objects.
fn classes(data: &Dataset) -> Vec<String> {
    let labels = data.labels.as_ref().unwrap().iter();
    labels
        .map(|&label| data.label_names[label].clone())
        .collect()
}

/// The share of the rows that are alike.
fn agreement<T: PartialEq>(found: &[T], expected: &[T]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let alike = found.iter().zip(expected).filter(|(a, b)| a == b);
    alike.count() as f64 / found.len() as f64
}

/// Objects that a training held out.
fn held_out(objects: usize, count: usize) -> Vec<usize> {
    holdout(objects, HeldOut::Count(count), 0).unwrap().test
}

fn select<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&i| values[i].clone()).collect()
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs())
}

/// Shift and scale of a saved model.
fn scaling(name: &str) -> [Vec<f64>; 2] {
    let saved = SavedModel::open(trained().join(name).join("model.safetensors")).unwrap();
    ["scaling.shift", "scaling.scale"].map(|name| saved.further(name).unwrap().unwrap().into_vec())
}

fn filled<M: Module<f32>>(name: &str, mut model: M) -> M {
    let saved = SavedModel::open(trained().join(name).join("model.safetensors")).unwrap();
    saved.load_into(&mut model).unwrap();
    model
}

/// The mean of the scores is the error that the training measured on both parts; and reconstructions, in the unit of
/// the file, are as far from the objects as the scores say.
#[test]
fn auto_encoders_make_the_errors_that_were_measured() {
    let train = path("train.csv");
    let of_table = ["--data", &train, "--label", "kind"];
    for (name, code) in [
        ("autoencoder", 2),
        ("linear", 2),
        ("two-layer", 2),
        ("sparse", 3),
        ("denoising", 2),
        ("contractive", 2),
        ("relational", 6),
        ("stacked", 32),
        ("variational", 2),
        ("gaussian", 2),
        ("semi-supervised", 32),
    ] {
        let on_digits = ["autoencoder", "variational"].contains(&name);
        let (data, arguments, parts) = match on_digits {
            true => (digits(), &of_table[..0], [1200.0, 597.0]),
            false => (table("train.csv"), &of_table[..], [60.0, 30.0]),
        };
        let ask = |what: &str| applied(name, &[arguments, &["--what", what]].concat());
        let scores = ask("scores");
        assert_eq!(scores[0], ["squared_error"]);
        let scores = numbers(&scores).into_vec();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        let said = said(name);
        let loss = |part: &str| said[part].as_f64().unwrap();
        let measured = (parts[0] * loss("train_loss") + parts[1] * loss("heldout_loss"))
            / (parts[0] + parts[1]);
        assert!(near(mean, measured, 1e-6), "{name}: {mean} {measured}");

        let reconstructed = ask("reconstructions");
        match on_digits {
            true => assert_eq!(reconstructed[0][63], "feature_64"),
            false => assert_eq!(reconstructed[0], data.feature_names),
        }
        let reconstructed = numbers(&reconstructed);
        let [_, scale] = scaling(name);
        for (i, score) in scores.iter().enumerate() {
            let (y, x) = (reconstructed.row(i), data.features.row(i));
            // of objects that were brought to length 1 there is nothing to go back to
            let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
            let unit = if name == "stacked" { length } else { 1.0 };
            let squared = (0..x.len()).map(|j| ((y[j] - x[j] / unit) / scale[j]).powi(2));
            assert!(near(squared.sum(), *score, 1e-4), "{name}, object {i}");
        }

        let usual = match name {
            "semi-supervised" => ask("codes"),
            _ => applied(name, arguments),
        };
        assert_eq!(usual[0][0], "code_1");
        assert_eq!(
            (usual.len() - 1, usual[0].len()),
            (scores.len(), code),
            "{name}"
        );
        let codes = numbers(&usual);
        assert!(
            codes.row_iter().any(|code| code[0] != codes[(0, 0)]),
            "{name}"
        );
    }
}

/// Winners, their places and distances are those of the codebook that was written in the unit of the file.
#[test]
fn winners_are_the_nearest_centres_of_the_codebook() {
    for (name, file) in [
        ("wta", "missing.csv"),
        ("wtm", "missing.csv"),
        ("som", "missing.csv"),
        ("lvq", "test.csv"),
    ] {
        let data = table(file);
        let file = path(file);
        let ask = |what: &str| applied(name, &["--data", &file, "--label", "kind", "--what", what]);
        let found = ask("winners");
        let expected: &[&str] = match name {
            "som" => &["winner", "column", "row", "distance"],
            _ => &["winner", "distance"],
        };
        assert_eq!(found[0], expected);
        let quantized = numbers(&ask("reconstructions"));
        let scores = ask("scores");
        assert_eq!(column(&scores, "distance"), column(&found, "distance"));
        let codebook = read_cod(trained().join(name).join("codebook.cod")).unwrap();
        let [_, scale] = scaling(name);
        let mut distances = Vec::new();
        for (i, x) in data.features.row_iter().enumerate() {
            let row = &found[i + 1];
            let known: Vec<usize> = (0..x.len()).filter(|&j| !x[j].is_nan()).collect();
            if known.is_empty() {
                assert!(row.iter().all(String::is_empty), "{row:?}");
                assert!(quantized.row(i).iter().all(|x| x.is_nan()));
                continue;
            }
            let squared = |centre: &[f64]| -> f64 {
                let parts = known
                    .iter()
                    .map(|&j| ((x[j] - centre[j]) / scale[j]).powi(2));
                parts.sum::<f64>() * x.len() as f64 / known.len() as f64
            };
            let all: Vec<f64> = codebook.centres.row_iter().map(squared).collect();
            let nearest = all.iter().copied().fold(f64::INFINITY, f64::min);
            let winner: usize = row[0].parse().unwrap();
            let distance: f64 = row[row.len() - 1].parse().unwrap();
            // two may be equally near
            assert!(near(all[winner], nearest, 1e-9), "{name}, object {i}");
            assert!(near(distance, nearest.sqrt(), 1e-9), "{name}, object {i}");
            if name == "som" {
                assert_eq!(row[1], (winner % 4).to_string());
                assert_eq!(row[2], (winner / 4).to_string());
            }
            let centre = codebook.centres.row(winner);
            let same = quantized
                .row(i)
                .iter()
                .zip(centre)
                .all(|(a, b)| near(*a, *b, 1e-9));
            assert!(same, "{name}, object {i}");
            distances.push(distance);
        }
        if name != "lvq" {
            let mean = distances.iter().sum::<f64>() / distances.len() as f64;
            let measured = said(name)["quantization_error"].as_f64().unwrap();
            assert!(near(mean, measured, 1e-9), "{name}: {mean} {measured}");
        }
    }
}

/// The classes that are told, of the objects that a training judged by, are right as often as it said.
#[test]
fn classes_are_told_as_well_as_the_training_said() {
    let [train, test, missing] = ["train.csv", "test.csv", "missing.csv"].map(path);
    let figure = |name: &str, pointer: &str| {
        let said = said(name);
        let found = said.pointer(pointer);
        found
            .and_then(Value::as_f64)
            .unwrap_or_else(|| panic!("{name}: {said}"))
    };
    let third = held_out(OBJECTS, OBJECTS / 3);
    let all = |name: &str| (0..table(name).features.rows()).collect::<Vec<usize>>();
    for (name, file, pointer, judged) in [
        ("classifier", "test.csv", "/test_accuracy", all("test.csv")),
        ("lvq", "test.csv", "/test_accuracy", all("test.csv")),
        (
            "distill",
            "test.csv",
            "/students/2/accuracy",
            all("test.csv"),
        ),
        (
            "semi-supervised",
            "train.csv",
            "/test_accuracy",
            third.clone(),
        ),
        ("lupi", "train.csv", "/scores/0/distilled", third.clone()),
    ] {
        let truth = classes(&table(file));
        let file = path(file);
        let found = column(
            &applied(name, &["--data", &file, "--label", "kind"]),
            "class",
        );
        let right = agreement(&select(&found, &judged), &select(&truth, &judged));
        let measured = figure(name, pointer);
        assert!(near(right, measured, 1e-12), "{name}: {right} {measured}");
        assert!((0.2..1.0).contains(&right), "{name}: {right}");
        // and what is said of all objects of the file
        let out = path(&format!("{name}-classes.csv.gz"));
        let arguments = [
            "apply",
            &path(name),
            "--data",
            &file,
            "--label",
            "kind",
            "--out",
            &out,
        ];
        let output = unsup(&[&arguments[..], &["--json"]].concat());
        let right = agreement(&found, &truth);
        let objects = truth.len();
        let line = format!("accuracy {right:.4} on {objects} objects\n");
        assert!(
            text(&output.stderr).ends_with(&line),
            "{}",
            text(&output.stderr)
        );
        let result = json(&output);
        assert_eq!(
            (&result["accuracy"], &result["objects"]),
            (&right.into(), &objects.into())
        );
        let written = read(&out, &ReadOptions::default()).unwrap();
        assert_eq!(written.features.rows(), objects);

        if name != "lvq" {
            let rows = applied(
                name,
                &[
                    "--data",
                    &file,
                    "--label",
                    "kind",
                    "--what",
                    "probabilities",
                ],
            );
            assert_eq!(rows[0], ["a", "b c", "d"]);
            for (row, class) in numbers(&rows).row_iter().zip(&found) {
                let place = rows[0].iter().position(|name| name == class).unwrap();
                assert!(row.iter().all(|p| *p <= row[place]) && near(row.iter().sum(), 1.0, 1e-6));
            }
        }
    }
    // the majority of a node; an object without a value counts as wrong
    let output = unsup(&[
        "apply",
        &path("som"),
        "--data",
        &missing,
        "--label",
        "kind",
        "--what",
        "classes",
    ]);
    let told = rows(text(&output.stdout));
    let known = agreement(
        &column(&told, "class")[..OBJECTS],
        &classes(&table("missing.csv"))[..OBJECTS],
    );
    let measured = figure("som", "/majority_accuracy");
    assert!(near(known, measured, 1e-12), "{known} {measured}");
    assert!(told.last().unwrap()[0].is_empty());

    // digits, without a file
    let truth = digits().labels.unwrap();
    let judged = held_out(1797, 597);
    let told = applied("transfer", &[]);
    let parity: Vec<&str> = truth
        .iter()
        .map(|digit| ["even", "odd"][digit % 2])
        .collect();
    let right = agreement(
        &select(&column(&told, "class"), &judged),
        &select(&parity, &judged)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    let measured = figure("transfer", "/accuracy/0/accuracy");
    assert!(near(right, measured, 1e-12), "{right} {measured}");

    let told = applied("questions", &[]);
    let names: Vec<String> = truth.iter().map(usize::to_string).collect();
    for (task, (name, truth)) in [
        ("identity", names),
        ("parity", parity.iter().map(ToString::to_string).collect()),
    ]
    .into_iter()
    .enumerate()
    {
        let right = agreement(
            &select(&column(&told, name), &judged),
            &select(&truth, &judged),
        );
        let measured = figure("questions", &format!("/tasks/{task}/shared"));
        assert!(near(right, measured, 1e-12), "{name}: {right} {measured}");
    }
    let rows = applied("questions", &["--what", "probabilities"]);
    assert_eq!((rows.len(), rows[0].len()), (1798, 16));
    assert_eq!(rows[0][10], "parity=even");

    // columns that were no features are left out, by their names
    let told = applied("tasks", &["--data", &train]);
    assert_eq!(told[0], ["kind", "height"]);
    let data = table("train.csv");
    let right = agreement(
        &select(&column(&told, "kind"), &third),
        &select(&classes(&data), &third),
    );
    let measured = figure("tasks", "/tasks/0/shared");
    assert!(near(right, measured, 1e-12), "{right} {measured}");
    for (name, pointer) in [
        ("tasks", "/tasks/1/shared"),
        ("lupi-number", "/scores/0/distilled"),
    ] {
        let told = column(&applied(name, &["--data", &train]), "height");
        let told: Vec<f64> = told.iter().map(|number| number.parse().unwrap()).collect();
        let one = |values: &[f64]| Matrix::from_vec(third.len(), 1, select(values, &third));
        let heights: Vec<f64> = data.features.row_iter().map(|x| x[1]).collect();
        let fit = r_squared(&one(&told), &one(&heights));
        let measured = figure(name, pointer);
        assert!(near(fit, measured, 1e-5), "{name}: {fit} {measured}");
    }
    let codes = applied("tasks", &["--data", &test, "--what", "codes"]);
    assert_eq!((codes.len(), codes[0].len()), (TEST + 1, 64));
}

/// A column of numbers below its name.
fn numbers_of(rows: &[Vec<String>], name: &str) -> Matrix<f64> {
    let cells = column(rows, name);
    let values = cells.iter().map(|cell| cell.parse().unwrap()).collect();
    Matrix::from_vec(cells.len(), 1, values)
}

/// What tasks are measured by is what stands in their columns, and a teacher is shown what it saw.
#[test]
fn columns_that_were_no_features_are_what_is_told_of_them() {
    let train = path("train.csv");
    let out = path("of-tasks.csv");
    let measured = |name: &str, arguments: &[&str]| {
        let model = path(name);
        let asked = ["apply", &model, "--out", &out, "--force", "--json"];
        let output = unsup(&[&asked[..], arguments].concat());
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        let said = json(&output);
        (
            rows(&fs::read_to_string(&out).unwrap()),
            said,
            text(&output.stderr).to_owned(),
        )
    };
    let data = table("train.csv");
    let heights = Matrix::from_fn(OBJECTS, 1, |i, _| data.features[(i, 1)]);
    let (told, said, stderr) = measured("tasks", &["--data", &train]);
    let right = agreement(&column(&told, "kind"), &classes(&data));
    let fit = r_squared(&numbers_of(&told, "height"), &heights);
    let tasks = serde_json::json!([
        { "name": "kind", "objects": OBJECTS, "accuracy": right },
        { "name": "height", "objects": OBJECTS, "r_squared": said["tasks"][1]["r_squared"] },
    ]);
    assert_eq!((&said["tasks"], &said["accuracy"]), (&tasks, &Value::Null));
    let found = said["tasks"][1]["r_squared"].as_f64().unwrap();
    assert!(near(found, fit, 1e-9) && fit > -5.0, "{found} {fit}");
    let lines =
        format!("kind: accuracy {right:.4} on 90 objects\nheight: R² {fit:.4} on 90 objects\n");
    assert!(stderr.ends_with(&lines), "{stderr}");
    // whatever is asked for
    let (_, codes, _) = measured("tasks", &["--data", &train, "--what", "codes"]);
    assert_eq!(codes["tasks"], tasks);

    // without one of the columns, and a value missing in the other
    let some: String = heaps(OBJECTS, 0, false)
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let height = if i == 2 { "?" } else { cells[1] };
            format!("{},{},{},{height}\n", cells[3], cells[0], cells[2])
        })
        .collect();
    let file = path("some-tasks.csv");
    fs::write(&file, &some).unwrap();
    let (_, said, stderr) = measured("tasks", &["--data", &file]);
    let without = |x: &Matrix<f64>| {
        let rows: Vec<usize> = (0..OBJECTS).filter(|&i| i != 1).collect();
        x.select_rows(&rows)
    };
    let fit = r_squared(&without(&numbers_of(&told, "height")), &without(&heights));
    let found = said["tasks"][0]["r_squared"].as_f64().unwrap();
    assert!(near(found, fit, 1e-9), "{found} {fit}");
    assert_eq!(said["tasks"].as_array().unwrap().len(), 1);
    assert!(stderr.ends_with(" on 89 objects\n"), "{stderr}");
    let (_, said, _) = measured("questions", &[]);
    assert_eq!(said["tasks"], serde_json::json!([]));
    let (_, said, _) = measured("classifier", &["--data", &train]);
    assert!(said.get("tasks").is_none());

    // as the training said of the objects that it held out
    let third = held_out(OBJECTS, OBJECTS / 3);
    let (told, said_of, _) = measured("lupi", &["--data", &train, "--what", "teacher"]);
    let truth = classes(&data);
    let right = agreement(
        &select(&column(&told, "class"), &third),
        &select(&truth, &third),
    );
    assert!(near(right, score_of_teacher("lupi"), 1e-12), "{right}");
    let all = agreement(&column(&told, "class"), &truth);
    assert_eq!(said_of["accuracy"], all);
    let (told, said_of, _) = measured("lupi-number", &["--data", &train, "--what", "teacher"]);
    let told = numbers_of(&told, "height");
    let fit = r_squared(&told.select_rows(&third), &heights.select_rows(&third));
    assert!(near(fit, score_of_teacher("lupi-number"), 1e-5), "{fit}");
    let found = said_of["tasks"][0]["r_squared"].as_f64().unwrap();
    assert!(near(found, r_squared(&told, &heights), 1e-9));
    // its columns in another order, with a word fewer
    let some: String = "side,colour,width,height\nl,red,1,2\nr,blue,7,8\nr,red,5,5\n".to_owned();
    let whole = "width,height,colour,side\n1,2,red,l\n7,8,blue,r\n5,5,red,r\n0,0,green,l\n";
    let [one, other] =
        [("turned.csv", &some[..]), ("straight.csv", whole)].map(|(name, content)| {
            fs::write(path(name), content).unwrap();
            measured("lupi", &["--data", &path(name), "--what", "teacher"]).0
        });
    assert_eq!(one[..], other[..4]);
    // where it was not told which words they were, they can't be read
    let unaware = changed("lupi", "unaware.safetensors", |ours| {
        let privileged = &mut ours["settings"]["privileged"];
        assert!(
            privileged
                .as_object_mut()
                .unwrap()
                .remove("words")
                .is_some()
        );
    });
    let output = unsup(&["apply", &unaware, "--data", &train, "--quiet"]);
    assert!(output.status.success());
    let output = unsup(&[
        "apply", &unaware, "--data", &train, "--what", "teacher", "--quiet",
    ]);
    assert_eq!(output.status.code(), Some(1));
}

/// What a training said of the teacher, on the objects that it held out.
fn score_of_teacher(name: &str) -> f64 {
    let said = said(name);
    let found = said.pointer("/scores/0/privileged").and_then(Value::as_f64);
    found.unwrap_or_else(|| panic!("{name}: {said}"))
}

/// The very table that was trained on is taken as it is, and so is one without its classes.
#[test]
fn the_column_of_the_classes_is_known_again() {
    let without = |name: &str, table: &str| {
        let lines = table.lines();
        let lines = lines.map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n");
        fs::write(path(name), lines.collect::<String>()).unwrap();
        path(name)
    };
    let unlabelled = without("unlabelled.csv", &heaps(OBJECTS, 0, false));
    let out = path("known-again.csv");
    let answers = |model: &str, arguments: &[&str]| {
        let asked = [
            "apply", model, "--out", &out, "--force", "--json", "--quiet",
        ];
        let output = unsup(&[&asked[..], arguments].concat());
        assert!(output.status.success(), "{model}: {}", text(&output.stderr));
        let accuracy = json(&output)["accuracy"].as_f64();
        (fs::read_to_string(&out).unwrap(), accuracy)
    };
    let train = path("train.csv");
    for name in [
        "wta",
        "lvq",
        "som",
        "linear",
        "gaussian",
        "semi-supervised",
        "classifier",
        "distill",
        "lupi",
        "critic",
    ] {
        let model = path(name);
        let said = answers(&model, &["--data", &train, "--label", "kind"]);
        assert_eq!(answers(&model, &["--data", &train]), said, "{name}");
        let tells = [
            "lvq",
            "som",
            "semi-supervised",
            "classifier",
            "distill",
            "lupi",
        ];
        assert_eq!(said.1.is_some(), tells.contains(&name), "{name}");
        let (told, accuracy) = answers(&model, &["--data", &unlabelled]);
        assert_eq!((told, accuracy), (said.0, None), "{name}");
    }
    // an option says otherwise: other classes, of which the model knows none, beside those
    let model = path("classifier");
    let table = heaps(OBJECTS, 0, false);
    let twice = |new: &dyn Fn(&str) -> String| -> String {
        let lines = table.lines().enumerate();
        let kind = |line: &str| line.rsplit_once(',').unwrap().1.to_owned();
        let cell = |(i, line): (usize, &str)| match i {
            0 => format!("{line},other\n"),
            _ => format!("{line},{}\n", new(&kind(line))),
        };
        lines.map(cell).collect()
    };
    let other = path("other.csv");
    fs::write(&other, twice(&|_| "a".to_owned())).unwrap();
    let (told, accuracy) = answers(&model, &["--data", &other, "--label", "other"]);
    let share = told.lines().filter(|line| *line == "a").count() as f64 / OBJECTS as f64;
    assert_eq!(accuracy, Some(share));
    fs::write(&other, twice(&|_| "unheard".to_owned())).unwrap();
    let output = unsup(&[
        "apply", &model, "--data", &other, "--label", "other", "--quiet",
    ]);
    let error = text(&output.stderr);
    assert!(error.contains("found the class \"unheard\""), "{error}");
    // where some are missing, nothing is measured
    let some = table.replacen(",a\n", ",?\n", 3);
    fs::write(&other, some).unwrap();
    let (all, _) = answers(&model, &["--data", &train]);
    assert_eq!(answers(&model, &["--data", &other]), (all, None));

    // in another order, told by their names
    let turned = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n";
    fs::write(&other, table.lines().map(turned).collect::<String>()).unwrap();
    for name in ["classifier", "som", "lupi"] {
        let model = path(name);
        let said = answers(&model, &["--data", &train]);
        assert_eq!(answers(&model, &["--data", &other]), said, "{name}");
    }

    // by its number where there are no names, and only in a table of as many columns
    let lines = |cells: fn(usize) -> String| (0..30).map(cells).collect::<String>();
    for (name, content) in [
        (
            "first.csv",
            lines(|i| format!("{},{},{}\n", i % 2, 9 * (i % 2) + i % 5, i % 7)),
        ),
        (
            "no-first.csv",
            lines(|i| format!("{},{}\n", 9 * (i % 2) + i % 5, i % 7)),
        ),
    ] {
        fs::write(path(name), content).unwrap();
    }
    let [first, rest, model] = ["first.csv", "no-first.csv", "nameless"].map(path);
    let output = unsup(&[
        "train",
        "classifier",
        "--data",
        &first,
        "--label",
        "1",
        "--epochs",
        "400",
        "--widths",
        "4",
        "--out",
        &model,
        "--quiet",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = answers(&model, &["--data", &first, "--label", "first"]);
    assert!(said.1.unwrap() > 0.6, "{said:?}");
    assert_eq!(answers(&model, &["--data", &first]), said);
    assert_eq!(answers(&model, &["--data", &rest]), (said.0, None));
}

/// Models of what is no table: the library's answers, number by number.
#[test]
fn numbers_are_those_of_the_library() {
    // a function at new points
    let domain = Domain(TestFunction::Branin.domain());
    let x: Matrix<f32> = domain.draw(5000, 0u64.wrapping_sub(1));
    let points: String = x
        .row_iter()
        .map(|x| format!("{},{}\n", x[0], x[1]))
        .collect();
    let file = path("points.csv");
    fs::write(&file, points).unwrap();
    let found = applied("function", &["--data", &file]);
    assert_eq!(found[0], ["value"]);
    let truth = x
        .row_iter()
        .map(|x| TestFunction::Branin.value(&[x[0].into(), x[1].into()]));
    let truth = Matrix::from_vec(5000, 1, truth.collect());
    let fit = r_squared(&numbers(&found), &truth);
    let measured = said("function")["r_squared"].as_f64().unwrap();
    assert!(near(fit, measured, 1e-5), "{fit} {measured}");

    let data = digits();
    let gan = filled(
        "gan",
        Gan::<f32>::new(
            64,
            &adversarial::Architecture {
                latent: 16,
                generator: vec![8],
                discriminator: vec![8],
                output: Activation::Sigmoid,
                ..adversarial::Architecture::default()
            },
        ),
    );
    let found = applied("gan", &[]);
    assert_eq!(found[0], ["probability"]);
    assert_eq!(
        numbers(&found).cast::<f32>(),
        gan.probabilities(&data.features.cast())
    );
    let train = path("train.csv");
    let found = applied("critic", &["--data", &train, "--label", "kind"]);
    assert_eq!(found[0], ["critic"]);
    assert!(
        numbers(&found)
            .as_slice()
            .iter()
            .any(|x| !(0.0..=1.0).contains(x))
    );

    // images of a .npy file
    let images = Matrix::from_fn(5, 576, |i, j| ((i * 31 + j * 7) % 17) as f64 / 17.0);
    let saved = SavedModel::open(trained().join("self-supervised/model.safetensors")).unwrap();
    let settings = &saved.description().settings;
    let number = |name: &str| settings[name].as_u64().unwrap() as usize;
    let side = settings["image"][0].as_u64().unwrap() as usize;
    let images = Matrix::from_fn(5, side * side, |i, j| images[(i, j % 576)]);
    let fragments = Fragments {
        height: side,
        width: side,
        channels: 1,
        side: number("side"),
        gap: number("gap"),
        jitter: number("jitter"),
    };
    let shape = self_supervised::Architecture {
        hidden: vec![8],
        code: 3,
        ..self_supervised::Architecture::default()
    };
    let model = filled(
        "self-supervised",
        RelativePosition::<f32>::new(&fragments, &shape),
    );
    let expected = fragments.codes_of_images(model.encoder(), &images.cast());
    let file = path("images.npy");
    let mut bytes = Vec::new();
    unsup_data::write_npy_to(&mut bytes, &images).unwrap();
    fs::write(&file, bytes).unwrap();
    let out = path("codes.npy");
    let arguments = [
        "apply",
        &path("self-supervised"),
        "--data",
        &file,
        "--out",
        &out,
        "--quiet",
    ];
    let output = unsup(&arguments);
    assert!(
        text(&output.stdout).ends_with("codes.npy\n"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        read(&out, &ReadOptions::default())
            .unwrap()
            .features
            .cast::<f32>(),
        expected
    );

    // linear tasks take what they were generated of
    let file = path("inputs.csv");
    fs::write(&file, "1,2,3,4\n0,0,0,0\n").unwrap();
    let found = applied("linear-tasks", &["--data", &file]);
    assert_eq!((found.len(), &found[0][1][..]), (3, "task_2"));
}

#[test]
fn new_objects_are_drawn_as_the_library_draws_them() {
    let sampled = |arguments: &[&str]| {
        let output = unsup(&[&["sample"], arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        numbers(&rows(text(&output.stdout)))
    };
    // those that the training wrote
    let (gan, critic) = (path("gan"), path("critic"));
    let written = read(trained().join("gan/samples.csv"), &ReadOptions::default()).unwrap();
    let found = sampled(&[&gan, "--count", "50", "--seed", "3"]);
    assert_eq!(found.cast::<f32>(), written.features.cast::<f32>());
    assert_ne!(found, sampled(&[&gan, "--count", "50", "--seed", "4"]));
    // in the unit of the file
    let written = read(
        trained().join("critic/samples.csv"),
        &ReadOptions::default(),
    )
    .unwrap();
    let found = sampled(&[&critic, "--count", "1000"]);
    assert_eq!(found, written.features);

    let shape = autoencoder::Architecture::deep(&[8], 2);
    let model = Variational::<f32>::new(6, &shape, Likelihood::Gaussian).with_prior(0.5);
    let model = filled("gaussian", model);
    let [shift, scale] = scaling("gaussian");
    let in_unit = |x: &Matrix<f32>| {
        Matrix::from_fn(x.rows(), 6, |i, j| {
            f64::from(x[(i, j)]) * scale[j] + shift[j]
        })
    };
    let gaussian = path("gaussian");
    let new = model.decode(&model.sample_codes(7, 5));
    assert_eq!(
        sampled(&[&gaussian, "--count", "7", "--seed", "5"]),
        in_unit(&new)
    );
    let test = table("test.csv");
    let scaled = Matrix::from_fn(TEST, 6, |i, j| {
        (test.features[(i, j)] - shift[j]) / scale[j]
    });
    let like = model.decode(&model.similar_codes(&scaled.cast(), 2, 0));
    let file = path("test.csv");
    let found = sampled(&[
        &gaussian, "--like", &file, "--label", "kind", "--count", "2", "--quiet",
    ]);
    assert_eq!(found, in_unit(&like));

    // not the means, but what is drawn around them
    let found = sampled(&[&gaussian, "--count", "7", "--seed", "5", "--noise"]);
    assert_eq!(found, in_unit(&model.sample(7, 5)));
    let found = sampled(&[
        &gaussian, "--like", &file, "--count", "2", "--quiet", "--noise",
    ]);
    assert_eq!(found, in_unit(&model.similar(&scaled.cast(), 2, 0)));
    let found = sampled(&[&path("variational"), "--count", "3", "--noise"]);
    assert!(found.as_slice().iter().all(|x| [0.0, 1.0].contains(x)));

    let (out, picture) = (path("new.npy"), path("new.png"));
    let variational = path("variational");
    let output = unsup(&[
        "sample",
        &variational,
        "--out",
        &out,
        "--picture",
        &picture,
        "--json",
    ]);
    let result = json(&output);
    assert_eq!(
        (&result["objects"], &result["picture"]),
        (&16.into(), &picture.as_str().into())
    );
    let drawn = read(&out, &ReadOptions::default()).unwrap().features;
    assert!(drawn.rows() == 16 && drawn.as_slice().iter().all(|x| (0.0..=1.0).contains(x)));
    assert!(png_size(Path::new(&picture)).0 > 200);

    // what is there is kept, unless it is said that it need not be
    let mine = path("mine.csv");
    fs::write(&mine, "mine\n").unwrap();
    for kept in [
        ["--out", &mine, "--quiet"],
        ["--picture", &picture, "--quiet"],
    ] {
        let output = unsup(&[&["sample", &variational], &kept[..]].concat());
        let error = text(&output.stderr);
        assert!(
            output.status.code() == Some(1)
                && error.contains(": is there already, expected another name"),
            "{error}"
        );
    }
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine\n");
    let output = unsup(&["sample", &variational, "--out", &mine, "--force"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(fs::read_to_string(&mine).unwrap().lines().count() == 17);
}

#[test]
fn what_a_file_holds_is_shown() {
    let inspect = |path: &str| json(&unsup(&["inspect", path, "--json"]));
    let folder = trained();
    let model = inspect(&path("autoencoder/model.safetensors"));
    assert_eq!(
        (&model["kind"], &model["method"]),
        (&"model".into(), &"autoencoder".into())
    );
    assert_eq!(model["settings"]["image"], serde_json::json!([8, 8, 1]));
    assert_eq!(
        model["offers"],
        serde_json::json!(["codes", "reconstructions", "scores"])
    );
    // 64-8-2-8-64 with biases
    let weights = 64 * 8 + 8 + 8 * 2 + 2 + 2 * 8 + 8 + 8 * 64 + 64;
    assert_eq!(
        (&model["weights"], &model["finite"]),
        (&weights.into(), &true.into())
    );
    let first = &model["parameters"][1];
    assert_eq!(
        (&first["name"], &first["type"]),
        (&"decoder.0.weight".into(), &"F32".into())
    );
    let shape = autoencoder::Architecture {
        output: Activation::Sigmoid,
        ..autoencoder::Architecture::deep(&[8], 2)
    };
    let built = filled(
        "autoencoder",
        autoencoder::AutoEncoder::<f32>::new(64, &shape),
    );
    let autoencoder::Decoder::Free(layers) = built.decoder() else {
        panic!("it is not tied");
    };
    let weight = layers
        .dense_layers()
        .next()
        .unwrap()
        .weight()
        .value()
        .clone();
    let mean = weight.as_slice().iter().map(|&w| f64::from(w)).sum::<f64>() / 16.0;
    assert!(near(first["mean"].as_f64().unwrap(), mean, 1e-12));
    let greatest = weight.as_slice().iter().copied().fold(f32::MIN, f32::max);
    assert_eq!(first["greatest"], f64::from(greatest));

    let data = inspect(&path("missing.csv"));
    let seen = ["kind", "format", "objects", "features", "missing"].map(|name| data[name].clone());
    // 13 heights, and the last line but its class: width, height, three colours and a side
    let expected: [Value; 5] = [
        "data".into(),
        "table of text".into(),
        91.into(),
        9.into(),
        19.into(),
    ];
    assert_eq!(seen, expected);
    assert_eq!(
        data["words"][0]["words"],
        serde_json::json!(["blue", "green", "red"])
    );
    let codebook = inspect(&path("som/codebook.cod"));
    assert_eq!(
        (&codebook["kind"], &codebook["centres"]),
        (&"codebook".into(), &24.into())
    );
    let listed = inspect(&path("som"));
    let kinds: Vec<&str> = listed["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["kind"].as_str().unwrap())
        .collect();
    for kind in ["model", "picture", "page", "data", "codebook"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }

    // another program's
    let foreign = br#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let numbers = [1.5f32, -0.5].map(f32::to_le_bytes).concat();
    let length = (foreign.len() as u64).to_le_bytes();
    fs::write(path("foreign"), [&length, &foreign[..], &numbers].concat()).unwrap();
    let foreign = inspect(&path("foreign"));
    assert_eq!(foreign["kind"], "tensors");
    assert_eq!(
        (
            &foreign["tensors"][0]["name"],
            &foreign["tensors"][0]["mean"]
        ),
        (&"w".into(), &0.5.into())
    );

    // a run that is under way
    let out = folder.join("half");
    let mut process = Command::new(env!("CARGO_BIN_EXE_unsup"))
        .args([
            "train",
            "classifier",
            "--epochs",
            "100000",
            "--checkpoint-every",
            "1",
            "--quiet",
            "--out",
        ])
        .arg(&out)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !out.join("checkpoint.safetensors").exists() {
        assert!(process.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let half = inspect(&path("half/checkpoint.safetensors"));
    assert_eq!(
        (&half["kind"], &half["weights"]),
        (&"checkpoint".into(), &(64 * 100 + 100 + 1000 + 10).into())
    );
    assert!(half["steps"].as_u64().unwrap() >= 1 && half["epoch"].as_u64().unwrap() >= 1);
    let error = unsup(&["apply", &path("half/checkpoint.safetensors")]).stderr;
    assert!(text(&error).contains("holds a \"checkpoint\", expected a \"model\""));

    // in a line
    let output = unsup(&["inspect", "-q", &path("som/codebook.cod")]);
    let said = text(&output.stdout);
    assert!(
        said.contains("codebook.cod: a codebook, a hexagonal map of 4x6"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1);

    // and the same for a reader
    for (name, parts) in [
        (
            "autoencoder/model.safetensors",
            ["a model of autoencoder", "decoder.0.weight", "[8,8,1]"],
        ),
        (
            "half/checkpoint.safetensors",
            [
                "a checkpoint of classifier",
                "optimiser",
                "network.0.weight",
            ],
        ),
        (
            "missing.csv",
            ["table of text", "19 values", "blue, green, red"],
        ),
        ("som/codebook.cod", ["a hexagonal map of 4x6", "24", "b_c"]),
        ("som", ["a folder, ", "u-matrix.png", "a page, HTML"]),
    ] {
        let output = unsup(&["inspect", &path(name)]);
        let shown = text(&output.stdout);
        assert!(output.status.success(), "{}", text(&output.stderr));
        for part in parts {
            assert!(
                shown.contains(part),
                "{name}: \"{part}\" is not in: {shown}"
            );
        }
    }
}

/// Rewrites the settings of a model's file.
fn changed(name: &str, to: &str, edit: impl Fn(&mut Value)) -> String {
    let bytes = fs::read(trained().join(name).join("model.safetensors")).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let mut ours: Value =
        serde_json::from_str(header["__metadata__"]["unsup"].as_str().unwrap()).unwrap();
    edit(&mut ours);
    header["__metadata__"]["unsup"] = ours.to_string().into();
    let header = header.to_string();
    let start = (header.len() as u64).to_le_bytes();
    let file = path(to);
    fs::write(
        &file,
        [&start, header.as_bytes(), &bytes[8 + length..]].concat(),
    )
    .unwrap();
    file
}

#[test]
fn what_cannot_be_applied_is_said_in_one_line_and_leaves_nothing() {
    let folder = trained().join("refused");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("empty")).unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let [classifier, som, wta, gan, gaussian] =
        ["classifier", "som", "wta", "gan", "gaussian"].map(path);
    let [train, digits_model] = ["train.csv", "autoencoder"].map(path);
    let whole = fs::read(trained().join("classifier/model.safetensors")).unwrap();
    let truncated = file("truncated.safetensors", &whole[..whole.len() - 5]);
    let empty_file = file("empty.csv", b"");
    let nothing = file("nothing.txt", b"1,2\nx\n");
    let codebook = path("som/codebook.cod");
    let picture = path("som/u-matrix.png");
    let [lupi, tasks] = ["lupi", "tasks"].map(path);
    let gap = file(
        "gap-of-two.csv",
        b"width,height,colour,side,kind\n1,1,red,l,a\n3,?,blue,r,d\n",
    );
    let unprivileged = file(
        "unprivileged.csv",
        b"width,colour,side\n1,red,l\n3,blue,r\n",
    );
    let high = file(
        "high.csv",
        b"width,height,colour,side,kind\n1,low,red,l,a\n3,high,blue,r,d\n",
    );
    let plain = heaps(6, 0, false);
    let without = file("without.csv", plain.replace("height", "hight").as_bytes());
    let fewer = file(
        "fewer.csv",
        b"width,height,colour,kind\n1,2,red,a\n3,4,blue,d\n",
    );
    let more = file(
        "more.csv",
        b"width,height,colour,side,weight,kind\n1,2,red,l,5,a\n3,4,blue,r,6,d\n",
    );
    let word = file("word.csv", plain.replace("green", "olive").as_bytes());
    let class = file("class.csv", plain.replace("b c", "z").as_bytes());
    let missing = file("gap.csv", heaps(9, 0, true).as_bytes());
    let far = file(
        "far.csv",
        b"width,height,colour,side,kind\n1,1e300,red,l,a\n3,4,blue,r,d\n",
    );
    let mut shape = Vec::new();
    unsup_data::write_npy_to(&mut shape, &Matrix::zeros(3, 5)).unwrap();
    let shape = file("shape.npy", &shape);
    let empty = folder.join("empty").to_str().unwrap().to_owned();
    let in_file = format!("{empty_file}/out.csv");
    let old = changed("classifier", "refused/old.safetensors", |ours| {
        ours["settings"]["words"][0]
            .as_object_mut()
            .unwrap()
            .remove("feature");
    });
    // as models were that did not say where their labels had been
    let unaware = changed("classifier", "refused/unaware.safetensors", |ours| {
        let settings = ours["settings"].as_object_mut().unwrap();
        assert_eq!(settings.remove("label_column"), Some("kind".into()));
    });
    let huge = changed("classifier", "refused/huge.safetensors", |ours| {
        ours["settings"]["hidden"] = serde_json::json!([4_000_000_000u64, 4_000_000_000u64]);
    });
    let other = changed("classifier", "refused/other.safetensors", |ours| {
        ours["method"] = "perceptron".into();
    });
    let wrong = changed("classifier", "refused/wrong.safetensors", |ours| {
        ours["method"] = "lvq".into();
    });
    let labelled = |model: &str, file: &str| -> Vec<String> {
        ["apply", model, "--data", file, "--label", "kind"]
            .map(str::to_owned)
            .to_vec()
    };
    let plain = |arguments: &[&str]| {
        arguments
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<String>>()
    };
    let also = |mut first: Vec<String>, more: &[&str]| {
        first.extend(plain(more));
        first
    };
    let good = labelled(&classifier, &train);
    let cases: Vec<(Vec<String>, i32, &[&str])> = vec![
        (
            plain(&["apply", "/nowhere/at/all", "--data", &train]),
            1,
            &["/nowhere/at/all", "cannot be read"],
        ),
        (
            plain(&["apply", &empty]),
            1,
            &["expected a folder with model.safetensors in it"],
        ),
        (
            plain(&["apply", &train]),
            1,
            &[
                "train.csv: is data (table of text, 90 objects of 9 features), expected a model (model.safetensors or",
            ],
        ),
        (
            plain(&["sample", &codebook]),
            1,
            &[
                "codebook.cod: is a codebook (a hexagonal map of 4x6: 24 centres of 6 features), expected a model",
            ],
        ),
        (
            plain(&["apply", &picture]),
            1,
            &["png: is a picture (PNG, ", "expected a model"],
        ),
        (
            plain(&["apply", &nothing]),
            1,
            &["nothing.txt: is no whole safetensors file"],
        ),
        (
            plain(&["inspect", &som, "--quiet", "--json"]),
            2,
            &["'--quiet' cannot be used with '--json'"],
        ),
        (
            labelled(&truncated, &train),
            1,
            &["truncated.safetensors", "is no whole safetensors file"],
        ),
        (
            labelled(&old, &train),
            1,
            &["its settings do not say \"feature\""],
        ),
        (
            labelled(&huge, &train),
            1,
            &["of a model of at least", "weights, and it holds"],
        ),
        (
            labelled(&other, &train),
            1,
            &["\"perceptron\", which is none of those"],
        ),
        (
            labelled(&wrong, &train),
            1,
            &["do not say \"class_of_centre\""],
        ),
        (
            plain(&["apply", &classifier]),
            1,
            &["--data: expected a file", "8x8"],
        ),
        (
            plain(&["apply", &classifier, "--label", "kind"]),
            2,
            &["--data"],
        ),
        (plain(&["apply"]), 2, &["expected <DIR|FILE>"]),
        (
            also(good.clone(), &["--what", "all"]),
            2,
            &["'all'", "expected codes, reconstructions"],
        ),
        (
            also(good.clone(), &["--what", "codes"]),
            1,
            &[
                "--what codes",
                "a model of classifier, expected classes or probabilities",
            ],
        ),
        (
            also(good.clone(), &["--json"]),
            2,
            &["expected --out <FILE> as well: '--json' needs it"],
        ),
        (
            also(good.clone(), &["--out", &empty]),
            1,
            &["expected a name in .csv, .csv.gz or .npy"],
        ),
        (
            also(good.clone(), &["--out", &format!("{empty}/out.txt")]),
            1,
            &["out.txt", "or --format"],
        ),
        (
            also(good.clone(), &["--out", &format!("{empty}/none/out.csv")]),
            1,
            &["cannot write to the folder", "none"],
        ),
        (
            also(good.clone(), &["--out", &in_file]),
            1,
            &["cannot write to the folder", "empty.csv"],
        ),
        (
            also(good.clone(), &["--out", &train, "--force"]),
            1,
            &["is the file that is read, expected another one"],
        ),
        (
            also(good.clone(), &["--out", &train]),
            1,
            &["train.csv: is there already, expected another name; --force replaces it"],
        ),
        (
            labelled(&classifier, &without),
            1,
            &["found the feature \"hight\", expected \"height\""],
        ),
        (
            labelled(&classifier, &fewer),
            1,
            &[
                "found 3 columns of features, expected 4",
                "missing \"side\"",
            ],
        ),
        (
            labelled(&classifier, &more),
            1,
            &[
                "found 5 columns of features, expected 4",
                "not among them \"weight\"",
            ],
        ),
        (
            plain(&["apply", &unaware, "--data", &train]),
            1,
            &["not among them \"kind\"; --label names a column of classes, which is left out"],
        ),
        (
            labelled(&classifier, &word),
            1,
            &["column 3 (\"colour\")", "found the word \"olive\""],
        ),
        (
            labelled(&classifier, &class),
            1,
            &["found the class \"z\", which is not in the training data"],
        ),
        (
            labelled(&classifier, &missing),
            1,
            &["object 1, feature 2 (\"height\"): the value is missing"],
        ),
        (
            labelled(&classifier, &far),
            1,
            &["the value of object 1, column \"height\" lies too far from the training data"],
        ),
        (labelled(&som, &empty_file), 1, &["empty.csv"]),
        (
            plain(&["apply", &digits_model, "--data", &shape]),
            1,
            &["found 5 features, expected 64"],
        ),
        (
            plain(&["sample", &wta]),
            1,
            &["a model of wta, from which no objects can be drawn"],
        ),
        (
            plain(&["sample", &gan, "--like", &train]),
            1,
            &["--like has no use here"],
        ),
        (
            plain(&["sample", &gan, "--noise"]),
            1,
            &["--noise has no use here: it is of variational"],
        ),
        (
            plain(&["sample", &gan, "--json", "--count", "3"]),
            2,
            &["expected --out <FILE> as well: '--json' needs it"],
        ),
        (
            plain(&["apply", &lupi, "--data", &unprivileged, "--what", "teacher"]),
            1,
            &[
                "--what teacher: expected the columns that were known in training, missing \"height\"",
            ],
        ),
        (
            plain(&["apply", &lupi, "--data", &gap, "--what", "teacher"]),
            1,
            &["gap-of-two.csv, object 2, feature 1 (\"height\"): the value is missing"],
        ),
        (
            plain(&["apply", &tasks, "--data", &class]),
            1,
            &[
                "class.csv, column \"kind\": found the class \"z\", which is not in the training data",
            ],
        ),
        (
            plain(&["apply", &tasks, "--data", &high]),
            1,
            &["high.csv, column \"height\": holds words, expected numbers as in the training data"],
        ),
        (
            plain(&["sample", &gan, "--count", "0"]),
            2,
            &["--count", "at least 1"],
        ),
        (
            plain(&["sample", &gan, "--count", "9999999999"]),
            1,
            &["--count 9999999999", "expected at most"],
        ),
        (
            plain(&["sample", &gan, "--picture", "a.gif"]),
            1,
            &["--picture a.gif: expected a name in .png"],
        ),
        (
            plain(&["sample", &gaussian, "--like", &missing, "--label", "kind"]),
            1,
            &["the value is missing"],
        ),
        (
            plain(&["sample", &gaussian, "--label", "kind"]),
            2,
            &["--like"],
        ),
        (
            plain(&["inspect", &truncated]),
            1,
            &["is no whole safetensors file"],
        ),
        (plain(&["inspect", &empty_file]), 1, &["empty.csv"]),
        (
            plain(&["inspect", "/nowhere"]),
            1,
            &["/nowhere: cannot be read"],
        ),
        (plain(&["inspect", "/dev/null"]), 1, &["is no regular file"]),
    ];
    // of a column that nobody has named nothing is measured then, and the answers are given
    let answered = unsup(&["apply", &classifier, "--data", &class]);
    let note = "class.csv: found the class \"z\", which is not in the training data: nothing is measured by the column of \
                classes\n";
    assert!(answered.status.success() && !answered.stdout.is_empty());
    let said = text(&answered.stderr);
    assert!(said.ends_with(note), "{said}");
    let before = fs::read_dir(&folder).unwrap().count();
    for (arguments, code, parts) in cases {
        let mut call: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if code == 1 && call[0] != "inspect" {
            call.push("--quiet");
        }
        let output = unsup(&call);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{call:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{call:?}: {error}");
        assert!(error.starts_with("error: "), "{call:?}: {error}");
        for part in parts {
            assert!(
                error.contains(part),
                "{call:?}: \"{part}\" is not in: {error}"
            );
        }
        assert!(output.stdout.is_empty(), "{call:?}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), before);
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
    assert!(fs::read(trained().join("train.csv")).unwrap() == heaps(OBJECTS, 0, false).as_bytes());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_unsup"))
        .args([
            "apply",
            &path("autoencoder"),
            "--what",
            "reconstructions",
            "--quiet",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 9];
    process
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut start)
        .unwrap();
    assert_eq!(&start, b"feature_1");
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        text(&output.stderr)
    );
}
