//! `unsup check`.

use super::command::{json, text, unsup};
use unsup_evidence::gradients::gradient_checks;

/// The checks that `unsup check --json` and these arguments have run, as "kind name".
fn checked(arguments: &[&str]) -> Vec<String> {
    let result = json(&unsup(
        &[&["check", "--json", "--cases", "1"], arguments].concat(),
    ));
    let checks = result["checks"].as_array().expect("a list").iter();
    let name = |check: &serde_json::Value| {
        let part = |key: &str| check[key].as_str().expect(key).to_owned();
        part("kind") + " " + &part("name")
    };
    checks.map(name).collect()
}

#[test]
fn everything_is_checked_and_holds() {
    let result = json(&unsup(&["check", "--json", "--cases", "2"]));
    let checks = result["checks"].as_array().unwrap();
    assert_eq!(checks.len(), gradient_checks().len());
    assert_eq!(
        (&result["hold"], &result["fail"]),
        (&checks.len().into(), &0.into())
    );
    for check in checks {
        assert_eq!(
            (&check["cases"], &check["holds"]),
            (&2.into(), &true.into()),
            "{check}"
        );
        assert!(check["first"].as_f64().unwrap() < 1e-6, "{check}");
        let second = check["second"].as_f64();
        assert!(
            second.map_or(check["kind"] == "step", |error| error < 1e-5),
            "{check}"
        );
    }
}

#[test]
fn the_table_has_a_line_for_each_check_and_says_how_many_hold() {
    let output = unsup(&["check", "penalty", "--cases", "3"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let table = text(&output.stdout);
    let line = |start: &str| {
        table
            .lines()
            .find(|line| line.trim_start().starts_with(start))
    };
    let jacobian = line("jacobian ").expect("a line for the penalty");
    let words: Vec<&str> = jacobian.split_whitespace().collect();
    assert_eq!(
        (words.len(), words[1], words[5]),
        (6, "3", "ok"),
        "{jacobian}"
    );
    assert!(words[2].parse::<f64>().unwrap() < 1e-6 && words[3].parse::<f64>().unwrap() < 1e-5);
    let summary = line("11 checks of 3 cases, seed 0").expect("a summary");
    assert!(summary.ends_with("11 hold, 0 fail"), "{summary}");
    let quiet = unsup(&["check", "penalty", "-q"]);
    assert!(text(&quiet.stdout).starts_with("11 checks"));
}

#[test]
fn a_name_is_a_kind_a_method_or_a_part_of_one() {
    let of_tanh = [
        "operation tanh",
        "operation tanh_back",
        "layer activation tanh",
    ];
    assert_eq!(checked(&["tanh"]), of_tanh);
    assert!(
        checked(&["loss"])
            .iter()
            .all(|name| name.starts_with("loss "))
    );
    assert_eq!(checked(&["vae"]), checked(&["variational"]));
    assert_eq!(checked(&["vae"]).len(), 2);
    assert_eq!(checked(&["som"]), ["step the map"]);
}

#[test]
fn an_unknown_name_is_told_what_is_near() {
    for (name, near) in [
        ("tanhh", "near are tanh, tanh_back"),
        ("penallty", "near are penalty"),
    ] {
        let output = unsup(&["check", name]);
        let complaint = text(&output.stderr);
        assert_eq!(
            (output.status.code(), complaint.lines().count()),
            (Some(1), 1)
        );
        assert!(complaint.contains(near), "{complaint}");
        assert!(
            complaint.contains("a kind of checks (operation, layer, "),
            "{complaint}"
        );
    }
    let far = unsup(&["check", "#####"]);
    assert!(text(&far.stderr).ends_with("a part of a check's name\n"));
    assert_eq!(unsup(&["check", "--cases", "0"]).status.code(), Some(2));
}

#[test]
fn the_same_seed_gives_the_same_errors() {
    let errors = |seed: &str| {
        let mut result = json(&unsup(&["check", "matmul", "--json", "--seed", seed]));
        result["checks"].take()
    };
    assert_eq!(errors("3"), errors("3"));
    assert_ne!(errors("3"), errors("4"));
}
