//! Instants as they are given on the command line.

use anyhow::anyhow;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use nightcap_aws::clock;
use nightcap_domain::config::Compiled;
use nightcap_domain::hold::End;
use nightcap_domain::time::resolve;

use crate::output::Usage;

/// The instant of an option: with its offset, or on the clocks of `zone`, as `hold --until` takes it;
/// a date alone is its midnight there.
pub(crate) fn instant(
    option: &str,
    text: &str,
    now: DateTime<Utc>,
    zone: Tz,
) -> anyhow::Result<DateTime<Utc>> {
    let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    if let Some(date) = date.filter(|date| (1..=9999).contains(&date.year())) {
        return Ok(resolve(zone, date.and_time(NaiveTime::MIN)));
    }
    End::Until(text.to_owned())
        .at(now, zone)
        .map_err(|error| anyhow!(Usage(format!("{option}: {error}"))))
}

/// The instant of `--at`, on the clocks of the configuration's zone; now, if it is not given.
pub(crate) fn at(text: Option<&str>, config: &Compiled) -> anyhow::Result<DateTime<Utc>> {
    let now = clock::now();
    text.map_or(Ok(now), |text| {
        instant("--at", text, now, config.config().timezone)
    })
}
