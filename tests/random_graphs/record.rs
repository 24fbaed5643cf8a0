//! A description put on a tape, by the public operations alone.

use super::description::{Graph, Grid, Operation};
use std::sync::Arc;
use unsup_autograd::{Matrix, Shape, Tape, Var};

/// The key of an input that is a parameter.
pub fn key_of(input: usize) -> u64 {
    0x1000 + input as u64
}

/// A grid as the tape takes it.
pub fn matrix(grid: &Grid<f64>) -> Matrix<f64> {
    Matrix::from_vec(grid.rows, grid.columns, grid.entries.clone())
}

/// The nodes of a graph on a tape.
///
/// A parameter is asked for again at each use. Where `held` gives values for all nodes, those through which no gradient
/// passes are taken from there instead of being computed: a difference quotient must not see them move.
pub fn record<'t>(
    graph: &Graph,
    tape: &'t Tape<f64>,
    inputs: &[Arc<Matrix<f64>>],
    held: Option<&[Arc<Matrix<f64>>]>,
) -> Vec<Var<'t, f64>> {
    let mut vars: Vec<Var<'t, f64>> = Vec::new();
    for (i, (input, value)) in graph.inputs.iter().zip(inputs).enumerate() {
        vars.push(if input.is_parameter {
            tape.parameter(key_of(i), value)
        } else {
            tape.leaf(Arc::clone(value))
        });
    }
    for (node, step) in graph.numbered() {
        let operand = |&i: &usize| match graph.inputs.get(i) {
            Some(input) if input.is_parameter => tape.parameter(key_of(i), &inputs[i]),
            _ => vars[i],
        };
        let operands: Vec<Var<'t, f64>> = step.operands.iter().map(operand).collect();
        vars.push(match held {
            Some(held) if step.operation == Operation::StopGradient => {
                tape.leaf(Arc::clone(&held[node]))
            }
            _ => apply(&step.operation, &operands),
        });
    }
    vars
}

/// One operation, as a user writes it.
fn apply<'t>(operation: &Operation, operands: &[Var<'t, f64>]) -> Var<'t, f64> {
    let x = operands[0];
    let y = || operands[1];
    match *operation {
        Operation::Add => x + y(),
        Operation::Sub => x - y(),
        Operation::Mul => x * y(),
        Operation::Div => x / y(),
        Operation::Max => x.max(y()),
        Operation::Min => x.min(y()),

        Operation::AddNumber(c) => x + c,
        Operation::NumberAdd(c) => c + x,
        Operation::SubNumber(c) => x - c,
        Operation::NumberSub(c) => c - x,
        Operation::MulNumber(c) => x * c,
        Operation::NumberMul(c) => c * x,
        Operation::DivNumber(c) => x / c,
        Operation::NumberDiv(c) => c / x,
        Operation::Weigh(ref weights) => x * x.tape().leaf(matrix(weights)),

        Operation::Neg => -x,
        Operation::Powf(p) => x.powf(p),
        Operation::Square => x.square(),
        Operation::Sqrt => x.sqrt(),
        Operation::Abs => x.abs(),
        Operation::Sign => x.sign(),
        Operation::Exp => x.exp(),
        Operation::Ln => x.ln(),
        Operation::Tanh => x.tanh(),
        Operation::Sigmoid => x.sigmoid(),
        Operation::Softplus => x.softplus(),
        Operation::Relu => x.relu(),
        Operation::LeakyRelu(slope) => x.leaky_relu(slope),
        Operation::Step => x.step(),
        Operation::Clamp(low, high) => x.clamp(low, high),
        Operation::StopGradient => x.stop_gradient(),

        Operation::SquaredDistance => x.squared_distance(y()),
        Operation::Bernoulli => x.bernoulli(y()),
        Operation::Affine => x.affine(y(), operands[2]),
        Operation::AffineNt => x.affine_nt(y(), operands[2]),
        Operation::Matmul => x.matmul(y()),
        Operation::MatmulNt => x.matmul_nt(y()),
        Operation::MatmulTn => x.matmul_tn(y()),
        Operation::MatmulTt => x.matmul_tt(y()),
        Operation::Transpose => x.transpose(),
        Operation::Reshape(rows, columns) => x.reshape(rows, columns),
        Operation::ExpandTo(rows, columns) => x.expand_to(Shape::new(rows, columns)),
        Operation::SumTo(rows, columns) => x.sum_to(Shape::new(rows, columns)),

        Operation::Sum => x.sum(),
        Operation::RowSums => x.row_sums(),
        Operation::ColumnSums => x.column_sums(),
        Operation::Mean => x.mean(),
        Operation::RowMeans => x.row_means(),
        Operation::ColumnMeans => x.column_means(),
        Operation::RowMax => x.row_max(),
        Operation::RowMin => x.row_min(),
        Operation::RowLogSumExp => x.row_log_sum_exp(),
        Operation::RowLogSoftmax => x.row_log_softmax(),
        Operation::RowSoftmax => x.row_softmax(),

        Operation::ConcatRows => Var::concat_rows(operands),
        Operation::ConcatColumns => Var::concat_columns(operands),
        Operation::SliceRows(start, end) => x.slice_rows(start..end),
        Operation::SliceColumns(start, end) => x.slice_columns(start..end),
        Operation::PickRows(ref indices) => x.pick_rows(indices),
    }
}
