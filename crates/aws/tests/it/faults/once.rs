//! However often an event is delivered, the work is done once.

use chrono::TimeDelta;
use nightcap_tests::Chance;

use crate::faults::run::{
    BEAT, Run, config_of_every_kind, fleet_of_every_kind, on_paused_clock, utc,
};
use crate::faults::wire::Weather;

const SEEDS: u64 = 200;
const ALL: [&str; 9] = [
    "api",
    "app",
    "box",
    "cluster-1",
    "db-1",
    "db-2",
    "nodes",
    "web",
    "workers",
];

#[test]
fn ticks_delivered_up_to_five_times_at_once_order_everything_once() {
    for seed in 0..SEEDS {
        on_paused_clock(cycle(seed)).unwrap_or_else(|wrong| panic!("seed {seed}:\n{wrong}"));
    }
}

async fn cycle(seed: u64) -> Result<(), String> {
    let mut chance = Chance::new(seed);
    let run = Run::new(
        &config_of_every_kind("respect"),
        fleet_of_every_kind(),
        "2026-11-20T17:40:00Z",
    );
    run.calm().await?;
    for (at, what) in [
        ("2026-11-20T18:00:00Z", "stop"),
        ("2026-11-23T08:00:00Z", "start"),
    ] {
        run.earth.with(|world, _| world.turns.push(utc(at)));
        for beat in 0..6 {
            run.until(utc(at) + BEAT * beat).await;
            let copies: Vec<_> = (0..=chance.below(5))
                .map(|_| {
                    let slow = Weather::Slow(Chance::new(chance.draw()));
                    run.tick(slow, TimeDelta::zero(), None)
                })
                .collect();
            for copy in copies {
                let _ = copy.await.unwrap();
            }
        }
        run.calm().await?;
        run.verdict(None)?;
        let mut orders = run.earth.with(|world, _| std::mem::take(&mut world.orders));
        orders.sort_by(|a, b| a.1.cmp(&b.1));
        let given: Vec<_> = orders
            .iter()
            .map(|(_, name, what)| (name.as_str(), *what))
            .collect();
        let once = ALL.map(|name| (name, what));
        if given != once {
            return Err(format!("{orders:?}"));
        }
        // Nothing failed: what is awake remembers no sleep.
        let remembered = run.earth.with(|world, _| {
            let all = world.groups.values();
            all.filter(|group| group.memory.is_some()).count()
        });
        if (what == "start") != (remembered == 0) {
            return Err(format!("{remembered} remember after {what}"));
        }
    }
    Ok(())
}
