//! What a training step allocates, and that nothing grows. A program of its own, because it counts what passes through the
//! allocator.

mod pass_through;

use pass_through::pass_through;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use unsup_autograd::{CustomOp, Matrix, Tape};
use unsup_nn::optimiser::{Adam, Optimiser, Sgd};
use unsup_nn::train::{Batch, Criterion, Term, Terms, Trainer, smallvec};
use unsup_nn::{Activation, Sequence, loss};

/// Counts, for each thread by itself, so that tests that run side by side do not count each other's.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES_HELD: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    if bytes > 0 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    }
    BYTES_HELD.set(BYTES_HELD.get() + bytes);
}

// SAFETY: everything is handed on to the system's allocator as it came; the counters are plain cells, which allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract of this method, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A network that learns to give its inputs back.
struct Identity {
    x: Matrix<f32>,
}

impl Criterion<f32, Sequence<f32>> for Identity {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, net: &Sequence<f32>, batch: &Batch<'t, '_, f32>) -> Terms<'t, f32> {
        let x = batch.tape.gather(&self.x, batch.rows);
        smallvec![Term {
            name: "squared",
            weight: 1.0,
            value: loss::squared(net.forward(batch, x), x),
        }]
    }
}

/// A network in training, in batches of `batch`.
struct Run {
    net: Sequence<f32>,
    criterion: Identity,
    trainer: Trainer<f32>,
    optimiser: Optimiser<f32>,
    rows: Vec<usize>,
}

impl Run {
    fn new(widths: &[usize], batch: usize, optimiser: Optimiser<f32>) -> Self {
        Self {
            net: Sequence::new(widths, Activation::Tanh, Activation::Sigmoid, 0, "weights"),
            criterion: Identity {
                x: Matrix::from_fn(batch, widths[0], |i, j| ((i + 3 * j) % 7) as f32 / 7.0),
            },
            trainer: Trainer::new(0),
            optimiser,
            rows: (0..batch).collect(),
        }
    }

    fn steps(&mut self, steps: usize) {
        for _ in 0..steps {
            let Self {
                net,
                criterion,
                trainer,
                optimiser,
                rows,
            } = self;
            trainer.step(net, criterion, optimiser, rows).unwrap();
        }
    }
}

/// Where matrixmultiply computes the products it allocates one packing buffer for each; of our own there is none.
#[test]
fn a_steady_step_allocates_no_more_than_its_matrix_products() {
    let adam = || Optimiser::new(Adam::new(1e-3));
    for widths in [
        &[784, 256, 64, 256, 784][..],
        &[64, 32, 64],
        &[2, 16, 16, 2],
    ] {
        let mut run = Run::new(widths, 32, adam());
        run.steps(3);
        let (before, misses) = (ALLOCATIONS.get(), run.trainer.stats().pool_misses);
        let steps = 20;
        run.steps(steps);
        let allocations = ALLOCATIONS.get() - before;
        // a layer has Y = X W and dW = Xᵀ G, and all but the first dX = G Wᵀ
        let products = 3 * (widths.len() - 1) - 1;
        println!("{widths:?}: {allocations} allocations in {steps} steps of {products} products");
        assert!(allocations <= steps * products, "{allocations}");
        assert_eq!(run.trainer.stats().pool_misses, misses);
    }
}

#[test]
fn a_hundred_thousand_steps_hold_no_more_than_a_thousand() {
    let mut run = Run::new(&[2, 16, 16, 2], 32, Optimiser::new(Sgd::new(0.05)));
    run.steps(1_000);
    let (held, stats) = (BYTES_HELD.get(), run.trainer.stats());
    run.steps(99_000);
    // read before anything is printed: what a test prints is kept in memory
    let after = BYTES_HELD.get();
    println!("{held} bytes held after 1,000 steps, {after} after 100,000");
    assert_eq!(after, held);
    assert_eq!(run.trainer.stats(), stats);
}

#[test]
fn batches_of_many_sizes_share_a_bounded_pool() {
    let mut tape = Tape::<f32>::new();
    let mut round = || {
        for rows in 1..200 {
            let x = tape.filled(rows, 3, 1.0);
            let gradients = x.square().sum().backward([x]);
            tape.clear();
            tape.recycle(gradients);
        }
        tape.stats().bytes
    };
    let first = round();
    assert_eq!(round(), first);
}

#[test]
fn second_order_steps_do_not_grow_either() {
    let mut tape = Tape::<f64>::new();
    let mut step = || {
        let x = tape.filled(4, 3, 0.3);
        let penalty = x.tanh().sum().grad(&[x])[0].square().sum();
        let gradients = penalty.backward([x]);
        tape.clear();
        tape.recycle(gradients);
        tape.stats()
    };
    let first = step();
    for _ in 0..1000 {
        assert_eq!(step(), first);
    }
}

/// A rule that gives a matrix of its own, which the pool has not made and must not keep.
fn ones() -> Arc<dyn CustomOp<f64>> {
    pass_through(|parents, g| {
        let shape = parents[0].shape();
        g.tape()
            .leaf(Matrix::filled(shape.rows(), shape.columns(), 1.0))
    })
}

#[test]
fn a_custom_rule_that_allocates_does_not_fill_the_pool() {
    let ones = ones();
    let mut tape = Tape::<f64>::new();
    let mut step = || {
        let x = tape.filled(50, 20, 0.3).tanh();
        let y = tape.custom(Arc::clone(&ones), &[tape.custom(Arc::clone(&ones), &[x])]);
        let gradients = y.sum().backward([x]);
        tape.clear();
        tape.recycle(gradients);
        tape.stats()
    };
    let first = step();
    for _ in 0..100 {
        assert_eq!(step(), first);
    }
}

#[test]
fn many_gradients_on_one_tape_leave_nothing_behind() {
    // a rule that picks rows and uses a custom operation: both have tables on the tape
    let inner = ones();
    let of_the_rule = Arc::clone(&inner);
    let tables = pass_through(move |_, g| {
        g.tape()
            .custom(Arc::clone(&of_the_rule), &[g.pick_rows(&[0])])
    });
    let mut tape = Tape::<f64>::new();
    let mut held_after = |times: usize| {
        let x = tape.filled(1, 3, 0.5);
        let y = tape.custom(Arc::clone(&tables), &[x]).sum();
        for _ in 0..times {
            drop(y.backward([x]));
        }
        let held = (BYTES_HELD.get(), Arc::strong_count(&inner));
        tape.clear();
        held
    };
    held_after(10);
    assert_eq!(held_after(10), held_after(1000));
}

/// 1,000,000 nodes one on the other: forward, backward, grad and drop, on a thread's ordinary stack.
#[test]
fn a_chain_of_a_million_nodes() {
    let mut tape = Tape::<f64>::new();
    let x = tape.leaf(Matrix::scalar(0.5));
    let mut y = x;
    for _ in 0..1_000_000 {
        y = y * 0.999_999;
    }
    let gradients = y.backward([x]);
    let expected = 0.999_999f64.powi(1_000_000);
    assert!((gradients[x].item() - expected).abs() < 1e-9);
    assert!((y.grad(&[x])[0].item() - expected).abs() < 1e-9);
    assert!(tape.stats().nodes > 2_000_000);
    tape.clear();
    assert_eq!(tape.stats().nodes, 0);
    drop(tape);
    assert!(BYTES_HELD.get() < 1_000, "{}", BYTES_HELD.get());
}
