//! The tests of this crate from outside, in one binary: each module is about one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod config_default;
mod config_doubts;
mod config_json;
mod config_messages;
mod config_properties;
mod external_id;
mod fuzz_corpus;
mod guard_ladder;
mod guard_mails;
mod guard_silence;
mod guard_world;
mod hidden_text;
mod hold_money;
mod holds;
mod ledger_observation;
mod message_tick;
mod plan_backups;
mod plan_breaker;
mod plan_holds;
mod plan_laws;
mod plan_memory;
mod plan_production;
mod plan_scenarios;
mod plan_upcoming;
mod progress;
mod snapshots_of_databases;
mod woken;
mod world;
