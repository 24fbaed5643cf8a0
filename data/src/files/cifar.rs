//! The binary batches of CIFAR-10 and CIFAR-100 (A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images,
//! 2009): records of one label byte, or two, and an image of 32x32 pixels in three planes.

use super::source::{BUFFER, Source, name_of};
use crate::{DataError, Dataset, ImageShape, in_one_line};
use std::fs;
use std::path::Path;
use unsup_autograd::Matrix;

const SIDE: usize = 32;
const PIXELS: usize = SIDE * SIDE;
const CHANNELS: usize = 3;
/// The light of a pixel is brought from 0 to 255 to \[0, 1\].
const FULL: f64 = 255.0;
/// A file of names is some hundred bytes; what is longer is none.
const LONGEST_NAMES: u64 = 1 << 16;

/// What the records of a CIFAR batch hold before the image, and which of it is the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CifarKind {
    /// CIFAR-10: one label, 0 to 9.
    Ten,
    /// CIFAR-100: two labels, of which the second is taken, the class, 0 to 99.
    HundredFine,
    /// CIFAR-100: two labels, of which the first is taken, the superclass, 0 to 19.
    HundredCoarse,
}

impl CifarKind {
    fn label_bytes(self) -> usize {
        match self {
            Self::Ten => 1,
            Self::HundredFine | Self::HundredCoarse => 2,
        }
    }

    fn record(self) -> usize {
        self.label_bytes() + PIXELS * CHANNELS
    }

    fn classes(self) -> usize {
        match self {
            Self::Ten => 10,
            Self::HundredFine => 100,
            Self::HundredCoarse => 20,
        }
    }

    /// The file beside a batch that names the classes.
    fn names_file(self) -> &'static str {
        match self {
            Self::Ten => "batches.meta.txt",
            Self::HundredFine => "fine_label_names.txt",
            Self::HundredCoarse => "coarse_label_names.txt",
        }
    }

    /// What the labels before an image are called, and how many there are of each.
    fn labels(self) -> &'static [(&'static str, u8)] {
        match self {
            Self::Ten => &[("label", 10)],
            Self::HundredFine | Self::HundredCoarse => &[("coarse label", 20), ("fine label", 100)],
        }
    }

    /// Whether a file of so many bytes holds records of this kind.
    fn fits(self, bytes: usize) -> bool {
        bytes > 0 && bytes.is_multiple_of(self.record())
    }
}

/// Reads batches of CIFAR-10 or CIFAR-100 in the binary layout, gzip'd or not, one after the other into one data set
/// that is named after the first.
///
/// An image becomes a row of 32x32 pixels with the channels red, green, blue last, divided by 255, so that they lie in
/// \[0, 1\]. The classes are named by the file `batches.meta.txt` beside the first batch (`fine_label_names.txt` or
/// `coarse_label_names.txt` of CIFAR-100), a name in each line, or by their numbers if there is none.
///
/// Where `kind` is not given the size of the first batch tells: 3073 bytes a record is CIFAR-10, 3074 is CIFAR-100, of
/// which the fine labels are taken. All labels are checked as the records arrive, so that what unpacks to something else
/// is not held.
///
/// # Errors
/// If there is no path, a file can't be read, its size is no multiple of a record's or fits either kind where none is given,
/// a label is out of range, or the file of names holds other than one for each class.
pub fn read_cifar<P: AsRef<Path>>(
    paths: &[P],
    kind: Option<CifarKind>,
) -> Result<Dataset, DataError> {
    let Some(first) = paths.first() else {
        return Err(DataError::new("", "no file, expected CIFAR batches"));
    };
    let mut batches = Vec::with_capacity(paths.len());
    let mut known = kind;
    for path in paths {
        let path = path.as_ref();
        let file = path.display().to_string();
        let (kind, bytes) = read_records(&mut Source::open(path)?, known, &file)?;
        known = Some(kind);
        batches.push(bytes);
    }
    let kind = known.expect("there is a first batch");
    dataset(first.as_ref(), &batches, kind)
}

/// The records of a file and their kind, of the labels of which all are in range.
pub(crate) fn read_records(
    source: &mut Source<'_>,
    kind: Option<CifarKind>,
    file: &str,
) -> Result<(CifarKind, Vec<u8>), DataError> {
    let refuse = |problem: String| Err(DataError::new(file, problem));
    let (ten, hundred) = (CifarKind::Ten, CifarKind::HundredFine);
    let kinds = kind.map_or(vec![ten, hundred], |kind| vec![kind]);
    let mut candidates: Vec<Candidate> = kinds.into_iter().map(Candidate::new).collect();
    let mut bytes = Vec::new();
    loop {
        let more = source.up_to(BUFFER as u64, file)?;
        if more.is_empty() {
            break;
        }
        bytes.extend(more);
        candidates
            .iter_mut()
            .for_each(|candidate| candidate.check(&bytes));
        if candidates.iter().all(|candidate| candidate.fault.is_some()) {
            break;
        }
    }
    if let [
        ..,
        Candidate {
            fault: Some(last), ..
        },
    ] = &candidates[..]
        && let Some(first) = &candidates[0].fault
    {
        return refuse(match candidates.len() {
            1 => last.clone(),
            _ => format!("no records of CIFAR-10 ({first}) and none of CIFAR-100 ({last})"),
        });
    }
    let size = bytes.len();
    let mut fitting = candidates
        .iter()
        .filter(|candidate| candidate.kind.fits(size));
    match (fitting.next(), fitting.next()) {
        (Some(Candidate { fault: None, .. }), Some(Candidate { fault: None, .. })) => {
            refuse(format!(
                "{size} bytes are whole records of CIFAR-10 and of CIFAR-100, expected to be told which"
            ))
        }
        (Some(Candidate { fault: Some(_), .. }), Some(candidate)) | (Some(candidate), _) => {
            match &candidate.fault {
                None => Ok((candidate.kind, bytes)),
                Some(fault) => refuse(fault.clone()),
            }
        }
        (None, _) => {
            let sizes: Vec<String> = (candidates.iter())
                .map(|candidate| candidate.kind.record().to_string())
                .collect();
            let sizes = sizes.join(" bytes each, or of ");
            let each = if kind.is_some() { " bytes each" } else { "" };
            refuse(format!(
                "{size} bytes, expected CIFAR records of {sizes}{each}"
            ))
        }
    }
}

/// A kind that the records may be of.
struct Candidate {
    kind: CifarKind,
    /// How many records have been looked at.
    records: usize,
    /// The first label that is out of range, if one was met.
    fault: Option<String>,
}

impl Candidate {
    fn new(kind: CifarKind) -> Self {
        Self {
            kind,
            records: 0,
            fault: None,
        }
    }

    /// Looks at the labels that have come in since it last did.
    fn check(&mut self, bytes: &[u8]) {
        let labels = self.kind.labels();
        while self.fault.is_none()
            && let Some(found) = bytes.get(self.records * self.kind.record()..)
            && found.len() >= labels.len()
        {
            self.records += 1;
            let mut pairs = labels.iter().zip(found);
            if let Some((&(name, classes), label)) =
                pairs.find(|((_, classes), label)| label >= &classes)
            {
                self.fault = Some(format!(
                    "the {name} of record {} is {label}, expected 0 to {}",
                    self.records,
                    classes - 1
                ));
            }
        }
    }
}

/// The data set of records of that kind, named after `path`, which is the first of them.
pub(crate) fn dataset(
    path: &Path,
    batches: &[Vec<u8>],
    kind: CifarKind,
) -> Result<Dataset, DataError> {
    let records = |bytes: &[u8]| bytes.len() / kind.record();
    let objects = batches.iter().map(|bytes| records(bytes)).sum();
    let mut values = Vec::with_capacity(objects * PIXELS * CHANNELS);
    let mut labels = Vec::with_capacity(objects);
    for bytes in batches {
        for record in bytes.chunks_exact(kind.record()) {
            let (before, planes) = record.split_at(kind.label_bytes());
            let label = usize::from(match kind {
                CifarKind::Ten | CifarKind::HundredCoarse => before[0],
                CifarKind::HundredFine => before[1],
            });
            labels.push(label);
            for pixel in 0..PIXELS {
                let channels = (0..CHANNELS).map(|channel| planes[channel * PIXELS + pixel]);
                values.extend(channels.map(|light| f64::from(light) / FULL));
            }
        }
    }
    let mut data = Dataset::new(
        name_of(path),
        Matrix::from_vec(objects, PIXELS * CHANNELS, values),
    );
    data.image = Some(ImageShape {
        height: SIDE,
        width: SIDE,
        channels: CHANNELS,
    });
    data.labels = Some(labels);
    let (which, labels) = match kind {
        CifarKind::Ten => ("CIFAR-10", "labels"),
        CifarKind::HundredFine => ("CIFAR-100", "fine labels"),
        CifarKind::HundredCoarse => ("CIFAR-100", "coarse labels"),
    };
    data.notes.push(format!(
        "{which} with its {labels}: images of 32x32 pixels in 3 colours, divided by 255"
    ));
    let names = path.with_file_name(kind.names_file());
    data.label_names = if names.is_file() {
        let file = kind.names_file();
        data.notes
            .push(format!("names of the classes from {}", in_one_line(file)));
        read_names(&names, kind)?
    } else {
        (0..kind.classes()).map(|class| class.to_string()).collect()
    };
    Ok(data)
}

fn read_names(path: &Path, kind: CifarKind) -> Result<Vec<String>, DataError> {
    let file = path.display().to_string();
    let unreadable = |error| DataError::new(&file, format!("cannot be read: {error}"));
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > LONGEST_NAMES {
        let problem = format!("{length} bytes, expected the names of classes, a line each");
        return Err(DataError::new(&file, problem));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names: Vec<String> = lines.map(str::to_owned).collect();
    if names.len() != kind.classes() {
        let (found, expected) = (names.len(), kind.classes());
        let problem = format!("{found} names, expected {expected}, one for each class");
        return Err(DataError::new(&file, problem));
    }
    Ok(names)
}
