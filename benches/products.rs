//! Matrix products of the shapes that training has, beside matrixmultiply's in the same run: at one thread and at two, of
//! operands that lie in the cache and of operands that come from memory.

mod by_library;

use std::hint::black_box;
use std::time::Instant;
use unsup_autograd::{Matrix, set_threads};

/// m, k, n of (m x k) (k x n), and which operand lies transposed.
const SHAPES: [(usize, usize, usize, Form); 26] = [
    (128, 784, 256, Form::Nn),
    (128, 256, 64, Form::Nn),
    (128, 64, 256, Form::Nn),
    (128, 256, 784, Form::Nn),
    (784, 128, 256, Form::Tn),
    (256, 128, 64, Form::Tn),
    (256, 128, 784, Form::Tn),
    (128, 784, 256, Form::Nt),
    (128, 256, 64, Form::Nt),
    (128, 64, 256, Form::Nt),
    (128, 400, 40, Form::Nn),
    (128, 20, 400, Form::Nn),
    (400, 128, 40, Form::Tn),
    (128, 400, 20, Form::Nt),
    (256, 784, 1024, Form::Nn),
    (784, 256, 1024, Form::Tn),
    (256, 1024, 256, Form::Nt),
    (256, 784, 1024, Form::Nt),
    (64, 784, 128, Form::Nn),
    (64, 784, 1, Form::Nn),
    (32, 64, 32, Form::Nn),
    (64, 32, 32, Form::Tn),
    (32, 16, 16, Form::Nn),
    (32, 2, 16, Form::Nn),
    (32, 16, 1, Form::Nn),
    (8, 8, 8, Form::Nn),
];

#[derive(Clone, Copy, PartialEq, Debug)]
enum Form {
    Nn,
    Nt,
    Tn,
}

/// Operands of a product.
struct Operands {
    a: Matrix<f32>,
    b: Matrix<f32>,
}

fn sample(rows: usize, columns: usize) -> Matrix<f32> {
    Matrix::from_fn(rows, columns, |i, j| ((i * 31 + j * 17) % 23) as f32 - 11.0)
}

fn ours(form: Form, Operands { a, b }: &Operands) -> Matrix<f32> {
    match form {
        Form::Nn => a.matmul(b),
        Form::Nt => a.matmul_nt(b),
        Form::Tn => a.matmul_tn(b),
    }
}

fn library(form: Form, Operands { a, b }: &Operands) -> Matrix<f32> {
    by_library::product(a, form == Form::Tn, b, form == Form::Nt)
}

/// So many bytes of operands lie in no cache.
const BEYOND_CACHES: usize = 64 << 20;
const ROUNDS: usize = 15;

fn main() {
    println!("GFLOP/s, medians of {ROUNDS} rounds: in the cache | from memory");
    println!(
        "{:<24} matrixmultiply  1 thread 2 threads | matrixmultiply  1 thread 2 threads",
        ""
    );
    for shape @ (m, k, n, form) in SHAPES {
        let bytes = size_of::<f32>() * (m * k + k * n);
        print!("{:<24}", format!("{form:?} {m} x {k} x {n}"));
        for copies in [1, BEYOND_CACHES / bytes] {
            let operands: Vec<Operands> = (0..copies.clamp(1, 2000))
                .map(|_| Operands {
                    a: if form == Form::Tn {
                        sample(k, m)
                    } else {
                        sample(m, k)
                    },
                    b: if form == Form::Nt {
                        sample(n, k)
                    } else {
                        sample(k, n)
                    },
                })
                .collect();
            assert_eq!(
                ours(form, &operands[0]),
                library(form, &operands[0]),
                "{shape:?}"
            );
            let products = (60_000_000 / (m * k * n)).max(1);
            let mut next = operands.iter().cycle();
            let mut seconds = [const { Vec::new() }; 3];
            for _ in 0..ROUNDS {
                for (way, seconds) in seconds.iter_mut().enumerate() {
                    set_threads(way.max(1));
                    let start = Instant::now();
                    for operands in next.by_ref().take(products) {
                        black_box(match way {
                            0 => library(form, operands),
                            _ => ours(form, operands),
                        });
                    }
                    seconds.push(start.elapsed().as_secs_f64() / products as f64);
                }
            }
            let [library, one, two] = seconds.map(|mut seconds| {
                seconds.sort_by(f64::total_cmp);
                (2 * m * k * n) as f64 / seconds[ROUNDS / 2] / 1e9
            });
            print!("{library:>15.1} {one:>9.1} {two:>9.1} |");
        }
        println!();
    }
}
