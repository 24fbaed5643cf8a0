//! The page of a training, and what it says of the model's use: the programs in Rust are compiled here as they stand on
//! it.

use crate::command::{json, text, unsup};
use std::fs;
use std::path::Path;
use unsup_data::digits;
use unsup_models::Matrix;

/// The programs of the pages.
macro_rules! program {
    ($name:ident: $($file:literal),+) => {
        #[allow(dead_code, reason = "a page shows all pieces that a kind of model may need")]
        mod $name {
            $(include!(concat!("../cli/train/usage/", $file));)+
        }
    };
}
program!(autoencoder: "autoencoder.rs", "saved.rs", "scaled.rs");
program!(variational: "variational.rs", "saved.rs", "scaled.rs");
program!(semi_supervised: "semi_supervised.rs", "saved.rs", "scaled.rs");
program!(centres: "centres.rs", "scaled.rs");
program!(lvq: "lvq.rs", "scaled.rs");
program!(som: "som.rs", "scaled.rs");
program!(predictor: "predictor.rs", "saved.rs", "scaled.rs");
program!(surrogate: "surrogate.rs", "saved.rs");
program!(tasks: "tasks.rs", "saved.rs", "scaled.rs");
program!(fragments: "fragments.rs", "saved.rs", "scaled.rs");
program!(privileged: "privileged.rs", "saved.rs", "scaled.rs");
program!(gan: "gan.rs", "saved.rs");

/// `unsup train` with these words and a few epochs into a folder; its page and the path of its model.
fn page(words: &[&str], out: &Path) -> (String, String) {
    let place = ["--quiet", "--json", "--out", out.to_str().unwrap()];
    json(&unsup(&[&["train"], words, &place].concat()));
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    (
        page,
        out.join("model.safetensors").to_str().unwrap().to_owned(),
    )
}

/// Text as it stands on a page.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// The page of each kind of model shows its program, and that program opens the model and brings objects through it.
#[test]
fn each_model_is_opened_by_the_program_on_its_page() {
    type Use = fn(&str, &Matrix<f64>) -> usize;
    let epoch = ["--epochs", "1"];
    let once = ["--epochs", "1", "--repeats", "1"];
    let transfer = [
        "--curve",
        "2",
        "--source-epochs",
        "1",
        "--unlabelled-epochs",
        "1",
    ];
    let cases: Vec<(Vec<&str>, &str, Use)> = vec![
        (
            [&["stacked", "--code", "3"], &epoch[..]].concat(),
            include_str!("../cli/train/usage/autoencoder.rs"),
            |file, x| autoencoder::codes(file, x).unwrap().rows(),
        ),
        (
            [&["variational"], &epoch[..]].concat(),
            include_str!("../cli/train/usage/variational.rs"),
            |file, x| {
                let [codes, samples] = variational::codes_and_samples(file, x).unwrap();
                assert_eq!((samples.rows(), samples.columns()), (10, 64));
                codes.rows()
            },
        ),
        (
            [&["semi-supervised"], &epoch[..]].concat(),
            include_str!("../cli/train/usage/semi_supervised.rs"),
            |file, x| semi_supervised::classes(file, x).unwrap().len(),
        ),
        (
            [&["wtm"], &epoch[..]].concat(),
            include_str!("../cli/train/usage/centres.rs"),
            |file, x| {
                centres::winners(file, x)
                    .unwrap()
                    .into_iter()
                    .flatten()
                    .count()
            },
        ),
        (
            [&["lvq"], &epoch[..]].concat(),
            include_str!("../cli/train/usage/lvq.rs"),
            |file, x| lvq::classes(file, x).unwrap().into_iter().flatten().count(),
        ),
        (
            [&["som", "--size", "4x3"], &epoch[..]].concat(),
            include_str!("../cli/train/usage/som.rs"),
            |file, x| {
                let places = som::places(file, x).unwrap().into_iter().flatten();
                places
                    .filter(|&(column, row)| column < 4 && row < 3)
                    .count()
            },
        ),
        (
            [
                &["distill", "--sizes", "none", "--teacher-epochs", "1"],
                &once[..],
            ]
            .concat(),
            include_str!("../cli/train/usage/predictor.rs"),
            |file, x| predictor::classes(file, x).unwrap().len(),
        ),
        (
            [&["transfer"], &once[..], &transfer].concat(),
            include_str!("../cli/train/usage/tasks.rs"),
            |file, x| tasks::answers(file, 0, x).unwrap().rows(),
        ),
        (
            [&["multi-task", "--digits"], &once[..]].concat(),
            include_str!("../cli/train/usage/tasks.rs"),
            |file, x| {
                assert_eq!(tasks::answers(file, 1, x).unwrap().columns(), 2);
                tasks::answers(file, 0, x).unwrap().rows()
            },
        ),
        (
            [&["self-supervised", "--pairs", "100"], &once[..]].concat(),
            include_str!("../cli/train/usage/fragments.rs"),
            |file, x| fragments::codes(file, x).unwrap().rows(),
        ),
        (
            vec!["gan", "--digits", "--steps", "20"],
            include_str!("../cli/train/usage/gan.rs"),
            |file, x| gan::samples(file, x.rows(), 0).unwrap().rows(),
        ),
    ];
    let x = digits().features.slice_rows(0..20);
    let folder = tempfile::tempdir().unwrap();
    for (words, program, use_of) in cases {
        let (page, model) = page(&words, &folder.path().join(words[..2].join("-")));
        assert!(page.contains(escaped(program).trim_end()), "{words:?}");
        assert_eq!(use_of(&model, &x), 20, "{words:?}");
    }
    // of arguments and of features of their own
    let options = [&["distill", "--function", "branin"], &once[..]].concat();
    let (page_of_it, model) = page(&options, &folder.path().join("branin"));
    assert!(
        page_of_it.contains(escaped(include_str!("../cli/train/usage/surrogate.rs")).trim_end())
    );
    let points = Matrix::from_rows(&[[0.0, 5.0], [9.0, 2.0]]);
    let values = surrogate::values(&model, &points).unwrap();
    assert!(values.len() == 2 && values.iter().all(|value| value.is_finite()));
    let options = [&["lupi", "--experiment", "1"], &once[..]].concat();
    let (page_of_it, model) = page(&options, &folder.path().join("lupi"));
    assert!(
        page_of_it.contains(escaped(include_str!("../cli/train/usage/privileged.rs")).trim_end())
    );
    let answers = privileged::answers(&model, &Matrix::zeros(3, 50)).unwrap();
    assert_eq!((answers.rows(), answers.columns()), (3, 2));
}

/// Scaling of each kind is done as it was in training: the classes are told as the command told them.
#[test]
fn the_program_tells_the_classes_that_the_command_told() {
    let folder = tempfile::tempdir().unwrap();
    let (train, test) = (
        folder.path().join("train.csv"),
        folder.path().join("test.csv"),
    );
    let rows = |from: usize| -> Vec<([f64; 2], usize)> {
        let row = |i: usize| {
            let (x, y) = ((i * 7) % 11, (i * 5) % 13);
            (
                [1e3 * (x + 1) as f64, 1e-3 * (y + 1) as f64],
                usize::from(x > y),
            )
        };
        (from..from + 40).map(row).collect()
    };
    for (file, from) in [(&train, 0), (&test, 40)] {
        let lines = rows(from).into_iter();
        let lines = lines.map(|([a, b], class)| format!("{a},{b},{}\n", ["a", "b"][class]));
        fs::write(file, lines.collect::<String>()).unwrap();
    }
    for scaling in ["standard", "unit", "min-max"] {
        let out = folder.path().join(scaling);
        let output = unsup(&[
            "train",
            "classifier",
            "--data",
            train.to_str().unwrap(),
            "--test",
            test.to_str().unwrap(),
            "--label",
            "last",
            "--dropout",
            "0.1",
            "--epochs",
            "20",
            "--scaling",
            scaling,
            "--json",
            "--quiet",
            "--out",
            out.to_str().unwrap(),
        ]);
        let accuracy = json(&output)["test_accuracy"].as_f64().unwrap();
        let judged = rows(40);
        let x: Vec<[f64; 2]> = judged.iter().map(|(x, _)| *x).collect();
        let model = out.join("model.safetensors");
        let told = predictor::classes(model.to_str().unwrap(), &Matrix::from_rows(&x)).unwrap();
        let right = told
            .iter()
            .zip(&judged)
            .filter(|(told, (_, class))| *told == class);
        assert_eq!(right.count() as f64 / 40.0, accuracy, "{scaling}");
    }
}

/// One page that loads nothing, with all that was said and chosen.
#[test]
fn the_page_tells_figures_settings_warnings_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a <b> & 'c'.csv");
    let rows = (0..60).map(|i| format!("{},{},{i}\n", (i * 7) % 11, (i * 5) % 13));
    fs::write(&file, rows.collect::<String>()).unwrap();
    let out = folder.path().join("out");
    let words = [
        "train",
        "autoencoder",
        "--data",
        file.to_str().unwrap(),
        "--epochs",
        "3",
        "--ablate",
        "--quiet",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = unsup(&words);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    // all lines of figures that are printed, each number in a cell
    let printed = text(&output.stdout).lines();
    let mut figures = 0;
    for line in printed.filter(|line| line.starts_with("  ")) {
        for number in line
            .split_whitespace()
            .filter(|word| word.parse::<f64>().is_ok())
        {
            figures += 1;
            let cell = format!("<td class=\"number\">{number}</td>");
            assert!(page.contains(&cell) || line.contains(" bits "), "{line}");
        }
    }
    assert!(figures >= 10, "{figures}");
    let quoted = escaped(r"a <b> & '\''c'\''.csv");
    for part in [
        "Ablated, in the right column: with the identity in the place of tanh.",
        "<tr><th scope=\"row\">--epochs</th><td>3</td><td>given</td>",
        "<tr><th scope=\"row\">--batch-size</th><td>50</td><td>default</td>",
        "<tr><th scope=\"row\">--rate</th><td>0.002</td><td>chosen</td>",
        "<tr><th scope=\"row\">--scaling</th><td>standard</td><td>chosen</td>",
        "The loss, epoch by epoch",
        quoted.as_str(),
    ] {
        assert!(page.contains(part), "\"{part}\" is not in the page");
    }
    for name in crate::command::results(&out) {
        assert!(
            page.contains(&format!("<a href=\"{name}\">{name}</a>")),
            "{name}"
        );
    }
    // nothing leads outside, and what must be said to who can't see is said
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("://") && !page.contains("<script"));
    assert_eq!(
        page.matches("<svg").count(),
        page.matches("role=\"img\"").count()
    );
    assert_eq!(
        page.matches("<svg").count(),
        page.matches("<title>").count() - 1
    );
}
