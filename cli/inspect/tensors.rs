//! Models, checkpoints, and the tensors of other programs.

use super::{Found, in_columns, shortened};
use crate::model::{Model, Offer};
use crate::train::{count, four_digits, steps_of};
use std::path::Path;
use unsup_data::in_one_line;
use unsup_nn::saving::{Contents, Description, TensorInfo, Value, json};

/// Whether a file of so many bytes that begins so may be one of tensors: the length of its header, then the header.
pub(super) fn begins_so(start: &[u8], bytes: u64) -> bool {
    let Some((length, rest)) = start.split_first_chunk() else {
        return false;
    };
    let length = u64::from_le_bytes(*length);
    rest.first() == Some(&b'{') && length.saturating_add(8) <= bytes
}

/// What such a file holds.
pub(super) fn look(path: &Path) -> Result<Found, String> {
    let contents = Contents::open(path).map_err(|error| error.to_string())?;
    match (contents.kind(), contents.description()) {
        (Some("model"), Some(description)) => Ok(model(path, &contents, &description)),
        (Some("checkpoint"), Some(description)) => Ok(checkpoint(&contents, &description)),
        _ => Ok(foreign(&contents)),
    }
}

/// A trained model.
fn model(path: &Path, contents: &Contents, description: &Description) -> Found {
    let further = contents.state().map(|state| &state["further"]);
    let further = further.and_then(Value::as_array).into_iter().flatten();
    let further: Vec<&str> = further.filter_map(Value::as_str).collect();
    let tensors = contents.tensors();
    let (beside, parameters): (Vec<TensorInfo>, Vec<TensorInfo>) = tensors
        .into_iter()
        .partition(|tensor| further.contains(&tensor.name.as_str()));
    let opened = Model::open(path);
    let asked = match &opened {
        Ok(trained) => {
            let names: Vec<&str> = trained.offers.iter().map(Offer::name).collect();
            format!("can be asked for {}", names.join(", "))
        }
        Err(error) => format!("cannot be applied: {}", in_one_line(error)),
    };
    let mut figures = described(contents, description, &parameters);
    figures["further"] = beside.iter().map(in_json).collect();
    figures["offers"] = match &opened {
        Ok(trained) => trained.offers.iter().map(Offer::name).collect(),
        Err(_) => Value::Null,
    };
    figures["draws"] = json!(opened.is_ok_and(|trained| trained.generator.is_some()));
    let mut text = said(contents, description, &[("", asked)]);
    text += &of_tensors("Parameters", &parameters);
    if !beside.is_empty() {
        text += &of_tensors("Beside them", &beside);
    }
    Found {
        kind: "model",
        brief: format!("a model of {}", in_one_line(&description.method)),
        text,
        figures,
    }
}

/// A run that was saved between two of its steps.
fn checkpoint(contents: &Contents, description: &Description) -> Found {
    const OWN: &str = "parameters.";
    let tensors = contents.tensors();
    let (mut parameters, beside): (Vec<TensorInfo>, Vec<TensorInfo>) = tensors
        .into_iter()
        .partition(|tensor| tensor.name.starts_with(OWN));
    for parameter in &mut parameters {
        parameter.name = parameter.name[OWN.len()..].to_owned();
    }
    let nothing = Value::Null;
    let state = contents.state().unwrap_or(&nothing);
    let steps = steps_of(state);
    let shown = |name: &str| match &state[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    };
    let best = &state["best"]["epoch"];
    let best = (!best.is_null()).then(|| best.to_string());
    // not every training counts all of these
    let lines = [
        ("steps", Some(steps.to_string())),
        ("trainings", shown("trainings")),
        ("ended", shown("ended")),
        ("in epoch", shown("epoch")),
        ("its steps", shown("taken")),
        ("run", shown("run")),
        ("optimiser", shown("optimiser")),
        ("best epoch", best),
    ];
    let lines: Vec<(&str, String)> = lines
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let mut figures = described(contents, description, &parameters);
    for name in [
        "trainings",
        "ended",
        "epoch",
        "taken",
        "run",
        "optimiser",
        "best",
    ] {
        figures[name] = state[name].clone();
    }
    figures["steps"] = json!(steps);
    figures["further"] = beside.iter().map(in_json).collect();
    let mut text = said(contents, description, &lines);
    let beside = count(beside.len(), "matrix", "matrices");
    text += &match parameters.is_empty() {
        // those of several trainings lie under the names of these
        true => format!("Of the run: {beside}\n"),
        false => {
            of_tensors("Parameters", &parameters) + &format!("Beside them: {beside} of the run\n")
        }
    };
    Found {
        kind: "checkpoint",
        brief: format!(
            "a checkpoint of {} after step {steps}",
            in_one_line(&description.method),
        ),
        text,
        figures,
    }
}

/// Tensors of another program.
fn foreign(contents: &Contents) -> Found {
    let tensors = contents.tensors();
    let metadata: Vec<[String; 2]> = contents
        .metadata()
        .iter()
        .map(|(name, text)| [in_one_line(name), in_one_line(&shortened(text, 100))])
        .collect();
    let mut text = String::new();
    if !metadata.is_empty() {
        text += &format!("In its header:\n{}", in_columns(&metadata));
    }
    text += &of_tensors("Tensors", &tensors);
    Found {
        kind: "tensors",
        brief: format!(
            "{} of another program",
            count(tensors.len(), "tensor", "tensors")
        ),
        text,
        figures: json!({
            "metadata": contents.metadata(),
            "numbers": numbers(&tensors),
            "finite": are_finite(&tensors),
            "tensors": tensors.iter().map(in_json).collect::<Value>(),
        }),
    }
}

/// What models and checkpoints have alike, for another program.
fn described(contents: &Contents, description: &Description, parameters: &[TensorInfo]) -> Value {
    json!({
        "library": contents.library_version(),
        "method": description.method,
        "seed": description.seed,
        "data": description.data,
        "settings": description.settings,
        "weights": numbers(parameters),
        "finite": are_finite(parameters),
        "parameters": parameters.iter().map(in_json).collect::<Value>(),
    })
}

/// The same for a reader, with further lines; one without a name is about the file as a whole.
fn said(contents: &Contents, description: &Description, further: &[(&str, String)]) -> String {
    let version = contents.library_version().unwrap_or("unknown");
    let mut lines = vec![
        [
            "written by".to_owned(),
            format!("unsup {}", in_one_line(version)),
        ],
        ["seed".to_owned(), description.seed.to_string()],
        ["trained on".to_owned(), in_one_line(&description.data)],
    ];
    let mut whole = String::new();
    for (name, text) in further {
        match name.is_empty() {
            true => whole += &format!("  {text}\n"),
            false => lines.push([(*name).to_owned(), in_one_line(text)]),
        }
    }
    let settings = description.settings.as_object().into_iter().flatten();
    let settings: Vec<[String; 2]> = settings
        .map(|(name, value)| {
            let value = shortened(&value.to_string(), 90);
            [in_one_line(name), in_one_line(&value)]
        })
        .collect();
    format!(
        "{}{whole}Settings:\n{}",
        in_columns(&lines),
        in_columns(&settings)
    )
}

/// Tensors and their numbers in brief, a line each.
fn of_tensors(what: &str, tensors: &[TensorInfo]) -> String {
    let all = match are_finite(tensors) {
        true => "all finite",
        false => "not all of them finite",
    };
    let head = ["", "", "", "least", "mean", "greatest", "deviation"].map(str::to_owned);
    let mut lines = vec![head];
    for tensor in tensors {
        let figures = match &tensor.figures {
            None => Default::default(),
            Some(figures) => [
                figures.least,
                figures.mean,
                figures.greatest,
                figures.deviation,
            ]
            .map(four_digits),
        };
        let [least, mean, greatest, deviation] = figures;
        lines.push([
            in_one_line(&tensor.name),
            in_words(&tensor.shape),
            in_one_line(&tensor.number_type),
            least,
            mean,
            greatest,
            deviation,
        ]);
    }
    format!(
        "{what}: {} of {}, {all}\n{}",
        count(tensors.len(), "tensor", "tensors"),
        count(numbers(tensors), "number", "numbers"),
        in_columns(&lines)
    )
}

/// Dimensions: "64x128"; of a single number "scalar".
fn in_words(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    match sizes.is_empty() {
        true => "scalar".to_owned(),
        false => sizes.join("x"),
    }
}

/// How many numbers there are.
fn numbers(tensors: &[TensorInfo]) -> usize {
    tensors.iter().map(TensorInfo::count).sum()
}

/// Whether all numbers are finite, as far as they can be read.
fn are_finite(tensors: &[TensorInfo]) -> bool {
    let mut figures = tensors.iter().filter_map(|tensor| tensor.figures);
    figures.all(|figures| figures.not_finite == 0)
}

fn in_json(tensor: &TensorInfo) -> Value {
    let figures = tensor.figures;
    json!({
        "name": tensor.name,
        "type": tensor.number_type,
        "shape": tensor.shape,
        "least": figures.map(|figures| figures.least),
        "mean": figures.map(|figures| figures.mean),
        "greatest": figures.map(|figures| figures.greatest),
        "deviation": figures.map(|figures| figures.deviation),
        "not_finite": figures.map(|figures| figures.not_finite),
    })
}
