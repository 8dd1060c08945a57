//! The wire between one process and AWS: where faults strike.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::error::{AwsError, Cause};
use nightcap_tests::Chance;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::faults::world::World;

/// The world and its clock, which is tokio's.
#[derive(Clone)]
pub struct Earth {
    world: Arc<Mutex<World>>,
    epoch: DateTime<Utc>,
    began: Instant,
}

impl Earth {
    pub fn new(world: World, now: DateTime<Utc>) -> Self {
        Self {
            world: Arc::new(Mutex::new(world)),
            epoch: now,
            began: Instant::now(),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.epoch + TimeDelta::from_std(self.began.elapsed()).unwrap()
    }

    /// Does something to the world as it is now.
    pub fn with<T>(&self, work: impl FnOnce(&mut World, DateTime<Utc>) -> T) -> T {
        let (mut world, now) = (self.world.lock().unwrap(), self.now());
        world.settle(now);
        work(&mut world, now)
    }
}

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Fine,
    /// Not carried out, and the caller is told.
    Refused(Cause),
    /// Carried out; the caller is told that nobody answered.
    Lost,
    /// Carried out, its answer lost, and tried again by the SDK: the second answer counts.
    Twice,
    /// The process dies before it is sent.
    DiesBefore,
    /// The process dies after it is carried out.
    DiesAfter,
}

/// How a wire treats its calls.
#[derive(Clone, Debug)]
pub enum Weather {
    Fair,
    /// Calls take their time, and nothing else.
    Slow(Chance),
    /// So many calls in a hundred have another fate than [`Fate::Fine`].
    Foul {
        chance: Chance,
        percent: u64,
    },
    /// The n-th call has this fate.
    Strikes {
        place: usize,
        fate: Fate,
    },
}

/// The wire of one process.
pub struct Wire {
    pub earth: Earth,
    weather: Mutex<Weather>,
    calls: AtomicUsize,
    pub struck: AtomicUsize,
    pub death: Notify,
}

const CAUSES: [Cause; 5] = [
    Cause::Throttled,
    Cause::Unreachable,
    Cause::Denied,
    Cause::Gone,
    Cause::Other,
];

impl Wire {
    pub fn new(earth: &Earth, weather: Weather) -> Arc<Self> {
        Arc::new(Self {
            earth: earth.clone(),
            weather: Mutex::new(weather),
            calls: AtomicUsize::new(0),
            struck: AtomicUsize::new(0),
            death: Notify::new(),
        })
    }

    /// How many calls have been made.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// One call. `work` is what AWS does on receiving it.
    pub async fn call<T>(
        &self,
        operation: &'static str,
        work: impl Fn(&mut World, DateTime<Utc>) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let (fate, there, back) = self.drawn();
        if fate != Fate::Fine {
            self.struck.fetch_add(1, Ordering::Relaxed);
        }
        sleep(there).await;
        let answer = match fate {
            Fate::Fine => self.earth.with(&work),
            Fate::Refused(cause) => Err(error(operation, cause)),
            Fate::Lost => {
                let _ = self.earth.with(&work);
                Err(error(operation, Cause::Unreachable))
            }
            Fate::Twice => {
                let _ = self.earth.with(&work);
                sleep(back).await;
                self.earth.with(&work)
            }
            Fate::DiesBefore => self.die().await,
            Fate::DiesAfter => {
                let _ = self.earth.with(&work);
                self.die().await
            }
        };
        sleep(back).await;
        answer
    }

    async fn die<T>(&self) -> T {
        self.death.notify_one();
        pending().await
    }

    fn drawn(&self) -> (Fate, Duration, Duration) {
        let place = self.calls.fetch_add(1, Ordering::Relaxed);
        let no_time = Duration::ZERO;
        match &mut *self.weather.lock().unwrap() {
            Weather::Strikes { place: at, fate } if *at == place => (*fate, no_time, no_time),
            Weather::Fair | Weather::Strikes { .. } => (Fate::Fine, no_time, no_time),
            Weather::Slow(chance) => (Fate::Fine, time(chance), time(chance)),
            Weather::Foul { chance, percent } => {
                let fate = if chance.percent(*percent) {
                    fate(chance)
                } else {
                    Fate::Fine
                };
                (fate, time(chance), time(chance))
            }
        }
    }
}

fn fate(chance: &mut Chance) -> Fate {
    match chance.below(8) {
        0 | 1 => Fate::Lost,
        2 => Fate::Twice,
        3 => Fate::DiesBefore,
        4 => Fate::DiesAfter,
        _ => Fate::Refused(*chance.one_of(&CAUSES)),
    }
}

/// Mostly milliseconds, sometimes as long as a call may take with all its attempts.
fn time(chance: &mut Chance) -> Duration {
    let most = *chance.one_of(&[1, 10, 100, 100, 1_000, 20_000]);
    Duration::from_millis(chance.below(most))
}

async fn sleep(time: Duration) {
    // The timer's own grain would make a call of no time take a millisecond.
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn error(operation: &'static str, cause: Cause) -> AwsError {
    AwsError {
        service: "embedded",
        operation,
        cause,
        message: format!("{cause:?}, says the weather"),
    }
}
