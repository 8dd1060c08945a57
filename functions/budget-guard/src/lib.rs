//! The budget guard: an event becomes a request, a request becomes an answer.
//!
//! Nothing here can stop or start anything: of the adapters it uses Budgets, Cost Explorer, SNS
//! and the ledger's table alone, which a test asserts.

pub mod differences;
pub mod error;
mod figures;
pub mod handler;
pub mod inventory;
mod look;
pub mod notification;
mod problems;
pub mod request;
mod sources;
mod telling;
