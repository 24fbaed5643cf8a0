use std::error::Error;
use unsup_models::Matrix;
use unsup_models::kohonen::{Grid, Lattice, Map, Surface};
use unsup_nn::saving::SavedModel;

/// The column and the row of the node of each object, counted from 0; none for an object without any value.
pub fn places(file: &str, x: &Matrix<f64>) -> Result<Vec<Option<(usize, usize)>>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let size = |name: &str| settings[name].as_u64().unwrap_or_default() as usize;
    let said = settings["grid"].as_str().unwrap_or_default();
    let lattice = match said.contains("rectangular") {
        true => Lattice::Rectangular,
        false => Lattice::Hexagonal,
    };
    let surface = match said.contains("torus") {
        true => Surface::Torus,
        false => Surface::Planar,
    };
    let grid = Grid::new(size("columns"), size("rows"), lattice, surface);
    let mut map = Map::with_centres(grid, Matrix::zeros(grid.nodes(), size("features")));
    saved.load_into(&mut map)?;
    let winners = map.codebook().winners(&scaled(&saved, x)?).into_iter();
    let place = |node: usize| (node % grid.columns(), node / grid.columns());
    Ok(winners
        .map(|winner| winner.map(|winner| place(winner.centre)))
        .collect())
}
