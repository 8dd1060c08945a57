//! What to write instead of an expression that is refused.
//!
//! A text is pasted as it is offered. So one is offered only where it is accepted and means what
//! was written: each is read again before it is shown, and where the writer may have meant two
//! things (a weekday's number, which differs from one cron to another) there is no text.

use std::fmt;

use super::days::DayRule;
use super::error::CronError;
use super::field::{Field, WEEKDAYS};
use super::item::FieldSet;
use super::parse::{Fields, LONGEST, read_strictly};
use super::{spelling, words};

/// What to write instead of a refused expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CronRemedy {
    /// The same times in five fields.
    FiveFields(String),
    /// The same times without the field of seconds.
    WithoutSeconds(String),
    /// The same times without seconds, where Quartz counts weekdays from 1, Sunday.
    FromQuartz(String),
    /// The same times as EventBridge writes them.
    EventBridge(String),
    /// The same times, with `?` for the day that does not matter.
    QuestionMark(String),
    /// The same times, an hour 24 written as hour 0 of the next day.
    NextDay(String),
    /// A time of day, written as cron.
    EveryDay {
        /// The minute.
        minute: u16,
        /// The hour.
        hour: u16,
    },
    /// The same in the characters of a keyboard.
    PlainCharacters(String),
    /// The same without blanks inside a field.
    WithoutBlanks(String),
    /// The same without a comment.
    WithoutComment(String),
    /// The zone belongs under `timezone`, and the rest here.
    ZoneApart {
        /// The zone that stands in front.
        zone: String,
        /// The expression without it.
        text: String,
    },
    /// An hour 24 that no single text replaces.
    Midnight,
    /// Weekdays as numbers that mean two things.
    WeekdayNumbers,
}

impl CronRemedy {
    /// The expression to write, where there is one that means the same.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::FiveFields(text)
            | Self::WithoutSeconds(text)
            | Self::FromQuartz(text)
            | Self::EventBridge(text)
            | Self::QuestionMark(text)
            | Self::NextDay(text)
            | Self::PlainCharacters(text)
            | Self::WithoutBlanks(text)
            | Self::WithoutComment(text) => Some(text.clone()),
            Self::EveryDay { minute, hour } => Some(format!("{minute} {hour} * * *")),
            // Without its zone the text means other times.
            Self::ZoneApart { .. } | Self::Midnight | Self::WeekdayNumbers => None,
        }
    }
}

impl fmt::Display for CronRemedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FiveFields(text) => write!(f, "the same in five fields: {text}"),
            Self::WithoutSeconds(text) => write!(f, "five fields without seconds: {text}"),
            Self::FromQuartz(text) => write!(
                f,
                "five fields without seconds, weekdays by name because Quartz counts them from 1 for Sunday: {text}"
            ),
            Self::EventBridge(text) => write!(
                f,
                "five fields (no seconds, no year), or EventBridge's form inside cron(…): {text}"
            ),
            Self::QuestionMark(text) => write!(
                f,
                "exactly one of the two to be ?, as EventBridge requires: {text}"
            ),
            Self::NextDay(text) => {
                write!(f, "0-23; midnight is hour 0 of the next day: {text}")
            }
            Self::EveryDay { minute, hour } => write!(
                f,
                "five fields: {minute} {hour} * * * for every day, {minute} {hour} * * MON-FRI for Monday to Friday"
            ),
            Self::PlainCharacters(text) => write!(
                f,
                "plain letters, digits and blanks; some here only look like them: {text}"
            ),
            Self::WithoutBlanks(text) => write!(
                f,
                "no blanks inside a field, a list with commas, a range with one hyphen: {text}"
            ),
            Self::WithoutComment(text) => write!(f, "the expression without a comment: {text}"),
            Self::ZoneApart { zone, text } => write!(
                f,
                "the zone under `timezone` of the schedule, timezone: {zone}, and here {text}"
            ),
            Self::Midnight => f.write_str(
                "0-23; midnight is hour 0 of the next day, so the days move on by one with it",
            ),
            Self::WeekdayNumbers => f.write_str(
                "five fields without seconds, and weekdays by name: their numbers differ from one cron to another",
            ),
        }
    }
}

/// The error with what to write instead, if anything is certain.
pub(super) fn attached(error: CronError, text: &str) -> CronError {
    if text.len() > LONGEST {
        return error;
    }
    if let Some(name) = name(&error, text) {
        return CronError {
            reason: format!("{}, did you mean {name}?", error.reason),
            ..error
        };
    }
    match find(text) {
        Some(remedy) => CronError {
            expected: remedy.to_string(),
            remedy: Some(remedy),
            ..error
        },
        None => error,
    }
}

/// The words of an expression, and whether they stand inside `cron(…)`.
fn words_of(text: &str) -> (Vec<&str>, bool) {
    let trimmed = text.trim();
    let inside = trimmed
        .split_once('(')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("cron"))
        .map(|(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    let words = inside.unwrap_or(trimmed).split_ascii_whitespace();
    (words.collect(), inside.is_some())
}

/// The weekday or month that was meant, or the whole field if several names are wrong in it.
fn name(error: &CronError, text: &str) -> Option<String> {
    let index = match error.field? {
        Field::Month => 3,
        Field::Weekday => 4,
        _ => return None,
    };
    let (mut words, call) = words_of(text);
    let correction = words::corrected(words.get(index)?, error.field?)?;
    *words.get_mut(index)? = &correction.text;
    let whole = words.join(" ");
    let whole = if call {
        format!("cron({whole})")
    } else {
        whole
    };
    // A further field may be wrong too: then the name is right all the same.
    match read_strictly(&whole) {
        Err(still) if still.field == error.field => None,
        _ => Some(correction.proposal().to_owned()),
    }
}

fn find(text: &str) -> Option<CronRemedy> {
    let accepted = |text: &str| read_strictly(text).is_ok();
    if let Some(plain) = spelling::plain_characters(text) {
        // What is wrong besides is told in plain characters, too.
        return if accepted(&plain) {
            Some(CronRemedy::PlainCharacters(plain))
        } else {
            find_in_plain(&plain)
        };
    }
    find_in_plain(text)
}

fn find_in_plain(text: &str) -> Option<CronRemedy> {
    let accepted = |text: &str| read_strictly(text).is_ok();
    if let Some((zone, rest)) = spelling::zone_in_front(text) {
        return accepted(rest).then(|| CronRemedy::ZoneApart {
            zone: zone.to_owned(),
            text: rest.to_owned(),
        });
    }
    if let Some(before) = spelling::without_comment(text) {
        return accepted(before).then(|| CronRemedy::WithoutComment(before.to_owned()));
    }
    if let Some(joined) = spelling::without_inner_blanks(text).filter(|joined| accepted(joined)) {
        return Some(CronRemedy::WithoutBlanks(joined));
    }
    let (words, call) = words_of(text);
    match (call, words.as_slice()) {
        (false, [time]) => time_of_day(time),
        (false, [one, other]) => time_and_days(one, other),
        (false, five @ [_, _, _, _, _]) => next_day(five, false).or_else(|| clock_hour(five)),
        (false, six @ [_, _, _, _, _, _]) => six_words(six),
        (false, [zero, six @ ..]) if six.len() == 6 && is_zero(zero) => {
            event_bridge(six).or_else(|| with_question_mark(six, false))
        }
        (true, five @ [_, _, _, _, _]) => {
            let with_year = [five, &["*"]].concat();
            event_bridge(&with_year).or_else(|| with_question_mark(&with_year, false))
        }
        (true, six @ [_, _, _, _, _, _]) => event_bridge(six)
            .or_else(|| with_question_mark(six, true))
            .or_else(|| next_day(six, true))
            .or_else(|| without_seconds_inside(six)),
        (true, [zero, six @ ..]) if six.len() == 6 && is_zero(zero) => {
            event_bridge(six).or_else(|| with_question_mark(six, true))
        }
        _ => None,
    }
}

fn is_zero(word: &str) -> bool {
    matches!(word, "0" | "00")
}

/// Any year, or a year, a list or a range of them.
fn is_year(word: &str) -> bool {
    let first: String = word.chars().take_while(char::is_ascii_digit).collect();
    word == "*" || first.len() == 4
}

/// `09:00`, as other schedulers write a time.
fn time_of_day(word: &str) -> Option<CronRemedy> {
    let (hour, minute) = spelling::time_of_day(word)?;
    Some(CronRemedy::EveryDay { minute, hour })
}

/// `9:00 AM`, `MON-FRI 09:00`.
fn time_and_days(one: &str, other: &str) -> Option<CronRemedy> {
    if let Some(remedy) = time_of_day(&format!("{one}{other}")) {
        return Some(remedy);
    }
    let ((hour, minute), days) = match (spelling::time_of_day(one), spelling::time_of_day(other)) {
        (Some(time), None) => (time, other),
        (None, Some(time)) => (time, one),
        _ => return None,
    };
    if has_number(days) {
        return None;
    }
    let text = format!("{minute} {hour} * * {days}");
    read_strictly(&text).ok()?;
    Some(CronRemedy::FiveFields(text))
}

/// `0 9h * * *`: an hour with its unit.
fn clock_hour(five: &[&str]) -> Option<CronRemedy> {
    let (hour, minute) = spelling::time_of_day(five.get(1)?)?;
    // `0 9:30` says two minutes.
    if minute != 0 {
        return None;
    }
    let mut words: Vec<&str> = five.to_vec();
    let hour = hour.to_string();
    *words.get_mut(1)? = &hour;
    let text = words.join(" ");
    read_strictly(&text).ok()?;
    Some(CronRemedy::FiveFields(text))
}

/// Six words that may begin with seconds or end with a year; nothing if they may do both:
/// `0 9 15 * * *` is 15:09 every day, or 09:00 on the 15th, and `*/10 * * * * *` is every ten
/// seconds, or every ten minutes.
fn six_words(six: &[&str]) -> Option<CronRemedy> {
    let year_last = event_bridge(six).or_else(|| with_question_mark(six, false));
    let [seconds, rest @ ..] = six else {
        return None;
    };
    let seconds_first = is_zero(seconds).then(|| without_seconds(rest)).flatten();
    // Seconds are written as minutes are.
    let may_be_seconds = || {
        let as_minutes = [seconds, "0", "*", "*", "*"].join(" ");
        read_strictly(&as_minutes).is_ok() && read_strictly(&rest.join(" ")).is_ok()
    };
    // A weekday's number keeps that reading from being offered, not from being what was meant.
    let may_have_year = || {
        let Some((year, five)) = six.split_last() else {
            return false;
        };
        is_year(year) && read_strictly(&five.join(" ")).is_ok()
    };
    match (year_last, seconds_first) {
        (None, Some(remedy)) => (!may_have_year()).then_some(remedy),
        (Some(remedy), None) => (!may_be_seconds()).then_some(remedy),
        // Two zeros before an hour are seconds and minutes to everybody.
        (Some(_), seconds) => seconds.filter(|_| six.get(1).copied().is_some_and(is_zero)),
        (None, None) => None,
    }
}

/// EventBridge's six fields without their name.
fn event_bridge(six: &[&str]) -> Option<CronRemedy> {
    let text = call(six);
    read_strictly(&text).ok()?;
    Some(CronRemedy::EventBridge(text))
}

/// EventBridge's six fields with no `?`, or two. Outside of `cron(…)` a weekday's number is not
/// known to be EventBridge's.
fn with_question_mark(six: &[&str], numbers_are_known: bool) -> Option<CronRemedy> {
    let [minute, hour, day, month, weekday, year] = six else {
        return None;
    };
    let any = |word: &str| matches!(word, "*" | "?");
    let (day, weekday) = match (any(day), any(weekday)) {
        (true, false) => ("?", *weekday),
        (false, true) => (*day, "?"),
        (true, true) => ("*", "?"),
        (false, false) => return None,
    };
    if !numbers_are_known && has_number(weekday) {
        return None;
    }
    let text = call(&[minute, hour, day, month, weekday, year]);
    read_strictly(&text).ok()?;
    Some(if numbers_are_known {
        CronRemedy::QuestionMark(text)
    } else {
        CronRemedy::EventBridge(text)
    })
}

fn call(words: &[&str]) -> String {
    format!("cron({})", words.join(" "))
}

/// Quartz's fields inside `cron(…)`: both count weekdays from 1, Sunday.
fn without_seconds_inside(six: &[&str]) -> Option<CronRemedy> {
    let [zero, rest @ ..] = six else {
        return None;
    };
    if !is_zero(zero) {
        return None;
    }
    let with_year = [rest, &["*"]].concat();
    event_bridge(&with_year).or_else(|| with_question_mark(&with_year, true))
}

/// What follows the seconds, as five fields of Unix.
fn without_seconds(five: &[&str]) -> Option<CronRemedy> {
    let [minute, hour, day, month, weekday] = five else {
        return None;
    };
    let written = five.join(" ");
    let numbered = has_number(weekday);
    if !five.contains(&"?") {
        let unix = read_strictly(&written).ok()?;
        // Some crons want both where Unix wants either.
        let both = !unix.days.unrestricted && !unix.weekdays.unrestricted;
        return match (both, numbered) {
            (true, _) => None,
            (false, true) => Some(CronRemedy::WeekdayNumbers),
            (false, false) => Some(CronRemedy::WithoutSeconds(written)),
        };
    }
    if !numbered && !weekday.eq_ignore_ascii_case("L") {
        read_strictly(&written).ok()?;
        return Some(CronRemedy::WithoutSeconds(written));
    }
    // The `?` is Quartz's, which counts as EventBridge does.
    let quartz = read_strictly(&call(&[minute, hour, day, month, weekday, "*"])).ok()?;
    let named = [minute, hour, day, month, named(weekday)?.as_str()].join(" ");
    let unix = read_strictly(&named).ok()?;
    same(&quartz, &unix).then_some(CronRemedy::FromQuartz(named))
}

/// Whether a weekday is written as a number, a step or the count after `#` apart.
fn has_number(weekday: &str) -> bool {
    weekday.split(',').any(|item| {
        let base = item.split(['/', '#']).next().unwrap_or_default();
        base.contains(|c: char| c.is_ascii_digit())
    })
}

/// A weekday field of Quartz with names for its numbers.
fn named(weekday: &str) -> Option<String> {
    let item = |item: &str| -> Option<String> {
        let end = item.find(['/', '#']).unwrap_or(item.len());
        let (base, rest) = item.split_at_checked(end)?;
        let ends: Option<Vec<String>> = base.split('-').map(day_named).collect();
        Some(format!("{}{rest}", ends?.join("-")))
    };
    let items: Option<Vec<String>> = weekday.split(',').map(item).collect();
    Some(items?.join(","))
}

fn day_named(day: &str) -> Option<String> {
    if day.eq_ignore_ascii_case("L") {
        return Some("SAT".to_owned());
    }
    let (number, last) = match day.strip_suffix(['L', 'l']) {
        Some(number) => (number, "L"),
        None => (day, ""),
    };
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Some(day.to_owned());
    }
    let index = number.parse::<usize>().ok()?.checked_sub(1)?;
    Some(format!("{}{last}", WEEKDAYS.get(index)?))
}

/// Whether two expressions name the same times.
fn same(one: &Fields, other: &Fields) -> bool {
    let parts = |fields: &Fields| {
        [
            fields.minutes.clone(),
            fields.hours.clone(),
            fields.days.clone(),
            fields.months.clone(),
            fields.weekdays.clone(),
            fields.years.clone(),
        ]
        .map(|set| (set.values, set.rules))
    };
    parts(one) == parts(other)
        && one.days.unrestricted == other.days.unrestricted
        && one.weekdays.unrestricted == other.weekdays.unrestricted
}

/// An hour 24 as hour 0 of the next day, the days moved on with it where that can be written.
fn next_day(words: &[&str], inside: bool) -> Option<CronRemedy> {
    let whole = |words: &[&str]| {
        if inside { call(words) } else { words.join(" ") }
    };
    let mut late: Vec<&str> = words.to_vec();
    let hour = late.get_mut(1)?;
    if *hour != "24" {
        // 24 in a list or a range: each part would move on otherwise.
        let names_24 = hour.split([',', '-']).any(|part| part == "24");
        return names_24.then_some(CronRemedy::Midnight);
    }
    *hour = "23";
    let read = read_strictly(&whole(&late)).ok()?;
    let Some((day, weekday)) = moved_on(&read) else {
        return Some(CronRemedy::Midnight);
    };
    let mut moved: Vec<&str> = words.to_vec();
    *moved.get_mut(1)? = "0";
    if let Some(day) = &day {
        *moved.get_mut(2)? = day;
    }
    if let Some(weekday) = &weekday {
        *moved.get_mut(4)? = weekday;
    }
    let text = whole(&moved);
    read_strictly(&text).ok()?;
    Some(CronRemedy::NextDay(text))
}

/// The day of month and the weekday a day later, where they change; `None` if that cannot be
/// written in the same fields.
fn moved_on(read: &Fields) -> Option<(Option<String>, Option<String>)> {
    /// The last day that every month has a day after.
    const LAST_WITH_NEXT: u16 = 27;
    let Fields {
        days,
        months,
        weekdays,
        years,
        ..
    } = read;
    let all_year = months.values.len() == 12 && years.unrestricted;
    match (days.unrestricted, weekdays.unrestricted) {
        (true, true) => all_year.then_some((None, None)),
        (true, false) if weekdays.rules.is_empty() && all_year => {
            Some((None, Some(after(weekdays))))
        }
        (false, true) if days.rules.is_empty() => {
            let fits = days.values.iter().all(|day| *day <= LAST_WITH_NEXT);
            let next: Vec<String> = days.values.iter().map(|d| (d + 1).to_string()).collect();
            fits.then(|| (Some(next.join(",")), None))
        }
        (false, true) if days.rules == [DayRule::BeforeLast(0)] && days.values.is_empty() => {
            all_year.then(|| (Some("1".to_owned()), None))
        }
        _ => None,
    }
}

/// The weekdays after these, by name: `MON-FRI` becomes `TUE-SAT`.
fn after(weekdays: &FieldSet) -> String {
    weekday_names(|day| weekdays.values.contains(&((day + 6) % 7)))
}

/// Weekdays (0 is Sunday) by name, stretches of three and more as ranges.
pub(super) fn weekday_names(holds: impl Fn(u16) -> bool) -> String {
    let name = |day: u16| WEEKDAYS.get(usize::from(day % 7)).copied().unwrap_or("");
    let week: Vec<u16> = (1..=7).map(|day| day % 7).collect();
    let first = week
        .iter()
        .copied()
        .find(|day| holds(*day) && !holds((day + 6) % 7));
    let Some(first) = first else {
        return "*".to_owned();
    };
    let mut parts: Vec<String> = Vec::new();
    let mut day = first;
    while day < first + 7 {
        let length = (0..7).take_while(|n| holds((day + n) % 7)).count();
        let length = u16::try_from(length).unwrap_or_default();
        match length {
            0 => {}
            1 => parts.push(name(day).to_owned()),
            2 => parts.push(format!("{},{}", name(day), name(day + 1))),
            _ => parts.push(format!("{}-{}", name(day), name(day + length - 1))),
        }
        day += length.max(1);
    }
    parts.join(",")
}
