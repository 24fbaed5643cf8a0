//! Sums, maxima and log-sum-exp. Sums run in fixed blocks, so that the rounding error grows with the logarithm of the
//! length and the compiler may use vectors.

use super::elementwise::max;
use crate::{Matrix, Real, for_each_chunk, part_length, share, vectorised};
use std::ops::Range;

/// Partial sums kept side by side, one vector register or a few.
const LANES: usize = 16;
/// Terms that go into one partial sum before it is added to the next level.
const BLOCK: usize = 64 * LANES;
/// Columns whose sums are kept side by side.
const WIDE: usize = 4 * LANES;
/// Parts of a large sum that threads share.
const SUBTREES: usize = 16;

vectorised! {
    /// Σ x of one block, in lanes.
    fn sum_block[T: Real](x: &[T]) -> T {
        let mut lanes = [T::ZERO; LANES];
        let (chunks, rest) = x.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane += x;
            }
        }
        rest.iter().fold(of_lanes(lanes), |sum, &x| sum + x)
    }

    /// Σ (a − b)² of one block, in lanes.
    fn squared_distance_block[T: Real](a: &[T], b: &[T]) -> T {
        let mut lanes = [T::ZERO; LANES];
        let (a_chunks, a_rest) = a.as_chunks::<LANES>();
        let (b_chunks, b_rest) = b.as_chunks::<LANES>();
        for (a, b) in a_chunks.iter().zip(b_chunks) {
            for i in 0..LANES {
                let difference = a[i] - b[i];
                lanes[i] += difference * difference;
            }
        }
        let rest = a_rest.iter().zip(b_rest);
        rest.fold(of_lanes(lanes), |sum, (&a, &b)| sum + (a - b) * (a - b))
    }

    /// Σ x² in double precision, where the square of a single-precision number neither overflows nor becomes subnormal (which
    /// would cost a hundred times the time), in as many lanes as the additions of a processor need to follow each other.
    fn sum_squares[T: Real](x: &[T]) -> f64 {
        let mut lanes = [0.0; 2 * LANES];
        let (chunks, rest) = x.as_chunks::<{ 2 * LANES }>();
        for chunk in chunks {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane += x.to_f64() * x.to_f64();
            }
        }
        let rest = rest.iter().map(|x| x.to_f64() * x.to_f64()).sum();
        lanes.into_iter().fold(rest, |sum, lane| sum + lane)
    }

    /// sums ← sums + Σ of the rows of `block`, each of `columns` entries, of which those from `start` on are added.
    fn add_column_sums[T: Real](block: &[T], columns: usize, start: usize, sums: &mut [T]) {
        for (tile, sums) in sums.chunks_mut(WIDE).enumerate() {
            let mut lanes = [T::ZERO; WIDE];
            let start = start + tile * WIDE;
            if sums.len() == WIDE {
                for x in block.chunks_exact(columns) {
                    for (lane, &x) in lanes.iter_mut().zip(&x[start..start + WIDE]) {
                        *lane += x;
                    }
                }
            } else {
                let lanes = &mut lanes[..sums.len()];
                for x in block.chunks_exact(columns) {
                    for (lane, &x) in lanes.iter_mut().zip(&x[start..]) {
                        *lane += x;
                    }
                }
            }
            for (sum, &lane) in sums.iter_mut().zip(&lanes) {
                *sum += lane;
            }
        }
    }
}

/// The sum of lanes, pairwise. Not inlined: beside it the compiler would cut the vectors of the loop before into pairs, which
/// takes eight times as long.
#[inline(never)]
fn of_lanes<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            let upper = lanes[i + width];
            lanes[i] += upper;
        }
    }
    lanes[0]
}

/// Σ x, pairwise over blocks.
pub(crate) fn sum<T: Real>(x: &[T]) -> T {
    sum_of_blocks(x.len(), |block| sum_block(&x[block]))
}

/// Σ (a − b)², pairwise over blocks, of as many numbers each.
pub(crate) fn squared_distance<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of_blocks(a.len(), |block| {
        squared_distance_block(&a[block.clone()], &b[block])
    })
}

/// The sum over `length` terms, of which `of_block` gives that of a block. Threads share the subtrees.
fn sum_of_blocks<T: Real>(length: usize, of_block: impl Fn(Range<usize>) -> T + Sync) -> T {
    if part_length(length) >= length {
        return pairwise(0..length, &of_block);
    }
    let mut sums = [T::ZERO; SUBTREES];
    let mut parts = [const { 0..0 }; SUBTREES];
    parts[0] = 0..length;
    let mut count = 1;
    while count < SUBTREES {
        for i in (0..count).rev() {
            (parts[2 * i], parts[2 * i + 1]) = halves(&parts[i]);
        }
        count *= 2;
    }
    share(sums.iter_mut().zip(parts), |(sum, part)| {
        *sum = pairwise(part, &of_block)
    });
    while count > 1 {
        count /= 2;
        for i in 0..count {
            sums[i] = sums[2 * i] + sums[2 * i + 1];
        }
    }
    sums[0]
}

fn pairwise<T: Real>(terms: Range<usize>, of_block: &impl Fn(Range<usize>) -> T) -> T {
    if terms.len() <= BLOCK {
        return of_block(terms);
    }
    let (left, right) = halves(&terms);
    pairwise(left, of_block) + pairwise(right, of_block)
}

/// The two parts of more terms than a block has.
fn halves(terms: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let middle = terms.start + terms.len().div_ceil(BLOCK) / 2 * BLOCK;
    (terms.start..middle, middle..terms.end)
}

/// √ Σ x², wherever in the range of T the entries lie: squares that would leave that of double precision are taken in units of the
/// largest entry. NaN if an entry is NaN, infinite if one is infinite; 0 of nothing.
///
/// ```
/// assert_eq!(unsup_autograd::norm(&[3.0f32, 4.0]), 5.0);
/// ```
pub fn norm<T: Real>(x: &[T]) -> f64 {
    // a fixed number of parts, whoever computes them
    let mut sums = [0.0; SUBTREES];
    let length = x.len().max(1).div_ceil(SUBTREES).next_multiple_of(BLOCK);
    let parts = sums.iter_mut().zip(x.chunks(length));
    let one = |(sum, part): (&mut f64, &[T])| *sum = part.chunks(BLOCK).map(sum_squares).sum();
    if part_length(x.len()) < x.len() {
        share(parts, one);
    } else {
        parts.for_each(one);
    }
    let sum: f64 = sums.iter().sum();
    // squares of single precision are all in the range of double, so of them 0 is the sum of zeros alone
    let single = T::EPSILON.to_f64() > f64::EPSILON;
    let vanishing = f64::EPSILON.powi(4) * x.len() as f64;
    if single || sum.is_nan() || (sum.is_finite() && sum > vanishing) {
        return sum.sqrt();
    }
    let entries = || x.iter().map(|x| x.to_f64());
    let largest = entries().fold(0.0, |largest, x| x.abs().max(largest));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    let sum: f64 = entries().map(|x| (x / largest).powi(2)).sum();
    largest * sum.sqrt()
}

/// out ← the sum of x down to out's shape: over all, over rows, over columns, or nothing to do.
pub(crate) fn sum_to<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>) {
    if out.shape() == x.shape() {
        out.as_mut_slice().copy_from_slice(x.as_slice());
    } else if out.shape().len() == 1 {
        out.as_mut_slice()[0] = sum(x.as_slice());
    } else if out.rows() == 1 {
        let columns = out.columns();
        let sums = out.as_mut_slice();
        sums.fill(T::ZERO);
        let length = part_length(x.shape().len()).div_ceil(x.rows());
        let length = length.next_multiple_of(WIDE);
        for_each_chunk(sums, length, |number, sums| {
            for block in x.as_slice().chunks(64 * columns) {
                add_column_sums(block, columns, number * length, sums);
            }
        });
    } else {
        for_each_row(x, out, sum);
    }
}

/// out (rx1) ← the largest entry of each row of x; NaN if there is one.
pub(crate) fn row_max<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>) {
    for_each_row(x, out, max_of);
}

/// out (rx1) ← ln Σⱼ exp xᵢⱼ, without overflow.
pub(crate) fn row_log_sum_exp<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>) {
    for_each_row(x, out, |row| {
        let m = max_of(row);
        if !m.is_finite() {
            return m; // ±∞ − ±∞ would be NaN; the limit is m itself
        }
        let mut sum = T::ZERO;
        for &x in row {
            sum += (x - m).exp();
        }
        m + sum.ln()
    });
}

fn max_of<T: Real>(row: &[T]) -> T {
    row.iter().fold(T::NEG_INFINITY, |m, &x| max(x, m))
}

fn for_each_row<T: Real>(x: &Matrix<T>, out: &mut Matrix<T>, f: impl Fn(&[T]) -> T) {
    for (out, row) in out.as_mut_slice().iter_mut().zip(x.row_iter()) {
        *out = f(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_norm_holds_over_the_whole_range() {
        for length in [1, 15, 16, 1000, 5000] {
            let entries = |unit: f64| Matrix::from_fn(1, length, |_, j| unit * (j % 7) as f64);
            let expected = (0..length).map(|j| ((j % 7) as f64).powi(2)).sum::<f64>();
            for unit in [1e-300, 1e-20, 1e-5, 1.0, 1e18, 1e300] {
                let norm = entries(unit).norm() / unit;
                assert!((norm - expected.sqrt()).abs() <= 1e-12 * expected, "{unit}");
            }
            for unit in [1e-30, 1e-5, 1.0, 1e30] {
                let norm = entries(unit).cast::<f32>().norm() / unit;
                assert!((norm - expected.sqrt()).abs() <= 1e-5 * expected, "{unit}");
            }
        }
        assert_eq!(Matrix::<f32>::zeros(3, 3).norm(), 0.0);
        assert_eq!((norm::<f32>(&[]), norm::<f64>(&[])), (0.0, 0.0));
        let infinite = Matrix::from_rows(&[[1.0, f64::NEG_INFINITY]]);
        assert_eq!(infinite.norm(), f64::INFINITY);
        assert!(
            Matrix::from_rows(&[[f32::NAN, f32::INFINITY]])
                .norm()
                .is_nan()
        );
    }

    #[test]
    fn a_long_sum_keeps_its_digits() {
        // added one by one in f32 the sum of a million tenths is off by 1 %
        let tenths = vec![0.1f32; 1_000_000];
        assert!((sum(&tenths) - 100_000.0).abs() < 0.2, "{}", sum(&tenths));
    }

    /// Every block and every tile against the definition; the entries are whole numbers, so the sums are exact.
    #[test]
    fn sums_over_rows_and_over_columns_are_right_for_every_shape() {
        for rows in [1, 2, 63, 64, 65, 200] {
            for columns in [1, 2, 15, 16, 17, 40] {
                let x = Matrix::from_fn(rows, columns, |i, j| ((i * 7 + j * 3) % 11) as f64);
                let mut row = Matrix::filled(1, columns, f64::NAN);
                sum_to(&x, &mut row);
                let expected = |j| (0..rows).map(|i| x[(i, j)]).sum();
                assert_eq!(
                    row,
                    Matrix::from_fn(1, columns, |_, j| expected(j)),
                    "{rows}x{columns}"
                );
                let mut column = Matrix::filled(rows, 1, f64::NAN);
                sum_to(&x, &mut column);
                assert_eq!(
                    column,
                    Matrix::from_fn(rows, 1, |i, _| x.row(i).iter().sum()),
                    "{rows}x{columns}"
                );
            }
        }
    }

    #[test]
    fn squared_distances_of_every_length_are_right() {
        for length in [1, 15, 16, 17, 1025, 5000] {
            let a: Vec<f64> = (0..length).map(|i| f64::from(i % 9)).collect();
            let b: Vec<f64> = (0..length).map(|i| f64::from(i % 5)).collect();
            let expected: f64 = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum();
            assert_eq!(squared_distance(&a, &b), expected, "{length}");
        }
    }

    #[test]
    fn sums_of_every_length_are_right() {
        for length in [1, 2, 15, 16, 17, 1023, 1024, 1025, 2049, 5000] {
            let x: Vec<f64> = (1..=length).map(|i| i as f64).collect();
            assert_eq!(sum(&x), (length * (length + 1) / 2) as f64, "{length}");
        }
    }
}
