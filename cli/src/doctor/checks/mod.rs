//! The checks, one file each.

mod databases;
mod fleet;
mod functions;
mod keys;
mod ledger;
mod machines;
mod money;
mod permissions;
mod policies;
mod queues;
mod schedules;
mod tags;
mod topic;

pub(crate) use machines::FAILURES;
#[cfg(test)]
pub(crate) use permissions::questions;
pub(crate) use permissions::role_of;
