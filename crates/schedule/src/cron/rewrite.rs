//! Expressions made of another: what a slip of the pen may have been meant to be.

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
