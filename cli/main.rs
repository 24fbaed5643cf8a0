//! The command `unsup`.
//!
//! | file | what it does |
//! |---|---|
//! | `arguments` | the command line and its help |
//! | `data` | the data of a training: read, split, scaled |
//! | `train` | `unsup train METHOD`: data, training, evaluation, pictures |
//! | `progress` | what is shown while it runs |
//! | `pictures` | SVG drawings and their PNGs |
//! | `output` | the folder that results go to |

mod arguments;
mod data;
mod output;
mod pictures;
mod progress;
mod train;

use arguments::{Arguments, Command, Method, TrainAutoEncoder};
use clap::Parser;
use clap::error::ErrorKind;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let outcome = match arguments.command {
        None => train::autoencoder(&TrainAutoEncoder::default()),
        Some(Command::Train {
            method: Method::Autoencoder(settings),
        }) => train::autoencoder(&settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A value out of range is one line; help, version and unknown options are as clap prints them.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            eprintln!("{}", text.lines().next().unwrap_or_default());
        }
        _ => {
            // nothing can be done about an output that is closed
            let _ = error.print();
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
