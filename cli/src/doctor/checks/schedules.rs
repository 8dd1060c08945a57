//! What starts ticks: the schedules of `EventBridge` Scheduler, and the rule for RDS's events.

use chrono::{DateTime, Utc};
use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_domain::time::{CronExpression, Tz, parse_zone};
use serde_json::{Value, json};

use super::permissions::partition;
use crate::doctor::cron::firings;
use crate::doctor::{Doctor, Schedules};

const CHECK: &str = "schedule";

/// A transition of the file that somebody must start a tick for.
struct Expected {
    cron: String,
    zone: Tz,
    environments: Vec<String>,
    firings: Vec<String>,
    found: bool,
}

/// A schedule that starts a tick, or the guard's daily look.
struct Found {
    name: String,
    guard: bool,
    target: String,
    end: Option<DateTime<Utc>>,
    expression: String,
    zone: String,
    on: bool,
}

impl Doctor<'_> {
    /// Compares the schedules with the file's transitions.
    pub(in crate::doctor) async fn schedules(&mut self) {
        let group = self.name.to_owned();
        match self.found(&group).await {
            Ok(found) if found.iter().all(|one| one.guard) => {
                self.row(
                    CHECK,
                    &group,
                    Schedules::GroupMissing {
                        group: group.clone(),
                    },
                );
            }
            Ok(found) => self.compare(&group, &found),
            Err(error) if error.cause == Cause::Gone => {
                self.row(
                    CHECK,
                    &group,
                    Schedules::GroupMissing {
                        group: group.clone(),
                    },
                );
            }
            Err(error) => self.unread(CHECK, &group, &error),
        }
        self.rule().await;
    }

    fn compare(&mut self, group: &str, found: &[Found]) {
        let before = self.rows.len();
        let mut expected = self.expected();
        let (mut regular, mut guarded) = (false, false);
        for schedule in found {
            self.reach(schedule);
            if schedule.guard {
                guarded = true;
                self.guard_zone(schedule);
            }
            if !schedule.on {
                self.row(
                    CHECK,
                    &schedule.name,
                    Schedules::Disabled {
                        name: schedule.name.clone(),
                    },
                );
            }
            if schedule.guard {
                continue;
            }
            if schedule.expression.starts_with("rate(") {
                regular = true;
                continue;
            }
            self.match_one(schedule, &mut expected);
        }
        for missing in expected.iter().filter(|one| !one.found) {
            let finding = Schedules::TransitionMissing {
                environments: missing.environments.join(", "),
                cron: missing.cron.clone(),
                zone: missing.zone.name().to_owned(),
            };
            self.row(CHECK, group, finding);
        }
        if !regular {
            self.row(CHECK, group, Schedules::ReconcileMissing);
        }
        if !guarded && self.config.config().budget.is_some() {
            self.row(CHECK, group, Schedules::GuardMissing);
        }
        if self.rows.len() == before {
            self.row(CHECK, group, Schedules::Correct { count: found.len() });
        }
    }

    /// Whether a schedule starts the function that it is for, and still does.
    fn reach(&mut self, schedule: &Found) {
        let function = if schedule.guard {
            "budget-guard"
        } else {
            "scheduler"
        };
        let should = format!("{}-{function}", self.name);
        // arn:aws:lambda:REGION:ACCOUNT:function:NAME, with a qualifier or not.
        let is = schedule
            .target
            .split(':')
            .nth(6)
            .unwrap_or(&schedule.target);
        if is != should {
            let wrong = Schedules::WrongTarget {
                name: schedule.name.clone(),
                is: is.to_owned(),
                should,
            };
            self.row(CHECK, &schedule.name, wrong);
        }
        if let Some(end) = schedule.end.filter(|end| *end <= self.now) {
            let ended = Schedules::Ended {
                name: schedule.name.clone(),
                end: end.date_naive().to_string(),
            };
            self.row(CHECK, &schedule.name, ended);
        }
    }

    /// The guard's look is at an hour of the file's own zone; which hour, the file does not say.
    fn guard_zone(&mut self, schedule: &Found) {
        let should = self.config.config().timezone.name().to_owned();
        let fixed = schedule.expression.starts_with("rate(");
        if !fixed && schedule.zone != should {
            let wrong = Schedules::WrongZone {
                name: schedule.name.clone(),
                is: schedule.zone.clone(),
                should,
            };
            self.row(CHECK, &schedule.name, wrong);
        }
    }

    fn match_one(&mut self, schedule: &Found, expected: &mut [Expected]) {
        let zone = parse_zone(&schedule.zone).ok();
        let cron = CronExpression::parse(&schedule.expression).ok();
        if let (Some(zone), Some(cron)) = (zone, cron) {
            let times = firings(&cron, zone, self.now);
            let same = |one: &&mut Expected| one.firings == times;
            if let Some(right) = expected
                .iter_mut()
                .filter(|one| one.zone == zone)
                .find(same)
            {
                right.found = true;
                return;
            }
            // Elsewhere the same hours begin at another instant: compared there, on their clocks.
            let other = expected.iter_mut().find(|one| {
                !one.found && one.zone != zone && one.firings == firings(&cron, one.zone, self.now)
            });
            if let Some(other) = other {
                other.found = true;
                let finding = Schedules::WrongZone {
                    name: schedule.name.clone(),
                    is: schedule.zone.clone(),
                    should: other.zone.name().to_owned(),
                };
                self.row(CHECK, &schedule.name, finding);
                return;
            }
        }
        let finding = Schedules::Unexpected {
            name: schedule.name.clone(),
            expression: schedule.expression.clone(),
            zone: schedule.zone.clone(),
        };
        self.row(CHECK, &schedule.name, finding);
    }

    /// Every distinct transition of the scheduled environments.
    fn expected(&self) -> Vec<Expected> {
        let mut expected: Vec<Expected> = vec![];
        for (name, environment) in self.config.environments().filter(|(_, e)| !e.protected) {
            let Some((_, schedule)) = self.config.schedule_of(environment) else {
                continue;
            };
            for cron in schedule
                .windows()
                .iter()
                .flat_map(|window| [&window.start, &window.stop])
            {
                let zone = schedule.zone();
                let times = firings(cron, zone, self.now);
                // What never fires again needs nobody to start it.
                if times.is_empty() {
                    continue;
                }
                let known = expected
                    .iter_mut()
                    .find(|one| one.zone == zone && one.firings == times);
                match known {
                    Some(one) => one.environments.push(name.to_string()),
                    None => expected.push(Expected {
                        cron: cron.to_string(),
                        zone,
                        environments: vec![name.to_string()],
                        firings: times,
                        found: false,
                    }),
                }
            }
        }
        for one in &mut expected {
            one.environments.dedup();
        }
        expected
    }

    /// The schedules of the group that start a tick.
    async fn found(&self, group: &str) -> Result<Vec<Found>, AwsError> {
        let path = format!("/schedules?ScheduleGroup={group}");
        let asked = Question::path(Service::Scheduler, "ListSchedules", path);
        let pages = self
            .home
            .probe
            .ask_all(asked, "NextToken", "NextToken")
            .await?;
        let mut found = vec![];
        for listed in pages.iter().flat_map(|page| tree::items(page, "Schedules")) {
            let name = tree::text(listed, "Name");
            let path = format!("/schedules/{name}?groupName={group}");
            let asked = Question::path(Service::Scheduler, "GetSchedule", path);
            let schedule = self.home.probe.ask(asked).await?;
            let input: Value =
                serde_json::from_str(tree::at(&schedule, &["Target", "Input"])).unwrap_or_default();
            let guard = match tree::text(&input, "command") {
                "tick" => false,
                "report" => true,
                _ => continue,
            };
            let end = tree::number(&schedule, "EndDate");
            let zone = tree::text(&schedule, "ScheduleExpressionTimezone");
            found.push(Found {
                name: name.to_owned(),
                guard,
                target: tree::at(&schedule, &["Target", "Arn"]).to_owned(),
                end: end.and_then(instant),
                expression: tree::text(&schedule, "ScheduleExpression").to_owned(),
                zone: if zone.is_empty() { "UTC" } else { zone }.to_owned(),
                on: tree::text(&schedule, "State") != "DISABLED",
            });
        }
        Ok(found)
    }

    /// Whether a rule's events come to the scheduler.
    async fn rule_reaches(&self, name: &str) -> Result<bool, AwsError> {
        let asked = Question::json(
            Service::Events,
            "ListTargetsByRule",
            json!({ "Rule": name }),
        );
        let pages = self
            .home
            .probe
            .ask_all(asked, "NextToken", "NextToken")
            .await?;
        let function = format!("{}-scheduler", self.name);
        let mut targets = pages.iter().flat_map(|page| tree::items(page, "Targets"));
        let meant = targets
            .any(|target| tree::text(target, "Arn").split(':').nth(6) == Some(function.as_str()));
        if !meant || self.deployed.role.is_empty() {
            return Ok(meant);
        }
        let home = &self.home;
        let partition = partition(&home.caller);
        let (region, account) = (&home.target.region, &home.account);
        let rule = format!("arn:{partition}:events:{region}:{account}:rule/{name}");
        self.invokable(&function, "events.amazonaws.com", &rule)
            .await
    }

    async fn rule(&mut self) {
        let name = format!("{}-databases", self.name);
        let asked = Question::json(Service::Events, "DescribeRule", json!({ "Name": name }));
        match self.home.probe.ask(asked).await {
            Ok(rule) if tree::text(&rule, "State").starts_with("ENABLED") => {
                match self.rule_reaches(&name).await {
                    Ok(true) => self.row(CHECK, &name, Schedules::RuleEnabled),
                    Ok(false) => {
                        let unreached = Schedules::RuleReachesNothing { name: name.clone() };
                        self.row(CHECK, &name, unreached);
                    }
                    Err(error) => self.unread(CHECK, &name, &error),
                }
            }
            Ok(_) => self.row(CHECK, &name, Schedules::RuleDisabled { name: name.clone() }),
            Err(error) if error.cause == Cause::Gone => {
                self.row(CHECK, &name, Schedules::RuleDisabled { name: name.clone() });
            }
            Err(error) => self.unread(CHECK, &name, &error),
        }
    }
}

/// Seconds since 1970, as REST answers have them.
#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds of a date; one beyond is none"
)]
fn instant(seconds: f64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds as i64, 0)
}
