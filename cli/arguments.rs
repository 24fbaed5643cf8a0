//! The command line.

use clap::{Args, Parser, Subcommand};
use std::num::IntErrorKind;
use std::path::PathBuf;

/// The lecture "Neural networks with unsupervised learning" (K. Vorontsov) as a program.
///
/// Every method trains on handwritten digits that come with the program, or on a table of your own, and shows what it has
/// learned as numbers and as pictures. Without a command, `unsup` trains the deep auto-encoder on the digits.
#[derive(Parser, Debug)]
#[command(
    name = "unsup",
    version,
    after_help = "Examples:
  unsup                                            the deep auto-encoder on the digits, a code of 2 numbers
  unsup train autoencoder --code 8                 a larger code
  unsup train autoencoder --data table.csv --widths 64,16 --out runs/table
  unsup train autoencoder --json | jq .ratio       the result for another program

Pictures and results go to the folder --out. `unsup train METHOD --help` explains a method and its options."
)]
pub struct Arguments {
    /// What to do; without it, `train autoencoder`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Train a method of the lecture and show what it has learned.
    Train {
        /// Which.
        #[command(subcommand)]
        method: Method,
    },
}

/// The methods that can be trained.
#[derive(Subcommand, Debug)]
pub enum Method {
    /// The deep auto-encoder: codes of a few numbers from which the objects are reconstructed.
    ///
    /// An encoder f takes each object x to a code f(x) of --code numbers, a decoder g takes the code back, and both are trained
    /// together so that the mean of ||g(f(x)) - x||^2 over the objects is least. A third of the objects is held out. At the
    /// end stand the squared error per object (its sum over features) on the training part and on the held-out part, and
    /// beside it that of PCA, the best linear code of the same size, on the same held-out objects; their ratio says what the
    /// bending of the code is worth.
    ///
    /// Written to --out: reconstructions.png (held-out objects over their reconstructions) and, for a code of two numbers,
    /// codes.png (a map of the held-out objects, coloured by label where labels are known).
    Autoencoder(TrainAutoEncoder),
}

/// The options of `unsup train autoencoder`.
//
// Numbers may start with a minus, or clap would take "-3" for an option: it is refused, but in words that say what was expected.
#[derive(Args, Clone, Debug)]
pub struct TrainAutoEncoder {
    /// A file of comma-separated numbers, an object a line, with or without a line of names; its columns are brought to mean 0
    /// and standard deviation 1. Without it: 1797 handwritten digits of 8x8 pixels, values 0 to 1.
    #[arg(long, value_name = "FILE.csv")]
    pub data: Option<PathBuf>,

    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code, largest first as a rule; the decoder has them in reverse.
    #[arg(
        long,
        value_name = "N,N,...",
        value_delimiter = ',',
        default_value = "128,64",
        value_parser = at_least_1,
        // "-3,64" is no number
        allow_hyphen_values = true
    )]
    pub widths: Vec<usize>,

    /// How often each object is seen.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = at_least_1, allow_negative_numbers = true)]
    pub epochs: usize,

    /// How many objects are in a step.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_1, allow_negative_numbers = true)]
    pub batch_size: usize,

    /// The learning rate of Adam at the start; it falls to 0 along half a cosine.
    #[arg(long, value_name = "RATE", default_value_t = 0.002, value_parser = positive, allow_negative_numbers = true)]
    pub rate: f64,

    /// Where all randomness comes from: the split, the initial weights, the order. The same seed gives the same bits.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// How many threads large matrix products may use; the result does not depend on it. [default: all processors]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// The folder for the pictures; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "runs/autoencoder")]
    pub out: PathBuf,

    /// Print one JSON object instead of the summary: train_loss, heldout_loss, pca_loss, ratio (null where
    /// PCA makes next to no error), seconds.
    #[arg(long)]
    pub json: bool,

    /// Show no progress.
    #[arg(long, short)]
    pub quiet: bool,
}

impl Default for TrainAutoEncoder {
    /// What no options give.
    fn default() -> Self {
        #[derive(Parser)]
        struct Only {
            #[command(flatten)]
            settings: TrainAutoEncoder,
        }
        Only::parse_from([""]).settings
    }
}

/// A whole number from 1 on.
fn at_least_1(text: &str) -> Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(number) if number >= 1 => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err(format!("expected at most {}", usize::MAX))
        }
        _ => Err("expected a whole number of at least 1".to_owned()),
    }
}

/// A whole number from 0 on.
fn seed(text: &str) -> Result<u64, String> {
    let number = text.trim().parse::<u64>();
    number.map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// A finite number above 0.
fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("expected a number above 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_those_of_no_options() {
        let settings = TrainAutoEncoder::default();
        assert_eq!((settings.code, settings.widths), (2, vec![128, 64]));
    }
}
