//! What the criteria draw.

use unsup_autograd::profile::{self, Work};
use unsup_autograd::random::fill_standard_normal;
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
        let bytes = size_of_val(leaf.as_slice());
        let draw = || fill_standard_normal(leaf.as_mut_slice(), &mut random);
        profile::measured(|| ("draw", Work::of_bytes(bytes)), draw);
    })
}
