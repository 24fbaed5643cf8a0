//! A graph as plain data: what to compute, said without a tape.
//!
//! The tape records a graph from this ([`record`](super::record)), the oracle evaluates it
//! ([`interpret`](super::interpret)), and a failing test prints it.

use std::fmt;

/// A matrix of any numbers, row by row.
#[derive(Clone, PartialEq)]
pub struct Grid<N> {
    pub rows: usize,
    pub columns: usize,
    pub entries: Vec<N>,
}

impl<N: Copy> Grid<N> {
    /// A grid whose entry at (row, column) is `f(row, column)`; called row by row.
    pub fn from_fn(rows: usize, columns: usize, mut f: impl FnMut(usize, usize) -> N) -> Self {
        let mut entries = Vec::new();
        for i in 0..rows {
            for j in 0..columns {
                entries.push(f(i, j));
            }
        }
        Self {
            rows,
            columns,
            entries,
        }
    }

    /// The entry in row `i` and column `j`.
    pub fn at(&self, i: usize, j: usize) -> N {
        assert!(i < self.rows && j < self.columns);
        self.entries[i * self.columns + j]
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> Vec<N> {
        (0..self.columns).map(|j| self.at(i, j)).collect()
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// `f` of every entry.
    pub fn map<M: Copy>(&self, mut f: impl FnMut(N) -> M) -> Grid<M> {
        Grid::from_fn(self.rows, self.columns, |i, j| f(self.at(i, j)))
    }
}

impl<N: fmt::Debug> fmt::Debug for Grid<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{} {:?}", self.rows, self.columns, self.entries)
    }
}

/// Every way in which a user can make one value from others. Named as the methods of a `Var` are.
#[derive(Clone, PartialEq, Debug)]
pub enum Operation {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,

    /// x + c
    AddNumber(f64),
    /// c + x
    NumberAdd(f64),
    /// x − c
    SubNumber(f64),
    /// c − x
    NumberSub(f64),
    /// x · c
    MulNumber(f64),
    /// c · x
    NumberMul(f64),
    /// x / c
    DivNumber(f64),
    /// c / x
    NumberDiv(f64),
    /// The product with a constant matrix, entry by entry.
    Weigh(Grid<f64>),

    Neg,
    Powf(f64),
    Square,
    Sqrt,
    Abs,
    Sign,
    Exp,
    Ln,
    Tanh,
    Sigmoid,
    Softplus,
    Relu,
    LeakyRelu(f64),
    Step,
    Clamp(f64, f64),
    StopGradient,

    SquaredDistance,
    Bernoulli,
    /// With a third operand, which stretches to the product.
    Affine,
    AffineNt,
    Matmul,
    MatmulNt,
    MatmulTn,
    MatmulTt,
    Transpose,
    /// To so many rows and columns, as in the two below.
    Reshape(usize, usize),
    ExpandTo(usize, usize),
    SumTo(usize, usize),

    Sum,
    RowSums,
    ColumnSums,
    Mean,
    RowMeans,
    ColumnMeans,
    RowMax,
    RowMin,
    RowLogSumExp,
    RowLogSoftmax,
    RowSoftmax,

    ConcatRows,
    ConcatColumns,
    /// From the first index up to the second, not included, as below.
    SliceRows(usize, usize),
    SliceColumns(usize, usize),
    PickRows(Vec<usize>),
}

impl Operation {
    /// The name without the numbers, to count by.
    pub fn name(&self) -> String {
        let text = format!("{self:?}");
        text.split('(').next().unwrap_or_default().to_owned()
    }

    /// Two operands, entry by entry: where broadcasts occur.
    pub fn is_broadcasting(&self) -> bool {
        use Operation::{Add, Div, Max, Min, Mul, Sub};
        matches!(self, Add | Sub | Mul | Div | Max | Min)
    }

    /// The larger or the smaller of two operands.
    pub fn is_max_or_min(&self) -> bool {
        matches!(self, Operation::Max | Operation::Min)
    }

    /// No gradient passes, whatever the values.
    pub fn is_barrier(&self) -> bool {
        use Operation::{Powf, Sign, Step, StopGradient};
        matches!(self, Sign | Step | StopGradient) || *self == Powf(0.0)
    }
}

/// How one operand stretches to the shape of the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Form {
    Same,
    Row,
    Column,
    Scalar,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Same, Self::Row, Self::Column, Self::Scalar];

    /// How a matrix of shape `small` stretches to `large`, if it does.
    pub fn of(small: (usize, usize), large: (usize, usize)) -> Option<Self> {
        match small {
            _ if small == large => Some(Self::Same),
            (1, 1) => Some(Self::Scalar),
            (1, columns) if columns == large.1 => Some(Self::Row),
            (rows, 1) if rows == large.0 => Some(Self::Column),
            _ => None,
        }
    }
}

/// A matrix that enters the graph, and the directions in which its derivatives are asked for.
#[derive(Clone)]
pub struct Input {
    pub value: Grid<f64>,
    /// One direction for each order of differentiation.
    pub directions: [Grid<f64>; 3],
    /// It is asked for by a key at each use, instead of being put on the tape once.
    pub is_parameter: bool,
}

/// An operation on earlier nodes.
#[derive(Clone)]
pub struct Step {
    pub operation: Operation,
    pub operands: Vec<usize>,
}

/// Inputs and steps. The nodes are numbered through, inputs first; the last is the result, 1x1.
#[derive(Clone)]
pub struct Graph {
    pub inputs: Vec<Input>,
    pub steps: Vec<Step>,
    /// The shape of every node.
    pub shapes: Vec<(usize, usize)>,
}

impl Graph {
    /// The number of the result.
    pub fn result(&self) -> usize {
        self.shapes.len() - 1
    }

    /// The steps, with the numbers of their nodes.
    pub fn numbered(&self) -> impl DoubleEndedIterator<Item = (usize, &Step)> {
        let first = self.inputs.len();
        self.steps
            .iter()
            .enumerate()
            .map(move |(i, step)| (first + i, step))
    }

    /// For each node: the result is computed from it.
    pub fn live(&self) -> Vec<bool> {
        self.reached(|_| true)
    }

    /// For each node: the result's gradient reaches it.
    pub fn differentiable(&self) -> Vec<bool> {
        self.reached(|operation| !operation.is_barrier())
    }

    /// For each node: a way leads to it from the result through operations that let it pass.
    fn reached(&self, passes: impl Fn(&Operation) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.shapes.len()];
        reached[self.result()] = true;
        for (node, step) in self.numbered().rev() {
            if reached[node] && passes(&step.operation) {
                for &operand in &step.operands {
                    reached[operand] = true;
                }
            }
        }
        reached
    }

    /// The node that the tape holds for `node`: a sum or a stretch to the shape that is already there is no new one.
    pub fn representative(&self, node: usize) -> usize {
        use Operation::{ColumnSums, ExpandTo, RowSums, Sum, SumTo};
        let Some(i) = node.checked_sub(self.inputs.len()) else {
            return node;
        };
        let Step {
            operation,
            operands,
        } = &self.steps[i];
        match operation {
            ExpandTo(..) | SumTo(..) | Sum | RowSums | ColumnSums
                if self.shapes[operands[0]] == self.shapes[node] =>
            {
                self.representative(operands[0])
            }
            _ => node,
        }
    }
}

/// A line for each node.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (node, input) in self.inputs.iter().enumerate() {
            let kind = if input.is_parameter {
                "parameter"
            } else {
                "leaf"
            };
            writeln!(f, "%{node} = {kind} {:?}", input.value)?;
            for direction in &input.directions {
                writeln!(f, "     along {:?}", direction.entries)?;
            }
        }
        let live = self.live();
        for (node, step) in self.numbered() {
            let operands: Vec<String> = step.operands.iter().map(|i| format!("%{i}")).collect();
            let (rows, columns) = self.shapes[node];
            writeln!(
                f,
                "%{node} = {:?} of {}: {rows}x{columns}{}",
                step.operation,
                operands.join(", "),
                if live[node] { "" } else { ", unused" }
            )?;
        }
        Ok(())
    }
}
