/// Objects, their features as in the data, scaled as those were that the model was trained on.
fn scaled(saved: &SavedModel, x: &Matrix<f64>) -> Result<Matrix<f64>, Box<dyn Error>> {
    let shift = saved.further("scaling.shift")?.ok_or("no scaling")?;
    let scale = saved.further("scaling.scale")?.ok_or("no scaling")?;
    let is_unit = saved.description().settings["scaling"] == "unit";
    let length = |i: usize| match x.row(i).iter().map(|x| x * x).sum::<f64>().sqrt() {
        length if is_unit && length > 0.0 => length,
        _ => 1.0,
    };
    let lengths: Vec<f64> = (0..x.rows()).map(length).collect();
    Ok(Matrix::from_fn(x.rows(), x.columns(), |i, j| {
        (x[(i, j)] / lengths[i] - shift[(0, j)]) / scale[(0, j)]
    }))
}
