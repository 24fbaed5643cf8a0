//! How a saved model is used: from the command line, in Rust, in Python.
//!
//! The programs in Rust are files beside this one, which the tests compile and run; those in Python are put together
//! from the functions that the model's settings name.

use unsup_nn::saving::{Description, Value};

/// How a saved model is used.
pub struct Usage {
    /// On a command line, a line each.
    pub commands: Vec<String>,
    /// In Rust.
    pub rust: String,
    /// In Python.
    pub python: String,
}

/// Programs in Rust, each with the pieces it needs beside itself.
const SAVED: &str = include_str!("saved.rs");
const SCALED: &str = include_str!("scaled.rs");

/// Models that are used in one way.
enum Family {
    AutoEncoder,
    Variational,
    SemiSupervised,
    Centres,
    Lvq,
    Map,
    Predictor,
    Surrogate,
    Tasks,
    Fragments,
    Privileged,
    Gan,
}

impl Family {
    fn of(description: &Description) -> Self {
        match description.method.as_str() {
            "variational" => Self::Variational,
            "semi-supervised" => Self::SemiSupervised,
            "wta" | "wtm" => Self::Centres,
            "lvq" => Self::Lvq,
            "som" => Self::Map,
            "distill" if !description.settings["function"].is_null() => Self::Surrogate,
            "classifier" | "distill" => Self::Predictor,
            "transfer" | "multi-task" => Self::Tasks,
            "self-supervised" => Self::Fragments,
            "lupi" => Self::Privileged,
            "gan" => Self::Gan,
            _ => Self::AutoEncoder,
        }
    }

    fn rust(&self) -> [&'static str; 3] {
        match self {
            Self::AutoEncoder => [include_str!("autoencoder.rs"), SAVED, SCALED],
            Self::Variational => [include_str!("variational.rs"), SAVED, SCALED],
            Self::SemiSupervised => [include_str!("semi_supervised.rs"), SAVED, SCALED],
            Self::Centres => [include_str!("centres.rs"), "", SCALED],
            Self::Lvq => [include_str!("lvq.rs"), "", SCALED],
            Self::Map => [include_str!("som.rs"), "", SCALED],
            Self::Predictor => [include_str!("predictor.rs"), SAVED, SCALED],
            Self::Surrogate => [include_str!("surrogate.rs"), SAVED, ""],
            Self::Tasks => [include_str!("tasks.rs"), SAVED, SCALED],
            Self::Fragments => [include_str!("fragments.rs"), SAVED, SCALED],
            Self::Privileged => [include_str!("privileged.rs"), SAVED, SCALED],
            Self::Gan => [include_str!("gan.rs"), SAVED, ""],
        }
    }
}

/// How the model that says this of itself is used; it lies in `folder`, as the file `model`.
pub fn usage(description: &Description, folder: &str, model: &str) -> Usage {
    let family = Family::of(description);
    let quoted = crate::arguments::quoted(folder);
    let mut commands = vec![format!("unsup apply {quoted} --data FILE")];
    if matches!(family, Family::Variational | Family::Gan) {
        commands.push(format!("unsup sample {quoted}"));
    }
    commands.push(format!("unsup inspect {quoted}"));
    let rust = family.rust().into_iter().filter(|piece| !piece.is_empty());
    Usage {
        commands,
        rust: rust.map(str::trim_end).collect::<Vec<_>>().join("\n\n"),
        python: python(&family, &description.settings, model),
    }
}

/// A function σ in Python, of an argument.
fn function(settings: &Value, name: &str) -> String {
    let name = settings[name].as_str().unwrap_or("identity");
    match name.split_once(':') {
        Some((_, slope)) => format!("lambda a: np.where(a > 0, a, {slope} * a)"),
        None => match name {
            "tanh" => "np.tanh",
            "sigmoid" => "lambda a: 1 / (1 + np.exp(-a))",
            "relu" => "lambda a: np.maximum(a, 0)",
            "softplus" => "lambda a: np.logaddexp(0, a)",
            _ => "lambda a: a",
        }
        .to_owned(),
    }
}

/// Layers that are applied one after the other.
const LAYERS: &str = "
def layers(name, a, between, last=lambda a: a):
    names = [key for key in model if key.startswith(name + \".\") and key.endswith(\".weight\")]
    names.sort(key=lambda key: int(key.split(\".\")[-2]))
    for key in names:
        a = a @ model[key] + model.get(key.replace(\".weight\", \".bias\"), 0)
        a = last(a) if key == names[-1] else between(a)
    return a
";

/// The program in Python.
fn python(family: &Family, settings: &Value, model: &str) -> String {
    let mut program = format!(
        "import numpy as np\nfrom safetensors.numpy import load_file\n\nmodel = load_file({})\n",
        Value::from(model)
    );
    let f = |name: &str| function(settings, name);
    let is_network = !matches!(family, Family::Centres | Family::Lvq | Family::Map);
    if is_network {
        program += LAYERS;
    }
    program.push('\n');
    match family {
        Family::Gan | Family::Surrogate => {}
        _ => {
            program += "x = ...  # objects x features, as in the data\n";
            if settings["scaling"] == "unit" {
                program += "x = x / np.linalg.norm(x, axis=1, keepdims=True)\n";
            }
            program += "x = (x - model[\"scaling.shift\"]) / model[\"scaling.scale\"]\n";
        }
    }
    let nearest = |centres: &str| {
        format!(
            "squares = ((x[:, None, :] - model[\"{centres}\"][None, :, :]) ** 2).sum(axis=2)\n\
             winners = squares.argmin(axis=1)\n"
        )
    };
    program += &match family {
        Family::AutoEncoder => format!(
            "codes = layers(\"encoder\", x, {}, {})\n",
            f("activation"),
            f("code_activation")
        ),
        Family::Variational => format!(
            "means = layers(\"encoder\", x, {})[:, :{}]  # of the codes\n",
            f("activation"),
            settings["code"]
        ),
        Family::SemiSupervised => format!(
            "codes = layers(\"autoencoder.encoder\", x, {}, {})\n\
             classes = layers(\"predictor\", codes, None).argmax(axis=1)\n",
            f("activation"),
            f("code_activation")
        ),
        Family::Centres => nearest("centres"),
        Family::Lvq => format!(
            "{}classes = np.array({})[winners]\n",
            nearest("codebook.centres"),
            settings["class_of_centre"]
        ),
        Family::Map => format!(
            "{}columns, rows = winners % {1}, winners // {1}\n",
            nearest("codebook.centres"),
            settings["columns"]
        ),
        Family::Predictor => format!(
            "logits = layers(\"network\", x, {})\nclasses = logits.argmax(axis=1)\n",
            f("activation")
        ),
        Family::Surrogate => format!(
            "x = ...  # calls x arguments, in the unit of the function\nleast, most = np.array({}).T\n\
             mean, deviation = np.array({}).T\n\
             values = mean + deviation * layers(\"predictor.network\", 2 * (x - least) / (most - least) - 1, {})\n",
            settings["domain"],
            settings["values"],
            f("activation")
        ),
        Family::Tasks => {
            let of_code = match settings["code_activation"].is_null() {
                true => f("activation"),
                false => f("code_activation"),
            };
            format!(
                "codes = layers(\"encoder\", x, {0}, {of_code})\n\
                 answers = layers(\"heads.0\", codes, {0})  # of the first task: logits, or scaled numbers\n",
                f("activation")
            )
        }
        Family::Fragments => format!(
            "fragment = x.reshape(-1, *{0})[:, :{1}, :{1}].reshape(len(x), -1)  # the one in the upper left\n\
             codes = layers(\"encoder\", fragment, {2}, {2})\n",
            settings["image"],
            settings["side"],
            f("activation")
        ),
        Family::Privileged => format!(
            "answers = layers(\"student.network\", x, {})  # logits, or a scaled number\n",
            f("activation")
        ),
        Family::Gan => format!(
            "z = np.random.default_rng(0).standard_normal((10, {}))\n\
             samples = layers(\"generator\", z, {}, {})\n\
             samples = samples * model[\"scaling.scale\"] + model[\"scaling.shift\"]\n",
            settings["code"],
            f("generator_activation"),
            f("output")
        ),
    };
    program
}

#[cfg(test)]
mod tests {
    use super::*;
    use unsup_nn::saving::json;

    #[test]
    fn each_function_that_a_layer_may_apply_is_known_in_python() {
        for name in ["tanh", "sigmoid", "relu", "softplus", "leaky-relu:0.2"] {
            // a name that is not known would be the identity
            name.parse::<unsup_models::Activation>().unwrap();
            assert_ne!(
                function(&json!({ "f": name }), "f"),
                "lambda a: a",
                "{name}"
            );
        }
        assert_eq!(function(&json!({}), "f"), "lambda a: a");
    }
}
