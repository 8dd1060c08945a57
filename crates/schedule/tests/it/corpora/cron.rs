//! Cases about one expression.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};
use nightcap_schedule::{CronExpression, Dialect, Tz, parse_zone, resolve};

use super::data::{CronSubject, Expectation, Form};

/// As many occurrences of two expressions are compared.
const ALIKE: usize = 60;

/// What is wrong with the case, if anything.
pub(crate) fn examine(case: &CronSubject<'_>) -> Vec<String> {
    let parsed = CronExpression::parse(case.expression);
    let expression = match (parsed, case.expect) {
        (Err(_), Expectation::Refused) => return Vec::new(),
        (Ok(_), Expectation::Refused) => return vec![format!("{:?} is accepted", case.expression)],
        (Err(error), _) => return vec![format!("{:?} is refused: {error}", case.expression)],
        (Ok(expression), _) => expression,
    };
    let dialect = match expression.dialect() {
        Dialect::Unix => Form::Unix,
        Dialect::EventBridge => Form::EventBridge,
    };
    let mut wrong = Vec::new();
    if dialect != case.dialect {
        wrong.push(format!("read as {:?}", expression.dialect()));
    }
    match case.zone {
        Some(zone) => wrong.extend(compare(
            case,
            &Zoned(&expression, parse_zone(zone).unwrap()),
        )),
        None => wrong.extend(compare(case, &Wall(&expression))),
    }
    wrong
}

/// Occurrences on a clock: the wall clock of no zone, or the instants of one.
trait Clock {
    type Time: PartialOrd + Copy + std::fmt::Debug;
    fn read(text: &str) -> Self::Time;
    fn just_before(time: Self::Time) -> Self::Time;
    fn after(&self, time: Self::Time) -> impl Iterator<Item = Self::Time>;
    /// Occurrences backwards; none if the clock cannot tell.
    fn before(&self, time: Self::Time) -> Option<Self::Time>;
}

struct Wall<'a>(&'a CronExpression);

impl Clock for Wall<'_> {
    type Time = NaiveDateTime;

    fn read(text: &str) -> NaiveDateTime {
        let with_seconds = if text.len() == 16 {
            format!("{text}:00")
        } else {
            text.to_owned()
        };
        with_seconds
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn just_before(time: NaiveDateTime) -> NaiveDateTime {
        time - TimeDelta::seconds(1)
    }

    fn after(&self, time: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        walls_after(self.0, time)
    }

    fn before(&self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        self.0.previous_before(time)
    }
}

fn walls_after(
    expression: &CronExpression,
    wall: NaiveDateTime,
) -> impl Iterator<Item = NaiveDateTime> {
    std::iter::successors(expression.next_after(wall), |wall| {
        expression.next_after(*wall)
    })
}

struct Zoned<'a>(&'a CronExpression, Tz);

impl Clock for Zoned<'_> {
    type Time = DateTime<FixedOffset>;

    fn read(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn just_before(time: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
        time - TimeDelta::seconds(1)
    }

    fn after(&self, time: DateTime<FixedOffset>) -> impl Iterator<Item = DateTime<FixedOffset>> {
        // The wall clock goes back by less than a day: from there on, nothing after `time` is missed.
        let wall = time.with_timezone(&self.1).naive_local() - TimeDelta::days(1);
        let mut last = time;
        walls_after(self.0, wall).filter_map(move |wall| {
            let instant = resolve(self.1, wall).fixed_offset();
            // What a jump brings to the same instant happens once.
            (instant > last).then(|| {
                last = instant;
                instant
            })
        })
    }

    fn before(&self, _: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
        None
    }
}

fn compare<C: Clock>(case: &CronSubject<'_>, clock: &C) -> Vec<String> {
    let after = || C::read(case.after.expect("after"));
    match case.expect {
        Expectation::Refused | Expectation::Accepted => Vec::new(),
        Expectation::Never => clock
            .after(after())
            .next()
            .map(|time| format!("comes at {time:?}"))
            .into_iter()
            .collect(),
        Expectation::Next(times) => in_order(clock, after(), times),
        Expectation::Only { until, at } => {
            let mut wrong = in_order(clock, after(), at);
            let until = C::read(until);
            let found = clock
                .after(after())
                .take_while(|time| *time < until)
                .count();
            if found != at.len() {
                wrong.push(format!(
                    "{found} times before {until:?} instead of {}",
                    at.len()
                ));
            }
            wrong
        }
        Expectation::Matches(expected) => {
            let at = C::read(case.at.expect("at"));
            let matches = clock.after(C::just_before(at)).next() == Some(at);
            (matches != *expected)
                .then(|| format!("matches {at:?}: {matches}"))
                .into_iter()
                .collect()
        }
        Expectation::SameAs(other) => same(case.expression, other),
    }
}

fn in_order<C: Clock>(clock: &C, after: C::Time, expected: &[String]) -> Vec<String> {
    let expected: Vec<C::Time> = expected.iter().map(|text| C::read(text)).collect();
    let found: Vec<C::Time> = clock.after(after).take(expected.len()).collect();
    if found != expected {
        return vec![format!("expected {expected:?}, found {found:?}")];
    }
    let backwards = expected.windows(2).filter_map(|pair| {
        let before = clock.before(pair[1])?;
        (before != pair[0]).then(|| format!("before {:?} comes {before:?}", pair[1]))
    });
    backwards.collect()
}

fn same(one: &str, other: &str) -> Vec<String> {
    let times = |text: &str| -> Vec<NaiveDateTime> {
        let expression = CronExpression::parse(text).unwrap();
        Wall(&expression)
            .after(Wall::read("2024-01-01T00:00"))
            .take(ALIKE)
            .collect()
    };
    (times(one) != times(other))
        .then(|| format!("differs from {other:?}"))
        .into_iter()
        .collect()
}
