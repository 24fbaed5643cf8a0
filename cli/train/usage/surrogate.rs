use std::error::Error;
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// The surrogate's values, for arguments in the unit of the function.
pub fn values(file: &str, x: &Matrix<f64>) -> Result<Vec<f64>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let pair = |pair: &unsup_nn::saving::Value| Some((pair[0].as_f64()?, pair[1].as_f64()?));
    let pairs = |name: &str| -> Vec<(f64, f64)> {
        let pairs = settings[name].as_array().into_iter().flatten();
        pairs.filter_map(pair).collect()
    };
    let (domain, values) = (pairs("domain"), pairs("values"));
    let (mean, deviation) = *values.first().ok_or("no values")?;
    let architecture = Architecture {
        hidden: widths(&saved, "hidden"),
        activation: activation(&saved, "activation")?,
        ..Architecture::default()
    };
    let mut model = Predictor::<f32>::new(domain.len(), 1, &architecture);
    saved.load_into(&mut model)?;
    // the network takes arguments from -1 to 1
    let x = Matrix::from_fn(x.rows(), x.columns(), |i, j| {
        let (least, most) = domain[j];
        (2.0 * (x[(i, j)] - least) / (most - least) - 1.0) as f32
    });
    let answers = model.answers(&x).into_vec().into_iter();
    Ok(answers.map(|y| mean + deviation * f64::from(y)).collect())
}
