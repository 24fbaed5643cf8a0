//! What a trainer and an optimiser remember of a model: what a training of any kind needs of them to go on.

use super::state::{State, counted, difference};
use super::{LoadError, Reader, Value};
use crate::module::set_parameters;
use crate::optimiser::Optimiser;
use crate::train::{Largest, Trainer};
use crate::{Module, Path};
use serde_json::json;
use smallvec::SmallVec;
use unsup_autograd::{Matrix, Real};

const PARAMETERS: &str = "parameters.";
const OPTIMISER: &str = "optimiser.";

impl<T: Real> Trainer<T> {
    /// The model as it is now, and all that this trainer and the optimiser need to go on with it to the same bits.
    pub fn state(&self, model: &dyn Module<T>, optimiser: &Optimiser<T>) -> State {
        trainer_state(self, model, optimiser, true)
    }
}

/// The same; where the training does not go on without what the optimiser remembers.
pub(super) fn trainer_state<T: Real>(
    trainer: &Trainer<T>,
    model: &dyn Module<T>,
    optimiser: &Optimiser<T>,
    goes_on: bool,
) -> State {
    let largest = trainer.largest_gradient(model).map(|largest| {
        json!({ "parameter": largest.parameter, "norm": largest.norm, "step": largest.step })
    });
    let mut state = State::new(json!({
        "optimiser": optimiser.settings(),
        "frozen": frozen(model),
        "steps": trainer.steps(),
        "updates": {},
        "largest_gradient": largest,
    }));
    state.insert_parameters(PARAMETERS, model);
    if goes_on {
        let mut updates = serde_json::Map::new();
        model.visit(Path::ROOT, &mut |path, param| {
            if let Some(of_parameter) = optimiser.state(param.key()) {
                updates.insert(path.to_string(), of_parameter.t.into());
                for (slot, value) in of_parameter.slots.iter().enumerate() {
                    state.insert(format!("{OPTIMISER}{path}.{slot}"), value);
                }
            }
        });
        state.set("updates", Value::Object(updates));
    }
    state
}

/// What has been read of a [`Trainer::state`], to be put in its place once all else is found to be well.
pub struct Remembered<T: Real> {
    steps: u64,
    largest: Option<Largest>,
    parameters: Vec<Matrix<T>>,
    /// Of each parameter, if it has been updated.
    updates: Vec<Option<Update<T>>>,
}

/// How often a parameter has been updated, and what the optimiser's rule remembers of it.
struct Update<T: Real> {
    t: u64,
    slots: SmallVec<[Matrix<T>; 2]>,
}

impl<T: Real> Remembered<T> {
    /// Reads the state of a trainer of this model by this optimiser.
    ///
    /// # Errors
    /// If it is damaged, or of another optimiser, another model, or other frozen parameters: all that differs is said.
    pub fn of_state(
        state: &State,
        model: &dyn Module<T>,
        optimiser: &Optimiser<T>,
    ) -> Result<Self, LoadError> {
        let mut reader = state.reader();
        for difference in of_trainer(state, model, optimiser) {
            reader.refuse(difference);
        }
        let remembered = Self::read(state, &mut reader, model, optimiser)?;
        reader.finish()?;
        Ok(remembered)
    }

    /// Reads what is there of it; the reader keeps what is wrong with the matrices.
    pub(super) fn read(
        state: &State,
        reader: &mut Reader<'_>,
        model: &dyn Module<T>,
        optimiser: &Optimiser<T>,
    ) -> Result<Self, LoadError> {
        let values = state.values();
        let (mut updates, mut largest) = (Vec::new(), None);
        let of_largest = &values["largest_gradient"];
        model.visit(Path::ROOT, &mut |path, param| {
            let t = counted(&values["updates"][path.to_string()]);
            updates.push(t.map(|t| {
                let names = (0..optimiser.slots()).map(|slot| format!("{OPTIMISER}{path}.{slot}"));
                let shape = param.value().shape();
                let slots = names
                    .filter_map(|name| reader.matrix(&name, shape))
                    .collect();
                Update { t, slots }
            }));
            if of_largest["parameter"] == path.to_string() {
                largest = read_largest(of_largest, param.key());
            }
        });
        Ok(Self {
            steps: state.count("steps")?,
            largest,
            parameters: reader.parameters(PARAMETERS, model),
            updates,
        })
    }

    /// Gives it back to a trainer, the model and the optimiser for which it was read.
    pub fn put_back(
        self,
        trainer: &mut Trainer<T>,
        model: &mut dyn Module<T>,
        optimiser: &mut Optimiser<T>,
    ) {
        trainer.go_on_after(self.steps, self.largest);
        set_parameters(model, &self.parameters);
        optimiser.forget();
        let mut updates = self.updates.into_iter();
        model.visit(Path::ROOT, &mut |_, param| {
            if let Some(Some(Update { t, slots })) = updates.next() {
                optimiser.restore(param.key(), t, slots);
            }
        });
    }
}

/// In what the trainer that is to go on is not the one that was saved.
pub(super) fn of_trainer<T: Real>(
    state: &State,
    model: &dyn Module<T>,
    optimiser: &Optimiser<T>,
) -> Vec<String> {
    let values = state.values();
    let saved = values["optimiser"].as_str().unwrap_or_default();
    let of_optimiser = difference("optimiser", saved, &optimiser.settings());
    let (saved, asked) = (
        values["frozen"].to_string(),
        json!(frozen(model)).to_string(),
    );
    let of_frozen = difference("frozen parameters", &saved, &asked);
    of_optimiser.into_iter().chain(of_frozen).collect()
}

/// The names of the frozen parameters.
fn frozen<T: Real>(model: &dyn Module<T>) -> Vec<String> {
    let mut frozen = Vec::new();
    model.visit(Path::ROOT, &mut |path, param| {
        if !param.trainable() {
            frozen.push(path.to_string());
        }
    });
    frozen
}

fn read_largest(json: &Value, key: u64) -> Option<Largest> {
    Some(Largest {
        key,
        norm: json["norm"].as_f64()?,
        step: json["step"].as_u64()?,
    })
}
