//! eˣ, ln x, tanh x, the sigmoid and softplus over many numbers: beside the standard library's, called number by number,
//! and beside the time to read and write the numbers, below which nothing comes.
//!
//! `cargo bench --bench functions` times each in turn, round by round, over 4096 numbers (which lie in the nearest
//! cache) and over a million (which lie in memory), on one thread.

use criterion::{Criterion, Throughput};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use unsup_autograd::{Matrix, Real, Tape, Var, vectorised};

vectorised! {
    /// out ← f(x)
    fn map[T: Real, F: Fn(T) -> T](x: &[T], out: &mut [T], f: F) {
        for (out, &x) in out.iter_mut().zip(x) {
            *out = f(x);
        }
    }
}

/// What is done with x into a place of as many numbers.
type Loop<T> = Box<dyn Fn(&[T], &mut [T])>;

/// A function as a vector loop, and number by number as the standard library has it.
struct Function<T: Real> {
    name: &'static str,
    /// Of which numbers: those about 0, or above it.
    positive: bool,
    ours: Loop<T>,
    standard: Loop<T>,
}

macro_rules! functions {
    ($real:ident) => {
        [
            Function::<$real> {
                name: "exp",
                positive: false,
                ours: Box::new(|x, out| map(x, out, |x| Real::exp(x))),
                standard: Box::new(|x, out| map(x, out, $real::exp)),
            },
            Function {
                name: "ln",
                positive: true,
                ours: Box::new(|x, out| map(x, out, |x| Real::ln(x))),
                standard: Box::new(|x, out| map(x, out, $real::ln)),
            },
            Function {
                name: "ln_1p",
                positive: true,
                ours: Box::new(|x, out| map(x, out, |x| Real::ln_1p(x))),
                standard: Box::new(|x, out| map(x, out, $real::ln_1p)),
            },
            Function {
                name: "tanh",
                positive: false,
                ours: Box::new(|x, out| map(x, out, |x| Real::tanh(x))),
                standard: Box::new(|x, out| map(x, out, $real::tanh)),
            },
        ]
    };
}

const ROUNDS: usize = 51;

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn time(repetitions: usize, mut f: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..repetitions {
        f();
    }
    start.elapsed().as_secs_f64() / repetitions as f64
}

/// Numbers from −4 to 4, or from 0.01 to 4.01.
fn numbers<T: Real>(count: usize, positive: bool) -> Vec<T> {
    let number = |i: usize| {
        let x = 8.0 * (i as f64 / count as f64 - 0.5);
        T::from_f64(if positive { x.abs() + 0.01 } else { x })
    };
    (0..count).map(number).collect()
}

fn table<T: Real>(functions: &[Function<T>]) {
    for count in [4096, 1 << 20] {
        let repetitions = (1 << 20) / count;
        let mut out = vec![T::ZERO; count];
        for function in functions {
            let x = numbers::<T>(count, function.positive);
            let mut timed = |f: &dyn Fn(&[T], &mut [T])| {
                time(repetitions, || {
                    f(black_box(&x), &mut out);
                    black_box(&out);
                })
            };
            let (mut ours, mut standard, mut floor) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                ours.push(timed(&function.ours));
                floor.push(timed(&|x, out| map(x, out, |x| x)));
                standard.push(timed(&function.standard));
            }
            let each = [&mut ours, &mut standard, &mut floor].map(|times| median(times));
            let [ours, standard, floor] = each.map(|seconds| seconds / count as f64 * 1e9);
            println!(
                "{} {:<8} {count:>8} numbers  {ours:>6.3}  standard library {standard:>6.3}, {:>4.1} times as long  floor {floor:>5.3}, a {:>4.1}th",
                T::NAME,
                function.name,
                standard / ours,
                ours / floor,
            );
        }
    }
}

/// An operation of the tape.
type Operation = for<'t> fn(Var<'t, f32>) -> Var<'t, f32>;

/// The operations of the tape that are made of them, forward and backward.
fn operations(criterion: &mut Criterion) {
    let operations: [(&str, Operation); 3] = [
        ("tanh", |x| x.tanh()),
        ("sigmoid", |x| x.sigmoid()),
        ("softplus", |x| x.softplus()),
    ];
    let x = Arc::new(Matrix::from_vec(128, 784, numbers::<f32>(128 * 784, false)));
    let mut group = criterion.benchmark_group("128x784, f32, forward and backward");
    group.throughput(Throughput::Elements(128 * 784));
    for (name, operation) in operations {
        let mut tape = Tape::new();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                tape.clear();
                let x = tape.leaf(x.clone());
                black_box(operation(x).sum().backward([x]));
            });
        });
    }
    group.finish();
}

fn main() {
    println!("medians of {ROUNDS} rounds, nanoseconds a number; one thread");
    table(&functions!(f32));
    table(&functions!(f64));
    let mut criterion = Criterion::default().configure_from_args();
    operations(&mut criterion);
    criterion.final_summary();
}
