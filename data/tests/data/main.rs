//! The readers against files good and bad: every message word by word, what was written read back, and no content at
//! all that makes them panic.

mod common;
mod idx;
mod table;
