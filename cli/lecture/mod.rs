//! `unsup lecture`: every method trained, drawn and held against its gates, on one page.
//!
//! | file | what it does |
//! |---|---|
//! | this one | runs what there is to run, several methods at once, and writes what is finished |
//! | `slides/` | what is said of each method: problem, criterion, the lines that compute it, which trainings are drawn |
//! | `chapter` | what is run for a method, and what came of it |
//! | `progress` | a line for the whole, and one for each method that is being worked on |
//! | `page`, `style.css` | `index.html` |
//! | `results` | `results.json` |

mod chapter;
mod page;
mod progress;
mod results;
mod slides;

use crate::arguments::{Arguments, Asked, Command, LectureOptions};
use crate::interruption::Cleanup;
use crate::output::{OutputFolder, print};
use crate::page::described;
use crate::progress::watched;
use crate::train::{set_threads, train};
use chapter::{Chapter, Drawn, Outcome, Work};
use clap::Parser;
use progress::Lines;
use results::{Circumstances, Count, results};
use slides::{Demonstration, slides};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;
use unsup_data::in_one_line;
use unsup_evidence::{Conditions, Experiment, Record, Watcher, experiments, table};

const PAGE: &str = "index.html";
const RESULTS: &str = "results.json";

/// What the gates came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// All that were evaluated hold.
    Holds,
    /// One doesn't, or something came to no end.
    Fails,
}

/// Runs the lecture and writes its page, anew after each method.
///
/// # Errors
/// If a method is not known, or the folder can't be written to.
pub fn lecture(options: &LectureOptions) -> Result<Verdict, Box<dyn Error>> {
    let experiments = experiments();
    let mut lecture = Lecture::open(options, &experiments)?;
    let circumstances = lecture.run()?;
    lecture.tell(&circumstances)
}

/// A method of the lecture by its name or another one, as it is trained.
///
/// # Errors
/// If there is none, with those that there are.
pub fn method(text: &str) -> Result<String, String> {
    let trained = crate::methods::find(text).map_or_else(|| text.to_owned(), |method| method.name);
    let names: Vec<&str> = slides().iter().map(|slide| slide.method).collect();
    match names.contains(&trained.as_str()) {
        true => Ok(trained),
        false => Err(format!("expected some of {}", names.join(", "))),
    }
}

/// A lecture that is being run.
struct Lecture<'a> {
    options: &'a LectureOptions,
    chapters: Vec<Chapter<'a>>,
    threads: usize,
    out: OutputFolder,
    start: Instant,
}

impl<'a> Lecture<'a> {
    fn open(
        options: &'a LectureOptions,
        experiments: &'a [Experiment],
    ) -> Result<Self, Box<dyn Error>> {
        let start = Instant::now();
        let mut slides = slides();
        if let Some(only) = &options.only {
            slides.retain(|slide| only.iter().any(|name| name == slide.method));
        }
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            options,
            chapters: slides
                .into_iter()
                .map(|slide| Chapter::new(slide, experiments))
                .collect(),
            threads: options.run.threads.unwrap_or_else(processors),
            out: OutputFolder::open(
                "lecture",
                Path::new("lecture"),
                &options.run,
                &[PAGE, RESULTS],
                false,
            )?,
            start,
        })
    }

    /// Runs everything, as many works at once as there are threads, and writes the page whenever a method is finished.
    fn run(&mut self) -> Result<Circumstances, Box<dyn Error>> {
        // works are divided among the threads, not matrix products
        set_threads(Some(1));
        let works: Vec<(usize, usize, Work<'a>)> = self
            .chapters
            .iter()
            .enumerate()
            .flat_map(|(c, chapter)| {
                chapter
                    .works
                    .iter()
                    .enumerate()
                    .map(move |(w, (work, _))| (c, w, *work))
            })
            .collect();
        let methods = self.chapters.len();
        let lines = Lines::new(works.len(), methods, self.threads, self.options.run.quiet);
        lines.hear_of_panics();
        let (next, options) = (AtomicUsize::new(0), self.options);
        let (send, receive) = mpsc::channel();
        thread::scope(|scope| {
            for worker in 0..self.threads.min(works.len()) {
                let (send, works, next, lines) = (send.clone(), &works, &next, &lines);
                scope.spawn(move || {
                    while let Some(&(chapter, place, work)) =
                        works.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let outcome = perform(work, options, &lines.of(worker, work));
                        if send.send((chapter, place, outcome)).is_err() {
                            // the page could not be written: nobody waits for more
                            return;
                        }
                    }
                    lines.idle(worker);
                });
            }
            drop(send);
            let mut finished = 0;
            let mut circumstances = self.circumstances();
            for (chapter, place, outcome) in receive {
                let chapter = &mut self.chapters[chapter];
                chapter.works[place].1 = Some(outcome);
                if chapter.is_finished() {
                    finished += 1;
                    let count = Count::of(chapter.findings().into_iter().map(|(_, record)| record));
                    lines.finished(
                        finished,
                        &format!("{}: {}", chapter.slide.method, count.said()),
                    );
                    circumstances = self.write()?;
                }
                lines.done();
            }
            lines.clear();
            Ok(circumstances)
        })
    }

    /// Writes the page and the results as far as they go; says how far that is.
    fn write(&mut self) -> Result<Circumstances, String> {
        let circumstances = self.circumstances();
        let page = page::page(&self.chapters, &circumstances);
        self.out.write(PAGE, page.as_bytes())?;
        let results = results(&self.chapters, &circumstances);
        self.out
            .write(RESULTS, format!("{results:#}\n").as_bytes())?;
        self.out.commit()?;
        Ok(circumstances)
    }

    fn circumstances(&self) -> Circumstances {
        Circumstances {
            seed: self.options.run.seed,
            seeds: self.options.seeds,
            quick: self.options.quick,
            threads: self.threads,
            seconds: self.start.elapsed().as_secs_f64(),
            complete: self.chapters.iter().all(Chapter::is_finished),
        }
    }

    /// Prints what the gates came to.
    fn tell(&self, circumstances: &Circumstances) -> Result<Verdict, Box<dyn Error>> {
        let records: Vec<&Record> = self
            .chapters
            .iter()
            .flat_map(Chapter::findings)
            .map(|(_, record)| record)
            .collect();
        let count = Count::of(records.iter().copied());
        let failures: Vec<_> = self.chapters.iter().flat_map(Chapter::failures).collect();
        let verdict = verdict(count, failures.len());
        if self.options.run.json {
            print(&format!("{}\n", results(&self.chapters, circumstances)))?;
            return Ok(verdict);
        }
        let mut summary = format!(
            "The lecture, {}, seed {}, {:.1} s on {}\n",
            crate::train::count(self.chapters.len(), "method", "methods"),
            circumstances.seed,
            circumstances.seconds,
            crate::train::count(circumstances.threads, "thread", "threads")
        );
        for chapter in &self.chapters {
            let count = Count::of(chapter.findings().into_iter().map(|(_, record)| record));
            summary += &format!("  {:16} {}\n", chapter.slide.method, count.said());
        }
        for (experiment, file) in self.chapters.iter().flat_map(Chapter::skipped) {
            summary += &format!("Not run: \"{experiment}\" needs {file} (--datasets)\n");
        }
        for (work, error) in failures {
            summary += &format!("Came to no end: \"{work}\": {}\n", in_one_line(error));
        }
        let failed: Vec<Record> = records
            .into_iter()
            .filter(|record| record.holds == Some(false))
            .cloned()
            .collect();
        if !failed.is_empty() {
            summary += &format!("Gates that do not hold:\n{}", table(&failed));
        }
        summary += &format!(
            "In all: {}\n{}\n{}\n",
            count.said(),
            self.out.path(PAGE).display(),
            self.out.path(RESULTS).display()
        );
        print(&summary)?;
        Ok(verdict)
    }
}

/// Whether all is well: no gate fails, and nothing came to no end.
fn verdict(count: Count, failures: usize) -> Verdict {
    match count.fail + failures {
        0 => Verdict::Holds,
        _ => Verdict::Fails,
    }
}

/// Runs one work; whatever happens in it, the others go on.
fn perform(
    work: Work<'_>,
    options: &LectureOptions,
    live: &Arc<dyn Fn(&str) + Send + Sync>,
) -> Outcome {
    let outcome = catch_unwind(AssertUnwindSafe(|| match work {
        Work::Experiment(experiment) => {
            let live = Arc::clone(live);
            let conditions = Conditions {
                data: options.datasets.clone(),
                seed: options.run.seed,
                seeds: Some(options.seeds.unwrap_or(1)),
                reduced: options.quick,
                watcher: Some(Watcher::new(move |line| live(line))),
            };
            match experiment.run(&conditions) {
                Ok(records) => Outcome::Found(records),
                Err(skipped) => Outcome::Skipped(skipped),
            }
        }
        Work::Demonstration(demonstration) => {
            let drawn = watched(Arc::clone(live), || draw(demonstration, options));
            drawn.map_or_else(|error| Outcome::Failed(error.to_string()), Outcome::Drawn)
        }
    }));
    outcome.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        Outcome::Failed(said.unwrap_or("it panicked").to_owned())
    })
}

/// Trains as a user would who types the command, and takes the pictures of it.
fn draw(
    demonstration: &'static Demonstration,
    options: &LectureOptions,
) -> Result<Vec<Drawn>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_owned();
    let _cleanup = Cleanup::new(move || {
        // what can't be removed lies where the system removes it
        let _ = std::fs::remove_dir_all(&path);
        String::new()
    });
    let trained = train(&parsed(demonstration, options, folder.path())?)?;
    let drawn = demonstration.pictures.iter().map(|shown| {
        let mut pictures = trained.pictures.iter();
        let picture = pictures.find(|picture| picture.name == shown.file);
        let picture = picture.ok_or_else(|| format!("{} was not drawn", shown.file))?;
        Ok(Drawn {
            shown,
            html: described(&picture.svg, shown.alt)?,
        })
    });
    drawn.collect()
}

/// The command of a demonstration, quiet, in a folder of its own.
fn parsed(
    demonstration: &Demonstration,
    options: &LectureOptions,
    folder: &Path,
) -> Result<Asked, Box<dyn Error>> {
    let command = demonstration.typed(options.quick, options.run.seed);
    let words = ["unsup"]
        .into_iter()
        .chain(command.split_whitespace())
        .map(Into::into);
    let further = [
        "--quiet".into(),
        "--threads".into(),
        "1".into(),
        "--out".into(),
        folder.as_os_str().to_owned(),
    ];
    match Arguments::try_parse_from(words.chain(further))?.command {
        Some(Command::Train { method }) => Ok(*method),
        _ => Err(format!("unsup {command}: expected a training").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_that_fails_or_a_work_without_an_end_fails_the_lecture() {
        let count = |hold, fail, open| Count { hold, fail, open };
        assert_eq!(verdict(count(9, 0, 0), 0), Verdict::Holds);
        assert_eq!(verdict(count(0, 0, 9), 0), Verdict::Holds);
        assert_eq!(verdict(count(9, 1, 0), 0), Verdict::Fails);
        assert_eq!(verdict(count(9, 0, 0), 1), Verdict::Fails);
    }

    #[test]
    fn methods_go_by_all_of_their_names() {
        assert_eq!(method("som").as_deref(), Ok("som"));
        assert_eq!(method("kohonen").as_deref(), Ok("som"));
        assert_eq!(method("vae").as_deref(), Ok("variational"));
        for name in ["classifier", "", "k-means"] {
            let error = method(name).unwrap_err();
            assert!(error.starts_with("expected some of wta, wtm, "), "{error}");
        }
    }
}
