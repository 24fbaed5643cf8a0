//! Lines of the sources, shown beside the formula that they compute.
//!
//! In the source they stand between two comments, `// lecture: NAME` and `// lecture: end`, so that they stay the right
//! ones whatever is changed above them.

/// What the line before an excerpt begins with; its name follows.
const BEGIN: &str = "// lecture: ";

/// The line after an excerpt.
const END: &str = "// lecture: end";

/// Some lines of a source file.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt {
    /// The file, from the root of the project.
    pub path: &'static str,
    /// What it holds.
    pub source: &'static str,
    /// The name in the comment before the lines.
    pub marker: &'static str,
}

/// The lines of a file of the project that follow the marker of that name.
macro_rules! excerpt {
    ($path:literal, $marker:literal) => {
        $crate::lecture::slides::Excerpt {
            path: $path,
            source: include_str!(concat!("../../../", $path)),
            marker: $marker,
        }
    };
}
pub(super) use excerpt;

/// What an excerpt holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lines {
    /// The number of the first line in its file, from 1.
    pub first: usize,
    /// The lines, as far to the left as they go.
    pub lines: Vec<String>,
}

impl Lines {
    /// The number of the last line in its file.
    pub fn last(&self) -> usize {
        self.first + self.lines.len() - 1
    }
}

impl Excerpt {
    /// The lines between the markers.
    ///
    /// # Panics
    /// If the marker is not in the source, or no line follows it: a mistake in the sources.
    pub fn lines(&self) -> Lines {
        let begin = |line: &str| line.trim().strip_prefix(BEGIN) == Some(self.marker);
        let mut numbered = self.source.lines().zip(1..);
        let marker = numbered.find(|(line, _)| begin(line));
        let (_, marker) =
            marker.unwrap_or_else(|| panic!("{}: no marker \"{}\"", self.path, self.marker));
        let lines: Vec<&str> = numbered
            .map(|(line, _)| line)
            .take_while(|line| line.trim() != END)
            .collect();
        assert!(
            !lines.is_empty(),
            "{}: nothing after the marker \"{}\"",
            self.path,
            self.marker
        );
        let indent = |line: &&str| line.len() - line.trim_start().len();
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let margin = filled.map(indent).min().unwrap_or(0);
        Lines {
            first: marker + 1,
            lines: lines
                .iter()
                .map(|line| line.get(margin..).unwrap_or("").to_owned())
                .collect(),
        }
    }
}

/// The names of the markers in a source, and how many ends there are.
#[cfg(test)]
pub(super) fn markers(source: &str) -> (Vec<&str>, usize) {
    let all = source.lines().map(str::trim);
    let (ends, begins): (Vec<&str>, Vec<&str>) = all
        .filter(|line| line.starts_with(BEGIN))
        .partition(|&line| line == END);
    let names = begins.iter().map(|line| &line[BEGIN.len()..]);
    (names.collect(), ends.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
fn f() {
    // lecture: sum
    let a = 1;

    if b {
        a + b
    }
    // lecture: end
}
";

    #[test]
    fn lines_are_brought_to_the_left_and_numbered() {
        let excerpt = Excerpt {
            path: "f.rs",
            source: SOURCE,
            marker: "sum",
        };
        let lines = excerpt.lines();
        assert_eq!(lines.lines, ["let a = 1;", "", "if b {", "    a + b", "}"]);
        assert_eq!((lines.first, lines.last()), (3, 7));
        assert_eq!(markers(SOURCE), (vec!["sum"], 1));
    }

    #[test]
    #[should_panic(expected = "f.rs: no marker \"su\"")]
    fn a_marker_is_its_whole_name() {
        Excerpt {
            path: "f.rs",
            source: SOURCE,
            marker: "su",
        }
        .lines();
    }
}
