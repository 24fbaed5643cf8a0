//! The options of models that learn together.

use super::autoencoder::from_0;
use super::{
    CheckpointOptions, DataOptions, RunOptions, Widths, at_least_1, named, positive, usual_epochs,
    widths,
};
use clap::Args;
use unsup_data::LabelColumn;
use unsup_models::Training;
use unsup_models::together::privileged::TeacherSees;

/// How long and how fast is trained, where that depends on the setting.
#[derive(Args, Clone, Debug)]
pub struct PaceOptions {
    /// How often each object is seen. [default: for linear tasks, and for lupi without layers and up to 2,000 objects,
    /// 1500; else 200, of more than 2,000 objects fewer, but at least 10]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub epochs: Option<usize>,

    /// How many objects are in a step. [default: for linear tasks, and for lupi without layers and up to 2,000 objects,
    /// all; else 50]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub batch_size: Option<usize>,

    /// The learning rate of Adam at the start; it falls to 0 along half a cosine, of linear tasks twice, once in each
    /// half of the training. [default: for linear tasks, and for lupi without layers and up to 2,000 objects, 0.02
    /// (0.05 in lupi, but for --series); else 0.002]
    #[arg(long, value_name = "RATE", value_parser = positive, allow_negative_numbers = true)]
    pub rate: Option<f64>,
}

impl PaceOptions {
    /// A long training in which each step sees all of so many objects; `rate` is the rate if none is given.
    pub fn whole(&self, objects: usize, rate: f64, seed: u64) -> Training {
        Training {
            epochs: self.epochs.unwrap_or(1500),
            batch_size: self.batch_size.unwrap_or(objects),
            rate: self.rate.unwrap_or(rate),
            seed,
            ..Training::default()
        }
    }

    /// A training in small steps.
    pub fn stepwise(&self, objects: usize, seed: u64) -> Training {
        let usual = Training::default();
        Training {
            epochs: self.epochs.unwrap_or_else(|| usual_epochs(objects)),
            batch_size: self.batch_size.unwrap_or(usual.batch_size),
            rate: self.rate.unwrap_or(usual.rate),
            seed,
            ..usual
        }
    }
}

/// What --data is where there are no digits without it.
const DATA: &str = "A table of numbers and words, separated by commas, tabs, semicolons or spaces, with or without names in \
     the first line, gzip'd or not";

/// The options of `unsup train multi-task`.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("data", |data| data.help(DATA)), mut_arg("label", |label| label.hide(true)))]
pub struct TrainMultiTask {
    #[command(flatten)]
    pub data: DataOptions,

    /// The columns of --data that are tasks, by name or by number from 1 on; the others are features. A column of
    /// numbers is to be predicted (R^2), one of words told (accuracy). Where its value is missing an object is not of
    /// that task.
    #[arg(
        long,
        value_name = "COLUMN,COLUMN,...",
        value_delimiter = ',',
        requires = "data"
    )]
    pub targets: Vec<LabelColumn>,

    /// Those of --targets whose numbers are classes.
    #[arg(
        long,
        value_name = "COLUMN,COLUMN,...",
        value_delimiter = ',',
        requires = "targets"
    )]
    pub classes: Vec<LabelColumn>,

    /// Four tasks on the digits: which it is, even or odd, with a loop or without, below 5 or not.
    #[arg(long, conflicts_with_all = ["data", "label", "delimiter", "header", "missing"])]
    pub digits: bool,

    /// How many linear tasks. [default: 30]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub tasks: Option<usize>,

    /// How many objects each task has. [default: 20; 50 with --digits]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, conflicts_with = "data")]
    pub objects: Option<usize>,

    /// d, how many features the objects of linear tasks have. [default: 50]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub inputs: Option<usize>,

    /// k, the dimension of the subspace that the weights of linear tasks lie in. [default: 3]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub dimension: Option<usize>,

    /// The deviation of the noise of linear tasks. [default: 0.1]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub noise: Option<f64>,

    /// Widths of the encoder's layers between the features and the code; "none": no layers between. Of linear tasks the
    /// encoder is linear. [default: 128]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Option<Widths>,

    /// How many numbers the code has. [default: 64; for linear tasks as --dimension]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: Option<usize>,

    /// Widths of each head's layers between the code and its answers; "none": heads are linear, as those of linear
    /// tasks are. [default: none]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub head: Option<Widths>,

    /// lambda, the weight of the squared norm of all weights; for linear tasks it is 20 times as much in the first
    /// half of the training. [default: 0; for linear tasks 1 over the number of all objects]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub lambda: Option<f64>,

    /// How often all is done, with other tasks (or parts of the data) and other initial weights.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = repeats, allow_negative_numbers = true)]
    pub repeats: usize,

    #[command(flatten)]
    pub pace: PaceOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

const TEACHER_SEES: [(&str, TeacherSees); 2] = [
    ("privileged", TeacherSees::Privileged),
    ("both", TeacherSees::Both),
];

/// The options of `unsup train lupi`.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("data", |data| data.help(DATA)))]
pub struct TrainLupi {
    #[command(flatten)]
    pub data: DataOptions,

    /// The column of --data with the numbers that are to be predicted, in the place of classes (--label).
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "data",
        conflicts_with = "label"
    )]
    pub target: Option<LabelColumn>,

    /// x*: the columns of --data that are known in training only, by name or by number from 1 on.
    #[arg(
        long,
        value_name = "COLUMN,COLUMN,...",
        value_delimiter = ',',
        requires = "data"
    )]
    pub privileged: Vec<LabelColumn>,

    /// The next value of an autoregressive series from the last 20; x* are the 10 values after it.
    #[arg(long, conflicts_with_all = ["data", "label", "delimiter", "header", "missing"])]
    pub series: bool,

    /// One of the four experiments: 1 clean labels, 2 clean features, 3 relevant features, 4 sample-dependent features.
    /// [default: all]
    #[arg(long, value_name = "N", value_parser = experiment, allow_negative_numbers = true, conflicts_with_all = ["data", "series"])]
    pub experiment: Option<usize>,

    /// How many objects are trained on. [default: 200; 60 with --series]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true, conflicts_with = "data")]
    pub objects: Option<usize>,

    /// All again with so many training objects each, for a picture.
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', value_parser = at_least_1, allow_hyphen_values = true)]
    pub curve: Vec<usize>,

    /// A further student of a teacher whose x* is random: it must not be better for it.
    #[arg(long)]
    pub random: bool,

    /// What the teacher sees: privileged (x* alone, as Lopez-Paz and others) or both (x and x*, as the lecture).
    /// [default: privileged; both with --series]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &TEACHER_SEES))]
    pub teacher_sees: Option<TeacherSees>,

    /// The weight of the student's own L(a, y): the lecture's is 1, that of Lopez-Paz and others 0. [default: 0; 1 for
    /// --data]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub own: Option<f64>,

    /// mu, the weight of the imitation L(a, a*).
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = positive, allow_negative_numbers = true)]
    pub mu: f64,

    /// lambda, the weight of the teacher's L(a*, y) where both learn together.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = positive, allow_negative_numbers = true)]
    pub lambda: f64,

    /// Where both learn together, L(a, a*) moves the teacher too.
    #[arg(long)]
    pub gradient_into_teacher: bool,

    /// T, the temperature at which the answers of student and teacher are compared, of classes. [default: 1]
    #[arg(long, value_name = "T", value_parser = positive, allow_negative_numbers = true)]
    pub temperature: Option<f64>,

    /// Widths of the layers of teacher and student between what they see and their answers; "none": none, a logistic or
    /// linear regression.
    #[arg(long, value_name = "N,N,...", default_value = "none", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// How often all is done, with other objects (or parts of the data).
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = repeats, allow_negative_numbers = true)]
    pub repeats: usize,

    #[command(flatten)]
    pub pace: PaceOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// A whole number from 1 to 4.
fn experiment(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(number @ 1..=4) => Ok(number),
        _ => Err("expected 1, 2, 3 or 4".to_owned()),
    }
}

/// A whole number from 1 to 1000.
fn repeats(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(number @ 1..=1000) => Ok(number),
        _ => Err("expected a whole number from 1 to 1000".to_owned()),
    }
}
