//! SVG text under construction: a white sheet to put shapes and lines of text on.

use super::colors::{Color, INK, PAPER};
use super::render;
use std::fmt;
use std::fmt::Write;

/// Where a text lies relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// How a line of text is set.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Height of the letters' em square, in units of the picture.
    pub size: f64,
    /// Bold or regular.
    pub bold: bool,
    /// The colour of the letters.
    pub color: Color,
    /// Which point of the text its coordinates name.
    pub anchor: Anchor,
    /// A rim of paper around the letters, so that they can be read on top of anything.
    pub halo: bool,
    /// Turned by a quarter, to be read from below upwards.
    pub upwards: bool,
}

impl Style {
    /// Regular ink of the given size, from its start.
    pub fn new(size: f64) -> Self {
        Self {
            size,
            bold: false,
            color: INK,
            anchor: Anchor::Start,
            halo: false,
            upwards: false,
        }
    }

    /// The same in bold.
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same in another colour.
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// The same, placed otherwise.
    pub fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same with a rim of paper.
    pub fn halo(self) -> Self {
        Self { halo: true, ..self }
    }

    /// The same turned by a quarter.
    pub fn upwards(self) -> Self {
        Self {
            upwards: true,
            ..self
        }
    }

    /// How far below its middle the baseline of a line of digits lies.
    pub fn drop(self) -> f64 {
        0.36 * self.size
    }

    /// How long a line of text is in the embedded font; 0 if there is nothing to see.
    pub fn width(self, text: &str) -> f64 {
        let mut line = Document::new("");
        // Turned text would lie in a group of its own.
        let style = Self {
            anchor: Anchor::Start,
            upwards: false,
            ..self
        };
        line.text(0.0, 0.0, style, text);
        render::parse(&line.finish(1.0, 1.0)).map_or(0.0, |tree| {
            let text = tree.root().children().iter().find_map(|node| match node {
                resvg::usvg::Node::Text(text) => Some(text.bounding_box()),
                _ => None,
            });
            text.map_or(0.0, |bounds| f64::from(bounds.right().max(0.0)))
        })
    }

    /// The text in lines that are not wider than `width`, broken between words; inside a word only where one alone
    /// is wider than that. What is a line break in the text stays one.
    pub fn wrapped(self, text: &str, width: f64) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let longer = if line.is_empty() {
                    word.to_string()
                } else {
                    format!("{line} {word}")
                };
                if self.width(&longer) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for letter in word.chars() {
                    line.push(letter);
                    if self.width(&line) > width && line.chars().count() > 1 {
                        line.pop();
                        lines.push(std::mem::replace(&mut line, letter.to_string()));
                    }
                }
            }
            lines.push(line);
        }
        lines
    }

    /// The text in at most so many lines, none wider than `width`, the rest of it left out; broken between words or
    /// after a hyphen where that is possible.
    pub fn shortened(self, text: &str, width: f64, most_lines: usize) -> Vec<String> {
        // What reaches far beyond the lines is not measured letter by letter.
        let letters = most_lines * (8.0 * width / self.size) as usize;
        let cut: String = text.chars().take(letters).collect();
        let mut lines = vec![String::new()];
        for piece in cut.split_inclusive(['-', '_', ' ', '.', '/', '\n']) {
            let longer = format!("{}{piece}", lines[lines.len() - 1]);
            if self.width(longer.trim_end()) <= width {
                *lines.last_mut().expect("there is a line") = longer;
                continue;
            }
            lines.extend(self.wrapped(piece, width));
            // Wrapping drops the space that parts this piece from the next.
            if piece.ends_with([' ', '\n'])
                && let Some(last) = lines.last_mut()
            {
                last.push(' ');
            }
        }
        for line in &mut lines {
            line.truncate(line.trim_end().len());
        }
        lines.retain(|line| !line.is_empty());
        if lines.len() > most_lines || cut.len() < text.len() {
            lines.truncate(most_lines);
            if let Some(last) = lines.last_mut() {
                while self.width(&format!("{last}…")) > width && last.pop().is_some() {}
                last.push('…');
            }
        }
        lines
    }
}

/// A length or coordinate to a hundredth of a unit: finer cannot be seen, and longer files are slower to open.
#[derive(Clone, Copy)]
pub struct Units(pub f64);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding zero turns -0 into 0.
        write!(f, "{}", (self.0 * 100.0).round() / 100.0 + 0.0)
    }
}

/// A count with its thousands set apart: `"60,000"`.
pub struct Count(pub usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_char(',')?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

/// Text as it may stand in an SVG: what has a meaning there is escaped, what must not be there is left out.
pub struct Escaped<'t>(pub &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\t' => f.write_char(' ')?,
                '\u{fffe}' | '\u{ffff}' => {}
                _ if letter.is_control() => {}
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// A picture under construction. Its size is said at the end, when everything has found its place.
pub struct Document {
    title: String,
    body: String,
}

impl Document {
    /// An empty picture; `title` is what programs that read aloud say of it.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_string(),
            body: String::new(),
        }
    }

    /// Puts in a piece of SVG.
    pub fn push(&mut self, svg: impl fmt::Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.body, "{svg}");
    }

    /// One line of text whose baseline runs through (x, y).
    pub fn text(&mut self, x: f64, y: f64, style: Style, text: &str) {
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if style.bold {
            r#" font-weight="bold""#
        } else {
            ""
        };
        let halo = if style.halo {
            format!(
                r#" stroke="{PAPER}" stroke-width="{}" stroke-linejoin="round" paint-order="stroke""#,
                Units(style.size / 3.5)
            )
        } else {
            String::new()
        };
        let (x, y) = (Units(x), Units(y));
        let turned = if style.upwards {
            format!(r#" transform="rotate(-90 {x} {y})""#)
        } else {
            String::new()
        };
        self.push(format_args!(
            r#"<text x="{x}" y="{y}" font-family="sans-serif" font-size="{}" fill="{}"{anchor}{weight}{halo}{turned}>{}</text>"#,
            Units(style.size),
            style.color,
            Escaped(text)
        ));
    }

    /// Lines of text one below the other, the top of the first at `y`; says where the last one ends.
    pub fn lines(&mut self, x: f64, y: f64, style: Style, lines: &[String]) -> f64 {
        let spacing = 1.35 * style.size;
        for (i, line) in lines.iter().enumerate() {
            self.text(x, y + i as f64 * spacing + 0.95 * style.size, style, line);
        }
        y + lines.len() as f64 * spacing
    }

    /// A short line in ink from (x, y) to (x + dx, y + dy), as at an axis.
    pub fn tick(&mut self, x: f64, y: f64, dx: f64, dy: f64) {
        self.push(format_args!(
            r#"<path stroke="{INK}" d="M{} {}l{} {}"/>"#,
            Units(x),
            Units(y),
            Units(dx),
            Units(dy)
        ));
    }

    /// The picture of the given size on white paper.
    pub fn finish(self, width: f64, height: f64) -> String {
        let (width, height) = (Units(width.ceil()), Units(height.ceil()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
             {height}\" role=\"img\">\n<title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" \
             fill=\"{PAPER}\"/>\n{}</svg>\n",
            Escaped(&self.title),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::{inked, pixels};
    use super::*;

    #[test]
    fn any_text_makes_a_valid_picture() {
        let mut document = Document::new("a < b & \"c\" \u{0} \u{ffff}");
        document.text(
            5.0,
            15.0,
            Style::new(12.0),
            "<b> & 'c' > \u{1b}[0m \u{fffe}",
        );
        let svg = document.finish(80.0, 20.0);
        assert!(svg.contains("&lt;b&gt; &amp; 'c' &gt; [0m"), "{svg}");
        assert!(inked(&pixels(&svg), 0.0, 0.0, 80.0, 20.0) > 100);
    }

    #[test]
    fn width_is_where_the_ink_ends() {
        let style = Style::new(12.0).bold();
        let text = "reconstruction";
        let mut document = Document::new("");
        document.text(10.0, 15.0, style, text);
        let pixmap = pixels(&document.finish(200.0, 20.0));
        let width = style.width(text);
        assert!((90.0..120.0).contains(&width), "{width}");
        assert_eq!(inked(&pixmap, 10.0 + width + 1.0, 0.0, 60.0, 20.0), 0);
        assert!(inked(&pixmap, 10.0 + width - 6.0, 0.0, 6.0, 20.0) > 0);
        assert_eq!(style.width(""), 0.0);
        assert!(Style::new(12.0).width(text) < width);
        assert_eq!(style.upwards().anchor(Anchor::End).width(text), width);
    }

    #[test]
    fn halo_is_paper_around_the_letters() {
        let stripe = "<rect width=\"40\" height=\"20\" fill=\"#0000ff\"/>";
        let paper = |style: Style| {
            let mut document = Document::new("");
            document.push(stripe);
            document.text(10.0, 15.0, style, "8");
            let pixmap = pixels(&document.finish(40.0, 20.0));
            40 * 20 * 4 - inked(&pixmap, 0.0, 0.0, 40.0, 20.0)
        };
        assert_eq!(paper(Style::new(14.0).bold()), 0);
        assert!(paper(Style::new(14.0).bold().halo()) > 100);
    }

    #[test]
    fn lines_are_broken_between_words_and_none_is_too_wide() {
        let style = Style::new(12.0);
        let text = "784-256-2: squared error per object 1.62, PCA 2.79 (ratio 0.58)";
        let lines = style.wrapped(text, 200.0);
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|line| style.width(line) <= 200.0));
        assert_eq!(style.wrapped("one\ntwo", 200.0), ["one", "two"]);
        assert_eq!(style.wrapped("", 200.0), [""; 0]);
        let lines = style.wrapped(&"m".repeat(50), 100.0);
        assert_eq!(lines.concat(), "m".repeat(50));
        assert!(lines.iter().all(|line| style.width(line) <= 100.0));
        assert_eq!(style.wrapped("mm", 1.0), ["m", "m"]);
    }

    #[test]
    fn what_is_too_long_is_broken_after_hyphens_and_cut() {
        let style = Style::new(11.5).bold();
        assert_eq!(style.shortened("crime", 130.0, 2), ["crime"]);
        let two = style.shortened("handicapped-infants-of-1984", 130.0, 2);
        assert_eq!(two, ["handicapped-", "infants-of-1984"]);
        let words = "reconstruction without the penalty on the Jacobian";
        let three = style.shortened(words, 150.0, 3);
        assert_eq!(three.join(" "), words);
        assert_eq!(three.len(), 3);
        for lines in [1, 2, 3] {
            let long = "very long words ".repeat(9);
            let cut = style.shortened(&long, 130.0, lines);
            assert!(
                cut.len() == lines && cut[lines - 1].ends_with('…'),
                "{cut:?}"
            );
            assert!(cut.iter().all(|line| style.width(line) <= 130.0));
            // The narrowest of letters fill the lines too.
            let cut = style.shortened(&"i".repeat(10_000), 130.0, lines);
            assert!(
                cut.len() == lines && cut[lines - 1].ends_with('…'),
                "{cut:?}"
            );
            assert!(style.width(&cut[lines - 1]) > 120.0, "{cut:?}");
        }
        assert_eq!(style.shortened(&"m".repeat(50), 130.0, 2).len(), 2);
        assert!(style.shortened("", 130.0, 2).is_empty());
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        let counts = [0, 16, 999, 1_000, 60_000, 1_234_567].map(|n| Count(n).to_string());
        assert_eq!(counts, ["0", "16", "999", "1,000", "60,000", "1,234,567"]);
    }

    #[test]
    fn units_are_short() {
        assert_eq!(Units(1.0).to_string(), "1");
        assert_eq!(Units(1.23456).to_string(), "1.23");
        assert_eq!(Units(-0.001).to_string(), "0");
    }
}
