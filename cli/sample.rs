//! `unsup sample`: new objects of a generative model.

use crate::apply::{Destination, check_new};
use crate::arguments::Sample;
use crate::data::Missing;
use crate::model::{Answer, Generator, Model, find};
use crate::output::print;
use crate::pictures;
use crate::train::{check_numbers, count, set_threads};
use std::error::Error;
use std::path::Path;
use unsup_models::Matrix;
use unsup_nn::files::write_atomically;
use unsup_nn::saving::json;

/// `unsup sample`
pub fn sample(arguments: &Sample) -> Result<(), Box<dyn Error>> {
    set_threads(arguments.threads);
    let like = arguments.like.as_deref();
    let destination = Destination::of(&arguments.table)?;
    if let Some(path) = &arguments.picture {
        check_picture(path, arguments.table.force)?;
    }
    let trained = Model::open(&arguments.model)?;
    let Some(generator) = &trained.generator else {
        return Err(format!(
            "{}: holds a model of {}, from which no objects can be drawn, expected one of variational or gan",
            trained.file, trained.method
        )
        .into());
    };
    let read = [Some(find(&arguments.model)?), arguments.like.clone()];
    let read: Vec<&Path> = read.iter().flatten().map(AsRef::as_ref).collect();
    destination.check_none_of(&read)?;

    let objects = draw(arguments, &trained, generator)?;
    if let Some(row) = objects
        .row_iter()
        .position(|row| !row.iter().all(|x| x.is_finite()))
    {
        return Err(format!(
            "{}: object {} that was drawn is not finite",
            trained.file,
            row + 1
        )
        .into());
    }
    let names = trained.on.feature_names();
    let answer = Answer::unscaled(&names, trained.on.scaling(), &objects);
    destination.write(objects.rows(), [Ok(answer)].into_iter())?;
    if let Some(path) = &arguments.picture {
        let what = match like {
            None => "New objects".to_owned(),
            Some(file) => format!("Objects like those of {}, a row for each", file.display()),
        };
        let columns = match like {
            None => (objects.rows() as f64).sqrt().ceil() as usize,
            Some(_) => arguments.count,
        };
        let caption = format!(
            "{what}, drawn by {}, seed {}",
            trained.method, arguments.seed
        );
        let svg = pictures::grid(&objects, columns, trained.on.tile(), &caption, None);
        let shown = path.display();
        let png = pictures::png(&svg).map_err(|error| format!("{shown}: {error}"))?;
        write_atomically(path, &png)?;
    }
    said(arguments, &trained, &destination, &objects)
}

/// New objects, or those like the objects of a file.
fn draw(
    arguments: &Sample,
    trained: &Model,
    generator: &Generator,
) -> Result<Matrix<f32>, Box<dyn Error>> {
    let (number, seed) = (arguments.count, arguments.seed);
    let check = |objects: usize| {
        let numbers = objects.saturating_mul(number);
        let numbers = numbers.saturating_mul(trained.on.features());
        check_numbers(
            numbers,
            &format!("--count {number}"),
            "numbers in all objects",
        )
    };
    let of_variational = |option: &str| {
        format!(
            "{option} has no use here: it is of variational, and {} holds a model of {}",
            trained.file, trained.method
        )
    };
    let (new, like) = match (arguments.noise, &generator.noisy) {
        (true, None) => return Err(of_variational("--noise").into()),
        (true, Some((new, like))) => (new, Some(like)),
        (false, _) => (&generator.new, generator.like.as_ref()),
    };
    let Some(file) = &arguments.like else {
        check(1)?;
        return Ok(new(number, seed));
    };
    let like = like.ok_or_else(|| of_variational("--like"))?;
    let given = trained.on.objects(
        &arguments.reading,
        Some(file),
        Missing::Refused,
        arguments.quiet,
    )?;
    check(given.x.rows())?;
    Ok(like(&given.x.cast(), number, seed))
}

/// Says what was drawn, where standard output does not hold it.
fn said(
    arguments: &Sample,
    trained: &Model,
    destination: &Destination,
    objects: &Matrix<f32>,
) -> Result<(), Box<dyn Error>> {
    let Some(out) = destination.path() else {
        return Ok(());
    };
    let out = out.display().to_string();
    let picture = arguments.picture.as_ref();
    let picture = picture.map(|path| path.display().to_string());
    if arguments.table.json {
        let said = json!({
            "method": trained.method,
            "objects": objects.rows(),
            "columns": trained.on.feature_names(),
            "file": out,
            "picture": picture,
        });
        return Ok(print(&format!("{said}\n"))?);
    }
    let mut said = format!(
        "{}: {}, seed {}\n{out}\n",
        trained.method,
        count(objects.rows(), "new object", "new objects"),
        arguments.seed
    );
    if let Some(picture) = picture {
        said += &format!("{picture}\n");
    }
    Ok(print(&said)?)
}

/// Refuses what can't be a picture's file.
fn check_picture(path: &Path, force: bool) -> Result<(), String> {
    let shown = path.display();
    if path.extension().is_none_or(|extension| extension != "png") {
        return Err(format!("--picture {shown}: expected a name in .png"));
    }
    check_new("--picture", path, force)
}
