//! From SVG text to a PNG.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// How many pixels of a PNG make one unit of the SVG: two, so that it stays crisp on dense screens and in print.
pub const PIXELS_PER_UNIT: f32 = 2.0;

/// The name by which the embedded font is known.
const FONT_FAMILY: &str = "DejaVu Sans";

/// Why a picture could not be rasterised.
#[derive(Debug)]
pub struct RenderError(String);

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

/// The embedded font, regular and bold, and nothing of the system: a picture is the same everywhere.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        for face in [dejavu::sans::regular(), dejavu::sans::bold()] {
            fonts.load_font_source(fontdb::Source::Binary(Arc::new(face)));
        }
        // Whatever family an SVG asks for, this is the one there is.
        fonts.set_sans_serif_family(FONT_FAMILY);
        fonts.set_serif_family(FONT_FAMILY);
        fonts.set_monospace_family(FONT_FAMILY);
        Arc::new(fonts)
    };
    FONTS.get_or_init(load).clone()
}

/// The SVG, parsed, with its text laid out in the embedded font.
pub(super) fn parse(svg: &str) -> Result<usvg::Tree, RenderError> {
    let options = usvg::Options {
        font_family: FONT_FAMILY.to_string(),
        fontdb: fonts(),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options)
        .map_err(|error| RenderError(format!("picture: the SVG cannot be read: {error}")))
}

/// The width and the height of an SVG, in its units.
///
/// # Errors
/// If `svg` is not an SVG.
pub fn size_of(svg: &str) -> Result<(f32, f32), RenderError> {
    let size = parse(svg)?.size();
    Ok((size.width(), size.height()))
}

/// What an SVG is called; empty if it has no title.
pub fn title_of(svg: &str) -> String {
    let document = usvg::roxmltree::Document::parse(svg).ok();
    let title = document.as_ref().and_then(|document| {
        let mut elements = document.descendants();
        elements.find(|element| element.has_tag_name(("http://www.w3.org/2000/svg", "title")))
    });
    title
        .and_then(|title| title.text())
        .unwrap_or_default()
        .to_owned()
}

/// Rasterises an SVG to the bytes of a PNG file, [`PIXELS_PER_UNIT`] pixels to the unit, text in the embedded font.
///
/// # Errors
/// If `svg` is not an SVG, or so large that no image of it can be held.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let tree = parse(svg)?;
    let size = tree.size();
    let pixels = |units: f32| (units * PIXELS_PER_UNIT).ceil() as u32;
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| RenderError(format!("picture: no room for {width} x {height} pixels")))?;
    let scale = Transform::from_scale(PIXELS_PER_UNIT, PIXELS_PER_UNIT);
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    pixmap
        .encode_png()
        .map_err(|error| RenderError(format!("picture: the PNG cannot be written: {error}")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::colors::{Color, PAPER};
    use super::*;

    /// The picture as pixels.
    pub fn pixels(svg: &str) -> Pixmap {
        Pixmap::decode_png(&png(svg).unwrap()).unwrap()
    }

    /// The colour of the pixel just right of and below the point (x, y) of the SVG.
    pub fn color_at(pixmap: &Pixmap, x: f64, y: f64) -> Color {
        let place = |units: f64| (units * f64::from(PIXELS_PER_UNIT)).floor() as u32;
        let pixel = pixmap.pixel(place(x), place(y)).unwrap().demultiply();
        Color(pixel.red(), pixel.green(), pixel.blue())
    }

    /// How many pixels within `width` x `height` from (x, y) on are not paper.
    pub fn inked(pixmap: &Pixmap, x: f64, y: f64, width: f64, height: f64) -> usize {
        let step = f64::from(1.0 / PIXELS_PER_UNIT);
        let (columns, rows) = ((width / step) as usize, (height / step) as usize);
        (0..rows)
            .flat_map(|i| (0..columns).map(move |j| (x + j as f64 * step, y + i as f64 * step)))
            .filter(|&(x, y)| color_at(pixmap, x, y) != PAPER)
            .count()
    }

    /// Asserts that all that is drawn, text above all, lies inside the picture.
    #[track_caller]
    pub fn assert_nothing_clipped(svg: &str) {
        fn check(group: &usvg::Group, size: usvg::Size) {
            for node in group.children() {
                if let usvg::Node::Group(group) = node {
                    check(group, size);
                } else {
                    let bounds = node.abs_bounding_box();
                    assert!(
                        bounds.left() >= 0.0
                            && bounds.top() >= 0.0
                            && bounds.right() <= size.width()
                            && bounds.bottom() <= size.height(),
                        "{bounds:?} reaches out of {size:?}"
                    );
                }
            }
        }
        let tree = parse(svg).unwrap();
        check(tree.root(), tree.size());
    }

    /// All that is written, without its breaks.
    pub fn words(svg: &str) -> String {
        let texts = svg
            .split("</text>")
            .filter_map(|piece| piece.rsplit('>').next());
        texts.collect::<Vec<_>>().join(" ")
    }

    fn white(inside: &str) -> String {
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20" fill="#ffffff"/>{inside}</svg>"##
        )
    }

    #[test]
    fn a_unit_is_two_pixels() {
        let pixmap = pixels(&white(
            r##"<rect x="10" y="5" width="1" height="1" fill="#ff0000"/>"##,
        ));
        assert_eq!((pixmap.width(), pixmap.height()), (120, 40));
        assert_eq!(color_at(&pixmap, 10.0, 5.0), Color(255, 0, 0));
        assert_eq!(color_at(&pixmap, 10.5, 5.5), Color(255, 0, 0));
        assert_eq!(inked(&pixmap, 0.0, 0.0, 60.0, 20.0), 4);
    }

    #[test]
    fn text_of_any_family_is_drawn_and_bold_is_bolder() {
        let dark = |family: &str, weight: &str| {
            let text = format!(
                r#"<text x="5" y="15" font-family="{family}" font-size="12" font-weight="{weight}">original</text>"#
            );
            inked(&pixels(&white(&text)), 0.0, 0.0, 60.0, 20.0)
        };
        let regular = dark("sans-serif", "normal");
        assert!(regular > 300, "only {regular} pixels of text");
        assert!(dark("sans-serif", "bold") > regular * 11 / 10);
        assert_eq!(dark("A Font That Is Nowhere", "normal"), regular);
        assert_eq!(dark("serif", "normal"), regular);
    }

    #[test]
    fn what_is_not_an_svg_is_refused() {
        let error = png("<svg").unwrap_err().to_string();
        assert!(
            error.starts_with("picture: the SVG cannot be read"),
            "{error}"
        );
        let enormous =
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="1000000000" height="1000000000"/>"#;
        let error = png(enormous).unwrap_err().to_string();
        assert!(error.starts_with("picture: no room for"), "{error}");
    }
}
