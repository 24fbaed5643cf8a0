//! The options of `unsup apply`, `sample` and `inspect`.

use super::{ReadingOptions, at_least_1, named, seed};
use clap::Args;
use std::path::PathBuf;

/// What a trained model is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    Codes,
    Reconstructions,
    Winners,
    Classes,
    Probabilities,
    Predictions,
    Scores,
    Teacher,
}

pub const WHATS: [(&str, What); 8] = [
    ("codes", What::Codes),
    ("reconstructions", What::Reconstructions),
    ("winners", What::Winners),
    ("classes", What::Classes),
    ("probabilities", What::Probabilities),
    ("predictions", What::Predictions),
    ("scores", What::Scores),
    ("teacher", What::Teacher),
];

/// How rows are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableFormat {
    /// Comma-separated values, names first.
    Csv,
    /// NumPy's array of double precision.
    Npy,
}

const FORMATS: [(&str, TableFormat); 2] = [("csv", TableFormat::Csv), ("npy", TableFormat::Npy)];

/// The options of `unsup apply`.
#[derive(Args, Clone, Debug)]
pub struct Apply {
    /// The folder of a training, or the model's file in it.
    #[arg(value_name = "DIR|FILE")]
    pub model: PathBuf,

    /// A file with the objects, in any of the formats that train takes. Without it, for a model of images of 8x8
    /// pixels: the 1797 handwritten digits.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub reading: ReadingOptions,

    /// What is asked for: codes, reconstructions, winners, classes, probabilities, predictions, scores or teacher.
    /// [default: the first that the method has]
    #[arg(long, value_name = "WHAT", value_parser = |text: &str| named(text, &WHATS))]
    pub what: Option<What>,

    #[command(flatten)]
    pub table: TableOptions,

    /// How many threads large products and loops may use; the result does not depend on it. [default: all processors]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// Say nothing of what was found out about the data, nor the accuracy.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Where rows are written.
#[derive(Args, Clone, Debug)]
pub struct TableOptions {
    /// The file to write: .csv, .csv.gz or .npy; one that is there is replaced with --force only. [default: standard
    /// output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// How rows are written: csv or npy. [default: by the name of --out, else csv]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &FORMATS))]
    pub format: Option<TableFormat>,

    /// Write over files that are there.
    #[arg(long)]
    pub force: bool,

    /// Print one JSON object instead of the summary that stands on standard output if --out is given.
    #[arg(long, requires = "out")]
    pub json: bool,
}

/// The options of `unsup sample`.
#[derive(Args, Clone, Debug)]
pub struct Sample {
    /// The folder of a training, or the model's file in it.
    #[arg(value_name = "DIR|FILE")]
    pub model: PathBuf,

    /// How many objects; with --like how many for each object of the file.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_1, allow_negative_numbers = true)]
    pub count: usize,

    /// Where all randomness comes from. The same seed gives the same bits.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// Of variational: draw from p(x|z), with the noise of its decoder, and not its means.
    #[arg(long)]
    pub noise: bool,

    /// A file with objects, for variational: those like the first are drawn first, from codes around its own.
    #[arg(id = "data", long = "like", value_name = "FILE")]
    pub like: Option<PathBuf>,

    #[command(flatten)]
    pub reading: ReadingOptions,

    #[command(flatten)]
    pub table: TableOptions,

    /// Draw the objects as tiles into this PNG file as well.
    #[arg(long, value_name = "FILE.png")]
    pub picture: Option<PathBuf>,

    /// How many threads large products and loops may use; the result does not depend on it. [default: all processors]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// Say nothing of what was found out about the data.
    #[arg(long, short)]
    pub quiet: bool,
}

/// The options of `unsup inspect`.
#[derive(Args, Clone, Debug)]
pub struct Inspect {
    /// What to look at.
    #[arg(value_name = "DIR|FILE")]
    pub path: PathBuf,

    /// Print one JSON object instead of the summary.
    #[arg(long)]
    pub json: bool,

    /// Print what it is alone, in one line.
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,
}
