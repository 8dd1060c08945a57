//! The guard's part of the ledger's table: what was told, what was seen, what was paid for.
//!
//! An entry is claimed by a conditional put before its mail is sent, and marked when it was: of
//! any number of runs one sends. A run that dies in between leaves a claim whose lease ends, and
//! the next run takes it over: a mail may then come twice, and none is lost.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::BoxFuture;
use nightcap_domain::guard::{GuardMemory, News, Observation, Spent};
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{Ledger, Outgoing};
use nightcap_domain::money::{Usd, is_billed};
use serde::{Deserialize, Serialize};

use crate::error::AwsError;

/// What the guard reads before it decides.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// What it told, saw and asked for.
    pub memory: GuardMemory,
    /// What the scheduler's ticks know: the holds, and what was carried out.
    pub ledger: Ledger,
}

/// Where the guard keeps what it remembers.
pub trait AlertStore: Send + Sync {
    /// Everything a run needs to know.
    fn read<'a>(
        &'a self,
        budget: &'a str,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Remembered, AwsError>>;

    /// Claims news for this run: `false` if another run was first.
    fn claim<'a>(
        &'a self,
        budget: &'a str,
        news: &'a News,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<bool, AwsError>>;

    /// Marks claimed news as done (`true`), or gives it back for the next run (`false`).
    fn settle<'a>(
        &'a self,
        budget: &'a str,
        news: &'a News,
        done: bool,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Writes what was seen on a data date.
    fn observe<'a>(
        &'a self,
        budget: &'a str,
        seen: &'a Observation,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Writes a hold for the scheduler, or a known hold's earlier end.
    fn hold<'a>(
        &'a self,
        hold: &'a Hold,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Puts a mail that could not be sent into the outbox, from which the scheduler's next tick
    /// sends it; `false` if there is none.
    fn post<'a>(&'a self, mail: &'a Outgoing) -> BoxFuture<'a, Result<bool, AwsError>> {
        let _ = mail;
        Box::pin(async { Ok(false) })
    }

    /// Leaves the sign of life that the scheduler looks for: of a look that came to an answer, or
    /// to this error.
    fn beat<'a>(
        &'a self,
        error: Option<&'a str>,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Cost Explorer's answer of that day, if it was paid for already.
    fn costs<'a>(
        &'a self,
        budget: &'a str,
        as_of: NaiveDate,
    ) -> BoxFuture<'a, Result<Option<Paid>, AwsError>>;

    /// Keeps Cost Explorer's answer of a day.
    fn keep_costs<'a>(
        &'a self,
        budget: &'a str,
        as_of: NaiveDate,
        paid: &'a Paid,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), AwsError>>;
}

/// Cost Explorer's answers of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Paid {
    /// What every day cost.
    pub spent: Spent,
    /// What the rest of the month is forecast to cost.
    pub rest_of_month: Option<Usd>,
}

impl Paid {
    /// Whether every day of it is one that may have been paid for: an item of a table may say
    /// anything.
    pub fn is_of_days(&self) -> bool {
        let spent = &self.spent;
        let environments = spent.by_environment.values();
        let mut all = environments.chain([&spent.charges, &spent.credits]);
        all.all(|costs| costs.iter().all(|(day, _)| is_billed(day)))
    }
}
