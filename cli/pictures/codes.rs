//! Codes of two units as points of the plane.

use super::axis::Axis;
use super::colors::{CLASSES, Color, INK, PAPER};
use super::document::{Anchor, Document, Style, Units};
use super::plane::{OVERHANG, Plane};
use super::series::{FORMS, Form};
use super::sheet::{Sheet, left_out, sentences, some_of};
use std::collections::{BTreeMap, BTreeSet};
use unsup_autograd::Matrix;
use unsup_nn::random::{generator, shuffle};

/// More dots than this are not drawn: they hide each other, and the file grows.
const MOST_DOTS: usize = 5_000;
/// More labels than this are not named: the names would hide the dots.
const MOST_NAMES: usize = 20;
/// The size of the plane.
const PLANE: (f64, f64) = (560.0, 480.0);

/// The codes (objects x 2) as a scatter, as SVG text. With `labels`, one an object, each label has its colour (from
/// the eleventh on its shape too), a line in the legend, and its number in bold at the median of its objects. Above
/// 5,000 objects as many of them are drawn, chosen at random, and the picture says so; medians are those of all.
/// Codes that are not finite are left out, and the picture says how many. `title` is broken where too long.
///
/// # Panics
/// If there are not two columns, or not as many labels as objects.
#[track_caller]
pub fn codes(codes: &Matrix<f32>, labels: Option<&[usize]>, title: &str) -> String {
    assert!(
        codes.columns() == 2,
        "codes: needs two columns, got {}",
        codes.shape()
    );
    if let Some(labels) = labels {
        assert!(
            labels.len() == codes.rows(),
            "codes: {} objects, but {} labels",
            codes.rows(),
            labels.len()
        );
    }
    let points: Vec<Point> = codes
        .row_iter()
        .enumerate()
        .filter(|(_, code)| code.iter().all(|x| x.is_finite()))
        .map(|(object, code)| Point {
            x: f64::from(code[0]),
            y: f64::from(code[1]),
            label: labels.map_or(0, |labels| labels[object]),
        })
        .collect();
    let drawn = thinned(&points);
    let classes = if labels.is_some() {
        classes(&points)
    } else {
        Vec::new()
    };

    // The plane has room for what is drawn, not for points left out.
    let medians = || classes.iter().map(|class| class.median);
    let axes = [
        Axis::fitting(drawn.iter().map(|p| p.x).chain(medians().map(|m| m.0))),
        Axis::fitting(drawn.iter().map(|p| p.y).chain(medians().map(|m| m.1))),
    ];
    let left = Plane::left_beside(&axes[1], PLANE.1);
    let legend_left = left + PLANE.0 + 24.0;
    let legend_style = Style::new(13.0);
    let named = classes.iter().filter(|class| class.named);
    let name_width = named
        .map(|class| legend_style.width(&class.label.to_string()))
        .fold(legend_style.bold().width("label"), f64::max);
    let right = if classes.is_empty() {
        left + PLANE.0
    } else {
        legend_left + 18.0 + name_width
    };

    let mut sheet = Sheet::new(title, right);
    let plane = plane(left, sheet.top);
    let document = &mut sheet.document;
    plane.draw(document, &axes, ["code 1", "code 2"]);
    dots(document, &drawn, &classes, &axes, &plane);
    names(document, &classes, &drawn, &axes, &plane);
    legend(document, &classes, legend_left, plane.top);

    let unnamed = classes.iter().filter(|class| !class.named).count();
    let names = match classes.is_empty() {
        true => "",
        false => "A number stands at the median of all objects of its label.",
    };
    let unnamed = match unnamed {
        0 => String::new(),
        _ => format!(
            "Only the {MOST_NAMES} most frequent labels are named, and {unnamed} more are drawn."
        ),
    };
    let remark = sentences(&[
        &some_of(drawn.len(), points.len(), "objects"),
        names,
        &unnamed,
        &left_out(codes.rows() - points.len(), codes.rows(), "objects"),
    ]);
    sheet.finish(&remark, plane.bottom() + 4.0)
}

/// The plane below what ends at `top`.
fn plane(left: f64, top: f64) -> Plane {
    let (width, height) = PLANE;
    Plane {
        left,
        top: top + OVERHANG.1,
        width,
        height,
    }
}

/// A code.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: f64,
    y: f64,
    /// 0 where there are no labels.
    label: usize,
}

/// What is drawn for one label.
#[derive(Debug)]
struct Class {
    label: usize,
    mark: Mark,
    /// The median of its first codes, and of its second codes.
    median: (f64, f64),
    /// It stands in the legend and in the plane.
    named: bool,
}

/// At most [`MOST_DOTS`] of the points, chosen at random but always the same, in random order: in a table sorted by
/// label the last label shall not cover the others.
fn thinned(points: &[Point]) -> Vec<Point> {
    let mut drawn = points.to_vec();
    shuffle(&mut drawn, &mut generator(0, "dots", 0));
    drawn.truncate(MOST_DOTS);
    drawn
}

/// The middle one of the values, or the mean of the middle two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values[values.len() / 2];
    let lower = values[(values.len() - 1) / 2];
    lower + (upper - lower) / 2.0
}

/// The labels there are, in order. Of too many, the most frequent are named.
fn classes(points: &[Point]) -> Vec<Class> {
    let mut members: BTreeMap<usize, Vec<&Point>> = BTreeMap::new();
    for point in points {
        members.entry(point.label).or_default().push(point);
    }
    let mut by_size: Vec<(usize, usize)> = members
        .iter()
        .map(|(&label, members)| (members.len(), label))
        .collect();
    by_size.sort_by_key(|&(size, label)| (std::cmp::Reverse(size), label));
    let named: BTreeSet<usize> = by_size
        .iter()
        .take(MOST_NAMES)
        .map(|&(_, label)| label)
        .collect();
    // Labels below ten keep their colour from picture to picture, even where some of them are missing.
    let few = members.keys().all(|&label| label < CLASSES.len());
    let class = |(rank, (&label, members)): (usize, (&usize, &Vec<&Point>))| Class {
        label,
        mark: Mark::new(if few { label } else { rank }),
        median: (
            median(members.iter().map(|p| p.x).collect()),
            median(members.iter().map(|p| p.y).collect()),
        ),
        named: named.contains(&label),
    };
    members.iter().enumerate().map(class).collect()
}

/// How the dots of a label look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    color: Color,
    form: Form,
}

impl Mark {
    /// The look number `rank`: ten colours, then the same with another form; after thirty from the beginning.
    fn new(rank: usize) -> Self {
        Self {
            color: CLASSES[rank % CLASSES.len()],
            form: FORMS[rank / CLASSES.len() % FORMS.len()],
        }
    }
}

/// The points, smaller and lighter the more there are. They are drawn in layers, in each one label after the other, so
/// that no label covers the rest, and yet most of the marks share what they have in common.
fn dots(
    document: &mut Document,
    drawn: &[Point],
    classes: &[Class],
    axes: &[Axis; 2],
    plane: &Plane,
) {
    const LAYER: usize = 250;
    let (radius, opacity) = match drawn.len() {
        0..=200 => (4.0, 0.75),
        201..=2_000 => (3.0, 0.65),
        _ => (2.2, 0.55),
    };
    let marks: BTreeMap<usize, Mark> = classes
        .iter()
        .map(|class| (class.label, class.mark))
        .collect();
    for layer in drawn.chunks(LAYER) {
        let mut shapes: BTreeMap<usize, String> = BTreeMap::new();
        for point in layer {
            let mark = marks.get(&point.label).copied().unwrap_or(Mark::new(0));
            let (x, y) = plane.place(axes, (point.x, point.y));
            let shapes = shapes.entry(point.label).or_default();
            shapes.push_str(&mark.form.shape(x, y, radius));
        }
        for (label, shapes) in shapes {
            let color = marks.get(&label).copied().unwrap_or(Mark::new(0)).color;
            document.push(format_args!(
                r#"<g fill="{color}" fill-opacity="{opacity}">{shapes}</g>"#
            ));
        }
    }
}

/// A name that is to stand somewhere in the plane, by its middle.
#[derive(Clone, Debug)]
struct Name {
    x: f64,
    y: f64,
    half_width: f64,
    half_height: f64,
}

/// Moves names apart until none covers another, and into the plane, each as little as may be.
fn spread(names: &mut [Name], plane: &Plane) {
    // Names at the very same place would part along one line, and read as one number. They begin on a spiral instead,
    // turned by the golden angle from one to the next as the seeds of a sunflower are.
    let places: Vec<(f64, f64)> = names.iter().map(|name| (name.x, name.y)).collect();
    for (i, name) in names.iter_mut().enumerate() {
        let same = |&(x, y): &(f64, f64)| (x - places[i].0).hypot(y - places[i].1) < 1.0;
        let before = places[..i].iter().filter(|place| same(place)).count() as f64;
        let (radius, angle) = (14.0 * before.sqrt(), 2.399963 * before);
        name.x += radius * angle.cos();
        name.y += radius * angle.sin();
    }
    // Far more rounds than twenty names need; where there is no room at all, they stay as they are then.
    for _ in 0..500 {
        let mut moved = false;
        for i in 0..names.len() {
            for j in 0..i {
                let (a, b) = (&names[j], &names[i]);
                let (dx, dy) = (b.x - a.x, b.y - a.y);
                let overlap_x = a.half_width + b.half_width - dx.abs();
                let overlap_y = a.half_height + b.half_height - dy.abs();
                if overlap_x <= 0.01 || overlap_y <= 0.01 {
                    continue;
                }
                moved = true;
                let toward = |distance: f64| if distance < 0.0 { -1.0 } else { 1.0 };
                if overlap_x < overlap_y {
                    let by = toward(dx) * overlap_x / 2.0;
                    names[j].x -= by;
                    names[i].x += by;
                } else {
                    let by = toward(dy) * overlap_y / 2.0;
                    names[j].y -= by;
                    names[i].y += by;
                }
            }
        }
        for name in names.iter_mut() {
            // Not `clamp`, which refuses a name wider than the plane.
            let right = plane.left + plane.width - name.half_width;
            let bottom = plane.top + plane.height - name.half_height;
            name.x = name.x.min(right).max(plane.left + name.half_width);
            name.y = name.y.min(bottom).max(plane.top + name.half_height);
        }
        if !moved {
            break;
        }
    }
}

/// The labels at their medians, on top of the dots. One that would cover all its dots stands above them; one that had
/// to make room for others is tied to its median by a line.
fn names(
    document: &mut Document,
    classes: &[Class],
    drawn: &[Point],
    axes: &[Axis; 2],
    plane: &Plane,
) {
    let style = Style::new(17.0).bold().anchor(Anchor::Middle).halo();
    let named: Vec<&Class> = classes.iter().filter(|class| class.named).collect();
    let mut names: Vec<Name> = named
        .iter()
        .map(|class| {
            let (x, y) = plane.place(axes, class.median);
            let covered = |point: &&Point| {
                let place = plane.place(axes, (point.x, point.y));
                (place.0 - x).hypot(place.1 - y) < style.size
            };
            let own = drawn.iter().filter(|point| point.label == class.label);
            let y = if own.clone().all(|point| covered(&point)) {
                y - style.size
            } else {
                y
            };
            Name {
                x,
                y,
                half_width: style.width(&class.label.to_string()) / 2.0 + 2.0,
                half_height: style.size / 2.0,
            }
        })
        .collect();
    spread(&mut names, plane);
    for (class, name) in named.iter().zip(&names) {
        let (x, y) = plane.place(axes, class.median);
        if (name.x - x).hypot(name.y - y) > 1.5 * style.size {
            for (color, width) in [(PAPER, 3.0), (INK, 1.0)] {
                document.push(format_args!(
                    r#"<path stroke="{color}" stroke-width="{width}" d="M{} {}L{} {}"/>"#,
                    Units(x),
                    Units(y),
                    Units(name.x),
                    Units(name.y)
                ));
            }
        }
    }
    for (class, name) in named.iter().zip(&names) {
        let label = class.label.to_string();
        document.text(name.x, name.y + style.drop(), style, &label);
    }
}

/// What each mark means, right of the plane.
fn legend(document: &mut Document, classes: &[Class], left: f64, top: f64) {
    const LINE: f64 = 21.0;
    if classes.is_empty() {
        return;
    }
    let style = Style::new(13.0);
    let mut middle = top + 8.0;
    document.text(left, middle + style.drop(), style.bold(), "label");
    for class in classes.iter().filter(|class| class.named) {
        middle += LINE;
        let shape = class.mark.form.shape(left + 6.0, middle, 5.0);
        document.push(format_args!(
            r#"<g fill="{}">{shape}</g>"#,
            class.mark.color
        ));
        let label = class.label.to_string();
        document.text(left + 18.0, middle + style.drop(), style, &label);
    }
}

#[cfg(test)]
mod tests {
    use super::super::colors::GRID;
    use super::super::render::tests::{assert_nothing_clipped, color_at, inked, pixels, words};
    use super::super::sheet::MARGIN;
    use super::*;

    /// A number in [0, 1) for each i, in no visible order.
    fn uneven(i: usize) -> f32 {
        (i as f32 * 0.618_034).fract()
    }

    /// Two separate heaps, `n` objects, labels 0 and 1 in turn.
    fn heaps(n: usize) -> (Matrix<f32>, Vec<usize>) {
        let codes = Matrix::from_fn(n, 2, |i, j| {
            let noise = uneven(2 * i + j);
            noise + if i % 2 == 0 { 0.0 } else { 5.0 }
        });
        (codes, (0..n).map(|i| i % 2).collect())
    }

    /// How many dots are drawn; a legend's mark is a dot too.
    fn marks(svg: &str) -> usize {
        svg.matches("<circle ").count()
    }

    #[test]
    fn each_object_is_a_dot_and_each_label_a_line_of_the_legend() {
        let (x, labels) = heaps(100);
        let svg = codes(&x, Some(&labels), "heaps");
        assert_eq!(marks(&svg), 100 + 2);
        for label in [0, 1] {
            // In the plane with a rim, in the legend in its size.
            for style in [
                r#"paint-order="stroke""#,
                "font-size=\"13\" fill=\"#1a1a1a\"",
            ] {
                let name = format!("{style}>{label}</text>");
                assert_eq!(svg.matches(&name).count(), 1, "{name}");
            }
        }
        for text in ["heaps", "code 1", "code 2", "label"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        assert_nothing_clipped(&svg);
        let svg = codes(&x, None, "heaps");
        assert_eq!(marks(&svg), 100);
        assert!(!svg.contains(">label</text>") && !svg.contains("median"));
        assert_nothing_clipped(&svg);
    }

    #[test]
    fn a_dot_is_where_its_code_is_and_has_its_labels_color() {
        // The outer four fix both axes to -0.99..0.99; no dot lies on a line of the grid.
        let x = Matrix::from_rows(&[
            [-0.9, -0.9],
            [0.9, 0.9],
            [-0.9, 0.9],
            [0.9, -0.9],
            [0.3, 0.2f32],
        ]);
        let axes = [0, 1].map(|j| Axis::fitting(x.row_iter().map(|row| f64::from(row[j]))));
        assert_eq!(axes[0], axes[1]);
        assert!(
            (axes[0].range.start + 0.99).abs() < 1e-6 && (axes[0].range.end - 0.99).abs() < 1e-6
        );
        let svg = codes(&x, Some(&[0, 0, 0, 0, 3]), "one line");
        let top = Sheet::new("one line", 0.0).top;
        let plane = plane(Plane::left_beside(&axes[1], PLANE.1), top);
        let pixmap = pixels(&svg);
        let at = |x: f64, y: f64| {
            let x = plane.left + (x + 0.99) / 1.98 * plane.width;
            let y = plane.top + (0.99 - y) / 1.98 * plane.height;
            (x, y)
        };
        let color = |(x, y)| color_at(&pixmap, x, y);
        let is = |seen: Color, color: Color| {
            // A few dots have an opacity of 0.75.
            let on_paper = |c: u8| 255.0 + 0.75 * (f64::from(c) - 255.0);
            [(seen.0, color.0), (seen.1, color.1), (seen.2, color.2)]
                .iter()
                .all(|&(seen, c)| (f64::from(seen) - on_paper(c)).abs() < 2.0)
        };
        for (x, y) in [(-0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (0.9, -0.9)] {
            assert!(
                is(color(at(x, y)), CLASSES[0]),
                "{x} {y}: {}",
                color(at(x, y))
            );
        }
        assert!(
            is(color(at(0.3, 0.2)), CLASSES[3]),
            "{}",
            color(at(0.3, 0.2))
        );
        assert_eq!(color(at(0.7, 0.7)), PAPER);
        // The grid has the same coordinates: a line at 0.5, which is drawn at the nearest whole unit.
        let (x, y) = at(0.5, 0.7);
        let line = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|dx| color((x + dx, y)));
        assert!(line.contains(&GRID), "{line:?}");
        // The label does not hide its only object; it stands above it in ink.
        let (x, y) = at(0.3, 0.2);
        let steps = || (0..40).map(|i| f64::from(i) / 2.0 - 10.0);
        let ink = steps()
            .flat_map(|dx| steps().map(move |dy| (x + dx, y - 17.0 + dy)))
            .filter(|&place| color(place) == INK)
            .count();
        assert!(ink > 60, "{ink} pixels of ink");
    }

    #[test]
    fn ticks_and_names_of_axes_are_drawn() {
        let (x, _) = heaps(10);
        let pixmap = pixels(&codes(&x, None, "title"));
        let (width, height) = (
            f64::from(pixmap.width()) / 2.0,
            f64::from(pixmap.height()) / 2.0,
        );
        // Below the plane: numbers and a name; left of it: the same.
        assert!(inked(&pixmap, 100.0, height - 50.0, width - 120.0, 49.0) > 800);
        assert!(inked(&pixmap, MARGIN, 60.0, 16.0, height - 120.0) > 200);
    }

    #[test]
    fn codes_of_any_range_are_shown() {
        for scale in [1e-30f32, 1e-9, 1e-3, 0.02, 1.0, 300.0, 1e6, 1e30] {
            for shift in [0.0f32, 1.0, -100.0] {
                let x = Matrix::from_fn(50, 2, |i, j| {
                    scale * (shift + 2.0 * uneven(2 * i + j) - 1.0)
                });
                let svg = codes(&x, None, "title");
                assert_nothing_clipped(&svg);
            }
        }
    }

    #[test]
    fn equal_codes_are_in_the_middle() {
        for value in [0.0f32, 1.0, -3.5, 1e6, 1e-9, f32::MAX] {
            for n in [1, 2, 300] {
                let x = Matrix::filled(n, 2, value);
                let labels: Vec<usize> = (0..n).map(|i| i % 10).collect();
                let svg = codes(&x, Some(&labels), "title");
                assert_nothing_clipped(&svg);
            }
        }
    }

    #[test]
    fn names_at_one_place_make_room_for_each_other_within_the_plane() {
        let plane = Plane {
            left: 50.0,
            top: 8.0,
            width: 560.0,
            height: 480.0,
        };
        for place in [(50.0, 8.0), (300.0, 200.0), (610.0, 488.0)] {
            let mut names = vec![
                Name {
                    x: place.0,
                    y: place.1,
                    half_width: 9.0,
                    half_height: 8.0,
                };
                MOST_NAMES
            ];
            spread(&mut names, &plane);
            for (i, a) in names.iter().enumerate() {
                assert!(
                    a.x >= 59.0 && a.x <= 601.0 && a.y >= 16.0 && a.y <= 480.0,
                    "{a:?}"
                );
                for b in &names[..i] {
                    let apart = (a.x - b.x).abs() > 17.0 || (a.y - b.y).abs() > 15.0;
                    assert!(apart, "{a:?} {b:?}");
                }
            }
        }
        let alone = vec![
            Name {
                x: 100.0,
                y: 100.0,
                half_width: 9.0,
                half_height: 8.0,
            };
            1
        ];
        let mut kept = alone.clone();
        spread(&mut kept, &plane);
        assert_eq!((kept[0].x, kept[0].y), (alone[0].x, alone[0].y));
    }

    #[test]
    fn many_objects_are_thinned_and_it_is_said() {
        let (x, labels) = heaps(60_000);
        let svg = codes(&x, Some(&labels), "heaps");
        assert_eq!(marks(&svg), MOST_DOTS + 2);
        assert!(
            svg.contains("5,000 of 60,000 objects are drawn."),
            "not said"
        );
        assert_eq!(svg, codes(&x, Some(&labels), "heaps"));
        assert!(svg.len() < 300_000, "{} bytes", svg.len());
        let (x, labels) = heaps(MOST_DOTS);
        let svg = codes(&x, Some(&labels), "heaps");
        assert_eq!(marks(&svg), MOST_DOTS + 2);
        assert!(!svg.contains("are drawn"));
    }

    #[test]
    fn thinning_takes_of_everything_whatever_the_order() {
        let point = |object: usize, label: usize| Point {
            x: object as f64,
            y: 0.0,
            label,
        };
        // Labels in turn, which every twelfth object would meet in half, and labels one after the other.
        let orders: [fn(usize) -> usize; 2] = [|i| i % 10, |i| i / 6_000];
        for order in orders {
            let points: Vec<Point> = (0..60_000).map(|i| point(i, order(i))).collect();
            let drawn = thinned(&points);
            let objects: BTreeSet<usize> = drawn.iter().map(|p| p.x as usize).collect();
            assert_eq!(objects.len(), MOST_DOTS, "one twice");
            for label in 0..10 {
                let count = drawn.iter().filter(|p| p.label == label).count();
                assert!((400..=600).contains(&count), "{label}: {count}");
                // Shuffled: of each label some are among the first to be drawn.
                let early = drawn[..500].iter().filter(|p| p.label == label).count();
                assert!(early > 20, "{label}: {early} of 500");
            }
        }
        let few: Vec<Point> = (0..7).map(|i| point(i, 0)).collect();
        let mut objects: Vec<usize> = thinned(&few).iter().map(|p| p.x as usize).collect();
        objects.sort();
        assert_eq!(objects, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn medians_are_those_of_all_objects() {
        assert_eq!(median(vec![5.0]), 5.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), 3.0);
        let points: Vec<Point> = [(0.0, 7.0, 4), (1.0, 5.0, 4), (50.0, 6.0, 4), (2.0, 2.0, 1)]
            .map(|(x, y, label)| Point { x, y, label })
            .to_vec();
        let classes = classes(&points);
        assert_eq!(classes.iter().map(|c| c.label).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(classes[1].median, (1.0, 6.0));
        assert_eq!(classes[1].mark, Mark::new(4));
    }

    #[test]
    fn many_labels_cycle_and_only_some_are_named() {
        let x = heaps(2_000).0;
        // Label 99 is the most frequent; the others are alike.
        let labels: Vec<usize> = (0..2_000)
            .map(|i| if i % 5 == 0 { 99 } else { i % 45 })
            .collect();
        let svg = codes(&x, Some(&labels), "many");
        assert_nothing_clipped(&svg);
        assert_eq!(svg.matches(r#"paint-order="stroke""#).count(), MOST_NAMES);
        assert!(svg.contains(r#"paint-order="stroke">99</text>"#));
        let said = "Only the 20 most frequent labels are named, and 17 more are drawn.";
        assert!(words(&svg).contains(said));
        assert_ne!(Mark::new(0), Mark::new(10));
        assert_eq!(Mark::new(0).color, Mark::new(10).color);
        assert_eq!(Mark::new(0), Mark::new(30));
    }

    #[test]
    fn few_labels_keep_their_colors_others_are_ranked() {
        let point = |label| Point {
            x: 0.0,
            y: 0.0,
            label,
        };
        let of = |labels: &[usize]| -> Vec<Mark> {
            let points: Vec<Point> = labels.iter().map(|&label| point(label)).collect();
            classes(&points).iter().map(|class| class.mark).collect()
        };
        assert_eq!(of(&[7, 3]), [Mark::new(3), Mark::new(7)]);
        assert_eq!(
            of(&[100, 50, 60]),
            [Mark::new(0), Mark::new(1), Mark::new(2)]
        );
    }

    #[test]
    fn codes_that_are_not_finite_are_left_out_and_it_is_said() {
        let x = Matrix::from_rows(&[
            [0.0, 1.0],
            [f32::NAN, 1.0],
            [f32::INFINITY, 0.0],
            [1.0, 1.0],
        ]);
        let svg = codes(&x, Some(&[0, 1, 1, 0]), "title");
        assert_eq!(marks(&svg), 2 + 1);
        assert!(svg.contains("Left out, not finite: 2 of 4 objects."));
        assert_nothing_clipped(&svg);
        let svg = codes(&Matrix::filled(3, 2, f32::NAN), None, "title");
        assert_eq!(marks(&svg), 0);
        assert_nothing_clipped(&svg);
    }

    #[test]
    #[should_panic(expected = "codes: needs two columns, got 4x3")]
    fn other_columns_are_refused() {
        codes(&Matrix::zeros(4, 3), None, "");
    }

    #[test]
    #[should_panic(expected = "codes: 4 objects, but 3 labels")]
    fn other_labels_are_refused() {
        codes(&Matrix::zeros(4, 2), Some(&[0, 1, 2]), "");
    }
}
