//! Where results go: a folder, and standard output.

use crate::pictures::{png, write_atomically};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder that has been seen to take files.
pub struct OutputFolder {
    path: PathBuf,
}

impl OutputFolder {
    /// The folder at `path`, made if it is not there; tried out now, so that no training is lost for want of a place.
    ///
    /// # Errors
    /// If it can't be made or written to; one line says which and why.
    pub fn open(path: &Path) -> Result<Self, String> {
        let refused =
            |error: io::Error| format!("{}: cannot write to this folder: {error}", path.display());
        fs::create_dir_all(path).map_err(refused)?;
        tempfile::tempfile_in(path).map_err(refused)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Draws an SVG picture as a PNG file, put aside first and then in place.
    ///
    /// # Errors
    /// If it can't be drawn or written.
    pub fn write_picture(&self, name: &str, svg: &str) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let bytes = png(svg).map_err(|error| failed(&error))?;
        write_atomically(&path, &bytes).map_err(|error| failed(&error))?;
        Ok(path)
    }
}

/// Writes to standard output. A reader that has seen enough and closed it is no error.
///
/// # Errors
/// If it can't be written for another reason.
pub fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}
