//! A run between two of its rounds, as a state that can be saved and gone on with.

use super::training::{Player, Run, Sums};
use super::{Block, DiscriminatorFigures, GeneratorFigures, Likeness, Warning};
use unsup_autograd::Real;
use unsup_nn::Sequence;
use unsup_nn::saving::{
    LoadError, Remembered, State, Value, json, losses_of_json, losses_to_json, number_of_json,
    number_to_json,
};
use unsup_nn::set_parameters;
use unsup_nn::train::End;

const AVERAGE: &str = "average.";
const LAST_GOOD: &str = "last_good.";

impl<T: Real> Run<'_, T> {
    /// The run as it is now, to be gone on with by [`Run::go_on`] to the same bits as if it had not been interrupted.
    pub fn state(&self) -> State {
        let blocks: Vec<Value> = self.blocks.iter().map(block_to_json).collect();
        let mut state = State::new(json!({
            "run": format!("{:?}", self.settings),
            "steps": self.taken,
            "end": self.end.map(|end| format!("{end:?}")),
            "blocks": blocks,
            "sums": { "discriminator": self.discriminator.sums(), "generator": self.generator.sums() },
        }));
        let networks = [&self.gan.discriminator, &self.gan.generator];
        for (player, network) in [&self.discriminator, &self.generator]
            .into_iter()
            .zip(networks)
        {
            let of_player = player.trainer.state(network, &player.optimiser);
            state.insert_part(player.name, of_player);
        }
        state.insert_parameters(LAST_GOOD, &self.last_good);
        if let Some(average) = &self.average {
            state.insert_parameters(AVERAGE, average);
        }
        state
    }

    /// Goes on with the run whose [`Run::state`] this is; this one is made as that was, and has not begun. The next
    /// [`Run::advance`] plays the round that came next then.
    ///
    /// # Errors
    /// If the state is damaged, or of other settings or networks: all that differs is said. The run is then as it was.
    pub fn go_on(&mut self, state: &State) -> Result<(), LoadError> {
        let values = state.values();
        let mut reader = state.reader();
        let settings = format!("{:?}", self.settings);
        reader.compare("run's settings", &values["run"], &settings);
        let last_good = reader.parameters(LAST_GOOD, &self.last_good);
        let average = self.average.as_ref();
        let average = average.map(|average| reader.parameters(AVERAGE, average));
        // those of the players are read below, others are somebody else's
        for name in state.parts() {
            reader.pass_over_part(&name);
        }
        reader.finish()?;

        let taken = state.count("steps")? as usize;
        let end = match (values["end"].as_str(), taken == self.settings.steps) {
            (None, false) if values["end"].is_null() => None,
            (Some("Completed"), true) => Some(End::Completed),
            (Some("Stopped"), _) => Some(End::Stopped),
            _ => return Err(state.damaged("end")),
        };
        let blocks = self.blocks_of(&values["blocks"], taken);
        let blocks = blocks.ok_or_else(|| state.damaged("blocks"))?;
        let discriminator = self.discriminator.read(state, &self.gan.discriminator)?;
        let generator = self.generator.read(state, &self.gan.generator)?;

        // all is well: from here on nothing fails
        (self.taken, self.end, self.blocks) = (taken, end, blocks);
        set_parameters(&mut self.last_good, &last_good);
        if let (Some(average), Some(values)) = (&mut self.average, average) {
            set_parameters(average, &values);
        }
        self.discriminator
            .put_back(discriminator, &mut self.gan.discriminator);
        self.generator.put_back(generator, &mut self.gan.generator);
        Ok(())
    }

    /// The blocks of so many rounds; what they warn of follows from their figures.
    fn blocks_of(&self, json: &Value, taken: usize) -> Option<Vec<Block>> {
        let every = self.settings.record_every;
        let completed = match taken == self.settings.steps {
            true => taken.div_ceil(every),
            false => taken / every,
        };
        let json = json.as_array().filter(|json| json.len() == completed)?;
        let mut blocks: Vec<Block> = Vec::new();
        for json in json {
            let mut block = block_of_json(json)?;
            block.of = self.settings.steps;
            let before = blocks.last();
            let before = before.and_then(|block| block.discriminator.as_ref());
            let (game, likeness) = (self.settings.game, block.likeness);
            block.warnings =
                Warning::of_block(game, likeness, block.discriminator.as_ref(), before);
            blocks.push(block);
        }
        Some(blocks)
    }
}

/// What has been read of a player, to be put in its place once all else is found to be well.
struct Read<T: Real> {
    remembered: Remembered<T>,
    sums: Sums,
}

impl<T: Real> Player<T> {
    fn sums(&self) -> Value {
        json!({
            "steps": self.sums.steps,
            "losses": losses_to_json(&self.sums.losses),
            "gradient_norm": number_to_json(self.sums.gradient_norm),
        })
    }

    fn read(&self, state: &State, network: &Sequence<T>) -> Result<Read<T>, LoadError> {
        let damaged = || state.damaged(self.name);
        let part = state.part(self.name).ok_or_else(damaged)?;
        let json = &state.values()["sums"][self.name];
        let sums = || {
            Some(Sums {
                steps: json["steps"].as_u64()? as usize,
                losses: losses_of_json(&json["losses"])?,
                gradient_norm: number_of_json(&json["gradient_norm"])?,
            })
        };
        Ok(Read {
            sums: sums().ok_or_else(damaged)?,
            remembered: Remembered::of_state(&part, network, &self.optimiser)?,
        })
    }

    fn put_back(&mut self, read: Read<T>, network: &mut Sequence<T>) {
        self.sums = read.sums;
        read.remembered
            .put_back(&mut self.trainer, network, &mut self.optimiser);
    }
}

fn numbers_to_json(numbers: &[f64]) -> Value {
    numbers
        .iter()
        .map(|&number| number_to_json(number))
        .collect()
}

fn numbers_of_json<const N: usize>(json: &Value) -> Option<[f64; N]> {
    let numbers = json.as_array()?.iter();
    let numbers: Vec<f64> = numbers.map(number_of_json).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// A block without what follows from the run and its figures.
fn block_to_json(block: &Block) -> Value {
    let discriminator = block.discriminator.as_ref().map(|of| {
        json!({
            "figures": numbers_to_json(&[of.loss, of.on_objects, of.on_samples, of.gradient_norm]),
            "penalty": of.penalty.map(number_to_json),
        })
    });
    let generator = block.generator.as_ref();
    let Likeness {
        spread,
        coverage,
        precision,
    } = block.likeness;
    json!({
        "step": block.step,
        "discriminator": discriminator,
        "generator": generator.map(|of| numbers_to_json(&[of.loss, of.gradient_norm])),
        "pace": numbers_to_json(&[block.sigma, block.rate_factor]),
        "likeness": numbers_to_json(&[spread, coverage, precision]),
    })
}

/// The block of [`block_to_json`]; `None` if it is none.
fn block_of_json(json: &Value) -> Option<Block> {
    let of = &json["discriminator"];
    let discriminator = if of.is_null() {
        None
    } else {
        let [loss, on_objects, on_samples, gradient_norm] = numbers_of_json(&of["figures"])?;
        let penalty = &of["penalty"];
        Some(DiscriminatorFigures {
            loss,
            penalty: match penalty.is_null() {
                true => None,
                false => Some(number_of_json(penalty)?),
            },
            on_objects,
            on_samples,
            gradient_norm,
        })
    };
    let generator = if json["generator"].is_null() {
        None
    } else {
        let [loss, gradient_norm] = numbers_of_json(&json["generator"])?;
        Some(GeneratorFigures {
            loss,
            gradient_norm,
        })
    };
    let [sigma, rate_factor] = numbers_of_json(&json["pace"])?;
    let [spread, coverage, precision] = numbers_of_json(&json["likeness"])?;
    Some(Block {
        step: json["step"].as_u64()? as usize,
        of: 0,
        discriminator,
        generator,
        sigma,
        rate_factor,
        likeness: Likeness {
            spread,
            coverage,
            precision,
        },
        warnings: Vec::new(),
    })
}
