//! One loop, compiled for each vector instruction set, chosen at run time.

/// Defines a function whose body is compiled three times on x86-64 (for AVX-512, for AVX2, and for any machine) and
/// which runs the widest that the processor has. Elsewhere it is the plain function.
///
/// Rust does not fuse a multiplication and an addition on its own, so the three give the same bits.
///
/// The generics stand in square brackets, since a macro cannot find where angle brackets end:
///
/// ```
/// unsup_autograd::vectorised! {
///     /// y ← y + a x
///     fn axpy[T: unsup_autograd::Real](a: T, x: &[T], y: &mut [T]) {
///         for (y, &x) in y.iter_mut().zip(x) {
///             *y += a * x;
///         }
///     }
/// }
///
/// let mut y = [1.0, 2.0];
/// axpy(10.0, &[1.0, 1.0], &mut y);
/// assert_eq!(y, [11.0, 12.0]);
/// ```
#[macro_export]
macro_rules! vectorised {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident[$($generics:tt)*]($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?
        $body:block
    )*) => {$(
        $(#[$attribute])*
        #[inline]
        $visibility fn $name<$($generics)*>($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn body<$($generics)*>($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq")]
                fn avx512<$($generics)*>($($argument: $type),*) $(-> $result)? {
                    body($($argument),*)
                }
                #[target_feature(enable = "avx2")]
                fn avx2<$($generics)*>($($argument: $type),*) $(-> $result)? {
                    body($($argument),*)
                }
                if ::std::arch::is_x86_feature_detected!("avx512vl")
                    && ::std::arch::is_x86_feature_detected!("avx512bw")
                    && ::std::arch::is_x86_feature_detected!("avx512dq")
                {
                    // SAFETY: the processor has just been asked for every feature named above; AVX-512VL implies F.
                    return unsafe { avx512($($argument),*) };
                }
                if ::std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: as above.
                    return unsafe { avx2($($argument),*) };
                }
            }
            body($($argument),*)
        }
    )*};
}
