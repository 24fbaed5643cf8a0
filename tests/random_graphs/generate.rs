//! Random graphs on which derivatives can be compared: values and derivatives of moderate size, away from kinks and from
//! the edges of domains.
//!
//! The generator computes each step before it accepts it; a step that does not fit is drawn again.

use super::description::{Form, Graph, Grid, Input, Operation, Step};
use super::dual::{Dual, Number};
use super::interpret::{apply, stretched, stretched_shape};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// How far values stay from where a function has a kink.
const MARGIN: f64 = 1e-2;
/// How far denominators and arguments of roots and logarithms stay from 0.
const DOMAIN_MARGIN: f64 = 0.2;
/// The largest value of a node.
const LARGEST: f64 = 20.0;
/// The largest first derivative of a node along a direction, and the largest second one. A difference quotient is as
/// good as the third is small.
const STEEPEST: (f64, f64) = (100.0, 1000.0);
/// How often a kind of step is tried before another is drawn.
const ATTEMPTS: usize = 30;
/// One graph in so many has larger matrices, which take other ways through the kernels.
const LARGE_EVERY: u64 = 10;
/// How many rows or columns a node has at most, and how many in a graph of larger matrices.
const LONGEST: (usize, usize) = (6, 24);

/// A value with its derivatives along two directions.
type Second = Dual<Dual<f64>>;

/// One of each operation, its numbers yet to be fitted to an operand.
pub fn prototypes() -> Vec<Operation> {
    use Operation::*;
    let none = Grid::from_fn(0, 0, |_, _| 0.0);
    vec![
        Add,
        Sub,
        Mul,
        Div,
        Max,
        Min,
        AddNumber(0.0),
        NumberAdd(0.0),
        SubNumber(0.0),
        NumberSub(0.0),
        MulNumber(0.0),
        NumberMul(0.0),
        DivNumber(0.0),
        NumberDiv(0.0),
        Weigh(none),
        Neg,
        Powf(0.0),
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
        LeakyRelu(0.0),
        Step,
        Clamp(0.0, 0.0),
        StopGradient,
        SquaredDistance,
        Bernoulli,
        Affine,
        AffineNt,
        Matmul,
        MatmulNt,
        MatmulTn,
        MatmulTt,
        Transpose,
        Reshape(0, 0),
        ExpandTo(0, 0),
        SumTo(0, 0),
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
        SliceRows(0, 0),
        SliceColumns(0, 0),
        PickRows(Vec::new()),
    ]
}

/// The random graph of a seed.
pub fn random_graph(seed: u64) -> Graph {
    let large = seed % LARGE_EVERY == LARGE_EVERY - 1;
    let mut generator = Generator {
        random: Xoshiro256PlusPlus::seed_from_u64(seed),
        graph: Graph {
            inputs: Vec::new(),
            steps: Vec::new(),
            shapes: Vec::new(),
        },
        values: Vec::new(),
        uses: Vec::new(),
        longest: if large { LONGEST.1 } else { LONGEST.0 },
    };
    generator.draw_inputs(if large { 9..=12 } else { 1..=4 });
    // each has seven forms of broadcasting to go through, so these are drawn more often than the rest
    let mut kinds = prototypes();
    for _ in 0..5 {
        let frequent = |kind: &Operation| kind.is_broadcasting();
        let again: Vec<Operation> = prototypes().into_iter().filter(frequent).collect();
        kinds.extend(again);
    }
    let steps = generator.random.random_range(8..=25);
    while generator.graph.steps.len() < steps {
        let kind = generator.one_of(&kinds);
        for _ in 0..ATTEMPTS {
            if generator.try_step(&kind) {
                break;
            }
        }
    }
    generator.draw_result();
    generator.graph
}

struct Generator {
    random: Xoshiro256PlusPlus,
    graph: Graph,
    values: Vec<Grid<Second>>,
    /// How many operands each node has been.
    uses: Vec<usize>,
    /// How many rows or columns a step may have at most.
    longest: usize,
}

impl Generator {
    fn one_of<A: Clone>(&mut self, choices: &[A]) -> A {
        choices[self.random.random_range(0..choices.len())].clone()
    }

    fn grid(&mut self, (rows, columns): (usize, usize), scale: f64) -> Grid<f64> {
        Grid::from_fn(rows, columns, |_, _| {
            self.random.random_range(-scale..=scale)
        })
    }

    /// Two to four inputs whose shapes have much in common, so that they broadcast and multiply.
    fn draw_inputs(&mut self, sizes: std::ops::RangeInclusive<usize>) {
        let [r, c, k] = [(); 3].map(|()| self.random.random_range(sizes.clone()));
        let shapes = [
            (r, c),
            (r, c),
            (c, r),
            (c, k),
            (k, r),
            (1, c),
            (r, 1),
            (1, 1),
        ];
        for i in 0..self.random.random_range(2..=4) {
            let shape = if i == 0 { (r, c) } else { self.one_of(&shapes) };
            let value = self.grid(shape, 2.0);
            let directions = [(); 3].map(|()| self.grid(shape, 1.0));
            let [u, v, _] = &directions;
            self.values
                .push(Grid::from_fn(shape.0, shape.1, |i, j| Dual {
                    value: Dual {
                        value: value.at(i, j),
                        derivative: v.at(i, j),
                    },
                    derivative: Dual {
                        value: u.at(i, j),
                        derivative: 0.0,
                    },
                }));
            self.graph.shapes.push(shape);
            self.uses.push(0);
            self.graph.inputs.push(Input {
                value,
                directions,
                is_parameter: self.random.random_bool(0.5),
            });
        }
    }

    /// Draws operands for a kind of step and appends it if all is in bounds.
    fn try_step(&mut self, kind: &Operation) -> bool {
        let Some((operation, operands)) = self.fit(kind) else {
            return false;
        };
        let values: Vec<&Grid<Second>> = operands.iter().map(|&i| &self.values[i]).collect();
        // the larger of x and x is x, though it ties
        let is_twice = operands.len() == 2 && operands[0] == operands[1];
        if !(is_smooth(&operation, &values) || is_twice && operation.is_max_or_min()) {
            return false;
        }
        let value = apply(&operation, &values);
        let moderate = |x: &Second| {
            x.real().abs() <= LARGEST
                && x.derivative.value.abs() <= STEEPEST.0
                && x.value.derivative.abs() <= STEEPEST.0
                && x.derivative.derivative.abs() <= STEEPEST.1
        };
        let short = value.rows <= self.longest && value.columns <= self.longest;
        if !(short && value.entries.iter().all(moderate)) {
            return false;
        }
        self.append(operation, operands, value);
        true
    }

    fn append(&mut self, operation: Operation, operands: Vec<usize>, value: Grid<Second>) -> usize {
        for &operand in &operands {
            self.uses[operand] += 1;
        }
        self.uses.push(0);
        self.graph.shapes.push(value.shape());
        self.values.push(value);
        self.graph.steps.push(Step {
            operation,
            operands,
        });
        self.graph.result()
    }

    /// A node: often one that has not been used, sometimes a young one, sometimes any.
    fn operand(&mut self) -> usize {
        let unused: Vec<usize> = (0..self.uses.len())
            .filter(|&i| self.uses[i] == 0)
            .collect();
        let count = self.uses.len();
        match self.random.random_range(0..4) {
            0 | 1 if !unused.is_empty() => self.one_of(&unused),
            2 => self.random.random_range(count.saturating_sub(5)..count),
            _ => self.random.random_range(0..count),
        }
    }

    /// Operands for a kind of step, and its numbers fitted to them; `None` if the draw was not a lucky one.
    fn fit(&mut self, kind: &Operation) -> Option<(Operation, Vec<usize>)> {
        use Operation::*;
        if kind.is_broadcasting() {
            return Some((kind.clone(), self.pair()?));
        }
        let x = self.operand();
        let (rows, columns) = self.graph.shapes[x];
        let number = self.one_of(&[-3.0, -1.5, -0.7, 0.4, 1.0, 1.8, 2.5]);
        let unary = |operation| Some((operation, vec![x]));
        match kind {
            AddNumber(_) => unary(AddNumber(number)),
            NumberAdd(_) => unary(NumberAdd(number)),
            SubNumber(_) => unary(SubNumber(number)),
            NumberSub(_) => unary(NumberSub(number)),
            MulNumber(_) => unary(MulNumber(number)),
            NumberMul(_) => unary(NumberMul(number)),
            DivNumber(_) => unary(DivNumber(number)),
            NumberDiv(_) => unary(NumberDiv(number)),
            Weigh(_) => unary(Weigh(self.grid((rows, columns), 1.5))),
            Powf(_) => {
                let p = self.one_of(&[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]);
                unary(Powf(p))
            }
            LeakyRelu(_) => unary(LeakyRelu(self.one_of(&[0.01, 0.2, -0.5]))),
            Clamp(..) => {
                let low = self.random.random_range(-2.0..0.5);
                unary(Clamp(low, low + self.random.random_range(0.2..2.0)))
            }

            SquaredDistance | Bernoulli => self.product(kind, |a, b| a == b),
            Affine => self.affine(kind, |shape| shape),
            AffineNt => self.affine(kind, |(rows, columns)| (columns, rows)),
            Matmul => self.product(kind, |a, b| a.1 == b.0),
            MatmulNt => self.product(kind, |a, b| a.1 == b.1),
            MatmulTn => self.product(kind, |a, b| a.0 == b.0),
            MatmulTt => self.product(kind, |a, b| a.0 == b.1),
            Reshape(..) => {
                let entries = rows * columns;
                let divisors: Vec<usize> = (1..=entries).filter(|d| entries % d == 0).collect();
                let rows = self.one_of(&divisors);
                unary(Reshape(rows, entries / rows))
            }
            ExpandTo(..) => {
                let mut longer = |length| match length {
                    1 => self.random.random_range(1..=4),
                    _ => length,
                };
                let shape = (longer(rows), longer(columns));
                Form::of((rows, columns), shape)?;
                unary(ExpandTo(shape.0, shape.1))
            }
            SumTo(..) => {
                let shapes = [(1, 1), (1, columns), (rows, 1), (rows, columns)];
                let (rows, columns) = self.one_of(&shapes);
                unary(SumTo(rows, columns))
            }

            ConcatRows => self.parts(kind, x, |other| other.1 == columns),
            ConcatColumns => self.parts(kind, x, |other| other.0 == rows),
            SliceRows(..) => {
                let start = self.random.random_range(0..rows);
                let end = self.random.random_range(start + 1..=rows);
                unary(SliceRows(start, end))
            }
            SliceColumns(..) => {
                let start = self.random.random_range(0..columns);
                let end = self.random.random_range(start + 1..=columns);
                unary(SliceColumns(start, end))
            }
            PickRows(_) => {
                let count = self.random.random_range(1..=rows + 2);
                let indices = (0..count).map(|_| self.random.random_range(0..rows));
                let indices = indices.collect();
                unary(PickRows(indices))
            }
            _ => unary(kind.clone()),
        }
    }

    /// Two operands entry by entry: the same node twice, or two nodes of a form drawn first, stretched on a side drawn
    /// first.
    fn pair(&mut self) -> Option<Vec<usize>> {
        if self.random.random_bool(0.12) {
            let x = self.operand();
            return Some(vec![x, x]);
        }
        let form = self.one_of(&Form::ALL);
        let (small, large) = self.two(|a, b| Form::of(a, b) == Some(form))?;
        Some(if self.random.random_bool(0.5) {
            vec![small, large]
        } else {
            vec![large, small]
        })
    }

    /// The operands of a matrix product: now and then the same node twice.
    fn product(
        &mut self,
        kind: &Operation,
        fits: impl Fn((usize, usize), (usize, usize)) -> bool,
    ) -> Option<(Operation, Vec<usize>)> {
        let x = self.operand();
        let shape = self.graph.shapes[x];
        if fits(shape, shape) && self.random.random_bool(0.3) {
            return Some((kind.clone(), vec![x, x]));
        }
        let (a, b) = self.two(fits)?;
        Some((kind.clone(), vec![a, b]))
    }

    /// The operands of a product plus a third that stretches to it; `right` gives the right factor's shape as it is used.
    fn affine(
        &mut self,
        kind: &Operation,
        right: impl Fn((usize, usize)) -> (usize, usize),
    ) -> Option<(Operation, Vec<usize>)> {
        let (operation, mut operands) = self.product(kind, |a, b| a.1 == right(b).0)?;
        let [a, b] = [0, 1].map(|i| self.graph.shapes[operands[i]]);
        let product = (a.0, right(b).1);
        let nodes = 0..self.graph.shapes.len();
        let stretching = nodes.filter(|&i| Form::of(self.graph.shapes[i], product).is_some());
        let stretching: Vec<usize> = stretching.collect();
        if stretching.is_empty() {
            return None;
        }
        operands.push(self.one_of(&stretching));
        Some((operation, operands))
    }

    /// Two different nodes whose shapes fit; of three drawn pairs the one with the most unused nodes.
    fn two(
        &mut self,
        fits: impl Fn((usize, usize), (usize, usize)) -> bool,
    ) -> Option<(usize, usize)> {
        let shapes = &self.graph.shapes;
        let nodes = 0..shapes.len();
        let pairs: Vec<(usize, usize)> = nodes
            .clone()
            .flat_map(|a| nodes.clone().map(move |b| (a, b)))
            .filter(|&(a, b)| a != b && fits(shapes[a], shapes[b]))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let drawn = [(); 3].map(|()| self.one_of(&pairs));
        let used = |i: usize| usize::from(self.uses[i] > 0);
        drawn.into_iter().min_by_key(|&(a, b)| used(a) + used(b))
    }

    /// Two or three parts to join, `x` among them at any place; a part may come again.
    fn parts(
        &mut self,
        kind: &Operation,
        x: usize,
        fits: impl Fn((usize, usize)) -> bool,
    ) -> Option<(Operation, Vec<usize>)> {
        let nodes = 0..self.graph.shapes.len();
        let fitting: Vec<usize> = nodes.filter(|&i| fits(self.graph.shapes[i])).collect();
        let mut parts = vec![x];
        for _ in 0..self.random.random_range(1..=2) {
            let place = self.random.random_range(0..=parts.len());
            parts.insert(place, self.one_of(&fitting));
        }
        Some((kind.clone(), parts))
    }

    /// The result: a weighted sum of the last node and most of those that lead nowhere. Each entry has a weight of its own, so that none can hide
    /// behind another.
    fn draw_result(&mut self) {
        let last = self.graph.result();
        let mut terms = vec![last];
        let unused = (self.graph.inputs.len()..last)
            .rev()
            .filter(|&i| self.uses[i] == 0);
        let unused: Vec<usize> = unused.collect();
        for term in unused {
            // the others stay dead branches
            if self.random.random_bool(0.7) {
                terms.push(term);
            }
        }
        // a node that has been used already, perhaps
        if self.random.random_bool(0.5) {
            let term = last - self.random.random_range(1..=6);
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        let mut total = None;
        for term in terms {
            let weights = self.grid(self.graph.shapes[term], 1.0);
            let weighed = self.append_unchecked(Operation::Weigh(weights), vec![term]);
            let sum = self.append_unchecked(Operation::Sum, vec![weighed]);
            total = Some(match total {
                None => sum,
                Some(total) => self.append_unchecked(Operation::Add, vec![total, sum]),
            });
        }
    }

    fn append_unchecked(&mut self, operation: Operation, operands: Vec<usize>) -> usize {
        let values: Vec<&Grid<Second>> = operands.iter().map(|&i| &self.values[i]).collect();
        let value = apply(&operation, &values);
        self.append(operation, operands, value)
    }
}

/// The operands stay away from the operation's kinks and from the edges of its domain.
fn is_smooth(operation: &Operation, operands: &[&Grid<Second>]) -> bool {
    let x = operands[0].map(|x| x.real());
    let away = |from: f64, margin: f64| x.entries.iter().all(|x| (x - from).abs() >= margin);
    let above = |bound: f64| x.entries.iter().all(|&x| x >= bound);
    // the two winners of each row, if there is more than one entry, differ
    let no_ties = |sign: f64| {
        (0..x.rows).all(|i| {
            let mut row = x.row(i);
            row.sort_by(|a, b| (sign * b).total_cmp(&(sign * a)));
            row.len() < 2 || (row[0] - row[1]).abs() >= MARGIN
        })
    };
    match *operation {
        Operation::Relu
        | Operation::LeakyRelu(_)
        | Operation::Abs
        | Operation::Sign
        | Operation::Step => away(0.0, MARGIN),
        Operation::Clamp(low, high) => away(low, MARGIN) && away(high, MARGIN),
        Operation::RowMax => no_ties(1.0),
        Operation::RowMin => no_ties(-1.0),
        Operation::Max | Operation::Min => {
            let y = operands[1];
            let (rows, columns) = stretched_shape(&x, &y.map(|y| y.real()));
            let lead = |i, j| stretched(&x, i, j) - stretched(y, i, j).real();
            let leads = Grid::from_fn(rows, columns, lead);
            leads.entries.iter().all(|lead| lead.abs() >= MARGIN)
        }
        Operation::Ln | Operation::Sqrt => above(DOMAIN_MARGIN),
        Operation::Powf(p) if p.fract() != 0.0 => above(DOMAIN_MARGIN),
        Operation::Powf(p) if p < 0.0 => away(0.0, DOMAIN_MARGIN),
        Operation::NumberDiv(_) => away(0.0, DOMAIN_MARGIN),
        Operation::Div => operands[1]
            .entries
            .iter()
            .all(|y| y.real().abs() >= DOMAIN_MARGIN),
        _ => true,
    }
}
