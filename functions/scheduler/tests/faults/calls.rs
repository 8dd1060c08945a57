//! How often AWS is asked, with the ledger on.

use nightcap_tests::{EmbeddedAws, REGION};

use crate::stage::{BEAT, Process, create_ledger};
use crate::world::{create_database, tick};

const DATABASES: usize = 100;

#[test]
fn a_hundred_databases_take_a_hundred_calls_and_six_and_a_quiet_tick_four() {
    let aws = EmbeddedAws::start("2026-11-20T12:00:00Z");
    create_ledger(&aws);
    for number in 0..DATABASES {
        let tags = [("nightcap:environment", "preprod")];
        create_database(&aws, REGION, &format!("db-{number:03}"), &tags);
    }
    let mut process = Process::before(&aws, None);
    let mut found = vec![];
    let mut at: chrono::DateTime<chrono::Utc> = "2026-11-20T17:00:00Z".parse().unwrap();
    let end: chrono::DateTime<chrono::Utc> = "2026-11-21T09:00:00Z".parse().unwrap();
    while at < end {
        aws.move_to(&at.to_rfc3339());
        aws.forget_calls();
        let answer = process.invoke(&tick(&at.to_rfc3339())).unwrap().unwrap();
        let calls: Vec<String> = aws.calls().into_iter().map(|call| call.action).collect();
        let summary = ["started", "stopped", "waiting", "problems"].map(|c| answer["summary"][c].as_u64().unwrap());
        found.push((at, summary, calls));
        at += if at.format("%M").to_string() < "20".to_owned() { BEAT } else { BEAT * 8 };
    }
    let of = |wanted: [u64; 4]| {
        let tick = found.iter().rfind(|(_, summary, _)| *summary == wanted);
        tick.map(|(_, _, calls)| calls).unwrap_or_else(|| panic!("no tick with {wanted:?} in {found:?}"))
    };
    let (quiet, stop, start) = (of([0; 4]), of([0, 100, 0, 0]), of([100, 0, 0, 0]));
    println!("quiet {}, stop {}, start {}", quiet.len(), stop.len(), start.len());
    assert!(quiet.len() <= 4, "{quiet:?}");
    assert!(stop.len() <= DATABASES + 6, "{}", stop.len());
    assert!(start.len() <= DATABASES + 6, "{}", start.len());
}
