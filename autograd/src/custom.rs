//! A user's own operation, without a fork of the closed list.

use crate::{Matrix, Real, Shape, Var};
use std::sync::Arc;

/// An operation with a derivative of your own: for a function that the built-in operations don't express, or express
/// at too great a cost.
///
/// [`Op`](crate::Op) is a closed enum, so that no operation can lack a rule; it stays so, because a custom operation is one
/// of its variants, [`Op::Custom`](crate::Op::Custom), which holds a place in the tape's table of such objects.
///
/// The derivative is written in [`Var`]s, like every built-in one; it can therefore itself be differentiated, and
/// [`check`](crate::check) accepts a custom operation like any other.
///
/// ```
/// use std::sync::Arc;
/// use unsup_autograd::{CustomOp, Matrix, Shape, Tape, Var, check::Check};
///
/// /// The swish of Ramachandran et al. (2017): y = x σ(x).
/// struct Swish;
///
/// impl CustomOp<f64> for Swish {
///     fn name(&self) -> &str {
///         "swish"
///     }
///     fn shape(&self, parents: &[Shape]) -> Result<Shape, String> {
///         Ok(parents[0])
///     }
///     fn value(&self, parents: &[&Matrix<f64>], out: &mut Matrix<f64>) {
///         for (y, &x) in out.as_mut_slice().iter_mut().zip(parents[0].as_slice()) {
///             *y = x / (1.0 + (-x).exp());
///         }
///     }
///     /// g (y + σ(x) (1 − y))
///     fn derivative<'t>(
///         &self,
///         parents: &[Var<'t, f64>],
///         y: Var<'t, f64>,
///         g: Var<'t, f64>,
///         _parent: usize,
///     ) -> Var<'t, f64> {
///         g * (y + parents[0].sigmoid() * (1.0 - y))
///     }
/// }
///
/// let x = Matrix::from_rows(&[[-1.0, 0.0, 2.0]]);
/// Check::new().run(&[x], |x| x[0].tape().custom(Arc::new(Swish), &[x[0]])).unwrap();
/// ```
pub trait CustomOp<T: Real>: Send + Sync {
    /// The name that error messages and a printed tape show.
    fn name(&self) -> &str;

    /// The shape of the result from those of the parents.
    ///
    /// # Errors
    /// Says why parents of such shapes, or so many, don't fit, shapes included; the operation then panics with the
    /// operation's name and this text.
    fn shape(&self, parents: &[Shape]) -> Result<Shape, String>;

    /// Writes the value into `out`, which has the result's shape; what it holds before is not to be read.
    fn value(&self, parents: &[&Matrix<T>], out: &mut Matrix<T>);

    /// What parent `parent` receives, of that parent's shape, where `y` is the result and `g` the gradient with respect
    /// to it; it is asked for only where the parent leads to a target.
    ///
    /// The `Var`s that the rule makes must not be kept: outside a recorded differentiation they end with the rule.
    fn derivative<'t>(
        &self,
        parents: &[Var<'t, T>],
        y: Var<'t, T>,
        g: Var<'t, T>,
        parent: usize,
    ) -> Var<'t, T>;
}

/// The tape's table of custom operations.
pub(crate) type Customs<T> = [Arc<dyn CustomOp<T>>];
