//! The data of a training: read, split, scaled.

use crate::pictures::TileShape;
use std::error::Error;
use std::path::Path;
use unsup_data::{Dataset, Standardisation, digits, read_csv};
use unsup_models::{Activation, Matrix};
use unsup_nn::random::{generator, shuffle};

/// How many of the digits are held out; of other data it is a third.
const DIGITS_HELD_OUT: usize = 597;

/// A data set in two parts, and how a model should take it.
pub struct Split {
    /// What the objects are called, such as "digits".
    pub name: String,
    /// A remark on what was done to them, to stand behind their number; may be empty.
    pub remark: &'static str,
    /// Objects x features.
    pub train: Matrix<f64>,
    /// Objects x features.
    pub held_out: Matrix<f64>,
    /// The classes of the held-out objects, where they are known.
    pub held_out_labels: Option<Vec<usize>>,
    /// What reaches the range of the features.
    pub output: Activation,
    /// How an object is drawn.
    pub tile: TileShape,
}

impl Split {
    /// The table in a file, or the digits where none is given, split by a permutation of the seed.
    ///
    /// # Errors
    /// If the file cannot be read, has fewer than two objects, or numbers too large to be scaled; one line says where and why.
    pub fn load(file: Option<&Path>, seed: u64) -> Result<Self, Box<dyn Error>> {
        match file {
            None => Ok(Self::new(digits(), DIGITS_HELD_OUT, seed)),
            Some(file) => {
                let data = read_csv(file)?;
                let objects = data.features.rows();
                if objects < 2 {
                    let file = file.display();
                    return Err(format!(
                        "{file}: found 1 object, expected at least 2: a part is held out"
                    )
                    .into());
                }
                let split = Self::new(data, (objects / 3).max(1), seed).standardised();
                // as the model will see them
                let fits = |x: &Matrix<f64>| x.cast::<f32>().is_finite();
                if !fits(&split.train) || !fits(&split.held_out) {
                    let file = file.display();
                    return Err(format!("{file}: the numbers are too large to be scaled").into());
                }
                Ok(split)
            }
        }
    }

    fn new(data: Dataset, held_out: usize, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..data.features.rows()).collect();
        shuffle(&mut order, &mut generator(seed, "split", 0));
        let (train, held_out) = order.split_at(order.len() - held_out);
        Self {
            remark: "",
            train: data.features.select_rows(train),
            held_out: data.features.select_rows(held_out),
            held_out_labels: data
                .labels
                .map(|labels| held_out.iter().map(|&i| labels[i]).collect()),
            output: Activation::Sigmoid,
            tile: match data.image {
                Some(image) => TileShape::Image {
                    height: image.height,
                    width: image.width,
                },
                None => TileShape::Strip,
            },
            name: data.name,
        }
    }

    /// The same with columns of mean 0 and deviation 1 on the training part.
    fn standardised(self) -> Self {
        let scaling = Standardisation::fit(&self.train);
        Self {
            remark: " standardised on the training part",
            train: scaling.apply(&self.train),
            held_out: scaling.apply(&self.held_out),
            output: Activation::Identity,
            ..self
        }
    }
}
