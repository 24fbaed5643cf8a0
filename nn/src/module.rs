//! Parameters, and the one visit through which everything reaches them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use unsup_autograd::{Matrix, Real, Tape, Var};

/// A matrix that is learned. The tape shares it during a step; between steps the optimiser changes it in place.
///
/// Each has a key of its own, under which a tape holds it once however often it is used. A clone is another parameter, with a
/// key and a matrix of its own.
#[derive(Debug)]
pub struct Param<T: Real> {
    key: u64,
    value: Arc<Matrix<T>>,
    trainable: bool,
}

/// Keys tell parameters apart and nothing else: no number that is computed depends on one.
static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

impl<T: Real> Param<T> {
    /// A trainable parameter that starts at `value`.
    pub fn new(value: Matrix<T>) -> Self {
        Self {
            key: NEXT_KEY.fetch_add(1, Ordering::Relaxed),
            value: Arc::new(value),
            trainable: true,
        }
    }

    /// The parameter on a tape: the same leaf for every use until the tape is cleared.
    pub fn on<'t>(&self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.parameter(self.key, &self.value)
    }

    /// The key under which a tape and an optimiser know it.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// The matrix.
    pub fn value(&self) -> &Matrix<T> {
        &self.value
    }

    /// The matrix, shared: to be kept while the parameter goes on to change. (It can't be changed in place as long as this is held.)
    pub fn shared(&self) -> Arc<Matrix<T>> {
        Arc::clone(&self.value)
    }

    /// The matrix, to be changed in place; `None` while a tape (or somebody else) still shares it. It is never copied
    /// silently.
    pub fn value_mut(&mut self) -> Option<&mut Matrix<T>> {
        Arc::get_mut(&mut self.value)
    }

    /// Puts another matrix in its place.
    ///
    /// # Panics
    /// If the shape differs.
    #[track_caller]
    pub fn set(&mut self, value: Matrix<T>) {
        let (old, new) = (self.value.shape(), value.shape());
        assert!(old == new, "param: {new} set in place of {old}");
        self.value = Arc::new(value);
    }

    /// Optimisers change it; else it is frozen.
    pub fn trainable(&self) -> bool {
        self.trainable
    }

    /// Freezes the parameter, or lets it be trained again.
    pub fn set_trainable(&mut self, trainable: bool) {
        self.trainable = trainable;
    }
}

/// A deep copy: another parameter, trainable or frozen like this one.
impl<T: Real> Clone for Param<T> {
    fn clone(&self) -> Self {
        Self {
            trainable: self.trainable,
            ..Self::new((*self.value).clone())
        }
    }
}

/// Where a visit is: `"encoder.0.weight"` when printed. It lies on the stack of the visit, so a visit allocates nothing.
#[derive(Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    segment: Segment,
}

#[derive(Clone, Copy)]
enum Segment {
    Root,
    Field(&'static str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// Where every visit starts.
    pub const ROOT: Path<'static> = Path {
        parent: None,
        segment: Segment::Root,
    };

    /// The field `name` of what is here.
    pub fn field(&'p self, name: &'static str) -> Path<'p> {
        Path {
            parent: Some(self),
            segment: Segment::Field(name),
        }
    }

    /// Item `index` of the list that is here.
    pub fn index(&'p self, index: usize) -> Path<'p> {
        Path {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// Whether this is `prefix` or lies below it, whole segments compared: "encoder.0.weight" lies below "encoder" and "encoder.0",
    /// not below "enc"; everything lies below "".
    pub fn is_below(&self, prefix: &str) -> bool {
        if prefix.is_empty() {
            return true;
        }
        let path = self.to_string();
        let rest = path.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Whether the last segment is the field `name`.
    pub fn is_last(&self, name: &str) -> bool {
        matches!(self.segment, Segment::Field(field) if field == name)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
            if !matches!(parent.segment, Segment::Root) {
                f.write_str(".")?;
            }
        }
        match self.segment {
            Segment::Root => Ok(()),
            Segment::Field(name) => f.write_str(name),
            Segment::Index(index) => index.fmt(f),
        }
    }
}

/// Anything that owns parameters. Optimising, counting, freezing and saving are all this one visit, in a fixed order and with
/// fixed names.
///
/// A struct of modules implements it by naming its fields:
///
/// ```
/// use unsup_autograd::{Matrix, Real};
/// use unsup_nn::{Module, Param, module};
///
/// struct Scaled<T: Real> {
///     scale: Param<T>,
///     shifts: Vec<Param<T>>,
/// }
/// module!(Scaled { scale, shifts });
///
/// let one = || Param::new(Matrix::scalar(1.0f32));
/// let model = Scaled { scale: one(), shifts: vec![one(), one()] };
/// assert_eq!(model.parameter_names(), ["scale", "shifts.0", "shifts.1"]);
/// ```
///
/// Each parameter is visited once: a weight that two layers share is owned by one of them and lent to the other.
pub trait Module<T: Real> {
    /// Shows every parameter to `visitor`, with its path below `path`.
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>));

    /// The same visit, in the same order, for changing them.
    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>));

    /// The names in the order of the visit.
    fn parameter_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.visit(Path::ROOT, &mut |path, _| names.push(path.to_string()));
        names
    }

    /// How many numbers are learned or frozen in all.
    fn parameter_count(&self) -> usize {
        let mut count = 0;
        self.visit(Path::ROOT, &mut |_, param| {
            count += param.value().shape().len();
        });
        count
    }

    /// How many numbers are learned.
    fn trainable_count(&self) -> usize {
        let mut count = 0;
        self.visit(Path::ROOT, &mut |_, param| {
            if param.trainable() {
                count += param.value().shape().len();
            }
        });
        count
    }

    /// Freezes every parameter below `prefix`: "encoder" means "encoder.0.weight" and all like it, but not "encoder2.weight"; ""
    /// means all.
    ///
    /// # Panics
    /// If there is no such parameter: what was meant to be frozen would be trained.
    #[track_caller]
    fn freeze(&mut self, prefix: &str) {
        let mut found = false;
        self.visit_mut(Path::ROOT, &mut |path, param| {
            if path.is_below(prefix) {
                param.set_trainable(false);
                found = true;
            }
        });
        assert!(found, "freeze: no parameter below \"{prefix}\"");
    }

    /// Lets every parameter below `prefix` be trained again.
    ///
    /// # Panics
    /// If there is no such parameter.
    #[track_caller]
    fn unfreeze(&mut self, prefix: &str) {
        let mut found = false;
        self.visit_mut(Path::ROOT, &mut |path, param| {
            if path.is_below(prefix) {
                param.set_trainable(true);
                found = true;
            }
        });
        assert!(found, "unfreeze: no parameter below \"{prefix}\"");
    }

    /// θ ← θ′ for each parameter θ and its fellow θ′ in `source`, a module of the same structure.
    ///
    /// # Panics
    /// If the two have not the same names and shapes, or a parameter here is on a tape.
    #[track_caller]
    fn copy_from(&mut self, source: &dyn Module<T>) {
        let mut own = Vec::new();
        self.visit(Path::ROOT, &mut |path, param| {
            own.push(described(path, param))
        });
        let fellows = fellows("copy_from", &own, source);
        let mut fellows = fellows.iter();
        self.visit_mut(Path::ROOT, &mut |path, param| {
            let value = param.value_mut();
            let value = value.unwrap_or_else(|| panic!("copy_from: {path} is on a tape"));
            let fellow = fellows.next().expect("as many as have been compared");
            value.as_mut_slice().copy_from_slice(fellow.as_slice());
        });
    }

    /// θ ← decay θ + (1 − decay) θ′ for each parameter θ and its fellow θ′ in `source`: called after each step, θ is the
    /// exponential moving average of what θ′ has been (Polyak, Juditsky 1992, "Acceleration of stochastic approximation by
    /// averaging", with weights that fall exponentially). Begin with a clone of the source.
    ///
    /// # Panics
    /// If the decay is not in \[0, 1), the two have not the same names and shapes, or a parameter here is on a tape.
    #[track_caller]
    fn average_from(&mut self, source: &dyn Module<T>, decay: f64) {
        assert!(
            (0.0..1.0).contains(&decay),
            "average_from: the decay is {decay}, expected one in [0, 1)"
        );
        let mut own = Vec::new();
        self.visit(Path::ROOT, &mut |path, param| {
            own.push(described(path, param))
        });
        let fellows = fellows("average_from", &own, source);
        let mut fellows = fellows.iter();
        let (kept, taken) = (T::from_f64(decay), T::from_f64(1.0 - decay));
        self.visit_mut(Path::ROOT, &mut |path, param| {
            let value = param.value_mut();
            let value = value.unwrap_or_else(|| panic!("average_from: {path} is on a tape"));
            let fellow = fellows.next().expect("as many as have been compared");
            for (value, &fellow) in value.as_mut_slice().iter_mut().zip(fellow.as_slice()) {
                *value = kept * *value + taken * fellow;
            }
        });
    }
}

/// A parameter's name and shape.
fn described<T: Real>(path: Path<'_>, param: &Param<T>) -> String {
    format!("{path} {}", param.value().shape())
}

/// The matrices of `source`, which is to have the parameters `own`.
#[track_caller]
fn fellows<T: Real>(
    operation: &str,
    own: &[String],
    source: &dyn Module<T>,
) -> Vec<Arc<Matrix<T>>> {
    let (mut others, mut matrices) = (Vec::new(), Vec::new());
    source.visit(Path::ROOT, &mut |path, param| {
        others.push(described(path, param));
        matrices.push(param.shared());
    });
    let nothing = || "nothing".to_owned();
    let pairs = (0..own.len().max(others.len())).map(|i| (own.get(i), others.get(i)));
    let differences: Vec<String> = pairs
        .filter(|(own, other)| own != other)
        .map(|(own, other)| {
            let [own, other] = [own, other].map(|one| one.cloned().unwrap_or_else(nothing));
            format!("{own} and {other}")
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{operation}: the modules differ: {}",
        differences.join(", ")
    );
    matrices
}

/// Copies the parameters of `model` to `values`, in the buffers that are there already.
pub(crate) fn copy_parameters<T: Real>(model: &dyn Module<T>, values: &mut Vec<Matrix<T>>) {
    let mut place = 0;
    model.visit(Path::ROOT, &mut |_, param| {
        match values.get_mut(place) {
            Some(value) => {
                let of_model = param.value().as_slice();
                value.as_mut_slice().copy_from_slice(of_model);
            }
            None => values.push(param.value().clone()),
        }
        place += 1;
    });
}

/// Gives the parameters of `model` these values, in the order in which [`Module::visit`] comes to them; where there are
/// fewer, the last ones keep theirs.
pub fn set_parameters<T: Real>(model: &mut dyn Module<T>, values: &[Matrix<T>]) {
    let mut values = values.iter();
    model.visit_mut(Path::ROOT, &mut |_, param| {
        if let Some(value) = values.next() {
            param.set(value.clone());
        }
    });
}

impl<T: Real> Module<T> for Param<T> {
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>)) {
        visitor(path, self);
    }

    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>)) {
        visitor(path, self);
    }
}

impl<T: Real, M: Module<T>> Module<T> for Vec<M> {
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>)) {
        for (i, module) in self.iter().enumerate() {
            module.visit(path.index(i), visitor);
        }
    }

    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>)) {
        for (i, module) in self.iter_mut().enumerate() {
            module.visit_mut(path.index(i), visitor);
        }
    }
}

impl<T: Real, M: Module<T>> Module<T> for Option<M> {
    fn visit(&self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &Param<T>)) {
        if let Some(module) = self {
            module.visit(path, visitor);
        }
    }

    fn visit_mut(&mut self, path: Path<'_>, visitor: &mut dyn FnMut(Path<'_>, &mut Param<T>)) {
        if let Some(module) = self {
            module.visit_mut(path, visitor);
        }
    }
}

/// Implements [`Module`] for a struct with one type parameter, the number type, by naming those of its fields that are
/// modules.
#[macro_export]
macro_rules! module {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl<T: ::unsup_autograd::Real> $crate::Module<T> for $type<T> {
            fn visit(
                &self,
                path: $crate::Path<'_>,
                visitor: &mut dyn FnMut($crate::Path<'_>, &$crate::Param<T>),
            ) {
                $($crate::Module::visit(&self.$field, path.field(stringify!($field)), visitor);)+
            }

            fn visit_mut(
                &mut self,
                path: $crate::Path<'_>,
                visitor: &mut dyn FnMut($crate::Path<'_>, &mut $crate::Param<T>),
            ) {
                $($crate::Module::visit_mut(&mut self.$field, path.field(stringify!($field)), visitor);)+
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_another_parameter() {
        let mut a = Param::new(Matrix::scalar(1.0f64));
        let b = a.clone();
        assert_ne!(a.key(), b.key());
        a.value_mut().unwrap()[(0, 0)] = 2.0;
        assert_eq!(b.value().item(), 1.0);
    }

    #[test]
    fn a_parameter_on_a_tape_is_one_leaf_and_cannot_be_changed() {
        let mut w = Param::new(Matrix::scalar(3.0f64));
        let mut tape = Tape::new();
        let y = w.on(&tape) * w.on(&tape);
        let gradients = y.backward([w.on(&tape)]);
        assert_eq!(gradients.parameter(w.key()).unwrap().item(), 6.0);
        assert!(w.value_mut().is_none(), "the tape still shares it");
        tape.clear();
        assert!(w.value_mut().is_some());
    }

    struct Pair<T: Real> {
        encoder: Vec<Param<T>>,
        encoder2: Param<T>,
    }
    crate::module!(Pair { encoder, encoder2 });

    fn pair(values: [f64; 3]) -> Pair<f64> {
        let param = |x| Param::new(Matrix::scalar(x));
        Pair {
            encoder: vec![param(values[0]), param(values[1])],
            encoder2: param(values[2]),
        }
    }

    fn values(pair: &Pair<f64>) -> Vec<f64> {
        let mut values = Vec::new();
        pair.visit(Path::ROOT, &mut |_, param| {
            values.push(param.value().item())
        });
        values
    }

    #[test]
    fn a_prefix_freezes_whole_segments() {
        let mut model = pair([1.0, 2.0, 3.0]);
        let trainable = |model: &Pair<f64>| {
            let mut names = Vec::new();
            model.visit(Path::ROOT, &mut |path, param| {
                if param.trainable() {
                    names.push(path.to_string());
                }
            });
            names
        };
        model.freeze("encoder");
        assert_eq!(trainable(&model), ["encoder2"]);
        assert_eq!((model.trainable_count(), model.parameter_count()), (1, 3));
        model.unfreeze("encoder.1");
        assert_eq!(trainable(&model), ["encoder.1", "encoder2"]);
        model.freeze("");
        assert!(trainable(&model).is_empty());
        assert_eq!(model.clone_frozen(), [false, false, false]);
    }

    impl Pair<f64> {
        /// Whether the parameters of a clone are trainable.
        fn clone_frozen(&self) -> Vec<bool> {
            let copies = self.encoder.iter().chain([&self.encoder2]);
            copies.map(|param| param.clone().trainable()).collect()
        }
    }

    #[test]
    #[should_panic(expected = "freeze: no parameter below \"enc\"")]
    fn a_prefix_that_means_nothing_is_refused() {
        pair([0.0; 3]).freeze("enc");
    }

    #[test]
    fn averages_follow_their_formula_and_copies_are_exact() {
        let mut average = pair([1.0, 2.0, 4.0]);
        average.average_from(&pair([2.0, 4.0, 0.0]), 0.75);
        assert_eq!(values(&average), [1.25, 2.5, 3.0]);
        average.copy_from(&pair([0.1, 0.2, 0.3]));
        assert_eq!(values(&average), [0.1, 0.2, 0.3]);
    }

    #[test]
    #[should_panic(
        expected = "copy_from: the modules differ: encoder.1 1x1 and encoder2 1x1, encoder2 1x1 and nothing"
    )]
    fn modules_of_another_structure_are_not_averaged() {
        let mut other = pair([0.0; 3]);
        other.encoder.truncate(1);
        pair([0.0; 3]).copy_from(&other);
    }
}
