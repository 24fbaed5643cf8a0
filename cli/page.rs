//! A page of HTML in one file: headings, words, pictures, tables. It loads nothing from anywhere, is light or dark as
//! its reader likes, and can be read on a telephone and on paper.

use crate::pictures::{Escaped, RenderError, png, size_of, title_of};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write;

/// An SVG of more bytes than this is put in as pixels.
const MOST_SVG: usize = 200_000;

/// A page under construction.
pub struct Page {
    title: String,
    lead: String,
    contents: Vec<(String, String)>,
    body: String,
}

/// The look: letters of the reader's machine, one column, pictures on white paper. All colours are variables, for both
/// schemes; formulas take a font that has their signs, where there is one.
const STYLE: &str = "
:root { color-scheme: light dark; --text: #1a1a1a; --faint: #555; --paper: #fff; --raised: #f4f5f7; --line: #c8c8c8; --link: #0b5394; --note: #fff4d6; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --faint: #b0b0b0; --paper: #17191c; --raised: #22262b; --line: #44484d; --link: #8ec5ff; --note: #40361a; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--text); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
p, ul, ol { max-width: 46rem; margin: .5rem 0; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; max-width: none; }
figure { margin: 1rem 0; overflow-x: auto; }
figure svg, figure img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
figcaption { color: var(--faint); font-size: .9rem; margin-top: .25rem; }
.table { overflow-x: auto; overflow-wrap: normal; }
table { border-collapse: collapse; margin: .75rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; min-width: 7rem; }
td { min-width: 4rem; }
@media (min-width: 40rem) { caption, tbody th { white-space: nowrap; } }
th.number, td.number { text-align: right; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: .875rem/1.5 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: .7rem .9rem; margin: .5rem 0; overflow-x: auto; overflow-wrap: normal; }
math { font-family: 'STIX Two Math', 'Latin Modern Math', 'Cambria Math', 'DejaVu Math TeX Gyre', math; font-size: 1.1em; }
.faint { color: var(--faint); }
.note { background: var(--note); padding: .6rem .9rem; border-radius: 4px; max-width: 46rem; }
@media (max-width: 40rem) { figure svg, figure img { max-width: 36rem; } }
@media print { nav { display: none; } h2, h3 { break-after: avoid; } figure, pre, tr { break-inside: avoid; } }
";

/// A table: rows of cells below a head, the first cell of a row its name.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// What it shows; empty: that is said above it.
    pub caption: String,
    /// The head.
    pub columns: Vec<Column>,
    /// The rows, each of as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A column of a [`Table`].
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// What stands in its head; empty: nothing.
    pub heading: String,
    /// Whether its cells are numbers, which stand below each other.
    pub is_number: bool,
}

impl Column {
    /// A column of words.
    pub fn words(heading: &str) -> Self {
        Self {
            heading: heading.to_owned(),
            is_number: false,
        }
    }

    /// A column of numbers.
    pub fn numbers(heading: &str) -> Self {
        Self {
            is_number: true,
            ..Self::words(heading)
        }
    }
}

impl Page {
    /// An empty page; `lead` stands under its title.
    pub fn new(title: &str, lead: &str) -> Self {
        Self {
            title: title.to_owned(),
            lead: lead.to_owned(),
            contents: Vec::new(),
            body: String::new(),
        }
    }

    /// Begins a section, which the table of contents leads to.
    pub fn section(&mut self, heading: &str) {
        let anchor = format!("section-{}", self.contents.len() + 1);
        self.section_at(&anchor, heading);
    }

    /// The same under an anchor of its own.
    pub fn section_at(&mut self, anchor: &str, heading: &str) {
        self.put(format_args!(
            "<h2 id=\"{}\">{}</h2>",
            Escaped(anchor),
            Escaped(heading)
        ));
        self.contents.push((anchor.to_owned(), heading.to_owned()));
    }

    /// Begins a part of a section.
    pub fn part(&mut self, heading: &str) {
        self.put(format_args!("<h3>{}</h3>", Escaped(heading)));
    }

    /// A paragraph.
    pub fn words(&mut self, text: &str) {
        self.put(format_args!("<p>{}</p>", Escaped(text)));
    }

    /// A paragraph that must not be missed.
    pub fn note(&mut self, text: &str) {
        self.put(format_args!(
            "<p class=\"note\" role=\"note\">{}</p>",
            Escaped(text)
        ));
    }

    /// A link to a file beside the page.
    pub fn link(&mut self, file: &str, text: &str) {
        self.put(format_args!(
            "<p><a href=\"{}\">{}</a></p>",
            Escaped(file),
            Escaped(text)
        ));
    }

    /// Files beside the page, each with what it is.
    pub fn files(&mut self, files: &[(&str, String)]) {
        let items = files.iter().map(|(name, what)| {
            let said = match what.is_empty() {
                true => String::new(),
                false => format!(": {}", Escaped(what)),
            };
            let name = Escaped(name);
            format!("<li><a href=\"{name}\">{name}</a>{said}</li>\n")
        });
        let items: String = items.collect();
        self.put(format_args!("<ul>\n{items}</ul>"));
    }

    /// Lines of a program or for a command line, as they are; `what` they are is said to who can't see them.
    pub fn code(&mut self, what: &str, lines: &str) {
        let lines: Vec<String> = lines
            .lines()
            .map(|line| Escaped(line).to_string())
            .collect();
        self.put(format_args!(
            "<pre tabindex=\"0\" aria-label=\"{}\"><code>{}</code></pre>",
            Escaped(what),
            lines.join("\n")
        ));
    }

    /// A picture, as SVG text; what it is called is said in it. One of very many shapes is put in as pixels, which a
    /// browser shows sooner.
    ///
    /// # Errors
    /// If it can't be drawn as pixels.
    pub fn picture(&mut self, svg: &str) -> Result<(), RenderError> {
        let picture = match svg.len() <= MOST_SVG {
            true => svg.to_owned(),
            false => as_pixels(svg, &title_of(svg))?,
        };
        self.put(format_args!("<figure>\n{picture}</figure>"));
        Ok(())
    }

    /// A table.
    pub fn table(&mut self, table: &Table) {
        let caption = Escaped(&table.caption).to_string();
        // what can be scrolled is to have a name
        let name = match table.caption.is_empty() {
            true => "Table",
            false => caption.as_str(),
        };
        self.put(format_args!(
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"{name}\"><table>"
        ));
        if !table.caption.is_empty() {
            self.put(format_args!("<caption>{caption}</caption>"));
        }
        let class = |column: &Column| match column.is_number {
            true => " class=\"number\"",
            false => "",
        };
        let head = table.columns.iter().map(|column| {
            let (class, heading) = (class(column), Escaped(&column.heading));
            match column.heading.is_empty() {
                // nothing is the head of nothing
                true => format!("<td{class}></td>"),
                false => format!("<th scope=\"col\"{class}>{heading}</th>"),
            }
        });
        let head: String = head.collect();
        self.put(format_args!("<thead><tr>{head}</tr></thead>\n<tbody>"));
        for row in &table.rows {
            let cells = row.iter().zip(&table.columns).enumerate();
            let cells: String = cells
                .map(|(j, (cell, column))| match j {
                    0 => format!("<th scope=\"row\">{}</th>", Escaped(cell)),
                    _ => format!("<td{}>{}</td>", class(column), Escaped(cell)),
                })
                .collect();
            self.put(format_args!("<tr>{cells}</tr>"));
        }
        self.put("</tbody></table></div>");
    }

    fn put(&mut self, html: impl std::fmt::Display) {
        // writing to a String cannot fail
        let _ = writeln!(self.body, "{html}");
    }

    /// The page as one file.
    pub fn finish(self) -> String {
        let links: String = self
            .contents
            .iter()
            .map(|(anchor, heading)| {
                let anchor = Escaped(anchor);
                format!("<li><a href=\"#{anchor}\">{}</a></li>\n", Escaped(heading))
            })
            .collect();
        let title = Escaped(&self.title);
        let lead = match self.lead.is_empty() {
            true => String::new(),
            false => format!("<p>{}</p>\n", Escaped(&self.lead)),
        };
        let body = format!(
            "<header>\n<h1>{title}</h1>\n{lead}</header>\n<nav aria-label=\"Contents\"><ul>\n{links}</ul></nav>\n\
             <main>\n{}</main>\n",
            self.body
        );
        document(&self.title, STYLE, &body)
    }
}

/// A picture as an element of a page, with what it shows for who can't see it: its SVG text or, where that has very
/// many shapes, pixels.
///
/// # Errors
/// If it can't be drawn as pixels.
pub fn described(svg: &str, alt: &str) -> Result<String, RenderError> {
    match svg.len() <= MOST_SVG {
        true => Ok(format!(
            "<div role=\"img\" aria-label=\"{}\">\n{svg}</div>",
            Escaped(alt)
        )),
        false => as_pixels(svg, alt),
    }
}

/// A picture as an image of pixels that is part of the page.
fn as_pixels(svg: &str, alt: &str) -> Result<String, RenderError> {
    let (width, height) = size_of(svg)?;
    let pixels = BASE64.encode(png(svg)?);
    Ok(format!(
        "<img src=\"data:image/png;base64,{pixels}\" width=\"{width:.0}\" height=\"{height:.0}\" alt=\"{}\">",
        Escaped(alt)
    ))
}

/// A whole page: its title, look, and what is in it.
pub fn document(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        Escaped(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_becomes_markup() {
        let evil = "<script>alert(1)</script> & \"quotes\"\n\u{0}";
        let mut page = Page::new(evil, evil);
        page.section(evil);
        page.words(evil);
        page.note(evil);
        page.section_at(evil, evil);
        page.part(evil);
        page.link(evil, evil);
        page.code(evil, evil);
        page.files(&[(evil, evil.to_owned())]);
        page.table(&Table {
            caption: evil.to_owned(),
            columns: vec![Column::words(evil), Column::numbers(evil)],
            rows: vec![vec![evil.to_owned(); 2]],
        });
        let html = page.finish();
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 25);
        assert!(!html.contains('\u{0}'));
    }

    #[test]
    fn the_contents_lead_to_each_section_and_nothing_leads_outside() {
        let mut page = Page::new("A map", "");
        page.section("Density");
        page.picture("<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n")
            .unwrap();
        page.section("Planes");
        let html = page.finish();
        for (anchor, heading) in [("section-1", "Density"), ("section-2", "Planes")] {
            assert!(html.contains(&format!("<a href=\"#{anchor}\">{heading}</a>")));
            assert!(html.contains(&format!("<h2 id=\"{anchor}\">{heading}</h2>")));
        }
        let outside = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!outside.contains("://") && !outside.contains("url("));
    }

    #[test]
    fn a_picture_of_very_many_shapes_is_put_in_as_pixels_under_its_name() {
        let shapes = "<rect width=\"1\" height=\"1\"/>".repeat(MOST_SVG / 20);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"20\"><title>A &amp; \
             B</title>{shapes}</svg>"
        );
        let mut page = Page::new("A map", "");
        page.picture(&svg).unwrap();
        let html = page.finish();
        assert!(
            !html.contains("<rect")
                && html.contains("<img src=\"data:image/png;base64,iVBORw0KGgo")
        );
        assert!(html.contains("width=\"30\" height=\"20\" alt=\"A &amp; B\""));
    }

    #[test]
    fn a_head_names_columns_and_a_row_its_cells() {
        let mut page = Page::new("Figures", "");
        page.table(&Table {
            caption: "Errors".to_owned(),
            columns: vec![Column::words(""), Column::numbers("value")],
            rows: vec![vec!["held out".to_owned(), "1.5".to_owned()]],
        });
        let html = page.finish();
        for part in [
            "<caption>Errors</caption>",
            "<td></td><th scope=\"col\" class=\"number\">value</th>",
            "<th scope=\"row\">held out</th><td class=\"number\">1.5</td>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
