//! The front door: a file of any format, known by its content.

use crate::files::cifar::{self, CifarKind};
use crate::files::source::{Source, name_of};
use crate::files::{idx, table};
use crate::{DataError, Dataset, Delimiter, LabelColumn, LabelIfThere, TableOptions};
use std::fmt;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// What is known of a file beside its content; by default all is found out.
///
/// An option that does not apply to the format of the file is an error, not ignored, but for `label_if_there`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Of a table of text: the column with the labels.
    pub label: Option<LabelColumn>,
    /// Where `label` is `None`, and only of a table of text: a column with the labels that may be missing.
    pub label_if_there: Option<LabelIfThere>,
    /// Of a table of text: the cells that stand for a missing value; `None` for the usual ones.
    pub missing: Option<Vec<String>>,
    /// Of a table of text: what separates the cells.
    pub delimiter: Option<Delimiter>,
    /// Of a table of text: whether the first line holds names.
    pub header: Option<bool>,
    /// Of an IDX or `.npy` file: the IDX file with the labels.
    pub labels: Option<PathBuf>,
    /// Of a CIFAR batch: what its records hold.
    pub cifar: Option<CifarKind>,
}

/// Reads a file of any format that this crate knows, gzip'd or not:
///
/// | known by | format | read as by |
/// |---|---|---|
/// | [`ReadOptions::cifar`] given | CIFAR | [`read_cifar`](crate::read_cifar) |
/// | `\x93NUMPY` first | `.npy`, with the feature `npy` | `read_npy` |
/// | a name in `.bin` or `.bin.gz`, unless an IDX header promises just what follows it | CIFAR | [`read_cifar`](crate::read_cifar) |
/// | two zero bytes first | IDX | [`read_idx`](crate::read_idx) |
/// | anything else | a table of text | [`read_table`](crate::read_table) |
///
/// A `.bin` that is neither whole records of CIFAR nor IDX is refused, and not read as a table.
///
/// ```
/// use unsup_data::{ReadOptions, read};
///
/// let images = concat!(env!("CARGO_MANIFEST_DIR"), "/digits/digits-images-idx3-ubyte.gz");
/// let digits = read(images, &ReadOptions::default())?;
/// assert_eq!(digits.features.shape().to_string(), "1797x64");
/// assert_eq!(digits.labels.unwrap()[..3], [0, 1, 2]);
/// assert_eq!(
///     digits.notes,
///     [
///         "images of 8x8 pixels, divided by 255",
///         "labels from digits-labels-idx1-ubyte.gz: 10 classes",
///     ]
/// );
/// # Ok::<(), unsup_data::DataError>(())
/// ```
///
/// # Errors
/// As for the reader of the format, or if an option is given that does not apply to it.
pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Dataset, DataError> {
    read_with_format(path, options).map(|(data, _)| data)
}

/// What a file was known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A table of text.
    Table,
    /// IDX, as MNIST is kept.
    Idx,
    /// NumPy's array.
    Npy,
    /// A batch of CIFAR.
    Cifar,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Table => "table of text",
            Format::Idx => "IDX",
            Format::Npy => ".npy",
            Format::Cifar => "CIFAR batch",
        })
    }
}

/// As [`read()`], and what the file was known to be.
///
/// ```
/// use unsup_data::{Format, ReadOptions, read_with_format};
///
/// let images = concat!(env!("CARGO_MANIFEST_DIR"), "/digits/digits-images-idx3-ubyte.gz");
/// let (digits, format) = read_with_format(images, &ReadOptions::default())?;
/// assert_eq!((digits.features.rows(), format), (1797, Format::Idx));
/// # Ok::<(), unsup_data::DataError>(())
/// ```
///
/// # Errors
/// As [`read()`].
pub fn read_with_format(
    path: impl AsRef<Path>,
    options: &ReadOptions,
) -> Result<(Dataset, Format), DataError> {
    let path = path.as_ref();
    let file = path.display().to_string();
    let mut source = Source::open(path)?;
    let start = source.start(idx::LONGEST_HEADER, &file)?.to_owned();
    let is_array = start.starts_with(b"\x93NUMPY");
    let text = path.to_string_lossy();
    let is_bin = text.ends_with(".bin") || text.ends_with(".bin.gz");
    // a black pixel after the label 0 is two zero bytes as well
    let (mut is_idx, mut idx_fault) = (false, None);
    if is_bin
        && options.cifar.is_none()
        && let Some(promised) = idx::promised_bytes(&start)
    {
        let bytes = source.up_to(promised.saturating_add(1), &file)?;
        is_idx = bytes.len() as u64 == promised;
        if !is_idx {
            idx_fault = idx::read(&bytes[..], &file).err();
        }
        source = Source::new(Cursor::new(bytes).chain(source), &file)?;
    }
    if options.cifar.is_some() || (is_bin && !is_idx && !is_array) {
        let (kind, bytes) = cifar::read_records(&mut source, options.cifar, &file)
            .map_err(|error| idx_fault.unwrap_or(error))?;
        options.check("a CIFAR batch", &[CIFAR], &file)?;
        return Ok((cifar::dataset(path, &[bytes], kind)?, Format::Cifar));
    }
    if start.starts_with(&[0, 0]) {
        options.check("an IDX file", &[LABELS], &file)?;
        let data = idx::dataset(source, path, options.labels.as_deref())?;
        return Ok((data, Format::Idx));
    }
    if is_array {
        options.check("a .npy file", &[LABELS], &file)?;
        return Ok((npy(source, path, &file, options)?, Format::Npy));
    }
    options.check(
        "a table of text",
        &[LABEL, MISSING, DELIMITER, HEADER],
        &file,
    )?;
    let usual = TableOptions::default();
    let options = TableOptions {
        delimiter: options.delimiter,
        header: options.header,
        label: options.label.clone(),
        label_if_there: options.label_if_there.clone(),
        missing: options.missing.clone().unwrap_or(usual.missing),
    };
    let mut data = table::dataset(source, &file, &options)?;
    data.name = name_of(path);
    Ok((data, Format::Table))
}

#[cfg(feature = "npy")]
fn npy(
    source: Source<'_>,
    path: &Path,
    file: &str,
    options: &ReadOptions,
) -> Result<Dataset, DataError> {
    let mut data = crate::files::npy::dataset(source, file)?;
    data.name = name_of(path);
    if let Some(labels) = &options.labels {
        idx::read_labels(&mut data, file, labels)?;
    }
    Ok(data)
}

#[cfg(not(feature = "npy"))]
fn npy(_: Source<'_>, _: &Path, file: &str, _: &ReadOptions) -> Result<Dataset, DataError> {
    let problem = "a .npy file, which is read only with the feature npy";
    Err(DataError::new(file, problem))
}

const LABEL: &str = "label column";
const MISSING: &str = "marks of missing values";
const DELIMITER: &str = "delimiter";
const HEADER: &str = "header";
const LABELS: &str = "file of labels";
const CIFAR: &str = "kind of CIFAR records";

impl ReadOptions {
    /// Refuses an option that is given and not among those that apply to the format.
    fn check(&self, format: &str, applying: &[&str], file: &str) -> Result<(), DataError> {
        let given = [
            (LABEL, self.label.is_some()),
            (MISSING, self.missing.is_some()),
            (DELIMITER, self.delimiter.is_some()),
            (HEADER, self.header.is_some()),
            (LABELS, self.labels.is_some()),
            (CIFAR, self.cifar.is_some()),
        ];
        let misfit = given
            .into_iter()
            .find(|&(option, given)| given && !applying.contains(&option));
        match misfit {
            Some((option, _)) => {
                let problem = format!("is {format}, which takes no {option}");
                Err(DataError::new(file, problem))
            }
            None => Ok(()),
        }
    }
}
