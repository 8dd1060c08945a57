//! Mails: plain text that a person reads, one file a message.
//!
//! Subjects are ASCII of at most 99 characters with the verdict first, because SNS takes
//! no other; bodies have at most 72 columns, because mail programs show no layout but lines.

mod layout;
mod nothing_done;
mod tick;
mod when;

pub use layout::{Mail, WIDTH, ascii_subject};
pub use nothing_done::nothing_done;
pub use tick::{TickNews, tick};
pub use when::local;
