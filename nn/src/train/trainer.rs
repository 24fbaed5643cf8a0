//! One step, and one evaluation.

use super::criterion::{Batch, Criterion, Losses, Terms, total};
use super::{LargestGradient, TrainError};
use crate::optimiser::{Optimiser, StepError};
use crate::{Module, Path};
use unsup_autograd::{Real, Stats, Tape, Var};

/// Takes steps: a tape that is reused, and the numbers from which each step's randomness comes.
pub struct Trainer<T> {
    tape: Tape<T>,
    keys: Vec<u64>,
    seed: u64,
    step: u64,
    largest: Option<Largest>,
}

/// The largest gradient so far: whose, how large, when.
#[derive(Clone, Copy)]
pub(crate) struct Largest {
    pub(crate) key: u64,
    pub(crate) norm: f64,
    pub(crate) step: u64,
}

/// What a step came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Which it was, from 1.
    pub number: u64,
    /// The losses on its batch, before it.
    pub losses: Losses,
    /// √ Σ g² over all trainable parameters, before clipping.
    pub gradient_norm: f64,
}

impl<T: Real> Trainer<T> {
    /// A trainer whose randomness comes from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            tape: Tape::new(),
            keys: Vec::new(),
            seed,
            step: 0,
            largest: None,
        }
    }

    /// One step: the terms, the gradient, the update, and the criterion's projection.
    ///
    /// # Errors
    /// If a term with a weight or a gradient is not finite, a trainable parameter has no gradient, or none is
    /// trainable, or, seen at the first step, a term with a weight depends on no trainable parameter; the step is then
    /// not taken.
    ///
    /// # Panics
    /// If `rows` is empty or names an object that is not there.
    pub fn step<M: Module<T>>(
        &mut self,
        model: &mut M,
        criterion: &(impl Criterion<T, M> + ?Sized),
        optimiser: &mut Optimiser<T>,
        rows: &[usize],
    ) -> Result<Step, TrainError> {
        let Self {
            tape, keys, seed, ..
        } = self;
        self.step += 1;
        let number = self.step;
        keys.clear();
        model.visit(Path::ROOT, &mut |_, param| {
            if param.trainable() {
                keys.push(param.key());
            }
        });
        if keys.is_empty() {
            let what = "every parameter is frozen, expected one to train".to_owned();
            return Err(TrainError::Setting(what));
        }
        let mut without_gradient = None;
        let recorded = {
            let batch = Batch::new(tape, rows, *seed, number);
            let terms = criterion.terms(model, &batch);
            let targets = || keys.iter().filter_map(|&key| tape.find_parameter(key));
            if number == 1 {
                without_gradient = first_without_gradient(&terms, targets);
            }
            losses_of(&terms).map(|losses| (losses, total(tape, &terms).backward(targets())))
        };
        tape.clear();
        if let Some(term) = without_gradient {
            return Err(TrainError::TermWithoutGradient { term });
        }
        let (losses, mut gradients) = recorded.map_err(|(term, value)| TrainError::NotFinite {
            term,
            value,
            step: number,
            largest: self.largest_gradient(model),
        })?;
        let outcome = optimiser.step(model, &mut gradients);
        self.tape.recycle(gradients);
        let norm = outcome.map_err(|error| match error {
            StepError::NotFinite { name } => TrainError::GradientNotFinite {
                name,
                step: number,
                largest: self.largest_gradient(model),
            },
            error => TrainError::Step(error),
        })?;
        criterion.project(model);
        if self
            .largest
            .is_none_or(|largest| norm.largest > largest.norm)
        {
            self.largest = Some(Largest {
                key: norm.key,
                norm: norm.largest,
                step: number,
            });
        }
        Ok(Step {
            number,
            losses,
            gradient_norm: norm.total,
        })
    }

    /// The criterion over all of its objects, without a step.
    ///
    /// # Errors
    /// If a term is not finite.
    pub fn evaluate<M: Module<T>>(
        &mut self,
        model: &M,
        criterion: &(impl Criterion<T, M> + ?Sized),
    ) -> Result<Losses, TrainError> {
        let objects = criterion.objects();
        let mut losses = Losses::default();
        for (block, rows) in blocks(objects).enumerate() {
            let part = {
                let batch = Batch::evaluation(&self.tape, &rows, self.seed, block as u64);
                losses_of(&criterion.terms(model, &batch))
            };
            self.tape.clear();
            let part = part.map_err(|(term, value)| TrainError::NotFinite {
                term,
                value,
                step: 0,
                largest: None,
            })?;
            losses.add(&part, rows.len() as f64 / objects as f64);
        }
        Ok(losses)
    }

    /// The largest gradient that a parameter has had; none before the first step, or if the parameter is not of
    /// `model`.
    pub fn largest_gradient(&self, model: &dyn Module<T>) -> Option<LargestGradient> {
        let Largest { key, norm, step } = self.largest?;
        let mut found = None;
        model.visit(Path::ROOT, &mut |path, param| {
            if param.key() == key {
                found = Some(LargestGradient {
                    parameter: path.to_string(),
                    norm,
                    step,
                });
            }
        });
        found
    }

    /// How many steps have been taken, one that was refused included.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// What the trainer's tape holds.
    pub fn stats(&self) -> Stats {
        self.tape.stats()
    }

    /// Goes on after `steps` steps, of which the largest gradient is known.
    #[cfg(feature = "saving")]
    pub(crate) fn go_on_after(&mut self, steps: u64, largest: Option<Largest>) {
        self.step = steps;
        self.largest = largest;
    }
}

/// The rows 0..objects in blocks of 1024, so that a large data set does not need a tape of its size.
pub fn blocks(objects: usize) -> impl Iterator<Item = Vec<usize>> {
    const BLOCK: usize = 1024;
    let starts = (0..objects).step_by(BLOCK);
    starts.map(move |start| (start..objects.min(start + BLOCK)).collect())
}

/// The first of several terms that has a weight and depends on no target: whoever gave it the weight believes it has an
/// effect. (A criterion of one such term leaves every parameter without a gradient, which the optimiser refuses.)
fn first_without_gradient<'t, T: Real, I: Iterator<Item = Var<'t, T>>>(
    terms: &Terms<'t, T>,
    targets: impl Fn() -> I,
) -> Option<&'static str> {
    if terms.len() < 2 {
        return None;
    }
    let mut weighted = terms.iter().filter(|term| term.weight != 0.0);
    let found = weighted.find(|term| {
        let gradients = term.value.backward(targets());
        gradients.iter().all(|gradient| gradient.is_none())
    });
    found.map(|term| term.name)
}

/// The terms' values, or the first with a weight that is not finite. One without is logged, whatever it is.
fn losses_of<T: Real>(terms: &Terms<'_, T>) -> Result<Losses, (&'static str, f64)> {
    let mut losses = Losses::default();
    for term in terms {
        let value = term.value.item().to_f64();
        losses.terms.push((term.name.into(), value));
        if term.weight == 0.0 {
            continue;
        }
        if !value.is_finite() {
            return Err((term.name, value));
        }
        losses.total += term.weight * value;
    }
    if !losses.total.is_finite() {
        // a weight is not, or the sum is too large
        return Err(("weighted sum of the terms", losses.total));
    }
    Ok(losses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;
    use crate::optimiser::Sgd;
    use crate::train::{Term, smallvec};
    use unsup_autograd::{Matrix, Var};

    fn sgd(rate: f64) -> Optimiser<f64> {
        Optimiser::new(Sgd::new(rate))
    }

    struct Pair<T: Real> {
        learned: Param<T>,
        frozen: Param<T>,
    }
    crate::module!(Pair { learned, frozen });

    /// learned · x² of the frozen one, where the squaring counts how often its derivative is asked for.
    struct Counting(std::sync::Arc<Squaring>);

    struct Squaring(std::sync::atomic::AtomicUsize);

    impl unsup_autograd::CustomOp<f64> for Squaring {
        fn name(&self) -> &str {
            "squaring"
        }
        fn shape(
            &self,
            parents: &[unsup_autograd::Shape],
        ) -> Result<unsup_autograd::Shape, String> {
            Ok(parents[0])
        }
        fn value(&self, parents: &[&Matrix<f64>], out: &mut Matrix<f64>) {
            out.as_mut_slice()[0] = parents[0].item().powi(2);
        }
        fn derivative<'t>(
            &self,
            parents: &[Var<'t, f64>],
            _y: Var<'t, f64>,
            g: Var<'t, f64>,
            _parent: usize,
        ) -> Var<'t, f64> {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            g * parents[0] * 2.0
        }
    }

    impl Criterion<f64, Pair<f64>> for Counting {
        fn objects(&self) -> usize {
            1
        }
        fn terms<'t>(&self, model: &Pair<f64>, batch: &Batch<'t, '_, f64>) -> Terms<'t, f64> {
            let squared = batch
                .tape
                .custom(self.0.clone(), &[model.frozen.on(batch.tape)]);
            let value = model.learned.on(batch.tape) * squared;
            smallvec![Term {
                name: "product",
                weight: 1.0,
                value
            }]
        }
    }

    #[test]
    fn nothing_is_computed_for_a_frozen_parameter() {
        let one = || Param::new(Matrix::scalar(3.0));
        let mut model = Pair {
            learned: one(),
            frozen: one(),
        };
        let criterion = Counting(std::sync::Arc::new(Squaring(0.into())));
        let asked = || criterion.0.0.load(std::sync::atomic::Ordering::Relaxed);
        model.frozen.set_trainable(false);
        let mut trainer = Trainer::new(0);
        trainer
            .step(&mut model, &criterion, &mut sgd(0.1), &[0])
            .unwrap();
        assert!((model.learned.value().item() - 2.1).abs() < 1e-12);
        assert_eq!((model.frozen.value().item(), asked()), (3.0, 0));
        model.frozen.set_trainable(true);
        trainer
            .step(&mut model, &criterion, &mut sgd(0.1), &[0])
            .unwrap();
        assert!(model.frozen.value().item() < 3.0 && asked() == 1);
    }
}
