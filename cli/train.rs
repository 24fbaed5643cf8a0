//! `unsup train METHOD`.

use crate::arguments::TrainAutoEncoder;
use crate::data::Split;
use crate::output::{OutputFolder, print};
use crate::pictures;
use crate::progress::TrainingBar;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;
use unsup_models::autoencoder::{AutoEncoder, Settings};
use unsup_models::{Pca, Training};

/// `unsup train autoencoder`
pub fn autoencoder(arguments: &TrainAutoEncoder) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    set_threads(arguments.threads);
    let data = Split::load(arguments.data.as_deref(), arguments.seed)?;
    check_size(data.train.columns(), arguments)?;
    let out = OutputFolder::open(&arguments.out)?;

    let (train, held_out) = (data.train.cast::<f32>(), data.held_out.cast::<f32>());
    let settings = Settings {
        hidden: arguments.widths.clone(),
        code: arguments.code,
        output: data.output,
        seed: arguments.seed,
    };
    let mut model = AutoEncoder::<f32>::new(train.columns(), &settings);
    let training = Training {
        epochs: arguments.epochs,
        batch_size: arguments.batch_size,
        rate: arguments.rate,
        seed: arguments.seed,
        ..Training::default()
    };
    let bar = TrainingBar::new(arguments.epochs, arguments.quiet);
    let outcome = model.fit(&train, &training, |epoch| {
        bar.update(epoch);
        ControlFlow::Continue(())
    });
    bar.finish();
    outcome?;

    let train_loss = model.squared_error(&train)?;
    let heldout_loss = model.squared_error(&held_out)?;
    let pca_loss = Pca::fit(&data.train, arguments.code).squared_error(&data.held_out);
    let ratio = heldout_loss / pca_loss;

    let caption = format!(
        "Held-out {} from codes of {}: squared error {}, PCA {}",
        data.name,
        arguments.code,
        number(heldout_loss),
        number(pca_loss)
    );
    let reconstructed = model.reconstruct(&held_out);
    let picture = pictures::reconstructions(&held_out, &reconstructed, data.tile, &caption);
    let mut written = vec![out.write_picture("reconstructions.png", &picture)?];
    if arguments.code == 2 {
        let title = format!("Codes of the held-out {}", data.name);
        let labels = data.held_out_labels.as_deref();
        let picture = pictures::codes(&model.encode(&held_out), labels, &title);
        written.push(out.write_picture("codes.png", &picture)?);
    }
    let seconds = start.elapsed().as_secs_f64();

    let report = if arguments.json {
        let result = serde_json::json!({
            "train_loss": train_loss,
            "heldout_loss": heldout_loss,
            "pca_loss": pca_loss,
            // PCA with as many components as the data have directions makes no error: there is no ratio then
            "ratio": ratio.is_finite().then_some(ratio),
            "seconds": seconds,
        });
        format!("{result}\n")
    } else {
        let ratio = if ratio.is_finite() {
            format!("{ratio:.3}")
        } else {
            "none: PCA makes no error with such a code".to_owned()
        };
        let mut report = format!(
            "Deep auto-encoder {}, {} epochs, seed {}, {seconds:.1} s\n\
             Data: {}, {} objects to train and {} held out, {} features{}\n\
             Squared error per object (sum over features):\n  \
             training         {:>10}\n  \
             held out         {:>10}\n  \
             held out by PCA  {:>10}\n  \
             ratio to PCA     {ratio:>10}\n",
            architecture(train.columns(), arguments),
            arguments.epochs,
            arguments.seed,
            data.name,
            train.rows(),
            held_out.rows(),
            train.columns(),
            data.remark,
            number(train_loss),
            number(heldout_loss),
            number(pca_loss),
        );
        for path in written {
            report += &format!("{}\n", path.display());
        }
        report
    };
    print(&report)?;
    Ok(())
}

/// More weights than this, with their gradients and Adam's two moments, don't fit into the memory of most machines.
const MOST_WEIGHTS: usize = 200_000_000;

/// Refuses a network that is too large, before any of it is allocated.
fn check_size(features: usize, arguments: &TrainAutoEncoder) -> Result<(), String> {
    let widths = [features]
        .into_iter()
        .chain(arguments.widths.iter().copied());
    let widths: Vec<usize> = widths.chain([arguments.code]).collect();
    let layers = widths
        .windows(2)
        .map(|pair| pair[0].saturating_mul(pair[1]));
    let weights = layers.fold(0usize, usize::saturating_add).saturating_mul(2);
    if weights <= MOST_WEIGHTS {
        return Ok(());
    }
    Err(format!(
        "--widths {} --code {}: a network from {features} features would have {} weights, expected at most {MOST_WEIGHTS}",
        arguments
            .widths
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(","),
        arguments.code,
        if weights == usize::MAX {
            "countless".to_owned()
        } else {
            weights.to_string()
        },
    ))
}

/// An error in four digits, however small or large.
fn number(x: f64) -> String {
    if x == 0.0 || (1e-3..1e6).contains(&x.abs()) {
        format!("{x:.4}")
    } else {
        format!("{x:.3e}")
    }
}

/// `"64-128-64-2-64-128-64"`
fn architecture(features: usize, arguments: &TrainAutoEncoder) -> String {
    let half = || {
        [features]
            .into_iter()
            .chain(arguments.widths.iter().copied())
    };
    let widths = half().chain([arguments.code]).chain({
        let mut back: Vec<usize> = half().collect();
        back.reverse();
        back
    });
    let widths: Vec<String> = widths.map(|width| width.to_string()).collect();
    widths.join("-")
}

/// All processors, unless a number is given. What is computed does not depend on it.
fn set_threads(threads: Option<usize>) {
    #[cfg(feature = "threading")]
    unsup_autograd::set_threads(match threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism().map_or(1, |threads| threads.get()),
    });
    #[cfg(not(feature = "threading"))]
    let _ = threads;
}
