//! The guard can stop nothing: its code reaches no adapter that could.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::fs;
use std::path::Path;

/// The adapters the guard may use. None of them can start, stop or resize anything.
const ALLOWED: [&str; 15] = [
    "alert_ledger",
    "answer_size",
    "budgets",
    "clients",
    "clock",
    "config_source",
    "cost_explorer",
    "error",
    "logs",
    "metrics",
    "payload",
    "price_source",
    "settings",
    "sns",
    "time_left",
];

fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    all.sort();
    assert!(all.len() >= 6, "{all:?}");
    all
}

#[test]
fn only_adapters_that_cannot_stop_anything_are_used() {
    for (name, text) in sources() {
        for used in text.split("nightcap_aws::").skip(1) {
            let names = used
                .strip_prefix('{')
                .map_or(used, |list| list.split('}').next().unwrap());
            let modules: Vec<&str> = if used.starts_with('{') {
                names.split(',').map(str::trim).collect()
            } else {
                vec![names.split([':', ';', ' ']).next().unwrap()]
            };
            for module in modules {
                assert!(
                    ALLOWED.contains(&module),
                    "{name} uses nightcap_aws::{module}"
                );
            }
        }
        for word in [
            ".rds()",
            ".autoscaling()",
            "registry",
            "reconcile",
            "aws_sdk",
        ] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn the_adapters_it_uses_do_not_reach_those_that_can() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/aws/src");
    for module in [
        "alert_ledger/dynamodb",
        "alert_ledger/mod",
        "alert_ledger/told",
        "budgets",
        "cost_explorer",
        "ledger/beat",
        "ledger/dynamodb",
        "ledger/item",
        "ledger/mod",
        "ledger/transaction",
        "price_source",
        "sns",
    ] {
        let text = fs::read_to_string(folder.join(format!("{module}.rs"))).unwrap();
        for word in [
            ".rds()",
            ".autoscaling()",
            "registry",
            "reconcile",
            "crate::kind",
        ] {
            assert!(!text.contains(word), "{module} says {word}");
        }
    }
}
