//! Reverse-mode automatic differentiation on matrices.
pub mod check;
mod backward;
mod custom;
mod kernels;
mod matrix;
mod op;
mod pool;
mod real;
mod tape;
#[cfg(feature = "threading")]
mod threads;
mod var;

pub use backward::Gradients;
pub use custom::CustomOp;
pub use matrix::{Matrix, Shape};
pub use op::{Indices, Op};
pub use real::Real;
pub use tape::{Stats, Tape};
#[cfg(feature = "threading")]
pub use threads::{set_threads, threads};
pub use var::Var;
