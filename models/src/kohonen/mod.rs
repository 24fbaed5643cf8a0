//! Kohonen's networks.

mod kernel;
mod map;

pub use kernel::{Decay, Kernel, Width};
pub use map::{Grid, Lattice, Neighbours, Surface};
