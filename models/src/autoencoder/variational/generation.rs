//! What is drawn: new objects, objects like given ones, and the way from one to another.

use super::super::uses::interpolate;
use super::{Variational, bernoulli};
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Real};

impl<T: Real> Variational<T> {
    /// New objects x ~ p(x|z) with z ~ p(z), `count` x features.
    pub fn sample(&self, count: usize, seed: u64) -> Matrix<T> {
        self.draw(&self.decode(&self.sample_codes(count, seed)), seed)
    }

    /// Objects like those in the rows of `x`, x ~ p(x | f(xᵢ, α, ε)): `count` of each, one object after the other.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn similar(&self, x: &Matrix<T>, count: usize, seed: u64) -> Matrix<T> {
        self.draw(&self.decode(&self.similar_codes(x, count, seed)), seed)
    }

    /// The way from one object to another (1 x features each) through the space of codes: the means of p(x|z) for z on
    /// the line between their codes, `steps` x features, both ends included.
    ///
    /// # Panics
    /// If an object is not one row of as many columns as the encoder takes, or there are fewer than 2 steps.
    #[track_caller]
    pub fn interpolate(&self, from: &Matrix<T>, to: &Matrix<T>, steps: usize) -> Matrix<T> {
        interpolate(self, from, to, steps)
    }

    /// Codes z ~ p(z), `count` x code. [`Variational::decode`] gives the means of the objects that they stand for.
    pub fn sample_codes(&self, count: usize, seed: u64) -> Matrix<T> {
        let mut random = generator(seed, "prior", 0);
        Matrix::from_fn(count, self.code(), |_, _| {
            T::from_f64(self.prior * standard_normal(&mut random))
        })
    }

    /// Codes f(xᵢ, α, ε) of objects like those in the rows of `x`: `count` of each, one object after the other.
    ///
    /// # Panics
    /// If `x` has another number of columns than the encoder takes.
    #[track_caller]
    pub fn similar_codes(&self, x: &Matrix<T>, count: usize, seed: u64) -> Matrix<T> {
        let (mean, deviation) = (self.encode(x), self.deviations(x));
        let mut random = generator(seed, "similar", 0);
        Matrix::from_fn(x.rows() * count, self.code(), |i, j| {
            let epsilon = T::from_f64(standard_normal(&mut random));
            mean[(i / count, j)] + deviation[(i / count, j)] * epsilon
        })
    }

    /// x ~ p(x|z), whose means are the rows of `means`.
    fn draw(&self, means: &Matrix<T>, seed: u64) -> Matrix<T> {
        let mut random = generator(seed, "object", 0);
        let deviation = self.variance().map(f64::sqrt);
        means.map(|mean| match deviation {
            None => bernoulli(mean, &mut random),
            Some(deviation) => mean + T::from_f64(deviation * standard_normal(&mut random)),
        })
    }
}
