//! Kohonen's map: digits laid out on a grid, on which neighbours are alike, by a network that never sees a label.

use std::error::Error;
use std::ops::ControlFlow;
use unsup_data::digits;
use unsup_models::kohonen::{
    Batch, Kernel, Lattice, Map, MapStart, Surface, choose_grid, choose_radius,
    node_majority_accuracy,
};

/// Lays the digits out, and looks which classes lie at a node.
pub fn main() -> Result<(), Box<dyn Error>> {
    let digits = digits();
    let (x, labels) = (digits.features, digits.labels.expect("digits have labels"));

    let grid = choose_grid(&x, Lattice::Hexagonal, Surface::Planar)?;
    println!("{}, since {}", grid.value, grid.why);
    let batch = Batch {
        kernel: Kernel::Gaussian,
        radius: choose_radius(grid.value, Kernel::Gaussian).value,
        epochs: 10,
        settling: 0,
    };
    let mut map = Map::start(&x, grid.value, MapStart::PrincipalPlane, 0)?;
    map.fit(&x, &batch, |_| ControlFlow::Continue(()))?;

    let topographic_error = map.quality(&x).topographic_error();
    let accuracy = node_majority_accuracy(&map.class_counts(&x, &labels, 10));
    println!("the two nearest nodes of {topographic_error:.3} of the digits are no neighbours");
    println!("{accuracy:.3} of the digits are of the class that is most frequent at their node");
    assert!(topographic_error < 0.1 && accuracy > 0.85);
    Ok(())
}
