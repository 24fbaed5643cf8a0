//! Training steps of seven models, whole and through the public API, beside the bare matrix products in them.
//!
//! `cargo bench --bench workloads` times a step (the batch, forward, backward, optimiser) and the products of that step
//! alone, in buffers of their own, at one thread and at two, and beside them matrixmultiply's on one thread. All are
//! timed in turn, round by round, so that their ratio holds on a machine whose speed drifts. Then each step is shown by
//! operation; criterion's own figures of the steps follow. A word behind `--` picks the workloads whose name contains it.

mod by_library;

use criterion::Criterion;
use std::hint::black_box;
use std::time::{Duration, Instant};
use unsup_autograd::profile::{Entry, Work, profile};
use unsup_autograd::{Matrix, set_threads};
use unsup_models::autoencoder::{
    Architecture, AutoEncoder, Contractive, Elbo, Jacobian, Likelihood, Loss, Reconstruction,
    Variational,
};
use unsup_models::together::adversarial::{
    DiscriminatorCriterion, Game, GeneratorCriterion, Penalty,
};
use unsup_nn::optimiser::{Adam, Optimiser, Sgd};
use unsup_nn::random::generator;
use unsup_nn::train::{self, Batch, Term, Terms, Trainer, smallvec};
use unsup_nn::{Activation, Module, Sequence, loss};

/// A network trained to map x to y, or to itself, by squared error.
struct Regression {
    x: Matrix<f32>,
    y: Option<Matrix<f32>>,
}

impl train::Criterion<f32, Sequence<f32>> for Regression {
    fn objects(&self) -> usize {
        self.x.rows()
    }

    fn terms<'t>(&self, net: &Sequence<f32>, batch: &Batch<'t, '_, f32>) -> Terms<'t, f32> {
        let x = batch.tape.gather(&self.x, batch.rows);
        let y = self.y.as_ref();
        let y = y.map_or(x, |y| batch.tape.gather(y, batch.rows));
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
    /// Takes the next step.
    step: Box<dyn FnMut()>,
    products: Vec<Product>,
    /// Steps in a round, a few milliseconds of them.
    steps: usize,
}

/// Numbers from 0 to 1.
fn uniform(objects: usize, features: usize) -> Matrix<f32> {
    use rand::RngExt;
    let mut random = generator(0, "data", 0);
    Matrix::from_fn(objects, features, |_, _| random.random_range(0.0..1.0f32))
}

/// The batches of so many objects, one after the other, round and round.
struct Batches {
    rows: Vec<Vec<usize>>,
    next: usize,
}

impl Batches {
    fn of(objects: usize, batch: usize) -> Self {
        let rows: Vec<usize> = (0..objects).collect();
        Self {
            rows: rows.chunks_exact(batch).map(<[usize]>::to_vec).collect(),
            next: 0,
        }
    }

    fn next(&mut self) -> &[usize] {
        self.next = (self.next + 1) % self.rows.len();
        &self.rows[self.next]
    }
}

/// The step of a model by its criterion.
fn stepping<M: Module<f32> + 'static>(
    mut model: M,
    criterion: impl train::Criterion<f32, M> + 'static,
    mut optimiser: Optimiser<f32>,
    mut batches: Batches,
) -> Box<dyn FnMut()> {
    let mut trainer = Trainer::new(0);
    Box::new(move || {
        let step = trainer.step(&mut model, &criterion, &mut optimiser, batches.next());
        black_box(step.expect("the loss is finite"));
    })
}

fn adam() -> Optimiser<f32> {
    Optimiser::new(Adam::new(1e-3))
}

fn regression(
    name: &'static str,
    widths: &[usize],
    [hidden, last]: [Activation; 2],
    (objects, batch): (usize, usize),
    optimiser: Optimiser<f32>,
    steps: usize,
) -> Workload {
    let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
    let x = uniform(objects, inputs);
    let y = (inputs != outputs).then(|| uniform(objects, outputs));
    let net = Sequence::new(widths, hidden, last, 0, "weights");
    let pairs = widths.windows(2).enumerate();
    let products = pairs.flat_map(|(i, pair)| Product::of_layer(batch, pair[0], pair[1], i == 0));
    Workload {
        name,
        products: products.collect(),
        step: stepping(
            net,
            Regression { x, y },
            optimiser,
            Batches::of(objects, batch),
        ),
        steps,
    }
}

/// 784-400-(20, 20)-400-784, with z drawn in the step.
fn variational() -> Workload {
    const BATCH: usize = 128;
    // a criterion borrows its objects, and these live as long as the process
    let x: &'static Matrix<f32> = Box::leak(Box::new(uniform(2048, 784)));
    let architecture = Architecture {
        activation: Activation::Relu,
        ..Architecture::deep(&[400], 20)
    };
    let model = Variational::new(784, &architecture, Likelihood::Bernoulli);
    let elbo = Elbo {
        x,
        beta: 1.0,
        draws: 1,
        binarised: false,
    };
    let layers = [(784, 400), (400, 40), (20, 400), (400, 784)]
        .into_iter()
        .enumerate();
    let products =
        layers.flat_map(|(i, (inputs, outputs))| Product::of_layer(BATCH, inputs, outputs, i == 0));
    Workload {
        name: "W3 variational 784-400-20-400-784, batch 128, Adam",
        products: products.collect(),
        step: stepping(model, elbo, adam(), Batches::of(2048, BATCH)),
        steps: 4,
    }
}

/// Sigmoids, tied weights, the closed form of ‖J‖².
fn contractive() -> Workload {
    const BATCH: usize = 128;
    let x: &'static Matrix<f32> = Box::leak(Box::new(uniform(2048, 784)));
    let method: &'static Contractive = Box::leak(Box::new(Contractive {
        lambda: 1e-4,
        jacobian: Jacobian::ClosedForm,
    }));
    let architecture = Architecture {
        tied: true,
        loss: Loss::Squared,
        ..Architecture::two_layer(256, Activation::Sigmoid, Activation::Sigmoid)
    };
    let model = AutoEncoder::new(784, &architecture);
    let sgd = Optimiser::new(Sgd::new(1e-3));
    Workload {
        name: "W5 contractive, tied sigmoids 784-256, batch 128, SGD",
        products: [
            Product::of_layer(BATCH, 784, 256, true),
            Product::of_layer(BATCH, 256, 784, false),
        ]
        .concat(),
        step: stepping(
            model,
            Reconstruction { x, method },
            sgd,
            Batches::of(2048, BATCH),
        ),
        steps: 4,
    }
}

/// One step of the discriminator and one of the generator.
fn adversarial() -> Workload {
    const BATCH: usize = 64;
    let x = uniform(2048, 784);
    let (relu, sigmoid, identity) = (Activation::Relu, Activation::Sigmoid, Activation::Identity);
    let mut g = Sequence::new(&[64, 128, 784], relu, sigmoid, 0, "generator");
    let leaky = Activation::LeakyRelu { slope: 0.2 };
    let mut d = Sequence::new(&[784, 128, 1], leaky, identity, 0, "discriminator");
    let game = Game::NonSaturating;
    let players = || Optimiser::new(Adam::new(2e-4).betas(0.5, 0.999));
    let (mut of_g, mut of_d) = (players(), players());
    let (mut g_trainer, mut d_trainer) = (Trainer::new(0), Trainer::new(1));
    let mut batches = Batches::of(2048, BATCH);
    let z: Vec<usize> = (0..BATCH).collect();
    let step = move || {
        let criterion = DiscriminatorCriterion {
            x: &x,
            generator: &g,
            game,
            penalty: Penalty::None,
            sigma: 0.0,
        };
        let step = d_trainer.step(&mut d, &criterion, &mut of_d, batches.next());
        black_box(step.expect("the loss is finite"));
        let criterion = GeneratorCriterion {
            samples: BATCH,
            discriminator: &d,
            game,
            sigma: 0.0,
        };
        let step = g_trainer.step(&mut g, &criterion, &mut of_g, &z);
        black_box(step.expect("the loss is finite"));
    };
    let forward = |inputs, outputs| Product::of_layer(BATCH, inputs, outputs, true).swap_remove(0);
    let of_d = |first| {
        let first = Product::of_layer(BATCH, 784, 128, first);
        [first, Product::of_layer(BATCH, 128, 1, false)].concat()
    };
    // D is a constant in G's step: its weights get no gradient there
    let through_d = of_d(false).into_iter().enumerate();
    let through_d = through_d
        .filter(|(i, _)| i % 3 != 1)
        .map(|(_, product)| product);
    Workload {
        name: "W7 adversarial 64-128-784 and 784-128-1, batch 64, Adam",
        products: [forward(64, 128), forward(128, 784)]
            .into_iter()
            .chain(of_d(true))
            .chain(of_d(true))
            .chain(Product::of_layer(BATCH, 64, 128, true))
            .chain(Product::of_layer(BATCH, 128, 784, false))
            .chain(through_d)
            .collect(),
        step: Box::new(step),
        steps: 6,
    }
}

fn workloads() -> Vec<Workload> {
    use Activation::{Identity, Relu, Sigmoid, Tanh};
    vec![
        regression(
            "W1 2-16-16-1, tanh, batch 32, SGD",
            &[2, 16, 16, 1],
            [Tanh, Identity],
            (1024, 32),
            Optimiser::new(Sgd::new(0.05)),
            500,
        ),
        regression(
            "W2 784-256-64-256-784, ReLU, batch 128, Adam",
            &[784, 256, 64, 256, 784],
            [Relu, Sigmoid],
            (2048, 128),
            adam(),
            4,
        ),
        variational(),
        regression(
            "W4 784-1024-256-1024-784, ReLU, batch 256, Adam",
            &[784, 1024, 256, 1024, 784],
            [Relu, Sigmoid],
            (2048, 256),
            adam(),
            2,
        ),
        contractive(),
        regression(
            "W6 64-32-64, ReLU, batch 32, Adam",
            &[64, 32, 64],
            [Relu, Sigmoid],
            (1792, 32),
            adam(),
            200,
        ),
        adversarial(),
    ]
}

/// One matrix product of a step, of operands of its own: op(a) op(b).
#[derive(Clone)]
struct Product {
    a: Matrix<f32>,
    b: Matrix<f32>,
    a_transposed: bool,
    b_transposed: bool,
}

impl Product {
    /// For a layer from `inputs` to `outputs`: Y = X W, dW = Xᵀ G, and dX = G Wᵀ unless X is the data.
    fn of_layer(batch: usize, inputs: usize, outputs: usize, first: bool) -> Vec<Self> {
        let half = |rows, columns| Matrix::filled(rows, columns, 0.5);
        let (x, w, g) = (
            half(batch, inputs),
            half(inputs, outputs),
            half(batch, outputs),
        );
        let product = |a: &Matrix<f32>, a_transposed, b: &Matrix<f32>, b_transposed| Self {
            a: a.clone(),
            b: b.clone(),
            a_transposed,
            b_transposed,
        };
        let mut products = vec![product(&x, false, &w, false), product(&x, true, &g, false)];
        if !first {
            products.push(product(&g, false, &w, true));
        }
        products
    }

    fn run(&self) {
        let (a, b) = (black_box(&self.a), black_box(&self.b));
        black_box(match (self.a_transposed, self.b_transposed) {
            (true, _) => a.matmul_tn(b),
            (false, true) => a.matmul_nt(b),
            (false, false) => a.matmul(b),
        });
    }

    fn run_by_library(&self) {
        let (a, b) = (black_box(&self.a), black_box(&self.b));
        black_box(by_library::product(
            a,
            self.a_transposed,
            b,
            self.b_transposed,
        ));
    }
}

fn time(repetitions: usize, mut f: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..repetitions {
        f();
    }
    start.elapsed() / repetitions as u32
}

/// The time at a share of all, in microseconds.
fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    times[(share * (times.len() - 1) as f64) as usize].as_secs_f64() * 1e6
}

const ROUNDS: usize = 41;

/// What the machine does at best, to hold a profile against.
struct Floor {
    /// Multiply-adds in a microsecond, in products that stay in the cache.
    multiply_adds: f64,
    /// Bytes read and written in a microsecond, by a copy of half a megabyte.
    bytes: f64,
}

impl Floor {
    fn measured() -> Self {
        const SIDE: usize = 256;
        const LENGTH: usize = 1 << 16;
        let best = |f: &mut dyn FnMut()| {
            let times = (0..ROUNDS).map(|_| time(20, &mut *f));
            times
                .min()
                .map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
        };
        let square = Matrix::<f32>::filled(SIDE, SIDE, 0.5);
        let product = best(&mut || drop(black_box(square.matmul(black_box(&square)))));
        let (from, mut to) = (vec![0f32; LENGTH], vec![0f32; LENGTH]);
        let copy = best(&mut || black_box(&mut to).copy_from_slice(black_box(&from)));
        Self {
            multiply_adds: SIDE.pow(3) as f64 / product,
            bytes: (2 * LENGTH * size_of::<f32>()) as f64 / copy,
        }
    }

    /// The least time for some work, in microseconds.
    fn of(&self, work: Work) -> f64 {
        match work.multiply_adds {
            0 => work.bytes as f64 / self.bytes,
            products => products as f64 / self.multiply_adds,
        }
    }
}

/// A table of what a step does, by operation, and what is left between the operations.
fn print_profile(workload: &mut Workload, floor: &Floor) {
    const STEPS: usize = 100;
    let (whole, entries) = profile(|| time(STEPS, &mut *workload.step));
    let whole = whole.as_secs_f64() * 1e6;
    let of_a_step = |time: Duration| time.as_secs_f64() * 1e6 / STEPS as f64;
    println!(
        "\n{}, one thread, a step of {whole:.0} us by operation:",
        workload.name
    );
    println!("operation            calls        us  share   KB moved  floor us");
    let line = |name: &str, calls: f64, time: f64, work: Option<Work>| {
        print!(
            "{name:<20}{calls:>6.1}{time:>10.1}{:>6.1}%",
            100.0 * time / whole
        );
        if let Some(work) = work {
            let moved = work.bytes as f64 / (1024 * STEPS) as f64;
            print!("{moved:>11.0}{:>10.1}", floor.of(work) / STEPS as f64);
        }
        println!();
    };
    for Entry {
        name,
        calls,
        time,
        work,
    } in &entries
    {
        line(
            name,
            *calls as f64 / STEPS as f64,
            of_a_step(*time),
            Some(*work),
        );
    }
    let sum: Duration = entries.iter().map(|entry| entry.time).sum();
    line("between them", 1.0, whole - of_a_step(sum), None);
}

fn main() {
    let mut workloads = workloads();
    // as criterion has it: the first word is what a name is to contain
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    if let Some(filter) = &filter {
        workloads.retain(|workload| workload.name.contains(filter.as_str()));
    }
    println!("medians and 10 % quantiles of {ROUNDS} rounds, microseconds");
    for workload in &mut workloads {
        for threads in [1, 2] {
            set_threads(threads);
            let Workload {
                name,
                step,
                products,
                steps,
            } = workload;
            let mut multiply = || products.iter().for_each(Product::run);
            let mut by_library = || products.iter().for_each(Product::run_by_library);
            let mut ways: [&mut dyn FnMut(); 3] = [&mut *step, &mut multiply, &mut by_library];
            let mut times = [const { Vec::new() }; 3];
            let mut ratios = [const { Vec::new() }; 3];
            for round in 0..ROUNDS {
                for (way, times) in ways.iter_mut().zip(&mut times) {
                    // steps follow steps in a training: what the way before left in the caches is not to count
                    time(
                        if round == 0 {
                            *steps * 10
                        } else {
                            1 + *steps / 4
                        },
                        &mut *way,
                    );
                    times.push(time(*steps, &mut *way));
                }
                let [step, ..] = &times;
                for (ratios, bare) in ratios.iter_mut().zip(&times) {
                    ratios.push(step[round].as_secs_f64() / bare[round].as_secs_f64());
                }
            }
            let [mut whole, mut bare, mut library] = times;
            let [_, of_bare, of_library] = ratios.map(|mut ratios| {
                ratios.sort_by(f64::total_cmp);
                ratios[ROUNDS / 2]
            });
            println!(
                "{name:<56} {threads} threads  step {:>8.1} {:>8.1}  bare products {:>8.1} {:>8.1}  ratio {of_bare:.2}  matrixmultiply's {:>8.1} {:>8.1}  ratio {of_library:.2}",
                quantile(&mut whole, 0.5),
                quantile(&mut whole, 0.1),
                quantile(&mut bare, 0.5),
                quantile(&mut bare, 0.1),
                quantile(&mut library, 0.5),
                quantile(&mut library, 0.1),
            );
        }
    }
    set_threads(1);
    let floor = Floor::measured();
    println!(
        "\nfloors: {:.1} GFLOP/s, {:.1} GB/s",
        2e-3 * floor.multiply_adds,
        1e-3 * floor.bytes
    );
    for workload in &mut workloads {
        print_profile(workload, &floor);
    }
    let mut criterion = Criterion::default().configure_from_args();
    for workload in &mut workloads {
        let mut group = criterion.benchmark_group(workload.name);
        for threads in [1, 2] {
            set_threads(threads);
            group.bench_function(format!("{threads} threads"), |bench| {
                bench.iter(&mut *workload.step);
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
