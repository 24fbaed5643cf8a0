//! Where a rule has a choice: corners, ties, overflow, NaN; and what wrong use says.

use crate::pass_through::pass_through;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use unsup_autograd::{CustomOp, Matrix, Shape, Tape, Var};

fn row(entries: &[f64]) -> Matrix<f64> {
    Matrix::from_rows(&[entries])
}

/// The value of f and the gradient of its sum at x.
fn at(x: &[f64], f: impl for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>) -> (Matrix<f64>, Matrix<f64>) {
    let tape = Tape::new();
    let x = tape.leaf(row(x));
    let y = f(x);
    let gradients = y.sum().backward([x]);
    ((*y.value()).clone(), gradients[x].clone())
}

#[test]
fn derivatives_at_corners_are_as_written_down() {
    assert_eq!(at(&[-0.0, 0.0], |x| x.relu()).1, row(&[0.0, 0.0]));
    assert_eq!(at(&[0.0, 1.0], |x| x.leaky_relu(0.1)).1, row(&[0.1, 1.0]));
    assert_eq!(at(&[0.0, -2.0], |x| x.abs()).1, row(&[0.0, -1.0]));
    let (value, gradient) = at(&[-2.0, -1.0, 0.5, 1.0, 3.0], |x| x.clamp(-1.0, 1.0));
    assert_eq!(value, row(&[-1.0, -1.0, 0.5, 1.0, 1.0]));
    assert_eq!(gradient, row(&[0.0, 0.0, 1.0, 0.0, 0.0]));
    assert_eq!(at(&[4.0, 0.0], |x| x.sqrt()).1, row(&[0.25, f64::INFINITY]));
    let (value, gradient) = at(&[-1.0, 0.0, 2.0], |x| x * x.step() + x * x.sign());
    assert_eq!(value, row(&[1.0, 0.0, 4.0]));
    assert_eq!(gradient, row(&[-1.0, 0.0, 2.0]));
    assert_eq!(at(&[0.0, 3.0], |x| x.powf(1.0)).1, row(&[1.0, 1.0]));
    assert_eq!(at(&[0.0, -3.0], |x| x.powf(2.0)).1, row(&[0.0, -6.0]));
}

#[test]
fn ties_share_the_gradient() {
    let inf = f64::INFINITY;
    let tape = Tape::new();
    let a = tape.leaf(row(&[1.0, 2.0, 3.0, inf, -inf]));
    let b = tape.leaf(row(&[1.0, 5.0, 0.0, inf, -inf]));
    let gradients = a.max(b).sum().backward([a, b]);
    assert_eq!(gradients[a], row(&[0.5, 0.0, 1.0, 0.5, 0.5]));
    assert_eq!(gradients[b], row(&[0.5, 1.0, 0.0, 0.5, 0.5]));
    let gradients = a.min(b).sum().backward([a, b]);
    assert_eq!(gradients[a], row(&[0.5, 1.0, 0.0, 0.5, 0.5]));
    // the same operand on both sides has it whole
    assert_eq!(a.max(a).sum().backward([a])[a], row(&[1.0; 5]));

    let share = 1.0 / 3.0;
    assert_eq!(
        at(&[7.0, 7.0, 1.0, 7.0], |x| x.row_max()).1,
        row(&[share, share, 0.0, share])
    );
    assert_eq!(
        at(&[2.0, 1.0, 1.0], |x| x.row_min()).1,
        row(&[0.0, 0.5, 0.5])
    );
    assert_eq!(at(&[inf, 1.0], |x| x.row_max()).1, row(&[1.0, 0.0]));
}

#[test]
fn stable_forms_neither_overflow_nor_lose_the_small_side() {
    let (value, gradient) = at(&[-800.0, -40.0, 0.0, 40.0, 800.0], |x| x.softplus());
    assert_eq!(value[(0, 0)], 0.0);
    assert!((value[(0, 1)] / (-40f64).exp() - 1.0).abs() < 1e-12);
    assert_eq!(value[(0, 2)], 2f64.ln());
    assert_eq!((value[(0, 3)], value[(0, 4)]), (40.0, 800.0));
    assert!(gradient.is_finite());

    let (value, gradient) = at(&[-800.0, -40.0, 0.0, 800.0], |x| x.sigmoid());
    assert!((value[(0, 1)] / (-40f64).exp() - 1.0).abs() < 1e-12);
    assert_eq!(
        (value[(0, 0)], value[(0, 2)], value[(0, 3)]),
        (0.0, 0.5, 1.0)
    );
    assert!(gradient.is_finite());

    let (value, gradient) = at(&[1000.0, 1000.0], |x| x.row_log_sum_exp());
    assert_eq!(value.item(), 1000.0 + 2f64.ln());
    assert!(gradient.is_close(&row(&[0.5, 0.5]), 1e-12)); // 1000 has so many roundings
    let (value, _) = at(&[-1000.0, 0.0], |x| x.row_log_softmax());
    assert_eq!(value, row(&[-1000.0, 0.0]));
    assert_eq!(
        at(&[-f64::INFINITY; 2], |x| x.row_log_sum_exp()).0.item(),
        -f64::INFINITY
    );
}

#[test]
fn nan_stays_nan() {
    let nan = f64::NAN;
    type Operation = fn(Var<'_, f64>) -> Var<'_, f64>;
    let operations: [(&str, Operation); 14] = [
        ("relu", |x| x.relu()),
        ("leaky_relu", |x| x.leaky_relu(0.1)),
        ("step", |x| x.step()),
        ("sign", |x| x.sign()),
        ("abs", |x| x.abs()),
        ("clamp", |x| x.clamp(-1.0, 1.0)),
        ("sigmoid", |x| x.sigmoid()),
        ("softplus", |x| x.softplus()),
        ("tanh", |x| x.tanh()),
        ("row_max", |x| x.row_max()),
        ("row_min", |x| x.row_min()),
        ("row_log_sum_exp", |x| x.row_log_sum_exp()),
        ("max", |x| x.max(x.tape().filled(1, 1, 0.0))),
        ("min with NaN on the right", |x| {
            x.tape().filled(1, 1, 0.0).min(x)
        }),
    ];
    for (name, operation) in operations {
        for x in [[nan, 1.0], [-1.0, nan]] {
            let tape = Tape::new();
            let y = operation(tape.leaf(row(&x))).sum();
            assert!(y.item().is_nan(), "{name} of {x:?}");
        }
    }
}

#[test]
fn a_quotient_is_exact() {
    let x = [49.0, 1e-320, 3.0];
    let expected = row(&[1.0, 1e-320 / 49.0, 3.0 / 49.0]);
    assert_eq!(at(&x, |x| x / 49.0).0, expected);
    assert_eq!(at(&[49.0, 3.0], |x| 49.0 / x).0, row(&[1.0, 49.0 / 3.0]));
}

/// What a piece of code says when it panics.
fn message<R>(f: impl FnOnce() -> R) -> String {
    let outcome = catch_unwind(AssertUnwindSafe(|| drop(f())));
    let panic = outcome.expect_err("it does not panic");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
    }
}

/// Refuses what has 5 rows, and puts a matrix of another shape in the place of any other result.
struct Misfit;

impl CustomOp<f64> for Misfit {
    fn name(&self) -> &str {
        "misfit"
    }
    fn shape(&self, parents: &[Shape]) -> Result<Shape, String> {
        match parents[0] {
            refused if refused.rows() == 5 => Err(format!("does not like {refused}")),
            accepted => Ok(accepted),
        }
    }
    fn value(&self, _: &[&Matrix<f64>], out: &mut Matrix<f64>) {
        *out = Matrix::zeros(7, 5);
    }
    fn derivative<'t>(
        &self,
        _: &[Var<'t, f64>],
        _: Var<'t, f64>,
        g: Var<'t, f64>,
        _: usize,
    ) -> Var<'t, f64> {
        g
    }
}

#[test]
fn a_wrong_shape_is_named_with_the_operation_and_both_shapes() {
    let tape = Tape::<f64>::new();
    let of = |rows, columns| tape.filled(rows, columns, 1.0);
    let (a, b, column) = (of(3, 4), of(5, 6), of(3, 1));
    type Wrong<'w, 't> = &'w dyn Fn() -> Var<'t, f64>;
    let expected: [(&str, Wrong<'_, '_>); 22] = [
        ("add: shapes do not fit: 3x4 and 5x6", &|| a + b),
        ("sub: shapes do not fit: 3x4 and 5x6", &|| a - b),
        ("mul: shapes do not fit: 3x4 and 5x6", &|| a * b),
        ("div: shapes do not fit: 3x4 and 5x6", &|| a / b),
        ("max: shapes do not fit: 3x4 and 5x6", &|| a.max(b)),
        // a column and a row do not make a table
        ("add: shapes do not fit: 3x1 and 1x4", &|| column + of(1, 4)),
        ("matmul: inner dimensions differ: 3x4 by 5x6", &|| {
            a.matmul(b)
        }),
        (
            "matmul: inner dimensions differ: 3x4 by 5x6 transposed",
            &|| a.matmul_nt(b),
        ),
        (
            "matmul: inner dimensions differ: 3x4 transposed by 5x6",
            &|| a.matmul_tn(b),
        ),
        ("reshape: 3x4 has 12 entries, 5x2 needs 10", &|| {
            a.reshape(5, 2)
        }),
        ("expand_to: 3x4 does not stretch to 5x6", &|| {
            a.expand_to(b.shape())
        }),
        ("sum_to: 3x4 does not add up to 5x6", &|| {
            a.sum_to(b.shape())
        }),
        (
            "concat_rows: columns differ: part 0 is 3x4, part 1 is 5x6",
            &|| Var::concat_rows(&[a, b]),
        ),
        (
            "concat_columns: rows differ: part 0 is 3x4, part 2 is 5x6",
            &|| Var::concat_columns(&[a, column, b]),
        ),
        ("concat_rows: no parts", &|| Var::<f64>::concat_rows(&[])),
        ("slice_rows: rows 1..4 of 3, of a matrix of 3x4", &|| {
            a.slice_rows(1..4)
        }),
        (
            "slice_columns: columns 2..2 of 4, of a matrix of 3x4",
            &|| a.slice_columns(2..2),
        ),
        ("pick_rows: no row 3 in a matrix of 3x4", &|| {
            a.pick_rows(&[0, 3])
        }),
        ("pick_rows: no indices, of a matrix of 3x4", &|| {
            a.pick_rows(&[])
        }),
        ("clamp: the lower bound 1 is above the upper 0", &|| {
            a.clamp(1.0, 0.0)
        }),
        ("misfit: does not like 5x6", &|| {
            tape.custom(Arc::new(Misfit), &[b])
        }),
        (
            "shape: 0x4 has no entries; rows and columns must be at least 1",
            &|| of(0, 4),
        ),
    ];
    for (text, wrong) in expected {
        assert_eq!(message(wrong), text);
    }
    let text = message(|| a.backward([a]).len());
    assert_eq!(text, "backward: needs a 1x1 value, got 3x4; sum it first");
    let text = message(|| a.grad(&[a]).len());
    assert_eq!(text, "grad: needs a 1x1 value, got 3x4; sum it first");
    // the tape is as good as before
    assert_eq!((a + column).item_at(2, 3), 2.0);
}

/// An entry of a value.
trait ItemAt {
    fn item_at(self, i: usize, j: usize) -> f64;
}

impl ItemAt for Var<'_, f64> {
    fn item_at(self, i: usize, j: usize) -> f64 {
        self.value()[(i, j)]
    }
}

#[test]
fn vars_of_two_tapes_do_not_mix() {
    let (first, second) = (Tape::<f64>::new(), Tape::<f64>::new());
    let (a, b) = (first.filled(1, 1, 1.0), second.filled(1, 1, 1.0));
    assert_eq!(
        message(|| a + b),
        "add: the operands are of different tapes"
    );
    assert_eq!(
        message(|| a.backward([b])),
        "backward: a target is of another tape"
    );
}

#[test]
fn the_place_of_a_wrong_call_is_the_callers() {
    // the panic's location is the line of the operator, not one inside the engine
    let location = Arc::new(std::sync::Mutex::new(None));
    let before = Arc::new(std::panic::take_hook());
    let (seen, usual) = (Arc::clone(&location), Arc::clone(&before));
    let this_thread = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == this_thread {
            *seen.lock().unwrap() = info.location().map(|l| l.file().to_owned());
        } else {
            usual(info); // another test, whose message shall not be lost
        }
    }));
    let tape = Tape::<f64>::new();
    let _ = message(|| tape.filled(3, 4, 1.0) + tape.filled(5, 6, 1.0));
    std::panic::set_hook(Box::new(move |info| before(info)));
    let file = location
        .lock()
        .unwrap()
        .clone()
        .expect("the hook was called");
    assert!(file.ends_with("corners.rs"), "{file}");
}

#[test]
fn a_gradient_is_not_taken_for_that_of_a_later_step() {
    let mut tape = Tape::new();
    let x = tape.leaf(row(&[1.0]));
    let gradients = x.square().backward([x]);
    tape.clear();
    let later = tape.leaf(row(&[5.0]));
    let text = message(|| gradients.of(later).cloned());
    assert_eq!(text, "gradients: this Var was not among the targets");
    // nor for that of the same place on another tape
    let other = Tape::new();
    let elsewhere = other.leaf(row(&[1.0]));
    let text = message(|| gradients.of(elsewhere).cloned());
    assert_eq!(text, "gradients: this Var was not among the targets");
}

#[test]
fn a_parameter_s_key_names_one_matrix() {
    let tape = Tape::new();
    let (first, second) = (Arc::new(row(&[1.0])), Arc::new(row(&[2.0])));
    tape.parameter(7, &first);
    tape.parameter(7, &first);
    let text = message(|| tape.parameter(7, &second));
    assert_eq!(text, "parameter: key 7 names another matrix on this tape");
}

#[test]
fn what_a_rule_puts_on_the_tape_ends_with_it() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // a parameter that only the rule knows
    let operation = pass_through(move |_, g| {
        count.fetch_add(1, Relaxed);
        g * g.tape().parameter(u64::MAX, &Arc::new(Matrix::scalar(1.0)))
    });
    let tape = Tape::new();
    let x = tape.leaf(row(&[3.0]));
    let y = tape.custom(Arc::clone(&operation), &[x]) * tape.custom(operation, &[x]);
    let nodes = tape.stats().nodes;
    assert_eq!(y.backward([x])[x].item(), 6.0);
    assert_eq!((tape.stats().nodes, asked.load(Relaxed)), (nodes, 2));
    assert!(tape.find_parameter(u64::MAX).is_none());
}

#[test]
fn code_that_fills_or_reads_a_value_may_use_the_tape() {
    let tape = Tape::new();
    let x = tape.leaf(row(&[1.0, 2.0]));
    let held = x.value();
    let y = tape.leaf_with(1, 2, |leaf| {
        let doubled = x + x; // a node made while a leaf is being filled
        leaf.as_mut_slice()
            .copy_from_slice(doubled.value().as_slice());
    });
    assert_eq!(*y.value(), row(&[2.0, 4.0]));
    assert_eq!(*held, row(&[1.0, 2.0]));
}

#[test]
fn nothing_is_computed_for_what_leads_to_no_target() {
    let tape = Tape::new();
    let (x, other) = (tape.leaf(row(&[3.0])), tape.leaf(row(&[2.0])));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let counter = pass_through(move |_, g| {
        count.fetch_add(1, Relaxed);
        g
    });
    let counted = |x| tape.custom(Arc::clone(&counter), &[x]);
    let y = x * counted(other) // of something that is no target
        + x * counted(x).stop_gradient() // through which nothing passes
        + x * counted(x).step()
        + x * counted(x).sign()
        + x * counted(x).equal(other)
        + x * counted(x).powf(0.0);
    assert_eq!(y.backward([x])[x].item(), 2.0 + 3.0 + 1.0 + 1.0 + 0.0 + 1.0);
    assert_eq!(y.grad(&[x])[0].item(), 8.0);
    assert_eq!(asked.load(Relaxed), 0);
    // of two operands only the one that leads to a target is asked for
    tape.custom(Arc::clone(&counter), &[x, other]).backward([x]);
    assert_eq!(asked.load(Relaxed), 1);
    // a node behind which nothing passes can still be a target itself
    let constant = counted(x).stop_gradient();
    assert_eq!((x * constant).backward([constant])[constant].item(), 3.0);
}

#[test]
fn a_value_of_another_shape_than_said_is_refused() {
    let tape = Tape::<f64>::new();
    let x = tape.filled(3, 4, 1.0);
    let text = message(|| tape.custom(Arc::new(Misfit), &[x]));
    assert_eq!(text, "misfit: the value is 7x5, its shape rule says 3x4");
    let text = message(|| tape.leaf_with(3, 4, |leaf| *leaf = Matrix::zeros(7, 5)));
    assert_eq!(text, "leaf_with: filled with 7x5, expected 3x4");
}

#[test]
fn a_bound_parameter_is_the_value_that_stands_for_it() {
    let tape = Tape::new();
    let own = Arc::new(row(&[1.0]));
    let x = tape.leaf(row(&[9.0]));
    let y = x * 2.0;
    tape.bind_parameter(5, y);
    let w = tape.parameter(5, &own);
    assert_eq!(w.item(), 18.0);
    let gradients = w.square().backward([w, x]);
    assert_eq!(gradients.parameter(5).unwrap().item(), 36.0);
    assert_eq!(gradients[x].item(), 72.0);
    // a refused binding changes nothing
    let text = message(|| tape.bind_parameter(5, x));
    assert_eq!(text, "bind_parameter: the parameter is on the tape already");
    assert_eq!(tape.parameter(5, &own).item(), 18.0);
    let text = message(|| tape.bind_parameter(6, y));
    assert_eq!(
        text,
        "bind_parameter: the value stands for another parameter already"
    );
}

#[test]
fn a_tape_and_its_gradients_may_move_to_another_thread() {
    fn moves<T: Send>(value: T) -> T {
        value
    }
    let tape = moves(Tape::<f64>::new());
    let x = tape.filled(1, 1, 2.0);
    let gradients = moves(x.square().backward([x]));
    assert_eq!(gradients[x].item(), 4.0);
}
