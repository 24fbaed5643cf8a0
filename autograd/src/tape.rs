//! The tape: an arena of nodes in the order in which they were made.
//!
//! Every operation appends one node, whose parents are older nodes, so the order of the arena is already a topological
//! order: differentiation is one loop from the last node to the first, without recursion, sorting or hashing, and a
//! tape of a million nodes is dropped like any vector.

use crate::custom::CustomOp;
use crate::kernels::arrange;
use crate::op::{self, Indices, Op};
use crate::pool::{Pool, bytes_of, sole_owner};
use crate::profile::{self, Work};
use crate::{Gradients, Matrix, Real, Shape, Var};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Records operations on matrices so that they can be differentiated.
///
/// Matrices enter as leaves, operations on [`Var`]s append to the tape, and [`Tape::clear`] makes it ready for the next
/// step, its buffers kept for reuse. `clear` needs the tape mutably, and every `Var` borrows it, so a `Var` of an earlier
/// step does not compile:
///
/// ```compile_fail,E0502
/// use unsup_autograd::{Matrix, Tape};
///
/// let mut tape = Tape::new();
/// let x = tape.leaf(Matrix::scalar(3.0));
/// tape.clear();
/// println!("{}", x.value()); // x is of the step before
/// ```
///
/// while this does:
///
/// ```
/// use unsup_autograd::{Matrix, Tape};
///
/// let mut tape = Tape::new();
/// let x = tape.leaf(Matrix::scalar(3.0));
/// println!("{}", x.value());
/// tape.clear();
/// ```
pub struct Tape<T> {
    /// Tells this tape's gradients from another's.
    pub(crate) identity: u64,
    pub(crate) inner: RefCell<Inner<T>>,
}

static NEXT_IDENTITY: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Inner<T> {
    pub(crate) nodes: Vec<Node<T>>,
    /// The row indices of all [`Indices`], one list after the other.
    pub(crate) indices: Vec<usize>,
    customs: Vec<Arc<dyn CustomOp<T>>>,
    /// What stands for each parameter.
    parameters: HashMap<u64, Standing>,
    pub(crate) pool: Pool<T>,
    /// Counts the times that nodes were removed, so that an id used again is not taken for the old one.
    pub(crate) generation: u32,
    pub(crate) scratch: crate::backward::Scratch<T>,
}

pub(crate) struct Node<T> {
    pub(crate) op: Op,
    pub(crate) parents: SmallVec<[u32; 4]>,
    pub(crate) value: Arc<Matrix<T>>,
    /// The value came from the pool and goes back there.
    pub(crate) pooled: bool,
    pub(crate) generation: u32,
    /// The key, if this is a parameter's leaf.
    pub(crate) parameter: Option<u64>,
}

/// The node that stands for a parameter.
#[derive(Clone, Copy)]
struct Standing {
    id: NodeId,
    /// It was put in the parameter's place by [`Tape::bind_parameter`].
    bound: bool,
}

/// How much of each of a tape's lists there was at a moment.
#[derive(Clone, Copy)]
pub(crate) struct Watermark {
    nodes: usize,
    indices: usize,
    customs: usize,
}

/// A node's place in the arena, and the generation in which it was put there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NodeId {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// A value in a buffer from the pool, and the places of the parents it was computed from.
type Computed<T> = (Arc<Matrix<T>>, SmallVec<[u32; 4]>);

impl<T: Real> Inner<T> {
    pub(crate) fn push(&mut self, node: Node<T>) -> NodeId {
        let id = NodeId {
            index: u32::try_from(self.nodes.len()).expect("a tape holds at most 2^32 nodes"),
            generation: node.generation,
        };
        self.nodes.push(node);
        id
    }

    pub(crate) fn push_leaf(&mut self, value: Arc<Matrix<T>>, pooled: bool) -> NodeId {
        let generation = self.generation;
        self.push(Node {
            op: Op::Leaf,
            parents: SmallVec::new(),
            value,
            pooled,
            generation,
            parameter: None,
        })
    }

    /// The node that `id` names.
    #[track_caller]
    pub(crate) fn node(&self, id: NodeId) -> &Node<T> {
        node(&self.nodes, id)
    }

    /// op(parents), or what is wrong with the parents.
    #[track_caller]
    fn compute(
        &mut self,
        op: Op,
        parents: &[Var<'_, T>],
        tape: &Tape<T>,
    ) -> Result<Computed<T>, String> {
        let (nodes, indices, customs) = (&self.nodes, &self.indices, &self.customs);
        let mut values = SmallVec::<[&Matrix<T>; 4]>::new();
        let mut shapes = SmallVec::<[Shape; 4]>::new();
        for parent in parents {
            if !std::ptr::eq(parent.tape, tape) {
                return Err("the operands are of different tapes".to_owned());
            }
            let value = &node(nodes, parent.id).value;
            values.push(value);
            shapes.push(value.shape());
        }
        let shape = op::shape(op, &shapes, indices, customs)?;
        let mut value = self.pool.take(shape);
        op::value(op, &values, indices, customs, sole_owner(&mut value));
        if value.shape() != shape {
            let written = value.shape();
            return Err(format!(
                "the value is {written}, its shape rule says {shape}"
            ));
        }
        Ok((
            value,
            parents.iter().map(|parent| parent.id.index).collect(),
        ))
    }

    fn name_parameter(&mut self, key: u64, standing: Standing) {
        self.nodes[standing.id.index as usize].parameter = Some(key);
        self.parameters.insert(key, standing);
    }

    /// An operation's name, a custom one's own.
    fn name_of(&self, op: Op) -> &str {
        match op {
            Op::Custom(place) => self.customs[place].name(),
            op => op.name(),
        }
    }

    /// What there is now.
    pub(crate) fn watermark(&self) -> Watermark {
        Watermark {
            nodes: self.nodes.len(),
            indices: self.indices.len(),
            customs: self.customs.len(),
        }
    }

    /// Removes all that came after `watermark` and recycles the buffers.
    pub(crate) fn truncate(&mut self, watermark: Watermark) {
        self.generation = self.generation.wrapping_add(1);
        self.indices.truncate(watermark.indices);
        self.customs.truncate(watermark.customs);
        for node in self.nodes.drain(watermark.nodes..) {
            if let Some(key) = node.parameter {
                self.parameters.remove(&key);
            }
            if node.pooled {
                self.pool.give(node.value);
            }
        }
    }
}

#[track_caller]
fn node<T>(nodes: &[Node<T>], id: NodeId) -> &Node<T> {
    match nodes.get(id.index as usize) {
        Some(node) if node.generation == id.generation => node,
        _ => panic!("a Var made inside a derivative rule was used after the rule had ended"),
    }
}

/// What a tape holds; see [`Tape::stats`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stats {
    /// How many nodes have been recorded since the last [`Tape::clear`].
    pub nodes: usize,
    /// The bytes of the matrices that the tape holds alone: the values of its nodes, but for leaves that somebody else
    /// holds too (parameters), and the buffers that wait in its pool.
    pub bytes: usize,
    /// How often since the tape was made no buffer waited and one was allocated. In a steady training loop this
    /// number does not change.
    pub pool_misses: usize,
}

impl<T: Real> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self {
            identity: NEXT_IDENTITY.fetch_add(1, Ordering::Relaxed),
            inner: RefCell::new(Inner {
                nodes: Vec::new(),
                indices: Vec::new(),
                customs: Vec::new(),
                parameters: HashMap::new(),
                pool: Pool::new(),
                generation: 0,
                scratch: Default::default(),
            }),
        }
    }

    /// Forgets all nodes; their buffers wait in the pool for the next step.
    pub fn clear(&mut self) {
        let inner = self.inner.get_mut();
        inner.truncate(Watermark {
            nodes: 0,
            indices: 0,
            customs: 0,
        });
        inner.parameters.clear();
    }

    /// Puts a matrix on the tape: an input, a constant, or anything to differentiate by. An `Arc` is shared, not copied.
    pub fn leaf(&self, value: impl Into<Arc<Matrix<T>>>) -> Var<'_, T> {
        let id = self.inner.borrow_mut().push_leaf(value.into(), false);
        Var { tape: self, id }
    }

    /// A leaf of `rows` x `columns` in a recycled buffer, which `fill` writes in full; its entries before that are arbitrary.
    ///
    /// # Panics
    /// If `rows` or `columns` is 0, or `fill` puts a matrix of another shape in its place.
    #[track_caller]
    pub fn leaf_with(
        &self,
        rows: usize,
        columns: usize,
        fill: impl FnOnce(&mut Matrix<T>),
    ) -> Var<'_, T> {
        let shape = Shape::new(rows, columns);
        let mut value = self.inner.borrow_mut().pool.take(shape);
        fill(sole_owner(&mut value));
        let filled = value.shape();
        assert!(
            filled == shape,
            "leaf_with: filled with {filled}, expected {shape}"
        );
        let id = self.inner.borrow_mut().push_leaf(value, true);
        Var { tape: self, id }
    }

    /// A leaf of `rows` x `columns`, every entry `value`.
    ///
    /// # Panics
    /// If `rows` or `columns` is 0.
    #[track_caller]
    pub fn filled(&self, rows: usize, columns: usize, value: f64) -> Var<'_, T> {
        self.leaf_with(rows, columns, |leaf| {
            leaf.as_mut_slice().fill(T::from_f64(value));
        })
    }

    /// A leaf of the rows of `data` that `rows` names, in their order: a mini-batch, in a recycled buffer.
    ///
    /// # Panics
    /// If `rows` is empty or names a row that is not there.
    #[track_caller]
    pub fn gather(&self, data: &Matrix<T>, rows: &[usize]) -> Var<'_, T> {
        assert!(!rows.is_empty(), "gather: no rows are named");
        self.leaf_with(rows.len(), data.columns(), |leaf| {
            let bytes = 2 * size_of_val(leaf.as_slice());
            profile::measured(
                || ("gather", Work::of_bytes(bytes)),
                || arrange::pick_rows(data, rows, leaf),
            );
        })
    }

    /// The leaf of the parameter `key`: its matrix is shared with the tape until [`Tape::clear`], and asked for again it is
    /// the same leaf, so that all uses of a parameter add up in one gradient.
    ///
    /// # Panics
    /// If the key named another matrix before, since the last `clear`.
    #[track_caller]
    pub fn parameter(&self, key: u64, value: &Arc<Matrix<T>>) -> Var<'_, T> {
        let inner = &mut *self.inner.borrow_mut();
        let id = match inner.parameters.get(&key) {
            Some(&Standing { id, bound }) => {
                assert!(
                    bound || Arc::ptr_eq(&inner.node(id).value, value),
                    "parameter: key {key} names another matrix on this tape"
                );
                id
            }
            None => {
                let id = inner.push_leaf(Arc::clone(value), false);
                inner.name_parameter(key, Standing { id, bound: false });
                id
            }
        };
        Var { tape: self, id }
    }

    /// Lets `value` stand for the parameter `key` until the tape is cleared: [`Tape::parameter`] then gives it instead of the
    /// parameter's own matrix. So a criterion can be differentiated by its parameters as by any input, and checked, and one
    /// network can make the weights of another.
    ///
    /// # Panics
    /// If the parameter is on the tape already, `value` stands for another already, or is of another tape.
    #[track_caller]
    pub fn bind_parameter(&self, key: u64, value: Var<'_, T>) {
        assert!(
            std::ptr::eq(value.tape, self),
            "bind_parameter: the value is of another tape"
        );
        let inner = &mut *self.inner.borrow_mut();
        assert!(
            !inner.parameters.contains_key(&key),
            "bind_parameter: the parameter is on the tape already"
        );
        assert!(
            inner.node(value.id).parameter.is_none(),
            "bind_parameter: the value stands for another parameter already"
        );
        let id = value.id;
        inner.name_parameter(key, Standing { id, bound: true });
    }

    /// The leaf of the parameter `key`, if it has been asked for since the last [`Tape::clear`].
    pub fn find_parameter(&self, key: u64) -> Option<Var<'_, T>> {
        let id = self.inner.borrow().parameters.get(&key)?.id;
        Some(Var { tape: self, id })
    }

    /// The result of a user's operation on `parents`, which are of this tape.
    ///
    /// # Panics
    /// If the operation refuses the parents' shapes.
    #[track_caller]
    pub fn custom<'t>(
        &'t self,
        operation: Arc<dyn CustomOp<T>>,
        parents: &[Var<'t, T>],
    ) -> Var<'t, T> {
        let place = {
            let customs = &mut self.inner.borrow_mut().customs;
            customs.push(operation);
            customs.len() - 1
        };
        self.push(Op::Custom(place), parents)
    }

    pub(crate) fn custom_at(&self, place: usize) -> Arc<dyn CustomOp<T>> {
        Arc::clone(&self.inner.borrow().customs[place])
    }

    /// Stores a list of row indices for an operation that needs one.
    pub(crate) fn store_indices(&self, indices: &[usize]) -> Indices {
        let store = &mut self.inner.borrow_mut().indices;
        let start = store.len();
        store.extend_from_slice(indices);
        Indices {
            start,
            count: indices.len(),
        }
    }

    /// Appends the node op(parents): checks the shapes, takes a buffer, computes the value.
    #[track_caller]
    pub(crate) fn push<'t>(&'t self, op: Op, parents: &[Var<'t, T>]) -> Var<'t, T> {
        let inner = &mut *self.inner.borrow_mut();
        let (value, parents) = match inner.compute(op, parents, self) {
            Ok(computed) => computed,
            // here, not in a closure, whose place in the source would be shown instead of the caller's
            Err(reason) => panic!("{}: {reason}", inner.name_of(op)),
        };
        let generation = inner.generation;
        let id = inner.push(Node {
            op,
            parents,
            value,
            pooled: true,
            generation,
            parameter: None,
        });
        Var { tape: self, id }
    }

    /// Takes the buffers of spent gradients back into the pool, so that the next step finds them there.
    pub fn recycle(&mut self, gradients: Gradients<T>) {
        let inner = self.inner.get_mut();
        let mut entries = gradients.into_entries();
        for entry in entries.drain(..) {
            if let Some(gradient) = entry.gradient {
                inner.pool.give(gradient);
            }
        }
        inner.scratch.keep_entries(entries);
    }

    /// How much the tape holds.
    pub fn stats(&self) -> Stats {
        let inner = self.inner.borrow();
        let alone = |node: &&Node<T>| node.pooled || Arc::strong_count(&node.value) == 1;
        let owned = inner.nodes.iter().filter(alone);
        Stats {
            nodes: inner.nodes.len(),
            bytes: owned.map(|node| bytes_of(&node.value)).sum::<usize>() + inner.pool.bytes(),
            pool_misses: inner.pool.misses(),
        }
    }
}

/// A line for each node: its number, its operation, its parents and its shape.
///
/// ```
/// use unsup_autograd::{Matrix, Tape};
///
/// let tape = Tape::new();
/// let x = tape.leaf(Matrix::<f64>::zeros(5, 3));
/// let w = tape.leaf(Matrix::<f64>::zeros(3, 2));
/// x.matmul(w).tanh();
/// assert_eq!(
///     tape.to_string(),
///     "%0 = leaf() 5x3\n%1 = leaf() 3x2\n%2 = matmul(%0, %1) 5x2\n%3 = tanh(%2) 5x2\n"
/// );
/// ```
impl<T: Real> fmt::Display for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.borrow();
        for (i, node) in inner.nodes.iter().enumerate() {
            let name = inner.name_of(node.op);
            let parents: Vec<String> = node.parents.iter().map(|p| format!("%{p}")).collect();
            let shape = node.value.shape();
            writeln!(f, "%{i} = {name}({}) {shape}", parents.join(", "))?;
        }
        Ok(())
    }
}

impl<T: Real> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("stats", &self.stats())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "used after the rule had ended")]
    fn a_place_that_is_used_again_is_not_taken_for_the_old_one() {
        let tape = Tape::<f64>::new();
        let watermark = tape.inner.borrow().watermark();
        let of_the_rule = tape.filled(1, 1, 1.0);
        tape.inner.borrow_mut().truncate(watermark);
        let _at_the_same_place = tape.filled(1, 1, 2.0);
        let _ = of_the_rule.value();
    }

    #[test]
    fn what_the_tape_holds_alone_is_counted() {
        let tape = Tape::<f64>::new();
        let shared = Arc::new(Matrix::zeros(10, 10));
        tape.leaf(Arc::clone(&shared));
        assert_eq!(tape.stats().bytes, 0);
        tape.leaf(Matrix::zeros(10, 10));
        assert_eq!(tape.stats().bytes, 800);
        tape.filled(5, 2, 0.0);
        assert_eq!(tape.stats().bytes, 880);
    }
}
