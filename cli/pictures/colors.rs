//! The colours of all pictures: dark ink on white paper, ten hues for classes, a diverging map for signed values.

use std::fmt;

/// A colour of the sRGB space: red, green, blue, each 0 to 255. Printed as `"#0072b2"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Color(pub u8, pub u8, pub u8);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The background of every picture, and the value 0 of an image.
pub const PAPER: Color = Color(255, 255, 255);
/// Text, axes, and the value 1 of an image.
pub const INK: Color = Color(26, 26, 26);
/// Remarks that should not shout.
pub const FAINT_INK: Color = Color(95, 95, 95);
/// Frames around tiles.
pub const FRAME: Color = Color(176, 176, 176);
/// A value that is not a number, within an image or a strip; on none of their scales.
pub const NOT_A_NUMBER: Color = Color(204, 121, 167);
/// The grid behind a scatter.
pub const GRID: Color = Color(230, 230, 230);

/// Ten colours for classes, told apart on white paper with every kind of colour vision.
///
/// The first seven are those of Okabe and Ito without their yellow, which is lost on white; the last three are chosen
/// to lie as far as possible from these and from each other under protanopia, deuteranopia and tritanopia too.
pub const CLASSES: [Color; 10] = [
    Color(0, 114, 178),
    Color(230, 159, 0),
    Color(0, 158, 115),
    Color(213, 94, 0),
    Color(204, 121, 167),
    Color(86, 180, 233),
    Color(0, 0, 0),
    Color(130, 1, 239),
    Color(81, 59, 20),
    Color(118, 1, 84),
];

/// ColorBrewer's "RdBu" turned round: blue below zero, white at zero, red above. The hues differ for all kinds of
/// colour vision; green is not among them.
const DIVERGING: [Color; 11] = [
    Color(5, 48, 97),
    Color(33, 102, 172),
    Color(67, 147, 195),
    Color(146, 197, 222),
    Color(209, 229, 240),
    Color(247, 247, 247),
    Color(253, 219, 199),
    Color(244, 165, 130),
    Color(214, 96, 77),
    Color(178, 24, 43),
    Color(103, 0, 31),
];

/// "viridis" of matplotlib (van der Walt, Smith 2015): from dark to light in even steps for the eye, in print and for
/// every kind of colour vision.
const SEQUENTIAL: [Color; 10] = [
    Color(68, 1, 84),
    Color(72, 40, 120),
    Color(62, 73, 137),
    Color(49, 104, 142),
    Color(38, 130, 142),
    Color(31, 158, 137),
    Color(53, 183, 121),
    Color(110, 206, 88),
    Color(181, 222, 43),
    Color(253, 231, 37),
];

/// The colour at `share` (0 to 1) of the way from `from` to `to`.
fn mixed(from: Color, to: Color, share: f64) -> Color {
    let channel =
        |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    Color(
        channel(from.0, to.0),
        channel(from.1, to.1),
        channel(from.2, to.2),
    )
}

/// The colour of an area, on which ink is to be seen.
pub fn lighter(color: Color) -> Color {
    mixed(PAPER, color, 0.75)
}

/// The grey of an image's value: [`PAPER`] at 0 and below, [`INK`] at 1 and above.
pub fn grey(value: f64) -> Color {
    mixed(PAPER, INK, value.clamp(0.0, 1.0))
}

/// The colour of a magnitude: darkest at 0 and below, lightest at 1 and above.
pub fn sequential(value: f64) -> Color {
    along(&SEQUENTIAL, value.clamp(0.0, 1.0))
}

/// The colour of a signed value: darkest blue at -1 and below, near-white at 0, darkest red at 1 and above.
pub fn diverging(value: f64) -> Color {
    along(&DIVERGING, (value.clamp(-1.0, 1.0) + 1.0) / 2.0)
}

/// The colour at `share` (0 to 1) of the way through a list of colours.
fn along(colors: &[Color], share: f64) -> Color {
    let place = share * (colors.len() - 1) as f64;
    let below = (place.floor() as usize).min(colors.len() - 2);
    mixed(colors[below], colors[below + 1], place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What dichromats see of linear red, green and blue: Machado, Oliveira and Fernandes (2009), severity 1.
    const VISIONS: [(&str, [[f64; 3]; 3]); 4] = [
        ("full", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ],
        ),
    ];

    /// CIE L*a*b* (white D65) of a colour as seen through `vision`; L* is 0 for black and 100 for white.
    fn lab(color: Color, vision: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = [color.0, color.1, color.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        let row = |weights: &[f64; 3], values: &[f64; 3]| -> f64 {
            weights.iter().zip(values).map(|(w, v)| w * v).sum()
        };
        let seen = [0, 1, 2].map(|i| row(&vision[i], &linear).clamp(0.0, 1.0));
        let bent = |t: f64| {
            if t > 216.0 / 24389.0 {
                t.cbrt()
            } else {
                (24389.0 / 27.0 * t + 16.0) / 116.0
            }
        };
        let x = bent(row(&[0.4124564, 0.3575761, 0.1804375], &seen) / 0.95047);
        let y = bent(row(&[0.2126729, 0.7151522, 0.0721750], &seen));
        let z = bent(row(&[0.0193339, 0.1191920, 0.9503041], &seen) / 1.08883);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt()
    }

    #[test]
    fn classes_differ_for_every_kind_of_color_vision() {
        for (name, vision) in VISIONS {
            for (i, &a) in CLASSES.iter().enumerate() {
                for &b in &CLASSES[..i] {
                    let distance = distance(lab(a, &vision), lab(b, &vision));
                    assert!(
                        distance > 15.0,
                        "{name}: {a} and {b} differ by {distance:.1}"
                    );
                }
            }
        }
    }

    #[test]
    fn classes_are_dark_enough_for_white_paper() {
        for color in CLASSES {
            let lightness = lab(color, &VISIONS[0].1)[0];
            assert!(lightness < 75.0, "{color} has lightness {lightness:.1}");
        }
    }

    #[test]
    fn signs_differ_for_every_kind_of_color_vision() {
        for (name, vision) in VISIONS {
            for step in 2..=10 {
                let value = f64::from(step) / 10.0;
                let distance = distance(
                    lab(diverging(-value), &vision),
                    lab(diverging(value), &vision),
                );
                assert!(distance > 10.0, "{name}: ±{value} differ by {distance:.1}");
            }
        }
    }

    #[test]
    fn magnitudes_grow_lighter_in_even_steps_for_every_kind_of_color_vision() {
        for (name, vision) in VISIONS {
            let steps: Vec<f64> = (0..20)
                .map(|i| {
                    let lightness = |i: i32| lab(sequential(f64::from(i) / 20.0), &vision)[0];
                    lightness(i + 1) - lightness(i)
                })
                .collect();
            let mean = steps.iter().sum::<f64>() / 20.0;
            assert!(mean > 3.0, "{name}: {mean:.1}");
            for step in &steps {
                assert!(
                    (0.3 * mean..1.8 * mean).contains(step),
                    "{name}: {steps:.1?}"
                );
            }
        }
        assert_eq!(sequential(-1.0), SEQUENTIAL[0]);
        assert_eq!(sequential(2.0), SEQUENTIAL[9]);
    }

    #[test]
    fn grey_runs_from_paper_to_ink_and_clamps() {
        assert_eq!(grey(0.0), PAPER);
        assert_eq!(grey(1.0), INK);
        assert_eq!(grey(-3.0), PAPER);
        assert_eq!(grey(7.0), INK);
        let lightness: Vec<u8> = (0..=10).map(|i| grey(f64::from(i) / 10.0).0).collect();
        assert!(lightness.windows(2).all(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn diverging_hits_its_ends_and_middle_and_clamps() {
        assert_eq!(diverging(-1.0), DIVERGING[0]);
        assert_eq!(diverging(0.0), DIVERGING[5]);
        assert_eq!(diverging(1.0), DIVERGING[10]);
        assert_eq!(diverging(-9.0), DIVERGING[0]);
        assert_eq!(diverging(9.0), DIVERGING[10]);
        assert_eq!(diverging(0.1), mixed(DIVERGING[5], DIVERGING[6], 0.5));
    }

    #[test]
    fn is_printed_as_html_does() {
        assert_eq!(Color(0, 114, 178).to_string(), "#0072b2");
    }
}
