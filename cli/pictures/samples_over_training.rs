//! What a generative model samples at several steps of its training.

use super::axis::Axis;
use super::cells::TileShape;
use super::colors::CLASSES;
use super::document::Count;
use super::panels::{Counts, MOST_PANELS, Panels, around, chosen_points, extents, size};
use super::series::Form;
use super::sheet::{Sheet, left_out, outside, sentences, some_of};
use super::tiles::tiles;
use std::ops::Range;
use unsup_autograd::Matrix;

/// More data points than this are not drawn, nor more samples of one step.
const MOST_POINTS: usize = 500;
/// Samples are shown that are not farther from the data than this share of the longer side of what these take up.
const FAR: f64 = 0.5;

/// Samples in the plane of two features, a small panel for each of `steps`, which is a number of steps and the samples
/// after them (n x 2), on the same `data` (m x 2) in grey; SVG text.
///
/// All panels show the same part of the plane in one scale: the data, and samples that are not far from it; of others
/// the picture says how many there are. Of more than 12 steps as many are drawn, evenly from the first to the last; of
/// more than 500 points of a panel as many, chosen at random. What is not finite is left out, and the picture says how
/// much. `caption` is broken where too long.
///
/// # Panics
/// If data or samples have not two columns.
#[track_caller]
pub fn samples_over_training(
    steps: &[(usize, &Matrix<f32>)],
    data: &Matrix<f32>,
    caption: &str,
) -> String {
    let operation = "samples_over_training";
    let (data, data_counts) = chosen_points(operation, "data", data, MOST_POINTS);
    let shown = evenly(steps.len(), MOST_PANELS);
    let (samples, counts): (Vec<Vec<(f64, f64)>>, Vec<Counts>) = shown
        .iter()
        .map(|&i| chosen_points(operation, "samples", steps[i].1, MOST_POINTS))
        .unzip();
    let part = part(&data, &samples);
    let is_inside = |(x, y): &(f64, f64)| part[0].contains(x) && part[1].contains(y);

    let panels = Panels::new(shown.len(), 4, part.clone().map(Axis::exactly));
    let mut sheet = Sheet::new(caption, panels.right());
    let names: Vec<String> = shown.iter().map(|&i| after(steps[i].0)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bottom = panels.draw(&mut sheet, &names, |document, i, plane| {
        panels.draw_faint(document, &data, plane);
        let samples = samples[i].iter().filter(|sample| is_inside(sample));
        let places = samples.map(|&sample| plane.place(&panels.axes, sample));
        let dots: String = places.map(|(x, y)| Form::Circle.shape(x, y, 1.6)).collect();
        let color = CLASSES[0];
        document.push(format_args!(
            r#"<g fill="{color}" fill-opacity="0.6">{dots}</g>"#
        ));
    });

    let all = Counts::sum(&counts);
    let far = samples.iter().flatten().filter(|sample| !is_inside(sample));
    let remark = sentences(&[
        "Samples are blue, data points are grey.",
        &some_of(shown.len(), steps.len(), "steps"),
        &some_of(all.drawn, all.finite, "samples"),
        &outside(far.count(), all.drawn, "samples"),
        &left_out(all.all - all.finite, all.all, "samples"),
        &some_of(data_counts.drawn, data_counts.finite, "data points"),
        &left_out(
            data_counts.all - data_counts.finite,
            data_counts.all,
            "data points",
        ),
    ]);
    sheet.finish(&remark, bottom + 6.0)
}

/// Samples that are images or strips, a row of tiles for each of `steps`, which is a number of steps and the samples
/// after them; the last row is `data`, to compare them with. SVG text, as [`tiles`] draws it: as many objects of each
/// as there are of all, at most 16. Of more than 12 steps as many are drawn, evenly from the first to the last, and the
/// picture says so. `caption` is broken where too long.
///
/// # Panics
/// If samples have not the features of the data, or these are not as many as the pixels of an image.
#[track_caller]
pub fn sample_tiles_over_training(
    steps: &[(usize, &Matrix<f32>)],
    data: &Matrix<f32>,
    tile: TileShape,
    caption: &str,
) -> String {
    for (step, samples) in steps {
        assert!(
            samples.columns() == data.columns(),
            "sample_tiles_over_training: samples of {} after {step} steps, but data of {}",
            samples.shape(),
            data.shape()
        );
    }
    let shown: Vec<&(usize, &Matrix<f32>)> = evenly(steps.len(), MOST_PANELS)
        .into_iter()
        .map(|i| &steps[i])
        .collect();
    let tables = shown.iter().map(|(_, samples)| *samples).chain([data]);
    let objects = tables.clone().map(Matrix::rows).min().unwrap_or(1);
    let tables: Vec<Matrix<f32>> = tables.map(|table| table.slice_rows(0..objects)).collect();
    let labels: Vec<String> = shown.iter().map(|(step, _)| after(*step)).collect();
    let labels = labels.iter().map(String::as_str).chain(["data"]);
    let rows: Vec<(&str, &Matrix<f32>)> = labels.zip(&tables).collect();
    let remark = some_of(shown.len(), steps.len(), "steps");
    tiles(&rows, tile, caption, &remark)
}

/// "step 12,000"
fn after(steps: usize) -> String {
    format!("step {}", Count(steps))
}

/// The numbers of at most `most` of `count` things, from the first to the last in even distances.
fn evenly(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    (0..most).map(|i| i * (count - 1) / (most - 1)).collect()
}

/// The part of the plane that is shown: where the data lie, and samples that are not far from them. Without data, where
/// the samples lie.
fn part(data: &[(f64, f64)], samples: &[Vec<(f64, f64)>]) -> [Range<f64>; 2] {
    let samples = samples.iter().flatten().copied();
    if data.is_empty() {
        return around(&extents(samples), 0.05);
    }
    let of_data = extents(data.iter().copied());
    let far = FAR * size(&of_data).unwrap_or(1.0);
    let is_near = |&(x, y): &(f64, f64)| {
        let near = |part: &Range<f64>, x: f64| (part.start - far..=part.end + far).contains(&x);
        near(&of_data[0], x) && near(&of_data[1], y)
    };
    around(
        &extents(data.iter().copied().chain(samples.filter(is_near))),
        0.05,
    )
}

#[cfg(test)]
mod tests {
    use super::super::cells::tests::places;
    use super::super::colors::grey;
    use super::super::plane::{OVERHANG, Plane};
    use super::super::render::tests::{assert_nothing_clipped, color_at, pixels, words};
    use super::*;

    const CAPTION: &str = "Samples over training";
    const IMAGE: TileShape = TileShape::Image {
        height: 2,
        width: 2,
    };

    fn corners() -> Matrix<f32> {
        Matrix::from_rows(&[[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0f32]])
    }

    fn drawn(steps: &[(usize, &Matrix<f32>)], data: &Matrix<f32>) -> String {
        let svg = samples_over_training(steps, data, CAPTION);
        assert_nothing_clipped(&svg);
        svg
    }

    #[test]
    fn each_step_has_its_samples_on_the_same_data() {
        let samples = [
            Matrix::from_rows(&[[0.0, 0.5f32]]),
            Matrix::from_rows(&[[0.5, -0.5f32]]),
        ];
        let svg = drawn(&[(0, &samples[0]), (12_000, &samples[1])], &corners());
        assert!(svg.contains(">step 0</text>") && svg.contains(">step 12,000</text>"));
        let axes = [(); 2].map(|()| Axis::exactly(-1.1..1.1));
        let pixmap = pixels(&svg);
        for panel in 0..2 {
            let plane = Plane {
                left: Plane::left_beside(&axes[1], 340.0) + 370.0 * panel as f64,
                top: Sheet::new(CAPTION, 0.0).top + 1.35 * 13.0 + OVERHANG.1,
                width: 340.0,
                height: 340.0,
            };
            let color = |x: f64, y: f64| {
                let (x, y) = plane.place(&axes, (x, y));
                color_at(&pixmap, x + 0.25, y + 0.25)
            };
            let is_blue = |x: f64, y: f64| color(x, y).2 > color(x, y).0.saturating_add(40);
            assert_eq!(is_blue(0.0, 0.5), panel == 0);
            assert_eq!(is_blue(0.5, -0.5), panel == 1);
            let data = color(1.0, 1.0);
            assert!(data.0 == data.2 && (176..230).contains(&data.0), "{data}");
        }
        assert!(
            words(&svg).ends_with("Samples are blue, data points are grey. \n"),
            "{:?}",
            words(&svg)
        );
    }

    #[test]
    fn samples_far_away_do_not_shrink_the_data_and_are_said() {
        let samples = Matrix::from_rows(&[[0.0, 0.0], [1.9, 0.0], [50.0, 0.0], [f32::NAN, 0.0f32]]);
        let svg = drawn(&[(1, &samples)], &corners());
        let said = words(&svg);
        assert!(
            said.contains("Outside of what is shown: 1 of 3 samples."),
            "{said}"
        );
        assert!(
            said.contains("Left out, not finite: 1 of 4 samples."),
            "{said}"
        );
        assert_eq!(svg.matches("r=\"1.6\"").count(), 2);
        let corners: Vec<(f64, f64)> = vec![(-1.0, -1.0), (1.0, 1.0)];
        let part = part(&corners, &[vec![(1.9, 0.0), (50.0, 0.0)]]);
        assert!(part[0].end > 1.9 && part[0].end < 2.2, "{part:?}");
    }

    #[test]
    fn any_number_of_steps_and_points_fits() {
        let long = "samples of a generator <whose> name is long ".repeat(9);
        for steps in [0, 1, 4, 8, 40] {
            for (points, scale) in [(1, 0.0), (1, 1e30), (1500, 1e-30)] {
                if steps > 4 && points > 1 {
                    continue;
                }
                let x = Matrix::from_fn(points, 2, |i, j| scale * [(i % 9) as f32, i as f32][j]);
                let all: Vec<_> = (0..steps).map(|i| (usize::MAX / 40 * i, &x)).collect();
                for data in [&x, &Matrix::filled(3, 2, f32::NAN)] {
                    let svg = samples_over_training(&all, data, &long);
                    assert_nothing_clipped(&svg);
                    let said = words(&svg).contains("12 of 40 steps are drawn.");
                    assert_eq!(said, steps == 40);
                }
            }
        }
        assert_eq!(evenly(40, 12).first(), Some(&0));
        assert_eq!(evenly(40, 12).last(), Some(&39));
        assert_eq!(evenly(3, 12), [0, 1, 2]);
    }

    #[test]
    fn images_are_rows_and_the_last_is_the_data() {
        let [a, b, data] = [0.25, 0.5, 1.0].map(|value| Matrix::filled(3, 4, value));
        let b = b.slice_rows(0..2);
        let svg = sample_tiles_over_training(&[(5, &a), (5_000, &b)], &data, IMAGE, CAPTION);
        assert_nothing_clipped(&svg);
        // As many as there are of all.
        let places = places(&svg);
        assert_eq!(places.len(), 6);
        let pixmap = pixels(&svg);
        for (place, value) in places.iter().step_by(2).zip([0.25, 0.5, 1.0]) {
            assert_eq!(color_at(&pixmap, place.0 + 1.0, place.1 + 1.0), grey(value));
        }
        for text in ["step 5", "step 5,000", "data"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}");
        }
        for steps in [0, 30] {
            let steps = vec![(usize::MAX, &a); steps];
            for tile in [IMAGE, TileShape::Strip] {
                let svg = sample_tiles_over_training(&steps, &data, tile, CAPTION);
                assert_nothing_clipped(&svg);
                let said = words(&svg).contains("12 of 30 steps are drawn.");
                assert_eq!(said, steps.len() == 30);
            }
        }
    }

    #[test]
    #[should_panic(expected = "samples_over_training: needs samples of two columns, got 4x3")]
    fn other_samples_are_refused() {
        samples_over_training(&[(0, &Matrix::zeros(4, 3))], &corners(), "");
    }

    #[test]
    #[should_panic(expected = "samples of 1x3 after 7 steps, but data of 2x4")]
    fn other_features_are_refused() {
        let (samples, data) = (Matrix::zeros(1, 3), Matrix::zeros(2, 4));
        sample_tiles_over_training(&[(7, &samples)], &data, IMAGE, "");
    }
}
