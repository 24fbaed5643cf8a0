use std::error::Error;
use unsup_models::together::multi_task::{Architecture, MultiTask};
use unsup_models::{Activation, Matrix};
use unsup_nn::saving::SavedModel;

/// What the head of a task answers for objects, a row each: logits of classes, or scaled numbers.
pub fn answers(file: &str, task: usize, x: &Matrix<f64>) -> Result<Matrix<f32>, Box<dyn Error>> {
    let saved = SavedModel::open(file)?;
    let settings = &saved.description().settings;
    // of a number of tasks that are numbers, of tasks one by one, or of a single one
    let classes = |task: &unsup_nn::saving::Value| task["classes"].as_array().map_or(1, Vec::len);
    let outputs: Vec<usize> = match (&settings["tasks"], settings["tasks"].as_u64()) {
        (_, Some(tasks)) => vec![1; tasks as usize],
        (unsup_nn::saving::Value::Array(tasks), None) => tasks.iter().map(classes).collect(),
        _ => vec![classes(settings)],
    };
    let code_activation = match settings["code_activation"].is_null() {
        true => activation(&saved, "activation")?,
        false => activation(&saved, "code_activation")?,
    };
    let architecture = Architecture {
        hidden: widths(&saved, "hidden"),
        code: number(&saved, "code"),
        head: widths(&saved, "head"),
        activation: activation(&saved, "activation")?,
        code_activation,
        seed: 0,
    };
    let mut model = MultiTask::<f32>::new(number(&saved, "features"), &outputs, &architecture);
    saved.load_into(&mut model)?;
    // model.encode(&x) gives the codes that all tasks share
    Ok(model.answers(task, &scaled(&saved, x)?.cast()))
}
