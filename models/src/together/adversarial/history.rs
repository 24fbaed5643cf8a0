//! What a run came to, a block of rounds at a time.

use super::{Likeness, Warning};
use std::io::{self, Write};
use unsup_nn::train::End;

/// What a block came to: the rounds since the block before it.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// How many rounds had been played at its end.
    pub step: usize,
    /// How many there are to be.
    pub of: usize,
    /// The discriminator's steps; `None` if it took none.
    pub discriminator: Option<DiscriminatorFigures>,
    /// The generator's steps; `None` if it took none.
    pub generator: Option<GeneratorFigures>,
    /// σ of the instance noise in the last round.
    pub sigma: f64,
    /// The factor of both learning rates in the last round.
    pub rate_factor: f64,
    /// How samples compared with objects at its end: of the averaged generator if there is one.
    pub likeness: Likeness,
    /// What seems wrong. What goes on being wrong is said of each block.
    pub warnings: Vec<Warning>,
}

/// Means over the discriminator's steps in a block, each taken before the step and with instance noise.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DiscriminatorFigures {
    /// Its loss in nats, without the penalty.
    pub loss: f64,
    /// The penalty before its weight, if there is one.
    pub penalty: Option<f64>,
    /// D(x) on objects; of a critic d(x).
    pub on_objects: f64,
    /// D(G(z)) on samples; of a critic d(G(z)).
    pub on_samples: f64,
    /// √ Σ g² over its parameters.
    pub gradient_norm: f64,
}

impl DiscriminatorFigures {
    /// V, what it maximises: (1/l) Σ ln D(xᵢ) + (1/l) Σ ln(1 − D(G(zᵢ))), to be read against −ln 4 = −1.3863, which
    /// guessing has, and 0. Of a critic: the excess of its mean on objects over that on samples.
    pub fn value(&self) -> f64 {
        -self.loss
    }
}

/// Means over the generator's steps in a block, each taken before the step and with instance noise.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GeneratorFigures {
    /// Its loss.
    pub loss: f64,
    /// √ Σ g² over its parameters.
    pub gradient_norm: f64,
}

/// The blocks of a run, and how it ended.
#[derive(Clone, PartialEq, Debug)]
pub struct History {
    /// The blocks, first to last; one that was broken off is not among them.
    pub blocks: Vec<Block>,
    /// Why it ended.
    pub end: End,
}

impl History {
    /// The last block; `None` where none was completed.
    pub fn last(&self) -> Option<&Block> {
        self.blocks.last()
    }

    /// What seemed wrong at the end of the run.
    pub fn warnings(&self) -> &[Warning] {
        self.last().map_or(&[], |block| &block.warnings)
    }

    /// Writes a table of comma-separated values, a line a block. Numbers are written so that they read back to the
    /// same bits; what there is not is empty.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        writeln!(
            out,
            "step,discriminator loss,value,penalty,D of objects,D of samples,discriminator gradient norm,\
             generator loss,generator gradient norm,instance noise,rate factor,spread,coverage,precision"
        )?;
        for block in &self.blocks {
            let of_d = block.discriminator.as_ref();
            let of_g = block.generator.as_ref();
            let Likeness {
                spread,
                coverage,
                precision,
            } = block.likeness;
            let cells = [
                of_d.map(|d| d.loss),
                of_d.map(DiscriminatorFigures::value),
                of_d.and_then(|d| d.penalty),
                of_d.map(|d| d.on_objects),
                of_d.map(|d| d.on_samples),
                of_d.map(|d| d.gradient_norm),
                of_g.map(|g| g.loss),
                of_g.map(|g| g.gradient_norm),
                Some(block.sigma),
                Some(block.rate_factor),
                Some(spread),
                Some(coverage),
                Some(precision),
            ];
            write!(out, "{}", block.step)?;
            for cell in cells {
                match cell {
                    Some(value) => write!(out, ",{value}")?,
                    None => write!(out, ",")?,
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}
