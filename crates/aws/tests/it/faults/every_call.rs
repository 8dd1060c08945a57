//! Every call of a whole sleep and wake is struck once by every fate, alone and with a second
//! tick at work at the same time.

use chrono::TimeDelta;
use nightcap_aws::error::Cause;
use nightcap_tests::Chance;

use crate::faults::run::{
    BEAT, CONFIG, Run, config_of_every_kind, fleet, fleet_of_every_kind, on_paused_clock, utc,
};
use crate::faults::wire::{Fate, Weather, Wire};

const FATES: [Fate; 8] = [
    Fate::DiesBefore,
    Fate::DiesAfter,
    Fate::Lost,
    Fate::Twice,
    Fate::Refused(Cause::Throttled),
    Fate::Refused(Cause::Denied),
    Fate::Refused(Cause::Gone),
    Fate::Refused(Cause::Other),
];

/// Ticks after each transition that are struck in turn: a wake takes four.
const TICKS: i32 = 5;

#[derive(Clone, Copy, Debug)]
struct Strike {
    transition: &'static str,
    tick: i32,
    place: usize,
    fate: Fate,
    /// Whether the fleet has every kind.
    of_every_kind: bool,
    /// A second process at the same time, and how its calls fall between those of the first.
    company: Option<u64>,
}

#[test]
fn every_call_may_be_the_last_one() {
    assert_eq!(strike_all(false, &[None]), 544);
}

#[test]
fn every_call_may_be_the_last_one_while_another_tick_is_at_work() {
    let company: Vec<_> = (0..4).map(Some).collect();
    assert!(strike_all(false, &company) >= 4 * 544);
}

#[test]
fn every_call_for_every_kind_may_be_the_last_one() {
    let cycles = strike_all(true, &[None]);
    assert!(cycles > 900, "{cycles}");
}

#[test]
fn every_call_for_every_kind_may_be_the_last_one_while_another_tick_is_at_work() {
    let cycles = strike_all(true, &[Some(0)]);
    assert!(cycles > 900, "{cycles}");
}

/// Strikes every call in turn; tells how many runs that took.
fn strike_all(of_every_kind: bool, companies: &[Option<u64>]) -> u32 {
    let mut runs = 0;
    for transition in ["2026-11-20T18:00:00Z", "2026-11-23T08:00:00Z"] {
        for tick in 0..TICKS {
            for company in companies {
                for fate in FATES {
                    for place in 0.. {
                        let strike = Strike {
                            transition,
                            tick,
                            place,
                            fate,
                            of_every_kind,
                            company: *company,
                        };
                        match on_paused_clock(cycle(strike)) {
                            Ok(true) => runs += 1,
                            Ok(false) => break,
                            Err(wrong) => panic!("{strike:?}:\n{wrong}"),
                        }
                    }
                }
            }
        }
    }
    println!("{runs} cycles, each with one call struck");
    runs
}

/// An evening and a morning; `false` if the tick has no such call.
async fn cycle(strike: Strike) -> Result<bool, String> {
    let (config, fleet) = if strike.of_every_kind {
        (config_of_every_kind("respect"), fleet_of_every_kind())
    } else {
        (CONFIG.replace("MANUAL", "respect"), fleet())
    };
    let run = Run::new(&config, fleet, "2026-11-20T17:40:00Z");
    run.calm().await?;
    let mut struck = false;
    for at in ["2026-11-20T18:00:00Z", "2026-11-23T08:00:00Z"] {
        run.earth.with(|world, _| world.turns.push(utc(at)));
        if at == strike.transition {
            for number in 0..=strike.tick {
                run.until(utc(at) + BEAT * number).await;
                if number < strike.tick {
                    fair(&run).await;
                } else if !struck_tick(&run, strike).await {
                    return Ok(false);
                }
            }
            struck = true;
            run.until(run.earth.now() + BEAT).await;
        }
        run.until(utc(at)).await;
        run.calm().await?;
        run.verdict(None)?;
    }
    Ok(struck)
}

async fn fair(run: &Run) {
    let _ = run
        .tick(Weather::Fair, TimeDelta::zero(), None)
        .await
        .unwrap();
}

async fn struck_tick(run: &Run, strike: Strike) -> bool {
    let Strike { place, fate, .. } = strike;
    let other = strike.company.map(|seed| {
        let slow = Weather::Slow(Chance::new(seed));
        run.tick(slow, TimeDelta::zero(), None)
    });
    let wire = Wire::new(&run.earth, Weather::Strikes { place, fate });
    let _ = run.process(&wire, TimeDelta::zero(), None).await;
    if let Some(other) = other {
        let _ = other.await.unwrap();
    }
    wire.calls() > place
}
