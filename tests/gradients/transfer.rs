//! The criteria of models that learn together and in sequence, by every parameter of each of them.

use super::criteria::check_criterion;
use super::{config, matrix};
use proptest::prelude::*;
use unsup_autograd::Matrix;
use unsup_models::in_sequence::distillation::Taught;
use unsup_models::in_sequence::pretraining::{Start, Target};
use unsup_models::in_sequence::self_supervised::{self, Fragments, RelativePosition};
use unsup_models::predictor::{self, Predictor};
use unsup_models::together::multi_task::{self, MultiTask, Tasks};
use unsup_models::together::privileged::{Joint, Privileged, TeacherAndStudent, TeacherSees};
use unsup_models::{Activation, Answers, Soft, Squared, Task};

/// Objects, and as many classes of three and rows of three numbers.
fn answered() -> impl Strategy<Value = (Matrix<f64>, Vec<usize>, Matrix<f64>)> {
    (1..5usize, 1..5usize).prop_flat_map(|(rows, columns)| {
        (
            matrix(rows, columns, -1.0..1.0),
            proptest::collection::vec(0..3usize, rows),
            matrix(rows, 3, -1.0..1.0),
        )
    })
}

fn predictor(features: usize, hidden: &[usize], dropout: f64, seed: u64) -> Predictor<f64> {
    let architecture = predictor::Architecture {
        hidden: hidden.to_vec(),
        activation: Activation::Tanh,
        dropout,
        seed,
    };
    Predictor::new(features, 3, &architecture)
}

fn hidden() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1..4usize, 0..3)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn predictor_of_numbers((x, _, y) in answered(), hidden in hidden(), seed in 0..100u64) {
        check_criterion(&predictor(x.columns(), &hidden, 0.0, seed), &Task::numbers(&x, &y))?;
    }

    #[test]
    fn taught(
        (x, classes, y) in answered(),
        hidden in hidden(),
        (own, mu, temperature) in (0.1..2.0, 0.1..2.0, 0.5..4.0),
        (numbers, some) in any::<(bool, bool)>(),
        seed in 0..100u64,
    ) {
        let labelled: Vec<usize> = (0..x.rows()).step_by(2).collect();
        let (few, few_numbers): (Vec<usize>, _) =
            (labelled.iter().map(|&i| classes[i]).collect(), y.select_rows(&labelled));
        let soft = Soft { temperature };
        let taught = Taught {
            x: &x,
            labelled: some.then_some(&labelled[..]),
            answers: match (numbers, some) {
                (false, false) => Answers::Classes(&classes),
                (false, true) => Answers::Classes(&few),
                (true, false) => Answers::Numbers(&y),
                (true, true) => Answers::Numbers(&few_numbers),
            },
            own,
            teacher: &y,
            discrepancy: if numbers { &Squared } else { &soft },
            mu,
        };
        check_criterion(&predictor(x.columns(), &hidden, 0.3, seed), &taught)?;
    }

    /// L(a, a*) moves the teacher too. (Where it may not, differences would see what the gradient is not to.)
    #[test]
    fn teacher_and_student(
        (x, classes, y) in answered(),
        star in matrix(4, 2, -1.0..1.0),
        (own, lambda, mu, temperature) in (0.1..2.0, 0.1..2.0, 0.1..2.0, 0.5..4.0),
        (numbers, both, some) in any::<(bool, bool, bool)>(),
        seed in 0..100u64,
    ) {
        let privileged = star.slice_rows(0..x.rows());
        let (labelled, one) = ([x.rows() - 1], y.slice_rows(0..1));
        let sees = if both { TeacherSees::Both } else { TeacherSees::Privileged };
        let seen = 2 + if both { x.columns() } else { 0 };
        let soft = Soft { temperature };
        let joint = Joint {
            data: Privileged {
                x: &x,
                privileged: &privileged,
                labelled: some.then_some(&labelled[..]),
                answers: match (numbers, some) {
                    (false, false) => Answers::Classes(&classes),
                    (false, true) => Answers::Classes(&classes[..1]),
                    (true, false) => Answers::Numbers(&y),
                    (true, true) => Answers::Numbers(&one),
                },
            },
            own,
            lambda,
            mu,
            discrepancy: if numbers { &Squared } else { &soft },
            gradient_into_teacher: true,
        };
        let (teacher, student) = (predictor(seen, &[3], 0.0, seed), predictor(x.columns(), &[2], 0.0, seed + 1));
        check_criterion(&TeacherAndStudent::of(teacher, student, sees), &joint)?;
    }

    #[test]
    fn tasks(
        sizes in (1..4usize, 1..4usize, 1..4usize),
        x in matrix(9, 3, -1.0..1.0),
        classes in proptest::collection::vec(0..3usize, 9),
        y in matrix(9, 2, -1.0..1.0),
        head in hidden(),
        weights in proptest::collection::vec(0.1..2.0, 3),
        lambda in 0.0..1.0,
        seed in 0..100u64,
    ) {
        let part = |from: usize, count: usize| (x.slice_rows(from..from + count), y.slice_rows(from..from + count));
        let [(a, _), (b, numbers), (c, _)] = [part(0, sizes.0), part(3, sizes.1), part(6, sizes.2)];
        let tasks = [
            Task::classes(&a, &classes[..sizes.0]),
            Task::numbers(&b, &numbers),
            Task::classes(&c, &classes[6..6 + sizes.2]),
        ];
        let architecture = multi_task::Architecture {
            hidden: vec![3],
            code: 2,
            head,
            activation: Activation::Tanh,
            code_activation: Activation::Sigmoid,
            seed,
        };
        let mut model = MultiTask::new(3, &[3, 2, 3], &architecture);
        check_criterion(&model, &Tasks { weights: &weights, lambda, ..Tasks::of(&tasks) })?;

        // a head on a frozen encoder: transfer
        let target = Target { task: tasks[0], outputs: 3, head: &[], seed };
        model = target.model(model.encoder(), Start::Frozen);
        check_criterion(&model, &Tasks::of(&tasks[..1]))?;
    }

    #[test]
    fn relative_position(images in matrix(2, 72, 0.0..1.0), pairs in 1..5usize, seed in 0..100u64) {
        let fragments = Fragments { height: 6, width: 6, channels: 2, side: 2, gap: 0, jitter: 1 };
        let architecture = self_supervised::Architecture {
            hidden: vec![3],
            code: 2,
            head: vec![3],
            activation: Activation::Tanh,
            seed,
        };
        let model = RelativePosition::new(&fragments, &architecture);
        check_criterion(&model, &fragments.draw(&images, pairs, seed))?;
    }
}
