//! Trainings that do not need one another, on several threads.

use super::runs::Runs;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use unsup_autograd::for_each_chunk;
use unsup_models::Epoch;

/// The line of progress, for a job among others.
pub struct Live<'m, 'r, 'a> {
    runs: &'m Mutex<&'r mut Runs<'a>>,
    /// Whether it is the first of all jobs: the losses of its trainings are kept.
    is_first: bool,
}

impl<'r, 'a> Live<'_, 'r, 'a> {
    /// A training has ended; `what` is to be shown of it.
    pub fn trained(&self, what: String) {
        self.runs().trained(what);
    }

    /// An epoch of a training that goes on has ended; it is shown beside `what` it is of.
    pub fn during(&self, what: &str, epoch: &Epoch) -> ControlFlow<()> {
        let runs = self.runs();
        if self.is_first {
            runs.keep(what, epoch);
        }
        runs.show(what, epoch)
    }

    fn runs(&self) -> MutexGuard<'_, &'r mut Runs<'a>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the jobs 0, 1, … `jobs` − 1, as many at a time as threads are allowed. What they give is in their order and
/// does not depend on the number of threads, and neither does the error.
///
/// # Errors
/// That of the first job that fails, by its number.
pub fn side_by_side<T: Send>(
    runs: &mut Runs<'_>,
    jobs: usize,
    job: impl Fn(usize, &Live<'_, '_, '_>) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let is_first = !runs.has_kept();
    let runs = Mutex::new(runs);
    let mut outcomes: Vec<Option<Result<T, String>>> = (0..jobs).map(|_| None).collect();
    // those after it are not needed any more
    let first_failed = AtomicUsize::new(usize::MAX);
    for_each_chunk(&mut outcomes, 1, |number, outcome| {
        if number < first_failed.load(Ordering::Relaxed) {
            let live = Live {
                runs: &runs,
                is_first: is_first && number == 0,
            };
            let result = job(number, &live);
            if result.is_err() {
                first_failed.fetch_min(number, Ordering::Relaxed);
            }
            outcome[0] = Some(result);
        }
    });
    // up to the first that failed all have been done
    outcomes.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::RunOptions;

    #[test]
    fn what_comes_of_it_is_in_order_and_the_first_error_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for threads in [1, 3] {
            let options = RunOptions {
                seed: 0,
                threads: Some(threads),
                out: Some(folder.path().to_owned()),
                force: false,
                json: false,
                quiet: true,
            };
            let mut runs = Runs::open("none", &options, &[]).unwrap();
            let squares = side_by_side(&mut runs, 50, |i, live| {
                live.trained(i.to_string());
                Ok(i * i)
            });
            assert_eq!(squares.unwrap(), (0..50).map(|i| i * i).collect::<Vec<_>>());
            let failed = side_by_side(&mut runs, 50, |i, _| match i % 10 {
                7 => Err(format!("{i}")),
                _ => Ok(()),
            });
            assert_eq!(failed, Err("7".to_owned()));
        }
    }
}
