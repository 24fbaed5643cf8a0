//! Part 1: Kohonen's networks.

use super::excerpt::excerpt;
use super::{Demonstration, Learning, Part, Shown, Slide};

/// One model learns: the centres.
const CENTRES: Learning = Learning {
    steps: &[&["w"]],
    words: "the centres w",
};

pub const SLIDES: [Slide; 4] = [
    Slide {
        method: "wta",
        title: "Kohonen network: the winner takes all (WTA)",
        short: "Winner takes all",
        part: Part::Kohonen,
        learning: &[CENTRES],
        exposition: include_str!("wta.html"),
        excerpts: &[
            excerpt!("models/src/kohonen/winner_takes_all.rs", "wta step"),
            excerpt!("models/src/kohonen/competition.rs", "wta epoch"),
        ],
        demonstrations: &[Demonstration {
            command: "train wta",
            quick: "train wta --epochs 5",
            pictures: &[Shown {
                file: "quantized.png",
                caption: "Quantisation: digits, and below each the nearest of ten centres. What a centre has lost is \
                          what its cluster does not agree on.",
                alt: "Two rows of sixteen small grey images: handwritten digits above, blurred typical digits below",
            }],
        }],
    },
    Slide {
        method: "wtm",
        title: "Soft competition: the winner takes most (WTM)",
        short: "Winner takes most",
        part: Part::Kohonen,
        learning: &[CENTRES],
        exposition: include_str!("wtm.html"),
        excerpts: &[
            excerpt!("models/src/kohonen/winner_takes_most.rs", "wtm step"),
            excerpt!("models/src/kohonen/competition.rs", "wtm move"),
        ],
        demonstrations: &[Demonstration {
            command: "train wtm",
            quick: "train wtm --epochs 5",
            pictures: &[Shown {
                file: "quantized.png",
                caption: "The same digits over ten centres that neural gas has placed: each centre is where objects \
                          are, wherever it began.",
                alt: "Two rows of sixteen small grey images: handwritten digits above, the centre of each below",
            }],
        }],
    },
    Slide {
        method: "lvq",
        title: "Learning vector quantization (LVQ)",
        short: "Vector quantization",
        part: Part::Kohonen,
        learning: &[Learning {
            steps: &[&["w"]],
            words: "the centres w, each with a class",
        }],
        exposition: include_str!("lvq.html"),
        excerpts: &[
            excerpt!("models/src/kohonen/lvq/lvq1.rs", "lvq step"),
            excerpt!("models/src/kohonen/lvq/lvq1.rs", "lvq criterion"),
        ],
        demonstrations: &[Demonstration {
            command: "train lvq",
            quick: "train lvq --epochs 5",
            pictures: &[Shown {
                file: "quantized.png",
                caption: "Held-out digits, and below each the prototype that decides its class: one of five that the \
                          class has.",
                alt: "Two rows of sixteen small grey images: digits that were held out above, their prototypes below",
            }],
        }],
    },
    Slide {
        method: "som",
        title: "Self-organizing map (SOM)",
        short: "Self-organizing map",
        part: Part::Kohonen,
        learning: &[Learning {
            steps: &[&["w"]],
            words: "the centres w, on a grid",
        }],
        exposition: include_str!("som.html"),
        excerpts: &[
            excerpt!("models/src/kohonen/map/online.rs", "som step"),
            excerpt!("models/src/kohonen/map/grid.rs", "som grid"),
        ],
        demonstrations: &[
            Demonstration {
                command: "train som",
                quick: "train som --size 6x6",
                pictures: &[
                    Shown {
                        file: "codebook.png",
                        caption: "The typical digit of each node. Neighbours are alike: one digit goes over into \
                                  another along the map.",
                        alt: "A honeycomb of small digits that change gradually from node to node",
                    },
                    Shown {
                        file: "u-matrix.png",
                        caption: "The U-matrix: walls between nodes, dark where the centres on their two sides are far \
                                  apart. Dark lines are borders of clusters.",
                        alt: "A honeycomb in greys, pale regions divided by darker lines",
                    },
                    Shown {
                        file: "density.png",
                        caption: "Local density: the mean distance of a node to the objects nearest to it. Light nodes \
                                  span gaps between clusters.",
                        alt: "A honeycomb coloured from dark violet to yellow, yellow ridges between dark patches",
                    },
                    Shown {
                        file: "classes.png",
                        caption: "The labels, which the map has not seen: each class has a country of its own, some \
                                  have two.",
                        alt: "A honeycomb of discs in ten colours, equal colours mostly side by side",
                    },
                ],
            },
            Demonstration {
                command: "train som --mode online --start small --seed 1",
                quick: "train som --mode online --start small --seed 1 --size 6x6",
                pictures: &[Shown {
                    file: "classes.png",
                    caption: "The same data as the slide trains it: object by object, from small random centres. \
                              Another map, as good as the first: the countries lie elsewhere.",
                    alt: "A honeycomb of discs in ten colours, the colours in other places than before",
                }],
            },
        ],
    },
];
