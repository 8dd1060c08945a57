//! How often AWS is asked, with the ledger on.

use nightcap_tests::{EmbeddedAws, REGION};

use crate::stage::{Process, create_ledger};
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
    // A tick to get to know the fleet, a quiet one, a stop; the stops are seen, then a start.
    for at in ["17:50", "17:55", "18:00", "18:10", "08:00"] {
        let day = if at == "08:00" { 21 } else { 20 };
        let at = format!("2026-11-{day}T{at}:00Z");
        aws.move_to(&at);
        aws.forget_calls();
        let answer = process.invoke(&tick(&at)).unwrap().unwrap();
        let summary = ["started", "stopped", "waiting", "problems"]
            .map(|count| answer["summary"][count].as_u64().unwrap());
        found.push((summary, aws.calls()));
    }
    let summaries: Vec<_> = found.iter().map(|(summary, _)| *summary).collect();
    let still = [0; 4];
    assert_eq!(summaries, [still, still, [0, 100, 0, 0], still, [100, 0, 0, 0]]);
    let (quiet, stop, start) = (&found[1].1, &found[2].1, &found[4].1);
    println!("quiet {}, stop {}, start {}", quiet.len(), stop.len(), start.len());
    assert!(quiet.len() <= 4, "{quiet:#?}");
    assert!(stop.len() <= DATABASES + 6, "{}", stop.len());
    assert!(start.len() <= DATABASES + 6, "{}", start.len());
}
