//! What an embedder gets: a program outside of this workspace, which depends on unsup-models alone, builds and runs,
//! and its tree of dependencies is small.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The crates besides our own that are promised to be enough.
const MOST_CRATES: usize = 9;

/// The program.
const MAIN: &str = r#"
use std::ops::ControlFlow;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Plain};
use unsup_models::{Matrix, TrainError, Training};

fn main() -> Result<(), TrainError> {
    let x = Matrix::from_fn(40, 4, |i, j| (0.1 * i as f32 + j as f32).sin());
    let mut model = AutoEncoder::new(x.columns(), &Architecture::deep(&[8], 1));
    let before = model.squared_error(&x);
    let training = Training { epochs: 50, rate: 0.02, ..Training::default() };
    model.fit(&x, &Plain, &training, |_| ControlFlow::Continue(()))?;
    assert!(model.squared_error(&x) < 0.5 * before);
    println!("codes {}", model.encode(&x).shape());
    Ok(())
}
"#;

/// Makes the program's folder. It stays between runs, so that only what has changed is built again.
fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedding");
    let models = root.join("models");
    // a workspace of its own, and no debug information, which would double the time
    let manifest = format!(
        "[package]\nname = \"embedder\"\nedition = \"2024\"\n\n[dependencies]\nunsup-models = {{ path = '{}' }}\n\n\
         [profile.dev]\ndebug = false\n\n[workspace]\n",
        models.display()
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(path, text).unwrap();
        }
    };
    write("Cargo.toml", &manifest);
    write("src/main.rs", MAIN);
    // the same versions as here, so that nothing is looked for elsewhere
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

/// Runs cargo in the folder.
fn cargo(cargo: &OsString, folder: &Path, arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(cargo)
        .args(arguments)
        .arg("--offline")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("cargo starts");
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "cargo {arguments:?}: {said}");
    String::from_utf8(stdout).expect("cargo writes text")
}

#[test]
fn a_program_of_ones_own_builds_and_has_few_dependencies() {
    let name = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    if Command::new(&name).arg("--version").output().is_err() {
        println!("no cargo here: nothing is tried");
        return;
    }
    let folder = program();
    assert_eq!(cargo(&name, &folder, &["run", "--quiet"]), "codes 40x1\n");
    let tree = cargo(
        &name,
        &folder,
        &["tree", "-e", "normal", "--prefix", "none"],
    );
    let crates: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(
        crates.contains("unsup-models") && crates.contains("unsup-autograd"),
        "{tree}"
    );
    let own = |name: &str| name == "embedder" || name.starts_with("unsup-");
    let others: Vec<&str> = crates.into_iter().filter(|name| !own(name)).collect();
    println!(
        "{} crates besides our own: {}",
        others.len(),
        others.join(", ")
    );
    assert!(others.len() <= MOST_CRATES, "{others:?}");
}
