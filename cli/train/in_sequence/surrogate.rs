//! `unsup train distill --function`: a surrogate of a function.

use super::distillation::{PICTURES, RATE};
use crate::arguments::{Asked, FunctionName, TrainDistill, TrainingOptions, function_name};
use crate::pictures::{self, Picture};
use crate::train::Outcome;
use crate::train::report::{Cell, Figure, Section, Table};
use crate::train::runs::{Findings, Runs, mean, runs, seed_of};
use crate::train::{architecture, check_numbers, check_size, count, listed, training};
use std::error::Error;
use unsup_data::generators::TestFunction;
use unsup_models::in_sequence::distillation::{Domain, Surrogate};
use unsup_models::predictor::Architecture;
use unsup_models::{Activation, Matrix};
use unsup_nn::Module;
use unsup_nn::classical::{Ridge, r_squared};
use unsup_nn::saving::{Description, fingerprint, json};

pub(super) const AGREEMENT: &str = "surrogate.png";
/// Drawn for functions of two arguments only.
pub(super) const PLANE: &str = "plane.png";
/// How many points of the plane are drawn each way.
const POINTS: usize = 48;

const CALLS: usize = 200;
const WIDTHS: [usize; 2] = [64, 64];
const EPOCHS: usize = 500;
/// How many arguments Friedman's first function has, if nothing is said.
const INPUTS: usize = 5;
/// At how many new points a surrogate is judged.
const NEW_POINTS: usize = 5000;

/// `unsup train distill --function`
pub fn surrogate(
    arguments: &TrainDistill,
    asked: &Asked,
    name: FunctionName,
) -> Result<Outcome, Box<dyn Error>> {
    let calls = arguments.calls.unwrap_or(CALLS);
    let function = function(arguments, name, calls)?;
    let a = |x: &Matrix<f32>| {
        let values = x.row_iter().map(|x| {
            let x: Vec<f64> = x.iter().map(|&x| x.into()).collect();
            function.value(&x) as f32
        });
        Matrix::from_vec(x.rows(), 1, values.collect())
    };
    let domain = Domain(function.domain());
    let inputs = domain.0.len();
    let hidden = match &arguments.widths {
        Some(widths) => widths.0.clone(),
        None => WIDTHS.to_vec(),
    };
    let widths = [&[inputs], &hidden[..], &[1]].concat();
    check_size(&widths, 1, &format!("--widths {}", listed(&hidden)))?;
    let options = TrainingOptions {
        epochs: arguments.training.epochs.or(Some(EPOCHS)),
        ..arguments.training.clone()
    };
    // the calls depend on the options alone
    let mut runs = Runs::open(asked, &arguments.checkpoint, &PICTURES, String::new())?;
    runs.expect(arguments.repeats);
    let new = domain.draw(NEW_POINTS, arguments.run.seed.wrapping_sub(1));
    let truth = a(&new);
    let (mut of_surrogate, mut of_line) = (Vec::new(), Vec::new());
    let mut weights = 0;
    let mut drawn = Vec::new();
    for run in 0..arguments.repeats {
        let seed = seed_of(arguments.run.seed, run);
        let x = domain.draw(calls, seed);
        let shape = Architecture {
            hidden: hidden.clone(),
            activation: Activation::Tanh,
            seed,
            ..Architecture::default()
        };
        let training = training(&options, RATE, calls, seed);
        let model = Surrogate::by(&a, &domain, &x, &shape, |network, task| {
            runs.fit("surrogate", network, task, &training)
        })?;
        let found = model.answers(&new);
        if !found.is_finite() {
            return Err("the surrogate's values are not finite; a smaller --rate may help".into());
        }
        of_surrogate.push(r_squared(&found.cast(), &truth.cast()));
        let line = Ridge::fit(&x.cast(), &a(&x).cast(), 0.0);
        of_line.push(line.r_squared(&new.cast(), &truth.cast()));
        weights = model.parameter_count();
        if run == 0 {
            let settings = json!({
                "function": function_name(name),
                "domain": domain.0,
                "values": model.values(),
                "hidden": hidden,
                "activation": Activation::Tanh.to_string(),
            });
            let description = Description {
                method: "distill".to_owned(),
                settings,
                seed,
                data: fingerprint(&[&x]),
            };
            runs.save(&model, &description, None)?;
            let numbers = |x: &Matrix<f32>| x.cast::<f64>().into_vec();
            let caption = format!(
                "{} at {NEW_POINTS} new points, from {}",
                function_name(name),
                count(calls, "call", "calls")
            );
            drawn.push(Picture::new(
                AGREEMENT,
                pictures::agreement(
                    &numbers(&truth),
                    &[
                        ("surrogate", &numbers(&found)),
                        ("linear regression", line.predict(&new.cast()).as_slice()),
                    ],
                    function_name(name),
                    &caption,
                ),
            ));
            if inputs == 2 {
                let caption = format!("{}, and what was learned of it", function_name(name));
                drawn.push(Picture::new(
                    PLANE,
                    plane(&a, &model, &domain, &x, &caption),
                ));
            }
        }
        runs.trained(format!("R² {:.4}", of_surrogate[run]));
    }
    let line = |name: &str, values: &[f64]| (name.to_owned(), vec![Cell::of(values)]);
    let tables = vec![Table {
        key: "surrogate",
        title: format!("R² at {NEW_POINTS} new points:"),
        columns: vec![("r_squared", "R²".to_owned())],
        rows: vec![
            line("surrogate", &of_surrogate),
            line("linear regression", &of_line),
        ],
    }];
    runs.finish(Findings {
        head: format!(
            "Surrogate {} of {}, {}, {}, {}\n",
            architecture(&widths),
            function_name(name),
            count(calls, "call", "calls"),
            count(options.epochs(calls), "epoch", "epochs"),
            self::runs(arguments.repeats),
        ),
        sections: vec![Section {
            title: "",
            figures: vec![
                Figure::new("r_squared", "", mean(&of_surrogate)),
                Figure::new("linear_r_squared", "", mean(&of_line)),
                Figure::new("weights", "", weights as f64),
            ],
        }],
        tables,
        warnings: Vec::new(),
        pictures: drawn,
    })
}

/// A function of two arguments and its surrogate over the plane, and the calls.
fn plane(
    a: &dyn Fn(&Matrix<f32>) -> Matrix<f32>,
    surrogate: &Surrogate<f32>,
    domain: &Domain,
    calls: &Matrix<f32>,
    caption: &str,
) -> String {
    let x = Matrix::from_fn(POINTS * POINTS, 2, |i, j| {
        let (least, most) = domain.0[j];
        let place = [i % POINTS, i / POINTS][j] as f64 + 0.5;
        (least + (most - least) * place / POINTS as f64) as f32
    });
    let [truth, found] =
        [a(&x), surrogate.answers(&x)].map(|y| Matrix::from_vec(POINTS, POINTS, y.into_vec()));
    let part = [0, 1].map(|j| domain.0[j].0..domain.0[j].1);
    let panels = [("the function", &truth), ("its surrogate", &found)];
    pictures::surfaces(&part, &panels, calls, caption)
}

/// The function that is asked for.
fn function(
    arguments: &TrainDistill,
    name: FunctionName,
    calls: usize,
) -> Result<TestFunction, String> {
    let inputs = arguments.inputs.unwrap_or(INPUTS);
    check_numbers(
        inputs.saturating_mul(calls.max(NEW_POINTS)),
        &format!("--calls {calls} --inputs {inputs}"),
        &format!("arguments in the calls and the {NEW_POINTS} points to judge by"),
    )?;
    Ok(match (name, arguments.inputs) {
        (FunctionName::Friedman1, _) => {
            if inputs < INPUTS {
                return Err(format!(
                    "--inputs {inputs}: friedman1 takes {INPUTS}, expected at least as many"
                ));
            }
            TestFunction::Friedman1 { inputs }
        }
        (_, Some(_)) => {
            return Err("--inputs has no use here: it is of --function friedman1".to_owned());
        }
        (FunctionName::Branin, None) => TestFunction::Branin,
        (FunctionName::Friedman2, None) => TestFunction::Friedman2,
        (FunctionName::Friedman3, None) => TestFunction::Friedman3,
    })
}
