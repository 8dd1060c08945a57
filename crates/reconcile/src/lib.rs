//! Carrying out what was planned: reading the fleet, ordering, writing down, notifying.
//!
//! What it needs of the outside world are small traits: [`kind::ResourceKind`], [`ledger::LedgerStore`],
//! [`alert_ledger::AlertStore`], [`notifier::Notifier`]. It knows no SDK; `nightcap-aws` implements them.

pub mod alert_ledger;
pub mod announce;
pub mod calls;
pub mod clock;
pub mod error;
pub mod fleet;
pub mod kind;
pub mod ledger;
pub mod look;
pub mod notifier;
pub mod prune;
pub mod random;
pub mod reach;
mod readiness;
mod refusals;
pub mod run;
pub mod settings;
mod stale;
pub mod target;
pub mod tick;
pub mod time_left;
