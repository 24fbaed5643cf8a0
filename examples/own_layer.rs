//! A layer of your own: its parameters, its formula, and a check that the gradients are right.

use unsup_autograd::check::{Check, Failure};
use unsup_autograd::{Matrix, Real, Var};
use unsup_nn::{Param, module};

/// Root mean square normalisation (Zhang, Sennrich 2019): y = g x / √(mean of x² over features + ε).
struct RmsNorm<T: Real> {
    gain: Param<T>,
}
module!(RmsNorm { gain });

impl<T: Real> RmsNorm<T> {
    fn forward<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        let root = (x.square().row_means() + 1e-5).sqrt();
        x / root * self.gain.on(x.tape())
    }
}

/// Checks the layer by its input and its parameter, to second order.
pub fn main() -> Result<(), Failure> {
    let gain = Matrix::from_rows(&[[1.0, 0.5, 2.0]]);
    let layer = RmsNorm {
        gain: Param::new(gain.clone()),
    };
    let x = Matrix::from_rows(&[[0.5, -1.0, 2.0], [1.5, 0.3, -0.2]]);
    let report = Check::new().run(&[x, gain], |inputs| {
        // the parameter is what the check shifts
        let tape = inputs[0].tape();
        tape.bind_parameter(layer.gain.key(), inputs[1]);
        layer.forward(inputs[0])
    })?;
    let (first, second) = (report.first, report.second.expect("it was asked for"));
    println!("largest errors: {first:.0e} of first order, {second:.0e} of second");
    assert!(first < 1e-8 && second < 1e-6);
    Ok(())
}
