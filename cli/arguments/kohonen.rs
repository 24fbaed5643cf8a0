//! The options of Kohonen's networks.

use super::{CheckpointOptions, DataOptions, RunOptions, at_least_1, named, no_options, positive};
use crate::data::Missing;
use clap::Args;
use std::path::PathBuf;
use unsup_models::kohonen::{
    Decay, KMeansStart, Kernel, Lattice, LvqStart, MapStart, Order, Stopping, Surface, Width,
};

/// How centres are trained, object by object. What a method has no use for is refused.
#[derive(Args, Clone, Debug)]
pub struct CompetitionOptions {
    /// How often each object is shown, at most. [default: 20; 30 for glvq]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub epochs: Option<usize>,

    /// The learning rate eta at the start, at most 1. [default: 0.1 for wta and wtm, 0.5 for som, for lvq by its
    /// variant]
    #[arg(long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true)]
    pub rate: Option<f64>,

    /// How the rate changes: linear (to 0), exponential or inverse (to a hundredth), constant, or per-centre (1/n for a
    /// centre that is the mean of n objects). [default: linear]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &RATE_SCHEDULES))]
    pub rate_schedule: Option<RateSchedule>,

    /// lambda of the running estimate Q := (1 - lambda) Q + lambda rho^2. [default: 1/l for l objects]
    #[arg(long, value_name = "SHARE", value_parser = rate, allow_negative_numbers = true)]
    pub lambda: Option<f64>,

    /// In which order objects are shown: shuffled (each once an epoch), drawn (at random, again and again) or as-given.
    /// [default: shuffled]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &ORDERS))]
    pub order: Option<Order>,

    /// When training ends before all epochs are done: never, or what must have settled in an epoch: q:SHARE (Q changes
    /// by no more than that share), centres:DISTANCE (no centre moves farther, in units of the data's spread),
    /// winners:SHARE (no more objects change their winner). With a comma between several one must hold, with a plus
    /// sign all. [default: winners:0+centres:0.0001; never for som]
    #[arg(long, value_name = "RULE")]
    pub until: Option<Stopping>,
}

impl CompetitionOptions {
    /// Those of the options that say how object by object is trained which were given, but for the number of epochs and
    /// the rate.
    pub fn given(&self) -> Vec<&'static str> {
        let given = [
            (self.rate_schedule.is_some(), "--rate-schedule"),
            (self.lambda.is_some(), "--lambda"),
            (self.order.is_some(), "--order"),
            (self.until.is_some(), "--until"),
        ];
        given
            .into_iter()
            .filter(|(given, _)| *given)
            .map(|(_, name)| name)
            .collect()
    }
}

/// How the learning rate changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RateSchedule {
    /// Not at all.
    Constant,
    /// By a form of decay.
    Decay(Decay),
    /// 1/n for each centre.
    PerCentre,
}

/// What takes the place of a missing value.
#[derive(Args, Clone, Debug)]
pub struct MissingOptions {
    /// What takes the place of a missing value: skip (nothing: distances are taken over the values that are there, and
    /// enlarged for the others), mean (of its feature), or a number in the unit of the file.
    #[arg(long, value_name = "WHAT", default_value = "skip", value_parser = fill, requires = "data", allow_negative_numbers = true)]
    pub fill: Missing,
}

/// The options of `unsup train wta`.
#[derive(Args, Clone, Debug)]
pub struct TrainWta {
    #[command(flatten)]
    pub data: DataOptions,

    #[command(flatten)]
    pub missing: MissingOptions,

    #[command(flatten)]
    pub clusters: ClusterOptions,

    #[command(flatten)]
    pub competition: CompetitionOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `unsup train wtm`.
#[derive(Args, Clone, Debug)]
pub struct TrainWtm {
    #[command(flatten)]
    pub data: DataOptions,

    #[command(flatten)]
    pub missing: MissingOptions,

    #[command(flatten)]
    pub clusters: ClusterOptions,

    /// By what a centre moves less than the nearest: rank (neural gas: how many centres are nearer), or a kernel of its
    /// distance: gaussian, exponential, triangular, rectangular or epanechnikov.
    #[arg(long, value_name = "NAME", default_value = "rank", value_parser = soft_kernel)]
    pub kernel: SoftKernel,

    /// The width of the kernel at the start and at the end: in centres for rank, in the unit of the scaled features
    /// otherwise. [default: half the centres to 0.01, or the spread of the data to a twentieth of it]
    #[arg(long, value_name = "FROM,TO", value_parser = from_to, allow_hyphen_values = true)]
    pub width: Option<(f64, f64)>,

    /// How the width shrinks: linear, exponential or inverse.
    #[arg(long, value_name = "NAME", default_value = "exponential")]
    pub decay: Decay,

    #[command(flatten)]
    pub competition: CompetitionOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// What soft competition measures closeness by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SoftKernel {
    /// The number of nearer centres.
    Rank,
    /// A kernel of the distance.
    Distance(Kernel),
}

/// How many clusters, and where they begin.
#[derive(Args, Clone, Debug)]
pub struct ClusterOptions {
    /// How many clusters. [default: as many as there are classes where they are known, else the root of half the number
    /// of objects]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub clusters: Option<usize>,

    /// Where centres begin: objects (at random), plus-plus (k-means++) or greedy (k-means++ with a choice). [default:
    /// objects]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &CLUSTER_STARTS))]
    pub start: Option<KMeansStart>,

    /// Begin with the centres of this file of SOM_PAK or LVQ_PAK (.cod), in the unit of the features as they are in
    /// --data.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["clusters", "start"])]
    pub from: Option<PathBuf>,
}

/// The options of `unsup train lvq`.
#[derive(Args, Clone, Debug)]
pub struct TrainLvq {
    #[command(flatten)]
    pub data: DataOptions,

    #[command(flatten)]
    pub missing: MissingOptions,

    /// A file with the objects to judge by, in the format of --data. [default: a third of --data is held out]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub test: Option<PathBuf>,

    /// How centres are trained: lvq1, olvq1 (a rate for each centre), lvq2.1 (the two nearest centres move), lvq3 (and
    /// are kept in place), or glvq (a bounded criterion, by gradients).
    #[arg(long, value_name = "NAME", default_value = "lvq3", value_parser = |text: &str| named(text, &VARIANTS))]
    pub variant: Variant,

    /// How many centres each class has. [default: 5]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub per_class: Option<usize>,

    /// Where centres begin: k-means (inside each class) or objects (of each class, at random). [default: k-means]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &LVQ_STARTS))]
    pub start: Option<LvqStart>,

    /// The relative width of the window between two centres, for lvq2.1 and lvq3. [default: 0.3]
    #[arg(long, value_name = "W", value_parser = inside_0_1, allow_negative_numbers = true)]
    pub window: Option<f64>,

    /// What the window is on, for lvq2.1 and lvq3: published (distances, Kohonen 1990) or lvq-pak (their squares: a
    /// narrower window). [default: published]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &WINDOW_KINDS))]
    pub window_kind: Option<WindowKind>,

    /// By how much less lvq3 moves two centres of the object's class. [default: 0.1]
    #[arg(long, value_name = "SHARE", value_parser = rate, allow_negative_numbers = true)]
    pub epsilon: Option<f64>,

    /// Begin with the centres of this file of LVQ_PAK (.cod), in the unit of the features as they are in --data. Its
    /// labels are the classes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["per_class", "start"])]
    pub from: Option<PathBuf>,

    #[command(flatten)]
    pub competition: CompetitionOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// The variants of LVQ by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    /// LVQ1
    Lvq1,
    /// OLVQ1
    OptimisedLvq1,
    /// LVQ2.1
    Lvq21,
    /// LVQ3
    Lvq3,
    /// GLVQ
    Generalised,
}

/// What the window of LVQ2.1 and LVQ3 is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WindowKind {
    /// Distances.
    Published,
    /// Their squares.
    LvqPak,
}

/// The options of `unsup train som`.
#[derive(Args, Clone, Debug)]
pub struct TrainSom {
    #[command(flatten)]
    pub data: DataOptions,

    #[command(flatten)]
    pub missing: MissingOptions,

    /// Columns and rows of the map. [default: about 5 times the root of the number of objects in all, the sides by how
    /// far the data spread]
    #[arg(long, value_name = "MxH", value_parser = size)]
    pub size: Option<(usize, usize)>,

    /// How the nodes lie: hexagonal (six neighbours) or rectangular (eight). [default: hexagonal]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &LATTICES))]
    pub lattice: Option<Lattice>,

    /// Whether the map has edges (planar) or they are joined (torus).
    #[arg(long, value_name = "NAME", default_value = "planar", value_parser = |text: &str| named(text, &SURFACES))]
    pub surface: Surface,

    /// By what a node moves less, the farther it is from the winner: gaussian, exponential, triangular, rectangular
    /// (bubble) or epanechnikov. [default: gaussian]
    #[arg(long, value_name = "NAME")]
    pub kernel: Option<Kernel>,

    /// The radius of the neighbourhood in nodes, at the start and at the end. [default: half the longer side to 1]
    #[arg(long, value_name = "FROM,TO", value_parser = from_to, allow_hyphen_values = true)]
    pub radius: Option<(f64, f64)>,

    /// How the radius shrinks: linear, exponential or inverse.
    #[arg(long, value_name = "NAME", default_value = "linear")]
    pub decay: Decay,

    /// How the map is trained: batch (all objects at once; no rate, no order) or online (one object after the other, as
    /// on the slide). [default: batch]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &MODES))]
    pub mode: Option<Mode>,

    /// How many epochs more there are at most at the last radius, until no object changes its node; for batch.
    /// [default: 50]
    #[arg(long, value_name = "N", value_parser = whole)]
    pub settling: Option<usize>,

    /// Where the map begins: plane (flat in the plane of the two largest variances), objects (at random) or small (near
    /// 0, as on the slide). [default: plane]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &MAP_STARTS))]
    pub start: Option<MapStart>,

    /// Begin with the map of this file of SOM_PAK (.cod), in the unit of the features as they are in --data.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["size", "lattice", "start"])]
    pub from: Option<PathBuf>,

    /// k of the density map: a node's colour is the mean distance to the k nearest objects.
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = at_least_1, allow_negative_numbers = true)]
    pub neighbours: usize,

    #[command(flatten)]
    pub competition: CompetitionOptions,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

/// How a map is trained.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// All objects at once.
    Batch,
    /// One object after the other.
    Online,
}

macro_rules! defaults {
    ($($options:ty),*) => {$(
        impl Default for $options {
            /// What no options give.
            fn default() -> Self {
                no_options()
            }
        }
    )*};
}
defaults!(TrainWta, TrainWtm, TrainLvq, TrainSom);

/// Two numbers above 0 of which the second is not the larger.
fn from_to(text: &str) -> Result<(f64, f64), String> {
    let expected = "expected two numbers above 0 with a comma between, the second not larger";
    let (from, to) = text.split_once(',').ok_or(expected)?;
    let (from, to) = (positive(from), positive(to));
    match (from, to) {
        (Ok(from), Ok(to)) if to <= from && (from / to).is_finite() => Ok((from, to)),
        _ => Err(expected.to_owned()),
    }
}

/// A width that goes from the one to the other.
pub fn width((from, to): (f64, f64), decay: Decay) -> Width {
    Width { from, to, decay }
}

/// `"12x8"`
fn size(text: &str) -> Result<(usize, usize), String> {
    let expected = "expected columns and rows as in 12x8, each at least 1";
    let (columns, rows) = text.split_once('x').ok_or(expected)?;
    match (at_least_1(columns), at_least_1(rows)) {
        (Ok(columns), Ok(rows)) => Ok((columns, rows)),
        _ => Err(expected.to_owned()),
    }
}

/// A number in (0, 1].
fn rate(text: &str) -> Result<f64, String> {
    match positive(text) {
        Ok(number) if number <= 1.0 => Ok(number),
        _ => Err("expected a number above 0 and at most 1".to_owned()),
    }
}

/// A number in (0, 1).
fn inside_0_1(text: &str) -> Result<f64, String> {
    match positive(text) {
        Ok(number) if number < 1.0 => Ok(number),
        _ => Err("expected a number above 0 and below 1".to_owned()),
    }
}

/// A whole number from 0 on.
fn whole(text: &str) -> Result<usize, String> {
    let number = text.trim().parse();
    number.map_err(|_| "expected a whole number of at least 0".to_owned())
}

/// `skip`, `mean`, or a number.
fn fill(text: &str) -> Result<Missing, String> {
    match (text, text.trim().parse::<f64>()) {
        ("skip", _) => Ok(Missing::Kept),
        ("mean", _) => Ok(Missing::Mean),
        (_, Ok(number)) if number.is_finite() => Ok(Missing::Value(number)),
        _ => Err("expected skip, mean, or a number".to_owned()),
    }
}

/// The names of what can be chosen, as they are given and printed; the first is what is chosen by itself.
pub const RATE_SCHEDULES: [(&str, RateSchedule); 5] = [
    ("linear", RateSchedule::Decay(Decay::Linear)),
    ("exponential", RateSchedule::Decay(Decay::Exponential)),
    ("inverse", RateSchedule::Decay(Decay::Inverse)),
    ("constant", RateSchedule::Constant),
    ("per-centre", RateSchedule::PerCentre),
];
const ORDERS: [(&str, Order); 3] = [
    ("shuffled", Order::Shuffled),
    ("drawn", Order::Drawn),
    ("as-given", Order::AsGiven),
];
const CLUSTER_STARTS: [(&str, KMeansStart); 3] = [
    ("objects", KMeansStart::RandomObjects),
    ("plus-plus", KMeansStart::PlusPlus),
    ("greedy", KMeansStart::GreedyPlusPlus),
];
const VARIANTS: [(&str, Variant); 5] = [
    ("lvq1", Variant::Lvq1),
    ("olvq1", Variant::OptimisedLvq1),
    ("lvq2.1", Variant::Lvq21),
    ("lvq3", Variant::Lvq3),
    ("glvq", Variant::Generalised),
];
const LVQ_STARTS: [(&str, LvqStart); 2] = [
    ("k-means", LvqStart::KMeans),
    ("objects", LvqStart::Objects),
];
const WINDOW_KINDS: [(&str, WindowKind); 2] = [
    ("published", WindowKind::Published),
    ("lvq-pak", WindowKind::LvqPak),
];
pub const LATTICES: [(&str, Lattice); 2] = [
    ("hexagonal", Lattice::Hexagonal),
    ("rectangular", Lattice::Rectangular),
];
pub const SURFACES: [(&str, Surface); 2] = [("planar", Surface::Planar), ("torus", Surface::Torus)];
pub const MODES: [(&str, Mode); 2] = [("batch", Mode::Batch), ("online", Mode::Online)];
pub const MAP_STARTS: [(&str, MapStart); 3] = [
    ("plane", MapStart::PrincipalPlane),
    ("objects", MapStart::Objects),
    ("small", MapStart::Small),
];

/// The name of what was chosen.
pub fn name_of<V: Copy + PartialEq>(value: V, names: &[(&'static str, V)]) -> &'static str {
    let found = names.iter().find(|(_, named)| *named == value);
    found.expect("all that can be chosen has a name").0
}

fn soft_kernel(text: &str) -> Result<SoftKernel, String> {
    match text.parse() {
        Ok(kernel) => Ok(SoftKernel::Distance(kernel)),
        Err(_) if text == "rank" => Ok(SoftKernel::Rank),
        Err(expected) => Err(expected.replace("expected ", "expected rank, ")),
    }
}
