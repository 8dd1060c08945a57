//! The budget guard: an event becomes a request, a request becomes an answer.
//!
//! Nothing here can stop or start anything: of the adapters it uses Budgets, Cost Explorer, SNS
//! and the ledger's table alone, which a test asserts.

pub mod differences;
mod figures;
pub mod handler;
pub mod inventory;
pub mod notification;
pub mod request;
