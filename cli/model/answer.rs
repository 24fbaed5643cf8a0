//! What a model answers to objects: columns of numbers, or of classes.

use std::rc::Rc;
use unsup_data::{Cell, Scaling, ScalingKind};
use unsup_models::{Matrix, Real};

/// Named columns, a row an object.
pub struct Answer {
    /// All of one length.
    pub columns: Vec<Column>,
}

/// A column of an answer.
pub struct Column {
    pub name: String,
    pub values: Values,
}

/// The values of a column.
pub enum Values {
    Double(Vec<f64>),
    /// Of single precision.
    Single(Vec<f32>),
    /// Numbers from 0 on; none for an object of which nothing can be said.
    Whole(Vec<Option<usize>>),
    /// The same, as classes of these names.
    Classes(Vec<Option<usize>>, Classes),
}

/// The names of classes; one without is its number.
#[derive(Clone)]
pub struct Classes(pub Rc<[String]>);

impl Classes {
    /// Classes of these names, perhaps none.
    pub fn named(names: &[String]) -> Self {
        Self(names.into())
    }

    /// What a class is called.
    pub fn name(&self, class: usize) -> String {
        self.0.get(class).cloned().unwrap_or(class.to_string())
    }
}

impl Answer {
    /// Numbers that have no names of their own: `name_1`, `name_2`, ..; one alone is `name`.
    pub fn numbered<T: Real>(name: &str, values: &Matrix<T>) -> Self {
        let names = (1..=values.columns()).map(|number| match values.columns() {
            1 => name.to_owned(),
            _ => format!("{name}_{number}"),
        });
        Self::named(&names.collect::<Vec<_>>(), values)
    }

    /// Numbers, a column for each name.
    pub fn named<T: Real>(names: &[String], values: &Matrix<T>) -> Self {
        let column = |j: usize| values.row_iter().map(move |row| row[j].to_f64());
        let columns = names.iter().enumerate().map(|(j, name)| Column {
            name: name.clone(),
            values: match T::NAME {
                "f32" => Values::Single(column(j).map(|x| x as f32).collect()),
                _ => Values::Double(column(j).collect()),
            },
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// Scaled objects in the unit of the file that was trained on.
    pub fn unscaled<T: Real>(names: &[String], scaling: &Scaling, objects: &Matrix<T>) -> Self {
        match scaling.kind() {
            // nothing is to be undone, so that they have no more digits than they had
            ScalingKind::None | ScalingKind::Unit => Self::named(names, objects),
            ScalingKind::Standard | ScalingKind::MinMax => {
                Self::named(names, &scaling.undo(&objects.cast()))
            }
        }
    }

    /// A class for each object.
    pub fn classes(name: &str, classes: Vec<Option<usize>>, names: &Classes) -> Self {
        Self {
            columns: vec![Column {
                name: name.to_owned(),
                values: Values::Classes(classes, names.clone()),
            }],
        }
    }

    /// A number from 0 on for each object.
    pub fn whole(name: &str, numbers: Vec<Option<usize>>) -> Self {
        Self {
            columns: vec![Column {
                name: name.to_owned(),
                values: Values::Whole(numbers),
            }],
        }
    }

    /// The columns of both.
    pub fn beside(mut self, other: Self) -> Self {
        self.columns.extend(other.columns);
        self
    }

    /// How many objects there are.
    pub fn rows(&self) -> usize {
        self.columns
            .first()
            .map_or(0, |column| match &column.values {
                Values::Double(values) => values.len(),
                Values::Single(values) => values.len(),
                Values::Whole(values) | Values::Classes(values, _) => values.len(),
            })
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<&str> {
        let names = self.columns.iter().map(|column| column.name.as_str());
        names.collect()
    }

    /// The first object with an infinite number, or with one that is none if `complete`.
    pub fn first_not_finite(&self, complete: bool) -> Option<usize> {
        let bad = |x: f64| x.is_infinite() || complete && x.is_nan();
        (0..self.rows()).find(|&row| self.columns.iter().any(|column| bad(column.number(row))))
    }
}

impl Column {
    /// A value as a number: NaN where there is none.
    pub fn number(&self, row: usize) -> f64 {
        match &self.values {
            Values::Double(values) => values[row],
            Values::Single(values) => values[row].into(),
            Values::Whole(values) | Values::Classes(values, _) => {
                values[row].map_or(f64::NAN, |value| value as f64)
            }
        }
    }

    /// A value as it stands in a table.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match &self.values {
            Values::Double(values) => Cell::Number(values[row]),
            Values::Single(values) => Cell::Single(values[row]),
            Values::Classes(values, names) => match values[row].map(|class| names.0.get(class)) {
                Some(Some(name)) => Cell::Word(name),
                _ => Cell::Number(self.number(row)),
            },
            Values::Whole(_) => Cell::Number(self.number(row)),
        }
    }
}
