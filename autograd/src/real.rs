//! The one number type parameter: `f32` to train, `f64` to check.

use crate::functions;
#[cfg(target_arch = "x86_64")]
use crate::kernels::product::{Operand, Part, Target, blocked};
use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    #[cfg(target_arch = "x86_64")]
    use crate::kernels::product::{Operand, Part, Target, blocked::Instructions, lanes::Lanes};

    pub trait Sealed: Sized {
        /// The vectors of the blocked product, by instruction set.
        #[cfg(target_arch = "x86_64")]
        type Avx512: Lanes<Number = Self>;
        #[cfg(target_arch = "x86_64")]
        type Avx2: Lanes<Number = Self>;

        /// The blocked product, compiled here once and not in every crate that multiplies.
        ///
        /// # Safety
        /// That of `blocked::multiply`.
        #[cfg(target_arch = "x86_64")]
        unsafe fn multiply_blocked(
            instructions: Instructions,
            a: Operand<'_, Self>,
            b: Operand<'_, Self>,
            out: Target<Self>,
            part: &Part,
            accumulate: bool,
        );
    }
}

/// A floating-point number that a [`Matrix`](crate::Matrix) may hold: `f32` or `f64`.
///
/// The trait is sealed: the kernels below it (matrix products above all) exist for these two types. Settings such as
/// a learning rate are `f64` everywhere and become a `Real` once, through [`Real::from_f64`].
pub trait Real:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + Display
    + LowerExp
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Div<Output = Self>
    + DivAssign
    + Mul<Output = Self>
    + MulAssign
    + Neg<Output = Self>
    + Sub<Output = Self>
    + SubAssign
    + Sum
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// ∞, where the search for a minimum starts.
    const INFINITY: Self;
    /// −∞, where the search for a maximum starts.
    const NEG_INFINITY: Self;
    /// The least number above 0 that has all its digits.
    const MIN_POSITIVE: Self;
    /// Not a number; debug builds fill recycled buffers with it.
    const NAN: Self;
    /// The distance from 1 to the next number.
    const EPSILON: Self;
    /// The type's name, `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// The nearest number of this type to `value`.
    fn from_f64(value: f64) -> Self;
    /// This number as an `f64`, exactly.
    fn to_f64(self) -> f64;
    /// |x|
    fn abs(self) -> Self;
    /// √x
    fn sqrt(self) -> Self;
    /// eˣ, within 1 unit in the last place.
    fn exp(self) -> Self;
    /// ln x
    fn ln(self) -> Self;
    /// ln (1 + x), exact near 0.
    fn ln_1p(self) -> Self;
    /// tanh x
    fn tanh(self) -> Self;
    /// xᵖ
    fn powf(self, p: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Not a number.
    fn is_nan(self) -> bool;

    /// `C ← α A B + β C` with `A` of `m`×`k`, `B` of `k`×`n`, and a stride in elements for a step along each
    /// matrix's rows and columns.
    ///
    /// # Safety
    /// Every element that the sizes and strides reach must lie inside its allocation; `c`'s must be distinct and
    /// alias neither `a`'s nor `b`'s. Where β is 0, `c` is only written.
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    unsafe fn gemm(
        m: usize,
        k: usize,
        n: usize,
        alpha: Self,
        a: *const Self,
        a_strides: (isize, isize),
        b: *const Self,
        b_strides: (isize, isize),
        beta: Self,
        c: *mut Self,
        c_strides: (isize, isize),
    );
}

macro_rules! real {
    ($type:ident, $gemm:path, $avx512:ident, $avx2:ident) => {
        impl sealed::Sealed for $type {
            #[cfg(target_arch = "x86_64")]
            type Avx512 = std::arch::x86_64::$avx512;
            #[cfg(target_arch = "x86_64")]
            type Avx2 = std::arch::x86_64::$avx2;

            #[cfg(target_arch = "x86_64")]
            unsafe fn multiply_blocked(
                instructions: blocked::Instructions,
                a: Operand<'_, Self>,
                b: Operand<'_, Self>,
                out: Target<Self>,
                part: &Part,
                accumulate: bool,
            ) {
                // SAFETY: the caller's promise.
                unsafe { blocked::multiply(instructions, a, b, out, part, accumulate) }
            }
        }

        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INFINITY: Self = $type::INFINITY;
            const NEG_INFINITY: Self = $type::NEG_INFINITY;
            const MIN_POSITIVE: Self = $type::MIN_POSITIVE;
            const NAN: Self = $type::NAN;
            const EPSILON: Self = $type::EPSILON;
            const NAME: &'static str = stringify!($type);

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn exp(self) -> Self {
                functions::$type::exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                functions::$type::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                functions::$type::ln_1p(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                functions::$type::tanh(self)
            }
            #[inline(always)]
            fn powf(self, p: Self) -> Self {
                self.powf(p)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.is_finite()
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }

            unsafe fn gemm(
                m: usize,
                k: usize,
                n: usize,
                alpha: Self,
                a: *const Self,
                a_strides: (isize, isize),
                b: *const Self,
                b_strides: (isize, isize),
                beta: Self,
                c: *mut Self,
                c_strides: (isize, isize),
            ) {
                // SAFETY: the caller keeps this function's contract, which is that of the library's.
                unsafe {
                    $gemm(
                        m,
                        k,
                        n,
                        alpha,
                        a,
                        a_strides.0,
                        a_strides.1,
                        b,
                        b_strides.0,
                        b_strides.1,
                        beta,
                        c,
                        c_strides.0,
                        c_strides.1,
                    )
                }
            }
        }
    };
}

real!(f32, matrixmultiply::sgemm, __m512, __m256);
real!(f64, matrixmultiply::dgemm, __m512d, __m256d);
