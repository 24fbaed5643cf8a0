//! What only moves entries.

use super::elementwise::add_assign;
use crate::share::in_parts;
use crate::{Matrix, Real};

/// Side of the square blocks in which a transpose goes, so that both sides stay in the cache.
const BLOCK: usize = 16;

/// out (cxr) ← xᵀ
pub(crate) fn transpose<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>) {
    let (rows, columns) = (x.rows(), x.columns());
    let (x, out) = (x.as_slice(), out.as_mut_slice());
    for i0 in (0..rows).step_by(BLOCK) {
        for j0 in (0..columns).step_by(BLOCK) {
            for i in i0..(i0 + BLOCK).min(rows) {
                for j in j0..(j0 + BLOCK).min(columns) {
                    out[j * rows + i] = x[i * columns + j];
                }
            }
        }
    }
}

/// out ← rows `start..` of x, as many as out has.
pub(crate) fn slice_rows<T: Real>(x: &Matrix<T>, start: usize, out: &mut Matrix<T>) {
    let from = start * x.columns();
    let out = out.as_mut_slice();
    out.copy_from_slice(&x.as_slice()[from..from + out.len()]);
}

/// out ← zeros, with x's rows from row `start` on.
pub(crate) fn pad_rows<T: Real>(x: &Matrix<T>, start: usize, out: &mut Matrix<T>) {
    out.as_mut_slice().fill(T::ZERO);
    write_rows(x, start, out);
}

/// Rows `start..` of out ← x
pub(crate) fn write_rows<T: Real>(x: &Matrix<T>, start: usize, out: &mut Matrix<T>) {
    let to = start * x.columns();
    out.as_mut_slice()[to..to + x.shape().len()].copy_from_slice(x.as_slice());
}

/// out ← columns `start..` of x, as many as out has.
pub(crate) fn slice_columns<T: Real>(x: &Matrix<T>, start: usize, out: &mut Matrix<T>) {
    let columns = out.columns();
    for (out, x) in out
        .as_mut_slice()
        .chunks_exact_mut(columns)
        .zip(x.row_iter())
    {
        out.copy_from_slice(&x[start..start + columns]);
    }
}

/// out ← zeros, with x's columns from column `start` on.
pub(crate) fn pad_columns<T: Real>(x: &Matrix<T>, start: usize, out: &mut Matrix<T>) {
    out.as_mut_slice().fill(T::ZERO);
    write_columns(x, start, out);
}

/// Columns `start..` of out ← x
pub(crate) fn write_columns<T: Real>(x: &Matrix<T>, start: usize, out: &mut Matrix<T>) {
    let columns = out.columns();
    for (out, x) in out
        .as_mut_slice()
        .chunks_exact_mut(columns)
        .zip(x.row_iter())
    {
        out[start..start + x.len()].copy_from_slice(x);
    }
}

/// Row i of out ← row indices\[i\] of x
pub(crate) fn pick_rows<T: Real>(x: &Matrix<T>, indices: &[usize], out: &mut Matrix<T>) {
    let columns = out.columns();
    in_parts(out.as_mut_slice(), columns, |start, out| {
        let rows = out.chunks_exact_mut(columns);
        for (out, &index) in rows.zip(&indices[start / columns..]) {
            out.copy_from_slice(x.row(index));
        }
    });
}

/// out ← zeros, with row i of x added to row indices\[i\]
pub(crate) fn scatter_rows<T: Real>(x: &Matrix<T>, indices: &[usize], out: &mut Matrix<T>) {
    out.as_mut_slice().fill(T::ZERO);
    for (x, &index) in x.row_iter().zip(indices) {
        add_assign(out.row_mut(index), x);
    }
}
