//! The 8x8 digits, part of the program: something to learn from at once, without a file and without a download.

use crate::{Dataset, ImageShape, idx};
use unsup_autograd::Matrix;

const IMAGES: &[u8] = include_bytes!("../digits/digits-images-idx3-ubyte.gz");
const LABELS: &[u8] = include_bytes!("../digits/digits-labels-idx1-ubyte.gz");
/// The most ink that a pixel holds: the set pixels of a 4x4 block of the original.
const FULL: f64 = 16.0;

/// The 1797 handwritten digits of the UCI test set: features 1797 x 64, the ink of each pixel in \[0, 1\] in steps of
/// 1/16 (0 is paper), labels 0 to 9 (named so), images of 8x8 pixels with one channel.
///
/// They are unpacked at each call, which takes about a millisecond.
///
/// ```
/// let digits = unsup_data::digits();
/// let image = digits.image.unwrap();
/// for row in digits.features.row(0).chunks(image.width) {
///     let line: String = row.iter().map(|&ink| if ink > 0.5 { '#' } else { '.' }).collect();
///     println!("{line}");
/// }
/// ```
pub fn digits() -> Dataset {
    // Both files are part of this crate, and every test reads them: what fails here is a broken build.
    let images = idx::read(IMAGES, "digits-images-idx3-ubyte.gz").expect("the embedded images");
    let labels = idx::read(LABELS, "digits-labels-idx1-ubyte.gz").expect("the embedded labels");
    let &[count, height, width] = images.dimensions() else {
        panic!(
            "the embedded images have {} dimensions, expected 3",
            images.dimensions().len()
        );
    };
    let image = ImageShape {
        height,
        width,
        channels: 1,
    };
    let ink = images.bytes().iter().map(|&value| f64::from(value) / FULL);
    let features = Matrix::from_vec(count, image.columns(), ink.collect());
    let mut digits = Dataset::new("digits", features);
    digits.labels = Some(labels.bytes().iter().map(|&label| label.into()).collect());
    digits.label_names = (0..10).map(|digit| digit.to_string()).collect();
    digits.image = Some(image);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_the_known_ones() {
        let digits = digits();
        assert_eq!(digits.name, "digits");
        assert_eq!(digits.features.shape().to_string(), "1797x64");
        assert_eq!(
            digits.image,
            Some(ImageShape {
                height: 8,
                width: 8,
                channels: 1
            })
        );
        assert!(digits.feature_names.is_empty() && digits.notes.is_empty());
        assert_eq!(digits.label_names.join(""), "0123456789");

        let labels = digits.labels.unwrap();
        assert_eq!(labels.len(), 1797);
        let mut counts = [0; 10];
        labels.iter().for_each(|&label| counts[label] += 1);
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);

        // Sixteenths are exact, so that the sums are.
        let ink = |row: &[f64]| row.iter().sum::<f64>() * FULL;
        assert_eq!(ink(digits.features.row(0)), 294.0);
        assert_eq!(ink(digits.features.as_slice()), 561_718.0);
        let first_row = [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0];
        assert_eq!(digits.features.row(0)[..8], first_row.map(|x| x / FULL));
        let (least, most) = digits
            .features
            .as_slice()
            .iter()
            .fold((1.0f64, 0.0f64), |(a, b), &x| (a.min(x), b.max(x)));
        assert_eq!((least, most), (0.0, 1.0));
    }
}
