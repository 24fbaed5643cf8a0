//! Pictures of what a model has learnt: codes as a scatter, reconstructions beside their originals, and what else
//! shows what a method does.
//!
//! Each picture is drawn once, as SVG text. A page takes that text as it is (no ids, no style sheet, so several can
//! stand on one page); [`png`] rasterises it with a font that is part of the program, so that a picture looks the
//! same on every machine.

mod axis;
mod cells;
mod codes;
mod colors;
mod document;
pub mod map;
mod page;
mod plane;
mod reconstructions;
mod render;
mod series;
mod sheet;
mod tiles;

// The command does not draw these yet.
#[allow(dead_code)]
mod filters;
#[allow(dead_code)]
mod grid;
#[allow(dead_code)]
mod histogram;
#[allow(dead_code)]
mod spectrum;
#[allow(dead_code)]
mod vector_field;
#[allow(unused_imports)]
pub use self::{
    filters::filters, grid::grid, histogram::histogram, spectrum::spectrum, tiles::tiles,
    vector_field::vector_field,
};

pub use cells::TileShape;
pub use codes::codes;
pub use page::Page;
pub use reconstructions::reconstructions;
pub use render::png;
