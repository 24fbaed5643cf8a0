//! Buffers that have served and wait to serve again.

use crate::kernels::elementwise;
use crate::profile::{self, Work};
use crate::{Matrix, Real, Shape};
use std::sync::Arc;

/// Matrices out of use, by how many entries they have room for.
///
/// Capacities come in four steps for every doubling, so that a bounded number of classes serves any mixture of shapes and
/// at most a fifth of a buffer lies idle. The pool never holds more buffers than it has made.
pub(crate) struct Pool<T> {
    classes: Vec<Vec<Arc<Matrix<T>>>>,
    misses: usize,
    /// Buffers taken and not yet given back.
    lent: usize,
}

impl<T: Real> Pool<T> {
    pub(crate) fn new() -> Self {
        Self {
            classes: Vec::new(),
            misses: 0,
            lent: 0,
        }
    }

    /// A matrix of `shape` with one owner; what its entries are is not said.
    pub(crate) fn take(&mut self, shape: Shape) -> Arc<Matrix<T>> {
        let (class, capacity) = class_of(shape.len());
        let mut matrix = match self.classes.get_mut(class).and_then(Vec::pop) {
            Some(matrix) => matrix,
            None => {
                self.misses += 1;
                Arc::new(Matrix::with_capacity(capacity))
            }
        };
        self.lent += 1;
        let inner = sole_owner(&mut matrix);
        inner.set_shape(shape);
        if cfg!(debug_assertions) {
            // a kernel that leaves an entry unwritten shall be seen
            inner.as_mut_slice().fill(T::NAN);
        }
        matrix
    }

    /// A copy of a matrix, with one owner.
    pub(crate) fn copy(&mut self, matrix: &Matrix<T>) -> Arc<Matrix<T>> {
        let mut copy = self.take(matrix.shape());
        sole_owner(&mut copy)
            .as_mut_slice()
            .copy_from_slice(matrix.as_slice());
        copy
    }

    /// Puts in the place of a matrix what it is stretched to `shape`.
    pub(crate) fn stretch(&mut self, matrix: &mut Arc<Matrix<T>>, shape: Shape) {
        let mut stretched = self.take(shape);
        let bytes = size_of_val(stretched.as_slice());
        profile::measured(
            || ("expand_to", Work::of_bytes(bytes)),
            || elementwise::expand(matrix, sole_owner(&mut stretched)),
        );
        self.give(std::mem::replace(matrix, stretched));
    }

    /// sum ← sum + term, each of `shape` or of one that stretches to it. In place where the sum has one owner.
    pub(crate) fn add(&mut self, sum: &mut Arc<Matrix<T>>, term: &Matrix<T>, shape: Shape) {
        let alike = sum.shape() == term.shape();
        if !alike && sum.shape() != shape && term.shape() != shape {
            self.stretch(sum, shape); // a row and a column, say
        }
        let shape = if alike { term.shape() } else { shape };
        let what = || {
            (
                "accumulate",
                Work::of_bytes(3 * shape.len() * size_of::<T>()),
            )
        };
        profile::measured(what, || match Arc::get_mut(sum) {
            Some(sum) if alike => elementwise::accumulate(sum, term),
            _ => {
                let mut fresh = self.take(shape);
                elementwise::binary(sum, term, sole_owner(&mut fresh), |a, b| a + b);
                self.give(std::mem::replace(sum, fresh));
            }
        });
    }

    /// Takes back a matrix that a pool has made. One that somebody else still holds is let go instead: it is theirs.
    pub(crate) fn give(&mut self, mut matrix: Arc<Matrix<T>>) {
        let Some(inner) = Arc::get_mut(&mut matrix) else {
            return;
        };
        if self.lent == 0 {
            return; // it comes from another pool
        }
        self.lent -= 1;
        if cfg!(debug_assertions) {
            // whoever reads a buffer after its end shall see it
            inner.as_mut_slice().fill(T::NAN);
        }
        let (class, _) = class_of(inner.capacity());
        if self.classes.len() <= class {
            self.classes.resize_with(class + 1, Vec::new);
        }
        self.classes[class].push(matrix);
    }

    /// How often no buffer waited and one had to be allocated.
    pub(crate) fn misses(&self) -> usize {
        self.misses
    }

    /// The bytes of all buffers that wait.
    pub(crate) fn bytes(&self) -> usize {
        let waiting = self.classes.iter().flatten();
        waiting.map(|matrix| bytes_of(matrix)).sum()
    }
}

/// The bytes that a matrix's entries take.
pub(crate) fn bytes_of<T: Real>(matrix: &Matrix<T>) -> usize {
    matrix.capacity() * size_of::<T>()
}

/// The matrix behind an `Arc` that has just come from the pool.
pub(crate) fn sole_owner<T>(matrix: &mut Arc<Matrix<T>>) -> &mut Matrix<T> {
    Arc::get_mut(matrix).expect("what the pool gives has one owner")
}

/// The class that serves `length` entries, and the capacity of its buffers: the first of 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16,
/// 20, … that is enough.
fn class_of(length: usize) -> (usize, usize) {
    if length <= 8 {
        return (length.max(1) - 1, length.max(1));
    }
    // length − 1 = (4 + quarter) · 2^exponent + rest with quarter < 4; the next quarter up is enough
    let below = length - 1;
    let exponent = below.ilog2() - 2;
    let quarter = (below >> exponent) - 4;
    let capacity = (5 + quarter) << exponent;
    (8 + 4 * (exponent as usize - 1) + quarter, capacity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_what_it_serves_and_classes_rise_one_by_one() {
        let mut last = (0, 1);
        for length in 1..100_000 {
            let (class, capacity) = class_of(length);
            assert!(
                capacity >= length && capacity * 4 <= (length * 5).max(4 * length),
                "{length}"
            );
            assert_eq!(class_of(capacity), (class, capacity), "{length}");
            assert!(
                class == last.0 || class == last.0 + 1 && length == last.1 + 1,
                "{length}"
            );
            last = (class, capacity);
        }
    }

    #[test]
    fn what_is_given_serves_again_whatever_its_shape() {
        let mut pool = Pool::<f32>::new();
        let first = pool.take(Shape::new(3, 4));
        pool.give(first);
        let second = pool.take(Shape::new(11, 1));
        assert_eq!((pool.misses(), second.shape()), (1, Shape::new(11, 1)));
    }

    #[test]
    fn a_matrix_that_somebody_holds_is_not_handed_out_again() {
        let mut pool = Pool::<f32>::new();
        let held = pool.take(Shape::new(2, 2));
        pool.give(Arc::clone(&held));
        let other = pool.take(Shape::new(2, 2));
        assert!(!Arc::ptr_eq(&held, &other));
    }

    #[test]
    #[cfg(debug_assertions)]
    fn debug_builds_fill_what_comes_and_goes_with_nan() {
        let mut pool = Pool::<f32>::new();
        let all_nan = |x: &Matrix<f32>| x.as_slice().iter().all(|x| x.is_nan());
        let mut matrix = pool.take(Shape::new(2, 2));
        assert!(all_nan(&matrix));
        sole_owner(&mut matrix).as_mut_slice().fill(1.0);
        pool.give(matrix);
        assert!(all_nan(&pool.classes[3][0]));
    }

    #[test]
    fn the_pool_holds_no_more_than_it_has_made() {
        let (mut pool, mut other) = (Pool::<f32>::new(), Pool::<f32>::new());
        let shape = Shape::new(5, 5);
        pool.give(other.take(shape));
        assert_eq!(pool.bytes(), 0);
    }
}
