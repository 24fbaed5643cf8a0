//! The dense layer, its activations, and how its weights begin.

use crate::random::{generator, standard_normal};
use crate::{Param, module};
use rand::RngExt;
use unsup_autograd::{Matrix, Real, Var};

/// The function σ that a layer applies to each entry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Activation {
    /// x
    Identity,
    /// 1 / (1 + e⁻ˣ), in (0, 1)
    Sigmoid,
    /// tanh x, in (−1, 1)
    Tanh,
    /// max(x, 0)
    Relu,
    /// x where it is positive, else slope · x
    LeakyRelu {
        /// The slope on the negative side, usually 0.01 to 0.2.
        slope: f64,
    },
    /// ln (1 + eˣ), a smooth ReLU
    Softplus,
}

impl Activation {
    /// σ(x), entry by entry.
    pub fn apply<T: Real>(self, x: Var<'_, T>) -> Var<'_, T> {
        match self {
            Activation::Identity => x,
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Relu => x.relu(),
            Activation::LeakyRelu { slope } => x.leaky_relu(slope),
            Activation::Softplus => x.softplus(),
        }
    }

    /// The initialisation that keeps the variance of a layer with this activation: He's for the one-sided ones, Xavier's for
    /// the others.
    pub fn initialisation(self) -> Initialisation {
        match self {
            Activation::Relu | Activation::LeakyRelu { .. } | Activation::Softplus => {
                Initialisation::He
            }
            Activation::Identity | Activation::Sigmoid | Activation::Tanh => Initialisation::Xavier,
        }
    }
}

/// How the weights of a layer from `inputs` to `outputs` units begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Initialisation {
    /// Uniform on ±√(6 / (inputs + outputs)): Glorot, Bengio (2010), "Understanding the difficulty of training deep
    /// feedforward neural networks", eq. 16.
    Xavier,
    /// N(0, 2 / inputs): He, Zhang, Ren, Sun (2015), "Delving deep into rectifiers", eq. 10.
    He,
}

impl Initialisation {
    /// A matrix of `inputs` x `outputs`.
    pub fn sample<T: Real>(
        self,
        inputs: usize,
        outputs: usize,
        random: &mut impl rand::Rng,
    ) -> Matrix<T> {
        match self {
            Initialisation::Xavier => {
                let limit = (6.0 / (inputs + outputs) as f64).sqrt();
                Matrix::from_fn(inputs, outputs, |_, _| {
                    T::from_f64(random.random_range(-limit..limit))
                })
            }
            Initialisation::He => {
                let deviation = (2.0 / inputs as f64).sqrt();
                Matrix::from_fn(inputs, outputs, |_, _| {
                    T::from_f64(deviation * standard_normal(random))
                })
            }
        }
    }
}

/// A layer y = σ(x A + a) with A of inputs x outputs and one row of biases a.
///
/// (The lecture writes σ(Ax + a) for one object as a column; here objects are rows.)
#[derive(Clone, Debug)]
pub struct Dense<T: Real> {
    weight: Param<T>,
    bias: Param<T>,
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
        let weight = activation.initialisation().sample(inputs, outputs, random);
        Self {
            weight: Param::new(weight),
            bias: Param::new(Matrix::zeros(1, outputs)),
            activation,
        }
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
        let tape = x.tape();
        x.matmul(self.weight.on(tape)) + self.bias.on(tape)
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

    /// The biases a, 1 x outputs.
    pub fn bias(&self) -> &Param<T> {
        &self.bias
    }
}

/// Dense layers one after the other.
#[derive(Clone, Debug)]
pub struct Sequence<T: Real> {
    layers: Vec<Dense<T>>,
}

impl<T: Real> crate::Module<T> for Sequence<T> {
    fn visit(&self, path: crate::Path<'_>, visitor: &mut dyn FnMut(crate::Path<'_>, &Param<T>)) {
        self.layers.visit(path, visitor);
    }

    fn visit_mut(
        &mut self,
        path: crate::Path<'_>,
        visitor: &mut dyn FnMut(crate::Path<'_>, &mut Param<T>),
    ) {
        self.layers.visit_mut(path, visitor);
    }
}

impl<T: Real> Sequence<T> {
    /// Layers of the given widths, the first of which is the number of inputs: `hidden` after all but the last, `last` after
    /// that. The weights come from the generator of `purpose` under `seed`, one stream a layer.
    ///
    /// # Panics
    /// If there are fewer than two widths, or one is 0.
    #[track_caller]
    pub fn new(
        widths: &[usize],
        hidden: Activation,
        last: Activation,
        seed: u64,
        purpose: &str,
    ) -> Self {
        assert!(
            widths.len() >= 2,
            "sequence: needs the widths of inputs and outputs, got {widths:?}"
        );
        let layers = widths.windows(2).enumerate().map(|(i, pair)| {
            let activation = if i + 2 == widths.len() { last } else { hidden };
            let mut random = generator(seed, purpose, i as u64);
            Dense::new(pair[0], pair[1], activation, &mut random)
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// The last layer's result, for x of objects x inputs.
    ///
    /// # Panics
    /// If x has another number of columns than the first layer has inputs.
    #[track_caller]
    pub fn forward<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        let mut x = x;
        for layer in &self.layers {
            x = layer.forward(x); // (in a closure a wrong shape would be shown here, not at the caller)
        }
        x
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Dense<T>] {
        &self.layers
    }

    /// How many columns the first layer takes.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// How many columns the last layer gives.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Module;
    use unsup_autograd::Tape;

    #[test]
    fn a_layer_is_its_formula() {
        let mut random = generator(0, "test", 0);
        let mut layer = Dense::<f64>::new(2, 1, Activation::Tanh, &mut random);
        layer.weight.set(Matrix::from_rows(&[[2.0], [-1.0]]));
        layer.bias.set(Matrix::scalar(0.5));
        let tape = Tape::new();
        let y = layer.forward(tape.leaf(Matrix::from_rows(&[[1.0, 1.0], [0.0, 3.0]])));
        assert_eq!(
            *y.value(),
            Matrix::from_rows(&[[1.5f64.tanh()], [(-2.5f64).tanh()]])
        );
    }

    #[test]
    fn parameters_are_named_in_order() {
        let net = Sequence::<f32>::new(&[4, 3, 2], Activation::Relu, Activation::Identity, 0, "w");
        assert_eq!(
            net.parameter_names(),
            ["0.weight", "0.bias", "1.weight", "1.bias"]
        );
        assert_eq!(net.parameter_count(), 4 * 3 + 3 + 3 * 2 + 2);
    }

    #[test]
    fn weights_depend_on_seed_purpose_and_layer() {
        let weights = |seed, purpose| {
            let net = Sequence::<f64>::new(
                &[3, 3, 3],
                Activation::Tanh,
                Activation::Tanh,
                seed,
                purpose,
            );
            net.layers()
                .iter()
                .map(|layer| layer.weight().value().clone())
                .collect::<Vec<_>>()
        };
        let base = weights(0, "encoder");
        assert_eq!(base, weights(0, "encoder"));
        assert_ne!(base[0], base[1]);
        assert_ne!(base, weights(1, "encoder"));
        assert_ne!(base, weights(0, "decoder"));
    }

    #[test]
    fn initial_weights_have_the_published_variance() {
        let mut random = generator(0, "test", 0);
        let variance = |matrix: Matrix<f64>| {
            let sum: f64 = matrix.as_slice().iter().map(|x| x * x).sum();
            sum / matrix.shape().len() as f64
        };
        // a uniform variable on ±c has variance c²/3
        let xavier = variance(Initialisation::Xavier.sample(200, 100, &mut random));
        assert!((xavier / (2.0 / 300.0) - 1.0).abs() < 0.03, "{xavier}");
        let he = variance(Initialisation::He.sample(200, 100, &mut random));
        assert!((he / (2.0 / 200.0) - 1.0).abs() < 0.04, "{he}");
    }
}
