//! The page of the lecture.
//!
//! | file | what it holds |
//! |---|---|
//! | `slides` | what it says of each method |

pub mod slides;
