//! What the page of the lecture says of each method: the problem, the criterion, the lines that compute it, and the
//! trainings whose pictures are shown.
//!
//! | file | what it holds |
//! |---|---|
//! | this one | [`Slide`], what is said of a method, and [`slides`], all of them in the order of the lecture |
//! | `kohonen`, `autoencoders`, `transfer` | the slides of its three parts |
//! | `excerpt` | lines of the sources, by the comments around them |
//! | `learning` | who learns together, and who after whom |
//! | `map` | the map of the whole lecture |
//! | `*.html` | the text: fragments of a page that are XML as well, with formulas in MathML |

mod autoencoders;
mod excerpt;
mod kohonen;
mod learning;
pub mod map;
mod transfer;

pub use excerpt::{Excerpt, Lines};
pub use learning::{Company, Learning};

/// What the page begins with: what it is, and how its tables are to be read.
pub const INTRODUCTION: &str = include_str!("introduction.html");

/// What it ends with: the last slide's two lists.
pub const CONCLUSION: &str = include_str!("conclusion.html");

/// A method on the page.
#[derive(Clone, Copy, Debug)]
pub struct Slide {
    /// The name under which it is trained, and its experiments are known: "som".
    pub method: &'static str,
    /// "Self-organizing map (SOM)"
    pub title: &'static str,
    /// Where in the lecture it belongs.
    pub part: Part,
    /// Who learns together or after whom; two entries where there are two ways.
    pub learning: &'static [Learning],
    /// A fragment of HTML: the problem, the criterion, how it is trained, what to look for, sources.
    pub exposition: &'static str,
    /// The lines that compute the criterion, or take the step.
    pub excerpts: &'static [Excerpt],
    /// The trainings whose pictures are shown.
    pub demonstrations: &'static [Demonstration],
}

/// A part of the lecture.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// Kohonen's networks.
    Kohonen,
    /// Auto-encoders.
    AutoEncoders,
    /// What grew out of learning with few answers.
    Transfer,
}

impl Part {
    /// All of them, in the order of the lecture.
    pub const ALL: [Self; 3] = [Self::Kohonen, Self::AutoEncoders, Self::Transfer];

    /// What the lecture calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kohonen => "1 Kohonen networks for clustering and visualisation",
            Self::AutoEncoders => "2 Auto-encoders",
            Self::Transfer => "3 Development of the ideas of semi-supervised learning",
        }
    }

    /// The name by which a page links to it.
    pub fn anchor(self) -> &'static str {
        match self {
            Self::Kohonen => "part-1",
            Self::AutoEncoders => "part-2",
            Self::Transfer => "part-3",
        }
    }

    /// A fragment of HTML: what is common to its methods.
    pub fn introduction(self) -> &'static str {
        match self {
            Self::Kohonen => include_str!("part-kohonen.html"),
            Self::AutoEncoders => include_str!("part-autoencoders.html"),
            Self::Transfer => include_str!("part-transfer.html"),
        }
    }
}

/// A training whose pictures are shown.
#[derive(Clone, Copy, Debug)]
pub struct Demonstration {
    /// The arguments as they are typed after `unsup`.
    pub command: &'static str,
    /// The same for a page that is made in a few seconds: fewer epochs, or runs.
    pub quick: &'static str,
    /// Which of its pictures.
    pub pictures: &'static [Shown],
}

impl Demonstration {
    /// The method that it trains.
    pub fn method(&self) -> &'static str {
        let mut words = self.command.split_whitespace();
        words.nth(1).unwrap_or("")
    }

    /// The command as a reader would type it after `unsup`, with the seed if it is another than 0.
    pub fn typed(&self, quick: bool, seed: u64) -> String {
        let command = if quick { self.quick } else { self.command };
        match seed {
            0 => command.to_owned(),
            seed => format!("{command} --seed {seed}"),
        }
    }
}

/// A picture of a training.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Its name in the folder of the training.
    pub file: &'static str,
    /// What is to be seen in it.
    pub caption: &'static str,
    /// What it shows, for who can't see it.
    pub alt: &'static str,
}

/// All methods, in the order of the lecture.
pub fn slides() -> Vec<Slide> {
    [
        &kohonen::SLIDES[..],
        &autoencoders::SLIDES,
        &transfer::SLIDES,
    ]
    .concat()
}
