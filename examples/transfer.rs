//! Transfer of knowledge: an encoder that knows the ten digits tells even from odd by ten labels.

use std::ops::ControlFlow::Continue;
use unsup_data::digits;
use unsup_models::in_sequence::pretraining::{Start, Target};
use unsup_models::together::multi_task::{Architecture, MultiTask};
use unsup_models::{Task, TrainError, Training};

/// Learns the first task, then the second: on its codes as they are, and from scratch.
pub fn main() -> Result<(), TrainError> {
    let digits = digits();
    let (x, digit) = (digits.features, digits.labels.expect("there are labels"));
    let odd: Vec<usize> = digit.iter().map(|digit| digit % 2).collect();
    let training = Training {
        rate: 1e-2,
        ..Training::default()
    };
    let many = x.slice_rows(0..1000);
    let mut first = MultiTask::<f64>::new(64, &[10], &Architecture::default());
    let task = Task::classes(&many, &digit[..1000]);
    first.fit(&[task], &training, |_| Continue(()))?;
    let new = x.slice_rows(1100..1797);
    let mut mean = [0.0; 2];
    for from in (1000..1100).step_by(10) {
        let few = x.slice_rows(from..from + 10);
        let task = Task::classes(&few, &odd[from..from + 10]);
        #[rustfmt::skip]
        let target = Target { task, outputs: 2, head: &[], seed: 0 };
        for (start, mean) in [Start::Frozen, Start::Scratch].into_iter().zip(&mut mean) {
            let mut model = target.model(first.encoder(), start);
            model.fit(&[task], &training, |_| Continue(()))?;
            *mean += model.accuracy(0, &new, &odd[1100..]) / 10.0;
        }
    }
    let [frozen, scratch] = mean;
    println!("odd or even by 10 labels: {frozen:.3} from codes, {scratch:.3} from scratch");
    assert!(frozen > scratch + 0.02);
    Ok(())
}
