//! Where the objects are: how many each node wins, and of which classes.

use super::nodes::{MARGIN, Nodes, Sheet, centred};
use crate::pictures::colors::{CLASSES, Color, FAINT_INK, GRID, INK, PAPER};
use crate::pictures::document::{Count, Document, Style, Units};
use std::f64::consts::TAU;
use unsup_models::kohonen::Grid;

/// The radius of a disc of the largest number, in sides of a node.
const LARGEST: f64 = 0.46;
/// The least size of letters.
const LEAST_LETTERS: f64 = 6.5;
/// The colour of classes that have none of their own.
const OTHERS: Color = Color(150, 150, 150);

/// A disc in each node, its area in proportion to the number of objects that the node wins, with the number beside
/// where there is room; as SVG text.
///
/// # Panics
/// If there is not one number a node.
#[track_caller]
pub fn hits(grid: Grid, hits: &[usize], caption: &str, remark: &str) -> String {
    assert_eq!(
        grid.nodes(),
        hits.len(),
        "hits: numbers for the nodes of {grid}"
    );
    let nodes = Nodes::fitting(grid, 440.0, (6.0, 60.0));
    let mut sheet = Sheet::new(caption, MARGIN + nodes.width());
    let nodes = nodes.at(MARGIN, sheet.top);
    nodes.frame(&mut sheet.document);
    let most = hits.iter().copied().max().unwrap_or(0);
    let letters = 0.34 * nodes.side;
    for (node, &count) in hits.iter().enumerate().filter(|&(_, &count)| count > 0) {
        let (x, y) = nodes.middle(node);
        let radius = radius(count, most, nodes.side);
        disc(&mut sheet.document, (x, y), radius, Color(0, 114, 178));
        if letters < LEAST_LETTERS {
            continue;
        }
        // on the disc where it is large enough, else beside it
        let text = count.to_string();
        let size = letters.min(13.0);
        let half = 0.32 * size * text.len() as f64;
        let document = &mut sheet.document;
        if half.hypot(0.4 * size) < radius {
            let style = centred(size).color(PAPER);
            document.text(x, y + style.drop(), style, &text);
        } else {
            let style = Style::new(size).color(INK);
            document.text(x + radius + 1.5, y + style.drop(), style, &text);
        }
    }
    sheet.finish(grid, remark, nodes.top + nodes.height())
}

/// The radius of the disc of `count` of at most `most` objects.
fn radius(count: usize, most: usize, side: f64) -> f64 {
    LARGEST * side * (count as f64 / most.max(1) as f64).sqrt()
}

fn disc(document: &mut Document, (x, y): (f64, f64), radius: f64, color: Color) {
    document.push(format_args!(
        r#"<circle cx="{}" cy="{}" r="{}" fill="{color}"/>"#,
        Units(x),
        Units(y),
        Units(radius)
    ));
}

/// A pie in each node: its area in proportion to the number of objects that the node wins, a piece for each class; as
/// SVG text. `counts` has the number of objects of each class for each node, `names` the classes' names. With more
/// classes than there are colours, the largest have one each, and the others share a grey.
///
/// # Panics
/// If there is not one list a node, with one number a class.
#[track_caller]
pub fn classes(
    grid: Grid,
    counts: &[Vec<usize>],
    names: &[String],
    caption: &str,
    remark: &str,
) -> String {
    assert!(
        counts.len() == grid.nodes() && counts.iter().all(|counts| counts.len() == names.len()),
        "classes: counts of {} classes for the nodes of {grid}",
        names.len()
    );
    let nodes = Nodes::fitting(grid, 440.0, (6.0, 60.0));
    let mut sheet = Sheet::new(caption, MARGIN + nodes.width() + 190.0);
    let nodes = nodes.at(MARGIN, sheet.top);
    nodes.frame(&mut sheet.document);
    let totals: Vec<usize> = (0..names.len())
        .map(|class| counts.iter().map(|counts| counts[class]).sum())
        .collect();
    let colors = colors(&totals);
    let of_node = |counts: &Vec<usize>| counts.iter().sum::<usize>();
    let most = counts.iter().map(of_node).max().unwrap_or(0);
    for (node, counts) in counts.iter().enumerate() {
        let count = of_node(counts);
        let radius = radius(count, most, nodes.side);
        pie(
            &mut sheet.document,
            nodes.middle(node),
            radius,
            counts,
            &colors,
        );
    }
    let left = nodes.left + nodes.width() + 22.0;
    let end = legend(
        &mut sheet.document,
        (left, nodes.top),
        names,
        &totals,
        &colors,
    );
    sheet.finish(grid, remark, (nodes.top + nodes.height()).max(end))
}

/// A colour for each class: its own where there are enough, else for the largest.
fn colors(totals: &[usize]) -> Vec<Color> {
    if totals.len() <= CLASSES.len() {
        return CLASSES[..totals.len()].to_vec();
    }
    let mut by_size: Vec<usize> = (0..totals.len()).collect();
    by_size.sort_by_key(|&class| std::cmp::Reverse(totals[class]));
    let mut colors = vec![OTHERS; totals.len()];
    let mut own = by_size[..CLASSES.len() - 1].to_vec();
    own.sort_unstable();
    for (class, color) in own.into_iter().zip(CLASSES) {
        colors[class] = color;
    }
    colors
}

/// A disc in pieces, from above clockwise.
fn pie(
    document: &mut Document,
    (x, y): (f64, f64),
    radius: f64,
    counts: &[usize],
    colors: &[Color],
) {
    let all: usize = counts.iter().sum();
    let mut before = 0;
    for (&count, &color) in counts.iter().zip(colors).filter(|(count, _)| **count > 0) {
        if count == all {
            return disc(document, (x, y), radius, color);
        }
        let at = |count: usize| {
            let angle = TAU * count as f64 / all as f64;
            (x + radius * angle.sin(), y - radius * angle.cos())
        };
        let ((x_1, y_1), (x_2, y_2)) = (at(before), at(before + count));
        let long = u8::from(2 * count > all);
        document.push(format_args!(
            r#"<path d="M{} {}L{} {}A{r} {r} 0 {long} 1 {} {}z" fill="{color}"/>"#,
            Units(x),
            Units(y),
            Units(x_1),
            Units(y_1),
            Units(x_2),
            Units(y_2),
            r = Units(radius)
        ));
        before += count;
    }
}

/// The classes with their colours and numbers, one below the other. Says where they end.
fn legend(
    document: &mut Document,
    (left, top): (f64, f64),
    names: &[String],
    totals: &[usize],
    colors: &[Color],
) -> f64 {
    const LINE: f64 = 19.0;
    let style = Style::new(12.0);
    let mut lines: Vec<(Color, String, usize)> = Vec::new();
    let mut others = (0, 0);
    for ((name, &total), &color) in names.iter().zip(totals).zip(colors) {
        if color == OTHERS {
            others = (others.0 + 1, others.1 + total);
        } else {
            let mut short: String = name.chars().take(18).collect();
            if short.len() < name.len() {
                short.push('…');
            }
            lines.push((color, short, total));
        }
    }
    if others.0 > 0 {
        lines.push((OTHERS, format!("{} other classes", others.0), others.1));
    }
    for (i, (color, name, total)) in lines.iter().enumerate() {
        let y = top + (i as f64 + 0.5) * LINE;
        document.push(format_args!(
            r#"<rect x="{}" y="{}" width="12" height="12" fill="{color}" stroke="{GRID}"/>"#,
            Units(left),
            Units(y - 6.0)
        ));
        document.text(left + 19.0, y + style.drop(), style, name);
        let at = left + 19.0 + style.width(name) + 7.0;
        let count = Count(*total).to_string();
        document.text(at, y + style.drop(), style.color(FAINT_INK), &count);
    }
    top + lines.len() as f64 * LINE
}

#[cfg(test)]
mod tests {
    use super::super::nodes::tests::grids;
    use super::*;
    use crate::pictures::render::tests::{assert_nothing_clipped, color_at, pixels};

    #[test]
    fn discs_have_the_areas_of_their_numbers_and_empty_nodes_are_empty() {
        for grid in grids() {
            let counts: Vec<usize> = (0..grid.nodes()).map(|node| node % 5).collect();
            let svg = hits(grid, &counts, "Hits", "Area is number.");
            assert_nothing_clipped(&svg);
            let discs = svg.matches("<circle").count();
            assert_eq!(
                discs,
                counts.iter().filter(|&&count| count > 0).count(),
                "{grid}"
            );
        }
        assert!((radius(1, 4, 10.0) * 2.0 - radius(4, 4, 10.0)).abs() < 1e-12);
    }

    #[test]
    fn pies_show_the_shares_of_classes() {
        let names: Vec<String> = ["democrat", "<republican> & \"others\""]
            .map(str::to_owned)
            .into();
        for grid in grids() {
            let counts: Vec<Vec<usize>> = (0..grid.nodes())
                .map(|node| if node == 0 { vec![3, 1] } else { vec![0, 0] })
                .collect();
            let svg = classes(grid, &counts, &names, "Classes", "");
            assert_nothing_clipped(&svg);
            let nodes =
                Nodes::fitting(grid, 440.0, (6.0, 60.0)).at(MARGIN, Sheet::new("C", 1.0).top);
            let (x, y) = nodes.middle(0);
            let near = 0.2 * nodes.side;
            let pixmap = pixels(&svg);
            // a quarter is the second class, the last before the top again
            assert_eq!(color_at(&pixmap, x + near, y - near), CLASSES[0], "{grid}");
            assert_eq!(color_at(&pixmap, x + near, y + near), CLASSES[0], "{grid}");
            assert_eq!(color_at(&pixmap, x - near, y - near), CLASSES[1], "{grid}");
            if grid.nodes() > 1 {
                let (x, y) = nodes.middle(1);
                assert_eq!(color_at(&pixmap, x, y), PAPER, "{grid}");
            }
        }
    }

    #[test]
    fn of_many_classes_the_largest_have_colors_and_the_others_share_one() {
        let totals: Vec<usize> = (0..14).map(|class| 100 - (class * 37) % 50).collect();
        let colors = colors(&totals);
        let grey = colors.iter().filter(|&&color| color == OTHERS).count();
        assert_eq!(grey, 5);
        let own = |class: usize| colors[class] != OTHERS;
        let least = (0..14)
            .filter(|&class| own(class))
            .map(|class| totals[class])
            .min();
        let most = (0..14)
            .filter(|&class| !own(class))
            .map(|class| totals[class])
            .max();
        assert!(least >= most);
        let grid = grids()[6];
        let counts = vec![vec![1; 14]; grid.nodes()];
        let names: Vec<String> = (0..14).map(|class| format!("class {class}")).collect();
        let svg = classes(grid, &counts, &names, "Classes", "");
        assert_nothing_clipped(&svg);
        assert!(svg.contains("5 other classes"));
    }
}
