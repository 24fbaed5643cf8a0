//! `unsup train transfer|self-supervised|distill` as a user meets it.

use super::command::{json, png_size, results, text, unsup};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;
use unsup_models::Matrix;
use unsup_models::in_sequence::pretraining::{Start, Target};
use unsup_models::in_sequence::self_supervised::{Architecture, Fragments, RelativePosition};
use unsup_models::predictor::{self, Predictor};
use unsup_models::together::multi_task::{self, MultiTask};
use unsup_models::{Activation, Task};
use unsup_nn::saving::SavedModel;

/// `unsup train METHOD` with these options into a folder, quietly, as JSON.
fn train(method: &str, options: &[&str], out: &Path) -> Output {
    let place = ["--quiet", "--json", "--out", out.to_str().unwrap()];
    unsup(&[&["train", method][..], &place, options].concat())
}

/// The same into a new folder: what came of it, and the folder.
fn trained(method: &str, options: &[&str]) -> (Value, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (json(&train(method, options, folder.path())), folder)
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

/// The column `key` of a table, each number or the mean of several.
fn column(table: &Value, key: &str) -> Vec<f64> {
    let number = |row: &Value| row[key].as_f64().or_else(|| row[key]["mean"].as_f64());
    let rows = table.as_array().unwrap().iter();
    rows.map(|row| number(row).unwrap_or_else(|| panic!("{key}: {row}")))
        .collect()
}

fn names(table: &Value) -> Vec<&str> {
    let rows = table.as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap()).collect()
}

/// What a training has left; pictures are of a size to be seen.
fn files(folder: &Path) -> Vec<String> {
    let names = results(folder);
    for name in names.iter().filter(|name| name.ends_with(".png")) {
        let (width, height) = png_size(&folder.join(name));
        assert!(width > 500 && height > 200, "{name}: {width}x{height}");
    }
    names
}

/// A table of objects of some classes, each about a middle of its own, in the columns a, b, c and `label`.
fn table(folder: &Path, name: &str, classes: &[&str], rows: usize, label: &str) -> String {
    let mut content = format!("a,b,c,{label}\n");
    for i in 0..rows {
        let class = i % classes.len();
        let off = |k: usize| ((i * k) % 17) as f64 / 17.0 - 0.5;
        let middle = [0.0, 2.0, 4.0][class];
        content += &format!(
            "{},{},{},{}\n",
            middle + off(3),
            off(5) - middle,
            off(7),
            classes[class]
        );
    }
    write(folder, name, content.as_bytes())
}

fn write(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// An IDX file of grey images that grow lighter to the right and downwards.
fn images(folder: &Path, name: &str, count: u32, side: u32) -> String {
    let mut bytes = vec![0, 0, 8, 3];
    for number in [count, side, side] {
        bytes.extend(number.to_be_bytes());
    }
    for i in 0..count {
        for pixel in 0..side * side {
            let (row, column) = (pixel / side, pixel % side);
            bytes.push((12 * column + 5 * row + 7 * (i % 5)) as u8);
        }
    }
    write(folder, name, &bytes)
}

const SIX_LINES: [&str; 6] = [
    "from the first task, frozen",
    "from the first task, fine-tuned",
    "from an auto-encoder, frozen",
    "from an auto-encoder, fine-tuned",
    "random, frozen",
    "from scratch",
];

#[test]
fn knowledge_is_transferred_to_parity_and_not_to_other_digits() {
    let options = ["--repeats", "3", "--curve", "1", "--unlabelled-epochs", "5"];
    let (result, folder) = trained("transfer", &options);
    assert_eq!(
        keys(&result),
        [
            "ablated",
            "accuracy",
            "curve",
            "first_task_accuracy",
            "seconds",
            "warnings"
        ]
    );
    assert_eq!(names(&result["accuracy"]), SIX_LINES);
    let accuracy = column(&result["accuracy"], "accuracy");
    // frozen beats random weights and what is learned from scratch
    assert!(
        accuracy[0] > accuracy[4] + 0.05 && accuracy[0] > accuracy[5],
        "{result}"
    );
    let gain = &result["accuracy"][0]["gain"];
    let difference = accuracy[0] - accuracy[5];
    assert!(
        (gain["mean"].as_f64().unwrap() - difference).abs() < 1e-12,
        "{gain}"
    );
    assert!(result["accuracy"][5]["gain"].is_null());
    assert!(result["first_task_accuracy"].as_f64().unwrap() > 0.93);
    assert_eq!(names(&result["curve"]), ["1", "2"]);
    assert_eq!(column(&result["curve"], "labels"), [10.0, 20.0]);
    // the curve's point of so many labels is the table's
    for (key, expected) in [
        "first_frozen",
        "first_tuned",
        "unlabelled_frozen",
        "unlabelled_tuned",
    ]
    .into_iter()
    .chain(["random_frozen", "scratch"])
    .zip(&accuracy)
    {
        assert_eq!(column(&result["curve"], key)[1], *expected, "{key}");
    }
    assert_eq!(
        files(folder.path()),
        ["curve.png", "history.csv", "model.safetensors"]
    );

    let options = ["--target", "others", "--repeats", "3", "--curve", "none"];
    let options = [&options[..], &["--unlabelled-epochs", "5"]].concat();
    let (result, folder) = trained("transfer", &options);
    let accuracy = column(&result["accuracy"], "accuracy");
    assert!(
        accuracy[0] < accuracy[4] && accuracy[0] < accuracy[5] - 0.05,
        "{result}"
    );
    let warning = result["warnings"][0].as_str().unwrap();
    assert!(
        warning.starts_with("the encoder from the first task is of no use"),
        "{warning}"
    );
    assert_eq!(files(folder.path()), ["history.csv", "model.safetensors"]);
}

#[test]
fn a_table_is_the_second_task_and_another_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let few = table(folder.path(), "few.csv", &["x", "y", "z"], 60, "kind");
    let many = table(folder.path(), "many.csv", &["left", "right"], 90, "side");
    let of = |options: &[&str]| {
        let short = [
            "--data",
            &few,
            "--label",
            "kind",
            "--repeats",
            "1",
            "--labels",
            "3",
        ];
        let epochs = [
            "--curve",
            "none",
            "--unlabelled-epochs",
            "2",
            "--epochs",
            "40",
        ];
        trained("transfer", &[&short[..], &epochs, options].concat())
    };
    let (alone, _) = of(&[]);
    assert_eq!(names(&alone["accuracy"]), SIX_LINES[2..]);
    assert!(alone["first_task_accuracy"].is_null());
    let bare: Vec<String> = (0..90)
        .map(|i| format!("{},{},0.5", i % 7, i % 5))
        .collect();
    let bare = write(folder.path(), "bare.csv", bare.join("\n").as_bytes());
    let (unlabelled, _) = of(&["--source", &bare, "--source-label", "none"]);
    assert_eq!(names(&unlabelled["accuracy"]), SIX_LINES[2..]);
    // what is learned from scratch does not see the other objects, the auto-encoder does
    assert_eq!(unlabelled["accuracy"][3], alone["accuracy"][3]);
    let (both, out) = of(&["--source", &many, "--source-label", "side"]);
    assert_eq!(names(&both["accuracy"]), SIX_LINES);
    assert!(column(&both["accuracy"], "accuracy")[1] > 0.7, "{both}");

    // the model that is saved is the first line: it can be built anew and says what it needs
    let saved = SavedModel::open(out.path().join("model.safetensors")).unwrap();
    let settings = &saved.description().settings;
    assert_eq!(saved.description().method, "transfer");
    assert_eq!(settings["classes"], serde_json::json!(["x", "y", "z"]));
    assert_eq!(settings["start"], "frozen");
    let shift = saved.further("scaling.shift").unwrap().unwrap();
    assert_eq!(shift.shape().to_string(), "1x3");
    let shape = multi_task::Architecture::default();
    let encoder = MultiTask::<f32>::new(3, &[2], &shape);
    let (x, classes) = (Matrix::zeros(1, 3), [0]);
    let target = Target {
        task: Task::classes(&x, &classes),
        outputs: 3,
        head: &[],
        seed: 0,
    };
    let mut model = target.model(encoder.encoder(), Start::Frozen);
    saved.load_into(&mut model).unwrap();
}

#[test]
fn positions_of_fragments_are_told_unless_they_are_shuffled() {
    let options = [
        "--repeats",
        "1",
        "--epochs",
        "15",
        "--pairs",
        "4000",
        "--ablate",
    ];
    let (result, folder) = trained("self-supervised", &options);
    assert_eq!(
        keys(&result),
        [
            "ablated",
            "codes",
            "gap",
            "jitter",
            "positions",
            "seconds",
            "side",
            "warnings"
        ]
    );
    assert_eq!(
        [2.0, 1.0, 0.0],
        ["side", "gap", "jitter"].map(|key| result[key].as_f64().unwrap())
    );
    let [learned, ablated, chance] = column(&result["positions"], "heldout_accuracy")[..] else {
        panic!("{result}");
    };
    assert!(
        learned > 0.35 && ablated < 0.2 && chance == 0.125,
        "{result}"
    );
    let linear = column(&result["codes"], "linear_accuracy");
    assert!(linear.len() == 3 && linear[0] > linear[1], "{result}");
    assert_eq!(
        files(folder.path()),
        ["fragments.png", "history.csv", "model.safetensors"]
    );
    let saved = SavedModel::open(folder.path().join("model.safetensors")).unwrap();
    let fragments = Fragments {
        height: 8,
        width: 8,
        channels: 1,
        side: 2,
        gap: 1,
        jitter: 0,
    };
    let mut model = RelativePosition::<f32>::new(&fragments, &Architecture::default());
    saved.load_into(&mut model).unwrap();
}

#[test]
fn fragments_are_cut_from_scenes_and_from_images_of_ones_own() {
    let short = ["--repeats", "1", "--epochs", "3", "--pairs", "2000"];
    let (result, _) = trained("self-supervised", &[&short[..], &["--scenes"]].concat());
    assert_eq!(result["side"], 6.0);
    assert!(
        column(&result["positions"], "heldout_accuracy")[0] > 0.25,
        "{result}"
    );
    assert_eq!(result["codes"], serde_json::json!([]));
    let folder = tempfile::tempdir().unwrap();
    let file = images(folder.path(), "own.idx", 30, 12);
    let own = [
        "--data", &file, "--gap", "0", "--side", "3", "--jitter", "1",
    ];
    let (result, out) = trained("self-supervised", &[&short[..], &own].concat());
    assert!(
        column(&result["positions"], "heldout_accuracy")[0] > 0.25,
        "{result}"
    );
    assert_eq!(files(out.path()).len(), 3);
}

#[test]
fn a_student_is_better_by_its_teachers_answers() {
    let options = [
        "--repeats",
        "2",
        "--sizes",
        "2,16",
        "--mu",
        "1",
        "--teacher-epochs",
        "20",
    ];
    let (result, folder) = trained("distill", &options);
    assert_eq!(
        keys(&result),
        ["ablated", "seconds", "sizes", "students", "warnings"]
    );
    assert_eq!(names(&result["students"]).len(), 5);
    let accuracy = column(&result["students"], "accuracy");
    let [labels, soft_few, soft_all, both, teacher] = accuracy[..] else {
        panic!("{result}");
    };
    assert!(
        soft_few > labels + 0.02 && soft_all > labels + 0.08,
        "{result}"
    );
    assert!(both > labels + 0.08 && teacher > soft_all, "{result}");
    for key in ["cross_entropy", "calibration_error"] {
        assert!(column(&result["students"], key).iter().all(|&x| x > 0.0));
    }
    // 64·16 + 16 + 16·10 + 10, and 64·2 + 2 + 2·10 + 10
    assert_eq!(result["students"][0]["weights"], 1210);
    assert_eq!(result["sizes"][0]["weights"], 160);
    // the same students are met again among the sizes
    assert_eq!(column(&result["sizes"], "soft_all")[1], soft_all);
    assert!(column(&result["sizes"], "soft_all")[0] < soft_all);
    assert_eq!(
        files(folder.path()),
        [
            "calibration.png",
            "history.csv",
            "model.safetensors",
            "sizes.png"
        ]
    );
    let saved = SavedModel::open(folder.path().join("model.safetensors")).unwrap();
    let shape = predictor::Architecture {
        hidden: vec![16],
        ..predictor::Architecture::default()
    };
    saved
        .load_into(&mut Predictor::<f32>::new(64, 10, &shape))
        .unwrap();
}

#[test]
fn a_table_is_distilled_and_judged_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let data = table(folder.path(), "data.csv", &["x", "y", "z"], 60, "kind");
    let test = table(folder.path(), "test.csv", &["z", "y"], 30, "kind");
    let options = [
        "--data", &data, "--label", "kind", "--test", &test, "--sizes", "none",
    ];
    let short = ["--repeats", "1", "--epochs", "20", "--labels", "2"];
    let (result, out) = trained("distill", &[&options[..], &short].concat());
    assert_eq!(names(&result["students"]).len(), 4);
    assert_eq!(result["sizes"], serde_json::json!([]));
    assert_eq!(
        files(out.path()),
        ["calibration.png", "history.csv", "model.safetensors"]
    );
}

#[test]
fn functions_have_surrogates() {
    for (function, pictures) in [("branin", 2), ("friedman1", 1), ("friedman3", 1)] {
        let options = ["--function", function, "--repeats", "1", "--epochs", "150"];
        let (result, folder) = trained("distill", &options);
        assert_eq!(
            keys(&result),
            [
                "ablated",
                "linear_r_squared",
                "r_squared",
                "seconds",
                "surrogate",
                "warnings",
                "weights"
            ]
        );
        let [found, line] =
            ["r_squared", "linear_r_squared"].map(|key| result[key].as_f64().unwrap());
        assert!(found > 0.8 && found > line, "{function}: {result}");
        let mut expected = vec!["model.safetensors", "plane.png", "surrogate.png"];
        if pictures == 1 {
            expected.remove(1);
        }
        assert_eq!(files(folder.path()), expected);
        // with the domain and the values' scale the network can be used by itself
        let saved = SavedModel::open(folder.path().join("model.safetensors")).unwrap();
        let settings = &saved.description().settings;
        assert_eq!(settings["values"].as_array().unwrap().len(), 1);
        let inputs = settings["domain"].as_array().unwrap().len();
        let network = Predictor::<f32>::new(
            inputs,
            1,
            &predictor::Architecture {
                hidden: vec![64, 64],
                activation: Activation::Tanh,
                ..predictor::Architecture::default()
            },
        );
        assert_eq!(settings["function"], function);
        let mut held = Held { predictor: network };
        saved.load_into(&mut held).unwrap();
        assert!(result["weights"].as_f64().unwrap() > 4000.0);
    }
}

/// What a surrogate saves.
struct Held {
    predictor: Predictor<f32>,
}

impl unsup_nn::Module<f32> for Held {
    fn visit(
        &self,
        path: unsup_nn::Path<'_>,
        visitor: &mut dyn FnMut(unsup_nn::Path<'_>, &unsup_nn::Param<f32>),
    ) {
        self.predictor.visit(path.field("predictor"), visitor);
    }

    fn visit_mut(
        &mut self,
        path: unsup_nn::Path<'_>,
        visitor: &mut dyn FnMut(unsup_nn::Path<'_>, &mut unsup_nn::Param<f32>),
    ) {
        self.predictor.visit_mut(path.field("predictor"), visitor);
    }
}

#[test]
fn the_same_seed_gives_the_same_figures_at_any_number_of_threads() {
    let short = ["--repeats", "1", "--epochs", "2"];
    let cases: [(&str, &[&str]); 4] = [
        (
            "transfer",
            &[
                "--curve",
                "none",
                "--source-epochs",
                "1",
                "--unlabelled-epochs",
                "1",
            ],
        ),
        (
            "self-supervised",
            &["--pairs", "300", "--batch-size", "300", "--scenes"],
        ),
        (
            "distill",
            &[
                "--sizes",
                "none",
                "--teacher-epochs",
                "1",
                "--batch-size",
                "400",
            ],
        ),
        ("distill", &["--function", "friedman2"]),
    ];
    for (method, options) in cases {
        let run = |seed: &str, threads: &str| {
            let further = ["--seed", seed, "--threads", threads];
            let (mut result, folder) = trained(method, &[options, &short, &further].concat());
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
fn summaries_say_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let short = ["--repeats", "2", "--epochs", "1", "--quiet", "--out", out];
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &[
                "transfer",
                "--curve",
                "none",
                "--source-epochs",
                "1",
                "--unlabelled-epochs",
                "1",
            ],
            &[
                "Transfer of knowledge, encoder 64-128-64, 2 runs, seed 0, ",
                "First task: which of the digits 0 to 9, 1200 objects, 1 epoch\n",
                "Second task: even or odd, 20 labels (2 a digit)\n",
                "  from scratch ",
                " ± ",
                "model.safetensors\n",
            ],
        ),
        (
            &["self-supervised", "--pairs", "100", "--scenes"],
            &[
                "Positions of fragments, encoder 36-64-32, head 64-64-64-8, 1 epoch, 2 runs, seed 0, ",
                "Fragments: 6x6 pixels, a gap of 2 pixels, shifted by up to 1 pixel, 100 pairs\n",
                "  chance ",
            ],
        ),
        (
            &["distill", "--sizes", "none", "--teacher-epochs", "1"],
            &[
                "Distillation 64-256-128-10 to 64-16-10, T = 4, 2 runs, seed 0, ",
                "Labels: all for the teacher, 50 for the student (5 a class)\n",
                "  on the teacher's answers to all objects ",
            ],
        ),
        (
            &["distill", "--function", "branin"],
            &[
                "Surrogate 2-64-64-1 of branin, 200 calls, 1 epoch, 2 runs, seed 0, ",
                "R² at 5000 new points:\n",
                "  linear regression ",
                "surrogate.png\n",
            ],
        ),
    ];
    for (options, parts) in cases {
        let output = unsup(&[&["train"], options, &short].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let summary = text(&output.stdout);
        for part in parts {
            assert!(summary.contains(part), "\"{part}\" is not in: {summary}");
        }
    }
}

/// Options as they are typed, and a part of the line that they are refused with. {name} is the file name.csv.
const REFUSED: [(&str, &str); 55] = [
    ("transfer --data {data}", "no classes are known"),
    (
        "transfer --data {one} --label kind",
        "one.csv: found 1 class, expected at least 2",
    ),
    (
        "transfer --data {single} --label kind",
        "found 1 object, expected at least 2",
    ),
    (
        "transfer --data {rare} --label kind",
        " of \"rare\" to train on, expected at least as many",
    ),
    (
        "transfer --data {missing} --label kind",
        "object 61, feature 2 (\"b\"): the value is missing",
    ),
    (
        "transfer --data {data} --label kind --labels 99",
        "--labels 99: ",
    ),
    ("transfer --curve 2,999", "--curve 999: digits has "),
    (
        "transfer --curve 0",
        "expected a whole number of at least 1",
    ),
    (
        "transfer --data {data} --label kind --source {narrow}",
        "narrow.csv: found 2 features, expected 3",
    ),
    (
        "transfer --data {data} --label kind --source {one}",
        "one.csv: found 1 class, expected at least 2",
    ),
    (
        "transfer --data {data} --label kind --source {far}",
        "far.csv: the value of object 41, column \"a\" lies too far",
    ),
    (
        "transfer --data {data} --label kind --source {other} --source-label no",
        "no column is called \"no\"",
    ),
    (
        "transfer --data {data} --label kind --target loops",
        "cannot be used with",
    ),
    (
        "transfer --source {other}",
        "expected --data <FILE> as well",
    ),
    (
        "transfer --target some",
        "expected parity, loops, five-or-more or others",
    ),
    (
        "transfer --code {huge}",
        "countless weights, expected at most",
    ),
    ("transfer --rate 1e30", "the first task: training diverged"),
    ("transfer --sigma -1", "expected a number of at least 0"),
    (
        "self-supervised --data {data} --label kind",
        "the objects are no images",
    ),
    (
        "self-supervised --data {tiny}",
        "need 5 pixels, the images of tiny have 4x4",
    ),
    (
        "self-supervised --scenes --data {tiny}",
        "cannot be used with",
    ),
    (
        "self-supervised --side 3",
        "--side 3 --gap 1: three fragments and two gaps need 11 pixels",
    ),
    (
        "self-supervised --side {huge}",
        "the images of digits have 8x8",
    ),
    (
        "self-supervised --gap {huge}",
        "the images of digits have 8x8",
    ),
    ("self-supervised --gap -1", "expected a whole number from 0"),
    (
        "self-supervised --jitter 2",
        "neighbours could not be told apart",
    ),
    (
        "self-supervised --jitter {huge}",
        "neighbours could not be told apart",
    ),
    (
        "self-supervised --pairs 0",
        "expected a whole number of at least 1",
    ),
    (
        "self-supervised --pairs {huge}",
        "numbers of the pairs, expected at most",
    ),
    (
        "self-supervised --head 9999999,9999999",
        "weights, expected at most",
    ),
    (
        "self-supervised --code {huge}",
        "countless weights, expected at most",
    ),
    (
        "self-supervised --scaling standard",
        "that tells where a fragment lies",
    ),
    ("self-supervised --rate 1e30", "training diverged"),
    (
        "self-supervised --label kind",
        "expected --data <FILE> as well",
    ),
    ("distill --data {data}", "no classes are known"),
    (
        "distill --data {one} --label kind",
        "one.csv: found 1 class, expected at least 2",
    ),
    (
        "distill --data {rare} --label kind",
        " of \"rare\" to train on, expected at least as many",
    ),
    (
        "distill --data {data} --label kind --test {other}",
        "found the class \"u\"",
    ),
    (
        "distill --data {data} --label kind --test {narrow}",
        "narrow.csv: found 2 features, expected 3",
    ),
    ("distill --labels 500", "--labels 500: digits has "),
    ("distill --temperature 0", "expected a number above 0"),
    (
        "distill --temperature 1e-300 --teacher-epochs 1",
        "answers to the same objects: training diverged",
    ),
    (
        "distill --sizes 1,999999999",
        "--sizes 999999999: a network from 64 features",
    ),
    (
        "distill --teacher-widths 999999999",
        "--teacher-widths 999999999: a network",
    ),
    ("distill --mu 0", "expected a number above 0"),
    ("distill --rate 1e30", "the teacher: training diverged"),
    ("distill --calls 5", "expected --function <NAME> as well"),
    (
        "distill --function some",
        "expected branin, friedman1, friedman2 or friedman3",
    ),
    (
        "distill --function branin --labels 5",
        "cannot be used with '--labels <N>'",
    ),
    (
        "distill --function branin --data {data}",
        "cannot be used with '--data <FILE>'",
    ),
    (
        "distill --function branin --inputs 5",
        "--inputs has no use here",
    ),
    (
        "distill --function friedman1 --inputs 4",
        "friedman1 takes 5, expected at least as many",
    ),
    (
        "distill --function friedman1 --inputs {huge}",
        "arguments in the calls",
    ),
    (
        "distill --function branin --calls {huge}",
        "arguments in the calls",
    ),
    ("distill --function branin --rate 1e30", "training diverged"),
];

#[test]
fn what_cannot_be_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let data = table(at, "data.csv", &["x", "y", "z"], 60, "kind");
    let other = table(at, "other.csv", &["u", "v"], 40, "kind");
    table(at, "one.csv", &["x"], 30, "kind");
    write(at, "single.csv", b"a,b,c,kind\n1,2,3,x\n");
    write(at, "narrow.csv", b"a,b,kind\n1,2,u\n3,4,v\n5,6,u\n");
    for (name, of, line) in [
        ("rare.csv", &data, "1,2,3,rare\n"),
        ("missing.csv", &data, "1,?,3,x\n"),
        ("far.csv", &other, "1e30,0,3,u\n"),
    ] {
        let longer = fs::read_to_string(of).unwrap() + line;
        write(at, name, longer.as_bytes());
    }
    images(at, "tiny.csv", 9, 4);
    let out = at.join("out");
    for (line, expected) in REFUSED {
        let word = |word: &str| match word.strip_prefix('{') {
            None => word.to_owned(),
            Some("huge}") => usize::MAX.to_string(),
            Some(name) => {
                let file = at.join(format!("{}.csv", name.trim_end_matches('}')));
                file.to_str().unwrap().to_owned()
            }
        };
        let words: Vec<String> = line.split(' ').map(word).collect();
        let options: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let output = train(&words[0], &options, &out);
        let error = text(&output.stderr);
        assert!(
            !output.status.success() && error.contains(expected),
            "{line}: {error}"
        );
        assert!(
            !error.contains("panicked") && error.lines().count() == 1,
            "{line}: {error}"
        );
    }
}
