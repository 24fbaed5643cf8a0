//! What most pictures have in common: a caption above, a remark below.

use super::colors::FAINT_INK;
use super::document::{Count, Document, Style};

/// Free space around everything.
pub const MARGIN: f64 = 18.0;
/// A caption has at least so much room before it is broken.
const LEAST_WIDTH: f64 = 600.0;

/// A picture under its caption.
pub struct Sheet {
    pub document: Document,
    /// Where there is room below the caption.
    pub top: f64,
    /// The width of the whole picture.
    pub width: f64,
}

impl Sheet {
    /// A sheet for something that reaches `right`; the caption is broken where too long.
    pub fn new(caption: &str, right: f64) -> Self {
        let width = (right + MARGIN).max(LEAST_WIDTH);
        let mut document = Document::new(caption);
        let style = Style::new(15.0).bold();
        let lines = style.wrapped(caption, width - 2.0 * MARGIN);
        let top = (document.lines(MARGIN, MARGIN, style, &lines) + 10.0).ceil();
        Self {
            document,
            top,
            width,
        }
    }

    /// The picture, with a remark from `top` on.
    pub fn finish(mut self, remark: &str, top: f64) -> String {
        let style = Style::new(12.0).color(FAINT_INK);
        let lines = style.wrapped(remark, self.width - 2.0 * MARGIN);
        let bottom = self.document.lines(MARGIN, top, style, &lines);
        self.document.finish(self.width, bottom + MARGIN - 6.0)
    }
}

/// A remark of several sentences; those that are empty are left out.
pub fn sentences(sentences: &[&str]) -> String {
    let said: Vec<&str> = sentences.iter().map(|s| s.trim()).collect();
    let said: Vec<&str> = said.into_iter().filter(|s| !s.is_empty()).collect();
    said.join(" ")
}

/// Owns up to what is not drawn: "First 16 of 597 objects."; nothing where all are shown.
pub fn first_of(shown: usize, all: usize, what: &str) -> String {
    if shown < all {
        format!("First {} of {} {what}.", Count(shown), Count(all))
    } else {
        String::new()
    }
}

/// Owns up to what was chosen at random: "5,000 of 60,000 objects are drawn."; nothing where all are.
pub fn some_of(shown: usize, all: usize, what: &str) -> String {
    if shown < all {
        format!("{} of {} {what} are drawn.", Count(shown), Count(all))
    } else {
        String::new()
    }
}

/// Owns up to what cannot be drawn: "Left out, not finite: 2 of 5 values."; nothing where there is no such.
pub fn left_out(count: usize, all: usize, what: &str) -> String {
    if count > 0 {
        format!(
            "Left out, not finite: {} of {} {what}.",
            Count(count),
            Count(all)
        )
    } else {
        String::new()
    }
}

/// Owns up to what lies beyond the axes: "Outside of what is shown: 3 of 500 points."; nothing where all lies within.
pub fn outside(count: usize, all: usize, what: &str) -> String {
    if count > 0 {
        format!(
            "Outside of what is shown: {} of {} {what}.",
            Count(count),
            Count(all)
        )
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::assert_nothing_clipped;
    use super::*;

    #[test]
    fn caption_and_remark_are_broken_within_the_sheet() {
        for right in [0.0, 900.0] {
            for words in [0, 3, 80] {
                let long = "a <caption> & a remark ".repeat(words);
                let sheet = Sheet::new(&long, right);
                assert_eq!(sheet.width, (right + MARGIN).max(LEAST_WIDTH));
                let bottom = sheet.top + 50.0;
                let svg = sheet.finish(&long, bottom);
                assert_nothing_clipped(&svg);
                // The caption once more as the title.
                assert_eq!(svg.matches("&lt;caption&gt;").count(), 3 * words);
            }
        }
    }

    #[test]
    fn sentences_are_joined_and_what_is_missing_is_owned_up_to() {
        assert_eq!(sentences(&["", "One.", " Two. ", ""]), "One. Two.");
        assert_eq!(first_of(16, 16, "objects"), "");
        assert_eq!(first_of(16, 2_000, "objects"), "First 16 of 2,000 objects.");
    }
}
