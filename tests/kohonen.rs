//! Kohonen's networks where they meet threads and files.

use crate::resuming::THREADS;
use std::ops::ControlFlow;
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};
use unsup_models::kohonen::{
    Batch, Codebook, Grid, Kernel, Lattice, Lvq, Map, MapStart, Surface, Width,
};
use unsup_nn::Module;
use unsup_nn::saving::{Description, SavedModel, save_model};

fn objects(rows: usize, columns: usize) -> Matrix<f32> {
    let mut random = generator(1, "test", 0);
    Matrix::from_fn(rows, columns, |_, _| standard_normal(&mut random) as f32)
}

fn bits(w: &Matrix<f32>) -> Vec<u32> {
    w.as_slice().iter().map(|w| w.to_bits()).collect()
}

#[test]
fn a_batch_map_has_the_same_bits_at_1_and_2_threads() {
    let _threads = THREADS.lock();
    // so many that its products are split
    let complete = objects(150, 40);
    let mut missing = complete.clone();
    for i in (0..150).step_by(9) {
        missing[(i, i % 40)] = f32::NAN;
    }
    for x in [complete, missing] {
        for (kernel, lattice) in [
            (Kernel::Gaussian, Lattice::Rectangular),
            (Kernel::Gaussian, Lattice::Hexagonal),
            (Kernel::Epanechnikov, Lattice::Rectangular),
        ] {
            let [one, two] = [1, 2].map(|threads| {
                unsup_autograd::set_threads(threads);
                let grid = Grid::new(44, 40, lattice, Surface::Planar);
                let mut map = Map::start(&x, grid, MapStart::PrincipalPlane, 0).unwrap();
                let batch = Batch {
                    kernel,
                    radius: Width::linear(15.0, 2.0),
                    epochs: 2,
                    settling: 0,
                };
                map.fit(&x, &batch, |_| ControlFlow::Continue(())).unwrap();
                let quality = map.quality(&x);
                (bits(map.codebook().centres()), quality)
            });
            assert!(one == two, "{kernel}, {lattice:?}");
        }
    }
    unsup_autograd::set_threads(1);
}

/// Saves a network and loads it into another of its shape.
fn saved_and_loaded<M: Module<f32>>(network: &M, mut other: M) -> M {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let description = Description {
        method: "kohonen".to_owned(),
        settings: serde_json::Value::Null,
        seed: 0,
        data: String::new(),
    };
    save_model(&path, network, &description, &[]).unwrap();
    SavedModel::open(&path)
        .unwrap()
        .load_into(&mut other)
        .unwrap();
    other
}

#[test]
fn saved_networks_load_to_the_same_bits() {
    let w = objects(6, 3).map(|w| w / 3.0);
    let zeros = Matrix::zeros(6, 3);
    let codebook = saved_and_loaded(&Codebook::new(w.clone()), Codebook::new(zeros.clone()));
    assert_eq!(bits(codebook.centres()), bits(&w));
    let grid = Grid::new(3, 2, Lattice::Hexagonal, Surface::Torus);
    let [map, fresh] = [&w, &zeros].map(|w| Map::with_centres(grid, w.clone()));
    let map = saved_and_loaded(&map, fresh);
    assert_eq!(bits(map.codebook().centres()), bits(&w));
    let classes = vec![0, 0, 1, 1, 2, 2];
    let [lvq, fresh] = [&w, &zeros].map(|w| Lvq::with_centres(w.clone(), classes.clone()));
    let loaded = saved_and_loaded(&lvq, fresh);
    assert_eq!(bits(loaded.codebook().centres()), bits(&w));
    let x = objects(50, 3);
    assert_eq!(loaded.predict(&x), lvq.predict(&x));
}
