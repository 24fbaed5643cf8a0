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
mod filters;
mod grid;
mod histogram;
pub mod map;
mod page;
mod plane;
mod reconstructions;
mod render;
mod series;
mod sheet;
mod spectrum;
mod tiles;
mod vector_field;

pub use cells::TileShape;
pub use codes::codes;
#[allow(unused_imports)] // until the command draws it
pub use filters::filters;
#[allow(unused_imports)] // until the command draws it
pub use grid::grid;
#[allow(unused_imports)] // until the command draws it
pub use histogram::histogram;
pub use page::Page;
pub use reconstructions::reconstructions;
pub use render::png;
#[allow(unused_imports)] // until the command draws it
pub use spectrum::spectrum;
#[allow(unused_imports)] // until the command draws it
pub use tiles::tiles;
#[allow(unused_imports)] // until the command draws it
pub use vector_field::vector_field;
