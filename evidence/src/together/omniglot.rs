//! Few-shot learning on drawings of characters: an experiment of minutes.

use crate::shared::{observed, over_seeds, paper, property, training};
use crate::{Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::{ReadOptions, read};
use unsup_models::autoencoder::{self, AutoEncoder, Denoising, Noise};
use unsup_models::together::multi_task::few_shot::Episodes;
use unsup_models::together::multi_task::{Architecture, MultiTask};
use unsup_models::{Activation, Task};

const IMAGES: &str = "omniglot/omniglot-small1-images-idx3-ubyte.gz";
const CLASSES: &str = "omniglot-small1-classes.txt";
/// Drawings of a character.
const DRAWINGS: usize = 20;
/// Pixels of a side as published, and of ours: the means of 5x5.
const SIDE: usize = 105;
const SMALL: usize = 21;

pub fn long_experiments() -> Vec<Experiment> {
    vec![Experiment {
        method: "multi-task",
        name: "characters of a new alphabet from one and five drawings",
        needs: Some(IMAGES),
        findings: new_alphabet,
    }]
}

/// Drawings, with the alphabet and the character of each.
struct Characters {
    x: Matrix<f32>,
    raw: Matrix<f32>,
    alphabets: Vec<usize>,
    characters: Vec<usize>,
}

impl Characters {
    /// All characters of the file, twenty drawings each, in order.
    fn read(file: &Path) -> Self {
        let data = read(file, &ReadOptions::default());
        let raw: Matrix<f32> = data
            .unwrap_or_else(|error| panic!("{error}"))
            .features
            .cast();
        let x = Matrix::from_fn(raw.rows(), SMALL * SMALL, |i, p| {
            let (top, left) = (5 * (p / SMALL), 5 * (p % SMALL));
            let pixels = (0..25).map(|k| raw[(i, (top + k / 5) * SIDE + left + k % 5)]);
            pixels.sum::<f32>() / 25.0
        });
        let names = std::fs::read_to_string(file.with_file_name(CLASSES))
            .expect("the names lie beside the images");
        let alphabet_of: Vec<usize> = names
            .lines()
            .map(|line| {
                line.split('\t')
                    .nth(1)
                    .and_then(|n| n.parse().ok())
                    .expect("class, alphabet, name, character")
            })
            .collect();
        let characters: Vec<usize> = (0..raw.rows()).map(|i| i / DRAWINGS).collect();
        let alphabets = characters
            .iter()
            .map(|&character| alphabet_of[character])
            .collect();
        Self {
            x,
            raw,
            alphabets,
            characters,
        }
    }

    fn rows(&self, of: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.alphabets.len())
            .filter(|&i| of(self.alphabets[i]))
            .collect()
    }

    /// The drawings of an alphabet, each also turned by a quarter, a half and three quarters, as characters of their own;
    /// and each shifted by a pixel either way, as the same character.
    fn task(&self, alphabet: usize) -> (Matrix<f32>, Vec<usize>) {
        let rows = self.rows(|one| one == alphabet);
        let first = self.characters[rows[0]];
        let (mut images, mut classes) = (Vec::new(), Vec::new());
        for &i in &rows {
            let image = self.x.row(i);
            for turn in 0..4 {
                for (down, right) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] {
                    images.push(shifted(&turned(image, turn), down, right));
                    classes.push(4 * (self.characters[i] - first) + turn);
                }
            }
        }
        (Matrix::from_rows(&images), classes)
    }
}

/// An image turned by so many quarters.
fn turned(image: &[f32], quarters: usize) -> Vec<f32> {
    let mut image = image.to_vec();
    for _ in 0..quarters {
        image = (0..SMALL * SMALL)
            .map(|p| image[(SMALL - 1 - p % SMALL) * SMALL + p / SMALL])
            .collect();
    }
    image
}

/// An image shifted by so many pixels; what comes in is empty.
fn shifted(image: &[f32], down: isize, right: isize) -> Vec<f32> {
    let at = |row: isize, column: isize| {
        let inside = |place: isize| (0..SMALL as isize).contains(&place);
        if inside(row) && inside(column) {
            image[row as usize * SMALL + column as usize]
        } else {
            0.0
        }
    };
    (0..SMALL * SMALL)
        .map(|p| at((p / SMALL) as isize - down, (p % SMALL) as isize - right))
        .collect()
}

/// Each of the five alphabets is new once: the others' characters are learned, an alphabet a task.
fn new_alphabet(file: &Path) -> Vec<Finding> {
    let all = Characters::read(file);
    let figures: [Vec<f64>; 10] = over_seeds(5, |new| {
        let new = new as usize;
        let known: Vec<(Matrix<f32>, Vec<usize>)> = (0..5)
            .filter(|&alphabet| alphabet != new)
            .map(|alphabet| all.task(alphabet))
            .collect();
        let tasks: Vec<Task<'_, f32>> = known
            .iter()
            .map(|(x, classes)| Task::classes(x, classes))
            .collect();
        let outputs: Vec<usize> = known
            .iter()
            .map(|(_, classes)| classes.iter().max().map_or(0, |most| most + 1))
            .collect();
        let architecture = Architecture {
            hidden: vec![512, 256],
            code: 128,
            ..Architecture::default()
        };
        let mut shared = MultiTask::new(SMALL * SMALL, &outputs, &architecture);
        let outcome = shared.fit(&tasks, &training(8, 100, 1e-3, new as u64), observed);
        outcome.expect("the training does not diverge");

        let drawings = all.x.select_rows(&all.rows(|alphabet| alphabet != new));
        let shape = autoencoder::Architecture {
            activation: Activation::Relu,
            output: Activation::Sigmoid,
            ..autoencoder::Architecture::deep(&[512], 128)
        };
        let mut denoising = AutoEncoder::new(SMALL * SMALL, &shape);
        let noise = Denoising::new(Noise::Masking { probability: 0.3 });
        let outcome = denoising.fit(
            &drawings,
            &noise,
            &training(40, 100, 1e-3, new as u64),
            observed,
        );
        outcome.expect("the training does not diverge");

        let rows = all.rows(|alphabet| alphabet == new);
        let x = all.x.select_rows(&rows);
        let classes: Vec<usize> = rows.iter().map(|&i| all.characters[i]).collect();
        let fresh = MultiTask::of(
            shared.encoder().redrawn(new as u64, "random encoder"),
            shared.heads().to_vec(),
        );
        let codes = [
            unit(&shared.encode(&x)),
            unit(&denoising.encode(&x)),
            unit(&fresh.encode(&x)),
            unit(&x),
            all.raw.select_rows(&rows),
        ];
        let mut figures = [0.0; 10];
        for (k, codes) in codes.iter().enumerate() {
            for (j, shots) in [1, 5].into_iter().enumerate() {
                let episodes = Episodes {
                    shots,
                    seed: new as u64,
                    ..Episodes::default()
                };
                figures[2 * k + j] = 100.0 * episodes.accuracy(codes, &classes).mean;
            }
        }
        figures
    });
    let of = |k: usize, what: &str| {
        let name = |shots: &str| format!("5-way {shots}, {what}: accuracy %");
        [
            property(&name("1-shot"), figures[2 * k].clone(), Gate::Shown),
            property(&name("5-shot"), figures[2 * k + 1].clone(), Gate::Shown),
        ]
    };
    let gained = |j: usize| {
        figures[j]
            .iter()
            .zip(&figures[6 + j])
            .map(|(a, b)| a - b)
            .collect()
    };
    let mut findings = vec![
        property(
            "5-way 1-shot: points above pixels of 21x21",
            gained(0),
            Gate::AtLeast(5.0),
        ),
        property(
            "5-way 5-shot: points above pixels of 21x21",
            gained(1),
            Gate::AtLeast(3.0),
        ),
    ];
    findings.extend(of(0, "codes of other alphabets"));
    findings.extend(of(1, "codes of a denoising auto-encoder"));
    findings.extend(of(2, "random weights"));
    findings.extend(of(3, "pixels of 21x21"));
    findings.extend(of(4, "pixels as published, 105x105"));
    findings.push(
        paper(
            "5-way 1-shot, codes of other alphabets: accuracy %",
            figures[0].clone(),
        )
        .beside(98.1, "Vinyals 2016, matching networks, 1200 characters"),
    );
    findings.push(
        paper("5-way 1-shot, pixels: accuracy %", figures[8].clone())
            .beside(41.7, "Vinyals 2016, pixels"),
    );
    findings
}

/// Each row brought to length 1: distances are then by the angle.
fn unit(x: &Matrix<f32>) -> Matrix<f32> {
    let lengths: Vec<f32> = x
        .row_iter()
        .map(|row| row.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6))
        .collect();
    Matrix::from_fn(x.rows(), x.columns(), |i, j| x[(i, j)] / lengths[i])
}
