//! Weeks of sleep: AWS starts databases by itself on day 7, and says so late, twice or never.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::reconcile::Restarted;
use nightcap_tests::{Chance, first_seed, runs};

use crate::faults::kinds::{arn, kind_of};
use crate::faults::run::{CONFIG, Run, fleet, on_paused_clock, utc};
use crate::faults::wire::Weather;
use crate::faults::world::Status;

const RUNS: u64 = 40;
/// Asleep from the evening of 2 November to the morning of 1 December.
const ASLEEP: &str = "windows: [{ start: '0 9 1 * *', stop: '0 19 2 * *' }]";
const BEAT: TimeDelta = TimeDelta::minutes(15);
/// From AWS's own start until the database must be down again, once nothing fails any more.
const NEWS: TimeDelta = TimeDelta::minutes(50);

#[test]
fn a_database_that_aws_wakes_on_day_seven_sleeps_on() {
    let seed = first_seed();
    for seed in seed..seed + runs(RUNS) {
        for manual in ["respect", "revert"] {
            on_paused_clock(weeks(seed, manual)).unwrap_or_else(|wrong| {
                panic!("NIGHTCAP_FAULT_SEED={seed} NIGHTCAP_FAULT_RUNS=1 ({manual}) shows it again:\n{wrong}")
            });
        }
    }
}

async fn weeks(seed: u64, manual: &str) -> Result<(), String> {
    let mut chance = Chance::new(seed);
    let office = "windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }]";
    let config = CONFIG.replace("MANUAL", manual).replace(office, ASLEEP);
    let run = Run::new(&config, fleet(), "2026-11-02T17:40:00Z");
    run.calm().await?;
    let evening = utc("2026-11-02T18:00:00Z");
    run.earth.with(|world, _| world.turns.push(evening));
    run.until(evening).await;
    run.calm().await?;
    run.verdict(None)?;
    for week in 1..=3 {
        // Ticks all week, of which nothing is expected.
        let woken = evening + TimeDelta::days(7 * week);
        for hour in 0..4 {
            run.until(woken - TimeDelta::hours(40 - 10 * hour)).await;
            foul(&run, &mut chance, None).await;
        }
        restart(&run, &mut chance).await?;
    }
    Ok(())
}

/// The hours around AWS's start: ticks, and the event once, twice, late, or never.
async fn restart(run: &Run, chance: &mut Chance) -> Result<(), String> {
    let seen = run.earth.with(|world, _| world.restarts.len());
    let mut woken = None;
    for _ in 0..24 * 8 {
        run.until(run.earth.now() + BEAT).await;
        for (at, name) in run.earth.with(|world, _| world.restarts[seen..].to_vec()) {
            woken = Some(woken.map_or(at, |earlier: DateTime<Utc>| earlier.max(at)));
            for _ in 0..chance.below(3) {
                let news = Restarted {
                    resource: arn(kind_of(&name), &name),
                    at,
                };
                foul(run, chance, Some(news)).await;
            }
        }
        foul(run, chance, None).await;
        let done = run.earth.with(|world, _| world.restarts.len() - seen == 3);
        if done && woken.is_some_and(|at| run.earth.now() - at > NEWS) {
            break;
        }
    }
    run.calm().await?;
    run.verdict(None)?;
    let up = run.earth.with(|world, _| {
        let ours = world
            .databases
            .values()
            .filter(|d| d.environment == "preprod");
        ours.filter(|database| database.status != Status::Stopped)
            .count()
    });
    (up == 0)
        .then_some(())
        .ok_or_else(|| format!("{up} databases are up"))
}

async fn foul(run: &Run, chance: &mut Chance, news: Option<Restarted>) {
    let weather = Weather::Foul {
        chance: Chance::new(chance.draw()),
        percent: *chance.one_of(&[0, 1, 10, 50]),
    };
    let _ = run.tick(weather, TimeDelta::zero(), news).await.unwrap();
}
