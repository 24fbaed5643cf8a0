use std::error::Error;
use unsup_models::in_sequence::distillation::{Domain, Surrogate};
use unsup_models::predictor::Architecture;
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::{SavedModel, Value};

/// The surrogate's values, for arguments in the unit of the function.
pub fn values(file: &str, x: &Matrix<f64>) -> Result<Vec<f32>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    let pair = |pair: &Value| Some((pair[0].as_f64()?, pair[1].as_f64()?));
    let pairs = |name: &str| settings[name].as_array().into_iter().flatten();
    let domain = Domain(pairs("domain").filter_map(pair).collect());
    let values = pairs("values").filter_map(pair);
    let values = values.map(|(mean, deviation)| (mean as f32, deviation as f32));
    let architecture = Architecture {
        hidden: widths(&saved, "hidden"),
        activation: activation(&saved, "activation")?,
        ..Architecture::default()
    };
    let mut model = Surrogate::<f32>::untrained(&domain, values.collect(), &architecture);
    saved.load_into(&mut model)?;
    Ok(model.answers(&x.cast()).into_vec())
}
