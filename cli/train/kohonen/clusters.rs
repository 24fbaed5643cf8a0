//! `unsup train wta` and `unsup train wtm`.

use super::checkpoint::{Checkpoint, column};
use super::{
    CODEBOOK, Defaults, HISTORY, WRITTEN, codebook_file, ended, history, left_out, live, of_file,
    q_over_epochs, quantized, save, settings,
};
use crate::arguments::{
    Asked, CheckpointOptions, ClusterOptions, CompetitionOptions, DataOptions, MissingOptions,
    RunOptions, SoftKernel, TrainWta, TrainWtm, width,
};
use crate::data::{About, Part, Whole};
use crate::page::{Column, Table};
use crate::progress::TrainingBar;
use crate::train::report::Account;
use crate::train::{Outcome, count, folder, four_digits, set_threads};
use std::error::Error;
use std::time::Instant;
use unsup_data::CodebookKind;
use unsup_models::Matrix;
use unsup_models::kohonen::{
    self, Codebook, End, FitError, KMeansStart, Rule, Run, Settings, WinnerTakesAll,
    WinnerTakesMost, spread, starting_centres,
};
use unsup_nn::saving::{Value, json};

/// `unsup train wta`
pub fn wta(arguments: &TrainWta, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let job = Job {
        method: "wta",
        data: &arguments.data,
        missing: &arguments.missing,
        clusters: &arguments.clusters,
        competition: &arguments.competition,
        checkpoint: &arguments.checkpoint,
        run: &arguments.run,
        asked,
    };
    job.run(|_, _| Ok((WinnerTakesAll, "the winner takes all".to_owned())))
}

/// `unsup train wtm`
pub fn wtm(arguments: &TrainWtm, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let job = Job {
        method: "wtm",
        data: &arguments.data,
        missing: &arguments.missing,
        clusters: &arguments.clusters,
        competition: &arguments.competition,
        checkpoint: &arguments.checkpoint,
        run: &arguments.run,
        asked,
    };
    job.run(|x, clusters| {
        let (default, unit) = match arguments.kernel {
            // from half of the centres down to a width at which only the winner moves
            SoftKernel::Rank => ((0.5 * clusters as f64, 0.01), "centres"),
            SoftKernel::Distance(_) => {
                let spread = spread(x)?;
                ((spread, 0.05 * spread), "units of the features")
            }
        };
        let width = width(arguments.width.unwrap_or(default), arguments.decay);
        let (rule, kernel) = match arguments.kernel {
            SoftKernel::Rank => (WinnerTakesMost::neural_gas(width), "neural gas".to_owned()),
            SoftKernel::Distance(kernel) => (
                WinnerTakesMost::new(kernel, width),
                format!("{kernel} kernel"),
            ),
        };
        let said = format!(
            "{kernel}, width {} to {} {unit}",
            four_digits(width.from),
            four_digits(width.to)
        );
        Ok((rule, said))
    })
}

/// A training of clusters.
struct Job<'a> {
    method: &'static str,
    data: &'a DataOptions,
    missing: &'a MissingOptions,
    clusters: &'a ClusterOptions,
    competition: &'a CompetitionOptions,
    checkpoint: &'a CheckpointOptions,
    run: &'a RunOptions,
    asked: &'a Asked,
}

/// What it came to.
struct TrainedCentres<'a> {
    method: &'a str,
    said: String,
    chosen: String,
    about: About,
    objects: Part,
    codebook: Codebook<f64>,
    settings: Settings,
    outcome: kohonen::Outcome,
    seconds: f64,
}

impl Job<'_> {
    /// Trains by the rule that is made for these objects and so many clusters, and says what it came to.
    fn run<R: Rule<f64>>(
        &self,
        rule: impl Fn(&Matrix<f64>, usize) -> Result<(R, String), FitError>,
    ) -> Result<Outcome, Box<dyn Error>> {
        let start = Instant::now();
        let options = self.run;
        set_threads(options.threads);
        let Whole { about, objects } = Whole::load(self.data, self.missing.fill, options.quiet)?;
        let mut out = folder(self.method, options, &WRITTEN, self.checkpoint.resume)?;
        let failed = |error| of_file(&error, &objects, &about);
        let (first, chosen) = match &self.clusters.from {
            Some(file) => (codebook_file::centres_of(file, &about)?, String::new()),
            None => {
                let (clusters, chosen) = self.clusters(&about, &objects)?;
                let start = self.clusters.start.unwrap_or(KMeansStart::RandomObjects);
                let first = starting_centres(&objects.x, clusters, start, options.seed);
                (first.map_err(failed)?, chosen)
            }
        };
        let clusters = first.rows();
        let (checkpoint, classes) = (self.checkpoint, column(objects.labels.as_deref()));
        let data = [&objects.x, &classes, &first];
        let checkpoint = Checkpoint::of(&out, self.asked, checkpoint, &data)?;
        let mut codebook = Codebook::new(first);
        let (rule, said) = rule(&objects.x, clusters).map_err(failed)?;
        let settings = settings(
            self.competition,
            options.seed,
            Defaults::until_settled(20, 0.1),
        )?;
        let bar = TrainingBar::new(settings.epochs, options.quiet);
        let mut run = Run::new(&mut codebook, &objects.x, rule, &settings).map_err(failed)?;
        if let Some(state) = &checkpoint.earlier {
            run.go_on(state)?;
        }
        let advance = |run: &mut Run<'_, f64, R>| {
            let epoch = run
                .advance()
                .inspect(|epoch| bar.update(epoch.number, live(epoch)));
            Ok::<_, String>(epoch.map(|_| run.steps()))
        };
        checkpoint.drive(&mut out, &bar, &mut run, advance, |run| Ok(run.state()))?;
        let outcome = run.finish().map_err(failed)?;
        let described = json!({ "clusters": clusters, "rule": said });
        let x = &objects.x;
        save(
            &mut out,
            &codebook,
            self.method,
            options,
            &about,
            x,
            described,
        )?;
        let none = vec![None; clusters];
        let cod = codebook_file::encoded(codebook.centres(), CodebookKind::Plain, &none, &about);
        out.write(CODEBOOK, &cod)?;
        out.write(HISTORY, history(&outcome).as_bytes())?;
        let pictures = quantized(&codebook, x, &about, "First");
        out.write_pictures(&pictures)?;
        let result = TrainedCentres {
            method: self.method,
            said,
            chosen,
            about,
            codebook,
            settings,
            outcome,
            objects,
            seconds: start.elapsed().as_secs_f64(),
        };
        Ok(Outcome {
            json: result.json(),
            summary: result.summary(options.seed),
            account: result.account(options.seed),
            pictures,
            out,
        })
    }

    /// How many clusters there are to be, and why, if nobody said.
    fn clusters(&self, about: &About, objects: &Part) -> Result<(usize, String), String> {
        let l = objects.x.rows();
        if let Some(clusters) = self.clusters.clusters {
            if clusters > l {
                return Err(format!(
                    "--clusters {clusters}: {} has {}, expected at most as many clusters",
                    objects.source,
                    count(l, "object", "objects")
                ));
            }
            return Ok((clusters, String::new()));
        }
        let known = objects
            .labels
            .as_ref()
            .and_then(|labels| labels.iter().max());
        if let Some(most) = known {
            let classes = about.label_names.len().max(most + 1);
            let why = format!(
                "Chosen: {}, as many as there are classes\n",
                count(classes, "cluster", "clusters")
            );
            return Ok((classes.min(l), why));
        }
        let clusters = ((0.5 * l as f64).sqrt().round() as usize).clamp(1, l);
        let why = format!(
            "Chosen: {}, the root of half of {l} objects\n",
            count(clusters, "cluster", "clusters")
        );
        Ok((clusters, why))
    }
}

impl TrainedCentres<'_> {
    /// Q before and after, and the quantization error.
    fn figures(&self) -> (f64, f64, f64) {
        let x = &self.objects.x;
        let estimate = self.outcome.epochs.last().map_or(f64::NAN, |epoch| epoch.q);
        (
            self.codebook.squared_error(x),
            estimate,
            self.codebook.quantization_error(x),
        )
    }

    fn dead(&self) -> usize {
        let hits = self.codebook.hits(&self.objects.x);
        hits.iter().filter(|&&hits| hits == 0).count()
    }

    /// For another program.
    fn json(&self) -> Value {
        let (q, estimate, error) = self.figures();
        json!({
            "q": q,
            "q_estimate": estimate,
            "quantization_error": error,
            "clusters": self.codebook.centres().rows(),
            "dead": self.dead(),
            "epochs": self.outcome.epochs.len(),
            "settled": self.outcome.end == End::Settled,
            "left_out": self.outcome.left_out.len(),
            "seconds": self.seconds,
        })
    }

    /// What was trained on what, in lines.
    fn head(&self, seed: u64) -> String {
        let x = &self.objects.x;
        format!(
            "{} with {}, {}, seed {seed}, {:.1} s\n\
             Data: {}, {}, {}{}\n{}{}{}\n",
            self.method.to_uppercase(),
            count(self.codebook.centres().rows(), "cluster", "clusters"),
            self.said,
            self.seconds,
            self.about.name,
            count(x.rows(), "object", "objects"),
            count(x.columns(), "feature", "features"),
            self.about.remark,
            left_out(&self.outcome.left_out, &self.objects),
            self.chosen,
            ended(&self.settings, &self.outcome)
        )
    }

    /// Q at several times, as it is shown.
    fn of_q(&self) -> [(&'static str, String); 3] {
        let (q, estimate, _) = self.figures();
        let rows = [
            ("at the start", self.outcome.initial_q),
            ("at the end", q),
            ("as estimated", estimate),
        ];
        rows.map(|(name, value)| (name, four_digits(value)))
    }

    /// What is to be said of centres that win nothing.
    fn of_dead(&self) -> String {
        match self.dead() {
            0 => "Every centre wins an object".to_owned(),
            dead => format!(
                "{} no object: another start (--start), or soft competition (wtm), may use them",
                count(dead, "centre wins", "centres win")
            ),
        }
    }

    /// For a reader.
    fn summary(&self, seed: u64) -> String {
        let (_, _, error) = self.figures();
        let mut summary = self.head(seed);
        summary += "Q, the mean squared distance from the nearest centre:\n";
        for (name, value) in self.of_q() {
            summary += &format!("  {name:<14}{value:>12}\n");
        }
        summary += &format!(
            "Quantization error, the mean distance: {}\n{}\n",
            four_digits(error),
            self.of_dead()
        );
        summary
    }

    /// For a page.
    fn account(&self, seed: u64) -> Account {
        let (_, _, error) = self.figures();
        let of_q = self
            .of_q()
            .map(|(name, value)| vec![format!("Q {name}"), value]);
        let error = vec![
            "quantization error, the mean distance".to_owned(),
            four_digits(error),
        ];
        let mut remarks =
            vec!["Q is the mean squared distance of an object from the nearest centre.".to_owned()];
        let mut warnings = Vec::new();
        match self.dead() {
            0 => remarks.push(format!("{}.", self.of_dead())),
            _ => warnings.push(self.of_dead()),
        }
        Account {
            head: self.head(seed),
            tables: vec![Table {
                caption: String::new(),
                columns: vec![Column::words(""), Column::numbers("value")],
                rows: of_q.into_iter().chain([error]).collect(),
            }],
            remarks,
            warnings,
            losses: q_over_epochs(&self.outcome),
            chosen: vec![
                ("--epochs", self.settings.epochs.to_string()),
                ("--until", self.settings.stopping.to_string()),
            ],
            pages: Vec::new(),
        }
    }
}
