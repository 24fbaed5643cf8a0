//! Data to learn from: readers of files, handwritten digits that need no file, and generators whose truth is known.
//!
//! Every reader of objects gives a [`Dataset`]: a matrix with an object in each row and a feature in each column, and beside it
//! what is known of them, such as labels, column names and the shape of the images.
//!
//! | where from | how |
//! |---|---|
//! | the 8x8 digits, embedded | [`digits()`] |
//! | made by a formula, the truth beside it | [`generators`] |
//! | a file of any of the formats below, gzip'd or not | [`read()`] |
//! | a table of numbers and words: CSV, TSV and the like | [`read_table`], [`read_table_from`] |
//! | an IDX file, as MNIST is kept | [`read_idx`], [`read_idx_with_labels`], [`idx::read`] |
//! | CIFAR's binary batches | [`read_cifar`] |
//! | a map or codebook of SOM_PAK or LVQ_PAK (`.cod`), which is no [`Dataset`] | [`read_cod`], [`read_cod_from`] |
//! | a NumPy array, with the feature `npy` | `read_npy`, `read_npy_from` |
//!
//! [`write_csv_to`] and, with the feature, `write_npy_to` write a matrix that these read back to the same bits, and
//! [`write_cod_to`] a map or codebook; [`CsvWriter`] writes a table row by row.
//!
//! [`Scaling`] brings the columns to one scale, [`splits`] hold a part out, and [`Dataset::aligned_with`] brings a second
//! file to the coding of the first. [`Dataset::take_columns`] takes out what is no feature: answers, say.
//!
//! ```
//! use unsup_data::{TableOptions, digits, read_table_from};
//!
//! let digits = digits();
//! assert_eq!(digits.features.shape().to_string(), "1797x64");
//! assert_eq!(digits.labels.unwrap()[..3], [0, 1, 2]);
//!
//! let options = TableOptions::default();
//! let flowers = "length,width\n5.1,3.5\n4.9,3.0\n".as_bytes();
//! let flowers = read_table_from(flowers, "flowers.csv", &options)?;
//! assert_eq!(flowers.features.row(1), [4.9, 3.0]);
//! assert_eq!(flowers.feature_names, ["length", "width"]);
//! assert_eq!(flowers.notes, ["separated by commas", "names from the first line"]);
//!
//! let wide = "length,width\n5.1,3.5\n4.9,wide\n".as_bytes();
//! assert_eq!(
//!     read_table_from(wide, "flowers.csv", &options).unwrap_err().to_string(),
//!     r#"flowers.csv, line 3, column 2 ("width"): found "wide", expected a number as in the lines above"#
//! );
//! # Ok::<(), unsup_data::DataError>(())
//! ```
//!
//! Files come from outside, so that no content of one is a reason to panic, and none is repaired in silence: a cell
//! that fits no column, or a byte too many, is a [`DataError`] that says in one line what was found, where, and
//! what was expected. A reader takes no more memory than the data it has met justifies, whatever a header promises.
//!
//! # Place in the house
//!
//! Beside the others: it needs [`Matrix`](unsup_autograd::Matrix) and seeded randomness of [`unsup_autograd`], and no
//! more. [`unsup_models`](../unsup_models/index.html) learns from any matrix, wherever that comes from.
//!
//! The digits are the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998, UCI,
//! CC BY 4.0), as scikit-learn ships them; `digits/README.md` says more.

mod align;
mod dataset;
mod digits;
mod error;
mod files;
pub mod generators;
mod read;
mod scaling;
mod setting;
pub mod splits;
mod taken;

pub use dataset::{ColumnWords, Dataset, ImageShape};
pub use digits::digits;
pub use error::{DataError, in_one_line};
pub use files::cifar::{CifarKind, read_cifar};
pub use files::cod::{
    CodebookFile, CodebookKind, Lattice, LatticeKernel, read_cod, read_cod_from, write_cod_to,
};
pub use files::idx::{self, read_idx, read_idx_with_labels};
#[cfg(feature = "npy")]
pub use files::npy::{read_npy, read_npy_from, write_npy_to};
pub use files::table::{
    Cell, CsvWriter, Delimiter, LabelColumn, LabelIfThere, MOST_WORDS, TableOptions, read_table,
    read_table_from, write_csv_to,
};
pub use read::{Format, ReadOptions, read, read_with_format};
pub use scaling::{Scaling, ScalingKind};
pub use setting::SettingError;
pub use taken::TakenColumn;
