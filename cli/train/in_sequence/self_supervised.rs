//! `unsup train self-supervised`.

use crate::arguments::{Asked, TrainSelfSupervised};
use crate::data::{About, Missing, Split};
use crate::pictures::{self, Picture, TileShape};
use crate::train::Outcome;
use crate::train::checkpoints::Stop;
use crate::train::report::{Cell, Figure, Section, Table};
use crate::train::runs::{Findings, Runs, runs, seed_of};
use crate::train::{
    USUAL_RATE, architecture, check_numbers, check_size, count, describe, listed, training,
};
use std::error::Error;
use unsup_autograd::random::{generator, shuffle};
use unsup_data::generators::Scenes;
use unsup_data::{Dataset, ImageShape, ScalingKind};
use unsup_models::autoencoder::uses::{Judgement, judge};
use unsup_models::in_sequence::self_supervised::{
    Architecture, Fragments, POSITIONS, Pairs, Place, RelativePosition,
};
use unsup_models::{History, Matrix};
use unsup_nn::saving::{fingerprint, json};

/// How many images of scenes there are, a third of them held out.
const SCENES: usize = 900;
/// How many pairs are drawn from the held-out images.
const JUDGED_PAIRS: usize = 3000;
/// Of more images than this as many are used to judge codes.
const MOST_JUDGED: usize = 2000;
/// From so many pixels on images have room for a wider gap and for jitter.
const LARGE: usize = 16;
/// What a pair of fragments takes beside its pixels, in numbers.
const BESIDE_PIXELS: usize = 64;

/// How many pairs are drawn.
const SHOWN: usize = 12;
const FRAGMENTS: &str = "fragments.png";

/// `unsup train self-supervised`
pub fn self_supervised(
    arguments: &TrainSelfSupervised,
    asked: &Asked,
) -> Result<Outcome, Box<dyn Error>> {
    let split = images(arguments)?;
    let fragments = fragments(arguments, &split.about)?;
    let task = PositionTask {
        arguments,
        fragments,
        train: split.train.x.cast(),
        held_out: split.held_out.x.cast(),
        split,
    };
    task.check()?;
    let data = fingerprint(&[&task.train, &task.held_out]);
    let mut runs = Runs::open(asked, &arguments.checkpoint, &[FRAGMENTS], data)?;
    let ways = 1 + usize::from(arguments.ablate);
    runs.expect(arguments.repeats * ways);
    let mut found = Found::default();
    for run in 0..arguments.repeats {
        let seed = seed_of(arguments.run.seed, run);
        let learned = task.run(seed, &mut runs, &mut found)?;
        if run == 0 {
            task.save(&learned.0, &mut runs)?;
            runs.save_history(&learned.1)?;
        }
    }
    runs.finish(task.findings(&found))
}

/// The images that are asked for.
fn images(arguments: &TrainSelfSupervised) -> Result<Split, Box<dyn Error>> {
    let (seed, quiet) = (arguments.run.seed, arguments.run.quiet);
    if let Some(kind @ (ScalingKind::Standard | ScalingKind::MinMax)) = arguments.data.scaling {
        return Err(format!(
            "--scaling {kind}: each pixel would be scaled by itself, and that tells where a fragment lies; expected none \
             or unit"
        )
        .into());
    }
    if !arguments.scenes {
        return Split::load(&arguments.data, Missing::Refused, seed, quiet);
    }
    let scenes = Scenes::default().sample(SCENES, seed);
    let mut data = Dataset::new("scenes", scenes.features);
    data.image = Some(scenes.image);
    Split::generated(&data, &arguments.data, seed)
}

/// How fragments are cut from these images.
fn fragments(arguments: &TrainSelfSupervised, about: &About) -> Result<Fragments, String> {
    let Some(ImageShape {
        height,
        width,
        channels,
    }) = about.image
    else {
        return Err(format!(
            "{}: the objects are no images, expected such (IDX, .npy or CIFAR)",
            about.name
        ));
    };
    let least = height.min(width);
    let default = usize::from(least >= LARGE);
    let gap = arguments.gap.unwrap_or(1 + default);
    let jitter = arguments.jitter.unwrap_or(default);
    let room = least.saturating_sub(gap.saturating_add(jitter).saturating_mul(2));
    let side = arguments.side.unwrap_or((room / 3).max(1));
    let needed = side.saturating_mul(3).saturating_add(gap.saturating_mul(2));
    if needed > least {
        return Err(format!(
            "--side {side} --gap {gap}: three fragments and two gaps need {needed} pixels, the images of {} have \
             {height}x{width}",
            about.name
        ));
    }
    if jitter.saturating_mul(2) >= side + gap {
        return Err(format!(
            "--jitter {jitter}: neighbours could not be told apart any more, expected less than half of {}, the way from \
             one to the next",
            side + gap
        ));
    }
    Ok(Fragments {
        height,
        width,
        channels,
        side,
        gap,
        jitter,
    })
}

/// What is learned, from which images.
struct PositionTask<'a> {
    arguments: &'a TrainSelfSupervised,
    fragments: Fragments,
    split: Split,
    train: Matrix<f32>,
    held_out: Matrix<f32>,
}

/// Where pixels stand among what classes are told by.
const PIXELS: usize = 2;

/// What all runs came to.
#[derive(Default)]
struct Found {
    /// Of training pairs and of held-out ones.
    learned: [Vec<f64>; 2],
    ablated: [Vec<f64>; 2],
    /// Of codes that were learned, of random weights' and of pixels: the linear classifier and the neighbours.
    codes: [[Vec<f64>; 2]; 3],
    /// Held-out pairs of the first run, and which position was told.
    shown: Option<(Pairs<f32>, Vec<usize>)>,
}

impl PositionTask<'_> {
    fn encoder_widths(&self) -> Vec<usize> {
        let (widths, code) = (&self.arguments.widths.0, self.arguments.code);
        [&[self.fragments.values()], &widths[..], &[code]].concat()
    }

    fn head_widths(&self) -> Vec<usize> {
        let (head, code) = (&self.arguments.head.0, self.arguments.code);
        [&[code.saturating_mul(2)], &head[..], &[POSITIONS.len()]].concat()
    }

    /// Refuses what does not fit into the memory.
    fn check(&self) -> Result<(), String> {
        let Self {
            arguments,
            fragments,
            ..
        } = self;
        let code = arguments.code;
        let options = format!("--widths {} --code {code}", listed(&arguments.widths.0));
        check_size(&self.encoder_widths(), 1, &options)?;
        let options = format!("--code {code} --head {}", listed(&arguments.head.0));
        check_size(&self.head_widths(), 1, &options)?;
        let pair = 2 * fragments.values() + BESIDE_PIXELS;
        check_numbers(
            arguments.pairs.saturating_mul(pair),
            &format!("--pairs {}", arguments.pairs),
            "numbers of the pairs",
        )?;
        let images = self.train.rows().min(MOST_JUDGED);
        let codes = code.max(fragments.values()).saturating_mul(images);
        check_numbers(
            codes.saturating_mul(fragments.grid().len()),
            &format!("--side {} --code {code}", fragments.side),
            "numbers in the codes of the images",
        )
    }

    /// Learns, once as it should and, if that is asked for, once from shuffled positions.
    fn run(
        &self,
        seed: u64,
        runs: &mut Runs<'_>,
        found: &mut Found,
    ) -> Result<(RelativePosition<f32>, History), Box<dyn Error>> {
        let Self {
            arguments,
            fragments,
            ..
        } = self;
        let pairs = fragments.draw(&self.train, arguments.pairs, seed);
        let judged = fragments.draw(&self.held_out, JUDGED_PAIRS, seed);
        let architecture = Architecture {
            hidden: arguments.widths.0.clone(),
            code: arguments.code,
            head: arguments.head.0.clone(),
            seed,
            ..Architecture::default()
        };
        let training = training(&arguments.training, USUAL_RATE, arguments.pairs, seed);
        let mut fit = |pairs: &Pairs<f32>, what: &str| {
            let mut model = RelativePosition::new(fragments, &architecture);
            let history = runs.fit(what, &mut model, pairs, &training)?;
            runs.trained(what.to_owned());
            Ok::<_, Stop>((model, history))
        };
        let judge_positions = |model: &RelativePosition<f32>, into: &mut [Vec<f64>; 2]| {
            into[0].push(model.accuracy(&pairs));
            into[1].push(model.accuracy(&judged));
        };
        let (model, history) = fit(&pairs, "positions")?;
        judge_positions(&model, &mut found.learned);
        if found.shown.is_none() {
            found.shown = Some((judged.clone(), model.predict(&judged)));
        }
        if arguments.ablate {
            let mut shuffled = pairs.clone();
            let mut random = generator(seed, "shuffled positions", 0);
            shuffle(&mut shuffled.positions, &mut random);
            let (ablated, _) =
                fit(&shuffled, "shuffled positions").map_err(|stop| stop.of("--ablate"))?;
            judge_positions(&ablated, &mut found.ablated);
        }
        self.judge_codes(&model, seed, found)?;
        Ok((model, history))
    }

    /// How well the classes of whole images are told by the codes of their fragments, where they are known.
    fn judge_codes(
        &self,
        model: &RelativePosition<f32>,
        seed: u64,
        found: &mut Found,
    ) -> Result<(), String> {
        let (Some(classes), Some(judged)) = (&self.split.train.labels, &self.split.held_out.labels)
        else {
            return Ok(());
        };
        let head = |x: &Matrix<f32>| x.slice_rows(0..x.rows().min(MOST_JUDGED));
        let (train, held_out) = (head(&self.train), head(&self.held_out));
        let (classes, judged) = (&classes[..train.rows()], &judged[..held_out.rows()]);
        if train.rows() < 5 {
            return Ok(());
        }
        let random = model.encoder().redrawn(seed, "random encoder");
        let codes = |encoder, x: &Matrix<f32>| self.fragments.codes_of_images(encoder, x);
        let of_codes = [model.encoder(), &random]
            .map(|encoder| [&train, &held_out].map(|x| codes(encoder, x)));
        let mut judged_by: Vec<_> = of_codes.into_iter().collect();
        // pixels are the same in each run
        if found.codes[PIXELS][0].is_empty() {
            judged_by.push([train, held_out]);
        }
        for ([train, held_out], into) in judged_by.iter().zip(&mut found.codes) {
            if !(train.is_finite() && held_out.is_finite()) {
                let name = &self.split.about.name;
                return Err(format!(
                    "{name}: the codes are not finite; a smaller --rate may help"
                ));
            }
            let Judgement { linear, neighbours } = judge((train, classes), (held_out, judged));
            into[0].push(linear);
            into[1].push(neighbours);
        }
        Ok(())
    }

    fn save(
        &self,
        model: &RelativePosition<f32>,
        runs: &mut Runs<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let Self {
            arguments,
            fragments,
            split,
            ..
        } = self;
        let settings = json!({
            "split": split.sizes(),
            "side": fragments.side,
            "gap": fragments.gap,
            "jitter": fragments.jitter,
            "pairs": arguments.pairs,
            "hidden": arguments.widths.0,
            "code": arguments.code,
            "head": arguments.head.0,
            "activation": Architecture::default().activation.to_string(),
        });
        let seed = arguments.run.seed;
        let description = describe(
            "self-supervised",
            seed,
            &split.about,
            &[&self.train],
            settings,
        );
        runs.save(model, &description, Some(&split.about))
    }

    fn findings(&self, found: &Found) -> Findings {
        let Self {
            arguments,
            fragments,
            split,
            ..
        } = self;
        let Fragments {
            height,
            width,
            side,
            gap,
            jitter,
            ..
        } = *fragments;
        let line = |name: &str, values: &[Vec<f64>]| {
            (
                name.to_owned(),
                values.iter().map(|values| Cell::of(values)).collect(),
            )
        };
        let mut positions = vec![line("learned", &found.learned)];
        if arguments.ablate {
            positions.push(line("ablated: positions shuffled", &found.ablated));
        }
        let chance = Cell::Number(1.0 / POSITIONS.len() as f64);
        positions.push(("chance".to_owned(), vec![chance.clone(), chance]));
        let codes = [
            "codes of all fragments",
            "the same with random weights",
            "the pixels themselves",
        ];
        let codes: Vec<_> = codes
            .iter()
            .zip(&found.codes)
            .filter(|(_, values)| !values[0].is_empty())
            .map(|(name, values)| line(name, values))
            .collect();
        let columns = |names: [(&'static str, &str); 2]| {
            names.map(|(key, name)| (key, name.to_owned())).to_vec()
        };
        let mut tables = vec![Table {
            key: "positions",
            title: "Positions that are told, of pairs from".to_owned(),
            columns: columns([
                ("train_accuracy", "training images"),
                ("heldout_accuracy", "held-out images"),
            ]),
            rows: positions,
        }];
        let title = match codes.is_empty() {
            true => String::new(),
            false => "Classes that are told, of held-out images, by".to_owned(),
        };
        tables.push(Table {
            key: "codes",
            title,
            columns: columns([
                ("linear_accuracy", "linear classifier"),
                ("neighbours_accuracy", "5 neighbours"),
            ]),
            rows: codes,
        });
        let pixels = |number| count(number, "pixel", "pixels");
        let epochs = arguments.training.epochs(arguments.pairs);
        Findings {
            head: format!(
                "Positions of fragments, encoder {}, head {}, {}, {}\n\
                 Data: {}, {} to train and {} held out, {height}x{width} pixels{}\n\
                 Fragments: {side}x{side} pixels, a gap of {}, shifted by up to {}, {}\n",
                architecture(&self.encoder_widths()),
                architecture(&self.head_widths()),
                count(epochs, "epoch", "epochs"),
                runs(arguments.repeats),
                split.about.name,
                count(self.train.rows(), "image", "images"),
                self.held_out.rows(),
                split.about.remark,
                pixels(gap),
                pixels(jitter),
                count(arguments.pairs, "pair", "pairs"),
            ),
            sections: vec![Section {
                title: "",
                figures: vec![
                    Figure::new("side", "", side as f64),
                    Figure::new("gap", "", gap as f64),
                    Figure::new("jitter", "", jitter as f64),
                ],
            }],
            tables,
            warnings: Vec::new(),
            pictures: self.picture(found).into_iter().collect(),
        }
    }

    /// Held-out pairs with their true and their predicted positions.
    fn picture(&self, found: &Found) -> Option<Picture> {
        let (pairs, predicted) = found.shown.as_ref()?;
        let Fragments {
            height,
            width,
            channels,
            side,
            ..
        } = self.fragments;
        let mut counts = [(0, 0); POSITIONS.len()];
        for (&position, &predicted) in pairs.positions.iter().zip(predicted) {
            counts[position].0 += usize::from(position == predicted);
            counts[position].1 += 1;
        }
        let shown = predicted.len().min(SHOWN);
        // grey, whatever the channels
        let images = Matrix::from_fn(shown, height * width, |i, pixel| {
            let image = self.held_out.row(pairs.images[i]);
            let pixel = &image[pixel * channels..(pixel + 1) * channels];
            pixel.iter().sum::<f32>() / channels as f32
        });
        let marked: Vec<_> = (0..shown)
            .map(|i| pictures::Fragments {
                first: pairs.places[i][0],
                second: pairs.places[i][1],
                predicted: match predicted[i] == pairs.positions[i] {
                    true => pairs.places[i][1],
                    false => self.beside(pairs.places[i][0], predicted[i]),
                },
            })
            .collect();
        let caption = format!(
            "{}: how two fragments of a held-out image lie to each other",
            self.split.about.name
        );
        let tile = TileShape::Image { height, width };
        let svg = pictures::fragments(&images, tile, side, &marked, &counts, &caption);
        Some(Picture::new(FRAGMENTS, svg))
    }

    /// Where a neighbour lies that is not shifted.
    fn beside(&self, (top, left): Place, position: usize) -> Place {
        let Fragments {
            height,
            width,
            side,
            gap,
            ..
        } = self.fragments;
        let along = |from: usize, step: isize, length: usize| {
            from.saturating_add_signed(step * (side + gap) as isize)
                .min(length - side)
        };
        let (down, right) = POSITIONS[position];
        (along(top, down, height), along(left, right, width))
    }
}
