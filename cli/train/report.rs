//! Figures of a training, with and without the method's idea: for another program, and for a reader.

use super::{Trained, four_digits};
use crate::pictures::Picture;
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

/// Figures in rows and columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name for another program.
    pub key: &'static str,
    /// The line above it; empty: a reader hears nothing of it.
    pub title: String,
    /// The columns: a key for another program, and a heading for a reader.
    pub columns: Vec<(&'static str, String)>,
    /// The rows: a name, and as many cells as there are columns.
    pub rows: Vec<(String, Vec<Cell>)>,
}

/// An entry of a [`Table`].
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// The mean of several runs and their standard deviation.
    Measured { mean: f64, spread: f64 },
    /// One number: of a single run, or published.
    Number(f64),
    /// A number of things.
    Whole(usize),
    /// Nothing.
    Empty,
}

impl Cell {
    /// The mean and the deviation of the values of several runs; of one run the value.
    pub fn of(values: &[f64]) -> Self {
        match values {
            [] => Self::Empty,
            [value] => Self::Number(*value),
            values => {
                let count = values.len() as f64;
                let mean = values.iter().sum::<f64>() / count;
                let squares = values.iter().map(|value| (value - mean).powi(2));
                let spread = (squares.sum::<f64>() / count).sqrt();
                Self::Measured { mean, spread }
            }
        }
    }

    fn shown(&self) -> String {
        match self {
            // both have as many digits as the larger needs
            Self::Measured { mean, spread } => {
                match four_digits(mean.abs().max(*spread)).contains('e') {
                    true => format!("{mean:.3e} ± {spread:.3e}"),
                    false => format!("{mean:.4} ± {spread:.4}"),
                }
            }
            Self::Number(value) => four_digits(*value),
            Self::Whole(value) => value.to_string(),
            Self::Empty => String::new(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Measured { mean, spread } => json!({ "mean": mean, "deviation": spread }),
            Self::Number(value) => json!(value),
            Self::Whole(value) => json!(value),
            Self::Empty => Value::Null,
        }
    }
}

impl Table {
    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|(name, cells)| {
            let mut row = json!({ "name": name });
            for ((key, _), cell) in self.columns.iter().zip(cells) {
                row[*key] = cell.json();
            }
            row
        });
        rows.collect()
    }

    fn summary(&self) -> String {
        let names = self.rows.iter().map(|(name, _)| name.chars().count());
        let first = names.max().unwrap_or(0);
        let widths: Vec<usize> = (self.columns.iter().enumerate())
            .map(|(j, (_, heading))| {
                let cells = self
                    .rows
                    .iter()
                    .map(|(_, cells)| cells[j].shown().chars().count());
                cells.chain([heading.chars().count()]).max().unwrap_or(0)
            })
            .collect();
        let line = |name: &str, cells: Vec<String>| {
            let cells = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("  {cell:>width$}"));
            format!("  {name:first$}{}", cells.collect::<String>())
                .trim_end()
                .to_owned()
                + "\n"
        };
        let headings = self.columns.iter().map(|(_, heading)| heading.clone());
        let mut summary = format!("{}\n{}", self.title, line("", headings.collect()));
        for (name, cells) in &self.rows {
            summary += &line(name, cells.iter().map(Cell::shown).collect());
        }
        summary
    }
}

/// What a training came to.
pub struct Report {
    /// What was trained on what, in lines.
    pub head: String,
    /// The figures.
    pub sections: Vec<Section>,
    /// Figures in rows and columns.
    pub tables: Vec<Table>,
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
        for table in &self.tables {
            object[table.key] = table.json();
        }
        object["warnings"] = json!(self.warnings);
        object["ablated"] = match &self.ablated {
            None => Value::Null,
            Some((_, sections)) => keyed(sections),
        };
        object["seconds"] = json!(self.seconds);
        object
    }

    /// All of it, with what was drawn.
    pub fn of_training(&self, method: &'static str, pictures: Vec<Picture>) -> Trained {
        Trained {
            method,
            json: self.json(),
            summary: self.summary(),
            pictures,
        }
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
        for table in self.tables.iter().filter(|table| !table.title.is_empty()) {
            summary += &table.summary();
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
            tables: Vec::new(),
            ablated: Some(("without".to_owned(), vec![section(2.0)])),
            warnings: vec!["dead".to_owned()],
            written: "file\n".to_owned(),
            left: vec![PathBuf::from("old.png")],
            seconds: 1.0,
        }
    }

    #[test]
    fn cells_have_the_digits_that_they_need() {
        let shown = |cell: Cell| cell.shown();
        assert_eq!(shown(Cell::Whole(1210)), "1210");
        assert_eq!(shown(Cell::of(&[0.9, 0.9002])), "0.9001 ± 0.0001");
        assert_eq!(shown(Cell::of(&[0.1, -0.1])), "0.0000 ± 0.1000");
        assert_eq!(shown(Cell::of(&[1e-5, 3e-5])), "2.000e-5 ± 1.000e-5");
        assert_eq!(Cell::Whole(7).json(), json!(7));
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

    #[test]
    fn tables_have_rows_and_columns_for_both() {
        let table = Table {
            key: "ways",
            title: "Accuracy:".to_owned(),
            columns: vec![
                ("ours", "ours".to_owned()),
                ("published", "published".to_owned()),
            ],
            rows: vec![
                (
                    "frozen".to_owned(),
                    vec![Cell::of(&[0.5, 1.0]), Cell::Number(0.9)],
                ),
                (
                    "scratch, one".to_owned(),
                    vec![Cell::of(&[0.25]), Cell::Empty],
                ),
            ],
        };
        let expected = "Accuracy:\n                           ours  published\n  \
            frozen        0.7500 ± 0.2500     0.9000\n  scratch, one           0.2500\n";
        let report = Report {
            tables: vec![table],
            ..report()
        };
        assert!(report.summary().contains(expected), "{}", report.summary());
        let json = report.json();
        assert_eq!(
            json["ways"][0]["ours"],
            json!({ "mean": 0.75, "deviation": 0.25 })
        );
        assert_eq!(
            json["ways"][1],
            json!({ "name": "scratch, one", "ours": 0.25, "published": null })
        );
    }
}
