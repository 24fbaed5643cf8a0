//! What a saved model says of the data that it was trained on.

use super::Source;
use super::settings::Settings;
use crate::data::{Privileged, TrainedOn};
use crate::train::SCALING;
use unsup_data::{ColumnWords, Dataset, ImageShape, Scaling, ScalingKind};
use unsup_models::Matrix;

/// Reads what [`describe`](mod@crate::train) wrote, and the scaling beside the parameters.
pub(super) fn read(source: &Source<'_>) -> Result<TrainedOn, String> {
    let (settings, file) = (source.settings, source.file);
    let features = settings.count("features")?;
    let kind: ScalingKind = settings.parsed("scaling")?;
    let row = |name: &str| {
        let row = source
            .saved
            .further(name)
            .map_err(|error| error.to_string())?;
        let row = row.ok_or_else(|| format!("{file}: {name} is missing"))?;
        match row.columns() == features && row.rows() == 1 {
            true => Ok(row.into_vec()),
            false => Err(format!(
                "{file}: {name} is {}, expected 1x{features}",
                row.shape()
            )),
        }
    };
    let [shift, scale] = SCALING.map(row);
    let scaling = Scaling::from_parts(kind, shift?, scale?);
    let scaling = scaling.map_err(|error| format!("{file}: {error}"))?;

    let mut known = Dataset::new("training data", Matrix::zeros(1, features));
    known.feature_names = settings.texts("feature_names")?;
    if ![0, features].contains(&known.feature_names.len()) {
        let expected = format!("{features} names, or none");
        return Err(settings.refuse("feature_names", &expected));
    }
    known.words = words(source, features)?;
    known.image = image(settings, features)?;
    let beside = beside(settings)?;
    known.label_column = match settings.value("label_column").is_null() {
        true => None,
        false => Some(settings.text("label_column")?.to_owned()),
    };
    Ok(TrainedOn::new(scaling).with(known, beside))
}

/// The columns of the table that were no features.
fn beside(settings: &Settings<'_>) -> Result<Vec<String>, String> {
    match settings.value("beside").is_null() {
        true => Ok(Vec::new()),
        false => settings.texts("beside"),
    }
}

/// What lupi says of x*, which became so many features; nothing where it was no columns of a table. Before them stands
/// that of the numbers to predict, if it is `after_target`.
pub(super) fn privileged(
    source: &Source<'_>,
    features: usize,
    after_target: bool,
) -> Result<Option<Privileged>, String> {
    let columns = beside(source.settings)?;
    let columns: Vec<String> = columns
        .into_iter()
        .skip(usize::from(after_target))
        .collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let settings = &source.settings.of_part(source.settings.value("privileged"));
    let [shift, scale] = ["shift", "scale"].map(|name| settings.numbers(name));
    let scaling = Scaling::from_parts(ScalingKind::Standard, shift?, scale?);
    let scaling = scaling.map_err(|error| format!("{}: {error}", source.file))?;
    if scaling.shift().len() != features {
        return Err(settings.refuse("shift", &format!("{features} numbers")));
    }
    let mut known = Dataset::new("training data", Matrix::zeros(1, features));
    known.feature_names = settings.texts("names")?;
    if known.feature_names.len() != features {
        return Err(settings.refuse("names", &format!("{features} names")));
    }
    // of a model that does not say them they are taken for numbers
    if !settings.value("words").is_null() {
        known.words = words(
            &Source {
                settings,
                ..*source
            },
            features,
        )?;
    }
    let on = TrainedOn::new(scaling).with(known, Vec::new());
    Ok(Some(Privileged::new(columns, on)))
}

/// The columns of words, which may not overlap.
fn words(source: &Source<'_>, features: usize) -> Result<Vec<ColumnWords>, String> {
    let settings = source.settings;
    if settings
        .value("words")
        .as_array()
        .is_some_and(Vec::is_empty)
    {
        return Ok(Vec::new());
    }
    let mut free = 0;
    let mut words = Vec::new();
    for part in source.parts("words")? {
        let column = ColumnWords {
            column: part.count("column")?,
            feature: part.whole("feature")?,
            words: part.texts("words")?,
        };
        let end = column.feature.saturating_add(column.width());
        if column.words.is_empty() || column.feature < free || end > features {
            let expected =
                format!("columns of words one after the other among {features} features");
            return Err(settings.refuse("words", &expected));
        }
        free = end;
        words.push(column);
    }
    Ok(words)
}

/// The shape of the images, if the objects are such.
fn image(settings: &Settings<'_>, features: usize) -> Result<Option<ImageShape>, String> {
    if settings.value("image").is_null() {
        return Ok(None);
    }
    match settings.widths("image")?[..] {
        [height, width, channels]
            if height.saturating_mul(width).saturating_mul(channels) == features =>
        {
            Ok(Some(ImageShape {
                height,
                width,
                channels,
            }))
        }
        _ => {
            let expected = format!("the height, width and channels of {features} pixels");
            Err(settings.refuse("image", &expected))
        }
    }
}

/// The arguments of a function, which are not scaled: the model does that itself.
pub(super) fn arguments_of_function(source: &Source<'_>) -> Result<TrainedOn, String> {
    let arguments = source.settings.pairs("domain")?.len();
    let (shift, scale) = (vec![0.0; arguments], vec![1.0; arguments]);
    let scaling = Scaling::from_parts(ScalingKind::None, shift, scale);
    scaling
        .map(TrainedOn::new)
        .map_err(|error| format!("{}: {error}", source.file))
}
