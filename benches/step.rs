//! Training steps beside the bare matrix products that they contain.
//!
//! `cargo bench --bench step` times, for three networks, a whole step through the public API (gather the batch, forward,
//! backward, optimiser) and the products of that step alone as bare calls of matrixmultiply. Both are timed in turn, round by
//! round, so that their ratio holds on a machine whose speed drifts; criterion's own figures follow.

use criterion::Criterion;
use std::hint::black_box;
use std::time::{Duration, Instant};
use unsup_autograd::{Matrix, Real};
use unsup_nn::optimiser::{Adam, Optimiser, Sgd};
use unsup_nn::random::generator;
use unsup_nn::train::{self, Batch, Term, Terms, Trainer, smallvec};
use unsup_nn::{Activation, Sequence, loss};

/// A network trained to map x to y by squared error.
struct Regression {
    x: Matrix<f32>,
    y: Matrix<f32>,
}

impl train::Criterion<f32, Sequence<f32>> for Regression {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, net: &Sequence<f32>, batch: &Batch<'t, '_, f32>) -> Terms<'t, f32> {
        let x = batch.tape.gather(&self.x, batch.rows);
        let y = batch.tape.gather(&self.y, batch.rows);
        let value = loss::squared(net.forward(batch, x), y);
        smallvec![Term {
            name: "squared",
            weight: 1.0,
            value,
        }]
    }
}

struct Workload {
    name: &'static str,
    widths: &'static [usize],
    hidden: Activation,
    last: Activation,
    batch: usize,
    adam: bool,
    /// Steps in a round, a few milliseconds of them.
    steps: usize,
}

const WORKLOADS: [Workload; 4] = [
    Workload {
        name: "784-256-64-256-784, ReLU, batch 128, Adam",
        widths: &[784, 256, 64, 256, 784],
        hidden: Activation::Relu,
        last: Activation::Sigmoid,
        batch: 128,
        adam: true,
        steps: 2,
    },
    Workload {
        name: "64-32-64, ReLU, batch 32, Adam",
        widths: &[64, 32, 64],
        hidden: Activation::Relu,
        last: Activation::Sigmoid,
        batch: 32,
        adam: true,
        steps: 200,
    },
    Workload {
        name: "2-16-16-1, tanh, batch 32, SGD",
        widths: &[2, 16, 16, 1],
        hidden: Activation::Tanh,
        last: Activation::Identity,
        batch: 32,
        adam: false,
        steps: 500,
    },
    // the same without tanh, of which 1,024 a step cost more than the products
    Workload {
        name: "2-16-16-1, ReLU, batch 32, SGD",
        widths: &[2, 16, 16, 1],
        hidden: Activation::Relu,
        last: Activation::Identity,
        batch: 32,
        adam: false,
        steps: 500,
    },
];

/// Everything that a workload's step needs, and its next batch.
struct Running {
    net: Sequence<f32>,
    data: Regression,
    trainer: Trainer<f32>,
    optimiser: Optimiser<f32>,
    batches: Vec<Vec<usize>>,
    next: usize,
}

impl Running {
    fn new(workload: &Workload) -> Self {
        use rand::RngExt;
        let objects = 16 * workload.batch;
        let mut random = generator(0, "data", 0);
        let mut uniform =
            |columns| Matrix::from_fn(objects, columns, |_, _| random.random_range(0.0..1.0f32));
        let inputs = workload.widths[0];
        let outputs = workload.widths[workload.widths.len() - 1];
        let x = uniform(inputs);
        let y = if inputs == outputs {
            x.clone()
        } else {
            uniform(outputs)
        };
        let rows: Vec<usize> = (0..objects).collect();
        Self {
            net: Sequence::new(
                workload.widths,
                workload.hidden,
                workload.last,
                0,
                "weights",
            ),
            data: Regression { x, y },
            trainer: Trainer::new(0),
            optimiser: if workload.adam {
                Optimiser::new(Adam::new(1e-3))
            } else {
                Optimiser::new(Sgd::new(0.05))
            },
            batches: rows.chunks(workload.batch).map(<[usize]>::to_vec).collect(),
            next: 0,
        }
    }

    fn step(&mut self) {
        let rows = &self.batches[self.next];
        self.next = (self.next + 1) % self.batches.len();
        let losses = self
            .trainer
            .step(&mut self.net, &self.data, &mut self.optimiser, rows);
        black_box(losses.expect("the loss is finite"));
    }
}

/// One matrix product of a step, with buffers of its own: C = A B with strides as the step has them.
struct Product {
    sizes: (usize, usize, usize),
    a: Vec<f32>,
    a_strides: (isize, isize),
    b: Vec<f32>,
    b_strides: (isize, isize),
    c: Vec<f32>,
}

impl Product {
    fn new(
        sizes: (usize, usize, usize),
        a_strides: (isize, isize),
        b_strides: (isize, isize),
    ) -> Self {
        let (m, k, n) = sizes;
        Self {
            sizes,
            a: vec![0.5; m * k],
            a_strides,
            b: vec![0.5; k * n],
            b_strides,
            c: vec![0.0; m * n],
        }
    }

    /// For a layer from `inputs` to `outputs`: Y = X W, dW = Xᵀ G, and dX = G Wᵀ unless X is the data.
    fn of_layer(batch: usize, inputs: usize, outputs: usize, first: bool) -> Vec<Self> {
        let (i, o) = (inputs as isize, outputs as isize);
        let mut products = vec![
            Self::new((batch, inputs, outputs), (i, 1), (o, 1)),
            Self::new((inputs, batch, outputs), (1, i), (o, 1)),
        ];
        if !first {
            products.push(Self::new((batch, outputs, inputs), (o, 1), (1, o)));
        }
        products
    }

    fn of_workload(workload: &Workload) -> Vec<Self> {
        let pairs = workload.widths.windows(2).enumerate();
        pairs
            .flat_map(|(i, pair)| Self::of_layer(workload.batch, pair[0], pair[1], i == 0))
            .collect()
    }

    fn run(&mut self) {
        let (m, k, n) = self.sizes;
        // SAFETY: `new` makes buffers of m x k, k x n and m x n, and the strides of `of_layer` stay inside them.
        unsafe {
            f32::gemm(
                m,
                k,
                n,
                1.0,
                self.a.as_ptr(),
                self.a_strides,
                self.b.as_ptr(),
                self.b_strides,
                0.0,
                self.c.as_mut_ptr(),
                (n as isize, 1),
            );
        }
        black_box(&mut self.c);
    }
}

fn time(repetitions: usize, mut f: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..repetitions {
        f();
    }
    start.elapsed() / repetitions as u32
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn main() {
    const ROUNDS: usize = 101;
    println!("medians of {ROUNDS} rounds, microseconds; one thread");
    for workload in &WORKLOADS {
        let mut running = Running::new(workload);
        let mut products = Product::of_workload(workload);
        let multiply = |products: &mut [Product]| products.iter_mut().for_each(Product::run);
        // the first rounds fill caches and the pool
        time(workload.steps * 10, || running.step());
        time(workload.steps * 10, || multiply(&mut products));
        let (mut steps, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let step = time(workload.steps, || running.step());
            let product = time(workload.steps, || multiply(&mut products));
            ratios.push(step.as_secs_f64() / product.as_secs_f64());
            steps.push(step);
            bare.push(product);
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "{:<44} step {:>8.1}  bare products {:>8.1}  ratio {:.2}",
            workload.name,
            median(&mut steps),
            median(&mut bare),
            ratios[ROUNDS / 2]
        );
    }

    let mut criterion = Criterion::default().configure_from_args();
    for workload in &WORKLOADS {
        let mut group = criterion.benchmark_group(workload.name);
        let mut running = Running::new(workload);
        group.bench_function("step", |bench| bench.iter(|| running.step()));
        let mut products = Product::of_workload(workload);
        group.bench_function("bare products", |bench| {
            bench.iter(|| products.iter_mut().for_each(Product::run));
        });
        group.finish();
    }
    criterion.final_summary();
}
