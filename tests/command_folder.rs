//! The folder of a training: replaced whole, never a file of somebody else's, and left as it was by whatever is broken
//! off.

use crate::command::{files, results, text, unsup};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What lies in a folder of a training beside its results.
const MARKER: &str = ".unsup.json";
const REPORT: &str = "report.html";

/// `unsup train METHOD` with these options into a folder, quietly.
fn train(method: &str, options: &[&str], out: &Path) -> Output {
    let place = ["--quiet", "--out", out.to_str().unwrap()];
    unsup(&[&["train", method][..], options, &place].concat())
}

#[track_caller]
fn trained(method: &str, options: &[&str], out: &Path) {
    let output = train(method, options, out);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// The one line of an error.
#[track_caller]
fn refused(output: &Output) -> String {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(output.stdout.is_empty());
    error.to_owned()
}

#[test]
fn another_method_replaces_all_that_the_first_has_left_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let short = ["--epochs", "1"];
    trained("two-layer", &short, &out);
    let first = ["filters.png", "history.csv", "model.safetensors"];
    assert!(
        first
            .iter()
            .all(|name| results(&out).contains(&(*name).to_owned()))
    );
    fs::write(out.join("notes.txt"), "mine").unwrap();
    fs::create_dir(out.join("more")).unwrap();
    trained("wta", &short, &out);
    let second = [
        "codebook.cod",
        "history.csv",
        "model.safetensors",
        "more",
        "notes.txt",
    ];
    assert_eq!(results(&out), [&second[..], &["quantized.png"]].concat());
    let marker = fs::read_to_string(out.join(MARKER)).unwrap();
    let marker: serde_json::Value = serde_json::from_str(&marker).unwrap();
    assert_eq!(marker["method"], "wta");
    let mut named: Vec<&str> = second[..3].to_vec();
    named.extend(["quantized.png", REPORT]);
    assert_eq!(marker["files"], serde_json::json!(named));

    // what fails before its end leaves all of it
    let before = files(&out);
    let report = fs::read(out.join(REPORT)).unwrap();
    let error = refused(&train("classifier", &["--rate", "1e36"], &out));
    assert!(error.contains("training diverged"), "{error}");
    assert_eq!(files(&out), before);
    assert_eq!(fs::read(out.join(REPORT)).unwrap(), report);
}

#[test]
fn a_folder_of_somebody_else_is_refused_in_one_line_until_it_is_said_that_it_may_be_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "mine").unwrap();
    fs::write(out.join("history.csv"), "mine").unwrap();
    let short = ["--epochs", "1"];
    let error = refused(&train("wta", &short, &out));
    for part in ["out: holds files", "(history.csv)", "--force"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(files(&out), ["history.csv", "thesis.txt"]);
    assert_eq!(fs::read(out.join("history.csv")).unwrap(), b"mine");
    trained("wta", &["--epochs", "1", "--force"], &out);
    assert_eq!(fs::read(out.join("thesis.txt")).unwrap(), b"mine");
    assert_ne!(fs::read(out.join("history.csv")).unwrap(), b"mine");
    trained("wta", &short, &out);
    assert_eq!(fs::read(out.join("thesis.txt")).unwrap(), b"mine");

    // an empty folder is taken
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    trained("wta", &short, &empty);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_told_before_anything_is_trained() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // so many epochs would take minutes
    let long = ["--epochs", "1000000"];
    let mut places = vec![Path::new("/proc/unsup").to_owned()];
    // it is no obstacle to whoever may do all
    if fs::write(locked.join("try"), "").is_err() {
        places.push(locked.clone());
        places.push(locked.join("below"));
    }
    for place in places {
        let error = refused(&train("autoencoder", &long, &place));
        let expected = format!("{}: cannot write to this folder: ", place.display());
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn two_trainings_do_not_write_to_one_folder_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut first = Running::start(&["autoencoder", "--epochs", "1000000"], &out);
    first.until(|| out.join(".unsup-lock").exists());
    let error = refused(&train("wta", &["--epochs", "1"], &out));
    assert!(
        error.contains("another run writes to this folder"),
        "{error}"
    );
}

/// A training that goes on, and is killed where it is forgotten.
pub struct Running(Child);

impl Running {
    /// `unsup train` with these words into a folder, quietly.
    pub fn start(words: &[&str], out: &Path) -> Self {
        Self::of(&[&["train"], words].concat(), out)
    }

    /// `unsup` with these words into a folder, quietly.
    fn of(words: &[&str], out: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_unsup"))
            .args(words)
            .arg("--quiet")
            .arg("--out")
            .arg(out)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn until(&mut self, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(self.0.try_wait().unwrap().is_none(), "it has ended");
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "it does not come to pass"
            );
            sleep(Duration::from_millis(2));
        }
    }

    /// Sends a signal, by its name.
    #[cfg(unix)]
    pub fn send(&self, signal: &str) {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// What it says in the end.
    #[cfg(unix)]
    pub fn end(mut self) -> Output {
        use std::io::Read;
        let status = self.0.wait().unwrap();
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        self.0
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut stdout)
            .unwrap();
        self.0
            .stderr
            .take()
            .unwrap()
            .read_to_end(&mut stderr)
            .unwrap();
        Output {
            status,
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn what_is_interrupted_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (broken, whole) = (folder.path().join("broken"), folder.path().join("whole"));
    let run = |more: &[&str], out: &Path| {
        let options = [
            "autoencoder",
            "--epochs",
            "400",
            "--widths",
            "16",
            "--checkpoint-every",
            "50",
        ];
        Running::start(&[&options[..], more].concat(), out)
    };
    let checkpoint = || fs::read(broken.join("checkpoint.safetensors")).ok();
    for (signal, code, more) in [("TERM", 143, &[][..]), ("INT", 130, &["--resume"])] {
        let before = checkpoint();
        let mut running = run(more, &broken);
        running.until(|| checkpoint() != before);
        running.send(signal);
        let output = running.end();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.starts_with("interrupted after step "), "{said}");
        assert!(said.ends_with(": --resume goes on with it\n"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(files(&broken), [MARKER, "checkpoint.safetensors"]);
    }
    let finish = |more: &[&str], out: &Path| {
        let output = run(more, out).end();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(!out.join("checkpoint.safetensors").exists());
        let read = |name| fs::read(out.join(name)).unwrap();
        (read("model.safetensors"), read("history.csv"))
    };
    assert!(
        finish(&["--resume"], &broken) == finish(&[], &whole),
        "not the same bits"
    );
}

#[cfg(unix)]
#[test]
fn what_has_no_checkpoints_says_that_nothing_was_written_and_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    trained("wta", &["--epochs", "1"], &out);
    let before = files(&out);
    let model = fs::read(out.join("model.safetensors")).unwrap();
    let interrupted = |out: &Path| {
        // a training in it would be saved by itself, but is a part of it
        let mut running = Running::of(&["lecture", "--only", "gan"], out);
        running.until(|| out.join(".unsup-aside").exists());
        running.send("INT");
        running.end()
    };
    let output = interrupted(&out);
    assert_eq!(output.status.code(), Some(130));
    let said = "interrupted: nothing was written, and earlier results are as they were\n";
    assert_eq!(text(&output.stderr), said);
    assert!(output.stdout.is_empty());
    assert_eq!(files(&out), before);
    assert_eq!(fs::read(out.join("model.safetensors")).unwrap(), model);
    // a folder that was made for it goes with it
    let new = folder.path().join("made/for/it");
    assert_eq!(interrupted(&new).status.code(), Some(130));
    assert!(!folder.path().join("made").exists());
}
