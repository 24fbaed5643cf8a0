//! `unsup train autoencoder`.

use super::{
    Job, WRITTEN, architecture, check_size, count, describe, four_digits, lines, listed, report,
    set_threads, training,
};
use crate::arguments::TrainAutoEncoder;
use crate::data::{Missing, Split};
use crate::output::OutputFolder;
use crate::pictures;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;
use unsup_models::autoencoder::{Architecture, AutoEncoder, Plain, Reconstruction};
use unsup_models::{Matrix, Pca};
use unsup_nn::saving::json;

const RECONSTRUCTIONS: &str = "reconstructions.png";
/// Drawn for codes of two numbers only.
const CODES: &str = "codes.png";

/// `unsup train autoencoder`
pub fn autoencoder(arguments: &TrainAutoEncoder) -> Result<(), Box<dyn Error>> {
    let outcome = run(arguments)?;
    let (json, summary) = (outcome.json(), outcome.summary(arguments));
    report(&arguments.run, &json, &summary)?;
    Ok(())
}

/// What a training came to.
struct Outcome {
    data: Split,
    train_loss: f64,
    heldout_loss: f64,
    pca: PcaLoss,
    /// What was written.
    written: Vec<PathBuf>,
    /// A picture that is there but not of this run.
    left: Option<PathBuf>,
    seconds: f64,
}

/// Trains, evaluates and draws.
fn run(arguments: &TrainAutoEncoder) -> Result<Outcome, Box<dyn Error>> {
    let start = Instant::now();
    let options = &arguments.run;
    set_threads(options.threads);
    let data = Split::load(
        &arguments.data,
        Missing::Refused,
        options.seed,
        options.quiet,
    )?;
    let widths = encoder_widths(data.train.x.columns(), arguments);
    let (hidden, code) = (listed(&arguments.widths.0), arguments.code);
    check_size(&widths, 2, &format!("--widths {hidden} --code {code}"))?;
    let plane = arguments.code == 2;
    let mut names = WRITTEN.to_vec();
    names.push(RECONSTRUCTIONS);
    if plane {
        names.push(CODES);
    }
    let default = PathBuf::from("runs/autoencoder");
    let out = OutputFolder::open(options.out.as_ref().unwrap_or(&default), &names)?;

    let train = data.train.x.cast::<f32>();
    let held_out = data.held_out.x.cast::<f32>();
    let settings = json!({
        "split": data.sizes(),
        "hidden": arguments.widths.0,
        "code": arguments.code,
        "output": data.about.output.to_string(),
    });
    let description = describe(
        "autoencoder",
        options.seed,
        &data.about,
        &[&train],
        settings,
    );
    let mut model = AutoEncoder::<f32>::new(
        train.columns(),
        &Architecture {
            output: data.about.output,
            seed: options.seed,
            ..Architecture::deep(&arguments.widths.0, arguments.code)
        },
    );
    let job = Job {
        model: &mut model,
        criterion: &Reconstruction {
            x: &train,
            method: &Plain,
        },
        validation: None,
        training: training(&arguments.training, options.seed),
        early_stopping: None,
        description,
    };
    let (_, mut written) = job.run(options, &arguments.checkpoint, &out, &data.about)?;

    let train_loss = model.squared_error(&train);
    let heldout_loss = model.squared_error(&held_out);
    if !heldout_loss.is_finite() {
        let name = &data.about.name;
        return Err(format!("{name}: the held-out error is not finite: {heldout_loss}").into());
    }
    let pca = PcaLoss::of(&data, arguments.code);

    let caption = format!(
        "Held-out {} from codes of {}: squared error {}, PCA {}",
        data.about.name,
        arguments.code,
        four_digits(heldout_loss),
        four_digits(pca.loss)
    );
    let reconstructed = model.reconstruct(&held_out);
    let picture = pictures::reconstructions(&held_out, &reconstructed, data.about.tile, &caption);
    let mut drawn = vec![(RECONSTRUCTIONS, picture)];
    if plane {
        let title = format!("Codes of the held-out {}", data.about.name);
        let labels = data.held_out.labels.as_deref();
        let picture = pictures::codes(&model.encode(&held_out), labels, &title);
        drawn.push((CODES, picture));
    }
    written.extend(out.write_pictures(&drawn)?);
    Ok(Outcome {
        written,
        left: if plane { None } else { out.find(CODES) },
        data,
        train_loss,
        heldout_loss,
        pca,
        seconds: start.elapsed().as_secs_f64(),
    })
}

impl Outcome {
    /// The held-out error over that of PCA; none where PCA makes no error.
    fn ratio(&self) -> Option<f64> {
        (!self.pca.negligible).then(|| self.heldout_loss / self.pca.loss)
    }

    /// For another program.
    fn json(&self) -> unsup_nn::saving::Value {
        json!({
            "train_loss": self.train_loss,
            "heldout_loss": self.heldout_loss,
            "pca_loss": self.pca.loss,
            "ratio": self.ratio(),
            "seconds": self.seconds,
        })
    }

    /// For a reader.
    fn summary(&self, arguments: &TrainAutoEncoder) -> String {
        let data = &self.data;
        let features = data.train.x.columns();
        let ratio = match self.ratio() {
            Some(ratio) => format!("{ratio:.3}"),
            None => "none: PCA makes next to no error with such a code".to_owned(),
        };
        let mut summary = format!(
            "Deep auto-encoder {}, {}, seed {}, {:.1} s\n\
             Data: {}, {} to train and {} held out, {}{}\n\
             Squared error per object (sum over features):\n  \
             training         {:>10}\n  \
             held out         {:>10}\n  \
             held out by PCA  {:>10}\n  \
             ratio to PCA     {ratio:>10}\n",
            architecture(&there_and_back(features, arguments)),
            count(arguments.training.epochs, "epoch", "epochs"),
            arguments.run.seed,
            self.seconds,
            data.about.name,
            count(data.train.x.rows(), "object", "objects"),
            data.held_out.x.rows(),
            count(features, "feature", "features"),
            data.about.remark,
            four_digits(self.train_loss),
            four_digits(self.heldout_loss),
            four_digits(self.pca.loss),
        );
        summary += &lines(&self.written);
        if let Some(path) = &self.left {
            summary += &format!(
                "{} was there before and is not of this run\n",
                path.display()
            );
        }
        summary
    }
}

/// What the best linear code of the same size comes to.
struct PcaLoss {
    /// The squared error per held-out object of PCA fitted to the training part.
    loss: f64,
    /// It is next to nothing, as where a code has as many numbers as the data have directions: what is left is rounding, and
    /// a ratio to it says nothing.
    negligible: bool,
}

impl PcaLoss {
    /// A smaller part of the squared distance from the mean is negligible; it is near what single precision, in which the
    /// auto-encoder computes, can tell from none.
    const NEGLIGIBLE: f64 = 1e-12;

    fn of(data: &Split, code: usize) -> Self {
        let pca = Pca::fit(&data.train.x, code);
        let loss = pca.squared_error(&data.held_out.x);
        // the mean over objects of ‖x − x̄‖²
        let spread = |x: &Matrix<f64>| {
            let differences = x.row_iter().flat_map(|row| row.iter().zip(pca.mean()));
            differences.map(|(x, mean)| (x - mean).powi(2)).sum::<f64>() / x.rows() as f64
        };
        // of both parts: held-out objects that all lie at the mean are no measure of what is small
        let spread = spread(&data.held_out.x).max(spread(&data.train.x));
        Self {
            loss,
            negligible: loss <= Self::NEGLIGIBLE * spread,
        }
    }
}

/// All widths, the decoder's too: 64, 128, 64, 2, 64, 128, 64.
fn there_and_back(features: usize, arguments: &TrainAutoEncoder) -> Vec<usize> {
    let mut widths = encoder_widths(features, arguments);
    let back: Vec<usize> = widths.iter().rev().skip(1).copied().collect();
    widths.extend(back);
    widths
}

/// From the features to the code; the decoder has them in reverse.
fn encoder_widths(features: usize, arguments: &TrainAutoEncoder) -> Vec<usize> {
    let hidden = arguments.widths.0.iter().copied();
    [features]
        .into_iter()
        .chain(hidden)
        .chain([arguments.code])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Widths;

    /// A run of one epoch on the digits.
    fn short(seed: u64, code: usize) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = TrainAutoEncoder {
            widths: Widths(vec![4]),
            code,
            ..TrainAutoEncoder::default()
        };
        arguments.run.out = Some(folder.path().to_owned());
        arguments.run.quiet = true;
        arguments.training.epochs = 1;
        arguments.run.seed = seed;
        run(&arguments).unwrap()
    }

    #[test]
    fn pca_is_fitted_to_the_training_part_and_measured_on_the_held_out_part() {
        let seed = 3;
        let found = short(seed, 5).json()["pca_loss"].as_f64().unwrap();
        let split = Split::load(
            &TrainAutoEncoder::default().data,
            Missing::Refused,
            seed,
            true,
        )
        .unwrap();
        let (train, held_out) = (split.train.x, split.held_out.x);
        let pca = Pca::fit(&train, 5);
        // ‖x − x̄‖² less its part along the components, object by object
        let along = pca.encode(&held_out);
        let objects = held_out.row_iter().zip(along.row_iter());
        let errors = objects.map(|(x, code)| {
            let whole: f64 = x
                .iter()
                .zip(pca.mean())
                .map(|(x, mean)| (x - mean).powi(2))
                .sum();
            whole - code.iter().map(|z| z * z).sum::<f64>()
        });
        let expected = errors.sum::<f64>() / 597.0;
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        // and it is none of what it could be mistaken for
        let of = |fitted: &Matrix<f64>, measured: &Matrix<f64>| {
            Pca::fit(fitted, 5).squared_error(measured)
        };
        for other in [
            of(&train, &train),
            of(&held_out, &held_out),
            of(&held_out, &train),
        ] {
            assert!((found - other).abs() > 1e-3, "{found} {other}");
        }
    }

    #[test]
    fn an_error_of_pca_that_is_rounding_gives_no_ratio() {
        let of = |train: &[[f64; 2]], held_out: &[[f64; 2]], code| {
            let mut data =
                Split::load(&TrainAutoEncoder::default().data, Missing::Refused, 0, true).unwrap();
            (data.train.x, data.held_out.x) =
                (Matrix::from_rows(train), Matrix::from_rows(held_out));
            PcaLoss::of(&data, code).negligible
        };
        let train = [[0.1, 0.2], [0.3, -0.4], [-0.7, 0.6]];
        assert!(of(&train, &[[5.1, -7.3]], 2), "all directions");
        assert!(
            of(&[[0.1, 0.2], [0.3, 0.6]], &[[0.7, 1.4]], 1),
            "on the line"
        );
        assert!(
            of(&[[0.0, 0.0]; 2], &[[0.0, 0.0]], 1),
            "no error and no spread"
        );
        assert!(
            of(&[[-1.0, 0.0], [1.0, 0.0]], &[[1e-17, 1e-18]], 1),
            "at the mean"
        );
        assert!(!of(&train, &[[5.1, -7.3]], 1));
        assert!(!of(&[[0.1, 0.2], [0.3, 0.6]], &[[0.7, 1.401]], 1));
    }
}
