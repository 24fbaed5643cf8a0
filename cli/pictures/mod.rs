//! Pictures of what a model has learnt: codes as a scatter, reconstructions beside their originals.
//!
//! Each picture is drawn once, as SVG text. A page takes that text as it is (no ids, no style sheet, so several can
//! stand on one page); [`png`] rasterises it with a font that is part of the program, so that a picture looks the
//! same on every machine.

mod codes;
mod colors;
mod document;
pub mod map;
mod page;
mod reconstructions;
mod render;

pub use codes::codes;
pub use page::Page;
pub use reconstructions::{TileShape, reconstructions};
pub use render::png;
