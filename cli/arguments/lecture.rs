//! The options of `unsup lecture`.

use super::{RunOptions, at_most_1000, no_options};
use clap::Args;
use std::path::PathBuf;

/// The options of `unsup lecture`.
#[derive(Args, Clone, Debug)]
pub struct LectureOptions {
    /// These methods only, by the names under which they are trained; `unsup methods` lists them (the classifier is
    /// none of the lecture). [default: all]
    #[arg(long, value_name = "METHOD,METHOD,...", value_delimiter = ',', value_parser = crate::lecture::method)]
    pub only: Option<Vec<String>>,

    /// All at a tenth of the length: everything is run and drawn, but no gate is evaluated.
    #[arg(long)]
    pub quick: bool,

    /// How many runs each experiment takes the mean of, from other draws, at most 1000. [default: 1, or as many as a
    /// gate on a mean needs]
    #[arg(long, value_name = "N", value_parser = at_most_1000, allow_negative_numbers = true)]
    pub seeds: Option<usize>,

    /// A folder with the data sets that are not part of the program, in it house-votes-84/house-votes-84.data and
    /// satimage/sat.trn; without it the experiments that need them are passed over, and the page says which.
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub datasets: Option<PathBuf>,

    #[command(flatten)]
    pub run: RunOptions,
}

impl Default for LectureOptions {
    /// What no options give.
    fn default() -> Self {
        no_options()
    }
}

/// A folder that is there.
fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.is_dir() {
        true => Ok(path),
        false => Err("expected a folder".to_owned()),
    }
}
