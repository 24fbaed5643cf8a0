//! `unsup completions SHELL`: a script that completes what is typed, made of the command line's definition.

use crate::arguments::Arguments;
use crate::output::print;
use clap::CommandFactory;
use clap_complete::{Shell, generate};
use std::error::Error;

/// Prints the script of a shell.
///
/// # Errors
/// If standard output takes nothing.
pub fn completions(shell: Shell) -> Result<(), Box<dyn Error>> {
    // to standard output itself it would be written with a panic where that is closed
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "unsup", &mut script);
    Ok(print(&String::from_utf8(script)?)?)
}
