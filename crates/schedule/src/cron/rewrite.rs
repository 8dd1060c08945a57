//! Expressions made of another: what a slip of the pen may have been meant to be.

use chrono::NaiveDate;

use super::CronExpression;
use super::field::Dialect;
use super::parse::{Fields, read_strictly};
use super::remedy::weekday_names;

/// Weekday numbers of EventBridge that read like those of Unix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekdayNumbers {
    /// As they are written: `1-5`.
    pub written: String,
    /// What they are, by name: `SUN-THU`.
    pub are: String,
    /// What they are elsewhere: `MON-FRI`.
    pub elsewhere: String,
}

impl CronExpression {
    fn fields(&self) -> Option<Fields> {
        read_strictly(&self.text).ok()
    }

    /// The expression with some of its words replaced, minute first.
    fn rewritten(&self, change: impl FnOnce(&mut [String]) -> Option<()>) -> Option<Self> {
        let call = self.dialect == Dialect::EventBridge;
        let inside = if call {
            self.text.strip_prefix("cron(")?.strip_suffix(')')?
        } else {
            &self.text
        };
        let mut words: Vec<String> = inside.split_ascii_whitespace().map(str::to_owned).collect();
        change(&mut words)?;
        let words = words.join(" ");
        Self::parse(&if call {
            format!("cron({words})")
        } else {
            words
        })
        .ok()
    }

    /// The weekdays (0 is Sunday) by which alone the expression picks its days, if it does.
    pub(crate) fn weekdays(&self) -> Option<Vec<u16>> {
        let fields = self.fields()?;
        let by_weekday = fields.days.unrestricted
            && !fields.weekdays.unrestricted
            && fields.weekdays.rules.is_empty();
        by_weekday.then(|| fields.weekdays.values.into_iter().collect())
    }

    /// The same times of day on other weekdays (0 is Sunday).
    pub(crate) fn on_weekdays(&self, weekdays: &[u16]) -> Option<Self> {
        self.weekdays()?;
        self.rewritten(|words| {
            *words.get_mut(4)? = weekday_names(|day| weekdays.contains(&day));
            Some(())
        })
    }

    /// The same days with minute and hour exchanged: `9 0 * * MON` becomes `0 9 * * MON`.
    pub(crate) fn minute_and_hour_exchanged(&self) -> Option<Self> {
        self.rewritten(|words| {
            if let [minute, hour, ..] = words {
                std::mem::swap(minute, hour);
            }
            Some(())
        })
    }

    /// The minute and the hour, where there is one of each.
    pub(crate) fn time_of_day(&self) -> Option<(u16, u16)> {
        let fields = self.fields()?;
        let only = |values: &std::collections::BTreeSet<u16>| {
            values.first().copied().filter(|_| values.len() == 1)
        };
        Some((only(&fields.minutes.values)?, only(&fields.hours.values)?))
    }

    /// The two day fields, where both restrict and Unix cron wants either.
    pub(crate) fn both_day_fields(&self) -> Option<BothDayFields> {
        let fields = self.fields()?;
        let both = self.dialect == Dialect::Unix
            && !fields.days.unrestricted
            && !fields.weekdays.unrestricted;
        let alone = |kept: usize, other: usize| {
            self.rewritten(|words| {
                words.get(kept)?;
                "*".clone_into(words.get_mut(other)?);
                Some(())
            })
        };
        if !both {
            return None;
        }
        let days: Vec<u16> = fields.days.values.iter().copied().collect();
        Some(BothDayFields {
            by_day: alone(2, 4)?,
            by_weekday: alone(4, 2)?,
            week: week_of_month(&days).filter(|_| fields.days.rules.is_empty()),
        })
    }

    /// Numbers in EventBridge's weekday field that are Monday to Friday, or the weekend, to
    /// whoever counts as Unix does.
    pub fn weekday_numbers(&self) -> Option<WeekdayNumbers> {
        if self.dialect != Dialect::EventBridge {
            return None;
        }
        let written = self.text.split_ascii_whitespace().nth(4)?.to_owned();
        let numbers = written
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b','));
        let weekdays = self.weekdays().filter(|_| numbers)?;
        let elsewhere = match weekdays.as_slice() {
            [0, 1, 2, 3, 4] => "MON-FRI",
            [5, 6] => "SAT,SUN",
            _ => return None,
        };
        Some(WeekdayNumbers {
            written,
            are: weekday_names(|day| weekdays.contains(&day)),
            elsewhere: elsewhere.to_owned(),
        })
    }
}

/// The two day fields of an expression, each alone.
pub(crate) struct BothDayFields {
    by_day: CronExpression,
    by_weekday: CronExpression,
    /// Which week of the month the days are, from 1.
    week: Option<usize>,
}

impl BothDayFields {
    /// Whether both fields name a date.
    pub(crate) fn both_name(&self, date: NaiveDate) -> bool {
        self.by_day.fires_on(date) && self.by_weekday.fires_on(date)
    }

    /// The k-th of each weekday of the month, where the days are its k-th week.
    pub(crate) fn kth_weekday(&self) -> Option<CronExpression> {
        let week = self.week?;
        let weekdays = self.by_weekday.weekdays()?;
        let kth: Vec<String> = weekdays
            .iter()
            .map(|day| format!("{}#{week}", weekday_names(|one| one == *day)))
            .collect();
        self.by_weekday.rewritten(|words| {
            *words.get_mut(4)? = kth.join(",");
            Some(())
        })
    }
}

/// `1-7` is the first week of a month, `22-28` the fourth.
fn week_of_month(days: &[u16]) -> Option<usize> {
    let first = usize::from(*days.first()?);
    let consecutive = days.len() == 7
        && days
            .iter()
            .zip(first..)
            .all(|(day, expected)| usize::from(*day) == expected);
    (consecutive && first % 7 == 1).then_some(first / 7 + 1)
}
