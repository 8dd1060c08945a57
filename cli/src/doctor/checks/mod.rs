//! The checks, one file each.

mod databases;
mod fleet;
mod functions;
mod ledger;
mod machines;
mod money;
mod permissions;
mod queues;
mod schedules;
mod tags;
mod topic;

pub(crate) use machines::FAILURES;
