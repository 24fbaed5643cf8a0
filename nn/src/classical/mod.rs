//! Small linear algebra that several methods need, in `f64`.

mod eigen;
mod pca;

pub use eigen::{Eigen, symmetric_eigen};
pub use pca::Pca;
