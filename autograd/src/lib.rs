//! Reverse-mode automatic differentiation on matrices, to any order, in a few files that can be read in an evening.
//!
//! # The idea on one page
//!
//! A [`Tape`] records what is computed. Every value on it is a [`Var`]: a matrix, the operation that made it, and the
//! values that operation took. Walking the tape from the end to the beginning, each operation turns the gradient with
//! respect to its result into gradients with respect to its operands; where a value was used twice, two gradients add up.
//!
//! ```
//! use unsup_autograd::{Matrix, Tape};
//!
//! let tape = Tape::new();
//! let x = tape.leaf(Matrix::scalar(3.0));
//! let y = x * x + x; // x is used three times
//! let gradients = y.backward([x]);
//! assert_eq!(gradients[x].item(), 7.0); // 2x + 1
//! ```
//!
//! Everything is a [`Matrix`], rows are objects, columns are features. A layer of a network is a matrix product and a
//! row of biases that stretches over all objects:
//!
//! ```
//! use unsup_autograd::{Matrix, Tape};
//!
//! let tape = Tape::new();
//! let x = tape.leaf(Matrix::from_rows(&[[1.0, 0.0], [0.5, 2.0], [0.0, -1.0]])); // 3 objects, 2 features
//! let w = tape.leaf(Matrix::from_rows(&[[0.1], [0.2]]));
//! let b = tape.leaf(Matrix::scalar(0.3));
//! let loss = (x.matmul(w) + b).tanh().square().mean();
//! let gradients = loss.backward([w, b]); // x is not named: nothing is computed for it
//! assert_eq!(gradients[w].shape(), w.shape());
//! ```
//!
//! # A training step
//!
//! A parameter is an `Arc<Matrix>` that the tape shares. After [`Var::backward`] comes [`Tape::clear`], which lets go of
//! it, and then it can be changed in place. All buffers return to a pool, so from the second step on nothing is allocated (where
//! matrixmultiply computes the products, its packing buffer is).
//!
//! ```
//! use std::sync::Arc;
//! use unsup_autograd::{Matrix, Tape};
//!
//! let mut w = Arc::new(Matrix::scalar(0.0_f64));
//! let mut tape = Tape::new();
//! for _ in 0..50 {
//!     let x = tape.parameter(0, &w); // 0 is the parameter's key
//!     let loss = (x - 2.0).square();
//!     let gradients = loss.backward([x]);
//!     tape.clear();
//!     let g = gradients.parameter(0).unwrap().item();
//!     let w = Arc::get_mut(&mut w).expect("the tape has let go of it");
//!     w[(0, 0)] -= 0.2 * g;
//!     tape.recycle(gradients);
//! }
//! assert!((w.item() - 2.0).abs() < 1e-6);
//! ```
//!
//! # Derivatives of derivatives
//!
//! The rule of every operation is written with the operations themselves ([`Op`] lists them). [`Var::backward`] uses the rules
//! and recycles what they made; [`Var::grad`] uses the same rules and leaves it all on the tape, so a gradient is a value
//! like any other. Penalties on a Jacobian or on a gradient are plain expressions:
//!
//! ```
//! use unsup_autograd::{Matrix, Tape};
//!
//! let tape = Tape::new();
//! let x = tape.leaf(Matrix::from_rows(&[[0.5, -0.2]]));
//! let w = tape.leaf(Matrix::from_rows(&[[1.0], [2.0]]));
//! let y = x.matmul(w).tanh();
//! let penalty = (y.sum().grad(&[x])[0].square().sum().sqrt() - 1.0).square(); // (‖∂y/∂x‖ − 1)²
//! let by_w = penalty.backward([w]); // a second derivative
//! assert!(by_w[w].is_finite());
//! ```
//!
//! Nested derivatives do not get mixed up, because each names what it is taken by. Let f(x) = x · ∂(x y)/∂y at y = x: the inner
//! derivative is x, so f(x) = x² and f′(3) = 6. An engine that can't tell the inner perturbation (of y) from the outer one (of
//! x) says 12, the derivative of x · ∂(x x)/∂x:
//!
//! ```
//! use unsup_autograd::{Matrix, Tape};
//!
//! let tape = Tape::new();
//! let x = tape.leaf(Matrix::scalar(3.0));
//! let y = x * 1.0; // the value of x, but a variable of its own
//! let inner = (x * y).grad(&[y])[0];
//! let f = x * inner;
//! assert_eq!(f.grad(&[x])[0].item(), 6.0);
//!
//! let confused = x * (x * x).grad(&[x])[0];
//! assert_eq!(confused.grad(&[x])[0].item(), 12.0);
//! ```
//!
//! # Is it right?
//!
//! [`check`] compares any function's derivatives with finite differences, to second order; the project's own tests use it for
//! every operation, and it is public for yours. An operation that is missing is added from outside as a [`CustomOp`], and
//! checked the same way.
//!
//! # Randomness
//!
//! [`random`] derives generators from (seed, purpose, step); all randomness of the project comes from there.
//!
//! # Corners, decided
//!
//! relu′(0) = 0; leaky relu′(0) = its slope; |x|′(0) = 0; the derivative of a clamp on its bounds is 0; equal operands of a
//! maximum or minimum share the gradient equally; √x has an infinite derivative at 0; `step`, `sign` and `equal` have derivative
//! 0; the log-sum-exp of a row of −∞ is −∞ and has no derivative (NaN). NaN stays NaN, in maxima and clamps too; only x⁰ is 1 and
//! [NaN = NaN] is 0. Sigmoid, softplus and log-sum-exp are computed so that they neither
//! overflow nor lose the small side.
//!
//! # Limitations
//!
//! - One rank: matrices. A vector is a row or a column, an image is a row. There are no convolutions.
//! - A matrix has at least one row and one column.
//! - A broadcast stretches one of the two operands; a column and a row do not make a table by themselves
//!   ([`Var::expand_to`] does that on request).
//! - [`Var::backward`] and [`Var::grad`] start from one number. A Jacobian takes one `grad` for each output.
//! - No forward mode, and no symbolic simplification: a rule computes what it says.
//! - `f32` or `f64` for a whole tape, on the processor. A tape belongs to one thread at a time.
//!
//! # Place in the house
//!
//! At the bottom. [`unsup_nn`](../unsup_nn/index.html) puts parameters, layers, losses and the training loop on it,
//! [`unsup_models`](../unsup_models/index.html) on that the methods, and [`unsup_data`](../unsup_data/index.html) gives
//! them matrices to learn from. [`unsup_evidence`](../unsup_evidence/index.html) holds the check of every operation.
//!
//! # Features
//!
//! `threading` (off by default): large matrix products, loops over many entries and [`share`] use several threads
//! (`set_threads`). The bits of a result do not depend on how many.

mod backward;
pub mod check;
mod custom;
mod functions;
mod kernels;
mod matrix;
mod op;
mod pool;
pub mod profile;
pub mod random;
mod real;
mod share;
mod tape;
#[cfg(feature = "threading")]
mod threads;
mod var;

pub use backward::Gradients;
pub use custom::CustomOp;
pub use kernels::reduce::norm;
pub use matrix::{Matrix, Shape};
pub use op::{Indices, Op};
pub use real::Real;
pub use share::{for_each_chunk, part_length, share};
pub use tape::{Stats, Tape};
#[cfg(feature = "threading")]
pub use threads::{set_threads, threads};
pub use var::Var;
