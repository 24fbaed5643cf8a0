//! Data, and codebooks.

use super::{Found, first_of, in_columns};
use crate::train::{count, four_digits};
use std::path::Path;
use unsup_data::{
    CodebookFile, CodebookKind, Dataset, Format, ReadOptions, in_one_line, read_cod,
    read_with_format,
};
use unsup_models::Matrix;
use unsup_nn::saving::{Value, json};

/// What a file of data holds, or of centres if its name says so. A file of centres under another name is no table that
/// can be read, and is known by that.
pub(super) fn look(path: &Path, is_codebook: bool) -> Result<Found, String> {
    let read = || read_cod(path).map(|file| codebook(&file));
    if is_codebook {
        return read().map_err(|error| error.to_string());
    }
    match read_with_format(path, &ReadOptions::default()) {
        Ok((found, format)) => Ok(data(&found, format)),
        Err(error) => read().map_err(|_| error.to_string()),
    }
}

/// Objects to learn from.
fn data(data: &Dataset, format: Format) -> Found {
    let (objects, features) = (data.features.rows(), data.features.columns());
    let range = range(&data.features);
    let mut lines: Vec<[String; 2]> = Vec::new();
    let mut line = |name: &str, text: String| lines.push([name.to_owned(), text]);
    line("objects", objects.to_string());
    line("features", features.to_string());
    if !data.feature_names.is_empty() {
        line("names", first_of(&data.feature_names));
    }
    for column in &data.words {
        let name = format!("column {}", column.column);
        line(&name, format!("words: {}", first_of(&column.words)));
    }
    if data.labels.is_some() {
        line("classes", first_of(&data.label_names));
    }
    let image = data
        .image
        .map(|image| [image.height, image.width, image.channels]);
    if let Some([height, width, channels]) = image {
        line("images", format!("{height}x{width}x{channels}"));
    }
    line("missing", count(data.missing(), "value", "values"));
    if let Some((least, greatest)) = range {
        let (least, greatest) = (four_digits(least), four_digits(greatest));
        line("range", format!("{least} to {greatest}"));
    }
    for note in &data.notes {
        line("found", in_one_line(note));
    }
    let words = data.words.iter();
    let words = words.map(|column| json!({ "column": column.column, "words": column.words }));
    Found {
        kind: "data",
        brief: format!(
            "data, {format}, {} of {}",
            count(objects, "object", "objects"),
            count(features, "feature", "features")
        ),
        text: in_columns(&lines),
        figures: json!({
            "format": format.to_string(),
            "objects": objects,
            "features": features,
            "feature_names": data.feature_names,
            "words": words.collect::<Value>(),
            "classes": data.labels.as_ref().map(|_| &data.label_names),
            "image": image,
            "missing": data.missing(),
            "least": range.map(|(least, _)| least),
            "greatest": range.map(|(_, greatest)| greatest),
            "notes": data.notes,
        }),
    }
}

/// Centres as SOM_PAK and LVQ_PAK keep them.
fn codebook(file: &CodebookFile) -> Found {
    let (centres, features) = (file.centres.rows(), file.centres.columns());
    let of = match file.kind {
        CodebookKind::Plain => "centres".to_owned(),
        CodebookKind::Lvq => "centres with classes".to_owned(),
        CodebookKind::Map(lattice) => {
            let kind = match lattice.hexagonal {
                true => "hexagonal",
                false => "rectangular",
            };
            format!("a {kind} map of {}x{}", lattice.columns, lattice.rows)
        }
    };
    let mut labels: Vec<String> = file.labels.iter().flatten().cloned().collect();
    labels.sort();
    labels.dedup();
    let range = range(&file.centres);
    let missing = file
        .centres
        .as_slice()
        .iter()
        .filter(|x| x.is_nan())
        .count();
    let mut lines = vec![
        ["centres".to_owned(), centres.to_string()],
        ["features".to_owned(), features.to_string()],
        ["missing".to_owned(), count(missing, "value", "values")],
    ];
    if let Some((least, greatest)) = range {
        let (least, greatest) = (four_digits(least), four_digits(greatest));
        lines.push(["range".to_owned(), format!("{least} to {greatest}")]);
    }
    if !labels.is_empty() {
        lines.push(["labels".to_owned(), first_of(&labels)]);
    }
    Found {
        kind: "codebook",
        brief: format!(
            "a codebook, {of}: {} of {}",
            count(centres, "centre", "centres"),
            count(features, "feature", "features")
        ),
        text: in_columns(&lines),
        figures: json!({
            "of": of,
            "centres": centres,
            "features": features,
            "missing": missing,
            "least": range.map(|(least, _)| least),
            "greatest": range.map(|(_, greatest)| greatest),
            "labels": labels,
        }),
    }
}

/// The least and the greatest value, if there is one.
fn range(x: &Matrix<f64>) -> Option<(f64, f64)> {
    let known = x.as_slice().iter().filter(|x| !x.is_nan());
    known.fold(None, |range, &x| {
        let (least, greatest) = range.unwrap_or((x, x));
        Some((least.min(x), greatest.max(x)))
    })
}
