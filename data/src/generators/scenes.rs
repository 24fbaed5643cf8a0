//! Small images with an order in them, in which a patch tells where it comes from.

use super::check_noise;
use crate::ImageShape;
use rand::RngExt;
use std::f64::consts::TAU;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};

/// Grey images of a scene: a light that grows from the upper left to the lower right, a round body lit from one side, and
/// a fine wave over all. From two patches of such an image their relative position can be told, as C. Doersch, A. Gupta,
/// A. Efros (2015), "Unsupervised visual representation learning by context prediction", do with photographs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scenes {
    /// Pixels of a side, at least 2; by default 24.
    pub side: usize,
    /// The deviation of the Gaussian noise of each pixel; by default 0.05.
    pub noise: f64,
}

impl Default for Scenes {
    fn default() -> Self {
        Self {
            side: 24,
            noise: 0.05,
        }
    }
}

/// Images of [`Scenes`].
#[derive(Clone, Debug, PartialEq)]
pub struct ScenesSample {
    /// Objects x pixels: brightness, mostly in \[0, 1\] but not cut off there.
    pub features: Matrix<f64>,
    /// How a row is read: `side` x `side`, one channel.
    pub image: ImageShape,
    /// What each image shows.
    pub scenes: Vec<Scene>,
}

/// What one image shows. Places are shares of the side: (0, 0) is the upper left pixel, (1, 1) the lower right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scene {
    /// The middle of the body, from the left and from the top, in \[0.25, 0.75\].
    pub centre: [f64; 2],
    /// The radius of the body, in \[0.25, 0.45\].
    pub radius: f64,
    /// By which angle the light is turned from the vertical, in \[−0.3, 0.3\].
    pub tilt: f64,
    /// Periods of the wave along a side, in \[1, 3\].
    pub frequency: f64,
    /// Where the wave begins, in \[0, 2π\].
    pub phase: f64,
}

impl Scene {
    /// The brightness without noise at the place `x` from the left and `y` from the top:
    ///
    /// ```text
    /// 0.35 (y cos θ + x sin θ) + 0.5 s(x, y) (0.6 + 0.4 (x − cₓ)/r) + 0.08 sin(2π f (x + y) + φ),
    /// s(x, y) = 1 / (1 + exp(25 (‖(x, y) − c‖ − r)))
    /// ```
    pub fn brightness(&self, x: f64, y: f64) -> f64 {
        let [cx, cy] = self.centre;
        let light = y * self.tilt.cos() + x * self.tilt.sin();
        let inside = 1.0 / (1.0 + (25.0 * ((x - cx).hypot(y - cy) - self.radius)).exp());
        let shading = 0.6 + 0.4 * (x - cx) / self.radius;
        let wave = (TAU * self.frequency * (x + y) + self.phase).sin();
        0.35 * light + 0.5 * inside * shading + 0.08 * wave
    }
}

impl Scenes {
    /// Images.
    ///
    /// # Panics
    /// If `objects` is 0, `side` is less than 2, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> ScenesSample {
        check_noise("scenes", self.noise);
        assert!(
            self.side >= 2,
            "scenes: the side is {}, expected at least 2 pixels",
            self.side
        );
        let image = ImageShape {
            height: self.side,
            width: self.side,
            channels: 1,
        };
        let random = &mut generator(seed, "scene", 0);
        let scenes: Vec<Scene> = (0..objects)
            .map(|_| Scene {
                centre: [
                    random.random_range(0.25..0.75),
                    random.random_range(0.25..0.75),
                ],
                radius: random.random_range(0.25..0.45),
                tilt: random.random_range(-0.3..0.3),
                frequency: random.random_range(1.0..3.0),
                phase: random.random_range(0.0..TAU),
            })
            .collect();
        let place = |pixel: usize| pixel as f64 / (self.side - 1) as f64;
        let random = &mut generator(seed, "noise", 0);
        let features = Matrix::from_fn(objects, image.columns(), |i, pixel| {
            let (x, y) = (place(pixel % self.side), place(pixel / self.side));
            scenes[i].brightness(x, y) + self.noise * standard_normal(random)
        });
        ScenesSample {
            features,
            image,
            scenes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::{assert_noise, moments};

    #[test]
    fn images_are_the_scenes_with_noise() {
        let sample = Scenes::default().sample(50, 1);
        assert_eq!(sample.features.shape().to_string(), "50x576");
        assert_eq!(sample.image.columns(), 576);
        let rows = sample.features.row_iter().zip(&sample.scenes);
        let residuals = rows.flat_map(|(row, scene)| {
            let pixels = row.iter().enumerate();
            pixels
                .map(|(k, v)| v - scene.brightness((k % 24) as f64 / 23.0, (k / 24) as f64 / 23.0))
        });
        assert_noise(residuals, 0.05);
        assert_eq!(
            Scenes {
                noise: 0.0,
                ..Scenes::default()
            }
            .sample(50, 1)
            .scenes,
            sample.scenes
        );
    }

    #[test]
    fn the_body_is_bright_and_lit_from_the_right() {
        let scene = Scene {
            centre: [0.5, 0.5],
            radius: 0.3,
            tilt: 0.0,
            frequency: 1.0,
            phase: 0.0,
        };
        // the wave is 0 at x + y = 1; the light is 0.175 at y = ½
        assert!((scene.brightness(0.5, 0.5) - (0.175 + 0.3)).abs() < 1e-3);
        let without_wave = |x: f64| scene.brightness(x, 0.5) - 0.08 * (TAU * (x + 0.5)).sin();
        assert!((without_wave(0.65) - without_wave(0.35) - 0.5 * 0.4).abs() < 0.01);
        assert!((without_wave(0.0) - 0.175).abs() < 0.01);
    }

    #[test]
    fn brightness_tells_where_a_patch_lies() {
        // a patch of 6x6 is the middle one or one of its eight neighbours, two pixels apart
        let sample = Scenes::default().sample(400, 2);
        let patch = |row: &[f64], top: usize, left: usize| {
            let rows = (top..top + 6).flat_map(|i| (left..left + 6).map(move |j| row[i * 24 + j]));
            moments(rows).0
        };
        let (mut below, mut right) = (0, 0);
        for row in sample.features.row_iter() {
            below += usize::from(patch(row, 17, 9) > patch(row, 1, 9));
            right += usize::from(patch(row, 9, 17) > patch(row, 9, 1));
        }
        assert!(below > 320 && right > 240, "{below} {right}");
    }
}
