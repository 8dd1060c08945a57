//! What is seen of a function that panics: one line of the log that its invocation's id finds,
//! and the end of the process, which Lambda reports as `Runtime.ExitError`.
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use nightcap_lambda::logs;
use serde_json::Value;

/// Set for the process that is to panic: this same program.
const PANICS: &str = "NIGHTCAP_TEST_PANICS";

#[test]
fn a_panic_is_one_line_with_the_correlation_id_and_ends_the_process() {
    if std::env::var_os(PANICS).is_some() {
        logs::as_json(None);
        logs::invocation("id-1").in_scope(|| {
            logs::command("tick");
            panic!("the impossible \"happened\"\nhere");
        });
    }
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg("panic::a_panic_is_one_line_with_the_correlation_id_and_ends_the_process")
        .env(PANICS, "1")
        .output()
        .unwrap();
    let text = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(
        ended.status.signal(),
        Some(6),
        "SIGABRT: {}\n{text}",
        ended.status
    );
    let lines: Vec<Value> = text
        .lines()
        // Right after the name of the test, which stands there without an end of line.
        .filter_map(|line| serde_json::from_str(line.get(line.find('{')?..)?).ok())
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    let line = &lines[0];
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["correlation_id"], "id-1");
    assert_eq!(line["command"], "tick");
    assert_eq!(line["panic"], "the impossible \"happened\"\nhere");
    let place = line["place"].as_str().unwrap();
    assert!(
        place.starts_with("crates/lambda/tests/it/panic.rs:"),
        "{place}"
    );
}
