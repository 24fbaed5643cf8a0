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

pub use excerpt::Excerpt;
pub use learning::Learning;

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
    /// Its name where there is little room: "Self-organizing map"
    pub short: &'static str,
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

    /// Its title where there is little room.
    pub fn short(self) -> &'static str {
        match self {
            Self::Kohonen => "1 Kohonen networks",
            Self::AutoEncoders => "2 Auto-encoders",
            Self::Transfer => "3 Semi-supervised",
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

    /// The command as a reader would type it after `unsup`; the lecture's seed is added to its own, which is 0 if it
    /// has none.
    pub fn typed(&self, quick: bool, seed: u64) -> String {
        let command = if quick { self.quick } else { self.command };
        if seed == 0 {
            return command.to_owned();
        }
        let (before, own) = command.split_once(" --seed ").unwrap_or((command, "0"));
        let (own, after) = own.split_once(' ').unwrap_or((own, ""));
        let own: u64 = own.parse().expect("a demonstration's seed is a number");
        let typed = format!("{before} --seed {} {after}", own.wrapping_add(seed));
        typed.trim_end().to_owned()
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

#[cfg(test)]
mod tests {
    use super::learning::Company;
    use super::*;
    use crate::arguments::Arguments;
    use clap::{CommandFactory, Parser};
    use resvg::usvg::roxmltree::{Document, Node};
    use std::collections::HashSet;
    use std::path::Path;

    /// What is measured by, and no method of the lecture.
    const JUDGE: &str = "classifier";

    /// The elements of MathML that browsers draw by themselves, as far as formulas here need them.
    const MATH: [&str; 17] = [
        "math",
        "mrow",
        "mi",
        "mo",
        "mn",
        "mtext",
        "mspace",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mfrac",
        "msqrt",
        "mtable",
        "mtr",
    ];

    const TEXT: [&str; 21] = [
        "p", "strong", "em", "cite", "code", "a", "ul", "li", "dl", "dt", "dd", "div", "h3", "h4",
        "table", "caption", "thead", "tbody", "tr", "th", "td",
    ];

    /// A fragment as XML, which has one root.
    fn rooted(fragment: &str) -> String {
        format!("<section>{fragment}</section>")
    }

    fn is_within(node: Node<'_, '_>, name: &str) -> bool {
        node.ancestors().any(|one| one.has_tag_name(name))
    }

    /// All fragments of the page with a name for each.
    fn fragments() -> Vec<(&'static str, &'static str)> {
        let expositions = slides().into_iter();
        let expositions = expositions.map(|slide| (slide.method, slide.exposition));
        let parts = Part::ALL.map(|part| (part.title(), part.introduction()));
        let ends = [("introduction", INTRODUCTION), ("conclusion", CONCLUSION)];
        expositions.chain(parts).chain(ends).collect()
    }

    #[test]
    fn another_seed_is_added_to_that_of_the_command() {
        let of = |command, seed| {
            let demonstration = Demonstration {
                command,
                quick: "",
                pictures: &[],
            };
            demonstration.typed(false, seed)
        };
        assert_eq!(of("train som", 0), "train som");
        assert_eq!(of("train som --seed 1", 0), "train som --seed 1");
        assert_eq!(of("train som", 3), "train som --seed 3");
        assert_eq!(of("train som --seed 1", 3), "train som --seed 4");
        assert_eq!(
            of("train som --seed 1 --size 6x6", u64::MAX),
            "train som --seed 0 --size 6x6"
        );
    }

    #[test]
    fn every_method_has_one_slide() {
        let command = Arguments::command();
        let train = command.find_subcommand("train").unwrap();
        let methods = train.get_subcommands().map(|method| method.get_name());
        let mut expected: Vec<&str> = methods.filter(|&method| method != JUDGE).collect();
        let mut found: Vec<&str> = slides().iter().map(|slide| slide.method).collect();
        let order = found.clone();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
        let place = |method: &&str| order.iter().position(|one| one == method).unwrap();
        let lecture = [
            "wta",
            "wtm",
            "lvq",
            "som",
            "linear",
            "two-layer",
            "autoencoder",
            "sparse",
            "denoising",
            "contractive",
            "relational",
            "stacked",
            "variational",
            "semi-supervised",
            "transfer",
            "self-supervised",
            "multi-task",
            "distill",
            "lupi",
            "gan",
        ];
        assert!(lecture.is_sorted_by_key(place), "{order:?}");
        let parts = slides().into_iter().map(|slide| slide.part);
        assert!(parts.is_sorted_by_key(|part| Part::ALL.iter().position(|&one| one == part)));
    }

    #[test]
    fn fragments_are_xml_of_known_elements_with_formulas() {
        for (name, fragment) in fragments() {
            let text = rooted(fragment);
            let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let elements = document.root_element().descendants().skip(1);
            for element in elements.filter(Node::is_element) {
                let tag = element.tag_name().name();
                let known: &[&str] = match is_within(element, "math") {
                    true => &MATH,
                    false => &TEXT,
                };
                assert!(known.contains(&tag), "{name}: <{tag}>");
                assert!(element.attribute("style").is_none(), "{name}: a style");
                // the number of scripts is what makes a formula of them
                let children = element.children().filter(Node::is_element).count();
                let expected = match tag {
                    "msub" | "msup" | "munder" | "mover" | "mfrac" => Some(2),
                    "msubsup" | "munderover" => Some(3),
                    "mi" | "mo" | "mn" | "mtext" | "mspace" => Some(0),
                    _ => None,
                };
                assert!(
                    expected.is_none_or(|expected| children == expected),
                    "{name}: <{tag}> of {children}"
                );
                if ["mi", "mo", "mn"].contains(&tag) {
                    let filled = element.text().is_some_and(|text| !text.trim().is_empty());
                    assert!(filled, "{name}: an empty <{tag}>");
                }
            }
            let tags = |tag| {
                document
                    .descendants()
                    .filter(move |node| node.has_tag_name(tag))
            };
            let formulas = tags("math").count();
            assert!(
                formulas > 0 || name == Part::Transfer.title() || name == "conclusion",
                "{name}"
            );
            assert!(
                fragment.lines().all(|line| line.chars().count() <= 120),
                "{name}"
            );
            assert!(
                !fragment.contains("  $") && !fragment.contains('\\'),
                "{name}"
            );
        }
    }

    #[test]
    fn an_exposition_is_a_slide_and_not_a_chapter() {
        for slide in slides() {
            let text = rooted(slide.exposition);
            let document = Document::parse(&text).unwrap();
            let words = document
                .descendants()
                .filter(|node| node.is_text() && !is_within(*node, "math"))
                .flat_map(|node| node.text().unwrap().split_whitespace());
            let words = words
                .filter(|word| word.chars().any(char::is_alphanumeric))
                .count();
            assert!(
                (100..=270).contains(&words),
                "{}: {words} words",
                slide.method
            );
            let mut paragraphs = document.descendants().filter(|node| node.has_tag_name("p"));
            let source = paragraphs.next_back().unwrap();
            assert_eq!(
                source.attribute("class"),
                Some("source"),
                "{}",
                slide.method
            );
            let displayed = |node: &Node<'_, '_>| node.attribute("display") == Some("block");
            assert!(
                document.descendants().any(|node| displayed(&node)),
                "{}",
                slide.method
            );
        }
    }

    #[test]
    fn links_lead_to_methods() {
        let methods: HashSet<&str> = slides().iter().map(|slide| slide.method).collect();
        for (name, fragment) in fragments() {
            let text = rooted(fragment);
            let document = Document::parse(&text).unwrap();
            for link in document
                .descendants()
                .filter_map(|node| node.attribute("href"))
            {
                let method = link.strip_prefix('#');
                assert!(
                    method.is_some_and(|method| methods.contains(method)),
                    "{name}: {link}"
                );
            }
        }
    }

    #[test]
    fn every_marker_is_there_once_and_around_six_to_fifteen_lines() {
        let mut shown = HashSet::new();
        for slide in slides() {
            assert!((1..=2).contains(&slide.excerpts.len()), "{}", slide.method);
            for excerpt in slide.excerpts {
                let Excerpt {
                    path,
                    source,
                    marker,
                } = excerpt;
                let (markers, ends) = excerpt::markers(source);
                assert_eq!(markers.len(), ends, "{path}");
                assert_eq!(
                    markers.iter().filter(|one| *one == marker).count(),
                    1,
                    "{path}: {marker}"
                );
                let lines = excerpt.lines();
                assert!((6..=15).contains(&lines.lines.len()), "{path}: {marker}");
                let there = source.lines().nth(lines.first - 1).unwrap();
                assert_eq!(there.trim(), lines.lines[0].trim());
                for (open, close) in [('{', '}'), ('(', ')')] {
                    let count = |letter| {
                        lines
                            .lines
                            .iter()
                            .map(|line| line.matches(letter).count())
                            .sum::<usize>()
                    };
                    assert_eq!(count(open), count(close), "{path}: {marker}");
                }
                assert!(
                    shown.insert((*path, *marker)),
                    "{path}: {marker} is shown twice"
                );
            }
        }
        // none is left over in the sources
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("models/src"), root.join("nn/src")];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let source = std::fs::read_to_string(path).unwrap();
                    found += excerpt::markers(&source).0.len();
                }
            }
        }
        assert_eq!(found, shown.len());
    }

    #[test]
    fn demonstrations_are_trainings_of_their_method() {
        for slide in slides() {
            assert!(
                (1..=2).contains(&slide.demonstrations.len()),
                "{}",
                slide.method
            );
            for demonstration in slide.demonstrations {
                for command in [demonstration.command, demonstration.quick] {
                    let words = ["unsup"].into_iter().chain(command.split_whitespace());
                    if let Err(error) = Arguments::try_parse_from(words) {
                        panic!("{command}: {error}");
                    }
                }
                assert_eq!(demonstration.method(), slide.method);
                assert_ne!(demonstration.quick, demonstration.command);
                assert!((1..=4).contains(&demonstration.pictures.len()));
            }
        }
    }

    #[test]
    fn pictures_are_described_otherwise_than_explained() {
        for slide in slides() {
            let pictures = slide.demonstrations.iter().flat_map(|one| one.pictures);
            for Shown { file, caption, alt } in pictures {
                assert!(file.ends_with(".png"), "{}: {file}", slide.method);
                assert!(
                    alt.len() > 20 && caption.len() > 40,
                    "{}: {file}",
                    slide.method
                );
                assert_ne!(alt, caption);
                assert!(
                    !alt.ends_with('.') && caption.ends_with('.'),
                    "{}: {file}",
                    slide.method
                );
            }
        }
    }

    /// The lecture's last slide.
    #[test]
    fn who_learns_with_whom_is_what_the_last_slide_says() {
        let of = |company| -> Vec<&str> {
            let slides = slides().into_iter();
            let of_it =
                slides.filter(|slide| slide.learning.iter().any(|one| one.company() == company));
            of_it.map(|slide| slide.method).collect()
        };
        assert_eq!(of(Company::Alone), ["wta", "wtm", "lvq", "som"]);
        let together = [
            "linear",
            "two-layer",
            "autoencoder",
            "sparse",
            "denoising",
            "contractive",
            "relational",
            "variational",
            "semi-supervised",
            "multi-task",
            "lupi",
            "gan",
        ];
        assert_eq!(of(Company::Together), together);
        let in_sequence = ["stacked", "transfer", "self-supervised", "distill", "lupi"];
        assert_eq!(of(Company::InSequence), in_sequence);
        for (company, heading) in [
            (Company::Together, "at once"),
            (Company::InSequence, "one after the other"),
        ] {
            let listed = CONCLUSION
                .split("<h3>")
                .find(|part| part.contains(heading))
                .unwrap();
            for method in of(company) {
                assert!(
                    listed.contains(&format!("\"#{method}\"")),
                    "{heading}: {method}"
                );
            }
        }
    }
}
