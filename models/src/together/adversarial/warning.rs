//! What can be seen to be wrong with an adversarial run while it goes on, in words.

use super::{DiscriminatorFigures, Game, Likeness};
use std::fmt;

/// Something that a person who trains a pair should hear of.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Warning {
    /// All samples are nearly one.
    Collapse {
        /// The spread of the samples over that of the objects.
        spread: f64,
    },
    /// The samples are like objects, but only like some of them.
    MissedModes {
        /// The share of the objects that have a sample near.
        coverage: f64,
        /// The share of the samples that are near an object.
        precision: f64,
    },
    /// Hardly any sample is near an object.
    Astray {
        /// The share of the samples that are near an object.
        precision: f64,
    },
    /// The discriminator tells samples from objects nearly without fail, for two blocks in a row.
    DiscriminatorWins {
        /// The mean of D(G(z)).
        on_samples: f64,
        /// The game.
        game: Game,
    },
    /// The discriminator's value is what guessing has.
    Chance {
        /// The value, near −ln 4.
        value: f64,
        /// The share of the objects that have a sample near.
        coverage: f64,
    },
}

impl Warning {
    /// The spread below which samples count as one.
    const LEAST_SPREAD: f64 = 0.3;
    /// The coverage below which modes count as missed, where at least [`Self::PRECISE`] of the samples are near an
    /// object.
    const LEAST_COVERAGE: f64 = 0.6;
    const PRECISE: f64 = 0.5;
    /// The precision below which samples count as no objects at all.
    const ASTRAY: f64 = 0.05;
    /// The loss of D, in nats, below which it wins: it is ln 4 = 1.39 by guessing.
    const WON: f64 = 0.1;
    /// How near to −ln 4, in nats, the value is that of guessing, and how near to each other and to 1/2 the means of
    /// D(x) and D(G(z)).
    const GUESSING: f64 = 0.01;

    /// What is wrong by the figures of a block and those of the one before it.
    pub(super) fn of_block(
        game: Game,
        likeness: Likeness,
        figures: Option<&DiscriminatorFigures>,
        before: Option<&DiscriminatorFigures>,
    ) -> Vec<Self> {
        let Likeness {
            spread,
            coverage,
            precision,
        } = likeness;
        let mut warnings = Vec::new();
        if spread < Self::LEAST_SPREAD {
            warnings.push(Self::Collapse { spread });
        } else if coverage < Self::LEAST_COVERAGE && precision > Self::PRECISE {
            warnings.push(Self::MissedModes {
                coverage,
                precision,
            });
        } else if precision < Self::ASTRAY {
            warnings.push(Self::Astray { precision });
        }
        let Some(figures) = figures else {
            return warnings;
        };
        if game == Game::Wasserstein {
            return warnings; // a critic has no chance level
        }
        let wins = |figures: &DiscriminatorFigures| figures.loss < Self::WON;
        if wins(figures) && before.is_some_and(wins) {
            warnings.push(Self::DiscriminatorWins {
                on_samples: figures.on_samples,
                game,
            });
        }
        let off = [
            figures.value() + 4f64.ln(),
            figures.on_objects - figures.on_samples,
            figures.on_objects - 0.5,
        ];
        if off.iter().all(|off| off.abs() < Self::GUESSING) {
            warnings.push(Self::Chance {
                value: figures.value(),
                coverage,
            });
        }
        warnings
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| 100.0 * share;
        match *self {
            Self::Collapse { spread } => write!(
                f,
                "the samples hardly differ: their spread is {:.0} % of the objects'. The generator has collapsed; instance \
                 noise, a penalty or a smaller rate may help",
                percent(spread)
            ),
            Self::MissedModes {
                coverage,
                precision,
            } => write!(
                f,
                "{:.0} % of the samples are like objects, but only {:.0} % of the objects have a sample near: the generator \
                 makes some kinds and misses others; instance noise, larger batches or more steps may help",
                percent(precision),
                percent(coverage)
            ),
            Self::Astray { precision } => write!(
                f,
                "{:.0} % of the samples are like objects: the generator is far from them yet, or has gone astray; if it \
                 stays so, more steps of the discriminator or a smaller rate of the generator may help",
                percent(precision)
            ),
            Self::DiscriminatorWins { on_samples, game } => {
                write!(
                    f,
                    "the discriminator tells samples from objects nearly without fail (D(G(z)) is {on_samples:.4} in the mean)"
                )?;
                if game == Game::Minimax {
                    f.write_str(
                        ", so the generator of the minimax game gets hardly any gradient; the non-saturating one does",
                    )?;
                }
                f.write_str(
                    ". Instance noise, a penalty or fewer steps of the discriminator may help",
                )
            }
            Self::Chance { value, coverage } => write!(
                f,
                "the discriminator does no better than guessing (V = {value:.4}, −ln 4 = −1.3863). With samples like the \
                 objects that is the equilibrium, else it does not learn: {:.0} % of the objects have a sample near, where 97 % \
                 is to be expected of equal distributions; if that is low, a larger rate or network of the discriminator, \
                 more of its steps or less instance noise may help",
                percent(coverage)
            ),
        }
    }
}
