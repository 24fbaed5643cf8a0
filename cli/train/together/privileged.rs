//! `unsup train lupi`.

use super::{Known, Scaled, column, complete};
use crate::arguments::{Asked, TrainLupi};
use crate::data::{About, Beside, Split};
use crate::pictures::{Bar, Estimate, Picture, Scale, bars, curves};
use crate::train::Outcome;
use crate::train::checkpoints::Stop;
use crate::train::report::{Cell, Figure, Section, Table};
use crate::train::runs::{Findings, Runs, mean, runs, seed_of, spread_of};
use crate::train::side_by_side::{Live, side_by_side};
use crate::train::{check_numbers, check_size, count, describe, described_words, listed};
use std::error::Error;
use std::fmt::Display;
use std::ops::Range;
use std::path::Path;
use unsup_autograd::random::{generator, standard_normal};
use unsup_data::generators::{
    AutoregressiveSeries, PrivilegedExperiment, PrivilegedKind, PrivilegedPart,
};
use unsup_data::{Dataset, ScalingKind, TakenColumn};
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::together::privileged::{
    Joint, Privileged, Separate, TeacherAndStudent, TeacherSees,
};
use unsup_models::{Activation, Discrepancy, Matrix, Soft, Squared, Task, Training};
use unsup_nn::classical::r_squared;
use unsup_nn::saving::{Value, fingerprint, json};
use unsup_nn::{Dense, Sequence};

const SCORES: &str = "scores.png";
const CURVE: &str = "curve.png";

/// How many objects the experiments and the series are judged by: the published number.
const JUDGED: usize = 10_000;
/// Up to so many objects are in one step where there are no layers.
const WHOLE: usize = 2000;

/// The ways to learn, and their keys for another program.
const WAYS: [(&str, &str); 5] = [
    ("privileged", "privileged"),
    ("regular", "regular"),
    ("distilled", "distilled"),
    ("joint", "joint"),
    ("random", "random x*"),
];

/// One of the published experiments.
struct Experiment {
    kind: PrivilegedKind,
    name: &'static str,
    privileged: &'static str,
    /// The published accuracies of the teacher, of a student alone, and distilled.
    published: [f64; 3],
    curve: &'static str,
}

/// Lopez-Paz, Bottou, Schölkopf, Vapnik (2016), section 6.
const EXPERIMENTS: [Experiment; 4] = [
    Experiment {
        kind: PrivilegedKind::CleanLabels,
        name: "1 clean labels",
        privileged: "x* = ⟨α, x⟩",
        published: [0.96, 0.88, 0.95],
        curve: "curve-1.png",
    },
    Experiment {
        kind: PrivilegedKind::CleanFeatures,
        name: "2 clean features",
        privileged: "x* = x without noise",
        published: [0.90, 0.68, 0.70],
        curve: "curve-2.png",
    },
    Experiment {
        kind: PrivilegedKind::RelevantFeatures,
        name: "3 relevant features",
        privileged: "x* = x_J, one J for all",
        published: [0.98, 0.89, 0.97],
        curve: "curve-3.png",
    },
    Experiment {
        kind: PrivilegedKind::SampleDependentFeatures,
        name: "4 sample-dependent features",
        privileged: "x* = x_J, J of each object",
        published: [0.96, 0.55, 0.56],
        curve: "curve-4.png",
    },
];

/// What is to be said of the fourth one.
const OF_THE_FOURTH: &str = "Experiment 4 as printed tells no teacher which features it sees, so there is little to learn; the \
     released code draws one J for all training objects and one for all test objects, which is another experiment\n";

/// What is to be said where both are linear and the teacher sees all that the student sees.
const OF_PROJECTIONS: &str = "Where both are linear and the teacher sees x too, x* is of no help: least squares on what least squares on \
     more features has found are those on y\n";

/// `unsup train lupi`
pub fn lupi(arguments: &TrainLupi, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let of_tables = [
        ("--target", arguments.target.is_some()),
        ("--privileged", !arguments.privileged.is_empty()),
    ];
    arguments.data.check(&of_tables)?;
    let beside;
    let problem = match &arguments.data.data {
        Some(file) => {
            let columns = columns_of(arguments, file)?;
            beside = Beside::load(&arguments.data, file, &columns, arguments.run.quiet)?;
            Problem::of_table(arguments, file, &beside)?
        }
        None if arguments.series => Problem::of_series(arguments)?,
        None => Problem::of_experiments(arguments)?,
    };
    problem.run(asked)
}

/// Objects as teacher and student see them.
struct View {
    x: Matrix<f32>,
    privileged: Matrix<f32>,
    y: Known,
}

impl View {
    fn head(&self, objects: usize) -> Self {
        let rows: Vec<usize> = (0..objects).collect();
        Self {
            x: self.x.select_rows(&rows),
            privileged: self.privileged.select_rows(&rows),
            y: self.y.select(&rows),
        }
    }

    /// The same with x* that has nothing to do with anything.
    fn with_random_privileged(&self, seed: u64) -> Self {
        let random = &mut generator(seed, "random x*", 0);
        Self {
            x: self.x.clone(),
            privileged: self.privileged.map(|_| standard_normal(random) as f32),
            y: self.y.clone(),
        }
    }
}

/// The objects of a run.
struct Draw {
    about: About,
    train: View,
    judged: View,
    outputs: usize,
    /// What a saved model says of x* and of the answers.
    described: Value,
    /// R² of the best forecast, where it is known.
    best: Option<f64>,
}

/// Of all objects that the first runs see, and of their answers.
fn fingerprint_of(draws: &[Draw]) -> String {
    let views = draws.iter().flat_map(|draw| [&draw.train, &draw.judged]);
    let answers: Vec<_> = views.map(|view| (view, view.y.column())).collect();
    let seen = answers
        .iter()
        .flat_map(|(view, y)| [&view.x, &view.privileged, y]);
    fingerprint(&seen.collect::<Vec<_>>())
}

/// Draws the objects of a seed, so many to train on, or all.
type Source<'a> = Box<dyn Fn(u64, Option<usize>) -> Result<Draw, String> + Sync + 'a>;

/// Objects of one kind, over and over.
struct Setting<'a> {
    name: String,
    /// What x* is.
    privileged: String,
    published: Option<[f64; 3]>,
    curve: &'static str,
    source: Source<'a>,
}

/// What is learned, and how.
struct Problem<'a> {
    arguments: &'a TrainLupi,
    settings: Vec<Setting<'a>>,
    own: f64,
    sees: TeacherSees,
    /// The rate of long trainings.
    rate: f64,
    /// What the data are, for a reader.
    data: String,
    remark: &'static str,
}

/// What one run came to.
struct Found {
    /// One for each of the ways.
    scores: Vec<f64>,
    best: Option<f64>,
    pair: TeacherAndStudent<f32>,
}

/// The columns of a table that are no features: that of the answers, if they are numbers, and x*.
fn columns_of(arguments: &TrainLupi, file: &Path) -> Result<Vec<unsup_data::LabelColumn>, String> {
    let shown = file.display();
    if arguments.privileged.is_empty() {
        return Err(format!(
            "--privileged: expected the columns of {shown} that are known in training only"
        ));
    }
    if arguments.data.reading.label.is_none() && arguments.target.is_none() {
        return Err(format!(
            "{shown}: no answers, expected the column of classes (--label) or of numbers (--target)"
        ));
    }
    let target = arguments.target.iter().cloned();
    Ok(target.chain(arguments.privileged.iter().cloned()).collect())
}

impl<'a> Problem<'a> {
    fn of_experiments(arguments: &'a TrainLupi) -> Result<Self, String> {
        let objects = arguments.objects.unwrap_or(200);
        for (option, objects) in arguments.sizes(Some(objects)) {
            check_numbers(
                objects.saturating_mul(50),
                &option,
                "numbers in the features",
            )?;
        }
        let asked = EXPERIMENTS.iter().enumerate();
        let asked = asked.filter(|(i, _)| arguments.experiment.is_none_or(|one| one == i + 1));
        let settings: Vec<Setting<'a>> = asked
            .map(|(_, experiment)| Setting {
                name: experiment.name.to_owned(),
                privileged: experiment.privileged.to_owned(),
                published: Some(experiment.published),
                curve: experiment.curve,
                source: Box::new(move |seed, wanted| {
                    experiment.draw(arguments, wanted.unwrap_or(objects), seed)
                }),
            })
            .collect();
        let has_fourth = arguments.experiment.is_none_or(|one| one == 4);
        Ok(Self {
            arguments,
            own: arguments.own.unwrap_or(0.0),
            sees: arguments.teacher_sees.unwrap_or(TeacherSees::Privileged),
            rate: 0.05,
            data: format!(
                "made up, {} to train and {JUDGED} to judge by, 50 features",
                count(objects, "object", "objects")
            ),
            remark: if has_fourth { OF_THE_FOURTH } else { "" },
            settings,
        })
    }

    fn of_series(arguments: &'a TrainLupi) -> Result<Self, String> {
        if arguments.temperature.is_some() {
            return Err(NO_TEMPERATURE.to_owned());
        }
        let objects = arguments.objects.unwrap_or(60);
        let series = AutoregressiveSeries::default();
        let width = series.past + 1 + series.future;
        for (option, objects) in arguments.sizes(Some(objects)) {
            check_numbers(
                objects.saturating_mul(width),
                &option,
                "numbers in the windows",
            )?;
        }
        let (past, future) = (series.past, series.future);
        let sees = arguments.teacher_sees.unwrap_or(TeacherSees::Both);
        let is_projection = sees == TeacherSees::Both && arguments.widths.0.is_empty();
        let setting = Setting {
            name: "next value of a series".to_owned(),
            privileged: format!("x* = {future} values after it"),
            published: None,
            curve: CURVE,
            source: Box::new(move |seed, wanted| {
                of_series(&series, arguments, wanted.unwrap_or(objects), seed)
            }),
        };
        Ok(Self {
            arguments,
            settings: vec![setting],
            own: arguments.own.unwrap_or(0.0),
            sees,
            rate: 0.02,
            data: format!(
                "x_t = 1.5 x_(t−1) − 0.75 x_(t−2) + noise, {} to train and {JUDGED} later ones to judge by, {past} past \
                 values each",
                count(objects, "window", "windows")
            ),
            remark: if is_projection { OF_PROJECTIONS } else { "" },
        })
    }

    fn of_table(
        arguments: &'a TrainLupi,
        file: &Path,
        beside: &'a Beside<'a>,
    ) -> Result<Self, Box<dyn Error>> {
        if arguments.temperature.is_some() && arguments.target.is_some() {
            return Err(NO_TEMPERATURE.into());
        }
        let shown = file.display().to_string();
        for column in &beside.columns {
            complete(column, &shown)?;
        }
        let (target, privileged) = beside
            .columns
            .split_at(usize::from(arguments.target.is_some()));
        if let Some(column) = target.iter().find(|column| column.words.is_some()) {
            return Err(format!(
                "--target: {shown}: column \"{}\" holds words, expected numbers (--label names a column of classes)",
                column.name
            )
            .into());
        }
        let table = PrivilegedTable {
            beside,
            target: target.first(),
            privileged,
            file: shown.clone(),
        };
        let first = table.draw(arguments.run.seed, None)?;
        let to_train = first.train.x.rows();
        for (option, objects) in arguments.sizes(None) {
            if objects > to_train {
                return Err(format!(
                    "{option}: {shown} has {} to train on, expected at most as many",
                    count(to_train, "object", "objects")
                )
                .into());
            }
        }
        let names: Vec<&str> = privileged.iter().map(|one| one.name.as_str()).collect();
        let data = format!(
            "{}, {} to train and {} held out, {}{}",
            first.about.name,
            count(to_train, "object", "objects"),
            first.judged.x.rows(),
            count(first.train.x.columns(), "feature", "features"),
            first.about.remark
        );
        let setting = Setting {
            name: first.about.name.clone(),
            privileged: format!("x* = {}", names.join(", ")),
            published: None,
            curve: CURVE,
            source: Box::new(move |seed, wanted| table.draw(seed, wanted)),
        };
        Ok(Self {
            arguments,
            settings: vec![setting],
            own: arguments.own.unwrap_or(1.0),
            sees: arguments.teacher_sees.unwrap_or(TeacherSees::Privileged),
            rate: 0.05,
            data,
            remark: "",
        })
    }

    fn run(self, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
        let (arguments, repeats) = (self.arguments, self.arguments.repeats);
        let first: Vec<Draw> = self
            .settings
            .iter()
            .map(|setting| (setting.source)(arguments.run.seed, None))
            .collect::<Result<_, _>>()?;
        for draw in &first {
            self.check(draw)?;
        }
        let names: Vec<&'static str> = self.settings.iter().map(|one| one.curve).collect();
        let written = [&[SCORES], &names[..]].concat();
        let data = fingerprint_of(&first);
        let mut runs = Runs::open(asked, &arguments.checkpoint, &written, data)?;
        let (settings, sizes) = (self.settings.len(), &arguments.curve);
        let ways = self.ways().len();
        runs.expect(settings * repeats * (1 + sizes.len()) * ways);
        let job = |job: usize, objects: Option<usize>, live: &Live<'_, '_, '_>| {
            let (setting, run) = (&self.settings[job / repeats], job % repeats);
            let seed = seed_of(arguments.run.seed, run);
            let draw = (setting.source)(seed, objects)?;
            self.learn(&draw, seed, &setting.name, live)
        };
        let found = side_by_side(&mut runs, settings * repeats, |i, live| job(i, None, live))?;
        let of_curve = settings * repeats * sizes.len();
        let curve = side_by_side(&mut runs, of_curve, |i, live| {
            let (size, i) = (sizes[i / (settings * repeats)], i % (settings * repeats));
            Ok(job(i, Some(size), live)?.scores)
        })?;
        self.save(&first[0], &found[0].pair, &mut runs)?;
        let findings = self.findings(&first, &found, &curve);
        runs.finish(findings)
    }

    /// The ways that are asked for.
    fn ways(&self) -> &'static [(&'static str, &'static str)] {
        match self.arguments.random {
            true => &WAYS,
            false => &WAYS[..WAYS.len() - 1],
        }
    }

    /// Refuses networks that are too large.
    fn check(&self, draw: &Draw) -> Result<(), String> {
        let hidden = &self.arguments.widths.0;
        let options = format!("--widths {}", listed(hidden));
        let features = draw.train.x.columns() + draw.train.privileged.columns();
        let widths = [&[features], &hidden[..], &[draw.outputs]].concat();
        check_size(&widths, 2, &options)?;
        let widest = widths.iter().max().copied().unwrap_or(1);
        let rows = draw.train.x.rows().max(draw.judged.x.rows());
        check_numbers(
            rows.saturating_mul(widest),
            &options,
            "numbers in a layer for all objects",
        )
    }

    fn training(&self, objects: usize, seed: u64) -> Training {
        let pace = &self.arguments.pace;
        match self.arguments.widths.0.is_empty() && objects <= WHOLE {
            true => pace.whole(objects, self.rate, seed),
            false => pace.stepwise(objects, seed),
        }
    }

    /// An untrained network; without layers its weights are 0, from where a regression has one way to go.
    fn network(&self, features: usize, outputs: usize, seed: u64) -> Predictor<f32> {
        let hidden = &self.arguments.widths.0;
        if hidden.is_empty() {
            let layer = Dense::of(Matrix::zeros(features, outputs), Activation::Identity);
            return Predictor::of(Sequence::of([layer.into()]));
        }
        let architecture = Architecture {
            hidden: hidden.clone(),
            seed,
            ..Architecture::default()
        };
        Predictor::new(features, outputs, &architecture)
    }

    fn pair(&self, draw: &Draw, seed: u64) -> TeacherAndStudent<f32> {
        let (x, privileged) = (draw.train.x.columns(), draw.train.privileged.columns());
        let seen = self.sees.columns(x, privileged);
        TeacherAndStudent::of(
            self.network(seen, draw.outputs, seed),
            self.network(x, draw.outputs, seed),
            self.sees,
        )
    }

    /// Learns in each way from the objects of a draw.
    fn learn(
        &self,
        draw: &Draw,
        seed: u64,
        name: &str,
        live: &Live<'_, '_, '_>,
    ) -> Result<Found, Stop> {
        let (train, judged) = (&draw.train, &draw.judged);
        let training = self.training(train.x.rows(), seed);
        let soft = Soft {
            temperature: self.arguments.temperature.unwrap_or(1.0),
        };
        let discrepancy: &dyn Discrepancy<f32> = match train.y {
            Known::Classes(_) => &soft,
            Known::Numbers(_) => &Squared,
        };
        let failed = |way: &str, error: &dyn Display| format!("{name}, {way}: {error}");
        let score = |student: &Predictor<f32>, way: &str| {
            let score = judged.y.score(&student.answers(&judged.x));
            score.map_err(|error| failed(way, &error))
        };

        let separate = Separate {
            own: self.own,
            mu: self.arguments.mu,
            discrepancy,
        };
        let distilled = |view: &View, way: &str| {
            let what = format!("{name}, {way}");
            let mut pair = self.pair(draw, seed);
            pair.fit_separately_by(&privileged(view), &separate, |_, model, criterion| {
                live.fit(&what, model, criterion, &training)
            })
            .map_err(|stop: Stop| stop.of(&what))?;
            live.trained(what);
            Ok::<_, Stop>(pair)
        };
        let pair = distilled(train, "distilled")?;
        // the teacher is that of the distilled student
        live.trained(format!("{name}, privileged"));
        let of_teacher = judged
            .y
            .score(&pair.teacher_answers(&judged.x, &judged.privileged))
            .map_err(|error| failed("privileged", &error))?;

        let mut regular = self.network(train.x.columns(), draw.outputs, seed);
        let what = format!("{name}, regular");
        let task = Task::of(&train.x, train.y.answers());
        live.fit(&what, &mut regular, &task, &training)
            .map_err(|stop| stop.of(&what))?;
        live.trained(what);

        let mut together = self.pair(draw, seed);
        let joint = Joint {
            data: privileged(train),
            own: self.own,
            lambda: self.arguments.lambda,
            mu: self.arguments.mu,
            discrepancy,
            gradient_into_teacher: self.arguments.gradient_into_teacher,
        };
        let what = format!("{name}, joint");
        live.fit(&what, &mut together, &joint, &training)
            .map_err(|stop| stop.of(&what))?;
        live.trained(what);

        let mut scores = vec![
            of_teacher,
            score(&regular, "regular")?,
            score(pair.student(), "distilled")?,
            score(together.student(), "joint")?,
        ];
        if self.arguments.random {
            let misled = distilled(&train.with_random_privileged(seed), "random x*")?;
            scores.push(score(misled.student(), "random x*")?);
        }
        Ok(Found {
            scores,
            best: draw.best,
            pair,
        })
    }

    fn save(
        &self,
        draw: &Draw,
        pair: &TeacherAndStudent<f32>,
        runs: &mut Runs<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let y = draw.train.y.column();
        let seen = [&draw.train.x, &draw.train.privileged, &y];
        let arguments = self.arguments;
        let mut settings = json!({
            "hidden": arguments.widths.0,
            "activation": Architecture::default().activation.to_string(),
            "outputs": draw.outputs,
            "teacher_sees": self.seen(),
            "own": self.own,
            "mu": arguments.mu,
            "temperature": arguments.temperature.unwrap_or(1.0),
        });
        if let Value::Object(described) = &draw.described {
            for (key, value) in described {
                settings[key.as_str()] = value.clone();
            }
        }
        let description = describe("lupi", arguments.run.seed, &draw.about, &seen, settings);
        runs.save(pair, &description, Some(&draw.about))
    }

    /// What the teacher sees.
    fn seen(&self) -> &'static str {
        match self.sees {
            TeacherSees::Privileged => "x*",
            TeacherSees::Both => "x and x*",
        }
    }

    fn findings(&self, first: &[Draw], found: &[Found], curve: &[Vec<f64>]) -> Findings {
        let (ways, repeats) = (self.ways(), self.arguments.repeats);
        let measure = first[0].judged.y.measure();
        let columns = || {
            let ways = ways.iter();
            ways.map(|&(key, name)| (key, name.to_owned())).collect()
        };
        let of_setting = |setting: usize, way: usize| {
            column(&found[setting * repeats..][..repeats], |run| {
                run.scores[way]
            })
        };
        let mut rows = Vec::new();
        for (i, setting) in self.settings.iter().enumerate() {
            let cells = (0..ways.len()).map(|way| Cell::of(&of_setting(i, way)));
            rows.push((
                format!("{}: {}", setting.name, setting.privileged),
                cells.collect(),
            ));
            if let Some(published) = setting.published {
                let mut cells = published.map(Cell::Number).to_vec();
                cells.resize(ways.len(), Cell::Empty);
                let number = setting.name.split(' ').next().unwrap_or_default();
                rows.push((format!("{number} published"), cells));
            }
        }
        let mut tables = vec![Table {
            key: "scores",
            title: format!("{measure} on objects to judge by:"),
            columns: columns(),
            rows,
        }];
        let settings = self.settings.len();
        let of_size = |size: usize, setting: usize, way: usize| {
            let first = (size * settings + setting) * repeats;
            column(&curve[first..][..repeats], |scores| scores[way])
        };
        let sizes = &self.arguments.curve;
        if !sizes.is_empty() {
            let rows = self.settings.iter().enumerate().flat_map(|(i, setting)| {
                sizes.iter().enumerate().map(move |(j, &size)| {
                    let cells = (0..ways.len()).map(|way| Cell::of(&of_size(j, i, way)));
                    let objects = count(size, "object", "objects");
                    (format!("{}, {objects}", setting.name), cells.collect())
                })
            });
            tables.push(Table {
                key: "curve",
                title: format!("{measure} by the number of training objects:"),
                columns: columns(),
                rows: rows.collect(),
            });
        }

        let mut pictures = vec![Picture::new(SCORES, self.bars(measure, of_setting))];
        if !sizes.is_empty() {
            let drawn = self.settings.iter().enumerate().map(|(i, setting)| {
                let points = |way: usize| {
                    let sizes = sizes.iter().enumerate();
                    let points =
                        sizes.map(|(j, &size)| (size as f64, Estimate::of(&of_size(j, i, way))));
                    points.collect::<Vec<_>>()
                };
                let lines: Vec<_> = (0..ways.len()).map(points).collect();
                Picture::new(setting.curve, self.curve(setting, measure, &lines))
            });
            pictures.extend(drawn);
        }
        let best: Vec<f64> = found.iter().filter_map(|run| run.best).collect();
        let sections = match best.is_empty() {
            true => Vec::new(),
            false => vec![Section {
                title: "What the past says at most, R²:",
                figures: vec![Figure::new("best_r_squared", "best forecast", mean(&best))],
            }],
        };
        Findings {
            head: format!(
                "Privileged information, the teacher sees {}: {} L(a, y) + {} L(a, a*), joint + {} L(a*, y), {}\n\
                 Data: {}\n{}",
                self.seen(),
                self.own,
                self.arguments.mu,
                self.arguments.lambda,
                runs(repeats),
                self.data,
                self.remark
            ),
            sections,
            tables,
            warnings: Vec::new(),
            pictures,
        }
    }

    fn bars(&self, measure: &str, scores: impl Fn(usize, usize) -> Vec<f64>) -> String {
        let names: Vec<&str> = self.ways().iter().map(|&(_, name)| name).collect();
        let of_setting = |i: usize, setting: &Setting<'_>| -> Vec<Bar> {
            let published = |way: usize| setting.published?.get(way).copied();
            let bar = |way| Bar {
                estimate: Estimate::of(&scores(i, way)),
                published: published(way),
            };
            (0..names.len()).map(bar).collect()
        };
        let settings = self.settings.iter().enumerate();
        let groups: Vec<(String, Vec<Bar>)> = settings
            .map(|(i, setting)| {
                let name = format!("{}: {}", setting.name, setting.privileged);
                (name, of_setting(i, setting))
            })
            .collect();
        let groups: Vec<(&str, &[Bar])> = groups
            .iter()
            .map(|(name, bars)| (name.as_str(), &bars[..]))
            .collect();
        let published = match self.settings.iter().any(|one| one.published.is_some()) {
            true => " Published: Lopez-Paz and others, 2016.",
            false => "",
        };
        let of_another = match self.remark == OF_THE_FOURTH {
            true => " Those of 4 seem to be of another experiment than the one that is printed.",
            false => "",
        };
        bars(
            &names,
            &groups,
            measure,
            "What a teacher that sees more is worth to a student that sees x alone",
            &format!(
                "{}{published}{of_another}",
                spread_of(self.arguments.repeats)
            ),
        )
    }

    fn curve(
        &self,
        setting: &Setting<'_>,
        measure: &str,
        lines: &[Vec<(f64, Estimate)>],
    ) -> String {
        let ways = self.ways().iter().zip(lines);
        let lines: Vec<(&str, &[_])> = ways.map(|(&(_, name), line)| (name, &line[..])).collect();
        curves(
            &lines,
            &[],
            [
                ("training objects", Scale::Logarithmic),
                (measure, Scale::Linear),
            ],
            &format!("{}: {}", setting.name, setting.privileged),
            &spread_of(self.arguments.repeats),
        )
    }
}

const NO_TEMPERATURE: &str =
    "--temperature has no use here: it is of classes, and the answers are numbers";

/// x, x* and y of objects that all have answers.
fn privileged(view: &View) -> Privileged<'_, f32> {
    Privileged {
        x: &view.x,
        privileged: &view.privileged,
        labelled: None,
        answers: view.y.answers(),
    }
}

impl TrainLupi {
    /// How many objects are trained on, with the option that says so: at first, and for the curve.
    fn sizes(&self, objects: Option<usize>) -> Vec<(String, usize)> {
        let first = objects.map(|objects| (format!("--objects {objects}"), objects));
        let curve = self.curve.iter();
        let curve = curve.map(|&objects| (format!("--curve {objects}"), objects));
        first.into_iter().chain(curve).collect()
    }
}

/// How x* is brought to a scale: as the features are, but that its objects have no length of their own.
fn privileged_kind(about: &About) -> ScalingKind {
    match about.scaling.kind() {
        ScalingKind::Unit => ScalingKind::Standard,
        kind => kind,
    }
}

/// What a saved model says of x*.
fn described(names: &[String], scaled: &Scaled) -> Value {
    json!({
        "names": names,
        "shift": scaled.scaling.shift(),
        "scale": scaled.scaling.scale(),
    })
}

/// Features that are of no file, in two parts, on the scale that is asked for.
fn generated(
    name: &str,
    parts: [&Matrix<f64>; 2],
    arguments: &TrainLupi,
) -> Result<(About, Scaled), String> {
    let data = Dataset::new(name, parts[0].clone());
    let about = About::of(&data, parts[0], " on the training part", &arguments.data);
    let scaled = Scaled::of(about.scaling.kind(), parts[0], parts[1], name)?;
    Ok((about, scaled))
}

impl Experiment {
    fn draw(&self, arguments: &TrainLupi, objects: usize, seed: u64) -> Result<Draw, String> {
        let sample = PrivilegedExperiment::new(self.kind).sample(objects, JUDGED, seed);
        let (train, judged) = (&sample.train, &sample.test);
        let (about, x) = generated(self.name, [&train.features, &judged.features], arguments)?;
        let kind = privileged_kind(&about);
        let privileged = Scaled::of(kind, &train.privileged, &judged.privileged, self.name)?;
        let described = json!({ "privileged": described(&[], &privileged) });
        let y = |part: &PrivilegedPart| Known::Classes(part.labels.clone());
        Ok(Draw {
            about,
            train: View {
                x: x.train,
                privileged: privileged.train,
                y: y(train),
            },
            judged: View {
                x: x.held_out,
                privileged: privileged.held_out,
                y: y(judged),
            },
            outputs: 2,
            described,
            best: None,
        })
    }
}

/// The first windows of a series to train on, and those after it that share no value with them to judge by.
fn of_series(
    series: &AutoregressiveSeries,
    arguments: &TrainLupi,
    objects: usize,
    seed: u64,
) -> Result<Draw, String> {
    let apart = (series.past + 1 + series.future).div_ceil(series.stride);
    let sample = series.sample(objects + apart + JUDGED, seed);
    let rows = [0..objects, objects + apart..objects + apart + JUDGED];
    let parts = |x: &Matrix<f64>| rows.clone().map(|rows: Range<usize>| x.slice_rows(rows));
    let (x, x_star, y) = (
        parts(&sample.features),
        parts(&sample.privileged),
        parts(&sample.targets),
    );
    let name = "series";
    let (about, features) = generated(name, [&x[0], &x[1]], arguments)?;
    let privileged = Scaled::of(privileged_kind(&about), &x_star[0], &x_star[1], name)?;
    let target = Scaled::of(ScalingKind::Standard, &y[0], &y[1], name)?;
    let forecast = |past: &[f64]| -> f64 {
        let latest_first = past.iter().rev().zip(&series.coefficients);
        latest_first.map(|(x, a)| a * x).sum()
    };
    let best = Matrix::from_fn(JUDGED, 1, |i, _| forecast(x[1].row(i)));
    Ok(Draw {
        about,
        described: json!({
            "privileged": described(&[], &privileged),
            "target": described(&[], &target),
        }),
        train: View {
            x: features.train,
            privileged: privileged.train,
            y: Known::Numbers(target.train),
        },
        judged: View {
            x: features.held_out,
            privileged: privileged.held_out,
            y: Known::Numbers(target.held_out),
        },
        outputs: 1,
        best: Some(r_squared(&best, &y[1])),
    })
}

/// A table with columns that are known in training only.
struct PrivilegedTable<'a> {
    beside: &'a Beside<'a>,
    /// The numbers to predict; else the classes are.
    target: Option<&'a TakenColumn>,
    privileged: &'a [TakenColumn],
    file: String,
}

impl PrivilegedTable<'_> {
    fn draw(&self, seed: u64, objects: Option<usize>) -> Result<Draw, String> {
        let split = self.beside.split(seed).map_err(|error| error.to_string())?;
        let parts = |x: &Matrix<f64>| {
            [&split.train, &split.held_out].map(|part| x.select_rows(&part.numbers))
        };
        let values: Vec<Vec<f64>> = (0..split.train.numbers.len() + split.held_out.numbers.len())
            .map(|i| {
                let columns = self.privileged.iter();
                columns.flat_map(|one| one.values.row(i)).copied().collect()
            })
            .collect();
        let [train, judged] = parts(&Matrix::from_rows(&values));
        let what = format!("{}: --privileged", self.file);
        let privileged = Scaled::of(privileged_kind(&split.about), &train, &judged, &what)?;
        let names: Vec<String> = self
            .privileged
            .iter()
            .flat_map(|one| one.feature_names.clone())
            .collect();
        let beside = self.target.into_iter().chain(self.privileged);
        let mut said = json!({
            "privileged": described(&names, &privileged),
            "beside": beside.map(|one| one.name.as_str()).collect::<Vec<_>>(),
        });
        let shown = Dataset::of_columns("", self.privileged);
        said["privileged"]["words"] = described_words(&shown.words);
        let (outputs, y) = match self.target {
            Some(column) => {
                let [train, judged] = parts(&column.values);
                let what = format!("{}: column \"{}\"", self.file, column.name);
                let first = train[(0, 0)];
                if train.as_slice().iter().all(|&x| x == first) {
                    return Err(format!(
                        "{what}: all objects to train on have the same number {first}, expected different ones"
                    ));
                }
                let target = Scaled::of(ScalingKind::Standard, &train, &judged, &what)?;
                said["target"] = described(std::slice::from_ref(&column.name), &target);
                (1, [target.train, target.held_out].map(Known::Numbers))
            }
            None => {
                said["classes"] = json!(split.about.label_names);
                self.classes(&split)?
            }
        };
        let [y, judged_y] = y;
        let train = View {
            x: split.train.x.cast(),
            privileged: privileged.train,
            y,
        };
        Ok(Draw {
            train: match objects {
                Some(objects) => train.head(objects),
                None => train,
            },
            judged: View {
                x: split.held_out.x.cast(),
                privileged: privileged.held_out,
                y: judged_y,
            },
            outputs,
            described: said,
            best: None,
            about: split.about,
        })
    }

    fn classes(&self, split: &Split) -> Result<(usize, [Known; 2]), String> {
        let parts = [&split.train, &split.held_out];
        let of = parts.map(|part| part.labels.clone().unwrap_or_default());
        let [train, _] = &of;
        if train.iter().all(|&class| class == train[0]) {
            let name = &split.about.label_names[train[0]];
            return Err(format!(
                "{}: all objects to train on are of the class \"{name}\", expected at least 2 classes",
                self.file
            ));
        }
        Ok((split.about.label_names.len(), of.map(Known::Classes)))
    }
}
