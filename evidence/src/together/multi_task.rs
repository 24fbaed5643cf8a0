//! Multi-task learning.

use crate::shared::{
    ablation, exact, mean, observed, over_enough_seeds, over_seeds, property, training,
};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::generators::{LinearTasks, LinearTasksSample, Task as LinearTask};
use unsup_models::Task;
use unsup_models::together::multi_task::{Architecture, MultiTask, Tasks};
use unsup_nn::classical::{Ridge, principal_angles, r_squared};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "multi-task",
            name: "thirty linear tasks in one subspace",
            needs: None,
            findings: subspace,
        },
        Experiment {
            method: "multi-task",
            name: "learnability, and learning to learn",
            needs: None,
            findings: curves,
        },
    ]
}

fn tasks_of(sample: &LinearTasksSample) -> Vec<Task<'_, f64>> {
    let tasks = sample.tasks.iter();
    tasks
        .map(|task| Task::numbers(&task.features, &task.targets))
        .collect()
}

/// A code of three numbers, shared by the tasks.
fn untrained(sample: &LinearTasksSample, seed: u64) -> MultiTask<f64> {
    let architecture = Architecture {
        seed,
        ..Architecture::linear(3)
    };
    MultiTask::new(50, &vec![1; sample.tasks.len()], &architecture)
}

/// The better of two starts, by the loss that is minimised: one in a dozen ends where a direction of the subspace is
/// missing.
fn fitted(sample: &LinearTasksSample, seed: u64) -> MultiTask<f64> {
    let tasks = tasks_of(sample);
    let objects = tasks.iter().map(|task| task.x.rows()).sum();
    let fitted_from = |start: u64| {
        let mut model = untrained(sample, start);
        let outcome = model.fit(&tasks, &training(1000, objects, 2e-2, start), observed);
        outcome.expect("the training does not diverge");
        let loss = model.loss(&tasks).expect("the loss is finite");
        (loss, model)
    };
    let (one, other) = (fitted_from(seed), fitted_from(seed.wrapping_add(1 << 32)));
    if other.0 < one.0 { other.1 } else { one.1 }
}

/// α of a linear encoder, features x code.
fn alpha(model: &MultiTask<f64>) -> &Matrix<f64> {
    let mut layers = model.encoder().dense_layers();
    layers
        .next()
        .expect("the encoder has a layer")
        .weight()
        .value()
}

/// The largest angle between the subspaces, in degrees.
fn degrees(model: &MultiTask<f64>, subspace: &Matrix<f64>) -> f64 {
    principal_angles(&alpha(model).transpose(), &subspace.transpose())
        .into_iter()
        .fold(0.0, f64::max)
}

/// The mean over tasks of ‖w − w_t‖²/‖w_t‖², for a task's weights as some method finds them.
fn weight_error(tasks: &[LinearTask], weights: impl Fn(usize, &LinearTask) -> Matrix<f64>) -> f64 {
    mean(tasks.iter().enumerate().map(|(t, task)| {
        let found = weights(t, task);
        let pairs = || found.as_slice().iter().zip(task.weights.as_slice());
        pairs().map(|(a, b)| (a - b).powi(2)).sum::<f64>()
            / pairs().map(|(_, b)| b * b).sum::<f64>()
    }))
}

/// α β_t, features x 1.
fn weights(model: &MultiTask<f64>, t: usize) -> Matrix<f64> {
    let mut head = model.heads()[t].dense_layers();
    alpha(model).matmul(head.next().expect("a head has a layer").weight().value())
}

/// The squared error of a ridge regression on a few objects of a task, and the variance of its answers; of several λ the
/// best by what it is judged by, so that the comparison favours whoever has most to choose.
fn few_shot(
    few: &LinearTask,
    judged: &LinearTask,
    features: impl Fn(&Matrix<f64>) -> Matrix<f64>,
    lambdas: &[f64],
) -> (f64, f64) {
    let (x, new) = (features(&few.features), features(&judged.features));
    let truth = judged.features.matmul(&judged.weights);
    let errors = Ridge::path(&x, &few.targets, lambdas);
    let errors = errors
        .iter()
        .map(|ridge| 1.0 - r_squared(&ridge.predict(&new), &truth));
    let middle = mean(truth.as_slice().iter().copied());
    let variance = mean(truth.as_slice().iter().map(|y| (y - middle).powi(2)));
    (variance * errors.fold(f64::INFINITY, f64::min), variance)
}

fn subspace(_: &Path) -> Vec<Finding> {
    const NEW: usize = 20;
    let settings = LinearTasks::default();
    let [angle, shared, single, five, ten, raw_five, raw_ten, apart] =
        over_enough_seeds(5, |seed| {
            let sample = settings.sample(20, seed);
            let model = fitted(&sample, seed);
            let ridge = |task: &LinearTask| {
                Ridge::fit(&task.features, &task.targets, 1.0)
                    .weights()
                    .clone()
            };
            // over all new tasks, their error over their variance
            let of_new = |objects: usize, coded: bool| {
                let tasks = (0..NEW).map(|k| {
                    // the same weights: a task's objects are drawn anew for another number of them
                    let few = settings.task(&sample.subspace, objects, seed, 30 + k);
                    let judged = settings.task(&sample.subspace, 1000, seed, 30 + k);
                    match coded {
                        true => few_shot(&few, &judged, |x| model.encode(x), &[0.01]),
                        false => {
                            few_shot(&few, &judged, Matrix::clone, &[0.01, 0.1, 1.0, 10.0, 100.0])
                        }
                    }
                });
                let (error, variance) =
                    tasks.fold((0.0, 0.0), |sum, task| (sum.0 + task.0, sum.1 + task.1));
                error / variance
            };
            // tasks that share nothing: weights anywhere
            let unrelated = LinearTasks {
                dimension: 50,
                ..settings
            }
            .sample(20, seed);
            let of_unrelated = fitted(&unrelated, seed);
            [
                degrees(&model, &sample.subspace),
                weight_error(&sample.tasks, |t, _| weights(&model, t)),
                weight_error(&sample.tasks, |_, task| ridge(task)),
                of_new(5, true),
                of_new(10, true),
                of_new(5, false),
                of_new(10, false),
                weight_error(&unrelated.tasks, |t, _| weights(&of_unrelated, t)),
            ]
        });
    vec![
        exact("degrees from the true subspace", angle, Gate::AtMost(5.0)).beside(2.8, "numpy"),
        exact(
            "new task, 5 objects: error on codes",
            five,
            Gate::AtMost(0.05),
        )
        .beside(0.009, "numpy"),
        exact(
            "new task, 10 objects: error on codes",
            ten,
            Gate::AtMost(0.02),
        )
        .beside(0.004, "numpy"),
        ablation(
            "new task, 5 objects: error without codes",
            raw_five,
            Gate::AtLeast(0.5),
        )
        .beside(0.878, "numpy, best λ"),
        ablation(
            "new task, 10 objects: error without codes",
            raw_ten,
            Gate::AtLeast(0.5),
        )
        .beside(0.794, "numpy, best λ"),
        exact("error of the tasks' weights", shared, Gate::AtMost(0.02)).beside(0.0035, "numpy"),
        ablation(
            "each task alone: error of its weights",
            single,
            Gate::AtLeast(0.3),
        )
        .beside(0.615, "numpy, ridge"),
        ablation(
            "tasks that share nothing: error of the weights",
            apart,
            Gate::AtLeast(0.3),
        ),
    ]
}

/// The lecture's two claims: the error of a task falls with the number of its objects, and with the number of tasks.
fn curves(_: &Path) -> Vec<Finding> {
    // 3 tasks share nothing yet in a code of 3, and 400 objects of 10 tasks hardly determine 180 weights: an error may
    // rise there before it falls
    const SIZES: [(usize, usize); 5] = [(3, 10), (3, 40), (10, 40), (30, 20), (30, 40)];
    let errors: [Vec<f64>; SIZES.len()] = over_seeds(3, |seed| {
        SIZES.map(|(tasks, objects)| {
            let sample = LinearTasks {
                tasks,
                ..LinearTasks::default()
            }
            .sample(objects, seed);
            let model = fitted(&sample, seed);
            weight_error(&sample.tasks, |t, _| weights(&model, t))
        })
    });
    // half as many objects as those of thirty tasks above: fewer than there are weights
    let [penalised, without] = over_seeds(3, |seed| {
        let sample = LinearTasks::default().sample(10, seed);
        let tasks = tasks_of(&sample);
        let of = |lambda: f64| {
            let mut model = untrained(&sample, seed);
            // larger at first: so that is found which needs few directions, not what lies near the start
            for lambda in [20.0 * lambda, lambda] {
                let criterion = Tasks {
                    lambda,
                    ..Tasks::of(&tasks)
                };
                let outcome =
                    model.fit_tasks(&criterion, &training(750, 300, 2e-2, seed), observed);
                outcome.expect("the training does not diverge");
            }
            weight_error(&sample.tasks, |t, _| weights(&model, t))
        };
        [of(1.0 / 300.0), of(0.0)]
    });
    let named = |i: usize| {
        let (tasks, objects) = SIZES[i];
        format!("{tasks} tasks of {objects}: error of the weights")
    };
    let mut findings: Vec<Finding> = (0..SIZES.len())
        .map(|i| property(&named(i), errors[i].clone(), Gate::Shown))
        .collect();
    let ratio = |above: usize, below: usize| {
        errors[above]
            .iter()
            .zip(&errors[below])
            .map(|(a, b)| a / b)
            .collect()
    };
    findings.extend([
        property(
            "30 tasks of 10, λ = 1/300: error of the weights",
            penalised,
            Gate::AtMost(0.2),
        ),
        ablation(
            "30 tasks of 10, λ = 0: error of the weights",
            without,
            Gate::AtLeast(0.5),
        ),
        property(
            "learnability: 3 tasks, error of 40 over 10 objects",
            ratio(1, 0),
            Gate::AtMost(0.6),
        ),
        property(
            "learnability: 30 tasks, error of 40 over 20 objects",
            ratio(4, 3),
            Gate::AtMost(0.6),
        ),
        property(
            "learning to learn: 40 objects, error of 30 over 3 tasks",
            ratio(4, 1),
            Gate::AtMost(0.1),
        ),
    ]);
    findings
}
