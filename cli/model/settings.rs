//! What a saved model says of itself, read as something that may be damaged.

use std::fmt::Display;
use std::str::FromStr;
use unsup_models::Activation;
use unsup_nn::saving::{SavedModel, Value};

/// The settings of a saved model. Every error names the file and the setting.
pub struct Settings<'s> {
    file: &'s str,
    values: &'s Value,
    /// How many numbers the file holds.
    numbers: usize,
}

impl<'s> Settings<'s> {
    /// Those of a model that was read from the file called `file`.
    pub fn of(saved: &'s SavedModel, file: &'s str) -> Self {
        Self {
            file,
            values: &saved.description().settings,
            numbers: saved.numbers(),
        }
    }

    /// Those of one of the objects in a list.
    pub fn of_part(&self, values: &'s Value) -> Self {
        Self { values, ..*self }
    }

    /// What is there under this name; null where nothing is.
    pub fn value(&self, name: &str) -> &'s Value {
        &self.values[name]
    }

    /// An error of this setting.
    pub fn refuse(&self, name: &str, expected: &str) -> String {
        let file = self.file;
        match self.value(name) {
            Value::Null => format!(
                "{file}: its settings do not say \"{name}\", expected {expected}: this version does not know what to make of the \
                 model"
            ),
            found => {
                let found = found.to_string();
                let mut shown: String = found.chars().take(40).collect();
                if shown.len() < found.len() {
                    shown.push('…');
                }
                format!("{file}: its setting \"{name}\" is {shown}, expected {expected}")
            }
        }
    }

    /// What `read` makes of a setting.
    fn read<V>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'s Value) -> Option<V>,
    ) -> Result<V, String> {
        read(self.value(name)).ok_or_else(|| self.refuse(name, expected))
    }

    /// A number of things, at least 1.
    pub fn count(&self, name: &str) -> Result<usize, String> {
        self.read(name, "a whole number of at least 1", at_least_1)
    }

    /// A whole number from 0 on.
    pub fn whole(&self, name: &str) -> Result<usize, String> {
        self.read(name, "a whole number", whole)
    }

    /// Widths of layers, perhaps none.
    pub fn widths(&self, name: &str) -> Result<Vec<usize>, String> {
        let list = |value: &Value| value.as_array()?.iter().map(at_least_1).collect();
        self.read(name, "a list of widths", list)
    }

    /// Whole numbers from 0 on.
    pub fn wholes(&self, name: &str) -> Result<Vec<usize>, String> {
        let list = |value: &Value| value.as_array()?.iter().map(whole).collect();
        self.read(name, "a list of whole numbers", list)
    }

    /// Yes or no.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// A finite number above 0.
    pub fn positive(&self, name: &str) -> Result<f64, String> {
        let positive = |value: &Value| value.as_f64().filter(|&x| x.is_finite() && x > 0.0);
        self.read(name, "a number above 0", positive)
    }

    /// A finite number.
    pub fn number(&self, name: &str) -> Result<f64, String> {
        self.read(name, "a number", Value::as_f64)
    }

    /// Finite numbers.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, String> {
        let list = |value: &Value| value.as_array()?.iter().map(Value::as_f64).collect();
        self.read(name, "a list of numbers", list)
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<&'s str, String> {
        self.read(name, "a text", Value::as_str)
    }

    /// Texts, perhaps none.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let list = |value: &Value| value.as_array()?.iter().map(text).collect();
        self.read(name, "a list of texts", list)
    }

    /// Pairs of finite numbers, at least one.
    pub fn pairs(&self, name: &str) -> Result<Vec<(f64, f64)>, String> {
        let pair = |value: &Value| match &value.as_array()?[..] {
            [a, b] => Some((a.as_f64()?, b.as_f64()?)),
            _ => None,
        };
        let list = |value: &Value| -> Option<Vec<(f64, f64)>> {
            let list: Vec<_> = value.as_array()?.iter().map(pair).collect::<Option<_>>()?;
            (!list.is_empty()).then_some(list)
        };
        self.read(name, "a list of pairs of numbers", list)
    }

    /// What a text stands for.
    pub fn parsed<V: FromStr<Err: Display>>(&self, name: &str) -> Result<V, String> {
        self.text(name)?
            .parse()
            .map_err(|error: V::Err| self.refuse(name, &without_expected(&error.to_string())))
    }

    /// One of several names.
    pub fn one_of<V: Copy>(&self, name: &str, known: &[(&str, V)]) -> Result<V, String> {
        let found = |value: &Value| {
            let text = value.as_str()?;
            let found = known.iter().find(|(name, _)| *name == text);
            found.map(|&(_, value)| value)
        };
        let names: Vec<&str> = known.iter().map(|&(name, _)| name).collect();
        self.read(name, &names.join(" or "), found)
    }

    /// σ of layers.
    pub fn activation(&self, name: &str) -> Result<Activation, String> {
        self.parsed(name)
    }

    /// Refuses layers of more weights than the file holds, before they take any memory. `networks` are the widths of
    /// each, all at least 1.
    pub fn check_layers(&self, networks: &[&[usize]]) -> Result<(), String> {
        let layers = networks.iter().flat_map(|widths| widths.windows(2));
        let weights = layers.map(|pair| pair[0].saturating_mul(pair[1]));
        let asked = weights.fold(0, usize::saturating_add);
        match asked <= self.numbers {
            true => Ok(()),
            false => Err(format!(
                "{}: its settings are of a model of at least {asked} weights, and it holds {}",
                self.file, self.numbers
            )),
        }
    }
}

fn whole(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn at_least_1(value: &Value) -> Option<usize> {
    whole(value).filter(|&number| number >= 1)
}

/// What an error of parsing expects.
fn without_expected(error: &str) -> String {
    match error.split_once("expected ") {
        Some((_, expected)) => expected.to_owned(),
        None => error.to_owned(),
    }
}
