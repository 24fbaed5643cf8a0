//! A custom operation for tests of the engine around it: its value is its first operand, its rule is a closure.

use std::sync::Arc;
use unsup_autograd::{CustomOp, Matrix, Shape, Var};

struct PassThrough<R>(R);

impl<R> CustomOp<f64> for PassThrough<R>
where
    R: for<'t> Fn(&[Var<'t, f64>], Var<'t, f64>) -> Var<'t, f64> + Send + Sync,
{
    fn name(&self) -> &str {
        "pass_through"
    }

    fn shape(&self, parents: &[Shape]) -> Result<Shape, String> {
        Ok(parents[0])
    }

    fn value(&self, parents: &[&Matrix<f64>], out: &mut Matrix<f64>) {
        out.as_mut_slice().copy_from_slice(parents[0].as_slice());
    }

    fn derivative<'t>(
        &self,
        parents: &[Var<'t, f64>],
        _y: Var<'t, f64>,
        g: Var<'t, f64>,
        _parent: usize,
    ) -> Var<'t, f64> {
        (self.0)(parents, g)
    }
}

/// The operation whose rule gives `rule(parents, g)` to every parent that is asked for.
pub fn pass_through<R>(rule: R) -> Arc<dyn CustomOp<f64>>
where
    R: for<'t> Fn(&[Var<'t, f64>], Var<'t, f64>) -> Var<'t, f64> + Send + Sync + 'static,
{
    Arc::new(PassThrough(rule))
}
