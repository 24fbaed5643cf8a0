//! What an encoder and a decoder are used for: the lecture's four uses, each as a function of any pair.
//!
//! | use | function | what it tells |
//! |---|---|---|
//! | compression | [`compress`] | bits of an object against the error that they leave |
//! | features for a supervised method | [`judge`] | how well a linear classifier and neighbours do on codes |
//! | dimension reduction | [`plane`] | how well two numbers keep neighbourhoods |
//! | synthesis of similar objects | [`vary`], [`interpolate`] | objects near a given one, objects between two |
//!
//! [`Pca`] is such a pair as well, and what the others are to be compared with:
//!
//! ```
//! use unsup_models::autoencoder::uses;
//! use unsup_models::{Matrix, Pca};
//!
//! let x = Matrix::from_fn(50, 4, |i, j| (0.1 * i as f64 + j as f64).sin());
//! let pca = Pca::fit(&x, 2);
//! let coarse = uses::compress(&pca, &x, &x, 2);
//! let fine = uses::compress(&pca, &x, &x, 8);
//! assert_eq!((coarse.bits, fine.bits), (4, 16));
//! assert!(fine.squared_error < coarse.squared_error);
//! ```

use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::{
    KNearestClassifier, LogisticRegression, LogisticRegressionSettings, NeighbourhoodPreservation,
    Pca, neighbourhood_preservation,
};

/// A pair f : X → Z and g : Z → X.
pub trait EncoderDecoder<T: Real> {
    /// z = f(x): objects x features to objects x code.
    fn encode(&self, x: &Matrix<T>) -> Matrix<T>;

    /// x̂ = g(z): objects x code to objects x features.
    fn decode(&self, z: &Matrix<T>) -> Matrix<T>;
}

impl EncoderDecoder<f64> for Pca {
    fn encode(&self, x: &Matrix<f64>) -> Matrix<f64> {
        self.encode(x)
    }

    fn decode(&self, z: &Matrix<f64>) -> Matrix<f64> {
        self.decode(z)
    }
}

/// What a compression comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Compression {
    /// Bits of an object.
    pub bits: usize,
    /// (1/l) Σᵢ ‖x̂ᵢ − xᵢ‖² of the objects that are decoded from them.
    pub squared_error: f64,
}

/// Compresses the rows of `x` to so many bits for each number of the code: it is rounded to the nearest of 2^bits
/// values that lie evenly between the least and the greatest of its kind among the codes of `train`.
///
/// # Panics
/// If the bits are not in 1..=32, or the matrices have other columns than the encoder takes.
#[track_caller]
pub fn compress<T: Real>(
    pair: &(impl EncoderDecoder<T> + ?Sized),
    train: &Matrix<T>,
    x: &Matrix<T>,
    bits: usize,
) -> Compression {
    assert!(
        (1..=32).contains(&bits),
        "compress: {bits} bits for a number, expected 1 to 32"
    );
    let (known, codes) = (pair.encode(train), pair.encode(x));
    let mut range = vec![(f64::INFINITY, f64::NEG_INFINITY); known.columns()];
    for row in known.row_iter() {
        for ((least, greatest), z) in range.iter_mut().zip(row) {
            *least = least.min(z.to_f64());
            *greatest = greatest.max(z.to_f64());
        }
    }
    let steps = 2f64.powi(bits as i32) - 1.0;
    let rounded = Matrix::from_fn(codes.rows(), codes.columns(), |i, j| {
        let (least, greatest) = range[j];
        let width = greatest - least;
        if width <= 0.0 {
            return T::from_f64(least);
        }
        let place = (codes[(i, j)].to_f64() - least) / width;
        T::from_f64(least + (place.clamp(0.0, 1.0) * steps).round() / steps * width)
    });
    Compression {
        bits: bits * codes.columns(),
        squared_error: squared_error(&pair.decode(&rounded), x),
    }
}

/// (1/l) Σᵢ ‖yᵢ − xᵢ‖² of objects and what was made of them.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn squared_error<T: Real>(y: &Matrix<T>, x: &Matrix<T>) -> f64 {
    assert!(
        y.shape() == x.shape(),
        "squared_error: shapes differ: {} and {}",
        y.shape(),
        x.shape()
    );
    let pairs = y.as_slice().iter().zip(x.as_slice());
    pairs
        .map(|(y, x)| (y.to_f64() - x.to_f64()).powi(2))
        .sum::<f64>()
        / x.rows() as f64
}

/// How well classes are told by features.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Judgement {
    /// The accuracy of a logistic regression.
    pub linear: f64,
    /// The accuracy of the 5 nearest neighbours.
    pub neighbours: f64,
}

/// What features are worth to a supervised method: its accuracy on held-out objects, for codes or for the features
/// themselves.
///
/// # Panics
/// If there is not one class for each object, or there are fewer than 5 objects to train on.
#[track_caller]
pub fn judge<T: Real>(
    (train, classes): (&Matrix<T>, &[usize]),
    (held_out, held_out_classes): (&Matrix<T>, &[usize]),
) -> Judgement {
    let (train, held_out) = (train.cast::<f64>(), held_out.cast::<f64>());
    let settings = LogisticRegressionSettings::default();
    let count = classes.iter().max().map_or(0, |last| last + 1);
    let linear = LogisticRegression::fit(&train, classes, count, &settings);
    let neighbours = KNearestClassifier::new(train, classes.to_vec(), 5);
    Judgement {
        linear: linear.accuracy(&held_out, held_out_classes),
        neighbours: neighbours.accuracy(&held_out, held_out_classes),
    }
}

/// How well the codes keep the 10 nearest neighbours of each object: for a code of two numbers, whether the picture can
/// be believed.
///
/// # Panics
/// If `x` has other columns than the encoder takes, or fewer than 22 rows.
#[track_caller]
pub fn plane<T: Real>(
    pair: &(impl EncoderDecoder<T> + ?Sized),
    x: &Matrix<T>,
) -> NeighbourhoodPreservation {
    neighbourhood_preservation(&x.cast(), &pair.encode(x).cast(), 10)
}

/// Objects like those in the rows of `x`: `count` of each, one object after the other, decoded from codes to which
/// noise is added, in each number `share` of its deviation among the codes of `train`.
///
/// (The variational auto-encoder knows how much by itself: [`Variational::similar`](super::Variational::similar).)
///
/// # Panics
/// If the matrices have other columns than the encoder takes.
#[track_caller]
pub fn vary<T: Real>(
    pair: &(impl EncoderDecoder<T> + ?Sized),
    train: &Matrix<T>,
    x: &Matrix<T>,
    share: f64,
    count: usize,
    seed: u64,
) -> Matrix<T> {
    let (known, codes) = (pair.encode(train), pair.encode(x));
    let l = known.rows() as f64;
    let deviations: Vec<f64> = (0..known.columns())
        .map(|j| {
            let values = || known.row_iter().map(|row| row[j].to_f64());
            let mean = values().sum::<f64>() / l;
            (values().map(|z| (z - mean).powi(2)).sum::<f64>() / l).sqrt()
        })
        .collect();
    let mut random = generator(seed, "similar", 0);
    pair.decode(&Matrix::from_fn(
        x.rows() * count,
        codes.columns(),
        |i, j| {
            let noise = share * deviations[j] * standard_normal(&mut random);
            codes[(i / count, j)] + T::from_f64(noise)
        },
    ))
}

/// The way from one object to another (1 x features each) through the space of codes: what is decoded on the line
/// between their codes, `steps` x features, both ends included.
///
/// # Panics
/// If an object is not one row of as many columns as the encoder takes, or there are fewer than 2 steps.
#[track_caller]
pub fn interpolate<T: Real>(
    pair: &(impl EncoderDecoder<T> + ?Sized),
    from: &Matrix<T>,
    to: &Matrix<T>,
    steps: usize,
) -> Matrix<T> {
    assert!(
        from.rows() == 1 && to.rows() == 1 && steps >= 2,
        "interpolate: from {} to {} in {steps} steps, expected one row each and at least 2 steps",
        from.shape(),
        to.shape()
    );
    let (a, b) = (pair.encode(from), pair.encode(to));
    pair.decode(&Matrix::from_fn(steps, a.columns(), |i, j| {
        let share = i as f64 / (steps - 1) as f64;
        T::from_f64((1.0 - share) * a[(0, j)].to_f64() + share * b[(0, j)].to_f64())
    }))
}
