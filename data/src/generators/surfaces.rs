//! Curves and surfaces bent into a larger space.

use super::check_noise;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use std::f64::consts::PI;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};

/// Two half circles that reach into each other: the first (cos t, sin t), the second (1 − cos t, ½ − sin t), t uniform on
/// \[0, π\]. Known from scikit-learn's `make_moons`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoMoons {
    /// The deviation of the Gaussian noise of each coordinate; by default 0.1.
    pub noise: f64,
}

impl Default for TwoMoons {
    fn default() -> Self {
        Self { noise: 0.1 }
    }
}

/// Points of [`TwoMoons`].
#[derive(Clone, Debug, PartialEq)]
pub struct MoonsSample {
    /// Objects x 2.
    pub features: Matrix<f64>,
    /// 0 for the first moon, 1 for the second: in turn, so that both have as many.
    pub labels: Vec<usize>,
    /// The angle t of each object.
    pub angles: Vec<f64>,
}

impl TwoMoons {
    /// The point of the moon `label` (0 or 1) at the angle `t`.
    pub fn point(label: usize, t: f64) -> [f64; 2] {
        match label {
            0 => [t.cos(), t.sin()],
            _ => [1.0 - t.cos(), 0.5 - t.sin()],
        }
    }

    /// Points of both moons.
    ///
    /// # Panics
    /// If `objects` is 0, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> MoonsSample {
        check_noise("two moons", self.noise);
        let random = &mut generator(seed, "angle", 0);
        let labels: Vec<usize> = (0..objects).map(|i| i % 2).collect();
        let angles: Vec<f64> = labels
            .iter()
            .map(|_| random.random_range(0.0..PI))
            .collect();
        let points = labels
            .iter()
            .zip(&angles)
            .map(|(&label, &t)| Self::point(label, t));
        MoonsSample {
            features: noisy(points, self.noise, seed),
            labels,
            angles,
        }
    }
}

/// Points of a surface in space, and where on the surface they lie.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfaceSample {
    /// Objects x 3.
    pub features: Matrix<f64>,
    /// Objects x 2: how far along the curve, t, and across it.
    pub coordinates: Matrix<f64>,
}

/// A sheet rolled up: (t cos t, height, t sin t), t uniform on \[3π/2, 9π/2\], height on \[0, 21\].
///
/// J. Tenenbaum, V. de Silva, J. Langford (2000), "A global geometric framework for nonlinear dimensionality reduction"; in
/// the parameters of S. Marsland (2009), "Machine learning", and scikit-learn's `make_swiss_roll`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct SwissRoll {
    /// The deviation of the Gaussian noise of each coordinate; by default 0.
    pub noise: f64,
}

impl SwissRoll {
    /// The point with the coordinates t and height.
    pub fn point(t: f64, height: f64) -> [f64; 3] {
        [t * t.cos(), height, t * t.sin()]
    }

    /// How long the curve is from its centre to t: ½ (t √(1 + t²) + arsinh t). Unrolled, the sheet is flat in the
    /// coordinates (arc length, height): their Euclidean distance is the distance along the sheet.
    pub fn arc_length(t: f64) -> f64 {
        0.5 * (t * (1.0 + t * t).sqrt() + t.asinh())
    }

    /// Points of the sheet.
    ///
    /// # Panics
    /// If `objects` is 0, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> SurfaceSample {
        check_noise("swiss roll", self.noise);
        surface(objects, seed, self.noise, Self::point, |random| {
            [
                1.5 * PI * (1.0 + 2.0 * random.random_range(0.0..1.0)),
                21.0 * random.random_range(0.0..1.0),
            ]
        })
    }
}

/// A sheet bent to an S: (sin t, height, sign(t) (cos t − 1)), t uniform on \[−3π/2, 3π/2\], height on \[0, 2\]. Known from
/// scikit-learn's `make_s_curve`.
///
/// The coordinates t and height are those of the flat sheet: t is the length of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct SCurve {
    /// The deviation of the Gaussian noise of each coordinate; by default 0.
    pub noise: f64,
}

impl SCurve {
    /// The point with the coordinates t and height.
    pub fn point(t: f64, height: f64) -> [f64; 3] {
        [t.sin(), height, t.signum() * (t.cos() - 1.0)]
    }

    /// Points of the sheet.
    ///
    /// # Panics
    /// If `objects` is 0, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> SurfaceSample {
        check_noise("S-curve", self.noise);
        surface(objects, seed, self.noise, Self::point, |random| {
            [
                3.0 * PI * (random.random_range(0.0..1.0) - 0.5),
                2.0 * random.random_range(0.0..1.0),
            ]
        })
    }
}

/// Points of a surface with noise.
#[track_caller]
fn surface(
    objects: usize,
    seed: u64,
    noise: f64,
    point: fn(f64, f64) -> [f64; 3],
    mut draw: impl FnMut(&mut Xoshiro256PlusPlus) -> [f64; 2],
) -> SurfaceSample {
    let random = &mut generator(seed, "coordinates", 0);
    let coordinates: Vec<[f64; 2]> = (0..objects).map(|_| draw(random)).collect();
    let points = coordinates.iter().map(|&[t, height]| point(t, height));
    SurfaceSample {
        features: noisy(points, noise, seed),
        coordinates: Matrix::from_rows(&coordinates),
    }
}

/// The points as rows, each coordinate with noise of its own.
#[track_caller]
fn noisy<const D: usize>(
    points: impl Iterator<Item = [f64; D]>,
    noise: f64,
    seed: u64,
) -> Matrix<f64> {
    let random = &mut generator(seed, "noise", 0);
    let rows: Vec<[f64; D]> = points
        .map(|point| point.map(|x| x + noise * standard_normal(random)))
        .collect();
    Matrix::from_rows(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::assert_noise;

    fn residuals(features: &Matrix<f64>, point: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
        let rows = features.row_iter().enumerate();
        rows.flat_map(|(i, row)| {
            let point = point(i);
            row.iter()
                .zip(point)
                .map(|(x, y)| x - y)
                .collect::<Vec<_>>()
        })
        .collect()
    }

    #[test]
    fn moons_are_half_circles_with_noise() {
        let moons = TwoMoons { noise: 0.1 }.sample(3000, 1);
        let point = |i: usize| TwoMoons::point(moons.labels[i], moons.angles[i]).to_vec();
        assert_noise(residuals(&moons.features, point), 0.1);
        for i in 0..3000 {
            let [x, y] = TwoMoons::point(moons.labels[i], moons.angles[i]);
            let (centre, upper) = match i % 2 {
                0 => ([0.0, 0.0], y >= 0.0),
                _ => ([1.0, 0.5], y <= 0.5),
            };
            let radius = (x - centre[0]).hypot(y - centre[1]);
            assert!(upper && (radius - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn coordinates_reproduce_the_points_of_the_roll() {
        let roll = SwissRoll::default().sample(2000, 1);
        for (x, u) in roll.features.row_iter().zip(roll.coordinates.row_iter()) {
            let t = x[0].hypot(x[2]);
            assert!((t - u[0]).abs() < 1e-12 && x[1] == u[1]);
            assert!((x[2] / t - t.sin()).abs() < 1e-12 && (x[0] / t - t.cos()).abs() < 1e-12);
            assert!((1.5 * PI..4.5 * PI).contains(&t) && (0.0..21.0).contains(&x[1]));
        }
        let noisy = SwissRoll { noise: 0.3 }.sample(2000, 1);
        assert_eq!(noisy.coordinates, roll.coordinates);
        assert_noise(
            residuals(&noisy.features, |i| roll.features.row(i).to_vec()),
            0.3,
        );
    }

    #[test]
    fn coordinates_reproduce_the_points_of_the_s() {
        let curve = SCurve::default().sample(2000, 1);
        for (x, u) in curve.features.row_iter().zip(curve.coordinates.row_iter()) {
            // two circles of radius 1 about (0, ∓1), which meet in 0
            let centre = if u[0] > 0.0 { -1.0 } else { 1.0 };
            assert!((x[0].hypot(x[2] - centre) - 1.0).abs() < 1e-12);
            assert!((x[0] - u[0].sin()).abs() < 1e-15 && x[1] == u[1]);
            assert!(u[0].abs() <= 1.5 * PI && (0.0..2.0).contains(&x[1]));
        }
        let noisy = SCurve { noise: 0.3 }.sample(2000, 1);
        assert_noise(
            residuals(&noisy.features, |i| curve.features.row(i).to_vec()),
            0.3,
        );
    }

    #[test]
    fn along_the_sheets_lengths_are_those_of_the_flat_coordinates() {
        // the length of the curve by short chords
        let length = |point: fn(f64, f64) -> [f64; 3], from: f64, to: f64| {
            let at = |i: u32| point(from + (to - from) * f64::from(i) / 1e5, 0.0);
            let chord = |i| {
                let (a, b) = (at(i), at(i + 1));
                (a[0] - b[0]).hypot(a[2] - b[2])
            };
            (0..100_000).map(chord).sum::<f64>()
        };
        let along = SwissRoll::arc_length(4.5 * PI) - SwissRoll::arc_length(1.5 * PI);
        assert!((length(SwissRoll::point, 1.5 * PI, 4.5 * PI) - along).abs() < 1e-6);
        assert!((length(SCurve::point, -2.0, 4.0) - 6.0).abs() < 1e-6);
    }

    #[test]
    #[should_panic = "swiss roll: the noise is -1, expected a finite deviation of at least 0"]
    fn negative_noise_is_refused() {
        SwissRoll { noise: -1.0 }.sample(3, 0);
    }
}
