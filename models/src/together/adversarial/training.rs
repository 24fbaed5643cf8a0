//! The training that alternates: in each round k steps of the discriminator, then one of the generator.
//!
//! Each player has a trainer and an optimiser of its own, and in its step the other is a constant. All that is drawn,
//! objects, z and noise, depends on the seed and the step alone.

use super::game::{D_OF_OBJECTS, D_OF_SAMPLES, OBJECTS, PENALTY, SAMPLES};
use super::{
    Block, DiscriminatorCriterion, DiscriminatorFigures, Game, Gan, GeneratorCriterion,
    GeneratorFigures, History, InstanceNoise, Likeness, Penalty, Reference, Warning,
};
use rand::Rng;
use std::ops::ControlFlow;
use unsup_autograd::random::{self, sample_without_replacement, uniform_below};
use unsup_autograd::{Matrix, Real};
use unsup_nn::optimiser::{Adam, Optimiser, Schedule, StepError};
use unsup_nn::train::{Criterion, End, LargestGradient, Losses, TrainError, Trainer};
use unsup_nn::{Module, Path, Sequence};

/// The settings of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// How many rounds; at least 1.
    pub steps: usize,
    /// Objects, and samples, in a step of a player; at least 1. The objects are drawn with replacement.
    pub batch_size: usize,
    /// k, the steps of D in a round. With 0 it stays as it is: no method, but a control.
    pub discriminator_steps: usize,
    /// The steps of G in a round. With 0 it stays, and D tends to p / (p + p_G).
    pub generator_steps: usize,
    /// What each player minimises.
    pub game: Game,
    /// What is added to the criterion of D.
    pub penalty: Penalty,
    /// Noise on what D is shown.
    pub instance_noise: InstanceNoise,
    /// D's learning rate at the start, above 0.
    pub discriminator_rate: f64,
    /// G's learning rate at the start, above 0.
    pub generator_rate: f64,
    /// How both change.
    pub schedule: Schedule,
    /// β₁ and β₂ of Adam, each in \[0, 1).
    pub betas: (f64, f64),
    /// The decay, in \[0, 1), of the exponential average of G's weights, which G has at the end of the run: the
    /// players go round each other, and their mean lies nearer to what they go round. With 0 it is G itself.
    pub average: f64,
    /// A [`Block`] is recorded after so many rounds, and at the end; at least 1.
    pub record_every: usize,
    /// Where all randomness of the run comes from.
    pub seed: u64,
}

impl Default for Settings {
    /// The non-saturating game in 5000 rounds of one step each on 128 objects, by Adam at the rate 0.001 with β₁ =
    /// 0.5 (a gradient that remembers long follows where the other player was) and β₂ = 0.99, falling to 0 along a
    /// cosine; no penalty, no noise; an average over about 100 rounds; a block after each 250.
    fn default() -> Self {
        Self {
            steps: 5000,
            batch_size: 128,
            discriminator_steps: 1,
            generator_steps: 1,
            game: Game::NonSaturating,
            penalty: Penalty::None,
            instance_noise: InstanceNoise::default(),
            discriminator_rate: 1e-3,
            generator_rate: 1e-3,
            schedule: Schedule::Cosine,
            betas: (0.5, 0.99),
            average: 0.99,
            record_every: 250,
            seed: 0,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), TrainError> {
        let refuse = |what: String| Err(TrainError::Setting(what));
        for (name, value) in [
            ("steps", self.steps),
            ("batch_size", self.batch_size),
            ("record_every", self.record_every),
            (
                "discriminator_steps and generator_steps together",
                self.discriminator_steps + self.generator_steps,
            ),
        ] {
            if value == 0 {
                return refuse(format!("{name} is 0, expected at least 1"));
            }
        }
        let above_0 = |x: f64| x.is_finite() && x > 0.0;
        let from_0 = |x: f64| x.is_finite() && x >= 0.0;
        let rate = |name, x| (name, x, above_0(x), "above 0");
        let weight = |name, x| (name, x, from_0(x), "of at least 0");
        let decay = |name, x| (name, x, (0.0..1.0).contains(&x), "in [0, 1)");
        let InstanceNoise { sigma, until } = self.instance_noise;
        let until_within = above_0(until) && until <= 1.0;
        for (name, value, holds, expected) in [
            rate("discriminator_rate", self.discriminator_rate),
            rate("generator_rate", self.generator_rate),
            decay("beta 1", self.betas.0),
            decay("beta 2", self.betas.1),
            decay("average", self.average),
            match self.penalty {
                Penalty::None => weight("penalty", 0.0),
                Penalty::R1 { gamma } => weight("penalty: gamma", gamma),
                Penalty::WassersteinGp { lambda } => weight("penalty: lambda", lambda),
            },
            weight("instance noise: sigma", sigma),
            ("instance noise: until", until, until_within, "in (0, 1]"),
        ] {
            if !holds {
                return refuse(format!("{name} is {value}, expected a number {expected}"));
            }
        }
        match self.schedule.problem() {
            Some(problem) => refuse(problem),
            None => Ok(()),
        }
    }
}

impl<T: Real> Gan<T> {
    /// Trains both on the rows of `x`; the observer hears of each block, its warnings with it, and may end the run.
    ///
    /// # Errors
    /// As [`Run::new`] and [`Run::advance`].
    ///
    /// # Panics
    /// If `x` has another number of columns than the networks' features.
    #[track_caller]
    pub fn fit(
        &mut self,
        x: &Matrix<T>,
        settings: &Settings,
        mut observer: impl FnMut(&Block) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let mut run = Run::new(self, x, settings)?;
        while let Some(progress) = run.advance()? {
            if progress.block_ended
                && let Some(block) = run.blocks().last()
                && observer(block).is_break()
            {
                break;
            }
        }
        Ok(run.finish())
    }
}

/// A run that is driven from outside, round by round: samples can be drawn between any two, and it can be broken off.
///
/// ```
/// # use unsup_models::Matrix;
/// # use unsup_models::together::adversarial::{Architecture, Gan, Run, Settings};
/// # let x = Matrix::from_fn(100, 2, |i, j| ((i * (3 + j)) % 7) as f32);
/// let mut gan = Gan::new(2, &Architecture::default());
/// let mut run = Run::new(&mut gan, &x, &Settings { steps: 20, ..Settings::default() })?;
/// let mut pictures = Vec::new();
/// while let Some(progress) = run.advance()? {
///     if progress.step % 10 == 0 {
///         pictures.push(run.sample(16, 0)); // the same z, so that one sees them move
///     }
/// }
/// let history = run.finish();
/// assert_eq!((pictures.len(), history.blocks.len()), (2, 1));
/// # Ok::<(), unsup_models::TrainError>(())
/// ```
pub struct Run<'g, T: Real> {
    pub(super) gan: &'g mut Gan<T>,
    x: &'g Matrix<T>,
    pub(super) settings: Settings,
    pub(super) discriminator: Player<T>,
    pub(super) generator: Player<T>,
    /// The exponential average of G's weights.
    pub(super) average: Option<Sequence<T>>,
    /// What the run would have left at the end of the last block.
    pub(super) last_good: Gan<T>,
    reference: Reference,
    /// The objects of a step.
    rows: Vec<usize>,
    /// How many rounds have been played.
    pub(super) taken: usize,
    pub(super) blocks: Vec<Block>,
    pub(super) end: Option<End>,
}

/// Who takes a player's steps, and what those of a block have come to.
pub(super) struct Player<T: Real> {
    pub(super) name: &'static str,
    pub(super) trainer: Trainer<T>,
    pub(super) optimiser: Optimiser<T>,
    pub(super) sums: Sums,
}

/// Sums over the steps of a block.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) steps: usize,
    pub(super) losses: Losses,
    pub(super) gradient_norm: f64,
}

impl<T: Real> Player<T> {
    /// A player whose draws are not those of the other.
    fn new(name: &'static str, rate: f64, settings: &Settings) -> Self {
        let seed = random::generator(settings.seed, name, 0).next_u64();
        let (beta1, beta2) = settings.betas;
        Self {
            name,
            trainer: Trainer::new(seed),
            optimiser: Optimiser::new(Adam::new(rate).betas(beta1, beta2)),
            sums: Sums::default(),
        }
    }

    fn step(
        &mut self,
        network: &mut Sequence<T>,
        criterion: &impl Criterion<T, Sequence<T>>,
        rows: &[usize],
    ) -> Result<(), TrainError> {
        let Self {
            trainer, optimiser, ..
        } = self;
        let step = trainer.step(network, criterion, optimiser, rows);
        let step = step.map_err(|error| of_player(self.name, error))?;
        self.sums.steps += 1;
        self.sums.losses.add(&step.losses, 1.0);
        self.sums.gradient_norm += step.gradient_norm;
        Ok(())
    }

    /// The means over the block's steps, of which the next has none yet; `None` if there were none.
    fn end_block(&mut self) -> Option<(Losses, f64)> {
        let sums = std::mem::take(&mut self.sums);
        if sums.steps == 0 {
            return None;
        }
        let share = 1.0 / sums.steps as f64;
        let mut mean = Losses::default();
        mean.add(&sums.losses, share);
        Some((mean, share * sums.gradient_norm))
    }

    /// The largest gradient of one of its parameters so far, named as the pair names it.
    fn largest_gradient(&self, network: &Sequence<T>) -> Option<LargestGradient> {
        let largest = self.trainer.largest_gradient(network)?;
        let parameter = format!("{}.{}", self.name, largest.parameter);
        Some(LargestGradient {
            parameter,
            ..largest
        })
    }
}

/// What [`Run::advance`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// How many rounds have been played.
    pub step: usize,
    /// It was the last of a block, which is now the last of [`Run::blocks`].
    pub block_ended: bool,
}

impl<'g, T: Real> Run<'g, T> {
    /// How many objects and samples are compared at the end of a block, if there are as many.
    const COMPARED: usize = 500;

    /// A run that has not begun, of `gan` on the rows of `x`.
    ///
    /// # Errors
    /// If a setting is out of range, there are fewer than 2 objects, or a number of them is not finite.
    ///
    /// # Panics
    /// If `x` has another number of columns than the networks' features.
    #[track_caller]
    pub fn new(
        gan: &'g mut Gan<T>,
        x: &'g Matrix<T>,
        settings: &Settings,
    ) -> Result<Self, TrainError> {
        assert!(
            x.columns() == gan.features(),
            "gan: needs {} columns, got a matrix of {}",
            gan.features(),
            x.shape()
        );
        settings.check()?;
        let refuse = |what: &str| Err(TrainError::Setting(what.to_owned()));
        if x.rows() < 2 {
            return refuse(&format!("found {} objects, expected at least 2", x.rows()));
        }
        if !x.is_finite() {
            return refuse("a number of the objects is not finite");
        }
        let mut random = random::generator(settings.seed, "compared objects", 0);
        let compared = Self::COMPARED.min(x.rows());
        let compared = sample_without_replacement(x.rows(), compared, &mut random);
        Ok(Self {
            discriminator: Player::new("discriminator", settings.discriminator_rate, settings),
            generator: Player::new("generator", settings.generator_rate, settings),
            rows: Vec::new(),
            average: (settings.average > 0.0).then(|| gan.generator.clone()),
            last_good: gan.clone(),
            reference: Reference::new(&x.select_rows(&compared)),
            settings: settings.clone(),
            taken: 0,
            blocks: Vec::new(),
            end: None,
            gan,
            x,
        })
    }

    /// Plays the next round; `None` when the run has ended.
    ///
    /// # Errors
    /// If training diverges, or a player has nothing to train. Both networks are then as they were at the end of the
    /// last block, and the run has ended. (The `epoch` of the error is the block's number.)
    pub fn advance(&mut self) -> Result<Option<Progress>, TrainError> {
        if self.end.is_some() {
            return Ok(None);
        }
        self.round().map(Some).map_err(|error| {
            self.end = Some(End::Stopped);
            self.average = None;
            self.gan.copy_from(&self.last_good);
            self.with_largest_gradient(error)
        })
    }

    fn round(&mut self) -> Result<Progress, TrainError> {
        let Settings {
            game,
            penalty,
            batch_size,
            seed,
            ..
        } = self.settings;
        let done = self.taken as f64 / self.settings.steps as f64;
        let sigma = self.settings.instance_noise.at(done);
        let rate_factor = self.settings.schedule.factor(done);
        let Gan {
            generator,
            discriminator,
        } = &mut *self.gan;

        self.discriminator.optimiser.set_rate_factor(rate_factor);
        for _ in 0..self.settings.discriminator_steps {
            let criterion = DiscriminatorCriterion {
                x: self.x,
                generator,
                game,
                penalty,
                sigma,
            };
            let mut random = random::generator(seed, "objects", self.discriminator.trainer.steps());
            self.rows.clear();
            let draws = (0..batch_size).map(|_| uniform_below(self.x.rows(), &mut random));
            self.rows.extend(draws);
            self.discriminator
                .step(discriminator, &criterion, &self.rows)?;
        }
        self.generator.optimiser.set_rate_factor(rate_factor);
        for _ in 0..self.settings.generator_steps {
            let criterion = GeneratorCriterion {
                samples: batch_size,
                discriminator,
                game,
                sigma,
            };
            self.rows.clear();
            self.rows.extend(0..batch_size); // how many z: it knows no objects
            self.generator.step(generator, &criterion, &self.rows)?;
        }
        if let Some(average) = &mut self.average {
            average.average_from(generator, self.settings.average);
        }

        self.taken += 1;
        let block_ended = self.taken.is_multiple_of(self.settings.record_every)
            || self.taken == self.settings.steps;
        if block_ended {
            self.end_block(sigma, rate_factor)?;
        }
        Ok(Progress {
            step: self.taken,
            block_ended,
        })
    }

    fn end_block(&mut self, sigma: f64, rate_factor: f64) -> Result<(), TrainError> {
        // a loss is seen before its step, so the last step of all could leave what no loss tells
        if let Some(name) = first_not_finite(self.gan) {
            return Err(TrainError::ParameterNotFinite {
                name,
                epoch: self.blocks.len() + 1,
                largest: None,
            });
        }
        let likeness = self.likeness()?;
        let discriminator = self.discriminator.end_block().map(|(losses, norm)| {
            let term = |name| losses.term(name).expect("its criterion has this term");
            DiscriminatorFigures {
                loss: term(OBJECTS) + term(SAMPLES),
                penalty: losses.term(PENALTY),
                on_objects: term(D_OF_OBJECTS),
                on_samples: term(D_OF_SAMPLES),
                gradient_norm: norm,
            }
        });
        let generator = self.generator.end_block();
        let generator = generator.map(|(losses, gradient_norm)| GeneratorFigures {
            loss: losses.total,
            gradient_norm,
        });
        let before = self.blocks.last();
        let before = before.and_then(|block| block.discriminator.as_ref());
        let game = self.settings.game;
        let warnings = Warning::of_block(game, likeness, discriminator.as_ref(), before);
        self.blocks.push(Block {
            step: self.taken,
            of: self.settings.steps,
            discriminator,
            generator,
            sigma,
            rate_factor,
            likeness,
            warnings,
        });
        self.last_good.copy_from(self.gan);
        if let Some(average) = &self.average {
            self.last_good.generator.copy_from(average);
        }
        if self.taken == self.settings.steps {
            self.end = Some(End::Completed);
        }
        Ok(())
    }

    /// How as many samples, of the same z each time, compare with objects.
    fn likeness(&self) -> Result<Likeness, TrainError> {
        let samples = self.sample(self.reference.objects(), self.settings.seed);
        if !samples.is_finite() {
            return Err(TrainError::NotFinite {
                term: "spread of the samples",
                value: f64::NAN,
                step: self.generator.trainer.steps().max(1),
                largest: None,
            });
        }
        Ok(self.reference.compare(&samples))
    }

    /// The error of a run that diverged, with the largest gradient of both players: it may be the other that went too
    /// far.
    fn with_largest_gradient(&self, mut error: TrainError) -> TrainError {
        let both = [
            self.generator.largest_gradient(&self.gan.generator),
            self.discriminator.largest_gradient(&self.gan.discriminator),
        ];
        let both = both.into_iter().flatten();
        let of_both = both.max_by(|a, b| a.norm.total_cmp(&b.norm));
        if let TrainError::NotFinite { largest, .. }
        | TrainError::GradientNotFinite { largest, .. }
        | TrainError::ParameterNotFinite { largest, .. } = &mut error
        {
            *largest = of_both;
        }
        error
    }

    /// G as the run would leave it now: the average of its weights, if there is one.
    pub fn generator(&self) -> &Sequence<T> {
        self.average.as_ref().unwrap_or(&self.gan.generator)
    }

    /// Both networks as they play; see [`Run::generator`] for the average of one.
    pub fn gan(&self) -> &Gan<T> {
        self.gan
    }

    /// What [`Gan::sample`] would draw, were the run to end now.
    ///
    /// # Panics
    /// If `count` is 0.
    #[track_caller]
    pub fn sample(&self, count: usize, seed: u64) -> Matrix<T> {
        super::sample(self.generator(), count, seed)
    }

    /// The blocks that have been completed.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// How many rounds have been played.
    pub fn steps(&self) -> usize {
        self.taken
    }

    /// Ends the run. The generator is given the average of its weights, if there is one.
    pub fn finish(self) -> History {
        if let Some(average) = &self.average {
            self.gan.generator.copy_from(average);
        }
        History {
            blocks: self.blocks,
            end: self.end.unwrap_or(End::Stopped),
        }
    }
}

/// An error of a player's trainer, with the parameters' names as the pair has them.
fn of_player(player: &str, error: TrainError) -> TrainError {
    let named = |name: String| format!("{player}.{name}");
    match error {
        TrainError::GradientNotFinite {
            name,
            step,
            largest,
        } => TrainError::GradientNotFinite {
            name: named(name),
            step,
            largest,
        },
        TrainError::Step(StepError::NoGradient { name }) => {
            TrainError::Step(StepError::NoGradient { name: named(name) })
        }
        TrainError::Setting(what) => TrainError::Setting(format!("{player}: {what}")),
        error => error,
    }
}

fn first_not_finite<T: Real>(model: &dyn Module<T>) -> Option<String> {
    let mut found = None;
    model.visit(Path::ROOT, &mut |path, param| {
        if found.is_none() && !param.value().is_finite() {
            found = Some(path.to_string());
        }
    });
    found
}
