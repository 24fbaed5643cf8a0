//! `unsup methods`, `unsup completions`, and what is said to a name that there is not.

use super::command::{json, text, unsup};
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The names of all methods, and what `unsup methods --json` says of them.
fn methods() -> Vec<(String, serde_json::Value)> {
    let methods = json(&unsup(&["methods", "--json"]));
    let methods = methods["methods"].as_array().expect("a list").clone();
    let name = |method: &serde_json::Value| method["name"].as_str().expect("a name").to_owned();
    methods
        .into_iter()
        .map(|method| (name(&method), method))
        .collect()
}

/// What the command says on standard error, and that it ends with `code`.
fn complaint(arguments: &[&str], code: i32) -> String {
    let output = unsup(arguments);
    let complaint = text(&output.stderr).to_owned();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {complaint}"
    );
    complaint
}

#[test]
fn methods_are_listed_in_the_order_of_the_lecture() {
    let methods = methods();
    let names: Vec<&str> = methods.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "wta",
        "wtm",
        "lvq",
        "som",
        "linear",
        "two-layer",
        "autoencoder",
        "sparse",
        "denoising",
        "contractive",
        "relational",
        "stacked",
        "variational",
        "semi-supervised",
        "transfer",
        "self-supervised",
        "multi-task",
        "distill",
        "lupi",
        "gan",
        "classifier",
    ];
    assert_eq!(names, expected);
    let listed = unsup(&["methods"]);
    let quiet = unsup(&["methods", "-q"]);
    assert_eq!(text(&quiet.stdout).lines().collect::<Vec<_>>(), expected);
    for (name, method) in &methods {
        let about = method["about"].as_str().unwrap();
        let line = text(&listed.stdout)
            .lines()
            .find(|line| line.contains(about));
        let line = line.unwrap_or_else(|| panic!("{name} has no line"));
        assert!(line.starts_with(&format!("  {name} ")), "{line}");
    }
}

/// What the list says of a method is what the method's options are.
#[test]
fn a_method_takes_what_the_list_says_and_can_be_quiet() {
    for (name, method) in methods() {
        let help = unsup(&["train", &name, "--help"]);
        let help = text(&help.stdout);
        assert!(help.contains("-q, --quiet"), "{name}");
        assert!(
            !help.contains('\x1b'),
            "{name}: colours where there is no terminal"
        );
        for (key, option) in [
            ("data", "--data <"),
            ("label", "--label <"),
            ("resumes", "--resume\n"),
        ] {
            assert_eq!(
                method[key] == true,
                help.contains(option),
                "{name}: {option}"
            );
        }
        for alias in method["aliases"].as_array().unwrap() {
            let same = unsup(&["train", alias.as_str().unwrap(), "--help"]);
            assert_eq!(text(&same.stdout), help, "{alias}");
        }
    }
}

#[test]
fn a_name_that_there_is_not_is_told_where_to_look() {
    let cases: [(&[&str], &str); 9] = [
        (&["train", "sommm"], "did you mean som?"),
        (&["trian"], "did you mean train?"),
        (&["som"], "it is a method, `unsup train som`"),
        (&["vae"], "it is a method, `unsup train variational`"),
        (&["train", "k-means"], "`unsup train wta` is k-means"),
        (&["train", "pca"], "`unsup train linear`"),
        (
            &["train", "dreams"],
            "`unsup train variational` and `unsup train gan`",
        ),
        (&["train", "xyzzy"], "or a method (`unsup methods`)"),
        (
            &["completions", "csh"],
            "expected one of bash, elvish, fish, powershell, zsh",
        ),
    ];
    for (arguments, expected) in cases {
        let complaint = complaint(arguments, 2);
        assert!(complaint.contains(expected), "{arguments:?}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
    // names that people try are names: what is refused is the option behind them
    for name in [
        "vae",
        "ae",
        "deep",
        "dae",
        "cae",
        "neural-gas",
        "kohonen",
        "adversarial",
        "mlp",
    ] {
        let complaint = complaint(&["train", name, "--epochs", "many", "--steps", "many"], 2);
        assert!(
            !complaint.contains("expected a command"),
            "{name}: {complaint}"
        );
    }
}

/// Runs bash on a script.
fn bash(options: &[&str], script: Vec<u8>) -> Output {
    let mut bash = Command::new("bash")
        .args(["--norc", "--noprofile"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash starts");
    let mut input = bash.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || input.write_all(&script));
    let output = bash.wait_with_output().expect("bash ends");
    writer.join().unwrap().expect("bash reads what it is given");
    output
}

/// What bash completes `words` to, of which the last is being typed.
fn completed(script: &[u8], words: &[&str]) -> Vec<String> {
    let last = words.len() - 1;
    let ask = format!(
        "\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_unsup unsup '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words.join(" "),
        words[last],
        words[last - 1],
    );
    let output = bash(&[], [script, ask.as_bytes()].concat());
    assert!(output.status.success());
    text(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_methods_and_options() {
    if Command::new("bash").arg("--version").output().is_err() {
        println!("no bash here: nothing is tried");
        return;
    }
    let script = unsup(&["completions", "bash"]).stdout;
    assert!(bash(&["-n"], script.clone()).status.success());
    let offered = completed(&script, &["unsup", "train", "s"]);
    for method in [
        "som",
        "sparse",
        "stacked",
        "semi-supervised",
        "self-supervised",
    ] {
        assert!(
            offered.iter().any(|offer| offer == method),
            "{method}: {offered:?}"
        );
    }
    assert!(
        offered.iter().all(|offer| offer.starts_with('s')),
        "{offered:?}"
    );
    let options = completed(&script, &["unsup", "train", "variational", "--be"]);
    assert_eq!(options, ["--beta"]);
}

#[test]
fn every_shell_has_a_script_that_names_the_methods() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = unsup(&["completions", shell]);
        assert!(
            script.status.success() && script.stderr.is_empty(),
            "{shell}"
        );
        for (name, _) in methods() {
            assert!(text(&script.stdout).contains(&name), "{shell}: {name}");
        }
    }
}
