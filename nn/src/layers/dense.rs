//! The dense layer.

use super::Activation;
use crate::{Initialisation, Param, module};
use unsup_autograd::{Matrix, Real, Var};

/// A layer y = σ(x A + a) with A of inputs x outputs and one row of biases a, or none.
///
/// (The lecture writes σ(Ax + a) for one object as a column; here objects are rows.)
///
/// ```
/// use unsup_autograd::{Matrix, Tape, random::generator};
/// use unsup_nn::{Activation, Dense, Module};
///
/// let layer = Dense::<f32>::new(4, 3, Activation::Tanh, &mut generator(0, "weights", 0));
/// assert_eq!(layer.parameter_count(), 4 * 3 + 3);
/// let tape = Tape::new();
/// let x = tape.leaf(Matrix::zeros(10, 4));
/// assert_eq!(layer.forward(x).shape().to_string(), "10x3");
/// ```
#[derive(Clone, Debug)]
pub struct Dense<T: Real> {
    weight: Param<T>,
    bias: Option<Param<T>>,
    activation: Activation,
}
module!(Dense { weight, bias });

impl<T: Real> Dense<T> {
    /// A layer with the weights that suit its activation and biases 0.
    ///
    /// # Panics
    /// If `inputs` or `outputs` is 0.
    #[track_caller]
    pub fn new(
        inputs: usize,
        outputs: usize,
        activation: Activation,
        random: &mut impl rand::Rng,
    ) -> Self {
        let how = activation.initialisation();
        Self::of(how.sample(inputs, outputs, random), activation)
    }

    /// A layer with these weights (inputs x outputs) and biases 0: begun by an [`Initialisation`] of choice, or
    /// computed.
    pub fn of(weight: Matrix<T>, activation: Activation) -> Self {
        Self {
            bias: Some(Param::new(Matrix::zeros(1, weight.columns()))),
            weight: Param::new(weight),
            activation,
        }
    }

    /// The same layer without biases: σ(x A).
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// The same layer, its weights begun anew in another way.
    ///
    /// # Panics
    /// As [`Initialisation::sample`].
    #[track_caller]
    pub fn initialised(mut self, how: Initialisation, random: &mut impl rand::Rng) -> Self {
        self.weight
            .set(how.sample(self.inputs(), self.outputs(), random));
        self
    }

    /// σ(x A + a), for x of objects x inputs.
    ///
    /// # Panics
    /// If x has another number of columns.
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        self.activation.apply(self.logits(x))
    }

    /// x A + a, before the activation.
    ///
    /// # Panics
    /// If x has another number of columns than the layer has inputs.
    #[track_caller]
    pub fn logits<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        let weight = self.weight.on(x.tape());
        match &self.bias {
            Some(bias) => x.affine(weight, bias.on(x.tape())),
            None => x.matmul(weight),
        }
    }

    /// How many columns it takes.
    pub fn inputs(&self) -> usize {
        self.weight.value().rows()
    }

    /// How many columns it gives.
    pub fn outputs(&self) -> usize {
        self.weight.value().columns()
    }

    /// The weights A, inputs x outputs.
    pub fn weight(&self) -> &Param<T> {
        &self.weight
    }

    /// The weights A, to be changed.
    pub fn weight_mut(&mut self) -> &mut Param<T> {
        &mut self.weight
    }

    /// The biases a, 1 x outputs; `None` where the layer has none.
    pub fn bias(&self) -> Option<&Param<T>> {
        self.bias.as_ref()
    }

    /// The biases a, to be changed.
    pub fn bias_mut(&mut self) -> Option<&mut Param<T>> {
        self.bias.as_mut()
    }

    /// σ
    pub fn activation(&self) -> Activation {
        self.activation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Module;
    use unsup_autograd::Tape;
    use unsup_autograd::random::generator;

    #[test]
    fn a_layer_is_its_formula() {
        let weight = Matrix::from_rows(&[[2.0], [-1.0]]);
        let mut layer = Dense::<f64>::of(weight, Activation::Tanh);
        layer.bias_mut().unwrap().set(Matrix::scalar(0.5));
        let x = Matrix::from_rows(&[[1.0, 1.0], [0.0, 3.0]]);
        let forward = |layer: &Dense<f64>| {
            let tape = Tape::new();
            (*layer.forward(tape.leaf(x.clone())).value()).clone()
        };
        let expected = Matrix::from_rows(&[[1.5f64.tanh()], [(-2.5f64).tanh()]]);
        assert_eq!(forward(&layer), expected);
        let layer = layer.without_bias();
        let expected = Matrix::from_rows(&[[1f64.tanh()], [(-3f64).tanh()]]);
        assert_eq!(forward(&layer), expected);
        assert_eq!(layer.parameter_names(), ["weight"]);
    }

    #[test]
    fn weights_begin_as_asked() {
        let mut random = generator(0, "test", 0);
        let layer = Dense::<f64>::new(3, 2, Activation::Relu, &mut random);
        let layer = layer.initialised(Initialisation::Uniform { limit: 0.0 }, &mut random);
        assert_eq!(layer.weight().value(), &Matrix::zeros(3, 2));
    }
}
