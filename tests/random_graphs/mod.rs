//! Random graphs on the tape against an oracle that shares nothing with it.
//!
//! A seed gives a [description](description), plain data. The tape [records](record) it and differentiates backwards;
//! the oracle [interprets](interpret) it by the definitions and differentiates forwards, by [dual numbers](dual).
//! Difference quotients of the tape's own values are the third opinion.

mod description;
mod dual;
mod generate;
mod interpret;
mod record;

use description::{Form, Graph, Grid};
use dual::{Dual, Number};
use generate::{prototypes, random_graph};
use interpret::evaluate;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use record::{key_of, matrix, record};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use unsup_autograd::{Matrix, Tape, Var};

/// How many graphs each test looks at.
const GRAPHS: u64 = 1000;
/// The step of the difference quotients.
const STEP: f64 = 1e-5;

/// Runs a test on every graph; where it fails, prints the graph.
fn for_each_graph(mut test: impl FnMut(u64, &Graph)) {
    for seed in 0..GRAPHS {
        let graph = random_graph(seed);
        let outcome = catch_unwind(AssertUnwindSafe(|| test(seed, &graph)));
        if let Err(panic) = outcome {
            eprintln!("the graph of seed {seed}:\n{graph}");
            resume_unwind(panic);
        }
    }
}

/// The inputs, each moved by `step` along its direction of that order.
fn inputs(graph: &Graph, order: usize, step: f64) -> Vec<Arc<Matrix<f64>>> {
    let moved = |input: &description::Input| {
        let direction = &input.directions[order];
        let value = &input.value;
        matrix(&Grid::from_fn(value.rows, value.columns, |i, j| {
            value.at(i, j) + step * direction.at(i, j)
        }))
    };
    graph.inputs.iter().map(|x| Arc::new(moved(x))).collect()
}

/// The oracle's inputs: `number` makes each from its value and its three directions.
fn oracle_inputs<N: Number>(graph: &Graph, number: impl Fn(f64, [f64; 3]) -> N) -> Vec<Grid<N>> {
    let each = |input: &description::Input| {
        Grid::from_fn(input.value.rows, input.value.columns, |i, j| {
            let along = |order: usize| input.directions[order].at(i, j);
            number(input.value.at(i, j), [along(0), along(1), along(2)])
        })
    };
    graph.inputs.iter().map(each).collect()
}

/// The oracle's result.
fn oracle<N: Number>(graph: &Graph, number: impl Fn(f64, [f64; 3]) -> N) -> N {
    let values = evaluate(graph, oracle_inputs(graph, number), None);
    values[graph.result()].at(0, 0)
}

/// A number that moves along one direction.
fn dual(value: f64, derivative: f64) -> Dual<f64> {
    Dual { value, derivative }
}

/// A number that moves along two.
fn dual_dual(value: f64, u: f64, v: f64) -> Dual<Dual<f64>> {
    Dual {
        value: dual(value, v),
        derivative: dual(u, 0.0),
    }
}

/// A number that moves along three.
fn dual_dual_dual(value: f64, [u, v, w]: [f64; 3]) -> Dual<Dual<Dual<f64>>> {
    Dual {
        value: dual_dual(value, u, v),
        derivative: dual_dual(w, 0.0, 0.0),
    }
}

/// A derivative along a direction, and how large its terms are: what it may be off by is relative to that.
#[derive(Clone, Copy, Default)]
struct Along {
    derivative: f64,
    scale: f64,
}

impl Along {
    /// ⟨gradients, directions of that order⟩; no gradient is 0.
    fn of<'a>(
        graph: &Graph,
        order: usize,
        gradients: impl Iterator<Item = Option<&'a Matrix<f64>>>,
    ) -> Self {
        let mut along = Self::default();
        for (input, gradient) in graph.inputs.iter().zip(gradients) {
            let Some(gradient) = gradient else { continue };
            let direction = &input.directions[order];
            assert_eq!(gradient.as_slice().len(), direction.entries.len());
            for (g, d) in gradient.as_slice().iter().zip(&direction.entries) {
                along.derivative += g * d;
                along.scale += (g * d).abs();
            }
        }
        along
    }

    #[track_caller]
    fn must_be(self, expected: f64, tolerance: f64, what: &str) {
        let error = (self.derivative - expected).abs() / self.scale.max(1.0);
        assert!(
            error <= tolerance,
            "{what}: {} instead of {expected}, an error of {error:e}",
            self.derivative
        );
    }
}

/// ⟨gradients, directions of that order⟩ on the tape.
fn along_on_tape<'t>(graph: &Graph, order: usize, gradients: &[Var<'t, f64>]) -> Var<'t, f64> {
    let term = |(input, &gradient): (&description::Input, &Var<'t, f64>)| {
        let direction = matrix(&input.directions[order]);
        (gradient * gradient.tape().leaf(direction)).sum()
    };
    let terms = graph.inputs.iter().zip(gradients).map(term);
    terms
        .reduce(|sum, term| sum + term)
        .expect("a graph has inputs")
}

/// The bits, so that even the sign of a zero counts.
fn bits(matrix: &Matrix<f64>) -> (String, Vec<u64>) {
    let bits = matrix.as_slice().iter().map(|x| x.to_bits());
    (matrix.shape().to_string(), bits.collect())
}

/// The values of all nodes.
fn values(vars: &[Var<'_, f64>]) -> Vec<Arc<Matrix<f64>>> {
    vars.iter().map(|var| var.value()).collect()
}

#[test]
fn values_are_the_oracles() {
    for_each_graph(|_, graph| {
        let tape = Tape::new();
        let vars = record(graph, &tape, &inputs(graph, 0, 0.0), None);
        let expected = evaluate(graph, oracle_inputs(graph, |x, _| x), None);
        for (node, (var, expected)) in vars.iter().zip(&expected).enumerate() {
            let (value, expected) = (var.value(), matrix(expected));
            let error = value.difference(&expected);
            assert!(
                error <= 1e-12,
                "%{node}: {value}\ninstead of {expected}: {error:e}"
            );
        }
    });
}

#[test]
fn first_derivatives_are_the_oracles_and_the_difference_quotients() {
    for_each_graph(|_, graph| {
        let tape = Tape::new();
        let vars = record(graph, &tape, &inputs(graph, 0, 0.0), None);
        let (x, y) = (&vars[..graph.inputs.len()], vars[graph.result()]);

        let gradients = y.backward(x.iter().copied());
        let along = Along::of(graph, 1, gradients.iter());
        let expected = oracle(graph, |x, [_, v, _]| dual(x, v)).derivative;
        along.must_be(expected, 1e-12, "backward against the oracle");

        let recorded = values(&y.grad(x));
        for (i, (gradient, recorded)) in gradients.iter().zip(&recorded).enumerate() {
            let zeros = Matrix::zeros(recorded.rows(), recorded.columns());
            let gradient = gradient.unwrap_or(&zeros);
            assert!(
                recorded.is_close(gradient, 1e-12),
                "%{i}: backward says {gradient}\ngrad says {recorded}"
            );
        }

        // an input has a gradient just where one can reach it, by its key as by itself
        let reached = graph.differentiable();
        for (i, input) in graph.inputs.iter().enumerate() {
            assert_eq!(gradients.of(x[i]).is_some(), reached[i], "%{i}");
            let by_key = gradients.parameter(key_of(i));
            let expected = gradients.of(x[i]).filter(|_| input.is_parameter);
            assert_eq!(by_key, expected, "%{i}");
        }

        let held = values(&vars);
        let moved = |step: f64| {
            let tape = Tape::new();
            record(graph, &tape, &inputs(graph, 1, step), Some(&held))[graph.result()].item()
        };
        let quotient = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        along.must_be(quotient, 1e-6, "backward against the difference quotient");
    });
}

#[test]
fn second_derivatives_are_the_oracles_and_the_difference_quotients() {
    for_each_graph(|_, graph| {
        let tape = Tape::new();
        let vars = record(graph, &tape, &inputs(graph, 0, 0.0), None);
        let (x, y) = (&vars[..graph.inputs.len()], vars[graph.result()]);

        // ψ(x) = ⟨∇φ(x), u⟩
        let psi = along_on_tape(graph, 0, &y.grad(x));
        let gradients = psi.backward(x.iter().copied());
        let along = Along::of(graph, 1, gradients.iter());
        let expected = oracle(graph, |x, [u, v, _]| dual_dual(x, u, v));
        let expected = expected.derivative.derivative;
        along.must_be(expected, 1e-11, "backward against the oracle");

        let recorded = values(&psi.grad(x));
        let recorded = Along::of(graph, 1, recorded.iter().map(|g| Some(&**g)));
        recorded.must_be(expected, 1e-11, "grad against the oracle");

        let held = values(&vars);
        let moved = |step: f64| {
            let tape = Tape::new();
            let vars = record(graph, &tape, &inputs(graph, 1, step), Some(&held));
            let gradients = vars[graph.result()].backward(vars[..graph.inputs.len()].to_vec());
            Along::of(graph, 0, gradients.iter()).derivative
        };
        let quotient = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        along.must_be(quotient, 1e-5, "backward against the difference quotient");
    });
}

#[test]
fn third_derivatives_are_the_oracles() {
    for_each_graph(|_, graph| {
        let tape = Tape::new();
        let vars = record(graph, &tape, &inputs(graph, 0, 0.0), None);
        let (x, y) = (&vars[..graph.inputs.len()], vars[graph.result()]);

        let psi = along_on_tape(graph, 0, &y.grad(x));
        let chi = along_on_tape(graph, 1, &psi.grad(x));
        let gradients = chi.backward(x.iter().copied());
        let along = Along::of(graph, 2, gradients.iter());
        let expected = oracle(graph, dual_dual_dual);
        let expected = expected.derivative.derivative.derivative;
        along.must_be(expected, 1e-9, "backward against the oracle");
    });
}

#[test]
fn a_node_within_is_a_target_like_an_input() {
    for_each_graph(|seed, graph| {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let tape = Tape::new();
        let vars = record(graph, &tape, &inputs(graph, 0, 0.0), None);
        let y = vars[graph.result()];
        for _ in 0..3 {
            let node = graph.representative(random.random_range(0..vars.len()));
            let (rows, columns) = graph.shapes[node];
            let direction = Grid::from_fn(rows, columns, |_, _| random.random_range(-1.0..1.0));
            let nudge = |value: &Grid<Dual<f64>>| {
                Grid::from_fn(rows, columns, |i, j| Dual {
                    value: value.at(i, j).value,
                    derivative: direction.at(i, j),
                })
            };
            let still = oracle_inputs(graph, |x, _| dual(x, 0.0));
            let nodes = evaluate(graph, still, Some((node, &nudge)));
            let expected = nodes[graph.result()].at(0, 0).derivative;

            let gradients = y.backward([vars[node]]);
            assert_eq!(
                gradients.of(vars[node]).is_some(),
                graph.differentiable()[node],
                "%{node}"
            );
            let mut along = Along::default();
            if let Some(gradient) = gradients.of(vars[node]) {
                for (g, d) in gradient.as_slice().iter().zip(&direction.entries) {
                    along.derivative += g * d;
                    along.scale += (g * d).abs();
                }
            }
            along.must_be(expected, 1e-12, &format!("with respect to %{node}"));
        }
    });
}

#[test]
fn gradients_do_not_depend_on_which_others_are_asked_for() {
    for_each_graph(|seed, graph| {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let tape = Tape::new();
        let vars = record(graph, &tape, &inputs(graph, 0, 0.0), None);
        let y = vars[graph.result()];
        let all = y.backward(vars.iter().copied());
        let all_recorded = y.grad(&vars);
        for _ in 0..3 {
            // in any order, and some perhaps twice
            let count = random.random_range(1..=5);
            let some: Vec<usize> = (0..count)
                .map(|_| random.random_range(0..vars.len()))
                .collect();
            let targets: Vec<Var<'_, f64>> = some.iter().map(|&node| vars[node]).collect();
            let gradients = y.backward(targets.iter().copied());
            let recorded = y.grad(&targets);
            assert_eq!((gradients.len(), recorded.len()), (count, count));
            for (place, &node) in some.iter().enumerate() {
                let (of_all, of_some) = (all.of(vars[node]), gradients.of(vars[node]));
                assert_eq!(of_some.map(bits), of_all.map(bits), "%{node} of {some:?}");
                assert_eq!(gradients.iter().nth(place), Some(of_some));
                assert_eq!(
                    bits(&recorded[place].value()),
                    bits(&all_recorded[node].value()),
                    "%{node} of {some:?}, recorded"
                );
            }
        }
    });
}

/// All that the engine says of a graph.
fn everything<'t>(graph: &Graph, tape: &'t Tape<f64>) -> Everything<'t> {
    let vars = record(graph, tape, &inputs(graph, 0, 0.0), None);
    let (x, y) = (&vars[..graph.inputs.len()], vars[graph.result()]);
    let first = y.backward(x.iter().copied());
    let recorded = y.grad(x);
    let second = along_on_tape(graph, 0, &recorded).backward(vars.iter().copied());
    // the nodes after all that, so that one that was overwritten is seen
    let nodes = vars.iter().chain(&recorded).map(|var| bits(&var.value()));
    let gradients = first.iter().chain(second.iter());
    Everything {
        bits: (nodes.collect(), gradients.map(|g| g.map(bits)).collect()),
        held: vars,
        spent: [first, second],
    }
}

/// See [`everything`].
struct Everything<'t> {
    bits: (Vec<Bits>, Vec<Option<Bits>>),
    held: Vec<Var<'t, f64>>,
    spent: [unsup_autograd::Gradients<f64>; 2],
}

/// A shape and the bits of the entries.
type Bits = (String, Vec<u64>);

#[test]
fn a_tape_used_again_says_the_same_bits() {
    let mut used = Tape::new();
    let mut held: Vec<(Arc<Matrix<f64>>, Bits)> = Vec::new();
    for_each_graph(|seed, graph| {
        let fresh = Tape::new();
        let expected = everything(graph, &fresh).bits;
        let Everything {
            bits: found,
            held: vars,
            spent,
        } = everything(graph, &used);
        assert!(found == expected, "a tape used before says something else");

        // what is held of a step stays as it was through the next one
        for (value, bits_then) in held.drain(..) {
            assert_eq!(bits(&value), bits_then, "a value that was held has changed");
        }
        if seed % 3 == 0 {
            held.extend(values(&vars).into_iter().map(|value| {
                let bits_now = bits(&value);
                (value, bits_now)
            }));
        }
        used.clear();
        if seed % 2 == 0 {
            spent
                .into_iter()
                .for_each(|gradients| used.recycle(gradients));
        }
    });
    // what was held is lost to the pool; once it has been made up for, nothing more is allocated
    let mut misses = [0; 3];
    for misses in &mut misses {
        let before = used.stats().pool_misses;
        for_each_graph(|_, graph| {
            let spent = everything(graph, &used).spent;
            used.clear();
            spent
                .into_iter()
                .for_each(|gradients| used.recycle(gradients));
        });
        *misses = used.stats().pool_misses - before;
    }
    assert_eq!(misses[2], 0, "buffers do not come back: {misses:?}");
}

/// How often the graphs contain what the other tests are to meet.
#[test]
fn the_graphs_contain_what_they_are_to_contain() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String| *counts.entry(what).or_default() += 1;
    for_each_graph(|_, graph| {
        let (live, differentiable) = (graph.live(), graph.differentiable());
        let mut uses = vec![0; graph.shapes.len()];
        for (node, step) in graph.numbered() {
            // what the result does not depend on proves nothing about gradients
            if !live[node] {
                count("a dead node".to_owned());
                continue;
            }
            for &operand in &step.operands {
                uses[operand] += 1;
            }
            let operation = &step.operation;
            count(operation.name());
            if operation.is_broadcasting() {
                let [a, b] = [0, 1].map(|i| graph.shapes[step.operands[i]]);
                if step.operands[0] == step.operands[1] {
                    count(format!("{}, the same node twice", operation.name()));
                } else if let Some(form) = Form::of(b, a) {
                    count(format!("{}, {form:?} on the right", operation.name()));
                } else if let Some(form) = Form::of(a, b) {
                    count(format!("{}, {form:?} on the left", operation.name()));
                }
            } else if operation.name().starts_with("Matmul") {
                if step.operands[0] == step.operands[1] {
                    count("a product with itself".to_owned());
                }
                let [(r, c), (s, d)] = [0, 1].map(|i| graph.shapes[step.operands[i]]);
                if r.min(c).min(s).min(d) > 8 {
                    count("a large product".to_owned());
                }
            } else if operation.name().starts_with("Concat") {
                count(format!("{} of {}", operation.name(), step.operands.len()));
            } else if let description::Operation::PickRows(indices) = operation {
                let mut distinct = indices.clone();
                distinct.sort_unstable();
                distinct.dedup();
                if distinct.len() < indices.len() {
                    count("PickRows, repeated".to_owned());
                }
            }
        }
        let y = oracle(graph, dual_dual_dual);
        if y.derivative.value.value.abs() > 1e-3 {
            count("a first derivative that is not 0".to_owned());
        }
        if y.value.derivative.derivative.abs() > 1e-3 {
            count("a second derivative that is not 0".to_owned());
        }
        if y.derivative.derivative.derivative.abs() > 1e-3 {
            count("a third derivative that is not 0".to_owned());
        }
        for (i, input) in graph.inputs.iter().enumerate() {
            if input.is_parameter && uses[i] > 1 {
                count("a parameter asked for again".to_owned());
            }
            if !live[i] {
                count("an input that is ignored".to_owned());
            } else if !differentiable[i] {
                count("an input behind a barrier".to_owned());
            }
        }
        for &uses in &uses {
            if uses > 1 {
                count("a shared node".to_owned());
            }
            if uses > 3 {
                count("a node used four times".to_owned());
            }
        }
    });

    let mut expected: Vec<(String, usize)> = Vec::new();
    let mut expect = |what: String, minimum: usize| expected.push((what, minimum));
    for operation in prototypes() {
        let name = operation.name();
        if operation.is_broadcasting() {
            expect(format!("{name}, the same node twice"), 5);
            expect(format!("{name}, Same on the right"), 20);
            for form in [Form::Row, Form::Column, Form::Scalar] {
                for side in ["left", "right"] {
                    expect(format!("{name}, {form:?} on the {side}"), 20);
                }
            }
        } else if name.starts_with("Concat") {
            expect(format!("{name} of 2"), 20);
            expect(format!("{name} of 3"), 20);
        }
        expect(name, 40);
    }
    for (what, minimum) in [
        ("a first derivative that is not 0", 900),
        ("a second derivative that is not 0", 500),
        ("a third derivative that is not 0", 500),
        ("a dead node", 100),
        ("a shared node", 100),
        ("a node used four times", 100),
        ("a product with itself", 20),
        ("a large product", 20),
        ("PickRows, repeated", 20),
        ("a parameter asked for again", 100),
        ("an input that is ignored", 20),
        ("an input behind a barrier", 20),
    ] {
        expect(what.to_owned(), minimum);
    }
    let mut rare = Vec::new();
    for (what, minimum) in expected {
        let found = counts.get(&what).copied().unwrap_or(0);
        println!("{what}: {found}");
        if found < minimum {
            rare.push(format!("{what}: {found}, fewer than {minimum}"));
        }
    }
    assert!(rare.is_empty(), "{}", rare.join("\n"));
}
