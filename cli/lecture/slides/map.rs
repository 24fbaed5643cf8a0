//! The map of the whole lecture: its three parts and their methods, and of each method which models learn together and
//! which one after the other. As a picture, and as a list for narrow screens.
//!
//! ```text
//! (f g)            learn together: one outline around them
//! (f g) → (g′)     learn in sequence: an arrow between the steps
//! (w)              one model
//! ```
//!
//! Lines and letters have the colour of the text around the picture, or that of the classes `together`, `in-sequence`
//! and `alone`; the shapes tell the same without any colour.

use super::{Learning, Part, Slide, slides};
use crate::pictures::Escaped;
use std::fmt::Write;

/// The width of the picture; its height follows.
const WIDTH: usize = 1100;
/// Between columns.
const GUTTER: usize = 20;
/// Of a column: there are four, of which the second part has two.
const COLUMN: usize = (WIDTH - 3 * GUTTER) / 4;
/// Of a part's heading, and what is left below it.
const HEADING: usize = 46;
/// Of a method, and what is left below it.
const CARD: usize = 78;
const BELOW: usize = 12;
/// The most methods in a column.
const MOST_ROWS: usize = 6;
const HEIGHT: usize = HEADING + BELOW + MOST_ROWS * (CARD + BELOW);

/// Of a model's circle; its letter is in it.
const RADIUS: usize = 13;
/// From one model to the next, and how far the outline around them lies from their circles.
const STEP: usize = 30;
const MARGIN: usize = 4;
/// An arrow with the room around it.
const ARROW: usize = 28;

/// The examples of the legend.
const LEGEND: [Learning; 3] = [
    Learning {
        steps: &[&["f", "g"]],
        words: "learn together",
    },
    Learning {
        steps: &[&["a"], &["b"]],
        words: "learn in sequence",
    },
    Learning {
        steps: &[&["w"]],
        words: "one model learns",
    },
];

/// The map as SVG text of its own, with a link to each of the methods that are `on_page`.
pub fn svg(on_page: &[Slide]) -> String {
    let mut svg = format!(
        "<svg class=\"lecture-map wide-only\" role=\"group\" aria-labelledby=\"map-title map-description\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\" xmlns=\"http://www.w3.org/2000/svg\" fill=\"none\" stroke=\"currentColor\">\n\
         <title id=\"map-title\">Map of the lecture</title>\n\
         <desc id=\"map-description\">Three parts from left to right, their methods below them. Circles are models: in \
         one outline where they learn together, with an arrow between where one learns after the other.</desc>\n"
    );
    let mut column = 0;
    for part in Part::ALL {
        let methods = slides().into_iter().filter(|slide| slide.part == part);
        let methods: Vec<Slide> = methods.collect();
        let columns = methods.len().div_ceil(MOST_ROWS);
        heading(
            &mut svg,
            part,
            column,
            columns,
            on_page.iter().any(|slide| slide.part == part),
        );
        let rows = methods.len().div_ceil(columns);
        for (place, slide) in methods.iter().enumerate() {
            let linked = on_page.iter().any(|shown| shown.method == slide.method);
            card(&mut svg, slide, column + place / rows, place % rows, linked);
        }
        column += columns;
    }
    legend(&mut svg);
    svg + "</svg>\n"
}

/// The same as a list, with who learns in words.
pub fn list(on_page: &[Slide]) -> String {
    let mut html = "<ul class=\"lecture-map narrow-only\">\n".to_owned();
    for part in Part::ALL {
        let methods = on_page.iter().filter(|slide| slide.part == part);
        let methods: Vec<&Slide> = methods.collect();
        if methods.is_empty() {
            continue;
        }
        let (anchor, title) = (part.anchor(), Escaped(part.title()));
        put(
            &mut html,
            format_args!("<li><a href=\"#{anchor}\">{title}</a>\n<ul>"),
        );
        for slide in methods {
            let learning = slide.learning.iter().map(|learning| {
                let (company, words) = (learning.company(), Escaped(learning.words));
                format!(
                    "<span class=\"{}\">{}: {words}</span>",
                    company.class(),
                    company.title()
                )
            });
            let learning: Vec<String> = learning.collect();
            put(
                &mut html,
                format_args!(
                    "<li><a href=\"#{}\">{}</a>, {}</li>",
                    slide.method,
                    Escaped(slide.short),
                    learning.join("; ")
                ),
            );
        }
        put(&mut html, format_args!("</ul></li>"));
    }
    html + "</ul>\n"
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // writing to a String cannot fail
    let _ = writeln!(text, "{line}");
}

/// The left edge of a column.
fn left(column: usize) -> usize {
    column * (COLUMN + GUTTER)
}

/// The name of a part, on an arrow that points to the next.
fn heading(svg: &mut String, part: Part, column: usize, columns: usize, linked: bool) {
    let (x, tip) = (left(column), 16);
    let right = left(column + columns - 1) + COLUMN;
    let (edge, middle, bottom) = (right - tip, HEADING / 2, HEADING);
    let notch = if column == 0 { x } else { x + tip };
    open(svg, linked, part.anchor());
    put(
        svg,
        format_args!(
            "<path class=\"part\" d=\"M{x} 0H{edge}L{right} {middle}L{edge} {bottom}H{x}L{notch} {middle}Z\" \
             fill=\"currentColor\" fill-opacity=\"0.1\" stroke=\"none\"/>"
        ),
    );
    words(
        svg,
        x + tip + 10,
        middle + 6,
        17,
        "font-weight=\"bold\"",
        part.short(),
    );
    close(svg, linked);
}

/// A method: its name, and below it who learns.
fn card(svg: &mut String, slide: &Slide, column: usize, row: usize, linked: bool) {
    let (x, y) = (left(column), HEADING + BELOW + row * (CARD + BELOW));
    open(svg, linked, slide.method);
    put(
        svg,
        format_args!(
            "<rect class=\"card\" x=\"{}.5\" y=\"{y}.5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"currentColor\" \
             fill-opacity=\"0.03\" stroke-opacity=\"0.4\"/>",
            x,
            COLUMN - 1,
            CARD - 1
        ),
    );
    words(svg, x + 14, y + 25, 16, "font-weight=\"600\"", slide.short);
    let mut at = x + 14;
    for (place, learning) in slide.learning.iter().enumerate() {
        if place > 0 {
            words(svg, at + 8, y + 60, 14, "", "or");
            at += 32;
        }
        at = models(svg, learning, at, y + 54);
    }
    close(svg, linked);
}

/// What the shapes mean, below the first part, which has the fewest methods.
fn legend(svg: &mut String) {
    let first = slides()
        .into_iter()
        .filter(|slide| slide.part == Part::ALL[0]);
    let top = HEADING + BELOW + first.count() * (CARD + BELOW) + 28;
    for (row, example) in LEGEND.iter().enumerate() {
        let y = top + row * 46;
        models(svg, example, left(0) + 14, y);
        words(svg, left(0) + 120, y + 5, 15, "", example.words);
    }
}

/// The models of the steps, from x on, at the height y of their middle; returns where they end.
fn models(svg: &mut String, learning: &Learning, x: usize, y: usize) -> usize {
    put(
        svg,
        format_args!("<g class=\"{}\">", learning.company().class()),
    );
    let mut x = x;
    for (place, step) in learning.steps.iter().enumerate() {
        if place > 0 {
            let (from, to) = (x + 4, x + ARROW - 4);
            put(
                svg,
                format_args!("<path d=\"M{from} {y}H{to}m-7 -5 7 5-7 5\" stroke-width=\"1.5\"/>"),
            );
            x += ARROW;
        }
        x = together(svg, step, x, y);
    }
    put(svg, format_args!("</g>"));
    x
}

/// The models of one step, in one outline if they are several; returns where they end.
fn together(svg: &mut String, step: &[&str], x: usize, y: usize) -> usize {
    let outline = if step.len() > 1 { MARGIN } else { 0 };
    let end = x + (step.len() - 1) * STEP + 2 * (RADIUS + outline);
    if step.len() > 1 {
        let (height, width) = (2 * (RADIUS + MARGIN), end - x);
        put(
            svg,
            format_args!(
                "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"{}\" fill=\"currentColor\" \
                 fill-opacity=\"0.12\" stroke-width=\"1.5\"/>",
                y - height / 2,
                height / 2
            ),
        );
    }
    for (place, letter) in step.iter().enumerate() {
        let middle = x + outline + RADIUS + place * STEP;
        // further models, not one of its own
        if *letter != "…" {
            put(
                svg,
                format_args!("<circle cx=\"{middle}\" cy=\"{y}\" r=\"{RADIUS}\"/>"),
            );
        }
        words(svg, middle, y + 5, 14, "text-anchor=\"middle\"", letter);
    }
    end
}

/// A line of text whose baseline begins at (x, y), or is centred there.
fn words(svg: &mut String, x: usize, y: usize, size: usize, how: &str, text: &str) {
    put(
        svg,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" {how} fill=\"currentColor\" stroke=\"none\">{}</text>",
            Escaped(text)
        ),
    );
}

fn open(svg: &mut String, linked: bool, anchor: &str) {
    match linked {
        true => put(svg, format_args!("<a href=\"#{anchor}\">")),
        false => put(svg, format_args!("<g class=\"absent\" opacity=\"0.5\">")),
    }
}

fn close(svg: &mut String, linked: bool) {
    put(
        svg,
        format_args!("{}", if linked { "</a>" } else { "</g>" }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::roxmltree::{Document, Node};

    fn links(text: &str) -> Vec<String> {
        let document = Document::parse(text).unwrap();
        let links = document.descendants();
        let links = links.filter_map(|node| node.attribute("href"));
        links.map(|link| link[1..].to_owned()).collect()
    }

    fn expected(slides: &[Slide]) -> Vec<String> {
        let mut expected = Vec::new();
        for part in Part::ALL {
            let methods: Vec<_> = slides.iter().filter(|slide| slide.part == part).collect();
            if !methods.is_empty() {
                expected.push(part.anchor().to_owned());
            }
            expected.extend(methods.iter().map(|slide| slide.method.to_owned()));
        }
        expected
    }

    #[test]
    fn picture_and_list_lead_to_what_is_on_the_page_in_its_order() {
        let all = slides();
        let few = [all[3], all[8], all[9]];
        for shown in [&all[..], &few] {
            assert_eq!(links(&svg(shown)), expected(shown));
            assert_eq!(links(&list(shown)), expected(shown));
        }
    }

    #[test]
    fn the_picture_shows_all_methods_inside_its_frame() {
        let text = svg(&slides()[..1]);
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        let labels: Vec<&str> = root.descendants().filter_map(|node| node.text()).collect();
        for slide in slides() {
            assert!(labels.contains(&slide.short), "{}", slide.short);
        }
        let names: Vec<&str> = root.children().map(|node| node.tag_name().name()).collect();
        let [title, description] = ["title", "desc"].map(|name| names.contains(&name));
        assert!(title && description);
        let number =
            |node: Node<'_, '_>, name| -> Option<f64> { node.attribute(name)?.parse().ok() };
        for node in root.descendants() {
            if let (Some(x), Some(y)) = (number(node, "cx"), number(node, "cy")) {
                assert!(x > 0.0 && x < WIDTH as f64 && y > 0.0 && y < HEIGHT as f64);
            }
        }
        // two models in one outline, then one: an outline, an arrow, three circles
        let transfer = models_of(&["f", "g"], &["g′"]);
        assert_eq!(transfer.matches("<rect").count(), 1);
        assert_eq!(transfer.matches("<path").count(), 1);
        assert_eq!(transfer.matches("<circle").count(), 3);
        assert!(transfer.contains("class=\"in-sequence\""));
    }

    fn models_of(first: &'static [&'static str], then: &'static [&'static str]) -> String {
        let all = slides();
        let slide = all.iter().find(|slide| {
            let steps = slide.learning.iter().map(|learning| learning.steps);
            steps.into_iter().any(|steps| steps == [first, then])
        });
        let mut svg = String::new();
        models(&mut svg, &slide.unwrap().learning[0], 40, 40);
        svg
    }
}
