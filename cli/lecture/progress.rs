//! What is shown while the lecture runs: a line for the whole, and one for each method that is being worked on, with
//! its loss. On a terminal only; elsewhere a line is written when a method is finished.

use super::chapter::Work;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::Arc;

/// The lines.
pub struct Lines {
    all: MultiProgress,
    whole: ProgressBar,
    methods: usize,
    workers: Vec<ProgressBar>,
    quiet: bool,
}

impl Lines {
    /// For so many works on so many methods, divided among threads; none is drawn when `quiet`.
    pub fn new(works: usize, methods: usize, threads: usize, quiet: bool) -> Self {
        let target = match quiet {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr(),
        };
        let all = MultiProgress::with_draw_target(target);
        let style = |template: &str| {
            let style = ProgressStyle::with_template(template);
            style.expect("the templates here are well formed")
        };
        let whole = all.add(ProgressBar::new(works as u64));
        whole.set_style(style(
            "lecture {wide_bar:.cyan/blue} {msg}  {elapsed} (eta {eta})",
        ));
        whole.set_message(format!("0 of {methods} methods"));
        let workers = (0..threads.min(works)).map(|_| {
            let line = all.add(ProgressBar::new_spinner());
            line.set_style(style("  {prefix:.bold}  {wide_msg}"));
            line
        });
        Self {
            workers: workers.collect(),
            all,
            whole,
            methods,
            quiet,
        }
    }

    /// From now on a panic is told above the lines, not across them. (It ends the work that it comes from, of which the
    /// page says so.)
    pub fn hear_of_panics(&self) {
        let (all, tell) = (self.all.clone(), panic::take_hook());
        panic::set_hook(Box::new(move |panic| all.suspend(|| tell(panic))));
    }

    /// A worker begins with a work: what is to be called with each line of its progress.
    pub fn of(&self, worker: usize, work: Work<'_>) -> Arc<dyn Fn(&str) + Send + Sync> {
        let Some(line) = self.workers.get(worker) else {
            return Arc::new(|_| ());
        };
        line.set_prefix(work.method().to_owned());
        let name = work.name();
        line.set_message(name);
        let line = line.clone();
        Arc::new(move |live| line.set_message(format!("{name}  {live}")))
    }

    /// A worker has nothing left to do.
    pub fn idle(&self, worker: usize) {
        if let Some(line) = self.workers.get(worker) {
            line.finish_and_clear();
        }
    }

    /// One more work is done.
    pub fn done(&self) {
        self.whole.inc(1);
    }

    /// So many methods are finished; `what` is to be said of the last of them.
    pub fn finished(&self, finished: usize, what: &str) {
        self.whole
            .set_message(format!("{finished} of {} methods", self.methods));
        if !self.quiet && !io::stderr().is_terminal() {
            // where standard error takes nothing, the lecture goes on
            let _ = writeln!(io::stderr(), "{what}");
        }
    }

    /// Takes all lines away.
    pub fn clear(&self) {
        // a terminal that takes nothing has nothing to be cleared of
        let _ = self.all.clear();
    }
}
