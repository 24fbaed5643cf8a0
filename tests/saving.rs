//! Saved models and checkpoints of the command: read by Python, and whole whenever the process is killed.

use crate::command::{files, json, results, text, unsup};
use rand::RngExt;
use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use unsup_autograd::random::generator;
use unsup_data::splits::{HeldOut, holdout};
use unsup_data::{LabelColumn, ReadOptions, Scaling, read};
use unsup_models::autoencoder::{
    self, AutoEncoder, Elbo, Joint, Likelihood, Loss, Plain, Supervised, Variational,
};
use unsup_models::in_sequence::self_supervised::{self, Fragments, RelativePosition};
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::together::adversarial::{self, Gan};
use unsup_models::together::multi_task::{self, MultiTask};
use unsup_models::together::privileged::{TeacherAndStudent, TeacherSees};
use unsup_models::{Activation, Answers, Epoch, Matrix, Task, Training};
use unsup_nn::saving::{Description, SavedModel, fingerprint, save_model};
use unsup_nn::{Module, Path as ParameterPath};

/// A table of two features on scales of their own and a class that they tell.
fn write_table(path: &Path) {
    let row = |i: u32| {
        let (x, y) = ((i * 7) % 11, (i * 5) % 13);
        format!(
            "{},{},{}\n",
            1e3 * f64::from(x),
            1e-3 * f64::from(y),
            ["a", "b"][usize::from(x > y)]
        )
    };
    fs::write(path, (0..60).map(row).collect::<String>()).unwrap();
}

/// A classifier of that table, trained by the command and saved in a folder, and what the command said of it.
fn small_model(folder: &Path) -> (SavedModel, serde_json::Value) {
    let table = folder.join("table.csv");
    write_table(&table);
    let out = folder.join("out");
    let (table, out) = (table.to_str().unwrap(), out.to_str().unwrap());
    let output = unsup(&[
        "train",
        "classifier",
        "--data",
        table,
        "--label",
        "last",
        "--widths",
        "4",
        "--batch-size",
        "10",
        "--rate",
        "0.02",
        "--quiet",
        "--json",
        "--out",
        out,
    ]);
    let said = json(&output);
    (
        SavedModel::open(folder.join("out/model.safetensors")).unwrap(),
        said,
    )
}

/// The classifier that was saved.
fn filled(saved: &SavedModel) -> Predictor<f32> {
    let settings = &saved.description().settings;
    let hidden = settings["hidden"].as_array().unwrap().iter();
    let architecture = Architecture {
        hidden: hidden
            .map(|width| width.as_u64().unwrap() as usize)
            .collect(),
        activation: settings["activation"].as_str().unwrap().parse().unwrap(),
        ..Architecture::default()
    };
    let features = settings["features"].as_u64().unwrap() as usize;
    let classes = settings["classes"].as_array().unwrap().len();
    let mut model = Predictor::new(features, classes, &architecture);
    saved.load_into(&mut model).unwrap();
    model
}

#[test]
fn a_saved_model_judges_as_the_command_did() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, said) = small_model(folder.path());
    assert_eq!(
        results(&folder.path().join("out")),
        ["history.csv", "model.safetensors"]
    );
    let settings = &saved.description().settings;
    assert_eq!(saved.description().method, "classifier");
    assert_eq!(settings["classes"], serde_json::json!(["a", "b"]));

    let model = filled(&saved);
    let kind = settings["scaling"].as_str().unwrap().parse().unwrap();
    let further = |name| saved.further(name).unwrap().unwrap().into_vec();
    let (shift, scale) = (further("scaling.shift"), further("scaling.scale"));
    let scaling = Scaling::from_parts(kind, shift, scale).unwrap();
    let options = ReadOptions {
        label: Some(LabelColumn::Last),
        ..ReadOptions::default()
    };
    let data = read(folder.path().join("table.csv"), &options).unwrap();
    let held_out = holdout(60, HeldOut::Count(20), 0).unwrap().test;
    let x = scaling.apply(&data.features.select_rows(&held_out));
    let labels = data.labels.unwrap();
    let labels: Vec<usize> = held_out.iter().map(|&i| labels[i]).collect();
    let accuracy = model.accuracy(&x.cast(), &labels);
    assert!(accuracy > 0.7 && accuracy < 1.0, "{accuracy}");
    assert_eq!(said["test_accuracy"], accuracy);
}

#[test]
fn of_a_training_that_diverges_what_was_good_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("table.csv");
    write_table(&table);
    let out = folder.path().join("out");
    // an epoch of one step, before which all is well and after which nothing is
    let output = unsup(&[
        "train",
        "autoencoder",
        "--data",
        table.to_str().unwrap(),
        "--label",
        "last",
        "--widths",
        "none",
        "--batch-size",
        "60",
        "--rate",
        "1e12",
        "--quiet",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("training diverged: the term \"reconstruction\" is "),
        "{error}"
    );
    assert!(
        error.ends_with("diverged.safetensors holds the model after epoch 1\n"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1);
    assert_eq!(results(&out), ["diverged.csv", "diverged.safetensors"]);
    let history = fs::read_to_string(out.join("diverged.csv")).unwrap();
    assert_eq!(history.lines().count(), 2);
}

#[test]
fn a_training_that_diverges_from_its_first_steps_on_leaves_nothing_to_go_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = unsup(&[
        "train",
        "classifier",
        "--widths",
        "none",
        "--rate",
        "1e36",
        "--checkpoint-every",
        "1",
        "--quiet",
        "--out",
        out,
    ]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("training diverged") && error.contains("at step 2"),
        "{error}"
    );
    assert!(files(folder.path()).is_empty());
}

/// Every name, shape, type and value, as Python's `safetensors` reads them. The variable `PYTHON` names another interpreter.
#[test]
fn python_reads_a_saved_model() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, _) = small_model(folder.path());
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_model.py");
    let output = Command::new(&python)
        .arg(script)
        .arg(folder.path().join("out/model.safetensors"))
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) => output,
        Ok(output) => return println!("skipped: {python}: {}", text(&output.stdout).trim()),
        Err(error) => return println!("skipped: {python}: {error}"),
    };
    let read = json(&output);
    assert_eq!(read["metadata"]["method"], "classifier");
    assert_eq!(read["metadata"]["seed"], 0);

    let model = filled(&saved);
    let mut expected = Vec::new();
    model.visit(ParameterPath::ROOT, &mut |path, param| {
        expected.push((path.to_string(), "float32", param.value().cast::<f64>()));
    });
    for name in ["scaling.scale", "scaling.shift"] {
        expected.push((
            name.to_owned(),
            "float64",
            saved.further(name).unwrap().unwrap(),
        ));
    }
    assert_eq!(read["tensors"].as_object().unwrap().len(), expected.len());
    for (name, kind, matrix) in expected {
        let tensor = &read["tensors"][&name];
        assert_eq!(tensor["type"], kind, "{name}");
        assert_eq!(
            tensor["shape"],
            serde_json::json!([matrix.rows(), matrix.columns()]),
            "{name}"
        );
        assert_eq!(
            tensor["values"],
            serde_json::json!(matrix.as_slice()),
            "{name}"
        );
    }
}

/// `unsup train classifier --resume` and what follows, of a run that is long enough to be killed fifty times.
fn long_run(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unsup"));
    command
        .args([
            "train",
            "classifier",
            "--resume",
            "--epochs",
            "1000",
            "--dropout",
            "0.2",
            "--out",
        ])
        .arg(out)
        .args(more);
    command
}

/// The run saves itself after every step, so it is nearly always writing when it is killed. Each time the next process must be able
/// to go on, no earlier than the last one did, and in the end there is the model of a run that was never killed.
#[test]
fn a_run_that_is_killed_at_50_random_moments_leaves_a_whole_checkpoint_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("killed");
    let mut random = generator(0, "kills", 0);
    let mut steps = Vec::new();
    for round in 0..50 {
        let mut process = long_run(&out, &["--checkpoint-every", "1"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        if round == 0 {
            assert!(
                line.ends_with("not there, so the run begins anew\n"),
                "{line}"
            );
            // from the first checkpoint on there is always one
            while !out.join("checkpoint.safetensors").exists() {
                assert!(process.try_wait().unwrap().is_none(), "it has ended");
                sleep(Duration::from_millis(1));
            }
        } else {
            let step = line.trim_end().rsplit_once(": going on after step ");
            let step = step.unwrap_or_else(|| panic!("round {round}: {line}")).1;
            steps.push(step.parse::<u64>().unwrap());
        }
        sleep(Duration::from_micros(random.random_range(0..40_000)));
        process.kill().unwrap();
        let status = process.wait().unwrap();
        assert!(
            status.code().is_none(),
            "round {round}: the run had ended by itself"
        );
    }
    assert!(steps.is_sorted(), "{steps:?}");
    let distinct = steps.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!(
        distinct > 20,
        "hardly a process came a step further: {steps:?}"
    );

    let finish = |out: &Path| {
        let output = long_run(out, &["--quiet", "--json"]).output().unwrap();
        let mut result = json(&output);
        result["seconds"] = serde_json::Value::Null;
        assert_eq!(results(out), ["history.csv", "model.safetensors"]);
        let read = |name| fs::read(out.join(name)).unwrap();
        (result, read("model.safetensors"), read("history.csv"))
    };
    let whole = folder.path().join("whole");
    assert!(
        finish(&out) == finish(&whole),
        "not the run that was never killed"
    );
}

/// What a model makes of objects, whichever it is, after it was saved and loaded into an untrained one.
fn round_trip<M: Module<f32>>(trained: &M, untrained: &mut M) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let description = Description {
        method: "test".to_owned(),
        settings: serde_json::json!({}),
        seed: 0,
        data: fingerprint::<f32>(&[]),
    };
    save_model(&path, trained, &description, &[]).unwrap();
    SavedModel::open(&path)
        .unwrap()
        .load_into(untrained)
        .unwrap();
}

#[test]
fn auto_encoders_are_saved_and_loaded_to_the_same_bits() {
    let x = Matrix::from_fn(30, 5, |i, j| 0.5 + 0.4 * ((i * (j + 2)) as f32).sin());
    let training = Training {
        epochs: 2,
        ..Training::default()
    };
    let onward = |_: &Epoch| ControlFlow::Continue(());
    let sigmoids = |seed, tied| autoencoder::Architecture {
        tied,
        seed,
        activation: Activation::Sigmoid,
        output: Activation::Sigmoid,
        loss: Loss::Bernoulli,
        ..autoencoder::Architecture::deep(&[4], 2)
    };
    for tied in [false, true] {
        let stack = AutoEncoder::stack(&x, &sigmoids(1, tied), &Plain, &training, |_, _| {
            ControlFlow::Continue(())
        });
        let mut trained = stack.unwrap().autoencoder;
        trained.fit(&x, &Plain, &training, onward).unwrap();
        let mut loaded = AutoEncoder::new(5, &sigmoids(2, tied));
        round_trip(&trained, &mut loaded);
        assert_eq!(trained.reconstruct(&x), loaded.reconstruct(&x));
        assert_eq!(trained.score_samples(&x), loaded.score_samples(&x));
    }

    let variational = |seed| {
        let likelihood = Likelihood::Gaussian;
        Variational::new(5, &sigmoids(seed, false), likelihood).with_prior(0.7)
    };
    let mut trained = variational(1);
    trained.fit(&Elbo::new(&x), &training, onward).unwrap();
    let mut loaded = variational(2);
    round_trip(&trained, &mut loaded);
    assert_eq!(trained.sample(9, 3), loaded.sample(9, 3));
    assert_eq!(trained.score_samples(&x), loaded.score_samples(&x));

    let joint = Joint {
        x: &x,
        method: &Plain,
        labelled: &[0, 1],
        answers: Answers::Classes(&[0, 1]),
        reconstruction: 1.0,
        lambda: 1.0,
    };
    let mut trained = Supervised::new(5, 2, &sigmoids(1, true));
    trained.fit(&joint, &training, onward).unwrap();
    let mut loaded = Supervised::new(5, 2, &sigmoids(2, true));
    round_trip(&trained, &mut loaded);
    assert_eq!(trained.answers(&x), loaded.answers(&x));
}

#[test]
fn models_that_learn_together_or_in_sequence_are_saved_and_loaded_to_the_same_bits() {
    let x = Matrix::from_fn(30, 16, |i, j| 0.5 + 0.4 * ((i * (j + 2)) as f32).sin());
    let classes: Vec<usize> = (0..30).map(|i| i % 3).collect();
    let training = Training {
        epochs: 2,
        ..Training::default()
    };
    let onward = |_: &Epoch| ControlFlow::Continue(());

    let shape = |seed| multi_task::Architecture {
        hidden: vec![4],
        head: vec![3],
        code: 2,
        seed,
        ..multi_task::Architecture::default()
    };
    let tasks = [Task::classes(&x, &classes), Task::numbers(&x, &x)];
    let mut trained = MultiTask::new(16, &[3, 16], &shape(1));
    trained.fit(&tasks, &training, onward).unwrap();
    let mut loaded = MultiTask::new(16, &[3, 16], &shape(2));
    round_trip(&trained, &mut loaded);
    assert_eq!(trained.answers(1, &x), loaded.answers(1, &x));

    let of = |seed| {
        let shape = |hidden: &[usize]| Architecture {
            hidden: hidden.to_vec(),
            seed,
            ..Architecture::default()
        };
        let (teacher, student) = (
            Predictor::new(32, 3, &shape(&[4])),
            Predictor::new(16, 3, &shape(&[])),
        );
        TeacherAndStudent::of(teacher, student, TeacherSees::Both)
    };
    let (trained, mut loaded) = (of(1), of(2));
    round_trip(&trained, &mut loaded);
    assert_eq!(
        trained.teacher_answers(&x, &x),
        loaded.teacher_answers(&x, &x)
    );
    assert_eq!(trained.student().answers(&x), loaded.student().answers(&x));

    let fragments = Fragments {
        height: 4,
        width: 4,
        channels: 1,
        side: 1,
        gap: 0,
        jitter: 0,
    };
    let of = |seed| {
        let shape = self_supervised::Architecture {
            seed,
            ..self_supervised::Architecture::default()
        };
        RelativePosition::<f32>::new(&fragments, &shape)
    };
    let (trained, mut loaded) = (of(1), of(2));
    round_trip(&trained, &mut loaded);
    let pairs = fragments.draw(&x, 50, 0);
    assert_eq!(trained.predict(&pairs), loaded.predict(&pairs));

    let of = |seed| {
        let shape = adversarial::Architecture {
            seed,
            ..adversarial::Architecture::default()
        };
        Gan::<f32>::new(16, &shape)
    };
    let (trained, mut loaded) = (of(1), of(2));
    round_trip(&trained, &mut loaded);
    assert_eq!(trained.sample(9, 3), loaded.sample(9, 3));
    assert_eq!(trained.logits(&x), loaded.logits(&x));
}
