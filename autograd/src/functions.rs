//! eˣ, ln x, ln (1 + x) and tanh x without a call, a table or a branch: a loop over them is vector code.
//!
//! Each is a polynomial on a short interval and a way to get there; both cases of a choice are computed and one is
//! selected. Nothing is fused, so that the bits are the same on every instruction set.
//!
//! | function | reduction | polynomial |
//! |---|---|---|
//! | eˣ | x = n ln 2 + r, \|r\| ≤ ½ ln 2; eˣ = 2ⁿ eʳ | eʳ = 1 + r + r² E(r) |
//! | ln x | x = 2ᵏ (1 + f), √½ ≤ 1 + f < √2; ln x = k ln 2 + ln (1 + f) | with s = f/(2 + f): ln (1 + f) = 2 artanh s = 2s + s³ L(s²) |
//! | ln (1 + x) | the same of 1 + x, and what the sum lost is added to it | the same |
//! | tanh x | \|x\| < 0.625: none; else 1 − 2/(e²ˣ + 1) | x + x³ T(x²) |
//!
//! The coefficients are those with the least relative error of the function on the interval (Remez 1934), computed with
//! 50 digits. By so many units in the last place (ulp) the results differ from the exact ones at most: of f32, found
//! over every seventh of all numbers, exp 0.98, ln 0.82, ln_1p 0.85, tanh 1.32; of f64, over 80,000 each beside values
//! of 40 digits, exp 0.97, ln 0.81, ln_1p 0.75, tanh 1.28. NaN, infinities, zeros, denormal numbers and what is out of
//! range are as in the standard library.
//!
//! The way in which ln 2 is split, so that n times its larger part is exact, is that of Cody, Waite (1980), "Software
//! Manual for the Elementary Functions".

/// a + x (b + x (c + …))
macro_rules! horner {
    ($x:expr; $last:expr) => { $last };
    ($x:expr; $first:expr, $($rest:expr),+) => { $first + $x * horner!($x; $($rest),+) };
}

macro_rules! functions {
    (
        $real:ident, $unsigned:ident, $signed:ident,
        mantissa: $mantissa:literal,
        exponent_bias: $bias:literal,
        ln_2: $ln_2_high:literal, $ln_2_low:literal;
        exp: $least:literal to $most:literal; $($exp:literal),+;
        ln: $($ln:literal),+;
        tanh: $($tanh:literal),+;
    ) => {
        pub(crate) mod $real {
            /// In so large a number the last digit is 1; so what is added to it is rounded to a whole number, which
            /// then lies in the last bits.
            const ROUND: $real = 1.5 * (1u64 << $mantissa) as $real;
            const LOG2_E: $real = std::$real::consts::LOG2_E;
            /// ln 2 in two parts, the larger of so few digits that its product with an exponent is exact.
            const LN_2: [$real; 2] = [$ln_2_high, $ln_2_low];

            /// One of two that have both been computed. Of bits, since the compiler would turn a choice of numbers into
            /// a branch where it believes that to be cheaper, and a loop with a branch is no vector code.
            #[inline(always)]
            fn select(condition: bool, yes: $real, no: $real) -> $real {
                let mask = $unsigned::from(condition).wrapping_neg();
                $real::from_bits(yes.to_bits() & mask | no.to_bits() & !mask)
            }

            /// 2ⁿ for an exponent of a number that is not denormal.
            #[inline(always)]
            fn power_of_2(n: $signed) -> $real {
                $real::from_bits((n.wrapping_add($bias) as $unsigned) << $mantissa)
            }

            /// eˣ
            #[inline(always)]
            pub(crate) fn exp(x: $real) -> $real {
                // beyond it is 0 or infinite all the same; a NaN passes
                let x = if x < $least { $least } else { x };
                let x = if x > $most { $most } else { x };
                let shifted = x * LOG2_E + ROUND;
                let n = shifted - ROUND;
                let r = (x - n * LN_2[0]) - n * LN_2[1];
                let e = 1.0 + (r + r * r * (horner!(r; $($exp),+)));
                // in two halves: the whole may be no exponent of a number where the result is one
                let n = (shifted.to_bits() as $signed).wrapping_sub(ROUND.to_bits() as $signed);
                let half = n >> 1;
                e * power_of_2(half) * power_of_2(n.wrapping_sub(half))
            }

            /// k and 1 + f of x = 2ᵏ (1 + f), √½ ≤ 1 + f < √2, for a positive number that is not denormal.
            #[inline(always)]
            fn parts(x: $real) -> ($signed, $real) {
                let sqrt_half = std::$real::consts::FRAC_1_SQRT_2.to_bits() as $signed;
                let bits = x.to_bits() as $signed;
                let k = bits.wrapping_sub(sqrt_half) >> $mantissa;
                let m = bits.wrapping_sub(k << $mantissa);
                (k, $real::from_bits(m as $unsigned))
            }

            /// k ln 2 + ln (1 + f) + c, where c is small against the rest.
            #[inline(always)]
            fn sum_of_logarithms(k: $real, f: $real, c: $real) -> $real {
                let s = f / (2.0 + f);
                let z = s * s;
                let remainder = z * (horner!(z; $($ln),+));
                // 2s = f − s f, and ½ f² of it is taken out: f − ½ f² + s (½ f² + remainder) keeps the digits of f
                let half = 0.5 * f * f;
                k * LN_2[0] + (f - (half - (s * (half + remainder) + (k * LN_2[1] + c))))
            }

            /// ln x
            #[inline(always)]
            pub(crate) fn ln(x: $real) -> $real {
                const SHIFT: $signed = $mantissa + 2;
                let is_denormal = x < $real::MIN_POSITIVE;
                let normal = if is_denormal { x * power_of_2(SHIFT) } else { x };
                let (k, m) = parts(normal);
                let k = if is_denormal { k - SHIFT } else { k };
                let found = sum_of_logarithms(k as $real, m - 1.0, 0.0);
                at_the_ends(x, found)
            }

            /// ln (1 + x)
            #[inline(always)]
            pub(crate) fn ln_1p(x: $real) -> $real {
                let u = 1.0 + x;
                let (k, m) = parts(u);
                // what 1 + x has lost, as far as it counts
                let lost = select(x < 1.0, x - (u - 1.0), 1.0 - (u - x));
                let (f, c) = (select(k == 0, x, m - 1.0), select(k == 0, 0.0, lost / u));
                let found = sum_of_logarithms(k as $real, f, c);
                let found = at_the_ends(u, found);
                // −0 keeps its sign
                select(x == 0.0, x, found)
            }

            /// ln x where it is no number, infinite, or of a number that is none; else what was found.
            #[inline(always)]
            fn at_the_ends(x: $real, found: $real) -> $real {
                let found = select(x < $real::INFINITY, found, x);
                let found = select(x > 0.0, found, $real::NAN);
                select(x == 0.0, $real::NEG_INFINITY, found)
            }

            /// tanh x
            #[inline(always)]
            pub(crate) fn tanh(x: $real) -> $real {
                let a = x.abs();
                let z = a * a;
                let near = a + a * z * (horner!(z; $($tanh),+));
                let far = 1.0 - 2.0 / (exp(2.0 * a) + 1.0);
                select(a < 0.625, near, far).copysign(x)
            }
        }
    };
}

functions! {
    f32, u32, i32,
    mantissa: 23,
    exponent_bias: 127,
    // 355/512, and the rest
    ln_2: 0.693_359_4, -0.000_212_194_44;
    exp: -104.0 to 89.0;
    0.499_999_94, 0.166_665_21, 0.041_668_39, 0.008_368_717_5,
    0.001_381_460_2;
    ln: 0.666_667_76, 0.399_774_97, 0.298_730_73;
    tanh: -0.333_332_84, 0.133_314_91, -0.053_743_497, 0.020_650_586,
    -0.005_717_043_3;
}

functions! {
    f64, u64, i64,
    mantissa: 52,
    exponent_bias: 1023,
    ln_2: 0.693_147_180_369_123_8, 1.9082149292705877e-10;
    exp: -746.0 to 710.0;
    0.500_000_000_000_001_1, 0.166_666_666_666_664_13, 0.041_666_666_666_530_16, 0.008_333_333_333_494_465,
    0.001_388_888_894_362_894_5, 0.000_198_412_695_066_557_1, 2.480149310007098e-5,
    2.755758638843245e-6, 2.7630247990155085e-7, 2.5000056708160523e-8;
    ln: 0.666_666_666_666_673_5, 0.399_999_999_994_111_07, 0.285_714_287_432_604_24,
    0.222_221_984_761_320_16, 0.181_835_697_354_423_31, 0.153_139_032_978_283_68,
    0.147_975_076_586_056_85;
    tanh: -0.333_333_333_333_333_15, 0.133_333_333_333_298_9, -0.053_968_253_966_134_55,
    0.021_869_488_470_657_318, -0.008_863_234_341_550_333, 0.003_592_114_271_721_829_5,
    -0.001_455_727_619_384_356_5, 0.000_589_458_633_241_205_2, -0.000_237_030_151_747_750_6,
    9.158985668460137e-5, -3.0218023154962595e-5, 6.055659207852831e-6;
}

#[cfg(test)]
mod tests {
    use crate::Real;
    use crate::kernels::elementwise::{sigmoid, softplus};

    /// A function, by the name under which it is told of, on either type and, exactly enough to judge the smaller one,
    /// by the standard library.
    struct Tested {
        name: &'static str,
        single: fn(f32) -> f32,
        double: fn(f64) -> f64,
        standard: fn(f64) -> f64,
        /// The largest error in ulp that is let pass.
        allowed: f64,
    }

    const FUNCTIONS: [Tested; 6] = [
        Tested {
            name: "exp",
            single: Real::exp,
            double: Real::exp,
            standard: f64::exp,
            allowed: 1.0,
        },
        Tested {
            name: "ln",
            single: Real::ln,
            double: Real::ln,
            standard: f64::ln,
            allowed: 1.0,
        },
        Tested {
            name: "ln_1p",
            single: Real::ln_1p,
            double: Real::ln_1p,
            standard: f64::ln_1p,
            allowed: 1.0,
        },
        Tested {
            name: "tanh",
            single: Real::tanh,
            double: Real::tanh,
            standard: f64::tanh,
            allowed: 1.5,
        },
        Tested {
            name: "sigmoid",
            single: sigmoid,
            double: sigmoid,
            standard: |x| {
                let e = (-x.abs()).exp();
                if x < 0.0 {
                    e / (1.0 + e)
                } else {
                    1.0 / (1.0 + e)
                }
            },
            allowed: 2.5,
        },
        Tested {
            name: "softplus",
            single: softplus,
            double: softplus,
            standard: |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
            allowed: 2.5,
        },
    ];

    /// The distance of two numbers in units of the last place of the exact one, of so many digits behind the point and
    /// so small a normal exponent. Infinite where one is no number, infinite or a zero of another sign and the other
    /// isn't.
    fn ulps(found: f64, exact: f64, digits: i32, least: i32) -> f64 {
        if found.to_bits() == exact.to_bits() || found.is_nan() && exact.is_nan() {
            return 0.0;
        }
        let differs = !found.is_finite() || !exact.is_finite();
        if differs || found == exact {
            return f64::INFINITY;
        }
        let exponent = (exact.abs().log2().floor() as i32).max(least);
        // divided twice: the unit itself may be 0
        (found - exact).abs() / 2f64.powi(exponent) * 2f64.powi(digits)
    }

    /// All powers of two and so many numbers between each two, of either sign, and what is no such number.
    fn everywhere(digits: u32, exponents: u64, between: u64) -> impl Iterator<Item = u64> {
        let sign_bit = exponents << digits;
        let mantissa = move |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - digits);
        let all = (0..exponents).flat_map(move |exponent| {
            let of_exponent = (0..between).map(move |i| exponent << digits | mantissa(i));
            of_exponent.flat_map(move |bits| [bits, bits | sign_bit])
        });
        // the last of the denormal numbers and of all, ∞ is among the powers
        let ends = [(1 << digits) - 1, ((exponents - 1) << digits) - 1, 1];
        all.chain(ends)
    }

    #[test]
    fn single_precision_is_exact_to_about_a_digit_at_every_exponent() {
        for tested in FUNCTIONS {
            let mut worst = (0.0, 0.0);
            for bits in everywhere(23, 256, 101) {
                let x = f32::from_bits(bits as u32);
                let exact = (tested.standard)(f64::from(x));
                let found = (tested.single)(x);
                // beyond the largest number it is infinite, below half of the least one 0
                let exact = if f64::from(exact as f32).is_finite() && exact as f32 != 0.0 {
                    exact
                } else {
                    f64::from(exact as f32)
                };
                let error = ulps(f64::from(found), exact, 23, -126);
                if error > worst.0 {
                    worst = (error, x);
                }
            }
            let Tested { name, allowed, .. } = tested;
            let (error, x) = worst;
            assert!(error <= allowed, "{name}({x:e}): {error} ulp");
            assert!(
                error > 0.3,
                "{name}: {error}, too good to be measured rightly"
            );
        }
    }

    /// The standard library's are within one unit themselves.
    #[test]
    fn double_precision_is_the_standard_library_s_to_about_a_digit_at_every_exponent() {
        for tested in FUNCTIONS {
            let Tested { name, allowed, .. } = tested;
            for bits in everywhere(52, 2048, 51) {
                let x = f64::from_bits(bits);
                let (found, standard) = ((tested.double)(x), (tested.standard)(x));
                let error = ulps(found, standard, 52, -1022);
                assert!(
                    error <= allowed + 1.0,
                    "{name}({x:e}): {error} ulp, {found:e} for {standard:e}"
                );
            }
        }
    }
}
