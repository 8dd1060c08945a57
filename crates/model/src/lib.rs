//! What every part of Nightcap shares: names, languages, lengths of time, texts that may
//! stand in one line.
//!
//! It depends on nothing of Nightcap, and holds nothing that decides.

pub mod arn;
mod language;
mod length;
pub mod names;
mod nearest;
pub mod text;

pub use language::Language;
pub use length::{Length, LengthError};
pub use nearest::nearest;
