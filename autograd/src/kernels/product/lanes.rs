//! A vector of the processor, as the blocked product sees it: one trait, its four instances.

use std::arch::x86_64::*;

/// Numbers side by side in one register.
///
/// # Safety
/// Every method is to be called where the instance's instruction set is there, and pointers reach [`Lanes::COUNT`] numbers.
pub trait Lanes: Copy {
    /// What a lane holds.
    type Number;
    /// How many lanes there are.
    const COUNT: usize;
    /// Rows of a tile of the result: two vectors of sums for each, two of the right operand and one of the left fill the
    /// registers.
    const ROWS: usize;

    /// x in every lane.
    unsafe fn splat(x: Self::Number) -> Self;
    /// The numbers from there on.
    unsafe fn load(from: *const Self::Number) -> Self;
    /// Writes the numbers from there on.
    unsafe fn store(self, to: *mut Self::Number);
    /// self + other
    unsafe fn add(self, other: Self) -> Self;
    /// sum + self · other, rounded once.
    unsafe fn multiply_add(self, other: Self, sum: Self) -> Self;
    /// Lanes of both in turn, a₀ b₀ a₁ b₁ …: the first half of that, and the second.
    unsafe fn interleave(self, other: Self) -> (Self, Self);
}

macro_rules! lanes {
    (
        $vector:ident: $count:literal x $number:ident, $rows:literal rows;
        $splat:ident, $load:ident, $store:ident, $add:ident, $multiply_add:ident, $interleave:expr
    ) => {
        // SAFETY (of each block): the intrinsic's instruction set is there and pointers reach far enough, as the trait asks.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Lanes for $vector {
            type Number = $number;
            const COUNT: usize = $count;
            const ROWS: usize = $rows;

            #[inline(always)]
            unsafe fn splat(x: $number) -> Self {
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                unsafe { $add(self, other) }
            }
            #[inline(always)]
            unsafe fn multiply_add(self, other: Self, sum: Self) -> Self {
                unsafe { $multiply_add(self, other, sum) }
            }
            #[inline(always)]
            unsafe fn interleave(self, other: Self) -> (Self, Self) {
                let interleave: unsafe fn(Self, Self) -> (Self, Self) = $interleave;
                unsafe { interleave(self, other) }
            }
        }
    };
}

lanes! {
    __m512: 16 x f32, 12 rows;
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps,
    |a, b| unsafe {
        let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        (_mm512_permutex2var_ps(a, first, b), _mm512_permutex2var_ps(a, second, b))
    }
}

lanes! {
    __m512d: 8 x f64, 12 rows;
    _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_fmadd_pd,
    |a, b| unsafe {
        let first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
        let second = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
        (_mm512_permutex2var_pd(a, first, b), _mm512_permutex2var_pd(a, second, b))
    }
}

lanes! {
    __m256: 8 x f32, 6 rows;
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps,
    |a, b| unsafe {
        // these two work within halves of 128 bits, whose places the last exchanges
        let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        (_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31))
    }
}

lanes! {
    __m256d: 4 x f64, 6 rows;
    _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_fmadd_pd,
    |a, b| unsafe {
        let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        (_mm256_permute2f128_pd(low, high, 0x20), _mm256_permute2f128_pd(low, high, 0x31))
    }
}
