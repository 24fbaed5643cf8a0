//! Part 2: auto-encoders.

use super::Slide;

pub const SLIDES: [Slide; 0] = [];
