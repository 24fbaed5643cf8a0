//! What all auto-encoders have in common, and what each promises.

use super::*;
use crate::predictor::Predictor;
use crate::{Activation, Training};
use std::ops::ControlFlow;
use unsup_autograd::random::{generator, standard_normal};
use unsup_autograd::{Matrix, Tape};
use unsup_nn::train::{Batch, Criterion, Epoch, TrainError};
use unsup_nn::{Dense, Module, Path, Sequence};

fn objects(rows: usize, columns: usize) -> Matrix<f64> {
    let wave = |i: usize, j: usize| (0.37 * (i * (j + 2)) as f64 + j as f64).sin();
    Matrix::from_fn(rows, columns, |i, j| 0.5 + 0.4 * wave(i, j))
}

fn short(epochs: usize) -> Training {
    Training {
        epochs,
        batch_size: 8,
        rate: 0.01,
        ..Training::default()
    }
}

fn unobserved(_: &Epoch) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn sigmoids(code: usize) -> Architecture {
    Architecture::two_layer(code, Activation::Sigmoid, Activation::Sigmoid)
}

/// All parameters, one after the other.
fn parameters(model: &dyn Module<f64>) -> Vec<f64> {
    let mut all = Vec::new();
    model.visit(Path::ROOT, &mut |_, param| {
        all.extend(param.value().as_slice())
    });
    all
}

fn fitted(
    x: &Matrix<f64>,
    architecture: &Architecture,
    method: &dyn Method<f64>,
) -> AutoEncoder<f64> {
    let mut model = AutoEncoder::new(x.columns(), architecture);
    model.fit(x, method, &short(3), unobserved).unwrap();
    model
}

mod pair {
    use super::*;

    #[test]
    fn reconstruct_is_decode_of_encode_and_blocks_do_not_matter() {
        for tied in [false, true] {
            let architecture = Architecture {
                tied,
                ..Architecture::deep(&[5], 2)
            };
            let model = AutoEncoder::<f64>::new(3, &architecture);
            let x = Matrix::from_fn(2500, 3, |i, j| ((i * 3 + j) % 17) as f64 / 17.0);
            let y = model.reconstruct(&x);
            assert_eq!(y, model.decode(&model.encode(&x)));
            let last = model.reconstruct(&x.slice_rows(2499..2500));
            assert!(last.is_close(&y.slice_rows(2499..2500), 1e-14));
        }
    }

    #[test]
    fn parameters_are_named_by_their_place_and_a_tied_decoder_owns_its_biases() {
        let free = AutoEncoder::<f64>::new(3, &sigmoids(2));
        let names = [
            "encoder.0.weight",
            "encoder.0.bias",
            "decoder.0.weight",
            "decoder.0.bias",
        ];
        assert_eq!(free.parameter_names(), names);
        let architecture = Architecture {
            tied: true,
            ..sigmoids(2)
        };
        let tied = AutoEncoder::<f64>::new(3, &architecture);
        assert_eq!(tied.parameter_names(), [names[0], names[1], names[3]]);
        let linear = AutoEncoder::<f64>::new(
            3,
            &Architecture {
                tied: true,
                ..Architecture::linear(2)
            },
        );
        assert_eq!(linear.parameter_names(), [names[0]]);
    }

    #[test]
    fn the_score_is_minus_the_loss_of_each_object() {
        let x = objects(7, 3);
        let squared = AutoEncoder::new(3, &sigmoids(2));
        let bernoulli = AutoEncoder::new(
            3,
            &Architecture {
                loss: Loss::Bernoulli,
                ..sigmoids(2)
            },
        );
        let y = squared.reconstruct(&x);
        for (i, (x, y)) in x.row_iter().zip(y.row_iter()).enumerate() {
            let pairs = || x.iter().zip(y);
            let error: f64 = pairs().map(|(x, y)| (x - y).powi(2)).sum();
            assert!((squared.score_samples(&self::objects(7, 3))[i] + error).abs() < 1e-14);
            let entropy: f64 = pairs()
                .map(|(x, y)| -x * y.ln() - (1.0 - x) * (1.0 - y).ln())
                .sum();
            assert!((bernoulli.score_samples(&self::objects(7, 3))[i] + entropy).abs() < 1e-12);
        }
        let mean = squared.score_samples(&x).iter().sum::<f64>() / 7.0;
        assert!((squared.score(&x) - mean).abs() < 1e-15);
        // whatever the loss, what is compared is the squared error
        assert!((bernoulli.squared_error(&x) + squared.score(&x)).abs() < 1e-12);
    }

    #[test]
    fn losses_are_read_from_their_names() {
        for loss in [Loss::Squared, Loss::Bernoulli] {
            assert_eq!(loss.to_string().parse(), Ok(loss));
        }
        let error = "Squared".parse::<Loss>().unwrap_err();
        assert_eq!(
            error,
            "unknown loss \"Squared\", expected squared or bernoulli"
        );
    }

    #[test]
    #[should_panic(expected = "encode: needs 3 columns, got a matrix of 2x4")]
    fn objects_of_another_width_are_refused() {
        AutoEncoder::<f64>::new(3, &sigmoids(2)).encode(&Matrix::zeros(2, 4));
    }

    #[test]
    #[should_panic(expected = "the encoder goes from 3 to 2, the decoder from 4 to 3")]
    fn halves_that_do_not_fit_are_refused() {
        let sequence = |widths: &[usize]| {
            Sequence::<f64>::new(widths, Activation::Tanh, Activation::Identity, 1, "test")
        };
        let decoder = Decoder::Free(sequence(&[4, 3]));
        AutoEncoder::of(sequence(&[3, 2]), decoder, Loss::Squared);
    }

    #[test]
    #[should_panic(expected = "a half ends with dropout, expected a dense layer")]
    fn a_code_that_is_dropped_is_refused() {
        let dense = |widths: &[usize]| {
            Sequence::<f64>::new(widths, Activation::Tanh, Activation::Identity, 1, "test")
        };
        let layers = dense(&[3, 2]).layers().to_vec();
        let dropout = unsup_nn::Dropout::new(0.5, "dropout").into();
        let encoder = Sequence::of(layers.into_iter().chain([dropout]));
        AutoEncoder::of(encoder, Decoder::Free(dense(&[2, 3])), Loss::Squared);
    }

    #[test]
    #[should_panic(expected = "expected a decoder that ends with the sigmoid, not with identity")]
    fn the_bernoulli_loss_needs_a_sigmoid() {
        let loss = Loss::Bernoulli;
        AutoEncoder::<f64>::new(
            3,
            &Architecture {
                loss,
                ..Architecture::deep(&[], 2)
            },
        );
    }
}

mod methods {
    use super::*;

    /// All methods with the coefficient 0, under which they are the plain auto-encoder.
    fn without_effect() -> Vec<(&'static str, Box<dyn Method<f64>>)> {
        let relational = Relational {
            pairs: Pairs::All,
            threshold: Threshold::Hard(0.3),
            ..Relational::mixture(0.0, 0.3)
        };
        let contractive = |jacobian| Contractive {
            lambda: 0.0,
            jacobian,
        };
        vec![
            ("l1 of weights", Box::new(Sparse::l1_of_weights(0.0))),
            ("l2 of weights", Box::new(Sparse::l2_of_weights(0.0))),
            ("codes", Box::new(Sparse::codes(0.0))),
            ("activations", Box::new(Sparse::activations(0.1, 0.0))),
            ("closed form", Box::new(contractive(Jacobian::ClosedForm))),
            ("exact", Box::new(contractive(Jacobian::Exact))),
            (
                "estimate",
                Box::new(contractive(Jacobian::Estimate { draws: 2 })),
            ),
            ("relational", Box::new(Relational::new(0.0, 0.3))),
            ("mixture", Box::new(relational)),
            (
                "gaussian",
                Box::new(Denoising::new(Noise::Gaussian { sigma: 0.0 })),
            ),
            (
                "masking",
                Box::new(Denoising::new(Noise::Masking { probability: 0.0 })),
            ),
            (
                "two",
                Box::new((Sparse::codes(0.0), contractive(Jacobian::Exact))),
            ),
        ]
    }

    #[test]
    fn a_coefficient_of_0_is_the_plain_auto_encoder_bit_for_bit() {
        let x = objects(20, 5);
        for tied in [false, true] {
            let architecture = Architecture {
                tied,
                ..sigmoids(3)
            };
            let plain = parameters(&fitted(&x, &architecture, &Plain));
            for (name, method) in without_effect() {
                assert_eq!(
                    parameters(&fitted(&x, &architecture, &*method)),
                    plain,
                    "{name}, tied: {tied}"
                );
            }
        }
    }

    #[test]
    fn a_coefficient_above_0_changes_what_is_learned() {
        let x = objects(20, 5);
        let contractive = |jacobian| Contractive {
            lambda: 0.1,
            jacobian,
        };
        let methods: Vec<(&str, Box<dyn Method<f64>>)> = vec![
            ("l1 of weights", Box::new(Sparse::l1_of_weights(0.1))),
            ("l2 of weights", Box::new(Sparse::l2_of_weights(0.1))),
            ("codes", Box::new(Sparse::codes(0.1))),
            ("activations", Box::new(Sparse::activations(0.1, 0.1))),
            ("closed form", Box::new(contractive(Jacobian::ClosedForm))),
            ("exact", Box::new(contractive(Jacobian::Exact))),
            (
                "estimate",
                Box::new(contractive(Jacobian::Estimate { draws: 2 })),
            ),
            ("relational", Box::new(Relational::new(0.1, 0.3))),
            (
                "gaussian",
                Box::new(Denoising::new(Noise::Gaussian { sigma: 0.1 })),
            ),
            (
                "masking",
                Box::new(Denoising::new(Noise::Masking { probability: 0.3 })),
            ),
        ];
        let plain = parameters(&fitted(&x, &sigmoids(3), &Plain));
        for (name, method) in methods {
            assert_ne!(
                parameters(&fitted(&x, &sigmoids(3), &*method)),
                plain,
                "{name}"
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_seed_other_ones() {
        let x = objects(20, 5);
        let method = Denoising::new(Noise::Gaussian { sigma: 0.2 });
        let run = |seed| {
            let mut model = AutoEncoder::new(5, &sigmoids(3));
            let training = Training { seed, ..short(2) };
            model.fit(&x, &method, &training, unobserved).unwrap();
            parameters(&model)
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn a_term_that_can_have_no_effect_is_refused() {
        let x = objects(20, 5);
        let mut model = AutoEncoder::new(5, &sigmoids(3));
        model.freeze("encoder");
        let method = Contractive {
            lambda: 0.1,
            jacobian: Jacobian::Exact,
        };
        let error = model.fit(&x, &method, &short(1), unobserved).unwrap_err();
        assert_eq!(error, TrainError::TermWithoutGradient { term: "jacobian" });
        // to see it only is another matter
        let method = Contractive {
            lambda: 0.0,
            ..method
        };
        let history = model.fit(&x, &method, &short(1), unobserved).unwrap();
        assert!(history.last().unwrap().losses.term("jacobian").unwrap() > 0.0);
    }

    #[test]
    fn each_term_is_logged_by_its_name() {
        let x = objects(20, 5);
        let names = |method: &dyn Method<f64>| {
            let mut model = AutoEncoder::new(5, &sigmoids(3));
            let history = model.fit(&x, method, &short(1), unobserved).unwrap();
            let terms = &history.last().unwrap().losses.terms;
            terms
                .iter()
                .map(|(name, _)| name.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&Plain), ["reconstruction"]);
        assert_eq!(names(&Sparse::codes(0.1)), ["reconstruction", "|codes|"]);
        let both = (Sparse::activations(0.1, 1.0), Relational::new(1.0, 0.0));
        assert_eq!(names(&both), ["reconstruction", "kl", "relation"]);
    }

    #[test]
    fn what_enters_the_decoder_is_kept_at_length_1() {
        let x = objects(30, 5);
        let lengths = |model: &AutoEncoder<f64>| {
            // unit j's weights, free: row j of the decoder's; tied: column j of the encoder's last layer
            let weights = match model.decoder() {
                Decoder::Free(layers) => layers
                    .dense_layers()
                    .next()
                    .unwrap()
                    .weight()
                    .value()
                    .clone(),
                Decoder::Tied(_) => {
                    let layer = model.encoder().dense_layers().next_back().unwrap();
                    layer.weight().value().transpose()
                }
            };
            assert_eq!(weights.rows(), 4);
            let lengths = weights
                .row_iter()
                .map(|row| row.iter().map(|w| w * w).sum::<f64>().sqrt());
            lengths.collect::<Vec<_>>()
        };
        let unit = |lengths: Vec<f64>| lengths.iter().all(|length| (length - 1.0).abs() < 1e-12);
        for hidden in [vec![], vec![6]] {
            let free = Architecture {
                hidden,
                ..sigmoids(4)
            };
            let tied = Architecture {
                tied: true,
                ..free.clone()
            };
            assert!(unit(lengths(&fitted(&x, &free, &Sparse::codes(0.1)))));
            assert!(unit(lengths(&fitted(&x, &tied, &Sparse::codes(0.1)))));
            assert!(!unit(lengths(&fitted(
                &x,
                &free,
                &Sparse::activations(0.1, 0.1)
            ))));
            let contractive = Contractive {
                lambda: 0.1,
                jacobian: Jacobian::Exact,
            };
            assert!(unit(lengths(&fitted(&x, &free, &contractive))));
            // tied weights need no further hold
            assert!(!unit(lengths(&fitted(&x, &tied, &contractive))));
        }
    }

    #[test]
    fn noise_has_its_distribution_and_is_drawn_anew_at_each_step() {
        let x = Matrix::filled(200, 100, 0.5f64);
        let noisy = Noise::Gaussian { sigma: 0.3 }.corrupt(&x, 1);
        let differences = || noisy.as_slice().iter().map(|x| x - 0.5);
        let count = 20_000.0;
        let mean = differences().sum::<f64>() / count;
        let variance = differences().map(|d| d * d).sum::<f64>() / count;
        assert!(
            mean.abs() < 0.01 && (variance - 0.09).abs() < 0.005,
            "{mean} {variance}"
        );
        let masked = Noise::Masking { probability: 0.25 }.corrupt(&x, 1);
        let zeros = masked.as_slice().iter().filter(|x| **x == 0.0).count() as f64;
        assert!((zeros / count - 0.25).abs() < 0.015, "{zeros}");
        assert!(masked.as_slice().iter().all(|x| *x == 0.0 || *x == 0.5));
        let all = Noise::Masking { probability: 1.0 }.corrupt(&x, 1);
        assert_eq!(all, Matrix::zeros(200, 100));

        let method = Denoising::new(Noise::Gaussian { sigma: 0.3 });
        let tape = Tape::new();
        let seen = |step| {
            let batch = Batch::new(&tape, &[0, 1], 3, step);
            let x = tape.gather(&x, batch.rows);
            let input = method.input(&batch, x);
            assert_eq!(
                *Method::<f64>::target(&method, x, input).value(),
                *x.value()
            );
            input.value()
        };
        assert_ne!(seen(1), seen(2));
        assert_eq!(seen(1), seen(1));

        // two noises are not one and the same
        let twice = (method, method);
        let tape = Tape::new();
        let batch = Batch::new(&tape, &[0, 1], 3, 1);
        let clean = tape.gather(&x, batch.rows);
        let (once, both) = (method.input(&batch, clean), twice.input(&batch, clean));
        let (once, both) = (once - clean, both - once);
        let correlation = (once * both).sum().item()
            / (once.square().sum().item() * both.square().sum().item()).sqrt();
        assert!(correlation.abs() < 0.3, "{correlation}");
    }

    #[test]
    fn jacobians_are_the_derivatives_of_each_object_s_code() {
        let model = AutoEncoder::<f64>::new(4, &Architecture::deep(&[5], 3));
        let x = objects(1030, 4); // more than a block
        let jacobians = model.jacobians(&x);
        assert_eq!(jacobians.len(), 1030);
        for i in [0, 1029] {
            assert_eq!(jacobians[i].shape().to_string(), "3x4");
            for d in 0..4 {
                let moved = |by: f64| {
                    let x = x.slice_rows(i..i + 1);
                    model.encode(&Matrix::from_fn(1, 4, |_, j| {
                        x[(0, j)] + if j == d { by } else { 0.0 }
                    }))
                };
                let (up, down) = (moved(1e-6), moved(-1e-6));
                for j in 0..3 {
                    let slope = (up[(0, j)] - down[(0, j)]) / 2e-6;
                    assert!((jacobians[i][(j, d)] - slope).abs() < 1e-8);
                }
            }
        }
        let norms = jacobians.iter().map(Matrix::norm).sum::<f64>() / 1030.0;
        assert!((model.jacobian_norm(&x) - norms).abs() < 1e-12);
    }

    #[test]
    #[should_panic(expected = "contractive: the closed form is for an encoder of one layer")]
    fn the_closed_form_is_for_one_layer() {
        let method = Contractive {
            lambda: 0.1,
            jacobian: Jacobian::ClosedForm,
        };
        fitted(&objects(5, 4), &Architecture::deep(&[5], 3), &method);
    }

    #[test]
    fn the_threshold_is_a_quantile_of_the_pairs() {
        // inner products of pairs: 1·2, 1·3, 1·4, 2·3, 2·4, 3·4
        let x = Matrix::from_rows(&[[1.0], [2.0], [3.0], [4.0]]);
        let quantile = |share| Relational::quantile(&x, share);
        assert_eq!([0.0, 0.4, 0.6, 1.0].map(quantile), [2.0, 4.0, 6.0, 12.0]);
        // of many objects a part is taken
        let many = Matrix::from_fn(2500, 1, |i, _| if i % 2 == 0 { 1.0 } else { 3.0 });
        assert_eq!(Relational::quantile(&many, 1.0), 9.0);
    }
}

mod warnings {
    use super::*;

    #[test]
    fn units_of_one_value_are_dead() {
        let x = objects(20, 3);
        let mut model = AutoEncoder::<f64>::new(3, &sigmoids(4));
        assert_eq!(Plain.warnings(&model, &x), []);
        let layer = model.encoder_mut().dense_layers_mut().next().unwrap();
        let weight = layer.weight().value();
        let dead = Matrix::from_fn(3, 4, |i, j| if j % 2 == 0 { 0.0 } else { weight[(i, j)] });
        layer.weight_mut().set(dead);
        let warnings = Plain.warnings(&model, &x);
        assert_eq!(warnings, [Warning::DeadUnits { dead: 2, units: 4 }]);
        assert!(
            warnings[0]
                .to_string()
                .starts_with("2 of 4 units of the code have one value")
        );
        let both = (
            Sparse::codes(0.1),
            Denoising::new(Noise::Gaussian { sigma: 0.1 }),
        );
        assert_eq!(both.warnings(&model, &x), warnings, "said once");
    }

    #[test]
    fn no_pair_above_the_threshold_is_said() {
        let x = Matrix::from_rows(&[[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]);
        let model = AutoEncoder::<f64>::new(2, &sigmoids(2));
        assert_eq!(Relational::new(1.0, 0.4).warnings(&model, &x), []);
        // s [s ≥ t] counts what lies on t, and with all pairs the diagonal counts too
        let hard = |t, pairs| Relational {
            pairs,
            ..Relational::paper(0.5, t)
        };
        assert_eq!(hard(0.5, Pairs::Unordered).warnings(&model, &x), []);
        assert_eq!(hard(0.6, Pairs::Unordered).warnings(&model, &x).len(), 1);
        assert_eq!(hard(0.6, Pairs::All).warnings(&model, &x), []);
        let warnings = Relational::new(1.0, 0.5).warnings(&model, &x);
        let expected = Warning::NoRelatedPairs {
            threshold: 0.5,
            largest: 0.5,
        };
        assert_eq!(warnings, [expected]);
        assert!(warnings[0].to_string().contains("no gradient"));
        let all = Relational {
            threshold: Threshold::None,
            ..Relational::new(1.0, 9.0)
        };
        assert_eq!(all.warnings(&model, &x), []);
    }

    #[test]
    fn a_collapsed_posterior_and_unused_units_are_said() {
        let x = objects(64, 3);
        let fitted = |beta| {
            let mut model = Variational::new(3, &Architecture::deep(&[], 2), Likelihood::Gaussian);
            let elbo = Elbo {
                beta,
                ..Elbo::new(&x)
            };
            model.fit(&elbo, &short(150), unobserved).unwrap();
            model
        };
        let warnings = fitted(100.0).warnings(&x);
        assert!(
            matches!(warnings[..], [Warning::Collapsed { kl }] if kl < 0.01),
            "{warnings:?}"
        );
        assert!(
            warnings[0]
                .to_string()
                .contains("the posterior has collapsed")
        );
        assert_eq!(fitted(0.01).warnings(&x), []);
        // what is small is so beside the prior
        let narrow = |prior| {
            let mut model = Variational::new(3, &Architecture::deep(&[], 2), Likelihood::Gaussian);
            model = model.with_prior(prior);
            let elbo = Elbo {
                beta: 0.01,
                ..Elbo::new(&x)
            };
            model.fit(&elbo, &short(150), unobserved).unwrap();
            (model.active_units(&x), model.code())
        };
        assert_eq!(narrow(0.05), (2, 2));
        assert_eq!(narrow(1e6), (0, 2));
    }
}

mod stacked {
    use super::*;

    #[test]
    fn layers_are_trained_one_after_the_other_and_joined() {
        let x = objects(40, 6);
        for tied in [false, true] {
            let architecture = Architecture {
                activation: Activation::Sigmoid,
                code_activation: Activation::Tanh,
                output: Activation::Sigmoid,
                loss: Loss::Bernoulli,
                tied,
                ..Architecture::deep(&[5, 4], 3)
            };
            let mut heard = Vec::new();
            let stack = AutoEncoder::stack(&x, &architecture, &Plain, &short(2), |h, epoch| {
                heard.push((h, epoch.number));
                ControlFlow::Continue(())
            });
            let Stacked {
                autoencoder,
                histories,
            } = stack.unwrap();
            assert_eq!(heard, [(0, 1), (0, 2), (1, 1), (1, 2), (2, 1), (2, 2)]);
            assert_eq!(histories.len(), 3);

            // by hand: each pair on what the last one gives
            let pair = |f, g, code, loss, seed| Architecture {
                tied,
                loss,
                seed,
                ..Architecture::two_layer(code, f, g)
            };
            let (sigmoid, tanh) = (Activation::Sigmoid, Activation::Tanh);
            let architectures = [
                pair(sigmoid, sigmoid, 5, Loss::Bernoulli, 0),
                pair(sigmoid, sigmoid, 4, Loss::Bernoulli, 1),
                pair(tanh, sigmoid, 3, Loss::Bernoulli, 2),
            ];
            let (mut x_h, mut pairs) = (x.clone(), Vec::new());
            for (h, architecture) in architectures.iter().enumerate() {
                let mut pair = AutoEncoder::new(x_h.columns(), architecture);
                let training = Training {
                    seed: h as u64,
                    ..short(2)
                };
                pair.fit(&x_h, &Plain, &training, unobserved).unwrap();
                x_h = pair.encode(&x_h);
                pairs.push(pair);
            }
            assert_eq!(autoencoder.encode(&x), x_h);
            let mut y = x_h;
            for pair in pairs.iter().rev() {
                y = pair.decode(&y);
            }
            assert_eq!(autoencoder.reconstruct(&x), y);
            assert_eq!(autoencoder.loss(), Loss::Bernoulli);
        }
    }

    #[test]
    fn a_classifier_stands_on_the_encoder() {
        let encoder = AutoEncoder::<f64>::new(4, &Architecture::deep(&[5], 3));
        let classifier = Predictor::on(encoder.encoder(), 2, 1);
        let x = objects(5, 4);
        let last = classifier.network().dense_layers().next_back().unwrap();
        let expected = encoder.encode(&x).matmul(last.weight().value());
        assert!(classifier.answers(&x).is_close(&expected, 1e-14));
        assert_eq!(last.activation(), Activation::Identity);
    }
}

mod supervised {
    use super::*;

    fn joint<'x>(
        x: &'x Matrix<f64>,
        labelled: &'x [usize],
        classes: &'x [usize],
    ) -> Joint<'x, f64> {
        Joint {
            x,
            method: &Plain,
            labelled,
            answers: crate::Answers::Classes(classes),
            reconstruction: 1.0,
            lambda: 1.0,
        }
    }

    #[test]
    fn without_its_answers_it_is_the_auto_encoder_bit_for_bit() {
        let x = objects(20, 5);
        let mut model = Supervised::new(5, 2, &sigmoids(3));
        model.freeze("predictor");
        let joint = Joint {
            lambda: 0.0,
            ..joint(&x, &[0, 1], &[0, 1])
        };
        model.fit(&joint, &short(3), unobserved).unwrap();
        let plain = fitted(&x, &sigmoids(3), &Plain);
        assert_eq!(parameters(model.autoencoder()), parameters(&plain));
    }

    #[test]
    fn the_prediction_is_of_labelled_objects_alone() {
        let x = objects(20, 5);
        let model = Supervised::new(5, 2, &sigmoids(3));
        let tape = Tape::new();
        let rows: Vec<usize> = (0..10).collect();
        let terms = joint(&x, &[17], &[1]).terms(&model, &Batch::new(&tape, &rows, 0, 1));
        let logits = model.answers(&x.slice_rows(17..18));
        let probability = logits[(0, 1)].exp() / (logits[(0, 0)].exp() + logits[(0, 1)].exp());
        assert_eq!(terms[1].name, "prediction");
        assert!((terms[1].value.item() + probability.ln()).abs() < 1e-12);
    }

    #[test]
    #[should_panic(expected = "joint: 1 answers for 2 objects with answers")]
    fn an_answer_for_each_is_asked_for() {
        let x = objects(20, 5);
        let mut model = Supervised::new(5, 2, &sigmoids(3));
        let _ = model.fit(&joint(&x, &[0, 1], &[0]), &short(1), unobserved);
    }

    #[test]
    #[should_panic(expected = "the encoder gives codes of 3, the predictor takes 4")]
    fn a_predictor_of_other_codes_is_refused() {
        let linear = Activation::Identity;
        let predictor = Sequence::<f64>::new(&[4, 2], linear, linear, 0, "predictor");
        Supervised::of(AutoEncoder::new(5, &sigmoids(3)), predictor);
    }
}

mod variational {
    use super::*;

    fn model(likelihood: Likelihood) -> Variational<f64> {
        Variational::new(4, &Architecture::deep(&[5], 2), likelihood)
    }

    /// ln of the density of N(mean, deviation²) at x.
    fn ln_normal(x: f64, mean: f64, deviation: f64) -> f64 {
        -0.5 * ((x - mean) / deviation).powi(2)
            - deviation.ln()
            - 0.5 * (2.0 * std::f64::consts::PI).ln()
    }

    #[test]
    fn the_divergence_is_the_mean_of_the_densities_log_ratio() {
        let model = model(Likelihood::Bernoulli).with_prior(1.4);
        let x = objects(1, 4);
        let (mean, deviation) = (model.encode(&x)[(0, 1)], model.deviations(&x)[(0, 1)]);
        let mut random = generator(0, "test", 0);
        let draws = 200_000;
        let ratios = (0..draws).map(|_| {
            let z = mean + deviation * standard_normal(&mut random);
            ln_normal(z, mean, deviation) - ln_normal(z, 0.0, 1.4)
        });
        let estimate = ratios.sum::<f64>() / f64::from(draws);
        assert!((model.kl(&x)[(0, 1)] - estimate).abs() < 0.01, "{estimate}");
    }

    #[test]
    fn bounds_are_their_formulas() {
        for likelihood in [Likelihood::Bernoulli, Likelihood::Gaussian] {
            let model = model(likelihood).with_prior(0.7);
            let x = objects(3, 4);
            let (mean, deviation) = (model.encode(&x), model.deviations(&x));
            // ln w of object i and the code z
            let ln_weight = |i: usize, z: &Matrix<f64>| {
                let y = model.decode(z);
                let pairs = x.row(i).iter().zip(y.row(0));
                let likelihood: f64 = match likelihood {
                    Likelihood::Bernoulli => pairs
                        .map(|(x, y)| x * y.ln() + (1.0 - x) * (1.0 - y).ln())
                        .sum(),
                    Likelihood::Gaussian => pairs.map(|(x, y)| ln_normal(*x, *y, 1.0)).sum(),
                };
                let codes = (0..2).map(|j| {
                    let z = z[(0, j)];
                    ln_normal(z, 0.0, 0.7) - ln_normal(z, mean[(i, j)], deviation[(i, j)])
                });
                likelihood + codes.sum::<f64>()
            };
            // the same draws, one after the other
            let draw = |number: u64| {
                let tape = Tape::<f64>::new();
                let rows = [0, 1, 2];
                let mut random = Batch::evaluation(&tape, &rows, 9, number).generator("epsilon");
                Matrix::from_fn(3, 2, |i, j| {
                    mean[(i, j)] + deviation[(i, j)] * standard_normal(&mut random)
                })
            };
            let draws = [draw(0), draw(1), draw(2)];
            let bounds = model.importance_weighted_bound(&x, 3, 9);
            let kl = model.kl(&x);
            let elbo = model.elbo(&x, 3, 9);
            for i in 0..3 {
                let weights = draws.iter().map(|z| ln_weight(i, &z.slice_rows(i..i + 1)));
                let expected = (weights.map(f64::exp).sum::<f64>() / 3.0).ln();
                assert!(
                    (bounds[i] - expected).abs() < 1e-10,
                    "{} {expected}",
                    bounds[i]
                );
                let surprises = draws.iter().map(|z| {
                    let z = z.slice_rows(i..i + 1);
                    let codes = (0..2).map(|j| {
                        let z = z[(0, j)];
                        ln_normal(z, 0.0, 0.7) - ln_normal(z, mean[(i, j)], deviation[(i, j)])
                    });
                    ln_weight(i, &z) - codes.sum::<f64>()
                });
                let expected = surprises.sum::<f64>() / 3.0 - kl.row(i).iter().sum::<f64>();
                assert!((elbo[i] - expected).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn several_draws_train_the_importance_weighted_bound() {
        let model = model(Likelihood::Bernoulli);
        let x = objects(3, 4);
        let tape = Tape::new();
        let rows = [0, 1, 2];
        let batch = Batch::new(&tape, &rows, 0, 1);
        let elbo = Elbo {
            draws: 4,
            ..Elbo::new(&x)
        };
        let terms = elbo.terms(&model, &batch);
        assert_eq!(
            (terms.len(), terms[0].name, terms[0].weight),
            (1, "importance-weighted bound", -1.0)
        );
        // by hand: the mean over objects of ln of the mean of the four weights
        let (mean, deviation) = (model.encode(&x), model.deviations(&x));
        let ln_weights: Vec<Vec<f64>> = (0..4)
            .map(|k| {
                let mut random = batch.generator(&format!("epsilon {k}"));
                let z = Matrix::from_fn(3, 2, |i, j| {
                    mean[(i, j)] + deviation[(i, j)] * standard_normal(&mut random)
                });
                let y = model.decode(&z);
                let of = |i: usize| {
                    let pixels = x.row(i).iter().zip(y.row(i));
                    let likelihood = pixels.map(|(x, y)| x * y.ln() + (1.0 - x) * (1.0 - y).ln());
                    let codes = (0..2).map(|j| {
                        let z = z[(i, j)];
                        ln_normal(z, 0.0, 1.0) - ln_normal(z, mean[(i, j)], deviation[(i, j)])
                    });
                    likelihood.sum::<f64>() + codes.sum::<f64>()
                };
                (0..3).map(of).collect()
            })
            .collect();
        let bound = |i: usize| (ln_weights.iter().map(|k| k[i].exp()).sum::<f64>() / 4.0).ln();
        let expected = (0..3).map(bound).sum::<f64>() / 3.0;
        let value = terms[0].value.item();
        assert!((value - expected).abs() < 1e-10, "{value} {expected}");
    }

    #[test]
    fn objects_are_drawn_with_the_decoder_s_distribution() {
        // all sums of the decoder 0.8
        let constant = |likelihood| {
            let mut model = model(likelihood);
            model.visit_mut(Path::ROOT, &mut |path, param| {
                let shape = param.value().shape();
                let last = path.is_below("decoder.1") && path.is_last("bias");
                if path.is_below("decoder") {
                    let value = if last { 0.8 } else { 0.0 };
                    param.set(Matrix::filled(shape.rows(), shape.columns(), value));
                } else if path.is_below("log_variance") {
                    param.set(Matrix::scalar(0.25f64.ln()));
                }
            });
            model
        };
        let moments = |drawn: Matrix<f64>| {
            let count = drawn.as_slice().len() as f64;
            let mean = drawn.as_slice().iter().sum::<f64>() / count;
            let squares = drawn.as_slice().iter().map(|x| (x - mean).powi(2));
            (mean, squares.sum::<f64>() / count)
        };
        let x = objects(1, 4);
        let sigmoid = 1.0 / (1.0 + (-0.8f64).exp());
        for (likelihood, mean, variance) in [
            (Likelihood::Bernoulli, sigmoid, sigmoid * (1.0 - sigmoid)),
            (Likelihood::Gaussian, 0.8, 0.25),
        ] {
            let model = constant(likelihood);
            for drawn in [model.sample(5000, 1), model.similar(&x, 5000, 2)] {
                let (m, v) = moments(drawn);
                assert!(
                    (m - mean).abs() < 0.02 && (v - variance).abs() < 0.01,
                    "{m} {v}"
                );
            }
        }
        let drawn = super::super::variational::binarised(&Matrix::filled(2000, 4, 0.3), 1);
        assert!(drawn.as_slice().iter().all(|x| *x == 0.0 || *x == 1.0));
        assert!((moments(drawn).0 - 0.3).abs() < 0.02);
    }

    #[test]
    fn what_is_drawn_has_the_shape_and_range_of_objects() {
        let x = objects(2, 4);
        let bernoulli = model(Likelihood::Bernoulli);
        for drawn in [bernoulli.sample(50, 1), bernoulli.similar(&x, 25, 1)] {
            assert_eq!(drawn.shape().to_string(), "50x4");
            assert!(drawn.as_slice().iter().all(|x| *x == 0.0 || *x == 1.0));
        }
        assert_eq!(bernoulli.sample(5, 1), bernoulli.sample(5, 1));
        assert_ne!(bernoulli.sample(5, 1), bernoulli.sample(5, 2));

        // codes of similar objects lie about their own object's
        let codes = bernoulli.similar_codes(&x, 4000, 3);
        let (mean, deviation) = (bernoulli.encode(&x), bernoulli.deviations(&x));
        for i in 0..2 {
            for j in 0..2 {
                let of_object = || (0..4000).map(|n| codes[(4000 * i + n, j)] - mean[(i, j)]);
                let variance = of_object().map(|d| d * d).sum::<f64>() / 4000.0;
                assert!((of_object().sum::<f64>() / 4000.0).abs() < 0.1 * deviation[(i, j)]);
                assert!((variance.sqrt() / deviation[(i, j)] - 1.0).abs() < 0.1);
            }
        }
        // and those of new ones about 0, with the prior's deviation
        let codes = model(Likelihood::Gaussian)
            .with_prior(3.0)
            .sample_codes(4000, 0);
        let variance = codes.as_slice().iter().map(|z| z * z).sum::<f64>() / 8000.0;
        assert!((variance.sqrt() / 3.0 - 1.0).abs() < 0.05);
    }

    #[test]
    fn the_way_between_two_objects_begins_and_ends_with_their_reconstructions() {
        let model = model(Likelihood::Gaussian);
        let (a, b) = (
            objects(3, 4).slice_rows(0..1),
            objects(3, 4).slice_rows(2..3),
        );
        let way = model.interpolate(&a, &b, 5);
        assert_eq!(way.rows(), 5);
        assert!(way.slice_rows(0..1).is_close(&model.reconstruct(&a), 1e-14));
        assert!(way.slice_rows(4..5).is_close(&model.reconstruct(&b), 1e-14));
    }

    #[test]
    fn binarised_objects_are_drawn_anew_with_their_means() {
        let x = Matrix::filled(1000, 4, 0.3);
        let tape = Tape::<f64>::new();
        let rows: Vec<usize> = (0..1000).collect();
        // with all logits 1 the surprise tells the mean of what was drawn: Σⱼ ln (1 + e) − xⱼ
        let mut model = Variational::new(4, &Architecture::deep(&[], 1), Likelihood::Bernoulli);
        model.visit_mut(Path::ROOT, &mut |path, param| {
            if path.is_below("decoder") {
                let value = if path.is_last("bias") { 1.0 } else { 0.0 };
                let shape = param.value().shape();
                param.set(Matrix::filled(shape.rows(), shape.columns(), value));
            }
        });
        let mean = |step, binarised| {
            let elbo = Elbo {
                binarised,
                ..Elbo::new(&x)
            };
            let terms = elbo.terms(&model, &Batch::new(&tape, &rows, 0, step));
            (1.0 + 1f64.exp()).ln() - terms[0].value.item() / 4.0
        };
        assert!((mean(1, false) - 0.3).abs() < 1e-12);
        let (one, other) = (mean(1, true), mean(2, true));
        assert!(one != other && (one - 0.3).abs() < 0.03 && (other - 0.3).abs() < 0.03);
        let zeros_and_ones = (4000.0 * one).round() / 4000.0;
        assert!((one - zeros_and_ones).abs() < 1e-12);
    }

    #[test]
    fn the_learned_variance_is_a_parameter() {
        assert_eq!(model(Likelihood::Bernoulli).variance(), None);
        let gaussian = model(Likelihood::Gaussian);
        assert_eq!(gaussian.variance(), Some(1.0));
        assert!(
            gaussian
                .parameter_names()
                .contains(&"log_variance".to_owned())
        );
    }

    #[test]
    #[should_panic(expected = "variational: needs 4 columns, got a matrix of 2x3")]
    fn objects_of_another_width_are_refused() {
        model(Likelihood::Gaussian).importance_weighted_bound(&objects(2, 3), 2, 0);
    }
}

mod uses {
    use super::super::uses::{compress, interpolate, judge, plane, vary};
    use super::*;
    use crate::Pca;

    /// Three bands of objects in six features.
    fn bands() -> (Matrix<f64>, Vec<usize>) {
        let classes: Vec<usize> = (0..90).map(|i| i % 3).collect();
        let x = Matrix::from_fn(90, 6, |i, j| {
            (if j / 2 == i % 3 { 3.0 } else { 0.0 }) + 0.3 * ((i * (j + 3)) as f64).sin()
        });
        (x, classes)
    }

    #[test]
    fn more_bits_leave_less_error_until_that_of_the_code_itself() {
        let (x, _) = bands();
        let pca = Pca::fit(&x, 3);
        let errors = [1, 2, 4, 8, 24].map(|bits| compress(&pca, &x, &x, bits));
        assert!(
            errors
                .windows(2)
                .all(|pair| pair[1].squared_error < pair[0].squared_error)
        );
        assert_eq!(errors.map(|one| one.bits), [3, 6, 12, 24, 72]);
        assert!((errors[4].squared_error / pca.squared_error(&x) - 1.0).abs() < 1e-9);
        // codes beyond what was known are cut off, and a unit of one value costs nothing
        let far = x.map(|x: f64| 5.0 * x);
        let cut = compress(&pca, &x, &far, 8);
        assert!(cut.squared_error.is_finite() && cut.squared_error > pca.squared_error(&far));
        let one = x.slice_rows(0..1);
        let same = compress(&pca, &one, &one, 1);
        assert!((same.squared_error - pca.squared_error(&one)).abs() < 1e-9);
    }

    /// The object is its own code.
    struct Same;

    impl EncoderDecoder<f64> for Same {
        fn encode(&self, x: &Matrix<f64>) -> Matrix<f64> {
            x.clone()
        }

        fn decode(&self, z: &Matrix<f64>) -> Matrix<f64> {
            z.clone()
        }
    }

    #[test]
    fn one_bit_is_one_of_two_values() {
        let x = Matrix::from_rows(&[[0.0], [0.4], [0.7], [1.0]]);
        // 0.4 becomes 0 and 0.7 becomes 1
        let error = compress(&Same, &x, &x, 1).squared_error;
        assert!((error - (0.16 + 0.09) / 4.0).abs() < 1e-15, "{error}");
        // of four values 0.4 and 0.7 are nearest to 1/3 and 2/3
        let error = compress(&Same, &x, &x, 2).squared_error;
        let expected = ((0.4f64 - 1.0 / 3.0).powi(2) + (0.7f64 - 2.0 / 3.0).powi(2)) / 4.0;
        assert!((error - expected).abs() < 1e-15, "{error}");
    }

    #[test]
    fn features_are_judged_on_held_out_objects() {
        let (x, classes) = bands();
        let (train, test) = (x.slice_rows(0..60), x.slice_rows(60..90));
        let judged = judge((&train, &classes[..60]), (&test, &classes[60..]));
        assert_eq!((judged.linear, judged.neighbours), (1.0, 1.0));
        let shifted: Vec<usize> = classes[60..].iter().map(|class| (class + 1) % 3).collect();
        let judged = judge((&train, &classes[..60]), (&test, &shifted));
        assert_eq!((judged.linear, judged.neighbours), (0.0, 0.0));
    }

    #[test]
    fn two_numbers_that_say_all_keep_neighbourhoods() {
        let flat = Matrix::from_fn(80, 5, |i, j| {
            let (a, b) = ((i as f64 * 0.7).sin(), (i as f64 * 0.31).cos());
            a * (1.0 + j as f64) + b * (2.0 - j as f64)
        });
        let both = plane(&Pca::fit(&flat, 2), &flat);
        let one = plane(&Pca::fit(&flat, 1), &flat);
        assert!(both.trustworthiness > 0.99 && both.trustworthiness > one.trustworthiness + 0.02);
    }

    #[test]
    fn objects_near_one_and_between_two() {
        let (x, _) = bands();
        let pca = Pca::fit(&x, 2);
        let reconstructed = pca.decode(&pca.encode(&x));
        let still = vary(&pca, &x, &x.slice_rows(0..2), 0.0, 3, 1);
        for i in 0..6 {
            let expected = reconstructed.slice_rows(i / 3..i / 3 + 1);
            assert!(still.slice_rows(i..i + 1).is_close(&expected, 1e-12));
        }
        let near = vary(&pca, &x, &x.slice_rows(0..1), 0.1, 200, 1);
        let far = vary(&pca, &x, &x.slice_rows(0..1), 1.0, 200, 1);
        let spread = |of: &Matrix<f64>| {
            let codes = pca.encode(of);
            let centre = pca.encode(&x.slice_rows(0..1));
            let squares = codes.row_iter().map(|z| {
                z.iter()
                    .zip(centre.row(0))
                    .map(|(a, b)| (a - b).powi(2))
                    .sum::<f64>()
            });
            (squares.sum::<f64>() / 200.0).sqrt()
        };
        assert!((spread(&far) / spread(&near) - 10.0).abs() < 1e-6);
        let variance: f64 = pca.variances().iter().sum();
        assert!((spread(&far) / variance.sqrt() - 1.0).abs() < 0.15);

        let way = interpolate(&pca, &x.slice_rows(0..1), &x.slice_rows(1..2), 3);
        let middle = Matrix::from_fn(1, 6, |_, j| {
            0.5 * (reconstructed[(0, j)] + reconstructed[(1, j)])
        });
        assert!(way.slice_rows(1..2).is_close(&middle, 1e-12));
    }

    #[test]
    #[should_panic(expected = "compress: 0 bits for a number, expected 1 to 32")]
    fn no_bits_are_refused() {
        let (x, _) = bands();
        compress(&Pca::fit(&x, 2), &x, &x, 0);
    }
}

#[test]
fn layers_of_one_s_own_make_an_auto_encoder() {
    let weight = Matrix::from_rows(&[[1.0], [0.0]]);
    let layer = |weight| {
        Sequence::of([Dense::of(weight, Activation::Identity)
            .without_bias()
            .into()])
    };
    let decoder = Decoder::Free(layer(weight.transpose()));
    let model = AutoEncoder::of(layer(weight), decoder, Loss::Squared);
    let x = Matrix::from_rows(&[[3.0, 4.0]]);
    assert_eq!(model.reconstruct(&x), Matrix::from_rows(&[[3.0, 0.0]]));
    assert_eq!(model.score(&x), -16.0);
    assert_eq!((model.features(), model.code()), (2, 1));
}
