//! The options of Kohonen's networks.

use super::{DataOptions, RunOptions, at_least_1, no_options, positive};
use crate::data::Missing;
use clap::Args;
use std::path::PathBuf;
use unsup_models::kohonen::{
    Decay, KMeansStart, Kernel, Lattice, LvqStart, MapStart, Order, Stopping, Surface, Width,
};

/// What centres are trained with, object by object.
#[derive(Args, Clone, Debug)]
pub struct CompetitionOptions {
    /// How often each object is shown, at most.
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub epochs: Option<usize>,

    /// The learning rate eta at the start, at most 1.
    #[arg(long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true)]
    pub rate: Option<f64>,

    /// How the rate changes: linear (to 0), exponential or inverse (to a hundredth), constant, or per-centre (1/n for a centre that is the mean of n objects).
    #[arg(long, value_name = "NAME", default_value = "linear", value_parser = rate_schedule)]
    pub rate_schedule: RateSchedule,

    /// lambda of the running estimate Q := (1 - lambda) Q + lambda rho^2. [default: 1/l for l objects]
    #[arg(long, value_name = "SHARE", value_parser = rate, allow_negative_numbers = true)]
    pub lambda: Option<f64>,

    /// In which order objects are shown: shuffled (each once an epoch), drawn (at random, again and again) or as-given.
    #[arg(long, value_name = "NAME", default_value = "shuffled", value_parser = order)]
    pub order: Order,

    /// When training ends before all epochs are done: never, or what must have settled in an epoch: q:SHARE (Q changes by no more than that share), centres:DISTANCE (no centre
    /// moves farther, in units of the data's spread), winners:SHARE (no more objects change their winner). With a comma between several one must hold, with a plus sign all.
    #[arg(long, value_name = "RULE", default_value = "winners:0+centres:0.0001")]
    pub until: Stopping,
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
    /// What takes the place of a missing value: skip (nothing: distances are taken over the values that are there, and enlarged for the others), mean (of its feature), or a number in the unit of
    /// the file.
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

    /// By what a centre moves less than the nearest: rank (neural gas: how many centres are nearer), or a kernel of its distance: gaussian, exponential, triangular, rectangular or
    /// epanechnikov.
    #[arg(long, value_name = "NAME", default_value = "rank", value_parser = soft_kernel)]
    pub kernel: SoftKernel,

    /// The width of the kernel at the start and at the end: in centres for rank, in the unit of the scaled features otherwise. [default: half the centres to 0.01, or the spread of
    /// the data to a twentieth of it]
    #[arg(long, value_name = "FROM,TO", value_parser = from_to, allow_hyphen_values = true)]
    pub width: Option<(f64, f64)>,

    /// How the width shrinks: linear, exponential or inverse.
    #[arg(long, value_name = "NAME", default_value = "exponential")]
    pub decay: Decay,

    #[command(flatten)]
    pub competition: CompetitionOptions,

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
    /// How many clusters. [default: as many as there are classes where they are known, else the root of half the number of objects]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub clusters: Option<usize>,

    /// Where centres begin: objects (at random), plus-plus (k-means++) or greedy (k-means++ with a choice).
    #[arg(long, value_name = "NAME", default_value = "objects", value_parser = cluster_start)]
    pub start: KMeansStart,
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

    /// How centres are trained: lvq1, olvq1 (a rate for each centre), lvq2.1 (the two nearest centres move), lvq3 (and are kept in place), or glvq (a bounded criterion, by gradients).
    #[arg(long, value_name = "NAME", default_value = "lvq3", value_parser = variant)]
    pub variant: Variant,

    /// How many centres each class has.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_1, allow_negative_numbers = true)]
    pub per_class: usize,

    /// Where centres begin: k-means (inside each class) or objects (of each class, at random).
    #[arg(long, value_name = "NAME", default_value = "k-means", value_parser = lvq_start)]
    pub start: LvqStart,

    /// The relative width of the window between two centres, for lvq2.1 and lvq3.
    #[arg(long, value_name = "W", default_value_t = 0.3, value_parser = inside_0_1, allow_negative_numbers = true)]
    pub window: f64,

    /// What the window is on: published (distances, Kohonen 1990) or lvq-pak (their squares: a narrower window).
    #[arg(long, value_name = "NAME", default_value = "published", value_parser = window_kind)]
    pub window_kind: WindowKind,

    /// By how much less lvq3 moves two centres of the object's class.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = rate, allow_negative_numbers = true)]
    pub epsilon: f64,

    /// Begin with the centres of this file of LVQ_PAK (.cod), in the unit of the features as they are in --data, instead of --start. Its labels are the classes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["per_class", "start"])]
    pub from: Option<PathBuf>,

    #[command(flatten)]
    pub competition: CompetitionOptions,

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

    /// Columns and rows of the map. [default: about 5 times the root of the number of objects in all, the sides by how far the data spread]
    #[arg(long, value_name = "MxH", value_parser = size)]
    pub size: Option<(usize, usize)>,

    /// How the nodes lie: hexagonal (six neighbours) or rectangular (eight).
    #[arg(long, value_name = "NAME", default_value = "hexagonal", value_parser = lattice)]
    pub lattice: Lattice,

    /// Whether the map has edges (planar) or they are joined (torus).
    #[arg(long, value_name = "NAME", default_value = "planar", value_parser = surface)]
    pub surface: Surface,

    /// By what a node moves less, the farther it is from the winner: gaussian, exponential, triangular, rectangular (bubble) or epanechnikov.
    #[arg(long, value_name = "NAME", default_value = "gaussian")]
    pub kernel: Kernel,

    /// The radius of the neighbourhood in nodes, at the start and at the end. [default: half the longer side to 1]
    #[arg(long, value_name = "FROM,TO", value_parser = from_to, allow_hyphen_values = true)]
    pub radius: Option<(f64, f64)>,

    /// How the radius shrinks: linear, exponential or inverse.
    #[arg(long, value_name = "NAME", default_value = "linear")]
    pub decay: Decay,

    /// How the map is trained: batch (all objects at once; no rate, no order) or online (one object after the other, as on the slide).
    #[arg(long, value_name = "NAME", default_value = "batch", value_parser = mode)]
    pub mode: Mode,

    /// In how many epochs the radius shrinks. [default: 20]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub epochs: Option<usize>,

    /// How many epochs more there are at most at the last radius, until no object changes its node; for batch. [default: 50]
    #[arg(long, value_name = "N", value_parser = whole)]
    pub settling: Option<usize>,

    /// The learning rate eta at the start, from which it falls to 0; for online. [default: 0.5]
    #[arg(long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true)]
    pub rate: Option<f64>,

    /// Where the map begins: plane (flat in the plane of the two largest variances), objects (at random) or small (near 0, as on the slide).
    #[arg(long, value_name = "NAME", default_value = "plane", value_parser = map_start)]
    pub start: MapStart,

    /// Begin with the map of this file of SOM_PAK (.cod), in the unit of the features as they are in --data, instead of --size, --lattice and --start.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["size", "lattice", "start"])]
    pub from: Option<PathBuf>,

    /// k of the density map: a node's colour is the mean distance to the k nearest objects.
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = at_least_1, allow_negative_numbers = true)]
    pub neighbours: usize,

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
        (Ok(from), Ok(to)) if to <= from => Ok((from, to)),
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

/// One of several names.
fn named<V: Copy>(text: &str, names: &[(&str, V)]) -> Result<V, String> {
    let found = names.iter().find(|(name, _)| *name == text);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|&(name, _)| name).collect();
        let (last, others) = names.split_last().expect("there are names");
        format!("expected {} or {last}", others.join(", "))
    })
}

fn rate_schedule(text: &str) -> Result<RateSchedule, String> {
    named(
        text,
        &[
            ("linear", RateSchedule::Decay(Decay::Linear)),
            ("exponential", RateSchedule::Decay(Decay::Exponential)),
            ("inverse", RateSchedule::Decay(Decay::Inverse)),
            ("constant", RateSchedule::Constant),
            ("per-centre", RateSchedule::PerCentre),
        ],
    )
}

fn order(text: &str) -> Result<Order, String> {
    named(
        text,
        &[
            ("shuffled", Order::Shuffled),
            ("drawn", Order::Drawn),
            ("as-given", Order::AsGiven),
        ],
    )
}

fn cluster_start(text: &str) -> Result<KMeansStart, String> {
    named(
        text,
        &[
            ("objects", KMeansStart::RandomObjects),
            ("plus-plus", KMeansStart::PlusPlus),
            ("greedy", KMeansStart::GreedyPlusPlus),
        ],
    )
}

fn soft_kernel(text: &str) -> Result<SoftKernel, String> {
    match text.parse() {
        Ok(kernel) => Ok(SoftKernel::Distance(kernel)),
        Err(_) if text == "rank" => Ok(SoftKernel::Rank),
        Err(expected) => Err(expected.replace("expected ", "expected rank, ")),
    }
}

fn variant(text: &str) -> Result<Variant, String> {
    named(
        text,
        &[
            ("lvq1", Variant::Lvq1),
            ("olvq1", Variant::OptimisedLvq1),
            ("lvq2.1", Variant::Lvq21),
            ("lvq3", Variant::Lvq3),
            ("glvq", Variant::Generalised),
        ],
    )
}

fn lvq_start(text: &str) -> Result<LvqStart, String> {
    let names = [
        ("k-means", LvqStart::KMeans),
        ("objects", LvqStart::Objects),
    ];
    named(text, &names)
}

fn window_kind(text: &str) -> Result<WindowKind, String> {
    let names = [
        ("published", WindowKind::Published),
        ("lvq-pak", WindowKind::LvqPak),
    ];
    named(text, &names)
}

fn lattice(text: &str) -> Result<Lattice, String> {
    let names = [
        ("hexagonal", Lattice::Hexagonal),
        ("rectangular", Lattice::Rectangular),
    ];
    named(text, &names)
}

fn surface(text: &str) -> Result<Surface, String> {
    named(
        text,
        &[("planar", Surface::Planar), ("torus", Surface::Torus)],
    )
}

fn mode(text: &str) -> Result<Mode, String> {
    named(text, &[("batch", Mode::Batch), ("online", Mode::Online)])
}

fn map_start(text: &str) -> Result<MapStart, String> {
    named(
        text,
        &[
            ("plane", MapStart::PrincipalPlane),
            ("objects", MapStart::Objects),
            ("small", MapStart::Small),
        ],
    )
}
