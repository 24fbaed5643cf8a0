//! Layers that use the weights of another, transposed.
//!
//! A matrix that two layers share is owned by one of them, which shows it to optimisers and files, and lent to the
//! other at each use: so there is one gradient, in which both uses add up, and one matrix to save.

use super::{Activation, Dense, Sequence};
use crate::{Param, module};
use unsup_autograd::{Matrix, Real, Var};

/// A layer x̂ = σ(z Aᵀ + b) with the weights A of another layer and biases b of its own, or none.
///
/// ```
/// use unsup_autograd::{Matrix, Tape, random::generator};
/// use unsup_nn::{Activation, Dense, Tied};
///
/// let encoder = Dense::<f32>::new(5, 2, Activation::Sigmoid, &mut generator(0, "weights", 0));
/// let decoder = Tied::to(&encoder, Activation::Identity);
/// let tape = Tape::new();
/// let x = tape.leaf(Matrix::zeros(3, 5));
/// let reconstruction = decoder.forward(encoder.forward(x), &encoder);
/// assert_eq!(reconstruction.shape(), x.shape());
/// ```
#[derive(Clone, Debug)]
pub struct Tied<T: Real> {
    bias: Option<Param<T>>,
    activation: Activation,
}
module!(Tied { bias });

impl<T: Real> Tied<T> {
    /// A layer back from the outputs of `layer` to its inputs, biases 0.
    pub fn to(layer: &Dense<T>, activation: Activation) -> Self {
        Self {
            bias: Some(Param::new(Matrix::zeros(1, layer.inputs()))),
            activation,
        }
    }

    /// The same layer without biases: σ(z Aᵀ).
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// σ(z Aᵀ + b) with the A of `layer`, for z of objects x outputs of that layer.
    ///
    /// # Panics
    /// If z has another number of columns, or `layer` another number of inputs than that to which this one was tied.
    #[track_caller]
    pub fn forward<'t>(&self, z: Var<'t, T>, layer: &Dense<T>) -> Var<'t, T> {
        self.activation.apply(self.logits(z, layer))
    }

    /// z Aᵀ + b, before the activation.
    ///
    /// # Panics
    /// As [`Tied::forward`].
    #[track_caller]
    pub fn logits<'t>(&self, z: Var<'t, T>, layer: &Dense<T>) -> Var<'t, T> {
        let weight = layer.weight().on(z.tape());
        match &self.bias {
            Some(bias) => z.affine_nt(weight, bias.on(z.tape())),
            None => z.matmul_nt(weight),
        }
    }

    /// The biases b, 1 x inputs of the other layer; `None` where the layer has none.
    pub fn bias(&self) -> Option<&Param<T>> {
        self.bias.as_ref()
    }

    /// σ
    pub fn activation(&self) -> Activation {
        self.activation
    }
}

/// A decoder whose weights are those of an encoder, transposed and in reverse: a [`Tied`] layer for each of its dense
/// ones.
#[derive(Clone, Debug)]
pub struct Mirror<T: Real> {
    layers: Vec<Tied<T>>,
}

impl<T: Real> crate::Module<T> for Mirror<T> {
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

impl<T: Real> Mirror<T> {
    /// The mirror of `encoder`: `hidden` after all layers but the last, `last` after that.
    pub fn of(encoder: &Sequence<T>, hidden: Activation, last: Activation) -> Self {
        let mut layers: Vec<Tied<T>> = encoder
            .dense_layers()
            .map(|layer| Tied::to(layer, hidden))
            .collect();
        layers[0].activation = last;
        layers.reverse();
        Self { layers }
    }

    /// These layers, first to last: each tied to its fellow in an encoder, whose last layer is the first one's.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn of_layers(layers: Vec<Tied<T>>) -> Self {
        assert!(!layers.is_empty(), "mirror: there are no layers");
        Self { layers }
    }

    /// The same layers without biases.
    pub fn without_bias(self) -> Self {
        let layers = self.layers.into_iter().map(Tied::without_bias);
        Self {
            layers: layers.collect(),
        }
    }

    /// The last layer's result, for z of objects x outputs of the encoder, with the weights of `encoder`.
    ///
    /// # Panics
    /// If z has another number of columns, or `encoder` other layers than that of which this is the mirror.
    #[track_caller]
    pub fn forward<'t>(&self, z: Var<'t, T>, encoder: &Sequence<T>) -> Var<'t, T> {
        self.activation().apply(self.logits(z, encoder))
    }

    /// [`Mirror::forward`] but for the last layer's activation: what losses from logits take.
    ///
    /// # Panics
    /// As [`Mirror::forward`].
    #[track_caller]
    pub fn logits<'t>(&self, z: Var<'t, T>, encoder: &Sequence<T>) -> Var<'t, T> {
        let dense = encoder.dense_layers().count();
        assert!(
            dense == self.layers.len(),
            "mirror: the encoder has {dense} dense layers, its mirror {}",
            self.layers.len()
        );
        let mut x = z;
        let last = self.layers.len() - 1;
        let pairs = self.layers.iter().zip(encoder.dense_layers().rev());
        for (i, (tied, layer)) in pairs.enumerate() {
            x = if i == last {
                tied.logits(x, layer)
            } else {
                tied.forward(x, layer)
            };
        }
        x
    }

    /// What the last layer applies.
    pub fn activation(&self) -> Activation {
        let last = self.layers.last();
        last.expect("an encoder has a dense layer").activation
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Tied<T>] {
        &self.layers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Module;
    use unsup_autograd::Tape;
    use unsup_autograd::random::generator;

    #[test]
    fn a_tied_layer_is_its_formula_and_both_uses_add_up_in_one_gradient() {
        let mut random = generator(0, "test", 0);
        let encoder = Dense::<f64>::new(3, 2, Activation::Tanh, &mut random);
        let decoder = Tied::to(&encoder, Activation::Sigmoid);
        let x = Matrix::from_rows(&[[0.3, -0.2, 1.0], [0.7, 0.1, -0.4]]);

        let tape = Tape::new();
        let input = tape.leaf(x.clone());
        let output = decoder.forward(encoder.forward(input), &encoder);
        let gradients = output.square().sum().backward([encoder.weight().on(&tape)]);
        let shared = gradients.parameter(encoder.weight().key()).unwrap();

        // the same written out with two matrices, of which one is the other's transpose
        let other = Tape::new();
        let a = other.leaf(encoder.weight().value().clone());
        let b = other.leaf(encoder.weight().value().transpose());
        let expected = other.leaf(x).matmul(a).tanh().matmul(b).sigmoid();
        assert_eq!(*output.value(), *expected.value());
        let apart = expected.square().sum().backward([a, b]);
        let sum = Matrix::from_fn(3, 2, |i, j| apart[a][(i, j)] + apart[b][(j, i)]);
        assert!(shared.is_close(&sum, 1e-14));
    }

    #[test]
    fn a_mirror_goes_back_through_the_encoder_and_owns_its_biases_alone() {
        let widths = [6, 4, 2];
        let encoder = Sequence::<f64>::new(&widths, Activation::Tanh, Activation::Identity, 0, "e")
            .with_dropout(0.5, "dropout");
        let mirror = Mirror::of(&encoder, Activation::Tanh, Activation::Sigmoid);
        assert_eq!(mirror.parameter_names(), ["0.bias", "1.bias"]);
        assert_eq!(mirror.parameter_count(), 4 + 6);
        let tape = Tape::new();
        let z = tape.leaf(Matrix::from_rows(&[[0.5, -1.0]]));
        let weights: Vec<_> = encoder
            .dense_layers()
            .map(|layer| layer.weight().on(&tape))
            .collect();
        let expected = z
            .matmul_nt(weights[1])
            .tanh()
            .matmul_nt(weights[0])
            .sigmoid();
        assert_eq!(*mirror.forward(z, &encoder).value(), *expected.value());
    }

    #[test]
    #[should_panic(expected = "mirror: the encoder has 1 dense layers, its mirror 2")]
    fn another_encoder_s_mirror_is_refused() {
        let sequence = |widths: &[usize]| {
            Sequence::<f64>::new(widths, Activation::Tanh, Activation::Identity, 0, "e")
        };
        let mirror = Mirror::of(
            &sequence(&[3, 2, 1]),
            Activation::Tanh,
            Activation::Identity,
        );
        let tape = Tape::new();
        mirror.forward(tape.filled(1, 1, 0.0), &sequence(&[3, 1]));
    }
}
