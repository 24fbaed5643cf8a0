//! `unsup train som`.

use super::map_page::{PICTURES, page, pictures};
use super::{
    CODEBOOK, HISTORY, MODEL, codebook_file, feature_name, folder, left_out, of_file, save,
};
use crate::arguments::{Mode, TrainSom, width};
use crate::data::{About, Part, Whole};
use crate::output::OutputFolder;
use crate::progress::TrainingBar;
use crate::train::{count, four_digits, lines, report, set_threads};
use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;
use unsup_models::Matrix;
use unsup_models::kohonen::{
    Batch, Chosen, End, FitError, Grid, Map, MapEpoch, Quality, Rate, Settings, Stopping, Surface,
    Width, choose_grid, choose_radius, majority, node_majority_accuracy,
};
use unsup_nn::classical::{NeighbourhoodPreservation, neighbourhood_preservation};
use unsup_nn::random::{generator, sample_without_replacement};
use unsup_nn::saving::{Value, json};

const PAGE: &str = "map.html";

/// Trustworthiness and continuity are measured over so many neighbours,
const NEIGHBOURS: usize = 10;
/// and on at most so many objects, since they take all pairs.
const MOST_MEASURED: usize = 3000;

/// More nodes than this make no picture that can be read.
pub const MOST_NODES: usize = 10_000;

/// `unsup train som`
pub fn som(arguments: &TrainSom) -> Result<(), Box<dyn Error>> {
    let (out, mut trained) = run(arguments)?;
    let mut summary = trained.summary(arguments);
    trained.draw(&out, arguments.neighbours, &summary)?;
    trained.seconds = trained.start.elapsed().as_secs_f64();
    summary += &lines(&trained.written);
    report(&arguments.run, &trained.json(), &summary)?;
    Ok(())
}

/// What a training came to.
pub struct Trained {
    pub about: About,
    pub objects: Part,
    pub map: Map<f64>,
    pub chosen: Vec<Setting>,
    radius: Width,
    epochs: Vec<EpochOfMap>,
    settled: bool,
    left_out: Vec<usize>,
    pub quality: Quality,
    pub preserved: Option<Preserved>,
    pub class_counts: Option<Vec<Vec<usize>>>,
    written: Vec<PathBuf>,
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
    changed: f64,
    quantization_error: f64,
    topographic_error: f64,
}

/// How well neighbourhoods are preserved, and on how many objects that was measured.
pub struct Preserved {
    pub found: NeighbourhoodPreservation,
    pub objects: usize,
}

fn run(arguments: &TrainSom) -> Result<(OutputFolder, Trained), Box<dyn Error>> {
    let start = Instant::now();
    let options = &arguments.run;
    set_threads(options.threads);
    let Whole { about, objects } =
        Whole::load(&arguments.data, arguments.missing.fill, options.quiet)?;
    let x = &objects.x;
    let failed = |error: FitError| of_file(&error, &objects);
    let mut chosen = Vec::new();
    let mut map = first_map(arguments, &about, x, &mut chosen).map_err(|error| match error {
        Refused::Objects(error) => failed(error),
        Refused::File(error) => error,
    })?;
    let names = [&[MODEL, CODEBOOK, HISTORY, PAGE], &PICTURES[..]].concat();
    let out = folder(options, "som", &names)?;
    let radius = choose(
        arguments.radius.map(|ends| width(ends, arguments.decay)),
        "radius",
        || {
            let chosen = choose_radius(map.grid(), arguments.kernel);
            Ok(Chosen {
                value: Width {
                    decay: arguments.decay,
                    ..chosen.value
                },
                ..chosen
            })
        },
        |radius| format!("{} to {}", four_digits(radius.from), four_digits(radius.to)),
        &mut chosen,
    )
    .map_err(failed)?;

    let shrinking = arguments.epochs.unwrap_or(20);
    let settling = match arguments.mode {
        Mode::Batch => arguments.settling.unwrap_or(50),
        Mode::Online => 0,
    };
    let bar = TrainingBar::new(shrinking.saturating_add(settling), options.quiet);
    let mut epochs = Vec::new();
    let observer = |epoch: &MapEpoch<'_, f64>| {
        let quality = epoch.quality();
        let now = EpochOfMap {
            radius: epoch.radius,
            changed: epoch.changed,
            quantization_error: quality.quantization_error,
            topographic_error: quality.topographic_error(),
        };
        bar.update(
            epoch.number,
            format!(
                "radius {:.1}, quantization error {:.4}, topographic error {:.3}",
                now.radius, now.quantization_error, now.topographic_error
            ),
        );
        epochs.push(now);
        ControlFlow::Continue(())
    };
    let (settled, left_out) = match arguments.mode {
        Mode::Batch => {
            let batch = Batch {
                kernel: arguments.kernel,
                radius,
                epochs: shrinking,
                settling,
            };
            let outcome = map.fit(x, &batch, observer).map_err(failed)?;
            (outcome.end == End::Settled, outcome.left_out)
        }
        Mode::Online => {
            let settings = Settings {
                epochs: shrinking,
                rate: Rate::linear(arguments.rate.unwrap_or(0.5)),
                stopping: Stopping::never(),
                seed: options.seed,
                ..Settings::default()
            };
            let outcome = map.fit_online(x, arguments.kernel, radius, &settings, observer);
            (false, outcome.map_err(failed)?.left_out)
        }
    };
    bar.finish();

    let classes = objects.labels.as_ref().map(|labels| {
        let most = labels.iter().max().copied().unwrap_or(0);
        about.label_names.len().max(most + 1)
    });
    let class_counts = objects.labels.as_ref().zip(classes);
    let class_counts = class_counts.map(|(labels, classes)| map.class_counts(x, labels, classes));
    let described = json!({
        "columns": map.grid().columns(),
        "rows": map.grid().rows(),
        "grid": map.grid().to_string(),
        "kernel": arguments.kernel.to_string(),
        "radius": [radius.from, radius.to],
    });
    let mut written = vec![save(&out, &map, "som", options, &about, x, described)?];
    let labels: Vec<Option<usize>> = match &class_counts {
        Some(counts) => counts.iter().map(|counts| majority(counts)).collect(),
        None => vec![None; map.grid().nodes()],
    };
    let kind = codebook_file::map_kind(map.grid(), arguments.kernel);
    let cod = codebook_file::encoded(map.codebook().centres(), kind, &labels, &about);
    written.push(out.write(CODEBOOK, &cod)?);
    written.push(out.write(HISTORY, history(&epochs).as_bytes())?);
    let trained = Trained {
        quality: map.quality(x),
        preserved: preserved(&map, x, options.seed),
        about,
        map,
        chosen,
        radius,
        epochs,
        settled,
        left_out,
        class_counts,
        written,
        objects,
        start,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok((out, trained))
}

/// Why no map could be begun.
enum Refused {
    Objects(FitError),
    File(String),
}

/// The map that is to be trained, from the file that was given or chosen for the data.
fn first_map(
    arguments: &TrainSom,
    about: &About,
    x: &Matrix<f64>,
    chosen: &mut Vec<Setting>,
) -> Result<Map<f64>, Refused> {
    let surface = arguments.surface;
    if let Some(file) = &arguments.from {
        return codebook_file::map_of(file, surface, about).map_err(Refused::File);
    }
    let given = arguments.size.map(|(columns, rows)| {
        if columns.saturating_mul(rows) > MOST_NODES {
            return Err(Refused::File(format!(
                "--size {columns}x{rows}: expected at most {MOST_NODES} nodes"
            )));
        }
        if Grid::closes(rows, arguments.lattice, surface) {
            Ok(Grid::new(columns, rows, arguments.lattice, surface))
        } else {
            Err(Refused::File(format!(
                "--size {columns}x{rows}: found {rows} rows, expected an even number for a hexagonal torus"
            )))
        }
    });
    let grid = choose(
        given.transpose()?,
        "size",
        || choose_grid(x, arguments.lattice, surface),
        |grid| format!("{}x{}", grid.columns(), grid.rows()),
        chosen,
    )
    .map_err(Refused::Objects)?;
    Map::start(x, grid, arguments.start, arguments.run.seed).map_err(Refused::Objects)
}

/// What was given, or what is chosen instead and noted with its reason.
fn choose<V>(
    given: Option<V>,
    name: &'static str,
    otherwise: impl FnOnce() -> Result<Chosen<V>, FitError>,
    shown: impl Fn(&V) -> String,
    chosen: &mut Vec<Setting>,
) -> Result<V, FitError> {
    if let Some(given) = given {
        chosen.push(Setting {
            name,
            value: shown(&given),
            why: "as was asked for".to_owned(),
        });
        return Ok(given);
    }
    let Chosen { value, why } = otherwise()?;
    chosen.push(Setting {
        name,
        value: shown(&value),
        why,
    });
    Ok(value)
}

/// Trustworthiness and continuity of the map; none on a torus, which lies flat in no plane, and for too few objects.
fn preserved(map: &Map<f64>, x: &Matrix<f64>, seed: u64) -> Option<Preserved> {
    let mut known: Vec<(usize, usize)> = map
        .codebook()
        .winners(x)
        .into_iter()
        .enumerate()
        .filter_map(|(i, winner)| Some((i, winner?.centre)))
        .collect();
    if map.grid().surface() == Surface::Torus || known.len() < 2 * NEIGHBOURS + 2 {
        return None;
    }
    if known.len() > MOST_MEASURED {
        let mut random = generator(seed, "measured objects", 0);
        let drawn = sample_without_replacement(known.len(), MOST_MEASURED, &mut random);
        known = drawn.into_iter().map(|i| known[i]).collect();
    }
    let (rows, nodes): (Vec<usize>, Vec<usize>) = known.into_iter().unzip();
    let places: Vec<[f64; 2]> = nodes
        .iter()
        .map(|&node| map.grid().position(node).into())
        .collect();
    let embedding = Matrix::from_rows(&places);
    Some(Preserved {
        found: neighbourhood_preservation(&x.select_rows(&rows), &embedding, NEIGHBOURS),
        objects: rows.len(),
    })
}

/// The epochs as comma-separated values.
fn history(epochs: &[EpochOfMap]) -> String {
    let mut table = "epoch,radius,quantization error,topographic error,changed nodes\n".to_owned();
    for (i, epoch) in epochs.iter().enumerate() {
        let EpochOfMap {
            radius,
            changed,
            quantization_error,
            topographic_error,
        } = epoch;
        table += &format!(
            "{},{radius},{quantization_error},{topographic_error},{changed}\n",
            i + 1
        );
    }
    table
}

impl Trained {
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
        left_out(&self.left_out, &self.objects.source)
    }

    /// Draws the pictures and writes the page. Pictures of an earlier training that there are none of now are removed.
    fn draw(&mut self, out: &OutputFolder, neighbours: usize, summary: &str) -> Result<(), String> {
        let pictures = pictures(self, neighbours);
        let page = page(self, &pictures, summary.lines().next().unwrap_or(""));
        for name in PICTURES {
            if pictures.iter().all(|picture| picture.file != name) {
                out.remove(name)?;
            }
        }
        self.written.push(out.write(PAGE, page.as_bytes())?);
        let drawn: Vec<_> = pictures
            .into_iter()
            .map(|picture| (picture.file, picture.svg))
            .collect();
        self.written.extend(out.write_pictures(&drawn)?);
        Ok(())
    }

    /// How closely each feature follows the share of the second of two classes over the nodes; `None` where there are not two.
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
        let preserved = self.preserved.as_ref();
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
            "trustworthiness": preserved.map(|preserved| preserved.found.trustworthiness),
            "continuity": preserved.map(|preserved| preserved.found.continuity),
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

    /// For a reader.
    fn summary(&self, arguments: &TrainSom) -> String {
        let (quality, grid) = (&self.quality, self.map.grid());
        let mode = match arguments.mode {
            Mode::Batch => "all objects at once",
            Mode::Online => "object by object",
        };
        let mut summary = format!(
            "Map of {grid} nodes, {mode}, {} kernel, {}, seed {}, {:.1} s\n\
             Data: {}, {}, {}{}\n{}",
            arguments.kernel,
            count(self.epochs.len(), "epoch", "epochs"),
            arguments.run.seed,
            self.seconds,
            self.about.name,
            count(self.objects.x.rows(), "object", "objects"),
            count(self.objects.x.columns(), "feature", "features"),
            self.about.remark,
            self.left_out_remark(),
        );
        for Setting { name, value, why } in &self.chosen {
            summary += &format!("{name:<8}{value}: {why}\n");
        }
        summary += &format!(
            "Quality at the last radius, {}:\n",
            four_digits(self.last_radius())
        );
        let mut line = |name: &str, value: String| summary += &format!("  {name:<38}{value:>10}\n");
        line(
            "quantization error, mean distance",
            four_digits(quality.quantization_error),
        );
        for (neighbours, error) in &quality.topographic_errors {
            line(
                &format!("topographic error, {neighbours} neighbours"),
                format!("{:.2} %", 100.0 * error),
            );
        }
        if let Some(preserved) = &self.preserved {
            let on = match preserved.objects < self.objects.x.rows() {
                true => format!(", on {} objects", preserved.objects),
                false => String::new(),
            };
            line(
                &format!("trustworthiness{on}"),
                format!("{:.4}", preserved.found.trustworthiness),
            );
            line(
                &format!("continuity{on}"),
                format!("{:.4}", preserved.found.continuity),
            );
        }
        line(
            "nodes that win no object",
            format!("{} of {}", quality.dead_nodes(), grid.nodes()),
        );
        if let Some(accuracy) = self.majority_accuracy() {
            line(
                "class of the node's majority",
                format!("{:.2} %", 100.0 * accuracy),
            );
        }
        if quality.is_folded() {
            summary += "The map is folded: the two nodes nearest to an object often lie apart. A larger first radius, more epochs or --start plane may unfold it.\n";
        }
        summary
    }
}
