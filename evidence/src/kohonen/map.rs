//! The map.

use super::digits;
use super::observed_map;
use crate::shared::enough_seeds;
use crate::{Evidence, Experiment, Finding, Gate};
use std::path::Path;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, shuffle};
use unsup_models::kohonen::{
    Batch, End, Grid, Kernel, Lattice, Map, MapStart, Rate, Settings, Stopping, Surface, Width,
};
use unsup_nn::classical::{nearest, trustworthiness};

pub fn experiments() -> Vec<Experiment> {
    vec![
        Experiment {
            method: "som",
            name: "digits on 20x20 nodes, all at once and one by one",
            needs: None,
            findings: digits_on_a_map,
        },
        Experiment {
            method: "som",
            name: "a map is subjective, it distorts, and it finds the number of its clusters",
            needs: None,
            findings: drawbacks_and_advantage,
        },
    ]
}

fn grid(columns: usize, rows: usize) -> Grid {
    Grid::new(columns, rows, Lattice::Rectangular, Surface::Planar)
}

fn batch(kernel: Kernel, radius: Width, settling: usize) -> Batch {
    Batch {
        kernel,
        radius,
        epochs: 10,
        settling,
    }
}

fn start(x: &Matrix<f64>, grid: Grid, start: MapStart, seed: u64) -> Map<f64> {
    Map::start(x, grid, start, seed).expect("these objects can be trained on")
}

fn fit(map: &mut Map<f64>, x: &Matrix<f64>, batch: &Batch) -> unsup_models::kohonen::BatchOutcome {
    let outcome = map.fit(x, batch, observed_map);
    outcome.expect("these objects can be trained on")
}

/// The map trained object by object, in an order of that seed.
fn trained_online(
    mut map: Map<f64>,
    x: &Matrix<f64>,
    radius: Width,
    epochs: usize,
    seed: u64,
) -> Map<f64> {
    let settings = Settings {
        epochs,
        rate: Rate::linear(0.5),
        stopping: Stopping::never(),
        seed,
        ..Settings::default()
    };
    let run = map.fit_online(x, Kernel::Gaussian, radius, &settings, observed_map);
    run.expect("the digits can be trained on");
    map
}

/// The places of the nodes that the objects win, as an embedding.
fn embedding(map: &Map<f64>, x: &Matrix<f64>) -> Matrix<f64> {
    let places: Vec<[f64; 2]> = map
        .codebook()
        .winners(x)
        .into_iter()
        .map(|winner| {
            map.grid()
                .position(winner.expect("it has values").centre)
                .into()
        })
        .collect();
    Matrix::from_rows(&places)
}

fn digits_on_a_map(_: &Path) -> Vec<Finding> {
    let (x, _) = digits();
    let radius = Width::linear(10.0, 1.0);
    let (mut qe, mut te, mut trust, mut shuffled, mut settled) = Default::default();
    let push = |values: &mut Vec<f64>, value: f64| values.push(value);
    let (mut online_qe, mut online_te): (Vec<f64>, Vec<f64>) = Default::default();
    for seed in enough_seeds(3) {
        let mut map = start(&x, grid(20, 20), MapStart::Objects, seed);
        fit(&mut map, &x, &batch(Kernel::Gaussian, radius, 0));
        let quality = map.quality(&x);
        push(&mut qe, quality.quantization_error);
        push(&mut te, quality.topographic_error());
        push(&mut trust, trustworthiness(&x, &embedding(&map, &x), 10));
        push(
            &mut shuffled,
            shuffled_nodes(&map, seed).quality(&x).topographic_error(),
        );
        let outcome = fit(
            &mut map,
            &x,
            &batch(Kernel::Gaussian, Width::linear(1.0, 1.0), 300),
        );
        push(
            &mut settled,
            f64::from(u8::from(outcome.end == End::Settled)),
        );

        let map = start(&x, grid(20, 20), MapStart::Objects, seed);
        let map = trained_online(map, &x, radius, 10, seed);
        let quality = map.quality(&x);
        push(&mut online_qe, quality.quantization_error);
        push(&mut online_te, quality.topographic_error());
    }
    vec![
        Finding::new(
            Evidence::Exact,
            "quantization error, radius 10 to 1",
            qe,
            Gate::AtMost(1.21),
        )
        .beside(1.195, "numpy"),
        Finding::new(
            Evidence::Exact,
            "topographic error, 8 neighbours",
            te,
            Gate::AtMost(0.03),
        )
        .beside(0.024, "numpy"),
        Finding::new(
            Evidence::Exact,
            "trustworthiness, 10 neighbours",
            trust,
            Gate::AtLeast(0.975),
        )
        .beside(0.980, "numpy"),
        Finding::new(
            Evidence::Ablation,
            "topographic error, nodes shuffled",
            shuffled,
            Gate::AtLeast(0.9),
        ),
        Finding::new(
            Evidence::Property,
            "ends since no object changes its node",
            settled,
            Gate::AtLeast(1.0),
        ),
        Finding::new(
            Evidence::Exact,
            "one by one: quantization error",
            online_qe,
            Gate::AtMost(1.29),
        )
        .beside(1.27, "MiniSom"),
        Finding::new(
            Evidence::Exact,
            "one by one: topographic error",
            online_te,
            Gate::AtMost(0.012),
        )
        .beside(0.006, "MiniSom"),
    ]
}

/// The same centres at other nodes.
fn shuffled_nodes(map: &Map<f64>, seed: u64) -> Map<f64> {
    let mut nodes: Vec<usize> = (0..map.grid().nodes()).collect();
    shuffle(&mut nodes, &mut generator(seed, "nodes", 0));
    Map::with_centres(map.grid(), map.codebook().centres().select_rows(&nodes))
}

/// The slide's drawbacks: a map depends on the kernel, on the start and on the order in which objects are shown, and
/// near objects may come to lie far apart. And its advantage: how many of its nodes are not empty is found by itself.
fn drawbacks_and_advantage(_: &Path) -> Vec<Finding> {
    let (x, _) = digits();
    let x = x.slice_rows(0..600);
    let grid = grid(10, 10);
    let radius = Width::linear(5.0, 1.0);
    let trained = |kernel, from, seed| {
        let mut map = start(&x, grid, from, seed);
        fit(&mut map, &x, &batch(kernel, radius, 50));
        map
    };
    let online = |seed| {
        let map = start(&x, grid, MapStart::PrincipalPlane, 0);
        trained_online(map, &x, radius, 20, seed)
    };
    let (mut kernel, mut first, mut order, mut distortion, mut hit) =
        (vec![], vec![], vec![], vec![], vec![]);
    for seed in enough_seeds(3) {
        let map = trained(Kernel::Gaussian, MapStart::Objects, seed);
        kernel.push(changed_pairs(
            &map,
            &trained(Kernel::Rectangular, MapStart::Objects, seed),
            &x,
        ));
        first.push(changed_pairs(
            &map,
            &trained(Kernel::Gaussian, MapStart::Objects, seed + 10),
            &x,
        ));
        order.push(changed_pairs(&online(seed), &online(seed + 10), &x));
        distortion.push(torn_apart(&map, &x));
        let hits = map.codebook().hits(&x);
        hit.push(hits.iter().filter(|&&hits| hits > 0).count() as f64);
    }
    let changed = |what: &str, values| {
        let name = format!("another {what}: share of neighbours that change");
        Finding::new(Evidence::Property, name, values, Gate::AtLeast(0.1))
    };
    vec![
        changed("kernel", kernel),
        changed("start", first),
        changed("order", order),
        Finding::new(
            Evidence::Property,
            "distortion: nearest objects more than 2 nodes apart",
            distortion,
            Gate::AtLeast(0.01),
        ),
        Finding::new(
            Evidence::Property,
            "nodes of 100 that are not empty: some are",
            hit.clone(),
            Gate::AtMost(95.0),
        ),
        Finding::new(
            Evidence::Property,
            "nodes of 100 that are not empty: most are not",
            hit,
            Gate::AtLeast(75.0),
        ),
    ]
}

/// Of the pairs of objects that are neighbours on one of two maps (on the same node, or on nodes at distance 1), the
/// share that are not on both.
fn changed_pairs(a: &Map<f64>, b: &Map<f64>, x: &Matrix<f64>) -> f64 {
    let nodes = |map: &Map<f64>| -> Vec<usize> {
        let winners = map.codebook().winners(x).into_iter();
        winners
            .map(|winner| winner.expect("it has values").centre)
            .collect()
    };
    let (on_a, on_b) = (nodes(a), nodes(b));
    let near = |map: &Map<f64>, nodes: &[usize], i: usize, j: usize| {
        map.grid().squared_distance(nodes[i], nodes[j]) <= 1.0
    };
    let (mut on_either, mut on_both) = (0, 0);
    for i in 0..x.rows() {
        for j in 0..i {
            let (a, b) = (near(a, &on_a, i, j), near(b, &on_b, i, j));
            on_either += usize::from(a || b);
            on_both += usize::from(a && b);
        }
    }
    1.0 - f64::from(on_both as u32) / f64::from(on_either as u32)
}

/// The share of objects whose nearest other object lies more than 2 nodes away on the map.
fn torn_apart(map: &Map<f64>, x: &Matrix<f64>) -> f64 {
    let winners = map.codebook().winners(x);
    let node = |i: usize| winners[i].expect("it has values").centre;
    let far = (0..x.rows()).filter(|&i| {
        let others: Vec<usize> = (0..x.rows()).filter(|&j| j != i).collect();
        let nearest = nearest(&x.slice_rows(i..i + 1), &x.select_rows(&others))[0].index;
        map.grid().squared_distance(node(i), node(others[nearest])) > 4.0
    });
    far.count() as f64 / x.rows() as f64
}
