//! Saved models whose settings are damaged: they are refused in words, whatever stands in them.

use super::*;
use crate::arguments::ReadingOptions;
use crate::data::Missing;
use std::fs;
use unsup_models::autoencoder::{self, AutoEncoder, Likelihood, Supervised, Variational};
use unsup_models::in_sequence::distillation::{Domain, Surrogate};
use unsup_models::in_sequence::self_supervised::{self, Fragments, RelativePosition};
use unsup_models::kohonen::{Codebook, Grid, Lattice, Lvq, Map, Surface};
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::together::adversarial::{self, Gan};
use unsup_models::together::multi_task::{self, MultiTask};
use unsup_models::together::privileged::{TeacherAndStudent, TeacherSees};
use unsup_nn::saving::{Description, json, save_model};

/// A file of ours that lies in memory, to be written with other settings.
struct File {
    /// The header, and what follows it.
    header: Value,
    rest: Vec<u8>,
    settings: Value,
}

impl File {
    /// A model with these settings, beside those that all have; of four features, if nothing else is said.
    fn of<T: Real>(method: &str, model: &dyn Module<T>, settings: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(MODEL);
        let mut all = settings;
        for (name, value) in [
            ("features", json!(4)),
            ("scaling", json!("standard")),
            ("feature_names", json!(["a=x", "a=y", "a=z", "b"])),
            (
                "words",
                json!([{ "column": 1, "feature": 0, "words": ["x", "y", "z"] }]),
            ),
        ] {
            if all[name].is_null() {
                all[name] = value;
            }
        }
        let features = all["features"].as_u64().unwrap() as usize;
        let description = Description {
            method: method.to_owned(),
            settings: all.clone(),
            seed: 0,
            data: String::new(),
        };
        let [shift, scale] = [0.0, 2.0].map(|x| Matrix::filled(1, features, x));
        let further = [("scaling.shift", &shift), ("scaling.scale", &scale)];
        save_model(&path, model, &description, &further).unwrap();
        let bytes = fs::read(path).unwrap();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        Self {
            header: serde_json::from_slice(&bytes[8..8 + length]).unwrap(),
            rest: bytes[8 + length..].to_vec(),
            settings: all,
        }
    }

    /// Opens it with these settings, asks it for all that it has, and brings a table to its features, if it can.
    fn open(&self, path: &Path, settings: &Value) -> Result<Model, String> {
        let mut header = self.header.clone();
        let ours = header["__metadata__"]["unsup"].as_str().unwrap();
        let mut ours: Value = serde_json::from_str(ours).unwrap();
        ours["settings"] = settings.clone();
        header["__metadata__"]["unsup"] = json!(ours.to_string());
        let header = header.to_string();
        let length = (header.len() as u64).to_le_bytes();
        fs::write(path, [&length, header.as_bytes(), &self.rest].concat()).unwrap();
        let trained = Model::open(path)?;
        for offer in &trained.offers {
            let shown = match (offer.what, &trained.privileged) {
                (What::Teacher, Some(privileged)) => privileged.features(),
                _ => 0,
            };
            let x = Matrix::filled(2, trained.on.features() + shown, 0.5);
            assert_eq!(offer.answer(&x).rows(), 2);
        }
        if let Some(generator) = &trained.generator {
            assert_eq!((generator.new)(3, 0).rows(), 3);
        }
        let table = path.with_file_name("table.csv");
        fs::write(&table, "a,b\nx,1\nz,2\n").unwrap();
        let reading = ReadingOptions {
            label: None,
            delimiter: None,
            header: None,
            missing: None,
        };
        let objects = trained
            .on
            .objects(&reading, Some(&table), Missing::Refused, true);
        if let Ok(objects) = objects {
            assert_eq!(objects.x.columns(), trained.on.features());
        }
        Ok(trained)
    }
}

/// A model of each kind.
fn files() -> Vec<File> {
    let (features, hidden) = (4, vec![3]);
    let shape = autoencoder::Architecture::deep(&hidden, 2);
    let of_pair = json!({
        "hidden": hidden, "code": 2, "activation": "tanh", "code_activation": "identity",
        "output": "identity", "bias": true, "tied": false, "loss": "squared",
    });
    let with = |mut settings: Value, further: Value| {
        for (name, value) in further.as_object().unwrap() {
            settings[name.as_str()] = value.clone();
        }
        settings
    };
    let predictor = |features, outputs| {
        let shape = Architecture {
            hidden: vec![3],
            ..Architecture::default()
        };
        Predictor::<f32>::new(features, outputs, &shape)
    };
    let of_predictor = json!({ "hidden": hidden, "activation": "relu", "classes": ["p", "q"] });
    let centres = Matrix::from_fn(4, features, |i, j| (i * j) as f64);
    let tasks = json!([
        { "name": "kind", "classes": ["p", "q"] },
        { "name": "size", "shift": 1.0, "scale": 2.0 },
    ]);
    let shared = multi_task::Architecture {
        hidden: hidden.clone(),
        code: 2,
        ..multi_task::Architecture::default()
    };
    let of_shared = json!({
        "hidden": hidden, "code": 2, "head": [], "activation": "relu", "code_activation": "relu",
    });
    let fragments = Fragments {
        height: 3,
        width: 3,
        channels: 1,
        side: 1,
        gap: 0,
        jitter: 0,
    };
    let positions = self_supervised::Architecture {
        hidden: hidden.clone(),
        code: 2,
        head: Vec::new(),
        ..self_supervised::Architecture::default()
    };
    let game = adversarial::Architecture {
        latent: 2,
        generator: hidden.clone(),
        discriminator: hidden.clone(),
        ..adversarial::Architecture::default()
    };
    let domain = Domain(vec![(0.0, 1.0); 4]);
    let shape_of_surrogate = Architecture {
        hidden: hidden.clone(),
        ..Architecture::default()
    };
    let grid = Grid::new(2, 2, Lattice::Hexagonal, Surface::Torus);
    let privileged = json!({ "names": ["s"], "shift": [0.0], "scale": [1.0] });
    let pair = |outputs| {
        TeacherAndStudent::of(
            predictor(1, outputs),
            predictor(features, outputs),
            TeacherSees::Privileged,
        )
    };
    let of_student = json!({
        "hidden": hidden, "activation": "relu", "teacher_sees": "x*", "privileged": privileged,
    });
    vec![
        File::of(
            "autoencoder",
            &AutoEncoder::<f32>::new(features, &shape),
            of_pair.clone(),
        ),
        File::of(
            "stacked",
            &AutoEncoder::<f32>::new(
                features,
                &autoencoder::Architecture {
                    tied: true,
                    ..shape.clone()
                },
            ),
            with(of_pair.clone(), json!({ "tied": true })),
        ),
        File::of(
            "semi-supervised",
            &Supervised::<f32>::new(features, 2, &shape),
            with(of_pair, json!({ "classes": ["p", "q"], "outputs": 2 })),
        ),
        File::of(
            "variational",
            &Variational::<f32>::new(features, &shape, Likelihood::Gaussian),
            json!({
                "hidden": hidden, "code": 2, "activation": "tanh", "likelihood": "gaussian", "prior": 1.0,
            }),
        ),
        File::of(
            "gan",
            &Gan::<f32>::new(features, &game),
            json!({
                "code": 2, "generator": hidden, "generator_activation": "relu", "output": "identity",
                "discriminator": hidden, "discriminator_activation": "leaky-relu:0.2", "game": "minimax",
            }),
        ),
        File::of(
            "classifier",
            &predictor(features, 2),
            with(of_predictor.clone(), json!({ "label_column": "column 3" })),
        ),
        File::of(
            "distill",
            &predictor(features, 2),
            with(of_predictor, json!({ "classes": [], "outputs": 2 })),
        ),
        File::of(
            "distill",
            &Surrogate::<f32>::untrained(&domain, vec![(0.0, 1.0)], &shape_of_surrogate),
            json!({
                "function": "branin", "domain": domain.0, "values": [[0.0, 1.0]], "hidden": hidden,
                "activation": "relu",
            }),
        ),
        File::of(
            "lupi",
            &pair(2),
            with(
                of_student.clone(),
                json!({ "outputs": 2, "classes": ["p", "q"], "beside": ["s"] }),
            ),
        ),
        File::of(
            "lupi",
            &pair(1),
            with(
                of_student,
                json!({
                    "outputs": 1, "target": { "names": ["t"], "shift": [1.0], "scale": [2.0] },
                    "beside": ["t", "column 3"],
                }),
            ),
        ),
        File::of(
            "transfer",
            &MultiTask::<f32>::new(features, &[2], &shared),
            with(of_shared.clone(), json!({ "classes": ["p", "q"] })),
        ),
        File::of(
            "multi-task",
            &MultiTask::<f32>::new(features, &[2, 1], &shared),
            with(of_shared, json!({ "tasks": tasks })),
        ),
        File::of(
            "multi-task",
            &MultiTask::<f32>::new(features, &[1, 1], &multi_task::Architecture::linear(2)),
            json!({ "code": 2, "tasks": 2 }),
        ),
        File::of(
            "self-supervised",
            &RelativePosition::<f32>::new(&fragments, &positions),
            json!({
                "features": 9, "feature_names": [], "words": [], "image": [3, 3, 1], "side": 1, "gap": 0,
                "jitter": 0, "hidden": hidden, "code": 2, "head": [], "activation": "relu",
            }),
        ),
        File::of(
            "wta",
            &Codebook::new(centres.clone()),
            json!({ "clusters": 4 }),
        ),
        File::of(
            "lvq",
            &Lvq::with_centres(centres.clone(), vec![0, 1, 0, 1]),
            json!({ "classes": ["p", "q"], "class_of_centre": [0, 1, 0, 1] }),
        ),
        File::of(
            "som",
            &Map::with_centres(grid, centres),
            json!({
                "columns": 2, "rows": 2, "lattice": "hexagonal", "surface": "torus", "classes": ["p", "q"],
                "class_of_node": [0, null, 1, 1],
            }),
        ),
    ]
}

/// Columns of words that become the same feature.
fn overlapping() -> Value {
    json!([
        { "column": 1, "feature": 0, "words": ["x", "y", "z"] },
        { "column": 2, "feature": 2, "words": ["x", "y"] },
    ])
}

/// What may stand in the place of a setting.
fn others() -> Vec<Value> {
    vec![
        Value::Null,
        json!(0),
        json!(1),
        json!(3),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!("x"),
        json!("softmax"),
        json!([]),
        json!({}),
        json!([0]),
        json!([1]),
        json!([u64::MAX]),
        json!([u64::MAX, u64::MAX, u64::MAX]),
        json!([[1, 0]]),
        json!([[0.0, 1e308], [-1e308, 1e308]]),
        json!(["x", "y", "z", "v"]),
        json!([{}]),
        json!([{ "column": 1, "feature": 3, "words": ["x", "y", "z"] }]),
        json!([{ "column": 1, "feature": 0, "words": [] }]),
        overlapping(),
        json!([{ "name": "t", "classes": [] }]),
        json!([7, 7, 7, 7]),
    ]
}

#[test]
fn a_model_of_each_kind_is_opened_and_one_that_is_damaged_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(MODEL);
    for (i, file) in files().iter().enumerate() {
        let opened = file.open(&path, &file.settings);
        assert!(opened.is_ok(), "{i}: {:?}", opened.err());
        let mut refused = 0;
        for name in file.settings.as_object().unwrap().keys() {
            for other in others() {
                let mut settings = file.settings.clone();
                settings[name.as_str()] = other;
                if let Err(error) = file.open(&path, &settings) {
                    refused += 1;
                    assert_eq!(error.lines().count(), 1, "{error}");
                    assert!(error.starts_with(path.to_str().unwrap()), "{error}");
                }
            }
        }
        assert!(refused > 40, "{i}: {refused}");
        let mut settings = file.settings.clone();
        settings["words"] = overlapping();
        // the arguments of a function have no words
        if settings["function"].is_null() {
            let error = file.open(&path, &settings).map(|_| ()).unwrap_err();
            assert!(error.contains("\"words\""), "{error}");
        }
    }
}
