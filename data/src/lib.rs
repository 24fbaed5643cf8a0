//! Data to learn from: readers of files, and handwritten digits that need no file.
//!
//! Everything becomes a [`Dataset`]: a matrix with an object in each row and a feature in each column, and beside it
//! what is known of them, such as labels, column names and the shape of the images.
//!
//! | where from | how |
//! |---|---|
//! | the 8x8 digits, embedded | [`digits()`] |
//! | a file of comma-separated numbers | [`read_csv`], [`read_csv_from`] |
//! | made by a formula, the truth beside it | [`generators`] |
//! | an IDX file, as MNIST is kept, gzip'd or not | [`idx::read`] |
//!
//! [`Scaling`] brings the columns to one scale, and [`splits`] hold a part out.
//!
//! ```
//! use unsup_data::{digits, read_csv_from};
//!
//! let digits = digits();
//! assert_eq!(digits.features.shape().to_string(), "1797x64");
//! assert_eq!(digits.labels.unwrap()[..3], [0, 1, 2]);
//!
//! let flowers = read_csv_from("length,width\n5.1,3.5\n4.9,3.0\n".as_bytes(), "flowers.csv")?;
//! assert_eq!(flowers.features.row(1), [4.9, 3.0]);
//! assert_eq!(flowers.feature_names, ["length", "width"]);
//!
//! let error = read_csv_from("length,width\n5.1,wide\n".as_bytes(), "flowers.csv").unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     r#"flowers.csv, line 2, column 2 ("width"): found "wide", expected a number"#
//! );
//! # Ok::<(), unsup_data::DataError>(())
//! ```
//!
//! Files come from outside, so that no content of one is a reason to panic, and none is repaired in silence: a cell
//! that is no finite number, or a byte too many, is a [`DataError`] that says in one line what was found, where, and
//! what was expected. A reader takes no more memory than the data it has met justifies, whatever a header promises.
//!
//! The digits are the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998, UCI,
//! CC BY 4.0), as scikit-learn ships them; `digits/README.md` says more.

mod csv_file;
mod dataset;
mod digits;
mod error;
pub mod generators;
pub mod idx;
mod scaling;
mod setting;
pub mod splits;

pub use csv_file::{read_csv, read_csv_from};
pub use dataset::{Dataset, ImageShape};
pub use digits::digits;
pub use error::{DataError, in_one_line};
pub use scaling::{Scaling, ScalingKind};
pub use setting::SettingError;
