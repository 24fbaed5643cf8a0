//! What the criteria draw.

use unsup_autograd::random::standard_normal;
use unsup_autograd::{Real, Var};
use unsup_nn::train::Batch;

/// A leaf of `rows` x `columns` draws from N(0, 1), for a purpose at the step of a batch.
pub(crate) fn standard_normals<'t, T: Real>(
    batch: &Batch<'t, '_, T>,
    purpose: &str,
    rows: usize,
    columns: usize,
) -> Var<'t, T> {
    let mut random = batch.generator(purpose);
    batch.tape.leaf_with(rows, columns, |leaf| {
        for entry in leaf.as_mut_slice() {
            *entry = T::from_f64(standard_normal(&mut random));
        }
    })
}
