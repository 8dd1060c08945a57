//! The plausibility gate: before money is believed, and long before anything is done about it.
//!
//! Estimates of cost have been wrong by trillions, and people switched production off over them.
//! Whatever is doubtful here leads to one mail that says so, and to nothing else.

use std::fmt;

use chrono::{Days, NaiveDate};
use serde::{Serialize, Serializer};

use super::forecast::DailyPlan;
use super::{BillingMonth, DailyCosts, Usd};

/// A day may cost this many times the dearest of the days before it.
const JUMP: i64 = 10;
/// Days that count as "the days before it".
const TRAILING_DAYS: u64 = 28;
/// Fewer days than this are no measure of a jump.
const FEWEST_TRAILING: usize = 3;
/// A day below this is no jump, whatever came before: from cents to dollars happens.
const SMALLEST_JUMP_CENTS: i64 = 100;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct GateInput<'a> {
    /// Charges by day, credits kept apart.
    pub charges: &'a DailyCosts,
    /// The first day that is not closed.
    pub as_of: NaiveDate,
    /// What a day could cost with everything at its maximum, if there is an inventory.
    pub flat_out_day: Option<Usd>,
    /// The plan, whose lumps come on top of that on their days.
    pub plan: Option<&'a DailyPlan>,
    /// How old the newest day may be: 3 for AWS, whose data come up to a day and a half late.
    pub max_age_days: u32,
}

/// A reason not to believe the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is no closed day at all.
    NoData,
    /// The newest day is too old.
    Stale {
        /// The newest day.
        last: NaiveDate,
        /// Its age in days, seen from the last closed day.
        age: i64,
    },
    /// Days of this month have no row although later ones have.
    Missing {
        /// How many.
        days: usize,
        /// The first.
        first: NaiveDate,
    },
    /// A day that takes back more than the four weeks before it were charged.
    Negative {
        /// The day.
        day: NaiveDate,
        /// Its cost.
        amount: Usd,
    },
    /// A day above what everything together could cost.
    AboveFlatOut {
        /// The day.
        day: NaiveDate,
        /// Its cost.
        amount: Usd,
        /// What would have been possible.
        limit: Usd,
    },
    /// A day far above all before it.
    Jump {
        /// The day.
        day: NaiveDate,
        /// Its cost.
        amount: Usd,
        /// The dearest of the days before it.
        before: Usd,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoData => write!(f, "there is no cost of any closed day"),
            Self::Stale { last, age } => write!(f, "the newest day is {last}, {age} days behind"),
            Self::Missing { days, first } => write!(
                f,
                "{days} days of the month have no cost, the first {first}"
            ),
            Self::Negative { day, amount } => {
                write!(f, "{day} cost {amount} USD, less than nothing")
            }
            Self::AboveFlatOut { day, amount, limit } => {
                write!(
                    f,
                    "{day} cost {amount} USD; everything at its maximum all day costs {limit} USD"
                )
            }
            Self::Jump {
                day,
                amount,
                before,
            } => {
                write!(
                    f,
                    "{day} cost {amount} USD, more than {JUMP} times the dearest day before it ({before} USD)"
                )
            }
        }
    }
}

impl Serialize for Doubt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether the data may be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The reasons not to; none if they may.
    pub doubts: Vec<Doubt>,
}

impl Verdict {
    /// True if nothing speaks against the data.
    pub fn is_plausible(&self) -> bool {
        self.doubts.is_empty()
    }
}

/// Looks at the closed days of the month and of the four weeks before `as_of`.
pub fn examine(input: &GateInput<'_>) -> Verdict {
    let closed = input.charges.before(input.as_of);
    let Some(last) = closed.last_day() else {
        return Verdict {
            doubts: vec![Doubt::NoData],
        };
    };
    let mut doubts = Vec::new();
    doubts.extend(stale(input, last));
    doubts.extend(missing(input, &closed, last));
    let month = BillingMonth::of(input.as_of).first_day();
    let recent = month.min(
        input
            .as_of
            .checked_sub_days(Days::new(TRAILING_DAYS))
            .unwrap_or(month),
    );
    for (day, amount) in closed.iter().filter(|(day, _)| *day >= recent) {
        doubts.extend(examine_day(input, &closed, day, amount));
    }
    Verdict { doubts }
}

fn stale(input: &GateInput<'_>, last: NaiveDate) -> Option<Doubt> {
    let age = (input.as_of - last).num_days() - 1;
    (age >= i64::from(input.max_age_days)).then_some(Doubt::Stale { last, age })
}

fn missing(input: &GateInput<'_>, closed: &DailyCosts, last: NaiveDate) -> Option<Doubt> {
    let first = closed.first_day()?;
    let month = BillingMonth::of(input.as_of);
    let mut days = month
        .each_day()
        .filter(|day| *day > first && *day < last && closed.get(*day).is_none());
    let earliest = days.next()?;
    Some(Doubt::Missing {
        days: days.count() + 1,
        first: earliest,
    })
}

fn examine_day(
    input: &GateInput<'_>,
    closed: &DailyCosts,
    day: NaiveDate,
    amount: Usd,
) -> Option<Doubt> {
    if amount.is_negative() {
        // A correction or a discount may take back what earlier days were charged, not more.
        let from = day
            .checked_sub_days(Days::new(TRAILING_DAYS))
            .unwrap_or(day);
        let charged = closed.between(from, day) + amount;
        return charged
            .is_negative()
            .then_some(Doubt::Negative { day, amount });
    }
    let lump = input.plan.map_or(Usd::ZERO, |plan| plan.lump_on(day));
    if let Some(flat_out) = input.flat_out_day {
        let limit = flat_out + lump.max(Usd::ZERO);
        if amount > limit {
            return Some(Doubt::AboveFlatOut { day, amount, limit });
        }
    }
    jump(closed, day, amount, lump)
}

/// Far above everything before, though perhaps possible: still worth a look before a mail.
fn jump(closed: &DailyCosts, day: NaiveDate, amount: Usd, lump: Usd) -> Option<Doubt> {
    let from = day
        .checked_sub_days(Days::new(TRAILING_DAYS))
        .unwrap_or(day);
    let before: Vec<Usd> = closed
        .iter()
        .filter(|(d, _)| (from..day).contains(d))
        .map(|(_, a)| a)
        .collect();
    if before.len() < FEWEST_TRAILING {
        return None;
    }
    let dearest = before.into_iter().max().unwrap_or_default();
    let above = amount - lump.max(Usd::ZERO);
    let jumps = above > dearest.times(JUMP.into()) && above >= Usd::from_cents(SMALLEST_JUMP_CENTS);
    jumps.then_some(Doubt::Jump {
        day,
        amount,
        before: dearest,
    })
}
