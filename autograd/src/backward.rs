//! Differentiation: one walk over the tape, one table of rules, two ways of keeping what the rules give.
//!
//! The walk goes from the result back to the oldest target. At each node that leads to a target it asks
//! [`derivative`] what the node's parents receive. It is the same for both entry points; they differ in the
//! [`Cotangents`] that hold what has been received so far:
//!
//! - [`Var::backward`] keeps matrices ([`Recycled`]). What a rule pushes lies above a watermark and is recycled as soon
//!   as the rule has ended; forward values live on.
//! - [`Var::grad`] keeps `Var`s ([`Recorded`]). What the rules push stays on the tape, so the gradient is as
//!   differentiable as anything else.

use crate::op::{self, Contribution, derivative};
use crate::pool::sole_owner;
use crate::tape::{Inner, NodeId, Watermark};
use crate::{Matrix, Op, Real, Shape, Tape, Var};
use smallvec::SmallVec;
use std::ops::Index;
use std::sync::Arc;

/// The gradient of one number with respect to each target, in the order in which the targets were named.
///
/// Borrows nothing: it outlives [`Tape::clear`], after which the parameters are free to be changed. Hand it to
/// [`Tape::recycle`] when it is spent.
pub struct Gradients<T> {
    tape: u64,
    entries: Vec<Entry<T>>,
}

pub(crate) struct Entry<T> {
    node: NodeId,
    parameter: Option<u64>,
    pub(crate) gradient: Option<Arc<Matrix<T>>>,
}

impl<T: Real> Gradients<T> {
    /// The gradient with respect to the target `x`; `None` if the result does not depend on it.
    ///
    /// # Panics
    /// If `x` was not among the targets.
    #[track_caller]
    pub fn of(&self, x: Var<'_, T>) -> Option<&Matrix<T>> {
        let is_x = |entry: &&Entry<T>| self.tape == x.tape.identity && entry.node == x.id;
        let entry = self.entries.iter().find(is_x);
        let entry = entry.expect("gradients: this Var was not among the targets");
        entry.gradient.as_deref()
    }

    /// The gradient with respect to the parameter of that key (see [`Tape::parameter`]); `None` if it was no target or the
    /// result does not depend on it.
    pub fn parameter(&self, key: u64) -> Option<&Matrix<T>> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.parameter == Some(key));
        entry?.gradient.as_deref()
    }

    /// The same gradient, to be changed in place (clipped, say). A buffer that is the gradient of another target too is copied
    /// first.
    pub fn parameter_mut(&mut self, key: u64) -> Option<&mut Matrix<T>> {
        let entry = self
            .entries
            .iter_mut()
            .find(|entry| entry.parameter == Some(key));
        entry?.gradient.as_mut().map(Arc::make_mut)
    }

    /// The gradients in the order of the targets.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&Matrix<T>>> + '_ {
        self.entries.iter().map(|entry| entry.gradient.as_deref())
    }

    /// How many targets there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// There are no targets.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn into_entries(self) -> Vec<Entry<T>> {
        self.entries
    }
}

/// The gradient with respect to a target on which the result depends.
impl<T: Real> Index<Var<'_, T>> for Gradients<T> {
    type Output = Matrix<T>;

    #[track_caller]
    fn index(&self, x: Var<'_, T>) -> &Matrix<T> {
        self.of(x)
            .expect("gradients: the result does not depend on this target")
    }
}

/// Vectors that differentiation needs, kept between steps.
pub(crate) struct Scratch<T> {
    marks: Vec<Mark>,
    matrices: Vec<Option<Arc<Matrix<T>>>>,
    ids: Vec<Option<NodeId>>,
    entries: Vec<Entry<T>>,
}

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self {
            marks: Vec::new(),
            matrices: Vec::new(),
            ids: Vec::new(),
            entries: Vec::new(),
        }
    }
}

impl<T> Scratch<T> {
    pub(crate) fn keep_entries(&mut self, entries: Vec<Entry<T>>) {
        self.entries = entries;
    }
}

/// What a node is to a differentiation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// It leads to no target: nothing is computed for it.
    Aside,
    /// A target is among those it was computed from.
    Leads,
    /// It is a target.
    Target,
}

/// What the nodes have received so far: matrices of a node's shape, or that stretch to it.
trait Cotangents<'t, T: Real> {
    /// What node `index` has received in all, or `None`; it is kept for later where the node is a target.
    fn of(&mut self, index: usize, keep: bool) -> Option<Var<'t, T>>;
    /// Adds a contribution to what `parent` has received.
    fn add(&mut self, parent: Var<'t, T>, contribution: Contribution<'t, T>);
    /// The rules of one node have ended.
    fn rule_ended(&mut self);
}

/// The one walk.
fn walk<'t, T: Real>(y: Var<'t, T>, marks: &[Mark], cotangents: &mut impl Cotangents<'t, T>) {
    let tape = y.tape;
    let Some(oldest) = marks.iter().position(|&mark| mark == Mark::Target) else {
        return;
    };
    for index in (oldest..marks.len()).rev() {
        if marks[index] == Mark::Aside {
            continue;
        }
        let (op, node, parents) = read(tape, index);
        if parents.is_empty() {
            continue;
        }
        let Some(mut g) = cotangents.of(index, marks[index] == Mark::Target) else {
            continue;
        };
        if !op.takes_stretched() {
            g = g.expand_to(node.shape());
        }
        for (i, &parent) in parents.iter().enumerate() {
            if marks[parent.id.index as usize] != Mark::Aside {
                cotangents.add(parent, derivative(op, &parents, node, g, i));
            }
        }
        cotangents.rule_ended();
    }
}

/// A node as the rules see it: its operation, itself, its parents.
fn read<'t, T: Real>(
    tape: &'t Tape<T>,
    index: usize,
) -> (Op, Var<'t, T>, SmallVec<[Var<'t, T>; 4]>) {
    let inner = tape.inner.borrow();
    let var = |index: u32| Var {
        tape,
        id: NodeId {
            index,
            generation: inner.nodes[index as usize].generation,
        },
    };
    let node = &inner.nodes[index];
    let parents = node.parents.iter().map(|&parent| var(parent)).collect();
    (node.op, var(index as u32), parents)
}

/// Marks what leads from y to the targets; nodes younger than y have no mark.
fn mark<T: Real>(inner: &Inner<T>, y: NodeId, targets: &[Entry<T>], marks: &mut Vec<Mark>) {
    marks.clear();
    marks.resize(y.index as usize + 1, Mark::Aside);
    for target in targets {
        if let Some(mark) = marks.get_mut(target.node.index as usize) {
            *mark = Mark::Target;
        }
    }
    let oldest = targets
        .iter()
        .map(|target| target.node.index as usize)
        .min();
    for index in oldest.unwrap_or(marks.len())..marks.len() {
        let leads = |&parent: &u32| marks[parent as usize] != Mark::Aside;
        let node = &inner.nodes[index];
        if marks[index] == Mark::Aside && !node.op.is_flat() && node.parents.iter().any(leads) {
            marks[index] = Mark::Leads;
        }
    }
}

/// Matrices, recycled as soon as they are consumed.
struct Recycled<'t, T> {
    tape: &'t Tape<T>,
    /// What lies above belongs to the rule that runs.
    watermark: Watermark,
    received: Vec<Option<Arc<Matrix<T>>>>,
}

impl<'t, T: Real> Cotangents<'t, T> for Recycled<'t, T> {
    fn of(&mut self, index: usize, keep: bool) -> Option<Var<'t, T>> {
        let received = if keep {
            self.received[index].clone()
        } else {
            self.received[index].take()
        };
        let id = self.tape.inner.borrow_mut().push_leaf(received?, true);
        Some(Var {
            tape: self.tape,
            id,
        })
    }

    /// A buffer is added to in place only where it has one owner. `add` hands one buffer to both of its parents, a target
    /// keeps its own while the rule reads it: the count of the `Arc` knows.
    fn add(&mut self, parent: Var<'t, T>, contribution: Contribution<'t, T>) {
        let inner = &mut *self.tape.inner.borrow_mut();
        let sum = &mut self.received[parent.id.index as usize];
        let shape = inner.node(parent.id).value.shape();
        match contribution {
            Contribution::Nothing => {}
            Contribution::Is(term) => {
                let node = inner.node(term.id);
                let (term, pooled) = (Arc::clone(&node.value), node.pooled);
                match sum {
                    None if pooled => *sum = Some(term),
                    // a leaf that a custom rule made of its own matrix: the pool takes back only what it gave
                    None => *sum = Some(inner.pool.copy(&term)),
                    Some(sum) => inner.pool.add(sum, &term, shape),
                }
            }
            Contribution::Product {
                a,
                a_transposed,
                b,
                b_transposed,
            } => {
                let accumulate = sum.is_some();
                let sum = sum.get_or_insert_with(|| inner.pool.take(shape));
                if sum.shape() != shape {
                    inner.pool.stretch(sum, shape);
                } else if Arc::get_mut(sum).is_none() {
                    let fresh = inner.pool.copy(sum);
                    inner.pool.give(std::mem::replace(sum, fresh));
                }
                let (a, b) = (&inner.node(a.id).value, &inner.node(b.id).value);
                let (a, b) = ((&**a, a_transposed), (&**b, b_transposed));
                op::product(a, b, sole_owner(sum), accumulate);
            }
        }
    }

    fn rule_ended(&mut self) {
        self.tape.inner.borrow_mut().truncate(self.watermark);
    }
}

/// `Var`s, which stay on the tape.
struct Recorded<'t, T> {
    tape: &'t Tape<T>,
    received: Vec<Option<NodeId>>,
}

impl<'t, T: Real> Cotangents<'t, T> for Recorded<'t, T> {
    fn of(&mut self, index: usize, _keep: bool) -> Option<Var<'t, T>> {
        let tape = self.tape;
        self.received[index].map(|id| Var { tape, id })
    }

    fn add(&mut self, parent: Var<'t, T>, contribution: Contribution<'t, T>) {
        let term = match contribution {
            Contribution::Nothing => return,
            Contribution::Is(term) => term,
            Contribution::Product {
                a,
                a_transposed,
                b,
                b_transposed,
            } => {
                let op = Op::MatMul {
                    a_transposed,
                    b_transposed,
                };
                self.tape.push(op, &[a, b])
            }
        };
        let sum = match self.of(parent.id.index as usize, true) {
            None => term,
            Some(sum) => {
                let shapes = [sum.shape(), term.shape()];
                if shapes[0] == shapes[1] || shapes.contains(&parent.shape()) {
                    sum + term
                } else {
                    sum.expand_to(parent.shape()) + term // a row and a column, say
                }
            }
        };
        self.received[parent.id.index as usize] = Some(sum.id);
    }

    fn rule_ended(&mut self) {}
}

impl<'t, T: Real> Var<'t, T> {
    /// The gradient of this 1x1 value with respect to each target, to first order.
    ///
    /// Nothing is recorded, and every buffer is recycled as soon as it has been consumed. What leads to no target is not
    /// computed: to train one network through another that stays as it is, name only the first one's parameters.
    ///
    /// ```
    /// use unsup_autograd::{Matrix, Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.leaf(Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]]));
    /// let y = x.square().sum();
    /// let gradients = y.backward([x]);
    /// assert_eq!(gradients[x], Matrix::from_rows(&[[2.0, 4.0], [6.0, 8.0]]));
    /// ```
    ///
    /// # Panics
    /// If the value is not 1x1, or a target is of another tape.
    #[track_caller]
    pub fn backward(self, targets: impl IntoIterator<Item = Var<'t, T>>) -> Gradients<T> {
        let (tape, mut entries, mut marks) = self.begin("backward", targets);
        let (watermark, mut received) = {
            let inner = &mut *tape.inner.borrow_mut();
            mark(inner, self.id, &entries, &mut marks);
            let received = std::mem::take(&mut inner.scratch.matrices);
            (inner.watermark(), received)
        };
        received.resize(marks.len(), None);
        received[self.id.index as usize] = {
            let mut one = tape.inner.borrow_mut().pool.take(Shape::SCALAR);
            sole_owner(&mut one).as_mut_slice().fill(T::ONE);
            Some(one)
        };
        let mut cotangents = Recycled {
            tape,
            watermark,
            received,
        };
        walk(self, &marks, &mut cotangents);
        let mut received = cotangents.received;
        let inner = &mut *tape.inner.borrow_mut();
        for entry in &mut entries {
            if let Some(Some(received)) = received.get_mut(entry.node.index as usize) {
                let shape = inner.node(entry.node).value.shape();
                if received.shape() != shape {
                    inner.pool.stretch(received, shape);
                }
                entry.gradient = Some(Arc::clone(received));
            }
        }
        for spent in received.drain(..).flatten() {
            inner.pool.give(spent); // the targets' own stay with the entries
        }
        inner.scratch.matrices = received;
        inner.scratch.marks = marks;
        Gradients {
            tape: tape.identity,
            entries,
        }
    }

    /// The gradient of this 1x1 value with respect to each target, itself recorded on the tape, so that it can be
    /// differentiated again, to any order. A target on which the value does not depend has gradient 0.
    ///
    /// ```
    /// use unsup_autograd::{Matrix, Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.leaf(Matrix::scalar(2.0));
    /// let y = x.powf(4.0);
    /// let first = y.grad(&[x])[0]; // 4x³
    /// let second = first.grad(&[x])[0]; // 12x²
    /// assert_eq!((first.item(), second.item()), (32.0, 48.0));
    /// ```
    ///
    /// # Panics
    /// If the value is not 1x1, or a target is of another tape.
    #[track_caller]
    pub fn grad(self, targets: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        let (tape, mut entries, mut marks) = self.begin("grad", targets.iter().copied());
        let mut received = {
            let inner = &mut *tape.inner.borrow_mut();
            mark(inner, self.id, &entries, &mut marks);
            std::mem::take(&mut inner.scratch.ids)
        };
        received.resize(marks.len(), None);
        received[self.id.index as usize] = Some(tape.filled(1, 1, 1.0).id);
        let mut cotangents = Recorded { tape, received };
        walk(self, &marks, &mut cotangents);
        let mut received = cotangents.received;
        let gradient_of = |target: &Var<'t, T>| {
            let shape = target.shape();
            match received.get(target.id.index as usize) {
                Some(&Some(id)) => Var { tape, id }.expand_to(shape),
                _ => tape.filled(shape.rows(), shape.columns(), 0.0),
            }
        };
        let gradients = targets.iter().map(gradient_of).collect();
        received.clear();
        entries.clear();
        let scratch = &mut tape.inner.borrow_mut().scratch;
        scratch.ids = received;
        scratch.marks = marks;
        scratch.entries = entries;
        gradients
    }

    /// What both have to do first: see that this is one number, and list the targets.
    #[track_caller]
    fn begin(
        self,
        what: &str,
        targets: impl IntoIterator<Item = Var<'t, T>>,
    ) -> (&'t Tape<T>, Vec<Entry<T>>, Vec<Mark>) {
        let tape = self.tape;
        let shape = self.shape();
        assert!(
            shape == Shape::SCALAR,
            "{what}: needs a 1x1 value, got {shape}; sum it first"
        );
        let (mut entries, marks) = {
            let scratch = &mut tape.inner.borrow_mut().scratch;
            (
                std::mem::take(&mut scratch.entries),
                std::mem::take(&mut scratch.marks),
            )
        };
        for target in targets {
            assert!(
                std::ptr::eq(target.tape, tape),
                "{what}: a target is of another tape"
            );
            entries.push(Entry {
                node: target.id,
                parameter: tape.inner.borrow().node(target.id).parameter,
                gradient: None,
            });
        }
        (tape, entries, marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gradient of Σᵢ (Σⱼ zᵢⱼ)² is a column 2rᵢ, that of Σⱼ (Σᵢ zᵢⱼ)² a row 2cⱼ, that of Σ z a number, that of Σ z² a
    /// whole matrix: in whatever order they meet at z, the sum is 2rᵢ + 2cⱼ + 1 + 2zᵢⱼ.
    #[test]
    fn a_row_a_column_a_number_and_a_whole_gradient_meet_in_any_order() {
        type Term = fn(Var<'_, f64>) -> Var<'_, f64>;
        let terms: [Term; 4] = [
            |z| z.row_sums().square().sum(),
            |z| z.column_sums().square().sum(),
            |z| z.sum(),
            |z| z.square().sum(),
        ];
        let tape = Tape::new();
        let x = tape.leaf(Matrix::from_fn(3, 4, |i, j| (i * 5 + j * j) as f64 - 4.0));
        for order in 0..256 {
            let order = [order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6];
            let z = x * 0.5; // not a leaf, so it is read as well as kept
            let sum = order.map(|i| terms[i](z)).into_iter().reduce(|a, b| a + b);
            let sum = sum.expect("four terms");
            let (value, times) = (z.value(), |i| {
                order.iter().filter(|&&o| o == i).count() as f64
            });
            let expected = Matrix::from_fn(3, 4, |i, j| {
                let row: f64 = value.row(i).iter().sum();
                let column: f64 = (0..3).map(|i| value[(i, j)]).sum();
                let parts = [2.0 * row, 2.0 * column, 1.0, 2.0 * value[(i, j)]];
                (0..4).map(|i| times(i) * parts[i]).sum()
            });
            let by_x = expected.map(|g| 0.5 * g);
            let gradients = sum.backward([z, x]);
            assert_eq!(
                (&gradients[z], &gradients[x]),
                (&expected, &by_x),
                "{order:?}"
            );
            let recorded = sum.grad(&[z, x]);
            let recorded = [recorded[0].value(), recorded[1].value()];
            assert_eq!(
                (&*recorded[0], &*recorded[1]),
                (&expected, &by_x),
                "{order:?}"
            );
        }
    }
}
