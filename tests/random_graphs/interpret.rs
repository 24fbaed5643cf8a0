//! What a description means: every operation by its mathematical definition, in plain loops.
//!
//! Slow and simple on purpose, and without a line in common with what it checks. It may overflow where the tape does
//! not; the generator keeps values small.

use super::description::{Graph, Grid, Operation};
use super::dual::Number;

/// A node, and what becomes of its value before others see it.
pub type Nudge<'a, N> = (usize, &'a dyn Fn(&Grid<N>) -> Grid<N>);

/// The values of all nodes. With a nudge, one of them is changed as if it were an input.
pub fn evaluate<N: Number>(
    graph: &Graph,
    inputs: Vec<Grid<N>>,
    nudge: Option<Nudge<'_, N>>,
) -> Vec<Grid<N>> {
    let nudged = |node: usize, value: Grid<N>| match nudge {
        Some((at, change)) if at == node => change(&value),
        _ => value,
    };
    let mut values: Vec<Grid<N>> = Vec::new();
    for (node, input) in inputs.into_iter().enumerate() {
        values.push(nudged(node, input));
    }
    for (node, step) in graph.numbered() {
        let operands: Vec<&Grid<N>> = step.operands.iter().map(|&i| &values[i]).collect();
        let value = apply(&step.operation, &operands);
        values.push(nudged(node, value));
    }
    values
}

/// The value of one operation.
pub fn apply<N: Number>(operation: &Operation, operands: &[&Grid<N>]) -> Grid<N> {
    let number = N::constant;
    let (zero, one) = (number(0.0), number(1.0));
    let x = operands[0];
    let each = |f: &dyn Fn(N) -> N| x.map(f);
    let both = |f: &dyn Fn(N, N) -> N| {
        let (rows, columns) = stretched_shape(x, operands[1]);
        Grid::from_fn(rows, columns, |i, j| {
            f(stretched(x, i, j), stretched(operands[1], i, j))
        })
    };
    let by_row = |f: &dyn Fn(&[N]) -> N| Grid::from_fn(x.rows, 1, |i, _| f(&x.row(i)));
    let log_sum_exp = |row: &[N]| sum(row.iter().map(|x| x.exp())).ln();
    let count = |n: usize| number(n as f64);

    match *operation {
        Operation::Add => both(&|a, b| a + b),
        Operation::Sub => both(&|a, b| a - b),
        Operation::Mul => both(&|a, b| a * b),
        Operation::Div => both(&|a, b| a / b),
        Operation::Max => both(&larger),
        Operation::Min => both(&smaller),

        Operation::AddNumber(c) => each(&|x| x + number(c)),
        Operation::NumberAdd(c) => each(&|x| number(c) + x),
        Operation::SubNumber(c) => each(&|x| x - number(c)),
        Operation::NumberSub(c) => each(&|x| number(c) - x),
        Operation::MulNumber(c) => each(&|x| x * number(c)),
        Operation::NumberMul(c) => each(&|x| number(c) * x),
        Operation::DivNumber(c) => each(&|x| x / number(c)),
        Operation::NumberDiv(c) => each(&|x| number(c) / x),
        Operation::Weigh(ref weights) => Grid::from_fn(x.rows, x.columns, |i, j| {
            x.at(i, j) * number(weights.at(i, j))
        }),

        Operation::Neg => each(&|x| -x),
        Operation::Powf(p) => each(&|x| x.powf(p)),
        Operation::Square => each(&|x| x * x),
        Operation::Sqrt => each(&|x| x.sqrt()),
        Operation::Abs => each(&|x| if x.real() < 0.0 { -x } else { x }),
        Operation::Sign => each(&|x| {
            let x = x.real();
            number(if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                0.0
            })
        }),
        Operation::Exp => each(&|x| x.exp()),
        Operation::Ln => each(&|x| x.ln()),
        Operation::Tanh => each(&|x| x.tanh()),
        Operation::Sigmoid => each(&|x| one / (one + (-x).exp())),
        Operation::Softplus => each(&|x| (one + x.exp()).ln()),
        Operation::Relu => each(&|x| if x.real() > 0.0 { x } else { zero }),
        Operation::LeakyRelu(slope) => each(&|x| {
            if x.real() > 0.0 { x } else { number(slope) * x }
        }),
        Operation::Step => each(&|x| if x.real() > 0.0 { one } else { zero }),
        Operation::Clamp(low, high) => each(&|x| {
            if x.real() < low {
                number(low)
            } else if x.real() > high {
                number(high)
            } else {
                x
            }
        }),
        Operation::StopGradient => each(&|x| x.held()),

        Operation::SquaredDistance => {
            let pairs = x.entries.iter().zip(&operands[1].entries);
            let squares = pairs.map(|(&a, &b)| (a - b) * (a - b));
            let total = sum(squares);
            Grid::from_fn(1, 1, |_, _| total)
        }
        Operation::Bernoulli => Grid::from_fn(x.rows, x.columns, |i, j| {
            (one + x.at(i, j).exp()).ln() - operands[1].at(i, j) * x.at(i, j)
        }),
        Operation::Affine => plus(&matmul(x, operands[1]), operands[2]),
        Operation::AffineNt => plus(&matmul(x, &transposed(operands[1])), operands[2]),
        Operation::Matmul => matmul(x, operands[1]),
        Operation::MatmulNt => matmul(x, &transposed(operands[1])),
        Operation::MatmulTn => matmul(&transposed(x), operands[1]),
        Operation::MatmulTt => matmul(&transposed(x), &transposed(operands[1])),
        Operation::Transpose => transposed(x),
        Operation::Reshape(rows, columns) => {
            Grid::from_fn(rows, columns, |i, j| x.entries[i * columns + j])
        }
        Operation::ExpandTo(rows, columns) => {
            Grid::from_fn(rows, columns, |i, j| stretched(x, i, j))
        }
        Operation::SumTo(rows, columns) => sum_to(x, rows, columns),

        Operation::Sum => sum_to(x, 1, 1),
        Operation::RowSums => sum_to(x, x.rows, 1),
        Operation::ColumnSums => sum_to(x, 1, x.columns),
        Operation::Mean => sum_to(x, 1, 1).map(|sum| sum / count(x.rows * x.columns)),
        Operation::RowMeans => sum_to(x, x.rows, 1).map(|sum| sum / count(x.columns)),
        Operation::ColumnMeans => sum_to(x, 1, x.columns).map(|sum| sum / count(x.rows)),
        Operation::RowMax => by_row(&|row| row.iter().copied().reduce(larger).unwrap_or(zero)),
        Operation::RowMin => by_row(&|row| row.iter().copied().reduce(smaller).unwrap_or(zero)),
        Operation::RowLogSumExp => by_row(&log_sum_exp),
        Operation::RowLogSoftmax => Grid::from_fn(x.rows, x.columns, |i, j| {
            x.at(i, j) - log_sum_exp(&x.row(i))
        }),
        Operation::RowSoftmax => Grid::from_fn(x.rows, x.columns, |i, j| {
            x.at(i, j).exp() / sum(x.row(i).iter().map(|x| x.exp()))
        }),

        Operation::ConcatRows => {
            let rows: Vec<Vec<N>> = operands
                .iter()
                .flat_map(|part| (0..part.rows).map(|i| part.row(i)))
                .collect();
            Grid::from_fn(rows.len(), x.columns, |i, j| rows[i][j])
        }
        Operation::ConcatColumns => {
            let rows: Vec<Vec<N>> = (0..x.rows)
                .map(|i| operands.iter().flat_map(|part| part.row(i)).collect())
                .collect();
            Grid::from_fn(x.rows, rows[0].len(), |i, j| rows[i][j])
        }
        Operation::SliceRows(start, end) => {
            Grid::from_fn(end - start, x.columns, |i, j| x.at(start + i, j))
        }
        Operation::SliceColumns(start, end) => {
            Grid::from_fn(x.rows, end - start, |i, j| x.at(i, start + j))
        }
        Operation::PickRows(ref indices) => {
            Grid::from_fn(indices.len(), x.columns, |i, j| x.at(indices[i], j))
        }
    }
}

/// The shape of a result entry by entry.
pub fn stretched_shape<N>(a: &Grid<N>, b: &Grid<N>) -> (usize, usize) {
    (a.rows.max(b.rows), a.columns.max(b.columns))
}

/// The entry that a row, a column or a number, once stretched, has at a place.
pub fn stretched<N: Copy>(x: &Grid<N>, i: usize, j: usize) -> N {
    let i = if x.rows == 1 { 0 } else { i };
    let j = if x.columns == 1 { 0 } else { j };
    x.at(i, j)
}

fn sum<N: Number>(terms: impl Iterator<Item = N>) -> N {
    terms.fold(N::constant(0.0), |sum, term| sum + term)
}

fn larger<N: Number>(a: N, b: N) -> N {
    if a.real() > b.real() { a } else { b }
}

fn smaller<N: Number>(a: N, b: N) -> N {
    if a.real() < b.real() { a } else { b }
}

fn transposed<N: Number>(x: &Grid<N>) -> Grid<N> {
    Grid::from_fn(x.columns, x.rows, |i, j| x.at(j, i))
}

fn matmul<N: Number>(a: &Grid<N>, b: &Grid<N>) -> Grid<N> {
    assert_eq!(a.columns, b.rows);
    Grid::from_fn(a.rows, b.columns, |i, j| {
        sum((0..a.columns).map(|k| a.at(i, k) * b.at(k, j)))
    })
}

/// a plus c, which stretches to it.
fn plus<N: Number>(a: &Grid<N>, c: &Grid<N>) -> Grid<N> {
    Grid::from_fn(a.rows, a.columns, |i, j| a.at(i, j) + stretched(c, i, j))
}

/// The sum down to a number, a row or a column.
fn sum_to<N: Number>(x: &Grid<N>, rows: usize, columns: usize) -> Grid<N> {
    let mut sums = Grid::from_fn(rows, columns, |_, _| N::constant(0.0));
    for i in 0..x.rows {
        for j in 0..x.columns {
            let place = i % rows * columns + j % columns;
            sums.entries[place] = sums.entries[place] + x.at(i, j);
        }
    }
    sums
}
