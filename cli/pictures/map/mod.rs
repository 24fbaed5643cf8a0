//! The pictures of a Kohonen map: the same grid of nodes again and again, each time coloured by something else.
//!
//! | file | picture |
//! |---|---|
//! | `nodes` | what all share: where the nodes lie, the colours of their values, the scale beside them |
//! | `field` | one value a node: the density map |
//! | `planes` | a small map for each feature |
//! | `borders` | the U-matrix |
//! | `objects` | hits and classes |
//! | `codebook` | the centres themselves, where objects are images |

mod borders;
mod codebook;
mod field;
mod nodes;
mod objects;
mod planes;

pub use borders::borders;
pub use codebook::codebook;
pub use field::field;
pub use objects::{classes, hits};
pub use planes::{Plane, planes};
