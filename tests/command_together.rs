//! Multi-task learning and privileged information by the command: figures, pictures, tables of one's own, what is
//! refused.

use super::command::{json, png_size, results, text, unsup};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// `unsup train METHOD` into a folder, quietly.
fn train(method: &str, options: &[&str], out: &Path) -> Output {
    let place = ["--quiet", "--out", out.to_str().unwrap()];
    unsup(&[&["train", method][..], &place, options].concat())
}

/// The same as JSON.
fn trained(method: &str, options: &[&str], out: &Path) -> Value {
    json(&train(method, &[&["--json"], options].concat(), out))
}

/// A number, or the mean of several runs.
fn number(cell: &Value) -> f64 {
    let mean = if cell.is_object() {
        &cell["mean"]
    } else {
        cell
    };
    mean.as_f64().unwrap_or_else(|| panic!("no number: {cell}"))
}

/// The number in the row of a table whose name begins so.
fn cell(table: &Value, name: &str, key: &str) -> f64 {
    let rows = table.as_array().expect("a table");
    let mut found = rows
        .iter()
        .filter(|row| row["name"].as_str().unwrap().starts_with(name));
    number(&found.next().unwrap_or_else(|| panic!("{name}: {table}"))[key])
}

/// What a training has left, of which the pictures have a size.
fn files(folder: &Path) -> Vec<String> {
    let files = results(folder);
    for file in files.iter().filter(|file| file.ends_with(".png")) {
        let (width, height) = png_size(&folder.join(file));
        assert!(width > 500 && height > 300, "{file}: {width}x{height}");
    }
    files
}

/// Small linear tasks, on which all shows that shows on the usual ones.
const LINEAR: &[&str] = &[
    "--tasks",
    "12",
    "--inputs",
    "16",
    "--dimension",
    "2",
    "--objects",
    "12",
    "--epochs",
    "400",
];

#[test]
fn linear_tasks_find_their_subspace_and_new_ones_need_few_objects() {
    let folder = tempfile::tempdir().unwrap();
    let options = [LINEAR, &["--repeats", "2"]].concat();
    let result = trained("multi-task", &options, folder.path());
    let learned = &result["learned"];
    let of = |key: &str| cell(learned, "12 tasks, 12 each", key);
    assert!(of("angle_degrees") < 12.0, "{learned}");
    assert!(of("error") < 0.1 * of("alone_error"), "{learned}");
    let few = &result["few_shot"];
    assert!(cell(few, "5 objects", "codes_error") < 0.1, "{few}");
    assert!(cell(few, "5 objects", "raw_error") > 0.4, "{few}");
    assert!(cell(few, "50 objects", "raw_error") < 0.1, "{few}");
    // the more objects, and the more tasks
    let curve = &result["curve"];
    let names: Vec<&str> = (curve.as_array().unwrap().iter())
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["1 task", "3 tasks", "10 tasks", "12 tasks"]);
    let at = |tasks: &str, objects: &str| cell(curve, tasks, objects);
    assert!(
        at("1 task", "objects_80") < at("1 task", "objects_5"),
        "{curve}"
    );
    assert!(
        at("12 tasks", "objects_10") < 0.5 * at("1 task", "objects_10"),
        "{curve}"
    );
    let deviation = &learned[0]["error"]["deviation"];
    assert!(deviation.as_f64().unwrap() > 0.0, "{learned}");
    let expected = ["curve.png", "few-shot.png", "model.safetensors"];
    assert_eq!(files(folder.path()), expected);
}

/// Everything but the time is the same, to the bit, for the same seed and any number of threads.
#[test]
fn several_runs_side_by_side_give_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let lupi: &[&str] = &[
        "--experiment",
        "3",
        "--epochs",
        "30",
        "--random",
        "--curve",
        "20,50",
    ];
    for (method, options) in [("multi-task", LINEAR), ("lupi", lupi)] {
        let run = |threads: &str, seed: &str| {
            let out = folder.path().join(method);
            let further = ["--repeats", "3", "--threads", threads, "--seed", seed];
            let short = ["--epochs", "30"];
            let options: Vec<&str> = (options.iter().copied())
                .filter(|option| !["--epochs", "400", "30"].contains(option))
                .chain(short)
                .chain(further)
                .collect();
            let mut result = trained(method, &options, &out);
            result["seconds"].take();
            (
                result.to_string(),
                fs::read(out.join("model.safetensors")).unwrap(),
            )
        };
        let one = run("1", "4");
        assert!(one == run("3", "4"), "{method}");
        assert_ne!(one.0, run("3", "5").0, "{method}");
    }
}

#[test]
fn questions_about_the_digits() {
    let folder = tempfile::tempdir().unwrap();
    let options = [
        "--digits",
        "--objects",
        "100",
        "--epochs",
        "40",
        "--repeats",
        "1",
    ];
    let result = trained("multi-task", &options, folder.path());
    let names = ["identity", "parity", "loops", "five-or-more"];
    let mut gains = 0.0;
    for name in names {
        let of = |key: &str| cell(&result["tasks"], name, key);
        assert!(of("shared") > 0.7 && of("alone") > 0.7, "{result}");
        assert_eq!(of("objects"), 100.0);
        assert!((of("gain") - of("shared") + of("alone")).abs() < 1e-12);
        gains += of("gain");
    }
    assert!(gains > 0.0, "{result}");
    assert_eq!(files(folder.path()), ["model.safetensors", "tasks.png"]);
}

/// A table whose columns all depend on two numbers: a price, a colour in words, stars in whole numbers, a decision, and
/// what is known late. Some prices and colours are missing.
fn write_table(file: &Path) {
    let mut table = "a,b,c,price,colour,stars,yes,late\n".to_owned();
    for i in 0..150 {
        let place = |factor: f64| (factor * f64::from(i)).sin();
        let [a, b, c] = [1.7, 2.9, 0.6].map(place);
        let price = match i % 4 {
            0 => String::new(),
            _ => format!("{}", 1000.0 + 300.0 * a),
        };
        let colour = match i % 5 {
            0 => "?",
            _ if b > 0.4 => "red",
            _ if b < -0.4 => "green",
            _ => "blue",
        };
        let stars = 1.0 + (2.0 * (a + 1.0)).floor();
        let late = a + b;
        let yes = if late + 0.5 * place(55.0) > 0.0 {
            "yes"
        } else {
            "no"
        };
        table += &format!("{a},{b},{c},{price},{colour},{stars},{yes},{late}\n");
    }
    fs::write(file, table).unwrap();
}

#[test]
fn columns_of_a_table_are_tasks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    write_table(&file);
    let (data, out) = (file.to_str().unwrap(), folder.path().join("out"));
    let options = [
        "--data",
        data,
        "--targets",
        "price,colour,6",
        "--classes",
        "6",
        "--repeats",
        "2",
        "--epochs",
        "60",
    ];
    let result = trained("multi-task", &options, &out);
    let of = |name: &str, key: &str| cell(&result["tasks"], name, key);
    for name in ["price, R²", "colour, accuracy", "stars, accuracy"] {
        assert!(
            of(name, "shared") > 0.6 && of(name, "alone") > 0.6,
            "{result}"
        );
    }
    // of 100 objects to train on all have stars, and the others' values are missing in some
    assert_eq!(of("stars", "objects"), 100.0);
    assert!((65.0..85.0).contains(&of("price", "objects")), "{result}");
    assert!((70.0..90.0).contains(&of("colour", "objects")), "{result}");
    assert_eq!(files(&out), ["model.safetensors", "tasks.png"]);
    let model = fs::read(out.join("model.safetensors")).unwrap();
    let model = String::from_utf8_lossy(&model);
    for part in [
        "multi-task",
        r#"\"classes\":[\"blue\",\"green\",\"red\"]"#,
        r#"\"name\":\"price\""#,
        "scaling.shift",
        "heads.2.0.weight",
    ] {
        assert!(model.contains(part), "{part}");
    }
}

#[test]
fn the_four_experiments_stand_beside_the_published_ones() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--repeats", "2", "--epochs", "400", "--random"];
    let result = trained("lupi", &options, folder.path());
    let of = |name: &str, way: &str| cell(&result["scores"], name, way);
    for (name, published) in [
        ("1 clean labels", [0.96, 0.88, 0.95]),
        ("2 clean features", [0.90, 0.68, 0.70]),
        ("3 relevant features", [0.98, 0.89, 0.97]),
    ] {
        let row = format!("{} published", &name[..1]);
        for (way, published) in ["privileged", "regular", "distilled"]
            .into_iter()
            .zip(published)
        {
            assert_eq!(of(&row, way), published);
            assert!(
                (of(name, way) - published).abs() < 0.04,
                "{name}, {way}: {result}"
            );
        }
        assert!(of(name, "random") < of(name, "regular"), "{name}: {result}");
    }
    for name in ["1", "3"] {
        for way in ["distilled", "joint"] {
            assert!(
                of(name, way) > of(name, "regular") + 0.04,
                "{name}, {way}: {result}"
            );
        }
    }
    // as printed no teacher can learn it
    assert!(of("4 sample-dependent", "privileged") < 0.6, "{result}");
    assert_eq!(files(folder.path()), ["model.safetensors", "scores.png"]);
}

#[test]
fn what_a_teacher_is_worth_falls_with_the_number_of_objects() {
    let folder = tempfile::tempdir().unwrap();
    let options = [
        "--experiment",
        "1",
        "--repeats",
        "1",
        "--epochs",
        "300",
        "--objects",
        "100",
        "--curve",
        "100,1000",
    ];
    let result = trained("lupi", &options, folder.path());
    let gain = |objects: &str| {
        let row = format!("1 clean labels, {objects}");
        let of = |way: &str| cell(&result["curve"], &row, way);
        of("distilled") - of("regular")
    };
    assert!(
        gain("100 objects") > gain("1000 objects") + 0.05,
        "{result}"
    );
    let same = cell(&result["scores"], "1 clean labels", "regular");
    assert_eq!(
        same,
        cell(&result["curve"], "1 clean labels, 100", "regular")
    );
    let expected = ["curve-1.png", "model.safetensors", "scores.png"];
    assert_eq!(files(folder.path()), expected);
}

#[test]
fn columns_of_a_table_are_known_in_training_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    write_table(&file);
    // without the columns in which values are missing
    let table = fs::read_to_string(&file).unwrap();
    let kept = table.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[..3], &cells[5..]].concat().join(",") + "\n"
    });
    fs::write(&file, kept.collect::<String>()).unwrap();
    let (data, out) = (file.to_str().unwrap(), folder.path().join("out"));
    let common = ["--data", data, "--repeats", "1", "--epochs", "200"];
    for (asked, measure) in [
        (
            &["--label", "yes", "--privileged", "late,stars"][..],
            "accuracy",
        ),
        (&["--target", "late", "--privileged", "4,yes"], "R²"),
        (
            &[
                "--target",
                "late",
                "--privileged",
                "yes",
                "--widths",
                "8",
                "--curve",
                "50",
            ],
            "R²",
        ),
    ] {
        let options = [&common[..], asked].concat();
        let result = trained("lupi", &options, &out);
        let row = &result["scores"][0];
        for way in ["privileged", "regular", "distilled", "joint"] {
            assert!(number(&row[way]) > 0.3, "{asked:?}: {result}");
        }
        if let Some(few) = result["curve"].get(0) {
            assert_ne!(few["regular"], row["regular"], "with 50 of 100 objects");
        }
        let summary = train("lupi", &options, &out);
        let summary = text(&summary.stdout);
        assert!(
            summary.contains(&format!("\n{measure} on objects to judge by:\n")),
            "{summary}"
        );
        assert!(
            summary.contains("Data: table, 100 objects to train and 50 held out"),
            "{summary}"
        );
    }
    assert_eq!(
        files(&out),
        ["curve.png", "model.safetensors", "scores.png"]
    );
}

#[test]
fn a_linear_student_of_a_series_gains_nothing_from_a_linear_teacher_of_past_and_future() {
    let folder = tempfile::tempdir().unwrap();
    let result = trained("lupi", &["--series", "--repeats", "1"], folder.path());
    let row = &result["scores"][0];
    let of = |way: &str| number(&row[way]);
    // the future tells more of a value than the past can
    let best = result["best_r_squared"].as_f64().unwrap();
    assert!(of("privileged") > best && best > of("regular"), "{result}");
    assert!(of("regular") > 0.7, "{result}");
    assert!((of("distilled") - of("regular")).abs() < 0.02, "{result}");
    let blind = ["--series", "--repeats", "1", "--teacher-sees", "privileged"];
    let blind = trained("lupi", &blind, folder.path());
    assert!(
        number(&blind["scores"][0]["privileged"]) < of("privileged"),
        "{blind}"
    );
}

#[test]
fn what_the_teacher_s_options_say_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let common = [
        "--experiment",
        "3",
        "--repeats",
        "1",
        "--epochs",
        "100",
        "--objects",
        "60",
    ];
    let scores = |options: &[&str]| {
        let result = trained("lupi", &[&common[..], options].concat(), folder.path());
        result["scores"][0].clone()
    };
    let usual = scores(&[]);
    for (options, changed, same) in [
        (
            &["--own", "1"][..],
            &["distilled", "joint"][..],
            &["privileged", "regular"][..],
        ),
        (
            &["--own", "1", "--mu", "9"],
            &["distilled", "joint"],
            &["privileged", "regular"],
        ),
        (
            &["--lambda", "0.2", "--gradient-into-teacher"],
            &["joint"],
            &["privileged", "regular", "distilled"],
        ),
        (
            &["--temperature", "5"],
            &["distilled", "joint"],
            &["privileged", "regular"],
        ),
        (
            &["--teacher-sees", "both"],
            &["privileged", "distilled", "joint"],
            &["regular"],
        ),
    ] {
        let found = scores(options);
        changed
            .iter()
            .for_each(|way| assert_ne!(found[way], usual[way], "{options:?}: {way}"));
        same.iter()
            .for_each(|way| assert_eq!(found[way], usual[way], "{options:?}: {way}"));
    }
}

/// Files for bad invocations.
const FILES: [(&str, &str); 9] = [
    (
        "ok.csv",
        "a,b,c,y\n1,2,3,p\n2,1,4,q\n3,3,1,p\n4,1,0,q\n5,0,2,p\n6,1,1,q\n",
    ),
    ("one.csv", "a,b,y\n1,2,p\n"),
    (
        "class.csv",
        "a,b,y\n1,2,p\n2,3,p\n4,4,p\n5,1,p\n6,6,p\n7,0,p\n",
    ),
    (
        "same.csv",
        "a,b,t\n1,2,3\n2,3,3\n4,4,3\n5,1,3\n6,6,3\n7,0,3\n",
    ),
    ("few.csv", "a,b,t\n1,2,3\n2,3,\n4,4,\n5,1,\n7,7,\n8,8,\n"),
    ("nan.csv", "a,b,t\n1,2,3\n2,NaN,4\n4,4,5\n"),
    (
        "missing.csv",
        "a,b,t\n1,2,1\n2,,2\n4,4,3\n5,1,3\n6,2,1\n7,0,2\n",
    ),
    ("empty.csv", "a,b\n"),
    ("ragged.csv", "1,2,3\n4,5\n"),
];

/// Each is refused in one line that says what was found and what was expected; DIR is where the files are.
#[test]
fn bad_invocations() {
    const MULTI_TASK: &[(&str, &str)] = &[
        (
            "--digits --targets a,b --classes a",
            "--targets has no use here: it is of --data",
        ),
        (
            "--tasks 2 --label 3",
            "--label has no use here: it is of --data",
        ),
        (
            "--objects 5 --missing x",
            "--missing has no use here: it is of --data",
        ),
        (
            "--data DIR/ok.csv",
            "--targets: expected the columns of DIR/ok.csv that are tasks",
        ),
        (
            "--data DIR/ok.csv --targets z",
            r#"ok.csv: no feature is called "z", expected one of "a", "b", "c", "y""#,
        ),
        (
            "--data DIR/ok.csv --targets 9",
            "ok.csv: column 9 is none of the features",
        ),
        (
            "--data DIR/ok.csv --targets c,3",
            r#"ok.csv: column 3 ("c") is named twice"#,
        ),
        (
            "--data DIR/ok.csv --targets a,b,c,y",
            "ok.csv: all columns are taken, expected features beside them",
        ),
        (
            "--data DIR/ok.csv --targets c --label y",
            "--label has no use here: --targets names the columns that are tasks",
        ),
        (
            "--data DIR/ok.csv --targets c --classes b",
            r#"--classes: found "b", expected one of --targets, as it is named there"#,
        ),
        (
            "--data DIR/ok.csv --targets y --classes y",
            r#"column "y" holds words, which are classes anyway, expected one of numbers"#,
        ),
        (
            "--data DIR/ok.csv --targets y --tasks 3",
            "'--data <FILE>' cannot be used with '--tasks <N>'",
        ),
        (
            "--data DIR/ok.csv --targets y --objects 3",
            "'--data <FILE>' cannot be used with '--objects <N>'",
        ),
        (
            "--data DIR/ok.csv --targets c --rate 1e12",
            "training diverged",
        ),
        (
            "--data DIR/one.csv --targets y",
            "one.csv: found 1 object, expected at least 2: a part is held out",
        ),
        (
            "--data DIR/class.csv --targets y",
            r#"column "y": all objects to train on have the same class "p", expected different ones"#,
        ),
        (
            "--data DIR/same.csv --targets t",
            r#"column "t": all objects to train on have the same number 3, expected different ones"#,
        ),
        (
            "--data DIR/few.csv --targets t",
            r#"column "t": found 1 object to train on with a value, expected at least 2"#,
        ),
        (
            "--data DIR/nan.csv --targets t",
            r#"nan.csv, line 3, column 2 ("b"): found "NaN", expected a finite number"#,
        ),
        (
            "--data DIR/missing.csv --targets t",
            r#"missing.csv, object 2, feature 2 ("b"): the value is missing, expected a number"#,
        ),
        (
            "--data DIR/empty.csv --targets a",
            "empty.csv, line 1: a header and nothing after it",
        ),
        (
            "--data DIR/ragged.csv --targets 1",
            "ragged.csv, line 2: 2 values, line 1 has 3",
        ),
        (
            "--data DIR/none.csv --targets 1",
            "none.csv: cannot be opened",
        ),
        (
            "--digits --objects 2000",
            "--objects 2000: there are 1200 digits to train on, expected at most as many",
        ),
        (
            "--digits --noise 1",
            "'--digits' cannot be used with '--noise <NUMBER>'",
        ),
        (
            "--digits --widths 100000,100000",
            "would have 10012800000 weights, expected at most 200000000",
        ),
        (
            "--digits --code 1000000000000",
            "weights, expected at most 200000000",
        ),
        (
            "--widths 3",
            "--widths has no use for linear tasks: it is of --digits and --data",
        ),
        ("--head 3", "--head has no use for linear tasks"),
        ("--scaling none", "--scaling has no use for linear tasks"),
        (
            "--dimension 60",
            "--dimension 60: the objects have 50 features, expected at most as many dimensions",
        ),
        (
            "--code 51",
            "--code 51: expected at most as many numbers as there are features, 50",
        ),
        (
            "--tasks 1000000000",
            "4000000000000 numbers in the features of all tasks, expected at most 100000000",
        ),
        (
            "--objects 18446744073709551615",
            "numbers in the features of all tasks, expected at most 100000000",
        ),
        (
            "--noise -1",
            "invalid value '-1' for '--noise <NUMBER>': expected a number of at least 0",
        ),
        (
            "--noise 1e300",
            "30 tasks, 20 objects each: training diverged",
        ),
        (
            "--repeats 0",
            "invalid value '0' for '--repeats <N>': expected a whole number from 1 to 1000",
        ),
        (
            "--repeats 100000000000",
            "expected a whole number from 1 to 1000",
        ),
    ];
    const LUPI: &[(&str, &str)] = &[
        (
            "--data DIR/ok.csv",
            "--privileged: expected the columns of DIR/ok.csv that are known in training only",
        ),
        (
            "--data DIR/ok.csv --privileged c",
            "no answers, expected the column of classes (--label) or of numbers (--target)",
        ),
        (
            "--data DIR/ok.csv --label y --privileged y",
            r#"no feature is called "y", expected one of "a", "b", "c""#,
        ),
        (
            "--data DIR/ok.csv --label y --privileged a,b,c",
            "all columns are taken, expected features beside them",
        ),
        (
            "--data DIR/ok.csv --label y --target a --privileged c",
            "'--label <COLUMN>' cannot be used with '--target <COLUMN>'",
        ),
        (
            "--data DIR/ok.csv --target y --privileged c",
            r#"column "y" holds words, expected numbers"#,
        ),
        (
            "--data DIR/ok.csv --target a --privileged a",
            r#"column 1 ("a") is named twice"#,
        ),
        (
            "--data DIR/ok.csv --target a --privileged c --temperature 2",
            "--temperature has no use here",
        ),
        (
            "--data DIR/ok.csv --label y --privileged c --objects 3",
            "'--data <FILE>' cannot be used with '--objects <N>'",
        ),
        (
            "--data DIR/ok.csv --label y --privileged c --curve 100",
            "--curve 100: DIR/ok.csv has 4 objects to train on, expected at most as many",
        ),
        (
            "--data DIR/one.csv --label y --privileged b",
            "found 1 object, expected at least 2: a part is held out",
        ),
        (
            "--data DIR/class.csv --label y --privileged b",
            r#"all objects to train on are of the class "p", expected at least 2 classes"#,
        ),
        (
            "--data DIR/same.csv --target t --privileged b",
            "all objects to train on have the same number 3, expected different ones",
        ),
        (
            "--data DIR/nan.csv --target t --privileged b",
            r#"column 2 ("b"): found "NaN", expected a finite number"#,
        ),
        (
            "--data DIR/missing.csv --target t --privileged b",
            r#"missing.csv, object 2, column "b": the value is missing"#,
        ),
        (
            "--data DIR/few.csv --target t --privileged b",
            r#"few.csv, object 2, column "t": the value is missing"#,
        ),
        (
            "--series --experiment 2",
            "'--series' cannot be used with '--experiment <N>'",
        ),
        ("--series --temperature 3", "--temperature has no use here"),
        (
            "--series --curve 1000000000000",
            "31000000000000 numbers in the windows, expected at most 100000000",
        ),
        ("--experiment 5", "expected 1, 2, 3 or 4"),
        (
            "--objects 1000000000000",
            "50000000000000 numbers in the features, expected at most 100000000",
        ),
        (
            "--curve 10,-3",
            "invalid value '-3' for '--curve <N,N,...>': expected a whole number of at least 1",
        ),
        (
            "--widths 100000,100000",
            "weights, expected at most 200000000",
        ),
        ("--own -1", "expected a number of at least 0"),
        ("--mu 0", "expected a number above 0"),
        ("--teacher-sees all", "expected privileged or both"),
        (
            "--series --rate 1e30",
            "next value of a series, distilled: training diverged",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in FILES {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let here = folder.path().to_str().unwrap();
    let out = folder.path().join("out");
    for (method, cases) in [("multi-task", MULTI_TASK), ("lupi", LUPI)] {
        for (options, problem) in cases {
            let options = options.replace("DIR", here);
            let mut options: Vec<&str> = options.split(' ').collect();
            options.extend(["--epochs", "3"]);
            if !options.contains(&"--repeats") {
                options.extend(["--repeats", "1"]);
            }
            let output = train(method, &options, &out);
            let said = text(&output.stderr);
            assert!(
                matches!(output.status.code(), Some(1 | 2)),
                "{options:?}: {said}"
            );
            assert!(
                said.contains(&problem.replace("DIR", here)),
                "{options:?}: {said}"
            );
            assert_eq!(said.lines().count(), 1, "{options:?}: {said}");
            assert!(output.stdout.is_empty(), "{options:?}");
        }
    }
}

/// What is little, but enough, is done.
#[test]
fn the_smallest_data_do() {
    let folder = tempfile::tempdir().unwrap();
    let common = ["--repeats", "1", "--epochs", "2"];
    for (method, options) in [
        (
            "multi-task",
            &[
                "--tasks",
                "1",
                "--objects",
                "1",
                "--inputs",
                "1",
                "--dimension",
                "1",
            ][..],
        ),
        ("multi-task", &["--noise", "0", "--code", "1"]),
        ("multi-task", &["--digits", "--objects", "1"]),
        ("lupi", &["--objects", "1", "--random"]),
        ("lupi", &["--series", "--objects", "1"]),
        ("lupi", &["--series", "--scaling", "unit"]),
    ] {
        let result = trained(method, &[&common[..], options].concat(), folder.path());
        assert!(result["seconds"].as_f64().unwrap() > 0.0, "{options:?}");
    }
}
