//! `unsup train multi-task` without data: linear tasks, whose subspace is known.

use super::column;
use crate::arguments::{Asked, TrainMultiTask};
use crate::data::About;
use crate::pictures::{Estimate, Picture, Scale, curves};
use crate::train::Outcome;
use crate::train::checkpoints::Stop;
use crate::train::report::{Cell, Table};
use crate::train::runs::{Findings, Runs, mean, runs, seed_of, spread_of};
use crate::train::side_by_side::{Live, side_by_side};
use crate::train::{check_numbers, check_size, count, describe};
use std::error::Error;
use unsup_data::generators::{LinearTasks, LinearTasksSample, Task as LinearTask};
use unsup_data::{Dataset, ScalingKind};
use unsup_models::together::multi_task::{Architecture, MultiTask, Tasks};
use unsup_models::{Matrix, Task, Training};
use unsup_nn::classical::{Ridge, principal_angles, symmetric_eigen};
use unsup_nn::saving::json;

const CURVE: &str = "curve.png";
const FEW_SHOT: &str = "few-shot.png";

/// How many objects a task has in the curve, and the keys of these columns.
const OBJECTS: [(usize, &str); 5] = [
    (5, "objects_5"),
    (10, "objects_10"),
    (20, "objects_20"),
    (40, "objects_40"),
    (80, "objects_80"),
];
/// How many tasks there are in the curve, if there are as many.
const TASKS: [usize; 4] = [1, 3, 10, 30];
/// From how many objects new tasks are learned.
const SHOTS: [usize; 5] = [1, 5, 10, 20, 50];
/// How much larger λ is in the first half of a training. Few objects are fitted in many ways; so the one is come to
/// that needs few directions, and not one that is near the random start.
const AT_FIRST: f64 = 20.0;
/// Larger codes take long to be compared with a subspace.
const MOST_CODE: usize = 1000;
/// How many new tasks, in each run.
const NEW_TASKS: usize = 40;

/// The tasks, and how they are learned.
struct Problem<'a> {
    tasks: LinearTasks,
    objects: usize,
    code: usize,
    arguments: &'a TrainMultiTask,
}

/// What one run came to.
struct Found {
    degrees: f64,
    error: f64,
    alone: f64,
    /// For each number of [`SHOTS`] the error on codes and without.
    few_shot: Vec<[f64; 2]>,
    learned: Learned,
}

/// An encoder and heads, and the tasks that they have learned.
struct Learned {
    model: MultiTask<f32>,
    sample: LinearTasksSample,
}

/// Multi-task learning of linear tasks.
pub fn linear_tasks(arguments: &TrainMultiTask, asked: &Asked) -> Result<Outcome, Box<dyn Error>> {
    let problem = Problem::of(arguments)?;
    let sizes = problem.curve_tasks();
    // the tasks depend on the options alone
    let written = [CURVE, FEW_SHOT];
    let mut runs = Runs::open(asked, &arguments.checkpoint, &written, String::new())?;
    let (repeats, points) = (arguments.repeats, sizes.len() * OBJECTS.len());
    runs.expect(repeats * (1 + points));
    let seed = |run| seed_of(arguments.run.seed, run);
    let found = side_by_side(&mut runs, repeats, |run, live| problem.run(seed(run), live))?;
    // the longest first, so that no thread is left with one of them at the end
    let errors = side_by_side(&mut runs, repeats * points, |job, live| {
        let (run, point) = (job % repeats, points - 1 - job / repeats);
        let (tasks, objects) = (
            sizes[point / OBJECTS.len()],
            OBJECTS[point % OBJECTS.len()].0,
        );
        Ok(problem.learn(tasks, objects, seed(run), live)?.error())
    })?;
    let of_point = |point: usize| &errors[(points - 1 - point) * repeats..][..repeats];
    problem.save(&found[0].learned, &mut runs)?;
    runs.finish(problem.findings(&found, &sizes, of_point))
}

impl<'a> Problem<'a> {
    fn of(arguments: &'a TrainMultiTask) -> Result<Self, String> {
        let unused = [
            ("--widths", arguments.widths.is_some()),
            ("--head", arguments.head.is_some()),
            ("--scaling", arguments.data.scaling.is_some()),
        ];
        for (option, given) in unused {
            if given {
                return Err(format!(
                    "{option} has no use for linear tasks: it is of --digits and --data"
                ));
            }
        }
        let usual = LinearTasks::default();
        let tasks = LinearTasks {
            tasks: arguments.tasks.unwrap_or(usual.tasks),
            inputs: arguments.inputs.unwrap_or(usual.inputs),
            dimension: arguments.dimension.unwrap_or(usual.dimension),
            noise: arguments.noise.unwrap_or(usual.noise),
        };
        let (inputs, dimension) = (tasks.inputs, tasks.dimension);
        if dimension > inputs {
            return Err(format!(
                "--dimension {dimension}: the objects have {}, expected at most as many dimensions",
                count(inputs, "feature", "features")
            ));
        }
        let (code, objects) = (
            arguments.code.unwrap_or(dimension),
            arguments.objects.unwrap_or(20),
        );
        let most = objects.max(OBJECTS[OBJECTS.len() - 1].0);
        let numbers = most.saturating_mul(tasks.tasks).saturating_mul(inputs);
        let options = format!(
            "--tasks {} --objects {objects} --inputs {inputs}",
            tasks.tasks
        );
        check_numbers(numbers, &options, "numbers in the features of all tasks")?;
        let options = format!("--inputs {inputs} --code {code}");
        check_size(&[inputs, code, tasks.tasks], 1, &options)?;
        if code > inputs.min(MOST_CODE) {
            return Err(format!(
                "--code {code}: expected at most as many numbers as there are features, {inputs}, and at most {MOST_CODE}"
            ));
        }
        Ok(Self {
            tasks,
            objects,
            code,
            arguments,
        })
    }

    /// The numbers of tasks of the curve.
    fn curve_tasks(&self) -> Vec<usize> {
        let all = self.tasks.tasks;
        let mut tasks: Vec<usize> = TASKS.into_iter().filter(|&tasks| tasks < all).collect();
        tasks.push(all);
        tasks
    }

    /// Learns the first `tasks` tasks of a seed from so many objects each.
    fn learn(
        &self,
        tasks: usize,
        objects: usize,
        seed: u64,
        live: &Live<'_, '_, '_>,
    ) -> Result<Learned, Stop> {
        let sample = LinearTasks {
            tasks,
            ..self.tasks
        }
        .sample(objects, seed);
        let data = sample.tasks.iter();
        let data: Vec<[Matrix<f32>; 2]> = data
            .map(|task| [task.features.cast(), task.targets.cast()])
            .collect();
        let asked: Vec<Task<'_, f32>> = data.iter().map(|[x, y]| Task::numbers(x, y)).collect();
        let architecture = Architecture {
            seed,
            ..Architecture::linear(self.code)
        };
        let mut model = MultiTask::new(self.tasks.inputs, &vec![1; tasks], &architecture);
        let training = self.arguments.pace.whole(tasks * objects, 0.02, seed);
        let what = format!(
            "{}, {} each",
            count(tasks, "task", "tasks"),
            count(objects, "object", "objects")
        );
        let lambda = (self.arguments.lambda).unwrap_or(1.0 / (tasks * objects) as f64);
        let first_half = training.epochs.div_ceil(2);
        let halves = [
            (AT_FIRST * lambda, first_half),
            (lambda, training.epochs - first_half),
        ];
        for (lambda, epochs) in halves.into_iter().filter(|&(_, epochs)| epochs > 0) {
            let penalised = Tasks {
                lambda,
                ..Tasks::of(&asked)
            };
            let part = Training {
                epochs,
                ..training.clone()
            };
            live.fit(&what, &mut model, &penalised, &part)
                .map_err(|stop| stop.of(&what))?;
        }
        let learned = Learned { model, sample };
        live.trained(what);
        Ok(learned)
    }

    fn run(&self, seed: u64, live: &Live<'_, '_, '_>) -> Result<Found, Stop> {
        let learned = self.learn(self.tasks.tasks, self.objects, seed, live)?;
        let subspace = &learned.sample.subspace;
        let codes = learned.orthonormal_code();
        // λ = σ² over the variance of a weight, with which ridge regression is the best that can be said of such a task
        let lambda = self.tasks.noise.powi(2);
        let raw_lambda = lambda * self.tasks.inputs as f64 / self.tasks.dimension as f64;
        let raw = |task: &LinearTask| {
            task_error(
                task,
                &without_intercept(&task.features, &task.targets, raw_lambda),
            )
        };
        let few_shot = |objects: usize| {
            let errors = (0..NEW_TASKS).map(|new| {
                let number = self.tasks.tasks + new;
                let task = self.tasks.task(subspace, objects, seed, number);
                let z = task.features.matmul(&codes);
                let on_codes = codes.matmul(&without_intercept(&z, &task.targets, lambda));
                [task_error(&task, &on_codes), raw(&task)]
            });
            let errors: Vec<[f64; 2]> = errors.collect();
            [0, 1].map(|way| mean(&column(&errors, |error| error[way])))
        };
        Ok(Found {
            degrees: learned.degrees(),
            error: learned.error(),
            alone: mean(&column(&learned.sample.tasks, raw)),
            few_shot: SHOTS.map(few_shot).to_vec(),
            learned,
        })
    }

    fn save(&self, learned: &Learned, runs: &mut Runs<'_>) -> Result<(), Box<dyn Error>> {
        let tasks = &learned.sample.tasks;
        let inputs: Vec<&[f64]> = tasks
            .iter()
            .flat_map(|task| task.features.row_iter())
            .collect();
        let data = Dataset::new("linear tasks", Matrix::from_rows(&inputs));
        let mut options = self.arguments.data.clone();
        options.scaling = Some(ScalingKind::None);
        let about = About::of(&data, &data.features, "", &options);
        let settings = json!({
            "code": self.code,
            "tasks": self.tasks.tasks,
            "objects": self.objects,
            "dimension": self.tasks.dimension,
            "noise": self.tasks.noise,
        });
        let seen: Vec<&Matrix<f64>> = tasks
            .iter()
            .flat_map(|task| [&task.features, &task.targets])
            .collect();
        let seed = self.arguments.run.seed;
        let description = describe("multi-task", seed, &about, &seen, settings);
        runs.save(&learned.model, &description, Some(&about))
    }

    fn findings<'e>(
        &self,
        found: &[Found],
        sizes: &[usize],
        errors: impl Fn(usize) -> &'e [f64],
    ) -> Findings {
        let (tasks, objects) = (self.tasks.tasks, self.objects);
        let learned = Table {
            key: "learned",
            title: "Learned, beside ridge regression of each task alone (λ of the best forecast):"
                .to_owned(),
            columns: vec![
                ("angle_degrees", "angle to the subspace, °".to_owned()),
                ("error", "‖w − w_t‖²/‖w_t‖²".to_owned()),
                ("alone_error", "of each alone".to_owned()),
            ],
            rows: vec![(
                format!("{}, {objects} each", count(tasks, "task", "tasks")),
                vec![
                    Cell::of(&column(found, |run| run.degrees)),
                    Cell::of(&column(found, |run| run.error)),
                    Cell::of(&column(found, |run| run.alone)),
                ],
            )],
        };
        let shot = |place: usize, way: usize| column(found, |run| run.few_shot[place][way]);
        let few_shot = Table {
            key: "few_shot",
            title: format!("{NEW_TASKS} new tasks by ridge regression, ‖w − w_t‖²/‖w_t‖²:"),
            columns: vec![
                ("codes_error", "on codes".to_owned()),
                ("raw_error", "without".to_owned()),
            ],
            rows: (0..SHOTS.len())
                .map(|place| {
                    let cells = [0, 1].map(|way| Cell::of(&shot(place, way)));
                    (count(SHOTS[place], "object", "objects"), cells.to_vec())
                })
                .collect(),
        };
        let rows = sizes.iter().enumerate().map(|(i, &tasks)| {
            let points = (0..OBJECTS.len()).map(|j| Cell::of(errors(i * OBJECTS.len() + j)));
            (count(tasks, "task", "tasks"), points.collect())
        });
        let curve = Table {
            key: "curve",
            title: "‖w − w_t‖²/‖w_t‖² by the number of tasks and of the objects of each:"
                .to_owned(),
            columns: OBJECTS
                .iter()
                .map(|&(objects, key)| (key, count(objects, "object", "objects")))
                .collect(),
            rows: rows.collect(),
        };
        let pictures = vec![
            Picture::new(CURVE, self.curve(sizes, &errors)),
            Picture::new(FEW_SHOT, self.few_shot(shot)),
        ];
        Findings {
            head: format!(
                "Multi-task learning {}-{}-1, linear, {}\nData: {} y = ⟨w_t, x⟩ + noise of {}, {} of x each from N(0, I), \
                 w_t in one subspace of {}\n",
                self.tasks.inputs,
                self.code,
                runs(found.len()),
                count(tasks, "task", "tasks"),
                self.tasks.noise,
                count(objects, "object", "objects"),
                count(self.tasks.dimension, "dimension", "dimensions"),
            ),
            sections: Vec::new(),
            tables: vec![learned, few_shot, curve],
            warnings: Vec::new(),
            pictures,
        }
    }

    /// Learnability along a line, learning to learn from line to line.
    fn curve<'e>(&self, sizes: &[usize], errors: &impl Fn(usize) -> &'e [f64]) -> String {
        let lines: Vec<(String, Vec<_>)> = sizes
            .iter()
            .enumerate()
            .map(|(i, &tasks)| {
                let points = OBJECTS.iter().enumerate();
                let points = points.map(|(j, &(objects, _))| {
                    (objects as f64, Estimate::of(errors(i * OBJECTS.len() + j)))
                });
                (count(tasks, "task", "tasks"), points.collect())
            })
            .collect();
        let lines: Vec<(&str, &[_])> = lines
            .iter()
            .map(|(name, points)| (name.as_str(), &points[..]))
            .collect();
        curves(
            &lines,
            &[],
            [
                ("objects of each task", Scale::Logarithmic),
                ("error ‖w − w_t‖²/‖w_t‖²", Scale::Logarithmic),
            ],
            "The error of a task by its number of objects, alone and learned with others",
            &spread_of(self.arguments.repeats),
        )
    }

    fn few_shot(&self, shot: impl Fn(usize, usize) -> Vec<f64>) -> String {
        let line = |way: usize| -> Vec<_> {
            let points = SHOTS.iter().enumerate();
            let points =
                points.map(|(place, &objects)| (objects as f64, Estimate::of(&shot(place, way))));
            points.collect()
        };
        let [on_codes, raw] = [0, 1].map(line);
        curves(
            &[("on codes", &on_codes), ("without codes", &raw)],
            &[],
            [
                ("objects of the new task", Scale::Logarithmic),
                ("error ‖w − w_t‖²/‖w_t‖²", Scale::Logarithmic),
            ],
            "A new task from few objects, on the codes that other tasks have found",
            &spread_of(self.arguments.repeats),
        )
    }
}

impl Learned {
    /// α, features x code.
    fn alpha(&self) -> Matrix<f64> {
        let mut layers = self.model.encoder().dense_layers();
        let layer = layers.next().expect("an encoder has a layer");
        layer.weight().value().cast()
    }

    /// The largest angle between the subspace of the codes and the true one, in degrees.
    fn degrees(&self) -> f64 {
        let angles = principal_angles(&self.alpha().transpose(), &self.sample.subspace.transpose());
        angles.into_iter().fold(0.0, f64::max)
    }

    /// The mean over tasks of ‖w − w_t‖²/‖w_t‖², w = α β_t.
    fn error(&self) -> f64 {
        let alpha = self.alpha();
        let tasks = self.sample.tasks.iter().zip(self.model.heads());
        let errors = tasks.map(|(task, head)| {
            let layer = head.dense_layers().next().expect("a head has a layer");
            task_error(task, &alpha.matmul(&layer.weight().value().cast()))
        });
        mean(&errors.collect::<Vec<f64>>())
    }

    /// A map from features to an orthonormal code of the same subspace, features x at most code: α V S^(−1/2), where
    /// αᵀα = V S Vᵀ. What ridge regression says on it does not depend on how the encoder scales its code.
    fn orthonormal_code(&self) -> Matrix<f64> {
        let alpha = self.alpha();
        let gram = symmetric_eigen(&alpha.matmul_tn(&alpha));
        let along = alpha.matmul_nt(&gram.vectors);
        let squares = gram.values.iter().take(alpha.rows());
        let roots: Vec<f64> = squares
            .take_while(|&&square| square > 1e-12 * gram.values[0])
            .map(|square| square.sqrt())
            .collect();
        Matrix::from_fn(alpha.rows(), roots.len(), |i, j| along[(i, j)] / roots[j])
    }
}

/// ‖w − w_t‖²/‖w_t‖²: of objects from N(0, I) it is the mean squared error over the variance of what is to be found.
fn task_error(task: &LinearTask, w: &Matrix<f64>) -> f64 {
    let pairs = || w.as_slice().iter().zip(task.weights.as_slice());
    let distance: f64 = pairs().map(|(w, truth)| (w - truth).powi(2)).sum();
    distance / pairs().map(|(_, truth)| truth * truth).sum::<f64>()
}

/// Ridge regression through 0: each object is taken with its mirror image too, which leaves nothing for an intercept.
fn without_intercept(x: &Matrix<f64>, y: &Matrix<f64>, lambda: f64) -> Matrix<f64> {
    let both = |x: &Matrix<f64>| {
        let rows = x.rows();
        Matrix::from_fn(2 * rows, x.columns(), |i, j| match i < rows {
            true => x[(i, j)],
            false => -x[(i - rows, j)],
        })
    };
    let fit = Ridge::fit(&both(x), &both(y), 2.0 * lambda);
    fit.weights().clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ridge_regression_through_0_is_its_formula() {
        let x = Matrix::from_rows(&[[1.0], [3.0]]);
        let y = Matrix::from_rows(&[[2.0], [1.0]]);
        // xᵀy / (xᵀx + λ)
        let found = without_intercept(&x, &y, 0.5).item();
        assert!((found - 5.0 / 10.5).abs() < 1e-12, "{found}");
    }

    #[test]
    fn the_error_is_that_on_new_objects() {
        let settings = LinearTasks {
            noise: 0.0,
            ..LinearTasks::default()
        };
        let sample = settings.sample(20_000, 3);
        let task = &sample.tasks[0];
        let w = task.weights.map(|w: f64| w + 0.05);
        let squares = |y: &Matrix<f64>| y.as_slice().iter().map(|y| y * y).sum::<f64>();
        let wrong = task.features.matmul(&Matrix::filled(50, 1, 0.05));
        let measured = squares(&wrong) / squares(&task.targets);
        assert!((task_error(task, &w) / measured - 1.0).abs() < 0.05);
    }
}
