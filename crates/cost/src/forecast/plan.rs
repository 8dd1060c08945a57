//! The plan as the forecast uses it: what each day is known to cost.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Usd;

/// What each day is planned to cost (hours of the schedule times price), and the lumps that are
/// known to fall on a day at face value. Days without an entry are planned at nothing, so a plan
/// must cover the history it is compared with as well as the days to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyPlan {
    /// The running cost by day.
    pub days: BTreeMap<NaiveDate, Usd>,
    /// Lumps by day: a certificate, a yearly fee, a support charge on the first.
    pub lumps: BTreeMap<NaiveDate, Usd>,
}

impl DailyPlan {
    /// The running cost of a day.
    pub fn on(&self, day: NaiveDate) -> Usd {
        self.days.get(&day).copied().unwrap_or_default()
    }

    /// The lumps of a day.
    pub fn lump_on(&self, day: NaiveDate) -> Usd {
        self.lumps.get(&day).copied().unwrap_or_default()
    }
}
