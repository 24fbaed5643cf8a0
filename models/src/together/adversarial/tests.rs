use super::*;
use std::ops::ControlFlow;
use unsup_autograd::Tape;
use unsup_autograd::random::standard_normal;
use unsup_nn::train::{Batch, Criterion, End, TrainError};
use unsup_nn::{Dense, Module};

fn go_on(_: &Block) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// 8 Gaussians of deviation 0.05 on a circle of radius 1.
fn ring(objects: usize, modes: usize, seed: u64) -> Matrix<f64> {
    let mut random = generator(seed, "ring", 0);
    Matrix::from_fn(objects, 2, |i, j| {
        let angle = (i % modes) as f64 * std::f64::consts::TAU / 8.0;
        let centre = if j == 0 { angle.cos() } else { angle.sin() };
        centre + 0.05 * standard_normal(&mut random)
    })
}

fn small(seed: u64) -> Gan<f64> {
    let architecture = Architecture {
        latent: 3,
        generator: vec![6],
        discriminator: vec![5],
        seed,
        ..Architecture::default()
    };
    Gan::new(2, &architecture)
}

fn short() -> Settings {
    Settings {
        steps: 10,
        batch_size: 8,
        record_every: 4,
        ..Settings::default()
    }
}

fn parameters(gan: &Gan<f64>) -> Vec<Matrix<f64>> {
    let mut values = Vec::new();
    gan.visit(unsup_nn::Path::ROOT, &mut |_, param| {
        values.push(param.value().clone());
    });
    values
}

/// A network of one layer without an activation.
fn linear(weight: Matrix<f64>, bias: f64) -> Sequence<f64> {
    let mut layer = Dense::of(weight, Activation::Identity);
    let outputs = layer.outputs();
    let bias = Matrix::filled(1, outputs, bias);
    layer.bias_mut().unwrap().set(bias);
    Sequence::of([layer.into()])
}

mod the_pair {
    use super::*;

    #[test]
    fn samples_are_what_the_generator_makes_of_normal_draws() {
        let gan = small(0);
        let samples = gan.sample(1500, 7);
        assert_eq!(samples.shape(), Matrix::<f64>::zeros(1500, 2).shape());
        assert_eq!(samples, gan.generate(&latent(1500, 3, 7)));
        assert_ne!(samples, gan.sample(1500, 8));
        assert_eq!((gan.latent(), gan.features()), (3, 2));
        let d = gan.logits(&samples);
        let p = gan.probabilities(&samples);
        for (d, p) in d.as_slice().iter().zip(p.as_slice()) {
            assert!((1.0 / (1.0 + (-d).exp()) - p).abs() < 1e-14);
        }
    }

    #[test]
    fn a_sigmoid_at_the_end_of_a_discriminator_is_not_applied_twice() {
        let bare = Sequence::<f64>::new(&[2, 4, 1], Activation::Tanh, Activation::Identity, 1, "d");
        let with = Sequence::new(&[2, 4, 1], Activation::Tanh, Activation::Sigmoid, 1, "d");
        let x = ring(20, 8, 0);
        let [bare, with] = [bare, with].map(|d| {
            let g = small(0).generator;
            Gan::of(g, d).probabilities(&x)
        });
        assert_eq!(bare, with);
    }

    #[test]
    #[should_panic(
        expected = "gan: a generator of 3 to 2 and a discriminator of 4 to 1, expected one of 2 to 1"
    )]
    fn a_discriminator_of_other_features_is_refused() {
        Gan::of(small(0).generator, linear(Matrix::zeros(4, 1), 0.0));
    }

    #[test]
    #[should_panic(
        expected = "gan: a generator of 3 to 2 and a discriminator of 2 to 3, expected one of 2 to 1"
    )]
    fn a_discriminator_of_several_values_is_refused() {
        Gan::of(small(0).generator, linear(Matrix::zeros(2, 3), 0.0));
    }

    #[test]
    #[should_panic(expected = "gan: needs 2 columns, got a matrix of 4x3")]
    fn objects_of_another_width_are_refused() {
        let _ = small(0).fit(&Matrix::zeros(4, 3), &short(), go_on);
    }
}

mod the_game {
    use super::*;

    /// The values of a criterion's terms on all its objects at step 3, in its order.
    fn values<M>(model: &M, criterion: &impl Criterion<f64, M>) -> Vec<f64> {
        let tape = Tape::new();
        let rows: Vec<usize> = (0..criterion.objects()).collect();
        let terms = criterion.terms(model, &Batch::new(&tape, &rows, 0, 3));
        terms.iter().map(|term| term.value.item()).collect()
    }

    /// D(x) = σ(2 x₁ − x₂ + 1/2), and a G that makes z₁ + 1, z₂ + 1 of z.
    fn known() -> (Sequence<f64>, Sequence<f64>) {
        let discriminator = linear(Matrix::from_rows(&[[2.0], [-1.0]]), 0.5);
        (linear(Matrix::identity(2), 1.0), discriminator)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn the_losses_are_their_formulas() {
        let (generator, discriminator) = known();
        let x = ring(16, 8, 0);
        let d = |x: &[f64]| 2.0 * x[0] - x[1] + 0.5;
        let p = |x: &[f64]| 1.0 / (1.0 + (-d(x)).exp());
        let mean = |x: &Matrix<f64>, f: &dyn Fn(&[f64]) -> f64| {
            x.row_iter().map(f).sum::<f64>() / x.rows() as f64
        };
        let tape = Tape::new();
        let rows: Vec<usize> = (0..16).collect();
        let batch = Batch::new(&tape, &rows, 0, 3);
        let normals = |purpose| crate::draw::standard_normals(&batch, purpose, 16, 2);
        let games = [Game::Minimax, Game::NonSaturating, Game::Wasserstein];
        for (game, sigma) in games
            .into_iter()
            .flat_map(|game| [(game, 0.0), (game, 0.3)])
        {
            let shown = tape.leaf(x.clone()) + normals("noise of objects") * sigma;
            let samples = normals("latent") + 1.0 + normals("noise of samples") * sigma;
            let (shown, samples) = (shown.value(), samples.value());
            let of_d = DiscriminatorCriterion {
                x: &x,
                generator: &generator,
                game,
                penalty: Penalty::R1 { gamma: 1.0 },
                sigma,
            };
            let of_d = values(&discriminator, &of_d);
            let of_g = GeneratorCriterion {
                samples: 16,
                discriminator: &discriminator,
                game,
                sigma,
            };
            let of_g = values(&generator, &of_g)[0];
            let expected = match game {
                Game::Wasserstein => [
                    -mean(&shown, &d),
                    mean(&samples, &d),
                    mean(&shown, &d),
                    mean(&samples, &d),
                ],
                _ => [
                    -mean(&shown, &|x| p(x).ln()),
                    -mean(&samples, &|x| (1.0 - p(x)).ln()),
                    mean(&shown, &p),
                    mean(&samples, &p),
                ],
            };
            for (found, expected) in of_d.iter().zip(expected) {
                assert!(close(*found, expected), "{game:?}: {found} {expected}");
            }
            assert!(close(of_d[4], 5.0), "‖∇d‖² = 2² + 1²");
            let expected = match game {
                Game::Minimax => mean(&samples, &|x| (1.0 - p(x)).ln()),
                Game::NonSaturating => -mean(&samples, &|x| p(x).ln()),
                Game::Wasserstein => -mean(&samples, &d),
            };
            assert!(close(of_g, expected), "{game:?}: {of_g} {expected}");
        }
    }

    #[test]
    fn the_penalty_between_is_taken_on_the_way_from_samples_to_objects() {
        let (generator, _) = known();
        let network = Sequence::new(&[2, 8, 1], Activation::Tanh, Activation::Identity, 0, "d");
        let x = ring(16, 8, 0);
        let criterion = DiscriminatorCriterion {
            x: &x,
            generator: &generator,
            game: Game::Wasserstein,
            penalty: Penalty::WassersteinGp { lambda: 1.0 },
            sigma: 0.0,
        };
        let found = values(&network, &criterion)[4];

        let tape = Tape::new();
        let rows: Vec<usize> = (0..16).collect();
        let batch = Batch::new(&tape, &rows, 0, 3);
        let z = crate::draw::standard_normals(&batch, "latent", 16, 2).value();
        let mut random = batch.generator("between");
        let epsilon: Vec<f64> = (0..16)
            .map(|_| rand::RngExt::random_range(&mut random, 0.0..1.0))
            .collect();
        let u = Matrix::from_fn(16, 2, |i, j| {
            epsilon[i] * x[(i, j)] + (1.0 - epsilon[i]) * (z[(i, j)] + 1.0)
        });
        let u = tape.leaf(u);
        let gradients = network.evaluate(u).sum().grad(&[u])[0].value();
        let of_each = gradients
            .row_iter()
            .map(|g| (g[0].hypot(g[1]) - 1.0).powi(2));
        let expected = of_each.sum::<f64>() / 16.0;
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn neither_player_s_step_moves_the_other() {
        for (k, g) in [(0, 1), (1, 0), (2, 1)] {
            let mut gan = small(0);
            let before = parameters(&gan);
            let settings = Settings {
                discriminator_steps: k,
                generator_steps: g,
                ..short()
            };
            let history = gan.fit(&ring(40, 8, 0), &settings, go_on).unwrap();
            let after = parameters(&gan);
            let of_generator = gan.generator.parameter_names().len();
            let moved = |range: std::ops::Range<usize>| {
                before[range.clone()]
                    .iter()
                    .zip(&after[range])
                    .all(|(a, b)| a != b)
            };
            let same = |range: std::ops::Range<usize>| before[range.clone()] == after[range];
            let (generator, discriminator) = (0..of_generator, of_generator..after.len());
            assert!(if g > 0 {
                moved(generator)
            } else {
                same(generator)
            });
            assert!(if k > 0 {
                moved(discriminator)
            } else {
                same(discriminator)
            });
            for block in &history.blocks {
                assert_eq!(block.discriminator.is_some(), k > 0);
                assert_eq!(block.generator.is_some(), g > 0);
            }
        }
    }

    #[test]
    fn the_players_of_a_round_draw_other_noise() {
        // of one z and a D that stays, the critic's mean on samples would be what G loses
        let settings = Settings {
            steps: 1,
            game: Game::Wasserstein,
            discriminator_rate: 1e-300,
            ..short()
        };
        let history = small(0).fit(&ring(40, 8, 0), &settings, go_on).unwrap();
        let block = &history.blocks[0];
        let (d, g) = (block.discriminator.unwrap(), block.generator.unwrap());
        assert!((d.on_samples + g.loss).abs() > 1e-6);
    }

    #[test]
    fn the_gradient_of_minimax_vanishes_where_the_discriminator_is_sure_and_the_other_does_not() {
        let generator = linear(Matrix::identity(2), 0.0);
        let gradient = |game| {
            let sure = linear(Matrix::from_rows(&[[1.0], [1.0]]), -30.0);
            let tape = Tape::new();
            let criterion = GeneratorCriterion {
                samples: 8,
                discriminator: &sure,
                game,
                sigma: 0.0,
            };
            let rows: Vec<usize> = (0..8).collect();
            let terms = criterion.terms(&generator, &Batch::new(&tape, &rows, 0, 1));
            let bias = generator.dense_layers().next().unwrap().bias().unwrap();
            let gradients = terms[0].value.backward([bias.on(&tape)]);
            gradients.parameter(bias.key()).unwrap().norm()
        };
        assert!(gradient(Game::Minimax) < 1e-8);
        assert!((gradient(Game::NonSaturating) - 2f64.sqrt()).abs() < 1e-8);
    }
}

mod the_training {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
        let run = |seed| {
            let mut gan = small(0);
            let settings = Settings {
                seed,
                instance_noise: InstanceNoise::falling_from(0.2),
                penalty: Penalty::WassersteinGp { lambda: 0.1 },
                ..short()
            };
            let history = gan.fit(&ring(40, 8, 0), &settings, go_on).unwrap();
            (parameters(&gan), history)
        };
        assert_eq!(run(0), run(0));
        assert_ne!(run(0).0, run(1).0);
    }

    /// What is switched off leaves the bits as they are without it.
    #[test]
    fn a_penalty_and_a_noise_of_0_change_nothing() {
        let run = |settings: &Settings| {
            let mut gan = small(0);
            gan.fit(&ring(40, 8, 0), settings, go_on).unwrap();
            parameters(&gan)
        };
        let plain = run(&short());
        for penalty in [
            Penalty::R1 { gamma: 0.0 },
            Penalty::WassersteinGp { lambda: 0.0 },
        ] {
            assert_eq!(plain, run(&Settings { penalty, ..short() }));
        }
        let noise = |sigma| Settings {
            instance_noise: InstanceNoise { sigma, until: 0.5 },
            ..short()
        };
        assert_eq!(plain, run(&noise(0.0)));
        assert_ne!(plain, run(&noise(0.1)));
        for penalty in [
            Penalty::R1 { gamma: 1.0 },
            Penalty::WassersteinGp { lambda: 1.0 },
        ] {
            assert_ne!(plain, run(&Settings { penalty, ..short() }));
        }
    }

    #[test]
    fn noise_falls_along_a_line() {
        let noise = InstanceNoise {
            sigma: 0.3,
            until: 0.5,
        };
        let shares = [0.0, 0.25, 0.5, 0.9].map(|share| noise.at(share));
        assert_eq!(shares, [0.3, 0.15, 0.0, 0.0]);
    }

    #[test]
    fn a_run_can_be_driven_from_outside_and_is_the_same() {
        let x = ring(40, 8, 0);
        let mut fitted = small(0);
        let history = fitted.fit(&x, &short(), go_on).unwrap();
        assert_eq!(history.end, End::Completed);
        let blocks: Vec<usize> = history.blocks.iter().map(|block| block.step).collect();
        assert_eq!(blocks, [4, 8, 10]);

        let mut driven = small(0);
        let mut run = Run::new(&mut driven, &x, &short()).unwrap();
        let mut ended = 0;
        let mut last = None;
        while let Some(progress) = run.advance().unwrap() {
            assert_eq!(progress.step, run.steps());
            ended += usize::from(progress.block_ended);
            last = Some(run.sample(5, 0));
        }
        assert_eq!(ended, 3);
        assert_eq!(run.finish(), history);
        assert_eq!(parameters(&driven), parameters(&fitted));
        assert_eq!(last, Some(driven.sample(5, 0)));
    }

    #[test]
    fn the_schedule_is_of_both_players() {
        let x = ring(40, 8, 0);
        let settings = Settings {
            schedule: crate::Schedule::Step {
                every: 0.5,
                factor: 0.0,
            },
            ..short()
        };
        let mut gan = small(0);
        let mut run = Run::new(&mut gan, &x, &settings).unwrap();
        let mut after = vec![parameters(run.gan())];
        while run.advance().unwrap().is_some() {
            after.push(parameters(run.gan()));
        }
        // each moves in the first half of the ten rounds, none in the second
        let pairs = after[4].iter().zip(&after[5]);
        assert!(pairs.into_iter().all(|(before, after)| before != after));
        assert!(after[5..].iter().all(|parameters| *parameters == after[5]));
    }

    #[test]
    fn the_observer_may_end_the_run() {
        let mut gan = small(0);
        let history = gan.fit(&ring(40, 8, 0), &short(), |_| ControlFlow::Break(()));
        let history = history.unwrap();
        assert_eq!((history.blocks.len(), history.end), (1, End::Stopped));
    }

    #[test]
    fn the_generator_is_given_the_average_of_its_weights() {
        let x = ring(40, 8, 0);
        let settings = |average| Settings { average, ..short() };
        let mut plain = small(0);
        let mut expected = plain.generator.clone();
        let (settings_plain, average) = (settings(0.0), settings(0.8));
        let mut run = Run::new(&mut plain, &x, &settings_plain).unwrap();
        while run.advance().unwrap().is_some() {
            expected.average_from(&run.gan().generator, 0.8);
        }
        run.finish();
        let mut averaged = small(0);
        averaged.fit(&x, &average, go_on).unwrap();
        let z = latent(10, 3, 0);
        assert_eq!(averaged.generate(&z), generate(&expected, &z));
        assert_ne!(averaged.generate(&z), plain.generate(&z));
    }

    #[test]
    fn of_a_run_that_diverges_the_last_good_parameters_are_kept_and_the_largest_gradient_is_named()
    {
        let x = ring(40, 8, 0);
        for (discriminator_rate, generator_rate) in [(1e-3, 1e200), (1e200, 1e-3)] {
            let settings = Settings {
                steps: 200,
                record_every: 1,
                discriminator_rate,
                generator_rate,
                average: 0.0,
                ..short()
            };
            let mut gan = small(0);
            let mut run = Run::new(&mut gan, &x, &settings).unwrap();
            let mut good = parameters(run.gan());
            let error = loop {
                match run.advance() {
                    Ok(Some(_)) => good = parameters(run.gan()),
                    Ok(None) => panic!("it was to diverge"),
                    Err(error) => break error,
                }
            };
            assert!(error.is_divergence(), "{error}");
            assert!(run.advance().unwrap().is_none());
            assert_eq!(run.finish().end, End::Stopped);
            assert_eq!(parameters(&gan), good);
            let text = error.to_string();
            let named = ["of generator.", "of discriminator."];
            assert!(named.iter().any(|name| text.contains(name)), "{text}");
        }
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let x = ring(40, 8, 0);
        let plain = short;
        for (settings, expected) in [
            (
                Settings {
                    steps: 0,
                    ..plain()
                },
                "steps is 0, expected at least 1",
            ),
            (
                Settings {
                    discriminator_steps: 0,
                    generator_steps: 0,
                    ..plain()
                },
                "discriminator_steps and generator_steps together is 0, expected at least 1",
            ),
            (
                Settings {
                    generator_rate: 0.0,
                    ..plain()
                },
                "generator_rate is 0, expected a number above 0",
            ),
            (
                Settings {
                    betas: (0.5, 1.0),
                    ..plain()
                },
                "beta 2 is 1, expected a number in [0, 1)",
            ),
            (
                Settings {
                    penalty: Penalty::R1 { gamma: -1.0 },
                    ..plain()
                },
                "penalty: gamma is -1, expected a number of at least 0",
            ),
            (
                Settings {
                    instance_noise: InstanceNoise {
                        sigma: 0.1,
                        until: 0.0,
                    },
                    ..plain()
                },
                "instance noise: until is 0, expected a number in (0, 1]",
            ),
        ] {
            let outcome = small(0).fit(&x, &settings, go_on);
            assert_eq!(outcome, Err(TrainError::Setting(expected.to_owned())));
        }
        let mut gan = small(0);
        gan.generator.freeze("");
        let error = gan.fit(&x, &short(), go_on).unwrap_err().to_string();
        assert!(
            error.starts_with("generator: every parameter is frozen"),
            "{error}"
        );
        let one = small(0)
            .fit(&Matrix::zeros(1, 2), &short(), go_on)
            .unwrap_err();
        assert_eq!(one.to_string(), "found 1 objects, expected at least 2");
        let holes = Matrix::filled(9, 2, f64::NAN);
        let error = small(0)
            .fit(&holes, &short(), go_on)
            .unwrap_err()
            .to_string();
        assert_eq!(error, "a number of the objects is not finite");
    }

    #[test]
    fn the_table_has_a_line_a_block() {
        let table = |settings: &Settings| {
            let history = small(0).fit(&ring(40, 8, 0), settings, go_on).unwrap();
            let mut out = Vec::new();
            history.write_csv(&mut out).unwrap();
            (history, String::from_utf8(out).unwrap())
        };
        let (history, text) = table(&Settings {
            discriminator_steps: 0,
            ..short()
        });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        let columns = lines[0].split(',').count();
        for (line, block) in lines[1..].iter().zip(&history.blocks) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), columns);
            assert_eq!(cells[0], block.step.to_string());
            assert!(cells[1..7].iter().all(|cell| cell.is_empty()));
            assert_eq!(cells[7].parse(), Ok(block.generator.unwrap().loss));
            assert_eq!(cells[12].parse(), Ok(block.likeness.coverage));
        }
        let (history, text) = table(&short());
        let cells: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
        let of_d = history.blocks[0].discriminator.unwrap();
        assert_eq!(cells[2].parse(), Ok(of_d.value()));
        assert_eq!((of_d.penalty, cells[3]), (None, ""));
    }
}

mod what_is_said {
    use super::*;

    #[test]
    fn samples_like_the_objects_are_near_them_and_as_far_from_each_other() {
        let likeness = Reference::new(&ring(400, 8, 0)).compare(&ring(400, 8, 1));
        assert!((likeness.spread - 1.0).abs() < 0.05, "{likeness:?}");
        // 1 − 2⁻⁵ of the objects, and nearly all samples
        assert!((likeness.coverage - 0.969).abs() < 0.03, "{likeness:?}");
        assert!(likeness.precision > 0.85, "{likeness:?}");
        assert_eq!(warnings(likeness), []);
    }

    fn warnings(likeness: Likeness) -> Vec<Warning> {
        Warning::of_block(Game::NonSaturating, likeness, None, None)
    }

    #[test]
    fn a_generator_that_makes_one_object_or_one_mode_has_collapsed() {
        let reference = Reference::new(&ring(400, 8, 0));
        // it does not look at z
        let one = linear(Matrix::zeros(3, 2), 0.7);
        let likeness = reference.compare(&sample(&one, 400, 0));
        assert!(likeness.spread < 1e-12);
        assert!(matches!(warnings(likeness)[..], [Warning::Collapse { .. }]));
        let likeness = reference.compare(&ring(400, 1, 1));
        assert!(likeness.spread < 0.1, "{likeness:?}");
        assert!((likeness.coverage - 1.0 / 8.0).abs() < 0.03, "{likeness:?}");
        assert!(matches!(warnings(likeness)[..], [Warning::Collapse { .. }]));
    }

    #[test]
    fn samples_that_are_like_no_object_are_said_to_be_astray() {
        let objects = ring(400, 8, 0);
        let far = ring(400, 8, 1).map(|x: f64| 3.0 * x);
        let likeness = Reference::new(&objects).compare(&far);
        let warning = &warnings(likeness)[0];
        assert!(
            warning
                .to_string()
                .starts_with("0 % of the samples are like objects")
        );
        // by chance some are near: that is no case for it
        let some = Matrix::from_fn(400, 2, |i, j| {
            if i % 10 == 0 {
                objects[(i, j)]
            } else {
                far[(i, j)]
            }
        });
        let likeness = Reference::new(&objects).compare(&some);
        assert!((0.08..0.13).contains(&likeness.precision), "{likeness:?}");
        assert!(warnings(likeness).is_empty());
    }

    #[test]
    fn missed_modes_are_seen_where_the_spread_is_that_of_the_objects() {
        let reference = Reference::new(&ring(400, 8, 0));
        // every other mode: two that lie opposite
        let samples = ring(3200, 8, 1);
        let rows: Vec<usize> = (0..3200).filter(|i| i % 4 == 0).take(400).collect();
        let likeness = reference.compare(&samples.select_rows(&rows));
        assert!((likeness.spread - 1.0).abs() < 0.05, "{likeness:?}");
        assert!((likeness.coverage - 0.25).abs() < 0.03, "{likeness:?}");
        let warning = &warnings(likeness)[0];
        assert!(matches!(warning, Warning::MissedModes { .. }));
        assert!(
            warning.to_string().contains("but only 25 % of the objects"),
            "{warning}"
        );
    }

    #[test]
    fn samples_that_are_like_nothing_are_no_missed_modes() {
        let reference = Reference::new(&ring(400, 8, 0));
        let mut random = generator(0, "test", 0);
        let noise = Matrix::from_fn(400, 2, |_, _| standard_normal(&mut random));
        let likeness = reference.compare(&noise);
        assert!(likeness.precision < 0.3, "{likeness:?}");
        assert_eq!(warnings(likeness), []);
    }

    #[test]
    fn few_or_equal_objects_can_be_compared() {
        let equal = Reference::new(&Matrix::filled(3, 2, 1.0));
        let likeness = equal.compare(&Matrix::filled(2, 2, 1.0));
        assert_eq!(
            (likeness.spread, likeness.coverage, likeness.precision),
            (0.0, 1.0, 1.0)
        );
        let likeness = equal.compare(&Matrix::from_rows(&[[1.0, 1.0], [1.0, 2.0]]));
        assert_eq!((likeness.spread, likeness.precision), (1.0, 0.5));
    }

    const LIKE: Likeness = Likeness {
        spread: 1.0,
        coverage: 0.96,
        precision: 0.9,
    };

    fn figures(loss: f64, on_objects: f64, on_samples: f64) -> DiscriminatorFigures {
        DiscriminatorFigures {
            loss,
            penalty: None,
            on_objects,
            on_samples,
            gradient_norm: 1.0,
        }
    }

    #[test]
    fn a_discriminator_that_wins_for_two_blocks_is_said_to() {
        let (sure, unsure) = (figures(0.02, 0.99, 0.01), figures(0.9, 0.6, 0.4));
        let said = |now, before| {
            let of = |game| Warning::of_block(game, LIKE, Some(now), before);
            (of(Game::Minimax), of(Game::Wasserstein))
        };
        assert_eq!(said(&sure, None), (vec![], vec![]));
        assert_eq!(said(&sure, Some(&unsure)), (vec![], vec![]));
        assert_eq!(said(&unsure, Some(&sure)), (vec![], vec![]));
        let (warnings, of_critic) = said(&sure, Some(&sure));
        assert_eq!(of_critic, []);
        assert!(warnings[0].to_string().contains("hardly any gradient"));
    }

    #[test]
    fn the_value_of_guessing_is_said_with_how_to_read_it() {
        let of = |figures| Warning::of_block(Game::Minimax, LIKE, Some(&figures), None);
        let ln_4 = 4f64.ln();
        let warnings = of(figures(ln_4 - 0.004, 0.502, 0.499));
        let text = warnings[0].to_string();
        assert!(
            text.contains("V = -1.3823") && text.contains("96 %"),
            "{text}"
        );
        assert_eq!(of(figures(ln_4 - 0.02, 0.502, 0.499)), []);
        assert_eq!(of(figures(ln_4, 0.53, 0.529)), []);
        assert_eq!(of(figures(ln_4, 0.506, 0.494)), []);
    }

    #[test]
    fn a_run_whose_discriminator_learns_nothing_says_so() {
        let mut gan = small(0);
        let last = gan.discriminator.dense_layers_mut().next_back().unwrap();
        let shape = last.weight().value().shape();
        last.weight_mut()
            .set(Matrix::zeros(shape.rows(), shape.columns()));
        let settings = Settings {
            discriminator_rate: 1e-12,
            ..short()
        };
        let mut heard = 0;
        let history = gan.fit(&ring(40, 8, 0), &settings, |block| {
            let chance = |warning: &Warning| matches!(warning, Warning::Chance { .. });
            heard += usize::from(block.warnings.iter().any(chance));
            ControlFlow::Continue(())
        });
        assert_eq!(heard, 3);
        assert!(!history.unwrap().warnings().is_empty());
    }
}

#[cfg(feature = "saving")]
mod a_run_that_is_interrupted {
    use super::*;
    use unsup_nn::saving::State;

    /// Games with all that a run remembers: an average of G, penalties, several steps a round, or none of D.
    fn games() -> Vec<Settings> {
        let usual = short();
        vec![
            usual.clone(),
            Settings {
                game: Game::Wasserstein,
                penalty: Penalty::WassersteinGp { lambda: 1.0 },
                discriminator_steps: 2,
                average: 0.0,
                ..usual.clone()
            },
            Settings {
                discriminator_steps: 0,
                instance_noise: InstanceNoise::falling_from(0.2),
                ..usual
            },
        ]
    }

    /// A run of so many rounds, or fewer where it ends before.
    fn played(run: &mut Run<'_, f64>, rounds: usize) {
        for _ in 0..rounds {
            if run.advance().unwrap().is_none() {
                break;
            }
        }
    }

    #[test]
    fn goes_on_to_the_same_bits() {
        let x = ring(40, 8, 0);
        for settings in games() {
            let mut gan = small(1);
            let mut run = Run::new(&mut gan, &x, &settings).unwrap();
            played(&mut run, usize::MAX);
            let whole = (run.finish(), parameters(&gan));
            // before the first round, within a block, between two, and at the end
            for rounds in [0, 1, 4, 7, 10] {
                let mut gan = small(1);
                let mut run = Run::new(&mut gan, &x, &settings).unwrap();
                played(&mut run, rounds);
                let state = run.state();
                let mut other = small(2);
                let mut run = Run::new(&mut other, &x, &settings).unwrap();
                run.go_on(&state).unwrap();
                assert_eq!(run.steps(), rounds);
                played(&mut run, usize::MAX);
                let again = (run.finish(), parameters(&other));
                assert!(again == whole, "{settings:?} after round {rounds}");
            }
        }
    }

    #[test]
    fn that_diverges_goes_back_as_the_uninterrupted_one() {
        let x = ring(40, 8, 0);
        let wild = Settings {
            generator_rate: 1e200,
            steps: 100,
            ..short()
        };
        let end = |gan: &mut Gan<f64>, state: Option<&State>| {
            let mut run = Run::new(gan, &x, &wild).unwrap();
            if let Some(state) = state {
                run.go_on(state).unwrap();
            }
            let error = loop {
                match run.advance() {
                    Ok(progress) => assert!(progress.is_some(), "it does not diverge"),
                    Err(error) => break error.to_string(),
                }
            };
            (error, run.finish())
        };
        let mut gan = small(1);
        let whole = (end(&mut gan, None), parameters(&gan));
        let mut gan = small(1);
        let mut run = Run::new(&mut gan, &x, &wild).unwrap();
        played(&mut run, 1);
        let state = run.state();
        let mut other = small(2);
        let again = (end(&mut other, Some(&state)), parameters(&other));
        assert!(again == whole, "{again:?}\n{whole:?}");
    }

    #[test]
    fn does_not_go_on_with_another_run_and_is_as_it_was() {
        let x = ring(40, 8, 0);
        let mut gan = small(1);
        let mut run = Run::new(&mut gan, &x, &short()).unwrap();
        played(&mut run, 5);
        let state = run.state();
        let longer = Settings {
            steps: 11,
            ..short()
        };
        let faster = Settings {
            generator_rate: 0.1,
            ..short()
        };
        for (settings, expected) in [(longer, "steps: 11"), (faster, "generator_rate: 0.1")] {
            let mut gan = small(2);
            let before = parameters(&gan);
            let mut run = Run::new(&mut gan, &x, &settings).unwrap();
            let error = run.go_on(&state).unwrap_err().to_string();
            assert!(
                error.contains("was saved for the run's settings"),
                "{error}"
            );
            assert!(error.contains(expected), "{error}");
            assert_eq!(run.steps(), 0);
            assert_eq!(parameters(&gan), before);
        }
        // of a network of another size all that differs is told
        let architecture = Architecture {
            latent: 3,
            generator: vec![7],
            discriminator: vec![5],
            ..Architecture::default()
        };
        let mut gan = Gan::new(2, &architecture);
        let mut run = Run::new(&mut gan, &x, &short()).unwrap();
        let error = run.go_on(&state).unwrap_err();
        assert!(error.problems().len() >= 6, "{error}");
        // a block more or less than so many rounds have is damage
        let mut damaged = state.clone();
        damaged.set("steps", unsup_nn::saving::json!(9));
        let mut gan = small(1);
        let mut run = Run::new(&mut gan, &x, &short()).unwrap();
        let error = run.go_on(&damaged).unwrap_err();
        assert_eq!(error.problems(), ["blocks in its metadata is damaged"]);
    }
}
