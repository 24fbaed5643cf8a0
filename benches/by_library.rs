//! The matrix product of another library, to hold ours against.

use unsup_autograd::Matrix;

/// op(a) op(b) by matrixmultiply, on one thread; op transposes where it is told to.
pub fn product(
    a: &Matrix<f32>,
    a_transposed: bool,
    b: &Matrix<f32>,
    b_transposed: bool,
) -> Matrix<f32> {
    let sizes = |x: &Matrix<f32>, transposed| match transposed {
        true => (x.columns(), x.rows(), 1, x.columns() as isize),
        false => (x.rows(), x.columns(), x.columns() as isize, 1),
    };
    let (m, k, a_down, a_along) = sizes(a, a_transposed);
    let (inner, n, b_down, b_along) = sizes(b, b_transposed);
    assert_eq!(k, inner);
    let mut out = Matrix::zeros(m, n);
    // SAFETY: the sizes and strides are those of the matrices, and out is one of its own.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            1.0,
            a.as_slice().as_ptr(),
            a_down,
            a_along,
            b.as_slice().as_ptr(),
            b_down,
            b_along,
            0.0,
            out.as_mut_slice().as_mut_ptr(),
            n as isize,
            1,
        );
    }
    out
}
