//! How long the scheduler takes to start: from its process to its first question for an
//! invocation, and to the answer of a first tick against the embedded AWS.
//!
//! ```sh
//! cargo build --release -p scheduler
//! cargo run -p nightcap-tests --bin cold-start -- target/release/scheduler 50
//! ```
//!
//! Three rows: over HTTP; over HTTPS where the function trusts one certificate; over HTTPS
//! where it reads the bundle of this machine's roots besides, as Lambda's image has one.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a measurement that cannot go on ends"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use nightcap_tests::{EmbeddedAws, Function, Tls, root};
use serde_json::json;

/// Where distributions keep their roots, Amazon Linux's place first.
const BUNDLES: [&str; 2] = [
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-certificates.crt",
];

/// A working afternoon: nothing is to be done, whatever the tick sees.
const AFTERNOON: &str = "2026-11-20T15:00:00Z";

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let binary: PathBuf = arguments
        .next()
        .expect("usage: cold-start BINARY [RUNS]")
        .into();
    let runs = arguments.next().map_or(50, |runs| {
        let runs = runs.into_string().expect("a number of runs");
        runs.parse().expect("a number of runs")
    });
    let binary = binary.canonicalize().expect("a binary that exists");
    let config = root().join("tests/demo/nightcap.yaml");
    let config = std::fs::read_to_string(config).expect("the demo's configuration");
    let aws = EmbeddedAws::start(AFTERNOON);
    aws.seed();
    let tls = Tls::before(&aws);
    let scheduler = || {
        Function::at(&binary)
            .using(&aws)
            .with("NIGHTCAP_CONFIG", &config)
    };

    println!("{runs} runs, milliseconds: least, median, 95th of a hundred; MiB: median");
    println!(
        "{:<24} {:>20} {:>23} {:>6}",
        "", "first next", "first answer", "MiB"
    );
    let http = || scheduler().with("SSL_CERT_FILE", tls.certificate().display().to_string());
    row("HTTP", runs, http);
    row("HTTPS, one certificate", runs, || scheduler().over(&tls));
    match BUNDLES.iter().find(|bundle| Path::new(bundle).exists()) {
        None => println!("HTTPS, roots: this machine has no bundle of them"),
        Some(bundle) => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let roots = folder.path().join("roots.pem");
            let mut text = std::fs::read_to_string(bundle).expect("the machine's roots");
            text += &std::fs::read_to_string(tls.certificate()).expect("our certificate");
            std::fs::write(&roots, text).expect("a file for the roots");
            let roots = roots.display().to_string();
            row("HTTPS, a machine's roots", runs, || {
                scheduler().over(&tls).with("SSL_CERT_FILE", &roots)
            });
        }
    }
}

/// Starts the function over and over, and prints what it took.
fn row(name: &str, runs: usize, function: impl Fn() -> Function) {
    let (mut nexts, mut answers, mut memory) = (vec![], vec![], vec![]);
    for _ in 0..runs {
        let mut running = function().start();
        let event = json!({ "command": "tick", "at": AFTERNOON });
        let answer = running.invoke(&event).expect("an answer");
        assert_eq!(
            answer["summary"]["problems"],
            0,
            "{answer:#}\n{}",
            running.log()
        );
        let took = running.cold_start().expect("it has answered");
        nexts.push(took.next);
        answers.push(took.answer);
        memory.push(running.peak_memory());
    }
    memory.sort_unstable();
    let memory = memory
        .get(memory.len() / 2)
        .map_or(0, |bytes| bytes / (1024 * 1024));
    println!(
        "{name:<24} {} {} {memory:>6}",
        spread(nexts),
        spread(answers)
    );
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let last = times.len() - 1;
    let at = |share: usize| times[last * share / 100].as_secs_f64() * 1e3;
    format!("{:>7.1} {:>7.1} {:>7.1}", at(0), at(50), at(95))
}
