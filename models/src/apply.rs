//! A trained network on objects.

use unsup_autograd::{Matrix, Real, Tape, Var};
use unsup_nn::train::{Batch, blocks};

/// f(x) as in an evaluation, a block of objects at a time, for an f called `name` that takes `columns` columns.
///
/// # Panics
/// If `x` has another number of columns.
#[track_caller]
pub(crate) fn apply<T: Real>(
    name: &str,
    columns: usize,
    x: &Matrix<T>,
    f: impl for<'t> Fn(&Batch<'t, '_, T>, Var<'t, T>) -> Var<'t, T>,
) -> Matrix<T> {
    assert!(
        x.columns() == columns,
        "{name}: needs {columns} columns, got a matrix of {}",
        x.shape()
    );
    let mut tape = Tape::new();
    let mut columns = 0;
    let mut values = Vec::new();
    for (block, rows) in blocks(x.rows()).enumerate() {
        let batch = Batch::evaluation(&tape, &rows, 0, block as u64);
        let y = f(&batch, tape.gather(x, &rows)).value();
        columns = y.columns();
        values.extend_from_slice(y.as_slice());
        drop(y); // or the tape could not use its buffer again
        tape.clear();
    }
    Matrix::from_vec(x.rows(), columns, values)
}
