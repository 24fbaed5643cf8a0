//! What is read off a map: the numbers behind its pictures.

use super::Map;
use super::grid::Neighbours;
use super::quality::squared_distance;
use crate::kohonen::codebook::mean;
use unsup_autograd::{Matrix, Real};
use unsup_nn::classical::{Nearest, k_nearest};

/// The distances between the centres of neighbouring nodes: where they are large runs a border between clusters
/// (Ultsch, Siemon 1990, "Kohonen's self organizing feature maps for exploratory data analysis").
#[derive(Clone, PartialEq, Debug)]
pub struct UMatrix {
    /// a, b and ‖w_a − w_b‖ for each pair of neighbours, a below b; 4 neighbours on a rectangular grid, 6 on a
    /// hexagonal one.
    pub edges: Vec<(usize, usize, f64)>,
    /// For each node the mean over its neighbours; NaN where it has none.
    pub nodes: Vec<f64>,
}

impl<T: Real> Map<T> {
    /// The density map: for each node the mean distance of its centre from the `k` nearest rows of `x`, or from all if
    /// there are fewer. Where it is low objects lie close together.
    ///
    /// Objects without any value are passed over. NaN where there are none.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or k is 0.
    #[track_caller]
    pub fn density(&self, x: &Matrix<T>, k: usize) -> Vec<f64> {
        self.codebook.check_features("density", x);
        assert!(k > 0, "density: needs at least 1 neighbour");
        let centres = self.codebook.centres();
        if x.is_finite() {
            // no value is missing: the objects nearest to each centre are found as winners are
            let found = k_nearest(centres, x, k.min(x.rows()));
            let distance = |near: &Nearest<T>| near.squared_distance.to_f64().sqrt();
            return found
                .iter()
                .map(|near| mean(near.iter().map(distance)))
                .collect();
        }
        let nodes = centres.row_iter();
        nodes
            .map(|w| {
                let distances = x.row_iter().map(|x| squared_distance(x, w));
                let mut distances: Vec<f64> = distances.filter(|d| !d.is_nan()).collect();
                let k = k.min(distances.len());
                if k > 0 {
                    distances.select_nth_unstable_by(k - 1, f64::total_cmp);
                }
                mean(distances[..k].iter().map(|d| d.sqrt()))
            })
            .collect()
    }

    /// The U-matrix of the centres.
    pub fn u_matrix(&self) -> UMatrix {
        let grid = self.grid;
        let neighbours = match grid.usual_neighbours() {
            Neighbours::Six => Neighbours::Six,
            _ => Neighbours::Four,
        };
        let w = self.codebook.centres();
        let mut edges = Vec::new();
        let mut around = vec![Vec::new(); grid.nodes()];
        for a in 0..grid.nodes() {
            let later = grid
                .neighbours_of(a, neighbours)
                .into_iter()
                .filter(|&b| b > a);
            for b in later {
                let distance = squared_distance(w.row(a), w.row(b)).sqrt();
                edges.push((a, b, distance));
                around[a].push(distance);
                around[b].push(distance);
            }
        }
        let nodes = around
            .into_iter()
            .map(|distances| mean(distances.into_iter()));
        UMatrix {
            edges,
            nodes: nodes.collect(),
        }
    }

    /// The rows of `x` that each node wins, in their order.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, or an infinite entry.
    #[track_caller]
    pub fn objects_of_nodes(&self, x: &Matrix<T>) -> Vec<Vec<usize>> {
        let mut objects = vec![Vec::new(); self.grid.nodes()];
        for (i, winner) in self.codebook.winners(x).into_iter().enumerate() {
            if let Some(winner) = winner {
                objects[winner.centre].push(i);
            }
        }
        objects
    }

    /// How many objects of each class each node wins: nodes x `classes`.
    ///
    /// # Panics
    /// If `x` has another number of columns than the centres, there is not one label an object, or a label is not below
    /// `classes`.
    #[track_caller]
    pub fn class_counts(&self, x: &Matrix<T>, labels: &[usize], classes: usize) -> Vec<Vec<usize>> {
        assert!(
            x.rows() == labels.len() && labels.iter().all(|&label| label < classes),
            "class_counts: {} labels below {classes} for objects of {}",
            labels.len(),
            x.shape()
        );
        let count = |objects: Vec<usize>| {
            let mut counts = vec![0; classes];
            objects.into_iter().for_each(|i| counts[labels[i]] += 1);
            counts
        };
        self.objects_of_nodes(x).into_iter().map(count).collect()
    }

    /// How closely each component plane follows a class: the correlation over the nodes, each weighted by its objects,
    /// of the component w_yj with the share of the class among the objects of the node. `class_counts` as
    /// [`Map::class_counts`] gives them. NaN where one of the two is constant.
    ///
    /// # Panics
    /// If there is not one list of counts a node, or it has no such class.
    #[track_caller]
    pub fn correlation_with_class(&self, class_counts: &[Vec<usize>], class: usize) -> Vec<f64> {
        let w = self.codebook.centres();
        assert!(
            class_counts.len() == w.rows()
                && class_counts.iter().all(|counts| class < counts.len()),
            "correlation_with_class: class {class} in counts of {} nodes for {}",
            class_counts.len(),
            self.grid
        );
        let hits: Vec<f64> = class_counts
            .iter()
            .map(|counts| counts.iter().sum::<usize>() as f64)
            .collect();
        let share = |y: usize| match hits[y] {
            0.0 => 0.0, // weighs nothing
            hits => class_counts[y][class] as f64 / hits,
        };
        let shares: Vec<f64> = (0..w.rows()).map(share).collect();
        let plane = |j: usize| -> Vec<f64> { w.row_iter().map(|w| w[j].to_f64()).collect() };
        let planes = (0..w.columns()).map(plane);
        planes
            .map(|plane| weighted_correlation(&plane, &shares, &hits))
            .collect()
    }
}

/// Σ v (a − ā)(b − b̄) / √(Σ v (a − ā)² Σ v (b − b̄)²) with the means weighted alike.
fn weighted_correlation(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let mean = |values: &[f64]| {
        let sum: f64 = values
            .iter()
            .zip(weights)
            .map(|(value, weight)| weight * value)
            .sum();
        sum / weights.iter().sum::<f64>()
    };
    let (a_mean, b_mean) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for ((a, b), weight) in a.iter().zip(b).zip(weights) {
        let (a, b) = (a - a_mean, b - b_mean);
        ab += weight * a * b;
        aa += weight * a * a;
        bb += weight * b * b;
    }
    ab / (aa * bb).sqrt()
}

/// The class that most of a node's objects are of, of several the first; `None` where there are none.
pub fn majority(counts: &[usize]) -> Option<usize> {
    let most = *counts.iter().max()?;
    (most > 0).then(|| counts.iter().position(|&count| count == most))?
}

/// The share of objects whose class is the majority of their node: how well the map, which has not seen the classes,
/// tells them apart.
pub fn node_majority_accuracy(class_counts: &[Vec<usize>]) -> f64 {
    let all: usize = class_counts.iter().flatten().sum();
    let most: usize = class_counts
        .iter()
        .filter_map(|counts| counts.iter().max())
        .sum();
    most as f64 / all as f64
}
