//! Why a text is not a cron expression, and where.

use std::fmt;

use super::field::Field;
use super::remedy::CronRemedy;

/// A text that is not a cron expression Nightcap accepts.
///
/// ```
/// use nightcap_schedule::CronExpression;
///
/// let error = CronExpression::parse("0 9 * * MON-FRY").unwrap_err();
/// assert_eq!(error.column, 13);
/// assert_eq!(
///     error.to_string(),
///     "column 13, weekday: \"FRY\" is not a weekday, did you mean FRI?; expected 0-7 (Sunday is 0 \
///      or 7) or SUN-SAT, *, ?, a list, a range a-b, a step /n, dL (the last such day) or d#k (the k-th)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}{}: {reason}; expected {expected}", Place(*field))]
pub struct CronError {
    /// The character at which the trouble starts, counted from 1.
    pub column: usize,
    /// The field, where the trouble lies in one.
    pub field: Option<Field>,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub expected: String,
    /// What to write instead, where that is certain.
    pub remedy: Option<CronRemedy>,
}

struct Place(Option<Field>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |field| write!(f, ", {field}"))
    }
}

impl CronError {
    pub(super) fn new(
        column: usize,
        reason: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            column,
            field: None,
            reason: reason.into(),
            expected: expected.into(),
            remedy: None,
        }
    }
}
