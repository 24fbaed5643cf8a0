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
//! | `lecture` | the page of the whole lecture |
//! | `check` | `unsup check`: is every derivative right? |
//! | `methods` | `unsup methods`: what there is to train |
//! | `completions` | `unsup completions SHELL` |
//! | `progress` | what is shown while it runs |
//! | `pictures` | SVG drawings and their PNGs |
//! | `page` | the parts of a page of HTML |
//! | `output` | the folder that results go to |
//! | `interruption` | Ctrl-C |

mod apply;
mod arguments;
mod check;
mod completions;
mod data;
mod inspect;
mod interruption;
mod lecture;
mod methods;
mod model;
mod output;
mod page;
mod pictures;
mod progress;
mod sample;
mod train;

use arguments::{Arguments, Asked, Command, LectureOptions};
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use interruption::Interrupted;
use lecture::Verdict;
use output::print;
use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use unsup_data::in_one_line;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    interruption::listen();
    let outcome = match arguments.command {
        None => lecture::lecture(&LectureOptions::default()),
        Some(Command::Lecture(options)) => lecture::lecture(&options),
        Some(Command::Train { method }) => train(&method).map(|()| Verdict::Holds),
        Some(Command::Check(options)) => check::check(&options),
        Some(Command::Methods(settings)) => methods::methods(&settings).map(|()| Verdict::Holds),
        Some(Command::Completions { shell }) => {
            completions::completions(shell).map(|()| Verdict::Holds)
        }
        Some(Command::Apply(options)) => apply::apply(&options).map(|()| Verdict::Holds),
        Some(Command::Sample(options)) => sample::sample(&options).map(|()| Verdict::Holds),
        Some(Command::Inspect(options)) => inspect::inspect(&options).map(|()| Verdict::Holds),
    };
    match outcome {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::FAILURE,
        Err(error) => {
            if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
                interrupted.say();
                return ExitCode::from(interrupted.exit_code());
            }
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Trains, and prints what it came to: one JSON object for another program, or a summary for a reader.
fn train(asked: &Asked) -> Result<(), Box<dyn Error>> {
    let trained = train::train(asked)?;
    match asked.method.run_options().json {
        true => print(&format!("{}\n", trained.json))?,
        false => print(&trained.summary)?,
    }
    Ok(())
}

/// A bad value, name or option is one line that names it and what is expected; help and version are as clap prints
/// them.
fn refuse(error: &clap::Error) -> ExitCode {
    let part = |kind| error.get(kind).map(ToString::to_string);
    let names = |kind| match error.get(kind) {
        Some(ContextValue::Strings(names)) => names.clone(),
        _ => Vec::new(),
    };
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
            // an argument without a name is missing in any case, an option beside another one
            let beside = match (options.starts_with('<'), needing()) {
                (true, _) => String::new(),
                (false, None) => " as well".to_owned(),
                (false, Some(other)) => format!(" as well: '{other}' needs it"),
            };
            complain(&format!("expected {options}{beside}"));
        }
        (ErrorKind::InvalidValue, Some(option), Some(value), _) if !value.is_empty() => {
            let possible = names(ContextKind::ValidValue).join(", ");
            complain(&format!(
                "invalid value '{value}' for '{option}': expected one of {possible}"
            ));
        }
        (ErrorKind::InvalidValue, Some(option), _, _) => {
            complain(&format!("'{option}' needs a value"));
        }
        (ErrorKind::UnknownArgument, Some(found), _, _) => {
            let usage = part(ContextKind::Usage).unwrap_or_default();
            let near = part(ContextKind::SuggestedArg);
            complain(&methods::unexpected(&found, &usage, near.as_deref()));
        }
        (ErrorKind::InvalidSubcommand, ..) => {
            let similar = names(ContextKind::SuggestedSubcommand);
            let name = part(ContextKind::InvalidSubcommand).unwrap_or_default();
            complain(&methods::unknown(&name, &similar));
        }
        _ => {
            // nothing can be done about an output that is closed
            let _ = error.print();
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The option without which, alone or with its value, nothing is missing on the command line.
fn needing() -> Option<String> {
    let words: Vec<_> = env::args_os().collect();
    let is_option = |at: &usize| words[*at].to_string_lossy().starts_with("--");
    let is_whole_without = |at: usize, end: usize| {
        let left = words[..at].iter().chain(words.iter().skip(end));
        Arguments::try_parse_from(left).is_ok()
    };
    let mut options = (1..words.len()).filter(is_option);
    let found = options.find(|&at| is_whole_without(at, at + 1) || is_whole_without(at, at + 2))?;
    let word = words[found].to_string_lossy();
    Some(word.split('=').next().unwrap_or(&word).to_owned())
}

/// Says what went wrong, in one line whatever the names in it hold.
fn complain(problem: &str) {
    // where standard error takes nothing, the exit code still tells
    let _ = writeln!(io::stderr(), "error: {}", in_one_line(problem));
}
