//! `unsup train` for models that learn together.
//!
//! | file | method |
//! |---|---|
//! | `adversarial` | a generator and a discriminator |

pub mod adversarial;
