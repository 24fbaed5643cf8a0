//! Part 3: transfer of knowledge, and the adversarial network.

use super::Slide;

pub const SLIDES: [Slide; 0] = [];
