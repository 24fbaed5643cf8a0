//! The loops under the operations: plain functions of slices and matrices that know nothing of the tape.
//!
//! | file | loops |
//! |---|---|
//! | `vector` | compiles a loop for each vector instruction set and chooses one at run time |
//! | `elementwise` | maps, and binary functions under the four broadcasts |
//! | `reduce` | sums, maxima, log-sum-exp |
//! | `product` | the matrix product |
//! | `arrange` | what only moves entries: transpose, slice, concatenate, pick rows |
//!
//! Every loop adds in an order fixed by the shapes alone, so the bits of a result depend neither on the width of the vectors
//! nor on the number of threads. Only matrix products differ in their last bits between processors with a fused multiply-add
//! and those without.

pub(crate) mod arrange;
pub(crate) mod elementwise;
pub(crate) mod product;
pub(crate) mod reduce;
mod vector;
