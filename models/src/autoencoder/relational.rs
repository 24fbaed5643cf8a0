//! The relational auto-encoder: pairs of objects are to be related as their reconstructions are.
//!
//! **Given** objects x₁ … x_l. **Find** f and g such that, with x̂ᵢ = g(f(xᵢ)),
//!
//! ```text
//! Σᵢ L(x̂ᵢ, xᵢ) + λ Σ_{i<j} L(σ(x̂ᵢ·x̂ⱼ), σ(xᵢ·xⱼ))  →  min,    σ(s) = (s − s₀)₊
//! ```
//!
//! where L of two numbers is their squared difference, and a pair counts only if its inner product, before or after,
//! is above s₀. (Sums are
//! means here: over the objects, and over the pairs of a batch.) The paper weights the two by 1 − a and a, takes all
//! pairs with the diagonal, and a threshold that jumps, σ(s) = s [s ≥ t]; both are here by name. Without threshold and
//! reconstruction the linear optimum is Σ_{i>k} λᵢ(XXᵀ)² (Eckart, Young 1936).
//!
//! **Use it** where relations between objects matter more than each object's details. **Do not** expect better
//! classification from the codes: the paper's is not seen again here. If no pair is above s₀ there is no gradient, and
//! a warning says so.
//!
//! Source: Meng, Catchpoole, Skillicorn, Kennedy (2017), "Relational autoencoder for feature extraction", eq. 7 and 8.

use super::{AutoEncoder, Method, Pass, Warning};
use unsup_autograd::random::{generator, sample_without_replacement};
use unsup_autograd::{Matrix, Real, Tape};
use unsup_nn::loss;
use unsup_nn::train::{Batch, Term, Terms};

pub use unsup_nn::loss::{Pairs, Threshold};

/// λ times the relation's loss beside the reconstruction's.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Relational {
    /// The weight of the reconstruction: the lecture's 1, the paper's 1 − a.
    pub reconstruction: f64,
    /// The weight of the relation: the lecture's λ, the paper's a.
    pub relation: f64,
    /// σ
    pub threshold: Threshold,
    /// Which pairs.
    pub pairs: Pairs,
}

impl<T: Real> Method<T> for Relational {
    fn reconstruction_weight(&self) -> f64 {
        self.reconstruction
    }

    fn add_terms<'t>(
        &self,
        _: &AutoEncoder<T>,
        _: &Batch<'t, '_, T>,
        pass: &Pass<'t, T>,
        terms: &mut Terms<'t, T>,
    ) {
        let (x, y) = (pass.x, pass.reconstructed.x());
        terms.push(Term {
            name: "relation",
            weight: self.relation,
            value: loss::relation(y, x, self.threshold, self.pairs),
        });
    }

    fn warnings(&self, model: &AutoEncoder<T>, x: &Matrix<T>) -> Vec<Warning> {
        let mut warnings = Warning::of_units(&model.encode(x));
        let products = || {
            let squares = x
                .row_iter()
                .map(|x| x.iter().map(|x| x.to_f64().powi(2)).sum());
            let squares = squares.filter(|_: &f64| self.pairs == Pairs::All);
            inner_products(x).into_iter().chain(squares)
        };
        let counts = |s: f64| match self.threshold {
            Threshold::None => true,
            Threshold::Soft(s0) => s > s0,
            Threshold::Hard(t) => s >= t,
        };
        match self.threshold {
            Threshold::Soft(threshold) | Threshold::Hard(threshold) if !products().any(counts) => {
                let largest = products().fold(f64::NEG_INFINITY, f64::max);
                warnings.push(Warning::NoRelatedPairs { threshold, largest });
            }
            _ => {}
        }
        warnings
    }
}

impl Relational {
    /// The lecture's: + λ Σ_{i<j} L(σ(x̂ᵢ·x̂ⱼ), σ(xᵢ·xⱼ)) with σ(s) = (s − s₀)₊.
    pub fn new(lambda: f64, s0: f64) -> Self {
        Self {
            reconstruction: 1.0,
            relation: lambda,
            threshold: Threshold::Soft(s0),
            pairs: Pairs::Unordered,
        }
    }

    /// The same weighted 1 − a to a, a in \[0, 1\], as the paper's.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use unsup_models::autoencoder::{Architecture, AutoEncoder, Relational};
    /// use unsup_models::{Matrix, Training};
    ///
    /// let x = Matrix::from_fn(60, 5, |i, j| ((i * (j + 2)) as f64 * 0.37).sin().abs());
    /// let s0 = Relational::quantile(&x, 0.75);
    /// let mut model = AutoEncoder::new(5, &Architecture::deep(&[16], 2));
    /// let method = Relational::mixture(0.1, s0);
    /// let history = model.fit(&x, &method, &Training::default(), |_| ControlFlow::Continue(())).unwrap();
    /// assert!(history.last().unwrap().losses.term("relation").is_some());
    /// ```
    pub fn mixture(a: f64, s0: f64) -> Self {
        Self {
            reconstruction: 1.0 - a,
            relation: a,
            ..Self::new(a, s0)
        }
    }

    /// The paper's: weights 1 − a and a, all pairs with the diagonal, and σ(s) = s [s ≥ t].
    pub fn paper(a: f64, t: f64) -> Self {
        Self {
            threshold: Threshold::Hard(t),
            pairs: Pairs::All,
            ..Self::mixture(a, t)
        }
    }

    /// The relation's loss of the rows of `x` and what was made of them, `y`: the mean over pairs of (σ(yᵢ·yⱼ) −
    /// σ(xᵢ·xⱼ))².
    ///
    /// # Panics
    /// If the shapes differ.
    #[track_caller]
    pub fn loss<T: Real>(&self, y: &Matrix<T>, x: &Matrix<T>) -> f64 {
        let tape = Tape::new();
        let (y, x) = (tape.leaf(y.clone()), tape.leaf(x.clone()));
        loss::relation(y, x, self.threshold, self.pairs)
            .item()
            .to_f64()
    }

    /// The inner product that a share of all pairs i < j lies below (of more than 2000 objects: of so many, drawn at
    /// random): a threshold for the data at hand.
    ///
    /// # Panics
    /// If the share is not in \[0, 1\], or there are fewer than 2 objects.
    #[track_caller]
    pub fn quantile<T: Real>(x: &Matrix<T>, share: f64) -> f64 {
        assert!(
            (0.0..=1.0).contains(&share),
            "relational: the share of pairs is {share}, expected one in [0, 1]"
        );
        assert!(
            x.rows() >= 2,
            "relational: needs at least 2 objects, got a matrix of {}",
            x.shape()
        );
        let mut products = inner_products(x);
        let place = (share * (products.len() - 1) as f64).round() as usize;
        let (_, &mut value, _) = products.select_nth_unstable_by(place, f64::total_cmp);
        value
    }
}

/// Of more objects the inner products are taken of so many, drawn at random.
const MOST_OBJECTS: usize = 2000;

/// xᵢ·xⱼ of all pairs i < j.
fn inner_products<T: Real>(x: &Matrix<T>) -> Vec<f64> {
    let drawn;
    let x = if x.rows() > MOST_OBJECTS {
        let mut random = generator(0, "pairs", 0);
        drawn = x.select_rows(&sample_without_replacement(
            x.rows(),
            MOST_OBJECTS,
            &mut random,
        ));
        &drawn
    } else {
        x
    };
    let products = x.matmul_nt(x);
    let above = (0..x.rows()).flat_map(|i| products.row(i)[i + 1..].iter());
    above.map(|s| s.to_f64()).collect()
}
