use std::error::Error;
use unsup_models::Matrix;
use unsup_models::kohonen::Lvq;
use unsup_nn::saving::SavedModel;

/// The classes of objects, by their numbers in the model's setting "classes"; none for an object without any value.
pub fn classes(file: &str, x: &Matrix<f64>) -> Result<Vec<Option<usize>>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let features = settings["features"].as_u64().unwrap_or_default() as usize;
    let of_centres = settings["class_of_centre"].as_array().into_iter().flatten();
    let of_centres: Vec<usize> = of_centres
        .filter_map(|class| Some(class.as_u64()? as usize))
        .collect();
    let mut lvq = Lvq::with_centres(Matrix::zeros(of_centres.len(), features), of_centres);
    saved.load_into(&mut lvq)?;
    Ok(lvq.predict(&scaled(&saved, x)?))
}
