//! The page of the lecture: one file, in the order of the slides.

use super::chapter::{Chapter, Drawn, Outcome, Work};
use super::results::{Circumstances, Count, cpu};
use super::slides::{self, Excerpt, Part, Slide, map};
use super::{Verdict, verdict};
use crate::page::document;
use crate::pictures::Escaped;
use std::fmt::{Display, Write};
use unsup_evidence::{Evidence, Gate, Record, number};

/// How the page looks.
const STYLE: &str = include_str!("style.css");

/// The page of what is finished of these chapters.
pub fn page(chapters: &[Chapter<'_>], circumstances: &Circumstances) -> String {
    let mut html = Html::default();
    let title = "Neural networks with unsupervised learning";
    html.put("<a class=\"skip\" href=\"#content\">To the content</a>");
    html.put("<div class=\"head\">");
    head(&mut html, title, chapters, circumstances);
    html.put("</div>");
    contents(&mut html, chapters);
    html.put(
        "<main id=\"content\">\n<section id=\"map\" aria-labelledby=\"map-heading\">\n\
         <h2 id=\"map-heading\">The lecture at a glance</h2>",
    );
    let slides: Vec<Slide> = chapters.iter().map(|chapter| chapter.slide).collect();
    html.put(map::svg(&slides));
    html.put(map::list(&slides));
    html.put(live(slides::INTRODUCTION, chapters));
    html.put("</section>");
    let mut part: Option<Part> = None;
    for chapter in chapters {
        if part != Some(chapter.slide.part) {
            if part.is_some() {
                html.put("</section>");
            }
            let begun = chapter.slide.part;
            let (id, title) = (begun.anchor(), begun.title());
            let introduction = live(begun.introduction(), chapters);
            html.put(format_args!(
                "<section class=\"part\" id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h2 \
                 id=\"{id}-heading\">{}</h2>\n{introduction}",
                Escaped(title)
            ));
            part = Some(begun);
        }
        article(&mut html, chapters, chapter, circumstances);
    }
    if part.is_some() {
        html.put("</section>");
    }
    html.put(
        "<section id=\"conclusion\" aria-labelledby=\"conclusion-heading\">\n\
         <h2 id=\"conclusion-heading\">The last slide</h2>",
    );
    html.put(live(slides::CONCLUSION, chapters));
    html.put("</section>");
    all_gates(&mut html, chapters);
    foot(&mut html, circumstances);
    html.put("</main>");
    document(title, STYLE, &html.0)
}

/// HTML under construction.
#[derive(Default)]
struct Html(String);

impl Html {
    /// Puts in a piece, on a line of its own.
    fn put(&mut self, html: impl Display) {
        // writing to a String cannot fail
        let _ = writeln!(self.0, "{html}");
    }
}

/// The table of contents.
fn contents(html: &mut Html, chapters: &[Chapter<'_>]) {
    html.put(
        "<nav class=\"contents\" aria-label=\"Contents\">\n<details open>\n<summary>Contents</summary>\n<ul>\n\
         <li><a href=\"#map\">The lecture at a glance</a></li>",
    );
    let mut parts: Vec<Part> = chapters.iter().map(|chapter| chapter.slide.part).collect();
    parts.dedup();
    for part in parts {
        html.put(format_args!(
            "<li><a href=\"#{}\">{}</a>\n<ul>",
            part.anchor(),
            Escaped(part.title())
        ));
        for chapter in chapters.iter().filter(|chapter| chapter.slide.part == part) {
            let slide = chapter.slide;
            html.put(format_args!(
                "<li><a href=\"#{}\">{}</a></li>",
                slide.method,
                Escaped(slide.short)
            ));
        }
        html.put("</ul></li>");
    }
    html.put(
        "<li><a href=\"#conclusion\">The last slide</a></li>\n\
         <li><a href=\"#gates\">All gates</a></li>\n</ul>\n</details>\n</nav>",
    );
}

/// The title, and the verdict.
fn head(html: &mut Html, title: &str, chapters: &[Chapter<'_>], circumstances: &Circumstances) {
    let records = chapters
        .iter()
        .filter(|chapter| chapter.is_finished())
        .flat_map(Chapter::findings);
    let count = Count::of(records.map(|(_, record)| record));
    let failures = chapters.iter().flat_map(Chapter::failures).count();
    let ended = match failures {
        0 => String::new(),
        failures => format!("; {failures} of what was run came to no end"),
    };
    let finished = chapters
        .iter()
        .filter(|chapter| chapter.is_finished())
        .count();
    let all = chapters.len();
    let methods = match (circumstances.complete, finished) {
        (true, 1) => "1 method".to_owned(),
        (true, all) => format!("{all} methods"),
        (false, finished) => format!("{finished} of {all} methods so far"),
    };
    let what = match slides::slides().len() == all {
        true => "every method",
        false => "some of its methods",
    };
    html.put(format_args!(
        "<header>\n<h1>{title}</h1>\n<p class=\"lead\">The lecture by K. Vorontsov as a program that has just run: \
         {what} trained, drawn, and held against an answer that is known and against itself without its idea.</p>\n\
         <p class=\"verdict {}\">{methods}: {}{ended}.</p>",
        match verdict(count, failures) {
            Verdict::Holds => "good",
            Verdict::Fails => "bad",
        },
        count.said()
    ));
    if !circumstances.complete {
        html.put("<p class=\"note\" role=\"note\">The run that writes this page has not come to its end: the \
         methods that it has not reached have no pictures and no figures here.</p>");
    }
    if circumstances.quick {
        html.put("<p class=\"note\" role=\"note\">A quick run: everything at a tenth of its length. Pictures and \
         figures show less than the methods can, and no gate is evaluated.</p>");
    }
    html.put("</header>");
}

/// A fragment whose links to methods that are not on the page are words alone.
fn live(fragment: &str, chapters: &[Chapter<'_>]) -> String {
    const LINK: &str = "<a href=\"#";
    let mut pieces = fragment.split(LINK);
    let mut live = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let linked = piece.split_once("\">").and_then(|(anchor, rest)| {
            let (words, after) = rest.split_once("</a>")?;
            Some((anchor, words, after))
        });
        match linked {
            Some((anchor, words, after))
                if chapters
                    .iter()
                    .all(|chapter| chapter.slide.method != anchor) =>
            {
                live += words;
                live += after;
            }
            _ => {
                live += LINK;
                live += piece;
            }
        }
    }
    live
}

/// A method.
fn article(
    html: &mut Html,
    chapters: &[Chapter<'_>],
    chapter: &Chapter<'_>,
    circumstances: &Circumstances,
) {
    let slide = chapter.slide;
    let id = slide.method;
    html.put(format_args!(
        "<article id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h3 id=\"{id}-heading\">{} <a class=\"anchor\" \
         href=\"#{id}\" aria-label=\"Link to {}\">#</a></h3>",
        Escaped(slide.title),
        Escaped(slide.title)
    ));
    for learning in slide.learning {
        let company = learning.company();
        html.put(format_args!(
            "<p class=\"badge {}\">Learns {}: {}</p>",
            company.class(),
            company.title(),
            Escaped(learning.words)
        ));
    }
    html.put(live(slide.exposition, chapters));
    for one in slide.excerpts {
        excerpt(html, one);
    }
    if !chapter.is_finished() {
        html.put("<p class=\"note\" role=\"note\">Not run yet.</p>\n</article>");
        return;
    }
    for (work, outcome) in &chapter.works {
        if let (Work::Demonstration(demonstration), Some(Outcome::Drawn(pictures))) =
            (work, outcome)
        {
            let command = demonstration.typed(circumstances.quick, circumstances.seed);
            html.put(format_args!(
                "<h4>What it has learned</h4>\n<p class=\"command\"><code>unsup {}</code></p>\n<div \
                 class=\"pictures\">",
                Escaped(&command)
            ));
            for picture in pictures {
                drawn(html, picture);
            }
            html.put("</div>");
        }
    }
    evidence(html, chapter, circumstances.quick);
    for (experiment, file) in chapter.skipped() {
        html.put(format_args!(
            "<p class=\"faint\">Not run: “{}” needs {}, which is not part of the program \
             (<code>--datasets</code>).</p>",
            Escaped(experiment),
            Escaped(file)
        ));
    }
    for (work, error) in chapter.failures() {
        html.put(format_args!(
            "<p class=\"note bad\" role=\"note\">“{}” came to no end: {}</p>",
            Escaped(work),
            Escaped(error)
        ));
    }
    html.put("</article>");
}

/// Lines of the source, and where they stand.
fn excerpt(html: &mut Html, excerpt: &Excerpt) {
    let lines = excerpt.lines();
    html.put(format_args!(
        "<figure class=\"code\">\n<figcaption>{}, lines {}–{}</figcaption>\n<pre tabindex=\"0\"><code>",
        Escaped(excerpt.path),
        lines.first,
        lines.last()
    ));
    // the line break after <code> would be part of it
    html.0.truncate(html.0.trim_end().len());
    for line in &lines.lines {
        html.put(Escaped(line));
    }
    html.put("</code></pre>\n</figure>");
}

/// A picture with what is to be seen in it.
fn drawn(html: &mut Html, picture: &Drawn) {
    html.put(format_args!(
        "<figure class=\"picture\">\n{}\n<figcaption>{}</figcaption>\n</figure>",
        picture.html,
        Escaped(picture.shown.caption)
    ));
}

/// The kinds of evidence, each with the words above its rows.
const KINDS: [(Evidence, &str); 4] = [
    (Evidence::Exact, "Beside an answer that is known"),
    (Evidence::Ablation, "Without the idea"),
    (Evidence::Paper, "Beside published figures"),
    (Evidence::Property, "What must hold of any run"),
];

/// The columns of the table of evidence.
const COLUMNS: [&str; 7] = [
    "Figure",
    "Learned",
    "Exact",
    "Without the idea",
    "Published",
    "Gate",
    "Holds",
];

/// Figures by another implementation of the same, which are neither exact nor published.
const ANOTHER_IMPLEMENTATION: &str = "numpy";

/// The table of evidence.
fn evidence(html: &mut Html, chapter: &Chapter<'_>, quick: bool) {
    let findings = chapter.findings();
    if findings.is_empty() {
        return;
    }
    let count = Count::of(findings.iter().map(|(_, record)| *record));
    let length = if quick {
        ", at a tenth of its length"
    } else {
        ""
    };
    html.put(format_args!("<h4>Evidence: {}{length}</h4>", count.said()));
    html.put(format_args!(
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Evidence: {}\"><table \
         class=\"evidence\">\n<thead><tr>",
        Escaped(chapter.slide.title)
    ));
    for column in COLUMNS {
        html.put(format_args!("<th scope=\"col\">{column}</th>"));
    }
    html.put("</tr></thead>");
    for (kind, words) in KINDS {
        let of_kind: Vec<&Record> = findings
            .iter()
            .filter(|(_, record)| record.evidence == kind)
            .map(|(_, record)| *record)
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        html.put(format_args!(
            "<tbody>\n<tr class=\"kind\"><th scope=\"rowgroup\" colspan=\"{}\">{words}</th></tr>",
            COLUMNS.len()
        ));
        for record in of_kind {
            row(html, record);
        }
        html.put("</tbody>");
    }
    html.put("</table></div>");
}

/// A figure: its value stands where it was learned, or where the idea was left out; what it is compared with, where
/// that comes from.
fn row(html: &mut Html, record: &Record) {
    let value = match record.seeds {
        1 => minus(&number(record.value)),
        several => format!(
            "{} <span class=\"faint\">± {} <span class=\"seeds\">({several} runs)</span></span>",
            minus(&number(record.value)),
            number(record.spread)
        ),
    };
    let reference = record.reference.map(|reference| {
        format!(
            "{} <span class=\"faint\">{}</span>",
            minus(&number(reference)),
            Escaped(record.source)
        )
    });
    let (mut exact, mut published, mut remark) = (None, None, None);
    match (record.evidence, record.source) {
        (_, ANOTHER_IMPLEMENTATION) => remark = reference,
        (Evidence::Paper, _) => published = reference,
        _ => exact = reference,
    }
    let remark = remark.map_or(String::new(), |remark| {
        format!(" <span class=\"remark\">{remark}</span>")
    });
    let [learned, without] = match record.evidence {
        Evidence::Ablation => [String::new(), value],
        _ => [value, String::new()],
    };
    let gate = match record.gate {
        Gate::Shown => String::new(),
        gate => Escaped(&minus(
            &gate.to_string().replace("<=", "≤").replace(">=", "≥"),
        ))
        .to_string(),
    };
    let (class, holds) = match (record.gate, record.holds) {
        (Gate::Shown, _) => ("", "—"),
        (_, Some(true)) => ("good", "✓ yes"),
        (_, Some(false)) => ("bad", "✗ no"),
        (_, None) => ("faint", "not evaluated"),
    };
    html.put(format_args!(
        "<tr><th scope=\"row\">{}{remark}</th><td>{learned}</td><td>{}</td><td>{without}</td><td>{}</td>\
         <td>{gate}</td><td class=\"{class}\">{holds}</td></tr>",
        Escaped(&record.name),
        exact.unwrap_or_default(),
        published.unwrap_or_default(),
    ));
}

/// A number with a true minus sign.
fn minus(number: &str) -> String {
    number.replace('-', "−")
}

/// What all methods came to.
fn all_gates(html: &mut Html, chapters: &[Chapter<'_>]) {
    html.put(
        "<section id=\"gates\" aria-labelledby=\"gates-heading\">\n<h2 id=\"gates-heading\">All gates</h2>\n\
         <div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"All gates\"><table>\n\
         <thead><tr><th scope=\"col\">Method</th><th scope=\"col\">Hold</th><th scope=\"col\">Don’t</th>\
         <th scope=\"col\">Not evaluated</th></tr></thead>\n<tbody>",
    );
    for chapter in chapters.iter().filter(|chapter| chapter.is_finished()) {
        let count = Count::of(chapter.findings().into_iter().map(|(_, record)| record));
        html.put(format_args!(
            "<tr><th scope=\"row\"><a href=\"#{}\">{}</a></th><td>{}</td><td class=\"{}\">{}</td><td>{}</td></tr>",
            chapter.slide.method,
            Escaped(chapter.slide.title),
            count.hold,
            if count.fail > 0 { "bad" } else { "" },
            count.fail,
            count.open
        ));
    }
    html.put("</tbody></table></div>\n</section>");
}

/// What the page was made with.
fn foot(html: &mut Html, circumstances: &Circumstances) {
    let Circumstances {
        seed,
        threads,
        seconds,
        ..
    } = circumstances;
    html.put(format_args!(
        "<footer>\n<p>unsup {}, seed {seed}, {seconds:.0} s on {threads} threads of {}. The same figures for \
         another program: <a href=\"results.json\">results.json</a>.</p>\n</footer>",
        env!("CARGO_PKG_VERSION"),
        Escaped(&cpu())
    ));
}

#[cfg(test)]
mod tests {
    use super::super::slides::slides;
    use super::*;

    #[test]
    fn links_to_methods_that_are_not_there_are_words() {
        let slides = slides().into_iter().filter(|slide| slide.method == "som");
        let chapters: Vec<Chapter<'_>> = slides.map(|slide| Chapter::new(slide, &[])).collect();
        let fragment = "<p><a href=\"#wta\">hard</a>, <a href=\"#som\">map</a> and <a href=\"#lvq\">LVQ</a>.</p>";
        let expected = "<p>hard, <a href=\"#som\">map</a> and LVQ.</p>";
        assert_eq!(live(fragment, &chapters), expected);
        assert_eq!(live(expected, &chapters), expected);
    }

    #[test]
    fn what_came_to_no_end_is_in_the_verdict() {
        let slide = slides()[0];
        let mut chapters = [Chapter::new(slide, &[])];
        for (_, outcome) in &mut chapters[0].works {
            *outcome = Some(Outcome::Failed("no end".to_owned()));
        }
        let circumstances = Circumstances {
            seed: 0,
            seeds: None,
            quick: false,
            threads: 1,
            seconds: 1.0,
            complete: true,
        };
        let page = page(&chapters, &circumstances);
        let said =
            "<p class=\"verdict bad\">1 method: no gates; 1 of what was run came to no end.</p>";
        assert!(page.contains(said) && page.contains("” came to no end: no end"));
    }

    #[test]
    fn what_is_not_finished_is_said_to_be_missing() {
        let chapters: Vec<Chapter<'_>> = slides()
            .into_iter()
            .map(|slide| Chapter::new(slide, &[]))
            .collect();
        let circumstances = Circumstances {
            seed: 3,
            seeds: None,
            quick: false,
            threads: 2,
            seconds: 1.0,
            complete: false,
        };
        let page = page(&chapters, &circumstances);
        assert_eq!(page.matches("Not run yet.").count(), chapters.len());
        assert!(page.contains("0 of 20 methods so far: no gates."));
        for slide in slides() {
            assert!(page.contains(&format!("<article id=\"{}\"", slide.method)));
        }
    }
}
