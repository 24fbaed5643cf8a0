//! The map of the whole lecture.
