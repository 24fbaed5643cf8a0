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
    let words = words(
        about,
        classes.iter().flatten().max().map_or(0, |most| most + 1),
    );
    let label = |class: &Option<usize>| class.map(|class| words[class].clone());
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
    Ok(Map::with_centres(grid, file.centres))
}

/// The classifier of such a file, scaled like the objects that it is to be trained on.
pub fn lvq_of(path: &Path, about: &About, classes_known: usize) -> Result<Lvq<f64>, String> {
    let file = read(path, about)?;
    let known = words(about, classes_known);
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
    if let Some(class) = (0..classes_known).find(|class| !classes.contains(class)) {
        return Err(format!(
            "{}: found no centre of the class \"{}\", expected at least 1 of each",
            path.display(),
            class_name(about, class)
        ));
    }
    Ok(Lvq::with_centres(file.centres, classes))
}

/// The centres of such a file, whatever it is of, scaled like the objects that they are to be trained on.
pub fn centres_of(path: &Path, about: &About) -> Result<Matrix<f64>, String> {
    read(path, about).map(|file| file.centres)
}

/// The file, its centres scaled, if it is of as many features as the data, complete, and of numbers that can be scaled.
fn read(path: &Path, about: &About) -> Result<CodebookFile, String> {
    let mut file = read_cod(path).map_err(|error| error.to_string())?;
    let (found, expected) = (file.centres.columns(), about.scaling.shift().len());
    let shown = path.display();
    if found != expected {
        return Err(format!(
            "{shown}: found centres of {found} features, expected {expected} as in the data"
        ));
    }
    let refused = |at: usize, problem: &str| {
        let (centre, feature) = (at / found + 1, at % found + 1);
        Err(format!(
            "{shown}: centre {centre}, feature {feature}: {problem}"
        ))
    };
    let position = |centres: &Matrix<f64>, bad: fn(f64) -> bool| {
        centres.as_slice().iter().position(|&value| bad(value))
    };
    if let Some(at) = position(&file.centres, f64::is_nan) {
        return refused(at, "the value is missing, expected a number");
    }
    file.centres = about.scaling.apply(&file.centres);
    match position(&file.centres, |value| !value.is_finite()) {
        Some(at) => refused(at, "the number is too large to be scaled as the data are"),
        None => Ok(file),
    }
}

/// The names of the classes, each as one word, no two alike: where two names become the same word, the class's number
/// is added.
fn words(about: &About, classes: usize) -> Vec<String> {
    let word = |class: usize| {
        let name = class_name(about, class);
        let words: Vec<&str> = name.split_whitespace().collect();
        match words.is_empty() {
            true => class.to_string(),
            false => words.join("_"),
        }
    };
    let mut words: Vec<String> = (0..classes).map(word).collect();
    loop {
        let again: Vec<usize> = (0..classes)
            .filter(|&class| words.iter().filter(|other| **other == words[class]).count() > 1)
            .collect();
        if again.is_empty() {
            return words;
        }
        again
            .into_iter()
            .for_each(|class| words[class] += &format!("/{class}"));
    }
}
