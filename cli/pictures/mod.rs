//! Pictures of what a model has learnt: codes as a scatter, reconstructions beside their originals, and what else
//! shows what a method does.
//!
//! Each picture is drawn once, as SVG text. A page takes that text as it is (no ids, no style sheet, so several can
//! stand on one page); [`png`] rasterises it with a font that is part of the program, so that a picture looks the
//! same on every machine.

mod agreement;
mod axis;
mod bars;
mod calibration;
mod cells;
mod codes;
mod colors;
mod curves;
mod document;
mod estimate;
mod filters;
mod fragments;
mod grid;
mod histogram;
mod lines;
pub mod map;
mod panels;
mod plane;
mod probability_planes;
mod reconstructions;
mod render;
mod samples_over_training;
mod series;
mod sheet;
mod spectrum;
mod surfaces;
mod tiles;
mod vector_field;

/// A picture that goes to a file.
pub struct Picture {
    /// The name of the file.
    pub name: &'static str,
    /// What is drawn, as SVG text.
    pub svg: String,
}

impl Picture {
    /// A picture for the file of this name.
    pub fn new(name: &'static str, svg: String) -> Self {
        Self { name, svg }
    }
}

pub use agreement::agreement;
pub use axis::Scale;
pub use bars::{Bar, bars};
pub use calibration::{calibration, expected_calibration_error};
pub use cells::TileShape;
pub use codes::codes;
pub use curves::curves;
pub use document::Escaped;
pub use estimate::Estimate;
pub use filters::filters;
pub use fragments::{Fragments, fragments};
pub use grid::grid;
pub use histogram::histogram;
pub use probability_planes::{Lattice, probability_planes};
pub use reconstructions::reconstructions;
pub use render::{RenderError, png, size_of, title_of};
pub use samples_over_training::{sample_tiles_over_training, samples_over_training};
pub use spectrum::spectrum;
pub use surfaces::surfaces;
pub use tiles::tiles;
pub use vector_field::vector_field;
