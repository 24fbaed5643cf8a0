//! The large product: out ← β out + a b, in tiles whose sums stay in registers.
//!
//! | word | what |
//! |---|---|
//! | stripe | columns of the result and of b: two vectors of them, or one |
//! | tile | up to [`Lanes::ROWS`] rows of a stripe of the result |
//! | panel | a stripe of b, copied so that its rows lie one after the other |
//!
//! For each stripe: its panel, then tile after tile down the rows. A tile reads its panel straight through, and a where it
//! lies, a number at a time, which costs nothing beside the multiplications; so a transpose of a is free, and that of b
//! is paid once for all rows.
//!
//! Every entry of the result is a chain of multiply-adds in the order of k for every [`DEPTH`] terms, and these added one
//! after the other, whichever tile it falls into: neither the shape around it nor the number of threads changes its bits.
//!
//! Panels and tiles are those of Goto, van de Geijn (2008), "Anatomy of high-performance matrix multiplication"; that a is
//! not copied, and that there is one level of blocks, is ours: matrices here have few thousand rows.

use super::lanes::Lanes;
use super::{Operand, Part, Target};
use crate::Real;
use std::arch::x86_64::{_MM_HINT_ET0, _MM_HINT_T0, _mm_prefetch};
use std::cell::Cell;

/// Terms of a sum that are added up in registers before they go to the result; a panel of so many rows stays in a core's own
/// cache.
const DEPTH: usize = 1024;
/// Rows of the result from which on copying pays even where the rows of b could be read in place.
const ROWS_WORTH_A_PANEL: usize = 48;
/// How many terms before their use numbers of a transposed a are asked for.
const TERMS_AHEAD: usize = 12;
/// The most rows and columns that a tile has.
const HIGHEST: usize = 12;
const WIDEST: usize = 32;
/// The most lanes that a vector has.
const LANES: usize = 16;
/// Bytes that the cache moves at once.
const LINE: usize = 64;

/// How a panel is aligned.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "a panel is written and read as numbers")] [u8; LINE]);

thread_local! {
    /// Room for a panel, kept between products.
    static PANEL: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Sets of instructions of which the loops are compiled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instructions {
    Avx512,
    Avx2,
}

impl Instructions {
    /// The widest that the processor has; `None` where it lacks fused multiply-adds.
    pub(crate) fn detected() -> Option<Self> {
        if is_x86_feature_detected!("avx512f") {
            Some(Self::Avx512)
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            Some(Self::Avx2)
        } else {
            None
        }
    }
}

/// Computes a part of out ← a b, or of out ← out + a b where it `accumulate`s.
///
/// # Safety
/// The processor has the instructions, the operands hold what their sizes and strides say, the part lies within the
/// result, the result aliases no operand, and nobody else reads or writes this part.
pub(crate) unsafe fn multiply<T: Real>(
    instructions: Instructions,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: Target<T>,
    part: &Part,
    accumulate: bool,
) {
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512<T: Real>(task: &Task<'_, T>) {
        // SAFETY: the instructions are there, and the rest is the caller's promise.
        unsafe { task.run::<T::Avx512>() }
    }
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2<T: Real>(task: &Task<'_, T>) {
        // SAFETY: as above.
        unsafe { task.run::<T::Avx2>() }
    }
    let mut panel = PANEL.take();
    // two vectors for each term, which take as many bytes for every type
    panel.resize(DEPTH * WIDEST * size_of::<f32>() / LINE, Line([0; LINE]));
    let task = Task {
        a,
        b,
        out,
        part,
        accumulate,
        panel: panel.as_mut_ptr().cast(),
    };
    // SAFETY: the caller's promise.
    unsafe {
        match instructions {
            Instructions::Avx512 => avx512(&task),
            Instructions::Avx2 => avx2(&task),
        }
    }
    PANEL.set(panel);
}

struct Task<'a, T> {
    a: Operand<'a, T>,
    b: Operand<'a, T>,
    out: Target<T>,
    part: &'a Part,
    accumulate: bool,
    panel: *mut T,
}

/// Rows of a stripe of b as a tile reads them.
#[derive(Clone, Copy)]
struct Rows<T> {
    start: *const T,
    stride: usize,
}

/// Terms `start..start + count` of every sum.
#[derive(Clone, Copy)]
struct Terms {
    start: usize,
    count: usize,
}

// SAFETY (of all that follows): the caller keeps the promise of `multiply`, and the instructions of `V` are there. Rows and
// columns lie within the part: a stripe has `columns` ≤ W · COUNT of them from `column` on, a tile R rows from `row` on. The
// panel has room for DEPTH rows of two vectors, which the first line of `run` asserts for every `V`.
#[allow(clippy::undocumented_unsafe_blocks)]
impl<T: Real> Task<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Lanes<Number = T>>(&self) {
        const {
            assert!(2 * V::COUNT * size_of::<T>() <= WIDEST * size_of::<f32>());
            assert!(2 * V::COUNT <= WIDEST && V::ROWS <= HIGHEST && V::COUNT <= LANES);
        }
        let depth = self.a.columns;
        for start in (0..depth).step_by(DEPTH) {
            let count = DEPTH.min(depth - start);
            let terms = Terms { start, count };
            let mut column = self.part.columns.start;
            while column < self.part.columns.end {
                let left = self.part.columns.end - column;
                column += unsafe {
                    if left > V::COUNT {
                        self.stripe::<V, 2>(terms, column, left.min(2 * V::COUNT))
                    } else {
                        self.stripe::<V, 1>(terms, column, left)
                    }
                };
            }
        }
    }

    /// `columns` columns of the result, which `W` vectors hold; returns how many they are.
    #[inline(always)]
    unsafe fn stripe<V: Lanes<Number = T>, const W: usize>(
        &self,
        terms: Terms,
        column: usize,
        columns: usize,
    ) -> usize {
        let width = W * V::COUNT;
        let (first, end) = (self.part.rows.start, self.part.rows.end);
        let in_place =
            self.b.column_stride == 1 && columns == width && end - first < ROWS_WORTH_A_PANEL;
        let rows = unsafe {
            if in_place {
                Rows {
                    start: self.b.at(terms.start, column),
                    stride: self.b.row_stride,
                }
            } else {
                self.copy::<V, W>(terms, column, columns);
                Rows {
                    start: self.panel,
                    stride: width,
                }
            }
        };
        let mut row = first;
        while row < end {
            macro_rules! tile_of {
                ($($rows:literal)*) => {
                    $(if end - row >= $rows && V::ROWS >= $rows {
                        unsafe { self.tile::<V, W, $rows>(terms, rows, row, column, columns) };
                        row += $rows;
                    } else)* {
                        unreachable!("there is a tile of one row");
                    }
                };
            }
            tile_of!(12 8 6 4 2 1);
        }
        columns
    }

    /// `R` rows of the result. A tile that hangs over the last column goes through a buffer.
    #[inline(always)]
    unsafe fn tile<V: Lanes<Number = T>, const W: usize, const R: usize>(
        &self,
        terms: Terms,
        rows: Rows<T>,
        row: usize,
        column: usize,
        columns: usize,
    ) {
        let accumulate = self.accumulate || terms.start > 0;
        unsafe {
            let out = self.out.at(row, column);
            if columns == W * V::COUNT {
                self.sums::<V, W, R>(terms, rows, row, out, self.out.columns, accumulate);
                return;
            }
            let mut buffer = [T::ZERO; HIGHEST * WIDEST];
            let width = W * V::COUNT;
            self.sums::<V, W, R>(terms, rows, row, buffer.as_mut_ptr(), width, false);
            for (i, sums) in buffer.chunks_exact(width).take(R).enumerate() {
                for (j, &sum) in sums[..columns].iter().enumerate() {
                    let out = out.add(i * self.out.columns + j);
                    *out = if accumulate { *out + sum } else { sum };
                }
            }
        }
    }

    /// The innermost loop: `R` x `W` vectors of sums over the terms, written to `out` or added to what is there.
    #[inline(always)]
    unsafe fn sums<V: Lanes<Number = T>, const W: usize, const R: usize>(
        &self,
        terms: Terms,
        rows: Rows<T>,
        row: usize,
        out: *mut T,
        out_stride: usize,
        accumulate: bool,
    ) {
        unsafe {
            for i in 0..R {
                // needed at the end, and on its way by then: 1 to 3 % where the result comes from memory
                _mm_prefetch::<_MM_HINT_ET0>(out.add(i * out_stride).cast());
            }
            let zero = V::splat(T::ZERO);
            let mut sums = [[zero; W]; R];
            let (mut a, mut b) = (self.a.at(row, terms.start), rows.start);
            for _ in 0..terms.count {
                if self.a.row_stride == 1 {
                    // the lines of a transposed a lie far apart, which the processor does not foresee: 2 to 6 % where
                    // they come from memory
                    let later = a.wrapping_add(TERMS_AHEAD * self.a.column_stride);
                    _mm_prefetch::<_MM_HINT_T0>(later.cast());
                    _mm_prefetch::<_MM_HINT_T0>(later.wrapping_add(R - 1).cast());
                }
                let mut vectors = [zero; W];
                for (w, vector) in vectors.iter_mut().enumerate() {
                    *vector = V::load(b.add(w * V::COUNT));
                }
                for (i, sums) in sums.iter_mut().enumerate() {
                    let a = V::splat(*a.add(i * self.a.row_stride));
                    for (sum, &vector) in sums.iter_mut().zip(&vectors) {
                        *sum = a.multiply_add(vector, *sum);
                    }
                }
                a = a.wrapping_add(self.a.column_stride);
                b = b.wrapping_add(rows.stride);
            }
            for (i, sums) in sums.into_iter().enumerate() {
                for (w, mut sum) in sums.into_iter().enumerate() {
                    let out = out.add(i * out_stride + w * V::COUNT);
                    if accumulate {
                        sum = V::load(out).add(sum);
                    }
                    sum.store(out);
                }
            }
        }
    }

    /// Copies a stripe of b into the panel. Where it hangs over the last column the rest is anything.
    #[inline(always)]
    unsafe fn copy<V: Lanes<Number = T>, const W: usize>(
        &self,
        terms: Terms,
        column: usize,
        columns: usize,
    ) {
        let width = W * V::COUNT;
        let b = |k: usize, j: usize| unsafe { self.b.at(terms.start + k, column + j) };
        let panel = |k: usize, j: usize| unsafe { self.panel.add(k * width + j) };
        unsafe {
            if self.b.column_stride == 1 && columns == width {
                for k in 0..terms.count {
                    for w in 0..W {
                        V::load(b(k, w * V::COUNT)).store(panel(k, w * V::COUNT));
                    }
                }
                return;
            }
            if self.b.column_stride == 1 {
                for k in 0..terms.count {
                    b(k, 0).copy_to_nonoverlapping(panel(k, 0), columns);
                }
                return;
            }
            // b lies transposed, so the terms of a column are side by side
            let blocks = terms.count / V::COUNT * V::COUNT;
            for k in (0..blocks).step_by(V::COUNT) {
                for w in 0..W {
                    let mut square = [V::splat(T::ZERO); LANES];
                    for (lane, vector) in square.iter_mut().take(V::COUNT).enumerate() {
                        *vector = V::load(b(k, (w * V::COUNT + lane).min(columns - 1)));
                    }
                    let square = transposed(square);
                    for (i, vector) in square.into_iter().take(V::COUNT).enumerate() {
                        vector.store(panel(k + i, w * V::COUNT));
                    }
                }
            }
            for k in blocks..terms.count {
                for j in 0..columns {
                    *panel(k, j) = *b(k, j);
                }
            }
        }
    }
}

/// The transpose of a square of as many vectors as they have lanes: with the bits of a number's place written as row and
/// lane, one round of interleaving turns them all round by one, and half of all rounds exchanges rows and lanes.
#[inline(always)]
unsafe fn transposed<V: Lanes>(mut square: [V; LANES]) -> [V; LANES] {
    for _ in 0..V::COUNT.ilog2() {
        let mut turned = square;
        for i in 0..V::COUNT / 2 {
            // SAFETY: the caller's promise: the instruction set is there.
            let (first, second) = unsafe { square[i].interleave(square[i + V::COUNT / 2]) };
            (turned[2 * i], turned[2 * i + 1]) = (first, second);
        }
        square = turned;
    }
    square
}
