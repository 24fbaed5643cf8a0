//! The options of adversarial networks.

use super::autoencoder::from_0;
use super::{
    CheckpointOptions, DataOptions, RunOptions, Widths, at_least_1, named, positive, widths,
};
use clap::Args;
use unsup_models::together::adversarial::Game;

/// The games, by the names under which they are asked for.
pub const GAMES: [(&str, Game); 3] = [
    ("non-saturating", Game::NonSaturating),
    ("minimax", Game::Minimax),
    ("wasserstein", Game::Wasserstein),
];

/// Which penalty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PenaltyKind {
    /// Nothing.
    None,
    /// On the slope of the discriminator at objects.
    R1,
    /// On its difference from 1 between objects and samples.
    WassersteinGp,
}

/// The penalties, by the names under which they are asked for.
pub const PENALTIES: [(&str, PenaltyKind); 3] = [
    ("none", PenaltyKind::None),
    ("r1", PenaltyKind::R1),
    ("wgan-gp", PenaltyKind::WassersteinGp),
];

/// The options of `unsup train gan`.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("data", |data| data.help("A file with the objects, in the place of the ring: a table of numbers and \
    words, IDX, .npy or a CIFAR batch; gzip'd or not").long_help("A file with the objects, in the place of the ring: a \
    table of numbers and words (separated by commas, tabs, semicolons or spaces, with or without names in the first \
    line), IDX (as MNIST; the matching file of labels is found), .npy, or a CIFAR batch; gzip'd or not")))]
pub struct TrainGan {
    #[command(flatten)]
    pub data: DataOptions,

    /// Train on 1797 handwritten digits of 8x8 pixels in the place of the ring.
    #[arg(long, conflicts_with_all = ["data", "label", "delimiter", "header", "missing"])]
    pub digits: bool,

    /// How many Gaussians are on the ring, at most 1000. [default: 8]
    #[arg(long, value_name = "N", value_parser = modes, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub modes: Option<usize>,

    /// The radius of the ring, 0.001 to 1000. [default: 1]
    #[arg(long, value_name = "NUMBER", value_parser = length, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub radius: Option<f64>,

    /// The standard deviation of each Gaussian on the ring, 0.001 to 1000. [default: 0.05]
    #[arg(long, value_name = "NUMBER", value_parser = length, allow_negative_numbers = true, conflicts_with_all = ["data", "digits"])]
    pub deviation: Option<f64>,

    /// What the players minimise: non-saturating (G: -ln D(G(z))), minimax (G: ln(1 - D(G(z))), the lecture's), or
    /// wasserstein (D is a critic; its mean on objects exceeds that on samples).
    #[arg(long, value_name = "NAME", default_value = "non-saturating", value_parser = |text: &str| named(text, &GAMES))]
    pub game: Game,

    /// What keeps the discriminator from being steep: none, r1 (gamma/2 times its squared slope at objects) or wgan-gp
    /// (lambda times the squared difference of its slope from 1, between objects and samples). [default: none; wgan-gp
    /// for wasserstein]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &PENALTIES))]
    pub penalty: Option<PenaltyKind>,

    /// gamma or lambda, the weight of the penalty. [default: 0.1 for r1, 1 for wgan-gp]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub penalty_weight: Option<f64>,

    /// The deviation, on the scale of the features, of noise on all that the discriminator is shown, at the start; it
    /// falls to 0 over the first 0.7 of the run. [default: 0.2 times the radius; 0.3 for digits and data; 0 with a
    /// penalty]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub noise: Option<f64>,

    /// k, how many steps the discriminator takes for one of the generator; with 0 it stays as it is at random, a
    /// control. [default: 1; 2 for wasserstein]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub discriminator_steps: Option<usize>,

    /// How many steps the generator takes. [default: 8000; 3000 for digits, 5000 for data]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub steps: Option<usize>,

    /// How many objects, and how many samples, are in a step. [default: 128; 64 for digits]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub batch_size: Option<usize>,

    /// The learning rate of Adam at the start, of both players; it falls to 0 along half a cosine. [default: 0.003;
    /// 0.001 for digits and data]
    #[arg(long, value_name = "RATE", value_parser = positive, allow_negative_numbers = true)]
    pub rate: Option<f64>,

    /// How many numbers z has, from which the generator makes an object. [default: 8; 16 for images]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: Option<usize>,

    /// Widths of the generator's layers between z and the features, and of the discriminator's between these and its
    /// answer; "none" for a linear one. [default: 64,64; 128,128 for images]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Option<Widths>,

    /// Widths of the discriminator's layers, where they are others. [default: --widths]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub discriminator_widths: Option<Widths>,

    /// How many samples are written to samples.csv.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_1, allow_negative_numbers = true)]
    pub samples: usize,

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

/// How many Gaussians there may be.
fn modes(text: &str) -> Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(number) if (1..=1000).contains(&number) => Ok(number),
        _ => Err("expected a whole number from 1 to 1000".to_owned()),
    }
}

/// A length that single precision takes well.
fn length(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if (1e-3..=1e3).contains(&number) => Ok(number),
        _ => Err("expected a number from 0.001 to 1000".to_owned()),
    }
}
