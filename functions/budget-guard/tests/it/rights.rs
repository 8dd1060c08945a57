//! The guard can stop nothing: its code reaches no adapter that could.

use std::fs;
use std::path::Path;

/// The modules of other crates the guard may use. None of them can start, stop or resize anything.
const ALLOWED: [(&str, &[&str]); 2] = [
    (
        "nightcap_aws::",
        &[
            "alert_ledger",
            "budgets",
            "clients",
            "clock",
            "config_source",
            "cost_explorer",
            "error",
            "price_source",
            "settings",
            "sns",
            "time_left",
        ],
    ),
    (
        "nightcap_reconcile::",
        &[
            "alert_ledger",
            "calls",
            "clock",
            "error",
            "ledger",
            "notifier",
            "random",
            "settings",
            "time_left",
        ],
    ),
];

/// Fails if a source uses anything else of those crates, or says one of these words.
fn assert_harmless(name: &str, text: &str, words: &[&str]) {
    let mut rest = text.to_owned();
    for (from, allowed) in ALLOWED {
        for used in text.split(from).skip(1) {
            let modules: Vec<&str> = match used.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap().split(',').collect(),
                None => vec![used],
            };
            for module in modules {
                let module = module.trim().split([':', ';', ' ']).next().unwrap();
                assert!(allowed.contains(&module), "{name} uses {from}{module}");
            }
        }
        rest = rest.replace(from, "");
    }
    for word in words {
        assert!(!rest.contains(word), "{name} says {word}");
    }
}

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
    let words = [
        ".rds()",
        ".autoscaling()",
        "registry",
        "reconcile",
        "aws_sdk",
    ];
    for (name, text) in sources() {
        assert_harmless(&name, &text, &words);
    }
}

#[test]
fn the_adapters_it_uses_do_not_reach_those_that_can() {
    let words = [
        ".rds()",
        ".autoscaling()",
        "registry",
        "reconcile",
        "crate::kind",
    ];
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    for module in [
        "aws/src/billing/budgets",
        "aws/src/billing/cost_explorer",
        "aws/src/notify/sns",
        "aws/src/source/prices",
        "aws/src/store/alerts/dynamodb",
        "aws/src/store/alerts/mod",
        "aws/src/store/alerts/told",
        "aws/src/store/beat",
        "aws/src/store/dynamodb",
        "aws/src/store/item",
        "aws/src/store/mod",
        "aws/src/store/transaction",
        "lambda/src/answer_size",
        "lambda/src/metrics/mod",
        "lambda/src/payload",
        "reconcile/src/alert_ledger",
        "reconcile/src/ledger/mod",
    ] {
        let text = fs::read_to_string(crates.join(format!("{module}.rs"))).unwrap();
        assert_harmless(module, &text, &words);
    }
}
