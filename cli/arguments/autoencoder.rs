//! The options of the auto-encoders.

use super::{
    CheckpointOptions, DataOptions, RunOptions, TrainingOptions, Widths, at_least_1, named,
    no_options, positive, probability, widths,
};
use clap::Args;
use unsup_models::Activation;
use unsup_models::autoencoder::{Jacobian, Loss};

/// What all auto-encoders take.
#[derive(Args, Clone, Debug)]
pub struct AutoEncoderOptions {
    #[command(flatten)]
    pub data: DataOptions,

    /// L: squared, or bernoulli (the cross-entropy, for features from 0 to 1). In variational squared means a Gaussian
    /// decoder with a learned variance. [default: squared; for images bernoulli in contractive, stacked and
    /// variational]
    #[arg(long, value_name = "NAME")]
    pub loss: Option<Loss>,

    /// Train a second time with the idea of the method left out, and print both.
    #[arg(long)]
    pub ablate: bool,

    #[command(flatten)]
    pub training: TrainingOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `unsup train autoencoder`.
//
// Numbers may start with a minus, or clap would take "-3" for an option: it is refused, but in words that say what was
// expected.
#[derive(Args, Clone, Debug)]
pub struct TrainAutoEncoder {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code, largest first as a rule; the decoder has them in
    /// reverse. "none": no layers between.
    #[arg(
        long,
        value_name = "N,N,...",
        default_value = "128,64",
        value_parser = widths,
        // "-3,64" is no number
        allow_hyphen_values = true
    )]
    pub widths: Widths,

    /// The decoder's weights are the encoder's, transposed.
    #[arg(long)]
    pub tied: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

impl Default for TrainAutoEncoder {
    /// What no options give.
    fn default() -> Self {
        no_options()
    }
}

/// The options of `unsup train linear`.
#[derive(Args, Clone, Debug)]
pub struct TrainLinear {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// The decoder's weights are the encoder's, transposed.
    #[arg(long)]
    pub tied: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// The options of `unsup train two-layer`.
#[derive(Args, Clone, Debug)]
pub struct TrainTwoLayer {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// What the encoder's layer applies: sigmoid, tanh, relu, softplus, leaky-relu:SLOPE or identity.
    #[arg(long, value_name = "NAME", default_value = "sigmoid")]
    pub activation: Activation,

    /// The decoder's weights are the encoder's, transposed.
    #[arg(long)]
    pub tied: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// Which penalty makes an auto-encoder sparse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SparseKind {
    /// KL(ε ‖ mean activation)
    Activations,
    /// Σ |f(x)|
    Codes,
    /// ‖α‖₁ + ‖β‖₁
    L1Weights,
    /// ‖α‖² + ‖β‖²
    L2Weights,
}

const SPARSE_KINDS: [(&str, SparseKind); 4] = [
    ("activations", SparseKind::Activations),
    ("codes", SparseKind::Codes),
    ("l1-weights", SparseKind::L1Weights),
    ("l2-weights", SparseKind::L2Weights),
];

/// The name under which a penalty is asked for.
pub fn sparse_name(kind: SparseKind) -> &'static str {
    name_of(kind, &SPARSE_KINDS)
}

/// The options of `unsup train sparse`.
#[derive(Args, Clone, Debug)]
pub struct TrainSparse {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// What is penalised: activations (each unit of a sigmoid code is to be on for a share epsilon of the objects),
    /// codes (the sum of |f(x)| of a ReLU code), l1-weights or l2-weights.
    #[arg(long, value_name = "NAME", default_value = "activations", value_parser = |text: &str| named(text, &SPARSE_KINDS))]
    pub penalty: SparseKind,

    /// lambda, the weight of the penalty. [default: 2 for activations, 0.03 for codes, 0.001 for l1-weights and
    /// l2-weights]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub lambda: Option<f64>,

    /// epsilon, the share of objects for which a unit is to be on. [default: 0.05]
    #[arg(long, value_name = "SHARE", value_parser = inner_share, allow_negative_numbers = true)]
    pub epsilon: Option<f64>,

    /// The decoder's weights are the encoder's, transposed.
    #[arg(long)]
    pub tied: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// Which noise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoiseKind {
    /// N(x, σ² I)
    Gaussian,
    /// Features become 0.
    Masking,
}

const NOISE_KINDS: [(&str, NoiseKind); 2] = [
    ("gaussian", NoiseKind::Gaussian),
    ("masking", NoiseKind::Masking),
];

/// The options of `unsup train denoising`.
#[derive(Args, Clone, Debug)]
pub struct TrainDenoising {
    /// How many numbers the code has. [default: 128; 64 with --ring]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: Option<usize>,

    /// Widths of the layers between the features and the code; "none": no layers between. [default: none; 64 with
    /// --ring]
    #[arg(long, value_name = "N,N,...", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Option<Widths>,

    /// The noise: gaussian (added to each feature), or masking (a feature becomes 0).
    #[arg(long, value_name = "NAME", default_value = "gaussian", value_parser = |text: &str| named(text, &NOISE_KINDS))]
    pub noise: NoiseKind,

    /// The deviation of gaussian noise. [default: 0.3; 0.5 with --ring]
    #[arg(long, value_name = "NUMBER", value_parser = positive, allow_negative_numbers = true)]
    pub sigma: Option<f64>,

    /// The probability of masking. [default: 0.5]
    #[arg(long, value_name = "P", value_parser = probability, allow_negative_numbers = true)]
    pub probability: Option<f64>,

    /// Train on 3000 points of eight Gaussians on a ring (radius 2, deviation 0.1) in the place of --data.
    #[arg(long, conflicts_with_all = ["data", "label", "delimiter", "header", "missing"])]
    pub ring: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

const JACOBIANS: [(&str, Jacobian); 3] = [
    ("closed-form", Jacobian::ClosedForm),
    ("exact", Jacobian::Exact),
    ("estimate", Jacobian::Estimate { draws: 1 }),
];

/// The name under which a way to the Jacobian is asked for.
pub fn jacobian_name(jacobian: Jacobian) -> &'static str {
    name_of(jacobian, &JACOBIANS)
}

/// The name of a value in a table that has it.
fn name_of<V: PartialEq>(value: V, names: &[(&'static str, V)]) -> &'static str {
    let found = names.iter().find(|(_, named)| *named == value);
    found.expect("every value is named").0
}

/// The options of `unsup train contractive`.
#[derive(Args, Clone, Debug)]
pub struct TrainContractive {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code; they need --jacobian exact or estimate.
    #[arg(long, value_name = "N,N,...", default_value = "none", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// lambda, the weight of the Jacobian's squared norm.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.1, value_parser = from_0, allow_negative_numbers = true)]
    pub lambda: f64,

    /// How the norm is computed: closed-form (one layer), exact (any encoder, a backward pass for each unit of the
    /// code), or estimate (one random direction). [default: closed-form; exact with --widths]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &JACOBIANS))]
    pub jacobian: Option<Jacobian>,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// The options of `unsup train relational`.
#[derive(Args, Clone, Debug)]
pub struct TrainRelational {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code; "none": no layers between.
    #[arg(long, value_name = "N,N,...", default_value = "64", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// a, the weight of the relation; the reconstruction has 1 - a.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share, allow_negative_numbers = true)]
    pub weight: f64,

    /// s0, above which an inner product counts. [default: what three quarters of the training pairs lie below]
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true)]
    pub threshold: Option<f64>,

    /// As in the paper: an inner product above the threshold counts whole (not what it exceeds it by), and pairs of an
    /// object with itself count too.
    #[arg(long)]
    pub paper: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// The options of `unsup train stacked`.
#[derive(Args, Clone, Debug)]
pub struct TrainStacked {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code.
    #[arg(long, value_name = "N,N,...", default_value = "100,100", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// How often each object is seen in the training of a layer. [default: a fifth of --epochs]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub layer_epochs: Option<usize>,

    /// The probability with which what a layer sees is set to 0 in its training: a stacked denoising auto-encoder.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability, allow_negative_numbers = true)]
    pub masking: f64,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// The options of `unsup train variational`.
#[derive(Args, Clone, Debug)]
pub struct TrainVariational {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code; the decoder has them in reverse.
    #[arg(long, value_name = "N,N,...", default_value = "128,64", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// beta, the weight of the divergence from the prior; 1 is the bound on the likelihood. [default: 1]
    #[arg(long, value_name = "NUMBER", value_parser = from_0, allow_negative_numbers = true)]
    pub beta: Option<f64>,

    /// With more than one draw of the code the importance-weighted bound is maximised.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_1, allow_negative_numbers = true)]
    pub draws: usize,

    /// The deviation of the prior.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = positive, allow_negative_numbers = true)]
    pub prior: f64,

    /// Take features from 0 to 1 as probabilities, from which 0 or 1 is drawn anew at each step.
    #[arg(long)]
    pub binarised: bool,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// The options of `unsup train semi-supervised`.
#[derive(Args, Clone, Debug)]
pub struct TrainSemiSupervised {
    /// How many numbers the code has.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_1, allow_negative_numbers = true)]
    pub code: usize,

    /// Widths of the layers between the features and the code.
    #[arg(long, value_name = "N,N,...", default_value = "128", value_parser = widths, allow_hyphen_values = true)]
    pub widths: Widths,

    /// How many objects of the training part keep their labels: about as many of each class.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_1, allow_negative_numbers = true)]
    pub labels: usize,

    /// lambda, the weight of the prediction.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, value_parser = positive, allow_negative_numbers = true)]
    pub lambda: f64,

    /// The deviation of the noise that is added to what the encoder sees.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.3, value_parser = from_0, allow_negative_numbers = true)]
    pub sigma: f64,

    #[command(flatten)]
    pub common: AutoEncoderOptions,
}

/// A finite number of at least 0.
pub(super) fn from_0(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("expected a number of at least 0".to_owned()),
    }
}

/// A finite number.
fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("expected a number".to_owned()),
    }
}

/// A number in [0, 1].
fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

/// A number in (0, 1).
fn inner_share(text: &str) -> Result<f64, String> {
    match share(text) {
        Ok(number) if number > 0.0 && number < 1.0 => Ok(number),
        _ => Err("expected a number between 0 and 1".to_owned()),
    }
}
