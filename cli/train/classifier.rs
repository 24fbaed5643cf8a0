//! `unsup train classifier`.

use super::report::{Account, losses};
use super::{
    Job, Outcome, USUAL_RATE, WRITTEN, architecture, check_size, class_column, count, describe,
    folder, four_digits, listed, of_training, set_threads, training,
};
use crate::arguments::TrainClassifier;
use crate::data::{Missing, Part, Split};
use crate::output::OutputFolder;
use crate::page::{Column, Table};
use std::error::Error;
use std::time::Instant;
use unsup_data::splits::{self, HeldOut, stratified_holdout};
use unsup_models::predictor::{Architecture, Predictor};
use unsup_models::{History, Matrix, Task, Training};
use unsup_nn::Module;
use unsup_nn::saving::{Value, json};
use unsup_nn::train::EarlyStopping;

/// The share of the training part that is set aside for `--patience`.
const VALIDATION: f64 = 0.1;

/// `unsup train classifier`
pub fn classifier(arguments: &TrainClassifier) -> Result<Outcome, Box<dyn Error>> {
    let (out, finished) = run(arguments)?;
    Ok(Outcome {
        json: finished.json(),
        summary: finished.summary(arguments),
        pictures: Vec::new(),
        account: finished.account(arguments),
        out,
    })
}

/// What a training came to.
struct Finished {
    data: Split,
    widths: Vec<usize>,
    parameters: usize,
    trained_on: usize,
    history: History,
    train: Judgement,
    test: Judgement,
    seconds: f64,
}

/// How good a classifier is on some objects.
struct Judgement {
    /// The cross-entropy, in nats per object.
    loss: f64,
    /// The share of objects whose class it tells.
    accuracy: f64,
}

impl Judgement {
    fn of(model: &Predictor<f32>, part: &Classed) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            loss: model.loss(&Task::classes(&part.x, &part.classes))?,
            accuracy: model.accuracy(&part.x, &part.classes),
        })
    }
}

/// Objects whose classes are known, in single precision.
pub(super) struct Classed {
    pub(super) x: Matrix<f32>,
    pub(super) classes: Vec<usize>,
}

impl Classed {
    pub(super) fn of(part: &Part) -> Result<Self, String> {
        let Some(classes) = part.labels.clone() else {
            let source = &part.source;
            return Err(format!(
                "{source}: no classes are known, expected labels beside the features (--label names the column of a table that holds them)"
            ));
        };
        Ok(Self {
            x: part.x.cast(),
            classes,
        })
    }

    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self {
            x: self.x.select_rows(rows),
            classes: rows.iter().map(|&i| self.classes[i]).collect(),
        }
    }

    /// The classes as a column, for the fingerprint.
    pub(super) fn column(&self) -> Matrix<f32> {
        class_column(&self.classes)
    }
}

/// Trains and judges.
fn run(arguments: &TrainClassifier) -> Result<(OutputFolder, Finished), Box<dyn Error>> {
    let start = Instant::now();
    let options = &arguments.run;
    set_threads(options.threads);
    let data = match &arguments.test {
        Some(test) => Split::load_two(&arguments.data, test, Missing::Refused, options.quiet)?,
        None => Split::load(
            &arguments.data,
            Missing::Refused,
            options.seed,
            options.quiet,
        )?,
    };
    let whole = Classed::of(&data.train)?;
    let test = Classed::of(&data.held_out)?;
    let known = whole
        .classes
        .iter()
        .chain(&test.classes)
        .max()
        .map_or(0, |most| most + 1);
    let classes = data.about.label_names.len().max(known);

    let mut widths = vec![data.train.x.columns()];
    widths.extend(&arguments.widths.0);
    widths.push(classes);
    check_size(
        &widths,
        1,
        &format!("--widths {}", listed(&arguments.widths.0)),
    )?;
    let resume = arguments.checkpoint.resume;
    let mut out = folder("classifier", options, &WRITTEN, resume)?;

    let (train, validation) = match arguments.patience {
        None => (whole, None),
        Some(_) => {
            let parts =
                stratified_holdout(&whole.classes, HeldOut::Share(VALIDATION), options.seed)?;
            let splits::Split { train, test } = parts;
            (whole.select(&train), Some(whole.select(&test)))
        }
    };
    let mut model = Predictor::<f32>::new(
        widths[0],
        classes,
        &Architecture {
            hidden: arguments.widths.0.clone(),
            activation: arguments.activation,
            dropout: arguments.dropout,
            seed: options.seed,
        },
    );
    let settings = json!({
        "split": data.sizes(),
        "classes": data.about.label_names,
        "outputs": classes,
        "hidden": arguments.widths.0,
        "activation": arguments.activation.to_string(),
        "dropout": arguments.dropout,
    });
    let parts = [Some(&train), validation.as_ref()];
    let columns: Vec<_> = parts.iter().flatten().map(|part| part.column()).collect();
    let mut seen: Vec<_> = columns.iter().collect();
    seen.extend(parts.iter().flatten().map(|part| &part.x));
    let description = describe("classifier", options.seed, &data.about, &seen, settings);
    let criterion = Task::classes(&train.x, &train.classes);
    let validated = validation
        .as_ref()
        .map(|part| Task::classes(&part.x, &part.classes));
    let parameters = model.parameter_count();
    let job = Job {
        model: &mut model,
        criterion: &criterion,
        validation: validated.as_ref().map(|criterion| criterion as _),
        training: training_of(arguments, train.x.rows()),
        early_stopping: arguments.patience.map(|patience| EarlyStopping {
            patience,
            least_fall: 0.0,
        }),
        description,
    };
    let history = job.run(options, &arguments.checkpoint, &mut out, &data.about)?;
    let finished = Finished {
        train: Judgement::of(&model, &train)?,
        test: Judgement::of(&model, &test)?,
        trained_on: train.classes.len(),
        data,
        widths,
        parameters,
        history,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok((out, finished))
}

/// A training of so many objects.
fn training_of(arguments: &TrainClassifier, objects: usize) -> Training {
    training(&arguments.training, USUAL_RATE, objects, arguments.run.seed)
}

impl Finished {
    /// For another program.
    fn json(&self) -> Value {
        json!({
            "train_loss": self.train.loss,
            "test_loss": self.test.loss,
            "train_accuracy": self.train.accuracy,
            "test_accuracy": self.test.accuracy,
            "epochs": self.history.epochs.len(),
            "best_epoch": self.history.best,
            "parameters": self.parameters,
            "seconds": self.seconds,
        })
    }

    /// What was trained on what, in lines.
    fn head(&self, arguments: &TrainClassifier) -> String {
        let data = &self.data;
        let (features, last) = (self.widths[0], self.widths[self.widths.len() - 1]);
        let mut head = format!(
            "Classifier {}, {} parameters, {}, seed {}, {:.1} s\n\
             Data: {}, {} to train and {} to judge by, {}{}, {}\n",
            architecture(&self.widths),
            self.parameters,
            count(self.history.epochs.len(), "epoch", "epochs"),
            arguments.run.seed,
            self.seconds,
            data.about.name,
            count(self.trained_on, "object", "objects"),
            data.held_out.x.rows(),
            count(features, "feature", "features"),
            data.about.remark,
            count(last, "class", "classes"),
        );
        if let Some(best) = self.history.best {
            let aside = data.train.x.rows() - self.trained_on;
            let aside = count(aside, "more object was", "more objects were");
            head +=
                &format!("{aside} set aside to stop by; the weights are those of epoch {best}\n");
        }
        head
    }

    /// The accuracies and the losses, as they are shown.
    fn figures(&self) -> [[String; 3]; 2] {
        [("training", &self.train), ("test", &self.test)].map(|(name, judged)| {
            let percent = format!("{:.2} %", 100.0 * judged.accuracy);
            [name.to_owned(), percent, four_digits(judged.loss)]
        })
    }

    /// For a reader.
    fn summary(&self, arguments: &TrainClassifier) -> String {
        let mut summary = self.head(arguments);
        summary += "              accuracy  cross-entropy (nats per object)\n";
        for [name, percent, loss] in self.figures() {
            summary += &format!("  {name:<10}{percent:>10}  {loss:>13}\n");
        }
        summary
    }

    /// For a page.
    fn account(&self, arguments: &TrainClassifier) -> Account {
        let columns = vec![
            Column::words(""),
            Column::numbers("accuracy"),
            Column::numbers("cross-entropy, nats per object"),
        ];
        Account {
            head: self.head(arguments),
            tables: vec![Table {
                caption: String::new(),
                columns,
                rows: self.figures().map(Vec::from).to_vec(),
            }],
            remarks: Vec::new(),
            warnings: Vec::new(),
            losses: losses(&self.history),
            chosen: of_training(&training_of(arguments, self.trained_on)),
            pages: Vec::new(),
        }
    }
}
