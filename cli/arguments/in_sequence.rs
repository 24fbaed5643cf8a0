//! The options of models that learn one after the other.

use super::autoencoder::from_0;
use super::{
    CheckpointOptions, DataOptions, RunOptions, TrainingOptions, Widths, at_least_1, name_of,
    named, positive, widths,
};
use clap::Args;
use std::path::PathBuf;
use unsup_data::LabelColumn;

/// What is asked of the digits once an encoder has been learned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DigitTask {
    /// Even or odd.
    Parity,
    /// Whether the digit has a loop: 0, 4, 6, 8, 9.
    Loops,
    /// Whether it is 5 or more.
    FiveOrMore,
    /// Which of 5 to 9 it is, after 0 to 4 have been told apart.
    Others,
}

const DIGIT_TASKS: [(&str, DigitTask); 4] = [
    ("parity", DigitTask::Parity),
    ("loops", DigitTask::Loops),
    ("five-or-more", DigitTask::FiveOrMore),
    ("others", DigitTask::Others),
];

/// Where the classes of a further file are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SourceLabel {
    /// In this column.
    Column(LabelColumn),
    /// It has none.
    None,
}

fn source_label(text: &str) -> Result<SourceLabel, String> {
    match text {
        "none" => Ok(SourceLabel::None),
        _ => text.parse().map(SourceLabel::Column),
    }
}

/// The options of `unsup train transfer`.
#[derive(Args, Clone, Debug)]
pub struct TrainTransfer {
    #[command(flatten)]
    pub data: DataOptions,

    /// A file with the objects of the first task, with the features of --data and classes of its own. [default: none;
    /// an auto-encoder alone learns from the objects of --data]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub source: Option<PathBuf>,

    /// The column of --source that holds its classes, or "none": then only the auto-encoder learns from it. [default:
    /// as --label]
    #[arg(long, value_name = "COLUMN", value_parser = source_label, requires = "source")]
    pub source_label: Option<SourceLabel>,

    /// The second task on the digits: parity, loops (whether it is one of 0, 4, 6, 8, 9), five-or-more, each after all
    /// ten have been told apart; or others: which of 5 to 9, after 0 to 4. [default: parity]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &DIGIT_TASKS), conflicts_with = "data")]
    pub target: Option<DigitTask>,

    /// How many objects of each class (of the digits: of each digit) have labels in the second task. [default: 2; 5 for
    /// --target others and for --data]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub labels: Option<usize>,

    /// With how many labels a class all is done again for the picture; "none": not. [default: of 1,2,5,10 those that
    /// the classes have]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub curve: Option<Widths>,

    /// Widths of the encoder's layers between the features and the code; "none": no layers between.
    #[arg(long, value_name = "N,N,...", default_value = "128", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// The deviation of the noise in the training of the auto-encoder.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.3, value_parser = from_0, allow_negative_numbers = true)]
    pub sigma: f64,

    /// How often each object of the first task is seen, at a constant rate. [default: 30; of more than 13,333 objects
    /// fewer, but at least 10]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub source_epochs: Option<usize>,

    /// How often each object is seen in the training of the auto-encoder, at a constant rate. [default: 60; of more
    /// than 6,666 objects fewer, but at least 10]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub unlabelled_epochs: Option<usize>,

    /// How often all is done, with other labelled objects and other initial weights.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_1, allow_negative_numbers = true)]
    pub repeats: usize,

    #[command(flatten)]
    pub training: TrainingOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `unsup train self-supervised`.
#[derive(Args, Clone, Debug)]
pub struct TrainSelfSupervised {
    #[command(flatten)]
    pub data: DataOptions,

    /// Train on 900 made-up images of 24x24 pixels (a light, a round body, a fine wave) in the place of --data.
    #[arg(long, conflicts_with_all = ["data", "label", "delimiter", "header", "missing"])]
    pub scenes: bool,

    /// Pixels of a side of a fragment. [default: as many as three fragments, two gaps and the jitter leave]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub side: Option<usize>,

    /// Pixels between a fragment and its neighbour, so that lines that go on don't betray it. [default: 1; 2 for
    /// images of 16 pixels and more]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub gap: Option<usize>,

    /// By up to how many pixels a neighbour is shifted, either way each way, as far as the image goes. [default: 0; 1
    /// for images of 16 pixels and more]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub jitter: Option<usize>,

    /// How many pairs of fragments are drawn from the training images.
    #[arg(long, value_name = "N", default_value_t = 8000, value_parser = at_least_1, allow_negative_numbers = true)]
    pub pairs: usize,

    /// Widths of the encoder's layers between a fragment and its code; "none": no layers between.
    #[arg(long, value_name = "N,N,...", default_value = "64", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// How many numbers the code of a fragment has.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between two codes and the eight positions; "none": no layers between.
    #[arg(long, value_name = "N,N,...", default_value = "64,64", value_parser = widths, allow_hyphen_values = true)]
    pub head: Widths,

    /// Train a second time with the positions of the training pairs shuffled, and print both.
    #[arg(long)]
    pub ablate: bool,

    /// How often all is done, with other pairs and other initial weights.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = at_least_1, allow_negative_numbers = true)]
    pub repeats: usize,

    #[command(flatten)]
    pub training: TrainingOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// A function that a surrogate is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FunctionName {
    /// Of 2 arguments.
    Branin,
    /// Of 5 arguments, or more of which it takes 5.
    Friedman1,
    /// Of 4 arguments.
    Friedman2,
    /// Of 4 arguments.
    Friedman3,
}

const FUNCTIONS: [(&str, FunctionName); 4] = [
    ("branin", FunctionName::Branin),
    ("friedman1", FunctionName::Friedman1),
    ("friedman2", FunctionName::Friedman2),
    ("friedman3", FunctionName::Friedman3),
];

/// The name under which a function is asked for.
pub fn function_name(function: FunctionName) -> &'static str {
    name_of(function, &FUNCTIONS)
}

/// The options of `unsup train distill`.
#[derive(Args, Clone, Debug)]
pub struct TrainDistill {
    #[command(flatten)]
    pub data: DataOptions,

    /// A file with the objects to judge by, in the format of --data. [default: a third of --data is held out]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub test: Option<PathBuf>,

    /// How many objects of each class the student knows the labels of. [default: 5]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub labels: Option<usize>,

    /// Widths of the student's layers between the features and the answers; "none": it is linear. [default: 16; 64,64
    /// with --function]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Option<Widths>,

    /// Widths of the teacher's layers between the features and the answers; "none": it is linear. [default: 256,128]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub teacher_widths: Option<Widths>,

    /// How often the teacher sees each object, all with their labels. [default: 60; of more than 6,666 objects fewer,
    /// but at least 10]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub teacher_epochs: Option<usize>,

    /// The deviation of the noise that is added to what the teacher sees in its training. [default: 0.2]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub sigma: Option<f64>,

    /// T, the temperature at which the student learns the teacher's answers. [default: 4]
    #[arg(long, value_name = "T", value_parser = positive, allow_negative_numbers = true)]
    pub temperature: Option<f64>,

    /// A further student learns the labels and, with this weight mu, the teacher's answers to all objects. [default:
    /// none]
    #[arg(long, value_name = "NUMBER", value_parser = positive, allow_negative_numbers = true)]
    pub mu: Option<f64>,

    /// Students with one layer of so many units, for the picture of accuracy against size; "none": not. [default:
    /// 1,2,4,8,16,32]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub sizes: Option<Widths>,

    /// A surrogate of a function in the place of a small classifier: branin, friedman1, friedman2 or friedman3.
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &FUNCTIONS), conflicts_with_all = [
        "data", "label", "delimiter", "header", "missing", "scaling", "test", "labels", "teacher_widths",
        "teacher_epochs", "sigma", "temperature", "mu", "sizes",
    ])]
    pub function: Option<FunctionName>,

    /// How often the function is called. [default: 200]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, requires = "function")]
    pub calls: Option<usize>,

    /// How many arguments friedman1 is given, of which it takes 5. [default: 5]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, requires = "function")]
    pub inputs: Option<usize>,

    /// How often all is done, with other labelled objects (or calls) and other initial weights.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_1, allow_negative_numbers = true)]
    pub repeats: usize,

    #[command(flatten)]
    pub training: TrainingOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// A whole number from 0 on.
fn whole(text: &str) -> Result<usize, String> {
    let number = text.trim().parse::<usize>();
    number.map_err(|_| format!("expected a whole number from 0 to {}", usize::MAX))
}
