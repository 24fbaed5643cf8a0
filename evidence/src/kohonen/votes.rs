//! The slide's example: how members of the US Congress voted in 1984.

use super::observed_map;
use crate::shared::seeds;
use crate::{Evidence, Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_data::{LabelColumn, ReadOptions, read};
use unsup_models::kohonen::{
    Batch, Grid, Kernel, Lattice, Map, MapStart, Surface, Width, node_majority_accuracy,
};

pub fn experiments() -> Vec<Experiment> {
    vec![Experiment {
        method: "som",
        name: "house votes on 10x10 nodes",
        needs: Some("house-votes-84/house-votes-84.data"),
        findings: house_votes,
    }]
}

/// The votes, n 0 and y 1 and neither NaN, and the parties, 0 democrat and 1 republican.
pub fn votes(file: &Path) -> (Matrix<f64>, Vec<usize>) {
    let options = ReadOptions {
        label: Some(LabelColumn::First),
        ..ReadOptions::default()
    };
    let votes = read(file, &options).expect("the votes as they are published");
    (
        votes.features,
        votes.labels.expect("its first column is the party"),
    )
}

/// Which of the 16 columns a vote is, counted from 0.
const PHYSICIAN_FEE_FREEZE: usize = 3;
const IMMIGRATION: usize = 9;
/// The member who cast none of the votes, counted from 0.
const ALL_MISSING: usize = 248;

fn house_votes(file: &Path) -> Vec<Finding> {
    let (x, parties) = votes(file);
    let grid = Grid::new(10, 10, Lattice::Rectangular, Surface::Planar);
    let (mut accuracy, mut qe, mut te, mut hit, mut left_out) =
        (vec![], vec![], vec![], vec![], vec![]);
    let (mut fee, mut immigration) = (vec![], vec![]);
    for seed in seeds(3) {
        let map = Map::start(&x, grid, MapStart::Objects, seed);
        let mut map = map.expect("the votes can be trained on");
        let batch = Batch {
            kernel: Kernel::Gaussian,
            radius: Width::linear(5.0, 1.0),
            epochs: 20,
            settling: 0,
        };
        let outcome = map.fit(&x, &batch, observed_map);
        let outcome = outcome.expect("the votes can be trained on");
        left_out.push(f64::from(u8::from(outcome.left_out != [ALL_MISSING])));
        let counts = map.class_counts(&x, &parties, 2);
        let quality = map.quality(&x);
        accuracy.push(node_majority_accuracy(&counts));
        qe.push(quality.quantization_error);
        te.push(quality.topographic_error());
        hit.push((grid.nodes() - quality.dead_nodes()) as f64);
        let correlations = map.correlation_with_class(&counts, 1);
        fee.push(correlations[PHYSICIAN_FEE_FREEZE]);
        immigration.push(correlations[IMMIGRATION].abs());
    }
    vec![
        Finding::new(
            Evidence::Property,
            "another object left out than the one without a vote",
            left_out,
            Gate::AtMost(0.0),
        ),
        Finding::new(
            Evidence::Exact,
            "party of the node's majority, accuracy",
            accuracy,
            Gate::AtLeast(0.95),
        )
        .beside(0.960, "numpy"),
        Finding::new(
            Evidence::Exact,
            "quantization error, radius 5 to 1",
            qe,
            Gate::AtMost(0.94),
        )
        .beside(0.922, "numpy"),
        Finding::new(
            Evidence::Exact,
            "topographic error, 8 neighbours",
            te,
            Gate::AtMost(0.035),
        )
        .beside(0.024, "numpy"),
        Finding::new(
            Evidence::Exact,
            "nodes hit of 100",
            hit,
            Gate::AtLeast(75.0),
        )
        .beside(81.0, "numpy"),
        Finding::new(
            Evidence::Exact,
            "physician-fee-freeze with the republican share",
            fee,
            Gate::AtLeast(0.95),
        )
        .beside(0.97, "numpy"),
        Finding::new(
            Evidence::Exact,
            "immigration with the republican share, either way",
            immigration,
            Gate::AtMost(0.3),
        )
        .beside(0.14, "numpy"),
    ]
}
