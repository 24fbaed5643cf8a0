//! Self-supervision: codes from images alone, by asking how two fragments of one image lie to each other.
//!
//! **Given** images without answers. **Find** an encoder z = f(x, α) of fragments of an image, such that from the codes of
//! two of them a head g(z, z′, β) tells which of its eight neighbours the second is to the first:
//!
//! ```text
//! Σᵢ L(g(f(xᵢ, α), f(x′ᵢ, α), β), kᵢ)  →  min over α, β
//! ```
//!
//! f is one and the same for both, k ∈ {1 … 8}, and L is the cross-entropy. The answers cost nothing: whoever cuts the
//! fragments knows them. To tell what lies where, f has to see what the parts of an image are like, and that is then of
//! use to other tasks ([`pretraining`](super::pretraining)).
//!
//! Between the fragments is a gap, and they may be shifted a little (jitter): of photographs the paper found that fragments
//! that touch are told to be neighbours by lines that go on from one to the other, without any look at what they show. (On
//! digits of 8x8 pixels that is not so: without the gap fewer positions are told.) In photographs colours betray the place
//! in the lens too, so the paper keeps one channel; here channels are kept as they come, and dropping some is the
//! caller's.
//!
//! Source: Doersch, Gupta, Efros (2015), "Unsupervised visual representation learning by context prediction".
//!
//! ```
//! use std::ops::ControlFlow;
//! use unsup_models::in_sequence::self_supervised::{Architecture, Fragments, RelativePosition};
//! use unsup_models::{Matrix, Training};
//!
//! // images of 8x8 that grow lighter to the right and downwards, each with a light of its own
//! let images = Matrix::from_fn(50, 64, |i, p| (p % 8) as f32 * 0.3 + (p / 8) as f32 * 0.1 + (i as f32).sin());
//! let fragments = Fragments { height: 8, width: 8, channels: 1, side: 2, gap: 1, jitter: 0 };
//! let pairs = fragments.draw(&images, 400, 0);
//! let mut model = RelativePosition::new(&fragments, &Architecture::default());
//! let training = Training { epochs: 60, rate: 0.005, ..Training::default() };
//! model.fit(&pairs, &training, |_| ControlFlow::Continue(())).unwrap();
//! assert!(model.accuracy(&pairs) > 0.9);
//! let codes = fragments.codes_of_images(model.encoder(), &images); // of nine fragments each
//! assert_eq!(codes.columns(), 9 * 32);
//! ```

use crate::predictor::most_probable;
use crate::{Matrix, Training, apply};
use std::ops::ControlFlow;
use unsup_autograd::random::{generator, uniform_below};
use unsup_autograd::{Real, Var};
use unsup_nn::classical::accuracy;
use unsup_nn::train::{Batch, Criterion, Epoch, History, Term, Terms, TrainError, fit, smallvec};
use unsup_nn::{Activation, Sequence, loss, module};

/// The eight neighbours, as steps down and to the right, in the order of reading.
pub const POSITIONS: [(isize, isize); 8] = [
    (-1, -1),
    (-1, 0),
    (-1, 1),
    (0, -1),
    (0, 1),
    (1, -1),
    (1, 0),
    (1, 1),
];

/// How fragments are cut from images, whose rows are height x width x channels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fragments {
    /// Rows of pixels of an image.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Numbers of a pixel.
    pub channels: usize,
    /// Pixels of a side of a fragment.
    pub side: usize,
    /// Pixels between a fragment and its neighbour.
    pub gap: usize,
    /// By up to how many pixels a neighbour is shifted, either way each way; never beyond the image.
    pub jitter: usize,
}

/// The upper left pixel of a fragment: from the top, and from the left.
pub type Place = (usize, usize);

/// Pairs of fragments and how they lie.
#[derive(Clone, PartialEq, Debug)]
pub struct Pairs<T: Real> {
    /// x, the first fragments: pairs x (side · side · channels).
    pub first: Matrix<T>,
    /// x′, the second ones.
    pub second: Matrix<T>,
    /// k, which of the [`POSITIONS`] the second has, from 0.
    pub positions: Vec<usize>,
    /// Of which image they are.
    pub images: Vec<usize>,
    /// Where the two lie in it.
    pub places: Vec<[Place; 2]>,
}

impl Fragments {
    /// From one fragment to the next.
    fn stride(&self) -> usize {
        self.side + self.gap
    }

    /// How many numbers a fragment has.
    pub fn values(&self) -> usize {
        self.side * self.side * self.channels
    }

    /// Pairs from images drawn at random: the first fragment anywhere such that all its neighbours lie in the image,
    /// the second one of these.
    ///
    /// # Panics
    /// If three fragments and two gaps do not fit into an image, there is no image, or its rows have not height x width
    /// x channels numbers.
    #[track_caller]
    pub fn draw<T: Real>(&self, images: &Matrix<T>, pairs: usize, seed: u64) -> Pairs<T> {
        self.check(images);
        let mut random = generator(seed, "fragments", 0);
        let stride = self.stride();
        let (mut positions, mut of_images, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..pairs {
            of_images.push(uniform_below(images.rows(), &mut random));
            let mut anywhere = |length: usize| {
                let room = length - 2 * stride - self.side; // beside three fragments and two gaps
                stride + uniform_below(room + 1, &mut random)
            };
            let first = (anywhere(self.height), anywhere(self.width));
            let position = uniform_below(POSITIONS.len(), &mut random);
            let (down, right) = POSITIONS[position];
            let mut beside = |from: usize, step: isize, length: usize| {
                let jitter = self.jitter as isize;
                let shift = uniform_below(2 * self.jitter + 1, &mut random) as isize - jitter;
                let place = from as isize + step * stride as isize + shift;
                place.clamp(0, (length - self.side) as isize) as usize
            };
            let second = (
                beside(first.0, down, self.height),
                beside(first.1, right, self.width),
            );
            positions.push(position);
            places.push([first, second]);
        }
        let cut = |which: usize| {
            let rows: Vec<Vec<T>> = of_images
                .iter()
                .zip(&places)
                .map(|(&image, places)| self.cut(images.row(image), places[which]))
                .collect();
            Matrix::from_rows(&rows)
        };
        Pairs {
            first: cut(0),
            second: cut(1),
            positions,
            images: of_images,
            places,
        }
    }

    /// The fragment at a place of an image.
    fn cut<T: Real>(&self, image: &[T], (top, left): Place) -> Vec<T> {
        let across = self.side * self.channels;
        let rows = (top..top + self.side).map(|row| (row * self.width + left) * self.channels);
        rows.flat_map(|start| image[start..start + across].iter().copied())
            .collect()
    }

    /// The places of all fragments that lie in an image side by side with their gaps.
    pub fn grid(&self) -> Vec<Place> {
        let along = |length: usize| (0..=length.saturating_sub(self.side)).step_by(self.stride());
        along(self.height)
            .flat_map(|top| along(self.width).map(move |left| (top, left)))
            .collect()
    }

    /// Codes of whole images: the codes of the fragments of the [grid](Fragments::grid), one after the other; images x
    /// (fragments · code).
    ///
    /// # Panics
    /// As [`Fragments::draw`], and if the encoder does not take fragments.
    #[track_caller]
    pub fn codes_of_images<T: Real>(&self, encoder: &Sequence<T>, images: &Matrix<T>) -> Matrix<T> {
        self.check(images);
        let grid = self.grid();
        let rows: Vec<Vec<T>> = images
            .row_iter()
            .flat_map(|image| grid.iter().map(|&place| self.cut(image, place)))
            .collect();
        let codes = apply(
            "encode",
            encoder.inputs(),
            &Matrix::from_rows(&rows),
            |_, x| encoder.evaluate(x),
        );
        Matrix::from_vec(
            images.rows(),
            grid.len() * encoder.outputs(),
            codes.into_vec(),
        )
    }

    #[track_caller]
    fn check<T: Real>(&self, images: &Matrix<T>) {
        let Self {
            height,
            width,
            channels,
            side,
            gap,
            ..
        } = *self;
        let needed = 3 * side + 2 * gap;
        assert!(
            side > 0 && needed <= height.min(width),
            "fragments: three of {side} pixels and two gaps of {gap} need {needed}, an image has {height}x{width}"
        );
        assert!(
            images.rows() > 0 && images.columns() == height * width * channels,
            "fragments: images of {height}x{width}x{channels} from a matrix of {}",
            images.shape()
        );
    }
}

/// An encoder of fragments, and a head on the codes of two.
#[derive(Clone, Debug)]
pub struct RelativePosition<T: Real> {
    encoder: Sequence<T>,
    head: Sequence<T>,
}
module!(RelativePosition { encoder, head });

/// The shape of the encoder and of the head.
#[derive(Clone, PartialEq, Debug)]
pub struct Architecture {
    /// Widths of the encoder's layers between the fragment and its code.
    pub hidden: Vec<usize>,
    /// How many numbers a code has.
    pub code: usize,
    /// Widths of the head's layers between two codes and the logits of the positions.
    pub head: Vec<usize>,
    /// What layers apply, and the code's own too.
    pub activation: Activation,
    /// Where the initial weights come from.
    pub seed: u64,
}

impl Default for Architecture {
    /// An encoder of 64 and a code of 32, a head of two layers of 64, with ReLU.
    fn default() -> Self {
        Self {
            hidden: vec![64],
            code: 32,
            head: vec![64, 64],
            activation: Activation::Relu,
            seed: 0,
        }
    }
}

/// Σᵢ L(g(f(xᵢ, α), f(x′ᵢ, α), β), kᵢ)
impl<T: Real> Criterion<T, RelativePosition<T>> for Pairs<T> {
    fn objects(&self) -> usize {
        self.first.rows()
    }

    fn terms<'t>(&self, model: &RelativePosition<T>, batch: &Batch<'t, '_, T>) -> Terms<'t, T> {
        // lecture: self-supervised
        let [x, other] = [&self.first, &self.second].map(|x| batch.tape.gather(x, batch.rows));
        let g = model.head.forward(batch, model.both(batch, x, other));
        let k = batch.rows.iter().map(|&i| self.positions[i]);
        smallvec![Term {
            name: "cross-entropy",
            weight: 1.0,
            value: loss::cross_entropy_of(g, k),
        }]
        // lecture: end
    }
}

impl<T: Real> RelativePosition<T> {
    /// An untrained encoder of such fragments and a head.
    ///
    /// # Panics
    /// If a width is 0.
    #[track_caller]
    pub fn new(fragments: &Fragments, architecture: &Architecture) -> Self {
        let Architecture {
            ref hidden,
            code,
            ref head,
            activation,
            seed,
        } = *architecture;
        let encoder = [&[fragments.values()], &hidden[..], &[code]].concat();
        let head = [&[2 * code], &head[..], &[POSITIONS.len()]].concat();
        Self::of(
            Sequence::new(&encoder, activation, activation, seed, "encoder"),
            Sequence::new(&head, activation, Activation::Identity, seed, "head"),
        )
    }

    /// An encoder of fragments and a head of your own.
    ///
    /// # Panics
    /// If the head does not take two codes or does not give eight logits.
    #[track_caller]
    pub fn of(encoder: Sequence<T>, head: Sequence<T>) -> Self {
        assert!(
            head.inputs() == 2 * encoder.outputs() && head.outputs() == POSITIONS.len(),
            "relative position: the encoder gives codes of {}, the head takes {} and gives {}, expected two codes and {}",
            encoder.outputs(),
            head.inputs(),
            head.outputs(),
            POSITIONS.len()
        );
        Self { encoder, head }
    }

    /// f(x) and f(x′) side by side.
    fn both<'t>(&self, batch: &Batch<'t, '_, T>, x: Var<'t, T>, other: Var<'t, T>) -> Var<'t, T> {
        let [z, z_other] = [x, other].map(|x| self.encoder.forward(batch, x));
        Var::concat_columns(&[z, z_other])
    }

    /// Trains by Adam; the observer hears of each epoch and may end the run.
    ///
    /// # Errors
    /// If a setting is out of range or training diverges.
    ///
    /// # Panics
    /// If the fragments have another size than the encoder takes.
    #[track_caller]
    pub fn fit(
        &mut self,
        pairs: &Pairs<T>,
        training: &Training,
        observer: impl FnMut(&Epoch) -> ControlFlow<()>,
    ) -> Result<History, TrainError> {
        let (mut optimiser, settings) = training.optimiser_and_settings()?;
        fit(self, pairs, &mut optimiser, &settings, observer)
    }

    /// The position that is the most probable for each pair; of several the first.
    ///
    /// # Panics
    /// As [`RelativePosition::fit`].
    #[track_caller]
    pub fn predict(&self, pairs: &Pairs<T>) -> Vec<usize> {
        let values = pairs.first.columns();
        let side_by_side = Matrix::from_fn(pairs.first.rows(), 2 * values, |i, j| {
            if j < values {
                pairs.first[(i, j)]
            } else {
                pairs.second[(i, j - values)]
            }
        });
        let logits = apply(
            "predict",
            2 * self.encoder.inputs(),
            &side_by_side,
            |batch, x| {
                let [x, other] = [
                    x.slice_columns(0..values),
                    x.slice_columns(values..2 * values),
                ];
                self.head.forward(batch, self.both(batch, x, other))
            },
        );
        most_probable(&logits)
    }

    /// The share of pairs whose position is predicted; an eighth by chance.
    ///
    /// # Panics
    /// As [`RelativePosition::fit`].
    #[track_caller]
    pub fn accuracy(&self, pairs: &Pairs<T>) -> f64 {
        accuracy(&self.predict(pairs), &pairs.positions)
    }

    /// f
    pub fn encoder(&self) -> &Sequence<T> {
        &self.encoder
    }

    /// g
    pub fn head(&self) -> &Sequence<T> {
        &self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Images whose pixels are their own numbers: 1000 times the image, then 10 times row and column, then the channel.
    fn numbered(count: usize, height: usize, width: usize, channels: usize) -> Matrix<f64> {
        Matrix::from_fn(count, height * width * channels, |i, p| {
            let (pixel, channel) = (p / channels, p % channels);
            (1000 * i + 100 * (pixel / width) + 10 * (pixel % width) + channel) as f64
        })
    }

    #[test]
    fn fragments_are_where_they_are_said_to_be() {
        let fragments = Fragments {
            height: 9,
            width: 8,
            channels: 2,
            side: 2,
            gap: 1,
            jitter: 0,
        };
        let images = numbered(5, 9, 8, 2);
        let pairs = fragments.draw(&images, 300, 1);
        let mut seen = [0; 8];
        for i in 0..300 {
            let [first, second] = pairs.places[i];
            for ((top, left), cut) in [(first, pairs.first.row(i)), (second, pairs.second.row(i))] {
                let value = |row: usize, column: usize, channel: usize| {
                    (1000 * pairs.images[i] + 100 * (top + row) + 10 * (left + column) + channel)
                        as f64
                };
                let expected: Vec<f64> = (0..2)
                    .flat_map(|r| (0..2).flat_map(move |c| (0..2).map(move |k| (r, c, k))))
                    .map(|(r, c, k)| value(r, c, k))
                    .collect();
                assert_eq!(cut, expected);
            }
            let (down, right) = POSITIONS[pairs.positions[i]];
            let step = |a: usize, b: usize| b as isize - a as isize;
            assert_eq!(
                (step(first.0, second.0), step(first.1, second.1)),
                (3 * down, 3 * right)
            );
            // in 8 pixels the middle fragment has one place, in 9 two
            assert!(first.1 == 3 && (3..=4).contains(&first.0));
            seen[pairs.positions[i]] += 1;
        }
        assert!(seen.iter().all(|&count| count > 15), "{seen:?}");
    }

    #[test]
    fn jitter_moves_neighbours_but_not_out_of_the_image() {
        let fragments = Fragments {
            height: 12,
            width: 12,
            channels: 1,
            side: 2,
            gap: 2,
            jitter: 3,
        };
        let pairs = fragments.draw(&numbered(2, 12, 12, 1), 500, 2);
        let mut moved = 0;
        for ([first, second], &position) in pairs.places.iter().zip(&pairs.positions) {
            assert!(second.0 <= 10 && second.1 <= 10);
            let without = first.0 as isize + 4 * POSITIONS[position].0;
            assert!((second.0 as isize - without).abs() <= 3);
            moved += usize::from(second.0 as isize != without);
        }
        assert!(moved > 300, "{moved}");
    }

    #[test]
    fn codes_of_an_image_are_those_of_its_fragments_in_the_order_of_reading() {
        let fragments = Fragments {
            height: 8,
            width: 8,
            channels: 1,
            side: 2,
            gap: 1,
            jitter: 0,
        };
        let images = numbered(3, 8, 8, 1);
        // an encoder that keeps the first pixel of a fragment
        let weight = Matrix::from_fn(4, 1, |i, _| if i == 0 { 1.0 } else { 0.0 });
        let encoder = Sequence::of([unsup_nn::Dense::of(weight, Activation::Identity).into()]);
        let codes = fragments.codes_of_images(&encoder, &images);
        let expected: Vec<f64> = [0, 3, 6]
            .iter()
            .flat_map(|r| [0, 3, 6].map(|c| (1000 + 100 * r + 10 * c) as f64))
            .collect();
        assert_eq!(codes.row(1), expected);
    }

    /// One encoder for both: what the criterion sees does not change when fragments and positions change places, if the
    /// head is symmetric; and its gradient is the sum over both.
    #[test]
    fn both_fragments_pass_through_one_encoder() {
        let fragments = Fragments {
            height: 8,
            width: 8,
            channels: 1,
            side: 2,
            gap: 1,
            jitter: 0,
        };
        let model = RelativePosition::<f64>::new(&fragments, &Architecture::default());
        let images = numbered(3, 8, 8, 1).map(|x: f64| x / 3000.0);
        let pairs = fragments.draw(&images, 4, 0);
        let tape = unsup_autograd::Tape::new();
        let batch = Batch::evaluation(&tape, &[0, 1, 2, 3], 0, 0);
        let [x, other] = [&pairs.first, &pairs.second].map(|x| tape.leaf(x.clone()));
        let there = model.both(&batch, x, other).value();
        let back = model.both(&batch, other, x).value();
        for i in 0..4 {
            assert_eq!(there.row(i)[..32], back.row(i)[32..]);
            assert_eq!(there.row(i)[32..], back.row(i)[..32]);
        }
    }

    #[test]
    #[should_panic(
        expected = "fragments: three of 2 pixels and two gaps of 2 need 10, an image has 8x8"
    )]
    fn an_image_too_small_for_nine_fragments_is_refused() {
        let fragments = Fragments {
            height: 8,
            width: 8,
            channels: 1,
            side: 2,
            gap: 2,
            jitter: 0,
        };
        fragments.draw(&numbered(1, 8, 8, 1), 1, 0);
    }
}
