//! Schedules of faults by chance.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_domain::hold::{Author, Hold, Scope};
use nightcap_domain::names::EnvironmentName;
use nightcap_domain::time::State;
use nightcap_tests::{Chance, first_seed, runs};

use crate::faults::run::{
    BEAT, CONFIG, Run, config_of_every_kind, fleet, fleet_of_every_kind, on_paused_clock, utc,
};
use crate::faults::wire::Weather;
use crate::faults::world::Status;

/// Evenings and mornings of one run, the first evening of winter's weekend included.
const TRANSITIONS: [&str; 4] = [
    "2026-11-20T18:00:00Z",
    "2026-11-23T08:00:00Z",
    "2026-11-23T18:00:00Z",
    "2026-11-24T08:00:00Z",
];

/// Before the first of them.
const EVE: &str = "2026-11-20T17:40:00Z";

/// Schedules without being asked for more: some seconds.
const RUNS: u64 = 500;

#[test]
fn whatever_fails_the_fleet_ends_as_desired() {
    schedules(runs(RUNS), |manual| {
        Run::new(&CONFIG.replace("MANUAL", manual), fleet(), EVE)
    });
}

#[test]
fn whatever_fails_a_fleet_of_every_kind_ends_as_desired() {
    schedules(runs(RUNS / 2), |manual| {
        Run::new(&config_of_every_kind(manual), fleet_of_every_kind(), EVE)
    });
}

fn schedules(runs: u64, run: impl Fn(&str) -> Run + Copy) {
    let (seed, began) = (first_seed(), Instant::now());
    let (mut ticks, mut calls, mut struck, mut died, mut slowest) = (0, 0, 0, 0, 0);
    println!("seeds {seed} to {}", seed + runs - 1);
    for seed in seed..seed + runs {
        let (run, settled) = on_paused_clock(schedule(seed, run));
        let settled = settled.unwrap_or_else(|wrong| {
            panic!("NIGHTCAP_FAULT_SEED={seed} NIGHTCAP_FAULT_RUNS=1 shows it again:\n{wrong}")
        });
        slowest = slowest.max(settled);
        ticks += u64::from(run.tally.ticks.load(Relaxed));
        calls += run.tally.calls.load(Relaxed);
        struck += run.tally.struck.load(Relaxed);
        died += u64::from(run.tally.died.load(Relaxed));
    }
    println!(
        "{runs} schedules, {ticks} ticks ({died} died), {calls} calls ({struck} struck), quiet after at most {slowest} fair ticks, {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert!(struck > 0 && died > 0, "no fault struck");
}

async fn schedule(seed: u64, run: impl Fn(&str) -> Run) -> (Run, Result<u32, String>) {
    let mut chance = Chance::new(seed);
    let manual = *chance.one_of(&["respect", "revert"]);
    let run = run(manual);
    let settled = days(&run, &mut chance, manual).await;
    (run, settled)
}

async fn days(run: &Run, chance: &mut Chance, manual: &str) -> Result<u32, String> {
    let mut slowest = 0;
    // A fleet that is up, and is known to be: what is on later is on by the schedule.
    run.calm().await?;
    for at in TRANSITIONS.map(utc) {
        run.earth.with(|world, _| world.turns.push(at));
        run.until(at - TimeDelta::seconds(20) + seconds(chance, 600))
            .await;
        storm(run, chance).await;
        run.until(at).await;
        if chance.percent(20) {
            let end = hold(run, chance);
            storm(run, chance).await;
            slowest = slowest.max(run.calm().await?);
            run.verdict(None)?;
            run.until(end).await;
            storm(run, chance).await;
        }
        slowest = slowest.max(run.calm().await?);
        run.verdict(None)?;
        if chance.percent(30) {
            by_hand(run, chance, manual).await?;
        }
    }
    Ok(slowest)
}

/// Up to an hour in which anything may happen to any call.
async fn storm(run: &Run, chance: &mut Chance) {
    let percent = *chance.one_of(&[1, 10, 50]);
    let mut ticks = vec![];
    for _ in 0..chance.below(12) {
        // Lost, alone, or up to three at once: delivered twice, late, out of order.
        let copies = *chance.one_of(&[0, 1, 1, 1, 1, 2, 2, 3]);
        for _ in 0..copies {
            let weather = Weather::Foul {
                chance: Chance::new(chance.draw()),
                percent,
            };
            let skew = TimeDelta::milliseconds(3_000) - seconds(chance, 6);
            ticks.push(run.tick(weather, skew, None));
            if chance.percent(50) {
                run.until(run.earth.now() + seconds(chance, 100)).await;
            }
        }
        run.until(run.earth.now() + BEAT - seconds(chance, 60))
            .await;
    }
    for tick in ticks {
        let _ = tick.await.unwrap();
    }
}

/// A person keeps preprod up, or down, for a while; tells until when.
fn hold(run: &Run, chance: &mut Chance) -> DateTime<Utc> {
    let until = run.earth.now() + TimeDelta::hours(1) + seconds(chance, 4 * 3_600);
    run.earth.with(|world, now| {
        world.ledger.holds.push(Hold {
            id: format!("preprod-{}", now.timestamp()),
            scope: Scope::Environment(EnvironmentName::new("preprod")),
            state: *chance.one_of(&[State::Running, State::Stopped]),
            from: now,
            until,
            by: "on-call".to_owned(),
            reason: "release".to_owned(),
            made_at: now,
            author: Author::Person,
        });
        world.turns.extend([now, until]);
    });
    until
}

/// A person starts a sleeping database, or stops one that is up.
async fn by_hand(run: &Run, chance: &mut Chance, manual: &str) -> Result<(), String> {
    run.earth
        .with(|world, now| match world.databases["db-1"].status {
            Status::Stopped => world.person_starts("db-1", now).unwrap(),
            _ => world.person_stops("db-1", now).unwrap(),
        });
    run.until(run.earth.now() + TimeDelta::minutes(10)).await;
    storm(run, chance).await;
    run.calm().await?;
    run.verdict((manual == "respect").then_some("db-1"))
}

fn seconds(chance: &mut Chance, most: u64) -> TimeDelta {
    TimeDelta::milliseconds(i64::try_from(chance.below(most * 1_000)).unwrap())
}
