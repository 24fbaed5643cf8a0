//! Part 2: auto-encoders.

use super::excerpt::excerpt;
use super::{Demonstration, Learning, Part, Shown, Slide};

/// Both halves learn at once.
const PAIR: Learning = Learning {
    steps: &[&["f", "g"]],
    words: "encoder f and decoder g",
};

pub const SLIDES: [Slide; 10] = [
    Slide {
        method: "linear",
        title: "Linear auto-encoder, and principal components",
        short: "Linear, and PCA",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("linear.html"),
        excerpts: &[excerpt!("models/src/autoencoder/linear.rs", "linear")],
        demonstrations: &[Demonstration {
            command: "train linear",
            quick: "train linear --epochs 60",
            pictures: &[
                Shown {
                    file: "filters.png",
                    caption: "The two columns of B: what each number of the code adds to a digit, red, or takes away, \
                              blue.",
                    alt: "Two tiles of eight by eight pixels in red and blue",
                },
                Shown {
                    file: "codes.png",
                    caption: "Held-out digits in the plane of their two numbers: the plane of PCA, turned and \
                              stretched. Most classes lie over one another.",
                    alt: "A scatter plot in ten colours, the colours mixed in the middle",
                },
            ],
        }],
    },
    Slide {
        method: "two-layer",
        title: "Two-layer auto-encoder",
        short: "Two layers",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("two-layer.html"),
        excerpts: &[excerpt!("models/src/autoencoder/two_layer.rs", "two-layer")],
        demonstrations: &[Demonstration {
            command: "train two-layer --tied",
            quick: "train two-layer --tied --epochs 30",
            pictures: &[
                Shown {
                    file: "filters.png",
                    caption: "The rows of A, with tied weights: what each of the 32 units looks for. No unit stands \
                              for anything by itself; they are good only together.",
                    alt: "Thirty-two tiles of eight by eight pixels in red and blue, without clear shapes",
                },
                Shown {
                    file: "reconstructions.png",
                    caption: "Held-out digits over what 32 numbers keep of them, and the error beside PCA's.",
                    alt: "Two rows of sixteen digits, the lower ones nearly as the upper",
                },
            ],
        }],
    },
    Slide {
        method: "autoencoder",
        title: "Deep auto-encoder",
        short: "Deep",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("autoencoder.html"),
        excerpts: &[
            excerpt!("models/src/autoencoder/method.rs", "autoencoder pass"),
            excerpt!("models/src/autoencoder/method.rs", "autoencoder criterion"),
        ],
        demonstrations: &[Demonstration {
            command: "train autoencoder",
            quick: "train autoencoder --epochs 30",
            pictures: &[
                Shown {
                    file: "reconstructions.png",
                    caption: "Held-out digits over their reconstructions from two numbers each, and the error beside \
                              that of PCA with two numbers.",
                    alt: "Two rows of sixteen digits, the lower ones smoother, most of them the same digits",
                },
                Shown {
                    file: "codes.png",
                    caption: "The plane of these two numbers. No label was seen in training; the colours are put on \
                              afterwards.",
                    alt: "A scatter plot in ten colours, most colours in groups of their own",
                },
            ],
        }],
    },
    Slide {
        method: "sparse",
        title: "Sparse auto-encoder",
        short: "Sparse",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("sparse.html"),
        excerpts: &[excerpt!("models/src/autoencoder/sparse.rs", "sparse")],
        demonstrations: &[
            Demonstration {
                command: "train sparse --tied --ablate",
                quick: "train sparse --tied --ablate --epochs 20",
                pictures: &[
                    Shown {
                        file: "code-values.png",
                        caption: "The divergence of the mean activations from ε = 0.05: how often a unit has which \
                                  value, with the penalty and without. Without it units have any value from 0 to 1.",
                        alt: "Two histograms: one with a high peak near 0, the other low and flat from 0 to 1",
                    },
                    Shown {
                        file: "filters.png",
                        caption: "What a hundred units look for, more than there are pixels: short strokes.",
                        alt: "A hundred tiles of eight by eight pixels, most with one small spot in red or blue",
                    },
                ],
            },
            Demonstration {
                command: "train sparse --penalty codes --tied --ablate",
                quick: "train sparse --penalty codes --tied --ablate --epochs 20",
                pictures: &[Shown {
                    file: "code-values.png",
                    caption: "The L₁ norm of the codes: most values are about 0 now, and the others may be as large \
                              as they like.",
                    alt: "Two histograms: one with nearly all values in the first bin at 0, the other spread from 0 \
                          to 3",
                }],
            },
        ],
    },
    Slide {
        method: "denoising",
        title: "Denoising auto-encoder",
        short: "Denoising",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("denoising.html"),
        excerpts: &[excerpt!("models/src/autoencoder/denoising.rs", "denoising")],
        demonstrations: &[
            Demonstration {
                command: "train denoising --noise masking",
                quick: "train denoising --noise masking --epochs 30",
                pictures: &[
                    Shown {
                        file: "denoised.png",
                        caption: "Held-out digits, the same with each pixel gone with probability ½, and what the \
                                  auto-encoder finds again.",
                        alt: "Three rows of sixteen digits: clean ones, ones full of holes, and smooth ones like the \
                              first",
                    },
                    Shown {
                        file: "filters.png",
                        caption: "What the units look for: a few pixels that lie beside each other, from which a \
                                  missing one can be told.",
                        alt: "A hundred tiles of eight by eight pixels, mostly white with a few coloured pixels",
                    },
                ],
            },
            Demonstration {
                command: "train denoising --ring",
                quick: "train denoising --ring --epochs 30",
                pictures: &[Shown {
                    file: "field.png",
                    caption: "A ring of eight Gaussians with noise of σ = 0.5: the denoiser's arrows, learned from \
                              points alone, beside the exact slope of the log-density.",
                    alt: "Two fields of arrows side by side, all but alike, that lead to eight grey clusters on a ring",
                }],
            },
        ],
    },
    Slide {
        method: "contractive",
        title: "Contractive auto-encoder",
        short: "Contractive",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("contractive.html"),
        excerpts: &[
            excerpt!("models/src/autoencoder/contractive.rs", "contractive"),
            excerpt!("nn/src/penalty.rs", "contractive closed form"),
        ],
        demonstrations: &[Demonstration {
            command: "train contractive --ablate",
            quick: "train contractive --ablate --epochs 20",
            pictures: &[
                Shown {
                    file: "spectrum.png",
                    caption: "The singular values of the Jacobian, on average over held-out digits, with the penalty \
                              and without: in how many directions a code moves when its object does.",
                    alt: "Two falling curves on a logarithmic scale, the one with the penalty below and steeper",
                },
                Shown {
                    file: "filters.png",
                    caption: "What the units look for: strokes and their edges.",
                    alt: "A hundred tiles of eight by eight pixels with spots of red beside blue",
                },
            ],
        }],
    },
    Slide {
        method: "relational",
        title: "Relational auto-encoder",
        short: "Relational",
        part: Part::AutoEncoders,
        learning: &[PAIR],
        exposition: include_str!("relational.html"),
        excerpts: &[
            excerpt!("nn/src/loss.rs", "relational pairs"),
            excerpt!("nn/src/loss.rs", "relational threshold"),
        ],
        demonstrations: &[Demonstration {
            command: "train relational",
            quick: "train relational --epochs 30",
            pictures: &[Shown {
                file: "reconstructions.png",
                caption: "Held-out digits over their reconstructions from six numbers, which keep the digits and, \
                          of pairs that are alike, how alike they are.",
                alt: "Two rows of sixteen digits, the lower ones a little blurred",
            }],
        }],
    },
    Slide {
        method: "stacked",
        title: "Stacked auto-encoder: layer by layer",
        short: "Stacked",
        part: Part::AutoEncoders,
        learning: &[Learning {
            steps: &[&["f¹", "g¹"], &["f²", "g²"], &["…"]],
            words: "pairs fʰ, gʰ, a layer at a time",
        }],
        exposition: include_str!("stacked.html"),
        excerpts: &[excerpt!("models/src/autoencoder/stacked.rs", "stacked")],
        demonstrations: &[Demonstration {
            command: "train stacked",
            quick: "train stacked --epochs 30",
            pictures: &[
                Shown {
                    file: "reconstructions.png",
                    caption: "Held-out digits over their reconstructions through three layers of sigmoids each way, \
                              trained one by one and then tuned as a whole.",
                    alt: "Two rows of sixteen digits, the lower ones close to the upper",
                },
                Shown {
                    file: "filters.png",
                    caption: "The first layer: what its units look for in the pixels.",
                    alt: "A hundred tiles of eight by eight pixels, pale, some with a dark spot",
                },
            ],
        }],
    },
    Slide {
        method: "variational",
        title: "Variational auto-encoder",
        short: "Variational",
        part: Part::AutoEncoders,
        learning: &[Learning {
            steps: &[&["q", "p"]],
            words: "encoder q and decoder p",
        }],
        exposition: include_str!("variational.html"),
        excerpts: &[
            excerpt!("models/src/autoencoder/variational/mod.rs", "variational"),
            excerpt!(
                "models/src/autoencoder/variational/mod.rs",
                "variational draw"
            ),
        ],
        demonstrations: &[Demonstration {
            command: "train variational",
            quick: "train variational --epochs 20",
            pictures: &[
                Shown {
                    file: "manifold.png",
                    caption: "The plane of codes: the digit that each point stands for, from −2 to 2 both ways. The \
                              prior leaves no empty places between them.",
                    alt: "Twenty by twenty small digits that change into one another along both axes",
                },
                Shown {
                    file: "samples.png",
                    caption: "New objects: codes drawn from the prior, decoded. Nobody wrote these digits.",
                    alt: "A grid of small digits of all kinds, a little blurred",
                },
                Shown {
                    file: "similar.png",
                    caption: "Objects like given ones: held-out digits at the left, and beside each what is drawn \
                              around its code.",
                    alt: "Rows of digits, in each row variants of the digit at its left",
                },
                Shown {
                    file: "interpolation.png",
                    caption: "From one held-out digit to another, in a straight line between their codes.",
                    alt: "Rows of digits, in each row the first one turning into the last",
                },
            ],
        }],
    },
    Slide {
        method: "semi-supervised",
        title: "Auto-encoder with a predictor: semi-supervised learning",
        short: "With a predictor",
        part: Part::AutoEncoders,
        learning: &[Learning {
            steps: &[&["f", "g", "ŷ"]],
            words: "encoder f, decoder g and predictor ŷ",
        }],
        exposition: include_str!("semi-supervised.html"),
        excerpts: &[excerpt!(
            "models/src/autoencoder/supervised.rs",
            "semi-supervised"
        )],
        demonstrations: &[Demonstration {
            command: "train semi-supervised",
            quick: "train semi-supervised --epochs 30",
            pictures: &[Shown {
                file: "reconstructions.png",
                caption: "Held-out digits over their reconstructions from the code that also tells their class: what \
                          the labels alone would let the code forget is still there.",
                alt: "Two rows of sixteen digits, the lower ones blurred but legible",
            }],
        }],
    },
];
