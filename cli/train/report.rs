//! Figures of a training, with and without the method's idea: for another program, and for a reader.

use super::{Outcome, four_digits};
use crate::output::OutputFolder;
use crate::page::{self, Column};
use crate::pictures::{Estimate, Picture, Scale, curves};
use unsup_models::{Epoch, History};
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
    fn on_page(&self) -> page::Table {
        let headings = self
            .columns
            .iter()
            .map(|(_, heading)| Column::numbers(heading));
        let rows = self.rows.iter().map(|(name, cells)| {
            let cells = cells.iter().map(Cell::shown);
            [name.clone()].into_iter().chain(cells).collect()
        });
        page::Table {
            caption: self.title.trim_end_matches(':').to_owned(),
            columns: [Column::words("")].into_iter().chain(headings).collect(),
            rows: rows.collect(),
        }
    }

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

/// What a page says of a training, beside its pictures and its settings.
pub struct Account {
    /// What was trained on what, in lines.
    pub head: String,
    /// Figures.
    pub tables: Vec<page::Table>,
    /// What is to be said of them.
    pub remarks: Vec<String>,
    /// What is wrong with the model.
    pub warnings: Vec<String>,
    /// The losses of the training, drawn as SVG.
    pub losses: Option<String>,
    /// Options that were not given, as they are typed, and what was chosen for them.
    pub chosen: Vec<(&'static str, String)>,
    /// Pages of the method's own: their files, and what they are.
    pub pages: Vec<(&'static str, &'static str)>,
}

/// The losses of a training against its epochs, as SVG; `None` where there is no epoch.
pub fn losses(history: &History) -> Option<String> {
    let of = |losses: fn(&Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        let epochs = history.epochs.iter();
        epochs
            .filter_map(|epoch| Some((epoch.number as f64, losses(epoch)?)))
            .collect()
    };
    let training = of(|epoch| Some(epoch.losses.total));
    let aside = of(|epoch| epoch.validation.as_ref().map(|losses| losses.total));
    let series = [("training", training), ("set aside", aside)];
    over_epochs(&series, "loss", "The loss, epoch by epoch")
}

/// What fell from epoch to epoch, as SVG: named series of epochs and values; `None` where there is no point.
pub fn over_epochs<N: AsRef<str>>(
    series: &[(N, Vec<(f64, f64)>)],
    what: &str,
    caption: &str,
) -> Option<String> {
    let exact = |points: &[(f64, f64)]| -> Vec<(f64, Estimate)> {
        let points = points.iter();
        points.map(|&(x, y)| (x, Estimate::exactly(y))).collect()
    };
    let there = series.iter().filter(|(_, points)| !points.is_empty());
    let there: Vec<(&str, Vec<_>)> = there
        .map(|(name, points)| (name.as_ref(), exact(points)))
        .collect();
    if there.is_empty() {
        return None;
    }
    let series: Vec<_> = there
        .iter()
        .map(|(name, points)| (*name, &points[..]))
        .collect();
    let axes = [("epoch", Scale::Linear), (what, Scale::Linear)];
    Some(curves(&series, &[], axes, caption, ""))
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
    /// The losses of the training, drawn as SVG.
    pub losses: Option<String>,
    /// Options that were not given, as they are typed, and what was chosen for them.
    pub chosen: Vec<(&'static str, String)>,
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

    /// All of it, with the folder that its files have been put aside in, and what was drawn.
    pub fn outcome(self, out: OutputFolder, pictures: Vec<Picture>) -> Outcome {
        Outcome {
            json: self.json(),
            summary: self.summary(),
            pictures,
            account: self.account(),
            out,
        }
    }

    /// For a page.
    fn account(self) -> Account {
        let mut tables = Vec::new();
        for (i, section) in self.sections.iter().enumerate() {
            let said = section.figures.iter();
            let said: Vec<&Figure> = said.filter(|figure| !figure.name.is_empty()).collect();
            if said.is_empty() {
                continue;
            }
            let mut columns = vec![Column::words(""), Column::numbers("value")];
            let without = self
                .ablated
                .as_ref()
                .and_then(|(_, sections)| sections.get(i));
            if without.is_some() {
                columns.push(Column::numbers("ablated"));
            }
            let rows = said.iter().map(|figure| {
                let mut row = vec![figure.name.trim().to_owned(), figure.shown()];
                if let Some(without) = without {
                    let mut figures = without.figures.iter();
                    let other = figures.find(|other| other.key == figure.key);
                    row.push(other.map_or(String::new(), Figure::shown));
                }
                row
            });
            tables.push(page::Table {
                caption: section.title.trim_end_matches(':').to_owned(),
                columns,
                rows: rows.collect(),
            });
        }
        let said = self.tables.iter().filter(|table| !table.title.is_empty());
        tables.extend(said.map(Table::on_page));
        let ablated = self
            .ablated
            .map(|(what, _)| format!("Ablated, in the right column: {what}."));
        Account {
            head: self.head,
            tables,
            remarks: ablated.into_iter().collect(),
            warnings: self.warnings,
            losses: self.losses,
            chosen: self.chosen,
            pages: Vec::new(),
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
            losses: None,
            chosen: Vec::new(),
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
            held out      1.5000     2.0000\n  ratio     none: no error       none\nWarning: dead\n";
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
