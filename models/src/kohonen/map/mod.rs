//! Kohonen's map.

mod grid;

pub use grid::{Grid, Lattice, Neighbours, Surface};
