//! Multi-task learning: thirty tasks with twenty objects each find the subspace that their weights lie in.

use std::ops::ControlFlow::Continue;
use unsup_data::generators::LinearTasks;
use unsup_models::together::multi_task::{Architecture, MultiTask};
use unsup_models::{Task, TrainError, Training};
use unsup_nn::classical::{Ridge, r_squared};

/// Trains one encoder for all tasks, and learns a new task from five objects on its codes.
pub fn main() -> Result<(), TrainError> {
    // fifty features, of which a task depends on three mixtures
    let tasks = LinearTasks::default();
    let sample = tasks.sample(20, 0);
    let known = sample.tasks.iter();
    let known: Vec<_> = known
        .map(|task| Task::numbers(&task.features, &task.targets))
        .collect();

    let mut model = MultiTask::new(50, &[1; 30], &Architecture::linear(3));
    let training = Training {
        rate: 2e-2,
        ..Training::default()
    };
    model.fit(&known, &training, |_| Continue(()))?;

    let few = tasks.task(&sample.subspace, 5, 0, 30);
    let new = tasks.task(&sample.subspace, 1000, 0, 30);
    let raw = Ridge::fit(&few.features, &few.targets, 1.0);
    let raw = r_squared(&raw.predict(&new.features), &new.targets);
    let coded = Ridge::fit(&model.encode(&few.features), &few.targets, 0.01);
    let coded = r_squared(&coded.predict(&model.encode(&new.features)), &new.targets);
    println!("R^2 of a new task from 5 objects: {coded:.2} on codes, {raw:.2} on features");
    assert!(coded > 0.8 && coded > raw + 0.3);
    Ok(())
}
