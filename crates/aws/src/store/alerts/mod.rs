//! The guard's part of the ledger's table.
//!
//! | `pk` | `sk` | what |
//! |---|---|---|
//! | `guard#BUDGET` | `entry#KEY` | something told or asked for; `sent` once that is done |
//! | `guard#BUDGET` | `seen#MONTH#DATE` | what was seen on a data date |
//! | `guard#BUDGET` | `costs#DATE` | Cost Explorer's answer of a day, which was paid for |
//!
//! Holds and the guard's own sign of life are the scheduler's part, which every tick reads; they
//! are written as the ledger does.

mod dynamodb;
mod told;

pub use dynamodb::DynamoDbAlerts;
