//! A run that is interrupted, saved and resumed comes to the same bits as one that is not.

use rand::RngExt;
use std::path::Path;
use std::sync::Mutex;
use unsup_autograd::Matrix;
use unsup_autograd::random::generator;
use unsup_data::digits;
use unsup_models::Task;
use unsup_models::predictor::{Architecture, Predictor};
use unsup_nn::Module;
use unsup_nn::optimiser::{Adam, Optimiser, Schedule};
use unsup_nn::saving::{Description, LoadError, fingerprint, json};
use unsup_nn::train::{EarlyStopping, End, History, Run, Settings};

/// The digits in two parts, and a run of a classifier with all that draws or remembers: Adam, dropout, shuffling, clipping, groups, a
/// schedule with a warm-up, early stopping.
struct Training {
    x: [Matrix<f32>; 2],
    classes: [Vec<usize>; 2],
    settings: Settings,
    description: Description,
}

impl Training {
    fn new() -> Self {
        let digits = digits();
        let (x, labels) = (digits.features.cast::<f32>(), digits.labels.unwrap());
        let x = [x.slice_rows(0..500), x.slice_rows(500..700)];
        let settings = Settings {
            epochs: 6,
            batch_size: 128,
            schedule: Schedule::Cosine,
            warm_up: 0.1,
            early_stopping: Some(EarlyStopping {
                patience: 2,
                least_fall: 0.0,
            }),
            seed: 5,
        };
        let description = Description {
            method: "classifier".to_owned(),
            settings: json!({ "hidden": [256, 128] }),
            seed: 5,
            data: fingerprint(&[&x[0]]),
        };
        Self {
            x,
            classes: [labels[..500].to_vec(), labels[500..700].to_vec()],
            settings,
            description,
        }
    }

    fn model(&self, seed: u64) -> Predictor<f32> {
        let architecture = Architecture {
            hidden: vec![256, 128],
            dropout: 0.3,
            seed,
            ..Architecture::default()
        };
        Predictor::new(64, 10, &architecture)
    }

    fn optimiser(&self) -> Optimiser<f32> {
        Optimiser::new(Adam::new(0.01))
            .clip_norm(0.5)
            .group("network.0", 0.5)
    }

    /// Takes up to `steps` steps, and gives what a user would see of each.
    fn go_on(
        &self,
        run: &mut Run<f32>,
        model: &mut Predictor<f32>,
        optimiser: &mut Optimiser<f32>,
        steps: usize,
    ) -> Vec<String> {
        let criteria = [0, 1].map(|part| Task::classes(&self.x[part], &self.classes[part]));
        let mut seen = Vec::new();
        while seen.len() < steps
            && let Some(progress) = run
                .advance(model, &criteria[0], Some(&criteria[1]), optimiser)
                .unwrap()
        {
            seen.push(format!("{progress:?}"));
        }
        seen
    }

    /// A run of `steps` steps that is saved at `path`; what was seen of them.
    fn begun(&self, path: &Path, steps: usize) -> Vec<String> {
        let (mut model, mut optimiser) = (self.model(5), self.optimiser());
        let mut run = Run::new(&self.settings).unwrap();
        let seen = self.go_on(&mut run, &mut model, &mut optimiser, steps);
        run.save_checkpoint(path, &model, &optimiser, &self.description)
            .unwrap();
        seen
    }

    /// The bytes of the checkpoint of such a run, and how many of them are the header's, behind the first eight.
    fn checkpoint(&self, path: &Path, steps: usize) -> (Vec<u8>, usize) {
        self.begun(path, steps);
        let whole = std::fs::read(path).unwrap();
        let header = u64::from_le_bytes(whole[..8].try_into().unwrap());
        (whole, header as usize)
    }

    /// A run that is interrupted after `steps` steps, saved at `path` and resumed by another process: a model of other weights and
    /// an optimiser that knows nothing.
    fn interrupted(&self, path: &Path, steps: usize) -> (Vec<String>, Predictor<f32>, History) {
        let mut seen = self.begun(path, steps);
        let (mut model, mut optimiser) = (self.model(99), self.optimiser());
        // it must not matter what the optimiser remembers of another run
        let mut other = Run::new(&self.settings).unwrap();
        self.go_on(&mut other, &mut model, &mut optimiser, 3);
        let mut run = self.resume(path, &mut model, &mut optimiser).unwrap();
        seen.extend(self.go_on(&mut run, &mut model, &mut optimiser, usize::MAX));
        let history = run.finish(&mut model);
        (seen, model, history)
    }

    /// Sees that a checkpoint with `to` in place of `from` in its header is refused and changes nothing.
    fn refuses(&self, path: &Path, (whole, header): (&[u8], usize), from: &str, to: &str) {
        let text = std::str::from_utf8(&whole[8..8 + header]).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let length = (changed.len() as u64).to_le_bytes();
        let bytes = [&length[..], changed.as_bytes(), &whole[8 + header..]].concat();
        std::fs::write(path, bytes).unwrap();
        let (mut model, mut optimiser) = (self.model(99), self.optimiser());
        let before = bits(&model);
        let resumed = self.resume(path, &mut model, &mut optimiser);
        assert!(resumed.is_err(), "{from} became {to}");
        assert!(bits(&model) == before);
    }

    fn resume(
        &self,
        path: &Path,
        model: &mut Predictor<f32>,
        optimiser: &mut Optimiser<f32>,
    ) -> Result<Run<f32>, LoadError> {
        Run::resume(path, &self.settings, model, optimiser, &self.description)
    }
}

/// The parameters, bit for bit.
fn bits(model: &Predictor<f32>) -> Vec<u32> {
    let mut bits = Vec::new();
    model.visit(unsup_nn::Path::ROOT, &mut |_, param| {
        bits.extend(param.value().as_slice().iter().map(|x| x.to_bits()));
    });
    bits
}

/// Held while the number of threads, which is one for the whole process, is a test's own.
pub static THREADS: Mutex<()> = Mutex::new(());

#[test]
fn a_resumed_run_is_the_uninterrupted_one_bit_for_bit() {
    let _threads = THREADS.lock();
    let training = Training::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");

    let (mut model, mut optimiser) = (training.model(5), training.optimiser());
    let mut run = Run::new(&training.settings).unwrap();
    let seen = training.go_on(&mut run, &mut model, &mut optimiser, usize::MAX);
    let end = run.finish(&mut model);
    let whole = (seen, bits(&model), end);
    assert!(whole.2.best.is_some() && whole.2.end != End::Stopped);
    let steps = whole.0.len();
    assert!(steps >= 12, "{steps} steps");

    // before the first step, at five random ones, between two epochs (of 4 steps), after the last
    let mut random = generator(0, "interruptions", 0);
    let mut interruptions = vec![0, 8, steps];
    interruptions.extend((0..5).map(|_| random.random_range(1..steps as u64) as usize));
    for (i, at) in interruptions.into_iter().enumerate() {
        unsup_autograd::set_threads(1 + i % 2);
        let (seen, model, history) = training.interrupted(&path, at);
        assert!(seen == whole.0, "interrupted after step {at}: other steps");
        assert!(
            bits(&model) == whole.1,
            "interrupted after step {at}: other parameters"
        );
        assert!(
            history == whole.2,
            "interrupted after step {at}: another history"
        );
    }
}

#[test]
fn a_checkpoint_has_the_same_bytes_at_1_and_2_threads() {
    let _threads = THREADS.lock();
    let training = Training::new();
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = [1, 2].map(|threads| {
        unsup_autograd::set_threads(threads);
        let path = folder.path().join(threads.to_string());
        training.begun(&path, 7);
        std::fs::read(path).unwrap()
    });
    assert!(one == two);
}

#[test]
fn a_checkpoint_of_another_run_is_refused_and_changes_nothing() {
    let training = Training::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    training.begun(&path, 5);

    let mut model = training.model(5);
    let mut other = Training::new();
    other.settings.batch_size = 64;
    other.description.data = fingerprint(&[&other.x[1]]);
    let mut fast = Optimiser::new(Adam::new(0.1));
    let before = bits(&model);
    let error = other
        .resume(&path, &mut model, &mut fast)
        .map(|_| ())
        .unwrap_err();
    let problems = error.problems();
    assert_eq!(problems.len(), 3, "{error}");
    assert!(
        problems[0].starts_with("was saved for the data 500x64 "),
        "{error}"
    );
    assert!(
        problems[1]
            .starts_with("was saved for the run's settings Settings { epochs: 6, batch_size: 128"),
        "{error}"
    );
    assert!(
        problems[2].starts_with("was saved for the optimiser Adam { rate: 0.01, "),
        "{error}"
    );

    let mut smaller = Predictor::new(
        64,
        10,
        &Architecture {
            hidden: vec![16],
            ..Architecture::default()
        },
    );
    // what differs of the run and of the model is said together
    let error = other
        .resume(&path, &mut smaller, &mut fast)
        .map(|_| ())
        .unwrap_err();
    assert!(error.problems().len() > 6, "{error}");
    let shape = "parameters.network.0.weight is 64x256, the model has 64x16".to_owned();
    assert!(error.problems().contains(&shape), "{error}");

    model.freeze("network.0");
    let error = training
        .resume(&path, &mut model, &mut training.optimiser())
        .map(|_| ())
        .unwrap_err();
    let frozen = r#"was saved for the frozen parameters [], resumed with ["network.0.weight","network.0.bias"]"#;
    assert_eq!(error.problems(), [frozen]);
    assert_eq!(bits(&model), before);
}

#[test]
fn a_damaged_checkpoint_is_an_error_whatever_is_damaged() {
    let training = Training::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let (whole, header) = training.checkpoint(&path, 5);
    let mut random = generator(1, "damage", 0);
    let mut resumed = 0;
    for round in 0..400 {
        let mut bytes = whole.clone();
        // most of the damage to the header, where it tells
        let end = if round % 4 == 0 {
            bytes.len()
        } else {
            8 + header
        };
        let at = random.random_range(0..end as u64) as usize;
        match round % 3 {
            0 => bytes[at] ^= 1 << random.random_range(0..8u32),
            1 => bytes.truncate(at),
            _ => bytes[at] = b"0123456789-e\"{}[]"[random.random_range(0..17u64) as usize],
        }
        std::fs::write(&path, &bytes).unwrap();
        let (mut model, mut optimiser) = (training.model(5), training.optimiser());
        match training.resume(&path, &mut model, &mut optimiser) {
            Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
            // a number may be another number: then the run goes on as the file says, or ends in an error
            Ok(mut run) => {
                resumed += 1;
                let criterion = Task::classes(&training.x[0], &training.classes[0]);
                let _ = run.advance(&mut model, &criterion, Some(&criterion), &mut optimiser);
            }
        }
    }
    assert!(resumed > 0 && resumed < 300, "{resumed}");
}

#[test]
fn a_resumed_run_that_diverges_does_so_as_the_uninterrupted_one() {
    let training = Training::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let x = Matrix::filled(500, 64, f32::NAN);
    let criterion = Task::classes(&x, &training.classes[0]);
    // an epoch has 4 steps: the 7th is within the second
    let diverge = |run: &mut Run<f32>, model: &mut _, optimiser: &mut _| {
        let error = run.advance(model, &criterion, Some(&criterion), optimiser);
        (error.unwrap_err().to_string(), bits(model))
    };
    let (mut model, mut optimiser) = (training.model(5), training.optimiser());
    let mut run = Run::new(&training.settings).unwrap();
    training.go_on(&mut run, &mut model, &mut optimiser, 4);
    let start_of_epoch = bits(&model);
    training.go_on(&mut run, &mut model, &mut optimiser, 2);
    assert_ne!(bits(&model), start_of_epoch);
    let expected = diverge(&mut run, &mut model, &mut optimiser);
    let text = "the term \"cross-entropy\" is NaN at step 7; the largest gradient norm so far was ";
    assert!(expected.0.contains(text), "{}", expected.0);
    assert!(expected.1 == start_of_epoch);

    training.begun(&path, 6);
    let (mut model, mut optimiser) = (training.model(99), training.optimiser());
    let mut run = training.resume(&path, &mut model, &mut optimiser).unwrap();
    assert!(diverge(&mut run, &mut model, &mut optimiser) == expected);
}

/// Numbers in the header that each for itself could be, and together can't.
#[test]
fn a_checkpoint_that_contradicts_itself_is_refused() {
    let training = Training::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let (whole, header) = training.checkpoint(&path, 5);
    for (from, to) in [
        (r#"\"epoch\":2,"#, r#"\"epoch\":0,"#),
        (r#"\"epoch\":2,"#, r#"\"epoch\":3,"#),
        (r#"\"epoch\":2,"#, r#"\"epoch\":7,"#),
        (r#"\"epoch\":2,"#, r#"\"epoch\":8,"#),
        (r#"\"steps\":5,"#, r#"\"steps\":18446744073709551615,"#),
        (r#"\"best\":{\"epoch\":1,"#, r#"\"best\":{\"epoch\":2,"#),
        (r#"\"end\":null"#, r#"\"end\":\"Never\""#),
        (r#"\"total\":"#, r#"\"total\":\"much\",\"sum\":"#),
    ] {
        training.refuses(&path, (&whole, header), from, to);
    }
    // all epochs are done, and it has not ended
    let mut training = training;
    training.settings.early_stopping = None;
    let (whole, header) = training.checkpoint(&path, usize::MAX);
    let end = r#"\"end\":\"Completed\""#;
    training.refuses(&path, (&whole, header), end, r#"\"end\":null"#);
}
