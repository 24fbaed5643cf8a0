//! `unsup train som`.

use super::checkpoint::{Checkpoint, column};
use super::map_page::{PICTURES, page, pictures, quality_table, settings_table};
use super::{
    CODEBOOK, Defaults, HISTORY, MODEL, codebook_file, ended, feature_name, left_out, of_file,
    refuse, save, settings,
};
use crate::arguments::{
    Asked, LATTICES, MAP_STARTS, MODES, Mode, SURFACES, TrainSom, name_of, width,
};
use crate::data::{About, Part, Whole};
use crate::output::{CHECKPOINT, OutputFolder};
use crate::pictures::Picture;
use crate::progress::TrainingBar;
use crate::train::report::{Account, over_epochs};
use crate::train::{Outcome, count, folder, four_digits, set_threads};
use std::error::Error;
use std::time::Instant;
use unsup_autograd::Shape;
use unsup_data::ScalingKind;
use unsup_models::Matrix;
use unsup_models::kohonen::{
    Batch, BatchRun, Chosen, End, Grid, Kernel, Lattice, Map, MapEpoch, MapStart, OnlineRun,
    Quality, Settings, Stopping, Surface, Width, choose_grid, choose_radius, majority,
    node_majority_accuracy,
};
use unsup_nn::classical::{NeighbourhoodPreservation, neighbourhood_preservation};
use unsup_nn::random::{generator, sample_without_replacement};
use unsup_nn::saving::{LoadError, State, Value, json};

const PAGE: &str = "map.html";

/// Trustworthiness and continuity are measured over so many neighbours.
const NEIGHBOURS: usize = 10;
/// They take all pairs of objects, and the distortion all pairs of objects and nodes: of more objects so many are drawn.
const MOST_MEASURED: usize = 3000;

/// More nodes than this make no picture that can be read.
pub const MOST_NODES: usize = 10_000;

/// What is to be said of a map that is folded.
const FOLDED: &str = "The map is folded: the two nodes nearest to an object often lie apart. A larger first radius, more \
                      epochs or --start plane may unfold it.";

/// `unsup train som`
pub fn som(arguments: &TrainSom, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let (mut out, mut trained) = run(arguments, asked)?;
    let summary = trained.summary(arguments.run.seed);
    let pictures = trained.draw(&mut out, arguments.neighbours)?;
    trained.seconds = trained.start.elapsed().as_secs_f64();
    Ok(Outcome {
        json: trained.json(),
        account: trained.account(arguments.run.seed),
        summary,
        pictures,
        out,
    })
}

/// What a training came to.
pub struct TrainedMap {
    pub about: About,
    pub objects: Part,
    pub map: Map<f64>,
    pub chosen: Vec<Setting>,
    epochs: Vec<EpochOfMap>,
    radius: Width,
    settled: bool,
    left_out: Vec<usize>,
    pub quality: Quality,
    measured: Measured,
    pub class_counts: Option<Vec<Vec<usize>>>,
    start: Instant,
    seconds: f64,
}

/// A setting as the page and the summary show it.
pub struct Setting {
    pub name: &'static str,
    pub value: String,
    pub why: String,
}

/// What is kept of an epoch.
struct EpochOfMap {
    radius: f64,
    q: f64,
    changed: f64,
    quantization_error: f64,
    topographic_error: f64,
}

/// What is measured on some of the objects, since it takes all pairs.
struct Measured {
    /// How well neighbourhoods are preserved; `None` on a torus, which lies flat in no plane, and for too few objects.
    preserved: Option<NeighbourhoodPreservation>,
    distortion: f64,
    objects: usize,
}

/// A figure of the map's quality: its name, its value, and what that says.
pub struct Figure {
    pub name: String,
    pub value: String,
    pub says: String,
}

fn run(arguments: &TrainSom, asked: &Asked) -> Result<(OutputFolder, TrainedMap), Box<dyn Error>> {
    let start = Instant::now();
    let options = &arguments.run;
    let competition = &arguments.competition;
    set_threads(options.threads);
    let mode = arguments.mode.unwrap_or(Mode::Batch);
    match mode {
        Mode::Batch => {
            let given = competition.given().into_iter().map(|name| (true, name));
            let given: Vec<_> = given
                .chain([(competition.rate.is_some(), "--rate")])
                .collect();
            refuse(
                &given,
                "all objects at once have neither order nor rate (--mode online has both)",
            )?;
        }
        Mode::Online => {
            let given = [(arguments.settling.is_some(), "--settling")];
            refuse(
                &given,
                "object by object it is --until that ends a training",
            )?;
        }
    }
    let Whole { about, objects } =
        Whole::load(&arguments.data, arguments.missing.fill, options.quiet)?;
    let x = &objects.x;
    let failed = |error| of_file(&error, &objects, &about);
    let mut choices = Choices(Vec::new());
    let mut map = first_map(arguments, &about, &objects, &mut choices)?;
    let kernel = choices.take(arguments.kernel, "kernel", Kernel::to_string, || Chosen {
        value: Kernel::default(),
        why: "smooth: the nearest move almost as the winner does, and none is cut off".to_owned(),
    });
    let radius = choices.take(
        arguments.radius.map(|ends| width(ends, arguments.decay)),
        "radius",
        |radius| format!("{} to {}", four_digits(radius.from), four_digits(radius.to)),
        || {
            let chosen = choose_radius(map.grid(), kernel);
            Chosen {
                value: width((chosen.value.from, chosen.value.to), arguments.decay),
                ..chosen
            }
        },
    );
    choices.take(
        arguments.mode,
        "mode",
        |&mode| name_of(mode, &MODES).to_owned(),
        || Chosen {
            value: mode,
            why: "all objects at once: faster, and neither a rate nor an order to choose"
                .to_owned(),
        },
    );
    let names = [&[MODEL, CODEBOOK, HISTORY, PAGE, CHECKPOINT], &PICTURES[..]].concat();
    let mut out = folder("som", options, &names, arguments.checkpoint.resume)?;
    let classes = column(objects.labels.as_deref());
    let decisive = [x, &classes, map.codebook().centres()];
    let checkpoint = Checkpoint::of(&out, asked, &arguments.checkpoint, &decisive)?;

    let shrinking = competition.epochs.unwrap_or(20);
    let settling = match mode {
        Mode::Batch => arguments.settling.unwrap_or(50),
        Mode::Online => 0,
    };
    let bar = TrainingBar::new(shrinking.saturating_add(settling), options.quiet);
    let run = match mode {
        Mode::Batch => {
            let batch = Batch {
                kernel,
                radius,
                epochs: shrinking,
                settling,
            };
            MapRun::Batch(BatchRun::new(&mut map, x, &batch).map_err(failed)?)
        }
        Mode::Online => {
            let defaults = Defaults {
                epochs: shrinking,
                rate: 0.5,
                stopping: Stopping::never(),
            };
            let settings = settings(competition, options.seed, defaults)?;
            let run = OnlineRun::new(&mut map, x, kernel, radius, &settings).map_err(failed)?;
            MapRun::Online(Box::new(run), settings)
        }
    };
    let mut watched = Watched {
        run,
        epochs: Vec::new(),
    };
    if let Some(state) = &checkpoint.earlier {
        watched.go_on(state)?;
    }
    let advance = |watched: &mut Watched<'_>| Ok::<_, String>(watched.advance(&bar));
    checkpoint.drive(&mut out, &bar, &mut watched, advance, |watched| {
        Ok(watched.state())
    })?;
    let Watched { run, epochs } = watched;
    let (settled, left_out, ended) = match run {
        MapRun::Batch(run) => {
            let outcome = run.finish();
            let settled = outcome.end == End::Settled;
            let ended = format!(
                "the radius shrinks in {shrinking}; then training ends when no object changes its node, after {settling} more at most{}",
                if settled {
                    ", and so it did"
                } else {
                    ", which did not come to pass before"
                }
            );
            (settled, outcome.left_out, ended)
        }
        MapRun::Online(run, settings) => {
            let outcome = run.finish().map_err(failed)?;
            let ended = ended(&settings, &outcome);
            (outcome.end == End::Settled, outcome.left_out, ended)
        }
    };
    choices.0.push(Setting {
        name: "epochs",
        value: epochs.len().to_string(),
        why: ended,
    });

    let classes = objects.labels.as_ref().map(|labels| {
        let most = labels.iter().max().copied().unwrap_or(0);
        about.label_names.len().max(most + 1)
    });
    let class_counts = objects.labels.as_ref().zip(classes);
    let class_counts = class_counts.map(|(labels, classes)| map.class_counts(x, labels, classes));
    let of_nodes: Option<Vec<Option<usize>>> = class_counts
        .as_ref()
        .map(|counts| counts.iter().map(|counts| majority(counts)).collect());
    let described = json!({
        "columns": map.grid().columns(),
        "rows": map.grid().rows(),
        "lattice": name_of(map.grid().lattice(), &LATTICES),
        "surface": name_of(map.grid().surface(), &SURFACES),
        "kernel": kernel.to_string(),
        "radius": [radius.from, radius.to],
        "classes": about.label_names,
        "class_of_node": of_nodes,
    });
    save(&mut out, &map, "som", options, &about, x, described)?;
    let labels = of_nodes.unwrap_or_else(|| vec![None; map.grid().nodes()]);
    let kind = codebook_file::map_kind(map.grid(), kernel);
    let cod = codebook_file::encoded(map.codebook().centres(), kind, &labels, &about);
    out.write(CODEBOOK, &cod)?;
    out.write(HISTORY, history(&epochs).as_bytes())?;
    let last_radius = epochs.last().map_or(radius.to, |epoch| epoch.radius);
    let trained = TrainedMap {
        quality: map.quality(x),
        measured: Measured::of(&map, x, (kernel, last_radius), options.seed),
        about,
        map,
        chosen: choices.0,
        radius,
        epochs,
        settled,
        left_out,
        class_counts,
        objects,
        start,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok((out, trained))
}

/// A training in either mode, object by object with the settings that say when it ends.
enum MapRun<'a> {
    Batch(BatchRun<'a, f64>),
    Online(Box<OnlineRun<'a, f64>>, Settings),
}

impl MapRun<'_> {
    fn advance(&mut self) -> Option<MapEpoch<'_, f64>> {
        match self {
            Self::Batch(run) => run.advance(),
            Self::Online(run, _) => run.advance(),
        }
    }

    fn steps(&self) -> u64 {
        match self {
            Self::Batch(run) => run.steps(),
            Self::Online(run, _) => run.steps(),
        }
    }

    fn state(&self) -> State {
        match self {
            Self::Batch(run) => run.state(),
            Self::Online(run, _) => run.state(),
        }
    }

    fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        match self {
            Self::Batch(run) => run.go_on(state),
            Self::Online(run, _) => run.go_on(state),
        }
    }
}

/// A training, and what is kept of its epochs.
struct Watched<'a> {
    run: MapRun<'a>,
    epochs: Vec<EpochOfMap>,
}

/// The parts of a checkpoint.
const RUN: &str = "run";
const EPOCHS: &str = "epochs";
/// A row an epoch.
const FIGURES: &str = "figures";

impl Watched<'_> {
    /// Does the next epoch, measures the map after it, and says how many steps there have been.
    fn advance(&mut self, bar: &TrainingBar) -> Option<u64> {
        let epoch = self.run.advance()?;
        let quality = epoch.quality();
        let now = EpochOfMap {
            radius: epoch.radius,
            q: epoch.q,
            changed: epoch.changed,
            quantization_error: quality.quantization_error,
            topographic_error: quality.topographic_error(),
        };
        bar.update(
            epoch.number,
            format!(
                "radius {:.1}, Q {:.4}, quantization error {:.4}, topographic error {:.3}",
                now.radius, now.q, now.quantization_error, now.topographic_error
            ),
        );
        self.epochs.push(now);
        Some(self.run.steps())
    }

    fn state(&self) -> State {
        let mut epochs = State::new(json!({}));
        let figures: Vec<_> = self.epochs.iter().map(EpochOfMap::figures).collect();
        if !figures.is_empty() {
            epochs.insert(FIGURES, &Matrix::from_rows(&figures));
        }
        let mut state = State::new(json!({}));
        state.insert_part(RUN, self.run.state());
        state.insert_part(EPOCHS, epochs);
        state
    }

    /// Goes on from a state of [`Watched::state`].
    fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        let part = |name| state.part(name).ok_or_else(|| state.damaged(name));
        let (run, epochs) = (part(RUN)?, part(EPOCHS)?);
        self.run.go_on(&run)?;
        let mut reader = epochs.reader();
        let count = run.count("epoch")? as usize;
        if count > 0 {
            let shape = Shape::new(count, EpochOfMap::FIGURES);
            let figures: Option<Matrix<f64>> = reader.matrix(FIGURES, shape);
            let figures = figures.iter().flat_map(|figures| figures.row_iter());
            self.epochs = figures.map(EpochOfMap::of).collect();
        }
        reader.finish()
    }
}

impl EpochOfMap {
    const FIGURES: usize = 5;

    fn figures(&self) -> [f64; Self::FIGURES] {
        [
            self.radius,
            self.q,
            self.changed,
            self.quantization_error,
            self.topographic_error,
        ]
    }

    /// The epoch of [`EpochOfMap::figures`].
    fn of(figures: &[f64]) -> Self {
        Self {
            radius: figures[0],
            q: figures[1],
            changed: figures[2],
            quantization_error: figures[3],
            topographic_error: figures[4],
        }
    }
}

/// The settings, each as it was given, or chosen and noted with its reason.
struct Choices(Vec<Setting>);

impl Choices {
    fn take<V>(
        &mut self,
        given: Option<V>,
        name: &'static str,
        shown: impl Fn(&V) -> String,
        otherwise: impl FnOnce() -> Chosen<V>,
    ) -> V {
        let Chosen { value, why } = match given {
            Some(value) => Chosen {
                value,
                why: "as was asked for".to_owned(),
            },
            None => otherwise(),
        };
        self.0.push(Setting {
            name,
            value: shown(&value),
            why,
        });
        value
    }
}

/// The map that is to be trained, from the file that was given or chosen for the data.
fn first_map(
    arguments: &TrainSom,
    about: &About,
    objects: &Part,
    choices: &mut Choices,
) -> Result<Map<f64>, String> {
    let surface = arguments.surface;
    if let Some(file) = &arguments.from {
        return codebook_file::map_of(file, surface, about);
    }
    let failed = |error| of_file(&error, objects, about);
    let lattice = choices.take(
        arguments.lattice,
        "lattice",
        |&lattice| name_of(lattice, &LATTICES).to_owned(),
        || Chosen {
            value: Lattice::Hexagonal,
            why: "all neighbours of a node are equally near, and no direction is special"
                .to_owned(),
        },
    );
    let given = match arguments.size {
        None => None,
        Some((columns, rows)) if columns.saturating_mul(rows) > MOST_NODES => {
            return Err(format!(
                "--size {columns}x{rows}: expected at most {MOST_NODES} nodes"
            ));
        }
        Some((columns, rows)) if !Grid::closes(rows, lattice, surface) => {
            return Err(format!(
                "--size {columns}x{rows}: found {rows} rows, expected an even number for a hexagonal torus"
            ));
        }
        Some((columns, rows)) => Some(Grid::new(columns, rows, lattice, surface)),
    };
    let chosen = choose_grid(&objects.x, lattice, surface).map_err(failed)?;
    let grid = choices.take(
        given,
        "size",
        |grid| format!("{}x{}", grid.columns(), grid.rows()),
        || chosen,
    );
    let start = choices.take(
        arguments.start,
        "start",
        |&start| name_of(start, &MAP_STARTS).to_owned(),
        || Chosen {
            value: MapStart::PrincipalPlane,
            why: "flat in the plane of the two largest variances: it begins unfolded, and without chance".to_owned(),
        },
    );
    Map::start(&objects.x, grid, start, arguments.run.seed).map_err(failed)
}

impl Measured {
    /// Measures a map on its objects, or on a part of them that is drawn.
    fn of(map: &Map<f64>, x: &Matrix<f64>, (kernel, radius): (Kernel, f64), seed: u64) -> Self {
        let mut known: Vec<(usize, usize)> = map
            .codebook()
            .winners(x)
            .into_iter()
            .enumerate()
            .filter_map(|(i, winner)| Some((i, winner?.centre)))
            .collect();
        if known.len() > MOST_MEASURED {
            let mut random = generator(seed, "measured objects", 0);
            let drawn = sample_without_replacement(known.len(), MOST_MEASURED, &mut random);
            known = drawn.into_iter().map(|i| known[i]).collect();
        }
        let (rows, nodes): (Vec<usize>, Vec<usize>) = known.into_iter().unzip();
        let x = x.select_rows(&rows);
        let lies_flat = map.grid().surface() == Surface::Planar;
        let preserved = (lies_flat && rows.len() > 2 * NEIGHBOURS + 1).then(|| {
            let place = |&node: &usize| -> [f64; 2] { map.grid().position(node).into() };
            let places: Vec<[f64; 2]> = nodes.iter().map(place).collect();
            neighbourhood_preservation(&x, &Matrix::from_rows(&places), NEIGHBOURS)
        });
        Self {
            preserved,
            distortion: map.distortion(&x, kernel, radius),
            objects: rows.len(),
        }
    }
}

/// The epochs as comma-separated values.
fn history(epochs: &[EpochOfMap]) -> String {
    let mut table =
        "epoch,radius,q,quantization error,topographic error,changed nodes\n".to_owned();
    for (i, epoch) in epochs.iter().enumerate() {
        let EpochOfMap {
            radius,
            q,
            changed,
            quantization_error,
            topographic_error,
        } = epoch;
        table += &format!(
            "{},{radius},{q},{quantization_error},{topographic_error},{changed}\n",
            i + 1
        );
    }
    table
}

impl TrainedMap {
    /// The radius of the last epoch.
    pub fn last_radius(&self) -> f64 {
        self.epochs
            .last()
            .map_or(self.radius.to, |epoch| epoch.radius)
    }

    /// The share of objects whose class is that of most objects on their node, where classes are known.
    pub fn majority_accuracy(&self) -> Option<f64> {
        self.class_counts.as_deref().map(node_majority_accuracy)
    }

    /// The objects without any value, said; empty where there are none.
    pub fn left_out_remark(&self) -> String {
        left_out(&self.left_out, &self.objects)
    }

    /// Draws the pictures and writes the page.
    fn draw(&self, out: &mut OutputFolder, neighbours: usize) -> Result<Vec<Picture>, String> {
        let pictures = pictures(self, neighbours);
        let page = page(self, &pictures).map_err(|error| error.to_string())?;
        out.write(PAGE, page.as_bytes())?;
        let pictures: Vec<Picture> = pictures
            .into_iter()
            .map(|picture| Picture::new(picture.file, picture.svg))
            .collect();
        out.write_pictures(&pictures)?;
        Ok(pictures)
    }

    /// How closely each feature follows the share of the second of two classes over the nodes; `None` where there are
    /// not two.
    pub fn class_correlations(&self) -> Option<Vec<f64>> {
        // of two classes one share says all
        let counts = self
            .class_counts
            .as_ref()
            .filter(|counts| counts[0].len() == 2)?;
        Some(self.map.correlation_with_class(counts, 1))
    }

    /// For another program.
    fn json(&self) -> Value {
        let quality = &self.quality;
        let grid = self.map.grid();
        let preserved = self.measured.preserved.as_ref();
        let correlations = self.class_correlations().map(|all| {
            let named = all.into_iter().enumerate();
            let named = named.map(|(j, r)| (feature_name(&self.about, j), json!(r)));
            Value::Object(named.collect())
        });
        json!({
            "columns": grid.columns(),
            "rows": grid.rows(),
            "quantization_error": quality.quantization_error,
            "topographic_error": quality.topographic_error(),
            "topographic_error_4": quality.topographic_errors.get(1).map(|&(_, error)| error),
            "trustworthiness": preserved.map(|preserved| preserved.trustworthiness),
            "continuity": preserved.map(|preserved| preserved.continuity),
            "distortion": self.measured.distortion,
            "dead": quality.dead_nodes(),
            "folded": quality.is_folded(),
            "last_radius": self.last_radius(),
            "epochs": self.epochs.len(),
            "settled": self.settled,
            "majority_accuracy": self.majority_accuracy(),
            "class_correlations": correlations,
            "left_out": self.left_out.len(),
            "seconds": self.seconds,
        })
    }

    /// A remark where distances are not in the unit of the file.
    pub fn unit(&self) -> &'static str {
        match self.about.scaling.kind() {
            ScalingKind::None => "",
            _ => ", in units of the scaled features",
        }
    }

    /// How good the map is.
    pub fn figures(&self) -> Vec<Figure> {
        let (quality, measured) = (&self.quality, &self.measured);
        let mut figures = Vec::new();
        let mut figure = |name: &str, value: String, says: String| {
            let name = name.to_owned();
            figures.push(Figure { name, value, says });
        };
        let last_radius = four_digits(self.last_radius());
        figure(
            "quantization error, mean distance",
            four_digits(quality.quantization_error),
            format!(
                "How far an object is from its node{}. It falls with the last radius, which was {last_radius}: compare it only between maps of the same.",
                self.unit()
            ),
        );
        for (neighbours, error) in &quality.topographic_errors {
            figure(
                &format!("topographic error, {neighbours} neighbours"),
                format!("{:.2} %", 100.0 * error),
                "The share of objects whose two nearest nodes are no neighbours. Below 5 % is good; on a map whose nodes are shuffled it is nearly 100 %.".to_owned(),
            );
        }
        let on = match measured.objects < self.objects.x.rows() {
            true => format!(", on {} objects", measured.objects),
            false => String::new(),
        };
        if let Some(preserved) = &measured.preserved {
            for (name, value, of, are) in [
                (
                    "trustworthiness",
                    preserved.trustworthiness,
                    "neighbours on the map",
                    "alike",
                ),
                (
                    "continuity",
                    preserved.continuity,
                    "objects that are alike",
                    "neighbours on the map",
                ),
            ] {
                figure(
                    &format!("{name}{on}"),
                    format!("{value:.4}"),
                    format!(
                        "Whether {of} are {are}, over the {NEIGHBOURS} nearest: 1 is perfect, 0.5 is chance."
                    ),
                );
            }
        }
        figure(
            &format!("distortion{on}"),
            four_digits(measured.distortion),
            format!(
                "What training lowers: the squared distances of an object from all nodes, each weighted by how near the node lies to the object's own at radius {last_radius}."
            ),
        );
        figure(
            "nodes that win no object",
            format!("{} of {}", quality.dead_nodes(), self.map.grid().nodes()),
            "They lie between clusters, or the map is larger than the data need.".to_owned(),
        );
        if let Some(accuracy) = self.majority_accuracy() {
            figure(
                "class of the node's majority",
                format!("{:.2} %", 100.0 * accuracy),
                "The share of objects that have the class of most objects of their node."
                    .to_owned(),
            );
        }
        figures
    }

    /// What was trained on what, in lines.
    fn head(&self, seed: u64) -> String {
        format!(
            "Map of {} nodes, {}, seed {seed}, {:.1} s\n\
             Data: {}, {}, {}{}\n{}",
            self.map.grid(),
            count(self.epochs.len(), "epoch", "epochs"),
            self.seconds,
            self.about.name,
            count(self.objects.x.rows(), "object", "objects"),
            count(self.objects.x.columns(), "feature", "features"),
            self.about.remark,
            self.left_out_remark(),
        )
    }

    /// For a reader.
    fn summary(&self, seed: u64) -> String {
        let mut summary = self.head(seed);
        for Setting { name, value, why } in &self.chosen {
            summary += &format!("{name:<8}{value}: {why}\n");
        }
        let last_radius = four_digits(self.last_radius());
        summary += &format!("Quality at the last radius, {last_radius}:\n");
        for Figure { name, value, .. } in self.figures() {
            summary += &format!("  {name:<38}{value:>10}\n");
        }
        if self.quality.is_folded() {
            summary += &format!("{FOLDED}\n");
        }
        summary
    }

    /// For a page.
    fn account(&self, seed: u64) -> Account {
        let epochs = self.epochs.iter().enumerate();
        let points = epochs.map(|(i, epoch)| ((i + 1) as f64, epoch.q)).collect();
        let caption = "Q, the mean squared distance from the nearest node, epoch by epoch";
        Account {
            head: self.head(seed),
            tables: vec![quality_table(self), settings_table(self)],
            remarks: Vec::new(),
            warnings: self
                .quality
                .is_folded()
                .then(|| FOLDED.to_owned())
                .into_iter()
                .collect(),
            losses: over_epochs(&[("Q", points)], "Q", caption),
            chosen: Vec::new(),
            pages: vec![(PAGE, "The map, explained to someone who has never seen one")],
        }
    }
}
