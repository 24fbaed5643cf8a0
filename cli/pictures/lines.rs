//! Lines through points: where they are interrupted, which of very many are drawn, and which have a dot.

use super::colors::FAINT_INK;
use super::document::{Document, Units};
use super::series::Look;
use std::fmt::Write;

/// A line of more points than this is drawn through the least and the largest value of each short stretch.
const MOST_POINTS: usize = 1_200;
/// Up to so many points each has a dot; of more, about twelve have one, by which the lines are told apart.
pub const MOST_DOTS: usize = 40;

/// A line from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// In their order; one without a value interrupts the line.
    points: Vec<(f64, Option<f64>)>,
}

impl Line {
    /// The line through these points, in their order.
    pub fn new(points: impl Iterator<Item = (f64, Option<f64>)>) -> Self {
        Self {
            points: points.collect(),
        }
    }

    /// How many points there are, also of those without a value.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// The points that have a value.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.points.iter().filter_map(|&(x, y)| Some((x, y?)))
    }

    /// Draws it in the look of series number `i`, with its dots.
    pub fn draw(
        &self,
        document: &mut Document,
        i: usize,
        place: impl Fn((f64, f64)) -> (f64, f64),
    ) {
        let look = Look::new(i);
        let path: String = self
            .runs()
            .iter()
            .map(|run| path(thinned(run).into_iter().map(&place)))
            .collect();
        if !path.is_empty() {
            look.line(document, &path);
        }
        for point in self.dotted(i) {
            let (x, y) = place(point);
            look.dot(document, x, y);
        }
    }

    /// The points in the runs that are not interrupted.
    pub fn runs(&self) -> Vec<Vec<(f64, f64)>> {
        self.points
            .split(|(_, value)| value.is_none())
            .filter(|run| !run.is_empty())
            .map(|run| run.iter().filter_map(|&(x, y)| Some((x, y?))).collect())
            .collect()
    }

    /// The points that have a dot if this is line number `i`: of a long one only some, at other places than on the next
    /// line, but a point that is alone in any case, since no line shows it.
    fn dotted(&self, i: usize) -> Vec<(f64, f64)> {
        let every = match self.len() {
            0..=MOST_DOTS => 1,
            length => length.div_ceil(12),
        };
        let offset = i * every / 3 % every;
        let has_value = |k: usize| self.points.get(k).is_some_and(|(_, y)| y.is_some());
        let (lonely, others): (Vec<usize>, Vec<usize>) = (0..self.len())
            .filter(|&k| has_value(k))
            .partition(|&k| (k == 0 || !has_value(k - 1)) && !has_value(k + 1));
        let some = others.into_iter().filter(|k| k % every == offset);
        some.chain(lonely.into_iter().take(MOST_POINTS))
            .filter_map(|k| Some((self.points[k].0, self.points[k].1?)))
            .collect()
    }
}

/// The SVG path from place to place.
pub fn path(places: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (k, (x, y)) in places.enumerate() {
        let letter = if k == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{} {}", Units(x), Units(y));
    }
    path
}

/// Those points of a run through which the line looks the same.
pub fn thinned(run: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if run.len() <= MOST_POINTS {
        return run.to_vec();
    }
    let numbered: Vec<(usize, f64)> = run.iter().map(|point| point.1).enumerate().collect();
    let stretch = (2 * run.len()).div_ceil(MOST_POINTS);
    // The ends of the line are its own.
    let mut numbers = vec![0, run.len() - 1];
    for stretch in numbered.chunks(stretch) {
        let by_value = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
        let least = stretch.iter().min_by(by_value);
        let largest = stretch.iter().max_by(by_value);
        numbers.extend(least.into_iter().chain(largest).map(|(number, _)| number));
    }
    numbers.sort();
    numbers.dedup();
    numbers.into_iter().map(|number| run[number]).collect()
}

/// The SVG path from a place so far to the right.
pub fn across((x, y): (f64, f64), length: f64) -> String {
    format!("M{} {}h{}", Units(x), Units(y), Units(length))
}

/// A piece of a line with a dot, as it stands in a legend.
pub fn sample(document: &mut Document, look: Look, (x, y): (f64, f64), length: f64) {
    look.line(document, &across((x, y), length));
    look.dot(document, x + length / 2.0, y);
}

/// More lines to compare with than this would not be told apart.
pub const MOST_REFERENCES: usize = 4;

/// A line that is no series but something to compare with, number `i` of its kind, along an SVG path: thin, grey,
/// without dots.
pub fn reference(document: &mut Document, i: usize, path: &str) {
    const DASHES: [&str; MOST_REFERENCES] = ["6 3", "2 3", "10 3 2 3", "14 4"];
    document.push(format_args!(
        r#"<path fill="none" stroke="{FAINT_INK}" stroke-width="1.4" stroke-dasharray="{}" d="{path}"/>"#,
        DASHES[i]
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_keep_their_peaks_and_ends() {
        let mut run: Vec<(f64, f64)> = (1..=50_000).map(|i| (f64::from(i), 1.0)).collect();
        run[12_345].1 = 9.0;
        run[33_333].1 = -9.0;
        let points = thinned(&run);
        assert!(points.len() <= MOST_POINTS + 2, "{}", points.len());
        for point in [
            (1.0, 1.0),
            (12_346.0, 9.0),
            (33_334.0, -9.0),
            (50_000.0, 1.0),
        ] {
            assert!(points.contains(&point), "{point:?}");
        }
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(thinned(&run[..MOST_POINTS]), run[..MOST_POINTS]);
    }

    #[test]
    fn dots_of_long_lines_are_few_and_not_one_upon_the_other() {
        let line = |length: u32| Line::new((0..length).map(|x| (f64::from(x), Some(1.0))));
        let dots = [0, 1, 2].map(|i| line(784).dotted(i));
        for (i, a) in dots.iter().enumerate() {
            assert!((11..=13).contains(&a.len()), "{}", a.len());
            for b in &dots[..i] {
                assert!(a.iter().all(|dot| !b.contains(dot)));
            }
        }
        assert_eq!(line(MOST_DOTS as u32).dotted(1).len(), MOST_DOTS);
    }

    #[test]
    fn what_has_no_value_interrupts_and_a_point_alone_has_a_dot() {
        let values = [Some(1.0), None, Some(2.0), Some(3.0), None];
        let line = Line::new((0..).map(f64::from).zip(values));
        assert_eq!(
            line.runs(),
            [vec![(0.0, 1.0)], vec![(2.0, 2.0), (3.0, 3.0)]]
        );
        assert_eq!((line.len(), line.points().count()), (5, 3));
        // Of very many points every other one is alone.
        let every = Line::new((0..1_000).map(|i| (f64::from(i), (i % 2 == 0).then_some(1.0))));
        assert_eq!(every.dotted(0).len(), 500);
    }
}
