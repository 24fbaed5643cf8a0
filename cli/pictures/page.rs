//! A page of HTML in one file: headings, words, pictures, tables. It loads nothing from anywhere, is light or dark as
//! its reader likes, and can be read on a telephone and on paper.

use super::document::Escaped;
use std::fmt::Write;

/// A page under construction.
pub struct Page {
    title: String,
    lead: String,
    contents: Vec<(String, String)>,
    body: String,
}

/// The look: letters of the reader's machine, one column, pictures on white paper.
const STYLE: &str = "
:root { color-scheme: light dark; --text: #1a1a1a; --faint: #555; --paper: #fff; --line: #c8c8c8; --link: #0b5394; --note: #fff4d6; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --faint: #b0b0b0; --paper: #17191c; --line: #44484d; --link: #8ec5ff; --note: #40361a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--text); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
p { max-width: 46rem; margin: .5rem 0; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
figure { margin: 1rem 0; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 4px; }
.table { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.faint { color: var(--faint); }
.note { background: var(--note); padding: .6rem .9rem; border-radius: 4px; max-width: 46rem; }
@media (max-width: 40rem) { figure svg { max-width: 36rem; } }
@media print { nav { display: none; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
";

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
        self.put(format_args!(
            "<h2 id=\"{anchor}\">{}</h2>",
            Escaped(heading)
        ));
        self.contents.push((anchor, heading.to_owned()));
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

    /// A picture, as SVG text; what it is called is said in it.
    pub fn picture(&mut self, svg: &str) {
        self.put(format_args!("<figure>\n{svg}</figure>"));
    }

    /// A table: its head, and rows whose second cell is a number.
    pub fn table(&mut self, head: [&str; 3], rows: &[[String; 3]]) {
        self.put("<div class=\"table\" tabindex=\"0\"><table>\n<thead><tr>");
        for cell in head {
            self.put(format_args!("<th scope=\"col\">{}</th>", Escaped(cell)));
        }
        self.put("</tr></thead>\n<tbody>");
        for [name, number, words] in rows {
            self.put(format_args!(
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td></tr>",
                Escaped(name),
                Escaped(number),
                Escaped(words)
            ));
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
                format!("<li><a href=\"#{anchor}\">{}</a></li>\n", Escaped(heading))
            })
            .collect();
        let title = Escaped(&self.title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
             <p>{}</p>\n</header>\n<nav aria-label=\"Contents\"><ul>\n{links}</ul></nav>\n<main>\n{}</main>\n</body>\n</html>\n",
            Escaped(&self.lead),
            self.body
        )
    }
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
        page.table(
            [evil; 3],
            &[[evil.to_owned(), evil.to_owned(), evil.to_owned()]],
        );
        let html = page.finish();
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 13);
        assert!(!html.contains('\u{0}'));
    }

    #[test]
    fn the_contents_lead_to_each_section_and_nothing_leads_outside() {
        let mut page = Page::new("A map", "");
        page.section("Density");
        page.picture("<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
        page.section("Planes");
        let html = page.finish();
        for (anchor, heading) in [("section-1", "Density"), ("section-2", "Planes")] {
            assert!(html.contains(&format!("<a href=\"#{anchor}\">{heading}</a>")));
            assert!(html.contains(&format!("<h2 id=\"{anchor}\">{heading}</h2>")));
        }
        let outside = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!outside.contains("://") && !outside.contains("url("));
    }
}
