//! Kohonen's maps: the time of a whole training, and of the matrix products in it, in one run on one thread.
//!
//! The winners of a batch epoch are one product of the objects by the nodes; everything else (the scan for the least, the node sums, the smoothing) is to cost little beside it. A
//! training object by object has no product; beside it stands the time to read and write each node's centre once a step.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Real};
use unsup_models::kohonen::{
    Batch, Grid, Kernel, Lattice, Map, MapStart, Rate, Settings, Stopping, Surface, Width,
};

/// The 8x8 digits, values 0 to 1.
fn digits<T: Real>() -> Matrix<T> {
    unsup_data::digits().features.cast()
}

/// 20,000 objects of 32 features about 20 centres.
fn blobs<T: Real>() -> Matrix<T> {
    let mut random = generator(0, "centres", 0);
    let centres = Matrix::<f64>::from_fn(20, 32, |_, _| standard_normal(&mut random));
    let mut random = generator(0, "objects", 0);
    Matrix::from_fn(20_000, 32, |i, j| {
        T::from_f64(centres[(i % 20, j)] + 0.4 * standard_normal(&mut random))
    })
}

fn grid(side: usize, lattice: Lattice) -> Grid {
    Grid::new(side, side, lattice, Surface::Planar)
}

/// Ten batch epochs.
fn batch<T: Real>(criterion: &mut Criterion, name: &str, x: &Matrix<T>, grid: Grid) {
    let start = Map::start(x, grid, MapStart::Objects, 0).expect("objects to train on");
    let settings = Batch {
        kernel: Kernel::Gaussian,
        radius: Width::linear(0.5 * grid.columns() as f64, 1.0),
        epochs: 10,
        settling: 0,
    };
    let train = || {
        let mut map = start.clone();
        let outcome = map.fit(x, &settings, |_| ControlFlow::Continue(()));
        outcome.expect("objects to train on");
        map
    };
    // block by block, so that a product stays in the cache
    let blocks: Vec<Matrix<T>> = (0..x.rows())
        .step_by(256)
        .map(|first| x.slice_rows(first..(first + 256).min(x.rows())))
        .collect();
    let mut products = || {
        for block in (0..settings.epochs).flat_map(|_| &blocks) {
            black_box(block.matmul_nt(black_box(start.codebook().centres())));
        }
    };
    print_ratio(name, &mut || drop(black_box(train())), &mut products);
    criterion.bench_function(name, |bencher| bencher.iter(train));
}

/// Ten epochs object by object.
fn online<T: Real>(criterion: &mut Criterion, name: &str, x: &Matrix<T>, grid: Grid) {
    let start = Map::start(x, grid, MapStart::Objects, 0).expect("objects to train on");
    let radius = Width::linear(0.5 * grid.columns() as f64, 1.0);
    let settings = Settings {
        epochs: 10,
        rate: Rate::linear(0.5),
        stopping: Stopping::never(),
        ..Settings::default()
    };
    let train = || {
        let mut map = start.clone();
        let run = map.fit_online(x, Kernel::Gaussian, radius, &settings, |_| {
            ControlFlow::Continue(())
        });
        run.expect("objects to train on");
        map
    };
    let mut centres = start.codebook().centres().clone();
    let mut touch = || {
        for _ in 0..10 * x.rows() {
            for w in black_box(&mut centres).as_mut_slice() {
                *w += T::from_f64(1e-9);
            }
        }
    };
    print_ratio(name, &mut || drop(black_box(train())), &mut touch);
    criterion.bench_function(name, |bencher| bencher.iter(train));
}

/// Medians of several interleaved runs of both, and their ratio.
fn print_ratio(name: &str, whole: &mut dyn FnMut(), floor: &mut dyn FnMut()) {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    let mut times: Vec<(Duration, Duration)> = (0..7).map(|_| (time(whole), time(floor))).collect();
    times.sort_by_key(|&(whole, _)| whole);
    let whole = times[3].0;
    times.sort_by_key(|&(_, floor)| floor);
    let floor = times[3].1;
    println!(
        "{name}: {:.1} ms, floor {:.1} ms, ratio {:.2}",
        1e3 * whole.as_secs_f64(),
        1e3 * floor.as_secs_f64(),
        whole.as_secs_f64() / floor.as_secs_f64()
    );
}

fn maps(criterion: &mut Criterion) {
    use Lattice::{Hexagonal, Rectangular};
    let square = grid(20, Rectangular);
    batch(
        criterion,
        "digits, 20x20, batch, f32",
        &digits::<f32>(),
        square,
    );
    batch(
        criterion,
        "digits, 20x20, batch, f64",
        &digits::<f64>(),
        square,
    );
    let honeycomb = grid(20, Hexagonal);
    batch(
        criterion,
        "digits, 20x20 hexagonal, batch, f32",
        &digits::<f32>(),
        honeycomb,
    );
    batch(
        criterion,
        "20,000 x 32, 30x30, batch, f32",
        &blobs::<f32>(),
        grid(30, Rectangular),
    );
    batch(
        criterion,
        "20,000 x 32, 30x30, batch, f64",
        &blobs::<f64>(),
        grid(30, Rectangular),
    );
    online(
        criterion,
        "digits, 20x20, 17,970 steps, f32",
        &digits::<f32>(),
        square,
    );
    online(
        criterion,
        "digits, 20x20, 17,970 steps, f64",
        &digits::<f64>(),
        square,
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = maps
}
criterion_main!(benches);
