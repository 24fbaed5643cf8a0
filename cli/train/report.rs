//! Figures of a training, with and without the method's idea: for another program, and for a reader.

use super::four_digits;
use std::path::PathBuf;
use unsup_nn::saving::{Value, json};

/// A figure.
#[derive(Clone, Debug)]
pub struct Figure {
    key: &'static str,
    /// What a reader is told; empty: nothing.
    name: String,
    value: Option<f64>,
    /// Why there is none.
    reason: &'static str,
    /// How many digits after the point; none: four, or as many as a small value needs.
    digits: Option<usize>,
}

impl Figure {
    /// A figure, under `key` for another program and under `name` for a reader.
    pub fn new(key: &'static str, name: &str, value: f64) -> Self {
        Self {
            key,
            name: name.to_owned(),
            value: Some(value),
            reason: "",
            digits: None,
        }
    }

    /// A figure that is not there, and why.
    pub fn none(key: &'static str, name: &str, reason: &'static str) -> Self {
        Self {
            value: None,
            reason,
            ..Self::new(key, name, 0.0)
        }
    }

    /// A figure that is not there, and of which a reader hears nothing.
    pub fn silent(key: &'static str) -> Self {
        Self::none(key, "", "")
    }

    /// The same with so many digits after the point.
    pub fn digits(self, digits: usize) -> Self {
        Self {
            digits: Some(digits),
            ..self
        }
    }

    fn shown(&self) -> String {
        match (self.value, self.digits) {
            (None, _) => format!("none: {}", self.reason),
            (Some(value), Some(digits)) => format!("{value:.digits$}"),
            (Some(value), None) => four_digits(value),
        }
    }
}

/// Figures of one kind, under a title.
#[derive(Clone, Debug)]
pub struct Section {
    /// The line above them.
    pub title: &'static str,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// What a training came to.
pub struct Report {
    /// What was trained on what, in lines.
    pub head: String,
    /// The figures.
    pub sections: Vec<Section>,
    /// What was left out with `--ablate`, and the same figures then.
    pub ablated: Option<(String, Vec<Section>)>,
    /// What is wrong with the model.
    pub warnings: Vec<String>,
    /// What was written, a line each.
    pub written: String,
    /// Pictures that are there but not of this run.
    pub left: Vec<PathBuf>,
    /// How long it took.
    pub seconds: f64,
}

/// The value of the figure `key`.
pub fn value(sections: &[Section], key: &str) -> Option<f64> {
    let mut figures = sections.iter().flat_map(|section| &section.figures);
    figures.find(|figure| figure.key == key)?.value
}

/// All figures by their keys.
fn keyed(sections: &[Section]) -> Value {
    let mut object = json!({});
    for figure in sections.iter().flat_map(|section| &section.figures) {
        object[figure.key] = json!(figure.value);
    }
    object
}

impl Report {
    /// For another program.
    pub fn json(&self) -> Value {
        let mut object = keyed(&self.sections);
        object["warnings"] = json!(self.warnings);
        object["ablated"] = match &self.ablated {
            None => Value::Null,
            Some((_, sections)) => keyed(sections),
        };
        object["seconds"] = json!(self.seconds);
        object
    }

    /// For a reader.
    pub fn summary(&self) -> String {
        let mut summary = self.head.clone();
        if let Some((what, _)) = &self.ablated {
            summary += &format!("Ablated, in the right column: {what}\n");
        }
        for (i, section) in self.sections.iter().enumerate() {
            let said = || {
                section
                    .figures
                    .iter()
                    .filter(|figure| !figure.name.is_empty())
            };
            let width = said().map(|figure| figure.name.chars().count()).max();
            let Some(width) = width else {
                continue;
            };
            summary += &format!("{}\n", section.title);
            let without = self
                .ablated
                .as_ref()
                .and_then(|(_, sections)| sections.get(i));
            for figure in said() {
                let other = without.and_then(|without| {
                    without.figures.iter().find(|other| other.key == figure.key)
                });
                let other = other.map_or(String::new(), |other| match other.value {
                    None => format!(" {:>10}", "none"),
                    Some(_) => format!(" {:>10}", other.shown()),
                });
                summary += &format!("  {:width$}  {:>10}{other}\n", figure.name, figure.shown());
            }
        }
        for warning in &self.warnings {
            summary += &format!("Warning: {warning}\n");
        }
        summary += &self.written;
        for path in &self.left {
            summary += &format!(
                "{} was there before and is not of this run\n",
                path.display()
            );
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let section = |loss| Section {
            title: "Errors:",
            figures: vec![
                Figure::new("loss", "held out", loss),
                Figure::none("ratio", "ratio", "no error"),
                Figure::silent("accuracy"),
            ],
        };
        Report {
            head: "Title\n".to_owned(),
            sections: vec![section(1.5)],
            ablated: Some(("without".to_owned(), vec![section(2.0)])),
            warnings: vec!["dead".to_owned()],
            written: "file\n".to_owned(),
            left: vec![PathBuf::from("old.png")],
            seconds: 1.0,
        }
    }

    #[test]
    fn both_runs_stand_beside_each_other() {
        let expected = "Title\nAblated, in the right column: without\nErrors:\n  \
            held out      1.5000     2.0000\n  ratio     none: no error       none\nWarning: dead\nfile\n\
            old.png was there before and is not of this run\n";
        assert_eq!(report().summary(), expected);
    }

    #[test]
    fn another_program_gets_every_key() {
        let json = report().json();
        assert_eq!(json["loss"], 1.5);
        assert!(json["ratio"].is_null() && json["accuracy"].is_null());
        assert_eq!(
            json["ablated"],
            json!({ "loss": 2.0, "ratio": null, "accuracy": null })
        );
        assert_eq!(json["warnings"], json!(["dead"]));
        assert_eq!(value(&report().sections, "loss"), Some(1.5));
    }
}
