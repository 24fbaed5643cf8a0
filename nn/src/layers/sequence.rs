//! Layers one after the other.

use super::{Activation, Dense, Dropout};
use crate::train::Batch;
use crate::{Module, Param, Path};
use unsup_autograd::random::generator;
use unsup_autograd::{Real, Var};

/// A layer of a [`Sequence`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Layer<T: Real> {
    /// σ(x A + a)
    Dense(Dense<T>),
    /// Entries set to 0 at random in training.
    Dropout(Dropout),
}

impl<T: Real> From<Dense<T>> for Layer<T> {
    fn from(layer: Dense<T>) -> Self {
        Layer::Dense(layer)
    }
}

impl<T: Real> From<Dropout> for Layer<T> {
    fn from(layer: Dropout) -> Self {
        Layer::Dropout(layer)
    }
}

impl<T: Real> Module<T> for Layer<T> {
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>)) {
        match self {
            Layer::Dense(layer) => layer.visit(path, visitor),
            Layer::Dropout(_) => {}
        }
    }

    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>)) {
        match self {
            Layer::Dense(layer) => layer.visit_mut(path, visitor),
            Layer::Dropout(_) => {}
        }
    }
}

/// Layers one after the other. A parameter is named by its layer's place: "0.weight", "0.bias", "1.weight".
///
/// ```
/// use unsup_autograd::{Matrix, Tape, random::generator};
/// use unsup_nn::{Activation, Dense, Dropout, Module, Sequence};
///
/// // 64-100-10 with ReLU between
/// let net = Sequence::<f32>::new(&[64, 100, 10], Activation::Relu, Activation::Identity, 0, "net");
///
/// // the same put together by hand, and with dropout between
/// let first = Dense::new(64, 100, Activation::Relu, &mut generator(0, "net", 0));
/// let last = Dense::new(100, 10, Activation::Identity, &mut generator(0, "net", 1));
/// let by_hand = Sequence::of([first.into(), Dropout::new(0.5, "dropout").into(), last.into()]);
///
/// let x = Matrix::filled(2, 64, 0.5);
/// let tape = Tape::new();
/// let (a, b) = (net.evaluate(tape.leaf(x.clone())), by_hand.evaluate(tape.leaf(x)));
/// assert_eq!(a.value(), b.value()); // dropout drops in training alone
/// assert_eq!(by_hand.parameter_names(), ["0.weight", "0.bias", "2.weight", "2.bias"]);
/// ```
#[derive(Clone, Debug)]
pub struct Sequence<T: Real> {
    layers: Vec<Layer<T>>,
}

impl<T: Real> Module<T> for Sequence<T> {
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>)) {
        self.layers.visit(path, visitor);
    }

    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>)) {
        self.layers.visit_mut(path, visitor);
    }
}

impl<T: Real> Sequence<T> {
    /// Dense layers of the given widths, the first of which is the number of inputs: `hidden` after all but the last,
    /// `last` after that. The weights come from the generator of `purpose` under `seed`, one stream a layer.
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
            Layer::Dense(Dense::new(pair[0], pair[1], activation, &mut random))
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// These layers.
    ///
    /// # Panics
    /// If none of them is dense, or one does not take what the one before it gives.
    #[track_caller]
    pub fn of(layers: impl IntoIterator<Item = Layer<T>>) -> Self {
        let sequence = Self {
            layers: layers.into_iter().collect(),
        };
        assert!(
            sequence.dense_layers().next().is_some(),
            "sequence: none of the layers is dense"
        );
        let pairs = sequence.dense_layers().zip(sequence.dense_layers().skip(1));
        for (i, (layer, next)) in pairs.enumerate() {
            assert!(
                layer.outputs() == next.inputs(),
                "sequence: dense layer {i} gives {} columns, the next takes {}",
                layer.outputs(),
                next.inputs()
            );
        }
        sequence
    }

    /// The same with dropout after each dense layer but the last, each with a stream of its own: of "encoder" the
    /// purposes are "encoder 1", "encoder 3", ..., by the layer's place. Two networks of one model need two purposes.
    ///
    /// # Panics
    /// If the probability is not in \[0, 1).
    #[track_caller]
    pub fn with_dropout(self, probability: f64, purpose: &str) -> Self {
        let mut left = self.dense_layers().count();
        let mut layers = Vec::new();
        for layer in self.layers {
            let dense = matches!(layer, Layer::Dense(_));
            layers.push(layer);
            if dense {
                left -= 1;
                if left > 0 {
                    let purpose = format!("{purpose} {}", layers.len());
                    layers.push(Dropout::new(probability, purpose).into());
                }
            }
        }
        Self { layers }
    }

    /// The same layers without biases.
    pub fn without_biases(self) -> Self {
        let layers = self.layers.into_iter().map(|layer| match layer {
            Layer::Dense(layer) => Layer::Dense(layer.without_bias()),
            Layer::Dropout(layer) => Layer::Dropout(layer),
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// The same layers with new random weights, as [`Sequence::new`] draws them, all of them trainable: the control to
    /// which what was learned is compared.
    pub fn redrawn(&self, seed: u64, purpose: &str) -> Self {
        let mut dense = 0;
        let layers = self.layers.iter().map(|layer| match layer {
            Layer::Dense(layer) => {
                let mut random = generator(seed, purpose, dense);
                dense += 1;
                let (inputs, outputs) = (layer.inputs(), layer.outputs());
                let drawn = Dense::new(inputs, outputs, layer.activation(), &mut random);
                Layer::Dense(match layer.bias() {
                    Some(_) => drawn,
                    None => drawn.without_bias(),
                })
            }
            Layer::Dropout(layer) => Layer::Dropout(layer.clone()),
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// The last layer's result without dropout, for x of objects x inputs: what the network says once it is trained. A
    /// criterion takes [`Sequence::forward`].
    ///
    /// # Panics
    /// If x has another number of columns than the first layer has inputs.
    #[track_caller]
    pub fn evaluate<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        let mut x = x;
        for layer in self.dense_layers() {
            x = layer.forward(x); // (in a closure a wrong shape would be shown here, not at the caller)
        }
        x
    }

    /// The last layer's result at a step: in training with dropout, in evaluation as [`Sequence::evaluate`].
    ///
    /// # Panics
    /// If x has another number of columns than the first layer has inputs.
    #[track_caller]
    pub fn forward<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mut x = x;
        for layer in &self.layers {
            x = match layer {
                Layer::Dense(layer) => layer.forward(x),
                Layer::Dropout(layer) => layer.forward(batch, x),
            };
        }
        x
    }

    /// [`Sequence::forward`] but for the activation of the last dense layer: what losses from logits take.
    ///
    /// # Panics
    /// If x has another number of columns than the first layer has inputs.
    #[track_caller]
    pub fn logits<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>) -> Var<'t, T> {
        let mut left = self.dense_layers().count();
        let mut x = x;
        for layer in &self.layers {
            x = match layer {
                Layer::Dense(layer) => {
                    left -= 1;
                    if left == 0 {
                        layer.logits(x)
                    } else {
                        layer.forward(x)
                    }
                }
                Layer::Dropout(layer) => layer.forward(batch, x),
            };
        }
        x
    }

    /// What the last dense layer applies.
    pub fn activation(&self) -> Activation {
        let last = self.dense_layers().next_back();
        last.expect("a sequence has a dense layer").activation()
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer<T>] {
        &self.layers
    }

    /// The dense ones among the layers, first to last.
    pub fn dense_layers(&self) -> impl DoubleEndedIterator<Item = &Dense<T>> + Clone {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Dense(layer) => Some(layer),
            Layer::Dropout(_) => None,
        })
    }

    /// The dense ones among the layers, to be changed.
    pub fn dense_layers_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Dense<T>> {
        self.layers.iter_mut().filter_map(|layer| match layer {
            Layer::Dense(layer) => Some(layer),
            Layer::Dropout(_) => None,
        })
    }

    /// How many columns the first layer takes.
    pub fn inputs(&self) -> usize {
        let first = self.dense_layers().next();
        first.expect("a sequence has a dense layer").inputs()
    }

    /// How many columns the last layer gives.
    pub fn outputs(&self) -> usize {
        let last = self.dense_layers().next_back();
        last.expect("a sequence has a dense layer").outputs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_autograd::{Matrix, Tape};

    fn tanh(widths: &[usize], seed: u64, purpose: &str) -> Sequence<f64> {
        Sequence::new(widths, Activation::Tanh, Activation::Tanh, seed, purpose)
    }

    #[test]
    fn parameters_are_named_in_order() {
        let net = tanh(&[4, 3, 2], 0, "w");
        let names = ["0.weight", "0.bias", "1.weight", "1.bias"];
        assert_eq!(net.parameter_names(), names);
        assert_eq!(net.parameter_count(), 4 * 3 + 3 + 3 * 2 + 2);
    }

    #[test]
    fn weights_depend_on_seed_purpose_and_layer() {
        let weights = |seed, purpose| {
            let net = tanh(&[3, 3, 3], seed, purpose);
            let weights = net
                .dense_layers()
                .map(|layer| layer.weight().value().clone());
            weights.collect::<Vec<_>>()
        };
        let base = weights(0, "encoder");
        assert_eq!(base, weights(0, "encoder"));
        assert_ne!(base[0], base[1]);
        assert_ne!(base, weights(1, "encoder"));
        assert_ne!(base, weights(0, "decoder"));
    }

    #[test]
    fn redrawn_layers_are_those_of_a_new_network_and_trainable() {
        let mut net = tanh(&[4, 3, 2], 0, "w").without_biases();
        net.freeze("");
        let redrawn = net.redrawn(7, "control");
        let fresh = tanh(&[4, 3, 2], 7, "control").without_biases();
        assert_eq!(redrawn.parameter_names(), fresh.parameter_names());
        assert_eq!(redrawn.trainable_count(), 4 * 3 + 3 * 2);
        let pairs = redrawn.dense_layers().zip(fresh.dense_layers());
        for (a, b) in pairs {
            assert_eq!(a.weight().value(), b.weight().value());
            assert_eq!(a.activation(), b.activation());
        }
        let dropped = tanh(&[4, 4, 4], 0, "w").with_dropout(0.5, "d");
        assert_eq!(dropped.redrawn(1, "c").layers().len(), 3);
    }

    #[test]
    fn dropout_lies_between_the_dense_layers_with_a_mask_for_each() {
        let net = tanh(&[4, 4, 4, 4], 0, "w").with_dropout(0.5, "dropout");
        let kinds: Vec<bool> = net
            .layers()
            .iter()
            .map(|layer| matches!(layer, Layer::Dropout(_)))
            .collect();
        assert_eq!(kinds, [false, true, false, true, false]);
        assert_eq!((net.inputs(), net.outputs()), (4, 4));

        let tape = Tape::new();
        let x = tape.leaf(Matrix::filled(50, 4, 0.3));
        let training = Batch::new(&tape, &[0], 0, 1);
        let dropped = net.forward(&training, x);
        assert_ne!(*dropped.value(), *net.evaluate(x).value());
        let evaluation = Batch::evaluation(&tape, &[0], 0, 1);
        assert_eq!(
            *net.forward(&evaluation, x).value(),
            *net.evaluate(x).value()
        );

        let masks: Vec<_> = net
            .layers()
            .iter()
            .filter_map(|layer| match layer {
                Layer::Dropout(layer) => Some(layer.forward(&training, x).value()),
                Layer::Dense(_) => None,
            })
            .collect();
        assert_ne!(masks[0], masks[1]);
    }

    #[test]
    #[should_panic(expected = "sequence: dense layer 0 gives 3 columns, the next takes 4")]
    fn layers_that_do_not_fit_are_refused() {
        let layer = |inputs, outputs| {
            Layer::from(Dense::of(
                Matrix::<f64>::zeros(inputs, outputs),
                Activation::Tanh,
            ))
        };
        Sequence::of([layer(2, 3), layer(4, 1)]);
    }

    #[test]
    #[should_panic(expected = "affine: inner dimensions differ: 5x2 by 3x3")]
    fn objects_of_another_width_are_refused_at_the_call() {
        let tape = Tape::new();
        tanh(&[3, 3], 0, "w").evaluate(tape.filled(5, 2, 0.0));
    }
}
