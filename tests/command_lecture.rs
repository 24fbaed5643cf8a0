//! `unsup lecture`: its page, its results, and how it ends.

use super::command::{json, text, unsup};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Methods that are run in a second.
const FEW: &str = "wtm,two-layer";
/// The same, and some with wide formulas and tables.
const SEVERAL: &str = "wtm,two-layer,sparse,distill,lupi";

/// A lecture at a tenth of its length, made once for all tests of its page.
fn quick() -> &'static (TempDir, Value) {
    static QUICK: OnceLock<(TempDir, Value)> = OnceLock::new();
    QUICK.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("page");
        let lecture = [
            "lecture", "--quick", "--only", SEVERAL, "--json", "--quiet", "--out",
        ];
        let results = json(&unsup(&[&lecture[..], &[out.to_str().unwrap()]].concat()));
        (folder, results)
    })
}

fn page() -> PathBuf {
    quick().0.path().join("page/index.html")
}

/// The same without what depends on the clock.
fn without_times(mut results: Value) -> Value {
    results["seconds"] = Value::Null;
    for list in ["records", "figures"] {
        for record in results[list].as_array_mut().expect("a list") {
            record["seconds"] = Value::Null;
        }
    }
    results
}

#[test]
fn there_is_a_record_for_each_gate_and_of_a_quick_run_none_is_judged() {
    let (folder, results) = quick();
    let written = fs::read(folder.path().join("page/results.json")).unwrap();
    assert_eq!(&serde_json::from_slice::<Value>(&written).unwrap(), results);
    let methods: Vec<&str> = SEVERAL.split(',').collect();
    assert_eq!(results["methods"], serde_json::json!(methods));
    assert_eq!(results["complete"], true);
    let records = results["records"].as_array().unwrap();
    assert!(records.len() >= 6, "{results:#}");
    let keys = [
        "method",
        "evidence",
        "name",
        "value",
        "reference",
        "gate",
        "holds",
        "seeds",
        "seconds",
        "source",
    ];
    for record in records {
        let record = record.as_object().unwrap();
        assert!(
            keys.iter().all(|key| record.contains_key(*key)),
            "{record:?}"
        );
        assert!(record["holds"].is_null() && record["gate"].is_string() && record["seeds"] == 1);
        let kinds = ["exact", "ablation", "paper", "property"];
        assert!(kinds.contains(&record["evidence"].as_str().unwrap()));
    }
    for key in ["version", "cpu", "threads", "seconds", "seed"] {
        assert!(!results[key].is_null(), "{key}");
    }
}

#[test]
fn what_a_lecture_has_left_is_known() {
    let (folder, _) = quick();
    let folder = folder.path().join("page");
    let look = |path: &Path| json(&unsup(&["inspect", path.to_str().unwrap(), "--json"]));
    let results = look(&folder.join("results.json"));
    assert_eq!(
        (&results["kind"], &results["gates"]["fail"]),
        (&"results".into(), &0.into())
    );
    let files = look(&folder)["files"].clone();
    let kinds: Vec<&str> = files
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["marker", "page", "results"]);
}

#[test]
fn one_seed_gives_the_same_results_at_any_number_of_threads_and_another_seed_other_ones_that_hold()
{
    let run = |seed: &str, threads: &str| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("page");
        let lecture = [
            "lecture",
            "--only",
            FEW,
            "--json",
            "-q",
            "--seed",
            seed,
            "--threads",
            threads,
            "--out",
        ];
        let output = unsup(&[&lecture[..], &[out.to_str().unwrap()]].concat());
        // all gates hold, or the exit code would say otherwise
        let mut results = without_times(json(&output));
        assert_eq!(results["gates"]["fail"], 0);
        assert!(results["gates"]["hold"].as_u64().unwrap() >= 6);
        results["threads"] = Value::Null;
        results
    };
    let first = run("0", "2");
    assert_eq!(run("0", "1"), first);
    let other = run("1", "2");
    assert_eq!(
        other["records"].as_array().unwrap().len(),
        first["records"].as_array().unwrap().len()
    );
    assert_ne!(other["records"], first["records"]);
}

#[test]
fn a_method_that_is_not_known_is_told_beside_those_that_are() {
    let output = unsup(&["lecture", "--only", "som,vea"]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    let expected = "error: invalid value 'vea' for '--only <METHOD,METHOD,...>': expected some of wta, wtm, lvq, som, ";
    assert!(
        error.starts_with(expected) && error.lines().count() == 1,
        "{error}"
    );
}

#[test]
fn the_page_is_one_file_that_loads_nothing() {
    let page = fs::read_to_string(page()).unwrap();
    let outside = page
        .replace("http://www.w3.org/2000/svg", "")
        .replace("http://www.w3.org/1998/Math/MathML", "");
    assert!(!outside.contains("://") && !outside.contains("url(") && !outside.contains("<script"));
    // the source as it is, at the lines that are named
    let mut excerpts = 0;
    for excerpt in page.split("<figure class=\"code\">").skip(1) {
        let (place, rest) = between(excerpt, "<figcaption>", "</figcaption>");
        let (path, numbers) = place.split_once(", lines ").unwrap();
        let (first, last) = numbers.split_once('–').unwrap();
        let [first, last] = [first, last].map(|number| number.parse::<usize>().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = fs::read_to_string(root.join(path)).unwrap();
        let lines = source.lines().skip(first - 1).take(last + 1 - first);
        let escaped = |line: &str| {
            let line = line.trim().replace('&', "&amp;").replace('<', "&lt;");
            line.replace('>', "&gt;").replace('"', "&quot;")
        };
        let of_source: Vec<String> = lines.map(escaped).collect();
        let (shown, _) = between(rest, "<code>", "</code>");
        let on_page: Vec<&str> = shown.lines().map(str::trim).collect();
        assert_eq!(on_page, of_source, "{path}");
        excerpts += 1;
    }
    assert!(excerpts >= 5, "{excerpts}");
}

/// What stands between two pieces of a text, and what follows.
fn between<'t>(text: &'t str, before: &str, after: &str) -> (&'t str, &'t str) {
    let (_, rest) = text.split_once(before).expect(before);
    rest.split_once(after).expect(after)
}

/// What a script found in the page, that is put at its end for this.
const LOOK: &str = r##"<script>
window.problems = [];
addEventListener('error', event => problems.push(String(event.message || event.target.src)), true);
addEventListener('load', async () => {
  const images = [...document.images];
  for (const image of images) { image.loading = 'eager'; await image.decode().catch(() => problems.push('an image does not load')); }
  let links = 0;
  for (const link of document.querySelectorAll('nav a')) {
    link.click();
    const target = document.querySelector(link.getAttribute('href'));
    if (!target) { problems.push('no target: ' + link.href); continue; }
    const [top, foot] = [target.getBoundingClientRect().top, document.documentElement.scrollHeight - scrollY - innerHeight];
    if (location.hash !== link.getAttribute('href') || (Math.abs(top) > 60 && foot > 2)) problems.push(`${link.href} leads to ${top}`);
    links += 1;
  }
  for (const link of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(link.getAttribute('href').slice(1))) problems.push('no target: ' + link.href);
  const wide = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
    && !one.closest('figure, .table, .formula, pre, svg, math'));
  for (const one of wide) problems.push('too wide: ' + one.outerHTML.slice(0, 80));
  const math = [...document.querySelectorAll('math')].filter(one => one.getBoundingClientRect().height < 5).length;
  if (math) problems.push(math + ' formulas are not drawn');
  for (const one of performance.getEntriesByType('resource')) if (!one.name.startsWith('data:')) problems.push('loads ' + one.name);
  document.body.innerHTML = '<pre id="found"></pre>';
  document.getElementById('found').textContent = JSON.stringify({ images: images.length, links, problems });
});
</script>"##;

/// Opens the page in a browser of this width and tells what the script finds.
fn seen(browser: &Path, width: usize, dark: bool) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let page = fs::read_to_string(page()).unwrap();
    fs::write(&file, page.replace("</body>", &format!("{LOOK}</body>"))).unwrap();
    let (log, profile) = (
        folder.path().join("net.json"),
        folder.path().join("profile"),
    );
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!(
            "--blink-settings=preferredColorScheme={}",
            if dark { 0 } else { 1 }
        ))
        .arg(format!("--window-size={width},900"))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("the browser starts");
    let dom = text(&output.stdout);
    let found = dom
        .split_once("<pre id=\"found\">")
        .and_then(|(_, rest)| rest.split_once("</pre>"));
    let (found, _) =
        found.unwrap_or_else(|| panic!("nothing was found:\n{dom}\n{}", text(&output.stderr)));
    let console: Vec<&str> = text(&output.stderr)
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    let requests = fs::read_to_string(log).unwrap_or_default();
    // the browser asks for things of its own, which have no origin, and is told that there are no such hosts
    let asked: Vec<&str> = requests
        .lines()
        .filter(|line| line.contains("\"url\":\"http") && line.contains("\"initiator\":"))
        .filter(|line| !line.contains("\"initiator\":\"not an origin\""))
        .collect();
    let found = serde_json::from_str(
        &found
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">"),
    )
    .unwrap();
    (found, [console, asked].concat().join("\n"))
}

#[test]
fn a_browser_opens_the_page_without_complaint_and_its_contents_lead_somewhere() {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places =
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let Some(browser) = places.find(|place| place.is_file()) else {
        println!("skipped: no browser: none of {}", names.join(", "));
        return;
    };
    for (width, dark) in [(1400, false), (500, true)] {
        let (found, complaints) = seen(&browser, width, dark);
        assert_eq!(complaints, "", "at width {width}");
        assert_eq!(found["problems"], serde_json::json!([]), "at width {width}");
        assert!(found["links"].as_u64().unwrap() >= 6, "{found}");
    }
}
