//! Tests that cross crates, in one program.

mod corners;
mod operations;
mod random_graphs;
