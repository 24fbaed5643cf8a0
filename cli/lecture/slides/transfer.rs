//! Part 3: transfer of knowledge, and the adversarial network.

use super::excerpt::excerpt;
use super::{Demonstration, Learning, Part, Shown, Slide};

pub const SLIDES: [Slide; 6] = [
    Slide {
        method: "transfer",
        title: "Pre-training and transfer learning",
        short: "Transfer of knowledge",
        part: Part::Transfer,
        learning: &[Learning {
            steps: &[&["f", "g"], &["g′"]],
            words: "encoder f on the large sample, then a head g′ on it",
        }],
        exposition: include_str!("transfer.html"),
        excerpts: &[excerpt!(
            "models/src/in_sequence/pretraining.rs",
            "transfer"
        )],
        demonstrations: &[Demonstration {
            command: "train transfer --repeats 3",
            quick: "train transfer --repeats 1",
            pictures: &[Shown {
                file: "curve.png",
                caption: "Even or odd, by the number of labels: with encoders that have learned which digit it is, or \
                          to denoise digits, beside random weights and learning from scratch.",
                alt: "Six rising curves of accuracy; pre-trained encoders are highest at few labels, random weights \
                      lowest throughout",
            }],
        }],
    },
    Slide {
        method: "self-supervised",
        title: "Self-supervised learning",
        short: "Self-supervision",
        part: Part::Transfer,
        learning: &[Learning {
            steps: &[&["f", "g"], &["g′"]],
            words: "encoder f on positions, then what it is for",
        }],
        exposition: include_str!("self-supervised.html"),
        excerpts: &[excerpt!(
            "models/src/in_sequence/self_supervised.rs",
            "self-supervised"
        )],
        demonstrations: &[Demonstration {
            command: "train self-supervised --repeats 1",
            quick: "train self-supervised --repeats 1 --code 4 --epochs 15",
            pictures: &[Shown {
                file: "fragments.png",
                caption: "Pairs of fragments from images that were held out: where the second is, and where it was \
                          said to be. At the right the share that is told for each position; by chance it is 1/8.",
                alt: "Twelve digits with two small squares marked in each, ticks and crosses, and a three by three \
                      table of shares",
            }],
        }],
    },
    Slide {
        method: "multi-task",
        title: "Multi-task learning",
        short: "Multi-task learning",
        part: Part::Transfer,
        learning: &[Learning {
            steps: &[&["f", "g₁", "g₂", "…"]],
            words: "encoder f and a head gₜ for each task",
        }],
        exposition: include_str!("multi-task.html"),
        excerpts: &[excerpt!(
            "models/src/together/multi_task/mod.rs",
            "multi-task"
        )],
        demonstrations: &[
            Demonstration {
                command: "train multi-task --repeats 1",
                quick: "train multi-task --repeats 1 --epochs 200",
                pictures: &[
                    Shown {
                        file: "curve.png",
                        caption: "The error of a task falls with the number of its objects, learnability, and the \
                                  sooner the more tasks are learned with it, learning to learn.",
                        alt: "Four falling curves on logarithmic scales, one for each number of tasks; the curve of \
                              most tasks falls first",
                    },
                    Shown {
                        file: "few-shot.png",
                        caption: "New tasks from few objects: on the codes that the other tasks have found, and \
                                  without.",
                        alt: "Two curves on logarithmic scales: on codes the error falls at once, without them late",
                    },
                ],
            },
            Demonstration {
                command: "train multi-task --digits",
                quick: "train multi-task --digits --repeats 2",
                pictures: &[Shown {
                    file: "tasks.png",
                    caption: "Four questions about digits, fifty objects each: with one encoder for all, and with a \
                              network for each alone.",
                    alt: "Pairs of bars of accuracy for four tasks, the shared encoder's a little higher",
                }],
            },
        ],
    },
    Slide {
        method: "distill",
        title: "Distillation and surrogate models",
        short: "Distillation",
        part: Part::Transfer,
        learning: &[Learning {
            steps: &[&["a"], &["b"]],
            words: "a complex model a, then a simple one b on its answers",
        }],
        exposition: include_str!("distill.html"),
        excerpts: &[
            excerpt!("models/src/in_sequence/distillation/mod.rs", "distill"),
            excerpt!("nn/src/loss.rs", "distill soft"),
        ],
        demonstrations: &[
            Demonstration {
                command: "train distill --repeats 3",
                quick: "train distill --repeats 1 --teacher-epochs 30 --epochs 30",
                pictures: &[
                    Shown {
                        file: "sizes.png",
                        caption: "How few weights are enough: students of one layer that learn from fifty labels, \
                                  from the teacher's answers to the same objects, and from its answers to all.",
                        alt: "Three rising curves of accuracy against the number of weights, the one of all answers \
                              ends near the teacher's line",
                    },
                    Shown {
                        file: "calibration.png",
                        caption: "How sure they are, and how often right: below the diagonal a model is surer than it \
                                  should be.",
                        alt: "Four curves with error bars around a diagonal, and histograms of confidence below",
                    },
                ],
            },
            Demonstration {
                command: "train distill --function branin --repeats 1",
                quick: "train distill --function branin --repeats 1 --epochs 200",
                pictures: &[Shown {
                    file: "plane.png",
                    caption: "A surrogate: Branin's function, the points at which it was called, and what a network \
                              has learned from these calls.",
                    alt: "Two grey maps of the same valley side by side, all but alike, with scattered points",
                }],
            },
        ],
    },
    Slide {
        method: "lupi",
        title: "Learning using privileged information (LUPI)",
        short: "Privileged information",
        part: Part::Transfer,
        learning: &[
            Learning {
                steps: &[&["a*", "a"]],
                words: "teacher a* and student a at once",
            },
            Learning {
                steps: &[&["a*"], &["a"]],
                words: "teacher a*, then student a",
            },
        ],
        exposition: include_str!("lupi.html"),
        excerpts: &[
            excerpt!("models/src/together/privileged.rs", "lupi together"),
            excerpt!("models/src/together/privileged.rs", "lupi in sequence"),
        ],
        demonstrations: &[Demonstration {
            command: "train lupi",
            quick: "train lupi --repeats 1 --epochs 500",
            pictures: &[Shown {
                file: "scores.png",
                caption: "Four experiments: the teacher itself (privileged), a student without it (regular), with it \
                          in sequence (distilled) and together (joint). Lines across the bars are published figures.",
                alt: "Groups of four bars of accuracy for four experiments; with the teacher students gain in the \
                      first and the third alone",
            }],
        }],
    },
    Slide {
        method: "gan",
        title: "Generative adversarial network (GAN)",
        short: "Adversarial network",
        part: Part::Transfer,
        learning: &[Learning {
            steps: &[&["G", "D"]],
            words: "generator G and discriminator D, in a game",
        }],
        exposition: include_str!("gan.html"),
        excerpts: &[
            excerpt!(
                "models/src/together/adversarial/game.rs",
                "gan discriminator"
            ),
            excerpt!("models/src/together/adversarial/game.rs", "gan generator"),
        ],
        demonstrations: &[
            Demonstration {
                command: "train gan",
                quick: "train gan --steps 800",
                pictures: &[
                    Shown {
                        file: "samples-over-training.png",
                        caption: "What the generator makes of noise while it learns: a cloud that gathers on the ring, \
                                  and in the ring's eight clusters.",
                        alt: "Panels in the order of training: blue points gather around eight grey clusters on a ring",
                    },
                    Shown {
                        file: "surface.png",
                        caption: "The discriminator over the plane, beside the best one there is against these \
                                  samples.",
                        alt: "Two maps in blue and red of a ring: a smooth star at the left, fine spots around the \
                              ring at the right",
                    },
                    Shown {
                        file: "value.png",
                        caption: "The value of the game: near −ln 4 the discriminator can only guess. It does not \
                                  fall as a loss does.",
                        alt: "A curve that swings at first and then stays a little above a dashed line",
                    },
                ],
            },
            Demonstration {
                command: "train gan --digits",
                quick: "train gan --digits --steps 200",
                pictures: &[Shown {
                    file: "samples-over-training.png",
                    caption: "Digits of noise: each column is one z, from the first steps down to the last, and real \
                              digits at the bottom.",
                    alt: "Rows of digits that become clearer from top to bottom",
                }],
            },
        ],
    },
];
