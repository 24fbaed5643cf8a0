//! Where rows are written: standard output or a file, as a table or as an array.

use crate::arguments::{TableFormat, TableOptions};
use crate::model::Answer;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use unsup_data::{CsvWriter, write_npy_to};
use unsup_models::Matrix;
use unsup_nn::files::replace_atomically;

/// Where rows are written, and how.
pub struct Destination {
    path: Option<PathBuf>,
    format: TableFormat,
    is_packed: bool,
}

impl Destination {
    /// The one that is asked for.
    ///
    /// # Errors
    /// If the name of the file does not tell how rows are to be written, or no file can be written there.
    pub fn of(options: &TableOptions) -> Result<Self, String> {
        let Some(path) = &options.out else {
            return Ok(Self {
                path: None,
                format: options.format.unwrap_or(TableFormat::Csv),
                is_packed: false,
            });
        };
        let shown = path.display();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (name, is_packed) = match name.strip_suffix(".gz") {
            Some(name) => (name, true),
            None => (&*name, false),
        };
        let by_name = match name.rsplit_once('.') {
            Some((_, "csv")) => Some(TableFormat::Csv),
            Some((_, "npy")) => Some(TableFormat::Npy),
            _ => None,
        };
        let format = options.format.or(by_name).ok_or_else(|| {
            format!("--out {shown}: expected a name in .csv, .csv.gz or .npy, or --format")
        })?;
        check_new("--out", path, options.force)?;
        // tried out now, so that nothing is computed for want of a place
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        tempfile::tempfile_in(folder).map_err(|error| {
            let folder = folder.display();
            format!("--out {shown}: cannot write to the folder {folder}: {error}")
        })?;
        Ok(Self {
            path: Some(path.clone()),
            format,
            is_packed,
        })
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Refuses to write over a file that is read.
    ///
    /// # Errors
    /// If one of them is the file to write.
    pub fn check_none_of(&self, read: &[&Path]) -> Result<(), String> {
        let Some(Ok(path)) = self.path.as_ref().map(|path| path.canonicalize()) else {
            return Ok(()); // it is not there yet
        };
        match read
            .iter()
            .any(|read| read.canonicalize().is_ok_and(|read| read == path))
        {
            true => Err(format!(
                "--out {}: is the file that is read, expected another one",
                self.path.as_deref().unwrap_or(&path).display()
            )),
            false => Ok(()),
        }
    }

    /// Writes so many rows that come in blocks. A file is written aside and then put in place; a reader of standard
    /// output that has seen enough and closed it is no error.
    ///
    /// # Errors
    /// If a block has an error of its own, or can't be written.
    pub fn write(
        &self,
        rows: usize,
        blocks: impl Iterator<Item = Result<Answer, String>>,
    ) -> Result<(), String> {
        // an answer's own error is not one of the file
        let mut problem = None;
        let blocks = blocks.map_while(|block| match block {
            Ok(block) => Some(block),
            Err(error) => {
                problem = Some(error);
                None
            }
        });
        let mut blocks = Blocks { blocks, left: rows };
        let written = match &self.path {
            None => blocks.write(&mut BufWriter::new(io::stdout().lock()), self.format),
            Some(path) => replace_atomically(path, |file| match self.is_packed {
                false => blocks.write(&mut BufWriter::new(file), self.format),
                true => {
                    let mut packed = GzEncoder::new(BufWriter::new(file), Compression::default());
                    blocks.write(&mut packed, self.format)?;
                    packed.finish()?.flush()
                }
            }),
        };
        drop(blocks);
        match (problem, written) {
            (Some(problem), _) => Err(problem),
            (None, Err(error)) if self.path.is_none() => match error.kind() {
                io::ErrorKind::BrokenPipe => Ok(()),
                _ => Err(format!("standard output: {error}")),
            },
            (None, written) => written.map_err(|error| error.to_string()),
        }
    }
}

/// Refuses to write where there is a folder, or, unless that is said to be right, another file.
///
/// # Errors
/// If there is something; one line names `option` and what it is.
pub fn check_new(option: &str, path: &Path, force: bool) -> Result<(), String> {
    let shown = path.display();
    if path.is_dir() {
        return Err(format!(
            "{option} {shown}: is a directory, expected a file to write"
        ));
    }
    match !force && fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
        true => Err(format!(
            "{option} {shown}: is there already, expected another name; --force replaces it"
        )),
        false => Ok(()),
    }
}

/// Rows that come in blocks.
struct Blocks<I> {
    blocks: I,
    /// How many rows are still to come. If they don't, something went wrong, and nothing is to be put in place.
    left: usize,
}

impl<I: Iterator<Item = Answer>> Blocks<I> {
    fn write(&mut self, out: &mut dyn Write, format: TableFormat) -> io::Result<()> {
        match format {
            TableFormat::Csv => {
                let mut table = CsvWriter::new(&mut *out);
                let mut has_names = false;
                while let Some(block) = self.next() {
                    if !has_names {
                        table.names(&block.names())?;
                        has_names = true;
                    }
                    for row in 0..block.rows() {
                        table.row(block.columns.iter().map(|column| column.cell(row)))?;
                    }
                }
            }
            TableFormat::Npy => {
                let (rows, mut values) = (self.left, Vec::new());
                while let Some(block) = self.next() {
                    for row in 0..block.rows() {
                        values.extend(block.columns.iter().map(|column| column.number(row)));
                    }
                }
                if self.left == 0 {
                    write_npy_to(
                        &mut *out,
                        &Matrix::from_vec(rows, values.len() / rows, values),
                    )?;
                }
            }
        }
        match self.left {
            0 => out.flush(),
            _ => Err(io::Error::other("not all rows could be computed")),
        }
    }

    fn next(&mut self) -> Option<Answer> {
        let block = self.blocks.next()?;
        self.left -= block.rows();
        Some(block)
    }
}
