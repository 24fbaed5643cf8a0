/// A number of the model's settings.
fn number(saved: &SavedModel, name: &str) -> usize {
    let number = saved.description().settings[name].as_u64();
    number.unwrap_or_default() as usize
}

/// Widths of layers.
fn widths(saved: &SavedModel, name: &str) -> Vec<usize> {
    let widths = saved.description().settings[name].as_array();
    let widths = widths.into_iter().flatten();
    widths
        .filter_map(|width| Some(width.as_u64()? as usize))
        .collect()
}

/// A function σ by its name.
fn activation(saved: &SavedModel, name: &str) -> Result<Activation, Box<dyn Error>> {
    let name = saved.description().settings[name].as_str();
    Ok(name.unwrap_or("identity").parse()?)
}
