//! The command `unsup`.
//!
//! | file | what it does |
//! |---|---|
//! | `arguments` | the command line and its help |
//! | `data` | the data of a training: read, split, scaled |
//! | `train` | `unsup train METHOD`: data, training, evaluation, pictures |
//! | `model` | a trained model of any method, opened again |
//! | `apply` | `unsup apply`: what it makes of new objects |
//! | `sample` | `unsup sample`: new objects of a generative model |
//! | `inspect` | `unsup inspect`: what a file or a folder holds |
//! | `progress` | what is shown while it runs |
//! | `pictures` | SVG drawings and their PNGs |
//! | `output` | the folder that results go to |

mod apply;
mod arguments;
mod data;
mod inspect;
mod model;
mod output;
mod pictures;
mod progress;
mod sample;
mod train;

use arguments::{Arguments, Command, Method, TrainAutoEncoder};
use clap::Parser;
use clap::error::{ContextKind, ErrorKind};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use unsup_data::in_one_line;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let outcome = match arguments.command {
        None => train::autoencoder::autoencoder(&TrainAutoEncoder::default()),
        Some(Command::Train { method }) => match method {
            Method::Autoencoder(settings) => train::autoencoder::autoencoder(&settings),
            Method::Linear(settings) => train::autoencoder::linear(&settings),
            Method::TwoLayer(settings) => train::autoencoder::two_layer(&settings),
            Method::Sparse(settings) => train::autoencoder::sparse(&settings),
            Method::Denoising(settings) => train::autoencoder::denoising(&settings),
            Method::Contractive(settings) => train::autoencoder::contractive(&settings),
            Method::Relational(settings) => train::autoencoder::relational(&settings),
            Method::Stacked(settings) => train::autoencoder::stacked(&settings),
            Method::Variational(settings) => train::autoencoder::variational(&settings),
            Method::SemiSupervised(settings) => train::autoencoder::semi_supervised(&settings),
            Method::Classifier(settings) => train::classifier::classifier(&settings),
            Method::Wta(settings) => train::kohonen::clusters::wta(&settings),
            Method::Wtm(settings) => train::kohonen::clusters::wtm(&settings),
            Method::Lvq(settings) => train::kohonen::lvq::lvq(&settings),
            Method::Som(settings) => train::kohonen::som::som(&settings),
            Method::Transfer(settings) => train::in_sequence::transfer(&settings),
            Method::SelfSupervised(settings) => train::in_sequence::self_supervised(&settings),
            Method::Distill(settings) => train::in_sequence::distill(&settings),
            Method::MultiTask(settings) => train::together::multi_task(&settings),
            Method::Lupi(settings) => train::together::lupi(&settings),
            Method::Gan(settings) => train::together::adversarial::gan(&settings),
        },
        Some(Command::Apply(settings)) => apply::apply(&settings),
        Some(Command::Sample(settings)) => sample::sample(&settings),
        Some(Command::Inspect(settings)) => inspect::inspect(&settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// A bad value is one line that names it, the option, and what is expected; help, version and unknown options are as clap
/// prints them.
fn refuse(error: &clap::Error) -> ExitCode {
    let part = |kind| error.get(kind).map(ToString::to_string);
    let option = part(ContextKind::InvalidArg);
    let value = part(ContextKind::InvalidValue);
    let other = part(ContextKind::PriorArg);
    match (error.kind(), option, value.or(other), error.source()) {
        (ErrorKind::ValueValidation, Some(option), Some(value), Some(expected)) => {
            complain(&format!(
                "invalid value '{value}' for '{option}': {expected}"
            ));
        }
        (ErrorKind::ArgumentConflict, Some(option), Some(other), _) if option == other => {
            complain(&format!("'{option}' is given twice"));
        }
        (ErrorKind::ArgumentConflict, Some(option), Some(other), _) => {
            complain(&format!("'{option}' cannot be used with '{other}'"));
        }
        (ErrorKind::MissingRequiredArgument, Some(options), _, _) => {
            complain(&format!("expected {options} as well"));
        }
        (ErrorKind::InvalidValue, Some(option), _, _) => {
            complain(&format!("'{option}' needs a value"));
        }
        _ => {
            // nothing can be done about an output that is closed
            let _ = error.print();
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Says what went wrong, in one line whatever the names in it hold.
fn complain(problem: &str) {
    // where standard error takes nothing, the exit code still tells
    let _ = writeln!(io::stderr(), "error: {}", in_one_line(problem));
}
