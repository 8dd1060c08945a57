//! One field's text, read item by item.

use std::collections::BTreeSet;

use super::days::DayRule;
use super::error::CronError;
use super::field::{Dialect, Field, Spec};

/// A piece of the text and the column at which it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) column: usize,
}

impl<'a> Token<'a> {
    /// Splits at the first `separator`: what is before, and what follows.
    fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let column = self.column + before.chars().count() + 1;
        Some((
            Token {
                text: before,
                ..self
            },
            Token {
                text: after,
                column,
            },
        ))
    }

    fn split(self, separator: char) -> impl Iterator<Item = Token<'a>> {
        let mut column = self.column;
        self.text.split(separator).map(move |text| {
            let token = Token { text, column };
            column += text.chars().count() + 1;
            token
        })
    }
}

/// What one field allows.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldSet {
    /// The field names every value with `*` or `?`: it does not restrict, as far as the
    /// either-rule goes.
    pub(super) unrestricted: bool,
    /// Plain values, weekdays as 0 (Sunday) to 6.
    pub(super) values: BTreeSet<u16>,
    /// `L`, `W` and `#`.
    pub(super) rules: Vec<DayRule>,
}

/// Reads a whole field.
pub(super) fn read_field(token: Token<'_>, spec: Spec) -> Result<FieldSet, CronError> {
    let mut set = FieldSet {
        unrestricted: token
            .split(',')
            .any(|item| matches!(item.text, "*" | "*/1")),
        ..FieldSet::default()
    };
    if token.text == "?" && matches!(spec.field, Field::DayOfMonth | Field::Weekday) {
        set.unrestricted = true;
        set.values.extend(spec.all());
        return Ok(set);
    }
    for item in token.split(',') {
        match read_rule(item, spec)? {
            Some(rule) => set.rules.push(rule),
            None => set.values.extend(read_values(item, spec)?),
        }
    }
    Ok(set)
}

fn refuse(token: Token<'_>, spec: Spec, reason: impl Into<String>) -> CronError {
    CronError {
        field: Some(spec.field),
        ..CronError::new(token.column, reason, spec.expected())
    }
}

/// `L`, `L-n`, `LW`, `nW`, `dL`, `d#k`; `None` if the item is none of them.
fn read_rule(item: Token<'_>, spec: Spec) -> Result<Option<DayRule>, CronError> {
    let upper = item.text.to_ascii_uppercase();
    match spec.field {
        Field::DayOfMonth => read_day_of_month_rule(item, &upper, spec),
        Field::Weekday => read_weekday_rule(item, &upper, spec),
        _ => Ok(None),
    }
}

fn read_day_of_month_rule(
    item: Token<'_>,
    upper: &str,
    spec: Spec,
) -> Result<Option<DayRule>, CronError> {
    if upper == "L" {
        return Ok(Some(DayRule::BeforeLast(0)));
    }
    if upper == "LW" {
        return Ok(Some(DayRule::LastWorkday));
    }
    if upper.starts_with("L-") {
        let Some((_, count)) = item.split_once('-') else {
            return Ok(None);
        };
        return match count.text.parse::<u32>() {
            Ok(before @ 0..=30) if digits(count.text) => Ok(Some(DayRule::BeforeLast(before))),
            _ => Err(refuse(
                count,
                spec,
                format!("\"{}\" days before the last is not 0 to 30", shown(count)),
            )),
        };
    }
    let Some(day) = upper.strip_suffix('W') else {
        return Ok(None);
    };
    match day.parse::<u32>() {
        Ok(number @ 1..=31) if digits(day) => Ok(Some(DayRule::NearestWorkday(number))),
        _ => Err(refuse(
            item,
            spec,
            format!("\"{}\" is not a day followed by W", shown(item)),
        )),
    }
}

fn read_weekday_rule(
    item: Token<'_>,
    upper: &str,
    spec: Spec,
) -> Result<Option<DayRule>, CronError> {
    if let Some((day, which)) = item.split_once('#') {
        let weekday = read_value(day, spec)?;
        return match which.text.parse::<u32>() {
            Ok(k @ 1..=5) if digits(which.text) => {
                Ok(Some(DayRule::Nth(u32::from(spec.kept(weekday)), k)))
            }
            _ => Err(refuse(
                which,
                spec,
                format!("\"{}\" is not 1 to 5, the count after #", shown(which)),
            )),
        };
    }
    if last_of_week(item, spec) {
        return Ok(None);
    }
    if upper == "L" {
        // Unix has no such word; Saturday or Sunday would be a guess.
        return Err(refuse(
            item,
            spec,
            "L alone has no weekday; write for instance FRIL or 5L",
        ));
    }
    let Some(day) = item.text.strip_suffix(['L', 'l']) else {
        return Ok(None);
    };
    let weekday = read_value(Token { text: day, ..item }, spec)?;
    Ok(Some(DayRule::Last(u32::from(spec.kept(weekday)))))
}

/// `*`, `a`, `a-b`, each with an optional step.
fn read_values(item: Token<'_>, spec: Spec) -> Result<Vec<u16>, CronError> {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(step)),
        None => (item, None),
    };
    let values = read_base(base, step.is_some(), spec)?;
    let step = step.map_or(Ok(1), |step| read_step(step, spec))?;
    Ok(values
        .into_iter()
        .step_by(step)
        .map(|written| spec.kept(written))
        .collect())
}

/// The numbers before the step, in order, as written.
fn read_base(base: Token<'_>, stepped: bool, spec: Spec) -> Result<Vec<u16>, CronError> {
    let (low, high) = spec.bounds();
    // Sunday is 0 and 7 in Unix; once is enough.
    let high_once = if spec.field == Field::Weekday {
        low + 6
    } else {
        high
    };
    if base.text == "*" {
        return Ok((low..=high_once).collect());
    }
    if base.text == "?" {
        return Err(refuse(
            base,
            spec,
            "? stands alone, in day of month or weekday",
        ));
    }
    if last_of_week(base, spec) && !stepped {
        return Ok(vec![high]);
    }
    let Some((from, to)) = base.split_once('-') else {
        let value = read_value(base, spec)?;
        return Ok(if stepped {
            (value..=high_once.max(value)).collect()
        } else {
            vec![value]
        });
    };
    let (first, last) = (read_value(from, spec)?, read_value(to, spec)?);
    if first <= last {
        return Ok((first..=last).collect());
    }
    if spec.wraps() {
        // FRI-SUN in Unix is 5-0: up to 6, then from 0.
        return Ok((first..=high_once).chain(low..=last).collect());
    }
    let backwards = format!("the range {}-{} runs backwards", shown(from), shown(to));
    // With a step, each of the two ranges would begin counting anew.
    let wrapping = if stepped {
        String::new()
    } else {
        format!("; write {first}-{high},{low}-{last} if it is to wrap")
    };
    Err(refuse(base, spec, format!("{backwards}{wrapping}")))
}

fn read_step(step: Token<'_>, spec: Spec) -> Result<usize, CronError> {
    let (low, high) = spec.bounds();
    match step.text.parse::<u16>() {
        Ok(0) => Err(refuse(step, spec, "a step of 0 goes nowhere")),
        Ok(value) if digits(step.text) && value <= high - low => Ok(usize::from(value)),
        Ok(_) if digits(step.text) => Err(refuse(
            step,
            spec,
            format!(
                "a step of {} never gets anywhere in {low}-{high}; write the one value that is meant",
                step.text
            ),
        )),
        _ => Err(refuse(
            step,
            spec,
            format!("\"{}\" is not a step", shown(step)),
        )),
    }
}

fn read_value(token: Token<'_>, spec: Spec) -> Result<u16, CronError> {
    if token.text.is_empty() {
        return Err(refuse(token, spec, "a value is missing"));
    }
    if !digits(token.text) {
        return spec
            .number_of(token.text)
            .ok_or_else(|| refuse(token, spec, unknown_word(token, spec)));
    }
    let (low, high) = spec.bounds();
    match token.text.parse::<u16>() {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        _ => Err(refuse(
            token,
            spec,
            format!("{} is out of range", shown(token)),
        )),
    }
}

fn unknown_word(token: Token<'_>, spec: Spec) -> String {
    let article = if spec.field == Field::Hour { "an" } else { "a" };
    format!("\"{}\" is not {article} {}", shown(token), spec.field)
}

/// `L` alone as a weekday: "the last day of the week" to EventBridge, Saturday.
fn last_of_week(token: Token<'_>, spec: Spec) -> bool {
    spec.field == Field::Weekday
        && spec.dialect == Dialect::EventBridge
        && token.text.eq_ignore_ascii_case("L")
}

/// Digits alone: `parse` would take a sign.
fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Enough of the text to recognise it.
fn shown(token: Token<'_>) -> String {
    token.text.chars().take(24).collect()
}
