use std::error::Error;
use unsup_models::Matrix;
use unsup_models::kohonen::Codebook;
use unsup_nn::saving::SavedModel;

/// The nearest centre of each object, and how far it is; none for an object without any value.
pub fn winners(file: &str, x: &Matrix<f64>) -> Result<Vec<Option<(usize, f64)>>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let size = |name: &str| settings[name].as_u64().unwrap_or_default() as usize;
    let mut codebook = Codebook::new(Matrix::zeros(size("clusters"), size("features")));
    saved.load_into(&mut codebook)?;
    let winners = codebook.winners(&scaled(&saved, x)?).into_iter();
    Ok(winners
        .map(|winner| winner.map(|winner| (winner.centre, winner.distance)))
        .collect())
}
