//! The readers against files good and bad: every message word by word, what was written read back, and no content at
//! all that makes them panic.

mod bad_files;
mod cod;
mod common;
mod formats;
mod idx;
mod mutations;
#[cfg(feature = "npy")]
mod npy;
mod real;
mod table;
mod words;
