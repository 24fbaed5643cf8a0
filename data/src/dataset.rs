//! What every reader gives and every training takes.

use unsup_autograd::Matrix;

/// Objects to learn from: a matrix of features, and what is known beside it.
///
/// Its fields are public, to be read and replaced, but it is made by [`Dataset::new`] alone, so that it can hold more
/// without breaking its users.
///
/// ```
/// use unsup_autograd::Matrix;
/// use unsup_data::Dataset;
///
/// let mut data = Dataset::new("exclusive or", Matrix::from_rows(&[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]));
/// data.labels = Some(vec![0, 1, 1, 0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Dataset {
    /// A short name to show, such as `"digits"`.
    pub name: String,
    /// Objects x features; every entry is finite.
    pub features: Matrix<f64>,
    /// The class of each object, in 0..classes, as many as `features` has rows; `None` where they are not known.
    pub labels: Option<Vec<usize>>,
    /// The name of each feature, as many as `features` has columns; empty where the source names none.
    pub feature_names: Vec<String>,
    /// How a row of `features` is read as an image; `None` where it isn't one.
    pub image: Option<ImageShape>,
}

impl Dataset {
    /// A data set of features (objects x features) alone: no labels, no names, no images.
    pub fn new(name: impl Into<String>, features: Matrix<f64>) -> Self {
        Self {
            name: name.into(),
            features,
            labels: None,
            feature_names: Vec::new(),
            image: None,
        }
    }
}

/// The size of an image that lies in a row of a matrix, pixel by pixel.
///
/// The channel changes fastest, then the place from left to right, then from top to bottom: channel `c` of the pixel
/// (`i`, `j`) is column `(i * width + j) * channels + c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageShape {
    /// Pixels from top to bottom, at least 1.
    pub height: usize,
    /// Pixels from left to right, at least 1.
    pub width: usize,
    /// Numbers a pixel: 1 for grey, 3 for red, green and blue.
    pub channels: usize,
}

impl ImageShape {
    /// How many columns of a matrix such an image takes: height times width times channels.
    pub fn columns(self) -> usize {
        self.height * self.width * self.channels
    }
}
