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
}
