//! The criteria of transfer of knowledge, by every parameter of each of the models; and that of a classifier.

use super::{GradientCheck, Kind, Trial, Tried};
use unsup_autograd::Matrix;
use unsup_models::in_sequence::distillation::Taught;
use unsup_models::in_sequence::pretraining::{Start, Target};
use unsup_models::in_sequence::self_supervised::{self, Fragments, RelativePosition};
use unsup_models::predictor::{self, Predictor};
use unsup_models::together::multi_task::{self, MultiTask, Tasks};
use unsup_models::together::privileged::{Joint, Privileged, TeacherAndStudent, TeacherSees};
use unsup_models::{Activation, Answers, Discrepancy, Soft, Squared, Task};

/// Objects, and as many classes of three and rows of three numbers.
fn answered(trial: &mut Trial) -> (Matrix<f64>, Vec<usize>, Matrix<f64>) {
    let [x] = trial.alike(-1.0..1.0);
    let classes = trial.wholes(x.rows(), 0..3);
    let numbers = trial.matrix(x.rows(), 3, -1.0..1.0);
    (x, classes, numbers)
}

/// A network of three outputs.
fn predictor(
    trial: &mut Trial,
    features: usize,
    hidden: Vec<usize>,
    dropout: f64,
) -> Predictor<f64> {
    let architecture = predictor::Architecture {
        hidden,
        activation: Activation::Tanh,
        dropout,
        seed: trial.whole(0..100) as u64,
    };
    Predictor::new(features, 3, &architecture)
}

fn classifier(t: &mut Trial) -> Tried {
    let ((x, classes, _), hidden) = (answered(t), t.widths(0..3));
    let dropout = t.number(0.0..0.6);
    let model = predictor(t, x.columns(), hidden, dropout);
    t.check_criterion(&model, &Task::classes(&x, &classes))
}

fn predictor_of_numbers(t: &mut Trial) -> Tried {
    let ((x, _, y), hidden) = (answered(t), t.widths(0..3));
    let model = predictor(t, x.columns(), hidden, 0.0);
    t.check_criterion(&model, &Task::numbers(&x, &y))
}

/// Of classes and of numbers, with answers to all objects and to some.
fn taught(t: &mut Trial) -> Tried {
    let ((x, classes, y), hidden) = (answered(t), t.widths(0..3));
    let (numbers, some) = (t.flag(), t.flag());
    let labelled: Vec<usize> = match some {
        true => (0..x.rows()).step_by(2).collect(),
        false => (0..x.rows()).collect(),
    };
    let classes: Vec<usize> = labelled.iter().map(|&i| classes[i]).collect();
    let rows = y.select_rows(&labelled);
    let soft = Soft {
        temperature: t.number(0.5..4.0),
    };
    let taught = Taught {
        x: &x,
        labelled: some.then_some(&labelled[..]),
        answers: answers(numbers, &classes, &rows),
        own: t.number(0.1..2.0),
        teacher: &y,
        discrepancy: discrepancy(numbers, &soft),
        mu: t.number(0.1..2.0),
    };
    let student = predictor(t, x.columns(), hidden, 0.3);
    t.check_criterion(&student, &taught)
}

fn answers<'x>(numbers: bool, classes: &'x [usize], rows: &'x Matrix<f64>) -> Answers<'x, f64> {
    match numbers {
        true => Answers::Numbers(rows),
        false => Answers::Classes(classes),
    }
}

fn discrepancy(numbers: bool, soft: &Soft) -> &dyn Discrepancy<f64> {
    if numbers { &Squared } else { soft }
}

/// L(a, a*) moves the teacher too. (Where it may not, differences would see what the gradient is not to.)
fn teacher_and_student(t: &mut Trial) -> Tried {
    let (x, classes, y) = answered(t);
    let privileged = t.matrix(x.rows(), 2, -1.0..1.0);
    let (numbers, some) = (t.flag(), t.flag());
    let labelled: Vec<usize> = match some {
        true => vec![x.rows() - 1],
        false => (0..x.rows()).collect(),
    };
    let classes: Vec<usize> = labelled.iter().map(|&i| classes[i]).collect();
    let rows = y.select_rows(&labelled);
    let soft = Soft {
        temperature: t.number(0.5..4.0),
    };
    let joint = Joint {
        data: Privileged {
            x: &x,
            privileged: &privileged,
            labelled: some.then_some(&labelled[..]),
            answers: answers(numbers, &classes, &rows),
        },
        own: t.number(0.1..2.0),
        lambda: t.number(0.1..2.0),
        mu: t.number(0.1..2.0),
        discrepancy: discrepancy(numbers, &soft),
        gradient_into_teacher: true,
    };
    let (sees, seen) = t.one_of(&[
        (TeacherSees::Privileged, 2),
        (TeacherSees::Both, 2 + x.columns()),
    ]);
    let teacher = predictor(t, seen, vec![3], 0.0);
    let student = predictor(t, x.columns(), vec![2], 0.0);
    t.check_criterion(&TeacherAndStudent::of(teacher, student, sees), &joint)
}

/// An encoder with three heads, of classes, numbers and classes again, each with 1 to 3 objects of three features.
struct ThreeTasks {
    x: [Matrix<f64>; 3],
    numbers: Matrix<f64>,
    classes: [Vec<usize>; 2],
    model: MultiTask<f64>,
}

impl ThreeTasks {
    fn draw(t: &mut Trial) -> Self {
        let sizes = [(); 3].map(|()| t.whole(1..4));
        let architecture = multi_task::Architecture {
            hidden: vec![3],
            code: 2,
            head: t.widths(0..3),
            activation: Activation::Tanh,
            code_activation: Activation::Sigmoid,
            seed: t.whole(0..100) as u64,
        };
        Self {
            x: sizes.map(|size| t.matrix(size, 3, -1.0..1.0)),
            numbers: t.matrix(sizes[1], 2, -1.0..1.0),
            classes: [sizes[0], sizes[2]].map(|size| t.wholes(size, 0..3)),
            model: MultiTask::new(3, &[3, 2, 3], &architecture),
        }
    }

    fn tasks(&self) -> [Task<'_, f64>; 3] {
        let ([a, b, c], [of_a, of_c]) = (&self.x, &self.classes);
        [
            Task::classes(a, of_a),
            Task::numbers(b, &self.numbers),
            Task::classes(c, of_c),
        ]
    }
}

fn tasks(t: &mut Trial) -> Tried {
    let (three, lambda) = (ThreeTasks::draw(t), t.number(0.0..1.0));
    let weights = [(); 3].map(|()| t.number(0.1..2.0));
    let tasks = three.tasks();
    let criterion = Tasks {
        weights: &weights,
        lambda,
        ..Tasks::of(&tasks)
    };
    t.check_criterion(&three.model, &criterion)
}

/// A head on a frozen encoder.
fn head(t: &mut Trial) -> Tried {
    let three = ThreeTasks::draw(t);
    let tasks = three.tasks();
    let target = Target {
        task: tasks[0],
        outputs: 3,
        head: &[],
        seed: t.whole(0..100) as u64,
    };
    let model = target.model(three.model.encoder(), Start::Frozen);
    t.check_criterion(&model, &Tasks::of(&tasks[..1]))
}

fn relative_position(t: &mut Trial) -> Tried {
    let fragments = Fragments {
        height: 6,
        width: 6,
        channels: 2,
        side: 2,
        gap: 0,
        jitter: 1,
    };
    let seed = t.whole(0..100) as u64;
    let architecture = self_supervised::Architecture {
        hidden: vec![3],
        code: 2,
        head: vec![3],
        activation: Activation::Tanh,
        seed,
    };
    let (images, pairs) = (t.matrix(2, 72, 0.0..1.0), t.side());
    let model = RelativePosition::new(&fragments, &architecture);
    t.check_criterion(&model, &fragments.draw(&images, pairs, seed))
}

/// Of every method, in the order of the lecture.
pub(super) fn checks() -> Vec<GradientCheck> {
    let criterion = |name: &'static str, methods, case: fn(&mut Trial) -> Tried| {
        GradientCheck::new(Kind::Criterion, name, case).of(methods)
    };
    vec![
        criterion("a head on a frozen encoder", &["transfer"], head),
        criterion("relative position", &["self-supervised"], relative_position),
        criterion("tasks of one encoder", &["multi-task"], tasks),
        criterion("taught by a teacher", &["distill", "lupi"], taught),
        criterion("teacher and student", &["lupi"], teacher_and_student),
        criterion("classes", &["classifier", "transfer"], classifier),
        criterion("numbers", &["distill"], predictor_of_numbers),
    ]
}
