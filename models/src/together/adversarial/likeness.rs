//! How samples compare with objects: does the generator make all that there is, and nothing else?
//!
//! Around each of l objects lies a ball that reaches to its k-th nearest fellow, k = 5. For as many samples as objects
//!
//! ```text
//! spread    = √ (mean ‖s − s′‖² over pairs of samples / the same over pairs of objects)
//! coverage  = the share of the objects in whose ball a sample lies
//! precision = the share of the samples that lie in a ball of an object
//! ```
//!
//! A generator that makes one and the same has spread 0. One that makes a part of what there is may have any spread,
//! but leaves the other objects without a sample: a precision near 1 with a coverage far below it.
//!
//! Sources: Naeem, Oh, Uh, Choi, Yoo (2020), "Reliable fidelity and diversity metrics for generative models", for the
//! coverage; Kynkäänniemi et al. (2019), "Improved precision and recall metric for assessing generative models", for
//! the precision.

use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::{k_nearest, nearest};

/// How samples compare with objects.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Likeness {
    /// The root mean squared distance of two samples over that of two objects: 1 for samples like the objects, 0
    /// where all are one.
    pub spread: f64,
    /// The share of the objects that have a sample near: for samples like the objects 1 − 2⁻ᵏ = 0.97 is to be expected.
    pub coverage: f64,
    /// The share of the samples that are near an object.
    pub precision: f64,
}

/// Objects with which samples are compared.
#[derive(Clone, Debug)]
pub struct Reference {
    objects: Matrix<f64>,
    /// The squared radius of each object's ball.
    radii: Vec<f64>,
    /// The mean squared distance of two.
    squared_distance: f64,
}

impl Reference {
    /// k: the ball of an object reaches to its k-th nearest fellow, or the farthest where there are fewer.
    const NEIGHBOURS: usize = 5;

    /// With these objects. The time is quadratic in their number: some hundreds, drawn from all, will do.
    ///
    /// # Panics
    /// If there are fewer than 2, or a number is not finite.
    #[track_caller]
    pub fn new<T: Real>(objects: &Matrix<T>) -> Self {
        assert!(
            objects.rows() >= 2,
            "reference: needs at least 2 objects, got a matrix of {}",
            objects.shape()
        );
        let objects: Matrix<f64> = objects.cast();
        let k = Self::NEIGHBOURS.min(objects.rows() - 1);
        let fellows = k_nearest(&objects, &objects, k + 1); // itself, at distance 0, among them
        let radii = fellows.iter().map(|found| found[k].squared_distance);
        Self {
            radii: radii.collect(),
            squared_distance: mean_squared_distance(&objects),
            objects,
        }
    }

    /// How many objects there are: of as many samples the figures are what they are called.
    pub fn objects(&self) -> usize {
        self.objects.rows()
    }

    /// How samples (any number x features) compare with the objects. Where all objects are equal the spread is that
    /// of the samples itself.
    ///
    /// # Panics
    /// If they have other features, are fewer than 2, or a number is not finite.
    #[track_caller]
    pub fn compare<T: Real>(&self, samples: &Matrix<T>) -> Likeness {
        assert!(
            samples.rows() >= 2,
            "compare: needs at least 2 samples, got a matrix of {}",
            samples.shape()
        );
        let samples: Matrix<f64> = samples.cast();
        let own = mean_squared_distance(&samples);
        let of_objects = match self.squared_distance {
            0.0 => 1.0,
            distance => distance,
        };
        let covered = nearest(&self.objects, &samples);
        let covered = covered.iter().zip(&self.radii);
        let covered = covered.filter(|(found, radius)| found.squared_distance <= **radius);
        let near = samples.row_iter().filter(|sample| {
            let mut pairs = self.objects.row_iter().zip(&self.radii);
            pairs.any(|(object, radius)| squared_distance(sample, object) <= *radius)
        });
        Likeness {
            spread: (own / of_objects).sqrt(),
            coverage: covered.count() as f64 / self.objects.rows() as f64,
            precision: near.count() as f64 / samples.rows() as f64,
        }
    }
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// The mean of ‖a − b‖² over all pairs of different rows: twice the sum of the features' variances.
fn mean_squared_distance(x: &Matrix<f64>) -> f64 {
    let l = x.rows() as f64;
    let of_feature = |j: usize| {
        let mean = x.row_iter().map(|row| row[j]).sum::<f64>() / l;
        x.row_iter().map(|row| (row[j] - mean).powi(2)).sum::<f64>()
    };
    (0..x.columns()).map(of_feature).sum::<f64>() * 2.0 / (l - 1.0)
}
