//! When an environment runs, its holds counted.

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::Compiled;
use crate::hold::{Hold, in_force};
use crate::money::plan::{RunningHours, Schedules};
use crate::names::EnvironmentName;
use crate::time::{Schedule, State};

/// The schedules of a configuration with the holds on whole environments.
pub(super) struct Calendar<'a>(Vec<(&'a EnvironmentName, Held<'a>)>);

/// A schedule, and the holds that outrank it.
struct Held<'a> {
    environment: &'a EnvironmentName,
    schedule: &'a Schedule,
    holds: &'a [Hold],
}

impl<'a> Calendar<'a> {
    /// Protected environments run at all hours, whatever is held.
    pub(super) fn new(config: &'a Compiled, holds: &'a [Hold]) -> Self {
        let environments = config
            .environments()
            .filter(|(_, environment)| !environment.protected)
            .filter_map(|(name, environment)| {
                let schedule = config.schedule_of(environment)?.1;
                let held = Held {
                    environment: name,
                    schedule,
                    holds,
                };
                Some((name, held))
            });
        Self(environments.collect())
    }

    /// The same as the plan asks for it.
    pub(super) fn schedules(&self) -> Schedules<'_> {
        let all = Schedules::none();
        self.0
            .iter()
            .fold(all, |all, (name, held)| all.with((*name).clone(), held))
    }
}

impl RunningHours for Held<'_> {
    /// Cut where a hold begins or ends: between two cuts one of them counts, or none.
    fn running(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let ends = self.holds.iter().flat_map(|hold| [hold.from, hold.until]);
        let mut cuts: Vec<DateTime<Utc>> = ends.filter(|at| from < *at && *at < to).collect();
        cuts.push(to);
        cuts.sort_unstable();
        let mut start = from;
        let mut running = TimeDelta::zero();
        for end in cuts {
            let hold = in_force(self.holds, self.environment, None, start);
            running += match hold.map(|hold| hold.state) {
                Some(State::Running) => end - start,
                Some(State::Stopped) => TimeDelta::zero(),
                None => self.schedule.running_time(start, end),
            };
            start = end;
        }
        running
    }
}
