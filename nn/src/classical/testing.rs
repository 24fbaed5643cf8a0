//! Data that another program can make too, number by number, for the tests that compare with it.

use unsup_autograd::Matrix;

/// Numbers in \[0, 1): the upper 53 bits of s ← 6364136223846793005 s + 1442695040888963407 mod 2⁶⁴ from s = 1 (Knuth's
/// MMIX), over 2⁵³.
pub(super) fn uniforms() -> impl FnMut() -> f64 {
    let mut state = 1u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Objects of three features from three clouds in turn, each of other deviations along the axes, and their clouds.
pub(super) fn clouds(objects: usize) -> (Matrix<f64>, Vec<usize>) {
    let mut uniform = uniforms();
    let labels: Vec<usize> = (0..objects).map(|i| i % 3).collect();
    let x = Matrix::from_fn(objects, 3, |i, j| {
        let centre = if labels[i] == j { 2.0 } else { 0.0 };
        let deviation = 0.5 + 0.5 * labels[i] as f64 + 0.25 * j as f64;
        centre + deviation * (uniform() + uniform() + uniform() - 1.5)
    });
    (x, labels)
}
