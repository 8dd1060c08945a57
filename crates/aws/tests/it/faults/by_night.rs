//! What a person gives a sleeping group at night: left until the morning, when it has its capacity
//! back, whatever call of that morning fails or is the last one of its process.

use chrono::TimeDelta;
use nightcap_aws::error::Cause;
use nightcap_domain::capacity::Capacity;

use crate::faults::run::{
    BEAT, Run, config_of_every_kind, fleet_of_every_kind, on_paused_clock, utc,
};
use crate::faults::wire::{Fate, Weather, Wire};
use crate::faults::world::Scaling;

const EVENING: &str = "2026-11-20T18:00:00Z";
const MORNING: &str = "2026-11-23T08:00:00Z";

/// The groups, services and node groups that sleep at night.
const GROUPS: [&str; 5] = ["app", "workers", "web", "api", "nodes"];

const FATES: [Fate; 5] = [
    Fate::DiesBefore,
    Fate::DiesAfter,
    Fate::Lost,
    Fate::Refused(Cause::Denied),
    Fate::Refused(Cause::Throttled),
];

#[test]
fn a_capacity_lowered_at_night_comes_back_whatever_call_of_the_morning_fails() {
    let mut struck = 0;
    for manual in ["respect", "revert"] {
        for tick in 0..4 {
            for fate in FATES {
                for place in 0.. {
                    match on_paused_clock(night(manual, Some((tick, place, fate)))) {
                        Ok(true) => struck += 1,
                        Ok(false) => break,
                        Err(wrong) => {
                            panic!("{manual}, tick {tick}, {fate:?} at {place}:\n{wrong}")
                        }
                    }
                }
            }
        }
    }
    println!("{struck} mornings, each with one call struck");
    assert!(struck > 100, "{struck}");
}

#[test]
fn a_capacity_lowered_at_night_is_left_until_the_morning_where_changes_are_respected() {
    assert_eq!(on_paused_clock(night("respect", None)), Ok(false));
}

/// A night in which somebody lowers everything; `false` if the tick has no such call.
async fn night(manual: &str, strike: Option<(i32, usize, Fate)>) -> Result<bool, String> {
    let config = config_of_every_kind(manual);
    let run = Run::new(&config, fleet_of_every_kind(), "2026-11-20T17:40:00Z");
    run.earth.with(|world, _| {
        world.turns.extend([utc(EVENING), utc(MORNING)]);
    });
    run.calm().await?;
    run.until(utc(EVENING)).await;
    run.calm().await?;
    run.verdict(None)?;
    run.until(utc("2026-11-20T20:00:00Z")).await;
    let by_hand: Vec<(&str, Capacity)> = run.earth.with(|world, now| {
        GROUPS
            .iter()
            .map(|name| {
                let capacity = lowered(world.groups[*name].scaling);
                world.person_sets(name, capacity, now);
                (*name, capacity)
            })
            .collect()
    });
    run.until(utc("2026-11-20T20:10:00Z")).await;
    run.calm().await?;
    run.earth.with(|world, _| {
        for (name, capacity) in &by_hand {
            let group = &world.groups[*name];
            let day = group.scaling.day().to_string();
            assert_eq!(group.memory.as_deref(), Some(day.as_str()), "{name}");
            let left = group.capacity == *capacity;
            assert_eq!(left, manual == "respect", "{name} is {}", group.capacity);
        }
    });
    let mut had = false;
    if let Some((tick, place, fate)) = strike {
        for number in 0..=tick {
            run.until(utc(MORNING) + BEAT * number).await;
            let weather = if number == tick {
                Weather::Strikes { place, fate }
            } else {
                Weather::Fair
            };
            let wire = Wire::new(&run.earth, weather);
            let _ = run.process(&wire, TimeDelta::zero(), None).await;
            had = wire.calls() > place;
        }
        if !had {
            return Ok(false);
        }
        run.until(run.earth.now() + BEAT).await;
    }
    run.until(utc(MORNING)).await;
    run.calm().await?;
    run.verdict(None)?;
    // And nothing is left that would wake it to something else tomorrow.
    run.earth.with(|world, _| {
        for name in GROUPS {
            assert_eq!(world.groups[name].memory, None, "{name}");
        }
    });
    Ok(had)
}

fn lowered(scaling: Scaling) -> Capacity {
    let text = match scaling {
        Scaling::Group | Scaling::Service => "1/1/1",
        Scaling::ScaledService => "0/1/6",
        // EKS takes no maximum below 1, and what is put back keeps the one it finds.
        Scaling::Nodes => "1/1/4",
    };
    text.parse().unwrap()
}
