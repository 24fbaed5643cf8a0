//! An operation of your own, that the engine does not have: its value, its derivative, and a check of both.

use std::{f64::consts::FRAC_PI_2, sync::Arc};
use unsup_autograd::check::{Check, Failure};
use unsup_autograd::{CustomOp, Matrix, Shape, Var};

type Value<'t> = Var<'t, f64>;

/// y = sin x, whose derivative cos x is again a sine, shifted by π/2.
struct Sine;

impl CustomOp<f64> for Sine {
    fn name(&self) -> &str {
        "sine"
    }
    fn shape(&self, parents: &[Shape]) -> Result<Shape, String> {
        Ok(parents[0])
    }
    fn value(&self, parents: &[&Matrix<f64>], out: &mut Matrix<f64>) {
        *out = parents[0].map(f64::sin);
    }
    fn derivative<'t>(&self, x: &[Value<'t>], _: Value<'t>, g: Value<'t>, _: usize) -> Value<'t> {
        g * sine(x[0] + FRAC_PI_2)
    }
}

fn sine(x: Value<'_>) -> Value<'_> {
    x.tape().custom(Arc::new(Sine), &[x])
}

/// Checks the rule, to second order.
pub fn main() -> Result<(), Failure> {
    let report = Check::new().run(&[Matrix::from_rows(&[[0.3, -1.2]])], |x| sine(x[0]))?;
    println!("largest errors: {report:?}");
    assert!(report.first < 1e-8);
    Ok(())
}
