//! Centres in and out of the files of SOM_PAK and LVQ_PAK, in the unit of the features' file.

use super::class_name;
use super::som::MOST_NODES;
use crate::data::About;
use std::path::Path;
use unsup_data::{
    CodebookFile, CodebookKind, Lattice as FileLattice, LatticeKernel, read_cod, write_cod_to,
};
use unsup_models::Matrix;
use unsup_models::kohonen::{Grid, Kernel, Lattice, Lvq, Map, Surface};

/// Scaled centres as such a file, each with the names of its classes.
pub fn encoded(
    centres: &Matrix<f64>,
    kind: CodebookKind,
    classes: &[Option<usize>],
    about: &About,
) -> Vec<u8> {
    let label = |class: &Option<usize>| class.map(|class| label(about, class));
    let codebook = CodebookFile {
        kind,
        centres: about.scaling.undo(centres),
        labels: classes
            .iter()
            .map(|class| label(class).into_iter().collect())
            .collect(),
    };
    let mut bytes = Vec::new();
    write_cod_to(&mut bytes, &codebook)
        .expect("finite centres and labels of one word, into memory");
    bytes
}

/// The kind of such a file for a map; it knows two kernels, and the one that is near stands for the others.
pub fn map_kind(grid: Grid, kernel: Kernel) -> CodebookKind {
    CodebookKind::Map(FileLattice {
        hexagonal: grid.lattice() == Lattice::Hexagonal,
        columns: grid.columns(),
        rows: grid.rows(),
        kernel: match kernel {
            Kernel::Rectangular => LatticeKernel::Bubble,
            _ => LatticeKernel::Gaussian,
        },
    })
}

/// The map of such a file, scaled like the objects that it is to be trained on.
pub fn map_of(path: &Path, surface: Surface, about: &About) -> Result<Map<f64>, String> {
    let file = read(path, about)?;
    let shown = path.display();
    let CodebookKind::Map(lattice) = file.kind else {
        return Err(format!(
            "{shown}: found a codebook without a grid, expected a map"
        ));
    };
    let nodes = lattice.columns * lattice.rows; // as many as there are centres
    if nodes > MOST_NODES {
        return Err(format!(
            "{shown}: found {nodes} nodes, expected at most {MOST_NODES}"
        ));
    }
    let kind = match lattice.hexagonal {
        true => Lattice::Hexagonal,
        false => Lattice::Rectangular,
    };
    if !Grid::closes(lattice.rows, kind, surface) {
        return Err(format!(
            "{shown}: found {} rows, expected an even number for a hexagonal torus",
            lattice.rows
        ));
    }
    let grid = Grid::new(lattice.columns, lattice.rows, kind, surface);
    Ok(Map::with_centres(grid, about.scaling.apply(&file.centres)))
}

/// The classifier of such a file, scaled like the objects that it is to be trained on.
pub fn lvq_of(path: &Path, about: &About) -> Result<Lvq<f64>, String> {
    let file = read(path, about)?;
    let known: Vec<String> = (0..about.label_names.len())
        .map(|class| label(about, class))
        .collect();
    let mut classes = Vec::new();
    for (i, labels) in file.labels.iter().enumerate() {
        let [found] = &labels[..] else {
            return Err(format!(
                "{}: centre {} has {} labels, expected one, its class",
                path.display(),
                i + 1,
                labels.len()
            ));
        };
        let class = known.iter().position(|known| known == found);
        classes.push(class.ok_or_else(|| {
            format!(
                "{}: centre {}: found the class \"{found}\", which is not in the training data",
                path.display(),
                i + 1
            )
        })?);
    }
    Ok(Lvq::with_centres(
        about.scaling.apply(&file.centres),
        classes,
    ))
}

/// The file, if it is of as many features as the data and complete.
fn read(path: &Path, about: &About) -> Result<CodebookFile, String> {
    let file = read_cod(path).map_err(|error| error.to_string())?;
    let (found, expected) = (file.centres.columns(), about.scaling.shift().len());
    let shown = path.display();
    if found != expected {
        return Err(format!(
            "{shown}: found centres of {found} features, expected {expected} as in the data"
        ));
    }
    let missing = file
        .centres
        .as_slice()
        .iter()
        .position(|value| value.is_nan());
    match missing {
        Some(at) => Err(format!(
            "{shown}: centre {}, feature {}: the value is missing, expected a number",
            at / found + 1,
            at % found + 1
        )),
        None => Ok(file),
    }
}

/// The name of a class as one word.
fn label(about: &About, class: usize) -> String {
    let name = class_name(about, class);
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.is_empty() {
        true => class.to_string(),
        false => words.join("_"),
    }
}
