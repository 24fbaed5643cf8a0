//! Reliability diagrams: how often a classifier is right where it is sure by so much.

use super::axis::{Axis, tick};
use super::bars::beside;
use super::document::Count;
use super::lines::{Line, across, path, reference, sample};
use super::plane::Plane;
use super::series::{Chart, Legend, Look, MOST_SERIES, error_bar};
use super::sheet::{first_of, sentences};

/// How many bins of one width there are from 0 to 1.
const BINS: usize = 10;
/// The size of the diagram; it is square, so that the diagonal is one.
const DIAGRAM: (f64, f64) = (400.0, 400.0);
/// How high the plane below it is, and how far below.
const COUNTS: (f64, f64) = (110.0, 26.0);
/// What rounding may add to a probability.
const ROUNDING: f64 = 1e-5;

/// The reliability diagram of several classifiers, as SVG text: each of `classifiers` is a name, the confidence of each
/// prediction (the largest of its probabilities, 0 to 1), and whether it was right. In ten bins of confidence b it
/// shows the mean confidence conf(b) and the share acc(b) of right predictions, with its Wilson interval of one
/// standard deviation (68 %), and below how many objects n(b) of all n there are. On the diagonal confidence is
/// accuracy; below it a classifier is surer than it should be. The legend says the accuracy and the expected
/// calibration error
///
/// Σ_b n(b)/n · |acc(b) − conf(b)|.
///
/// A confidence between two bins belongs to the upper one. What is not between 0 and 1 is left out, and the picture
/// says how many. At most the first 12 classifiers are drawn. `caption` is broken where too long.
///
/// # Panics
/// If a classifier has not as many confidences as predictions that are right or not.
///
/// Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger. On calibration of modern neural networks (2017), section 2; the
/// interval: E. Wilson. Probable inference, the law of succession, and statistical inference (1927).
#[track_caller]
pub fn calibration(classifiers: &[(&str, &[f64], &[bool])], caption: &str) -> String {
    for (_, confidences, right) in classifiers {
        check(confidences, right);
    }
    let shown = &classifiers[..classifiers.len().min(MOST_SERIES)];
    let tables: Vec<Reliability> = shown
        .iter()
        .map(|(_, confidences, right)| Reliability::of(confidences, right))
        .collect();
    let unit = Axis::exactly(0.0..1.0);
    let axes = [unit.clone(), unit];
    let bins = || tables.iter().flat_map(|table| &table.bins);
    let most = bins().map(|bin| bin.count).max().unwrap_or(0).max(1);
    let counts = [axes[0].clone(), Axis::exactly(0.0..1.05 * most as f64)];

    let names = shown.iter().map(|(name, ..)| *name);
    let legend = Legend::new(names.chain(["confidence is accuracy"]))
        .with_remarks(tables.iter().map(Reliability::remark));
    let left =
        Plane::left_beside(&counts[1], COUNTS.0).max(Plane::left_beside(&axes[1], DIAGRAM.1));
    let mut chart = Chart::empty(caption, legend, left, DIAGRAM);
    let plane = chart.plane;
    let below = Plane {
        top: plane.top + plane.height + COUNTS.1,
        height: COUNTS.0,
        ..plane
    };
    let document = &mut chart.sheet.document;
    plane.draw_upright(document, Some(&axes[0]), &axes[1], "accuracy");
    below.draw(document, &counts, ["confidence", "objects"]);
    let diagonal = [(0.0, 0.0), (1.0, 1.0)].map(|point| plane.place(&axes, point));
    reference(document, 0, &path(diagonal.into_iter()));
    for (i, table) in tables.iter().enumerate() {
        let look = Look::new(i);
        for bin in table.bins.iter().filter(|bin| bin.is_drawn()) {
            let [low, high] = bin
                .interval()
                .map(|share| plane.place(&axes, (bin.confidence(), share)));
            error_bar(document, look.color, high.0, high.1, low.1, false);
        }
        for (b, bin) in table
            .bins
            .iter()
            .enumerate()
            .filter(|(_, bin)| bin.count > 0)
        {
            let slot = below.width / BINS as f64;
            let (left, width) = beside((below.left + b as f64 * slot, slot), tables.len(), i);
            let floor = below.top + below.height;
            let (_, top) = below.place(&counts, (0.0, bin.count as f64));
            // One of thousands is seen too.
            let height = (floor - top).max(1.0);
            look.bar(document, (left, floor), (width, -height));
        }
        let bins = table.bins.iter().filter(|bin| bin.is_drawn());
        let line = Line::new(bins.map(|bin| (bin.confidence(), Some(bin.accuracy()))));
        line.draw(document, i, |point| plane.place(&axes, point));
    }
    let legend_bottom = chart.legend(|document, i, place, length| {
        if i == shown.len() {
            reference(document, 0, &across(place, length));
        } else {
            sample(document, Look::new(i), place, length);
        }
    });

    let all: usize = shown
        .iter()
        .map(|(_, confidences, _)| confidences.len())
        .sum();
    let outside = all - bins().map(|bin| bin.count).sum::<usize>();
    let outside = match outside {
        0 => String::new(),
        _ => format!(
            "Left out, not between 0 and 1: {} of {} confidences.",
            Count(outside),
            Count(all)
        ),
    };
    let small = bins().any(|bin| bin.count > 0 && !bin.is_drawn());
    let remark = sentences(&[
        "Bins are 0.1 wide; error bars are 68 % intervals. Below the diagonal a classifier is surer than it should be.",
        if small {
            "Of bins of fewer than 5 objects no accuracy is drawn."
        } else {
            ""
        },
        "ECE is the expected calibration error.",
        &first_of(shown.len(), classifiers.len(), "classifiers"),
        &outside,
    ]);
    chart
        .sheet
        .finish(&remark, below.bottom().max(legend_bottom) + 4.0)
}

/// Σ_b n(b)/n · |acc(b) − conf(b)| over the ten bins of the [diagram](calibration); NaN of no predictions.
///
/// # Panics
/// If there are not as many confidences as predictions that are right or not.
#[track_caller]
pub fn expected_calibration_error(confidences: &[f64], right: &[bool]) -> f64 {
    check(confidences, right);
    Reliability::of(confidences, right).expected_calibration_error()
}

#[track_caller]
fn check(confidences: &[f64], right: &[bool]) {
    assert!(
        confidences.len() == right.len(),
        "calibration: {} confidences, but {} right or not",
        confidences.len(),
        right.len()
    );
}

/// The predictions of a classifier by their confidence.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reliability {
    bins: [Bin; BINS],
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bin {
    count: usize,
    right: usize,
    /// The sum of the confidences.
    sum: f64,
}

impl Reliability {
    fn of(confidences: &[f64], right: &[bool]) -> Self {
        let mut table = Self::default();
        for (&confidence, &right) in confidences.iter().zip(right) {
            if !(-ROUNDING..=1.0 + ROUNDING).contains(&confidence) {
                continue;
            }
            let confidence = confidence.clamp(0.0, 1.0);
            let bin = (confidence * BINS as f64 + 1e-9).floor() as usize;
            let bin = &mut table.bins[bin.min(BINS - 1)];
            bin.count += 1;
            bin.right += usize::from(right);
            bin.sum += confidence;
        }
        table
    }

    fn count(&self) -> usize {
        self.bins.iter().map(|bin| bin.count).sum()
    }

    /// Σ_b n(b)/n · |acc(b) − conf(b)|
    fn expected_calibration_error(&self) -> f64 {
        if self.count() == 0 {
            return f64::NAN;
        }
        let n = self.count() as f64;
        let bins = self.bins.iter().filter(|bin| bin.count > 0);
        bins.map(|bin| bin.count as f64 / n * (bin.accuracy() - bin.confidence()).abs())
            .sum()
    }

    fn remark(&self) -> String {
        let count = self.count();
        if count == 0 {
            return "no objects".to_string();
        }
        let right: usize = self.bins.iter().map(|bin| bin.right).sum();
        let accuracy = tick(right as f64 / count as f64, 3);
        let error = tick(self.expected_calibration_error(), 3);
        format!("accuracy {accuracy}\nECE {error}")
    }
}

impl Bin {
    /// Whether its accuracy is drawn: of a handful it says next to nothing.
    fn is_drawn(&self) -> bool {
        self.count >= 5
    }

    /// acc(b), the share of right predictions.
    fn accuracy(&self) -> f64 {
        self.right as f64 / self.count as f64
    }

    /// conf(b), the mean confidence.
    fn confidence(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Wilson's interval of the accuracy for z = 1: ((p + z²/2n) ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
    fn interval(&self) -> [f64; 2] {
        let (p, n) = (self.accuracy(), self.count as f64);
        let half = (p * (1.0 - p) / n + 0.25 / (n * n)).sqrt();
        [-half, half].map(|half| ((p + 0.5 / n + half) / (1.0 + 1.0 / n)).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::colors::{CLASSES, FAINT_INK, PAPER};
    use super::super::plane::OVERHANG;
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::super::sheet::Sheet;
    use super::*;

    const CAPTION: &str = "Calibration";

    /// So many predictions of one confidence, of which so many are right.
    fn predictions(groups: &[(f64, usize, usize)]) -> (Vec<f64>, Vec<bool>) {
        let of = |&(confidence, all, right): &(f64, usize, usize)| {
            (0..all).map(move |i| (confidence, i < right))
        };
        groups.iter().flat_map(of).unzip()
    }

    #[test]
    fn points_and_counts_are_where_they_belong() {
        let (confidences, right) = predictions(&[(0.95, 80, 60), (0.55, 20, 10)]);
        let svg = calibration(&[("teacher", &confidences, &right)], CAPTION);
        assert_nothing_clipped(&svg);
        let axes = [(); 2].map(|()| Axis::exactly(0.0..1.0));
        let counts = Axis::exactly(0.0..84.0);
        let plane = Plane {
            left: Plane::left_beside(&axes[1], 400.0).max(Plane::left_beside(&counts, 110.0)),
            top: Sheet::new(CAPTION, 0.0).top + OVERHANG.1,
            width: 400.0,
            height: 400.0,
        };
        let pixmap = pixels(&svg);
        for (confidence, accuracy) in [(0.95, 0.75), (0.55, 0.5)] {
            let (x, y) = plane.place(&axes, (confidence, accuracy));
            assert_eq!(color_at(&pixmap, x + 2.0, y), CLASSES[0]);
        }
        // The diagonal.
        let on = (0..40).filter(|i| {
            let (x, y) = plane.place(&axes, (0.2, 0.2));
            let along = f64::from(*i) / 2.0;
            color_at(&pixmap, x + along, y - along - 0.25) == FAINT_INK
        });
        assert!((10..38).contains(&on.count()));
        // Below, in the last bin and in the sixth.
        let floor = plane.top + 400.0 + COUNTS.1 + 110.0;
        for (bin, count) in [(9.0, 80.0), (5.0, 20.0)] {
            let x = plane.left + (bin + 0.5) * 40.0;
            let top = floor - 110.0 * count / 84.0;
            let fill = color_at(&pixmap, x, floor - 4.0);
            assert_ne!(fill, PAPER);
            assert_eq!(color_at(&pixmap, x, top + 2.0), fill);
            assert_ne!(color_at(&pixmap, x, top - 2.0), fill);
            assert_ne!(color_at(&pixmap, x - 40.0, floor - 4.0), fill);
        }
        // 0.8 · 0.2 + 0.2 · 0.05
        let said = words(&svg);
        assert!(said.contains("teacher accuracy 0.700 ECE 0.170"), "{said}");
    }

    #[test]
    fn the_error_is_none_where_confidence_is_accuracy() {
        let (confidences, right) =
            predictions(&[(0.75, 80, 60), (0.5, 20, 10), (1.0, 7, 7), (0.0, 3, 0)]);
        let table = Reliability::of(&confidences, &right);
        assert!(table.expected_calibration_error() < 1e-12);
        assert_eq!(table.count(), 110);
        // A confidence between two bins belongs to the upper one, 1 to the last.
        let counts = table.bins.map(|bin| bin.count);
        assert_eq!(counts, [3, 0, 0, 0, 0, 20, 0, 80, 0, 7]);
        for tenth in 0..10 {
            let table = Reliability::of(&[f64::from(tenth) / 10.0], &[true]);
            assert_eq!(table.bins[tenth as usize].count, 1, "{tenth}");
        }
    }

    #[test]
    fn intervals_are_wilsons() {
        let bin = |count: usize, right: usize| Bin {
            count,
            right,
            sum: 0.0,
        };
        // (0.5 + 0.05 ± √(0.025 + 0.0025)) / 1.1 for five of ten.
        let [low, high] = bin(10, 5).interval();
        assert!(
            (low - (0.55 - 0.0275f64.sqrt()) / 1.1).abs() < 1e-12,
            "{low}"
        );
        assert!((low + high - 1.0).abs() < 1e-12);
        // One right of one says little.
        assert_eq!(bin(1, 1).interval(), [0.5, 1.0]);
        assert_eq!(bin(1, 0).interval(), [0.0, 0.5]);
    }

    #[test]
    fn what_is_no_confidence_is_left_out_and_said() {
        let confidences = [0.5, f64::NAN, f64::INFINITY, -0.1, 1.1, 1.0 + 1e-7, -1e-7];
        let svg = calibration(&[("", &confidences, &[true; 7])], CAPTION);
        assert_nothing_clipped(&svg);
        let said = words(&svg);
        assert!(
            said.contains("Left out, not between 0 and 1: 4 of 7 confidences."),
            "{said}"
        );
    }

    #[test]
    fn any_number_of_classifiers_and_objects_fits() {
        let long = "a very long name of a <classifier> ".repeat(9);
        for count in [0, 1, 3, 13] {
            for objects in [0, 1, 100_000] {
                if count > 1 && objects > 1000 {
                    continue;
                }
                let confidences: Vec<f64> = (0..objects).map(|i| (i as f64).sin().abs()).collect();
                let right: Vec<bool> = (0..objects).map(|i| i % 3 == 0).collect();
                let named = |i: usize| (["", "a", &long][i % 3], &confidences[..], &right[..]);
                let named: Vec<_> = (0..count).map(named).collect();
                let svg = calibration(&named, &long);
                assert_nothing_clipped(&svg);
                let words = words(&svg);
                assert_eq!(words.contains("First 12 of 13 classifiers."), count == 13);
                assert_eq!(words.contains("no objects"), count > 0 && objects == 0);
                // Names are cut, what they are named for is not.
                let errors = words.matches("ECE ").count() - 1;
                assert_eq!(errors, if objects == 0 { 0 } else { count.min(12) });
            }
        }
    }

    #[test]
    #[should_panic(expected = "calibration: 2 confidences, but 1 right or not")]
    fn other_lengths_are_refused() {
        calibration(&[("", &[0.5, 0.5], &[true])], "");
    }
}
