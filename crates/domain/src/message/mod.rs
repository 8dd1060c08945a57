//! Mails: plain text that a person reads, one file a message.
//!
//! Subjects are ASCII of at most 99 characters with the verdict first, because SNS takes
//! no other; bodies have at most 72 columns, because mail programs show no layout but lines.

mod action;
mod action_refused;
mod action_reverted;
mod action_taken;
mod awake;
mod budget_forecast;
mod budget_missing;
mod budget_recovered;
mod budget_spent;
mod data_doubtful;
mod data_stale;
mod layout;
mod money;
mod month_close;
mod not_calibrated;
mod nothing_done;
mod silent;
mod tick;
mod when;

pub use action::Asked;
pub use action_refused::action_refused;
pub use action_reverted::action_reverted;
pub use action_taken::action_taken;
pub use budget_forecast::budget_forecast;
pub use budget_missing::budget_missing;
pub use budget_recovered::budget_recovered;
pub use budget_spent::budget_spent;
pub use data_doubtful::{data_doubtful, doubted};
pub use data_stale::data_stale;
pub use layout::{Mail, WIDTH, ascii_subject};
pub(crate) use money::usd;
pub use money::{MoneyFacts, Part};
pub use month_close::{Forecasted, month_close};
pub use not_calibrated::not_calibrated;
pub use nothing_done::{NothingRead, nothing_done};
pub use silent::{Heard, Letter, Silent, heard, silent};
pub use tick::{TickNews, tick};
pub use when::local;
